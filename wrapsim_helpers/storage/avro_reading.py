"""Avro files of SpotifyWrappedData records back to columns, by DataFusion."""

import json
import os

import fastavro
import pyarrow as pa
import pyarrow.compute as pc

from ..checking import check_path, front_door
from ..schema import LABEL, NAMED, SYMBOLS, TABLES, blank, code, labelled, pascal, released
from .avro_writing import HEADER, MAGIC

# -- back to columns -------------------------------------------------------------------------------

# where the columns of the plays table are that the interaction does not hold under their own name;
# the rest follows from these
ELSEWHERE = {
    "profile_version": ("UserProfile", "ProfileVersion"),
    "plan": ("UserProfile", "SubscriptionPlan"),
    "song_id": ("SongMetadata", "SongId"),
}
DERIVED = ("listener_id", "track_id")  # from play_id and song_id
FIRST_RELEASE = released()[
    "1"
]  # what every release has; a field that came later may lack in older files
SOURCES = {
    name: ELSEWHERE.get(name, ("UserSongInteraction", pascal(name)))
    for name in (*TABLES["plays"].names, "song_id")
    if name not in DERIVED
}


@front_door
def read_plays_avro(paths, tracks: pa.Table):
    """The plays table of Avro files of SpotifyWrappedData records, read by DataFusion, some ten
    times as fast as fastavro.

    paths    one path or several, whose plays follow each other in the table
    tracks   the tracks table of the run, which turns song ids into track numbers
    Returns  Arrow table as TABLES["plays"]
    Raises ValueError naming a file that is damaged, of other records, or of songs that are not
    among the tracks.
    """
    paths = (
        [paths]
        if isinstance(paths, (str, bytes, os.PathLike)) or not hasattr(paths, "__iter__")
        else paths
    )
    batches = (batch for path in paths for batch in play_batches(file_at("paths", path), tracks))
    return pa.Table.from_batches(batches, TABLES["plays"])


def file_at(name, given):
    """The path of a file that a caller gave as an argument of this name; FileNotFoundError where
    there is none.
    """
    path = check_path(name, given)
    if not path.is_file():
        raise FileNotFoundError(
            f"{name} is {str(given)!r}, and there is no such file; give the path of an Avro file, "
            f"such as plays.avro."
        )
    return path


def play_batches(path, tracks):
    """The same plays of one file, batch by batch: a generator of Arrow record batches."""
    n_records, n_read = count_records(path), 0
    for rows in rows_of(path):
        yield plays_of(path, rows, tracks)
        n_read += len(rows)
    if n_read != n_records:
        raise damaged(path, f"it should hold {n_records:,} records, and {n_read:,} can be read")


def rows_of(path):
    """The fields of SOURCES that a file has, under the names of columns, batch by batch, in the
    order of the file.
    """
    from datafusion import SessionConfig, SessionContext  # only readers wait for it

    context = SessionContext(SessionConfig().with_target_partitions(1))
    with open(path, "rb") as file:
        schema, _ = header_of(path, file)
    columns = ", ".join(
        f"\"{record}\"['{field}'] AS {name}"
        for name, (record, field) in SOURCES.items()
        if field in fields_in(schema, record)
    )
    try:
        context.register_avro("plays", path.absolute().as_uri(), file_extension=path.suffix)
        for batch in context.sql(f"SELECT {columns} FROM plays").execute_stream():
            yield batch.to_pyarrow()
    except Exception as error:  # DataFusion raises nothing narrower
        raise damaged(path, str(error)) from None


def plays_of(path, rows, tracks):
    """Rows as from `rows_of` as a record batch of the plays table."""
    found = pc.index_in(rows["song_id"], value_set=tracks["song_id"])
    if found.null_count:
        raise ValueError(
            f"{path} plays the song {rows['song_id'].filter(found.is_null())[0]}, which is not "
            f"among the {tracks.num_rows:,} tracks given; "
            "give the tracks of the run that the file belongs to."
        )
    columns = {name: rows[name] for name in rows.schema.names} | {
        "listener_id": pc.shift_right(rows["play_id"], 32),
        "track_id": tracks["track_id"].combine_chunks().take(found),
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
    """An Arrow array as a column of the plays table; closed sets get the dictionary of their
    schema.
    """
    if field.type == LABEL:
        known = pc.index_in(values.cast(pa.string()), value_set=pa.array(SYMBOLS[field.name]))
        return labelled(
            field.name, pc.fill_null(known, code(field.name, "UNKNOWN"))
        )  # a symbol of a later release
    return values.dictionary_encode() if field.type == NAMED else values.cast(field.type)


def count_records(path):
    """How many records an Avro file says it holds, once every block has been found whole, without
    decompressing one.

    Raises FileNotFoundError, or ValueError naming a file that is cut, is no Avro, or holds no
    SpotifyWrappedData.
    """
    with open(path, "rb") as file:
        schema, marker = header_of(path, file)
        lacking = [
            f"{record}.{field}"
            for record, field in SOURCES.values()
            if field in fields_in(FIRST_RELEASE, record) and field not in fields_in(schema, record)
        ]
        if lacking:
            raise ValueError(
                f"{path} is an Avro file of other records, without {', '.join(lacking[:5])}; give "
                f"one of SpotifyWrappedData records."
            )
        return sum(block_counts(path, file, marker))


def header_of(path, file):
    """(schema, marker) of an Avro file that has been opened; leaves it at the first block."""
    try:
        header = fastavro.schemaless_reader(file, HEADER)
        assert header["magic"] == MAGIC
        return json.loads(header["meta"]["avro.schema"]), header["sync"]
    except Exception:  # whatever a foreign file makes of being read as a header
        raise ValueError(
            f"{path} is not an Avro file; give an object container file, as simulate(..., "
            f"formats='avro') writes them."
        ) from None


def fields_in(schema, record):
    """Names of the fields of one of the three records in the schema of a file; none where it lacks
    the record.
    """
    parts = schema.get("fields", []) if isinstance(schema, dict) else []
    return [
        field["name"]
        for part in parts
        if part["name"] == record and isinstance(part["type"], dict)
        for field in part["type"].get("fields", [])
    ]


def block_counts(path, file, marker):
    """The number of records in each block of an opened Avro file; ValueError where one is not
    followed by the marker.
    """
    size = os.fstat(file.fileno()).st_size
    while file.tell() < size:
        try:
            n_records, n_bytes = (fastavro.schemaless_reader(file, "long") for _ in range(2))
            file.seek(n_bytes, os.SEEK_CUR)
            assert n_records >= 0 and n_bytes >= 0 and file.read(len(marker)) == marker
        except Exception:
            raise damaged(path, f"a block that should end before byte {size:,} does not") from None
        yield n_records


def damaged(path, why):
    """The ValueError about an Avro file that cannot be read whole."""
    return ValueError(
        f"{path} is damaged: {why}. Restore it, or simulate the run again into another folder."
    )
