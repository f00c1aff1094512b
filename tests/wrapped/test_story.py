"""Stories of any period, of several listeners as one, by other rules, and why a number is so."""

from datetime import date

import pandas as pd
import pytest
import pytz
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import commands
from wrapsim_helpers import wrapped as w
from wrapsim_helpers.runs.opened import play_files
from wrapsim_helpers.wrapped.insight import counted_streams
from wrapsim_helpers.wrapped.insights import missing, with_tallies
from wrapsim_helpers.wrapped.periods import GROUP, count_plays, open_period, show_plays
from wrapsim_helpers.wrapped.story import NOT_OF_SEVERAL, values_to_give
from wrapsim_helpers.wrapped.tallies import show_tallies

from ..commands import command
from .test_insights import heard, play, rows


@pytest.fixture(scope="module")
def plays(tiny_run):
    plays = ws.read_parquet(tiny_run, "plays").to_pandas()
    offset = pd.to_timedelta(plays["utc_offset_min"], unit="min")
    plays["day"] = (plays["started_at"].dt.tz_localize(None) + offset).dt.date
    return plays


# -- periods ---------------------------------------------------------------------------------------


def test_a_story_of_any_days_counts_these_days_alone(tiny_run, plays):
    story = ws.tell_story(tiny_run, "2", first_day="2025-03-25", last_day=date(2025, 4, 2))
    inside = plays[plays["day"].between(date(2025, 3, 25), date(2025, 4, 2))]
    assert (story.first_day, story.last_day) == (date(2025, 3, 25), date(2025, 4, 2))
    assert story.first("minutes")["ms_played"] == inside[inside["listener_id"] == 2].ms_played.sum()
    assert story.first("place")["n_listeners"] == inside["listener_id"].nunique()


def test_a_story_from_a_day_on_lasts_to_the_end_of_the_run(tiny_run):
    assert ws.tell_story(tiny_run, "2", first_day="2025-03-25").last_day == date(2025, 4, 9)


@pytest.mark.parametrize(
    "first, last", [("2025-04-10", "2025-04-11"), ("2025-05-01", ""), ("", "2024-12-31")]
)
def test_a_period_without_a_day_of_the_run_is_refused(tiny_run, first, last):
    with pytest.raises(ValueError, match="the run lasts from 2025-03-20 to 2025-04-09. Choose"):
        ws.tell_story(tiny_run, "2", first_day=first, last_day=last)


def test_a_month_after_the_first_year_is_counted_on():
    plays = [play(f"{day}T10:00:00") for day in ("2024-02-29", "2024-12-31", "2025-01-01")]
    tables = heard(plays, first=date(2024, 1, 1), last=date(2025, 12, 31))
    assert rows(w.monthly_genres(tables), "month", order="month") == [[2], [12], [13]]


@pytest.mark.parametrize("year", [1999, 2000, 2023, 2024, 2100])
def test_every_day_has_its_year_and_month(year):
    days = pd.date_range(f"{year}-01-01", f"{year}-12-31")
    plays = [play(f"{day:%Y-%m-%d}T12:00:00", ms_played=1) for day in days]
    table = heard(plays, first=date(1990, 1, 1), last=date(2101, 1, 1)).days
    numbers = w.dates.year_and_month(table.day)
    found = table.select("day", year=numbers[0], month=numbers[1]).order_by("day").execute()
    assert found["year"].tolist() == [year] * len(days)
    assert found["month"].tolist() == days.month.tolist()


def test_streams_before_the_period_are_kept_by_song_and_year():
    plays = [play(f"{day}T10:00:00") for day in ("2023-05-01", "2023-07-01", "2024-01-01")]
    tables = heard([*plays, play("2025-01-01T10:00:00")])
    found = tables.earlier.order_by("year").execute()
    assert found[["track_id", "year", "n_streams"]].values.tolist() == [[0, 2023, 2], [0, 2024, 1]]
    assert (found["last_day"] - found["first_day"]).tolist() == [61, 0]


# -- several listeners as one ----------------------------------------------------------------------


def test_two_listeners_are_counted_as_one(tiny_run, plays):
    people = ws.read_parquet(tiny_run, "listeners").to_pandas()
    story = ws.tell_story(tiny_run, ["2", people["user_id"][4]])
    both = plays[plays["listener_id"].isin([2, 4])]
    assert story.listener["listener_id"] == GROUP
    assert story.listener["name"] == " and ".join(people["name"][[2, 4]].str.split().str[0])
    assert story.first("minutes")["ms_played"] == both["ms_played"].sum()
    assert story.first("minutes")["n_days"] == both["day"].nunique()
    assert not len(story.tables["place"])
    assert ws.make_cards(story)[-1].name == "summary"


def test_each_insight_of_several_listeners_has_rows_of_theirs_alone(tiny_run):
    period = open_period(ws.open_run(tiny_run))
    show_tallies(period)
    show_plays(period, play_files(period.run), [2, 4])
    statements, query = count_plays(period), period.connection.execute
    found = {
        name: {*query(statements[name]).df()["listener_id"]} for name in period.edition.queries
    }
    assert {name for name, numbers in found.items() if numbers - {GROUP}} == set()
    assert {"kept_songs", "top_songs"} <= {name for name, numbers in found.items() if numbers}


@pytest.mark.parametrize("days", [("2025-03-20", "2025-04-09"), ("2025-03-25", "2025-04-02")])
def test_songs_that_two_listeners_kept_are_counted_together_in_the_period(tiny_run, days):
    actions = ws.read_parquet(tiny_run, "actions").to_pandas()
    is_in = actions["at"].dt.date.between(*map(date.fromisoformat, days))
    is_kept = actions["kind"].isin(["save", "playlist_add"])
    kept = actions[is_in & is_kept & actions["listener_id"].isin([2, 5])]
    assert kept["listener_id"].nunique() == 2 and len(kept) < is_kept.sum()
    story = ws.tell_story(tiny_run, ["2", "5"], first_day=days[0], last_day=days[1])
    sums = story.tables["kept_songs"][["n_kept", "n_saves", "n_adds"]].sum()
    kinds = [(kept["kind"] == kind).sum() for kind in ("save", "playlist_add")]
    assert sums.tolist() == [kept["track_id"].nunique(), *kinds]


def test_each_insight_that_several_listeners_do_not_have_says_why(tiny_run, plays):
    alone = [ws.tell_story(tiny_run, str(n)) for n in sorted(plays["listener_id"].unique())]
    story = ws.tell_story(tiny_run, ["1", "2", "3"])
    absent = {name for name, rows in story.tables.items() if not len(rows)}
    ever = {name for one in alone for name, rows in one.tables.items() if len(rows)}
    assert absent & ever <= NOT_OF_SEVERAL.keys() and NOT_OF_SEVERAL.keys() <= absent
    for name, reason in NOT_OF_SEVERAL.items():
        assert story.explain(name) == f"Not told of several listeners: {reason}."
        assert alone[1].explain(name).startswith("Counted: ")


def test_several_listeners_live_at_their_median_latitude(tiny_run):
    run = ws.open_run(tiny_run)
    period, people = open_period(run), ws.read_parquet(tiny_run, "listeners").to_pandas()
    show_plays(period, play_files(run), [1, 2, 5])
    query = f"SELECT latitude, birth_date FROM listeners WHERE listener_id = {GROUP}"
    middle = people.set_index("listener_id")["latitude"][[1, 2, 5]].median()
    assert period.connection.execute(query).fetchall() == [(middle, None)]


def test_one_listener_in_a_list_is_told_as_alone(tiny_run):
    user_id = ws.read_parquet(tiny_run, "listeners")["user_id"][2].as_py()
    for users in (["2"], ["2", user_id]):
        assert ws.tell_story(tiny_run, users).listener["listener_id"] == 2


def test_a_listener_who_is_named_twice_is_counted_once(tiny_run):
    user_id = ws.read_parquet(tiny_run, "listeners")["user_id"][2].as_py()
    twice, once = (ws.tell_story(tiny_run, users) for users in (["2", user_id, "4"], ["2", "4"]))
    assert twice.first("minutes")["ms_played"] == once.first("minutes")["ms_played"]
    assert twice.listener["name"] == once.listener["name"]


def test_a_cohort_is_everybody_whose_columns_have_the_values(tiny_run, plays):
    people = ws.read_parquet(tiny_run, "listeners").to_pandas()
    gender = people["gender"].mode()[0]
    members = people.loc[people["gender"] == gender, "listener_id"]
    story = ws.tell_story(tiny_run, {"gender": gender})
    both = plays[plays["listener_id"].isin(members)]
    assert story.first("minutes")["ms_played"] == both["ms_played"].sum()
    assert story.listener["name"] == gender


def test_a_cohort_of_a_country_has_its_name(tiny_run):
    country = ws.read_parquet(tiny_run, "listeners")["country"][2].as_py()
    name = ws.tell_story(tiny_run, {"country": country}).listener["name"]
    assert name == pytz.country_names[country]


def test_a_cohort_without_a_listener_is_refused_with_the_values_there_are(tiny_run):
    with pytest.raises(ValueError, match="no listener has country 'XX'. Give one of: "):
        ws.tell_story(tiny_run, {"country": "XX"})
    with pytest.raises(ValueError, match="user is 'contry'; .* Did you mean 'country'"):
        ws.tell_story(tiny_run, {"contry": "SE"})


def test_a_value_that_no_listener_has_is_refused_with_the_nearest_and_how_many_more_there_are():
    values = pd.Series([f"P{n:02}" for n in range(14)])
    told = values_to_give("P3", values)
    assert told.startswith(" Did you mean 'P13'?") and told.endswith("P10, P11 and 2 more.")
    countries = pd.Series(["SE", "DE", "SE"])
    told = values_to_give("sweden", countries)
    assert told == " Did you mean 'SE'? Give one of: DE, SE."


@pytest.mark.parametrize(
    "options, words",
    [
        (["--where", "country=XX"], "--where is 'country=XX'; no listener has country 'XX'."),
        (["--where", "land=SE"], "--where is 'land'; it must be one of 'listener_id', "),
        (["--where", "country=SE", "--user", "2"], "--where selects listeners by their columns, "),
    ],
)
def test_the_command_names_the_option_that_selects_no_listener(tiny_run, tmp_path, options, words):
    done = command("cards", tiny_run, tmp_path / "new", *options)
    assert done.returncode == 2 and done.stderr.startswith(f"wrapsim: {words}"), done.stderr
    assert not (tmp_path / "new").exists()


# -- other rules -----------------------------------------------------------------------------------


def test_by_minutes_the_longer_song_is_first_and_by_streams_the_more_frequent():
    plays = [play("2025-05-01T10:00:00", 1, 150_000)]
    plays += [play(f"2025-05-01T11:0{i}:00", 0, 40_000) for i in range(3)]
    firsts = {
        by: rows(w.top_songs(heard(plays, rules=w.Rules(by=by))), "track_id")[0]
        for by in ("streams", "minutes")
    }
    assert firsts == {"streams": [0], "minutes": [1]}


@pytest.mark.parametrize("name", ["top_genres", "top_families"])
@pytest.mark.parametrize("by, column", [("streams", "n_streams"), ("minutes", "ms_played")])
def test_the_shares_of_genres_are_of_what_ranks_them(tiny_run, name, by, column):
    genres = ws.tell_story(tiny_run, "2", rules=w.Rules(by=by)).tables[name]
    shares = genres[column] / genres[column].sum()
    assert genres["share"].tolist() == pytest.approx(shares.tolist())
    assert shares.is_monotonic_decreasing and len(genres) > 2


def test_by_the_clock_of_utc_a_play_belongs_to_the_day_in_utc():
    plays = [play("2025-05-01T00:30:00", zone="Europe/Stockholm")]
    days = [
        rows(w.calendar(heard(plays, rules=w.Rules(clock=clock))), "day", order="day")
        for clock in ("local", "UTC")
    ]
    assert days[0][0][0] - days[1][0][0] == 1


def test_private_plays_are_ranked_if_the_rules_say_so():
    plays = [play("2025-05-01T10:00:00", private=True)]
    counts = [
        len(rows(w.top_songs(heard(plays, rules=w.Rules(private=private))), "track_id"))
        for private in (False, True)
    ]
    assert counts == [0, 1]


def test_the_order_of_rules_is_streams_or_minutes():
    with pytest.raises(ValueError, match="by is 'plays'; it must be one of 'streams', 'minutes'"):
        w.Rules(by="plays")
    with pytest.raises(ValueError, match="clock is 'here'; it must be one of 'local', 'UTC'"):
        w.Rules(clock="here")


@pytest.mark.parametrize("weight", [0.3, -0.5, 1.5, True, "half"])
def test_a_weight_of_guests_that_is_no_half_is_refused(weight):
    words = f"featured_weight is {weight!r}; it must be 0, 0.5 or 1, .* Give 0.5 for the default"
    with pytest.raises(ValueError, match=words):
        w.Rules(featured_weight=weight)
    assert [w.Rules(featured_weight=n).featured_weight for n in (0, 0.5, 1)] == [0, 0.5, 1]


def test_numbers_needed_and_private_plays_are_checked():
    with pytest.raises(ValueError, match="min_tracks is -1; it must be a whole number from 0"):
        w.Rules(min_tracks=-1)
    with pytest.raises(TypeError, match="min_artists is 2.5; it must be a whole number from 0"):
        w.Rules(min_artists=2.5)
    with pytest.raises(TypeError, match="private is 'yes'; it must be True or False"):
        w.Rules(private="yes")


def test_the_command_takes_days_rules_and_a_cohort(tiny_run, tmp_path):
    gender = ws.read_parquet(tiny_run, "listeners")["gender"][2].as_py()
    options = ["--where", f"gender={gender}", "--rule", "by=minutes", "--first-day", "2025-03-25"]
    done = CliRunner().invoke(commands.app, ["cards", str(tiny_run), str(tmp_path), *options])
    assert done.exit_code == 0, done.output
    texts = (tmp_path / "cards.json").read_text(encoding="utf-8")
    assert f"{gender}, top songs of 25 Mar to 9 Apr 2025" in texts


def test_a_rule_that_does_not_exist_is_refused_with_those_that_do(tiny_run):
    with pytest.raises(TypeError, match=r"Rules\(\) has no argument 'bye'.*by, clock, private"):
        w.Rules(bye="minutes")


def test_a_story_by_other_rules_has_tallies_of_its_own(tiny_run):
    strict = ws.tell_story(tiny_run, "2", rules=w.Rules(stream_ms=120_000))
    usual = ws.tell_story(tiny_run, "2")
    assert strict.first("minutes")["n_streams"] < usual.first("minutes")["n_streams"]
    assert strict.explain("top_songs").startswith("Counted: plays of 120 s and more")


# -- why -------------------------------------------------------------------------------------------


def test_every_insight_says_in_one_sentence_how_it_was_counted(tiny_run):
    story = ws.tell_story(tiny_run, "2")
    for name in story.tables:
        text = story.explain(name)
        assert text.startswith("Counted: ") and text.endswith(".") and "{" not in text, name
        assert "2025-03-20 to 2025-04-09, local time" in text, name


OTHER = w.Rules(by="minutes", private=True, clock="UTC", stream_ms=45_000, featured_weight=1)


def test_every_explanation_states_the_rules_that_applied(tiny_run):
    story = ws.tell_story(tiny_run, "2", rules=OTHER)
    texts = {name: story.explain(name) for name in story.tables}
    for name, text in texts.items():
        assert "more milliseconds" not in text and "private plays" not in text, name
        assert "plays of 30 s" not in text and "weighs 0.5" not in text and "{" not in text, name
        assert ", UTC time" in text, name
        if "ties go to more streams, then to the earlier" in text:
            assert "plays of 45 s and more, ranked by minutes; ties go" in text, name
    assert sum("ranked by minutes" in text for text in texts.values()) > 15
    assert "by milliseconds x evenness" in texts["top_albums"]


@pytest.mark.parametrize("name, column", [("top_songs", "title"), ("top_artists", "artist")])
def test_by_minutes_the_gap_of_the_runner_up_is_in_minutes(tiny_run, name, column):
    story = ws.tell_story(tiny_run, "2", rules=OTHER)
    first, second = (row._asdict() for row in story.tables[name].iloc[:2].itertuples())
    gap = first["ms_played"] // 60_000 - second["ms_played"] // 60_000
    words = f"number two, {second[column]}, has {gap} minute{'s' * (gap != 1)} fewer"
    assert story.explain(name).endswith(f"; {words}.")


def test_the_runner_up_is_named_with_its_gap(tiny_run):
    story = ws.tell_story(tiny_run, "2")
    first, second = story.tables["top_songs"].iloc[:2].itertuples()
    gap = first.n_streams - second.n_streams
    gap = f"number two, {second.title}, has {gap} stream{'s' * (gap != 1)} fewer"
    assert story.explain("top_songs").endswith(f"; {gap}.")


def test_a_gap_is_in_whole_or_half_streams_with_its_noun():
    counts = {
        1.0: "1 stream",
        0.0: "0 streams",
        2.5: "2.5 streams",
        1_234_567.0: "1,234,567 streams",
    }
    assert {n: counted_streams(n) for n in counts} == counts


def test_an_insight_names_what_it_needs_and_the_tables_lack():
    tables = with_tallies(heard([play("2025-05-01T10:00:00")]), [])
    needy = w.Insight("x", "?", None, reads=("context", "ms_played"), needs=("albums",))
    assert missing(needy, tables) == ["context", "albums"]
    assert missing(w.INSIGHTS["minutes"], tables) == []
