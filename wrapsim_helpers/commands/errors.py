"""Errors of the `wrapsim` command: one message, in the words that the user typed."""

import os
import re
import sys
import warnings
from contextlib import contextmanager

from ..checking import NO_ROOM
from ..notebooks import Refused


def query_errors():
    """The exceptions of DuckDB, as a tuple; empty if the command did not import it."""
    return (sys.modules["duckdb"].Error,) if "duckdb" in sys.modules else ()


def errors_of_stores():
    """The exceptions of object stores, as a tuple; empty if the command did not use one."""
    from ..storage.places import store_errors as errors_of_stores

    return errors_of_stores() if "obstore" in sys.modules else ()


def check_working_folder():
    """Raise Refused if the working folder was deleted or its name is not UTF-8."""
    try:
        here = os.getcwd()
    except FileNotFoundError:
        raise Refused(
            "the working folder no longer exists; change to another one (cd) and run the command "
            "there."
        ) from None
    check_utf8([here])


def check_utf8(texts):
    """Raise Refused if a text from the system is not UTF-8: Arrow and DuckDB cannot open such a
    file.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused(
                f"{os.fsencode(text)!r} is not UTF-8; rename the file or folder, or give another "
                f"text."
            ) from None


@contextmanager
def without_backend():
    """Ignore MPLBACKEND while the command runs: it draws into files and notebooks, never on a
    screen.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        yield
    finally:
        os.environ.update({} if backend is None else {"MPLBACKEND": backend})


@contextmanager
def warnings_of_one_line():
    """Print each warning as one line while the command runs."""
    before, warnings.formatwarning = (
        warnings.formatwarning,
        lambda message, *_, **__: f"wrapsim: {message}\n",
    )
    try:
        yield
    finally:
        warnings.formatwarning = before


def complain(error, exit_code):
    """Print an error on stderr, with the argument names that users type. Returns the exit code."""
    text = as_typed(text_of(error), getattr(error, "typed", {}))
    print(f"wrapsim: {text}", file=sys.stderr)
    return exit_code


def text_of(error):
    """The message of an error. For errors of the system or of a store, it says what to do."""
    if getattr(error, "errno", None) in NO_ROOM:
        return "the disk is full; free some space and run the same command again."
    if isinstance(error, errors_of_stores()):
        return (
            f"the object store failed ({str(error).splitlines()[0]}). Check the URL, and the "
            f"credentials and endpoint in the environment (AWS_..., GOOGLE_..., AZURE_...)."
        )
    file = getattr(error, "filename", None)
    return (
        str(error)
        if file is None
        else f"{str(file)!r} cannot be used here ({error.strerror}); name another."
    )


def typed_names(command):
    """Name of each parameter of a command -> name that the user types, such as num_users -> USERS,
    start_time -> --start.
    """
    return {
        parameter.name: parameter.opts[0]
        if parameter.opts[0].startswith("--")
        else (parameter.metavar or parameter.name).upper()
        for parameter in command.params
    }


def as_typed(text, typed):
    """A message with the argument names that the user types. Names with an underscore are replaced
    everywhere except in quotes and paths, other names only at the start, before "is".
    """
    words = [name for name in typed if "_" in name]
    anywhere = re.compile(rf"(?<![\w/.-])({'|'.join(words) or '(?!)'})(?![\w/-])")
    pieces = re.split(r"""((?<!\w)'[^']*'(?!\w)|(?<!\w)"[^"]*"(?!\w))""", text)
    renamed = "".join(
        piece if position % 2 else anywhere.sub(lambda match: typed[match[0]], piece)
        for position, piece in enumerate(pieces)
    )
    return re.sub(
        r"^\w+(?= is )|(?<= and )\w+(?= is )", lambda match: typed.get(match[0], match[0]), renamed
    )
