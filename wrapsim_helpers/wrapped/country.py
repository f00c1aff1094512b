"""The listener among the listeners of their own country, by minutes (the service's "more minutes
than X % of listeners in your country" of 2021).
"""

import ibis
import numpy as np

from ..people.homes import countries
from .counting import total
from .insight import OF_MINUTES, Insight, Tally

FEWEST = 5  # listeners of a country; with fewer, a rank says little
BARS = 40  # groups of equal size into which the listeners of a country are cut at most


def home_countries(tables):
    """The country of each listener's home: listener_id, country; none if it is unknown."""
    people = tables.listeners.select("listener_id", "country")
    return people.filter(people.country != "")


# -- minutes ---------------------------------------------------------------------------------------


def country_minutes(tables):
    """The country and the minutes of each listener: country, ms_played (of all plays)."""
    days = tables.days
    totals = days.group_by("listener_id").agg(ms_played=total(days.ms_played))
    return totals.join(home_countries(tables), "listener_id").select(
        "listener_id", "country", "ms_played"
    )


def with_ranks_at_home(rows):
    """The minutes of each listener with n_listeners of the country, n_below and rank."""
    fewest_first = ibis.window(group_by="country", order_by="ms_played", rows=None)
    most_first = ibis.window(group_by="country", order_by=ibis.desc("ms_played"))
    return rows.mutate(
        n_listeners=rows.count().over(group_by="country"),
        n_below=ibis.rank().over(fewest_first),
        rank=ibis.rank().over(most_first) + 1,
    )


TALLIES = (
    Tally(
        "country_minutes",
        country_minutes,
        finish=with_ranks_at_home,
        reads=OF_MINUTES,
        needs=("listeners",),
    ),
)


def country_place(tables):
    """What is each listener's rank by minutes in their country? country, ms_played, n_listeners,
    n_below, rank. One row per listener.

    As `place`, among the listeners of this run whose home is in the same country. No row in a
    country of fewer than FEWEST listeners, without a home, or for several listeners who are counted
    as one.
    """
    ranks = tables.tallies["country_minutes"]
    ranks = ranks.filter(ranks.n_listeners >= FEWEST).select("listener_id", *PLACE_COLUMNS)
    return ranks.semi_join(tables.days, "listener_id").order_by("listener_id")


# -- the records -----------------------------------------------------------------------------------


def with_the_country(rows, request):
    """The rank with name (of the country), group_ms (a list: mean milliseconds of groups of equal
    size, fewest first; each listener is a group if there are at most BARS) and group, the number,
    from 0, of the listener's own group.
    """
    if not len(rows):
        return rows.assign(name=[], group_ms=[], group=[])
    row, crowd = rows.iloc[0], request.tally("country_minutes")
    ms = np.sort(crowd.loc[crowd["country"] == row["country"], "ms_played"].to_numpy())
    groups = np.array_split(ms, min(len(ms), BARS))
    ends = np.cumsum([len(group) for group in groups])
    name = countries().set_index("country")["name"].get(row["country"], row["country"])
    means = [float(group.mean()) for group in groups]
    group = int(np.searchsorted(ends, row["n_below"], side="right"))
    return rows.assign(name=name, group_ms=[means], group=group)


PLACE_COLUMNS = ("country", "ms_played", "n_listeners", "n_below", "rank")
INSIGHTS = (
    Insight(
        "country_place",
        "What is each listener's rank by minutes in their country?",
        country_place,
        reads=OF_MINUTES,
        needs=("listeners",),
        tallies=("country_minutes",),
        columns=PLACE_COLUMNS,
        shape=with_the_country,
        counted="listeners of this run with a home in the same country, by milliseconds of all "
        f"plays; equal ones share a rank; countries of {FEWEST} listeners and more",
    ),
)
