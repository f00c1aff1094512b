"""Cards of an artist's year, from all listeners of a run: listeners, countries, accolades."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    cut_text,
    dots,
    fits_headline,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
)
from .fonts import shown
from .words import MONTHS, count, counted, percent_text, period_named, span, words_on

# ---------------------------------------------------------------- listeners

GRID_TOP, GRID_BASE, MOST_DOTS, LARGEST = 700, 1490, 1500, 57  # pixels; dots; pixels of pitch


def draw_artist_year(ax, story, theme="press"):
    """How many people listened? One dot for each listener of the run, or for several: those who
    streamed the artist, with the super-listeners first, and all others.
    """
    look = page(ax, story, "artist_year", theme, words_of_artist_year(story), (243, 162))
    row = story.first("artist_year")
    at, pitch = grid(int(np.ceil(row["crowd_size"] / people_per_dot(row))))
    ends = [round(row[name] / people_per_dot(row)) for name in ("n_super", "n_listeners")]
    size = 0.76 * pitch
    for part, paint, role in zip(np.split(at, ends), paints_of(look), ("super", "fans", "others")):
        if len(part):
            dots(ax, part, size if role != "others" else size / 2, paint, role)
    return ax


def paints_of(look):
    """Paints of super-listeners, listeners and all others."""
    return look.accent, look.mark, look.muted


def people_per_dot(row):
    """Number of listeners per dot: 1, 2, 5, 10, 20, ..."""
    n = row["crowd_size"]
    return next(k * 10**e for e in range(9) for k in (1, 2, 5) if n <= MOST_DOTS * k * 10**e)


def grid(n):
    """(centres, pitch) of n dots in rows that fill the picture, from the upper left corner."""
    pitches = np.arange(LARGEST, 4, -0.5)
    rows = np.ceil(n / (MEASURE // pitches))
    pitch = pitches[rows * pitches <= GRID_BASE - GRID_TOP][0]
    row, column = np.divmod(np.arange(n), int(MEASURE // pitch))
    return np.c_[LEFT + pitch * (column + 0.5), GRID_TOP + pitch * (row + 0.5)], pitch


def words_of_artist_year(story):
    """The words of the card `artist_year`."""
    row, months = story.first("artist_year"), story.tables["artist_months"]
    top, n_per = months.loc[months["n_streams"].idxmax()], people_per_dot(row)
    hours = count(row["ms_played"] // 3_600_000)
    people = "one listener" if n_per == 1 else f"{count(n_per)} listeners"
    return of_artist(
        story,
        "listeners",
        hero=count(row["n_listeners"]),
        headline=f"listener{'' if row['n_listeners'] == 1 else 's'} of {count(row['crowd_size'])}",
        reading=(
            reading_line(
                f"{counted(row['n_streams'], 'stream')}, {hours} hours.",
                counted(row["n_streams"], "stream"),
            ),
            f"In the top five of {count(row['n_super'])}; most in "
            f"{MONTHS[int(top['month'] - 1) % 12]}.",
        ),
        rule=f"One dot is {people}; first those of the top five.",
        before=f"{counted(row['n_songs'], 'song')} in {counted_countries(row['n_countries'])}.",
    )


def counted_countries(n):
    """A number of countries as text."""
    return f"{count(n)} countr{'y' if n == 1 else 'ies'}"


# ---------------------------------------------------------------- countries

COLUMNS, COLUMN_TOP, COLUMN_BASE = 8, 660, 1440


def draw_artist_countries(ax, story, theme="press"):
    """Where is the artist streamed? A column for each of the first eight countries of listeners;
    the height is the number of streams.
    """
    look = page(ax, story, "artist_countries", theme, words_of_artist_countries(story))
    countries = story.tables["artist_countries"][:COLUMNS]
    n, step = countries["n_streams"].to_numpy(), MEASURE / max(len(countries), 4)
    height = (COLUMN_BASE - COLUMN_TOP) * n / n.max()
    left = LEFT + step * np.arange(len(n))
    paints = look.paints(np.arange(len(n)) == 0)
    rectangles(ax, left, COLUMN_BASE - height, step - 16, height, paints, "columns")
    for x, top, country in zip(left, COLUMN_BASE - height, countries.itertuples()):
        middle, number = x + (step - 16) / 2, count(country.n_streams)
        write_centred(ax, middle, top - 24, number, RULE, "bold", look.text, "value")
        write_centred(ax, middle, COLUMN_BASE + 54, country.country, READING, *code_of(look))
    return ax


def code_of(look):
    """Face, colour and role of the code of a country."""
    return "text", look.text, "code"


def words_of_artist_countries(story):
    """The words of the card `artist_countries`."""
    countries, row = story.tables["artist_countries"], story.first("artist_year")
    first = countries.iloc[0]
    name = first["name"]
    rows = "; ".join(
        f"{c.country} {counted(c.n_streams, 'stream')}" for c in countries[:COLUMNS].itertuples()
    )
    share = percent_text(first["n_streams"] / row["n_streams"])
    return of_artist(
        story,
        "countries",
        headline=fits_headline(f"{name} first", f"{first['country']} first"),
        sub=f"of {counted_countries(row['n_countries'])}",
        reading=(
            reading_line(f"{share} of the streams: {name}.", f"{share} of the streams."),
            f"From {counted(first['n_listeners'], 'listener')} there.",
        ),
        rule=f"Streams by home of the listeners, {span(story)}.",
        before=f"{counted_countries(row['n_countries'])}: {rows}.",
    )


def of_artist(story, subject, **texts):
    """The `Words` on a subject of an artist's year; the kicker is the artist's name."""
    name = cut_text(shown(story.listener["name"]), "text", READING, 640)
    return words_on(story, subject, **texts)._replace(kicker=f"{name}, {period_named(story)}")


# ---------------------------------------------------------------- accolades

FOUR, TOP, PITCH, BAR = 4, 650, 214, 44


def draw_accolades(ax, story, theme="press"):
    """When is the artist streamed more than music is? For each accolade, the share of the artist's
    streams above the share of all streams.
    """
    look = page(ax, story, "accolades", theme, words_of_accolades(story))
    rows = story.tables["accolades"][:FOUR]
    most = rows[["share", "crowd_share"]].to_numpy().max()
    room = MEASURE - 150
    for i, row in enumerate(rows.itertuples()):
        y = TOP + PITCH * i
        write(ax, LEFT, y, row.accolade, NAME, "name", look.loud if i == 0 else look.text, "name")
        for dy, share, paint, role in (
            (30, row.share, look.accent, "theirs"),
            (30 + BAR + 8, row.crowd_share, look.muted, "all"),
        ):
            rectangles(ax, LEFT, y + dy, room * share / most, BAR, paint, role)
            text = percent_text(share)
            write(ax, RIGHT, y + dy + 36, text, READING, "bold", look.text, "value", ha="right")
    return ax


def words_of_accolades(story):
    """The words of the card `accolades`."""
    rows = story.tables["accolades"][:FOUR]
    first = rows.iloc[0]
    said = "; ".join(
        f"{r.accolade}, {r.when}: {percent_text(r.share)}, all music {percent_text(r.crowd_share)}"
        for r in rows.itertuples()
    )
    more = round(100 * (first["ratio"] - 1))
    return of_artist(
        story,
        "accolades",
        headline=fits_headline(first["accolade"]),
        reading=(
            reading_line(f"{more} % more {first['when']}.", f"{more} % more than all music."),
            "Above: this artist; below: all music.",
        ),
        rule="Shares of streams at that time, local. Simulated.",
        before=f"{said}.",
    )
