"""Docstrings of the package as reStructuredText, the language that Sphinx reads.

A line `name  what it is` explains an argument or a column; words between backticks are code, and
link to what they name if it is public.
"""

import inspect
import re

import wrapsim_helpers as ws

NAMES = r"( *)(\*{0,2}\w+(?:, \w+)*)"
SPACED = re.compile(NAMES + r"  +(\S.*)")  # name  what it is
LOOSE = re.compile(NAMES + r" (\S.*)")  # the same, of a name as wide as its column
COLON = re.compile(NAMES + r"((?: \([^)]*\))?: \S.*)")  # name (unit): what it is
CODE = re.compile(r"(`[^`]+`)")
SPECIAL = re.compile(r"([*|\\]|(?<=\w)_(?=\W|$)|(?<=:)//)")


def as_rst(lines, parameters):
    """The lines of a docstring as reStructuredText.

    parameters  names of arguments or fields
    """
    entries, depth, result = [], -1, []
    lines = with_one_argument(lines)
    for line, after in zip(lines, [*lines[1:], ""]):
        indent = len(line) - len(line.lstrip())
        if found := entry_in(line, after, parameters, depth):
            entries.append((found[2], found[3]))
            depth = indent
        elif entries and line and indent > depth:
            entries[-1] = (entries[-1][0], f"{entries[-1][1]} {line.strip()}")
        else:
            result += [*block_of(entries, parameters), marked(line.strip())]
            entries, depth = [], -1
    return [*result, *block_of(entries, parameters)]


def with_one_argument(lines):
    """The lines, with `a  text;  b  text` as two."""
    return [part for line in lines for part in re.split(r";  (?=\w+  )", line)]


def entry_in(line, after, parameters, depth):
    """The match of a line that says what a name means, or None.

    after  the next line;  depth  indent of the entry before; -1 without one
    """
    indent = len(line) - len(line.lstrip())
    if found := SPACED.fullmatch(line):
        return found
    if depth == indent and (found := LOOSE.fullmatch(line)):
        return found if indent or known(found, parameters) else None
    found = COLON.fullmatch(line)
    ends = not after or after.startswith(" ") or COLON.fullmatch(after)
    return found if found and ends and known(found, parameters) else None


def known(found, parameters):
    """Whether a match is of names of arguments."""
    return set(found[2].split(", ")) <= set(parameters)


def block_of(entries, parameters):
    """Names and their meanings as reStructuredText, between empty lines."""
    lines = [line for names, text in entries for line in entry_lines(names, text, parameters)]
    return ["", *lines, ""] if lines else []


def entry_lines(names, text, parameters):
    """The lines of a name and its meaning: an argument, a result, or an entry of a list."""
    meaning = marked(text.removeprefix(":").strip())
    if names == "Returns":
        return [f":returns: {meaning}"]
    if set(names.replace("*", "").split(", ")) & set(parameters):
        return [f":param {escaped(name)}: {meaning}" for name in names.split(", ")]
    return [f"``{names}``", f"    {meaning}"]


def marked(text):
    """A line with code as Sphinx writes it, and without characters that mean something to it."""
    parts = CODE.split(text)
    return "".join(code(part[1:-1]) if part[:1] == "`" else escaped(part) for part in parts)


def escaped(text):
    """A text without the signs of reStructuredText."""
    return SPECIAL.sub(r"\\\1", text)


def code(word):
    """A word as code, or as a link to what it names."""
    return f":py:obj:`~wrapsim_helpers.{word}`" if word in ws.__all__ else f"``{word}``"


def parameters_of(thing):
    """The names of a function's arguments, or of a record's fields."""
    try:
        return tuple(inspect.signature(thing).parameters)
    except (TypeError, ValueError):
        return ()


def shape_docstring(app, kind, name, thing, options, lines):
    """Sphinx calls this for each docstring, and shows the lines that it leaves."""
    text = list(lines) if kind != "data" else ["The value is a dict."]
    lines[:] = as_rst(text, parameters_of(thing))


def shape_signature(app, kind, name, thing, options, signature, returned):
    """Sphinx calls this for each signature. One that is longer than a screen is left out: the
    fields are explained below it.
    """
    return ("(...)", returned) if len(signature or "") > 1_000 else (signature, returned)
