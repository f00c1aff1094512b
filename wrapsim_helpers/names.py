"""Names of songs, artists, genres and people: one spelling to show, one to compare.

Two spellings of a name are the same name if they differ in case, in blanks, in invisible
characters, or in how an accent is encoded (NFC or NFD).
"""

import unicodedata

# characters without width that no script needs inside a name: soft hyphen, zero-width space,
# word joiner, byte order mark
INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF))


def normalised(text):
    """A name as it is shown: composed accents (NFC), single blanks, no blank at either end."""
    return " ".join(unicodedata.normalize("NFC", text.translate(INVISIBLE)).split())


def folded(text):
    """A name as it is compared: `normalised`, without case."""
    return unicodedata.normalize("NFC", normalised(text).casefold())


def first_spellings(names):
    """Each name in the first spelling of it among the names, normalised: a list of text."""
    shown = {}
    return [shown.setdefault(folded(name), normalised(name)) for name in names]
