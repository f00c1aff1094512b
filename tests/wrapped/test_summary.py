"""The numbers of a story for programs."""

import json

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.insights import INSIGHTS


@pytest.fixture(scope="module")
def story(tiny_run):
    return ws.tell_story(tiny_run, "2")


@pytest.fixture(scope="module")
def summary(story, tmp_path_factory):
    path = ws.write_summary(story, tmp_path_factory.mktemp("summary"))
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_summary_names_the_listener_the_period_and_the_rules(story, summary):
    assert summary["listener"]["user_id"] == story.listener["user_id"]
    assert [summary[name] for name in ("year", "first_day", "last_day", "edition")] == [
        2025,
        "2025-03-20",
        "2025-04-09",
        "all",
    ]
    assert summary["rules"]["stream_ms"] == 30_000 and summary["rules"]["by"] == "streams"


def test_every_insight_has_its_question_its_explanation_and_all_its_rows(story, summary):
    assert set(summary["insights"]) == set(story.tables)
    for name, insight in summary["insights"].items():
        assert insight["question"] == INSIGHTS[name].question
        assert insight["counted"] == story.explain(name)
        assert len(insight["rows"]) == len(story.tables[name]), name


KINDS = {
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "text": str,
    "date": str,
    "datetime": str,
}


def test_every_value_has_the_type_that_its_column_states(summary):
    for name, insight in summary["insights"].items():
        for row in insight["rows"]:
            assert row.keys() == insight["columns"].keys(), name
            for column, value in row.items():
                kind = insight["columns"][column]
                assert value is None or isinstance(value, KINDS[kind]), (name, column, value)


def test_numbers_and_dates_are_those_of_the_story(story, summary):
    rows = {name: insight["rows"] for name, insight in summary["insights"].items()}
    assert rows["minutes"][0]["n_plays"] == story.first("minutes")["n_plays"]
    assert rows["top_songs"][0]["title"] == story.first("top_songs")["title"]
    assert rows["calendar"][0]["date"] == "2025-03-20"
    assert summary["insights"]["calendar"]["columns"]["date"] == "date"
