"""A long history: a million and a half plays over eight years, read, and made into a story with
its cards; and exports by two workers.
"""

import tempfile
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

import wrapsim_helpers as ws

from .scale import peak
from .timing import in_turn, seconds

LISTENERS, YEARS, LAST_YEAR = 17, 8, 2025  # whose plays become those of one person
AUDIO = "Streaming_History_Audio"
WRAPPED = "from wrapsim_helpers.__main__ import main; main()"


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = texts_of_many(folder)
        files, packed = write_export(folder, texts)
        return [*reading(files), *the_whole_way(packed), *exporting(folder)]


def texts_of_many(folder):
    """Histories of several listeners, the same in each year, as JSON texts, bytes."""
    run = ws.simulate(LISTENERS, out_dir=folder / "run", formats="parquet")
    exports = ws.write_exports(run, folder / "exports", form="spotify")
    texts = [text for export in exports for text in audio_texts(export)]
    ts = f'"ts": "{LAST_YEAR}-'.encode()
    years = [f'"ts": "{LAST_YEAR - i}-'.encode() for i in range(YEARS)]
    return [text.replace(ts, year) for year in years for text in texts]


def audio_texts(export):
    """The audio files in the zip of an export, bytes each."""
    with ZipFile(export / "my_spotify_data.zip") as archive:
        return [archive.read(name) for name in archive.namelist() if AUDIO in name]


def write_export(folder, texts):
    """Write texts as the audio files of one export: as files, and as a zip. Returns both paths."""
    files, packed = folder / "files", folder / "my_spotify_data.zip"
    files.mkdir()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for i, text in enumerate(texts):
            (files / f"{AUDIO}_{i}.json").write_bytes(text)
            archive.writestr(f"{AUDIO}_{i}.json", text)
    return files, packed


def reading(files):
    """Reading a folder into the plays table, against parsing the same files with orjson."""
    paths = list(files.iterdir())
    ours, theirs = in_turn(
        lambda: ws.load_history(files),
        lambda: [orjson.loads(path.read_bytes()) for path in paths],
        rounds=3,
    )
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    detail = f"{megabytes:,.0f} MB of JSON: {ours:.1f} s against {theirs:.1f} s"
    return [("reading an extended history / orjson parsing it, seconds", ours / theirs, -3, detail)]


def the_whole_way(history):
    """From the zip to the folder with the story and all cards: seconds, and the most memory."""
    words = "import sys; sys.argv[0] = 'wrapsim'; " + WRAPPED
    out = history.parent / "wrapped"
    peaks = []
    took = seconds(
        lambda: peaks.append(peak("the history", words, "wrapped", history, "--output", out))
    )
    return [
        ("from a long history to its story and cards, seconds", took, None, "20 s are meant"),
        ("memory on the way to them, GiB", peaks[0] / 2**30, -1, "the command's process"),
    ]


def exporting(folder):
    """Exports of all listeners of a run by one worker, against two."""
    one, two = (
        seconds(partial(ws.write_exports, folder / "run", folder / f"by_{n}", workers=n))
        for n in (1, 2)
    )
    detail = f"{LISTENERS} zips in {two:.0f} s"
    return [("exports by one worker / by two, seconds", one / two, None, detail)]
