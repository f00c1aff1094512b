"""The compiled passes over columns of numbers: joining bytes to Avro records, and looking codes up.

Apart from `avro` and `files`, which import them where they are called: importing numba takes longer
than all that these need to show a run or a schema.
"""

import numpy as np

from ..compiled import compiled

LOW, HIGH, SEVEN, ONE = np.uint64(127), np.uint64(128), np.uint64(7), np.uint64(1)


@compiled
def splice(encoded, zig_zag, bases, rows, starts, joined, row, n_rows, out, size, full):
    """Append records to a block from a row on, until it is full: (the row after the last one
    written, bytes in the block).

    encoded  whether each column's numbers stand for entries of the store, bool, shape (C,)
    zig_zag  whether they are written as Avro's integers, bool, shape (C,); neither: as eight
             bytes
    bases   each column's first entry in the store
    rows    numbers, int64, shape (C, at least n_rows);  row, n_rows  the first to write, and
            how many there are in all
    starts  where each entry of the store begins, and where the last ends;  joined  uint8, the
            store
    out     uint8, the block;  size  bytes already in it;  full  from how many on it is full,
            one record before the end of `out`
    Indices are unsigned, so that the compiler need not look for negative ones and copies many bytes
    at once.
    """
    while row < n_rows and size < full:
        for i in range(len(encoded)):
            value = rows[i, row]
            if encoded[i]:
                entry = bases[i] + np.uint64(value)
                start, n = starts[entry], starts[entry + ONE] - starts[entry]
                for k in range(n):
                    out[size + k] = joined[start + k]
                size += n
            elif zig_zag[i]:
                size = write_number(value, out, size)
            else:
                for shift in range(0, 64, 8):
                    out[size] = (value >> shift) & 255
                    size += ONE
        row += 1
    return row, size


@compiled
def paired(ones, n, twos):
    """One number for each pair of numbers, int32, (P,). n: how many different second ones there
    are
    """
    pairs = np.empty(len(ones), np.int32)
    for i in range(len(ones)):
        pairs[i] = ones[i] * n + twos[i]
    return pairs


@compiled
def occurring(numbers, n):
    """Which of the numbers 0 to n - 1 occur; bool, shape (n,). numbers: integers from 0 to below n,
    shape (P,)
    """
    there = np.zeros(n, np.uint8)
    for i in range(len(numbers)):
        there[np.uint64(numbers[i])] = 1
    return there.view(np.bool_)


@compiled
def looked_up(table, numbers):
    """The entry of a table for each number, shape (P,), of the table's type. numbers: integers from
    0 on, within the table
    """
    found = np.empty(len(numbers), table.dtype)
    for i in range(len(numbers)):
        found[i] = table[np.uint64(numbers[i])]
    return found


@compiled
def write_number(value, out, size):
    """Append an integer as Avro does, zig-zag and seven bits a byte, lowest first; returns the
    bytes then in the block.
    """
    rest = np.uint64((value << 1) ^ (value >> 63))
    while rest > LOW:
        out[size] = (rest & LOW) | HIGH
        rest >>= SEVEN
        size += ONE
    out[size] = rest
    return size + ONE
