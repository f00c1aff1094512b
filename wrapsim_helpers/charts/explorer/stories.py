"""The explorer of stories: any listener's year, by any edition and in any theme."""

import base64
import functools
import gzip

from ...cards.card import card_names, make_card
from ...cards.fonts import shown
from ...cards.story.page import page_of_cards
from ...cards.themes import THEMES
from ...cards.words import count, counted, day, minutes_text
from ...checking import front_door
from ...latin import latin_form
from ...runs.opened import open_run, read_parquet
from ...wrapped.retelling import by_age, editions_in
from ...wrapped.story import tell_story
from .page import (
    Explorer,
    bundled_text,
    control,
    menu_control,
    page_data,
    still_page,
    still_picture,
)

FEW = ("minutes", "top_artists", "top_genres", "listening_clock", "summary")  # without a kernel
MOST_LISTENED = 200  # listeners in the menu
STORED = 8  # stories that are stored, so that another theme is drawn at once


@front_door
def explore_stories(run_dir, stories: list):
    """Choose a listener, a year, an edition and a theme, and play the story.

    run_dir  folder of a finished run
    stories  of some of its listeners, as from `tell_story`; the first is shown first
    Returns an `Explorer`. In a notebook that a browser shows, the kernel tells and draws any story
    of the run, which takes some seconds; at first, and without a kernel, there are five cards of
    each of `stories`.
    """
    run, stories = open_run(run_dir), one_each(stories)
    answers = [few_cards(story) for story in stories]
    tell = functools.lru_cache(STORED)(functools.partial(tell_story, run))
    return Explorer(
        bundled_text("stories.js"),
        page_data(answers[0], story_controls(run, stories), "Back to the first story"),
        lambda choice: story_replies(tell, stories[0], choice),
        still_stories(stories, answers),
    )


def one_each(stories):
    """The first story of each listener, a list in the same order."""
    first: dict = {}
    for story in stories:
        first.setdefault(story.listener["listener_id"], story)
    return list(first.values())


def few_cards(story):
    """The answer with FEW cards of a story."""
    return story_answer(story, "press", [name for name in card_names(story) if name in FEW])


def story_answer(story, theme, names):
    """What the page shows of a story: its page, compressed, and its facts as [label, text].

    names  of the cards to play; a story of too little listening has one card
    """
    page = page_of_cards(story, theme, names or card_names(story))
    return {
        "said": story_said(story, len(names)),
        "title": page.title,
        "packed": base64.b64encode(gzip.compress(page.html.encode(), mtime=0)).decode(),
        "facts": story_facts(story),
    }


def story_said(story, n_played):
    """Whose story it is, and how many of its cards are played, in words."""
    n = len(card_names(story))
    few = f" Here are {n_played} of them." * (0 < n_played < n)
    return f"{story_words(story)}: {counted(n, 'card')}.{few}"


def story_words(story):
    """Listener, period and edition of a story in words."""
    last = f"{day(story.last_day)} {story.last_day.year}"
    return f"{name_of(story.listener)}, {day(story.first_day)} to {last}, edition {story.edition}"


def name_of(listener):
    """The name of a listener in letters that the page can show."""
    return shown(listener["name"], latin=listener["name_latin"])


def story_facts(story):
    """[label, text] of what a story tells first."""
    minutes = story.first("minutes")
    tops = (("Top artist", "top_artists", "artist"), ("Top song", "top_songs", "title"))
    tops = (*tops, ("Top genre", "top_genres", "genre"))
    return [
        ["Minutes", count(minutes_text(minutes["ms_played"]))],
        ["Streams", count(minutes["n_streams"])],
        *([label, top_text(story, insight, column)] for label, insight, column in tops),
        ["Counted until", day(story.last_day)],
        ["Cards", str(len(card_names(story)))],
    ]


def top_text(story, insight, column):
    """The first of a ranking as text; a dash if the story has none."""
    rows = story.tables.get(insight, ())
    return latin_form(rows[column].iloc[0]) if len(rows) else "\u2013"


def story_replies(tell, first, choice):
    """Yield what is being done, then the story of a choice.

    tell   function of user, year and edition;  first  the story of which None is unchanged
    """
    given = {name: value for name, value in choice.items() if value is not None}
    yield {"soon": "Telling and drawing the story takes some seconds ..."}
    story = tell(
        given.get("listener", first.listener["listener_id"]),
        given.get("year", first.year),
        given.get("edition", first.edition),
    )
    yield story_answer(story, given.get("theme", "press"), card_names(story))


# -- controls and the page -------------------------------------------------------------------------


def story_controls(run, stories):
    """The controls of a page with a kernel; none of years if the run has one."""
    first, (begin, end) = stories[0], run.days
    years = range(begin.year, end.year + 1)
    editions = by_age([edition.name for edition in editions_in(run.parameters, first.year)])
    return [
        listener_menu(run, stories),
        *([menu_control("year", "Year", first.year, years)] if len(years) > 1 else []),
        menu_control("edition", "Edition", first.edition, editions),
        menu_control("theme", "Theme", "press", THEMES),
    ]


def listener_menu(run, stories):
    """A menu of the listeners of stories, then others in the order of their numbers."""
    names = [story.listener for story in stories]
    known = {listener["listener_id"] for listener in names}
    columns = ["listener_id", "name", "name_latin"]
    people = read_parquet(run, "listeners", columns).slice(0, MOST_LISTENED).to_pylist()
    names += [listener for listener in people if listener["listener_id"] not in known]
    return control(
        "listener",
        "Listener",
        "choice",
        [listener["listener_id"] for listener in names],
        0,
        [f"{name_of(listener)} ({listener['listener_id']})" for listener in names],
    )


def still_stories(stories, answers):
    """The explorer without a kernel, see `still_page`. answers: as from `few_cards`"""
    names = [name_of(story.listener) for story in stories]
    controls = [control("listener", "Listener", "choice", names, 0)]
    data = page_data(answers[0], controls, "Back to the first story")
    data |= {"answers": {str(i): answer for i, answer in enumerate(answers)}}
    card = make_card(card_names(stories[0])[-1], stories[0])
    alt = " ".join(map(story_alt, stories))
    return still_page(bundled_text("stories.js"), data, still_picture(card, alt))


def story_alt(story):
    """The facts of a story for the alt text."""
    facts = ", ".join(f"{label.lower()} {text}" for label, text in story_facts(story))
    return f"{name_of(story.listener)}: {facts}."
