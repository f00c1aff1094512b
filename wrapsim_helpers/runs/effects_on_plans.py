"""How often premium is left and taken."""

import numpy as np
import pandas as pd

from ..people.personas import Group, changed, names_of
from .intervals import share_of


def plan_effects(seen, b):
    """How often premium is left, and how many take it for each who leaves."""
    months = plan_months(seen)
    left = months["changed"] & (months["plan"] == "premium")
    yield churn_effect(
        seen,
        b,
        "premium: left in a month",
        months[months["plan"] == "premium"],
        len(seen.listeners),
    )
    yield (
        "premium: taken for each left",
        asked(seen, b, months.assign(left=left), "left", lambda own: own.premium_growth),
        *share_of(months["changed"] & ~left, left, months["cluster"]),
        len(seen.listeners),
        "changes from free to premium for each one back",
    )


def churn_effect(seen, b, name, months, n):
    """How often these months on premium end it, as a row of `effects_of`."""
    return (
        name,
        asked(seen, b, months, "covered", lambda own: own.premium_churn),
        *share_of(months["changed"], months["covered"], months["cluster"]),
        n,
        "changes from premium to free per month on premium",
    )


def plan_months(seen):
    """Calendar months (UTC) of each listener: plan it began with, whether that changed in it, and
    how much of it the window covers.
    """
    first, last = (
        int(np.datetime64(int(at), "ms").astype("datetime64[M]").astype(int))
        for at in (seen.versions["from_ms"].min(), seen.versions["to_ms"].max())
    )
    plans = seen.versions[
        seen.versions["plan"] != seen.versions.groupby("listener_id")["plan"].shift()
    ]
    months = []
    for month in range(first, last + 1):
        low, high = (
            int(np.datetime64(at, "M").astype("datetime64[ms]").astype(np.int64))
            for at in (month, month + 1)
        )
        here = seen.listeners[
            ["listener_id", "cluster", "persona", "cohort", "start_ms", "end_ms"]
        ].copy()
        here["covered"] = (here["end_ms"].clip(upper=high) - here["start_ms"].clip(lower=low)).clip(
            lower=0
        ) / (high - low)
        begun = plans[
            plans["from_ms"]
            <= np.maximum(low, plans["listener_id"].map(here.set_index("listener_id")["start_ms"]))
        ]
        inside = plans[
            (
                plans["from_ms"]
                > begun.groupby("listener_id")["from_ms"]
                .max()
                .reindex(plans["listener_id"])
                .to_numpy()
            )
            & (plans["from_ms"] < high)
        ]
        here["plan"] = here["listener_id"].map(begun.groupby("listener_id")["plan"].last())
        months.append(
            here.assign(changed=here["listener_id"].isin(inside["listener_id"])).drop(
                columns=["start_ms", "end_ms"]
            )
        )
    rows = pd.concat(months, ignore_index=True)
    return rows[rows["covered"] > 0]


def asked(seen, b, rows, weight, value):
    """Mean of what the parameters of these listeners ask for, each weighted by how much of them is
    counted; missing without any.

    A listener can have a persona and a cohort, so what is asked of the listeners of one is a
    mixture.
    """
    names = [[("", Group("")), *zip(names_of(groups), groups)] for groups in seen.personas]
    own = {
        (p, c): value(changed("", changed("", b, persona), cohort))
        for p, persona in names[0]
        for c, cohort in names[1]
    }
    values = np.array([own[pair] for pair in zip(rows["persona"], rows["cohort"])], dtype=float)
    return float(np.average(values, weights=rows[weight])) if rows[weight].sum() > 0 else np.nan
