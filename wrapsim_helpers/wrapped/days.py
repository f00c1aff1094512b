"""Insights on time: clock, calendar and longest streak, all in the listener's local time."""

import ibis

from .counting import ranked, total


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
