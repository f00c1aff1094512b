"""Compiled code: what is compiled, and where it lies."""

import importlib
import os
import re
import shutil
import subprocess
import sys

from numba.core.dispatcher import Dispatcher

import wrapsim_helpers as ws
from wrapsim_helpers import compiled
from wrapsim_helpers.compiled import PACKAGE, code_folder, source_hash
from wrapsim_helpers.music import cached_catalogue

from .commands import command

DAY = ws.Run(num_users=1, end_time="2025-01-02")


def test_a_session_is_compiled_for_one_set_of_types():
    ws.listen(DAY)
    found = [*code_folder("wrapsim_helpers.listening.session").rglob("*.play_session-*.nbc")]
    assert len(found) == len({path.parent for path in found}) > 0  # a folder for each checkout


def named_tuples(types):
    for one_type in types:
        if hasattr(one_type, "instance_class"):
            yield one_type.instance_class
            yield from named_tuples(one_type.types)


def test_the_types_that_compiled_functions_take_are_in_files_that_every_cache_follows():
    ws.listen(DAY)
    classes = {
        kind
        for module in [sys.modules[name] for name in sys.modules if name.startswith("wrapsim_h")]
        for function in vars(module).values()
        if isinstance(function, Dispatcher)
        for types in types_taken(function)
        for kind in named_tuples(types)
    }
    assert {kind.__name__ for kind in classes} >= {"People", "Music", "Past", "Listener"}
    assert {kind.__module__.rpartition(".")[2] for kind in classes} == {"loop_types"}


def types_taken(function):
    """Types of the arguments for which a function is compiled, also of those that only compiled
    functions call: their code is not loaded, so only the index of the cache tells them.
    """
    return [key[0] for key in function._cache._cache_file._load_index()]


def user_ids_printed(project, cache):
    code = (
        "from wrapsim_helpers.people.user_ids import user_ids; import numpy as np; "
        "print(user_ids(np.arange(2, dtype=np.uint64), 1, np.arange(2)))"
    )
    env = os.environ | {"WRAPSIM_CACHE": str(cache), "PYTHONPATH": str(project)}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=env,
        cwd=project,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def code_folders(cache):
    return {path.name for path in (cache / "wrapsim").iterdir()}


def test_compiled_code_is_never_stale_when_a_callee_in_another_module_changes(tmp_path):
    project, cache = tmp_path / "project", tmp_path / "cache"
    shutil.copytree(
        PACKAGE.parent,
        project,
        ignore=shutil.ignore_patterns(".*", "tests", "data/runs", "*.egg-info"),
    )
    first = user_ids_printed(project, cache)
    folders = code_folders(cache)
    assert user_ids_printed(project, cache) == first and code_folders(cache) == folders
    callee = project / "wrapsim_helpers" / "streams.py"
    callee.write_text(
        callee.read_text().replace(
            "MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5B9)",
            "MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5BB)",
        )
    )
    assert user_ids_printed(project, cache) != first


def test_compiled_code_stays_when_a_module_changes_that_it_cannot_reach(tmp_path):
    project, cache = tmp_path / "project", tmp_path / "cache"
    shutil.copytree(
        PACKAGE.parent,
        project,
        ignore=shutil.ignore_patterns(".*", "tests", "data/runs", "*.egg-info"),
    )
    user_ids_printed(project, cache)
    folders = code_folders(cache)
    card = project / "wrapsim_helpers" / "cards" / "card.py"
    card.write_text(card.read_text() + "# changed\n")
    user_ids_printed(project, cache)
    assert code_folders(cache) == folders


def test_the_sources_that_a_module_reaches_are_those_that_python_imports(tmp_path):
    code = (
        "import sys; import wrapsim_helpers.listening.loop; from pathlib import Path; import "
        "wrapsim_helpers.compiled as c; "
        "print({Path(m.__file__) for n, m in sys.modules.items() if "
        "n.startswith('wrapsim_helpers.')} - "
        "set(c.reachable_files(Path(sys.modules['wrapsim_helpers.listening.loop'].__file__))))"
    )
    stub = tmp_path / "wrapsim_helpers"
    shutil.copytree(PACKAGE, stub)
    (stub / "__init__.py").write_text("")
    for name in ("data", "schemas"):
        shutil.copytree(PACKAGE.parent / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"


# -- what is said, and what is removed -------------------------------------------------------------


def test_compiling_is_said_with_how_long_it_takes(monkeypatch, capsys):
    monkeypatch.setattr(
        importlib.import_module("wrapsim_helpers.listening.listen"),
        "is_cached",
        lambda function: False,
    )
    ws.listen(DAY)
    assert capsys.readouterr().out.splitlines() == [
        "Compiling the listening model, once for this version of wrapsim; about half a minute ...",
        "... compiled in 0 s, and cached for later.",
    ]


def test_nothing_is_said_where_it_is_compiled_already(capsys):
    ws.listen(DAY)
    capsys.readouterr()
    ws.listen(DAY)
    assert capsys.readouterr().out == ""


def test_the_command_compiles_everything_and_says_where(tmp_path):
    done = command("compile", cwd=tmp_path)
    assert (done.returncode, list(tmp_path.iterdir())) == (0, [])
    assert re.fullmatch(
        rf"{re.escape(str(compiled.cache_root()))} holds [\d,.]+ MB of compiled code\.",
        done.stdout.splitlines()[-1],
    )


def test_the_set_up_compiles_as_its_last_step():
    steps = (
        (PACKAGE.parent / "Makefile")
        .read_text(encoding="utf-8")
        .partition("$(READY): ")[2]
        .partition("\n\n")[0]
        .splitlines()
    )
    assert steps[-2:] == ["\t@$(BIN)/python -m wrapsim_helpers compile", "\t@touch $(READY)"]


def files_in(root):
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_the_cache_is_listed_by_module_and_age(tmp_path, monkeypatch):
    monkeypatch.setenv("WRAPSIM_CACHE", str(tmp_path))
    now = source_hash(PACKAGE / "listening" / "loop.py")
    for folder, size in (
        (f"listening.loop-{now}", 1_500_000),
        ("listening.loop-0123456789abcdef", 500_000),
        ("gone-0123456789abcdef", 0),
    ):
        code = compiled.marked(tmp_path / "wrapsim" / folder) / "wrapsim_helpers_1"
        code.mkdir()
        stem = folder.partition("-")[0].rpartition(".")[2]
        (code / f"{stem}.play-1.py311.1.nbc").write_bytes(bytes(size))
    lines = compiled.cache_text().splitlines()
    assert lines[0] == f"{tmp_path / 'wrapsim'} holds 2.0 MB of compiled code."
    assert sorted(line.split() for line in lines[1:]) == sorted(
        [
            ["gone-0123456789abcdef", "0.0", "MB", "outdated"],
            [f"listening.loop-{now}", "1.5", "MB", "in", "use"],
            ["listening.loop-0123456789abcdef", "0.5", "MB", "outdated"],
        ]
    )


def test_clearing_the_cache_removes_compiled_code_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("WRAPSIM_CACHE", str(tmp_path / "cache"))
    root, elsewhere = tmp_path / "cache" / "wrapsim", tmp_path / "elsewhere"
    ours = [
        "listening.loop-0123456789abcdef/a/loop.f-1.py311.nbi",
        "listening.loop-0123456789abcdef/a/loop.f-1.py311.1.nbc",
        "listening.loop-0123456789abcdef/a/loop.f-1.py311.nbi.tmp.12ab",
        "run-0123456789abcdef/a/run.f-1.py311.1.nbc",
    ]
    others = [
        "thesis.txt",
        "thesis/a.nbc",
        "plays-0123456789ABCDEF/a.nbc",
        "plays-0123/a.nbc",
        "run-0123456789abcdef/a/thesis.txt",
        "run-0123456789abcdef/a/holiday.nbi",
        "run-0123456789abcdef/a/photos.f-1.py311.nbi",
        "photos-0123456789abcdef/holiday.nbi",
        "photos-0123456789abcdef/a/photos.f-1.py311.nbi",
        "f.nbc",
    ]
    for name in ours + others:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"12345")
    for folder in ("listening.loop-0123456789abcdef", "run-0123456789abcdef"):
        compiled.marked(root / folder)
    linked = elsewhere / "listening.loop-00000000000000ff"
    for folder in (linked, elsewhere / "a"):
        compiled.marked(folder)
        (folder / "loop.f-1.py311.nbi").write_bytes(b"")
    before = files_in(elsewhere)
    (root / linked.name).symlink_to(linked)
    (root / "run-0123456789abcdef" / "linked").symlink_to(elsewhere / "a")
    assert compiled.clear_code() == 20
    (root / "run-0123456789abcdef" / "linked").unlink()
    (root / linked.name).unlink()
    assert (
        files_in(root) == set(others)
        and files_in(elsewhere) == before
        and not (root / "listening.loop-0123456789abcdef").exists()
    )


def test_the_marker_of_a_cache_folder_is_not_written_through_a_link(tmp_path):
    folder, other = tmp_path / "loop-0123456789abcdef", tmp_path / "precious.txt"
    folder.mkdir()
    other.write_text("precious")
    (folder / compiled.MARKER).symlink_to(other)
    compiled.marked(folder)
    assert other.read_text() == "precious"


def test_data_that_modules_read_into_constants_change_the_code_and_the_catalogue(
    tmp_path, monkeypatch
):
    loop, before = PACKAGE / "listening" / "loop.py", source_hash(PACKAGE / "listening" / "loop.py")
    catalogue = cached_catalogue.catalogue_path("songs", 1_000, 2025)
    data = shutil.copytree(PACKAGE.parent / "data" / "behaviour", tmp_path / "behaviour")
    (data / "words.json").write_text("{}")
    schemas = compiled.resource("schemas")
    monkeypatch.setattr(
        compiled, "resource", lambda *names: data if names[0] == "data" else schemas
    )
    compiled.data_hash.cache_clear()
    try:
        assert source_hash(loop) != before
        assert cached_catalogue.catalogue_path("songs", 1_000, 2025) != catalogue
    finally:
        compiled.data_hash.cache_clear()
