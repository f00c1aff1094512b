"""Random draws by artist or track, from the streams named "catalogue." of the seed."""

import numpy as np

from ..streams import decision, lns, normals, uniforms


def draw(name, keys, counter=0):
    """One uniform draw per key of the decision catalogue.`name`, float64, (keys,)."""
    return uniforms(np.ascontiguousarray(keys), decision(f"catalogue.{name}"), counter)


def normal_draw(name, keys):
    """One standard normal draw per key of the decision catalogue.`name`, float64, (keys,)."""
    return normals(np.ascontiguousarray(keys), decision(f"catalogue.{name}"), 0)


def waits(u):
    """Exponential waiting times of mean 1, at most 8, from uniforms: float64, (N,)."""
    return np.minimum(-lns(u), 8.0)


def chosen(u, table, shares):
    """One choice per draw, each by one row of shares: int64, (N,).

    u: (N,); table: row of shares for each draw, int, (N,); shares: (tables, K).
    """
    totals = np.cumsum(shares, axis=1)
    last = shares.shape[1] - 1
    totals = totals / totals[:, -1:] + np.arange(len(shares))[:, None]
    position = np.searchsorted(totals.ravel(), u + table, side="right")
    return np.minimum(position - table * shares.shape[1], last)
