"""Insights on time: clock, calendar and longest streak, all in the listener's local time."""

import ibis

from ..instants import MINUTE_MS
from .counting import ranked, total
from .dates import as_dates, day_number
from .insight import OF_MINUTES, Insight

FEWEST_DAYS = 3  # of a streak that is worth a card


def listening_clock(tables):
    """At what hours does each listener listen? hour, ms_played; no row for hours without a play."""
    plays = tables.plays
    by_hour = plays.group_by("listener_id", hour=plays.local_hour % 24)
    return by_hour.agg(ms_played=total(plays.ms_played)).order_by("listener_id", "hour")


def calendar(tables):
    """How much did each listener play on which day? day (since 1970), ms_played, n_streams; no row
    for days without a play.

    A play belongs to the local day on which it began. The top day is the one with most
    milliseconds; of equal days, the earliest.
    """
    return tables.days.drop("n_plays").order_by("listener_id", "day")


def longest_streak(tables):
    """What is each listener's longest streak of local days with a stream? n_days, first_day,
    last_day (days since 1970).

    A day counts if it has one stream, private or not; one day without a stream ends the streak. Of
    equally long streaks, the earliest.
    """
    days = ranked(tables.days.filter(tables.days.n_streams > 0), "day")
    streak = days.day - days["rank"]  # the same for all days of a streak
    streaks = days.group_by("listener_id", streak=streak).agg(
        n_days=days.count(), first_day=days.day.min(), last_day=days.day.max()
    )
    longest = ranked(streaks, ibis.desc("n_days"), "first_day")
    return longest.filter(longest["rank"] == 1).drop("rank", "streak").order_by("listener_id")


# -- the records -----------------------------------------------------------------------------------


def every_hour(clock, _):
    """The clock with 24 rows, 0 for hours without a play."""
    return (
        clock.set_index("hour").reindex(range(24), fill_value=0).rename_axis("hour").reset_index()
    )


def every_day(days, request):
    """One row per day of the period, 0 for days without a play."""
    every = range(day_number(request.first_day), day_number(request.last_day) + 1)
    counts = days.set_index("day").reindex(every, fill_value=0).reset_index()
    return counts.assign(date=as_dates(counts["day"]))[["date", "ms_played", "n_streams"]]


def streak_with_dates(streak, _):
    """The streak with dates; no row for one of fewer than FEWEST_DAYS."""
    long = streak[streak["n_days"] >= FEWEST_DAYS].reset_index(drop=True)
    return long.assign(**{name: as_dates(long[name]) for name in ("first_day", "last_day")})


def gap_to_second_hour(clock, _by="minutes"):
    """The runner-up of the busiest hour, and the gap, in words."""
    second, gap = second_by_minutes(clock, "hour")
    return f"the hour from {second} has {gap:,} minutes fewer"


def gap_to_second_day(days, _by="minutes"):
    """The runner-up of the day with most minutes, and the gap, in words."""
    second, gap = second_by_minutes(days, "date")
    return f"{second} has second most, {gap:,} minutes fewer" if second else ""


def second_by_minutes(table, name):
    """(value of a column in the row with second most minutes, gap to the first in minutes); None
    and 0 for a single row.
    """
    order = table.sort_values(["ms_played", name], ascending=[False, True])
    if len(order) < 2:
        return None, 0
    ms = order["ms_played"].to_numpy()
    return order[name].iloc[1], (ms[0] - ms[1]) // MINUTE_MS


ALL_PLAYS = "all plays, of any length, private ones too"
INSIGHTS = (
    Insight(
        "listening_clock",
        "At what hours does each listener listen?",
        listening_clock,
        reads=OF_MINUTES,
        columns=("hour", "ms_played"),
        shape=every_hour,
        counted=f"{ALL_PLAYS}, in the hour in which they began",
        runner_up=gap_to_second_hour,
    ),
    Insight(
        "calendar",
        "How much did each listener play on which day?",
        calendar,
        reads=OF_MINUTES,
        columns=("day", "ms_played", "n_streams"),
        shape=every_day,
        counted=f"{ALL_PLAYS}, on the day on which they began; of equal days, the earlier",
        runner_up=gap_to_second_day,
    ),
    Insight(
        "longest_streak",
        "What is each listener's longest streak of days with a stream?",
        longest_streak,
        reads=OF_MINUTES,
        columns=("n_days", "first_day", "last_day"),
        shape=streak_with_dates,
        counted="days with a play of {seconds} s and more, private ones too; of equal streaks, the "
        "earlier",
    ),
)
