"""Listeners of a run who differ most from one another, and the crowd around them."""

import math

import ibis
import numpy as np
import pandas as pd

from ..checking import check_count, front_door
from ..interrupts import saying, unchanged
from ..runs.opened import open_run
from .characters import CHARACTERS
from .periods import open_period
from .shares import with_shares
from .story import names_by_number
from .tallies import show_tallies

MOST = len(CHARACTERS)  # listeners with a character each


@front_door
@saying(unchanged)
def contrasting_listeners(run_dir, year=-1, edition="all", n=6):
    """Which listeners of a run differ most in how much and how they listen? A DataFrame of n
    listeners, or as many as there are: listener_id, name, character, habit (in words), score
    (standard deviations above the crowd's mean), ms_played, title ("Fanatic: one artist", or "").

    The eligible listeners are cut into n groups of equal size by minutes, from most to fewest. Each
    group sends the listener in whom a habit of CHARACTERS stands out most that no group before has
    sent; ties go to the lower number. Without such a habit it sends the one with most minutes. If
    nobody is eligible, all listeners with a play are cut into groups.
    year, edition  as for `tell_story`;  n  1 to 12
    """
    n, run = check_count("n", n, 1, MOST), open_run(run_dir)
    tallies = show_tallies(open_period(run, year, edition))
    measures = tallies["measures"].to_pandas()
    crowd = by_minutes(tallies["totals"].to_pandas(), measures)
    groups = np.array_split(crowd["listener_id"].to_numpy(), min(n, len(crowd)))
    table = pd.DataFrame(one_of_each(groups, scores_of(measures))).merge(crowd, on="listener_id")
    names = names_by_number(run, table["listener_id"])
    table.insert(1, "name", table["listener_id"].map(names["name"]))
    return table.assign(title=[title_of(row) for row in table.itertuples()])


def title_of(row):
    """The character and its habit as a title; "" without a character."""
    return f"{row.character}: {row.habit.removeprefix('your ')}" if row.character else ""


def by_minutes(totals, measures):
    """listener_id and ms_played of the eligible listeners, or of all if nobody is eligible; most
    minutes first.
    """
    crowd = totals[["listener_id", "ms_played"]]
    eligible = crowd["listener_id"].isin(measures["listener_id"][measures["is_eligible"]])
    crowd = crowd[eligible] if eligible.any() else crowd
    return crowd.sort_values(["ms_played", "listener_id"], ascending=[False, True])


def scores_of(measures):
    """listener_id, character, habit, score: a row for each listener and each habit above the
    crowd's mean, the highest score first.
    """
    rows = [
        measures[["listener_id"]].assign(
            character=character.name, habit=character.habit, score=measures[f"score_{i}"]
        )
        for i, character in enumerate(CHARACTERS)
    ]
    scores = pd.concat(rows, ignore_index=True)
    above = scores[scores["score"] > 0]
    return above.sort_values(["score", "listener_id"], ascending=[False, True], kind="stable")


def one_of_each(groups, scores):
    """The row of scores that each group of listeners sends, a list of dicts."""
    chosen = []
    for group in groups:
        sent = scores[scores["listener_id"].isin(group)]
        sent = sent[~sent["character"].isin([row["character"] for row in chosen])]
        chosen.append(sent.iloc[0].to_dict() if len(sent) else without_character(group[0]))
    return chosen


def without_character(listener_id):
    """The row of a listener in whom no habit stands out."""
    return {"listener_id": listener_id, "character": "", "habit": "", "score": math.nan}


@front_door
@saying(unchanged)
def minutes_and_genre(run_dir, year=-1, edition="all"):
    """How much does each listener play, and how much of it is one genre? A DataFrame listener_id,
    name, name_latin, ms_played, top_genre_share (of the streams with a genre) of all listeners with
    such a stream, by listener_id.

    year, edition  as for `tell_story`
    """
    run = open_run(run_dir)
    tallies = show_tallies(open_period(run, year, edition))
    measured = with_shares(ibis.memtable(tallies["measures"]))
    shares = measured.select("listener_id", "top_genre_share").to_pyarrow().to_pandas()
    totals = tallies["totals"].select(["listener_id", "ms_played"]).to_pandas()
    crowd = totals.merge(shares, on="listener_id")
    names = names_by_number(run, crowd["listener_id"]).reset_index()
    crowd = names.merge(crowd, on="listener_id")
    known = crowd.dropna(subset="top_genre_share")
    return known.sort_values("listener_id", ignore_index=True)
