"""Compiled passes over columns of numbers: splice bytes into Avro records, and look up codes.

They are in a module of their own, which other modules import inside functions, since importing
numba takes longer than showing a run or a schema.
"""

import numpy as np

from ..compiled import compiled

LOW, HIGH, SEVEN, ONE = np.uint64(127), np.uint64(128), np.uint64(7), np.uint64(1)


@compiled
def splice(encoded, zig_zag, bases, rows, starts, joined, row, n_rows, out, size, full):
    """Append records to a block, starting at a row, until the block is full. Returns (the row after
    the last one written, bytes in the block).

    encoded  whether each column's numbers index entries of the store, bool, shape (C,)
    zig_zag  whether they are written as Avro integers, bool, shape (C,); neither: as eight bytes
    bases   each column's first entry in the store
    rows    numbers, int64, shape (C, at least n_rows);  row, n_rows  the first row to write, and
            the number of rows
    starts  where each entry of the store begins, and where the last ends;  joined  uint8, the
            store
    out     uint8, the block;  size  bytes already in it;  full  number of bytes from which the
            block is full, one record before the end of `out`
    Indices are unsigned, so that the compiler needs no check for negative ones and copies many
    bytes at once.
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
def paired(firsts, n, seconds):
    """A number for each pair of numbers, int32, (P,). n: number of different second numbers"""
    pairs = np.empty(len(firsts), np.int32)
    for i in range(len(firsts)):
        pairs[i] = firsts[i] * n + seconds[i]
    return pairs


@compiled
def occurring(numbers, n):
    """Which of the numbers 0 to n - 1 occur; bool, shape (n,). numbers: integers from 0 to n - 1,
    shape (P,)
    """
    occurs = np.zeros(n, np.uint8)
    for i in range(len(numbers)):
        occurs[np.uint64(numbers[i])] = 1
    return occurs.view(np.bool_)


@compiled
def looked_up(table, numbers):
    """The entry of a table for each number, shape (P,), of the table's type. numbers: indices of
    the table, 0 or more
    """
    entries = np.empty(len(numbers), table.dtype)
    for i in range(len(numbers)):
        entries[i] = table[np.uint64(numbers[i])]
    return entries


@compiled
def write_number(value, out, size):
    """Append an integer in Avro's encoding: zig-zag, seven bits per byte, lowest first. Returns the
    number of bytes in the block.
    """
    rest = np.uint64((value << 1) ^ (value >> 63))
    while rest > LOW:
        out[size] = (rest & LOW) | HIGH
        rest >>= SEVEN
        size += ONE
    out[size] = rest
    return size + ONE
