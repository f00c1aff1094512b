"""A year as each edition would tell it, and the stories of several listeners."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped import EDITIONS
from wrapsim_helpers.wrapped.editions import joined_edition
from wrapsim_helpers.wrapped.retelling import by_age, editions_in
from wrapsim_helpers.wrapped.story import NoPlays, check_plays_of

YEAR = {"start_time": "2025-01-01", "end_time": "2026-01-01"}


def assert_same_story(story, expected):
    assert list(story.tables) == list(expected.tables)
    for name, table in expected.tables.items():
        typed = len(table) > 0  # a column without a value has no type
        pd.testing.assert_frame_equal(story.tables[name], table, obj=name, check_dtype=typed)
    assert replace(story, tables={}) == replace(expected, tables={})


def test_each_edition_tells_the_same_listener_as_its_own_story_does(tiny_run):
    stories = ws.tell_editions(tiny_run)
    assert [story.edition for story in stories] == [*map(str, range(2013, 2026)), "all"]
    assert len({story.listener["listener_id"] for story in stories}) == 1
    number = stories[0].listener["listener_id"]
    assert_same_story(stories[-1], ws.tell_story(tiny_run, number))
    assert_same_story(stories[0], ws.tell_story(tiny_run, number, edition="2013"))


def test_the_stories_of_several_listeners_are_those_of_each(tiny_run):
    stories = ws.tell_stories(tiny_run, [5, 1, 5])
    for story, number in zip(stories, [5, 1, 5], strict=True):
        assert_same_story(story, ws.tell_story(tiny_run, number))


def test_a_listener_without_a_play_has_no_story():
    period = SimpleNamespace(first_day=date(2025, 3, 20), last_day=date(2025, 4, 9))
    check_plays_of(period, {"name": "Bo", "user_id": "u"}, 1)
    with pytest.raises(NoPlays) as error:
        check_plays_of(period, {"name": "Bo", "user_id": "u"}, 0)
    assert str(error.value) == (
        "Bo (u) has no play from 2025-03-20 to 2025-04-09; choose another user, year or edition."
    )


def test_an_edition_that_ends_before_the_run_begins_is_left_out():
    names = [edition.name for edition in editions_in(YEAR, 2025)]
    late = [e.name for e in editions_in(YEAR | {"start_time": "2025-11-17"}, 2025)]
    assert names == list(EDITIONS) and late == ["all", "2023"]


def test_editions_are_sorted_by_age_and_all_is_last():
    assert by_age(["all", "2025", "2013"]) == ["2013", "2025", "all"]


def test_joined_editions_have_the_insights_of_each():
    early = joined_edition([EDITIONS["2022"], EDITIONS["2013"]])
    assert set(early.insights) == {*EDITIONS["2022"].insights, *EDITIONS["2013"].insights}
    assert early.name == "2022-2013" and early.last_day == (10, 31)
    assert joined_edition([EDITIONS["2013"], EDITIONS["all"]]) is EDITIONS["all"]
