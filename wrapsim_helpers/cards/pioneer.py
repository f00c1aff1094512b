"""The card of the new songs that a listener streamed before most of the crowd."""

from .canvas import (
    LEFT,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    RULE,
    key,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import shown
from .words import count, counted, day, short_title, words_on

FIVE, TOP, PITCH = 5, 620, 178  # songs; the first row, and the distance of rows
BAR, YOU = 30, 14  # height of the bars; width of the mark of the listener
GAP = 24


def draw_pioneer(ax, story, theme="press"):
    """Which new songs did the listener stream before most of the crowd? A queue of listeners for
    each song, the first at the left: its length is their number, and a mark is the listener.
    """
    look = page(ax, story, "pioneer", theme, words_of_pioneer(story))
    songs = story.tables["pioneer"][:FIVE]
    scale = (MEASURE - YOU) / songs["n_all"].max()
    for i, song in enumerate(songs.itertuples()):
        y = TOP + PITCH * i
        mine = LEFT + scale * song.n_before
        if song.n_before:
            rectangles(ax, LEFT, y, mine - LEFT - 4, BAR, look.muted, "earlier")
        later = scale * (song.n_all - song.n_before) - 4
        rectangles(ax, mine + YOU + 4, y, max(later, 6), BAR, look.mark, "later")
        rectangles(ax, mine, y - 6, YOU, BAR + 12, look.accent, "you")
        row_of_pioneer(ax, look, y + 96, song)
    swatches = (look.accent, YOU, "you"), (look.mark, 44, "after you")
    earlier = [(look.muted, 44, "before you")] * bool(songs["n_before"].any())
    key(ax, look, 548, *swatches, *earlier)
    same_size(ax, "name")
    return ax


def row_of_pioneer(ax, look, y, song):
    """Write a song, its artist, and the number of its listeners who came later."""
    colour = look.loud if song.rank == 1 else look.text
    later = count(song.n_after)
    write(ax, RIGHT, y, later, NAME, "hero", colour, "value", ha="right")
    room = MEASURE - GAP - max(width(later, "hero", NAME), width("after you", "text", RULE))
    title = shown(short_title(song.title), "title"), (NAME, READING), "name", colour, "name", room
    write_name(ax, LEFT, y, *title)
    artist = shown(song.artist), (RULE,), "text", look.quiet, "artist", room
    write_name(ax, LEFT, y + 43, *artist)


def words_of_pioneer(story):
    """The words of the card `pioneer`."""
    songs = story.tables["pioneer"][:FIVE]
    first = songs.iloc[0]
    others = int(first["n_all"]) - 1
    said = "; ".join(
        f"{s.rank} {s.title} by {s.artist}, played first on {day(s.date)}, before "
        f"{count(s.n_after)} of {counted(s.n_all - 1, 'other listener')}, after {count(s.n_before)}"
        for s in songs.itertuples()
    )
    return words_on(
        story,
        "Pioneer",
        headline=f"Before {counted(first['n_after'], 'listener')}",
        reading=(
            reading_line(
                f"{count(others)} others played it, {count(first['n_after'])} after you.",
                f"{count(first['n_after'])} of {count(others)} played it after you.",
            ),
            reading_line(
                f"Played on {day(first['date'])}, {days_after(first)}.",
                f"First played on {day(first['date'])}.",
            ),
        ),
        rule="New songs that you played before most others.",
        before=f"{said}.",
    )


def days_after(song):
    """How long after the release of a song the listener played it, in words."""
    n = (song["date"] - song["released"]).days
    return f"{counted(n, 'day')} after release" if n > 0 else "the day it came out"
