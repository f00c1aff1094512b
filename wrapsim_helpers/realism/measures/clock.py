"""Measures of time: hours, weekdays, seasons, and how the music changes with them."""

from datetime import date
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ...people.figures import published
from ...wrapped.dates import day_number
from ..log import MEASURED
from ..sample import by_key, columns_of, largest_error, near, pooled, ratio_among, shares
from .skips import count_ifs

BLOCKS = {"0_4": (0, 4), "5_9": (5, 9), "10_15": (10, 15), "16_19": (16, 19), "20_23": (20, 23)}
AGES = {"10s": (10, 20), "20s": (20, 30), "30s": (30, 40), "40s": (40, 50), "50s": (50, 120)}
ASIA = ("IN", "ID", "PH", "JP", "TW", "HK", "MY", "SG", "TH", "VN", "KR")

PER_LISTENER = {
    "blocks": "SELECT who, "
    + count_ifs(
        {f"block_{name}": f"hour BETWEEN {low} AND {high}" for name, (low, high) in BLOCKS.items()}
    )
    + " FROM p WHERE long GROUP BY who",
    "sound": "SELECT who, sum(energy) AS energy FROM p GROUP BY who",
}

LONG_FORM = {
    "hours": "SELECT who, weekend, hour, count(*) AS n, "
    + ", ".join(f"sum({name}) AS {name}" for name in MEASURED)
    + " FROM p GROUP BY ALL",
    "weekdays": """SELECT who, weekday, count(*) AS n, sum(energy) AS energy FROM p
        WHERE day - getvariable('first_day') BETWEEN 0 AND
          getvariable('whole_weeks') - 1 GROUP BY ALL""",
    "starts": """SELECT who, weekend, hour, count(*) AS n, count_if(mobile) AS mobile,
      count_if(computer) AS computer
        FROM p WHERE opens GROUP BY ALL""",
    "holiday_days": """SELECT who, day, count(*) AS n, count_if(holiday) AS n_holiday FROM p
        WHERE country = 'US' AND ms_played >= 30000 AND month(epoch_ms(local_ms)) >= 10
        GROUP BY ALL""",
    "late_tracks": """SELECT day, track_id, holiday, count(*) AS n FROM p WHERE
      month(epoch_ms(local_ms)) >= 11 GROUP BY ALL""",
    "holiday_artists": """SELECT DISTINCT who, artist_id, month(epoch_ms(local_ms)) AS month FROM p
        WHERE holiday_artist AND ((month(epoch_ms(local_ms)) = 12 AND day(epoch_ms(local_ms)) > 3)
                                  OR (month(epoch_ms(local_ms)) = 9
            AND day(epoch_ms(local_ms)) > 2))""",
}


# -- hours and weekdays ----------------------------------------------------------------------------


def by_hour(s, weekend, column="n", frame="hours"):
    """Weighted sums of a column by local hour on weekdays or weekends, float64, (R, 24)."""
    table = s.frames[frame]
    return by_key(s, table[table["weekend"] == weekend], "hour", column, 24)


def hour_profile(target, weekend):
    """A measure: the hours of weekdays or weekends compared with the published curve."""

    def measure(s):
        share, curve = shares(by_hour(s, weekend)), published(target)
        expected = shares(np.array(curve["shares_h0_23"]))
        return {
            "r": correlation(share, np.array(curve["scaled_0_1_as_published"])),
            "js": divergence_bits(share, expected),
            **largest_error(share, expected),
        }

    return measure


def correlation(rows, series):
    """Pearson's r of each row with one series, (R,)."""
    rows, series = rows - rows.mean(axis=1, keepdims=True), series - series.mean()
    return (rows * series).sum(axis=1) / np.sqrt((rows**2).sum(axis=1) * (series**2).sum())


def divergence_bits(rows, reference):
    """Jensen-Shannon divergence of each row of shares from reference shares, in bits, (R,)."""
    middle = (rows + reference) / 2
    first, second = (
        np.where(p > 0, p * np.log2(p / middle), 0.0).sum(axis=1) for p in (rows, reference)
    )
    return (first + second) / 2


def highest(rows, centre):
    """The column of the largest value of each row, as an hour `near` a centre, (R,)."""
    return near(rows.argmax(axis=1), centre)


def lowest(rows, centre):
    """The column of the smallest value of each row, as an hour `near` a centre, (R,)."""
    return highest(-rows, centre)


def peak_hours(s):
    """Local hours with most and with fewest plays."""
    weekday, weekend = by_hour(s, False), by_hour(s, True)
    return {
        "weekday_peak": highest(weekday, 17),
        "weekday_trough": lowest(weekday, 4),
        "weekend_peak": highest(weekend, 12),
        "weekend_trough": lowest(weekend, 5),
        "weekday_secondary_peak": 9.0 + weekday[:, 9:13].argmax(axis=1),
    }


def dow_shares(s):
    """Largest error of the shares of plays by local weekday."""
    days = by_key(s, s.frames["weekdays"], "weekday", "n", 7)
    return largest_error(shares(days), published("dow_shares").values())


def hour_blocks(s):
    """Largest error of the shares of plays by block of hours, on July weekends."""
    counts = columns_of(s, "block_", BLOCKS)
    return largest_error(shares(counts), published("hour_blocks_mssd").values())


def session_arrivals(s):
    """When sessions start: hours of the trough at night and of the peaks in the morning and
    evening; and how many hours phones are ahead of computers on weekday mornings.
    """
    starts = by_hour(s, False, "n", "starts") + by_hour(s, True, "n", "starts")
    mornings = [by_hour(s, False, device, "starts")[:, 5:12] for device in ("mobile", "computer")]
    mobile, computer = (rows @ np.arange(5, 12) / rows.sum(axis=1) for rows in mornings)
    return {
        "trough": lowest(starts, 2),
        "morning": 6.0 + starts[:, 6:13].argmax(axis=1),
        "evening": 15.0 + starts[:, 15:23].argmax(axis=1),
        "mobile_lead_h": computer - mobile,
    }


def chronotype_groups(s):
    """Largest error of the sizes of four clusters of listeners by their hours. The clusters are
    computed once; only their sizes vary over the replicates.
    """
    hours = s.frames["hours"].groupby(["who", "hour"])["n"].sum().unstack(fill_value=0)
    hours = hours.reindex(columns=range(24), fill_value=0)
    hours = hours[hours.sum(axis=1) >= 200]
    if len(hours) < 40:
        return {"max_error": np.nan}
    group = clusters(shares(hours.to_numpy(dtype=float)), 4)
    return largest_error(shares(s.weights[:, hours.index] @ np.eye(4)[group]), [0.25] * 4)


def clusters(points, k, rounds=100):
    """Cluster of each point, int64, (N,), 0 to k - 1, by k-means (Lloyd). The first clusters are
    quantiles on the points' first principal axis.
    """
    axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    order = np.argsort(points @ axis, kind="stable")
    group = np.empty(len(points), int)
    group[order] = np.arange(len(points)) * k // len(points)
    for _ in range(rounds):
        centres = [
            points[group == number].mean(axis=0) if (group == number).any() else points[number]
            for number in range(k)
        ]
        moved = ((points[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
        if (moved == group).all():
            break
        group = moved
    return group


# -- the sound of the hours ------------------------------------------------------------------------


def mean_by_hour(s, feature, weekend):
    """Mean of a feature over the plays of each hour, smoothed over three hours, (R, 24)."""
    mean = by_hour(s, weekend, feature) / np.maximum(by_hour(s, weekend), 1)
    return (np.roll(mean, 1, axis=1) + mean + np.roll(mean, -1, axis=1)) / 3


def intensity_hour(s):
    """Hours at which music has the lowest and highest energy, and the highest valence."""
    weekday = mean_by_hour(s, "energy", False)
    return {
        "min": lowest(weekday, 4),
        "max_weekday": highest(weekday, 18),
        "max_weekend": highest(mean_by_hour(s, "energy", True), 12),
        "valence_max": highest(mean_by_hour(s, "valence", False), 19),
    }


def intensity_weekday_order(s):
    """Rank correlation of energy by weekday with the published order."""
    energy, n = (by_key(s, s.frames["weekdays"], "weekday", name, 7) for name in ("energy", "n"))
    expected = np.array([*published("intensity_weekday_order").values()])
    return {"rank_correlation": correlation(ranks(energy / n), ranks(expected))}


def ranks(rows):
    """Rank of each value in its row, 0 for the smallest."""
    return rows.argsort().argsort()


def intensity_of(s, where):
    """Mean energy of the plays of some listeners, (R,). where: bool, (L,)."""
    return ratio_among(s, "energy", "n", where)


def intensity_age_order(s):
    """Differences in energy between neighbouring age groups; published: energy falls with age."""
    means = {name: intensity_of(s, s.aged(*ages)) for name, ages in AGES.items()}
    return {
        f"{younger}_to_{older}": means[older] - means[younger] for younger, older in pairwise(means)
    }


def intensity_region_order(s):
    """Differences in energy. Published order: Latin America, then North America and Europe, then
    Asia; men before women.
    """
    latin, north, asia, men, women = (
        intensity_of(s, s.having(column, *values))
        for column, *values in (
            ("region", "Latin America"),
            ("region", "Europe", "North America"),
            ("country", *ASIA),
            ("gender", "male"),
            ("gender", "female"),
        )
    )
    return {
        "latin_to_north": north - latin,
        "north_to_asia": asia - north,
        "men_to_women": women - men,
    }


def five_blocks(s):
    """Number of blocks of hours on weekdays, clustered by sound; computed once, without an
    interval.
    """
    sound = np.array([mean_by_hour(s, name, False)[0] for name in MEASURED]).T
    group = ward((sound - sound.mean(axis=0)) / np.maximum(sound.std(axis=0), 1e-12), 5)
    return {"blocks": float(np.count_nonzero(group != np.roll(group, 1)))}


def ward(points, k):
    """Cluster of each point, int64, (N,), by Ward's method: the nearest two clusters are joined
    until k are left.
    """
    group = np.arange(len(points))
    while len(numbers := np.unique(group)) > k:
        centre = np.array([points[group == number].mean(axis=0) for number in numbers])
        size = np.bincount(group)[numbers]
        cost = (
            ((centre[:, None] - centre) ** 2).sum(axis=2)
            * size[:, None]
            * size
            / (size[:, None] + size)
        )
        np.fill_diagonal(cost, np.inf)
        a, b = np.unravel_index(cost.argmin(), cost.shape)
        group[group == numbers[b]] = numbers[a]
    return group


# -- holidays --------------------------------------------------------------------------------------


def has_autumn(s):
    """Whether the run covers September to December."""
    first, after = s.log.dates
    return first <= date(first.year, 9, 1) and after >= date(first.year, 12, 31)


def holiday_onset(s):
    """Days after 13 November on which the weekly share of holiday music first reaches 2 %; 49 (New
    Year) if it never does.
    """
    if not has_autumn(s):
        return {"days_after": np.nan}
    frame, october = s.frames["holiday_days"], day_number(date(s.log.dates[0].year, 10, 1))
    day = (frame["day"] - october).clip(0, 92)
    n, holiday = (
        sliding_window_view(pooled(s, frame["who"], day, frame[name], 93), 7, axis=1).sum(axis=2)
        for name in ("n", "n_holiday")
    )
    reached = holiday >= 0.02 * np.maximum(n, 1)
    return {"days_after": np.where(reached.any(axis=1), reached.argmax(axis=1) + 3, 92.0) - 43}


def holiday_peak(s):
    """Share of holiday songs among the plays of a week's 200 most played songs, without an
    interval.
    """
    if not has_autumn(s):
        return {}
    year = s.log.dates[0].year
    last_days = (date(year, 11, day) for day in range(23, 30))
    after_thanksgiving = next(day for day in last_days if day.weekday() == 4)
    weeks = {"after_thanksgiving": after_thanksgiving, "christmas_week": date(year, 12, 19)}
    return {name: holiday_share_of_top(s, day_number(first)) for name, first in weeks.items()}


def holiday_share_of_top(s, first, top=200):
    """Share of holiday songs among the plays of a week's most played tracks.

    first  first day of the week, days since 1970
    """
    frame = s.frames["late_tracks"]
    week = frame[frame["day"].between(first, first + 6)]
    week = week.groupby(["track_id", "holiday"], as_index=False)["n"].sum()
    best = week.sort_values(["n", "track_id"], ascending=[False, True]).head(top)
    return best.loc[best["holiday"], "n"].sum() / max(best["n"].sum(), 1)


def holiday_artist_lift(s):
    """Monthly listeners of the holiday artist with most listeners: December / September."""
    frame = s.frames["holiday_artists"]
    artists = frame.loc[frame["month"] == 12, "artist_id"]
    if not has_autumn(s) or not len(artists):
        return np.nan
    rows = frame[frame["artist_id"] == artists.value_counts().index[0]]
    december, september = (
        s.weights @ s.listeners.index.isin(rows.loc[rows["month"] == month, "who"])
        for month in (12, 9)
    )
    return december / np.maximum(september, 1)


MEASURES = {
    "hour_profile_weekday": hour_profile("hour_profile_weekday", False),
    "hour_profile_weekend": hour_profile("hour_profile_weekend", True),
    "peak_hours": peak_hours,
    "dow_shares": dow_shares,
    "hour_blocks_mssd": hour_blocks,
    "session_arrivals": session_arrivals,
    "chronotype_groups": chronotype_groups,
    "intensity_hour": intensity_hour,
    "intensity_weekday_order": intensity_weekday_order,
    "intensity_age_order": intensity_age_order,
    "intensity_region_order": intensity_region_order,
    "five_blocks": five_blocks,
    "holiday_onset": holiday_onset,
    "holiday_peak": holiday_peak,
    "holiday_artist_lift": holiday_artist_lift,
}
