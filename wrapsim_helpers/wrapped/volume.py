"""Insights on volume: minutes, share of tracks left early, and rank in the crowd."""

import ibis

from .counting import total, with_left


def minutes(tables):
    """How much did each listener play? One row per listener.

    Counts all plays of the window, of any length, private ones too. A track or artist counts if it
    has one stream. Returns ms_played, n_plays, n_streams, n_tracks, n_artists, n_days (local days
    with a play), all int64.
    """
    days = tables.days
    totals = days.group_by("listener_id").agg(
        ms_played=total(days.ms_played),
        n_plays=total(days.n_plays),
        n_streams=total(days.n_streams),
        n_days=days.count(),
    )
    for name, table in (("n_tracks", tables.songs), ("n_artists", tables.credited)):
        counts = table.group_by("listener_id").agg(**{name: table.count()})
        totals = totals.left_join(counts, "listener_id").drop("listener_id_right")
    whole = totals.fill_null({"n_tracks": 0, "n_artists": 0})
    return whole.relocate("n_tracks", "n_artists", before="n_days").order_by("listener_id")


def skip_rate(tables):
    """How often did each listener leave a track before its end? One row per listener: n_plays,
    n_skips, int64.

    n_skips counts plays more than 3 s shorter than their track, whatever ended them (Lamere 2014).
    Tracks of unknown length are not counted.
    """
    plays = with_left(tables)
    counts = plays.group_by("listener_id").agg(n_plays=plays.count(), n_skips=total(plays.left))
    return counts.order_by("listener_id")


def place(tables):
    """What is each listener's rank in the crowd by minutes? ms_played, n_listeners, n_below, rank.

    n_below counts listeners who played strictly less. Rank 1 has the most minutes; equal minutes
    share a rank. The rank holds within the simulated crowd only.
    """
    plays = tables.plays
    totals = plays.group_by("listener_id").agg(ms_played=total(plays.ms_played))
    return with_ranks(totals).order_by("listener_id")


def with_ranks(totals):
    """Totals by listener (at least ms_played) with n_listeners, n_below and rank."""
    fewest_first = ibis.window(order_by="ms_played", rows=None)
    most_first = ibis.window(order_by=ibis.desc("ms_played"))
    return totals.mutate(
        n_listeners=totals.count().over(ibis.window()),
        n_below=ibis.rank().over(fewest_first),
        rank=ibis.rank().over(most_first) + 1,
    )
