"""Recaps of several years: each year's favourites and minutes."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.periods import period_tables
from wrapsim_helpers.wrapped.recaps import decade, year_before

from .test_insights import heard, play, rows


def recap(*plays, **period):
    columns = "year", "title", "top_artist", "ms_played"
    return rows(decade(heard(list(plays), **period)), *columns, order="year")


def test_a_recap_has_a_row_for_each_year_with_its_song_artist_and_minutes():
    plays = [play("2024-05-01T12:00:00", 0), play("2024-05-02T12:00:00", 4, 40_000)]
    plays += [play("2025-05-01T12:00:00", 4), play("2025-05-02T12:00:00", 4)]
    plays += [play("2025-06-01T12:00:00", 0, 10_000)]
    assert recap(*plays) == [
        [2024, "Salt", "Ode & Ivy", 100_000],
        [2025, "Anchor", "Anders", 130_000],
    ]


def test_a_listener_of_one_year_has_no_recap():
    assert recap(play("2025-01-01T00:00:00"), play("2025-12-31T23:59:59.999")) == []
    assert recap(play("2024-05-01T12:00:00")) == []


def test_a_year_without_a_play_has_no_row():
    table = recap(play("2022-05-01T12:00:00"), play("2025-05-01T12:00:00"))
    assert [row[0] for row in table] == [2022, 2025]


def test_a_play_belongs_to_the_local_year_it_began_in():
    late = play("2025-01-01T00:30:00", 0, zone="Europe/Paris")  # 23:30 of 2024 in UTC
    before = play("2024-12-31T23:59:59", 4, zone="Europe/Paris")
    assert [(year, title) for year, title, *_ in recap(late, before)] == [
        (2024, "Anchor"),
        (2025, "Salt"),
    ]


def test_a_recap_ends_with_the_period_and_goes_back_ten_years():
    years = [play(f"{year}-05-01T12:00:00") for year in range(2014, 2027)]
    assert [row[0] for row in recap(*years)] == list(range(2016, 2026))


def test_a_period_of_several_years_is_told_year_by_year():
    plays = [play("2023-05-01T12:00:00", 0), play("2024-05-01T12:00:00", 4)]
    plays += [play("2025-05-01T12:00:00", 0)]
    whole = recap(*plays, first=date(2023, 1, 1))
    assert whole == recap(*plays) and len(whole) == 3


def test_a_year_of_private_plays_has_minutes_and_no_song():
    plays = [play("2024-05-01T12:00:00", private=True), play("2025-05-01T12:00:00", private=False)]
    table = decade(heard(plays)).execute()
    assert table["ms_played"].tolist() == [60_000, 60_000]
    assert table["title"].isna().tolist() == [True, False]
    assert table["top_artist"].isna().tolist() == [True, False]


@pytest.fixture(scope="module")
def three_years(tmp_path_factory):
    window = {"start_time": "2023-12-01", "end_time": "2025-01-20"}
    folder = tmp_path_factory.mktemp("recaps") / "run"
    more = {"seed": 5, "catalogue_tracks": 0, "workers": 1, "formats": "parquet"}
    return ws.simulate(5, **window, out_dir=folder, **more)


def local_plays(run):
    """The plays of a run as dicts, with their local date and whether they are ranked."""
    noise = {row["track_id"] for row in ws.read_parquet(run, "tracks").to_pylist() if row["noise"]}
    for row in ws.read_parquet(run, "plays").to_pylist():
        day = (row["started_at"] + timedelta(minutes=row["utc_offset_min"])).date()
        counts = row["ms_played"] >= 30_000 and not row["private"]
        yield row | {"day": day, "ranked": counts and row["track_id"] not in noise}


def test_a_plain_loop_counts_the_same_minutes_and_streams_of_each_year(three_years):
    minutes, songs, artists = defaultdict(int), defaultdict(int), defaultdict(list)
    for row in ws.read_parquet(three_years, "track_artists").to_pylist():
        artists[row["track_id"]].append(row["artist_id"])
    whole = defaultdict(int)
    for row in local_plays(three_years):
        key = row["listener_id"], row["day"].year
        minutes[key] += row["ms_played"]
        songs[*key, row["track_id"]] += row["ranked"]
        for artist in artists[row["track_id"]]:
            whole[*key, artist] += row["ranked"]
    table = decade(period_tables(three_years, 2025)).execute()
    n_years = Counter(listener for listener, _ in minutes)
    several = {key for key in minutes if n_years[key[0]] > 1}
    assert set(zip(table["listener_id"], table["year"])) == several and len(several) > 10
    for row in table.itertuples():
        key = row.listener_id, row.year
        assert row.ms_played == minutes[key]
        assert row.n_streams == songs[*key, row.track_id]
        assert row.n_streams == max(n for k, n in songs.items() if k[:2] == key)
        assert row.n_whole == whole[*key, row.artist_id]


COMPARED = "ms_played", "n_songs", "n_artists", "ms_before", "songs_before", "artists_before"


def compared(*plays, **period):
    return rows(year_before(heard(list(plays), **period)), *COMPARED, order="listener_id")


BEGAN = play("2024-01-29T12:00:00", 4)


def test_a_year_is_compared_with_the_year_before_alone():
    plays = [BEGAN, play("2024-12-31T23:59:59", 4), play("2023-06-01T12:00:00", 0)]
    now = [play("2025-01-01T00:00:00", 0), play("2025-12-31T12:00:00", 1, 29_999)]
    assert compared(*plays, *now) == [[89_999, 1, 1, 120_000, 1, 1]]


def test_guests_count_as_artists_of_a_year():
    assert compared(BEGAN, play("2025-05-01T12:00:00", 1)) == [[60_000, 1, 2, 60_000, 1, 1]]


@pytest.mark.parametrize(("first", "n_rows"), [("2024-01-29", 1), ("2024-01-30", 0)])
def test_a_listener_who_began_later_than_january_has_no_year_before(first, n_rows):
    plays = play(f"{first}T12:00:00"), play("2025-05-01T12:00:00")
    assert len(compared(*plays)) == n_rows


def test_a_period_that_is_no_whole_year_is_not_compared():
    plays = BEGAN, play("2025-05-01T12:00:00")
    assert compared(*plays, last=date(2025, 12, 30)) == []
    assert compared(*plays, first=date(2025, 1, 2)) == []
    assert compared(play("2025-05-01T12:00:00")) == []


def test_a_plain_loop_compares_the_same_numbers(two_whole_years):
    numbers = defaultdict(lambda: [0, set(), set()])
    artists = defaultdict(list)
    for row in ws.read_parquet(two_whole_years, "track_artists").to_pylist():
        artists[row["track_id"]].append(row["artist_id"])
    for row in local_plays(two_whole_years):
        of_year = numbers[row["listener_id"], row["day"].year]
        of_year[0] += row["ms_played"]
        if row["ranked"]:
            of_year[1].add(row["track_id"])
            of_year[2].update(artists[row["track_id"]])
    table = year_before(period_tables(two_whole_years, 2025)).execute()
    assert len(table) > 1
    for row in table.itertuples():
        expected = []
        for year in (2025, 2024):
            ms_played, songs, of_songs = numbers[row.listener_id, year]
            expected += [ms_played, len(songs), len(of_songs)]
        assert [getattr(row, name) for name in COMPARED] == expected


@pytest.fixture(scope="module")
def two_whole_years(tmp_path_factory):
    window = {"start_time": "2024-01-01", "end_time": "2026-01-01"}
    folder = tmp_path_factory.mktemp("compared") / "run"
    more = {"seed": 5, "catalogue_tracks": 0, "workers": 1, "formats": "parquet"}
    return ws.simulate(4, **window, out_dir=folder, **more)
