"""The canvas of a card. Positions and sizes are pixels of 1080 x 1920.

Everything drawn has a role as its gid ("kicker", "hero", "bars"). A text that lies on a shape on
purpose has the label "on" and the role of the shape ("on bars").
"""

import re
import unicodedata
from bisect import bisect
from functools import lru_cache

import numpy as np
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from ..wrapped.counting import Rules
from ..wrapped.insights import INSIGHTS
from . import fonts
from .themes import THEMES, Paint, check_theme

WIDTH, HEIGHT = 1080, 1920
LEFT, RIGHT = 84, 996
MEASURE = RIGHT - LEFT
KICKER_ROOM = MEASURE - 96 - 20  # pixels: as far as the year disc, and a gap
RULE, READING, NAME, SUB = 36, 44, 54, 72
HEADLINES, HEROES = (122, 108), (364, 243, 162)
LONG_HEADLINES = (96, 84, 72)  # sizes of a longer headline on one line
ON_TWO_LINES, TWO_LINES = 62, (424, 490)  # size of a headline on two lines, and their baselines
BESIDE_DISC = 790  # pixels; the first of two lines of a headline ends left of the small disc
BEHIND_HERO = (SUB, ON_TWO_LINES, NAME, READING)  # sizes of a headline under a hero number
SUB_SIZES, SUB_Y = (NAME, READING, RULE), 551  # of a sub-line, and its baseline
LOWER = 8  # pixels, of a sub-line of two lines below a headline of two lines
LEADING = 52  # between the lines of a name
EDGE = 4
UNIT = 100  # size at which texts are measured


# ---------------------------------------------------------------- words


def width(text, face, size):
    """Width of a line of text in pixels, without drawing it."""
    return unit_width(text, face) * size


@lru_cache(16384)
def unit_width(text, face):
    """Width of a line of text, as a multiple of its size. Measuring takes a third of a millisecond,
    so each text is measured once, at one size.
    """
    font = get_font(fonts.chain(text, face))
    font.set_size(UNIT, 72)
    font.set_text(text, 0, flags=LoadFlags.NO_HINTING)
    return font.get_width_height()[0] / 64 / UNIT


def fits_width(text, face, size, room=MEASURE):
    """Whether a line of text is at most as wide as the room, pixels."""
    return width(text, face, size) <= room


def first_that_fits(texts, face, size, room=MEASURE):
    """The first text that is at most as wide as the room, else the last text."""
    return next((text for text in texts if fits_width(text, face, size, room)), texts[-1])


def artists_that_fit(artists, room, start=""):
    """The text and the artists after it in the smallest size, without the last artists that do not
    fit; the first one stays. The alt text of a card has them all.

    artists  names with commas between them
    """
    names = artists.split(", ")
    texts = [start + ", ".join(names[:n]) for n in range(len(names), 0, -1)]
    return first_that_fits(texts, "text", RULE, room)


def reading_line(*texts):
    """The first text that fits as a reading line: at most 40 characters, and in bold no wider than
    the card's text area.
    """
    return first_that_fits([text for text in texts if len(text) <= 40] or texts, "bold", READING)


def one_line(*headlines):
    """The first headline that fits on one line."""
    return first_that_fits(headlines, "hero", HEADLINES[-1])


def fits_headline(*headlines):
    """The first headline of at most four words that fits on one line, else the last, which may take
    two lines.
    """
    return one_line(*[text for text in headlines if len(text.split(" ")) <= 4], headlines[-1])


def write(ax, x, y, text, size, face, colour, role, ha="left", on=""):
    """Write one line of text on its baseline. `on` names the shape that it lies on.

    Left-aligned text starts with its ink at x: the white space left of the first letter is cut.
    """
    flush = fonts.bearing(text[0], face) * size if ha == "left" and text else 0
    return ax.text(
        x - flush,
        y,
        fonts.from_left(text),
        fontsize=points(ax, size),
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


def write_centred(ax, x, y, text, size, face, colour, role):
    """Write one line of text centred at x, or as near as it fits between the margins."""
    length = width(text, face, size)
    left = np.clip(x - length / 2, LEFT, RIGHT - length)
    write(ax, left, y, text, size, face, colour, role)


def write_name(ax, x, y, name, sizes, face, colour, role, room, n_lines=1, lift=0, on=""):
    """Write a name so that it fits: smaller, then on two lines, then cut with an ellipsis. Two
    lines begin `lift` pixels higher than one.

    Returns (size, lines of text).
    """
    size, parts = fit_name(name, sizes, face, room, n_lines)
    for i, part in enumerate(parts):
        line_y = y - lift * (len(parts) - 1) + LEADING * i
        write(ax, x, line_y, part, size, face, colour, role, on=on)
    return size, parts


def same_size(ax, role, face="name"):
    """Set all left-aligned texts of a role, such as the names of a list, to their smallest size."""
    texts = [text for text in ax.texts if text.get_gid() == role]
    size = min((text.get_fontsize() for text in texts), default=0)
    for text in texts:
        letter = text.get_text().strip(fonts.LEFT_TO_RIGHT)[0]
        less = (text.get_fontsize() - size) / points(ax, 1)
        text.set(fontsize=size, x=text.get_position()[0] + fonts.bearing(letter, face) * less)


@lru_cache(4096)
def fit_name(name, sizes, face, room, n_lines=1):
    """(size, lines of text): the largest size at which the name fits on one line, else the last
    size and the name broken into lines.
    """
    size = next((size for size in sizes if fits_width(name, face, size, room)), sizes[-1])
    return size, broken(name, face, size, room, n_lines)


def broken(name, face, size, room, n_lines):
    """The name broken into at most so many lines; the last one ends with an ellipsis if text is
    left.
    """
    if fits_width(name, face, size, room):
        return (name,)
    if n_lines == 1:
        return (cut_text(name, face, size, room, tail="…"),)
    head = cut_text(name, face, size, room)
    if not name[len(head) :].startswith(" "):
        head = head.rpartition(" ")[0].rstrip() or head
    if head[-1].isdigit():
        head = head.rpartition(" ")[0].rstrip() or head
    return head, *broken(name[len(head) :].strip(), face, size, room, n_lines - 1)


def cut_text(name, face, size, room, tail=""):
    """The longest start of the name that fits, by binary search; combining marks stay with their
    letter.
    """

    def width_of_start(n):
        return width(name[:n].rstrip() + tail, face, size)

    n = 1 + bisect(range(2, len(name) + 1), room, key=width_of_start)
    while 1 < n < len(name) and unicodedata.category(name[n])[0] == "M":
        n -= 1
    return name[:n].rstrip(" ,;:-(&") + tail


# ---------------------------------------------------------------- shapes
# Later shapes lie on earlier ones.


def polygons(ax, corners, paints, role):
    """Draw filled shapes, one collection per paint.

    corners  sequence of (n, 2) arrays, pixels;  paints  one Paint, or one per shape
    """
    paints = [paints] * len(corners) if isinstance(paints, Paint) else paints
    for paint in dict.fromkeys(paints):
        chosen = [c for c, p in zip(corners, paints, strict=True) if p == paint]
        add_shapes(ax, PolyCollection(chosen, **style(ax, paint)), role)


def rectangles(ax, x, y, w, h, paints, role):
    """Draw bars by left, top, width and height; each a number or an array, pixels."""
    x, y, w, h = np.broadcast_arrays(x, y, w, h)
    corners = np.stack([x, y, x + w, y, x + w, y + h, x, y + h], -1)
    polygons(ax, corners.reshape(-1, 4, 2), paints, role)


def dots(ax, centres, diameter, paint, role):
    """Draw discs. centres: (x, y), or an (n, 2) array. diameter: one, or one per disc, pixels."""
    centres = np.atleast_2d(centres)
    d = np.broadcast_to(diameter, len(centres))
    at = {"offsets": centres, "offset_transform": ax.transData}
    add_shapes(ax, EllipseCollection(d, d, 0, units="xy", **at, **style(ax, paint)), role)


def lines(ax, paths, colours, thickness, role, cap="butt"):
    """Draw open lines, each an (n, 2) sequence of pixels; one colour, or one per line."""
    pen = {"colors": colours, "linewidths": points(ax, thickness), "joinstyle": "round"}
    add_shapes(ax, LineCollection(paths, capstyle=cap, **pen), role)


def wedges(ax, x, y, inner, outer, start, stop, paints, role):
    """Draw ring sectors. start, stop: angles in turns, see `directions`. inner, outer: one radius,
    or one per sector.
    """
    n_points = max(12, int(96 * np.max(np.abs(np.subtract(stop, start)), initial=0)))
    arc = directions(np.linspace(start, stop, n_points, axis=1))
    inner, outer = (np.reshape(radius, (-1, 1, 1)) for radius in (inner, outer))
    polygons(ax, np.hstack([arc * outer, arc[:, ::-1] * inner]) + (x, y), paints, role)


def directions(turns):
    """(x, y) of angles in turns, clockwise, 0 at the top."""
    return np.stack([np.sin(2 * np.pi * turns), -np.cos(2 * np.pi * turns)], -1)


def add_shapes(ax, collection, role):
    """Add a collection of shapes to a card, with its role."""
    collection.set(gid=role, zorder=2)
    ax.add_collection(collection, autolim=False)


def style(ax, paint):
    """A Paint as matplotlib's arguments."""
    return {
        "facecolors": paint.face,
        "edgecolors": paint.edge,
        "hatch": paint.hatch,
        "linewidths": points(ax, EDGE) if paint.edge != "none" else 0,
    }


def points(ax, pixels):
    """Card pixels as points, for line widths and fonts."""
    return pixels * ax.get_window_extent().width / WIDTH * 72 / ax.figure.dpi


# ---------------------------------------------------------------- the page


def fitting_kicker(kicker):
    """A kicker, without the days after its last comma if they would touch the year disc."""
    fits = fits_width(kicker, "text", READING, KICKER_ROOM)
    return kicker if fits else kicker.rpartition(", ")[0] or kicker


def page(ax, story, card, theme, words, sizes=None):
    """Draw everything around the picture: background, kicker, headline or hero number, sub-line,
    reading lines, rule.

    sizes  font sizes of the hero number, or of the headline if there is no hero number
    Returns the card's Look. The label of the axes is the alt text.
    """
    look = THEMES[check_theme(theme)][card]
    blank_card(ax, look)
    ax.set_label(words.alt)
    write(ax, LEFT, 330, fitting_kicker(words.kicker), READING, "text", look.text, "kicker")
    small_disc(ax, story, look)
    if words.hero:
        hero(ax, words, look, sizes or HEROES)
    else:
        headline(ax, words, look, sizes or HEADLINES)
    for i, line in enumerate(words.reading):
        y = 1614 - 54 * (len(words.reading) - 1 - i)
        write(ax, LEFT, y, line, READING, "text" if i else "bold", look.text, "reading")
    write(ax, LEFT, 1660, rule_of(story, words.rule, card), RULE, "text", look.quiet, "rule")
    return look


def rule_of(story, rule, card):
    """The rule of a card, without "Simulated." in the story of an imported history, and with the
    rules of counting that are not the default ones.
    """
    rule = rule.removesuffix("Simulated.").rstrip() if story.is_imported else rule
    if card not in INSIGHTS or story.rules == Rules():
        return rule
    rule = rule.replace("30 s", f"{story.rules.stream_ms / 1000:g} s")
    rule = rule.replace("local time", f"{story.rules.clock} time")
    added, alone = (sentence_on_rules(story.rules, INSIGHTS[card], text) for text in (rule, ""))
    return first_that_fits([f"{added} {rule}", alone], "text", RULE) if added else rule


def sentence_on_rules(rules, insight, rule):
    """The `rule_notes` as a sentence; "" if there are none."""
    notes = ", ".join(rule_notes(rules, insight, rule))
    return f"{notes[0].upper()}{notes[1:]}." if notes else ""


def rule_notes(rules, insight, rule):
    """Yield words on each of the `Rules` that applies to an insight, is not the default one,
    and is not in the rule of its card.
    """
    usual, shortest = Rules(), f"{rules.stream_ms / 1000:g} s"
    if rules.by != usual.by and "{order}" in insight.counted and "inutes" not in rule:
        yield "ranked by minutes"
    if rules.private and "{private}" in insight.left_out:
        yield "private plays too"
    is_other = rules.stream_ms != usual.stream_ms and "{seconds}" in insight.counted
    if is_other and shortest not in rule:
        yield f"plays from {shortest}"


def blank_card(ax, look, height=HEIGHT):
    """Set the axes' coordinates to the pixels of a card, and remove ticks and frame."""
    ax.set(xlim=(0, WIDTH), ylim=(height, 0), xticks=[], yticks=[], facecolor=look.ground)
    ax.spines[:].set_visible(False)


def headline(ax, words, look, sizes):
    """Draw the headline in the largest size that fits, if need be on two lines, and the sub-line
    under it.
    """
    size, parts = fit_name(words.headline, (*sizes, *LONG_HEADLINES), "hero", MEASURE)
    baselines = (470,)
    if parts[0].endswith("…"):
        (size, parts), baselines = two_lines(words.headline), TWO_LINES
    for y, part in zip(baselines, parts):
        write(ax, LEFT, y, part, size, "hero", look.loud, "headline")
    sub_lines(ax, words.sub, look, len(baselines) > 1)


def sub_lines(ax, text, look, is_small):
    """Write the sub-line in the largest size that fits; in reading size if it has two lines, or if
    the headline has two lines, which makes it small.
    """
    parts = [part for part in text.split("\n") if part]
    sizes = (READING,) if len(parts) > 1 else SUB_SIZES[is_small:]
    first = SUB_Y - 10 + LOWER * is_small if len(parts) > 1 else SUB_Y
    for i, part in enumerate(parts):
        at = LEFT, first + 46 * i
        write_name(ax, *at, part, sizes, "text", look.text, "sub", MEASURE)


def two_lines(text):
    """(size, lines) of a long headline, broken where the lines are most alike; cut with an ellipsis
    if it does not fit.
    """
    words = breakable(text)
    breaks = [(" ".join(words[:i]), " ".join(words[i:])) for i in range(1, len(words))]
    longest = {b: max(width(line, "hero", ON_TWO_LINES) for line in b) for b in breaks}
    if longest and min(longest.values()) <= BESIDE_DISC:
        return ON_TWO_LINES, min(longest, key=longest.get)
    return ON_TWO_LINES, broken(text, "hero", ON_TWO_LINES, BESIDE_DISC, 2)


def breakable(text):
    """The parts between which a text may break: words, with a number before one of them."""
    return re.split(r"(?<!\d) ", text)


def hero(ax, words, look, sizes):
    """Draw the hero number and the headline under it, each in the largest size that fits."""
    size, _ = fit_name(words.hero, sizes, "hero", MEASURE)
    base = 382 + round(0.72 * size)
    write(ax, LEFT, base, words.hero, size, "hero", look.loud, "hero")
    line = words.headline, BEHIND_HERO, "name", look.text, "headline", MEASURE
    write_name(ax, LEFT, base + 96, *line)


def small_disc(ax, story, look, x=RIGHT - 48, y=314):
    """Draw the small year disc, 96 pixels wide, by default right of the kicker."""
    rim = 48
    if look.badge != look.ground:
        dots(ax, (x, y), 96, Paint(look.badge), "signature")
        rim = 44
    year_disc(ax, story, look, x, y, 8, rim, "signature")


def key(ax, look, y, *entries, size=RULE):
    """Draw what colours mean, in one line from the left margin.

    entries  (Paint, width of the swatch, text) of each, and for a line its thickness; another
             swatch is as high as a capital letter
    """
    x, height = LEFT, round(0.72 * size)
    for paint, swatch, text, *thickness in entries:
        high = thickness[0] if thickness else height
        rectangles(ax, x, y - (height + high) / 2, swatch, high, paint, "key")
        write(ax, x + swatch + 16, y, text, size, "text", look.text, "key")
        x += swatch + 16 + width(text, "text", size) + 44


def daily(story):
    """(dates, milliseconds played) of the days of the period, as arrays."""
    days = story.tables["calendar"]
    return days["date"].to_numpy(), days["ms_played"].to_numpy()


def year_disc(ax, story, look, x, y, inner, outer, role):
    """Draw the year as twelve sectors, January right of the top: area = streams of the month,
    layers = families of genres from the inside: the three of most streams, then all others.
    Layers have no lines between them, which would hide thin ones.
    """
    streams = monthly_streams(story)
    ends = np.sqrt(inner**2 + (outer**2 - inner**2) * streams.cumsum(0) / streams.sum(0).max())
    start = np.arange(12) / 12 + 0.004
    for begin, end, colour in zip(np.vstack([np.full(12, inner), ends]), ends, look.disc):
        some = end > begin
        sectors = start[some], start[some] + 1 / 12 - 0.008, Paint(colour), role
        wedges(ax, x, y, begin[some], end[some], *sectors)


def monthly_streams(story):
    """Streams of `disc_families` and of all other families by month, (4, 12). All streams are of
    another family if no genre is known.
    """
    table, names = story.tables["monthly_families"], disc_families(story)
    if not len(table):
        days = story.tables["calendar"]
        table = days.assign(family="", month=[day.month for day in days["date"]])
    family, streams = table["family"].to_numpy(), np.zeros((4, 12))
    row = np.full(len(family), 3)
    for i, name in enumerate(names):
        row[family == name] = i
    month = (table["month"].to_numpy() - 1) % 12  # a period over two years goes on from 12
    np.add.at(streams, (row, month), table["n_streams"].to_numpy())
    return streams


def disc_families(story):
    """The three families of genres with most streams."""
    return story.tables["top_families"]["family"][:3].tolist()
