"""A run that was opened once: its place, manifest, window, and tables, whole or of one listener."""

import glob
import os
import tempfile
import weakref
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import check_choice, check_count, check_names, front_door
from ..instants import check_window
from ..parameters import sha256_of
from ..schema import TABLES
from ..storage import places
from ..storage.avro_reading import read_plays_avro
from ..storage.manifest import identity_of, manifest_at
from ..storage.tables import damaged, read_part, refuse_unlisted, table_in
from .connection import connected

MEMORY = "1GB"  # limit of DuckDB; a part of a million plays needs a quarter of it


@dataclass(frozen=True)
class OpenedRun(os.PathLike):
    """A run whose run.json was read once; functions accept it as `run_dir`.

    place          where the run is
    identity_hash  of its parameters, sources and versions; "" if it is unfinished
    manifest       run.json as a dict; empty if it is unfinished
    """

    place: Path | str
    identity_hash: str
    manifest: dict = field(compare=False, repr=False)

    def __str__(self):
        return str(self.place)

    __fspath__ = __str__

    @property
    def identity(self):
        """The identity of the run, also of an unfinished one."""
        return self.manifest.get("identity") or identity_of(self.place)

    @property
    def parameters(self):
        """The parameters of the run, as in its identity."""
        return self.identity["parameters"]

    @property
    def days(self):
        """First and last local day of the run, both inclusive, see `days_of_run`."""
        return days_of_run(self.parameters)

    @cached_property
    def tables(self):
        """The tables of the run for queries: name -> Ibis table on an embedded DuckDB.

        Plays stored as Parquet are read in place. Plays stored only as Avro are copied to Parquet
        in a temporary folder, part by part. Raises ValueError naming a damaged file.
        """
        connection, folder = connect()
        plays = connection.read_parquet(parquet_paths(self, folder), table_name="plays")
        return catalogue_in(connection, self) | {"plays": plays}


@front_door
def open_run(run_dir):
    """A finished run as an `OpenedRun`: pass it to functions instead of the path.

    Raises FileNotFoundError if the folder holds no finished run, ValueError if run.json is changed.
    """
    if isinstance(run_dir, OpenedRun):
        return run_dir
    place = places.place_of(run_dir)
    manifest = manifest_at(place)
    return OpenedRun(place, manifest["identity_hash"], manifest)


def open_any_run(run_dir):
    """A run, finished or not, as an `OpenedRun`. Raises ValueError if run.json is changed."""
    with suppress(FileNotFoundError):
        return open_run(run_dir)
    return OpenedRun(places.place_of(run_dir), "", {})


@front_door
def read_manifest(run_dir):
    """run.json of a finished run as a dict. Raises as `open_run` does."""
    return open_run(run_dir).manifest


def days_of_run(parameters):
    """First and last local day on which a play of a run can begin, both inclusive."""
    start, end = check_window(parameters["start_time"], parameters["end_time"])
    last = end - timedelta(milliseconds=1)
    if start.tzinfo:  # the same instant for everybody, in zones from UTC-12 to UTC+14
        return (start.astimezone(UTC) - timedelta(hours=12)).date(), (
            last.astimezone(UTC) + timedelta(hours=14)
        ).date()
    return start.date(), last.date()


# -- tables ----------------------------------------------------------------------------------------


@front_door
def read_parquet(run_dir, name, columns=None, listener_id=None):
    """A table of a run as Arrow, all parts in order, of all listeners or of one.

    A column that an older release did not write has its default in every row. Raises
    FileNotFoundError if the folder is not a run or has no such table.
    """
    run, name = open_any_run(run_dir), check_request(name, columns, listener_id)
    files = table_files(run, name, listener_id)
    if not files:
        raise FileNotFoundError(
            f"{run_dir} holds no table {name!r}. Is it the folder of a finished run? "
            "Simulate one first: notebook 03_multiple_users, or `wrapsim simulate`."
        )
    return pa.concat_tables(
        [read_part(run.place, file, name, columns, listener_id) for file in files]
    )


@front_door
def read_table(run_dir, name, columns=None, listener_id=None):
    """The same as `read_parquet`, also for a run whose plays are stored only as Avro."""
    run, name = open_any_run(run_dir), check_request(name, columns, listener_id)
    if name != "plays" or not run.manifest:
        return read_parquet(run, name, columns, listener_id)
    files = play_files(run, listener_id)
    return pa.concat_tables([read_plays(run, file, columns, listener_id) for file in files])


def check_request(name, columns, listener_id):
    """The name of a table as in TABLES. Raises ValueError or TypeError unless the table has these
    columns (None: all) and listener_id is a listener's number (None: all listeners).
    """
    name = check_choice("name", name, tuple(TABLES))
    for column in check_names("columns", columns) if columns is not None else ():
        if column not in TABLES[name].names:
            check_choice("columns", column, tuple(TABLES[name].names))
    if listener_id is not None:
        check_count("listener_id", listener_id, 0, 2**31 - 2)
    return name


def table_files(run, name, listener_id=None, suffix=".parquet"):
    """Names of the files that hold a table in one format, in order; for a listener, of the part
    that holds the listener.

    A finished run has the files that run.json lists: raises FileNotFoundError for a missing file,
    ValueError for one of another size or of another run. An unfinished run has the files that
    exist.
    """

    def of_table(files):
        return {
            file: size for file, size in files if file.endswith(suffix) and table_in(file) == name
        }

    existing = places.sizes_in(run.place, name)
    if suffix == ".avro":  # older runs keep Avro files in plays/
        existing |= places.sizes_in(run.place, "avro")
    files = of_table((existing or places.sizes_in(run.place)).items())
    if run.manifest:
        listed = ((entry["file"], entry["bytes"]) for entry in run.manifest["files"])
        refuse_unlisted(run.place, files, of_table(listed))
    names = sorted(files)
    if listener_id is None or len(names) < 2:
        return names
    parameters = run.parameters
    part = (listener_id - parameters["first_listener"]) // parameters["listeners_per_part"]
    return [name for name in names if name.endswith(f"/part-{part:08d}{suffix}")] or names[:1]


def play_files(run, listener_id=None):
    """Names of the files with a finished run's plays, or of the file that holds a listener: Parquet
    if the run has it, otherwise Avro.
    """
    files = (entry["file"] for entry in run.manifest["files"])
    suffix = max(Path(file).suffix for file in files if table_in(file) == "plays")
    return table_files(run, "plays", listener_id, suffix)


def file_groups(run, most):
    """The files of plays in groups, lists of names. A group is one file or has at most `most`
    plays.
    """
    rows = {file["file"]: file["rows"] for file in run.manifest["files"]}
    groups, n_rows = [], 0
    for file in play_files(run):
        if not groups or n_rows + rows[file] > most:
            groups.append([])
            n_rows = 0
        groups[-1].append(file)
        n_rows += rows[file]
    return groups


def read_plays(run, file, columns=None, listener_id=None):
    """The plays in one file of a finished run as Arrow, of all its listeners or of one.

    Raises ValueError naming a damaged file.
    """
    if file.endswith(".parquet"):
        return read_part(run.place, file, "plays", columns, listener_id)
    plays = read_avro_part(run, file)
    if listener_id is not None:
        plays = plays.filter(pc.equal(plays["listener_id"], listener_id))
    return plays.select(columns or plays.column_names)


def read_avro_part(run, file):
    """The plays in one Avro file of a finished run. Raises ValueError if its SHA-256 is not the one
    in run.json.
    """
    sha256 = next(entry["sha256"] for entry in run.manifest["files"] if entry["file"] == file)
    with places.local_file(run.place, file) as path:
        if sha256_of(path) != sha256:
            raise damaged(run.place, file, "its SHA-256 is not the one in run.json")
        return read_plays_avro(path, read_parquet(run, "tracks", ["track_id", "song_id"]))


# -- queries ---------------------------------------------------------------------------------------


def connect():
    """An embedded DuckDB with limited memory, and a temporary folder that is removed together with
    the connection.
    """
    folder = tempfile.TemporaryDirectory(prefix="wrapsim-")
    connection = connected(memory_limit=MEMORY, temp_directory=f"{folder.name}/spilled")
    connection.con.execute("SET enable_progress_bar = false")  # in a notebook, a second, black one
    weakref.finalize(connection.con, folder.cleanup)  # a `Period` keeps only this
    return connection, Path(folder.name)


def catalogue_in(connection, run):
    """The catalogue tables that queries join with plays, in a DuckDB: name -> Ibis table."""
    return {
        name: connection.create_table(name, read_parquet(run, name))
        for name in ("tracks", "artists", "track_artists", "albums")
    }


def parquet_paths(run, folder):
    """Paths, for DuckDB, of Parquet files with a run's plays: the files of the run, or copies in a
    folder.
    """
    files = play_files(run)
    if files[0].endswith(".parquet") and not places.is_store(run.place):
        return [f"{glob.escape(str(run.place))}/{file}" for file in files]
    for file in tqdm(files, desc="copying plays", unit="part"):
        pq.write_table(
            read_plays(run, file), folder / f"{Path(file).stem}.parquet", compression="zstd"
        )
    return sorted(str(path) for path in folder.glob("*.parquet"))
