"""Sound of invented tracks: length, explicit or not, and the measures of the songs file."""

import functools
import math

import numpy as np
import pandas as pd

from ..compiled import compiled
from ..people.figures import figures
from ..streams import decision, normal, uniform
from .columns import decimal_years
from .draws import draw
from .labels import DECADES, decade_positions

LIKENESS = 0.4  # how alike the tracks of an artist sound: share of the family's variance (assumed)
ALIKE = math.sqrt(LIKENESS)
UNLIKE = math.sqrt(1.0 - LIKENESS)
SOUND = decision("catalogue.sound")
STYLE = decision("catalogue.style")
# year -> length of tracks relative to the classic hits (track_duration_mean: 215.9 s by plays in
# 2018, 262 s for the classic hits)
LENGTH_YEARS, LENGTHS = (1955, 1990, 2005, 2015, 2020, 2030), (1.0, 1.0, 0.97, 0.9, 0.82, 0.8)
# share of explicit tracks today by family; 0.03 for other families (assumed)
EXPLICIT = {
    "hip_hop": 0.65,
    "dance_pop": 0.2,
    "pop": 0.15,
    "soul_funk_disco_reggae": 0.15,
    "metal": 0.15,
    "electronic": 0.08,
    "modern_rock": 0.1,
    "alternative_rock": 0.1,
    "indie": 0.12,
}
EXPLICIT_YEARS, EXPLICIT_TREND = (1984, 1995, 2010, 2018), (0.0, 0.4, 0.7, 1.0)


def with_sound(tracks, artists):
    """Tracks with duration_ms, explicit and the measures of songs_profile.json, whole numbers."""
    profile = figures("songs_profile")
    keys = tracks["key"].to_numpy()
    year = decimal_years(tracks["released"])
    raw = sounds(
        keys,
        artists["key"].to_numpy()[tracks["artist_id"]],
        pd.Index(list(profile["families"])).get_indexer(tracks["family"]),
        decade_positions(np.minimum(year, 2019)),
        *family_sounds(),
    )
    measures = {
        name.lower(): to_quantiles(
            values, profile["quantiles"][name], profile["share_zero"].get(name)
        )
        for name, values in zip(profile["about"]["features"], raw.T)
        if name != "Popularity"
    }
    seconds = measures.pop("length") * np.interp(year, LENGTH_YEARS, LENGTHS)
    seconds = np.where(tracks["noise"], 40.0 + 360.0 * draw("loop", keys), seconds)
    explicit = tracks["family"].map(EXPLICIT).fillna(0.03)
    explicit *= np.interp(year, EXPLICIT_YEARS, EXPLICIT_TREND)
    return tracks.assign(
        duration_ms=np.floor(1000 * (seconds + draw("length", keys))).astype(np.int64),
        explicit=(draw("explicit", keys) < explicit) & ~tracks["noise"] & ~tracks["festive"],
        **measures,
    )


@functools.cache
def family_sounds():
    """Means, (F, D, 10), and Cholesky factors of the covariances, (F, 10, 10), of the ten measures.

    F is families, D decades. The covariance of a small family is shrunk towards the pooled one; a
    decade shifts the means of all families alike.
    """
    profile = figures("songs_profile")
    families = list(profile["families"].values())
    pooled = np.array(profile["pooled_within_family_cov"])
    means = np.array([family["mean"] for family in families])
    shift = np.array([decade_shift(f"{decade}s", means) for decade in DECADES if decade <= 2010])
    factors = [
        cholesky((family["songs"] * np.array(family["cov"]) + 20 * pooled) / (family["songs"] + 20))
        for family in families
    ]
    return means[:, None] + shift, np.array(factors)


def decade_shift(decade, means):
    """Difference between the mean of a decade and that of its families, float64, (10,)."""
    profile = figures("songs_profile")
    shares = np.array(
        [
            family["share"] * family["decade_share"].get(decade, 0.0)
            for family in profile["families"].values()
        ]
    )
    expected = np.cumsum(means * shares[:, None], axis=0)[-1] / np.cumsum(shares)[-1]
    return np.array(list(profile["decades"][decade]["mean"].values())) - expected


@compiled
def cholesky(matrix):
    """Lower triangular factor of a symmetric, positive definite matrix.

    It has the same bits on every platform, unlike LAPACK's.
    """
    factor = np.zeros_like(matrix)
    for i in range(len(matrix)):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= factor[i, k] * factor[j, k]
            factor[i, j] = math.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


@compiled
def sounds(keys, artist_keys, family, decade, means, factors):
    """Normal draws of the ten measures per track, float64, (N, 10).

    LIKENESS is the artist's share of the variance; the rest is the track's.
    """
    n = means.shape[2]
    drawn = np.empty((len(keys), n))
    z = np.empty(n)
    for i in range(len(keys)):
        for k in range(n):
            of_artist = uniform(artist_keys[i], STYLE, k)
            of_track = uniform(keys[i], SOUND, k)
            z[k] = ALIKE * normal(of_artist) + UNLIKE * normal(of_track)
        for j in range(n):
            drawn[i, j] = means[family[i], decade[i], j]
            for k in range(j + 1):
                drawn[i, j] += factors[family[i], j, k] * z[k]
    return drawn


def to_quantiles(values, quantiles, share_zero):
    """Values mapped by rank to given quantiles, whole numbers.

    quantiles  {percent: value}, interpolated linearly over normal scores
    share_zero  share of values that are 0, or None
    """
    points = {float(percent) / 100: value for percent, value in quantiles.items()}
    if share_zero:
        points[share_zero] = 0.49
    shares, known = zip(*sorted(points.items()))
    n = len(values)
    at = quantile_normals(np.clip(shares, 0.5 / n, 1 - 0.5 / n))
    scores = np.empty(n)
    scores[np.argsort(np.round(values, 6), kind="stable")] = quantile_normals(
        (np.arange(n) + 0.5) / n
    )
    return np.floor(np.round(np.interp(scores, at, known), 6) + 0.5).astype(np.int64)


@compiled
def quantile_normals(u):
    """Standard normal quantiles of numbers between 0 and 1. float64, (N,)."""
    z = np.empty(len(u))
    for i in range(len(u)):
        z[i] = normal(u[i])
    return z
