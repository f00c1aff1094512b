"""Runs on disk: any number of listeners, part by part, by any workers, killed and resumed at will.

A part is a pure function of (job, part number). Its files are written whole, then its receipt: what is in a receipt
is never made again. run.json comes last; then the receipts go.
"""

import contextlib
import difflib
import errno
import functools
import hashlib
import json
import platform
import re
import shutil
import sys
import tempfile
import time
import uuid
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from tqdm.auto import tqdm

from . import store
from .arguments import check_path, front_door
from .avro import CODECS
from .clocks import window_starts
from .compiled import source_hash
from .datasets import source_path
from .files import (DERIVED, check_folder, entry, open_folder, read_parquet, read_part, row_hash, sync_marker, table_in, write_avro,
                    write_parquet, write_table)
from .interrupts import saying
from .listeners import listener_number
from .locks import LOCK, WHOLE_RUN, locked, locks_of
from .manifest import (identity_of, is_sealed, json_bytes, manifest_bytes, manifest_of,
                       read_manifest, sealed)
from .outputs import own_folder, written
from .personas import as_record, personas_file, personas_of
from .resources import runs_folder
from .run import FORMATS, Run, check_choice, check_count, differences, identity, identity_hash, in_bytes, part_path, run_of
from .schema import fingerprints
from .simulate import Listened, check_run, compile_model, estimate_plays, listen, moved_starts, say_moved
from .survey import rows_that_count
from .workers import check_scheduler, cores, each_part

PART_TABLES = ("listeners", "profile_versions", "plays", "actions", "answers", "truth", "state")
CATALOGUE_TABLES = ("tracks", "albums", "artists", "track_artists")
CATALOGUE = -1                   # the number of the catalogue's receipt, beside those of the parts
MOST_NAMES = 10_000              # looked through for one like a misspelt name
RECEIPT = re.compile(r"parts/(catalogue|part-\d{8})\.json")
DERIVED_FILE = re.compile(rf"{DERIVED}/[\w-]+\.parquet")
PART_FILE = re.compile(rf"({'|'.join((*PART_TABLES, 'avro'))})/part-(\d{{8}})\.(parquet|avro)")
WHOLE_RUN_FILE = re.compile(rf"(run|identity|log)\.json|{LOCK.pattern}|({'|'.join(CATALOGUE_TABLES)})\.parquet")
MOST_MEASURING = 4               # workers that measure what a part costs while the others are at it too
SAMPLES = (30_000, 300_000)      # plays of two parts: their difference shows what a play costs, the rest is each part's own
# measured on years of listening, by format and how it is compressed; a day of many listeners takes a little more
BYTES_PER_PLAY = {("parquet", "zstandard"): 14, ("avro", "deflate"): 60, ("avro", "zstandard"): 50, ("avro", "null"): 300}


@dataclass(frozen=True)
class Job:
    """A run on its way into a place: all that a worker needs to make any of its parts, 0 to n_parts - 1.

    formats  how the plays are kept: format -> how it is compressed
    plays   about how many it will have, see `estimate_plays`
    before  the run that this one goes on from, or None
    """

    run: Run
    place: Path | str
    formats: dict[str, str]
    identity: dict
    n_parts: int
    plays: int
    before: Path | str | None = None


# -- the whole run ------------------------------------------------------------------------------------

@front_door
def simulate(num_users=100, start_time="2025-01-01", end_time="2026-01-01", genres=(), *, out_dir="", formats=("parquet", "avro"),
             codec="deflate", population="world", survey_group="all", seed=2025, listeners_per_part=0, workers=0, scheduler="", part=None, parts=None,
             survey_path="", songs_path="", personas_path="", catalogue_tracks=0):
    """Simulate a crowd into a run folder, part by part, whatever its size; returns the folder's Path, or the store's URL.

    out_dir   a new or empty folder, or one where this very run was begun; "" for a folder of its own under data/runs;
              or an address in an object store, such as "s3://bucket/run"
    formats   "parquet", "avro" or both: how the plays are kept; all other tables are Parquet. Insights read either
    codec     of the Avro files: "deflate", "zstandard" or "null"
    workers   processes; 0: one per core, but no more than there are parts
    scheduler address of a dask scheduler whose workers make the parts instead, such as "tcp://10.0.0.1:8786"
    part, parts  3, 10 makes the third tenth of the parts alone; whoever makes the last one that lacks finishes the run
    The rest as for `Run`. Raises ValueError or TypeError, saying what is allowed, before anything is written, and
    RuntimeError, saying what is kept, where a worker dies or a disk is full; the same call then goes on from there, as it
    does after KeyboardInterrupt.
    """
    check_count("workers", workers, 0, 1024)
    share = check_share(part, parts)
    check_scheduler(scheduler)
    job = open_job(num_users, start_time, end_time, genres, out_dir=out_dir, formats=formats, codec=codec, population=population, survey_group=survey_group,
                   seed=seed, listeners_per_part=listeners_per_part, survey_path=survey_path, songs_path=songs_path, personas_path=personas_path,
                   catalogue_tracks=catalogue_tracks)
    return carry_out(job, *share, workers, scheduler)


def check_share(part, parts):
    """(part, parts) of what a caller gives, (1, 1) for neither; ValueError where one is missing or there is no such share."""
    if (part is None) != (parts is None):
        raise ValueError(f"part is {part!r} and parts is {parts!r}; give both or neither. part 3 of parts 10 is the third tenth of the run.")
    return (1, 1) if parts is None else (check_count("part", part, 1, check_count("parts", parts, 1, 1_000_000)), parts)


@front_door
def continue_run(run_dir, end_time, *, out_dir="", formats=("parquet", "avro"), codec="deflate", workers=0, survey_path="", songs_path="", personas_path=""):
    """Let the listeners of a finished run go on living until a later time, into a folder of its own; returns its place.

    They remember what they heard, and both runs together hold the plays of one run over the whole time. Source files and
    personas must be those of the earlier run. Raises as `simulate` does.
    """
    check_count("workers", workers, 0, 1024)
    found = read_manifest(run_dir)["identity"]
    earlier = run_of(found, survey_path, songs_path, personas_path)
    refuse_changes(run_dir, job_of(earlier, run_dir, found["formats"], before=before_of(found)).identity, found)
    run = replace(earlier, start_time=earlier.end_time, end_time=end_time, origin_time=earlier.origin_time or earlier.start_time)
    job = job_of(run, out_dir, formats, codec, (store.place_of(run_dir), identity_hash(found)))
    open_folder(job.place, job.identity)
    return carry_out(job, workers=workers)


def before_of(found):
    """(None, identity hash) of the run that an identity goes on from, or None."""
    return (None, found["inputs"]["before"]) if "before" in found["inputs"] else None


def refuse_changes(run_dir, here, found):
    """ValueError where this installation or these source files would not give the same plays as a run's, with the differences."""
    other = differences(here, found)
    if other:
        raise ValueError(f"{run_dir} cannot be made again here, since this would differ:\n  " + "\n  ".join(other[:12]))


@front_door(rest=Run)
def open_job(num_users=100, start_time="2025-01-01", end_time="2026-01-01", genres=(), *, out_dir="", formats=("parquet", "avro"), codec="deflate",
             **rest):
    """A run that is checked and whose folder is ready, for an engine of your own: a `Job`, whose parts `make_part` makes.

    Arguments as for `simulate`. Once every part is made, the same call of `simulate` finds them and finishes the run.
    """
    job = job_of(Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, **rest), out_dir, formats, codec)
    check_room(job, job.plays * sum(BYTES_PER_PLAY[kept] for kept in job.formats.items()))
    open_folder(job.place, job.identity)
    return job


def job_of(run, out_dir="", formats=("parquet", "avro"), codec="deflate", before=None):
    """The `Job` of a checked Run; nothing is written. before: place and identity hash of the run that it goes on from, or None."""
    formats, world, named = check_formats(formats, codec), check_run(run), check_place(out_dir) if out_dir != "" else None
    compile_model(run)                   # with a line that says so, before anything compiled is called
    plays = estimate_plays(run, world)
    whole, place_before = replace(run, listeners_per_part=run.part_size(plays / (run.num_users * run.days))), before[0] if before else None
    inputs = {"survey": source_path("survey", run.survey_path), "songs": source_path("songs", run.songs_path), "personas": personas_file(run)}
    same = identity(whole, {name: path for name, path in inputs.items() if path}, fingerprints(), whole.listeners_per_part) | {"formats": formats}
    if before:
        same["inputs"]["before"] = before[1]
    place = named or (runs_folder() / f"run-{identity_hash(same)[:6]}{source_hash(Path(__file__))[:4]}")
    return Job(whole, place if store.is_store(place) else place.absolute(), formats, same, -(-run.num_users // whole.listeners_per_part), plays,
               place_before)


def check_place(out_dir):
    """The place of a run that a caller names; ValueError where no folder can be."""
    place = store.place_of(out_dir, "out_dir")
    if not store.is_store(place):
        check_folder(place)
    return place


def check_formats(formats, codec):
    """How the plays are to be kept, checked: {format: how it is compressed}; ValueError where no format is named.

    formats  one name, several, or such a dict
    """
    given, formats = formats, [formats] if isinstance(formats, str) else formats
    if isinstance(formats, bytes) or not hasattr(formats, "__iter__") or not len(formats := formats if isinstance(formats, dict) else tuple(formats)):
        raise ValueError(f"formats is {given!r}; name one or both of {', '.join(map(repr, FORMATS))}.")
    compressed = {"avro": check_choice("codec", codec, CODECS), "parquet": "zstandard"} | (formats if isinstance(formats, dict) else {})
    return {name: compressed[name] for name in sorted(check_choice("formats", name, FORMATS) for name in formats)}


def carry_out(job, part=1, parts=1, workers=0, scheduler=""):
    """Make what a share of a job lacks; returns its place. A finished run is left as it is, unless files of it are gone."""
    if manifest_of(job.place) and len(whole_parts(job)) == job.n_parts + 1:
        tqdm.write(f"This run is already in {job.place}.")
        tidy(job)
        return job.place
    with saying(functools.partial(kept_in, job)), saying_what_is_kept(job), locked(job.place, WHOLE_RUN if parts == 1 else f"lock-{part}-of-{parts}.json"):
        make_share(job, range(job.n_parts * (part - 1) // parts, job.n_parts * part // parts), workers, scheduler)
    return job.place


def tidy(job):
    """Remove what a run leaves that was killed after its last file, and write the log anew where it is lost."""
    if not is_sealed(store.get(job.place, "log.json") or b""):
        write_log(job, {"parts_made": 0, "parts_kept": job.n_parts, "moved_local_times": None})
    leftover = locks_of(job.place) or receipt_names(job.place)
    if leftover or not store.is_store(job.place) and any(store.unfinished_files(job.place, is_of_run)):
        with locked(job.place):
            clear_unfinished(job, range(job.n_parts))
            clear_receipts(job.place)


def make_share(job, share, workers, scheduler):
    """Make the parts of a share that are not whole yet, and finish the run where none lacks then. share: range of part numbers."""
    started = time.time()
    receipt_in(f"{job.place}/run.json", store.get(job.place, "run.json"))        # what is not ours there, `finish` would overwrite
    clear_unfinished(job, share)
    kept = whole_parts(job)
    made = {} if CATALOGUE in kept else {CATALOGUE: make_catalogue(job)}
    lacking = [number for number in share if number not in kept]
    with contextlib.closing(each_part(make_part, job, lacking, workers, scheduler)) as parts:
        made.update(tqdm(parts, total=len(share), initial=len(share) - len(lacking), desc=f"{job.run.num_users:,} listeners", unit="part"))
    receipts = kept | made if len(share) == job.n_parts else whole_parts(job)
    if manifest_of(job.place):
        return clear_receipts(job.place)
    if len(receipts) == job.n_parts + 1:
        return finish(job, receipts, {"started": started, "seconds": round(time.time() - started, 3), "workers": workers, "scheduler": scheduler,
                                      "parts_made": len(lacking), "parts_kept": job.n_parts - len(lacking)})
    tqdm.write(f"This share is done: {len(receipts) - 1:,} of {job.n_parts:,} parts are whole in {job.place}.")


def finish(job, receipts, log):
    """Write log.json and run.json, then remove the receipts, whose entries run.json now holds, and what killed workers left."""
    files = sorted((file for receipt in receipts.values() for file in receipt["files"]), key=lambda file: file["file"])
    plays = sum(file["rows"] for file in files if table_in(file["file"]) == "plays" and file["file"].endswith(next(iter(job.formats))))
    moved = sum(receipt["moved"] for receipt in receipts.values())
    say_moved(job.run, moved)
    write_log(job, log | {"moved_local_times": moved})
    manifest = manifest_bytes(job.identity, files, parts=job.n_parts, plays=plays, personas=as_record(personas_of(job.run)),
                              effective_sample_size=round(rows_that_count(job.run, check_run(job.run).survey), 1))
    if not store.create(job.place, "run.json", manifest) and not manifest_of(job.place):
        store.put(job.place, "run.json", manifest)
    clear_receipts(job.place)
    clear_unfinished(job, range(job.n_parts))


def write_log(job, log):
    """Write log.json: what was made when, by whom, on what machine. A file of that name that is not ours stays."""
    earlier = store.get(job.place, "log.json")
    if earlier and not is_sealed(earlier):
        return
    store.put(job.place, "log.json", json_bytes(sealed(log | {"python": platform.python_version(), "platform": platform.platform()})))


# -- one part -----------------------------------------------------------------------------------------

@front_door
def make_part(job: Job, part):
    """Simulate and write one part; a pure function of (job, part), safe to repeat. part: 0 to job.n_parts - 1.

    Returns the receipt: {"files": manifest entries, "moved": listeners whose local start or end had to be moved}.
    """
    check_count("part", part, 0, job.n_parts - 1)
    past = state_before(job, part) if job.before else None
    heard = listen(job.run, job.run.listener_ids(part * job.run.listeners_per_part, (part + 1) * job.run.listeners_per_part), past=past)
    with store.workbench(job.place) as folder:
        files = [write_table(folder, name, getattr(heard, name), part) for name in PART_TABLES if name != "plays" or "parquet" in job.formats]
        if "avro" in job.formats:
            files.append(write_plays_avro(folder, heard, identity_hash(job.identity), part, job.formats["avro"]))
        return deliver(job, part, folder, {"files": files, "moved": moved_starts(heard)})


def state_before(job, part):
    """The state that a part goes on from, an Arrow table; ValueError where it is not what the earlier run wrote."""
    file = f"state/part-{part:08d}.parquet"
    written = next(one["sha256"] for one in read_manifest(job.before)["files"] if one["file"] == file)
    if hashlib.sha256(store.get(job.before, file) or b"").hexdigest() != written:
        raise ValueError(f"{job.before}/{file} is damaged: its bytes are not those that run.json lists. Restore it, or remove it and simulate "
                         "that run again into the same folder.")
    return read_part(job.before, file, "state", None, None)


def write_plays_avro(folder, heard, hash_, part, codec):
    """Write a part's plays as Avro; returns the manifest entry."""
    path = part_path(folder, "avro", part, "avro")
    sha256 = write_avro(heard.plays, heard.listeners, heard.profile_versions, heard.world.catalogue.tracks, path, sync_marker(hash_, part), codec,
                        known=heard.world.songs)
    return entry(folder, path, sha256, heard.plays.num_rows, row_hash(heard.plays))


def make_catalogue(job):
    """Write the tables that all parts share; returns the receipt."""
    catalogue = check_run(job.run).catalogue
    with store.workbench(job.place) as folder:
        files = [write_table(folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES]
        return deliver(job, CATALOGUE, folder, {"files": files, "moved": 0})


def deliver(job, number, folder, receipt):
    """Bring finished files to the job's place, then the receipt that vouches for them; returns it."""
    store.deliver(folder, job.place, [file["file"] for file in receipt["files"]])
    store.put(job.place, receipt_name(number), json_bytes(receipt))
    return receipt


# -- receipts -----------------------------------------------------------------------------------------

def receipt_name(number):
    """Name of a part's receipt in its place."""
    return "parts/catalogue.json" if number == CATALOGUE else f"parts/part-{number:08d}.json"


def whole_parts(job):
    """Receipts of the parts whose files are all there in their right sizes: part number -> receipt."""
    there, manifest = store.sizes(job.place), manifest_of(job.place)
    receipts = receipts_in(manifest["files"]) if manifest else {}
    return {number: receipt for number, receipt in (receipts | written_receipts(job, there)).items()
            if receipt and all(there.get(file["file"]) == file["bytes"] for file in receipt["files"])}


def written_receipts(job, there):
    """The receipts that lie in a run's place, some of which may be gone or cut by now: part number -> receipt or None."""
    numbers = [number for number in range(CATALOGUE, job.n_parts) if receipt_name(number) in there]
    with ThreadPoolExecutor(16) as pool:
        found = pool.map(lambda number: store.get(job.place, receipt_name(number)), numbers)
        return {number: receipt_in(f"{job.place}/{receipt_name(number)}", data) for number, data in zip(numbers, found)}


def receipt_in(path, data):
    """A receipt (or a manifest) from its bytes; None if there are none, or not all of them. ValueError for bytes of anything else."""
    try:
        receipt = data and json.loads(data) or None
    except ValueError:
        receipt = None if data.startswith(b"{") else data
    if receipt is None or isinstance(receipt, dict) and isinstance(receipt.get("files"), list):
        return receipt
    raise store.in_the_way(path)


def receipts_in(entries):
    """A manifest's entries as the receipts they came from: part number -> receipt."""
    receipts = {}
    for one in entries:
        number = one["file"].rpartition("part-")[2].split(".")[0]
        receipts.setdefault(int(number) if number.isdecimal() else CATALOGUE, {"files": [], "moved": 0})["files"].append(one)
    return receipts


def receipt_names(place):
    """Names of the receipts in a place."""
    return [name for name in store.names(place, "parts") if RECEIPT.fullmatch(name)]


def clear_receipts(place):
    """Remove every receipt of a place, and their folder unless it holds other files."""
    store.remove(place, receipt_names(place))
    if not store.is_store(place):
        with contextlib.suppress(OSError):
            (place / "parts").rmdir()


def clear_unfinished(job, share):
    """Remove what killed runs left half-written, of the share's files alone: others may be at work on theirs."""
    everything, own = len(share) == job.n_parts, {f"part-{number:08d}" for number in share}
    if not store.is_store(job.place):
        store.clear_unfinished(job.place, lambda name: is_of_run(name) and (everything or Path(name).stem in own))


def is_of_run(name):
    """Whether a run writes a file of this name within its place."""
    return any(kind.fullmatch(name) for kind in (WHOLE_RUN_FILE, RECEIPT, PART_FILE, DERIVED_FILE))


@contextmanager
def saying_what_is_kept(job):
    """Turn a dead worker or a full disk into one RuntimeError that says what is whole and how to go on."""
    try:
        yield
    except (BrokenExecutor, OSError, *store.store_errors(), *killed_errors()) as error:
        raise RuntimeError(f"{job.place}: {what_happened(error)} {n_whole(job.place):,} of {job.n_parts:,} parts are whole and kept; "
                           "the same command goes on from there.") from error


def kept_in(job):
    """What an interruption leaves of a job, and how to go on; text."""
    whole = len(whole_parts(job).keys() - {CATALOGUE}) if manifest_of(job.place) else n_whole(job.place)
    return f"{whole:,} of {job.n_parts:,} parts are whole and kept in {job.place}; the same command continues from there."


def n_whole(place):
    """How many parts of a run that is not finished are whole, by their receipts."""
    return sum(name.startswith("parts/part-") for name in store.names(place, "parts"))


def killed_errors():
    """What dask raises when its workers died of one part again and again, as a tuple; none where dask is not at work."""
    return (sys.modules["distributed"].KilledWorker,) if "distributed" in sys.modules else ()


def what_happened(error):
    """An interruption in words, with what helps against it."""
    if isinstance(error, (BrokenExecutor, *killed_errors())):
        return "a worker process died; perhaps memory ran out, then fewer workers help."
    if getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "there is no room left on the disk; make some."
    if getattr(error, "errno", None) in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "the folder can no longer be written."
    return f"writing failed ({error})."


# -- folders ------------------------------------------------------------------------------------------

@front_door
def write_listener(listened: Listened, out_dir):
    """Write one listener's plays to a folder as plays.avro and plays.parquet; returns both paths.

    Earlier files of ours are replaced. Raises ValueError naming any other file in the folder.
    """
    folder = own_folder(out_dir)
    with written(folder / "plays.avro") as path:
        write_avro(listened.plays, listened.listeners, listened.profile_versions, listened.world.catalogue.tracks, path,
                   sync_marker(listened.listeners["user_id"][0].as_py(), 0))
    with written(folder / "plays.parquet") as path:
        write_parquet(listened.plays, path)
    return folder / "plays.avro", folder / "plays.parquet"




@front_door
def latest_run(run_dir=""):
    """Path of a finished run: the one named, or the one finished last under data/runs.

    Raises FileNotFoundError where there is none.
    """
    if run_dir != "":
        place = store.place_of(run_dir)
        read_manifest(place if store.is_store(place) else place.absolute())        # so that a message says where it looked
        return place
    finished = sorted(runs_folder().rglob("run.json"), key=lambda path: path.stat().st_mtime)
    if not finished:
        raise FileNotFoundError(f"run_dir is empty and {runs_folder()} holds no finished run. Run notebook 03_multiple_users first, "
                                "or name the folder of a run.")
    return finished[-1].parent


# -- before and after ---------------------------------------------------------------------------------

@dataclass(frozen=True)
class Plan:
    """What a run would take; `text` says it in words.

    plays, n_bytes  expected, from what the first listeners mean to hear and a sample written on this machine
    minutes         on so many workers of this machine
    parts           files of each table
    measured_plays  how many plays of the run each of some workers simulated and wrote to measure bytes and minutes
    """

    listeners: int
    plays: int
    n_bytes: int
    minutes: float
    workers: int
    parts: int
    listeners_per_part: int
    place: Path | str
    measured_plays: int

    @property
    def text(self):
        """The plan in five lines."""
        return (f"{self.listeners:,} listeners, about {self.plays:,} plays\nabout {in_bytes(self.n_bytes)} in {self.place}\n"
                f"{self.parts:,} parts of {self.listeners_per_part:,} listeners\n"
                f"about {in_minutes(self.minutes)} on {self.workers} worker{'s' * (self.workers > 1)} of this machine\n"
                f"bytes and time follow from {self.measured_plays:,} plays of this run, simulated and written here just now")


def in_minutes(minutes):
    """A stretch of time as text: seconds below one minute, hours from 100 minutes on."""
    if minutes < 1:
        seconds = max(1, round(60 * minutes))
        return f"{seconds} second{'s' * (seconds > 1)}"
    return f"{minutes:.1f} minutes" if minutes < 100 else f"{minutes / 60:,.1f} hours"


@front_door(rest=Run)
def plan(num_users=100, start_time="2025-01-01", end_time="2026-01-01", genres=(), *, out_dir="", formats=("parquet", "avro"), codec="deflate", workers=0, **rest):
    """What would this run take? A `Plan`; arguments as for `simulate`, nothing is written there.

    A part of the run is simulated and written to a temporary folder, and measured. Raises ValueError where the disk is too small.
    """
    check_count("workers", workers, 0, 1024)
    job = job_of(Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, **rest), out_dir, formats, codec)
    workers = min(workers or cores(), job.n_parts)
    n_bytes, seconds, measured_plays = cost_of(job, workers)
    check_room(job, n_bytes)
    return Plan(job.run.num_users, job.plays, round(n_bytes), seconds / 60, workers, job.n_parts, job.run.listeners_per_part, job.place, measured_plays)


def cost_of(job, workers):
    """(bytes, seconds) that a job takes with so many workers on this machine, and how many plays each of some was measured on.

    The larger part's costs beyond the smaller one's are those of its plays; the rest comes with every part.
    """
    at_once, started = min(workers, cores()), time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        measured = dict(each_part(measured_parts, replace(job, place=Path(folder)), range(min(at_once, MOST_MEASURING)), at_once))
    (small, *low), (large, *high) = low_high = np.mean(list(measured.values()), axis=0)
    start_s = time.perf_counter() - started - low_high[:, 2].sum() if workers > 1 else 0.0
    low, high = np.array(low), np.array(high)
    per_play = np.maximum(high - low, 0) / (large - small) if large > 1.5 * small else high / max(large, 1)
    n_bytes, seconds = job.n_parts * np.maximum(high - large * per_play, 0) + job.plays * per_play
    rounds = -(-job.n_parts // at_once) / job.n_parts
    return n_bytes, start_s + seconds * rounds, round(large)


def measured_parts(job, number):
    """Make parts of two sizes: for each an array of its plays, bytes and seconds, in a folder of this number in the job's.

    The first part made does not count: it reads and encodes what later ones find ready.
    """
    places = (job.place / f"{number}-{place}" for place in range(3))
    return np.array([measured_part(replace(job, place=place), n_plays) for place, n_plays in zip(places, (SAMPLES[0], *SAMPLES))][1:])


def measured_part(job, n_plays):
    """Make a part of about so many plays: [plays in it, its bytes, its seconds]."""
    few = max(1, min(job.run.listeners_per_part, round(n_plays * job.run.num_users / max(job.plays, 1))))
    started = time.perf_counter()
    files = make_part(replace(job, run=replace(job.run, listeners_per_part=few)), 0)["files"]
    seconds = time.perf_counter() - started
    return [next(file["rows"] for file in files if table_in(file["file"]) == "plays"), sum(file["bytes"] for file in files), seconds]


@front_door
def again(run_dir, user, survey_path="", songs_path="", personas_path=""):
    """One listener out of a run, simulated again and identical, whatever the size of the run; a `Listened`.

    user  a listener's number, user_id or full name.  Raises ValueError for a user who is not in the run, and where this
    installation or these source files would not give the same plays, with the differences.
    """
    place = store.place_of(run_dir)
    found = identity_of(place)
    run = run_of(found, survey_path, songs_path, personas_path)
    refuse_changes(run_dir, job_of(run, place, found["formats"], before=before_of(found)).identity, found)
    whole = listen(run.origin, [listener_named(place, user)])          # a run that goes on from another is made again from its beginning
    return since(whole, run) if run.origin_time else whole


def since(whole, run):
    """A `Listened` less what was played before a run's window begins."""
    start = window_starts(run, whole.listeners)[0][0]
    return replace(whole, run=run, plays=whole.plays.filter(pc.greater_equal(whole.plays["started_at"].cast("int64"), start)))


def listener_named(run_dir, user):
    """The number of a listener of a run, by number, user_id or full name; ValueError if the run has no such listener, or two."""
    run = run_of(identity_of(store.place_of(run_dir)))
    first, last = run.first_listener, run.first_listener + run.num_users - 1
    with contextlib.suppress(ValueError):
        number = int(str(user)) if str(user).isdecimal() else listener_number(str(uuid.UUID(str(user))), run.seed)
        if number is not None and first <= number <= last:
            return number
    names = names_of(run_dir)
    numbers = names.loc[names["name"].str.casefold() == str(user).casefold(), "listener_id"].tolist()
    if len(numbers) == 1:
        return numbers[0]
    raise ValueError(f"user is {user!r}; the run has {of_that_name(user, names, numbers)} It has the listeners {first:,} to {last:,}: give one "
                     "of these numbers, or a user_id or full name of theirs.")


def of_that_name(user, names, numbers):
    """How many listeners of a run have a name, in words, with the nearest names where nobody has it."""
    if numbers:
        return f"{len(numbers)} listeners of that name ({', '.join(map(str, numbers[:5]))})."
    near = difflib.get_close_matches(str(user), names["name"][:MOST_NAMES], n=3)
    return "nobody of that number, user_id or name." + (f" Did you mean {' or '.join(map(repr, near))}?" if near else "")


def names_of(run_dir):
    """listener_id and name of a run's listeners, as far as their parts are made; a DataFrame."""
    with contextlib.suppress(FileNotFoundError):
        return read_parquet(run_dir, "listeners", ["listener_id", "name"]).to_pandas()
    return pd.DataFrame({"listener_id": [], "name": pd.Series(dtype=str)})


def check_room(job, n_bytes):
    """ValueError where a disk has less room than the run needs beyond what is there already. n_bytes: what the run takes."""
    if store.is_store(job.place):
        return
    lacking = n_bytes - sum(store.sizes(job.place).values()) if job.place.is_dir() else n_bytes
    free = free_bytes(job.place)
    if lacking > free:
        raise ValueError(f"the run takes about {in_bytes(n_bytes)} and {job.place} has room for {in_bytes(free)}. Name a folder on a "
                         "larger disk, simulate fewer listeners or a shorter time, or write fewer formats.")


def free_bytes(place):
    """Free bytes of the disk that a folder is on, or will be."""
    return shutil.disk_usage(next(folder for folder in (place, *place.parents) if folder.exists())).free
