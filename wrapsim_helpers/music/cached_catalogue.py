"""Catalogues with invented music, made once and cached on disk."""

import hashlib
import os
import pickle
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import xxhash

from ..compiled import cache_root, source_hash
from .catalogue import generate_catalogue
from .songs_file import load_songs

LIBRARIES = ("numpy", "pandas", "pyarrow")  # whose versions a cached catalogue depends on


def cached_catalogue(songs, n_tracks, first_year):
    """`generate_catalogue` of a songs file, read from the cache if it is there and undamaged.

    songs  a `SourceFile`. Without a cache that can be written, the catalogue is made each time.
    """
    path = catalogue_path(songs.sha256, n_tracks, first_year)
    catalogue = read_catalogue(path)
    if catalogue is None:
        catalogue = generate_catalogue(n_tracks, 0, first_year, load_songs(songs))
        write_catalogue(path, catalogue)
    return catalogue


def catalogue_path(songs_sha256, n_tracks, first_year):
    """Path of a cached catalogue; its name follows from all that determines the catalogue."""
    code = source_hash(Path(__file__).with_name("catalogue.py"))
    key = [songs_sha256, code, *map(version, LIBRARIES)]
    digest = hashlib.sha256("\0".join(key).encode()).hexdigest()[:16]
    return cache_root() / f"catalogue-{n_tracks}-{first_year}-{digest}.bin"


def read_catalogue(path):
    """The catalogue in a cache file; None if the file is missing, damaged or a symbolic link."""
    with suppress(OSError):
        if not path.is_symlink():
            digest, data = (content := path.read_bytes())[:16], content[16:]
            if xxhash.xxh3_128_digest(data) == digest:
                return pickle.loads(data)
    return None


def write_catalogue(path, catalogue):
    """Write a catalogue to the cache, whole or not at all; nothing if it cannot be written."""
    data = pickle.dumps(catalogue, protocol=5)
    with suppress(OSError):
        number, temporary = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(xxhash.xxh3_128_digest(data) + data)
        os.replace(temporary, path)
