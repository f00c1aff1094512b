"""Measures of popularity: concentration, taste by age and gender, and the age of the music."""

import numpy as np
import pandas as pd

from ...people.figures import published
from ..sample import columns_of, distance, mean_of, pooled, ratio, shares, slopes_of
from .skips import count_ifs

CONCENTRATED = 1800  # listeners behind the published concentration of artists
HEAD_PLAYS = 167_880  # plays behind the published head of tracks
OLD_DAYS = 548  # 18 months
AGES_AT_RELEASE = np.arange(-5, 41)
ARTISTS_LOCATED = 1500  # most played artists, which get a vector in the space of co-listening
DIMENSIONS = 32

PER_LISTENER = {
    "old": f"""SELECT who, count(*) AS us_streams, count_if(released < day - {OLD_DAYS}) AS us_old
        FROM p WHERE country = 'US' AND ms_played >= 30000 GROUP BY who""",
    "ages": "SELECT who, "
    + count_ifs(
        {
            f"aged_{a}": f"greatest(year(epoch_ms(local_ms)) - release_year, 0) = {a}"
            for a in range(5)
        }
        | {"aged_5": "year(epoch_ms(local_ms)) - release_year >= 5"}
    )
    + " FROM p WHERE long GROUP BY who",
}

LONG_FORM = {
    "artists": "SELECT who, artist_id, count(*)::INT AS n FROM p GROUP BY ALL",
    "release_years": "SELECT who, release_year, count(*) AS n FROM p WHERE release_year > 0 GROUP "
    "BY ALL",
    "heads": "SELECT who, sitting, track_id FROM p WHERE long",
    "us_tracks": "SELECT who, track_id, count(*) AS n FROM p WHERE country = 'US' AND ms_played >= "
    "30000 GROUP BY ALL",
    "played_tracks": "SELECT DISTINCT track_id FROM p",
    "places": """SELECT who, artist_id, local_ms >= getvariable('half_ms') AS later, programmed,
      count(*) AS n FROM p
        WHERE who % getvariable('every_1000') = 0 GROUP BY ALL""",
}


# -- concentration ---------------------------------------------------------------------------------


def plays_by(s, frame, column, weights=None):
    """Weighted plays of each value of a column of a long form, float64, (R, values).

    weights  a number per row; None for the column n
    """
    number, names = pd.factorize(frame[column])
    return pooled(s, frame["who"], number, frame["n"] if weights is None else weights, len(names))


def artist_totals(s, listeners=None):
    """Weighted plays per played artist, most first, float64, (R, A).

    listeners  number of listeners, from the first one; None for all
    """
    frame = s.frames["artists"]
    frame = frame if listeners is None else frame[frame["who"] < listeners]
    return -np.sort(-plays_by(s, frame, "artist_id"), axis=1)


def of_artists(measure):
    """A measure: a function of the plays per artist of the first 1,800 listeners. It measures
    nothing if the run has fewer listeners, or not 10,000 to 50,000 artists.
    """
    return lambda s: (
        measure(artist_totals(s, CONCENTRATED))
        if 10_000 <= n_artists(s) <= 50_000 and len(s.listeners) >= CONCENTRATED
        else {}
    )


def n_artists(s):
    """Number of artists in the catalogue."""
    return s.log.tracks["artist_id"].nunique()


def top_share(ordered, share):
    """Share of plays on the top share of artists with a play, (R,)."""
    n = np.maximum(np.ceil(share * (ordered > 0).sum(axis=1)).astype(int), 1)
    return np.take_along_axis(ordered.cumsum(axis=1), n[:, None] - 1, axis=1)[:, 0] / ordered.sum(
        axis=1
    )


def top1pct_artists_share(plays):
    """Shares of plays on the top 1 % and 10 % of artists."""
    return {"top_1pct": top_share(plays, 0.01), "top_10pct": top_share(plays, 0.1)}


def gini_artists(plays):
    """Gini coefficient of plays over artists with a play."""
    return np.array([gini(row[row > 0]) for row in plays])


def gini(values):
    """Gini coefficient of positive values, float."""
    values, n = np.sort(values), len(values)
    return (2 * np.arange(1, n + 1) - n - 1) @ values / (n * values.sum())


def zipf_artists(plays):
    """Slope of ln(plays) on ln(rank) of artists at ranks 10 to 1000, and how much the slopes of
    the head and the tail differ from it.
    """
    head, middle, tail = (
        rank_slope(plays, *ranks) for ranks in ((1, 100), (10, 1000), (100, 5000))
    )
    return {"value": middle, "head_minus_middle": head - middle, "tail_minus_middle": tail - middle}


def rank_slope(ordered, low, high):
    """Least-squares slope of ln plays on ln rank between two ranks, (R,)."""
    y = np.log(np.maximum(ordered[:, low - 1 : high], 0.5))
    x = np.log(np.arange(low, low + y.shape[1]))
    return (y - y.mean(axis=1, keepdims=True)) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()


def track_head_mssd(s):
    """Concentration of tracks in long sittings, over as many plays as were published. These plays
    are chosen in a pseudorandom order.
    """
    frame = s.frames["heads"]
    if len(frame) < HEAD_PLAYS:
        return {}
    order = (frame["who"] * 1_000_003 + frame["sitting"]) * 2_654_435_761 % 2**32
    chosen = frame.iloc[np.argsort(order.to_numpy(), kind="stable")[:HEAD_PLAYS]]
    plays = plays_by(s, chosen, "track_id", np.ones(len(chosen)))
    counts = {
        "top1": plays.max(axis=1),
        "distinct_per_play": (plays > 0).sum(axis=1),
        "top5": np.sort(plays, axis=1)[:, -5:].sum(axis=1),
    }
    return {name: count / plays.sum(axis=1) for name, count in counts.items()}


def track_head_us(s):
    """Share of a year's streams in the USA on the 500 most streamed tracks."""
    frame = s.frames["us_tracks"]
    if len(s.log.tracks) < 100_000 or frame["track_id"].nunique() < 500:
        return {}
    plays = plays_by(s, frame, "track_id")
    return {"top500": np.partition(plays, -500, axis=1)[:, -500:].sum(axis=1) / plays.sum(axis=1)}


def dead_catalogue(s):
    """Share of the catalogue without a play in a year, without an interval."""
    n, played = len(s.log.tracks), s.frames["played_tracks"]["track_id"].nunique()
    return {"zero": 1 - played / n} if n >= 1_000_000 else {}


def artists_for_90pct(s):
    """Share of artists that together have 90 % of the plays."""
    if n_artists(s) < 100_000:
        return {}
    plays = artist_totals(s)
    fewer = plays.cumsum(axis=1) < 0.9 * plays.sum(axis=1, keepdims=True)
    return (fewer.sum(axis=1) + 1) / n_artists(s)


# -- taste -----------------------------------------------------------------------------------------


def mainstream_vs_age(s):
    """Slope of each listener's mean ln(rank) of artists on age, under 35 and from 35 on; ranks by
    the plays of all listeners.
    """
    frame, age, n = s.frames["artists"], s.values("age"), s.values("n")
    plays = frame.groupby("artist_id")["n"].sum()
    rank = np.log(plays.rank(ascending=False, method="first"))
    sums = np.bincount(frame["who"], frame["n"] * frame["artist_id"].map(rank), len(age))
    early, late = (
        slopes_of(s, sums / np.maximum(n, 1), [age], (n >= 100) & where)[:, 1]
        for where in (age < 35, age >= 35)
    )
    return {"slope_under_35": early, "later_part": np.abs(late / early)}


def gender_taste_overlap(s, top=200):
    """Share of the men's top 200 artists that are not among the women's top 200."""
    frame = s.frames["artists"]
    if frame["artist_id"].nunique() < 2 * top:
        return {}
    part = frame["n"].to_numpy() / s.values("n")[frame["who"]]
    men, women = (
        -plays_by(s, frame, "artist_id", part * s.having("gender", name)[frame["who"]])
        for name in ("male", "female")
    )
    lists = (plays.argsort(axis=1, kind="stable")[:, :top] for plays in (men, women))
    return np.array([1 - len(np.intersect1d(*both)) / top for both in zip(*lists)])


def reminiscence_age(s):
    """The men's age in the release year of the tracks that they play most often, compared with the
    release years of all listeners' plays.
    """
    frame, born = s.frames["release_years"], s.listeners["birth_year"]
    men = (s.having("gender", "male") & born.between(1960, 2005)).to_numpy()
    of_men = frame[men[frame["who"]]]
    age = of_men["release_year"] - born.to_numpy()[of_men["who"]]
    youngest, oldest = AGES_AT_RELEASE[[0, -1]]
    inside = age.between(youngest, oldest)
    rows = of_men[inside]
    played = smoothed_rows(
        pooled(s, rows["who"], age[inside] - youngest, rows["n"], len(AGES_AT_RELEASE))
    )
    all_ages = (s.weights * (s.values("n") * men)) @ year_shares(frame, born.to_numpy())
    expected = smoothed_rows(all_ages)
    enough = expected > 1e-6 * all_ages.sum(axis=1, keepdims=True)
    ratios = np.where(enough, played / np.maximum(expected, 1e-9), 0.0)
    return {"men": AGES_AT_RELEASE[ratios.argmax(axis=1)].astype(float)}


def year_shares(frame, born):
    """For each listener and each age of AGES_AT_RELEASE: the share of all plays whose track was
    released when the listener had that age, (L, ages).
    """
    by_year = frame.groupby("release_year")["n"].sum() / frame["n"].sum()
    years = born[:, None] + AGES_AT_RELEASE
    return by_year.reindex(years.ravel(), fill_value=0.0).to_numpy().reshape(years.shape)


def smoothed_rows(rows):
    """Rows summed over windows of five columns."""
    return np.array([np.convolve(row, np.ones(5), "same") for row in rows])


def release_year_mix(s):
    """L1 distance of the shares of plays by age of the release, in calendar years."""
    return distance(
        shares(columns_of(s, "aged_", range(6))), published("release_year_mix").values()
    )


# -- generalists and specialists -------------------------------------------------------------------


def gs_score(s):
    """Generalist-specialist scores: the score of programmed plays minus the score of organic plays,
    and the correlation of the scores of the first and the second half.

    A score is the mean cosine of a listener's plays to their centre, in a space in which artists
    with the same listeners are near each other.
    """
    frame = s.frames["places"]
    most_played = frame.groupby("artist_id")["n"].sum().nlargest(ARTISTS_LOCATED).index
    frame = frame[frame["artist_id"].isin(most_played)]
    if not len(frame):
        return {}
    artist = pd.factorize(frame["artist_id"])[0]
    place = places_of(pd.factorize(frame["who"])[0], artist, frame["n"])[artist]
    programmed, later = (frame[name].to_numpy(dtype=bool) for name in ("programmed", "later"))
    of_programmed, of_organic, of_first, of_second = (
        mean_cosines(len(s.listeners), frame.loc[where, "who"], place[where], frame.loc[where, "n"])
        for where in (programmed, ~programmed, ~later, later)
    )
    return {
        "programmed_minus_organic": mean_of(s, of_programmed - of_organic),
        "r": correlation_of(s, of_first, of_second),
    }


def places_of(who, artist, n):
    """Unit vectors of artists, (A, D): principal directions of ln(1 + plays) by listener, centred
    by artist.
    """
    table = np.zeros((who.max() + 1, artist.max() + 1))
    np.add.at(table, (who, artist), n)
    table = np.log1p(table)
    table -= table.mean(axis=0)
    directions = np.linalg.eigh(table.T @ table).eigenvectors[:, -DIMENSIONS:]
    place = directions * np.linalg.norm(table @ directions, axis=0)
    return place / np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-12)


def mean_cosines(size, who, place, n, min_plays=200):
    """Mean cosine of each listener's plays to their centre, float64, (L,); NaN with fewer than
    min_plays.
    """
    centre = [np.bincount(who, n * column, size) for column in place.T]
    plays = np.bincount(who, n, size)
    return np.where(
        plays >= min_plays,
        np.linalg.norm(np.transpose(centre), axis=1) / np.maximum(plays, 1),
        np.nan,
    )


def correlation_of(s, x, y):
    """Weighted correlation over listeners with both values, (R,)."""
    both = np.isfinite(x) & np.isfinite(y)
    mean_x, mean_y, xx, yy, xy = (
        mean_of(s, values, both) for values in (x, y, x * x, y * y, x * y)
    )
    return (xy - mean_x * mean_y) / np.sqrt((xx - mean_x**2) * (yy - mean_y**2))


MEASURES = {
    "mainstream_vs_age": mainstream_vs_age,
    "gender_taste_overlap": gender_taste_overlap,
    "reminiscence_age": reminiscence_age,
    "top1pct_artists_share": of_artists(top1pct_artists_share),
    "gini_artists": of_artists(gini_artists),
    "zipf_artists": of_artists(zipf_artists),
    "track_head_mssd": track_head_mssd,
    "track_head_us": track_head_us,
    "dead_catalogue": dead_catalogue,
    "catalogue_age": ratio("us_old", "us_streams"),
    "release_year_mix": release_year_mix,
    "artists_for_90pct": artists_for_90pct,
    "gs_score": gs_score,
}
