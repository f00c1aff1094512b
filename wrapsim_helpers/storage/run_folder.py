"""The folder of a run: made ready before anything is written, or refused."""

import errno
import os
import tempfile
from contextlib import contextmanager, suppress

from ..parameters import shown_differences
from ..resources import PACKAGE
from ..schema import TABLES
from . import places
from .manifest import identity_in, json_bytes, read_manifest, sealed

FOLDERS = (*TABLES, "avro", "parts", "derived")  # the folders of a run
TOP_FILES = (*(f"{name}.json" for name in ("run", "identity", "log", "lock")),) + tuple(
    f"{name}.parquet" for name in TABLES
)

# -- the run folder --------------------------------------------------------------------------------


def open_folder(out_dir, identity):
    """Make `out_dir` ready for a run of this identity, or refuse before anything is written;
    returns the place.

    A new or empty folder is taken; so is one where this very run was begun. Raises ValueError for a
    folder of another run, with the differences, or one that holds other things; PermissionError for
    one that cannot be written.
    """
    place = places.place_of(out_dir, "out_dir")
    refuse_links_of_run(place)
    with refusing_what_cannot_be_written(place):
        begun = (
            places.get(place, "identity.json")
            if places.is_store(place) or check_folder(place)
            else None
        )
        if begun is None:
            places.create(
                place,
                "identity.json",
                json_bytes(sealed(finished_as(place) or new_here(place, out_dir, identity))),
            )
            begun = places.get(place, "identity.json")
    refuse_other_run(place, identity_in(place, begun), identity)
    return place


def refuse_links_of_run(place):
    """ValueError naming the first symbolic link where a run writes its files; a store has none."""
    if places.is_store(place):
        return
    places.refuse_links(place, (*TOP_FILES, *FOLDERS))
    for folder in filter(os.path.isdir, (place / name for name in FOLDERS)):
        with os.scandir(folder) as found:
            places.refuse_links(folder, [entry.name for entry in found if entry.is_symlink()])


def finished_as(place):
    """The identity that a sound run.json of a place states; None otherwise."""
    with suppress(FileNotFoundError, ValueError):
        return read_manifest(place)["identity"]


def new_here(place, out_dir, identity):
    """The identity of a run that begins in an empty place which can be written; ValueError or
    PermissionError otherwise.
    """
    refuse_others(place, out_dir)
    writable(place)
    return identity


def check_folder(folder):
    """Whether a folder is there; ValueError where a file is in its place, or in that of a folder
    above it.
    """
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        which = "which" if nearest in (folder, folder.absolute()) else f"and {str(nearest)!r}"
        raise ValueError(f"out_dir is {str(folder)!r}, {which} is a file; name a folder.")
    return folder.is_dir()


def refuse_others(place, out_dir):
    """ValueError where a place without a run holds anything; what our own killed runs left
    half-written does not count.
    """
    others = (
        sorted(places.sizes(place))
        if places.is_store(place)
        else sorted(
            path.name
            for path in (place.iterdir() if place.is_dir() else ())
            if not places.final_name(path.name)
        )
    )
    if others:
        raise ValueError(
            f"out_dir is {str(out_dir)!r}, which holds other files ({others[0]} ...); name a new "
            f"or "
            f"empty folder."
        )


def writable(folder, name="out_dir"):
    """The folder, made where it is not there yet; PermissionError where nothing can be written into
    it. A store is left alone. name: of the argument that asks for it.
    """
    with refusing_what_cannot_be_written(folder, name):
        if not places.is_store(folder):
            if folder.resolve().is_relative_to(PACKAGE.resolve()):
                raise OSError(errno.EROFS, "it is inside the installed package")
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder, prefix=places.BESIDE):
                pass
        return folder


@contextmanager
def refusing_what_cannot_be_written(place, name="out_dir"):
    """Turn whatever a disk or a store says into one PermissionError."""
    try:
        yield
    except (OSError, *places.store_errors()) as error:
        if (
            isinstance(error, PermissionError) and not error.errno
        ):  # said already, in just these words
            raise
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise PermissionError(
            f"{name} is {str(place)!r}, which cannot be written ({reason}); name another folder."
        ) from None


def refuse_other_run(place, found, wanted):
    """Nothing where both identities are the same; ValueError with the differences otherwise."""
    if found != wanted:
        lines = "\n  ".join(shown_differences(wanted, found)[:12])
        raise ValueError(
            f"out_dir {str(place)!r} holds a run with another identity:\n  {lines}\n"
            "(Here is what is asked for, there what the folder holds.) Name another folder, or use "
            "the same parameters."
        )
