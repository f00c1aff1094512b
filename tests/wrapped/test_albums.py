"""Top albums: their edges by hand, and against plain loops."""

import math
from collections import Counter, defaultdict
from dataclasses import replace

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import albums

from .more_columns import ranked_plays, results, store, tables_of_crowd
from .test_insights import heard, play

TRACKS = 16  # tracks that every album of `listened` could have


def listened(streams, language="en", **more):
    """`PeriodTables` of one listener. streams: album -> streams of each of its tracks

    more  columns of every play
    """
    tracks, plays = [], []
    for number, (name, counts) in enumerate(streams.items()):
        for n, times in enumerate(counts):
            track = (number * TRACKS + n, f"{name} {n}", "pop", 200_000, False, [(0, "primary")])
            tracks.append(track)
            plays += [(track[0], 60_000) for _ in range(times)]
    played = [
        play(f"2025-05-{1 + i // 20:02}T{i % 20:02}:00:00", track, ms, **more)
        for i, (track, ms) in enumerate(plays)
    ]
    tables = heard(played, tracks=tracks)
    frame = tables.tracks.execute().sort_values("track_id", ignore_index=True)
    frame = frame.assign(
        album_id=frame["track_id"] // TRACKS,
        track_number=frame["track_id"] % TRACKS + 1,
        language=language,
    )
    of_albums = pd.DataFrame(
        [(i, name, 0, len(counts)) for i, (name, counts) in enumerate(streams.items())],
        columns=["album_id", "album", "artist_id", "n_tracks"],
    )
    more_tables = {"tracks": store(tables, "of_albums", frame)}
    return replace(tables, albums=store(tables, "albums", of_albums), **more_tables)


def found_in(streams, **more):
    return results(listened(streams, **more), albums.top_albums)


def on_card(streams):
    """Names of the albums that the card may show."""
    rows = albums.top_albums(listened(streams)).execute()
    return albums.with_one_nearly_whole(rows, None)["album"].tolist()


@pytest.mark.parametrize(("n", "is_told"), [(9, False), (10, True)])
def test_an_album_of_fewer_than_ten_streams_has_no_card(n, is_told):
    rows = albums.top_albums(listened({"Two": [5, n - 5]})).execute()
    assert (len(albums.albums_played_often(rows, None)) == 1) == is_told


@pytest.mark.parametrize(("n_heard", "counts"), [(4, False), (5, False), (6, True), (10, True)])
def test_an_album_counts_from_more_than_half_of_its_tracks(n_heard, counts):
    rows = found_in({"Ten": [1] * n_heard + [0] * (10 - n_heard)})
    assert [row["n_heard"] for row in rows] == [n_heard] * counts


@pytest.mark.parametrize(
    ("n_heard", "n_tracks", "shown"), [(6, 10, False), (7, 10, True), (4, 7, False), (5, 7, True)]
)
def test_the_card_requires_seven_tenths_of_the_tracks(n_heard, n_tracks, shown):
    assert on_card({"A": [1] * n_heard + [0] * (n_tracks - n_heard)}) == ["A"] * shown


def test_the_same_number_on_each_track_is_even_and_all_on_one_track_never_first():
    rows = found_in({"Even": [1] * 10, "One": [40, 0], "Nearly one": [40, 1]})
    assert [(row["album"], row["evenness"]) for row in rows][0] == ("Even", 1.0)
    assert [row["album"] for row in rows] == ["Even", "Nearly one"]


def test_the_score_is_streams_times_evenness():
    streams = [5, 3, 0, 2]
    row = found_in({"A": streams})[0]
    entropy = -sum(n / 10 * math.log(n / 10) for n in streams if n)
    assert row["evenness"] == pytest.approx(entropy / math.log(4), abs=1e-9)
    assert row["score"] == pytest.approx(10 * row["evenness"], abs=1e-9)
    assert row["share"] == 0.75 and row["track_streams"].tolist() == streams


def test_a_release_of_one_track_is_left_out():
    assert found_in({"Single": [9]}) == []


def test_songs_of_a_songs_file_make_no_album():
    assert found_in({"A year of songs": [3, 3, 3]}, language="") == []


def test_albums_alike_go_by_the_earlier_first_play_then_by_name():
    assert [row["album"] for row in found_in({"B": [2, 2], "A": [2, 2]})] == ["B", "A"]


def test_tracks_heard_from_a_playlist_count():
    assert len(found_in({"A": [1, 1]}, context="own_playlist")) == 1


def test_private_streams_make_no_album():
    assert found_in({"A": [1, 1]}, private=True) == []


def test_albums_agree_with_plain_loops(invented):
    catalogue = invented.world.catalogue
    sizes = dict(zip(*(catalogue.albums[c].to_pylist() for c in ("album_id", "n_tracks"))))
    counts = defaultdict(Counter)
    plays = ranked_plays(invented)
    plays = plays[(plays["listener_id"] % 12 == 0) & (plays["language"] != "")]
    for listener, album, track in plays[["listener_id", "album_id", "track_id"]].values.tolist():
        if sizes[album] > 1:
            counts[listener, album][track] += 1
    expected = defaultdict(dict)
    for (listener, album), tracks in counts.items():
        if 2 * len(tracks) > sizes[album]:
            n = tracks.total()
            entropy = -sum(t / n * math.log(t / n) for t in tracks.values())
            expected[listener][album] = n * entropy / math.log(sizes[album])
    tables = tables_of_crowd(invented)
    rows = albums.top_albums(with_albums(tables, catalogue)).execute()
    assert len(rows) and rows.groupby("listener_id")["score"].is_monotonic_decreasing.all()
    for listener, mine in rows[rows["listener_id"] % 12 == 0].groupby("listener_id"):
        best = sorted(expected[listener].values(), reverse=True)[:100]
        assert mine["score"].tolist() == pytest.approx(best, abs=1e-6)
        assert [sum(s > 0 for s in streams) for streams in mine["track_streams"]] == mine[
            "n_heard"
        ].tolist()


def with_albums(tables, catalogue):
    return replace(tables, albums=store(tables, "albums", catalogue.albums.to_pandas()))
