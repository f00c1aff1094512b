"""A history: the plays of one person, imported from what services and players export."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytz

from ..checking import front_door
from ..resources import resource
from ..schema import LABEL, NAMED, SYMBOLS, TIMESTAMP
from .clocks import from_local, offsets_min, zone_of
from .joining import (
    assume_lengths,
    lengths_of,
    mark_same_plays,
    most_frequent,
    number_songs,
)
from .loose_rows import MOST_DAMAGED
from .plain_rows import SOURCES
from .reading import grouped_reasons, read_files
from .songs import song_tables

LISTENER = 0  # listener_id of every play
LABELS = ("content_type", "reason_start", "reason_end", "platform")  # closed sets of the schema
PLAYS = pa.schema(
    {
        "listener_id": pa.int64(),
        "track_id": pa.int32(),
        "started_at": TIMESTAMP,
        "ms_played": pa.int32(),
        "utc_offset_min": pa.int32(),
        "private": pa.bool_(),
        **dict.fromkeys(LABELS, LABEL),
        "country": NAMED,
        "shuffle": pa.bool_(),  # null where the files do not say it
        "offline": pa.bool_(),
        "source": LABEL,
    }
)
MOST_NAMED = 5  # files that a report names


@dataclass(frozen=True)
class Report:
    """What became of every row of the files of a history: n_rows = n_kept + those of left_out.

    n_rows, n_kept  rows of the files, and plays of the history
    left_out   DataFrame reason, n_rows, example; the most frequent first
    files      DataFrame file, source, n_rows, n_kept
    refused    (file, reason) of files that could not be opened
    damaged    files that are damaged or not UTF-8: they were read as far as possible
    unknown    files that are no history
    n_assumed  plays whose time played no file says, so that it was assumed
    time_zone  the zone in words, and where it is from
    songs_file how many songs and plays a songs file knows, in words; "" without one
    """

    n_rows: int
    n_kept: int
    left_out: pd.DataFrame
    files: pd.DataFrame
    refused: tuple
    damaged: tuple
    unknown: tuple
    n_assumed: int
    time_zone: str
    songs_file: str = ""

    def __str__(self):
        return "\n".join(lines_of_left_out(self))


@dataclass(frozen=True)
class History:
    """The plays of one person, and their music, as a run has them (docs/tables.md).

    plays      listener_id (0), track_id, started_at, ms_played, utc_offset_min, private; and what
               the files hold: content_type, reason_start, reason_end, platform, country, shuffle,
               offline, source. Sorted by time; shuffle and offline are null if not known
    tracks, artists, track_artists  with "" and 0 for what the files do not say; tracks has the
               column uri too, and the length of a track if a file says it or plays show it
    report     what became of every row
    time_zone  of the local times
    country    of most plays, "" if the files name none
    wrapped    {year: content of the service's Wrapped<year>.json}, if the files hold such
    """

    plays: pa.Table = field(repr=False)
    tracks: pa.Table = field(repr=False)
    artists: pa.Table = field(repr=False)
    track_artists: pa.Table = field(repr=False)
    report: Report
    time_zone: str
    country: str
    wrapped: dict = field(repr=False)


@front_door
def load_history(path="", time_zone=""):
    """The `History` in what services and players export; nothing leaves this machine.

    path       a zip, a folder (also of zips) or a file; or a list of them, which are joined; "" for
               the bundled, invented sample.
               Spotify extended history and account data, ListenBrainz (zip, JSON, JSON lines),
               Last.fm and Libre.fm CSV, .scrobbler.log, Maloja
    time_zone  IANA name such as "Europe/Stockholm" for the local times; "" guesses it from the
               country of most plays, else of the account, and the report says so

    Files are known by their content, whatever their names. A row that occurs twice is counted once,
    as is a play that two sources have within 30 s. Podcasts, audiobooks and rows without a name are
    left out; `History.report` counts every reason. A scrobble of unknown length counts as its
    track's length, else as 3.5 minutes, but no longer than up to the next play. IP addresses, user
    agents and user names are never read into a table; of Userdata.json only the country is used.
    Raises FileNotFoundError if there is no such file, ValueError if it holds no history or no play
    of music.
    """
    paths = [path or sample()] if isinstance(path, (str, Path)) else list(path)
    contents = read_files(paths)
    connection = contents.connection
    countries = countries_of(connection)
    zone, zone_from = zone_of(time_zone, countries, contents.country)
    convert_local_times(connection, zone)
    songs = number_songs(connection)
    mark_same_plays(connection)
    n_assumed = assume_lengths(connection)
    report = report_of(contents, n_assumed, f"{zone}, {zone_from}")
    refuse_no_play(report)
    details = most_frequent(connection, "album"), lengths_of(connection)
    tables = song_tables(songs, *details, most_frequent(connection, "uri"))
    return History(
        plays_of_history(connection, zone),
        **tables,
        report=report,
        time_zone=zone,
        country=countries[0][0] if countries else known_country(contents.country),
        wrapped=contents.wrapped,
    )


def sample():
    """The folder of the bundled sample."""
    return resource("data", "history")


def countries_of(connection):
    """Countries of the plays, rows (country, n), the most frequent first."""
    return connection.execute(
        "SELECT country, count(*) FROM plain WHERE fault IS NULL AND country IS NOT NULL "
        "GROUP BY 1 ORDER BY 2 DESC, 1"
    ).fetchall()


def known_country(code):
    """A country's code, "" if there is no such country."""
    return code if code in pytz.country_names else ""


def convert_local_times(connection, zone):
    """Change the local times of `plain` to UTC."""
    local = connection.execute(
        "SELECT DISTINCT started_ms FROM plain WHERE is_local AND fault IS NULL"
    ).fetchnumpy()["started_ms"]
    if len(local):
        utc = from_local(zone, np.asarray(local, np.int64))
        connection.register("utc", pa.table({"local_ms": local, "utc_ms": utc}))
        connection.execute(
            "UPDATE plain SET started_ms = utc_ms FROM utc "
            "WHERE is_local AND fault IS NULL AND started_ms = local_ms"
        )


def plays_of_history(connection, zone):
    """The table plays of a `History`."""
    labels = ", ".join(map(known_symbols, LABELS))
    rows = connection.sql(
        "SELECT song AS track_id, started_ms, ms_played::INTEGER AS ms_played, "
        f"coalesce(private, false) AS private, {labels}, coalesce(country, '') AS country, "
        "shuffle, offline, source FROM rows WHERE fault IS NULL "
        "ORDER BY started_ms, source, file, row"
    ).to_arrow_table()
    started_ms = rows["started_ms"].to_numpy()
    columns = {name: rows[name] for name in PLAYS.names if name in rows.column_names}
    columns |= {
        "listener_id": np.full(len(started_ms), LISTENER, np.int64),
        "started_at": started_ms,
        "utc_offset_min": offsets_min(zone, started_ms),
        "source": pc.take(pa.array(SOURCES), rows["source"]),
    }
    return pa.table([column_of_type(columns[field.name], field.type) for field in PLAYS], PLAYS)


def column_of_type(values, kind):
    """Values as an Arrow column of a type."""
    column = values if isinstance(values, pa.ChunkedArray) else pa.array(values)
    return (
        column.cast(pa.string()).cast(kind) if pa.types.is_dictionary(kind) else column.cast(kind)
    )


def known_symbols(column):
    """SQL: a column with UNKNOWN for what is no symbol of its enum."""
    known = ", ".join(f"'{symbol}'" for symbol in SYMBOLS[column])
    return f"CASE WHEN {column} IN ({known}) THEN {column} ELSE 'UNKNOWN' END AS {column}"


# -- the report ------------------------------------------------------------------------------------


def report_of(contents, n_assumed, time_zone):
    """The `Report` of some `Contents` whose rows are in the table `rows`."""
    query = contents.connection.execute
    left_out = query(
        """SELECT fault AS reason, count(*) AS n_rows, min((file, row, title, artist)) AS first
        FROM rows WHERE fault IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"""
    ).df()
    left_out["example"] = [example_of(contents.files, *row) for row in left_out.pop("first")]
    counts = query(
        "SELECT file, any_value(source) AS source, count(*), count(*) FILTER (fault IS NULL) "
        "FROM rows GROUP BY 1 ORDER BY 1"
    ).fetchall()
    files = {contents.files[i]: (SOURCES[source], n, kept) for i, source, n, kept in counts}
    empty = ("", 0, 0)
    table = pd.DataFrame(
        [(name, *files.get(name, empty)) for name in contents.files],
        columns=["file", "source", "n_rows", "n_kept"],
    )
    return Report(
        int(table["n_rows"].sum()),
        int(table["n_kept"].sum()),
        left_out,
        table,
        *(tuple(names) for names in (contents.refused, contents.damaged, contents.unknown)),
        n_assumed,
        time_zone,
    )


def last_name(name):
    """The name of a file without its folders and zips."""
    return name.rpartition(": ")[2].rpartition("/")[2]


def example_of(files, file, row, title, artist):
    """A row in words: "Streaming_History_Audio_2024_0.json, row 7 (Salt, Ode)"."""
    names = ", ".join(name[:40] for name in (title, artist) if name)
    return f"{files[file]}, row {row}" + f" ({names})" * bool(names)


def refuse_no_play(report):
    """Raise ValueError with the reasons if no play is kept."""
    if not report.n_kept:
        raise ValueError(
            f"no play of music is left in {', '.join(report.files['file'][:MOST_NAMED])}:\n{report}"
        )


def named_counts(report):
    """The number of rows and of plays of a report, each with its noun."""
    return (report.n_rows, "row"), (report.n_kept, "play")


def lines_of_left_out(report):
    """The lines of a report for people."""
    rows, plays = (f"{n:,} {noun}{'s' * (n != 1)}" for n, noun in named_counts(report))
    yield f"{rows} read, {plays} kept."
    for reason, n, example in report.left_out.itertuples(index=False):
        yield f"  left out {n:,}: {reason}; first: {example}"
    if report.n_assumed:
        yield (
            f"  {report.n_assumed:,} plays do not say how long they lasted: the length of the "
            "track was assumed, or 3.5 minutes, at most up to the next play"
        )
    for line in grouped_reasons(report.refused):
        yield f"  not opened: {line}"
    for name in report.damaged:
        yield (
            f"  read as far as possible, up to {MOST_DAMAGED} damaged rows: {name} is damaged or "
            "not UTF-8"
        )
    if report.unknown:
        names = ", ".join(map(last_name, report.unknown[:MOST_NAMED]))
        others = len(report.unknown) - MOST_NAMED
        yield f"  no history: {names}" + f" and {others:,} more" * (others > 0)
    yield f"  local times: {report.time_zone}."
    if report.songs_file:
        yield f"  known to the songs file: {report.songs_file}."
