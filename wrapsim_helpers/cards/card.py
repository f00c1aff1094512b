"""Cards as PNG bytes with a name and an alt text, shown in a notebook or written to a folder."""

import base64
import hashlib
import html
import io
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from threading import get_ident

import matplotlib.style
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ..checking import check_choice, front_door
from ..storage.outputs import marker_of, output_folder, remove_outputs, replaced_file
from ..wrapped import EDITIONS, Story
from .squares import SQUARES, square_of
from .words import period_named

MODULES = (
    "albums archive artist country crowd days energy evolution fans firsts genre_hours "
    "kept_songs moments moods new_releases number_one party pioneer posters race rare_artists "
    "recaps release_years similar summary tastebreakers top_song_quiz tops two_truths types volume "
    "years".split()
)
# cards without an insight: of a pair, a party and an artist; "too_little" is a story's only card
OF_ARTIST = ("artist_year", "artist_countries", "accolades")
LAST = ("blend", "party", *OF_ARTIST, "summary", "too_little")
WITH_ARTIST = ("top_songs", "listening_clock", "calendar")  # cards that an artist has too
RANKS = ("place", "country_place")  # cards of a rank by minutes


def drawings():
    """Card name -> drawing, in the order of the stories. The drawing of an insight is the function
    `draw_<insight>` of one of MODULES.
    """
    functions = {}
    for module in MODULES:
        functions |= vars(import_module(f".{module}", __package__))
    names = [name for edition in EDITIONS.values() for name in edition.insights]
    order = dict.fromkeys([*names, *LAST])
    return {name: functions[f"draw_{name}"] for name in order if f"draw_{name}" in functions}


CARDS = drawings()
CARD_FILES = re.compile(
    rf"\d\d_({'|'.join(CARDS)})(_square)?\.png|(cards|summary|Wrapped\d{{4}})\.json|story\.html"
)  # files that a folder of cards may hold
LEVEL = 3  # of compression: half the time of level 6, and a quarter more bytes
PAGE_LEVEL = 6  # in a page, where each picture takes a third more bytes than in a file
SMALL = 300  # width in a notebook, three to a row
# of the button: JupyterLab removes STYLE from a notebook that is not trusted, and keeps this
BARE = "border:0;padding:0;background:none"
STYLE = """<style>
.wrapsim > [popover] { display: block; position: static; margin: 0; padding: 0; border: 0;
  background: none; overflow: visible }
.wrapsim > [popover]:popover-open { position: fixed; inset: 0; margin: auto; width: fit-content;
  height: fit-content }
.wrapsim > [popover]::backdrop { background: rgb(0 0 0 / 75%) }
.wrapsim button { all: unset; display: block; cursor: zoom-in }
.wrapsim button:focus-visible { outline: 3px solid #2438C9; outline-offset: 2px }
.wrapsim :popover-open button { cursor: zoom-out }
.wrapsim img { display: block; height: auto }
.wrapsim :popover-open img { width: auto; max-width: 96vw; max-height: 96vh }
</style>"""


@dataclass(frozen=True)
class Card:
    """One finished picture: name, alt text, PNG bytes, its width in a notebook in pixels, and
    whether it is the square picture of the card.
    """

    name: str
    alt: str
    png: bytes = field(repr=False)
    width: int = SMALL
    square: bool = False

    def _repr_html_(self):
        return STYLE + picture(self)


def picture(card, name=""):
    """HTML of a card. A click or the Enter key shows it over the page, in full size or as large as
    the window; another click or Escape closes it. The page below keeps its place.

    The picture is in the HTML once: the small one becomes the popover. In a notebook that is not
    trusted, JupyterLab shows the small one and opens nothing.
    name  unique on the page; "" for one from the picture
    """
    src = "data:image/png;base64," + base64.b64encode(smaller(card.png)).decode()
    alt, name = html.escape(card.alt, quote=True), f"card-{name or digest(card.png)}"
    img = f'<img alt="{alt}" width="{card.width}" src="{src}">'
    button = f'<button popovertarget="{name}" style="{BARE}">{img}</button>'
    return (
        f'<div class="wrapsim" style="width:{card.width}px;height:{height_of(card)}px">'
        f'<div popover id="{name}">{button}</div></div>'
    )


def smaller(png):
    """The same pixels as a PNG of three quarters of the bytes, without its texts; in a page, the
    alt text stands beside it. This takes a tenth of the time of drawing the card.
    """
    smaller_png = io.BytesIO()
    Image.open(io.BytesIO(png)).save(smaller_png, "png", compress_level=PAGE_LEVEL)
    return smaller_png.getvalue()


def digest(content):
    """Twelve letters that depend on all bytes of a content."""
    return f"{hashlib.sha256(content).hexdigest():.12}"


def height_of(card):
    """Height of a card in a notebook, pixels."""
    pixels = Image.open(io.BytesIO(card.png)).size
    return round(card.width * pixels[1] / pixels[0])


@front_door
def make_cards(story: Story, theme="press"):
    """All cards that the story has data for, in order, the summary last. If the listener streamed
    too little, only the card `too_little`.
    """
    return [make_card(name, story, theme) for name in card_names(story)]


def card_names(story):
    """Names of the cards of a story, in the order of its edition. An insight without rows has no
    card.
    """
    if story.too_little:
        return ["too_little"]
    if "artist_year" in story.tables:
        return with_rows(story, (*OF_ARTIST, *WITH_ARTIST))
    return [*with_rows(story, (*EDITIONS[story.edition].story, "blend", "party")), "summary"]


def with_rows(story, names):
    """The names of cards for which a story has rows, without a rank in the lowest tenth."""
    has_rows = [name for name in names if name in CARDS and len(story.tables.get(name, ()))]
    return [name for name in has_rows if name not in RANKS or is_kind(story.first(name))]


def is_kind(row):
    """Whether a rank is told: that of the lowest tenth of the listeners is not."""
    return row["rank"] == 1 or row["n_below"] >= row["n_listeners"] / 10


@front_door
def make_squares(story: Story, theme="press"):
    """The square pictures, 1080 x 1080, of the story's summary, top songs and top artists; none if
    the listener streamed too little.
    """
    names = card_names(story)
    return [make_card(name, story, theme, square=True) for name in SQUARES if name in names]


def make_card(name, story, theme="press", square=False):
    """One card of a story, 1080 x 1920, or its square picture, drawn with matplotlib's default
    settings.
    """
    draw = square_of(name) if square else CARDS[check_choice("name", name, tuple(CARDS))]
    name = draw.__name__.removeprefix("draw_").removeprefix("square_")
    with matplotlib.style.context("default"):
        ax = draw(empty_axes((5.4, 5.4 if square else 9.6), get_ident()), story, theme=theme)
        ax.figure.canvas.draw()
    alt, title = (
        ax.get_label(),
        f"{story.listener['name']}, {period_named(story)}: {name.replace('_', ' ')}",
    )
    texts = {"Title": title, "Description": alt}
    return Card(name, alt, png_bytes(ax.figure.canvas, flat_colours(ax), texts), square=square)


def empty_axes(size, thread):
    """The axes of a canvas without shapes and texts, the same ones for each card of a size in a
    thread: new axes, and new memory for their pixels, take a third of the time of a card.
    """
    ax = axes_of(size, thread)
    for artist in (*ax.collections, *ax.texts):
        artist.remove()
    return ax


@lru_cache(8)
def axes_of(size, _):
    """Axes that cover the canvas of a size, inches, and of a thread; so it needs no background."""
    figure = Figure(figsize=size, dpi=200, frameon=False)
    FigureCanvasAgg(figure)
    return figure.add_axes((0, 0, 1, 1))


def flat_colours(ax):
    """The colours of the card's shapes and texts, without the colours that anti-aliasing adds."""
    shapes = [
        row[:3] for c in ax.collections for row in (*c.get_facecolor()[:1], *c.get_edgecolor()[:4])
    ]
    words = [to_rgb(text.get_color()) for text in ax.texts]
    return {
        tuple(round(255 * v) for v in rgb) for rgb in (*shapes, *words, to_rgb(ax.get_facecolor()))
    }


def few_colours(picture, colours):
    """The opaque RGBA picture in 256 colours, a third of the bytes.

    colours  (red, green, blue) of the colours that stay exact
    """
    picture = picture.quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = np.array(picture.getpalette()).reshape(-1, 3)
    for colour in colours:
        palette[np.abs(palette - colour).sum(1).argmin()] = colour
    picture.putpalette(palette.ravel().tolist())
    return picture


def png_bytes(canvas, colours, texts):
    """The canvas as a PNG of 256 colours (see `few_colours`). texts: key -> text in the PNG."""
    shown = canvas.get_width_height(), canvas.buffer_rgba()
    picture = few_colours(Image.frombuffer("RGBA", *shown), colours)
    info, png = PngInfo(), io.BytesIO()
    for key, text in texts.items():
        info.add_itxt(key, text)
    picture.save(png, "png", pnginfo=info, compress_level=LEVEL)
    return png.getvalue()


@front_door
def card_folder(out_dir=""):
    """Path of a folder for cards; created, and tested for writing. "" is data/runs/cards.

    Raises ValueError if the folder holds files that wrapsim did not write, PermissionError if it is
    not writable.
    """
    return output_folder(out_dir, "cards")


@front_door
def write_cards(cards: list, out_dir):
    """Write 01_minutes.png, ... and cards.json (file, name, alt, sha256), and remove earlier cards;
    returns the paths of the pictures. A square picture has the number of its card:
    02_top_songs_square.png.

    Raises the errors of `card_folder`, and ValueError while another process writes cards there.
    """
    folder, entries = card_folder(out_dir), []
    with replaced_file(folder / "cards.json", alone=True) as index:
        earlier = filter(CARD_FILES.fullmatch, marker_of(folder)["files"])
        remove_outputs(folder, list(earlier))
        for file, card in zip(card_files(cards), cards):
            sha256 = hashlib.sha256(card.png).hexdigest()
            with replaced_file(folder / file) as temporary:
                temporary.write_bytes(card.png)
            entries.append({"file": file, "name": card.name, "alt": card.alt, "sha256": sha256})
        index.write_bytes((json.dumps(entries, ensure_ascii=False, indent=1) + "\n").encode())
    return [folder / entry["file"] for entry in entries]


def card_files(cards):
    """The file names of cards, numbered in order; a square picture has the number of its card."""
    numbers = {}
    for card in cards:
        numbers.setdefault(card.name, len(numbers) + 1)
    return [f"{numbers[card.name]:02}_{card.name}{'_square' * card.square}.png" for card in cards]


def contact_sheet(rows, width=216, gap=12):
    """A PIL image of rows of cards, scaled down; one row per listener."""
    height = width * 16 // 9
    right, down = width + gap, height + gap  # from one card to the next
    size = gap + right * max(map(len, rows)), gap + down * len(rows)
    sheet = Image.new("RGB", size, "white")
    for r, cards in enumerate(rows):
        for k, card in enumerate(cards):
            whole = Image.open(io.BytesIO(card.png)).convert("RGB")
            small = whole.resize((width, height), Image.Resampling.LANCZOS)
            sheet.paste(small, (gap + right * k, gap + down * r))
    return sheet
