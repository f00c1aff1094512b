"""Runs on disk: any number of listeners, part by part, by any workers, killed and resumed at will.

A part is a pure function of (job, part number). Its files are written whole, then its receipt: what
is in a receipt is never made again. run.json comes last; then the receipts go.
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

from ..checking import NO_ROOM, check_choice, check_count, front_door, in_bytes
from ..compiled import source_hash
from ..instants import as_text, check_time
from ..interrupts import saying
from ..listening.listen import check_run, compile_model, estimate_plays, say_moved
from ..parameters import FORMATS, Run, differences, identity, identity_hash, run_of
from ..people.personas import as_record, personas_of
from ..people.survey_weights import rows_that_count
from ..resources import runs_folder
from ..schema import fingerprints
from ..source_files import sources_of, with_sources
from ..storage import places
from ..storage.avro_writing import CODECS
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
    clear_unfinished,
    is_of_run,
    make_catalogue,
    make_part,
    own_receipts,
    whole_parts,
)
from .workers import check_scheduler, each_part

FIRST_OF_RUN_JSON = b'{\n  "effective_sample_size": '
MAGIC = {".parquet": b"PAR1", ".avro": b"Obj\x01"}  # the first bytes of a file
# measured on years of listening, by format and how it is compressed; a day of many listeners takes
# a little more
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
    """Simulate a crowd into a run folder, part by part, whatever its size; returns the folder's
    Path, or the store's URL.

    out_dir   a new or empty folder, or one where this very run was begun; "" for a folder of
              its own under data/runs; or an address in an object store, such as "s3://bucket/run"
    formats   "parquet", "avro" or both: how the plays are kept; all other tables are Parquet.
              Insights read either
    codec     of the Avro files: "deflate", "zstandard" or "null"
    workers   processes; 0: one per core, but no more than there are parts
    scheduler address of a dask scheduler whose workers make the parts instead, such as
    "tcp://10.0.0.1:8786"
    part, parts  3, 10 makes the third tenth of the parts alone; whoever makes the last one that
                 lacks finishes the run
    The rest as for `Run`. Raises ValueError or TypeError, saying what is allowed, before anything
    is written, and RuntimeError, saying what is kept, where a worker dies or a disk is full; the
    same call then goes on from there, as it does after KeyboardInterrupt.
    """
    check_count("workers", workers, 0, 1024)
    share = check_share(part, parts)
    check_scheduler(scheduler)
    job = open_job(
        num_users,
        start_time,
        end_time,
        genres,
        out_dir=out_dir,
        formats=formats,
        codec=codec,
        population=population,
        survey_group=survey_group,
        seed=seed,
        listeners_per_part=listeners_per_part,
        survey_path=survey_path,
        songs_path=songs_path,
        personas_path=personas_path,
        catalogue_tracks=catalogue_tracks,
    )
    return carry_out(job, *share, workers, scheduler)


def check_share(part, parts):
    """(part, parts) of what a caller gives, (1, 1) for neither; ValueError where one is missing or
    there is no such share.
    """
    if (part is None) != (parts is None):
        raise ValueError(
            f"part is {part!r} and parts is {parts!r}; give both or neither. part 3 of parts 10 is "
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
    """Extend a finished run to a later end time, into a folder of its own; returns its place.

    formats, codec  as for `simulate`; "" for those of the earlier run

    They remember what they heard, and both runs together hold the plays of one run over the whole
    time. Source files and personas must be those of the earlier run. Raises as `simulate` does.
    """
    check_count("workers", workers, 0, 1024)
    found = read_manifest(run_dir)["identity"]
    earlier = with_sources(run_of(found, survey_path, songs_path, personas_path))
    refuse_changes(
        run_dir, job_of(earlier, run_dir, found["formats"], before=before_of(found)).identity, found
    )
    check_later(end_time, earlier)
    run = replace(
        earlier,
        start_time=earlier.end_time,
        end_time=end_time,
        origin_time=earlier.origin_time or earlier.start_time,
    )
    formats = tuple(found["formats"]) if formats == "" else formats
    codec = found["formats"].get("avro", "deflate") if codec == "" else codec
    before = places.place_of(run_dir), identity_hash(found)
    job = job_of(run, out_dir, formats, codec, before)
    open_folder(job.place, job.identity)
    return carry_out(job, workers=workers)


def check_later(end_time, earlier):
    """Nothing where a time is later than the end of a run; ValueError otherwise."""
    end, ended = check_time("end_time", as_text(end_time)), check_time("", earlier.end_time)
    if (end.tzinfo is None) == (ended.tzinfo is None) and end <= ended:
        raise ValueError(
            f"end_time is {end_time!r}, but the run lasts until {earlier.end_time}; give a later "
            f"time."
        )


def before_of(found):
    """(None, identity hash) of the run that an identity goes on from, or None."""
    return (None, found["inputs"]["before"]) if "before" in found["inputs"] else None


def refuse_changes(run_dir, here, found):
    """ValueError where this installation or these source files would not give the same plays as a
    run's, with the differences.
    """
    other = differences(here, found)
    if other:
        raise ValueError(
            f"{run_dir} cannot be made again here, since this would differ:\n  "
            + "\n  ".join([*other[:12], *files_to_name(here["inputs"], found["inputs"])])
        )


def files_to_name(here, found):
    """What to do about each file that a run was not made from, as lines of text. here, found: name
    of an input -> SHA-256.
    """
    return [
        f"Give the {name} file that the run was made from as {name}_path."
        if name in found
        else f"Leave {name}_path empty: the run was made without."
        for name in ("survey", "songs", "personas")
        if here.get(name) != found.get(name)
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
    """A run that is checked and whose folder is ready, for an engine of your own: a `Job`, whose
    parts `make_part` makes.

    Arguments as for `simulate`. Once every part is made, the same call of `simulate` finds them and
    finishes the run.
    """
    job = job_of(
        Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, **rest),
        out_dir,
        formats,
        codec,
    )
    check_room(job, job.plays * sum(BYTES_PER_PLAY[kept] for kept in job.formats.items()))
    open_folder(job.place, job.identity)
    return job


def job_of(run, out_dir="", formats=("parquet", "avro"), codec="deflate", before=None):
    """The `Job` of a checked Run; nothing is written. before: place and identity hash of the run
    that it goes on from, or None.
    """
    run = with_sources(run)
    formats, world, named = (
        check_formats(formats, codec),
        check_run(run),
        check_place(out_dir) if out_dir != "" else None,
    )
    compile_model(run)  # with a line that says so, before anything compiled is called
    plays = estimate_plays(run, world)
    whole, place_before = (
        replace(run, listeners_per_part=run.part_size(plays / (run.num_users * run.days))),
        before[0] if before else None,
    )
    same = identity(
        whole,
        {name: source.sha256 for name, source in sources_of(run).items()},
        fingerprints(),
        whole.listeners_per_part,
    ) | {"formats": formats}
    if before:
        same["inputs"]["before"] = before[1]
    place = named or (
        runs_folder() / f"run-{identity_hash(same)[:6]}{source_hash(Path(__file__))[:4]}"
    )
    return Job(
        whole,
        place if places.is_store(place) else place.absolute(),
        formats,
        same,
        -(-run.num_users // whole.listeners_per_part),
        plays,
        place_before,
    )


def check_place(out_dir):
    """The place of a run that a caller names; ValueError where no folder can be."""
    place = places.place_of(out_dir, "out_dir")
    if not places.is_store(place):
        check_folder(place)
    return place


def check_formats(formats, codec):
    """How the plays are to be kept, checked: {format: how it is compressed}; ValueError where no
    format is named.

    formats  one name, several, or such a dict
    """
    given, formats = formats, [formats] if isinstance(formats, str) else formats
    if (
        isinstance(formats, bytes)
        or not hasattr(formats, "__iter__")
        or not len(formats := formats if isinstance(formats, dict) else tuple(formats))
    ):
        raise ValueError(
            f"formats is {given!r}; name one or both of {', '.join(map(repr, FORMATS))}."
        )
    compressed = {"avro": check_choice("codec", codec, CODECS), "parquet": "zstandard"} | (
        formats if isinstance(formats, dict) else {}
    )
    return {
        name: compressed[name]
        for name in sorted(check_choice("formats", name, FORMATS) for name in formats)
    }


def carry_out(job, part=1, parts=1, workers=0, scheduler=""):
    """Make what a share of a job lacks; returns its place.

    A finished run is left as it is, unless files of it are gone.
    """
    if is_done(job) and len(whole_parts(job)) == job.n_parts + 1:
        tqdm.write(f"This run is already in {job.place}.")
        tidy(job)
        return job.place
    with (
        saying(functools.partial(kept_in, job)),
        saying_what_is_kept(job),
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
    """Whether a job's place holds its run.json; ValueError if a file of that name is not ours.

    The beginning of our run.json counts as none.
    """
    manifest, data = manifest_of(job.place), places.get(job.place, "run.json")
    same = manifest is not None and manifest["identity"] == job.identity
    if not same and data is not None and (manifest or not is_cut(data, FIRST_OF_RUN_JSON)):
        raise places.in_the_way(f"{job.place}/run.json")
    return same


def tidy(job):
    """Remove what a run leaves that was killed after its last file, and write the log anew where it
    is lost.
    """
    if not is_sealed(places.get(job.place, "log.json") or b""):
        write_log(job, {"parts_made": 0, "parts_kept": job.n_parts, "moved_local_times": None})
    leftover = locks_of(job.place) or own_receipts(job.place, identity_hash(job.identity))
    if (
        leftover
        or not places.is_store(job.place)
        and any(places.unfinished_files(job.place, is_of_run))
    ):
        with locked(job.place):
            clear_unfinished(job, range(job.n_parts))
            clear_receipts(job)


def make_share(job, share, workers, scheduler):
    """Make the parts of a share that are not whole yet, and finish the run where none lacks then.
    share: range of part numbers.
    """
    started = time.time()
    kept = whole_parts(job)
    refuse_foreign_tables(job, kept)
    clear_unfinished(job, share)
    made = {} if CATALOGUE in kept else {CATALOGUE: make_catalogue(job)}
    lacking = [number for number in share if number not in kept]
    with contextlib.closing(each_part(make_part, job, lacking, workers, scheduler)) as parts:
        made.update(
            tqdm(
                parts,
                total=len(share),
                initial=len(share) - len(lacking),
                desc=f"{job.run.num_users:,} listeners",
                unit="part",
            )
        )
    receipts = kept | made if len(share) == job.n_parts else whole_parts(job)
    if is_done(job):
        return clear_receipts(job)
    if len(receipts) == job.n_parts + 1:
        return finish(
            job,
            receipts,
            {
                "started": started,
                "seconds": round(time.time() - started, 3),
                "workers": workers,
                "scheduler": scheduler,
                "parts_made": len(lacking),
                "parts_kept": job.n_parts - len(lacking),
            },
        )
    tqdm.write(
        f"This share is done: {len(receipts) - 1:,} of {job.n_parts:,} parts are whole in "
        f"{job.place}."
    )


def refuse_foreign_tables(job, kept):
    """ValueError naming a file without a receipt that has the name of a table and not its format.

    kept: receipts of whole parts. Files that are ours and cut are written again.
    """
    listed = {file["file"] for receipt in kept.values() for file in receipt["files"]}
    for name in places.sizes(job.place) if not places.is_store(job.place) else ():
        if RUN_FILE.fullmatch(name) and name not in listed and not has_its_format(job.place / name):
            raise places.in_the_way(job.place / name)


def has_its_format(path):
    """Whether a file begins as a Parquet or an Avro file does, or is empty."""
    with open(path, "rb") as file:
        return MAGIC[path.suffix].startswith(file.read(4))


def finish(job, receipts, log):
    """Write log.json and run.json, then remove the receipts, whose entries run.json now holds, and
    what killed workers left.
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
    say_moved(job.run, moved)
    write_log(job, log | {"moved_local_times": moved})
    manifest = manifest_bytes(
        job.identity,
        files,
        parts=job.n_parts,
        plays=plays,
        personas=as_record(personas_of(job.run)),
        effective_sample_size=round(rows_that_count(job.run, check_run(job.run).survey), 1),
    )
    if not places.create(job.place, "run.json", manifest) and not is_done(job):
        places.add(job.place, "run.json", manifest)
    clear_receipts(job)
    clear_unfinished(job, range(job.n_parts))


def write_log(job, log):
    """Write log.json: what was made when, by whom, on what machine.

    A file of that name that is not ours stays.
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
def saying_what_is_kept(job):
    """Turn a dead worker or a full disk into one RuntimeError that says what is whole and how to go
    on.
    """
    try:
        yield
    except (BrokenExecutor, OSError, *places.store_errors(), *killed_errors()) as error:
        raise RuntimeError(
            f"{job.place}: {what_happened(error)} {n_whole(job.place):,} of {job.n_parts:,} parts "
            f"are whole and kept; "
            "the same command goes on from there."
        ) from error


def kept_in(job):
    """What an interruption leaves of a job, and how to go on; text."""
    whole = (
        len(whole_parts(job).keys() - {CATALOGUE}) if manifest_of(job.place) else n_whole(job.place)
    )
    return (
        f"{whole:,} of {job.n_parts:,} parts are whole and kept in {job.place}; the same "
        f"command "
        f"continues from there."
    )


def n_whole(place):
    """How many parts of a run that is not finished are whole, by their receipts."""
    return sum(name.startswith("parts/part-") for name in places.names(place, "parts"))


def killed_errors():
    """What dask raises when its workers died of one part again and again, as a tuple; none where
    dask is not at work.
    """
    return (sys.modules["distributed"].KilledWorker,) if "distributed" in sys.modules else ()


def what_happened(error):
    """An interruption in words, with what helps against it."""
    if isinstance(error, (BrokenExecutor, *killed_errors())):
        return "a worker process died; perhaps memory ran out, then fewer workers help."
    if getattr(error, "errno", None) in NO_ROOM:
        return "there is no room left on the disk; make some."
    if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder can no longer be written."
    return f"writing failed ({error})."


def check_room(job, n_bytes):
    """ValueError where a disk has less room than the run needs beyond what is there already.
    n_bytes: what the run takes.
    """
    if places.is_store(job.place):
        return
    lacking = n_bytes - sum(places.sizes(job.place).values()) if job.place.is_dir() else n_bytes
    free = free_bytes(job.place)
    if lacking > free:
        raise ValueError(
            f"the run takes about {in_bytes(n_bytes)} and {job.place} has room for "
            f"{in_bytes(free)}. Name a folder on a "
            "larger disk, simulate fewer listeners or a shorter time, or write fewer formats."
        )


def free_bytes(place):
    """Free bytes of the disk that a folder is on, or will be."""
    return shutil.disk_usage(
        next(folder for folder in (place, *place.parents) if folder.exists())
    ).free
