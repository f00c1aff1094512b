"""Insights on songs, artists and genres, ranked by streams.

Every insight sorts its rows, so that equal calls give equal bytes.
"""

import ibis
import pandas as pd

from ..instants import MINUTE_MS
from .counting import ranked, ranked_by_streams, ranked_only, shared, total
from .dates import with_month
from .insight import OF_STREAMS, Insight, gap_in_words, gap_to_second

STORED = 100  # first songs and artists of each listener, which other insights read too


def top_songs(tables, most=STORED):
    """Which songs did each listener stream most? rank, track_id, song_id, title, artist,
    n_streams, ms_played, first_ms (UTC), first_local_ms (local time).

    Counts ranked streams. Ties go to more milliseconds, then the earlier first play, then the
    title, then track_id.
    """
    best = shared(tables, best_songs) if most <= STORED else best_songs(tables, most)
    return best.filter(best["rank"] <= most).order_by("listener_id", "rank")


def best_songs(tables, most=STORED):
    """The rows of `top_songs`, in any order."""
    songs = ranked_only(tables.songs)
    counts = songs.select(
        "listener_id",
        "track_id",
        "n_streams",
        "ms_played",
        "first_ms",
        first_local_ms=songs.first_ms + songs.first_offset_min * MINUTE_MS,
    )
    best = ranked_by_streams(counts, shared(tables, track_titles), "track_id", most, tables.rules)
    named = best.join(tables.tracks.select("track_id", "song_id"), "track_id")
    return named.relocate("song_id", after="title")


def track_titles(tables):
    """The titles of all tracks: track_id, title, artist (the names of all its artists)."""
    return tables.tracks.select("track_id", "title", artist=tables.tracks.artists.join(", "))


def top_artists(tables, most=STORED):
    """Which artists did each listener stream most? rank, artist_id, artist, n_streams, n_whole,
    ms_played, first_ms.

    In n_streams a stream counts 1 for the primary artist and 0.5 for each featured one
    (`Rules.featured_weight`); the sums are taken in halves, as integers. n_whole counts streams
    whatever the role. Ties as for songs, with the name instead of the title.
    """
    best = shared(tables, best_artists) if most <= STORED else best_artists(tables, most)
    few = best.filter(best["rank"] <= most)
    return few.mutate(n_streams=few.n_streams / 2).order_by("listener_id", "rank")


def best_artists(tables, most=STORED):
    """The rows of `top_artists`, in any order, with n_streams in halves."""
    return ranked_by_streams(
        ranked_only(tables.credited).drop("first_offset_min"),
        tables.artists.select("artist_id", "artist"),
        "artist_id",
        most,
        tables.rules,
    )


def genres_of(tables):
    """Genre labels, numbered in alphabetical order. Numbers are faster to group and compare."""
    return with_numbers(tables.tracks.filter(tables.tracks.genre != ""), "genre")


def numbered_families(tables):
    """Families of genres, numbered in alphabetical order."""
    return with_numbers(tables.tracks, "family")


def with_numbers(table, column):
    """The different texts of a column, with number, int32, in alphabetical order from 0."""
    place = ibis.row_number().over(ibis.window(order_by=column))
    return table.select(column).distinct().mutate(number=place.cast("int32"))


def with_genre(tables, table):
    """A table with the number of each track's genre; tracks without a label are dropped."""
    return table.join(shared(tables, track_genres), "track_id")


def track_genres(tables):
    """The genre of each track with a label: track_id, number (see `genres_of`)."""
    labels = tables.tracks.select("track_id", "genre").join(genres_of(tables), "genre")
    return labels.select("track_id", "number")


def genre_days(tables):
    """Streams of each listener by genre and day: number (see `genres_of`), day, n_streams,
    ms_played, first_ms.
    """
    songs = with_genre(tables, tables.song_days)
    return songs.group_by("listener_id", "number", "day").agg(
        n_streams=total(songs.n_streams),
        ms_played=total(songs.ms_played),
        first_ms=songs.first_ms.min(),
    )


def genre_months(tables):
    """Streams of each listener by genre and month: as `genre_days`, with month (see `month_of`)."""
    days = with_month(shared(tables, genre_days), tables.days, tables.first_day)
    return days.group_by("listener_id", "number", "month").agg(
        n_streams=total(days.n_streams),
        ms_played=total(days.ms_played),
        first_ms=days.first_ms.min(),
    )


def ranked_genres(tables):
    """The genres of each listener: rank, number (see `genres_of`), n_streams, ms_played,
    first_ms. Ties as for songs.
    """
    months = shared(tables, genre_months)
    counts = months.group_by("listener_id", "number").agg(
        n_streams=total(months.n_streams),
        ms_played=total(months.ms_played),
        first_ms=months.first_ms.min(),
    )
    return ranked(counts, *tables.rules.best_first, "number")


SHARED = (
    *(track_titles, track_genres, best_songs, best_artists),
    *(genre_days, genre_months, ranked_genres),
)


def top_genres(tables):
    """Which genres did each listener stream most? rank, genre, n_streams, share; all genres.

    Ties as for songs.
    """
    best = (
        shared(tables, ranked_genres)
        .join(genres_of(tables), "number")
        .drop("number")
        .relocate("genre", after="listener_id")
    )
    share = share_of_all(best, tables.rules)
    return best.mutate(share=share).order_by("listener_id", "rank")


def top_families(tables):
    """Which families of genres did each listener stream most? rank, family, n_streams, share,
    genre, n_genres; all families.

    genre is the family's first genre in `top_genres`, n_genres the number of its genres with a
    stream. Ties as for songs.
    """
    genres = top_genres(tables).drop("share").join(families_by_genre(tables), "genre")
    counts = genres.group_by("listener_id", "family").agg(
        n_streams=total(genres.n_streams),
        ms_played=total(genres.ms_played),
        first_ms=genres.first_ms.min(),
        genre=genres.genre.argmin(genres["rank"]),
        n_genres=genres.count(),
    )
    best = ranked(counts, *tables.rules.best_first, "family")
    share = share_of_all(best, tables.rules)
    return best.mutate(share=share).order_by("listener_id", "rank")


def share_of_all(table, rules):
    """The share of each row in the streams of its listener, or in the minutes if these rank."""
    amount = table[rules.measure]
    return amount / amount.sum().over(group_by="listener_id")


def families_by_genre(tables):
    """The family of each genre label: genre, family."""
    labels = tables.tracks.filter(tables.tracks.genre != "")
    return labels.group_by("genre").agg(family=labels.family.min())


def monthly_families(tables):
    """How often did each listener stream each family of genres in each month? month (see
    `month_of`), family, n_streams, in order of month and family; no row for a family without a
    stream in a month.
    """
    numbers = families_by_genre(tables).join(genres_of(tables), "genre").select("number", "family")
    months = shared(tables, genre_months).join(numbers, "number")
    streams = months.group_by("listener_id", "family", "month").agg(
        n_streams=total(months.n_streams)
    )
    columns = "listener_id", "month", "family", "n_streams"
    return streams.select(*columns).order_by("listener_id", "month", "family")


def monthly_genres(tables):
    """Which genre did each listener stream most in each month? month (see `month_of`), genre,
    n_streams; no row for months without a stream. Ties as for songs.
    """
    counts = shared(tables, genre_months)
    best = ranked(counts, *tables.rules.best_first, "number", within=["month"])
    return (
        best.filter(best["rank"] == 1)
        .join(genres_of(tables), "number")
        .select("listener_id", "genre", "month", "n_streams")
        .order_by("listener_id", "month")
    )


SPACED_FROM = 10  # ranks up to this one keep their order
SPACE = 3  # songs between two songs of one artist, where other artists are left


def spaced_songs(songs):
    """A listener's top songs in the order of a playlist, spaced by artist (as the press says of the
    "Your Top Songs" of 2025).

    songs  rows of `top_songs` of one listener, by rank
    Returns the same rows in another order, rank unchanged. Ranks 1 to 10 keep their order. After
    them comes, each time, the best song that is left whose artist is not among the last SPACE
    songs, else the best song that is left.
    """
    order, left = list(range(min(SPACED_FROM, len(songs)))), list(range(SPACED_FROM, len(songs)))
    artists = songs["artist"].tolist()
    while left:
        recent = {artists[i] for i in order[-SPACE:]}
        order.append(next((i for i in left if artists[i] not in recent), left[0]))
        left.remove(order[-1])
    return songs.iloc[order].reset_index(drop=True)


# -- the records -----------------------------------------------------------------------------------


def with_first_played(songs, _):
    """Top songs with first_played, datetime64 in local time."""
    return songs.assign(first_played=pd.to_datetime(songs["first_local_ms"], unit="ms"))


def gap_to_second_artist(artists, by="streams"):
    """The runner-up of the artists in words: the gap in whole streams, as cards show them, and in
    weighted ones where it differs; or in minutes, if they rank.
    """
    if len(artists) < 2 or by == "minutes":
        return gap_to_second("artist")(artists, by)
    gaps = {name: float(-artists[name][:2].diff().iloc[1]) for name in ("n_whole", "n_streams")}
    said = f"number two, {artists['artist'].iloc[1]}, has {gap_in_words(gaps['n_whole'])}"
    weighted = f", and {gap_in_words(gaps['n_streams'])} as weighted"
    return said + weighted * (gaps["n_whole"] != gaps["n_streams"])


# texts for `Insight.counted` and `Insight.left_out`; `words_of_rules` has what stands in braces
STREAMS = "plays of {seconds} s and more"
RANKED = (
    f"{STREAMS}{{order}}; ties go to more {{then}}, then to the earlier first play, then to the "
    "name"
)
UNRANKED = "{private}functional noise and what is not music"
INSIGHTS = (
    Insight(
        "top_songs",
        "Which songs did each listener stream most?",
        top_songs,
        reads=OF_STREAMS,
        columns=(
            "track_id",
            "n_streams",
            "ms_played",
            "first_ms",
            "first_local_ms",
            "title",
            "song_id",
            "artist",
            "rank",
        ),
        shape=with_first_played,
        counted=RANKED,
        left_out=UNRANKED,
        runner_up=gap_to_second("title"),
    ),
    Insight(
        "top_artists",
        "Which artists did each listener stream most?",
        top_artists,
        reads=OF_STREAMS,
        columns=("artist_id", "n_streams", "n_whole", "ms_played", "first_ms", "artist", "rank"),
        counted=f"{RANKED}; a stream of a featured artist weighs {{featured}}",
        left_out=UNRANKED,
        runner_up=gap_to_second_artist,
    ),
    Insight(
        "top_genres",
        "Which genres did each listener stream most?",
        top_genres,
        reads=OF_STREAMS,
        columns=("genre", "n_streams", "ms_played", "first_ms", "rank", "share"),
        counted=RANKED,
        left_out=f"{UNRANKED}, and tracks without a genre",
        runner_up=gap_to_second("genre"),
    ),
    Insight(
        "top_families",
        "Which families of genres did each listener stream most?",
        top_families,
        reads=OF_STREAMS,
        columns=(
            "family",
            "n_streams",
            "ms_played",
            "first_ms",
            "genre",
            "n_genres",
            "rank",
            "share",
        ),
        counted=RANKED,
        left_out=f"{UNRANKED}, and tracks without a genre",
        runner_up=gap_to_second("family"),
    ),
    Insight(
        "monthly_families",
        "How often did each listener stream each family of genres in each month?",
        monthly_families,
        reads=OF_STREAMS,
        columns=("month", "family", "n_streams"),
        counted=STREAMS,
        left_out=f"{UNRANKED}, and tracks without a genre",
    ),
    Insight(
        "monthly_genres",
        "Which genre did each listener stream most in each month?",
        monthly_genres,
        reads=OF_STREAMS,
        columns=("genre", "month", "n_streams"),
        counted=RANKED,
        left_out=f"{UNRANKED}, and tracks without a genre",
    ),
)
