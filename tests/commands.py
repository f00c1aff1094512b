"""The `wrapsim` command: in this process, or in one of its own, which takes seconds to start."""

import contextlib
import io
import subprocess
import sys
import warnings
from unittest import mock

from wrapsim_helpers import commands


def command(*words, cwd="."):
    """Run the command in this process; exit code, stdout and stderr as a CompletedProcess."""
    words, out, err = ["wrapsim", *map(str, words)], io.StringIO(), io.StringIO()
    with mock.patch.object(sys, "argv", words), contextlib.chdir(cwd), captured(out, err):
        return subprocess.CompletedProcess(
            words, exit_code(commands.main), out.getvalue(), err.getvalue()
        )


def exit_code(main):
    """Exit code of a function that may end by sys.exit."""
    try:
        main()
    except SystemExit as end:
        return end.code or 0
    return 0


@contextlib.contextmanager
def captured(out, err):
    """Take what is printed, and undo what the command sets for its own process."""
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        mock.patch.object(warnings, "formatwarning", warnings.formatwarning),
    ):
        yield


def process(*words, cwd=None):
    """Run the command in a process of its own; a CompletedProcess."""
    return subprocess.run(
        [sys.executable, "-m", "wrapsim_helpers", *map(str, words)],
        capture_output=True,
        text=True,
        cwd=cwd,
    )
