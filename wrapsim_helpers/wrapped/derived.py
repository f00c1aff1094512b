"""Tables that follow from a run, cached in the run's folder `derived`."""

import functools
import hashlib
import importlib.metadata
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..compiled import source_hash
from ..storage import places
from ..storage.tables import DERIVED, derived_mark, is_derived, reader_of

LIBRARIES = ("ibis-framework", "sqlglot", "duckdb")  # they make and run the SQL of insights


def derived_file(name, days, rules):
    """Name of a file in a run's folder. days: first and last day;  rules: `Rules`"""
    digest = hashlib.sha256(repr(astuple(rules)).encode()).hexdigest()[:8]
    return f"{DERIVED}/{name}-{days[0]}-{days[1]}-{digest}.parquet"


def cached_table(run, file):
    """The Arrow table in a file of a run; None unless this code wrote the file for this run."""
    with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
        table = pq.read_table(reader_of(places.get(run.place, file)))
        return table if table.schema.metadata[b"wrapsim"] == mark_of_table(run, table) else None


def cache_table(run, file, table):
    """Write a table to a file of a run, unless it is not writable or a file that wrapsim did not
    write has that name.
    """
    buffer = pa.BufferOutputStream()
    marked = table.replace_schema_metadata({"wrapsim": mark_of_table(run, table)})
    pq.write_table(marked, buffer, compression="zstd")
    with suppress(OSError, ValueError, *places.store_errors()):  # ValueError: a symbolic link
        existing = places.get(run.place, file)
        if existing is None or is_derived(existing, run.identity_hash):
            places.put(run.place, file, buffer.getvalue().to_pybytes())


def mark_of_table(run, table):
    """Bytes that identify the run, code and rows of a cached table."""
    return derived_mark(run.identity_hash, code_of_insights(), table)


@functools.cache
def code_of_insights():
    """Hash of the code of all insights and of the libraries that compute them."""
    versions = [importlib.metadata.version(name) for name in LIBRARIES]
    code = source_hash(Path(__file__).with_name("story.py"))
    return hashlib.sha256(" ".join([code, *versions]).encode()).hexdigest()[:16]
