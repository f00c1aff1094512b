"""The insights of all listeners of a run, a few parts at a time: memory does not grow with the run.

A part holds all plays of its listeners, and an insight concerns one listener at a time, so parts
are computed apart. Only the rank in the crowd needs all listeners; its totals are counted once and
cached in the run's folder.
"""

from contextlib import ExitStack, suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import front_door
from ..compiled import source_hash
from ..interrupts import saying, unchanged
from ..runs.opened import connect, open_run
from ..storage import places
from ..storage.outputs import replaced_file, writable_output_folder
from ..storage.tables import DERIVED, damaged, derived_mark, is_derived, reader_of
from .periods import count_plays, groups_of_plays, open_period, show_plays
from .volume import with_ranks


def insights_by_part(period, names):
    """Yield the named insights of all listeners, a few parts at a time: {name: Arrow table}."""
    groups = groups_of_plays(period.run)
    with tqdm(desc="insights", unit="part", total=sum(map(len, groups))) as progress:
        for files in groups:
            try:
                yield insights_of_parts(period, files, names)
            except duckdb.OutOfMemoryException:
                yield from (insights_of_parts(period, [file], names) for file in files)
            progress.update(len(files))


def insights_of_parts(period, files, names):
    """The named insights of all listeners of some parts: {name: Arrow table}.

    Raises ValueError naming a damaged file, and duckdb.OutOfMemoryException if several parts need
    more memory than allowed.
    """
    try:
        show_plays(period, files)
        statements, query = count_plays(period), period.connection.sql
        return {name: query(statements[name]).to_arrow_table() for name in names}
    except duckdb.Error as error:
        if isinstance(error, duckdb.OutOfMemoryException) and len(files) > 1:
            raise
        raise damaged(period.run.place, unreadable(period, files), error) from None


def unreadable(period, files):
    """The first of some files that cannot be counted, by counting each alone; the last if all but
    it can.
    """
    for file in files[:-1]:
        try:
            show_plays(period, [file])
            count_plays(period)
        except duckdb.Error:
            return file
    return files[-1]


@front_door
@saying(unchanged)
def everybody(run_dir, year=-1, edition="full"):
    """The insights of all listeners of a run: insight name -> Arrow table. The docstring of each
    insight names the columns.

    The tables take about 20 kB of memory per listener; `write_everybody` writes them to files.
    """
    period = open_period(open_run(run_dir), year, edition)
    parts = list(insights_by_part(period, period.edition.queries))
    return {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}


@front_door
def write_everybody(run_dir, out_dir, year=-1, edition="full"):
    """Write the insights of all listeners as Parquet files, one per insight; returns their paths.
    Works for runs of any size.

    Raises ValueError if the folder holds files that wrapsim did not write, PermissionError if the
    folder is not writable.
    """
    period = open_period(open_run(run_dir), year, edition)
    folder = writable_output_folder(out_dir)
    paths = [folder / f"{name}.parquet" for name in period.edition.queries]
    with (
        saying(lambda: f"No file was changed in {folder}; run the same command again."),
        ExitStack() as open_files,
    ):
        unfinished = {path.stem: open_files.enter_context(replaced_file(path)) for path in paths}
        writers = {}
        for part in insights_by_part(period, period.edition.queries):
            for name, table in part.items():
                if name not in writers:
                    writers[name] = open_files.enter_context(
                        pq.ParquetWriter(unfinished[name], table.schema, compression="zstd")
                    )
                writers[name].write_table(table)
    return paths


# -- the crowd -------------------------------------------------------------------------------------


def crowd_of(period):
    """Rank and skips of all listeners: an Arrow table of listener_id, ms_played, n_plays, n_skips,
    n_listeners, n_below, rank.

    Counted once and cached in the run's folder `derived`; counted again if that file is missing,
    damaged or was written by another version of the code.
    """
    name = f"{DERIVED}/crowd-{period.first_day}-{period.last_day}.parquet"
    crowd = cached_crowd(period.run, name)
    if crowd is None:
        parts = insights_by_part(period, ["totals"])
        crowd = ranked_crowd(pa.concat_tables([part["totals"] for part in parts]))
        cache_crowd(period.run, name, crowd)
    return crowd


def ranked_crowd(totals):
    """Totals of all listeners with each listener's rank, ordered by listener_id."""
    connection, _ = connect()
    ranked = with_ranks(connection.create_table("totals", totals))
    return ranked.order_by("listener_id").to_pyarrow()


def cached_crowd(run, name):
    """The crowd in a file of the run; None unless this code wrote the file for this run."""
    with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        table = pq.read_table(reader_of(places.get(run.place, name)))
        return table if table.schema.metadata[b"wrapsim"] == crowd_mark(run, table) else None


def cache_crowd(run, name, crowd):
    """Write the crowd to a file of the run, unless it is not writable or a file that wrapsim did
    not write has that name.
    """
    buffer = pa.BufferOutputStream()
    marked = crowd.replace_schema_metadata({"wrapsim": crowd_mark(run, crowd)})
    pq.write_table(marked, buffer, compression="zstd")
    with suppress(OSError, ValueError, *places.store_errors()):  # ValueError: a symbolic link
        existing = places.get(run.place, name)
        if existing is None or is_derived(existing, run.identity_hash):
            places.put(run.place, name, buffer.getvalue().to_pybytes())


def crowd_mark(run, crowd):
    """Bytes that identify the run, code and rows of a cached crowd."""
    return derived_mark(run.identity_hash, source_hash(Path(__file__)), crowd)
