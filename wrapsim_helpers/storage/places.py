"""Places for the files of a run: a folder, or a bucket of an object store. Each file is written as
a whole.

A place is a Path, or a URL such as s3://bucket/run. On a disk a file is written under a temporary
name and renamed when it is complete; in a store it is one PUT. So a file that exists is complete,
even if its writer was killed.
"""

import functools
import hashlib
import os
import re
import secrets
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path

from ..checking import check_path

SCHEMES = ("s3", "gs", "az")
TEMPORARY = ".wrapsim-"  # prefix of the names of unfinished files
# such a name: random digits, a checksum, and the final name of the file
UNFINISHED = re.compile(re.escape(TEMPORARY) + r"([0-9a-f]{8})([0-9a-f]{16})-(.+)")


def place_of(given, name="run_dir"):
    """The place that a user gave: a URL or a Path. Raises ValueError for a URL of another scheme or
    without a bucket. name: of the argument, for the message
    """
    scheme, is_url, address = str(given).partition("://")
    if not is_url:
        return check_path(name, given)
    if scheme not in SCHEMES:
        raise ValueError(
            f"{name} is {str(given)!r}; the URL of an object store must begin with one of "
            f"{', '.join(f'{name}://' for name in SCHEMES)}. Otherwise give a folder."
        )
    if not address.strip("/"):
        raise ValueError(
            f"{name} is '{scheme}://', which names no bucket; give a URL such as "
            f"{scheme}://bucket/run."
        )
    return str(given).rstrip("/")


def is_store(place):
    """Whether a place is in an object store."""
    return isinstance(place, str) and "://" in place


@functools.lru_cache(maxsize=8)
def opened(url):
    """The object store of a URL, with credentials and endpoint from the environment (AWS_...,
    GOOGLE_..., AZURE_...).
    """
    try:
        from obstore.store import from_url
    except ImportError:
        raise ValueError(
            f"{url!r} is an object store, but obstore is not installed; pip install "
            f"'wrapsim[store]'."
        ) from None
    return from_url(url)


def store_errors():
    """The exceptions of object stores, as a tuple; empty if obstore is not installed."""
    try:
        from obstore.exceptions import BaseError
    except ImportError:
        return ()
    return (BaseError,)


# -- one file --------------------------------------------------------------------------------------


def unfinished(path):
    """A temporary path in the same folder as `path`, for a file that is not complete yet.

    Its name holds a checksum, so that no other program uses such a name.
    """
    random = secrets.token_hex(4)
    return path.with_name(f"{TEMPORARY}{random}{checksum(random, path.name)}-{path.name}")


def checksum(random, name):
    """Sixteen hexadecimal digits for the name of an unfinished file."""
    return hashlib.sha256(os.fsencode(f"{TEMPORARY}{random}-{name}")).hexdigest()[:16]


def final_name(name):
    """The final name in the name of an unfinished file of wrapsim; None in any other name. A file
    that is written under an unfinished name has two such prefixes.
    """
    match = UNFINISHED.fullmatch(name)
    if not match or match[2] != checksum(match[1], match[3]):
        return None
    return final_name(match[3]) or match[3]


@contextmanager
def whole_file(path):
    """A temporary path, renamed to `path` when the block ends without an error.

    Raises ValueError if `path` is a symbolic link.
    """
    refuse_links(path.parent, [path.name])
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = unfinished(path)
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def new_file(path):
    """The same as `whole_file`, but replaces an earlier file only if the new file begins with its
    bytes.

    The bytes depend on the parameters only. So an earlier file that equals the beginning of the new
    file is from wrapsim: complete, or cut off by a loss of power. Raises ValueError for any other
    file and leaves it unchanged.
    """
    with whole_file(path) as temporary:
        yield temporary
        if os.path.lexists(path) and not is_beginning_of(path, temporary):
            raise in_the_way(path)


def is_beginning_of(path, complete):
    """Whether the bytes of a file are the first bytes, or all, of a complete file."""
    if path.is_symlink() or not path.is_file():
        return False
    with open(path, "rb") as first, open(complete, "rb") as second:
        return all(
            block == second.read(len(block)) for block in iter(lambda: first.read(1 << 20), b"")
        )


def refuse_links(folder, names):
    """Raise ValueError naming the first symbolic link on the way to the named files of a folder."""
    for name in names:
        path = Path(folder)
        for step in Path(name).parts:
            path /= step
            if path.is_symlink():
                raise ValueError(
                    f"{path} is a symbolic link; wrapsim neither follows nor replaces it. Move it "
                    "elsewhere and start again."
                )


def in_the_way(path):
    """The ValueError for a file that would be overwritten."""
    return ValueError(
        f"{path} is in the way: it differs from the file that wrapsim would write. Move it "
        f"elsewhere and start again."
    )


def put(place, name, data, on_disk=whole_file):
    """Write one complete file of a place. data: bytes; on_disk: `whole_file` or `new_file`"""
    if is_store(place):
        opened(place).put(name, data, use_multipart=False)
        return
    refuse_links(place, [name])
    with on_disk(place / name) as temporary:
        temporary.write_bytes(data)


def add(place, name, data):
    """The same as `put`, but replaces an earlier file only if `data` begins with its bytes, see
    `new_file`.
    """
    if is_store(place) and not data.startswith(get(place, name) or b""):
        raise in_the_way(f"{place}/{name}")
    put(place, name, data, new_file)


def create(place, name, data):
    """Write a file only if it does not exist yet. Returns whether it was written: of two processes
    at the same time, one gets True.
    """
    if not is_store(place):
        refuse_links(place, [name])
        return create_file(place / name, data)
    from obstore.exceptions import AlreadyExistsError

    try:
        opened(place).put(name, data, mode="create", use_multipart=False)
        return True
    except AlreadyExistsError:
        return False


def create_file(path, data):
    """`create` on a disk: write a temporary file, then give it the name by a hard link, or by a
    copy on a disk without hard links.
    """
    temporary = unfinished(path)
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())  # an empty lock file after a loss of power would stay locked
        link_or_write(temporary, path, data)
        return True
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def link_or_write(temporary, path, data):
    """Give a file a second name, or write its data to a file of that name. Raises FileExistsError
    if the name exists.
    """
    with suppress(OSError):
        return os.link(temporary, path)
    with open(path, "xb") as file:
        try:
            file.write(data)
        except OSError:
            path.unlink()
            raise


def get(place, name):
    """The bytes of a file of a place; None if there is no such file."""
    try:
        if is_store(place):
            return bytes(opened(place).get(name).bytes())
        return (place / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove(place, names):
    """Remove files of a place; skip those that do not exist."""
    if is_store(place):
        with suppress(FileNotFoundError):
            opened(place).delete(list(names))
        return
    refuse_links(place, names)
    for name in names:
        (place / name).unlink(missing_ok=True)


def sizes(place):
    """Every complete file of a place: name -> size in bytes."""
    if is_store(place):
        return {file["path"]: file["size"] for page in opened(place).list() for file in page}
    return complete_files(place, place.rglob("*"))


def complete_files(place, paths):
    """The complete files among paths below a folder: name within the folder -> size in bytes."""
    return {
        path.relative_to(place).as_posix(): path.stat().st_size
        for path in paths
        if path.is_file() and not final_name(path.name)
    }


def file_names(place, folder=""):
    """Names, within a place, of the complete files directly in one of its folders, sorted."""
    return sorted(sizes_in(place, folder))


def sizes_in(place, folder=""):
    """Every complete file directly in a folder of a place: name within the place -> bytes."""
    if is_store(place):
        listed = opened(place).list_with_delimiter(f"{folder}/" if folder else None)
        return {file["path"]: file["size"] for file in listed["objects"]}
    inside = place / folder
    return complete_files(place, inside.iterdir() if inside.is_dir() else ())


def unfinished_files(place, is_selected):
    """Paths of the unfinished files that killed processes left; a store has none.

    is_selected  predicate on the final name within the place
    """
    for path in () if is_store(place) else place.rglob(f"{TEMPORARY}*"):
        final = final_name(path.name)
        name = final and path.with_name(final).relative_to(place).as_posix()
        if name and is_selected(name) and path.is_file() and not path.is_symlink():
            yield path


def clear_unfinished(place, is_selected):
    """Remove the unfinished files that killed processes left, see `unfinished_files`."""
    for path in unfinished_files(place, is_selected):
        path.unlink(missing_ok=True)


# -- several files ---------------------------------------------------------------------------------


@contextmanager
def local_folder(place):
    """A folder in which to write files of a place: the place itself on a disk, a temporary folder
    for a store.
    """
    if not is_store(place):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        yield Path(folder)


def upload(folder, place, files):
    """Copy files from the `local_folder` of a place to the place, one PUT each; nothing to do on a
    disk.
    """
    for name in files if is_store(place) else ():
        add(place, name, (folder / name).read_bytes())


@contextmanager
def local_file(place, name):
    """A path at which a file of a place can be read: its path on a disk, or that of a temporary
    copy for a store.
    """
    with local_folder(place) as folder:
        if is_store(place):
            put(folder, name, get(place, name))
        yield folder / name
