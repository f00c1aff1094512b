"""The explorer of a crowd: its numbers are those of a plain count of the plays."""

import html
import json
import re

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.charts.explorer import crowd
from wrapsim_helpers.wrapped import cohorts


@pytest.fixture(scope="module")
def run(tiny_run):
    return ws.open_run(tiny_run)


@pytest.fixture(scope="module")
def counts(run):
    return cohorts.cohort_counts(run)


@pytest.fixture(scope="module")
def plays(run):
    """Every play with what its listener is, as pandas."""
    tracks = ws.read_parquet(run, "tracks").to_pandas().set_index("track_id")
    people = ws.read_parquet(run, "listeners").to_pandas().set_index("listener_id")
    versions = ws.read_parquet(run, "profile_versions").to_pandas()
    first = versions[versions["profile_version"] == 0].set_index("listener_id")
    plays = ws.read_table(run, "plays").to_pandas()
    local = plays["started_at"].astype("datetime64[ms, UTC]").astype("int64") // 60_000
    return plays.assign(
        hour=(local + plays["utc_offset_min"]) // 60 % 24,
        artist=plays["track_id"].map(tracks["artists"].str[0]),
        duration_ms=plays["track_id"].map(tracks["duration_ms"]),
        country=plays["listener_id"].map(people["country"]),
        age=plays["listener_id"].map(first["age"]),
        plan=plays["listener_id"].map(first["plan"].astype(str)),
    )


def in_years(plays, group):
    """The plays of listeners of an age group."""
    after = cohorts.AGES[group]
    before = max((year for year in cohorts.AGES.values() if year < after), default=0)
    return plays[(plays["age"] >= before) & (plays["age"] < after)]


def choices_of(plays):
    """Choices that have plays, with these plays."""
    phone = plays[plays["device"] == "phone"]
    group = next(name for name in cohorts.AGES if len(in_years(plays, name)))
    country = plays["country"].iloc[0]
    free = plays[(plays["plan"] == "free") & (plays["country"] == country)]
    return [
        ({}, plays),
        ({"device": "phone", "age": None}, phone),
        ({"age": group}, in_years(plays, group)),
        ({"plan": "free", "country": country}, free),
        ({"age": group, "device": "phone"}, in_years(phone, group)),
    ]


def test_the_numbers_of_a_cohort_are_those_of_a_plain_count(counts, plays):
    for choice, of_cohort in choices_of(plays):
        numbers, n = cohorts.cohort_numbers(counts, choice), max(len(of_cohort), 1)
        assert numbers["n_plays"] == len(of_cohort)
        assert numbers["n"] == of_cohort["listener_id"].nunique()
        hours = np.bincount(of_cohort["hour"], minlength=24) / n
        assert numbers["hours"] == pytest.approx(hours if len(of_cohort) else [], abs=1e-4)
        on = [1 - left_before(of_cohort, second) / n for second in range(61)]
        assert numbers["left"] == pytest.approx(on if len(of_cohort) else [], abs=1e-4)


def left_before(plays, second):
    """How many plays were left early, before a second of their track."""
    early = plays["ms_played"] < plays["duration_ms"] - 3_000
    return (early & (plays["ms_played"] < 1000 * second)).sum()


def test_minutes_and_top_artists_of_a_cohort_are_those_of_a_plain_count(counts, plays):
    for choice, of_cohort in choices_of(plays):
        numbers = cohorts.cohort_numbers(counts, choice)
        minutes = of_cohort.groupby("listener_id")["ms_played"].sum() / 60_000 / 21
        assert numbers["median"] == pytest.approx(minutes.median(), abs=0.05)
        assert numbers["minutes"][0] == pytest.approx((minutes < 1).mean(), abs=1e-4)
        assert numbers["minutes"][5] == pytest.approx(minutes.between(16, 31.99).mean(), abs=1e-4)
        streams = of_cohort[of_cohort["ms_played"] >= 30_000]["artist"].value_counts()
        ranked = sorted(streams.items(), key=lambda entry: (-entry[1], entry[0]))
        assert numbers["top"] == [list(entry) for entry in ranked[:5]]


def test_a_cohort_without_listeners_is_empty_and_says_so(counts):
    first = crowd.cohort_of(counts, {})
    nobody = crowd.cohort_of(counts, {"country": "AQ"}, first)
    assert nobody["n"] == 0 and nobody["left"] == [] and nobody["top"] == []
    assert cohorts.cohort_numbers(counts, {"country": "AQ"})["median"] == 0
    assert nobody["said"] == "AQ: no listener of this run. Choose another cohort."


def test_a_sentence_compares_a_cohort_with_everybody(counts):
    first = crowd.cohort_of(counts, {})
    said = crowd.cohort_of(counts, {"device": "phone"}, first)["said"]
    assert said.startswith("On phone: ") and f"of {first['n']} listeners. " in said
    assert said.endswith("With so few listeners, chance decides much.")
    assert crowd.cohort_words({"age": "under 20", "persona": ""}) == "under 20, no persona"


def test_the_still_form_has_the_cohorts_and_a_picture_with_their_medians(tiny_run):
    made = ws.explore_crowd(tiny_run)
    data = json.loads(re.search(r'stillExplorer\("[^"]+", (.*)\);\n', made.still)[1])
    n = np.prod([len(control["values"]) for control in data["controls"]])
    assert len(data["answers"]) == n and data["answers"]["0 0 0"] == made.data["first"]
    plan = next(c for c in data["controls"] if c["name"] == "plan")["values"][1]
    assert data["answers"]["0 1 0"] == next(iter(made.reply({"plan": plan})))
    alt = html.unescape(re.search(r'<img alt="([^"]*)"', made.still)[1])
    assert "Median minutes a day: " in alt and "Device: all devices" in alt
