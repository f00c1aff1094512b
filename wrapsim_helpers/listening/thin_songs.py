"""The note on a thin songs file: what a catalogue of few artists and genres does to a run."""

import collections
import functools
import warnings

import pandas as pd
import pyarrow.compute as pc

from ..music.families import favourite_family
from ..music.genres import POOLS, SMALL_POOL, membership
from ..parameters import WIDE
from ..people.survey_shares import GENRE_NAMES

# with 4,000 artists, the top artists of two listeners overlap more than twice as much as published;
# with 9,000 artists less (`taste_overlap_pairs`, measured with 300 listeners over three months)
FEW_ARTISTS = 9_000
# survey genres of any label: by age or popularity
UNLABELLED = [genre for genre, (lowest, _, _) in POOLS.items() if lowest is None]


def say_thin_songs(name, catalogue):
    """Warn if the catalogue of a songs file of this name is thin; once in a process."""
    text = thin_text(name, scarce_genres(catalogue.tracks), catalogue.artists)
    if text:
        warn_once(text)


@functools.cache
def warn_once(text):
    """Give a warning, unless the process gave the same one before."""
    warnings.warn(text, stacklevel=2)


def scarce_genres(tracks):
    """Survey genres of which a table of tracks has fewer than SMALL_POOL: genre -> number.

    A genre that is a family has the tracks of the family; similar sound does not count.
    """
    dated = pd.DataFrame(
        {"year": pc.year(tracks["release_date"]), "popularity": tracks["popularity"]}
    )
    families = collections.Counter(tracks["family"].to_pylist())
    named = {genre: favourite_family(genre) for genre in GENRE_NAMES}
    sizes = {genre: families[family] for genre, family in named.items() if family}
    sizes |= {genre: int(membership(dated, genre).sum()) for genre in UNLABELLED}
    return {genre: size for genre, size in sizes.items() if size < SMALL_POOL}


def thin_text(name, scarce, artists):
    """What a catalogue is too thin for, as a warning; "" if it is not thin.

    name  of the songs file;  scarce  from `scarce_genres`;  artists  the table of artists
    """
    few = artists.num_rows < FEW_ARTISTS
    if not (scarce or few):
        return ""
    nowhere = pc.sum(pc.equal(artists["country"], "")).as_py()
    sentences = {
        f"It has few tracks of {sizes_text(scarce)}: listeners with such a favourite genre repeat "
        f"the same tracks, or play other genres.": scarce,
        f"It has only {artists.num_rows:,} artists: listeners share more favourites than people "
        f"do.": few,
        f"{nowhere:,} artists have no known country: listeners cannot prefer these as music of "
        f"their own country.": nowhere,
    }
    return " ".join(
        [
            f"{name} makes a thin catalogue.",
            *(sentence for sentence, applies in sentences.items() if applies),
            f"Give catalogue_tracks={WIDE}, which adds invented music around these songs, or a "
            f"songs file with more artists.",
        ]
    )


def sizes_text(sizes):
    """Names with numbers as text: "Rap (35), K-pop (0)"."""
    return ", ".join(f"{name} ({size})" for name, size in sizes.items())
