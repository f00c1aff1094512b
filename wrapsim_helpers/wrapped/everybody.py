"""The insights of everybody in a run, one part after another, so that memory does not grow with the
run.

All listeners of a part are whole in it, and every insight is about one listener at a time: so a
part is answered alone. Only the place in the crowd needs everybody; its few totals are counted once
and kept beside the run.
"""

import functools
import glob
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import check_choice, check_count, front_door
from ..compiled import source_hash
from ..interrupts import saying, unchanged
from ..runs.opened import catalogue_in, connect, days_of_run, open_run
from ..schema import TABLES
from ..storage import places
from ..storage.manifest import read_manifest
from ..storage.outputs import own_folder, written
from ..storage.tables import (
    DERIVED,
    damaged,
    derived_mark,
    is_derived,
    play_files,
    read_plays,
    reader_of,
)
from .counting import all_heard, by_artist, heard_in, with_plays
from .days import calendar, listening_clock, longest_streak
from .editions import EDITIONS, window
from .tops import monthly_genres, top_artists, top_genres, top_songs
from .volume import minutes, placed, skip_rate

INSIGHTS = {
    "minutes": minutes,
    "top_songs": top_songs,
    "top_artists": top_artists,
    "top_genres": top_genres,
    "listening_clock": listening_clock,
    "calendar": calendar,
    "monthly_genres": monthly_genres,
    "longest_streak": longest_streak,
    "skip_rate": skip_rate,
}
KEPT = ("timed", "songs", "days", "credited")  # what `in_tables` makes, each from those before


# -- which days ------------------------------------------------------------------------------------


def days_of(parameters, year, edition):
    """First and last local day of a summary, both inclusive: the edition's window of a year, as far
    as the run lasts.
    """
    begin, end = days_of_run(parameters)
    year = (
        year
        if year != -1
        else max(
            range(begin.year, end.year + 1),
            key=lambda y: min(end, date(y, 12, 31)) - max(begin, date(y, 1, 1)),
        )
    )
    first, last = window(year, edition)
    if first > end or last < begin:
        raise ValueError(
            f"year is {year} and edition {edition!r}, which counts {first} to {last}; the run "
            f"lasts "
            f"from {begin} to {end}. "
            "Choose another year or edition."
        )
    return max(first, begin), min(last, end)


@front_door
def heard_of(run_dir, year=-1, edition="full"):
    """The plays of a run's year and what they are joined with: a `Heard`. year: -1 for the year
    with most days of the run.

    Raises ValueError where the edition's window of that year and the run have no day in common.
    """
    return heard_on(
        open_run(run_dir), read_manifest(run_dir)["identity"]["parameters"], year, edition
    )


def heard_on(tables, parameters, year, edition):
    """The same of tables that are open already."""
    days = days_of(parameters, year, edition)
    heard = all_heard if days == days_of_run(parameters) else heard_in
    return heard(**tables, first_day=days[0], last_day=days[1])


# -- part after part -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A finished run opened for the insights of a period: what those of all its listeners share.

    place       where the run is;  first_day, last_day  the period, both inclusive
    connection  DuckDB with the tables tracks, artists, track_artists, and the view plays, see
                `show_plays`
    statements  name -> SQL over the view plays: of the tables KEPT, then of each insight over
                these, and of "totals"
    """

    place: Path | str
    first_day: date
    last_day: date
    connection: object
    statements: dict[str, str]


def open_period(run_dir, year=-1, edition="full"):
    """A finished run opened for a period; cached, so that a second listener's story takes a
    fraction of the first one's time.
    """
    edition, year = (
        check_choice("edition", edition, tuple(EDITIONS)),
        year if year == -1 else check_count("year", year, 2000, 2037),
    )
    return opened_period(str(run_dir), read_manifest(run_dir)["identity_hash"], year, edition)


@functools.lru_cache(maxsize=4, typed=True)
def opened_period(run_dir, identity_hash, year, edition):
    """The same for a run of a certain identity."""
    place, (connection, _) = places.place_of(run_dir), connect()
    catalogue = catalogue_in(connection, place)
    show_rows(connection.con, TABLES["plays"].empty_table())
    heard = heard_on(
        catalogue | {"plays": connection.table("plays")},
        read_manifest(place)["identity"]["parameters"],
        year,
        edition,
    )
    return Period(place, heard.first_day, heard.last_day, connection.con, statements_of(heard))


def statements_of(heard):
    """SQL of the tables KEPT, of every insight and of everybody's totals: name -> SQL, see
    `Period`.
    """
    connection, statements = heard.tracks._find_backend(), {}

    def keep(name, expression):
        statements[name] = str(connection.compile(expression))
        return connection.create_table(name, expression.limit(0), temp=True)

    counted = in_tables(heard, keep)
    totals = (
        minutes(counted).select("listener_id", "ms_played").join(skip_rate(counted), "listener_id")
    )
    found = {name: insight(counted) for name, insight in INSIGHTS.items()} | {"totals": totals}
    return statements | {
        name: str(connection.compile(expression)) for name, expression in found.items()
    }


def in_tables(heard, keep):
    """The same `Heard` with its plays and their counts in tables. keep: makes a table of a name
    from an expression.
    """
    heard = with_plays(heard, keep("timed", heard.plays))
    heard = replace(heard, songs=keep("songs", heard.songs), days=keep("days", heard.days))
    return replace(heard, credited=keep("credited", by_artist(heard.songs, heard.track_artists)))


def show_rows(connection, plays):
    """Let the view plays of a DuckDB show an Arrow table."""
    connection.register("plays_at_hand", plays)
    connection.execute("CREATE OR REPLACE VIEW plays AS SELECT * FROM plays_at_hand")


def show_plays(period, file, listener_id=None):
    """Let the view plays show those of one file of the run, of all its listeners or of one."""
    if listener_id is None and is_whole(period.place, file):
        path = glob.escape(str(period.place / file)).replace("'", "''")
        period.connection.execute(
            f"CREATE OR REPLACE VIEW plays AS SELECT * FROM read_parquet('{path}')"
        )
    else:
        show_rows(period.connection, read_plays(period.place, file, listener_id=listener_id))


def is_whole(place, file):
    """Whether DuckDB can read a file as it is: a Parquet file on a disk with every column, which
    older releases lack.
    """
    return (
        file.endswith(".parquet")
        and not places.is_store(place)
        and set(TABLES["plays"].names) <= set(pq.read_schema(place / file).names)
    )


def answers_of(period, names):
    """Some insights of the listeners whose plays are shown: a generator of (name, DuckDB relation).
    names: of statements
    """
    for name in KEPT:
        period.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {period.statements[name]}"
        )
    for name in names:
        yield name, period.connection.sql(period.statements[name])


def answers_by_part(period, names):
    """Some insights of all listeners, part after part: a generator of {name: Arrow table}."""
    for file in tqdm(play_files(period.place), desc="insights", unit="part"):
        try:
            show_plays(period, file)
            found = {n: relation.to_arrow_table() for n, relation in answers_of(period, names)}
        except duckdb.Error as error:
            raise damaged(period.place, file, error) from None
        yield found


@front_door
@saying(unchanged)
def everybody(run_dir, year=-1, edition="full"):
    """What was everybody's year? Insight name -> Arrow table of all listeners of a run: see each
    insight.

    The answer is held in memory, some 20 kB a listener; `write_everybody` writes it instead.
    """
    parts = list(answers_by_part(open_period(run_dir, year, edition), INSIGHTS))
    return {name: pa.concat_tables([part[name] for part in parts]) for name in INSIGHTS}


@front_door
def write_everybody(run_dir, out_dir, year=-1, edition="full"):
    """The same as Parquet files, one per insight, of a run however large; returns their paths.

    Raises ValueError if the folder holds files that we did not write, PermissionError if it cannot
    be written.
    """
    period, folder = open_period(run_dir, year, edition), own_folder(out_dir)
    paths = [folder / f"{name}.parquet" for name in INSIGHTS]
    with (
        saying(lambda: f"Nothing new is in {folder}; the same command writes all tables again."),
        ExitStack() as open_files,
    ):
        unfinished = {path.stem: open_files.enter_context(written(path)) for path in paths}
        writers = {}
        for part in answers_by_part(period, INSIGHTS):
            for name, table in part.items():
                if name not in writers:
                    writers[name] = open_files.enter_context(
                        pq.ParquetWriter(unfinished[name], table.schema, compression="zstd")
                    )
                writers[name].write_table(table)
    return paths


# -- the crowd -------------------------------------------------------------------------------------


def crowd_of(period):
    """Everybody's place and how often they skip: an Arrow table of listener_id, ms_played, n_plays,
    n_skips, n_listeners, n_below, rank.

    Counted once and kept in the run's folder derived; counted again where that file is missing,
    damaged or of other code.
    """
    name = f"{DERIVED}/crowd-{period.first_day}-{period.last_day}.parquet"
    found = kept_crowd(period.place, name)
    if found is None:
        found = placed_crowd(
            pa.concat_tables([part["totals"] for part in answers_by_part(period, ["totals"])])
        )
        keep_crowd(period.place, name, found)
    return found


def placed_crowd(totals):
    """Totals of everybody with each one's place among them, in order of listeners."""
    connection, _ = connect()
    return placed(connection.create_table("totals", totals)).order_by("listener_id").to_pyarrow()


def kept_crowd(place, name):
    """The crowd that a run keeps in a file; None where there is none that this code wrote for this
    run.
    """
    with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        table = pq.read_table(reader_of(places.get(place, name)))
        return table if table.schema.metadata[b"wrapsim"] == crowd_mark(place, table) else None


def keep_crowd(place, name, crowd):
    """Keep the crowd in a file of the run, if that can be written and no other file is in its
    place.
    """
    buffer = pa.BufferOutputStream()
    pq.write_table(
        crowd.replace_schema_metadata({"wrapsim": crowd_mark(place, crowd)}),
        buffer,
        compression="zstd",
    )
    with suppress(OSError, ValueError, *places.store_errors()):  # ValueError: a symbolic link
        there = places.get(place, name)
        if there is None or is_derived(there, read_manifest(place)["identity_hash"]):
            places.put(place, name, buffer.getvalue().to_pybytes())


def crowd_mark(place, crowd):
    """Which run, code and rows a kept crowd belongs to, bytes."""
    code = source_hash(Path(__file__))
    return derived_mark(read_manifest(place)["identity_hash"], code, crowd)
