"""`make bench`: every claim of speed, measured; exit 1 where a gate is missed.

A gate above 0 is the least ratio, one below 0 the greatest; figures in seconds are printed, never
gated. A first argument below 1 is the share of a gate that is enough, for machines that others work
on too: `python -m benchmarks 0.7`.
"""

import sys

from . import (
    avro,
    batches,
    compiling,
    drawing,
    explorer,
    first_picture,
    histories,
    insights,
    loop,
    peers,
    scale,
    starting,
    stopping,
)

PARTS = (
    starting,
    loop,
    compiling,
    avro,
    insights,
    drawing,
    explorer,
    first_picture,
    histories,
    scale,
    stopping,
    batches,
    peers,
)

if __name__ == "__main__":
    missed, enough = 0, float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for part in PARTS:
        for claim, ratio, gate, detail in part.measure():
            holds = gate is None or (
                ratio >= gate * enough if gate > 0 else ratio * enough <= -gate
            )
            missed += not holds
            limit = "" if gate is None else f"at {'least' if gate > 0 else 'most'} {abs(gate):,}"
            print(
                f"{'ok  ' if holds else 'MISS'} {ratio:10,.2f}  {limit:16} {claim}  ({detail})",
                flush=True,
            )
    sys.exit(1 if missed else 0)
