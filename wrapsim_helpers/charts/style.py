"""The style of the notebooks' charts: the finding as title, the source below."""

import io
from typing import cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import ScalarFormatter

from ..cards import fonts
from ..cards.canvas import broken
from ..cards.card import Card
from ..cards.themes import GREY, INK, RUST, WHITE
from ..cards.words import count
from ..checking import front_door

SIZE, DPI, LEFT = (7.2, 4.05), 144, 0.1
TITLE, TEXT, SMALL = 15, 11, 9  # points
DATA, ACCENT, HAIRLINE, BAND = "#8C8794", RUST, "#D9D6DE", "#E9E6EC"


def chart(title, source):
    """Empty axes with a title and a source; `finish` turns them into a picture.

    title   the finding: a sentence with its number
    source  where the numbers come from and how they were counted
    """
    return ruled(blank_axes(title, source).add_axes((LEFT, 0.17, 0.96 - LEFT, 0.66)))


def side_by_side(title, source, names):
    """A list of axes, one for each of two or more names, from left to right, with shared scales."""
    gap = 0.04
    width = (0.96 - LEFT + gap) / len(names) - gap
    grid = {"left": LEFT, "right": 0.96, "bottom": 0.17, "top": 0.75, "wspace": gap / width}
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


def blank_axes(title, source):
    """A figure with a title in one or two lines and the source in grey below."""
    figure = Figure(figsize=SIZE, dpi=DPI, facecolor=WHITE)
    FigureCanvasAgg(figure)
    lines = broken(title, "bold", TITLE, 0.94 * 72 * SIZE[0], 2)
    for i, line in enumerate(lines):
        y = (0.915, 0.93)[len(lines) - 1] - 0.068 * i
        figure.text(0.02, y, line, fontsize=TITLE, color=INK, gid="title")
    figure.text(0.02, 0.03, source, fontsize=SMALL, color=GREY, gid="source")
    return figure


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
    alt  one sentence with the numbers; "" takes the title
    """
    figure = cast(Figure, ax.figure)
    for each in figure.axes:
        plain(each)
        freeze(each.xaxis)
        freeze(each.yaxis)
    for text in figure.findobj(Text):
        typeface(text)
    title = " ".join(text.get_text() for text in figure.texts if text.get_gid() == "title")
    png, alt = io.BytesIO(), alt or title
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
