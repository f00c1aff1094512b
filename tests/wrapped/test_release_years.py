"""Release years, oldest song and listening age: their edges by hand, and against plain loops."""

from collections import Counter, defaultdict
from datetime import date

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import release_years as ry
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.insights import with_tallies

from .more_columns import ranked_plays, results, tables_of_crowd, with_births, with_track_columns
from .test_insights import heard, play, rows

LISTENER, OTHER = 1, 2


def listened(years, births=None):
    """`PeriodTables` of 2025. years: listener_id -> release year of each stream, None if unknown;
    births: listener_id -> birth year or None
    """
    every = sorted({year for some in years.values() for year in some if year}) + [None]
    tracks = [
        (i, f"Song {year}", "pop", 200_000, False, [(0, "primary")]) for i, year in enumerate(every)
    ]
    plays = [
        play(f"2025-05-{1 + n % 28:02}T{n // 28 % 24:02}:00:00", every.index(year), listener=who)
        for who, some in years.items()
        for n, year in enumerate(some)
    ]
    dates = [year and date(year, 1, 1) for year in every]
    tables = with_track_columns(heard(plays, tracks=tracks), release_date=dates)
    if births:
        dates = {who: year and date(year, 6, 1) for who, year in births.items()}
        tables = with_births(tables, dates)
    return with_tallies(tables, ["cohorts"])


def age_of(years, births=None, listener=LISTENER):
    """The row of a listener, or None."""
    rows = results(listened(years, births), ry.listening_age)
    return next((row for row in rows if row["listener_id"] == listener), None)


OTHERS = {OTHER: [1950, 1960, 1970]}


@pytest.mark.parametrize(("n_old", "age"), [(1, None), (2, 37)])
def test_the_window_of_a_listening_age_needs_a_tenth_of_the_streams(n_old, age):
    row = age_of({LISTENER: [2000] * n_old + [2020] * (20 - n_old), OTHER: [2020] * 9})
    assert (row and row["age"]) == age


def test_five_years_from_2000_to_2004_give_37_in_2025():
    row = age_of({LISTENER: [2000, 2001, 2002, 2003, 2004], **OTHERS})
    assert (row["age"], row["first_year"], row["last_year"]) == (37, 2000, 2004)
    assert (row["n_window"], row["n_streams"], row["n_others_window"], row["n_others"]) == (
        5,
        5,
        0,
        3,
    )


@pytest.mark.parametrize(
    ("released", "last_year", "age"),
    [
        (range(1974, 1979), 1978, 63),
        (range(1930, 1935), 1934, 100),
        (range(1937, 1942), 1941, 100),
        ([2025], 2025, 16),
        ([2000], 2004, 37),
        ([2024], 2025, 16),
    ],
)
def test_the_window_ends_at_sixteen_and_the_age_is_at_most_a_hundred(released, last_year, age):
    row = age_of({LISTENER: list(released), **OTHERS})
    assert (row["last_year"], row["age"]) == (last_year, age)


def test_of_two_equal_windows_the_later_counts():
    row = age_of({LISTENER: [1985, 1985, 2005, 2005], **OTHERS})
    assert row["last_year"] == 2009


def test_streams_without_a_release_date_are_ignored_and_counted():
    row = age_of({LISTENER: [2000, None, None], **OTHERS})
    assert (row["n_streams"], row["n_undated"], row["age"]) == (1, 2, 37)
    assert [
        r["release_year"] for r in results(listened({LISTENER: [None, 2000]}), ry.release_years)
    ] == [2000]


def test_listeners_with_the_same_years_have_no_listening_age():
    years = [1999, 2004, 2004]
    assert age_of({LISTENER: years, OTHER: 3 * years}) is None
    assert age_of({LISTENER: years, OTHER: 3 * years}, {LISTENER: 1990, OTHER: 1991}) is None


def test_a_listener_alone_is_compared_with_nobody():
    assert age_of({LISTENER: [2000, 2001]}) is None
    assert age_of({LISTENER: [2000, 2001]}, {LISTENER: 1990}) is None


def test_the_cohort_is_of_the_same_five_birth_years():
    years = {LISTENER: [1990, 2010], OTHER: [1990], 3: [2010]}
    same, other = {LISTENER: 1990, OTHER: 1994}, {3: 1995}
    assert (age_of(years, same | other)["last_year"], age_of(years, same | other)["cohort"]) == (
        2014,
        1990,
    )
    same, other = {LISTENER: 1990, 3: 1994}, {OTHER: 1989}
    assert age_of(years, same | other)["last_year"] == 1994


@pytest.mark.parametrize(
    "births", [None, {LISTENER: None, OTHER: 1990}, {LISTENER: 1960, OTHER: 1990}]
)
def test_without_a_birth_date_or_another_in_the_cohort_all_listeners_are_the_cohort(births):
    row = age_of({LISTENER: [1990, 2010], OTHER: [1990]}, births)
    assert (row["last_year"], row["cohort"], row["n_others"]) == (2014, ry.EVERYBODY, 1)


def test_the_others_are_counted_without_the_listener():
    tables = listened({LISTENER: [2000, 2001], OTHER: [2001, 2001, 2002]})
    mine = [row for row in results(tables, ry.release_years) if row["listener_id"] == LISTENER]
    assert [(r["release_year"], r["n_streams"], r["n_others"]) for r in mine] == [
        (2000, 1, 0),
        (2001, 1, 2),
        (2002, 0, 1),
    ]


def test_a_card_of_release_years_has_every_year_and_shares():
    tables = listened({LISTENER: [2000, 2000, 2003], OTHER: [2002]})
    mine = ry.release_years(tables).filter(ry.ibis._.listener_id == LISTENER).execute()
    years = ry.every_release_year(mine, Request(None, None, 0, None))
    assert years["release_year"].tolist() == [2000, 2001, 2002, 2003]
    assert years["share"].tolist() == pytest.approx([2 / 3, 0, 0, 1 / 3])
    assert years["others_share"].tolist() == [0, 0, 1, 0]
    assert ry.gap_to_second_year(years) == "after 2000, 2003 has 1 stream fewer"


def test_the_most_streamed_release_year_and_its_ties():
    assert rows(
        ry.top_release_year(listened({LISTENER: [2000, 2001, 2001]})),
        "release_year",
        "n_streams",
        order="listener_id",
    ) == [[2001, 2]]
    tied = listened({LISTENER: [2003, 2001]})
    assert rows(ry.top_release_year(tied), "release_year", order="listener_id") == [[2003]]


def oldest(plays, dates):
    table = with_track_columns(heard(plays), release_date=dates)
    return rows(ry.oldest_song(table), "title", "release_year", "n_streams", order="listener_id")


def test_the_oldest_song_needs_one_stream_and_a_release_date():
    plays = [play("2025-05-01T10:00:00", 1), play("2025-05-01T11:00:00", 0, 29_999)]
    plays += [play("2025-05-01T12:00:00", 4)]
    dates = [date(1950, 1, 1), date(1990, 5, 1), None, None, None]
    assert oldest(plays, dates) == [["Slow Orbit", 1990, 1]]
    assert oldest(plays, [None] * 5) == []


def test_of_songs_of_one_day_the_oldest_song_is_the_most_streamed():
    plays = [play("2025-05-01T10:00:00", 1), play("2025-05-01T11:00:00", 0)]
    plays += [play("2025-05-01T12:00:00", 0)]
    same = [date(1990, 5, 1)] * 5
    assert oldest(plays, same) == [["Salt", 1990, 2]]
    earlier = [date(1990, 5, 1), date(1990, 4, 30), None, None, None]
    assert oldest(plays, earlier) == [["Slow Orbit", 1990, 1]]


# -- the slow, obvious version ---------------------------------------------------------------------


def slow_ages(plays, births):
    """Listening age of every listener by plain loops: listener_id -> (last year, age) or None."""
    years = defaultdict(Counter)
    for who, released in zip(plays["listener_id"], plays["release_date"], strict=True):
        years[who][released.year] += 1
    return {who: slow_age(who, years, births) for who in years}


def slow_age(who, years, births):
    band = [p for p in years if p != who and births[p] // 5 == births[who] // 5]
    others = sum((years[p] for p in band or set(years) - {who}), Counter())
    mine, best = years[who], (0, 0)
    for last in range(1900, 2026):
        window = range(last - 4, last + 1)
        above = sum(mine[y] for y in window) / mine.total()
        above -= sum(others[y] for y in window) / others.total()
        if sum(mine[y] for y in window) >= mine.total() / 10:
            best = max(best, (round(above, 9), last))
    return (best[1], min(max(2025 - best[1] + 16, 16), 100)) if best[0] > 0 else None


def test_listening_ages_of_a_crowd_agree_with_plain_loops(crowd):
    listeners = crowd.listeners.to_pandas()
    births = dict(zip(listeners["listener_id"], pd.to_datetime(listeners["birth_date"]).dt.year))
    expected = slow_ages(ranked_plays(crowd), births)
    tables = with_tallies(tables_of_crowd(crowd), ["cohorts"])
    found = {
        r["listener_id"]: (r["last_year"], r["age"]) for r in results(tables, ry.listening_age)
    }
    assert found == {who: age for who, age in expected.items() if age}
    assert len(found) > 150 and len(set(found.values())) > 10


def test_oldest_songs_and_release_years_of_a_crowd_agree_with_plain_loops(crowd):
    plays, tables = ranked_plays(crowd), tables_of_crowd(crowd)
    first = plays.groupby("listener_id")["release_date"].min()
    years = pd.to_datetime(plays["release_date"]).dt.year
    most = plays.groupby(["listener_id", years]).size().groupby("listener_id").max()
    songs, tops = ry.oldest_song(tables).execute(), ry.top_release_year(tables).execute()
    assert songs["release_year"].tolist() == [day.year for day in first]
    assert tops["n_streams"].tolist() == most.tolist()
