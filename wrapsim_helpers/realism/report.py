"""The table of results, as text and as Markdown."""

import numpy as np

from .targets import Z95, passed, targets, verdicts


def lines_of(results):
    """The results as aligned text, one line per check, then how many counted targets pass; a list of strings."""
    head = f"{'target':<27}{'check':<28}{'role':<9}{'tier':<5}{'published':>19}{'measured':>11}{'interval':>21}{'score':>7}  verdict"
    return [head, *map(line_of, results), "", *summary_of(results)]


def line_of(result):
    """One check as a line of text."""
    target = targets()[result.target]
    return (f"{result.target:<27}{result.check:<28}{target['role']:<9}{target['tier']:<5}{published_text(result):>19}{short(result.observed):>11}"
            f"{interval_text(result):>21}{score_text(result.score):>7}  {result.verdict}")


def published_text(result):
    """A published value, range or sign."""
    within = next(check for check in targets()[result.target]["checks"] if check["name"] == result.check)["within"]
    slack = f" \u00b1 {short(within)}" if within else ""
    if result.low == result.high:
        return short(result.low) + slack
    if np.isinf(result.low) or np.isinf(result.high):
        return (f"over {short(result.low)}" if np.isinf(result.high) else f"under {short(result.high)}") + slack
    return f"{short(result.low)} to {short(result.high)}" + slack


def interval_text(result):
    """The 95 % interval, or a dash where none is taken."""
    if result.error != result.error:
        return "-"
    return f"{short(result.observed - Z95 * result.error)} to {short(result.observed + Z95 * result.error)}"


def score_text(score):
    return "-" if score != score else "inf" if np.isinf(score) else f"{score:.2f}"


def short(value):
    """A number in about four digits."""
    if value != value:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def summary_of(results):
    """Sentences: how many counted outcomes pass in each tier, and which do not."""
    table = verdicts(results)
    broken = table.index[(table["role"] == "rule") & (table["verdict"] != "pass")]
    said = [f"Rules: {', '.join(broken) + ' broken' if len(broken) else 'none broken'}."] if (table["role"] == "rule").any() else []
    said += [f"Tier {tier}: {row.n_pass:.0f} of {row.n:.0f} outcomes that apply pass ({row.share:.0%}; {row.needed:.0%} are asked for)."
            for tier, row in passed(results).iterrows()]
    for word in ("fail", "too small", "not here"):
        named = table.index[table["counted"] & (table["verdict"] == word)]
        said += [f"{word}: {', '.join(named)}"] if len(named) else []
    return said


def tell_rules(invariants, n_plays):
    """Sentences: over how many plays the tables' own rules hold, and which are broken. invariants: Series of counts."""
    said = [f"{len(invariants)} rules of the tables over {n_plays:,} plays: {invariants.sum():,.0f} breaches."]
    return said + [f"broken {n:,} times: {rule}" for rule, n in invariants.items() if n]
