"""Cards: what a machine can check of how they look, and that the shapes are the data."""

import dataclasses
import gc
import html
import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.collections import EllipseCollection, LineCollection, PolyCollection
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

import wrapsim_helpers as ws
from wrapsim_helpers import cards
from wrapsim_helpers.cards import (
    canvas,
    country,
    crowd,
    days,
    firsts,
    fonts,
    summary,
    themes,
    tops,
    volume,
    words,
)
from wrapsim_helpers.cards.similar import first_name
from wrapsim_helpers.charts import style
from wrapsim_helpers.storage.outputs import MARKER
from wrapsim_helpers.wrapped import EDITIONS, Rules
from wrapsim_helpers.wrapped.insights import INSIGHTS

from .. import stories
from ..conftest import TOP

ROOT = Path(__file__).parents[2]
THIN = "\u2009"
APART = {"too_little", *cards.card.OF_ARTIST}  # cards that no story of a listener has
CARRY_VALUES = {"layers", "tiles", "quarters", "stages"}  # marks in which their value is written
DECLARED_ROLES = {"signature", "ghosts", "hairline", "plate"}  # shapes that are not data
AIR = 10  # pixels between a text and a shape that it does not lie on
CLOSE = {"peak_months"}  # cards whose labels stand next to their marks
PAIRS = [
    (story, name) for story, make in stories.ALL.items() for name in cards.card.card_names(make())
]
each_card = pytest.mark.parametrize(("story", "name"), PAIRS)
each_theme = pytest.mark.parametrize("theme", themes.THEMES)


@lru_cache
def story_of(name):
    return stories.ALL[name]()


@cache
def drawn(story, name, theme="press"):
    """The axes of a card, drawn once; without pixels."""
    return draw(name, story_of(story), theme)


@pytest.mark.parametrize(
    "first, last, named",
    [
        ("2025-01-01", "2025-12-31", "2025"),
        ("2025-01-06", "2025-12-28", "2025"),
        ("2025-03-01", "2025-06-15", "1 Mar to 15 Jun 2025"),
        ("2024-11-22", "2025-02-08", "22 Nov 2024 to 8 Feb 2025"),
        ("2023-02-01", "2025-05-31", "2023–2025"),
    ],
)
def test_titles_name_the_days_of_a_period_that_is_not_the_year_of_the_edition(first, last, named):
    days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}
    story = dataclasses.replace(story_of("typical"), year=days["first_day"].year, **days)
    assert words.period_named(story) == named
    assert volume.yours(story) == (f"Your {named}" if len(named) < 10 else named)


def test_a_title_leaves_out_the_days_that_would_touch_the_year_disc():
    assert canvas.fitting_kicker("Top songs, 1 Mar to 5 Jun 2025").endswith(", 1 Mar to 5 Jun 2025")
    assert (
        canvas.fitting_kicker("Two truths and a lie, 1 Mar to 15 Jun 2025")
        == "Two truths and a lie"
    )


@cache
def renderer_of(size):
    """The one renderer of its size: every text keeps its last one, and each takes 8 MB."""
    return RendererAgg(*(200 * inches for inches in size), 200)


def draw(name, story, theme="press", size=(5.4, 9.6)):
    figure = Figure(figsize=size, dpi=200)
    figure._cachedRenderer = renderer_of(size)
    return cards.CARDS[name](figure.add_axes((0, 0, 1, 1)), story, theme=theme)


@cache
def made(story, theme="press"):
    gc.collect()  # the figures of the last ones, 8 MB each, lie in cycles
    return cards.make_cards(story_of(story), theme)


@cache
def inked(story, name):
    """Every text of a card with the box of the pixels that it colours, as (text, x0, y0, x1,
    y1).
    """
    return [(text, *ink_box(text)) for text in drawn(story, name).texts if text.get_text().strip()]


def ink_box(text):
    """The box of the pixels that a text colours. Only the pixels around it are cleared and read."""
    renderer = renderer_of((5.4, 9.6))
    x0, y0, x1, y1 = text.get_window_extent(renderer).padded(40).extents
    rows, columns = slice(max(int(1920 - y1), 0), int(1920 - y0)), slice(max(int(x0), 0), int(x1))
    pixels = np.asarray(renderer.buffer_rgba())[rows, columns]
    pixels[:] = 0
    text.draw(renderer)
    alpha = pixels[..., 3] > 0
    assert alpha.any(), text
    inked = np.flatnonzero(alpha.any(0)), np.flatnonzero(alpha.any(1))
    (left, right), (top, bottom) = ((i[0], i[-1] + 1) for i in inked)
    return left + columns.start, top + rows.start, right + columns.start, bottom + rows.start


def size_of(text):
    """Card pixels."""
    return round(text.get_fontsize() / 0.36)


def shapes(ax, role):
    """Corners of every polygon or line of a role, as drawn."""
    return [path.vertices for c in ax.collections if c.get_gid() == role for path in c.get_paths()]


def discs(ax, *roles):
    """x, y, diameter of every dot of some roles."""
    found = [
        np.c_[c.get_offsets(), c.get_widths()]
        for c in ax.collections
        if c.get_gid() in roles and isinstance(c, EllipseCollection)
    ]
    return np.concatenate(found) if found else np.zeros((0, 3))


def area(corners):
    x, y = corners[:-1].T if (corners[0] == corners[-1]).all() else corners.T
    return abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def spans(ax, role, axis):
    """Length of every shape of a role along an axis, in the order of their left or upper ends."""
    ends = sorted(
        (v[:, axis].min(), v[:, 1 - axis].min(), v[:, axis].max()) for v in shapes(ax, role)
    )
    return np.array([stop - start for start, _, stop in ends])


# ---------------------------------------------------------------- colour arithmetic, written here
# on its own


def linear(colour):
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def ratio(a, b):
    """WCAG 2 contrast."""
    low, high = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (high + 0.05) / (low + 0.05)


def lightness(colour):
    """OKLab L."""
    lms = linear(colour) @ np.array(
        [[0.4122, 0.2119, 0.0883], [0.5363, 0.6807, 0.2817], [0.0514, 0.1074, 0.63]]
    )
    return float(np.cbrt(lms) @ [0.2104542553, 0.7936177850, -0.0040720468])


def test_the_arithmetic_agrees_with_known_colours():
    assert ratio("#FFFFFF", "#000000") == pytest.approx(21)
    assert ratio("#17151F", "#FF5A3C") == pytest.approx(5.8, abs=0.05)
    assert lightness("#FFFFFF") == pytest.approx(1, abs=0.001)
    assert lightness("#2438C9") == pytest.approx(0.44, abs=0.005)


# ---------------------------------------------------------------- canvas and grid


@pytest.mark.parametrize(
    ("story", "theme"),
    [*((story, "press") for story in stories.ALL), ("typical", "night"), ("longest", "contrast")],
)
def test_every_card_is_1080_by_1920_and_at_most_400_kb(story, theme):
    for card in made(story, theme):
        assert Image.open(io.BytesIO(card.png)).size == (1080, 1920), card
        assert len(card.png) <= 400_000, card


@each_card
def test_all_text_lies_inside_the_safe_rectangle(story, name):
    for text, x0, y0, x1, y1 in inked(story, name):
        box = text.get_window_extent()
        assert x0 >= 83 and x1 <= 997 and y0 >= 250 and y1 <= 1670, (text, x0, y0, x1, y1)
        assert box.x1 <= 998, (text, box)  # the advance too, not only the ink


@each_card
def test_no_text_meets_another(story, name):
    boxes = [(text, Bbox.from_extents(*box)) for text, *box in inked(story, name)]
    for i, (text, box) in enumerate(boxes):
        for other, its_box in boxes[i + 1 :]:
            assert Bbox.intersection(box, its_box) is None, (text, other)


def page_with(headline, card, theme="press"):
    """(axes, look) of a card without a picture."""
    figure = Figure(figsize=(5.4, 9.6), dpi=200)
    ax = figure.add_axes((0, 0, 1, 1))
    page = words.Words("Kicker gjpq", headline, ("A line.",), "A rule.", "alt", sub="A |sub-line")
    look = canvas.page(ax, story_of("typical"), card, theme, page)
    figure.draw(renderer_of((5.4, 9.6)))
    return ax, look


def test_a_number_and_its_noun_are_on_one_line():
    assert canvas.breakable("Town: 4 shared artists") == ["Town:", "4 shared", "artists"]
    assert canvas.two_lines("Chiguayante: 4 shared artists")[1] == (
        "Chiguayante:",
        "4 shared artists",
    )
    assert canvas.broken("Songs 12 played", "text", 36, width_of("Songs 12 pl"), 2)[0] == "Songs"


def width_of(text):
    return canvas.width(text, "text", 36)


@pytest.mark.parametrize("n_words", [1, 3, 4, 5, 6, 7, 8, 9, 10, 40])
def test_a_headline_of_any_length_meets_no_other_text_and_not_the_year_disc(n_words):
    ax, _ = page_with(" ".join(["Gjpqy"] * n_words), "place")
    boxes = [Bbox.from_extents(*ink_box(text)) for text in ax.texts]
    assert len([t for t in ax.texts if t.get_gid() == "headline"]) == (1 if n_words < 5 else 2)
    for i, box in enumerate(boxes):
        assert all(Bbox.intersection(box, other) is None for other in boxes[i + 1 :]), ax.texts[i]
        assert not any(meets(collection, box) for collection in ax.collections), ax.texts[i]


@pytest.mark.parametrize("n_words", [1, 3, 4, 5, 6, 8, 40])
def test_a_headline_of_any_length_keeps_its_distance_from_the_lines_around_it(n_words):
    ax, _ = page_with(" ".join(["Hxq"] * n_words * 2), "place")
    boxes = {role: [] for role in ("kicker", "headline", "sub")}
    for text in ax.texts:
        boxes.get(text.get_gid(), []).append(ink_box(text))
    top, bottom = boxes["headline"][0][1], boxes["headline"][-1][3]
    assert top - 330 >= 44 and boxes["sub"][0][1] - bottom >= 10


@each_theme
def test_the_card_of_a_new_insight_has_the_look_of_its_theme(theme):
    ax, look = page_with("Five", "new_insight", theme)
    assert ax.get_facecolor()[:3] == to_rgb(look.ground)
    assert look in themes.THEMES[theme].values()


@each_card
def test_every_text_keeps_off_the_data_marks_on_which_it_is_not_declared_to_lie(story, name):
    for text, *box in inked(story, name):
        box = Bbox.from_extents(*box).padded(0 if name in CLOSE else AIR)
        for collection in drawn(story, name).collections:
            role = collection.get_gid()
            if role not in DECLARED_ROLES and text.get_label() != f"on {role}":
                assert not meets(collection, box), (text, role)


def meets(collection, box):
    if isinstance(collection, EllipseCollection):
        x, y, d = np.c_[collection.get_offsets(), collection.get_widths()].T
        dx, dy = x - np.clip(x, box.x0, box.x1), y - np.clip(y, box.y0, box.y1)
        return (np.hypot(dx, dy) < d / 2).any()
    if isinstance(collection, LineCollection):
        box = box.padded(collection.get_linewidths()[0] / 0.36 / 2)
    return any(
        p.intersects_bbox(box, filled=not isinstance(collection, LineCollection))
        for p in collection.get_paths()
    )


@each_card
def test_a_text_that_is_declared_on_a_shape_lies_inside_it(story, name):
    for text, x0, y0, x1, y1 in inked(story, name):
        if text.get_label().startswith("on "):
            corners = np.array([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
            holders = [
                c for c in drawn(story, name).collections if text.get_label() == f"on {c.get_gid()}"
            ]
            assert any(holds(c, corners) for c in holders), text


@each_card
def test_at_most_four_sizes_two_weights_a_family_and_nothing_below_36(story, name):
    sizes = {size_of(text) for text in drawn(story, name).texts}
    assert len(sizes) <= 4 and min(sizes) >= 36, sizes
    files = {text.get_fontfamily()[0] for text in drawn(story, name).texts}
    assert (
        len({f for f in files if "Manrope" in f}) <= 2
        and len({f for f in files if "Hanken" in f}) <= 2
    ), files
    assert all("Manrope" in f or "Hanken" in f for f in files), files


@each_card
def test_the_hero_is_at_least_twice_the_next_size(story, name):
    texts = drawn(story, name).texts
    has_hero = any(t.get_gid() == "hero" for t in texts)
    sizes = sorted(  # a long headline counts with the size that it shrank from
        {108 if not has_hero and t.get_gid() == "headline" else size_of(t) for t in texts}
    )
    assert sizes[-1] >= 2 * sizes[-2], sizes


@each_card
def test_the_grid_holds(story, name):
    at = {text.get_gid(): text for text in drawn(story, name).texts}
    assert at["kicker"].get_position()[1] == 330
    assert [t.get_position()[1] for t in drawn(story, name).texts if t.get_gid() == "reading"] in (
        [1560, 1614],
        [1614],
        [],
    )
    assert at["rule"].get_position()[1] == 1660
    for text, x0, *_ in inked(story, name):
        if (
            text.get_gid() in ("kicker", "headline", "hero", "sub", "reading", "rule")
            and text.get_position()[0] < 500
        ):
            assert abs(x0 - 84) <= 1, (text, x0)  # flush left means the ink


@each_card
def test_the_small_year_disc_is_96_pixels_at_the_right_of_the_kicker(story, name):
    ax = drawn(story, name)
    sectors, badge = np.concatenate(sectors_of(ax, "signature")), discs(ax, "signature")
    x, y = (
        np.r_[sectors[:, 0], badge[:, 0] - 48, badge[:, 0] + 48],
        np.r_[sectors[:, 1], badge[:, 1] - 48, badge[:, 1] + 48],
    )
    assert x.min() >= 899 and x.max() <= 997 and y.min() >= 265 and y.max() <= 363


def sectors_of(ax, role):
    """Corners of every polygon of a role."""
    return [
        path.vertices
        for c in ax.collections
        if c.get_gid() == role and isinstance(c, PolyCollection)
        for path in c.get_paths()
    ]


def shapes_of_lines(ax, role):
    return [
        np.array(s)
        for c in ax.collections
        if c.get_gid() == role and isinstance(c, LineCollection)
        for s in c.get_segments()
    ]


def test_a_card_fits_axes_of_another_size():
    half, whole = draw("minutes", story_of("typical"), size=(2.7, 4.8)), drawn("typical", "minutes")
    assert [t.get_fontsize() for t in half.texts] == pytest.approx(
        [t.get_fontsize() / 2 for t in whole.texts]
    )


# ---------------------------------------------------------------- colour


@each_card
@each_theme
def test_every_text_pair_is_legal(story, name, theme):
    ax = drawn(story, name, theme)
    for text in ax.texts:
        for ground in grounds(ax, text):
            assert ratio(text.get_color(), ground) >= (7 if theme == "contrast" else 4.5), (
                text,
                to_hex(ground),
            )


def grounds(ax, text):
    """What lies behind a text: the ground, or the shape that it is declared on."""
    if not text.get_label().startswith("on "):
        return [ax.get_facecolor()]
    size = text.axes.figure.get_size_inches()
    middle = text.get_window_extent(renderer_of(tuple(size))).intervalx.mean()
    at = middle + 3, text.get_position()[1] - 12  # beside the seam of a disc
    holders = [c for c in ax.collections if text.get_label() == f"on {c.get_gid()}"]
    found = [c.get_facecolor()[0] for c in holders if holds(c, [at])]
    assert found, text
    return found


def holds(collection, points):
    """Whether a shape of a collection contains all points."""
    if isinstance(collection, EllipseCollection):
        x, y, d = np.c_[collection.get_offsets(), collection.get_widths()].T[:, :, None]
        return (np.hypot(*(np.array(points).T[:, None] - [x, y])) < d / 2).all(1).any()
    return any(path.contains_points(points).all() for path in collection.get_paths())


@each_card
@each_theme
def test_every_mark_stands_out_three_to_one_or_carries_its_value(story, name, theme):
    ax = drawn(story, name, theme)
    for collection in ax.collections:
        if (
            collection.get_gid() in (DECLARED_ROLES - {"signature"}) | CARRY_VALUES
            or collection.get_gid() == "signature"
            and isinstance(collection, EllipseCollection)
        ):
            continue
        ground = (
            themes.THEMES[theme][name].badge
            if collection.get_gid() == "signature"
            else ax.get_facecolor()
        )
        edges = [c for c in ax.collections if c.get_gid() == f"{collection.get_gid()} edge"] + [
            collection
        ]
        faces = [
            *collection.get_facecolor()[:1],
            *(colour for c in edges for colour in c.get_edgecolor()),
        ]
        assert max(ratio(face[:3], ground) for face in faces) >= (
            7 if theme == "contrast" else 3
        ), (
            collection.get_gid(),
            faces,
        )


@each_theme
def test_neighbouring_layers_of_the_year_disc_differ_in_grey_without_lines_between(theme):
    look = themes.THEMES[theme]["summary"]
    greys = [lightness(colour) for colour in (look.ground, *look.disc, look.ground)]
    assert np.abs(np.diff(greys)).min() >= 0.12
    sectors = [
        c for c in drawn("typical", "summary", theme).collections if c.get_gid() == "sectors"
    ]
    assert sectors and not any(len(c.get_edgecolor()) for c in sectors)


@each_theme
@pytest.mark.parametrize("n", range(1, 7))
def test_layers_that_touch_differ_in_grey_or_carry_an_edge(theme, n):
    ax = draw("top_genres", genres_story([1 / n] * n), theme)
    layers = sorted(
        (v[:, 1].min(), c)
        for c in ax.collections
        if c.get_gid() == "layers"
        for v in (p.vertices for p in c.get_paths())
    )
    fills = [ax.get_facecolor(), *(c.get_facecolor()[0] for _, c in layers), ax.get_facecolor()]
    edges = [
        False,
        *(c.get_linewidths()[0] / 0.36 >= 3.9 and len(c.get_edgecolor()) > 0 for _, c in layers),
        False,
    ]
    for i in range(len(fills) - 1):
        assert (
            abs(lightness(fills[i]) - lightness(fills[i + 1])) >= 0.12 or edges[i] or edges[i + 1]
        ), (
            i,
            to_hex(fills[i]),
        )


def genres_story(shares):
    """A story with a family for each share, each of one genre."""
    rows = [(f"family {i}", round(1000 * s), f"genre {i}", 1) for i, s in enumerate(shares)]
    table = stories.ranked(rows, "family", "n_streams", "genre", "n_genres")
    table = table.assign(share=table["n_streams"] / table["n_streams"].sum())
    return with_table(story_of("typical"), top_families=table, top_genres=table)


def with_table(story, **tables):
    return dataclasses.replace(story, tables={**story.tables, **tables})


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("minutes", "bars"),
        ("top_songs", "rules"),
        ("top_artists", "blocks"),
        ("calendar", "strokes"),
        ("skip_rate", "plays"),
    ],
)
def test_shapes_that_are_not_layers_do_not_touch(story, name, role):
    boxes = np.array([[*v.min(0), *v.max(0)] for v in shapes(drawn(story, name), role)])
    x0, y0, x1, y1 = (
        boxes.T[:, :, None] - np.array([1, 1, -1, -1])[:, None, None]
    )  # one pixel of air all around
    meet = (x0 < x1.mT) & (x0.mT < x1) & (y0 < y1.mT) & (y0.mT < y1)
    assert meet.sum() == len(boxes)  # each meets itself


def test_neighbours_in_the_press_theme_share_no_ground_even_when_cards_between_them_are_missing():
    order = [name for name in cards.CARDS if name not in APART]
    for missing in [
        set(),
        {"place"},
        {"longest_streak"},
        {"place", "longest_streak"},
        {"skip_rate"},
    ]:
        grounds = [themes.PRESS[name].ground for name in order if name not in missing]
        assert all(a != b for a, b in zip(grounds, grounds[1:])), missing


@pytest.mark.parametrize("edition", EDITIONS)
def test_neighbours_in_the_story_of_an_edition_share_neither_ground_nor_composition(edition):
    order = [name for name in EDITIONS[edition].story if name in cards.CARDS] + ["summary"]
    grounds = [themes.PRESS[name].ground for name in order]
    assert all(a != b for a, b in zip(grounds, grounds[1:])), list(zip(order, grounds))
    roles = [composition(name) for name in order]
    assert all(not a & b for a, b in zip(roles, roles[1:])), list(zip(order, roles))


def test_neighbours_in_the_press_theme_share_no_composition():
    roles = [composition(name) for name in cards.CARDS if name not in APART]
    assert all(not a & b for a, b in zip(roles, roles[1:])), roles


def composition(name):
    """The roles of the shapes that a card is made of, without the key to their colours."""
    return {c.get_gid() for c in drawn("typical", name).collections} - DECLARED_ROLES - {"key"}


def test_the_print_theme_needs_ink_on_at_most_30_percent_of_the_pixels():
    for story, name in PAIRS:
        figure = Figure(figsize=(5.4, 9.6), dpi=50)  # a sixteenth of the pixels is enough
        canvas_ = FigureCanvasAgg(figure)
        cards.CARDS[name](figure.add_axes((0, 0, 1, 1)), story_of(story), theme="print")
        canvas_.draw()
        grey = np.asarray(canvas_.buffer_rgba())[..., :3].mean(2)
        assert (grey < 128).mean() <= 0.30, (story, name)


@each_theme
def test_all_themes_share_one_layout(theme):
    for name in cards.CARDS:
        if name not in APART:
            here, press = drawn("typical", name, theme).texts, drawn("typical", name).texts
            assert [(t.get_text(), t.get_position(), t.get_fontsize()) for t in here] == [
                (t.get_text(), t.get_position(), t.get_fontsize()) for t in press
            ]


@each_card
def test_flat_colours_reach_the_png_unchanged(story, name):
    card = next(card for card in made(story) if card.name == name)
    picture, look = Image.open(io.BytesIO(card.png)).convert("RGB"), themes.PRESS[name]
    pixels = {c for _, c in picture.getcolors(1 << 20)}
    for colour in (look.ground, look.text):
        assert tuple(round(255 * v) for v in to_rgb(colour)) in pixels, colour
    assert picture.getpixel((0, 0)) == tuple(round(255 * v) for v in to_rgb(look.ground))


def test_an_unknown_theme_is_refused_and_the_nearest_is_named():
    with pytest.raises(ValueError) as error:
        cards.make_cards(story_of("small"), "nigth")
    assert str(error.value) == (
        "theme is 'nigth'; it must be one of 'press', 'night', 'contrast', 'print'. Did you mean "
        "'night'?"
    )


# ---------------------------------------------------------------- the shapes are the data


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_bars_of_months_are_as_high_as_the_minutes_and_the_line_is_their_mean(story):
    ms, ax = monthly_ms(story), drawn(story, "minutes")
    bars = sorted(shapes(ax, "bars"), key=lambda v: v[:, 0].min())
    heights = np.array([np.ptp(v[:, 1]) for v in bars])
    np.testing.assert_allclose(heights / heights.max(), ms / ms.max(), atol=1e-9)
    (line,) = shapes_of_lines(ax, "average")
    assert [round(volume.BASE - y, 6) for _, y in line] == [round(heights.mean(), 6)] * 2
    assert line[0][0] <= bars[0][:, 0].min() and line[-1][0] >= bars[-1][:, 0].max()


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (59, "59 minutes"),
        (430, "7 hours"),
        (2880, "2.0 days"),
        (8490, "5.9 days"),
        (43_943, "31 days"),
    ],
)
def test_minutes_are_rounded_to_days(minutes, text):
    assert words.in_days(minutes) == text


def monthly_ms(story):
    """Milliseconds by month, added one day at a time."""
    total = np.zeros(12)
    for row in story_of(story).tables["calendar"].itertuples():
        total[row.date.month - 1] += row.ms_played
    return total


def test_the_month_with_most_minutes_alone_is_marked_and_named():
    ms, ax = monthly_ms("typical"), drawn("typical", "minutes")
    accent = [
        c
        for c in ax.collections
        if c.get_gid() == "bars" and to_hex(c.get_facecolor()[0]) == themes.PAPER.lower()
    ]
    assert len(accent) == 1 and len(accent[0].get_paths()) == 1
    assert np.ptp(accent[0].get_paths()[0].vertices[:, 1]) == spans(ax, "bars", 1).max()
    month, n = words.LONG_MONTHS[ms.argmax()], words.count(int(ms.max() // 60_000))
    texts = {t.get_gid(): t.get_text() for t in ax.texts}
    assert texts["headline"] == f"minutes, most in {month}" and texts["value"] == n


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
@pytest.mark.parametrize(
    ("name", "role", "column"),
    [("top_songs", "rules", "n_streams"), ("top_artists", "blocks", "n_whole")],
)
def test_bars_of_songs_and_artists_start_at_the_margin_and_are_as_long_as_the_plays(
    story, name, role, column
):
    n = story_of(story).tables[name][column].to_numpy(float)[:5]
    bars = sorted(shapes(drawn(story, name), role), key=lambda v: v[:, 1].min())
    lengths = np.array([np.ptp(v[:, 0]) for v in bars])
    np.testing.assert_allclose(lengths / lengths.max(), n / n.max(), atol=1e-9)
    assert {v[:, 0].min() for v in bars} == {84}


def test_a_song_with_a_title_of_two_lines_keeps_off_the_next_bar():
    ax = drawn("typical", "top_songs")
    titles = [t for t in ax.texts if t.get_gid() == "name"]
    assert [t.get_text() for t in titles][-3:-1] == ["I Kept Your Umbrella (And Other", "Weather)"]
    bars = np.array([v[:, 1].min() for v in shapes(ax, "rules")])
    for text in ax.texts:
        if text.get_gid() in ("name", "artist"):
            _, y0, _, y1 = ink_box(text)
            assert not ((bars > y0 - 12) & (bars < y1 + 12)).any(), text


def test_an_artist_is_shown_with_every_stream_as_one_though_guests_rank_by_half():
    artists = stories.ranked(
        [("Ada", 100, 100), ("Bo", 97.5, 105), ("Cy", 20.5, 41)], "artist", "n_streams", "n_whole"
    ).assign(ms_played=1)
    ax = draw("top_artists", with_table(story_of("typical"), top_artists=artists))
    texts = [t.get_text() for t in ax.texts]
    assert [t.get_text() for t in ax.texts if t.get_gid() == "value"] == ["100", "105", "41"]
    assert "Number two was more often a guest." in texts and "Ada, just ahead" in texts
    assert not any("½" in text or ".5" in text for text in [*texts, ax.get_label()])


BY_MINUTES = Rules(by="minutes")


def by_minutes(name, column, *names):
    """A typical story by minutes whose rows have 90, 60 and 30 minutes, and 10, 5 and 20 plays."""
    rows = stories.ranked([(n, 10, 10) for n in names], column, "n_streams", "n_whole")
    rows["n_streams"] = rows["n_whole"] = [10, 5, 20]
    more = {"artist": "Ode"} if column == "title" else {}
    rows = rows.assign(ms_played=[5_400_000, 3_600_000, 1_800_000], **more)
    rows["first_played"] = pd.Timestamp("2025-05-25")
    story = with_table(story_of("typical"), **{name: rows})
    return dataclasses.replace(story, rules=BY_MINUTES)


@pytest.mark.parametrize(
    ("name", "column", "role"),
    [("top_songs", "title", "rules"), ("top_artists", "artist", "blocks")],
)
def test_by_minutes_bars_values_and_gaps_are_minutes(name, column, role):
    ax = draw(name, by_minutes(name, column, "Salt", "Rain", "Ode"))
    texts = [t.get_text() for t in ax.texts]
    lengths = sorted(np.ptp(v[:, 0]) for v in shapes(ax, role))
    np.testing.assert_allclose(np.array(lengths) / lengths[-1], [1 / 3, 2 / 3, 1])
    assert [t.get_text() for t in ax.texts if t.get_gid() == "value"] == ["90", "60", "30"]
    assert "30 more minutes than number two." in texts
    assert any(text.startswith("Ranked by minutes") for text in texts)
    assert not any("10 plays" in text or "more play" in text for text in [*texts, ax.get_label()])


@pytest.mark.parametrize("name", ["top_songs", "top_artists"])
def test_by_minutes_a_square_has_minutes_too(name):
    story = by_minutes(name, {"top_songs": "title"}.get(name, "artist"), "Salt", "Rain", "Ode")
    ax = cards.squares.SQUARES[name](Figure().add_axes((0, 0, 1, 1)), story)
    assert [t.get_text() for t in ax.texts if t.get_gid() == "value"] == ["90", "60", "30"]


@pytest.mark.parametrize("name", sorted({n for s, n in PAIRS if s == "typical"} & INSIGHTS.keys()))
def test_a_card_names_the_rules_that_are_not_the_default_ones(name):
    rules = Rules(by="minutes", private=True, stream_ms=45_000, clock="UTC")
    story = dataclasses.replace(story_of("typical"), rules=rules)
    ax, insight = draw(name, story), INSIGHTS[name]
    (rule,) = [t.get_text() for t in ax.texts if t.get_gid() == "rule"]
    assert "30 s" not in rule and "local time" not in rule
    assert "inutes" in rule or "{order}" not in insight.counted
    assert "private plays too" in rule.lower() or "{private}" not in insight.left_out
    assert "45 s" in rule or "{seconds}" not in insight.counted
    assert canvas.width(rule, "text", canvas.RULE) <= canvas.MEASURE


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({}, "Guest plays count half"),
        ({"featured_weight": 0}, "Guest plays do not count"),
        ({"featured_weight": 1}, "Guest plays count in full"),
        ({"by": "minutes"}, "Guest plays count in full"),
    ],
)
def test_how_much_a_play_as_a_guest_counts_follows_the_rules(rules, said):
    assert words.guest_plays(Rules(**rules)) == said


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_layers_are_as_high_as_the_shares(story):
    *_, shares = tops.layers(story_of(story).tables["top_families"])
    heights = spans(drawn(story, "top_genres"), "layers", 1)
    np.testing.assert_allclose(heights / heights.sum(), np.array(shares) / sum(shares), atol=1e-9)


def test_layers_name_their_family_and_its_first_genre():
    names, details, shares = tops.layers(story_of("typical").tables["top_families"])
    assert names == ["Pop", "Ballads", "Folk & country", "Rap", "Other", "Classical"]
    assert details == [
        *["dance pop", "neo mellow", "indie folk", "hip hop"],
        "genre 0 and 25 more",
    ] + ["film score"]
    assert sum(shares) == pytest.approx(1)


@pytest.mark.parametrize(
    ("shares", "named"),
    [
        ([1], 1),
        ([0.5, 0.3, 0.2], 3),
        ([0.7, *[0.03] * 10], 1),
        ([1 / 8] * 8, 6),
        ([1 / 11] * 11, 8),
        ([0.2, *[0.1] * 8], 6),
        ([0.65, *[0.035] * 10], 3),
    ],
)
def test_families_below_six_percent_merge_unless_more_than_30_percent_were_left(shares, named):
    names, _, heights = tops.layers(genres_story(shares).tables["top_families"])
    assert names[:named] == [f"family {i}" for i in range(named)]
    assert names[named:] == ([f"{len(shares) - named} more"] if len(shares) > named else [])
    assert names[-1][-4:] != "more" or heights[-1] <= 0.3 + 1e-9


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_wedges_of_the_clock_have_the_area_of_the_minutes(story):
    ms = story_of(story).tables["listening_clock"]["ms_played"].to_numpy(float)
    wedges = shapes(drawn(story, "listening_clock"), "wedges")
    found = np.zeros(24)
    for corners in wedges:
        x, y = corners[:-1].mean(0) - (540, 1046)
        found[int(np.floor(np.arctan2(x, -y) / (2 * np.pi) * 24)) % 24] += area(corners)
    np.testing.assert_allclose(found / found.max(), ms / ms.max(), atol=0.002)


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_strokes_of_the_calendar_are_as_long_as_the_minutes_and_silent_days_are_dots(story):
    days_, ax = story_of(story).tables["calendar"], drawn(story, "calendar")
    ms = days_["ms_played"].to_numpy(float)
    lengths = np.sort([np.ptp(v[:, 1]) for v in shapes(ax, "strokes")])
    exact = np.sort(ms[ms > 0]) / ms.max() * lengths.max()
    np.testing.assert_allclose(
        lengths, np.maximum(exact, days.MIN_STROKE), atol=1e-6
    )  # a day with any music shows
    assert len(discs(ax, "silent")) == (ms == 0).sum()


def test_a_weekday_with_less_than_the_others_is_no_headline():
    dates = stories.DAYS
    table = pd.DataFrame({"date": dates, "ms_played": [2 - (d.weekday() == 1) for d in dates]})
    assert days.calendar_headline(table) == "No day stands out"


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_no_stroke_of_the_calendar_leaves_the_row_of_its_month(story):
    ax = drawn(story, "calendar")
    ticks = [t for t in ax.texts if t.get_gid() == "tick"]
    middles = np.array([t.get_position()[1] - 13 for t in ticks])
    half = np.diff(middles)[0] / 2
    for stroke in shapes(ax, "strokes"):
        row = np.abs(middles - stroke[:, 1].mean()).argmin()
        assert np.abs(stroke[:, 1] - middles[row]).max() < half - 2
    assert middles[0] - half >= 590 and middles[-1] + half <= 1510


def test_the_calendar_marks_the_weekday_that_its_headline_and_its_key_name():
    days_, paint = story_of("typical").tables["calendar"], themes.THEMES["press"]["calendar"].accent
    for weekday, minutes, name in ((1, 33, "Tuesdays: 33 min"), (4, 60, "Fridays: 60 min")):
        table = days_.assign(
            ms_played=[60_000 * (minutes if d.weekday() == weekday else 30) for d in days_["date"]]
        )
        ax = draw("calendar", with_table(story_of("typical"), calendar=table))
        marked = next(
            col
            for col in ax.collections
            if col.get_gid() == "strokes" and to_hex(col.get_facecolor()[0]) == paint.face.lower()
        )
        assert name in [t.get_text() for t in ax.texts]
        keys = [t.get_text() for t in ax.texts if t.get_gid() == "key"]
        assert keys == [f"{words.WEEKDAYS[weekday]}s", "other days"]
        assert len(marked.get_paths()) == sum(d.weekday() == weekday for d in days_["date"])


@pytest.mark.parametrize("theme", themes.THEMES)
@pytest.mark.parametrize("name", ["calendar", "skip_rate", "summary"])
def test_a_key_shows_each_colour_that_means_something(name, theme):
    ax = drawn("typical", name, theme)
    data = {"calendar": ["strokes"], "skip_rate": ["plays", "crowd"], "summary": ["sectors"]}[name]
    keys = {face for c in ax.collections if c.get_gid() == "key" for face in faces(c)}
    marks = {face for c in ax.collections if c.get_gid() in data for face in faces(c)}
    assert marks <= keys and len([t for t in ax.texts if t.get_gid() == "key"]) >= len(marks)


@each_theme
def test_the_key_of_skips_shows_the_line_of_all_listeners_as_a_line(theme):
    ax = drawn("typical", "skip_rate", theme)
    heights = [np.ptp(corners[:, 1]) for corners in shapes(ax, "key")]
    assert sorted(heights)[:2] == pytest.approx([8, 26])


@pytest.mark.parametrize("share", [0.11, 0.13, 0.14, 0.15, 0.17, 0.3])
def test_the_words_of_a_layer_keep_off_its_edges(share):
    families = genres_story([1 - share, share]).tables["top_families"].assign(genre="gypsy jazz")
    ax = draw("top_genres", with_table(story_of("typical"), top_families=families))
    top = max(corners[:, 1].min() for corners in shapes(ax, "layers"))
    words_in = [ink_box(t) for t in ax.texts if t.get_gid() in ("name", "detail", "value")]
    words_in = [box for box in words_in if box[1] > top]
    assert words_in and min(box[1] for box in words_in) - top >= 10
    assert 1500 - max(box[3] for box in words_in) >= 10


def test_the_dots_of_a_small_crowd_use_the_height_of_the_card():
    stacks = np.array([2, 19, 4])
    assert crowd.row_pitch(stacks, 1, 24) == pytest.approx(24 * crowd.MOST_STRETCH)
    assert crowd.row_pitch(stacks * 2, 1, 12) * 38 <= crowd.STACK
    assert crowd.row_pitch(stacks * 9, 1, 5) == 5


def faces(collection):
    """The colours of a collection's shapes, or of its lines."""
    is_lines = isinstance(collection, LineCollection)
    colours = collection.get_edgecolor() if is_lines else collection.get_facecolor()
    return {to_hex(colour) for colour in colours}


@pytest.mark.parametrize(
    ("quiet", "line"),
    [
        ([72], ["Quietest: 0 to 1, 72 minutes."]),
        ([1], ["Quietest: 0 to 1, 1 minute."]),
        ([0], []),
        ([72, 72], []),
    ],
)
def test_the_clock_names_the_quietest_hour_if_it_is_the_only_one_and_has_plays(quiet, line):
    minutes = np.r_[quiet, [900] * (24 - len(quiet))]
    clock = story_of("typical").tables["listening_clock"].assign(ms_played=60_000 * minutes)
    told = days.words_of_listening_clock(
        with_table(story_of("typical"), listening_clock=clock)
    ).reading
    assert list(told[1:]) == line and told[0].startswith("900 minutes in this hour, ")


def test_the_calendar_has_minutes_of_an_average_day_and_no_percentage():
    for told in (story_of("typical"), story_of("hardly")):
        text = days.words_of_calendar(told)
        assert text.rule.startswith("Average minutes") and "%" not in text.alt


def test_the_calendar_names_the_most_listened_day():
    longest = story_of("typical").tables["calendar"].sort_values("ms_played").iloc[-1]
    said = f"Most: {words.day(longest['date'])}, {words.minutes_text(longest['ms_played'])}."
    assert (
        any(said in t.get_text() for t in drawn("typical", "calendar").texts)
        and said in drawn("typical", "calendar").get_label()
    )


@pytest.mark.parametrize(
    ("n_days", "minutes", "headline", "lines"),
    [
        (1, 9, "Music on 1 day", ["Most on Wednesdays.", "Most: 1 Jan, 9 minutes."]),
        (183, 30, "Wednesdays: 15 min", ["Wednesday 15 minutes, ", "Most: 1 Jan, 30. Silent: 182"]),
    ],
)
def test_the_calendar_tells_no_few_minutes_and_no_many_silent_days(
    n_days, minutes, headline, lines
):
    table = story_of("typical").tables["calendar"]
    table = table.assign(ms_played=[60_000 * minutes * (i < n_days) for i in range(365)])
    found = days.words_of_calendar(with_table(story_of("typical"), calendar=table))
    assert found.headline == headline
    assert all(map(str.startswith, found.reading, lines)) and len(found.reading) == 2


def streak_story(first, n_days, silent=()):
    """A year with a play on all days but some; the streak is `n_days` days from the day `first`."""
    calendar = story_of("typical").tables["calendar"].assign(ms_played=60_000, n_streams=1)
    calendar.loc[list(silent), "n_streams"] = 0
    ends = calendar["date"].iloc[[first, first + n_days - 1]]
    streak = pd.DataFrame([(n_days, *ends)], columns=["n_days", "first_day", "last_day"])
    return with_table(story_of("typical"), calendar=calendar, longest_streak=streak)


@pytest.mark.parametrize(
    ("music", "end"),
    [([0, 1, 2, 4, 5], "not one day silent."), ([0, 1, 2, 4, 5, 6], "one of 2 this long.")],
)
def test_a_streak_says_how_many_are_as_long(music, end):
    story = streak_story(0, 3)
    calendar = story.tables["calendar"].assign(n_streams=np.isin(range(365), music).astype(int))
    words_ = days.words_of_longest_streak(with_table(story, calendar=calendar))
    assert words_.reading[0] == f"1 Jan to 3 Jan, {end}"


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_the_streak_is_one_bar_and_every_other_day_a_dot_at_equal_steps(story):
    ax, row = drawn(story, "longest_streak"), story_of(story).tables["longest_streak"].iloc[0]
    table = story_of(story).tables["calendar"]
    inside = np.array([row["first_day"] <= d <= row["last_day"] for d in table["date"]])
    silent = (table["n_streams"] == 0).to_numpy()
    bar = [c.get_segments() for c in ax.collections if c.get_gid() == "streak"]
    assert len(bar) == 1 and len(bar[0]) == 1
    at = days.places_of_days(table["date"].to_numpy(), np.arange(len(table)))
    for role, chosen in (("days", ~inside & ~silent), ("pauses", ~inside & silent)):
        np.testing.assert_allclose(discs(ax, role)[:, :2], at[chosen])
    away = np.hypot(*(at[:, None] - bar[0][0]).transpose(2, 0, 1)).min(1)
    largest = discs(ax, "days", "pauses")[:, 2].max(initial=0)
    assert away[inside].max() < days.BAR / 2 and largest < days.BAR / 2
    assert away[~inside].min(initial=np.inf) > days.BAR / 2 + largest / 2


def test_a_day_with_a_short_play_alone_is_a_small_dot_between_two_streaks():
    story = streak_story(100, 9, silent=[95])
    assert story.tables["calendar"]["ms_played"].min() == 60_000
    ax = draw("longest_streak", story)
    assert len(discs(ax, "pauses")) == 1
    assert "Plays on 364 of 365 days." in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("n_days", [3, 5, 17, 60, 250])
def test_both_dates_of_a_streak_are_next_to_its_ends_and_on_nothing(n_days):
    for first in range(1, 364 - n_days, 7):
        story = streak_story(first, n_days)
        ax, dates = draw("longest_streak", story), story.tables["calendar"]["date"].to_numpy()
        ends = [first, first + n_days - 1]
        texts = [t for t in ax.texts if t.get_gid() == "end"]
        assert [t.get_text() for t in texts] == [words.day(dates[i]) for i in ends]
        line = days.places_of_days(dates, np.linspace(0, 364, 3000))
        part = days.places_of_days(dates, np.linspace(*ends, 3000))
        for text, (x, y) in zip(texts, days.places_of_days(dates, ends)):
            x0, y0, x1, y1 = ink_box(text)
            away = np.hypot(max(x0 - x, x - x1, 0), max(y0 - y, y - y1, 0))
            assert away < days.ROW_PITCH - days.BAR / 4, (first, text)
            for points, air in ((line, 7), (part, days.BAR / 2 + canvas.EDGE)):
                dx = np.maximum(np.maximum(x0 - points[:, 0], points[:, 0] - x1), 0)
                dy = np.maximum(np.maximum(y0 - points[:, 1], points[:, 1] - y1), 0)
                assert np.hypot(dx, dy).min() > air, (first, text)


@pytest.mark.parametrize(("first", "n_days"), [(0, 46), (330, 35), (0, 365), (100, 9)])
def test_the_dates_of_the_period_are_in_bold_where_the_streak_begins_or_ends(first, n_days):
    ax = draw("longest_streak", streak_story(first, n_days))
    ticks = {t.get_text(): t for t in ax.texts if t.get_gid() == "tick"}
    assert list(ticks) == ["1 Jan", "31 Dec"]
    bold = [canvas.fonts.families("1", "bold") == t.get_fontfamily() for t in ticks.values()]
    assert bold == [first == 0, first + n_days == 365]
    assert len([t for t in ax.texts if t.get_gid() == "end"]) == 2 - sum(bold)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "Never skipped"),
        (0.001, "Hardly ever skipped"),
        (0.66, f"34{THIN}% to the end"),
        (1, "Many songs tried"),
    ],
)
def test_the_headline_on_skips_says_what_was_played_to_the_end(share, said):
    assert crowd.skip_headline(share) == said


@pytest.mark.parametrize(("share", "cut"), [(0, 0), (0.344, 34), (1, 100)])
def test_a_skipped_play_is_a_square_cut_short(share, cut):
    row = pd.DataFrame(
        [{"n_plays": 1000, "n_skips": round(1000 * share), "share": share, "crowd_share": 0.29}]
    )
    ax = draw("skip_rate", with_table(story_of("typical"), skip_rate=row))
    widths = np.array([np.ptp(v[:, 0]) for v in shapes(ax, "plays")])
    assert len(widths) == 100 and (widths < 40).sum() == cut


@pytest.mark.parametrize("crowd_share", [0, 0.07, 0.29, 0.3, 0.995, 1])
def test_the_line_of_the_others_stands_after_their_share_and_off_the_squares(crowd_share):
    row = pd.DataFrame(
        [{"n_plays": 1000, "n_skips": 340, "share": 0.34, "crowd_share": crowd_share}]
    )
    ax = draw("skip_rate", with_table(story_of("typical"), skip_rate=row))
    line = next(c for c in ax.collections if c.get_gid() == "crowd")
    centres = np.array([v[:-1].mean(0) for v in shapes(ax, "plays")])
    path = line.get_segments()[0]
    above = [y < np.interp(x, *stairs(path)) for x, y in centres]
    assert sum(above) == 100 - round(100 * crowd_share)
    assert not any(
        p.intersects_path(q)
        for p in line.get_paths()
        for c in ax.collections
        if c.get_gid() == "plays"
        for q in c.get_paths()
    )


def stairs(path):
    x, y = np.asarray(path, float).T
    return x + 1e-6 * np.arange(len(x)), y


def test_place_has_one_dot_for_every_listener():
    ax, table = drawn("typical", "place"), story_of("typical").tables
    dots = discs(ax, "below", "above", "you")
    assert len(dots) == table["place"]["n_listeners"].iloc[0] == 1000
    piles = np.histogram(dots[:, 0], np.linspace(84, 996, len(table["crowd"]) + 1))[0]
    assert piles.tolist() == table["crowd"]["n_listeners"].tolist()


def test_a_small_crowd_takes_wider_steps_and_says_so():
    counts = [
        1,
        0,
        1,
        1,
        0,
        2,
        1,
        1,
        2,
        1,
        2,
        2,
        3,
        2,
        3,
        3,
        2,
        2,
        2,
        1,
        1,
        2,
        0,
        1,
        1,
        0,
        0,
        1,
        0,
        1,
    ]
    edges = 300 * 60_000 * 1.2 ** np.arange(len(counts) + 1)
    bins = pd.DataFrame({"from_ms": edges[:-1], "to_ms": edges[1:], "n_listeners": counts})
    place = (
        story_of("typical")
        .tables["place"]
        .assign(ms_played=edges[13] + 1, n_listeners=39, n_below=19, rank=20)
    )
    ax = draw("place", with_table(story_of("typical"), crowd=bins, place=place))
    dots = discs(ax, "below", "above", "you")
    assert np.histogram(dots[:, 0], np.linspace(84, 996, 16))[0].tolist() == [
        1,
        2,
        2,
        2,
        3,
        4,
        5,
        6,
        4,
        3,
        3,
        1,
        1,
        1,
        1,
    ]
    assert "Dot: one listener. Each column: 44 % more minutes." in [t.get_text() for t in ax.texts]


@pytest.mark.parametrize("n_below", [0, 1, 3, 4])
def test_as_many_dots_are_marked_as_listeners_have_fewer_minutes(n_below):
    edges = 300 * 60_000 * 1.2 ** np.arange(31)
    counts = [0] * 14 + [5] + [1] * 15
    bins = pd.DataFrame({"from_ms": edges[:-1], "to_ms": edges[1:], "n_listeners": counts})
    place = story_of("typical").tables["place"]
    at = {"ms_played": edges[14] + 1, "n_listeners": 20, "n_below": n_below, "rank": 20 - n_below}
    ax = draw("place", with_table(story_of("typical"), crowd=bins, place=place.assign(**at)))
    assert [len(discs(ax, role)) for role in ("below", "you")] == [n_below, 1]
    assert len(discs(ax, "above")) == 19 - n_below
    assert discs(ax, "below")[:, 1].tolist() == sorted(discs(ax, "below")[:, 1], reverse=True)


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_the_line_from_the_listener_up_to_the_word_you_crosses_no_dot(story):
    ax = drawn(story, "place")
    (you,), others = discs(ax, "you"), discs(ax, "below", "above")
    path = next(c for c in ax.collections if hasattr(c, "get_segments") and c.get_gid() == "you")
    (x, bottom), (_, top) = path.get_segments()[0]
    assert (x, bottom) == tuple(you[:2])
    crossed = (abs(others[:, 0] - x) < others[:, 2] / 2) & (others[:, 1] < bottom)
    assert top < others[:, 1].min() and not (crossed & (others[:, 1] > top)).any()
    word = next(t for t in ax.texts if t.get_text() == "you")
    assert ink_box(word)[0] <= x <= ink_box(word)[2] and 0 < top - ink_box(word)[3] < 40


def test_a_large_crowd_shares_dots_and_says_so():
    assert len(discs(drawn("longest", "place"), "below", "above")) <= 1500 + 40
    texts = [t.get_text() for t in drawn("longest", "place").texts]
    assert any("Dot: 10 listeners." in text for text in texts)


def test_too_little_fills_as_many_dots_as_tracks_and_artists_were_heard():
    ax = drawn("hardly", "too_little")
    heard, open_ = discs(ax, "heard"), discs(ax, "open")
    assert [len(heard), len(open_)] == [12 + 3, 18 + 2]
    assert (heard[:, 2] > 100).sum() == 12


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_sectors_of_the_year_disc_have_the_area_of_the_months_streams_by_family(story):
    table, ax = story_of(story).tables, drawn(story, "summary")
    families, look = canvas.disc_families(story_of(story)), themes.THEMES["press"]["summary"]
    expected = np.zeros((4, 12))
    for row in table["monthly_families"].itertuples():
        kind = families.index(row.family) if row.family in families else 3
        expected[kind, row.month - 1] += row.n_streams
    found = np.zeros((4, 12))
    for c in ax.collections:
        if c.get_gid() == "sectors":
            kind = [colour.lower() for colour in look.disc].index(to_hex(c.get_facecolor()[0]))
            for path in c.get_paths():
                x, y = path.vertices[:-1].mean(0) - (758, 788)
                month = int(np.arctan2(x, -y) % (2 * np.pi) / (2 * np.pi) * 12)
                found[kind, month] += area(path.vertices)
    np.testing.assert_allclose(
        found / found.sum(0).max(), expected / expected.sum(0).max(), atol=0.003
    )


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_the_first_month_of_each_quarter_is_written_beside_its_sector(story):
    ticks = [t for t in drawn(story, "summary").texts if t.get_gid() == "tick"]
    assert [t.get_text() for t in ticks] == ["Jan", "Apr", "Jul", "Oct"]
    for month, tick in zip(range(0, 12, 3), ticks):
        x0, y0, x1, y1 = ink_box(tick)
        x, y = (x0 + x1) / 2 - summary.DISC[0], (y0 + y1) / 2 - summary.DISC[1]
        assert int(np.arctan2(x, -y) % (2 * np.pi) / (2 * np.pi) * 12) == month


def test_a_shorter_window_has_fewer_months_and_is_named_in_the_rule():
    ax = draw("minutes", short_story())
    assert "1 Jan to 15 Nov" in next(t.get_text() for t in ax.texts if t.get_gid() == "rule")
    assert len([t for t in ax.texts if t.get_gid() == "tick"]) == 11


def short_story():
    story = story_of("typical")
    table = story.tables["calendar"]
    return dataclasses.replace(
        with_table(story, calendar=table[[d <= date(2025, 11, 15) for d in table["date"]]]),
        last_day=date(2025, 11, 15),
    )


@pytest.mark.parametrize("name", [name for name in cards.CARDS if name not in APART])
def test_a_window_over_the_turn_of_a_year_and_a_leap_day_can_be_drawn(name):
    first = date(2023, 12, 1)
    dates = [first + pd.Timedelta(days=n) for n in range(366)]
    calendar = story_of("typical").tables["calendar"].reindex(range(366)).ffill().assign(date=dates)
    streak = pd.DataFrame([(3, dates[89], dates[91])], columns=["n_days", "first_day", "last_day"])
    story = dataclasses.replace(
        with_table(story_of("typical"), calendar=calendar, longest_streak=streak),
        first_day=first,
        last_day=dates[-1],
    )
    for text in draw(name, story).texts:
        x0, y0, x1, y1 = ink_box(text)
        assert x0 >= 83 and x1 <= 997 and y0 >= 250 and y1 <= 1670, text


# ---------------------------------------------------------------- names, scripts, fonts


def test_a_name_shrinks_then_breaks_then_ends_with_an_ellipsis():
    assert canvas.fit_name("Salt", (54, 44), "name", 600, 2) == (54, ("Salt",))
    assert canvas.fit_name("Paper Lanterns in the Rain", (54, 44), "name", 640, 2)[0] == 44
    size, parts = canvas.fit_name(stories.LONG, (54, 44), "name", 720, 2)
    assert size == 44 and len(parts) == 2 and " ".join(parts) == stories.LONG
    size, parts = canvas.fit_name(3 * stories.LONG, (54, 44), "name", 720, 2)
    assert len(parts) == 2 and parts[1].endswith("…")
    assert all(canvas.fits_width(part, "name", size, 720) for part in parts)


def test_a_word_without_spaces_breaks_between_letters_and_marks_stay_with_theirs():
    size, parts = canvas.fit_name("W" * 60, (44,), "name", 500, 2)
    assert len(parts) == 2 and set("".join(parts)) == {"W", "…"}
    for room in range(60, 400, 7):
        for part in canvas.fit_name("e\u0323\u0301" * 20, (44,), "text", room, 2)[1]:
            assert not part.startswith(("\u0323", "\u0301")) and part.rstrip("…").endswith(
                "\u0301"
            ), part


@pytest.mark.parametrize("story", stories.ALL)
def test_the_alt_text_keeps_every_name_in_full(story):
    alt, tables = {card.name: card.alt for card in made(story)}, story_of(story).tables
    for name, columns in {"top_songs": ["title", "artist"], "top_artists": ["artist"]}.items():
        for column in columns if name in alt else ():
            assert all(value in alt[name] for value in tables[name][column][:5])
    assert all(story_of(story).listener["name"] in text for text in alt.values())


@pytest.fixture
def only_shipped_fonts(monkeypatch):
    """As on a machine without fonts of its own for other scripts."""
    depend = (fonts.fallbacks, fonts.chain, fonts.drawable, fonts.shown, fonts.bearing)
    monkeypatch.setattr(fonts, "INSTALLED", ())
    for function in depend:
        function.cache_clear()
    yield
    for function in depend:
        function.cache_clear()


def test_a_text_without_a_font_is_drawn_in_its_latin_form(only_shipped_fonts):
    assert fonts.shown("नमस्ते", "title") == "Namaste"
    assert fonts.shown("긴 여름밤", "title") == "Gin Yeoreumbam"
    assert fonts.shown("東京", "artist") == "Dongjing"
    assert fonts.shown("Mila feat. アオイ") == "Mila feat. Aoi"
    assert fonts.shown("🪕🪗", "artist") == "an artist in emoji"
    assert fonts.shown("Ode & Ivy 🪕\ufe0f") == "Ode & Ivy"
    assert fonts.shown("\U00012000", "title") == "a title in unknown letters"


def test_a_listener_without_a_font_is_named_by_the_latin_column(only_shipped_fonts):
    story = stories.typical()
    for name, latin, headline in (
        ("森由美子", "Mori Yumiko", "Mori Yumiko"),
        ("גפן כהן", "Gefen Cohen", "גפן כהן"),  # the shipped fonts have Hebrew
        ("김현주", "", "Gimhyeonju"),  # a run of an earlier version has no Latin form
    ):
        person = story.listener | {"name": name, "name_latin": latin}
        words = summary.words_of_summary(dataclasses.replace(story, listener=person))
        assert words.headline == headline and words.alt.startswith(f"{name}, ")


def test_all_songs_with_as_many_plays_as_the_first_are_counted():
    assert tops.lead([11, 11, 9]) == "Two with 11 plays; minutes decide."
    assert tops.lead([11, 11, 11, 11, 9]) == "Four with 11 plays; minutes decide."
    assert tops.lead([11] * 5) == "All five with 11 plays; minutes decide."


def test_a_summary_gives_longer_titles_more_room():
    names = ["Bo Ek"] * 5, ["A Song of the Early Morning"] * 5
    assert [summary.n_cut(names, second) for second in (552, 480, 456)] == [5, 5, 0]
    assert summary.second_column(names) == 456
    assert summary.second_column((["Bo Ek"], ["Morning"])) == 552  # the usual place


def test_a_summary_breaks_a_title_that_is_too_wide_and_cuts_it_only_without_room():
    titles = ["Mud Ke Na Dekh Thodi Der Tak Kabhi", "Salt"] * 2
    columns = [], titles
    assert summary.lines_of_ranks(columns, 552, canvas.RULE, 350) == [[], [2, 1, 2, 1]]
    assert summary.lines_of_ranks(columns, 552, canvas.RULE, 292) == [[], [2, 1, 1, 1]]
    at = summary.baselines([2, 1, 2, 1, 1], 64, 350)
    assert at[-1] == pytest.approx(350) and np.diff(at).min() >= summary.CLOSEST
    assert np.diff(at)[0] - np.diff(at)[1] == pytest.approx(summary.BELOW)


def test_the_summary_names_the_family_of_the_genre_card_and_no_rank_in_the_lower_half():
    story = story_of("typical")
    said = dict(summary.facts(story))
    assert said["Genre"] == fonts.shown_genre(story.first("top_families")["family"])
    low = story.tables["fan_rank"].assign(rank=94, n_fans=160, artist="Rowan Ellis")
    assert "Rowan Ellis" not in dict(summary.facts(with_table(story, fan_rank=low)))
    high = low.assign(rank=80)
    fan = with_table(story, fan_rank=high)
    assert dict(summary.facts(fan))["Rowan Ellis"] == "Fan 80 of 160"
    assert "Rowan Ellis: Fan 80 of 160." in draw("summary", fan).get_label()


@pytest.mark.parametrize(
    ("story", "name", "meaning"),
    [
        ("typical", "similar_listeners", "Artists played most count most."),
        ("typical", "blend", "those played most count most."),
        ("typical", "party", "Alike: artists of all pairs, by plays."),
    ],
)
def test_a_card_of_taste_in_common_says_what_counts(story, name, meaning):
    (rule,) = [t.get_text() for t in drawn(story, name).texts if t.get_gid() == "rule"]
    assert rule.endswith(meaning)


def test_a_rank_in_the_lower_half_is_not_told():
    assert crowd.rank_line("9 minutes", 100, 200) == "9 minutes: rank 100 of 200."
    assert crowd.rank_line("9 minutes", 101, 200) == "9 minutes, among 200 listeners."


@pytest.mark.parametrize("name", ["place", "country_place"])
def test_a_card_of_the_lower_half_says_no_rank_and_no_number_of_others_with_less(name):
    year = {"ms_played": 365 * 720_000, "n_listeners": 9, "n_below": 4}
    story = story_of("typical")
    for rank, is_told in ((4, True), (5, False)):
        table = story.tables[name].assign(**year, rank=rank)
        words = getattr(crowd if name == "place" else country, f"words_of_{name}")(
            with_table(story, **{name: table})
        )
        said = " ".join([words.headline, *words.reading])
        assert ("fewer" in said) == ("rank" in said) == is_told
        assert is_told or ("4380 minutes" in words.headline and "12 minutes a day." in said)


def test_a_weekday_without_a_minute_is_not_named():
    mean = pd.Series([600_000, 120_000, 0])
    assert days.line_on_weekdays(mean) == "Monday 10 minutes."
    assert days.line_on_weekdays(mean[:2]) == "Monday 10 minutes, Tuesday 2."


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "nothing"), (0.5, "under a minute"), (4.9, "about 5 minutes"), (43.4, "43 minutes")],
)
def test_the_minutes_of_an_average_day_are_the_nearest_and_few_are_about_so_many(minutes, said):
    assert words.minutes_of_average_day(60_000 * minutes) == said


@pytest.mark.parametrize(
    ("name", "counts"), [("discoveries", "new artist"), ("kept_songs", "kept song")]
)
def test_the_numbers_of_months_have_a_unit(name, counts):
    units = [t.get_text() for t in drawn("typical", name).texts if t.get_gid() == "unit"]
    assert len(units) == 5 and all(counts in unit for unit in units)
    assert firsts.of_month(5, 1, counts) == f"May, the only {counts}"
    assert firsts.of_month(14, 9, counts) == f"February, top of 9 {counts}s"


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_all_artists_and_songs_of_a_summary_have_one_size(story):
    names = {name[:6] for _, _, five in summary.top_fives(story_of(story)) for name in five}
    texts = [text for text in drawn(story, "summary").texts if text.get_text()[:6] in names]
    assert len({text.get_fontsize() for text in texts}) == 1 and len(texts) > 5


@each_card
def test_the_names_of_a_list_have_one_size(story, name):
    if name in ("top_genres", "festival"):  # names as large as their layers and stages
        return
    for role in ("name", "phase", "fact"):
        texts = [text for text in drawn(story, name).texts if text.get_gid() == role]
        assert len({text.get_fontsize() for text in texts}) <= 1, role


def test_a_film_cuts_no_title_that_fits_in_the_smallest_size():
    title = "We Could Leave When It Rains Early"  # too wide for two sizes
    movie = story_of("typical").tables["movie"]
    movie = movie.assign(title=["Salt", title, *["Rain"] * (len(movie) - 2)])
    ax = draw("movie", with_table(story_of("typical"), movie=movie))
    assert title in [text.get_text() for text in ax.texts]


def test_a_guest_is_named_by_the_latin_column(only_shipped_fonts):
    guests = pd.DataFrame({"name": ["森裕美子", "Bo Ek"], "name_latin": ["Mori Yumiko", "Bo Ek"]})
    assert [first_name(*guest) for guest in guests.to_numpy()] == ["Mori Yumiko", "Bo"]


def test_names_of_nothing_but_blanks_and_controls_are_shown_as_such():
    assert fonts.shown("\u200b\t\n") == "a name without letters"
    assert fonts.shown("Two\nlines\x00 here") == "Two lines here"
    assert fonts.shown("\u202eevil") == "evil"


def test_a_name_with_dollars_quotes_and_ampersands_is_drawn_as_it_is():
    shown = [t for t in drawn("longest", "top_songs").texts if "$5 $10" in t.get_text()]
    assert [t.get_text() for t in shown] == ['$5 $10 "Quoted" & <Ampersand>']
    assert not any(
        t.get_parse_math()
        for name in cards.CARDS
        if name not in APART
        for t in drawn("longest", name).texts
    )


def run(code, **environment):
    """stderr and stdout of a fresh Python in which every warning is an error."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": paths, "PYTHONIOENCODING": "utf-8", **environment},
    )
    return done.stderr, done.stdout


@pytest.fixture(scope="module")
def said_by_a_new_process():
    """What a process says that imports the cards and then draws every story and every theme:
    stderr, and the lines of stdout.
    """
    code = """
import sys
from matplotlib import font_manager
before = len(font_manager.fontManager.ttflist)
import wrapsim_helpers.cards
print(len(font_manager.fontManager.ttflist) - before, "matplotlib.pyplot" in sys.modules)

import stories
from wrapsim_helpers import cards
for story, theme in zip(stories.ALL.values(), [*cards.THEMES] * 2):
    made = cards.make_cards(story(), theme)
print([card.name for card in made] == cards.card.card_names(story()))
"""
    err, out = run(code)
    return err, *out.splitlines()


def test_drawing_every_story_and_every_theme_says_nothing_on_stderr(said_by_a_new_process):
    err, _, drawn = said_by_a_new_process
    assert (err, drawn) == ("", "True")


def test_importing_the_package_registers_no_font_and_loads_no_pyplot(said_by_a_new_process):
    assert said_by_a_new_process[1] == "0 False"


def test_an_installed_font_that_has_the_glyphs_draws_them(tmp_path):
    path = tmp_path / "few.ttf"
    few_glyphs("A Few Squares", "夜のライトアドブ", path)
    code = f"""
from matplotlib import font_manager
font_manager.fontManager.addfont({str(path)!r})
from wrapsim_helpers.cards import fonts
fonts.INSTALLED = ("A Few Squares",)
import stories
from wrapsim_helpers import cards
print(fonts.shown("夜のドライブ", "title"), fonts.shown("青い電話"))
print([p.split("/")[-1].split("\\\\")[-1] for p in fonts.chain("夜 on", "name")])
card = cards.make_card("top_songs", stories.typical())
"""
    assert run(code) == (
        "",
        "夜のドライブ Aoi Denwa\n['Manrope-Bold.ttf', 'few.ttf']\n",
    )


def few_glyphs(family, letters, path):
    """A font file of squares."""
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    pen = TTGlyphPen(None)
    (
        pen.moveTo((100, 0)),
        pen.lineTo((100, 700)),
        pen.lineTo((900, 700)),
        pen.lineTo((900, 0)),
        pen.closePath(),
    )
    names = [".notdef", *(f"g{ord(c)}" for c in letters)]
    builder, square = FontBuilder(1000, isTTF=True), pen.glyph()
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"g{ord(c)}" for c in letters})
    builder.setupGlyf(dict.fromkeys(names, square))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    builder.save(path)


def test_only_the_fallbacks_that_a_text_needs_are_asked():
    assert [Path(p).name for p in fonts.chain("Salt", "name")] == ["Manrope-Bold.ttf"]
    assert [Path(p).name for p in fonts.chain("שלום", "text")] == [
        "HankenGrotesk-Medium.otf",
        "DejaVuSans.ttf",
    ]
    assert [Path(p).name for p in fonts.chain("مرحبا", "name")] == [
        "Manrope-Bold.ttf",
        "DejaVuSans-Bold.ttf",
    ]


def test_measured_and_drawn_width_agree():
    for text in (
        t for name in cards.CARDS if name not in APART for t in drawn("longest", name).texts
    ):
        face = next(f for f, path in fonts.files().items() if path in text.get_fontfamily()[0])
        expected = canvas.width(text.get_text(), face, size_of(text))
        assert text.get_window_extent().width == pytest.approx(expected, rel=0.03, abs=3), text


# ---------------------------------------------------------------- words


def test_genres_and_countries_are_written_as_in_a_sentence():
    shown = {"thai pop": "Thai pop", "classic uk pop": "classic UK pop", "k-pop": "K-pop"}
    shown |= {
        "la pop": "LA pop",
        "r&b": "R&B",
        "rock en espanol": "rock en español",
        "usual rock": "usual rock",
        "Latin": "Latin",
    }
    assert {name: fonts.shown_genre(name) for name in shown} == shown
    assert words.with_article("United Kingdom") == "the United Kingdom"
    assert words.with_article("Philippines") == "the Philippines"
    assert words.with_article("Japan") == "Japan"


def test_a_family_named_like_its_first_genre_has_the_number_of_its_genres_below_it():
    rows = [
        ("Classical", "classical", 5),
        ("Rap", "rap", 1),
        ("Rap", "trap", 4),
        ("Rap", "trap", 1),
    ]
    table = pd.DataFrame(rows, columns=["family", "genre", "n_genres"])
    details = [tops.family_detail(row) for row in table.itertuples()]
    assert details == ["5 genres", "", "trap and 3 more", "trap"]


def test_played_minutes_are_rounded_down_everywhere_alike():
    ms = pd.Series([0, 59_999, 60_000, 119_999, 738_719_999, 738_720_000])
    assert [words.minutes_text(value) for value in ms] == [0, 0, 1, 1, 12_311, 12_312]
    assert ws.whole_minutes(ms).tolist() == [words.minutes_text(value) for value in ms]
    shown = [
        path.name
        for folder in ("notebooks", "wrapsim_helpers/cards", "wrapsim_helpers/charts")
        for path in (TOP / folder).rglob("*.*")
        if re.search(r"//? *(60_?000|MINUTE_MS)\b", path.read_bytes().decode("utf-8", "ignore"))
    ]
    of_axes, of_means = ["in_crowd.py", "listener.py"], ["words.py"]  # not rounded; to the nearest
    assert sorted(shown) == of_axes + of_means


@each_card
def test_a_headline_has_at_most_four_words_and_no_exclamation_mark(story, name):
    texts = drawn(story, name).texts
    headline = " ".join(t.get_text() for t in texts if t.get_gid() == "headline")
    tables = {name: (name, "title") for name in ("top_songs", "missed_songs", "oldest_song")}
    tables |= {"top_genres": ("top_families", "family")}
    if name in tables:  # a name counts as a word
        table, column = tables[name]
        for text in story_of(story).tables[table][column][:2]:
            headline = re.sub(re.escape(fonts.shown(text)), "Name", headline, flags=re.IGNORECASE)
    if name != "summary" and "…" not in headline:
        assert len(headline.split(" ")) <= 4, headline
    assert not any("!" in t.get_text() for t in texts)


def every_headline():
    """Headlines of many made-up listeners; names of artists and songs may take two lines."""
    rng = np.random.default_rng(0)
    names = ["Mila Osterhaus", "Ode & Ivy", stories.LONG]
    for top in range(24):
        yield days.clock_headline(top)
    for weekday in range(7):
        for factor in (0.02, 0.5, 1.3, 20):
            yield days.calendar_headline(
                pd.DataFrame(
                    {
                        "date": stories.DAYS,
                        "ms_played": [
                            factor if d.weekday() == weekday else 1 for d in stories.DAYS
                        ],
                    }
                )
            )
    for _ in range(300):
        n = sorted(
            rng.integers(1, 10 ** rng.integers(1, 4), rng.integers(1, 6)).tolist(), reverse=True
        )
        songs = pd.DataFrame(
            {"title": rng.choice(names, len(n)), "artist": rng.choice(names, len(n))}
        )
        yield tops.songs_headline(songs.assign(n_streams=n))
        yield tops.artists_headline(n, rng.choice(names))
        yield crowd.skip_headline(rng.choice([0, 0.003, 0.1, 0.5, 0.999, 1]))
        size = int(10 ** rng.uniform(1, 7.5))
        yield crowd.place_headline(size, int(rng.integers(1, size + 1)), rng.uniform(0, 3e10))


def test_every_headline_that_code_can_write_has_at_most_four_words_and_fits():
    found = set(every_headline())
    assert len(found) > 150
    for headline in found - {stories.LONG}:
        assert len(headline.split(" ")) <= 4 and canvas.fits_width(headline, "hero", 84), headline
        assert headline[0].isupper() or headline[0].isdigit(), headline
        assert not headline.endswith((".", "!")), headline


def test_every_line_behind_a_hero_number_has_at_most_four_words_and_fits():
    calendar = story_of("typical").tables["calendar"]
    found = set()
    for month in range(1, 13):
        for minutes in (1, 99_999):
            ms = [60_000 * minutes * (d.month == month) for d in calendar["date"]]
            story = with_table(story_of("typical"), calendar=calendar.assign(ms_played=ms))
            found.add(volume.minutes_headline(story))
    found |= {days.streak_headline(n, 365, date(2025, 9, 30)) for n in (2, 9, 99, 100, 365)}
    after_streak = {"days from 30 Sep", "days without silence", "days, all of them"}
    assert {"minutes, most in Sep", *after_streak} <= found
    for text in found:
        assert len(text.split(" ")) <= 4 and canvas.fits_width(text, "name", 72), text


def test_headlines_name_the_thing():
    songs = pd.DataFrame({"title": ["Salt (feat. Bo)", *"bcde"], "artist": list("vwxyz")})
    assert tops.songs_headline(songs.assign(n_streams=[100, 99, 50, 20, 10])) == "Salt"
    assert tops.songs_headline(songs.assign(n_streams=[99, 99, 50, 20, 10])) == "Salt, just ahead"
    songs = songs.assign(artist=["Ada", "Ada", "Bo", "Ada", "Cy"], n_streams=[100, 80, 50, 20, 10])
    assert tops.songs_headline(songs) == "Ada, three times"
    assert tops.artists_headline([100, 80, 50, 20, 10], "Ada Lund") == "Ada Lund, by 20"
    assert tops.artists_headline([100, 80, 50, 20, 10], "Mila Osterhaus") == "Mila Osterhaus"
    assert tops.artists_headline([100, 80, 50, 20, 10], "X" * 40) == "X" * 40
    families = pd.DataFrame({"family": ["Rap", "Soul & jazz"], "share": [0.6, 0.4]})
    assert tops.genres_headline(families) == "Rap, soul & jazz"
    assert tops.genres_headline(families.assign(family=["Rap", "Latin"])) == "Rap, then Latin"
    assert tops.genres_headline(families.assign(family=["Rap", "Other"])) == f"Rap, 60{THIN}%"
    assert tops.genres_headline(families[:1].assign(share=1)) == f"Rap, 100{THIN}%"
    assert (
        days.clock_headline(10) == "10 in the morning" and days.clock_headline(22) == "10 at night"
    )
    assert days.clock_headline(0) == "Midnight" and days.clock_headline(15) == "3 in the afternoon"
    assert days.streak_headline(99, 365, date(2025, 3, 4)) == "days from 4 Mar"
    assert days.streak_headline(100, 365, date(2025, 3, 4)) == "days without silence"
    assert crowd.skip_headline(0.4) == f"60{THIN}% to the end"


def test_the_rank_in_a_crowd_is_said_kindly():
    hour = 3_600_000
    said = [crowd.place_headline(200, rank, hour) for rank in (1, 2, 52, 100, 101, 180, 181, 200)]
    assert said == [
        "First of 200",
        f"Top 1{THIN}%",
        f"Top 26{THIN}%",
        f"Top 50{THIN}%",
        "60 minutes",
        "60 minutes",
        "60 minutes",
        "60 minutes",
    ]


@pytest.mark.parametrize(("n_below", "is_told"), [(19, False), (20, True)])
def test_a_rank_in_the_lowest_tenth_has_no_card(n_below, is_told):
    row = {"n_listeners": 200, "n_below": n_below, "rank": 200 - n_below}
    story = story_of("typical")
    for name in ("place", "country_place"):
        told = with_table(story, **{name: story.tables[name].assign(**row)})
        assert (name in cards.card.card_names(told)) == is_told


def test_ranks_are_written_as_words():
    ranks = 1, 10, 11, 12, 13, 21, 22, 23, 24, 111
    said = "first tenth 11th 12th 13th 21st 22nd 23rd 24th 111th".split()
    assert [words.ordinal(rank) for rank in ranks] == said


@pytest.mark.parametrize(("n", "verb"), [(1, "plays"), (4, "play")])
def test_a_missed_song_says_below_its_title_how_many_listeners_play_it(n, verb):
    songs = story_of("typical").tables["missed_songs"].assign(n_listeners=n, n_streams=34)
    ax = draw("missed_songs", with_table(story_of("typical"), missed_songs=songs))
    lines = [t.get_text() for t in ax.texts if t.get_gid() in ("sub", "reading")]
    below = f"{n} of your ten closest listeners {verb} it"
    assert sorted(lines) == sorted([below, "34 plays by them, none by you."])


def test_a_title_is_shown_without_guests_and_remastering_and_told_in_full():
    for title, short in {
        "Salt": "Salt",
        "Ceniza y Tierra (feat. Los Planetas del Mar)": "Ceniza y Tierra",
        "Salt [Ft. Ivy] (Live)": "Salt (Live)",
        "Salt feat. Ivy - 2011 Remaster": "Salt",
        "Salt - Remastered 2009": "Salt",
        "Salt (2009 Remastered Version)": "Salt",
        "Salt - Radio Edit": "Salt - Radio Edit",
        "With You (Without Me)": "With You (Without Me)",
        "Remastered": "Remastered",
        "Left-handed - Live": "Left-handed - Live",
        "(feat. Ivy)": "(feat. Ivy)",
    }.items():
        assert words.short_title(title) == short
    long = "Salt (feat. Ivy) - 2011 Remaster"
    songs = story_of("typical").tables["top_songs"].assign(title=long)
    ax = draw("top_songs", with_table(story_of("typical"), top_songs=songs))
    names = {t.get_text() for t in ax.texts if t.get_gid() == "name"}
    assert names == {"Salt"} and long in ax.get_label()


@each_card
def test_reading_lines_have_at_most_40_characters(story, name):
    lines = [t.get_text() for t in drawn(story, name).texts if t.get_gid() == "reading"]
    assert all(len(line) <= 40 and canvas.fits_width(line, "bold", 44) for line in lines), lines
    assert lines or name == "summary"


NUMBER = re.compile(r"\d+(?:\u2009\d{3})*")


@each_card
def test_the_alt_text_has_every_number_that_the_card_says(story, name):
    ax = drawn(story, name)
    said = [
        t.get_text()
        for t in ax.texts
        if t.get_gid()
        in ("hero", "headline", "sub", "reading", "value", "fact", "rank", "kicker", "end")
    ]
    numbers = set(NUMBER.findall(" ; ".join(said)))
    assert ax.get_label() and numbers <= set(NUMBER.findall(ax.get_label())), numbers - set(
        NUMBER.findall(ax.get_label())
    )


def test_numbers_are_written_as_the_cards_write_them():
    assert [words.count(n) for n in (0, 7, 9999, 10_000, 1_234_567)] == [
        "0",
        "7",
        "9999",
        f"10{THIN}000",
        f"1{THIN}234{THIN}567",
    ]
    assert (
        words.percent_text(0.344) == f"34{THIN}%"
        and words.percent_text(0.001) == f"under 1{THIN}%"
        and words.percent_text(0.999) == f"over 99{THIN}%"
    )
    assert words.day(date(2025, 5, 25)) == "25 May"
    assert words.counted(1, "play") == "1 play" and words.counted(0, "day") == "0 days"
    assert days.hour(23) == "23 to 0"


# ---------------------------------------------------------------- what a story gives


def test_an_insight_without_data_draws_no_card_and_the_summary_is_last():
    assert [c.name for c in made("typical")] == [name for name in cards.CARDS if name not in APART]
    assert "place" not in [c.name for c in made("small")] and made("small")[-1].name == "summary"
    silent = with_table(
        story_of("small"), longest_streak=story_of("small").tables["longest_streak"][:0]
    )
    assert "longest_streak" not in cards.card.card_names(silent)
    assert "With music" in [t.get_text() for t in draw("summary", silent).texts]


@pytest.mark.parametrize("edition", EDITIONS.values(), ids=lambda edition: edition.name)
def test_every_edition_has_the_insights_that_other_cards_draw(edition):
    of_the_disc = {"top_families", "monthly_families"}
    assert of_the_disc | {"minutes", "calendar"} <= set(edition.insights)


def test_too_little_draws_exactly_one_card():
    assert [c.name for c in made("hardly")] == ["too_little"]


@pytest.mark.parametrize("name", ["top_songs", "top_artists", "top_genres"])
def test_a_single_row_is_enough(name):
    story = with_table(story_of("typical"), **{name: story_of("typical").tables[name][:1]})
    assert draw(name, story).get_label()


def test_a_song_without_a_first_play_is_told_without_it():
    songs = story_of("typical").tables["top_songs"].assign(first_played=pd.NaT)
    lines = [
        t.get_text()
        for t in draw("top_songs", with_table(story_of("typical"), top_songs=songs)).texts
        if t.get_gid() == "reading"
    ]
    assert lines == ["16 more plays than number two."]


# ---------------------------------------------------------------- bytes, files, HTML


def test_the_same_story_gives_the_same_bytes_whatever_the_readers_settings():
    with matplotlib.rc_context(
        {
            "text.color": "red",
            "font.size": 30,
            "text.hinting": "none",
            "lines.antialiased": False,
            "savefig.dpi": 50,
        }
    ):
        again = cards.make_cards(stories.typical())
    assert [c.png for c in again] == [c.png for c in made("typical")]


def test_the_png_carries_title_and_alt_text_and_no_version():
    for card in made("longest"):
        text = Image.open(io.BytesIO(card.png)).text
        assert text["Description"] == card.alt and set(text) == {"Title", "Description"}
        assert text["Title"].startswith("Maximiliane") and text["Title"].endswith(
            card.name.replace("_", " ")
        )


def test_cards_are_written_in_order_with_an_index(tmp_path):
    paths = cards.write_cards(made("typical"), tmp_path / "new" / "folder")
    assert [p.name for p in paths][:2] == ["01_minutes.png", "02_top_song_quiz.png"]
    assert paths[-1].name == f"{len(made('typical')):02}_summary.png"
    index = json.loads((tmp_path / "new" / "folder" / "cards.json").read_text(encoding="utf-8"))
    assert all(entry.keys() == {"file", "name", "alt", "sha256"} for entry in index)
    assert [entry["alt"] for entry in index] == [c.alt for c in made("typical")]
    import hashlib

    assert [hashlib.sha256(p.read_bytes()).hexdigest() for p in paths] == [
        entry["sha256"] for entry in index
    ]


def test_cards_take_the_place_of_earlier_ones_and_of_nothing_else(tmp_path):
    cards.write_cards(made("typical"), tmp_path)
    cards.write_cards(made("small"), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        [
            MARKER,
            "cards.json",
            *(f"{i:02}_{card.name}.png" for i, card in enumerate(made("small"), 1)),
        ]
    )
    (tmp_path / "01_holiday.png").write_bytes(b"mine")
    with pytest.raises(
        ValueError,
        match=r"which holds other files \(01_holiday.png \.\.\.\); name a new or empty folder",
    ):
        cards.write_cards(made("typical"), tmp_path)


WRITING = """
import sys
from wrapsim_helpers import cards
class Waiting(cards.Card):
    @property
    def png(self):
        print("writing", flush=True)
        sys.stdin.readline()
        return b"of the first"
    def __init__(self): pass
    name, alt = "summary", "waits"
cards.write_cards([cards.Card("minutes", "first", b"of the first"), Waiting()], sys.argv[1])
"""


def test_of_two_processes_that_write_cards_into_one_folder_the_second_is_refused(tmp_path):
    first = subprocess.Popen(
        [sys.executable, "-c", WRITING, tmp_path / "cards"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert first.stdout.readline() == "writing\n"
    second = [cards.Card("minutes", "second", b"of the second")]
    try:
        with pytest.raises(ValueError) as error:
            cards.write_cards(second, tmp_path / "cards")
    finally:
        first.communicate("go on\ngo on\n")
    assert str(error.value).startswith(
        f"{tmp_path / 'cards'} is being written by process {first.pid} on "
    )
    assert "Wait for it, or name another folder." in str(error.value)
    pictures = {path.name: path.read_bytes() for path in (tmp_path / "cards").glob("*.png")}
    assert pictures == dict.fromkeys(["01_minutes.png", "02_summary.png"], b"of the first")
    assert cards.write_cards(second, tmp_path / "cards")[0].read_bytes() == b"of the second"
    assert len(list((tmp_path / "cards").glob("*.png"))) == 1


def test_a_card_shows_itself_as_an_image_with_its_escaped_alt_text():
    card = cards.Card("x", 'He said "5 < 6" & left', made("small")[0].png)
    text = card._repr_html_()
    assert f'<img alt="{html.escape(card.alt, quote=True)}" width="300" src="data:image' in text
    assert text.count("<img") == text.count("base64,") == 1 and "<script" not in text


def test_a_card_opens_over_the_page_and_keeps_its_place_in_it():
    tall, wide = made("small")[0], finished()[1]
    for card, size in ((tall, "width:300px;height:533px"), (wide, "width:720px;height:440px")):
        text = card._repr_html_()
        name = re.search(r'<div popover id="([\w-]+)">', text)[1]
        assert f'style="{size}"' in text and f'<button popovertarget="{name}" style=' in text
    names = re.findall(r'popover id="([\w-]+)"', cards.cards_in_rows(made("small"))._repr_html_())
    assert len(set(names)) == len(names) == len(made("small"))


def test_cards_in_rows_hold_all_cards_three_to_a_row():
    text = cards.cards_in_rows(made("small"))._repr_html_()
    assert text.count("<img") == text.count('alt="') == len(made("small"))
    assert "max-width:924px" in text


def test_a_contact_sheet_has_a_row_for_every_listener():
    sheet = cards.contact_sheet([made("small"), made("hardly")], width=108)
    assert sheet.size == (len(made("small")) * 120 + 12, 2 * (192 + 12) + 12)
    assert sheet.getpixel((20, 20)) == tuple(round(255 * v) for v in to_rgb(themes.CORAL))


# ---------------------------------------------------------------- charts in notebooks


def finished():
    ax = style.chart("Evenings carry the day: 31 % of minutes", "One simulated listener, 2025.")
    style.band(ax, range(24), np.arange(24) * 900, np.arange(24) * 1000, "expected")
    ax.plot(range(24), np.arange(24) * 950, color=style.ACCENT)
    style.note(ax, 3, 15_000, "夜 $5 $10", style.ACCENT)
    return ax, style.finish(ax, "Minutes by hour, most at 23.")


def test_a_chart_is_opaque_and_has_its_finding_its_source_and_no_box():
    ax, card = finished()
    picture = Image.open(io.BytesIO(card.png))
    assert picture.size == (1036, 633) and picture.convert("RGBA").getpixel((0, 0)) == (
        255,
        255,
        255,
        255,
    )
    title, source = ax.figure.texts
    assert (
        title.get_fontsize() == 15
        and "Hanken" in title.get_fontfamily()[0]
        and "Bold" in title.get_fontfamily()[0]
    )
    assert ratio(source.get_color(), "#FFFFFF") >= 4.5
    assert [name for name, spine in ax.spines.items() if spine.get_visible()] == ["bottom"]
    assert (
        card.alt == picture.text["Description"] == "Minutes by hour, most at 23."
        and card.width == 720
    )


def test_a_chart_writes_other_scripts_and_numbers_as_cards_do(only_shipped_fonts):
    ax, _ = finished()
    assert "Yoru $5 $10" in [t.get_text() for t in ax.texts]
    assert f"10{THIN}000" in [t.get_text() for t in ax.get_yticklabels()]


def test_a_long_title_takes_two_lines_and_compared_charts_share_their_scales(only_shipped_fonts):
    axes = style.side_by_side(
        "A finding that is so long that it takes a second line, and then some more words",
        "x",
        ["a", "b"],
    )
    assert len([t for t in axes[0].figure.texts if t.get_gid() == "title"]) == 2
    axes[0].bar(["c", "夜"], [1, 5]), axes[1].bar(["c", "夜"], [9, 2])
    assert axes[0].get_ylim() == axes[1].get_ylim()
    assert style.finish(axes[1]).alt.endswith("some more words")
    assert [t.get_text() for t in axes[0].get_xticklabels()] == ["c", "Yoru"]


def test_the_contact_sheet_of_three_listeners_is_kept_for_looking_at():
    sheet = cards.contact_sheet([made(name) for name in ("typical", "longest", "hardly")])
    (ROOT / "build").mkdir(exist_ok=True)
    sheet.save(ROOT / "build" / "contact_sheet.png")
    assert sheet.size[0] > len(made("typical")) * 216 and sheet.size[1] > 3 * 384


def test_a_name_that_is_written_from_the_right_stays_in_its_place_in_an_english_line():
    name = "نور الصافي"
    assert fonts.from_left(name) == name
    assert fonts.from_left(f"First: {name}, 15 Jan.") == f"First: \u200e{name}\u200e, 15 Jan."
