"""Insights on songs, artists and genres, ranked by streams.

Every insight sorts its rows, so that equal calls give equal bytes.
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
    ms_played, first_ms (UTC), first_local_ms (local time).

    Counts ranked streams. Ties go to more milliseconds, then the earlier first play, then the
    title, then track_id.
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
    """Which artists did each listener stream most? rank, artist_id, artist, n_streams, n_whole,
    ms_played, first_ms.

    In n_streams, which ranks, a stream counts 1 for the primary artist and 0.5 for each featured
    one; the sums are taken in halves, as integers. n_whole counts each stream once, int64; cards
    show it. Ties as for songs, with the name instead of the title.
    """
    best = ranked_by_streams(
        ranked_only(tables.credited),
        tables.artists.select("artist_id", "artist"),
        "artist_id",
        most,
    )
    return best.mutate(n_streams=best.n_streams / 2).order_by("listener_id", "rank")


def genres_of(tables):
    """Genre labels, numbered in alphabetical order. Numbers are faster to group and compare."""
    labels = tables.tracks.filter(tables.tracks.genre != "").select("genre").distinct()
    return labels.mutate(number=ibis.row_number().over(ibis.window(order_by="genre")).cast("int32"))


def with_genre(tables, table):
    """A table with the number of each track's genre; tracks without a label are dropped."""
    return table.join(
        tables.tracks.select("track_id", "genre")
        .join(genres_of(tables), "genre")
        .select("track_id", "number"),
        "track_id",
    )


def top_genres(tables):
    """Which genres did each listener stream most? rank, genre, n_streams, share; all genres.

    Ties as for songs.
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


def top_families(tables):
    """Which families of genres did each listener stream most? rank, family, n_streams, share,
    genre, n_genres; all families.

    genre is the family's first genre in `top_genres`, n_genres the number of its genres with a
    stream. Ties as for songs.
    """
    genres = top_genres(tables).drop("share").join(families_of(tables), "genre")
    counts = genres.group_by("listener_id", "family").agg(
        n_streams=total(genres.n_streams),
        ms_played=total(genres.ms_played),
        first_ms=genres.first_ms.min(),
        genre=genres.genre.argmin(genres["rank"]),
        n_genres=genres.count(),
    )
    best = ranked(counts, *BEST_FIRST, "family")
    share = best.n_streams / best.n_streams.sum().over(group_by="listener_id")
    return best.mutate(share=share).order_by("listener_id", "rank")


def families_of(tables):
    """The family of each genre label: genre, family."""
    labels = tables.tracks.filter(tables.tracks.genre != "")
    return labels.group_by("genre").agg(family=labels.family.min())


def monthly_families(tables):
    """How often did each listener stream each family of genres in each month? month, family,
    n_streams, ordered by month and family; no row for a family without a stream in a month.
    """
    families = tables.tracks.filter(tables.tracks.genre != "").select("track_id", "family")
    plays = tables.plays.filter(tables.plays.is_ranked)
    month = month_of(day_of(plays), tables.first_day.year)
    by_track = plays.group_by("listener_id", "track_id", month=month).agg(n_streams=plays.count())
    counts = by_track.join(families, "track_id").group_by("listener_id", "month", "family")
    streams = counts.agg(n_streams=total(ibis._.n_streams))
    return streams.order_by("listener_id", "month", "family")


def monthly_genres(tables):
    """Which genre did each listener stream most in each month? month, genre, n_streams; no row for
    months without a stream. Ties as for songs.
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
    """The top row of each listener and month. Only rows with the most streams are sorted."""
    most = counts.group_by("listener_id", "month").agg(n_streams=counts.n_streams.max())
    best = counts.semi_join(most, ["listener_id", "month", "n_streams"])
    months = ranked(best, *BEST_FIRST, "number", within=["month"])
    return months.filter(months["rank"] == 1)
