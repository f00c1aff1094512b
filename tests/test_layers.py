"""The package is small and goes one way: files at the top are the vocabulary, folders are the
steps.
"""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "wrapsim_helpers"
ORDER = [
    "resources",
    "checking",
    "names",
    "compiled",
    "streams",
    "instants",
    "interrupts",
    "schema",
    "parameters",
    "source_files",
    "latin",
    "people",
    "music",
    "listening",
    "storage",
    "runs",
    "wrapped",
    "exchange",
    "cards",
    "charts",
    "realism",
    "notebooks",
    "main_job",
    "batches",
    "kit",
    "commands",
]
DOORS = {"__init__", "__main__"}  # of the package, which may open onto everything
MODULES = sorted(
    path for path in PACKAGE.rglob("*.py") if path.parent != PACKAGE or path.stem not in DOORS
)


def room_of(path):
    """The entry of ORDER that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path):
    """Entries of ORDER that a file imports from, by relative imports anywhere in it."""
    here = path.relative_to(PACKAGE).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            above = here[: len(here) - node.level + 1]
            names = node.module.split(".") if node.module else [alias.name for alias in node.names]
            yield from [above[0]] if above else names[:1] if node.module else names


def definitions(path):
    """Functions and classes at the top level of a file."""
    return [
        node
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]


def test_every_file_has_a_place_in_the_order():
    assert {room_of(path) for path in MODULES} == set(ORDER)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_file_imports_only_from_its_own_room_and_those_before_it(path):
    later = [
        room for room in imported_rooms(path) if ORDER.index(room) > ORDER.index(room_of(path))
    ]
    assert not later


def test_an_import_that_goes_back_would_be_found(tmp_path, monkeypatch):
    (tmp_path / "people").mkdir()
    (tmp_path / "people" / "homes.py").write_text(
        "from ..runs.plan import plan\nfrom . import figures\nfrom .. import cards\nfrom ..streams "
        "import ln\n"
    )
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    assert list(imported_rooms(tmp_path / "people" / "homes.py")) == [
        "runs",
        "people",
        "cards",
        "streams",
    ]


def test_no_module_is_called_utils_or_common():
    assert not {"utils", "util", "common", "core", "misc", "helpers"} & {
        path.stem for path in MODULES
    }


def test_public_functions_say_what_they_are_for():
    silent = [
        f"{path.stem}.{node.name}"
        for path in MODULES
        for node in definitions(path)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent


def test_functions_are_short():
    lengths = sorted(
        node.end_lineno - node.body[0].end_lineno
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    )
    assert lengths[len(lengths) // 2] <= 8 and lengths[int(len(lengths) * 0.9)] <= 25
