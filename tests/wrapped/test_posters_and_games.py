"""Quiz, repeats, milestones, film and festival: edges on small tables, and plain loops."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from wrapsim_helpers.wrapped.counting import Rules
from wrapsim_helpers.wrapped.dates import day_number
from wrapsim_helpers.wrapped.moments import ROUND, milestones, on_repeat
from wrapsim_helpers.wrapped.posters import ARTISTS, SCENES, STAGES, festival, movie
from wrapsim_helpers.wrapped.top_song_quiz import QUIZ_RANKS, top_song_quiz

from .more_columns import ranked_plays, results, store, tables_of_crowd, with_track_columns
from .test_insights import TRACKS, heard, play

SONGS = [(i, f"Song {9 - i}", "pop", 200_000, False, [(i % 3, "primary")]) for i in range(9)]


def plays_of_ranks(counts):
    """So many plays of track 0, 1, ...: at most 24 on a day."""
    return [
        play(f"2025-05-{1 + track:02}T{i:02}:00:00", track)
        for track, n in enumerate(counts)
        for i in range(n)
    ]


# -- quiz ------------------------------------------------------------------------------------------


def quiz(counts, **more):
    return results(heard(plays_of_ranks(counts), tracks=SONGS, **more), top_song_quiz)


def test_a_quiz_has_five_songs_by_title_and_one_answer():
    rows = quiz([12, 11, 10, 9, 8, 7, 6, 5])
    assert [row["title"] for row in rows] == ["Song 2", "Song 4", "Song 6", "Song 8", "Song 9"]
    assert [row["is_answer"] for row in rows] == [False] * 4 + [True]
    assert [row["place"] for row in rows] == [1, 2, 3, 4, 5]
    assert {9 - int(row["title"][-1]) + 1 for row in rows} == set(QUIZ_RANKS)


def test_two_songs_equally_first_make_no_quiz_and_neither_do_seven_songs():
    assert quiz([12, 12, 10, 9, 8, 7, 6, 5]) == []
    assert quiz([12, 11, 10, 9, 8, 7, 6]) == []
    equal = quiz([12, 12, 10, 9, 8, 7, 6, 5], rules=Rules(by="minutes"))
    assert equal == []  # as many minutes too


# -- on repeat -------------------------------------------------------------------------------------


def repeats(*plays, **more):
    rows = results(heard(list(plays), **more), on_repeat)
    return [(row["title"], row["day"], row["n_streams"], row["n_of_day"]) for row in rows]


def test_a_repeat_counts_streams_of_one_local_day():
    lengths = 29_999, 30_000, 30_001, 60_000
    day = [play(f"2025-05-01T1{i}:00:00", 0, length) for i, length in enumerate(lengths)]
    number = day_number(date(2025, 5, 1))
    assert repeats(*day) == [("Salt", number, 3, 3)]
    assert repeats(*day, play("2025-05-01T20:00:00", 4)) == [("Salt", number, 3, 4)]
    night = [play(f"2025-05-{text}", zone="Asia/Tokyo") for text in ("01T23:58:00", "01T23:59:59")]
    after = [play("2025-05-02T00:00:00", zone="Asia/Tokyo")]
    assert repeats(*night, *after) == []  # two days in Tokyo, one in UTC


def test_a_repeat_of_an_hour_that_comes_twice_and_of_the_leap_day():
    twice = [
        play(f"2025-10-26T0{hour}:30:00") | {"utc_offset_min": offset}
        for hour, offset in ((0, 120), (1, 60), (2, 60))
    ]
    assert repeats(*twice) == [("Salt", day_number(date(2025, 10, 26)), 3, 3)]
    leap = [play(f"2024-02-29T1{i}:00:00") for i in range(3)]
    year = {"first": date(2024, 1, 1), "last": date(2024, 12, 31)}
    assert repeats(*leap, **year) == [("Salt", day_number(date(2024, 2, 29)), 3, 3)]


def test_of_equal_repeats_the_earlier_day_then_the_title():
    both = [play(f"2025-05-0{day}T1{i}:00:00", 0) for day in (2, 3) for i in range(3)]
    more = [play(f"2025-05-02T1{i}:30:00", 4) for i in range(3)]
    assert repeats(*both)[0][1] == day_number(date(2025, 5, 2))
    assert repeats(*both, *more) == [("Anchor", day_number(date(2025, 5, 2)), 3, 6)]


def test_a_private_play_and_one_that_began_before_new_year_repeat_nothing():
    plays = [play(f"2025-01-01T0{i}:00:00", private=False) for i in range(2)]
    before = play("2024-12-31T23:59:59", private=False)
    private = play("2025-01-01T09:00:00", private=True)
    assert repeats(*plays, before, private) == []


# -- milestones ------------------------------------------------------------------------------------


def test_the_hundredth_song_and_the_thousandth_play_are_reached_on_a_local_day(monkeypatch):
    monkeypatch.setitem(ROUND, "songs", (2,))
    monkeypatch.setitem(ROUND, "plays", (3,))
    monkeypatch.setitem(ROUND, "minutes", (3, 4))
    plays = [
        play("2024-12-31T23:59:59", 1),  # another year
        play("2025-05-01T10:00:00", 0),
        play("2025-05-01T23:59:00", 0, zone="Asia/Tokyo"),
        play("2025-05-02T00:01:00", 4, zone="Asia/Tokyo"),
        play("2025-05-03T10:00:00", 0, 29_999),
        play("2025-05-04T10:00:00", 0, 30_001),
    ]
    found = results(heard(plays), milestones)
    assert [(row["counted"], row["number"], row["day"], row["title"]) for row in found] == [
        ("minutes", 3, day_number(date(2025, 5, 2)), ""),
        ("minutes", 4, day_number(date(2025, 5, 4)), ""),
        ("plays", 3, day_number(date(2025, 5, 2)), ""),
        ("songs", 2, day_number(date(2025, 5, 2)), "Anchor"),
    ]


# -- film and festival -----------------------------------------------------------------------------

MOODS = [["sad", "happy"], ["happy"], ["calm"], [], ["sad"]]


def test_a_song_is_in_the_scene_of_its_first_mood_and_a_scene_has_its_best_song():
    plays = [play(f"2025-05-01T1{i}:00:00", track) for i, track in enumerate((0, 0, 4, 1, 2, 3))]
    tables = with_track_columns(heard(plays), moods=MOODS)
    found = results(tables, movie)
    assert [(row["scene"], row["title"], row["mood"]) for row in found] == [
        ("Alone at night", "Salt", "sad"),
        ("Happy ending", "Slow Orbit", "happy"),
    ]  # the calm track is noise
    assert {row["number"] for row in found} == {4, 6}


def with_genres(tables, *genres):
    artists = tables.artists.execute().sort_values("artist_id")
    genres = [*genres, *[""] * (len(artists) - len(genres))]
    return replace(tables, artists=store(tables, "more_artists", artists.assign(genre=genres)))


def test_a_stage_has_the_artists_of_a_family_and_the_first_stage_the_first_artist():
    plays = [play(f"2025-05-01T1{i}:00:00", track) for i, track in enumerate((1, 1, 4, 4, 4))]
    found = results(with_genres(heard(plays), "pop", "rock", "noise", "pop"), festival)
    assert [(r["stage"], r["family"], r["place"], r["artist"], r["n_whole"]) for r in found] == [
        (1, "Pop", 1, "Anders", 3),
        (1, "Pop", 2, "Ode & Ivy", 2),
        (2, "Rock", 1, "Mila Osterhaus", 2),
    ]


def test_an_artist_without_a_genre_is_on_no_stage():
    plays = [play("2025-05-01T10:00:00", 0), play("2025-05-01T11:00:00", 4)]
    found = results(with_genres(heard(plays), "pop"), festival)
    assert [row["artist"] for row in found] == ["Ode & Ivy"] and len(TRACKS) == 5


# -- the slow, obvious version ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(crowd):
    return tables_of_crowd(crowd)


@pytest.fixture(scope="module")
def plays_by_listener(crowd):
    return list(ranked_plays(crowd).groupby("listener_id"))[::7]


def test_repeats_and_quizzes_agree_with_plain_loops(tables, plays_by_listener):
    of_day, quizzes = (
        query(tables).execute().groupby("listener_id") for query in (on_repeat, top_song_quiz)
    )
    for number, plays in plays_by_listener:
        rows = plays.to_dict("records")
        counts = Counter((row["day"], row["track_id"]) for row in rows)
        most = max(counts.values())
        assert (number in of_day.groups) == (most >= 3)
        if most >= 3:
            row = of_day.get_group(number).iloc[0]
            day = min(day for (day, _), n in counts.items() if n == most)
            assert (row["n_streams"], row["day"]) == (most, day_number(day))
            assert row["n_of_day"] == sum(n for (at, _), n in counts.items() if at == day)
        songs = Counter(row["track_id"] for row in rows).most_common()
        if number in quizzes.groups:
            quiz_rows = quizzes.get_group(number)
            answer = quiz_rows[quiz_rows["is_answer"]]
            assert answer["track_id"].tolist() == [songs[0][0]] and songs[0][1] > songs[1][1]
            assert quiz_rows["title"].is_monotonic_increasing


def test_milestones_agree_with_plain_loops(tables, plays_by_listener):
    rows = milestones(tables).execute()
    rows = rows[rows["counted"] != "minutes"].set_index(["listener_id", "counted", "number"])
    for number, plays in plays_by_listener:
        plays = plays.sort_values("started_at")
        firsts = plays.drop_duplicates("track_id")["day"].tolist()
        for counted, days in (("songs", firsts), ("plays", plays["day"].tolist())):
            for n in ROUND[counted]:
                reached = (number, counted, n) in rows.index
                assert reached == (len(days) >= n)
                if reached:
                    assert rows.loc[number, counted, n]["day"] == day_number(days[n - 1])


def test_scenes_and_stages_have_the_songs_and_artists_of_the_crowd(tables):
    films, stages = movie(tables).execute(), festival(tables).execute()
    assert (
        set(films["scene"]) == set(SCENES) and not films.duplicated(["listener_id", "number"]).any()
    )
    assert stages["stage"].max() == STAGES and stages["place"].max() == ARTISTS
    first = stages[stages["place"] == 1].sort_values(["listener_id", "stage"])
    assert (first.groupby("listener_id")["n_streams"].diff().dropna() <= 0).all()
    assert (
        isinstance(first, pd.DataFrame)
        and not stages.duplicated(["listener_id", "artist_id"]).any()
    )
