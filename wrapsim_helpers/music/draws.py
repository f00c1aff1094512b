"""Random draws by artist or track, from the streams named "catalogue." under the seed."""

import numpy as np
import pandas as pd

from ..streams import decision, lns, uniforms


def draw(name, keys, counter=0):
    """One uniform draw of the decision catalogue.`name` per key. float64, (keys,)."""
    return uniforms(keys, decision(f"catalogue.{name}"), counter)


def waits(u):
    """Exponential waiting times of mean 1 from uniforms: float64, (N,), at most 8."""
    return np.minimum(-lns(u), 8.0)


def list_places(values, order):
    """Place of each value in a list, int64."""
    return (
        pd.Series(values).map({value: i for i, value in enumerate(order)}).to_numpy(dtype=np.int64)
    )


def chosen(u, table, shares):
    """One choice per draw by the shares of its own table. u (N,); table int (N,); shares (tables,
    K). Returns int64, (N,).
    """
    totals = np.cumsum(shares, axis=1)
    totals = totals / totals[:, -1:] + np.arange(len(shares))[:, None]
    return np.minimum(
        np.searchsorted(totals.ravel(), u + table, side="right") - table * shares.shape[1],
        shares.shape[1] - 1,
    )
