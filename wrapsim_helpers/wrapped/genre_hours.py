"""Families of genres by hour of the day (ListenBrainz Year in Music: genre activity)."""

from .counting import total
from .insight import OF_STREAMS, Insight
from .tops import UNRANKED


def hourly_families(tables):
    """How often did each listener stream each family of genres at each hour? hour (0 to 23, local),
    family, n_streams, in order of hour and family; no row for a family without a stream in an hour.

    A stream counts in the hour in which it began. ListenBrainz has the ten most frequent genres by
    hour, in UTC; families and local time are decisions of wrapsim.
    """
    plays = tables.plays.filter(tables.plays.is_ranked)
    hours = plays.group_by("listener_id", "track_id", hour=plays.local_hour % 24).agg(
        n_streams=plays.count()
    )
    tracks = tables.tracks.filter(tables.tracks.genre != "").select("track_id", "family")
    songs = hours.join(tracks, "track_id")
    counts = songs.group_by("listener_id", "hour", "family").agg(n_streams=total(songs.n_streams))
    return counts.order_by("listener_id", "hour", "family")


INSIGHTS = (
    Insight(
        "hourly_families",
        "How often did each listener stream each family of genres at each hour?",
        hourly_families,
        reads=OF_STREAMS,
        columns=("hour", "family", "n_streams"),
        counted="plays of {seconds} s and more, in the hour in which they began",
        left_out=f"{UNRANKED}, and tracks without a genre",
    ),
)
