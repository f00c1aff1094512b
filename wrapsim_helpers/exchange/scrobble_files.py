"""The files of scrobbles: ListenBrainz, Last.fm, Libre.fm and the log of portable players.

A scrobble is a play of at least SCROBBLED_MS that is not private; its time is the start.
"""

import csv
import io
import json

import numpy as np

from ..instants import MS
from .export_formats import (
    CLIENT,
    LIBREFM_KEYS,
    LISTEN_INFO_KEYS,
    LISTEN_KEYS,
    LOG_HEAD,
    MONTHS,
    MOST_LISTENS,
    SCROBBLED_MS,
    SONG_KEYS,
    TABLE_KEYS,
    TRACK_PAGE,
)
from .export_rows import filled_column, not_none, picked_rows

TITLE, ARTIST, ALBUM, URI = SONG_KEYS


def scrobbles_of(rows):
    """The rows that are scrobbles, with `start_s`, the start in seconds since 1970."""
    is_long = rows["ms_played"] >= SCROBBLED_MS
    scrobbles = picked_rows(rows, is_public_song(rows) & is_long)
    return scrobbles | {"start_s": scrobbles["started_ms"] // MS}


def is_public_song(rows):
    """Whether each row has a title and an artist and is not private: bool, (N,)."""
    is_named = not_none(rows[TITLE]) & not_none(rows[ARTIST])
    return is_named & (rows["incognito_mode"] != True)  # noqa: E712, since it may be None


# -- ListenBrainz ----------------------------------------------------------------------------------


def listens_of(rows):
    """Scrobbles as listens of ListenBrainz, a list of dicts."""
    scrobbles = scrobbles_of(rows)
    columns = ("start_s", ARTIST, TITLE, ALBUM, URI, "duration_ms", "ms_played")
    return [listen_of(*values) for values in zip(*(scrobbles[name].tolist() for name in columns))]


def listen_of(start_s, artist, title, album, uri, duration_ms, ms_played):
    """One listen of ListenBrainz, a dict."""
    page = TRACK_PAGE + uri.rpartition(":")[2]
    info = (duration_ms, ms_played // MS, "spotify.com", page, CLIENT)
    names = {"artist_name": artist, "track_name": title, "release_name": album}
    about = names | {"additional_info": dict(zip(LISTEN_INFO_KEYS, info))}
    return dict(zip(LISTEN_KEYS, (start_s, about)))


def json_line(value):
    """A value as JSON in one line, without a line break."""
    return json.dumps(value, ensure_ascii=False)


def listenbrainz_files(rows, owner):
    """The content of the export zip of ListenBrainz: name -> bytes."""
    listens, months = listens_of(rows), {}
    for row in listens:
        month = np.datetime64(row["listened_at"], "s").astype("datetime64[M]").astype(str)
        months.setdefault(month, []).append(f"{json_line(row)}\n")
    user = {"user_id": owner.number, "username": owner.username}
    return {
        "user.json": f"{json_line(user)}\n".encode(),
        **{
            f"listens/{month[:4]}/{int(month[5:])}.jsonl": "".join(lines).encode()
            for month, lines in months.items()
        },
        "feedback.jsonl": b"",
        "pinned_recording.jsonl": b"",
    }


def listenbrainz_json_files(rows, owner):
    """The single file that ListenBrainz exported before: name -> bytes."""
    lines = ",\n".join(map(json_line, listens_of(rows)))
    return {f"{owner.username}_lb-{owner.exported_on}.json": f"[\n{lines}\n]\n".encode()}


def listenbrainz_submit_files(rows, owner):
    """Payloads that ListenBrainz takes, of at most MOST_LISTENS listens: name -> bytes."""
    listens = listens_of(rows)
    parts = range(0, max(len(listens), 1), MOST_LISTENS)
    return {
        f"submit_listens_{number}.json": payload(listens[first : first + MOST_LISTENS])
        for number, first in enumerate(parts)
    }


def payload(listens):
    """The bytes of one request to ListenBrainz."""
    request = {"listen_type": "import", "payload": listens}
    return (json.dumps(request, ensure_ascii=False, indent=2) + "\n").encode()


# -- tables and logs -------------------------------------------------------------------------------


def csv_bytes(records, quoting=csv.QUOTE_MINIMAL):
    """Records as the bytes of a CSV file with line feeds."""
    text = io.StringIO()
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows(records)
    return text.getvalue().encode()


def day_and_time(seconds, between):
    """Instants as English texts, UTC, in whole minutes: "31 Dec 2024", `between`, "20:02"."""
    texts = np.datetime_as_string(np.asarray(seconds, "datetime64[s]"), "m")
    return [
        f"{text[8:10]} {MONTHS[int(text[5:7]) - 1]} {text[:4]}{between}{text[11:]}"
        for text in texts
    ]


def lastfm_files(rows, owner):
    """The table of Last.fm scrobbles without a header: name -> bytes."""
    rows = scrobbles_of(rows)
    times = day_and_time(rows["start_s"], " ")
    records = zip(rows[ARTIST], rows[ALBUM], rows[TITLE], times)
    return {f"{owner.username}.csv": csv_bytes(records)}


def lastfm_table_files(rows, owner):
    """The table of Last.fm scrobbles with a header and all fields in quotes: name -> bytes."""
    rows = scrobbles_of(rows)
    times, empty = day_and_time(rows["start_s"], ", "), filled_column(rows, "")
    names = (rows[ARTIST], empty, rows[ALBUM], empty, rows[TITLE], empty)
    records = [TABLE_KEYS, *zip(rows["start_s"], times, *names)]
    name = f"recenttracks-{owner.username}-{owner.exported_s}.csv"
    return {name: csv_bytes(records, csv.QUOTE_ALL)}


def librefm_files(rows, owner):
    """The table of Libre.fm scrobbles that ListenBrainz imports: name -> bytes."""
    rows = scrobbles_of(rows)
    records = zip(rows["start_s"], rows[ARTIST], rows[TITLE], rows[ALBUM])
    return {"librefm.csv": csv_bytes([LIBREFM_KEYS, *records])}


def scrobbler_log_files(rows, owner):
    """The log of a portable player, in which skips of shorter plays have the rating S: name ->
    bytes.
    """
    is_long, is_skip = rows["ms_played"] >= SCROBBLED_MS, rows["reason_end"] == "fwdbtn"
    rows = picked_rows(rows, is_public_song(rows) & (is_long | is_skip))
    ratings = np.where(rows["ms_played"] >= SCROBBLED_MS, "L", "S")
    names = [[cleaned(name) for name in rows[key]] for key in (ARTIST, ALBUM, TITLE)]
    seconds, starts = rows["duration_ms"] // MS, rows["started_ms"] // MS
    ids = filled_column(rows, "")
    records = zip(*names, rows["track_number"], seconds, ratings, starts, ids)
    lines = [*LOG_HEAD, *("\t".join(map(str, record)) for record in records)]
    return {".scrobbler.log": "".join(f"{line}\n" for line in lines).encode()}


def cleaned(name):
    """A name without tabs and line ends, which the log cannot hold."""
    return " ".join((name or "").split())
