"""Small tables for charts, with the columns published and measured."""

import numpy as np
import pandas as pd

from ..instants import MINUTE_MS
from ..people.figures import published
from ..streams import normal
from .measures.clock import by_hour
from .measures.popularity import artist_totals
from .measures.skips import ENDS, LAST_SECOND, left_by_age
from .measures.taste import LIST, jaccard, random_pairs, ranked_lists
from .measures.volume import run_days
from .sample import by_key, columns_of, shares

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
YEARS = ("this year", "last year", "2 years", "3 years", "4 years", "older")


def pair(names, published_values, measured):
    """A table of published and measured values, by name."""
    return pd.DataFrame(
        {"published": [*published_values], "measured": [*measured]}, list(names), dtype=np.float64
    )


@UNDEFINED_IS_NAN
def hours(sample):
    """Share of plays by local hour: DataFrame by weekend (bool) and hour."""
    tables = [
        pair(
            range(24),
            shares(np.array(published(f"hour_profile_{name}")["shares_h0_23"])),
            shares(by_hour(sample, weekend))[0],
        )
        for weekend, name in ((False, "weekday"), (True, "weekend"))
    ]
    return pd.concat(tables, keys=(False, True), names=["weekend", "hour"])


@UNDEFINED_IS_NAN
def still_on(sample):
    """Share of plays not left yet, by seconds from 0 to 60; published is NaN except at 0, 5, 10
    and 30.
    """
    n_left = by_key(sample, sample.frames["leaving"], "second", "n_left", LAST_SECOND + 1)[0]
    left = n_left[:LAST_SECOND].cumsum() / sample["n"][0]
    printed = {0: 1.0} | {s: 1 - published(f"skip_within_{s}s") for s in (5, 10, 30)}
    seconds = range(LAST_SECOND + 1)
    return pair(seconds, [printed.get(s, np.nan) for s in seconds], 1 - np.r_[0.0, left])


@UNDEFINED_IS_NAN
def endings(sample):
    """Share of plays of long sittings by reason_end."""
    value = published("reason_end_mix")
    measured = columns_of(sample, "end_", ENDS)[0] / sample["long_n"][0]
    table = pair(ENDS, [value.get(name, 0.0) for name in ENDS], measured)
    return table[(table > 0.0005).any(axis=1)]


@UNDEFINED_IS_NAN
def contexts(sample):
    """Share of plays of long sittings by context."""
    value = published("session_context_mssd")
    measured = columns_of(sample, "in_", value)[0] / sample["long_n"][0]
    return pair([CONTEXT_NAMES[name] for name in value], value.values(), measured)


@UNDEFINED_IS_NAN
def release_ages(sample):
    """Share of plays of long sittings by age of the release, in calendar years."""
    measured = shares(columns_of(sample, "aged_", range(6)))[0]
    return pair(YEARS, published("release_year_mix").values(), measured)


@UNDEFINED_IS_NAN
def skips_by_age(sample):
    """Share of plays left early by age; published is NaN for ages without a published value."""
    left = left_by_age(sample)
    measured = [left[name][0] for name in ("teens", "twenties", "about_35", "about_48")]
    names = ("under 20", "20 to 29", "about 35", "about 48")
    return pair(names, (0.5, np.nan, 0.35, 0.42), measured)


@UNDEFINED_IS_NAN
def volumes(sample):
    """Minutes a day of all listeners with a play, sorted; published is a log-normal with the
    published spread and the same median.
    """
    ms = sample.values("ms")
    minutes = np.sort(ms[ms > 0]) / MINUTE_MS / run_days(sample)
    if not len(minutes):
        return pair([], [], [])
    rank = (np.arange(len(minutes)) + 0.5) / len(minutes)
    spread = published("lognormal_sigma_volume") * np.array([normal(share) for share in rank])
    return pair(rank, np.median(minutes) * np.exp(spread), minutes)


@UNDEFINED_IS_NAN
def artist_ranks(sample, listeners=1800):
    """Share of all plays by rank of the artist; published is a line with the published slope,
    which meets the measured share at rank 100.
    """
    plays = artist_totals(sample, listeners)[0]
    if not len(plays):
        return pair([], [], [])
    plays = plays[plays > 0] / plays.sum()
    rank, middle = np.arange(1, len(plays) + 1), min(100, len(plays))
    line = plays[middle - 1] * (rank / middle) ** published("zipf_artists")
    return pair(rank, np.where((rank >= 10) & (rank <= 1000), line, np.nan), plays)


def distinct_tracks(sample):
    """Distinct tracks by number of plays, median of listeners with 5,000 plays or more; published
    is one value, at 13,750 plays.
    """
    table = sample.frames["heaps"]
    table = table[sample.values("n")[table["who"]] >= 5000]
    median = table.groupby("n")["seen_tracks"].median()
    return pair([*median.index, 13_750], [np.nan] * len(median) + [2_728], [*median, np.nan])


def common_artists(sample):
    """Share of random pairs of listeners by the number of artists that their lists of 20 have in
    common, 0 to 20; empty without two lists.
    """
    who, artists = ranked_lists(sample)
    if len(who) < 2:
        return pair([], [], [])
    alike = jaccard(artists, random_pairs(len(who)))
    common = np.rint(in_common(alike)).astype(int)
    measured = shares(np.bincount(common, minlength=LIST + 1).astype(float))
    return pair(range(LIST + 1), [np.nan] * (LIST + 1), measured)


def in_common(index):
    """Number of artists in common of two lists of 20 with a Jaccard index."""
    return 2 * LIST * index / (1 + index)


def number_ones(sample, ranks=10):
    """Share of listeners by their number-one artist: the commonest ones, by rank from 1; empty
    without a list. Published is the share of the commonest.
    """
    _, artists = ranked_lists(sample)
    if not len(artists):
        return pair([], [], [])
    listeners = -np.sort(-np.unique(artists[:, 0], return_counts=True)[1])[:ranks]
    published_values = [published("same_number_one")] + [np.nan] * (len(listeners) - 1)
    return pair(range(1, len(listeners) + 1), published_values, listeners / len(artists))
