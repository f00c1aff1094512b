"""Batches where they are hardest: from cron, killed, without a folder to write to, on a phone."""

import os
import re
import signal
import subprocess
import sys
import time
from urllib.request import pathname2url

import nbformat
import psutil
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe

from wrapsim_helpers.batches.page import write_page

from ..batches.test_page import result
from ..batches.test_running import statuses, write_notebook
from ..conftest import TOP
from .browsers import chromium, wait_for

# what cron gives: no HOME, and a short PATH
CRON = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(TOP)} | {
    name: os.environ[name] for name in ("WRAPSIM_CACHE",) if name in os.environ
}
MATRIX = {
    "defaults": {"notebook": "mine.ipynb"},
    "sets": {"n {n}": {"matrix": {"n": [*range(10)]}}, "bröken": {"parameters": {"fails": True}}},
}


def write_sets(folder, sets):
    """A folder with the small notebook and a file of sets; returns the file's path."""
    folder.mkdir()
    write_notebook(folder / "mine.ipynb")
    (folder / "sets.yaml").write_text(yaml.safe_dump(sets, sort_keys=False), encoding="utf-8")
    return folder / "sets.yaml"


def words_of(file, out, *more):
    """The words of the command."""
    return [sys.executable, "-m", "wrapsim_helpers", "batch", file, "-o", out, *more]


def from_cron(file, out, cwd="/", **environment):
    """Execute a batch with cron's environment; its result."""
    return subprocess.run(
        words_of(file, out), capture_output=True, text=True, cwd=cwd, env=CRON | environment
    )


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """The folder of a batch of eleven sets, one broken, executed by cron; the command's result."""
    folder = tmp_path_factory.mktemp("batches")
    file = write_sets(folder / "ñ with blanks, 東京", MATRIX)
    return folder / "out put", from_cron(file, folder / "out put")


def test_a_batch_runs_from_cron_in_paths_with_blanks_and_other_scripts(batch):
    folder, done = batch
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("wrapsim: 1 of 11 sets failed: bröken.")
    assert list(statuses(done).values()) == [*10 * ["done"], "failed"]
    assert len(list(folder.glob("*.ipynb"))) == len(list(folder.glob("html/*.html"))) == 11


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc on this system")
def test_a_batch_runs_where_nothing_can_be_written(tmp_path):
    file = write_sets(tmp_path / "sets", MATRIX | {"sets": {"a": {}}})
    for home in ({}, {"HOME": "/proc/nowhere"}):
        done = from_cron(file, tmp_path / f"out{len(home)}", "/proc", **home)
        assert done.returncode == 0 and statuses(done) == {"a": "done"}, done.stdout + done.stderr
    refused = from_cron(file, "/proc/out", "/proc")
    assert refused.returncode == 2
    assert re.search("'/proc/out', which cannot be written .*; name another folder", refused.stderr)


def test_a_killed_batch_goes_on(tmp_path):
    file = write_sets(tmp_path / "sets", MATRIX)
    out = tmp_path / "out"
    process = subprocess.Popen(
        words_of(file, out, "--jobs", "2"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    wait_for(lambda: len(list(out.glob("n *.ipynb"))) >= 3)
    kernels = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    psutil.wait_procs(kernels, timeout=60)
    assert not any(kernel.is_running() for kernel in kernels)
    finished = {path.stem: path.read_bytes() for path in out.glob("[!.]*.ipynb")}
    for path in finished:
        nbformat.read(out / f"{path}.ipynb", 4)
    done = subprocess.run(words_of(file, out), capture_output=True, text=True)
    assert done.returncode == 1
    told = statuses(done)
    assert {name for name in told if told[name] == "unchanged"} == {*finished}
    assert sorted(told.values()).count("done") == 10 - len(finished)
    assert {name: (out / f"{name}.ipynb").read_bytes() for name in finished} == finished
    assert len(list(out.glob("html/*.html"))) == 11
    assert not list(out.glob(".wrapsim-*.ipynb"))


def test_an_interrupted_batch_ends_with_its_kernels_and_says_how_to_go_on(tmp_path):
    sets = {"a": {"notebook": "slow.ipynb"}, "b": {"notebook": "slow.ipynb"}}
    file = write_sets(tmp_path / "sets", sets)
    book = nbformat.read(tmp_path / "sets" / "mine.ipynb", 4)
    book.cells = [book.cells[0], nbformat.v4.new_code_cell("import time; time.sleep(600)")]
    nbformat.write(book, tmp_path / "sets" / "slow.ipynb")
    start = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    start += "from wrapsim_helpers.commands import main; main()"
    words = [sys.executable, "-c", start, *words_of(file, tmp_path / "out")[3:]]
    process = subprocess.Popen(
        [*words, "--jobs", "2"], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    everything = wait_for(
        lambda: (
            len(psutil.Process(process.pid).children()) == 2
            and psutil.Process(process.pid).children(recursive=True)
        )
    )
    time.sleep(3)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and "goes on with the others." in errors
    psutil.wait_procs(everything, timeout=60)
    assert not any(kernel.is_running() for kernel in everything)


# -- the page --------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 390, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_legible_in_a_browser_without_a_network(batch, width, scheme):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto("file://" + pathname2url(str(batch[0] / "index.html")))
        assert not said and not [url for url in asked if not url.startswith(("file:", "data:"))]
        assert page.evaluate("document.documentElement.scrollWidth") == width
        images = page.eval_on_selector_all("img", "all => all.map(one => one.alt.length)")
        assert len(images) == 10 and min(images) > 5
        assert Axe().run(page).violations_count == 0
        page.fill("input[type=search]", "n 7")
        assert page.locator(".set:visible").count() == 1
        page.click(".set:visible h2 a")
        assert page.title() == "n 7" and page.locator("img").count() == 1
        assert not [url for url in asked if not url.startswith(("file:", "data:"))]


@pytest.mark.parametrize("pictures, n_empty", [(["", ""], 0), (["data:,", ""], 1)])
def test_a_batch_without_any_picture_has_no_places_for_pictures(tmp_path, pictures, n_empty):
    results = [result(f"n {n}", picture=picture) for n, picture in enumerate(pictures)]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 800})
        page.goto("file://" + pathname2url(str(write_page(results, tmp_path, "t", 1.0, 1))))
        assert page.locator(".set:visible").count() == 2
        assert page.locator(".panel.empty:visible").count() == n_empty
