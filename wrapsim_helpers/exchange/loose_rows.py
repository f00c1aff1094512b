"""Rows of the files that DuckDB cannot read by itself: damaged JSON, lists inside JSON, CSV and
.scrobbler.log, in batches of text columns.

A row is a dict of column -> text or None. What cannot be read as a row is None, and is reported.
"""

import csv
import json
import re

import pyarrow as pa

from .kinds import csv_columns, delimiter_of, encoding_of, has_header

CHUNK = 1 << 20  # characters read at once, and the longest row
MOST_DAMAGED = 100  # damaged rows of a file after which the rest is given up
BATCH = 50_000  # rows of a table
BLANK = re.compile(r"[\s,\ufeff\0]*")
NEXT_ROW = re.compile(r"\n\s*\{")
LIST_OR_LINES = re.compile(r"\A[\s\ufeff]*(?:\[|(?=\{))")
LISTS = {  # kind -> where its list of rows begins, if not at the beginning
    "payload": re.compile(r'"payload"\s*:\s*\['),
    "maloja": re.compile(r'"scrobbles"\s*:\s*\['),
}
SCROBBLE = ("at", "artist", "artists", "album", "title", "length", "played", "rating", "zone")


def as_text(value):
    """A JSON value as text; None stays None."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode()


def batches(rows, columns):
    """Yield Arrow tables of rows: row (from 1), the columns as text, and damaged, a boolean."""
    batch, first = [], 1
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield table_of_rows(batch, columns, first)
            batch, first = [], first + BATCH
    if batch:
        yield table_of_rows(batch, columns, first)


def table_of_rows(rows, columns, first):
    """Rows as an Arrow table, see `batches`."""
    values = {
        name: pa.array([as_text((row or {}).get(name)) for row in rows], pa.string())
        for name in columns
    }
    numbers = pa.array(range(first, first + len(rows)), pa.int64())
    damaged = pa.array([row is None for row in rows])
    return pa.table({"row": numbers, **values, "damaged": damaged})


def loose_rows(kind, file):
    """Yield the rows of a file of a kind, a dict each, None for what is no row."""
    with file.open(encoding=encoding_of(file), errors="replace", newline="") as text:
        if kind == "csv":
            yield from csv_scrobbles(text)
        elif kind == "log":
            yield from log_scrobbles(text)
        elif kind == "maloja":
            yield from map(maloja_row, json_rows(text, LISTS[kind]))
        else:
            yield from json_rows(text, LISTS.get(kind, LIST_OR_LINES))


# -- JSON ------------------------------------------------------------------------------------------


def json_rows(text, opening):
    """Yield the objects of a JSON list, or of JSON lines, as dicts; None for anything else.

    Behind a damaged object it goes on at the next line that begins with a brace. A list that is
    cut off ends with None.
    """
    buffer = text.read(CHUNK)
    start = opening.search(buffer)
    if not start:
        yield None
        return
    is_list, at, n_damaged, row = start[0].endswith("["), start.end(), 0, {}
    while True:
        at = BLANK.match(buffer, at).end()
        if len(buffer) - at < CHUNK and (more := text.read(CHUNK)):
            buffer, at = buffer[at:] + more, 0
            continue
        if at == len(buffer) and is_list and row is not None:
            yield None
        if at == len(buffer) or is_list and buffer[at] == "]":
            return
        row, at = next_row(buffer, at)
        yield row
        n_damaged += row is None
        if n_damaged == MOST_DAMAGED:
            return


def next_row(buffer, at):
    """(the object that begins at a position, the position behind it); None for anything else."""
    try:
        value, end = json.JSONDecoder().raw_decode(buffer, at)
        return (value if isinstance(value, dict) else None), end
    except (ValueError, RecursionError):
        following = NEXT_ROW.search(buffer, at + 1)
        return None, following.start() if following else len(buffer)


def maloja_row(row):
    """A scrobble of Maloja as a row of the columns SCROBBLE; None if it is none."""
    track = row.get("track") if row else None
    if not isinstance(track, dict):
        return None
    album, artists = track.get("album"), track.get("artists")
    names = [name for name in artists if isinstance(name, str)] if isinstance(artists, list) else []
    return {
        "at": row.get("time"),
        "artist": names[0] if names else None,
        "artists": names,
        "album": album.get("albumtitle") if isinstance(album, dict) else None,
        "title": track.get("title"),
        "length": track.get("length"),
        "played": row.get("duration"),
    }


# -- lines -----------------------------------------------------------------------------------------


def bounded_lines(text):
    """Yield the lines of a text, each at most CHUNK long."""
    yield from iter(lambda: text.readline(CHUNK), "")


def csv_scrobbles(text):
    """Yield the scrobbles of a CSV as rows of the columns SCROBBLE."""
    lines = (line.lstrip("\ufeff \t\r\n") for line in bounded_lines(text))
    head = next(filter(None, lines), "")  # blank lines may come first
    columns = csv_columns(head)
    cells = csv.reader(chained(head, text), delimiter=delimiter_of(head))
    n_damaged = 0
    if has_header(head):
        next(cells)
    while n_damaged < MOST_DAMAGED:
        try:
            row = next(cells)
        except StopIteration:
            return
        except csv.Error:
            row, n_damaged = ["?"], n_damaged + 1
        if row:
            yield scrobble_of(row, columns)


def chained(first, text):
    """Yield a first line, then the lines of a text."""
    yield first
    yield from bounded_lines(text)


def scrobble_of(cells, columns):
    """Cells of a CSV as a row; None if it has too few cells, or if the columns are not known."""
    if not columns or len(cells) <= max(columns[name] for name in ("at", "artist", "title")):
        return None
    return {name: cells[at] for name, at in columns.items() if at < len(cells)}


def log_scrobbles(text):
    """Yield the lines of a .scrobbler.log as rows of the columns SCROBBLE."""
    zone = ""
    for line in bounded_lines(text):
        line = line.rstrip("\r\n")
        if line.startswith("#TZ/"):
            zone = line[4:].strip().upper()
        elif line and not (line.startswith("#") and "\t" not in line):
            yield log_row(line.lstrip("\ufeff").split("\t"), zone)


def log_row(cells, zone):
    """The fields of a line as a row; None if they are too few."""
    if len(cells) < 7:
        return None
    artist, album, title, _, length, rating, at = cells[:7]
    names = {"artist": artist, "album": album, "title": title}
    return names | {"at": at, "length": length, "rating": rating, "zone": zone}
