"""Days of a period, who a story is of, and its sentences: by hand, without a run."""

import re
import warnings
from datetime import date

import duckdb
import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import by_part, story
from wrapsim_helpers.wrapped.periods import period_days
from wrapsim_helpers.wrapped.summary import type_of

from .. import stories

RUN = {"start_time": "2025-03-10", "end_time": "2025-04-10"}


def day(text):
    return date.fromisoformat(f"2025-{text}")


@pytest.mark.parametrize(
    "first, last, days",
    [
        ("2025-03-12", "", ("03-12", "04-09")),
        ("", "2025-03-12", ("03-10", "03-12")),
        (day("03-12"), day("03-12"), ("03-12", "03-12")),
        ("2025-01-01", "2025-03-10", ("03-10", "03-10")),
        ("2025-04-09", "2025-12-31", ("04-09", "04-09")),
    ],
)
@pytest.mark.filterwarnings("ignore:the period is")
def test_a_period_has_the_days_that_it_shares_with_the_run(first, last, days):
    assert period_days(RUN, first_day=first, last_day=last) == tuple(map(day, days))


@pytest.mark.parametrize(
    "first, last, words",
    [
        (
            "2025-03-15",
            "2025-03-14",
            "^first_day is 2025-03-15, which is after last_day 2025-03-14",
        ),
        ("2025-04-10", "", "the period is 2025-04-10 to 2025-04-09; the run lasts from 2025-03-10"),
        ("", "2025-03-09", "2025-03-09; the run lasts from 2025-03-10 to 2025-04-09. Choose anot"),
        ("2026-01-01", "2026-02-01", "to 2025-04-09. Choose another year, edition or period.$"),
        ("soon", "", "^first_day is 'soon'"),
        ("", "later", "^last_day is 'later'"),
    ],
)
def test_a_period_is_refused_with_what_was_given_and_the_days_of_the_run(first, last, words):
    with pytest.raises(ValueError, match=words):
        period_days(RUN, first_day=first, last_day=last)


def test_a_period_that_the_run_does_not_have_as_a_whole_is_cut_with_a_warning():
    words = "the period is 2024-12-01 to 2025-04-09, but the run has only 2025-03-10 to 2025-04-09"
    with pytest.warns(UserWarning, match=f"^{words}; these days are counted.$"):
        period_days(RUN, first_day="2024-12-01")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert period_days(RUN, first_day="2025-03-10", last_day="2025-04-09") == period_days(RUN)


def test_a_year_is_refused_with_the_days_that_its_edition_counts():
    words = "^year is 2024 and edition '2025', which counts 2024-01-01 to 2024-11-15; the run lasts"
    with pytest.raises(ValueError, match=words):
        period_days(RUN, 2024, "2025")


def test_the_median_listener_has_as_many_below_as_above_and_of_equal_ones_the_lower_number():
    crowd = pd.DataFrame({"listener_id": [7, 5, 3], "ms_played": [40, 20, 30]})
    assert story.median_listener(crowd) == 3
    assert story.median_listener(crowd.assign(ms_played=1)) == 5
    assert story.median_listener(crowd[:2]) == 7
    with pytest.raises(ValueError, match="^no listener of this run has a play in this window; "):
        story.median_listener(crowd[:0])


def test_up_to_three_listeners_are_named_and_more_are_counted():
    people = ["Ann Lee", "Bo Day", "Cy Fox", "Di May"]
    assert story.joined_names(people[:2]) == "Ann and Bo"
    assert story.joined_names(people[:3]) == "Ann, Bo and Cy"
    assert story.joined_names(people) == "4 listeners"
    assert story.joined_names(people * 300) == "1,200 listeners"


def test_a_cohort_is_named_by_its_values_and_its_country():
    assert story.of_values({"gender": "Female", "country": "SE"}) == "Female, Sweden"
    assert story.of_values({"age": 30}) == "30"


def test_a_story_explains_an_insight_in_these_words():
    told = stories.typical()
    assert told.explain("top_songs") == (
        "Counted: plays of 30 s and more; ties go to more milliseconds, then to the earlier first "
        "play, then to the name; 2025-01-01 to 2025-12-31, local time; left out: private plays, "
        "functional noise and what is not music; number two, 夜のドライブ, has 16 streams fewer."
    )
    assert told.explain("minutes") == (
        "Counted: all plays, of any length, private ones too; 2025-01-01 to 2025-12-31, local time."
    )
    told.tables["top_songs"] = told.tables["top_songs"][:0]
    assert told.explain("top_songs").endswith("functional noise and what is not music.")
    with pytest.raises(ValueError, match="^name is 'top_sons'; .* Did you mean 'top_songs'"):
        told.explain("top_sons")


def test_a_story_shows_its_listener_its_days_and_the_rows_of_its_tables():
    told = stories.small()
    told.listener["listener_id"] = 4
    text = repr(told)
    assert text.startswith("Story of Åse (listener 4), 2025-01-01 to 2025-12-31, edition 'all'\n")
    assert re.search(r"\n  \d+ of \d+ insights have rows: minutes, top_songs, top_artists,", text)


@pytest.mark.parametrize("ms", [-1, 24 * 3_600_000 + 1])
def test_a_stream_takes_from_nothing_to_a_day(ms):
    with pytest.raises(ValueError, match=f"^stream_ms is {ms:,}|^stream_ms is {ms}"):
        w.Rules(stream_ms=ms)
    assert w.Rules(stream_ms=0).stream_ms == 0
    assert w.Rules(stream_ms=24 * 3_600_000).stream_ms == 86_400_000


@pytest.mark.parametrize(
    "values, name",
    [
        ([1, 2], "integer"),
        ([0.5], "number"),
        ([True], "boolean"),
        (["a"], "text"),
        ([], "text"),
        ([date(2025, 1, 1)], "date"),
        ([pd.Timestamp("2025-01-01")], "datetime"),
    ],
)
def test_a_column_of_the_summary_has_the_name_of_its_type(values, name):
    assert type_of(pd.Series(values, dtype=None if values else object)) == name
    assert type_of(pd.Series([3], dtype="uint8")) == "integer"


def test_two_parts_that_need_too_much_memory_are_not_called_damaged(monkeypatch):
    def show_plays(*_):
        raise duckdb.OutOfMemoryException("failed to allocate data")

    monkeypatch.setattr(by_part, "show_plays", show_plays)
    with pytest.raises(duckdb.OutOfMemoryException):
        by_part.rows_of_parts(None, ["part 0", "part 1"], [])
