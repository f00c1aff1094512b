"""Guests and titles of invented tracks."""

import functools
import itertools
import math

import numpy as np
import pandas as pd

from ..streams import choose
from .columns import decimal_years, first_rows, turns
from .draws import draw
from .labels import words
from .phrases import phrases, words_by_list

# share of tracks with a guest, by year (assumed)
GUEST_YEARS = (1970, 1990, 2000, 2010, 2020, 2030)
GUESTS = (0.01, 0.03, 0.08, 0.14, 0.2, 0.22)
GUESTS_ASKED, GUESTS_KNOWN = 3, 50
GUESTS_FROM_AFAR = 0.15  # share of guests of any language (assumed)
# factor on GUESTS by family; 0.5 for other families (assumed)
GUEST_FAMILY = {
    "hip_hop": 2.2,
    "electronic": 1.6,
    "dance_pop": 1.2,
    "soul_funk_disco_reggae": 1.2,
}
TITLE_TRACK = 0.5  # share of longer releases named after one of their tracks (assumed)


def with_guests(tracks, artists):
    """Tracks with featured_id: an artist of the same family with a slightly earlier debut, or -1.

    The guest sings in the language of the artist, except for the share GUESTS_FROM_AFAR of guests.
    """
    everybody = artists["family"].where(~artists["noise"], "noise")
    near = guests_among(pd.factorize(everybody + " " + artists["language"])[0], tracks, artists)
    far = guests_among(pd.factorize(everybody)[0], tracks, artists)
    guest = np.where(draw("guest_from_afar", tracks["key"]) < GUESTS_FROM_AFAR, far, near)
    share = np.interp(decimal_years(tracks["released"]), GUEST_YEARS, GUESTS)
    share *= tracks["family"].map(GUEST_FAMILY).fillna(0.5)
    comes = draw("featured", tracks["key"]) < share
    comes &= ~artists["noise"].to_numpy()[tracks["artist_id"]]
    return tracks.assign(featured_id=np.where(comes, guest, -1))


def guests_among(circle, tracks, artists):
    """A possible guest of each track, of the circle of its artist; int64, -1 if there is none.

    GUESTS_ASKED artists are drawn from the GUESTS_KNOWN whose debuts come last before the artist's;
    the most played of them is the guest. circle: int, (artists,)
    """
    owner = tracks["artist_id"]
    order = np.lexsort((artists["debut"], circle))
    place, known = np.empty((2, len(artists)), np.int64)
    place[order] = np.arange(len(artists))
    known[order] = turns(circle[order])
    known = np.minimum(known, GUESTS_KNOWN)[owner]
    asked = np.array(
        [
            order[place[owner] - 1 - (known * draw("guest", tracks["key"], turn)).astype(np.int64)]
            for turn in range(GUESTS_ASKED)
        ]
    )
    best = artists["weight"].to_numpy()[asked].argmax(axis=0)
    return np.where(known > 0, asked[best, np.arange(len(best))], -1)


def with_titles(tracks, artists):
    """Tracks with title and album, from the titles of the language, unique per artist.

    The title names the guest.
    """
    owner = tracks["artist_id"].to_numpy()
    festive = tracks["festive"].to_numpy()
    turn = turns(owner)
    titles = picked(tracks, turn, artists)
    titles[festive] = festive_titles(tracks[festive], artists)
    album = albums(tracks, titles, picked(tracks, turn + np.bincount(owner)[owner], artists))
    guests = tracks["featured_id"][tracks["featured_id"] >= 0]
    for row, guest in guests.items():
        titles[row] += f" (feat. {artists['artist'].iat[guest]})"
    return tracks.assign(title=titles, album=album)


@functools.cache
def titles_of(language):
    """Distinct titles of a language by kind: [(share of tracks, object array of text), ...].

    Each array has a prime number of titles. "" is the language of noise.
    """
    if language == "":
        return [(1.0, primely(map(" ".join, itertools.product(*words()["noise"]["titles"]))))]
    kinds, known = [], set()
    for share, forms in words()["languages"][language]["titles"]:
        titles = [title for title in phrases(forms, language) if title not in known]
        known |= {*titles}
        kinds.append((share, primely(titles)))
    return kinds


def primely(titles):
    """Titles as an object array, without a few of the last: a prime number of them."""
    titles = np.array(list(titles), object)
    return titles[: next(n for n in range(len(titles), 1, -1) if is_prime(n))]


def is_prime(number):
    """Whether a number above 1 is prime."""
    return all(number % n for n in range(2, math.isqrt(number) + 1))


def picked(tracks, turn, artists):
    """A title per track, object array of text.

    The kind of title is drawn for each track. Within a kind, each artist steps through the titles
    of the language with a start and step of their own, so that no title occurs twice.
    """
    titles = np.empty(len(tracks), object)
    start, step = (
        draw(name, artists["key"])[tracks["artist_id"]] for name in ("title_start", "title_step")
    )
    u = draw("title_kind", tracks["key"])
    for language, group in tracks.groupby("language").indices.items():
        shares, pools = zip(*titles_of(language))
        kinds = choose(u[group], list(shares))
        for kind, pool in enumerate(pools):
            rows = group[kinds == kind]
            n = len(pool)  # prime, so every step leads through all of them
            first = (start[rows] * n).astype(np.int64)
            steps = 1 + (step[rows] * (n - 1)).astype(np.int64)
            titles[rows] = pool[(first + turn[rows] * steps) % n]
    return titles


def festive_titles(tracks, artists):
    """One title per festive track, a list of text; a title used again gets Pt. 2."""
    start = (100 * draw("festive_title", artists["key"])).astype(np.int64)[tracks["artist_id"]]
    titles = []
    for language, turn, first in zip(tracks["language"], turns(tracks["artist_id"]), start):
        book = words_by_list(language)["festive"]
        part = turn // len(book) + 1
        titles.append(book[(turn + first) % len(book)] + (f", Pt. {part}" if part > 1 else ""))
    return titles


def albums(tracks, titles, spare_titles):
    """Name of each track's release, object array of text.

    It is the release's most played track or, for half of the longer releases, another title.
    """
    release = tracks["album_id"].to_numpy()
    order = np.lexsort((-tracks["weight"], release))
    lead = first_rows(release)
    best = order[lead]
    has_own_name = (
        (np.bincount(release) >= 3)
        & (draw("album", tracks["key"].iloc[lead]) >= TITLE_TRACK)
        & ~tracks["festive"].to_numpy()[lead]
    )
    return np.where(has_own_name, spare_titles[lead], titles[best])[release]
