"""Blend: what two listeners share, and the songs that they can exchange."""

from math import sqrt

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.blend import (
    shared_artists,
    shared_songs,
    songs_to_exchange,
    taste_match,
    taste_matches,
)

from .test_insights import heard, play
from .test_similar import SONGS


def plays_of(listener, counts):
    return [
        play(f"2025-05-{1 + i:02}T10:{track:02}:00", track, listener=listener)
        for track, n in counts.items()
        for i in range(n)
    ]


def matches(first, second):
    tables = heard([*plays_of(1, first), *plays_of(2, second)], tracks=SONGS)
    return taste_matches(tables).execute()["similarity"].tolist()


def test_identical_taste_matches_fully_and_disjoint_taste_not_at_all():
    assert matches({0: 2, 4: 1}, {0: 4, 4: 2}) == [1, 1]
    assert matches({0: 2}, {4: 1, 5: 1}) == []
    tables = heard([*plays_of(1, {0: 2}), *plays_of(2, {4: 1})])
    assert taste_match(tables, 1) == {"n_shared": 0, "similarity": 0}


def test_a_taste_match_is_symmetric_and_counts_a_guest_half():
    assert matches({0: 1}, {4: 1, 1: 1}) == [round(2 * 1 / sqrt(4 * (4 + 4 + 1)), 9)] * 2


def test_shared_songs_are_in_the_same_order_for_both():
    tables = heard(
        [*plays_of(1, {0: 5, 4: 3, 5: 9}), *plays_of(2, {0: 3, 4: 5, 6: 9})], tracks=SONGS
    )
    columns = ["rank", "title", "n_a", "n_b"]
    first, second = (shared_songs(tables, n).execute()[columns].values.tolist() for n in (1, 2))
    assert first == [[1, "Anchor", 3, 5], [2, "Salt", 5, 3]]
    assert second == [[1, "Anchor", 5, 3], [2, "Salt", 3, 5]]


def test_a_shared_artist_needs_no_shared_song():
    tables = heard([*plays_of(1, {0: 2}), *plays_of(2, {1: 3})])
    found = shared_artists(tables, 1).execute()
    assert found[["artist", "n_a", "n_b"]].values.tolist() == [["Ode & Ivy", 2, 1.5]]


def test_a_song_that_the_other_played_for_a_moment_is_not_exchanged():
    short = play("2025-06-01T10:00:00", 0, 1, listener=2)
    plays = [*plays_of(1, {0: 5, 4: 3}), *plays_of(2, {5: 2}), short]
    found = songs_to_exchange(heard(plays, tracks=SONGS)).execute()
    assert found[["listener_id", "title"]].values.tolist() == [[1, "Anchor"], [2, "Dusk"]]


def test_the_blend_of_two_listeners_is_the_same_both_ways_round(tiny_run):
    story, other_way = ws.blend(tiny_run, "1", "2"), ws.blend(tiny_run, "2", "1")
    assert story.tables["minutes"].equals(ws.tell_story(tiny_run, ["1", "2"]).tables["minutes"])
    row, back = story.first("blend"), other_way.first("blend")
    assert 0 <= row["similarity"] <= 1
    assert (row["similarity"], row["n_shared"]) == (back["similarity"], back["n_shared"])
    assert (row["name_a"], row["name_b"]) == (back["name_b"], back["name_a"])
    shared, other = story.tables["shared_songs"], other_way.tables["shared_songs"]
    assert len(shared) and shared["title"].tolist() == other["title"].tolist()
    assert shared["n_a"].tolist() == other["n_b"].tolist()
    assert set(story.tables["exchange"]["giver"]) <= {row["name_a"], row["name_b"]}


def test_a_plain_loop_finds_the_same_match(tiny_run):
    answers = {row["listener_id"]: row for row in ws.read_parquet(tiny_run, "answers").to_pylist()}
    first, second = (
        dict(zip(answers[n]["artist_ids"], answers[n]["artist_streams"])) for n in (1, 2)
    )
    product = sum(n * second.get(artist, 0) for artist, n in first.items())
    length = sqrt(sum(n * n for n in first.values()) * sum(n * n for n in second.values()))
    assert ws.blend(tiny_run, "1", "2").first("blend")["similarity"] == pytest.approx(
        product / length
    )


def test_a_blend_with_oneself_is_refused(tiny_run):
    with pytest.raises(ValueError, match="^user_a and user_b are both listener 1; give two diff"):
        ws.blend(tiny_run, "1", "1")
