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
SAME_DAY = "on the same day", "that day"  # of the others, the longer words first


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
        after = scale * (song.n_all - song.n_before) - 4
        rectangles(ax, mine + YOU + 4, y, max(after, 6), BAR, look.mark, "later")
        rectangles(ax, mine, y - 6, YOU, BAR + 12, look.accent, "you")
        row_of_pioneer(ax, look, y + 96, song)
    later = "same day or later" if same_day(songs).any() else "after you"
    swatches = (look.accent, YOU, "you"), (look.mark, 44, later)
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
    said = "; ".join(
        f"{s.rank} {s.title} by {s.artist}, played first on {day(s.date)}, by "
        f"{counted(s.n_all - 1, 'other listener')}: {arrivals_in_words(s)}"
        for s in songs.itertuples()
    )
    return words_on(
        story,
        "Pioneer",
        headline=f"Before {counted(first['n_after'], 'listener')}",
        reading=(
            reading_line(
                *(f"{arrivals_in_words(first, when)}." for when in SAME_DAY),
                f"{count(first['n_after'])} after you.",
            ),
            reading_line(
                f"Played on {day(first['date'])}, {days_after(first)}.",
                f"First played on {day(first['date'])}.",
            ),
        ),
        rule="New songs that you played before most others.",
        before=f"{said}.",
    )


def same_day(songs):
    """How many others streamed a song first on the listener's day. songs: rows of `pioneer`"""
    return songs.n_all - 1 - songs.n_before - songs.n_after


def arrivals_in_words(song, when=SAME_DAY[0]):
    """How many others streamed a song first after the listener, before, and on the same day."""
    numbers = (song.n_after, "after you"), (song.n_before, "before"), (same_day(song), when)
    return ", ".join(f"{count(n)} {words}" for n, words in numbers if n)


def days_after(song):
    """How long after the release of a song the listener played it, in words."""
    n = (song["date"] - song["released"]).days
    return f"{counted(n, 'day')} after release" if n > 0 else "the day it came out"
