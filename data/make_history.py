"""Makes the bundled sample of somebody's own history: `history/my_spotify_data.zip`.

    python data/make_history.py

The listener, the songs and the plays are invented: wrapsim simulates three years of one listener,
and this script writes them as Spotify's extended streaming history, in its keys and order, with an
address that is reserved for documentation. The same version of wrapsim writes the same bytes.
"""

import json
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import wrapsim_helpers as ws

HERE = Path(__file__).resolve().parent
FOLDER = "Spotify Extended Streaming History"
LISTENER = {"start_time": "2023-01-01", "end_time": "2026-01-01", "seed": 7, "workers": 1}
REASONS = {"unexpected_exit": "unexpected-exit"}
MADE = (2026, 1, 2, 0, 0, 0)  # the date of the files in the zip


def plays_and_tracks():
    """Plays of the listener and tracks, as lists of dicts."""
    with tempfile.TemporaryDirectory() as folder:
        run = ws.simulate(1, **LISTENER, catalogue_tracks=0, out_dir=f"{folder}/run")
        return [ws.read_table(run, name).to_pylist() for name in ("plays", "tracks")]


def row_of(play, track):
    """A play as a row of the extended history."""
    return {
        "ts": f"{play['ended_at']:%Y-%m-%dT%H:%M:%SZ}",
        "platform": play["platform"],
        "ms_played": play["ms_played"],
        "conn_country": play["country"],
        "ip_addr": "192.0.2.24",
        "master_metadata_track_name": track["title"],
        "master_metadata_album_artist_name": track["artists"][0],
        "master_metadata_album_album_name": track["album"],
        "spotify_track_uri": f"spotify:track:{track['song_id']}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": play["reason_start"],
        "reason_end": REASONS.get(play["reason_end"], play["reason_end"]),
        "shuffle": play["shuffle"],
        "skipped": play["reason_end"] == "fwdbtn",
        "offline": play["offline"],
        "offline_timestamp": int(play["started_at"].timestamp()),
        "incognito_mode": play["private"],
    }


def write_history(folder=HERE / "history"):
    """Writes the zip into a folder; one file of JSON for each year in which plays ended."""
    plays, tracks = plays_and_tracks()
    rows = [row_of(play, tracks[play["track_id"]]) for play in plays]
    years = sorted({datetime.fromisoformat(row["ts"]).year for row in rows})
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(
        folder / "my_spotify_data.zip", "w", zipfile.ZIP_DEFLATED, True, 9
    ) as file:
        for number, year in enumerate(years):
            of_year = [row for row in rows if row["ts"].startswith(str(year))]
            name = f"{FOLDER}/Streaming_History_Audio_{year}_{number}.json"
            text = json.dumps(of_year, indent=2, ensure_ascii=False)
            file.writestr(zipfile.ZipInfo(name, MADE), text, zipfile.ZIP_DEFLATED, 9)
    return len(rows)


if __name__ == "__main__":
    print(f"{write_history():,} plays written to {HERE.name}/history/my_spotify_data.zip")
