"""Cards that compare years: the favourites of each year, and the change against the year before."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    fits_headline,
    page,
    rectangles,
    width,
    write,
    write_name,
)
from .fonts import shown
from .words import (
    NUMBERS,
    count,
    counted,
    counted_minutes,
    first_true,
    minutes_text,
    short_title,
    words_on,
)

# ---------------------------------------------------------------- decade

TOP, BOTTOM, MOST_PITCH = 590, 1500, 300
YEAR, GAP = 150, 24  # width of the years at the left; space between texts
BAR = (18, 150)  # least and most height of a bar
BESIDE_BAR = 170  # room for the minutes right of the longest bar


def draw_decade(ax, story, theme="press"):
    """What was played in each year? A row for each year: the top song, the top artist, and a bar as
    long as the minutes. A year without plays is a gap.
    """
    look = page(ax, story, "decade", theme, words_of_decade(story))
    years = story.tables["decade"].set_index("year")
    rows = np.arange(years.index.min(), years.index.max() + 1)
    pitch = min((BOTTOM - TOP) // len(rows), MOST_PITCH)
    per_ms = (MEASURE - YEAR - BESIDE_BAR) / years["ms_played"].max()
    for i, year in enumerate(rows):
        y = TOP + pitch * i + READING
        write(ax, LEFT, y, str(year), READING, "bold", look.text, "year")
        if year not in years.index:
            write(ax, LEFT + YEAR, y, "no plays", RULE, "text", look.quiet, "gap")
            continue
        write_favourites(ax, look, years.loc[year], y)
        paint = look.accent if year == years["ms_played"].idxmax() else look.mark
        bar = y + 22, years["ms_played"][year] * per_ms, int(np.clip(pitch - 76, *BAR)), paint
        draw_minutes_of(ax, look, *bar, years["ms_played"][year])
    return ax


def draw_minutes_of(ax, look, y, wide, high, paint, ms_played):
    """Draw the bar of a year, with its minutes at its end."""
    wide = max(wide, 4)
    rectangles(ax, LEFT + YEAR, y, wide, high, paint, "years")
    at = LEFT + YEAR + wide + GAP, y + high / 2 + 13
    write(ax, *at, count(minutes_text(ms_played)), RULE, "text", look.text, "value")


def write_favourites(ax, look, year, y):
    """Write a year's top song, and its top artist at the right."""
    if year.isna()["title"]:
        write(ax, LEFT + YEAR, y, "no song counted", RULE, "text", look.quiet, "gap")
        return
    artist, room = shown(year["top_artist"]), (MEASURE - YEAR - GAP) // 2
    kept = min(width(artist, "text", RULE), room)
    write_name(ax, RIGHT - kept, y, artist, (RULE,), "text", look.text, "artist", kept + 1)
    name = shown(short_title(year["title"])), (RULE,), "name", look.text, "song"
    write_name(ax, LEFT + YEAR, y, *name, MEASURE - YEAR - GAP - kept)


def words_of_decade(story):
    """The words of the card `decade`."""
    years = story.tables["decade"]
    first, most = int(years["year"].iloc[0]), years.loc[years["ms_played"].idxmax()]
    named = years.dropna(subset=["top_artist"])
    artist, n = leading_artist(named)
    name = shown(artist)
    latest = named.loc[named["top_artist"] == artist, "year"].iloc[-1]
    often = first_true((n > 2, f"{name}, {NUMBERS[n]} times"), (n > 1, f"{name}, twice"), "")
    in_years = f"in {NUMBERS[n]} of {NUMBERS[len(years)]} years" if n > 1 else f"in {latest}"
    return words_on(
        story,
        "Year by year",
        headline=fits_headline(often or f"{name}, {latest}", name),
        reading=(
            f"Number one {in_years}.",
            f"Most: {counted_minutes(most['ms_played'])} in {int(most['year'])}.",
        ),
        rule=f"Top song, top artist, minutes since {first}.",
        before=f"{'; '.join(map(said_of_year, years.to_dict('records')))}.",
    )


def leading_artist(years):
    """The artist who was first in most years, and in how many; of equal ones, the latest."""
    latest_first = years["top_artist"][::-1]
    n = latest_first.value_counts(sort=False)
    return n.idxmax(), int(n.max())


def said_of_year(year):
    """A year as text: its minutes, its top song and its top artist."""
    minutes = f"{int(year['year'])}: {counted_minutes(year['ms_played'])}"
    if not isinstance(year["title"], str):
        return minutes
    return f"{minutes}, {year['title']}, {year['top_artist']}"


# ---------------------------------------------------------------- year_before

MEASURES = {  # what is compared -> columns of this year and of the year before
    "minutes": ("ms_played", "ms_before"),
    "songs": ("n_songs", "songs_before"),
    "artists": ("n_artists", "artists_before"),
}
PAIR, PAIR_BAR = 306, 92  # distance of the pairs of bars; height of a bar


def draw_year_before(ax, story, theme="press"):
    """How does the year compare with the one before? Two bars for each of minutes, songs and
    artists: the year before, then this year, each pair on a scale of its own.
    """
    look = page(ax, story, "year_before", theme, words_of_year_before(story))
    year = story.first("year_before")
    for i, (thing, columns) in enumerate(MEASURES.items()):
        y, numbers = TOP + PAIR * i, compared_numbers(year, thing)
        write(ax, LEFT, y + 34, thing, READING, "bold", look.text, "label")
        per_one = (MEASURE - YEAR - BESIDE_BAR) / max(*year[list(columns)], 1)
        for k, (now, paint) in enumerate([(False, look.muted), (True, look.accent)]):
            top = y + 56 + (PAIR_BAR + 12) * k
            wide = max(year[columns[not now]] * per_one, 4)
            rectangles(ax, LEFT + YEAR, top, wide, PAIR_BAR, paint, "compared")
            base = top + PAIR_BAR / 2 + 13
            write(ax, LEFT, base, str(year["year"] - (not now)), RULE, "text", look.text, "year")
            at = LEFT + YEAR + wide + GAP, base
            write(ax, *at, count(numbers[not now]), RULE, "text", look.text, "value")
    return ax


def compared_numbers(year, thing):
    """(this year's number, that of the year before) of a key of MEASURES; minutes in minutes."""
    numbers = [int(year[column]) for column in MEASURES[thing]]
    return [minutes_text(n) for n in numbers] if thing == "minutes" else numbers


def words_of_year_before(story):
    """The words of the card `year_before`."""
    year = story.first("year_before")
    pairs = {thing: compared_numbers(year, thing) for thing in MEASURES}
    (now, before), (songs, songs_before) = pairs["minutes"], pairs["songs"]
    said = (f"{counted(a, thing[:-1])} after {count(b)}" for thing, (a, b) in pairs.items())
    return words_on(
        story,
        "Against the year before",
        headline=changed(now, before, "minute").capitalize(),
        reading=(
            f"And {changed(songs, songs_before, 'song')}.",
            f"{counted_minutes(year['ms_before'])} in {int(year['year']) - 1}.",
        ),
        rule="Two whole years. Each pair on its own scale.",
        before=f"{'; '.join(said)}.",
    )


def changed(now, before, thing):
    """A change as text: "12 more minutes", "1 fewer song", "as many songs"."""
    if now == before:
        return f"as many {thing}s"
    way = "more" if now > before else "fewer"
    return f"{count(abs(now - before))} {way} {thing}{'s' * (abs(now - before) != 1)}"
