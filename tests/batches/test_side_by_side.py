"""The order in which sets start, and what ends them; without kernels, except one that hangs."""

import threading
import time
from pathlib import Path

import nbformat
import pytest

from wrapsim_helpers.batches import jobs, side_by_side
from wrapsim_helpers.batches.side_by_side import DONE, FAILED, NOT_STARTED, Limits, Outcome
from wrapsim_helpers.storage import outputs

from .test_running import write_notebook


def job(name, **needs):
    return jobs.BatchJob(name, Path("n.ipynb"), {}, {}, Path("out"), **needs)


@pytest.fixture
def carried_out(monkeypatch):
    """Ends jobs without a kernel: those whose name begins with "bad" fail. Returns a function that
    runs jobs: name -> status, and the lines ("start a", "end a") in order.
    """

    def run(every, **limits):
        lines, lock = [], threading.Lock()

        def carry_out(job, watch, limits):
            with lock:
                lines.append(f"start {job.name}")
            time.sleep(0.02)
            with lock:
                lines.append(f"end {job.name}")
            return Outcome(job, FAILED if job.name.startswith("bad") else DONE)

        monkeypatch.setattr(side_by_side, "carry_out_job", carry_out)
        monkeypatch.setattr(side_by_side, "look_at", lambda watches, timeout: None)
        outcomes = side_by_side.outcomes_of(every, Limits(**limits))
        return {outcome.job.name: outcome.status for outcome in outcomes}, lines

    return run


def test_a_set_waits_for_those_whose_files_it_reads(carried_out):
    every = [job("a"), job("b", needs=("a",)), job("c")]
    statuses, lines = carried_out(every, jobs=3)
    assert set(statuses.values()) == {DONE}
    assert lines.index("end a") < lines.index("start b")
    assert lines.index("start c") < lines.index("end a")


def test_what_needs_a_failed_set_is_not_started(carried_out):
    every = [job("bad"), job("b", needs=("bad",)), job("c", needs=("b",)), job("d")]
    assert carried_out(every, jobs=2)[0] == {
        "bad": FAILED,
        "b": NOT_STARTED,
        "c": NOT_STARTED,
        "d": DONE,
    }


def test_after_the_first_failure_no_set_starts_if_that_is_asked_for(carried_out):
    every = [job("a"), job("bad"), job("c"), job("d")]
    wanted = {"a": DONE, "bad": FAILED, "c": NOT_STARTED, "d": NOT_STARTED}
    assert carried_out(every, jobs=1, fail_fast=True)[0] == wanted
    assert carried_out(every, jobs=1)[0] == wanted | {"c": DONE, "d": DONE}


def test_no_more_sets_run_than_asked_for(carried_out):
    _, lines = carried_out([job(f"j{at}") for at in range(9)], jobs=2)
    running = [1 if line.startswith("start") else -1 for line in lines]
    assert max(sum(running[: at + 1]) for at in range(len(running))) == 2


def test_an_error_of_any_kind_ends_its_own_set_alone(tmp_path):
    (tmp_path / "out").write_text("a file where a folder should be")
    write_notebook(tmp_path / "n.ipynb")
    lost = jobs.BatchJob("a", tmp_path / "n.ipynb", {}, {}, tmp_path / "out")
    outcome = side_by_side.carry_out_job(lost, side_by_side.Watch("x"), Limits(1))
    assert outcome.status == FAILED and outcome.error.startswith("out_dir is ")


def test_a_set_over_its_time_is_stopped_and_its_memory_was_measured(tmp_path):
    write_notebook(tmp_path / "n.ipynb")
    book = nbformat.read(tmp_path / "n.ipynb", 4)
    book.cells = [book.cells[0], nbformat.v4.new_code_cell("import time; time.sleep(60)")]
    nbformat.write(book, tmp_path / "n.ipynb")
    hangs = jobs.BatchJob("hangs", tmp_path / "n.ipynb", {}, {"n": 1}, tmp_path / "out")
    (outcome,) = side_by_side.outcomes_of([hangs], Limits(1, timeout=2))
    assert (outcome.status, outcome.error) == (FAILED, "stopped after 2 s (--timeout)")
    assert outcome.peak_bytes > 20e6 and outcome.seconds < 50
    assert nbformat.read(hangs.output, 4).metadata.wrapsim.error == outcome.error


def test_files_of_an_earlier_execution_are_cleared_unless_others_are_among_them(tmp_path):
    folder = tmp_path / "files" / "a"
    with outputs.replaced_file(folder / "plays.avro") as temporary:
        temporary.write_text("x")
    (folder / "mine.txt").write_text("mine")
    side_by_side.clear_files(folder)
    assert (folder / "plays.avro").exists()
    (folder / "mine.txt").unlink()
    side_by_side.clear_files(folder)
    assert not (folder / "plays.avro").exists()


def test_a_set_with_other_parameters_finds_its_folder_cleared_and_a_failed_one_does_not(tmp_path):
    folder = tmp_path / "files" / "a"
    own = jobs.BatchJob("a", Path("n.ipynb"), {}, {"out_dir": str(folder)}, tmp_path)
    for reason, is_kept in (("it failed", True), ("its parameters changed", False)):
        with outputs.replaced_file(folder / "plays.avro") as temporary:
            temporary.write_text("x")
        side_by_side.prepare(own, reason)
        assert (folder / "plays.avro").exists() is is_kept
    elsewhere = own._replace(parameters={"out_dir": str(tmp_path / "mine")})
    with outputs.replaced_file(tmp_path / "mine" / "plays.avro") as temporary:
        temporary.write_text("x")
    side_by_side.prepare(elsewhere, "its parameters changed")
    assert (tmp_path / "mine" / "plays.avro").exists()
