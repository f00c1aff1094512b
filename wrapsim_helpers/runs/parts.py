"""One part of a run: a pure function of (job, part number), and the receipts of those that are
whole.
"""

import contextlib
import hashlib
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ..checking import check_count, front_door
from ..listening.listen import check_run, listen, moved_starts
from ..parameters import Run, identity_hash, part_path
from ..storage import places
from ..storage.locks import LOCK
from ..storage.manifest import json_bytes, manifest_of, read_manifest
from ..storage.records import sync_marker, write_avro
from ..storage.row_hashes import row_hash
from ..storage.tables import DERIVED, entry, read_part, write_table

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
    with places.workbench(job.place) as folder:
        files = [
            write_table(folder, name, getattr(heard, name), part)
            for name in PART_TABLES
            if name != "plays" or "parquet" in job.formats
        ]
        if "avro" in job.formats:
            files.append(
                write_plays_avro(
                    folder, heard, identity_hash(job.identity), part, job.formats["avro"]
                )
            )
        return deliver(job, part, folder, {"files": files, "moved": moved_starts(heard)})


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


def write_plays_avro(folder, heard, hash_, part, codec):
    """Write a part's plays as Avro; returns the manifest entry."""
    path = part_path(folder, "avro", part, "avro")
    sha256 = write_avro(
        heard.plays,
        heard.listeners,
        heard.profile_versions,
        heard.world.catalogue.tracks,
        path,
        sync_marker(hash_, part),
        codec,
        known=heard.world.songs,
    )
    return entry(folder, path, sha256, heard.plays.num_rows, row_hash(heard.plays))


def make_catalogue(job):
    """Write the tables that all parts share; returns the receipt."""
    catalogue = check_run(job.run).catalogue
    with places.workbench(job.place) as folder:
        files = [write_table(folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES]
        return deliver(job, CATALOGUE, folder, {"files": files, "moved": 0})


def deliver(job, number, folder, receipt):
    """Bring finished files to the job's place, then the receipt that vouches for them; returns
    it.
    """
    places.deliver(folder, job.place, [file["file"] for file in receipt["files"]])
    places.put(job.place, receipt_name(number), json_bytes(receipt))
    return receipt


# -- receipts --------------------------------------------------------------------------------------


def receipt_name(number):
    """Name of a part's receipt in its place."""
    return "parts/catalogue.json" if number == CATALOGUE else f"parts/part-{number:08d}.json"


def whole_parts(job):
    """Receipts of the parts whose files are all there in their right sizes: part number ->
    receipt.
    """
    there, manifest = places.sizes(job.place), manifest_of(job.place)
    receipts = receipts_in(manifest["files"]) if manifest else {}
    return {
        number: receipt
        for number, receipt in (receipts | written_receipts(job, there)).items()
        if receipt and all(there.get(file["file"]) == file["bytes"] for file in receipt["files"])
    }


def written_receipts(job, there):
    """The receipts that lie in a run's place, some of which may be gone or cut by now: part number
    -> receipt or None.
    """
    numbers = [number for number in range(CATALOGUE, job.n_parts) if receipt_name(number) in there]
    with ThreadPoolExecutor(16) as pool:
        found = pool.map(lambda number: places.get(job.place, receipt_name(number)), numbers)
        return {
            number: receipt_in(f"{job.place}/{receipt_name(number)}", data)
            for number, data in zip(numbers, found)
        }


def receipt_in(path, data):
    """A receipt (or a manifest) from its bytes; None if there are none, or not all of them.

    ValueError for bytes of anything else.
    """
    try:
        receipt = data and json.loads(data) or None
    except ValueError:
        receipt = None if data.startswith(b"{") else data
    if receipt is None or isinstance(receipt, dict) and isinstance(receipt.get("files"), list):
        return receipt
    raise places.in_the_way(path)


def receipts_in(entries):
    """A manifest's entries as the receipts they came from: part number -> receipt."""
    receipts = {}
    for one in entries:
        number = one["file"].rpartition("part-")[2].split(".")[0]
        receipts.setdefault(
            int(number) if number.isdecimal() else CATALOGUE, {"files": [], "moved": 0}
        )["files"].append(one)
    return receipts


def receipt_names(place):
    """Names of the receipts in a place."""
    return [name for name in places.names(place, "parts") if RECEIPT.fullmatch(name)]


def clear_receipts(place):
    """Remove every receipt of a place, and their folder unless it holds other files."""
    places.remove(place, receipt_names(place))
    if not places.is_store(place):
        with contextlib.suppress(OSError):
            (place / "parts").rmdir()


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
