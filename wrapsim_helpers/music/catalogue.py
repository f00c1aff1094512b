"""The catalogue of a run: tracks, albums and artists, and the records that the compiled loop reads.

The music comes from a songs file, is invented (`invented.py`), or both. A favourite genre changes
what is likely to be played: artists are drawn from the genre's pool in proportion to their tracks
with a label of that genre (data/behaviour/genre_map.csv), or with a similar sound where labels are
missing.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import check_count, front_door
from ..instants import HOUR_MS
from ..people.survey_shares import GENRE_NAMES
from .catalogue_tables import album_table, artist_table, credit_table, track_table
from .credits import all_credits, guest_lists, guests_of
from .genres import described_tracks, memberships, say_small_pools
from .invented import sample_discographies
from .loop_records import lower_catalogue
from .loop_types import Music
from .song_ids import song_keys
from .song_tracks import from_songs

# share of plays of the songs file's tracks in a generated catalogue; they are all old (assumed)
SONGS_SHARE = 0.1


@dataclass(frozen=True)
class Catalogue:
    """The music of a run.

    tracks, albums, artists, track_artists  Arrow tables as in `schema.TABLES`
    pools   name -> number of its pool of artists; survey genres first, then the families of
            genre_map.csv
    music   the same for the compiled loop:
            tracks, artists   TRACK and ARTIST records, by track_id and artist_id
            discography       RELEASE records: each artist's tracks in order of release
            guests            numbers of the featured artists, track by track, int32; each track's
                              list ends in -1
            parts             first slot of each part, a pool's artists of one country and era, and
                              the total, int64; see `parts_of_pools`
            part_weights, part_slots  weight of each part, float64; SLOT records
            extra, extra_slots  the same for two pools of tracks: festive tracks and noise; either
                                may be empty
    """

    tracks: pa.Table
    albums: pa.Table
    artists: pa.Table
    track_artists: pa.Table
    pools: dict
    music: Music

    def __repr__(self):
        return (
            f"Catalogue of {self.tracks.num_rows:,} tracks on {self.albums.num_rows:,} albums by "
            f"{self.artists.num_rows:,} artists"
        )


@front_door
def build_catalogue(songs: pd.DataFrame, first_year=2025):
    """The catalogue of a songs table as from `load_songs`; warns about genres with few tracks.

    first_year  calendar year in which a run begins
    """
    first_year = check_count("first_year", first_year, 2000, 2038)
    tracks, artists, guests = from_songs(songs)
    say_small_pools(memberships(described_tracks(tracks)))
    return assembled(tracks, artists, guests, first_year)


def catalogue_of_songs(songs, first_year):
    """`build_catalogue` of a checked year, without the warning: workers make catalogues too."""
    return assembled(*from_songs(songs), first_year)


def generate_catalogue(n_tracks, seed, first_year, songs=None):
    """A catalogue of n_tracks invented tracks, after the songs of a songs table if one is given.

    n_tracks    1,000 to 10,000,000; a sixth as many artists;  seed  0 to 2**63 - 1
    first_year  calendar year in which a run begins: music is released until the end of the fifth
                year from then on
    songs       a songs table as from `load_songs`; its songs are tracks 0, 1, ...

    The same four arguments give the same catalogue. See `invented.py` for the sources.
    """
    check_count("n_tracks", n_tracks, 1_000, 10_000_000)
    check_count("seed", seed, 0, 2**63 - 1)
    check_count("first_year", first_year, 2000, 2038)  # the years a run can begin in
    if songs is None:
        return assembled(*invented_music(n_tracks, seed, first_year), first_year)
    tracks, artists, guests = from_songs(songs)
    invented = invented_music(n_tracks, seed, first_year, tuple(artists["artist"]))
    tracks = scaled_to_share(tracks, invented[0])
    return assembled(*joined((tracks, artists, guests), invented), first_year)


def invented_music(n_tracks, seed, first_year, taken=()):
    """Tracks, artists and guests of invented music, as from `from_songs`."""
    tracks, artists = sample_discographies(n_tracks, seed, first_year, taken)
    return tracks, artists, guests_of(tracks["featured_id"])


def scaled_to_share(tracks, invented):
    """Tracks of the songs file with weights scaled to their share of plays beside invented tracks.

    The share is SONGS_SHARE, or the share of these tracks in all tracks if that is larger.
    """
    share = max(SONGS_SHARE, len(tracks) / (len(tracks) + len(invented)))
    total, invented_total = (
        np.cumsum(table["weight"])[len(table) - 1] for table in (tracks, invented)
    )
    return tracks.assign(weight=tracks["weight"] * (share / (1 - share) * invented_total / total))


def joined(music, more):
    """Tracks, artists and guests with more of them at the end: DataFrames of the shared columns.

    The numbers of tracks, artists and albums continue. music, more: as from `from_songs`.
    """
    (tracks, artists, _), (more_tracks, more_artists, more_guests) = music, more
    more_tracks = more_tracks.assign(
        artist_id=more_tracks["artist_id"] + len(artists),
        album_id=more_tracks["album_id"] + tracks["album_id"].max() + 1,
    )
    more_guests = more_guests + [len(tracks), len(artists)]
    return tuple(
        pd.concat(both, join="inner", ignore_index=True)
        for both in zip(music, (more_tracks, more_artists, more_guests))
    )


def assembled(tracks, artists, guests, first_year):
    """A Catalogue from its tracks, artists and guests as from `from_songs`."""
    places, lists = guest_lists(guests, len(tracks))
    tracks = described_tracks(tracks).assign(featured_id=places)
    credits = all_credits(tracks, guests)
    members = memberships(tracks)
    families = sorted(set(tracks["family"]))
    pools = {name: i for i, name in enumerate([*GENRE_NAMES, *families])}
    keys = song_keys(artists["artist"].to_numpy()[tracks["artist_id"]], tracks["title"])
    return Catalogue(
        track_table(tracks, artists, credits, keys),
        album_table(tracks),
        artist_table(artists),
        credit_table(credits),
        pools,
        lower_catalogue(tracks, artists, lists, members, pools, keys, first_year),
    )


def pool_members(catalogue, genre):
    """Numbers of the tracks that belong to a survey genre, int64."""
    return np.flatnonzero(catalogue.music.tracks["genres"] >> GENRE_NAMES.index(genre) & 1)


@front_door
def pool_sizes(catalogue: Catalogue):
    """How many tracks, artists and hours belong to each genre? DataFrame, one row per genre."""
    rows = []
    for genre in GENRE_NAMES:
        tracks = catalogue.music.tracks[pool_members(catalogue, genre)]
        hours = tracks["duration_ms"].sum() / HOUR_MS
        rows.append((genre, len(tracks), len(np.unique(tracks["artist"])), hours))
    return pd.DataFrame(rows, columns=["genre", "tracks", "artists", "hours"])
