"""The compiled loop: against the seed's loop in plain Python, against filling the same columns with
random numbers, and with its own count of the answers against without."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import wrapsim_helpers as ws
from wrapsim_helpers.listening.columns import PLAY
from wrapsim_helpers.listening.loop import sample_plays
from wrapsim_helpers.people import loop_records
from wrapsim_helpers.people.behaviour import lowered
from wrapsim_helpers.people.listeners import sample_people

from .seed_loop import seed_records
from .timing import in_turn

PACKAGE = Path(ws.__file__).parent
N_RECORDS = 1000


def looped(num_users=100, **settings):
    """(a function that plays a year of so many listeners once, how many plays that are).

    settings: of `Run`; by default the default world.
    """
    run = ws.Run(num_users=num_users, **settings)
    heard = ws.listen(run)
    world = heard.world
    columns, versions = sample_people(run, world.behaviour, world.survey, run.listener_ids())
    others = loop_records.other_genres(world.survey, columns)
    people = loop_records.lower_listeners(run, columns, versions, others)
    b = lowered([world.behaviour])
    return lambda: [
        block for block in sample_plays(people, world.catalogue.music, b)
    ], heard.plays.num_rows


def fill(n, dice=np.random.default_rng(1)):
    """Columns of the plays table, so many rows of random numbers each."""
    limits = {"i1": 100, "i4": 10**6, "i8": 10**12}
    return {
        name: dice.integers(
            0, limits.get(kind.str[1:], 2), n, dtype=kind if kind.kind != "b" else np.int8
        )
        for name, (kind, _) in PLAY.fields.items()
    }


def without_answers(folder):
    """Copy the package to a folder, its loop counting no answers; returns the folder."""
    target = Path(folder) / PACKAGE.name
    target.parent.mkdir(parents=True, exist_ok=True)
    for name in ("schemas", "data"):
        (target.parent / name).symlink_to(PACKAGE.parent / name)
    target.mkdir()
    for path in PACKAGE.rglob("*.py"):
        (target / path.relative_to(PACKAGE)).parent.mkdir(parents=True, exist_ok=True)
        (target / path.relative_to(PACKAGE)).write_text(
            path.read_text(encoding="utf-8"), encoding="utf-8"
        )
    path = target / "listening" / "session.py"
    before, call, after = path.read_text(encoding="utf-8").partition("    count_play(")
    path.write_text(before + after.partition("\n")[2], encoding="utf-8")
    return target.parent


def median_of(folder, rounds=9):
    """Median seconds of the loop of the package in a folder, in a process of its own."""
    code = (
        "import statistics; from benchmarks.loop import looped; from benchmarks.timing import "
        "seconds; play, n = looped(60); play(); "
        f"print(statistics.median(seconds(play) for _ in range({rounds})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=PACKAGE.parent,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    songs, (play, n_plays), (narrow, n_narrow) = (
        ws.load_songs(),
        looped(),
        looped(catalogue_tracks=0),
    )
    seed_s, loop_s, fill_s, narrow_s = in_turn(
        lambda: seed_records(songs, N_RECORDS), play, lambda: fill(n_plays), narrow
    )
    seed, loop = N_RECORDS / seed_s, n_plays / loop_s
    yield (
        "compiled loop in the default world / on the 2,000 bundled songs, plays per second",
        loop * narrow_s / n_narrow,
        0.8,
        f"{loop:,.0f} against {n_narrow / narrow_s:,.0f} per second",
    )
    yield (
        "compiled loop / seed's loop, plays per second",
        loop / seed,
        2000,
        f"{loop:,.0f} against {seed:,.0f} per second",
    )
    yield (
        "compiled loop / NumPy filling the same columns at random, seconds",
        loop_s / fill_s,
        -6,
        f"{n_plays / fill_s:,.0f} rows per second are filled",
    )
    with tempfile.TemporaryDirectory() as folder:
        bare = without_answers(folder)
        pairs = [(median_of(PACKAGE.parent), median_of(bare)) for _ in range(3)]
    with_s, without_s = (sorted(column)[1] for column in zip(*pairs))
    yield (
        "loop with its answers / without, seconds",
        with_s / without_s,
        -1.1,
        f"{1000 * with_s:.0f} ms against {1000 * without_s:.0f} ms",
    )
