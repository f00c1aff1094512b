"""Habits in numbers: edges on small tables, and plain loops over a simulated crowd."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.listening_habits import listening_habits

from .more_columns import ranked_plays, store, tables_of_crowd, with_track_columns
from .test_insights import heard, play

COLUMNS = {
    "explicit": [True, False, True, True, False],
    "language": ["en", "fr", "de", "es", ""],
    "album_id": pd.array([7, 7, 8, 9, -1], "Int32"),
}


def row_of(tables):
    counted = with_tallies(tables, ["measures"])
    return listening_habits(counted).execute().set_index("listener_id").loc[1].to_dict()


def test_only_ranked_streams_count_for_albums_languages_and_explicit_tracks():
    plays = [
        play("2025-05-01T10:00:00", 0, 30_000),
        play("2025-05-01T11:00:00", 1, 29_999),  # French
        play("2025-05-01T12:00:00", 2),  # noise, German
        play("2025-05-01T13:00:00", 4),
        play("2025-05-01T14:00:00", 4),
    ]
    row = row_of(with_track_columns(heard(plays), **COLUMNS))
    assert (row["n_albums"], row["n_languages"]) == (1, 1)
    assert row["explicit_share"] == pytest.approx(1 / 3, abs=1e-9)


def test_tracks_are_shared_from_the_first_to_the_last_day():
    at = ["2024-12-31T23:59:59.999", "2025-01-01", "2025-12-31T23:59:59.999", "2026-01-01"]
    actions = pd.DataFrame({"listener_id": 1, "track_id": 0, "kind": "share"}, index=range(5))
    actions["at"] = pd.to_datetime([*at, "2025-05-01"], format="ISO8601")
    actions.loc[4, "kind"] = "save"
    tables = heard([play("2025-05-01T10:00:00")])
    assert row_of(tables)["n_shares"] == 0
    assert row_of(replace(tables, actions=store(tables, "acts", actions)))["n_shares"] == 2


def test_a_run_without_moods_and_popularity_has_other_habits():
    row = row_of(heard([play("2025-05-01T10:00:00")]))
    assert row["sad_share"] == 0 and row["popularity"] != row["popularity"]
    assert (row["top_artist_share"], row["n_albums"], row["even_genres"]) == (1, 0, 1)


def test_habits_agree_with_plain_loops(crowd):
    tables = with_tallies(tables_of_crowd(crowd), ["measures"])
    rows = listening_habits(tables).execute().set_index("listener_id")
    for number, plays in list(ranked_plays(crowd).groupby("listener_id"))[::9]:
        row, plays = rows.loc[number], plays.to_dict("records")
        assert row["n_albums"] == len({p["album_id"] for p in plays if p["album_id"] >= 0})
        assert row["n_languages"] == len({p["language"] for p in plays} - {""})
        assert row["explicit_share"] == round(sum(p["explicit"] for p in plays) / len(plays), 9)
        sad = sum("sad" in p["moods"] for p in plays)
        assert row["sad_share"] == pytest.approx(sad / len(plays), abs=1e-9)
        genres = Counter(p["genre"] for p in plays if p["genre"])
        shares = [n / sum(genres.values()) for n in genres.values()]
        mixed = 1.0
        for share in shares:
            mixed /= share**share
        assert row["even_genres"] == pytest.approx(mixed, rel=1e-6)
    assert date(2025, 1, 1) == tables.first_day and len(rows) > 100
