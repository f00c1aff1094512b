"""Two truths and a lie: exactly one statement is false, and visibly so."""

from collections import Counter

import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped.two_truths import FALSE_PERCENT, false_number, true_facts, two_truths

from .more_columns import ranked_plays, results, store, tables_of_crowd
from .test_insights import heard, play


def plays_of(listener, n, year=2025):
    """n plays of a minute of one song, on several days."""
    return [
        play(f"{year}-05-{1 + i // 20:02}T{i % 20:02}:00:00", 0, listener=listener)
        for i in range(n)
    ]


def told(n_plays, listeners=(1,)):
    return results(heard([p for n in listeners for p in plays_of(n, n_plays)]), two_truths)


def test_numbers_below_ten_make_no_statement_and_three_are_needed():
    assert told(9) == []
    rows = told(10)  # minutes, and plays of the song and of the artist; one song and one artist
    assert {row["fact"] for row in rows} == {"minutes", "top_song", "top_artist"}
    assert {row["true_number"] for row in rows} == {10}
    assert {row["fact"]: row["name"] for row in rows} == {
        "minutes": "",
        "top_song": "Salt",
        "top_artist": "Ode & Ivy",
    }


def test_the_same_listener_and_year_give_the_same_statements_whoever_else_there_is():
    alone, together = told(10, [2]), told(10, [1, 2, 3])
    assert alone == [row for row in together if row["listener_id"] == 2]


@pytest.mark.parametrize("n", [10, 11, 12, 13, 19, 101, 99_999])
def test_a_false_number_is_a_fifth_or_more_away(n):
    frame = pd.DataFrame({"change_draw": range(200), "true_number": n})
    facts = store(heard(plays_of(1, 1)), "facts", frame)
    numbers = {int(value) for value in false_number(facts).execute()}
    assert len(numbers) == len(FALSE_PERCENT)
    assert all(5 * abs(value - n) >= n for value in numbers)


def test_a_song_of_private_sessions_alone_counts_neither_as_a_song_nor_as_an_artist():
    tracks = [(i, f"Song {i}", "pop", 200_000, False, [(i % 6, "primary")]) for i in range(12)]
    plays = [play(f"2025-05-{1 + i:02}T10:00:00", i, private=i > 10) for i in range(12)]
    tables = heard(plays, tracks=tracks)
    facts = true_facts(tables).execute().set_index("fact")["true_number"]
    assert w.minutes(tables).execute()["n_tracks"].tolist() == [12]
    assert facts["songs"] == 11


@pytest.fixture(scope="module")
def of_crowd(crowd):
    return tables_of_crowd(crowd)


def test_each_listener_of_a_crowd_has_two_truths_and_a_lie(crowd, of_crowd):
    plays = ranked_plays(crowd)
    credits = plays.merge(crowd.world.catalogue.track_artists.to_pandas(), on="track_id")
    volume = w.minutes(of_crowd).execute().set_index("listener_id")
    songs = w.top_songs(of_crowd, 1).execute().set_index("listener_id")
    artists = w.top_artists(of_crowd, 1).execute().set_index("listener_id")
    truth = {
        "minutes": volume["ms_played"] // 60_000,
        "songs": plays.groupby("listener_id")["track_id"].nunique(),
        "artists": credits.groupby("listener_id")["artist_id"].nunique(),
        "top_song": songs["n_streams"],
        "top_artist": artists["n_whole"],
    }
    rows = results(of_crowd, two_truths)
    n_false, places = Counter(), Counter()
    for row in rows:
        listener = row["listener_id"]
        actual = truth[row["fact"]][listener]
        assert row["true_number"] == actual >= 10
        assert (row["number"] == actual) == row["is_true"]
        assert row["is_true"] or 5 * abs(row["number"] - actual) >= actual
        n_false[listener] += not row["is_true"]
        places[row["place"]] += not row["is_true"]
    able = {k for k in volume.index if sum(t.get(k, 0) >= 10 for t in truth.values()) >= 3}
    assert set(n_false) == able and set(n_false.values()) == {1} and len(able) > 150
    assert min(places.values()) > len(able) / 5 and len(places) == 3
    assert len({row["fact"] for row in rows if not row["is_true"]}) == 5
