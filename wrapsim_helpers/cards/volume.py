"""Cards on volume: minutes of the year, and the card of a listener who streamed too little."""

import numpy as np

from . import canvas as c
from .fonts import shown
from .words import (
    LONG_MONTHS,
    MONTHS,
    Words,
    count,
    counted,
    day,
    first_true,
    minutes_text,
    span,
    whole_days,
)

TRACKS_NEEDED, ARTISTS_NEEDED = 30, 5


def draw_minutes(ax, story, theme="press"):
    """How many minutes did the listener play?

    The number, and below it one bar per day, one row per month; the day with most minutes is
    marked.
    """
    look = c.page(ax, story, "minutes", theme, words_of_minutes(story), sizes=(243, 162))
    days = story.tables["calendar"]
    ms, rows = (
        days["ms_played"].to_numpy(float),
        np.array([month_row(story, d) for d in days["date"]]),
    )
    top, pitch = 738, 756 / max(rows.max() + 1, 6)
    left, step = 176, (c.RIGHT - 176) / 31
    base = top + (rows + 1) * pitch - 6
    height = (pitch - 8) * ms / ms.max()
    x = left + step * (np.array([d.day for d in days["date"]]) - 1)
    paints = [look.accent if i == ms.argmax() else look.mark for i in range(len(ms))]
    with_music = np.flatnonzero(ms > 0)
    c.rectangles(
        ax,
        x[with_music],
        (base - height)[with_music],
        step - 3,
        height[with_music],
        [paints[i] for i in with_music],
        "bars",
    )
    label_months(ax, story, look, top + pitch - 6, pitch)
    return ax


def month_row(story, date):
    """Row of a date: 0 for the window's first month, 1 for the next, also across years."""
    return 12 * (date.year - story.first_day.year) + date.month - story.first_day.month


def label_months(ax, story, look, base, pitch):
    """Write the name of every month left of its row."""
    for row in range(month_row(story, story.last_day) + 1):
        name = MONTHS[(story.first_day.month - 1 + row) % 12]
        c.write(ax, c.LEFT, base + row * pitch, name, c.RULE, "text", look.quiet, "tick")


def words_of_minutes(story):
    """The words of the card `minutes`."""
    days, n = story.tables["calendar"], minutes_text(story.tables["minutes"]["ms_played"].iloc[0])
    longest = days.loc[days["ms_played"].idxmax()]
    mean = minutes_text(days["ms_played"].sum() / len(days))
    most = minutes_text(longest["ms_played"])
    reading = (
        c.reading(
            f"{whole_days(n)}, or {counted(mean, 'minute')} a day.",
            f"That is {counted(mean, 'minute')} a day.",
        ),
        f"Longest: {day(longest['date'])}, {counted(most, 'minute')}.",
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
    by_month = days["ms_played"].groupby([d.month for d in days["date"]]).mean()
    weekend = np.array([d.weekday() >= 5 for d in days["date"]])
    on, off = days["ms_played"][weekend].mean(), days["ms_played"][~weekend].mean()
    busiest = [
        f"minutes, most in {names[by_month.idxmax() - 1]}" for names in (LONG_MONTHS, MONTHS)
    ]
    return first_true(
        (by_month.max() >= 1.35 * by_month.mean(), c.first_that_fits(busiest, "name", c.SUB)),
        (on >= 1.35 * off, "minutes, weekends first"),
        (on <= 0.74 * off, "minutes, weekdays first"),
        (days["ms_played"].min() > 0, "minutes, never silent"),
        "minutes of music",
    )


def draw_too_little(ax, story, theme="press"):
    """How many tracks and artists did the listener stream?

    Thirty dots for tracks and five for artists, filled up to the number streamed.
    """
    look = c.page(ax, story, "too_little", theme, words_of_too_little(story))
    tracks, artists = streamed(story)
    progress(ax, look, tracks, TRACKS_NEEDED, 606, 130, 6)
    progress(ax, look, artists, ARTISTS_NEEDED, 1400, 76, 5)
    c.write(
        ax, 580, 1457, f"{artists} of {ARTISTS_NEEDED} artists", c.NAME, "text", look.text, "sub"
    )
    return ax


def progress(ax, look, n, needed, top, size, columns):
    """Draw dots in rows, the first n of them filled; a gap is a fifth of a dot."""
    i = np.arange(needed)
    x, y = (
        c.LEFT + size * (1.203 * (i % columns) + 0.5),
        top + size * (1.203 * (i // columns) + 0.5),
    )
    c.dots(ax, x[n:], y[n:], size - c.EDGE, c.Paint(look.ground, look.text), "open")
    c.dots(ax, x[:n], y[:n], size, look.accent, "heard")


def streamed(story):
    """(tracks, artists) streamed, at most the numbers that a full Wrapped requires."""
    row = story.tables["minutes"].iloc[0]
    return int(min(row["n_tracks"], TRACKS_NEEDED)), int(min(row["n_artists"], ARTISTS_NEEDED))


def words_of_too_little(story):
    """The words of the card `too_little`."""
    row, (tracks, artists) = story.tables["minutes"].iloc[0], streamed(story)
    n, songs = minutes_text(row["ms_played"]), story.tables["top_songs"][:1]
    done = f"{tracks} of {TRACKS_NEEDED} tracks, {artists} of {ARTISTS_NEEDED} artists"
    plays = [counted(n_streams, "play") for n_streams in songs["n_streams"]]
    most = [
        f"Most played: {title}, {text}." for title, text in zip(songs["title"], plays, strict=True)
    ]
    drawn = [
        c.reading(shown(line, "title"), f"{text} of one song.")
        for line, text in zip(most, plays, strict=True)
    ]
    measure = f"{counted(n, 'minute')} on {counted(int(row['n_days']), 'day')}."
    return Words(
        kicker=f"Your {story.year}",
        sub=f"{tracks} of {TRACKS_NEEDED} tracks",
        rule=f"A year in cards takes {TRACKS_NEEDED} tracks and {ARTISTS_NEEDED} artists.",
        headline=too_little_headline(tracks),
        reading=(measure, *drawn),
        alt=f"{story.listener['name']}, {story.year}: {done}. {' '.join([measure, *most])}",
    )


def too_little_headline(tracks):
    """The headline of the card `too_little`. tracks: number streamed."""
    return first_true(
        (tracks >= TRACKS_NEEDED, "Few but dear"),
        (tracks >= 0.8 * TRACKS_NEEDED, "Nearly there"),
        "A quiet year",
    )
