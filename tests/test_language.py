"""The project is written in plain English: phrases and names that readers must decode are absent.

`heard` may stay where it is the name of a published column, as text.
"""

import ast
import json
import re
from pathlib import Path

import pytest

from wrapsim_helpers import commands

from .conftest import TOP

COMMANDS = {command.__name__ for command in commands.COMMANDS}
PACKAGE = sorted((TOP / "wrapsim_helpers").rglob("*.py"))
TEXTS = [
    *PACKAGE,
    *sorted((TOP / "benchmarks").glob("*.py")),
    *sorted((TOP / "data").glob("*.py")),
    TOP / "data" / "README.md",
    TOP / "data" / "behaviour" / "targets.json",
    *(path for path in sorted((TOP / "tests").rglob("*.py")) if path != Path(__file__)),
    *sorted((TOP / "notebooks").glob("*.ipynb")),
    *(TOP / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((TOP / "docs").rglob("*.md")),
    *sorted((TOP / "docs").rglob("*.py")),
]
PHRASES = (
    "called off",
    "listener in the middle",
    "listeners in the middle",
    "stands twice",
    "stands there twice",
    "that lacks",
    "as it was written",
    "another life",
    "held against",
    "out of a hat",
    "in hand",
    "goes by itself",
    "makes somebody else",
    "nothing where",
    "was given up on",
)
NAMES = {"one", "own", "heard", "found", "told", "somebody", "beside", "least"}


def text_of(path):
    """What people read in a file, in one line."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    return re.sub(r"[\s#\"]+", " ", text).casefold()


def names_in(source):
    """Every name that a source gives to a variable, an argument, a function or a class."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_no_text_has_a_phrase_that_must_be_decoded(path):
    text = text_of(path)
    assert [phrase for phrase in PHRASES if re.search(rf"\b{phrase}\b", text)] == []


@pytest.mark.parametrize("path", PACKAGE, ids=lambda path: path.relative_to(TOP).as_posix())
def test_a_name_says_what_its_value_is(path):
    names = set(names_in(path.read_text(encoding="utf-8")))
    assert sorted(names & NAMES) == []


def test_the_check_of_names_sees_every_kind():
    source = (
        "def told(own, *, heard=1):\n    for one in own:\n        found = one\nclass least: ..."
    )
    assert {*names_in(source)} >= {"told", "own", "heard", "one", "found", "least"}


def full_name(path, name):
    """The name of a function, for a command with "wrapsim": it may share the name of what it
    calls.
    """
    is_command = path.parent.name == "commands" and name in COMMANDS
    return f"wrapsim {name}" if is_command or path.stem == "__main__" else name


def test_functions_and_classes_have_names_of_their_own():
    names = {}
    for path in PACKAGE:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                paths = names.setdefault(full_name(path, node.name), set())
                paths.add(path.relative_to(TOP).as_posix())
    assert {name: paths for name, paths in names.items() if len(paths) > 1} == {}
