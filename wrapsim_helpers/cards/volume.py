"""Cards on volume: minutes of the year, and the card of a listener who streamed too little."""

import numpy as np

from ..wrapped.counting import Rules
from .canvas import (
    EDGE,
    LEFT,
    NAME,
    RIGHT,
    RULE,
    SUB,
    Paint,
    daily,
    dots,
    first_that_fits,
    page,
    reading_line,
    rectangles,
    write,
)
from .fonts import shown
from .words import (
    LONG_MONTHS,
    MONTHS,
    Words,
    count,
    counted,
    counted_minutes,
    day,
    first_true,
    minutes_text,
    span,
    whole_days,
)

TRACKS_NEEDED, ARTISTS_NEEDED = Rules.min_tracks, Rules.min_artists
ROWS_LEFT = 176  # where the rows of days begin, right of the months' names


def draw_minutes(ax, story, theme="press"):
    """How many minutes did the listener play?

    The number, and below it one bar per day, one row per month; the day with most minutes is
    marked.
    """
    look = page(ax, story, "minutes", theme, words_of_minutes(story), sizes=(243, 162))
    dates, ms = daily(story)
    dates, ms = dates[ms > 0], ms[ms > 0]
    top, pitch, step = 738, month_pitch(story, 756), (RIGHT - ROWS_LEFT) / 31
    height = (pitch - 8) * ms / ms.max()
    x = ROWS_LEFT + step * np.array([d.day - 1 for d in dates])
    y = top + (month_rows(story, dates) + 1) * pitch - 6 - height
    longest = np.arange(len(ms)) == ms.argmax()
    rectangles(ax, x, y, step - 3, height, look.paints(longest), "bars")
    label_months(ax, story, look, top + pitch - 6, pitch)
    return ax


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


def words_of_minutes(story):
    """The words of the card `minutes`."""
    days, n = story.tables["calendar"], minutes_text(story.first("minutes")["ms_played"])
    longest, a_day = days.loc[days["ms_played"].idxmax()], counted_minutes(days["ms_played"].mean())
    reading = (
        reading_line(f"{whole_days(n)}, or {a_day} a day.", f"That is {a_day} a day."),
        f"Longest: {day(longest['date'])}, {counted_minutes(longest['ms_played'])}.",
    )
    headline = minutes_headline(days)
    return Words(
        kicker=f"Your {story.year}",
        hero=count(n),
        headline=headline,
        reading=reading,
        rule=f"All music, {span(story)}, local time. Simulated.",
        alt=f"{story.listener['name']}, {story.year}: {count(n)} {headline}. {' '.join(reading)}",
    )


def minutes_headline(days):
    """The headline of the card `minutes`; it follows the number. days: table by date."""
    ms = days["ms_played"]
    by_month = ms.groupby([d.month for d in days["date"]]).mean()
    weekend = np.array([d.weekday() >= 5 for d in days["date"]])
    on, off = ms[weekend].mean(), ms[~weekend].mean()
    busiest = [
        f"minutes, most in {names[by_month.idxmax() - 1]}" for names in (LONG_MONTHS, MONTHS)
    ]
    return first_true(
        (by_month.max() >= 1.35 * by_month.mean(), first_that_fits(busiest, "name", SUB)),
        (on >= 1.35 * off, "minutes, weekends first"),
        (on <= 0.74 * off, "minutes, weekdays first"),
        (ms.min() > 0, "minutes, never silent"),
        "minutes of music",
    )


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
        kicker=f"Your {story.year}",
        sub=of_tracks,
        rule=f"A year in cards takes {TRACKS_NEEDED} tracks and {ARTISTS_NEEDED} artists.",
        headline=too_little_headline(tracks),
        reading=tuple(reading),
        alt=f"{story.listener['name']}, {story.year}: {of_tracks}, {artists} of {ARTISTS_NEEDED} "
        f"artists. {' '.join(said)}",
    )


def too_little_headline(tracks):
    """The headline of the card `too_little`. tracks: number streamed."""
    return first_true(
        (tracks >= TRACKS_NEEDED, "Few but dear"),
        (tracks >= 0.8 * TRACKS_NEEDED, "Nearly there"),
        "A quiet year",
    )
