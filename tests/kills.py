"""Runs in processes of their own, to be killed: what the quick and the slow tests of survival
share.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

from wrapsim_helpers import parameters
from wrapsim_helpers.storage import manifest as mf
from wrapsim_helpers.storage import places

# small parts, so that there are many moments to be killed at
MANY = {
    "num_users": 24,
    "start_time": "2025-03-20",
    "end_time": "2025-04-10",
    "seed": 7,
    "listeners_per_part": 1,
}
PATIENCE_S = 20  # for processes that should end at once
START = "import wrapsim_helpers as ws; "
AFTER = """
import psutil, sys, time
from wrapsim_helpers.runs import carrying_out
def parts_and_then(*job, each_part=carrying_out.each_part):
    for n, part in enumerate(each_part(*job)):
        if n == {n}:
            {action}
        yield part
carrying_out.each_part = parts_and_then
"""
WAIT = (
    "print('waiting', *(child.pid for child in psutil.Process().children()), flush=True); "
    "sys.stdin.readline()"
)


def after(n, action):
    """Code for `start`: do something once so many parts are made; the run does not end meanwhile,
    however long this takes.
    """
    return AFTER.format(n=n, action=action)


def waiting(process):
    """Process numbers of the children of a process that has come to WAIT."""
    line = next((line for line in process.stdout if line.startswith("waiting")), None)
    assert line, process.stderr.read()[-2000:]
    return [int(number) for number in line.split()[1:]]


def sleep_long(job, number):
    """What an abandoned worker does: its file tells that it has begun. In this module since a
    worker imports little with it.
    """
    (job / str(number)).touch()
    time.sleep(3 * PATIENCE_S)


def die(job, number):
    """What a worker does that dies at once."""
    os._exit(3)


def start(folder, workers, before="", **changed):
    """A process that simulates into a folder; `before` is code it runs first."""
    code = (
        f"{before}{START}ws.simulate(**{MANY | changed!r}, out_dir={str(folder)!r}, "
        f"workers={workers})"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(condition, process, seconds=1800):
    """Wait until a condition holds or the process has ended, or hangs: a busy machine takes minutes
    where others take seconds.
    """
    until = time.monotonic() + seconds
    while not condition() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.002)


def tree(folder):
    """Name -> bytes of every file of a run that its identity decides."""
    files = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if name != "log.json" and not name.startswith("derived/")
    }


def kill_at_random(folder, workers, random, most, **changed):
    """Start the run, kill it with SIGKILL while or after it writes up to so many files; True where
    it had not ended before.
    """
    process = start(folder, workers, **changed)
    enough = n_files(folder) + random.randint(
        1, most
    )  # files, not seconds: as far on a busy machine as on another
    wait_for(lambda: n_files(folder) >= enough, process)
    time.sleep(random.uniform(0, 0.02))  # so that it may be anywhere between two files
    killed = process.poll() is None
    process.kill()
    process.communicate()
    return killed


def n_files(folder):
    """How many files a folder holds."""
    return sum(len(files) for _, _, files in os.walk(folder))


def broken_files(folder):
    """Names of files that are there under their own name but not whole, by the receipts of a run
    that was killed.
    """
    receipts = [json.loads(path.read_bytes()) for path in folder.glob("parts/[!.]*.json")]
    named = [entry for receipt in receipts for entry in receipt["files"]]
    return [
        entry["file"]
        for entry in named
        if (folder / entry["file"]).is_file()  # a receipt comes before its files
        and parameters.sha256_of(folder / entry["file"]) != entry["sha256"]
    ]


def survive(folder, kills, workers, random, most, **changed):
    """Kill a run so many times, at random moments, each time going on from what is there; then let
    it end.
    """
    done = 0
    for _ in range(5 * kills):
        done += kill_at_random(folder, workers, random, most, **changed)
        assert not broken_files(folder)
        if done == kills:
            break
        if (folder / "run.json").is_file():  # it got through: once more from the beginning
            shutil.rmtree(folder)
    last = start(folder, workers, **changed)
    _, told = last.communicate()
    assert last.returncode == 0, told[-2000:]
    assert done == kills
    left = [str(path.relative_to(folder)) for path in folder.rglob(f"{places.TEMPORARY}*")]
    assert not left, left
    assert not (folder / "parts").exists()


def listed_as_they_are(folder):
    """Let run.json list its files as they lie there now, so that a changed one counts as one that
    was written so.
    """
    manifest = json.loads((folder / "run.json").read_text())
    for one in manifest["files"]:
        one |= {
            "bytes": (folder / one["file"]).stat().st_size,
            "sha256": hashlib.sha256((folder / one["file"]).read_bytes()).hexdigest(),
        }
    (folder / "run.json").write_bytes(
        mf.sealed_json({key: value for key, value in manifest.items() if key != "sha256"})
    )
