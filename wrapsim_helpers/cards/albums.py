"""The card of the top album: a mosaic with one tile per track."""

import numpy as np

from .canvas import (
    LEFT,
    LONG_HEADLINES,
    MEASURE,
    READING,
    SUB_SIZES,
    Paint,
    directions,
    fits_width,
    page,
    polygons,
    reading_line,
    rectangles,
    two_lines,
    width,
    write,
)
from .fonts import shown
from .words import count, counted, first_true, is_only_largest, span, words_on

TOP, HEIGHT, GAP = 620, 874, 12  # of the mosaic, and between its tiles, pixels
REACH = 0.82  # radius of the largest quarter disc, of the side of a tile; its number fits beside it
INSET = 16  # of a number from the corner of its tile
MOST_TILES = 36


def draw_top_albums(ax, story, theme="press"):
    """Which album did the listener play as an album?

    One tile per track, in the order of the album; the area of its quarter disc is the number of
    streams, which is written in the tile. A track that was not streamed is an open tile.
    """
    look = page(ax, story, "top_albums", theme, words_of_top_albums(story))
    n = np.asarray(story.first("top_albums")["track_streams"][:MOST_TILES])
    x, y, side = tiles(len(n))
    layer, turn = np.arange(len(n)) % 5, corner_of(x, y, side)
    for i in np.flatnonzero(n == 0):
        rectangles(ax, x[i], y[i], side, side, Paint(look.ground, look.text), "open")
    for i in np.flatnonzero(n):
        paint, colour = look.layers[layer[i]]
        plain = paint._replace(hatch=None)  # so that the number is easy to read
        rectangles(ax, x[i], y[i], side, side, plain, "tiles")
        radius = REACH * side * np.sqrt(n[i] / n.max())
        quarter(ax, (x[i], y[i]), side, turn[i], radius, look.layers[(layer[i] + 1) % 5][0])
        tile_number(ax, (x[i], y[i]), side, turn[i], count(n[i]), colour)
    return ax


def tiles(n):
    """Left, top (arrays) and side of n square tiles in rows."""
    columns = max(int(np.ceil(np.sqrt(n))), 2)
    rows = -(-n // columns)
    side = min((MEASURE + GAP) / columns, (HEIGHT + GAP) / rows) - GAP
    row, column = np.divmod(np.arange(n), columns)
    top = TOP + (HEIGHT + GAP - rows * (side + GAP)) / 2
    return LEFT + (side + GAP) * column, top + (side + GAP) * row, side


def corner_of(x, y, side):
    """The corner of each tile from which its quarter disc grows, clockwise from the upper left one:
    four tiles that meet form a ring.
    """
    right = np.round((x - LEFT) / (side + GAP)).astype(int) % 2
    low = np.round((y - y[0]) / (side + GAP)).astype(int) % 2
    return np.where(low, np.where(right, 0, 1), np.where(right, 3, 2))


def quarter(ax, corner, side, turn, radius, paint):
    """Draw a quarter disc in a corner of a tile (see `corner_of`)."""
    at = np.add(corner, side * np.array([(0, 0), (1, 0), (1, 1), (0, 1)])[turn])
    start = (0.25, 0.5, 0.75, 0.0)[turn]
    arc = directions(np.linspace(start, start + 0.25, 24)) * radius
    polygons(ax, [np.vstack([at, at + arc])], paint, "quarters")


def tile_number(ax, corner, side, turn, text, colour):
    """Write a number into the corner opposite to a quarter disc, if the tile has room."""
    x, y = corner
    if side < 2 * width(text, "bold", READING):
        return
    right, low = turn in (0, 3), turn in (0, 1)
    at = x + side - INSET if right else x + INSET
    base = y + side - INSET if low else y + INSET + 32
    ha = "right" if right else "left"
    write(ax, at, base, text, READING, "bold", colour, "value", ha=ha, on="tiles")


def words_of_top_albums(story):
    """The words of the card `top_albums`."""
    album = story.first("top_albums")
    name, artist = shown(album["album"], "title"), shown(album["artist"])
    tracks = heard_of(album)
    headline = named_headline(name, tracks)
    streams, best = album["track_streams"], int(np.argmax(album["track_streams"]))
    most, plays = counted(streams[best], "play"), ", ".join(count(n) for n in streams)
    return words_on(
        story,
        "Top album",
        headline=headline,
        reading=(
            reading_line(f"{tracks}, {counted(album['n_streams'], 'play')} in all.", f"{tracks}."),
            first_true(
                (is_only_largest(streams), f"Most: track {best + 1}, {most}."),
                f"At most {most} of one track.",
            ),
        ),
        rule=f"Plays by track, {span(story)}. Simulated.",
        before=f"{album['album']} by {album['artist']}.",
        after=f"Plays of each track: {plays}.",
        sub=sub_line(*[name] * (headline != name), artist),
    )


def heard_of(album):
    """How many tracks of an album were streamed, as text: "All 14 songs", "9 of 10 songs"."""
    n, n_tracks = album["n_heard"], album["n_tracks"]
    return f"All {count(n)} songs" if n == n_tracks else f"{count(n)} of {count(n_tracks)} songs"


def named_headline(*headlines):
    """The first headline of at most four words that fits on one line or two, else the last one."""
    short = [text for text in headlines if len(text.split(" ")) <= 4]
    fitting = (
        text
        for text in short
        if fits_width(text, "hero", LONG_HEADLINES[1]) or not two_lines(text)[1][-1].endswith("…")
    )
    return next(fitting, headlines[-1])


def sub_line(*parts):
    """A title and its artist as the sub-line: on one line if it fits in the smallest size of such
    lines, else one below the other.
    """
    text = ", ".join(parts)
    return text if fits_width(text, "text", SUB_SIZES[-1]) else "\n".join(parts)
