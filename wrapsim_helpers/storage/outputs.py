"""Output folders other than those of runs: which files in them are ours to replace or remove.

A folder that we wrote into holds a marker that lists each file with its size and SHA-256; a file
that is not listed, or was changed, stays as it is. A file is written under a temporary name, listed
before it is begun with who writes it, so that the next command can clear what a killed one left.
"""

import contextlib
import json
import os
from contextlib import contextmanager

from ..checking import check_path, front_door
from ..parameters import sha256_of
from ..resources import runs_folder
from . import places
from .locks import is_gone, is_signature, one_at_a_time, signature
from .manifest import json_bytes
from .run_folder import writable

MARKER = ".wrapsim-files.json"
ABOUT = (
    "What wrapsim wrote into this folder. It replaces or removes a file only if it is listed "
    "here and unchanged."
)
LEFT_ALONE = (
    ".ipynb_checkpoints",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
)  # left by programs that show a folder
FOREIGN = (
    "out_dir is {folder!r}, which holds other files ({name} ...); name a new or empty "
    "folder, "
    "or one that wrapsim wrote."
)
CHANGED = (
    "out_dir is {folder!r}, where {name} was changed after wrapsim wrote it; move it elsewhere, or "
    "name a new or empty "
    "folder."
)


# -- folders ---------------------------------------------------------------------------------------


@front_door
def output_folder(out_dir, name):
    """Path of a folder to write to, made and tried: the one named, or data/runs/`name` if `out_dir`
    is empty.

    Raises ValueError naming the first file in it that is not ours, PermissionError if it cannot be
    written.
    """
    return own_folder(out_dir if out_dir != "" else runs_folder() / name)


def own_folder(folder):
    """The same for a folder: it is new, empty, or holds unchanged files of ours alone."""
    folder = check_path("out_dir", folder).absolute()
    if folder.is_dir():
        with one_at_a_time(folder):
            marker = marker_of(folder)
            for path in entries(folder):
                refuse_fault(folder, path, fault_of(path, marker))
    return writable(folder)


def check_marked(folder):
    """ValueError naming the first file unless a folder is new, empty or has a marker; then other
    files may lie beside ours.
    """
    if folder.is_dir() and not (folder / MARKER).is_file():
        for path in entries(folder):
            refuse_fault(folder, path, FOREIGN)


def entries(folder):
    """Paths of what lies directly in a folder, sorted, without what programs that show a folder
    leave in it.
    """
    return sorted(path for path in folder.iterdir() if path.name not in LEFT_ALONE)


def fault_of(path, marker):
    """Why a file or folder is not ours: FOREIGN, CHANGED, or "" for ours."""
    name = path.name
    if (
        name == MARKER
        or places.final_name(name)
        and name.endswith((*marker["unfinished"], f"-{MARKER}"))
    ):
        return FOREIGN if path.is_symlink() else ""
    entry = marker["files"].get(f"{name}/" if is_folder(path) else name)
    if entry is None:
        return FOREIGN
    return "" if is_folder(path) or is_unchanged(path, entry) else CHANGED


def is_folder(path):
    """Whether a path is a folder itself, not a symbolic link to one."""
    return path.is_dir() and not path.is_symlink()


def is_unchanged(path, entry):
    """Whether a file is still what was written. entry: its `bytes` and `sha256`."""
    return (
        path.is_file()
        and not path.is_symlink()
        and path.stat().st_size == entry["bytes"]
        and sha256_of(path) == entry["sha256"]
    )


def check_file(path):
    """ValueError if there is a file of that name and it is not ours to replace."""
    if os.path.lexists(path):
        refuse_fault(path.parent, path, fault_of(path, marker_of(path.parent)))


def refuse_fault(folder, path, fault):
    """ValueError that says what is wrong with a file; nothing if `fault` is empty."""
    if fault:
        raise ValueError(fault.format(folder=str(folder), name=path.relative_to(folder).as_posix()))


# -- the marker ------------------------------------------------------------------------------------


def marker_of(folder):
    """What the marker of a folder lists, both dicts by name: `files`, each with bytes and sha256,
    and `unfinished`, who writes it.

    A folder that we made has the name "NAME/". Raises ValueError if the marker is damaged.
    """
    places.refuse_links(folder, [MARKER])
    data = places.get(folder, MARKER)
    if data is None:
        return {"files": {}, "unfinished": {}}
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
        marker = {name: json.loads(data)[name] for name in ("files", "unfinished")}
        if all(
            "bytes" in entry and "sha256" in entry
            for name, entry in marker["files"].items()
            if not name.endswith("/")
        ) and all(map(is_signature, marker["unfinished"].values())):
            return marker
    raise ValueError(
        f"{folder}/{MARKER} is damaged, so that nobody can tell which files wrapsim wrote. Name "
        f"another folder, or "
        f"remove {MARKER}; all files there then count as yours."
    )


@contextmanager
def edited(folder):
    """The marker of a folder, for one process at a time to change; written when the block ends
    without an error.
    """
    with one_at_a_time(folder), rewritten(folder) as marker:
        yield marker


@contextmanager
def rewritten(folder):
    """The same for a process that already holds the folder, see `one_at_a_time`."""
    marker = without_dead(folder, marker_of(folder))
    yield marker
    places.put(folder, MARKER, json_bytes({"about": ABOUT, **marker}))


def without_dead(folder, marker):
    """A marker without what killed processes left unfinished in its folder, after that was
    removed.
    """
    dead = [name for name, holder in marker["unfinished"].items() if is_gone(holder)]
    for path in folder.glob(f"{places.BESIDE}*"):
        if places.final_name(path.name) and path.name.endswith((*dead, f"-{MARKER}")):
            with contextlib.suppress(OSError):
                path.unlink()
    return marker | {
        "unfinished": {
            name: holder for name, holder in marker["unfinished"].items() if name not in dead
        }
    }


def claim(folder, names):
    """List folders as ours before they are made."""
    with edited(writable(folder)) as marker:
        marker["files"] |= {f"{name}/": {} for name in names}


# -- writing ---------------------------------------------------------------------------------------


def begin(path):
    """A temporary path beside `path`, listed as unfinished."""
    beside = places.unfinished(path)
    with edited(writable(path.parent)) as marker:
        marker["unfinished"][beside.name] = signature()
    return beside


def finish(beside, path):
    """Give a whole file its name, in place of an earlier file of ours; ValueError if a file of that
    name is not ours.
    """
    entry = {"bytes": beside.stat().st_size, "sha256": sha256_of(beside)}
    with one_at_a_time(path.parent):
        with rewritten(path.parent) as marker:
            check_file(path)
            path.unlink(
                missing_ok=True
            )  # before the marker lists the new one: killed in between, no file counts as changed
            marker["files"][path.name] = entry
        os.replace(beside, path)


def end(beside):
    """Remove what is left of a temporary file, and strike it off the list."""
    with contextlib.suppress(OSError):
        beside.unlink(missing_ok=True)
        with edited(beside.parent) as marker:
            marker["unfinished"].pop(beside.name, None)


@contextmanager
def written(path):
    """A temporary path beside `path`; it takes the place of `path`, new or ours, when the block
    ends without an error.
    """
    beside = begin(path)
    try:
        yield beside
        finish(beside, path)
    finally:
        end(beside)


# -- removing --------------------------------------------------------------------------------------


def remove(folder, names):
    """Remove those of some files that are ours, see `fault_of`."""
    with edited(folder) as marker:
        for name in names:
            if not os.path.lexists(folder / name) or not fault_of(folder / name, marker):
                (folder / name).unlink(missing_ok=True)
                marker["files"].pop(name, None)


def check_clear(folder, own_files):
    """Paths of all files below a folder; ValueError naming the first that is not ours.

    own_files  of the path of a folder: the paths of what a run wrote there, a set, empty if it
               holds no run
    """
    found = list(files_below(folder, own_files))
    for path, fault in found:
        refuse_fault(folder, path, fault)
    return [path for path, _ in found]


def files_below(folder, own_files):
    """Every file below a folder, in order, with its fault, see `fault_of`.

    In the folder of a run only files of that run are ours, elsewhere those that a marker lists.
    """
    of_run = own_files(folder)
    marker = {"files": {}, "unfinished": {}} if of_run else marker_of(folder)
    for path in entries(folder):
        if is_folder(path) and f"{path.name}/" in marker["files"]:
            yield from files_below(path, own_files)
        elif is_folder(path):
            yield from ((file, "" if file in of_run else FOREIGN) for file in files_in(path))
        else:
            yield path, "" if path in of_run else FOREIGN if of_run else fault_of(path, marker)


def files_in(folder):
    """Every file in a folder and below it, in order."""
    for path in entries(folder):
        yield from files_in(path) if is_folder(path) else [path]


def clear(folder, paths):
    """Remove files of ours below a folder, those that vouch for others last, and folders that this
    leaves empty.
    """
    for path in sorted(
        paths, key=lambda path: (path.suffix == ".json") + (path.name in (MARKER, "identity.json"))
    ):
        path.unlink(missing_ok=True)
    for inner in sorted(
        {parent for path in paths for parent in path.relative_to(folder).parents}, reverse=True
    )[:-1]:
        with contextlib.suppress(OSError):
            (folder / inner).rmdir()
