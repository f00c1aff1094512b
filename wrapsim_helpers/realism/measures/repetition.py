"""Measures of repetition and exploration."""

from datetime import date

import numpy as np
import pandas as pd

from ..sample import mean_of, mean_of_rows, median_of, pooled, slopes_of
from .volume import has_window, month_number, run_days

IN_WINDOW = (
    "(month(epoch_ms(local_ms)) < 11 OR (month(epoch_ms(local_ms)) = 11 AND "
    "day(epoch_ms(local_ms)) <= 15))"
)
LAGS = 1000
COUNTS = tuple(
    sorted({round(100 * 10 ** (k / 8)) for k in range(17)})
)  # lengths of history from 100 to 10,000 plays
SEQUENCE = 1500  # first plays of a listener that are used to predict repeats
PLAYLISTS = ("own_playlist", "editorial", "personalized", "charts")

PER_LISTENER = {
    "distinct": f"""SELECT who, count_if(nth = 1) AS tracks, count_if(new_artist) AS artists,
        count_if(nth = 1 AND {IN_WINDOW}) AS window_tracks, count_if(new_artist AND {IN_WINDOW})
          AS window_artists,
        count_if(local_ms >= getvariable('half_ms')) AS late_n, count_if(nth = 1 AND local_ms >=
          getvariable('half_ms')) AS late_new,
        count_if(again) AS n_again FROM p GROUP BY who""",
    "top_artist": f"""WITH each AS (SELECT who, artist_id, sum(ms_played) AS ms FROM p WHERE
      {IN_WINDOW} GROUP BY ALL)
        SELECT who, max(ms) AS top_artist_ms FROM each GROUP BY who""",
    "top_song": f"""WITH each AS (SELECT who, track_id, count(*) AS n FROM p WHERE {IN_WINDOW}
      GROUP BY ALL)
        SELECT who, max(n) AS top_song_n FROM each GROUP BY who""",
    "top_50": """WITH each AS (SELECT who, artist_id, count(*) AS n FROM p GROUP BY ALL),
        placed AS (SELECT *, row_number() OVER (PARTITION BY who ORDER BY n DESC, artist_id) AS
          place FROM each)
        SELECT who, max(n) AS top_1, sum(n) FILTER (place <= 5) AS top_5,
          sum(n) FILTER (place <= 50) AS top_50 FROM placed GROUP BY who""",
    "entropy": """WITH each AS (SELECT who, genre_code, count(*) AS n FROM p WHERE number < 500
      GROUP BY ALL)
        SELECT who, -sum((n / 500 * ln(n / 500))::DECIMAL(18, 12))::DOUBLE AS entropy,
          sum(n) AS entropy_n FROM each GROUP BY who""",
    "exposures": """WITH found AS (SELECT who, track_id FROM p GROUP BY ALL HAVING count(*) >= 15
      AND min(local_ms) >= getvariable('quarter_ms'))
        SELECT who, count_if(nth = 1) AS first_n, count_if(nth = 1 AND NOT unfinished) AS
          first_done,
          count_if(nth BETWEEN 3 AND 6) AS middle_n, count_if(nth BETWEEN 3 AND 6 AND NOT
            unfinished) AS middle_done,
          count_if(nth >= 15) AS late_n_heard, count_if(nth >= 15 AND NOT unfinished) AS late_done
        FROM p SEMI JOIN found USING (who, track_id) GROUP BY who""",
}

LONG_FORM = {
    "monthly_artists": """WITH each AS (SELECT who, artist_id, month, count_if(plan = 'premium') > 0
          AS premium FROM p WHERE ms_played >= 30000 GROUP BY ALL),
        dated AS (SELECT *, month = min(month) OVER (PARTITION BY who, artist_id) AS is_new
          FROM each)
        SELECT who, month, count(*) AS n, count_if(is_new) AS n_new FROM dated
        WHERE premium AND month % 12 BETWEEN 8 AND 10 GROUP BY ALL""",
    "heaps": f"SELECT who, number + 1 AS n, seen_tracks, seen_artists FROM p WHERE number + 1 IN "
    f"{COUNTS}",
    "discoveries": f"""SELECT who, month, count_if(new_artist AND context IN {PLAYLISTS}) AS n_new
      FROM p GROUP BY ALL""",
    "weeks": """SELECT who, (day - getvariable('first_day')) // 7 AS week, count_if(nth = 1) AS
      n_new FROM p
        JOIN listeners USING (who) WHERE listeners.age BETWEEN 22.5 AND 26.5 AND
          local_ms >= getvariable('half_ms') GROUP BY ALL""",
    "lags": f"""SELECT who, ago AS lag, count(*) AS n FROM p
        WHERE who % getvariable('every_400') = 0 AND ago BETWEEN 1 AND {LAGS} GROUP BY ALL""",
    "waits": f"""WITH last AS (SELECT who, max(number) AS last FROM p GROUP BY who)
        SELECT who, least(CASE WHEN ahead > 0 THEN ahead ELSE last - number END, {LAGS}) AS wait,
          count(*) AS n FROM p JOIN last USING (who)
        WHERE who % getvariable('every_400') = 0 GROUP BY ALL""",
    "sequences": f"""SELECT who, number, track_id, started_ms FROM p
        WHERE who % getvariable('every_40') = 0 AND number < {SEQUENCE} ORDER BY who, number""",
}


def repeat_share(low, high):
    """A measure: mean share of plays that repeat a track, over listeners with low to high plays."""

    def measure(s):
        n = s.values("n")
        return mean_of(s, 1 - s.values("tracks") / n, (n >= low) & (n < high))

    return measure


def repeat_share_year(s):
    """Mean share of a year's plays that repeat a track of that year."""
    return repeat_share(5000, np.inf)(s) if run_days(s) >= 360 else {}


def artist_repeat_lifetime(s):
    """Plays per listener and played artist, of listeners with 5,000 plays or more."""
    heavy = s.values("n") >= 5000
    n, artists = (s.weights @ (s.values(column) * heavy) for column in ("n", "artists"))
    return n / np.maximum(artists, 1) if heavy.any() else {}


def distinct_per_year(s):
    """Mean distinct tracks and artists of listeners with 400 to 600 hours, 1 January to
    15 November.
    """
    engaged = (s.listeners["window_ms"] / 3.6e6).between(400, 600)
    return (
        {name: mean_of(s, s.values(f"window_{name}"), engaged) for name in ("tracks", "artists")}
        if has_window(s)
        else {}
    )


def share_of_top(top, of):
    """A measure: median share of the top item from 1 January to 15 November, over listeners with
    100 hours or more.

    top, of  columns: the amount of the top item, and the total
    """
    return lambda s: (
        median_of(s, s.values(top) / s.values(of), s.values("window_ms") >= 100 * 3.6e6)
        if has_window(s)
        else {}
    )


def top_artist_share_lastfm(s):
    """Median shares of the top artist and of the top five among a listener's top 50 artists."""
    often = (s.values("artists") >= 50) & (s.values("n") >= 2000)
    return {
        f"top{n}_median": median_of(s, s.values(f"top_{n}") / s.values("top_50"), often)
        for n in (1, 5)
    }


def favourite_song_behaviour(s):
    """Share of listeners who play a song twice in a row."""
    return {"back_to_back": mean_of(s, s.values("n_again") > 0, s.values("n") >= 1000)}


# -- recency ---------------------------------------------------------------------------------------


def recency_kernel(s):
    """AIC of a power law with cut-off minus AIC of an exponential, per play; and the exponent of
    the power law.

    Both describe the probability that a track last played t plays ago is played now: repeats at t,
    divided by the tracks that were not played for t plays.
    """
    repeats, waits = counts_to(s, "lags", "lag"), counts_to(s, "waits", "wait")
    waiting = waits[:, ::-1].cumsum(axis=1)[:, ::-1]
    if not repeats[0].sum():
        return {}
    (power, ln_power), (_, ln_exponential) = (
        poisson_fits(repeats[:, 1:], waiting[:, 1:], columns) for columns in ((0, 1, 2), (0, 2))
    )
    return {
        "aic_power_minus_exponential": (2 + 2 * (ln_exponential - ln_power))
        / np.maximum(waits.sum(axis=1), 1),
        "exponent": -power[:, 1],
    }


def counts_to(s, frame, column):
    """Weighted counts by lag 0 to LAGS of listeners with 2,000 plays or more, (R, LAGS + 1)."""
    rows = s.frames[frame]
    rows = rows[s.values("n")[rows["who"]] >= 2000]
    return pooled(s, rows["who"], rows[column], rows["n"], LAGS + 1)


def poisson_fits(events, exposure, columns, rounds=25):
    """Poisson regression of events on ln t and t with the exposure as offset, by Newton's method,
    for each row.

    events, exposure  float64, (R, T), at t = 1 .. T;  columns  which of constant, ln t, t
    Returns           (coefficients (R, 3), log-likelihood (R,) up to a constant)
    """
    t = np.arange(1, events.shape[1] + 1)
    x = np.column_stack([np.ones(len(t)), np.log(t), t / len(t)])[:, columns]
    offset = np.log(np.maximum(exposure, 1e-9))
    b = np.zeros((len(events), x.shape[1]))
    b[:, 0] = np.log(events.sum(axis=1) / exposure.sum(axis=1))
    for _ in range(rounds):
        mean = np.exp(np.clip(b @ x.T + offset, -50, 50))
        curvature = np.einsum("rt,ti,tj->rij", mean, x, x) + 1e-9 * np.eye(x.shape[1])
        b += np.linalg.solve(curvature, ((events - mean) @ x)[:, :, None])[:, :, 0]
    mean_ln = b @ x.T + offset
    full = np.zeros((len(events), 3))
    full[:, columns] = b
    return full, (events * mean_ln - np.exp(mean_ln)).sum(axis=1)


def exposure_inverted_u(s):
    """Share of plays finished, at plays 3 to 6 of a new song minus its first play and minus play 15
    and later. Published: liking rises, then falls.
    """
    if not s.values("first_n").any():
        return {}
    first, middle, late = (
        s[f"{name}_done"] / np.maximum(s[n], 1)
        for name, n in (("first", "first_n"), ("middle", "middle_n"), ("late", "late_n_heard"))
    )
    return {"middle_minus_first": middle - first, "middle_minus_late": middle - late}


def relisten_predictors(s):
    """How much better the base level predicts repeats than recency and frequency do, over a few
    listeners, without an interval.
    """
    sequences = [
        hit_rates(plays["track_id"].to_numpy(), plays["started_ms"].to_numpy())
        for _, plays in s.frames["sequences"].groupby("who")
        if len(plays) >= 1000
    ]
    if not sequences:
        return {}
    base_level, recency, frequency = np.mean(sequences, axis=0)
    return {"over_recent": base_level - recency, "over_frequent": base_level - frequency}


def hit_rates(tracks, at_ms, top=10, step=7):
    """Share of repeats that are among the top tracks by base level (sum of age^-0.5), by recency
    and by count: (3,).
    """
    item = pd.factorize(tracks)[0]
    later = range(len(item) // 2, len(item), step)
    hits = [in_top(item, at_ms, now, top) for now in later if item[now] in item[:now]]
    return np.mean(hits, axis=0) if hits else np.full(3, np.nan)


def in_top(item, at_ms, now, top):
    """Whether the track played now is among the top tracks by each of the three rankings of the
    earlier plays: list of bool.
    """
    past, n = item[:now], item[:now].max() + 1
    level = np.bincount(past, np.maximum((at_ms[now] - at_ms[:now]) / 3.6e6, 1e-3) ** -0.5, n)
    last = np.full(n, -1.0)
    last[past] = np.arange(now)
    count = np.bincount(past, minlength=n) + last / (10 * now)  # of equal counts, the more recent
    return [np.count_nonzero(score > score[item[now]]) < top for score in (level, last, count)]


# -- exploration -----------------------------------------------------------------------------------


def heaps(column):
    """A measure: each listener's slope of ln(distinct) on ln(plays), and the late minus the early
    slope; medians of listeners.
    """

    def measure(s):
        table = s.frames["heaps"]
        table = table[s.values("n")[table["who"]] >= 5000]
        x, y = np.log(table["n"].to_numpy(float)), np.log(table[column].to_numpy(float))
        n = table.groupby("who")["n"]
        middle = np.log(np.sqrt(n.transform("min") * n.transform("max"))).to_numpy()
        all_rows, early, late = (
            listener_slopes(s, table["who"].to_numpy(), x, y, where)
            for where in (x >= 0, x <= middle, x >= middle)
        )
        return {"value": median_of(s, all_rows), "late_minus_early": median_of(s, late - early)}

    return measure


def listener_slopes(s, who, x, y, where):
    """Each listener's least-squares slope of y on x over the rows `where`, float64, (L,); NaN with
    fewer than three rows.
    """
    n, sum_x, sum_y, xx, xy = (
        np.bincount(who[where], column[where], len(s.listeners))
        for column in (np.ones(len(x)), x, y, x * x, x * y)
    )
    slope = (n * xy - sum_x * sum_y) / (n * xx - sum_x**2)
    return np.where(n >= 3, slope, np.nan)


def new_artists_month(s):
    """Artists first played from a playlist, per listener and month, from the seventh month on."""
    rows = s.frames["discoveries"]
    rows = rows[rows["month"] >= month_number(s.log.first_ms) + 6]
    return mean_of_rows(s, rows["who"], rows["n_new"]) if len(rows) else {}


def artists_per_subscriber_month(s):
    """Share of new artists among those of a premium listener's month, mean over September to
    November of the first year.
    """
    first, after = s.log.dates
    if (first.month, first.day) != (1, 1) or after < date(first.year, 12, 1):
        return {}
    rows = s.frames["monthly_artists"]
    rows = rows[rows["month"] < month_number(s.log.first_ms) + 12]
    return mean_of_rows(s, rows["who"], rows["n_new"] / rows["n"]) if len(rows) else {}


def new_tracks_week_age24(s):
    """Share of weeks with ten new tracks or more, at ages 22.5 to 26.5."""
    weeks = s.frames["weeks"]
    return mean_of_rows(s, weeks["who"], weeks["n_new"] >= 10) if len(weeks) else {}


def exploration_vs_age(s):
    """Slopes of novelty and of genre diversity on age. Published: the young explore less, over a
    wider range of genres.
    """
    n, age, late = map(s.values, ("n", "age", "late_n"))
    novelty = slopes_of(
        s,
        s.values("late_new") / late,
        [age, np.log(np.maximum(n, 1))],
        (late >= 100) & (n >= 500),
    )
    diversity = slopes_of(s, s.values("entropy"), [age], s.values("entropy_n") >= 500)
    return {"novelty_slope": novelty[:, 1], "diversity_slope": diversity[:, 1]}


MEASURES = {
    "repeat_share_year": repeat_share_year,
    "repeat_share_lifetime": repeat_share(10_000, 25_000),
    "artist_repeat_lifetime": artist_repeat_lifetime,
    "distinct_per_year": distinct_per_year,
    "top_artist_share_year": share_of_top("top_artist_ms", "window_ms"),
    "top_artist_share_lastfm": top_artist_share_lastfm,
    "top_song_share_year": share_of_top("top_song_n", "window_n"),
    "favourite_song_behaviour": favourite_song_behaviour,
    "recency_kernel": recency_kernel,
    "exposure_inverted_u": exposure_inverted_u,
    "relisten_predictors": relisten_predictors,
    "heaps_tracks": heaps("seen_tracks"),
    "heaps_artists": heaps("seen_artists"),
    "new_artists_month": new_artists_month,
    "artists_per_subscriber_month": artists_per_subscriber_month,
    "new_tracks_week_age24": new_tracks_week_age24,
    "exploration_vs_age": exploration_vs_age,
}
