"""Write Avro at columnar speed: repeated values are encoded once, and a compiled pass splices them
into records.

The bytes of an Avro record are the bytes of its fields, one after another. So fastavro encodes each
profile version and each song once, and each distinct value of any other field that is not a number.
For each play the compiled pass copies these bytes and writes the numbers. Blocks of records are
compressed into a standard container.
"""

import functools
import hashlib
import io
import json
import struct
from typing import NamedTuple

import fastavro
import numpy as np
import pyarrow as pa
from isal import isal_zlib

from ..schema import RECORDS, snake, with_ordered_keys

# bytes of records in a block before compression; the fixed cost of a block is then negligible
BLOCK_BYTES = 512 * 1024
ROWS_AT_ONCE = 16_384  # plays converted to numbers at a time
FIRST_BYTES = 16  # bytes of a block that are compressed before the rest; see `deflated`
# how a column is written: as bytes from the store, as Avro integers, as eight bytes
ENCODED, NUMBER, REAL = range(3)
FEW = 1_024  # most entries of a column that joins two
WHOLE, AWARE = (
    pa.types.is_integer,
    lambda arrow: pa.types.is_timestamp(arrow) and arrow.tz is not None,
)
# (Avro type, logical type) -> (whether an Arrow column holds its numbers, Arrow type to cast to)
NUMBERS = {
    ("int", ""): (WHOLE, pa.int32()),
    ("long", ""): (WHOLE, pa.int64()),
    ("boolean", ""): (pa.types.is_boolean, pa.bool_()),
    ("double", ""): (pa.types.is_floating, pa.float64()),
    ("int", "date"): (pa.types.is_date32, pa.date32()),
    ("long", "timestamp-millis"): (AWARE, pa.timestamp("ms", "UTC")),
    ("long", "timestamp-micros"): (AWARE, pa.timestamp("us", "UTC")),
}
KINDS = {"bool": ENCODED, "double": REAL}  # by Arrow type; NUMBER for all others
TRUTHS = [b"\0", b"\1"]
MAGIC = b"Obj\x01"
HEADER = fastavro.parse_schema(
    {
        "type": "record",
        "name": "org.apache.avro.file.Header",
        "fields": [
            {"name": "magic", "type": {"type": "fixed", "name": "Magic", "size": 4}},
            {"name": "meta", "type": {"type": "map", "values": "bytes"}},
            {"name": "sync", "type": {"type": "fixed", "name": "Sync", "size": 16}},
        ],
    }
)


class NotSpliced(ValueError):
    """The schema is not the three records in sequence; the message says why. fastavro then writes
    it record by record.
    """


# -- the container ---------------------------------------------------------------------------------


def deflated(block):
    """Raw deflate of a block; depends on the block only. block: bytes, or uint8 of shape (B,)"""
    # ISA-L has separate code for the first byte of a stream. That code hashes a register which
    # still holds the address of the stream, instead of data (igzip_icf_body_h1_gr_bt.asm, label
    # .write_first_byte, tmp2). With a chance of 1 in 8,192 this equals the hash of the block's
    # first bytes: a later match to them is lost, and the same block gets other bytes in another
    # process. A stream that begins with 4 to 16 bytes and a flush uses other code, which hashes
    # the data. The flush costs about 6 bytes a block and no time. Level 3 would differ between
    # processors.
    stream = isal_zlib.compressobj(level=1, wbits=-15)
    first = [stream.compress(block[:FIRST_BYTES]), stream.flush(isal_zlib.Z_SYNC_FLUSH)]
    return b"".join([*first, stream.compress(block[FIRST_BYTES:]), stream.flush()])


ZSTANDARD = pa.Codec("zstd", compression_level=1)
CODECS = {
    "deflate": deflated,
    "zstandard": functools.partial(ZSTANDARD.compress, asbytes=True),
    "null": bytes,
}


def write_container(file, schema, blocks, codec, marker):
    """Write an Avro object container file; its bytes depend on the arguments only. Returns their
    SHA-256 as text.

    blocks  (number of records, their bytes), as from `spliced` or `one_by_one`
    codec   one of CODECS;  marker  16 bytes between blocks
    """
    digest = hashlib.sha256()
    for piece in container(schema, blocks, codec, marker):
        digest.update(piece)
        file.write(piece)
    return digest.hexdigest()


def container(schema, blocks, codec, marker):
    """The bytes of a container, piece by piece: the header, then for each block its number of
    records and of bytes, its bytes, and the marker.
    """
    meta = {
        "avro.codec": codec.encode(),
        "avro.schema": json.dumps(with_ordered_keys(schema, private=False)).encode(),
    }
    yield encoded(HEADER, {"magic": MAGIC, "meta": meta, "sync": marker})
    for n_records, block in blocks:
        data = CODECS[codec](block)
        yield from (encoded("long", n_records) + encoded("long", len(data)), data, marker)


def encoded(schema, value):
    """A value as Avro bytes, by fastavro."""
    buffer = io.BytesIO()
    fastavro.schemaless_writer(buffer, schema, value)
    return buffer.getvalue()


def one_by_one(schema, records):
    """Blocks of records of any schema, encoded by fastavro, which is slow; yields (number of
    records, their bytes).
    """
    parsed, buffer, n_records = fastavro.parse_schema(schema), io.BytesIO(), 0
    for record in records:
        fastavro.schemaless_writer(buffer, parsed, record)
        n_records += 1
        if buffer.tell() >= BLOCK_BYTES:
            yield n_records, buffer.getvalue()
            buffer, n_records = io.BytesIO(), 0
    if n_records:
        yield n_records, buffer.getvalue()


# -- from a schema to columns ----------------------------------------------------------------------


def pieces(schema):
    """The pieces that are spliced under a schema, in order: the profile, the song and each field of
    the interaction.

    Returns  list of (Avro field, a record of that field only, which fastavro encodes to the same
             bytes)
    Raises NotSpliced if the schema is not the three records in sequence.
    """
    whole, named = fastavro.parse_schema(with_ordered_keys(schema, private=False)), {}
    fields = (
        whole.get("fields", []) if isinstance(whole, dict) and whole["type"] == "record" else []
    )
    kinds = [field["type"]["type"] if isinstance(field["type"], dict) else None for field in fields]
    if [field["name"] for field in fields] != list(RECORDS) or kinds != ["record"] * len(RECORDS):
        raise NotSpliced(f"its fields are not the records {', '.join(RECORDS)} in this order")
    try:
        return [
            (
                field,
                fastavro.parse_schema(
                    {"type": "record", "name": f"piece{i}", "fields": [field]}, named
                ),
            )
            for i, field in enumerate([*fields[:2], *fields[2]["type"]["fields"]])
        ]
    except fastavro.schema.UnknownType as error:
        raise NotSpliced(
            f"UserSongInteraction refers to itself or to a type that contains it ({error})"
        ) from None


# Arrow type of a time or a day -> (type of its number, logical type with the same number)
PLAIN = {
    "timestamp[ms, tz=UTC]": (pa.int64(), "timestamp-millis"),
    "date32[day]": (pa.int32(), "date"),
}


def plain_type(avro_type, arrow):
    """The Arrow type in which a column is passed to fastavro. A time becomes a number if the Avro
    type, or every branch of its union, stores it as that number. avro_type: None if it is not known
    """
    if avro_type is None:
        return arrow
    number, logical = PLAIN.get(str(arrow), (arrow, ""))
    branches = avro_type if isinstance(avro_type, list) else [avro_type]
    return (
        number
        if all(
            branch.get("logicalType", logical) == logical
            for branch in branches
            if isinstance(branch, dict)
        )
        else arrow
    )


def fields_in(schema, record):
    """The Avro fields of one of the three records in a schema of any form; empty if the schema does
    not have the record.
    """
    parts = schema.get("fields", []) if isinstance(schema, dict) else []
    types = [part["type"] for part in parts if part["name"] == record]
    return [field for t in types if isinstance(t, dict) for field in t.get("fields", [])]


def number_type(field, arrow):
    """The Arrow type whose numbers are the Avro numbers of a field, or None if fastavro has to
    encode the values. arrow: type of the field's column.
    """
    avro = field["type"] if isinstance(field["type"], dict) else {"type": field["type"]}
    ways = (NUMBERS.get((str(avro["type"]), name)) for name in ("", avro.get("logicalType")))
    return next((target for fits, target in filter(None, ways) if fits(arrow)), None)


class Column(NamedTuple):
    """A value to write per play.

    kind     ENCODED, NUMBER or REAL
    numbers  of any NumPy type, shape (P,)
    store    the bytes of each value, which the numbers index if the kind is ENCODED
    """

    kind: int
    numbers: np.ndarray
    store: list[bytes]


def column_of(field, piece, plays):
    """The `Column` of a field of the interaction, from the plays table; a missing field has its
    default.
    """
    name = snake(field["name"])
    if name not in plays.column_names or not plays.num_rows:
        zeros = np.zeros(plays.num_rows, np.int8)
        return Column(ENCODED, zeros, [encoded(piece, {}) for _ in zeros[:1]])
    column = plays[name]
    target = number_type(field, column.type)
    if target is None or column.null_count:
        return distinct(field["name"], piece, column.cast(plain_type(field["type"], column.type)))
    kind = KINDS.get(str(target), NUMBER)
    store = TRUTHS if kind == ENCODED else []
    return Column(kind, numbers(cast_column(name, column, target)), store)


def cast_column(name, column, target):
    """A column cast to another Arrow type. Raises ValueError naming it if a value does not fit."""
    try:
        return column.cast(target)
    except pa.ArrowInvalid as error:
        raise ValueError(f"column {name} does not fit the Avro schema: {error}.") from None


def numbers(column):
    """An Arrow column of numbers, booleans or times without nulls as NumPy numbers."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_boolean(array.type) and len(array) and not array.null_count:
        bits = np.frombuffer(array.buffers()[1], np.uint8)
        return np.unpackbits(bits, bitorder="little")[array.offset : array.offset + len(array)]
    plain = {"bool": pa.uint8(), "date32[day]": pa.int32()}.get(
        str(array.type), pa.int64() if pa.types.is_timestamp(array.type) else array.type
    )
    return array.cast(plain).to_numpy()


def distinct(name, piece, column):
    """The ENCODED `Column` of any Arrow column: fastavro encodes each distinct value once."""
    from .splicing import occurring

    if pa.types.is_nested(column.type) or pa.types.is_floating(column.type):
        store = [encoded_field(piece, name, value) for value in column.to_pylist()]
        return Column(ENCODED, np.arange(len(column)), store)
    if pa.types.is_dictionary(column.type) and column.null_count:
        column = column.cast(column.type.value_type)
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode(null_encoding="encode")
    array = column.unify_dictionaries().combine_chunks()
    values, codes = array.dictionary.to_pylist(), codes_of(array)
    store = [
        encoded_field(piece, name, value) if occurs else b""
        for value, occurs in zip(values, occurring(codes, len(values)))
    ]
    return Column(ENCODED, codes, store)


def codes_of(array):
    """The codes of a dictionary array without nulls. Raises ValueError if a code has no value;
    Arrow does not check this when it reads a file.
    """
    codes = array.indices.to_numpy()
    if len(codes) and not 0 <= codes.min() <= codes.max() < len(array.dictionary):
        raise ValueError(
            f"a column of {array.type} is damaged: it has codes from {codes.min()} to "
            f"{codes.max()} of {len(array.dictionary)} values."
        )
    return codes


def encoded_field(piece, name, value):
    """The Avro bytes of one field. Raises ValueError naming it if the schema does not allow the
    value.
    """
    try:
        return encoded(piece, {name: value})
    except (TypeError, ValueError, AttributeError, OverflowError, struct.error) as error:
        raise ValueError(
            f"field {name} is {value!r}, which the Avro schema does not allow: {error}."
        ) from None


def encoded_rows(field, piece, rows):
    """The Avro bytes of each row of a table whose columns are named as the fields of a record; a
    list.
    """
    return [encoded_field(piece, field["name"], row) for row in rows.to_pylist()]


# -- records from columns --------------------------------------------------------------------------


def spliced(columns):
    """Blocks of records from their columns; yields (number of records, their bytes). The bytes are
    valid until the next block.

    columns  list of `Column`, one per piece of the schema, in order, each with a number per play
    """
    from .splicing import splice

    columns = fused(columns)
    kinds, (starts, joined, bases) = np.array([column.kind for column in columns]), stored(columns)
    out = np.empty(
        BLOCK_BYTES + sum(max(map(len, column.store), default=10) for column in columns), np.uint8
    )
    n_records, size, rows = 0, np.uint64(0), np.empty((len(columns), ROWS_AT_ONCE), np.int64)
    for first in range(0, len(columns[0].numbers), ROWS_AT_ONCE):
        some = [column.numbers[first : first + ROWS_AT_ONCE] for column in columns]
        row, n_rows = 0, as_int64(rows, some)
        while row < n_rows:
            after, size = splice(
                kinds == ENCODED,
                kinds == NUMBER,
                bases,
                rows,
                starts,
                joined,
                row,
                n_rows,
                out,
                size,
                BLOCK_BYTES,
            )
            n_records, row = n_records + after - row, after
            if size >= BLOCK_BYTES:
                yield n_records, out[:size]
                n_records, size = 0, np.uint64(0)
    if n_records:
        yield n_records, out[:size]


def fused(columns):
    """The same columns, with neighbours of few entries joined into one: copying six bytes once is
    faster than one byte six times.
    """
    from .splicing import paired

    joined = columns[:1]
    for column in columns[1:]:
        before, n = joined[-1], len(column.store)
        if 0 < len(before.store) * n <= FEW:
            joined[-1] = Column(
                ENCODED,
                paired(before.numbers, n, column.numbers),
                [first + second for first in before.store for second in column.store],
            )
        else:
            joined.append(column)
    return joined


def stored(columns):
    """All entries of all columns in one byte array: (start of each entry, the bytes, number of each
    column's first entry).
    """
    store = [entry for column in columns for entry in column.store]
    starts = np.cumsum([0, *map(len, store)], dtype=np.uint64)
    return (
        starts,
        np.frombuffer(b"".join(store) + b"\0", np.uint8),
        np.cumsum([0, *(len(column.store) for column in columns[:-1])], dtype=np.uint64),
    )


def as_int64(rows, columns):
    """Copy the numbers of P plays into rows, floats as their bits; returns P. rows: int64, (C, at
    least P)
    """
    for row, column in zip(rows, columns):
        row[: len(column)] = column.view(np.int64) if column.dtype == np.float64 else column
    return len(columns[0])
