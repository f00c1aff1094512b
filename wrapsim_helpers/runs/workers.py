"""Who does the work: this process, spawned processes that end with it, or the workers of a dask
scheduler.
"""

import copy
import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from multiprocessing import connection, get_context, parent_process


def each_part(action, job, numbers, workers, scheduler=""):
    """Do something to some parts, in this process or by an executor's; yields (part number,
    action's result) as they get done.

    action  an importable function of (job, part number), such as `make_part`
    """
    workers = min(workers or cores(), len(numbers))
    if workers <= 1 and not scheduler:
        yield from ((number, action(job, number)) for number in numbers)
        return
    with executor_of(
        workers, scheduler
    ) as executor:  # abandoned or interrupted, it ends its processes at once
        yield from in_flight(executor, action, job, numbers, 10_000 if scheduler else 2 * workers)


def cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_flight(executor, action, job, numbers, most):
    """The same with at most so many parts handed out at a time; those not begun are cancelled when
    one fails.
    """
    waiting, left = {}, iter(numbers)
    try:
        while True:
            with main_left_alone():
                waiting.update(
                    {
                        executor.submit(action, job, number): number
                        for number in islice(left, most - len(waiting))
                    }
                )
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    except (
        Exception
    ):  # an interruption ends the executor itself, which stumbles over futures that are cancelled
        for future in waiting:
            future.cancel()
        raise


@contextmanager
def main_left_alone():
    """Start processes without running the caller's script again in each of them.

    A spawned process imports the main module, so a script without `if __name__ == "__main__":`
    would start itself over and over. Our workers need nothing from it. Nor do they see Ctrl-C, not
    even before `follow_parent` is called.
    """
    main = vars(sys.modules["__main__"])
    hidden = {name: main[name] for name in ("__file__", "__spec__") if name in main}
    main.pop("__file__", None)
    main["__spec__"] = None
    try:
        with interrupts_blocked():
            yield
    finally:
        main.update(hidden)


@contextmanager
def interrupts_blocked():
    """Keep Ctrl-C from this thread while the block runs, and for good from the processes started in
    it, which inherit that.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def executor_of(workers, scheduler):
    """Who makes the parts: spawned processes (never forked: threads would hang), or the workers of
    a dask scheduler.

    Where the block is interrupted or abandoned, the processes end at once: what they were at can be
    made again.
    """
    if not scheduler:
        started = []
        with ProcessPoolExecutor(
            workers, mp_context=noting(started), initializer=follow_parent
        ) as executor:
            try:
                yield executor
            except (KeyboardInterrupt, GeneratorExit):
                kill_started(started)
                raise
        return
    with client_of(scheduler) as client:
        yield client.get_executor()


def noting(started):
    """The way to spawn processes, as a context of multiprocessing that appends each one to a
    list.
    """
    context = copy.copy(get_context("spawn"))
    spawned = context.Process

    def process(*args, **named):
        started.append(spawned(*args, **named))
        return started[-1]

    context.Process = process
    return context


def kill_started(processes):
    """End processes of multiprocessing at once, all those that have begun and not ended."""
    for one in processes:
        if one.pid and one.is_alive():
            one.kill()


def client_of(scheduler):
    """A connection to a dask scheduler; ValueError where none answers."""
    from distributed import Client

    try:
        return Client(scheduler)
    except (OSError, TimeoutError, ValueError) as error:
        raise ValueError(
            f"scheduler is {scheduler!r}, where no dask scheduler answers ({error}); start one "
            f"there with `dask scheduler`."
        ) from None


def check_scheduler(scheduler):
    """ValueError where a scheduler is named that does not answer, or dask is not there to talk to
    it; TypeError where it is no text.
    """
    if not isinstance(scheduler, str):
        raise TypeError(
            f"scheduler is {scheduler!r}; it must be the address of a dask scheduler, such as "
            f"'tcp://10.0.0.1:8786'."
        )
    try:
        return scheduler and client_of(scheduler).close()
    except ImportError:
        raise ValueError(
            f"scheduler is {scheduler!r}, but dask is not installed; pip install 'wrapsim[dask]'."
        ) from None


def follow_parent():
    """In a worker: leave Ctrl-C to the parent, and end when the parent is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_after, args=(parent_process().sentinel,), daemon=True).start()


def end_after(sentinel):
    """End this process as soon as the one behind the sentinel has ended."""
    connection.wait([sentinel])
    os._exit(1)
