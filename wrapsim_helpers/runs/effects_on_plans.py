"""Effects on how often listeners leave and take premium."""

import numpy as np
import pandas as pd

from ..people.personas import Group, group_names, with_overrides
from .intervals import share_of


def plan_effects(tables, b):
    """How often listeners leave premium, and how many take it for each who leaves it."""
    months = plan_months(tables)
    left = months["changed"] & (months["plan"] == "premium")
    yield churn_effect(
        tables,
        b,
        "premium: left in a month",
        months[months["plan"] == "premium"],
        len(tables.listeners),
    )
    yield (
        "premium: taken for each left",
        requested_mean(
            tables, b, months.assign(left=left), "left", lambda behaviour: behaviour.premium_growth
        ),
        *share_of(months["changed"] & ~left, left, months["cluster"]),
        len(tables.listeners),
        "changes from free to premium for each change from premium to free",
    )


def churn_effect(tables, b, name, months, n):
    """How often listeners leave premium in these months on premium; a row of `effects_of`."""
    return (
        name,
        requested_mean(tables, b, months, "covered", lambda behaviour: behaviour.premium_churn),
        *share_of(months["changed"], months["covered"], months["cluster"]),
        n,
        "changes from premium to free per month on premium",
    )


def plan_months(tables):
    """Calendar months (UTC) of each listener: the plan at the start of the month, whether it
    changed in the month, and the share of the month in the window.
    """
    first, last = (
        int(np.datetime64(int(at), "ms").astype("datetime64[M]").astype(int))
        for at in (tables.versions["from_ms"].min(), tables.versions["to_ms"].max())
    )
    plans = tables.versions[
        tables.versions["plan"] != tables.versions.groupby("listener_id")["plan"].shift()
    ]
    months = [plan_month(tables, plans, month) for month in range(first, last + 1)]
    rows = pd.concat(months, ignore_index=True)
    return rows[rows["covered"] > 0]


def plan_month(tables, plans, month):
    """One month of `plan_months`. plans: versions at which the plan changes; month: since 1970"""
    low, high = (
        int(np.datetime64(at, "M").astype("datetime64[ms]").astype(np.int64))
        for at in (month, month + 1)
    )
    columns = ["listener_id", "cluster", "persona", "cohort", "start_ms", "end_ms"]
    rows = tables.listeners[columns].copy()
    inside_ms = rows["end_ms"].clip(upper=high) - rows["start_ms"].clip(lower=low)
    rows["covered"] = inside_ms.clip(lower=0) / (high - low)
    start_ms = plans["listener_id"].map(rows.set_index("listener_id")["start_ms"])
    begun = plans[plans["from_ms"] <= np.maximum(low, start_ms)].groupby("listener_id")
    begun_ms = begun["from_ms"].max().reindex(plans["listener_id"]).to_numpy()
    changes = plans[(plans["from_ms"] > begun_ms) & (plans["from_ms"] < high)]
    rows["plan"] = rows["listener_id"].map(begun["plan"].last())
    rows["changed"] = rows["listener_id"].isin(changes["listener_id"])
    return rows.drop(columns=["start_ms", "end_ms"])


def requested_mean(tables, b, rows, weight, value):
    """Mean of the value that the parameters of these listeners request, weighted by a column of
    counts; missing if the weights are zero.

    A listener can have a persona and a cohort, so the listeners of a group may request different
    values. value: function of a `Behaviour`
    """
    names = [[("", Group("")), *zip(group_names(groups), groups)] for groups in tables.personas]
    by_pair = {
        (p, c): value(with_overrides("", with_overrides("", b, persona), cohort))
        for p, persona in names[0]
        for c, cohort in names[1]
    }
    values = np.array([by_pair[pair] for pair in zip(rows["persona"], rows["cohort"])], dtype=float)
    return float(np.average(values, weights=rows[weight])) if rows[weight].sum() > 0 else np.nan
