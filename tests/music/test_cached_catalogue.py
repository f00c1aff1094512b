"""Cached catalogues: made once, equal to new ones, and harmless if the cache is damaged."""

import subprocess
import sys
from dataclasses import replace

import pytest

from wrapsim_helpers.listening.listen import with_read_sources
from wrapsim_helpers.music import cached_catalogue as cached
from wrapsim_helpers.music import catalogue_files as files
from wrapsim_helpers.music.catalogue import generate_catalogue
from wrapsim_helpers.music.songs_file import load_songs
from wrapsim_helpers.parameters import WIDE, Run
from wrapsim_helpers.source_files import source_of

SIZE = 1_000, 2025


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache folder."""
    monkeypatch.setenv("WRAPSIM_CACHE", str(tmp_path))
    return tmp_path / "wrapsim"


@pytest.fixture(scope="module")
def bundled():
    """The bundled songs as a `SourceFile`."""
    return source_of(with_read_sources(Run(1)), "songs")


def same(a, b):
    """Whether two catalogues have the same tables and the same records for the loop."""
    return (
        a.tracks.equals(b.tracks)
        and a.track_artists.equals(b.track_artists)
        and a.pools == b.pools
        and all(x.tobytes() == y.tobytes() for x, y in zip(a.music, b.music))
    )


def test_a_cached_catalogue_equals_one_that_is_made(cache, bundled):
    made, read = (cached.cached_catalogue(bundled, *SIZE) for _ in range(2))
    assert same(made, read)
    assert same(made, generate_catalogue(SIZE[0], 0, SIZE[1], load_songs(bundled)))
    assert [path.suffix for path in files.cached_files()] == [".bin"]


@pytest.mark.parametrize("damage", ["empty", "cut", "one byte"])
def test_a_damaged_file_of_the_cache_is_replaced(cache, bundled, damage):
    cached.cached_catalogue(bundled, *SIZE)
    (path,) = files.cached_files()
    whole = bytearray(path.read_bytes())
    if damage == "one byte":
        whole[-100] ^= 1
    path.write_bytes({"empty": b"", "cut": whole[:1000]}.get(damage, bytes(whole)))
    assert cached.read_catalogue(path) is None
    assert cached.cached_catalogue(bundled, *SIZE).tracks.num_rows == 3_000
    assert cached.read_catalogue(path) is not None


def test_a_foreign_file_or_a_link_in_the_cache_is_neither_read_nor_replaced(cache, bundled):
    cached.cached_catalogue(bundled, *SIZE)
    (path,) = files.cached_files()
    elsewhere = path.with_name("moved")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    assert cached.cached_catalogue(bundled, *SIZE).tracks.num_rows == 3_000
    assert path.is_symlink() and files.cached_files() == []
    path.unlink()
    path.write_text("a letter of somebody")
    assert cached.cached_catalogue(bundled, *SIZE).tracks.num_rows == 3_000
    assert path.read_text() == "a letter of somebody"
    assert files.clear_catalogues() == 0 and path.exists()


def test_a_cache_that_cannot_be_written_does_no_harm(cache, bundled, monkeypatch):
    def fails(*args, **options):
        raise PermissionError("read-only")

    monkeypatch.setattr(cached.tempfile, "mkstemp", fails)
    assert cached.cached_catalogue(bundled, *SIZE).tracks.num_rows == 3_000
    assert files.cached_files() == []


def test_two_processes_at_once_make_the_same_catalogue(tmp_path, monkeypatch):
    code = (
        "import os, sys\n"
        "from wrapsim_helpers.listening.listen import with_read_sources\n"
        "from wrapsim_helpers.parameters import Run\n"
        "from wrapsim_helpers.source_files import source_of\n"
        "from wrapsim_helpers.music.cached_catalogue import cached_catalogue\n"
        "os.environ['WRAPSIM_CACHE'] = sys.argv[1]\n"  # compiled code is found before
        "songs = source_of(with_read_sources(Run(1)), 'songs')\n"
        "print(cached_catalogue(songs, 1000, 2025).tracks.num_rows)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate(timeout=120)[0].strip() for process in both] == ["3000", "3000"]
    monkeypatch.setenv("WRAPSIM_CACHE", str(tmp_path))
    (path,) = files.cached_files()
    assert cached.read_catalogue(path) is not None


def test_another_size_year_or_songs_file_is_another_catalogue():
    paths = {
        cached.catalogue_path(*of) for of in (("a", 5, 1), ("a", 6, 1), ("a", 5, 2), ("b", 5, 1))
    }
    assert len(paths) == 4


def test_clearing_removes_the_catalogues_and_says_how_many_bytes(cache, bundled):
    cached.cached_catalogue(bundled, *SIZE)
    (path,) = files.cached_files()
    (cache / "notes.bin").write_text("kept")
    size = path.stat().st_size
    assert files.cached_text() == (f"It also holds {size / 1e6:,.1f} MB of catalogues (1 files).")
    assert files.clear_catalogues() == size and not path.exists()
    assert (cache / "notes.bin").exists()


def test_the_default_world_is_wide_and_a_named_songs_file_is_used_alone(tmp_path):
    assert Run().invented_tracks == WIDE
    alone = replace(Run(), songs_path=str(tmp_path / "songs.csv"))
    assert alone.invented_tracks == 0
    assert replace(alone, catalogue_tracks=5_000).invented_tracks == 5_000
    assert Run(catalogue_tracks=0).invented_tracks == 0


def test_a_run_whose_source_files_are_read_is_still_of_the_default_world(tmp_path):
    assert with_read_sources(Run()).invented_tracks == WIDE
    assert with_read_sources(Run(catalogue_tracks=0)).invented_tracks == 0
