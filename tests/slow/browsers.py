"""The system's Chromium, for the tests that look at pages."""

import shutil
import time
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

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


@contextmanager
def chromium():
    """A headless browser."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "Chromium is not installed; it is in apt.txt"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=FLAGS, timeout=1000 * PATIENCE
        )
        yield browser
        browser.close()


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
