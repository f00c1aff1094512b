"""Similar listeners and missed songs: rules at their edges, and against plain Python."""

from collections import Counter, defaultdict
from math import sqrt

import ibis
import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import similar
from wrapsim_helpers.wrapped.insights import with_tallies

from .test_insights import TRACKS, heard, play, rows, tables_with_threads

SONGS = [*TRACKS, (5, "Dusk", "pop", 200_000, False, [(4, "primary")])]
SONGS += [(n, f"Étude {n}", "pop", 200_000, False, [(5, "primary")]) for n in (6, 7, 8)]


def listening(*years):
    """Tables of listeners 1, 2, ..., each {track: number of plays}."""
    plays = [
        play(f"2025-05-{1 + i:02}T10:{track:02}:00", track, listener=listener)
        for listener, counts in enumerate(years, 1)
        for track, n in counts.items()
        for i in range(n)
    ]
    return tallied(plays)


def tallied(plays):
    """Tables with the tallies of this theme, stored, so that each query is short."""
    tables = heard(plays, tracks=SONGS)
    connection = tables.tracks._find_backend()
    store = lambda name, table: connection.create_table(name, table, temp=True)
    return with_tallies(tables, [tally.name for tally in similar.TALLIES], store)


def similar_to(tables, listener=1):
    table = w.similar_listeners(tables).execute()
    columns = ["rank", "other_id", "similarity", "n_shared"]
    return table[table["listener_id"] == listener][columns].values.tolist()


def missed_by(tables, *columns, listener=1):
    table = w.missed_songs(tables).execute()
    return table[table["listener_id"] == listener][list(columns)].values.tolist()


def test_the_twin_comes_first_and_a_listener_of_other_artists_never():
    tables = listening({0: 2, 4: 1}, {0: 1, 5: 1}, {0: 4, 4: 2}, {6: 3})
    half = round((2 * 2 * 1 * 2) / sqrt((16 + 4) * (4 + 4)), 9)
    assert similar_to(tables) == [[1, 3, 1.0, 2], [2, 2, half, 1]]
    assert similar_to(tables, 4) == []


def test_listeners_who_are_equally_similar_are_in_the_order_of_their_numbers():
    tables = listening({0: 1}, {0: 3}, {0: 2})
    assert similar_to(tables) == [[1, 2, 1.0, 1], [2, 3, 1.0, 1]]


def test_similar_listeners_have_their_names():
    tables = listening({0: 1}, {0: 3})
    names = tables.tallies["names"].mutate(name=ibis.literal("Ana Lu"))
    named = w.similar_listeners(
        w.PeriodTables(**vars(tables) | {"tallies": tables.tallies | {"names": names}})
    )
    assert rows(named, "name", order="listener_id") == [["Ana Lu"], ["Ana Lu"]]


def test_a_song_heard_for_29_999_ms_is_not_missed():
    for ms, missed in ((29_999, []), (0, []), (None, [["Salt"]])):
        plays = [play("2025-05-01T10:00:00", 4), play("2025-05-01T10:00:00", 4, listener=2)]
        plays += [play("2025-05-02T10:00:00", 0, listener=2)]
        plays += [play("2025-05-03T10:00:00", 0, ms)] if ms is not None else []
        tables = tallied(plays)
        assert missed_by(tables, "title") == missed, ms


def test_a_song_streamed_in_an_earlier_year_is_not_missed():
    plays = [play("2025-05-01T10:00:00", 4), play("2025-05-01T10:00:00", 4, listener=2)]
    plays += [play("2025-05-02T10:00:00", 0, listener=2), play("2023-05-02T10:00:00", 0)]
    assert missed_by(tallied(plays), "title") == []


def test_a_listener_like_nobody_misses_nothing():
    assert missed_by(listening({0: 2}, {4: 1}, {4: 1, 5: 1}), "title") == []


def test_songs_of_the_more_similar_listeners_come_first():
    tables = listening({4: 1}, {4: 1, 0: 1, 5: 2}, {4: 1, 0: 1, 6: 3})
    assert missed_by(tables, "rank", "title", "n_listeners", "n_streams") == [
        [1, "Salt", 2, 2],
        [2, "Dusk", 1, 2],
        [3, "Étude 6", 1, 3],
    ]


def test_an_artist_has_at_most_two_missed_songs():
    tables = listening({4: 1}, {4: 1, 6: 3, 7: 2, 8: 1})
    assert missed_by(tables, "title") == [["Étude 6"], ["Étude 7"]]


# -- the slow, obvious version ---------------------------------------------------------------------


def tastes(crowd):
    """{listener: {artist: streams in halves}}, and {listener: songs played}."""
    catalogue = crowd.world.catalogue
    noise = set(catalogue.tracks.to_pandas().query("noise")["track_id"])
    credits = defaultdict(list)
    for row in catalogue.track_artists.to_pylist():
        credits[row["track_id"]].append((row["artist_id"], 2 if row["role"] == "primary" else 1))
    counts, played = defaultdict(Counter), defaultdict(set)
    for row in crowd.plays.select(["listener_id", "track_id", "ms_played", "private"]).to_pylist():
        played[row["listener_id"]].add(row["track_id"])
        if row["ms_played"] >= 30_000 and not row["private"] and row["track_id"] not in noise:
            for artist, halves in credits[row["track_id"]]:
                counts[row["listener_id"]][artist] += halves
    return counts, played


@pytest.fixture(scope="module")
def crowd_tables(crowd):
    return tables_with_threads(crowd, 1)


def test_similarities_are_those_of_a_plain_loop(crowd, crowd_tables):
    counts, _ = tastes(crowd)
    favourites = crowd_tables.tallies["favourite_artists"].execute().groupby("listener_id")
    vectors = {
        listener: dict(zip(table["artist_id"], table["n_streams"]))
        for listener, table in favourites
    }
    for listener, vector in vectors.items():
        assert sorted(vector.values()) == sorted(counts[listener].values())[-20:]
        assert vector == {artist: counts[listener][artist] for artist in vector}
    for row in w.similar_listeners(crowd_tables).execute().itertuples():
        mine, theirs = vectors[row.listener_id], vectors[row.other_id]
        product = sum(n * theirs.get(artist, 0) for artist, n in mine.items())
        length = sqrt(sum(n * n for n in mine.values()) * sum(n * n for n in theirs.values()))
        assert row.similarity == pytest.approx(product / length, abs=2e-9)
        assert row.n_shared == len(mine.keys() & theirs.keys())


def twins(tables):
    table = w.similar_listeners(tables).execute()
    return table[table["rank"] == 1].set_index("listener_id")["similarity"]


def test_few_candidates_lose_few_twins(crowd_tables, monkeypatch):
    few = twins(crowd_tables)
    monkeypatch.setattr(similar, "FANS", 10**6)
    monkeypatch.setattr(similar, "CANDIDATES", 10**6)
    every = twins(crowd_tables)
    assert len(few) == len(every) and (few <= every).all()
    assert (few == every).mean() > 0.9


def test_a_missed_song_is_a_favourite_of_similar_listeners_and_was_never_played(
    crowd, crowd_tables
):
    _, played = tastes(crowd)
    near, favourites = defaultdict(set), defaultdict(dict)
    for row in w.similar_listeners(crowd_tables).execute().itertuples():
        near[row.listener_id].add(row.other_id)
    for row in crowd_tables.tallies["favourite_songs"].execute().itertuples():
        favourites[row.listener_id][row.track_id] = row.n_streams
    found = w.missed_songs(crowd_tables).execute()
    assert found["rank"].max() <= similar.MISSED and len(found) > 1000
    for row in found.itertuples():
        theirs = [
            favourites[n][row.track_id]
            for n in near[row.listener_id]
            if row.track_id in favourites[n]
        ]
        assert (len(theirs), sum(theirs)) == (row.n_listeners, row.n_streams)
        assert row.track_id not in played[row.listener_id]


def test_a_missed_song_is_played_by_two_of_the_closest_listeners():
    songs = pd.DataFrame({"rank": [1, 2, 3], "title": list("abc"), "n_listeners": [1, 2, 3]})
    shown = similar.songs_of_several(songs, None)
    assert shown[["rank", "title"]].values.tolist() == [[1, "b"], [2, "c"]]
    assert len(similar.songs_of_several(songs[:1], None)) == 0
    assert similar.INSIGHTS[1].shape is similar.songs_of_several
