"""Jobs: a checked run with its place, its identity and its parts, before anything is simulated."""

import shutil
from dataclasses import replace
from pathlib import Path

from ..checking import in_bytes
from ..compiled import source_hash
from ..listening.listen import checked_world, compile_model, estimate_plays
from ..parameters import Output, differences, identity, identity_hash
from ..resources import runs_folder
from ..schema import fingerprints
from ..source_files import sources_of, with_read_sources
from ..storage import places
from ..storage.run_folder import check_folder, open_folder
from .parts import Job

# by format and compression, measured on years of listening; a day of many listeners takes slightly
# more
BYTES_PER_PLAY = {
    ("parquet", "zstandard"): 14,
    ("avro", "deflate"): 60,
    ("avro", "zstandard"): 50,
    ("avro", "null"): 300,
}


def before_of(stored):
    """(None, identity hash) of the run that an identity continues, or None."""
    return (None, stored["inputs"]["before"]) if "before" in stored["inputs"] else None


def refuse_changes(opened, here, stored):
    """Raise ValueError with the differences if this installation or these source files would not
    give the plays of a run. opened: the `OpenedRun`; here, stored: identities
    """
    lines = differences(here, stored)
    if lines:
        raise ValueError(
            f"{opened} cannot be reproduced with this installation or these files; these inputs "
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
    world, out_dir = checked_world(run), output.out_dir
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
