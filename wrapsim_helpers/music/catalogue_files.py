"""The files of cached catalogues: which there are, and how to remove them."""

import re

from ..compiled import cache_root, total_bytes

CATALOGUE_FILE = re.compile(r"catalogue-\d+-\d{4}-[0-9a-f]{16}\.bin(\.\w+)?")  # with temporary ones
MARK = b"a catalogue that wrapsim cached\n"  # how each of these files begins


def is_cached_catalogue(path):
    """Whether wrapsim wrote a file of the cache, or began to; not of a symbolic link."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return MARK.startswith(file.read(len(MARK)))


def cached_files():
    """Files of all cached catalogues, list of Paths."""
    names = (path for path in sorted(cache_root().iterdir()) if CATALOGUE_FILE.fullmatch(path.name))
    return list(filter(is_cached_catalogue, names))


def cached_text():
    """Number and size of the cached catalogues as text."""
    files = cached_files()
    return f"It also holds {total_bytes(files) / 1e6:,.1f} MB of catalogues ({len(files)} files)."


def clear_catalogues():
    """Remove all cached catalogues; returns the number of bytes removed."""
    files = cached_files()
    n_bytes = total_bytes(files)
    for path in files:
        path.unlink(missing_ok=True)
    return n_bytes
