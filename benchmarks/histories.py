"""A long history: a million and a half plays over twelve years, read, and made into a story with
its cards; and exports by two workers.
"""

import itertools
import tempfile
from functools import partial
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import orjson

import wrapsim_helpers as ws

from .scale import peak
from .timing import in_turn, seconds

LISTENERS = 190  # their plays become those of one person
YEARS, LAST_YEAR = 12, 2025
AUDIO = "Streaming_History_Audio"
WRAPPED = "from wrapsim_helpers.__main__ import main; main()"


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = texts_of_many(folder)
        history = folder / "my_spotify_data.zip"
        write_zip(history, texts)
        return [*reading(history, texts), *the_whole_way(history), *exporting(folder)]


def texts_of_many(folder):
    """Histories of listeners of a year, moved to other years, as JSON texts, bytes."""
    run = ws.simulate(LISTENERS, out_dir=folder / "run", formats="parquet")
    exports = ws.write_exports(run, folder / "exports", form="spotify")
    return [
        text.replace(f'"ts":"{LAST_YEAR}-'.encode(), f'"ts":"{LAST_YEAR - i % YEARS}-'.encode())
        for i, text in enumerate(itertools.chain.from_iterable(map(audio_texts, exports)))
    ]


def audio_texts(export):
    """The audio files in the zip of an export, bytes each."""
    with ZipFile(export / "my_spotify_data.zip") as archive:
        return [archive.read(name) for name in archive.namelist() if AUDIO in name]


def write_zip(path, texts):
    """Write texts as the audio files of one export."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for i, text in enumerate(texts):
            archive.writestr(f"{AUDIO}_{i}.json", text)


def reading(history, texts):
    """Reading a zip into the plays table, against parsing the same texts with orjson."""
    ours, theirs = in_turn(
        lambda: ws.load_history(history), lambda: [orjson.loads(text) for text in texts], rounds=3
    )
    megabytes = sum(map(len, texts)) / 1e6
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
    return [("exports by one worker / by two, seconds", one / two, 1.6, detail)]
