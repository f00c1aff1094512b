"""The explorer of figures: its numbers are those of the run and of the project's report."""

import html
import json
import re
from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.realism import explore_figures as figures
from wrapsim_helpers.realism.report import report_numbers
from wrapsim_helpers.realism.reported import reported_results
from wrapsim_helpers.realism.results_text import short
from wrapsim_helpers.realism.scores import check_named, results_of, targets
from wrapsim_helpers.realism.study import Size

from ..conftest import TOP

VALUES = {"skip_within_5s": 0.25, "plays_per_hour": float("nan"), "same_number_one": 0.2}


@pytest.fixture(scope="module")
def results():
    """Results of three targets, each with one check and an interval."""
    made = [results_of(name, {"value": pd.array([v]).to_numpy()})[0] for name, v in VALUES.items()]
    return [replace(result, error=0.01) for result in made]


@pytest.fixture(scope="module")
def answers(results):
    return figures.figure_answers(results)


def test_a_figure_has_the_numbers_of_the_run_the_report_and_uniform_draws(answers):
    (check,) = answers["skip_within_5s"]["checks"]
    numbers = {row["label"]: row["value"] for row in check["rows"]}
    assert numbers == {
        "this run": 0.25,
        "report, 4,000 listeners": 0.2378,
        "uniform draws": 0.007716,
        "with it, 300 listeners": 0.2375,
        "without steep first seconds": 0.08991,
    }
    assert (check["rows"][0]["low"], check["rows"][0]["high"]) == (0.2304, 0.2696)
    assert check["band"] == pytest.approx([0.2014, 0.2814])


def test_a_number_that_the_run_does_not_have_is_a_dash(answers):
    row = answers["plays_per_hour"]["checks"][0]["rows"][0]
    assert row["value"] is None and row["text"] == "-"
    assert "does not have the plays that it needs" in answers["plays_per_hour"]["said"]


def test_a_figure_says_its_role_its_source_and_its_mechanism(answers):
    said = answers["skip_within_5s"]["said"]
    assert said.startswith("Share of plays left within their first 5 s. Published by P. Lamere")
    assert said.endswith(
        "This run agrees with it. Switched off to show in it: steep first seconds."
    )
    assert "No mechanism was chosen" in answers["plays_per_hour"]["said"]


def test_a_tolerance_in_ratios_divides_and_multiplies():
    check = check_named("same_number_one", "value")
    assert figures.tolerated(check) == [check["low"] / 2, check["high"] * 2]
    assert figures.tolerated({"low": None, "high": 0, "within": None}) == [None, 0.0]


def test_the_still_form_has_every_figure_and_no_widget(results):
    made = ws.explore_figures(results)
    data = json.loads(re.search(r'stillExplorer\("[^"]+", (.*)\);\n', made.still)[1])
    assert data["controls"][0]["texts"] == figures.figure_names(VALUES) and made.reply is None
    assert list(data["answers"]) == ["0", "1", "2"]
    alt = html.unescape(re.search(r'<img alt="([^"]*)"', made.still)[1])
    assert "most played by most listeners: published 0.052 (factor 2), this run 0.2." in alt


def test_the_numbers_of_the_report_are_those_of_its_table():
    report = (TOP / "docs" / "realism.md").read_text(encoding="utf-8")
    numbers = figures.report_of_project()
    for key, (observed, low, high, uniform) in numbers["figures"].items():
        target, check = key.split(" ")
        name = f"`{target}`" + f" {check.replace('_', ' ')}" * (check not in ("value", "breaches"))
        line = next(line for line in report.splitlines() if f"| {name} |" in line)
        cells = [cell.strip() for cell in line.split("|")]
        interval = "-" if low is None else f"{short(low)} to {short(high)}"
        assert cells[6:8] == [short(observed) if observed is not None else "-", interval]
        assert numbers["verdicts"].get(key, "pass") == cells[9]
        assert cells[10] in ("-", "-0") if uniform is None else cells[10] == short(uniform)
    assert len(numbers["figures"]) == sum(len(target["checks"]) for target in targets().values())
    for mechanism, target, check, with_it, without in numbers["mechanisms"]:
        row = f"| {mechanism} | `{target}` {check.replace('_', ' ')} | {short(with_it)} | "
        assert row + f"{short(without)} | " in report


def test_the_picture_of_the_report_has_its_result_and_counts_by_domain():
    report = (TOP / "docs" / "realism.md").read_text(encoding="utf-8")
    result, shares = re.search(r"!\[((\d+) of \d+.*)\]\(realism/scores.png\)", report).groups()
    title, size, *domains = ws.finish(ws.draw_reported()).alt.rstrip(".").split(". ")
    assert (title, size) == (result, "4000 listeners over a year")
    assert sum(int(re.search(r": (\d+) of ", text)[1]) for text in domains) == int(shares)


def test_the_scores_of_the_report_are_those_of_its_table():
    report = (TOP / "docs" / "realism.md").read_text(encoding="utf-8")
    for result in reported_results():
        check = "" if result.check == "value" else f" {result.check.replace('_', ' ')}"
        name = f"| `{result.target}`{check} |"
        cells = next(line for line in report.splitlines() if name in line).split("|")
        if result.score == result.score < 1_000:
            assert result.score == pytest.approx(float(cells[8]), abs=0.02, rel=0.01)


def test_a_report_writes_numbers_of_four_digits(results):
    row = {"target": "a", "check": "value", "with_it": 1.23456, "without_it": float("nan")}
    study = SimpleNamespace(
        size=Size(40, 3, 2),
        results=results[:2],
        rules=[],
        uniform=[replace(results[0], observed=0.123456)],
        ablations=pd.DataFrame([row], index=["a mechanism"]),
    )
    assert report_numbers(study) == {
        "listeners": 40,
        "smaller": 3,
        "uniform": 2,
        "figures": {
            "skip_within_5s value": [0.25, 0.2304, 0.2696, 0.1235],
            "plays_per_hour value": [None, None, None, None],
        },
        "verdicts": {"skip_within_5s value": "pass", "plays_per_hour value": "not here"},
        "mechanisms": [["a mechanism", "a", "value", 1.235, None]],
    }
