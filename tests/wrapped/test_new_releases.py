"""New releases of top artists: their edges by hand, and against a plain loop."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.runs.connection import connected
from wrapsim_helpers.wrapped.new_releases import new_releases, with_release_dates

from .more_columns import ranked_plays, results, store
from .test_insights import heard, play

IN_MAY = date(2025, 5, 1)
OLD = ("Old", 0, date(2001, 1, 1), 1)  # a release of before the period


def told(releases, plays):
    """Rows of new releases as (album, place, n_heard, n_streams).

    releases  (name, artist_id, release date, tracks); plays  numbers of tracks, counted through
    """
    tracks, of_track, albums = [], [], []
    for number, (name, artist, released, n) in enumerate(releases):
        albums.append((number, name, artist, n, released))
        for _ in range(n):
            track = len(tracks), f"{name} song", "pop", 200_000, False, [(artist, "primary")]
            tracks.append(track)
            of_track.append(number)
    made = [play(f"2025-06-{1 + i:02}T12:00:00", track) for i, track in enumerate(plays)]
    tables = heard(made, tracks=tracks)
    frame = tables.tracks.execute().sort_values("track_id").assign(album_id=of_track)
    columns = ["album_id", "album", "artist_id", "n_tracks", "release_date"]
    of_albums = store(tables, "albums", pd.DataFrame(albums, columns=columns))
    tables = replace(tables, albums=of_albums, tracks=store(tables, "of_albums", frame))
    names = "album", "place", "n_heard", "n_streams"
    return [tuple(row[name] for name in names) for row in results(tables, new_releases)]


@pytest.mark.parametrize(
    ("released", "counts"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
        (None, False),
    ],
)
def test_a_release_counts_from_the_first_to_the_last_day_of_the_period(released, counts):
    found = told([OLD, ("New", 0, released, 2)], [0])
    assert found == [("New", 1, 0, 0)] * counts


def test_a_release_says_how_many_of_its_tracks_were_streamed_and_how_often():
    assert told([("New", 0, IN_MAY, 3)], [0, 0, 2]) == [("New", 1, 2, 3)]


def test_an_artist_has_five_releases_those_of_more_tracks_first():
    releases = [OLD, *((f"Of {n}", 0, IN_MAY, n) for n in range(1, 8))]
    found = told(releases, [0])
    assert [row[:2] for row in found] == [(f"Of {n}", 8 - n) for n in range(7, 2, -1)]


def test_a_streamed_release_is_before_larger_ones_without_a_stream():
    releases = [("Played", 0, IN_MAY, 1), *((f"Of {n}", 0, IN_MAY, n) for n in range(2, 8))]
    assert told(releases, [0])[:2] == [("Played", 1, 1, 1), ("Of 7", 2, 0, 0)]


def test_no_release_is_told_if_none_was_streamed():
    releases = pd.DataFrame({"n_heard": [0, 2], "release_day": [20_000, 20_001]})
    assert len(with_release_dates(releases[:1], None)) == 0
    assert len(with_release_dates(releases, None)) == 2


def test_releases_of_artists_without_a_stream_are_not_told():
    assert told([OLD, ("New", 1, IN_MAY, 1)], [0]) == []


def test_equal_releases_are_in_order_of_date_then_of_name():
    days = date(2025, 6, 1), IN_MAY, IN_MAY
    releases = [OLD, *((name, 0, day, 1) for name, day in zip("abc"[::-1], days))]
    assert [row[0] for row in told(releases, [0])] == ["a", "b", "c"]


def test_a_plain_loop_finds_the_same_releases(invented):
    catalogue, connection = invented.world.catalogue, connected()
    names = ("tracks", "artists", "track_artists", "albums")
    tables = {name: connection.create_table(name, getattr(catalogue, name)) for name in names}
    tables["plays"] = connection.create_table("plays", invented.plays)
    days = dict(zip(("first_day", "last_day"), w.window(2025)))
    period = w.tables_in(**tables, **days)
    by_artist = defaultdict(list)
    for album in catalogue.albums.to_pylist():
        if album["release_date"] and album["release_date"].year == 2025:
            by_artist[album["artist_id"]].append(album)
    plays = ranked_plays(invented)
    plays = plays[[day.year == 2025 for day in plays["day"]]]
    streams = Counter(zip(plays["listener_id"], plays["album_id"]))
    expected = {}
    for row in results(period, lambda tables: w.top_artists(tables, 50)):
        albums = sorted(
            by_artist[row["artist_id"]],
            key=lambda a: (
                not streams[row["listener_id"], a["album_id"]],
                *(-a["n_tracks"], a["release_date"], a["album"], a["album_id"]),
            ),
        )
        for place, album in enumerate(albums[:5], 1):
            key = row["listener_id"], album["album_id"]
            expected[key] = row["rank"], place, streams[key]
    found = {
        (row["listener_id"], row["album_id"]): (row["artist_rank"], row["place"], row["n_streams"])
        for row in results(period, new_releases)
    }
    assert found == expected and len(expected) > 100
    assert {bool(n) for *_, n in found.values()} == {False, True}
