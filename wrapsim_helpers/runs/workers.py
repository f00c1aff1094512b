"""Run an action on parts: in this process, in spawned processes that end with it, or on the workers
of a dask scheduler.
"""

import copy
import os
import signal
import sys
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import partial
from itertools import islice
from multiprocessing import connection, get_context, parent_process

HELD: dict = {}  # in a worker process: its job


def each_part(action, job, numbers, workers, scheduler=""):
    """Run an action on parts, in this process or by an executor; yields (part number, result of the
    action) as parts complete.

    action  an importable function of (job, part number), such as `make_part`
    """
    workers = min(workers or cores(), len(numbers))
    if workers <= 1 and not scheduler:
        yield from ((number, action(job, number)) for number in numbers)
        return
    on_part = partial(action, job) if scheduler else partial(on_held_job, action)
    # if the generator is closed or interrupted, the executor ends its processes at once
    with executor_of(workers, scheduler, job) as executor:
        yield from in_flight(executor, on_part, numbers, 10_000 if scheduler else 2 * workers)


def on_held_job(action, number):
    """In a worker process: run an action on the job that `begin_worker` left there and a part."""
    return action(HELD["job"], number)


def cores():
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_flight(executor, on_part, numbers, most):
    """`each_part` by an executor, with at most `most` parts submitted at a time. If a part fails,
    pending parts are cancelled. on_part: function of a part number
    """
    waiting, left = {}, iter(numbers)
    try:
        while True:
            with main_left_alone():
                waiting |= {
                    executor.submit(on_part, number): number
                    for number in islice(left, most - len(waiting))
                }
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(future), future.result()
    except Exception:  # not KeyboardInterrupt: then the executor ends itself, with its futures
        for future in waiting:
            future.cancel()
        raise


@contextmanager
def main_left_alone():
    """While the block runs, spawned processes do not import the caller's script and ignore Ctrl-C.

    Otherwise a script without `if __name__ == "__main__":` would start itself again in each
    process. The workers need nothing from it. They ignore Ctrl-C even before `begin_worker` is
    called.
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
    """Block Ctrl-C in this thread while the block runs, and permanently in processes started in it,
    which inherit the signal mask.
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
def executor_of(workers, scheduler, job=None):
    """The executor of parts: spawned processes (not forked, since forked threads can hang) that
    hold the job, or the workers of a dask scheduler.

    The job comes once, as a process begins, so that each message is small and fits in a pipe: a
    run was seen to wait forever with a long message that no process was left to read.

    If the block is interrupted or closed, or a process dies, the processes end at once: unfinished
    parts can be made again. The executor itself can wait forever for a process that it was
    starting when another one died.
    """
    if not scheduler:
        started = []
        with ProcessPoolExecutor(
            workers, recording(started), initializer=begin_worker, initargs=(job,)
        ) as executor:
            try:
                yield executor
            except (KeyboardInterrupt, GeneratorExit, BrokenProcessPool):
                kill_started(started)
                raise
        return
    with client_of(scheduler) as client:
        yield client.get_executor()


def recording(started):
    """The spawn context of multiprocessing, changed to append each new process to a list."""
    context = copy.copy(get_context("spawn"))
    spawned = context.Process

    def process(*args, **named):
        started.append(spawned(*args, **named))
        return started[-1]

    context.Process = process
    return context


def kill_started(processes):
    """Kill each of these multiprocessing processes that still runs."""
    for process in processes:
        if process.pid and process.is_alive():
            process.kill()


def client_of(scheduler):
    """A client of a dask scheduler. Raises ValueError if no scheduler answers."""
    from distributed import Client

    try:
        return Client(scheduler)
    except (OSError, TimeoutError, ValueError) as error:
        raise ValueError(
            f"scheduler is {scheduler!r}, but no dask scheduler answers there ({error}); start one "
            f"with `dask scheduler`."
        ) from None


def check_scheduler(scheduler):
    """Raise ValueError if a named scheduler does not answer or dask is not installed, TypeError if
    the name is not text.
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


def begin_worker(job):
    """In a worker process: hold the job, ignore Ctrl-C, and exit when the parent process dies."""
    HELD["job"] = job
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=end_after, args=(parent_process().sentinel,), daemon=True).start()


def end_after(sentinel):
    """Exit this process as soon as the process of the sentinel has ended."""
    connection.wait([sentinel])
    os._exit(1)
