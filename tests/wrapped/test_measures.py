"""The measures of listeners: edges on tables small enough to check in the head, and plain loops."""

from collections import Counter
from dataclasses import replace
from datetime import date
from math import log
from statistics import median

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import measures as m
from wrapsim_helpers.wrapped.counting import Rules
from wrapsim_helpers.wrapped.shares import GROUPS, MOODS, SHARES

from .more_columns import ranked_plays, store, tables_of_crowd, with_track_columns
from .test_insights import heard, play

DATES = [date(2025, 2, 1), date(2005, 5, 2), None, None, date(2005, 5, 1)]


def measured(query, plays, **columns):
    """Some measures of listener 1 as a dict. columns: further columns of the five TRACKS"""
    tables = with_track_columns(heard(plays), **columns) if columns else heard(plays)
    return row_of(query, tables)


def row_of(query, tables):
    return query(tables).execute().set_index("listener_id").loc[1].to_dict()


def test_a_track_is_new_for_89_days_and_old_from_its_twentieth_birthday():
    days = [play(f"{day}T10:00:00", 0) for day in ("2025-05-01", "2025-05-02")]  # 89, 90 days
    old = [play("2025-05-01T11:00:00", track) for track in (1, 4)]  # a day less, 20 years
    row = measured(m.track_ages, days + old, release_date=DATES)
    assert (row["n_dated"], row["n_new"], row["n_old"]) == (4, 1, 1)
    assert row["median_age_days"] == 3697  # of 89, 90, 7304 and 7305


def test_a_track_of_two_groups_counts_for_both_and_two_moods_of_a_group_once():
    moods = [["sad", "tender", "energetic"], [], ["happy"], None, ["happy"]]
    plays = [play(f"2025-05-01T1{i}:00:00", track) for i, track in enumerate((0, 0, 1, 2, 4))]
    row = measured(m.sound_counts, plays, moods=moods)
    counts = {name: row[f"n_{name}"] for name in (*MOODS, *GROUPS) if row[f"n_{name}"]}
    soft, joyful = {"sad": 2, "dark": 2, "soft": 2}, {"happy": 1, "joyful": 1}
    assert counts == soft | joyful | {"energetic": 2, "charged": 2}
    assert row["n_streams"] == 4  # the happy noise is not ranked


def test_popularity_is_summed_over_streams_of_tracks_that_have_one():
    plays = [play(f"2025-05-01T1{i}:00:00", track) for i, track in enumerate((0, 0, 1, 4))]
    row = measured(m.sound_counts, plays, popularity=pd.array([70, 10, 0, 0, None], "Int32"))
    assert (row["n_rated"], row["popularity_sum"]) == (3, 150)


def streams(track, day, n, year=2025):
    return [play(f"{year}-05-{day:02}T{i:02}:{track:02}:00", track) for i in range(n)]


def test_without_earlier_streams_the_days_up_to_the_hundredth_stream_show_what_is_familiar():
    first = [play(f"2025-04-{1 + i // 50:02}T{i % 24:02}:{i % 50:02}:00", 0) for i in range(99)] + [
        play("2025-04-02T23:59:00", 1)
    ]
    later = streams(0, 3, 5) + streams(1, 3, 2) + streams(4, 4, 4)
    row = measured(m.familiar_streams, first + later)
    # track 1 was streamed once before, so its artist is familiar and it is not loved
    assert (row["n_later"], row["n_familiar"], row["n_loved"]) == (11, 7, 5)
    assert not len(m.familiar_streams(heard(first)).execute())


def test_earlier_streams_show_what_is_familiar():
    before = streams(0, 1, 1, 2024) + streams(4, 2, 2, 2024)
    row = measured(
        m.familiar_streams, before + streams(0, 3, 3) + streams(1, 3, 4) + streams(4, 3, 5)
    )
    assert (row["n_later"], row["n_familiar"], row["n_loved"]) == (12, 8, 5)


def test_changes_of_artist_and_albums_in_order_are_counted_from_stream_to_stream():
    order = [0, 4, 4, 1, 3, 0]  # artists 0, 3, 3, 1, 1, 0; track 3 is too short for a stream
    lengths = [60_000, 60_000, 60_000, 60_000, 25_000, 60_000]
    plays = [
        play(f"2025-05-01T1{i}:00:00", track, ms_played)
        for i, (track, ms_played) in enumerate(zip(order, lengths, strict=True))
    ]
    row = measured(m.sequence_counts, plays, album_id=[5, 5, 6, 6, 5], track_number=[1, 3, 1, 1, 2])
    assert (row["n_changes"], row["n_in_order"]) == (3, 2)  # 0 to 4, 4 to 1


def test_contexts_are_counted_in_streams():
    contexts = ["radio", "personalized", "own_playlist", "search", "radio"]
    plays = [
        play(f"2025-05-01T1{i}:00:00", 0, 29_999 if i == 4 else 60_000, context=context)
        for i, context in enumerate(contexts)
    ]
    row = measured(m.sequence_counts, plays)
    assert (row["n_automatic"], row["n_own_playlist"]) == (2, 1)


def test_actions_count_from_the_first_to_the_last_day():
    at = [f"{text}:00Z" for text in ("2024-12-31T23:59", "2025-01-01T00:00", "2025-12-31T23:59")]
    frame = pd.DataFrame({"listener_id": 1, "at": pd.to_datetime([*at, *at]), "kind": ""})
    frame["kind"] = ["playlist_add"] * 3 + ["save"] * 2 + ["share"]
    tables = heard([play("2025-05-01T10:00:00")])
    row = row_of(m.action_counts, replace(tables, actions=store(tables, "actions", frame)))
    assert (row["n_adds"], row["n_saves"]) == (2, 1)


@pytest.mark.parametrize("n_tracks, eligible", [(2, True), (3, False)])
def test_a_listener_is_eligible_who_streamed_enough_tracks_and_artists(n_tracks, eligible):
    rules = Rules(min_tracks=n_tracks, min_artists=2)
    plays = [play("2025-05-01T10:00:00"), play("2025-05-01T11:00:00", 1)]
    assert row_of(m.eligibility, replace(heard(plays), rules=rules))["is_eligible"] == eligible


def test_without_its_columns_a_measure_is_unknown():
    row = measured(m.measures, [play("2025-05-01T10:00:00", 0)])
    assert (row["median_age_days"], row["n_dated"], row["n_rated"], row["n_adds"]) == (-1, 0, 0, 0)
    shares = m.with_shares(m.measures(heard([play("2025-05-01T10:00:00", 0)]))).execute().iloc[0]
    unknown = {"age_days", "popularity", "familiar_share", "loved_share", "new_share", "old_share"}
    assert {name for name in (*SHARES, "age_days", "repeat_share") if pd.isna(shares[name])} == (
        unknown
    )


def test_thirty_streams_of_thirty_tracks_have_a_repeat_share_of_0():
    tracks = [(i, f"Song {i}", "pop", 200_000, False, [(0, "primary")]) for i in range(30)]
    plays = [play(f"2025-05-{1 + i % 28:02}T10:00:00", i) for i in range(30)]
    shares = m.with_shares(m.measures(heard(plays, tracks=tracks))).execute()
    assert shares["repeat_share"].tolist() == [0]


def test_no_count_is_null_and_all_are_whole_numbers(crowd):
    table = measures_of_crowd(crowd)
    assert not table.isna().any().any()
    counts = [name for name in table if name.startswith("n_")]
    assert set(table[counts].dtypes.astype(str)) == {"int32"}


# -- plain loops -----------------------------------------------------------------------------------


def measures_of_crowd(crowd):
    tables = tables_of_crowd(crowd)
    actions = tables.plays._find_backend().create_table("actions", crowd.actions)
    return m.measures(replace(tables, actions=actions)).execute()


def obvious_measures(plays, artist_of, actions):
    """The measures of one listener from ranked plays in order, as a dict."""
    rows = plays.to_dict("records")
    artists = [artist_of[row["track_id"]] for row in rows]
    pairs = list(zip(rows, rows[1:]))
    genres = Counter(row["genre"] for row in rows if row["genre"])
    ages = sorted(max((row["day"] - row["release_date"]).days, 0) for row in rows)
    expected = {
        "n_streams": len(rows),
        "n_songs": len({row["track_id"] for row in rows}),
        "n_top_artist": max(Counter(artists).values()),
        "n_top_genre": max(genres.values()),
        "entropy": -sum(n / genres.total() * log(n / genres.total()) for n in genres.values()),
        "n_new": sum(age < 90 for age in ages),
        "n_old": sum(is_old(row["day"], row["release_date"]) for row in rows),
        "median_age_days": int(median(ages)),
        "popularity_sum": sum(row["popularity"] for row in rows),
        "n_changes": sum(a != b for a, b in zip(artists, artists[1:])),
        "n_in_order": sum(
            a["album_id"] == b["album_id"] and a["track_number"] + 1 == b["track_number"]
            for a, b in pairs
        ),
        "n_own_playlist": sum(row["context"] == "own_playlist" for row in rows),
        "n_automatic": sum(row["context"] in ("radio", "personalized") for row in rows),
        "n_adds": sum(actions == "playlist_add"),
        "n_saves": sum(actions == "save"),
    }
    sad = {"n_soft": {"tender", "romantic", "sad"}, "n_cosmic": {"strange", "spacey"}}
    for name, moods in sad.items():
        expected[name] = sum(bool(moods & set(row["moods"])) for row in rows)
    return expected | obvious_familiarity(rows, artists)


def is_old(day, released):
    return (day.year - released.year, day.month, day.day) >= (20, released.month, released.day)


def obvious_familiarity(rows, artists):
    """Without earlier streams: days until the hundredth stream, then what is familiar."""
    last = rows[min(99, len(rows) - 1)]["day"]
    first = [i for i, row in enumerate(rows) if row["day"] <= last]
    later = [i for i, row in enumerate(rows) if row["day"] > last]
    known = {artists[i] for i in first}
    times = Counter(rows[i]["track_id"] for i in first)
    return {
        "n_later": len(later),
        "n_familiar": sum(artists[i] in known for i in later),
        "n_loved": sum(times[rows[i]["track_id"]] >= 2 for i in later),
    }


def test_the_measures_of_a_crowd_agree_with_plain_loops(crowd):
    table = measures_of_crowd(crowd).set_index("listener_id")
    credits = crowd.world.catalogue.track_artists.to_pandas()
    primary = credits[credits["role"] == "primary"].set_index("track_id")["artist_id"]
    plays, actions = ranked_plays(crowd), crowd.actions.to_pandas()
    for listener_id, mine in list(plays.groupby("listener_id"))[::9]:
        kinds = actions[actions["listener_id"] == listener_id]["kind"].astype(str)
        expected = obvious_measures(mine.sort_values("started_at"), primary, kinds)
        assert table.loc[listener_id, list(expected)].to_dict() == pytest.approx(expected, abs=1e-8)
