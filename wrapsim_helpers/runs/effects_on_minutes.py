"""Effects of plan, age, gender, personas and cohorts on minutes."""

import numpy as np

from ..instants import DAY_MS
from ..people.personas import changed, names_of
from .intervals import FEWEST, fit_logs, interval


def minutes_effects(seen, b):
    """Plan, age, gender, personas and cohorts on minutes: ratios of minutes a day, and of one's own
    with another plan.
    """
    factors = {
        "premium": ({True: ("premium against free: minutes", b.premium_factor)}, False),
        "man": ({True: ("men against others: minutes", b.male_factor)}, False),
    } | group_factors(seen, b, "minutes", lambda one: one.minutes_factor * np.exp(one.log_minutes))
    heard = minutes_by_plan(seen)
    rows = heard[
        heard["begun_with"]
        & (heard["ms"] > 0)
        & (heard["days"] >= heard.groupby("listener_id")["days"].transform("sum") / 2)
    ]
    told = [
        (name, requested, (rows[column] == value).to_numpy(float))
        for column, (values, _) in factors.items()
        for value, (name, requested) in values.items()
    ]
    told.append(
        (
            "ten years of age: minutes",
            float(np.exp(10 * b.age_slope)),
            (rows["age"].to_numpy() - 30) / 10,
        )
    )
    told = [one for one in told if np.count_nonzero(one[2]) >= FEWEST]
    fitted = (
        fit_logs(
            np.column_stack([np.ones(len(rows)), *(column for *_, column in told)]),
            np.log(rows["ms"] / rows["days"]).to_numpy(),
        )[1:]
        if told
        else []
    )
    for (name, requested, column), found in zip(told, fitted):
        yield (
            name,
            requested,
            *found,
            len(rows) if "age" in name else np.count_nonzero(column),
            "ratio of the geometric means of minutes a day of those who heard any, the other "
            "effects held",
        )
    yield own_change(heard, b)


def minutes_by_plan(seen):
    """ms and days of each listener on each plan, and whether they began with it; a row per pair,
    with age at the start and groups.
    """
    heard = (
        seen.plays.group_by("listener_id", "profile_version")
        .agg(ms=seen.plays.ms_played.cast("int64").sum())
        .order_by("listener_id", "profile_version")
        .execute()
    )
    rows = seen.versions.merge(heard, how="left").fillna({"ms": 0})
    rows["days"] = (rows["to_ms"] - rows["from_ms"]) / DAY_MS
    by_plan = (
        rows.groupby(["listener_id", "plan"], sort=False, observed=True)
        .agg(ms=("ms", "sum"), days=("days", "sum"), age=("age", "first"))
        .reset_index()
    )
    by_plan = by_plan.merge(
        seen.listeners[["listener_id", "gender", "persona", "cohort"]], on="listener_id"
    )
    return by_plan.assign(
        premium=by_plan["plan"] == "premium",
        man=by_plan["gender"] == "male",
        begun_with=~by_plan["listener_id"].duplicated(),
    )


def own_change(heard, b, days=28):
    """What a change of plan does to one's own minutes, over those with so many days on both plans;
    a row of `effects_of`.
    """
    both = (
        heard[(heard["days"] >= days) & (heard["ms"] > 0)]
        .pivot(index="listener_id", columns="premium", values=["ms", "days"])
        .dropna()
    )
    name, measure = (
        "one's own premium against free: minutes",
        f"minutes a day of those with {days} days and more on both plans; geometric mean of their "
        f"ratios",
    )
    if len(both) < FEWEST:
        return (name, b.premium_factor, np.nan, np.nan, np.nan, len(both), measure)
    ratio = np.log(both["ms"][True] / both["days"][True]) - np.log(
        both["ms"][False] / both["days"][False]
    )
    return (
        name,
        b.premium_factor,
        *interval(np.exp(ratio.mean()), ratio.std() / np.sqrt(len(ratio)), len(ratio)),
        len(both),
        measure,
    )


def group_factors(seen, b, what, value):
    """The personas and cohorts that change a value of the parameters: column -> (group -> (effect,
    requested ratio), "").
    """
    found = {}
    for column, groups in zip(("persona", "cohort"), seen.personas):
        ratios = {
            name: value(changed("", b, one)) / value(b)
            for name, one in zip(names_of(groups), groups)
        }
        told = {
            name: (f"{column} {name}: {what}", ratio)
            for name, ratio in ratios.items()
            if ratio != 1
        }
        found |= {column: (told, "")} if told else {}
    return found
