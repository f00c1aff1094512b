"""Tallies: what insights need of the whole crowd, counted once per run and period, and cached in
the run's folder `derived`.
"""

import hashlib
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..compiled import source_hash
from ..storage import places
from ..storage.tables import DERIVED, derived_mark, is_derived, reader_of
from .by_part import rows_by_part


def show_tallies(period):
    """Make the tallies of a period's edition available to its insights. Returns name -> Arrow
    table.

    Each is counted again if its file is missing, damaged or was written by another version of the
    code.
    """
    tallies = {name: cached_tally(period, name) for name in period.edition.tallies}
    missing = [name for name, table in tallies.items() if table is None]
    tallies |= counted_tallies(period, missing) if missing else {}
    for name, table in tallies.items():
        show_tally(period.connection, f"tally_{name}", table)
    return tallies


def show_tally(connection, name, table):
    """Make a name of a DuckDB connection stand for an Arrow table."""
    kind = connection.execute(
        "SELECT table_type FROM information_schema.tables WHERE table_name = ?", [name]
    ).fetchall()
    if kind and kind[0][0] != "VIEW":  # the empty table that statements were made with
        connection.execute(f"DROP TABLE {name}")
    connection.register(name, table)


def counted_tallies(period, names):
    """Tallies counted from all parts, and cached: name -> Arrow table."""
    rows = list(rows_by_part(period, [f"rows_{name}" for name in names], "the crowd"))
    tallies = {}
    for name in names:
        parts = pa.concat_tables([part.pop(f"rows_{name}") for part in rows])
        tallies[name] = finished_tally(period, name, parts)
        cache_tally(period, name, tallies[name])
    return tallies


def finished_tally(period, name, rows):
    """The final rows of a tally from the rows of all parts, Arrow."""
    connection = period.connection
    connection.register("rows_arrow", rows)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE rows_{name} AS SELECT * FROM rows_arrow")
    table = connection.sql(period.statements[f"tally_{name}"]).to_arrow_table()
    connection.execute(f"TRUNCATE rows_{name}")
    return table


# -- the cache -------------------------------------------------------------------------------------


def tally_file(period, name):
    """Name of the file of a tally in the run's folder."""
    rules = hashlib.sha256(repr(astuple(period.rules)).encode()).hexdigest()[:8]
    return f"{DERIVED}/{name}-{period.first_day}-{period.last_day}-{rules}.parquet"


def cached_tally(period, name):
    """The tally in a file of the run; None unless this code wrote the file for this run."""
    file = tally_file(period, name)
    with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        table = pq.read_table(reader_of(places.get(period.run.place, file)))
        return table if table.schema.metadata[b"wrapsim"] == tally_mark(period, table) else None


def cache_tally(period, name, table):
    """Write a tally to a file of the run, unless it is not writable or a file that wrapsim did not
    write has that name.
    """
    buffer, file = pa.BufferOutputStream(), tally_file(period, name)
    marked = table.replace_schema_metadata({"wrapsim": tally_mark(period, table)})
    pq.write_table(marked, buffer, compression="zstd")
    with suppress(OSError, ValueError, *places.store_errors()):  # ValueError: a symbolic link
        existing = places.get(period.run.place, file)
        if existing is None or is_derived(existing, period.run.identity_hash):
            places.put(period.run.place, file, buffer.getvalue().to_pybytes())


def tally_mark(period, table):
    """Bytes that identify the run, code and rows of a cached tally."""
    return derived_mark(period.run.identity_hash, source_hash(Path(__file__)), table)
