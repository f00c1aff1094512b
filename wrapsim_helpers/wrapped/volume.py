"""How much: minutes, how often tracks were left early, and the place in the crowd."""

import ibis

from .counting import NOT_FINISHED_MS, total


def minutes(tables):
    """How much did each listener hear? One row per listener.

    Reads all plays of the window, of any length, private ones too; tracks and artists count from
    one stream on. Returns ms_played, n_plays, n_streams, n_tracks, n_artists, n_days (local days
    with a play), all int64.
    """
    days, songs, artists = tables.days, tables.songs, tables.credited
    totals = days.group_by("listener_id").agg(
        ms_played=total(days.ms_played),
        n_plays=total(days.n_plays),
        n_streams=total(days.n_streams),
        n_days=days.count(),
    )
    by_thing = [
        one.group_by("listener_id").agg(**{name: one.count()})
        for name, one in (("n_tracks", songs), ("n_artists", artists))
    ]
    for one in by_thing:
        totals = totals.left_join(one, "listener_id").drop("listener_id_right")
    whole = totals.fill_null({"n_tracks": 0, "n_artists": 0})
    return whole.relocate("n_tracks", "n_artists", before="n_days").order_by("listener_id")


def skip_rate(tables):
    """How often did each listener leave a track before its end? One row per listener: n_plays,
    n_skips, int64.

    A skip is a play more than 3 s shorter than its track, whatever ended it (Lamere 2014); tracks
    of unknown length are left out of both counts.
    """
    plays = tables.plays.join(tables.tracks.select("track_id", "duration_ms"), "track_id")
    left = plays.ms_played < plays.duration_ms - NOT_FINISHED_MS
    counts = plays.group_by("listener_id").agg(n_plays=plays.count(), n_skips=total(left))
    return counts.order_by("listener_id")


def place(tables):
    """Where does each listener stand in the crowd by minutes? ms_played, n_listeners, n_below,
    rank.

    n_below: listeners who heard strictly less; rank 1 is the most, equal minutes share a rank. True
    for the simulated crowd only.
    """
    plays = tables.plays
    totals = plays.group_by("listener_id").agg(ms_played=total(plays.ms_played))
    return placed(totals).order_by("listener_id")


def placed(totals):
    """Totals of listeners, with at least ms_played, with each one's place among them."""
    everybody = ibis.window(order_by="ms_played", rows=None)
    most_first = ibis.window(order_by=ibis.desc("ms_played"))
    return totals.mutate(
        n_listeners=totals.count().over(ibis.window()),
        n_below=ibis.rank().over(everybody),
        rank=ibis.rank().over(most_first) + 1,
    )
