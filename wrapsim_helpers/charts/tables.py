"""Tables of the notebooks: at most ten rows, columns named in words, one style of numbers."""

import datetime
import html
import numbers
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..cards.words import count, day, minutes_text, percent_text
from ..checking import front_door
from ..latin import latin_form
from ..wrapped import Story

MOST_ROWS = 10
CAPTION = [{"selector": "caption", "props": "caption-side: bottom; text-align: left"}]


@front_door
def in_words(table: pd.DataFrame, columns: dict | None = None, rows=MOST_ROWS):
    """The first rows of a table as people read them, for a notebook cell; a pandas Styler.

    columns  column -> its name in words, in the order to show; None for all columns. Shares, of a
             column that ends in "share" or a name that ends in "%", are shown as percentages, and
             milliseconds, of a column "ms_...", as whole minutes
    rows     how many rows, at most 10; the caption says how many there are
    Names and titles in other scripts are shown in Latin letters.
    """
    names = columns or {column: str(column).replace("_", " ") for column in table}
    shown = table[list(names)].head(min(rows, MOST_ROWS))
    cells = pd.DataFrame(
        {name: shown[column].map(cell_of(column, name)) for column, name in names.items()},
        dtype=object,
    )
    style = cells.style.format(escape="html").hide(axis="index").set_table_styles(CAPTION)
    style.set_table_styles(
        {name: aligned(shown[column]) for column, name in names.items()}, overwrite=False
    )
    if len(table) == len(shown):
        return style
    return style.set_caption(f"{len(shown)} of {count(len(table))} rows")


def aligned(column):
    """The CSS of a column: numbers to the right, all else to the left."""
    side = "right" if is_number(column) else "left"
    props = f"text-align: {side}; max-width: 44em; white-space: normal"
    return [{"selector": "", "props": props}]


@dataclass(frozen=True)
class Paragraph:
    """Sentences as a notebook shows them: lines break between words."""

    text: str

    def _repr_html_(self):
        return f'<p style="max-width:720px">{html.escape(self.text)}</p>'


@front_door
def paragraph(text: str):
    """Sentences for a notebook cell, as a `Paragraph`."""
    return Paragraph(text)


def is_number(column):
    """Whether a column holds numbers, not truth values."""
    kind = pd.api.types
    return kind.is_numeric_dtype(column) and not kind.is_bool_dtype(column)


def cell_of(column, name):
    """The function that turns the values of a column into text. name: its name in words"""
    if str(column).startswith("ms_"):
        return minutes_cell
    return share_text if name.endswith("%") or str(column).endswith("share") else cell_text


def minutes_cell(ms):
    """Milliseconds as whole minutes, as on the cards."""
    return count(minutes_text(ms))


def share_text(value):
    """A share as text: 0.34 -> "34 %"; a dash for NaN."""
    return percent_text(value) if value == value else "\u2013"


def cell_text(value):
    """A value of any type as people read it; a dash if it is missing."""
    if isinstance(value, (tuple, list, np.ndarray)):
        return ", ".join(map(cell_text, value)) or "\u2013"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if value is None or value != value or value == "":
        return "\u2013"
    if isinstance(value, numbers.Number):
        return number_text(value)
    if isinstance(value, datetime.date):
        return date_and_time(value)
    return "none" if value == "None" else latin_form(str(value))


def number_text(value):
    """A number with at most three digits behind a small one: 12 345, 12.3, 0.182."""
    if value == round(value) or abs(value) >= 1000:
        return "\u2212" * (value < 0) + count(abs(value))
    return f"{value:.3g}".replace("-", "\u2212")


def date_and_time(value):
    """A date, or a local time to the minute, as text: "25 May 2025, 09:30"."""
    date = f"{day(value)} {value.year}"
    return f"{date}, {value:%H:%M}" if isinstance(value, datetime.datetime) else date


@front_door
def explained(story: Story, names):
    """How some insights of a story were counted: a table of `Story.explain`. Insights without rows
    are left out.
    """
    known = [name for name in names if len(story.tables.get(name, ()))]
    rows = [(name.replace("_", " ").capitalize(), story.explain(name)) for name in known]
    table = pd.DataFrame(rows, columns=["insight", "explanation"])
    return in_words(table, {"insight": "insight", "explanation": "how it was counted"})
