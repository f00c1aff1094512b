"""When: the clock, the calendar and the longest streak, all in the listener's own local time."""

import ibis


def listening_clock(heard):
    """At what hour does each listener listen? local_hour, ms_played; hours without a play are absent."""
    plays = heard.plays
    return plays.group_by("listener_id", hour=plays.local_hour).agg(ms_played=plays.ms_played.sum())


def calendar(heard):
    """How much on which day? day (since 1970), ms_played, n_streams; silent days are absent.

    A play belongs to the local day it began on. The most-listened day is the one with most milliseconds, the earlier
    of two alike.
    """
    plays = heard.plays
    return plays.group_by("listener_id", day=plays.local_day).agg(
        ms_played=plays.ms_played.sum(), n_streams=plays.is_stream.cast("int64").sum())


def longest_streak(heard):
    """For how many local days in a row was there a stream? n_days, first_day, last_day (days since 1970).

    The earlier of two streaks alike. A day counts with one stream, private or not; one missing day ends the streak.
    """
    plays = heard.plays.filter(heard.plays.is_stream)
    days = plays.select("listener_id", "local_day").distinct()
    by_day = ibis.window(group_by="listener_id", order_by="local_day")
    placed = days.mutate(place=ibis.row_number().over(by_day))
    runs = placed.mutate(run=placed.local_day - placed.place)      # the same number all through a streak
    streaks = runs.group_by("listener_id", "run").agg(
        n_days=runs.count(), first_day=runs.local_day.min(), last_day=runs.local_day.max())
    best = ibis.window(group_by="listener_id", order_by=(ibis.desc("n_days"), "first_day"))
    longest = streaks.mutate(place=ibis.row_number().over(best))
    return longest.filter(longest.place == 0).drop("place", "run")
