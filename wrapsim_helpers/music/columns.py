"""Columns of tracks: groups of rows, and dates as days since 1970-01-01."""

import numpy as np


def first_rows(groups):
    """First row of each group, int64. groups: int, (N,); the rows of a group are consecutive."""
    return np.flatnonzero(np.diff(groups, prepend=-1))


def turns(groups):
    """Number of earlier rows of the same group, int64. [5, 3, 5, 5] -> [0, 0, 1, 2]."""
    order = np.argsort(groups, kind="stable")
    first = first_rows(np.asarray(groups)[order])
    result = np.empty(len(order), np.int64)
    result[order] = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    return result


def ragged(groups, order, n_groups=0):
    """Members of each group, in order: (first index of each group and the total; members), int64.

    groups  int, (N,), from 0;  order  sort key within a group;  n_groups  lowest number of groups
    """
    return starts(np.bincount(groups, minlength=n_groups)), np.lexsort((order, groups))


def starts(sizes):
    """Where each of several consecutive groups starts, and the total, int64, (groups + 1,)."""
    return np.append(0, np.cumsum(sizes))


def month_days(months):
    """First day of each month, in days since 1970-01-01, int64. months: since 1970-01."""
    return np.asarray(months).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def year_days(years):
    """First day of each calendar year, in days since 1970-01-01, int64."""
    return month_days(12 * (np.asarray(years) - 1970))


def calendar_years(days):
    """Calendar year of each day, int64."""
    return np.asarray(days).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def decimal_years(days):
    """Days since 1970-01-01 as years with fractions, float64."""
    return 1970 + np.asarray(days) / 365.2425
