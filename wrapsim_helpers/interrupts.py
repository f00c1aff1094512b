"""What Ctrl-C does: it prints one line that says what is saved and how to resume, and ends a
command within two seconds.

A library call only prints the line and passes KeyboardInterrupt to its caller. A command also ends
in time where KeyboardInterrupt is delayed, for example while LLVM compiles, and ends every process
that it started.
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

# how long KeyboardInterrupt may take to arrive; after that the process exits without it
LEAVE_AFTER_S = 1.3
DUCKDB_INTERRUPTED = "Query interrupted"  # DuckDB raises this RuntimeError for KeyboardInterrupt
INTERRUPTED = 128 + signal.SIGINT  # the exit code that shells use

_sentences: list = []  # functions that return what the running work has saved, the innermost last
_printed = threading.Event()  # set once the line is printed, so that nested work prints it once


@contextmanager
def saying(sentence):
    """While the block runs, an interruption prints what `sentence()` returns, once, then raises
    KeyboardInterrupt.
    """
    if not _sentences:
        _printed.clear()
    _sentences.append(sentence)
    try:
        yield
    except (KeyboardInterrupt, RuntimeError) as error:
        if not isinstance(error, KeyboardInterrupt) and str(error) != DUCKDB_INTERRUPTED:
            raise
        print_line()
        raise KeyboardInterrupt from None
    finally:
        _sentences.remove(sentence)


def unchanged():
    """The message after an interruption of work that only reads."""
    return "Nothing was changed; start it again."


def print_line():
    """Print the line of the innermost work, unless a line was printed already."""
    if _sentences and not _printed.is_set():
        _printed.set()
        print(
            f"\nInterrupted. {_sentences[-1]()}", file=sys.stderr, flush=True
        )  # below a progress bar, or the terminal's ^C


# -- commands --------------------------------------------------------------------------------------


@contextmanager
def leaving_in_time(sentence):
    """While the block runs, Ctrl-C ends the process within two seconds with exit code 130 and one
    line, see `saying`.

    For commands, in the main thread. A process that ignores Ctrl-C, for example under nohup, still
    ignores it.
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
        except BaseException:  # typer turns KeyboardInterrupt into an exit, DuckDB into an error
            if not interrupted.is_set():
                raise
            leave()


@contextmanager
def woken_by_signals(writer):
    """While the block runs, the interpreter writes the number of each signal to a socket at once,
    even if the main thread is busy.
    """
    writer.setblocking(False)
    before = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)


@contextmanager
def interrupting(interrupted):
    """While the block runs, Ctrl-C sets an event and raises KeyboardInterrupt. Python prints no
    traceback where it cannot raise it, as in a finalizer.
    """

    def handle(*_):
        interrupted.set()
        raise KeyboardInterrupt

    def silent(unraisable, report=sys.unraisablehook):
        if not issubclass(unraisable.exc_type, KeyboardInterrupt):
            report(unraisable)

    earlier_handler, earlier_hook = signal.signal(signal.SIGINT, handle), sys.unraisablehook
    sys.unraisablehook = silent
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier_handler)
        sys.unraisablehook = earlier_hook


def leave_after_signal(reader):
    """Wait for Ctrl-C, give the main thread time to exit, then exit the process.

    reader  a socket; its other end is closed when the wait is over
    """
    with reader:
        while received := reader.recv(1):
            if received[0] == signal.SIGINT:
                time.sleep(LEAVE_AFTER_S)
                leave()


def leave():
    """End this process and those it started at once: a normal exit of an interpreter with much in
    memory takes a second.
    """
    print_line()
    kill(children())
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(INTERRUPTED)


# -- processes -------------------------------------------------------------------------------------


def children():
    """All descendants of this process, except Python's resource tracker, which ends by itself."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if not any("resource_tracker" in word for word in command_of(process))
    ]


def command_of(process):
    """The command line of a process; empty if the process has ended."""
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def kill(processes):
    """End processes at once; skip those that have already ended."""
    for process in processes:
        with contextlib.suppress(psutil.Error, OSError):
            process.kill()
