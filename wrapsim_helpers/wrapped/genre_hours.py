"""Families of genres by hour of the day (ListenBrainz Year in Music: genre activity)."""

import numpy as np

from .insight import OF_STREAMS, Insight
from .tops import UNRANKED, numbered_families


def hourly_families(tables):
    """How often did each listener stream each family of genres at each hour? hour (0 to 23, local),
    family, n_streams, in order of hour and family; no row for a family without a stream in an hour.

    A stream counts in the hour in which it began. ListenBrainz has the ten most frequent genres by
    hour, in UTC; families and local time are decisions of wrapsim.
    """
    families = numbered_families(tables)
    tracks = tables.tracks.filter(tables.tracks.genre != "").join(families, "family")
    plays = tables.plays.filter(tables.plays.is_ranked)
    plays = plays.join(tracks.select("track_id", "number"), "track_id")
    counts = plays.group_by("listener_id", "number", hour=plays.local_hour % 24).agg(
        n_streams=plays.count()
    )
    named = counts.join(families, "number").select("listener_id", *COLUMNS)
    return named.order_by("listener_id", "hour", "family")


# -- the record ------------------------------------------------------------------------------------

COLUMNS = ("hour", "family", "n_streams")
NEAR = (-1, 0, 1)  # hours that count with an hour
FEWEST = 30  # streams in the three hours around an hour; of fewer, no share is told
FEWEST_HOURS = 6  # hours with so many streams that a story needs


def with_enough_hours(rows, _):
    """The rows; none if fewer than FEWEST_HOURS hours have FEWEST streams around them."""
    by_hour = rows.groupby("hour")["n_streams"].sum().reindex(range(24), fill_value=0).to_numpy()
    around = sum(np.roll(by_hour, -k) for k in NEAR)
    return rows if (around >= FEWEST).sum() >= FEWEST_HOURS else rows[:0]


INSIGHTS = (
    Insight(
        "hourly_families",
        "How often did each listener stream each family of genres at each hour?",
        hourly_families,
        reads=OF_STREAMS,
        columns=COLUMNS,
        shape=with_enough_hours,
        counted="plays of {seconds} s and more, in the hour in which they began",
        left_out=f"{UNRANKED}, tracks without a genre, and listeners who have fewer than "
        f"{FEWEST_HOURS} hours with {FEWEST} plays in the three hours around them",
    ),
)
