"""Invented music: artists with careers, their releases and tracks.

Families of genres, labels and sound follow data/behaviour/songs_profile.json, the figures of a
catalogue of classic hits. labels.csv adds newer labels, words.json has the words of names and
titles. Weights of artists are chosen so that streams have the published concentration. Everything
else is assumed and marked as such. All draws come from streams named "catalogue." of the seed, by
number of artist or track.
"""

import numpy as np

from ..streams import numbered_keys
from .artists import sample_artists
from .releases import sample_tracks
from .sounds import with_sound
from .titles import with_guests, with_titles

TRACKS_PER_ARTIST = 6  # on average (assumed)


def sample_discographies(n_tracks, seed, first_year, taken=()):
    """Invented tracks and their artists: two DataFrames as from `song_tracks.from_songs`.

    n_tracks    how many;  seed  0 to 2**63 - 1
    first_year  calendar year in which a run begins; music is released until YEARS_AHEAD years
                later
    taken       names that no invented artist may have

    Tracks are in order of artist.
    """
    keys = numbered_keys(np.uint64(seed), np.arange(n_tracks))
    n_artists = max(n_tracks // TRACKS_PER_ARTIST, 2)
    artists = sample_artists(keys[:n_artists], seed, first_year, taken)
    tracks = with_sound(sample_tracks(artists, keys, first_year), artists)
    return with_titles(with_guests(tracks, artists), artists), artists
