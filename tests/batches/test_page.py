"""The page and the table of a batch, from results made by hand."""

from pathlib import Path

import nbformat
import pyarrow as pa
import pytest

from wrapsim_helpers.batches import page, results
from wrapsim_helpers.batches.jobs import BatchJob
from wrapsim_helpers.batches.results import SetResult, batch_table
from wrapsim_helpers.batches.side_by_side import DONE, FAILED, NOT_STARTED, UNCHANGED, Outcome


def result(name, status=DONE, given=None, folder=Path("out"), **rest):
    job = BatchJob(name, Path("n.ipynb"), given or {}, {}, folder)
    return SetResult(job, status, **rest)


@pytest.mark.parametrize(
    "value, text",
    [
        (7, "7"),
        (2025, "2025"),
        (12313, "12,313"),
        (0.123456, "0.1235"),
        (12313.6, "12,314"),
        (True, "yes"),
        (None, "missing"),
        ([1, "a"], "1, a"),
        ("", '""'),
    ],
)
def test_values_are_shown_in_one_style(value, text):
    assert page.value_for_people(value) == text


@pytest.mark.parametrize(
    "seconds, text", [(8.34, "8.3 s"), (60, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_times_are_shown_in_the_unit_that_fits(seconds, text):
    assert page.duration_text(seconds) == text


def test_what_all_sets_share_is_said_once():
    every = [result("a", given={"age": 1, "end": "x"}), result("b", given={"age": 2, "end": "x"})]
    assert page.shared_parameters(every) == {"notebook": "n", "end": "x"}
    assert page.shared_parameters(every[:1]) == {}


@pytest.mark.parametrize(
    "statuses, text",
    [
        ([DONE], "The set is done"),
        ([DONE, UNCHANGED], "All 2 sets are done"),
        ([DONE, FAILED], "1 of 2 sets are done, <b>1 failed</b>"),
        ([FAILED, NOT_STARTED], "0 of 2 sets are done, <b>1 failed, 1 not started</b>"),
    ],
)
def test_the_headline_counts_the_sets(statuses, text):
    assert page.page_headline([result("a", status) for status in statuses]) == text


def test_names_and_errors_cannot_break_the_page(tmp_path):
    every = [
        result("a", FAILED, {"x": "<b>"}, tmp_path, error='<script>"'),
        result("b", values={"y": "</table>"}, folder=tmp_path, given={"x": "$css"}),
    ]
    text = page.write_page(every, tmp_path, "<my>.yaml", 3, 1).read_text(encoding="utf-8")
    assert "&lt;my&gt;.yaml" in text and "&lt;script&gt;&quot;" in text and "$css" in text
    assert text.count("<script>") == 1 and text.count("</table>") == 1


def test_columns_of_different_kinds_become_text():
    every = [result("a", values={"x": 1, "y": [1]}), result("b", values={"x": "one", "z": 2.5})]
    table = batch_table(every)
    assert table["x"].to_pylist() == ["1", "one"]
    assert table["y"].to_pylist() == [[1], None] and table["z"].type == pa.float64()
    assert results.flat(table)["y"].to_pylist() == ["[1]", None]


def test_a_truth_value_is_no_number_in_the_table():
    every = [result("a", values={"x": True}), result("b", values={"x": 2})]
    assert batch_table(every)["x"].to_pylist() == ["true", "2"]


def test_a_name_that_is_taken_gets_a_longer_one():
    every = [result("a", given={"seconds": 1, "age": 2}, values={"age": 3, "error": "x"})]
    row = batch_table(every).to_pylist()[0]
    assert (row["parameter_seconds"], row["age"], row["recorded_age"]) == (1, 2, 3)
    assert row["recorded_error"] == "x" and row["error"] is None


def test_the_first_picture_is_that_of_the_first_cell_that_has_any():
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("")])
    assert results.first_picture(book) == ("", "")
    broken = {"text/html": '<img alt="A &amp; b" src="data:image/png;base64,AAAA">'}
    book.cells[0].outputs = [nbformat.v4.new_output("display_data", broken)]
    assert results.first_picture(book) == ("", "A &amp; b")


def test_a_failure_before_the_first_cell_does_not_show_what_an_earlier_notebook_recorded(tmp_path):
    failed = result("a", FAILED, folder=tmp_path).job
    nbformat.write(nbformat.v4.new_notebook(metadata={"wrapsim": {"seconds": 9}}), failed.output)
    outcome = Outcome(failed, FAILED, "the disk is full", 1.5)
    assert results.set_result(failed, outcome) == SetResult(failed, FAILED, "the disk is full", 1.5)
    assert results.set_result(failed).status == DONE and results.set_result(failed).seconds == 9
