"""Reads the two source files, the bundled ones or the originals as downloaded, and refuses what it cannot trust.

The originals have quirks that a plain `pd.read_csv` gets wrong: `None` is an answer and not a gap, four survey
columns hold several answers in one cell, some answers carry commas or trailing blanks, the songs file begins with
a byte order mark and writes four lengths as "1,412". data/README.md is the codebook. Rows are counted as a
spreadsheet counts them, the header being row 1.
"""

import csv
import difflib
import io
import re
from pathlib import Path

import openpyxl
import pandas as pd

from .arguments import check_path, front_door
from .resources import resource
from .run import check_choice

BUNDLED = {"survey": "spotify_data.csv", "songs": "spotify_2000.csv"}
SHORTEST_SONG_S, LONGEST_SONG_S = 60, 7200
MOJIBAKE = re.compile("Ã[\u0080-¿]|â€|Â[\u0080-¿]")     # UTF-8 that was once read as cp1252

GENRES = {"Melody": "Melody", "classical": "Classical", "Pop": "Pop", "Rap": "Rap",
          "Electronic/Dance": "Electronic/Dance", "Rock": "Rock", "Kpop": "K-pop", "All": "All",
          "Classical & melody, dance": "Classical & melody, dance", "Old songs": "Old songs",
          "trending songs random": "Trending songs"}
AGE_BANDS = ("6-12", "12-20", "20-35", "35-60", "60+")
SINGLE = "single"        # one answer out of a closed set
OPEN = "open"            # one answer, free text occurs
SEVERAL = "several"      # answers joined by commas

# header -> (our name, kind, what is known of the answers: for single ones, answer in the file -> ours)
SURVEY = {
    "Age": ("age_band", SINGLE, {band: band for band in AGE_BANDS}),
    "Gender": ("gender", SINGLE, {"Female": "female", "Male": "male", "Others": "other"}),
    "spotify_usage_period": ("usage_period", SINGLE, {text: text for text in (
        "Less than 6 months", "6 months to 1 year", "1 year to 2 years", "More than 2 years")}),
    "spotify_listening_device": ("devices", SEVERAL, (
        "Smartphone", "Computer or laptop", "Smart speakers or voice assistants", "Wearable devices")),
    "spotify_subscription_plan": ("plan", SINGLE, {"Free (ad-supported)": "free", "Premium (paid subscription)": "premium"}),
    "premium_sub_willingness": ("willing", SINGLE, {"Yes": "yes", "No": "no"}),
    "preffered_premium_plan": ("wanted_plan", SINGLE, {
        "None": "none", "Individual Plan- Rs 119/ month": "individual", "Student Plan-Rs 59/month": "student",
        "Duo plan- Rs 149/month": "duo", "Family Plan-Rs 179/month": "family"}),
    "preferred_listening_content": ("content", SINGLE, {"Music": "music", "Podcast": "podcast"}),
    "fav_music_genre": ("genre", SINGLE, GENRES),
    "music_time_slot": ("time_slot", SINGLE, {slot: slot for slot in ("Morning", "Afternoon", "Night")}),
    "music_Influencial_mood": ("moods", SEVERAL, (
        "Relaxation and stress relief", "Uplifting and motivational", "Sadness or melancholy", "Social gatherings or parties")),
    "music_lis_frequency": ("situations", SEVERAL, (
        "While Traveling", "leisure time", "Workout session", "Office hours", "Study Hours")),
    "music_expl_method": ("discovery", SEVERAL, ("recommendations", "Playlists", "Radio", "Others")),
    "music_recc_rating": ("recommendation_rating", SINGLE, {str(n): str(n) for n in range(1, 6)}),
    "pod_lis_frequency": ("podcast_frequency", SINGLE, {text: text for text in (
        "Never", "Rarely", "Once a week", "Several times a week", "Daily")}),
    "fav_pod_genre": ("podcast_genre", OPEN, None),
    "preffered_pod_format": ("podcast_format", OPEN, None),
    "pod_host_preference": ("podcast_hosts", OPEN, None),
    "preffered_pod_duration": ("podcast_length", OPEN, None),
    "pod_variety_satisfaction": ("podcast_satisfaction", OPEN, None),
}

# header -> (our name, lowest, highest); None for text
SONGS = {
    "Index": ("index", 0, 10**9), "Title": ("title", None, None), "Artist": ("artist", None, None),
    "Top Genre": ("genre", None, None), "Year": ("year", 1860, 2100), "Beats Per Minute (BPM)": ("bpm", 0, 400),
    "Energy": ("energy", 0, 100), "Danceability": ("danceability", 0, 100), "Loudness (dB)": ("loudness", -80, 20),
    "Liveness": ("liveness", 0, 100), "Valence": ("valence", 0, 100),
    "Length (Duration)": ("duration_s", SHORTEST_SONG_S, LONGEST_SONG_S), "Acousticness": ("acousticness", 0, 100),
    "Speechiness": ("speechiness", 0, 100), "Popularity": ("popularity", 0, 100),
}


@front_door
def load_survey(path=""):
    """Who listens, and to what? The listening survey as a clean table, one row per respondent.

    path  .csv or .xlsx; "" reads the bundled, invented survey

    Returns a DataFrame: `row` int, then one column per question under the names in SURVEY. Single answers are
    categories, questions with several answers hold tuples of text. The answer "None" stays an answer.
    Raises FileNotFoundError for a missing file, ValueError for one that is not this survey.
    """
    path = source_path("survey", path)
    cells = read_cells(path, SURVEY)
    frame = pd.DataFrame({name: answers(path, cells[header], header, kind, known)
                          for header, (name, kind, known) in SURVEY.items()})
    frame.insert(0, "row", range(len(frame)))
    return frame


@front_door
def load_songs(path=""):
    """What is there to hear? The songs file as a clean table, one row per song.

    path  .csv or .xlsx; "" reads the bundled, invented catalogue

    Returns a DataFrame: title, artist, genre text; index, year, bpm, energy, danceability, loudness (dB), liveness,
    valence, duration_s (seconds), acousticness, speechiness, popularity int64; scores run from 0 to 100.
    Raises FileNotFoundError for a missing file, ValueError for one that is not this catalogue.
    """
    path = source_path("songs", path)
    cells = read_cells(path, SONGS)
    frame = pd.DataFrame({name: cells[header] if low is None else whole_numbers(path, cells[header], header, low, high)
                          for header, (name, low, high) in SONGS.items()})
    check_songs(path, frame)
    return frame


def source_path(what, path=""):
    """Path of a source file, whatever the capitals of its name; "" means the bundled one."""
    path = check_path(f"{what}_path", path).absolute() if path != "" else resource("data", BUNDLED[what])
    if path.is_file():
        return path
    alike = [other for other in path.parent.glob("*") if other.name.casefold() == path.name.casefold() and other.is_file()]
    if alike:
        return alike[0]
    raise FileNotFoundError(f"{what}_path is {str(path)!r}, and there is no such file. Give the path of the {what} file "
                            f"(.csv or .xlsx), or leave {what}_path empty for the bundled one.")


# -- cells --------------------------------------------------------------------------------------------

def read_cells(path, wanted):
    """The wanted columns of a .csv or .xlsx file as lists of text, by header as wanted; others are ignored."""
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
    """Rows of a comma-separated UTF-8 file, every row as wide as the header; ValueError names the line otherwise."""
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
        raise ValueError(f"{path.name}, line {reader.line_num}: {error}. The file is cut off or damaged; download it again."
                         ) from None
    if not text.endswith(("\n", "\r")):
        raise ValueError(f"{path.name} does not end with a line end, so its last row may be cut off: download it again, "
                         "or add a line end where it is whole.")
    return rows


def check_separator(path, first_line):
    """Nothing where commas separate the columns; ValueError for semicolons or tabs."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if first_line.count(mark) > first_line.count(","):
            raise ValueError(f"{path.name} is separated by {name}; it must be separated by commas. "
                             "A spreadsheet saved it that way: download it again, or save it as 'CSV UTF-8 (comma delimited)'.")


def decoded(path):
    """Text of a UTF-8 file, with or without byte order mark; ValueError where it is empty or in another encoding."""
    data = path.read_bytes()
    if not data.strip():
        raise ValueError(f"{path.name} is empty; download it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[:error.start].count(b"\n") + 1
        raise ValueError(f"{path.name}, line {line}: byte 0x{data[error.start]:02X} is not UTF-8. The file was saved in another "
                         "encoding, probably cp1252: download it again, or save it as 'CSV UTF-8'.") from None
    broken = MOJIBAKE.search(text)
    if broken:
        line = text.count("\n", 0, broken.start()) + 1
        raise ValueError(f"{path.name}, line {line}: {broken.group()!r} is a letter that was read as cp1252 and saved again; "
                         "download the file again.")
    return text


def check_width(path, line, row, header):
    """Nothing where a row is as wide as the header; ValueError otherwise."""
    if len(row) != len(header):
        raise ValueError(f"{path.name}, line {line}: {len(row)} fields where the header has {len(header)}. "
                         "The file is cut off or damaged; download it again.")


def xlsx_rows(path):
    """Rows of a workbook's first sheet as text; empty rows at the end are left away."""
    try:
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    except Exception as error:       # openpyxl raises zipfile, key and XML errors alike
        raise ValueError(f"{path.name} is not an .xlsx workbook ({error}); download it again.") from None
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows if any(row)]


def column_positions(path, header, wanted):
    """Where each wanted column stands; ValueError names the first one that is missing and the nearest there is."""
    found = {name.strip().casefold(): position for position, name in enumerate(header)}
    missing = [name for name in wanted if name.casefold() not in found]
    if missing:
        others = [name for name in found if name not in {known.casefold() for known in wanted}]
        near = difflib.get_close_matches(missing[0].casefold(), others, n=1)
        hint = f" The nearest is {header[found[near[0]]]!r}." if near else ""
        raise ValueError(f"{path.name} has no column {missing[0]!r} ({len(missing)} of {len(wanted)} expected columns are missing)."
                         f"{hint} It must have: {', '.join(wanted)}.")
    return {name: found[name.casefold()] for name in wanted}


# -- survey answers -----------------------------------------------------------------------------------

def answers(path, cells, header, kind, known):
    """One column of the survey in our words: categories, or tuples of text where several answers are allowed."""
    texts = [cell.strip() for cell in cells]
    if kind == SEVERAL:
        return [ticked(text, known) for text in texts]
    if kind == OPEN:
        return pd.Categorical(texts)
    folded = {answer.casefold(): ours for answer, ours in known.items()}
    for row, text in enumerate(texts):
        if text.casefold() not in folded:
            raise ValueError(f"{path.name}, row {row + 2}: {header} is {text!r}; " + allowed_answers(header, text, known))
    return pd.Categorical([folded[text.casefold()] for text in texts], categories=list(known.values()))


def ticked(text, options):
    """The answers in a cell that holds several, joined by commas; free text keeps its own commas. A tuple of text."""
    found = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if found and part not in options and found[-1] not in options:
            found[-1] += f", {part}"
        else:
            found.append(part)
    return tuple(found)


def allowed_answers(header, text, known):
    """What an answer must be, and why it may not be."""
    if header == "Age" and re.fullmatch(r"\d{1,2}-\w{3}|\w{3}-\d{2}|\d{4}-.*", text):
        return "a spreadsheet turned the age band into a date. Download the file again and do not open it in a spreadsheet."
    return f"it must be one of {', '.join(map(repr, known))}. Correct it, or download the file again."


def check_genre(name, genre):
    """A survey genre in our spelling, whatever its capitals; ValueError with the nearest names otherwise."""
    if str(genre).casefold() in {raw.casefold() for raw in GENRES}:
        return next(ours for raw, ours in GENRES.items() if raw.casefold() == str(genre).casefold())
    return check_choice(name, genre, tuple(GENRES.values()))


# -- songs --------------------------------------------------------------------------------------------

def whole_numbers(path, cells, header, low, high):
    """One column of whole numbers between low and high, thousands commas allowed, int64; ValueError names the row."""
    numbers = []
    for row, cell in enumerate(cells):
        text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", cell.strip()).removesuffix(".0")
        if not re.fullmatch(r"-?\d+", text) or not low <= int(text) <= high:
            raise ValueError(f"{path.name}, row {row + 2}: {header} is {cell!r}; it must be a whole number from {low} to {high}. "
                             "Correct it, or download the file again.")
        numbers.append(int(text))
    return pd.array(numbers, dtype="int64")


def check_songs(path, songs):
    """Nothing where every song has title, artist and genre and stands once; ValueError names the row otherwise."""
    for name in ("title", "artist", "genre"):
        empty = songs.index[songs[name].str.strip() == ""]
        if len(empty):
            raise ValueError(f"{path.name}, row {empty[0] + 2}: {name} is empty; every song needs one. Correct it, or download the file again.")
    twice = songs[songs.duplicated(["title", "artist"])]
    if len(twice):
        raise ValueError(f"{path.name}, row {twice.index[0] + 2}: {twice.iloc[0].title!r} by {twice.iloc[0].artist!r} stands twice; "
                         "title and artist together must be unique. Remove one, or download the file again.")
