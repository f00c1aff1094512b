"""A period of a finished run: its days, and its plays and their counts as tables."""

import functools
import glob
import warnings
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..checking import check_count, front_door
from ..instants import check_time, time_text
from ..runs.opened import (
    OpenedRun,
    catalogue_in,
    connect,
    days_of_run,
    file_groups,
    open_run,
    play_files,
    read_parquet,
    read_plays,
    table_files,
)
from ..schema import TABLES
from ..storage import places
from ..storage.tables import read_part
from .counting import (
    Rules,
    by_artist,
    by_artist_and_month,
    by_day,
    by_song,
    by_song_and_day,
    tables_in,
)
from .dates import with_month
from .derived import cache_table, cached_table, derived_file
from .editions import Edition, edition_named, window
from .insights import SHARED, SHARED_OF_CROWD, with_shared, with_tallies

PLAYS_AT_ONCE = 5_000_000  # counted together: queries are planned once for all, below 1.4 GiB
# temporary tables that `in_temporary_tables` makes, each from the ones before it
TEMPORARY = tuple("timed songs days song_days credited artist_months earlier earlier_years".split())
# tables of which a part belongs to each part of the plays -> columns that insights read
WITH_PLAYS = {
    "listeners": ["listener_id", "name", "name_latin", "birth_date", "country", "city", "latitude"],
    "actions": ["listener_id", "at", "kind", "track_id"],
}
SQL = ["name", "sql"]  # columns of cached statements
GROUP = -1  # listener_id of several listeners who are counted as one


def period_days(parameters, year=-1, edition="all", first_day="", last_day="", of="run"):
    """First and last local day of a period, both inclusive, cut to the days of the run: the window
    of an edition in a year, or from first_day to last_day if one of them is given.

    first_day, last_day  ISO dates; "" for the first or last day of the run
    of  what the parameters belong to, for the message
    Warns if first_day or last_day is no day of the run. Raises ValueError if the period and the run
    have no day in common, or if first_day is after last_day.
    """
    begin, end = days_of_run(parameters)
    if first_day or last_day:
        first = check_day("first_day", first_day) if first_day else begin
        last = check_day("last_day", last_day) if last_day else end
        refuse_reversed(first_day, last_day, first, last)
        said = f"the period is {first} to {last}"
    else:
        year = year if year != -1 else fullest_year(begin, end)
        first, last = window(year, edition)
        said = f"year is {year} and edition {edition!r}, which counts {first} to {last}"
    if first > last or first > end or last < begin:
        raise ValueError(
            f"{said}; the {of} lasts from {begin} to {end}. Choose another year, edition or period."
        )
    days = max(first, begin), min(last, end)
    if (first_day or last_day) and days != (first, last):
        text = f"{said}, but the {of} has only {days[0]} to {days[1]}; these days are counted."
        warnings.warn(text, stacklevel=2)
    return days


def refuse_reversed(first_day, last_day, first, last):
    """Raise ValueError if both days are given, and the first is after the last."""
    if first_day and last_day and first > last:
        raise ValueError(f"first_day is {first}, which is after last_day {last}; exchange them.")


def check_day(name, day):
    """A date, or its ISO text, as a date. Raises ValueError for any other text."""
    return check_time(name, time_text(day)).date()


def fullest_year(begin, end):
    """The calendar year with most days from begin to end; of equal years, the earlier."""
    years = range(begin.year, end.year + 1)
    return max(years, key=lambda y: min(end, date(y, 12, 31)) - max(begin, date(y, 1, 1)))


@front_door
def period_tables(run_dir, year=-1, edition="all"):
    """The `PeriodTables` of a year of a run.

    year  -1 for the year with most days of the run
    Raises ValueError if the edition's window of that year and the run have no day in common.
    """
    run = open_run(run_dir)
    days = period_days(run.parameters, year, edition)
    tables, connection = run.tables, run.tables["plays"]._find_backend()
    for name, columns in WITH_PLAYS.items():
        tables = tables | {name: connection.create_table(name, read_parquet(run, name, columns))}
    rules = edition_named(edition).rules
    return with_tallies(tables_of_days(tables, run.parameters, days, rules))


def tables_of_days(tables, parameters, days, rules):
    """The `PeriodTables` of first and last day, from open tables."""
    everything = days == days_of_run(parameters)
    return tables_in(
        **tables, first_day=days[0], last_day=days[1], rules=rules, all_in_period=everything
    )


def tables_of_listeners(period, numbers):
    """`PeriodTables` of some listeners of a run, on a DuckDB of their own. numbers: a list"""
    connection, _ = connect()
    files = [(play_files(period.run, number)[0], number) for number in numbers]
    plays = [read_plays(period.run, file, listener_id=number) for file, number in files]
    made = connection.create_table("plays", pa.concat_tables(plays))
    tables = catalogue_in(connection, period.run) | {"plays": made}
    days = period.first_day, period.last_day
    return in_temporary_tables(
        tables_of_days(tables, period.run.parameters, days, period.rules),
        lambda name, rows: connection.create_table(name, rows, temp=True),
    )


# -- part by part ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    """A finished run opened for the insights of a period, shared by all its listeners.

    run         the `OpenedRun`
    edition     the `Edition`
    rules       the rules of counting
    first_day, last_day  the period, both inclusive
    connection  DuckDB with the tables tracks, artists, track_artists and albums, and the views
                plays, listeners and actions (see `show_plays`)
    statements  name -> SQL: the TEMPORARY tables, from the view plays; each insight, from these
                tables; "rows_<tally>", the rows of a tally, and "tally_<tally>", the final ones
    """

    run: OpenedRun
    edition: Edition
    rules: Rules
    first_day: date
    last_day: date
    connection: object
    statements: dict[str, str]


def open_period(run, year=-1, edition="all", first_day="", last_day="", rules=None):
    """The `Period` of an `OpenedRun`; see `period_days`. Cached: the story of a second listener
    takes a fraction of the time.

    rules  `Rules`; None for those of the edition
    """
    edition = edition_named(edition)
    days = checked_days(run, year, edition, first_day, last_day)
    return opened_period(run, edition, rules or edition.rules, *days)


def checked_days(run, year, edition, first_day="", last_day=""):
    """`period_days` of an `OpenedRun` and an `Edition`, for a year that a user gave."""
    year = year if year == -1 else check_count("year", year, 2000, 2037)
    return period_days(run.parameters, year, edition.name, first_day, last_day)


@functools.lru_cache(maxsize=4)
def opened_period(run, edition, rules, *days):
    """The `Period` of an `OpenedRun`, an `Edition`, rules, first and last day."""
    connection, _ = connect()
    tables = catalogue_in(connection, run)
    for name in ("plays", *WITH_PLAYS):
        empty = TABLES[name].empty_table()
        show_rows(connection.con, name, empty.select(WITH_PLAYS.get(name, empty.column_names)))
        tables[name] = connection.table(name)
    file = derived_file(f"sql-{edition.name}", days, rules)
    statements = cached_statements(run, file, edition)
    if not statements:
        counted = tables_of_days(tables, run.parameters, days, rules)
        statements = statements_of(counted, edition.tallies, edition.queries)
        cache_table(run, file, pa.table([list(statements), list(statements.values())], SQL))
    return Period(run, edition, rules, *days, connection.con, statements)


def cached_statements(run, file, edition):
    """The statements of a period from the run's folder; {} unless there are those of this code for
    all insights of the edition. Making them takes seconds.
    """
    table = cached_table(run, file)
    statements = dict(zip(*table.to_pydict().values(), strict=True)) if table is not None else {}
    return statements if statements.keys() >= edition.queries.keys() else {}


def statements_of(tables, tallies, queries):
    """Name -> SQL of the TEMPORARY tables, of tallies and of insights (see `Period`), in the order
    in which they are made.

    tallies  names;  queries  name -> query of the insights
    """
    connection, statements = tables.tracks._find_backend(), {}

    def store(name, expression):
        statements[name] = str(connection.compile(expression))
        empty = f"SELECT * FROM ({statements[name]}) LIMIT 0"  # compiling once takes half the time
        connection.con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {empty}")
        return connection.table(name)

    counted = with_tallies(in_temporary_tables(tables, store), tallies, store)
    insights = {name: query(counted) for name, query in queries.items()}
    return statements | {
        name: str(connection.compile(insight)) for name, insight in insights.items()
    }


def in_temporary_tables(tables, store):
    """`PeriodTables` whose plays and counts, shared ones too, are temporary tables.

    store  function of a name and an expression; returns the temporary table
    """
    plays, rules = store("timed", tables.plays), tables.rules
    songs, days = store("songs", by_song(plays, rules)), store("days", by_day(plays, rules))
    song_days = with_month(by_song_and_day(plays), days, tables.first_day)
    song_days = store("song_days", song_days)
    credits = tables.track_artists, rules
    credited = store("credited", by_artist(songs, *credits))
    artist_months = store("artist_months", by_artist_and_month(song_days, *credits))
    earlier = {name: store(name, getattr(tables, name)) for name in ("earlier", "earlier_years")}
    of_songs = {"songs": songs, "song_days": song_days}
    of_others = {"days": days, "credited": credited, "artist_months": artist_months}
    tables = replace(tables, plays=plays, **earlier, **of_songs, **of_others)
    return with_shared(tables, SHARED, store)


def show_rows(connection, name, rows):
    """Make a view of a DuckDB connection select from an Arrow table."""
    connection.register(f"{name}_arrow", rows)
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {name}_arrow")


def show_plays(period, files, listeners=None):
    """Make the views plays, listeners and actions select from files of the run. Several files must
    be complete, see `is_complete`.

    listeners  None for all, a listener's number, or a list of numbers: these are counted as one
               listener with the number GROUP
    """
    alone = listeners if isinstance(listeners, int) else None
    if listeners is None and is_complete(period.run.place, files[0]):
        paths = [glob.escape(str(period.run.place / file)) for file in files]
        period.connection.read_parquet(paths).create_view("plays", replace=True)
    else:
        rows = pa.concat_tables([read_plays(period.run, f, listener_id=alone) for f in files])
        show_rows(period.connection, "plays", rows)
    for name, columns in WITH_PLAYS.items():
        rows = rows_beside(period.run, name, columns, files, alone)
        show_rows(period.connection, name, rows)
    if isinstance(listeners, list):
        show_as_one(period.connection, listeners)


def show_plays_of(period, numbers):
    """Make the views plays, listeners and actions select the rows of some listeners alone."""
    run = period.run
    files = [play_files(run, number)[0] for number in numbers]
    plays = [read_plays(run, file, listener_id=n) for file, n in zip(files, numbers)]
    show_rows(period.connection, "plays", pa.concat_tables(plays))
    for name, columns in WITH_PLAYS.items():
        rows = [rows_beside(run, name, columns, [file], n) for file, n in zip(files, numbers)]
        show_rows(period.connection, name, pa.concat_tables(rows, promote_options="permissive"))


def rows_beside(run, name, columns, files, listener_id=None):
    """The rows of a table that belong to the same parts as some files of plays, as Arrow."""
    parts = {Path(file).stem for file in files}
    names = [file for file in table_files(run, name) if Path(file).stem in parts]
    return pa.concat_tables(
        [
            TABLES[name].empty_table().select(columns),
            *(read_part(run.place, file, name, columns, listener_id) for file in names),
        ],
        promote_options="permissive",
    )


def show_as_one(connection, listeners):
    """Make the views plays and actions show the rows of some listeners as those of the listener
    GROUP, who lives at their median latitude and has no other property.
    """
    number = f"CAST({GROUP} AS BIGINT) AS listener_id"  # a literal alone is a 32-bit integer
    connection.register("members", pa.table({"listener_id": pa.array(listeners, pa.int64())}))
    for name in ("plays", "actions"):
        connection.execute(
            f"CREATE OR REPLACE VIEW {name} AS SELECT * REPLACE ({number}) "
            f"FROM {name}_arrow WHERE listener_id IN (SELECT listener_id FROM members)"
        )
    connection.execute(
        "CREATE OR REPLACE VIEW listeners AS SELECT * FROM listeners_arrow UNION ALL BY NAME "
        f"SELECT {number}, median(latitude) AS latitude FROM listeners_arrow "
        "WHERE listener_id IN (SELECT listener_id FROM members)"
    )


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


def count_plays(period, names=()):
    """Fill the temporary tables from the plays in the view plays. Returns the statements, which are
    then ready to run.

    names  the statements that will run, so that only their tables are filled; () for all
    """
    for name in needed(period, names or tuple(period.statements)):
        period.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {name} AS {period.statements[name]}"
        )
    return period.statements


def needed(period, names):
    """Names of the temporary tables that some statements read, in the order in which they are
    made.
    """
    tables, sql = [], [period.statements[name] for name in names]
    shared_names = [count.__name__ for count in (*SHARED, *SHARED_OF_CROWD)]
    for name in reversed((*TEMPORARY, *shared_names)):
        if any(f'"{name}"' in text for text in sql):
            tables.insert(0, name)
            sql.append(period.statements[name])
    return tables
