"""Programs of other people read our exports and find the same plays; Maloja, a scrobble database,
also finds the same charts.

Maloja splits artists at words such as "feat" and strips brackets, so the songs of these runs have
plain names. Their plays are months away from New Year, since Maloja takes the end of a play.
"""

import contextlib
import csv
import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.exchange.export_rows import named_tracks

from ..conftest import TOP
from .conftest import installed_in, run

REQUIREMENTS = Path(__file__).with_name("interop.txt")
FORMS = ("spotify", "endsong", "account_old", "listenbrainz_json", "lastfm", "scrobbler_log")
SPLITTERS = re.compile(r"\b(vs|ft|feat|featuring|with|performing|remix|spotify|unknown)\b", re.I)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """The folder of programs of an environment with the other readers."""
    return installed_in(tmp_path_factory.mktemp("interop") / "env", "-r", REQUIREMENTS)


@pytest.fixture(scope="module")
def maloja(programs):
    """Path of the program Maloja."""
    return programs / "maloja"


@pytest.fixture(scope="module")
def plain_songs(tmp_path_factory):
    """Path of a songs file: the bundled songs whose names Maloja leaves as they are."""
    with open(TOP / "data" / "spotify_2000.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    plain = [row for row in rows if is_plain(row["Title"]) and is_plain(row["Artist"])]
    path = tmp_path_factory.mktemp("songs") / "songs.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({(row["Title"].lower(), row["Artist"]): row for row in plain}.values())
    return path


def is_plain(name):
    """Whether Maloja leaves a name as it is."""
    return bool(re.fullmatch(r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", name)) and not SPLITTERS.search(name)


@pytest.fixture(scope="module")
def run_dir(plain_songs, tmp_path_factory):
    """A run of three listeners over three months, away from New Year."""
    return ws.simulate(
        3,
        "2025-03-01",
        "2025-06-01",
        out_dir=tmp_path_factory.mktemp("interop") / "run",
        seed=11,
        songs_path=plain_songs,
        formats=["parquet"],
        workers=1,
    )


@pytest.fixture(scope="module")
def listener(run_dir):
    """Number of the listener with most plays."""
    answers = ws.read_parquet(run_dir, "answers").to_pandas()
    return int(answers.loc[answers["n_plays"].idxmax(), "listener_id"])


# -- Maloja ----------------------------------------------------------------------------------------


def free_port():
    """The number of a port that no program uses now."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def settings(folder, port):
    """The environment in which Maloja keeps all files in a folder and reads times as UTC."""
    return os.environ | {
        "MALOJA_DATA_DIRECTORY": str(folder),
        "MALOJA_SKIP_SETUP": "yes",
        "MALOJA_FORCE_PASSWORD": "unused",
        "MALOJA_SEND_STATS": "no",
        "MALOJA_HOST": "127.0.0.1",
        "MALOJA_PORT": str(port),
        "MALOJA_TIMEZONE": "0",
        "TZ": "UTC",
    }


def history_file(export, folder):
    """The file of plays of an export, alone in a folder, as Maloja needs it."""
    folder.mkdir()
    for archive in export.glob("*.zip"):
        zipfile.ZipFile(archive).extractall(export.parent / "unzipped")
        export = export.parent / "unzipped"
    names = re.compile(
        r".*Audio.*|endsong_.*|StreamingHistory\d.*|.*_lb-.*|.*\.csv|\.scrobbler\.log"
    )
    (source,) = [path for path in export.rglob("*") if names.fullmatch(path.name)]
    return Path(shutil.copy(source, folder / source.name))


def n_imported(maloja, file, environment):
    """Import a file; the number of scrobbles that Maloja says it took."""
    done = subprocess.run(
        [maloja, "import", file],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )
    return int(re.search(r"Successfully imported\D*(\d+)", done.stdout + done.stderr)[1])


@contextlib.contextmanager
def served(maloja, environment):
    """A function that asks a running Maloja: (name, parameters) -> JSON."""
    address = f"http://127.0.0.1:{environment['MALOJA_PORT']}/apis/mlj_1"

    def ask(name, **parameters):
        query = urllib.parse.urlencode(
            {key.rstrip("_"): value for key, value in parameters.items()}
        )
        with urllib.request.urlopen(f"{address}/{name}?{query}", timeout=60) as answer:
            return json.load(answer)

    log = Path(environment["MALOJA_DATA_DIRECTORY"]) / "server.txt"
    with open(log, "w") as output:
        server = subprocess.Popen([maloja, "run"], env=environment, stdout=output, stderr=output)
    try:
        wait_until_ready(ask, server, log)
        yield ask
    finally:
        server.terminate()
        server.wait(timeout=60)


def wait_until_ready(ask, server, log):
    """Wait, at most two minutes, until the server has loaded all scrobbles; until then it refuses
    to count.
    """
    for _ in range(600):
        assert server.poll() is None, log.read_text()[-2000:]
        with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            return ask("numscrobbles", in_="2025")
        time.sleep(0.2)
    raise AssertionError(f"Maloja does not answer: {log.read_text()[-2000:]}")


# -- the comparison --------------------------------------------------------------------------------


def counts_of(table, names):
    """The rows of a table of a story as {names: streams}."""
    counts = table["n_whole"] if "n_whole" in table else table["n_streams"]
    keys = zip(*(table[name].str.lower() for name in names))
    return dict(zip(keys, map(int, counts)))


@pytest.mark.parametrize("form", FORMS)
def test_maloja_finds_the_top_artists_and_songs_of_the_story(
    form, maloja, run_dir, listener, tmp_path
):
    (export,) = ws.write_exports(run_dir, tmp_path / "exports", [str(listener)], form, workers=1)
    environment = settings(tmp_path / "maloja", free_port())
    with_private = form in ("spotify", "endsong", "account_old")  # the others leave them out
    rules = ws.Rules(private=with_private, clock="UTC")
    story = ws.tell_story(run_dir, str(listener), rules=rules)
    file = history_file(export, tmp_path / "import")
    (tmp_path / "maloja").mkdir()
    n_scrobbles = n_imported(maloja, file, environment)
    with served(maloja, environment) as ask:
        assert ask("numscrobbles", in_="2025")["amount"] == n_scrobbles > 300
        artists = {
            (row["artist"].lower(),): row["scrobbles"]
            for row in ask("charts/artists", from_="2025", to="2025")["list"]
        }
        songs = {
            (row["track"]["title"].lower(), *map(str.lower, row["track"]["artists"])):
                row["scrobbles"]
            for row in ask("charts/tracks", from_="2025", to="2025")["list"]
        }  # fmt: skip
    assert n_scrobbles == sum(songs.values()) == sum(artists.values())
    for found, table, names in (
        (artists, story.tables["top_artists"], ["artist"]),
        (songs, story.tables["top_songs"], ["title", "artist"]),
    ):
        ours = counts_of(table, names)
        assert len(ours) >= 20
        assert {key: found.get(key) for key in ours} == ours
        assert sorted(found.values())[::-1][: len(ours)] == sorted(ours.values())[::-1]


# -- other readers ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wide_run(tmp_path_factory):
    """A run of the default world, with names in many scripts."""
    folder = tmp_path_factory.mktemp("wide") / "run"
    window = ("2025-02-01", "2025-04-01")
    return ws.simulate(5, *window, out_dir=folder, seed=5, formats=["parquet"], workers=1)


def played(run_dir, number):
    """The plays of a listener with the names of their songs, rows of dicts."""
    tracks = named_tracks(ws.open_run(run_dir)).to_pylist()
    plays = ws.read_parquet(run_dir, "plays", None, number).to_pylist()
    return [tracks[play["track_id"]] | play for play in plays]


def read_by(programs, name, run_dir, form, folder):
    """{number of a listener: what a program of other_readers.py reads in their export}"""
    exports = ws.write_exports(run_dir, folder, form=form, workers=1)
    return {
        int(export.name): json.loads(
            run(
                programs / "python",
                Path(__file__).with_name("other_readers.py"),
                name,
                next(path for path in export.iterdir() if re.search("zip$|log$", path.name)),
                cwd=folder,
                TZ="UTC",
            ).splitlines()[-1]
        )
        for export in exports
    }


def whole_seconds(moment):
    """Seconds since 1970, rounded down."""
    return int(moment.timestamp() // 1)


@pytest.mark.parametrize("form", ["spotify", "endsong"])
def test_spotify_history_reader_finds_every_play(form, programs, wide_run, tmp_path):
    for number, rows in read_by(
        programs, "spotify_history_reader", wide_run, form, tmp_path
    ).items():
        assert rows == [
            [
                *(whole_seconds(play["ended_at"]), play["title"], play["artist"], play["album"]),
                *(f"spotify:track:{play['song_id']}", play["ms_played"]),
            ]
            for play in played(wide_run, number)
        ]


def test_spotify_to_sqlite_finds_every_play_and_the_library(programs, wide_run, tmp_path):
    actions = ws.read_parquet(wide_run, "actions").to_pandas()
    tables = read_by(programs, "spotify_to_sqlite", wide_run, "account", tmp_path)
    for number, found in tables.items():
        assert found["streaming_history_music_"] == [
            [f"{play['ended_at']:%Y-%m-%d %H:%M}", play["artist"], play["title"], play["ms_played"]]
            for play in played(wide_run, number)
        ]
        saved = actions.query("listener_id == @number and kind == 'save'")
        assert len(found.get("your_library_tracks", ())) == saved["track_id"].nunique()
    assert any("wrapped" in found for found in tables.values())


def test_pyscrobbler_finds_every_scrobble(programs, wide_run, tmp_path):
    for number, rows in read_by(
        programs, "pyscrobbler", wide_run, "scrobbler_log", tmp_path
    ).items():
        assert rows == [
            [
                *(whole_seconds(play["started_at"]), play["artist"], play["album"], play["title"]),
                *(str(play["track_number"]), play["duration_ms"] // 1000),
            ]
            for play in played(wide_run, number)
            if play["ms_played"] >= 30_000 and not play["private"]
        ]
