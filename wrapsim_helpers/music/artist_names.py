"""Names of invented artists, in the style of their language."""

import functools
import math

import numpy as np

from ..names import folded
from ..streams import choose, decision, uniform
from .draws import draw
from .labels import words
from .phrases import phrases, words_by_list

NAME_KINDS = {"person": 0.55, "band": 0.33, "coined": 0.12}  # assumed
KINDS_OF_BANDS = {"band": "bands", "coined": "coined"}  # kind -> its forms in words.json


def with_names(artists, seed, taken):
    """Artists with a name each, in the style of their language.

    A name that is taken, or used before, gets a numeral.
    """
    kinds = name_kinds(artists)
    books = np.where(kinds == "person", artists["country"].map(naming), artists["language"])
    names = np.empty(len(artists), object)
    for (book, kind), group in artists.groupby([books, kinds], sort=True):
        pieces, join = name_pieces(book, kind)
        names[group.index] = combined(pieces, join, len(group), seed, f"{book} {kind}")
    artists.insert(0, "artist", with_numerals(names, taken))
    return artists


def naming(country):
    """Where the names of a country's people are in words.json: the country, or its language."""
    return country if country in words()["people"] else words()["countries"][country]


def name_kinds(artists):
    """Kind of each artist's name, text.

    When a language has no unused band or coined names left, the kind is "person".
    """
    kind = choose(draw("name", artists["key"]), list(NAME_KINDS.values()))
    kinds = np.where(artists["noise"], "noise", np.array(list(NAME_KINDS))[kind])
    for (language, kind), rows in artists.groupby([artists["language"], kinds]).indices.items():
        if kind in KINDS_OF_BANDS:
            kinds[rows[len(band_names(language, kind)) :]] = "person"
    return kinds


@functools.cache
def band_names(language, kind):
    """Names of bands, or coined names, of a language: a list of text; empty if it has none."""
    forms = words()["languages"][language].get(KINDS_OF_BANDS[kind], [])
    return phrases(forms, language)


def name_pieces(book, kind):
    """Lists of text from which names of a kind are joined, and the text that joins them."""
    if kind == "noise":
        return words()["noise"]["names"], " "
    if kind in KINDS_OF_BANDS:
        return [band_names(book, kind)], ""
    given, family = (words_by_list(book)[part] for part in ("given", "family"))
    join = words()["languages"].get(book, {"join": " "})["join"]
    return ([given, family], join) if join else ([family, given], join)


def combined(pieces, join, n, seed, name):
    """n names, each joined from one piece of every list: a list of text.

    All are different while there are unused combinations.
    """
    sizes = list(map(len, pieces))
    u = uniform(np.uint64(seed), decision(f"catalogue.{name}"), 0)
    places = np.unravel_index(spread(np.arange(n), u, math.prod(sizes)), sizes)
    columns = [np.array(texts, object)[place] for texts, place in zip(pieces, places)]
    return list(map(join.join, zip(*columns)))


def spread(turn, u, total):
    """A different number for each turn, far from the one before: int64, 0 to total - 1.

    u  uniform, where to start: one for all turns, or one each
    """
    step = next(
        step for step in range(int(total * 0.618) + 1, 2 * total + 2) if math.gcd(step, total) == 1
    )
    return ((np.asarray(u) * total).astype(np.int64) + turn * step) % total


def with_numerals(names, taken):
    """The same names, made unique: the second `NAME` becomes `NAME II`, and so on.

    Names are compared by `folded`.
    """
    counts = dict.fromkeys(map(folded, taken), 1)
    unique = []
    for name in names:
        key = folded(name)
        counts[key] = counts.get(key, 0) + 1
        unique.append(name if counts[key] == 1 else f"{name} {numeral(counts[key])}")
    return unique


def numeral(number):
    """Roman numeral of a number up to 399, Arabic numeral above."""
    if number >= 400:
        return str(number)
    tens = ("", "X", "XX", "XXX", "XL", "L", "LX", "LXX", "LXXX", "XC")
    ones = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
    return "C" * (number // 100) + tens[number // 10 % 10] + ones[number % 10]
