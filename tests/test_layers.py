"""The package is flat, small and goes one way."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "wrapsim_helpers"
ORDER = ["resources", "arguments", "compiled", "streams", "splicing", "run", "schema", "datasets", "behaviour", "personas", "survey", "homes", "clocks",
         "listeners", "discography", "catalogue", "picks", "answers", "plays", "checks", "avro", "store", "manifest", "files", "locks", "interrupts", "overview",
         "outputs", "simulate", "workers", "runs", "own_files", "verify", "wrapped", "effects", "realism", "cards", "batch"]
AROUND = {"__init__", "__main__"}          # the two doors, which may open onto everything


def layer_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_layers(path):
    """Layers of our own that a file imports, from relative imports anywhere in it."""
    depth = len(path.relative_to(PACKAGE).parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == depth:
            yield from ([node.module.split(".")[0]] if node.module else [alias.name for alias in node.names])


def test_every_module_has_a_place_in_the_order():
    found = {layer_of(path) for path in PACKAGE.rglob("*.py")}
    assert found - AROUND == set(ORDER)


def test_modules_import_only_what_comes_before_them():
    for path in PACKAGE.rglob("*.py"):
        if layer_of(path) in AROUND:
            continue
        for other in imported_layers(path):
            assert ORDER.index(other) < ORDER.index(layer_of(path)), f"{path.name} imports {other}"


def test_no_module_is_called_utils_or_common():
    assert not {"utils", "util", "common", "core", "misc", "helpers"} & {path.stem for path in PACKAGE.rglob("*.py")}


def test_public_functions_say_what_they_are_for():
    silent = [f"{path.stem}.{node.name}" for path in PACKAGE.glob("*.py") for node in ast.parse(path.read_text("utf-8")).body
              if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)]
    assert not silent


def test_functions_are_short():
    lengths = sorted(node.end_lineno - node.body[0].end_lineno for path in PACKAGE.rglob("*.py")
                     for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef))
    assert lengths[len(lengths) // 2] <= 8 and lengths[int(len(lengths) * 0.9)] <= 25
