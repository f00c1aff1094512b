"""The explorer of stories: its list has the numbers of the story, and its frame the cards."""

import base64
import gzip
import html
import json
import re
from types import SimpleNamespace

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.cards.card import card_names
from wrapsim_helpers.charts.explorer import stories


@pytest.fixture(scope="module")
def told(tiny_run):
    """The stories of two listeners."""
    return ws.tell_stories(tiny_run, [0, 1])


@pytest.fixture(scope="module")
def explorer(tiny_run, told):
    return ws.explore_stories(tiny_run, told)


def page_in(answer):
    """The HTML of the story in an answer."""
    return gzip.decompress(base64.b64decode(answer["packed"])).decode()


def test_the_list_has_the_numbers_of_the_story(told):
    facts = dict(stories.story_facts(told[0]))
    minutes = told[0].first("minutes")
    assert facts["Minutes"].replace("\u2009", "") == str(minutes["ms_played"] // 60_000)
    assert facts["Streams"] == str(minutes["n_streams"]) and facts["Counted until"] == "9 Apr"


def test_a_chosen_listener_is_told_after_a_word_that_it_takes_seconds(told, monkeypatch):
    asked, drawn = [], []
    tell = lambda *choice: asked.append(choice) or told[1]  # noqa: E731
    page = SimpleNamespace(title="a title", html="<p>a page</p>")
    monkeypatch.setattr(stories, "page_of_cards", lambda *of: drawn.append(of) or page)
    choice = {"listener": 1, "edition": None, "theme": "night"}
    soon, answer = stories.story_replies(tell, told[0], choice)
    assert set(soon) == {"soon"} and answer["facts"] == stories.story_facts(told[1])
    assert asked == [(1, 2025, "all")] and drawn == [(told[1], "night", card_names(told[1]))]
    assert page_in(answer) == page.html and answer["title"] == page.title


def test_an_unknown_listener_is_answered_with_the_reason(explorer):
    with pytest.raises(ValueError, match="99"):
        list(explorer.reply({"listener": 99}))


def test_the_menu_has_the_listeners_of_the_stories_first_and_then_all_others(
    explorer, tiny_run, told
):
    names = {c["name"]: c for c in explorer.data["controls"]}
    assert list(names) == ["listener", "edition", "theme"]
    assert names["listener"]["values"] == [None, *range(1, 8)]
    again = ws.open_run(tiny_run), stories.one_each([told[1], told[0], told[1]])
    assert stories.listener_menu(*again)["values"] == [None, 0, *range(2, 8)]


def test_the_still_form_plays_a_few_cards_of_each_listener(explorer, told):
    data = json.loads(re.search(r'stillExplorer\("[^"]+", (.*)\);\n', explorer.still)[1])
    assert len(data["answers"]) == len(told) and len(explorer.still) < 400_000
    few = page_in(data["answers"]["1"])
    assert few.count('<section class="card"') == len(stories.FEW) and "Top artists" in few
    assert data["answers"]["1"]["said"].endswith(" cards. Here are 5 of them.")
    alt = html.unescape(re.search(r'<img alt="([^"]*)"', explorer.still)[1])
    assert all(f"{story.listener['name_latin']}: minutes" in alt for story in told)
