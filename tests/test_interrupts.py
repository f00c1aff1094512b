"""Ctrl-C: everything ends, one line says what is kept, and the caller of a library gets
KeyboardInterrupt. How soon: benchmarks/.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time

import nbformat
import psutil
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import interrupts
from wrapsim_helpers.runs import parts
from wrapsim_helpers.runs.workers import each_part
from wrapsim_helpers.storage import places

from .conftest import TINY
from .kills import MANY, PATIENCE_S, sleep_long, tree, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
# a shell may have begun the tests with Ctrl-C ignored, which children inherit
START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from "
    "wrapsim_helpers import commands; "
)


def begin(code, **env):
    """A process that runs code in a group of its own, so that a signal can be sent to all of it as
    a terminal does.
    """
    return subprocess.Popen(
        [sys.executable, "-c", START + code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | env,
    )


def command(*words, **env):
    """A process that runs a command."""
    return begin(f"import sys; sys.argv[1:] = {list(map(str, words))!r}; commands.main()", **env)


def is_gone(process):
    """Whether a process has ended, were it not yet collected by its parent."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def interrupt(process):
    """Send Ctrl-C to a process and its group: (exit code, what it said after that, processes of it
    that are still there).
    """
    started = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE_S)
    until = time.monotonic() + PATIENCE_S
    while not all(map(is_gone, started)) and time.monotonic() < until:
        time.sleep(0.01)
    return process.returncode, said, [one for one in started if not is_gone(one)]


@pytest.mark.parametrize("workers", [1, 2])
def test_ctrl_c_ends_a_run_and_says_how_many_parts_are_kept(tmp_path, workers):
    folder = tmp_path / "run"
    asked = MANY | {"num_users": 600, "out_dir": str(folder), "workers": workers}
    asked["catalogue_tracks"] = 0
    process = begin(
        f"from wrapsim_helpers.runs.simulate import simulate; commands.app = lambda: "
        f"simulate(**{asked!r}); commands.main()"
    )
    wait_for(lambda: any(folder.glob("parts/part-*.json")), process)
    code, said, left = interrupt(process)
    assert (code, left) == (130, []) and "Traceback" not in said, said[-2000:]
    assert re.search(
        r"\nInterrupted. [1-9]\d* of 600 parts are complete and saved in \S+; run the same "
        r"command to resume.\n",
        said,
    )
    assert said.count("Interrupted.") == 1 and "run.json" not in places.file_names(folder)


def test_ctrl_c_ends_the_first_compilation(tmp_path):
    process = command(
        "simulate",
        "2",
        tmp_path / "run",
        "--end",
        "2025-01-02",
        WRAPSIM_CACHE=str(tmp_path / "cache"),
    )
    wait_for(lambda: any((tmp_path / "cache").rglob("*.nbi")), process)
    time.sleep(2)
    code, said, left = interrupt(process)
    assert (code, left) == (130, []) and "Traceback" not in said, said[-2000:]
    assert "\nInterrupted. All files written so far are complete; run the command again.\n" in said
    assert not (tmp_path / "run").exists()


def test_ctrl_c_ends_a_notebook_with_its_kernel(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("", metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell(
            f"import pathlib, time; pathlib.Path({str(tmp_path / 'begun')!r}).touch(); "
            f"time.sleep(600)"
        ),
    ]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), tmp_path / "long.ipynb")
    process = command("run", tmp_path / "long.ipynb", "-o", tmp_path / "out.ipynb")
    wait_for((tmp_path / "begun").exists, process)
    code, said, left = interrupt(process)
    assert (code, left) == (130, []) and "Traceback" not in said, said[-2000:]
    assert (
        f"Interrupted. The cells executed so far are in {tmp_path / 'out.ipynb'}; the same command"
        in said
    )


# -- in a library ----------------------------------------------------------------------------------


def test_a_caller_gets_keyboard_interrupt_and_the_run_goes_on_later(
    tmp_path, tiny_run, monkeypatch, capsys
):
    def interrupted_at_the_second(job, part, make_part=parts.make_part):
        if part == 1:
            raise KeyboardInterrupt
        return make_part(job, part)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("wrapsim_helpers.runs.carrying_out.make_part", interrupted_at_the_second)
        ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)
    said = capsys.readouterr().err
    assert said.count("Interrupted.") == 1
    assert (
        f"Interrupted. 1 of 3 parts are complete and saved in {tmp_path / 'run'}; run the same "
        f"command to resume." in said
    )
    assert not (tmp_path / "run" / "lock.json").exists()
    assert tree(ws.simulate(**TINY, out_dir=tmp_path / "run", workers=1)) == tree(tiny_run)


def test_work_within_work_says_what_it_keeps_and_the_outer_one_adds_nothing(capsys):
    with pytest.raises(KeyboardInterrupt), interrupts.saying(lambda: "Outer."):
        with interrupts.saying(lambda: "Earlier."):
            pass
        with interrupts.saying(lambda: "Inner."):
            raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt), interrupts.saying(lambda: "Later."):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "\nInterrupted. Inner.\n\nInterrupted. Later.\n"


def test_an_interrupted_query_is_an_interruption_and_other_errors_are_not(capsys):
    with pytest.raises(KeyboardInterrupt), interrupts.saying(interrupts.unchanged):
        raise RuntimeError("Query interrupted")
    assert capsys.readouterr().err == "\nInterrupted. Nothing was changed; start it again.\n"
    with pytest.raises(RuntimeError, match="another"), interrupts.saying(interrupts.unchanged):
        raise RuntimeError("another")
    assert capsys.readouterr().err == ""


def test_workers_end_when_nobody_waits_for_their_parts_any_more(tmp_path):
    def give_up_soon():
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        given_up.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGUSR1)

    def give_up(*_):
        raise KeyboardInterrupt

    given_up, before = [], signal.signal(signal.SIGUSR1, give_up)
    threading.Thread(target=give_up_soon, daemon=True).start()
    try:
        with pytest.raises(KeyboardInterrupt):
            list(each_part(sleep_long, tmp_path, range(5), 2))
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert time.monotonic() - given_up[0] < PATIENCE_S
    assert not [
        one for one in interrupts.children() if "spawn_main" in " ".join(interrupts.command_of(one))
    ]
