"""The albums that each listener played as albums: most of their tracks, and evenly."""

import ibis

from .counting import collected, ranked, ranked_only, total
from .insight import OF_STREAMS, Insight, gap_to_second
from .tops import RANKED, UNRANKED

PLACES = 9  # decimals of evenness and score; equal listening gives equal scores on every engine
CARD_SHARE = (7, 10)  # the card requires this share of the tracks of one album (press, 2025)
FEWEST_STREAMS = 10  # of an album on a card


def top_albums(tables, most=100):
    """Which albums did each listener play as albums? rank, album_id, album, artist, n_heard,
    n_tracks, share, n_streams, ms_played, first_ms, evenness, score, track_streams.

    An album counts if more than half of its tracks were streamed, from any context. The score is
    streams x evenness (by minutes: milliseconds x evenness); evenness is the entropy of the streams
    over the album's tracks / ln(number of tracks), so that all streams on one track give 0, and the
    same number on each track gives 1 (Spotify Newsroom, 5 December 2025, names both parts; the
    formula is ours). share is n_heard / n_tracks. track_streams has the streams of each track by
    track number, 0 for a track that was not streamed. Ties go to more streams, then more
    milliseconds, the earlier first play, the name, album_id.

    Releases of one track are left out. So are tracks of a songs file (language ""): the file has
    no albums, and the catalogue only groups the songs of an artist and a year.
    """
    counts = with_score(majority_streamed(tables), tables.rules)
    named = counts.join(tables.albums.select("album_id", "album", "artist_id"), "album_id").join(
        tables.artists.select("artist_id", "artist"), "artist_id"
    )
    order = ibis.desc("score"), *tables.rules.best_first, "album", "album_id"
    best = ranked(named, *order).filter(lambda t: t["rank"] <= most)
    return (
        with_track_streams(tables, best)
        .select("listener_id", *COLUMNS)
        .order_by("listener_id", "rank")
    )


def album_tracks(tables):
    """track_id, album_id, track_number and n_tracks of the tracks of albums."""
    tracks, albums = tables.tracks, tables.albums.filter(tables.albums.n_tracks > 1)
    return (
        tracks.filter(tracks.language != "")
        .select("track_id", "album_id", "track_number")
        .join(albums.select("album_id", n_tracks=albums.n_tracks.cast("int64")), "album_id")
        .select("track_id", "album_id", "track_number", "n_tracks")
    )


def majority_streamed(tables):
    """The streams of each listener by album, of albums of which more than half was streamed."""
    songs = ranked_only(tables.songs).join(album_tracks(tables), "track_id")
    size = songs[tables.rules.measure]
    counts = songs.group_by("listener_id", "album_id", "n_tracks").agg(
        n_heard=songs.count(),
        n_streams=total(songs.n_streams),
        ms_played=total(songs.ms_played),
        first_ms=songs.first_ms.min(),
        logs=(size * size.cast("float64").ln()).sum(),
    )
    return counts.filter(2 * counts.n_heard > counts.n_tracks)


def with_score(albums, rules):
    """Albums with share, evenness and score (see `top_albums`).

    logs  sum of n ln n over the tracks; the entropy of N streams is ln N - logs / N
    """
    size = albums[rules.measure]
    entropy = size.cast("float64").ln() - albums.logs / size
    even = albums.mutate(
        share=albums.n_heard / albums.n_tracks,
        evenness=(entropy / albums.n_tracks.cast("float64").ln()).round(PLACES),
    )
    return even.mutate(score=(size * even.evenness).round(PLACES)).drop("logs")


def with_track_streams(tables, albums):
    """Ranked albums with track_streams (see `top_albums`)."""
    songs = ranked_only(tables.songs).select("listener_id", "track_id", "n_streams")
    chosen = albums.select("listener_id", "album_id").join(album_tracks(tables), "album_id")
    streams = chosen.left_join(songs, ["listener_id", "track_id"]).select(
        "listener_id", "album_id", "track_number", n=songs.n_streams.fill_null(0)
    )
    lists = collected(streams, "n", ["listener_id", "album_id"], "track_number")
    return albums.join(lists.rename(track_streams="n"), ["listener_id", "album_id"])


# -- the records -----------------------------------------------------------------------------------


def with_one_nearly_whole(albums, _):
    """The albums of which at least CARD_SHARE of the tracks were streamed, in the order of their
    ranks.
    """
    part, whole = CARD_SHARE
    return albums[whole * albums["n_heard"] >= part * albums["n_tracks"]].reset_index(drop=True)


def albums_played_often(albums, request):
    """The albums `with_one_nearly_whole` that have at least FEWEST_STREAMS streams."""
    return with_one_nearly_whole(albums[albums["n_streams"] >= FEWEST_STREAMS], request)


COLUMNS = (
    "rank",
    "album_id",
    "album",
    "artist",
    "n_heard",
    "n_tracks",
    "share",
    "n_streams",
    "ms_played",
    "first_ms",
    "evenness",
    "score",
    "track_streams",
)
INSIGHTS = (
    Insight(
        "top_albums",
        "Which albums did each listener play as albums?",
        top_albums,
        reads=OF_STREAMS,
        needs=("albums",),
        columns=COLUMNS,
        shape=albums_played_often,
        counted="albums of which at least 70 of 100 tracks were streamed, by {measure} x evenness "
        f"over the album's tracks; {RANKED}",
        left_out=f"{UNRANKED}, releases of one track, albums with fewer than {FEWEST_STREAMS} "
        "streams, and songs of a songs file, which has no albums",
        runner_up=gap_to_second("album", "score", "has a score {number:,.1f} lower"),
    ),
)
