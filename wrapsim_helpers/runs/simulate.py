"""Simulate runs on disk: any number of listeners, part by part, by any workers; safe to kill and
resume.

A part is a pure function of (job, part number). Its receipt lists its files; a part with a receipt
and all of its files is not simulated again. run.json is written last; then the receipts are
removed.
"""

import contextlib
import errno
import functools
import platform
import shutil
import sys
import time
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tqdm.auto import tqdm

from ..checking import NO_ROOM, check_count, front_door, in_bytes
from ..compiled import source_hash
from ..instants import check_time, time_text
from ..interrupts import saying
from ..listening.listen import check_run, compile_model, estimate_plays, print_moved_windows
from ..parameters import Output, Run, differences, identity, identity_hash, run_of
from ..people.personas import as_record, personas_of
from ..people.survey_weights import effective_survey_rows
from ..resources import runs_folder
from ..schema import fingerprints
from ..source_files import sources_of, with_read_sources
from ..storage import places
from ..storage.locks import WHOLE_RUN, locked, locks_of
from ..storage.manifest import (
    RUN_FILE,
    is_cut,
    is_sealed,
    json_bytes,
    manifest_bytes,
    manifest_of,
    read_manifest,
    sealed,
)
from ..storage.run_folder import check_folder, open_folder
from ..storage.tables import table_in
from .parts import (
    CATALOGUE,
    Job,
    clear_receipts,
    clear_unfinished_parts,
    complete_parts,
    is_of_run,
    make_catalogue,
    make_part,
    receipts_of_run,
)
from .workers import check_scheduler, each_part

FIRST_OF_RUN_JSON = b'{\n  "effective_sample_size": '
MAGIC = {".parquet": b"PAR1", ".avro": b"Obj\x01"}  # the first bytes of a file
# by format and compression, measured on years of listening; a day of many listeners takes slightly
# more
BYTES_PER_PLAY = {
    ("parquet", "zstandard"): 14,
    ("avro", "deflate"): 60,
    ("avro", "zstandard"): 50,
    ("avro", "null"): 300,
}


# -- the whole run ---------------------------------------------------------------------------------


@front_door
def simulate(
    num_users=100,
    start_time="2025-01-01",
    end_time="2026-01-01",
    genres=(),
    *,
    out_dir="",
    formats=("parquet", "avro"),
    codec="deflate",
    population="world",
    survey_group="all",
    seed=2025,
    listeners_per_part=0,
    workers=0,
    scheduler="",
    part=None,
    parts=None,
    survey_path="",
    songs_path="",
    personas_path="",
    catalogue_tracks=0,
):
    """Simulate a crowd of any size into a run folder, part by part. Returns the folder's Path, or
    the store's URL.

    out_dir   a new or empty folder, or the folder of this same run; "" for a new folder under
              data/runs; or a URL in an object store, such as "s3://bucket/run"
    formats   "parquet", "avro" or both, for the plays; all other tables are Parquet. Insights read
              either
    codec     of the Avro files: "deflate", "zstandard" or "null"
    workers   processes; 0: one per core, but no more than there are parts
    scheduler address of a dask scheduler whose workers simulate the parts instead, such as
              "tcp://10.0.0.1:8786"
    part, parts  3, 10 simulates only the third tenth of the parts; the call that completes the last
                 missing part finishes the run
    The rest as for `Run`. Raises ValueError or TypeError, saying what is allowed, before anything
    is written. Raises RuntimeError, saying what is saved, if a worker dies or the disk is full. The
    same call then resumes the run, also after KeyboardInterrupt.
    """
    check_count("workers", workers, 0, 1024)
    share = check_share(part, parts)
    check_scheduler(scheduler)
    run = Run(
        num_users=num_users,
        start_time=start_time,
        end_time=end_time,
        genres=genres,
        population=population,
        survey_group=survey_group,
        seed=seed,
        listeners_per_part=listeners_per_part,
        survey_path=survey_path,
        songs_path=songs_path,
        personas_path=personas_path,
        catalogue_tracks=catalogue_tracks,
    )
    job = begun_job(run, Output(out_dir, formats, codec))
    return carry_out(job, *share, workers, scheduler)


def check_share(part, parts):
    """The given (part, parts), or (1, 1) if neither is given. Raises ValueError if only one is
    given or there is no such share.
    """
    if (part is None) != (parts is None):
        raise ValueError(
            f"part is {part!r} and parts is {parts!r}; give both or neither. part=3, parts=10 is "
            f"the third tenth of the run."
        )
    return (
        (1, 1)
        if parts is None
        else (check_count("part", part, 1, check_count("parts", parts, 1, 1_000_000)), parts)
    )


@front_door
def continue_run(
    run_dir,
    end_time,
    *,
    out_dir="",
    formats="",
    codec="",
    workers=0,
    survey_path="",
    songs_path="",
    personas_path="",
):
    """Extend a finished run to a later end time, in another folder. Returns the new place.

    formats, codec  as for `simulate`; "" for those of the earlier run

    Both runs together hold the same plays as one run over the whole time, since listeners remember
    the earlier plays. Source files and personas must be those of the earlier run. Raises as
    `simulate` does.
    """
    check_count("workers", workers, 0, 1024)
    stored = read_manifest(run_dir)["identity"]
    earlier = with_read_sources(run_of(stored, survey_path, songs_path, personas_path))
    job = job_of(earlier, Output(run_dir, stored["formats"]), before_of(stored))
    refuse_changes(run_dir, job.identity, stored)
    check_later(end_time, earlier)
    run = replace(
        earlier,
        start_time=earlier.end_time,
        end_time=end_time,
        origin_time=earlier.origin_time or earlier.start_time,
    )
    formats = tuple(stored["formats"]) if formats == "" else formats
    codec = stored["formats"].get("avro", "deflate") if codec == "" else codec
    before = places.place_of(run_dir), identity_hash(stored)
    job = job_of(run, Output(out_dir, formats, codec), before)
    open_folder(job.place, job.identity)
    return carry_out(job, workers=workers)


def check_later(end_time, earlier):
    """Raise ValueError unless a time is later than the end of a run."""
    end, ended = check_time("end_time", time_text(end_time)), check_time("", earlier.end_time)
    if (end.tzinfo is None) == (ended.tzinfo is None) and end <= ended:
        raise ValueError(
            f"end_time is {end_time!r}, but the run ends at {earlier.end_time}; give a later time."
        )


def before_of(stored):
    """(None, identity hash) of the run that an identity continues, or None."""
    return (None, stored["inputs"]["before"]) if "before" in stored["inputs"] else None


def refuse_changes(run_dir, here, stored):
    """Raise ValueError with the differences if this installation or these source files would not
    give the plays of a run. here, stored: identities
    """
    lines = differences(here, stored)
    if lines:
        raise ValueError(
            f"{run_dir} cannot be reproduced with this installation or these files; these inputs "
            "differ:\n  "
            + "\n  ".join([*lines[:12], *files_to_name(here["inputs"], stored["inputs"])])
        )


def files_to_name(here, stored):
    """What to do about each source file that differs, as lines of text.

    here, stored  name of an input -> SHA-256
    """
    return [
        f"Give the {name} file of the run as {name}_path."
        if name in stored
        else f"Leave {name}_path empty: the run has no {name} file."
        for name in ("survey", "songs", "personas")
        if here.get(name) != stored.get(name)
    ]


@front_door(rest=Run)
def open_job(
    num_users=100,
    start_time="2025-01-01",
    end_time="2026-01-01",
    genres=(),
    *,
    out_dir="",
    formats=("parquet", "avro"),
    codec="deflate",
    **rest,
):
    """Check a run and prepare its folder for another engine. Returns a `Job`; call `make_part` for
    each of its parts.

    Arguments as for `simulate`. When every part is made, the same call of `simulate` finishes the
    run.
    """
    run = Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, **rest)
    return begun_job(run, Output(out_dir, formats, codec))


def begun_job(run, output):
    """The `Job` of a Run and an Output, with room on the disk and its folder ready."""
    job = job_of(run, output)
    check_room(job, job.plays * sum(BYTES_PER_PLAY[pair] for pair in job.formats.items()))
    open_folder(job.place, job.identity)
    return job


def job_of(run, output=Output(), before=None):
    """The `Job` of a Run and an Output; nothing is written. before: place and identity hash of the
    run that it continues, or None
    """
    run = with_read_sources(run)
    world, out_dir = check_run(run), output.out_dir
    given_place = check_place(out_dir) if out_dir != "" else None
    compile_model(run)  # before anything compiled is called, so that it prints what it does
    plays = estimate_plays(run, world)
    sized, place_before = (
        replace(run, listeners_per_part=run.part_size(plays / (run.num_users * run.days))),
        before[0] if before else None,
    )
    of_run = identity(
        sized,
        {name: source.sha256 for name, source in sources_of(run).items()},
        fingerprints(),
        sized.listeners_per_part,
    ) | {"formats": output.formats}
    if before:
        of_run["inputs"]["before"] = before[1]
    place = given_place or (
        runs_folder() / f"run-{identity_hash(of_run)[:6]}{source_hash(Path(__file__))[:4]}"
    )
    return Job(
        sized,
        place if places.is_store(place) else place.absolute(),
        output.formats,
        of_run,
        -(-run.num_users // sized.listeners_per_part),
        plays,
        place_before,
    )


def check_place(out_dir):
    """The place that a caller names for a run. Raises ValueError if it cannot be a folder."""
    place = places.place_of(out_dir, "out_dir")
    if not places.is_store(place):
        check_folder(place)
    return place


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

    The beginning of a run.json, cut off, counts as none.
    """
    manifest, data = manifest_of(job.place), places.get(job.place, "run.json")
    same = manifest is not None and manifest["identity"] == job.identity
    if not same and data is not None and (manifest or not is_cut(data, FIRST_OF_RUN_JSON)):
        raise places.in_the_way(f"{job.place}/run.json")
    return same


def tidy(job):
    """Remove what a run left that was killed after its last file, and write log.json if it is
    missing or damaged.
    """
    if not is_sealed(places.get(job.place, "log.json") or b""):
        write_log(job, {"parts_made": 0, "parts_kept": job.n_parts, "moved_local_times": None})
    leftover = locks_of(job.place) or receipts_of_run(job.place, identity_hash(job.identity))
    if (
        leftover
        or not places.is_store(job.place)
        and any(places.unfinished_files(job.place, is_of_run))
    ):
        with locked(job.place):
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
    with contextlib.closing(each_part(make_part, job, missing, workers, scheduler)) as parts:
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
    """Raise ValueError naming a file that has the name of a table but not its format, and no
    receipt.

    saved: receipts of complete parts. Files of wrapsim that are cut off are written again.
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
    """Write log.json and run.json, then remove the receipts, whose entries run.json now holds, and
    the unfinished files of killed workers.
    """
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
        effective_sample_size=round(effective_survey_rows(job.run, check_run(job.run).survey), 1),
    )
    if not places.create(job.place, "run.json", manifest) and not is_done(job):
        places.add(job.place, "run.json", manifest)
    clear_receipts(job)
    clear_unfinished_parts(job, range(job.n_parts))


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
        json_bytes(
            sealed(log | {"python": platform.python_version(), "platform": platform.platform()})
        ),
    )


@contextmanager
def reporting_saved_parts(job):
    """Turn a dead worker or a full disk into a RuntimeError that says what is saved and how to
    resume.
    """
    try:
        yield
    except (BrokenExecutor, OSError, *places.store_errors(), *killed_errors()) as error:
        raise RuntimeError(
            f"{job.place}: {what_happened(error)} {n_receipts(job.place):,} of {job.n_parts:,} "
            f"parts are complete and saved; run the same command to resume."
        ) from error


def saved_in(job):
    """The message after an interruption of a job: the parts that are saved, and how to resume."""
    n_complete = (
        len(complete_parts(job).keys() - {CATALOGUE})
        if manifest_of(job.place)
        else n_receipts(job.place)
    )
    return (
        f"{n_complete:,} of {job.n_parts:,} parts are complete and saved in {job.place}; run the "
        f"same command to resume."
    )


def n_receipts(place):
    """Number of receipts of parts in the place of an unfinished run."""
    return sum(name.startswith("parts/part-") for name in places.file_names(place, "parts"))


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


def check_room(job, n_bytes):
    """Raise ValueError if a disk has less free space than a run still needs. n_bytes: size of the
    complete run
    """
    if places.is_store(job.place):
        return
    needed = n_bytes - sum(places.sizes(job.place).values()) if job.place.is_dir() else n_bytes
    free = free_bytes(job.place)
    if needed > free:
        raise ValueError(
            f"the run takes about {in_bytes(n_bytes)}, but the disk of {job.place} has "
            f"{in_bytes(free)} free. Name a folder on a larger disk, simulate fewer listeners or "
            f"a shorter time, or write fewer formats."
        )


def free_bytes(place):
    """Free bytes of the disk that a folder is on, or will be."""
    return shutil.disk_usage(
        next(folder for folder in (place, *place.parents) if folder.exists())
    ).free
