"""Histories: each format by rows checked by hand, what is left out, and what is counted once."""

import json

import pytest

from tests.exchange.samples import (
    AMBER,
    NIGHT,
    account,
    endsong,
    extended,
    listen,
    maloja,
    reasons,
    starts,
    titles,
    write,
    zipped,
)
from wrapsim_helpers.exchange import plain_rows
from wrapsim_helpers.exchange.clocks import zone_of
from wrapsim_helpers.exchange.histories import load_history
from wrapsim_helpers.exchange.joining import REPEATED, SAME_PLAY

EIGHT = 1_735_718_400  # 1 January 2025, 8:00 UTC
EXTENDED = "Spotify Extended Streaming History/Streaming_History_Audio_2025_0.json"


def values(history, column):
    return history.plays[column].to_pylist()


# -- formats ---------------------------------------------------------------------------------------


def test_an_extended_history_is_read_by_the_start_of_each_play(tmp_path):
    rows = [
        extended("2025-01-01T08:03:20Z"),
        extended("2025-06-01T00:00:10Z", 30_000, NIGHT, incognito_mode=True, shuffle=None),
    ]
    history = load_history(write(tmp_path / EXTENDED, rows))
    assert starts(history) == ["2025-01-01 08:00:00", "2025-05-31 23:59:40"]
    assert values(history, "ms_played") == [200_000, 30_000]
    assert titles(history) == ["Copper Rain", "Night Shift"]
    assert values(history, "private") == [False, True]
    assert values(history, "shuffle") == [False, None]
    assert values(history, "utc_offset_min") == [60, 120]  # Stockholm in winter and in summer
    assert values(history, "reason_end") == ["trackdone", "trackdone"]
    assert history.artists["artist"].to_pylist() == ["Ode to Ivy", "Marta Voss"]
    assert (history.report.n_rows, history.report.n_kept) == (2, 2)


def test_the_older_extended_history_is_the_same_history(tmp_path):
    new = write(tmp_path / "new.json", [extended("2025-01-01T08:03:20Z")])
    old = write(tmp_path / "MyData" / "endsong_0.json", [endsong("2025-01-01T08:03:20Z")])
    assert load_history(old).plays.equals(load_history(new).plays)
    assert reasons(load_history(tmp_path)) == {REPEATED: 1}


def test_six_keys_make_an_extended_history(tmp_path):
    row = extended("2025-01-01T08:03:20Z")
    few = {key: row[key] for key in row if key.startswith(("ts", "ms_", "master", "spotify_t"))}
    history = load_history(write(tmp_path / "a.json", [few]))
    assert titles(history) == ["Copper Rain"] and values(history, "reason_end") == ["UNKNOWN"]


def test_account_data_are_read_by_whole_minutes(tmp_path):
    folder = tmp_path / "Spotify-Kontodaten"
    write(folder / "StreamingHistory_music_0.json", [account("2025-01-01 08:04", 240_000)])
    write(
        folder / "StreamingHistory_podcast_0.json",
        [{"endTime": "2025-01-01 09:00", "podcastName": "P", "episodeName": "E", "msPlayed": 5}],
    )
    write(folder / "YourLibrary.json", {"tracks": []})
    history = load_history(folder)
    assert starts(history) == ["2025-01-01 08:00:00"] and history.time_zone == "UTC"
    assert reasons(history) == {plain_rows.EPISODE: 1}
    assert history.report.unknown == ("YourLibrary.json",)


LISTENS = [listen(EIGHT, duration_played=61, duration_ms=200_000), listen(EIGHT + 600, NIGHT)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x_lb-2025-01-01.json", json.dumps(LISTENS)),
        ("listens/2025/1.jsonl", "\n".join(map(json.dumps, LISTENS))),
        ("payload.json", json.dumps({"listen_type": "import", "payload": LISTENS}, indent=1)),
    ],
)
def test_listenbrainz_is_read_as_array_as_lines_and_as_payload(tmp_path, name, content):
    history = load_history(write(tmp_path / name, content))
    assert starts(history) == ["2025-01-01 08:00:00", "2025-01-01 08:10:00"]
    assert values(history, "ms_played") == [61_000, 210_000]
    assert history.report.n_assumed == 1
    assert history.tracks["duration_ms"].to_pylist() == [200_000, 0]


@pytest.mark.parametrize(
    "content",
    [
        "Ode to Ivy,Small Hours,Copper Rain,01 Jan 2025 08:00\n"
        '"Voss, Marta",Depots,"Night ""Shift""",01 Jan 2025 08:10\n',
        '"uts","utc_time","artist","artist_mbid","album","album_mbid","track","track_mbid"\n'
        f'"{EIGHT}","01 Jan 2025, 08:00","Ode to Ivy","","Small Hours","","Copper Rain",""\n'
        f'"{EIGHT + 600}","01 Jan 2025, 08:10","Voss, Marta","","","","Night ""Shift""",""\n',
        f"Time,Artist,Track,Album\n{EIGHT},Ode to Ivy,Copper Rain,Small Hours\n"
        f'{EIGHT + 600},"Voss, Marta","Night ""Shift""",Depots\n',
        "\ufeffArtist;Album;AlbumId;Track;Date#kim\n"
        f'"Ode to Ivy";"Small Hours";"";"Copper Rain";"{EIGHT}000"\n'
        f'"Voss, Marta";"Depots";"";"Night ""Shift""";"{EIGHT + 600}000"\n',
    ],
)
def test_every_dialect_of_last_fm_is_read(tmp_path, content):
    history = load_history(write(tmp_path / "scrobbles.csv", content))
    assert starts(history) == ["2025-01-01 08:00:00", "2025-01-01 08:10:00"]
    assert titles(history) == ["Copper Rain", 'Night "Shift"']
    assert history.artists["artist"].to_pylist() == ["Ode to Ivy", "Voss, Marta"]


LOG = (
    "#AUDIOSCROBBLER/1.1\n#TZ/{}\n#CLIENT/x\n"
    f"Ode to Ivy\tSmall Hours\tCopper Rain\t1\t200\tL\t{EIGHT}\t\n"
    f"Ode to Ivy\tSmall Hours\tCopper Rain\t1\t200\tS\t{EIGHT + 300}\t\n"
    f"Marta Voss\t\tNight Shift\t\t90\tL\t{EIGHT + 600}\t\n"
)


def test_a_scrobbler_log_counts_the_length_of_each_track_and_no_skip(tmp_path):
    history = load_history(write(tmp_path / ".scrobbler.log", LOG.format("UTC")))
    assert starts(history) == ["2025-01-01 08:00:00", "2025-01-01 08:10:00"]
    assert values(history, "ms_played") == [200_000, 90_000]
    assert reasons(history) == {plain_rows.SKIPPED: 1}


def test_a_log_without_zone_is_in_local_time(tmp_path):
    path = write(tmp_path / ".scrobbler.log", LOG.format("UNKNOWN"))
    history = load_history(path, time_zone="America/New_York")
    assert starts(history) == ["2025-01-01 13:00:00", "2025-01-01 13:10:00"]
    assert values(history, "utc_offset_min") == [-300, -300]


def test_maloja_knows_every_artist(tmp_path):
    content = maloja(
        (EIGHT, "Duet", ["Marta Voss", "Ode to Ivy"], 100), (EIGHT + 200, "Solo", ["Z"], 50)
    )
    history = load_history(write(tmp_path / "maloja_export_1.json", content))
    assert values(history, "ms_played") == [100_000, 50_000]
    credits = history.track_artists.to_pydict()
    assert credits["role"].count("featured") == 1 and len(credits["role"]) == 3


# -- containers ------------------------------------------------------------------------------------


def test_zip_folder_of_zips_and_file_are_one_history(tmp_path):
    rows = [extended("2025-01-01T08:03:20Z"), extended("2025-01-02T08:03:20Z", song=NIGHT)]
    first = zipped(tmp_path / "a.zip", {EXTENDED: rows[:1], "__MACOSX/._x.json": b"\0\5\26"})
    second = zipped(tmp_path / "b.zip", {"Erweiterter Streamingverlauf/endsong_0.json": rows[1:]})
    assert titles(load_history(first)) == ["Copper Rain"]
    assert titles(load_history(tmp_path)) == ["Copper Rain", "Night Shift"]
    assert titles(load_history([first, second])) == ["Copper Rain", "Night Shift"]


def test_the_name_of_a_file_does_not_matter(tmp_path):
    history = load_history(write(tmp_path / "renamed (1).txt", [extended("2025-01-01T08:03:20Z")]))
    assert titles(history) == ["Copper Rain"]


def test_a_zip_inside_a_zip_is_read(tmp_path):
    inner = zipped(tmp_path / "inner.zip", {EXTENDED: [extended("2025-01-01T08:03:20Z")]})
    outer = zipped(tmp_path / "outer.zip", {"my_spotify_data.zip": inner.read_bytes()})
    assert titles(load_history(outer)) == ["Copper Rain"]


# -- what is left out ------------------------------------------------------------------------------

LEFT_OUT = [
    (extended("2025-01-01T09:00:00Z", -1), plain_rows.NEGATIVE),
    (extended("2025-01-01T09:00:00Z", 86_400_001), plain_rows.TOO_LONG),
    (extended("2025-01-01T09:00:00Z", 10**30), plain_rows.TOO_LONG),
    (extended("2025-01-01T09:00:00Z", None), plain_rows.NO_LENGTH),
    (extended("2025-01-01T09:00:00Z", "long"), plain_rows.NO_LENGTH),
    (extended("1970-01-01T00:00:00Z"), plain_rows.TOO_EARLY),
    (extended("2100-01-01T00:00:00Z"), plain_rows.TOO_LATE),
    (extended("yesterday"), plain_rows.NO_TIME),
    (extended("2025-01-01T09:00:00+02:00"), plain_rows.NO_TIME),
    (extended(None), plain_rows.NO_TIME),
    (extended(["2025"]), plain_rows.NO_TIME),
    (extended("2025-01-01T09:00:00Z", song=(None, None, None)), plain_rows.NO_NAME),
    (extended("2025-01-01T09:00:00Z", song=("", "Ode to Ivy", "")), plain_rows.NO_NAME),
    (
        extended("2025-01-01T09:00:00Z", song=(None, None, None), episode_show_name="P"),
        plain_rows.EPISODE,
    ),
    (
        extended("2025-01-01T09:00:00Z", song=(None, None, None), audiobook_title="B"),
        plain_rows.CHAPTER,
    ),
]


@pytest.mark.parametrize(("row", "reason"), LEFT_OUT)
def test_a_row_that_cannot_count_is_left_out_with_its_reason(tmp_path, row, reason):
    history = load_history(write(tmp_path / "a.json", [extended("2025-01-01T08:03:20Z"), row]))
    assert reasons(history) == {reason: 1}
    assert history.report.left_out["example"][0].startswith("a.json, row 2")


def test_the_reasons_and_the_plays_add_up_to_the_rows(tmp_path):
    rows = [extended("2025-01-01T08:03:20Z"), *(row for row, _ in LEFT_OUT)]
    report = load_history(write(tmp_path / "a.json", rows)).report
    assert report.n_rows == 16 and report.n_kept == 1 and report.left_out["n_rows"].sum() == 15
    assert "16 rows read, 1 play kept." in str(report)


def test_only_podcasts_are_refused_with_the_reason(tmp_path):
    row = extended("2025-01-01T09:00:00Z", song=(None, None, None), episode_name="E")
    with pytest.raises(ValueError, match="no play of music is left in a.json") as error:
        load_history(write(tmp_path / "a.json", [row]))
    assert "left out 1: it is an episode of a podcast" in str(error.value)


def test_addresses_agents_and_user_names_reach_no_table(tmp_path):
    rows = [endsong("2025-01-01T08:03:20Z"), extended("2025-01-01T09:03:20Z")]
    history = load_history(write(tmp_path / "a.json", rows))
    tables = history.plays, history.tracks, history.artists, history.track_artists
    everything = " ".join(str(table.to_pydict()) for table in tables) + str(history.report)
    for private in ("192.0.2.7", "198.51.100.9", "Agent", "somebody-else"):
        assert private not in everything


@pytest.mark.parametrize("head", ["uts,artist,track\n", ""])
def test_blank_lines_may_come_before_the_lines_of_a_csv(tmp_path, head):
    row = "1735718400,Ode,Salt\n" if head else "Ode,Album,Salt,01 Jan 2025 08:00\n"
    history = load_history(write(tmp_path / "a.csv", f"\n\r\n{head}{row}"))
    assert history.report.n_rows == history.report.n_kept == 1


# -- what is counted once --------------------------------------------------------------------------


def test_a_row_that_two_files_have_is_counted_once(tmp_path):
    row = extended("2025-01-01T08:03:20Z")
    write(tmp_path / "a.json", [row, extended("2025-01-02T08:03:20Z")])
    write(tmp_path / "b.json", [row, row])
    history = load_history(tmp_path)
    assert history.report.n_kept == 2 and reasons(history) == {REPEATED: 2}
    assert history.report.left_out["example"][0] == "b.json, row 1 (Copper Rain, Ode to Ivy)"


@pytest.mark.parametrize(
    ("shift", "n_kept"), [(0, 1), (30, 1), (-30, 1), (31, 2), (-31, 2), (3600, 2)]
)
def test_a_play_of_two_services_is_counted_once_within_thirty_seconds(tmp_path, shift, n_kept):
    write(tmp_path / "a.json", [extended("2025-01-01T08:03:20Z")])  # starts at 8:00:00
    write(tmp_path / "b.json", [listen(EIGHT + shift, ("COPPER  rain", "ode to ivy", ""))])
    history = load_history(tmp_path)
    assert history.report.n_kept == n_kept
    assert reasons(history) == ({SAME_PLAY: 1} if n_kept == 1 else {})
    assert history.plays["source"][0].as_py() in ("Spotify extended history", "ListenBrainz")


@pytest.mark.parametrize(
    ("began", "n_kept"),
    [(EIGHT, 1), (1000 * EIGHT, 1), (EIGHT + 31, 2), (EIGHT - 31, 1), (EIGHT - 86_400, 2), (0, 2)],
)
def test_a_paused_play_is_its_scrobble_which_began_before_the_pause(tmp_path, began, n_kept):
    row = extended("2025-01-01T08:53:20Z", offline_timestamp=began)  # 200 s played in 3,200 s
    write(tmp_path / "a.json", [row])
    write(tmp_path / "b.json", [listen(EIGHT, ("Copper Rain", "Ode to Ivy", ""))])
    assert load_history(tmp_path).report.n_kept == n_kept


def test_files_that_are_read_at_the_same_time_are_told_in_their_order(tmp_path):
    for i in range(9):
        days = range(1, 2 + 27 * (i % 2))  # long files beside short ones
        rows = [extended(f"20{10 + i}-01-{day:02}T08:03:20Z") for day in days]
        path = write(tmp_path / f"{i}.json", rows * 40)
        if i in (1, 2, 7):
            path.write_bytes(path.read_bytes()[:-9])
    first, second = load_history(tmp_path), load_history(tmp_path)
    assert first.report.damaged == ("1.json", "2.json", "7.json")
    assert list(first.report.files["file"]) == [f"{i}.json" for i in range(9)]
    assert first.plays.equals(second.plays) and first.report.files.equals(second.report.files)


def test_account_data_of_an_extended_history_add_nothing(tmp_path):
    write(tmp_path / "a.json", [extended("2025-01-01T08:03:59Z"), extended("2025-01-01T09:03:00Z")])
    write(tmp_path / "b.json", [account("2025-01-01 08:03"), account("2025-01-01 09:03")])
    history = load_history(tmp_path)
    assert history.report.n_kept == 2 and reasons(history) == {SAME_PLAY: 2}


def test_another_song_at_the_same_time_is_another_play(tmp_path):
    write(tmp_path / "a.json", [extended("2025-01-01T08:03:20Z")])
    write(tmp_path / "b.json", [listen(EIGHT, NIGHT)])
    assert load_history(tmp_path).report.n_kept == 2


def test_guests_in_a_title_make_no_second_song(tmp_path):
    rows = [
        extended("2025-01-01T08:03:20Z", song=("Salt (feat. Marta Voss)", "Ode", "")),
        extended("2025-01-01T09:03:20Z", song=("SALT", "Ode feat. Marta Voss", "")),
    ]
    history = load_history(write(tmp_path / "a.json", rows))
    assert history.tracks["artists"].to_pylist() == [["Ode", "Marta Voss"]]
    assert history.track_artists["role"].to_pylist() == ["primary", "featured"]


# -- times, zones and lengths ----------------------------------------------------------------------


def test_the_zone_is_that_of_most_plays_and_is_said(tmp_path):
    rows = [extended(f"2025-01-0{day}T08:03:20Z", conn_country="AU") for day in (1, 2, 3)]
    history = load_history(
        write(tmp_path / "a.json", [*rows, extended("2025-01-04T08:03:20Z", conn_country="ZZ")])
    )
    assert history.time_zone == "Australia/Sydney" and history.country == "AU"
    assert "guessed from the country AU of 100 % of the plays" in history.report.time_zone


@pytest.mark.parametrize(
    ("given", "near"), [("Stockholm", "Europe/Stockholm"), ("Europe/Berln", "Europe/Berlin")]
)
def test_an_unknown_zone_is_refused_with_similar_ones(given, near):
    with pytest.raises(ValueError, match=f"^time_zone is '{given}'; it must be an IANA") as error:
        zone_of(given, [])
    assert f"Did you mean '{near}'" in str(error.value) and len(str(error.value)) < 200


def test_a_zone_is_known_whatever_its_case_and_blanks():
    assert zone_of("america/new york", [])[0] == "America/New_York"


@pytest.mark.parametrize(
    ("country", "zone"), [("SE", "Europe/Stockholm"), ("XX", "UTC"), (["SE"], "UTC")]
)
def test_account_data_take_the_zone_of_the_account(tmp_path, country, zone):
    holder = {"username": "kim-example", "email": "kim@example.org", "country": country}
    files = {
        "StreamingHistory_music_0.json": [account("2025-01-02 08:03")],
        "Userdata.json": holder,
    }
    history = load_history(zipped(tmp_path / "a.zip", files))
    assert history.time_zone == zone and not history.report.unknown
    assert history.country == ("SE" if zone != "UTC" else "")
    assert "kim" not in str(history.report) and "kim" not in str(history.plays)


def test_the_countries_of_plays_come_before_that_of_the_account(tmp_path):
    files = {"a.json": [extended("2025-01-01T08:03:20Z")], "Userdata.json": {"country": "AU"}}
    assert load_history(zipped(tmp_path / "a.zip", files)).time_zone == "Europe/Stockholm"


def test_a_report_names_few_of_the_other_files(tmp_path):
    others = {f"folder/{number}.txt": "text" for number in range(8)}
    history = load_history(
        zipped(tmp_path / "a.zip", {"a.json": [extended("2025-01-01T08:03:20Z")]} | others)
    )
    assert "  no history: 0.txt, 1.txt, 2.txt, 3.txt, 4.txt and 3 more\n" in str(history.report)


def test_the_length_of_a_track_is_that_of_most_plays_to_its_end(tmp_path):
    times = enumerate((180_000, 200_000, 200_000, 40_000))
    rows = [extended(f"2025-01-0{day + 1}T08:03:20Z", length) for day, length in times]
    rows += [extended("2025-01-09T08:00:00Z", 60_000, NIGHT, reason_end="fwdbtn")]
    history = load_history(write(tmp_path / "a.json", rows))
    assert history.tracks["duration_ms"].to_pylist() == [200_000, 0]


def test_a_scrobble_of_unknown_length_lasts_until_the_next_at_most(tmp_path):
    at = (EIGHT, EIGHT + 10, EIGHT + 100, EIGHT + 1000)
    rows = [listen(second, song) for second, song in zip(at, (AMBER, NIGHT, AMBER, NIGHT))]
    history = load_history(write(tmp_path / "a.json", rows))
    assert values(history, "ms_played") == [30_000, 90_000, 210_000, 210_000]
    assert history.report.n_assumed == 4


def test_the_services_wrapped_is_kept_beside_the_plays(tmp_path):
    own = {"yearlyMetrics": {"totalMsListened": 5}}
    files = {EXTENDED: [extended("2025-01-01T08:03:20Z")], "Wrapped2025.json": own}
    assert load_history(zipped(tmp_path / "a.zip", files)).wrapped == {2025: own}
