"""The same work at other places in memory: what quick and slow tests of equal bytes share."""

import ctypes
import functools
import platform
import tempfile
import threading
from hashlib import sha256
from pathlib import Path

import llvmlite.binding as llvm
import numpy as np
import pyarrow.parquet as pq
from isal import isal_zlib
from llvmlite import ir

from wrapsim_helpers.storage import avro_writing, tables

MOVE_BYTES = 65_536  # isal hashes the address of its stream without the lowest 16 bits
ROOM_BYTES = 2**23  # of stack that the work itself may need
FAULTY = platform.machine() in ("x86_64", "AMD64")  # elsewhere isal runs other code
Callback = ctypes.CFUNCTYPE(None)


@functools.cache
def machine_code():
    """A function (bytes, callback) that takes bytes of the stack and calls back, and its owner.

    A call in Python does not move the stack, so numba's compiler makes a function that does.
    """
    size, callback = ir.IntType(64), ir.FunctionType(ir.VoidType(), [])
    signature = ir.FunctionType(ir.VoidType(), [size, callback.as_pointer()])
    deeper = ir.Function(ir.Module(), signature, "deeper")
    build = ir.IRBuilder(deeper.append_basic_block())
    build.store(ir.IntType(8)(0), build.alloca(ir.IntType(8), deeper.args[0]))
    build.call(deeper.args[1], [])
    build.ret_void()
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple().create_target_machine()
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(str(deeper.module)), target)
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(None, ctypes.c_int64, Callback)
    return kind(engine.get_function_address("deeper")), engine


def on_moved_stacks(work, n_places):
    """What `work()` returns in a thread, its stack each time 64 KiB further down; a list."""
    results, (deeper, _) = [], machine_code()
    callback = Callback(lambda: results.append(work()))

    def move():
        for i in range(n_places):
            deeper(1 + i * MOVE_BYTES, callback)

    before = threading.stack_size(ROOM_BYTES + n_places * MOVE_BYTES)
    thread = threading.Thread(target=move)
    thread.start()
    threading.stack_size(before)
    thread.join()
    assert len(results) == n_places, "the work failed; ctypes printed why"
    return results


def on_moved_heaps(work, n_places):
    """What `work()` returns, with more and more of the heap taken; a list.

    Streams are taken, not arrays: arrays may fit between other data, and then no stream moves.
    """
    results, taken = [], []
    for _ in range(n_places):
        results.append(work())
        taken += [isal_zlib.compressobj(level=1, wbits=-15) for _ in range(3)]
    return results


def in_one_call(block):
    """Raw deflate with the stream on the stack: at some addresses a match is lost."""
    return isal_zlib.compress(block, level=1, wbits=-15)


def flushed_too_late(block):
    """Raw deflate with the stream on the heap, flushed after 32 bytes: the same fault."""
    stream = isal_zlib.compressobj(level=1, wbits=-15)
    first = stream.compress(block[:32]) + stream.flush(isal_zlib.Z_SYNC_FLUSH)
    return first + stream.compress(block[32:]) + stream.flush()


def small_blocks(n_blocks):
    """Blocks of 100 bytes whose first twelve come again later; a list of bytes.

    In one call isal hashes such a block to 128 values instead of 8,192, so one in 128 is changed.
    """
    random = np.random.default_rng(7)
    first = random.integers(0, 256, (n_blocks, 12), np.uint8)
    between = random.integers(97, 105, (n_blocks, 40), np.uint8)
    rest = np.zeros((n_blocks, 36), np.uint8)
    return [bytes(block) for block in np.hstack([first, between, first, rest])]


def n_changed(results):
    """How many blocks came out differently from the first place. results: a list of blocks each"""
    return sum(block != first for blocks in results for block, first in zip(blocks, results[0]))


def written(block_path, table_path):
    """What each codec makes of a file, and Parquet of a table: {name: SHA-256 as text}."""
    block, table = np.fromfile(block_path, np.uint8), pq.read_table(table_path)
    with tempfile.TemporaryDirectory() as folder:
        tables.write_parquet(table, Path(folder) / "table.parquet")
        parquet = (Path(folder) / "table.parquet").read_bytes()
    found = {"parquet": parquet} | {
        name: codec(block) for name, codec in avro_writing.CODECS.items()
    }
    return {name: sha256(data).hexdigest() for name, data in found.items()}
