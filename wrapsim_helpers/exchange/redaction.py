"""A history without names, whose cards can be shown to anybody."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..checking import front_door
from ..music.song_ids import song_ids, song_keys
from ..schema import NAMED
from .histories import History, Report

LISTENER_NAME = "A listener"  # of a redacted story


@front_door
def redacted(history: History):
    """The same `History` with "Song 1", "Artist 1", "Album 1" for names, numbered by plays, and
    without ids, file names and examples, from which names follow, nor country and time zone.

    The times of plays stay, so somebody who has them with names, such as public scrobbles, can
    match them.
    """
    tracks, artists = history.tracks, history.artists
    n_plays = np.bincount(history.plays["track_id"].to_numpy(), minlength=tracks.num_rows)
    titles = numbered("Song", n_plays)
    primary = history.track_artists.filter(pc.equal(history.track_artists["role"], "primary"))
    of_artists = np.bincount(
        primary["artist_id"].to_numpy(),
        n_plays[primary["track_id"].to_numpy()],
        minlength=artists.num_rows,
    )
    names = numbered("Artist", of_artists)
    shown = dict(zip(artists["artist"].to_pylist(), names))
    credits = [[shown[name] for name in credit] for credit in tracks["artists"].to_pylist()]
    columns = {
        "song_id": song_ids(song_keys([credit[0] for credit in credits], titles)),
        "title": pa.array(titles),
        "artists": pa.array(credits, pa.list_(pa.string())),
        "album": pa.array(hidden_albums(tracks)),
        "uri": pa.array([""] * tracks.num_rows),
    }
    nowhere = pa.array([""] * len(history.plays)).cast(NAMED)
    return replace(
        history,
        plays=with_columns(history.plays, {"country": nowhere}),
        tracks=with_columns(tracks, columns),
        artists=with_columns(artists, {"artist": pa.array(names)}),
        report=redacted_report(history.report),
        wrapped={},
        country="",
        time_zone="",
    )


def numbered(word, amounts):
    """Names "Song 1", ... by descending amount; of equal amounts, in order. A list of text."""
    ranks = np.empty(len(amounts), int)
    ranks[np.argsort(-np.asarray(amounts), kind="stable")] = np.arange(1, len(amounts) + 1)
    return [f"{word} {rank}" for rank in ranks]


def hidden_albums(tracks):
    """Names of albums by their number; "" stays "" ."""
    both = zip(tracks["album"].to_pylist(), tracks["album_id"].to_pylist())
    return [f"Album {number + 1}" if album else "" for album, number in both]


def with_columns(table, columns):
    """A table with other values of some columns."""
    for name, values in columns.items():
        table = table.set_column(table.column_names.index(name), name, values)
    return table


def redacted_report(report: Report):
    """A report without names of files, songs, artists and places."""
    return replace(
        report,
        files=report.files.assign(file=hidden_files(report.files)),
        left_out=report.left_out.assign(example="hidden"),
        refused=tuple(zip(hidden_files(report.refused), map(bare_reason, report.refused))),
        damaged=tuple(hidden_files(report.damaged)),
        unknown=tuple(hidden_files(report.unknown)),
        time_zone="hidden",
    )


def bare_reason(refusal):
    """Why a file cannot be opened, without a message in brackets, which may name it."""
    return refusal[1].partition(" (")[0]


def hidden_files(files):
    """ "file 1", "file 2", ... in place of the names of some files, a list."""
    return [f"file {number}" for number in range(1, len(files) + 1)]
