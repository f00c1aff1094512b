"""Cards on moods: audio aura and audio day."""

import numpy as np

from ..wrapped.moods import HEX
from .canvas import (
    LEFT,
    LONG_HEADLINES,
    MEASURE,
    NAME,
    READING,
    RIGHT,
    Paint,
    directions,
    fits_width,
    key,
    page,
    polygons,
    reading_line,
    rectangles,
    write,
)
from .words import of_100, percent_text, span, words_on

# ---------------------------------------------------------------- aura

COLOURED = ("press", "night")  # themes in which an aura has its colours; others have their own
CENTRE, ROOM, SMALLEST = np.array([540, 1004]), (900, 820), 0.09  # pixels; of the largest radius
KEY_Y = 1478
POINTS = 15  # of the outline, per part of the period


def draw_audio_aura(ax, story, theme="press"):
    """Which two moods does the music have? Two shapes around one centre, the second inside the
    first; their areas are the streams of the moods through the year, which begins at the top.
    """
    look = page(ax, story, "audio_aura", theme, words_of_audio_aura(story))
    aura = story.tables["audio_aura"]
    moods = aura.drop_duplicates("rank")
    paints = aura_paints(look, theme, moods["colour"])
    streams = np.array([rows["n_streams"] for _, rows in aura.groupby("rank")])
    reached = streams[::-1].cumsum(0)[::-1]  # the second mood, and both together
    outlines = [outline(amounts) for amounts in reached / reached.max()]
    for paint, corners in zip(paints, fitted_aura(outlines), strict=True):
        polygons(ax, [corners], paint, "aura")
    swatches = zip(paints, moods["mood"], strict=True)
    key(ax, look, KEY_Y, *((paint, 44, mood) for paint, mood in swatches), size=READING)
    return ax


def aura_paints(look, theme, colours):
    """The paint of each shape, the upper one with an edge. colours: names, at most two"""
    faces = [Paint(HEX[name]) for name in colours]
    paints = faces if theme in COLOURED else [paint for paint, _ in look.layers[: len(faces)]]
    edges = [paint.edge if paint.edge != "none" else look.ground for paint in paints]
    return [paints[0], *(p._replace(edge=e) for p, e in zip(paints[1:], edges[1:], strict=True))]


def outline(amounts):
    """A closed outline around 0, (n, 2). amounts: of each part of the period, at most 1"""
    radius = np.repeat(SMALLEST + (1 - SMALLEST) * np.sqrt(amounts), POINTS)
    window = np.hanning(2 * POINTS + 1)
    shifts = range(-POINTS, POINTS + 1)
    smooth = sum(w * np.roll(radius, k) for w, k in zip(window, shifts, strict=True)) / window.sum()
    turns = (np.arange(len(radius)) + 0.5) / len(radius)
    return directions(turns) * smooth[:, None]


def fitted_aura(outlines):
    """Outlines around one point in pixels, so large that the first fills the room for the aura."""
    low, high = outlines[0].min(0), outlines[0].max(0)
    scale = (ROOM / (high - low)).min()
    return [(corners - (low + high) / 2) * scale + CENTRE for corners in outlines]


def words_of_audio_aura(story):
    """The words of the card `audio_aura`."""
    moods = story.tables["audio_aura"].drop_duplicates("rank")
    rows = list(moods.itertuples())
    lines = [f"{of_100(row.n_mood / row.n_all)} of 100 plays are {row.mood}." for row in rows]
    return words_on(
        story,
        "Audio aura",
        headline=aura_headline(moods["mood"].tolist(), rows[0].n_mood / rows[0].n_all),
        sub=" and ".join(moods["colour"]).capitalize(),
        reading=(lines[0], lines[1] if len(rows) > 1 else "No other mood has another colour."),
        rule=f"Clockwise from the top, {span(story)}. Simulated.",
        after=f"Colours: {' and '.join(moods['colour'])}.",
    )


def aura_headline(moods, share):
    """The headline of the card `audio_aura`. moods: one or two words;  share: of the first"""
    of_first = f"{moods[0].capitalize()} {percent_text(share)}"
    if not moods[1:]:
        return f"Only {moods[0]}"
    both = f"{of_first}, {moods[1]}"
    return both if fits_width(both, "hero", LONG_HEADLINES[1]) else of_first


# ---------------------------------------------------------------- day

HOURS = {"morning": "5 to 12", "midday": "12 to 18", "evening": "18 to 5"}
NAMES = {"morning": "morning", "midday": "afternoon", "evening": "evening"}  # of the hours
LABELS = {"morning": "Morning", "midday": "Afternoon", "evening": "Evening and night"}
FIRST, PITCH, BAR = 660, 290, 56


def draw_audio_day(ax, story, theme="press"):
    """Which moods have morning, afternoon and evening? Two words each, over a bar whose length is
    the number of streams.
    """
    look = page(ax, story, "audio_day", theme, words_of_audio_day(story))
    parts = parts_of(story)
    most, total = max(n for _, _, n in parts), sum(n for _, _, n in parts)
    for i, (part, moods, n) in enumerate(parts):
        y = FIRST + PITCH * i
        label = f"{LABELS[part]}, {HOURS[part]}"
        write(ax, LEFT, y, label, READING, "text", look.quiet, "part")
        share = percent_text(n / total)
        write(ax, RIGHT, y, share, READING, "text", look.text, "value", ha="right")
        colour = look.loud if n == most else look.text
        write(ax, LEFT, y + 76, " and ".join(moods), NAME, "name", colour, "moods")
        paint = look.accent if n == most else look.mark
        rectangles(ax, LEFT, y + 112, MEASURE * n / most, BAR, paint, "parts")
    return ax


def parts_of(story):
    """(part, moods, streams) of every part of the day with a mood."""
    table = story.tables["audio_day"]
    return [
        (part, rows["mood"].tolist(), int(rows["n_part"].iloc[0]))
        for part, rows in table.groupby("part", sort=False)
    ]


def words_of_audio_day(story):
    """The words of the card `audio_day`."""
    parts, table = parts_of(story), story.tables["audio_day"]
    part, moods, n = max(parts, key=lambda row: row[2])
    shares = [of_100(streams / n) for streams in table["n_streams"][table["part"] == part]]
    everything = sum(n for _, _, n in parts)
    said = [
        f"{LABELS[part]}, {HOURS[part]}, {percent_text(n_part / everything)}: {' and '.join(both)}."
        for part, both, n_part in parts
    ]
    return words_on(
        story,
        "Audio day",
        headline=f"{', '.join(moods).capitalize()} {NAMES[part]}s",
        reading=(
            f"{LABELS[part]}: {of_100(n / everything)} of 100 plays.",
            line_on_moods(moods, shares),
        ),
        rule="First: most frequent. Second: more than at other hours.",
        before=" ".join(said),
    )


def line_on_moods(moods, shares):
    """The reading line on the one or two moods of a part of the day. shares: of 100, as texts"""
    of_first = f"{shares[0]} of 100 are {moods[0]}"
    if not moods[1:]:
        return f"{of_first}."
    of_second = f"{shares[1]} {moods[1]}"
    return reading_line(f"{of_first}, {of_second}.", f"{shares[0]} {moods[0]}, {of_second}.")
