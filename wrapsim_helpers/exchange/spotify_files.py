"""The files of the service's own exports: extended history and account data, current and older."""

import json

import numpy as np

from ..instants import MS
from .export_formats import (
    ACCOUNT_FOLDER,
    ACCOUNT_KEYS,
    AUDIOBOOK_KEYS,
    AUTHOR,
    ENDSONG_KEYS,
    EXTENDED_FOLDER,
    EXTENDED_KEYS,
    EXTENDED_READ_ME,
    OLD_FOLDER,
    PART_BYTES,
    PART_ROWS,
    PODCAST_KEYS,
    USER_AGENT,
)
from .export_rows import filled_column, not_none, objects, picked_rows
from .read_me import pdf_bytes

ENCODER = json.JSONEncoder(ensure_ascii=False)


# -- rows as JSON ----------------------------------------------------------------------------------


def json_texts(values):
    """The JSON text of each value of a column, a list."""
    column = values.tolist()
    if values.dtype != object:
        return list(map(str, column))
    known = {value: json_text(value) for value in set(column)}
    return [known[value] for value in column]


def json_text(value):
    """A text, whole number, bool or None as JSON."""
    return str(value) if type(value) is int else ENCODER.encode(value)


def json_objects(rows, keys):
    """Each row as the bytes of an object in a pretty-printed JSON array, with the keys in order.

    They equal what `json.dumps` writes with an indent of 2, in a tenth of the time.
    """
    template = "  {\n" + ",\n".join(f'    "{key}": %s' for key in keys) + "\n  }"
    columns = [json_texts(rows[key]) for key in keys]
    return [(template % values).encode() for values in zip(*columns)]


def array_bytes(texts):
    """A JSON array of objects, as from `json_objects`, as the bytes of a file."""
    return b"[\n" + b",\n".join(texts) + b"\n]\n" if texts else b"[]\n"


def parts_by_bytes(texts):
    """Slices of objects, as from `json_objects`, for files of at most about PART_BYTES."""
    numbers = np.cumsum([len(data) for data in texts]) // PART_BYTES
    borders = [0, *np.flatnonzero(np.diff(numbers)) + 1, len(texts)]
    return [slice(*both) for both in zip(borders, borders[1:])] if texts else []


# -- times -----------------------------------------------------------------------------------------


def utc_texts(ms, unit):
    """Instants as ISO 8601 texts without a zone, rounded down.

    ms: int64, (N,); unit: "s" or "m"
    """
    return np.datetime_as_string(np.asarray(ms, "datetime64[ms]"), unit)


def years_text(ms):
    """First and last calendar year, UTC, of instants, as in the name of a file: "2021-2022", or
    "2022" for one year.
    """
    years = np.asarray(ms, "datetime64[ms]").astype("datetime64[Y]").astype(str)
    return "-".join(dict.fromkeys((min(years), max(years))))


# -- extended history ------------------------------------------------------------------------------


def with_ts(rows):
    """Rows with `ts`, the end of each play, rounded down to seconds."""
    return rows | {"ts": objects([f"{text}Z" for text in utc_texts(rows["ended_ms"], "s")])}


def spotify_files(rows, owner):
    """The extended history as it is since 2023, a dict of name -> bytes.

    rows  as from `rows_of_plays`;  owner  an `Owner`
    """
    is_video, is_old = rows["is_video"], rows["is_old_file"]
    video = json_objects(with_ts(picked_rows(rows, is_video)), EXTENDED_KEYS)
    name = f"{EXTENDED_FOLDER}/Streaming_History_Video_{years_text(rows['ended_ms'])}.json"
    return {
        **endsong_parts(picked_rows(rows, is_old & ~is_video), owner),
        **extended_parts(picked_rows(rows, ~is_old & ~is_video)),
        name: array_bytes(video),
        f"{EXTENDED_FOLDER}/{EXTENDED_READ_ME}": pdf_bytes(),
    }


def extended_parts(rows):
    """The audio files of the extended history: name -> bytes."""
    texts, ends = json_objects(with_ts(rows), EXTENDED_KEYS), rows["ended_ms"]
    return {
        f"{EXTENDED_FOLDER}/Streaming_History_Audio_{years_text(ends[part])}_{number}.json": (
            array_bytes(texts[part])
        )
        for number, part in enumerate(parts_by_bytes(texts))
    }


def endsong_files(rows, owner):
    """The extended history as it was before 2023; as `spotify_files`."""
    is_video = rows["is_video"]
    video = json_objects(endsong_rows(picked_rows(rows, is_video), owner), ENDSONG_KEYS)
    audio = endsong_parts(picked_rows(rows, ~is_video), owner)
    return audio | {
        f"{OLD_FOLDER}/endvideo.json": array_bytes(video),
        f"{OLD_FOLDER}/{EXTENDED_READ_ME}": pdf_bytes(),
    }


def endsong_parts(rows, owner):
    """The audio files of the older extended history: name -> bytes."""
    texts = json_objects(endsong_rows(rows, owner), ENDSONG_KEYS)
    return {
        f"{OLD_FOLDER}/endsong_{number}.json": array_bytes(texts[part])
        for number, part in enumerate(parts_by_bytes(texts))
    }


def endsong_rows(rows, owner):
    """Rows with the keys and values of the older format: verbose platforms, milliseconds in
    `offline_timestamp`, no `skipped`.
    """
    return with_ts(rows) | {
        "username": filled_column(rows, owner.account),
        "platform": np.where(rows["platform"] == "", "", rows["verbose_platform"]),
        "ip_addr_decrypted": rows["ip_addr"],
        "user_agent_decrypted": filled_column(rows, USER_AGENT),
        "skipped": filled_column(rows, None),
        "offline_timestamp": np.where(
            is_in_seconds(rows["offline_timestamp"]),
            objects(rows["started_ms"].tolist()),
            rows["offline_timestamp"],
        ),
    }


def is_in_seconds(column):
    """Whether each value is an instant in seconds, neither None nor 0: bool, (N,)."""
    return np.array([bool(value) and value < 10 * MS**3 for value in column.tolist()], bool)


# -- account data ----------------------------------------------------------------------------------


def account_files(rows, owner):
    """The streaming history of account data, of the last 12 months: name -> bytes."""
    recent = recent_rows(rows, owner)
    songs, episodes, chapters = (picked_rows(recent, not_none(recent[key])) for key in KINDS)
    return {
        f"{ACCOUNT_FOLDER}/StreamingHistory_{kind}_{number}.json": data
        for kind, of_kind, keys in (
            ("music", songs, ACCOUNT_KEYS),
            ("podcast", episodes, PODCAST_KEYS),
            ("audiobook", chapters, AUDIOBOOK_KEYS),
        )
        for number, data in enumerate(parts_by_rows(of_kind, keys))
    }


def account_old_files(rows, owner):
    """The streaming history of account data as it was named before: name -> bytes."""
    recent = recent_rows(rows, owner)
    songs = picked_rows(recent, not_none(recent["trackName"]))
    return {
        f"{OLD_FOLDER}/StreamingHistory{number}.json": data
        for number, data in enumerate(parts_by_rows(songs, ACCOUNT_KEYS))
    }


KINDS = ("trackName", "episodeName", "chapterName")
# key of account data -> key of the extended history
ACCOUNT_NAMES = {
    "artistName": "master_metadata_album_artist_name",
    "trackName": "master_metadata_track_name",
    "podcastName": "episode_show_name",
    "episodeName": "episode_name",
    "audiobookName": "audiobook_title",
    "chapterName": "audiobook_chapter_title",
    "msPlayed": "ms_played",
}


def recent_rows(rows, owner):
    """The rows of the last 12 months with the keys of account data; `endTime` is the end, rounded
    down to minutes.
    """
    recent = picked_rows(rows, rows["ended_ms"] >= owner.account_since_ms)
    names = {key: recent[column] for key, column in ACCOUNT_NAMES.items()}
    times = [text.replace("T", " ") for text in utc_texts(recent["ended_ms"], "m")]
    return recent | names | {"endTime": objects(times), "authorName": filled_column(recent, AUTHOR)}


def parts_by_rows(rows, keys):
    """The files of rows of account data, bytes; at least one file."""
    texts = json_objects(rows, keys)
    parts = range(0, max(len(texts), 1), PART_ROWS)
    return [array_bytes(texts[first : first + PART_ROWS]) for first in parts]
