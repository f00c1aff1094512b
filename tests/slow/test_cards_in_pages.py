"""Cards in HTML exports of notebooks, in a real browser."""

import nbformat
import pytest
from nbconvert import HTMLExporter

import wrapsim_helpers as ws

from .browsers import chromium

BOXES = "[...document.querySelectorAll('.wrapsim')].map(e => e.getBoundingClientRect().toJSON())"
OPEN = "document.querySelectorAll(':popover-open').length"


@pytest.fixture(scope="module")
def made(tiny_run):
    return ws.make_cards(ws.tell_story(tiny_run))


@pytest.mark.parametrize("template", ["lab", "classic", "basic"])
def test_an_export_keeps_each_cards_text_and_opens_it_over_the_page(made, template, tmp_path):
    html = ws.cards_in_rows(made)._repr_html_()
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("", outputs=[output])])
    exported, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    (tmp_path / "page.html").write_text(exported, encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto((tmp_path / "page.html").as_uri())
        images = page.evaluate("[...document.images].map(i => [i.alt, i.width])")
        assert images == [[card.alt, 300] for card in made]
        before = page.evaluate(BOXES)
        page.locator(".wrapsim button").nth(1).click()
        assert page.evaluate(OPEN) == 1 and page.evaluate(BOXES) == before
        image = page.locator(":popover-open img")
        box = image.bounding_box()
        assert box["height"] == pytest.approx(960, abs=1) and image.get_attribute("alt")
        assert box["x"] + box["width"] / 2 == pytest.approx(700, abs=12)  # centred
        page.screenshot(path=str(tmp_path / "open.png"))
        image.click()
        assert page.evaluate(OPEN) == 0
        page.locator(".wrapsim button").nth(2).press("Enter")
        assert page.evaluate(OPEN) == 1
        page.keyboard.press("Escape")
        assert page.evaluate(OPEN) == 0 and page.evaluate(BOXES) == before
