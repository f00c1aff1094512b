"""Cards on time: listening clock, calendar, longest streak."""

import numpy as np

from .canvas import (
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    Paint,
    daily,
    dots,
    lines,
    one_line,
    page,
    rectangles,
    wedges,
    write,
    write_centred,
)
from .volume import ROWS_LEFT, label_months, month_pitch, month_rows
from .words import (
    WEEKDAYS,
    count,
    counted,
    counted_minutes,
    day,
    first_true,
    minutes_text,
    of_100,
    span,
    words_on,
)

# ---------------------------------------------------------------- clock

PARTS = (  # first hour, headline
    (0, "A night owl"),
    (5, "An early bird"),
    (9, "Mornings first"),
    (12, "Afternoon ears"),
    (17, "Evenings first"),
    (22, "A night owl"),
)
FLAT = "Round the clock"


def draw_listening_clock(ax, story, theme="press"):
    """At what hours did the listener listen? Twenty-four wedges; a wedge's area is the minutes.
    Midnight is at the top.
    """
    look = page(ax, story, "listening_clock", theme, words_of_listening_clock(story))
    ms, hours = story.tables["listening_clock"]["ms_played"].to_numpy(), np.arange(24)
    x, y, inner, outer, gap = 540, 1046, 150, 448, 0.0022
    ends = np.sqrt(inner**2 + (outer**2 - inner**2) * ms / ms.max())
    start, stop, paints = (
        hours / 24 + gap,
        (hours + 1) / 24 - gap,
        look.paints(hours == ms.argmax()),
    )
    wedges(ax, x, y, inner, outer, start, stop, Paint(look.faint), "ghosts")
    wedges(ax, x, y, inner, ends, start, stop, paints, "wedges")
    for hour, dx, dy in ((0, 0, -98), (6, 104, 0), (12, 0, 98), (18, -104, 0)):
        at = x + dx, y + dy + 15
        write(ax, *at, str(hour), READING, "text", look.quiet, "tick", ha="center")
    return ax


def words_of_listening_clock(story):
    """The words of the card `listening_clock`."""
    ms, n_days = story.tables["listening_clock"]["ms_played"], len(story.tables["calendar"])
    top, low = int(ms.argmax()), int(ms.argmin())
    most, fewest = minutes_text(ms[top] / n_days), minutes_text(ms[low] / n_days)
    headline = clock_headline(ms, top)
    quietest = counted(fewest, "minute") if fewest else "under a minute" if ms[low] else "nothing"
    night = of_100(ms[[22, 23, 0, 1, 2, 3, 4]].sum() / ms.sum())
    return words_on(
        story,
        "Listening clock",
        headline=headline,
        reading=(
            f"{counted(most, 'minute')} a day in this hour."
            if most > 2
            else f"{of_100(ms[top] / ms.sum())} of 100 minutes in this hour.",
            "No other hour is much quieter."
            if headline == FLAT
            else f"Quietest: {hour(low)}, {quietest}.",
        ),
        rule="Local time; the area of a wedge is minutes. Simulated.",
        before=f"busiest from {hour(top)}.",
        after=f"{night} of 100 minutes fell between 22 and 5.",
        sub=f"Busiest{', just,' * (headline == FLAT)} from {hour(top)}",
    )


def hour(h):
    """An hour as text: 21 -> "21 to 22"."""
    return f"{h} to {(h + 1) % 24}"


def clock_headline(ms, top):
    """The headline of the card `listening_clock`. ms: by hour; top: the hour with most."""
    flat = ms.min() > 0 and ms.max() <= 1.6 * ms.mean()
    return FLAT if flat else next(text for first, text in reversed(PARTS) if top >= first)


# ---------------------------------------------------------------- calendar

MIN_STROKE = 3  # pixels, so that every day with music is visible


def draw_calendar(ax, story, theme="press"):
    """On which days did the listener listen?

    One row per month, with the same weekdays in the same columns; a stroke is as long as the day's
    minutes.
    """
    look = page(ax, story, "calendar", theme, words_of_calendar(story))
    dates, ms = daily(story)
    rows, music = month_rows(story, dates), ms > 0
    column = np.array([d.replace(day=1).weekday() + d.day - 1 for d in dates])
    pitch, step, top = month_pitch(story, 900), (RIGHT - ROWS_LEFT) / 37, 600
    x, y = ROWS_LEFT + step * (column + 0.5), top + pitch * (rows + 0.5)
    height = np.maximum(ms * stroke_scale(ms, rows, column, pitch), MIN_STROKE)
    named = named_weekday(by_weekday(story.tables["calendar"]), (~music).sum(), len(ms))
    paints = look.paints(d.weekday() == named for d in dates[music])
    rectangles(ax, x[music] - 7, (y - height / 2)[music], 14, height[music], paints, "strokes")
    dots(ax, np.c_[x, y][~music], 8, look.muted, "silent")
    label_months(ax, story, look, top + pitch / 2 + 13, pitch)
    return ax


def stroke_scale(ms, rows, column, pitch):
    """Pixels per millisecond, such that strokes of neighbouring rows do not touch and the first and
    last row stay inside the picture.
    """
    grid = np.zeros((rows.max() + 1, column.max() + 1))
    grid[rows, column] = ms
    tightest = max((grid[:-1] + grid[1:]).max(initial=0) / 2, grid[0].max(), grid[-1].max())
    return (pitch - 8) / tightest


def by_weekday(days):
    """Mean milliseconds per day of each weekday, 0 = Monday."""
    return days["ms_played"].groupby([d.weekday() for d in days["date"]]).mean()


def words_of_calendar(story):
    """The words of the card `calendar`."""
    days = story.tables["calendar"]
    mean, silent = by_weekday(days), int((days["ms_played"] == 0).sum())
    top, low = mean.idxmax(), mean.idxmin()
    silence = counted(silent, "day") if silent else "not one day"
    most = days.loc[days["ms_played"].idxmax()]
    return words_on(
        story,
        "Calendar",
        headline=calendar_headline(mean, silent, len(days)),
        reading=(
            f"{WEEKDAYS[top]} {counted_minutes(mean[top])}, {WEEKDAYS[low]} "
            f"{count(minutes_text(mean[low]))}.",
            f"Most: {day(most['date'])}, {count(minutes_text(most['ms_played']))}. "
            f"Silent: {silence}.",
        ),
        rule=f"Minutes, {span(story)}, local time. Simulated.",
    )


def calendar_headline(mean, silent, n_days):
    """The headline of the card `calendar`.

    mean  minutes by weekday;  silent  number of days without a play
    """
    return first_true(
        (silent >= 0.5 * n_days, "Now and then"),
        (loud(mean), one_line(f"Loud {WEEKDAYS[mean.idxmax()]}s", "A midweek peak")),
        (calm(mean), one_line(f"Calm {WEEKDAYS[mean.idxmin()]}s", "A midweek dip")),
        (silent == 0, "No quiet day"),
        "Even weeks",
    )


def named_weekday(mean, silent, n_days):
    """The weekday drawn in the accent: the one that the headline names, else the one with most
    minutes.
    """
    names_lowest = calm(mean) and not loud(mean) and silent < 0.5 * n_days
    return mean.idxmin() if names_lowest else mean.idxmax()


def loud(mean):
    """Whether one weekday has far more listening than the median weekday."""
    return mean.max() >= 1.15 * mean.median()


def calm(mean):
    """Whether one weekday has far less listening than the median weekday."""
    return mean.min() <= 0.85 * mean.median()


# ---------------------------------------------------------------- streak

COLUMNS = 41


def draw_longest_streak(ax, story, theme="press"):
    """What was the longest streak of days with music?

    One dot per day, in rows from left to right; the streak is a bar.
    """
    look = page(ax, story, "longest_streak", theme, words_of_longest_streak(story))
    (dates, ms), streak = daily(story), story.first("longest_streak")
    at = day_positions(len(dates), 872, 566)
    inside = (dates >= streak["first_day"]) & (dates <= streak["last_day"])
    dots(ax, at[~inside & (ms > 0)], 12, look.mark, "days")
    dots(ax, at[~inside & (ms == 0)], 8, look.muted, "pauses")
    path = at[inside]
    starts = np.flatnonzero(np.diff(path[:, 1])) + 1
    pieces = [np.r_[piece[:1], piece] for piece in np.split(path, starts)]  # at least two points
    if look.accent.edge != "none":
        lines(ax, pieces, look.accent.edge, 34, "streak edge", cap="round")
    lines(ax, pieces, look.accent.face, 26, "streak", cap="round")
    for (x, y), date, dy in (
        (path[0], streak["first_day"], -30),
        (path[-1], streak["last_day"], 52),
    ):
        write_centred(ax, x, y + dy, day(date), RULE, "text", look.text, "end")
    return ax


def day_positions(n, top, height):
    """Centres of n days, (n, 2), in rows from left to right."""
    row, column = np.divmod(np.arange(n), COLUMNS)
    x = LEFT + MEASURE / COLUMNS * (column + 0.5)
    return np.c_[x, top + min(height / max(row.max(), 1), 96) * row]


def words_of_longest_streak(story):
    """The words of the card `longest_streak`."""
    streak, (dates, ms) = story.first("longest_streak"), daily(story)
    n, first = int(streak["n_days"]), streak["first_day"]
    return words_on(
        story,
        "Longest streak",
        headline=streak_headline(n, len(dates), first),
        reading=(
            f"{day(first)} to {day(streak['last_day'])}, not one day silent.",
            f"Music on {(ms > 0).sum()} of {len(dates)} days.",
        ),
        rule=f"Days with music, {span(story)}, local time. Simulated.",
        before=f"{counted(n, 'day')} in a row.",
        hero=count(n),
    )


def streak_headline(n, n_days, first_day):
    """The headline of the card `longest_streak`.

    n  days of the streak;  n_days  days of the period;  first_day  of the streak
    """
    return first_true(
        (n == n_days, "days, all of them"),
        (n >= 100, "days without silence"),
        (n <= 4, "days, then a pause"),
        f"days from {day(first_day)}",
    )
