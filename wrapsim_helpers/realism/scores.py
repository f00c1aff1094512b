"""The published figures, and how a measured number scores against one."""

import functools
import re
from dataclasses import dataclass
from fnmatch import fnmatch

import numpy as np
import pandas as pd

from ..checking import front_door
from ..people.behaviour import Behaviour
from ..people.figures import figures
from ..people.model_parameters import abouts
from ..resources import PACKAGE

PASS, FAIL, TOO_SMALL, LEFT_OUT = "pass", "fail", "too small", "not here"
Z95 = 1.96
# folders and modules that make the data or fit the parameters; what they name, the model knows
MODEL = ("people", "music", "listening", "realism/fit.py")
NEEDED = {"A": 0.90, "B": 0.75}  # share of the counted outcomes of a tier that has to pass


@dataclass(frozen=True)
class Result:
    """One number measured against one check of a target.

    observed  as measured, NaN where the run does not hold what it takes
    error     bootstrap standard error over listeners, NaN where none is taken
    score     0 inside the published range, 1 at its tolerance; inf on the wrong side of a sign
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


def score_of(check, observed):
    """Distance from the published range in units of the tolerance, float; inf outside a range
    without one, NaN for NaN.

    check  {'low', 'high', 'within'}; None for an open end or for no tolerance
    """
    low, high = bounds(check)
    distance = max(low - observed, observed - high, 0.0) if observed == observed else np.nan
    if distance == 0 or distance != distance:
        return distance
    return distance / check["within"] if check["within"] else np.inf


def bounds(check):
    """(low, high) of a check as floats, infinite where open."""
    return (-np.inf if check["low"] is None else check["low"]), (
        np.inf if check["high"] is None else check["high"]
    )


def verdict_of(check, observed, error):
    """Whether a number passes, and whether its interval is narrow enough to say so."""
    score = score_of(check, observed)
    if score != score:
        return LEFT_OUT
    if score > 1 + 1e-9:
        return FAIL
    return TOO_SMALL if too_wide(check, observed, error) else PASS


def too_wide(check, observed, error):
    """Whether a 95 % interval is too wide to judge by: wider than the tolerance or the range; for
    an open end, across it.
    """
    low, high = bounds(check)
    if error != error or low == high == 0 == check["within"]:
        return False
    if np.isinf(low) or np.isinf(high):
        slack = check["within"] or 0.0
        return not (
            observed - Z95 * error >= low - slack and observed + Z95 * error <= high + slack
        )
    return 2 * Z95 * error > (check["within"] or 0.0) + (high - low)


def results_of(target, measured):
    """The results of one target. measured: name -> float64, (R,), observed first and then the
    bootstrap's replicates.
    """
    return [
        result_of(target, check, measured.get(check["name"], np.array([np.nan])))
        for check in targets()[target]["checks"]
    ]


def result_of(target, check, values):
    """One check held against its values, see `results_of`."""
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
    found = {result.verdict for result in results}
    return next(one for one in (FAIL, LEFT_OUT, TOO_SMALL, PASS) if one in found)


def counts(target):
    """Whether a target's verdict is counted: an outcome of tier A or B that yields to no other
    figure.
    """
    return target["role"] == "outcome" and target["tier"] in "AB" and "yields_to" not in target


def known(target):
    """Whether the model starts from a figure or was fitted to it: whether the text of one of its
    modules names it. target: its id.
    """
    return any(fnmatch(target, name) for name in names_in_the_model())


@functools.cache
def names_in_the_model():
    """Words of the model's modules that could be an id of a figure, or a pattern of ids such as
    skip_within_*.

    Of the parameters only the sources count: `About.without` names what no mechanism was fitted to.
    """
    texts = [file.read_text(encoding="utf-8") for file in model_files()]
    texts += [about.source for about in abouts(Behaviour).values()]
    return {name for text in texts for name in re.findall(r"\b[a-z0-9]+_[a-z0-9_]*\*?", text)}


def model_files():
    """The sources of MODEL, except for that of the parameters."""
    files = [file for name in MODEL for file in sorted((PACKAGE / name).rglob("*.py"))]
    files += [PACKAGE / name for name in MODEL if name.endswith(".py")]
    return [file for file in files if file.name != "behaviour.py"]


@front_door
def verdicts(results: list):
    """Verdict of each target that was measured: DataFrame by target with tier, role, counted, score
    (its worst) and verdict.
    """
    rows, every = {}, targets()
    for one in dict.fromkeys(result.target for result in results):
        mine = [result for result in results if result.target == one]
        rows[one] = {
            "tier": every[one]["tier"],
            "role": every[one]["role"],
            "counted": counts(every[one]),
            "score": max(
                (result.score for result in mine), key=lambda score: -1 if score != score else score
            ),
            "verdict": verdict(mine),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def passed(results):
    """How many counted targets pass, by tier: DataFrame by tier with n (that apply), n_pass,
    n_small, share and needed.
    """
    table = verdicts(results)
    judged = table[table["counted"] & (table["verdict"] != LEFT_OUT)]
    by_tier = (
        judged.assign(ok=judged["verdict"] == PASS, small=judged["verdict"] == TOO_SMALL)
        .groupby("tier")
        .agg(n=("ok", "size"), n_pass=("ok", "sum"), n_small=("small", "sum"))
    )
    return by_tier.assign(
        share=by_tier["n_pass"] / by_tier["n"], needed=[NEEDED[tier] for tier in by_tier.index]
    )
