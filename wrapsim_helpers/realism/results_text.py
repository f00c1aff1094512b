"""Results as text: numbers, intervals and the summary, for the terminal and the report."""

import numpy as np
import pandas as pd

from ..checking import front_door
from .scores import (
    FAIL,
    LEFT_OUT,
    PASS,
    TOO_SMALL,
    Z95,
    check_named,
    is_counted,
    passed,
    targets,
    verdicts,
)

# -- for the terminal ------------------------------------------------------------------------------


# column of `row_of` -> its alignment and width
WIDTHS = {
    "figure": "<29",
    "check": "<28",
    "role": "<9",
    "tier": "<5",
    "published": ">19",
    "measured": ">11",
    "interval": ">22",
    "score": ">7",
}


def run_text(results, invariants, n_plays):
    """All results of a run as text: `lines_of` the results, then `tell_rules`."""
    return "\n".join([*lines_of(results), *tell_rules(invariants, n_plays)])


def lines_of(results):
    """The results as lines of aligned text, one per check, then the sentences of `summary_of`."""
    return [
        line_of({name: name for name in (*WIDTHS, "verdict")}),
        *(line_of(row_of(result)) for result in results),
        "",
        *summary_of(results),
    ]


def line_of(row):
    """The texts of a row as a line of aligned text."""
    columns = (f"{row[name]:{width}}" for name, width in WIDTHS.items())
    return f"{''.join(columns)}  {row['verdict']}"


def row_of(result):
    """One check as texts, by column of `results_table`."""
    target = targets()[result.target]
    return {
        "figure": result.target,
        "check": result.check,
        "what": target["what"],
        "by": target["source"],
        "role": target["role"],
        "tier": target["tier"],
        "published": published_text(result),
        "measured": short(result.observed),
        "interval": interval_text(result),
        "score": score_text(result.score),
        "verdict": result.verdict,
    }


def published_text(result):
    """A published value, range or sign as text."""
    check = check_named(result.target, result.check)
    low, high = short(result.low), short(result.high)
    if np.isinf(result.high):
        text = f"over {low}"
    elif np.isinf(result.low):
        text = f"under {high}"
    else:
        text = low if result.low == result.high else f"{low} to {high}"
    if "factor" in check:
        return f"{text} (factor {short(check['factor'])})"
    return f"{text} \u00b1 {short(check['within'])}" if check["within"] else text


def interval_text(result):
    """The 95 % interval as text; a dash if there is none."""
    if result.error != result.error:
        return "-"
    reach = Z95 * result.error
    return f"{short(result.observed - reach)} to {short(result.observed + reach)}"


def score_text(score):
    """A score with two decimals; a dash for NaN, "outside" of a range without a tolerance."""
    return "-" if score != score else "outside" if np.isinf(score) else f"{score:.2f}"


def short(value):
    """A number with about four digits as text."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def markdown(head, rows):
    """Lines of a Markdown table."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + ":--|" * len(head),
        *("| " + " | ".join(map(str, row)) + " |" for row in rows),
    ]


@front_door
def summary_of(results: list):
    """Sentences that state whether the rules hold, how many counted outcomes pass in each tier, and
    which fail.
    """
    table, sentences = verdicts(results), []
    rules = table[table["role"] == "rule"]
    if len(rules):
        broken = ", ".join(rules.index[rules["verdict"] != PASS])
        sentences.append(f"Rules: {broken or 'none'} broken.")
    sentences += [
        f"Tier {tier}: {row.n_pass:.0f} of {row.n:.0f} outcomes that apply pass ({row.share:.0%}; "
        f"{row.needed:.0%} are required"
        + (f"; {row.n_small:.0f} need more listeners)." if row.n_small else ").")
        for tier, row in passed(results).iterrows()
    ]
    for word in (FAIL, TOO_SMALL, LEFT_OUT):
        named = table.index[table["counted"] & (table["verdict"] == word)]
        if len(named):
            sentences.append(f"{word}: {', '.join(named)}")
    return sentences + uncounted_failures(table)


def uncounted_failures(table):
    """A list with a sentence that names the figures that fail but are not counted: tier C, inputs,
    or figures that yield to another. Empty if there are none.
    """
    failed = ~table["counted"] & (table["verdict"] == FAIL) & (table["role"] != "rule")
    named = ", ".join(table.index[failed])
    return (
        [f"fail, but not counted (tier C, inputs, or yielding to another): {named}"]
        if named
        else []
    )


@front_door
def results_table(results: list):
    """The results as a DataFrame, one row per check: what, by, role, tier, published, measured,
    interval, score, verdict.
    """
    return pd.DataFrame(map(row_of, results)).set_index("figure")


@front_door
def published_by():
    """The sources of the figures: DataFrame by source with year, number of figures, and number of
    counted outcomes.
    """
    rows = pd.DataFrame.from_dict(targets(), orient="index")
    rows["counted"] = [is_counted(target) for target in targets().values()]
    return (
        rows.groupby("source")
        .agg(year=("year", "max"), figures=("year", "size"), counted=("counted", "sum"))
        .sort_values("figures", ascending=False)
    )


@front_door
def tell_rules(invariants: pd.Series, n_plays):
    """Sentences that state the number of plays checked, and the broken rules of the tables.

    invariants  Series of breaches by rule
    """
    rules = f"{len(invariants)} rules of the tables over {n_plays:,} plays"
    broken = invariants[invariants > 0].items()
    return [
        f"{rules}: {invariants.sum():,} breaches.",
        *(f"broken {n:,} times: {rule}" for rule, n in broken),
    ]
