"""Tables of the notebooks: columns named in words, numbers as on the cards, at most ten rows."""

import pandas as pd
from pandas.api import types

from ..cards.words import count, day, minutes_text, percent_text
from ..checking import front_door
from ..wrapped import Story

MOST_ROWS = 10


@front_door
def shown_table(rows, names: dict):
    """Columns of a table for a notebook: named in words, without the index, numbers on the right,
    at most ten rows.

    rows   DataFrame
    names  {column: name in words}, in order. A column ms_... is shown in whole minutes, ...share in
           percent, a time as its day, and any other number as on the cards
    Returns a pandas Styler.
    """
    table = rows[list(names)].head(MOST_ROWS)
    formats = {words: formatter(name, table[name]) for name, words in names.items()}
    styles = [aligned(i, table[name]) for i, name in enumerate(names)]
    styler = table.rename(columns=names).style.hide(axis="index")
    return styler.format(formats, escape="html").set_table_styles(styles)


def aligned(column, values):
    """CSS of a column of a Styler: numbers right, texts left. column: its number"""
    side = "right" if is_quantity(values) else "left"
    props = [("text-align", side), ("max-width", "44em"), ("white-space", "normal")]
    return {"selector": f"td.col{column}, th.col{column}", "props": props}


def is_quantity(values):
    """Whether a column holds numbers or times."""
    return types.is_numeric_dtype(values) or types.is_datetime64_any_dtype(values)


def formatter(name, values):
    """The function that makes a text of each value of a column, or None for texts."""
    if types.is_datetime64_any_dtype(values):
        return day
    if not types.is_numeric_dtype(values):
        return None
    return count_minutes if name.startswith("ms_") else share_or_count(name)


def share_or_count(name):
    """The function that makes a text of a share or of another number."""
    return percent_text if name.endswith("share") else count


def count_minutes(ms):
    """Milliseconds as whole minutes, with thin spaces."""
    return count(minutes_text(ms))


@front_door
def explained(story: Story, names):
    """How some insights of a story were counted: a table of `Story.explain`. Insights without rows
    are left out.
    """
    known = [name for name in names if len(story.tables.get(name, ()))]
    rows = [(name.replace("_", " ").capitalize(), story.explain(name)) for name in known]
    table = pd.DataFrame(rows, columns=["insight", "explanation"])
    return shown_table(table, {"insight": "Insight", "explanation": "How it was counted"})
