"""Insights on time: clock, calendar and longest streak, all in the listener's local time."""

import ibis

from .counting import total


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
    days = tables.days.filter(tables.days.n_streams > 0).select("listener_id", "day")
    in_order = ibis.window(group_by="listener_id", order_by="day")
    numbered = days.mutate(number=ibis.row_number().over(in_order))
    marked = numbered.mutate(streak=numbered.day - numbered.number)  # constant within a streak
    streaks = marked.group_by("listener_id", "streak").agg(
        n_days=marked.count(), first_day=marked.day.min(), last_day=marked.day.max()
    )
    best = ibis.window(group_by="listener_id", order_by=(ibis.desc("n_days"), "first_day"))
    longest = streaks.mutate(number=ibis.row_number().over(best))
    return longest.filter(longest.number == 0).drop("number", "streak").order_by("listener_id")
