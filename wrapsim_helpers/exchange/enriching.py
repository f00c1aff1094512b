"""What a songs file adds to a history: genres, release years, sounds and moods of its songs."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from ..checking import front_door
from ..music.catalogue import catalogue_of_songs
from ..music.songs_file import load_songs
from ..names import folded
from ..schema import FEATURES
from .histories import History
from .songs import bare_title

ADDED = ("genre", "family", "release_date", *FEATURES, "popularity", "language", "moods", "noise")


@front_door
def enriched(history: History, songs_path):
    """The same `History` with what a songs file says of its songs.

    songs_path  .csv or .xlsx, as for `load_songs`. A song is the same if title and primary artist
                are, whatever their case and blanks
    Adds genre, family, release date, sound and moods to the songs that the file has, their length
    where the history does not show it, and the country of artists. The report says how many songs
    and plays that are. Raises ValueError if the file has none of them.
    """
    catalogue = catalogue_of_songs(load_songs(songs_path), 2025)
    known = {key: row for row, key in enumerate(song_names(catalogue.tracks))}
    rows = [known.get(key) for key in song_names(history.tracks)]
    refuse_no_song(rows, songs_path)
    n_plays = sum(rows[track] is not None for track in history.plays["track_id"].to_pylist())
    n_songs = sum(row is not None for row in rows)
    said = f"{n_songs:,} of {len(rows):,} songs, in {n_plays:,} of {history.report.n_kept:,} plays"
    return replace(
        history,
        tracks=tracks_with(history.tracks, catalogue.tracks, rows),
        artists=artists_with(history.artists, catalogue.artists),
        report=replace(history.report, songs_file=said),
    )


def song_names(tracks):
    """(title, primary artist) of each track, as they are compared."""
    names = zip(tracks["title"].to_pylist(), tracks["artists"].to_pylist())
    return [(folded(bare_title(title)), folded(artists[0])) for title, artists in names]


def refuse_no_song(rows, songs_path):
    """Raise ValueError if a songs file has no song of a history."""
    if all(row is None for row in rows):
        raise ValueError(
            f"songs_path is {str(songs_path)!r}, which has no song of this history; give a file "
            f"with its songs, or none."
        )


def tracks_with(tracks, known, rows):
    """Tracks with the columns ADDED of a catalogue. rows: the row of each track in it, or None"""
    taken = known.take(pa.array(rows, pa.int64()))
    has_row = taken["track_id"].is_valid()
    for name in ADDED:
        place = tracks.column_names.index(name)
        kind = tracks.schema.field(name).type
        values = pc.if_else(has_row, taken[name].cast(kind), tracks[name])
        tracks = tracks.set_column(place, name, values)
    lengths = tracks["duration_ms"]
    unknown = pc.and_(pc.equal(lengths, 0), has_row)
    both = pc.if_else(unknown, taken["duration_ms"].cast(lengths.type), lengths)
    return tracks.set_column(tracks.column_names.index("duration_ms"), "duration_ms", both)


def artists_with(artists, known):
    """Artists with the genre and country of a catalogue."""
    rows = {folded(row["artist"]): row for row in known.to_pylist()}
    of_artists = [rows.get(folded(name), {}) for name in artists["artist"].to_pylist()]
    for name in ("genre", "country"):
        values = pa.array([row.get(name, "") for row in of_artists], pa.string())
        artists = artists.set_column(artists.column_names.index(name), name, values)
    return artists
