"""Effects of plan, age, gender, personas and cohorts on minutes."""

import numpy as np
from ibis import _

from ..instants import DAY_MS
from ..people.personas import with_overrides
from .connection import microseconds
from .effect_tables import in_memory
from .intervals import FEWEST, MISSING, fit_logs, share_of

OF_LISTENERS = ("listener_id", "gender", "persona", "cohort", "minutes_per_day")


def minutes_effects(tables, b):
    """Effects of plan, age, gender, personas and cohorts on minutes: ratios of minutes a day
    between listeners, and between the plans of the same listener.
    """
    levels = [
        ("premium", True, "premium against free: minutes", b.premium_factor),
        ("man", True, "men against others: minutes", b.male_factor),
        *group_levels(
            tables,
            b,
            "minutes",
            lambda behaviour: behaviour.minutes_factor * np.exp(behaviour.log_minutes),
        ),
    ]
    by_plan = minutes_by_plan(tables)
    rows = by_plan[
        by_plan["begun_with"]
        & (by_plan["ms"] > 0)
        & (by_plan["days"] >= by_plan.groupby("listener_id")["days"].transform("sum") / 2)
    ]
    effects = [
        *((name, requested, rows[column] == value) for column, value, name, requested in levels),
        ("ten years of age: minutes", float(np.exp(10 * b.age_slope)), (rows["age"] - 30) / 10),
    ]
    effects = [effect for effect in effects if np.count_nonzero(effect[2]) >= FEWEST]
    design = np.column_stack([np.ones(len(rows)), *(column for *_, column in effects)])
    logs = np.log(rows["ms"] / rows["days"]).to_numpy()
    fitted = fit_logs(design.astype(float), logs)[1:] if effects else []
    for (name, requested, column), observed in zip(effects, fitted):
        yield (
            name,
            requested,
            *observed,
            len(rows) if "age" in name else np.count_nonzero(column),
            "ratio of the geometric means of minutes a day, with advertisements, of listeners with "
            "any, the other effects held fixed",
        )
    yield change_of_plan(by_plan, b)


def minutes_by_plan(tables):
    """ms and days of each listener on each plan, whether the listener began with it, age at the
    start, groups and planned minutes; a row per listener and plan.

    ms has the advertisements, which take the place of music in a session, but only half of the last
    play of each session, since the planned end of a session lies in that play.
    """
    versions = without_days_of_change(tables.versions)
    froms = in_memory(versions[["listener_id", "profile_version", "from_ms"]])
    half_of_last = _.ms_played.cast("int64").sum(where=_.last).fill_null(0) // 2
    played = (
        tables.plays.join(froms, ["listener_id", "profile_version"])
        .filter(lambda plays: microseconds(plays.started_at) >= plays.from_ms * 1000)
        .group_by("listener_id", "profile_version")
        .agg(ms=(_.ms_played.cast("int64") + _.ad_ms).sum() - half_of_last)
        .order_by("listener_id", "profile_version")
        .execute()
    )
    rows = versions.merge(played, how="left").fillna({"ms": 0})
    rows["days"] = (rows["to_ms"] - rows["from_ms"]) / DAY_MS
    by_plan = (
        rows.groupby(["listener_id", "plan"], sort=False, observed=True)
        .agg(ms=("ms", "sum"), days=("days", "sum"), age=("age", "first"))
        .reset_index()
        .merge(tables.listeners[list(OF_LISTENERS)], on="listener_id")
    )
    return by_plan.assign(
        premium=by_plan["plan"] == "premium",
        man=by_plan["gender"] == "male",
        begun_with=~by_plan["listener_id"].duplicated(),
    )


def without_days_of_change(versions):
    """Profile versions whose from_ms is a day later where the plan changes, at most to_ms: the day
    of a change has the minutes of the plan that it begins with.
    """
    before = versions.groupby("listener_id")["plan"].shift()
    changed = before.notna() & (versions["plan"] != before)
    from_ms = np.minimum(versions["from_ms"] + changed * DAY_MS, versions["to_ms"])
    return versions.assign(from_ms=from_ms)


def change_of_plan(by_plan, b, days=28):
    """The effect of a change of plan on the minutes of the same listener; a row of `effects_of`.

    This is the ratio of Mantel and Haenszel, each listener being a stratum that is divided by its
    minutes a day. A mean of each listener's own logarithm would be too high, since the minutes of
    the plan with fewer active days vary more.

    by_plan  from `minutes_by_plan`;  days  fewest on each plan of a listener
    """
    both = (
        by_plan[(by_plan["days"] >= days)]
        .pivot(index="listener_id", columns="premium", values=["ms", "days", "minutes_per_day"])
        .dropna()
    )
    observed = MISSING
    if len(both) >= FEWEST:
        ms, on, usual = both["ms"], both["days"], both["minutes_per_day"][True]
        weight = 1 / (usual * on.sum(axis=1))
        observed = share_of(
            weight * ms[True] * on[False], weight * ms[False] * on[True], both.index
        )
    return (
        "same listener, premium against free: minutes",
        b.premium_factor,
        *observed,
        len(both),
        f"ratio of minutes a day, with advertisements, of listeners with {days} days and more on "
        f"both plans, who count alike",
    )


def group_levels(tables, b, what, value):
    """The personas and cohorts that change a value of the parameters: (column, name of the group,
    effect, requested ratio) of each. value: function of a `Behaviour`
    """
    return [
        (column, name, f"{column} {name}: {what}", ratio)
        for column, name, group in tables.groups
        if (ratio := value(with_overrides("", b, group)) / value(b)) != 1
    ]
