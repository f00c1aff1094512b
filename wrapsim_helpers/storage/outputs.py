"""Output folders other than those of runs: which files wrapsim may replace or remove.

wrapsim puts a marker file into each such folder. It lists each file that wrapsim wrote, with size
and SHA-256; wrapsim does not touch a file that is not listed or was changed. A file is written
under a temporary name. The marker lists this name and the writing process first, so that the next
command can remove what a killed process left.
"""

import os
from contextlib import contextmanager, suppress

from ..checking import check_path, front_door, json_value
from ..parameters import sha256_of
from ..resources import runs_folder
from . import places
from .locks import is_gone, is_signature, one_at_a_time, refuse_locked, signature
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
)  # files of programs that display folders
FOREIGN = (
    "out_dir is {folder!r}, which holds other files ({name} ...); name a new or empty "
    "folder, or one that wrapsim wrote."
)
CHANGED = (
    "out_dir is {folder!r}, where {name} was changed after wrapsim wrote it; move it elsewhere, or "
    "name a new or empty folder."
)


# -- folders ---------------------------------------------------------------------------------------


@front_door
def output_folder(out_dir, name):
    """Path of a folder to write to, created if missing: `out_dir`, or data/runs/`name` if `out_dir`
    is empty.

    Raises ValueError naming the first file in it that wrapsim did not write or that was changed,
    PermissionError if the folder cannot be written.
    """
    return writable_output_folder(out_dir if out_dir != "" else runs_folder() / name)


def writable_output_folder(folder):
    """The path of a folder to write to, created if missing. Raises as `output_folder` does unless
    it holds only unchanged files that wrapsim wrote.
    """
    folder = check_path("out_dir", folder).absolute()
    if folder.is_dir():
        with one_at_a_time(folder):
            marker = marker_of(folder)
            for path in entries(folder):
                refuse_fault(folder, path, fault_of(path, marker))
    return writable(folder)


def check_folders(folders):
    """Raise ValueError unless each folder is new or holds only unchanged files of wrapsim."""
    for folder in folders:
        if folder.is_dir():
            writable_output_folder(folder)


def check_marked(folder):
    """Raise ValueError naming the first file unless a folder is new, empty or has a marker. A
    folder with a marker may also hold other files.
    """
    if folder.is_dir() and not (folder / MARKER).is_file():
        for path in entries(folder):
            refuse_fault(folder, path, FOREIGN)


def entries(folder):
    """Paths of the files and folders directly in a folder, sorted, without those in LEFT_ALONE."""
    return sorted(path for path in folder.iterdir() if path.name not in LEFT_ALONE)


def fault_of(path, marker):
    """FOREIGN if wrapsim did not write a file or folder, CHANGED if it was changed since, otherwise
    "".
    """
    name = path.name
    if name == MARKER or is_unfinished(name, marker["unfinished"]):
        return FOREIGN if path.is_symlink() else ""
    entry = marker["files"].get(f"{name}/" if is_folder(path) else name)
    if entry is None:
        return FOREIGN
    return "" if is_folder(path) or is_unchanged(path, entry) else CHANGED


def is_unfinished(name, unfinished):
    """Whether a file has one of these unfinished names, or that of an unfinished marker."""
    return places.final_name(name) and name.endswith((*unfinished, f"-{MARKER}"))


def is_folder(path):
    """Whether a path is a folder and not a symbolic link to a folder."""
    return path.is_dir() and not path.is_symlink()


def is_unchanged(path, entry):
    """Whether a file still has the bytes that were written. entry: its `bytes` and `sha256`"""
    return (
        path.is_file()
        and not path.is_symlink()
        and path.stat().st_size == entry["bytes"]
        and sha256_of(path) == entry["sha256"]
    )


def check_output_file(path):
    """Raise ValueError if there is a file at this path that wrapsim may not replace."""
    if os.path.lexists(path):
        refuse_fault(path.parent, path, fault_of(path, marker_of(path.parent)))


def refuse_fault(folder, path, fault):
    """Raise ValueError with the message of a fault, see `fault_of`, unless the fault is ""."""
    if fault:
        raise ValueError(fault.format(folder=str(folder), name=path.relative_to(folder).as_posix()))


# -- the marker ------------------------------------------------------------------------------------


def marker_of(folder):
    """The marker of a folder: `files` (name -> bytes and sha256) and `unfinished` (temporary name
    -> the process that writes it).

    A folder that wrapsim created is listed as "NAME/". Raises ValueError if the marker is damaged.
    """
    places.refuse_links(folder, [MARKER])
    data = places.get(folder, MARKER)
    if data is None:
        return {"files": {}, "unfinished": {}}
    with suppress(ValueError, TypeError, KeyError, AttributeError):
        marker = json_value(data)
        marker.pop("about", None)
        listed = all(is_listed(*entry) for entry in marker["files"].items())
        if listed and all(map(is_signature, marker["unfinished"].values())) and len(marker) == 2:
            return marker
    raise ValueError(
        f"{folder}/{MARKER} is damaged, so wrapsim cannot tell which files it wrote. Name another "
        f"folder, or remove {MARKER}; wrapsim then treats all files there as yours."
    )


def is_listed(name, entry):
    """Whether an entry of a marker names a folder, or a file with its bytes and sha256."""
    return name.endswith("/") or isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys()


@contextmanager
def edited(folder):
    """The marker of a folder, locked for one process to change; it is written when the block ends
    without an error.
    """
    with one_at_a_time(folder), rewritten(folder) as marker:
        yield marker


@contextmanager
def rewritten(folder):
    """The same as `edited`, for a process that already holds the lock, see `one_at_a_time`."""
    marker = without_dead(folder, marker_of(folder))
    yield marker
    places.put(folder, MARKER, json_bytes({"about": ABOUT, **marker}))


def without_dead(folder, marker):
    """Remove the unfinished files of killed processes from a folder. Returns the marker without
    them.
    """
    unfinished = marker["unfinished"]
    dead = [name for name in unfinished if is_gone(unfinished[name])]
    for path in folder.glob(f"{places.TEMPORARY}*"):
        if is_unfinished(path.name, dead):
            with suppress(OSError):
                path.unlink()
    alive = {name: unfinished[name] for name in unfinished if name not in dead}
    return marker | {"unfinished": alive}


def claim(folder, names):
    """List folders in the marker before they are created."""
    with edited(writable(folder)) as marker:
        marker["files"] |= {f"{name}/": {} for name in names}


# -- writing ---------------------------------------------------------------------------------------


def begin(path, alone=False):
    """A temporary path in the same folder as `path`, listed as unfinished.

    alone  create the temporary file. Raises ValueError if such a file exists and its process may
           still run
    """
    folder, temporary = writable(path.parent), places.unfinished(path)
    with one_at_a_time(folder):
        with rewritten(folder) as marker:
            for name, holder in marker["unfinished"].items():
                if alone and places.final_name(name) == path.name and (folder / name).exists():
                    refuse_locked(folder, name, holder)
            marker["unfinished"][temporary.name] = signature()
        if alone:
            temporary.touch()
    return temporary


def list_output(temporary, path):
    """Rename a complete temporary file to `path`, replacing an earlier file of wrapsim. Raises
    ValueError if wrapsim may not replace the file at `path`.
    """
    entry = {"bytes": temporary.stat().st_size, "sha256": sha256_of(temporary)}
    with one_at_a_time(path.parent):
        with rewritten(path.parent) as marker:
            check_output_file(path)
            # before the marker lists the new file: if killed in between, no file counts as changed
            path.unlink(missing_ok=True)
            marker["files"][path.name] = entry
        os.replace(temporary, path)


def end(temporary):
    """Remove a temporary file, if it still exists, and its entry in the marker."""
    with suppress(OSError):
        temporary.unlink(missing_ok=True)
        with edited(temporary.parent) as marker:
            marker["unfinished"].pop(temporary.name, None)


@contextmanager
def replaced_file(path, alone=False):
    """A temporary path, renamed to `path` if the block ends without error; see `list_output`.

    alone  True if only one process at a time may write this file, see `begin`
    """
    temporary = begin(path, alone)
    try:
        yield temporary
        list_output(temporary, path)
    finally:
        end(temporary)


# -- removing --------------------------------------------------------------------------------------


def remove_outputs(folder, names):
    """Remove the named files, except those that wrapsim did not write or that were changed."""
    with edited(folder) as marker:
        for name in names:
            if not os.path.lexists(folder / name) or not fault_of(folder / name, marker):
                (folder / name).unlink(missing_ok=True)
                marker["files"].pop(name, None)


def check_clear(folder, own_files):
    """Paths of all files below a folder. Raises ValueError naming the first that wrapsim may not
    remove.

    own_files  function of a folder's path: set of the paths that a run wrote there, empty if it
               holds no run
    """
    files = list(files_below(folder, own_files))
    for path, fault in files:
        refuse_fault(folder, path, fault)
    return [path for path, _ in files]


def files_below(folder, own_files):
    """Every file below a folder, in order, with its fault, see `fault_of`.

    In the folder of a run wrapsim wrote the files of that run, elsewhere those in the marker.
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
    """Remove files below a folder, then folders that are empty. JSON files go last, since they list
    the other files.
    """
    lists = (MARKER, "identity.json")
    for path in sorted(paths, key=lambda path: (path.suffix == ".json") + (path.name in lists)):
        path.unlink(missing_ok=True)
    inside = {parent for path in paths for parent in path.relative_to(folder).parents}
    for inner in sorted(inside, reverse=True)[:-1]:
        with suppress(OSError):
            (folder / inner).rmdir()
