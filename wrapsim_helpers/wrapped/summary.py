"""The numbers of a story for programs: summary.json, typed and explained."""

import json

import pandas as pd

from ..checking import front_door
from ..storage.manifest import json_bytes
from ..storage.outputs import replaced_file, writable_output_folder
from .insights import INSIGHTS
from .story import Story

TYPES = {"i": "integer", "u": "integer", "f": "number", "b": "boolean", "M": "datetime"}
LISTENER = ("user_id", "name", "country", "city", "time_zone")


@front_door
def write_summary(story: Story, out_dir):
    """Write summary.json into a folder of cards; returns its path.

    It has the listener, the period, the rules, and for each insight its question, how it was
    counted, the type of each column (integer, number, boolean, text, date, datetime) and all rows.
    Raises the errors of `card_folder`.
    """
    path = writable_output_folder(out_dir) / "summary.json"
    with replaced_file(path) as temporary:
        temporary.write_bytes(json_bytes(story_summary(story)))
    return path


def story_summary(story):
    """The content of summary.json as a dict."""
    return {
        "listener": {name: story.listener[name] for name in LISTENER},
        "year": story.year,
        "edition": story.edition,
        "first_day": str(story.first_day),
        "last_day": str(story.last_day),
        "rules": vars(story.rules),
        "too_little": story.too_little,
        "insights": {name: insight_of(story, name) for name in story.tables if name in INSIGHTS},
    }


def insight_of(story, name):
    """One insight of summary.json as a dict."""
    table = story.tables[name]
    texts = table.assign(**{column: table[column].astype(str) for column in of_dates(table)})
    return {
        "question": INSIGHTS[name].question,
        "counted": story.explain(name),
        "columns": {column: type_of(table[column]) for column in table},
        "rows": json.loads(texts.to_json(orient="records", date_format="iso", double_precision=9)),
    }


def of_dates(table):
    """Names of the columns that hold dates."""
    return [column for column in table if type_of(table[column]) == "date"]


def type_of(column):
    """The type of a column as summary.json names it."""
    kind = pd.api.types.infer_dtype(column, skipna=True)
    known = {"string": "text", "date": "date", "boolean": "boolean", "empty": "text"}
    return TYPES.get(column.dtype.kind) or known.get(kind, kind)
