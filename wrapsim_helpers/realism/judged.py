"""What a run is large enough to judge: which outcomes agree, miss, or cannot be told."""

import numpy as np
import pandas as pd

from ..cards.words import counted
from ..checking import front_door
from .results_text import published_text, short
from .scores import FAIL, LEFT_OUT, PASS, Z95, check_named, is_counted, on_its_scale, targets

AGREES, MISSES, CANNOT_TELL = "agrees", "misses", "too small to tell"
SOURCE_LETTERS = 44  # of a source in a table


def is_certain_miss(result):
    """Whether a result fails, and its 95 % interval lies wholly outside the tolerance."""
    if result.verdict != FAIL:
        return False
    check = check_named(result.target, result.check)
    low, high, within, observed, error = on_its_scale(check, result.observed, result.error)
    reach = Z95 * error if error == error else 0.0
    return bool(observed + reach < low - within or observed - reach > high + within)


def outcome_readings(results):
    """What the run says about each counted outcome that applies to it: DataFrame domain, reading by
    target.

    AGREES     every check passes, with an interval that is narrow enough
    MISSES     a check fails, also at the near end of its 95 % interval
    CANNOT_TELL  all others: a larger run might pass or fail
    """
    by_target = {}
    for result in results:
        if is_counted(targets()[result.target]):
            by_target.setdefault(result.target, []).append(result)
    rows = {
        name: (targets()[name]["domain"], reading(of_target))
        for name, of_target in by_target.items()
        if any(result.verdict != LEFT_OUT for result in of_target)
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=["domain", "reading"])


def reading(results):
    """The reading of the results of one target."""
    if any(map(is_certain_miss, results)):
        return MISSES
    verdicts = {result.verdict for result in results} - {LEFT_OUT}
    return AGREES if verdicts == {PASS} else CANNOT_TELL


@front_door
def describe_judged(results: list):
    """How many outcomes can this run judge, and how many agree? Two sentences."""
    n = outcome_readings(results)["reading"].value_counts().reindex([AGREES, MISSES, CANNOT_TELL])
    agree, miss, unclear = n.fillna(0).astype(int)
    return (
        f"This run is large enough to judge {agree + miss} of {agree + miss + unclear} published "
        f"outcomes: {agree} agree and {miss} miss. For {counted(unclear, 'outcome')} it is too "
        f"small to tell."
    )


@front_door
def misses_table(results: list):
    """The outcomes that miss, the farthest first, in words: DataFrame what, published, measured,
    by; one row per check.
    """
    missed = [
        result
        for result in results
        if is_counted(targets()[result.target]) and is_certain_miss(result)
    ]
    missed.sort(key=lambda result: -result.score if np.isfinite(result.score) else 0.0)
    return pd.DataFrame(map(miss_row, missed), columns=["what", "published", "measured", "by"])


def miss_row(result):
    """A miss in words."""
    target = targets()[result.target]
    source = target["source"]
    by = source if len(source) <= SOURCE_LETTERS else f"{source[: SOURCE_LETTERS - 1].rstrip()}…"
    check = result.check.replace("_", " ")
    what = target["what"] + (f" ({check})" if check != "value" else "")
    return what, published_text(result), short(result.observed), by
