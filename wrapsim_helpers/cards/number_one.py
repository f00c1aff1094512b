"""The card of the number-one song: its streams, added up day by day."""

import numpy as np

from ..wrapped.number_one import MILESTONE, has_peak, milestone_day, peak_day
from .canvas import (
    HEROES,
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    dots,
    lines,
    page,
    polygons,
    width,
    write,
    write_centred,
    write_name,
)
from .fonts import shown
from .words import MONTHS, count, counted, day, is_only_largest, short_title, span, words_on

BASE, RISE = 1356, 520  # of the steps, pixels
DOT = 28  # diameter of a dot, pixels
SONG = 722  # baseline of the song's title; the artist is below


def draw_number_one(ax, story, theme="press"):
    """How did the listener's top song become number one?

    Steps of the streams up to each day; a dot for the first play, and one for the 100th.
    """
    words = words_of_number_one(story)
    look = page(ax, story, "number_one", theme, words, sizes=HEROES[1:])
    days = story.tables["number_one"]
    song = days.iloc[0]
    title, artist = shown(short_title(song["title"]), "title"), shown(song["artist"])
    sizes = READING, RULE
    write_name(ax, LEFT, SONG, title, sizes, "name", look.text, "name", MEASURE)
    write_name(ax, LEFT, SONG + 52, artist, sizes, "text", look.text, "artist", MEASURE)
    x, y = stairs_of(story, days)
    area = np.vstack([(x[0], BASE), np.c_[x, y], (x[-1], BASE)])
    polygons(ax, [area], look.muted, "area")
    lines(ax, [np.c_[x, y]], look.mark.face if look.mark.edge == "none" else look.text, 8, "steps")
    first = day_x(story, days["date"].iloc[0])
    dots(ax, (first, BASE), DOT, look.accent, "named")
    text = f"{first_words(days)} {day(days['date'].iloc[0])}"
    write_centred(ax, first, BASE + 66, text, READING, "bold", look.text, "value")
    milestone(ax, story, look, days, np.c_[x, y])
    ticks(ax, story, look)
    return ax


def day_x(story, date):
    """Where a date is drawn, pixels."""
    part = (date - story.first_day).days / n_days(story)
    return LEFT + MEASURE * min(max(part, 0), 1)


def n_days(story):
    """Days of the period."""
    return (story.last_day - story.first_day).days + 1


def stairs_of(story, days):
    """(x, y) of the corners of the steps, arrays, from the first day to the end of the period."""
    x = np.array([day_x(story, date) for date in days["date"]])
    y = BASE - RISE * days["n_so_far"].to_numpy() / days["n_so_far"].iloc[-1]
    before = np.r_[BASE, y[:-1]]
    corners = np.c_[x, before, x, y].reshape(-1, 2)
    return np.r_[corners[:, 0], RIGHT], np.r_[corners[:, 1], y[-1]]


def milestone(ax, story, look, days, steps):
    """Draw a dot at the 100th stream and its date, above the steps; nothing if there is none."""
    date = milestone_day(days)
    if date is None:
        return
    x, y = day_x(story, date), BASE - RISE * MILESTONE / days["n_so_far"].iloc[-1]
    dots(ax, (x, y), DOT, look.accent, "named")
    text = f"{MILESTONE}th on {day(date)}"
    length = width(text, "bold", READING)
    left = max(x - 30 - length, LEFT)
    below = steps[:, 1][steps[:, 0] <= left + length + 30].min(initial=BASE)
    base = min(y + 14, below - 30)
    if base < y - 60:
        lines(ax, [[(x, base + 14), (x, y - DOT / 2 - 4)]], look.faint, 4, "hairline")
    write(ax, left, base, text, READING, "bold", look.text, "value")


def ticks(ax, story, look):
    """Write the months under the steps, at most twelve."""
    starts = [d for d in story.tables["calendar"]["date"] if d.day == 1]
    for date in starts[:: -(-len(starts) // 12) or 1]:
        x = min(day_x(story, date), RIGHT - 24)
        write(ax, x, BASE + 124, MONTHS[date.month - 1][0], RULE, "text", look.quiet, "tick")


def first_words(days):
    """What the first row of the song is called."""
    return "First this year:" if days["known"].iloc[0] else "First play:"


def words_of_number_one(story):
    """The words of the card `number_one`."""
    days = story.tables["number_one"]
    song, n, date = days.iloc[0], int(days["n_so_far"].iloc[-1]), milestone_day(days)
    times = counted(n, "play")
    n_days_played = counted(len(days), "day")
    reached = f"{MILESTONE}th play on {day(date)}." if date else f"No {MILESTONE}th play."
    return words_on(
        story,
        "Number one",
        headline=f"{'play' if n == 1 else 'plays'} on {n_days_played}",
        reading=(
            line_on_peak(days),
            f"Played on {n_days_played} of {count(n_days(story))}.",
        ),
        rule=f"Plays of 30 s and more, {span(story)}. Simulated.",
        before=f"{song['title']} by {song['artist']}, {times}. {first_words(days)} "
        f"{day(song['date'])}. {reached}",
        hero=count(n),
    )


def line_on_peak(days):
    """The reading line on the day with most streams of the song."""
    peak, most = peak_day(days), counted(days["n_streams"].max(), "play")
    if has_peak(days) and is_only_largest(days["n_streams"]):
        return f"Peak: {day(peak['date'])}, {most} in one day."
    return f"At most {most} in one day."
