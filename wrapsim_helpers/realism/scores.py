"""Published figures (targets) and the scores of measured numbers."""

import functools
import math
import re
from collections import defaultdict
from dataclasses import dataclass
from fnmatch import fnmatch

import numpy as np
import pandas as pd

from ..checking import front_door
from ..people.behaviour import Behaviour
from ..people.figures import figures
from ..people.model_parameters import parameter_records
from ..resources import PACKAGE

PASS, FAIL, TOO_SMALL, LEFT_OUT = "pass", "fail", "too small", "not here"
Z95 = 1.96
# folders and modules that simulate the data or fit the parameters
MODEL = ("people", "music", "listening", "realism/fit.py")
NEEDED = {"A": 0.90, "B": 0.75}  # share of the counted outcomes of a tier that has to pass


@dataclass(frozen=True)
class Result:
    """One number measured against one check of a target.

    observed  the measured number, NaN if the run does not have the plays that it needs
    error     bootstrap standard error over listeners, NaN if none is computed
    score     0 inside the published range, 1 at its tolerance; inf outside a range without one
    """

    target: str
    check: str
    low: float
    high: float
    observed: float
    error: float
    score: float
    verdict: str


def targets():
    """All targets by id, as in data/behaviour/targets.json."""
    return figures("targets")


def check_named(target, name):
    """One check of a target, as in data/behaviour/targets.json."""
    return next(check for check in targets()[target]["checks"] if check["name"] == name)


def score_of(check, observed):
    """Distance from the published range in tolerances, float; inf outside a range without a
    tolerance, NaN if observed is NaN.

    check  {'low', 'high', 'within'}; None for an open end, and for no tolerance. A check with a
           'factor' has a tolerance in ratios: with 2, half of low and twice high score 1
    """
    if observed != observed:
        return np.nan
    low, high, within, observed, _ = on_its_scale(check, observed, 0.0)
    outside = max(low - observed, observed - high, 0)
    if not outside:
        return 0.0
    return outside / within if within else np.inf


def on_its_scale(check, observed, error):
    """(low, high, tolerance, observed, error): as they are, or as natural logarithms if the check
    has a factor. The error of a logarithm is the relative error.
    """
    low, high = bounds(check)
    if "factor" not in check:
        return low, high, check["within"] or 0.0, observed, error
    if observed <= 0:
        return math.log(low), math.log(high), math.log(check["factor"]), -math.inf, math.inf
    logarithms = (math.log(value) for value in (low, high, check["factor"], observed))
    return *logarithms, error / observed


def bounds(check):
    """(low, high) of a check as floats, infinite where open."""
    return (-np.inf if check["low"] is None else check["low"]), (
        np.inf if check["high"] is None else check["high"]
    )


def verdict_of(check, observed, error):
    """The verdict on a number: PASS, FAIL, TOO_SMALL (a run too small for a verdict) or LEFT_OUT
    (not measured).
    """
    score = score_of(check, observed)
    if score != score:
        return LEFT_OUT
    if score > 1 + 1e-9:
        return FAIL
    return TOO_SMALL if too_wide(check, observed, error) else PASS


def too_wide(check, observed, error):
    """Whether the 95 % interval is too wide for a verdict: wider than the range and its tolerance;
    with an open end, whether it crosses the limit.
    """
    if error != error or check["low"] == check["high"] == 0 == check["within"]:
        return False
    low, high, slack, observed, error = on_its_scale(check, observed, error)
    reach = Z95 * error
    if np.isinf(low) or np.isinf(high):
        return observed - reach < low - slack or observed + reach > high + slack
    return 2 * reach > slack + (high - low)


def results_of(target, measured):
    """The results of one target.

    measured  check -> float64, (R,), the observed number, then the bootstrap replicates
    """
    return [
        result_of(target, check, measured.get(check["name"], np.array([np.nan])))
        for check in targets()[target]["checks"]
    ]


def result_of(target, check, values):
    """The result of one check. values: see `results_of`."""
    observed, replicates = float(values[0]), values[1:][np.isfinite(values[1:])]
    error = float(replicates.std(ddof=1)) if len(replicates) > 1 else np.nan
    return Result(
        target,
        check["name"],
        *bounds(check),
        observed,
        error,
        score_of(check, observed),
        verdict_of(check, observed, error),
    )


def verdict(results):
    """One verdict for a target: the worst of its checks."""
    given = {result.verdict for result in results}
    return next(word for word in (FAIL, LEFT_OUT, TOO_SMALL, PASS) if word in given)


def is_counted(target):
    """Whether a target is counted: an outcome of tier A or B that does not yield to another
    figure.
    """
    return target["role"] == "outcome" and target["tier"] in "AB" and "yields_to" not in target


def known(target):
    """Whether the model uses a figure, as a start value or in the fit: one of its modules names it.

    target  id of the figure
    """
    names = names_in_the_model()
    return target in names or any(fnmatch(target, name) for name in names if "*" in name)


@functools.cache
def names_in_the_model():
    """Words in the model's modules that may be ids of figures, or patterns of ids such as
    skip_within_*.

    Of a parameter's `About` only the source counts, because `without` names figures that were not
    used for a fit.
    """
    texts = [file.read_text(encoding="utf-8") for file in model_files()]
    texts += [about.source for about in parameter_records(Behaviour).values()]
    return {name for text in texts for name in re.findall(r"\b[a-z0-9]+_[a-z0-9_]*\*?", text)}


def model_files():
    """The source files of MODEL, without behaviour.py, which holds the parameters."""
    files = [file for name in MODEL for file in sorted((PACKAGE / name).rglob("*.py"))]
    files += [PACKAGE / name for name in MODEL if name.endswith(".py")]
    return [file for file in files if file.name != "behaviour.py"]


@front_door
def verdicts(results: list):
    """The verdict on each measured target: DataFrame by target with tier, role, counted, score (of
    its worst check) and verdict.
    """
    by_target = defaultdict(list)
    for result in results:
        by_target[result.target].append(result)
    rows = {
        name: {
            "tier": targets()[name]["tier"],
            "role": targets()[name]["role"],
            "counted": is_counted(targets()[name]),
            "score": pd.Series([result.score for result in of_target], dtype=float).max(),
            "verdict": verdict(of_target),
        }
        for name, of_target in by_target.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


def judged(results):
    """The rows of `verdicts` of counted targets that apply to the run."""
    table = verdicts(results)
    return table[table["counted"] & (table["verdict"] != LEFT_OUT)]


def passed(results):
    """How many counted targets pass: DataFrame by tier with n (targets that apply), n_pass,
    n_small, share (that pass) and needed (share that has to pass).
    """
    table = judged(results)
    counts = pd.crosstab(table["tier"], table["verdict"])
    counts = counts.reindex(columns=[PASS, FAIL, TOO_SMALL], fill_value=0)
    n = counts.sum(axis=1)
    return pd.DataFrame(
        {
            "n": n,
            "n_pass": counts[PASS],
            "n_small": counts[TOO_SMALL],
            "share": counts[PASS] / n,
            "needed": n.index.map(NEEDED),
        }
    )
