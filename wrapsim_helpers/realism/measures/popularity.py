"""Measures of popularity: concentration, taste by age and gender, and the age of the music."""

import numpy as np
import pandas as pd

from ..sample import columns_of, mean_of, pooled, shares, slopes_of
from ..scores import targets
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


def artist_totals(s, listeners=None):
    """Weighted plays per played artist, (R, A), of all listeners or of the first so many."""
    frame = s.frames["artists"]
    frame = frame if listeners is None else frame[frame["who"] < listeners]
    number, artists = pd.factorize(frame["artist_id"])
    return pooled(s, frame["who"], number, frame["n"], len(artists))


def concentration(s):
    """Plays per artist of the first 1,800 listeners, most first, float64, (R, A); None if the run
    has fewer listeners or not 10,000 to 50,000 artists.
    """
    known = s.log.tracks["artist_id"].nunique()
    return (
        -np.sort(-artist_totals(s, CONCENTRATED), axis=1)
        if 10_000 <= known <= 50_000 and len(s.listeners) >= CONCENTRATED
        else None
    )


def top_share(ordered, share):
    """Share of plays on the top share of artists with a play, (R,)."""
    n = np.maximum(np.ceil(share * (ordered > 0).sum(axis=1)).astype(int), 1)
    return np.take_along_axis(ordered.cumsum(axis=1), n[:, None] - 1, axis=1)[:, 0] / ordered.sum(
        axis=1
    )


def top1pct_artists_share(s):
    """Shares of plays on the top 1 % and 10 % of artists."""
    plays = concentration(s)
    return (
        {}
        if plays is None
        else {"top_1pct": top_share(plays, 0.01), "top_10pct": top_share(plays, 0.1)}
    )


def gini_artists(s):
    """Gini coefficient of plays over artists."""
    plays = concentration(s)
    return {} if plays is None else {"value": np.array([gini(row[row > 0]) for row in plays])}


def gini(values):
    """Gini coefficient of positive values, float."""
    values = np.sort(values)
    return float(
        (2 * np.arange(1, len(values) + 1) - len(values) - 1)
        @ values
        / (len(values) * values.sum())
    )


def zipf_artists(s):
    """Slope of ln(plays) on ln(rank) of artists at ranks 10 to 1000, and how much the slopes of
    the head and the tail differ from it.
    """
    plays = concentration(s)
    if plays is None:
        return {}
    head, middle, tail = (
        rank_slope(plays, *ranks) for ranks in ((1, 100), (10, 1000), (100, 5000))
    )
    return {"value": middle, "head_minus_middle": head - middle, "tail_minus_middle": tail - middle}


def rank_slope(ordered, low, high):
    """Least-squares slope of ln plays on ln rank between two ranks, (R,)."""
    x = np.log(np.arange(low, min(high, ordered.shape[1]) + 1))
    y = np.log(np.maximum(ordered[:, low - 1 : low - 1 + len(x)], 0.5))
    return (y - y.mean(axis=1, keepdims=True)) @ (x - x.mean()) / ((x - x.mean()) ** 2).sum()


def track_head_mssd(s):
    """Concentration of tracks in long sittings, taken in a pseudorandom order until the published
    number of plays is reached.
    """
    frame = s.frames["heads"]
    if len(frame) < HEAD_PLAYS:
        return {}
    order = (
        (frame["who"].to_numpy() * 1_000_003 + frame["sitting"].to_numpy()) * 2_654_435_761
    ) % 2**32
    chosen = frame.iloc[np.argsort(order, kind="stable")[:HEAD_PLAYS]]
    number, tracks = pd.factorize(chosen["track_id"])
    plays = pooled(s, chosen["who"], number, np.ones(len(chosen)), len(tracks))
    return {
        "top1": plays.max(axis=1) / plays.sum(axis=1),
        "distinct_per_play": (plays > 0).sum(axis=1) / plays.sum(axis=1),
        "top5": np.sort(plays, axis=1)[:, -5:].sum(axis=1) / plays.sum(axis=1),
    }


def track_head_us(s):
    """Share of a year's streams in the USA on the 500 most streamed tracks."""
    frame = s.frames["us_tracks"]
    if len(s.log.tracks) < 100_000 or not len(frame):
        return {}
    number, tracks = pd.factorize(frame["track_id"])
    plays = pooled(s, frame["who"], number, frame["n"], len(tracks))
    return (
        {"top500": np.partition(plays, -500, axis=1)[:, -500:].sum(axis=1) / plays.sum(axis=1)}
        if len(tracks) >= 500
        else {}
    )


def dead_catalogue(s):
    """Share of the catalogue without a play in a year."""
    return (
        {
            "zero": np.array(
                [1 - s.frames["played_tracks"]["track_id"].nunique() / len(s.log.tracks)]
            )
        }
        if len(s.log.tracks) >= 1_000_000
        else {}
    )


def artists_for_90pct(s):
    """Share of artists that together have 90 % of the plays."""
    known = s.log.tracks["artist_id"].nunique()
    if known < 100_000:
        return {}
    plays = -np.sort(-artist_totals(s), axis=1)
    return {
        "value": ((plays.cumsum(axis=1) < 0.9 * plays.sum(axis=1, keepdims=True)).sum(axis=1) + 1)
        / known
    }


# -- taste -----------------------------------------------------------------------------------------


def mainstream_vs_age(s):
    """Slope of each listener's mean ln(rank) of artists on age, under 35 and from 35 on; ranks by
    the plays of all listeners.
    """
    frame = s.frames["artists"]
    plays = frame.groupby("artist_id")["n"].sum()
    rank = np.log(plays.rank(ascending=False, method="first"))
    mean = np.bincount(
        frame["who"], frame["n"] * rank.loc[frame["artist_id"]].to_numpy(), len(s.listeners)
    ) / np.maximum(s.values("n"), 1)
    age, often = s.values("age"), s.values("n") >= 100
    early, late = (
        slopes_of(s, mean, [age], often & where)[:, 1] for where in ((age < 35), (age >= 35))
    )
    return {"slope_under_35": early, "later_part": np.abs(late / early)}


def gender_taste_overlap(s, top=200):
    """Share of the men's top 200 artists that are not among the women's top 200."""
    frame = s.frames["artists"]
    number, artists = pd.factorize(frame["artist_id"])
    part = frame["n"].to_numpy() / s.values("n")[frame["who"]]
    gender = s.listeners["gender"].to_numpy()[frame["who"]]
    lists = [
        np.argsort(
            -pooled(s, frame["who"], number, part * (gender == name), len(artists)),
            axis=1,
            kind="stable",
        )[:, :top]
        for name in ("male", "female")
    ]
    return (
        {
            "value": np.array(
                [1 - len(np.intersect1d(men, women)) / top for men, women in zip(*lists)]
            )
        }
        if len(artists) >= 2 * top
        else {}
    )


def reminiscence_age(s):
    """The age at a track's release at which men's plays exceed the expected plays most. Expected:
    the release years of all listeners' plays.
    """
    frame = s.frames["release_years"]
    born = s.listeners["birth_year"].to_numpy()
    men = (s.listeners["gender"].to_numpy() == "male") & (born >= 1960) & (born <= 2005)
    of_men = frame[men[frame["who"]]]
    age = of_men["release_year"].to_numpy() - born[of_men["who"]]
    inside = (age >= AGES_AT_RELEASE[0]) & (age <= AGES_AT_RELEASE[-1])
    played = pooled(
        s,
        of_men["who"][inside],
        age[inside] - AGES_AT_RELEASE[0],
        of_men["n"][inside],
        len(AGES_AT_RELEASE),
    )
    expected = (s.weights * (s.values("n") * men)) @ year_shares(frame, born)
    ratio = smoothed_rows(played) / np.maximum(smoothed_rows(expected), 1e-9)
    return {
        "men": AGES_AT_RELEASE[
            np.where(
                smoothed_rows(expected) > 1e-6 * expected.sum(axis=1, keepdims=True), ratio, 0.0
            ).argmax(axis=1)
        ].astype(float)
    }


def year_shares(frame, born):
    """Share of all plays that was released when a listener had each age of AGES_AT_RELEASE, (L,
    ages).
    """
    by_year = frame.groupby("release_year")["n"].sum() / frame["n"].sum()
    return (
        by_year.reindex((born[:, None] + AGES_AT_RELEASE).ravel(), fill_value=0.0)
        .to_numpy()
        .reshape(len(born), -1)
    )


def smoothed_rows(rows):
    """Rows summed over windows of five columns."""
    return np.array([np.convolve(row, np.ones(5), "same") for row in rows])


# -- the age of the music --------------------------------------------------------------------------


def release_year_mix(s):
    """L1 distance of the shares of plays by age of the release, in calendar years."""
    published = np.array(list(targets()["release_year_mix"]["value"].values()))
    return {
        "l1": np.abs(shares(columns_of(s, [f"aged_{a}" for a in range(6)])) - published).sum(axis=1)
    }


# -- generalists and specialists -------------------------------------------------------------------


def gs_score(s):
    """Generalist-specialist scores: the mean cosine of a listener's plays to their centre, in a
    space of artists by co-listening. Programmed minus organic plays, and the correlation of the
    first half with the second.
    """
    frame = s.frames["places"]
    frame = frame[
        frame["artist_id"].isin(
            frame.groupby("artist_id")["n"].sum().nlargest(ARTISTS_LOCATED).index
        )
    ]
    if not len(frame):
        return {}
    who, artist = pd.factorize(frame["who"])[0], pd.factorize(frame["artist_id"])[0]
    place = places_of(who, artist, frame["n"].to_numpy())[artist]
    listener, n = frame["who"].to_numpy(), frame["n"].to_numpy(dtype=float)
    later, programmed = (
        frame["later"].to_numpy(dtype=bool),
        frame["programmed"].to_numpy(dtype=bool),
    )
    score = {
        name: mean_cosines(len(s.listeners), listener[where], place[where], n[where])
        for name, where in (
            ("programmed", programmed),
            ("organic", ~programmed),
            ("first", ~later),
            ("second", later),
        )
    }
    return {
        "programmed_minus_organic": mean_of(s, score["programmed"] - score["organic"]),
        "r": correlation_of(s, score["first"], score["second"]),
    }


def places_of(who, artist, n):
    """Unit vectors of artists, (A, D): principal directions of ln(1 + plays) by listener, centred
    by artist.
    """
    table = np.zeros((who.max() + 1, artist.max() + 1))
    np.add.at(table, (who, artist), n)
    table = np.log1p(table)
    table -= table.mean(axis=0)
    _, directions = np.linalg.eigh(table.T @ table)
    place = directions[:, -DIMENSIONS:] * np.sqrt(
        np.maximum(((table @ directions[:, -DIMENSIONS:]) ** 2).sum(axis=0), 0)
    )
    return place / np.maximum(np.linalg.norm(place, axis=1, keepdims=True), 1e-12)


def mean_cosines(size, who, place, n, min_plays=200):
    """Mean cosine of each listener's plays to their centre, float64, (L,); NaN with fewer than
    min_plays.
    """
    centre = np.array([np.bincount(who, n * column, size) for column in place.T]).T
    plays = np.bincount(who, n, size)
    return np.where(
        plays >= min_plays, np.linalg.norm(centre, axis=1) / np.maximum(plays, 1), np.nan
    )


def correlation_of(s, x, y):
    """Weighted correlation over listeners with both values, (R,)."""
    both = np.isfinite(x) & np.isfinite(y)
    mean = {
        name: mean_of(s, values, both)
        for name, values in (("x", x), ("y", y), ("xx", x * x), ("yy", y * y), ("xy", x * y))
    }
    return (mean["xy"] - mean["x"] * mean["y"]) / np.sqrt(
        (mean["xx"] - mean["x"] ** 2) * (mean["yy"] - mean["y"] ** 2)
    )


MEASURES = {
    "mainstream_vs_age": mainstream_vs_age,
    "gender_taste_overlap": gender_taste_overlap,
    "reminiscence_age": reminiscence_age,
    "top1pct_artists_share": top1pct_artists_share,
    "gini_artists": gini_artists,
    "zipf_artists": zipf_artists,
    "track_head_mssd": track_head_mssd,
    "track_head_us": track_head_us,
    "dead_catalogue": dead_catalogue,
    "catalogue_age": lambda s: {"value": s["us_old"] / s["us_streams"]},
    "release_year_mix": release_year_mix,
    "artists_for_90pct": artists_for_90pct,
    "gs_score": gs_score,
}
