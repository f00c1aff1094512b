"""The catalogue's tables: tracks, albums, artists and credits."""

import numpy as np
import pyarrow as pa

from ..schema import table_of
from .genres import FEATURES, MOODS
from .song_ids import song_ids

# -- tables ----------------------------------------------------------------------------------------


def texts(values):
    """A column of text as one Arrow array."""
    return pa.array(np.asarray(values, dtype=object), pa.string())


def track_table(tracks, artists, keys):
    """The tracks table."""
    same = ("album_id", "track_number", "popularity", "duration_ms", "explicit", "noise", *FEATURES)
    return table_of(
        "tracks",
        {
            **{name: tracks[name].to_numpy() for name in same},
            "track_id": np.arange(len(tracks)),
            "song_id": song_ids(keys),
            **{name: texts(tracks[name]) for name in ("title", "album", "genre", "language")},
            "artists": credited(tracks, artists),
            "release_date": tracks["released"].to_numpy().astype("datetime64[D]"),
            "moods": listed(
                np.array([applies(tracks).to_numpy(dtype=bool) for applies in MOODS.values()]).T,
                list(MOODS),
            ),
        },
    )


def credited(tracks, artists):
    """Names of each track's artists, the primary artist first: Arrow lists of strings."""
    both = tracks[["artist_id", "featured_id"]].to_numpy()
    offsets = np.cumsum([0, *(both >= 0).sum(axis=1)])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), texts(artists["artist"]).take(pa.array(both[both >= 0]))
    )


def listed(applies, names):
    """The names that apply to each row: Arrow lists of strings.

    applies: bool, (N, K); names: K texts.
    """
    offsets = np.cumsum([0, *applies.sum(axis=1)])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(names).take(pa.array(np.nonzero(applies)[1]))
    )


def album_table(tracks):
    """The albums table."""
    albums = (
        tracks.groupby("album_id")
        .agg(
            album=("album", "first"),
            artist_id=("artist_id", "first"),
            n_tracks=("album_id", "size"),
            released=("released", "first"),
        )
        .reset_index()
    )
    return table_of(
        "albums",
        {
            **{name: albums[name].to_numpy() for name in ("album_id", "artist_id", "n_tracks")},
            "album": texts(albums["album"]),
            "release_date": albums["released"].to_numpy().astype("datetime64[D]"),
        },
    )


def artist_table(artists):
    """The artists table; genre and country are empty if unknown."""
    return table_of(
        "artists",
        {
            "artist_id": np.arange(len(artists)),
            **{name: texts(artists[name]) for name in ("artist", "genre", "country")},
        },
    )


def credit_table(tracks):
    """The track_artists table: one row per track and credited artist, the primary artist first."""
    both = tracks[["artist_id", "featured_id"]].to_numpy()
    track, role = np.nonzero(both >= 0)
    return table_of(
        "track_artists", {"track_id": track, "artist_id": both[both >= 0], "role": role}
    )
