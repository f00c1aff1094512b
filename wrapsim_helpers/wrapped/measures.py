"""Measures of each listener's taste and habits, one row per listener, for insights that compare
listeners.
"""

from dataclasses import replace

import ibis

from .characters import DARK, with_character
from .clubs import CLUBS, with_club
from .counting import day_of, nullable, ranked_only, shared, total, with_left
from .dates import days_since_1970
from .insight import OF_STREAMS, Tally
from .moods import mood_sets
from .personality import with_type
from .shares import DIGITS, MOODS, shares_in, with_shares
from .tops import ranked_genres

FIRST_STREAMS = 100  # without earlier streams, the days with the first 100 show what is familiar
LOVED_STREAMS = 2  # a track was loved before if it had so many streams
NEW_DAYS, OLD_YEARS = 90, 20  # a new track is younger, an old track is at least so old

# name of a group -> its moods; a track with any of them counts once
GROUPS = {
    **{name: (name,) for name in MOODS},
    "dark": DARK,
    **{club.key: club.moods for club in CLUBS},
}
CONTEXTS = {"own_playlist": ("own_playlist",), "automatic": ("radio", "personalized")}
ACTIONS = {"n_adds": "playlist_add", "n_saves": "save"}
OPTIONAL = {  # columns of tracks that a catalogue may not have
    "release_date": "date",
    "popularity": "int32",
    "moods": "array<string>",
    "album_id": "int32",
    "track_number": "int32",
}


def measures(tables):
    """The measures of each listener with a ranked stream; one row each, ordered by listener_id.

    Unless stated otherwise, a column is an int32 number of ranked streams (see `PeriodTables`).

    is_eligible  bool, whether they streamed enough tracks and artists for a full Wrapped
    n_streams, n_songs   all; different songs
    n_later      after what shows what is familiar: the streams before the period, or without any,
                 the days of the period until FIRST_STREAMS are reached
    n_familiar   of n_later: by primary artists streamed before
    n_loved      of n_later: of tracks with LOVED_STREAMS before
    median_age_days  of the track when it was streamed; of two middle ones, their mean, rounded
                 down; -1 without release dates
    n_dated, n_new, n_old  of tracks with a release date; younger than NEW_DAYS; at least OLD_YEARS
    n_rated, popularity_sum  of tracks with a popularity; the sum of it, 0 to 100 a stream
    n_<group>    of tracks with a mood of the group, for each of GROUPS
    n_labelled, n_top_genre, entropy  of tracks with a genre; of the largest genre; entropy of the
                 shares of genres, nats, float64
    n_top_artist  of the primary artist with most
    n_timed, n_skips  plays of tracks of known length; those left early (see `with_left`)
    n_own_playlist, n_automatic  from the contexts of CONTEXTS; 0 without the column context
    n_changes    by another primary artist than the stream before
    n_in_order   of the next track of the same album as the stream before
    n_adds, n_saves  tracks added to playlists and saved from the first to the last day, UTC; 0
                 without the table actions
    """
    tables_of_counts = (
        eligibility(tables),
        familiar_streams(tables),
        track_ages(tables),
        genre_counts(tables),
        artist_counts(tables),
        plays_left(tables),
        sequence_counts(tables),
        *([action_counts(tables)] if tables.actions is not None else []),
    )
    rows = sound_counts(tables)
    for counts in tables_of_counts:
        rows = rows.left_join(counts, "listener_id").drop("listener_id_right")
    absent = {name: ibis.literal(0) for name in ACTIONS if name not in rows.columns}
    return as_counts(rows.mutate(**absent))


def as_counts(rows):
    """Rows with their numbers of streams as int32, 0 if there is none."""
    counts = [name for name in rows.columns if name.startswith("n_")]
    return rows.mutate(
        is_eligible=rows.is_eligible.fill_null(False),
        median_age_days=rows.median_age_days.fill_null(-1),
        entropy=rows.entropy.fill_null(0.0),
        **{name: rows[name].fill_null(0).cast("int32") for name in counts},
    )


def with_optional(tables):
    """The tracks with every column of OPTIONAL; a missing column is null."""
    absent = OPTIONAL.keys() - set(tables.tracks.columns)
    return tables.tracks.mutate(
        **{name: ibis.null(OPTIONAL[name]) for name in OPTIONAL if name in absent}
    )


def primary_artists(tables):
    """The primary artist of each track: track_id, artist_id."""
    credits = tables.track_artists
    primary = credits.filter(credits.role == "primary")
    return primary.group_by("track_id").agg(artist_id=primary.artist_id.min())


def eligibility(tables):
    """Whether each listener streamed enough for a full Wrapped, see `too_little`: is_eligible."""
    artists = tables.credited.group_by("listener_id").agg(n_artists=tables.credited.count())
    tracks = tables.songs.group_by("listener_id").agg(n_tracks=tables.songs.count())
    counts = tracks.join(artists, "listener_id")
    enough = (counts.n_tracks >= tables.rules.min_tracks) & (
        counts.n_artists >= tables.rules.min_artists
    )
    return counts.select("listener_id", is_eligible=enough)


def sound_counts(tables):
    """Streams by mood, and the mean popularity; see `measures`."""
    known = replace(tables, tracks=with_optional(tables))
    sets = streams_of_sets(known)
    firsts = known.tracks.select(
        mood_set="track_id",
        **{f"n_{name}": has_any_mood(known.tracks, some) for name, some in GROUPS.items()},
    )
    marked = sets.join(firsts, "mood_set")
    return marked.group_by("listener_id").agg(
        **{name: total(marked[name]) for name in ("n_streams", "n_songs", "n_rated")},
        popularity_sum=total(marked.popularity_sum).cast("int32"),
        **{f"n_{name}": total(marked.n_streams, marked[f"n_{name}"]) for name in GROUPS},
    )


def streams_of_sets(tables):
    """Streams by set of moods: mood_set, and n_streams, n_songs, n_rated and popularity_sum of
    `measures`.
    """
    sets = shared(tables, mood_sets).join(
        tables.tracks.select("track_id", "popularity"), "track_id"
    )
    songs = ranked_only(tables.songs).join(sets, "track_id")
    known = songs.popularity.notnull()
    return songs.group_by("listener_id", "mood_set").agg(
        n_streams=total(songs.n_streams),
        n_songs=songs.count(),
        n_rated=total(songs.n_streams, known),
        popularity_sum=total(songs.n_streams * songs.popularity, known),
    )


def has_any_mood(tracks, moods):
    """Whether each track has one of some moods; false if its moods are unknown."""
    return ibis.or_(*(tracks.moods.contains(mood) for mood in moods)).fill_null(False)


# -- what is familiar, and how old it is -----------------------------------------------------------


def first_days(tables):
    """The days that show what is familiar, for listeners without streams before the period:
    last_first_day, the day on which they reach FIRST_STREAMS.
    """
    days = tables.song_days.group_by("listener_id", "day").agg(
        n_streams=total(tables.song_days.n_streams)
    )
    upto = days.n_streams.sum().over(
        ibis.window(group_by="listener_id", order_by="day", preceding=None, following=0)
    )
    first = days.mutate(n_before=upto - days.n_streams).filter(ibis._.n_before < FIRST_STREAMS)
    return (
        first.group_by("listener_id")
        .agg(last_first_day=first.day.max())
        .anti_join(tables.earlier, "listener_id")
    )


def familiar_streams(tables):
    """Streams of familiar artists and loved tracks; see `measures`."""
    days = tables.song_days.left_join(first_days(tables), "listener_id").drop("listener_id_right")
    later = days.filter(days.day > days.last_first_day.fill_null(-1))
    first = days.filter(days.day <= days.last_first_day)
    before = song_streams(first).union(song_streams(tables.earlier))
    loved = before.group_by("listener_id", "track_id").agg(n_loved=total(before.n_streams))
    loved = loved.filter(loved.n_loved >= LOVED_STREAMS)
    artists = shared(tables, primary_artists)
    known = before.join(artists, "track_id").select("listener_id", "artist_id").distinct()
    songs = later.group_by("listener_id", "track_id").agg(n_streams=total(later.n_streams))
    counts = songs.join(artists, "track_id").group_by("listener_id", "artist_id")
    by_artist = counts.agg(n_streams=total(ibis._.n_streams))
    tables_of_counts = {
        "n_later": by_artist,
        "n_familiar": by_artist.semi_join(known, ["listener_id", "artist_id"]),
        "n_loved": songs.semi_join(loved, ["listener_id", "track_id"]),
    }
    return joined_sums(tables_of_counts)


def song_streams(table):
    """The columns listener_id, track_id and n_streams for a union (see `nullable`)."""
    return nullable(table.select("listener_id", "track_id", "n_streams"))


def joined_sums(tables_of_counts):
    """The sum of n_streams by listener of several tables, each as a column.

    tables_of_counts  name of the column -> table; the first has every listener
    """
    sums = [
        table.group_by("listener_id").agg(**{name: total(table.n_streams)})
        for name, table in tables_of_counts.items()
    ]
    first, *others = sums
    for other in others:
        first = first.left_join(other, "listener_id").drop("listener_id_right")
    return first


def track_ages(tables):
    """Streams of new and old tracks, and the median age; see `measures`."""
    tracks = with_optional(tables)
    dated = tracks.filter(tracks.release_date.notnull()).select(
        "track_id",
        released=days_since_1970(tracks.release_date),
        old_from=days_since_1970(tracks.release_date + ibis.interval(years=OLD_YEARS)),
    )
    plays = tables.plays.filter(tables.plays.is_ranked).join(dated, "track_id")
    plays = plays.mutate(age_days=ibis.greatest(day_of(plays) - plays.released, 0))
    return plays.group_by("listener_id").agg(
        n_dated=plays.count(),
        n_new=total(plays.age_days < NEW_DAYS),
        n_old=total(day_of(plays) >= plays.old_from),
        median_age_days=plays.age_days.quantile(0.5).floor().cast("int32"),
    )


# -- genres, artists, order and actions ------------------------------------------------------------


def genre_counts(tables):
    """Streams by genre: of all with a label, of the largest, and their entropy; see `measures`."""
    genres = shared(tables, ranked_genres)
    share = genres.n_streams / genres.n_streams.sum().over(ibis.window(group_by="listener_id"))
    parts = genres.mutate(part=-share * share.ln())
    return parts.group_by("listener_id").agg(
        n_labelled=total(parts.n_streams),
        n_top_genre=parts.n_streams.max(),
        entropy=parts.part.sum().round(DIGITS),
    )


def artist_counts(tables):
    """Streams of the primary artist with most; see `measures`."""
    songs = ranked_only(tables.songs).join(shared(tables, primary_artists), "track_id")
    artists = songs.group_by("listener_id", "artist_id").agg(n_streams=total(songs.n_streams))
    return artists.group_by("listener_id").agg(n_top_artist=artists.n_streams.max())


def plays_left(tables):
    """Plays of tracks of known length, and those left early: n_timed, n_skips."""
    plays = with_left(tables)
    return plays.group_by("listener_id").agg(n_timed=plays.count(), n_skips=total(plays.left))


def sequence_counts(tables):
    """Streams by what came before them and where they were picked from; see `measures`."""
    tracks = with_optional(tables).join(shared(tables, primary_artists), "track_id")
    plays = tables.plays.filter(tables.plays.is_ranked).join(
        tracks.select("track_id", "album_id", "track_number", "artist_id"), "track_id"
    )
    order = ibis.window(group_by="listener_id", order_by=("started", "track_id"))
    before = {name: plays[name].lag().over(order) for name in ("artist_id", "album_id")}
    next_number = plays.track_number.lag().over(order) + 1
    marked = plays.mutate(
        changed=plays.artist_id != before["artist_id"],
        in_order=(plays.album_id == before["album_id"]) & (plays.track_number == next_number),
    )
    return marked.group_by("listener_id").agg(
        n_changes=total(marked.changed),
        n_in_order=total(marked.in_order),
        **{f"n_{name}": total(is_from(marked, some)) for name, some in CONTEXTS.items()},
    )


def is_from(plays, contexts):
    """Whether each play was picked from one of some contexts; false without the column context."""
    if "context" not in plays.columns:
        return plays.is_ranked & ibis.literal(False)
    return plays.context.isin(contexts)


def action_counts(tables):
    """Tracks that each listener added to playlists and saved in the period: n_adds, n_saves."""
    actions = tables.actions
    day = actions["at"].date()
    within = actions.filter(day.between(tables.first_day, tables.last_day))
    return within.group_by("listener_id").agg(
        **{name: within.count(where=within.kind == kind) for name, kind in ACTIONS.items()}
    )


def finished(rows):
    """The measures of the whole crowd, with each listener's type, character and club."""
    crowd = with_club(with_character(with_type(with_shares(rows))))
    return crowd.drop(*shares_in(rows))


SHARED = (primary_artists,)
TALLIES = (
    Tally(
        "measures", measures, finish=finished, reads=(*OF_STREAMS, "context"), needs=("actions",)
    ),
)
