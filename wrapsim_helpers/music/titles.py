"""Guests and titles of invented tracks."""

import functools
import itertools
import math

import numpy as np
import pandas as pd

from .draws import draw
from .labels import words
from .releases import turns, year_of

# share of tracks with a guest, by year (assumed)
GUEST_YEARS = (1970, 1990, 2000, 2010, 2020, 2030)
GUESTS = (0.01, 0.03, 0.08, 0.14, 0.2, 0.22)
GUESTS_ASKED, GUESTS_KNOWN = 3, 50
# factor on that share by family, 0.5 elsewhere (assumed)
GUEST_FAMILY = {
    "hip_hop": 2.2,
    "electronic": 1.6,
    "dance_pop": 1.2,
    "soul_funk_disco_reggae": 1.2,
}
TITLE_TRACK = 0.5  # share of longer releases named after one of their tracks (assumed)


def with_guests(tracks, artists):
    """Tracks with featured_id: an artist of the same family with a slightly earlier debut, or -1.

    Of GUESTS_ASKED artists among the GUESTS_KNOWN with the latest earlier debuts, the most played
    one is the guest.
    """
    owner, weights, keys = (
        tracks["artist_id"].to_numpy(),
        artists["weight"].to_numpy(),
        tracks["key"].to_numpy(),
    )
    circle = pd.factorize(artists["family"].where(~artists["noise"], "noise"))[0]
    order = np.lexsort((artists["debut"], circle))
    place, before = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    place[order], before[order] = np.arange(len(order)), turns(circle[order])
    known = np.minimum(before, GUESTS_KNOWN)[owner]
    asked = [
        order[place[owner] - 1 - (known * draw("guest", keys, turn)).astype(np.int64)]
        for turn in range(GUESTS_ASKED)
    ]
    guest = functools.reduce(
        lambda best, artist: np.where(weights[best] >= weights[artist], best, artist), asked
    )
    share = np.interp(year_of(tracks["released"]), GUEST_YEARS, GUESTS) * tracks["family"].map(
        GUEST_FAMILY
    ).fillna(0.5)
    comes = (draw("featured", keys) < share) & (known > 0) & ~artists["noise"].to_numpy()[owner]
    return tracks.assign(featured_id=np.where(comes, guest, -1))


def with_titles(tracks, artists):
    """Tracks with title and album, from the titles of the language, unique per artist.

    The title names the guest.
    """
    owner, festive = tracks["artist_id"].to_numpy(), tracks["festive"].to_numpy()
    turn = turns(owner)
    titles = picked(tracks, turn, artists)
    start = (100 * draw("festive_title", artists["key"].to_numpy()[owner[festive]])).astype(
        np.int64
    )
    titles[festive] = festive_titles(
        tracks["language"].to_numpy()[festive], turns(owner[festive]), start
    )
    album = albums(tracks, titles, picked(tracks, turn + np.bincount(owner)[owner], artists))
    with_guest = np.flatnonzero(tracks["featured_id"] >= 0)
    guests = artists["artist"].to_numpy()[tracks["featured_id"].to_numpy()[with_guest]]
    titles[with_guest] = [
        f"{title} (feat. {guest})" for title, guest in zip(titles[with_guest], guests)
    ]
    return tracks.assign(title=titles, album=album)


@functools.cache
def titles_of(language):
    """Distinct titles of a language, a prime number of them: object array of text.

    "" is the language of noise.
    """
    if language == "":
        titles = [" ".join(parts) for parts in itertools.product(*words()["noise"]["titles"])]
    else:
        book = words()["languages"][language]
        join = "" if language in ("ja", "ko") else " "
        titles = [
            *book["heads"],
            *(head + join + tail for head, tail in itertools.product(book["heads"], book["tails"])),
        ]
    titles = list(dict.fromkeys(titles))
    n = next(
        n for n in range(len(titles), 1, -1) if all(n % d for d in range(2, math.isqrt(n) + 1))
    )
    return np.array(titles[:n], object)


def picked(tracks, turn, artists):
    """A title per track, object array of text.

    Each artist steps through the titles of the language with a start and step of their own.
    """
    titles = np.empty(len(tracks), object)
    start, step = (
        draw(name, artists["key"].to_numpy())[tracks["artist_id"]]
        for name in ("title_start", "title_step")
    )
    for language, group in tracks.groupby("language").indices.items():
        pool = titles_of(language)
        n = len(pool)  # prime, so every step leads through all of them
        titles[group] = pool[
            (
                (start[group] * n).astype(np.int64)
                + turn[group] * (1 + (step[group] * (n - 1)).astype(np.int64))
            )
            % n
        ]
    return titles


def festive_titles(languages, turn, start):
    """A festive title for each festive track, object array of text; a repeated title gets Pt. 2."""
    books = {language: words()["languages"][language]["festive"] for language in set(languages)}
    lists = [books[language] for language in languages]
    return np.array(
        [
            book[(i + first) % len(book)]
            + (f", Pt. {i // len(book) + 1}" if i >= len(book) else "")
            for book, i, first in zip(lists, turn, start)
        ],
        object,
    )


def albums(tracks, titles, spare_titles):
    """Name of each track's release.

    It is the release's most played track or, for half of the longer releases, another title.
    """
    release = tracks["album_id"].to_numpy()
    order = np.lexsort((-tracks["weight"].to_numpy(), release))
    best, size = order[np.flatnonzero(np.diff(release[order], prepend=-1))], np.bincount(release)
    lead = np.flatnonzero(np.diff(release, prepend=-1))
    has_own_name = (
        (size >= 3)
        & (draw("album", tracks["key"].to_numpy()[lead]) >= TITLE_TRACK)
        & ~tracks["festive"].to_numpy()[lead]
    )
    return np.where(has_own_name, spare_titles[lead], titles[best])[release]
