"""How far the top artists of men and women differ."""

import numpy as np
import pandas as pd

from ..people.figures import published
from .intervals import interval

TOP_ARTISTS, RESAMPLES = 200, 60


def taste_effects(tables, _):
    """How far the top artists of men and women differ, against the published gender_taste_overlap;
    a row of `effects_of`.

    All listeners have equal weight. A bootstrap over listeners gives the interval. It also gives
    the difference that lists of so few people have by chance, which is subtracted.
    """
    by_artist = tables.plays.group_by("listener_id", "artist_id").agg(n=tables.plays.count())
    plays = by_artist.order_by("listener_id", "artist_id").execute()
    share = plays["n"] / plays.groupby("listener_id")["n"].transform("sum")
    listener = pd.Index(tables.listeners["listener_id"]).get_indexer(plays["listener_id"])
    artist = pd.factorize(plays["artist_id"], sort=True)[0]
    gender, draw = tables.listeners["gender"].to_numpy(), np.random.default_rng(0)
    n, groups = len(gender), [gender == group for group in ("male", "female")]
    counts = [np.ones(n)]
    counts += [np.bincount(draw.integers(n, size=n), minlength=n) for _ in range(RESAMPLES)]
    observed, *resampled = [
        missing_artists(
            [np.bincount(artist, share * (group * times)[listener]) for group in groups]
        )
        for times in counts
    ]
    missing, people = 2 * observed - np.mean(resampled), min(group.sum() for group in groups)
    yield (
        "men's top artists missing from women's",
        published("gender_taste_overlap"),
        *interval(missing, np.std(resampled) / missing, people),
        n,
        f"share of the top {TOP_ARTISTS} artists of men; requested is the published figure, the "
        f"parameter is gender_lean",
    )


def missing_artists(totals):
    """Share of men's TOP_ARTISTS that are not among women's; NaN if there are fewer than twice
    as many artists. totals: of men and of women, shape (2, artists)
    """
    men, women = (set(np.argsort(-total, kind="stable")[:TOP_ARTISTS]) for total in totals)
    return 1 - len(men & women) / TOP_ARTISTS if len(totals[0]) >= 2 * TOP_ARTISTS else np.nan
