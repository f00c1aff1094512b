"""JupyterLab in a real browser: a notebook opens, runs all its cells and shows its pictures, each
with its text.
"""

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from PIL import Image

import wrapsim_helpers as ws
from wrapsim_helpers import commands

from .browsers import PATIENCE, chromium, wait_for
from .labs import jupyterlab, open_notebook, run_all_cells


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """(address of a JupyterLab on a folder as from `wrapsim init`, the folder)."""
    folder = tmp_path_factory.mktemp("lab") / "kit"
    commands.notebooks.init(folder)
    with jupyterlab(folder, tmp_path_factory.mktemp("runtime")) as server:
        yield server.address, folder


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.set_default_timeout(1000 * PATIENCE)
        yield page


def run_all(lab, page, path):
    """Open a notebook and run all its cells."""
    open_notebook(lab[0], page, path)
    run_all_cells(page)


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
    assert errors(page) == 0 and len(pictures) == 4  # the explorer's picture is hidden
    assert all(len(alt) > 20 and width > 1000 for alt, width in pictures)


def explorers(page):
    """The explorer that asks the kernel, and the one that stands for it without a kernel."""
    return page.locator("[data-ready]:not(.wrapsim-still)"), page.locator(".wrapsim-still")


def moved(live, name, value):
    """Move a control of the explorer, wait for the new year, and return what is said about it."""
    before = live.get_attribute("data-answers")
    live.locator(f"[name={name}]").evaluate(
        "(control, value) => { control.value = value; control.dispatchEvent(new Event("
        "control.type === 'range' ? 'input' : 'change')) }",
        value,
    )
    wait_for(lambda: live.get_attribute("data-answers") != before)
    return live.locator(".said").inner_text()


def test_a_moved_slider_asks_the_kernel_for_another_year(lab, page):
    faults = []
    page.on("console", lambda message: faults.append(message) if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(error))
    run_all(lab, page, "notebooks/02_single_user.ipynb")
    live, still = explorers(page)
    live.wait_for(timeout=1000 * PATIENCE)
    first = live.locator(".said").inner_text()
    said = moved(live, "age", "45")
    assert said != first and f", {13 + 45}, " in said and " hours of music instead of " in said
    assert ", premium, " in moved(live, "plan", "2")
    assert live.locator(".year path").count() == 2 and not still.is_visible()
    assert moved(live, "seed", "3").startswith("Another person: ")
    live.get_by_role("button", name="Back to the first year").click()
    wait_for(lambda: live.locator(".said").inner_text() == first)
    assert live.locator(".year path").count() == 1 and faults == [] and errors(page) == 0


# widths of the notebook, of the cell and of what it holds, and of the explorer, at one moment
WIDTHS = """explorer => {
    const cell = explorer.closest(".jp-OutputArea-output")
    const book = explorer.closest(".jp-Notebook")
    return [book.clientWidth, cell.clientWidth, cell.scrollWidth, explorer.offsetWidth]
}"""


def check_width(page, live, width):
    """An explorer is no wider than its cell, in a window of this width."""
    page.set_viewport_size({"width": width, "height": 1000})
    # the page lays itself out anew; beside the notebook stands the list of files
    wait_for(lambda: width - 450 < live.evaluate(WIDTHS)[0] < width - 150)
    _, room, needed, own = live.evaluate(WIDTHS)
    assert needed <= room and own <= room


@pytest.mark.parametrize("width", [1600, 1200])
def test_the_explorer_is_no_wider_than_its_cell(page, width):
    check_width(page, explorers(page)[0], width)


def saved_picture(page, explorer):
    """(name, image) of the file that the button of an explorer saves."""
    with page.expect_download() as download:
        explorer.get_by_role("button", name="Save picture").click()
    return download.value.suggested_filename, Image.open(download.value.path()).convert("RGB")


def inked(image, box):
    """How many pixels of a part of a picture of an explorer are not white."""
    return int((np.asarray(image.crop(box)) < 250).any(axis=2).sum())


def test_the_picture_of_an_explorer_is_saved_with_its_charts_words_and_change(page):
    live, _ = explorers(page)
    _, first = saved_picture(page, live)
    moved(live, "plan", "2")
    name, now = saved_picture(page, live)
    assert name == "explorer_premium.png" and now.size == first.size
    width, height = now.size
    thirds = [
        (0, 0, width, height // 6),
        (0, height // 4, width, height // 2),
        (0, 5 * height // 8, width // 2, height),
        (width // 2, 5 * height // 8, width, height),
    ]
    assert all(inked(now, box) > 1000 for box in thirds)  # sentences, weeks, hours, top five
    red = (np.asarray(now) == (0xC0, 0x34, 0x1B)).all(axis=2).sum()
    assert red > 10_000 and not (np.asarray(first) == (0xC0, 0x34, 0x1B)).all(axis=2).any()
    foot = (0, height - 50, width, height)
    assert inked(now, foot) > 2 * inked(first, foot) > 0  # it says what was changed


@pytest.fixture(scope="module")
def executed(lab):
    """Notebook 02 as `wrapsim run` executes it: without a page, so without a widget."""
    from wrapsim_helpers import notebooks

    folder = lab[1]
    output = folder / "notebooks" / "executed.ipynb"
    source = folder / "notebooks" / "02_single_user.ipynb"
    parameters = {"end_time": "2025-07-01", "out_dir": str(folder / "listener")}
    return notebooks.run_notebook(source, parameters, output)


def look(page, path):
    """Open an HTML export of a notebook from disk; returns its explorer and the requests to other
    hosts that the explorer caused.
    """
    body, _ = HTMLExporter(require_js_url="", mathjax_url="").from_filename(str(path))
    target = path.with_suffix(".html")
    target.write_text(body, encoding="utf-8")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(f"file://{target}")
    return page.locator(".wrapsim-still"), [url for url in requests if "file://" not in url]


def test_an_html_export_explores_without_a_kernel_and_by_the_keyboard(executed, page):
    still, elsewhere = look(page, executed)
    first = still.locator(".said").inner_text()
    still.locator("[name=age]").focus()
    page.keyboard.press("End")
    assert (
        still.locator(".said").inner_text() != first
        and ", 60, " in page.locator(".wrapsim-still .said").inner_text()
    )
    assert still.locator("svg[role=img]").count() == 2 and not still.locator("img").is_visible()
    assert saved_picture(page, still)[0] == "explorer_60.png"
    assert elsewhere == []


def test_the_saved_picture_of_an_export_is_the_same_on_every_screen(executed, page):
    pictures = []
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        pictures.append(np.asarray(saved_picture(page, look(page, executed)[0])[1]))
    assert np.array_equal(*pictures)


def test_without_scripts_the_picture_and_its_alt_text_remain(executed, page):
    still_page = page.context.browser.new_context(java_script_enabled=False).new_page()
    still_page.goto(f"file://{executed.with_suffix('.html')}")
    picture = still_page.locator(".wrapsim-still img")
    assert picture.is_visible() and "Age: " in picture.get_attribute("alt")


DARK = """async () => {
  const headers = {"X-XSRFToken": document.cookie.match(/_xsrf=([^;]*)/)[1]};
  const body = JSON.stringify({raw: '{"theme": "JupyterLab Dark"}'});
  const setting = "/lab/api/settings/@jupyterlab/apputils-extension:themes";
  return (await fetch(setting, {method: "PUT", headers, body})).status;
}"""


def test_a_signed_notebook_explores_in_jupyterlab_before_it_runs_in_dark_too(lab, page, executed):
    page.goto(f"{lab[0]}/lab")
    assert page.evaluate(DARK) in (200, 204)
    page.goto(f"{lab[0]}/lab/tree/notebooks/executed.ipynb?reset")
    still = page.locator(".wrapsim-still[data-ready]")
    still.wait_for(timeout=1000 * PATIENCE)
    page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")
    style = "e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]"
    colours = still.locator(".explorer").evaluate(style)
    assert still.locator(".said").is_visible()
    assert colours == ["rgb(23, 21, 31)", "rgb(255, 255, 255)"]


# -- the explorers of a run ------------------------------------------------------------------------


def write_notebook(path, *cells):
    """Write a notebook of code cells."""
    book = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(book, path)


@pytest.fixture(scope="module")
def of_run(lab, page, tiny_run):
    """A page with the explorers of a run, which ask the kernel, and its console's errors."""
    cells = ["import wrapsim_helpers as ws", f"run = {str(tiny_run)!r}", *EXPLORERS]
    write_notebook(lab[1] / "notebooks" / "explorers.ipynb", *cells)
    page, faults = page.context.browser.new_page(), []
    page.set_default_timeout(1000 * PATIENCE)
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    run_all(lab, page, "notebooks/explorers.ipynb")
    return page, faults


EXPLORERS = (
    "ws.explore_crowd(run)",
    "ws.explore_stories(run, ws.tell_stories(run, [0, 1]))",
    "ws.explore_figures(ws.measured(ws.sampled(run)))",
)


def live_explorer(page, place):
    """The explorer in the output of a cell, the last of its forms. place: of it in EXPLORERS"""
    cell = page.locator(".jp-CodeCell").nth(2 + place)
    page.wait_for_function(
        "n => document.querySelectorAll('[data-ready]').length == n", arg=2 * len(EXPLORERS) - 1
    )
    return cell.locator("[data-ready]").last


def test_a_chosen_cohort_is_shown_beside_everybody(of_run):
    page, faults = of_run
    live = live_explorer(page, 0)
    assert live.locator(".leaving path").count() == 1
    said = moved(live, "device", "1")
    assert said.startswith("On ") and " minutes a day (everybody: " in said
    assert live.locator(".leaving path").count() == 2 and live.locator("svg").count() == 3
    assert "This cohort: 1" in live.locator(".leaving svg").get_attribute("aria-label")
    assert errors(page) == 0 and faults == []


def facts(live):
    """The rows of the list beside a story: label -> texts."""
    rows = live.locator(".facts tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
    )
    return {row[0]: row[1:] for row in rows}


def test_the_story_of_another_edition_listener_and_theme_plays(of_run, tiny_run):
    page, faults = of_run
    live = live_explorer(page, 1)
    assert len(facts(live)["Minutes"]) == 1
    moved(live, "edition", "1")
    first, now = map(int, facts(live)["Cards"])
    assert now < first
    moved(live, "listener", "2")
    ms = ws.tell_story(tiny_run, 2).first("minutes")["ms_played"]
    assert facts(live)["Minutes"][1].replace("\u2009", "") == str(ms // 60_000)
    moved(live, "theme", "1")
    frame = live.locator("iframe").element_handle().content_frame()
    frame.wait_for_selector(".story[data-now='0'] .card.on")
    assert frame.locator(".card").count() == int(facts(live)["Cards"][1]) + 1  # the overview
    assert errors(page) == 0 and faults == []


def test_a_chosen_figure_is_shown_with_its_report_and_uniform_draws(of_run):
    page, faults = of_run
    figures = live_explorer(page, 2)
    said = moved(figures, "figure", "4")
    assert said.startswith("Plays left early per hour of listening")
    alt = figures.locator(".checks svg").get_attribute("aria-label")
    assert alt.startswith("published 14.65 \u00b1 3, this run ") and "uniform draws 14.89" in alt
    figures.locator("[name=figure]").focus()
    page.keyboard.press("ArrowDown")
    wait_for(lambda: figures.locator(".said").inner_text() != said, 10)
    assert errors(page) == 0 and faults == []


@pytest.mark.parametrize("place", range(len(EXPLORERS)))
@pytest.mark.parametrize("width", [1600, 1200])
def test_an_explorer_of_a_run_is_no_wider_than_its_cell(of_run, place, width):
    check_width(of_run[0], live_explorer(of_run[0], place), width)


def test_a_story_plays_in_a_notebook(lab, page, tiny_run):
    cell = f"import wrapsim_helpers as ws\nws.show_story(ws.tell_story({str(tiny_run)!r}))"
    write_notebook(lab[1] / "notebooks" / "story.ipynb", cell)
    run_all(lab, page, "notebooks/story.ipynb")
    frame = page.wait_for_selector(".jp-OutputArea-output iframe").content_frame()
    frame.wait_for_selector(".story[data-now='0'] .card.on")
    frame.get_by_role("button", name="Next card").click()
    frame.wait_for_selector(".story[data-now='1']")
    page.keyboard.press("ArrowRight")
    assert frame.wait_for_selector(".story[data-now='2']") and errors(page) == 0
