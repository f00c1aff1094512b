"""For somebody who only has pip: the wheel in an empty environment, outside the checkout, runs everything."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from wrapsim_helpers import batch

TOP = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """(folder of programs of an environment that holds the built wheel alone, a folder to work in)."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, TOP], check=True, capture_output=True)
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", "-c", TOP / "constraints.txt", *folder.glob("*.whl")], check=True)
    return programs, folder


def run(*words, cwd):
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"})
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_the_wheel_carries_schemas_data_and_notebooks(installed):
    programs, folder = installed
    code = "import wrapsim_helpers as ws; print(ws.__file__, len(ws.load_survey()), len(ws.load_songs()), ws.schema_ind['name'])"
    where, *numbers = run(programs / "python", "-c", code, cwd=folder).split()
    assert "site-packages" in where and numbers == ["1040", "2000", "wrapsim.SpotifyWrappedData"]


def test_init_gives_the_notebooks_and_they_run_there(installed):
    programs, folder = installed
    run(programs / "wrapsim", "init", "mine", cwd=folder)
    told = run(programs / "wrapsim", "wrapped", "--users", "10", cwd=folder / "mine")
    assert str(folder / "mine" / "data" / "runs" / "wrapped" / "cards") in told
    assert len(list((folder / "mine" / "data" / "runs" / "wrapped" / "notebooks").glob("*.ipynb"))) == len(batch.NOTEBOOKS)
    assert (folder / "mine" / "data" / "runs" / "wrapped" / "cards" / "cards.json").is_file()
