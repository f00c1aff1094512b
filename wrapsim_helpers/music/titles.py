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
TITLE_TRACK = 0.5  # share of longer releases called after one of their tracks (assumed)


def with_guests(tracks, artists):
    """Tracks with featured_id: an artist of the same family who began not long before, -1 for
    nobody.

    Of GUESTS_ASKED artists out of the last GUESTS_KNOWN who began before, the most heard one comes.
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
        lambda one, other: np.where(weights[one] >= weights[other], one, other), asked
    )
    share = np.interp(year_of(tracks["released"]), GUEST_YEARS, GUESTS) * tracks["family"].map(
        GUEST_FAMILY
    ).fillna(0.5)
    comes = (draw("featured", keys) < share) & (known > 0) & ~artists["noise"].to_numpy()[owner]
    return tracks.assign(featured_id=np.where(comes, guest, -1))


def with_titles(tracks, artists):
    """Tracks with title and album: from the language's titles, none twice by an artist; guests
    stand in the title.
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
    some = np.flatnonzero(tracks["featured_id"] >= 0)
    guests = artists["artist"].to_numpy()[tracks["featured_id"].to_numpy()[some]]
    titles[some] = [f"{title} (feat. {guest})" for title, guest in zip(titles[some], guests)]
    return tracks.assign(title=titles, album=album)


@functools.cache
def titles_of(language):
    """Titles of a language, all different, a prime number of them; "" is for noise.

    Object array of text.
    """
    if language == "":
        found = [" ".join(parts) for parts in itertools.product(*words()["noise"]["titles"])]
    else:
        book = words()["languages"][language]
        join = "" if language in ("ja", "ko") else " "
        found = [
            *book["heads"],
            *(head + join + tail for head, tail in itertools.product(book["heads"], book["tails"])),
        ]
    found = list(dict.fromkeys(found))
    n = next(n for n in range(len(found), 1, -1) if all(n % d for d in range(2, math.isqrt(n) + 1)))
    return np.array(found[:n], object)


def picked(tracks, turn, artists):
    """A title per track: each artist goes through the language's titles in steps of their own.

    Object array of text.
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
    """A title of the season for each festive track, object array of text; a second round through
    them is called Pt. 2.
    """
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


def albums(tracks, titles, others):
    """The name of each track's release: its most heard track, or for half of the longer ones a name
    of its own.
    """
    release = tracks["album_id"].to_numpy()
    order = np.lexsort((-tracks["weight"].to_numpy(), release))
    best, size = order[np.flatnonzero(np.diff(release[order], prepend=-1))], np.bincount(release)
    lead = np.flatnonzero(np.diff(release, prepend=-1))
    own = (
        (size >= 3)
        & (draw("album", tracks["key"].to_numpy()[lead]) >= TITLE_TRACK)
        & ~tracks["festive"].to_numpy()[lead]
    )
    return np.where(own, others[lead], titles[best])[release]
