"""Habits of each listener in numbers, as the service's export and a party compare them."""

import ibis

from .counting import ranked_only, shared, total
from .firsts import new_artists
from .insight import OF_STREAMS, Insight
from .shares import DIGITS, with_shares
from .tops import UNRANKED

MEASURES = (  # columns of `with_shares`
    *("popularity", "sad_share", "happy_share", "calm_share", "romantic_share"),
    *("energetic_share", "joyful_share", "top_artist_share", "skipped_share"),
)
COUNTS = ("n_albums", "n_languages", "n_explicit", "n_new_artists", "n_shares")
OPTIONAL = {"album_id": "int32", "language": "string", "explicit": "bool"}  # columns of tracks


def listening_habits(tables):
    """What are the habits of each listener in numbers? One row per listener with a ranked stream.

    popularity (mean of the streams, 0 to 100); sad_share, happy_share, calm_share, romantic_share,
    energetic_share and joyful_share (happy or bright) of streams, by moods of the tracks;
    top_artist_share (of the primary artist with most streams) and explicit_share, of streams;
    skipped_share, of plays (see `skip_rate`); even_genres, the number of genres of equal size
    that would be as mixed (e to the power of the entropy in nats), 0 without a genre; n_albums and
    n_languages with a stream; n_new_artists (see `discoveries`); n_shares, tracks shared with
    others. Shares are 0 to 1, rounded to
    1e-9, and null if unknown, as popularity is.
    """
    measured = with_shares(tables.tallies["measures"].semi_join(tables.days, "listener_id"))
    of_actions = [sent_tracks(tables)] if tables.actions is not None else []
    rows = measured
    for table in (song_counts(tables), new_artist_counts(tables), *of_actions):
        rows = rows.left_join(table, "listener_id").drop("listener_id_right")
    counts = {
        name: rows[name].fill_null(0) if name in rows.columns else ibis.literal(0, "int64")
        for name in COUNTS
    }
    counted = rows.mutate(**counts)
    return counted.select(
        "listener_id",
        *MEASURES,
        *("n_albums", "n_languages", "n_new_artists", "n_shares"),
        explicit_share=(counted.n_explicit / counted.n_streams).round(DIGITS),
        even_genres=counted.genre_entropy.exp().fill_null(0.0).round(DIGITS),
    ).order_by("listener_id")


def song_counts(tables):
    """Albums and languages with a stream, and streams of explicit tracks: n_albums, n_languages,
    n_explicit. A track without one, or with "", is not counted.
    """
    absent = OPTIONAL.keys() - set(tables.tracks.columns)
    tracks = tables.tracks.mutate(
        **{name: ibis.null(OPTIONAL[name]) for name in OPTIONAL if name in absent}
    )
    songs = ranked_only(tables.songs).join(tracks.select("track_id", *OPTIONAL), "track_id")
    return songs.group_by("listener_id").agg(
        n_albums=songs.album_id.nunique(where=songs.album_id >= 0),
        n_languages=songs.language.nunique(where=songs.language != ""),
        n_explicit=total(songs.n_streams, songs.explicit),
    )


def new_artist_counts(tables):
    """The number of artists new to each listener: n_new_artists."""
    artists = shared(tables, new_artists)
    return artists.group_by("listener_id").agg(n_new_artists=artists.count())


def sent_tracks(tables):
    """Tracks that each listener shared from the first to the last day, UTC: n_shares."""
    day = tables.actions["at"].date()
    within = tables.actions.filter(day.between(tables.first_day, tables.last_day))
    sent = within.filter(within.kind == "share")
    return sent.group_by("listener_id").agg(n_shares=sent.count())


INSIGHTS = (
    Insight(
        "listening_habits",
        "What are the habits of each listener in numbers?",
        listening_habits,
        reads=OF_STREAMS,
        tallies=("measures",),
        columns=(
            *MEASURES,
            *("n_albums", "n_languages", "n_new_artists", "n_shares"),
            *("explicit_share", "even_genres"),
        ),
        counted="plays of {seconds} s and more; skipped plays of any length; tracks shared",
        left_out=UNRANKED,
    ),
)
