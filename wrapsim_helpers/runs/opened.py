"""A finished run opened for queries: its tables on an embedded DuckDB."""

import glob
import tempfile
import weakref
from datetime import UTC, timedelta
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


def days_of_run(parameters):
    """First and last local day that a play of a run can begin on, both inclusive."""
    start, end = check_window(parameters["start_time"], parameters["end_time"])
    last = end - timedelta(milliseconds=1)
    if start.tzinfo:  # one instant for everybody, from 12 hours behind UTC to 14 ahead
        return (start.astimezone(UTC) - timedelta(hours=12)).date(), (
            last.astimezone(UTC) + timedelta(hours=14)
        ).date()
    return start.date(), last.date()


# -- a run opened for insights ---------------------------------------------------------------------


@front_door
def open_run(run_dir):
    """The tables of a finished run for queries over all of it: name -> Ibis table on an embedded
    DuckDB.

    Plays kept as Parquet stay where they are; those kept as Avro alone are copied to Parquet in a
    temporary folder, part after part. Raises ValueError naming a damaged file, FileNotFoundError
    where the folder holds no finished run.
    """
    read_manifest(run_dir)
    connection, folder = connect()
    paths = parquet_paths(places.place_of(run_dir), folder)
    return catalogue_in(connection, run_dir) | {
        "plays": connection.read_parquet(paths, table_name="plays")
    }


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


def parquet_paths(place, folder):
    """Paths of Parquet files with a run's plays, as DuckDB wants them: its own, or copies in a
    folder.
    """
    files = play_files(place)
    if files[0].endswith(".parquet") and not places.is_store(place):
        return [f"{glob.escape(str(place))}/{file}" for file in files]
    for file in tqdm(files, desc="copying plays", unit="part"):
        pq.write_table(
            read_plays(place, file), folder / f"{Path(file).stem}.parquet", compression="zstd"
        )
    return sorted(str(path) for path in folder.glob("*.parquet"))
