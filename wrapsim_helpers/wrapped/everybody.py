"""The insights of all listeners of a run, in memory or as files."""

from contextlib import ExitStack

import pyarrow as pa
import pyarrow.parquet as pq

from ..checking import front_door
from ..interrupts import saying, unchanged
from ..runs.opened import open_run
from ..storage.outputs import replaced_file, writable_output_folder
from .by_part import rows_by_part
from .periods import open_period
from .tallies import show_tallies


@front_door
@saying(unchanged)
def everybody(run_dir, year=-1, edition="all"):
    """The insights of all listeners of a run: insight name -> Arrow table. The docstring of each
    insight names the columns.

    The tables take about 20 kB of memory per listener; `write_everybody` writes them to files.
    """
    period = open_period(open_run(run_dir), year, edition)
    show_tallies(period)
    parts = list(rows_by_part(period, list(period.edition.queries)))
    return {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}


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
        show_tallies(period)
        unfinished = {path.stem: open_files.enter_context(replaced_file(path)) for path in paths}
        writers = {}
        for part in rows_by_part(period, list(period.edition.queries)):
            for name, table in part.items():
                if name not in writers:
                    writers[name] = open_files.enter_context(
                        pq.ParquetWriter(unfinished[name], table.schema, compression="zstd")
                    )
                writers[name].write_table(table)
    return paths
