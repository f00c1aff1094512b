"""Estimate the plays, bytes and minutes of a run, measured on this machine."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..checking import check_count, front_door, in_bytes
from ..parameters import Output, Run
from ..storage.tables import table_in
from .jobs import catalogue_bytes, check_room, job_of
from .parts import make_part
from .workers import cores, each_part

MOST_MEASURING = 4  # workers that measure the cost of a part at the same time
# plays of two parts: their difference gives the cost of a play, the rest is the cost of a part
SAMPLES = (30_000, 300_000)


# -- before and after ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """The expected size and time of a run; `text` says it in words.

    plays           expected, from the listening time of the first listeners
    n_bytes         expected, from a sample written on this machine and the size of the catalogue
    minutes         on `workers` processes of this machine
    parts           files of each table
    measured_plays  plays of the run that each measuring worker simulated and wrote
    """

    listeners: int
    plays: int
    n_bytes: int
    minutes: float
    workers: int
    parts: int
    listeners_per_part: int
    place: Path | str
    measured_plays: int

    @property
    def text(self):
        """The plan in five lines."""
        return (
            f"{self.listeners:,} listeners, about {self.plays:,} plays\nabout "
            f"{in_bytes(self.n_bytes)} in {self.place}\n"
            f"{self.parts:,} parts of {self.listeners_per_part:,} listeners\n"
            f"about {in_minutes(self.minutes)} on {self.workers} worker{'s' * (self.workers > 1)} "
            f"of this machine\n"
            f"bytes and time are estimated from {self.measured_plays:,} plays of this run, just "
            f"simulated and written on this machine"
        )


def in_minutes(minutes):
    """A duration as text: seconds below one minute, hours from 100 minutes on."""
    if minutes < 1:
        seconds = max(1, round(60 * minutes))
        return f"{seconds} second{'s' * (seconds > 1)}"
    return f"{minutes:.1f} minutes" if minutes < 100 else f"{minutes / 60:,.1f} hours"


@front_door(rest=Run)
def plan(
    num_users=100,
    start_time="2025-01-01",
    end_time="2026-01-01",
    genres=(),
    *,
    out_dir="",
    formats=("parquet", "avro"),
    codec="deflate",
    workers=0,
    **rest,
):
    """How large is this run, and how long does it take? A `Plan`; arguments as for `simulate`.

    It simulates parts of the run in a temporary folder and measures them; it writes nothing to
    `out_dir`. Raises ValueError if the disk is too small.
    """
    check_count("workers", workers, 0, 1024)
    run = Run(num_users, start_time, end_time, genres, **rest)
    job = job_of(run, Output(out_dir, formats, codec))
    workers = min(workers or cores(), job.n_parts)
    n_bytes, seconds, measured_plays = cost_of(job, workers)
    n_bytes += catalogue_bytes(job)
    check_room(job, n_bytes)
    return Plan(
        job.run.num_users,
        job.plays,
        round(n_bytes),
        seconds / 60,
        workers,
        job.n_parts,
        job.run.listeners_per_part,
        job.place,
        measured_plays,
    )


def cost_of(job, workers):
    """(bytes, seconds, measured plays) of a job with so many workers on this machine.

    The difference between a larger and a smaller part gives the cost of a play; the rest is the
    cost of each part.
    """
    at_once, started = min(workers, cores()), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        measured = dict(
            each_part(
                measured_parts,
                replace(job, place=Path(folder)),
                range(min(at_once, MOST_MEASURING)),
                at_once,
            )
        )
    low, high = np.mean(list(measured.values()), axis=0)
    start_s = time.perf_counter() - started - low[2] - high[2] if workers > 1 else 0.0
    small, large = low[0], high[0]
    per_play = (
        np.maximum(high - low, 0) / (large - small) if large > 1.5 * small else high / max(large, 1)
    )
    per_part = np.maximum(high - large * per_play, 0)
    _, n_bytes, seconds = job.n_parts * per_part + job.plays * per_play
    rounds = -(-job.n_parts // at_once) / job.n_parts
    return n_bytes, start_s + seconds * rounds, round(large)


def measured_parts(job, number):
    """Make parts of two sizes in numbered folders of the job's place. Returns plays, bytes and
    seconds of each, float64, shape (2, 3).

    The first part is not counted: it reads and encodes data that later parts find cached.
    """
    _, *measured = (
        measured_part(replace(job, place=job.place / f"{number}-{n}"), n_plays)
        for n, n_plays in enumerate((SAMPLES[0], *SAMPLES))
    )
    return np.array(measured)


def measured_part(job, n_plays):
    """Make a part of about so many plays: [its plays, its bytes, its seconds]."""
    n_listeners = max(
        1, min(job.run.listeners_per_part, round(n_plays * job.run.num_users / max(job.plays, 1)))
    )
    started = time.perf_counter()
    run = replace(job.run, listeners_per_part=n_listeners)
    files = make_part(replace(job, run=run), 0)["files"]
    seconds = time.perf_counter() - started
    return [
        next(file["rows"] for file in files if table_in(file["file"]) == "plays"),
        sum(file["bytes"] for file in files),
        seconds,
    ]
