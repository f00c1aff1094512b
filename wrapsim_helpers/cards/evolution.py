"""The card of music evolution: the stream of genres through the year, and its phases."""

import numpy as np

from .albums import named_headline
from .canvas import (
    EDGE,
    LEFT,
    MEASURE,
    READING,
    RIGHT,
    RULE,
    broken,
    lines,
    page,
    polygons,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_centred,
    write_name,
)
from .fonts import shown, shown_genre
from .volume import month_rows
from .words import LONG_MONTHS, MONTHS, capital, counted, words_on

TOP, BASE = 764, 1130  # of the stream
KEYS, KEY_PITCH, SWATCH = 548, 46, 26  # first line of the key, distance of lines, swatches
KEY_GAP, KEY_LINES = 32, 3  # between the entries of a line, pixels; most lines
KEY_TEXT = SWATCH + 14  # from the left of an entry to its name, pixels
SMOOTH = 12  # points from a month to the next
LABEL_HEIGHT = 48  # of a name in its band, pixels
FIRST_PHASE, PHASE_PITCH = 1256, 96
BRACKET = 22  # height, pixels


def draw_music_evolution(ax, story, theme="press"):
    """Through which phases did the music go?

    A stream of the five most streamed genres and all others; its width is the square root of the
    streams of the month. A genre is named in its band, or else in a key. Brackets above the stream
    are the phases.
    """
    look = page(ax, story, "music_evolution", theme, words_of_music_evolution(story))
    edges, names = bands(story)
    x = np.linspace(LEFT, RIGHT, edges.shape[1])
    paints = [
        paint._replace(edge=paint.edge if paint.hatch or paint.face == look.ground else look.ground)
        for paint, _ in look.layers
    ]
    unnamed = []
    for i, name in enumerate(names):
        corners = np.c_[np.r_[x, x[::-1]], np.r_[edges[i], edges[i + 1][::-1]]]
        polygons(ax, [corners], paints[i], "layers")
        label = capital(shown_genre(name)) if name else "Other genres"
        if not label_band(ax, x, edges[i], edges[i + 1], label, look.layers[i][1]):
            unnamed.append((look.layers[i][0]._replace(edge=look.text), label))
    key_of_bands(ax, look, unnamed)
    label_month_axis(ax, story, look)
    for i, phase in enumerate(story.tables["music_evolution"].itertuples()):
        bracket(ax, story, look, phase)
        phase_row(ax, look, FIRST_PHASE + PHASE_PITCH * i, phase)
    same_size(ax, "phase", "bold")
    return ax


def months_of_story(story):
    """Number of months of the story's period."""
    return int(month_rows(story, [story.last_day])[0]) + 1


def bands(story):
    """(edges of the bands from top to bottom, (bands + 1, points), pixels; names of the bands)."""
    table, n = story.tables["genre_mixture"], months_of_story(story)
    names = table.drop_duplicates("rank").sort_values("rank")
    streams = np.zeros((len(names), n))
    row = table["rank"].map({rank: i for i, rank in enumerate(names["rank"])})
    streams[row, table["month"] - story.first_day.month] = table["n_streams"]
    months = np.linspace(0, n - 1, SMOOTH * max(n - 1, 1) + 1)
    wide = np.array([np.interp(bent(months), np.arange(n), layer) for layer in streams])
    height = wide / np.sqrt(np.maximum(wide.sum(0), 1))  # quiet months stay visible
    height *= (BASE - TOP) / height.sum(0).max()
    edges = np.vstack([np.zeros(len(months)), height.cumsum(0)])
    return (TOP + BASE) / 2 + edges - edges[-1] / 2, names["genre"].tolist()


def bent(months):
    """Positions between months, such that a line between two months becomes an S."""
    whole = np.floor(months)
    return whole + (1 - np.cos(np.pi * (months - whole))) / 2


def key_of_bands(ax, look, entries):
    """Write the colours and names of bands in lines, as many in each as it has room for.

    entries  (Paint, name) of each
    """
    for (paint, _), (x, y, name) in zip(entries, key_places([name for _, name in entries])):
        rectangles(ax, x, y - SWATCH, SWATCH, SWATCH, paint, "key")
        write(ax, x + KEY_TEXT, y, name, RULE, "text", look.text, "key")


def key_places(names):
    """(x, y, name) of each entry of the key: whole names, or names of half a line if these need
    more than KEY_LINES lines.
    """
    for room in (MEASURE, (MEASURE - KEY_GAP) // 2):
        places, x, y = [], LEFT, KEYS
        for name in names:
            (text,) = broken(name, "text", RULE, room - KEY_TEXT, 1)
            length = KEY_TEXT + width(text, "text", RULE)
            x, y = (LEFT, y + KEY_PITCH) if x > LEFT and x + length > RIGHT else (x, y)
            places.append((x, y, text))
            x += length + KEY_GAP
        if y < KEYS + KEY_LINES * KEY_PITCH:
            break
    return places


def label_band(ax, x, top, bottom, text, colour):
    """Write the name of a genre where its band is highest, if it fits there; whether it does."""
    half = width(text, "bold", RULE) / 2 + 14
    best, at = 0, None
    for centre in x[(x > LEFT + half) & (x < RIGHT - half)]:
        near = abs(x - centre) <= half + (x[1] - x[0])
        room = bottom[near].min() - top[near].max()
        if room > best:
            best, at = room, (centre, (bottom[near].min() + top[near].max()) / 2)
    if best >= LABEL_HEIGHT:
        left = at[0] - half + 14
        write(ax, left, at[1] + 12, text, RULE, "bold", colour, "genre", on="layers")
    return best >= LABEL_HEIGHT


def label_month_axis(ax, story, look):
    """Write the months below the stream, every second one if there are many."""
    n = months_of_story(story)
    for i in range(0, n, 2 if n > 6 else 1):
        name = MONTHS[(story.first_day.month - 1 + i) % 12]
        write_centred(ax, month_x(i, n), BASE + 62, name, RULE, "text", look.quiet, "tick")


def month_x(i, n):
    """Position of a month, 0 for the first of n, pixels."""
    return LEFT + MEASURE * i / max(n - 1, 1)


def bracket(ax, story, look, phase):
    """Draw the bracket of a phase with its number above the stream."""
    n, first = months_of_story(story), story.first_day.month
    half = MEASURE / max(n - 1, 1) / 2 - 12
    left = max(month_x(phase.first_month - first, n) - half, LEFT)
    right = min(month_x(phase.last_month - first, n) + half, RIGHT)
    y = TOP - 50
    path = [(left, y + BRACKET), (left, y), (right, y), (right, y + BRACKET)]
    lines(ax, [path], look.accent.face, EDGE + 2, "brackets")
    middle = (left + right) / 2
    write_centred(ax, middle, y - 16, str(phase.phase), READING, "bold", look.loud, "rank")


def phase_row(ax, look, y, phase):
    """Write the number, the label and the artists of a phase."""
    write(ax, LEFT, y, str(phase.phase), READING, "bold", look.loud, "rank")
    room = MEASURE - 60
    label = phase_label(phase)
    write_name(ax, LEFT + 60, y, label, (READING, RULE), "bold", look.text, "phase", room)
    artists = ", ".join(shown(name, "artist") for name in phase.artists)
    write_name(ax, LEFT + 60, y + 46, artists, (RULE,), "text", look.quiet, "artist", room)


def phase_label(phase):
    """The name of a phase: its mood and genre."""
    return capital(f"{phase.mood} {shown_genre(phase.genre)}".strip())


def words_of_music_evolution(story):
    """The words of the card `music_evolution`."""
    table = story.tables["music_evolution"]
    phases = list(table.itertuples())
    longest = max(phases, key=lambda phase: phase.n_streams)
    said = "; ".join(
        f"{phase.phase} {phase_label(phase)}, {months_of_phase(phase)}, peak in "
        f"{name_of_month(phase.peak_month)}, with {' and '.join(phase.artists)}"
        for phase in phases
    )
    plays, everything = (counted(n, "play") for n in (longest.n_streams, table["n_streams"].sum()))
    return words_on(
        story,
        "Music evolution",
        headline=evolution_headline([(shown_genre(p.genre), p.mood, p.descriptor) for p in phases]),
        reading=(
            reading_line(f"Largest: {months_of_phase(longest)}, {plays}.", f"Largest: {plays}."),
            most_played_line(story.tables["genre_mixture"], everything),
        ),
        rule="Phases: what stands out from all months. Simulated.",
        before=f"{said}.",
    )


def most_played_line(mixture, plays):
    """The reading line on the genre with most streams, which no phase needs to be named after.

    mixture  table of the insight `genre_mixture`;  plays  number of all plays, with its noun
    """
    genre = shown_genre(mixture.loc[mixture["rank"] == 1, "genre"].iloc[0])
    return reading_line(f"Most played of all: {genre}.", f"All: {plays}.")


def name_of_month(month):
    """The name of a month that may lie in a later year (see `month_of`)."""
    return LONG_MONTHS[(month - 1) % 12]


def months_of_phase(phase):
    """The months of a phase as text: "January to March"."""
    first, last = (MONTHS[(month - 1) % 12] for month in (phase.first_month, phase.last_month))
    return f"{first} to {last}" if first != last else first


def evolution_headline(phases):
    """The headline of the card `music_evolution`. phases: (genre, mood, sound) of each, in order"""
    genres, moods, sounds = zip(*phases, strict=True)
    pairs = [
        f"{first[:1].upper()}{first[1:]}{link} {last}"
        for words, link in (
            (genres, ", then"),
            (genres, ","),
            (moods, ", then"),
            (sounds, ", then"),
        )
        for first, last in [(words[0], words[-1])]
        if first and last and first != last
    ]
    return named_headline(*pairs, f"Then {genres[-1]}", f"In {len(phases)} phases")
