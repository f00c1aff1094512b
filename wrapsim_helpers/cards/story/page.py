"""The page of a story: one HTML file that needs no other file and no network."""

import base64
import html
import unicodedata
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from string import Template

from ...checking import front_door
from ...storage.outputs import replaced_file, writable_output_folder
from ...wrapped import Story
from ..canvas import HEIGHT, LEFT, RIGHT, WIDTH, fit_name
from ..card import card_names
from ..fonts import chain, shown
from ..themes import check_theme
from ..words import period_named
from .drawing import decimal, drawing_of
from .faces import family_names, font_faces, used_characters
from .motion import LAST, moving_shapes, moving_texts

FILE = "story.html"
HERE = Path(__file__).parent
SECONDS, SECONDS_PER_WORD = 2, 0.3  # that a card is shown
NAME_SIZES = (108, 84, 72, 62)  # of the listener's name in the overview
LABELS = "Pause Play again Save picture All cards"  # the words of the player
TILES, GAP = 1270, 24  # pixels: height of the overview's cards, and between two of them
WIDTH_SHOWN = 360  # CSS pixels, in a notebook


@dataclass(frozen=True)
class Page:
    """A story as an HTML page. A notebook shows it as a frame of 360 x 640 pixels."""

    title: str
    html: str = field(repr=False)

    def _repr_html_(self):
        size = f'width="{WIDTH_SHOWN}" height="{WIDTH_SHOWN * HEIGHT // WIDTH}"'
        page = self.html.replace("&", "&amp;").replace('"', "&quot;")
        name = for_html(self.title)
        return f'<iframe title="{name}" {size} style="border:0" srcdoc="{page}"></iframe>'


@front_door
def show_story(story: Story, theme="press"):
    """The cards of a story as a page that plays them, for a notebook cell. It also plays in an HTML
    export without a kernel.

    story  as from `tell_story`;  theme  press, night, contrast or print
    Returns a `Page`. Raises ValueError if the theme is unknown.
    """
    return page_of_cards(story, check_theme(theme), card_names(story))


def page_of_cards(story, theme, names):
    """The `Page` of some cards of a story. names: of cards, in their order"""
    drawings = [drawing_of(name, story, theme) for name in names]
    title = f"{story.listener['name']}, {period_named(story)}"
    return Page(title, page_of(drawings, story, title))


@front_door
def write_story(story: Story, out_dir, theme="press"):
    """Write story.html, a page that plays the cards of a story: one file of less than 3 MB, which
    needs no network. Returns its path.

    story  as from `tell_story`;  theme  press, night, contrast or print
    Raises ValueError if the theme is unknown, and the errors of `card_folder`.
    """
    theme = check_theme(theme)
    path = writable_output_folder(out_dir) / FILE
    page = show_story(story, theme)
    with replaced_file(path) as temporary:
        temporary.write_bytes(page.html.encode())
    return path


# ---------------------------------------------------------------- the page


def page_of(drawings, story, title):
    """The HTML of a story."""
    name, look = (
        shown(story.listener["name"], latin=story.listener["name_latin"]),
        drawings[-1].look,
    )
    used = used_characters(all_texts(drawings, name))
    fonts = family_names(used)
    size, lines = fit_name(name, NAME_SIZES, "hero", RIGHT - LEFT, 2)
    return Template(bundled("story.html")).substitute(
        title=for_html(title),
        icon=icon(drawings[-1]),
        faces=font_faces(used),
        text_face=", ".join(fonts[path] for path in chain(LABELS, "text")),
        hero_face=", ".join(fonts[path] for path in chain(f"{name}…", "hero")),
        columns=columns(len(drawings)),
        css=bundled("story.css"),
        js=bundled("story.js"),
        cards="\n".join(slide(*entry, drawings, story, fonts) for entry in enumerate(drawings, 1)),
        overview_colours=colours(look),
        kicker=for_html(f"All cards, {period_named(story)}"),
        name_size=size,
        name="<br>".join(map(for_html, lines)),
        tiles="\n".join(tile(*entry) for entry in enumerate(drawings, 1)),
        bars="<i><b></b></i>" * len(drawings),
    )


def bundled(name):
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def for_html(text):
    """A text for HTML, also inside quotation marks."""
    return html.escape(text, quote=True)


def all_texts(drawings, name):
    """(words, font files) of every text of a page. name: of the listener"""
    for drawing in drawings:
        yield from ((text.words, text.fonts) for text in drawing.texts)
    yield LABELS + "0123456789,", chain(LABELS, "text")
    yield f"{name}…", chain(f"{name}…", "hero")


def columns(n):
    """The number of columns in which n cards of 9:16 fit into the overview."""

    def height(k):
        rows, tile_width = -(-n // k), (RIGHT - LEFT - GAP * (k - 1)) / k
        return rows * (tile_width * HEIGHT / WIDTH + GAP) - GAP

    return next(k for k in range(2, n + 3) if height(k) <= TILES)


def colours(look):
    """The colours of a card as CSS variables."""
    names = {
        "ground": look.ground,
        "text": look.text,
        "loud": look.loud,
        "accent": look.accent.face,
    }
    return ";".join(f"--{name}:{colour}" for name, colour in names.items())


def icon(drawing):
    """The small year disc as the page's icon, a data address."""
    disc = "".join(
        path_element(p, "") for p in styled(s for s in drawing.shapes if s.role == "signature")
    )
    box = f"{RIGHT - 96} 266 96 96"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}">{disc}</svg>'
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def tile(number, drawing):
    """The button of a card in the overview."""
    label = for_html(f"{number}: {drawing.said('kicker')}")
    look = drawing.look
    return (
        f'<button class="tile" type="button" aria-label="{label}" '
        f'style="--ground:{look.ground};--edge:{look.muted.face};--ring:{look.accent.face}">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"><use href="#art-{number}"/></svg>'
        "</button>"
    )


# ---------------------------------------------------------------- a card


def slide(number, drawing, drawings, story, fonts):
    """The section of a card. fonts: font file -> family on the page"""
    units = moving_shapes(drawing)
    label = for_html(f"{number} of {len(drawings)}: {drawing.said('kicker')}")
    x, y = accent_place(units)
    return (
        f'<section class="card" style="{colours(drawing.look)}" role="group" '
        f'aria-roledescription="card" aria-label="{label}" data-seconds="{seconds(drawing)}" '
        f'data-accent="{x} {y}" data-file="{story.year}-{number:02}-{drawing.name}.png" inert>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{for_html(drawing.alt)}">{drawing.definitions}'
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" fill="{drawing.look.ground}"/>'
        f'<g id="art-{number}">\n{art(drawing, units, fonts)}</g></svg>\n</section>'
    )


def seconds(drawing):
    """How long a card is shown: two seconds and 0.3 for each word."""
    n_words = sum(len(text.words.split()) for text in drawing.texts)
    return round(SECONDS + SECONDS_PER_WORD * n_words, 1)


def accent_place(units):
    """(x, y) of the middle of the first shape in the accent's colour, else of the card."""
    accents = [unit for unit in units if unit.motion.start >= LAST]
    if not accents:
        return WIDTH // 2, HEIGHT // 2
    left, top, right, bottom = accents[0].shapes[0].box
    return round((left + right) / 2), round((top + bottom) / 2)


def art(drawing, units, fonts):
    """The shapes and texts of a card as SVG, one group for each role of shapes."""
    roles = groupby(units, key=lambda unit: unit.shapes[0].role)
    groups = [f'<g data-role="{role}">{"".join(map(moving, rows))}</g>\n' for role, rows in roles]
    texts = zip(drawing.texts, moving_texts(drawing, units), strict=True)
    return "".join(groups) + "".join(line(*entry, fonts) for entry in texts)


def moving(unit):
    """The shapes of a unit as SVG."""
    paths, move = list(styled(unit.shapes)), moves(unit.motion)
    if len(paths) == 1:
        length = ' pathLength="1"' if unit.motion.kind in ("draw", "run") else ""
        return path_element(paths[0], move + length)
    return f"<g {move}>{''.join(path_element(p, '') for p in paths)}</g>"


def moves(motion):
    """The class and times of a motion as attributes."""
    hub = f";--hub:{decimal(motion.hub[0])}px {decimal(motion.hub[1])}px" if motion.hub else ""
    pace = f";--pace:linear({','.join(map(str, motion.pace))})" if motion.pace else ""
    times = f"--t:{motion.start}ms;--d:{motion.length}ms{hub}{pace}"
    return f'class="moves {motion.kind}" style="{times}"'


def styled(shapes):
    """(style, path) of shapes; those of one style are one path."""
    paths = {}
    for shape in shapes:
        paths.setdefault(tuple(shape.style.items()), []).append(shape.d)
    return [(style, "".join(parts)) for style, parts in paths.items()]


def path_element(entry, attributes):
    """A path as SVG. entry: (style, path)"""
    style, d = entry
    looks = " ".join(f'{name}="{value}"' for name, value in style)
    return f'<path {attributes} {looks} d="{d}"/>'


def line(text, motion, fonts):
    """A line of text as SVG, exactly as wide as on the card."""
    family = ",".join(fonts[file] for file in text.fonts if file in fonts)
    place = f'x="{decimal(text.x)}" y="{decimal(text.y)}" text-anchor="{text.anchor}"'
    return (
        f'<text {moves(motion)} data-role="{text.role}" {place} '
        f'font-size="{text.size}" font-family="{family}" '
        f'fill="{text.colour}"{as_wide(text)}>{for_html(text.words)}</text>\n'
    )


def as_wide(text):
    """Attributes that make a text as wide as on the card, where matplotlib rounds the widths of
    letters to whole pixels. Joined scripts keep the width that the browser gives them.
    """
    joined = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text.words)
    length = f' textLength="{decimal(text.width)}" lengthAdjust="spacingAndGlyphs"'
    return length if text.width and not joined else ""
