"""Profile versions: plan and age of each listener over time."""

import numpy as np

from ..schema import FREE, PREMIUM, code, table_of
from ..streams import decision, uniforms
from .clocks import midnights, zone_windows
from .survey_weights import GROUP_AGES, TableKey, response_codes, weights_of

NO_PLAN, INDIVIDUAL, STUDENT = (
    code("plan_kind", name) for name in ("none", "individual", "student")
)
CHANGE_PLAN, CHANGE_AT = decision("plan.change"), decision("plan.change_at")
STUDENT_UNTIL = 30  # years of age (assumed)


def plan_chances(run, survey, people, parameter, instead):
    """Monthly chances of a change of plan: {'leaving', 'joining'} -> float64, (L,).

    leaving  premium_churn
    joining  the chance that keeps the share of premium constant among people of the same survey
             group and age group, times premium_growth

    Both are 0 if the plan is given.
    """
    changing = not (run.given.plan or instead.plan)
    answers, weights = (
        response_codes(TableKey(survey)),
        weights_of(TableKey(survey), run.population, run.survey_group),
    )
    total, premium = (
        np.bincount(plan_cell(answers), weights * which, minlength=2 * len(GROUP_AGES))
        for which in (1.0, answers["plan"] == PREMIUM)
    )
    odds = premium / np.maximum(total - premium, 1e-9)
    return {
        "leaving": changing * parameter("premium_churn"),
        "joining": changing
        * np.minimum(
            parameter("premium_growth") * parameter("premium_churn") * odds[plan_cell(people)], 1.0
        ),
    }


def plan_cell(people):
    """Number of the survey group and age group of each person, int64, (L,)."""
    return (people["listener_type"] - 1) * len(GROUP_AGES) + people["age_group"]


def profile_versions(run, people, zones):
    """The profile_versions table: age and plan of each listener, and from when they are valid.

    Version 0 is valid from the start of the listener's window, with the plan of the survey row. A
    birthday or a change of plan begins a new version.

    people  name -> array, (L,): listener_id, key, home, birth_date, age, plan, wanted_plan,
            leaving, joining
    zones   time zone of each home, list of text
    """
    zone_names, zone = np.unique(zones, return_inverse=True)
    starts, ends = (limit[zone][people["home"]] for limit in zone_windows(run, zone_names)[:2])
    all_rows, unchanged = np.arange(len(starts)), np.full(len(starts), -1)
    changes = [(all_rows, starts, people["age"], people["plan"])]
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
        people, row[order], at[order], filled_forward(age[order]), filled_forward(plan[order])
    )


def filled_forward(values):
    """Values with each -1 replaced by the last value before it, int64, (N,).

    The first value must not be -1.
    """
    return values[np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), 0))]


def version_table(people, row, at, age, plan):
    """The profile_versions table from rows of people and the values valid from each instant on."""
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
    """Birthdays in each listener's window, by year: (rows, UTC ms of local midnight, age), ..."""
    births = people["birth_date"]
    for year in range(run.window[0].year, run.window[1].year + 1):
        at = midnights(run, anniversaries(births, year), zone_names, zone)
        rows = np.flatnonzero((at > starts) & (at < ends))
        yield rows, at[rows], year - (births[rows].astype("datetime64[Y]").astype(int) + 1970)


def anniversaries(births, year):
    """Birthdays in a year, datetime64[D]; 29 February becomes 28 February in common years."""
    month_day = births.astype("datetime64[M]").astype(int) % 12
    month = (np.datetime64(f"{year}-01") + month_day).astype("datetime64[M]")
    day = births - births.astype("datetime64[M]").astype("datetime64[D]")
    last = (
        (month + 1).astype("datetime64[D]") - month.astype("datetime64[D]") - np.timedelta64(1, "D")
    )
    return month.astype("datetime64[D]") + np.minimum(day, last)


def plan_changes(people, starts, ends):
    """Changes of plan in each listener's window, by month: (rows of people, UTC ms, new plan), ...

    In every calendar month (UTC) a listener leaves or joins premium with their chance, at a
    uniformly drawn moment of the month. The draw depends on listener and month, not on the end of
    the window: a longer run begins with the changes of a shorter one.
    """
    keys, plan = people["key"], people["plan"]
    months = np.arange(calendar_month(starts.min()), calendar_month(ends.max()) + 2)
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


def calendar_month(at_ms):
    """Months from January 1970 to an instant, int."""
    return int(np.datetime64(int(at_ms), "ms").astype("datetime64[M]").astype(int))
