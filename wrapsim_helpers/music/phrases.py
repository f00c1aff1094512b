"""Texts from the word lists of words.json: forms such as "{noun} {tail}" with words in place."""

import functools
import itertools
import re

from .labels import words

# of words joined without a blank: a letter thrice in a row, or letters twice in a row
STUTTER = re.compile(r"(\w)\1\1|(\w\w+)\2")
TWICE = re.compile(r"\b(\w+) \1\b")  # a word twice in a row
STEM = 4  # words that begin with the same letters, so many, count as the same word


@functools.cache
def words_by_list(language):
    """The word lists of a language, or of a country in "people": name -> list of text."""
    book = words()["languages"].get(language) or words()["people"][language]
    return {name: listed(some) for name, some in book.items() if name not in ("join", "titles")}


def listed(some):
    """The words of a list: text separated by |, or such texts whose words are joined."""
    if isinstance(some, str):
        return some.split("|")
    joined = map("".join, itertools.product(*map(listed, some)))
    return [word for word in joined if not STUTTER.search(word.casefold())]


def phrases(forms, language):
    """Every text that forms stand for, without repetitions: a list of text.

    forms  texts with names of word lists in braces
    Texts in which a word occurs twice, such as "La noche de noche", are left out.
    """
    texts = (text for form in forms for text in filled(form, words_by_list(language)))
    return list(dict.fromkeys(texts))


def filled(form, lists):
    """All texts of one form."""
    parts = [[(word, stems(word)) for word in lists[name]] for name in re.findall(r"{(\w+)}", form)]
    frame = re.sub(r"{\w+}", "{}", form)
    for chosen in itertools.product(*parts):
        text = frame.format(*(word for word, _ in chosen))
        stumbles = STUTTER if "}{" in form else TWICE
        if all_differ(chosen) and not stumbles.search(text.casefold()):
            yield text


def stems(word):
    """First letters of the words of a text that have three letters and more: a frozenset."""
    return frozenset(part[:STEM] for part in word.casefold().split() if len(part) > 2)


def all_differ(chosen):
    """Whether no two of some pairs (text, stems) share a word; in Asian scripts, any part."""
    return not any(
        first & second or (text[0] > "\u0dff" and (text in other or other in text))
        for (text, first), (other, second) in itertools.combinations(chosen, 2)
    )
