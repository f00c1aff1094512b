"""Songs from genres that the listener never streamed (the service's "Tastebreakers" of 2017)."""

import ibis

from .counting import ranked, shared
from .insight import OF_STREAMS, Insight
from .similar import FAVOURITES
from .tops import UNRANKED, genres_of, ranked_genres, track_titles, with_genre

GENRES = 200  # genres with most fans, from which songs come
BREAKERS = 10  # songs told


def tastebreakers(tables):
    """Which songs of the crowd are from genres that each listener never streamed? rank, track_id,
    title, artist, genre, n_listeners (of whom the song is a favourite, see `missed_songs`).

    One song of a genre: the favourite of most listeners, of equal ones the first by title, then
    track_id. A genre that the listener streamed before the period is not new. At most BREAKERS
    songs of the first GENRES genres, most listeners first. No row for a listener of all of these.
    """
    hits = hits_of_genres(tables)
    people = tables.days.select("listener_id").distinct()
    pairs = people.cross_join(hits)
    before = with_genre(tables, tables.earlier).select("listener_id", "number").distinct()
    for known in (shared(tables, ranked_genres), before):
        pairs = pairs.anti_join(known, ["listener_id", "number"])
    best = ranked(pairs, ibis.desc("n_listeners"), "title", "track_id")
    few = best.filter(best["rank"] <= BREAKERS)
    return few.select("listener_id", *BREAKER_COLUMNS).order_by("listener_id", "rank")


def hits_of_genres(tables):
    """The song of each genre that is a favourite of most listeners: number (of the genre), genre,
    track_id, title, artist, n_listeners.
    """
    favourites = tables.tallies["favourite_songs"]
    counts = favourites.group_by("track_id").agg(n_listeners=favourites.count())
    songs = counts.join(shared(tables, track_titles), "track_id")
    songs = songs.join(tables.tracks.select("track_id", "genre"), "track_id")
    songs = songs.join(genres_of(tables), "genre")
    order = (ibis.desc("n_listeners"), "title", "track_id")
    in_genre = ibis.row_number().over(ibis.window(group_by="number", order_by=order))
    first = songs.mutate(place=in_genre).filter(ibis._.place == 0).drop("place")
    return first.order_by(*order).limit(GENRES)


BREAKER_COLUMNS = ("rank", "track_id", "title", "artist", "genre", "n_listeners")
INSIGHTS = (
    Insight(
        "tastebreakers",
        "Which songs of the crowd are from genres that each listener never streamed?",
        tastebreakers,
        reads=OF_STREAMS,
        tallies=("favourite_songs",),
        columns=BREAKER_COLUMNS,
        counted=f"songs among the {FAVOURITES} most streamed of any listener of this run; of a "
        "genre, the one with most such listeners; ties go to the title",
        left_out=f"{UNRANKED}, and genres that this listener streamed",
    ),
)
