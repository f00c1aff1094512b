"""Who does the work: this process, spawned processes that end with it, or the workers of a dask scheduler."""

import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import connection, get_context, parent_process


def each_part(action, job, numbers, workers, scheduler=""):
    """Do something to some parts, in this process or by an executor's; yields (part number, action's result) as they get done.

    action  an importable function of (job, part number), such as `make_part`
    """
    workers = min(workers or cores(), len(numbers))
    if workers <= 1 and not scheduler:
        yield from ((number, action(job, number)) for number in numbers)
        return
    with executor_of(workers, scheduler) as executor:
        yield from in_flight(executor, action, job, numbers, 10_000 if scheduler else 2 * workers)


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_flight(executor, action, job, numbers, most):
    """The same with at most so many parts handed out at a time; those not begun are called off when one fails."""
    waiting, left = {}, iter(numbers)
    try:
        while True:
            with main_left_alone():
                waiting.update({executor.submit(action, job, number): number for number in islice(left, most - len(waiting))})
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def main_left_alone():
    """Start processes without running the caller's script again in each of them.

    A spawned process imports the main module, so a script without `if __name__ == "__main__":` would start itself
    over and over. Our workers need nothing from it.
    """
    main = vars(sys.modules["__main__"])
    hidden = {name: main[name] for name in ("__file__", "__spec__") if name in main}
    main.pop("__file__", None)
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)


@contextmanager
def executor_of(workers, scheduler):
    """Who makes the parts: spawned processes (never forked: threads would hang), or the workers of a dask scheduler."""
    if not scheduler:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=follow_parent) as executor:
            yield executor
        return
    with client_of(scheduler) as client:
        yield client.get_executor()


def client_of(scheduler):
    """A connection to a dask scheduler; ValueError where none answers."""
    from distributed import Client
    try:
        return Client(scheduler)
    except (OSError, TimeoutError) as error:
        raise ValueError(f"scheduler is {scheduler!r}, where no dask scheduler answers ({error}); start one there with `dask scheduler`.") from None


def check_scheduler(scheduler):
    """ValueError where a scheduler is named and dask is not there to talk to it."""
    try:
        import distributed
        return distributed
    except ImportError:
        if scheduler:
            raise ValueError(f"scheduler is {scheduler!r}, but dask is not installed; pip install 'wrapsim[dask]'.") from None


def follow_parent():
    """In a worker: leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_after, args=(parent_process().sentinel,), daemon=True).start()


def end_after(sentinel):
    """End this process as soon as the one behind the sentinel has ended."""
    connection.wait([sentinel])
    os._exit(1)
