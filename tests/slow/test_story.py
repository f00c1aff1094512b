"""The page of a story in a real browser: it plays, by itself and by every kind of input, and its
last frames are the cards.
"""

import io
import re

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbconvert import HTMLExporter
from PIL import Image, ImageChops

from wrapsim_helpers import cards
from wrapsim_helpers.cards.story.page import show_story

from .. import stories
from ..cards.test_cards import inked, made
from .browsers import PATIENCE, chromium

PHONE, DESKTOP = {"width": 360, "height": 640}, {"width": 1920, "height": 1080}
TOLERANCE = 6  # pixels of 1080 x 1920, between the box of a text on the card and in the story
OTHER_PIXELS = 0.03  # share of the pixels of a saved picture that may differ, at the letters' edges
NAMES = cards.card.card_names(stories.typical())


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the page of each story: as it ships, and one that turns no card by itself, so
    that a test on a slow machine sees the card that it asked for.
    """
    folder = tmp_path_factory.mktemp("pages")
    for name, tell in stories.ALL.items():
        html = show_story(tell()).html
        (folder / f"{name}.html").write_text(html, encoding="utf-8")
        (folder / f"held-{name}.html").write_text(held(html), encoding="utf-8")
    return folder


def held(html):
    """The page with the bar of its card standing still. A test can still end it."""
    style = "<style>.bars b { animation-play-state: paused !important }</style>"
    assert html.count("</head>") == 1
    return html.replace("</head>", f"{style}</head>")


@pytest.fixture
def opened(browser, folder):
    """A function that opens the page of a story. At the end: it asked no network and logged no
    error.
    """
    contexts, complaints = [], []

    def open_page(name="held-typical", size=PHONE, **options):
        contexts.append(browser.new_context(viewport=size, **options))
        page = contexts[-1].new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None,
        )
        page.on(
            "request", lambda request: complaints.append(request.url) if asks(request) else None
        )
        page.goto((folder / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def asks(request):
    return not request.url.startswith(("file:", "data:", "blob:"))


def now(page):
    return int(page.evaluate("document.querySelector('.story').dataset.now"))


def shown(page):
    """Labels of the cards that one sees."""
    return page.evaluate(
        "[...document.querySelectorAll('.card')].filter(c => getComputedStyle(c).visibility == "
        "'visible' && !c.classList.contains('leaves')).map(c => c.getAttribute('aria-label'))"
    )


def finish(page, part):
    """Let all animations of a part of the page come to their end."""
    page.evaluate(
        "part => document.querySelector(part).getAnimations({subtree: true}).forEach(a => "
        "a.finish())",
        part,
    )


def check_card(page, number):
    """Card `number` alone is seen, with its alt text, which is also announced."""
    label = f"{number + 1} of {len(NAMES)}: " if number < len(NAMES) else "All cards"
    assert now(page) == number and [text[: len(label)] for text in shown(page)] == [label]
    if number < len(NAMES):
        alt = made("typical")[number].alt
        assert page.locator(".card.on svg").get_attribute("aria-label") == alt
        assert page.locator("#said").text_content().endswith(f". {alt}")


# ---------------------------------------------------------------- input


def test_every_card_is_visited_by_keyboard(opened):
    page = opened()
    for number in range(len(NAMES) + 1):
        check_card(page, number)
        page.keyboard.press("ArrowRight")
    check_card(page, len(NAMES))
    for number in range(len(NAMES) - 1, -1, -1):
        page.keyboard.press("ArrowLeft")
        check_card(page, number)
    page.keyboard.press("End")
    check_card(page, len(NAMES))
    page.keyboard.press("Home")
    check_card(page, 0)


def test_every_card_is_visited_by_tap(opened):
    page = opened(has_touch=True, is_mobile=True)
    for number in range(len(NAMES)):
        check_card(page, number)
        page.touchscreen.tap(250, 300)
    check_card(page, len(NAMES))
    page.touchscreen.tap(40, 60)
    check_card(page, len(NAMES) - 1)
    page.touchscreen.tap(60, 300)
    check_card(page, len(NAMES) - 2)


def test_a_swipe_turns_the_page_once(opened):
    page = opened()
    for from_x, to_x, number in ((300, 100, 1), (300, 100, 2), (200, 330, 1)):
        page.mouse.move(from_x, 300)
        page.mouse.down()
        page.mouse.move(to_x, 310, steps=4)
        page.mouse.up()
        check_card(page, number)


def test_holding_pauses_and_does_not_turn_the_page(opened):
    page = opened()
    page.mouse.move(250, 300)
    page.mouse.down()
    page.wait_for_selector(".story.paused")
    states = page.evaluate("document.getAnimations().map(a => a.playState)")
    assert states and set(states) <= {"paused", "finished"}
    page.mouse.up()
    page.wait_for_selector(".story:not(.paused)")
    check_card(page, 0)


def test_space_and_the_button_pause_and_a_paused_story_shows_whole_cards(opened):
    page = opened()
    page.keyboard.press(" ")
    page.wait_for_selector(".story.paused")
    page.keyboard.press("ArrowRight")
    check_card(page, 1)
    assert page.locator(".card.on").evaluate("c => c.getAnimations({subtree: true}).length") == 0
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_selector(".story:not(.paused)")
    page.get_by_role("button", name="Pause").click()
    assert page.wait_for_selector(".story.paused")


def test_the_second_card_comes_by_itself(opened):
    page = opened("typical")
    assert page.wait_for_selector(".story[data-now='1']")


def test_the_story_plays_by_itself_to_the_overview_and_again(opened):
    page = opened()
    for number in range(len(NAMES)):
        check_card(page, number)
        finish(page, ".bars")
        page.wait_for_selector(f".story[data-now='{number + 1}']")
    check_card(page, len(NAMES))
    page.get_by_role("button", name="Play again").click()
    check_card(page, 0)


def test_every_picture_of_the_overview_opens_its_card(opened):
    page = opened()
    for number, tile in enumerate(page.locator(".tile").all()):
        page.get_by_role("button", name="All cards").click()
        check_card(page, len(NAMES))
        tile.click()
        check_card(page, number)


def test_a_card_is_shown_two_seconds_and_0_3_for_each_word(opened):
    page = opened()
    for _ in NAMES:
        seconds, texts = page.evaluate(
            "(() => { const c = document.querySelector('.card.on'); return "
            "[document.querySelector('.bars .on b').getAnimations()[0].effect.getTiming().duration,"
            " [...c.querySelectorAll('text')].map(t => t.textContent).join(' ')]; })()"
        )
        assert seconds == pytest.approx(2000 + 300 * len(texts.split()))
        page.keyboard.press("ArrowRight")


# ---------------------------------------------------------------- what one sees


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("name", stories.ALL)
def test_nothing_overflows(opened, name, size):
    page = opened(f"held-{name}", size)
    for _ in range(page.locator(".card").count()):
        outside = page.evaluate(
            "[document.documentElement, document.body].some(e => e.scrollWidth > innerWidth || "
            "e.scrollHeight > innerHeight)"
        )
        assert not outside
        finish(page, ".story")
        stage = page.locator(".stage").bounding_box()
        parts = ".card.on text, .controls button:not([hidden]), .bars, .card.on :is(.tile, h2)"
        for box in boxes(page, parts):
            assert inside(box, stage), (box, stage)
        page.keyboard.press("ArrowRight")


def boxes(page, parts):
    return page.evaluate(
        "parts => [...document.querySelectorAll(parts)].map(e => { const b = "
        "e.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })",
        parts,
    )


def inside(box, stage):
    left, top, right, bottom = box
    return (
        left >= stage["x"] - 1
        and top >= stage["y"] - 1
        and right <= stage["x"] + stage["width"] + 1
        and bottom <= stage["y"] + stage["height"] + 1
    )


def test_the_stage_is_9_to_16_in_the_ground_of_the_card(opened):
    page = opened(size={"width": 390, "height": 844})
    box = page.locator(".stage").bounding_box()
    assert box["width"] == 390 and box["height"] == pytest.approx(390 * 16 / 9, abs=0.1)
    finish(page, ".story")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    assert picture.getpixel((5, 5)) == picture.getpixel((5, 838)) == (255, 90, 60)


def test_axe_finds_no_fault_on_any_card(opened):
    page = opened()
    page.keyboard.press(" ")
    for _ in range(len(NAMES) + 1):
        check_axe(page)
        page.keyboard.press("ArrowRight")


def test_axe_finds_no_fault_on_a_large_screen(opened):
    page = opened(size=DESKTOP)
    check_axe(page)
    page.keyboard.press("End")
    check_axe(page)


def check_axe(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_reduced_motion_shows_final_frames_alone(opened):
    page = opened(reduced_motion="reduce")
    for number in range(len(NAMES) + 1):
        check_card(page, number)
        moving = page.evaluate(
            "document.getAnimations().filter(a => !a.effect.target.closest('.bars')).length"
        )
        assert moving == 0
        page.keyboard.press("ArrowRight")


def test_without_scripts_the_cards_stand_below_each_other(opened):
    page = opened(java_script_enabled=False)
    pictures = page.locator(".card > svg").all()
    places = [picture.bounding_box() for picture in pictures]
    assert len(places) == len(NAMES) and all(box["height"] == 640 for box in places)
    assert [box["y"] for box in places] == [640 * i for i in range(len(NAMES))]


def test_only_transforms_opacity_and_dashes_move(opened):
    page = opened()
    frames = set()
    for _ in NAMES:
        page.keyboard.press("ArrowRight")
        frames |= set(
            page.evaluate(
                "document.getAnimations().flatMap(a => a.effect.getKeyframes())"
                ".flatMap(Object.keys)"
            )
        )
    assert {"transform", "opacity", "strokeDashoffset"} <= frames
    assert frames <= {
        *("offset", "computedOffset", "easing", "composite"),
        *("transform", "opacity", "strokeDashoffset", "strokeDasharray"),  # dashes are constant
    }


@pytest.mark.parametrize("name", ["typical", "longest"])
def test_the_last_frame_shows_the_texts_of_the_card_in_their_places(opened, name):
    size = {"width": 1080, "height": 1920}
    page = opened(f"held-{name}", size, reduced_motion="reduce")
    page.add_style_tag(content=".card *, .controls, .bars { visibility: hidden !important }")
    page.add_style_tag(content=".card .looked { visibility: visible !important; fill: black }")
    page.add_style_tag(content=".story { background: white !important }")
    for card in cards.card.card_names(stories.ALL[name]()):
        expected = inked(name, card)
        texts = page.locator(".card.on text").all()
        words = [text for text in texts if text.text_content().strip()]
        assert len(words) == len(expected)
        for element, (text, *box) in zip(words, expected):
            assert element.text_content() == text.get_text()
            seen = ink(page, element, box)
            assert np.abs(np.subtract(seen, box)).max() <= TOLERANCE, (card, text, seen, box)
        page.keyboard.press("ArrowRight")


def ink(page, element, box):
    """Box of the pixels of one text, looked for around its box on the card."""
    element.evaluate("e => e.classList.add('looked')")
    left, top = max(box[0] - 20, 0), box[1] - 20
    size = {"width": min(box[2] + 20, 1080) - left, "height": box[3] + 20 - top}
    shot = page.screenshot(
        clip={"x": int(left), "y": int(top)} | {k: int(v) for k, v in size.items()}
    )
    element.evaluate("e => e.classList.remove('looked')")
    dark = np.asarray(Image.open(io.BytesIO(shot)).convert("L")) < 250
    rows, columns = np.flatnonzero(dark.any(1)), np.flatnonzero(dark.any(0))
    return left + columns[0], top + rows[0], left + columns[-1] + 1, top + rows[-1] + 1


def test_a_saved_picture_is_the_card(opened):
    page = opened()
    for number, card in enumerate(made("typical"), 1):
        with page.expect_download() as download:
            page.get_by_role("button", name="Save picture").click()
        assert download.value.suggested_filename == f"2025-{number:02}-{card.name}.png"
        saved = Image.open(download.value.path()).convert("RGB")
        png = Image.open(io.BytesIO(card.png)).convert("RGB")
        assert saved.size == (1080, 1920)
        difference = np.asarray(ImageChops.difference(saved, png)).max(2)
        assert (difference > 64).mean() < OTHER_PIXELS and difference.mean() < 4, card
        page.keyboard.press("ArrowRight")


# ---------------------------------------------------------------- notebooks


def test_a_story_plays_in_an_html_export_without_a_kernel(browser, tmp_path):
    shows = show_story(stories.small())
    output = nbformat.v4.new_output("display_data", {"text/html": shows._repr_html_()})
    cell = nbformat.v4.new_code_cell("ws.show_story(story)", outputs=[output])
    page_text, _ = HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    (tmp_path / "export.html").write_text(page_text, encoding="utf-8")
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.route(re.compile("^https?:"), lambda route: route.abort())  # scripts of the export itself
    page.goto((tmp_path / "export.html").as_uri())
    frame = page.wait_for_selector("iframe").content_frame()
    frame.wait_for_selector(".story[data-now='0'] .card.on")
    frame.locator(".next").click()
    assert frame.wait_for_selector(".story[data-now='1']")
    page.close()
