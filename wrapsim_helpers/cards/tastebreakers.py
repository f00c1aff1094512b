"""The card of songs from genres that are new to the listener."""

import numpy as np

from .albums import named_headline
from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    artists_that_fit,
    page,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import shown, shown_genre
from .words import capital, count, counted, short_title, words_on

FIVE = 5
TOP, PITCH = 580, 186  # first bar, and distance of rows


def draw_tastebreakers(ax, story, theme="press"):
    """Which songs of the crowd are from genres that the listener never streamed? Five genres with
    a song each; the length of a bar is the number of listeners who love the song.
    """
    look = page(ax, story, "tastebreakers", theme, words_of_tastebreakers(story))
    songs = story.tables["tastebreakers"][:FIVE]
    n = songs["n_listeners"].to_numpy()
    y = TOP + PITCH * np.arange(len(songs))
    rectangles(ax, LEFT, y, MEASURE * n / n.max(), 16, look.paints(songs["rank"] == 1), "fans")
    for top, song in zip(y, songs.itertuples()):
        colour = look.loud if song.rank == 1 else look.text
        fans = count(song.n_listeners) if song.rank > 1 else counted(song.n_listeners, "fan")
        write(ax, RIGHT, top + 80, fans, NAME, "hero", colour, "value", ha="right")
        room = MEASURE - width(fans, "hero", NAME) - 36
        genre = capital(shown_genre(song.genre)), (NAME, READING), "name", colour, "name", room
        write_name(ax, LEFT, top + 80, *genre)
        title = f"{shown(short_title(song.title), 'title')}, "
        title = artists_that_fit(shown(song.artist), MEASURE, title)
        write_name(ax, LEFT, top + 130, title, (RULE,), "text", look.quiet, "artist", MEASURE)
    same_size(ax, "name")
    return ax


def words_of_tastebreakers(story):
    """The words of the card `tastebreakers`."""
    songs = story.tables["tastebreakers"][:FIVE]
    genres, first = [shown_genre(name) for name in songs["genre"]], songs.iloc[0]
    rows = "; ".join(
        f"{capital(shown_genre(s.genre))}: {s.title} by {s.artist}, {counted(s.n_listeners, 'fan')}"
        for s in songs.itertuples()
    )
    both = [capital(f"{genres[0]} and {other}") for other in genres[1:]]
    return words_on(
        story,
        "Never played",
        headline=named_headline(*both, capital(genres[0])),
        reading=(
            f"{counted(len(songs), 'genre')} that you never played.",
            love_line(int(first["n_listeners"])),
        ),
        rule="Favourite songs of other listeners. Simulated.",
        before=f"{rows}.",
    )


def love_line(n):
    """The reading line with the number of listeners who love the first song."""
    return f"{counted(n, 'listener')} {'loves' if n == 1 else 'love'} the first song."
