"""Songs that each listener streamed before most of the crowd: the service's Pioneer badge of 2020,
and the Trendsetter of Amazon Music Delivered 2025.
"""

import ibis

from ..instants import DAY_MS, MINUTE_MS
from .counting import ranked, ranked_only, shared, total_over
from .dates import as_dates, days_since_1970
from .insight import OF_STREAMS, Insight, Tally
from .tops import UNRANKED, track_titles

FEWEST = 10  # listeners of a song; with fewer, being early says little
MOST = 10  # songs told


def first_streams(tables):
    """The songs released in the period that each listener streamed: track_id, day (local, since
    1970, of the first ranked stream), n_streams.
    """
    tracks = tables.tracks
    released = tracks.filter(tracks.release_date.between(tables.first_day, tables.last_day))
    songs = ranked_only(tables.songs)
    day = (songs.first_ms + songs.first_offset_min * MINUTE_MS) // DAY_MS
    dated = songs.select("listener_id", "track_id", "n_streams", day=day.cast("int64"))
    return dated.semi_join(released, "track_id").select(dated.columns)


def arrivals(tables):
    """How many listeners streamed each song of the period first on each day? track_id, day,
    n_listeners.
    """
    songs = first_streams(tables)
    return songs.group_by("track_id", "day").agg(n_listeners=songs.count())


def with_earlier_and_later(rows):
    """Arrivals of the songs of FEWEST listeners and more, with n_before and n_after, the listeners
    who came on an earlier and on a later day, and n_all.
    """
    upto = ibis.window(group_by="track_id", order_by="day", preceding=None, following=0)
    sums = rows.mutate(
        n_upto=total_over(rows.n_listeners, upto),
        n_all=total_over(rows.n_listeners, ibis.window(group_by="track_id")),
    )
    sums = sums.mutate(n_before=sums.n_upto - sums.n_listeners, n_after=sums.n_all - sums.n_upto)
    some = sums.filter(sums.n_all >= FEWEST)
    return some.select("track_id", "day", "n_before", "n_after", "n_all")


TALLIES = (
    Tally(
        "arrivals",
        arrivals,
        adds=("track_id", "day"),
        finish=with_earlier_and_later,
        order=("track_id", "day"),
        reads=OF_STREAMS,
    ),
)


def pioneer(tables):
    """Which new songs did each listener stream before most of the crowd? rank, track_id, title,
    artist, day and release_day (since 1970), n_before, n_after, n_all, n_streams; at most MOST.

    A song counts if it was released in the period and FEWEST listeners streamed it in the period.
    The listener came before most if more than half of its listeners streamed it first on a later
    local day (n_after); n_before came on an earlier day. Ranked by n_after, then by fewer n_before,
    then by title and track_id. The service took songs before their 50,000th play; these numbers are
    decisions of wrapsim, for a crowd of any size. None for several listeners who are counted as
    one.
    """
    early = first_streams(tables).join(tables.tallies["arrivals"], ["track_id", "day"])
    early = early.filter(2 * early.n_after > early.n_all)
    early = early.semi_join(tables.tallies["totals"], "listener_id")
    named = early.join(shared(tables, track_titles), "track_id")
    best = ranked(named, ibis.desc("n_after"), "n_before", "title", "track_id")
    few = best.filter(best["rank"] <= MOST)
    released = tables.tracks.select(
        "track_id", release_day=days_since_1970(tables.tracks.release_date)
    )
    joined = few.join(released, "track_id")
    return joined.select("listener_id", *COLUMNS).order_by("listener_id", "rank")


# -- the records -----------------------------------------------------------------------------------


def with_days_as_dates(songs, _):
    """Songs with date and released, the dates of day and release_day."""
    return songs.assign(date=as_dates(songs["day"]), released=as_dates(songs["release_day"]))


COLUMNS = (
    *("rank", "track_id", "title", "artist", "day", "release_day"),
    *("n_before", "n_after", "n_all", "n_streams"),
)
INSIGHTS = (
    Insight(
        "pioneer",
        "Which new songs did each listener stream before most of the crowd?",
        pioneer,
        reads=OF_STREAMS,
        tallies=("totals", "arrivals"),
        columns=COLUMNS,
        shape=with_days_as_dates,
        counted=f"songs released in the period with {FEWEST} and more listeners in this run, of "
        "whom more than half streamed them first, for {seconds} s and more, on a later day; "
        "ranked by the number of these, then by the fewer who came before",
        left_out=UNRANKED,
    ),
)
