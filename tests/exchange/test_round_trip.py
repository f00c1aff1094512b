"""A run, exported in each format and read as a history, gives the same plays, up to what the format
can hold by its `Form`.
"""

import json
from collections import Counter

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.exchange.export_formats import FORMS
from wrapsim_helpers.exchange.export_rows import named_tracks
from wrapsim_helpers.names import folded

OF_PLAYS = ("ms_played", "reason_start", "reason_end", "shuffle", "offline", "private", "country")
OF_TRACKS = ("album", "song_id", "duration_ms")
NOT_READ = {"track_number"}  # in a log, but not in a history


@pytest.fixture(scope="module")
def listener(tiny_run):
    """Number of the listener with most plays."""
    listeners = ws.read_parquet(tiny_run, "plays", ["listener_id"])["listener_id"].to_pylist()
    return Counter(listeners).most_common(1)[0][0]


@pytest.fixture(scope="module")
def plays(tiny_run, listener):
    """The plays of the listener with the names of their songs, rows of dicts."""
    tracks = named_tracks(ws.open_run(tiny_run)).to_pylist()
    rows = ws.read_parquet(tiny_run, "plays", None, listener).to_pylist()
    return [tracks[row["track_id"]] | row for row in rows]


def ms(moment):
    """Milliseconds of a datetime since 1970."""
    return round(moment.timestamp() * 1000)


def expected(play, form):
    """What a format holds of a play: start as it can be read back, names, and the columns held."""
    if form.time == "start":
        start = ms(play["started_at"]) // form.step_ms * form.step_ms
    else:
        start = ms(play["ended_at"]) // form.step_ms * form.step_ms - play["ms_played"]
    held = [play[column] for column in (*OF_PLAYS, *OF_TRACKS) if column in form.holds]
    return (start, folded(play["title"]), folded(play["artist"]), *held)


def read_back(history, form):
    """The same of each play of a history."""
    tracks = history.tracks.to_pylist()
    rows = [tracks[play["track_id"]] | play for play in history.plays.to_pylist()]
    for row in rows:
        row["song_id"] = row["uri"].rpartition(":")[2]
    columns = [column for column in (*OF_PLAYS, *OF_TRACKS) if column in form.holds]
    return [
        (
            *(ms(row["started_at"]), folded(row["title"]), folded(row["artists"][0])),
            *(row[column] for column in columns),
        )
        for row in rows
    ]


@pytest.mark.parametrize("name", FORMS)
def test_a_history_of_an_export_has_the_plays_of_the_run(name, tiny_run, listener, plays, tmp_path):
    form = FORMS[name]
    (folder,) = ws.write_exports(tiny_run, tmp_path, [str(listener)], name, workers=1)
    history = ws.load_history(folder, "UTC")
    kept = [
        play
        for play in plays
        if form.plays == "all" or play["ms_played"] >= 30_000 and not play["private"]
    ]
    rows = read_back(history, form)
    # plays that are the same in a file, such as two within a minute, are one row of a history
    assert set(rows) == {expected(play, form) for play in kept}
    assert len(rows) == len(set(rows)) > 0.99 * len(kept)
    assert set(form.holds) <= {"title", "artist", *OF_PLAYS, *OF_TRACKS, *NOT_READ}


def test_a_history_of_a_dirty_export_counts_what_it_left_out(tiny_run, listener, plays, tmp_path):
    dirty = ["repeated_rows", "null_names", "podcasts", "audiobooks", "videos"]
    (folder,) = ws.write_exports(tiny_run, tmp_path, [str(listener)], dirty=dirty, workers=1)
    counts = json.loads((folder / "report.json").read_bytes())["oddities"]
    report = ws.load_history(folder, "UTC").report
    assert report.n_rows == len(plays) + sum(counts.values()) - counts["null_names"]
    assert report.n_kept == len(plays) - counts["null_names"]
    left_out = [counts[name] for name in ("repeated_rows", "null_names", "audiobooks")]
    assert sorted(report.left_out["n_rows"]) == sorted(
        [*left_out, counts["podcasts"] + counts["videos"]]
    )


def test_two_formats_of_a_listener_are_one_history(tiny_run, listener, plays, tmp_path):
    folders = [
        ws.write_exports(tiny_run, tmp_path, [str(listener)], form, workers=1)[0]
        for form in ("spotify", "lastfm_table")
    ]
    assert any(play["ms_played"] >= 30_000 < play["paused_ms"] for play in plays)
    assert ws.load_history(folders, "UTC").report.n_kept == len(plays)
