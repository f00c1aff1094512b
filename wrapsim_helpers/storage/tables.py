"""Tables of a run on disk or in a store: write Parquet; read all, some columns or one listener."""

import re
from contextlib import ExitStack, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..checking import check_choice, check_count, check_names, front_door
from ..parameters import part_path, sha256_of
from ..schema import TABLES, blank
from . import avro_reading, places
from .manifest import identity_of, is_finished, read_manifest
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


@front_door
def read_parquet(run_dir, name, columns=None, listener_id=None):
    """A table of a run as Arrow, all parts in order, of all listeners or of one.

    A column that an older release did not write has its default in every row. Raises
    FileNotFoundError if the folder is not a run or has no such table.
    """
    place, name = places.place_of(run_dir), check_choice("name", name, tuple(TABLES))
    check_columns(name, columns)
    check_listener_id(listener_id)
    files = table_files(run_dir, name, listener_id)
    if not files:
        raise FileNotFoundError(
            f"{run_dir} holds no table {name!r}. Is it the folder of a finished run? "
            "Simulate one first: notebook 03_multiple_users, or `wrapsim simulate`."
        )
    return pa.concat_tables([read_part(place, file, name, columns, listener_id) for file in files])


def check_listener_id(listener_id):
    """Raise ValueError or TypeError unless the value is a listener's number, or None for all
    listeners.
    """
    if listener_id is not None:
        check_count("listener_id", listener_id, 0, 2**31 - 2)


def check_columns(name, columns):
    """Raise ValueError or TypeError unless a table has these columns, or None is given for all."""
    for column in check_names("columns", columns) if columns is not None else ():
        if column not in TABLES[name].names:
            check_choice("columns", column, tuple(TABLES[name].names))


def table_in(file):
    """Name of the table that a file of a run holds: "plays" for plays/part-00000003.parquet and for
    avro/part-00000003.avro.
    """
    return "plays" if file.startswith("avro/") else re.split(r"[./]", file)[0]


def table_files(run_dir, name, listener_id=None, suffix=".parquet"):
    """Names of the files that hold a table in one format, in order; for a listener, of the part
    that holds the listener.

    A finished run has the files that run.json lists: raises FileNotFoundError for a missing file,
    ValueError for one of another size or of another run. An unfinished run has the files that
    exist.
    """
    place = places.place_of(run_dir)
    folders = (name, "avro") if suffix == ".avro" else (name,)  # older runs keep Avro in plays/
    existing = {
        file: size for folder in folders for file, size in places.sizes_in(place, folder).items()
    } or places.sizes_in(place)
    files = {
        file: size
        for file, size in existing.items()
        if file.endswith(suffix) and table_in(file) == name
    }
    if is_finished(run_dir):
        refuse_unlisted(place, name, files, listed_files(run_dir, name, suffix))
    if listener_id is None or len(files) < 2:
        return sorted(files)
    of_run = identity_of(run_dir)["parameters"]
    part = (listener_id - of_run["first_listener"]) // of_run["listeners_per_part"]
    return [file for file in files if file.endswith(f"/part-{part:08d}{suffix}")] or sorted(files)[
        :1
    ]


def listed_files(run_dir, name, suffix):
    """The files of a table in one format that a finished run lists: name -> size."""
    return {
        listed["file"]: listed["bytes"]
        for listed in read_manifest(run_dir)["files"]
        if listed["file"].endswith(suffix) and table_in(listed["file"]) == name
    }


def refuse_unlisted(place, name, files, listed):
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


def damaged(place, file, error):
    """The ValueError for a file of a run that cannot be read. error: that of the reader"""
    reason = " ".join(str(error).split()).rstrip(".")
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
    stored = set(pq.ParquetFile(source).schema_arrow.names)
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


@front_door
def read_table(run_dir, name, columns=None, listener_id=None):
    """The same as `read_parquet`, also for a run whose plays are stored only as Avro."""
    if check_choice("name", name, tuple(TABLES)) != "plays" or not is_finished(run_dir):
        return read_parquet(run_dir, name, columns, listener_id)
    check_columns("plays", columns)
    check_listener_id(listener_id)
    return pa.concat_tables(
        [
            read_plays(run_dir, file, columns, listener_id)
            for file in play_files(run_dir, listener_id)
        ]
    )


def play_files(run_dir, listener_id=None):
    """Names of the files with a finished run's plays, or of the file that holds a listener: Parquet
    if the run has it, otherwise Avro.
    """
    suffixes = {
        Path(file["file"]).suffix
        for file in read_manifest(run_dir)["files"]
        if table_in(file["file"]) == "plays"
    }
    return table_files(run_dir, "plays", listener_id, max(suffixes))


def read_plays(run_dir, file, columns=None, listener_id=None):
    """The plays in one file of a finished run as Arrow, of all its listeners or of one.

    Raises ValueError naming a damaged file.
    """
    if file.endswith(".parquet"):
        return read_part(places.place_of(run_dir), file, "plays", columns, listener_id)
    plays = read_avro_part(run_dir, file)
    plays = (
        plays if listener_id is None else plays.filter(pc.equal(plays["listener_id"], listener_id))
    )
    return plays.select(columns or plays.column_names)


def read_avro_part(run_dir, file):
    """The plays in one Avro file of a finished run. Raises ValueError if its SHA-256 is not the one
    in run.json.
    """
    files = read_manifest(run_dir)["files"]
    sha256 = next(listed["sha256"] for listed in files if listed["file"] == file)
    with places.local_file(places.place_of(run_dir), file) as path:
        if sha256_of(path) != sha256:
            raise avro_reading.damaged_avro(path, "its SHA-256 is not the one in run.json")
        return avro_reading.read_plays_avro(
            path, read_parquet(run_dir, "tracks", ["track_id", "song_id"])
        )


def entry(run_dir, path, temporary, sha256, rows, rows_hash):
    """The manifest entry of a file that is still at a temporary path."""
    return {
        "file": path.relative_to(run_dir).as_posix(),
        "bytes": temporary.stat().st_size,
        "rows": rows,
        "sha256": sha256,
        "rows_xxh3": rows_hash,
    }


def write_table(run_dir, name, table, part=None):
    """Write a table, or one part of it, as Parquet. Returns its manifest entry."""
    with ExitStack() as names:
        return begin_table(names, run_dir, name, table, part)


def begin_table(names, run_dir, name, table, part=None):
    """The same as `write_table`, but the file gets its name when the ExitStack `names` closes."""
    path = Path(run_dir) / f"{name}.parquet" if part is None else part_path(run_dir, name, part)
    temporary = names.enter_context(new_file(path))
    parquet_into(table, temporary)
    return entry(run_dir, path, temporary, sha256_of(temporary), table.num_rows, row_hash(table))


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
