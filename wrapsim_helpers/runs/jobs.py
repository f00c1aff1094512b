"""Jobs: a checked run with its place, its identity and its parts, before anything is simulated."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from ..checking import in_bytes
from ..compiled import source_hash
from ..listening.listen import checked_world, compile_model, estimate_plays, say_limits_of_music
from ..parameters import Output, Run, differences, identity, identity_hash, run_of
from ..resources import runs_folder
from ..schema import fingerprints
from ..source_files import sources_of, with_read_sources
from ..storage import places
from ..storage.run_folder import check_folder, open_folder

# measured on years of listening; a day of many listeners takes slightly more
BYTES_PER_PLAY = {
    ("parquet", "zstandard"): 14,
    ("avro", "deflate"): 60,
    ("avro", "zstandard"): 50,
    ("avro", "null"): 300,
}
BYTES_PER_TRACK = 75  # of a catalogue's tables, measured on the default world


@dataclass(frozen=True)
class Job:
    """A run and its place: all that a worker needs to make any of its parts, 0 to n_parts - 1.

    formats  file formats of the plays: format -> compression
    plays   expected number, see `estimate_plays`
    n_tracks  tracks of the catalogue
    before  the run that this one continues, or None
    """

    run: Run
    place: Path | str
    formats: dict[str, str]
    identity: dict
    n_parts: int
    plays: int
    n_tracks: int
    before: Path | str | None = None


def reproduced(opened, survey_path, songs_path, personas_path):
    """The `Run` of an `OpenedRun`, with its source files read.

    Raises ValueError with the differences if this installation or these source files would not give
    the same plays.
    """
    stored = opened.identity
    run = with_read_sources(run_of(stored, survey_path, songs_path, personas_path))
    before = None, stored["inputs"].get("before", "")
    here = job_of(run, Output(opened.place, stored["formats"]), before).identity
    lines = differences(here, stored)
    if lines:
        raise ValueError(
            f"{opened} cannot be reproduced with this installation or these files; these inputs "
            "differ:\n  "
            + "\n  ".join([*lines[:12], *files_to_name(here["inputs"], stored["inputs"])])
        )
    return run


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


def begun_job(run, output, before=(None, "")):
    """The `Job` of a Run and an Output, see `job_of`, after a check of the free space. Prepares its
    folder.
    """
    job = job_of(run, output, before)
    say_limits_of_music(job.run)
    of_plays = job.plays * sum(BYTES_PER_PLAY[pair] for pair in job.formats.items())
    check_room(job, of_plays + catalogue_bytes(job))
    open_folder(job.place, job.identity)
    return job


def job_of(run, output, before=(None, "")):
    """The `Job` of a Run and an Output; nothing is written. before: place and identity hash of the
    run that it continues
    """
    run = with_read_sources(run)
    world = checked_world(run)
    place = None
    if output.out_dir != "":
        place = places.place_of(output.out_dir, "out_dir")
        check_folder(place)
    compile_model(run)  # before anything compiled is called, so that it prints what it does
    plays = estimate_plays(run, world)
    part_size = run.part_size(plays / (run.num_users * run.days))
    run = replace(run, listeners_per_part=part_size)
    place_before, hash_before = before
    inputs = {name: source.sha256 for name, source in sources_of(run).items()}
    inputs |= {"before": hash_before} if hash_before else {}
    of_run = identity(run, inputs, fingerprints(), part_size) | {"formats": output.formats}
    place = place or (
        runs_folder() / f"run-{identity_hash(of_run)[:6]}{source_hash(Path(__file__))[:4]}"
    )
    return Job(
        run,
        place if places.is_store(place) else place.absolute(),
        output.formats,
        of_run,
        -(-run.num_users // part_size),
        plays,
        world.catalogue.tracks.num_rows,
        place_before,
    )


def catalogue_bytes(job):
    """About how many bytes the tables of a job's catalogue take, an int."""
    return job.n_tracks * BYTES_PER_TRACK


def check_room(job, n_bytes):
    """Raise ValueError if a disk has less free space than a run still needs. n_bytes: size of the
    complete run
    """
    if places.is_store(job.place):
        return
    free = free_bytes(job.place)
    if n_bytes - sum(places.sizes(job.place).values()) > free:
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
