"""First song, discoveries, seasons and countries: their edges by hand, and against plain loops."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import firsts
from wrapsim_helpers.wrapped.dates import day_number

from .more_columns import ranked_plays, results, store, tables_of_crowd
from .test_insights import ARTISTS, heard, ms, play

GENRES = ["pop", "rock", "jazz", "folk", "soul", "pop"]
TRACKS = [
    (i, f"Song {i}", GENRES[i], 200_000, False, [(i, "primary")]) for i in range(len(ARTISTS))
]
JANUARY = [play("2025-01-01T10:00:00", 0)]  # the listener's first day


def first_of(*plays, **more):
    """Title and local time of the first song; None if there is none."""
    rows = results(heard(list(plays), **more), firsts.first_song)
    return (rows[0]["title"], rows[0]["first_local_ms"]) if rows else None


def test_the_first_song_is_the_earliest_stream_and_a_short_play_is_none():
    short = play("2025-01-01T00:00:01", 4, ms_played=29_999)
    assert first_of(short, play("2025-01-01T08:00:00", 0)) == (
        "Salt",
        ms("2025-01-01T08:00:00")[0],
    )


def test_the_first_song_of_a_listener_in_kiribati_is_of_the_listener_s_own_year():
    plays = [play("2024-12-31T09:59:59.999", 4), play("2024-12-31T10:00:00.000", 0)]
    rows = [row | {"utc_offset_min": 14 * 60} for row in plays]
    assert first_of(*rows) == ("Salt", ms("2025-01-01T00:00:00")[0])


def test_a_song_that_began_before_midnight_is_of_the_year_before():
    assert first_of(play("2024-12-31T23:57:16", 0, ms_played=234_000)) is None


def test_a_private_song_and_noise_are_not_the_first():
    plays = [
        play("2025-01-01T08:00:00", 0, private=True),
        play("2025-01-01T08:05:00", 2, private=False),
    ]
    assert first_of(*plays, play("2025-01-02T08:00:00", 4, private=False))[0] == "Anchor"


# -- discoveries -----------------------------------------------------------------------------------


def new_in(plays, **more):
    """The rows of discoveries."""
    return results(heard(plays, tracks=TRACKS, **more), firsts.discoveries)


@pytest.mark.parametrize(("day", "is_new"), [(28, False), (29, True)])
def test_nothing_is_new_in_the_first_four_weeks(day, is_new):
    rows = new_in([*JANUARY, play(f"2025-01-{day}T10:00:00", 1)])
    assert [(r["month"], r["artist"], r["n_artists"]) for r in rows] == (
        [(1, ARTISTS[1], 1)] if is_new else []
    )


def test_an_artist_of_five_years_ago_is_not_new_and_its_genre_neither():
    before = [play("2020-05-01T10:00:00", 1), play("2020-05-01T11:00:00", 0)]
    rows = new_in([*before, play("2025-01-02T10:00:00", 1), play("2025-01-03T10:00:00", 2)])
    assert [(r["artist"], r["n_artists"], r["n_genres"]) for r in rows] == [(ARTISTS[2], 1, 1)]


def test_with_earlier_plays_january_has_discoveries():
    assert new_in([play("2024-12-01T10:00:00", 0), play("2025-01-01T10:00:00", 1)])[0]["month"] == 1


def test_a_new_genre_of_a_known_artist_is_counted_without_a_name():
    tracks = [*TRACKS[:1], (1, "Jazz", "jazz", 9, False, [(0, "primary")])]
    plays = [*JANUARY, play("2025-03-01T10:00:00", 1)]
    rows = results(heard(plays, tracks=tracks), firsts.discoveries)
    assert [(r["month"], r["n_artists"], r["n_genres"], r["artist"]) for r in rows] == [
        (3, 0, 1, "")
    ]


def test_the_first_of_a_month_and_the_one_with_most_streams_have_names():
    plays = [
        *JANUARY,
        play("2025-05-02T10:00:00", 1),
        play("2025-05-03T10:00:00", 2),
        *(play(f"2025-08-{d:02}T10:00:00", 2) for d in range(1, 4)),
    ]
    row = new_in(plays)[0]
    assert (row["first_artist"], row["artist"], row["n_whole"]) == (ARTISTS[1], ARTISTS[2], 4)
    assert row["first_day"] == day_number(date(2025, 5, 2)) and row["n_genres"] == 2


def test_a_discovery_belongs_to_the_local_day_of_its_first_stream():
    plays = [*JANUARY, play("2025-03-31T22:30:00") | {"utc_offset_min": 120, "track_id": 1}]
    assert [r["month"] for r in new_in(plays)] == [4]


# -- seasons ---------------------------------------------------------------------------------------


def seasons_of(days, latitude=None):
    """(number, season) of each season with a stream. days: of 2025, as text"""
    tables = heard([play(f"{day}T12:00:00") for day in days])
    if latitude is not None:
        homes = pd.DataFrame({"listener_id": [1], "latitude": [latitude]})
        tables = replace(tables, listeners=store(tables, "homes", homes))
    return [(r["number"], r["season"]) for r in results(tables, firsts.seasons)]


def test_spring_begins_in_march_and_december_is_another_winter_than_january():
    days = ["2025-01-01", "2025-02-28", "2025-03-01", "2025-06-01", "2025-09-01", "2025-12-01"]
    assert seasons_of(days) == [
        (0, "winter"),
        (1, "spring"),
        (2, "summer"),
        (3, "autumn"),
        (4, "winter"),
    ]
    assert seasons_of(["2025-02-28"]) == [(0, "winter")]
    assert seasons_of(["2025-03-01"]) == [(1, "spring")]


def test_the_leap_day_is_in_winter():
    tables = heard([play("2024-02-29T12:00:00")], date(2024, 1, 1), date(2024, 12, 31))
    assert [r["season"] for r in results(tables, firsts.seasons)] == ["winter"]


@pytest.mark.parametrize(
    ("latitude", "season"), [(-33.9, "summer"), (0.0, "winter"), (51.5, "winter"), (None, "winter")]
)
def test_seasons_are_those_of_the_half_of_the_world(latitude, season):
    assert seasons_of(["2025-01-15"], latitude) == [(0, season)]


def test_each_season_has_its_top_artist_with_whole_streams():
    plays = [play(f"2025-07-0{d}T10:00:00", 1) for d in (1, 2)] + [play("2025-10-01T10:00:00", 4)]
    rows = results(heard(plays), firsts.seasons)
    assert [(r["season"], r["artist"], r["n_whole"]) for r in rows] == [
        ("summer", "Mila Osterhaus", 2),
        ("autumn", "Anders", 1),
    ]


def test_one_season_is_no_list_of_seasons():
    rows = pd.DataFrame({"number": [0, 1]})
    assert [len(firsts.of_several_seasons(rows[:n], None)) for n in (1, 2)] == [0, 2]


def test_a_season_whose_top_artist_has_fewer_than_five_streams_is_left_out():
    rows = pd.DataFrame({"number": range(4), "n_whole": [5, 4, 9, 1]})
    assert firsts.seasons_played_often(rows, None)["number"].tolist() == [0, 2]
    assert len(firsts.seasons_played_often(rows[:2], None)) == 0


@pytest.mark.parametrize(("most", "n_rows"), [(4, 0), (5, 2)])
def test_discoveries_have_a_card_if_a_new_artist_has_five_streams(most, n_rows):
    months = pd.DataFrame({"n_artists": [1, 1], "n_whole": [1, most], "first_day": 20_209})
    assert len(firsts.with_dates_of_firsts(months, None)) == n_rows


# -- countries -------------------------------------------------------------------------------------


def countries_of(plays, countries):
    """The rows of `world`. countries: of each artist"""
    tables = heard(plays, tracks=TRACKS)
    frame = tables.artists.execute().sort_values("artist_id").assign(country=countries)
    return results(replace(tables, artists=store(tables, "homes", frame)), firsts.world)


def test_countries_have_ranks_and_the_unknown_is_counted_apart():
    plays = [
        play(f"2025-05-0{1 + t}T1{i}:00:00", t) for t, n in enumerate((1, 2, 4)) for i in range(n)
    ]
    rows = countries_of(plays, ["SE", "BR", "", "", "", ""])
    assert [
        (r["rank"], r["country"], r["n_artists"], r["n_streams"], r["share"]) for r in rows
    ] == [
        (0, "", 1, 4.0, 0.0),
        (1, "BR", 1, 2.0, 2 / 3),
        (2, "SE", 1, 1.0, 1 / 3),
    ]
    assert {r["n_genres"] for r in rows} == {3}


def test_one_country_has_the_whole_share_and_nobody_known_has_none():
    plays = [play("2025-05-01T10:00:00", 0), play("2025-05-01T11:00:00", 1)]
    assert [(r["rank"], r["share"], r["n_artists"]) for r in countries_of(plays, ["SE"] * 6)] == [
        (1, 1, 2)
    ]
    assert [(r["rank"], r["share"]) for r in countries_of(plays, [""] * 6)] == [(0, 0)]


def test_countries_have_names_and_an_unlisted_one_its_code():
    rows = pd.DataFrame({"rank": [1, 2, 0], "country": ["SE", "XX", ""]})
    assert len(firsts.with_names_of_countries(rows[2:], None)) == 0
    assert firsts.with_names_of_countries(rows, None)["name"].tolist() == ["Sweden", "XX", ""]


# -- the slow, obvious version ---------------------------------------------------------------------


def test_firsts_of_a_year_agree_with_plain_loops(invented):
    tables, catalogue = tables_of_crowd(invented), invented.world.catalogue
    rows = {
        name: query(tables).execute().groupby("listener_id")
        for name, query in [(q.__name__, q) for q in QUERIES]
    }
    artists = catalogue.artists.to_pandas().set_index("artist_id")
    south = invented.listeners.to_pandas().set_index("listener_id")["latitude"] < 0
    started = invented.plays.to_pandas().groupby("listener_id").first()
    credits = catalogue.track_artists.to_pandas()
    plays = ranked_plays(invented)
    for listener, mine in list(plays.groupby("listener_id"))[::12]:
        mine = mine.sort_values("started_at")
        first_song = rows["first_song"].get_group(listener).iloc[0]
        assert first_song["track_id"] == mine["track_id"].iloc[0]
        local = started.loc[listener, "started_at"] + timedelta(
            minutes=int(started.loc[listener, "utc_offset_min"])
        )
        of_artists = mine.merge(credits, on="track_id").sort_values("started_at", kind="stable")
        since = local.date() + timedelta(firsts.KNOWN_DAYS)
        new = of_artists.groupby("artist_id")["day"].first()
        genres = mine.groupby("genre")["day"].first()
        expected = defaultdict(lambda: [0, 0])
        for i, days in enumerate((new, genres)):
            for day in days:
                expected[day.month][i] += day >= since
        months = rows["discoveries"].get_group(listener)
        counts = dict(zip(months["month"], months[["n_artists", "n_genres"]].values.tolist()))
        assert counts == {m: n for m, n in expected.items() if sum(n)}
        halves = of_artists["role"].map({"primary": 2, "featured": 1}).astype(int)
        by_season = Counter()
        for artist, day, n in zip(of_artists["artist_id"], of_artists["day"], halves):
            by_season[day.month // 3, artist] += n
        for row in rows["seasons"].get_group(listener).to_dict("records"):
            best = max(n for (number, _), n in by_season.items() if number == row["number"])
            assert 2 * row["n_streams"] == best == by_season[row["number"], row["artist_id"]]
            turn = (row["number"] + 2 * south[listener]) % 4
            assert row["season"] == firsts.SEASONS[turn]
        of_country = Counter(artists.loc[new.index, "country"])
        world = rows["world"].get_group(listener)
        assert dict(zip(world["country"], world["n_artists"])) == of_country
        assert world["n_genres"].iloc[0] == mine["genre"].nunique()
        assert world["share"].sum() == pytest.approx(1)


QUERIES = (firsts.first_song, firsts.discoveries, firsts.seasons, firsts.world)


# -- the playlist ----------------------------------------------------------------------------------


def test_the_playlist_keeps_ten_ranks_and_spaces_the_rest_by_artist():
    artists = ["a"] * 10 + ["a", "a", "b", "c", "d", "a"]
    songs = pd.DataFrame({"rank": range(1, 17), "artist": artists})
    spaced = w.tops.spaced_songs(songs)
    assert spaced["rank"].tolist()[:10] == list(range(1, 11))
    assert spaced["artist"].tolist()[10:] == ["b", "c", "d", "a", "a", "a"]
    assert sorted(spaced["rank"]) == list(range(1, 17))


@pytest.mark.parametrize("n", [0, 3, 10, 11])
def test_a_short_list_keeps_its_order(n):
    songs = pd.DataFrame({"rank": range(1, n + 1), "artist": "a"})
    assert w.tops.spaced_songs(songs)["rank"].tolist() == list(range(1, n + 1))
