"""Find the files of a folder that a run wrote, finished or not: those that wrapsim may remove."""

from contextlib import suppress

from ..checking import json_value
from ..parameters import identity_hash
from ..storage import places
from ..storage.locks import LOCK, is_signature
from ..storage.manifest import identity_in, is_sealed, manifest_of, sealed_json
from ..storage.outputs import is_unchanged
from ..storage.tables import DERIVED, is_derived
from .parts import is_of_run, receipts_of_run


def own_files(folder):
    """Paths of the files in a folder that a run, finished or not, wrote and that are unchanged; an
    empty set if the folder holds no run.
    """
    begun, manifest = places.get(folder, "identity.json"), manifest_of(folder)
    if not begun and not manifest:
        return set()
    identity = manifest["identity"] if manifest else identity_in(folder, begun)
    receipts = receipts_of_run(folder, identity_hash(identity))
    sources = receipts | ({"run.json": manifest} if manifest else {})
    entries = (entry for source in sources.values() for entry in source["files"])
    listed = dict.fromkeys(sources) | {entry["file"]: entry for entry in entries}
    return {path for path in folder.rglob("*") if is_own_file(folder, path, listed, identity)}


def is_own_file(folder, path, listed, identity):
    """Whether a run of this identity wrote a file.

    listed: name -> entry of a table, or None for a JSON file that was checked already.
    """
    final = places.final_name(path.name)
    name = path.with_name(final or path.name).relative_to(folder).as_posix()
    if path.is_symlink() or not path.is_file() or not is_of_run(name):
        return False
    if final or name in listed:
        return bool(final) or listed[name] is None or is_unchanged(path, listed[name])
    return is_own_unlisted(name, path.read_bytes(), identity)


def is_own_unlisted(name, data, identity):
    """Whether a run of this identity wrote the bytes of a file that no receipt lists."""
    if name.startswith(f"{DERIVED}/"):
        return is_derived(data, identity_hash(identity))
    if LOCK.fullmatch(name):
        with suppress(ValueError):
            return is_signature(json_value(data))
    return is_sealed(data) if name == "log.json" else data == sealed_json(identity)
