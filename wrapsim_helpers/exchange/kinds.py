"""What a file is, by its content; its name only helps where the content says nothing."""

import codecs
import csv
import re
from contextlib import suppress

from ..checking import json_value

# name of a kind -> keys that its rows have, the first match wins
JSON_KINDS = {
    "spotify_extended": {"ts", "ms_played"},
    "spotify_account": {"endTime", "msPlayed"},
    "payload": {"listen_type", "payload", "track_metadata"},
    "listenbrainz": {"listened_at", "track_metadata"},
    "maloja": {"scrobbles", "track", "time"},
}
NAMES = (  # names of files whose beginning may say nothing: (pattern, kind)
    (re.compile(r"Streaming_History_|end(song|video)_?\d*\.json", re.I), "spotify_extended"),
    (re.compile(r"StreamingHistory_?[a-z]*_?\d*\.json", re.I), "spotify_account"),
    (re.compile(r"listens/|_lb-[\d-]+\.json", re.I), "listenbrainz"),
    (re.compile(r"maloja_export", re.I), "maloja"),
)
ACCOUNT_FILE = re.compile(r"Userdata[^/]*\.json$", re.I)
WRAPPED_FILE = re.compile(r"Wrapped[ _-]?(\d{4})[^/]*\.json$", re.I)
KEY = re.compile(r'"(\w{1,60})"\s{0,40}:')
# headers of a CSV of scrobbles: what a column means -> its names
HEADERS = {
    "at": ("uts", "time", "timestamp", "listened_at", "utc_time", "date"),
    "artist": ("artist", "artist_name"),
    "title": ("track", "title", "track_name"),
    "album": ("album", "release", "release_name"),
}
DAY_AND_MONTH = re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4},? \d{1,2}:\d{2}")
LOG = "#AUDIOSCROBBLER/"


def kind_of_file(name, head):
    """Kind of a file: a key of JSON_KINDS, "csv", "log", "wrapped" or "account_holder"; "" if it is
    none.

    name  its path;  head  its first bytes
    """
    text = head_text(head).lstrip("\ufeff \t\r\n")
    if text[:1] in ("[", "{"):
        return json_kind(name, text)
    if text.startswith(LOG):
        return "log"
    return "csv" if csv_columns(text) else ""


def json_kind(name, text):
    """Kind of a JSON file by the keys in its beginning; if they say nothing, as in [], by
    its name.
    """
    keys = set(KEY.findall(text))
    for kind, needed in JSON_KINDS.items():
        if needed <= keys:
            return kind
    if WRAPPED_FILE.search(name):
        return "wrapped"
    if ACCOUNT_FILE.search(name):
        return "account_holder"
    return next((kind for pattern, kind in NAMES if pattern.search(name)), "")


def csv_columns(text):
    """Position of each column of a CSV of scrobbles: {"at": 0, ...}; {} if it is no such file.

    Without a header the columns are artist, album, title and time. A header may have a user's name
    behind a "#": "Date#kim".
    """
    with suppress(csv.Error, StopIteration):
        row = next(csv.reader([text.split("\n", 1)[0]], delimiter=delimiter_of(text)))
        names = [cell.partition("#")[0].strip().casefold() for cell in row]
        places = {
            column: names.index(next(known for known in allowed if known in names))
            for column, allowed in HEADERS.items()
            if set(allowed) & set(names)
        }
        if {"at", "artist", "title"} <= places.keys():
            return places
        if len(row) == 4 and DAY_AND_MONTH.fullmatch(row[3].strip()):
            return {"artist": 0, "album": 1, "title": 2, "at": 3}
    return {}


def has_header(text):
    """Whether the first line of a CSV of scrobbles names its columns."""
    return not DAY_AND_MONTH.search(text.split("\n", 1)[0])


def delimiter_of(text):
    """The character between the cells of a CSV: the most frequent in its first line."""
    return max(",;\t", key=text.split("\n", 1)[0].count)


# -- encodings -------------------------------------------------------------------------------------

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def head_text(head):
    """The first bytes of a file as text."""
    return head.decode(encoding_of_head(head), errors="replace")


def encoding_of_head(head):
    """Encoding of a text by its first bytes: by its byte order mark, by zeros between its letters,
    else UTF-8 if they are that, else cp1252.
    """
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    if head[1:2] == b"\0" and head[:1] > b"\0":
        return "utf-16-le"
    if head[:1] == b"\0" and head[1:2] > b"\0":
        return "utf-16-be"
    return encoding_of_chunks([head])


def encoding_of(file):
    """Encoding of a whole text file, see `encoding_of_head`.

    A file with other letters in UTF-8 near its first wrong byte, or before it, is UTF-8.
    """
    with file.open("rb") as data:
        first = encoding_of_head(data.read(65_536))
        data.seek(0)
        chunks = iter(lambda: data.read(1 << 20), b"")
        return encoding_of_chunks(chunks) if first in ("utf-8", "cp1252") else first


def encoding_of_chunks(chunks):
    """ "utf-8" or "cp1252", whichever the bytes are."""
    decoder, other_letters = codecs.getincrementaldecoder("utf-8")(), False
    for chunk in chunks:
        try:
            other_letters |= not decoder.decode(chunk).isascii()
        except UnicodeDecodeError:
            others = other_letters or not chunk.decode("utf-8", errors="ignore").isascii()
            return "utf-8" if others else "cp1252"
    return "utf-8"


def dict_in(file, most=4 << 20):
    """The dict in a JSON file, {} if it holds none or is larger than `most` bytes."""
    with file.open("rb") as data:
        text = data.read(most)
    with suppress(ValueError):
        value = json_value(text.decode(encoding_of_head(text), errors="replace"))
        return value if isinstance(value, dict) else {}
    return {}
