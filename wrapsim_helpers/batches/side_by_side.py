"""Execute the jobs of a batch side by side, each with its own kernel."""

import sys
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import psutil
from tqdm.auto import tqdm

from ..interrupts import kill
from ..notebooks import first_line, write_executed
from .export import export_page
from .jobs import BatchJob
from .unchanged import FAILED_BEFORE, made_from, state_of, why_again

DONE, UNCHANGED, FAILED, NOT_STARTED = "done", "unchanged", "failed", "not started"
LOOK_EVERY_S = 0.5  # at the memory and the time of the running kernels
MODEL = b"wrapsim_helpers"  # a notebook that names it needs the compiled model
# the kernel of a job is recognised by this argument, with the job's number
TAG = "--Session.username=wrapsim-batch-"


class Outcome(NamedTuple):
    """How a job ended. error: the first line of what went wrong, or ""."""

    job: BatchJob
    status: str
    error: str = ""
    seconds: float = 0.0
    peak_bytes: int = 0


@dataclass
class Watch:
    """What is measured while a job runs; seconds since an arbitrary start."""

    tag: str
    started: float = field(default_factory=time.monotonic)
    peak_bytes: int = 0
    is_over_time: bool = False

    @property
    def seconds(self):
        """How long the job has run."""
        return time.monotonic() - self.started


# -- one job ---------------------------------------------------------------------------------------


def carry_out_job(job, watch, limits):
    """Execute a job, unless nothing changed since it was executed. Returns its `Outcome`; an error
    of any kind is a failed outcome, so that it does not end the other jobs.
    """
    try:
        reason = why_again(job, limits.force)
        if not reason:
            export_page(job)
            return Outcome(job, UNCHANGED)
        prepare(job, reason)
        return executed_job(job, watch, limits)
    except Exception as error:
        return Outcome(job, FAILED, first_line(error), watch.seconds, watch.peak_bytes)


def prepare(job, reason):
    """Say that an executed notebook is replaced, and clear the folder that the batch chose for its
    files: a run of other parameters would be in the way. The files of a failed set stay: a run
    that was begun is resumed.
    """
    if job.output.exists():
        tqdm.write(f"{job.name}: executed again, since {reason}.", file=sys.stderr)
    if job.has_default_folder and reason != FAILED_BEFORE:
        clear_files(Path(job.out_dir))


def clear_files(folder):
    """Remove what wrapsim wrote below a folder; nothing if it also holds another file, such as one
    that a notebook of yours wrote.
    """
    from ..runs.own_files import own_files
    from ..storage.outputs import check_clear, clear

    if folder.is_dir():
        with suppress(ValueError):
            clear(folder, check_clear(folder, own_files))


def executed_job(job, watch, limits):
    """Execute a job and export it as HTML. Returns its `Outcome`."""
    sources, seconds = made_from(job), []

    def facts(problem):
        seconds.append(watch.seconds)
        return facts_of(job, watch, sources, error_line(problem, watch, limits))

    problem = write_executed(job.notebook, job.parameters, job.output, facts, arguments=[watch.tag])
    export_page(job)
    status = FAILED if problem else DONE
    error = error_line(problem, watch, limits)
    return Outcome(job, status, error, *seconds[-1:] or [watch.seconds], watch.peak_bytes)


def error_line(problem, watch, limits):
    """The first line of what went wrong in a job; "" if nothing did."""
    if problem and watch.is_over_time:
        return f"stopped after {limits.timeout:g} s (--timeout)"
    return problem.removeprefix("stopped: ").strip().splitlines()[0] if problem else ""


def facts_of(job, watch, sources, error):
    """What a batch stores in the metadata of an executed notebook."""
    return {
        "set": job.name,
        "made_from": sources,
        "files": "" if "://" in job.out_dir else state_of(job.out_dir),
        "seconds": round(watch.seconds, 1),
        "peak_bytes": watch.peak_bytes,
        "error": error,
    }


# -- all jobs --------------------------------------------------------------------------------------


class Limits(NamedTuple):
    """How a batch is executed."""

    jobs: int  # side by side
    timeout: float = 0.0  # seconds of one set; 0 for no limit
    fail_fast: bool = False  # start no further set after the first failure
    force: bool = False  # execute also what is unchanged


def outcomes_of(jobs, limits):
    """The `Outcome` of each job, as it ends. A job starts when the sets that it needs have ended
    well.
    """
    waiting, running, ended = {job.name: job for job in jobs}, {}, {}
    numbers = {job.name: at for at, job in enumerate(jobs)}
    with ThreadPoolExecutor(limits.jobs) as pool:
        while waiting or running:
            for outcome in outcomes_without_start(waiting, ended, limits):
                ended[outcome.job.name] = outcome.status
                yield outcome
            for job in startable(waiting, numbers.keys() - ended)[: limits.jobs - len(running)]:
                watch = Watch(f"{TAG}{numbers[job.name]}")
                running[pool.submit(carry_out_job, waiting.pop(job.name), watch, limits)] = watch
            for future in wait(running, LOOK_EVERY_S, FIRST_COMPLETED).done:
                del running[future]
                ended[future.result().job.name] = future.result().status
                yield future.result()
            look_at(running.values(), limits.timeout)


def startable(waiting, pending):
    """The waiting jobs that need no pending set, in order. pending: names of sets still to end"""
    return [job for job in waiting.values() if not pending.intersection(job.needs)]


def outcomes_without_start(waiting, ended, limits):
    """Take the jobs that will not start from those waiting, and yield their outcomes."""
    for job in [*waiting.values()]:
        bad = [name for name in job.needs if ended.get(name) in (FAILED, NOT_STARTED)]
        if bad:
            yield Outcome(waiting.pop(job.name), NOT_STARTED, f"needs {bad[0]!r}, which failed")
            ended[job.name] = NOT_STARTED
        elif limits.fail_fast and FAILED in ended.values():
            yield Outcome(waiting.pop(job.name), NOT_STARTED, "--fail-fast, after a failure")


# -- kernels ---------------------------------------------------------------------------------------


def look_at(watches, timeout):
    """Update the peak memory of each running job, and end the kernels of jobs that are over their
    time.
    """
    kernels = kernels_by_tag() if watches else {}
    for watch in watches:
        processes = with_descendants(kernels.get(watch.tag))
        watch.peak_bytes = max(watch.peak_bytes, sum(map(peak_bytes, processes)))
        if timeout and watch.seconds > timeout and processes:
            watch.is_over_time = True
            kill(processes)


def kernels_by_tag():
    """Tag -> kernel process, of the kernels that this process started."""
    kernels = {}
    for process in psutil.Process().children():
        with suppress(psutil.Error):
            kernels |= {word: process for word in process.cmdline() if word.startswith(TAG)}
    return kernels


def with_descendants(process):
    """A process and its descendants; [] for None or a process that has ended."""
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)] if process else []
    return []


def peak_bytes(process):
    """The most memory that a process has used, in bytes: as the system counts it where it does,
    otherwise what it uses now.
    """
    with suppress(OSError, IndexError, ValueError):
        status = Path(f"/proc/{process.pid}/status").read_text()
        return 1024 * int(status.partition("VmHWM:")[2].split()[0])
    with suppress(psutil.Error):
        memory = process.memory_info()
        return getattr(memory, "peak_wset", memory.rss)
    return 0


# -- the model -------------------------------------------------------------------------------------


def compile_for_all(jobs):
    """Compile the model, and make the default catalogue, once before jobs that need it start.

    What is said meanwhile goes to stderr: stdout holds the table.
    """
    from ..compiled import has_code
    from ..main_job import compile_everything

    if any(MODEL in notebook.read_bytes() for notebook in {job.notebook for job in jobs}) and not (
        has_code("wrapsim_helpers.listening.loop", "play_listeners")
    ):
        with redirect_stdout(sys.stderr):
            tqdm.write("Compiling the model once for all sets ...")
            compile_everything()
