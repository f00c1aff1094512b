"""Square pictures, 1080 x 1080, of the summary and of the top songs and artists.

A composition of its own: texts in the left five columns, the picture in the right seven.
"""

import numpy as np

from ..checking import check_choice
from .canvas import (
    LEFT,
    NAME,
    READING,
    RIGHT,
    RULE,
    WIDTH,
    blank_card,
    breakable,
    broken,
    fit_name,
    fits_width,
    lines,
    rectangles,
    rule_of,
    small_disc,
    width,
    write,
    year_disc,
)
from .fonts import shown
from .summary import BELOW, disc_key, draw_facts, draw_fives, label_quarters, words_of_summary
from .themes import THEMES, check_theme
from .tops import FIVE, words_of_top_artists, words_of_top_songs
from .words import (
    count,
    guest_plays,
    minutes_text,
    ranked_amounts,
    ranks_by_minutes,
    short_title,
)

TEXT_ROOM = 366  # pixels: five columns of 54 and four gutters of 24
LINE_ROOM = TEXT_ROOM - 24  # of lines beside the picture's texts
PICTURE, PICTURE_ROOM = 474, RIGHT - 474  # left end and width of seven columns
INDENT = 48  # pixels from the ranks to the names
NAMES_LEFT = PICTURE + INDENT
TOP, BOTTOM, PITCH = 84, 996, 186
HEADLINES = (88, 72, 62, 54, 44)
MOST_LINES = 4
DISC, HOLE, TO_LABEL = (606, 250), 72, 44  # of the year disc: centre, radii of hole and labels


def draw_square_top_songs(ax, story, theme="press"):
    """The top songs as a square picture: the finding left, five bars right."""
    words = words_of_top_songs(story)._replace(
        rule=f"{'Ranked by minutes. ' * ranks_by_minutes(story)}Simulated."
    )
    look = square_page(ax, story, "top_songs", theme, words)
    songs = story.tables["top_songs"][:FIVE]
    texts = [
        (shown(short_title(song.title), "title"), shown(song.artist)) for song in songs.itertuples()
    ]
    bars(ax, look, ranked_amounts(story, songs), texts, 16, "rules")
    return ax


def draw_square_top_artists(ax, story, theme="press"):
    """The top artists as a square picture: the finding left, five blocks right."""
    words = words_of_top_artists(story)._replace(rule=f"{guest_plays(story.rules)}. Simulated.")
    look = square_page(ax, story, "top_artists", theme, words)
    artists = story.tables["top_artists"][:FIVE]
    texts = [(shown(name), "") for name in artists["artist"]]
    bars(ax, look, ranked_amounts(story, artists, "n_whole"), texts, 56, "blocks")
    return ax


def draw_square_summary(ax, story, theme="press"):
    """The summary as a square picture: name, minutes, top artists and facts left, the year disc and
    the top songs right.
    """
    words = words_of_summary(story)
    look = square_page(ax, story, "summary", theme, words._replace(headline=""))
    size, parts = headline_lines(words.headline, TEXT_ROOM, most=2)
    for i, part in enumerate(parts):
        write(ax, LEFT, 284 + (size + 6) * i, part, size, "hero", look.loud, "headline")
    n = count(minutes_text(story.first("minutes")["ms_played"]))
    write(ax, LEFT, 462, n, NAME, "hero", look.text, "value")
    after_number = LEFT + width(n, "hero", NAME) + 16
    write(ax, after_number, 462, "minutes", RULE, "text", look.quiet, "unit")
    year_disc(ax, story, look, *DISC, HOLE, 140, "sectors")
    label_quarters(ax, look, DISC, TO_LABEL, n_letters=1)
    disc_key(ax, look, story, 768, 182, RIGHT - 768, 56)
    draw_fives(ax, look, story, 510, 56, 334)
    lines(ax, [[(LEFT, 878), (RIGHT, 878)]], look.faint, 3, "hairline")
    draw_facts(ax, look, story, 918)
    return ax


SQUARES = {
    "top_songs": draw_square_top_songs,
    "top_artists": draw_square_top_artists,
    "summary": draw_square_summary,
}


def square_of(name):
    """The drawing of a card's square picture. Raises ValueError if the card has none."""
    return SQUARES[check_choice("name", name, tuple(SQUARES))]


def square_page(ax, story, card, theme, words):
    """Draw everything left of the picture: small year disc, kicker, headline, reading lines.

    Returns the card's Look. The label of the axes is the alt text.
    """
    look = THEMES[check_theme(theme)][card]
    blank_card(ax, look, WIDTH)
    ax.set_label(words.alt)
    small_disc(ax, story, look, LEFT + 48, TOP + 48)
    for i, part in enumerate(broken_at_words(words.kicker, TEXT_ROOM - 116)):
        write(ax, LEFT + 116, TOP + 42 + 46 * i, part, RULE, "text", look.text, "kicker")
    size, parts = headline_lines(words.headline, TEXT_ROOM) if words.headline else (0, ())
    for i, part in enumerate(parts):
        write(ax, LEFT, 300 + (size + 8) * i, part, size, "hero", look.loud, "headline")
    if words.reading:
        write_below(ax, look, words.reading, rule_of(story, words.rule, card))
    return look


def write_below(ax, look, reading, rule):
    """Write the reading lines and the rule of a square picture, upwards from its lower end."""
    rules = broken_at_words(rule, LINE_ROOM) if rule else []
    texts = [part for line in reading for part in broken_at_words(line, LINE_ROOM)]
    for i, part in enumerate(reversed(rules)):
        write(ax, LEFT, BOTTOM - 16 - 48 * i, part, RULE, "text", look.quiet, "rule")
    last = 912 - 48 * max(len(rules) - 1, 0)
    for i, part in enumerate(reversed(texts)):
        write(ax, LEFT, last - 48 * i, part, RULE, "text", look.text, "reading")


def bars(ax, look, n, texts, height, role):
    """Draw five bars with ranks, names and numbers below them.

    n  numbers of all bars;  texts  (name, second line or "") of each
    """
    y = TOP + PITCH * np.arange(len(n))
    paints = look.paints(np.arange(len(n)) == 0)
    rectangles(ax, PICTURE, y, PICTURE_ROOM * n / n.max(), height, paints, role)
    values = [count(number) for number in n]
    rooms = [PICTURE_ROOM - INDENT - 24 - width(text, "hero", READING) for text in values]
    names = [name for name, _ in texts]
    size = READING if all(map(fits_at_reading_size, names, rooms)) else RULE
    for rank, (top, text, room, named) in enumerate(zip(y, values, rooms, texts), 1):
        base, colour = top + height + 50, look.loud if rank == 1 else look.text
        write(ax, PICTURE, base, str(rank), READING, "hero", colour, "rank")
        write(ax, RIGHT, base, text, READING, "hero", colour, "value", ha="right")
        bar_names(ax, look, base, named, size, room)


def fits_at_reading_size(name, room):
    """Whether a name fits on one line in the size of the reading lines."""
    return fits_width(name, "name", READING, room)


def bar_names(ax, look, base, named, size, room):
    """Write the name of a bar and below it its artists, on at most three lines together."""
    name, below = named
    _, parts = fit_name(name, (size,), "name", room, 2)
    for i, part in enumerate(parts):
        write(ax, NAMES_LEFT, base + BELOW * i, part, size, "name", look.text, "name")
    for i, part in enumerate(artist_lines(below, 3 - len(parts)) if below else ()):
        y = base + BELOW * (len(parts) + i) + 2
        write(ax, NAMES_LEFT, y, part, RULE, "text", look.quiet, "artist")


def artist_lines(artists, n_lines):
    """Artists, names with commas between them, in at most so many lines, without the last ones that
    do not fit.
    """
    names = artists.split(", ")
    texts = [", ".join(names[:n]) for n in range(len(names), 0, -1)]
    tried = [broken(text, "text", RULE, PICTURE_ROOM - INDENT, n_lines) for text in texts]
    return next((parts for parts in tried if not parts[-1].endswith("…")), tried[-1])


def headline_lines(text, room, most=MOST_LINES):
    """(size, lines) of a headline: the largest size at which its words fill at most so many lines,
    or one line more in the smaller sizes; cut with an ellipsis if it does not fit.
    """
    for size in HEADLINES:
        parts = broken_at_words(text, room, "hero", size)
        fits = all(fits_width(part, "hero", size, room) for part in parts)
        if fits and len(parts) <= most + (size <= 54):
            return size, parts
    return size, broken(text, "hero", size, room, most + 1)


def broken_at_words(text, room, face="text", size=RULE):
    """A text in lines that are no wider than the room unless they have one word."""
    parts = [""]
    for word in breakable(text):
        longer = f"{parts[-1]} {word}".strip()
        if parts[-1] and not fits_width(longer, face, size, room):
            parts.append(word)
        else:
            parts[-1] = longer
    return parts
