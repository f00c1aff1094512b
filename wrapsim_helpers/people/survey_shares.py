"""The survey as probabilities: answers by age, gender, plan and group of respondents."""

import numpy as np
import pandas as pd

from ..checking import check_choice, front_door
from .figures import figures
from .survey_file import GENRES, SINGLE, SURVEY

TYPES = ("A", "B")
AGE_GROUPS = {"up to 20": ("6-12", "12-20"), "20 to 35": ("20-35",), "over 35": ("35-60", "60+")}
GENRE_NAMES = tuple(GENRES.values())
SMOOTHING = 20  # a cell counts as if 20 more people had answered like the group around it


# -- the survey as probabilities -------------------------------------------------------------------


@front_door
def listener_types(survey: pd.DataFrame):
    """Which of the survey's two groups of answers each respondent belongs to: a category "A" or "B"
    per row.

    The survey mixes two groups whose answers differ in almost every column (a latent class model,
    mean posterior 0.997). Each row goes to the group under which its answers are likelier, from the
    published shares of both.
    """
    scores = {
        name: np.full(len(survey), np.log(figures("survey_marginals")["classes"][name]["share"]))
        for name in TYPES
    }
    for header, (column, _, _) in SURVEY.items():
        for name in TYPES:
            scores[name] += answer_scores(
                survey[column], figures("survey_marginals")["classes"][name], header
            )
    return pd.Categorical.from_codes((scores["B"] > scores["A"]).astype(int), TYPES)


def answer_scores(answers, group, header):
    """Log-likelihood of each respondent's answer to one question in one group, float64."""
    if header in group["single"]:
        shares = {clean_answer(header, raw): p for raw, p in group["single"][header].items()}
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


def clean_answer(header, raw):
    """An answer as it stands in the file, in our words."""
    known = SURVEY[header][2]
    return known.get(raw, raw) if known else raw


def age_groups(survey):
    """The survey's five age bands joined to three: its oldest band has one respondent.

    A category per row.
    """
    joined = {band: group for group, bands in AGE_GROUPS.items() for band in bands}
    return pd.Categorical(survey["age_band"].map(joined), list(AGE_GROUPS))


@front_door
def answer_shares(survey: pd.DataFrame, question):
    """How does an answer depend on age, gender and plan? Smoothed shares, within each of the
    survey's two groups.

    survey    as from `load_survey`
    question  one of its single-answer columns
    Returns   DataFrame, one row per listener_type x age_group x gender x plan, one column per
              answer; rows sum to 1

    Few cells hold enough people, so each is drawn towards the shares of its gender, and those
    towards the whole group, as if SMOOTHING more people had answered that way. Only gender is a
    step of its own: within a group it is the one of the three whose effect on answers survives (see
    data/README.md).
    """
    question = check_choice(
        "question", question, tuple(name for name, kind, _ in SURVEY.values() if kind == SINGLE)
    )
    people = survey.assign(listener_type=listener_types(survey), age_group=age_groups(survey))
    blocks = [type_shares(people[people["listener_type"] == name], question) for name in TYPES]
    return pd.concat(blocks, keys=TYPES, names=["listener_type"])


def type_shares(people, question):
    """Smoothed shares of an answer by age group, gender and plan within one group of
    respondents.
    """
    overall = smoothed(
        people[question],
        np.full(people[question].cat.categories.size, 1 / people[question].cat.categories.size),
        1,
    )
    rows = {}
    for gender in people["gender"].cat.categories:
        same = people[people["gender"] == gender]
        by_gender = smoothed(same[question], overall, SMOOTHING)
        for group in AGE_GROUPS:
            for plan in people["plan"].cat.categories:
                cell = same[(same["age_group"] == group) & (same["plan"] == plan)]
                rows[group, gender, plan] = smoothed(cell[question], by_gender, SMOOTHING)
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=list(people[question].cat.categories)
    ).set_index(pd.MultiIndex.from_tuples(rows, names=["age_group", "gender", "plan"]))


def smoothed(answers, prior, strength):
    """Shares of each category among the answers, with `strength` more answers spread like `prior`.
    float64.
    """
    counts = answers.value_counts(sort=False).to_numpy(dtype=float)
    return (counts + strength * np.asarray(prior)) / (counts.sum() + strength)


# -- published curves ------------------------------------------------------------------------------


def fit_margins(table, row_sums, column_sums, rounds=200):
    """Scale a table's rows and columns until both sums come out (iterative proportional fitting).
    float64, (R, C).
    """
    table = np.array(table, dtype=float)
    for _ in range(rounds):
        table *= (np.asarray(row_sums) / table.sum(axis=1))[:, None]
        table *= np.asarray(column_sums) / table.sum(axis=0)
    return table
