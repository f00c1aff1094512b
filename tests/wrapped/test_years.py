"""Insights over several years: artists kept every year, and comebacks."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped.dates import day_number
from wrapsim_helpers.wrapped.periods import period_tables

from .test_insights import heard, play, rows


def kept(*plays):
    return rows(w.loyalty(heard([play(f"{day}T12:00:00", track) for day, track in plays])),
                "artist", "n_years")  # fmt: skip


def test_an_artist_is_kept_if_streamed_in_every_year_of_listening():
    assert kept(("2023-05-01", 0), ("2024-05-01", 0), ("2025-05-01", 0)) == [["Ode & Ivy", 3]]
    years = ("2023-05-01", 0), ("2024-05-01", 4), ("2025-05-01", 0), ("2025-05-02", 4)
    assert kept(*years) == []
    assert kept(*years, ("2023-06-01", 4)) == [["Anders", 3]]


def test_a_year_without_listening_breaks_no_loyalty():
    assert kept(("2022-05-01", 0), ("2025-05-01", 0)) == [["Ode & Ivy", 2]]


def test_one_year_of_history_shows_no_loyalty():
    assert kept(("2025-05-01", 0), ("2025-06-01", 0)) == []


def test_the_artist_with_more_streams_in_the_period_comes_first():
    before = [(f"2024-05-0{n}", 0) for n in range(1, 6)] + [("2024-06-01", 4)]
    now = [("2025-05-01", 0), ("2025-05-02", 4), ("2025-05-03", 4)]
    assert kept(*before, *now) == [["Anders", 2], ["Ode & Ivy", 2]]


def test_the_months_before_a_period_are_no_year_of_their_own():
    plays = [play(f"{day}T12:00:00", 0) for day in ("2025-02-01", "2025-09-01")]
    assert rows(w.loyalty(heard(plays, date(2025, 7, 1))), "artist") == []


@pytest.mark.parametrize("gap, told", [(364, False), (365, True), (366, True)])
def test_a_comeback_needs_a_gap_of_365_days(gap, told):
    back = date(2025, 6, 1)
    left = back - timedelta(gap)
    plays = [
        play(f"{left}T23:59:00", 0),
        play(f"{back}T00:01:00", 0),
        play("2025-07-01T12:00:00", 0),
    ]
    found = rows(w.comebacks(heard(plays)), "artist", "last_day", "first_day", "gap_days")
    assert found == [["Ode & Ivy", day_number(left), day_number(back), gap]] * told


def test_a_short_play_neither_ends_a_gap_nor_begins_it():
    plays = [play("2023-01-01T12:00:00", 0), play("2025-06-01T12:00:00", 0)]
    short = play("2024-12-01T12:00:00", 0, 29_999)
    assert rows(w.comebacks(heard([*plays, short])), "gap_days") == [[882]]
    assert rows(w.comebacks(heard([*plays, short | {"ms_played": 30_000}])), "gap_days") == []


def test_an_artist_comes_back_also_with_another_song_and_as_a_guest():
    plays = [play("2023-01-01T12:00:00", 0), play("2025-06-01T12:00:00", 1)]
    assert rows(w.comebacks(heard(plays)), "artist") == [["Ode & Ivy"]]


@pytest.fixture(scope="module")
def two_years(tmp_path_factory):
    window = {"start_time": "2023-09-01", "end_time": "2025-03-20"}
    folder = tmp_path_factory.mktemp("years") / "run"
    more = {"seed": 5, "catalogue_tracks": 0, "workers": 1, "formats": "parquet"}
    return ws.simulate(4, **window, out_dir=folder, **more)


def test_a_plain_loop_finds_the_same_artists(two_years):
    tables = period_tables(two_years, 2025)
    catalogue = {name: ws.read_parquet(two_years, name) for name in ("tracks", "track_artists")}
    noise = {row["track_id"] for row in catalogue["tracks"].to_pylist() if row["noise"]}
    artists = defaultdict(list)
    for row in catalogue["track_artists"].to_pylist():
        artists[row["track_id"]].append(row["artist_id"])
    days = defaultdict(set)
    for row in ws.read_parquet(two_years, "plays").to_pylist():
        if row["ms_played"] >= 30_000 and not row["private"] and row["track_id"] not in noise:
            day = (row["started_at"] + timedelta(minutes=row["utc_offset_min"])).date()
            for artist in artists[row["track_id"]]:
                days[row["listener_id"], artist].add(day)
    years = defaultdict(set)
    for (listener, _), dates in days.items():
        years[listener] |= {day.year for day in dates}
    loyal, back = set(), set()
    for (listener, artist), dates in days.items():
        if years[listener] == {day.year for day in dates}:
            loyal.add((listener, artist))
        now, before = [d for d in dates if d.year == 2025], [d for d in dates if d.year < 2025]
        if now and before and (min(now) - max(before)).days >= 365:
            back.add((listener, artist, (min(now) - max(before)).days))
    kept_artists, returned = (
        w.loyalty(tables, 10**6).execute(),
        w.comebacks(tables, 10**6).execute(),
    )
    assert len(loyal) > 20 and len(back) > 2
    assert (
        set(kept_artists[["listener_id", "artist_id"]].itertuples(index=False, name=None)) == loyal
    )
    columns = ["listener_id", "artist_id", "gap_days"]
    assert set(returned[columns].itertuples(index=False, name=None)) == back
