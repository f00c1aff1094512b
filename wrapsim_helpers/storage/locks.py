"""The lock of a run: one process at a time makes all of it, or each its own share of the parts."""

import contextlib
import json
import os
import re
import socket
from contextlib import contextmanager
from datetime import datetime

import psutil
from tqdm.auto import tqdm

from . import places
from .manifest import json_bytes

WHOLE_RUN = (
    "lock.json"  # the lock of somebody who makes every part; that of a share names the share
)
LOCK = re.compile(r"lock(-\d+-of-\d+)?\.json")


@contextmanager
def locked(place, name=WHOLE_RUN):
    """Hold the lock of a run, or of a share of its parts, while the block runs.

    Raises ValueError while another process holds the same lock, or one of the two is the whole
    run's. The lock of a process that is gone from this machine is taken over, with a message.
    """
    with one_at_a_time(place):
        for other in rivals(place, name):
            take_over(place, other)
        if not places.create(place, name, json_bytes(signature())):
            refuse_locked(place, name, holder_of(place, name) or signature())
    try:
        for other in rivals(
            place, name
        ):  # in a store, where nothing keeps two from looking at once
            if other != name:
                refuse_locked(place, other, holder_of(place, other) or signature())
        yield
    finally:
        with contextlib.suppress(OSError, *places.store_errors()):
            places.remove(place, [name])


@contextmanager
def one_at_a_time(place):
    """While the block runs, no other process of this machine is in such a block of the same folder;
    a store knows no such thing.
    """
    with contextlib.ExitStack() as held:
        with contextlib.suppress(ImportError, OSError):  # a store, Windows, and some network disks
            import fcntl

            folder = os.open(place, os.O_RDONLY)
            held.callback(os.close, folder)
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield


def rivals(place, name):
    """The locks of a place that exclude one of this name: the same, and the whole run's beside a
    share's.
    """
    return [other for other in locks_of(place) if other == name or WHOLE_RUN in (other, name)]


def locks_of(place):
    """Names of the locks in a place."""
    return [name for name in places.names(place) if LOCK.fullmatch(name)]


def signature():
    """Who holds a lock: host, process number, and when that process started (numbers come back
    after a while).
    """
    return {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "started": round(psutil.Process().create_time(), 1),
    }


def holder_of(place, name):
    """Who holds a lock, see `signature`; None where it is free."""
    data = places.get(place, name)
    if data is None:
        return None
    with contextlib.suppress(ValueError):
        holder = json.loads(data)
        if is_signature(holder):
            return holder
    return {"host": "an unknown machine", "pid": 0, "started": 0}


def is_signature(value):
    """Whether a JSON value says who holds a lock, see `signature`."""
    kinds = {"host": str, "pid": int, "started": int | float}
    return (
        isinstance(value, dict)
        and value.keys() == kinds.keys()
        and all(isinstance(value[name], kind) for name, kind in kinds.items())
    )


def refuse_held(place):
    """ValueError while a process that may still be at work holds a lock of a place."""
    for name in locks_of(place):
        holder = holder_of(place, name)
        if holder and not is_gone(holder):
            refuse_locked(place, name, holder)


def take_over(place, name):
    """Remove the lock of a process that is gone; ValueError where it may still be at work."""
    holder = holder_of(place, name)
    if holder and not is_gone(holder):
        refuse_locked(place, name, holder)
    if holder:
        tqdm.write(f"Process {holder['pid']} began this run and is gone; going on in {place}.")
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
    """ValueError that says who is at work in a place."""
    since = datetime.fromtimestamp(holder["started"]).strftime("%Y-%m-%d %H:%M")
    raise ValueError(
        f"{place} is being written by process {holder['pid']} on {holder['host']}, started "
        f"{since}. "
        f"Wait for it, or name "
        f"another folder. If that machine is gone, remove {name} there and start again."
    )
