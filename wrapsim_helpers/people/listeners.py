"""Who listens: listeners drawn from whole survey rows, with a home, a clock, devices and habits.

A listener is a copy of one survey response, so answers that occur together in the survey occur
together in the run. Until the tables are made, listeners are columns of numbers and codes; so each
costs microseconds.
"""

import functools

import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import front_door
from ..parameters import Given, Run
from ..schema import PREMIUM, TABLES, table_of
from ..streams import choose, decision, numbered_keys, uniforms
from .behaviour import Behaviour, rounded
from .birthdays import anniversaries, birth_dates, years_of
from .figures import published
from .habits import device_shares, habits, parameters, platforms
from .homes import countries, homes_of, nations, sample_homes
from .listener_names import listener_names
from .personas import behaviours_of, group_names, kinds, members, personas_of
from .profile_versions import plan_chances, profile_versions
from .survey_file import USAGE_DAYS
from .survey_shares import GENRE_NAMES
from .survey_weights import (
    ADMITTED_FROM,
    NO_GENRE,
    YEARS_OF_GROUP,
    YOUNGEST,
    TableKey,
    age_curve,
    check_admitted,
    fixed_genres,
    given_codes,
    response_codes,
    survey_rows,
    weights_of,
)
from .user_ids import run_user_ids

AGE, JOINED, PERSONA, COHORT = (
    decision(f"listener.{name}") for name in ("age", "joined", "persona", "cohort")
)
# Accounts are this much older than in 2015, so that the published order fits the survey.
ACCOUNT_SCALE = 1.5
# Youngest age at which an account is opened, if the population has no limit (assumed).
FIRST_ACCOUNT_AGE = 6
FIRST_ACCOUNT_DAYS = 182  # the youngest open one within so many days after that birthday (assumed)


@front_door
def sample_listeners(
    run: Run, behaviour: Behaviour, survey: pd.DataFrame, ids, instead: Given = Given()
):
    """Who are the listeners with these numbers, and what are their profiles in the run's window?

    behaviour  the `Behaviour` of listeners without a persona or cohort
    survey     as from `load_survey`; do not change it in place
    ids        int64, (L,), numbers of listeners of the run
    instead    changes after the listeners are drawn: another age, gender, plan or genre, and the
               habits that follow from it; survey row, home, name and user_id stay the same
    Returns    (listeners, profile_versions), Arrow tables as in `schema.TABLES`; the rows of a
               listener do not depend on the other ids
    Raises ValueError for a given age that the run's population does not have.
    """
    for given in (run.given, instead):
        check_admitted(run.population, given)
    return listener_tables(run, *sample_people(run, behaviour, survey, ids, instead))


def sample_people(run, behaviour, survey, ids, instead=Given()):
    """The listeners of `sample_listeners` as columns of numbers and codes: (people, versions).

    people    name -> array, (L,): the columns of the listeners table that are not text, and
              key, age, plan, genre, town (row of `homes_of`), home_country (row of places.csv or
              -1), country (position in `nations`), time_zone (pandas Categorical), persona, cohort
              and kind
    versions  as from `profile_versions`
    """
    run = run.origin  # a continued run has the listeners of the first run
    personas = personas_of(run)
    people = sample_traits(run, survey, ids, instead)
    for name, what, groups in zip(("persona", "cohort"), (PERSONA, COHORT), personas):
        people[name] = members(uniforms(people["key"], what, 0), groups, people)
    people["kind"] = kinds(personas, people["persona"], people["cohort"])
    parameter = parameters(behaviours_of(behaviour, personas), people["kind"])
    people |= plan_chances(run, survey, people, parameter, instead)
    people |= habits(people, parameter) | device_shares(people)
    people |= platforms(people)
    return people, profile_versions(run, people)


def sample_traits(run, survey, ids, instead):
    """The columns of `sample_people` that do not depend on the `Behaviour`: name -> array, (L,).

    They include the answers of the survey row, as from `response_codes`.
    """
    keys = numbered_keys(np.uint64(run.seed), ids)
    homes = homes_of(run.given)
    row = survey_rows(run, survey, keys)
    people = {name: answers[row] for name, answers in response_codes(TableKey(survey)).items()}
    people |= {"listener_id": ids, "key": keys, "age": ages(run, keys, people["age_group"])}
    genre = fixed_genres(run, keys)
    people["genre"] = np.where(genre == NO_GENRE, people["genre"], genre)
    people |= repeated_codes(run.given, len(keys))
    town = (
        sample_homes(keys, people["plan"] == PREMIUM)
        if run.given.latitude is None
        else np.zeros(len(keys), int)
    )
    country = pd.Index(nations()).get_indexer(homes["country"])[town]
    people |= {
        "town": town,
        "country": country,
        "home_country": np.where(country < len(countries()), country, -1),
        "time_zone": pd.Categorical(homes["time_zone"].to_numpy()[town]),
        "south": homes["latitude"].to_numpy()[town] < 0,
        "first_gender": people["gender"],
    }
    people |= repeated_codes(instead, len(keys))
    people["birth_date"] = birth_dates(run, keys, people["age"], people["time_zone"])
    people["joined_on"] = account_dates(run, survey, people)
    return people


def repeated_codes(given, n):
    """What a Given fixes, for n listeners: name -> int64, (n,), see `given_codes`."""
    return {name: np.full(n, value) for name, value in given_codes(given).items()}


def ages(run, keys, groups):
    """Completed years of age, int64, drawn from the published curve within each row's age group."""
    u = uniforms(keys, AGE, 0)
    curve = age_curve(ADMITTED_FROM.get(run.population, YOUNGEST))
    years = np.empty(len(keys), np.int64)
    for group, (low, high) in enumerate(YEARS_OF_GROUP.values()):
        in_group = groups == group
        shares = rounded(curve[low - YOUNGEST : high - YOUNGEST])
        years[in_group] = low + choose(u[in_group], shares)
    return years


def account_dates(run, survey, people):
    """Days on which the accounts were opened, datetime64[D], (L,).

    An account is `account_days` old. If its owner was too young for it then, the day is drawn from
    the FIRST_ACCOUNT_DAYS days after they were old enough.
    """
    keys, births = people["key"], people["birth_date"]
    start = np.datetime64(run.window[0].date())
    opened = start - account_days(run, survey, keys, people["usage_period"])
    first_age = ADMITTED_FROM.get(run.population, FIRST_ACCOUNT_AGE)
    earliest = anniversaries(births, years_of(births) + first_age)
    later = np.minimum((start - earliest).astype(int), FIRST_ACCOUNT_DAYS)
    later = (uniforms(keys, JOINED, 1) * later).astype(int)
    return np.where(opened < earliest, earliest + later, opened)


def account_days(run, survey, keys, usage):
    """Days since each account was opened, int64, (L,), at least 1.

    population="survey": uniform within the surveyed usage period. "world": the published
    distribution (see `account_ranks`); a longer surveyed usage gives an older account.
    """
    u = uniforms(keys, JOINED, 0)
    if run.population == "survey":
        first, after = np.array(list(USAGE_DAYS.values()))[usage].T
        return first + (u * (after - first)).astype(int)
    weights = weights_of(TableKey(survey), run.population, run.survey_group)
    shares = np.bincount(response_codes(TableKey(survey))["usage_period"], weights, len(USAGE_DAYS))
    rank = (np.cumsum(shares) - shares)[usage] + u * shares[usage]
    return 1 + np.interp(rank, *account_ranks(ADMITTED_FROM[run.population])).astype(int)


@functools.cache
def account_ranks(first_age):
    """Rank of each account age, 0 to 1, and account ages in days: two float64 arrays.

    Account ages have their published distribution (account_age, 2015), scaled by ACCOUNT_SCALE. The
    youngest listeners cannot have an old account, so all listeners get slightly older ones: the
    share of accounts older than x is divided by the share of people who were `first_age` before x.
    """
    weeks = published("account_age")
    percents = (10, 25, 50, 75, 90)
    known = [0.0, *(weeks[f"p{percent}"] for percent in percents), 1.3 * weeks["p90"]]
    limits = ACCOUNT_SCALE * 7 * np.array(known)
    days = np.linspace(0, limits[-1], 200)
    older = 1 - np.interp(days, limits, (0, *percents, 100)) / 100
    too_young = np.cumsum(age_curve(first_age))[first_age - 1 - YOUNGEST :]
    return 1 - older / (1 - np.interp(days / 365, range(len(too_young)), too_young)), days


# -- tables ----------------------------------------------------------------------------------------


def listener_tables(run, people, versions):
    """The Arrow tables listeners and profile_versions.

    people, versions: as from `sample_people`.
    """
    homes = homes_of(run.given)
    names, latin = listener_names(people, run.seed)
    words = {name: words_of(homes[name], people["town"]) for name in homes} | {
        "user_id": run_user_ids(run, people["listener_id"]),
        "name": names,
        "name_latin": latin,
        "favourite_genre": words_of(GENRE_NAMES, people["genre"]),
    }
    for name, groups in zip(("persona", "cohort"), personas_of(run)):
        words[name] = words_of(["", *group_names(groups)], people[name])
    return to_table("listeners", people | words), to_table("profile_versions", versions)


def words_of(words, codes):
    """The word of each code, an Arrow array."""
    return pa.array(words).take(pa.array(codes))


def to_table(name, columns):
    """One of `schema.TABLES` from columns, name -> array; other columns are left out."""
    return table_of(name, {column: columns[column] for column in TABLES[name].names})
