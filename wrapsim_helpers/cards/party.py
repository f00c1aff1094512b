"""The card of a party: friends as columns, awards as rows, one mark each."""

import numpy as np

from ..wrapped.party import AWARDS
from .canvas import (
    LEFT,
    MEASURE,
    RIGHT,
    RULE,
    cut_text,
    dots,
    page,
    write,
    write_centred,
)
from .similar import first_name
from .words import NUMBERS, count, percent_text, words_on

FIRST_ROW, ROW = 728, 92
HEADER = 630  # baseline of the first line of names
AWARD = {award.name: award for award in AWARDS}
WINNER, OTHER = 30, 12  # diameters


def draw_party(ax, story, theme="press"):
    """Who won which award? A column for each guest, a row for each award; the large dot is the
    winner.
    """
    look = page(ax, story, "party", theme, words_of_party(story))
    guests, won = story.tables["guests"], story.tables["party"].set_index("award")
    x = LEFT + MEASURE * (np.arange(len(guests)) + 0.5) / len(guests)
    names_of_guests(ax, look, guests, x)
    for i, award in enumerate(award for award in AWARDS if award.name in won.index):
        row, y = won.loc[award.name], FIRST_ROW + ROW * i
        is_winner = (guests["listener_id"] == row["listener_id"]).to_numpy()
        others = np.c_[x[~is_winner], np.full((~is_winner).sum(), y + 35)]
        dots(ax, others, OTHER, look.muted, "guests")
        dots(ax, (x[is_winner][0], y + 35), WINNER, look.accent, "winners")
        write(ax, LEFT, y, award.name, RULE, "bold", look.text, "award")
        write(
            ax,
            RIGHT,
            y,
            value_text(award, row["value"]),
            RULE,
            "text",
            look.quiet,
            "value",
            ha="right",
        )
    return ax


def names_of_guests(ax, look, guests, x):
    """Write the first names over the columns, on two lines by turns if there are many."""
    n_lines = 1 if len(guests) < 5 else 2
    room = MEASURE / len(guests) * n_lines - 20
    for i, (at, guest) in enumerate(zip(x, renamed(guests))):
        short = cut_text(first_name(guest.name_, guest.name_latin), "text", RULE, room, tail="")
        y = HEADER + 42 * (i % n_lines)
        write_centred(ax, at, y, short, RULE, "text", look.text, "person")


def words_of_party(story):
    """The words of the card `party`."""
    label, won, guests = (story.tables[name] for name in ("party_label", "party", "guests"))
    awards = "; ".join(
        f"{w.award}: {w.name_}, {value_text(AWARD[w.award], w.value)}" for w in renamed(won)
    )
    lines_ = "; ".join(f"{g.name_}: {place_text(g.place)} {g.award}" for g in renamed(guests))
    most = won["listener_id"].value_counts()
    names = guests.set_index("listener_id")[["name", "name_latin"]]
    winner = first_name(*names.loc[most.index[0]]) if len(won) else ""
    alike = f"{percent_text(label['similarity'].iloc[0])} alike"
    return words_on(
        story,
        "Party",
        headline=label["label"].iloc[0],
        sub=f"{NUMBERS[len(guests)].capitalize()} friends, {alike}",
        reading=(
            f"{winner} takes {NUMBERS[most.iloc[0]]} of {NUMBERS[len(won)]}."
            if len(won)
            else "No award this time.",
        ),
        rule="Large dots: winners. Alike: artists of all pairs, by plays.",
        before=f"{alike}. {awards}. {lines_}.",
    )


def value_text(award, value):
    """What an award was won with, as text: "27 % sad"."""
    return award.words.format(count(award.factor * value))


def renamed(rows):
    """Rows with `name_`, since a row has no column of the name `name`."""
    return rows.rename(columns={"name": "name_"}).itertuples()


def place_text(place):
    """A place as text: 1 -> "first in", 4 -> "number 4 in"."""
    return {1: "first in", 2: "second in", 3: "third in"}.get(place, f"number {place} in")
