"""Artist race, peak months and streak of an artist: their edges by hand, and against plain
loops.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import race
from wrapsim_helpers.wrapped.counting import Rules
from wrapsim_helpers.wrapped.dates import day_number

from .more_columns import ranked_plays, results, tables_of_crowd
from .test_insights import ARTISTS, heard, play

MAY, JULY = date(2025, 5, 1), date(2025, 7, 2)
TRACKS = [(i, f"Song {i}", "pop", 200_000, False, [(i, "primary")]) for i in range(len(ARTISTS))]


def monthly(counts, ms=60_000):
    """`PeriodTables` of 2025. counts: artist number -> {month: streams}"""
    plays = [
        play(f"2025-{month:02}-{1 + i % 28:02}T{i // 28:02}:{artist:02}:00", artist, ms)
        for artist, months in counts.items()
        for month, n in months.items()
        for i in range(n)
    ]
    return heard(plays, tracks=TRACKS)


def test_a_silent_month_has_no_rank():
    rows = results(monthly({0: {1: 3, 3: 1}, 1: {2: 1}}), race.artist_race)
    assert [(r["year_rank"], r["month"], r["rank"]) for r in rows] == [
        (1, 1, 1),
        (1, 3, 1),
        (2, 2, 1),
    ]


def test_the_rank_of_a_month_is_among_all_artists():
    counts = {i: {1: 10 - i} for i in range(5)} | {5: {1: 1, 2: 2}} | {0: {1: 10, 2: 1}}
    rows = results(monthly(counts), race.artist_race)
    assert len({r["artist"] for r in rows}) == 5 and "Northbound Choir" not in {
        r["artist"] for r in rows
    }
    assert [r["rank"] for r in rows if r["month"] == 2] == [2]


def test_ranks_above_five_occur():
    many = [(i, f"S{i}", "pop", 9, False, [(i % 6, "primary")]) for i in range(6)]
    plays = [play(f"2025-01-0{1 + i}T10:00:00", t) for t in range(6) for i in range(6 - t)]
    tables = heard(plays + [play("2025-02-01T10:00:00", 5)] * 9, tracks=many)
    ranks = {(r["artist"], r["month"]): r["rank"] for r in results(tables, race.artist_race)}
    assert ranks["Northbound Choir", 1] == 6


def test_a_smaller_year_has_fewer_artists():
    assert len(results(monthly({0: {1: 2}, 1: {1: 1}}), race.artist_race)) == 2


def test_a_tie_in_a_month_goes_to_the_earlier_first_play_then_to_the_name():
    at_once = [play("2025-01-01T10:00:00", t) for t in (0, 1)]
    rows = results(heard(at_once, tracks=TRACKS), race.artist_race)
    assert [(r["artist"], r["rank"]) for r in rows] == [("Mila Osterhaus", 1), ("Ode & Ivy", 2)]
    later = [play("2025-01-01T10:00:00", 0), play("2025-01-01T10:01:00", 1)]
    rows = results(heard(later, tracks=TRACKS), race.artist_race)
    assert [(r["artist"], r["rank"]) for r in rows] == [("Ode & Ivy", 1), ("Mila Osterhaus", 2)]


def test_a_month_is_ranked_by_minutes_if_the_rules_say_so():
    plays = [play(f"2025-01-01T1{i}:00:00", 0, 40_000) for i in range(2)]
    tables = heard([*plays, play("2025-01-02T10:00:00", 1, 150_000)], tracks=TRACKS)
    ranks = [
        {r["artist"]: r["rank"] for r in results(replace(tables, rules=rules), race.artist_race)}
        for rules in (Rules(), Rules(by="minutes"))
    ]
    assert [r["Mila Osterhaus"] for r in ranks] == [2, 1]


def test_a_featured_stream_weighs_half_in_the_race_and_is_shown_whole():
    plays = [play(f"2025-01-0{d}T10:00:00", 1) for d in (1, 2, 3)]
    rows = results(heard(plays), race.artist_race)  # Mila Osterhaus featuring Ode & Ivy
    assert [(r["artist"], r["n_streams"], r["n_whole"]) for r in rows] == [
        ("Mila Osterhaus", 3, 3),
        ("Ode & Ivy", 1.5, 3),
    ]


def test_trails_are_quintiles_and_all_months_alike_are_in_the_middle():
    alike = results(monthly({0: dict.fromkeys(range(1, 13), 4)}), race.artist_race)
    assert {r["trail"] for r in alike} == {3}
    rising = results(monthly({0: {month: month for month in range(1, 11)}}), race.artist_race)
    assert [r["trail"] for r in rising] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert [race.TRAILS[t - 1] for t in (1, 3, 5)] == ["VERY_LOW", "MEDIUM", "VERY_HIGH"]


def test_of_equal_months_the_earlier_is_the_peak():
    rows = results(monthly({0: {2: 1, 3: 4, 7: 4}}), race.peak_months)
    assert [r["month"] for r in rows if r["is_peak"]] == [3]
    assert [r["n_whole"] for r in rows] == [1, 4, 4]


@pytest.mark.parametrize(("months", "n"), [((1, 5, 9), 0), ((1, 5, 9, 12), 4)])
def test_a_race_needs_four_months_with_plays_of_its_first_three_artists(months, n):
    first = dict.fromkeys(months, 9)
    rows = race.artist_race(monthly({0: first})).execute()
    assert len(race.of_a_race(rows, None)) == n
    fourth = rows.assign(year_rank=4, month=range(20, 20 + len(rows)))
    assert bool(len(race.of_a_race(pd.concat([rows, fourth]), None))) == bool(n)


def test_one_month_has_no_race_and_no_peak():
    for query in (race.artist_race, race.peak_months):
        one, two = (query(monthly({0: months})).execute() for months in ({1: 3}, {1: 3, 2: 1}))
        assert len(race.of_several_months(one, None)) == 0 < len(one)
        assert len(race.of_several_months(two, None)) == 2


# -- streaks ---------------------------------------------------------------------------------------


def streak_of(plays, tracks=TRACKS):
    """(artist, first day, last day, streams of each day) of the longest streak; None if none."""
    rows = results(heard(plays, tracks=tracks), race.artist_streak)
    if not rows:
        return None
    days = [date(1970, 1, 1) + timedelta(rows[0][name]) for name in ("first_day", "last_day")]
    assert {r["n_days"] for r in rows} == {len(rows)}
    return rows[0]["artist"], *days, [r["n_streams"] for r in rows]


def test_a_streak_of_an_artist_breaks_at_a_missing_day_and_counts_days_not_hours():
    days = ["2025-05-01T23:59", "2025-05-02T00:01", "2025-05-03T09:00", "2025-05-05T09:00"]
    assert streak_of([play(f"{day}:00", 0) for day in days]) == (
        "Ode & Ivy",
        date(2025, 5, 1),
        date(2025, 5, 3),
        [1, 1, 1],
    )


def test_a_single_day_is_no_streak():
    assert streak_of([play("2025-05-01T10:00:00", 0), play("2025-05-03T10:00:00", 0)]) is None


def test_two_days_in_a_row_make_no_card():
    days = pd.DataFrame({"first_day": 1, "last_day": [2, 2, 3, 3, 3], "day": [1, 2, 1, 2, 3]})
    two, three = (
        race.streak_of_days(days[days["last_day"] == n].assign(n_days=n), None) for n in (2, 3)
    )
    assert len(two) == 0 and len(three) == 3


def test_two_artists_in_turn_make_no_streak():
    assert streak_of([play(f"2025-05-0{d}T10:00:00", d % 2) for d in range(1, 7)]) is None


def test_a_guest_is_streamed_too():
    plays = [play("2025-05-01T10:00:00", 0), play("2025-05-02T10:00:00", 1)]
    tracks = [TRACKS[0], (1, "Slow Orbit", "rock", 9, False, [(1, "primary"), (0, "featured")])]
    assert streak_of(plays, tracks)[0] == "Ode & Ivy"


def test_of_equal_streaks_the_earlier_counts_then_more_streams_then_the_name():
    plays = [play(f"2025-05-0{d}T10:00:00", t) for d, t in ((1, 0), (2, 0), (4, 1), (5, 1))]
    assert streak_of(plays)[0] == "Ode & Ivy"
    same = [play(f"2025-05-0{d}T1{t}:00:00", t) for d in (1, 2) for t in (0, 1)]
    assert streak_of(same)[0] == "Mila Osterhaus"
    assert streak_of([*same, play("2025-05-02T15:00:00", 0)])[0::3] == ("Ode & Ivy", [1, 2])


def test_the_longest_streak_is_found_wherever_the_month_turns():
    sizes = dict(enumerate((n, a) for n in (*range(2, 10), 13, 17, 33, 61) for a in range(n + 1)))
    plays = []
    for listener, (n, before) in sizes.items():  # days before 1 May; an equal streak later
        for artist, first, days in ((0, MAY - timedelta(before), n), (1, JULY, n)):
            texts = [f"{first + timedelta(i)}T10:00:00" for i in range(days)]
            plays += [play(text, artist, listener=listener) for text in texts]
    rows = race.artist_streak(heard(plays, tracks=TRACKS)).execute()
    assert set(rows["artist_id"]) == {0}
    assert rows.groupby("listener_id")["n_days"].max().to_dict() == {
        listener: n for listener, (n, _) in sizes.items()
    }


def test_private_short_and_noisy_plays_make_no_streak():
    plays = [play("2025-05-01T10:00:00", 0, private=False)]
    for more in ({"private": True}, {"private": False, "ms_played": 29_999}):
        assert streak_of([*plays, play("2025-05-02T10:00:00", 0, **more)]) is None
    noise = [(0, "Rain", "noise", 9, True, [(0, "primary")])]
    assert streak_of([play(f"2025-05-0{d}T10:00:00", 0) for d in (1, 2)], noise) is None


def test_a_streak_is_not_broken_by_daylight_saving_or_the_turn_of_a_month():
    plays = [
        play(f"2025-{day}T00:30:00", 0, zone="Europe/Stockholm")
        for day in ("03-29", "03-30", "03-31", "04-01")
    ]
    assert streak_of(plays)[1:3] == (date(2025, 3, 29), date(2025, 4, 1))


# -- the slow, obvious version ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def credited(invented):
    """(tables, ranked streams by artist, a DataFrame) of the listeners of a year."""
    credits = invented.world.catalogue.track_artists.to_pandas()
    names = invented.world.catalogue.artists.to_pandas()[["artist_id", "artist"]]
    plays = ranked_plays(invented).merge(credits, on="track_id").merge(names, on="artist_id")
    weights = plays["role"].map({"primary": 2, "featured": 1}).astype(int)
    first = plays["started_at"].dt.tz_localize(None).astype("int64")
    return tables_of_crowd(invented), plays.assign(halves=weights, start=first)


def test_race_and_peak_months_agree_with_plain_loops(credited):
    tables, plays = credited
    race_rows, peaks = (query(tables).execute() for query in (race.artist_race, race.peak_months))
    plays = plays.assign(month=[day.month for day in plays["day"]])
    for listener, mine in list(plays.groupby("listener_id"))[::12]:
        order = ordered(mine)
        five = order[:5]
        expected = {}
        for month, of_month in mine.groupby("month"):
            ranks = {artist: n for n, artist in enumerate(ordered(of_month), 1)}
            expected |= {(artist, month): ranks[artist] for artist in five if artist in ranks}
        rows = race_rows[race_rows["listener_id"] == listener]
        assert dict(zip(zip(rows["artist_id"], rows["month"]), rows["rank"])) == expected
        for artist, months in peaks[peaks["listener_id"] == listener].groupby("artist_id"):
            sums = mine[mine["artist_id"] == artist].groupby("month")["halves"].sum()
            assert months["month"][months["is_peak"]].tolist() == [sums.idxmax()]


def ordered(plays):
    """artist_id of all artists of some streams, by the order of ranks."""
    counts = plays.groupby(["artist_id", "artist"]).agg(
        n=("halves", "sum"), ms=("ms_played", "sum"), first=("start", "min")
    )
    order = counts.reset_index().sort_values(
        ["n", "ms", "first", "artist", "artist_id"], ascending=[False, False, True, True, True]
    )
    return order["artist_id"].tolist()


def test_the_streak_of_an_artist_agrees_with_a_plain_loop(credited):
    tables, plays = credited
    rows = race.artist_streak(tables).execute()
    for listener, mine in list(plays.groupby("listener_id"))[::6]:
        days = defaultdict(Counter)
        for artist, day in zip(mine["artist"], mine["day"]):
            days[artist][day] += 1
        streaks = [
            (-len(run), run[0], -sum(days[artist][d] for d in run), artist)
            for artist in days
            for run in runs_of(sorted(days[artist]))
        ]
        n, first, streams, artist = min(streaks)
        found = rows[rows["listener_id"] == listener]
        if n == -1:
            assert not len(found)
        else:
            assert set(found["artist"]) == {artist} and len(found) == -n
            assert found["day"].iloc[0] == day_number(first)
            assert found["n_streams"].sum() == -streams


def runs_of(days):
    """Lists of consecutive dates."""
    runs = []
    for day in days:
        if runs and day - runs[-1][-1] == timedelta(1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return runs
