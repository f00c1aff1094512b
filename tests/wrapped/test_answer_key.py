"""Insights of every listener of a crowd against the answer key, the loop's own counts.

The key has totals, the longest streak, and the ranked streams, milliseconds and first streams by
song and by artist. All that follows from these is compared here; the hours and days of plays are
not in it.
"""

from collections import Counter, defaultdict

import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped.insights import INSIGHTS, with_tallies
from wrapsim_helpers.wrapped.moments import ROUND
from wrapsim_helpers.wrapped.periods import in_temporary_tables
from wrapsim_helpers.wrapped.top_song_quiz import top_song_quiz

from .more_columns import tables_of_crowd


@pytest.fixture(scope="module")
def key(crowd):
    """The answer key by number of the listener, for all with a play: {number: dict}."""
    rows = {row["listener_id"]: row for row in crowd.answers.to_pylist() if row["n_plays"]}
    assert len(rows) > 150
    return rows


@pytest.fixture(scope="module")
def tables(crowd):
    made = tables_of_crowd(crowd)
    store = lambda name, rows: made.plays._find_backend().create_table(name, rows, temp=True)
    return with_tallies(in_temporary_tables(made, store), ["totals", "fans", "cohorts"], store)


@pytest.fixture(scope="module")
def tracks(crowd):
    return {row["track_id"]: row for row in crowd.world.catalogue.tracks.to_pylist()}


def rows_of(tables, name, query=None):
    """Rows of an insight by listener: number -> list of dicts, [] for a listener without one."""
    found = defaultdict(list)
    for row in (query or INSIGHTS[name].query)(tables).execute().to_dict("records"):
        found[row["listener_id"]].append(row)
    return found


def ms_of(instant):
    return round(instant.timestamp() * 1000)


def streams_by(answer, group_of):
    """Streams of the songs by group: {group: n}. group_of: function of a track_id"""
    counts = Counter()
    for track_id, n in zip(answer["song_ids"], answer["song_streams"]):
        counts[group_of(track_id)] += int(n)
    return counts


def test_totals_and_streaks_are_those_of_the_key(tables, key):
    totals, streaks = rows_of(tables, "minutes"), rows_of(tables, "longest_streak")
    assert totals.keys() == key.keys()
    for number, answer in key.items():
        for name in ("n_plays", "n_streams", "ms_played"):
            assert totals[number][0][name] == answer[name]
        days = [row["n_days"] for row in streaks[number]]
        assert days == [answer["longest_streak_days"]] * (answer["longest_streak_days"] > 0)


def test_the_place_is_that_of_the_milliseconds_of_the_key(tables, key):
    ms = [answer["ms_played"] for answer in key.values()]
    for number, (row,) in rows_of(tables, "place").items():
        mine = key[number]["ms_played"]
        assert row["n_below"] == sum(other < mine for other in ms)
        assert row["rank"] == 1 + sum(other > mine for other in ms)


@pytest.mark.parametrize(("name", "kind"), [("top_songs", "song"), ("top_artists", "artist")])
def test_all_songs_and_artists_have_the_streams_of_the_key(tables, key, name, kind):
    ranked = rows_of(tables, name, lambda tables: getattr(w, name)(tables, most=10**6))
    id_name = "track_id" if kind == "song" else "artist_id"
    for number, answer in key.items():
        parts = [answer[f"{kind}_{part}"] for part in ("ids", "streams", "ms", "first_started_at")]
        expected = {i: (n, ms, ms_of(first)) for i, n, ms, first in zip(*parts)}
        rows = ranked[number]
        assert expected == {
            row[id_name]: (row["n_streams"], row["ms_played"], row["first_ms"]) for row in rows
        }
        order = [(-row["n_streams"], -row["ms_played"], row["first_ms"]) for row in rows]
        assert order == sorted(order)


@pytest.mark.parametrize(("name", "column"), [("top_genres", "genre"), ("top_families", "family")])
def test_genres_and_families_have_the_streams_of_the_key(tables, key, tracks, name, column):
    ranked = rows_of(tables, name)
    for number, answer in key.items():
        counts = streams_by(answer, lambda i: tracks[i][column] if tracks[i]["genre"] else "")
        counts.pop("", None)
        assert counts == {row[column]: row["n_streams"] for row in ranked[number]}


def test_the_first_song_and_the_number_one_are_those_of_the_key(tables, key):
    first, best = rows_of(tables, "first_song"), rows_of(tables, "number_one")
    for number, answer in key.items():
        starts = dict(zip(answer["song_ids"], answer["song_first_started_at"]))
        assert [row["track_id"] for row in first[number]] == answer["song_ids"][:1]
        for row in first[number]:
            assert row["first_ms"] == ms_of(min(starts.values()))
        streams = dict(zip(answer["song_ids"], answer["song_streams"]))
        if streams:
            days = best[number]
            assert days[-1]["n_so_far"] == max(streams.values())
            assert sum(row["n_streams"] for row in days) == streams[days[0]["track_id"]]
            assert days[0]["first_ms"] == ms_of(starts[days[0]["track_id"]])


def test_the_years_of_release_have_the_streams_of_the_key(tables, key, tracks):
    years, oldest = rows_of(tables, "release_years"), rows_of(tables, "oldest_song")
    for number, answer in key.items():
        counts = streams_by(answer, lambda i: tracks[i]["release_date"].year)
        found = {r["release_year"]: r["n_streams"] for r in years[number] if r["n_streams"]}
        assert found == counts
        assert [row["release_year"] for row in oldest[number]] == sorted(counts)[:1]


def test_countries_have_the_artists_of_the_key(tables, key, crowd):
    countries = {a["artist_id"]: a["country"] for a in crowd.world.catalogue.artists.to_pylist()}
    found = rows_of(tables, "world")
    for number, answer in key.items():
        counts = Counter(countries[artist] for artist in answer["artist_ids"])
        assert {row["country"]: row["n_artists"] for row in found[number]} == counts


def test_fans_are_ranked_by_the_milliseconds_of_the_key(tables, key):
    minutes = defaultdict(dict)
    for number, answer in key.items():
        for artist, ms in zip(answer["artist_ids"], answer["artist_ms"]):
            minutes[artist][number] = ms // 60_000
    found = rows_of(tables, "fan_rank")
    assert found.keys() == {number for number, answer in key.items() if answer["artist_ids"]}
    for number, (row,) in found.items():
        fans = minutes[row["artist_id"]]
        assert (row["minutes"], row["n_fans"]) == (fans[number], len(fans))
        assert row["rank"] == 1 + sum(other > fans[number] for other in fans.values())


def test_quizzes_and_milestones_of_songs_follow_from_the_key(tables, key):
    quizzes = rows_of(tables, "", top_song_quiz)
    steps = rows_of(tables, "milestones")
    for number, answer in key.items():
        streams = dict(zip(answer["song_ids"], answer["song_streams"]))
        highest = sorted(streams.values(), reverse=True)
        assert bool(quizzes[number]) == (len(streams) >= 8 and highest[0] > highest[1])
        for row in quizzes[number]:
            assert row["n_streams"] == streams[row["track_id"]]
            assert row["is_answer"] == (row["n_streams"] == highest[0])
        for counted, total in (("songs", len(streams)), ("plays", sum(streams.values()))):
            numbers = [row["number"] for row in steps[number] if row["counted"] == counted]
            assert numbers == [n for n in ROUND[counted] if n <= total]
        minutes = [row["number"] for row in steps[number] if row["counted"] == "minutes"]
        assert minutes == [n for n in ROUND["minutes"] if 60_000 * n <= answer["ms_played"]]
