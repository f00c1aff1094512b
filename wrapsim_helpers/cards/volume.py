"""Cards on volume: minutes of the year, and the card of a listener who streamed too little."""

import numpy as np

from ..wrapped.counting import Rules
from .canvas import (
    EDGE,
    LEFT,
    MEASURE,
    NAME,
    READING,
    RULE,
    SUB,
    Paint,
    daily,
    dots,
    first_that_fits,
    lines,
    page,
    reading_line,
    rectangles,
    write,
    write_centred,
)
from .fonts import shown
from .words import (
    LONG_MONTHS,
    MONTHS,
    Words,
    average_minutes,
    count,
    counted,
    counted_minutes,
    in_days,
    minutes_of_average_day,
    minutes_text,
    period_named,
    span,
)

TRACKS_NEEDED, ARTISTS_NEEDED = Rules.min_tracks, Rules.min_artists
ROWS_LEFT = 176  # where the rows of days begin, right of the months' names
BASE, HIGHEST = 1420, 620  # of the bars of months, pixels


def draw_minutes(ax, story, theme="press"):
    """How many minutes did the listener play?

    The number, and below it one bar per month; the month with most minutes is marked, and a line
    shows the average month.
    """
    look = page(ax, story, "minutes", theme, words_of_minutes(story), sizes=(243, 162))
    ms = by_month(story)
    n, top = len(ms), ms.argmax()
    pitch, height = MEASURE / max(n, 6), HIGHEST * ms / ms.max()
    x = LEFT + pitch * (np.arange(n) + 0.5)
    paints = look.paints(np.arange(n) == top)
    rectangles(ax, x - 0.38 * pitch, BASE - height, 0.76 * pitch, height, paints, "bars")
    average_line(ax, look, x[-1] + pitch / 2, height.mean())
    text = count(minutes_text(ms[top]))
    write_centred(ax, x[top], BASE - HIGHEST - 24, text, READING, "bold", look.text, "value")
    for at, name in zip(x, month_names(story, n)):
        write(ax, at, BASE + 52, name, RULE, "text", look.quiet, "tick", ha="center")
    return ax


def average_line(ax, look, right, height):
    """Draw the line of the average month over the bars, up to right."""
    path = [(LEFT, BASE - height), (right, BASE - height)]
    for thickness, colour, role in ((13, look.ground, "hairline"), (5, look.text, "average")):
        lines(ax, [path], colour, thickness, role)


def by_month(story):
    """Milliseconds played in each month of the period, in order."""
    dates, ms = daily(story)
    return np.bincount(month_rows(story, dates), ms)


def month_names(story, n):
    """Short names of the first n months of the period; initials if there are more than twelve."""
    names = [MONTHS[(story.first_day.month - 1 + i) % 12] for i in range(n)]
    return names if n <= 12 else [name[0] for name in names]


def month_rows(story, dates):
    """Row of each date: 0 for the window's first month, 1 for the next, also across years."""
    first = story.first_day
    return np.array([12 * (d.year - first.year) + d.month - first.month for d in dates])


def month_pitch(story, height):
    """Height of a month's row, pixels. height: of all rows together, of six rows at least."""
    return height / max(month_rows(story, [story.last_day])[0] + 1, 6)


def label_months(ax, story, look, base, pitch):
    """Write the name of every month left of its row."""
    for row in range(month_rows(story, [story.last_day])[0] + 1):
        name = MONTHS[(story.first_day.month - 1 + row) % 12]
        write(ax, LEFT, base + row * pitch, name, RULE, "text", look.quiet, "tick")


def yours(story):
    """The kicker of a card on all music: "Your 2025", or the days of a period."""
    named = period_named(story)
    return f"Your {named}" if named == story.years else named


def words_of_minutes(story):
    """The words of the card `minutes`."""
    n, ms = minutes_text(story.first("minutes")["ms_played"]), by_month(story)
    reading = (
        line_on_days(story, n),
        f"Line: average month, {average_minutes(ms.mean())}.",
    )
    headline, most = minutes_headline(story), count(minutes_text(ms.max()))
    return Words(
        kicker=yours(story),
        hero=count(n),
        headline=headline,
        reading=reading,
        rule=f"All music, {span(story)}, local time. Simulated.",
        alt=f"{story.listener['name']}, {period_named(story)}: {count(n)} {headline}. "
        f"{' '.join(reading)} Most in one month: {most}.",
    )


def line_on_days(story, n):
    """The reading line on the minutes a day; on the days with a play, if it is under one a day.

    n  minutes of the period
    """
    mean = story.tables["calendar"]["ms_played"].mean()
    a_day, days = (
        minutes_of_average_day(mean),
        counted(int(story.first("minutes")["n_days"]), "day"),
    )
    if not minutes_text(mean):
        return f"{counted(n, 'minute')} on {days}."
    return reading_line(f"{in_days(n)} of music, {a_day} a day.", f"That is {a_day} a day.")


def minutes_headline(story):
    """The headline of the card `minutes`; it follows the number, and names the month with most."""
    ms = by_month(story)
    top = (story.first_day.month - 1 + ms.argmax()) % 12
    if len(ms) < 2:
        return "minutes of music"
    longest_first = [f"minutes, most in {names[top]}" for names in (LONG_MONTHS, MONTHS)]
    return first_that_fits(longest_first, "name", SUB)


def draw_too_little(ax, story, theme="press"):
    """How many tracks and artists did the listener stream?

    Thirty dots for tracks and five for artists, filled up to the number streamed.
    """
    look = page(ax, story, "too_little", theme, words_of_too_little(story))
    tracks, artists = streamed(story)
    progress(ax, look, tracks, TRACKS_NEEDED, 606, 130, 6)
    progress(ax, look, artists, ARTISTS_NEEDED, 1400, 76, 5)
    text = f"{artists} of {ARTISTS_NEEDED} artists"
    write(ax, 580, 1457, text, NAME, "text", look.text, "sub")
    return ax


def progress(ax, look, n, needed, top, size, columns):
    """Draw dots in rows, the first n of them filled; a gap is a fifth of a dot."""
    row, column = np.divmod(np.arange(needed), columns)
    at = (LEFT, top) + size * (1.203 * np.c_[column, row] + 0.5)
    dots(ax, at[n:], size - EDGE, Paint(look.ground, look.text), "open")
    dots(ax, at[:n], size, look.accent, "heard")


def streamed(story):
    """(tracks, artists) streamed, at most the numbers that a full Wrapped requires."""
    row = story.first("minutes")
    return int(min(row["n_tracks"], TRACKS_NEEDED)), int(min(row["n_artists"], ARTISTS_NEEDED))


def words_of_too_little(story):
    """The words of the card `too_little`."""
    row, (tracks, artists) = story.first("minutes"), streamed(story)
    measure = f"{counted_minutes(row['ms_played'])} on {counted(int(row['n_days']), 'day')}."
    reading, said = [measure], [measure]
    for song in story.tables["top_songs"][:1].itertuples():
        plays = counted(song.n_streams, "play")
        said.append(f"Most played: {song.title}, {plays}.")
        reading.append(reading_line(shown(said[-1], "title"), f"{plays} of one song."))
    of_tracks = f"{tracks} of {TRACKS_NEEDED} tracks"
    return Words(
        kicker=yours(story),
        sub="on the way to a year in cards",
        rule=f"It takes {TRACKS_NEEDED} tracks and {ARTISTS_NEEDED} artists. Simulated.",
        headline=of_tracks,
        reading=tuple(reading),
        alt=f"{story.listener['name']}, {period_named(story)}: {of_tracks}, "
        f"{artists} of {ARTISTS_NEEDED} artists. {' '.join(said)}",
    )
