"""Insights on volume: minutes, share of tracks left early, and rank in the crowd."""

import ibis
import numpy as np
import pandas as pd

from ..instants import MINUTE_MS
from .counting import total, with_left
from .insight import OF_MINUTES, Insight, Tally

BIN_WIDTH = 1.2  # ratio of the widths of neighbouring bins of the crowd's minutes


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
    totals = tables.tallies["totals"]
    ranks = totals.select("listener_id", "ms_played", "n_listeners", "n_below", "rank")
    return ranks.semi_join(tables.days, "listener_id").order_by("listener_id")


def totals_of(tables):
    """Minutes, plays and skips of each listener: ms_played, n_plays, n_skips."""
    return minutes(tables).select("listener_id", "ms_played").join(skip_rate(tables), "listener_id")


def with_ranks(totals):
    """Totals by listener (at least ms_played) with n_listeners, n_below and rank."""
    fewest_first = ibis.window(order_by="ms_played", rows=None)
    most_first = ibis.window(order_by=ibis.desc("ms_played"))
    return totals.mutate(
        n_listeners=totals.count().over(ibis.window()),
        n_below=ibis.rank().over(fewest_first),
        rank=ibis.rank().over(most_first) + 1,
    ).order_by("listener_id")


TALLIES = (Tally("totals", totals_of, finish=with_ranks, reads=("track_id", *OF_MINUTES)),)

# -- the records -----------------------------------------------------------------------------------


def skip_share(counts, request):
    """The listener's share of skipped plays and the crowd's; the crowd's is NaN if the run has one
    listener.
    """
    crowd = request.tally("totals")
    share = crowd["n_skips"].sum() / crowd["n_plays"].sum() if len(crowd) > 1 else np.nan
    return counts.assign(share=counts["n_skips"] / counts["n_plays"], crowd_share=share)


def among_several(rank, request):
    """The listener's rank, and the least and most milliseconds of the crowd; no row if the run has
    one listener.
    """
    ms = request.tally("totals")["ms_played"]
    several = rank[rank["n_listeners"] > 1].reset_index(drop=True)
    return several.assign(least_ms=ms.min(), most_ms=ms.max())


def minute_bins(_, request):
    """Number of listeners by minutes: bins from_ms to to_ms, each BIN_WIDTH times as wide as the
    one before, empty ones included; no row if the run has one listener.
    """
    crowd = request.tally("totals")
    ms = crowd["ms_played"] if len(crowd) > 1 else crowd["ms_played"][:0]
    number = np.floor(np.log(ms[ms > 0] / MINUTE_MS) / np.log(BIN_WIDTH)).astype(int)
    bins = np.arange(number.min(), number.max() + 1) if len(number) else np.arange(0)
    edges = MINUTE_MS * BIN_WIDTH ** bins.astype(float)
    counts = number.value_counts().reindex(bins, fill_value=0).to_numpy()
    return pd.DataFrame({"from_ms": edges, "to_ms": edges * BIN_WIDTH, "n_listeners": counts})


INSIGHTS = (
    Insight(
        "minutes",
        "How much did each listener play?",
        minutes,
        reads=("track_id", *OF_MINUTES),
        columns=("ms_played", "n_plays", "n_streams", "n_tracks", "n_artists", "n_days"),
        counted="all plays, of any length, private ones too",
    ),
    Insight(
        "skip_rate",
        "How often did each listener leave a track before its end?",
        skip_rate,
        reads=("track_id", "ms_played"),
        tallies=("totals",),
        columns=("n_plays", "n_skips"),
        shape=skip_share,
        counted="plays more than 3 s shorter than their track, whatever ended them",
        left_out="plays of tracks of unknown length",
    ),
    Insight(
        "place",
        "What is the listener's rank in the crowd?",
        place,
        reads=OF_MINUTES,
        tallies=("totals",),
        columns=("ms_played", "n_listeners", "n_below", "rank"),
        shape=among_several,
        counted="listeners of this run by milliseconds of all plays; equal ones share a rank",
    ),
    Insight(
        "crowd",
        "How many listeners played how much?",
        None,
        tallies=("totals",),
        shape=minute_bins,
        counted="listeners of this run by minutes of all plays",
    ),
)
