"""Profile versions: what changes about a listener over time, the plan and the age."""

import numpy as np

from ..schema import FREE, PREMIUM, code, table_of
from ..streams import decision, uniforms
from .clocks import midnights, zone_windows
from .survey_weights import GROUP_AGES, Kept, answers_of, weights_of

NO_PLAN, INDIVIDUAL, STUDENT = (
    code("plan_kind", name) for name in ("none", "individual", "student")
)
CHANGE_PLAN, CHANGE_AT = decision("plan.change"), decision("plan.change_at")
STUDENT_UNTIL = 30  # years of age (assumed)


def plan_chances(run, survey, people, own, instead):
    """Chance to leave premium and to take it in a month: {'leaving', 'joining'} -> float64, (L,); 0
    where the plan is given.

    leaving  premium_churn
    joining  what keeps the share of premium among people of the same group of answers and age
             as it is, times premium_growth
    """
    changing = not (run.given.plan or instead.plan)
    answers, weights = (
        answers_of(Kept(survey)),
        weights_of(Kept(survey), run.population, run.survey_group),
    )
    everybody, premium = (
        np.bincount(plan_cell(answers), weights * which, minlength=2 * len(GROUP_AGES))
        for which in (1.0, answers["plan"] == PREMIUM)
    )
    odds = premium / np.maximum(everybody - premium, 1e-9)
    return {
        "leaving": changing * own("premium_churn"),
        "joining": changing
        * np.minimum(own("premium_growth") * own("premium_churn") * odds[plan_cell(people)], 1.0),
    }


def plan_cell(people):
    """Number of the group of answers and age, int64, (L,)."""
    return (people["listener_type"] - 1) * len(GROUP_AGES) + people["age_group"]


def profile_versions(run, people, zones):
    """profile_versions.parquet: age and plan of each listener from when on; a birthday or another
    plan begins a new version.

    Version 0 is valid from the start of the listener's window, with the plan of the survey row.

    people  name -> array, (L,): listener_id, key, home, birth_date, age, plan, wanted_plan,
            leaving, joining
    zones   time zone of each home, list of text
    """
    zone_names, zone = np.unique(zones, return_inverse=True)
    starts, ends = (limit[zone][people["home"]] for limit in zone_windows(run, zone_names)[:2])
    everybody, unchanged = np.arange(len(starts)), np.full(len(starts), -1)
    changes = [(everybody, starts, people["age"], people["plan"])]
    changes += [
        (rows, at, ages, unchanged[rows])
        for rows, at, ages in birthdays(run, people, zone_names, zone[people["home"]], starts, ends)
    ]
    changes += [
        (rows, at, unchanged[rows], plans) for rows, at, plans in plan_changes(people, starts, ends)
    ]
    row, at, age, plan = map(np.concatenate, zip(*changes))
    order = np.lexsort((at, row))
    return version_table(
        people, row[order], at[order], carried_on(age[order]), carried_on(plan[order])
    )


def carried_on(values):
    """Values with every -1 replaced by the last one before it that is not; int64, (N,), the first
    not -1.
    """
    return values[np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), 0))]


def version_table(people, row, at, age, plan):
    """The profile_versions table from the rows of the people, in order, and what holds from when
    on.
    """
    wanted = people["wanted_plan"][row]
    wanted = np.where(
        (wanted == NO_PLAN) | ((wanted == STUDENT) & (age >= STUDENT_UNTIL)), INDIVIDUAL, wanted
    )
    return table_of(
        "profile_versions",
        {
            "listener_id": people["listener_id"][row],
            "profile_version": np.arange(len(row)) - np.searchsorted(row, row),
            "valid_from": at,
            "age": age,
            "plan": plan,
            "plan_kind": np.where(plan == PREMIUM, wanted, NO_PLAN),
        },
    )


def birthdays(run, people, zone_names, zone, starts, ends):
    """Birthdays in each listener's window: [(rows of the people, UTC ms of local midnight,
    completed years), ...] by year.
    """
    births = people["birth_date"]
    for year in range(run.window[0].year, run.window[1].year + 1):
        at = midnights(run, anniversaries(births, year), zone_names, zone)
        rows = np.flatnonzero((at > starts) & (at < ends))
        yield rows, at[rows], year - (births[rows].astype("datetime64[Y]").astype(int) + 1970)


def anniversaries(births, year):
    """The birthdays in a year, datetime64[D]; 28 February in a common year for those born on the
    29th.
    """
    month_day = births.astype("datetime64[M]").astype(int) % 12
    month = (np.datetime64(f"{year}-01") + month_day).astype("datetime64[M]")
    day = births - births.astype("datetime64[M]").astype("datetime64[D]")
    last = (
        (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]") - np.timedelta64(1, "D")
    )
    return month.astype("datetime64[D]") + np.minimum(day, last)


def plan_changes(people, starts, ends):
    """Changes of plan in each listener's window: [(rows of the people, UTC ms, new plan), ...] by
    month.

    In every calendar month (UTC) a listener leaves premium, or takes it, with the chance they have,
    at an even moment of the month. Listener and month decide, not the window's end: the first
    months of a year are those of a shorter run.
    """
    keys, plan = people["key"], people["plan"]
    months = np.arange(month_of(starts.min()), month_of(ends.max()) + 2)
    limits = months.astype("datetime64[M]").astype("datetime64[ms]").astype(np.int64)
    for month, first, after in zip(months[:-1].tolist(), limits, limits[1:]):
        at = first + (uniforms(keys, CHANGE_AT, month) * (after - first)).astype(np.int64)
        chance = np.where(plan == PREMIUM, people["leaving"], people["joining"])
        rows = np.flatnonzero(
            (uniforms(keys, CHANGE_PLAN, month) < chance) & (at > starts) & (at < ends)
        )
        plan = plan.copy()
        plan[rows] = np.where(plan[rows] == PREMIUM, FREE, PREMIUM)
        yield rows, at[rows], plan[rows]


def month_of(at_ms):
    """Number of the month since 1970 of an instant, int."""
    return int(np.datetime64(int(at_ms), "ms").astype("datetime64[M]").astype(int))
