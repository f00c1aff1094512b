"""Ties of insights, tables of the cards, and the words on the runner-up, by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import days, release_years, tops, volume
from wrapsim_helpers.wrapped.counting import candidates
from wrapsim_helpers.wrapped.dates import day_number
from wrapsim_helpers.wrapped.insight import Request

from .more_columns import results, with_track_columns
from .test_insights import heard, play, rows
from .test_release_years import listened

MINUTE = 60_000
MAY = [date(2025, 5, day) for day in (1, 2, 3)]


def request(crowd=()):
    """A `Request` of three days in May for listener 1. crowd: (ms_played, n_plays, n_skips), ..."""
    totals = pd.DataFrame(crowd, columns=["ms_played", "n_plays", "n_skips"])
    return Request(MAY[0], MAY[-1], 1, {"totals": totals}.__getitem__)


def test_a_clock_has_24_hours_and_zeros_for_silent_ones():
    clock = days.every_hour(pd.DataFrame({"hour": [5, 23], "ms_played": [7, 9]}), request())
    assert clock.columns.tolist() == ["hour", "ms_played"] and clock["hour"].tolist() == [
        *range(24)
    ]
    assert clock["ms_played"].tolist() == [0] * 5 + [7] + [0] * 17 + [9]


def test_a_calendar_has_every_day_of_the_period_and_no_other():
    played = {"day": [day_number(MAY[1])], "ms_played": [7], "n_streams": [2]}
    calendar = days.every_day(pd.DataFrame(played), request())
    assert calendar.to_dict("list") == {"date": MAY, "ms_played": [0, 7, 0], "n_streams": [0, 2, 0]}


@pytest.mark.parametrize("n_days, shown", [(2, []), (3, [[3, MAY[0], MAY[2]]])])
def test_a_streak_is_shown_with_dates_from_three_days_on(n_days, shown):
    row = (n_days, day_number(MAY[0]), day_number(MAY[n_days - 1]))
    streak = pd.DataFrame([row], columns=["n_days", "first_day", "last_day"], index=[8])
    found = days.streak_with_dates(streak, request())
    assert found.to_numpy().tolist() == shown and found.index.tolist() == [0] * len(shown)


def test_the_hour_and_the_day_with_second_most_minutes_are_named_with_the_gap():
    clock = pd.DataFrame({"hour": [0, 1, 2], "ms_played": [0, 4_000 * MINUTE, 90_000 * MINUTE]})
    assert days.gap_to_second_hour(clock) == "the hour from 1 has 86,000 minutes fewer"
    calendar = pd.DataFrame({"date": MAY, "ms_played": [5 * MINUTE, MINUTE, 5 * MINUTE]})
    assert days.gap_to_second_day(calendar) == "2025-05-03 has second most, 0 minutes fewer"
    calendar["ms_played"] = 119_999, 1_500 * MINUTE, 1
    words = "2025-05-01 has second most, 1,498 minutes fewer"
    assert days.gap_to_second_day(calendar) == words
    assert days.gap_to_second_day(calendar[:1]) == ""


def test_number_two_is_named_with_the_streams_that_it_has_fewer():
    table = pd.DataFrame({"artist": ["Ode", "Mila", "Cy"], "n_streams": [4, 2.5, 1]})
    words = tops.gap_to_second("artist")
    assert words(table) == "number two, Mila, has 1.5 streams fewer"
    assert words(table[1:].assign(n_streams=[2, 1])) == "number two, Cy, has 1 stream fewer"
    assert words(table[:1]) == ""


def test_the_gap_of_artists_is_said_in_streams_as_people_see_them():
    artists = pd.DataFrame({"artist": ["Ode", "Mila"], "n_whole": [4, 4], "n_streams": [4, 3.5]})
    words = tops.gap_to_second_artist
    assert words(artists) == (
        "number two, Mila, has 0 streams fewer, and 0.5 streams fewer as weighted"
    )
    assert words(artists.assign(n_streams=4.0)) == "number two, Mila, has 0 streams fewer"
    more = artists.assign(n_whole=[4, 6])
    assert words(more).startswith("number two, Mila, has 2 streams more, and 0.5 streams fewer")
    assert words(artists[:1]) == ""


def test_number_two_has_more_streams_if_minutes_decide():
    songs = pd.DataFrame({"title": ["Salt", "Rain"], "n_streams": [3, 5]})
    assert tops.gap_to_second("title")(songs) == "number two, Rain, has 2 streams more"


def test_the_first_play_of_a_song_is_a_local_time():
    songs = pd.DataFrame({"title": ["Salt"], "first_local_ms": [86_400_000 + 1]})
    found = tops.with_first_played(songs, request())
    assert found["first_played"].tolist() == [pd.Timestamp("1970-01-02T00:00:00.001")]
    assert found["title"].tolist() == ["Salt"]


def test_the_share_of_the_crowd_is_of_all_plays_and_missing_for_one_listener():
    mine = pd.DataFrame({"n_plays": [8], "n_skips": [2]})
    several = volume.skip_share(mine, request([(1, 8, 2), (1, 12, 8)])).iloc[0]
    assert (several["share"], several["crowd_share"]) == (0.25, 0.5)
    alone = volume.skip_share(mine, request([(1, 8, 2)])).iloc[0]
    assert alone["share"] == 0.25 and np.isnan(alone["crowd_share"])


def test_a_place_is_shown_among_two_listeners_with_the_least_and_the_most():
    crowd = request([(30, 1, 0), (70, 1, 0), (50, 1, 0)])
    mine = pd.DataFrame({"n_listeners": [2], "rank": [1]}, index=[5])
    found = volume.among_several(mine, crowd)
    assert found.to_dict("records") == [
        {"n_listeners": 2, "rank": 1, "least_ms": 30, "most_ms": 70}
    ]
    assert found.index.tolist() == [0]
    assert not len(volume.among_several(mine.assign(n_listeners=1), crowd))


def test_bins_of_minutes_are_a_fifth_wider_than_those_before_and_none_is_left_out():
    """1.2 ** 2 = 1.44 minutes; 90 s are in the bin from there on, 0 ms in none."""
    found = volume.minute_bins(None, request([(MINUTE, 1, 0), (0, 1, 0), (90_000, 1, 0)]))
    assert found["n_listeners"].tolist() == [1, 0, 1]
    assert found["from_ms"].tolist() == pytest.approx([60_000, 72_000, 86_400])
    assert found["to_ms"].tolist() == pytest.approx([72_000, 86_400, 103_680])
    assert not len(volume.minute_bins(None, request([(MINUTE, 1, 0)])))
    assert not len(volume.minute_bins(None, request([(0, 1, 0), (0, 1, 0)])))
    two = volume.minute_bins(None, request([(MINUTE, 1, 0), (MINUTE + 1, 1, 0)]))
    assert two["n_listeners"].tolist() == [2]


def test_a_release_year_without_a_second_has_no_runner_up_and_no_year_has_no_row():
    years = pd.DataFrame({"release_year": [1990, 2000, 2010], "n_streams": [1, 1_500, 1]})
    words = "after 2000, 2010 has 1,499 streams fewer"
    assert release_years.gap_to_second_year(years) == words
    assert release_years.gap_to_second_year(years[:1]) == ""
    every = release_years.every_release_year(years[:0], request())
    assert every.columns.tolist() == ["release_year", "n_streams", "share", "others_share"]
    assert not len(every)


# -- ties ------------------------------------------------------------------------------------------


def test_the_longest_streak_counts_also_after_a_shorter_one():
    plays = [play(f"2025-05-{day:02}T10:00:00") for day in (9, 1, 2, 5, 6, 7)]
    streak = w.longest_streak(heard(plays)).execute()
    first, last = day_number(date(2025, 5, 5)), day_number(date(2025, 5, 7))
    assert streak.to_dict("records") == [
        {"listener_id": 1, "n_days": 3, "first_day": first, "last_day": last}
    ]


def test_rows_are_in_order_of_listener_and_time():
    plays = [
        play(f"2025-0{month}-02T1{hour}:00:00", listener=who)
        for who in (2, 1)
        for month, hour in ((6, 1), (5, 3), (4, 2))
    ]
    tables = heard(plays)
    for query, column in (
        (w.calendar, "day"),
        (w.listening_clock, "hour"),
        (w.monthly_genres, "month"),
    ):
        found = query(tables).execute()
        assert found["listener_id"].tolist() == [1, 1, 1, 2, 2, 2]
        assert found[column].tolist() == sorted(set(found[column])) * 2


@pytest.mark.parametrize("query", [w.monthly_genres, w.top_genres])
def test_of_genres_with_equal_streams_the_longer_then_the_earlier_then_the_name_is_first(query):
    """Rock is track 1, pop tracks 0 and 4."""

    def first(*plays):
        return query(heard(plays)).execute()["genre"][0]

    early, late = "2025-05-01T10:00:00", "2025-05-01T11:00:00"
    assert first(play(early, 0, 60_000), play(late, 1, 60_001)) == "rock"
    assert first(play(early, 1), play(late, 0)) == "rock"
    assert first(play(early, 1), play(early, 0)) == "pop"


def test_of_release_years_alike_in_everything_the_earlier_is_first():
    tables = heard([play("2025-05-01T10:00:00", track) for track in (0, 1, 4)])
    dates = [date(2003, 1, 1), date(2001, 1, 1), None, None, date(2002, 1, 1)]
    found = release_years.top_release_year(with_track_columns(tables, release_date=dates))
    assert rows(found, "release_year", order="listener_id") == [[2001]]


def test_each_listener_has_one_listening_age_with_streams_of_unknown_year_of_their_own():
    tables = listened({1: [1990, None, None], 2: [2000, None], 3: [2010]})
    ages = results(tables, release_years.listening_age)
    assert [(row["listener_id"], row["n_undated"]) for row in ages] == [(1, 2), (2, 1), (3, 0)]


def test_candidates_of_the_first_two_are_the_best_and_all_that_tie_with_the_second():
    """Songs 0, 1, 3 and 4 of listener 1 have 1, 2, 3 and 2 streams; listener 2 has one song."""
    counts = {0: 1, 1: 2, 3: 3, 4: 2}
    plays = [
        play(f"2025-05-0{track + 1}T1{i}:00:00", track)
        for track, n in counts.items()
        for i in range(n)
    ]
    tables = heard([*plays, play("2025-05-09T10:00:00", 0, listener=2)])
    found = candidates(tables.songs, 2).order_by("listener_id", "track_id").execute()
    assert found[["listener_id", "track_id"]].to_numpy().tolist() == [
        [1, 1],
        [1, 3],
        [1, 4],
        [2, 0],
    ]
    first = candidates(tables.songs, 1).order_by("listener_id").execute()
    assert first["track_id"].tolist() == [3, 0]
    assert first.columns.tolist() == list(tables.songs.columns)


def test_counts_and_times_of_the_shared_tables_are_whole_numbers():
    tables = heard([play("2025-05-01T10:00:00")])
    for table in (tables.songs, tables.song_days, tables.credited, tables.days):
        assert all(kind.is_integer() for kind in table.schema().types), table.schema()
