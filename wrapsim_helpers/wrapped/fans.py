"""The listener among the fans of their top artist: rank, and the fans around."""

import ibis

from ..instants import whole_minutes
from .counting import ranked_only, shared, total_over
from .insight import OF_STREAMS, Insight, Tally
from .tops import UNRANKED, best_artists

NEIGHBOURS = 3  # fans above and below the listener on the leaderboard
DIGITS = 9


def fans(tables):
    """How many listeners have how many minutes with each artist? artist_id, minutes, n_listeners.

    Minutes are whole ones of ranked streams of the artist's tracks, featured ones too.
    """
    artists = ranked_only(tables.credited)
    minutes = whole_minutes(artists.ms_played).cast("int32")
    return artists.group_by("artist_id", minutes=minutes).agg(n_listeners=artists.count())


def with_fans_above(rows):
    """Fans by artist and minutes, with n_above, the fans with more minutes, and n_fans, all fans;
    the most minutes first.
    """
    above = ibis.window(
        group_by="artist_id", order_by=ibis.desc("minutes"), preceding=None, following=0
    )
    sums = rows.mutate(
        n_upto=total_over(rows.n_listeners, above),
        n_fans=total_over(rows.n_listeners, ibis.window(group_by="artist_id")),
    )
    return sums.select(
        "artist_id",
        "minutes",
        "n_listeners",
        "n_fans",
        n_above=sums.n_upto - sums.n_listeners,
    )


TALLIES = (
    Tally(
        "fans",
        fans,
        adds=("artist_id", "minutes"),
        finish=with_fans_above,
        order=("artist_id", "minutes"),
        reads=OF_STREAMS,
    ),
)


def own_level(tables):
    """The top artist of each listener of the crowd, and the fans with as many minutes: artist_id,
    artist, minutes, n_above, n_fans.
    """
    artists = shared(tables, best_artists)
    best = artists.filter(artists["rank"] == 1)
    top = best.select(
        "listener_id",
        "artist_id",
        "artist",
        minutes=whole_minutes(best.ms_played).cast("int32"),
    ).semi_join(tables.tallies["totals"], "listener_id")
    levels = tables.tallies["fans"].select("artist_id", "minutes", "n_above", "n_fans")
    return top.join(levels, ["artist_id", "minutes"])


def fan_rank(tables):
    """What is each listener's rank among the listeners of their top artist? artist_id, artist,
    minutes, rank, n_fans, share: rank / n_fans, which is never 0.

    Ranked by whole minutes with the artist (see `fans`); equal minutes share a rank. The top artist
    is the first of `top_artists`. It holds within the simulated crowd only.
    """
    level = own_level(tables)
    rank = level.n_above + 1
    return level.select(
        "listener_id",
        "artist_id",
        "artist",
        minutes=level.minutes.cast("int64"),
        rank=rank,
        n_fans=level.n_fans,
        share=(rank / level.n_fans).round(DIGITS),
    ).order_by("listener_id")


def leaderboard(tables):
    """Which fans of the top artist are around each listener? position, rank, minutes, is_listener;
    up to 7 rows: the listener, three fans before and three after, more on one side at the ends.

    Fans stand in the order of their rank (see `fan_rank`); the listener is the first of those with
    equal minutes.
    """
    level = own_level(tables)
    most = 2 * NEIGHBOURS + 1
    first = ibis.greatest(ibis.least(level.n_above - NEIGHBOURS, level.n_fans - most), 0) + 1
    shown = level.select("listener_id", "artist_id", own_rank=level.n_above + 1, first=first)
    levels = tables.tallies["fans"].select("artist_id", "minutes", "n_listeners", "n_above")
    near = shown.join(levels, "artist_id").filter(
        (ibis._.n_above + ibis._.n_listeners >= ibis._["first"])
        & (ibis._.n_above < ibis._["first"] + most)
    )
    begin = ibis.greatest(near.n_above + 1, near["first"])
    end = ibis.least(near.n_above + near.n_listeners, near["first"] + most - 1)
    rows = near.mutate(position=ibis.range(begin, end + 1).unnest())
    return rows.select(
        "listener_id",
        position=rows.position.cast("int64"),
        rank=rows.n_above + 1,
        minutes=rows.minutes.cast("int64"),
        is_listener=rows.position == rows.own_rank,
    ).order_by("listener_id", "position")


# -- the records -----------------------------------------------------------------------------------


def in_a_crowd(rows, request):
    """The rows of the listener; none if the run has one listener."""
    return rows if len(request.tally("totals")) > 1 else rows[:0]


def gap_to_next_fan(table, _by="minutes"):
    """The fan before the listener, and the gap, in words."""
    mine = table[table["is_listener"]].iloc[0]
    before = table[table["minutes"] > mine["minutes"]]
    if not len(before):
        return ""
    gap = int(before.iloc[-1]["minutes"] - mine["minutes"])
    return f"rank {before.iloc[-1]['rank']} has {gap:,} minutes more"


COUNTED = (
    "whole minutes with the artist whom the listener streamed most, in plays of {seconds} s and "
    "more, among the listeners of this run; equal minutes share a rank"
)
INSIGHTS = (
    Insight(
        "fan_rank",
        "What is each listener's rank among the listeners of their top artist?",
        fan_rank,
        reads=OF_STREAMS,
        tallies=("totals", "fans"),
        columns=("artist_id", "artist", "minutes", "rank", "n_fans", "share"),
        shape=in_a_crowd,
        counted=COUNTED,
        left_out=UNRANKED,
    ),
    Insight(
        "leaderboard",
        "Which fans of the top artist are around each listener?",
        leaderboard,
        reads=OF_STREAMS,
        tallies=("totals", "fans"),
        columns=("position", "rank", "minutes", "is_listener"),
        shape=in_a_crowd,
        counted=COUNTED,
        left_out=UNRANKED,
        runner_up=gap_to_next_fan,
    ),
)
