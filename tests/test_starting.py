"""What starting and importing do not do: import what they do not need, and change the caller's
process.
"""

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import wrapsim_helpers as ws

TOP = Path(__file__).parent.parent
HEAVY = (
    "numba",
    "llvmlite",
    "pandas",
    "duckdb",
    "ibis",
    "faker",
    "timezonefinder",
    "matplotlib",
    "openpyxl",
    "papermill",
)
COMMAND = (
    "import sys; from wrapsim_helpers.commands import main\ntry: main()\nexcept SystemExit: pass\n"
)

# what a process has that others in it rely on; a line for each
STATE = """
import decimal, locale, logging, multiprocessing, os, random, signal, sys, warnings
import ibis, matplotlib, numba, numpy, pandas

def state():
    return {
        "warnings.filters": list(warnings.filters),
        "warnings.formatwarning": warnings.formatwarning,
        "warnings.showwarning": warnings.showwarning,
        "numba.config": {
            name: getattr(numba.config, name) for name in dir(numba.config) if name.isupper()
        },
        "matplotlib.rcParams": dict(matplotlib.rcParams), "ibis.options": repr(ibis.options),
        "pandas": {
            name: pandas.get_option(name)
            for name in ("display.max_rows", "display.width", "mode.copy_on_write")
        },
        "numpy": (numpy.geterr(), numpy.get_printoptions(), str(numpy.random.get_state())),
        "random": random.getstate(), "decimal": repr(decimal.getcontext()),
        "locale": locale.setlocale(locale.LC_ALL),
        "logging": (logging.root.level, list(logging.root.handlers), logging.root.manager.disable,
                    [logging.getLogger(name).level
                     for name in ("papermill", "numba", "matplotlib", "distributed")]),
        "signals": {number: signal.getsignal(number) for number in signal.valid_signals()},
        "hooks": (sys.excepthook, sys.unraisablehook, sys.displayhook),
        "environment": dict(os.environ), "path": list(sys.path),
        "processes": multiprocessing.get_start_method(allow_none=True),
        "recursion": sys.getrecursionlimit()}

before = state()
import wrapsim_helpers as ws
for name in ws.__all__:
    getattr(ws, name)
import wrapsim_helpers.commands
after = state()
print([name for name in before if before[name] != after[name]])
"""


def printed_by(code, *words):
    """The last line that Python prints when it runs a text, with such arguments."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


def heavy_after(code, *words):
    """What heavy modules a text leaves imported, as a printed list."""
    return printed_by(
        f"{code}\nimport sys; print([name for name in {HEAVY} if name in sys.modules])", *words
    )


# -- the first minute ------------------------------------------------------------------------------


def test_the_import_imports_nothing_heavy():
    assert heavy_after("import wrapsim_helpers; dir(wrapsim_helpers)") == "[]"


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        ("schema",),
        ("schema", "fields"),
        ("simulate", "--help"),
        ("simulat",),
        ("cache",),
    ],
)
def test_a_command_that_needs_no_model_imports_nothing_heavy(words):
    assert heavy_after(COMMAND, *words) == "[]"


def test_simulating_imports_no_database():
    code = (
        "import sys, wrapsim_helpers as ws; ws.simulate; print({'duckdb', 'ibis'} & {*sys.modules})"
    )
    assert printed_by(code) == "set()"


def test_showing_a_run_imports_nothing_heavy(tiny_run):
    assert heavy_after(COMMAND, "show", tiny_run) == "[]"


def test_the_command_tells_its_version():
    done = subprocess.run(
        [sys.executable, "-m", "wrapsim_helpers", "--version"], capture_output=True, text=True
    )
    version = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "version"
    ]
    assert (done.returncode, done.stdout) == (0, f"wrapsim {version}\n")


# -- the front door --------------------------------------------------------------------------------


def test_every_public_name_is_there_and_listed():
    assert all(getattr(ws, name) is not None for name in ws.__all__) and set(ws.__all__) <= set(
        dir(ws)
    )
    assert len(set(ws.__all__)) == len(ws.__all__)


def test_every_drawing_is_public():
    from wrapsim_helpers import cards

    drawings = {f"draw_{name}" for name in cards.CARDS}
    assert len(drawings) > 5 and drawings <= set(ws.__all__)


def test_editors_are_told_of_every_name_of_the_front_door():
    door = ast.parse(Path(ws.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(door) if isinstance(node, ast.ImportFrom) and node.level]
    told = {name.name: node.module for node in imports for name in node.names}
    assert told == ws._MODULE_OF


def test_a_function_is_not_hidden_by_the_module_of_the_same_name():
    code = (
        "import wrapsim_helpers.runs.simulate, wrapsim_helpers.runs.verify, wrapsim_helpers as "
        "ws; print(callable(ws.simulate), callable(ws.verify))"
    )
    assert printed_by(code) == "True True"


def test_a_name_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(
        AttributeError, match="wrapsim_helpers has no 'simulat'; it has: Behaviour, Given, "
    ):
        ws.simulat  # noqa: B018


# -- the caller's process --------------------------------------------------------------------------


def test_importing_everything_changes_nothing_in_the_process():
    assert printed_by(STATE) == "[]"


def test_the_command_leaves_the_format_of_warnings_as_it_was():
    assert (
        printed_by(
            f"import warnings; before = "
            f"warnings.formatwarning\n{COMMAND}\nprint(warnings.formatwarning is before)",
            "cache",
        )
        == "True"
    )
