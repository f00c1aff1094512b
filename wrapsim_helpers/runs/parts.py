"""Parts of a run: each is a pure function of (job, part number); a complete one has a receipt."""

import functools
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

from ..checking import check_count, front_door
from ..listening.listen import (
    compile_model,
    count_moved_windows,
    listen_checked,
    world_of_run,
)
from ..parameters import identity_hash, part_path
from ..storage import places
from ..storage.locks import LOCK
from ..storage.manifest import (
    RUN_FILE,
    is_cut,
    json_bytes,
    manifest_at,
    manifest_of,
    sealed_json,
    unsealed,
)
from ..storage.records import sync_marker, write_avro
from ..storage.tables import DERIVED, begin_table, damaged, entry, read_part
from .jobs import Job

PART_TABLES = ("listeners", "profile_versions", "plays", "actions", "answers", "truth", "state")
CATALOGUE_TABLES = ("tracks", "albums", "artists", "track_artists")
CATALOGUE = -1  # the number of the catalogue's receipt; parts are numbered from 0

RECEIPT = re.compile(r"parts/(catalogue|part-\d{8})\.json")
OF_RUN = re.compile(
    "|".join(
        [
            RUN_FILE.pattern,
            RECEIPT.pattern,
            LOCK.pattern,
            r"(run|identity|log)\.json",
            rf"{DERIVED}/[\w-]+\.parquet",
        ]
    )
)


# -- one part --------------------------------------------------------------------------------------


@front_door
def make_part(job: Job, part):
    """Simulate and write one part; a pure function of (job, part), safe to repeat. part: 0 to
    job.n_parts - 1

    Returns the receipt: {"files": manifest entries, "moved": number of listeners whose local start
    or end does not exist or exists twice, and was moved}.
    """
    check_count("part", part, 0, job.n_parts - 1)
    past = state_before(job, part) if job.before else None
    n = job.run.listeners_per_part
    ids = job.run.listener_ids(part * n, (part + 1) * n)
    compile_model(job.run)
    listened = listen_checked(job.run, world_of_run(job.run), ids, past=past)
    with places.local_folder(job.place) as folder, ExitStack() as names:
        files = [
            begin_table(names, folder, name, getattr(listened, name), part)
            for name in tables_of(job)
        ]
        if "avro" in job.formats:
            files.append(write_plays_avro(names, folder, listened, job, part))
        return deliver_part(
            job, part, names, folder, {"files": files, "moved": count_moved_windows(listened)}
        )


def tables_of(job):
    """Names of the tables that each part of a job writes as Parquet."""
    return [name for name in PART_TABLES if name != "plays" or "parquet" in job.formats]


def state_before(job, part):
    """The state at the end of a part of the earlier run, an Arrow table. Raises ValueError if its
    file is damaged.
    """
    file = f"state/part-{part:08d}.parquet"
    files = manifest_at(job.before)["files"]
    sha256 = next(listed["sha256"] for listed in files if listed["file"] == file)
    if hashlib.sha256(places.get(job.before, file) or b"").hexdigest() != sha256:
        raise damaged(job.before, file, "its SHA-256 is not the one in run.json")
    return read_part(job.before, file, "state", None, None)


def write_plays_avro(names, folder, listened, job, part):
    """Write a part's plays as Avro. Returns the manifest entry.

    The file gets its name when the ExitStack `names` closes.
    """
    path = part_path(folder, "avro", part, "avro")
    temporary = names.enter_context(places.new_file(path))
    sha256 = write_avro(
        *listened.record_tables,
        temporary,
        sync_marker(identity_hash(job.identity), part),
        job.formats["avro"],
        known=listened.world.songs,
    )
    return entry(folder, path, temporary, sha256, listened.plays)


def make_catalogue(job):
    """Write the tables that all parts share. Returns the receipt."""
    catalogue = world_of_run(job.run).catalogue
    with places.local_folder(job.place) as folder, ExitStack() as names:
        files = [
            begin_table(names, folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES
        ]
        return deliver_part(job, CATALOGUE, names, folder, {"files": files, "moved": 0})


def deliver_part(job, number, names, folder, receipt):
    """Move finished files and their receipt to the job's place. Returns the receipt.

    On a disk the receipt is written first, so that each file is listed before it gets its name.
    names: an ExitStack; when it closes, the files get their names in `folder`
    """
    data = receipt_bytes(identity_hash(job.identity), receipt_name(number), receipt)
    if not places.is_store(job.place):
        places.add(job.place, receipt_name(number), data)
    names.close()
    places.upload(folder, job.place, [file["file"] for file in receipt["files"]])
    if places.is_store(job.place):
        places.add(job.place, receipt_name(number), data)
    return receipt


# -- receipts --------------------------------------------------------------------------------------


def receipt_name(number):
    """Name of a part's receipt in its place."""
    return "parts/catalogue.json" if number == CATALOGUE else f"parts/part-{number:08d}.json"


def receipt_bytes(identity_hash, name, receipt):
    """The bytes of a receipt file: sealed, with the identity hash and name it belongs to."""
    return sealed_json({"belongs_to": f"{identity_hash} {name}"} | receipt)


def receipt_in(data, identity_hash, name):
    """The receipt in the bytes of a file of that name; None if no run of this identity wrote it."""
    receipt = unsealed(data) or {}
    belongs = receipt.pop("belongs_to", None) == f"{identity_hash} {name}"
    return receipt if belongs and {"files", "moved"} <= receipt.keys() else None


def complete_parts(job):
    """The receipts of complete parts: part number -> receipt. A part is complete if its receipt
    lists all of its files and each exists in its listed size.
    """
    existing, manifest = places.sizes(job.place), manifest_of(job.place)
    receipts = receipts_in(manifest["files"]) if manifest else written_receipts(job, existing)
    return {
        number: receipt
        for number, receipt in receipts.items()
        if receipt
        and sorted(file["file"] for file in receipt["files"]) == sorted(files_of(job, number))
        and all(existing.get(file["file"]) == file["bytes"] for file in receipt["files"])
    }


def files_of(job, number):
    """Names of the files of a part of a job, or of the catalogue."""
    if number == CATALOGUE:
        return [f"{name}.parquet" for name in CATALOGUE_TABLES]
    files = [f"{name}/part-{number:08d}.parquet" for name in tables_of(job)]
    return [*files, f"avro/part-{number:08d}.avro"] if "avro" in job.formats else files


def written_receipts(job, existing):
    """The receipts in a run's place: part number -> receipt, or None if it is cut off.

    Raises ValueError naming a file that has the name of a receipt but not of this run. existing:
    names of the files in the place
    """
    hash_ = identity_hash(job.identity)
    numbers = {receipt_name(number): number for number in range(CATALOGUE, job.n_parts)}
    receipts = {}
    for name, data in each_file(job.place, [name for name in numbers if name in existing]).items():
        receipt = receipts[numbers[name]] = receipt_in(data, hash_, name)
        if not receipt and not is_cut(data, json_bytes({"belongs_to": f"{hash_} {name}"})[:-3]):
            raise places.in_the_way(f"{job.place}/{name}")
    return receipts


def each_file(place, names):
    """The bytes of several files of a place: name -> bytes."""
    with ThreadPoolExecutor(16) as pool:
        return dict(zip(names, pool.map(functools.partial(places.get, place), names)))


def receipts_of_run(place, identity_hash):
    """The receipts in a place that a run of this identity wrote: name -> receipt."""
    names = filter(RECEIPT.fullmatch, places.file_names(place, "parts"))
    return {
        name: receipt
        for name, data in each_file(place, list(names)).items()
        if (receipt := receipt_in(data, identity_hash, name))
    }


def receipts_in(entries):
    """A manifest's entries grouped into receipts: part number -> receipt."""
    receipts = {}
    for file in entries:
        part = re.search(r"part-(\d{8})", file["file"])
        number = int(part[1]) if part else CATALOGUE
        receipts.setdefault(number, {"files": [], "moved": 0})["files"].append(file)
    return receipts


def clear_receipts(job):
    """Remove every receipt of a job's run, and their folder unless it holds other files."""
    places.remove(job.place, list(receipts_of_run(job.place, identity_hash(job.identity))))
    if not places.is_store(job.place):
        with suppress(OSError):
            (job.place / "parts").rmdir()


def clear_unfinished_parts(job, share):
    """Remove the unfinished files that killed runs left in this share; other processes may be
    writing the other shares.
    """
    everything, parts = len(share) == job.n_parts, {f"part-{number:08d}" for number in share}
    places.clear_unfinished(
        job.place, lambda name: is_of_run(name) and (everything or Path(name).stem in parts)
    )


def is_of_run(name):
    """Whether a run can write a file of this name in its place."""
    return OF_RUN.fullmatch(name) is not None
