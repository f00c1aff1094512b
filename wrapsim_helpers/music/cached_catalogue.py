"""Catalogues with invented music, made once and cached on disk."""

import hashlib
import os
import pickle
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import xxhash
from tqdm.auto import tqdm

from ..compiled import cache_root, source_hash
from ..resources import resource
from .catalogue import generate_catalogue
from .catalogue_files import MARK, is_cached_catalogue
from .songs_file import load_songs

LIBRARIES = ("numpy", "pandas", "pyarrow")  # whose versions a cached catalogue depends on
DIGEST_SIZE = 16
LARGE = 50_000  # tracks whose making takes seconds


def cached_catalogue(songs, n_tracks, first_year):
    """`generate_catalogue` of a songs file, read from the cache if it is there and undamaged.

    songs  a `SourceFile`. Without a cache that can be written, the catalogue is made each time.
    """
    path = catalogue_path(songs.sha256, n_tracks, first_year)
    catalogue = read_catalogue(path)
    if catalogue is None:
        if n_tracks >= LARGE:
            tqdm.write(f"Making a catalogue of {n_tracks:,} tracks, once; some seconds ...")
        catalogue = generate_catalogue(n_tracks, 0, first_year, load_songs(songs))
        write_catalogue(path, catalogue)
    return catalogue


def catalogue_path(songs_sha256, n_tracks, first_year):
    """Path of a cached catalogue; its name follows from all that determines the catalogue."""
    code = source_hash(Path(__file__).with_name("catalogue.py"))
    digest = hashlib.sha256("\0".join([songs_sha256, code, *map(version, LIBRARIES)]).encode())
    for path in sorted(resource("data", "behaviour").iterdir()):
        digest.update(path.name.encode() + path.read_bytes())
    return cache_root() / f"catalogue-{n_tracks}-{first_year}-{digest.hexdigest()[:16]}.bin"


def read_catalogue(path):
    """The catalogue in a cache file; None if the file is missing, damaged or a symbolic link."""
    with suppress(OSError):
        content = b"" if path.is_symlink() else path.read_bytes()
        data = content[len(MARK) + DIGEST_SIZE :]
        if content.startswith(MARK + xxhash.xxh3_128_digest(data)):
            return pickle.loads(data)
    return None


def write_catalogue(path, catalogue):
    """Write a catalogue to the cache, whole or not at all.

    Nothing is written if the cache cannot be written, or if the file there is not wrapsim's.
    """
    data = pickle.dumps(catalogue, protocol=5)
    if os.path.lexists(path) and not is_cached_catalogue(path):
        return
    with suppress(OSError):
        number, temporary = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        with os.fdopen(number, "wb") as file:
            file.write(MARK + xxhash.xxh3_128_digest(data) + data)
        os.replace(temporary, path)
