"""One listener's insights take at most 5 times as long as reading the same rows with pandas."""

import tempfile
from pathlib import Path

import pandas as pd

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.by_part import rows_by_part
from wrapsim_helpers.wrapped.periods import open_period
from wrapsim_helpers.wrapped.story import insights_of
from wrapsim_helpers.wrapped.tallies import show_tallies

from .timing import in_turn

LISTENER = 42


def measure():
    """[(claim, measured ratio, gate, detail)]

    The tallies of the crowd are counted once per run and year; the second row counts them anew each
    time.
    """
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        paths = [str(path) for path in sorted(run_dir.glob("plays/*.parquet"))]
        period = open_period(ws.open_run(run_dir))
        show_tallies(period)
        rows = [f"rows_{name}" for name in period.edition.tallies]

        read_s, insights_s, crowd_s = in_turn(
            lambda: pd.read_parquet(paths, filters=[("listener_id", "==", LISTENER)]),
            lambda: insights_of(period, LISTENER),
            lambda: list(rows_by_part(period, rows)),
            rounds=9,
        )
    return [
        (
            "all insights / reading the listener's rows with pandas, seconds",
            insights_s / read_s,
            -5,
            f"{1000 * insights_s:.0f} ms against {1000 * read_s:.0f} ms",
        ),
        (
            "the same, and the whole crowd's tallies counted anew",
            (insights_s + crowd_s) / read_s,
            None,
            f"{1000 * (insights_s + crowd_s):.0f} ms",
        ),
    ]
