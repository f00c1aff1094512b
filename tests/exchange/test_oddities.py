"""Each oddity of real exports is in the file as often as the report says."""

import json
from collections import Counter
from datetime import date, datetime

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.exchange.export_formats import FORMS
from wrapsim_helpers.exchange.export_rows import n_rows, named_tracks, picked_rows, rows_of_plays
from wrapsim_helpers.exchange.exports import CONTENTS, Owner
from wrapsim_helpers.exchange.oddities import ODDITIES, check_dirty, with_oddities

from .golden_exports import contents

OWNER = Owner(1, "0" * 32, date(2025, 4, 11))
TITLE, URI = "master_metadata_track_name", "spotify_track_uri"
VERBOSE = ("Android OS", "iOS ", "Windows 1", "OS X", "Linux [", "web_player ", "WebPlayer")


@pytest.fixture(scope="module")
def clean(tiny_run):
    """The rows of the listener with most plays; of plays that end in the same second, the first."""
    run = ws.open_run(tiny_run)
    plays = ws.read_parquet(run, "plays")
    number = Counter(plays["listener_id"].to_pylist()).most_common(1)[0][0]
    rows = rows_of_plays(ws.read_parquet(run, "plays", None, number), named_tracks(run), 7)
    return picked_rows(rows, np.unique(rows["ended_ms"] // 1000, return_index=True)[1])


def in_files(rows, form="spotify"):
    """All rows of an export, a list of dicts in the order of the files; each knows its file."""
    return [
        row | {"file": name.rpartition("/")[2]}
        for name, data in CONTENTS[form][0](rows, OWNER).items()
        if name.endswith(".json")
        for row in json.loads(data)
    ]


def with_one(clean, name, form="spotify"):
    """(rows in the files of an export with one oddity, its count)."""
    rows, counts = with_oddities(clean, (name,), 7)
    return in_files(rows, form), counts[name]


def instants(rows):
    """The ends of rows, seconds."""
    return [datetime.fromisoformat(row["ts"]).timestamp() for row in rows]


def n_overlaps(rows):
    """Rows that begin, by `ts` and `ms_played`, over a second before the end of the row before."""
    ends = instants(rows)
    starts = [end - row["ms_played"] / 1000 for end, row in zip(ends, rows)]
    return sum(start < end - 1 for end, start in zip(ends, starts[1:]))


def n_repeated(rows):
    """Rows whose `ts`, URI and `ms_played` an earlier row has."""
    keys = Counter((row["ts"], row[URI], row["ms_played"]) for row in rows)
    return sum(keys.values()) - len(keys)


# oddity -> how many rows of an export have it, counted without the code that adds it
COUNTED = {
    "repeated_rows": n_repeated,
    "same_ts": lambda rows: len(rows) - len({row["ts"] for row in rows}),
    "unsorted_rows": lambda rows: sum(b < a for a, b in zip(instants(rows), instants(rows)[1:])),
    "zero_ms": lambda rows: sum(row["ms_played"] == 0 for row in rows),
    "null_names": lambda rows: sum(row[TITLE] is None for row in rows),
    "empty_texts": lambda rows: sum(row["platform"] == row["reason_end"] == "" for row in rows),
    "offline_timestamps": lambda rows: sum(
        not row["offline_timestamp"] or row["offline_timestamp"] > 10**10 for row in rows
    ),
    "unknown_skips": lambda rows: sum(
        row["reason_end"] == "fwdbtn" and not row["skipped"] for row in rows
    ),
    "null_flags": lambda rows: sum(row["shuffle"] is row["incognito_mode"] is None for row in rows),
    "mixed_platforms": lambda rows: sum(row["platform"].startswith(VERBOSE) for row in rows),
    "unknown_countries": lambda rows: sum(row["conn_country"] == "ZZ" for row in rows),
    "podcasts": lambda rows: sum(row["episode_name"] is not None for row in rows),
    "videos": lambda rows: sum("Video" in row["file"] for row in rows),
    "audiobooks": lambda rows: sum(row["audiobook_chapter_title"] is not None for row in rows),
    "strange_names": lambda rows: sum(
        any(letter in (row[TITLE] or "") for letter in '🌙"\\,ש#å') or len(row[TITLE] or "") == 200
        for row in rows
    ),
    "old_files": lambda rows: sum("endsong" in row["file"] for row in rows),
    "year_edge": lambda rows: sum(row["ts"] == "2025-01-01T00:01:00Z" for row in rows),
}


@pytest.mark.parametrize("name", COUNTED)
def test_an_oddity_is_in_the_file_as_often_as_reported(clean, name):
    before = COUNTED[name](in_files(with_oddities(clean, (), 7)[0]))
    rows, count = with_one(clean, name)
    assert count > 0
    assert COUNTED[name](rows) - before == count


def test_most_plays_stay_as_they_are(clean):
    plain = in_files(with_oddities(clean, (), 7)[0])
    for name in ODDITIES:
        rows, count = with_one(clean, name)
        assert len(rows) == len(plain) + count * ODDITIES[name].adds
        if name not in ("old_files", "year_edge"):
            assert sum(row in rows for row in plain) >= len(plain) - count
            assert count == len(plain) // 50


def test_overlaps_reach_up_to_a_second_into_the_play_before(clean):
    rows, counts = with_oddities(clean, ("overlaps",), 7)
    overlaps = rows["ended_ms"][:-1] - rows["started_ms"][1:]
    assert (overlaps > 0).sum() >= counts["overlaps"] > 0
    assert (overlaps[overlaps > 0] <= 1_000).sum() >= counts["overlaps"]


def test_over_long_plays_are_longer_than_their_track(clean):
    rows, counts = with_oddities(clean, ("long_plays",), 7)
    longer = (rows["ms_played"] >= rows["duration_ms"] + 30_000).sum()
    before = (clean["ms_played"] >= clean["duration_ms"] + 30_000).sum()
    assert longer - before == counts["long_plays"]


def test_a_local_file_has_no_uri_and_a_removed_track_has(clean):
    rows, count = with_one(clean, "null_names")
    uris = [row[URI] is None for row in rows if row[TITLE] is None]
    assert sum(uris) == count // 2


def test_every_row_has_at_most_one_kind_of_content(clean):
    rows, _ = with_oddities(clean, check_dirty(list(ODDITIES), "spotify"), 7)
    for row in in_files(rows):
        kinds = (row[TITLE], row["episode_name"], row.get("audiobook_title"))
        assert sum(kind is not None for kind in kinds) <= 1


def test_all_oddities_together_are_counted_too(clean):
    rows, counts = with_oddities(clean, check_dirty(list(ODDITIES), "spotify"), 7)
    assert list(counts) == list(ODDITIES)
    exported = in_files(rows)
    added = sum(count for name, count in counts.items() if ODDITIES[name].adds)
    assert len(exported) == n_rows(clean) + added
    for name in ("empty_texts", "unknown_countries", "audiobooks", "year_edge", "old_files"):
        rows_with_keys = [{"audiobook_chapter_title": None} | row for row in exported]
        assert COUNTED[name](rows_with_keys) == counts[name]


@pytest.mark.parametrize("form", FORMS)
def test_every_format_shows_its_oddities(clean, form):
    shown = [n for n, oddity in ODDITIES.items() if set(oddity.needs) <= set(FORMS[form].shows)]
    plain = CONTENTS[form][0](with_oddities(clean, (), 7)[0], OWNER)
    for name in shown:
        rows, counts = with_oddities(clean, (name,), 7)
        assert counts[name] and CONTENTS[form][0](rows, OWNER) != plain


def test_account_data_has_podcasts_and_chapters_in_files_of_their_kind(clean):
    rows, counts = with_oddities(clean, ("podcasts", "audiobooks"), 7)
    files = CONTENTS["account"][0](rows, OWNER)
    sizes = {name.rpartition("/")[2]: json.loads(data) for name, data in files.items()}
    podcasts = sizes["StreamingHistory_podcast_0.json"]
    chapters = sizes["StreamingHistory_audiobook_0.json"]
    assert len(podcasts) == counts["podcasts"] and len(chapters) == counts["audiobooks"]
    assert list(podcasts[0]) == ["endTime", "podcastName", "episodeName", "msPlayed"]
    assert list(chapters[0]) == "endTime audiobookName authorName chapterName msPlayed".split()


def test_the_report_counts_the_oddities(tiny_run, tmp_path):
    (folder,) = ws.write_exports(
        tiny_run, tmp_path, ["1"], dirty=["Podcasts", "zero_ms"], workers=1
    )
    report = json.loads((folder / "report.json").read_bytes())
    assert list(report["oddities"]) == ["podcasts", "zero_ms"]
    assert report["n_rows"] == report["n_plays"] + sum(report["oddities"].values())
    files = contents(folder)
    rows = [row for name in files if name.endswith("json") for row in json.loads(files[name])]
    assert len(rows) == report["n_rows"]


def test_an_oddity_that_a_format_cannot_show_is_refused_with_those_that_it_can():
    words = "dirty is 'podcasts', which the files of 'lastfm' cannot show; they can show 'repeate"
    with pytest.raises(ValueError, match=words):
        check_dirty(["podcasts"], "lastfm")
    with pytest.raises(ValueError, match="Did you mean 'overlaps'"):
        check_dirty(["overlap"], "spotify")
    with pytest.raises(TypeError, match="dirty is 'overlaps'; it must be a list of names"):
        check_dirty("overlaps", "spotify")


def test_a_history_of_two_plays_gets_what_it_can(clean):
    two = {key: column[:2] for key, column in clean.items()}
    rows, counts = with_oddities(two, check_dirty(list(ODDITIES), "spotify"), 7)
    assert counts["repeated_rows"] == 1 and sum(counts.values()) < 6
    assert in_files(rows)
