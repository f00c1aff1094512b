"""Questions for the listener: which song is number one?"""

from .counting import ranked
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, top_songs

QUIZ_RANKS = (1, 2, 4, 6, 8)  # of the songs to guess among; number one is the answer


def top_song_quiz(tables):
    """Which of five songs did each listener stream most? place (1 to 5, by title), track_id, title,
    artist, n_streams, is_answer.

    The songs have the ranks QUIZ_RANKS of `top_songs`. No row for a listener with fewer songs, or
    if two songs are equally first by what ranks them. After the service's quizzes of 2016 and 2025.
    """
    songs = top_songs(tables, max(QUIZ_RANKS))
    counts = songs.group_by("listener_id").agg(
        most=songs[tables.rules.measure].max(), n_songs=songs.count()
    )
    second = songs.filter(songs["rank"] == 2)
    clear = second.join(counts, "listener_id").filter(
        lambda t: (t[tables.rules.measure] < t.most) & (t.n_songs == max(QUIZ_RANKS))
    )
    chosen = songs.filter(songs["rank"].isin(QUIZ_RANKS)).semi_join(clear, "listener_id")
    marked = chosen.mutate(is_answer=chosen["rank"] == 1)
    placed = ranked(marked, "title", "track_id").rename(place="rank")
    return placed.select("listener_id", *QUIZ_COLUMNS).order_by("listener_id", "place")


QUIZ_COLUMNS = ("place", "track_id", "title", "artist", "n_streams", "is_answer")
INSIGHTS = (
    Insight(
        "top_song_quiz",
        "Which of five songs did each listener stream most?",
        top_song_quiz,
        reads=OF_STREAMS,
        columns=QUIZ_COLUMNS,
        counted=f"ranks {', '.join(map(str, QUIZ_RANKS))} of the songs, by title; {RANKED}",
        left_out=UNRANKED,
    ),
)
