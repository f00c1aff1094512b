"""Tables of the notebooks, and the chart of one listener in the crowd."""

from dataclasses import replace

import numpy as np
import pandas as pd

import wrapsim_helpers as ws
from wrapsim_helpers.cards.themes import INK
from wrapsim_helpers.charts import in_crowd as c
from wrapsim_helpers.charts.style import ACCENT, DATA

from .. import stories
from .test_charts import title

THIN = "\u2009"


def cells(styler):
    return [
        [cell["display_value"] for cell in row if cell["type"] == "td" and cell["is_visible"]]
        for row in styler._translate(True, True)["body"]
    ]


def test_a_table_shows_numbers_as_cards_do():
    rows = pd.DataFrame(
        {
            "title": ["<b>", "x"],
            "n_streams": [12_345.0, 142.0],
            "ms_played": [119_999, 60_000_000],
            "share": [0.344, 0.001],
        }
    )
    shown = ws.in_words(rows, {name: name.upper() for name in rows})
    assert cells(shown) == [
        ["&lt;b&gt;", f"12{THIN}345", "1", f"34{THIN}%"],
        ["x", "142", "1000", f"under 1{THIN}%"],
    ]
    assert "SHARE" in shown.to_html() and "n_streams" not in shown.to_html()


def test_insights_without_rows_are_not_explained():
    story = stories.small()
    story = replace(story, tables=story.tables | {"skip_rate": story.tables["skip_rate"][:0]})
    table = cells(ws.explained(story, ["top_songs", "skip_rate"]))
    assert table == [["Top songs", story.explain("top_songs")]]


def test_a_story_is_described_with_whole_numbers():
    story = stories.small()
    who, period = ws.describe_story(story).split("\n")
    assert who.startswith(story.listener["name"]) and period.startswith("1 Jan to 31 Dec 2025: ")
    assert "." not in period


def crowd_of(shares):
    n = len(shares)
    return pd.DataFrame(
        {
            "listener_id": range(n),
            "name": [f"Person{i} X" for i in range(n)],
            "name_latin": "",
            "ms_played": [60_000 * 100 * (i + 1) for i in range(n)],
            "top_genre_share": shares,
        }
    )


def test_the_listener_stands_out_in_the_crowd_and_the_named_ones_have_names():
    ax = c.draw_in_crowd(crowd_of([0.2, 0.5, 0.9, 0.4]), 1, [2, 1])
    assert title(ax) == f"Person1 X: 200 minutes, 50{THIN}% of the streams in one genre"
    dots = {
        colour: np.round(each.get_offsets(), 6).tolist()
        for colour, each in zip((DATA, INK, ACCENT), ax.collections)
    }
    assert dots == {DATA: [[100, 0.2], [400, 0.4]], INK: [[300, 0.9]], ACCENT: [[200, 0.5]]}
    assert sorted(text.get_text() for text in ax.texts) == ["Person1", "Person2"]


def test_a_name_avoids_another_name():
    dots, frame = np.array([[50.0, 50.0], [60.0, 50.0]]), (0, 0, 200, 100)
    boxes = [c.box_at(dots[0], side, 40) for side in c.SIDES]
    assert c.best_side(boxes, dots[:1], [], frame) == 0
    assert c.best_side(boxes, dots, [], frame) == 1
    assert c.best_side(boxes, dots, [boxes[1]], frame) == 2
    assert c.best_side(boxes, dots[:1], [], (0, 0, 80, 100)) == 1


def test_a_listener_alone_is_a_crowd_too():
    assert title(c.draw_in_crowd(crowd_of([0.3]), 0)).startswith("Person0 X: 100 minutes")
    assert title(c.draw_in_crowd(crowd_of([0.3, 0.4]), 9)) == "2 listeners"
