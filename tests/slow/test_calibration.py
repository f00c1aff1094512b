"""The intervals of effects contain the requested values as often as they say, over a few seeds.

The full size is `python -m benchmarks.calibration`.
"""

from math import comb

import pytest

from benchmarks.calibration import LEAST, by_kind, calibration

SEEDS = range(6)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    return calibration(SEEDS, tmp_path_factory.mktemp("calibration"))


def most_misses(n, chance=0.001):
    """The number that the misses of n values exceed with less than this chance, if each value
    misses with the chance 1 - LEAST, whatever the others do.
    """
    of = [comb(n, k) * (1 - LEAST) ** k * LEAST ** (n - k) for k in range(n + 1)]
    return next(k for k in range(n + 1) if sum(of[k + 1 :]) < chance)


def test_the_bound_is_the_binomial_one():
    assert most_misses(6) == 3 and most_misses(300) == 40


def test_requested_values_lie_in_their_intervals(rows):
    missed = rows[~rows["inside"]]
    assert len(missed) <= most_misses(len(rows)), missed[["seed", "effect", "requested", "low"]]


def test_no_kind_of_effect_misses_often(rows):
    kinds = by_kind(rows)
    misses = kinds["count"] - kinds["sum"]
    assert len(kinds) > 45 and (misses <= kinds["count"].map(most_misses)).all(), kinds
