"""A finished run, opened once: its place, manifest, window, tables and connection."""

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

MEMORY = "1GB"  # of DuckDB; a part of a million plays takes a quarter of it


@dataclass(frozen=True)
class OpenedRun(os.PathLike):
    """A finished run whose run.json was read once; functions that take `run_dir` take it as well.

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
        """First and last local day of the run, both inclusive: see `days_of_run`."""
        return days_of_run(self.parameters)

    @cached_property
    def tables(self):
        """The tables of the run for queries over all of it: name -> Ibis table on an embedded
        DuckDB.

        Plays kept as Parquet stay where they are; those kept as Avro alone are copied to Parquet in
        a temporary folder, part after part. Raises ValueError naming a damaged file.
        """
        connection, folder = connect()
        plays = connection.read_parquet(parquet_paths(self, folder), table_name="plays")
        return catalogue_in(connection, self) | {"plays": plays}


@front_door
def open_run(run_dir):
    """A finished run as an `OpenedRun`: pass it on in place of the path, and use its `tables`.

    Raises FileNotFoundError if the folder holds no finished run, ValueError if run.json is changed.
    """
    if isinstance(run_dir, OpenedRun):
        return run_dir
    manifest = read_manifest(run_dir)
    return OpenedRun(places.place_of(run_dir), manifest["identity_hash"], manifest)


def days_of_run(parameters):
    """First and last local day that a play of a run can begin on, both inclusive."""
    start, end = check_window(parameters["start_time"], parameters["end_time"])
    last = end - timedelta(milliseconds=1)
    if start.tzinfo:  # one instant for everybody, from 12 hours behind UTC to 14 ahead
        return (start.astimezone(UTC) - timedelta(hours=12)).date(), (
            last.astimezone(UTC) + timedelta(hours=14)
        ).date()
    return start.date(), last.date()


def connect():
    """An embedded DuckDB of limited memory, and a temporary folder of its own that goes when the
    connection does.
    """
    folder = tempfile.TemporaryDirectory(prefix="wrapsim-")
    connection = connected(memory_limit=MEMORY, temp_directory=f"{folder.name}/spilled")
    weakref.finalize(connection, folder.cleanup)
    return connection, Path(folder.name)


def catalogue_in(connection, run_dir):
    """The tables that plays are joined with, in a DuckDB: name -> Ibis table."""
    return {
        name: connection.create_table(name, read_parquet(run_dir, name))
        for name in ("tracks", "artists", "track_artists")
    }


def parquet_paths(run, folder):
    """Paths of Parquet files with a run's plays, as DuckDB wants them: its own, or copies in a
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
