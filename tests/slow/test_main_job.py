"""The main job as a newcomer runs it, in full size."""

import json
import subprocess
import sys

import nbformat

import wrapsim_helpers as ws
from wrapsim_helpers import notebooks


def test_it_ends_by_saying_where_everything_is(main_job):
    folder, told = main_job
    for place in (
        folder / "notebooks",
        folder / "run" / "plays",
        folder / "run" / "avro",
        folder / "cards",
    ):
        assert str(place) in told.stdout and any(place.iterdir())


def test_it_shows_progress(main_job):
    assert (
        all(name in main_job[1].stderr for name in notebooks.NOTEBOOKS)
        and "100%" in main_job[1].stderr
    )


def test_it_makes_a_hundred_listeners_ten_cards_and_clean_notebooks(main_job):
    folder, _ = main_job
    assert ws.read_parquet(folder / "run", "listeners").num_rows == 100
    assert [entry["name"] for entry in json.loads((folder / "cards" / "cards.json").read_text())][
        -1
    ] == "summary"
    for path in (folder / "notebooks").glob("*.ipynb"):
        outputs = [
            output
            for cell in nbformat.read(path, 4).cells
            if cell.cell_type == "code"
            for output in cell.outputs
        ]
        assert not any(output.output_type == "error" for output in outputs)
        assert not any("Warning" in output.get("text", "") for output in outputs), path.name


def test_the_executed_notebook_of_the_cards_is_below_8_mb(main_job):
    assert (main_job[0] / "notebooks" / "04_wrapped.ipynb").stat().st_size < 8_000_000


def test_html_of_the_executed_notebooks_has_a_text_for_every_picture(main_job, tmp_path):
    folder, _ = main_job
    subprocess.run(
        [
            sys.executable,
            "-m",
            "nbconvert",
            "--to",
            "html",
            "--output-dir",
            tmp_path,
            *sorted((folder / "notebooks").glob("*.ipynb")),
        ],
        check=True,
        capture_output=True,
    )
    for page in tmp_path.glob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "No description" not in text and 'alt=""' not in text


def test_a_second_run_makes_the_same_bytes(main_job, tmp_path):
    folder, _ = main_job
    again = ws.simulate(100, out_dir=tmp_path / "again")
    files = {entry["file"]: entry["sha256"] for entry in ws.read_manifest(folder / "run")["files"]}
    assert files == {entry["file"]: entry["sha256"] for entry in ws.read_manifest(again)["files"]}
