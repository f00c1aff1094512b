"""Which files of a folder a run wrote, finished or not: the files that may go when the folder is
made anew.
"""

import contextlib
import json

import pyarrow as pa
import pyarrow.parquet as pq

from ..parameters import identity_hash
from ..schema import TABLES
from ..storage import places
from ..storage.locks import LOCK, is_signature
from ..storage.manifest import identity_in, is_sealed
from ..storage.outputs import is_unchanged
from ..storage.records import sync_marker
from ..storage.tables import DERIVED, is_derived
from .parts import is_of_run, receipt_in, receipt_names
from .simulate import manifest_of


def own_files(folder):
    """Paths of what a run, finished or not, wrote into its folder and nobody changed since; none if
    it holds no run.
    """
    begun, manifest = places.get(folder, "identity.json"), manifest_of(folder)
    if not begun and not manifest:
        return set()
    receipts = [
        receipt_in(f"{folder}/{name}", places.get(folder, name)) or {"files": []}
        for name in receipt_names(folder)
    ]
    listed = {
        one["file"]: one
        for receipt in [manifest or {"files": []}, *receipts]
        for one in receipt["files"]
    }
    identity_ = manifest["identity"] if manifest else identity_in(folder, begun)
    return {
        path
        for path in folder.rglob("*")
        if path.is_file() and is_own_file(folder, path, listed, None if manifest else identity_)
    }


def is_own_file(folder, path, listed, unfinished):
    """Whether a run wrote a file. listed: name -> entry; unfinished: the identity of an unfinished
    run, which may have files not listed yet.
    """
    final = places.final_name(path.name)
    name = path.with_name(final or path.name).relative_to(folder).as_posix()
    if final or not is_of_run(name):
        return is_of_run(name)
    if name.endswith(".json"):
        return is_own_json(name, path.read_bytes())
    if name.startswith(f"{DERIVED}/"):
        return is_derived(path.read_bytes())
    return (
        is_unchanged(path, listed[name])
        if name in listed
        else unfinished is not None and has_our_form(name, path, unfinished)
    )


def is_own_json(name, data):
    """Whether the bytes of a JSON file of a run are those of such a file."""
    if name in ("run.json", "log.json"):
        return is_sealed(data)
    with contextlib.suppress(ValueError, TypeError):
        value = json.loads(data)
        return (
            is_signature(value)
            if LOCK.fullmatch(name)
            else "files" in value or "parameters" in value
        )
    return False


def has_our_form(name, path, identity_):
    """Whether a table has our columns, or an Avro file the marker of this run and part at its
    end.
    """
    if name.endswith(".avro"):
        with open(path, "rb") as file:
            file.seek(-min(16, path.stat().st_size), 2)
            return file.read() == sync_marker(
                identity_hash(identity_), int(path.stem.removeprefix("part-"))
            )
    with contextlib.suppress(pa.ArrowException):
        return (
            pq.read_schema(path).names == TABLES[name.split("/")[0].removesuffix(".parquet")].names
        )
    return False
