"""Statistics per listener, and the bootstrap over listeners as a matrix of weights.

Sums over listeners are computed for all replicates in one matrix product. Row 0 of the weights
counts every listener once; every other row states how often each listener was drawn. Functions
return float64, (R,), with the observed number first, unless they say otherwise.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

REPLICATES = 200
SEED = 20181115  # of the bootstrap's random generator


@dataclass(frozen=True)
class Sample:
    """The statistics that the measures read.

    listeners  DataFrame, one row per listener: the columns of `Log.listeners`, and every statistic
               that is one number per listener
    frames     name -> DataFrame in long form: who, keys, counts
    weights    float64, (R, L)
    log        the `Log` of the run
    """

    listeners: pd.DataFrame
    frames: dict
    weights: np.ndarray
    log: object

    def __repr__(self):
        return (
            f"Sample of {len(self.listeners):,} listeners with {len(self.weights) - 1:,} replicates"
        )

    def __getitem__(self, column):
        """Weighted total of a column of `listeners`, float64, (R,)."""
        return self.weights @ self.listeners[column].to_numpy(dtype=np.float64)

    def values(self, column):
        """A column of `listeners` as float64, (L,)."""
        return self.listeners[column].to_numpy(dtype=np.float64)

    def having(self, column, *values):
        """Which listeners have one of these values in a column, bool, (L,)."""
        return self.listeners[column].isin(values).to_numpy()

    def aged(self, low, high):
        """Which listeners are at least `low` and younger than `high`, bool, (L,)."""
        return self.listeners["age"].between(low, high, inclusive="left").to_numpy()


def resamples(n_listeners, replicates=REPLICATES):
    """Weights of the bootstrap, float64, (replicates + 1, L): ones, then for each replicate how
    often each listener is drawn.
    """
    drawn = np.random.default_rng(SEED).multinomial(
        n_listeners, np.full(n_listeners, 1 / n_listeners), size=replicates
    )
    return np.vstack([np.ones(n_listeners), drawn])


# -- over listeners --------------------------------------------------------------------------------


def ratio_among(sample, top, bottom, where):
    """The total of column `top` divided by that of `bottom`, over the listeners `where`."""
    return (sample.weights @ (sample.values(top) * where)) / (
        sample.weights @ (sample.values(bottom) * where)
    )


def ratio(top, bottom):
    """A measure: the total of one column divided by the total of another."""
    return lambda sample: sample[top] / sample[bottom]


def mean_of(sample, values, where=True):
    """Weighted mean over the listeners `where` with a finite value; NaN if there are none."""
    values = np.asarray(values, dtype=np.float64)
    chosen = np.isfinite(values) & where
    return (sample.weights @ np.where(chosen, values, 0.0)) / (sample.weights @ chosen)


def sd_of(sample, values, where=True):
    """Weighted standard deviation over listeners."""
    variance = mean_of(sample, np.square(values), where) - mean_of(sample, values, where) ** 2
    return np.sqrt(np.maximum(variance, 0.0))


def quantile_of(sample, values, share, where=True):
    """Weighted quantile over listeners with a finite value."""
    chosen = np.flatnonzero(np.isfinite(values) & where)
    if not len(chosen):
        return np.nan
    chosen = chosen[np.argsort(values[chosen])]
    running = np.cumsum(sample.weights[:, chosen], axis=1)
    return values[chosen][(running >= share * running[:, -1:]).argmax(axis=1)]


def median_of(sample, values, where=True):
    """Weighted median over listeners with a finite value."""
    return quantile_of(sample, values, 0.5, where)


def slopes_of(sample, y, regressors, where=True):
    """Coefficients of least squares of y on a constant and the regressors, over listeners: float64,
    (R, K + 1), the constant first.

    y, each regressor  float64, (L,);  listeners with a value that is not finite are left out
    """
    x = np.column_stack([np.ones(len(y)), *regressors])
    chosen = np.flatnonzero(np.isfinite(y) & np.isfinite(x).all(axis=1) & where)
    n = x.shape[1]
    if not len(chosen):
        return np.full((len(sample.weights), n), np.nan)
    x, weights = x[chosen], sample.weights[:, chosen]
    products = weights @ (x[:, :, None] * x[:, None, :]).reshape(-1, n * n)
    return np.linalg.solve(
        products.reshape(-1, n, n) + 1e-9 * np.eye(n),
        (weights @ (x * y[chosen, None]))[:, :, None],
    )[:, :, 0]


def columns_of(sample, prefix, names):
    """Weighted totals of the columns prefix + name, side by side, float64, (R, K)."""
    columns = [f"{prefix}{name}" for name in names]
    return sample.weights @ sample.listeners[columns].to_numpy(dtype=np.float64)


# -- over rows in long form ------------------------------------------------------------------------


def pooled(sample, who, key, values, size):
    """Weighted sums by key over a table in long form: float64, (R, size).

    who, key  integers, (N,);  values  numbers, (N,);  keys run from 0 to size - 1
    """
    who, key, values = np.asarray(who), np.asarray(key, dtype=int), np.asarray(values, np.float64)
    return np.array(
        [np.bincount(key, weights[who] * values, minlength=size) for weights in sample.weights]
    )


def means_by(sample, who, key, values, size):
    """Weighted means by key over a table in long form, as `pooled`; NaN for a key without rows."""
    return pooled(sample, who, key, values, size) / pooled(
        sample, who, key, np.ones(len(who)), size
    )


def mean_of_rows(sample, who, values):
    """Weighted mean over the rows of a table in long form."""
    return means_by(sample, who, np.zeros(len(who)), values, 1)[:, 0]


def by_key(sample, table, key, column, size):
    """Weighted sums of a column by the column `key`, as `pooled`."""
    return pooled(sample, table["who"], table[key], table[column], size)


# -- hours and shares ------------------------------------------------------------------------------


def near(hours, centre):
    """Hours shifted by 24 to within twelve hours of a centre, so that 23 is close to 1."""
    return centre + (hours - centre + 12) % 24 - 12.0


def shares(counts):
    """Rows scaled to a sum of 1, float64, (..., K)."""
    return counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1e-300)


def distance(measured, published):
    """A measured check: the sum of the absolute errors of each row of shares."""
    return {"l1": np.abs(measured - np.array([*published])).sum(axis=1)}


def largest_error(measured, published):
    """A measured check: the largest absolute error of each row of shares."""
    return {"max_error": np.abs(measured - np.array([*published])).max(axis=1)}
