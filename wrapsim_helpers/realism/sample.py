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


def resamples(n_listeners, replicates=REPLICATES, seed=SEED):
    """Weights of the bootstrap, float64, (replicates + 1, L): ones, then for each replicate how
    often each listener is drawn.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_listeners, np.full(n_listeners, 1 / n_listeners), size=replicates)
    return np.vstack([np.ones(n_listeners), drawn]).astype(np.float64)


def total_of(sample, values, where=None):
    """Weighted sum of one value per listener, over listeners for whom `where` holds."""
    values = np.asarray(values, dtype=np.float64)
    return sample.weights @ np.where(
        np.isfinite(values) & (True if where is None else where), values, 0.0
    )


def mean_of(sample, values, where=None):
    """Weighted mean over listeners with a finite value; NaN if there are none."""
    values = np.asarray(values, dtype=np.float64)
    where = np.isfinite(values) & (True if where is None else where)
    return total_of(sample, values, where) / total_of(sample, np.ones(len(values)), where)


def sd_of(sample, values, where=None):
    """Weighted standard deviation over listeners."""
    return np.sqrt(
        np.maximum(
            mean_of(sample, np.square(values), where) - mean_of(sample, values, where) ** 2, 0.0
        )
    )


def quantile_of(sample, values, share, where=None):
    """Weighted quantile over listeners with a finite value."""
    values = np.asarray(values, dtype=np.float64)
    chosen = np.flatnonzero(np.isfinite(values) & (True if where is None else where))
    if not len(chosen):
        return np.full(len(sample.weights), np.nan)
    chosen = chosen[np.argsort(values[chosen])]
    running = np.cumsum(sample.weights[:, chosen], axis=1)
    return values[chosen][(running >= share * running[:, -1:]).argmax(axis=1)]


def median_of(sample, values, where=None):
    """Weighted median over listeners with a finite value."""
    return quantile_of(sample, values, 0.5, where)


def slopes_of(sample, y, regressors, where=None):
    """Coefficients of least squares of y on a constant and the regressors, over listeners: float64,
    (R, K + 1), the constant first.

    y, each regressor  float64, (L,);  listeners with a value that is not finite are left out
    """
    x = np.column_stack([np.ones(len(y)), *regressors])
    chosen = np.flatnonzero(
        np.isfinite(y) & np.isfinite(x).all(axis=1) & (True if where is None else where)
    )
    if not len(chosen):
        return np.full((len(sample.weights), x.shape[1]), np.nan)
    x, y = x[chosen], np.asarray(y, dtype=np.float64)[chosen]
    products = (
        sample.weights[:, chosen] @ (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    ).reshape(-1, x.shape[1], x.shape[1])
    return np.linalg.solve(
        products + 1e-9 * np.eye(x.shape[1]),
        (sample.weights[:, chosen] @ (x * y[:, None]))[:, :, None],
    )[:, :, 0]


def pooled(sample, who, key, values, size):
    """Weighted sums by key over a table in long form: float64, (R, size).

    who, key  integers, (N,);  values  numbers, (N,);  keys run from 0 to size - 1
    """
    who, key, values = (
        np.asarray(who, dtype=int),
        np.asarray(key, dtype=int),
        np.asarray(values, dtype=np.float64),
    )
    return np.array(
        [np.bincount(key, weights[who] * values, minlength=size) for weights in sample.weights]
    )


def by_key(sample, frame, key, values, size):
    """Weighted sums of columns of a frame by its column `key`, which runs from 0 to size - 1: name
    -> float64, (R, size).
    """
    table = sample.frames[frame]
    return {
        name: pooled(sample, table["who"], table[key].to_numpy(dtype=int), table[name], size)
        for name in values
    }


def shares(counts):
    """Rows scaled to a sum of 1, float64, (..., K)."""
    return counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1e-300)


def columns_of(sample, names):
    """Weighted totals of several columns side by side, float64, (R, K)."""
    return sample.weights @ sample.listeners[list(names)].to_numpy(dtype=np.float64)
