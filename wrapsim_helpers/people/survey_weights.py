"""The survey rows behind the listeners: what the model reads of them, and how likely each one is
drawn.

For population="world" the rows are weighted so that age, gender and plan have their published
shares; few rows carry the old and the very young, and `effective_sample_size` says how few.
"""

import functools

import numpy as np
import pandas as pd

from ..checking import check_choice, front_door
from ..parameters import POPULATIONS, SURVEY_GROUPS
from ..schema import SYMBOLS, code
from ..streams import choose, decision, uniforms
from .behaviour import rounded
from .figures import published
from .survey_shares import GENRE_NAMES, age_groups, answer_shares, listener_types

ROW = decision("listener.row")
YOUNGEST, OLDEST = 10, 80
OTHER_GENDER_SHARE = 0.01  # assumed: the published shares know men and women only
CAP = 25  # no survey row stands for more than this many times its share
# published age bins -> (from, to) in completed years; the ends of the outer two are assumptions
AGE_BINS = {
    "0-17": (YOUNGEST, 18),
    "18-24": (18, 25),
    "25-29": (25, 30),
    "30-34": (30, 35),
    "35-44": (35, 45),
    "45-54": (45, 55),
    "55+": (55, OLDEST),
}
GROUP_AGES = {"up to 20": (YOUNGEST, 20), "20 to 35": (20, 35), "over 35": (35, OLDEST)}
USAGE_DAYS = {
    "Less than 6 months": (7, 183),
    "6 months to 1 year": (183, 365),
    "1 year to 2 years": (365, 730),
    "More than 2 years": (730, 3650),
}
# device -> (answer that ticks it; weight of its use where it is owned; chance to own it where
# ticked)
OWNED = {
    "phone": ("Smartphone", 9.0, 1.0),
    "tablet": ("Smartphone", 3.0, 0.3),
    "desktop": ("Computer or laptop", 4.0, 1.0),
    "web": ("Computer or laptop", 0.6, 0.5),
    "speaker": ("Smart speakers or voice assistants", 2.0, 1.0),
    "wearable": ("Wearable devices", 1.0, 1.0),
}


class Kept:
    """A table as a key: equal to itself only, so that what follows from it is worked out once per
    process.

    A table that was handed over must not be changed in place; a changed copy is another table.
    """

    def __init__(self, table):
        self.table = table

    def __hash__(self):
        return id(self.table)

    def __eq__(self, other):
        return self.table is other.table


@functools.lru_cache(maxsize=4)
def answers_of(kept):
    """What the model reads of each survey row, as numbers: name -> int64 or bool, (rows,). Not to
    be changed.

    gender, plan, listener_type, time_slot, wanted_plan  codes of SYMBOLS;  genre  of
    GENRE_NAMES;  age_group  of
    GROUP_AGES;  usage  of USAGE_DAYS;  and for each device, bool, whether the answer ticks it
    """
    survey = kept.table
    coded = {
        name: survey[name].map(SYMBOLS[name].index).to_numpy(int)
        for name in ("gender", "plan", "time_slot")
    }
    ticked = {
        device: np.array([answer in answers for answers in survey["devices"]])
        for device, (answer, _, _) in OWNED.items()
    }
    return (
        coded
        | ticked
        | {
            "listener_type": np.array(
                [SYMBOLS["listener_type"].index(name) for name in listener_types(survey)]
            ),
            "wanted_plan": survey["wanted_plan"].map(SYMBOLS["plan_kind"].index).to_numpy(int),
            "genre": survey["genre"].map(GENRE_NAMES.index).to_numpy(int),
            "age_group": age_groups(survey).codes.astype(int),
            "usage": survey["usage_period"].map(list(USAGE_DAYS).index).to_numpy(int),
        }
    )


@functools.lru_cache(maxsize=4)
def genre_totals(kept):
    """Running totals of the shares of the survey genres, float64, (2, 3, 3, 2, genres): by
    listener_type, age group, gender and plan, in the order of their codes without UNKNOWN."""
    shares = answer_shares(kept.table, "genre")
    cells = pd.MultiIndex.from_product(
        [SYMBOLS["listener_type"][1:], GROUP_AGES, SYMBOLS["gender"][1:], SYMBOLS["plan"][1:]]
    )
    totals = np.cumsum(rounded(shares.reindex(cells)[list(GENRE_NAMES)].to_numpy()), axis=1)
    return totals.reshape(2, len(GROUP_AGES), 3, 2, len(GENRE_NAMES))


@front_door
def survey_weights(survey: pd.DataFrame, population, survey_group):
    """How likely each survey row is drawn, float64, (rows,), summing to 1.

    "survey": all rows alike. "world": raked to the published shares of age, gender and plan
    (age_shares, gender_shares, premium_share_users), no row above CAP times its share. survey_group
    "A" leaves the second group out.
    """
    population, survey_group = (
        check_choice("population", population, POPULATIONS),
        check_choice("survey_group", survey_group, SURVEY_GROUPS),
    )
    return weights_of(Kept(survey), population, survey_group).copy()


@functools.lru_cache(maxsize=8)
def weights_of(kept, population, survey_group):
    """The same for a kept survey; not to be changed."""
    weights = np.ones(len(kept.table))
    if survey_group == "A":
        weights[answers_of(kept)["listener_type"] != code("listener_type", "A")] = 0.0
    if population == "world":
        weights = rake(kept.table, weights)
    return rounded(weights / weights.sum())


def rake(survey, weights, rounds=60):
    """Weights scaled, margin by margin, to the published shares of age group, gender and plan;
    capped.
    """
    margins = [
        (np.asarray(age_groups(survey)), group_shares()),
        (np.asarray(survey["gender"]), gender_shares()),
        (np.asarray(survey["plan"]), plan_shares()),
    ]
    weights = weights / weights.sum()
    cap = CAP / np.count_nonzero(weights)
    for _ in range(rounds):
        for answers, shares in margins:
            for answer, share in shares.items():
                mine = answers == answer
                weights[mine] *= share / max(weights[mine].sum(), 1e-12)
        weights = np.minimum(weights, cap)
    return weights


def group_shares():
    """Published share of each of the survey's joined age groups, from the curve by year of age."""
    shares = age_curve()
    return {
        group: shares[low - YOUNGEST : high - YOUNGEST].sum()
        for group, (low, high) in GROUP_AGES.items()
    }


def age_curve():
    """Published share of each year of age from YOUNGEST to OLDEST - 1, float64, (70,): even within
    a bin (age_shares), falling evenly to nothing in the open last one."""
    curve = np.zeros(OLDEST - YOUNGEST)
    for name, share in published("age_shares")["2015_sample"].items():
        low, high = AGE_BINS[name]
        shape = (
            np.linspace(1, 0, high - low, endpoint=False) if name == "55+" else np.ones(high - low)
        )
        curve[low - YOUNGEST : high - YOUNGEST] = share * shape / shape.sum()
    return curve / curve.sum()


def gender_shares():
    """Published share of each gender (gender_shares); the share of "other" is assumed."""
    male = published("gender_shares")
    return {"female": 1 - male - OTHER_GENDER_SHARE, "male": male, "other": OTHER_GENDER_SHARE}


def plan_shares():
    """Published share of each plan among monthly users in the latest year (premium_share_users)."""
    premium = published("premium_share_users")["2025"]
    return {"free": 1 - premium, "premium": premium}


@front_door
def effective_sample_size(weights):
    """How many equally weighted rows carry as much information: (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(np.sum(weights) ** 2 / np.sum(np.square(weights)))


def rows_that_count(run, survey):
    """How many survey rows a run's listeners rest on: the `effective_sample_size` of the weights it
    draws with.
    """
    return effective_sample_size(drawing_weights(run, survey))


def survey_rows(run, survey, keys):
    """Number of the survey row that each listener copies, int64, (L,)."""
    return choose(uniforms(keys, ROW, 0), drawing_weights(run, survey))


def drawing_weights(run, survey):
    """How likely a run draws each survey row, float64, (rows,): raked where it asks for it, and
    only rows that match what is given.
    """
    return matching(
        answers_of(Kept(survey)),
        weights_of(Kept(survey), run.population, run.survey_group),
        run.given,
    )


def matching(answers, weights, given):
    """Weights of the rows that match what is given, all others 0; relaxed where nobody matches:
    age, then plan, gender.
    """
    wishes = [
        answers["age_group"] == age_group_of(given.age) if given.age is not None else None,
        answers["plan"] == code("plan", given.plan) if given.plan else None,
        answers["gender"] == code("gender", given.gender) if given.gender else None,
    ]
    wishes = [wish for wish in wishes if wish is not None]
    for left_out in range(len(wishes) + 1):
        left = weights * np.logical_and.reduce([np.ones(len(weights), bool), *wishes[left_out:]])
        if left.sum() > 0:
            return left
    return weights


def age_group_of(age):
    """Number of the joined age group that ages in years fall in, int or int64, (L,): 0, 1, 2 as in
    GROUP_AGES.
    """
    return np.searchsorted([low for low, _ in GROUP_AGES.values()][1:], age, side="right")
