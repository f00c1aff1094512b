"""Songs that were kept in playlists and saved: their edges by hand, and against plain loops."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest

from wrapsim_helpers.wrapped.kept_songs import kept_songs

from ..cards.test_cards import draw, story_of, with_table
from .more_columns import ranked_plays, results, store, tables_of_crowd
from .test_insights import heard, play


def kept(plays, *actions):
    """Rows of `kept_songs` as (month, n_kept, n_adds, n_saves, title, n_streams).

    actions  (ISO time in UTC, kind, track)
    """
    rows = [(1, pd.Timestamp(at, tz="UTC"), kind, track) for at, kind, track in actions]
    frame = pd.DataFrame(rows, columns=["listener_id", "at", "kind", "track_id"])
    tables = heard(plays)
    tables = replace(tables, actions=store(tables, "actions", frame))
    names = "month", "n_kept", "n_adds", "n_saves", "title", "n_streams"
    return [tuple(row[name] for name in names) for row in results(tables, kept_songs)]


SALT = [play("2025-06-01T12:00:00", 0), play("2025-06-02T12:00:00", 0)]


def test_a_song_counts_in_the_month_in_which_it_was_first_saved_or_added():
    found = kept(
        SALT,
        ("2025-05-31T23:59:59", "save", 0),
        ("2025-06-01T00:00:00", "playlist_add", 0),
        ("2025-06-01T00:00:01", "playlist_add", 4),
    )
    assert found == [(5, 1, 0, 1, "Salt", 2), (6, 1, 2, 0, "Anchor", 0)]


@pytest.mark.parametrize(
    ("at", "n"),
    [("2024-12-31T23:59:59", 0), ("2025-01-01T00:00:00", 1)]
    + [("2025-12-31T23:59:59", 1), ("2026-01-01T00:00:00", 0)],
)
def test_actions_count_from_the_first_to_the_last_day(at, n):
    assert len(kept(SALT, (at, "save", 0))) == n


def test_a_share_and_a_follow_keep_no_song_and_the_song_with_most_streams_is_named():
    may = "2025-05-02T12:00:00"
    assert kept(SALT, (may, "share", 0), (may, "follow", 0)) == []
    found = kept(SALT, (may, "save", 4), (may, "save", 0))
    assert found == [(5, 2, 0, 2, "Salt", 2)]


def test_plain_loops_find_the_same_songs(crowd):
    tables = tables_of_crowd(crowd)
    tables = replace(tables, actions=store(tables, "actions", crowd.actions.to_pandas()))
    plays = ranked_plays(crowd)
    streams = Counter(zip(plays["listener_id"], plays["track_id"]))
    months, first = defaultdict(Counter), {}
    for action in sorted(crowd.actions.to_pylist(), key=lambda row: row["at"]):
        if action["kind"] in ("playlist_add", "save"):
            assert isinstance(action["at"], datetime)
            key = action["listener_id"], action["track_id"]
            first.setdefault(key, action["at"].month)
            months[action["listener_id"], action["at"].month][action["kind"]] += 1
    kept_in = defaultdict(list)
    for (listener, track), month in first.items():
        kept_in[listener, month].append(streams[listener, track])
    rows = results(tables, kept_songs)
    assert len(rows) > 100
    for row in rows:
        key = row["listener_id"], row["month"]
        assert (row["n_adds"], row["n_saves"]) == (months[key]["playlist_add"], months[key]["save"])
        assert row["n_kept"] == len(kept_in[key]) and row["n_streams"] == max(kept_in[key])
    assert {(row["listener_id"], row["month"]) for row in rows} == set(kept_in)


def test_a_kept_song_without_a_play_has_a_card():
    months = story_of("typical").tables["kept_songs"][:2].assign(n_streams=0)
    ax = draw("kept_songs", with_table(story_of("typical"), kept_songs=months))
    assert [t.get_text() for t in ax.texts if t.get_gid() == "value"] == ["0 plays", "0 plays"]
