"""The minutes of a listener by day, which need no story, are those of the story."""

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.instants import MINUTE_MS


def minutes_of_story(story):
    return story.tables["calendar"]["ms_played"].to_numpy() / MINUTE_MS


@pytest.mark.parametrize("user", ["", "2", [0, 3], {"gender": "female"}])
def test_the_minutes_by_day_are_those_of_the_calendar_of_the_story(tiny_run, user):
    days, story = ws.minutes_by_day(tiny_run, user), ws.tell_story(tiny_run, user)
    assert np.array_equal(days.to_numpy(), minutes_of_story(story))
    assert (days.index[0].date(), days.index[-1].date()) == (story.first_day, story.last_day)
    assert days.name == (story.listener["name_latin"] or story.listener["name"])


def test_the_minutes_by_day_end_with_the_window_of_the_edition(tmp_path):
    run = ws.simulate(2, "2025-11-01", "2026-01-01", out_dir=tmp_path / "run", catalogue_tracks=0)
    days, story = ws.minutes_by_day(run, edition="2025"), ws.tell_story(run, edition="2025")
    assert days.index[-1].date() == story.last_day < ws.minutes_by_day(run).index[-1].date()
    assert np.array_equal(days.to_numpy(), minutes_of_story(story))


def test_the_minutes_by_day_refuse_what_a_story_refuses(tiny_run):
    with pytest.raises(ValueError, match="the run lasts from 2025-03-20 to 2025-04-09. Choose"):
        ws.minutes_by_day(tiny_run, year=2031)
    with pytest.raises(ValueError, match="nobody of this name"):
        ws.minutes_by_day(tiny_run, "nobody of this name")
    with pytest.raises(ValueError, match="edition is 'x'"):
        ws.minutes_by_day(tiny_run, edition="x")
