"""Editorial lists and charts of each month."""

import numpy as np

from ..streams import exps
from .artists import YEARS_AHEAD
from .columns import month_days, turns
from .genres import MEMBER, ones_if_all_zero

# most tracks of a genre's editorial list, of the charts, and of one artist in a list
LIST_SIZE, CHART_SIZE, PER_ARTIST = 2000, 200, 5
FRESH_DAYS = 120  # days in which newness falls by a factor e (assumed)
OLD_SHARE = 0.015  # share of the score that an old track keeps (assumed)
LOOKED_AT = 4_000  # how many of a genre's heaviest tracks are considered first for a list


def editorial_lists(records, members, weights, first_month):
    """The tracks of each month's list of each survey genre, and their weights: two lists of arrays.

    A list holds the tracks of the genre with the highest product of weight and newness, among those
    released by the first of the month. "All" is the charts. Weights in a list are square roots of
    these products, so that they differ less.
    """
    shelves = [shelf((member >= MEMBER) * weights) for member in members.values()]
    sizes = [CHART_SIZE if genre == "All" else LIST_SIZE for genre in members]
    lists = [
        heavy_and_new(shelf, records, weights, month_days(first_month + month), size)
        for month in range(12 * YEARS_AHEAD)
        for shelf, size in zip(shelves, sizes)
    ]
    return [chosen for chosen, _ in lists], [np.sqrt(scores) for _, scores in lists]


def shelf(weights):
    """Tracks with a positive weight, heaviest first, int64; all tracks if all weights are 0."""
    weights = ones_if_all_zero(weights)
    order = np.argsort(-weights, kind="stable")
    return order[: np.count_nonzero(weights)]


def heavy_and_new(shelf, records, weights, day, size):
    """Up to `size` tracks of a shelf for a list of one day, and their scores (`editorial_lists`).

    The heaviest tracks are considered first, and more of them only while a lighter, newer track
    could still enter the list.
    """
    n_first = LOOKED_AT
    while True:
        considered = shelf[:n_first]
        out = considered[records["released"][considered] <= day]
        out = out if len(out) or n_first < len(shelf) else shelf[:size]
        age = np.maximum(day - records["released"][out], 0)
        scores = weights[out] * (OLD_SHARE + exps(-np.minimum(age / FRESH_DAYS, 600.0)))
        order = np.argsort(-scores, kind="stable")
        order = order[turns(records["artist"][out[order]]) < PER_ARTIST][:size]
        if n_first >= len(shelf) or (
            len(order) == size and scores[order[-1]] > weights[shelf[n_first]] * (1 + OLD_SHARE)
        ):
            return out[order], scores[order]
        n_first *= 2
