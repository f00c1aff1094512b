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
    versions, columns = tables.versions, ["listener_id", "cluster", "persona", "cohort"]
    first, last = (
        np.datetime64(int(at), "ms").astype("datetime64[M]")
        for at in (versions["from_ms"].min(), versions["to_ms"].max())
    )
    edges_ms = np.arange(first, last + 2).astype("datetime64[ms]").astype(np.int64)
    rows = pd.DataFrame({"low": edges_ms[:-1], "high": edges_ms[1:]}).merge(
        tables.listeners[[*columns, "start_ms", "end_ms"]], how="cross"
    )
    begin_ms = np.maximum(rows["low"], rows["start_ms"])
    inside_ms = np.minimum(rows["high"], rows["end_ms"]) - begin_ms
    rows["covered"] = inside_ms.clip(lower=0) / (rows["high"] - rows["low"])
    plans = versions[versions["plan"] != versions.groupby("listener_id")["plan"].shift()]
    begun = versions_at(plans, rows["listener_id"], begin_ms)
    rows["plan"] = begun["plan"]
    rows["changed"] = (
        versions_at(plans, rows["listener_id"], rows["high"] - 1)["from_ms"] > begun["from_ms"]
    )
    return rows.loc[rows["covered"] > 0, [*columns, "covered", "plan", "changed"]]


def versions_at(versions, listener_id, at_ms):
    """The version of each listener at a time, a row for each of the times; a DataFrame."""
    times = pd.DataFrame({"listener_id": listener_id, "at_ms": at_ms}).rename_axis("row")
    return (
        pd.merge_asof(
            times.reset_index().sort_values("at_ms"),
            versions.sort_values("from_ms"),
            left_on="at_ms",
            right_on="from_ms",
            by="listener_id",
        )
        .set_index("row")
        .sort_index()
    )


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
