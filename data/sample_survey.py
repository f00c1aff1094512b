"""The invented answers to a survey about listening, drawn from
`behaviour/survey_marginals.json`.
"""

import itertools

import numpy as np
import pandas as pd
from sample_dice import choose, choose_within, dice, first_of

N_ANSWERS = 1_040  # twice the 520 of the figures, so that rare answers come more than once

# ---------------------------------------------------------------- what is not in the figures

RARE_ROWS = 4  # an answer that anybody gave is given by about this many: enough to test with
NO_ANSWER = "None"  # an answer like any other, not a gap
FREE = "(free text)"  # how the figures write an answer in the respondent's own words

AGE_BAND = {"6-12": "<=20", "12-20": "<=20", "20-35": "20-35", "35-60": "35+", "60+": "35+"}

TICK_ORDER = {  # the order of the form, kept inside a cell
    "spotify_listening_device": [
        "Smartphone",
        "Computer or laptop",
        "Smart speakers or voice assistants",
        "Wearable devices",
    ],
    "music_Influencial_mood": [
        "Relaxation and stress relief",
        "Uplifting and motivational",
        "Sadness or melancholy",
        "Social gatherings or parties",
    ],
    "music_lis_frequency": [
        "Office hours",
        "Study Hours",
        "While Traveling",
        "Workout session",
        "leisure time",
        FREE,
    ],
    "music_expl_method": ["recommendations", "Playlists", "Radio", "Others", FREE],
}

OWN_WORDS = {  # blanks at the end and commas that separate nothing are meant to be there
    "music_lis_frequency": [
        "Late evening, while cooking",
        "Before sleeping ",
        "While painting",
        "Family functions ",
        "During power cuts",
        "Anytime ",
        "Waiting for the bus",
        "On the terrace",
    ],
    "music_expl_method": [
        "Social media",
        "College friends",
        "Movies and series",
        "Search",
        "Live shows",
        "My sister",
        "Social media",
        "Reality shows",
        "Friends",
        "Dance class",
    ],
    "fav_pod_genre": [
        "True crime",
        "Book summaries ",
        "Startups",
        "Astrology",
        "History of the city ",
        "Money and saving",
        "News, films, whatever friends are hearing",
        "Science",
        "Parenting",
        "Cricket talk",
        "Motivational ",
        "Mythology",
        "Gadgets",
        "Language learning",
        "Travel stories ",
        "Career advice",
        "Ghost stories",
        "Gardening",
        "Meditation ",
        "Poetry",
        "Exam preparation",
        "Cinema gossip",
        "Cars and bikes",
        "World politics",
        "Short plays",
        "Farming",
        "Interviews with doctors",
        "Anything funny",
    ],
}

QUIRKS = [  # column, cell, what it becomes, how many times
    ("music_lis_frequency", "Office hours, While Traveling", "Office hours, While Traveling, ", 2),
    (
        "music_lis_frequency",
        "Office hours, Study Hours, While Traveling, Workout session, leisure time",
        "Office hours, Study Hours, While Traveling, Workout session, leisure time, ",
        1,
    ),
    (
        "music_lis_frequency",
        "Office hours, Study Hours, While Traveling",
        "Office hours,Study Hours, While Traveling",
        1,
    ),
    ("music_expl_method", "recommendations, Others", "recommendations,Others, Social media", 1),
]
TWINS = (174, 388)  # the second row becomes a copy of the first: the one exact duplicate pair


# ---------------------------------------------------------------- the answers


def sample_survey(figures):
    """The answers, one row each, in the order of the file, by `how_to_combine` of
    survey_marginals.json.
    """
    types = listener_types(figures)
    rows = pd.DataFrame(index=range(len(types)), columns=figures["about"]["columns"], dtype=object)
    for kind in ("A", "B"):
        here = types == kind
        rows.loc[here] = sample_class(figures, kind, here.sum()).to_numpy()
    rows = break_twins(with_quirks(with_own_words(rows)))
    rows.iloc[TWINS[1]] = rows.iloc[TWINS[0]]
    return rows


def listener_types(figures):
    """Which of the two groups of listeners stands where: "A" or "B", shape (N_ANSWERS,).

    The smaller group stands mostly in three stretches of the file; `file_order` says where and how
    many.
    """
    order, scale = figures["about"]["file_order"], N_ANSWERS / figures["about"]["rows"]
    inside = np.zeros(N_ANSWERS, dtype=bool)
    for first, last in order["stretches"]:
        inside[int((first - 1) * scale) : int(last * scale)] = True
    types, keys = np.full(N_ANSWERS, "A", dtype=object), dice("listener types").random(N_ANSWERS)
    types[first_of(keys + ~inside, round(order["B_rows_in_three_stretches"] * scale))] = "B"
    types[first_of(keys + inside, round(order["B_rows_elsewhere"] * scale))] = "B"
    return types


def sample_class(figures, kind, n):
    """n rows of one group: what hangs together first, then every other column by itself."""
    own = figures["classes"][kind]
    answers = sample_linked_answers(figures, n) if kind == "A" else {}
    for column, shares in own["single"].items():
        if column not in answers:
            answers[column] = choose(
                shares, n, f"{kind} {column}", RARE_ROWS if column == "Age" else 0
            )
    for column, shares in own["multi"].items():
        answers[column] = sample_ticks(shares, TICK_ORDER[column], n, f"{kind} {column}")
    return pd.DataFrame(answers, columns=figures["about"]["columns"])


def sample_linked_answers(figures, n):
    """The answers of group A that depend on each other, {column: object array of shape (n,)}.

    For group B only the shares of each column are published, so there nothing hangs together.
    """
    single, tables = figures["classes"]["A"]["single"], linked_tables(figures)
    age = choose(single["Age"], n, "A Age", RARE_ROWS)
    gender = choose_within(tables["gender_given_age"], np.vectorize(AGE_BAND.get)(age), "A gender")
    usage = choose(single["spotify_usage_period"], n, "A usage")
    plan = choose_within(plan_tables(figures), gender + "/" + usage, "A plan")
    willing = choose_within(tables["willingness_given_plan"], plan, "A willing")
    short_plan = np.array([words.split()[0] for words in plan], dtype=object)
    wishes = tables["preferred_plan_given_plan_and_willingness"]
    return {
        "Age": age,
        "Gender": gender,
        "spotify_usage_period": usage,
        "spotify_subscription_plan": plan,
        "premium_sub_willingness": willing,
        "preffered_premium_plan": choose_within(wishes, short_plan + "/" + willing, "A wish"),
        "fav_music_genre": choose_within(
            tables["genre_given_gender"], gender, "A genre", RARE_ROWS
        ),
        **sample_podcasts(figures, n),
    }


def linked_tables(figures):
    """Every conditional table of group A by its name: {name: {group: {answer: share}}}."""
    found = {}
    for part in (
        "class_A_associations",
        "class_A_weak_associations",
        "class_A_follow_up_structure",
    ):
        for name, entry in figures[part].items():
            found[name] = {group: row["p"] for group, row in entry["table"].items() if "p" in row}
    return found


def plan_tables(figures):
    """Free or Premium by gender and time of use, from the logit of group A: {"Male/...": {plan:
    share}}.
    """
    weight = dict(figures["class_A_plan_logit"]["coefficients"])
    start = weight.pop("intercept (Female, Less than 6 months)")
    free, premium = figures["classes"]["A"]["single"]["spotify_subscription_plan"]
    tables = {}
    for gender, usage in itertools.product(
        ["Female", "Male"], ["Less than 6 months", *list(weight)[1:]]
    ):
        share = 1 / (1 + np.exp(-start - weight.get(gender, 0) - weight.get(usage, 0)))
        tables[f"{gender}/{usage}"] = {free: 1 - share, premium: share}
    return tables


def sample_podcasts(figures, n):
    """How often podcasts are heard and the four follow-ups of group A, {column: object array of
    shape (n,)}.

    How many of the four are "None" depends on the frequency; which ones, on each column's share of
    "None".
    """
    single = figures["classes"]["A"]["single"]
    often = choose(single["pod_lis_frequency"], n, "A podcasts")
    n_none = choose_within(
        linked_tables(figures)["number_of_none_in_four_podcast_columns"], often, "A none"
    )
    weights = none_weights(figures)
    keys = -np.log(dice("A which none").random((n, 4))) / np.array(
        [weights[answer] for answer in often]
    )
    is_none = keys.argsort(axis=1).argsort(axis=1) < n_none.astype(int)[:, None]
    answers = {"pod_lis_frequency": often}
    for j, column in enumerate(podcast_columns(figures)):
        named = {answer: share for answer, share in single[column].items() if answer != NO_ANSWER}
        answers[column] = np.where(is_none[:, j], NO_ANSWER, choose(named, n, f"A {column}"))
    return answers


def podcast_columns(figures):
    """The four follow-up columns, in the order of the file."""
    return figures["about"]["none_is_an_answer"][1:]


def none_weights(figures):
    """How readily each follow-up is the one left at "None": {frequency: four weights above nought}.

    The share of "None" in a column, less the rows in which all four are.
    """
    tables = {
        name: entry["table"] for name, entry in figures["class_A_follow_up_structure"].items()
    }
    all_four = {
        often: row["p"]["4"]
        for often, row in tables["number_of_none_in_four_podcast_columns"].items()
    }
    none_in = [
        tables[f"none_in_{column}_given_podcast_frequency"] for column in podcast_columns(figures)
    ]
    return {
        often: [max(table[often]["p_none"] - share, 1e-9) for table in none_in]
        for often, share in all_four.items()
    }


def sample_ticks(figures, options, n, name):
    """n cells of a column with several answers, joined by a comma and a blank."""
    options = [option for option in options if option in figures["tick_probability"]]
    sets, shares = tick_sets(
        [figures["tick_probability"][option] for option in options],
        {int(k): share for k, share in figures["number_of_ticks"].items()},
    )
    cells = [", ".join(itertools.compress(options, ticks)) for ticks in sets]
    return choose(dict(zip(cells, shares)), n, name)


def tick_sets(tick_shares, number_shares):
    """Which sets of ticks there are and how often: the least assuming table with the given margins.

    tick_shares    share ticking each option, J numbers
    number_shares  {number of ticks: share}
    Returns        sets, int, shape (S, J), and their shares, shape (S,); by iterative proportional
                   fitting
    """
    sets = np.array(
        [
            ticks
            for ticks in itertools.product([0, 1], repeat=len(tick_shares))
            if sum(ticks) in number_shares
        ]
    )
    shares = np.full(len(sets), 1 / len(sets))
    for _ in range(500):
        for j, wanted in enumerate(tick_shares):
            now = shares[sets[:, j] == 1].sum() / shares.sum()
            shares *= np.where(sets[:, j] == 1, wanted / now, (1 - wanted) / (1 - now))
        for number, wanted in number_shares.items():
            shares[sets.sum(axis=1) == number] *= wanted / shares[sets.sum(axis=1) == number].sum()
    return sets, shares / shares.sum()


def with_own_words(rows):
    """Puts words in the place of "(free text)", one wording after the other down the file."""
    rows = rows.copy()
    for column, wordings in OWN_WORDS.items():
        words = itertools.cycle(wordings)
        rows[column] = [
            cell.replace(FREE, next(words)) if FREE in cell else cell for cell in rows[column]
        ]
    return rows


def with_quirks(rows):
    """Applies QUIRKS to the first cells that fit."""
    rows = rows.copy()
    for column, cell, becomes, times in QUIRKS:
        found = rows.index[rows[column] == cell][:times]
        if len(found) < times:
            raise ValueError(
                f"{column} has {len(found)} cells {cell!r}, not {times}: change SEED or QUIRKS"
            )
        rows.loc[found, column] = becomes
    return rows


def break_twins(rows):
    """Moves the rating of accidental copies by one, until every row is different."""
    rows = rows.copy()
    after = dict(zip("12345", "23454"))
    while (twins := rows.duplicated()).any():
        rows.loc[twins, "music_recc_rating"] = rows.loc[twins, "music_recc_rating"].map(after)
    return rows
