"""Wrapped<year>.json: the keys that public readers know, and numbers that agree with each other."""

import json
import re

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.wrapped_file import uri

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
