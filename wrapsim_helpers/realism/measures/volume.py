"""Measures of volume: how much listeners play."""

from datetime import date

import numpy as np

from ...instants import DAY_MS
from ..sample import (
    by_key,
    mean_of,
    mean_of_rows,
    means_by,
    median_of,
    pooled,
    quantile_of,
    ratio,
    slopes_of,
)

FORTNIGHT = 14
MONTH_DAYS = 365.25 / 12
LONG_MONTHS = (0, 2, 4, 6, 7, 9, 11)  # months of 31 days, January is 0
YEAR_0 = 1970 * 12  # months from year 0 to 1970

PER_LISTENER = {
    "window": """SELECT who, sum(ms_played) AS window_ms, count(*) AS window_n FROM p
        WHERE month(epoch_ms(local_ms)) < 11 OR (month(epoch_ms(local_ms)) = 11 AND
          day(epoch_ms(local_ms)) <= 15) GROUP BY who""",
    "use_days": """WITH days AS (SELECT DISTINCT who, day FROM p),
        gaps AS (SELECT who, day - lag(day) OVER (PARTITION BY who ORDER BY day) - 1 AS idle FROM
          days)
        SELECT who, count(*) AS use_days, avg(idle) AS idle_mean,
          sum(idle * idle) / count(idle) - avg(idle) ** 2 AS idle_var
        FROM gaps GROUP BY who""",
}

LONG_FORM = {
    "months": """SELECT who, month, sum(ms_played) AS ms, count(*) AS n, count_if(plan =
      'premium') AS n_premium,
        count_if(mobile) > 0 AND count_if(computer) > 0 AS both, count(DISTINCT day) AS n_days
        FROM p GROUP BY who, month""",
    "fortnights": f"""SELECT who, (day - getvariable('first_day')) // {FORTNIGHT} AS fortnight,
      sum(ms_played) AS ms, count(*) AS n,
        count_if(plan = 'premium') * 2 > count(*) AS premium FROM p GROUP BY who, fortnight""",
    "days": f"""SELECT who, started_ms // {DAY_MS} - getvariable('ordinary_day') AS day, count(*)
      AS n FROM p
        WHERE started_ms // {DAY_MS} BETWEEN getvariable('ordinary_day') AND
          getvariable('ordinary_day') + {FORTNIGHT - 1} GROUP BY ALL""",
}


# -- by period -------------------------------------------------------------------------------------


def run_days(s):
    """Length of the run's window in days, float."""
    return (s.log.after_ms - s.log.first_ms) / DAY_MS


def by_fortnight(s, value, premium=(True, False)):
    """Mean of a value over active listeners by whole fortnight, (R, F); NaN if there is none.

    value    function of the long form: a value per row
    premium  which listeners: on premium (True), on the free plan (False)
    """
    n, rows = int(run_days(s) // FORTNIGHT), s.frames["fortnights"]
    if not n:
        return np.full((len(s.weights), 1), np.nan)
    rows = rows[rows["fortnight"].between(0, n - 1) & rows["premium"].isin(premium)]
    return means_by(s, rows["who"], rows["fortnight"], value(rows), n)


def ln_ms(rows):
    """ln of the milliseconds played."""
    return np.log(np.maximum(rows["ms"], 1))


def lognormal_sigma_volume(s):
    """Spread of ln(minutes) over listeners."""
    mean, mean_square = by_fortnight(s, ln_ms), by_fortnight(s, lambda rows: ln_ms(rows) ** 2)
    return np.sqrt(mean_square - mean**2).mean(axis=1)


def premium_to_free(s, column):
    """Mean of a column per premium listener / mean per free listener, (R,), averaged over
    fortnights.
    """
    premium, free = (
        by_fortnight(s, lambda rows: rows[column], [premium]) for premium in (True, False)
    )
    return (premium / free).mean(axis=1)


def month_number(ms):
    """Calendar month of an instant, counted from year 0."""
    return int(np.datetime64(ms, "ms").astype("datetime64[M]").astype(int)) + YEAR_0


def month_span(s):
    """(first whole calendar month of the run, month after the last one), counted from year 0."""
    return month_number(s.log.first_ms - 1) + 1, month_number(s.log.after_ms)


def whole_months(s, frame="months"):
    """A long form with the column month, in the run's whole calendar months."""
    first, after = month_span(s)
    return s.frames[frame][s.frames[frame]["month"].between(first, after - 1)]


def monthly(s, value):
    """Weighted mean of a value over active listeners, (R,), averaged over whole months."""
    rows = whole_months(s)
    if not len(rows):
        return np.nan
    number = rows["month"] - rows["month"].min()
    return means_by(s, rows["who"], number, value(rows), number.max() + 1).mean(axis=1)


def active_days_month(s):
    """Days with a play in the months of 31 days of premium listeners, lower quartile."""
    rows = whole_months(s)
    rows = rows[(rows["month"] % 12).isin(LONG_MONTHS) & (rows["n_premium"] * 2 > rows["n"])]
    if not len(rows):
        return {}
    months = pooled(s, rows["who"], rows["n_days"], np.ones(len(rows)), 32).cumsum(axis=1)
    return {"lower_quartile": (months >= 0.25 * months[:, -1:]).argmax(axis=1).astype(float)}


def crossplatform_minutes(s):
    """Minutes a day of listeners who use both mobile and desktop in a month."""
    rows = whole_months(s)
    rows = rows[rows["both"]]
    return mean_of_rows(s, rows["who"], rows["ms"] / 60_000 / MONTH_DAYS)


def yambda_rate(s):
    """Plays per day of listeners with plays in the first and the last month."""
    rows = whole_months(s)
    present = [
        s.listeners.index.isin(rows.loc[rows["month"] == month, "who"])
        for month in (rows["month"].min(), rows["month"].max())
    ]
    return mean_of(s, s.values("n") / run_days(s), np.all(present, axis=0))


# -- over the whole run ----------------------------------------------------------------------------


def volume_age_slope(s):
    """Coefficients of plays per fortnight on age, plan, gender and ln(weeks of membership)."""
    regressors = {
        "age": s.values("age"),
        "premium": s.values("n_premium") * 2 > s.values("n"),
        "gender": s.having("gender", "male"),
        "log_account_age": np.log(np.maximum(s.values("weeks"), 1)),
    }
    fit = slopes_of(s, s.values("n") / run_days(s) * FORTNIGHT, regressors.values())
    return dict(zip(regressors, fit[:, 1:].T))


def volume_gender_gap(s):
    """Plays per man / plays per woman."""
    men, women = (
        mean_of(s, s.values("n"), s.having("gender", name)) for name in ("male", "female")
    )
    return men / women


def daily_total_cv(s):
    """Coefficient of variation of the crowd's daily totals over two ordinary weeks."""
    days = by_key(s, s.frames["days"], "day", "n", FORTNIGHT)
    return np.where((days > 0).all(axis=1), days.std(axis=1) / days.mean(axis=1), np.nan)


def lastfm_volume(s):
    """Plays per year of the 10 % of listeners with most plays."""
    n = s.values("n")
    return mean_of(s, n / run_days(s) * 365.25, n >= np.quantile(n, 0.9))


def interuse_regularity(s):
    """Shape parameter of the gaps between days of use (below 1: clustered), median of listeners."""
    shape = s.values("idle_mean") ** 2 / s.values("idle_var")
    return median_of(s, shape, s.values("use_days") >= 20)


def has_window(s):
    """Whether the run covers 1 January to 15 November."""
    first, after = s.log.dates
    new_year = date(first.year, 1, 1)
    return first == new_year and (after - new_year).days > 319


def wrapped_minutes_percentile(s):
    """Minutes from 1 January to mid-November at the 81st percentile."""
    minutes = s.values("window_ms") / 60_000
    return quantile_of(s, minutes, 0.81, minutes > 0) if has_window(s) else np.nan


MEASURES = {
    "mean_ms_played": ratio("ms", "n"),
    "plays_per_hour": lambda s: 3.6e6 * s["n"] / s["ms"],
    "track_duration_mean": lambda s: s["duration"] / s["n"] / 1000,
    "hours_per_mau_month": lambda s: monthly(s, lambda rows: rows["ms"] / 3.6e6),
    "lognormal_sigma_volume": lognormal_sigma_volume,
    "wrapped_minutes_percentile": wrapped_minutes_percentile,
    "plays_per_user_day_2015": lambda s: {"premium_to_free": premium_to_free(s, "n")},
    "premium_free_ratio": lambda s: {
        "time": premium_to_free(s, "ms"),
        "plays": premium_to_free(s, "n"),
    },
    "volume_age_slope": volume_age_slope,
    "volume_gender_gap": volume_gender_gap,
    "daily_total_cv": daily_total_cv,
    "ifpi_hours_week": lambda s: {
        "audio_streaming_hours": monthly(s, lambda rows: rows["ms"] / 3.6e6 * 12 / 52.18)
    },
    "active_days_month": active_days_month,
    "crossplatform_minutes": crossplatform_minutes,
    "yambda_rate": yambda_rate,
    "lastfm_volume": lastfm_volume,
    "interuse_regularity": interuse_regularity,
}
