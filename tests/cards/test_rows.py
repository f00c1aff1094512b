"""Cards as a notebook shows them: rows, one for each edition, one column for each listener."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import wrapsim_helpers as ws
from wrapsim_helpers import cards
from wrapsim_helpers.cards.rows import NOTHING, newest_cards
from wrapsim_helpers.wrapped import EDITIONS

from .. import stories


def as_edition(name):
    tables = stories.typical().tables
    some = {insight: tables[insight] for insight in EDITIONS[name].insights if insight in tables}
    return replace(stories.typical(), edition=name, tables=some)


def test_each_edition_shows_the_card_that_is_new_in_it():
    told = [as_edition(name) for name in ("2013", "2014", "2016", "2018")]
    chosen = [(name, story.edition) for name, story in newest_cards(told)]
    assert chosen == [
        ("minutes", "2013"),
        ("top_songs", "2014"),
        ("top_genres", "2016"),
        ("first_song", "2018"),
    ]


def test_an_edition_without_a_card_of_its_own_is_left_out():
    hardly = [replace(stories.hardly(), edition=name) for name in ("2013", "2014")]
    assert [(name, story.edition) for name, story in newest_cards(hardly)] == [
        ("too_little", "2013")
    ]
    html = ws.cards_of_editions(hardly)._repr_html_()
    assert html.count("<img") == 1 and ">2013</div>" in html and "to 31 Dec" in html


def test_a_listener_with_too_little_has_one_card_and_the_places_below_it_are_empty():
    rows = ws.cards_of_listeners(
        [stories.small(), stories.hardly()], ["minutes", "top_songs", "summary"], ["A", ""]
    )
    names = [card.name if card else "" for card in rows.cards]
    assert names == ["minutes", "too_little", "top_songs", "", "summary", ""]
    html = rows._repr_html_()
    assert "repeat(2,456px)" in html and html.count("<img") == 4
    assert html.index(">A</div>") < html.index("minutes</div>")


def test_a_row_that_nobody_has_a_card_for_is_left_out():
    rows = ws.cards_of_listeners([stories.small()], ["artist_countries", "minutes"])
    assert [card.name for card in rows.cards] == ["minutes"]
    with pytest.raises(ValueError, match="the number of stories is 0; it must be"):
        ws.cards_of_listeners([], ["minutes"])


def test_the_same_card_in_two_rows_opens_twice_under_different_names():
    card = cards.make_card("minutes", stories.small())
    html = "".join(ws.cards_in_rows(row)._repr_html_() for row in ([card, card], [card]))
    names = re.findall(r'popover id="([\w-]+)"', html)
    assert len(names) == len(set(names)) == 3


def test_no_card_is_said():
    assert ws.cards_in_rows([])._repr_html_() == NOTHING


def test_a_page_has_the_same_pixels_in_fewer_bytes():
    card = cards.make_card("minutes", stories.small())
    small = cards.card.smaller(card.png)
    pixels = [np.asarray(Image.open(io.BytesIO(png)).convert("RGB")) for png in (card.png, small)]
    assert len(small) < len(card.png) and (pixels[0] == pixels[1]).all()


def test_one_listener_alone_has_no_party(tiny_run):
    assert ws.cards_of_party(tiny_run, ["1", 1]).cards == ()
    names = [card.name for card in ws.cards_of_party(tiny_run, [0, 1]).cards]
    assert names[-1] == "summary"
