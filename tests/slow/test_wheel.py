"""For somebody who only has pip: the wheel in an empty environment, outside the checkout, runs
everything.
"""

import os
import subprocess

import pytest

from wrapsim_helpers import notebooks

from ..conftest import TOP
from .conftest import installed_in, run


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """(folder of programs of an environment that holds the built wheel alone, a folder to work in);
    nothing may change in the package.
    """
    folder = tmp_path_factory.mktemp("installed")
    programs = installed_in(folder / "env", "-c", TOP / "constraints.txt", wheel)
    before = package_files(folder)
    yield programs, folder
    assert before and package_files(folder) == before


def package_files(folder):
    """Size and time of every file of the installed package, without what Python compiles."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for package in (folder / "env").rglob("site-packages/wrapsim_helpers")
        for path in package.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


def start(*words, cwd):
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )


def test_the_wheel_carries_schemas_data_and_notebooks(installed):
    programs, folder = installed
    code = (
        "import wrapsim_helpers as ws; print(ws.__file__, len(ws.load_survey()), "
        "len(ws.load_songs()), ws.schema_ind['name'])"
    )
    where, *numbers = run(programs / "python", "-c", code, cwd=folder).split()
    assert "site-packages" in where and numbers == ["1040", "2000", "wrapsim.SpotifyWrappedData"]


def test_without_init_everything_goes_below_the_working_folder(installed):
    programs, folder = installed
    here = folder / "bare" / "below"
    for place in (
        here,
        folder / "bare" / "notebooks",
    ):  # which is not the project's, nor where anybody stands
        place.mkdir(parents=True)
    few = ("-p", "num_users=3", "-p", "end_time=2025-01-08", "-p", "workers=1")
    run(programs / "wrapsim", "run", "03_multiple_users", *few, cwd=here)
    run(
        programs / "wrapsim",
        "run",
        "03_multiple_users",
        *few,
        "-p",
        "out_dir=mine/run",
        "-o",
        "mine/03.ipynb",
        cwd=here,
    )
    run(programs / "wrapsim", "run", "04_wrapped", "-p", "run_dir=mine/run", cwd=here)
    assert {path.name for path in (folder / "bare").iterdir()} == {
        "below",
        "notebooks",
    } and not list((folder / "bare" / "notebooks").iterdir())
    assert {path.name for path in here.iterdir()} == {"data", "mine"}
    found = {path.name.split("-")[0] for path in (here / "data" / "runs").iterdir()}
    assert (
        found == {"cards", "notebooks", "run"}
        and (here / "mine" / "run" / "run.json").is_file()
        and (here / "mine" / "03.ipynb").is_file()
    )


@pytest.mark.parametrize("word", ["lab", "fit"])
def test_what_would_change_the_package_is_refused_with_what_to_do(installed, word):
    programs, folder = installed
    done = start(programs / "wrapsim", word, cwd=folder)
    assert (
        done.returncode == 2
        and {"lab": "wrapsim init my_folder", "fit": "git clone it"}[word] in done.stderr
        and "Traceback" not in done.stderr
    )


def test_init_gives_the_notebooks_and_they_run_there(installed):
    programs, folder = installed
    run(programs / "wrapsim", "init", "mine", cwd=folder)
    told = run(programs / "wrapsim", "wrapped", "--users", "10", cwd=folder / "mine")
    assert str(folder / "mine" / "data" / "runs" / "wrapped" / "cards") in told
    assert len(
        list((folder / "mine" / "data" / "runs" / "wrapped" / "notebooks").glob("*.ipynb"))
    ) == len(notebooks.NOTEBOOKS)
    assert (folder / "mine" / "data" / "runs" / "wrapped" / "cards" / "cards.json").is_file()
