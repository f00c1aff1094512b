"""Print what a program of other people reads in an export, as JSON: `python other_readers.py
PROGRAM FILE`, in the environment of interop.txt.
"""

import json
import sqlite3
import sys
import tempfile
from pathlib import Path


def spotify_history_reader(path):
    """Rows of the extended history: [end in seconds, title, artist, album, URI, milliseconds]."""
    from spotify_history_reader import SpotifyHistoryReader

    with SpotifyHistoryReader() as reader:
        reader.add_source_zip(path)
        return [
            [
                *(play.timestamp.timestamp(), play.track.name, play.track.artist),
                *(play.track.album, play.track.uri, play.playback.ms_played),
            ]
            for play in reader.read(strict=True)
        ]


def spotify_to_sqlite(path):
    """Rows of account data: table -> list of rows."""
    from spotify_to_sqlite.utils import convert_export

    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "account.db"
        convert_export(Path(path), database)
        connection = sqlite3.connect(database)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        return {
            name: connection.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()
            for name in names
            if not name.startswith("sqlite_")
        }


def pyscrobbler(path):
    """Rows of a log: [start in seconds, artist, album, title, track number, seconds]."""
    from krautcat.lastfm.scrobbler import ScrobblingEntries

    keys = ("artist", "album", "title", "track_number", "duration")
    return [
        [row["timestamp"].timestamp(), *(row[key] for key in keys)]
        for row in ScrobblingEntries(Path(path)).entries
    ]


if __name__ == "__main__":
    programs = {f.__name__: f for f in (spotify_history_reader, spotify_to_sqlite, pyscrobbler)}
    print("\n" + json.dumps(programs[sys.argv[1]](sys.argv[2])))
