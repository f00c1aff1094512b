"""Results as text: numbers, intervals and the summary, for the terminal and the report."""

import numpy as np
import pandas as pd

from ..checking import front_door
from .scores import FAIL, LEFT_OUT, PASS, TOO_SMALL, Z95, is_counted, passed, targets, verdicts

# -- for the terminal ------------------------------------------------------------------------------


def lines_of(results):
    """The results as lines of aligned text, one per check, then how many counted targets pass."""
    head = (
        f"{'target':<27}{'check':<28}{'role':<9}{'tier':<5}{'published':>19}{'measured':>11}"
        f"{'interval':>22}{'score':>7}  verdict"
    )
    return [head, *map(line_of, results), "", *summary_of(results)]


def line_of(result):
    """One check as a line of text."""
    target = targets()[result.target]
    return (
        f"{result.target:<27}{result.check:<28}{target['role']:<9}{target['tier']:<5}"
        f"{published_text(result):>19}{short(result.observed):>11}"
        f"{interval_text(result):>22}{score_text(result.score):>7}  {result.verdict}"
    )


def published_text(result):
    """A published value, range or sign as text."""
    within = next(
        check for check in targets()[result.target]["checks"] if check["name"] == result.check
    )["within"]
    slack = f" \u00b1 {short(within)}" if within else ""
    if result.low == result.high:
        return short(result.low) + slack
    if np.isinf(result.low) or np.isinf(result.high):
        return (
            f"over {short(result.low)}" if np.isinf(result.high) else f"under {short(result.high)}"
        ) + slack
    return f"{short(result.low)} to {short(result.high)}" + slack


def interval_text(result):
    """The 95 % interval as text; a dash if there is none."""
    if result.error != result.error:
        return "-"
    reach = Z95 * result.error
    return f"{short(result.observed - reach)} to {short(result.observed + reach)}"


def score_text(score):
    """A score with two decimals; a dash for NaN."""
    return "-" if score != score else "inf" if np.isinf(score) else f"{score:.2f}"


def short(value):
    """A number with about four digits as text."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


@front_door
def summary_of(results: list):
    """Sentences that state whether the rules hold, how many counted outcomes pass in each tier, and
    which fail.
    """
    table = verdicts(results)
    broken = table.index[(table["role"] == "rule") & (table["verdict"] != PASS)]
    sentences = (
        [f"Rules: {', '.join(broken) + ' broken' if len(broken) else 'none broken'}."]
        if (table["role"] == "rule").any()
        else []
    )
    sentences += [
        f"Tier {tier}: {row.n_pass:.0f} of {row.n:.0f} outcomes that apply pass ({row.share:.0%}; "
        f"{row.needed:.0%} are required"
        + (f"; {row.n_small:.0f} need more listeners)." if row.n_small else ").")
        for tier, row in passed(results).iterrows()
    ]
    for word in (FAIL, TOO_SMALL, LEFT_OUT):
        named = table.index[table["counted"] & (table["verdict"] == word)]
        sentences += [f"{word}: {', '.join(named)}"] if len(named) else []
    return sentences + weaker(table)


def weaker(table):
    """A sentence that lists the figures that fail but are not counted: tier C, inputs, or figures
    that yield to another. Empty list if there are none.
    """
    named = table.index[~table["counted"] & (table["verdict"] == FAIL) & (table["role"] != "rule")]
    return (
        [f"fail, but not counted (tier C, inputs, or yielding to another): {', '.join(named)}"]
        if len(named)
        else []
    )


@front_door
def results_table(results: list):
    """The results as a DataFrame, one row per check: what, by, role, tier, published, measured,
    interval, score, verdict.
    """
    known_as = targets()
    return pd.DataFrame(
        [
            {
                "figure": result.target,
                "check": result.check,
                "what": known_as[result.target]["what"],
                "by": known_as[result.target]["source"],
                "role": known_as[result.target]["role"],
                "tier": known_as[result.target]["tier"],
                "published": published_text(result),
                "measured": short(result.observed),
                "interval": interval_text(result),
                "score": score_text(result.score),
                "verdict": result.verdict,
            }
            for result in results
        ]
    ).set_index("figure")


@front_door
def published_by():
    """The sources of the figures: DataFrame by source with year, number of figures, and number of
    counted outcomes.
    """
    rows = pd.DataFrame(
        [
            {
                "source": target["source"],
                "year": target["year"],
                "figures": 1,
                "counted": is_counted(target),
            }
            for target in targets().values()
        ]
    )
    return (
        rows.groupby("source")
        .agg(year=("year", "max"), figures=("figures", "sum"), counted=("counted", "sum"))
        .sort_values("figures", ascending=False)
    )


@front_door
def tell_rules(invariants: pd.Series, n_plays):
    """Sentences that state the number of plays checked, and the broken rules of the tables.

    invariants  Series of breaches by rule
    """
    sentences = [
        f"{len(invariants)} rules of the tables over {n_plays:,} plays: "
        f"{invariants.sum():,} breaches."
    ]
    return sentences + [f"broken {n:,} times: {rule}" for rule, n in invariants.items() if n]
