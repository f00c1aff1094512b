"""When: the clock, the calendar and the longest streak, all in the listener's own local time."""

import ibis

from .counting import total


def listening_clock(tables):
    """At what hour does each listener listen? hour, ms_played; hours without a play are absent."""
    plays = tables.plays
    by_hour = plays.group_by("listener_id", hour=plays.local_hour % 24)
    return by_hour.agg(ms_played=total(plays.ms_played)).order_by("listener_id", "hour")


def calendar(tables):
    """How much on which day? day (since 1970), ms_played, n_streams; silent days are absent.

    A play belongs to the local day it began on. The most-listened day is the one with most
    milliseconds, the earlier of two alike.
    """
    return tables.days.drop("n_plays").order_by("listener_id", "day")


def longest_streak(tables):
    """For how many local days in a row was there a stream? n_days, first_day, last_day (days since
    1970).

    The earlier of two streaks alike. A day counts with one stream, private or not; one missing day
    ends the streak.
    """
    days = tables.days.filter(tables.days.n_streams > 0).select("listener_id", "day")
    in_order = ibis.window(group_by="listener_id", order_by="day")
    placed = days.mutate(place=ibis.row_number().over(in_order))
    runs = placed.mutate(run=placed.day - placed.place)  # the same number all through a streak
    streaks = runs.group_by("listener_id", "run").agg(
        n_days=runs.count(), first_day=runs.day.min(), last_day=runs.day.max()
    )
    best = ibis.window(group_by="listener_id", order_by=(ibis.desc("n_days"), "first_day"))
    longest = streaks.mutate(place=ibis.row_number().over(best))
    return longest.filter(longest.place == 0).drop("place", "run").order_by("listener_id")
