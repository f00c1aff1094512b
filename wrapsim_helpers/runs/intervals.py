"""95 % intervals of effects, over clusters of listeners."""

import numpy as np
import pandas as pd

FEWEST = 8  # fewest effective listeners (or clusters of them), or plays left, for an estimate
MOST_OF_ONE = 2  # times the median listener: most that a heavy listener counts for
Z95 = 1.959963984540054
MISSING = (np.nan,) * 3  # an interval that cannot be estimated


def quantile_95(n):
    """Half the width of a 95 % interval with n clusters, in standard errors (Student's t, by
    Cornish and Fisher).
    """
    return Z95 * (1 + (Z95**2 + 1) / (4 * max(n - 1, 1)))


def interval(estimate, relative_error, n):
    """(estimate, low, high) of a positive number, symmetric on a logarithmic scale; missing with
    fewer than FEWEST clusters.
    """
    if n < FEWEST or not estimate > 0:
        return MISSING
    reach = np.exp(quantile_95(n) * relative_error)
    return estimate, estimate / reach, estimate * reach


def effective_number(weights):
    """How many equal weights are as uncertain as these (Kish): (sum of weights)^2 / sum of squares,
    float64. The sums run over the first axis.
    """
    weights = np.asarray(weights, float)
    squares = (weights**2).sum(axis=0)
    return weights.sum(axis=0) ** 2 / np.where(squares > 0, squares, 1)


def capped_weights(sizes):
    """Weights with which no listener counts for more than MOST_OF_ONE times the median listener, so
    that a few heavy listeners do not decide an estimate.

    sizes    plays, sessions or time of each listener, a Series; zeros are left out of the median
    Returns  Series, above 0 and at most 1
    """
    most = MOST_OF_ONE * sizes[sizes > 0].median()
    return (most / sizes.where(sizes > most, most)).fillna(1.0)


def share_of(part, whole, cluster):
    """(share, low, high): sum of part / sum of whole, with its interval over clusters (delta
    method).
    """
    sums = (
        pd.DataFrame({"part": np.asarray(part, float), "whole": np.asarray(whole, float)})
        .groupby(np.asarray(cluster))
        .sum()
    )
    sums = sums[(sums["whole"] > 0) | (sums["part"] > 0)]
    part, whole = sums["part"], sums["whole"]
    if not part.sum() > 0 < whole.sum():
        return MISSING
    share = part.sum() / whole.sum()
    error = (part - share * whole).std() * np.sqrt(len(sums)) / part.sum()
    return interval(share, error, effective_number(whole))


def fit_logs(design, y):
    """exp of each coefficient of a least-squares fit of logarithms with its interval: [(ratio, low,
    high), ...]. The errors may differ between rows (White 1980)."""
    beta, bread = np.linalg.lstsq(design, y, rcond=None)[0], np.linalg.pinv(design.T @ design)
    scores = (design * (y - design @ beta)[:, None]) @ bread
    errors = np.sqrt((scores**2).sum(axis=0) * len(y) / max(len(y) - design.shape[1], 1))
    return [interval(np.exp(b), e, len(y) - design.shape[1] + 1) for b, e in zip(beta, errors)]


def fit_rates(design, rows, rounds=50):
    """exp of each coefficient of a Poisson regression with its interval: [(ratio, low, high), ...].

    design  float64, (cells, coefficients)
    rows    DataFrame: cluster, cell (row of the design), events, exposure
    The errors are from a jackknife over clusters (one Newton step each). So the events of a cluster
    need not be independent, and clusters may differ in size. The interval of a coefficient is that
    of Student's t with the effective number of clusters among which its expected events are spread.
    """
    y, t = (np.bincount(rows["cell"], rows[name], len(design)) for name in ("events", "exposure"))
    beta = np.append(np.log(y.sum() / t.sum()), np.zeros(design.shape[1] - 1))
    for _ in range(rounds):
        mean = t * np.exp(np.clip(design @ beta, -50, 50))
        bread = np.linalg.pinv((design.T * mean) @ design)
        step = bread @ (design.T @ (y - mean))
        beta += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-7:
            break
    x = design[rows["cell"]]
    expected = rows["exposure"].to_numpy() * np.exp(x @ beta)
    residuals, total = rows["events"].to_numpy() - expected, (x.T * expected) @ x
    clusters = rows.groupby("cluster").indices.values()  # positions of the rows of each
    without = [total - (x[at].T * expected[at]) @ x[at] for at in clusters]
    moved = np.array(
        [np.linalg.pinv(rest) @ (x[at].T @ residuals[at]) for rest, at in zip(without, clusters)]
    )
    n = effective_number([x[at].T @ expected[at] for at in clusters])
    errors = np.sqrt(moved.var(axis=0) * (len(moved) - 1))
    return [interval(np.exp(b), e, number) for b, e, number in zip(beta, errors, n)]


def fit_levels(rows, columns, levels):
    """`fit_rates` of rows with cluster, events, exposure and factors: (column, value) -> (ratio,
    low, high) for the levels with at least FEWEST plays left in the level and outside it."""
    rows = rows.assign(cell=rows.groupby(columns).ngroup())
    cells = rows.drop_duplicates("cell").sort_values("cell")
    design = np.column_stack([(cells[column] == value).to_numpy(float) for column, value in levels])
    inside = np.bincount(rows["cell"], rows["events"], len(cells)) @ design
    enough = (inside >= FEWEST) & (rows["events"].sum() - inside >= FEWEST)
    if not enough.any():
        return {}
    fitted = fit_rates(np.column_stack([np.ones(len(cells)), design[:, enough]]), rows)[1:]
    return dict(zip([level for level, known in zip(levels, enough) if known], fitted))
