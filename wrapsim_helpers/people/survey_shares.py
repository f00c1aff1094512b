"""Shares of survey answers by age, gender, plan and group of respondents."""

import itertools

import numpy as np
import pandas as pd

from ..checking import check_choice, front_door
from .figures import figures
from .survey_file import GENRES, SINGLE, SURVEY

TYPES = ("A", "B")
BANDS_OF_GROUP = {
    "up to 20": ("6-12", "12-20"),
    "20 to 35": ("20-35",),
    "over 35": ("35-60", "60+"),
}
GENRE_NAMES = tuple(GENRES.values())
SMOOTHING = 20  # each cell is smoothed as if 20 more people had answered like the larger group


# -- the survey as probabilities -------------------------------------------------------------------


@front_door
def listener_types(survey: pd.DataFrame):
    """Group of each survey respondent: a category "A" or "B" per row.

    The survey mixes two groups whose answers differ in almost every column (a latent class model,
    mean posterior 0.997). Each row is assigned to the group that gives its answers the higher
    likelihood, by the published shares of both groups.
    """
    scores = {}
    for name, group in figures("survey_marginals")["classes"].items():
        by_question = (
            answer_scores(survey[column], group, header)
            for header, (column, _, _) in SURVEY.items()
        )
        scores[name] = sum(by_question, np.log(group["share"]))
    return pd.Categorical.from_codes((scores["B"] > scores["A"]).astype(int), TYPES)


def answer_scores(answers, group, header):
    """Log-likelihood of each respondent's answer to one question in one group, float64."""
    if header in group["single"]:
        names = SURVEY[header][2] or {}
        shares = {names.get(raw, raw): p for raw, p in group["single"][header].items()}
        return np.log([max(shares.get(answer, 0.0), 0.002) for answer in answers])
    ticks = {
        raw: min(max(p, 0.002), 0.998)
        for raw, p in group["multi"][header]["tick_probability"].items()
    }
    return np.array(
        [
            sum(np.log(p if option in ticked else 1 - p) for option, p in ticks.items())
            for ticked in answers
        ]
    )


def age_groups(survey):
    """A category per row: the survey's five age bands joined to three.

    They are joined because the oldest band has one respondent.
    """
    joined = {band: group for group, bands in BANDS_OF_GROUP.items() for band in bands}
    return pd.Categorical(survey["age_band"].map(joined), list(BANDS_OF_GROUP))


@front_door
def response_shares(survey: pd.DataFrame, question):
    """How does an answer depend on age, gender and plan? Smoothed shares, per survey group.

    survey    as from `load_survey`
    question  one of its single-answer columns
    Returns   DataFrame, one row per listener_type x age_group x gender x plan, one column per
              answer; rows sum to 1

    Few cells hold enough people. So each cell is smoothed towards the shares of its gender, and
    these towards the whole group, as if SMOOTHING more people had answered that way. Of age, gender
    and plan, only gender has an effect on answers within a group (see data/README.md).
    """
    question = check_choice(
        "question", question, tuple(name for name, kind, _ in SURVEY.values() if kind == SINGLE)
    )
    people = survey.assign(listener_type=listener_types(survey), age_group=age_groups(survey))
    blocks = [type_shares(people[people["listener_type"] == name], question) for name in TYPES]
    return pd.concat(blocks, keys=TYPES, names=["listener_type"])


def type_shares(people, question):
    """Smoothed shares of an answer by age group, gender and plan, within one survey group."""
    categories = people[question].cat.categories
    overall = smoothed(people[question], np.full(len(categories), 1 / len(categories)), 1)
    rows = {}
    for gender in people["gender"].cat.categories:
        same_gender = people[people["gender"] == gender]
        by_gender = smoothed(same_gender[question], overall, SMOOTHING)
        for group, plan in itertools.product(BANDS_OF_GROUP, people["plan"].cat.categories):
            cell = same_gender[(same_gender["age_group"] == group) & (same_gender["plan"] == plan)]
            rows[group, gender, plan] = smoothed(cell[question], by_gender, SMOOTHING)
    table = pd.DataFrame(rows, index=list(categories)).T
    return table.rename_axis(["age_group", "gender", "plan"])


def smoothed(answers, prior, strength):
    """Share of each category, float64, with `strength` more answers distributed like `prior`."""
    counts = answers.value_counts(sort=False).to_numpy(dtype=float)
    return (counts + strength * np.asarray(prior)) / (counts.sum() + strength)


# -- published curves ------------------------------------------------------------------------------


def fit_margins(table, row_sums, column_sums):
    """A table with rows and columns scaled to the given sums (iterative proportional fitting).

    float64, (R, C).
    """
    table = np.array(table, dtype=float)
    for _ in range(200):
        table *= (np.asarray(row_sums) / table.sum(axis=1))[:, None]
        table *= np.asarray(column_sums) / table.sum(axis=0)
    return table
