"""The insights of everybody in a run, one part after another, so that memory does not grow with the
run.

All listeners of a part are whole in it, and every insight is about one listener at a time: so a
part is answered alone. Only the place in the crowd needs everybody; its few totals are counted once
and kept beside the run.
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
from ..runs.opened import connect
from ..storage import places
from ..storage.outputs import own_folder, written
from ..storage.tables import DERIVED, damaged, derived_mark, is_derived, play_files, reader_of
from .periods import answers_of, open_period, show_plays
from .volume import placed


def answers_by_part(period, names):
    """Some insights of all listeners, part after part: a generator of {name: Arrow table}."""
    for file in tqdm(play_files(period.run), desc="insights", unit="part"):
        try:
            show_plays(period, file)
            found = {n: relation.to_arrow_table() for n, relation in answers_of(period, names)}
        except duckdb.Error as error:
            raise damaged(period.run.place, file, error) from None
        yield found


@front_door
@saying(unchanged)
def everybody(run_dir, year=-1, edition="full"):
    """What was everybody's year? Insight name -> Arrow table of all listeners of a run: see each
    insight.

    The answer is held in memory, some 20 kB a listener; `write_everybody` writes it instead.
    """
    period = open_period(run_dir, year, edition)
    parts = list(answers_by_part(period, period.edition.queries))
    return {name: pa.concat_tables([part[name] for part in parts]) for name in parts[0]}


@front_door
def write_everybody(run_dir, out_dir, year=-1, edition="full"):
    """The same as Parquet files, one per insight, of a run however large; returns their paths.

    Raises ValueError if the folder holds files that we did not write, PermissionError if it cannot
    be written.
    """
    period, folder = open_period(run_dir, year, edition), own_folder(out_dir)
    paths = [folder / f"{name}.parquet" for name in period.edition.queries]
    with (
        saying(lambda: f"Nothing new is in {folder}; the same command writes all tables again."),
        ExitStack() as open_files,
    ):
        unfinished = {path.stem: open_files.enter_context(written(path)) for path in paths}
        writers = {}
        for part in answers_by_part(period, period.edition.queries):
            for name, table in part.items():
                if name not in writers:
                    writers[name] = open_files.enter_context(
                        pq.ParquetWriter(unfinished[name], table.schema, compression="zstd")
                    )
                writers[name].write_table(table)
    return paths


# -- the crowd -------------------------------------------------------------------------------------


def crowd_of(period):
    """Everybody's place and how often they skip: an Arrow table of listener_id, ms_played, n_plays,
    n_skips, n_listeners, n_below, rank.

    Counted once and kept in the run's folder derived; counted again where that file is missing,
    damaged or of other code.
    """
    name = f"{DERIVED}/crowd-{period.first_day}-{period.last_day}.parquet"
    found = kept_crowd(period.run, name)
    if found is None:
        parts = answers_by_part(period, ["totals"])
        found = placed_crowd(pa.concat_tables([part["totals"] for part in parts]))
        keep_crowd(period.run, name, found)
    return found


def placed_crowd(totals):
    """Totals of everybody with each one's place among them, in order of listeners."""
    connection, _ = connect()
    return placed(connection.create_table("totals", totals)).order_by("listener_id").to_pyarrow()


def kept_crowd(run, name):
    """The crowd that a run keeps in a file; None if there is none that this code wrote for this
    run.
    """
    with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        table = pq.read_table(reader_of(places.get(run.place, name)))
        return table if table.schema.metadata[b"wrapsim"] == crowd_mark(run, table) else None


def keep_crowd(run, name, crowd):
    """Keep the crowd in a file of the run, if that can be written and no other file is in its
    place.
    """
    buffer = pa.BufferOutputStream()
    marked = crowd.replace_schema_metadata({"wrapsim": crowd_mark(run, crowd)})
    pq.write_table(marked, buffer, compression="zstd")
    with suppress(OSError, ValueError, *places.store_errors()):  # ValueError: a symbolic link
        there = places.get(run.place, name)
        if there is None or is_derived(there, run.identity_hash):
            places.put(run.place, name, buffer.getvalue().to_pybytes())


def crowd_mark(run, crowd):
    """Which run, code and rows a kept crowd belongs to, bytes."""
    return derived_mark(run.identity_hash, source_hash(Path(__file__)), crowd)
