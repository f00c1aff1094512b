"""The files of a history: a single file, a folder or a zip, also zips in them, opened without harm.

Nothing is ever extracted under a name from a zip: a member is copied to a numbered temporary file,
a few at a time, and only if its beginning is that of a history. Hidden files, links and the files
of macOS (__MACOSX, ._name) are passed over.
"""

import os
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ..checking import check_path, did_you_mean, in_bytes, near_names

HEAD = 65_536  # bytes at the beginning of a file that show what it is
CHUNK = 1 << 20  # bytes copied at once
MOST_FILES = 20_000  # in a folder or zip
LARGEST = 4 << 30  # bytes of a member of a zip
RATIO = 300  # of sizes, unpacked to packed, of a member and of all members of a zip together; JSON
# of histories packs to a tenth or a fortieth
SMALL = 64 << 20  # bytes up to which a member may have any ratio, and all members more than theirs
DEPTH = 2  # zips inside zips
ZIP_HEADS = (b"PK\x03\x04", b"PK\x05\x06")
NO_ZIP = "File is not a zip file"  # Python's message for a zip without its end
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)
HIDDEN_HISTORY = ".scrobbler.log"  # the only history whose name begins with a dot


@dataclass(frozen=True)
class HistoryFile:
    """A file that may be a history.

    name   where it is, for people: its path below what was given, "zip: path" in a zip
    head   its first bytes, at most HEAD
    local  context manager of a path of its content on disk
    """

    name: str
    head: bytes
    local: Callable


class Refusal(ValueError):
    """A file that cannot be read; its text is the reason."""


def files_in_path(path, folder, refused):
    """Yield the `HistoryFile`s of a path, in order of their names.

    path     a file, a folder or a zip
    folder   a temporary folder, for members of zips
    refused  list to which (name, reason) of each file that cannot be opened is appended
    Raises FileNotFoundError if there is no such file or folder.
    """
    given = check_path("path", path)
    refuse_missing(given)
    for name, file in paths_in(given):
        try:
            head = head_of(file)
        except OSError as error:
            refused.append((name, f"it cannot be opened ({error.strerror})"))
            continue
        yield from unpacked(name, file, head, folder, refused)


def refuse_missing(given):
    """Raise FileNotFoundError, with similar names in the same folder, if there is no such file."""
    if not given.exists():
        names = os.listdir(given.parent) if given.parent.is_dir() else []
        near = [str(given.parent / name) for name in near_names(given.name, names)]
        raise FileNotFoundError(
            f"path is {str(given)!r}, and there is no such file or folder.{did_you_mean(near)} "
            "Give the export that you downloaded: a zip, a folder or one file."
        )


def paths_in(given):
    """(name, Path) of a file, or of the files in a folder and below it, sorted, without links."""
    if not given.is_dir():
        return [(given.name, given)] if is_regular(given.resolve()) else []
    paths = []
    for folder, folders, names in os.walk(given):
        folders[:] = [name for name in folders if not is_passed_over(name)]
        files = [Path(folder) / name for name in names if not is_passed_over(name)]
        paths += [(file.relative_to(given).as_posix(), file) for file in files if is_regular(file)]
        if len(paths) > MOST_FILES:
            raise ValueError(
                f"path is {str(given)!r}, which holds more than {MOST_FILES:,} files; give the "
                f"folder of the export alone."
            )
    return sorted(paths)


def is_passed_over(name):
    """Whether a name is that of a hidden file or of macOS's own files."""
    return name.startswith(("__MACOSX", ".")) and name != HIDDEN_HISTORY


def is_regular(path):
    """Whether a path is a regular file, not a link, a pipe or a device."""
    return stat.S_ISREG(path.lstat().st_mode)


def head_of(file):
    """The first bytes of a file."""
    with file.open("rb") as data:
        return data.read(HEAD)


def unpacked(name, file, head, folder, refused, depth=0):
    """Yield the file, or the members of a zip. depth: the number of zips around it"""
    if not head.startswith(ZIP_HEADS):
        yield HistoryFile(name, head, lambda: nothing_to_do(file))
    elif depth == DEPTH:
        refused.append((name, f"it is a zip inside {DEPTH} zips; unpack it first"))
    else:
        yield from files_in_zip(name, file, folder, refused, depth)


@contextmanager
def nothing_to_do(file):
    """The path of a file that is on disk already."""
    yield file


@dataclass
class OpenZip:
    """A zip that is being read.

    folder  for temporary copies of its members
    room    bytes that its members may still unpack to, all together
    """

    archive: zipfile.ZipFile
    folder: Path
    room: int


def files_in_zip(name, file, folder, refused, depth):
    """Yield the members of a zip as `HistoryFile`s."""
    try:
        with zipfile.ZipFile(file) as archive:
            opened = OpenZip(archive, Path(folder), SMALL + RATIO * file.stat().st_size)
            for member in listed_members(archive):
                inside = f"{name}: {member.filename}"
                try:
                    yield from member_of(inside, opened, member, refused, depth)
                except (Refusal, *ZIP_ERRORS) as error:
                    refused.append((inside, reason_of(error)))
    except (Refusal, *ZIP_ERRORS) as error:
        refused.append((name, reason_of(error)))


def listed_members(archive):
    """The members of a zip that are files, by name. Raises Refusal for too many."""
    if len(archive.infolist()) > MOST_FILES:
        raise Refusal(f"it holds more than {MOST_FILES:,} files")
    files = [member for member in archive.infolist() if not member.is_dir()]
    return sorted(
        (file for file in files if not any(map(is_passed_over, parts(file.filename)))),
        key=lambda file: file.filename,
    )


def parts(filename):
    """The names of a path in a zip; ".." and "" are no names."""
    return [part for part in filename.replace("\\", "/").split("/") if part not in ("", ".", "..")]


def member_of(name, opened, member, refused, depth):
    """Yield a member of an `OpenZip`, or the members of a zip in the zip."""
    if member.flag_bits & 1:
        raise Refusal("it is locked by a password; unpack it, then give the folder")
    with opened.archive.open(member) as data:
        head = data.read(HEAD)
    if head.startswith(ZIP_HEADS):
        with copied(opened, member) as file:
            yield from unpacked(name, file, head, opened.folder, refused, depth + 1)
    else:
        yield HistoryFile(name, head, lambda: copied(opened, member))


@contextmanager
def copied(opened, member):
    """The path of a temporary copy of a member of an `OpenZip`.

    Raises Refusal if it unpacks to more than LARGEST bytes, more than the free space, RATIO times
    its packed size, or what the zip has room for.
    """
    file = opened.folder / f"{len(os.listdir(opened.folder)):08d}-{os.urandom(4).hex()}"
    most = min(
        *(LARGEST, max(SMALL, RATIO * member.compress_size)),
        *(room_on_disk(opened.folder), opened.room),
    )
    try:
        with opened.archive.open(member) as data, file.open("wb") as copy:
            while chunk := data.read(CHUNK):
                if copy.tell() + len(chunk) > most:
                    raise Refusal(
                        f"it unpacks to more than {in_bytes(most)}, which no history does; "
                        f"unpack it yourself if you trust it, then give the folder"
                    )
                copy.write(chunk)
        opened.room -= file.stat().st_size
        yield file
    finally:
        file.unlink(missing_ok=True)


def room_on_disk(folder):
    """Nine tenths of the free bytes on the disk of a folder."""
    return shutil.disk_usage(folder).free * 9 // 10


def reason_of(error):
    """Why a zip or its member cannot be read, in words."""
    if isinstance(error, Refusal):
        return str(error)
    if isinstance(error, NotImplementedError):
        return "it is packed in a way that Python cannot read; unpack it, then give the folder"
    if str(error) == NO_ZIP:
        return "it is cut off or damaged; download it again"
    return f"it is damaged ({' '.join(str(error).split())[:80] or type(error).__name__})"


FOREIGN = (  # beginnings of files that are no export: why, in words
    ((b"<!doctype html", b"<html"), "it is a web page; log in at the service, then download again"),
    (
        (b"\x1f\x8b", b"7z\xbc\xaf", b"rar!"),
        "it is packed, but not as a zip; unpack it, then give the folder",
    ),
)


def why_foreign(file):
    """Why a file without a history is none, in words; "" if its beginning does not say it."""
    head = head_of(file).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        return "it is empty; download it again"
    return next((why for beginnings, why in FOREIGN if head.startswith(beginnings)), "")
