"""The card of a question: which of five songs is number one?"""

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RULE,
    Paint,
    page,
    rectangles,
    same_size,
    write,
    write_name,
)
from .fonts import shown
from .words import count, counted, ranks_by_minutes, short_title, words_on

TOP, PITCH, HEIGHT = 600, 180, 156  # first row, distance of rows and height of one
LETTERS = "ABCDE"
WORDS_LEFT, ROOM = LEFT + 112, MEASURE - 150


def draw_top_song_quiz(ax, story, theme="press"):
    """Which of five songs did the listener stream most? Five equal rows; the next card tells."""
    look = page(ax, story, "top_song_quiz", theme, words_of_top_song_quiz(story))
    frame = Paint(look.ground, look.text)
    for i, song in enumerate(story.tables["top_song_quiz"].itertuples()):
        y = TOP + PITCH * i
        rectangles(ax, LEFT, y, MEASURE, HEIGHT, frame, "answers")
        at = ax, LEFT + 36, y + 96
        write(*at, LETTERS[i], NAME, "hero", look.loud, "letter", on="answers")
        title, artist = shown(short_title(song.title), "title"), shown(song.artist)
        named = (NAME, READING), "name", look.text, "name", ROOM
        write_name(ax, WORDS_LEFT, y + 74, title, *named, on="answers")
        below = (RULE,), "text", look.quiet, "artist", ROOM
        write_name(ax, WORDS_LEFT, y + 124, artist, *below, on="answers")
    same_size(ax, "name")
    return ax


def words_of_top_song_quiz(story):
    """The words of the card `top_song_quiz`; they do not give the answer away."""
    songs = story.tables["top_song_quiz"]
    by_minutes, n = ranks_by_minutes(story), songs["n_streams"].max()
    rows = zip(LETTERS, songs["title"], songs["artist"])
    choices = "; ".join(f"{letter}: {title} by {artist}" for letter, title, artist in rows)
    share = n / max(story.first("minutes")["n_streams"], 1)
    return words_on(
        story,
        "Quiz",
        headline="Which has most minutes?" if by_minutes else f"Which has {counted(n, 'play')}?",
        reading=(
            *[f"One play in {count(max(1 / share, 1))} was of this song."] * (not by_minutes),
            "All five are among the top eight.",
        ),
        rule="The next card has the answer. Simulated.",
        before=f"{choices}.",
    )
