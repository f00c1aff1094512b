"""The run folder on disk: Parquet, Avro and the manifest. The only place where columns become rows.

A name that exists holds a whole file (see store.py). The same identity gives the same bytes: nothing here reads the
clock, and the Avro sync marker follows from the identity.
"""

import hashlib
import json
import os
import socket
import tempfile
import uuid
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import fastavro
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from . import store
from .run import canonical, differences, part_path, sha256_of
from .schema import RECORDS, TABLES, blank, in_order, record_fields, schema_ind, snake
from .store import whole_file

ROWS_PER_GROUP = 122_880         # DuckDB's vector of row groups; one listener's year is a fraction of one
PARSED = in_order(fastavro.parse_schema(schema_ind))


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

    A column that an older release did not write has its default throughout. Raises FileNotFoundError where the folder
    is no run or lacks the table.
    """
    place = store.place_of(run_dir)
    found = table_files(place, name, listener_id)
    if not found:
        raise FileNotFoundError(f"{run_dir} holds no table {name!r}. Is it the folder of a finished run? "
                                "Simulate one first: notebook 03_multiple_users, or `wrapsim simulate`.")
    return pa.concat_tables([read_part(place, file, name, columns, listener_id) for file in found])


def table_files(place, name, listener_id=None):
    """Names of the files that hold a table, or the one part with a listener in it, in order."""
    files = [file for file in store.names(place, name) if file.endswith(".parquet")]
    begun = store.get(place, "identity.json") if listener_id is not None else None
    if begun is None or not files:
        return files or [file for file in store.names(place) if file == f"{name}.parquet"]
    of_run = json.loads(begun)["parameters"]
    part = (listener_id - of_run["first_listener"]) // of_run["listeners_per_part"]
    return [file for file in files if file == f"{name}/part-{part:08d}.parquet"] or files[:1]


def read_part(place, file, name, columns, listener_id):
    """One Parquet file of a run as Arrow, in the columns of today's table."""
    source = pa.BufferReader(store.get(place, file)) if store.is_store(place) else Path(place) / file
    fields = [TABLES[name].field(column) for column in columns or TABLES[name].names]
    there = set(pq.ParquetFile(source).schema_arrow.names)
    wanted = None if listener_id is None else [("listener_id", "=", listener_id)]
    table = pq.read_table(source, columns=[field.name for field in fields if field.name in there], filters=wanted)
    return pa.table([table[field.name].cast(field.type) if field.name in there else blank(field, table.num_rows) for field in fields],
                    schema=pa.schema(fields))


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
    """The records of one Avro file in today's schema, as fastavro reads them, a generator of dicts.

    Fields that an older release did not write have their defaults.
    """
    with open(path, "rb") as file:
        rows = fastavro.reader(file)
        if in_order(rows.writer_schema, private=False) != schema_ind:
            file.seek(0)
            rows = fastavro.reader(file, PARSED)
        yield from rows


# -- the manifest -------------------------------------------------------------------------------------

def row_hash(table):
    """SHA-256 of a table's decoded values, column by column: the same whatever the file format and compression."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns):
        digest.update(f"{name}:{type_name(column.type)}:{len(column)}\n".encode())
        for values in value_buffers(column.combine_chunks()):
            digest.update(np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False)))
    return digest.hexdigest()


def type_name(arrow_type):
    """Name of an Arrow type, the same before and after a file: that of the values, for dictionaries and lists."""
    inner = pa.types.is_dictionary(arrow_type) or pa.types.is_list(arrow_type)
    return ("list of " if pa.types.is_list(arrow_type) else "") + str(arrow_type.value_type if inner else arrow_type)


def value_buffers(array):
    """The values of an Arrow array without nulls as NumPy arrays: lengths and values, never encodings."""
    if pa.types.is_list(array.type):
        return [np.diff(array.offsets.to_numpy()).astype("i8"), *value_buffers(array.flatten())]
    if pa.types.is_dictionary(array.type) or pa.types.is_string(array.type):
        return text_buffers(array if pa.types.is_dictionary(array.type) else array.dictionary_encode())
    plain = {"timestamp[ms, tz=UTC]": pa.int64(), "date32[day]": pa.int32(), "bool": pa.int8()}.get(str(array.type), array.type)
    return [array.cast(plain).to_numpy()]


def text_buffers(coded):
    """The texts that occur in a dictionary array, sorted, and each value's number among them."""
    codes, texts = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    found = sorted(np.flatnonzero(np.bincount(codes, minlength=len(texts))), key=texts.__getitem__)
    number = np.zeros(len(texts), np.min_scalar_type(len(found)))
    number[found] = np.arange(len(found))
    encoded = [texts[i].encode() for i in found]
    return [np.array([len(text) for text in encoded], "i8"), np.frombuffer(b"".join(encoded), "u1"), number[codes]]


def entry(run_dir, path, rows, rows_hash):
    """What the manifest says of one file."""
    return {"file": path.relative_to(run_dir).as_posix(), "bytes": path.stat().st_size, "rows": rows, "sha256": sha256_of(path),
            "rows_sha256": rows_hash}


def write_table(run_dir, name, table, part=None):
    """Write one table, or one part of it, as Parquet; returns its manifest entry."""
    path = Path(run_dir) / f"{name}.parquet" if part is None else part_path(run_dir, name, part)
    write_parquet(table, path)
    return entry(run_dir, path, table.num_rows, row_hash(table))


def json_bytes(value):
    """A JSON file for people and programs, as bytes: sorted keys, two blanks, one line end."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def write_json(path, value):
    """Write such a file."""
    with whole_file(path) as beside:
        beside.write_bytes(json_bytes(value))


def sealed(value):
    """A dict with the SHA-256 of its own values, so that damage to its file can be seen in the file alone."""
    return value | {"sha256": hashlib.sha256(canonical(value).encode()).hexdigest()}


def is_sealed(data):
    """Whether the bytes of a sealed JSON file are those that were written."""
    try:
        value = json.loads(data)
        return json_bytes(sealed({key: value[key] for key in value if key != "sha256"})) == data
    except (ValueError, TypeError):
        return False


def read_manifest(run_dir):
    """run.json of a finished run; FileNotFoundError where there is none, ValueError where it is not ours."""
    data = store.get(store.place_of(run_dir), "run.json")
    if data is None:
        raise FileNotFoundError(f"{run_dir} holds no finished run (no run.json). Simulate one first: notebook 03_multiple_users, "
                                "or `wrapsim simulate`.")
    try:
        manifest = json.loads(data)
        return manifest if manifest["identity"] else manifest
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{run_dir}/run.json is not a wrapsim manifest; restore it or simulate the run again.") from None


# -- the run folder -----------------------------------------------------------------------------------

def open_folder(out_dir, identity):
    """Make `out_dir` ready for a run of this identity, or refuse before anything is written; returns the place.

    A new or empty folder is taken; so is one where this very run was begun. Raises ValueError for a folder of
    another run, with the differences, or one that holds other things; PermissionError for one that cannot be written.
    """
    place = store.place_of(out_dir)
    with refusing_what_cannot_be_written(place):
        begun = store.get(place, "identity.json") if store.is_store(place) or check_folder(place) else None
        if begun is None:
            refuse_others(place, out_dir)
            writable(place)
            store.create(place, "identity.json", json_bytes(identity))
            begun = store.get(place, "identity.json")
    refuse_other_run(place, json.loads(begun), identity)
    return place


def check_folder(folder):
    """Whether a folder is there; ValueError where something else is."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"out_dir is {str(folder)!r}, which is a file; name a folder.")
    return folder.is_dir()


def refuse_others(place, out_dir):
    """ValueError where a place without a run holds anything; what our own killed runs left half-written does not count."""
    others = sorted(store.sizes(place)) if store.is_store(place) else sorted(
        path.name for path in (place.iterdir() if place.is_dir() else ()) if not path.name.startswith(store.BESIDE))
    if others:
        raise ValueError(f"out_dir is {str(out_dir)!r}, which holds other files ({others[0]} ...); name a new or empty folder.")


def writable(folder):
    """The folder, made where it is not there yet; PermissionError where nothing can be written into it. A store is left alone."""
    with refusing_what_cannot_be_written(folder):
        if not store.is_store(folder):
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder, prefix=store.BESIDE):
                pass
        return folder


@contextmanager
def refusing_what_cannot_be_written(place):
    """Turn whatever a disk or a store says into one PermissionError."""
    try:
        yield
    except (OSError, *store.store_errors()) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise PermissionError(f"out_dir is {str(place)!r}, which cannot be written ({reason}); name another folder.") from None


def refuse_other_run(place, found, wanted):
    """Nothing where both identities are the same; ValueError with the differences otherwise."""
    if found != wanted:
        lines = "\n  ".join(differences(wanted, found)[:12])
        raise ValueError(f"out_dir {str(place)!r} holds a run with another identity:\n  {lines}\n"
                         "Name another folder, or use the same parameters.")


# -- the lock -----------------------------------------------------------------------------------------

WHOLE_RUN = "lock.json"          # the lock of somebody who makes every part; that of a share names the share


@contextmanager
def locked(place, name=WHOLE_RUN):
    """Hold the lock of a run, or of a share of its parts, while the block runs.

    Raises ValueError while another process holds the same lock, or one of the two is the whole run's. The lock of a
    process that is gone from this machine is taken over, with a message.
    """
    for other in store.names(place):
        if other.startswith("lock") and (other == name or WHOLE_RUN in (other, name)):
            take_over(place, other)
    if not store.create(place, name, json_bytes(signature())):
        refuse_locked(place, name, holder_of(place, name) or signature())
    try:
        yield
    finally:
        store.remove(place, [name])


def signature():
    """Who holds a lock: host, process number, and when that process started (numbers come back after a while)."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": round(psutil.Process().create_time(), 1)}


def holder_of(place, name):
    """Who holds a lock, see `signature`; None where it is free."""
    data = store.get(place, name)
    try:
        return data and json.loads(data)
    except ValueError:
        return {"host": "an unknown machine", "pid": 0, "started": 0}


def take_over(place, name):
    """Remove the lock of a process that is gone; ValueError where it may still be at work."""
    holder = holder_of(place, name)
    if holder and (holder["host"] != socket.gethostname() or alive(holder)):
        refuse_locked(place, name, holder)
    if holder:
        tqdm.write(f"Process {holder['pid']} began this run and is gone; going on in {place}.")
        store.remove(place, [name])


def alive(holder):
    """Whether the process that holds a lock still runs on this machine."""
    try:
        return abs(psutil.Process(holder["pid"]).create_time() - holder["started"]) < 2
    except psutil.NoSuchProcess:
        return False


def refuse_locked(place, name, holder):
    """ValueError that says who is at work in a place."""
    since = datetime.fromtimestamp(holder["started"]).strftime("%Y-%m-%d %H:%M")
    raise ValueError(f"{place} is being written by process {holder['pid']} on {holder['host']}, started {since}. Wait for it, or name "
                     f"another folder. If that machine is gone, remove {name} there and start again.")
