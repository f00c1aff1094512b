"""The catalogue's tables: tracks, albums, artists and credits."""

import numpy as np
import pyarrow as pa

from ..schema import FEATURES, table_of
from .columns import starts
from .families import track_families
from .genres import MOODS, moods_of
from .song_ids import song_ids


def texts(values):
    """A column of text as one Arrow array."""
    return pa.array(np.asarray(values, dtype=object), pa.string())


def track_table(tracks, artists, credits, keys):
    """The tracks table. credits: as from `all_credits`; keys: as from `song_keys`."""
    numbers = ("album_id", "track_number", "popularity", "duration_ms", "explicit", "noise")
    moods = moods_of(tracks)
    return table_of(
        "tracks",
        {name: tracks[name] for name in (*numbers, *FEATURES)}
        | {name: texts(tracks[name]) for name in ("title", "album", "genre", "language")}
        | {
            "track_id": np.arange(len(tracks)),
            "song_id": song_ids(keys),
            "family": texts(track_families(tracks["genre"])),
            "artists": word_lists(
                np.bincount(credits["track"]), texts(artists["artist"]), credits["artist"]
            ),
            "release_date": dates(tracks["released"]),
            "moods": word_lists(moods.sum(axis=1), pa.array(MOODS), np.nonzero(moods)[1]),
        },
    )


def word_lists(sizes, words, codes):
    """Lists of words, one per row. sizes: of each list; codes: positions in words, list by list."""
    return pa.ListArray.from_arrays(
        pa.array(starts(sizes), pa.int32()), words.take(pa.array(codes))
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


def credit_table(credits):
    """The track_artists table: one row per track and credited artist, the primary artist first."""
    return table_of(
        "track_artists",
        {
            "track_id": credits["track"],
            "artist_id": credits["artist"],
            "role": credits["role"].to_numpy(),
        },
    )
