"""Editorial lists and charts of each month."""

import numpy as np

from ..streams import exps
from .artists import YEARS_AHEAD
from .genres import MEMBER, somebody

LIST_SIZE, CHART_SIZE, PER_ARTIST = (
    2000,
    200,
    5,
)  # tracks of a genre's editorial lists, of the charts, and by one artist there
FRESH_DAYS, OLD_SHARE = (
    120,
    0.015,
)  # how fast a list turns to newer tracks; what of its pull a track keeps (assumed)
LOOKED_AT = 4_000  # how many of a genre's heaviest tracks are looked at first for a list


# -- editorial lists -------------------------------------------------------------------------------


def month_day(month):
    """The first day of a month as days since 1970-01-01. month int, months since 1970-01."""
    return np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64)


def editorial_lists(records, members, weights, first_year):
    """The tracks of every month's list of every survey genre and their weights there: two lists of
    arrays.

    A list holds, of the genre's tracks that are out by the first of the month, those heaviest by
    weight and freshness. "All" is the charts. Within a list the differences are evened out: a
    weight is the root of what put the track there.
    """
    shelves = [shelf((member >= MEMBER) * weights) for member in members.values()]
    sizes = [CHART_SIZE if genre == "All" else LIST_SIZE for genre in members]
    found = [
        heavy_and_new(shelf, records, weights, month_day(12 * (first_year - 1970) + month), size)
        for month in range(12 * YEARS_AHEAD)
        for shelf, size in zip(shelves, sizes)
    ]
    return [chosen for chosen, _ in found], [np.sqrt(scores) for _, scores in found]


def shelf(weights):
    """Tracks with a weight, heaviest first; all of them where none has. int64."""
    weights = somebody(weights)
    order = np.argsort(-weights, kind="stable")
    return order[: np.count_nonzero(weights)]


def heavy_and_new(shelf, records, weights, day, size):
    """Up to `size` tracks of a shelf for a list of one day, and their scores; see
    `editorial_lists`.

    Looks at the heaviest first and further only where a lighter, newer one could still come in.
    """
    look = LOOKED_AT
    while True:
        some = shelf[:look]
        out = some[records["released"][some] <= day]
        out = out if len(out) or look < len(shelf) else shelf[:size]
        age = np.maximum(day - records["released"][out], 0)
        scores = weights[out] * (OLD_SHARE + exps(-np.minimum(age / FRESH_DAYS, 600.0)))
        order = np.argsort(-scores, kind="stable")
        order = order[turn_of(records["artist"][out[order]]) < PER_ARTIST][:size]
        if look >= len(shelf) or (
            len(order) == size and scores[order[-1]] > weights[shelf[look]] * (1 + OLD_SHARE)
        ):
            return out[order], scores[order]
        look *= 2


def turn_of(values):
    """How many equal values came before each, int64. [5, 3, 5, 5] -> [0, 0, 1, 2]."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.maximum.accumulate(
        np.where(np.diff(ranked, prepend=-1) != 0, np.arange(len(values)), 0)
    )
    turns = np.empty(len(values), np.int64)
    turns[order] = np.arange(len(values)) - first
    return turns
