"""One listener's minutes by day, without the insights of a story."""

import pandas as pd

from ..checking import front_door
from ..instants import MINUTE_MS
from ..interrupts import saying, unchanged
from ..runs.opened import open_run
from .counting import by_day, times_in_period, total
from .dates import day_number
from .editions import edition_named
from .periods import checked_days
from .story import who


@front_door
@saying(unchanged)
def minutes_by_day(run_dir, user="", year=-1, edition="all"):
    """How many minutes did a listener play on each local day of a period? A Series over dates,
    named after the listener.

    The arguments are those of `tell_story`. It takes a fraction of the time of the first story of a
    run, for which all insights are prepared.
    """
    run, edition = open_run(run_dir), edition_named(edition)
    period = checked_days(run, year, edition)
    plays = times_in_period(run.tables["plays"], run.tables["tracks"], *period, edition.rules)
    days = by_day(plays, edition.rules)
    numbers, listener = who(run, user, {"totals": totals_of_days(days)} if user == "" else {})
    rows = days.filter(days.listener_id.isin(numbers if isinstance(numbers, list) else [numbers]))
    return minutes_over(period, rows.execute(), listener["name_latin"] or listener["name"])


def totals_of_days(days):
    """listener_id and ms_played of each listener with a play, Arrow."""
    return days.group_by("listener_id").agg(ms_played=total(days.ms_played)).to_pyarrow()


def minutes_over(period, rows, name):
    """Minutes on each day of a period, as from `minutes_by_day`.

    period  first and last day;  rows  DataFrame day (days since 1970), ms_played
    """
    minutes = rows.groupby("day")["ms_played"].sum() / MINUTE_MS
    numbers = range(day_number(period[0]), day_number(period[1]) + 1)
    return pd.Series(
        minutes.reindex(numbers, fill_value=0.0).to_numpy(), pd.date_range(*period), name=name
    )
