"""JupyterLab in a real browser: a notebook opens, runs all its cells and shows its pictures, each
with its text.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request

import pytest
from playwright.sync_api import sync_playwright

from wrapsim_helpers import commands

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


PATIENCE = 900  # seconds; a busy machine takes many


def wait_for(question, seconds=PATIENCE):
    """The first answer that is not empty; fails when it takes too long."""
    end = time.time() + seconds
    while time.time() < end:
        try:
            if answer := question():
                return answer
        except (OSError, ValueError):
            pass
        time.sleep(0.3)
    raise AssertionError(f"nothing after {seconds} s")


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


def test_a_notebook_runs_in_the_browser_and_shows_its_pictures(lab):
    address, folder = lab
    chromium = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert chromium, "Chromium is not installed; it is in apt.txt"
    path = "notebooks/02_single_user.ipynb"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=FLAGS, timeout=1000 * PATIENCE
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}/lab/tree/{path}?reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell")
        wait_for(lambda: idle(address, path))
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_text("Run All Cells", exact=True).click()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-OutputArea-output')].some(o => "
            "o.textContent.includes('plays.parquet'))"
        )
        pictures = page.evaluate(
            "[...document.querySelectorAll('.jp-OutputArea-output img')].map(i => [i.alt, "
            "i.naturalWidth])"
        )
        errors = page.evaluate(
            "document.querySelectorAll('[data-mime-type=\"application/vnd.jupyter.error\"]').length"
        )
        page.screenshot(path=str(folder / "lab.png"))
        browser.close()
    assert errors == 0 and len(pictures) == 3
    assert all(len(alt) > 20 and width > 1000 for alt, width in pictures)
