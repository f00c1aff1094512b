"""What: songs, artists and genres in order of streams.

Every insight states the order of its rows, so that equal calls give equal bytes.
"""

import ibis

from ..instants import MINUTE_MS
from .counting import (
    BEST_FIRST,
    day_of,
    month_of,
    ranked,
    ranked_by_streams,
    ranked_only,
    started_ms,
    total,
)


def top_songs(tables, most=100):
    """Which songs did each listener stream most? rank, track_id, title, artist, n_streams,
    ms_played, first_ms (UTC), first_local_ms (on the listener's clock).

    Counts ranked streams. Ties: more milliseconds, then the earlier first play, then title, then
    track_id.
    """
    songs = ranked_only(tables.songs)
    counts = songs.select(
        "listener_id",
        "track_id",
        "n_streams",
        "ms_played",
        "first_ms",
        first_local_ms=songs.first_ms + songs.first_offset_min * MINUTE_MS,
    )
    names = tables.tracks.select("track_id", "title", artist=tables.tracks.artists.join(", "))
    return ranked_by_streams(counts, names, "track_id", most).order_by("listener_id", "rank")


def top_artists(tables, most=100):
    """Which artists did each listener stream most? rank, artist_id, artist, n_streams, ms_played,
    first_ms.

    A stream counts 1 for the primary artist and a half for each featured one, counted in halves as
    integers. Ties as for songs, by name.
    """
    best = ranked_by_streams(
        ranked_only(tables.credited),
        tables.artists.select("artist_id", "artist"),
        "artist_id",
        most,
    )
    return best.mutate(n_streams=best.n_streams / 2).order_by("listener_id", "rank")


def genres_of(tables):
    """The genre labels and their numbers in alphabetical order: quicker to group and to compare
    than names.
    """
    labels = tables.tracks.filter(tables.tracks.genre != "").select("genre").distinct()
    return labels.mutate(number=ibis.row_number().over(ibis.window(order_by="genre")).cast("int32"))


def with_genre(tables, table):
    """A table of tracks with the number of each one's genre; those without a label are left out."""
    return table.join(
        tables.tracks.select("track_id", "genre")
        .join(genres_of(tables), "genre")
        .select("track_id", "number"),
        "track_id",
    )


def top_genres(tables):
    """Which genres did each listener stream most? rank, genre, n_streams, share; every genre, ties
    as for songs.
    """
    songs = with_genre(tables, ranked_only(tables.songs))
    counts = songs.group_by("listener_id", "number").agg(
        n_streams=total(songs.n_streams),
        ms_played=total(songs.ms_played),
        first_ms=songs.first_ms.min(),
    )
    best = (
        ranked(counts, *BEST_FIRST, "number")
        .join(genres_of(tables), "number")
        .drop("number")
        .relocate("genre", after="listener_id")
    )
    share = best.n_streams / best.n_streams.sum().over(group_by="listener_id")
    return best.mutate(share=share).order_by("listener_id", "rank")


def monthly_genres(tables):
    """Which genre led each month? month, genre, n_streams; months without a stream are absent, ties
    as for songs.
    """
    plays = with_genre(tables, tables.plays.filter(tables.plays.is_ranked))
    month = month_of(day_of(plays), tables.first_day.year)
    counts = plays.group_by("listener_id", "number", month=month).agg(
        n_streams=plays.count(),
        ms_played=total(plays.ms_played),
        first_ms=started_ms(plays.started.min()),
    )
    return (
        ranked_months(counts)
        .join(genres_of(tables), "number")
        .select("listener_id", "genre", "month", "n_streams")
        .order_by("listener_id", "month")
    )


def ranked_months(counts):
    """The leading row of each listener's months; only those with the most streams are put in
    order.
    """
    most = counts.group_by("listener_id", "month").agg(n_streams=counts.n_streams.max())
    in_month = ibis.window(group_by=("listener_id", "month"), order_by=(*BEST_FIRST, "number"))
    first = counts.semi_join(most, ["listener_id", "month", "n_streams"]).mutate(
        place=ibis.row_number().over(in_month)
    )
    return first.filter(first.place == 0).drop("place")
