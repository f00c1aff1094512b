"""The insights of all listeners of a run, in memory or as files."""

from contextlib import ExitStack

import pyarrow as pa
import pyarrow.parquet as pq

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..runs.opened import open_run
from ..storage.outputs import replaced_file, writable_output_folder
from .by_part import rows_by_part
from .insights import INSIGHTS
from .periods import open_period
from .tallies import cached_tallies, finish_tallies, row_statements, show_tallies


@front_door
@saying(unchanged)
def everybody(run_dir, year=-1, edition="all"):
    """The insights of all listeners of a run: insight name -> Arrow table. The docstring of each
    insight names the columns.

    The tables take about 20 kB of memory per listener; `write_everybody` writes them to files.
    """
    period = open_period(open_run(run_dir), year, edition)
    parts = {name: [] for name in period.edition.queries}
    for part in insights_by_part(period):
        for name, table in part.items():
            parts[name].append(table)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


def insights_by_part(period):
    """Yield the insights of all listeners, a few parts at a time: {name: Arrow table}.

    If tallies are missing, they are counted in the same pass as the insights that need none; the
    other insights follow in a second pass.
    """
    names, tallies = list(period.edition.queries), cached_tallies(period)
    missing = [name for name in period.edition.tallies if name not in tallies]
    if missing:
        first = [name for name in names if not INSIGHTS[name].tallies]
        names = [name for name in names if name not in first]
        counts = []
        for part in rows_by_part(
            period, [*first, *row_statements(missing)], "insights and the crowd"
        ):
            counts.append({name: part.pop(name) for name in row_statements(missing)})
            yield part
        finish_tallies(period, missing, counts)
    show_tallies(period)
    yield from rows_by_part(period, names)


@front_door
def write_everybody(run_dir, out_dir, year=-1, edition="all"):
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
        for part in insights_by_part(period):
            for name, table in part.items():
                if name not in writers:
                    writers[name] = open_files.enter_context(
                        pq.ParquetWriter(unfinished[name], table.schema, compression="zstd")
                    )
                writers[name].write_table(table)
    return paths
