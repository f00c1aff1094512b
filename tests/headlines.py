"""How much the headlines of the cards differ between the listeners of a run.

`python -m tests.headlines RUN_DIR` prints, for each card, the number of listeners, the number of
different headlines, and the most common headline with its share.
"""

import sys
from collections import Counter, defaultdict
from threading import get_ident

import wrapsim_helpers as ws
from wrapsim_helpers import cards
from wrapsim_helpers.runs.opened import play_files
from wrapsim_helpers.wrapped.periods import open_period
from wrapsim_helpers.wrapped.story import rows_of_part, stories_of_rows


def headlines_of(run_dir):
    """Card name -> Counter of its headlines, over all listeners with a play; without the hero
    number, which would make each differ.
    """
    found = defaultdict(Counter)
    for story in stories_of(run_dir):
        for name in cards.card.card_names(story):
            found[name][headline(name, story)] += 1
    return found


def stories_of(run_dir):
    """Yield the story of each listener with a play, told as the batch tells them."""
    period = open_period(ws.open_run(run_dir))
    for path in play_files(period.run):
        rows = rows_of_part(period, path)
        yield from stories_of_rows(period, rows, [n for n in rows["minutes"] if n is not None])


def headline(name, story):
    """The headline of a card, which is drawn without pixels."""
    ax = cards.CARDS[name](cards.card.empty_axes((5.4, 9.6), get_ident()), story)
    return " ".join(text.get_text() for text in ax.texts if text.get_gid() == "headline")


def table(found):
    """One line of text per card."""
    for name, counts in found.items():
        (most, n), n_listeners = counts.most_common(1)[0], sum(counts.values())
        yield f"{name:20} {n_listeners:5} {len(counts):5} {n / n_listeners:6.1%}  {most}"


if __name__ == "__main__":
    print(*table(headlines_of(sys.argv[1])), sep="\n")
