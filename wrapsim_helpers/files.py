"""The run folder on disk: Parquet, Avro and the manifest. The only place where columns become rows.

A file is written beside its place and renamed when it is whole, so a name that exists holds a whole file. The same
identity gives the same bytes: nothing here reads the clock, and the Avro sync marker follows from the identity.
"""

import hashlib
import json
import os
import tempfile
import uuid
from contextlib import contextmanager
from pathlib import Path

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from .run import differences, part_path, sha256_of
from .schema import RECORDS, TABLES, in_order, record_fields, schema_ind, snake

ROWS_PER_GROUP = 122_880         # DuckDB's vector of row groups; one listener's year is a fraction of one
PARSED = in_order(fastavro.parse_schema(schema_ind))


@contextmanager
def whole_file(path):
    """A temporary path beside `path`, renamed to it when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield beside
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


# -- Parquet ------------------------------------------------------------------------------------------

def write_parquet(table, path):
    """Write an Arrow table: int64 and times as differences, everything else by dictionary, pages compressed by zstandard.

    Measured on plays, that is smaller, and faster to write and to read, than Parquet's defaults.
    """
    stepwise = [field.name for field in table.schema if field.type == pa.int64() or pa.types.is_timestamp(field.type)]
    with whole_file(path) as beside:
        pq.write_table(table, beside, row_group_size=ROWS_PER_GROUP, compression="zstd", compression_level=1,
                       use_dictionary=[name for name in table.column_names if name not in stepwise] or False,
                       column_encoding=dict.fromkeys(stepwise, "DELTA_BINARY_PACKED") or None)


def read_parquet(run_dir, name, columns=None, listener_id=None):
    """One table of a run as Arrow, all parts in order, of all listeners or of one.

    Raises FileNotFoundError where the folder is no run or lacks the table.
    """
    single = Path(run_dir) / f"{name}.parquet"
    paths = [single] if single.is_file() else sorted((Path(run_dir) / name).glob("part-*.parquet"))
    if not paths:
        raise FileNotFoundError(f"{run_dir} holds no table {name!r}. Is it the folder of a finished run? "
                                "Simulate one first: notebook 03_multiple_users, or `wrapsim simulate`.")
    wanted = None if listener_id is None else [("listener_id", "=", listener_id)]
    return pq.read_table(paths, columns=columns, filters=wanted, schema=TABLES[name])


# -- rows ---------------------------------------------------------------------------------------------

def records(plays, listeners, versions, tracks):
    """SpotifyWrappedData records of a plays table, one per play, in order; a generator of dicts valid under schema_ind.

    Times come as datetime with zone, days as date, user ids as UUID, as fastavro reads them back.
    """
    people = [row | {"user_id": uuid.UUID(row["user_id"])} for row in listeners.to_pylist()]
    for profile, song, play in assembled(plays, people, versions.to_pylist(), tracks.to_pylist()):
        yield dict(zip(RECORDS, (dict(profile), dict(song), play)))


def plain_records(plays, listeners, versions, tracks):
    """The same records as numbers and text, which fastavro writes several times as fast; they share their parts."""
    rows = (as_numbers(table).to_pylist() for table in (listeners, versions, tracks))
    for profile, song, play in assembled(as_numbers(plays), *rows):
        yield dict(zip(RECORDS, (profile, song, play)))


def as_numbers(table):
    """A table with its times as int64 milliseconds and its days as int32 since 1970."""
    numbers = {"timestamp[ms, tz=UTC]": pa.int64(), "date32[day]": pa.int32()}
    return table.cast(pa.schema([field.with_type(numbers.get(str(field.type), field.type)) for field in table.schema]))


def assembled(plays, people, versions, tracks):
    """The three parts of each record of a plays table: (UserProfile, SongMetadata, UserSongInteraction) dicts.

    people, versions, tracks  rows as dicts, by column name
    """
    profile_of, song_of = profiles(people, versions), [renamed("SongMetadata", songs(row)) for row in tracks]
    fields = {field["name"]: plays[snake(field["name"])].to_pylist() for field in record_fields("UserSongInteraction")}
    keys = (plays[name].to_pylist() for name in ("listener_id", "profile_version", "track_id"))
    for listener_id, version, track_id, *values in zip(*keys, *fields.values()):
        yield profile_of[listener_id, version], song_of[track_id], dict(zip(fields, values))


def profiles(people, versions):
    """UserProfile records by (listener_id, profile_version): what the listener was like during that version."""
    by_number = {row["listener_id"]: row for row in people}
    return {(row["listener_id"], row["profile_version"]):
            renamed("UserProfile", by_number[row["listener_id"]] | row | {"subscription_plan": row["plan"]}) for row in versions}


def songs(row):
    """A row of the tracks table under the names of SongMetadata."""
    return row | {"length": row["duration_ms"], "is_noise": row["noise"]}


def renamed(record, row):
    """A row by column names as one of the three records, by field names."""
    return {field["name"]: row[snake(field["name"])] for field in record_fields(record)}


# -- Avro ---------------------------------------------------------------------------------------------

def write_avro(rows, path, marker):
    """Write SpotifyWrappedData records as an Avro container. marker: 16 bytes between blocks, from `sync_marker`."""
    with whole_file(path) as beside, open(beside, "wb") as file:
        fastavro.writer(file, PARSED, rows, codec="deflate", codec_compression_level=1, sync_marker=marker)


def sync_marker(identity_hash, part):
    """The 16 bytes that part an Avro file's blocks; random elsewhere, here they follow from the run and the part."""
    return hashlib.sha256(f"{identity_hash} {part}".encode()).digest()[:16]


def read_avro(path):
    """The records of one Avro file, as fastavro reads them, a generator of dicts."""
    with open(path, "rb") as file:
        yield from fastavro.reader(file)


# -- the manifest -------------------------------------------------------------------------------------

def row_hash(table):
    """SHA-256 of a table's decoded values, column by column: the same whatever the file format and compression."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns):
        digest.update(f"{name}:{type_name(column.type)}:{len(column)}\n".encode())
        for values in value_buffers(column.combine_chunks()):
            digest.update(values)
    return digest.hexdigest()


def type_name(arrow_type):
    """Name of an Arrow type, the same before and after a file: that of the values, for dictionaries and lists."""
    inner = pa.types.is_dictionary(arrow_type) or pa.types.is_list(arrow_type)
    return ("list of " if pa.types.is_list(arrow_type) else "") + str(arrow_type.value_type if inner else arrow_type)


def value_buffers(array):
    """The values of an Arrow array without nulls as bytes-like buffers: lengths and values, never encodings."""
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_list(array.type):
        return [np.diff(array.offsets.to_numpy()).astype("<i8").tobytes(), *value_buffers(array.flatten())]
    if pa.types.is_string(array.type):
        encoded = [text.encode() for text in array.to_pylist()]
        return [np.array([len(text) for text in encoded], "<i8").tobytes(), b"".join(encoded)]
    if pa.types.is_boolean(array.type):
        return [array.cast(pa.int8()).to_numpy().tobytes()]
    if pa.types.is_floating(array.type):
        return [array.to_numpy().astype("<f8").tobytes()]
    width = pa.int64() if pa.types.is_timestamp(array.type) else pa.int32() if pa.types.is_date(array.type) else array.type
    return [array.cast(width).cast(pa.int64()).to_numpy().astype("<i8").tobytes()]


def entry(run_dir, path, rows, rows_hash):
    """What the manifest says of one file."""
    return {"file": path.relative_to(run_dir).as_posix(), "rows": rows, "sha256": sha256_of(path), "rows_sha256": rows_hash}


def write_table(run_dir, name, table, part=None):
    """Write one table, or one part of it, as Parquet; returns its manifest entry."""
    path = Path(run_dir) / f"{name}.parquet" if part is None else part_path(run_dir, name, part)
    write_parquet(table, path)
    return entry(run_dir, path, table.num_rows, row_hash(table))


def write_json(path, value):
    """Write a JSON file for people and programs: sorted keys, two blanks, one line end."""
    with whole_file(path) as beside:
        beside.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def read_manifest(run_dir):
    """run.json of a finished run; FileNotFoundError where there is none, ValueError where it is not ours."""
    path = Path(run_dir) / "run.json"
    if not path.is_file():
        raise FileNotFoundError(f"{run_dir} holds no finished run (no run.json). Simulate one first: notebook 03_multiple_users, "
                                "or `wrapsim simulate`.")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return manifest if manifest["identity"] else manifest
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} is not a wrapsim manifest; restore it or simulate the run again.") from None


# -- the run folder -----------------------------------------------------------------------------------

def open_folder(out_dir, identity):
    """Make `out_dir` ready for a run of this identity, or refuse before anything is written.

    A new or empty folder is taken; so is one where this very run was begun. Raises ValueError for a folder of
    another run, with the differences, or one that holds other things; PermissionError for one that cannot be written.
    """
    folder = Path(out_dir)
    begun = folder / "identity.json"
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"out_dir is {str(out_dir)!r}, which is a file; name a folder.")
    if begun.is_file():
        refuse_other_run(folder, json.loads(begun.read_text(encoding="utf-8")), identity)
    elif folder.is_dir() and any(folder.iterdir()):
        raise ValueError(f"out_dir is {str(out_dir)!r}, which holds other files ({next(folder.iterdir()).name} ...); "
                         "name a new or empty folder.")
    write_json(writable(folder) / begun.name, identity)
    return folder


def writable(folder):
    """The folder, made where it is not there yet; PermissionError where nothing can be written into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise PermissionError(f"out_dir is {str(folder)!r}, which cannot be written ({error.strerror}); name another folder.") from None


def refuse_other_run(folder, found, wanted):
    """Nothing where both identities are the same; ValueError with the differences otherwise."""
    if found != wanted:
        lines = "\n  ".join(differences(wanted, found)[:12])
        raise ValueError(f"out_dir {str(folder)!r} holds a run with another identity:\n  {lines}\n"
                         "Name another folder, or use the same parameters.")
