"""Cards of the listener in their country: rank by minutes, and genres that stand out."""

import numpy as np

from .albums import named_headline, sub_line
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RULE,
    key,
    lines,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_centred,
    write_name,
)
from .crowd import line_on_day, rank_line
from .fonts import shown_genre
from .words import (
    THIN,
    capital,
    count,
    counted,
    counted_minutes,
    first_true,
    in_upper_half,
    minutes_text,
    of_100,
    ordinal,
    percent_text,
    with_article,
    words_on,
)

BASE, HIGHEST, LOWEST = 1430, 700, 6  # of the bars, pixels
WIDEST = 120  # pitch of the bars of a small country
WORD = 64  # half the width of the word over the listener's bar, and some air
SMALL = 50  # listeners of a country; of fewer, the headline says the rank instead of percent


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
    write_centred(ax, at, top - 36, "you", NAME, "name", look.loud, "your bar")
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
    have = "has" if below == 1 else "have"
    headline = country_headline(row["name"], n, rank, minutes)
    is_minutes = headline == minutes
    sub = [f"of music, one of {n} in {home}"] if is_minutes else ["in minutes of music"]
    fewest, most = (count(minutes_text(row["group_ms"][i])) for i in (0, -1))
    return words_on(
        story,
        "In your country",
        headline=headline,
        sub=sub_line(*sub, *[row["name"]] * (row["name"] not in headline + sub[0])),
        reading=(
            rank_line(minutes, rank, n),
            first_true(
                (not in_upper_half(rank, n), line_on_day(story, row["ms_played"])),
                (not below, f"The most there: {most} minutes."),
                (n < SMALL, f"{count(below)} of {counted(n - 1, 'other')} {have} fewer minutes."),
                f"More minutes than {percent_text(below / (n - 1))} of the others.",
            ),
        ),
        rule=f"One bar for each {each}. Simulated.",
        before=f"{counted(n, 'listener')} in {home}, from {fewest} to {most} minutes.",
    )


def country_headline(country, n, rank, minutes):
    """The headline of the card `country_place`: the rank for the first one, and for the upper half
    of a small country; the share at the top for the upper half of a large one; else the minutes.

    n  listeners of the country;  rank  1 for most minutes;  minutes  as text
    """
    if in_upper_half(rank, n) and (rank == 1 or n < SMALL):
        placed = capital(ordinal(rank))
        shorter = f"{country}: {ordinal(rank)}", placed
        return named_headline(f"{placed} in {with_article(country)}", *shorter)
    if not in_upper_half(rank, n):
        return minutes
    said = f"top {int(np.ceil(100 * rank / n))}{THIN}%"
    return named_headline(f"{country}: {said}", said.capitalize())


# ---------------------------------------------------------------- genres that stand out

FIRST_PAIR, PAIR, THICK, THIN_BAR = 640, 184, 64, 22  # pairs of bars, pixels
NOTHING = 4  # length of a bar of nothing


def draw_stand_out(ax, story, theme="press"):
    """Which genres does the listener stream more than their country? Two bars for each genre: the
    share of the listener's plays, and below it that of the others in the country; the longest bar
    first. The genre that stands out most has the colour of the headline.
    """
    look = page(ax, story, "stand_out", theme, words_of_stand_out(story))
    genres = by_share(story)
    scale = (MEASURE - width("100%", "name", READING) - 40) / genres["share"].max()
    for i, genre in enumerate(genres.itertuples()):
        y, colour = FIRST_PAIR + PAIR * i, look.loud if genre.rank == 1 else look.text
        name = capital(shown_genre(genre.genre)), (READING, RULE), "name", colour, "name", MEASURE
        write_name(ax, LEFT, y, *name)
        for top, high, share, paint in (
            (y + 28, THICK, genre.share, look.accent),
            (y + 32 + THICK, THIN_BAR, genre.others_share, look.mark),
        ):
            rectangles(ax, LEFT, top, max(scale * share, NOTHING), high, paint, "genres")
        at = LEFT + scale * genre.share + 24, y + 28 + THICK / 2 + 15
        write(ax, *at, percent_text(genre.share), READING, "name", look.text, "value")
    same_size(ax, "name")
    entries = (look.accent, 44, "you"), (look.mark, 44, f"others in {country_at_home(story)}")
    key(ax, look, 548, *entries)
    return ax


def by_share(story):
    """The rows of `stand_out`, most streamed first."""
    return story.tables["stand_out"].sort_values(["share", "rank"], ascending=[False, True])


def country_at_home(story):
    """The country of `stand_out` as it stands in a sentence."""
    return with_article(story.first("stand_out")["name"])


def words_of_stand_out(story):
    """The words of the card `stand_out`."""
    genres = story.tables["stand_out"]
    first, home = genres.iloc[0], country_at_home(story)
    said = "; ".join(
        f"{shown_genre(g.genre)} {percent_text(g.share)}, others {percent_text(g.others_share)}"
        for g in by_share(story).itertuples()
    )
    you, others = of_100(first["share"]), of_100(first["others_share"])
    return words_on(
        story,
        f"You and {home}",
        headline=named_headline(capital(shown_genre(first["genre"])), f"{you} of 100 plays"),
        reading=(
            f"You: {you} of 100 plays. Others: {others}.",
            reading_line(f"{count(first['n_listeners'])} listeners in {home}."),
        ),
        rule="Genres that you play more than the others there.",
        before=f"{said}.",
    )
