"""Named values that a notebook records in its own executed file, and how they are read again.

The format is that of the package scrapbook (a JSON payload in an output of the cell), so that other
tools can read the values too.
"""

import datetime
import math
from typing import Any, NamedTuple

from ..checking import front_door, python_value

MIME = "application/scrapbook.scrap.json+json"
LONGEST_NAME = 100  # characters
PLAIN = (str, int, float, bool, type(None))


class Recorded(NamedTuple):
    """A named value as an output of a cell: a line of text for people, a payload for programs."""

    name: str
    value: Any

    def __repr__(self):
        return f"{self.name} = {self.value!r}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        payload = {"name": self.name, "data": self.value, "encoder": "json", "version": 1}
        shown_as = {"name": self.name, "data": True, "display": False}
        return {"text/plain": repr(self), MIME: payload}, {"scrapbook": shown_as}


@front_door
def record(name, value):
    """Record a named value in the executed notebook; `wrapsim batch` collects the values of all
    sets as results.parquet and results.csv, one row per set.

    It works in every notebook: under papermill, in JupyterLab, in a batch. A name that is recorded
    again replaces the earlier value.

    name   text, which becomes the name of a column, such as "minutes"
    value  a number, text, truth value, date or None, or a list of them; NumPy and Arrow values are
           converted, and a missing value such as NaN becomes None
    Raises TypeError for any other value, ValueError for a name that is empty or longer than 100
    characters, and for an infinite number.
    """
    from IPython.display import display

    display(Recorded(check_record_name(name), value_to_record(name, value)))


def check_record_name(name):
    """The name of a recorded value, unchanged. Raises ValueError or TypeError if it is none."""
    if not isinstance(name, str):
        raise TypeError(f'name is {name!r}; it must be text, such as "minutes".')
    if not name.strip() or len(name) > LONGEST_NAME:
        raise ValueError(
            f"name is {name!r:.60}; it must be text of 1 to {LONGEST_NAME} characters, such as "
            f'"minutes".'
        )
    return name


def value_to_record(name, value):
    """A value as JSON can store it, see `record`."""
    plain = value.as_py() if hasattr(value, "as_py") else python_value(value)
    plain = plain.tolist() if hasattr(plain, "tolist") else plain
    if isinstance(plain, list | tuple):
        return [value_to_record(name, entry) for entry in plain]
    if isinstance(plain, datetime.date | datetime.time):
        return plain.isoformat()
    if isinstance(plain, PLAIN):
        return finite(name, plain)
    raise TypeError(
        f"{name} is of type {type(value).__name__}; record a number, text, truth value, date or "
        f"None, or a list of them. Write a table to a file in out_dir instead."
    )


def finite(name, value):
    """A plain value, None for NaN. Raises ValueError if it is infinite."""
    if isinstance(value, float) and math.isinf(value):
        raise ValueError(f"{name} is {value}; record a finite number, or None.")
    return None if isinstance(value, float) and math.isnan(value) else value


def recorded_values(book):
    """name -> value of everything that an executed notebook recorded, in the order of the cells.

    book  as from `nbformat.read`
    """
    outputs = (output for cell in book.cells for output in cell.get("outputs", ()))
    payloads = (output.get("data", {}).get(MIME) for output in outputs)
    return {
        payload["name"]: payload.get("data")
        for payload in payloads
        if isinstance(payload, dict) and "name" in payload
    }
