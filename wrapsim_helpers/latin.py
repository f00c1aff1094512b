"""Latin forms of names and titles in other scripts.

The transcription is that of anyascii. Added are what a reader expects of a name: spaces, capital
letters, the vowels that Indian scripts do not write, and the readings of readings.json.
"""

import functools
import json
import re
import unicodedata

from anyascii import anyascii

from .resources import resource

# letters whose usual Latin spelling differs from anyascii's: in every language, and in some
SPELLINGS = dict(
    zip(
        "ου Ου ού Μπ ու Ու च छ চ ছ ચ ච ं ং ં ං".split(),
        "ou Ou ou B u U ch chh ch chh ch ch n ng n n".split(),
    )
)
SPELLINGS_OF = {
    "uk": dict(zip("иИгГґҐЄ", ("y", "Y", "h", "H", "g", "G", "Ye"))),
    "bg": dict(zip("ъЪщЩ", ("a", "A", "sht", "Sht"))),
}
SIGNS = re.compile(r"['`]")  # anyascii's marks for letters and signs that names leave out
LAST_LETTERS = {"g": "k", "d": "t", "b": "p", "s": "t", "j": "t"}  # at the end of a Korean syllable
HAN = "[\u3005-\u3007\u3400-\u9fff]+"
JOINERS = re.compile("[\u200c\u200d]")  # invisible
# a consonant of an Indian script before another one, and at the end after a consonant without vowel
CONSONANT = "[\u0915-\u0939\u0995-\u09b9\u0a95-\u0ab9\u0d9a-\u0dc6]"
VOWELLESS = "[\u094d\u09cd\u0acd\u0dca]"
VOWEL_UNWRITTEN = re.compile(
    f"({CONSONANT}[\u093c\u09bc]?)(?=[\u0902\u0982\u0a82\u0d82]?{CONSONANT})"
    f"|(?<={VOWELLESS})({CONSONANT})$"
)


def is_latin(text):
    """Whether all letters of a text are Latin letters; true for a text without letters."""
    return all(unicodedata.name(c, "LATIN").startswith("LATIN") for c in text if c.isalpha())


def latin_form(text, language=""):
    """A text in Latin letters, such as "Hyeonju" for "현주"; unchanged if it is Latin.

    language  ISO 639 code; tells how to read letters that several languages share

    Chinese characters without a reading in readings.json get the Chinese one. Thai, Arabic and
    Hebrew words without a reading get only the letters that are written.
    """
    if is_latin(text):
        return text
    text = known_words()[1].sub(lambda word: f" {readings()[word[0]]} ", JOINERS.sub("", text))
    for letters, form in ASIAN:
        text = re.sub(letters, lambda run, form=form: f" {form(run[0])} ", text)
    text = OTHER.sub(lambda run: other(run[0], language), text)
    text = re.sub(r"([(\[]) +| +([)\],.!?])", r"\1\2", " ".join(text.split()))
    return text[:1].upper() + text[1:]


@functools.cache
def readings():
    """Latin forms that letters do not tell: text -> text, from data/behaviour/readings.json."""
    path = resource("data", "behaviour", "readings.json")
    languages = json.loads(path.read_text(encoding="utf-8"))["languages"].values()
    return {text: latin for words in languages for text, latin in words.items()}


@functools.cache
def known_words():
    """Patterns of the texts of `readings`, the longest first: those of Chinese characters, others.

    Arabic and Hebrew texts are whole words only.
    """
    texts = sorted(readings(), key=len, reverse=True)
    of_han = [text for text in texts if re.fullmatch(HAN, text)]
    whole = [rf"\b{text}\b" if "֐" <= text[0] <= "ۿ" else text for text in texts]
    return re.compile("|".join(of_han)), re.compile("|".join(w for w in whole if w not in of_han))


def han(run):
    """Reading of Chinese characters, one word each; the Chinese one unless all have another.

    Two characters with the Chinese reading are one word.
    """
    words = known_words()[0].findall(run)
    if sum(map(len, words)) == len(run):
        return " ".join(map(readings().get, words))
    return ("" if len(run) == 2 else " ").join(map(anyascii, run)).title()


def hangul(run):
    """A Korean word, transcribed syllable by syllable."""
    return "".join(map(syllable, run)).replace("lr", "ll").capitalize()


def syllable(character):
    """A Korean syllable; anyascii has L for a usual R, and last letters as if they came first."""
    form = re.sub("^l", "r", anyascii(character).lower())
    return re.sub("(?<=[aeiou])[gdbsj]$", lambda last: LAST_LETTERS[last[0]], form)


def hiragana(run):
    """Japanese syllables, which also write what stands between nouns."""
    return anyascii(run)


def other(run, language):
    """A word in another script; it begins with a capital letter if its script has none."""
    is_georgian = "ა" <= run[0] <= "ჿ"  # which has capital letters, but not in names
    has_case = run.lower() != run.upper() and not is_georgian
    run = VOWEL_UNWRITTEN.sub(r"\1\2a", run)
    for letters, latin in (SPELLINGS | SPELLINGS_OF.get(language, {})).items():
        run = run.replace(letters, latin)
    form = SIGNS.sub("", anyascii(run))
    return form if has_case else form.capitalize()


ASIAN = (  # characters without spaces between words
    (HAN, han),
    ("[\uac00-\ud7a3]+", hangul),
    ("[\u3041-\u309f]+", hiragana),
)
OTHER = re.compile(r"[^\x00-\u024f\u1e00-\u1eff\u2000-\u206f\s]+")
