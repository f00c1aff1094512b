"""A finished run that was opened once: its place, manifest, window, tables and connection."""

import glob
import os
import tempfile
import weakref
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from functools import cached_property
from pathlib import Path

import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import front_door
from ..instants import check_window
from ..storage import places
from ..storage.manifest import read_manifest
from ..storage.tables import play_files, read_parquet, read_plays
from .connection import connected

MEMORY = "1GB"  # limit of DuckDB; a part of a million plays needs a quarter of it


@dataclass(frozen=True)
class OpenedRun(os.PathLike):
    """A finished run whose run.json was read once; functions accept it as `run_dir`.

    place          where the run is
    identity_hash  of its parameters, sources and versions
    manifest       run.json as a dict
    """

    place: Path | str
    identity_hash: str
    manifest: dict = field(compare=False, repr=False)

    def __str__(self):
        return str(self.place)

    def __fspath__(self):
        return str(self.place)

    @property
    def parameters(self):
        """The parameters of the run, as in run.json."""
        return self.manifest["identity"]["parameters"]

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
    manifest = read_manifest(run_dir)
    return OpenedRun(places.place_of(run_dir), manifest["identity_hash"], manifest)


def days_of_run(parameters):
    """First and last local day on which a play of a run can begin, both inclusive."""
    start, end = check_window(parameters["start_time"], parameters["end_time"])
    last = end - timedelta(milliseconds=1)
    if start.tzinfo:  # the same instant for everybody, in zones from UTC-12 to UTC+14
        return (start.astimezone(UTC) - timedelta(hours=12)).date(), (
            last.astimezone(UTC) + timedelta(hours=14)
        ).date()
    return start.date(), last.date()


def connect():
    """An embedded DuckDB with limited memory, and a temporary folder that is removed together with
    the connection.
    """
    folder = tempfile.TemporaryDirectory(prefix="wrapsim-")
    connection = connected(memory_limit=MEMORY, temp_directory=f"{folder.name}/spilled")
    weakref.finalize(connection, folder.cleanup)
    return connection, Path(folder.name)


def catalogue_in(connection, run_dir):
    """The catalogue tables that queries join with plays, in a DuckDB: name -> Ibis table."""
    return {
        name: connection.create_table(name, read_parquet(run_dir, name))
        for name in ("tracks", "artists", "track_artists")
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
