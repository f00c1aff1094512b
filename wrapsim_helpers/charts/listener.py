"""Charts of one listener's year; each has its finding as the title."""

import numpy as np
import pandas as pd
from matplotlib.ticker import FixedLocator, NullLocator

from ..cards.themes import GREY, INK
from ..cards.words import LONG_MONTHS, MONTHS, count, counted, day
from ..instants import HOUR_MS, MINUTE_MS, whole_minutes
from ..listening.what_if import local_ms
from ..people.curves import HOURS_WEEKDAY, HOURS_WEEKEND, chronotype_hours
from ..schema import CHRONOTYPES
from .style import (
    ACCENT,
    BOTTOM,
    DATA,
    LEFT,
    TOP,
    band,
    chart,
    end_labels,
    frame,
    note,
    percent,
    percent_axis,
    series_text,
    tell,
    units,
)

HALF_DAY, SECOND = pd.Timedelta(12, "h"), pd.Timedelta(1, "s")
MANY_DAYS = 70  # from here on, axes have months and weeks instead of days
LONG_SILENCE = 3  # days; shorter ones are not labelled
FEWEST_HOURS = 1 / 16  # of a log scale; fewer are drawn at its edge
FEW_SESSIONS = 20  # with fewer, the band of chance is wider than the picture


def daily_minutes(listened):
    """Minutes played on each local day of the window: Series over dates."""
    started = pd.to_datetime(local_ms(listened.plays), unit="ms")
    played = pd.Series(listened.plays["ms_played"].to_numpy() / MINUTE_MS, index=started)
    minutes = played.resample("D").sum()
    first, after = (pd.Timestamp(moment.replace(tzinfo=None)) for moment in listened.run.window)
    last = max(after - SECOND, first, *minutes.index[-1:])
    return minutes.reindex(pd.date_range(first, last, normalize=True), fill_value=0.0)


def draw_year(listened):
    """How much did the listener play on which day? See `draw_days`."""
    return draw_days(daily_minutes(listened))


def draw_days(days):
    """How much was played on which day? One bar per day; the day with most minutes is in the accent
    colour, and the longest silence is labelled.

    days  Series over dates, minutes; its name, if it has one, is the listener's
    """
    finding = f"{days.name}: music" if days.name else "Music"
    nothing = f"{days.name}: no music" if days.name else "No music"
    top, most = days.idxmax(), whole_minutes(round(days.max() * MINUTE_MS))
    ax = chart(
        f"{finding} on {np.count_nonzero(days)} of {counted(len(days), 'day')}; most on "
        f"{day(top)} with {counted(most, 'minute')}"
        if days.any()
        else f"{nothing} in these {counted(len(days), 'day')}",
        "Minutes played per day of the listener's own clock.",
    )
    ax.bar(days.index, days, 1.0, color=np.where(days == days.max(), ACCENT, DATA))
    ax.set(xlim=(days.index[0] - HALF_DAY, days.index[-1] + HALF_DAY))
    ax.set_ylim(0, 1.15 * max(days.max(), 1))
    if days.any():
        note(ax, top, days.max(), day(top), ACCENT, ha=side_of(top, days.index), va="bottom")
        label_silence(ax, days)
    tell(ax, f"Minutes: {month_totals(days)}.")
    return units(month_axis(ax, days.index), y="minutes a day")


def side_of(moment, days):
    """The alignment of a label at a day, so that it stays inside the axes."""
    place = (moment - days[0]) / max(days[-1] - days[0], SECOND)
    return "left" if place < 0.1 else "right" if place > 0.9 else "center"


def label_silence(ax, days):
    """Mark the longest stretch of days without a play, unless it is short."""
    silent = (days == 0).to_numpy()
    runs = np.split(np.arange(len(days)), np.flatnonzero(np.diff(silent)) + 1)
    longest = max((run for run in runs if silent[run[0]]), key=len, default=())
    if len(longest) < LONG_SILENCE:
        return
    first, last = days.index[longest[0]], days.index[longest[-1]]
    ax.plot((first - HALF_DAY, last + HALF_DAY), (0, 0), color=INK, linewidth=4)
    middle, height = first + (last - first) / 2, 0.97 * ax.get_ylim()[1]
    ax.plot((middle, middle), (0, 0.93 * height), color=GREY, linewidth=0.8, linestyle=":")
    text = f"{len(longest)} silent days"
    note(ax, middle, height, text, INK, ha=side_of(middle, days.index))


def month_totals(days):
    """The minutes of each month as text: "January 1 234, February 900"."""
    totals = days.groupby([days.index.year, days.index.month]).sum()
    return series_text((LONG_MONTHS[month - 1] for _, month in totals.index), map(count, totals))


def month_axis(ax, days):
    """Label a time axis with months at their first days, or with days if the period is short."""
    if len(days) > MANY_DAYS:
        firsts = days[days.day == 1]
        ax.set_xticks(firsts, [MONTHS[first.month - 1] for first in firsts], ha="left")
    else:
        few = days[:: max(1, len(days) // 7)]
        ax.set_xticks(few, list(map(day, few)))
    return ax


def draw_clock_against_plan(listened):
    """Do the hours follow the listener's own curve? Bars: shares of plays; band: the range expected
    by chance; red bars are outside it.

    Plays of a session are not independent, so the band follows from the number of sessions, not of
    plays.
    """
    chronotype = listened.listeners["chronotype"][0].as_py()
    n_sessions, plan = len(listened.plays["session_id"].unique()), expected_hours(chronotype)
    share = hour_shares(listened)
    spread = 1.96 * np.sqrt(1.6 * plan * (1 - plan) / max(n_sessions, 1))
    outside = np.flatnonzero(np.abs(share - plan) > spread) if n_sessions else np.array([], int)
    ax = chart(
        clock_title(outside, share, plan) if n_sessions else "No session to compare with the curve",
        f"{counted(n_sessions, 'session')}. Band: about 95 of 100 such years lie in it at each "
        f"hour.",
    )
    ax.bar(range(24), share, 0.8, color=[ACCENT if h in outside else DATA for h in range(24)])
    band(ax, np.arange(24), np.maximum(plan - spread, 0), plan + spread)
    ax.plot(plan, color=INK, linewidth=2)
    top = 1.2 * max(share.max(), (plan + spread).max() if n_sessions > FEW_SESSIONS else plan.max())
    ax.set(ylim=(0, top), xticks=range(0, 24, 3), xlim=(-0.6, 23.6))
    label_hours(ax, outside, share)
    label_curve(ax, plan, chronotype.replace("_", " "), top)
    percent_axis(ax.yaxis)
    tell(ax, f"Share by hour from 0: {', '.join(map(percent, share))}.")
    return units(ax, "hour of the day, the listener's own clock", "share of plays")


def hour_shares(listened):
    """Share of the plays that begin in each local hour; float64, (24,), zeros without plays."""
    n_plays = np.bincount((local_ms(listened.plays) // HOUR_MS) % 24, minlength=24)
    return n_plays / max(n_plays.sum(), 1)


def clock_title(outside, share, plan):
    """The finding of the clock: the hours outside the band, and on which side."""
    if not len(outside):
        return "All 24 hours lie in the band around the listener's own curve"
    named = ", ".join(f"{h}:00 ({'more' if share[h] > plan[h] else 'less'})" for h in outside[:4])
    more = f" and {len(outside) - 4} more" if len(outside) > 4 else ""
    return f"{24 - len(outside)} of 24 hours lie in the band; outside: {named}{more}"


def label_hours(ax, outside, share):
    """Write the hour above each bar outside the band."""
    for hour in outside:
        note(ax, hour, share[hour], f"{hour}", ACCENT, ha="center", va="bottom")


def label_curve(ax, plan, name, top):
    """Name the expected curve and the band, at the side that the curve leaves free."""
    left = plan[:8].max() < plan[-8:].max()
    x, side = (-0.4, "left") if left else (23.4, "right")
    note(ax, x, 0.95 * top, f"line: expected of {article_before(name)} {name}", INK, ha=side)
    note(ax, x, 0.87 * top, "band: range of chance", GREY, ha=side)


def article_before(noun):
    """ "a" or "an", by the first letter."""
    return "an" if noun[0] in "aeiou" else "a"


def expected_hours(chronotype):
    """Expected share of plays by hour of a chronotype, over the whole week. float64, (24,)."""
    row = CHRONOTYPES.index(chronotype)
    shares = [chronotype_hours(curve)[row] for curve in (HOURS_WEEKDAY, HOURS_WEEKEND)]
    return np.average(shares, axis=0, weights=(5, 2))


def draw_what_if(before, after, name):
    """How does a change alter a year? Minutes per week (per day in a short window) before and after
    the change, on one axis.
    """
    days = [daily_minutes(year) for year in (before, after)]
    every = "week" if len(days[0]) > MANY_DAYS else "day"
    was, became = (minutes.resample(every[0].upper()).sum() for minutes in days)
    change = became.sum() / was.sum() - 1 if was.any() else 0.0
    ax = chart(
        f"{name}: {percent(abs(change))} {'more' if change > 0 else 'less'} music in the same "
        f"{every}s"
        if was.any()
        else f"{name}: no music before the change",
        f"Both from the same random streams. Music on {np.count_nonzero(days[1])} days instead of "
        f"{np.count_nonzero(days[0])}, {np.count_nonzero(days[0] * days[1])} of them the same.",
    )
    ax.set_position((LEFT, BOTTOM, 0.72, TOP - BOTTOM))
    ax.plot(was, color=DATA, linewidth=2)
    ax.plot(became, color=ACCENT, linewidth=2)
    ax.set_ylim(0, 1.1 * max(was.max(), became.max(), 1))
    ends = (was.iloc[-1], "before", GREY), (became.iloc[-1], name.lower(), ACCENT)
    end_labels(ax, was.index[-1] + (was.index[-1] - was.index[0]) / 40, ends)
    tell(ax, f"Hours: {count(was.sum() / 60)} before, {count(became.sum() / 60)} after the change.")
    return units(month_axis(ax, days[0].index), y=f"minutes a {every}")


def draw_other_years(years):
    """How much of a year is decided by what? A dot per year, by hours of music on a log scale: a
    row for each change, the last one for other listeners.

    years  DataFrame change, value, hours, as from `other_years`
    """
    names = list(dict.fromkeys(years["change"]))
    spans = [years.loc[years["change"] == name, "hours"] for name in names]
    widest = max(spans[:-1], key=lambda span: span.max() - span.min())
    name = names[[span is widest for span in spans].index(True)]
    ax = chart(
        f"Another {name} gives {range_text(widest)} hours of music, another listener "
        f"{range_text(spans[-1])}",
        "All changes of one person use the same random streams. Steps to the right double the "
        "hours.",
    )
    ax.set_position((*frame(0.2)[:2], 0.66, TOP - BOTTOM))
    for i, span in enumerate(spans):
        draw_span(ax, i, span.clip(lower=FEWEST_HOURS), i == len(spans) - 1)
    ax.set(xscale="log", ylim=(len(names) - 0.5, -0.5))
    ax.set_yticks(range(len(names)), names)
    ax.xaxis.set_major_locator(FixedLocator(2.0 ** np.arange(-4, 14)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: count(value) if value >= 1 else f"{value:g}")
    tell(ax, f"Hours: {series_text(names, map(range_text, spans))}.")
    return units(ax, "hours of music in the period, log scale")


def range_text(hours):
    """The smallest and the largest number of hours as text: "207 to 358"."""
    return f"{count(hours.min())} to {count(hours.max())}"


def draw_span(ax, row, hours, others):
    """The dots of a row, a line from the first to the last, and their ends as numbers."""
    colour = DATA if others else ACCENT
    ax.plot((hours.min(), hours.max()), (row, row), color=colour, linewidth=1)
    ax.scatter(hours, np.full(len(hours), row), s=40, color=colour, alpha=0.8, linewidth=0)
    note(ax, hours.max() * 1.15, row, range_text(hours), GREY if others else ACCENT)
