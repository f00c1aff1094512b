"""The card of the artists of a listener whom few others play."""

import numpy as np

from ..wrapped.rare_artists import RARE_PERCENT
from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    directions,
    page,
    polygons,
    reading_line,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import shown
from .words import count, counted, of_100, words_on

FIVE, LAST_ROW, ROW_PITCH = 5, 1468, 100  # artists; the baseline of the last, distance of rows
TOP, LARGEST, SMALLEST = 600, 360, 24  # of the discs; diameters above five rows; pixels
ROLES = {"artists": "all artists", "rare": "rare"}  # of the discs
GAP, TO_TEXT, TO_DISC = 24, 36, 48  # pixels, also from a disc to its number and on to the next disc


def draw_rare_artists(ax, story, theme="press"):
    """Which artists of the listener do few others play? A disc of all artists, and one of the rare
    ones beside it; their areas are the numbers. Below, the rarest artists, then by streams.
    """
    look = page(ax, story, "rare_artists", theme, words_of_rare_artists(story))
    artists = story.tables["rare_artists"]
    numbers = {"artists": artists["n_artists"].iloc[0], "rare": artists["n_rare"].iloc[0]}
    n_rows = min(len(artists), FIVE)
    first_row, left = LAST_ROW - ROW_PITCH * (n_rows - 1), LEFT
    high = LARGEST + ROW_PITCH * (FIVE - n_rows)
    largest, middle = min(high, widest(numbers)), TOP + high / 2
    for (name, n), paint in zip(numbers.items(), (look.mark, look.accent)):
        size = max(largest * np.sqrt(n / numbers["artists"]), SMALLEST)
        circle = directions(np.linspace(0, 1, 97)[:-1]) * size / 2
        polygons(ax, [circle + (left + size / 2, middle)], paint, ROLES[name])
        left += size + TO_TEXT
        write(ax, left, middle - 8, count(n), NAME, "hero", look.text, "value")
        write(ax, left, middle + 44, name, RULE, "text", look.quiet, "unit")
        left += width_of_number(n, name) + TO_DISC
    for i, artist in enumerate(artists[:FIVE].itertuples()):
        row_of_rare(ax, look, first_row + ROW_PITCH * i, artist)
    same_size(ax, "name")
    return ax


def widest(numbers):
    """The largest diameter at which both discs and their numbers fit side by side, pixels."""
    texts = sum(width_of_number(n, name) + TO_TEXT for name, n in numbers.items())
    share = np.sqrt(numbers["rare"] / numbers["artists"])
    return (MEASURE - texts - TO_DISC - SMALLEST) / (1 + share)


def width_of_number(n, name):
    """Width of a number and of the word below it, pixels."""
    return max(width(count(n), "hero", NAME), width(name, "text", RULE))


def row_of_rare(ax, look, y, artist):
    """Write a rare artist and who else streams them."""
    colour, who = look.loud if artist.rank == 1 else look.text, others_in_words(artist.n_others)
    write(ax, RIGHT, y, who, RULE, "text", look.text, "value", ha="right")
    room = MEASURE - GAP - width(who, "text", RULE)
    name = shown(artist.artist), (NAME, READING), "name", colour, "name", room
    write_name(ax, LEFT, y, *name)


def others_in_words(n):
    """Who streams a rare artist: "only you", "you and 2 others"."""
    return f"you and {counted(n, 'other')}" if n else "only you"


def fans_in_words(n, n_all):
    """Who else streams the first rare artist, of n_all other listeners, as a sub-line."""
    streams = "streams" if n == 1 else "stream"
    if n_all == 1 and not n:
        return "The other listener does not stream it"
    return f"{count(n) if n else 'None'} of {counted(n_all, 'other')} {streams} this artist"


def words_of_rare_artists(story):
    """The words of the card `rare_artists`."""
    artists = story.tables["rare_artists"]
    first = artists.iloc[0]
    name, plays = shown(first["artist"]), counted(first["n_whole"], "play")
    share = of_100(first["n_rare"] / first["n_artists"])
    said = "; ".join(
        f"{a.rank} {a.artist}, {counted(a.n_whole, 'play')}, {others_in_words(a.n_others)}"
        for a in artists[:FIVE].itertuples()
    )
    return words_on(
        story,
        "Rare artists",
        headline=named_headline(name, plays),
        sub=fans_in_words(int(first["n_others"]), int(first["n_listeners"]) - 1),
        reading=(
            reading_line(f"{plays} of {name}.", f"{plays} of this artist."),
            reading_line(
                f"{count(first['n_rare'])} of {counted(first['n_artists'], 'artist')} are rare.",
                f"{share} of 100 artists are rare.",
            ),
        ),
        rule=f"Rarest first. At most {RARE_PERCENT} of 100 others stream each.",
        before=f"{counted(first['n_artists'], 'artist')}, {count(first['n_rare'])} rare, among "
        f"{counted(first['n_listeners'] - 1, 'other listener')}. {said}.",
    )
