"""What Ctrl-C leaves: one line that says what is kept and how to go on, and the end of a command
within two seconds.

A library call only prints the line; KeyboardInterrupt goes on to its caller. A command also ends in
time where KeyboardInterrupt cannot come through, as while LLVM compiles, and takes every process
that it started with it.
"""

import contextlib
import os
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager

import psutil

LEAVE_AFTER_S = (
    1.3  # how long KeyboardInterrupt may take to come through; then the command leaves without it
)
DUCKDB_INTERRUPTED = "Query interrupted"  # the RuntimeError that DuckDB makes of KeyboardInterrupt
INTERRUPTED = 128 + signal.SIGINT  # the exit code, as shells count it

_sentences: list = []  # functions that say what is kept of the work under way, the innermost last
_said = (
    threading.Event()
)  # set once the line is printed, so that work within work does not print another


@contextmanager
def saying(sentence):
    """While the block runs, an interruption prints what `sentence()` returns, once, and goes on as
    KeyboardInterrupt.
    """
    if not _sentences:
        _said.clear()
    _sentences.append(sentence)
    try:
        yield
    except (KeyboardInterrupt, RuntimeError) as error:
        if not isinstance(error, KeyboardInterrupt) and str(error) != DUCKDB_INTERRUPTED:
            raise
        say()
        raise KeyboardInterrupt from None
    finally:
        _sentences.remove(sentence)


def unchanged():
    """What an interruption leaves of work that only reads; text."""
    return "Nothing was changed; start it again."


def say():
    """Print what the innermost work says of itself, unless that is done already."""
    if _sentences and not _said.is_set():
        _said.set()
        print(
            f"\nInterrupted. {_sentences[-1]()}", file=sys.stderr, flush=True
        )  # below a progress bar, or the terminal's ^C


# -- commands --------------------------------------------------------------------------------------


@contextmanager
def leaving_in_time(sentence):
    """While the block runs, Ctrl-C ends the process within two seconds with exit code 130 and one
    line, see `saying`.

    For commands, in the main thread. A process that ignores Ctrl-C, as one begun by nohup does,
    goes on ignoring it.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    interrupted, (reader, writer) = threading.Event(), socket.socketpair()
    with (
        saying(sentence),
        contextlib.closing(writer),
        woken_by_signals(writer),
        interrupting(interrupted),
    ):
        threading.Thread(target=leave_after_signal, args=(reader,), daemon=True).start()
        try:
            yield
        except BaseException:  # typer makes an exit of KeyboardInterrupt, and DuckDB an error
            if not interrupted.is_set():
                raise
            leave()


@contextmanager
def woken_by_signals(writer):
    """While the block runs, the interpreter writes each signal's number to a socket at once,
    whatever the main thread does.
    """
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


@contextmanager
def interrupting(interrupted):
    """While the block runs, Ctrl-C sets an event and raises KeyboardInterrupt; where it can only be
    ignored, no traceback tells of it.
    """

    def handle(*_):
        interrupted.set()
        raise KeyboardInterrupt

    def ignored(what, before=sys.unraisablehook):
        if not issubclass(what.exc_type, KeyboardInterrupt):
            before(what)

    before = signal.signal(signal.SIGINT, handle), sys.unraisablehook
    sys.unraisablehook = ignored
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before[0])
        sys.unraisablehook = before[1]


def leave_after_signal(reader):
    """Wait for Ctrl-C, give the main thread time to leave, then leave for it. reader: a socket,
    closed when there is nothing to wait for.
    """
    with reader:
        while received := reader.recv(1):
            if received[0] == signal.SIGINT:
                time.sleep(LEAVE_AFTER_S)
                leave()


def leave():
    """End this process and those it started, at once: taking an interpreter with much in memory
    down properly takes a second.
    """
    say()
    kill(children())
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(INTERRUPTED)


# -- processes -------------------------------------------------------------------------------------


def children():
    """The processes that this one started, and those that they started; all but Python's own
    resource tracker, which ends by itself.
    """
    found = psutil.Process().children(recursive=True)
    return [one for one in found if not any("resource_tracker" in word for word in command_of(one))]


def command_of(process):
    """The command line of a process; empty where it is gone."""
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def kill(processes):
    """End processes at once; those that are gone already do not matter."""
    for one in processes:
        with contextlib.suppress(psutil.Error, OSError):
            one.kill()
