"""The lock of a run: either one process simulates all of it, or each process a different share."""

import os
import re
import socket
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime

import psutil
from tqdm.auto import tqdm

from ..checking import json_value
from . import places
from .manifest import json_bytes

WHOLE_RUN = "lock.json"  # the lock for all parts; the lock of a share names the share
UNKNOWN_HOLDER = {"host": "an unknown machine", "pid": 0, "started": 0}
LOCK = re.compile(r"lock(-\d+-of-\d+)?\.json")


@contextmanager
def locked(place, name=WHOLE_RUN):
    """Hold the lock of a run, or of a share of its parts, while the block runs.

    Raises ValueError if another process holds a lock that conflicts: the same lock, or either is
    the lock of the whole run. The lock of a process of this machine that has ended is taken over,
    with a message.
    """
    with one_at_a_time(place):
        for conflict in conflicting_locks(place, name):
            take_over(place, conflict)
        if not places.create(place, name, json_bytes(signature())):
            refuse_locked(place, name, holder_of(place, name) or signature())
    try:
        # in a store two processes may have checked at the same time
        for conflict in conflicting_locks(place, name):
            if conflict != name:
                refuse_locked(place, conflict, holder_of(place, conflict) or signature())
        yield
    finally:
        with suppress(OSError, *places.store_errors()):
            places.remove(place, [name])


@contextmanager
def one_at_a_time(place):
    """While the block runs, no other process of this machine runs such a block for the same folder.
    Object stores have no file locks: there it does nothing.
    """
    with ExitStack() as held:
        with suppress(ImportError, OSError):  # a store, Windows, and some network disks
            import fcntl

            folder = os.open(place, os.O_RDONLY)
            held.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def conflicting_locks(place, name):
    """The locks of a place that conflict with one of this name: the same lock, or either is the
    lock of the whole run.
    """
    return [lock for lock in locks_of(place) if lock == name or WHOLE_RUN in (lock, name)]


def locks_of(place):
    """Names of the locks in a place."""
    return [name for name in places.file_names(place) if LOCK.fullmatch(name)]


def signature():
    """The holder of a lock, for this process: host, process number, and start time of the process,
    since systems reuse process numbers.
    """
    return {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": round(psutil.Process().create_time(), 1),
    }


def holder_of(place, name):
    """The holder of a lock, see `signature`; None if the lock is free."""
    data = places.get(place, name)
    if data is None:
        return None
    with suppress(ValueError):
        holder = json_value(data)
        if is_signature(holder):
            return holder
    return UNKNOWN_HOLDER


def is_signature(value):
    """Whether a JSON value is the holder of a lock, see `signature`."""
    kinds = {"host": str, "pid": int, "started": int | float}
    return (
        isinstance(value, dict)
        and value.keys() == kinds.keys()
        and all(isinstance(value[name], kind) for name, kind in kinds.items())
        and 0 <= value["started"] < 2**33
    )


def refuse_held(place):
    """Raise ValueError if a process that may still run holds a lock of a place."""
    for name in locks_of(place):
        ended_holder(place, name)


def ended_holder(place, name):
    """The holder of a lock, a process that has ended; None if the lock is free. Raises ValueError
    if the process may still run.
    """
    holder = holder_of(place, name)
    if holder and not is_gone(holder):
        refuse_locked(place, name, holder)
    return holder


def take_over(place, name):
    """Remove the lock of a process that has ended. Raises ValueError if it may still run."""
    holder = ended_holder(place, name)
    if holder:
        tqdm.write(f"Process {holder['pid']} started this run and has ended; resuming in {place}.")
        places.remove(place, [name])


def is_gone(holder):
    """Whether the process that holds a lock ran on this machine and has ended."""
    try:
        return (
            holder["host"] == socket.gethostname()
            and abs(psutil.Process(holder["pid"]).create_time() - holder["started"]) >= 2
        )
    except (psutil.NoSuchProcess, ValueError):
        return True


def refuse_locked(place, name, holder):
    """Raise ValueError naming the process that holds a lock, or writes a file, of a place."""
    since = datetime.fromtimestamp(holder["started"]).strftime("%Y-%m-%d %H:%M")
    raise ValueError(
        f"{place} is being written by process {holder['pid']} on {holder['host']}, started "
        f"{since}. Wait for it, or name another folder. If that machine has stopped, remove "
        f"{name} there and start again."
    )
