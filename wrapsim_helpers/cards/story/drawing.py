"""A card as shapes and texts in card pixels, read from the SVG that matplotlib writes of it."""

import io
import re
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree

import matplotlib
import matplotlib.style
import numpy as np
from matplotlib.figure import Figure
from matplotlib.font_manager import get_font
from matplotlib.ft2font import LoadFlags

from ..card import CARDS
from ..themes import THEMES, Look

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "wrapsim"}  # text as text, the same ids
PIXELS = 1 / 0.36  # card pixels per unit of the SVG, which is a point
NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
CIRCLE = "MCCCCCCCCz"  # the commands of a circle of matplotlib
FAMILY = re.compile(r"'wrapsim ([^']+)'")


@dataclass(frozen=True)
class Shape:
    """A path of a card.

    role   what it is, the gid of its collection
    d      the path, as SVG writes it
    style  CSS properties, such as fill and stroke-width
    points float64, shape (P, 2), pixels: its corners and control points
    """

    role: str
    d: str
    style: dict
    points: np.ndarray = field(repr=False, compare=False)

    @property
    def box(self):
        """Left, top, right, bottom, pixels."""
        return (*self.points.min(0), *self.points.max(0))

    @property
    def colours(self):
        """Its fill and its stroke; "none" if it has none."""
        return self.style.get("fill", "#000000"), self.style.get("stroke", "none")


@dataclass(frozen=True)
class Text:
    """A line of text of a card: role, words, left, centre or right end x, baseline y, font size,
    anchor ("start", "middle", "end"), colour, font files, width in pixels.
    """

    role: str
    words: str
    x: float
    y: float
    size: int
    anchor: str
    colour: str
    fonts: tuple
    width: float


@dataclass(frozen=True)
class Drawing:
    """One card: its name, alt text and look, its shapes and texts from back to front, and the
    definitions that shapes refer to, as SVG.
    """

    name: str
    alt: str
    look: Look
    shapes: tuple[Shape, ...]
    texts: tuple[Text, ...]
    definitions: str

    def said(self, role):
        """The words of a role, lines joined by blanks; "" if the card has none."""
        return " ".join(text.words for text in self.texts if text.role == role)


def drawing_of(name, story, theme):
    """The `Drawing` of one card of a story. Its drawing is that of `make_card`."""
    alt, svg = svg_of(name, story, theme)
    top = ElementTree.fromstring(svg)
    paths = {path.get("id"): path for path in top.iter(f"{SVG}path") if path.get("id")}
    shapes, texts = [], []
    for group in top.find(f".//{SVG}g[@id='axes_1']"):
        role = group.get("id")
        if not re.match(r"patch_\d|matplotlib", role):
            shapes += shapes_from(group, role, paths)
            texts += [text_from(text, role) for text in group.iter(f"{SVG}text")]
    look = THEMES[theme][name]
    return Drawing(name, alt, look, tuple(shapes), tuple(texts), patterns_of(top))


def svg_of(name, story, theme):
    """(alt text, SVG) of one card, drawn with matplotlib's default settings. The ids of its
    hatchings begin with the card's name, since all cards stand on one page.
    """
    with matplotlib.style.context("default"), matplotlib.rc_context(SETTINGS):
        figure, svg = Figure(figsize=(5.4, 9.6), dpi=200), io.StringIO()
        ax = CARDS[name](figure.add_axes((0, 0, 1, 1)), story, theme=theme)
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
    return ax.get_label(), re.sub(r'(url\(#|<pattern id=")', rf"\g<1>{name}-", svg.getvalue())


def shapes_from(group, role, paths):
    """The shapes of a group. paths: id -> path that the group may use more than once."""
    for node in group.iter():
        if node.tag == f"{SVG}path" and not node.get("id"):
            yield shape_from(node.get("d"), role, node)
        elif node.tag == f"{SVG}use":
            at = float(node.get("x", 0)), float(node.get("y", 0))
            yield shape_from(paths[node.get(LINK)[1:]].get("d"), role, node, at)


def shape_from(d, role, node, at=(0, 0)):
    """The shape of a path, moved by `at`. node: the element with its style"""
    style = dict(item.split(": ") for item in node.get("style", "").split("; ") if item)
    if "stroke-width" in style:
        style["stroke-width"] = decimal(float(style["stroke-width"]) * PIXELS)
    if "stroke-dasharray" in style:
        style["stroke-dasharray"] = scaled(style["stroke-dasharray"])
    if "stroke" in style:
        style = {"stroke-linejoin": "round"} | style  # matplotlib's default, not that of SVG
    commands = "".join(re.findall("[A-Za-z]", d))
    points = (np.array(NUMBER.findall(d), float).reshape(-1, 2) + at) * PIXELS
    return Shape(role, path_data(commands, points), style, points)


def path_data(commands, points):
    """A path in SVG's words from its commands and points; a circle as two arcs."""
    if commands == CIRCLE:
        (left, top), (right, bottom) = points.min(0), points.max(0)
        r, across = (right - left) / 2, decimal(right - left)
        turn = f"a{decimal(r)} {decimal(r)} 0 1 1 "
        return f"M{decimal(left)} {decimal((top + bottom) / 2)}{turn}{across} 0{turn}-{across} 0z"
    left, words = iter(points), []
    for command in commands:
        n = {"M": 1, "L": 1, "Q": 2, "C": 3}.get(command, 0)
        words.append(command + " ".join(f"{decimal(x)} {decimal(y)}" for x, y in take(left, n)))
    return "".join(words)


def take(iterator, n):
    """The next n elements of an iterator."""
    return [next(iterator) for _ in range(n)]


def decimal(number):
    """A number with at most two decimals."""
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def scaled(numbers):
    """A list of numbers of the SVG in card pixels, as text."""
    return " ".join(decimal(float(n) * PIXELS) for n in NUMBER.findall(numbers))


def text_from(node, role):
    """The `Text` of an element."""
    style = dict(item.split(": ", 1) for item in node.get("style").split("; "))
    size = round(float(style["font-size"].removesuffix("px")) * PIXELS)
    fonts, words = tuple(FAMILY.findall(style["font-family"])), node.text or ""
    x, y = (round(float(node.get(axis)) * PIXELS, 2) for axis in "xy")
    colour, anchor = style.get("fill", "#000000"), style["text-anchor"]
    return Text(role, words, x, y, size, anchor, colour, fonts, drawn_width(words, fonts, size))


@lru_cache(4096)
def drawn_width(words, paths, size):
    """Width in pixels of a line of text in the PNG, where matplotlib fits each letter to whole
    pixels, unlike a browser. paths: font files
    """
    font = get_font(list(paths))
    font.set_size(size, 72)
    font.set_text(words, 0, flags=LoadFlags.FORCE_AUTOHINT)
    return font.get_width_height()[0] / 64


def patterns_of(top):
    """The hatchings of a card as SVG, in card pixels."""
    texts = []
    for pattern in top.iter(f"{SVG}pattern"):
        pattern.set("patternTransform", f"scale({PIXELS:.5f})")
        texts.append(plain_svg(pattern))
    return "".join(texts)


def plain_svg(node):
    """An element as text, without a name space."""
    text = ElementTree.tostring(node, encoding="unicode")
    return re.sub(r'\s*xmlns:\w+="[^"]*"|(?<=<)ns\d:|(?<=</)ns\d:', "", text)
