"""The page of a story: what it says, when its parts move, and the files that are written."""

import base64
import io
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from wrapsim_helpers import cards
from wrapsim_helpers.cards import canvas
from wrapsim_helpers.cards.story import drawing, faces, motion, page
from wrapsim_helpers.cards.words import Words

from .. import stories
from ..commands import command

SIZE = 3_000_000  # bytes, the most that a page may have
each_story = pytest.mark.parametrize("story", ["typical", "hardly"])
PAIRS = [
    (story, name)
    for story in ("typical", "hardly")
    for name in cards.card.card_names(stories.ALL[story]())
]
each_card = pytest.mark.parametrize(("story", "name"), PAIRS)


@cache
def page_of(story, theme="press"):
    return page.show_story(stories.ALL[story](), theme)


@cache
def drawn(story, name, theme="press"):
    return drawing.drawing_of(name, stories.ALL[story](), theme)


class Elements(HTMLParser):
    """(tag, attributes) of every element of a page."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))


@cache
def elements(story):
    return Elements(page_of(story).html).found


# ---------------------------------------------------------------- the page


def test_the_same_story_gives_the_same_bytes():
    first = page_of("hardly").html
    faces.woff.cache_clear()
    assert page.show_story(stories.hardly()).html == first


@each_story
def test_a_page_is_small_and_names_no_other_file_and_no_folder_of_this_machine(story):
    text = page_of(story).html
    assert len(text.encode()) < SIZE
    assert set(re.findall(r"\w+://[^\"' >]*", text)) <= {"http://www.w3.org/2000/svg"}
    for _, attributes in elements(story):
        links = [attributes[a] for a in ("src", "href", "xlink:href") if a in attributes]
        assert all(link.startswith(("data:", "#")) for link in links), links
    assert set(re.findall(r"url\(([^)]{5})", text)) <= {"data:", *re.findall(r"url\((#....)", text)}
    assert "wrapsim /" not in text and "site-packages" not in text


@each_story
def test_every_card_of_a_story_has_a_slide_with_its_alt_text(story):
    pictures = [a["aria-label"] for tag, a in elements(story) if a.get("role") == "img"]
    names = cards.card.card_names(stories.ALL[story]())
    assert pictures == [drawn(story, name).alt for name in names]
    tiles = [a["aria-label"] for _, a in elements(story) if a.get("class") == "tile"]
    assert len(tiles) == len(names) and tiles[0].startswith("1: ")


def test_every_id_of_a_page_is_there_once_and_what_a_page_refers_to_exists():
    two = [drawn("typical", name, "print") for name in ("top_genres", "minutes")]
    text = page.page_of(two, stories.typical(), "Two")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text))
    for pair in re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', text):
        assert "".join(pair) in ids


@each_card
def test_a_slide_has_the_texts_of_its_card_in_order(story, name):
    ax = cards.CARDS[name](axes(), stories.ALL[story](), theme="press")
    said = [text.get_text() for text in sorted(ax.texts, key=lambda text: text.get_zorder())]
    assert [text.words for text in drawn(story, name).texts] == said
    assert drawn(story, name).alt == ax.get_label()


def axes():
    from matplotlib.figure import Figure

    return Figure(figsize=(5.4, 9.6), dpi=200).add_axes((0, 0, 1, 1))


def test_names_of_markup_are_escaped():
    text = page_of("longest").html
    assert '$5 $10 "Quoted" & <Ampersand>' not in text
    assert '$5 $10 "Quoted" & <Ampersand>' in unescape(text)


def test_the_fonts_of_a_page_have_every_letter_that_it_shows():
    text = page_of("longest").html
    fonts = {
        family: set(TTFont(io.BytesIO(base64.b64decode(data))).getBestCmap())
        for family, data in re.findall(
            r"font-family:(f\d+);src:url\(data:font/woff;base64,([^)]+)", text
        )
    }
    assert len(fonts) > 4
    for family, words in re.findall(r'<text [^>]*font-family="([^"]+)"[^>]*>([^<]*)<', text):
        covered = set().union(*(fonts[name] for name in family.split(",")))
        assert {ord(c) for c in unescape(words)} <= covered, words
    assert {*map(ord, page.LABELS)} <= fonts[re.search(r"--text-face: (f\d+)", text)[1]]


def test_the_fonts_have_the_words_that_the_script_writes():
    script = page.bundled("story.js")
    written = set(re.findall(r'"((?:Pause|Play)[^"]*)"', script))
    assert {"Pause", "Play", "Play again"} == written
    assert all(set(words) <= set(page.LABELS) for words in written)


def test_a_notebook_shows_the_page_in_a_frame():
    text = page_of("hardly")._repr_html_()
    (frame,) = Elements(text).found
    assert frame[0] == "iframe" and frame[1]["title"] == "Bo, 2025"
    assert frame[1]["srcdoc"] == page_of("hardly").html


def test_the_overview_has_as_few_columns_as_fit():
    assert [page.columns(n) for n in (1, 3, 6, 12, 13, 25)] == [2, 3, 3, 4, 5, 6]


# ---------------------------------------------------------------- motion


def rectangles(*boxes):
    return np.array(boxes, float)


@pytest.mark.parametrize(
    ("boxes", "kind"),
    [
        ([(0, 5, 9, 100), (10, 50, 19, 100), (20, 9, 29, 100)], "grow-up"),  # bars
        ([(0, 0, 90, 9), (0, 20, 70, 29), (0, 40, 10, 49)], "grow-right"),  # rules
        ([(0, 40, 9, 60), (20, 30, 29, 70), (40, 45, 49, 55)], "grow-high"),  # strokes
        ([(0, 0, 99, 50), (0, 50, 99, 80), (0, 80, 99, 95)], "grow-down"),  # layers
        ([(0, 0, 50, 9), (50, 20, 80, 29), (80, 40, 95, 49)], "grow-right"),  # blocks
        ([(0, 0, 9, 9), (20, 0, 29, 9)], "pop"),
    ],
)
def test_rectangles_grow_along_the_side_that_is_the_number(boxes, kind):
    assert motion.of_rectangles(rectangles(*boxes)) == kind


@pytest.fixture
def drawn_by(monkeypatch):
    """A function that draws a card of one's own, from (ax, look), on a theme: its `Drawing`."""

    def own_card(draw, theme="press"):
        def card(ax, story, theme):
            said = Words("A card", "Ada leads", ("A line.",), "A rule.", "Ada leads.")
            draw(ax, canvas.page(ax, story, "own", theme, said))
            return ax

        monkeypatch.setitem(drawing.CARDS, "own", card)
        return drawing.drawing_of("own", stories.small(), theme)

    return own_card


def role_of(units, role):
    """The units of one role."""
    return [unit for unit in units if unit.shapes[0].role == role]


def draw_wedges(ax, look):
    hours = np.arange(24)
    canvas.wedges(ax, 540, 1046, 150, 300 + 5 * hours, hours / 24, (hours + 1) / 24, look.mark, "a")


def test_wedges_grow_from_their_hub_in_the_order_of_the_hours(drawn_by):
    units = role_of(motion.moving_shapes(drawn_by(draw_wedges)), "a")
    assert {unit.motion.hub for unit in units} == {(540.0, 1046.0)}
    assert [unit.motion.start for unit in units] == motion.even_starts(24)


def ray(*ends):
    return drawing.Shape("rays", "", {"fill": "none"}, np.array(ends, float))


def test_rays_have_a_hub_and_dashes_of_one_line_have_none():
    turns = np.arange(9) / 9 * 2 * np.pi
    ends = np.c_[np.cos(turns), np.sin(turns)]
    assert motion.common_hub([ray(end * 3 + 7, end * 5 + 7) for end in ends]) == (7.0, 7.0)
    assert motion.common_hub([ray((x, 5), (x + 8, 5)) for x in range(0, 90, 10)]) is None
    assert motion.common_hub([ray((x, 5), (x, 9)) for x in range(9)]) is None


def draw_you(ax, look):
    canvas.lines(ax, [[(500, 700), (500, 800)]], look.accent.face, 5, "you")
    canvas.dots(ax, (500, 800), 40, look.accent, "you")


def test_the_line_of_a_role_is_drawn_and_its_dot_drops(drawn_by):
    units = role_of(motion.moving_shapes(drawn_by(draw_you)), "you")
    assert [unit.motion.kind for unit in units] == ["draw", "drop"]


@each_card
def test_the_sentence_comes_first_then_the_shapes_then_the_reading_lines(story, name):
    card = drawn(story, name)
    units = motion.moving_shapes(card)
    moves = list(motion.moving_texts(card, units))
    data = [u for u in units if u.shapes[0].role not in {*motion.SENTENCE, *motion.STILL}]
    assert len(moves) == len(card.texts)
    latest = 200 + motion.RACE if any(u.motion.kind == "run" for u in data) else 1700
    assert all(unit.motion.start >= 200 and unit.end <= latest for unit in data)

    runs = any(unit.motion.kind == "run" for unit in data)
    latest = motion.FIRST + motion.RACE if runs else motion.LAST + 600
    assert all(unit.motion.start >= motion.FIRST and unit.end <= latest for unit in data)
    for text, move in zip(card.texts, moves):
        if text.role in motion.SENTENCE:
            assert move.start == 0
        elif text.role in motion.READING:
            assert move.start >= max((unit.end for unit in data), default=0)
        else:
            assert move.start >= 200


@each_card
def test_every_shape_is_drawn_once_and_few_parts_move(story, name):
    card = drawn(story, name)
    units = motion.moving_shapes(card)
    moved = [shape.d for unit in units for shape in unit.shapes]
    assert sorted(moved) == sorted(shape.d for shape in card.shapes)
    assert len(units) + len(card.texts) < 260


def draw_bars(ax, look):
    """Five bars, the fourth one in the accent's colour; each with its name below."""
    y, accented = 600 + 150 * np.arange(5), np.arange(5) == 3
    canvas.rectangles(ax, 84, y, [900, 800, 700, 650, 300], 16, look.paints(accented), "bars")
    for top, name in zip(y, "abcde"):
        canvas.write(ax, 160, top + 76, name, 54, "name", look.text, "name")


@pytest.mark.parametrize("theme", ["press", "print"])  # all bars of print have a black edge
def test_shapes_in_the_colour_of_the_accent_come_last_and_texts_with_their_row(drawn_by, theme):
    card = drawn_by(draw_bars, theme)
    units = motion.moving_shapes(card)
    starts = {round(unit.shapes[0].box[1]): unit.motion.start for unit in role_of(units, "bars")}
    assert [starts[y] for y in range(600, 1201, 150)] == [200, 400, 600, 1100, 800]
    names = [m for t, m in zip(card.texts, motion.moving_texts(card, units)) if t.role == "name"]
    assert [move.start for move in names] == [200, 400, 600, 1100, 800]


def draw_days(ax, look):
    """A hundred and twenty bars in two rows."""
    row, column = np.divmod(np.arange(120), 60)
    heights = 20 + np.arange(120) % 50
    canvas.rectangles(
        ax, 84 + 14 * column, 700 + 100 * row - heights, 9, heights, look.mark, "days"
    )


def test_many_bars_grow_in_groups_that_stand_on_one_line(drawn_by):
    units = role_of(motion.moving_shapes(drawn_by(draw_days)), "days")
    assert [len(unit.shapes) for unit in units] == [2] * 60
    assert {unit.motion.kind for unit in units} == {"grow-up"}
    assert all(len({round(shape.box[3]) for shape in unit.shapes}) == 1 for unit in units)
    assert units[0].motion.start == motion.FIRST and units[-1].end == motion.LAST


def draw_race(ax, look):
    """Three curves, one of them begins halfway; a name at the right."""
    x = np.linspace(100, 900, 9)
    late = np.c_[x[4:], np.arange(5) + 900]
    paths = [np.c_[x, 600 + 10 * np.arange(9)], np.c_[x, 800 - 10 * np.arange(9)], late]
    canvas.lines(ax, paths, [look.accent.face, look.text, look.text], 9, "curves")
    canvas.write(ax, 920, 900, "Ada", 44, "text", look.text, "name")


def test_three_curves_run_together_for_four_seconds(drawn_by):
    card = drawn_by(draw_race)
    units = role_of(motion.moving_shapes(card), "curves")
    times = [(unit.motion.start, unit.motion.length) for unit in units]
    assert times == [(200, 4000), (200, 4000), (2200, 2000)]
    moves = zip(card.texts, motion.moving_texts(card, units))
    (name,) = (move for text, move in moves if text.role == "name")
    assert name.start == 4200 - motion.GROWTH  # at the right end of the curves


def test_a_steep_part_of_a_curve_is_drawn_faster_so_that_all_curves_keep_step():
    pace = motion.pace_of(np.array([(0, 0), (50, 0), (100, 200)], float))
    half = 50 / (50 + np.hypot(50, 200))
    assert (pace[0], pace[12], pace[-1]) == pytest.approx((0, half, 1), abs=0.001)
    assert pace[6] == pytest.approx(half / 2, abs=0.001)


def test_the_answer_of_two_truths_comes_after_the_question_was_read():
    card = drawn("typical", "two_truths")
    moves = zip(card.texts, motion.moving_texts(card, motion.moving_shapes(card)))
    starts = {text.role: move.start for text, move in moves}
    assert max(start for role, start in starts.items() if role != "rule") <= 3000
    assert starts["rule"] == 6000 < 1000 * page.seconds(card) - 2000


def test_a_dotted_line_fades_in(drawn_by):
    def draw(ax, look):
        canvas.lines(ax, [[(100, 700), (500, 800), (900, 800)]], look.text, 9, "crowd")
        ax.collections[-1].set_linestyle((0, (1, 2)))

    (unit,) = role_of(motion.moving_shapes(drawn_by(draw)), "crowd")
    assert unit.motion.kind == "fade" and unit.shapes[0].style["stroke-dasharray"] == "9 18"


def test_a_card_is_shown_for_two_seconds_and_0_3_a_word():
    card = drawn("hardly", "too_little")
    words = " ".join(text.words for text in card.texts).split()
    assert page.seconds(card) == round(2 + 0.3 * len(words), 1)


# ---------------------------------------------------------------- files


def test_the_command_writes_the_page_the_cards_and_the_numbers(tiny_run, tmp_path):
    day = ["--first-day", "2025-03-25", "--last-day", "2025-03-25"]  # one card is drawn fast
    done = command("story", tiny_run, "out", *day, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = [line.rpartition("/")[2] for line in done.stdout.split()]
    assert written == ["01_too_little.png", "summary.json", "Wrapped2025.json", "story.html"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *written,
        "cards.json",
        ".wrapsim-files.json",
    }


def test_cards_of_another_listener_remove_the_story_and_no_foreign_file(tmp_path):
    path = page.write_story(stories.hardly(), tmp_path)
    assert path.name == "story.html" and path.read_text("utf-8") == page_of("hardly").html
    cards.write_cards([cards.Card("minutes", "alt", b"png")], tmp_path)
    assert not path.exists()
    (tmp_path / "mine.html").write_text("mine")
    with pytest.raises(ValueError, match=r"which holds other files \(mine.html ...\)"):
        page.write_story(stories.hardly(), tmp_path)
    assert (tmp_path / "mine.html").read_text() == "mine"


def test_an_unknown_theme_is_named():
    with pytest.raises(ValueError, match="theme is 'nite'.*Did you mean 'night'"):
        page.show_story(stories.hardly(), "nite")
