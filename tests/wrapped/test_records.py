"""A new insight with its card is a query, a drawing and a name in an edition."""

import re
from dataclasses import replace

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import wrapped as w
from wrapsim_helpers.cards import card, tops
from wrapsim_helpers.runs.connection import connected
from wrapsim_helpers.storage import places
from wrapsim_helpers.wrapped import editions, insights, periods
from wrapsim_helpers.wrapped.insights import with_tallies

from ..conftest import TOP
from ..test_language import TEXTS, text_of

NAMES = ("tracks", "artists", "track_artists")


def first_songs(tables):
    """At how many moments did each listener stream a track for the first time? n_moments."""
    firsts = tables.songs.filter(tables.songs.n_streams > 0)
    counts = firsts.group_by("listener_id").agg(n_moments=firsts.first_ms.nunique())
    return counts.order_by("listener_id")


def draw_first_songs(ax, story, theme="press"):
    ax.set_label(f"{story.tables['first_songs']['n_moments'].iloc[0]} first songs")
    return ax


def tables_of(run, rules=w.Rules()):
    """The `PeriodTables` of a whole run by some rules."""
    catalogue = [run.tables[name] for name in NAMES]
    more = {"rules": rules, "albums": run.tables["albums"]}
    return with_tallies(w.tables_in(run.tables["plays"], *catalogue, *run.days, **more))


@pytest.mark.parametrize("edition", ["all", "2025"])
def test_an_insight_is_added_by_a_query_a_drawing_and_an_edition(tiny_run, monkeypatch, edition):
    ws.tell_story(tiny_run, "0", edition=edition)
    monkeypatch.setattr(tops, "draw_first_songs", draw_first_songs, raising=False)
    new = w.Insight("first_songs", "How many first songs?", first_songs, columns=("n_moments",))
    monkeypatch.setitem(insights.INSIGHTS, "first_songs", new)
    names = (*w.EDITIONS[edition].story, "first_songs")
    more = replace(w.EDITIONS[edition], story=names)
    monkeypatch.setitem(editions.EDITIONS, edition, more)
    monkeypatch.setattr(card, "CARDS", card.drawings())
    periods.opened_period.cache_clear()  # the run's folder has the SQL of the edition as it was
    story = ws.tell_story(tiny_run, "0", edition=edition)
    cards = ws.make_cards(story)
    assert [one.name for one in cards][-2:] == ["first_songs", "summary"]
    assert cards[-2].alt == f"{story.tables['first_songs']['n_moments'].iloc[0]} first songs"
    found = ws.everybody(tiny_run, edition=edition)["first_songs"]
    assert found.column_names == ["listener_id", "n_moments"]


def test_every_insight_has_a_card_but_those_that_others_show():
    shown_by_others = {"monthly_genres", "monthly_families", "top_families", "crowd"}
    shown_by_others |= {"release_years", "top_release_year", "genre_mixture", "fan_rank"}
    shown_by_others |= {"personality_axes", "listening_habits"}
    assert set(w.INSIGHTS) - set(card.CARDS) == shown_by_others


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(TOP).as_posix())
def test_no_text_says_how_many_insights_there_are(path):
    numbers = r"\b(nine|ninth|ten|tenth|9|10)( of them| \w+)?"
    if path.name != "test_records.py":
        assert re.findall(rf"{numbers} (insights?|cards|parquet files)\b", text_of(path)) == []
        assert re.findall(r"the[- _]nine\b|\bnine(_s|\()", text_of(path)) == []


def test_every_insight_has_a_question_and_gives_the_columns_it_names(tiny_run):
    found = ws.everybody(tiny_run)
    for one in w.INSIGHTS.values():
        assert one.question.endswith("?"), one.name
        if one.query:
            assert found[one.name].column_names == ["listener_id", *one.columns], one.name


REQUIRED = {"listener_id", "track_id", "started_at", "utc_offset_min", "ms_played"}


def columns_of(insight):
    """The columns of plays that an insight and its tallies may read."""
    reads = [insight.reads, *(w.TALLIES[name].reads for name in insight.tallies)]
    return frozenset(REQUIRED.union(*reads))


def stored_tables(run, columns):
    """The `PeriodTables` of a whole run, from some columns of its plays."""
    names = (*NAMES, "albums", "listeners", "actions")
    connection = connected()
    store = lambda name, rows: connection.create_table(name, rows, temp=True)
    tables = {name: store(name, ws.read_parquet(run, name)) for name in names}
    plays = store("plays", ws.read_parquet(run, "plays", sorted(columns)))
    period = w.tables_in(plays, **tables, first_day=run.days[0], last_day=run.days[1])
    tallies = [name for name, tally in w.TALLIES.items() if columns >= {*tally.reads}]
    return with_tallies(periods.in_temporary_tables(period, store), tallies, store)


def test_an_insight_does_without_the_columns_that_it_does_not_read(tiny_run):
    run = ws.open_run(tiny_run)
    insights = [insight for insight in w.INSIGHTS.values() if insight.query]
    whole = stored_tables(run, frozenset().union(*map(columns_of, insights)))
    for columns in {columns_of(insight) for insight in insights}:
        few = stored_tables(run, columns)
        for insight in insights:
            if columns_of(insight) == columns:
                rows = insight.query(few).to_pyarrow()
                assert rows == insight.query(whole).to_pyarrow(), insight.name


def test_a_featured_artist_counts_as_the_rules_say(tiny_run):
    run = ws.open_run(tiny_run)
    rules = [w.Rules(featured_weight=weight) for weight in (0.0, 0.5, 1.0)]
    streams = [
        w.top_artists(tables_of(run, one), most=10**6).n_streams.sum().execute() for one in rules
    ]
    assert streams[0] < streams[1] < streams[2]
    assert streams[2] - streams[1] == streams[1] - streams[0]


def test_a_stream_is_as_long_as_the_rules_say(tiny_run):
    run = ws.open_run(tiny_run)
    counts = [
        w.minutes(tables_of(run, w.Rules(stream_ms=ms))).n_streams.sum().execute()
        for ms in (0, 30_000, 60_000)
    ]
    assert counts[0] == run.manifest["plays"] > counts[1] > counts[2] > 0


def test_a_story_reads_run_json_once_and_that_of_an_opened_run_never(tiny_run, monkeypatch):
    reads, get = [], places.get
    monkeypatch.setattr(places, "get", lambda place, name: reads.append(name) or get(place, name))
    run = ws.open_run(tiny_run)
    assert reads.count("run.json") == 1 and ws.open_run(run) is run
    periods.opened_period.cache_clear()
    ws.tell_story(run)
    assert reads.count("run.json") == 1
    ws.tell_story(tiny_run)
    assert reads.count("run.json") == 2
