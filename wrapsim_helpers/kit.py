"""Copy the notebooks and data to a folder, for `wrapsim init`."""

import os
import shlex
import shutil
import subprocess

from .notebooks import Refused
from .resources import resource

NOT_COPIED = ("runs", ".ipynb_checkpoints")  # folders that `init` does not copy


def lay_out(folder):
    """Copy the bundled notebooks and data into a new or empty folder, or one with an interrupted
    copy. Raises Refused for any other folder.
    """
    from .storage.places import clear_unfinished, final_name, is_beginning_of, new_file
    from .storage.run_folder import writable

    kit = {
        path.relative_to(resource()).as_posix(): path
        for top in ("notebooks", "data")
        for path in resource(top).rglob("*")
        if is_copied(path)
    }
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file; name a new or empty folder.")
    existing = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir() and not final_name(path.name)
    }
    foreign = [
        name
        for name, path in existing.items()
        if name not in kit or not is_beginning_of(path, kit[name])
    ]
    if foreign or len(existing) == len(kit):
        raise Refused(
            f"{folder} is not a new or empty folder: it holds {[*foreign, *existing][0]}. Name "
            f"another folder."
        )
    writable(folder)
    for name, path in kit.items():
        with new_file(folder / name) as temporary:
            shutil.copyfile(path, temporary)
    clear_unfinished(folder, kit.__contains__)


def is_copied(path):
    """Whether `init` copies a bundled file."""
    inside = path.relative_to(resource())
    return (
        path.is_file()
        and path.suffix != ".py"
        and path.name[0] != "."
        and not set(NOT_COPIED) & set(inside.parts)
    )


def quoted(folder):
    """A folder's path, quoted for the shell."""
    text = os.path.join(".", folder) if str(folder).startswith("-") else str(folder)
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)
