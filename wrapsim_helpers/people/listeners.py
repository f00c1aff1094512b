"""Who listens: listeners drawn from whole survey rows, with a home, a clock, devices and habits.

A listener is a copy of one survey response, so answers that occur together in the survey occur
together in the run. People are columns of numbers, which become text last: so a listener costs
microseconds.
"""

from collections import namedtuple

import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import front_door
from ..parameters import Given, Run
from ..schema import PREMIUM, TABLES, code, table_of
from ..streams import choose, decision, listener_keys, uniforms
from .behaviour import Behaviour, rounded
from .figures import published
from .habits import device_shares, habits, parameters, platforms
from .homes import countries, homes_of, listener_names, nations, sample_homes
from .personas import behaviours_of, group_names, kinds, members, personas_of
from .profile_versions import plan_chances, profile_versions
from .survey_file import check_genre
from .survey_shares import GENRE_NAMES
from .survey_weights import (
    GROUP_AGES,
    USAGE_DAYS,
    YOUNGEST,
    TableKey,
    age_curve,
    response_codes,
    survey_rows,
    weights_of,
)
from .user_ids import user_ids

AGE, BIRTHDAY, GENRE, JOINED, PERSONA, COHORT = map(
    decision,
    (
        "listener.age",
        "listener.birthday",
        "listener.genre",
        "listener.joined",
        "listener.persona",
        "listener.cohort",
    ),
)
ACCOUNT_SCALE = (
    1.5  # accounts are this much older than in 2015, so that the published order fits the survey
)
FIRST_ACCOUNT_AGE = 6  # youngest age at which an account is opened (assumed)


@front_door
def sample_listeners(
    run: Run, behaviour: Behaviour, survey: pd.DataFrame, ids, instead: Given = Given()
):
    """Who are the listeners with these numbers, and what are their profiles in the run's window?

    behaviour  the `Behaviour` of listeners without a persona or cohort
    survey     as from `load_survey`; do not change it in place
    ids        int64, (L,), numbers of listeners of the run
    instead    changes after the listeners are drawn: another age, gender, plan or genre, and the
               habits that follow from it; survey row, home and name stay the same
    Returns    (listeners, profile_versions), Arrow tables as in `schema.TABLES`; the rows of a
               listener do not depend on the other ids
    """
    run = run.origin  # a continued run has the listeners of the first run
    keys, personas = listener_keys(np.uint64(run.seed), ids), personas_of(run)
    homes, people = homes_of(run.given), draw_people(run, survey, keys, instead)
    people["persona"] = members(uniforms(keys, PERSONA, 0), personas.personas, people)
    people["cohort"] = members(uniforms(keys, COHORT, 0), personas.cohorts, people)
    parameter = parameters(
        behaviours_of(behaviour, personas), kinds(personas, people["persona"], people["cohort"])
    )
    people |= (
        {"listener_id": ids}
        | plan_chances(run, survey, people, parameter, instead)
        | habits(keys, people, parameter)
        | device_shares(keys, people)
    )
    people |= platforms(keys, people)
    words = {name: pa.array(homes[name]).take(pa.array(people["home"])) for name in homes} | {
        "user_id": pa.array([run.given.user_id] * len(ids))
        if run.given.user_id
        else user_ids(run.seed, ids),
        "name": listener_names(keys, people, run.seed),
        "favourite_genre": pa.array(GENRE_NAMES).take(pa.array(people["genre"])),
        "persona": pa.array(["", *group_names(personas.personas)]).take(
            pa.array(people["persona"])
        ),
        "cohort": pa.array(["", *group_names(personas.cohorts)]).take(pa.array(people["cohort"])),
    }
    return to_table("listeners", people, words), profile_versions(
        run, people, list(homes["time_zone"])
    )


def draw_people(run, survey, keys, instead):
    """Numbers and codes of each listener: name -> array, (L,).

    These are the answers of a survey row, and key, age, home, place, birth_date and joined_on.
    """
    row = survey_rows(run, survey, keys)
    people = {name: answers[row] for name, answers in response_codes(TableKey(survey)).items()}
    people["key"], people["age"] = keys, ages(keys, people["age_group"])
    people["genre"] = favourite_genres(run, keys, people["genre"])
    people |= fixed(run.given, len(keys))
    people["home"] = (
        np.zeros(len(keys), int)
        if run.given.latitude is not None
        else sample_homes(keys, people["plan"] == PREMIUM)
    )
    country = np.array([nations().index(name) for name in homes_of(run.given)["country"]])[
        people["home"]
    ]
    people["place"] = np.where(country < len(countries()), country, -1)
    people |= {"first_gender": people["gender"]} | fixed(instead, len(keys))
    people["birth_date"] = birth_dates(keys, people["age"], run.window[0])
    people["joined_on"] = join_dates(
        people, account_days(run, survey, keys, people["usage"]), run.window[0]
    )
    return people


def fixed(given, n):
    """Age, gender, plan and genre that a Given fixes, for n listeners: name -> int64, (n,)."""
    wanted = {
        "age": given.age,
        "gender": code("gender", given.gender) if given.gender else None,
        "plan": code("plan", given.plan) if given.plan else None,
        "genre": GENRE_NAMES.index(check_genre("preferred_genre", given.preferred_genre))
        if given.preferred_genre
        else None,
    }
    return {name: np.full(n, value) for name, value in wanted.items() if value is not None}


def favourite_genres(run, keys, surveyed):
    """Number of each listener's genre, int64, (L,).

    It is the survey row's, or drawn from the run's list of genres.
    """
    if not run.genres:
        return surveyed
    allowed = np.array([GENRE_NAMES.index(check_genre("genres", genre)) for genre in run.genres])
    return allowed[choose(uniforms(keys, GENRE, 0), np.ones(len(allowed)))]


def ages(keys, groups):
    """Completed years of age, int64, drawn from the published curve within each row's age group."""
    u, curve, years = uniforms(keys, AGE, 0), age_curve(), np.empty(len(keys), np.int64)
    for group, (low, high) in enumerate(GROUP_AGES.values()):
        in_group = groups == group
        years[in_group] = low + choose(
            u[in_group], rounded(curve[low - YOUNGEST : high - YOUNGEST])
        )
    return years


def birth_dates(keys, years, start):
    """Dates of birth that give each listener this age at the start, datetime64[D].

    years: completed years of age.
    """
    last_birthday = np.datetime64(start.date()) - (uniforms(keys, BIRTHDAY, 0) * 365).astype(int)
    month, day = last_birthday.astype("datetime64[M]"), last_birthday
    return (month - 12 * years).astype("datetime64[D]") + (day - month.astype("datetime64[D]"))


def account_days(run, survey, keys, usage):
    """Days since each account was opened, int64, (L,), at least 1.

    population="survey": uniform within the surveyed usage period. "world": the published
    distribution (account_age, 2015), scaled by ACCOUNT_SCALE; a longer surveyed usage gives an
    older account.
    """
    u = uniforms(keys, JOINED, 0)
    if run.population == "survey":
        limits = np.array(list(USAGE_DAYS.values()))[usage]
        return limits[:, 0] + (u * (limits[:, 1] - limits[:, 0])).astype(int)
    weights = weights_of(TableKey(survey), run.population, run.survey_group)
    shares = np.bincount(response_codes(TableKey(survey))["usage"], weights, len(USAGE_DAYS))
    rank = (np.cumsum(shares) - shares)[usage] + u * shares[usage]
    weeks = published("account_age")
    ranks = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
    limits = np.array(
        [
            0.0,
            weeks["p10"],
            weeks["p25"],
            weeks["p50"],
            weeks["p75"],
            weeks["p90"],
            1.3 * weeks["p90"],
        ]
    )
    at = np.minimum(np.searchsorted(ranks, rank, side="right"), len(ranks) - 1) - 1
    along = (rank - ranks[at]) / (ranks[at + 1] - ranks[at])
    return 1 + (ACCOUNT_SCALE * 7 * (limits[at] + along * (limits[at + 1] - limits[at]))).astype(
        int
    )


def join_dates(people, days, start):
    """Dates on which the accounts were opened, datetime64[D], from the age FIRST_ACCOUNT_AGE on."""
    most = np.maximum((people["age"] - FIRST_ACCOUNT_AGE) * 365, 1)
    return np.datetime64(start.date()) - np.minimum(days, most)


def to_table(name, people, words):
    """One of `schema.TABLES`, from NumPy arrays of numbers and codes and Arrow arrays of text."""
    return table_of(
        name,
        {
            column: words[column] if column in words else people[column]
            for column in TABLES[name].names
        },
    )


People = namedtuple("People", "persons versions zones changes")
