"""Exports have the files, keys, types and values of the formats, and hold the plays of the run."""

import csv
import io
import ipaddress
import json
import re
import shutil
import zipfile
from datetime import date, datetime

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.exchange.export_formats import (
    ENDSONG_KEYS,
    EXTENDED_KEYS,
    FORMS,
    LISTEN_INFO_KEYS,
    PART_BYTES,
    VERBOSE_PLATFORMS,
)
from wrapsim_helpers.exchange.export_rows import (
    named_tracks,
    rows_of_plays,
    verbose_platform,
)
from wrapsim_helpers.exchange.exports import CONTENTS, Owner, edition_for, year_of_wrapped
from wrapsim_helpers.exchange.oddities import ODDITIES
from wrapsim_helpers.exchange.spotify_files import (
    account_files,
    json_objects,
    parts_by_bytes,
    years_text,
)
from wrapsim_helpers.storage.outputs import replaced_file

from ..commands import command
from ..conftest import TOP
from .golden_exports import FOLDER, RUN, contents

AUDIO = "Spotify Extended Streaming History/Streaming_History_Audio_2025_0.json"
TEXT, FLAG = (str, type(None)), (bool, type(None))
# the types of the reference's table of rows
TYPES = {
    **{"ts": str, "platform": str, "ms_played": int, "conn_country": str, "username": str},
    **dict.fromkeys(("ip_addr", "ip_addr_decrypted", "user_agent_decrypted"), TEXT),
    **{key: TEXT for key in EXTENDED_KEYS if re.match("master|spotify|episode|audiobook", key)},
    **dict.fromkeys(("reason_start", "reason_end"), TEXT),
    **dict.fromkeys(("shuffle", "skipped", "offline", "incognito_mode"), FLAG),
    "offline_timestamp": (int, type(None)),
}
STARTS = "trackdone fwdbtn backbtn clickrow playbtn appload remote trackerror unknown".split()
ENDS = (
    "trackdone fwdbtn endplay backbtn logout remote trackerror unexpected-exit "
    "unexpected-exit-while-paused unknown".split()
)
PLATFORMS = "android ios windows linux osx web_player not_applicable".split()


@pytest.fixture(scope="module")
def golden_run(tmp_path_factory):
    """The run of one listener and nine plays that the golden files are made of."""
    return ws.simulate(**RUN, out_dir=tmp_path_factory.mktemp("golden") / "run")


@pytest.fixture(scope="module")
def exported(golden_run, tmp_path_factory):
    """Format -> the content of the golden run's export, name -> bytes."""
    folder = tmp_path_factory.mktemp("exports")
    return {
        form: contents(ws.write_exports(golden_run, folder, form=form, workers=1)[0])
        for form in FORMS
    }


@pytest.fixture(scope="module")
def plays(golden_run):
    """The plays of the golden run as rows of dicts, with title, artist and album."""
    tracks = named_tracks(ws.open_run(golden_run)).to_pylist()
    rows = ws.read_parquet(golden_run, "plays").to_pylist()
    return [tracks[row["track_id"]] | row for row in rows]


def seconds(moment):
    """Whole seconds of a datetime since 1970, rounded down."""
    return int(moment.timestamp() // 1)


def scrobbled(plays):
    """Plays that are scrobbles, by the rule in words: 30 s or more, and not private."""
    return [play for play in plays if play["ms_played"] >= 30_000 and not play["private"]]


# -- golden files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_an_export_of_the_golden_run_has_the_golden_bytes(exported, form):
    golden = {
        path.relative_to(FOLDER / form).as_posix(): path.read_bytes()
        for path in (FOLDER / form).rglob("*")
        if path.is_file()
    }
    assert exported[form] == golden


def test_the_same_run_gives_the_same_bytes_by_other_workers(tiny_run, tmp_path):
    first = ws.write_exports(tiny_run, tmp_path / "first", workers=1)
    second = ws.write_exports(tiny_run, tmp_path / "second", workers=2)
    assert [path.name for path in first] == [path.name for path in second]
    for one_folder, other_folder in zip(first, second):
        for path in one_folder.iterdir():
            assert path.read_bytes() == (other_folder / path.name).read_bytes()


def test_a_run_that_replaces_another_is_exported_itself(golden_run, tmp_path):
    for seed in (9, 4):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        run_dir = ws.simulate(**(RUN | {"seed": seed}), out_dir=tmp_path / "run")
        (folder,) = ws.write_exports(run_dir, tmp_path / "out", workers=1)
        rows = json.loads(contents(folder)[AUDIO])
        assert len(rows) == ws.read_parquet(run_dir, "plays").num_rows


def test_a_run_of_avro_alone_has_the_same_exports(exported, tmp_path):
    run_dir = ws.simulate(**(RUN | {"formats": ["avro"]}), out_dir=tmp_path / "run")
    (folder,) = ws.write_exports(run_dir, tmp_path / "out", workers=1)
    assert contents(folder) == exported["spotify"]


# -- the extended history --------------------------------------------------------------------------


def test_the_extended_history_has_its_keys_in_order_with_their_types(exported):
    for form, name, keys in (
        ("spotify", AUDIO, EXTENDED_KEYS),
        ("endsong", "MyData/endsong_0.json", ENDSONG_KEYS),
    ):
        rows = json.loads(exported[form][name])
        assert len(rows) == 9
        assert {tuple(row) for row in rows} == {keys}
        wrong = [key for row in rows for key in row if not isinstance(row[key], TYPES[key])]
        assert wrong == []


def test_the_tables_have_the_23_and_21_keys_of_the_formats():
    assert len(EXTENDED_KEYS) == 23 and len(ENDSONG_KEYS) == 21
    assert EXTENDED_KEYS[:6] == (
        *("ts", "platform", "ms_played", "conn_country", "ip_addr"),
        "master_metadata_track_name",
    )
    assert EXTENDED_KEYS[-2:] == ("offline_timestamp", "incognito_mode")
    assert set(EXTENDED_KEYS) - set(ENDSONG_KEYS) == {
        *("ip_addr", "audiobook_title", "audiobook_uri"),
        *("audiobook_chapter_uri", "audiobook_chapter_title"),
    }


def test_a_row_of_the_extended_history_holds_its_play(exported, plays):
    rows = json.loads(exported["spotify"][AUDIO])
    for row, play in zip(rows, plays, strict=True):
        assert datetime.fromisoformat(row["ts"]).timestamp() == seconds(play["ended_at"])
        assert row["offline_timestamp"] == seconds(play["started_at"])
        assert row["ms_played"] == play["ms_played"]
        assert row["conn_country"] == play["country"]
        assert row["master_metadata_track_name"] == play["title"]
        assert row["master_metadata_album_artist_name"] == play["artist"]
        assert row["master_metadata_album_album_name"] == play["album"]
        assert row["spotify_track_uri"] == f"spotify:track:{play['song_id']}"
        assert (row["reason_start"], row["reason_end"]) == (
            play["reason_start"],
            play["reason_end"].replace("_", "-"),
        )
        assert row["skipped"] == (play["reason_end"] == "fwdbtn")
        assert row["incognito_mode"] == play["private"]
        assert (row["shuffle"], row["offline"]) == (play["shuffle"], play["offline"])


def test_the_older_history_has_a_username_milliseconds_and_no_skips(exported, plays):
    rows = json.loads(exported["endsong"]["MyData/endsong_0.json"])
    assert {len(row["username"]) for row in rows} == {32}
    assert [row["offline_timestamp"] for row in rows] == [
        int(np.datetime64(play["started_at"].replace(tzinfo=None), "ms").astype(int))
        for play in plays
    ]
    assert {row["skipped"] for row in rows} == {None}
    assert {row["platform"] for row in rows} <= {*VERBOSE_PLATFORMS["desktop", "windows"]}


def test_values_of_a_crowd_are_those_of_the_format(tiny_run, tmp_path):
    folders = ws.write_exports(tiny_run, tmp_path, workers=1)
    rows = [row for folder in folders for row in json.loads(contents(folder)[AUDIO])]
    assert len(rows) == ws.read_parquet(tiny_run, "plays").num_rows
    assert {row["platform"] for row in rows} <= {*PLATFORMS}
    assert {row["reason_start"] for row in rows} <= {*STARTS}
    assert {row["reason_end"] for row in rows} <= {*ENDS}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["ts"]) for row in rows)
    assert all(re.fullmatch(r"[A-Z]{2}", row["conn_country"]) for row in rows)
    uris = {row["spotify_track_uri"] for row in rows}
    assert all(re.fullmatch("spotify:track:[0-7][0-9A-Za-z]{21}", uri) for uri in uris)


def test_every_address_is_reserved_for_documentation(tiny_run, tmp_path):
    reserved = [ipaddress.ip_network(f"{net}/24") for net in ("192.0.2.0", "198.51.100.0")]
    reserved.append(ipaddress.ip_network("203.0.113.0/24"))
    folders = ws.write_exports(tiny_run, tmp_path, workers=1)
    rows = [row for folder in folders for row in json.loads(contents(folder)[AUDIO])]
    addresses = {row["ip_addr"] for row in rows}
    assert len(addresses) > 20
    for address in addresses - {None}:
        assert any(ipaddress.ip_address(address) in net for net in reserved)
    assert all((row["ip_addr"] is None) == row["offline"] for row in rows)


def test_an_empty_history_of_videos_is_an_empty_list(exported):
    name = "Spotify Extended Streaming History/Streaming_History_Video_2025.json"
    assert json.loads(exported["spotify"][name]) == []
    assert json.loads(exported["endsong"]["MyData/endvideo.json"]) == []


def test_a_long_history_is_split_at_12_megabytes_and_numbered_over_the_years():
    objects = [b"x" * 1_000_000] * 30
    parts = parts_by_bytes(objects)
    assert [part.stop - part.start for part in parts] == [11, 12, 7]
    assert all(sum(map(len, objects[part])) <= PART_BYTES for part in parts)
    days = np.array(["2021-12-31", "2022-01-01"], "datetime64[ms]").astype(np.int64)
    assert years_text(days) == "2021-2022" and years_text(days[1:]) == "2022"


def test_rows_equal_what_json_writes(exported):
    data = exported["spotify"][AUDIO]
    rows = json.loads(data)
    assert json.dumps(rows, indent=2, ensure_ascii=False) + "\n" == data.decode()


def test_facts_of_the_format_follow_the_date_of_a_play(golden_run):
    tracks = named_tracks(ws.open_run(golden_run))
    now = ws.read_parquet(golden_run, "plays")

    def rows_in(year):
        days = (np.datetime64("2025-03-29") - np.datetime64(f"{year}-03-29")).astype(int)
        earlier = now.to_pandas()
        for column in ("started_at", "ended_at"):
            earlier[column] -= np.timedelta64(days, "D")
        return rows_of_plays(type(now).from_pandas(earlier, now.schema), tracks, 1)

    assert set(rows_in(2014)["skipped"]) == {True, False} == set(rows_in(2025)["skipped"])
    assert set(rows_in(2020)["skipped"]) == {False}
    assert all(text.startswith("Windows 10 (") for text in rows_in(2020)["platform"])
    assert set(rows_in(2024)["platform"]) == {"windows"}
    assert min(rows_in(2020)["offline_timestamp"]) > 10**12
    assert max(rows_in(2014)["offline_timestamp"]) < 10**10


def test_a_device_without_a_verbose_name_is_not_applicable():
    assert verbose_platform(("speaker", "speaker_os"), 5) == "not_applicable"
    assert verbose_platform(("tablet", "ios"), 3) == "iOS 15.6 (iPad13,1)"


# -- account data ----------------------------------------------------------------------------------


def test_account_data_has_minutes_names_and_milliseconds(exported, plays):
    data = exported["account"]["Spotify Account Data/StreamingHistory_music_0.json"]
    assert exported["account_old"]["MyData/StreamingHistory0.json"] == data
    assert json.loads(data) == [
        {
            "endTime": f"{play['ended_at']:%Y-%m-%d %H:%M}",
            "artistName": play["artist"],
            "trackName": play["title"],
            "msPlayed": play["ms_played"],
        }
        for play in plays
    ]


def test_account_data_holds_the_last_twelve_months_and_three_days(golden_run):
    tracks = named_tracks(ws.open_run(golden_run))
    rows = rows_of_plays(ws.read_parquet(golden_run, "plays"), tracks, 1)
    rows["ended_ms"] = (
        np.arange("2024-03-28", "2024-04-06", dtype="datetime64[D]")
        .astype("datetime64[ms]")
        .astype(np.int64)
    )
    files = account_files(rows, Owner(0, "", date(2025, 4, 2)))  # the run ended on 31 March
    data = files["Spotify Account Data/StreamingHistory_music_0.json"]
    assert [row["endTime"] for row in json.loads(data)][0] == "2024-03-30 00:00"


def test_library_and_playlist_follow_from_the_actions(tiny_run, tmp_path):
    actions = ws.read_parquet(tiny_run, "actions").to_pandas()
    tracks = named_tracks(ws.open_run(tiny_run)).to_pylist()
    number = int(actions.loc[actions["kind"] == "playlist_add", "listener_id"].mode()[0])
    (folder,) = ws.write_exports(tiny_run, tmp_path, [str(number)], "account", workers=1)
    files = contents(folder)
    mine = actions[actions["listener_id"] == number]

    def songs(kind):
        ids = mine.loc[mine["kind"] == kind, "track_id"]
        return list(dict.fromkeys(tracks[track]["song_id"] for track in ids))

    library = json.loads(files["Spotify Account Data/YourLibrary.json"])
    assert list(library) == ["tracks", "albums", "shows", "episodes", "bannedTracks", "artists"]
    assert [row["uri"][-22:] for row in library["tracks"]] == songs("save")
    assert {tuple(row) for row in library["tracks"]} <= {("artist", "album", "track", "uri")}
    (playlist,) = json.loads(files["Spotify Account Data/Playlist1.json"])["playlists"]
    assert [item["track"]["trackUri"][-22:] for item in playlist["items"]] == songs("playlist_add")
    assert list(playlist) == (
        "name lastModifiedDate description numberOfFollowers collaborators items".split()
    )
    assert playlist["lastModifiedDate"] == max(item["addedDate"] for item in playlist["items"])


def test_wrapped_in_account_data_is_that_of_the_story(tiny_run, tmp_path):
    (folder,) = ws.write_exports(tiny_run, tmp_path / "exports", ["1"], "account", workers=1)
    story = ws.tell_story(tiny_run, "1", 2025, "2025")
    expected = ws.write_wrapped(story, tmp_path / "wrapped").read_bytes()
    assert contents(folder)["Spotify Account Data/Wrapped2025.json"] == expected


def test_a_run_after_the_window_of_an_edition_has_the_whole_year():
    assert edition_for(2025, date(2025, 1, 1)) == "2025"
    assert edition_for(2025, date(2025, 12, 1)) == edition_for(2031, date(2031, 1, 1)) == "all"


def test_wrapped_is_of_the_last_year_of_a_long_run():
    assert year_of_wrapped(date(2024, 1, 1), date(2025, 12, 31)) == 2025
    assert year_of_wrapped(date(2025, 3, 1), date(2026, 1, 5)) == 2025


# -- scrobbles -------------------------------------------------------------------------------------


def test_every_format_of_scrobbles_has_the_starts_of_the_same_plays(exported, plays):
    starts = [seconds(play["started_at"]) for play in scrobbled(plays)]
    assert 0 < len(starts) < len(plays)
    single = exported["listenbrainz_json"]["listener0_lb-2025-04-01.json"]
    request = json.loads(exported["listenbrainz_submit"]["submit_listens_0.json"])
    log = exported["scrobbler_log"][".scrobbler.log"].decode().splitlines()[3:]
    found_starts = {
        "zip": [
            json.loads(line)["listened_at"]
            for line in exported["listenbrainz"]["listens/2025/3.jsonl"].splitlines()
        ],
        "single": [row["listened_at"] for row in json.loads(single)],
        "submit": [row["listened_at"] for row in request["payload"]],
        "table": [int(row["uts"]) for row in table(exported["lastfm_table"])],
        "libre": [int(row["time"]) for row in table(exported["librefm"])],
        "log": [int(line.split("\t")[6]) for line in log if line.split("\t")[5] == "L"],
    }
    assert found_starts == dict.fromkeys(found_starts, starts)
    minutes = [f"{play['started_at']:%d %b %Y %H:%M}" for play in scrobbled(plays)]
    rows = csv.reader(io.StringIO(exported["lastfm"]["listener0.csv"].decode()))
    assert [row[3] for row in rows] == minutes


def table(files):
    """The rows of the only file, a CSV with a header."""
    (data,) = files.values()
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_listen_has_the_keys_that_listenbrainz_takes(exported, plays):
    rows = json.loads(exported["listenbrainz_json"]["listener0_lb-2025-04-01.json"])
    for row, play in zip(rows, scrobbled(plays), strict=True):
        about = row["track_metadata"]
        assert list(row) == ["listened_at", "track_metadata"]
        assert list(about) == ["artist_name", "track_name", "release_name", "additional_info"]
        assert tuple(about["additional_info"]) == LISTEN_INFO_KEYS
        assert about["additional_info"]["duration_ms"] == play["duration_ms"]
        assert about["additional_info"]["duration_played"] == play["ms_played"] // 1000
        names = about["artist_name"], about["track_name"], about["release_name"]
        assert names == (play["artist"], play["title"], play["album"])


def test_a_request_holds_at_most_a_thousand_listens(tiny_run, tmp_path):
    folders = ws.write_exports(tiny_run, tmp_path, form="listenbrainz_submit", workers=1)
    requests = [json.loads(data) for folder in folders for data in contents(folder).values()]
    assert {request["listen_type"] for request in requests} == {"import"}
    assert max(len(request["payload"]) for request in requests) <= 1_000
    listens = [row for request in requests for row in request["payload"]]
    assert max(len(json.dumps(row, ensure_ascii=False).encode()) for row in listens) <= 10_240


def test_listens_before_october_2002_are_refused(tmp_path):
    window = {"start_time": "2002-09-01", "end_time": "2002-09-08", "out_dir": tmp_path / "run"}
    run_dir = ws.simulate(3, **window, seed=3, catalogue_tracks=0, formats=["parquet"], workers=1)
    with pytest.raises(ValueError, match="accept no play before 2002-10-02; the run begins"):
        ws.write_exports(run_dir, tmp_path / "out", form="listenbrainz", workers=1)
    assert not (tmp_path / "out").exists()


def test_tables_have_their_headers_and_quotes(exported):
    first = {
        form: next(iter(exported[form].values())).decode().splitlines()[0]
        for form in ("lastfm_table", "librefm")
    }
    assert first["librefm"] == "time,artist,track,album"
    assert first["lastfm_table"] == (
        '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid"'
    )
    assert list(exported["lastfm_table"]) == ["recenttracks-listener0-1743465600.csv"]


def test_the_log_has_eight_fields_and_rates_skips(exported, plays):
    lines = exported["scrobbler_log"][".scrobbler.log"].decode().splitlines()
    assert lines[:3] == ["#AUDIOSCROBBLER/1.1", "#TZ/UTC", "#CLIENT/wrapsim 0.1"]
    fields = [line.split("\t") for line in lines[3:]]
    assert {len(row) for row in fields} == {8}
    ratings = [
        "S" if play["ms_played"] < 30_000 else "L"
        for play in plays
        if not play["private"] and (play["ms_played"] >= 30_000 or play["reason_end"] == "fwdbtn")
    ]
    assert [row[5] for row in fields] == ratings and set(ratings) == {"L", "S"}


# -- folders, errors and the command ---------------------------------------------------------------


def test_every_format_has_its_files():
    assert CONTENTS.keys() == FORMS.keys()


def test_an_export_has_a_report_beside_it(tiny_run, tmp_path):
    (folder,) = ws.write_exports(tiny_run, tmp_path, ["1"], workers=1)
    n_plays = ws.read_parquet(tiny_run, "plays", listener_id=1).num_rows
    assert json.loads((folder / "report.json").read_bytes()) == {
        "form": "spotify",
        "listener_id": 1,
        "n_plays": n_plays,
        "n_rows": n_plays,
        "oddities": {},
        "run": ws.open_run(tiny_run).identity_hash,
    }


def test_exports_go_to_a_folder_per_format_and_listener(tiny_run, tmp_path):
    listening = ws.read_parquet(tiny_run, "answers").to_pandas().query("n_plays > 0")
    folders = ws.write_exports(tiny_run, tmp_path / "out", workers=1)
    assert folders == [tmp_path / f"out/spotify/{n:08}" for n in listening["listener_id"]]
    again = ws.write_exports(tiny_run, tmp_path / "out", ["1"], "lastfm", workers=1)
    assert again == [tmp_path / "out/lastfm/00000001"] and folders[0].is_dir()


def test_files_of_others_are_left_alone(tiny_run, tmp_path):
    (folder,) = ws.write_exports(tiny_run, tmp_path, ["4"], workers=1)
    (folder / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds other files"):
        ws.write_exports(tiny_run, tmp_path, ["1", "4"], workers=1)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not (tmp_path / "spotify" / "00000001").exists()


def test_files_of_an_earlier_export_of_wrapsim_are_replaced(tiny_run, tmp_path):
    run = ("listenbrainz_submit", ["year_edge"])
    (folder,) = ws.write_exports(tiny_run, tmp_path, ["1"], *run, workers=1)
    before = contents(folder)
    with replaced_file(folder / "submit_listens_7.json") as path:  # of a longer run
        path.write_bytes(b"{}")
    ws.write_exports(tiny_run, tmp_path, ["1"], run[0], workers=1)
    assert contents(folder).keys() == before.keys() and contents(folder) != before


def test_the_pdf_of_a_zip_says_that_it_is_invented(exported):
    for form, name in (
        ("spotify", "Spotify Extended Streaming History/ReadMeFirst_ExtendedStreamingHistory.pdf"),
        ("endsong", "MyData/ReadMeFirst_ExtendedStreamingHistory.pdf"),
        ("account", "Spotify Account Data/Read_Me_First.pdf"),
    ):
        pdf = exported[form][name]
        assert pdf.startswith(b"%PDF-1.4\n") and b"This export is invented" in pdf
        start = int(re.search(rb"startxref\n(\d+)", pdf)[1])
        offsets = re.findall(rb"(\d{10}) 00000 n", pdf[start:])
        assert [pdf[int(at) :].split(b" ")[0] for at in offsets] == [b"1", b"2", b"3", b"4", b"5"]


def test_a_listener_without_a_play_is_named(golden_run, tmp_path):
    run = RUN | {"seed": 2, "num_users": 2}
    run_dir = ws.simulate(**run, out_dir=tmp_path / "run")
    with pytest.raises(ValueError, match="users names listener 0, who has no play in this run"):
        ws.write_exports(run_dir, tmp_path / "out", ["0"], workers=1)
    assert not (tmp_path / "out").exists()


def test_an_unknown_format_is_refused_with_the_known(tiny_run, tmp_path):
    with pytest.raises(ValueError, match="form is 'spotfy'.*Did you mean 'spotify'"):
        ws.write_exports(tiny_run, tmp_path / "out", form="spotfy")
    assert not (tmp_path / "out").exists()


def test_the_command_exports_named_listeners_or_all(tiny_run, tmp_path):
    done = command("export", tiny_run, tmp_path, "--user", "1", "--user", "4", "--as", "lastfm")
    assert done.stdout.splitlines() == [
        f"{tmp_path}/lastfm/00000001",
        f"{tmp_path}/lastfm/00000004",
    ]
    done = command("export", tiny_run, tmp_path, "--all", "--as", "librefm", "--workers", "1")
    assert re.search(r": \d exports as librefm\n$", done.stdout)


def test_the_command_needs_either_listeners_or_all(tiny_run, tmp_path):
    for words in ([], ["--user", "1", "--all"]):
        done = command("export", tiny_run, tmp_path, *words)
        assert done.returncode == 2
        assert "give either --user, such as --user 17, or --all" in done.stderr


def test_a_zip_has_fixed_times_and_compressed_files(tiny_run, tmp_path):
    (folder,) = ws.write_exports(tiny_run, tmp_path, ["1"], workers=1)
    with zipfile.ZipFile(folder / "my_spotify_data.zip") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def test_texts_of_rows_are_escaped_as_json_needs(golden_run):
    tracks = named_tracks(ws.open_run(golden_run))
    rows = rows_of_plays(ws.read_parquet(golden_run, "plays"), tracks, 1)
    rows["master_metadata_track_name"][:] = 'Say "no"\\ 雨\t🌙'
    for data in json_objects(rows, ("master_metadata_track_name", "ms_played")):
        assert json.loads(data)["master_metadata_track_name"] == 'Say "no"\\ 雨\t🌙'


def test_the_page_of_exports_tells_every_format_and_oddity():
    page = (TOP / "docs" / "exports.md").read_text(encoding="utf-8")
    rows = {row[0].strip("`"): row for row in table_rows(page)}
    assert rows.keys() - {"--as", "name", "---"} == FORMS.keys() | ODDITIES.keys()
    for name, form in FORMS.items():
        assert rows[name][2] == form.plays
        assert rows[name][3].startswith(f"{form.time}, {form.step_ms // 1000} s")
        if rows[name][4] != "the same":
            words = rows[name][4].replace("artist of the album", "artist")
            assert words.split(", ") == list(form.holds)


def table_rows(page):
    """The cells of every row of a page's tables."""
    lines = [line for line in page.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
