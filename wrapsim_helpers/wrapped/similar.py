"""Insights on listeners of similar taste: who they are, and which of their songs were missed.

Taste is the vector of a listener's streams of their FAVOURITES most streamed artists. The
similarity of two listeners is the cosine of their vectors: 1 for equal shares of the same artists,
0 without a shared artist. Only a few candidates per listener are compared, so that the time per
listener does not grow with the crowd: see `candidate_pairs`.
"""

import ibis

from .counting import ranked, shared, total
from .insight import OF_STREAMS, Insight, Tally
from .tops import best_artists, best_songs, track_titles

FAVOURITES = 20  # artists, and songs, of each listener that are compared
FANS = 50  # listeners per artist, those with the largest part of it in their taste, as candidates
CANDIDATES = 40  # per listener, compared over all favourite artists
SIMILAR = 10  # similar listeners told, and those whose songs are looked at
MISSED = 20  # missed songs told
FEWEST_OF_SIMILAR = 2  # similar listeners for whom a missed song is a favourite
NAMES = ("name", "name_latin")
PER_ARTIST = 2  # missed songs of one artist at most (ListenBrainz, Year in Music, top missed)


# -- the tallies -----------------------------------------------------------------------------------


def favourite_artists(tables):
    """Each listener's FAVOURITES first artists: artist_id, n_streams (in halves, see
    `PeriodTables`), rank. Ties as for `top_artists`.
    """
    artists = shared(tables, best_artists)
    best = artists.filter(artists["rank"] <= FAVOURITES)
    return best.select("listener_id", "artist_id", "n_streams", "rank")


def with_fans(favourites):
    """Favourite artists with square, the sum of the squares of the listener's n_streams, and fan:
    1 for the listener in whose taste the artist has the largest part, then on.
    """
    squares = with_squares(favourites)
    part = (squares.n_streams / squares.square.sqrt()).round(9)
    fans = ibis.window(group_by="artist_id", order_by=[part.desc(), squares.listener_id])
    return squares.mutate(fan=ibis.row_number().over(fans) + 1)


def with_squares(artists):
    """Artists of listeners with square, the sum of the squares of the listener's n_streams."""
    n = artists.n_streams.cast("float64")
    return artists.mutate(square=(n * n).sum().over(group_by="listener_id"))


def favourite_songs(tables):
    """Each listener's FAVOURITES first songs: track_id, n_streams. Ties as for `top_songs`."""
    songs = shared(tables, best_songs)
    best = songs.filter(songs["rank"] <= FAVOURITES)
    return best.select("listener_id", "track_id", "n_streams")


def listener_names_of(tables):
    """The name of each listener and its Latin form name_latin; "" if the run does not have them."""
    people = tables.listeners
    if people is None:
        people = tables.days.select("listener_id").distinct()
    absent = {name: ibis.literal("") for name in NAMES if name not in people.columns}
    return people.mutate(**absent).select("listener_id", *NAMES)


TALLIES = (
    Tally(
        "favourite_artists",
        favourite_artists,
        finish=with_fans,
        order=("listener_id", "rank"),
        reads=OF_STREAMS,
    ),
    Tally("favourite_songs", favourite_songs, order=("listener_id", "track_id"), reads=OF_STREAMS),
    Tally("names", listener_names_of),
)

# -- the queries -----------------------------------------------------------------------------------


def candidate_pairs(tables):
    """Pairs of a listener and a candidate: listener_id, other_id; at most CANDIDATES per listener.

    Candidates are among the first FANS fans of one of the listener's favourite artists; the best by
    the cosine over these artists are taken, ties by number. In a crowd in which no artist has more
    than FANS fans, these are the most similar listeners.
    """
    favourites = tables.tallies["favourite_artists"]
    fans = favourites.filter(favourites.fan <= FANS)
    mine = with_squares(favourite_artists(tables).drop("rank"))
    mine = mine.filter(mine.listener_id >= 0)  # not several listeners who are counted as one
    pairs = cosines(matched(mine, fans, "artist_id"))
    best = ranked(pairs, ibis.desc("similarity"), "other_id")
    return best.filter(best["rank"] <= CANDIDATES).select("listener_id", "other_id")


def matched(mine, others, *keys):
    """Rows of listeners joined with rows of other listeners that are equal in some columns: their
    columns other_id, others_streams and others_square.
    """
    others = others.select(
        *keys,
        other_id=others.listener_id,
        others_streams=others.n_streams,
        others_square=others.square,
    )
    pairs = mine.join(others, list(keys))
    return pairs.filter(pairs.listener_id != pairs.other_id)


def cosines(pairs):
    """Similarity of pairs, rounded to 1e-9, and n_shared, the number of rows of `matched`."""
    sums = pairs.group_by("listener_id", "other_id").agg(
        product=total(pairs.n_streams * pairs.others_streams),
        squares=(pairs.square * pairs.others_square).max(),
        n_shared=pairs.count(),
    )
    return sums.mutate(similarity=(sums["product"] / sums.squares.sqrt()).round(9))


def shared_favourites(tables):
    """The favourite artists that a listener shares with each of the `candidate_pairs`."""
    favourites = tables.tallies["favourite_artists"]
    pairs = candidate_pairs(tables).join(favourites, "listener_id")
    return matched(pairs.rename(candidate_id="other_id"), favourites, "artist_id").filter(
        lambda t: t.candidate_id == t.other_id
    )


def most_similar(tables):
    """The SIMILAR most similar listeners of each listener: other_id, similarity, n_shared, rank."""
    pairs = ranked(cosines(shared_favourites(tables)), ibis.desc("similarity"), "other_id")
    best = pairs.filter(pairs["rank"] <= SIMILAR)
    return best.select("listener_id", "other_id", "similarity", "n_shared", "rank")


def similar_listeners(tables):
    """Which listeners are most similar to each listener, the twin first? other_id, similarity
    (0 to 1), n_shared (favourite artists of both), name, name_latin, rank.

    Ties go to the lower number. A listener who shares no favourite artist has no row.
    """
    names = tables.tallies["names"].rename(other_id="listener_id")
    similar = shared(tables, most_similar).left_join(names, "other_id").drop("other_id_right")
    return similar.relocate(*NAMES, before="rank").order_by("listener_id", "rank")


def missed_songs(tables):
    """Which songs are favourites of similar listeners, and new to this one? rank, track_id, title,
    artist, n_listeners (of the SIMILAR similar ones, for whom it is a favourite), n_streams
    (theirs).

    A song that the listener played for any time, or streamed before the period, is not new. At most
    MISSED songs, PER_ARTIST of one primary artist. Ranked by the sum of the similarities of those
    listeners, then n_streams, then the title, then track_id.
    """
    songs = tables.tallies["favourite_songs"].rename(other_id="listener_id")
    theirs = shared(tables, most_similar).join(songs, "other_id")
    counts = theirs.group_by("listener_id", "track_id").agg(
        n_listeners=theirs.count(),
        n_streams=total(theirs.n_streams),
        score=total((theirs.similarity * 10**9).round()),
    )
    for played in (tables.plays, tables.earlier):
        counts = counts.anti_join(played, ["listener_id", "track_id"])
    best = few_per_artist(counts.join(titles(tables), "track_id"))
    return (
        best.filter(best["rank"] <= MISSED)
        .drop("artist_id", "score")
        .order_by("listener_id", "rank")
    )


def titles(tables):
    """Tracks with title, artist (all names) and artist_id of the first primary artist."""
    credits = tables.track_artists.filter(tables.track_artists.role == "primary")
    first = credits.group_by("track_id").agg(artist_id=credits.artist_id.min())
    return shared(tables, track_titles).join(first, "track_id")


def few_per_artist(songs):
    """Missed songs in order, at most PER_ARTIST of one artist."""
    order = (ibis.desc("score"), ibis.desc("n_streams"), "title", "track_id")
    few = ranked(songs, *order, within=["artist_id"]).filter(lambda t: t["rank"] <= PER_ARTIST)
    return ranked(few.drop("rank"), *order)


def songs_of_several(songs, _):
    """The missed songs of FEWEST_OF_SIMILAR similar listeners or more, ranked anew."""
    several = songs[songs["n_listeners"] >= FEWEST_OF_SIMILAR].reset_index(drop=True)
    return several.assign(rank=several.index + 1)


# -- the records -----------------------------------------------------------------------------------


def next_similar(table, _by="streams"):
    """The function `Insight.runner_up` of `similar_listeners`."""
    if len(table) < 2:
        return ""
    first, second = table["similarity"][:2]
    gap = round(100 * first) - round(100 * second)
    return f"the next one, {table['name'][1]}, is {gap} percentage points less similar"


INSIGHTS = (
    Insight(
        "similar_listeners",
        "Which listeners are most similar to each listener?",
        similar_listeners,
        reads=OF_STREAMS,
        tallies=("favourite_artists", "names"),
        columns=("other_id", "similarity", "n_shared", *NAMES, "rank"),
        counted=(
            f"the cosine of the streams of each listener's {FAVOURITES} most streamed artists; "
            "ties go to the lower number"
        ),
        left_out="{private}functional noise, and listeners who share none of these artists",
        runner_up=next_similar,
    ),
    Insight(
        "missed_songs",
        "Which songs are favourites of similar listeners, and new to this one?",
        missed_songs,
        reads=OF_STREAMS,
        tallies=("favourite_artists", "favourite_songs"),
        columns=("track_id", "n_listeners", "n_streams", "title", "artist", "rank"),
        shape=songs_of_several,
        counted=(
            f"songs among the {FAVOURITES} most streamed of the {SIMILAR} most similar listeners; "
            "ranked by the sum of their similarities; ties go to more streams, then to the title"
        ),
        left_out=(
            "songs that this listener played, however briefly, or streamed before, the third song "
            f"of an artist and later ones, and songs of fewer than {FEWEST_OF_SIMILAR} of these "
            "listeners"
        ),
    ),
)
