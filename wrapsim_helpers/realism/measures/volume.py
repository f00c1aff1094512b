"""Measures of volume: how much listeners play."""

import numpy as np

from ...instants import DAY_MS
from ..sample import by_key, mean_of, median_of, pooled, quantile_of, slopes_of

FORTNIGHT = 14
MONTH_DAYS = 365.25 / 12

PER_LISTENER = {
    "window": """SELECT who, sum(ms_played) AS window_ms, count(*) AS window_n FROM p
        WHERE month(epoch_ms(local_ms)) < 11 OR (month(epoch_ms(local_ms)) = 11 AND
          day(epoch_ms(local_ms)) <= 15) GROUP BY who""",
    "use_days": """WITH days AS (SELECT DISTINCT who, day FROM p),
        gaps AS (SELECT who, day - lag(day) OVER (PARTITION BY who ORDER BY day) - 1 AS idle FROM
          days)
        SELECT who, count(*) AS use_days, avg(idle) AS idle_mean, var_pop(idle) AS idle_var
        FROM gaps GROUP BY who""",
}

LONG_FORM = {
    "months": """SELECT who, month, sum(ms_played) AS ms, count(*) AS n, count_if(plan =
      'premium') AS n_premium,
        count_if(mobile) > 0 AND count_if(computer) > 0 AS both FROM p GROUP BY who, month""",
    "fortnights": f"""SELECT who, (day - getvariable('first_day')) // {FORTNIGHT} AS fortnight,
      sum(ms_played) AS ms, count(*) AS n,
        count_if(plan = 'premium') * 2 > count(*) AS premium FROM p GROUP BY who, fortnight""",
    "days": f"""SELECT who, started_ms // {DAY_MS} - getvariable('ordinary_day') AS day, count(*)
      AS n FROM p
        WHERE started_ms // {DAY_MS} BETWEEN getvariable('ordinary_day') AND
          getvariable('ordinary_day') + {FORTNIGHT - 1} GROUP BY ALL""",
}


def whole_fortnights(s):
    """(long form of the run's whole fortnights, number of fortnights)."""
    n = int((s.log.after_ms - s.log.first_ms) // DAY_MS // FORTNIGHT)
    frame = s.frames["fortnights"]
    return frame[(frame["fortnight"] >= 0) & (frame["fortnight"] < n)], n


def fortnight_sums(s, values, where=None):
    """Weighted sums of a value by whole fortnight, float64, (R, F); NaN if there is none.

    values, where  functions of the long form; a value per row, and which rows to use
    """
    frame, n = whole_fortnights(s)
    rows = frame if where is None else frame[where(frame)]
    return (
        pooled(s, rows["who"], rows["fortnight"].to_numpy(dtype=int), values(rows), n)
        if n
        else np.full((len(s.weights), 1), np.nan)
    )


def lognormal_sigma_volume(s):
    """Spread of ln(minutes) over listeners."""
    n, first, second = (
        fortnight_sums(s, power)
        for power in (
            lambda f: np.ones(len(f)),
            lambda f: np.log(np.maximum(f["ms"], 1)),
            lambda f: np.log(np.maximum(f["ms"], 1)) ** 2,
        )
    )
    return {"value": np.sqrt(second / n - (first / n) ** 2).mean(axis=1)}


def premium_against_free(s, name):
    """Mean of a column per premium listener / mean per free listener, (R,); the mean of this ratio
    over fortnights.
    """
    means = [
        fortnight_sums(s, lambda f: f[name], who)
        / fortnight_sums(s, lambda f: np.ones(len(f)), who)
        for who in (lambda f: f["premium"], lambda f: ~f["premium"])
    ]
    return (means[0] / means[1]).mean(axis=1)


def month_span(s):
    """(first whole calendar month of the run, month after the last one), counted from year 0."""
    first, after = (np.datetime64(ms, "ms") for ms in (s.log.first_ms, s.log.after_ms))
    begun = first.astype("datetime64[M]")
    begun += 0 if begun.astype("datetime64[ms]") == first else 1
    return int(begun.astype(int)) + 1970 * 12, int(
        after.astype("datetime64[M]").astype(int)
    ) + 1970 * 12


def whole_months(s):
    """The long form of the run's whole calendar months."""
    first, after = month_span(s)
    return s.frames["months"][s.frames["months"]["month"].between(first, after - 1)]


def monthly(s, values):
    """Weighted mean of a value over active listeners, (R,); the mean over whole months."""
    frame = whole_months(s)
    if not len(frame):
        return np.full(len(s.weights), np.nan)
    number = (frame["month"] - frame["month"].min()).to_numpy(dtype=int)
    sums = [
        pooled(s, frame["who"], number, column, number.max() + 1)
        for column in (values(frame), np.ones(len(frame)))
    ]
    return (sums[0] / sums[1]).mean(axis=1)


def hours_per_mau_month(s):
    """Hours per month of listeners with a play in that month."""
    return {"value": monthly(s, lambda f: f["ms"] / 3.6e6)}


def crossplatform_minutes(s):
    """Minutes a day of listeners who use both mobile and desktop in a month."""
    both = whole_months(s)
    both = both[both["both"]]
    minutes = pooled(s, both["who"], np.zeros(len(both), int), both["ms"] / 60_000 / MONTH_DAYS, 1)[
        :, 0
    ]
    return {
        "value": minutes
        / pooled(s, both["who"], np.zeros(len(both), int), np.ones(len(both)), 1)[:, 0]
    }


def volume_age_slope(s):
    """Coefficients of plays per fortnight on age, plan, gender and ln(weeks of membership)."""
    male, premium = (
        s.listeners["gender"].to_numpy() == "male",
        s.values("n_premium") * 2 > s.values("n"),
    )
    plays = s.values("n") / run_days(s) * FORTNIGHT
    fit = slopes_of(
        s, plays, [s.values("age"), premium, male, np.log(np.maximum(s.values("weeks"), 1))]
    )
    return {
        "age": fit[:, 1],
        "premium": fit[:, 2],
        "gender": fit[:, 3],
        "log_account_age": fit[:, 4],
    }


def run_days(s):
    """Length of the run's window in days, float."""
    return (s.log.after_ms - s.log.first_ms) / DAY_MS


def volume_gender_gap(s):
    """Plays per man / plays per woman."""
    means = [
        mean_of(s, s.values("n"), s.listeners["gender"].to_numpy() == gender)
        for gender in ("male", "female")
    ]
    return {"value": means[0] / means[1]}


def daily_total_cv(s):
    """Coefficient of variation of the crowd's daily totals over two ordinary weeks."""
    days = by_key(s, "days", "day", ["n"], FORTNIGHT)["n"]
    return {"value": np.where((days > 0).all(axis=1), days.std(axis=1) / days.mean(axis=1), np.nan)}


def yambda_rate(s):
    """Plays per day of listeners with plays in the first and the last month."""
    frame = whole_months(s)
    ends = frame.groupby("who")["month"].agg(["min", "max"])
    present = ends.index[
        (ends["min"] == frame["month"].min()) & (ends["max"] == frame["month"].max())
    ]
    return {
        "value": mean_of(
            s, s.values("n") / run_days(s), np.isin(np.arange(len(s.listeners)), present)
        )
    }


def lastfm_volume(s):
    """Plays per year of the 10 % of listeners with most plays."""
    heaviest = s.values("n") >= np.quantile(s.values("n"), 0.9)
    return {"value": mean_of(s, s.values("n") / run_days(s) * 365.25, heaviest)}


def interuse_regularity(s):
    """Shape parameter of the gaps between days of use (below 1: clustered), median of listeners."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shape = s.values("idle_mean") ** 2 / s.values("idle_var")
    return {"value": median_of(s, shape, s.values("use_days") >= 20)}


def has_window(s):
    """Whether the run covers 1 January to 15 November."""
    first, after = (
        np.datetime64(ms, "ms").astype("datetime64[D]") for ms in (s.log.first_ms, s.log.after_ms)
    )
    year = first.astype("datetime64[Y]")
    return first == year.astype("datetime64[D]") and after > year.astype("datetime64[D]") + 319


def wrapped_minutes_percentile(s):
    """Minutes from 1 January to mid-November at the 81st percentile."""
    minutes = np.where(s.values("window_ms") > 0, s.values("window_ms") / 60_000, np.nan)
    return {"value": quantile_of(s, minutes, 0.81) if has_window(s) else np.array([np.nan])}


MEASURES = {
    "mean_ms_played": lambda s: {"value": s["ms"] / s["n"]},
    "plays_per_hour": lambda s: {"value": 3.6e6 * s["n"] / s["ms"]},
    "track_duration_mean": lambda s: {"value": s["duration"] / s["n"] / 1000},
    "hours_per_mau_month": hours_per_mau_month,
    "lognormal_sigma_volume": lognormal_sigma_volume,
    "wrapped_minutes_percentile": wrapped_minutes_percentile,
    "plays_per_user_day_2015": lambda s: {"premium_to_free": premium_against_free(s, "n")},
    "premium_free_ratio": lambda s: {
        "time": premium_against_free(s, "ms"),
        "plays": premium_against_free(s, "n"),
    },
    "volume_age_slope": volume_age_slope,
    "volume_gender_gap": volume_gender_gap,
    "daily_total_cv": daily_total_cv,
    "ifpi_hours_week": lambda s: {
        "audio_streaming_hours": monthly(s, lambda f: f["ms"] / 3.6e6 * 12 / 52.18)
    },
    "crossplatform_minutes": crossplatform_minutes,
    "yambda_rate": yambda_rate,
    "lastfm_volume": lastfm_volume,
    "interuse_regularity": interuse_regularity,
}
