"""The documentation site: built from the main job, read as files, and seen in a real browser."""

import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import commands, notebooks

from ..conftest import TOP
from .browsers import chromium

# pixels by which a page, or its text, is wider than the window; Furo lets the text scroll
OVERFLOW = """Math.max(...[document.documentElement, ...document.querySelectorAll('.content')]
    .map(e => e.scrollWidth - e.clientWidth))"""
SHADOW = "document.querySelector('.wrapsim-still').shadowRoot"
MACHINE = re.compile(r"/(?:home|Users|root|work|tmp|private)/\w+")


@pytest.fixture(scope="module")
def site(main_job, tmp_path_factory):
    """The folder of the site that `python docs/site` builds."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    words = [TOP / "docs" / "site", f"--output={folder}", f"--job={main_job[0]}"]
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, cwd=TOP)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


class Page(HTMLParser):
    """The links, pictures and names of places of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.pictures, self.places = [], [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.links += [values[name] for name in ("href", "src") if values.get(name)]
        self.pictures += [values] if tag in ("img", "iframe") else []
        self.places |= {values["id"]} if "id" in values else set()


@cache
def read(path):
    return Page(path)


def pages(site):
    return sorted(site.rglob("*.html"))


def is_broken(link, page):
    """Whether a link of a page leads to a missing file or a missing place on a page."""
    parts = urlsplit(link)
    if parts.scheme:
        return False
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not target.is_file():
        return True
    return target.suffix == ".html" and bool(parts.fragment) and not has_place(target, parts)


def has_place(target, parts):
    return unquote(parts.fragment) in read(target).places


def test_the_site_has_every_notebook_name_command_and_document(site):
    names = {page.relative_to(site).with_suffix("").as_posix() for page in pages(site)}
    assert {f"notebooks/{name}" for name in notebooks.NOTEBOOKS} <= names
    documents = [*(TOP / "docs").glob("*.md"), *(TOP / "docs" / "how_to").glob("*.md")]
    assert {path.relative_to(TOP).with_suffix("").as_posix() for path in documents} <= names
    assert {"index", "gallery", "CHANGELOG", "ARCHITECTURE", "docs/speed"} <= names
    places = set.union(*(read(page).places for page in site.glob("reference/*.html")))
    assert {f"wrapsim_helpers.{name}" for name in ws.__all__} <= places
    words = {
        command.name or command.callback.__name__ for command in commands.app.registered_commands
    }
    assert {f"wrapsim-{word.strip('_')}" for word in words} <= places


def test_no_link_of_the_site_is_broken(site):
    broken = {
        (page.relative_to(site).as_posix(), link)
        for page in pages(site)
        for link in read(page).links
        if is_broken(link, page)
    }
    assert not broken


def test_a_broken_link_would_be_seen(tmp_path):
    page = tmp_path / "page.html"
    page.write_text('<h1 id="here"></h1>')
    assert [is_broken(link, page) for link in ("missing.html", "page.html#there")] == [True, True]
    assert not is_broken("page.html#here", page)


def test_every_picture_of_the_site_has_a_text(site):
    for page in pages(site):
        texts = [values.get("alt") or values.get("title") for values in read(page).pictures]
        assert all(text and len(text) > 3 for text in texts), page.name


def test_the_gallery_shows_every_card_of_a_story_with_its_numbers(site):
    pictures = read(site / "gallery.html").pictures
    shown = {Path(values["src"]).stem for values in pictures}
    assert {"minutes", "top_songs", "world", "summary", "blend", "party", "artist_year"} <= shown
    assert sum(bool(re.search(r"\d", values["alt"])) for values in pictures) == len(pictures)
    assert len(list(site.glob("gallery/story_*/story.html"))) == 3


def test_no_page_names_a_folder_of_the_machine(site, main_job):
    for page in pages(site):
        text = page.read_text(encoding="utf-8")
        assert not MACHINE.findall(text), page.name
        assert str(main_job[0]) not in text and str(TOP) not in text


def test_no_page_asks_another_host_or_is_wider_than_a_phone(site):
    asked, wide = [], []
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 360, "height": 740})
        page.on("request", lambda request: asked.append(request.url))
        for path in pages(site):
            page.goto(path.as_uri(), wait_until="load")
            wide += [path.name] if page.evaluate(OVERFLOW) > 0 else []
    assert not [url for url in asked if not url.startswith(("file:", "data:", "blob:"))]
    assert not wide


def test_the_explorer_of_the_site_moves_without_a_kernel(site):
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto((site / "notebooks" / "02_single_user.html").as_uri())
        said = f"{SHADOW}.querySelector('.said').textContent"
        before = page.evaluate(said)
        page.locator("select[name=plan]").first.select_option(index=1)
        assert page.evaluate(said) != before
