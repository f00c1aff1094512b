"""Random draws by artist or track, from the streams named "catalogue." of the seed."""

import numpy as np
import pandas as pd

from ..streams import decision, lns, uniforms


def draw(name, keys, counter=0):
    """One uniform draw per key of the decision catalogue.`name`. float64, (keys,)."""
    return uniforms(keys, decision(f"catalogue.{name}"), counter)


def waits(u):
    """Exponential waiting times of mean 1, at most 8, from uniforms: float64, (N,)."""
    return np.minimum(-lns(u), 8.0)


def list_positions(values, order):
    """Position of each value in a list, int64."""
    return (
        pd.Series(values).map({value: i for i, value in enumerate(order)}).to_numpy(dtype=np.int64)
    )


def chosen(u, table, shares):
    """One choice per draw, each by one row of shares: int64, (N,).

    u: (N,); table: row of shares for each draw, int, (N,); shares: (tables, K).
    """
    totals = np.cumsum(shares, axis=1)
    totals = totals / totals[:, -1:] + np.arange(len(shares))[:, None]
    return np.minimum(
        np.searchsorted(totals.ravel(), u + table, side="right") - table * shares.shape[1],
        shares.shape[1] - 1,
    )
