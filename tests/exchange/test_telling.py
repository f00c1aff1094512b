"""A history becomes a story: its period, its cards, what is not told, and what is hidden."""

import json
import zipfile
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from matplotlib.figure import Figure
from PIL import Image
from typer.testing import CliRunner

from tests.exchange.samples import account, extended, listen, write, zipped
from wrapsim_helpers import commands
from wrapsim_helpers.cards import make_cards
from wrapsim_helpers.cards.card import CARDS, card_names
from wrapsim_helpers.cards.volume import words_of_minutes
from wrapsim_helpers.cards.whole_folder import untold_line
from wrapsim_helpers.cards.words import span, span_and_year
from wrapsim_helpers.exchange.enriching import enriched
from wrapsim_helpers.exchange.histories import load_history
from wrapsim_helpers.exchange.own_wrapped import as_minutes, compare_wrapped
from wrapsim_helpers.exchange.redaction import redacted
from wrapsim_helpers.exchange.telling import days_of_period, tell_history
from wrapsim_helpers.music.songs_file import SONGS
from wrapsim_helpers.wrapped.editions import edition_named

N_SONGS, N_ARTISTS = 40, 12
TITLE = "master_metadata_track_name"
EXTENDED = "Spotify Extended Streaming History/Streaming_History_Audio_2023-2024_0.json"


def song(number):
    """An invented song, its artist and album. Song 0 is played most."""
    return f"Quartz {number}", f"Band {number % N_ARTISTS}", f"Record {number % 15}"


def song_of_day(day):
    """(number of a song, ms played) of the plays of a day, the first song twice."""
    numbers = [0, 0, *(n for n in range(1, N_SONGS) if day % (n + 2) == 0)]
    return [(number, 200_000 if (day + number) % 5 else 40_000) for number in numbers]


def plays_of_years(first="2023-02-01", n_days=600):
    """(end, song, ms played) of an invented history, oldest first."""
    begin = datetime.fromisoformat(first)
    for day in range(n_days):
        for at, (number, ms_played) in enumerate(song_of_day(day)):
            end = begin + timedelta(day, 3600 * 8 + 300 * at)
            yield end, song(number), ms_played


def as_extended(plays):
    """Plays as rows of an extended history; short ones were skipped."""
    return [
        extended(
            f"{end:%Y-%m-%dT%H:%M:%SZ}",
            ms_played,
            names,
            reason_end="trackdone" if ms_played > 100_000 else "fwdbtn",
        )
        for end, names, ms_played in plays
    ]


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    folder = tmp_path_factory.mktemp("extended")
    return load_history(write(folder / "a.json", as_extended(plays_of_years())))


@pytest.fixture(scope="module")
def story(history):
    return tell_history(history, name="Kim Example")


@pytest.fixture(scope="module")
def cards(story):
    return make_cards(story)


def days_of(history, year=-1, edition="all", first_day="", last_day=""):
    """ISO dates of the period of a history."""
    days = days_of_period(history, year, edition_named(edition), first_day, last_day)
    return tuple(map(str, days))


# -- periods ---------------------------------------------------------------------------------------


def test_the_story_is_that_of_the_latest_year_with_enough_music(history, story):
    assert (story.year, story.first_day, story.last_day) == (
        2024,
        date(2024, 1, 1),
        date(2024, 9, 22),
    )
    assert not story.too_little and story.is_imported


def test_a_year_that_has_begun_does_not_hide_the_year_before(tmp_path):
    late = extended("2025-01-02T08:00:00Z", song=song(1))
    both = load_history(write(tmp_path / "a.json", [*as_extended(plays_of_years()), late]))
    assert days_of(both) == ("2024-01-01", "2024-12-31")


def test_edition_days_and_all_years_are_as_asked(history):
    assert days_of(history, 2023, "2023") == ("2023-02-01", "2023-11-19")
    march = ("2023-03-01", "2023-03-31")
    assert days_of(history, -1, "all", *march) == march
    assert days_of(history, 0) == ("2023-02-01", "2024-09-22")


def test_a_day_belongs_to_the_year_of_its_start_in_local_time(tmp_path):
    ends = ("2024-12-31T22:05:00Z", "2024-12-31T23:05:00Z")  # 23:01 and 0:01 in Stockholm
    rows = [extended(end, 200_000) for end in ends]
    history = load_history(write(tmp_path / "a.json", rows))
    assert days_of(history, 0) == ("2024-12-31", "2025-01-01")


def test_a_period_outside_the_history_is_refused(history):
    with pytest.raises(ValueError, match="the history lasts from 2023-02-01 to 2024-09-22"):
        tell_history(history, 2019)


# -- numbers, against the slow obvious version -----------------------------------------------------


def test_minutes_and_tops_equal_a_count_by_hand(story):
    plays = [(names, ms) for end, names, ms in plays_of_years() if end.year == 2024]
    minutes = story.first("minutes")
    assert minutes["ms_played"] == sum(ms for _, ms in plays)
    assert minutes["n_plays"] == minutes["n_streams"] == len(plays)
    counts = pd.Series([names[0] for names, _ in plays]).value_counts()
    top = story.tables["top_songs"].set_index("title")["n_streams"]
    assert top[:5].tolist() == counts[:5].tolist() and top.index[0] == counts.index[0]
    artists = pd.Series([names[1] for names, _ in plays]).value_counts()
    assert story.first("top_artists")["n_whole"] == artists.iloc[0]


def test_skips_follow_from_the_lengths_that_plays_show(story):
    plays = [ms for end, _, ms in plays_of_years() if end.year == 2024]
    row = story.first("skip_rate")
    assert row["n_skips"] == sum(ms == 40_000 for ms in plays)


# -- cards -----------------------------------------------------------------------------------------


def test_fourteen_cards_are_complete_from_an_extended_history(cards):
    names = [card.name for card in cards]
    assert len(names) >= 14 and names[-1] == "summary"
    assert {"minutes", "top_songs", "calendar", "skip_rate", "loyalty", "archive"} <= set(names)
    crowd = {"place", "fan_rank", "leaderboard", "club", "sound_town", "personality", "world"}
    assert not crowd & set(names)


def test_no_card_of_a_history_says_that_it_is_simulated(story, cards):
    assert not [card.name for card in cards if "simulated" in card.alt.casefold()]
    texts = [text for name in ("minutes", "summary") for text in texts_on(name, story)]
    assert not [text for text in texts if "imulated" in text or "invented" in text]
    assert "Kim Example" in cards[0].alt


def texts_on(name, story):
    """The texts that a card draws."""
    ax = Figure().add_axes((0, 0, 1, 1))
    return [text.get_text() for text in CARDS[name](ax, story).texts]


def test_account_data_of_a_year_have_eight_cards_and_no_skips(tmp_path):
    rows = [
        account(f"{end:%Y-%m-%d %H:%M}", ms, names)
        for end, names, ms in plays_of_years("2024-01-01", 266)
    ]
    told = tell_history(load_history(write(tmp_path / "StreamingHistory_music_0.json", rows)))
    names = card_names(told)
    assert len(names) >= 8 and "skip_rate" not in names
    assert "skip rate (need the lengths of plays and tracks)" in untold_line(told)


def test_assumed_lengths_make_no_card_of_skips(tmp_path):
    rows = [
        listen(int(end.timestamp()), names, duration_ms=200_000)
        for end, names, _ in plays_of_years("2024-01-01", 266)
    ]
    told = tell_history(load_history(write(tmp_path / "a.json", rows)))
    assert "top_songs" in card_names(told) and "skip_rate" not in card_names(told)


def test_too_little_music_makes_one_card(tmp_path):
    rows = [extended("2024-01-01T08:03:20Z"), extended("2024-09-22T08:03:20Z")]
    told = tell_history(load_history(write(tmp_path / "a.json", rows)))
    assert [card.name for card in make_cards(told)] == ["too_little"]
    assert "too little music" in untold_line(told)


def test_a_story_of_all_years_names_them(story):
    every = replace(story, year=2023, first_day=date(2023, 2, 1))
    assert every.years == "2023–2024" and story.years == "2024"
    assert span(every) == "Feb 2023–Sep 2024" and span(story) == "1 Jan to 22 Sep"
    assert span_and_year(every) == "1 Feb 2023 to 22 Sep 2024"
    assert ", 2023–2024" in words_of_minutes(every).alt


# -- redaction -------------------------------------------------------------------------------------


def test_a_redacted_story_has_no_name_in_any_byte(tmp_path):
    service = {"topTracks": {"topTracks": ["spotify:track:Quartz"], "topTrackPlayCount": 3}}
    files = {"of-kim.json": as_extended(plays_of_years()), "Wrapped2024.json": service}
    result = run(zipped(tmp_path / "kim.zip", files), "-o", tmp_path / "out", "--redact")
    assert result.exit_code == 0, result.exception
    paths = sorted((tmp_path / "out").iterdir())
    texts = [path.read_text("utf-8") for path in paths if path.suffix in (".html", ".json")]
    pictures = [Image.open(path) for path in paths if path.suffix == ".png"]
    texts += [" ".join(map(str, picture.info.values())) for picture in pictures]
    texts.append(result.stdout)
    assert len(pictures) >= 14 and "Song 1" in " ".join(texts)
    for name in ("Quartz", "Band ", "Record", "kim", "spotify:track:Quartz", "Sweden", "Stockholm"):
        assert not [text[:60] for text in texts if name in text]


def test_a_redacted_history_has_no_place_and_no_name_in_a_reason(history):
    refused = (("kim.zip", "it is damaged (Bad CRC-32 for file 'kim.json')"),)
    hidden = redacted(replace(history, report=replace(history.report, refused=refused)))
    assert (hidden.country, hidden.time_zone) == ("", "")
    assert set(hidden.plays["country"].to_pylist()) == {""}
    assert hidden.report.refused == (("file 1", "it is damaged"),)
    assert "Stockholm" in str(history.report) and "Stockholm" not in str(hidden.report)


def test_redaction_changes_no_number(history, story):
    hidden = tell_history(redacted(history))
    for name in ("minutes", "calendar", "listening_clock", "longest_streak"):
        assert hidden.tables[name].equals(story.tables[name])
    assert hidden.tables["top_songs"]["n_streams"].equals(story.tables["top_songs"]["n_streams"])


def test_song_ids_of_a_redacted_history_do_not_tell_the_names(history):
    ids = set(history.tracks["song_id"].to_pylist())
    assert not ids & set(redacted(history).tracks["song_id"].to_pylist())


# -- a songs file ----------------------------------------------------------------------------------


def songs_file(path, rows):
    """Write a songs file. rows: (title, artist, genre, year)"""
    named = {"Title": 0, "Artist": 1, "Top Genre": 2, "Year": 3}
    cells = [[row[named[name]] if name in named else 10 for name in SONGS] for row in rows]
    lengths = list(SONGS).index("Length (Duration)")
    cells = [[*row[:lengths], 90, *row[lengths + 1 :]] for row in cells]
    pd.DataFrame(cells, columns=list(SONGS)).to_csv(path, index=False)
    return path


def test_a_songs_file_adds_genres_and_release_years(history, tmp_path):
    rows = [(f"QUARTZ {i}", f"Band {i % N_ARTISTS}", "dutch pop", 1990 + i) for i in range(20)]
    told = tell_history(enriched(history, songs_file(tmp_path / "songs.csv", rows)))
    assert told.first("top_genres")["genre"] == "dutch pop"
    assert told.first("oldest_song")["title"] == "Quartz 0"
    assert {"top_genres", "oldest_song"} <= set(card_names(told))


def test_a_songs_file_without_a_song_of_the_history_is_refused(history, tmp_path):
    path = songs_file(tmp_path / "songs.csv", [("Other", "Nobody", "pop", 2000)])
    with pytest.raises(ValueError, match="which has no song of this history"):
        enriched(history, path)


# -- the service's own numbers ---------------------------------------------------------------------


def test_each_number_of_the_service_stands_beside_ours_with_a_rule(tmp_path):
    rows = as_extended(plays_of_years())
    uri = rows[6]["spotify_track_uri"]
    service = {
        "yearlyMetrics": {"totalMsListened": 420_000, "mostListenedDay": "2024-05-05"},
        "topTracks": {"topTracks": [{"trackUri": uri, "count": 3}], "other": None},
        "topArtists": "nonsense",
        "party": {"totalNumListeningMinutes": None},
    }
    path = zipped(tmp_path / "a.zip", {EXTENDED: rows, "Wrapped2024.json": service})
    history = load_history(path)
    told = tell_history(history)
    table = compare_wrapped(told, history)
    assert table["number"].tolist() == ["minutes", "busiest day", "top song", "its streams"]
    assert table["service"].tolist() == [7, "2024-05-05", rows[6][TITLE], 3]
    assert table["wrapsim"][0] == told.first("minutes")["ms_played"] // 60_000
    assert table["wrapsim"][2] == "Quartz 0" != rows[6][TITLE]
    assert table["rule"].str.len().min() > 40
    assert not len(compare_wrapped(replace(told, year=2023), history))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "7", [7], None])
def test_a_value_of_the_service_that_is_no_time_is_left_out(value):
    assert as_minutes(value, {}) is None


def test_a_top_song_without_uris_is_not_compared(tmp_path):
    rows = [
        account(f"{end:%Y-%m-%d %H:%M}", ms_played, names)
        for end, names, ms_played in plays_of_years()
    ]
    service = {"topTracks": {"topTracks": ["spotify:track:x"], "topTrackPlayCount": 3}}
    path = zipped(tmp_path / "a.zip", {"h.json": rows, "Wrapped2024.json": service})
    history = load_history(path)
    table = compare_wrapped(tell_history(history, 2024), history)
    assert table["number"].tolist() == ["its streams"]


# -- the command -----------------------------------------------------------------------------------


def run(*words):
    return CliRunner().invoke(commands.app, ["wrapped", *map(str, words)])


def test_one_command_makes_the_wrapped_of_a_history(tmp_path):
    rows = as_extended(plays_of_years())
    service = {"topArtists": {"numUniqueArtists": 12}, "topTracks": {"topTrackPlayCount": 3}}
    path = zipped(tmp_path / "a.zip", {EXTENDED: rows, "Wrapped2024.json": service})
    out = tmp_path / "out"
    result = run(path, "-o", out, "--name", "Kim", "--year", "2024")
    assert result.exit_code == 0, result.output
    assert "2,896 plays kept" in result.output and f"open {out / 'story.html'}" in result.output
    assert result.output.startswith("Kim, Sweden\n1 Jan to 22 Sep 2024: ")
    assert "\nTop song: Quartz 0\nTop artist: Band 0\nPlays in 2023, 2024: --year" in result.output
    assert "of the plays; --time-zone sets another." in result.output
    assert "  artists: 12, here 12\n  its streams: 3, here " in result.output
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert summary["year"] == 2024 and summary["listener"]["name"] == "Kim"
    names = {path.name for path in out.iterdir()}
    assert {"story.html", "Wrapped2024.json", "cards.json"} <= names
    assert (out / ".gitignore").read_text("utf-8").splitlines()[-1] == "*"
    pictures = sorted(name for name in names if name.endswith(".png"))
    assert sorted(zipfile.ZipFile(out / "cards.zip").namelist()) == pictures


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["PATH", "--users", "5"], "num_users is for the main job, which takes no PATH"),
        (["PATH", "--seed", "5"], "seed is for the main job"),
        (["--year", "2024"], "year is for a history; give its PATH"),
        (["--redact"], "redact is for a history"),
        (["PATH", "--redact", "--name", "Kim"], "name is 'Kim', but redact hides all names"),
        (["PATH", "--theme", "blue"], "theme is 'blue'"),
    ],
)
def test_options_that_do_not_belong_are_refused_and_nothing_is_written(tmp_path, words, message):
    path = write(tmp_path / "a.json", [extended("2025-01-01T08:03:20Z")])
    out = tmp_path / "out"
    result = run(*(path if word == "PATH" else word for word in words), "-o", out)
    assert message in str(result.exception)
    assert not out.exists() or not list(out.iterdir())


def test_a_folder_with_other_files_is_refused(tmp_path):
    path = write(tmp_path / "a.json", [extended("2025-01-01T08:03:20Z")])
    write(tmp_path / "out" / "mine.txt", "mine")
    assert "holds other files" in str(run(path, "-o", tmp_path / "out").exception)
