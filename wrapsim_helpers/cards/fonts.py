"""Fonts of the cards: the font file for each character, with fallbacks.

Each file is registered with matplotlib under a family name of its own.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import entry_points

from matplotlib import font_manager, get_data_path
from matplotlib.ft2font import FT2Font, LoadFlags

from ..latin import latin_form

# face -> (entry point group, entry point, key of the file, whether fallbacks should be bold)
FACES = {
    "hero": ("fonts_ttf", "manrope", "ManropeExtraBold", True),
    "name": ("fonts_ttf", "manrope", "ManropeBold", True),
    "text": ("fonts_otf", "hanken-grotesk", "HankenGroteskMedium", False),
    "bold": ("fonts_otf", "hanken-grotesk", "HankenGroteskBold", True),
}

# Fallbacks. A character that its face does not have is drawn by the first of them that has it.
INSTALLED = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Source Han Sans",
    "Source Han Sans JP",
    "IPAexGothic",
    "IPAGothic",
    "Hiragino Sans",
    "Yu Gothic",
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Apple SD Gothic Neo",
    "Malgun Gothic",
    "NanumGothic",
    "Noto Sans Devanagari",
    "Kohinoor Devanagari",
    "Nirmala UI",
    "Lohit Devanagari",
    "Noto Sans Thai",
    "Thonburi",
    "Leelawadee UI",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans",
    "Noto Emoji",
    "Segoe UI Emoji",
    "Segoe UI Symbol",
    "Symbola",
    "Arial Unicode MS",
)

# words of genres that are names of places, peoples and languages, and abbreviations
PROPER_WORDS = re.compile(
    r"\b(?:alaska|american|arab|arkansas|australian|barbadian|belgian|british|canadian|celtic"
    r"|chicago|czech|danish|detroit|dutch|espanol|finnish|french|german|icelandic|indian|indonesian"
    r"|irish|israeli|italian|japanese|korean|latin|limburg|mexican|polish|portuguese|scottish"
    r"|spanish|swedish|thai|turkish|ukrainian|christmas|atl|ccm|edm|mpb|opm|uk|us|r&b|[jk](?=-)"
    r"|la(?= pop))\b"
)
CAPITALS = {word: word.upper() for word in "atl ccm edm la mpb opm uk us r&b".split()}
CAPITALS["espanol"] = "español"

INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
LEFT_TO_RIGHT = "\u200e"  # a mark without width
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+(?: +[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]+)*"
)
JOINERS = "\u200c\u200d"  # invisible; they change the shape of their neighbours


@cache
def files():
    """Face -> path of its font file, from the entry points of the font packages."""
    return {
        face: next(iter(entry_points(group=group, name=package))).load()[key]
        for face, (group, package, key, _) in FACES.items()
    }


@cache
def glyphs(path):
    """Code points that a font file can draw."""
    return frozenset(FT2Font(path).get_charmap())


@cache
def register(path):
    """Register a font file; returns the family name under which matplotlib finds exactly this
    file.
    """
    family = f"wrapsim {path}"
    font_manager.fontManager.ttflist.append(
        font_manager.FontEntry(path, name=family, weight=400, size="scalable")
    )
    return family


@cache
def installed(name, bold):
    """Path of the installed font of a family with the nearest weight; None if there is none."""
    manager, wanted = font_manager.fontManager, 700 if bold else 500
    by_weight = sorted(
        (manager.score_weight(wanted, font.weight), font.fname)
        for font in manager.ttflist
        if font.name == name and font.style == "normal"
    )
    return by_weight[0][1] if by_weight else None


@cache
def fallbacks(bold):
    """Paths of the fallback fonts, in order of preference."""
    paths = [installed(name, bold) for name in INSTALLED]
    shipped = ["DejaVuSans-Bold.ttf", "DejaVuSans.ttf"][0 if bold else 1 :]
    return (
        *filter(None, paths),
        *(f"{get_data_path()}/fonts/ttf/{name}" for name in shipped),
    )


@lru_cache(4096)
def chain(text, face):
    """Font files for a text: the face's file, then the fallbacks that the text needs."""
    paths, missing = [files()[face]], {ord(c) for c in text} - glyphs(files()[face])
    for path in fallbacks(FACES[face][3]) if missing else ():
        if missing & glyphs(path):
            paths.append(path)
            missing -= glyphs(path)
    return paths


def families(text, face):
    """The font files of `chain` as family names for matplotlib."""
    return [register(path) for path in chain(text, face)]


@cache
def drawable(character):
    """Whether a face or a fallback can draw the character."""
    code = ord(character)
    return any(
        code in glyphs(path) for path in (files()["name"], files()["text"], *fallbacks(bold=False))
    )


@lru_cache(4096)
def shown(name, kind="name", latin=""):
    """The name as a card can draw it: unchanged, or its Latin form if no font has all its letters.

    name  any text;  kind  what it names, for "a title in emoji"
    latin  its Latin form; "" for that of `latin.latin_form`
    Returns the text without control characters. The alt text keeps the real name.
    """
    text = visible(name)
    if all(map(drawable, without_joiners(text))):
        return text or f"{article(kind)} without letters"
    form = without_joiners(visible(latin or latin_form(text)))
    rest = " ".join("".join(filter(drawable, form)).split())
    return rest if any(map(str.isalnum, rest)) else f"{article(kind)} in {symbols(text)}"


def shown_genre(name):
    """A genre as a card shows it, with the capitals of names: "thai pop" -> "Thai pop"."""
    words = PROPER_WORDS.sub(lambda m: CAPITALS.get(m[0], m[0].capitalize()), name)
    return shown(words, "genre")


def family_in_text(name):
    """A family of genres as it stands in a sentence: "Soul & jazz" -> "soul & jazz"."""
    return shown_genre(name.lower())


def visible(name):
    """A name in Unicode's form NFC, with one blank for control characters and runs of blanks."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", name))
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else c for c in text
    )
    return re.sub(" +", " ", text).strip()


def without_joiners(text):
    """The characters of a text that are drawn, a list."""
    return [c for c in text if c not in JOINERS]


def article(kind):
    """A kind of name with its article: "a title", "an artist"."""
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def symbols(text):
    """What a text without Latin form consists of: "emoji", or "unknown letters"."""
    lost = [c for c in without_joiners(text) if not drawable(c) and not c.isspace()]
    return "emoji" if emoji(lost) else "unknown letters"


def emoji(characters):
    """Whether all characters are symbols or marks, such as emoji."""
    return all(unicodedata.category(c)[0] in "SM" for c in characters)


def from_left(text):
    """A line of text that runs from the left: marks keep words written from the right, such as an
    Arabic name in an English sentence, in their place.
    """
    if RIGHT_TO_LEFT.fullmatch(text):
        return text
    return RIGHT_TO_LEFT.sub(f"{LEFT_TO_RIGHT}\\g<0>{LEFT_TO_RIGHT}", text)


@cache
def bearing(character, face):
    """White space left of a character at the beginning of a line, as a share of the font size; 0
    for a script that is written from the right.
    """
    path = next((path for path in chain(character, face) if ord(character) in glyphs(path)), None)
    if path is None or unicodedata.bidirectional(character) in ("R", "AL"):
        return 0.0
    font = FT2Font(path)
    font.set_size(100, 72)
    return font.load_char(ord(character), flags=LoadFlags.NO_HINTING).horiBearingX / 6400
