"""Verify a finished run: the bytes and rows of every file, the schema, and the rules between
tables.
"""

import hashlib
import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import check_count, front_door
from ..interrupts import saying, unchanged
from ..listening.counts import COUNTED_PLAY_MS
from ..parameters import Run, run_of
from ..schema import TABLES
from ..storage import places
from ..storage.avro_reading import read_plays_avro
from ..storage.manifest import is_sealed, manifest_at, sealed_json
from ..storage.row_hashes import row_hash
from ..storage.tables import DERIVED, reader_of, table_in
from .parts import CATALOGUE, receipts_in
from .rules import check_plays
from .workers import each_part

JSON_FILES = ("run.json", "identity.json", "log.json")  # of a run


@dataclass(frozen=True)
class RunToVerify:
    """A run to verify: its place, its parameters and its receipts by part number."""

    place: Path | str
    parameters: Run
    receipts: dict


@front_door
@saying(unchanged)
def verify(run_dir, workers=0):
    """Which files of a finished run are damaged, and how? A list of texts, one per file or broken
    rule; empty if the run is undamaged.

    It recomputes the SHA-256 of every file and the XXH3 of its decoded rows, counts rows and
    compares columns with the schema. It checks the rules of plays, that the answer key equals a
    count of the plays, that Avro equals Parquet, and that each part has exactly its listeners.
    workers: processes; 0 for one per core. Raises FileNotFoundError or ValueError if run.json is
    missing or damaged.
    """
    place = places.place_of(run_dir)
    check_count("workers", workers, 0, 1024)
    manifest = manifest_at(place)
    if any("rows_xxh3" not in file for file in manifest["files"]):
        return [
            "run.json: written by an older wrapsim, which hashed rows in another way; simulate the "
            "run again into another folder to verify it."
        ]
    run = RunToVerify(place, run_of(manifest["identity"]), receipts_in(manifest["files"]))
    of_folder = [*damaged_json(place, manifest), *foreign_files(place, manifest)]
    of_catalogue = verify_files(run, CATALOGUE)
    numbers, action = sorted(run.receipts)[1:], verify_files if of_catalogue else verify_part
    with closing(each_part(action, run, numbers, workers)) as parts:
        of_parts = sorted(tqdm(parts, total=len(numbers), desc="verify", unit="part"))
    return of_folder + of_catalogue + [line for _, lines in of_parts for line in lines]


def damaged_json(place, manifest):
    """Which of log.json and identity.json are missing, changed or damaged, as texts."""
    log, begun = (places.get(place, name) for name in ("log.json", "identity.json"))
    undamaged = {
        "log.json": is_sealed(log),
        "identity.json": begun == sealed_json(manifest["identity"]),
    }
    return [f"{name}: missing, changed or damaged." for name in undamaged if not undamaged[name]]


def foreign_files(place, manifest):
    """Files in the folders of a run that the run did not write, as texts."""
    known = {file["file"] for file in manifest["files"]} | set(JSON_FILES)
    tables = {Path(name).parent.as_posix() for name in known}
    return [
        f"{name}: not a file of this run."
        for name in sorted(places.sizes(place))
        if name not in known
        and not name.startswith(f"{DERIVED}/")
        and (
            Path(name).parent.as_posix() in tables - {"."}
            or re.search(r"^lock|\.parquet$|\.avro$", name)
        )
    ]


# -- one part --------------------------------------------------------------------------------------


def verify_files(run, number):
    """What is wrong with each file of one part or of the catalogue; a list of texts."""
    return [
        f"{entry['file']}: {words}."
        for entry in run.receipts[number]["files"]
        for words in damage_of(run.place, entry)
    ]


def verify_part(run, number):
    """What is wrong with the files of one part, or, if every file is undamaged, which rules between
    them are broken; a list of texts.
    """
    lines = verify_files(run, number)
    if lines:
        return lines
    entries = run.receipts[number]["files"]
    hashes = {
        file["file"]: file["rows_xxh3"] for file in entries if table_in(file["file"]) == "plays"
    }
    plays = {name: plays_in(run.place, name) for name in hashes}
    lines = [
        f"{name}: its rows differ from those that were written."
        for name in hashes
        if row_hash(plays[name]) != hashes[name]
    ]
    lines += [f"part {number}: {words}" for words in part_breaches(run, number, plays[max(plays)])]
    if len(set(hashes.values())) > 1:
        lines.append(f"part {number}: its plays in Avro differ from its plays in Parquet.")
    return lines


def plays_in(place, name):
    """The plays of one file of a run, Parquet or Avro."""
    if name.endswith(".parquet"):
        return parquet_table(place, name)
    with places.local_file(place, name) as path:
        return read_plays_avro(path, parquet_table(place, "tracks.parquet"))


def damage_of(place, entry):
    """What is wrong with one file, compared with its manifest entry; texts."""
    data = places.get(place, entry["file"])
    if data is None:
        yield "is missing"
    elif hashlib.sha256(data).hexdigest() != entry["sha256"]:
        difference = (
            "differ from those that were written"
            if len(data) == entry["bytes"]
            else f"are not the {entry['bytes']:,} that were written"
        )
        yield f"its {len(data):,} bytes {difference}"
    elif entry["file"].endswith(".parquet"):
        yield from wrong_rows(data, entry)


def wrong_rows(data, entry):
    """How the columns and rows of a Parquet file differ from the manifest and the schema; texts."""
    table, expected = pq.read_table(reader_of(data)), TABLES[table_in(entry["file"])]
    unknown = [
        field.name
        for field in table.schema
        if field.name not in expected.names or expected.field(field.name).type != field.type
    ]
    if unknown:
        yield f"the schema has no such columns: {', '.join(unknown)}"
    if table.num_rows != entry["rows"]:
        yield f"it has {table.num_rows:,} rows instead of {entry['rows']:,}"
    if row_hash(table) != entry["rows_xxh3"]:
        yield "its rows differ from those that were written"


def parquet_table(place, name):
    """One Parquet file of a place as Arrow."""
    return pq.read_table(reader_of(places.get(place, name)))


def part_breaches(run, number, plays):
    """The broken rules between the tables of a part, as texts."""
    listeners, answers, versions = (
        parquet_table(run.place, f"{name}/part-{number:08d}.parquet")
        for name in ("listeners", "answers", "profile_versions")
    )
    people, size = listeners["listener_id"].to_numpy(), run.parameters.listeners_per_part
    expected = run.parameters.listener_ids(number * size, (number + 1) * size)
    if not np.array_equal(people, expected):
        yield f"its listeners are not {expected[0]:,} to {expected[-1]:,}."
    stated = np.array([answers[name] for name in ("n_plays", "n_streams", "ms_played")])
    if not np.array_equal(play_counts(plays, people), stated):
        yield "its answers differ from a count of its plays."
    try:
        check_plays(plays, parquet_table(run.place, "tracks.parquet"), versions)
    except ValueError as error:
        yield str(error)


def play_counts(plays, people):
    """Plays, streams and milliseconds of each listener, counted from plays; float64, (3, L)."""
    at, ms = np.searchsorted(people, plays["listener_id"].to_numpy()), plays["ms_played"].to_numpy()
    return np.array(
        [np.bincount(at, weight, len(people)) for weight in (None, ms >= COUNTED_PLAY_MS, ms)]
    )
