"""All rows of all files of a history, in one table of an embedded DuckDB."""

import glob
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from tqdm.auto import tqdm

from ..runs.opened import connect
from .kinds import WRAPPED_FILE, dict_in, kind_of_file
from .loose_rows import batches, loose_rows
from .plain_rows import KINDS, PLAIN, SOURCES, select
from .sources import ZIP_ERRORS, Refusal, files_in_path, reason_of, why_foreign

BY_DUCKDB = {  # kind -> format of its files, which DuckDB reads by itself unless they are damaged
    "spotify_extended": "array",
    "spotify_account": "array",
    "listenbrainz": "auto",
}
LARGEST_ROW = 4 << 20  # bytes
MEMORY = "400MB"  # limit of DuckDB, which then uses the disk; 1.5 million rows stay below 1 GiB
READABLE = (
    "Spotify's extended streaming history and account data, ListenBrainz (zip, JSON, JSON lines), "
    "Last.fm and Libre.fm as CSV, .scrobbler.log, and Maloja's export"
)


@dataclass
class Contents:
    """What a path holds.

    connection  DuckDB with the table `plain`: file, source, row, fault and the columns PLAIN
    files       names of the files with rows of a history; their positions are in `plain`
    refused     (name, reason) of files that cannot be opened
    unknown     names of files that are no history
    damaged     names of files that are damaged, or not UTF-8, and were read row by row
    wrapped     {year: content} of Wrapped<year>.json
    country     that the service's account is in, "" if no file names it; nothing else of the file
                with the account holder's name and address is kept
    """

    connection: duckdb.DuckDBPyConnection
    files: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    unknown: list = field(default_factory=list)
    damaged: list = field(default_factory=list)
    wrapped: dict = field(default_factory=dict)
    country: str = ""


def read_files(paths):
    """All rows of some paths as a `Contents`. Raises ValueError if there is no history in them."""
    connection, _ = connect()
    connection.con.execute(f"SET memory_limit = '{MEMORY}'")
    contents = Contents(connection.con)
    columns = ", ".join(f"{name} {sql_type}" for name, sql_type in PLAIN.items())
    contents.connection.execute(
        f"CREATE TABLE plain (file INTEGER, source TINYINT, row BIGINT, {columns}, fault VARCHAR)"
    )
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        for path in paths:
            files = files_in_path(path, folder, contents.refused)
            for file in tqdm(files, desc="reading", unit="file", delay=2):
                read_file(contents, file)
    refuse_nothing(contents, paths)
    return contents


def read_file(contents, file):
    """Add the rows of a file to `plain`, if it is a history."""
    kind = kind_of_file(file.name, file.head)
    if not kind:
        contents.unknown.append(file.name)
        return
    try:
        with file.local() as path:
            add_file(contents, kind, file.name, path)
    except (Refusal, *ZIP_ERRORS) as error:
        contents.refused.append((file.name, reason_of(error)))


def add_file(contents, kind, name, path):
    """Add what a file of a kind holds. path: of its content"""
    if kind == "wrapped":
        contents.wrapped[int(WRAPPED_FILE.search(name)[1])] = dict_in(path)
        return
    if kind == "account_holder":
        contents.country = contents.country or str(dict_in(path).get("country", ""))
        return
    contents.files.append(name)
    if kind in BY_DUCKDB:
        try:
            add_rows(contents, kind, rows_by_duckdb(kind), [glob.escape(str(path))])
            return
        except (duckdb.Error, UnicodeDecodeError):
            contents.damaged.append(name)
    for rows in batches(loose_rows(kind, path), KINDS[kind].columns):
        contents.connection.register("loose", rows)
        add_rows(contents, kind, "SELECT * FROM loose")


def rows_by_duckdb(kind):
    """SQL of the rows of a JSON file, whose path is the parameter."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in KINDS[kind].columns)
    return (
        f"SELECT row_number() OVER () AS row, false AS damaged, * FROM read_json($1, "
        f"format='{BY_DUCKDB[kind]}', columns={{{columns}}}, compression='none', "
        f"maximum_object_size={LARGEST_ROW})"
    )


def add_rows(contents, kind, rows, parameters=()):
    """Insert rows of the last file into `plain`; all of them or, with an error, none."""
    file, source = len(contents.files) - 1, SOURCES.index(KINDS[kind].source)
    columns = ", ".join(PLAIN)
    contents.connection.execute(
        f"INSERT INTO plain SELECT {file}, {source}, row, {columns}, fault "
        f"FROM ({select(KINDS[kind], rows)})",
        parameters,
    )


def refuse_nothing(contents, paths):
    """Raise ValueError with what it holds if no file is a history."""
    if contents.files:
        return
    given = ", ".join(repr(str(path)) for path in paths)
    reasons = list(grouped_reasons([*contents.refused, *explained_files(paths)]))
    others = f"no history, but {', '.join(contents.unknown[:5])}" if contents.unknown else "no file"
    what = (
        f"; no history can be read: {'; '.join(reasons)}" if reasons else f", which holds {others}"
    )
    raise ValueError(f"path is {given}{what}. wrapsim reads {READABLE}.")


def explained_files(paths):
    """(name, reason) of the paths that are files without a history, and of which it is known why
    they are none.
    """
    files = [path for path in map(Path, paths) if path.is_file()]
    return [(file.name, reason) for file in files if (reason := why_foreign(file))]


def grouped_reasons(refused):
    """A line for each reason why files cannot be opened: the first of them, the number of others.

    refused  (name, reason), ...
    """
    names = {}
    for name, reason in refused:
        names.setdefault(reason, []).append(name)
    for reason, (first, *more) in names.items():
        others = f" and {len(more):,} more" if more else ""
        yield f"{first}{others}: {reason}"
