"""Wrapped<year>.json: the keys that public readers know, and numbers that agree with each other."""

import json
import re
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped import wrapped_file
from wrapsim_helpers.wrapped.archive import TEMPLATES
from wrapsim_helpers.wrapped.wrapped_file import DAYS, public_layout, uri

from .. import stories

URI = re.compile(r"spotify:(track|artist|album|concept):[0-9A-Za-z]{22}")


@pytest.fixture(scope="module")
def story(tiny_run):
    return ws.tell_story(tiny_run, "2", edition="2025")


@pytest.fixture(scope="module")
def written(story, tmp_path_factory):
    path = ws.write_wrapped(story, tmp_path_factory.mktemp("wrapped"))
    assert path.name == "Wrapped2025.json"
    return json.loads(path.read_text(encoding="utf-8"))


def uris_in(value):
    """All texts of a JSON value that begin like a URI."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for item in value for text in uris_in(item)]
    return [value] if str(value).startswith("spotify:") else []


def test_the_blocks_have_the_keys_of_the_export(written):
    assert set(written["topTracks"]) == {"topTracks", "numUniqueTracks"}
    assert set(written["topTracks"]["topTracks"][0]) == {"trackUri", "count", "msPlayed"}
    assert {"topArtistUris", "numUniqueArtists", "topArtistMsPlayed"} <= set(written["topArtists"])
    assert set(written["yearlyMetrics"]) == {"totalMsListened"}


def test_a_party_block_has_each_key_that_one_listener_fills(written):
    assert set(written["party"]) == {
        *("avgTrackPopularityScore", "numSharesAllContent", "numListenedAlbums"),
        *("multilinguistRankingScore", "absoluteChaosRankingScore", "topArtistUris"),
        *("topArtistUri", "percentListenedTopArtist", "percentListenedNight"),
        *("percentListenedExplicit", "totalNumListeningMinutes", "totalNumListeningDays"),
        *("streakNumListeningDays", "numArtistsDiscovered", "percentChillTracks"),
        *("percentSadTracks", "percentHappyTracks", "percentLoveTracks", "percentPartyTracks"),
        "trackStreams",
    }
    assert 0 <= written["party"]["avgTrackPopularityScore"] <= 1
    percentages = [n for key, n in written["party"].items() if key.startswith("percent")]
    assert all(0 <= n <= 100 for n in percentages) and max(percentages) > 1


def test_the_percentage_in_a_club_is_its_part_of_the_crowd(everybody_written):
    clubs = [written["clubs"] for written in everybody_written if "clubs" in written]
    members = Counter(club["userClub"] for club in clubs)
    assert len(clubs) > 3 and clubs == [
        club | {"percentInClub": members[club["userClub"]] / len(clubs)} for club in clubs
    ]


@pytest.fixture(scope="module")
def everybody_written(tiny_run):
    """Wrapped2025.json of every listener of a run."""
    numbers = ws.everybody(tiny_run)["minutes"]["listener_id"].to_pylist()
    return [public_layout(ws.tell_story(tiny_run, str(n), edition="2025")) for n in numbers]


def test_the_archive_has_the_reasons_and_tags_of_its_rules():
    archive = stories.typical().tables["archive"]
    reports = public_layout(stories.typical())["archiveReports"]["archiveReports"]
    assert [DAYS[reason - 1] for reason in archive["reason"]] == [
        (report["reason"], report["filedUnderTags"][0]) for report in reports
    ]
    assert len(DAYS) == len(TEMPLATES) and reports[0]["reason"] == "BIGGEST_MUSIC_DAY"


def test_the_race_tells_the_month_with_most_streams_of_each_artist():
    story = stories.typical()
    insights = public_layout(story)["topArtistRace"]["insights"]
    race = story.tables["artist_race"]
    assert [i["insightMetric"]["value"] for i in insights] == [
        max(rows["n_whole"]) for _, rows in race.groupby("year_rank")
    ]
    assert {i["insightMetric"]["insightType"] for i in insights} == {"ARTIST_X_STREAMS"}


def test_every_uri_has_22_letters(written):
    uris = uris_in(written)
    assert len(uris) > 30 and all(map(URI.fullmatch, uris))


def test_the_totals_agree_with_each_other_and_with_the_story(story, written):
    ms = written["yearlyMetrics"]["totalMsListened"]
    assert ms == story.first("minutes")["ms_played"]
    assert ms // 60_000 == written["party"]["totalNumListeningMinutes"]
    assert written["topTracks"]["topTracks"][0]["count"] == story.first("top_songs")["n_streams"]
    assert 0 <= written["party"]["percentListenedNight"] <= 100


def test_a_track_has_the_id_that_it_has_in_every_run(tiny_run, story, written):
    tracks = ws.read_parquet(tiny_run, "tracks", ["track_id", "song_id"]).to_pandas()
    ids = tracks.set_index("track_id")["song_id"]
    top = ids[story.first("top_songs")["track_id"]]
    assert written["topTracks"]["topTracks"][0]["trackUri"] == f"spotify:track:{top}"


def test_a_uri_follows_from_the_name_alone():
    assert uri("artist", "Ode") == uri("artist", " Ode ") != uri("artist", "Ivy")


def test_the_edition_2024_has_the_keys_of_2024(tiny_run, tmp_path):
    story = ws.tell_story(tiny_run, "2", edition="2024")
    written = json.loads(ws.write_wrapped(story, tmp_path).read_text(encoding="utf-8"))
    assert set(written["topTracks"]) == {
        "topTracks",
        "topTrackPlayCount",
        "topTrackFirstPlayedDate",
        "distinctTracksPlayed",
    }
    longest = story.tables["calendar"].set_index("date")["ms_played"]
    assert written["yearlyMetrics"]["mostListenedDay"] == str(longest.idxmax())
    assert written["yearlyMetrics"]["mostListenedDayMinutes"] == longest.max() // 60_000


@pytest.mark.parametrize("name", stories.ALL)
def test_any_story_is_written_and_a_block_without_data_is_left_out(name, tmp_path):
    story = stories.ALL[name]()
    written = json.loads(ws.write_wrapped(story, tmp_path).read_text(encoding="utf-8"))
    assert ("topAlbums" in written) == bool(len(story.tables.get("top_albums", ())))
    assert "topPodcasts" not in written


def with_first_row(story, name, **values):
    """A story whose table has one row of some values."""
    return replace(story, tables=story.tables | {name: pd.DataFrame([values])})


@pytest.mark.parametrize(
    "first, last, phase",
    [(1974, 1978, "LATE"), (2000, 2004, "EARLY"), (1993, 1997, "LATE"), (1992, 1996, "EARLY")],
)
def test_the_phase_of_the_decade_is_that_of_the_middle_year(first, last, phase):
    age = {"age": 37, "first_year": first, "last_year": last}
    block = wrapped_file.age_block(with_first_row(stories.typical(), "listening_age", **age))
    assert block == {"listeningAge": 37, "windowStartYear": first, "decadePhase": phase}


def test_both_layouts_have_the_milliseconds_and_the_number_of_the_top_artists():
    story = with_first_row(stories.typical(), "minutes", n_artists=57)
    top = pd.DataFrame({"artist": ["Ode", "Ivy"], "ms_played": [90_000, 60_000]})
    story = replace(story, tables=story.tables | {"top_artists": top})
    uris = [uri("artist", "Ode"), uri("artist", "Ivy")]
    new, old = wrapped_file.artists_block(story), wrapped_file.artists_of_2024(story)
    assert (new["topArtistUris"], old["topArtists"]) == (uris, [{"artistUri": u} for u in uris])
    assert new["topArtistMsPlayed"] == old["topArtistMilliseconds"] == 90_000
    assert new["numUniqueArtists"] == old["numUniqueArtists"] == 57


@pytest.mark.parametrize("below, percent", [(0, 0), (1, 50), (2, 100)])
def test_the_percentage_with_less_is_of_the_other_listeners(below, percent):
    story = with_first_row(stories.typical(), "place", n_below=below, n_listeners=3)
    assert wrapped_file.percent_below(story) == percent


def test_a_listener_alone_has_no_percentage():
    story = stories.typical()
    alone = replace(story, tables=story.tables | {"place": story.tables["place"][:0]})
    assert wrapped_file.percent_below(alone) is None


def test_the_night_is_from_22_to_5_oclock():
    hours = pd.DataFrame({"hour": range(24), "ms_played": [1] * 5 + [0] * 17 + [1, 2]})
    story = stories.typical()
    night = replace(story, tables=story.tables | {"listening_clock": hours})
    day = replace(story, tables=story.tables | {"listening_clock": hours.assign(ms_played=1)})
    shares = [wrapped_file.party_block(told)["percentListenedNight"] for told in (night, day)]
    assert shares == [100.0, 29.2]
