"""Is a run what it was when it was written?

Every file's bytes and rows, the schema, and what must hold between tables.
"""

import contextlib
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from tqdm.auto import tqdm

from ..checking import check_count, front_door
from ..interrupts import saying, unchanged
from ..listening.counts import COUNTED_PLAY_MS
from ..schema import TABLES
from ..storage import places
from ..storage.avro_reading import read_plays_avro
from ..storage.manifest import is_sealed, json_bytes, read_manifest, sealed
from ..storage.row_hashes import row_hash
from ..storage.tables import DERIVED, reader_of, table_in
from .parts import CATALOGUE, receipts_in
from .rules import check_plays
from .workers import each_part

OWN = ("run.json", "identity.json", "log.json")  # a run's files beside its tables


@dataclass(frozen=True)
class Book:
    """A run to be verified: its place, its identity and its receipts by part number."""

    place: Path | str
    identity: dict
    receipts: dict


@front_door
@saying(unchanged)
def verify(run_dir, workers=0):
    """Which files of a finished run are damaged, and how? A list of texts, one per file or broken
    rule; empty where all is well.

    Recomputes the SHA-256 of every file and the XXH3 of its decoded rows, counts rows, compares
    columns with the schema, and checks what must hold: the rules of plays, answers that equal a
    count, Avro that equals Parquet, no listener lost or foreign. workers: processes; 0 for one per
    core. Raises FileNotFoundError or ValueError where there is no manifest to hold it against.
    """
    place = places.place_of(run_dir)
    check_count("workers", workers, 0, 1024)
    manifest = read_manifest(place)
    if any("rows_xxh3" not in one for one in manifest["files"]):
        return [
            "run.json: of an older wrapsim, which hashed rows otherwise; simulate the run again "
            "into another folder to have it verified."
        ]
    book = Book(place, manifest["identity"], receipts_in(manifest["files"]))
    found = [*damaged_json(place, manifest), *foreign_files(place, manifest)]
    damaged = verify_files(book, CATALOGUE)
    numbers, action = sorted(book.receipts)[1:], verify_files if damaged else verify_part
    with contextlib.closing(each_part(action, book, numbers, workers)) as parts:
        checked = sorted(tqdm(parts, total=len(numbers), desc="verify", unit="part"))
    return found + damaged + [line for _, lines in checked for line in lines]


def damaged_json(place, manifest):
    """Which of the run's own JSON files are not as they were written."""
    right = {
        "log.json": is_sealed,
        "identity.json": json_bytes(sealed(manifest["identity"])).__eq__,
    }
    return [
        f"{name}: not as it was written."
        for name, holds in right.items()
        if not holds(places.get(place, name) or b"")
    ]


def foreign_files(place, manifest):
    """Files that lie in the folder and belong to no table of the run."""
    known = {one["file"] for one in manifest["files"]} | set(OWN)
    tables = {Path(name).parent.as_posix() for name in known}
    return [
        f"{name}: not of this run."
        for name in sorted(places.sizes(place))
        if name not in known
        and not name.startswith(f"{DERIVED}/")
        and (
            Path(name).parent.as_posix() in tables - {"."}
            or re.search(r"^lock|\.parquet$|\.avro$", name)
        )
    ]


# -- one part --------------------------------------------------------------------------------------


def verify_files(book, number):
    """What is wrong with the files of one part, or of the catalogue, each by itself; a list of
    texts.
    """
    return [
        line for one in book.receipts[number]["files"] for line in damaged_file(book.place, one)
    ]


def verify_part(book, number):
    """The same, and where every file is sound, what must hold between them."""
    lines, entries = (
        verify_files(book, number),
        [one for one in book.receipts[number]["files"] if table_in(one["file"]) == "plays"],
    )
    if lines:
        return lines
    kept = {one["file"]: plays_in(book.place, one["file"]) for one in entries}
    found = [
        f"{one['file']}: its rows are not those that were written."
        for one in entries
        if row_hash(kept[one["file"]]) != one["rows_xxh3"]
    ]
    rules = [f"part {number}: {words}" for words in broken_rules(book, number, kept[max(kept)])]
    return (
        found
        + rules
        + [f"part {number}: its plays as Avro are not its plays as Parquet."]
        * (len({one["rows_xxh3"] for one in entries}) > 1)
    )


def plays_in(place, name):
    """The plays of one file of a run, Parquet or Avro."""
    if name.endswith(".parquet"):
        return read_table(place, name)
    with places.local_file(place, name) as path:
        return read_plays_avro(path, read_table(place, "tracks.parquet"))


def damaged_file(place, one):
    """What is wrong with one file, held against its manifest entry; a list of no or one text."""
    data = places.get(place, one["file"])
    if data is None:
        return [f"{one['file']}: is gone."]
    if hashlib.sha256(data).hexdigest() != one["sha256"]:
        length = (
            "are as many as were written, but others"
            if len(data) == one["bytes"]
            else f"are not the {one['bytes']:,} that were written"
        )
        return [f"{one['file']}: its {len(data):,} bytes {length}."]
    return (
        [f"{one['file']}: {words}." for words in wrong_rows(data, one)]
        if one["file"].endswith(".parquet")
        else []
    )


def wrong_rows(data, one):
    """What of a Parquet file's columns and rows is not as the manifest and the schema say;
    texts.
    """
    table, expected = pq.read_table(reader_of(data)), TABLES[table_in(one["file"])]
    strange = [
        field.name
        for field in table.schema
        if field.name not in expected.names or expected.field(field.name).type != field.type
    ]
    if strange:
        yield f"the schema has no such columns: {', '.join(strange)}"
    if table.num_rows != one["rows"]:
        yield f"it has {table.num_rows:,} rows instead of {one['rows']:,}"
    if row_hash(table) != one["rows_xxh3"]:
        yield "its rows are not those that were written"


def read_table(place, name):
    """One Parquet file of a place as Arrow."""
    return pq.read_table(reader_of(places.get(place, name)))


def broken_rules(book, number, plays):
    """What must hold between the tables of a part and does not; texts."""
    people, answers = (
        read_table(book.place, f"{name}/part-{number:08d}.parquet")
        for name in ("listeners", "answers")
    )
    of, people = book.identity["parameters"], people["listener_id"].to_numpy()
    first, stop = (
        of["first_listener"] + min(n * of["listeners_per_part"], of["num_users"])
        for n in (number, number + 1)
    )
    if not np.array_equal(people, np.arange(first, stop)):
        yield f"its listeners are not {first:,} to {stop - 1:,}."
    if not np.array_equal(counts(plays, people), stated(answers)):
        yield "its answers are not what a count of its plays gives."
    try:
        versions = read_table(book.place, f"profile_versions/part-{number:08d}.parquet")
        check_plays(plays, read_table(book.place, "tracks.parquet"), versions)
    except ValueError as error:
        yield str(error)


def counts(plays, people):
    """Plays, streams and milliseconds of each listener, counted; int64, shape (L, 3)."""
    at, ms = (
        np.searchsorted(people, plays["listener_id"].to_numpy()),
        plays["ms_played"].to_numpy().astype(np.int64),
    )
    return np.array(
        [np.bincount(at, weights, len(people)) for weights in (None, ms >= COUNTED_PLAY_MS, ms)]
    ).T.astype(np.int64)


def stated(answers):
    """The same as the run states it."""
    return np.array([answers[name].to_numpy() for name in ("n_plays", "n_streams", "ms_played")]).T
