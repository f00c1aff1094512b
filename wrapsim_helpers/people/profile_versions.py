"""Profile versions: plan and age of each listener over time."""

import numpy as np

from ..schema import FREE, PREMIUM, code
from ..streams import decision, uniforms
from .birthdays import birthday_instants, last_birthday_years, years_of
from .clocks import clocks, zone_windows
from .survey_weights import YEARS_OF_GROUP, TableKey, response_codes, weights_of

NO_PLAN, INDIVIDUAL, STUDENT = (
    code("plan_kind", name) for name in ("none", "individual", "student")
)
CHANGE_PLAN = decision("plan.change")
CHANGE_AT = decision("plan.change_at")
STUDENT_UNTIL = 30  # years of age (assumed)


def plan_chances(run, survey, people, parameter, instead):
    """Monthly chances of a change of plan: {'leaving', 'joining'} -> float64, (L,).

    leaving  premium_churn
    joining  premium_growth times the chance that keeps the share of premium constant among people
             of the same survey group and age group

    Both are 0 if the plan is given.
    """
    changing = not (run.given.plan or instead.plan)
    answers = response_codes(TableKey(survey))
    weights = weights_of(TableKey(survey), run.population, run.survey_group)
    total, premium = (
        np.bincount(plan_cell(answers), weights * which, minlength=2 * len(YEARS_OF_GROUP))
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
    return (people["listener_type"] - 1) * len(YEARS_OF_GROUP) + people["age_group"]


def profile_versions(run, people):
    """Age and plan of each listener, and from when they are valid: name -> array, (V,).

    These are the columns of the profile_versions table and `row`, the position of the listener in
    the columns of people, in ascending order. Version 0 is valid from the start of the listener's
    window, with the plan of the survey row. A birthday or a change of plan begins a new version.

    people  name -> array, (L,): listener_id, key, time_zone, birth_date, plan, wanted_plan,
            leaving, joining
    """
    zones = people["time_zone"].categories
    zone = people["time_zone"].codes.astype(np.int64)
    clock = clocks(run, zones)
    births = people["birth_date"]
    starts, ends = (limit[zone] for limit in zone_windows(run, zones)[:2])
    unchanged = np.full(len(zone), -1)
    first_age = last_birthday_years(run, births, people["time_zone"]) - years_of(births)
    changes = [(np.arange(len(zone)), starts, first_age, people["plan"])]
    # if the times have an offset, local dates may lie in the year before or after
    for year in range(run.window[0].year - 1, run.window[1].year + 2):
        at = birthday_instants(clock, zone, births, year)
        rows = np.flatnonzero((at > starts) & (at < ends))
        changes.append((rows, at[rows], year - years_of(births[rows]), unchanged[rows]))
    changes += [
        (rows, at, unchanged[rows], plans) for rows, at, plans in plan_changes(people, starts, ends)
    ]
    row, at, age, plan = map(np.concatenate, zip(*changes))
    order = np.lexsort((at, row))
    return versions_of(
        people, row[order], at[order], filled_forward(age[order]), filled_forward(plan[order])
    )


def filled_forward(values):
    """Values with each -1 replaced by the last value before it, int64, (N,).

    The first value must not be -1.
    """
    return values[np.maximum.accumulate(np.where(values >= 0, np.arange(len(values)), 0))]


def versions_of(people, row, at, age, plan):
    """The columns of `profile_versions`, from the values valid from each instant on."""
    wanted = people["wanted_plan"][row]
    wanted = np.where(
        (wanted == NO_PLAN) | ((wanted == STUDENT) & (age >= STUDENT_UNTIL)), INDIVIDUAL, wanted
    )
    return {
        "row": row,
        "listener_id": people["listener_id"][row],
        "profile_version": np.arange(len(row)) - np.searchsorted(row, row),
        "valid_from": at,
        "age": age,
        "plan": plan,
        "plan_kind": np.where(plan == PREMIUM, wanted, NO_PLAN),
    }


def plan_changes(people, starts, ends):
    """Changes of plan in each listener's window, by month: (rows of people, UTC ms, new plan), ...

    In every calendar month (UTC) a listener leaves or joins premium with their chance, at a
    uniformly drawn moment of the month. The draw depends on listener and month, not on the end of
    the window: a longer run begins with the changes of a shorter one.
    """
    keys = people["key"]
    plan = people["plan"]
    window = np.array([starts.min(), ends.max()], "datetime64[ms]").astype("datetime64[M]")
    months = np.arange(window[0], window[1] + 2)
    limits = months.astype("datetime64[ms]").astype(np.int64)
    for month, first, after in zip(months.astype(int).tolist(), limits, limits[1:]):
        at = first + (uniforms(keys, CHANGE_AT, month) * (after - first)).astype(np.int64)
        chance = np.where(plan == PREMIUM, people["leaving"], people["joining"])
        rows = np.flatnonzero(
            (uniforms(keys, CHANGE_PLAN, month) < chance) & (at > starts) & (at < ends)
        )
        plan = plan.copy()
        plan[rows] = np.where(plan[rows] == PREMIUM, FREE, PREMIUM)
        yield rows, at[rows], plan[rows]
