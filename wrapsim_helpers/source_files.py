"""Source files that users name: find and read a file, and check the cells of a CSV or Excel
file.
"""

import csv
import hashlib
import io
import os
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import openpyxl

from .checking import check_file, check_path, near_names
from .resources import resource

# kind of source file -> (bundled file, what a caller may give)
SOURCES = {
    "survey": (
        ("data", "spotify_data.csv"),
        "the survey file (.csv or .xlsx), or leave survey_path empty for the bundled one.",
    ),
    "songs": (
        ("data", "spotify_2000.csv"),
        "the songs file (.csv or .xlsx), or leave songs_path empty for the bundled one.",
    ),
    "personas": (
        ("data", "behaviour", "personas.yaml"),
        "a YAML file, 'bundled' for the bundled one, or '' for no personas.",
    ),
}


MOJIBAKE = re.compile("Ã[\u0080-¿]|â€|Â[\u0080-¿]")  # UTF-8 that was once decoded as cp1252


@dataclass(frozen=True)
class SourceFile(os.PathLike):
    """A source file that was read: its path and its bytes. Two with the same bytes and suffix are
    equal.

    A run accepts it in place of a path, so that the whole run uses the same bytes.
    """

    path: Path = field(compare=False)
    suffix: str
    data: bytes = field(repr=False)

    def __fspath__(self):
        return str(self.path)

    @property
    def name(self):
        """Name of the file, for messages."""
        return self.path.name

    @property
    def sha256(self):
        """SHA-256 of the bytes, as hexadecimal text."""
        return hashlib.sha256(self.data).hexdigest()


def read_source(what, path=""):
    """The `SourceFile` at a path; "" means the bundled one. what: a name in SOURCES"""
    if isinstance(path, SourceFile):
        return path
    path = source_path(what, path)
    return SourceFile(path, path.suffix.casefold(), path.read_bytes())


def source_of(run, what):
    """The `SourceFile` of a run. what: a name in SOURCES"""
    path = getattr(run, f"{what}_path")
    return read_source(what, "" if (what, path) == ("personas", "bundled") else path)


def sources_of(run):
    """Every source file of a run: name in SOURCES -> `SourceFile`; no personas if it has none."""
    return {
        name: source_of(run, name)
        for name in SOURCES
        if name != "personas" or run.personas_path != ""
    }


def with_read_sources(run):
    """The same run with its source files read, so that later changes on disk have no effect."""
    sources = {f"{name}_path": source for name, source in sources_of(run).items()}
    return replace(run, catalogue_tracks=run.invented_tracks, **sources)


def source_path(what, path=""):
    """Path of a source file, ignoring the case of its name; "" means the bundled one."""
    bundled, allowed = SOURCES[what]
    path = check_path(f"{what}_path", path).absolute() if path != "" else resource(*bundled)
    if path.is_file():
        return path
    for file in path.parent.glob("*"):
        if file.name.casefold() == path.name.casefold() and file.is_file():
            return file
    return check_file(f"{what}_path", path, f"Give the path of {allowed}")


# -- cells -----------------------------------------------------------------------------------------


def read_cells(source, wanted):
    """The wanted columns of a .csv or .xlsx `SourceFile`: wanted name -> list of texts. Other
    columns are ignored.
    """
    readers = {".csv": csv_rows, ".xlsx": xlsx_rows}
    if source.suffix not in readers:
        raise ValueError(
            f"{source.name} ends in {source.suffix!r}; the file must be .csv or .xlsx."
        )
    header, *rows = readers[source.suffix](source) or [[]]
    positions = column_positions(source, header, wanted)
    if not rows:
        raise ValueError(f"{source.name} has a header but no rows; download it again.")
    return {name: [row[positions[name]] for row in rows] for name in wanted}


def csv_rows(source):
    """Rows of a comma-separated UTF-8 file, header first.

    Raises ValueError with the line of the first row that has more or fewer fields than the header.
    """
    text = decoded(source)
    check_separator(source, text.split("\n", 1)[0])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                check_width(source, reader.line_num, row, rows[0])
    except csv.Error as error:
        raise ValueError(
            f"{source.name}, line {reader.line_num}: {error}. The file is cut off or damaged; "
            f"download it again."
        ) from None
    if not text.endswith(("\n", "\r")):
        raise ValueError(
            f"{source.name} does not end with a line break, so its last row may be cut off: "
            "download it again, or add a line break if the row is complete."
        )
    return rows


def check_separator(source, first_line):
    """Raise ValueError if semicolons or tabs, not commas, separate the columns."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if first_line.count(mark) > first_line.count(","):
            raise ValueError(
                f"{source.name} is separated by {name}; it must be separated by commas. "
                "A spreadsheet saved it that way: download it again, or save it as 'CSV UTF-8 "
                "(comma delimited)'."
            )


def decoded(source):
    """Text of a UTF-8 file, with or without byte order mark. Raises ValueError if it is empty or in
    another encoding.
    """
    data = source.data
    if not data.strip():
        raise ValueError(f"{source.name} is empty; download it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{source.name}, line {line}: byte 0x{data[error.start]:02X} is not UTF-8. The file "
            "was saved in another encoding, probably cp1252: download it again, or save it as "
            "'CSV UTF-8'."
        ) from None
    broken = MOJIBAKE.search(text)
    if broken:
        line = text.count("\n", 0, broken.start()) + 1
        raise ValueError(
            f"{source.name}, line {line}: {broken.group()!r} is UTF-8 text that was decoded as "
            "cp1252 and saved again; download the file again."
        )
    return text


def check_width(source, line, row, header):
    """Raise ValueError unless a row has as many fields as the header."""
    if len(row) != len(header):
        raise ValueError(
            f"{source.name}, line {line}: {len(row)} fields, but the header has {len(header)}. "
            "The file is cut off or damaged; download it again."
        )


def xlsx_rows(source):
    """Rows of a workbook's first sheet as text, without empty rows."""
    try:
        book = openpyxl.load_workbook(io.BytesIO(source.data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl raises zipfile, key and XML errors
        raise ValueError(
            f"{source.name} is not an .xlsx workbook ({error}); download it again."
        ) from None
    rows = (
        ["" if cell is None else str(cell) for cell in row]
        for row in sheet.iter_rows(values_only=True)
    )
    return list(filter(any, rows))


def column_positions(source, header, wanted):
    """Wanted column -> its position in the header.

    Raises ValueError with the first missing column and the nearest one in the file.
    """
    positions = {name.strip().casefold(): position for position, name in enumerate(header)}
    missing = [name for name in wanted if name.casefold() not in positions]
    if missing:
        unknown = positions.keys() - set(map(str.casefold, wanted))
        near = near_names(missing[0].casefold(), unknown)
        hint = f" The nearest is {header[positions[near[0]]]!r}." if near else ""
        raise ValueError(
            f"{source.name} has no column {missing[0]!r} ({len(missing)} of {len(wanted)} expected "
            f"columns are missing).{hint} It must have: {', '.join(wanted)}."
        )
    return {name: positions[name.casefold()] for name in wanted}
