"""JupyterLab in a real browser: a notebook opens, runs all its cells and shows its pictures, each
with its text.
"""

import json
import os
import subprocess
import sys
import urllib.request

import nbformat
import pytest

from wrapsim_helpers import commands

from .browsers import PATIENCE, chromium, wait_for


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(address of a JupyterLab on a folder as from `wrapsim init`, the folder)."""
    folder = tmp_path_factory.mktemp("lab") / "kit"
    commands.init(folder)
    runtime = tmp_path_factory.mktemp("runtime")  # where the server writes which port it chose
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--ip=127.0.0.1",
            "--port=0",
            "--allow-root",
            "--IdentityProvider.token=",
            f"--ServerApp.root_dir={folder}",
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            "--LabApp.extension_manager=readonly",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime)},
    )
    address = wait_for(
        lambda: [
            json.loads(path.read_text())["url"].rstrip("/")
            for path in runtime.glob("jpserver-*.json")
        ]
    )[0]
    wait_for(lambda: urllib.request.urlopen(f"{address}/api/status").status == 200)
    yield address, folder
    server.terminate()
    server.wait()


def idle(address, path):
    sessions = json.load(urllib.request.urlopen(f"{address}/api/sessions"))
    return any(
        one["path"] == path
        and one["kernel"]["execution_state"] == "idle"
        and one["kernel"]["connections"] > 0
        for one in sessions
    )


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE)
        yield page


def run_all(lab, page, path):
    """Open a notebook and run all its cells."""
    address, _ = lab
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    wait_for(lambda: idle(address, path))
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def errors(page):
    return page.evaluate(
        "document.querySelectorAll('[data-mime-type=\"application/vnd.jupyter.error\"]').length"
    )


def test_a_notebook_runs_in_the_browser_and_shows_its_pictures(lab, page):
    run_all(lab, page, "notebooks/02_single_user.ipynb")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-OutputArea-output')].some(o => "
        "o.textContent.includes('plays.parquet'))"
    )
    pictures = page.evaluate(
        "[...document.querySelectorAll('.jp-OutputArea-output img')].map(i => [i.alt, "
        "i.naturalWidth])"
    )
    page.screenshot(path=str(lab[1] / "lab.png"))
    assert errors(page) == 0 and len(pictures) == 3
    assert all(len(alt) > 20 and width > 1000 for alt, width in pictures)


def test_a_story_plays_in_a_notebook(lab, page, tiny_run):
    cell = f"import wrapsim_helpers as ws\nws.show_story(ws.tell_story({str(tiny_run)!r}))"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, lab[1] / "notebooks" / "story.ipynb")
    run_all(lab, page, "notebooks/story.ipynb")
    frame = page.wait_for_selector(".jp-OutputArea-output iframe").content_frame()
    frame.wait_for_selector(".story[data-now='0'] .card.on")
    frame.get_by_role("button", name="Next card").click()
    frame.wait_for_selector(".story[data-now='1']")
    page.keyboard.press("ArrowRight")
    assert frame.wait_for_selector(".story[data-now='2']") and errors(page) == 0
