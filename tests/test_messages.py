"""What the system does to a command is answered with one message: names that are not UTF-8, full
disks, stores out of reach, links to nowhere, damaged receipts.
"""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import notebooks
from wrapsim_helpers.batches import sets_file
from wrapsim_helpers.commands import errors
from wrapsim_helpers.people import personas
from wrapsim_helpers.resources import resource
from wrapsim_helpers.storage import places

from .commands import command
from .conftest import TINY

DEEP = "[" * 3000 + "]" * 3000
WEEK = ("--start", "2025-03-20", "--end", "2025-03-22", "--workers", "1")
STORE = "s3://bucket/run"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(*words):
    """What a command says that must end with exit code 2 and one message."""
    done = command(*words)
    assert done.returncode == 2 and done.stderr.startswith("wrapsim: "), done.stderr[-500:]
    assert done.stderr.count("wrapsim: ") == 1 and done.stderr.count("\n") == 1
    return done.stderr.removeprefix("wrapsim: ").strip()


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [{"moved"}, {"files", "moved"}])
def test_a_receipt_without_its_entries_is_named(tmp_path, damage):
    job = ws.open_job(**TINY, out_dir=tmp_path / "run")
    ws.make_part(job, 0)
    path = tmp_path / "run" / "parts" / "part-00000000.json"
    receipt = json.loads(path.read_bytes())
    changed = {name: receipt[name] for name in receipt.keys() - damage} | (
        {"files": [{}], "moved": 0} if "files" in damage else {}
    )
    path.write_text(json.dumps(changed))
    with pytest.raises(ValueError, match="part-00000000.json is in the way: it differs from"):
        ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)


@POSIX
@pytest.mark.parametrize("option", ["--songs", "--survey", "--personas"])
def test_a_source_that_is_a_folder_or_a_device_is_said_to_be_one(here, option):
    (here / "folder").mkdir()
    assert "folder', which is a folder. Give the path of " in refused(
        "simulate", "2", "new", *WEEK, option, "folder"
    )
    assert refused("simulate", "2", "new", *WEEK, option, os.devnull).startswith(
        f"{option} is '{os.devnull}', which is not a regular file. Give the path of "
    )


@POSIX
@pytest.mark.parametrize("folder", ["link", "link/below"])
def test_a_link_to_nowhere_is_named_with_its_target(here, folder, tiny_run):
    (here / "link").symlink_to("nowhere")
    for name, words in (
        ("OUT_DIR", ("simulate", "2", folder, *WEEK)),
        ("OUT_DIR", ("again", tiny_run, folder, "--user", "1")),
        ("FOLDER", ("init", folder)),
        ("RUN_DIR", ("show", folder)),
    ):
        assert refused(*words) == (
            f"{name} is '{folder}', but 'link' is a link to 'nowhere', which does not exist; give "
            f"another path, or create that folder."
        )
    assert [path.name for path in here.iterdir()] == ["link"]


def test_cards_are_drawn_where_a_folder_has_the_name_of_the_counted_crowd(tiny_run, tmp_path):
    run = shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("derived"))
    (run / "derived" / "crowd-2025-03-20-2025-04-09.parquet").mkdir(parents=True)
    assert len(ws.tell_story(run).tables["place"]) == 1


@pytest.mark.skipif(not os.path.isdir("/proc"), reason="this system has no /proc")
def test_a_notebook_that_cannot_be_written_is_said_of_the_output(here):
    assert refused("run", "01_schema", "-o", "/proc/x.ipynb").startswith(
        "--output is '/proc', which cannot be written ("
    )


# -- names that are not UTF-8, a folder that is gone -----------------------------------------------


@POSIX
@pytest.mark.parametrize(
    "words",
    [
        ("simulate", "2", "new\udcff", *WEEK),
        ("show", "new\udcff"),
        ("again", "run", "new", "--user", "new\udcff"),
        ("run", "new\udcff"),
        ("new\udcff",),
    ],
)
def test_an_argument_that_is_not_utf8_is_refused(here, words):
    assert refused(*words) == (
        r"b'new\xff' is not UTF-8; rename the file or folder, or give another text."
    )


def test_a_path_that_is_not_utf8_is_refused_in_python(here):
    with pytest.raises(ValueError, match=r"out_dir is 'a\\udcff', which cannot be a path here \("):
        ws.simulate(2, out_dir="a\udcff")


@POSIX
def test_a_working_folder_that_was_deleted_is_said(here):
    (here / "gone").mkdir()
    code = (
        "import os, sys; os.rmdir(os.getcwd()); sys.argv[1:] = ['schema']; "
        "from wrapsim_helpers.commands import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=here / "gone", capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (
        2,
        "wrapsim: the working folder no longer exists; change to another one (cd) and run the "
        "command there.\n",
    )


# -- YAML ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a: {notebook: 1}", "a: {notebook: x, parameters: {1: 2}}"])
def test_a_set_with_a_number_for_a_name_is_refused(tmp_path, text):
    (tmp_path / "sets.yaml").write_text(text)
    with pytest.raises(notebooks.Refused, match="must be text, such as"):
        sets_file.chosen_sets(tmp_path / "sets.yaml", [])


def test_yaml_that_is_nested_too_deeply_is_refused(tmp_path):
    (tmp_path / "deep.yaml").write_text(DEEP)
    for read in (personas.load_personas, lambda path: sets_file.chosen_sets(path, [])):
        with pytest.raises(ValueError, match=r"deep.yaml is not YAML\W+it is nested too deeply"):
            read(tmp_path / "deep.yaml")
    said = refused("run", "02_single_user", "-p", f"age={DEEP}")
    assert said.startswith("age is '[[[") and said.endswith(
        "which cannot be read (it is nested too deeply); write a list like [Pop, Rap]."
    )
    assert len(said) < 300


# -- full disks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [("cards", "RUN", "new"), ("again", "RUN", "new", "--user", "1")])
def test_a_full_disk_is_said_in_one_message(here, tiny_run, monkeypatch, words):
    def fails(*_):
        raise OSError(errno.ENOSPC, "No space left on device", "new/x")

    monkeypatch.setattr("wrapsim_helpers.storage.outputs.list_output", fails)
    done = command(*(tiny_run if word == "RUN" else word for word in words))
    assert done.returncode == 1 and done.stderr.endswith(
        "wrapsim: the disk is full; free some space and run the same command again.\n"
    )


def test_half_of_an_executed_notebook_does_not_hide_that_the_disk_is_full(tmp_path, monkeypatch):
    def half(notebook, parameters, output, **options):
        output.write_text('{"cells": [')
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(notebooks, "execute", half)
    with pytest.raises(OSError, match="No space left on device"):
        notebooks.run_notebook(resource("notebooks", "01_schema.ipynb"), {}, tmp_path / "x.ipynb")
    assert not (tmp_path / "x.ipynb").exists()


# -- object stores ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words", [("show", STORE), ("cards", STORE, "new"), ("insights", STORE, "new")]
)
def test_a_store_out_of_reach_is_said_in_one_message(here, monkeypatch, words):
    exceptions = pytest.importorskip("obstore.exceptions")

    def fails(url):
        raise exceptions.GenericError("Generic S3 error: no route\n\nDebug source:\n{}")

    monkeypatch.setattr(places, "opened", fails)
    done = command(*words)
    assert (done.returncode, done.stderr) == (
        1,
        "wrapsim: the object store failed (Generic S3 error: no route). "
        "Check the URL, and the credentials and endpoint in the environment (AWS_..., "
        "GOOGLE_..., AZURE_...).\n",
    )


@pytest.mark.parametrize("address", ["s3://", "s3:///"])
def test_an_address_without_a_bucket_is_refused_and_writes_no_folder(here, address):
    assert refused("simulate", "2", address, *WEEK) == (
        "OUT_DIR is 's3://', which names no bucket; give a URL such as s3://bucket/run."
    )
    assert not list(here.iterdir())


# -- parameters ------------------------------------------------------------------------------------


def test_a_continuation_that_ends_too_early_names_the_end_of_the_run(here, tiny_run):
    assert refused("continue", tiny_run, "new", "--end", "2025-04-01") == (
        "--end is '2025-04-01', but the run ends at 2025-04-10; give a later time."
    )


def test_too_few_invented_tracks_are_refused_and_none_are_allowed():
    with pytest.raises(
        ValueError,
        match="catalogue_tracks is 5; it must be -1, 0 or a whole number from 1000 to 5,000,000.",
    ):
        ws.Run(catalogue_tracks=5)


# -- the process -----------------------------------------------------------------------------------


def test_the_backend_of_matplotlib_does_not_matter_to_a_command(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    with errors.without_backend():
        assert "MPLBACKEND" not in os.environ
    assert os.environ["MPLBACKEND"] == "nonsense"
    code = "import sys; sys.argv[1:] = ['realism', '--users', '0']; commands.main()"
    done = subprocess.run(
        [sys.executable, "-c", f"from wrapsim_helpers import commands; {code}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "--users is 0" in done.stderr


def test_ctrl_c_while_the_command_is_imported_ends_it_without_a_traceback():
    code = (
        "import runpy, sys\n"
        "class Interrupted:\n"
        "    def find_spec(name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted)\n"
        "runpy.run_module('wrapsim_helpers', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (130, "")


def test_the_installed_command_starts_with_the_module_that_imports_little():
    text = (Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert 'wrapsim = "wrapsim_helpers.__main__:main"' in text
