"""How soon everything ends after Ctrl-C: the command, its workers and its kernels, in seconds,
which are printed and not gated.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

import wrapsim_helpers as ws

# a shell may have begun the benchmarks with Ctrl-C ignored, which children inherit
START = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from "
    "wrapsim_helpers.commands import main; "
    "print('imported', flush=True); main()"
)
LISTENERS = 1_000  # of the run that is read; eight million plays
MOMENTS_S = (0.5, 2.0, 4.0)  # after a command's imports


def measure():
    """[(claim, measured seconds, gate, detail)]"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = ws.simulate(LISTENERS, out_dir=folder / "run")
        simulated = {
            f"simulate, {workers} worker{'s' * (workers > 1)}": [
                "simulate",
                20_000,
                folder / "new{}",
                "--workers",
                workers,
            ]
            for workers in (1, 2)
        }
        commands = simulated | {
            "verify": ["verify", run],
            "insights": ["insights", run, folder / "insights{}"],
            "realism": ["realism", "--run", run],
            "run": [
                "run",
                "03_multiple_users",
                "-p",
                "num_users=20000",
                "-p",
                f"out_dir={folder}/nb{{}}",
                "-o",
                folder / "nb{}.ipynb",
            ],
        }
        slowest = {
            claim: max(seconds_to_end(words, at, number) for number, at in enumerate(MOMENTS_S))
            for claim, words in commands.items()
        }
        slowest["the first compilation"] = max(
            seconds_to_end(
                simulated["simulate, 1 worker"],
                at,
                f"-{at}",
                WRAPSIM_CACHE=str(folder / f"cache-{at}"),
            )
            for at in (2.0, 10.0, 20.0)
        )
    return [
        (f"seconds from Ctrl-C to the end of {claim}", seconds, None, "meant to be below 2")
        for claim, seconds in slowest.items()
    ]


def seconds_to_end(words, at, number, **env):
    """Begin a command, send Ctrl-C to its group some seconds after its imports, wait until it and
    all it started are gone.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", START, *(str(word).format(number) for word in words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=os.environ | env,
    )
    process.stdout.readline()
    time.sleep(at)
    if process.poll() == 0:  # a fast machine: the command had nothing left to do
        return 0.0
    everything = [
        psutil.Process(process.pid),
        *psutil.Process(process.pid).children(recursive=True),
    ]
    os.killpg(process.pid, signal.SIGINT)
    started = time.perf_counter()
    while not all(map(is_gone, everything)):
        time.sleep(0.005)
    seconds = time.perf_counter() - started
    if process.wait() not in (0, 130):
        raise RuntimeError(f"{words[0]} ended with {process.returncode} instead of 130")
    return seconds


def is_gone(process):
    """Whether a process has ended, were it not yet collected by its parent."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
