"""A batch from its file to its page: check every set, execute them, write the results."""

import math
import time
from unicodedata import east_asian_width

import typer
from tqdm.auto import tqdm

from ..checking import in_bytes
from ..interrupts import saying
from ..notebooks import Refused
from .jobs import FILES, PAGES, batch_jobs, check_batch_folder, check_replaced
from .sets_file import chosen_sets
from .side_by_side import FAILED, NOT_STARTED, compile_for_all, outcomes_of

COLUMNS = ("set", "status", "seconds", "memory", "error")
WIDEST = 100  # characters of an error in the table


def run_batch(file, only, folder, limits):
    """Execute the sets of a runs.yaml, all or those in `only`, and print a table of them.

    folder  of the batch, absolute;  limits  a `Limits`; 0 jobs means one per core
    Raises Refused before anything starts or is written if a set is not valid, ValueError if another
    process executes a batch in the folder, and RuntimeError with the number of failed sets at the
    end.
    """
    from ..storage.locks import locked

    every_set, chosen = chosen_sets(file, []), chosen_sets(file, only)
    limits = checked_limits(limits, len(chosen))
    check_batch_folder(folder)
    every = batch_jobs(every_set, folder, file.absolute().parent)
    jobs = [job for job in every if job.name in chosen]
    check_replaced(jobs)
    prepare_folder(folder)
    with locked(folder):
        compile_for_all(jobs)
        started = time.monotonic()
        outcomes = carry_out_jobs(jobs, folder, limits)
        write_reports(every, outcomes, folder, file.name, time.monotonic() - started, limits.jobs)
    report(jobs, outcomes, folder)


def checked_limits(limits, n_sets):
    """The limits with a number of jobs, at most one per set. Raises Refused for a timeout that is
    not a number of seconds.
    """
    from ..runs.workers import cores

    if not (math.isfinite(limits.timeout) and limits.timeout >= 0):
        raise Refused(f"timeout is {limits.timeout}; it must be a number of seconds, such as 600.")
    return limits._replace(jobs=min(limits.jobs or cores(), n_sets))


def prepare_folder(folder):
    """Make the folder of a batch. Raises PermissionError if it cannot be written."""
    from ..storage.outputs import claim
    from ..storage.run_folder import writable

    writable(folder, "output")
    claim(folder, (PAGES, FILES))


def carry_out_jobs(jobs, folder, limits):
    """Execute jobs, with a bar of progress on a terminal. Returns name -> `Outcome`."""
    outcomes = {}
    sentence = f"Finished sets are in {folder}; the same command goes on with the others."
    with saying(lambda: sentence), tqdm(total=len(jobs), unit="set", disable=None) as bar:
        for outcome in outcomes_of(jobs, limits):
            outcomes[outcome.job.name] = outcome
            bar.update()
    return outcomes


def write_reports(jobs, outcomes, folder, title, seconds, n_jobs):
    """Write index.html, results.parquet and results.csv of all sets of a file."""
    from .page import write_page
    from .results import set_result, write_results

    results = [set_result(job, outcomes.get(job.name)) for job in jobs]
    write_results(results, folder)
    write_page(results, folder, title, seconds, n_jobs)


def report(jobs, outcomes, folder):
    """Print the table and the path of the page. Raises RuntimeError if a set failed."""
    rows = [row_text(outcomes[job.name]) for job in jobs]
    for line in aligned_lines([COLUMNS, *rows]):
        typer.echo(line)
    typer.echo(f"\n{folder / 'index.html'}")
    failed = [job.name for job in jobs if outcomes[job.name].status == FAILED]
    skipped = sum(outcomes[job.name].status == NOT_STARTED for job in jobs)
    if failed:
        also = f", {skipped} not started" if skipped else ""
        raise RuntimeError(
            f"{len(failed)} of {len(jobs)} sets failed{also}: {', '.join(failed[:10])}"
            f"{' ...' * (len(failed) > 10)}. The same command executes them again."
        )


def row_text(outcome):
    """An outcome as the texts of a row of the table."""
    return (
        outcome.job.name,
        outcome.status,
        f"{outcome.seconds:.1f}" if outcome.seconds else "",
        in_bytes(outcome.peak_bytes) if outcome.peak_bytes else "",
        outcome.error[:WIDEST],
    )


def aligned_lines(rows):
    """Rows of texts as lines with aligned columns; seconds and memory to the right."""
    widths = [max(map(terminal_width, column)) for column in zip(*rows)]
    for row in rows:
        blanks = [(width - terminal_width(text)) * " " for text, width in zip(row, widths)]
        cells = [
            blank + text if name in ("seconds", "memory") else text + blank
            for name, text, blank in zip(COLUMNS, row, blanks)
        ]
        yield "  ".join(cells).rstrip()


def terminal_width(text):
    """How many columns of a terminal a text takes: letters of East Asian scripts take two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
