"""Cards on time: listening clock, calendar, longest streak."""

import numpy as np

from .canvas import (
    EDGE,
    LEFT,
    LONG_HEADLINES,
    READING,
    RIGHT,
    RULE,
    Paint,
    daily,
    dots,
    first_that_fits,
    key,
    lines,
    page,
    rectangles,
    wedges,
    width,
    write,
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
    ms = story.tables["listening_clock"]["ms_played"]
    top = int(ms.argmax())
    night = of_100(ms[[22, 23, 0, 1, 2, 3, 4]].sum() / ms.sum())
    return words_on(
        story,
        "Listening clock",
        headline=clock_headline(top),
        reading=(
            f"{counted_minutes(ms[top])} in this hour, {of_100(ms[top] / ms.sum())} of 100.",
            *quietest_hour(ms),
        ),
        rule="Local time; a wedge's area shows minutes. Simulated.",
        before=f"Busiest from {hour(top)}.",
        after=f"{night} of 100 minutes fell between 22 and 5.",
        sub=f"Busiest from {hour(top)}",
    )


def quietest_hour(ms):
    """The reading line on the hour with fewest minutes; none if it has no whole minute or is not
    the only one. ms: by hour
    """
    minutes = np.array([minutes_text(of_hour) for of_hour in ms])
    is_told = minutes.min() > 0 and (minutes == minutes.min()).sum() == 1
    low = int(minutes.argmin())
    return [f"Quietest: {hour(low)}, {counted(minutes[low], 'minute')}."] if is_told else []


def hour(h):
    """An hour as text: 21 -> "21 to 22"."""
    return f"{h} to {(h + 1) % 24}"


def clock_headline(top):
    """The headline of the card `listening_clock`: the hour with most minutes, as people say it."""
    names = {0: "Midnight", 12: "High noon"}
    part = next(text for first, text in reversed(PARTS) if top >= first)
    return names.get(top, part.format((top - 1) % 12 + 1))


# ---------------------------------------------------------------- calendar

FEW_MINUTES = 10  # on an average day; of fewer, a weekday's number is not told
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
    return words_on(
        story,
        "Calendar",
        headline=calendar_headline(days),
        reading=(
            line_on_weekdays(by_weekday(days)),
            line_on_most_minutes(days),
        ),
        rule="Average minutes by day of the week. Simulated.",
        before=f"Days from {span(story)}.",
    )


def line_on_weekdays(mean):
    """The reading line on the weekdays with most and fewest minutes; on the first alone if the
    other has none, and without its minutes if they are few. mean: as from `by_weekday`
    """
    top, low = mean.idxmax(), mean.idxmin()
    if minutes_text(mean[top]) < FEW_MINUTES:
        return f"Most on {WEEKDAYS[top]}s."
    of_top = f"{WEEKDAYS[top]} {counted_minutes(mean[top])}"
    fewest = minutes_text(mean[low])
    return f"{of_top}, {WEEKDAYS[low]} {count(fewest)}." if fewest else f"{of_top}."


def line_on_most_minutes(days):
    """The reading line on the day with most minutes, and the number of silent days unless most are.

    days  table of the insight `calendar`
    """
    most, silent = days.loc[days["ms_played"].idxmax()], int((days["ms_played"] == 0).sum())
    on_day = f"Most: {day(most['date'])}, "
    if 2 * silent >= len(days):
        return f"{on_day}{counted_minutes(most['ms_played'])}."
    silence = counted(silent, "day") if silent else "not one day"
    return f"{on_day}{count(minutes_text(most['ms_played']))}. Silent: {silence}."


def calendar_headline(days):
    """The headline of the card `calendar`: the weekday with most and its minutes, if it has more
    than the median weekday; the number of days with music if most days are silent.

    days  table of the insight `calendar`
    """
    mean, n = by_weekday(days), int((days["ms_played"] > 0).sum())
    if n <= 0.5 * len(days):
        return f"Music on {counted(n, 'day')}"
    named = mean.idxmax()
    if mean[named] < 1.005 * mean.median():
        return "No day stands out"
    minutes = f"{count(minutes_text(mean[named]))} min"
    texts = f"{WEEKDAYS[named]}s: {minutes}", f"{WEEKDAYS[named][:3]}: {minutes}"
    return first_that_fits(texts, "hero", LONG_HEADLINES[1])


# ---------------------------------------------------------------- streak

MIDDLE, ROW_PITCH, MOST_ROWS = 1152, 94, 7  # of the rows of days, pixels
ROW_DAYS = 30  # a shorter period has fewer rows
LONG_STREAK = 100  # days; one listener of twelve has such a streak
BAR = 34  # pixels: thickness of the streak
TURN = ROW_PITCH / 2  # pixels: radius of the half circle that joins two rows
TURNS_LEFT, TURNS_RIGHT = LEFT + BAR / 2 + TURN, RIGHT - BAR / 2 - TURN  # where rows end, pixels


def draw_longest_streak(ax, story, theme="press"):
    """What was the longest streak of days with a play of 30 s and more?

    The days of the period are dots on a line that winds from the top to the bottom; the streak is
    one unbroken bar on that line, with its first and last date.
    """
    look = page(ax, story, "longest_streak", theme, words_of_longest_streak(story))
    (dates, has_play), streak = days_with_play(story), story.first("longest_streak")
    inside = (dates >= streak["first_day"]) & (dates <= streak["last_day"])
    at = places_of_days(dates, np.arange(len(dates)))
    step = np.hypot(*(at[1] - at[0]))
    dots(ax, at[~inside & has_play], min(13, 0.72 * step), look.mark, "days")
    dots(ax, at[~inside & ~has_play], min(7, 0.4 * step), look.muted, "pauses")
    draw_bar(ax, look, dates, np.flatnonzero(inside)[[0, -1]], step)
    label_period(ax, look, dates, at, inside)
    label_streak(ax, look, dates, at, inside)
    return ax


def days_with_play(story):
    """(dates, whether there is a play of 30 s and more) of the days of the period, as arrays; the
    streak has this rule, and `daily` has shorter plays too.
    """
    days = story.tables["calendar"]
    return days["date"].to_numpy(), days["n_streams"].to_numpy() > 0


def winding_line(dates):
    """The corners of the line on which the days are, (m, 2): rows to the right and back, joined by
    half circles, with room for the first and the last date of the period.
    """
    n_rows = int(np.clip(np.ceil(len(dates) / ROW_DAYS), 1, MOST_ROWS))
    top, row = MIDDLE - ROW_PITCH * (n_rows - 1) / 2, np.arange(n_rows - 1)[:, None]
    angle = np.linspace(0, np.pi, 33)
    x = np.where(row % 2, TURNS_LEFT, TURNS_RIGHT) + (-1) ** row * TURN * np.sin(angle)
    y = top + ROW_PITCH * row + TURN * (1 - np.cos(angle))
    begin, end = LEFT + date_room(dates[0]), RIGHT - date_room(dates[-1])
    last = end if n_rows % 2 else LEFT + RIGHT - end, top + ROW_PITCH * (n_rows - 1)
    return np.vstack([(begin, top), np.c_[x.ravel(), y.ravel()], last])


def date_room(date):
    """From a margin to the centre of the day whose date is written there, pixels."""
    return width(day(date), "bold", RULE) + 16 + EDGE + BAR / 2


def places_of_days(dates, numbers):
    """Centres of days on the winding line, (n, 2), at equal steps along the line.

    dates  of the period;  numbers  0 for the first day; fractions are between two days
    """
    corners = winding_line(dates)
    along = np.r_[0, np.hypot(*np.diff(corners, axis=0).T).cumsum()]
    distance = along[-1] * np.asarray(numbers) / (len(dates) - 1)
    return np.column_stack([np.interp(distance, along, values) for values in corners.T])


def draw_bar(ax, look, dates, ends, step):
    """Draw the streak as one bar that touches no other day.

    ends  numbers of its first and last day in the period;  step  from day to day, pixels
    """
    first, last = ends
    cap = min((BAR / 2 + EDGE) / step - 0.5, 0.49 * (last - first))  # days under a round end
    path = [places_of_days(dates, np.linspace(first + cap, last - cap, 8 * np.ptp(ends) + 1))]
    if look.accent.edge != "none":
        lines(ax, path, look.accent.edge, BAR + 2 * EDGE, "streak edge", cap="round")
    lines(ax, path, look.accent.face, BAR, "streak", cap="round")


def label_period(ax, look, dates, at, inside):
    """Write the first date of the period before its first day, and the last one after its last day:
    in bold if the streak begins or ends there.
    """
    to_right = at[-1, 0] > at[-2, 0]
    for i, x, ha in ((0, LEFT, "left"), (-1, RIGHT, "right") if to_right else (-1, LEFT, "left")):
        face, colour = ("bold", look.text) if inside[i] else ("text", look.quiet)
        write(ax, x, at[i, 1] + 13, day(dates[i]), RULE, face, colour, "tick", ha=ha)


def label_streak(ax, look, dates, at, inside):
    """Write the first date of the streak above its first day, and the last one below its last day,
    but none that `label_period` writes.
    """
    first, last = np.flatnonzero(inside)[[0, -1]]
    row = np.round((at[:, 1] - at[0, 1]) / ROW_PITCH)
    for i, gap, off in ((first, row[first] - 1, -BAR / 2 - 26), (last, row[last], BAR / 2 + 43)):
        if 0 < i < len(dates) - 1:
            y = at[0, 1] + ROW_PITCH * row[i] + off
            write_between(ax, look, at[i, 0], y, day(dates[i]), gap)


def write_between(ax, look, x, y, text, gap):
    """Write a date at x between two rows, off the turn that joins them. gap: 0 below the first
    row; an even one has its turn at the right.
    """
    left, right = (TURNS_LEFT, RIGHT) if gap % 2 else (LEFT, TURNS_RIGHT)
    half = width(text, "bold", RULE) / 2
    middle = np.clip(x, left + half, right - half)
    write(ax, middle, y, text, RULE, "bold", look.text, "end", ha="center")


def words_of_longest_streak(story):
    """The words of the card `longest_streak`."""
    streak, (dates, has_play) = story.first("longest_streak"), days_with_play(story)
    n, first = int(streak["n_days"]), streak["first_day"]
    return words_on(
        story,
        "Longest streak",
        headline=streak_headline(n, len(dates), first),
        reading=(
            f"{day(first)} to {day(streak['last_day'])}, {line_end_on_streaks(story)}",
            f"Plays on {has_play.sum()} of {len(dates)} days.",
        ),
        rule="Large dots: days with a play of 30 s and more. Simulated.",
        after=f"Days from {span(story)}.",
        hero=count(n),
    )


def line_end_on_streaks(story):
    """The end of the reading line on the streak: how many streaks are as long, if there are any."""
    has_play = story.tables["calendar"]["n_streams"] > 0
    streaks = has_play.groupby((~has_play).cumsum()).sum()
    n_equal = int((streaks == story.first("longest_streak")["n_days"]).sum())
    return f"one of {n_equal} this long." if n_equal > 1 else "not one day silent."


def streak_headline(n, n_days, first_day):
    """The headline of the card `longest_streak`; it follows the number.

    n  days of the streak;  n_days  days of the period;  first_day  of the streak
    """
    return first_true(
        (n == n_days, "days, all of them"),
        (n >= LONG_STREAK, "days without silence"),
        f"days from {day(first_day)}",
    )
