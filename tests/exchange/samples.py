"""Small invented histories, as the services and players write them."""

import json
import zipfile

AMBER = ("Copper Rain", "Ode to Ivy", "Small Hours")  # title, artist, album
NIGHT = ("Night Shift", "Marta Voss", "Depots")


def extended(ts, ms_played=200_000, song=AMBER, **more):
    """A row of Spotify's extended history. more: other values of its keys"""
    title, artist, album = song
    row = {
        "ts": ts,
        "platform": "android",
        "ms_played": ms_played,
        "conn_country": "SE",
        "ip_addr": "192.0.2.7",
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": album,
        "spotify_track_uri": title and f"spotify:track:{title.replace(' ', ''):0<22}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "offline": False,
        "offline_timestamp": 1_735_718_400,
        "incognito_mode": False,
    }
    return row | more


def endsong(ts, ms_played=200_000, song=AMBER, **more):
    """A row of the older extended history, with user name and user agent."""
    row = extended(ts, ms_played, song, **more)
    row = {key: value for key, value in row.items() if not key.startswith(("audiobook", "ip_"))}
    private = {"ip_addr_decrypted": "198.51.100.9", "user_agent_decrypted": "Agent%2F1.0"}
    return row | private | {"username": "somebody-else", "skipped": None}


def account(end, ms_played=200_000, song=AMBER):
    """A row of Spotify's account data."""
    return {"endTime": end, "artistName": song[1], "trackName": song[0], "msPlayed": ms_played}


def listen(at, song=AMBER, **info):
    """A listen of ListenBrainz. at: start, seconds;  info: its additional_info"""
    title, artist, album = song
    names = {"artist_name": artist, "track_name": title, "release_name": album}
    return {"listened_at": at, "track_metadata": names | {"additional_info": info}}


def maloja(*scrobbles):
    """Maloja's export. scrobbles: (start in seconds, title, [artists], seconds played)"""
    rows = [
        {
            "time": at,
            "track": {"artists": artists, "title": title, "album": None, "length": played},
            "duration": played,
            "origin": "client:x",
        }
        for at, title, artists, played in scrobbles
    ]
    return json.dumps({"maloja": {"export_time": 1}, "scrobbles": rows}, indent=1)


def write(path, content):
    """Write rows as JSON, a text or bytes to a file, and make its folders; returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, (str, bytes)):
        content = json.dumps(content, indent=2, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def zipped(path, files, compression=zipfile.ZIP_DEFLATED):
    """Write a zip of files, {name: rows, text or bytes}; returns its path."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in files.items():
            if not isinstance(content, (str, bytes)):
                content = json.dumps(content, ensure_ascii=False)
            archive.writestr(name, content)
    return path


def starts(history):
    """Starts of the plays of a history in UTC, "2025-01-01 08:00:00", in order."""
    return [f"{at:%Y-%m-%d %H:%M:%S}" for at in history.plays["started_at"].to_pylist()]


def titles(history):
    """Titles of the plays of a history, in order."""
    names = history.tracks["title"].to_pylist()
    return [names[track] for track in history.plays["track_id"].to_pylist()]


def reasons(history):
    """{reason: number of rows} of what a history left out."""
    table = history.report.left_out
    return dict(zip(table["reason"], table["n_rows"]))
