"""Where a run's files go: a folder, or a bucket of an object store; always one whole file at a
time.

A place is a Path, or a URL such as s3://bucket/run. Locally a file is written beside its place and
renamed when it is whole; in a store it is one PUT. So a name that exists holds a whole file,
whenever the writer was killed.
"""

import contextlib
import functools
import hashlib
import os
import re
import secrets
import tempfile
from contextlib import contextmanager
from pathlib import Path

from ..checking import check_path

SCHEMES = ("s3", "gs", "az")
BESIDE = ".wrapsim-"  # how the names of unfinished files begin
UNFINISHED = re.compile(
    re.escape(BESIDE) + r"([0-9a-f]{8})([0-9a-f]{16})-(.+)"
)  # such a name: random digits, a checksum, and the name the file is to have


def place_of(given, name="run_dir"):
    """A place from what a user gave as an argument of this name: the URL as it is, or a Path;
    ValueError for a URL of another kind.
    """
    scheme, is_url, _ = str(given).partition("://")
    if not is_url:
        return check_path(name, given)
    if scheme not in SCHEMES:
        raise ValueError(
            f"{name} is {str(given)!r}; a store's address begins with one of "
            f"{', '.join(f'{name}://' for name in SCHEMES)}; anything else is a folder."
        )
    return check_bucket(name, str(given).rstrip("/"))


def check_bucket(name, url):
    """The address of a store as it is; ValueError where it names no bucket."""
    if url.rstrip("/:") in SCHEMES:
        raise ValueError(
            f"{name} is {url + '//'!r}, which names no bucket; give an address such as "
            f"{url}//bucket/run."
        )
    return url


def is_store(place):
    """Whether a place is in an object store."""
    return isinstance(place, str) and "://" in place


@functools.lru_cache(maxsize=8)
def opened(url):
    """The store behind a URL, with credentials and endpoint from the environment (AWS_...,
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
    """What a store may raise, as a tuple of exceptions; none where obstore is not installed."""
    try:
        from obstore.exceptions import BaseError
    except ImportError:
        return ()
    return (BaseError,)


# -- one file --------------------------------------------------------------------------------------


def unfinished(path):
    """A temporary path beside `path`, for a file that is not whole yet.

    Its name holds a checksum, so that no other program gives a file such a name.
    """
    random = secrets.token_hex(4)
    return path.with_name(f"{BESIDE}{random}{checksum(random, path.name)}-{path.name}")


def checksum(random, name):
    """Sixteen hexadecimal digits for the name of an unfinished file."""
    return hashlib.sha256(os.fsencode(f"{BESIDE}{random}-{name}")).hexdigest()[:16]


def final_name(name):
    """The name that an unfinished file of ours is to have, also of one beside an unfinished file;
    None for the name of any other file.
    """
    parts = UNFINISHED.fullmatch(name)
    if not parts or parts[2] != checksum(parts[1], parts[3]):
        return None
    return final_name(parts[3]) or parts[3]


@contextmanager
def whole_file(path):
    """A temporary path beside `path`, renamed to it when the block ends without an error.

    Raises ValueError if `path` is a symbolic link.
    """
    refuse_links(path.parent, [path.name])
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = unfinished(path)
    try:
        yield beside
        os.replace(beside, path)
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


@contextmanager
def new_file(path):
    """The same, but an earlier file of that name is replaced only by more of the same bytes.

    What is written follows from its parameters, so a file that begins like the new one is ours:
    equal, or cut by a loss of power. Raises ValueError for any other file, which stays as it is.
    """
    with whole_file(path) as beside:
        yield beside
        if os.path.lexists(path) and not begins(path, beside):
            raise in_the_way(path)


def begins(path, whole):
    """Whether a file holds the first bytes of another one, or all of them."""
    if path.is_symlink() or not path.is_file():
        return False
    with open(path, "rb") as first, open(whole, "rb") as other:
        return all(
            block == other.read(len(block)) for block in iter(lambda: first.read(1 << 20), b"")
        )


def refuse_links(folder, names):
    """ValueError naming the first symbolic link among files of a folder and the folders between."""
    for name in names:
        path = Path(folder)
        for step in Path(name).parts:
            path /= step
            if path.is_symlink():
                raise ValueError(
                    f"{path} is a symbolic link, which is neither written through nor replaced. "
                    "Move it elsewhere and start again."
                )


def in_the_way(path):
    """ValueError for a file that would be overwritten."""
    return ValueError(
        f"{path} is in the way: it does not hold what would be written there. Move it elsewhere "
        f"and "
        "start again."
    )


def put(place, name, data):
    """Write one whole file of a place. data: bytes."""
    if is_store(place):
        opened(place).put(name, data, use_multipart=False)
        return
    refuse_links(place, [name])
    with whole_file(Path(place) / name) as beside:
        beside.write_bytes(data)


def add(place, name, data):
    """The same, but an earlier file of that name is replaced only by more of the same bytes, see
    `new_file`.
    """
    if is_store(place):
        if not data.startswith(get(place, name) or b""):
            raise in_the_way(f"{place}/{name}")
        return put(place, name, data)
    refuse_links(place, [name])
    with new_file(Path(place) / name) as beside:
        beside.write_bytes(data)


def create(place, name, data):
    """Write a file that must not be there yet: True where it was not, False where it was; of two at
    once one wins.
    """
    if not is_store(place):
        refuse_links(place, [name])
        return create_file(Path(place) / name, data)
    from obstore.exceptions import AlreadyExistsError

    try:
        opened(place).put(name, data, mode="create", use_multipart=False)
        return True
    except AlreadyExistsError:
        return False


def create_file(path, data):
    """The same on a disk: a link to a file that is already whole; where there are no links, a new
    file written in place.
    """
    beside = unfinished(path)
    try:
        with open(beside, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(
                file.fileno()
            )  # a name that a loss of power leaves empty would refuse everybody after
        link_or_write(beside, path)
        return True
    except FileExistsError:
        return False
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def link_or_write(beside, path):
    """Give a file a second name, which must be new; FileExistsError where it is not."""
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError:
        with open(path, "xb") as file, removed_if_it_fails(path):
            file.write(beside.read_bytes())


@contextmanager
def removed_if_it_fails(path):
    """Leave no half of a file behind."""
    try:
        yield
    except OSError:
        path.unlink(missing_ok=True)
        raise


def get(place, name):
    """The bytes of one file of a place; None where there is none of that name."""
    try:
        return (
            bytes(opened(place).get(name).bytes())
            if is_store(place)
            else (Path(place) / name).read_bytes()
        )
    except (FileNotFoundError, NotADirectoryError):
        return None


def remove(place, names):
    """Remove files of a place; those that are gone already do not matter."""
    if is_store(place):
        with contextlib.suppress(FileNotFoundError):
            opened(place).delete(list(names))
        return
    refuse_links(place, names)
    for name in names:
        (Path(place) / name).unlink(missing_ok=True)


def sizes(place):
    """Every whole file of a place: its name -> its size in bytes."""
    if is_store(place):
        return {one["path"]: one["size"] for page in opened(place).list() for one in page}
    return {
        path.relative_to(place).as_posix(): path.stat().st_size
        for path in Path(place).rglob("*")
        if path.is_file() and not final_name(path.name)
    }


def names(place, folder=""):
    """Names, within a place, of the whole files directly in one of its folders, sorted."""
    return sorted(sizes_in(place, folder))


def sizes_in(place, folder=""):
    """Every whole file directly in a folder of a place: its name within the place -> its size in
    bytes.
    """
    if is_store(place):
        return {
            one["path"]: one["size"]
            for one in opened(place).list_with_delimiter(f"{folder}/" if folder else None)[
                "objects"
            ]
        }
    inside = Path(place) / folder
    return {
        (Path(folder) / path.name).as_posix(): path.stat().st_size
        for path in (inside.iterdir() if inside.is_dir() else ())
        if path.is_file() and not final_name(path.name)
    }


def unfinished_files(folder, mine):
    """Paths of what killed processes left half-written. mine: predicate on the final name within
    the folder.
    """
    for path in Path(folder).rglob(f"{BESIDE}*"):
        final = final_name(path.name)
        name = final and path.with_name(final).relative_to(folder).as_posix()
        if name and mine(name) and path.is_file() and not path.is_symlink():
            yield path


def clear_unfinished(folder, mine):
    """Remove what killed processes left half-written, see `unfinished_files`."""
    for path in unfinished_files(folder, mine):
        path.unlink(missing_ok=True)


# -- several files ---------------------------------------------------------------------------------


@contextmanager
def workbench(place):
    """A folder to write files of a place in: the place itself on a disk, a temporary folder for a
    store.
    """
    if not is_store(place):
        yield Path(place)
        return
    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        yield Path(folder)


def deliver(folder, place, files):
    """Bring files from a place's workbench to the place, one PUT each; on a disk they are there
    already.
    """
    for name in files if is_store(place) else ():
        add(place, name, (folder / name).read_bytes())


@contextmanager
def at_hand(place, name):
    """A path at which one file of a place can be read: its own on a disk, that of a copy for a
    store.
    """
    with workbench(place) as folder:
        if is_store(place):
            put(folder, name, get(place, name))
        yield folder / name
