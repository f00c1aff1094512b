"""Listeners who differ most, and the crowd around them."""

import math

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.characters import CHARACTERS
from wrapsim_helpers.wrapped.contrasts import by_minutes, one_of_each, scores_of


def measures(rows):
    """Measures of listeners 0, 1, ...: rows of {number of a habit: score}; other scores are 0."""
    table = pd.DataFrame({"listener_id": range(len(rows)), "is_eligible": True})
    for i in range(len(CHARACTERS)):
        table[f"score_{i}"] = [row.get(i, 0.0) for row in rows]
    return table


def sent(rows, groups):
    chosen = one_of_each([np.array(group) for group in groups], scores_of(measures(rows)))
    return [(row["listener_id"], row["character"]) for row in chosen]


def test_each_group_sends_the_listener_in_whom_a_habit_stands_out_most():
    rows = [{0: 1.0}, {1: 2.0}, {2: 0.5}, {3: 0.4}]
    names = [character.name for character in CHARACTERS]
    assert sent(rows, [[0, 1], [2, 3]]) == [(1, names[1]), (2, names[2])]


def test_no_habit_comes_twice_and_a_tie_goes_to_the_lower_number():
    rows = [{0: 3.0}, {0: 2.0, 1: 0.1}, {4: 1.0}, {4: 1.0}]
    names = [character.name for character in CHARACTERS]
    expected = [(0, names[0]), (1, names[1]), (2, names[4])]
    assert sent(rows, [[0], [1], [3, 2]]) == expected


def test_a_group_in_which_nothing_stands_out_sends_the_one_with_most_minutes():
    assert sent([{0: -1.0}, {0: math.nan}], [[1, 0]]) == [(1, "")]


def test_only_eligible_listeners_are_sorted_by_minutes_unless_nobody_is():
    totals = pd.DataFrame({"listener_id": [0, 1, 2, 3], "ms_played": [5, 9, 9, 1]})
    rated = measures([{}] * 3).assign(is_eligible=[True, False, True])
    assert by_minutes(totals, rated)["listener_id"].tolist() == [2, 0]
    nobody = rated.assign(is_eligible=False)
    assert by_minutes(totals, nobody)["listener_id"].tolist() == [1, 2, 0, 3]


def test_a_small_run_has_as_many_contrasting_listeners_as_there_are(tiny_run):
    contrasts, crowd = ws.contrasting_listeners(tiny_run, n=12), ws.minutes_and_genre(tiny_run)
    characters = [name for name in contrasts["character"] if name]
    assert len(set(contrasts["listener_id"])) == len(contrasts) <= len(crowd)
    assert len(set(characters)) == len(characters) > 0
    assert contrasts["ms_played"].is_monotonic_decreasing
    assert crowd["top_genre_share"].between(0, 1).all()
    with pytest.raises(ValueError, match="n is 0; it must be a whole number from 1 to 12."):
        ws.contrasting_listeners(tiny_run, n=0)
