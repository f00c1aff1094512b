"""Fonts of the cards: the font file for each character, with fallbacks.

Each file is registered with matplotlib under a family name of its own.
"""

import re
import unicodedata
from functools import cache, lru_cache
from importlib.metadata import entry_points

from matplotlib import font_manager, get_data_path
from matplotlib.ft2font import FT2Font, LoadFlags

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

SCRIPTS = {  # first word of a character's Unicode name -> usual name of the script
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "KATAKANA-HIRAGANA": "Japanese",
    "HANGUL": "Korean",
    "ETHIOPIC": "Ge'ez",
    "MYANMAR": "Burmese",
}

INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
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
def shown(name, kind="name"):
    """The name as a card can draw it: unchanged, or with the name of its script in place of letters
    that no font has.

    name  any text;  kind  what it names, for "a title in Japanese script"
    Returns the text without control characters. The alt text keeps the real name.
    """
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", name))
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") else c for c in text
    )
    text = re.sub(" +", " ", text).strip()
    thing = f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    characters = [c for c in text if c not in JOINERS]
    lost = [c for c in characters if not drawable(c)]
    if not lost:
        return text or f"{thing} without letters"
    rest = " ".join("".join(filter(drawable, characters)).split())
    letters = any(map(str.isalnum, rest))
    if emoji(lost):
        return rest if letters else f"{thing} in emoji"
    return f"{rest} ({script(lost)})" if letters else f"{thing} in {script(lost)} script"


def emoji(characters):
    """Whether all characters are symbols or marks, such as emoji."""
    return all(unicodedata.category(c)[0] in "SM" for c in characters)


def script(characters):
    """Name of the characters' script; Japanese if there are kana, otherwise CJK is Chinese."""
    words = [unicodedata.name(c, "UNKNOWN").split()[0] for c in characters if not emoji([c])]
    kana = [word for word in words if word.startswith(("HIRAGANA", "KATAKANA"))]
    word = (kana or words)[0]
    return SCRIPTS.get(word, word.capitalize())


@cache
def bearing(character, face):
    """White space left of a character, as a share of the font size."""
    if ord(character) not in glyphs(files()[face]):
        return 0.0
    font = FT2Font(files()[face])
    font.set_size(100, 72)
    return font.load_char(ord(character), flags=LoadFlags.NO_HINTING).horiBearingX / 6400
