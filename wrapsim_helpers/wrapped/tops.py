"""What: songs, artists and genres in order of streams."""

import ibis

from ..run import MINUTE_MS
from .rules import month_of, ranked_by_streams, ranked_plays

OFFSETS = 4096           # more minutes than two clocks can be apart


def top_songs(heard, most=100):
    """Which songs did each listener stream most? rank, track_id, title, artist, n_streams, ms_played, first_ms (UTC),
    first_local_ms (on the listener's clock).

    Counts ranked streams. Ties: more milliseconds, then the earlier first play, then title, then track_id.
    """
    plays = ranked_plays(heard)
    first = plays.started_ms * OFFSETS + (plays.local_ms - plays.started_ms) // MINUTE_MS + OFFSETS // 2     # both times as one number
    counts = plays.group_by("listener_id", "track_id").agg(n_streams=plays.count(), ms_played=plays.ms_played.sum(), first=first.min())
    counts = counts.mutate(first_ms=counts["first"] // OFFSETS).mutate(
        first_local_ms=lambda t: t.first_ms + (t["first"] % OFFSETS - OFFSETS // 2) * MINUTE_MS).drop("first")
    names = heard.tracks.select("track_id", "title", artist=heard.tracks.artists.join(", "))
    named = ranked_by_streams(counts.join(names, "track_id"), "title", "track_id")
    return named.filter(named["rank"] <= most)


def top_artists(heard, most=100):
    """Which artists did each listener stream most? rank, artist_id, artist, n_streams, ms_played, first_ms.

    A stream counts 1 for the primary artist and a half for each featured one, counted in halves as integers. Ties as
    for songs, by name.
    """
    plays = ranked_plays(heard).join(heard.track_artists, "track_id")
    halves = (plays.role == "primary").ifelse(2, 1)
    counts = plays.group_by("listener_id", "artist_id").agg(
        n_streams=halves.sum(), ms_played=plays.ms_played.sum(), first_ms=plays.started_ms.min())
    names = heard.artists.select("artist_id", "artist")
    named = ranked_by_streams(counts.join(names, "artist_id"), "artist", "artist_id")
    best = named.filter(named["rank"] <= most)
    return best.mutate(n_streams=best.n_streams / 2)


def genre_plays(heard):
    """Ranked streams with the genre label of their track."""
    genres = heard.tracks.select("track_id", "genre")
    return ranked_plays(heard).join(genres, "track_id").filter(lambda t: t.genre != "")


def top_genres(heard):
    """Which genres did each listener stream most? rank, genre, n_streams, share; every genre, ties as for songs."""
    plays = genre_plays(heard)
    counts = plays.group_by("listener_id", "genre").agg(
        n_streams=plays.count(), ms_played=plays.ms_played.sum(), first_ms=plays.started_ms.min())
    named = ranked_by_streams(counts, "genre", "genre")
    return named.mutate(share=named.n_streams / named.n_streams.sum().over(group_by="listener_id"))


def monthly_genres(heard):
    """Which genre led each month? month, genre, n_streams; months without a stream are absent, ties as for songs."""
    plays = genre_plays(heard)
    month = month_of(plays.local_day, heard.first_day.year)
    counts = plays.group_by("listener_id", "genre", month=month).agg(
        n_streams=plays.count(), ms_played=plays.ms_played.sum(), first_ms=plays.started_ms.min())
    return ranked_months(counts).drop("ms_played", "first_ms")


def ranked_months(counts):
    """The leading row of each listener's months."""
    order = (ibis.desc("n_streams"), ibis.desc("ms_played"), "first_ms", "genre")
    first = counts.mutate(place=ibis.row_number().over(ibis.window(group_by=("listener_id", "month"), order_by=order)))
    return first.filter(first.place == 0).drop("place")
