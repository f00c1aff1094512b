"""Families of genres: about ten groups that hold every genre label of a catalogue.

They are the genres that survey respondents name as their favourite, as far as these are genres and
not all music, old songs or new ones, and four more for what respondents do not name. The family of
the favourite genre "Melody" is called "Ballads", which listeners know as a genre. The table
data/behaviour/genre_families.csv has the family of each label with the reason.
"""

import functools

import numpy as np
import pandas as pd

from ..names import folded
from ..people.survey_shares import GENRE_NAMES
from ..resources import resource

# favourite genres of the survey that any label can belong to, by age or popularity, or several
NO_FAMILY = ("All", "Classical & melody, dance", "Old songs", "Trending songs")
FAMILY_NAMES = {"Melody": "Ballads"}  # favourite genre -> name of its family, where they differ
OTHER = "Other"  # functional noise, festive music and labels of which no family is known
FAMILIES = (
    *(FAMILY_NAMES.get(genre, genre) for genre in GENRE_NAMES if genre not in NO_FAMILY),
    "Folk & country",
    "Latin",
    "Soul & jazz",
    OTHER,
)


def favourite_family(genre):
    """Family of a favourite genre of the survey; "" for one of NO_FAMILY."""
    return "" if genre in NO_FAMILY else FAMILY_NAMES.get(genre, genre)


@functools.cache
def genre_families():
    """The family of each genre label of genre_families.csv: label -> family."""
    table = pd.read_csv(resource("data", "behaviour", "genre_families.csv"), keep_default_na=False)
    return dict(zip(table["genre"], table["family"]))


def family_of(genre):
    """Family of a genre label, one of FAMILIES.

    A label that is not in the table has the family of the longest label in which it ends:
    "norwegian hip hop" that of "hip hop". If there is none, it is OTHER.
    """
    known, words = genre_families(), folded(genre).split(" ")
    endings = (" ".join(words[first:]) for first in range(len(words)))
    return next((known[ending] for ending in endings if ending in known), OTHER)


def track_families(genres):
    """Family of each genre label: an object array of text. Each distinct label is looked up once.

    genres  text, (N,)
    """
    codes, labels = pd.factorize(np.asarray(genres, dtype=object))
    return np.array(list(map(family_of, labels)), object)[codes]
