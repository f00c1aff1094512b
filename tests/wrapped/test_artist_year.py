"""The year of an artist, from all listeners of a run, against a plain loop."""

from collections import Counter, defaultdict
from datetime import timedelta

import pandas as pd
import pytest
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import commands
from wrapsim_helpers.wrapped.artist_year import accolades_of

from ..commands import command


@pytest.fixture(scope="module")
def star(tiny_run):
    """(name, id) of the artist with most listeners among the first five artists."""
    table = ws.everybody(tiny_run)["top_artists"].to_pandas()
    first = table[table["rank"] <= 5]
    artist_id = first["artist_id"].value_counts().index[0]
    return first.loc[first["artist_id"] == artist_id, "artist"].iloc[0], artist_id


@pytest.fixture(scope="module")
def story(tiny_run, star):
    return ws.tell_artist(tiny_run, star[0])


@pytest.fixture(scope="module")
def streams(tiny_run, star):
    """The artist's ranked streams, as dicts with day and hour in local time."""
    tracks = ws.read_parquet(tiny_run, "tracks").to_pylist()
    noise = {row["track_id"] for row in tracks if row["noise"]}
    credits = ws.read_parquet(tiny_run, "track_artists").to_pylist()
    theirs = {row["track_id"] for row in credits if row["artist_id"] == star[1]}
    plays = []
    for row in ws.read_parquet(tiny_run, "plays").to_pylist():
        if row["ms_played"] >= 30_000 and not row["private"] and row["track_id"] in theirs - noise:
            local = row["started_at"] + timedelta(minutes=row["utc_offset_min"])
            plays.append(row | {"day": local.date(), "hour": local.hour})
    return plays


def test_the_numbers_of_an_artist_are_those_of_a_plain_loop(tiny_run, story, streams):
    people = {row["listener_id"]: row for row in ws.read_parquet(tiny_run, "listeners").to_pylist()}
    listeners = {play["listener_id"] for play in streams}
    row = story.first("artist_year")
    assert row["n_listeners"] == len(listeners) > 1
    assert row["crowd_size"] == len(ws.everybody(tiny_run)["minutes"])
    assert row["n_streams"] == len(streams)
    assert row["ms_played"] == sum(play["ms_played"] for play in streams)
    assert row["n_songs"] == len({play["track_id"] for play in streams})
    assert row["n_countries"] == len({people[number]["country"] for number in listeners})
    countries = Counter(people[number]["country"] for number in listeners)
    told = story.tables["artist_countries"].set_index("country")["n_listeners"]
    assert told.to_dict() == dict(countries)
    assert story.tables["artist_countries"]["n_streams"].is_monotonic_decreasing


def test_super_listeners_have_the_artist_among_their_first_five(tiny_run, story, star):
    table = ws.everybody(tiny_run)["top_artists"].to_pandas()
    first = table[(table["artist_id"] == star[1]) & (table["rank"] <= 5)]
    assert story.first("artist_year")["n_super"] == len(first)


def test_songs_days_hours_and_months_of_an_artist_are_those_of_a_plain_loop(story, streams):
    songs = story.tables["top_songs"].set_index("track_id")["n_streams"].to_dict()
    assert songs == dict(Counter(play["track_id"] for play in streams))
    days = story.tables["calendar"].set_index("date")["n_streams"]
    assert days[days > 0].to_dict() == dict(Counter(play["day"] for play in streams))
    assert len(days) == 21
    hours = defaultdict(int)
    for play in streams:
        hours[play["hour"]] += play["ms_played"]
    clock = story.tables["listening_clock"].set_index("hour")["ms_played"]
    assert clock[clock > 0].to_dict() == hours
    months = story.tables["artist_months"].set_index("month")["n_streams"].to_dict()
    assert months == dict(Counter(play["day"].month for play in streams))


def test_an_artist_is_named_in_any_case_or_by_number(tiny_run, story, star):
    for name in (star[0].upper(), str(star[1])):
        assert ws.tell_artist(tiny_run, name).listener["name"] == star[0]


def test_an_unknown_artist_is_refused_with_the_nearest_names(tiny_run, star):
    with pytest.raises(
        ValueError, match="the run has no artist of that name or number. Did you mean"
    ):
        ws.tell_artist(tiny_run, star[0] + "x")


@pytest.mark.parametrize(
    "words",
    [
        ("artist", "--artist", "nobody"),
        *((name, "--user", "nobody") for name in ("cards", "story")),
        *((name, "--user", "1", "--user", "nobody") for name in ("party", "blend")),
    ],
)
def test_a_command_that_is_refused_leaves_no_folder(tiny_run, tmp_path, words):
    done = command(words[0], tiny_run, tmp_path / "new", *words[1:])
    assert done.returncode == 2 and not (tmp_path / "new").exists()


def test_an_artist_whom_nobody_streamed_is_refused(tiny_run):
    heard = ws.read_parquet(tiny_run, "answers")["artist_ids"].to_pylist()
    heard = {artist for artists in heard for artist in artists}
    silent = next(
        row["artist"]
        for row in ws.read_parquet(tiny_run, "artists").to_pylist()
        if row["artist_id"] not in heard
    )
    with pytest.raises(
        ValueError, match="^nobody streamed .* choose another artist, year or period"
    ):
        ws.tell_artist(tiny_run, silent)


def week_of(n_at_six, n_all_at_six, n=60, n_all=1000):
    """Hours of an artist: some streams on Monday at 6, the rest on Tuesday at 20."""
    rows = [(0, 6, n_at_six, n_all_at_six), (1, 20, n - n_at_six, n_all - n_all_at_six)]
    return pd.DataFrame(rows, columns=["weekday", "hour", "n_streams", "n_all"])


def test_an_accolade_needs_a_clearly_larger_share_than_the_crowd():
    assert accolades_of(week_of(21, 200))["accolade"].tolist() == ["The Early Riser"]
    assert accolades_of(week_of(21, 200))["ratio"].tolist() == [1.75]
    assert accolades_of(week_of(12, 200))["accolade"].tolist() == []
    assert accolades_of(week_of(3, 200))["accolade"].tolist() == ["The Evening Act"]


def test_an_artist_of_few_streams_has_no_accolade():
    assert len(accolades_of(week_of(20, 200, n=29))) == 0
    assert len(accolades_of(week_of(20, 200, n=30))) == 1


def test_the_command_draws_the_cards_of_an_artist(tiny_run, star, tmp_path):
    words = ["artist", str(tiny_run), str(tmp_path / "cards"), "--artist", star[0]]
    done = CliRunner().invoke(commands.app, words)
    assert done.exit_code == 0, done.output
    names = [path.name for path in (tmp_path / "cards").glob("*.png")]
    assert any(name.endswith("top_songs.png") for name in names)
    assert not any(name.endswith("summary.png") for name in names)


def test_an_artist_has_a_year_in_every_edition_and_again_from_the_cache(tiny_run, star, story):
    again = ws.tell_artist(tiny_run, star[0], edition="2025")
    assert again.edition == "2025" and again.tables["artist_year"].equals(
        story.tables["artist_year"]
    )
