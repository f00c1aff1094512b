"""Check and prepare the folder of a run before anything is written."""

import errno
import os
import tempfile
from contextlib import contextmanager

from ..parameters import shown_differences
from ..resources import PACKAGE
from ..schema import TABLES
from . import places
from .manifest import identity_in, manifest_of, sealed_json

FOLDERS = (*TABLES, "avro", "parts", "derived")  # the folders of a run
TOP_FILES = ("run.json", "identity.json", "log.json", "lock.json") + tuple(
    f"{name}.parquet" for name in TABLES
)

# -- the run folder --------------------------------------------------------------------------------


def open_folder(place, identity):
    """Prepare a place for a run of this identity.

    It must be new, empty, or hold this same run. Raises ValueError, before anything is written, for
    a place of another run, with the differences, or one with other files, and PermissionError for
    one that cannot be written.
    """
    refuse_links_of_run(place)
    with refusing_what_cannot_be_written(place):
        begun = places.get(place, "identity.json")
        if begun is None:
            manifest = manifest_of(place) or {}
            if not manifest:
                refuse_other_files(place)
                writable(place)
            stored = sealed_json(manifest.get("identity", identity))
            places.create(place, "identity.json", stored)
            begun = places.get(place, "identity.json")
    refuse_other_run(place, identity_in(place, begun), identity)


def refuse_links_of_run(place):
    """Raise ValueError naming the first symbolic link where a run writes files, if on a disk."""
    if places.is_store(place):
        return
    places.refuse_links(place, (*TOP_FILES, *FOLDERS))
    for folder in filter(os.path.isdir, (place / name for name in FOLDERS)):
        with os.scandir(folder) as entries:
            places.refuse_links(folder, [entry.name for entry in entries if entry.is_symlink()])


def check_folder(place, name="out_dir"):
    """Raise ValueError if a folder to write to, or a folder above it, is a file. name: of the
    argument, for the message
    """
    if places.is_store(place):
        return
    nearest = next(path for path in (place, *place.absolute().parents) if path.exists())
    if not nearest.is_dir():
        which = "which" if nearest in (place, place.absolute()) else f"and {str(nearest)!r}"
        raise ValueError(f"{name} is {str(place)!r}, {which} is a file; name a folder.")


def refuse_other_files(place):
    """Raise ValueError if a place without a run holds any file, except unfinished files of killed
    runs.
    """
    if places.is_store(place):
        names = places.sizes(place)
    else:
        names = [path.name for path in place.iterdir()] if place.is_dir() else []
    for name in sorted(name for name in names if not places.final_name(name)):
        raise ValueError(
            f"out_dir is {str(place)!r}, which holds other files ({name} ...); name a new or empty "
            f"folder."
        )


def writable(folder, name="out_dir"):
    """The folder, created if missing. Raises PermissionError if it cannot be written. A store is
    not tested. name: of the argument, for the message
    """
    with refusing_what_cannot_be_written(folder, name):
        if not places.is_store(folder):
            if folder.resolve().is_relative_to(PACKAGE.resolve()):
                raise OSError(errno.EROFS, "it is inside the installed package")
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder, prefix=places.TEMPORARY):
                pass
        return folder


@contextmanager
def refusing_what_cannot_be_written(place, name="out_dir"):
    """Turn any error of a disk or a store into one PermissionError."""
    try:
        yield
    except (OSError, *places.store_errors()) as error:
        if isinstance(error, PermissionError) and not error.errno:  # already has this message
            raise
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise PermissionError(
            f"{name} is {str(place)!r}, which cannot be written ({reason}); name another folder."
        ) from None


def refuse_other_run(place, stored, wanted):
    """Raise ValueError with the differences unless both identities are the same."""
    if stored != wanted:
        lines = "\n  ".join(shown_differences(wanted, stored)[:12])
        raise ValueError(
            f"out_dir {str(place)!r} holds a run with another identity:\n  {lines}\n"
            '("here" is the requested run, "there" is the run in the folder.) Name another folder, '
            "or use the same parameters."
        )
