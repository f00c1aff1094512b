"""Curves of the model that follow from published figures: hours, chronotypes, intensity."""

import functools

import numpy as np

from .figures import published
from .survey_shares import fit_margins

HOURS_WEEKDAY = published("hour_profile_weekday")["shares_h0_23"]
HOURS_WEEKEND = published("hour_profile_weekend")["shares_h0_23"]
# hour at which each of CHRONOTYPES listens most; four groups of equal size (Louail, Barthelemy
# 2017)
PEAKS = (8, 13, 18, 23)
LAG_HOURS = 1.3  # mean time from a session's start to a play in it (assumed)


def chronotype_hours(hours):
    """Share of each chronotype's plays by hour; all chronotypes together give the published curve.

    hours    float64, (24,), share of plays by local hour, summing to 1 (Park et al. 2019)
    Returns  float64, (4, 24), each row summing to 1
    """
    from_peak = np.arange(24) - np.array(PEAKS)[:, None]
    tilt = np.exp(0.9 * np.cos(from_peak * 2 * np.pi / 24))  # strength assumed
    shares = np.array(published("chronotype_groups"))
    return fit_margins(tilt * hours, shares, hours / np.sum(hours)) / shares[:, None]


def session_starts(plays):
    """Share of session starts by hour that gives these plays, float64, (..., 24), rows sum to 1.

    The time from a session's start to a play in it is exponential with mean LAG_HOURS (assumed).
    Richardson-Lucy steps give the starts and keep them positive.

    plays  float64, (..., 24), share of plays by local hour
    """
    later = np.exp(-np.arange(24 * 60) / (60 * LAG_HOURS))  # by minute
    later /= later.sum()
    lags = [
        sum(later[max(0, 60 * d - m) : 60 * (d + 1) - m].sum() for m in range(60)) / 60
        for d in range(24)
    ]
    follow = np.array([np.roll(lags, hour) for hour in range(24)])  # follow[start, hour]
    plays = np.asarray(plays) / np.sum(plays, axis=-1, keepdims=True)
    starts = plays.copy()
    for _ in range(200):
        starts *= (plays / (starts @ follow)) @ follow.T
    return starts / starts.sum(axis=-1, keepdims=True)


@functools.cache
def slot_chronotypes():
    """Share of the chronotypes in each surveyed time slot, float64, (3, 4), rows sum to 1.

    Rows are Morning, Afternoon, Night. A stated slot tilts the published curve but does not replace
    it: over equally large slots the four chronotypes keep their published sizes. The tilt is an
    assumption.
    """
    tilt = [[6, 3, 1, 1], [1, 6, 3, 1], [1, 1, 3, 3]]
    return fit_margins(tilt, [1 / 3] * 3, published("chronotype_groups")) / (1 / 3)


def intensity_hours():
    """Preferred intensity of music by hour, -1 to 1, float64, (2, 24): weekday, then weekend.

    It is linear between the published hours of lowest and highest intensity (intensity_hour: Park
    et al. 2019).
    """
    hours = published("intensity_hour")
    highest = [hours[f"intensity_max_{day}_h"] for day in ("weekday", "weekend")]
    return [
        np.interp(range(24), [hours["intensity_min_h"], hour], [-1, 1], period=24)
        for hour in highest
    ]


def standardised(values):
    """Values minus their mean, divided by the largest distance from it, float64."""
    values = list(values)
    distance = values - np.mean(values)
    return distance / np.abs(distance).max()
