"""The same bytes at 12,000 places in memory, and from twenty equal runs, some of them killed."""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from wrapsim_helpers import parameters
from wrapsim_helpers.schema import schema_ind
from wrapsim_helpers.storage import avro_writing, records

from .. import moving
from ..kills import START

JANUARY = {
    "num_users": 1500,
    "start_time": "2025-01-01",
    "end_time": "2025-02-01",
    "listeners_per_part": 500,
}


# -- places in memory ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pieces(crowd):
    """Ten pieces of a block of records, each longer than isal looks back; a list of bytes."""
    run = crowd.plays, crowd.listeners, crowd.profile_versions, crowd.world.catalogue.tracks
    block = bytes(next(records.spliced_records(avro_writing.pieces(schema_ind), *run, {}))[1])
    return [block[i : i + 50_000] for i in range(0, 500_000, 50_000)]


def n_changed_on_stacks(codec, pieces):
    """How many pieces come out differently from the first time, at 12,000 places of the stack.

    They are 64 KiB apart, so that isal's hash of an address takes nearly all of its 8,192 values.
    """
    compress = lambda: [sha256(codec(piece)).digest() for piece in pieces]
    return moving.n_changed(moving.on_moved_stacks(compress, 12_000))


@pytest.mark.parametrize("codec", ["deflate", "zstandard"])
def test_a_codec_gives_the_same_bytes_at_12_000_places_of_the_stack(pieces, codec):
    assert n_changed_on_stacks(avro_writing.CODECS[codec], pieces) == 0


def test_isal_in_one_call_gives_other_bytes_at_some_of_the_12_000_places(pieces):
    assert n_changed_on_stacks(moving.in_one_call, pieces) or not moving.FAULTY


def n_changed_on_heaps(codec):
    """How many of 5,000 small blocks a codec compresses differently, at 30 places of the heap."""
    blocks = moving.small_blocks(5_000)
    return moving.n_changed(moving.on_moved_heaps(lambda: [codec(block) for block in blocks], 30))


def test_a_stream_on_the_heap_gives_the_same_bytes_if_it_is_flushed_in_time():
    assert n_changed_on_heaps(avro_writing.deflated) == 0
    assert n_changed_on_heaps(moving.flushed_too_late) or not moving.FAULTY


# -- equal runs ------------------------------------------------------------------------------------


def test_equal_runs_side_by_side_under_load_with_kills_end_with_the_same_bytes(tmp_path):
    """Twenty runs, or as many as the environment variable WRAPSIM_EQUAL_RUNS says.

    They run two at a time beside a busy process; all but the first are killed once and begun again.
    When isal compressed each block in one call, about one Avro file in twenty had other bytes.
    """
    n_runs = int(os.environ.get("WRAPSIM_EQUAL_RUNS", "20"))
    hashes, seconds, _ = run_killed(tmp_path / "run-0", 0)
    again = lambda number: run_killed(tmp_path / f"run-{number}", number, seconds)
    with busy_process(), ThreadPoolExecutor(2) as threads:
        others = list(threads.map(again, range(1, n_runs)))
    assert sum(killed for *_, killed in others) > n_runs / 2
    assert {file.rsplit(".", 1)[1] for file in hashes} == {"avro", "parquet"}
    for other, *_ in others:
        assert other == hashes


def run_killed(folder, number, longest=0):
    """Simulate into a folder, killed once within so many seconds, if any; then remove the folder.

    Returns  ({Avro or Parquet file: SHA-256}, seconds of the last attempt, whether one was killed)
    """
    moment = random.Random(number).uniform(0.2, 1.5) * longest
    killed = longest > 0 and not ends_within(moment, begin(folder, number))
    begun = time.monotonic()
    assert ends_within(300, begin(folder, number)), f"{folder} takes too long"
    seconds = time.monotonic() - begun
    paths = [path for path in folder.rglob("*.*") if path.suffix in (".avro", ".parquet")]
    hashes = {path.relative_to(folder).as_posix(): parameters.sha256_of(path) for path in paths}
    shutil.rmtree(folder)
    return hashes, seconds, killed


def begin(folder, number):
    """A process that simulates into a folder, with one worker or two, in a group of its own."""
    arguments = JANUARY | {"out_dir": str(folder), "workers": 1 + number % 2}
    return subprocess.Popen(
        [sys.executable, "-c", f"{START}ws.simulate(**{arguments!r})"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def ends_within(seconds, process):
    """Whether a process ends in so many seconds; its whole group is killed if it does not."""
    try:
        _, errors = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return False
    assert process.returncode == 0, errors[-2000:]
    return True


@contextlib.contextmanager
def busy_process():
    """Another process keeps a core busy meanwhile."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()
