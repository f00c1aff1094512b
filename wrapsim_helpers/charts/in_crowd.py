"""The chart of one listener in the crowd."""

import numpy as np
from matplotlib.patheffects import withStroke
from matplotlib.ticker import LogLocator, NullLocator

from ..cards.canvas import width
from ..cards.fonts import shown
from ..cards.themes import INK, WHITE
from ..cards.words import count, counted_minutes
from ..instants import MINUTE_MS
from .style import ACCENT, DATA, DPI, HAIRLINE, TEXT, chart, note, percent, percent_axis

SOURCE = (
    "Minutes, and share of the streams in the listener's top genre. One dot per listener of this "
    "run; lines: medians."
)
SIZES = {DATA: 16, INK: 36, ACCENT: 90}  # areas of dots, square points
MARGIN = 1.6  # factor between the outermost listeners and the ends of the axis
APART, RADIUS = 9, 3  # points: from a dot to its name; of a dot
# sides of a dot at which a name may stand: (horizontal, vertical) alignment, (right, up)
SIDES = (
    ("left", "center", 1, 0),
    ("right", "center", -1, 0),
    ("center", "bottom", 0, 1),
    ("center", "top", 0, -1),
)


def draw_in_crowd(crowd, listener_id, named=()):
    """Where in the crowd is a listener? Minutes, and the share of their streams that is one genre;
    one dot per listener, this one in the accent colour.

    crowd  DataFrame, as from `minutes_and_genre`
    named  numbers of further listeners, in ink and with their names
    """
    ids = crowd["listener_id"]
    colours = np.where(ids == listener_id, ACCENT, np.where(ids.isin(list(named)), INK, DATA))
    crowd = crowd.assign(colour=colours)
    mine = crowd[ids == listener_id]
    ax = chart("".join(map(finding, mine.itertuples())) or f"{len(crowd):,} listeners", SOURCE)
    crowd_axes(ax, crowd["ms_played"] / MINUTE_MS)
    draw_medians(ax, crowd)
    for colour, size in SIZES.items():
        places = points_of(crowd[crowd["colour"] == colour])
        ax.scatter(*places.T, s=size, color=colour, linewidth=0, zorder=3)
    name_dots(ax, crowd, crowd[crowd["colour"] != DATA])
    return ax


def finding(row):
    """The title: the two measures of a listener."""
    share = percent(row.top_genre_share)
    name = shown(row.name, latin=row.name_latin)
    return f"{name}: {counted_minutes(row.ms_played)}, {share} of the streams in one genre"


def points_of(crowd):
    """Minutes and share of the top genre of listeners, (L, 2)."""
    return np.c_[crowd["ms_played"] / MINUTE_MS, crowd["top_genre_share"]]


def crowd_axes(ax, minutes):
    """Set the scales of both axes: minutes by powers of ten, shares in percent."""
    ax.set(xscale="log", xlabel="minutes", ylim=(-0.02, 1.02))
    ax.set_xlim(minutes.min() / MARGIN, minutes.max() * MARGIN)
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: count(value))
    percent_axis(ax.yaxis)
    ax.grid(False)


def draw_medians(ax, crowd):
    """Draw a hairline at the median of each measure."""
    minutes, share = np.median(points_of(crowd), axis=0)
    ax.axvline(minutes, color=HAIRLINE, linewidth=1, zorder=0)
    ax.axhline(share, color=HAIRLINE, linewidth=1, zorder=0)


# -- names -----------------------------------------------------------------------------------------


def name_dots(ax, crowd, marked):
    """Write the first name beside each marked dot, on the side where it meets fewest dots and
    names; see `best_side`. marked: rows of the crowd
    """
    dots = ax.transData.transform(points_of(crowd)) * 72 / DPI
    frame, names = ax.get_window_extent().extents * 72 / DPI, []
    for number, row in zip(np.flatnonzero(crowd.index.isin(marked.index)), marked.itertuples()):
        name = shown(row.name, latin=row.name_latin).split()[0]
        boxes = [box_at(dots[number], side, width(name, "text", TEXT)) for side in SIDES]
        side = best_side(boxes, dots, names, frame)
        names.append(boxes[side])
        write_beside(ax, dots[number], SIDES[side], name, row.colour)


def write_beside(ax, dot, side, name, colour):
    """Write a name at a side of a dot, with a halo in the ground's colour. dot: x, y, points"""
    ha, va, right, up = side
    at = (dot + APART * np.array([right, up])) * DPI / 72
    text = note(ax, *ax.transData.inverted().transform(at), name, colour, ha=ha, va=va)
    text.set_path_effects([withStroke(linewidth=3, foreground=WHITE)])


def best_side(boxes, dots, names, frame):
    """Number of the box that costs least: a dot in it costs 1, another name or the frame 100; of
    equal ones, the first.
    """
    costs = [
        sum(meet(box, [*(dot - RADIUS), *(dot + RADIUS)]) for dot in dots)
        + 100 * (sum(meet(box, name) for name in names) + (not inside(box, frame)))
        for box in boxes
    ]
    return int(np.argmin(costs))


def box_at(dot, side, room):
    """The box of a name beside a dot, points: left, bottom, right, top."""
    ha, va, right, up = side
    x, y = dot[0] + right * APART, dot[1] + up * APART
    left = x - {"left": 0, "center": room / 2, "right": room}[ha]
    bottom = y - {"bottom": 0, "center": TEXT / 2, "top": TEXT}[va]
    return np.array([left, bottom, left + room, bottom + TEXT])


def inside(box, frame):
    """Whether a box lies within a frame."""
    return bool((box[:2] >= frame[:2]).all() and (box[2:] <= frame[2:]).all())


def meet(box, other):
    """Whether two boxes overlap."""
    return box[0] < other[2] and box[1] < other[3] and other[0] < box[2] and other[1] < box[3]
