"""The notebooks: their shape, and every one with its tiny and edge parameters, each first one
through papermill.
"""

import ast
import contextlib
import json
import re
import statistics
import sys
import types
import warnings
from pathlib import Path

import nbformat
import pytest
import yaml
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat.sign import NotebookNotary
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

import wrapsim_helpers as ws
from wrapsim_helpers import commands, notebooks
from wrapsim_helpers.resources import resource
from wrapsim_helpers.storage.outputs import MARKER

from .conftest import TOP

NOTEBOOKS = sorted(resource("notebooks").glob("*.ipynb"))
SETS = yaml.safe_load(resource("notebooks", "runs.yaml").read_text(encoding="utf-8"))
CONTRACT = {
    "02_single_user": "user_id start_time end_time preferred_genre age gender plan latitude "
    "longitude seed survey_path songs_path out_dir",
    "03_multiple_users": "num_users start_time end_time genres population seed formats workers "
    "scheduler survey_path songs_path catalogue_tracks out_dir",
    "04_wrapped": "run_dir user year edition out_dir",
    "06_your_own_history": "history_path time_zone year edition name redact out_dir",
}
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


# -- shape -----------------------------------------------------------------------------------------


def test_the_notebooks_are_those_of_the_main_job():
    assert [path.stem for path in NOTEBOOKS] == list(notebooks.NOTEBOOKS)


@each
def test_a_notebook_is_committed_clean(path):
    book = nbformat.read(path, 4)
    nbformat.validate(book)
    assert all(not cell.outputs and cell.execution_count is None for cell in cells(path, "code"))
    assert book.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert sum("parameters" in cell.metadata.get("tags", []) for cell in book.cells) == 1
    assert not any("injected-parameters" in cell.metadata.get("tags", []) for cell in book.cells)


@each
def test_a_notebook_tells_and_does_not_program(path):
    for cell in cells(path, "code"):
        tree = ast.parse(cell.source)
        assert not [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While)
        ], cell.source
        assert not re.search(r"^[%!]|plt\.|sys\.exit", cell.source, re.M)
    lines = [
        len(cell.source.splitlines())
        for cell in cells(path, "code")
        if "parameters" not in cell.metadata.get("tags", [])
    ]
    assert statistics.median(lines) <= 3 and max(lines) <= 12
    words = sum(len(cell.source.split()) for cell in cells(path, "markdown"))
    assert words >= 6 * sum(lines)


@each
def test_a_notebook_has_one_title_a_check_and_a_way_on(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    assert (
        len(re.findall(r"^# ", text, re.M)) == 1
        and "## Checks" in text
        and "**Next:**" in text
        and "**What this leaves out.**" in text
    )


@each
def test_parameters_are_flat_literals_with_a_comment_each(path):
    source = next(
        cell.source for cell in cells(path, "code") if "parameters" in cell.metadata.get("tags", [])
    )
    for line in source.splitlines():
        assert re.search(r"  # .*\w{2,}", line), line
    assert all(
        isinstance(ast.literal_eval(node.value), str | int | float | bool | list)
        for node in ast.parse(source).body
    )
    assert not any(
        name not in notebooks.declared_parameters(path)
        for name in re.findall(r"^(\w+)", source, re.M)
    )


@pytest.mark.parametrize("name, parameters", CONTRACT.items())
def test_the_parameters_that_others_rely_on_are_there(name, parameters):
    assert set(parameters.split()) <= set(
        notebooks.declared_parameters(resource("notebooks", f"{name}.ipynb"))
    )


SLOW_CALLS = {  # the call of each notebook that takes longest
    "03_multiple_users": "ws.simulate(",
    "04_wrapped": "ws.tell_story(",
    "05_realism": "ws.sampled(",
}


@pytest.mark.parametrize("name, call", SLOW_CALLS.items())
def test_a_picture_with_words_before_it_precedes_the_slow_call(name, call):
    book = nbformat.read(resource("notebooks", f"{name}.ipynb"), 4)
    sources = [cell.source for cell in book.cells]
    picture = next(i for i, source in enumerate(sources) if "ws.finish(" in source)
    slow = next(i for i, source in enumerate(sources) if call in source)
    assert picture < slow and "Look for: " in sources[picture - 1]


def test_every_notebook_has_a_tiny_and_an_edge_set():
    for path in NOTEBOOKS:
        assert any(one["notebook"] == path.stem for one in SETS.values()), path.stem
        for one in SETS.values():
            if one["notebook"] == path.stem:
                notebooks.check_parameters(path, one.get("parameters") or {})


@each
def test_a_notebook_shows_its_place_in_the_whole_kit(path):
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    place = re.search(r"^Place in the kit: (.*)$", text, re.M)[1]
    steps = ["data", "schema", "one listener", "many", "Wrapped", "the evidence", "your own."]
    assert place.replace("*", "").split(" → ") == steps and place.count("**") == 2


@each
def test_long_calls_and_the_execution_of_queries_are_out_of_sight(path):
    for cell in cells(path, "code"):
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            continue
        calls = [node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Call)]
        assert all(len(call.args) + len(call.keywords) <= 6 for call in calls), cell.source
        assert ".execute()" not in cell.source


def test_the_notebook_of_evidence_states_the_result_of_the_report():
    told = cells(resource("notebooks", "05_realism.ipynb"), "markdown")
    text = "\n".join(cell.source for cell in told)
    report = (TOP / "docs" / "realism.md").read_text(encoding="utf-8")
    result = re.search(r"!\[(.*)\]\(realism/scores.png\)", report)[1]
    assert result in " ".join(text.split())


# -- runs ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder laid out as for somebody who only has pip; its notebooks run there."""
    folder = tmp_path_factory.mktemp("mine") / "kit"
    commands.notebooks.init(folder)
    return folder


FIRST_SETS = {one["notebook"]: name for name, one in reversed(SETS.items())}.values()
SILENT = (
    DeprecationWarning,
    PendingDeprecationWarning,
    ImportWarning,
    ResourceWarning,
)  # where Python starts


def outputs_of_kernel(path, parameters, target):
    """Outputs of a notebook that papermill executes."""
    book = nbformat.read(notebooks.run_notebook(path, parameters, target), 4)
    return [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]


def outputs_here(path, parameters):
    """The same from this process, which saves the seconds that a kernel takes to start."""
    book = parameterize_notebook(
        load_notebook_node(str(path)), notebooks.check_parameters(path, parameters)
    )
    sources = [cell.source for cell in book.cells if cell.cell_type == "code"]
    shell = InteractiveShell.instance(user_module=types.ModuleType("__main__"))
    try:
        with shell.display_trap, capture_output() as shown, warnings_as_text():
            for source in sources:
                shell.run_cell(source).raise_error()
    finally:
        InteractiveShell.clear_instance()
    printed = nbformat.v4.new_output("stream", name="stderr", text=shown.stderr)
    return [
        printed,
        *(nbformat.v4.new_output("display_data", output.data) for output in shown.outputs),
    ]


@contextlib.contextmanager
def warnings_as_text():
    """Print warnings on stderr as Python does, not to pytest's list."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("default")
        for kind in SILENT:
            warnings.simplefilter("ignore", kind)
        yield
    for one in said:
        print(
            warnings.formatwarning(one.message, one.category, one.filename, one.lineno),
            file=sys.stderr,
        )


def test_an_executed_notebook_is_signed_for_jupyterlab(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))
    book = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell("n = 1  # a number", metadata={"tags": ["parameters"]}),
            nbformat.v4.new_code_cell("from IPython.display import HTML\nHTML('<p>shown</p>')"),
        ],
        metadata=nbformat.read(NOTEBOOKS[0], 4).metadata,
    )
    nbformat.write(book, tmp_path / "small.ipynb")
    done = notebooks.run_notebook(tmp_path / "small.ipynb", {}, tmp_path / "done.ipynb")
    notary = NotebookNotary(data_dir=str(tmp_path / "jupyter"))
    assert notary.check_signature(nbformat.read(done, 4))


def test_a_notebook_stays_unsigned_where_jupyters_folder_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("a file, not a folder")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "taken" / "jupyter"))
    nbformat.write(nbformat.v4.new_notebook(), tmp_path / "empty.ipynb")
    notebooks.sign(tmp_path / "empty.ipynb")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.ipynb", "taken"]


@pytest.mark.parametrize(
    "name", SETS
)  # in the order of the file: the cards need the crowds before them
def test_a_set_of_parameters_runs_to_its_end(folder, name, monkeypatch):
    monkeypatch.chdir(folder)
    monkeypatch.setitem(
        sys.modules, "__main__", sys.modules["__main__"]
    )  # IPython puts its own there
    one = SETS[name]
    parameters = {
        key: str(folder / value) if key in ("out_dir", "run_dir") else value
        for key, value in (one.get("parameters") or {}).items()
    }
    path = notebooks.find_notebook(one["notebook"])
    outputs = (
        outputs_of_kernel(path, parameters, folder / "executed" / f"{name}.ipynb")
        if name in FIRST_SETS
        else outputs_here(path, parameters)
    )
    printed = "\n".join(
        output.text
        for output in outputs
        if output.output_type == "stream" and output.name == "stderr"
    )
    noise = [
        line
        for line in re.split(r"[\r\n]+", printed)
        if line.strip() and not re.search(r"it/s|part/s|step/s|file/s|part\]", line)
    ]
    assert not noise, noise[0]
    html = " ".join(str(output.data.get("text/html", "")) for output in outputs if "data" in output)
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in re.findall(r"<img [^>]*>", html))
    assert len(json.dumps(outputs)) < 8_000_000


def test_the_claims_of_the_wrapped_notebook_are_those_of_the_package(folder):
    summary = json.loads(
        (folder / "data" / "runs" / "cards" / "summary.json").read_text(encoding="utf-8")
    )
    run_dir = folder / "data" / "runs" / "crowd_hardly"
    story = ws.tell_story(run_dir, summary["listener"]["user_id"])
    assert summary["too_little"] is story.too_little is True
    assert (
        summary["insights"]["minutes"]["rows"][0]["ms_played"]
        == story.tables["minutes"]["ms_played"][0]
    )
    assert [path.name for path in sorted((folder / "data" / "runs" / "cards").glob("*.png"))][
        -1:
    ] != []


def test_the_single_user_notebook_writes_what_it_says(folder):
    written = folder / "data" / "runs" / "one_listener"
    assert {path.name for path in written.iterdir()} == {MARKER, "plays.avro", "plays.parquet"}
    assert all(
        row["UserSongInteraction"]["MsPlayed"] >= 0
        for row in ws.read_avro(Path(written) / "plays.avro")
    )
