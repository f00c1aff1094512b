"""Draws of the listening loop: from shares, from alias tables, and by inversion."""

import numpy as np

from ..compiled import compiled_loop
from ..streams import decision, exp, uniform

SLOT, KEEP = decision("pick.slot"), decision("pick.keep")


@compiled_loop
def index_in_totals(u, totals):
    """Index that a uniform draw selects among running totals that end at 1."""
    i = 0
    while i < len(totals) - 1 and u >= totals[i]:
        i += 1
    return i


@compiled_loop
def index_in_shares(u, shares):
    """Index that a uniform draw selects among shares that sum to 1."""
    total, i = 0.0, 0
    while i < len(shares) - 1:
        total += shares[i]
        if u < total:
            break
        i += 1
    return i


@compiled_loop
def step_value(limits, values, x):
    """Value of a step function at x: that of the last limit not above x."""
    value = values[0]
    for i in range(len(limits)):
        if x >= limits[i]:
            value = values[i]
    return value


@compiled_loop
def poisson(key, what, counter, mean):
    """A Poisson draw by inversion; mean at most 600."""
    u, p, count = uniform(key, what, counter), exp(-mean), 0
    total = p
    while u > total and count < 1000:
        count += 1
        p *= mean / count
        total += p
    return count


@compiled_loop
def weighted_item(key, counter, first, after, slots):
    """An item of an alias table, in proportion to its weight; int64."""
    slot = slots[first + int(uniform(key, SLOT, counter) * (after - first))]
    return np.int64(slot.own if uniform(key, KEEP, counter) < slot.keep else slot.alias)
