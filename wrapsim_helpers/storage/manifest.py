"""run.json, which lists the files of a finished run, and identity.json, which holds the parameters
and inputs of a run.

It imports neither Parquet nor Avro, so that `wrapsim show` starts at once.
"""

import hashlib
import json
import re
from contextlib import contextmanager, suppress

from ..checking import json_value
from ..parameters import canonical, identity_hash, run_of
from ..schema import TABLES
from . import places

RUN_FILE = re.compile(rf"({'|'.join(TABLES)}|avro)(/part-[0-9]{{8}})?\.(parquet|avro)")


def json_bytes(value):
    """The bytes of a readable JSON file: sorted keys, two blanks of indent, one line break."""
    return (json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def sealed_json(value):
    """The bytes of a JSON file of a dict, with the SHA-256 of its values added, so that the file
    alone shows whether it is damaged.
    """
    return json_bytes(value | {"sha256": hashlib.sha256(canonical(value).encode()).hexdigest()})


def unsealed(data):
    """The dict in the bytes of a sealed JSON file; None if the bytes were changed or damaged."""
    with suppress(ValueError, TypeError, LookupError):
        value = json_value(data)
        del value["sha256"]
        return value if sealed_json(value) == data else None


def is_sealed(data):
    """Whether the bytes are a sealed JSON file that is neither changed nor damaged."""
    return unsealed(data) is not None


def is_cut(data, first):
    """Whether the bytes of a file may be the beginning of a JSON file that wrapsim wrote.

    first: the bytes that such a file begins with. A complete JSON value is not a beginning.
    """
    with suppress(ValueError):
        json_value(data)
        return False
    return first.startswith(data[: len(first)])


def manifest_bytes(identity, files, **more):
    """The run.json of a run with an identity and these files, as bytes; see `manifest_at`."""
    return sealed_json(
        {"identity": identity, "identity_hash": identity_hash(identity), "files": files} | more
    )


def manifest_at(place):
    """run.json of a finished run as a dict.

    Raises FileNotFoundError if there is none, ValueError if it is changed, damaged or lists files
    that cannot belong to a run.
    """
    data = places.get(place, "run.json")
    if data is None and places.get(place, "identity.json") is not None:
        raise FileNotFoundError(
            f"{place} holds no finished run (no run.json): it was interrupted. Simulate it again "
            "into the same folder to finish it; `wrapsim show` prints its progress."
        )
    if data is None:
        raise FileNotFoundError(
            f"{place} holds no finished run (no run.json). Simulate one first: notebook "
            "03_multiple_users, or `wrapsim simulate`."
        )
    advice = "Restore it, or move it elsewhere and simulate the run again into the same folder."
    with refusing_damage(f"{place}/run.json", advice):
        return manifest_in(data)


@contextmanager
def refusing_damage(path, advice):
    """Turn an error of the block into a ValueError that names the damaged file. advice: what to
    do
    """
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise ValueError(f"{path} is changed or damaged: {reason}. {advice}") from None


def manifest_in(data):
    """The manifest in the bytes of run.json. Raises ValueError, KeyError, TypeError or
    AttributeError if it is changed or damaged.
    """
    if not is_sealed(data):
        raise ValueError("its contents do not match the hash in it")
    manifest = json_value(data)
    if manifest["identity_hash"] != identity_hash(manifest["identity"]):
        raise ValueError("its identity does not match the hash in it")
    for file in manifest["files"]:
        if not RUN_FILE.fullmatch(file["file"]):
            raise ValueError(f"it lists {file['file']!r}, which is not a file of a run")
    if not manifest["files"] or not all(map(is_file_entry, manifest["files"])):
        raise ValueError("it does not list the size, rows and hashes of each file")
    run_of(manifest["identity"])
    return manifest


def is_file_entry(entry):
    """Whether an entry of a manifest or receipt has the size, rows and SHA-256 of a file."""
    sizes = entry.get("bytes"), entry.get("rows")
    return all(type(size) is int for size in sizes) and isinstance(entry.get("sha256"), str)


def identity_of(place):
    """The identity of a run, finished or not, as a dict.

    Raises FileNotFoundError or ValueError as `manifest_at` does.
    """
    try:
        return manifest_at(place)["identity"]
    except FileNotFoundError:
        begun = places.get(place, "identity.json")
        if begun is None:
            raise
        return identity_in(place, begun)


def manifest_of(place):
    """run.json of a finished run; None if it is missing, changed or damaged."""
    with suppress(FileNotFoundError, ValueError):
        return manifest_at(place)


def identity_in(place, data):
    """The identity in the bytes of identity.json. Raises ValueError naming the file if it is
    changed or damaged.
    """
    advice = (
        "If the run is finished (run.json), remove identity.json and simulate the run again into "
        "the same folder; otherwise name another folder."
    )
    with refusing_damage(f"{place}/identity.json", advice):
        identity = unsealed(data)
        if identity is None:
            raise ValueError("its contents do not match the hash in it")
        run_of(identity)
        return identity
