"""Reads the survey file, bundled or as downloaded, and rejects invalid answers.

A plain `pd.read_csv` gets the original wrong: `None` is an answer and not a missing value, four
columns hold several answers in one cell, and some answers contain commas or trailing blanks.
data/README.md is the codebook. Row numbers are those of a spreadsheet: the header is row 1.
"""

import re

import pandas as pd

from ..checking import front_door
from ..parameters import GENRES
from ..parameters import check_genre as check_genre
from ..source_files import read_cells, read_source

# time since the account was opened -> (from, to) in days
USAGE_DAYS = {
    "Less than 6 months": (7, 183),
    "6 months to 1 year": (183, 365),
    "1 year to 2 years": (365, 730),
    "More than 2 years": (730, 3650),
}
SINGLE = "single"  # one answer out of a closed set
OPEN = "open"  # one answer, free text occurs
SEVERAL = "several"  # answers joined by commas


def same_names(*answers):
    """Answers that keep the names of the file: answer -> the same answer."""
    return dict(zip(answers, answers))


# header -> (our name, kind, known answers; for single answers: answer in the file -> our name)
SURVEY = {
    "Age": ("age_band", SINGLE, same_names("6-12", "12-20", "20-35", "35-60", "60+")),
    "Gender": ("gender", SINGLE, {"Female": "female", "Male": "male", "Others": "other"}),
    "spotify_usage_period": ("usage_period", SINGLE, same_names(*USAGE_DAYS)),
    "spotify_listening_device": (
        "devices",
        SEVERAL,
        (
            "Smartphone",
            "Computer or laptop",
            "Smart speakers or voice assistants",
            "Wearable devices",
        ),
    ),
    "spotify_subscription_plan": (
        "plan",
        SINGLE,
        {"Free (ad-supported)": "free", "Premium (paid subscription)": "premium"},
    ),
    "premium_sub_willingness": ("willing", SINGLE, {"Yes": "yes", "No": "no"}),
    "preffered_premium_plan": (
        "wanted_plan",
        SINGLE,
        {
            "None": "none",
            "Individual Plan- Rs 119/ month": "individual",
            "Student Plan-Rs 59/month": "student",
            "Duo plan- Rs 149/month": "duo",
            "Family Plan-Rs 179/month": "family",
        },
    ),
    "preferred_listening_content": ("content", SINGLE, {"Music": "music", "Podcast": "podcast"}),
    "fav_music_genre": ("genre", SINGLE, GENRES),
    "music_time_slot": ("time_slot", SINGLE, same_names("Morning", "Afternoon", "Night")),
    "music_Influencial_mood": (
        "moods",
        SEVERAL,
        (
            "Relaxation and stress relief",
            "Uplifting and motivational",
            "Sadness or melancholy",
            "Social gatherings or parties",
        ),
    ),
    "music_lis_frequency": (
        "situations",
        SEVERAL,
        ("While Traveling", "leisure time", "Workout session", "Office hours", "Study Hours"),
    ),
    "music_expl_method": (
        "discovery",
        SEVERAL,
        ("recommendations", "Playlists", "Radio", "Others"),
    ),
    "music_recc_rating": ("recommendation_rating", SINGLE, same_names(*"12345")),
    "pod_lis_frequency": (
        "podcast_frequency",
        SINGLE,
        same_names("Never", "Rarely", "Once a week", "Several times a week", "Daily"),
    ),
    "fav_pod_genre": ("podcast_genre", OPEN, None),
    "preffered_pod_format": ("podcast_format", OPEN, None),
    "pod_host_preference": ("podcast_hosts", OPEN, None),
    "preffered_pod_duration": ("podcast_length", OPEN, None),
    "pod_variety_satisfaction": ("podcast_satisfaction", OPEN, None),
}


@front_door
def load_survey(path=""):
    """The listening survey as a clean table, one row per respondent: who listens, and to what.

    path  .csv or .xlsx; "" reads the bundled, invented survey

    Returns a DataFrame: `row` int, then one column per question under the names in SURVEY. Single
    answers are categories, questions with several answers hold tuples of text. The answer "None"
    is kept as an answer. Raises FileNotFoundError for a missing file, ValueError for a file that is
    not this survey.
    """
    source = read_source("survey", path)
    cells = read_cells(source, SURVEY)
    columns = {
        name: answers(source, cells[header], header, kind, known)
        for header, (name, kind, known) in SURVEY.items()
    }
    return pd.DataFrame(columns).reset_index(names="row")


# -- survey answers --------------------------------------------------------------------------------


def answers(source, cells, header, kind, known):
    """One column of the survey in our names: categories, or tuples of text for several answers."""
    texts = [cell.strip() for cell in cells]
    if kind == SEVERAL:
        return [ticked(text, known) for text in texts]
    if kind == OPEN:
        return pd.Categorical(texts)
    folded = {answer.casefold(): ours for answer, ours in known.items()}
    for row, text in enumerate(texts):
        if text.casefold() not in folded:
            raise ValueError(
                f"{source.name}, row {row + 2}: {header} is {text!r}; "
                + allowed_answers(header, text, known)
            )
    return pd.Categorical(
        [folded[text.casefold()] for text in texts], categories=list(known.values())
    )


def ticked(text, options):
    """The answers in a cell that holds several, joined by commas, as a tuple of text.

    Free text keeps its commas.
    """
    answers = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        if answers and part not in options and answers[-1] not in options:
            answers[-1] += f", {part}"
        else:
            answers.append(part)
    return tuple(answers)


def allowed_answers(header, text, known):
    """The part of a message that says what an answer must be, and what to do."""
    if header == "Age" and re.fullmatch(r"\d{1,2}-\w{3}|\w{3}-\d{2}|\d{4}-.*", text):
        return (
            "a spreadsheet turned the age band into a date. Download the file again and do not "
            "open it in a spreadsheet."
        )
    return (
        f"it must be one of {', '.join(map(repr, known))}. Correct it, or download the file again."
    )
