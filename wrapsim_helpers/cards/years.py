"""Cards over several years: artists who came back, and artists kept every year."""

import numpy as np

from ..wrapped.years import RETURNED
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    dots,
    fits_headline,
    lines,
    page,
    rectangles,
    same_size,
    write,
    write_name,
)
from .fonts import shown
from .words import NUMBERS, count, counted, day, words_on

FIVE, TOP, PITCH = 5, 640, 178

# ---------------------------------------------------------------- comebacks


def draw_comebacks(ax, story, theme="press"):
    """Which artists came back? A line for each artist, from the last stream before the gap to the
    first one after it; the scale is time.
    """
    look = page(ax, story, "comebacks", theme, words_of_comebacks(story))
    artists = story.tables["comebacks"][:FIVE]
    y = TOP + PITCH * np.arange(len(artists)) + 70
    first, last = artists["last_day"].min(), max(artists["first_day"].max(), story.last_day)
    left, right = (
        LEFT + 18 + (MEASURE - 36) * np.array([(day - first) / (last - first) for day in days])
        for days in (artists["last_day"], artists["first_day"])
    )
    gaps = [[(a + 14, at), (b - 18, at)] for a, b, at in zip(left, right, y)]
    lines(ax, gaps, look.muted.face, 6, "gaps")
    dots(ax, np.c_[left, y], 20, look.muted, "before")
    dots(ax, np.c_[right, y], 36, look.accent, "after")
    for at, artist in zip(y - 46, artists.itertuples()):
        colour = look.loud if artist.rank == 1 else look.text
        days = f"{count(artist.gap_days)} days"
        write(ax, RIGHT, at, days, READING, "bold", look.text, "value", ha="right")
        name = shown(artist.artist)
        write_name(ax, LEFT, at, name, (NAME, READING), "name", colour, "name", MEASURE - 280)
    same_size(ax, "name")
    return ax


def words_of_comebacks(story):
    """The words of the card `comebacks`."""
    artists = story.tables["comebacks"][:FIVE]
    first, name = artists.iloc[0], shown(artists["artist"].iloc[0])
    rows = "; ".join(f"{a.artist} after {count(a.gap_days)} days" for a in artists.itertuples())
    since = counted(first["n_streams"], "play")
    return words_on(
        story,
        "Comebacks",
        headline=fits_headline(f"{name}, again", name),
        reading=(
            f"Back on {day(first['first_day'])}, {first['first_day'].year}; {since} since.",
            f"Before: {day(first['last_day'])}, {first['last_day'].year}.",
        ),
        rule="No stream for 365 days or more. Simulated.",
        before=f"{rows}.",
    )


# ---------------------------------------------------------------- loyalty

LOYAL_BAR, MOST_YEARS = 64, 12


def draw_loyalty(ax, story, theme="press"):
    """Which artists were streamed every year? A stack of years for each artist, as wide as the
    streams of this year.
    """
    look = page(ax, story, "loyalty", theme, words_of_loyalty(story))
    artists = story.tables["loyalty"][:FIVE]
    n, years = artists["n_streams"].to_numpy(), int(min(artists["n_years"].iloc[0], MOST_YEARS))
    height = LOYAL_BAR / years
    for i, artist in enumerate(artists.itertuples()):
        y, wide = TOP + PITCH * i, max(MEASURE * n[i] / n.max(), 6)
        paint = look.accent if i == 0 else look.mark
        edges = y + height * np.arange(years)
        rectangles(ax, LEFT, edges, wide, max(height - 6, 4), paint, "years")
        colour, at = look.loud if i == 0 else look.text, y + LOYAL_BAR + 56
        write(ax, RIGHT, at, count(artist.n_streams), NAME, "hero", look.text, "value", ha="right")
        name = shown(artist.artist)
        write_name(ax, LEFT, at, name, (NAME, READING), "name", colour, "name", MEASURE - 200)
    same_size(ax, "name")
    return ax


def words_of_loyalty(story):
    """The words of the card `loyalty`."""
    artists = story.tables["loyalty"]
    first, n = artists.iloc[0], int(artists["n_years"].iloc[0])
    years = NUMBERS[n] if n < len(NUMBERS) else count(n)
    rows = "; ".join(
        f"{a.artist}, {counted(a.n_streams, 'play')}" for a in artists[:FIVE].itertuples()
    )
    name = shown(first["artist"])
    many = f"{len(artists)} artists{' or more' * (len(artists) == RETURNED)}"
    many = many if len(artists) > 1 else "One artist"
    return words_on(
        story,
        "Loyalty",
        headline=fits_headline(f"{name}, always", name),
        reading=(
            f"{many}, in {years} years each.",
            f"{counted(first['n_streams'], 'play')} of the first, this year.",
        ),
        rule="One bar a year, as wide as this year's plays.",
        before=f"{rows}.",
    )
