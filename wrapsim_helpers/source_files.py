"""Reads cells of the survey and songs files as users give them, CSV or Excel, and refuses what
cannot be trusted.
"""

import csv
import difflib
import io
import re

import openpyxl

from .checking import check_path
from .resources import resource

BUNDLED = {"survey": "spotify_data.csv", "songs": "spotify_2000.csv"}


MOJIBAKE = re.compile("Ã[\u0080-¿]|â€|Â[\u0080-¿]")  # UTF-8 that was once read as cp1252


def source_path(what, path=""):
    """Path of a source file, whatever the capitals of its name; "" means the bundled one."""
    path = (
        check_path(f"{what}_path", path).absolute()
        if path != ""
        else resource("data", BUNDLED[what])
    )
    if path.is_file():
        return path
    alike = [
        other
        for other in path.parent.glob("*")
        if other.name.casefold() == path.name.casefold() and other.is_file()
    ]
    if alike:
        return alike[0]
    raise FileNotFoundError(
        f"{what}_path is {str(path)!r}, and there is no such file. Give the path of the {what} "
        f"file "
        f"(.csv or .xlsx), or leave {what}_path empty for the bundled one."
    )


# -- cells -----------------------------------------------------------------------------------------


def read_cells(path, wanted):
    """The wanted columns of a .csv or .xlsx file as lists of text, by header as wanted; others are
    ignored.
    """
    readers = {".csv": csv_rows, ".xlsx": xlsx_rows}
    suffix = path.suffix.casefold()
    if suffix not in readers:
        raise ValueError(f"{path.name} ends in {suffix!r}; the file must be .csv or .xlsx.")
    header, *rows = readers[suffix](path) or [[]]
    positions = column_positions(path, header, wanted)
    if not rows:
        raise ValueError(f"{path.name} has a header but no rows; download it again.")
    return {name: [row[positions[name]] for row in rows] for name in wanted}


def csv_rows(path):
    """Rows of a comma-separated UTF-8 file, every row as wide as the header; ValueError names the
    line otherwise.
    """
    text = decoded(path)
    check_separator(path, text.split("\n", 1)[0])
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                check_width(path, reader.line_num, row, rows[0])
    except csv.Error as error:
        raise ValueError(
            f"{path.name}, line {reader.line_num}: {error}. The file is cut off or damaged; "
            f"download it again."
        ) from None
    if not text.endswith(("\n", "\r")):
        raise ValueError(
            f"{path.name} does not end with a line end, so its last row may be cut off: download "
            f"it "
            f"again, "
            "or add a line end where it is whole."
        )
    return rows


def check_separator(path, first_line):
    """Nothing where commas separate the columns; ValueError for semicolons or tabs."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if first_line.count(mark) > first_line.count(","):
            raise ValueError(
                f"{path.name} is separated by {name}; it must be separated by commas. "
                "A spreadsheet saved it that way: download it again, or save it as 'CSV UTF-8 "
                "(comma delimited)'."
            )


def decoded(path):
    """Text of a UTF-8 file, with or without byte order mark; ValueError where it is empty or in
    another encoding.
    """
    data = path.read_bytes()
    if not data.strip():
        raise ValueError(f"{path.name} is empty; download it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ValueError(
            f"{path.name}, line {line}: byte 0x{data[error.start]:02X} is not UTF-8. The file was "
            f"saved in another "
            "encoding, probably cp1252: download it again, or save it as 'CSV UTF-8'."
        ) from None
    broken = MOJIBAKE.search(text)
    if broken:
        line = text.count("\n", 0, broken.start()) + 1
        raise ValueError(
            f"{path.name}, line {line}: {broken.group()!r} is a letter that was read as cp1252 and "
            f"saved again; "
            "download the file again."
        )
    return text


def check_width(path, line, row, header):
    """Nothing where a row is as wide as the header; ValueError otherwise."""
    if len(row) != len(header):
        raise ValueError(
            f"{path.name}, line {line}: {len(row)} fields where the header has {len(header)}. "
            "The file is cut off or damaged; download it again."
        )


def xlsx_rows(path):
    """Rows of a workbook's first sheet as text; empty rows at the end are left away."""
    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except Exception as error:  # openpyxl raises zipfile, key and XML errors alike
        raise ValueError(
            f"{path.name} is not an .xlsx workbook ({error}); download it again."
        ) from None
    rows = [
        ["" if cell is None else str(cell) for cell in row]
        for row in sheet.iter_rows(values_only=True)
    ]
    return [row for row in rows if any(row)]


def column_positions(path, header, wanted):
    """Where each wanted column stands; ValueError names the first one that is missing and the
    nearest there is.
    """
    found = {name.strip().casefold(): position for position, name in enumerate(header)}
    missing = [name for name in wanted if name.casefold() not in found]
    if missing:
        others = [name for name in found if name not in {known.casefold() for known in wanted}]
        near = difflib.get_close_matches(missing[0].casefold(), others, n=1)
        hint = f" The nearest is {header[found[near[0]]]!r}." if near else ""
        raise ValueError(
            f"{path.name} has no column {missing[0]!r} ({len(missing)} of {len(wanted)} expected "
            f"columns are missing)."
            f"{hint} It must have: {', '.join(wanted)}."
        )
    return {name: found[name.casefold()] for name in wanted}
