"""Square pictures: the same rules as for cards, on 1080 x 1080."""

import io
import json
from functools import cache

import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from PIL import Image

from wrapsim_helpers import cards
from wrapsim_helpers.cards import squares, themes

from .test_cards import (
    DECLARED_ROLES,
    NUMBER,
    ROOT,
    grounds,
    made,
    meets,
    ratio,
    shapes,
    size_of,
    story_of,
    with_table,
)

PAIRS = [(story, name) for story in ("typical", "longest", "small") for name in squares.SQUARES]
each_square = pytest.mark.parametrize(("story", "name"), PAIRS)
SIZE = (5.4, 5.4)


@cache
def renderer():
    return RendererAgg(1080, 1080, 200)


@cache
def drawn(story, name, theme="press"):
    figure = Figure(figsize=SIZE, dpi=200)
    figure._cachedRenderer = renderer()
    draw = squares.square_of(name)
    return draw(figure.add_axes((0, 0, 1, 1)), story_of(story), theme=theme)


@cache
def boxes(story, name):
    """(text, box of its ink) of every text."""
    return [(text, ink(text)) for text in drawn(story, name).texts if text.get_text().strip()]


def ink(text):
    renderer().clear()
    text.draw(renderer())
    alpha = np.asarray(renderer().buffer_rgba())[..., 3] > 0
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    return Bbox.from_extents(columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


@each_square
def test_all_text_lies_inside_the_margins_and_meets_neither_text_nor_mark(story, name):
    found = boxes(story, name)
    for i, (text, box) in enumerate(found):
        assert box.x0 >= 83 and box.x1 <= 998 and box.y0 >= 80 and box.y1 <= 1000, (text, box)
        for other, its_box in found[i + 1 :]:
            assert Bbox.intersection(box, its_box) is None, (text, other)
        for collection in drawn(story, name).collections:
            if collection.get_gid() not in DECLARED_ROLES:
                assert not meets(collection, box.padded(6)), (text, collection.get_gid())


@each_square
def test_the_finding_stands_in_the_left_five_columns_and_the_picture_in_the_right_seven(
    story, name
):
    for text, box in boxes(story, name):
        if text.get_gid() in ("kicker", "headline", "reading", "rule"):
            assert box.x1 <= 84 + squares.TEXT_ROOM + 1, text
    data = {"top_songs": "rules", "top_artists": "blocks", "summary": "sectors"}[name]
    corners = np.concatenate(shapes(drawn(story, name), data))
    assert corners[:, 0].min() >= 460 and corners[:, 0].max() <= 997


@each_square
def test_letters_are_at_least_36_pixels_high_and_legible_in_every_theme(story, name):
    for theme in themes.THEMES:
        ax = drawn(story, name, theme)
        for text in ax.texts:
            assert size_of(text) >= 36, text
            for ground in grounds(ax, text):
                legible = 7 if theme == "contrast" else 4.5
                assert ratio(text.get_color(), ground) >= legible, (theme, text)


@pytest.mark.parametrize("name", ["top_songs", "top_artists"])
def test_bars_are_as_long_as_the_plays(name):
    role, column = {"top_songs": ("rules", "n_streams"), "top_artists": ("blocks", "n_whole")}[name]
    bars = sorted(shapes(drawn("typical", name), role), key=lambda v: v[:, 1].min())
    lengths = np.array([np.ptp(v[:, 0]) for v in bars])
    n = story_of("typical").tables[name][column][:5].to_numpy(float)
    np.testing.assert_allclose(lengths / lengths.max(), n / n.max(), atol=1e-9)


@each_square
def test_the_alt_text_is_that_of_the_card_and_has_every_number(story, name):
    ax = drawn(story, name)
    said = [t.get_text() for t in ax.texts if t.get_gid() in ("headline", "value", "fact", "rank")]
    numbers = set(NUMBER.findall(" ; ".join(said)))
    assert numbers <= set(NUMBER.findall(ax.get_label()))
    assert ax.get_label() == next(card.alt for card in made(story) if card.name == name)


def test_squares_are_written_with_the_numbers_of_their_cards(tmp_path):
    square = cards.make_squares(story_of("typical"))
    assert [card.name for card in square] == ["top_songs", "top_artists", "summary"]
    for card in square:
        picture = Image.open(io.BytesIO(card.png))
        assert picture.size == (1080, 1080) and picture.text["Description"] == card.alt
        ground = themes.PRESS[card.name].ground
        assert picture.convert("RGB").getpixel((0, 0)) == tuple(
            round(255 * v) for v in to_rgb(ground)
        )
    paths = cards.write_cards([*made("typical"), *square], tmp_path)
    last = f"{len(made('typical')):02}_summary_square.png"
    assert [path.name for path in paths[-3:]] == [
        "03_top_songs_square.png",
        "04_top_artists_square.png",
        last,
    ]
    index = json.loads((tmp_path / "cards.json").read_text(encoding="utf-8"))
    assert [entry["name"] for entry in index[-3:]] == ["top_songs", "top_artists", "summary"]
    cards.write_cards(made("small"), tmp_path)  # they are removed like other cards
    assert not list(tmp_path.glob("*_square.png"))


def test_a_listener_of_too_little_has_no_square():
    assert cards.make_squares(story_of("hardly")) == []


def test_all_names_of_a_square_have_one_size():
    for story in ("typical", "longest", "small"):
        for name in ("top_songs", "top_artists"):
            texts = [text for text in drawn(story, name).texts if text.get_gid() == "name"]
            assert len({text.get_fontsize() for text in texts}) == 1, (story, name)


def test_a_card_without_a_square_is_refused_with_those_that_have_one():
    with pytest.raises(ValueError) as error:
        cards.card.make_card("minutes", story_of("typical"), square=True)
    assert str(error.value) == (
        "name is 'minutes'; it must be one of 'top_songs', 'top_artists', 'summary'."
    )


def test_a_square_summary_breaks_two_long_names_and_cuts_neither():
    story, rows = story_of("typical"), {"artist": "top_artists", "title": "top_songs"}
    names = {"artist": "Roscoe and the Astronauts", "title": "We Could Leave When It Rains"}
    for k, (column, table) in enumerate(rows.items()):
        found = story.tables[table].copy()
        found[column] = ["Salt", "Rain", "Ivy", "Ode", "Bo"]
        found.loc[2 * k, column] = names[column]
        story = with_table(story, **{table: found})
    ax = Figure(figsize=SIZE, dpi=200).add_axes((0, 0, 1, 1))
    squares.draw_square_summary(ax, story)
    assert not [t.get_text() for t in ax.texts if "…" in t.get_text()]
    lowest = max(t.get_position()[1] for t in ax.texts if t.get_gid() == "value")
    assert lowest <= 848  # 30 pixels above the line at 878


@each_square
def test_a_line_left_of_a_row_of_the_picture_keeps_away_from_it(story, name):
    left = [box for t, box in boxes(story, name) if t.get_gid() in ("reading", "rule")]
    right = [box for t, box in boxes(story, name) if t.get_gid() == "rank"]
    for box in left if name != "summary" else ():
        for row in right:
            assert row.x0 - box.x1 >= 40 or row.y1 < box.y0 or box.y1 < row.y0, (box, row)


def square_of_songs(titles, artists):
    """The axes of the square of the typical listener's top songs, with other titles and artists."""
    songs = story_of("typical").tables["top_songs"].copy()
    songs.loc[songs.index[:5], "title"], songs.loc[songs.index[:5], "artist"] = titles, artists
    ax = Figure(figsize=SIZE, dpi=200).add_axes((0, 0, 1, 1))
    return squares.draw_square_top_songs(ax, with_table(story_of("typical"), top_songs=songs))


def test_an_artist_below_a_title_of_two_lines_keeps_off_the_next_bar():
    ax = square_of_songs(["Go Slow Before the Summer Ends"] * 5, ["Amber Rockets"] * 5)
    bars = sorted(v[:, 1].min() for v in shapes(ax, "rules"))[1:]
    artists = [t.get_position()[1] for t in ax.texts if t.get_gid() == "artist"]
    for bar, baseline in zip(bars, artists, strict=False):
        assert bar - baseline >= 30


@pytest.mark.parametrize(
    ("title", "n_shown"), [("Kot Chan Ton", 3), ("Go Slow Before the Summer Ends", 1)]
)
def test_artists_below_a_title_are_on_the_lines_that_it_leaves_and_none_is_cut(title, n_shown):
    artists = ["Imke Ganzendijk", "Distant Kitchens", "Callie Ashworth"]
    ax = square_of_songs([title] * 5, [", ".join(artists)] * 5)
    said = " ".join(t.get_text() for t in ax.texts if t.get_gid() == "artist")
    assert said == " ".join([", ".join(artists[:n_shown])] * 5)


@pytest.mark.parametrize("name", ["Hedda Alexandersson", "Los Marineros de Valdivia"])
def test_the_facts_of_a_square_cut_no_usual_name(name):
    story = story_of("typical")
    fans = story.tables["fan_rank"].assign(artist=name, rank=1, n_fans=57)
    ax = Figure(figsize=SIZE, dpi=200).add_axes((0, 0, 1, 1))
    squares.draw_square_summary(ax, with_table(story, fan_rank=fans))
    assert name in [t.get_text() for t in ax.texts if t.get_gid() == "label"]


def test_the_year_disc_of_a_square_names_the_first_month_of_each_quarter():
    ticks = [t.get_text() for t in drawn("typical", "summary").texts if t.get_gid() == "tick"]
    assert ticks == ["J", "A", "J", "O"]


def test_the_sheet_of_squares_is_kept_for_looking_at():
    rows = [cards.make_squares(story_of(name)) for name in ("typical", "longest")]
    sheet = Image.new("RGB", (3 * 540, 2 * 540))
    for r, row in enumerate(rows):
        for k, card in enumerate(row):
            whole = Image.open(io.BytesIO(card.png)).convert("RGB")
            sheet.paste(whole.resize((540, 540)), (540 * k, 540 * r))
    (ROOT / "build").mkdir(exist_ok=True)
    sheet.save(ROOT / "build" / "squares.png")
