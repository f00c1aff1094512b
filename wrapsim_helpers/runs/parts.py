"""One part of a run: a pure function of (job, part number), and the receipts of those that are
whole.
"""

import contextlib
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..checking import check_count, front_door
from ..listening.listen import check_run, listen, moved_starts
from ..parameters import Run, identity_hash, part_path
from ..storage import places
from ..storage.locks import LOCK
from ..storage.manifest import (
    is_cut,
    json_bytes,
    manifest_of,
    read_manifest,
    sealed,
    unsealed,
)
from ..storage.records import sync_marker, write_avro
from ..storage.row_hashes import row_hash
from ..storage.tables import DERIVED, begin_table, entry, read_part

PART_TABLES = ("listeners", "profile_versions", "plays", "actions", "answers", "truth", "state")
CATALOGUE_TABLES = ("tracks", "albums", "artists", "track_artists")
CATALOGUE = -1  # the number of the catalogue's receipt, beside those of the parts


RECEIPT = re.compile(r"parts/(catalogue|part-\d{8})\.json")
DERIVED_FILE = re.compile(rf"{DERIVED}/[\w-]+\.parquet")
PART_FILE = re.compile(rf"({'|'.join((*PART_TABLES, 'avro'))})/part-(\d{{8}})\.(parquet|avro)")
WHOLE_RUN_FILE = re.compile(
    rf"(run|identity|log)\.json|{LOCK.pattern}|({'|'.join(CATALOGUE_TABLES)})\.parquet"
)


@dataclass(frozen=True)
class Job:
    """A run on its way into a place: all that a worker needs to make any of its parts, 0 to n_parts
    - 1.

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


# -- one part --------------------------------------------------------------------------------------


@front_door
def make_part(job: Job, part):
    """Simulate and write one part; a pure function of (job, part), safe to repeat. part: 0 to
    job.n_parts - 1.

    Returns the receipt: {"files": manifest entries, "moved": listeners whose local start or end had
    to be moved}.
    """
    check_count("part", part, 0, job.n_parts - 1)
    past = state_before(job, part) if job.before else None
    heard = listen(
        job.run,
        job.run.listener_ids(
            part * job.run.listeners_per_part, (part + 1) * job.run.listeners_per_part
        ),
        past=past,
    )
    with places.local_folder(job.place) as folder, contextlib.ExitStack() as names:
        files = [
            begin_table(names, folder, name, getattr(heard, name), part) for name in tables_of(job)
        ]
        if "avro" in job.formats:
            files.append(
                write_plays_avro(
                    names, folder, heard, identity_hash(job.identity), part, job.formats["avro"]
                )
            )
        return deliver(job, part, names, folder, {"files": files, "moved": moved_starts(heard)})


def tables_of(job):
    """Names of the tables that each part of a job keeps as Parquet."""
    return [name for name in PART_TABLES if name != "plays" or "parquet" in job.formats]


def state_before(job, part):
    """The state that a part goes on from, an Arrow table; ValueError where it is not what the
    earlier run wrote.
    """
    file = f"state/part-{part:08d}.parquet"
    written = next(
        one["sha256"] for one in read_manifest(job.before)["files"] if one["file"] == file
    )
    if hashlib.sha256(places.get(job.before, file) or b"").hexdigest() != written:
        raise ValueError(
            f"{job.before}/{file} is damaged: its bytes are not those that run.json lists. Restore "
            f"it, or remove it and simulate "
            "that run again into the same folder."
        )
    return read_part(job.before, file, "state", None, None)


def write_plays_avro(names, folder, heard, hash_, part, codec):
    """Write a part's plays as Avro; returns the manifest entry.

    The file gets its name when the ExitStack `names` ends.
    """
    path = part_path(folder, "avro", part, "avro")
    beside = names.enter_context(places.new_file(path))
    sha256 = write_avro(
        heard.plays,
        heard.listeners,
        heard.profile_versions,
        heard.world.catalogue.tracks,
        beside,
        sync_marker(hash_, part),
        codec,
        known=heard.world.songs,
    )
    return entry(folder, path, beside, sha256, heard.plays.num_rows, row_hash(heard.plays))


def make_catalogue(job):
    """Write the tables that all parts share; returns the receipt."""
    catalogue = check_run(job.run).catalogue
    with places.local_folder(job.place) as folder, contextlib.ExitStack() as names:
        files = [
            begin_table(names, folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES
        ]
        return deliver(job, CATALOGUE, names, folder, {"files": files, "moved": 0})


def deliver(job, number, names, folder, receipt):
    """Bring finished files and the receipt that lists them to the job's place; returns the receipt.

    On a disk the receipt comes first, so that each file of ours is listed before it has its name.
    names: an ExitStack, at whose end the files get their names in `folder`.
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
    """The file of a receipt: sealed, and of this run and name alone."""
    return json_bytes(sealed({"belongs_to": f"{identity_hash} {name}"} | receipt))


def receipt_in(data, identity_hash, name):
    """The receipt in the bytes of a file of that name; None if no run of this identity wrote it."""
    receipt = unsealed(data) or {}
    return receipt if receipt.pop("belongs_to", None) == f"{identity_hash} {name}" else None


def whole_parts(job):
    """Receipts that list each file of their part, all of them there in their right sizes: part
    number -> receipt.
    """
    there, manifest = places.sizes(job.place), manifest_of(job.place)
    receipts = receipts_in(manifest["files"]) if manifest else written_receipts(job, there)
    return {
        number: receipt
        for number, receipt in receipts.items()
        if receipt
        and sorted(file["file"] for file in receipt["files"]) == sorted(files_of(job, number))
        and all(there.get(file["file"]) == file["bytes"] for file in receipt["files"])
    }


def files_of(job, number):
    """Names of the files that a part of a job, or the catalogue, consists of."""
    if number == CATALOGUE:
        return [f"{name}.parquet" for name in CATALOGUE_TABLES]
    kinds = [(name, "parquet") for name in tables_of(job)]
    kinds += [("avro", "avro")] if "avro" in job.formats else []
    return [f"{folder}/part-{number:08d}.{suffix}" for folder, suffix in kinds]


def written_receipts(job, there):
    """The receipts that lie in a run's place: part number -> receipt, or None if it is cut.

    Raises ValueError naming a file that has the name of a receipt and is none of this run.
    """
    hash_ = identity_hash(job.identity)
    numbers = {receipt_name(number): number for number in range(CATALOGUE, job.n_parts)}
    found = each_file(job.place, [name for name in numbers if name in there])
    for name, data in found.items():
        first = json_bytes({"belongs_to": f"{hash_} {name}"})[:-3]
        if not receipt_in(data, hash_, name) and not is_cut(data, first):
            raise places.in_the_way(f"{job.place}/{name}")
    return {numbers[name]: receipt_in(data, hash_, name) for name, data in found.items()}


def each_file(place, names):
    """The bytes of several files of a place, as a dict."""
    with ThreadPoolExecutor(16) as pool:
        return dict(zip(names, pool.map(lambda name: places.get(place, name), names)))


def own_receipts(place, identity_hash):
    """The receipts in a place that a run of this identity wrote: name -> receipt."""
    names = [name for name in places.names(place, "parts") if RECEIPT.fullmatch(name)]
    found = {
        name: receipt_in(data, identity_hash, name)
        for name, data in each_file(place, names).items()
    }
    return {name: receipt for name, receipt in found.items() if receipt}


def receipts_in(entries):
    """A manifest's entries as the receipts they came from: part number -> receipt."""
    receipts = {}
    for one in entries:
        number = one["file"].rpartition("part-")[2].split(".")[0]
        receipts.setdefault(
            int(number) if number.isdecimal() else CATALOGUE, {"files": [], "moved": 0}
        )["files"].append(one)
    return receipts


def clear_receipts(job):
    """Remove every receipt of a job's run, and their folder unless it holds other files."""
    places.remove(job.place, list(own_receipts(job.place, identity_hash(job.identity))))
    if not places.is_store(job.place):
        with contextlib.suppress(OSError):
            (job.place / "parts").rmdir()


def clear_unfinished(job, share):
    """Remove what killed runs left half-written, of the share's files alone: others may be at work
    on theirs.
    """
    everything, own = len(share) == job.n_parts, {f"part-{number:08d}" for number in share}
    if not places.is_store(job.place):
        places.clear_unfinished(
            job.place, lambda name: is_of_run(name) and (everything or Path(name).stem in own)
        )


def is_of_run(name):
    """Whether a run writes a file of this name within its place."""
    return any(kind.fullmatch(name) for kind in (WHOLE_RUN_FILE, RECEIPT, PART_FILE, DERIVED_FILE))
