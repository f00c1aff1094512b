"""Curves of the model that follow from published figures: hours, chronotypes, intensity."""

import functools

import numpy as np

from .figures import published
from .survey_shares import fit_margins

HOURS_WEEKDAY = published("hour_profile_weekday")["shares_h0_23"]
HOURS_WEEKEND = published("hour_profile_weekend")["shares_h0_23"]


def chronotype_hours(hours, peaks=(8, 13, 18, 23), strength=0.9):
    """Share of each chronotype's plays by hour, such that all chronotypes give the published curve.

    hours    float64, (24,), share of plays by local hour, summing to 1 (Park et al. 2019)
    peaks    the hour at which each of CHRONOTYPES listens most; four groups of equal size
             (Louail, Barthelemy 2017)
    Returns  float64, (4, 24), each row summing to 1
    """
    tilt = np.exp(strength * np.cos((np.arange(24) - np.array(peaks)[:, None]) * 2 * np.pi / 24))
    shares = np.array(published("chronotype_groups"))
    return fit_margins(tilt * hours, shares, hours / np.sum(hours)) / shares[:, None]


def session_starts(plays, lag_hours=1.3, rounds=200):
    """Share of session starts by hour that gives these plays, float64, (..., 24), rows sum to 1.

    plays      float64, (..., 24), share of plays by local hour
    lag_hours  mean time from a session's start to a play in it; this time is exponential
               (assumed). Richardson-Lucy steps give the starts and keep them positive
    """
    minutes = np.arange(24 * 60)
    later = np.exp(-minutes / (60 * lag_hours)) / np.exp(-minutes / (60 * lag_hours)).sum()
    lags = [
        sum(later[max(0, 60 * d - m) : 60 * (d + 1) - m].sum() for m in range(60)) / 60
        for d in range(24)
    ]
    follow = np.array([np.roll(lags, hour) for hour in range(24)])  # follow[start, hour]
    plays = np.asarray(plays) / np.sum(plays, axis=-1, keepdims=True)
    starts = plays.copy()
    for _ in range(rounds):
        starts = starts * ((plays / (starts @ follow)) @ follow.T)
    return starts / starts.sum(axis=-1, keepdims=True)


@functools.cache
def slot_chronotypes(slot_shares):
    """Share of the chronotypes in each surveyed time slot, float64, (3, 4), rows sum to 1.

    Rows are Morning, Afternoon, Night.

    slot_shares  share of each slot, tuple of float

    A stated slot tilts the published curve but does not replace it: over all listeners the four
    chronotypes keep their published sizes. The tilt is an assumption.
    """
    tilt = [[6, 3, 1, 1], [1, 6, 3, 1], [1, 1, 3, 3]]
    return (
        fit_margins(tilt, slot_shares, published("chronotype_groups"))
        / np.asarray(slot_shares)[:, None]
    )


def intensity_hours():
    """Preferred intensity of music by hour, -1 to 1, float64, (2, 24): weekday, then weekend.

    It is linear between the published hours of lowest and highest intensity (intensity_hour: Park
    et al. 2019).
    """
    hours = published("intensity_hour")
    return [
        [
            lively_at(hour, hours["intensity_min_h"], hours[f"intensity_max_{day}_h"])
            for hour in range(24)
        ]
        for day in ("weekday", "weekend")
    ]


def lively_at(hour, lowest, highest):
    """-1 at the hour `lowest`, 1 at the hour `highest`, linear between them around the clock."""
    since = (hour - lowest) % 24
    rise = (highest - lowest) % 24
    return -1 + 2 * since / rise if since <= rise else 1 - 2 * (since - rise) / (24 - rise)


def standardised(values):
    """Values minus their mean, divided by the largest distance from it, float64."""
    distance = np.array(list(values)) - np.mean(list(values))
    return distance / np.abs(distance).max()
