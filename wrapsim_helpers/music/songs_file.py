"""The songs file, bundled or as downloaded, as a checked table.

The original begins with a byte order mark and writes four lengths as "1,412". data/README.md is the
codebook.
"""

import re

import pandas as pd

from ..checking import front_door
from ..names import first_spellings, folded, normalised
from ..source_files import read_cells, read_source
from .credits import primary_artist

SHORTEST_SONG_S, LONGEST_SONG_S = 60, 7200
# header -> (our name, lowest, highest); None for text
SONGS = {
    "Index": ("index", 0, 10**9),
    "Title": ("title", None, None),
    "Artist": ("artist", None, None),
    "Top Genre": ("genre", None, None),
    "Year": ("year", 1860, 2100),
    "Beats Per Minute (BPM)": ("bpm", 0, 400),
    "Energy": ("energy", 0, 100),
    "Danceability": ("danceability", 0, 100),
    "Loudness (dB)": ("loudness", -80, 20),
    "Liveness": ("liveness", 0, 100),
    "Valence": ("valence", 0, 100),
    "Length (Duration)": ("duration_s", SHORTEST_SONG_S, LONGEST_SONG_S),
    "Acousticness": ("acousticness", 0, 100),
    "Speechiness": ("speechiness", 0, 100),
    "Popularity": ("popularity", 0, 100),
}


@front_door
def load_songs(path=""):
    """The songs file as a clean table, one row per song.

    path  .csv or .xlsx; "" reads the bundled, invented catalogue

    Returns a DataFrame: title, artist, genre text, normalised, artists and genres in the first
    spelling of the file (see `names`); index, year, bpm, energy, danceability, loudness
    (dB), liveness, valence, duration_s (seconds), acousticness, speechiness, popularity int64;
    scores run from 0 to 100. Raises FileNotFoundError for a missing file, ValueError for a file
    that is not this catalogue.
    """
    source = read_source("songs", path)
    cells = read_cells(source, SONGS)
    frame = pd.DataFrame(
        {
            name: cells[header]
            if low is None
            else whole_numbers(source, cells[header], header, low, high)
            for header, (name, low, high) in SONGS.items()
        }
    )
    check_songs(source, frame)
    return frame.assign(
        title=list(map(normalised, frame["title"])),
        artist=first_spellings(frame["artist"]),
        genre=first_spellings(frame["genre"]),
    )


# -- songs -----------------------------------------------------------------------------------------


def whole_numbers(source, cells, header, low, high):
    """One column of whole numbers between low and high, int64; commas for thousands are allowed.

    Raises ValueError with the row of any other cell.
    """
    numbers = []
    for row, cell in enumerate(cells):
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", cell.strip()).removesuffix(".0")
        if not re.fullmatch(r"-?\d+", text) or not low <= int(text) <= high:
            raise ValueError(
                f"{source.name}, row {row + 2}: {header} is {cell!r}; it must be a whole number "
                f"from {low} to {high}. Correct it, or download the file again."
            )
        numbers.append(int(text))
    return pd.array(numbers, dtype="int64")


def check_songs(source, songs):
    """Raises ValueError with the row if a song lacks a title, artist or genre, or appears twice."""
    for name in ("title", "artist", "genre"):
        empty = songs.index[songs[name].map(normalised) == ""]
        if len(empty):
            raise ValueError(
                f"{source.name}, row {empty[0] + 2}: {name} is empty; every song needs one. "
                f"Correct it, or download the file again."
            )
    check_unique(source.name, songs)


def check_unique(file_name, songs):
    """Raises ValueError with the rows if a song appears twice, in whatever spelling.

    Songs are the same if title and primary artist are, since they would have the same song_id.
    songs: a table with title and artist; its first row is row 2 of the file.
    """
    rows = {}
    for row, names in enumerate(zip(songs["title"], songs["artist"])):
        key = folded(names[0]), folded(primary_artist(names[1])[0])
        first, spelling = rows.setdefault(key, (row, names))
        if first != row:
            raise ValueError(
                f"{file_name}, row {row + 2}: {names[0]!r} by {names[1]!r} appears twice, first in "
                f"row {first + 2} as {spelling[0]!r} by {spelling[1]!r}; title and artist together "
                "must be unique, whatever their case, blanks and encoding of accents. Remove one, "
                "or download the file again."
            )
