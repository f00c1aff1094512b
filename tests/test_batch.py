"""Strict papermill runs and the command line: what is refused, with which exit code, and in which
words.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

import wrapsim_helpers as ws
from wrapsim_helpers import commands, kit, notebooks, resources
from wrapsim_helpers.batches import sets_file
from wrapsim_helpers.resources import resource

from .commands import command, process

CODE = {
    "ok": "print(year)",
    "fails": "raise ValueError('on purpose')",
    "leaves": "import sys; sys.exit(0)",
    "later": "print('later')",
    "stands": "import os; import wrapsim_helpers as ws; print(os.getcwd(), ws.output_folder('', "
    "'mine'), out_dir, sep='\\n')",
}


@pytest.fixture
def notebook(tmp_path):
    """Writes a small notebook with a parameters cell and the given cells; returns its path."""

    def write(*cells):
        book = nbformat.v4.new_notebook(
            metadata={
                "kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}
            }
        )
        parameters = nbformat.v4.new_code_cell(
            'year: int = 2025  # which year\nname: str = ""  # whose\nwide: bool = False  # how\n'
            'genres: list = []  # which ones\nlatitude = ""  # type: float degrees\n'
            'out_dir: str = ""  # where to',
            metadata={"tags": ["parameters"]},
        )
        book.cells = [parameters, *(nbformat.v4.new_code_cell(CODE[cell]) for cell in cells)]
        nbformat.write(book, tmp_path / "small.ipynb")
        return tmp_path / "small.ipynb"

    return write


def test_declared_parameters_have_type_default_and_help(notebook):
    assert notebooks.declared_parameters(notebook()) == {
        "year": ("int", 2025, "which year"),
        "name": ("str", "", "whose"),
        "wide": ("bool", False, "how"),
        "genres": ("list", [], "which ones"),
        "latitude": ("float", "", "degrees"),
        "out_dir": ("str", "", "where to"),
    }


@pytest.mark.parametrize(
    "given, words",
    [
        (
            {"yeer": 2025},
            "small.ipynb has no parameter 'yeer'. Did you mean 'year'? It has: year, name, wide, "
            "genres, latitude, out_dir.",
        ),
        (
            {"year": "banana"},
            "small.ipynb: year is 'banana'; it must be of type int, such as 2025.",
        ),
        ({"year": True}, "small.ipynb: year is True; it must be of type int, such as 2025."),
        ({"year": 1.5}, "small.ipynb: year is 1.5; it must be of type int, such as 2025."),
        ({"wide": 1}, "small.ipynb: wide is 1; it must be of type bool, such as False."),
        (
            {"genres": "Pop"},
            "small.ipynb: genres is 'Pop'; it must be of type list, such as ['Pop', 'Rap'].",
        ),
        (
            {"latitude": "north"},
            "small.ipynb: latitude is 'north'; it must be of type float, such as 52.5.",
        ),
    ],
)
def test_a_wrong_name_or_type_is_refused(notebook, given, words):
    with pytest.raises(notebooks.Refused) as caught:
        notebooks.check_parameters(notebook(), given)
    assert str(caught.value) == words


def test_right_values_pass_and_a_default_always_does(notebook):
    given = {"year": 2024, "name": "x", "wide": True, "genres": ["Pop"], "latitude": 48}
    assert notebooks.check_parameters(notebook(), given) == given
    assert notebooks.check_parameters(notebook(), {"latitude": ""}) == {"latitude": ""}


def test_texts_become_the_declared_types(notebook):
    texts = ["year=2024", "name=2024", "wide=true", "genres=[Pop, Rap]", "latitude=-4.5"]
    assert notebooks.parse_assignments(notebook(), texts) == {
        "year": 2024,
        "name": "2024",
        "wide": True,
        "genres": ["Pop", "Rap"],
        "latitude": -4.5,
    }
    with pytest.raises(notebooks.Refused, match="'year' is not of the form name=value."):
        notebooks.parse_assignments(notebook(), ["year"])


def test_nothing_is_written_where_a_parameter_is_refused(notebook, tmp_path):
    done = command("run", notebook("ok"), "-p", "yeer=1", "-o", tmp_path / "out" / "small.ipynb")
    assert done.returncode == 2 and not (tmp_path / "out").exists()
    assert (
        done.stderr
        == "wrapsim: small.ipynb has no parameter 'yeer'. Did you mean 'year'? It has: year, name, "
        "wide, genres, latitude, out_dir.\n"
    )


def test_a_run_keeps_the_executed_notebook_and_says_where(notebook, tmp_path):
    done = process("run", notebook("ok"), "-p", "year=1999", "-o", tmp_path / "out" / "small.ipynb")
    assert done.returncode == 0 and done.stdout.strip() == str(tmp_path / "out" / "small.ipynb")
    assert "without encryption" not in done.stderr
    assert nbformat.read(tmp_path / "out" / "small.ipynb", 4).cells[-1].outputs[0].text == "1999\n"


def test_a_failing_cell_is_named_and_the_exit_code_is_1(notebook, tmp_path):
    done = process("run", notebook("fails", "later"), "-o", tmp_path / "small_out.ipynb")
    assert done.returncode == 1 and "small.ipynb stopped: ValueError: on purpose" in done.stderr
    assert "Traceback" not in done.stderr and (tmp_path / "small_out.ipynb").is_file()


def test_a_notebook_that_leaves_early_has_failed(notebook, tmp_path):
    with pytest.raises(RuntimeError, match="small.ipynb ended early: 1 cells were not executed."):
        notebooks.run_notebook(notebook("leaves", "later"), {}, tmp_path / "small_out.ipynb")


def test_plain_papermill_works_as_well(tmp_path):
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "papermill",
            resource("notebooks", "01_schema.ipynb"),
            tmp_path / "out.ipynb",
            "-p",
            "end_time",
            "2025-01-03",
            "-k",
            "python3",
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_notebook_that_is_not_there_is_refused_with_the_nearest():
    done = command("run", "02_single_usr")
    assert (
        done.returncode == 2
        and "there is no notebook '02_single_usr'. Did you mean '02_single_user'?" in done.stderr
    )


def test_parameters_can_be_listed():
    done = command("run", "04_wrapped", "--parameters")
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "run_dir",
        "user",
        "year",
        "edition",
        "out_dir",
    ]


# -- paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, value, absolute",
    [
        ("out_dir", "out", "HERE/out"),
        ("run_dir", "../runs/a b", "HERE/../runs/a b"),
        ("survey_path", "~/survey.csv", "HOME/survey.csv"),
        ("songs_path", "/data/songs.xlsx", "/data/songs.xlsx"),
        ("personas_path", "mine.yaml", "HERE/mine.yaml"),
        ("personas_path", "bundled", "bundled"),
        ("songs_path", "bundled", "HERE/bundled"),
        ("out_dir", "", ""),
        ("out_dir", "s3://bucket/run", "s3://bucket/run"),
        ("user", "out", "out"),
        ("out_dir", -1, -1),
        ("directory", "out", "out"),
    ],
)
def test_parameters_that_are_paths_are_taken_from_the_working_folder(
    tmp_path, monkeypatch, name, value, absolute
):
    monkeypatch.chdir(tmp_path)
    if isinstance(absolute, str):
        absolute = absolute.replace("HERE", str(Path.cwd())).replace("HOME", str(Path.home()))
    assert notebooks.absolute_paths({name: value}) == {name: absolute}


def test_a_notebook_runs_where_the_caller_stands_and_its_results_go_there(notebook, tmp_path):
    here = tmp_path / "work" / "here"
    for folder in (
        here,
        tmp_path / "work" / "notebooks",
        tmp_path / "notebooks",
    ):  # no folder above is climbed to
        folder.mkdir(parents=True)
    (tmp_path / "sets.yaml").write_text(
        yaml.safe_dump(
            {"one": {"notebook": str(notebook("stands")), "parameters": {"out_dir": "../out"}}}
        )
    )
    for words, executed in (
        (("run", tmp_path / "small.ipynb", "-p", "out_dir=../out"), "notebooks/small.ipynb"),
        (("batch", tmp_path / "sets.yaml"), "batch/one.ipynb"),
    ):
        done = command(*words, cwd=here)
        last = {"run": executed, "batch": "batch/index.html"}[words[0]]
        assert done.returncode == 0 and done.stdout.splitlines()[-1] == str(
            here / "data" / "runs" / last
        ), done.stderr
        told = nbformat.read(here / "data" / "runs" / executed, 4).cells[-1].outputs[0].text.split()
        assert told == [str(here), str(here / "data" / "runs" / "mine"), str(here / ".." / "out")]


def test_a_kernel_in_the_projects_folder_of_notebooks_writes_beside_it(tmp_path, monkeypatch):
    kit.lay_out(tmp_path / "kit")
    for folder, top in (
        ("kit/notebooks", "kit"),
        ("kit", "kit"),
        ("kit/data", "kit/data"),
        ("notebooks", "notebooks"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path / folder)
        assert resources.runs_folder() == tmp_path / top / "data" / "runs"
    monkeypatch.chdir(tmp_path / "kit" / "notebooks")
    assert notebooks.notebook_folder() == tmp_path / "kit" / "notebooks"


@pytest.mark.parametrize("name", ["load_survey", "load_songs", "load_personas", "latest_run"])
def test_a_path_that_leads_nowhere_is_said_in_full(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=re.escape(str(Path.cwd() / "mine.csv"))):
        getattr(ws, name)("mine.csv")


def test_nothing_is_written_into_the_package(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "wrapsim_helpers"
    monkeypatch.setattr("wrapsim_helpers.storage.run_folder.PACKAGE", package)
    inside = package / "share" / "notebooks"
    inside.mkdir(parents=True)
    shutil.copy(resource("notebooks", "00_data_preparation.ipynb"), inside)
    monkeypatch.chdir(inside)
    for write in (
        lambda: ws.output_folder("", "mine"),
        lambda: ws.simulate(2, end_time="2025-01-02"),
        lambda: kit.lay_out(inside / "mine"),
        lambda: commands.app(["run", "00_data_preparation"], standalone_mode=False),
    ):
        with pytest.raises(
            PermissionError,
            match=r"cannot be written \(it is inside the installed package\); name another folder.",
        ):
            write()
    assert [path.name for path in package.rglob("*")] == [
        "share",
        "notebooks",
        "00_data_preparation.ipynb",
    ]


def test_the_notebooks_of_the_package_are_not_opened_for_editing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        notebooks, "resource", lambda *parts: resources.PACKAGE.joinpath("share", *parts)
    )
    with pytest.raises(
        notebooks.Refused,
        match="there are no notebooks here, .* Copy them to a folder of yours:\n  wrapsim init "
        "my_folder\n  cd "
        "my_folder\n  wrapsim lab",
    ):
        commands.notebooks.lab()


# -- batches ---------------------------------------------------------------------------------------


def test_a_batch_is_checked_whole_before_the_first_one_starts(notebook, tmp_path):
    sets = {
        "good": {"notebook": str(notebook("ok"))},
        "bad": {"notebook": str(tmp_path / "small.ipynb"), "parameters": {"yeer": 1}},
    }
    (tmp_path / "sets.yaml").write_text(yaml.safe_dump(sets))
    done = command("batch", tmp_path / "sets.yaml", "-o", tmp_path / "out")
    assert (
        done.returncode == 2
        and "has no parameter 'yeer'" in done.stderr
        and not (tmp_path / "out").exists()
    )


def test_a_batch_runs_those_asked_for(notebook, tmp_path):
    sets = {
        name: {"notebook": str(notebook("ok")), "parameters": {"year": year}}
        for name, year in (("one", 1), ("two", 2))
    }
    (tmp_path / "sets.yaml").write_text(yaml.safe_dump(sets))
    done = command("batch", tmp_path / "sets.yaml", "--only", "two", "-o", tmp_path / "out")
    assert done.returncode == 0 and [path.name for path in (tmp_path / "out").glob("*.ipynb")] == [
        "two.ipynb"
    ]


@pytest.mark.parametrize(
    "text, only, words",
    [
        ("[1, 2]", (), "must map names to {notebook: ..., parameters: {...}}."),
        (
            "one: {notebook: x, parameters: [1]}",
            (),
            "must map names to {notebook: ..., parameters: {...}}.",
        ),
        ("one: [", (), "sets.yaml is not YAML (while parsing"),
        ("one: {notebook: x}", ("onne",), "has no set 'onne'. Did you mean 'one'?"),
        *(
            (
                f"{name}: {{notebook: x}}",
                (),
                f"sets.yaml names a set {said}, which cannot be a file name.",
            )
            for name, said in (
                ("1", "1"),
                ("2025-01-01", "datetime.date(2025, 1, 1)"),
                ("~", "None"),
                ("yes", "True"),
                ("./a", "'./a'"),
                ("../up", "'../up'"),
                ("a/b", "'a/b'"),
                (".a", "'.a'"),
                ("'a.'", "'a.'"),
                ("''", "''"),
                ('"a\\n"', "'a\\n'"),
                (300 * "a", f"'{56 * 'a'}..."),
                (60 * "é", f"'{56 * 'é'}..."),
            )
        ),
        (
            "a: {notebook: x}\nA: {notebook: x}",
            (),
            "has two sets named 'a', or names that differ only in case, which some disks treat as "
            "one file.",
        ),
        (
            "one: {notebook: x, parameters: {3: 4}}",
            (),
            "sets.yaml: set 'one' has a parameter 3; the name of a parameter must be text",
        ),
        ("one: {notebook: 3}", (), "sets.yaml: set 'one' has the notebook 3; it must be text"),
    ],
)
def test_a_batch_file_that_is_none_is_refused(tmp_path, text, only, words):
    (tmp_path / "sets.yaml").write_text(text)
    with pytest.raises(notebooks.Refused, match=re.escape(words)):
        sets_file.chosen_sets(tmp_path / "sets.yaml", only)


# -- other commands --------------------------------------------------------------------------------


def test_help_lists_every_command():
    done = command("--help")
    assert done.returncode == 0
    assert all(
        name in done.stdout
        for name in (
            "run",
            "batch",
            "wrapped",
            "simulate",
            "cards",
            "init",
            "lab",
            "test",
            "check",
            "bench",
        )
    )


def test_an_unknown_command_or_option_exits_with_2():
    assert command("wraped").returncode == 2 and command("run").returncode == 2


def test_a_crowd_and_cards_from_the_command_line(tmp_path):
    done = command(
        "simulate",
        "4",
        tmp_path / "run",
        "--start",
        "2025-03-01",
        "--end",
        "2025-03-08",
        "--format",
        "parquet",
    )
    assert done.returncode == 0 and (tmp_path / "run" / "run.json").is_file(), done.stderr
    drawn = command("cards", tmp_path / "run", tmp_path / "cards")
    assert drawn.returncode == 0 and (tmp_path / "cards" / "cards.json").is_file(), drawn.stderr


@pytest.mark.parametrize(
    "users, said", [("0", "0"), ("-3", "-3"), ("2.5", "'2.5'"), ("many", "'many'")]
)
def test_a_number_of_users_that_is_none_is_refused(tmp_path, users, said):
    refused = command("simulate", "--", users, tmp_path / "none")
    assert refused.returncode == 2 and not (tmp_path / "none").exists()
    assert (
        refused.stderr
        == f"wrapsim: USERS is {said}; it must be a whole number from 1 to 1,000,000,000.\n"
    )


def test_cards_that_cannot_be_written_are_refused_in_one_line(tmp_path, tiny_run):
    (tmp_path / "thesis.doc").write_text("x")
    foreign, a_file = (
        command("cards", tiny_run, tmp_path),
        command("cards", tiny_run, tmp_path / "thesis.doc"),
    )
    assert foreign.returncode == a_file.returncode == 2 and [
        path.name for path in tmp_path.iterdir()
    ] == ["thesis.doc"]
    assert foreign.stderr.endswith(
        "which holds other files (thesis.doc ...); name a new or empty folder, or one that wrapsim "
        "wrote.\n"
    )
    assert a_file.stderr.startswith("wrapsim: OUT_DIR is ") and a_file.stderr.endswith(
        "; name another folder.\n"
    )


def test_init_lays_out_notebooks_and_data_in_a_new_folder(tmp_path):
    assert command("init", tmp_path / "mine").returncode == 0
    assert {path.name for path in (tmp_path / "mine" / "notebooks").iterdir()} >= {
        f"{name}.ipynb" for name in notebooks.NOTEBOOKS
    }
    assert (tmp_path / "mine" / "data" / "README.md").is_file()
    again = command("init", tmp_path / "mine")
    assert again.returncode == 2 and "is not a new or empty folder" in again.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the shell of Windows quotes in other ways")
@pytest.mark.parametrize("name", ["my folder", "it's; here", "-x", "$HOME"])
def test_init_prints_a_cd_that_can_be_pasted(tmp_path, name):
    told = command("init", "--", name, cwd=tmp_path)
    line = next(line for line in told.stdout.splitlines() if line.startswith("  cd "))
    done = subprocess.run(
        ["sh", "-c", f"{line} && pwd"], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == f"{tmp_path / name}\n", told


def test_the_main_job_refuses_a_folder_with_other_things(tmp_path):
    (tmp_path / "thesis.doc").write_text("x")
    done = command("wrapped", "-o", tmp_path)
    assert (
        done.returncode == 2
        and "holds other files" in done.stderr
        and (tmp_path / "thesis.doc").exists()
    )
