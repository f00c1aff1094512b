"""Who is credited on a song: the primary artist, and the featured artists that are named."""

import re

import numpy as np
import pandas as pd

from ..names import first_spellings, folded, normalised
from .columns import starts
from .loop_types import MOST_GUESTS

MARK = r"(?:feat|ft|featuring)\b\.?\s*"
# "(feat. X)", "[ft. X]" or " - feat. X" in a title; X ends at a bracket or at the next " - "
NO_BRACKET = r"[^()\[\]（）【】]"
GUESTS = re.compile(
    rf"(?:[(\[（【]\s*|\s[-–—]\s){MARK}({NO_BRACKET}+?)(?=\s[-–—]\s|(?!{NO_BRACKET}))",
    re.IGNORECASE,
)
# "A feat. X" or "A (feat. X)" in the cell of an artist
ARTIST_GUESTS = re.compile(rf"(?<!\d)\s+[(\[（【]?{MARK}(.+?)[)\]）】]?$", re.IGNORECASE)
# Between two artists. "A & the B" and "A and his B" are one artist.
SEPARATOR = re.compile(
    r"\s*[,;]\s*(?:(?:&|and)\s+)?|\s+(?:&|and)\s+(?!(?:the|his|her|their)\s)", re.IGNORECASE
)


def split_credits(artist, title, known=frozenset()):
    """Who made a song? Its primary artist and its featured artists, [text, ...], the primary first.

    artist, title  cells of a songs file
    known          `folded` names that are artists of the catalogue; none of them is divided, so
                   that "feat. Ode & Ivy" is one artist if Ode & Ivy have songs of their own

    Featured artists stand behind "feat.", "ft." or "featuring": in the title in brackets or after
    " - ", as often as they occur, or at the end of the artist. Several are divided at commas,
    semicolons, "&" and "and". Each artist is credited once: a guest who is also the primary artist
    is not a guest. At most MOST_GUESTS guests are credited, the first ones.
    """
    primary, of_artist = primary_artist(artist)
    texts = [*of_artist, *GUESTS.findall(normalised(title))]
    names = [primary, *(name for text in texts for name in split_names(text, known))]
    return list(dict.fromkeys(first_spellings(names)))[: 1 + MOST_GUESTS]


def primary_artist(artist):
    """The primary artist of an artist cell, and the texts that name guests in it, a list."""
    artist = normalised(artist)
    guests = ARTIST_GUESTS.search(artist)
    return (artist[: guests.start()], [guests[1]]) if guests else (artist, [])


def split_names(text, known=frozenset()):
    """The artists that a text names, normalised: a list. known: as in `split_credits`."""
    names = []
    while text := normalised(text):
        cuts = [(cut.start(), cut.end()) for cut in SEPARATOR.finditer(text)]
        heads = [*cuts, (len(text), len(text))]
        end, rest = next(
            (head for head in reversed(heads) if folded(text[: head[0]]) in known), heads[0]
        )
        names.append(text[:end])
        text = text[rest:]
    return [name for name in names if name]


# -- credits as columns ----------------------------------------------------------------------------


def credited_songs(songs):
    """Songs and their artists by number: three results.

    songs    a songs table as from `load_songs`

    Returns the number of each song's primary artist, int64, (N,); the names of all artists, a list,
    primary artists first, each in its first spelling; and the guests, as from `guests_of`.
    """
    known = {folded(primary_artist(artist)[0]) for artist in songs["artist"]}
    credits = [
        split_credits(artist, title, known)
        for artist, title in zip(songs["artist"], songs["title"])
    ]
    primary = [names[0] for names in credits]
    featured = [name for names in credits for name in names[1:]]
    numbers, names = pd.factorize(np.array(first_spellings([*primary, *featured]), object))
    track = np.repeat(np.arange(len(credits)), [len(names) - 1 for names in credits])
    guests = pd.DataFrame({"track": track, "artist": numbers[len(primary) :]})
    return numbers[: len(primary)], list(names), guests


def guests_of(featured):
    """Featured artists, one row each, in order of track: a DataFrame of track and artist, int64.

    featured  number of the featured artist of each track, -1 if there is none; int, (N,)
    """
    track = np.flatnonzero(np.asarray(featured) >= 0)
    return pd.DataFrame({"track": track, "artist": np.asarray(featured)[track]})


def guest_lists(guests, n_tracks):
    """Guests as the compiled loop reads them: two arrays.

    Returns where the list of each track begins in the second array, int64, (N,), -1 if the track
    has no guest; and all lists, int32, each followed by -1.
    """
    counts = np.bincount(guests["track"], minlength=n_tracks)
    has_guests = counts > 0
    first = starts(counts + has_guests)
    lists = np.full(first[-1], -1, np.int32)
    turn = np.arange(len(guests)) - starts(counts)[guests["track"]]
    lists[first[guests["track"]] + turn] = guests["artist"]
    return np.where(has_guests, first[:-1], -1), lists


def all_credits(tracks, guests):
    """Every credit: a DataFrame of track, artist and role, by track, the primary artist first.

    role is its code, see `schema.SYMBOLS`.
    """
    primary = pd.DataFrame({"track": np.arange(len(tracks)), "artist": tracks["artist_id"]})
    both = pd.concat([primary.assign(role=0), guests.assign(role=1)], ignore_index=True)
    return both.sort_values("track", kind="stable", ignore_index=True)
