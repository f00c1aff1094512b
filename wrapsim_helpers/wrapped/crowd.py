"""Statistics of the whole crowd, to compare with published figures: hours of the day, when plays
are left, minutes a day by listener.
"""

import ibis

from ..checking import front_door
from ..instants import MINUTE_MS, check_window
from ..interrupts import saying, unchanged
from ..runs.opened import open_run, read_parquet
from .counting import PeriodTables, day_of, total, with_left

LAST_SECOND = 240


@front_door
def crowd_hours(tables: PeriodTables):
    """At what local hours does the crowd listen?

    Returns weekend (bool), hour (0-23), n_plays; one row per pair with a play.
    """
    plays = tables.plays.mutate(weekend=(day_of(tables.plays) + 3) % 7 >= 5)  # day 0 was a Thursday
    return (
        plays.group_by("weekend", hour=plays.local_hour % 24)
        .agg(n_plays=plays.count())
        .order_by("weekend", "hour")
    )


@front_door
def listener_hours(tables: PeriodTables):
    """At what local hours does each listener listen?

    Returns listener_id, weekend (bool), hour (0-23), n_plays; one row per group with a play.
    """
    plays = tables.plays.mutate(weekend=(day_of(tables.plays) + 3) % 7 >= 5)  # as in crowd_hours
    keys = ["listener_id", "weekend", "hour"]
    counts = plays.group_by("listener_id", "weekend", hour=plays.local_hour % 24)
    return counts.agg(n_plays=plays.count()).order_by(keys)


@front_door
def crowd_leaving(tables: PeriodTables):
    """After how many seconds are plays left before their end?

    A play was left if it is more than 3 s shorter than its track (Lamere 2014). Returns second
    (0-239, and 240 for all later ones), n_left, n_plays (all plays, the same in every row).
    """
    plays = with_left(tables)
    second = ibis.least(plays.ms_played // 1000, LAST_SECOND)
    counts = plays.group_by(second=second).agg(
        n_left=plays.count(where=plays.left), n=plays.count()
    )
    return counts.mutate(n_plays=counts.n.sum().over(ibis.window())).drop("n").order_by("second")


@front_door
@saying(unchanged)
def volume_by_plan(run_dir):
    """How many minutes a day does each listener play, and which plan did they start with?

    Returns a DataFrame listener_id, plan, minutes_per_day of all listeners with a play.
    """
    run = open_run(run_dir)
    start, end = check_window(run.parameters["start_time"], run.parameters["end_time"])
    plays = run.tables["plays"]
    totals = plays.group_by("listener_id").agg(ms_played=total(plays.ms_played))
    minutes = totals.order_by("listener_id").execute()
    days = (end - start).total_seconds() / 86_400
    minutes["minutes_per_day"] = minutes["ms_played"] / MINUTE_MS / days
    columns = ["listener_id", "profile_version", "plan"]
    plans = read_parquet(run, "profile_versions", columns).to_pandas()
    first_plans = plans[plans["profile_version"] == 0]
    return minutes.merge(first_plans, on="listener_id")[["listener_id", "plan", "minutes_per_day"]]
