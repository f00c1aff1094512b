"""Files of the tables of a run, on disk or in a store: write Parquet, read one file."""

import re
from contextlib import ExitStack, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..parameters import part_path, sha256_of
from ..schema import TABLES, blank
from . import places
from .places import new_file, whole_file
from .row_hashes import row_hash

ROWS_PER_GROUP = 122_880  # DuckDB's row group size; a listener's year is a fraction of it
# folder of a run for tables computed from its files; a missing one is computed again
DERIVED = "derived"


# -- Parquet ---------------------------------------------------------------------------------------


def write_parquet(table, path):
    """Write an Arrow table to a Parquet file, replacing an earlier one."""
    with whole_file(path) as temporary:
        parquet_into(table, temporary)


def parquet_into(table, path):
    """Write an Arrow table as Parquet: int64 and times as differences, other columns by dictionary,
    pages compressed by zstandard.

    Measured on plays, that is smaller, and faster to write and to read, than Parquet's defaults.
    Each row group stores the smallest and largest value of every column, so that readers can skip
    row groups.
    """
    leaves = {
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name: getattr(
            field.type, "value_type", field.type
        )
        for field in table.schema
    }
    stepwise = [
        name for name, kind in leaves.items() if kind == pa.int64() or pa.types.is_timestamp(kind)
    ]
    pq.write_table(
        table,
        path,
        row_group_size=ROWS_PER_GROUP,
        compression="zstd",
        compression_level=1,
        use_dictionary=[name for name in leaves if name not in stepwise] or False,
        column_encoding=dict.fromkeys(stepwise, "DELTA_BINARY_PACKED") or None,
    )


def table_in(file):
    """Name of the table that a file of a run holds: "plays" for plays/part-00000003.parquet and for
    avro/part-00000003.avro.
    """
    return "plays" if file.startswith("avro/") else re.split(r"[./]", file)[0]


def refuse_unlisted(place, files, listed):
    """Raise ValueError or FileNotFoundError unless the files of a table are those listed. Both are
    name -> size.
    """
    for file in sorted(set(files) - set(listed)):
        raise ValueError(f"{place}/{file} is not a file of this run; move it elsewhere.")
    for file in sorted(set(listed) - set(files)):
        raise FileNotFoundError(
            f"{place}/{file} is missing, but run.json lists it. Restore it, or simulate the run "
            f"again into the same folder."
        )
    for file in sorted(file for file, size in files.items() if size != listed[file]):
        raise ValueError(
            f"{place}/{file} is damaged: it has {files[file]:,} bytes instead of {listed[file]:,}. "
            f"Restore it, or remove it and "
            "simulate the run again into the same folder."
        )


def read_part(place, file, name, columns, listener_id):
    """One Parquet file of a run as Arrow, with the columns of the current schema. Raises ValueError
    naming a damaged file.
    """
    try:
        return columns_in(place, file, name, columns, listener_id)
    except (pa.ArrowException, OSError) as error:
        raise damaged(place, file, error) from None


def damaged(place, file, why):
    """The ValueError for a file of a run that cannot be read. why: text or error"""
    reason = " ".join(str(why).split()).rstrip(".")
    return ValueError(
        f"{place}/{file} is damaged: {reason}. Restore it, or remove it and simulate the run again "
        "into the same folder."
    )


def reader_of(data):
    """An Arrow file over a copy of bytes.

    An Arrow thread may be the last to release a file. If Python owned the memory, that thread would
    wait for the interpreter, and abort the process if the interpreter is exiting.
    """
    memory = pa.allocate_buffer(len(data))
    memoryview(memory).cast("B")[:] = data
    return pa.BufferReader(memory)


def columns_in(place, file, name, columns, listener_id):
    """The same as `read_part`, but raises the error of the reader for a damaged file."""
    source = reader_of(places.get(place, file)) if places.is_store(place) else Path(place) / file
    fields = [TABLES[name].field(column) for column in columns or TABLES[name].names]
    stored = pq.ParquetFile(source).schema_arrow.names
    wanted = None if listener_id is None else [("listener_id", "=", listener_id)]
    table = pq.read_table(
        source, columns=[field.name for field in fields if field.name in stored], filters=wanted
    )
    return pa.table(
        [
            table[field.name].cast(field.type)
            if field.name in stored
            else blank(field, table.num_rows)
            for field in fields
        ],
        schema=pa.schema(fields),
    )


def entry(folder, path, temporary, sha256, table):
    """The manifest entry of a table's file that is still at a temporary path."""
    return {
        "file": path.relative_to(folder).as_posix(),
        "bytes": temporary.stat().st_size,
        "rows": table.num_rows,
        "sha256": sha256,
        "rows_xxh3": row_hash(table),
    }


def write_table(folder, name, table, part=None):
    """Write a table, or one part of it, as Parquet. Returns its manifest entry."""
    with ExitStack() as names:
        return begin_table(names, folder, name, table, part)


def begin_table(names, folder, name, table, part=None):
    """The same as `write_table`, but the file gets its name when the ExitStack `names` closes."""
    path = Path(folder) / f"{name}.parquet" if part is None else part_path(folder, name, part)
    temporary = names.enter_context(new_file(path))
    parquet_into(table, temporary)
    return entry(folder, path, temporary, sha256_of(temporary), table)


def derived_mark(identity_hash, code, table):
    """The mark in a table of the folder DERIVED: the run, code and rows it belongs to, bytes."""
    return f"{identity_hash} {code} {row_hash(table)}".encode()


def is_derived(data, identity_hash):
    """Whether the bytes of a Parquet file are a table that wrapsim derived from this run, see
    `derived_mark`.
    """
    with suppress(pa.ArrowException, OSError, LookupError, TypeError, ValueError):
        table = pq.read_table(reader_of(data))
        mark = table.schema.metadata[b"wrapsim"]
        return mark == derived_mark(identity_hash, mark.split()[1].decode(), table)
    return False
