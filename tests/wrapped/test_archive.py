"""The archive of remarkable days: its edges by hand, and against plain loops."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from math import log2

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import archive as a
from wrapsim_helpers.wrapped.dates import as_dates

from .more_columns import ranked_plays, tables_of_crowd, with_births, with_track_columns
from .test_insights import TRACKS, heard, play

NEW = [date(2024, 1, 1)] * len(TRACKS)


def listened(plays, first=date(2025, 1, 1), last=date(2025, 12, 31), released=NEW, born=None):
    """`PeriodTables` of plays. released: of each track; born: birth date of listener 1"""
    tables = with_track_columns(heard(plays, first, last), release_date=list(released))
    return with_births(tables, {1: born}) if born else tables


def day_by(rule, tables):
    """(month, day), amount and name of the day that a rule finds; None if it finds none."""
    found = rule(tables).execute()
    if not len(found):
        return None
    day = as_dates(found["day"])[0]
    return (day.month, day.day), found["amount"].tolist()[0], found["name"].tolist()[0]


def days_of(tables):
    """(month, day) and reason of every day of the archive, in its order."""
    table = a.archive(tables).execute()
    return [((d.month, d.day), r) for d, r in zip(as_dates(table["day"]), table["reason"])]


def on(day, n=1, track=0, ms_played=60_000, hour=10):
    """n plays of a track on a day, a minute apart."""
    return [play(f"{day}T{hour:02}:{i:02}:00", track, ms_played) for i in range(n)]


def test_of_two_biggest_days_the_earlier_counts():
    tables = listened(on("2025-05-02", 2) + on("2025-05-01", 2) + on("2025-05-03"))
    assert day_by(a.biggest_day, tables) == ((5, 1), 120_000, "")


def test_the_biggest_day_is_a_local_day_through_daylight_saving():
    night = [
        play(f"2025-03-30T{text}", zone="Europe/Stockholm")
        for text in ("00:10:00", "01:59:00", "03:01:00", "23:50:00")
    ]
    tables = listened([*night, play("2025-03-31T00:00:00", zone="Europe/Stockholm")])
    assert day_by(a.biggest_day, tables) == ((3, 30), 240_000, "")


def test_a_discovery_day_has_most_new_artists_after_the_first_weeks_of_the_log():
    first, later = on("2025-01-10", 1, 0), on("2025-03-01", 1, 4)
    assert day_by(a.discovery_day, listened(first + later)) is None  # one artist is too few
    short = on("2025-03-01", 1, 3, 25_000, hour=11)
    assert day_by(a.discovery_day, listened(first + later + short)) is None
    tracks = [(i, f"Song {i}", "pop", 200_000, False, [(i, "primary")]) for i in range(5)]
    plays = [play("2025-01-10T10:00:00", i) for i in (0, 1, 2)]
    plays += [play("2025-03-01T10:00:00", i) for i in (3, 4, 0)]
    tables = with_track_columns(heard(plays, tracks=tracks), release_date=NEW)
    assert day_by(a.discovery_day, tables) == ((3, 1), 2, "")


@pytest.mark.parametrize(("days", "expected"), [(27, None), (28, 2)])
def test_the_first_28_days_of_a_log_discover_nothing(days, expected):
    second = date(2025, 1, 10) + timedelta(days)
    plays = on("2025-01-10", 1, 4) + [play(f"{second}T10:00:00", 1)]
    found = day_by(a.discovery_day, listened(plays))
    assert (found and found[1]) == expected


def test_an_artist_streamed_before_the_period_is_not_discovered_and_the_log_is_settled():
    before = on("2024-06-01", 1, 4)
    tables = listened(before + on("2025-01-02", 1, 1))
    assert day_by(a.discovery_day, tables) == ((1, 2), 2, "")
    assert (
        day_by(a.discovery_day, listened(on("2024-06-01", 1, 1) + on("2025-01-02", 1, 1))) is None
    )


def test_days_of_the_top_artist_and_of_the_top_genre_have_their_names():
    plays = on("2025-05-01", 3, 0) + on("2025-05-02", 2, 0, 100_000) + on("2025-05-03", 4, 1)
    tables = listened(plays)
    assert day_by(a.artist_day, tables) == ((5, 3), 240_000, "Ode & Ivy")
    assert day_by(a.genre_day, tables) == ((5, 2), 200_000, "pop")


@pytest.mark.parametrize(("n", "expected"), [(9, None), (10, ((5, 1), 5, "")), (11, None)])
def test_a_nostalgic_day_has_ten_streams_and_half_of_them_old(n, expected):
    released = [date(2005, 12, 31), date(2006, 1, 1), *NEW[2:]]
    tables = listened(
        on("2025-05-01", n - 5, 1) + on("2025-05-01", 5, 0, hour=11), released=released
    )
    assert day_by(a.nostalgic_day, tables) == expected


def test_without_old_music_or_release_dates_no_day_is_nostalgic():
    plays = on("2025-05-01", 12)
    assert day_by(a.nostalgic_day, listened(plays)) is None
    assert day_by(a.nostalgic_day, listened(plays, released=[None, *NEW[1:]])) is None


@pytest.mark.parametrize(("n", "expected"), [(9, (5, 1)), (10, (5, 2))])
def test_an_unusual_day_has_ten_streams_of_other_genres(n, expected):
    tables = listened(on("2025-05-01", 30, 0) + on("2025-05-02", n, 1))
    assert day_by(a.unusual_day, tables)[0] == expected


def test_a_listener_of_one_genre_has_no_unusual_day():
    assert day_by(a.unusual_day, listened(on("2025-05-01", 30) + on("2025-05-02", 12))) is None


@pytest.mark.parametrize(
    ("born", "year", "expected"),
    [
        (date(1990, 5, 2), 2025, (5, 2)),
        (date(1992, 2, 29), 2025, (2, 28)),
        (date(1992, 2, 29), 2024, (2, 29)),
        (date(1990, 12, 31), 2025, None),
        (None, 2025, None),
    ],
)
def test_a_birthday_needs_a_stream_and_29_february_moves_to_the_28th(born, year, expected):
    days = ["02-28", "03-01", "05-02"] + ["02-29"] * (year == 2024)
    plays = [p for day in days for p in on(f"{year}-{day}")] + on(f"{year}-12-31", 1, 0, 29_999)
    tables = listened(plays, date(year, 1, 1), date(year, 12, 31), born=born)
    found = day_by(a.birthday, tables)
    assert (found and found[0]) == expected


def test_new_years_day_is_the_day_on_which_a_play_began():
    across = [play("2024-12-31T23:57:16", ms_played=234_000)]
    assert day_by(a.new_years_day, listened(across)) is None
    assert day_by(a.new_years_day, listened(across + on("2025-01-01"))) == ((1, 1), 1, "")


def test_a_day_that_several_rules_find_is_listed_once_under_the_first():
    assert days_of(listened(on("2025-01-01", 12))) == [((1, 1), 1)]


def test_at_most_five_days_are_listed_in_their_order():
    released = [date(1999, 1, 1), *NEW[1:]]
    plays = on("2025-01-01") + on("2025-07-07", 4, 2, 600_000) + on("2025-05-06", 9, 1, 200_000)
    plays += on("2025-08-08", 10, 0) + on("2025-03-03", 1, 4, 50_000) + on("2025-02-02", 1, 4)
    plays += on("2025-09-09", 6, 4, 150_000) + on("2025-06-06", 10, 4, 30_000)
    tables = listened(plays, released=released, born=date(1990, 2, 2))
    found = days_of(tables)
    assert len(found) == 5 and [day for day, _ in found] == sorted(day for day, _ in found)
    assert ((7, 7), 1) in found and ((1, 1), 8) not in found
    assert ((1, 1), 8) in days_of(listened(on("2025-01-01") + on("2025-05-01", 2)))


def test_the_words_of_a_day_come_from_fixed_templates():
    days = pd.DataFrame(
        [
            (20_089, 1, 29_999, "", 29_999, 1),
            (20_090, 4, 3_600_000, "pop", 3_600_000, 20),
            (20_091, 5, 12, "", 60_000, 40),
            (20_092, 7, 1, "", 60_000, 1),
        ],
        columns=a.ARCHIVE_COLUMNS,
    )
    shown = a.with_words_of_days(days, None)
    assert shown["words"].tolist() == [
        "0 minutes of music",
        "60 minutes of pop",
        "12 of 40 plays from before 2006",
        "1 play on the day",
    ]
    assert (
        shown["date"].tolist()[0] == date(2025, 1, 1)
        and len(a.with_words_of_days(days[:0], None)) == 0
    )


# -- the slow, obvious version ---------------------------------------------------------------------


def slow_unusual(mine):
    """The most unusual day of a listener by plain loops, or None."""
    year, days = Counter(mine["genre"]), defaultdict(Counter)
    for row in mine.itertuples():
        days[row.day][row.genre] += 1
    scored = [
        (-divergence_of(genres, year), day) for day, genres in days.items() if genres.total() >= 10
    ]
    best = min(scored, default=(0, None))
    return best[1] if best[0] < 0 else None


def divergence_of(day, year):
    """Jensen-Shannon divergence of two counters, bits, rounded."""
    sides = []
    shares = [{g: n / c.total() for g, n in c.items()} for c in (day, year)]
    for side in shares:
        sides.append(
            sum(s * log2(2 * s / sum(x.get(g, 0) for x in shares)) for g, s in side.items())
        )
    return round(sum(sides) / 2, 9)


def test_days_of_a_crowd_agree_with_plain_loops(crowd):
    plays, tables = ranked_plays(crowd), tables_of_crowd(crowd)
    plays = plays[plays["genre"] != ""]
    unusual = a.unusual_day(tables).execute()
    found = dict(zip(unusual["listener_id"], as_dates(unusual["day"])))
    expected = {who: slow_unusual(mine) for who, mine in plays.groupby("listener_id")}
    assert found == {who: day for who, day in expected.items() if day}
    old = pd.to_datetime(plays["day"]).dt.year - pd.to_datetime(plays["release_date"]).dt.year >= 20
    days = plays.assign(old=old).groupby(["listener_id", "day"])["old"].agg(["sum", "size"])
    days = days[(days["size"] >= 10) & (2 * days["sum"] >= days["size"])]
    share = (days["sum"] / days["size"]).groupby("listener_id").max()
    nostalgic = a.nostalgic_day(tables).execute().sort_values("listener_id")
    assert nostalgic["listener_id"].tolist() == share.index.tolist()
    at = [(who, day) for who, day in zip(nostalgic["listener_id"], as_dates(nostalgic["day"]))]
    assert (days.loc[at, "sum"] / days.loc[at, "size"]).tolist() == share.tolist()
