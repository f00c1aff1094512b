"""The card of two truths and a lie: three statements, one of them false."""

from .albums import named_headline
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
from .similar import first_name
from .words import count, short_title, words_on

TOP, PITCH, HEIGHT = 590, 298, 266  # first block, distance of blocks and height of one
LETTERS = "ABC"
WORDS_LEFT = LEFT + 140
UNITS = {"minutes": "minutes", "songs": "songs", "artists": "artists"}  # of facts without a name
MEANT = {
    "minutes": "all plays counted",
    "songs": "streamed at least once",
    "artists": "streamed at least once",
}


def draw_two_truths(ax, story, theme="press"):
    """Which of three statements is false? Three equal blocks; the last line, in small
    letters, has the answer.
    """
    look = page(ax, story, "two_truths", theme, words_of_two_truths(story))
    frame = Paint(look.ground, look.text)
    for i, statement in enumerate(story.tables["two_truths"].itertuples()):
        y = TOP + PITCH * i
        rectangles(ax, LEFT, y, MEASURE, HEIGHT, frame, "statements")
        write(
            ax, LEFT + 40, y + 116, LETTERS[i], NAME, "hero", look.text, "letter", on="statements"
        )
        number = f"{count(statement.number)} {unit_of(statement)}"
        at = ax, WORDS_LEFT, y + 116
        write(*at, number, NAME, "hero", look.loud, "value", on="statements")
        below = (READING, RULE), "name", look.text, "name", MEASURE - 180
        write_name(ax, WORDS_LEFT, y + 190, shown(about(statement)), *below, on="statements")
    same_size(ax, "name")
    return ax


def unit_of(statement):
    """What a statement counts: "minutes", "songs", "artists" or "plays"."""
    return UNITS.get(statement.fact, "plays")


def about(statement):
    """What a statement is about: a song, an artist, or what is counted."""
    if statement.fact == "top_song":
        return short_title(statement.name)
    return statement.name or MEANT[statement.fact]


def words_of_two_truths(story):
    """The words of the card `two_truths`."""
    statements = story.tables["two_truths"]
    rows = list(statements.itertuples())
    lie = next(i for i, row in enumerate(rows) if not row.is_true)
    said = (
        f"{letter}: {count(row.number)} {unit_of(row)}, {row.name or about(row)}"
        for letter, row in zip(LETTERS, rows)
    )
    true_number = f"{count(rows[lie].true_number)} {unit_of(rows[lie])}"
    answer = f"Answer: {LETTERS[lie]}. It was {true_number}."
    return words_on(
        story,
        "Two truths and a lie",
        headline=question_to(story.listener),
        reading=("One number is wrong, by a fifth or more.",),
        rule=answer,
        before=f"{'; '.join(said)}.",
        after=answer,
    )


def question_to(listener):
    """The headline of the card `two_truths`, with the listener's first name if there is one."""
    plain = "Which is the lie?"
    if not (listener["user_id"] and listener["name"]):
        return plain
    person = first_name(listener["name"], listener["name_latin"])
    return named_headline(f"Which is {person}'s lie?", plain)
