"""The listening personality: four axes, each cut at the crowd's median, give one of 16 codes."""

import functools
from typing import NamedTuple

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa

from ..resources import resource
from .counting import total
from .insight import OF_STREAMS, Insight
from .shares import DIGITS, measures_of, with_shares

N_DOTS = 240  # listeners of the crowd on each axis of the card, at most


class Axis(NamedTuple):
    """One axis of the personality.

    first, second  the words of its two letters, which are their initials
    measure        column of `with_shares`
    high_is_first  whether the first letter means a high value
    cut, spread    for a listener alone: where the axis is cut, and the standard deviation,
                   of 60 listeners of the default world in 2025, rounded
    """

    first: str
    second: str
    measure: str
    high_is_first: bool
    cut: float
    spread: float


AXES = (
    Axis("Familiar", "Exploring", "familiar_share", True, 0.43, 0.11),
    Axis("New", "Timeless", "age_days", False, 518, 185),
    Axis("Loyal", "Varied", "repeat_share", True, 0.68, 0.11),
    Axis("Celebrated", "Unique", "popularity", True, 17, 4.6),
)


@functools.cache
def names():
    """Code -> name of the 16 personalities, from data/wrapped/personalities.csv, which may be
    replaced.
    """
    table = pd.read_csv(resource("data", "wrapped", "personalities.csv"))
    return dict(zip(table["code"], table["name"], strict=True))


def with_type(crowd):
    """Measures of the crowd with code, the personality, and nearest_code, the code with the letter
    changed whose axis is nearest to its cut, in standard deviations; of equal ones, the first axis.

    Each axis is cut at the median of the eligible listeners who have all axes; a single listener
    gets the cuts of AXES. The median itself gets the first letter. Listeners without a value on an
    axis, and those who are not eligible, get "".
    """
    known = crowd.is_eligible & ibis.and_(*(crowd[axis.measure].notnull() for axis in AXES))
    values = {i: known.ifelse(crowd[axis.measure], None) for i, axis in enumerate(AXES)}
    of_all = crowd.agg(
        **{f"cut_{i}": value.median() for i, value in values.items()},
        **{f"spread_{i}": value.std(how="pop") for i, value in values.items()},
        alone=total(known) == 1,
    )
    both = crowd.mutate(is_rated=known).cross_join(of_all)
    is_first, distances = zip(
        *(letter_and_distance(both, i) for i in range(len(AXES))), strict=True
    )
    smallest = ibis.least(*distances)
    flips = [  # whether the letter of this axis is the one that changes
        ibis.and_(distance == smallest, *(other > smallest for other in distances[:i]))
        for i, distance in enumerate(distances)
    ]
    changed = [first != flip for first, flip in zip(is_first, flips, strict=True)]
    typed = both.mutate(
        code=both.is_rated.ifelse(joined_letters(is_first), ""),
        nearest_code=both.is_rated.ifelse(joined_letters(changed), ""),
    )
    return typed.drop("is_rated", *of_all.columns)


def letter_and_distance(both, i):
    """(whether each listener gets the first letter of an axis, distance from the cut in standard
    deviations).
    """
    axis, value = AXES[i], both[AXES[i].measure]
    cut = both.alone.ifelse(axis.cut, both[f"cut_{i}"])
    spread = both.alone.ifelse(axis.spread, both[f"spread_{i}"])
    distance = ((value - cut).abs() / spread.nullif(0)).fill_null(0).round(DIGITS)
    return (value >= cut if axis.high_is_first else value <= cut), distance


def joined_letters(is_first):
    """The code of four letters. is_first: of each axis, whether it gets the first letter."""
    letters = [
        first.ifelse(axis.first[0], axis.second[0])
        for first, axis in zip(is_first, AXES, strict=True)
    ]
    return functools.reduce(lambda text, letter: text.concat(letter), letters)


def personality(tables):
    """Which of 16 types is each listener? code (four letters, see AXES), name, nearest_code,
    nearest_name (the type that differs in the letter nearest to its cut), and the four measures.

    One row per eligible listener with a value on every axis; see `with_type`.
    """
    rated = measures_of(tables)
    rated = rated.filter(rated.code != "")
    return rated.select(
        "listener_id",
        "code",
        name=rated.code.cases(*names().items()),
        nearest_code=rated.nearest_code,
        nearest_name=rated.nearest_code.cases(*names().items()),
        **{axis.measure: rated[axis.measure] for axis in AXES},
    )


# -- the records -----------------------------------------------------------------------------------


def rated_crowd(tally):
    """The measures of all listeners with a personality, DataFrame. tally: that of a `Request`."""
    crowd = tally("measures")
    rated = pa.Table.from_pandas(crowd[crowd["code"] != ""], preserve_index=False)
    return with_shares(ibis.memtable(rated)).to_pyarrow().to_pandas()


def with_share_of_type(types, request):
    """The listener's type with n_listeners, the number of listeners with a type, and n_same, the
    number of those with this one.
    """
    codes = request.tally("measures")["code"]
    codes = codes[codes != ""]
    n_same = [int((codes == code).sum()) for code in types["code"]]
    return types.assign(n_listeners=len(codes), n_same=n_same)


def personality_axes(_, request):
    """The crowd on each axis: axis (first word), cut, value; at most N_DOTS listeners an axis,
    evenly spaced by rank.
    """
    return axes_of_crowd(request.tally).copy()


@functools.lru_cache(1)
def axes_of_crowd(tally):
    """`personality_axes`, once for all stories that share a tally: it takes most of the time of a
    story.
    """
    crowd = rated_crowd(tally)
    return pd.concat([spread_on(axis, crowd) for axis in AXES], ignore_index=True)


def spread_on(axis, crowd):
    """The values of a crowd on an axis, ascending, and the cut."""
    values = np.sort(crowd[axis.measure].to_numpy(float))
    cut = np.median(values) if len(values) > 1 else axis.cut
    rows = np.linspace(0, len(values) - 1, min(len(values), N_DOTS)).round().astype(int)
    return pd.DataFrame({"axis": axis.first, "cut": cut, "value": values[rows]})


COUNTED = (
    "plays of {seconds} s and more; each axis is cut at the median of the listeners of this run, "
    "and the median itself gets the first letter; a listener alone gets fixed cuts"
)
INSIGHTS = (
    Insight(
        "personality",
        "Which of 16 types is each listener?",
        personality,
        reads=OF_STREAMS,
        tallies=("measures",),
        columns=(
            "code",
            "name",
            "nearest_code",
            "nearest_name",
            *(axis.measure for axis in AXES),
        ),
        shape=with_share_of_type,
        counted=COUNTED,
        left_out="{private}functional noise, and listeners without a value on an axis",
    ),
    Insight(
        "personality_axes",
        "How are the four axes of the personality spread over the crowd?",
        None,
        tallies=("measures",),
        shape=personality_axes,
        counted=COUNTED,
    ),
)
