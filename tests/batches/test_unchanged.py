"""Which sets are executed again, and why: everything that a result depends on, one at a time."""

import os

import nbformat
import pytest

from wrapsim_helpers.batches import jobs, unchanged

from .test_running import write_notebook


@pytest.fixture
def finished(tmp_path):
    """A job as a batch leaves it, with an input file and a file written; built without a kernel."""
    write_notebook(tmp_path / "n.ipynb")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.csv").write_text("1")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "b.csv").write_text("2")
    parameters = {
        "n": 1,
        "read_dir": str(tmp_path / "in"),
        "out_dir": str(tmp_path / "mine"),
    }
    job = jobs.BatchJob("a", tmp_path / "n.ipynb", parameters, parameters, tmp_path)
    store(job, error="")
    return job


def store(job, error):
    """Write the executed notebook of a job as a batch does."""
    facts = {
        "made_from": unchanged.made_from(job),
        "files": unchanged.state_of(job.out_dir),
        "error": error,
    }
    nbformat.write(nbformat.v4.new_notebook(metadata={"wrapsim": facts}), job.output)


def test_a_finished_set_is_not_executed_again(finished):
    assert unchanged.why_again(finished) == ""
    assert unchanged.why_again(finished, force=True) == "--force is given"


def test_a_failed_set_and_one_without_facts_are_executed_again(finished):
    store(finished, error="ValueError")
    assert unchanged.why_again(finished) == "it failed"
    finished.output.write_text("{}")
    assert unchanged.why_again(finished) == "no batch executed it before"


def test_each_part_of_a_set_is_compared(finished, tmp_path, monkeypatch):
    changed = finished._replace(parameters=finished.parameters | {"n": 2})
    assert unchanged.why_again(changed) == "its parameters changed"
    (tmp_path / "in" / "a.csv").write_text("3")
    os.utime(tmp_path / "in" / "a.csv", (1, 1))
    assert unchanged.why_again(finished) == "its input changed"
    store(finished, error="")
    (tmp_path / "mine" / "b.csv").unlink()
    assert unchanged.why_again(finished) == "its files changed"
    store(finished, error="")
    monkeypatch.setattr(unchanged, "package_hash", lambda: "another")
    assert unchanged.why_again(finished) == "wrapsim changed"
    write_notebook(tmp_path / "n.ipynb")
    book = nbformat.read(tmp_path / "n.ipynb", 4)
    nbformat.write(nbformat.v4.new_notebook(cells=book.cells[:2]), tmp_path / "n.ipynb")
    assert unchanged.why_again(finished) == "its notebook changed"


def test_caches_and_hidden_files_are_no_change(finished, tmp_path):
    (tmp_path / "mine" / "derived").mkdir()
    (tmp_path / "mine" / "derived" / "tally.parquet").write_text("x")
    (tmp_path / "mine" / ".wrapsim-files.json").write_text("x")
    assert unchanged.why_again(finished) == ""


def test_a_run_is_compared_by_its_manifest(tmp_path):
    (tmp_path / "run.json").write_text("one")
    before = unchanged.digest_of(str(tmp_path))
    (tmp_path / "plays.parquet").write_text("x")
    assert unchanged.digest_of(str(tmp_path)) == before
    (tmp_path / "run.json").write_text("two")
    assert unchanged.digest_of(str(tmp_path)) != before


@pytest.mark.parametrize(
    "given, words",
    [
        ({"out_dir": "s3://bucket/run"}, "files in an object store are not compared"),
        ({"read_dir": "s3://bucket/run"}, "files in an object store are not compared"),
    ],
)
def test_what_cannot_be_compared_is_executed_again(finished, given, words):
    job = finished._replace(parameters=finished.parameters | given)
    store(job, error="")
    assert unchanged.why_again(job) == words


def test_the_hash_of_the_package_follows_its_sources_and_data():
    files = {path.name for path in unchanged.visible_files(unchanged.PACKAGE)}
    assert {"unchanged.py", "index.css", "story.js"} <= files and len(
        unchanged.package_hash()
    ) == 16
