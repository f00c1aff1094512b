"""A hash of a table's decoded rows, independent of file format and compression."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from . import avro_writing

# -- the manifest ----------------------------------------------------------------------------------


def row_hash(table):
    """XXH3 (128 bits) of a table's decoded values, column by column, independent of file format and
    compression.
    """
    digest = xxhash.xxh3_128()
    for name, column in zip(table.column_names, table.columns):
        digest.update(f"{name}:{type_name(column.type)}:{len(column)}\n".encode())
        for values in value_buffers(column.combine_chunks()):
            digest.update(
                np.ascontiguousarray(values.astype(values.dtype.newbyteorder("<"), copy=False))
            )
    return digest.hexdigest()


def type_name(arrow_type):
    """Name of an Arrow type, the same before writing and after reading: for dictionaries and lists,
    the type of the values.
    """
    values = str(getattr(arrow_type, "value_type", arrow_type))
    return f"list of {values}" if pa.types.is_list(arrow_type) else values


def value_buffers(array):
    """The values of an Arrow array without nulls as NumPy arrays: lengths and values, never
    encodings.
    """
    if pa.types.is_list(array.type):
        return [np.diff(array.offsets.to_numpy()).astype("i8"), *value_buffers(array.flatten())]
    if pa.types.is_dictionary(array.type) or pa.types.is_string(array.type):
        return text_buffers(
            array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        )
    return [avro_writing.numbers(array)]


def text_buffers(coded):
    """The texts that occur in a dictionary array, sorted (lengths, bytes), and the position of each
    value among them.
    """
    from .splicing import looked_up, occurring

    codes = avro_writing.codes_of(coded)
    used = np.flatnonzero(occurring(codes, len(coded.dictionary)))
    texts = coded.dictionary.take(pa.array(used))
    order = pc.sort_indices(texts)
    number = np.zeros(len(coded.dictionary), np.min_scalar_type(len(used)))
    number[used[order.to_numpy()]] = np.arange(len(used))
    texts = texts.take(order)
    return [
        pc.binary_length(texts).to_numpy().astype("i8"),
        np.frombuffer("".join(texts.to_pylist()).encode(), "u1"),
        looked_up(number, codes),
    ]
