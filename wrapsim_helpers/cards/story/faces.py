"""Fonts of a page: of each font file the characters that the page uses, as CSS with WOFF inside."""

import base64
import io
from collections import defaultdict
from functools import lru_cache

from fontTools import subset
from fontTools.ttLib import TTFont

from ..fonts import glyphs

SETTINGS = {
    "flavor": "woff",
    "notdef_outline": True,
    "desubroutinize": True,  # smaller after compression
    "hinting": False,
    "name_IDs": [],
    "drop_tables": ["DSIG", "FFTM", "meta"],
    "ignore_missing_unicodes": True,
}


def used_characters(texts):
    """Font file -> the characters that it draws, a frozenset.

    texts  (words, font files) of every text; a character is drawn by the first file that has it
    """
    used = defaultdict(set)
    for words, paths in texts:
        for character in words:
            drawn_by = next((path for path in paths if ord(character) in glyphs(path)), paths[0])
            used[drawn_by].add(character)
    return {path: frozenset(characters) for path, characters in used.items()}


def family_names(used):
    """Font file -> name of its family on the page, by the order of first use: f0, f1, ..."""
    return {path: f"f{i}" for i, path in enumerate(used)}


def font_faces(used):
    """The CSS of all fonts of a page, from `used_characters`."""
    return "".join(
        f"@font-face{{font-family:{name};src:url(data:font/woff;base64,"
        f"{base64.b64encode(woff(path, used[path])).decode()})}}"
        for path, name in family_names(used).items()
    )


@lru_cache(64)
def woff(path, characters):
    """A font file with some of its characters alone, as WOFF; the same bytes each time."""
    options = subset.Options(**SETTINGS)
    font = TTFont(path, fontNumber=0, lazy=True, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*map(ord, characters), ord(" ")])
    subsetter.subset(font)
    font.flavor, data = "woff", io.BytesIO()
    font.save(data)
    return data.getvalue()
