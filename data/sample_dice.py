"""The dice of the bundled sample files: only uniform numbers, one stream per decision, so that a
new decision leaves the others alone.
"""

import zlib

import numpy as np

SEED = 20191224  # the songs' popularity was read about then; any number would do


def dice(name):
    """The stream of uniform numbers that belongs to one decision."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def shuffled(items, name):
    """The items in random order, as a list."""
    return [items[i] for i in np.argsort(dice(name).random(len(items)))]


def even_dice(name, n):
    """n uniforms in random order, one in each n-th part of [0, 1): shares come out right to one
    row.
    """
    return shuffled((np.arange(n) + dice(name).random(n)) / n, f"{name}, order")


def choose(shares, n, name, at_least=0):
    """n answers, object array; counts follow `shares`, {answer: share}, or are about `at_least`
    where higher.
    """
    possible = [answer for answer, share in shares.items() if share > 0]
    bounds = np.cumsum([max(shares[answer], at_least / n) for answer in possible])
    places = np.searchsorted(bounds / bounds[-1], even_dice(name, n), side="right")
    return np.array(possible, dtype=object)[places]


def choose_within(tables, groups, name, at_least=0):
    """One answer per row, by the table of the row's group.

    tables   {group: {answer: share}}
    groups   object array, shape (n,)
    Returns  object array, shape (n,)
    """
    answers = np.empty(len(groups), dtype=object)
    for group in sorted(set(groups)):
        here = groups == group
        answers[here] = choose(tables[group], here.sum(), f"{name} | {group}", at_least)
    return answers


def first_of(keys, n):
    """Positions of the n smallest keys."""
    return np.argsort(keys, kind="stable")[:n]


def quotas(shares, total):
    """Whole numbers that add up to `total` and follow the shares: largest remainders first."""
    exact = np.array(shares) / sum(shares) * total
    counts = np.floor(exact).astype(int)
    counts[first_of(counts - exact, total - counts.sum())] += 1
    return counts
