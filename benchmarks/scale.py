"""Claims about size: the whole way to Avro and to Parquet, many listeners, two workers, insights of
millions of plays, memory.
"""

import contextlib
import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.by_part import rows_by_part
from wrapsim_helpers.wrapped.periods import open_period
from wrapsim_helpers.wrapped.tallies import show_tallies

from .in_pandas import insights_in_pandas
from .loop import N_RECORDS
from .seed_loop import write_seed_records
from .timing import in_turn, seconds

LISTENERS = 6_000  # about 48 million plays in a year, a minute for one worker
EARLIER = (  # the insights of version 0.1
    "minutes",
    "top_songs",
    "top_artists",
    "top_genres",
    "listening_clock",
    "calendar",
    "monthly_genres",
    "longest_streak",
    "skip_rate",
)
WRITE_INSIGHTS = (
    "import sys; import wrapsim_helpers as ws; ws.write_everybody(sys.argv[1], sys.argv[2])"
)
RUN = (
    "import sys; import wrapsim_helpers as ws; "
    "ws.simulate(int(sys.argv[1]), end_time=sys.argv[2], listeners_per_part=int(sys.argv[3]), "
    "out_dir=sys.argv[4], workers=1)"
)


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    with tempfile.TemporaryDirectory() as folder:
        return [
            *to_avro(Path(folder)),
            *to_parquet(Path(folder)),
            *many_listeners(Path(folder)),
            *two_workers(Path(folder)),
            *all_insights(Path(folder)),
            *against_earlier(Path(folder)),
            *memory(Path(folder)),
        ]


def to_avro(folder):
    """From nothing to Avro, one core, parts one after another as in a run, against the seed's loop
    and fastavro.
    """
    job, songs = ws.open_job(LISTENERS, out_dir=folder / "avro", formats="avro"), ws.load_songs()
    cores, places = (
        pa.cpu_count(),
        itertools.count(),
    )  # a folder each time: writing over a file takes longer

    def parts():
        place = folder / f"avro{next(places)}"
        return sum(rows(ws.make_part(replace(job, place=place), number)) for number in range(3))

    plays = parts()
    pa.set_cpu_count(1)
    ours, theirs = in_turn(
        parts, lambda: write_seed_records(songs, N_RECORDS, folder / "seed.avro"), rounds=7
    )
    pa.set_cpu_count(cores)
    rate, yardstick = plays / ours, N_RECORDS / theirs
    return [
        (
            "parts, simulated and written / the seed's loop with fastavro, records per second to "
            "Avro on one core",
            rate / yardstick,
            900,
            f"{rate:,.0f} against {yardstick:,.0f} per second",
        )
    ]


def to_parquet(folder):
    """From nothing to Parquet, one core, against a generator written in Rust."""
    job = ws.open_job(LISTENERS, out_dir=folder / "rate", formats="parquet")
    plays = rows(ws.make_part(job, 0))
    tpch = [
        Path(sys.executable).with_name("tpchgen-cli"),
        "parquet",
        "-s",
        "1",
        "--tables",
        "lineitem",
        "--parts",
        "12",
        "--part",
        "1",
        "--num-threads",
        "1",
    ]
    cores = pa.cpu_count()
    pa.set_cpu_count(1)
    ours, theirs = in_turn(
        lambda: ws.make_part(job, 0),
        lambda: subprocess.run(
            [*tpch, "--output-dir", folder / "tpch"], check=True, capture_output=True
        ),
    )
    pa.set_cpu_count(cores)
    lines = sum(pq.read_metadata(path).num_rows for path in (folder / "tpch").rglob("*.parquet"))
    rate, yardstick = plays / ours, lines / theirs
    return [
        (
            "a part, simulated and written / tpchgen-cli's lineitem, rows per second to Parquet on "
            "one core",
            rate / yardstick,
            1,
            f"{rate:,.0f} against {yardstick:,.0f} per second",
        )
    ]


def many_listeners(folder):
    """A part of a day of a million listeners against a part of a year of few."""
    day = ws.open_job(1_000_000, end_time="2025-01-02", out_dir=folder / "day", formats="parquet")
    year = ws.open_job(LISTENERS, out_dir=folder / "year", formats="parquet")
    n_day, n_year = (rows(ws.make_part(job, 1)) for job in (day, year))
    day_s, year_s = in_turn(lambda: ws.make_part(day, 1), lambda: ws.make_part(year, 1))
    return [
        (
            "one day of a million listeners / a year of few, seconds per play",
            day_s / n_day / (year_s / n_year),
            -3,
            f"{day_s / n_day * 1e6:.2f} against {year_s / n_year * 1e6:.2f} microseconds; "
            f"{day.n_parts} parts of {day.run.listeners_per_part:,} listeners",
        )
    ]


def two_workers(folder):
    """The same run by one worker and by two; the second one stays for the insights."""
    run = {"num_users": LISTENERS}
    one = seconds(lambda: ws.simulate(**run, out_dir=folder / "one", workers=1))
    shutil.rmtree(folder / "one")
    two = seconds(lambda: ws.simulate(**run, out_dir=folder / "run", workers=2))
    return [
        (
            "one worker / two workers, seconds",
            one / two,
            1.7,
            f"{one:.0f} s, then {two:.0f} s for {ws.read_manifest(folder / 'run')['plays']:,} "
            f"plays",
        )
    ]


def all_insights(folder):
    """The insights of all listeners, out of core, against pandas on one part, reading included."""
    plays = ws.read_manifest(folder / "run")["plays"]
    part = folder / "run" / "plays" / "part-00000000.parquet"
    catalogue = [
        ws.read_parquet(folder / "run", name).to_pandas()
        for name in ("tracks", "track_artists", "artists")
    ]
    pandas_s, everybody_s = in_turn(
        lambda: insights_in_pandas(pd.read_parquet(part), *catalogue),
        lambda: ws.everybody(folder / "run"),
        rounds=3,
    )
    in_pandas = pandas_s / pq.read_metadata(part).num_rows * plays
    return [
        (
            "pandas, as fast as on one part / all insights of all listeners, seconds",
            in_pandas / everybody_s,
            5,
            f"{everybody_s:.0f} s for {plays:,} plays; pandas would take {in_pandas:.0f} s",
        )
    ]


def against_earlier(folder):
    """The insights of all listeners against those of version 0.1, and the most
    memory of a process that writes them. The tallies of the crowd are counted before.
    """
    period = open_period(ws.open_run(folder / "run"))
    show_tallies(period)
    n_insights = len(period.edition.queries)
    earlier_s, all_s = in_turn(
        lambda: [None for _ in rows_by_part(period, EARLIER)],
        lambda: [None for _ in rows_by_part(period, period.edition.queries)],
        rounds=3,
    )
    most = peak("the insights of all listeners", WRITE_INSIGHTS, folder / "run", folder / "written")
    return [
        (
            "all insights of all listeners / those of version 0.1, seconds",
            all_s / earlier_s,
            -3,
            f"{n_insights} insights in {all_s:.0f} s, {len(EARLIER)} in {earlier_s:.0f} s",
        ),
        ("memory of a process that writes all insights, GiB", most / 2**30, -1.5, ""),
    ]


def memory(folder):
    """Most memory of a worker, at 10 parts, at 1,000 parts, and with parts of the usual size."""
    few, many, usual = (
        peak_of_run(folder, name, *words)
        for name, *words in (
            ("few", 300, "2025-02-01", 30),
            ("many", 30_000, "2025-02-01", 30),
            ("usual", 150, "2026-01-01", 0),
        )
    )
    return [
        (
            "memory of a worker at 1,000 parts / at 10",
            many / few,
            -1.2,
            f"{many / 2**20:,.0f} MiB against {few / 2**20:,.0f} MiB",
        ),
        (
            "memory of a worker with parts of the usual size, GiB",
            usual / 2**30,
            -1.5,
            "both formats",
        ),
    ]


def peak_of_run(folder, name, users, end_time, listeners_per_part):
    """Most memory of a process that makes a run, bytes."""
    run = users, end_time, listeners_per_part, folder / name
    most = peak(f"the run of {users:,} listeners", RUN, *run)
    shutil.rmtree(folder / name)
    return most


def peak(what, code, *words):
    """Most memory that a process of some code held, bytes, looked at fifty times a second.

    words  what the code finds in sys.argv
    """
    process = psutil.Popen(
        [sys.executable, "-c", code, *map(str, words)], stderr=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            most = max(most, process.memory_info().rss)
        time.sleep(0.02)
    if process.returncode:
        raise RuntimeError(f"{what} ended with {process.returncode}")
    return most


def rows(receipt):
    """Plays of a part, in whichever formats it has."""
    plays = (file for file in receipt["files"] if file["file"].startswith(("plays/", "avro/")))
    return next(plays)["rows"]
