"""What the tests share: a tiny run, the bundled sources, and the real source files where somebody
has them.
"""

import gc
import os
from pathlib import Path

import pyarrow as pa
import pytest

import wrapsim_helpers as ws

TOP = Path(__file__).parent.parent
# a leap-less spring with a daylight-saving night in it; three parts of at most three listeners
TINY = {
    "num_users": 8,
    "start_time": "2025-03-20",
    "end_time": "2025-04-10",
    "seed": 7,
    "listeners_per_part": 3,
    "catalogue_tracks": 0,
}
# the default world, as it ships
DEFAULT = {"num_users": 3, "start_time": "2025-03-20", "end_time": "2025-04-10", "seed": 7}


@pytest.fixture(scope="module", autouse=True)
def free_memory():
    """Give back what the tests of a file no longer hold: figures lie in cycles, and Arrow's
    allocator keeps what it had.
    """
    yield
    collect_and_freeze()
    pa.default_memory_pool().release_unused()


@pytest.fixture(scope="session", autouse=True)
def frozen_modules():
    """Let garbage collections skip what lives until the last test: modules and shared fixtures.
    Looking through them takes half a second each time.
    """
    collect_and_freeze()
    yield
    gc.unfreeze()


def collect_and_freeze():
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def survey():
    return ws.load_survey()


@pytest.fixture(scope="session")
def songs():
    return ws.load_songs()


@pytest.fixture(scope="session")
def catalogue(songs):
    return ws.build_catalogue(songs)


@pytest.fixture(scope="session")
def tiny_run(tmp_path_factory):
    """The folder of a finished tiny run in both formats."""
    return ws.simulate(**TINY, out_dir=tmp_path_factory.mktemp("tiny") / "run", workers=1)


@pytest.fixture(scope="session")
def crowd():
    """Two hundred listeners over three weeks, in memory."""
    window = {"start_time": "2025-03-20", "end_time": "2025-04-10"}
    return ws.listen(ws.Run(num_users=200, **window, seed=11, catalogue_tracks=0))


@pytest.fixture(scope="session")
def invented():
    """Sixty listeners over a year, in memory, with invented music: releases all through the year,
    festive ones, noise.
    """
    return ws.listen(
        ws.Run(
            num_users=60,
            start_time="2025-01-01",
            end_time="2026-01-01",
            seed=3,
            catalogue_tracks=5_000,
        )
    )


@pytest.fixture(scope="session")
def real_data():
    """Folder of the two original source files; the tests that need them are the only ones that may
    skip.
    """
    for folder in (os.environ.get("WRAPSIM_REAL_DATA"), TOP.parent / "shared" / "data"):
        if folder and (Path(folder) / "spotify_data.csv").is_file():
            return Path(folder)
    pytest.skip("the original source files are not here; name their folder in WRAPSIM_REAL_DATA")
