"""Killed twenty times at random moments, by one worker and by two, a run still ends with the same bytes."""

import random

import pytest

import wrapsim_helpers as ws

from ..kills import MANY, survive, tree


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return tree(ws.simulate(**MANY, out_dir=tmp_path_factory.mktemp("whole") / "run", workers=1))


@pytest.mark.parametrize("kills, workers, longest", [(12, 1, 0.8), (8, 2, 3.5)])
def test_a_run_killed_again_and_again_ends_with_the_same_bytes(undisturbed, tmp_path, kills, workers, longest):
    survive(tmp_path / "run", kills, workers, random.Random(kills), longest)
    assert tree(tmp_path / "run") == undisturbed
