"""The card of the listener among the listeners of their country."""

import numpy as np

from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    RULE,
    lines,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
)
from .words import (
    THIN,
    count,
    counted,
    counted_minutes,
    first_true,
    minutes_text,
    percent_text,
    with_article,
    words_on,
)

BASE, HIGHEST, LOWEST = 1430, 700, 6  # of the bars, pixels
WIDEST = 120  # pitch of the bars of a small country
WORD = 64  # half the width of the word over the listener's bar, and some air
FEW = 2  # listeners with fewer minutes; of so few, the headline does not speak


def draw_country_place(ax, story, theme="press"):
    """How many minutes do the listeners of the country have? One bar per listener, or per group of
    equal size, fewest first; its height is the minutes. The listener's own bar is marked.
    """
    look = page(ax, story, "country_place", theme, words_of_country_place(story))
    row = story.first("country_place")
    ms, mine = np.asarray(row["group_ms"]), np.arange(len(row["group_ms"])) == row["group"]
    pitch = min(MEASURE / len(ms), WIDEST)
    x, height = LEFT + pitch * np.arange(len(ms)), np.maximum(HIGHEST * ms / ms.max(), LOWEST)
    rectangles(ax, x, BASE - height, 0.8 * pitch, height, look.paints(mine), "listeners")
    at = x[mine][0] + 0.4 * pitch
    under_word = abs(x + 0.4 * pitch - at) < 0.4 * pitch + WORD
    top = BASE - height[under_word].max() - 60
    lines(ax, [[(at, BASE - height[mine][0] - 12), (at, top)]], look.accent.face, 5, "your bar")
    write_centred(ax, at, top - 20, "you", NAME, "name", look.loud, "your bar")
    for which, end, ha in ((0, LEFT, "left"), (-1, x[-1] + 0.8 * pitch, "right")):
        text = f"{count(minutes_text(ms[which]))} min"
        write(ax, end, BASE + 60, text, RULE, "text", look.quiet, "tick", ha=ha)
    return ax


def words_of_country_place(story):
    """The words of the card `country_place`."""
    row = story.first("country_place")
    n, below, rank = (int(row[name]) for name in ("n_listeners", "n_below", "rank"))
    minutes, groups = counted_minutes(row["ms_played"]), len(row["group_ms"])
    home, each = with_article(row["name"]), "listener" if groups == n else "group of equal size"
    headline = country_headline(row["name"], n, rank, minutes)
    fewest, most = (count(minutes_text(row["group_ms"][i])) for i in (0, -1))
    return words_on(
        story,
        "In your country",
        headline=headline,
        sub="of music" if headline.endswith("minutes") else "in minutes of music",
        reading=(
            reading_line(f"{minutes}: rank {count(rank)} of {count(n)}."),
            f"More minutes than {percent_text(below / (n - 1))} of the others."
            if below
            else f"The most there: {most} minutes.",
        ),
        rule=f"One bar for each {each}. Simulated.",
        before=f"{counted(n, 'listener')} in {home}, from {fewest} to {most} minutes.",
    )


def country_headline(country, n, rank, minutes):
    """The headline of the card `country_place`: the share at the top for the upper half, else how
    many have fewer minutes, else the minutes.

    n  listeners of the country;  rank  1 for most minutes;  minutes  as text
    """
    said = first_true(
        (rank == 1, "first"),
        (2 * rank <= n, f"top {int(np.ceil(100 * rank / n))}{THIN}%"),
        (n - rank > FEW, f"ahead of {count(n - rank)}"),
        minutes,
    )
    return named_headline(f"{country}: {said}", said.capitalize())
