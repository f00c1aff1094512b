"""Tracks, albums, artists and the pools of the survey genres."""

import warnings

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import catalogue as c
from wrapsim_helpers.behaviour import GENRE_NAMES

SONGS = pd.DataFrame({
    "index": [1, 2, 3, 4], "title": ["Salt", "Salt (feat. Ama Quaye)", "Tin Roof", "Slow Orbit"],
    "artist": ["Ode & Ivy", "Mila Osterhaus", "Ode & Ivy", "Ode & Ivy"], "genre": ["pop", "detroit hip hop", "pop", "pop"],
    "year": [2004, 2010, 2004, 2007], "bpm": 120, "energy": [60, 85, 30, 50], "danceability": 55, "loudness": -8, "liveness": 10,
    "valence": [75, 20, 40, 50], "duration_s": [200, 180, 240, 300], "acousticness": [10, 2, 80, 30], "speechiness": [4, 20, 4, 4],
    "popularity": [60, 70, 65, 40]})


@pytest.fixture(scope="module")
def small():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return c.build_catalogue(SONGS)


def test_songs_of_an_artist_and_year_are_an_album_named_after_the_best_known(small):
    tracks = small.tracks.to_pandas()
    assert tracks["album"].tolist() == ["Tin Roof", "Salt (feat. Ama Quaye)", "Tin Roof", "Slow Orbit"]
    assert tracks["track_number"].tolist() == [1, 1, 2, 1]
    assert small.albums.to_pandas()["n_tracks"].tolist() == [2, 1, 1]


def test_a_featured_artist_is_credited_after_the_primary_one(small):
    assert small.tracks["artists"].to_pylist()[1] == ["Mila Osterhaus", "Ama Quaye"]
    credits = small.track_artists.to_pandas()
    assert credits[credits["track_id"] == 1][["artist_id", "role"]].values.tolist() == [[1, "primary"], [2, "featured"]]


def test_a_song_id_follows_from_artist_and_title_alone(small):
    assert small.tracks["song_id"].to_pylist()[0] == c.song_id("Ode & Ivy", "Salt")
    assert len(set(small.tracks["song_id"].to_pylist())) == 4
    assert c.song_id("a", "b") != c.song_id("ab", "") and len(c.song_id("a", "b")) == 22 and c.song_id("a", "b")[0] in "01234567"


def test_moods_follow_from_the_sound(small):
    moods = small.tracks["moods"].to_pylist()
    assert "happy" in moods[0] and {"raw", "angry", "energetic"} <= set(moods[1]) and "calm" in moods[2]


def test_a_small_pool_is_said():
    with pytest.warns(UserWarning, match=r"few tracks stand for .*Rap \(1\)"):
        c.build_catalogue(SONGS)


def test_a_genre_without_any_track_falls_back_on_the_whole_catalogue(small):
    sizes = ws.pool_sizes(small).set_index("genre")["tracks"]
    assert sizes["Electronic/Dance"] == 4 and sizes["Rap"] == 1 and sizes["All"] == 4


def test_the_pools_of_the_original_songs_are_those_known(real_data):
    sizes = ws.pool_sizes(c.build_catalogue(ws.load_songs(str(real_data / "spotify_2000.csv")))).set_index("genre")["tracks"].to_dict()
    assert sizes == {"Melody": 583, "Classical": 153, "Pop": 341, "Rap": 86, "Electronic/Dance": 86, "Rock": 1033, "K-pop": 78,
                     "All": 1994, "Classical & melody, dance": 669, "Old songs": 712, "Trending songs": 88}


def test_every_survey_genre_has_a_pool(catalogue):
    assert list(catalogue.pools)[:len(GENRE_NAMES)] == list(GENRE_NAMES)
    assert (ws.pool_sizes(catalogue)["tracks"] > 0).all()


def test_an_alias_table_gives_each_choice_its_weight():
    weights = np.array([1.0, 5.0, 0.25, 3.75])
    keep, alias = c.alias_table(weights)
    share = keep.copy()
    for choice, other in zip(range(4), alias):
        share[other] += 1 - keep[choice]
    assert share / 4 == pytest.approx(weights / weights.sum())


def test_ragged_lists_keep_their_members_in_order():
    first, members = c.ragged(np.array([1, 0, 1, 2]), np.array([5, 0, 3, 9]))
    assert [members[a:z].tolist() for a, z in zip(first, first[1:])] == [[1], [2, 0], [3]]


def test_an_artist_and_an_album_lead_to_their_tracks_in_order(small):
    tracks = small.music.tracks
    assert tracks.by_artist[tracks[0].artist_from:tracks[0].artist_to].tolist() == [2, 0, 3]        # by popularity
    assert tracks.by_album[tracks[0].album_from:tracks[0].album_to].tolist() == [0, 2]               # by track number


def test_dutch_scene_labels_weigh_less_than_their_popularity_says(catalogue, songs):
    tracks = c.described(songs)
    weight = c.pool_weights(tracks)["All"] / 2 ** (tracks["popularity"] / c.POPULARITY_DOUBLING)
    assert weight[tracks["scene"]].mean() == pytest.approx(c.SCENE_WEIGHT * weight[~tracks["scene"]].mean())
