"""A JupyterLab of its own, and its notebooks in a browser, for tests and benchmarks."""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass

from .browsers import wait_for

OPTIONS = (
    "--no-browser",
    "--ip=127.0.0.1",
    "--port=0",
    "--allow-root",
    "--IdentityProvider.token=",
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)


@dataclass(frozen=True)
class Lab:
    """A JupyterLab that runs. address: its URL; process: number of the server's process"""

    address: str
    process: int


@contextmanager
def jupyterlab(folder, runtime, **environment):
    """A `Lab` on a folder, until the block ends.

    runtime  an empty folder, in which the server writes which port it chose
    """
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *OPTIONS, f"--ServerApp.root_dir={folder}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime)} | environment,
    )
    try:
        yield Lab(address_in(runtime), server.pid)
    finally:
        server.terminate()
        server.wait()


def address_in(runtime):
    """The URL of the server that writes into a folder, as soon as the server replies."""
    address = wait_for(
        lambda: [
            json.loads(path.read_text())["url"].rstrip("/")
            for path in runtime.glob("jpserver-*.json")
        ]
    )[0]
    wait_for(lambda: urllib.request.urlopen(f"{address}/api/status").status == 200)
    return address


def open_notebook(address, page, path):
    """Open a notebook in a browser's page, and wait until its kernel can run cells."""
    page.goto(f"{address}/lab/tree/{path}?reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell")
    wait_for(lambda: idle(address, path))


def idle(address, path):
    """Whether the kernel of a notebook waits for cells of its page."""
    sessions = json.load(urllib.request.urlopen(f"{address}/api/sessions"))
    return any(
        session["path"] == path
        and session["kernel"]["execution_state"] == "idle"
        and session["kernel"]["connections"] > 0
        for session in sessions
    )


def run_all_cells(page):
    """Run all cells of the open notebook, as the menu does."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()
