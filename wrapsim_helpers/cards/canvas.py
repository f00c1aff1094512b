"""The canvas of a card. Positions and sizes are pixels of 1080 x 1920.

Everything drawn has a role as its gid ("kicker", "hero", "bars"). A text that lies on a shape on
purpose has the label "on" and the role of the shape ("on bars").
"""

import unicodedata
from functools import lru_cache

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from . import fonts
from .themes import THEMES, Paint, check_theme

WIDTH, HEIGHT = 1080, 1920
LEFT, RIGHT = 84, 996
MEASURE = RIGHT - LEFT
RULE, READING, NAME, SUB = 36, 44, 54, 72
HEADLINES, HEROES = (122, 108), (364, 243, 162)
EDGE = 4


# ---------------------------------------------------------------- words


@lru_cache(4096)
def width(text, face, size):
    """Width of a line of text in pixels, without drawing it."""
    font = get_font(fonts.chain(text, face))
    font.set_size(size, 72)
    font.set_text(text, 0, flags=LoadFlags.FORCE_AUTOHINT)
    return font.get_width_height()[0] / 64


def fits_width(text, face, size, room=MEASURE):
    """Whether a line of text is at most as wide as the room, pixels."""
    return width(text, face, size) <= room


def first_that_fits(texts, face, size, room=MEASURE):
    """The first text that is at most as wide as the room, else the last text."""
    return next((text for text in texts if fits_width(text, face, size, room)), texts[-1])


def reading(*texts):
    """The first text that fits as a reading line: at most 40 characters, and in bold no wider than
    the card's text area.
    """
    return first_that_fits([text for text in texts if len(text) <= 40] or texts, "bold", READING)


def one_line(*headlines):
    """The first headline that fits on one line."""
    return first_that_fits(headlines, "hero", HEADLINES[-1])


def write(ax, x, y, text, size, face, colour, role, ha="left", on=""):
    """Write one line of text on its baseline. `on` names the shape that it lies on.

    Left-aligned text starts with its ink at x: the white space left of the first letter is cut.
    """
    px = ax.get_window_extent().height / HEIGHT
    flush = fonts.bearing(text[0], face) * size if ha == "left" and text else 0
    return ax.text(
        x - flush,
        y,
        text,
        fontsize=size * px * 72 / ax.figure.dpi,
        color=colour,
        ha=ha,
        va="baseline",
        fontfamily=fonts.families(text, face),
        fontweight="normal",
        fontstyle="normal",
        parse_math=False,
        usetex=False,
        gid=role,
        label=f"on {on}" if on else "",
        zorder=5,
    )


def write_name(ax, x, y, name, sizes, face, colour, role, room, lines=1, leading=54, on=""):
    """Write a name so that it fits: smaller, then on two lines, then cut with an ellipsis.

    Returns the number of lines.
    """
    size, parts = fit_name(name, tuple(sizes), face, room, lines)
    for i, part in enumerate(parts):
        write(ax, x, y + i * leading, part, size, face, colour, role, on=on)
    return len(parts)


@lru_cache(4096)
def fit_name(name, sizes, face, room, lines=1):
    """(size, lines of text): the largest size at which the name fits on one line, else the last
    size and the name broken into lines.
    """
    for size in sizes:
        if fits_width(name, face, size, room):
            return size, (name,)
    return sizes[-1], broken(name, face, sizes[-1], room, lines)


def broken(name, face, size, room, lines):
    """The name broken into at most so many lines; the last one ends with an ellipsis if text is
    left.
    """
    if fits_width(name, face, size, room):
        return (name,)
    if lines == 1:
        return (cut_text(name, face, size, room, tail="…"),)
    head = cut_text(name, face, size, room)
    if not name[len(head) :].startswith(" "):
        head = head.rpartition(" ")[0].rstrip() or head
    return head, *broken(name[len(head) :].strip(), face, size, room, lines - 1)


def cut_text(name, face, size, room, tail=""):
    """The longest start of the name that fits, by binary search; combining marks stay with their
    letter.
    """
    low, high = 1, len(name)
    while low < high:
        middle = (low + high + 1) // 2
        fit = fits_width(name[:middle].rstrip() + tail, face, size, room)
        low, high = (middle, high) if fit else (low, middle - 1)
    while 1 < low < len(name) and unicodedata.category(name[low])[0] == "M":
        low -= 1
    return name[:low].rstrip(" ,;:-(&") + tail


# ---------------------------------------------------------------- shapes


def polygons(ax, corners, paints, role, zorder=2):
    """Draw filled shapes, one collection per paint.

    corners  sequence of (n, 2) arrays, pixels;  paints  one Paint, or one per shape
    """
    paints = [paints] * len(corners) if hasattr(paints, "face") else paints
    for paint in dict.fromkeys(paints):
        chosen = [c for c, p in zip(corners, paints, strict=True) if p == paint]
        add_shapes(ax, PolyCollection(chosen, **style(ax, paint)), role, zorder)


def rectangles(ax, x, y, w, h, paints, role, zorder=2):
    """Draw bars by left, top, width and height; each a number or an array, pixels."""
    x, y, w, h = np.broadcast_arrays(x, y, w, h)
    corners = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], -1).reshape(-1, 4, 2)
    polygons(ax, list(corners), paints, role, zorder)


def dots(ax, x, y, diameter, paint, role, zorder=2):
    """Draw discs by centre and diameter, pixels."""
    x, y, d = (v.ravel() for v in np.broadcast_arrays(x, y, diameter))
    at = {"offsets": np.c_[x, y], "offset_transform": ax.transData}
    add_shapes(
        ax,
        EllipseCollection(d, d, np.zeros(len(d)), units="xy", **at, **style(ax, paint)),
        role,
        zorder,
    )


def lines(ax, paths, colours, thickness, role, zorder=2, cap="butt"):
    """Draw open lines, each an (n, 2) sequence of pixels; one colour, or one per line."""
    collection = LineCollection(
        [np.asarray(p, float) for p in paths],
        colors=colours,
        linewidths=points(ax, thickness),
        capstyle=cap,
        joinstyle="round",
    )
    add_shapes(ax, collection, role, zorder)


def wedges(ax, x, y, inner, outer, start, stop, paints, role, steps=2, zorder=2):
    """Draw ring sectors. Angles are in turns, clockwise, 0 at the top; all arguments but x and y
    may be arrays.
    """
    inner, outer, start, stop = np.broadcast_arrays(inner, outer, start, stop)
    turn = 2 * np.pi * (start[:, None] + (stop - start)[:, None] * np.linspace(0, 1, steps))
    arc = np.stack([np.sin(turn), -np.cos(turn)], -1)
    rings = np.concatenate([arc * outer[:, None, None], arc[:, ::-1] * inner[:, None, None]], 1) + (
        x,
        y,
    )
    polygons(ax, list(rings), paints, role, zorder)


def add_shapes(ax, collection, role, zorder):
    """Add a collection of shapes to a card, with its role."""
    collection.set(gid=role, zorder=zorder)
    ax.add_collection(collection, autolim=False)


def style(ax, paint):
    """A Paint as matplotlib's arguments."""
    edged = paint.edge != "none"
    return {
        "facecolors": paint.face,
        "edgecolors": paint.edge,
        "hatch": paint.hatch,
        "linewidths": points(ax, EDGE) if edged else 0,
    }


def points(ax, px):
    """Card pixels as points, for line widths."""
    return px * ax.get_window_extent().height / HEIGHT * 72 / ax.figure.dpi


# ---------------------------------------------------------------- the page


def page(ax, story, card, theme, words, sizes=None):
    """Draw everything around the picture: ground, kicker, headline or hero number, sub-line,
    reading lines, rule.

    sizes  font sizes of the hero number, or of the headline if there is no hero number
    Returns the card's Look. The label of the axes is the alt text.
    """
    look = THEMES[check_theme(theme)][card]
    blank_card(ax, look)
    ax.set_label(words.alt)
    write(ax, LEFT, 330, words.kicker, READING, "text", look.text, "kicker")
    wordmark(ax, story, look)
    hero(ax, words, look, sizes or HEROES) if words.hero else headline(
        ax, words, look, sizes or HEADLINES
    )
    for i, line in enumerate(words.reading):
        y, face = 1614 - 54 * (len(words.reading) - 1 - i), "text" if i else "bold"
        write(ax, LEFT, y, line, READING, face, look.text, "reading")
    write(ax, LEFT, 1660, words.rule, RULE, "text", look.quiet, "rule")
    return look


def blank_card(ax, look):
    """Set the axes' coordinates to the pixels of a card, and remove ticks and frame."""
    ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), xticks=[], yticks=[], facecolor=look.ground)
    for spine in ax.spines.values():
        spine.set_visible(False)


def headline(ax, words, look, sizes):
    """Draw the headline in the largest size that fits, and the sub-line under it."""
    two = len(fit_name(words.headline, tuple(sizes), "hero", MEASURE, 2)[1]) - 1
    write_name(
        ax, LEFT, 470 - 40 * two, words.headline, sizes, "hero", look.loud, "headline", MEASURE, 2
    )
    if words.sub:
        write(ax, LEFT, 548, words.sub, NAME, "text", look.text, "sub")


def hero(ax, words, look, sizes):
    """Draw the hero number in the largest size that fits, and the headline under it."""
    size = next((s for s in sizes if fits_width(words.hero, "hero", s)), sizes[-1])
    base = 382 + round(0.72 * size)
    write(ax, LEFT, base, words.hero, size, "hero", look.loud, "hero")
    write(ax, LEFT, base + 96, words.headline, SUB, "name", look.text, "headline")


def wordmark(ax, story, look):
    """Draw the small year disc right of the kicker; with fewer days the rays are thicker."""
    x, y, n_days = RIGHT - 48, 314, (story.tables["calendar"]["ms_played"] > 0).sum()
    thickness, rim = np.clip(400 / max(n_days, 1), 1.2, 4), 48
    if look.badge != look.ground:
        dots(ax, x, y, 96, Paint(look.badge), "signature")
        rim = 42
    year_disc(ax, story, look, x, y, 8, rim, "signature", thickness, longest=0.9)


def year_disc(ax, story, look, x, y, inner, outer, role, thickness=3, longest=1.0):
    """Draw the year as 365 rays: angle = day, length = minutes, colour = the month's top genre
    (three genres, and one colour for all other genres).

    thickness  of a ray, pixels;  longest  quantile of the days whose ray reaches the rim
    """
    calendar = story.tables["calendar"]
    ms = calendar["ms_played"].to_numpy(float)
    if not len(ms) or not ms.max() > 0:
        return
    days = max(len(ms), 365)  # a shorter window gives an open circle
    turn = 2 * np.pi * (np.arange(len(ms)) + 0.5) / days
    ends = inner + (outer - inner) * np.minimum(ms / np.quantile(ms[ms > 0], longest), 1)
    out = np.c_[np.sin(turn), -np.cos(turn)]
    rays = np.stack([out * inner, out * ends[:, None]], 1)[ms > 0] + (x, y)
    colours = [
        look.disc[rank]
        for rank, has_music in zip(month_ranks(story, calendar["date"]), ms > 0)
        if has_music
    ]
    lines(ax, rays, colours, thickness, role, zorder=3)


def month_ranks(story, dates):
    """For every day, the index of its month's top genre in `disc_genres`; 3 for other genres."""
    rank = {g: i for i, g in enumerate(disc_genres(story))}
    genre = dict(zip(*(story.tables["monthly_genres"][c] for c in ("month", "genre")), strict=True))
    return [rank.get(genre.get(d.month), 3) for d in dates]


def disc_genres(story):
    """The three genres that are the top genre of most months; ties by their rank in the year."""
    months = story.tables["monthly_genres"]["genre"].value_counts()
    rank = story.tables["top_genres"].set_index("genre")["rank"].to_dict()
    return sorted(months.index, key=lambda g: (-months[g], rank.get(g, len(rank) + 1), g))[:3]
