"""Small tables for charts, with the columns published and measured."""

import numpy as np
import pandas as pd

from ..instants import DAY_MS, MINUTE_MS
from ..streams import normal
from .measures.clock import by_hour
from .measures.popularity import artist_totals
from .measures.skips import ENDS, LAST_SECOND, left_by_age
from .sample import by_key, columns_of, shares
from .scores import targets

UNDEFINED_IS_NAN = np.errstate(
    divide="ignore", invalid="ignore"
)  # a run may have no plays of the kind that a figure is about
CONTEXT_NAMES = {
    "user_collection": "own",
    "catalog": "catalogue",
    "editorial_playlist": "editorial",
    "radio": "radio",
    "personalized_playlist": "personal",
    "charts": "charts",
}
YEARS = ("2018", "2017", "2016", "2015", "2014", "older")
YEARS_SAID = ("this year", "last year", "2 years", "3 years", "4 years", "older")


def pair(names, published, measured):
    """A table of published and measured values, by name."""
    return pd.DataFrame(
        {"published": np.asarray(published, float), "measured": np.asarray(measured, float)},
        index=list(names),
    )


@UNDEFINED_IS_NAN
def hours(sample):
    """Share of plays by local hour: DataFrame by weekend (bool) and hour."""
    both = [
        pair(
            range(24),
            shares(np.array(targets()[name]["value"]["shares_h0_23"])),
            shares(by_hour(sample, weekend))[0],
        )
        for weekend, name in ((False, "hour_profile_weekday"), (True, "hour_profile_weekend"))
    ]
    return pd.concat(both, keys=(False, True), names=["weekend", "hour"])


@UNDEFINED_IS_NAN
def still_on(sample):
    """Share of plays not left yet, by seconds from 0 to 60; published is NaN except at 0, 5, 10
    and 30.
    """
    n_left = by_key(sample, sample.frames["leaving"], "second", "n_left", LAST_SECOND + 1)[0]
    left = n_left[:LAST_SECOND].cumsum() / sample["n"][0]
    printed = {s: 1 - targets()[f"skip_within_{s}s"]["value"] for s in (5, 10, 30)}
    return pair(
        range(61),
        [1.0 if s == 0 else printed.get(s, np.nan) for s in range(61)],
        1 - np.r_[0.0, left],
    )


@UNDEFINED_IS_NAN
def endings(sample):
    """Share of plays of long sittings by reason_end."""
    value = targets()["reason_end_mix"]["value"]
    measured = columns_of(sample, "end_", ENDS)[0] / sample["long_n"][0]
    table = pair(ENDS, [value.get(name, 0.0) for name in ENDS], measured)
    return table[(table > 0.0005).any(axis=1)]


@UNDEFINED_IS_NAN
def contexts(sample):
    """Share of plays of long sittings by context."""
    value = targets()["session_context_mssd"]["value"]
    measured = columns_of(sample, "in_", value)[0] / sample["long_n"][0]
    return pair([CONTEXT_NAMES[name] for name in value], list(value.values()), measured)


@UNDEFINED_IS_NAN
def release_ages(sample):
    """Share of plays of long sittings by age of the release, in calendar years."""
    value = targets()["release_year_mix"]["value"]
    return pair(
        YEARS_SAID,
        [value[year] for year in YEARS],
        shares(columns_of(sample, "aged_", range(6)))[0],
    )


@UNDEFINED_IS_NAN
def skips_by_age(sample):
    """Share of plays left early by age; published is NaN for ages without a published value."""
    band = left_by_age(sample)
    printed = {"teens": 0.5, "about_35": 0.35, "about_48": 0.42}
    names = {
        "teens": "under 20",
        "twenties": "20 to 29",
        "about_35": "about 35",
        "about_48": "about 48",
    }
    return pair(
        names.values(),
        [printed.get(name, np.nan) for name in names],
        [band[name][0] for name in names],
    )


@UNDEFINED_IS_NAN
def volumes(sample):
    """Minutes a day of all listeners with a play, sorted; published is a log-normal with the
    published spread and the same median.
    """
    days = (sample.log.after_ms - sample.log.first_ms) / DAY_MS
    minutes = np.sort(sample.values("ms")[sample.values("ms") > 0]) / MINUTE_MS / days
    if not len(minutes):
        return pair([], [], [])
    place = (np.arange(len(minutes)) + 0.5) / len(minutes)
    return pair(
        place,
        np.median(minutes)
        * np.exp(targets()["lognormal_sigma_volume"]["value"] * quantiles(place)),
        minutes,
    )


def quantiles(places):
    """Standard normal quantiles, float64."""
    return np.array([normal(place) for place in places])


@UNDEFINED_IS_NAN
def artist_ranks(sample, listeners=1800):
    """Share of all plays by rank of the artist; published is a line of the published slope through
    rank 100.
    """
    plays = artist_totals(sample, listeners)[0]
    if not len(plays):
        return pair([], [], [])
    plays = plays[plays > 0] / plays.sum()
    rank = np.arange(1, len(plays) + 1)
    through = (
        plays[min(99, len(plays) - 1)]
        * (rank / min(100, len(plays))) ** targets()["zipf_artists"]["value"]
    )
    return pair(rank, np.where((rank >= 10) & (rank <= 1000), through, np.nan), plays)


def distinct_tracks(sample):
    """Distinct tracks by number of plays, median of listeners with 5,000 plays or more; published
    is one value, at 13,750 plays.
    """
    table = sample.frames["heaps"]
    table = table[table["who"].isin(np.flatnonzero(sample.values("n") >= 5000))]
    median = table.groupby("n")["seen_tracks"].median()
    return pair([*median.index, 13_750], [np.nan] * len(median) + [2_728], [*median, np.nan])
