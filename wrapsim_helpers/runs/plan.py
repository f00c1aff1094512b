"""What a run would take: plays, bytes and minutes, measured on this machine."""

import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..checking import check_count, front_door, in_bytes
from ..parameters import Run
from ..storage.tables import table_in
from .parts import make_part
from .simulate import check_room, job_of
from .workers import cores, each_part

MOST_MEASURING = 4  # workers that measure what a part costs while the others are at it too
SAMPLES = (
    30_000,
    300_000,
)  # plays of two parts: their difference shows what a play costs, the rest is each part's own


# -- before and after ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What a run would take; `text` says it in words.

    plays, n_bytes  expected, from what the first listeners mean to hear and a sample written on
                    this machine
    minutes         on so many workers of this machine
    parts           files of each table
    measured_plays  how many plays of the run each of some workers simulated and wrote to measure
                    bytes and minutes
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
            f"bytes and time follow from {self.measured_plays:,} plays of this run, simulated and "
            f"written here just now"
        )


def in_minutes(minutes):
    """A stretch of time as text: seconds below one minute, hours from 100 minutes on."""
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
    """What would this run take? A `Plan`; arguments as for `simulate`, nothing is written there.

    A part of the run is simulated and written to a temporary folder, and measured. Raises
    ValueError where the disk is too small.
    """
    check_count("workers", workers, 0, 1024)
    job = job_of(
        Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, **rest),
        out_dir,
        formats,
        codec,
    )
    workers = min(workers or cores(), job.n_parts)
    n_bytes, seconds, measured_plays = cost_of(job, workers)
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
    """(bytes, seconds) that a job takes with so many workers on this machine, and how many plays
    each of some was measured on.

    The larger part's costs beyond the smaller one's are those of its plays; the rest comes with
    every part.
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
    (small, *low), (large, *high) = low_high = np.mean(list(measured.values()), axis=0)
    start_s = time.perf_counter() - started - low_high[:, 2].sum() if workers > 1 else 0.0
    low, high = np.array(low), np.array(high)
    per_play = (
        np.maximum(high - low, 0) / (large - small) if large > 1.5 * small else high / max(large, 1)
    )
    n_bytes, seconds = job.n_parts * np.maximum(high - large * per_play, 0) + job.plays * per_play
    rounds = -(-job.n_parts // at_once) / job.n_parts
    return n_bytes, start_s + seconds * rounds, round(large)


def measured_parts(job, number):
    """Make parts of two sizes: for each an array of its plays, bytes and seconds, in a folder of
    this number in the job's.

    The first part made does not count: it reads and encodes what later ones find ready.
    """
    places = (job.place / f"{number}-{place}" for place in range(3))
    return np.array(
        [
            measured_part(replace(job, place=place), n_plays)
            for place, n_plays in zip(places, (SAMPLES[0], *SAMPLES))
        ][1:]
    )


def measured_part(job, n_plays):
    """Make a part of about so many plays: [plays in it, its bytes, its seconds]."""
    few = max(
        1, min(job.run.listeners_per_part, round(n_plays * job.run.num_users / max(job.plays, 1)))
    )
    started = time.perf_counter()
    files = make_part(replace(job, run=replace(job.run, listeners_per_part=few)), 0)["files"]
    seconds = time.perf_counter() - started
    return [
        next(file["rows"] for file in files if table_in(file["file"]) == "plays"),
        sum(file["bytes"] for file in files),
        seconds,
    ]
