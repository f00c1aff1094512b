"""The types of a catalogue in the compiled loop.

Compiled code depends on them, so they are apart from what fills them (`loop_records`).
"""

from collections import namedtuple

import numpy as np

MOST_GUESTS = 7  # featured artists that a track credits at most; the loop has room for so many
Music = namedtuple(
    "Music", "tracks artists discography guests parts part_weights part_slots extra extra_slots"
)
# What the compiled loop reads. `by_album` holds all tracks in album order; the album of a track is
# at positions album_from to album_to there, by track number.
ERAS = (1970.0, 1980.0, 1990.0, 2000.0, 2010.0, 2020.0)  # years that divide artists by era
TRACK = np.dtype(
    [
        ("duration_ms", "i4"),
        ("released", "i4"),  # day of release, since 1970-01-01
        ("artist", "i4"),
        # where its featured artists begin in `guests`, whose lists end in -1; -1: none
        ("featured", "i4"),
        ("album_from", "i4"),
        ("album_to", "i4"),
        ("by_album", "i4"),
        ("genres", "i4"),  # bit g is set if it belongs to GENRE_NAMES[g]
        ("intensity", "f4"),  # 0 to 1, from energy, loudness, valence and danceability
        ("grip", "f4"),  # factor on the hazard of leaving; log-normal, mean 1, from song_id
        ("festive", "i1"),
        ("noise", "i1"),
    ],
    align=True,
)
NO_RELEASE = -(2**31)  # before any day
ARTIST = np.dtype(
    [
        ("first", "i4"),
        ("after", "i4"),  # positions in `discography`; equal for artists who are only featured
        ("last", "i4"),  # day of the last release; NO_RELEASE for artists who are only featured
        ("family_pool", "i4"),  # number of the pool of their family
        ("country", "i4"),  # row of data/behaviour/places.csv, -1 if unknown
        ("era", "f4"),  # mean year of the releases before the run
        ("lean", "f4"),  # -1 to 1: how much more men (+) or women (-) like them
        ("age_lean", "f4"),  # -1 to 1: how much more the old (+) or the young (-) like them
        ("renown", "f4"),  # rank by weight, 0 to 1, 1 for the highest
        ("obscurity", "f8"),  # from renown: 0 for the best known artists, 1 for the least known
    ]
)
# total: running sum of the weights of the artist's tracks
RELEASE = np.dtype([("released", "i4"), ("track", "i4"), ("total", "f8")])
SLOT = np.dtype([("keep", "f8"), ("own", "i4"), ("alias", "i4")])  # one column of an alias table
