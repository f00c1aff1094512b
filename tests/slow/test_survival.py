"""Killed twenty times at random moments, by one worker and by two, a run still ends with the same
bytes.
"""

import random

import pytest

import wrapsim_helpers as ws

from ..kills import MANY, survive, tree


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return tree(ws.simulate(**MANY, out_dir=tmp_path_factory.mktemp("whole") / "run", workers=1))


@pytest.mark.parametrize("kills, workers, most", [(12, 1, 30), (8, 2, 45)])
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(
    undisturbed, tmp_path, kills, workers, most
):
    survive(tmp_path / "run", kills, workers, random.Random(kills), most)
    assert tree(tmp_path / "run") == undisturbed
