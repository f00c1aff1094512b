"""Slow tests share what the quick ones share, and the wheel."""

import os
import subprocess
import sys
import venv

import pytest

from ..conftest import *  # noqa: F403
from ..conftest import TOP


@pytest.fixture(scope="session")
def wheel(tmp_path_factory):
    """Path of the built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, TOP],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def main_job(tmp_path_factory):
    """(folder, finished process) of the main job as a newcomer runs it, in full size."""
    folder = tmp_path_factory.mktemp("main") / "wrapped"
    done = subprocess.run(
        [sys.executable, "-m", "wrapsim_helpers", "wrapped", "-o", folder],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done


def installed_in(folder, *words):
    """Make a virtual environment and let its pip install some words; returns its folder of
    programs.
    """
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([programs / "python", "-m", "pip", "install", "--quiet", *words], check=True)
    return programs


def run(*words, cwd, **environment):
    """What a program prints that succeeds; the checkout is on Python's path only where the
    environment says so.
    """
    here = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, capture_output=True, text=True, cwd=cwd, env=here | environment)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return done.stdout
