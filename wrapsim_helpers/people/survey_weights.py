"""Survey rows as numbers, and the probability of drawing each row.

For population="world" the rows are weighted so that age, gender and plan have their published
shares. Few rows represent the old and the very young; `effective_sample_size` says how few.
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
from .survey_file import USAGE_DAYS, check_genre
from .survey_shares import GENRE_NAMES, age_groups, listener_types, response_shares

ROW, GENRE = decision("listener.row"), decision("listener.genre")
NO_GENRE = -1  # code if the run does not fix the favourite genre
YOUNGEST, OLDEST = 10, 80
# population -> youngest age of its listeners; services admit nobody below 13
ADMITTED_FROM = {"world": 13}
OTHER_GENDER_SHARE = 0.01  # assumed: the published shares are of men and women only
CAP = 25  # highest weight of a survey row, as a multiple of its equal share
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
YEARS_OF_GROUP = {"up to 20": (YOUNGEST, 20), "20 to 35": (20, 35), "over 35": (35, OLDEST)}
# device -> (survey answer that names it; weight of its use if owned; chance that it is owned if the
# answer is given)
OWNED = {
    "phone": ("Smartphone", 9.0, 1.0),
    "tablet": ("Smartphone", 3.0, 0.3),
    "desktop": ("Computer or laptop", 4.0, 1.0),
    "web": ("Computer or laptop", 0.6, 0.5),
    "speaker": ("Smart speakers or voice assistants", 2.0, 1.0),
    "wearable": ("Wearable devices", 1.0, 1.0),
}


class TableKey:
    """A table as a cache key, equal only to itself, so that results are computed once per process.

    Do not change such a table in place; a changed copy is a new key.
    """

    def __init__(self, table):
        self.table = table

    def __hash__(self):
        return id(self.table)

    def __eq__(self, other):
        return self.table is other.table


@functools.lru_cache(maxsize=4)
def response_codes(key):
    """What the model reads of each survey row, as numbers: name -> int64 or bool, (rows,).

    gender, plan, listener_type, time_slot, wanted_plan: codes of SYMBOLS; genre: of GENRE_NAMES;
    age_group: of YEARS_OF_GROUP; usage_period: of USAGE_DAYS; and for each device, bool: whether
    the answer names it. Do not change the arrays.
    """
    survey = key.table
    words = {
        **{name: SYMBOLS[name] for name in ("gender", "plan", "time_slot")},
        "wanted_plan": SYMBOLS["plan_kind"],
        "genre": GENRE_NAMES,
        "usage_period": list(USAGE_DAYS),
    }
    coded = {name: survey[name].map(known.index).to_numpy(int) for name, known in words.items()}
    owned = {
        device: np.array([answer in answers for answers in survey["devices"]])
        for device, (answer, _, _) in OWNED.items()
    }
    return {
        **coded,
        **owned,
        "listener_type": listener_types(survey).codes.astype(int) + code("listener_type", "A"),
        "age_group": age_groups(survey).codes.astype(int),
    }


@functools.lru_cache(maxsize=4)
def genre_totals(key):
    """Running totals of genre shares in the survey, float64, (2, 3, 3, 2, genres).

    They are by listener_type, age group, gender and plan, in the order of their codes, without
    UNKNOWN.
    """
    shares = response_shares(key.table, "genre")
    cells = pd.MultiIndex.from_product(
        [SYMBOLS["listener_type"][1:], YEARS_OF_GROUP, SYMBOLS["gender"][1:], SYMBOLS["plan"][1:]]
    )
    totals = np.cumsum(rounded(shares.reindex(cells)[list(GENRE_NAMES)].to_numpy()), axis=1)
    return totals.reshape(2, len(YEARS_OF_GROUP), 3, 2, len(GENRE_NAMES))


@front_door
def survey_weights(survey: pd.DataFrame, population, survey_group):
    """Probability of drawing each survey row, float64, (rows,), summing to 1.

    population "survey": all rows equal. "world": raked to the published shares of age, gender and
    plan (age_shares, gender_shares, premium_share_users), no row above CAP times its equal share.
    survey_group "A" excludes the second group.
    """
    population = check_choice("population", population, POPULATIONS)
    group = check_choice("survey_group", survey_group, SURVEY_GROUPS)
    return weights_of(TableKey(survey), population, group).copy()


@functools.lru_cache(maxsize=8)
def weights_of(key, population, survey_group):
    """`survey_weights` of a `TableKey`, cached; do not change the array."""
    weights = np.ones(len(key.table))
    if survey_group == "A":
        weights[response_codes(key)["listener_type"] != code("listener_type", "A")] = 0.0
    if population == "world":
        weights = rake(key.table, weights)
    return rounded(weights / weights.sum())


def rake(survey, weights):
    """Weights scaled, margin by margin, to the published shares of age, gender and plan; capped."""
    margins = [
        (np.asarray(age_groups(survey)), group_shares()),
        (np.asarray(survey["gender"]), gender_shares()),
        (np.asarray(survey["plan"]), plan_shares()),
    ]
    weights = weights / weights.sum()
    cap = CAP / np.count_nonzero(weights)
    for _ in range(60):
        for answers, shares in margins:
            for answer, share in shares.items():
                same = answers == answer
                weights[same] *= share / max(weights[same].sum(), 1e-12)
        weights = np.minimum(weights, cap)
    return weights


def group_shares():
    """Published share of each joined age group, from the curve by year of age."""
    shares = age_curve()
    return {
        group: shares[low - YOUNGEST : high - YOUNGEST].sum()
        for group, (low, high) in YEARS_OF_GROUP.items()
    }


def age_curve(youngest=YOUNGEST):
    """Published share of each year of age from YOUNGEST to OLDEST - 1, float64, (70,).

    It is uniform within a bin (age_shares) and falls linearly to 0 in the last, open bin. The first
    bin begins at `youngest`; years before it have 0.
    """
    curve = np.zeros(OLDEST - YOUNGEST)
    for name, share in published("age_shares")["2015_sample"].items():
        low, high = max(AGE_BINS[name][0], youngest), AGE_BINS[name][1]
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
    """Number of equally weighted rows with as much information: (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(np.sum(weights) ** 2 / np.sum(np.square(weights)))


def effective_survey_rows(run, survey):
    """The `effective_sample_size` of the weights with which a run draws survey rows."""
    return effective_sample_size(drawing_weights(run, survey))


def survey_rows(run, survey, keys):
    """Number of the survey row that each listener copies, int64, (L,)."""
    return choose(uniforms(keys, ROW, 0), drawing_weights(run, survey))


def drawing_weights(run, survey):
    """Weight of each survey row in a run's draw, float64, (rows,).

    Rows that do not match the given age, plan and gender weigh 0. If no row matches all, these
    conditions are dropped one by one, in this order.
    """
    answers = response_codes(TableKey(survey))
    weights = weights_of(TableKey(survey), run.population, run.survey_group)
    codes = given_codes(run.given)
    if "age" in codes:
        codes["age_group"] = age_group_of(codes["age"])
    known = [name for name in ("age_group", "plan", "gender") if name in codes]
    matches = [answers[name] == codes[name] for name in known]
    while not (matched := weights * np.logical_and.reduce(matches)).any():
        del matches[0]
    return matched


def given_codes(given):
    """Age, gender, plan and genre that a Given fixes: name -> int, the age or a code."""
    words = {"gender": given.gender, "plan": given.plan}
    codes = {name: code(name, word) for name, word in words.items() if word}
    if given.age is not None:
        codes["age"] = given.age
    if given.preferred_genre:
        codes["genre"] = genre_code("preferred_genre", given.preferred_genre)
    return codes


def fixed_genres(run, keys):
    """Code of the favourite genre that a run fixes for each listener, int64, (L,).

    It is the given genre, or drawn from the run's list of genres; NO_GENRE if the run has neither.
    """
    given = (run.given.preferred_genre,) if run.given.preferred_genre else run.genres
    if not given:
        return np.full(len(keys), NO_GENRE)
    allowed = np.array([genre_code("genres", genre) for genre in given])
    return allowed[choose(uniforms(keys, GENRE, 0), np.ones(len(allowed)))]


def genre_code(name, genre):
    """Position of a genre in GENRE_NAMES. Raises ValueError, see `check_genre`."""
    return GENRE_NAMES.index(check_genre(name, genre))


def check_admitted(population, given):
    """Raise ValueError if the age that a Given fixes is below those of the population."""
    lowest = ADMITTED_FROM.get(population, 0)
    if given.age is not None and given.age < lowest:
        raise ValueError(
            f"age is {given.age}; listeners of population={population!r} are {lowest} and older, "
            f"since services admit nobody younger. Give an age from {lowest} to 100, or "
            "population='survey'."
        )


def age_group_of(age):
    """Position in YEARS_OF_GROUP of ages in years, int or int64, (L,)."""
    return np.searchsorted([low for low, _ in YEARS_OF_GROUP.values()][1:], age, side="right")
