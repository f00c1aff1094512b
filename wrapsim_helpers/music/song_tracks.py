"""The songs file as tracks, artists and guests of a catalogue."""

import math

import numpy as np
import pandas as pd

from ..names import first_spellings, normalised
from ..streams import exps
from .columns import year_days
from .credits import credited_songs
from .genres import SCENE_WEIGHT, genre_map, scene_labels
from .labels import nation
from .songs_file import check_unique

POPULARITY_DOUBLING = 8  # points of popularity that double the weight of a track (assumed)


def from_songs(songs):
    """Tracks, artists and guests of a songs table: three DataFrames, in file order.

    tracks   artist_id, album_id, track_number int; title, album, genre, language text; released
             int, days since 1970-01-01; duration_ms, popularity int and the FEATURES of `schema`;
             weight float; explicit bool
    artists  artist, genre, country text; both empty where unknown; in order of artist_id
    guests   track, artist int: one row per featured artist of a track, see `split_credits`

    Names are compared by `names.folded` and shown in their first spelling; a known genre label in
    the spelling of genre_map.csv. Raises ValueError if a song appears twice. The songs file has no
    language, explicit mark or day of release: all songs are released on 1 January.
    """
    check_unique("the songs table", songs)
    numbers, names, guests = credited_songs(songs)
    artists = pd.DataFrame({"artist": names})
    tracks = songs.assign(
        artist_id=numbers,
        title=list(map(normalised, songs["title"])),
        genre=known_labels_first(songs["genre"]),
        released=year_days(songs["year"]),
        duration_ms=songs["duration_s"] * 1000,
        explicit=False,
        language="",
    )
    tracks["weight"] = song_weights(tracks)
    labels = tracks.drop_duplicates("artist_id").set_index("artist_id")["genre"]
    artists["genre"] = labels.reindex(artists.index, fill_value="")
    return with_albums(tracks), artists.assign(country=artists["genre"].map(nation)), guests


def known_labels_first(labels):
    """Genre labels in the spelling of genre_map.csv, or in their own first spelling: a list."""
    known = list(genre_map()["top_genre"].unique())
    return first_spellings([*known, *labels])[len(known) :]


def song_weights(songs):
    """How much each song is played, from its popularity, float64.

    Labels of the Dutch radio scene weigh less.
    """
    doublings = (songs["popularity"] - 60).to_numpy() / POPULARITY_DOUBLING
    return exps(math.log(2) * doublings) * np.where(
        songs["genre"].isin(scene_labels()), SCENE_WEIGHT, 1.0
    )


def with_albums(tracks):
    """Tracks with album_id, album and track_number.

    The songs file has no albums: the songs of an artist in one year are an album, in file order,
    named after its most popular song.
    """
    groups = tracks.groupby(["artist_id", "year"], sort=False)
    best = tracks.loc[groups["popularity"].idxmax()].assign(album_id=lambda t: np.arange(len(t)))
    names = best.set_index(["artist_id", "year"])[["album_id", "title"]].rename(
        columns={"title": "album"}
    )
    return tracks.join(names, on=["artist_id", "year"]).assign(track_number=groups.cumcount() + 1)
