"""The record of one play, drawn as nested boxes."""

import numpy as np
from matplotlib.patches import Rectangle

from ..cards.canvas import broken
from ..cards.themes import GREY, INK
from ..cards.words import counted
from ..checking import front_door
from ..schema import RECORDS, record_fields, released_schemas, schema_ind
from .style import ACCENT, HAIRLINE, blank_axes, tell
from .tables import cell_text

SIZE, FINE = (7.2, 7.9), 8.5
QUESTIONS = {"UserProfile": "who", "SongMetadata": "what", "UserSongInteraction": "how"}
CELL = 2.12 * 72  # points, width of a line of a box


def draw_record(play):
    """What does the record of one play say? The whole record as a box, and in it one box for each
    of its three parts, with every field and its value.

    play  a dict valid under `schema_ind`, as from `generate_listening_session`
    """
    n_fields = sum(len(record_fields(record)) for record in RECORDS)
    figure = blank_axes(
        f"One play is one record of {n_fields} fields in three parts",
        "Red: fields that differ from play to play of one track. Every field is documented in the "
        "schema.",
        SIZE,
    )
    ax = figure.add_axes((0.02, 0.05, 0.96, 0.88))
    ax.set(xlim=(0, 1), ylim=(0, 1), xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)
    box(ax, 0, 0, 1, 1, schema_ind["name"].rpartition(".")[2])
    for place, record in enumerate(RECORDS):
        draw_part(ax, 0.012 + place * 0.328, record, play[record])
    return tell(ax, " ".join(part_sentence(record, play[record]) for record in RECORDS))


def box(ax, x, y, width, height, name):
    """An outlined box with a name at its top."""
    ax.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=GREY, linewidth=1))
    ax.text(x + 0.01, y + height - 0.012, name, color=INK, fontsize=10, va="top", gid="title")


def draw_part(ax, x, record, values):
    """The box of a part of the record, with its fields from top to bottom."""
    box(ax, x, 0.015, 0.318, 0.93, f"{record}: {QUESTIONS[record]}")
    colour = ACCENT if record == RECORDS[-1] else INK
    for y, (name, value) in zip(np.linspace(0.885, 0.035, 24), values.items()):
        ax.text(x + 0.01, y, name, color=GREY, fontsize=FINE, va="center")
        ax.text(
            x + 0.308, y, fitted(name, value), color=colour, fontsize=FINE, va="center", ha="right"
        )
        ax.plot((x + 0.01, x + 0.308), (y - 0.0175,) * 2, color=HAIRLINE, linewidth=0.5)


def fitted(name, value):
    """A value as text that fits beside the name of its field, cut with an ellipsis."""
    text = str(value) if isinstance(value, float) else cell_text(value)
    return broken(text, "text", FINE, CELL - 8 - 5.2 * len(name), 1)[0]


def part_sentence(record, values):
    """The values of a part of the record for the alt text."""
    return f"{record}: " + ", ".join(f"{k} {cell_text(v)}" for k, v in values.items()) + "."


@front_door
def describe_releases():
    """What changed between the releases of the schema? A sentence for each release."""
    releases = released_schemas()
    sentences = [release_sentence(*pair) for pair in zip(releases, releases.values())]
    same = "the same as" if [*releases.values()][-1] == schema_ind else "newer than"
    return " ".join([*sentences, f"The schema of this notebook is {same} the last release."])


def release_sentence(number, schema):
    """ "Release 1 has 65 fields." """
    n = sum(len(field["type"]["fields"]) for field in schema["fields"])
    return f"Release {number} has {counted(n, 'field')}."
