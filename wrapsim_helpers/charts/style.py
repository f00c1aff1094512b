"""The style of the notebooks' charts: the finding as title, the source below."""

import io
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, ScalarFormatter

from ..cards import fonts
from ..cards.canvas import broken
from ..cards.card import Card
from ..cards.themes import GREY, INK, RUST, WHITE
from ..cards.words import THIN, count
from ..checking import front_door

SIZE, DPI = (7.2, 4.4), 144
LEFT, RIGHT, BOTTOM, TOP = 0.1, 0.96, 0.19, 0.795  # of the axes, shares of the picture
TITLE, TEXT, SMALL = 15, 11, 9  # points
# inches: of a title of one or two lines from the top, from line to line, of the source from below
FIRST_LINE, LINE, SOURCE = (0.37, 0.31), 0.3, 0.13
DATA, ACCENT, HAIRLINE, BAND = "#8C8794", RUST, "#D9D6DE", "#E9E6EC"


def chart(title, source):
    """Empty axes with a title and a source; `finish` turns them into a picture.

    title   the finding: a sentence with its number
    source  where the numbers come from and how they were counted
    """
    return ruled(blank_axes(title, source).add_axes(frame(LEFT)))


def frame(left):
    """The place of the axes that begin at `left`: (left, bottom, width, height)."""
    return left, BOTTOM, RIGHT - left, TOP - BOTTOM


def side_by_side(title, source, names):
    """A list of axes, one for each of two or more names, from left to right, with shared scales."""
    gap = 0.04
    width = (RIGHT - LEFT + gap) / len(names) - gap
    grid = {"left": LEFT, "right": RIGHT, "bottom": BOTTOM, "top": 0.74, "wspace": gap / width}
    figure = blank_axes(title, source)
    axes = figure.subplots(1, len(names), sharex=True, sharey=True, gridspec_kw=grid)
    for ax, name in zip(axes, names):
        ruled(ax).set_title(name, loc="left", fontsize=TEXT, color=INK)
    return list(axes)


def ruled(ax):
    """Draw horizontal hairlines behind the data; `ax.grid(False)` removes them."""
    ax.grid(axis="y", color=HAIRLINE, linewidth=0.6)
    ax.set_axisbelow(True)
    return ax


def blank_axes(title, source, size=SIZE):
    """A figure with a title in one or two lines and the source in grey below."""
    figure = Figure(figsize=size, dpi=DPI, facecolor=WHITE)
    FigureCanvasAgg(figure)
    lines = broken(title, "bold", TITLE, 0.94 * 72 * size[0], 2)
    for i, line in enumerate(lines):
        y = 1 - (FIRST_LINE[len(lines) - 1] + LINE * i) / size[1]
        figure.text(0.02, y, line, fontsize=TITLE, color=INK, gid="title")
    figure.text(0.02, SOURCE / size[1], source, fontsize=SMALL, color=GREY, gid="source")
    return figure


def units(ax, x="", y=""):
    """Write the units of the axes: x below the axis, y above it, where nobody turns the head."""
    ax.set_xlabel(x, fontsize=SMALL, labelpad=2)
    if y:
        ax.text(0, 1.03, y, transform=ax.transAxes, color=GREY, fontsize=SMALL, gid="unit")
    return ax


def tell(ax, numbers):
    """Add the chart's numbers to its alt text: sentences that follow the title."""
    ax.figure.set_label(numbers)
    return ax


def series_text(names, values):
    """Names with their values as text: "Pop 12 %, Rap 3 %". values: texts"""
    return ", ".join(f"{name} {value}" for name, value in zip(names, values))


def percent(share):
    """A share as text: 0.34 -> "34 %", with a thin space."""
    return f"{100 * share:.0f}{THIN}%"


def percent_axis(axis):
    """Set the ticks of an axis to round percentages."""
    axis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axis.set_major_formatter(lambda share, _: f"{round(100 * share, 1):g}{THIN}%")


def end_labels(ax, x, entries):
    """Write labels behind the ends of lines, so far apart that none covers another.

    entries  (y, text, colour) of each line; the axes keep their limits
    """
    low, high = ax.get_ylim()
    gap, place = 0.075 * (high - low), -np.inf
    for y, text, colour in sorted(entries):
        place = max(y, place + gap)
        note(ax, x, place, text, colour)


def band(ax, x, low, high, name=""):
    """Draw the expected range behind the data, with a name above its highest point."""
    ax.fill_between(x, low, high, color=BAND, linewidth=0, zorder=0)
    top = int(np.argmax(high))
    return note(ax, x[top], high[top], name, GREY, ha="center", va="bottom")


def note(ax, x, y, text, colour=INK, ha="left", va="center"):
    """Write a label next to the data, instead of a legend."""
    return ax.text(x, y, text, color=colour, fontsize=TEXT, ha=ha, va=va)


@front_door
def finish(ax: Axes, alt=""):
    """Finish a chart and return the picture with its alt text, for a notebook. The finished chart
    has no box, no tick marks, and the project's typeface.

    ax   axes from `chart`, or any axes from `side_by_side`
    alt  one sentence with the numbers; "" takes the title and the numbers of `tell`
    """
    figure = cast(Figure, ax.figure)
    for each in figure.axes:
        plain(each)
        freeze(each.xaxis)
        freeze(each.yaxis)
    for text in figure.findobj(Text):
        typeface(text)
    title = " ".join(text.get_text() for text in figure.texts if text.get_gid() == "title")
    numbers = figure.get_label()
    png, alt = io.BytesIO(), alt or (f"{title}. {numbers}" if numbers else title)
    figure.savefig(png, metadata={"Title": title, "Description": alt, "Software": None})
    return Card(title, alt, png.getvalue(), width=720)


def plain(ax):
    """Remove the box, the tick marks and the grid of a chart, and write numbers plainly."""
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines["bottom"].set_color(DATA)
    ax.xaxis.label.set_color(GREY)
    ax.tick_params(which="both", length=0, labelsize=TEXT, labelcolor=GREY)
    if isinstance(ax.yaxis.get_major_formatter(), ScalarFormatter):
        ax.yaxis.set_major_formatter(lambda value, _: number(value))


def number(value):
    """The text of a tick: a count as on cards, with a minus sign, not a hyphen."""
    text = count(abs(value)) if value == round(value) else f"{abs(value):g}"
    return f"\u2212{text}" if value < 0 else text


def freeze(axis):
    """Replace tick labels with letters that no font can draw by their Latin forms."""
    labels = [label.get_text() for label in axis.get_ticklabels()]
    if any(label and fonts.shown(label) != label for label in labels):
        axis.set_ticks(axis.get_ticklocs(), labels=[fonts.shown(label) for label in labels])


def typeface(text):
    """Set the text face with its fallbacks, titles in bold, and no mathematical typesetting."""
    words = fonts.shown(text.get_text()) if text.get_text() else ""
    text.set(
        text=words,
        parse_math=False,
        fontfamily=fonts.families(words, "bold" if text.get_gid() == "title" else "text"),
        fontweight="normal",
    )
