"""The catalogue's tables: tracks, albums, artists and credits."""

import numpy as np
import pyarrow as pa

from ..schema import FEATURES, table_of
from .columns import starts
from .genres import MOODS, moods_of
from .song_ids import song_ids


def texts(values):
    """A column of text as one Arrow array."""
    return pa.array(np.asarray(values, dtype=object), pa.string())


def track_table(tracks, artists, keys):
    """The tracks table. keys: as from `song_keys`."""
    numbers = ("album_id", "track_number", "popularity", "duration_ms", "explicit", "noise")
    credits = both_artists(tracks)
    return table_of(
        "tracks",
        {name: tracks[name] for name in (*numbers, *FEATURES)}
        | {name: texts(tracks[name]) for name in ("title", "album", "genre", "language")}
        | {
            "track_id": np.arange(len(tracks)),
            "song_id": song_ids(keys),
            "artists": word_lists(credits >= 0, texts(artists["artist"]), credits),
            "release_date": dates(tracks["released"]),
            "moods": word_lists(moods_of(tracks), pa.array(MOODS), np.arange(len(MOODS))),
        },
    )


def both_artists(tracks):
    """Primary and featured artist of each track, int64, (N, 2); -1 if there is none."""
    return tracks[["artist_id", "featured_id"]].to_numpy()


def word_lists(applies, words, codes):
    """The words that apply to each row, Arrow lists.

    applies: bool, (N, K); codes: position in words of each column or cell, int, (K,) or (N, K).
    """
    chosen = np.broadcast_to(codes, applies.shape)[applies]
    return pa.ListArray.from_arrays(
        pa.array(starts(applies.sum(axis=1)), pa.int32()), words.take(pa.array(chosen))
    )


def dates(days):
    """A column of days since 1970-01-01 as dates."""
    return days.to_numpy().astype("datetime64[D]")


def album_table(tracks):
    """The albums table."""
    albums = tracks.groupby("album_id").agg(
        album=("album", "first"),
        artist_id=("artist_id", "first"),
        n_tracks=("album_id", "size"),
        released=("released", "first"),
    )
    return table_of(
        "albums",
        {
            "album_id": albums.index,
            "album": texts(albums["album"]),
            "artist_id": albums["artist_id"],
            "n_tracks": albums["n_tracks"],
            "release_date": dates(albums["released"]),
        },
    )


def artist_table(artists):
    """The artists table; genre and country are empty if unknown."""
    return table_of(
        "artists",
        {name: texts(artists[name]) for name in ("artist", "genre", "country")}
        | {"artist_id": np.arange(len(artists))},
    )


def credit_table(tracks):
    """The track_artists table: one row per track and credited artist, the primary artist first."""
    both = both_artists(tracks)
    track, role = np.nonzero(both >= 0)
    return table_of(
        "track_artists", {"track_id": track, "artist_id": both[track, role], "role": role}
    )
