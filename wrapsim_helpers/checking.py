"""Checks of arguments: values of other libraries become plain Python values, and errors name what
is allowed and the nearest valid name.
"""

import difflib
import errno
import functools
import inspect
import json
import numbers
import os
from collections import namedtuple
from pathlib import Path
from typing import get_args

# defaults that mean "drawn" or "not given"; a missing value such as NaN means the same
DRAWN = ("", -1, None, ())
CHECKED_BY_VALUE = (str, int, float, bool, inspect.Parameter.empty)
MOST_NAMED = 24  # arguments that a message lists; `Behaviour` has a hundred
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # of an OSError on a full disk
MISSING_TYPES = ("NAType", "NaTType")  # pandas types, by name so that pandas is not imported here


# -- public functions ------------------------------------------------------------------------------

# kind: the class that the value must have; object for any class
Argument = namedtuple("Argument", "default kind")


def front_door(thing=None, *, rest=None):
    """Decorate a public function or record: convert its arguments to plain Python values, and raise
    a TypeError for an unknown argument.

    rest  the function or record that receives the `**rest` of `thing`
    """
    if thing is None:
        return functools.partial(front_door, rest=rest)
    known = arguments_of(thing)
    if isinstance(thing, type):
        thing.__init__ = checked_call(thing.__init__, thing.__name__, known)
        return thing
    if rest:
        known = known | arguments_of(rest) | known  # in this order, and with its own defaults
    return checked_call(thing, thing.__name__, known)


def arguments_of(function):
    """Argument name -> `Argument` of a function or record; see `kind_of` for the kind."""
    parameters = inspect.signature(function).parameters.values()
    return {
        parameter.name: Argument(parameter.default, kind_of(parameter.annotation))
        for parameter in parameters
        if parameter.kind is not parameter.VAR_KEYWORD
    }


def kind_of(annotation):
    """The class that an annotation requires; object if it requires none, or a class in
    CHECKED_BY_VALUE.
    """
    classes = [cls for cls in get_args(annotation) or [annotation] if cls is not type(None)]
    if len(classes) > 1 or not isinstance(classes[0], type) or classes[0] in CHECKED_BY_VALUE:
        return object
    return classes[0]


def checked_call(function, name, known):
    """The same function, called with plain Python values.

    name  of the function, for messages;  known  argument name -> `Argument`
    """
    positional = [*inspect.signature(function).parameters]

    @functools.wraps(function)
    def call(*args, **keywords):
        for word in keywords:
            check_argument(name, word, known)
        values = [
            plain_argument(word, known.get(word, ANY), value)
            for word, value in zip(positional, args)
        ]
        return function(
            *values,
            *args[len(positional) :],
            **{word: plain_argument(word, known[word], value) for word, value in keywords.items()},
        )

    return call


def check_argument(function, word, known):
    """Raise TypeError with the nearest name if a function takes no argument of this name."""
    if word not in known:
        hint = did_you_mean(nearest(word, known))
        taken = (
            f"It takes: {', '.join(known)}."
            if len(known) <= MOST_NAMED
            else f"help({function}) lists its arguments."
        )
        raise TypeError(f"{function}() has no argument {word!r}.{hint} {taken}")


def nearest(word, known):
    """The known name nearest to a word, in a list, or []: first a very similar name, then a name
    that contains the word (genre: preferred_genre), then a roughly similar name.
    """
    inside = [name for name in known if len(word) > 2 and word in name]
    return (near_names(word, known, cutoff=0.8) + inside + near_names(word, known, cutoff=0.5))[:1]


def near_names(word, known, n=1, cutoff=0.6):
    """The n known names most similar to a word, the most similar first."""
    return difflib.get_close_matches(word, known, n, cutoff)


def did_you_mean(near):
    """The question after an error, with a space before it; "" if no name is near."""
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""


# -- values ----------------------------------------------------------------------------------------

ANY = Argument(inspect.Parameter.empty, object)  # for `self`


def plain_argument(name, wanted, value):
    """A value as a plain Python value, or the default if the value is missing and the default means
    "drawn". Raises TypeError for a value of the wrong class. wanted: an `Argument`.
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
    """A NumPy scalar as a plain Python value, a time as date or datetime; any other value
    unchanged.
    """
    if is_missing(value) or getattr(value, "ndim", None) != 0:
        return value
    plain = value.item()
    return (
        value.astype("datetime64[us]").item()
        if value.dtype.kind == "M" and isinstance(plain, int)
        else plain
    )


def int_or_text(text):
    """A text as an int if it is a whole number, otherwise unchanged: a later check rejects it."""
    try:
        return int(text) if str(text).lstrip("-").isdecimal() else text
    except ValueError:  # more digits than Python reads
        return text


def json_value(data):
    """The value in JSON text or bytes. Raises ValueError if there is none, or it is nested too
    deeply.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def yaml_value(text, loader=None):
    """The value in a YAML text. Raises ValueError that says what is wrong. loader: a yaml loader"""
    import yaml  # here, since most commands do not need it

    try:
        return yaml.load(text, loader or yaml.SafeLoader)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (yaml.YAMLError, ValueError) as error:  # dates such as 2025-13-01 raise ValueError
        raise ValueError(" ".join(str(error).split())) from None


# -- paths -----------------------------------------------------------------------------------------


def check_path_kind(name, given):
    """The given path, unchanged. Raises TypeError if it is neither text nor a Path."""
    if not isinstance(given, (str, os.PathLike)):
        raise TypeError(f"{name} is {given!r}; it must be a path, as text or Path.")
    return given


def check_path(name, given):
    """A given path as a Path, with `~` expanded. Raises TypeError or ValueError if no file can have
    that name.
    """
    if "://" in str(check_path_kind(name, given)):
        raise ValueError(
            f"{name} is {str(given)!r}; only the folder of a run may be a URL. Give a path on this "
            f"machine."
        )
    try:
        path = Path(given).expanduser()
        str(path).encode()  # Arrow and DuckDB cannot open a file whose name is not UTF-8
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        kind = PermissionError if isinstance(error, PermissionError) else ValueError
        raise kind(
            f"{name} is {str(given)!r}, which cannot be a path here ({reason}); give another path."
        ) from None
    return check_links(name, given, path)


def check_links(name, given, path):
    """The path, unchanged. Raises ValueError if it contains a broken symbolic link."""
    for link in (path, *path.parents):
        if link.is_symlink() and not link.exists():
            raise ValueError(
                f"{name} is {str(given)!r}, but {str(link)!r} is a link to "
                f"{os.readlink(link)!r}, which does not exist; give another path, or create that "
                f"folder."
            )
    return path


def check_file(name, path, instead):
    """The path, unchanged. Raises FileNotFoundError if it is not a file. instead: what to do"""
    if path.is_file():
        return path
    problem = "which is not a regular file" if path.exists() else "and there is no such file"
    if path.is_dir():
        problem = "which is a folder"
    raise FileNotFoundError(f"{name} is {str(path)!r}, {problem}. {instead}")


# -- checks: what was given, what is allowed, what to do -------------------------------------------


def check_choice(name, value, allowed):
    """The entry of `allowed` that equals `value`, ignoring case. Raises ValueError with the nearest
    names if there is none.
    """
    by_folded = {str(choice).casefold(): choice for choice in allowed}
    if str(value).casefold() in by_folded:
        return by_folded[str(value).casefold()]
    near = near_names(str(value).casefold(), by_folded, n=3, cutoff=0.5)
    hint = did_you_mean([by_folded[name] for name in near])
    raise ValueError(
        f"{name} is {value!r}; it must be one of {', '.join(map(repr, allowed))}.{hint}"
    )


def check_count(name, value, low, high, also=()):
    """`value` as an int. Raises ValueError or TypeError if it is not a whole number from low to
    high. also: numbers below low that are allowed as well, a tuple
    """
    or_also = ", ".join(map(str, also)) + " or " if also else ""
    allowed = f"it must be {or_also}a whole number from {in_digits(low)} to {in_digits(high)}."
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} is {value!r}; {allowed}")
    if value not in also and not low <= value <= high:
        raise ValueError(f"{name} is {in_digits(value)}; {allowed}")
    return int(value)


def check_names(name, value):
    """Names in a list, or another ordered collection, as a tuple of plain values.

    Raises TypeError for anything else.
    """
    if isinstance(value, (str, bytes, dict, set, frozenset)) or not hasattr(value, "__iter__"):
        raise TypeError(
            f"{name} is {value!r}; it must be a list of names, such as ['Pop', 'Rock']."
        )
    return tuple(map(python_value, value))


def in_digits(number):
    """A whole number as text, with commas from five digits on, so that years have no comma."""
    return f"{number:,}" if abs(number) >= 10_000 else str(number)


def in_bytes(number):
    """A number of bytes as text with three digits: "512 bytes", "1.23 MB", "4,560 TB"."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if number >= 0.9995 * size:
            digits = sum(number < limit * size for limit in (9.995, 99.95))
            return f"{number / size:,.{digits}f} {unit}"
    return f"{number:.0f} bytes"
