"""The songs of a history: which spellings are one song, and its tracks, artists and credits.

Two names are one song if title and primary artist are, whatever their case, blanks, accents'
encoding, and whatever either says about guests. What a song is called most often is shown.
"""

import json
import re
from collections import defaultdict

import pyarrow as pa

from ..music.credits import split_credits
from ..music.song_ids import song_ids, song_keys
from ..names import folded, normalised
from ..schema import TABLES, blank

GUESTS = re.compile(
    r"""\s*[(\[（【]\s*(?:feat|ft|featuring)\b[^)\]）】]*[)\]）】]
    |\s[-–—]\s(?:feat|ft|featuring)\b.*?(?=\s[-–—]\s|$)""",
    re.IGNORECASE | re.VERBOSE,
)
LONGEST_NAME = 300  # letters; a longer one is cut, so that no name fills the memory
CONTROLS = dict.fromkeys(map(ord, (chr(i) for i in (*range(32), *range(127, 160)))), " ")
UNKNOWN = ("release_date",)  # columns that are null, not 0, if a history does not say them
EMPTY = "?"  # a name of nothing but invisible letters


def clean(name):
    """A name without control characters, composed, in single blanks, of at most LONGEST_NAME."""
    return normalised(name[:LONGEST_NAME].translate(CONTROLS)) or EMPTY


def bare_title(title):
    """A title without what it says of guests, for comparison."""
    return GUESTS.sub("", title).strip() or title


def credits_of(title, artist, artists):
    """Artists of a song, the primary first. artists: JSON list of all, or None"""
    listed = [clean(name) for name in json.loads(artists)] if artists else []
    return listed if len(listed) > 1 else split_credits(artist, title)


def numbered_songs(names):
    """Number of the song of each spelling, and the songs.

    names  rows (title, artist, artists, n), the most frequent first
    Returns a list of numbers, and a list of (title, [artists]).
    """
    numbers, songs, by_key = [], [], {}
    for title, artist, artists, _ in names:
        title, artist = clean(title), clean(artist)
        credits = credits_of(title, artist, artists) or [artist]
        key = folded(bare_title(title)), folded(credits[0])
        if key not in by_key:
            by_key[key] = len(songs)
            songs.append((title, credits))
        numbers.append(by_key[key])
    return numbers, songs


def song_tables(songs, albums, lengths_ms, uris):
    """The tables tracks, artists and track_artists of some songs, as of a run; see docs/tables.md.

    songs       list of (title, [artists]), by track_id
    albums      track_id -> name of the album;  lengths_ms: track_id -> ms;  uris: track_id -> uri
    Returns name -> Arrow table. What a history does not say is "" or 0, such as the length of a
    track, a release date is null; tracks has the column uri too.
    """
    ids, names = {}, []
    for _, credits in songs:
        for artist in credits:
            if folded(artist) not in ids:
                ids[folded(artist)] = len(names)
                names.append(artist)
    tracks = track_columns(songs, albums, lengths_ms)
    credits = [
        (track, ids[folded(artist)], "featured" if place else "primary")
        for track, (_, artists) in enumerate(songs)
        for place, artist in enumerate(artists)
    ]
    track, artist, role = zip(*credits) if credits else ((), (), ())
    return {
        "tracks": filled_table("tracks", tracks, len(songs)).append_column(
            "uri", pa.array([uris.get(i, "") for i in range(len(songs))], pa.string())
        ),
        "artists": filled_table(
            "artists", {"artist_id": list(range(len(names))), "artist": names}, len(names)
        ),
        "track_artists": filled_table(
            "track_artists", {"track_id": track, "artist_id": artist, "role": role}, len(track)
        ),
    }


def track_columns(songs, albums, lengths_ms):
    """Columns of the table tracks that a history knows: name -> list."""
    titles = [title for title, _ in songs]
    artists = [credits for _, credits in songs]
    numbers = album_numbers(artists, albums)
    ids = song_ids(song_keys([names[0] for names in artists], titles)) if songs else []
    return {
        "track_id": list(range(len(songs))),
        "song_id": ids,
        "title": titles,
        "artists": artists,
        "album_id": numbers,
        "album": [albums.get(i, "") for i in range(len(songs))],
        "duration_ms": [lengths_ms.get(i, 0) for i in range(len(songs))],
    }


def album_numbers(artists, albums):
    """Number of the album of each track, by its name and primary artist; -1 for none."""
    numbers = defaultdict(lambda: len(numbers))
    return [
        numbers[folded(albums[i]), folded(names[0])] if i in albums else -1
        for i, names in enumerate(artists)
    ]


def filled_table(name, columns, n):
    """One of TABLES from the columns that are known; the others have their default."""
    arrays = [
        pa.array(columns[field.name]).cast(field.type)
        if field.name in columns
        else pa.nulls(n, field.type)
        if field.name in UNKNOWN
        else blank(field, n)
        for field in TABLES[name]
    ]
    return pa.table(arrays, TABLES[name].names)
