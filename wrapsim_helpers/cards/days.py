"""Cards on time: listening clock, calendar, longest streak."""

from datetime import timedelta

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
    key,
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
    THIN,
    WEEKDAYS,
    count,
    counted,
    counted_minutes,
    day,
    minutes_of_average_day,
    minutes_text,
    of_100,
    span,
    words_on,
)

# ---------------------------------------------------------------- clock

PARTS = (  # first hour, what an hour from there on is called
    (0, "{} at night"),
    (5, "{} in the morning"),
    (12, "{} in the afternoon"),
    (18, "{} in the evening"),
    (22, "{} at night"),
)


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
    most, fewest = (ms[which] / n_days for which in (top, low))
    night = of_100(ms[[22, 23, 0, 1, 2, 3, 4]].sum() / ms.sum())
    return words_on(
        story,
        "Listening clock",
        headline=clock_headline(top),
        reading=(
            f"{minutes_of_average_day(most)} a day in this hour.".capitalize()
            if minutes_text(most) > 2
            else f"{of_100(ms[top] / ms.sum())} of 100 minutes in this hour.",
            f"Quietest: {hour(low)}, {minutes_of_average_day(fewest)}.",
        ),
        rule="Local time; a wedge's area shows minutes. Simulated.",
        before=f"Busiest from {hour(top)}.",
        after=f"{night} of 100 minutes fell between 22 and 5.",
        sub=f"Busiest from {hour(top)}",
    )


def hour(h):
    """An hour as text: 21 -> "21 to 22"."""
    return f"{h} to {(h + 1) % 24}"


def clock_headline(top):
    """The headline of the card `listening_clock`: the hour with most minutes, as people say it."""
    names = {0: "Midnight", 12: "High noon"}
    part = next(text for first, text in reversed(PARTS) if top >= first)
    return names.get(top, part.format((top - 1) % 12 + 1))


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
    height = np.maximum((pitch - 10) * ms / ms.max(), MIN_STROKE)
    named = by_weekday(story.tables["calendar"]).idxmax()
    paints = look.paints(d.weekday() == named for d in dates[music])
    rectangles(ax, x[music] - 7, (y - height / 2)[music], 14, height[music], paints, "strokes")
    dots(ax, np.c_[x, y][~music], 8, look.muted, "silent")
    label_months(ax, story, look, top + pitch / 2 + 13, pitch)
    entries = (look.accent, 14, f"{WEEKDAYS[named]}s"), (look.mark, 14, "other days")
    key(ax, look, 548, *entries)
    return ax


def by_weekday(days):
    """Mean milliseconds per day of each weekday, 0 = Monday."""
    return days["ms_played"].groupby([d.weekday() for d in days["date"]]).mean()


def words_of_calendar(story):
    """The words of the card `calendar`."""
    days = story.tables["calendar"]
    mean, silent = by_weekday(days), int((days["ms_played"] == 0).sum())
    top, low = mean.idxmax(), mean.idxmin()
    silence = counted(silent, "day") if silent else "not one day"
    most, headline = days.loc[days["ms_played"].idxmax()], calendar_headline(days)
    return words_on(
        story,
        "Calendar",
        headline=headline,
        reading=(
            f"{WEEKDAYS[top]} {counted_minutes(mean[top])}, {WEEKDAYS[low]} "
            f"{count(minutes_text(mean[low]))}.",
            f"Most: {day(most['date'])}, {count(minutes_text(most['ms_played']))}. "
            f"Silent: {silence}.",
        ),
        rule="Percent: against the median day of the week. Simulated."
        if "%" in headline
        else "Average minutes by day of the week. Simulated.",
        before=f"Days from {span(story)}.",
    )


def calendar_headline(days):
    """The headline of the card `calendar`: the weekday with most, against the median weekday, if it
    has more; the number of days with music if most days are silent.

    days  table of the insight `calendar`
    """
    mean, n = by_weekday(days), int((days["ms_played"] > 0).sum())
    if n <= 0.5 * len(days):
        return f"{counted(n, 'day')} of music"
    named = mean.idxmax()
    more = round(100 * (mean[named] / mean.median() - 1))
    if not more:
        return "No day stands out"
    sign = f"+{count(more)}{THIN}%"
    return one_line(f"{WEEKDAYS[named]}s {sign}", f"{WEEKDAYS[named][:3]} {sign}")


# ---------------------------------------------------------------- streak

BETWEEN, FIRST_WEEK, LAST_WEEK = 36, 786, 1466  # pixels: space between columns of weeks, ends
STREAK_KEY = 708  # pixels: height of the key
MIN_WEEKS = 5  # a shorter streak is shown with the weeks around it


def draw_longest_streak(ax, story, theme="press"):
    """What was the longest streak of days with music?

    One disc per day, one row per week from Monday; the area is the day's minutes, and a line joins
    the days of the streak.
    """
    words = words_of_longest_streak(story)
    look = page(ax, story, "longest_streak", theme, words, sizes=(243, 162))
    dates, ms, inside = streak_weeks(story)
    cell, x, y = week_places(dates)
    weeks = np.cumsum([d.weekday() == 0 for d in dates])
    lines(ax, week_lines(x[inside], y[inside], weeks[inside]), look.text, 4, "weeks")
    diameter = np.maximum(0.92 * cell * np.sqrt(ms / ms.max()), 8)
    longest = ms == ms[inside].max()
    for chosen, paint, role in (
        (~inside, look.muted, "around"),
        (inside & ~longest, look.mark, "days"),
        (inside & longest, look.accent, "days"),
    ):
        dots(ax, np.c_[x, y][chosen], diameter[chosen], paint, role)
    label_columns(ax, look, dates, x, y)
    around = [(look.muted, 24, "before and after")] * int((~inside).any())
    key(ax, look, STREAK_KEY, (look.accent, 24, "most minutes"), *around)
    return ax


def streak_weeks(story):
    """(dates, milliseconds, whether the day is in the streak) of the weeks of the streak, at least
    MIN_WEEKS; days outside the period are left out.
    """
    (dates, ms), streak = daily(story), story.first("longest_streak")
    first, last = streak["first_day"], streak["last_day"]
    more = max(MIN_WEEKS - 1 - (last - first).days // 7, 0)
    begin = first - timedelta(first.weekday() + 7 * (more // 2))
    end = last + timedelta(6 - last.weekday() + 7 * (more - more // 2))
    shown_days = (dates >= begin) & (dates <= end)
    inside = (dates >= first) & (dates <= last)
    return dates[shown_days], ms[shown_days], inside[shown_days]


def week_places(dates):
    """(width of a day, x, y) of days in rows of weeks; the rows fill as many columns as make the
    days largest.
    """
    weeks, weekday = np.divmod(dates[0].weekday() + np.arange(len(dates)), 7)
    n_columns = np.arange(1, 7)
    n_rows = np.ceil((weeks[-1] + 1) / n_columns)
    widths = (MEASURE - BETWEEN * (n_columns - 1)) / n_columns / 7
    cells = np.minimum(widths, (LAST_WEEK - FIRST_WEEK) / n_rows)
    cell, n_rows = cells.max(), n_rows[cells.argmax()]
    column, row = np.divmod(weeks, n_rows)
    x = LEFT + column * (7 * cell + BETWEEN) + cell * (weekday + 0.5)
    return cell, x, FIRST_WEEK + cell * (row + 0.5)


def week_lines(x, y, weeks):
    """The line through the days of each week; none for a week of one day."""
    ends = ((x[weeks == w][[0, -1]], y[weeks == w][0]) for w in np.unique(weeks))
    return [[(left, at), (right, at)] for (left, right), at in ends if right > left]


def label_columns(ax, look, dates, x, y):
    """Write the date of the first day above each column of weeks."""
    for first in np.flatnonzero(np.diff(y, prepend=y[0] + 1) < 0):
        text = day(dates[first])
        write_centred(ax, x[first], FIRST_WEEK - 20, text, RULE, "text", look.quiet, "tick")


def words_of_longest_streak(story):
    """The words of the card `longest_streak`."""
    streak, (dates, ms) = story.first("longest_streak"), daily(story)
    n, first = int(streak["n_days"]), streak["first_day"]
    return words_on(
        story,
        "Longest streak",
        headline=streak_headline(n, len(dates), first),
        reading=(
            f"{day(first)} to {day(streak['last_day'])}.",
            f"Music on {(ms > 0).sum()} of {len(dates)} days.",
        ),
        rule=f"Days with music, {span(story)}, local time. Simulated.",
        hero=count(n),
    )


def streak_headline(n, n_days, first_day):
    """The headline of the card `longest_streak`; it follows the number.

    n  days of the streak;  n_days  days of the period;  first_day  of the streak
    """
    if n == n_days:
        return "days, all of them"
    return f"days from {day(first_day)}"
