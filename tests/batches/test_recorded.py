"""Values that a notebook records: which are taken, how they are stored, how they are read."""

import datetime

import nbformat
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.batches import recorded


@pytest.mark.parametrize(
    "given, stored",
    [
        (12313, 12313),
        (True, True),
        ("Pop", "Pop"),
        (None, None),
        (float("nan"), None),
        (np.float64(1.5), 1.5),
        (np.int64(7), 7),
        (pa.scalar(7), 7),
        (pd.Timestamp("2025-01-02"), "2025-01-02T00:00:00"),
        (datetime.date(2025, 1, 2), "2025-01-02"),
        (np.array([1, 2]), [1, 2]),
        ((1, "a", [None]), [1, "a", [None]]),
    ],
)
def test_a_value_is_stored_as_json_can_hold_it(given, stored):
    assert recorded.value_to_record("x", given) == stored


@pytest.mark.parametrize(
    "value, error, words",
    [
        (
            pd.DataFrame({"a": [1]}),
            TypeError,
            "x is of type DataFrame; record a number, text, truth value, date or None, or a list "
            "of them. Write a table to a file in out_dir instead.",
        ),
        ({"a": 1}, TypeError, "x is of type dict"),
        (float("inf"), ValueError, "x is inf; record a finite number, or None."),
    ],
)
def test_a_value_that_no_table_could_hold_is_refused(value, error, words):
    with pytest.raises(error, match=words):
        ws.record("x", value)


@pytest.mark.parametrize("name", ["", "  ", "a" * 101, 3])
def test_a_name_that_no_column_could_have_is_refused(name):
    with pytest.raises(
        (ValueError, TypeError), match='name is .* must be text.* such as "minutes"'
    ):
        ws.record(name, 1)


def book_with(*values):
    """A notebook with an output for each (name, value)."""
    bundles = [recorded.Recorded(*value)._repr_mimebundle_() for value in values]
    outputs = [
        nbformat.v4.new_output("display_data", data, metadata=shown) for data, shown in bundles
    ]
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell("", outputs=outputs)]
    nbformat.validate(book)
    return nbformat.reads(nbformat.writes(book), 4)


def test_recorded_values_are_read_again_and_the_last_of_a_name_counts():
    book = book_with(("minutes", 1), ("top", ["a", "b"]), ("minutes", 2))
    assert recorded.recorded_values(book) == {"minutes": 2, "top": ["a", "b"]}


def test_a_recorded_value_shows_as_a_line_of_text():
    output = book_with(("minutes", 12313)).cells[0].outputs[0]
    assert output.data["text/plain"] == "minutes = 12313"


def test_a_recorded_value_has_the_format_of_scrapbook():
    output = book_with(("minutes", 1)).cells[0].outputs[0]
    assert output.data["application/scrapbook.scrap.json+json"] == {
        "name": "minutes",
        "data": 1,
        "encoder": "json",
        "version": 1,
    }
    assert output.metadata["scrapbook"] == {"name": "minutes", "data": True, "display": False}
