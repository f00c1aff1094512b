"""From "Run All Cells" in JupyterLab to the first picture of each notebook, in a real browser; and
for the slowest notebook, with an empty cache, so that the model is compiled first.

At most 10 s, or 40 s with the compilation, on a machine that does nothing else. CPU seconds, from
the start of the kernel on and with its workers, say what such a machine would nearly take.
"""

import contextlib
import io
import sys
import tempfile
import time
from pathlib import Path

import psutil

from tests.slow.browsers import PATIENCE, chromium
from tests.slow.labs import jupyterlab, open_notebook, run_all_cells
from wrapsim_helpers import commands

NOTEBOOKS = (
    "01_schema",
    "02_single_user",
    "03_multiple_users",  # the next two tell of its run
    "04_wrapped",
    "05_realism",
)
ALLOWED, ALLOWED_COMPILING = 10, 40  # seconds
COMPILING = "02_single_user"  # compiles the model before its first picture, as 01 does
PICTURE = """() => [...document.querySelectorAll(".jp-OutputArea-output img, " +
    ".jp-OutputArea-output svg")].some(shape => shape.getBoundingClientRect().width > 100)"""
FINISHED = """() => [...document.querySelectorAll(".jp-CodeCell .jp-InputArea-prompt")]
    .every(prompt => /\\d/.test(prompt.textContent))"""


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    yield from claims(NOTEBOOKS, ALLOWED)
    with tempfile.TemporaryDirectory() as cache:
        yield from claims([COMPILING], ALLOWED_COMPILING, WRAPSIM_CACHE=cache)


def claims(notebooks, allowed, **environment):
    """The claims of `measure` for some notebooks, executed in this order in one folder."""
    compiled = ", not compiled" * bool(environment)
    for name, (seconds, cpu_seconds) in first_pictures(notebooks, environment):
        claim = f"first picture of {name}{compiled}, share of the {allowed} s allowed"
        yield claim, seconds / allowed, None, f"{seconds:.1f} s, {cpu_seconds:.1f} s of CPU"


def first_pictures(notebooks, environment):
    """Yield (name, seconds as from `first_picture`) of notebooks, each executed to its end."""
    with tempfile.TemporaryDirectory() as top, chromium() as browser:
        folder, runtime = Path(top) / "kit", Path(top) / "runtime"
        with contextlib.redirect_stdout(io.StringIO()):
            commands.notebooks.init(folder)
        runtime.mkdir()
        with jupyterlab(folder, runtime, **environment) as lab:
            for name in notebooks:
                page = browser.new_page(viewport={"width": 1400, "height": 1000})
                page.set_default_timeout(1000 * PATIENCE)
                open_notebook(lab.address, page, f"notebooks/{name}.ipynb")
                yield name, first_picture(lab, page)
                page.wait_for_function(FINISHED)
                page.close()


def first_picture(lab, page):
    """(seconds from the click to the first picture, CPU seconds of the newest kernel by then)."""
    kernel = max(psutil.Process(lab.process).children(), key=psutil.Process.create_time)
    run_all_cells(page)
    began = time.perf_counter()
    page.wait_for_function(PICTURE)
    return time.perf_counter() - began, cpu_seconds(kernel)


def cpu_seconds(process):
    """CPU seconds of a process, of its children, and of those that have ended."""
    times = process.cpu_times()
    ended = times.children_user + times.children_system
    return times.user + times.system + ended + sum(map(cpu_seconds, process.children()))


if __name__ == "__main__":
    for claim, ratio, _, detail in claims(sys.argv[1:] or NOTEBOOKS, ALLOWED):
        print(f"{ratio:.2f} {claim} ({detail})", flush=True)
