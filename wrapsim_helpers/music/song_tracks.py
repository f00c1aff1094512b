"""The songs file as tracks and artists of a catalogue."""

import math

import numpy as np
import pandas as pd

from ..streams import exps
from .columns import year_days
from .genres import SCENE_WEIGHT, scene_labels
from .labels import nation

POPULARITY_DOUBLING = 8  # points of popularity that double the weight of a track (assumed)
FEATURED = r"[(\[](?:feat\.?|ft\.?|featuring) ([^)\]]+)[)\]]"


def from_songs(songs):
    """Tracks and artists of a songs table: two DataFrames, in file order.

    tracks   artist_id, featured_id (-1: none), album_id, track_number int; title, album, genre,
             language text; released int, days since 1970-01-01; duration_ms, popularity int and
             the FEATURES of `schema`; weight float; explicit bool
    artists  artist, genre, country text; both empty where unknown; in order of artist_id

    The songs file has no language, explicit mark or day of release: all songs are released on 1
    January.
    """
    guests = songs["title"].str.extract(FEATURED, flags=2)[0]
    artists = pd.DataFrame({"artist": list(dict.fromkeys([*songs["artist"], *guests.dropna()]))})
    numbers = pd.Series(artists.index, artists["artist"])
    tracks = songs.assign(
        artist_id=songs["artist"].map(numbers).astype(int),
        featured_id=guests.map(numbers).fillna(-1).astype(int),
        released=year_days(songs["year"]),
        duration_ms=songs["duration_s"] * 1000,
        weight=song_weights(songs),
        explicit=False,
        language="",
    )
    labels = songs.drop_duplicates("artist").set_index("artist")["genre"]
    artists["genre"] = artists["artist"].map(labels).fillna("")
    return with_albums(tracks), artists.assign(country=artists["genre"].map(nation))


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
