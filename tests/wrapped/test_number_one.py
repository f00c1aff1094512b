"""The story of the number-one song: its edges by hand, and against a plain loop."""

from collections import Counter
from datetime import date

import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import number_one as no

from .more_columns import ranked_plays, tables_of_crowd
from .test_insights import heard, play


def told(tables):
    """The table of the card."""
    return no.with_dates(no.number_one(tables).execute(), None)


def streamed(n, per_day=1):
    """n streams of one song, so many a day from 1 May 2025."""
    return [
        play(f"2025-{5 + i // per_day // 28:02}-{1 + i // per_day % 28:02}T{i % per_day:02}:00:00")
        for i in range(n)
    ]


def test_the_day_after_the_peak_day_is_named_from_two_days_on():
    dates = [date(2025, 5, 1), date(2025, 5, 2)]
    days = pd.DataFrame({"day": [20_209, 20_210], "date": dates, "n_streams": [3, 7]})
    words = "after the peak day comes 2025-05-01, with 4 streams fewer"
    assert no.gap_to_second_peak(days) == words
    assert no.gap_to_second_peak(days[:1]) == ""


@pytest.mark.parametrize(
    ("n", "day"), [(99, None), (100, date(2025, 8, 16)), (101, date(2025, 8, 16))]
)
def test_the_hundredth_stream_has_a_day_only_if_there_are_a_hundred(n, day):
    assert no.milestone_day(told(heard(streamed(n)))) == day


def test_streams_add_up_day_by_day():
    days = told(heard(streamed(7, per_day=3)))
    assert days[["n_streams", "n_so_far"]].values.tolist() == [[3, 3], [3, 6], [1, 7]]
    assert days["date"].tolist() == [date(2025, 5, d) for d in (1, 2, 3)]


def test_of_equal_peak_days_the_earlier_counts():
    plays = [
        play(f"2025-05-0{d}T1{i}:00:00") for d, n in ((1, 1), (3, 2), (5, 2)) for i in range(n)
    ]
    assert no.peak_day(told(heard(plays)))["date"] == date(2025, 5, 3)


def test_a_song_that_was_streamed_before_the_period_is_known():
    before = [play("2024-12-01T10:00:00", 0)]
    plays = [*before, play("2025-05-01T10:00:00", 0), play("2025-05-01T11:00:00", 0)]
    assert told(heard(plays))["known"].tolist() == [True]
    assert told(heard(plays[1:]))["known"].tolist() == [False]
    other = [play("2024-12-01T10:00:00", 4), *plays[1:]]
    assert told(heard(other))["known"].tolist() == [False]


def test_private_and_short_plays_are_no_part_of_the_story():
    plays = [
        play("2025-05-01T10:00:00", private=False),
        play("2025-05-02T10:00:00", private=True),
        play("2025-05-03T10:00:00", ms_played=29_999, private=False),
    ]
    assert told(heard(plays))["n_so_far"].tolist() == [1]


@pytest.mark.parametrize(("n", "n_rows"), [(9, 0), (10, 10)])
def test_a_song_of_fewer_than_ten_streams_has_no_story(n, n_rows):
    days = no.number_one(heard(streamed(n))).execute()
    assert len(no.song_played_often(days, None)) == n_rows


@pytest.mark.parametrize(("per_day", "is_told"), [(2, False), (3, True)])
def test_a_peak_day_has_three_streams_or_more(per_day, is_told):
    days = told(heard(streamed(12, per_day)))
    assert no.has_peak(days) == is_told


def test_the_days_of_the_number_one_agree_with_a_plain_loop(crowd):
    tables, plays = tables_of_crowd(crowd), ranked_plays(crowd)
    best = w.top_songs(tables, most=1).execute().set_index("listener_id")["track_id"]
    rows = no.number_one(tables).execute()
    for listener, mine in list(rows.groupby("listener_id"))[::5]:
        of_song = plays[(plays["listener_id"] == listener) & (plays["track_id"] == best[listener])]
        counts = sorted(Counter(of_song["day"]).items())
        assert no.with_dates(mine, None)[["date", "n_streams"]].values.tolist() == [
            list(row) for row in counts
        ]
        assert mine["n_so_far"].iloc[-1] == len(of_song)
