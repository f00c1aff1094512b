"""The tables of a run on disk, as Parquet and Avro, and its folder. The only place where columns become rows.

A name that exists holds a whole file (see store.py). The same identity gives the same bytes: nothing here reads the
clock, and the Avro sync marker follows from the identity.
"""

import errno
import hashlib
import re
import tempfile
import uuid
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import xxhash

from . import avro, store
from .arguments import check_path, front_door
from .manifest import identity_in, identity_of, is_finished, json_bytes, read_manifest
from .resources import PACKAGE
from .run import check_choice, check_count, check_names, differences, part_path, sha256_of
from .schema import RECORDS, TABLES, blank, in_order, pascal, record_fields, schema_ind, snake
from .store import new_file, whole_file

ROWS_PER_GROUP = 122_880         # DuckDB's vector of row groups; one listener's year is a fraction of one
DERIVED = "derived"              # folder of a run with what was counted from its files, made again whenever it is missing


# -- Parquet ------------------------------------------------------------------------------------------

def write_parquet(table, path):
    """Write an Arrow table to a file, in place of an earlier one."""
    with whole_file(path) as beside:
        parquet_into(table, beside)


def parquet_into(table, path):
    """The bytes of an Arrow table as Parquet: int64 and times as differences, everything else by dictionary, pages compressed by zstandard.

    Measured on plays, that is smaller, and faster to write and to read, than Parquet's defaults. Each row group keeps the
    smallest and largest value of every column, by which readers skip what they do not need.
    """
    leaves = {f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name: getattr(field.type, "value_type", field.type)
              for field in table.schema}
    stepwise = [name for name, kind in leaves.items() if kind == pa.int64() or pa.types.is_timestamp(kind)]
    pq.write_table(table, path, row_group_size=ROWS_PER_GROUP, compression="zstd", compression_level=1,
                   use_dictionary=[name for name in leaves if name not in stepwise] or False,
                   column_encoding=dict.fromkeys(stepwise, "DELTA_BINARY_PACKED") or None)


@front_door
def read_parquet(run_dir, name, columns=None, listener_id=None):
    """One table of a run as Arrow, all parts in order, of all listeners or of one.

    A column that an older release did not write has its default throughout. Raises FileNotFoundError where the folder
    is no run or lacks the table.
    """
    place, name = store.place_of(run_dir), check_choice("name", name, tuple(TABLES))
    check_columns(name, columns)
    check_listener_id(listener_id)
    found = table_files(place, name, listener_id)
    if not found:
        raise FileNotFoundError(f"{run_dir} holds no table {name!r}. Is it the folder of a finished run? "
                                "Simulate one first: notebook 03_multiple_users, or `wrapsim simulate`.")
    return pa.concat_tables([read_part(place, file, name, columns, listener_id) for file in found])


def check_listener_id(listener_id):
    """ValueError or TypeError for what is neither a listener's number nor None, which stands for all listeners."""
    if listener_id is not None:
        check_count("listener_id", listener_id, 0, 2**31 - 2)


def check_columns(name, columns):
    """Nothing where a table has these columns, or None is given for all; ValueError or TypeError otherwise."""
    for column in check_names("columns", columns) if columns is not None else ():
        if column not in TABLES[name].names:
            check_choice("columns", column, tuple(TABLES[name].names))


def table_in(file):
    """Name of the table that a file of a run holds: "plays" for plays/part-00000003.parquet and for avro/part-00000003.avro."""
    return "plays" if file.startswith("avro/") else re.split(r"[./]", file)[0]


def table_files(place, name, listener_id=None, suffix=".parquet"):
    """Names of the files that hold a table in one format, or of the one part with a listener in it, in order.

    Of a finished run they are those that run.json lists; FileNotFoundError for one that is gone, ValueError for one of
    another size or of another run. Of an unfinished one they are those that are there.
    """
    folders = (name, "avro") if suffix == ".avro" else (name,)        # older runs keep Avro in plays/
    there = {file: size for folder in folders for file, size in store.sizes_in(place, folder).items()} or store.sizes_in(place)
    files = {file: size for file, size in there.items() if file.endswith(suffix) and table_in(file) == name}
    if is_finished(place):
        refuse_unlisted(place, name, files, suffix)
    if listener_id is None or len(files) < 2:
        return sorted(files)
    of_run = identity_of(place)["parameters"]
    part = (listener_id - of_run["first_listener"]) // of_run["listeners_per_part"]
    return [file for file in files if file.endswith(f"/part-{part:08d}{suffix}")] or sorted(files)[:1]


def refuse_unlisted(place, name, files, suffix):
    """Nothing where the files of a table are those that a finished run lists. files: name -> size."""
    listed = {one["file"]: one["bytes"] for one in read_manifest(place)["files"] if one["file"].endswith(suffix) and table_in(one["file"]) == name}
    for file in sorted(set(files) - set(listed)):
        raise ValueError(f"{place}/{file} is not a file of this run; move it elsewhere.")
    for file in sorted(set(listed) - set(files)):
        raise FileNotFoundError(f"{place}/{file} is missing, though run.json lists it. Restore it, or simulate the run again into the same folder.")
    for file in sorted(file for file, size in files.items() if size != listed[file]):
        raise ValueError(f"{place}/{file} is damaged: it has {files[file]:,} bytes instead of {listed[file]:,}. Restore it, or remove it and "
                         "simulate the run again into the same folder.")


def read_part(place, file, name, columns, listener_id):
    """One Parquet file of a run as Arrow, in the columns of today's table."""
    source = pa.BufferReader(store.get(place, file)) if store.is_store(place) else Path(place) / file
    fields = [TABLES[name].field(column) for column in columns or TABLES[name].names]
    there = set(pq.ParquetFile(source).schema_arrow.names)
    wanted = None if listener_id is None else [("listener_id", "=", listener_id)]
    table = pq.read_table(source, columns=[field.name for field in fields if field.name in there], filters=wanted)
    return pa.table([table[field.name].cast(field.type) if field.name in there else blank(field, table.num_rows) for field in fields],
                    schema=pa.schema(fields))


@front_door
def read_table(run_dir, name, columns=None, listener_id=None):
    """The same, also of a run whose plays are kept as Avro alone."""
    place = store.place_of(run_dir)
    if check_choice("name", name, tuple(TABLES)) != "plays" or not is_finished(place):
        return read_parquet(run_dir, name, columns, listener_id)
    check_columns("plays", columns)
    check_listener_id(listener_id)
    return pa.concat_tables([read_plays(place, file, columns, listener_id) for file in play_files(place, listener_id)])


def play_files(place, listener_id=None):
    """Names of the files with a finished run's plays, or of the one with a listener in it: Parquet if the run has it, otherwise Avro."""
    kept = {Path(file["file"]).suffix for file in read_manifest(place)["files"] if table_in(file["file"]) == "plays"}
    return table_files(place, "plays", listener_id, max(kept))


def read_plays(place, file, columns=None, listener_id=None):
    """The plays in one file of a finished run as Arrow, of all its listeners or of one. ValueError naming a damaged file."""
    if file.endswith(".parquet"):
        return read_part(place, file, "plays", columns, listener_id)
    plays = read_avro_part(place, file)
    plays = plays if listener_id is None else plays.filter(pc.equal(plays["listener_id"], listener_id))
    return plays.select(columns or plays.column_names)


def read_avro_part(place, file):
    """The plays in one Avro file of a finished run; ValueError where its bytes are not those that run.json lists."""
    listed = next(one["sha256"] for one in read_manifest(place)["files"] if one["file"] == file)
    with store.at_hand(place, file) as path:
        if sha256_of(path) != listed:
            raise avro.damaged(path, "its bytes are not those that run.json lists")
        return avro.read_plays_avro(path, read_parquet(place, "tracks", ["track_id", "song_id"]))


# -- rows ---------------------------------------------------------------------------------------------

@front_door
def records(plays: pa.Table, listeners, versions, tracks):
    """SpotifyWrappedData records of a plays table, one per play, in order; a generator of dicts valid under schema_ind.

    Times come as datetime with zone, days as date, user ids as UUID, as fastavro reads them back.
    """
    parts = [narrowed(*part) for part in zip(RECORDS, (profiles(listeners, versions), songs(tracks), plays))]
    for profile, song, play in joined(plays, versions, tracks, parts):
        yield dict(zip(RECORDS, (profile | {"UserId": uuid.UUID(profile["UserId"])}, dict(song), play)))


def plain_records(plays, listeners, versions, tracks, schema=schema_ind):
    """The same records as numbers and text, with a field for every column of the tables; they share their parts.

    So fastavro can write them under any schema, and several times as fast: it takes the fields that the schema has.
    """
    parts = [in_pascal_case(as_numbers(*part)) for part in zip((profiles(listeners, versions), songs(tracks), plays), avro.fields_of_parts(schema))]
    for parts_of_one in joined(plays, versions, tracks, parts):
        yield dict(zip(RECORDS, parts_of_one))


def joined(plays, versions, tracks, parts):
    """(UserProfile, SongMetadata, UserSongInteraction) of each play, from the table of each: one row per version, track and play."""
    profile, song = (part.to_pylist() for part in parts[:2])
    rows = (row for batch in parts[2].to_batches(max_chunksize=ROWS_PER_GROUP) for row in batch.to_pylist())
    for version, track, play in zip(version_of(plays, versions), track_of(plays, tracks), rows):
        yield profile[version], song[track], play


def version_of(plays, versions):
    """Row of the profile versions table that each play belongs to, int32."""
    listener_and_version = (pc.add(pc.shift_left(table["listener_id"], 32), table["profile_version"]) for table in (versions, plays))
    return positions("profile version {2} of listener {1}", *listener_and_version)


def track_of(plays, tracks):
    """Row of the tracks table that each play is of, int32."""
    return positions("track {0}", tracks["track_id"], plays["track_id"])


def positions(what, keys, wanted):
    """Where each wanted key is among the keys, Arrow columns; int32. KeyError where one is not, naming it as `what` says."""
    if len(wanted) and not wanted.null_count and np.array_equal(keys, np.arange(len(keys))) and 0 <= pc.min(wanted).as_py() <= pc.max(wanted).as_py() < len(keys):
        return wanted.to_numpy().astype(np.int32, copy=False)        # keys that count up from 0 are their own places
    found = pc.index_in(wanted, value_set=keys)
    if found.null_count:
        lost = wanted.filter(found.is_null())[0].as_py()
        name = what.format(lost, lost >> 32, lost % 2**32)
        raise KeyError(f"the plays are of {name}, which is not among the {len(keys):,} given; give the tables of the same run.")
    return found.to_numpy()


def profiles(listeners, versions):
    """What each listener was like during each profile version: a table with the names of UserProfile and more, a row per version."""
    people = listeners.take(positions("listener {0}", listeners["listener_id"], versions["listener_id"]))
    everything = {name: table[name] for table in (people, versions) for name in table.column_names}
    return pa.table(everything | {"subscription_plan": versions["plan"]})


def songs(tracks):
    """The tracks table, also under the names of SongMetadata."""
    return tracks.append_column("length", tracks["duration_ms"]).append_column("is_noise", tracks["noise"])


def narrowed(record, table):
    """The columns of a table that are fields of one of the three records, by field names."""
    fields = [field["name"] for field in record_fields(record)]
    return table.select([snake(name) for name in fields]).rename_columns(fields)


def in_pascal_case(table):
    """A table with its columns named as fields are."""
    return table.rename_columns([pascal(name) for name in table.column_names])


def as_numbers(table, fields):
    """A table with its times as int64 milliseconds and its days as int32 since 1970, where the Avro fields of a record take them so.

    fields  of the record, dicts with name and type. A time of another logical type stays a time, which fastavro knows to write
    """
    types = {field["name"]: field["type"] for field in fields}
    return table.cast(pa.schema([field.with_type(avro.plain_type(types.get(pascal(field.name)), field.type)) for field in table.schema]))


# -- Avro ---------------------------------------------------------------------------------------------

@front_door
def write_avro(plays: pa.Table, listeners: pa.Table, versions: pa.Table, tracks: pa.Table, path, marker, codec="deflate", schema=schema_ind, known=None):
    """Write a plays table as an Avro container of SpotifyWrappedData records, one per play, in order; returns the file's SHA-256.

    listeners, versions, tracks  who and what the plays are of
    marker  16 bytes between blocks, from `sync_marker`;  codec  "deflate", "zstandard" or "null"
    schema  another schema of the record. Where it is the three records in sequence, records are spliced; any other is left
            to fastavro, some thirty times as slow, with a warning that says why
    known   a dict to keep encoded songs in, from one file of the same tracks and schema to the next
    Raises ValueError where `path` already holds something else
    """
    codec, path = check_choice("codec", codec, avro.CODECS), check_path("path", path)
    try:
        blocks = spliced(avro.pieces(schema), plays, listeners, versions, tracks, {} if known is None else known)
    except avro.NotSpliced as reason:
        warnings.warn(f"{path.name} is written by fastavro, record by record, since the schema cannot be spliced: {reason}.", stacklevel=2)
        blocks = avro.one_by_one(schema, plain_records(plays, listeners, versions, tracks, schema))
    with new_file(path) as beside, open(beside, "wb") as file:
        return avro.write_container(file, schema, blocks, codec, marker)


def spliced(pieces, plays, listeners, versions, tracks, known):
    """Blocks of the records of a plays table, each profile and song that occurs encoded once; see `avro.spliced`."""
    version_used, version = used(version_of(plays, versions))
    track_used, track = used(track_of(plays, tracks))
    people = avro.encoded_rows(*pieces[0], in_pascal_case(as_numbers(profiles(listeners, versions.take(version_used)), pieces[0][0]["type"]["fields"])))
    new = [row for row in track_used if row not in known]
    known.update(zip(new, avro.encoded_rows(*pieces[1], in_pascal_case(as_numbers(songs(tracks.take(pa.array(new, pa.int64()))), pieces[1][0]["type"]["fields"])))))
    return avro.spliced([avro.Column(avro.ENCODED, version, people), avro.Column(avro.ENCODED, track, [known[row] for row in track_used]),
                         *(avro.column_of(*piece, plays) for piece in pieces[2:])])


def used(numbers):
    """The numbers that occur, in order, and for each number which of those it is."""
    from .splicing import looked_up, occurring
    occur = np.flatnonzero(occurring(numbers, numbers.max(initial=-1) + 1))
    place = np.zeros(len(occur) and occur[-1] + 1, np.int32)
    place[occur] = np.arange(len(occur))
    return occur, looked_up(place, numbers)


@front_door
def sync_marker(identity_hash, part):
    """The 16 bytes that part an Avro file's blocks; random elsewhere, here they follow from the run and the part."""
    return hashlib.sha256(f"{identity_hash} {part}".encode()).digest()[:16]


@front_door
def read_avro(path):
    """The records of one Avro file in today's schema, as fastavro reads them, a generator of dicts.

    Fields that an older release did not write have their defaults. Raises ValueError naming a file that is damaged or
    holds other records.
    """
    path = avro.file_at("path", path)
    avro.count_records(path)
    with open(path, "rb") as file:
        try:
            rows = fastavro.reader(file)
            if in_order(rows.writer_schema, private=False) != schema_ind:
                file.seek(0)
                rows = fastavro.reader(file, schema_ind)
            yield from rows
        except Exception as error:      # damage inside a block shows as almost any error
            raise avro.damaged(path, f"{type(error).__name__}: {error}") from None


# -- the manifest -------------------------------------------------------------------------------------

def row_hash(table):
    """XXH3 (128 bits) of a table's decoded values, column by column: the same whatever the file format and compression."""
    digest = xxhash.xxh3_128()
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
    return [avro.numbers(array)]


def text_buffers(coded):
    """The texts that occur in a dictionary array, sorted, and each value's number among them."""
    from .splicing import looked_up, occurring
    codes = avro.codes_of(coded)
    found = np.flatnonzero(occurring(codes, len(coded.dictionary)))
    texts = coded.dictionary.take(pa.array(found))
    order = pc.sort_indices(texts)
    number = np.zeros(len(coded.dictionary), np.min_scalar_type(len(found)))
    number[found[order.to_numpy()]] = np.arange(len(found))
    texts = texts.take(order)
    return [pc.binary_length(texts).to_numpy().astype("i8"), np.frombuffer("".join(texts.to_pylist()).encode(), "u1"), looked_up(number, codes)]


def entry(run_dir, path, sha256, rows, rows_hash):
    """What the manifest says of one file."""
    return {"file": path.relative_to(run_dir).as_posix(), "bytes": path.stat().st_size, "rows": rows, "sha256": sha256, "rows_xxh3": rows_hash}


def write_table(run_dir, name, table, part=None):
    """Write one table, or one part of it, as Parquet; returns its manifest entry."""
    path = Path(run_dir) / f"{name}.parquet" if part is None else part_path(run_dir, name, part)
    with new_file(path) as beside:
        parquet_into(table, beside)
    return entry(run_dir, path, sha256_of(path), table.num_rows, row_hash(table))


def is_derived(data):
    """Whether the bytes of a Parquet file are one of those that we keep in the folder DERIVED of a run."""
    with suppress(pa.ArrowException, OSError):
        return b"wrapsim" in (pq.read_schema(pa.BufferReader(data)).metadata or {})
    return False


# -- the run folder -----------------------------------------------------------------------------------

def open_folder(out_dir, identity):
    """Make `out_dir` ready for a run of this identity, or refuse before anything is written; returns the place.

    A new or empty folder is taken; so is one where this very run was begun. Raises ValueError for a folder of
    another run, with the differences, or one that holds other things; PermissionError for one that cannot be written.
    """
    place = store.place_of(out_dir, "out_dir")
    with refusing_what_cannot_be_written(place):
        begun = store.get(place, "identity.json") if store.is_store(place) or check_folder(place) else None
        if begun is None:
            store.create(place, "identity.json", json_bytes(finished_as(place) or new_here(place, out_dir, identity)))
            begun = store.get(place, "identity.json")
    refuse_other_run(place, identity_in(place, begun), identity)
    return place


def finished_as(place):
    """The identity that a sound run.json of a place states; None otherwise."""
    with suppress(FileNotFoundError, ValueError):
        return read_manifest(place)["identity"]


def new_here(place, out_dir, identity):
    """The identity of a run that begins in an empty place which can be written; ValueError or PermissionError otherwise."""
    refuse_others(place, out_dir)
    writable(place)
    return identity


def check_folder(folder):
    """Whether a folder is there; ValueError where a file is in its place, or in that of a folder above it."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        which = "which" if nearest in (folder, folder.absolute()) else f"and {str(nearest)!r}"
        raise ValueError(f"out_dir is {str(folder)!r}, {which} is a file; name a folder.")
    return folder.is_dir()


def refuse_others(place, out_dir):
    """ValueError where a place without a run holds anything; what our own killed runs left half-written does not count."""
    others = sorted(store.sizes(place)) if store.is_store(place) else sorted(
        path.name for path in (place.iterdir() if place.is_dir() else ()) if not store.final_name(path.name))
    if others:
        raise ValueError(f"out_dir is {str(out_dir)!r}, which holds other files ({others[0]} ...); name a new or empty folder.")


def writable(folder):
    """The folder, made where it is not there yet; PermissionError where nothing can be written into it. A store is left alone."""
    with refusing_what_cannot_be_written(folder):
        if not store.is_store(folder):
            if folder.resolve().is_relative_to(PACKAGE.resolve()):
                raise OSError(errno.EROFS, "it is inside the installed package")
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
        if isinstance(error, PermissionError) and not error.errno:       # said already, in just these words
            raise
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise PermissionError(f"out_dir is {str(place)!r}, which cannot be written ({reason}); name another folder.") from None


def refuse_other_run(place, found, wanted):
    """Nothing where both identities are the same; ValueError with the differences otherwise."""
    if found != wanted:
        lines = "\n  ".join(differences(wanted, found)[:12])
        raise ValueError(f"out_dir {str(place)!r} holds a run with another identity:\n  {lines}\n"
                         "(Here is what is asked for, there what the folder holds.) Name another folder, or use the same parameters.")
