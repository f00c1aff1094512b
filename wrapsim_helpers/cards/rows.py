"""Cards as a notebook shows them: in rows, one for each edition, or one column for each listener.

A click shows a card over the page (see `picture`).
"""

import html
from dataclasses import dataclass, replace

import pytz

from ..checking import check_choice, check_count, front_door
from ..runs.again import listener_named
from ..runs.opened import open_run
from ..wrapped import party
from .card import CARDS, SMALL, STYLE, card_names, digest, make_card, picture, with_rows
from .fonts import shown
from .themes import check_theme
from .words import counted_minutes, day

GAP = 12  # pixels between two cards
ALL_COLUMNS = 3 * SMALL + 2 * GAP  # pixels: width of all columns together
EDITION_COLUMNS, MOST_COLUMNS = 5, 6
NOTHING = "<p>No card: there are too few streams or listeners.</p>"
OF_PARTY = ("party", "top_songs", "summary")


@dataclass(frozen=True)
class Rows:
    """Cards in columns of equal width, 924 pixels together.

    cards     tuple of `Card`; None leaves a place empty
    columns   number of columns
    captions  tuple of (title, lines below it) above the first cards; () for none
    repeats   how often CSS repeats a column: "auto-fill" for as many as fit into the window
    """

    cards: tuple
    columns: int = 3
    captions: tuple = ()
    repeats: str = "auto-fill"

    def _repr_html_(self):
        return STYLE + self.frame() if self.cards else NOTHING

    def frame(self):
        """HTML of the columns with all cards."""
        width = (ALL_COLUMNS + GAP) // self.columns - GAP
        style = (
            f"display:grid;grid-template-columns:repeat({self.repeats},{width}px);gap:{GAP}px;"
            f"max-width:{ALL_COLUMNS}px;overflow-x:auto;align-items:end"
        )
        page = digest(b"".join(card.png for card in self.cards if card))
        captions = (*self.captions, *[None] * len(self.cards))
        cells = [
            cell(card, width, f"{page}-{i}", caption)
            for i, (card, caption) in enumerate(zip(self.cards, captions))
        ]
        return f'<div style="{style}">{"".join(cells)}</div>'


def cell(card, width, name, caption):
    """HTML of a card with its caption above it; an empty place for None."""
    below = picture(replace(card, width=width), name) if card else ""
    return f"<div>{caption_html(*caption) if caption else ''}{below}</div>"


def caption_html(title, lines):
    """HTML of a caption: a title in bold, and quiet lines below it."""
    below = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
    return (
        f'<div style="font-size:18px;font-weight:700;line-height:1.2">{html.escape(title)}</div>'
        f'<div style="font-size:12px;line-height:1.4;margin:2px 0 6px">{below}</div>'
    )


@front_door
def cards_in_rows(cards, columns=3):
    """Cards for a notebook cell, three to a row, or as many as `columns` says (1 to 6), each with
    its alt text. A click shows a card in full size.
    """
    return Rows(tuple(cards), check_count("columns", columns, 1, MOST_COLUMNS))


# ---------------------------------------------------------------- one for each edition


@front_door
def cards_of_editions(stories: list, theme="press"):
    """One card for each edition, with the edition's name and last day above it, five to a row: the
    first card that no earlier edition has, else the first one that is not shown yet. An edition
    without such a card is left out.

    stories  of one listener, as from `tell_editions`
    """
    theme, chosen = check_theme(theme), newest_cards(stories)
    cards = [make_card(name, story, theme) for name, story in chosen]
    captions = [(story.edition, [f"to {day(story.last_day)}"]) for _, story in chosen]
    return Rows(tuple(cards), EDITION_COLUMNS, tuple(captions))


def newest_cards(stories):
    """(name of a card, story) of each edition with a card to show; see `cards_of_editions`."""
    earlier, chosen = set(), {}
    for story in stories:
        names = [name for name in card_names(story) if name not in chosen]
        new = [name for name in names if name not in earlier]
        chosen |= {name: story for name in (new or names)[:1]}
        earlier |= set(names)
    return list(chosen.items())


# ---------------------------------------------------------------- one column for each listener


@front_door
def cards_of_listeners(stories: list, names, titles=(), theme="press"):
    """Some cards of up to six listeners, a column for each listener and a row for each card.

    stories  one to six, as from `tell_story`
    names    names of cards; a place is empty if a listener has too little for the card, and a
             listener with too little for a Wrapped has the card that says so
    titles   one for each listener, shown below the name; () for none
    """
    theme, names = check_theme(theme), [check_choice("names", n, tuple(CARDS)) for n in names]
    check_count("the number of stories", len(stories), 1, MOST_COLUMNS)
    columns = [cards_in_column(story, names, theme) for story in stories]
    cards = tuple(card for row in zip(*columns) if any(row) for card in row)
    captions = map(caption_of, stories, list(titles) or [""] * len(stories))
    return Rows(cards, len(stories), tuple(captions), str(len(stories)))


def cards_in_column(story, names, theme):
    """The cards of a listener, a list; None for a card that the story has no rows for."""
    drawn = ["too_little"] if story.too_little else [*with_rows(story, names), "summary"]
    wanted = ["too_little", *names[1:]] if story.too_little else names
    return [make_card(name, story, theme) if name in drawn else None for name in wanted]


def caption_of(story, title):
    """(name, lines) above the cards of a listener: title, minutes, home and year of birth."""
    who, ms = story.listener, story.first("minutes")["ms_played"]
    home = who["city"], pytz.country_names.get(who["country"], who["country"])
    born = f"born in {who['birth_date'].year}" if who["birth_date"] else ""
    lines = filter(None, (title, counted_minutes(ms), *home, born))
    return shown(who["name"], latin=who["name_latin"]), list(lines)


# ---------------------------------------------------------------- a party


@front_door
def cards_of_party(run_dir, users, year=-1, edition="all", theme="press"):
    """A party of up to ten listeners in a row of cards: the awards, the songs that they play most
    as a group, and the summary. One listener alone has no party, and so no card.

    The other arguments and the errors are those of `party`.
    """
    theme, run = check_theme(theme), open_run(run_dir)
    if len({listener_named(run, user) for user in users}) < 2:
        return Rows(())
    story = party(run, users, year, edition)
    names = [name for name in OF_PARTY if name in card_names(story)] or card_names(story)
    return Rows(tuple(make_card(name, story, theme) for name in names))
