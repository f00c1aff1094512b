"""Cards on release years: listening age and oldest song."""

import numpy as np

from ..wrapped.release_years import EVERYBODY, LISTENING_AGE_ANCHOR, OLDEST
from .canvas import (
    LEFT,
    MEASURE,
    RIGHT,
    RULE,
    Paint,
    directions,
    dots,
    lines,
    page,
    reading_line,
    rectangles,
    width,
    write,
    write_centred,
)
from .fonts import shown
from .words import THIN, counted, of_100, short_title, words_on

# ---------------------------------------------------------------- listening age

TOP, BASE = 850, 1452  # of the bars
DOT = 7  # diameter of the dots of the others, pixels


def draw_listening_age(ax, story, theme="press"):
    """How old would the release years make the listener? One bar per release year; the window that
    gives the age is marked, and dots show the other listeners.
    """
    look = page(ax, story, "listening_age", theme, words_of_listening_age(story))
    years, age = years_of_age(story), story.first("listening_age")
    step = MEASURE / len(years)
    share, others = years["share"].to_numpy(), years["others_share"].to_numpy()
    scale = (BASE - TOP) / max(share.max(), others.max())
    x, some = LEFT + step * np.arange(len(years)), share > 0
    inside = years["release_year"].between(age["first_year"], age["last_year"])
    height = np.maximum(scale * share, 2)
    bars = x[some], (BASE - height)[some], 0.76 * step, height[some]
    rectangles(ax, *bars, look.paints(inside[some]), "years")
    lifted = BASE - np.maximum(scale * others, DOT)
    dots(ax, np.c_[x + 0.38 * step, lifted][others > 0], DOT, Paint(look.other), "others")
    label_decades(ax, look, years["release_year"], x + 0.38 * step)
    tops = BASE - scale * np.maximum(share, others)
    label_window(ax, look, age, x[inside].max() + 0.76 * step, (x, x + step, tops))
    return ax


def years_of_age(story):
    """The release years from the decade of the oldest one with a stream on."""
    years = story.tables["release_years"]
    oldest = years["release_year"][years["n_streams"] > 0].min()
    return years[years["release_year"] >= oldest // 10 * 10]


def label_window(ax, look, age, end, bars):
    """Write the years of the window above all bars and dots that are below the text.

    end   right end of the window, where the text ends too
    bars  (left ends, right ends, upper ends with the dots) of all bars
    """
    text = f"{age['first_year']} to {age['last_year']}"
    long, (starts, stops, tops) = width(text, "bold", RULE), bars
    left = max(end - long, LEFT)
    below = (stops > left) & (starts < left + long)
    write(ax, left, tops[below].min() - 30, text, RULE, "bold", look.loud, "value")


def label_decades(ax, look, years, x):
    """Write the years that begin a decade, every second one if there are many, below their bars."""
    every = 10 if len(years) <= 45 else 20
    for year, at in zip(years, x, strict=True):
        if year % every == 0 or len(years) < 10:
            write_centred(ax, at, BASE + 46, str(year), RULE, "text", look.quiet, "tick")


def words_of_listening_age(story):
    """The words of the card `listening_age`."""
    row = story.first("listening_age")
    first, last = int(row["first_year"]), int(row["last_year"])
    plays = of_100(row["n_window"] / row["n_streams"])
    others = of_100(row["n_others_window"] / row["n_others"])
    now = story.last_day.year
    return words_on(
        story,
        "Listening age",
        headline=age_headline(first, last, plays, now),
        reading=(
            f"{plays} of 100 plays are from {first} to {last}.",
            line_on_cohort(int(row["cohort"]), others),
        ),
        rule=age_rule(last, now),
        hero=str(int(row["age"])),
    )


def age_rule(last, now):
    """How the age was counted. last: last year of the window; now: the year"""
    age = now - last + LISTENING_AGE_ANCHOR
    if age > OLDEST:
        return f"By music of {last} or before; {OLDEST} is the highest age."
    return f"As if you turned {LISTENING_AGE_ANCHOR} in {last}. Simulated."


def line_on_cohort(cohort, others):
    """The reading line on the plays of those with whom the listener is compared.

    cohort  first birth year, or EVERYBODY;  others  of 100 plays, as text
    """
    born = f"Others born {cohort}–{(cohort + 4) % 100:02}" if cohort != EVERYBODY else "All others"
    return reading_line(f"{born}: {others} of 100 (dots).", f"{born}: {others}{THIN}% (dots).")


def age_headline(first, last, plays, now):
    """The headline of the card `listening_age`; it follows the number.

    first, last  years of the window;  plays  of 100 that are of it;  now  the year
    """
    if last == now:
        return f"years old: {plays}{THIN}% new" if plays.isdigit() else "years old: new music"
    share = f"{plays}{THIN}% from" if plays.isdigit() else "music of"
    return f"years: {share} {first}–{last % 100:02}"


# ---------------------------------------------------------------- oldest song

FIRST_ROW, ROWS_HEIGHT, COLUMNS_LEFT = 720, 780, 250
SMALLEST = 10  # diameter, so that every year with a stream is visible, pixels
RING = 16  # pixels between the disc of the oldest song and the ring around it


def draw_oldest_song(ax, story, theme="press"):
    """What is the oldest song that the listener streamed?

    One row per decade and one disc per release year; its area is the number of streams. A ring is
    around the disc of the oldest song's year.
    """
    look = page(ax, story, "oldest_song", theme, words_of_oldest_song(story), sizes=(243, 162))
    years = story.tables["release_years"]
    years = years[years["release_year"] >= story.first("oldest_song")["release_year"]]
    released, n = years["release_year"].to_numpy(), years["n_streams"].to_numpy()
    decades = np.arange(released.min() // 10, released.max() // 10 + 1)
    pitch, step = min(ROWS_HEIGHT / len(decades), 130), (RIGHT - COLUMNS_LEFT) / 10
    x = COLUMNS_LEFT + step * (released % 10 + 0.5)
    y = FIRST_ROW + pitch * (released // 10 - decades[0] + 0.5)
    size = np.maximum(0.94 * min(step, pitch) * np.sqrt(n / n.max()), SMALLEST)
    some, at = n > 0, np.c_[x, y]
    dots(ax, at[~some], 6, look.muted, "no streams")
    dots(ax, at[some], size[some], look.mark, "releases")
    oldest = released.argmin()
    ring(ax, look, *at[oldest], size[oldest] / 2 + RING)
    for row, decade in enumerate(decades):
        base = FIRST_ROW + pitch * (row + 0.5) + 13
        write(ax, LEFT, base, f"{10 * decade}s", RULE, "text", look.quiet, "tick")
    return ax


def ring(ax, look, x, y, radius):
    """Draw an open ring in the accent around a point."""
    circle = [(x, y) + radius * directions(np.linspace(0, 1, 61))]
    if look.accent.edge != "none":
        lines(ax, circle, look.accent.edge, 14, "oldest edge")
    lines(ax, circle, look.accent.face, 7, "oldest")


def words_of_oldest_song(story):
    """The words of the card `oldest_song`."""
    song, years = story.first("oldest_song"), story.tables["release_years"]
    half = years["release_year"][years["share"].cumsum() >= 0.5].iloc[0]
    title, artist = shown(short_title(song["title"]), "title"), shown(song["artist"], "artist")
    plays = counted(song["n_streams"], "play")
    return words_on(
        story,
        "Oldest song",
        headline=title,
        reading=(
            reading_line(f"By {artist}.", f"{plays} of it."),
            reading_line(f"{plays}; half of all are from {half} on.", f"Half of all: {half} on."),
        ),
        rule="Ring: earliest release. Area: plays. Simulated.",
        before=f"{song['title']} by {song['artist']}, {plays}.",
        hero=str(int(song["release_year"])),
    )
