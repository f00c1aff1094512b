"""Carry out a job: make its missing parts, finish the run, and resume after a kill."""

import errno
import functools
import platform
import sys
import time
from concurrent.futures import BrokenExecutor
from contextlib import closing, contextmanager

from tqdm.auto import tqdm

from ..checking import NO_ROOM
from ..interrupts import saying
from ..listening.listen import print_moved_windows, world_of_run
from ..parameters import identity_hash
from ..people.personas import as_record, personas_of
from ..people.survey_weights import effective_survey_rows
from ..storage import places
from ..storage.locks import WHOLE_RUN, locked, locks_of
from ..storage.manifest import (
    RUN_FILE,
    is_cut,
    is_sealed,
    manifest_bytes,
    manifest_of,
    sealed_json,
)
from ..storage.tables import table_in
from .parts import (
    CATALOGUE,
    clear_receipts,
    clear_unfinished_parts,
    complete_parts,
    is_of_run,
    make_catalogue,
    make_part,
    receipts_of_run,
)
from .show import n_receipts
from .workers import each_part

FIRST_OF_RUN_JSON = b'{\n  "effective_sample_size": '
MAGIC = {".parquet": b"PAR1", ".avro": b"Obj\x01"}  # the first bytes of a file


def carry_out(job, part=1, parts=1, workers=0, scheduler=""):
    """Make the missing parts of a share of a job. Returns the job's place.

    A finished run does not change, unless files of it are missing.
    """
    if is_done(job) and len(complete_parts(job)) == job.n_parts + 1:
        tqdm.write(f"This run is already in {job.place}.")
        tidy(job)
        return job.place
    with (
        saying(functools.partial(saved_in, job)),
        reporting_saved_parts(job),
        locked(job.place, WHOLE_RUN if parts == 1 else f"lock-{part}-of-{parts}.json"),
    ):
        make_share(
            job,
            range(job.n_parts * (part - 1) // parts, job.n_parts * part // parts),
            workers,
            scheduler,
        )
    return job.place


def is_done(job):
    """Whether a job's place holds its run.json. Raises ValueError if another run.json is there.

    A run.json that was cut off counts as missing.
    """
    manifest, data = manifest_of(job.place), places.get(job.place, "run.json")
    same = manifest is not None and manifest["identity"] == job.identity
    if not same and data is not None and (manifest or not is_cut(data, FIRST_OF_RUN_JSON)):
        raise places.in_the_way(f"{job.place}/run.json")
    return same


def tidy(job):
    """Remove the locks, receipts and unfinished files that a killed run left, and write log.json if
    it is missing or damaged.
    """
    if not is_sealed(places.get(job.place, "log.json")):
        write_log(job, {"parts_made": 0, "parts_kept": job.n_parts, "moved_local_times": None})
    if (
        locks_of(job.place)
        or receipts_of_run(job.place, identity_hash(job.identity))
        or any(places.unfinished_files(job.place, is_of_run))
    ):
        with locked(job.place):
            clear_leftovers(job)


def clear_leftovers(job):
    """Remove the unfinished files of killed workers and the receipts of a finished run."""
    clear_unfinished_parts(job, range(job.n_parts))
    clear_receipts(job)


def make_share(job, share, workers, scheduler):
    """Make the missing parts of a share, and finish the run if no part is missing. share: range of
    part numbers
    """
    started = time.time()
    saved = complete_parts(job)
    refuse_foreign_tables(job, saved)
    clear_unfinished_parts(job, share)
    made = {} if CATALOGUE in saved else {CATALOGUE: make_catalogue(job)}
    missing = [number for number in share if number not in saved]
    with closing(each_part(make_part, job, missing, workers, scheduler)) as parts:
        made.update(
            tqdm(
                parts,
                total=len(share),
                initial=len(share) - len(missing),
                desc=f"{job.run.num_users:,} listeners",
                unit="part",
            )
        )
    receipts = saved | made if len(share) == job.n_parts else complete_parts(job)
    if is_done(job):
        return clear_receipts(job)
    if len(receipts) == job.n_parts + 1:
        return finish_run(
            job,
            receipts,
            {
                "started": started,
                "seconds": round(time.time() - started, 3),
                "workers": workers,
                "scheduler": scheduler,
                "parts_made": len(missing),
                "parts_kept": job.n_parts - len(missing),
            },
        )
    tqdm.write(
        f"This share is done: {len(receipts) - 1:,} of {job.n_parts:,} parts of the run are "
        f"complete in {job.place}."
    )


def refuse_foreign_tables(job, saved):
    """Raise ValueError naming a file without a receipt that has the name of a table, but another
    format.

    saved: receipts of complete parts. A table that was cut off has the right format; it is written
    again.
    """
    listed = {file["file"] for receipt in saved.values() for file in receipt["files"]}
    for name in places.sizes(job.place) if not places.is_store(job.place) else ():
        if RUN_FILE.fullmatch(name) and name not in listed and not has_its_format(job.place / name):
            raise places.in_the_way(job.place / name)


def has_its_format(path):
    """Whether a file is empty or begins with the first bytes of its format."""
    with open(path, "rb") as file:
        return MAGIC[path.suffix].startswith(file.read(4))


def finish_run(job, receipts, log):
    """Write log.json and run.json, then remove the receipts, whose entries run.json now holds."""
    files = sorted(
        (file for receipt in receipts.values() for file in receipt["files"]),
        key=lambda file: file["file"],
    )
    plays = sum(
        file["rows"]
        for file in files
        if table_in(file["file"]) == "plays" and file["file"].endswith(next(iter(job.formats)))
    )
    moved = sum(receipt["moved"] for receipt in receipts.values())
    print_moved_windows(job.run, moved)
    write_log(job, log | {"moved_local_times": moved})
    manifest = manifest_bytes(
        job.identity,
        files,
        parts=job.n_parts,
        plays=plays,
        personas=as_record(personas_of(job.run)),
        effective_sample_size=round(
            effective_survey_rows(job.run, world_of_run(job.run).survey), 1
        ),
    )
    if not places.create(job.place, "run.json", manifest) and not is_done(job):
        places.add(job.place, "run.json", manifest)
    clear_leftovers(job)


def write_log(job, log):
    """Write log.json: the parts made, the time, the workers and the machine.

    A log.json that wrapsim did not write is not replaced.
    """
    earlier = places.get(job.place, "log.json")
    if earlier and not is_sealed(earlier):
        return
    places.put(
        job.place,
        "log.json",
        sealed_json(log | {"python": platform.python_version(), "platform": platform.platform()}),
    )


@contextmanager
def reporting_saved_parts(job):
    """Turn a dead worker or a full disk into a RuntimeError that says what is saved and how to
    resume.
    """
    try:
        yield
    except (BrokenExecutor, OSError, *places.store_errors(), *killed_errors()) as error:
        raise RuntimeError(f"{what_happened(error)} {saved_in(job)}") from error


def saved_in(job):
    """The message after a job stopped: the parts that are saved, and how to resume."""
    n_complete = (
        len(complete_parts(job).keys() - {CATALOGUE})
        if manifest_of(job.place)
        else n_receipts(job.place)
    )
    return (
        f"{n_complete:,} of {job.n_parts:,} parts are complete and saved in {job.place}; run the "
        f"same command to resume."
    )


def killed_errors():
    """The exception that dask raises when workers died repeatedly on a part, as a tuple; empty if
    dask is not in use.
    """
    return (sys.modules["distributed"].KilledWorker,) if "distributed" in sys.modules else ()


def what_happened(error):
    """The cause of a failure in words, with what to do."""
    if isinstance(error, (BrokenExecutor, *killed_errors())):
        return "a worker process died; if memory ran out, use fewer workers."
    if getattr(error, "errno", None) in NO_ROOM:
        return "the disk is full; free some space."
    if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder can no longer be written; make it writable."
    return f"writing failed ({error})."
