"""The year as a poster: a festival of the listener's artists, and a film with their songs."""

import ibis

from .counting import ranked
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, families_by_genre, top_artists, top_songs

STAGES, ARTISTS = 3, 5  # of a festival; artists of a stage
INVITED = 60  # first artists of `top_artists` that may be on a stage
# scenes in the order of the film, with the moods of their music; a decision of wrapsim
SCENES = {
    "Opening credits": ("driving", "energetic"),
    "First meeting": ("romantic", "tender"),
    "The fight": ("angry", "raw"),
    "Alone at night": ("sad",),
    "The dream": ("dreamy", "spacey", "strange"),
    "Happy ending": ("happy", "bright"),
    "End credits": ("calm",),
}
FILMED = 50  # first songs of `top_songs` that may be in the film
FEWEST_SCENES = 3


def festival(tables):
    """Who would play at a festival of each listener's artists? stage (from 1), family (of genres),
    place (on the stage, from 1), artist_id, artist, n_streams, n_whole.

    A stage has the artists of one family of genres, by the artist's genre: up to ARTISTS of the
    first INVITED of `top_artists`, in their order. Up to STAGES stages, in the order of their first
    artists. An artist without a genre is on no stage. After the line-up of Amazon Music Delivered
    2025; the stages are a decision of wrapsim.
    """
    genres = tables.artists.select("artist_id", "genre").join(families_by_genre(tables), "genre")
    artists = top_artists(tables, INVITED).join(genres, "artist_id")
    placed = ranked(artists.rename(year_rank="rank"), "year_rank", within=["family"])
    placed = placed.rename(place="rank").filter(ibis._.place <= ARTISTS)
    first = placed.year_rank.min().over(group_by=["listener_id", "family"])
    by_stage = ibis.window(group_by="listener_id", order_by="first")
    staged = placed.mutate(first=first).mutate(stage=ibis.dense_rank().over(by_stage) + 1)
    few = staged.filter(staged.stage <= STAGES)
    return few.select("listener_id", *FESTIVAL_COLUMNS).order_by("listener_id", "stage", "place")


def movie(tables):
    """Which songs would play in a film of each listener's year? number (of the scene, from 1),
    scene, mood, track_id, title, artist, n_streams.

    A song belongs to the scene of its first mood, see SCENES; a scene has the first of its songs in
    `top_songs`, up to rank FILMED. No row for a scene without a song. After the service's "2021:
    The Movie"; the scenes are a decision of wrapsim.
    """
    all_moods = tables.tracks.moods
    first = (all_moods.length() > 0).ifelse(all_moods[0], None)  # Spark refuses that of none
    moods = tables.tracks.select("track_id", mood=first)
    songs = top_songs(tables, FILMED).join(moods.filter(moods.mood.notnull()), "track_id")
    numbers = {mood: i for i, moods in enumerate(SCENES.values(), 1) for mood in moods}
    filmed = songs.mutate(number=songs.mood.cases(*numbers.items(), else_=0))
    filmed = filmed.filter(filmed.number > 0).rename(year_rank="rank")
    best = ranked(filmed, "year_rank", within=["number"])
    named = best.filter(best["rank"] == 1)
    return (
        named.mutate(
            scene=named.number.cases(*enumerate(SCENES, 1)), number=named.number.cast("int64")
        )
        .select("listener_id", *MOVIE_COLUMNS)
        .order_by("listener_id", "number")
    )


# -- the records -----------------------------------------------------------------------------------


def of_several_scenes(rows, _):
    """The scenes; none if there are fewer than FEWEST_SCENES."""
    return rows if len(rows) >= FEWEST_SCENES else rows[:0]


FESTIVAL_COLUMNS = ("stage", "family", "place", "artist_id", "artist", "n_streams", "n_whole")
MOVIE_COLUMNS = ("number", "scene", "mood", "track_id", "title", "artist", "n_streams")
INSIGHTS = (
    Insight(
        "festival",
        "Who would play at a festival of each listener's artists?",
        festival,
        reads=OF_STREAMS,
        columns=FESTIVAL_COLUMNS,
        counted=f"the {INVITED} most streamed artists, on stages by family of genres; {RANKED}; a "
        "stream of a featured artist weighs {featured}",
        left_out=f"{UNRANKED}, and artists without a genre",
    ),
    Insight(
        "movie",
        "Which songs would play in a film of each listener's year?",
        movie,
        reads=OF_STREAMS,
        columns=MOVIE_COLUMNS,
        shape=of_several_scenes,
        counted=f"the {FILMED} most streamed songs, each in the scene of its first mood; {RANKED}",
        left_out=f"{UNRANKED}, and songs without a mood",
    ),
)
