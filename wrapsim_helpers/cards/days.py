"""Cards on time: listening clock, calendar, longest streak."""

import numpy as np

from . import canvas as c
from .volume import label_months, month_row
from .words import WEEKDAYS, Words, count, counted, day, first_true, minutes_text, of_100, span

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
    look = c.page(ax, story, "listening_clock", theme, words_of_listening_clock(story))
    ms = story.tables["listening_clock"]["ms_played"].to_numpy(float)
    x, y, inner, outer, gap = 540, 1046, 150, 448, 0.0022
    hours = np.arange(24) / 24
    start, stop, ghost = hours + gap, hours + 1 / 24 - gap, c.Paint(look.faint)
    c.wedges(ax, x, y, inner, outer, start, stop, ghost, "ghosts", steps=12, zorder=1)
    ends = np.sqrt(inner**2 + (outer**2 - inner**2) * ms / ms.max())
    paints = [look.accent if i == ms.argmax() else look.mark for i in range(24)]
    c.wedges(ax, x, y, inner, ends, start, stop, paints, "wedges", steps=12)
    for hour, (dx, dy) in {0: (0, -98), 6: (104, 0), 12: (0, 98), 18: (-104, 0)}.items():
        c.write(
            ax, x + dx, y + dy + 15, str(hour), c.READING, "text", look.quiet, "tick", ha="center"
        )
    return ax


def words_of_listening_clock(story):
    """The words of the card `listening_clock`."""
    ms, n_days = story.tables["listening_clock"]["ms_played"], len(story.tables["calendar"])
    top, low = int(ms.argmax()), int(ms.argmin())
    a_day = [minutes_text(v / n_days) for v in ms]
    flat = clock_headline(ms, top) == FLAT
    quietest = (
        counted(a_day[low], "minute") if a_day[low] else "under a minute" if ms[low] else "nothing"
    )
    reading = (
        f"{counted(a_day[top], 'minute')} a day in this hour."
        if a_day[top] > 2
        else f"{of_100(ms[top] / ms.sum())} of 100 minutes in this hour.",
        "No other hour is much quieter." if flat else f"Quietest: {hour(low)}, {quietest}.",
    )
    night = of_100(ms[[22, 23, 0, 1, 2, 3, 4]].sum() / ms.sum())
    return Words(
        kicker=f"Listening clock, {story.year}",
        headline=clock_headline(ms, top),
        sub=f"Busiest{', just,' * flat} from {hour(top)}",
        reading=reading,
        rule="Local time; the area of a wedge is minutes. Simulated.",
        alt=f"{story.listener['name']}, listening clock of {story.year}: busiest from {hour(top)}. "
        f"{' '.join(reading)} {night} of 100 minutes fell between 22 and 5.",
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
    look = c.page(ax, story, "calendar", theme, words_of_calendar(story))
    days = story.tables["calendar"]
    ms, dates = days["ms_played"].to_numpy(float), list(days["date"])
    rows = np.array([month_row(story, d) for d in dates])
    column = np.array([d.replace(day=1).weekday() + d.day - 1 for d in dates])
    pitch, step, left = 900 / max(rows.max() + 1, 6), (c.RIGHT - 176) / 37, 176
    x, y = left + step * (column + 0.5), 600 + pitch * (rows + 0.5)
    height = np.maximum(ms * stroke_scale(ms, rows, column, pitch), MIN_STROKE)
    named = named_weekday(by_weekday(days), int((ms == 0).sum()), len(days))
    paints = [look.accent if d.weekday() == named else look.mark for d in dates]
    with_music = np.flatnonzero(ms > 0)
    c.rectangles(
        ax,
        x[with_music] - 7,
        (y - height / 2)[with_music],
        14,
        height[with_music],
        [paints[i] for i in with_music],
        "strokes",
    )
    c.dots(ax, x[ms == 0], y[ms == 0], 8, look.muted, "silent")
    label_months(ax, story, look, 600 + pitch / 2 + 13, pitch)
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
    reading = (
        f"{WEEKDAYS[top]} {counted(minutes_text(mean[top]), 'minute')}, {WEEKDAYS[low]} "
        f"{count(minutes_text(mean[low]))}.",
        f"Most: {day(most['date'])}, {count(minutes_text(most['ms_played']))}. Silent: {silence}.",
    )
    return Words(
        kicker=f"Calendar, {story.year}",
        headline=calendar_headline(mean, silent, len(days)),
        sub="",
        reading=reading,
        rule=f"Minutes, {span(story)}, local time. Simulated.",
        alt=f"{story.listener['name']}, calendar of {story.year}: {' '.join(reading)}",
    )


def calendar_headline(mean, silent, n_days):
    """The headline of the card `calendar`.

    mean  minutes by weekday;  silent  number of days without a play
    """
    top, low = mean.idxmax(), mean.idxmin()
    return first_true(
        (silent >= 0.5 * n_days, "Now and then"),
        (loud(mean), c.one_line(f"Loud {WEEKDAYS[top]}s", "A midweek peak")),
        (calm(mean), c.one_line(f"Calm {WEEKDAYS[low]}s", "A midweek dip")),
        (silent == 0, "No quiet day"),
        "Even weeks",
    )


def named_weekday(mean, silent, n_days):
    """The weekday drawn in the accent: the one that the headline names, else the one with most
    minutes.
    """
    return (
        mean.idxmin() if calm(mean) and not loud(mean) and silent < 0.5 * n_days else mean.idxmax()
    )


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
    look = c.page(ax, story, "longest_streak", theme, words_of_longest_streak(story))
    dates, ms = (story.tables["calendar"][k].to_numpy() for k in ("date", "ms_played"))
    streak = story.tables["longest_streak"].iloc[0]
    x, y = day_positions(len(dates), 872, 566)
    inside = (dates >= streak["first_day"]) & (dates <= streak["last_day"])
    c.dots(ax, x[~inside & (ms > 0)], y[~inside & (ms > 0)], 12, look.mark, "days")
    c.dots(ax, x[~inside & (ms == 0)], y[~inside & (ms == 0)], 8, look.muted, "pauses")
    path = np.c_[x, y][inside]
    pieces = [
        np.repeat(piece, 2, axis=0) if len(piece) == 1 else piece
        for piece in np.split(path, np.flatnonzero(np.diff(path[:, 1])) + 1)
    ]
    if look.accent.edge != "none":
        c.lines(ax, pieces, look.accent.edge, 34, "streak edge", cap="round")
    c.lines(ax, pieces, look.accent.face, 26, "streak", cap="round")
    label_end(ax, look, path[0], day(streak["first_day"]), -30)
    label_end(ax, look, path[-1], day(streak["last_day"]), 52)
    return ax


def day_positions(n, top, height):
    """(x, y) of n days, in rows from left to right."""
    i = np.arange(n)
    row, column, step = i // COLUMNS, i % COLUMNS, c.MEASURE / COLUMNS
    return c.LEFT + step * (column + 0.5), top + min(height / max(row.max(), 1), 96) * row


def label_end(ax, look, at, text, dy):
    """Write a label at one end of the streak."""
    half = c.width(text, "text", c.RULE) / 2
    x = np.clip(at[0], c.LEFT + half, c.RIGHT - half) - half
    c.write(ax, x, at[1] + dy, text, c.RULE, "text", look.text, "end")


def words_of_longest_streak(story):
    """The words of the card `longest_streak`."""
    streak, days = story.tables["longest_streak"].iloc[0], story.tables["calendar"]
    n, n_with_music = int(streak["n_days"]), int((days["ms_played"] > 0).sum())
    dates = f"{day(streak['first_day'])} to {day(streak['last_day'])}"
    reading = (f"{dates}, not one day silent.", f"Music on {n_with_music} of {len(days)} days.")
    return Words(
        kicker=f"Longest streak, {story.year}",
        hero=count(n),
        headline=streak_headline(n, len(days), streak["first_day"]),
        reading=reading,
        rule=f"Days with music, {span(story)}, local time. Simulated.",
        alt=f"{story.listener['name']}, longest streak of {story.year}: {counted(n, 'day')} in a "
        f"row. "
        f"{' '.join(reading)}",
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
