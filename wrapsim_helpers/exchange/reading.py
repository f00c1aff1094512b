"""All rows of all files of a history, in one table of an embedded DuckDB."""

import glob
import tempfile
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
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
FILES_AT_ONCE = 2  # DuckDB reads a file of the usual size, 12 MB, by one thread
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
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder, Inserts(contents) as inserts:
        for path in paths:
            files = files_in_path(path, folder, contents.refused)
            for file in tqdm(files, desc="reading", unit="file", delay=2):
                read_file(contents, file, inserts)
    refuse_nothing(contents, paths)
    return contents


@dataclass
class Inserts:
    """Files whose rows are being inserted into `plain` at the same time, at most FILES_AT_ONCE.

    What became of each file is noted in the order of the files.
    """

    contents: Contents
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(FILES_AT_ONCE))
    waiting: deque = field(default_factory=deque)  # (name, ExitStack with its copy, Future)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        while self.waiting and not any(error):
            self.finish_first()
        self.pool.shutdown(cancel_futures=True)
        for _, copy, _ in self.waiting:
            copy.close()

    def start(self, kind, name, path, copy):
        """Start to insert the rows of a file. copy: ExitStack that removes it"""
        number = len(self.contents.files)
        self.contents.files.append(name)
        job = self.pool.submit(insert_file, self.contents.connection, kind, number, path)
        self.waiting.append((name, copy, job))
        if len(self.waiting) > FILES_AT_ONCE:
            self.finish_first()

    def finish_first(self):
        """Wait for the first file, and note whether it is damaged or cannot be read."""
        name, copy, job = self.waiting.popleft()
        with copy, noting_refusal(self.contents, name):
            if job.result():
                self.contents.damaged.append(name)


@contextmanager
def noting_refusal(contents, name):
    """Note the reason if a file cannot be opened or read."""
    try:
        yield
    except (Refusal, *ZIP_ERRORS) as error:
        contents.refused.append((name, reason_of(error)))


def read_file(contents, file, inserts):
    """Read a file, or start to, if it is one of a history."""
    kind = kind_of_file(file.name, file.head)
    if not kind:
        contents.unknown.append(file.name)
        return
    with noting_refusal(contents, file.name), ExitStack() as copy:
        path = copy.enter_context(file.local())
        if kind == "wrapped":
            contents.wrapped[int(WRAPPED_FILE.search(file.name)[1])] = dict_in(path)
        elif kind == "account_holder":
            contents.country = contents.country or str(dict_in(path).get("country", ""))
        else:
            inserts.start(kind, file.name, path, copy.pop_all())


def insert_file(connection, kind, number, path):
    """Insert the rows of a file into `plain`. Returns whether it is damaged, or not UTF-8."""
    cursor = connection.cursor()
    is_damaged = False
    if kind in BY_DUCKDB:
        try:
            insert_rows(cursor, kind, number, rows_by_duckdb(kind), [glob.escape(str(path))])
            return False
        except (duckdb.Error, UnicodeDecodeError):
            is_damaged = True
    for rows in batches(loose_rows(kind, path), KINDS[kind].columns):
        cursor.register("loose", rows)
        insert_rows(cursor, kind, number, "SELECT * FROM loose")
    return is_damaged


def rows_by_duckdb(kind):
    """SQL of the rows of a JSON file, whose path is the parameter."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in KINDS[kind].columns)
    return (
        f"SELECT row_number() OVER () AS row, false AS damaged, * FROM read_json($1, "
        f"format='{BY_DUCKDB[kind]}', columns={{{columns}}}, compression='none', "
        f"maximum_object_size={LARGEST_ROW})"
    )


def insert_rows(connection, kind, number, rows, parameters=()):
    """Insert rows of a file into `plain`; all of them or, with an error, none."""
    source, columns = SOURCES.index(KINDS[kind].source), ", ".join(PLAIN)
    connection.execute(
        f"INSERT INTO plain SELECT {number}, {source}, row, {columns}, fault "
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
