"""Motion of a card: when each shape and text appears, and how. Times are milliseconds.

The sentence comes first, then the shapes in the order of the data, then the shapes in the accent's
colour, then the reading lines. How a shape appears follows from its geometry.
"""

from collections import defaultdict
from itertools import groupby
from typing import NamedTuple

import numpy as np

from .drawing import Shape

FIRST, LAST, GROWTH = 200, 1100, 300  # start of the first shape, end of the last one, one shape
ACCENT = 400  # from the end of the shapes to the end of those in the accent's colour
WIDE = 600  # pixels: areas that grow from the left
PACES = 24  # steps of a curve
RACE = 4000  # three curves and more run together
STEP = 150  # between two lines below the shapes
BELOW, NEAR = 40, 120  # pixels: text below the picture; text of a shape
MOST_UNITS = 60  # of one role; more shapes than that appear in groups
SENTENCE = ("kicker", "signature", "hero", "headline", "sub")
READING = ("reading", "rule")
STILL = {  # role -> start of parts that are not data
    **dict.fromkeys(("ghosts", "tick", "key", "outline"), FIRST),
    **dict.fromkeys(("hairline", "plate", "leaders"), LAST),
}
ANSWERS = {("two_truths", "rule"): 6000}  # (card, role) of answers -> start, after the question
EDGE = " edge"  # a role of this ending lies under the accent's shape


class Motion(NamedTuple):
    """How a part of a card appears.

    kind    class of `story.css`: fade, rise, grow-up, grow-right, ..., turn, drop, draw
    start   ms after the card
    length  ms
    hub     (x, y) that it grows from, pixels; None for its own box
    pace    shares of a curve that are drawn after equal parts of the time; () if even
    """

    kind: str
    start: int
    length: int
    hub: tuple | None = None
    pace: tuple = ()


class Unit(NamedTuple):
    """Shapes that appear together, with their motion."""

    shapes: tuple[Shape, ...]
    motion: Motion

    @property
    def end(self):
        """When the unit has appeared, ms."""
        return self.motion.start + self.motion.length


# ---------------------------------------------------------------- a card


def moving_shapes(drawing):
    """The units of a card, from back to front."""
    roles, depth = defaultdict(list), {id(shape): i for i, shape in enumerate(drawing.shapes)}
    for shape in drawing.shapes:
        roles[shape.role].append(shape)
    parts = [part for shapes in roles.values() for part in lines_and_areas(shapes)]
    units = [unit for part in parts for unit in units_of(part, drawing.look)]
    return sorted(units, key=lambda unit: depth[id(unit.shapes[0])])


def moving_texts(drawing, units):
    """The motion of each text, in the order of the texts. units: those of the card"""
    data = [unit for unit in units if unit.shapes[0].role not in {*SENTENCE, *STILL}]
    last = [text for text in drawing.texts if is_last(text, data)]
    others = [text for text in drawing.texts if text.role not in {*SENTENCE, *STILL, *READING}]
    starts = dict(zip(others, even_starts(len(others))))  # where no shape is near
    end = max((unit.end for unit in data), default=LAST)
    for text in drawing.texts:
        if text.role in SENTENCE:
            yield Motion("rise", 0, GROWTH)
        elif start := ANSWERS.get((drawing.name, text.role)):
            yield Motion("fade", start, GROWTH)
        elif text.role in STILL:
            yield Motion("fade", STILL[text.role], GROWTH)
        elif text in last:
            yield Motion("rise", end + STEP * lines_before(text, last), GROWTH)
        else:
            yield Motion("fade", with_shape(text, data) or starts[text], GROWTH)


def is_last(text, units):
    """Whether a text appears after all shapes: a reading line, or a text below the picture."""
    if text.role in READING or text.role in {*SENTENCE, *STILL} or not units or stacked(units):
        return text.role in READING
    return text.y > max(extent(unit)[3] for unit in units) + BELOW


def lines_before(text, texts):
    """How many lines of some texts are above a text."""
    return len({other.y for other in texts if other.y < text.y})


def with_shape(text, units):
    """When the text of a shape appears, ms: with the row that it lies in, else with the latest of
    the shapes that are near; 0 if none is.
    """
    if rows := stacked(units):
        above = [unit for unit in rows if extent(unit)[1] <= text.y]
        return at_place(text, above[-1]) if above else 0
    near = [unit for unit in units if pixels_between(text, unit) < NEAR]
    return max((at_place(text, unit) for unit in near), default=0)


def stacked(units):
    """Units from top to bottom, if each one lies below the one before; else none."""
    rows = sorted(units, key=lambda unit: extent(unit)[1])
    below = all(extent(a)[3] <= extent(b)[1] + 1 for a, b in zip(rows, rows[1:]))
    return rows if below and len(rows) > 1 else []


def at_place(text, unit):
    """When a unit reaches the place of a text, ms; a line reaches its right end last."""
    left, _, right, _ = extent(unit)
    share = np.clip((middle(text) - left) / max(right - left, 1), 0, 1)
    drawn = unit.motion.kind in ("run", "draw")
    return round(unit.motion.start + drawn * share * max(unit.motion.length - GROWTH, 0))


def middle(text):
    """The x of the middle of a text."""
    return text.x + text.width * {"start": 0.5, "middle": 0, "end": -0.5}[text.anchor]


def extent(unit):
    """Left, top, right and bottom of the shapes of a unit."""
    boxes = np.array([shape.box for shape in unit.shapes])
    return (*boxes[:, :2].min(0), *boxes[:, 2:].max(0))


def pixels_between(text, unit):
    """Pixels from a text to the nearest box of a unit's shapes."""
    left, top, right, bottom = np.array([shape.box for shape in unit.shapes]).T
    x, y, half = middle(text), text.y - text.size / 3, text.width / 2
    across = np.maximum(left - x - half, 0) + np.maximum(x - half - right, 0)
    down = np.maximum(top - y, 0) + np.maximum(y - bottom, 0)
    return float(np.hypot(across, down).min())


def even_starts(n, first=FIRST, last=LAST - GROWTH):
    """Starts of n parts, evenly from the first to the last."""
    return [round(first + (last - first) * i / max(n - 1, 1)) for i in range(n)]


# ---------------------------------------------------------------- one role


def lines_and_areas(shapes):
    """The lines and the filled shapes of a role, which grow in different ways."""
    lines = [shape for shape in shapes if shape.style.get("fill") == "none"]
    areas = [shape for shape in shapes if shape.style.get("fill") != "none"]
    return [part for part in (lines, areas) if part]


def units_of(shapes, look):
    """The units of the shapes of one role, in the order of the data; the accent's shapes last."""
    role = shapes[0].role
    if role in SENTENCE:
        return [Unit(tuple(shapes), Motion("fade", 0, GROWTH))]
    if role in STILL:
        return [Unit(tuple(shapes), Motion("fade", STILL[role], GROWTH))]
    if is_run(shapes):
        return curves_in_time(shapes)
    kind, hub = growth(shapes)
    accented = [is_accented(shape, shapes, look) for shape in shapes]
    marks = in_data_order([s for s, is_accent in zip(shapes, accented) if not is_accent], hub)
    accents = [s for s, is_accent in zip(shapes, accented) if is_accent]
    return [
        *appearing(marks, kind, hub, FIRST, LAST - GROWTH, GROWTH),
        *appearing(accents, kind, hub, LAST, LAST + ACCENT // 2, ACCENT),
    ]


def appearing(shapes, kind, hub, first, last, length):
    """Units of shapes that start one after another between two times."""
    groups = list(grouped(shapes, kind))
    starts = even_starts(len(groups), first, last)
    if len(groups) == 1 and first == FIRST:
        length = LAST - FIRST
    return [Unit(g, Motion(kind, at, length, hub)) for g, at in zip(groups, starts, strict=True)]


def is_accented(shape, shapes, look):
    """Whether a shape is drawn in the accent's colour. No shape is where a role has three colours
    and more, since these name things.
    """
    if shape.role.endswith(EDGE):
        return True
    fill, stroke = shape.colours
    colour = stroke if fill == "none" else fill
    return len({s.colours for s in shapes}) <= 2 and colour == look.accent.face.lower()


def in_data_order(shapes, hub):
    """Shapes of several collections in the order of the data: round the hub, or as one reads. The
    shapes of one collection are in their order already.
    """
    if len({shape.colours for shape in shapes}) < 2:
        return shapes
    if hub:
        return sorted(shapes, key=lambda shape: angle(shape, hub))
    return sorted(shapes, key=lambda shape: (round(shape.box[3]), shape.box[0]))


def angle(shape, hub):
    """Angle of a shape round a hub, in turns clockwise from the top."""
    x, y = shape.points.mean(0) - hub
    return np.arctan2(x, -y) / (2 * np.pi) % 1


def grouped(shapes, kind):
    """Shapes in groups of neighbours that grow from one line, about MOST_UNITS; lines that are
    drawn stay alone.
    """
    n = 1 if kind == "draw" else -(-len(shapes) // MOST_UNITS)
    line = {**SIDEWAYS, **UPRIGHT}.get(kind, lambda box: 0)
    for _, row in groupby(shapes, key=lambda shape: (round(line(shape.box)), shape.colours)):
        row = tuple(row)
        yield from (row[i : i + n] for i in range(0, len(row), n))


# ---------------------------------------------------------------- how shapes grow


# kind -> the line that a rectangle grows from, of its left, top, right and bottom
SIDEWAYS = {
    "grow-right": lambda box: box[0],
    "grow-left": lambda box: box[2],
    "grow-wide": lambda box: (box[0] + box[2]) / 2,
}
UPRIGHT = {
    "grow-down": lambda box: box[1],
    "grow-up": lambda box: box[3],
    "grow-high": lambda box: (box[1] + box[3]) / 2,
}


def growth(shapes):
    """(kind, hub) of the shapes of a role: how they grow, and the point that they grow from."""
    if hub := common_hub(shapes):
        return "turn", hub
    if any("stroke-dasharray" in shape.style for shape in shapes):
        return "fade", None  # a line is drawn by one long dash
    if shapes[0].style.get("fill") == "none":
        return "draw", None
    if all(is_rectangle(shape) for shape in shapes):
        return of_rectangles(np.array([shape.box for shape in shapes])), None
    if all("a" in shape.d for shape in shapes):
        return "drop", None
    widest = max(shape.box[2] - shape.box[0] for shape in shapes)
    return ("grow-right" if widest > WIDE else "pop"), None


def is_rectangle(shape):
    """Whether a path has four corners and upright sides."""
    return len(shape.points) in (4, 5) and len(np.unique(shape.points.round(1), axis=0)) == 4


def of_rectangles(boxes):
    """How rectangles grow: along the side that differs, from the line that most of them share.

    boxes  float64, shape (n, 4), pixels
    """
    left, top, right, bottom = boxes.T
    wide, high = np.ptp(right - left), np.ptp(bottom - top)
    if max(wide, high) <= 1:
        return "pop"
    lines = SIDEWAYS if wide >= high else UPRIGHT
    return min(lines, key=lambda kind: len(np.unique(lines[kind](boxes.T).round())))


def common_hub(shapes):
    """The point (x, y) that at least eight wedges or rays have in common; None without one."""
    sides = [side for shape in shapes for side in radial_sides(shape)]
    if len(sides) < 8:
        return None
    starts, ends = np.array([s[0] for s in sides]), np.array([s[1] for s in sides])
    normals = (ends - starts)[:, ::-1] * (1, -1)
    lengths = np.hypot(*normals.T)
    normals = normals[lengths > 0] / lengths[lengths > 0, None]
    offsets = (normals * starts[lengths > 0]).sum(1)
    hub, _, rank, _ = np.linalg.lstsq(normals, offsets, rcond=0.1)  # rank 1: all are parallel
    near = np.abs(normals @ hub - offsets) < 1
    is_hub = rank == 2 and len(near) >= 8 and near.mean() > 0.9
    return tuple(hub.round(1).tolist()) if is_hub else None


def radial_sides(shape):
    """The sides of a shape that may point to a hub: a line of two points, or both ends of a ring
    sector.
    """
    points = shape.points
    if len(points) == 2:
        return [points]
    half = len(points) // 2
    return [points[[0, -1]], points[[half - 1, half]]] if len(points) >= 24 else []


# ---------------------------------------------------------------- curves


def is_run(shapes):
    """Whether the shapes are open curves from left to right over most of the card."""
    return all(
        shape.style.get("fill") == "none"
        and "stroke-dasharray" not in shape.style
        and len(shape.points) > 2
        and (np.diff(shape.points[:, 0]) >= -0.1).all()
        and np.ptp(shape.points[:, 1]) > 1
        for shape in shapes
    )


def curves_in_time(shapes):
    """Units of curves that are drawn from left to right, each place at its own time; three and more
    take longer, so that one can follow them.
    """
    length = RACE if len(shapes) >= 3 else LAST - FIRST
    left = min(shape.box[0] for shape in shapes)
    scale = length / max(max(shape.box[2] for shape in shapes) - left, 1)
    return [
        Unit(
            (s,),
            Motion(
                kind="run",
                start=round(FIRST + scale * (s.box[0] - left)),
                length=max(round(scale * (s.box[2] - s.box[0])), 1),
                pace=pace_of(s.points),
            ),
        )
        for s in shapes
    ]


def pace_of(points):
    """Shares of a curve's length left of equal steps to the right, so that all curves of a card
    reach a place at the same time.
    """
    lengths = np.hypot(*np.diff(points, axis=0).T).cumsum()
    x = np.linspace(points[0, 0], points[-1, 0], PACES + 1)
    shares = np.interp(x, points[:, 0], np.r_[0, lengths] / lengths[-1])
    return tuple(shares.round(3).tolist())
