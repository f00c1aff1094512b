"""Checks of what callers give: values of other libraries become Python's own, and errors say what
is allowed and the nearest right name.
"""

import difflib
import errno
import functools
import inspect
import numbers
import os
from collections import namedtuple
from pathlib import Path
from typing import get_args

DRAWN = (
    "",
    -1,
    None,
    (),
)  # defaults that mean "drawn" or "not given"; a missing value means the same
CHECKED_BY_VALUE = (str, int, float, bool, inspect.Parameter.empty)
MOST_NAMED = 24  # arguments that a message lists; `Behaviour` has a hundred
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of an OSError on a full disk
MISSING_TYPES = ("NAType", "NaTType")  # of pandas, which is not imported for this


# -- functions of the front door -------------------------------------------------------------------

Argument = namedtuple(
    "Argument", "default kind"
)  # kind: a class that the value must be of; object for any


def front_door(thing=None, *, rest=None):
    """Decorate a public function or record: plain values, and a TypeError that names it for an
    argument that it does not take.

    rest  the function or record that takes what `thing` takes as `**rest`
    """
    if thing is None:
        return functools.partial(front_door, rest=rest)
    if isinstance(thing, type):
        thing.__init__ = checked_call(thing.__init__, thing.__name__, arguments_of(thing))
        return thing
    return checked_call(
        thing,
        thing.__name__,
        arguments_of(thing) | (arguments_of(rest) if rest else {}) | arguments_of(thing),
    )


def arguments_of(function):
    """Name -> `Argument` of what a function or record names; the kind is the annotated class,
    unless it is one of Python's own.
    """
    named = inspect.signature(function).parameters.values()
    return {
        one.name: Argument(one.default, kind_of(one.annotation))
        for one in named
        if one.kind is not one.VAR_KEYWORD
    }


def kind_of(annotation):
    """The class that an annotation asks for; object where it is none, or one whose values are
    checked by name and range.
    """
    classes = [one for one in get_args(annotation) or [annotation] if one is not type(None)]
    known = (
        len(classes) == 1 and isinstance(classes[0], type) and classes[0] not in CHECKED_BY_VALUE
    )
    return classes[0] if known else object


def checked_call(function, name, known):
    """The same function, called with plain values. name: what people call it; known: argument ->
    `Argument`.
    """
    places = [*inspect.signature(function).parameters]

    @functools.wraps(function)
    def call(*args, **named):
        for word in named:
            check_argument(name, word, known)
        values = [
            settled(place, known.get(place, ANY), value) for place, value in zip(places, args)
        ]
        return function(
            *values,
            *args[len(places) :],
            **{word: settled(word, known[word], value) for word, value in named.items()},
        )

    return call


def check_argument(function, word, known):
    """Nothing where a function takes an argument of this name; TypeError with the nearest one
    otherwise.
    """
    if word not in known:
        near = nearest(word, known)
        hint = f" Did you mean {near!r}?" if near else ""
        taken = (
            f"It takes: {', '.join(known)}."
            if len(known) <= MOST_NAMED
            else f"help({function}) lists those it takes."
        )
        raise TypeError(f"{function}() has no argument {word!r}.{hint} {taken}")


def nearest(word, known):
    """The name that is almost the word, or holds it, as preferred_genre does genre, or is somewhat
    like it; None where there is none.
    """
    alike = functools.partial(difflib.get_close_matches, word, known, 1)
    return next(
        iter(
            [
                *alike(cutoff=0.8),
                *(name for name in known if len(word) > 2 and word in name),
                *alike(cutoff=0.5),
            ]
        ),
        None,
    )


# -- values ----------------------------------------------------------------------------------------

ANY = Argument(inspect.Parameter.empty, object)  # of `self`


def settled(name, wanted, value):
    """A value as Python's own; the default where it is missing and the default means "drawn";
    TypeError for one of another kind.
    """
    if is_missing(value) and wanted.default in DRAWN:
        return wanted.default
    if isinstance(value, str) and name.endswith(("_dir", "path")):
        return os.path.expanduser(value)
    if not isinstance(value, wanted.kind):
        raise TypeError(f"{name} is {value!r:.80}; it must be of type {wanted.kind.__name__}.")
    return python_value(value)


def is_missing(value):
    """Whether a value is None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ in MISSING_TYPES:
        return True
    return (isinstance(value, float) or getattr(value, "ndim", None) == 0) and bool(value != value)


def python_value(value):
    """A scalar of NumPy as Python's own, a moment as date or datetime; whatever is missing or no
    scalar as it is.
    """
    if is_missing(value) or getattr(value, "ndim", None) != 0:
        return value
    whole = value.item()
    return (
        value.astype("datetime64[us]").item()
        if value.dtype.kind == "M" and isinstance(whole, int)
        else whole
    )


def whole(text):
    """A text as a whole number where it is one, otherwise as it is, for a check to refuse."""
    try:
        return int(text) if str(text).lstrip("-").isdecimal() else text
    except ValueError:  # more digits than Python reads
        return text


def yaml_value(text, loader=None):
    """The value in a YAML text; ValueError saying what is wrong with it. loader: a yaml loader."""
    import yaml  # here, since most commands need none

    try:
        return yaml.load(text, loader or yaml.SafeLoader)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:  # the latter of dates such as 2025-13-01
        raise ValueError(" ".join(str(error).split())) from None


# -- paths -----------------------------------------------------------------------------------------


def check_path_kind(name, given):
    """What a caller gave as a path, as it is; TypeError where it is neither text nor a Path."""
    if not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"{name} is {given!r}; it must be a path, as text or Path.")
    return given


def check_path(name, given):
    """A path that a caller gave as a Path, `~` expanded; TypeError or ValueError where no file can
    be called so.
    """
    if "://" in str(check_path_kind(name, given)):
        raise ValueError(
            f"{name} is {str(given)!r}; only the folder of a run may be an address. Give a path on "
            f"this machine."
        )
    try:
        path = Path(given).expanduser()
        str(path).encode()  # Arrow and DuckDB open no file whose name is not UTF-8
        path.stat()
    except (OSError, ValueError, RuntimeError) as error:
        if getattr(error, "errno", None) not in (errno.ENOENT, errno.ENOTDIR):
            reason = getattr(error, "strerror", None) or error
            kind = PermissionError if isinstance(error, PermissionError) else ValueError
            raise kind(
                f"{name} is {str(given)!r}, which cannot be a path here ({reason}); give another "
                f"path."
            ) from None
    return check_links(name, given, path)


def check_links(name, given, path):
    """A path as it is; ValueError where it leads through a link to nowhere."""
    for link in (path, *path.parents):
        if link.is_symlink() and not link.exists():
            raise ValueError(
                f"{name} is {str(given)!r}, but {str(link)!r} is a link to "
                f"{os.readlink(link)!r}, which does not exist; give another path, or make that "
                f"folder."
            )
    return path


def check_file(name, path, instead):
    """A path as it is where it is a file; FileNotFoundError otherwise. instead: what to do."""
    if path.is_file():
        return path
    problem = (
        "which is a folder"
        if path.is_dir()
        else "which is no regular file"
        if path.exists()
        else "and there is no such file"
    )
    raise FileNotFoundError(f"{name} is {str(path)!r}, {problem}. {instead}")


# -- checks: what was given, what is allowed, what to do -------------------------------------------


def check_choice(name, value, allowed):
    """`value` where it is one of `allowed`, whatever its capitals; otherwise a ValueError with the
    nearest names.
    """
    by_folded = {str(choice).casefold(): choice for choice in allowed}
    if str(value).casefold() in by_folded:
        return by_folded[str(value).casefold()]
    near = difflib.get_close_matches(str(value).casefold(), by_folded, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(repr(by_folded[n]) for n in near)}?" if near else ""
    raise ValueError(
        f"{name} is {value!r}; it must be one of {', '.join(map(repr, allowed))}.{hint}"
    )


def check_count(name, value, low, high, also=None):
    """`value` as an int where it is a whole number from low to high; otherwise a ValueError or
    TypeError. also: one number below low that is allowed, or None.
    """
    other = "" if also is None else f"{also} or "
    allowed = f"it must be {other}a whole number from {in_digits(low)} to {in_digits(high)}."
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r}; {allowed}")
    if value != also and not low <= value <= high:
        raise ValueError(f"{name} is {in_digits(value)}; {allowed}")
    return int(value)


def check_names(name, value):
    """A list of names, or another collection in an order of its own, as a tuple of plain values;
    TypeError for anything else.
    """
    if isinstance(value, (str, bytes, dict, set, frozenset)) or not hasattr(value, "__iter__"):
        raise TypeError(
            f"{name} is {value!r}; it must be a list of names, such as ['Pop', 'Rock']."
        )
    return tuple(map(python_value, value))


def in_digits(number):
    """A whole number as text, with commas from five digits on, so that years have none."""
    return f"{number:,}" if abs(number) >= 10_000 else str(number)


def in_bytes(number):
    """A number of bytes as text of three digits: "512 bytes", "1.23 MB", "4,560 TB"."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if number >= 0.9995 * size:
            digits = int(number < 9.995 * size) + int(number < 99.95 * size)
            return f"{number / size:,.{digits}f} {unit}"
    return f"{number:.0f} bytes"
