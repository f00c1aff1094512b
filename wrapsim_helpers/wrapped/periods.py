"""A period of a finished run: its days, and its plays and their counts as tables."""

import functools
import glob
from dataclasses import dataclass, replace
from datetime import date

import pyarrow.parquet as pq

from ..checking import check_count, front_door
from ..runs.opened import (
    OpenedRun,
    catalogue_in,
    connect,
    days_of_run,
    file_groups,
    open_run,
    play_files,
    read_plays,
)
from ..schema import TABLES
from ..storage import places
from .counting import by_artist, by_day, by_song, tables_in
from .editions import Edition, edition_named, window
from .volume import minutes
from .volume import skip_rate as skips

PLAYS_AT_ONCE = 4_000_000  # counted together: faster than one part at a time, below 1 GB
# temporary tables that `in_temporary_tables` makes, each from the ones before it
TEMPORARY = ("timed", "songs", "days", "credited")


def period_days(parameters, year, edition):
    """First and last local day of a period, both inclusive: the edition's window of a year, cut to
    the days of the run.

    Raises ValueError if the window and the run have no day in common.
    """
    begin, end = days_of_run(parameters)
    year = year if year != -1 else fullest_year(begin, end)
    first, last = window(year, edition)
    if first > end or last < begin:
        raise ValueError(
            f"year is {year} and edition {edition!r}, which counts {first} to {last}; the run "
            f"lasts from {begin} to {end}. Choose another year or edition."
        )
    return max(first, begin), min(last, end)


def fullest_year(begin, end):
    """The calendar year with most days from begin to end; of equal years, the earlier."""
    years = range(begin.year, end.year + 1)
    return max(years, key=lambda y: min(end, date(y, 12, 31)) - max(begin, date(y, 1, 1)))


@front_door
def period_tables(run_dir, year=-1, edition="full"):
    """The `PeriodTables` of a year of a run.

    year  -1 for the year with most days of the run
    Raises ValueError if the edition's window of that year and the run have no day in common.
    """
    run = open_run(run_dir)
    return tables_of_year(run.tables, run.parameters, year, edition_named(edition))


def tables_of_year(tables, parameters, year, edition):
    """The `PeriodTables` of a year, from open tables. edition: an `Edition`."""
    first, last = days = period_days(parameters, year, edition.name)
    return tables_in(
        **tables,
        first_day=first,
        last_day=last,
        rules=edition.rules,
        all_in_period=days == days_of_run(parameters),
    )


# -- part by part ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A finished run opened for the insights of a period, shared by all its listeners.

    run         the `OpenedRun`
    edition     the `Edition`
    first_day, last_day  the period, both inclusive
    connection  DuckDB with the tables tracks, artists, track_artists, and the view plays (see
                `show_plays`)
    statements  name -> SQL: the TEMPORARY tables, from the view plays; each insight and "totals",
                from these tables
    """

    run: OpenedRun
    edition: Edition
    first_day: date
    last_day: date
    connection: object
    statements: dict[str, str]


def open_period(run, year=-1, edition="full"):
    """The `Period` of an `OpenedRun`. Cached: the story of a second listener takes a fraction of
    the time.
    """
    edition = edition_named(edition)
    year = year if year == -1 else check_count("year", year, 2000, 2037)
    return opened_period(run, year, edition)


@functools.lru_cache(maxsize=4)
def opened_period(run, year, edition):
    """The `Period` of an `OpenedRun` and an `Edition`."""
    connection, _ = connect()
    catalogue = catalogue_in(connection, run)
    show_rows(connection.con, TABLES["plays"].empty_table())
    plays = {"plays": connection.table("plays")}
    tables = tables_of_year(catalogue | plays, run.parameters, year, edition)
    statements = statements_of(tables, edition)
    return Period(run, edition, tables.first_day, tables.last_day, connection.con, statements)


def statements_of(tables, edition):
    """Name -> SQL of the TEMPORARY tables, of every insight and of the totals (see `Period`)."""
    connection, statements = tables.tracks._find_backend(), {}

    def store(name, expression):
        statements[name] = str(connection.compile(expression))
        return connection.create_table(name, expression.limit(0), temp=True)

    counted = in_temporary_tables(tables, store)
    totals = minutes(counted).select("listener_id", "ms_played").join(skips(counted), "listener_id")
    insights = {name: query(counted) for name, query in edition.queries.items()} | {
        "totals": totals
    }
    return statements | {
        name: str(connection.compile(insight)) for name, insight in insights.items()
    }


def in_temporary_tables(tables, store):
    """`PeriodTables` whose plays and counts are temporary tables.

    store  function of a name and an expression; returns the temporary table
    """
    plays, rules = store("timed", tables.plays), tables.rules
    songs, days = store("songs", by_song(plays, rules)), store("days", by_day(plays, rules))
    credited = store("credited", by_artist(songs, tables.track_artists, rules))
    return replace(tables, plays=plays, songs=songs, days=days, credited=credited)


def show_rows(connection, plays):
    """Make the view plays of a DuckDB connection select from an Arrow table."""
    connection.register("plays_arrow", plays)
    connection.execute("CREATE OR REPLACE VIEW plays AS SELECT * FROM plays_arrow")


def show_plays(period, files, listener_id=None):
    """Make the view plays select from files of the run: all their listeners, or one. Several files
    must be complete, see `is_complete`.
    """
    if listener_id is None and is_complete(period.run.place, files[0]):
        paths = [glob.escape(str(period.run.place / file)) for file in files]
        period.connection.read_parquet(paths).create_view("plays", replace=True)
    else:
        show_rows(period.connection, read_plays(period.run, *files, listener_id=listener_id))


def groups_of_plays(run):
    """The files of plays that are counted together, lists of names; see `file_groups`."""
    files = play_files(run)
    return file_groups(run, PLAYS_AT_ONCE if is_complete(run.place, files[0]) else 0)


def is_complete(place, file):
    """Whether DuckDB can read a file directly: a local Parquet file with every column. Files of
    older releases lack some columns.
    """
    return (
        file.endswith(".parquet")
        and not places.is_store(place)
        and set(TABLES["plays"].names) <= set(pq.read_schema(place / file).names)
    )


def count_plays(period):
    """Fill the temporary tables from the plays in the view plays. Returns the statements, which are
    then ready to run.
    """
    for name in TEMPORARY:
        period.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {period.statements[name]}"
        )
    return period.statements
