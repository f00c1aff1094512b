"""What the project's own report found, read from its numbers: no run is needed."""

import functools
import json

import numpy as np

from ..cards.words import capital, counted
from ..charts.style import tell, units
from ..checking import front_door
from ..resources import resource
from .evidence import draw_scores
from .scores import (
    PASS,
    Z95,
    Result,
    bounds,
    score_of,
    targets,
    verdicts,
)

NUMBERS = "numbers.json"  # in the folder of the report's pictures


@functools.cache
def report_of_project():
    """The numbers of the project's report, see `report_numbers`."""
    path = resource("docs", "realism", NUMBERS)
    return json.loads(path.read_text(encoding="utf-8"))


@front_door
def draw_reported():
    """How far was each counted outcome from its published figure in the project's own report? As
    `draw_scores`.
    """
    results = reported_results()
    table = verdicts(results)
    table = table[table["counted"] & table["score"].notna()]
    passes = (table["verdict"] == PASS).groupby(domains_of(table.index), sort=False)
    numbers = [passes_sentence(domain, of) for domain, of in passes]
    listeners = f"{counted(report_of_project()['listeners'], 'listener')} over a year."
    ax = tell(draw_scores(results), " ".join([listeners, *numbers]))
    return units(ax, "tolerances from the published figure")


def domains_of(names):
    """The domain of each target. names: ids of targets"""
    return [targets()[name]["domain"] for name in names]


def passes_sentence(domain, passes):
    """How many figures of a domain pass, for the alt text. passes: bool, one for each figure"""
    return f"{capital(domain)}: {passes.sum()} of {len(passes)}."


def reported_results():
    """The `Result` of each check that the report measured, in the order of the targets file."""
    verdicts = report_of_project()["verdicts"]
    return [
        reported_result(target, check)
        for target, about in targets().items()
        for check in about["checks"]
        if f"{target} {check['name']}" in verdicts
    ]


def reported_result(target, check):
    """The `Result` of a check of a target. Its numbers have four digits, so its verdict is read."""
    report, key = report_of_project(), f"{target} {check['name']}"
    numbers = report["figures"][key][:3]
    observed, low, high = (np.nan if number is None else number for number in numbers)
    given = observed, (high - low) / (2 * Z95), score_of(check, observed), report["verdicts"][key]
    return Result(target, check["name"], *bounds(check), *given)
