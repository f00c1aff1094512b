"""Cards of the year as a poster: a festival of the artists, and a film with the songs."""

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
    dots,
    fits_headline,
    fits_width,
    page,
    reading_line,
    rectangles,
    same_size,
    width,
    write,
    write_name,
)
from .fonts import shown, shown_genre
from .similar import first_name
from .words import NUMBERS, capital, count, counted, short_title, words_on

# ---------------------------------------------------------------- festival

TOP, BOTTOM, GAP = 560, 1490, 16
PAD = 36  # from a stage's edge to its texts
STAGE_ROOM, LINE, MOST_AIR = MEASURE - 2 * PAD, 54, 120  # width of texts, and heights


def draw_festival(ax, story, theme="press"):
    """Who would play at a festival of the listener's artists? A block for each stage, with its
    family of genres, its first artist large with the plays, and the other artists; a stage with
    more lines of artists is higher.
    """
    look = page(ax, story, "festival", theme, words_of_festival(story))
    stages = [rows for _, rows in story.tables["festival"].groupby("stage")]
    lines = [len(bill(names_on_stage(rows)[1:], STAGE_ROOM)) for rows in stages]
    height = 190 + LINE * np.array(lines)  # of the texts of each stage, with its edges
    air = min((BOTTOM - TOP - GAP * (len(stages) - 1) - height.sum()) / len(stages), MOST_AIR)
    tops = TOP + (height + air + GAP).cumsum() - (height + air + GAP)
    for i, rows in enumerate(stages):
        paint, colour = look.layers[i]
        plain = paint._replace(hatch=None)  # names are hard to read on hatching
        rectangles(ax, LEFT, tops[i], MEASURE, height[i] + air, plain, "stages")
        stage(ax, rows, tops[i] + air / 2, colour)
    return ax


def stage(ax, rows, y, colour):
    """Write the texts of a stage into its block."""
    left, room = LEFT + PAD, STAGE_ROOM
    family = capital(shown_genre(rows["family"].iloc[0]))
    label = (RULE,), "bold", colour, "stage", room
    write_name(ax, left, y + 62, family, *label, on="stages")
    plays = counted(rows["n_whole"].iloc[0], "play")
    at = RIGHT - PAD, y + 138
    write(ax, *at, plays, RULE, "text", colour, "value", ha="right", on="stages")
    names = names_on_stage(rows)
    kept = room - width(plays, "text", RULE) - 30
    first = (NAME, READING), "name", colour, "name", kept
    write_name(ax, left, y + 138, names[0], *first, on="stages")
    for j, line in enumerate(bill(names[1:], room)):
        write(ax, left, y + 202 + LINE * j, line, READING, "text", colour, "artist", on="stages")


def names_on_stage(rows):
    """The names of the artists of a stage, as they are shown."""
    return [shown(name) for name in rows["artist"]]


def bill(names, room):
    """At most two lines of names, with a dot between names; the last entry says how many names do
    not fit.
    """
    whole = bill_lines(names, room)
    if fits_bill(whole, room):
        return whole
    shorter = (
        bill_lines([*names[:n], f"{len(names) - n} more"], room) for n in range(len(names))[::-1]
    )
    return next(lines for lines in shorter if fits_bill(lines, room))


def bill_lines(names, room):
    """Names with a dot between them, in as few lines as they fill."""
    lines = names[:1]
    for name in names[1:]:
        longer = f"{lines[-1]} · {name}"
        lines = (
            [*lines[:-1], longer] if fits_width(longer, "text", READING, room) else [*lines, name]
        )
    return lines


def fits_bill(lines, room):
    """Whether two lines hold all names."""
    return len(lines) <= 2 and all(fits_width(line, "text", READING, room) for line in lines)


def words_of_festival(story):
    """The words of the card `festival`."""
    rows, listener = story.tables["festival"], story.listener
    first = rows.iloc[0]
    name, n = shown(first["artist"]), rows["stage"].nunique()
    person = first_name(listener["name"], listener["name_latin"]) if listener["user_id"] else name
    line_up = "; ".join(
        f"{stage['family'].iloc[0]} stage: {', '.join(stage['artist'])}, "
        f"the first with {counted(stage['n_whole'].iloc[0], 'play')}"
        for _, stage in rows.groupby("stage")
    )
    plays = counted(first["n_whole"], "play")
    return words_on(
        story,
        "Festival",
        headline=fits_headline(f"{person} Fest", person),
        reading=(
            reading_line(f"{name} headlines with {plays}.", f"The headliner has {plays}."),
            f"{counted(len(rows), 'artist')} on {NUMBERS[n]} {'stage' if n == 1 else 'stages'}.",
        ),
        rule="Genres of the top artists, in their order. Simulated.",
        before=f"{line_up}.",
    )


# ---------------------------------------------------------------- movie

SCENES_TOP, SCENES_HEIGHT, MOST_PITCH = 570, 920, 210  # of all scenes, and of one, pixels
MOST_LARGEST = 150  # diameter of a disc
GAP_TO_TITLE = 32


def draw_movie(ax, story, theme="press"):
    """Which songs would play in a film of the listener's year? A row for each scene; the area of
    the disc is the song's plays.
    """
    look = page(ax, story, "movie", theme, words_of_movie(story))
    scenes = story.tables["movie"]
    n = scenes["n_streams"].to_numpy()
    pitch = min(SCENES_HEIGHT / len(scenes), MOST_PITCH)
    largest = min(0.8 * pitch, MOST_LARGEST)
    left = LEFT + largest + GAP_TO_TITLE
    room, first = RIGHT - left - 12, SCENES_TOP + (SCENES_HEIGHT - pitch * len(scenes)) / 2
    for i, scene in enumerate(scenes.itertuples()):
        middle, is_most = first + pitch * (i + 0.5), i == n.argmax()
        y, paint = middle - 6, look.accent if is_most else look.mark
        diameter = max(largest * np.sqrt(scene.n_streams / n.max()), 12)
        dots(ax, (LEFT + largest / 2, middle), diameter, paint, "scenes")
        title, colour = (
            shown(short_title(scene.title), "title"),
            look.loud if is_most else look.text,
        )
        write_name(ax, left, y, title, (NAME, READING, RULE), "name", colour, "name", room)
        below = artists_that_fit(shown(scene.artist), room, f"{scene.scene}, ")
        write_name(ax, left, y + 52, below, (RULE,), "text", look.quiet, "artist", room)
    same_size(ax, "name")
    return ax


def words_of_movie(story):
    """The words of the card `movie`."""
    scenes = story.tables["movie"]
    most = scenes.loc[scenes["n_streams"].idxmax()]
    listener = story.listener
    person = (
        first_name(listener["name"], listener["name_latin"])
        if listener["user_id"]
        else shown(most["artist"])
    )
    cast = "; ".join(
        f"{s.scene}: {s.title} by {s.artist}, {counted(s.n_streams, 'play')}"
        for s in scenes.itertuples()
    )
    return words_on(
        story,
        "The film",
        headline=named_headline(f"{person}: the film", person),
        reading=(
            f"{most['scene']}: {counted(most['n_streams'], 'play')}.",
            f"All {count(len(scenes))} scenes: {counted(scenes['n_streams'].sum(), 'play')}.",
        ),
        rule="Scene: a top song of that mood; area: plays. Simulated.",
        before=f"{cast}.",
    )
