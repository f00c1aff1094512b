"""Read Avro files of SpotifyWrappedData records into columns, by DataFusion."""

import json
import os

import fastavro
import pyarrow as pa
import pyarrow.compute as pc

from ..checking import check_file, check_path, front_door
from ..schema import (
    LABEL,
    NAMED,
    RECORDS,
    SYMBOLS,
    TABLES,
    blank,
    code,
    labelled,
    pascal,
    released_schemas,
)
from .avro_writing import HEADER, MAGIC, fields_in

# -- to columns ------------------------------------------------------------------------------------

# columns of the plays table whose record or field has another name: column -> (record, field)
ELSEWHERE = {
    "profile_version": ("UserProfile", "ProfileVersion"),
    "plan": ("UserProfile", "SubscriptionPlan"),
    "song_id": ("SongMetadata", "SongId"),
}
DERIVED = ("listener_id", "track_id")  # computed from play_id and song_id
# fields that every file must have; older files may miss the fields of later releases
FIRST_RELEASE = released_schemas()["1"]
SOURCES = {
    name: ELSEWHERE.get(name, ("UserSongInteraction", pascal(name)))
    for name in (*TABLES["plays"].names, "song_id")
    if name not in DERIVED
}


@front_door
def read_plays_avro(paths, tracks: pa.Table):
    """The plays table of Avro files of SpotifyWrappedData records, read by DataFusion, about ten
    times as fast as by fastavro.

    paths    one path, or several in the order of their plays
    tracks   the tracks table of the run, which turns song ids into track numbers
    Returns  Arrow table as TABLES["plays"]
    Raises ValueError naming a file that is damaged, holds other records, or holds songs that are
    not among the tracks.
    """
    paths = (
        [paths]
        if isinstance(paths, (str, bytes, os.PathLike)) or not hasattr(paths, "__iter__")
        else paths
    )
    batches = (batch for path in paths for batch in play_batches(file_at("paths", path), tracks))
    return pa.Table.from_batches(batches, TABLES["plays"])


def file_at(name, given):
    """The given path of a file. Raises FileNotFoundError if there is no such file. name: of the
    argument, for the message
    """
    return check_file(
        name, check_path(name, given), "Give the path of an Avro file, such as plays.avro."
    )


def play_batches(path, tracks):
    """The plays of one file, a generator of Arrow record batches."""
    n_records, n_read = count_records(path), 0
    for rows in rows_of(path):
        yield plays_of(path, rows, tracks)
        n_read += len(rows)
    if n_read != n_records:
        raise damaged_avro(
            path, f"it should hold {n_records:,} records, but {n_read:,} can be read"
        )


def rows_of(path):
    """The fields of SOURCES that a file has, named as columns, in the order of the file; a
    generator of Arrow record batches.
    """
    from datafusion import SessionConfig, SessionContext  # here, since the import is slow

    context = SessionContext(SessionConfig().with_target_partitions(1))
    with open(path, "rb") as file:
        schema, _ = header_of(path, file)
    columns = ", ".join(
        f"\"{record}\"['{field}'] AS {name}" for name, (record, field) in sources_in(schema).items()
    )
    try:
        context.register_avro("plays", path.absolute().as_uri(), file_extension=path.suffix)
        for batch in context.sql(f"SELECT {columns} FROM plays").execute_stream():
            yield batch.to_pyarrow()
    except Exception as error:  # DataFusion raises no narrower class
        raise damaged_avro(path, str(error)) from None


def plays_of(path, rows, tracks):
    """A record batch of the plays table, from rows of `rows_of`."""
    positions = pc.index_in(rows["song_id"], value_set=tracks["song_id"])
    if positions.null_count:
        raise ValueError(
            f"{path} has a play of song {rows['song_id'].filter(positions.is_null())[0]}, which is "
            f"not among the {tracks.num_rows:,} tracks given; "
            "give the tracks of the run that the file belongs to."
        )
    columns = {name: rows[name] for name in rows.schema.names} | {
        "listener_id": pc.shift_right(rows["play_id"], 32),
        "track_id": tracks["track_id"].combine_chunks().take(positions),
    }
    return pa.RecordBatch.from_arrays(
        [
            as_column(field, columns[field.name])
            if field.name in columns
            else blank(field, len(rows))
            for field in TABLES["plays"]
        ],
        schema=TABLES["plays"],
    )


def as_column(field, values):
    """An Arrow array as a column of the plays table; closed sets get the dictionary of the schema,
    and symbols of a later release become UNKNOWN.
    """
    if field.type == LABEL:
        codes = pc.index_in(values.cast(pa.string()), value_set=pa.array(SYMBOLS[field.name]))
        return labelled(field.name, pc.fill_null(codes, code(field.name, "UNKNOWN")))
    return values.dictionary_encode() if field.type == NAMED else values.cast(field.type)


def count_records(path):
    """The number of records that an Avro file states, after a check that every block is complete.
    No block is decompressed.

    Raises FileNotFoundError, or ValueError naming a file that is cut off, is not Avro, or does not
    hold SpotifyWrappedData records.
    """
    with open(path, "rb") as file:
        schema, marker = header_of(path, file)
        stored = sources_in(schema).values()
        missing = [
            ".".join(source)
            for source in sources_in(FIRST_RELEASE).values()
            if source not in stored
        ]
        if missing:
            raise ValueError(
                f"{path} is an Avro file of other records: it has no {', '.join(missing[:5])}; "
                f"give a file of SpotifyWrappedData records."
            )
        return sum(block_counts(path, file, marker))


def header_of(path, file):
    """(schema, sync marker) of an opened Avro file; the file is then at its first block."""
    try:
        header = fastavro.schemaless_reader(file, HEADER)
        assert header["magic"] == MAGIC
        return json.loads(header["meta"]["avro.schema"]), header["sync"]
    except Exception:  # a file of another format can raise almost any error
        raise ValueError(
            f"{path} is not an Avro file; give an object container file, such as those that "
            f"simulate(..., formats='avro') writes."
        ) from None


def sources_in(schema):
    """The part of SOURCES that the schema of a file has."""
    known = {(record, field["name"]) for record in RECORDS for field in fields_in(schema, record)}
    return {name: source for name, source in SOURCES.items() if source in known}


def block_counts(path, file, marker):
    """The number of records in each block of an opened Avro file. Raises ValueError if the sync
    marker does not follow a block.
    """
    size = os.fstat(file.fileno()).st_size
    while file.tell() < size:
        try:
            n_records, n_bytes = (fastavro.schemaless_reader(file, "long") for _ in range(2))
            file.seek(n_bytes, os.SEEK_CUR)
            assert n_records >= 0 and n_bytes >= 0 and file.read(len(marker)) == marker
        except Exception:
            raise damaged_avro(
                path, f"a block before byte {size:,} is cut off or damaged"
            ) from None
        yield n_records


def damaged_avro(path, why):
    """The ValueError for an Avro file that cannot be read completely."""
    return ValueError(
        f"{path} is damaged: {why}. Restore it, or simulate the run again into another folder."
    )
