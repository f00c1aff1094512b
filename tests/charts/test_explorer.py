"""The explorer of a year: its numbers, its messages, and its form without a kernel."""

import html
import json
import re

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.charts.explorer import page, year
from wrapsim_helpers.charts.explorer.widget import widget_of
from wrapsim_helpers.listening import other_years
from wrapsim_helpers.listening.what_if import local_ms


@pytest.fixture(scope="module")
def listened():
    """Listener 2 in a spring of twelve weeks, with the bundled songs alone."""
    run = ws.Run(1, "2025-01-01", "2025-03-26", first_listener=2, seed=5, catalogue_tracks=0)
    return ws.listen(run)


@pytest.fixture(scope="module")
def first(listened):
    return year.year_of(listened, {})


@pytest.fixture(scope="module")
def explorer(listened):
    return ws.explore_year(listened)


# -- numbers ---------------------------------------------------------------------------------------


def test_the_numbers_of_a_year_are_those_of_its_plays(listened, first):
    plays = listened.plays.to_pandas()
    local = local_ms(listened.plays)
    start = np.datetime64("2025-01-01", "ms").astype(int)
    weeks = [0.0] * 12
    for moment, ms in zip(local, plays["ms_played"]):
        weeks[min((moment - start) // (7 * 86_400_000), 11)] += ms / 60_000
    assert first["weeks"] == [round(minutes) for minutes in weeks]
    in_hour_9 = sum(moment // 3_600_000 % 24 == 9 for moment in local) / len(local)
    assert first["hours"][9] == pytest.approx(in_hour_9, abs=1e-4)
    assert first["total"] == pytest.approx(plays["ms_played"].sum() / 3_600_000, abs=0.05)
    assert first["days"] == len({moment // 86_400_000 for moment in local})


def test_the_top_five_are_counted_by_streams_and_then_by_name(listened, first):
    plays = listened.plays.to_pandas()
    artists = listened.world.catalogue.tracks["artists"].to_pylist()
    streams = {}
    for track, ms in zip(plays["track_id"], plays["ms_played"]):
        if ms >= 30_000:
            streams[artists[track][0]] = streams.get(artists[track][0], 0) + 1
    ranked = sorted(streams.items(), key=lambda entry: (-entry[1], entry[0]))
    assert first["top"] == [list(entry) for entry in ranked[:5]]


@pytest.mark.parametrize(
    "choice", [{"age": 50}, {"plan": "premium"}, {"gender": "male"}, {"genre": "Rap"}]
)
def test_a_choice_gives_the_year_of_what_if(listened, choice):
    words = {"preferred_genre" if name == "genre" else name: v for name, v in choice.items()}
    changed = ws.what_if(listened, **words)
    assert other_years.changed_year(listened, **choice).plays.equals(changed.plays)


def test_another_home_changes_the_clock_and_keeps_the_person(listened):
    moved = other_years.changed_year(listened, home="Tokyo")
    columns = ["birth_date", "gender", "joined_on", "chronotype", "minutes_per_day"]
    assert moved.listeners["time_zone"].to_pylist() == ["Asia/Tokyo"]
    assert moved.listeners.select(columns).equals(listened.listeners.select(columns))


def test_a_choice_of_nothing_is_the_first_year(listened, first):
    assert year.year_of(listened, {"age": None, "plan": None}, first) == first


def test_a_sentence_says_what_changed(listened, first):
    said = year.year_of(listened, {"age": 60, "home": "Tokyo"}, first)["said"]
    name = listened.listeners["name_latin"][0].as_py()
    assert said.startswith(f"{name}, 60, ") and ", Tokyo: " in said
    assert f" are skipped instead of {round(100 * first['skips'])}\u2009%. " in said
    other = year.year_of(listened, {"seed": 6}, first)["said"]
    assert other.startswith("Another person: ") and name not in other


def test_a_number_that_did_not_change_is_not_compared_with_itself(first):
    same = first | {"total": first["total"] + 10}
    said = year.said("A", same, first)
    assert f"of music instead of {round(first['total'])}, on " in said
    assert " days as before. " in said and " of plays are skipped as before. " in said


def test_every_home_is_on_land():
    names = [ws.one_listener(latitude=n, longitude=e) for n, e in other_years.HOMES.values()]
    assert len(names) == len(other_years.HOMES)


# -- messages --------------------------------------------------------------------------------------


def replies(explorer, choice, monkeypatch):
    """What the widget of an explorer sends after a message with a choice."""
    widget, sent = widget_of(explorer), []
    monkeypatch.setattr(widget, "send", sent.append)
    widget._handle_custom_msg({"choice": choice}, [])
    return sent


def test_a_message_of_a_slider_is_answered_with_the_numbers(explorer, listened, first, monkeypatch):
    sent = replies(explorer, {"age": 50, "plan": None}, monkeypatch)
    assert sent == [year.year_of(listened, {"age": 50}, first)]
    assert json.loads(json.dumps(sent[0])) == sent[0]
    assert explorer.data["first"] == first


def test_an_age_that_the_population_does_not_have_is_answered_with_the_reason(
    explorer, monkeypatch
):
    (reply,) = replies(explorer, {"age": 6}, monkeypatch)
    assert set(reply) == {"error"} and "13" in reply["error"]


def test_the_page_has_a_control_for_each_thing_that_can_change(listened):
    controls = year.live_controls(listened)
    names = "age plan genre gender home seed".split()
    assert [control["name"] for control in controls] == names
    assert all(control["values"][control["start"]] is None for control in controls)
    assert all(len(control["values"]) == len(control["texts"]) for control in controls)


# -- without a kernel ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def still(explorer):
    return explorer._repr_html_()


def test_the_still_form_has_a_year_for_every_choice(still, first):
    data = json.loads(re.search(r'stillExplorer\("[^"]+", (.*)\);\n', still)[1])
    n = np.prod([len(control["values"]) for control in data["controls"]])
    start = " ".join(str(control["start"]) for control in data["controls"])
    assert len(data["answers"]) == n >= 20 and data["answers"][start] == first


def test_the_still_form_is_a_picture_with_its_numbers_where_scripts_do_not_run(still):
    without_scripts = re.sub(r"<script>.*?</script>", "", still, flags=re.S)
    alt = html.unescape(re.search(r'<img alt="([^"]*)"', without_scripts)[1])
    assert re.search(r"Hours: \d+ before, \d+ after the change\. Age: .*15 \d+ hours", alt)
    assert "<style" not in without_scripts and len(still) < 400_000


def test_a_script_in_a_name_cannot_end_the_script():
    assert "</" not in page.for_script({"name": "</script><b>"})


def test_papermill_shows_the_still_form_alone_and_a_browser_the_page_too(explorer, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    monkeypatch.delenv(page.SESSION, raising=False)
    explorer._ipython_display_()
    assert [type(each).__name__ for each in shown] == ["HTML"]
    monkeypatch.setenv(page.SESSION, "a.ipynb")
    explorer._ipython_display_()
    assert [type(each).__name__ for each in shown] == ["HTML", "HTML", "ExplorerWidget"]


# -- how much is decided ---------------------------------------------------------------------------


def test_other_years_are_those_of_one_change_each_and_of_other_listeners(listened):
    years = ws.other_years(listened).set_index(["change", "value"])["hours"]
    played = ws.what_if(listened, age=65).answers["ms_played"][0].as_py()
    assert years["age", 65] == pytest.approx(played / 3_600_000)
    third = ws.listen(listened.run, [3]).answers["ms_played"][0].as_py()
    assert years["another listener", "3"] == pytest.approx(third / 3_600_000)
    alt = ws.finish(ws.draw_other_years(years.reset_index())).alt
    assert "Hours: age " in alt and "another listener" in alt
