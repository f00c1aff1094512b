"""Measures of time: hours, weekdays, seasons, and how the music changes with them."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from ...wrapped.counting import day_number
from ..sample import by_key, columns_of, pooled, shares
from ..scores import targets
from .skips import count_ifs

BLOCKS = {"0-4": (0, 4), "5-9": (5, 9), "10-15": (10, 15), "16-19": (16, 19), "20-23": (20, 23)}
FEATURES = ("energy", "valence", "loudness", "bpm", "danceability", "acousticness")
AGES = {"10s": (10, 20), "20s": (20, 30), "30s": (30, 40), "40s": (40, 50), "50s": (50, 120)}
NORTH, ASIA = (
    ("Europe", "North America"),
    ("IN", "ID", "PH", "JP", "TW", "HK", "MY", "SG", "TH", "VN", "KR"),
)

PER_LISTENER = {
    "blocks": "SELECT who, "
    + count_ifs(
        {
            f"block_{name}".replace("-", "_"): f"hour BETWEEN {low} AND {high}"
            for name, (low, high) in BLOCKS.items()
        }
    )
    + " FROM p WHERE long GROUP BY who",
    "sound": "SELECT who, sum(energy) AS energy FROM p GROUP BY who",
}

LONG_FORM = {
    "hours": "SELECT who, weekend, hour, count(*) AS n, "
    + ", ".join(f"sum({name}) AS {name}" for name in FEATURES)
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


def hour_table(s, frame, values, weekend):
    """Weighted sums by local hour on weekdays or weekends: name -> float64, (R, 24)."""
    table = s.frames[frame]
    table = table[table["weekend"] == weekend]
    return {
        name: pooled(s, table["who"], table["hour"].to_numpy(dtype=int), table[name], 24)
        for name in values
    }


def hour_profile(weekend):
    """A measure: the hours of weekdays or weekends compared with the published curve."""
    target = targets()["hour_profile_weekend" if weekend else "hour_profile_weekday"]["value"]

    def measure(s):
        share = shares(hour_table(s, "hours", ["n"], weekend)["n"])
        published = np.array(target["shares_h0_23"]) / np.sum(target["shares_h0_23"])
        return {
            "r": correlation(share, np.array(target["scaled_0_1_as_published"])),
            "js": divergence_bits(share, published),
            "max_error": np.abs(share - published).max(axis=1),
        }

    return measure


def correlation(rows, series):
    """Pearson's r of each row with one series, (R,)."""
    rows, series = rows - rows.mean(axis=1, keepdims=True), series - series.mean()
    return (rows * series).sum(axis=1) / np.sqrt((rows**2).sum(axis=1) * (series**2).sum())


def divergence_bits(rows, reference):
    """Jensen-Shannon divergence of each row of shares from reference shares, in bits, (R,)."""
    middle = (rows + reference) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        each = [
            np.where(p > 0, p * np.log2(p / middle), 0.0).sum(axis=1)
            for p in (rows, np.broadcast_to(reference, rows.shape))
        ]
    return (each[0] + each[1]) / 2


def near(hours, centre):
    """Hours shifted by 24 to within twelve hours of a centre, so that 23 is close to 1."""
    return centre + (hours - centre + 12) % 24 - 12.0


def peak_hours(s):
    """Local hours with most and with fewest plays."""
    weekday, weekend = (hour_table(s, "hours", ["n"], kind)["n"] for kind in (False, True))
    return {
        "weekday_peak": near(weekday.argmax(axis=1), 17),
        "weekday_trough": near(weekday.argmin(axis=1), 4),
        "weekend_peak": near(weekend.argmax(axis=1), 12),
        "weekend_trough": near(weekend.argmin(axis=1), 5),
        "weekday_secondary_peak": 9.0 + weekday[:, 9:13].argmax(axis=1),
    }


def dow_shares(s):
    """Largest error of the shares of plays by local weekday."""
    days = by_key(s, "weekdays", "weekday", ["n"], 7)
    published = np.array(list(targets()["dow_shares"]["value"].values()))
    return {"max_error": np.abs(shares(days["n"]) - published).max(axis=1)}


def hour_blocks(s):
    """Largest error of the shares of plays by block of hours, on July weekends."""
    published = np.array(list(targets()["hour_blocks_mssd"]["value"].values()))
    counts = columns_of(s, [f"block_{name}".replace("-", "_") for name in BLOCKS])
    return {"max_error": np.abs(shares(counts) - published).max(axis=1)}


def session_arrivals(s):
    """When sessions start: hours of the trough at night and of the peaks in the morning and
    evening; and how many hours phones are ahead of computers on weekday mornings.
    """
    names = ["n", "mobile", "computer"]
    weekday, weekend = (hour_table(s, "starts", names, kind) for kind in (False, True))
    starts, morning = weekday["n"] + weekend["n"], np.arange(5, 12)
    mean = {
        name: (weekday[name][:, 5:12] * morning).sum(axis=1) / weekday[name][:, 5:12].sum(axis=1)
        for name in ("mobile", "computer")
    }
    return {
        "trough": near(starts.argmin(axis=1), 2),
        "morning": 6.0 + starts[:, 6:13].argmax(axis=1),
        "evening": 15.0 + starts[:, 15:23].argmax(axis=1),
        "mobile_lead_h": mean["computer"] - mean["mobile"],
    }


def chronotype_groups(s):
    """Largest error of the sizes of four clusters of listeners by their hours. The clusters are
    computed once; only their sizes vary over the replicates.
    """
    hours = (
        s.frames["hours"]
        .groupby(["who", "hour"])["n"]
        .sum()
        .unstack(fill_value=0)
        .reindex(columns=range(24), fill_value=0)
    )
    often = hours.index[hours.sum(axis=1) >= 200].to_numpy()
    if len(often) < 40:
        return {"max_error": np.array([np.nan])}
    group = clusters(shares(hours.loc[often].to_numpy(dtype=float)), 4)
    sizes = np.array([s.weights[:, often[group == k]].sum(axis=1) for k in range(4)]).T
    return {"max_error": np.abs(shares(sizes) - 0.25).max(axis=1)}


def clusters(points, k, rounds=100):
    """Cluster of each point, int64, (N,), 0 to k - 1, by k-means (Lloyd). The first clusters are
    quantiles on the points' first principal axis.
    """
    axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    order = np.argsort(points @ axis, kind="stable")
    group = np.empty(len(points), int)
    group[order] = np.arange(len(points)) * k // len(points)
    for _ in range(rounds):
        centres = np.array(
            [
                points[group == number].mean(axis=0) if (group == number).any() else points[number]
                for number in range(k)
            ]
        )
        moved = ((points[:, None, :] - centres) ** 2).sum(axis=2).argmin(axis=1)
        if (moved == group).all():
            break
        group = moved
    return group


# -- the sound of the hours ------------------------------------------------------------------------


def mean_by_hour(s, name, weekend):
    """Mean of a feature over the plays of each hour, smoothed over three hours, (R, 24)."""
    sums = hour_table(s, "hours", ["n", name], weekend)
    mean = sums[name] / np.maximum(sums["n"], 1)
    return (np.roll(mean, 1, axis=1) + mean + np.roll(mean, -1, axis=1)) / 3


def intensity_hour(s):
    """Hours at which music has the lowest and highest energy, and the highest valence."""
    weekday, weekend = (mean_by_hour(s, "energy", kind) for kind in (False, True))
    valence = mean_by_hour(s, "valence", False)
    return {
        "min": near(weekday.argmin(axis=1), 4),
        "max_weekday": near(weekday.argmax(axis=1), 18),
        "max_weekend": near(weekend.argmax(axis=1), 12),
        "valence_max": near(valence.argmax(axis=1), 19),
    }


def intensity_weekday_order(s):
    """Rank correlation of energy by weekday with the published order."""
    sums = by_key(s, "weekdays", "weekday", ["n", "energy"], 7)
    published = np.array(list(targets()["intensity_weekday_order"]["value"].values()))
    return {
        "rank_correlation": correlation(
            ranks(sums["energy"] / sums["n"]), ranks(published[None, :])[0]
        )
    }


def ranks(rows):
    """Rank of each value in its row, 0 for the smallest, float64."""
    return rows.argsort(axis=1).argsort(axis=1).astype(float)


def intensity_of(s, where):
    """Mean energy of the plays of some listeners, (R,). where: bool, (L,)."""
    return (s.weights @ (s.values("energy") * where)) / (s.weights @ (s.values("n") * where))


def intensity_age_order(s):
    """Differences in energy between neighbouring age groups; published: energy falls with age."""
    means = [
        intensity_of(s, (s.values("age") >= low) & (s.values("age") < high))
        for low, high in AGES.values()
    ]
    return {
        f"{a}_to_{b}": after - earlier
        for a, b, earlier, after in zip(AGES, [*AGES][1:], means, means[1:])
    }


def intensity_region_order(s):
    """Differences in energy. Published order: Latin America, then North America and Europe, then
    Asia; men before women.
    """
    region, country, gender = (
        s.listeners[name].to_numpy() for name in ("region", "country", "gender")
    )
    latin, north, asia = (
        intensity_of(s, where)
        for where in (region == "Latin America", np.isin(region, NORTH), np.isin(country, ASIA))
    )
    men, women = (intensity_of(s, gender == name) for name in ("male", "female"))
    return {
        "latin_to_north": north - latin,
        "north_to_asia": asia - north,
        "men_to_women": women - men,
    }


def five_blocks(s):
    """Number of blocks of hours on weekdays, clustered by sound; computed once, without an
    interval.
    """
    sound = np.array([mean_by_hour(s, name, False)[0] for name in FEATURES]).T
    group = ward((sound - sound.mean(axis=0)) / np.maximum(sound.std(axis=0), 1e-12), 5)
    return {"blocks": np.array([float(np.count_nonzero(group != np.roll(group, 1)))])}


def ward(points, k):
    """Cluster of each point, int64, (N,), by Ward's method: the nearest two clusters are joined
    until k are left.
    """
    group = np.arange(len(points))
    while len(numbers := np.unique(group)) > k:
        centre = np.array([points[group == number].mean(axis=0) for number in numbers])
        size = np.array([np.count_nonzero(group == number) for number in numbers])
        cost = ((centre[:, None] - centre) ** 2).sum(axis=2) * size[:, None] * size / (
            size[:, None] + size
        ) + np.diag(np.full(len(numbers), np.inf))
        a, b = np.unravel_index(cost.argmin(), cost.shape)
        group[group == numbers[b]] = numbers[a]
    return group


# -- holidays --------------------------------------------------------------------------------------


def calendar_year(s):
    """Calendar year in which the run begins."""
    return pd.Timestamp(s.log.first_ms, unit="ms").year


def has_autumn(s):
    """Whether the run covers September to December."""
    first, after = (pd.Timestamp(ms, unit="ms").date() for ms in (s.log.first_ms, s.log.after_ms))
    return first <= date(calendar_year(s), 9, 1) and after >= date(calendar_year(s), 12, 31)


def holiday_onset(s):
    """Days after 13 November on which the weekly share of holiday music first reaches 2 %; 49 (New
    Year) if it never does.
    """
    if not has_autumn(s):
        return {"days_after": np.array([np.nan])}
    frame, start = s.frames["holiday_days"], day_number(date(calendar_year(s), 10, 1))
    n, holiday = (
        pooled(
            s, frame["who"], (frame["day"] - start).clip(0, 92).to_numpy(dtype=int), frame[name], 93
        )
        for name in ("n", "n_holiday")
    )
    week = [
        np.array([np.convolve(row, np.ones(7), "valid") for row in counts])
        for counts in (n, holiday)
    ]
    reached = week[1] >= 0.02 * np.maximum(week[0], 1)
    return {"days_after": np.where(reached.any(axis=1), reached.argmax(axis=1) + 3, 92.0) - 43}


def holiday_peak(s):
    """Share of holiday songs among the plays of a week's 200 most played songs."""
    if not has_autumn(s):
        return {}
    year = calendar_year(s)
    thanksgiving = next(
        date(year, 11, day) for day in range(22, 29) if date(year, 11, day).weekday() == 3
    )
    weeks = {
        "after_thanksgiving": thanksgiving + timedelta(1),
        "christmas_week": date(year, 12, 19),
    }
    return {
        name: np.array([holiday_share_of_top(s, day_number(first))])
        for name, first in weeks.items()
    }


def holiday_share_of_top(s, first, top=200):
    """Share of holiday songs among the plays of a week's most played tracks, without an interval.

    first  first day of the week, days since 1970
    """
    frame = s.frames["late_tracks"]
    week = (
        frame[frame["day"].between(first, first + 6)]
        .groupby(["track_id", "holiday"])["n"]
        .sum()
        .reset_index()
    )
    best = week.sort_values(["n", "track_id"], ascending=[False, True]).head(top)
    return best.loc[best["holiday"], "n"].sum() / max(best["n"].sum(), 1)


def holiday_artist_lift(s):
    """Monthly listeners of the holiday artist with most listeners: December / September."""
    frame = s.frames["holiday_artists"]
    december = frame[frame["month"] == 12]
    if not has_autumn(s) or not len(december):
        return {"value": np.array([np.nan])}
    star = december["artist_id"].value_counts().index[0]
    listened = [
        np.isin(
            np.arange(len(s.listeners)),
            frame.loc[(frame["artist_id"] == star) & (frame["month"] == month), "who"],
        )
        for month in (12, 9)
    ]
    return {"value": (s.weights @ listened[0]) / np.maximum(s.weights @ listened[1], 1)}


MEASURES = {
    "hour_profile_weekday": hour_profile(False),
    "hour_profile_weekend": hour_profile(True),
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
