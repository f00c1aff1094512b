"""The lower bounds of pyproject.toml are true: exactly these versions pass the core of the suite
and do the main things.
"""

import sys
from pathlib import Path

import nbformat
import pytest

from ..conftest import TOP
from .conftest import installed_in, run

LOWEST = Path(__file__).with_name("lowest.txt")
CORE = (
    "listening/test_plays",
    "music/test_catalogue",
    "people/test_listeners",
    "realism/test_realism",
    "runs/test_effects",
    "runs/test_simulate",
    "runs/test_verify",
    "storage/test_avro",
    "storage/test_files",
    "storage/test_store",
    "test_datasets",
    "test_golden",
    "test_schema",
    "wrapped/test_insights",
)
pytestmark = pytest.mark.skipif(
    sys.version_info[:2] != (3, 11), reason="lowest.txt is resolved on Python 3.11"
)


@pytest.fixture(scope="module")
def lowest(wheel, tmp_path_factory):
    """(folder of programs of an environment with the wheel and the lowest versions, a folder to
    work in).
    """
    folder = tmp_path_factory.mktemp("lowest")
    return installed_in(folder / "env", "-r", LOWEST, wheel), folder


def python(lowest, *words):
    """What the lowest versions' Python prints; it takes the package from the checkout, whose code
    is compiled once.
    """
    return run(lowest[0] / "python", *words, cwd=TOP, PYTHONPATH=str(TOP))


def test_the_core_of_the_suite_passes(lowest):
    python(
        lowest,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        *(f"tests/{name}.py" for name in CORE),
    )


def test_a_run_is_simulated_verified_and_drawn(lowest):
    crowd, cards = lowest[1] / "crowd", lowest[1] / "cards"
    python(lowest, "-m", "wrapsim_helpers", "simulate", "12", crowd, "--end", "2025-03-01")
    assert "is undamaged" in python(lowest, "-m", "wrapsim_helpers", "verify", crowd)
    assert len(python(lowest, "-m", "wrapsim_helpers", "cards", crowd, cards).split()) > 5


def test_the_notebook_of_a_crowd_runs_and_warns_of_nothing(lowest):
    parameters = {"num_users": 12, "end_time": "2025-03-01", "out_dir": lowest[1] / "from_notebook"}
    words = [f"-p{name}={value}" for name, value in parameters.items()]
    python(
        lowest,
        "-m",
        "wrapsim_helpers",
        "run",
        "03_multiple_users",
        *words,
        "-o",
        lowest[1] / "done.ipynb",
    )
    outputs = [
        output
        for cell in nbformat.read(lowest[1] / "done.ipynb", 4).cells
        for output in cell.get("outputs", [])
    ]
    assert len(outputs) > 8 and not any("Warning" in output.get("text", "") for output in outputs)
