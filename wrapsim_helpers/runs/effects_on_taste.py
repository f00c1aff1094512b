"""How far men and women differ over artists."""

import numpy as np
import pandas as pd

from ..people.figures import published
from .intervals import interval

TOP_ARTISTS, RESAMPLES = 200, 60


def taste_effects(seen, _):
    """How far men and women differ over artists, as published (gender_taste_overlap); a row of
    `effects_of`.

    Each listener counts as much as any other. Drawing the listeners again gives the interval, and
    how much lists of so few people differ by chance, which is taken off.
    """
    by_artist = seen.plays.group_by("listener_id", "artist_id").agg(n=seen.plays.count())
    heard = by_artist.order_by("listener_id", "artist_id").execute()
    share = heard["n"] / heard.groupby("listener_id")["n"].transform("sum")
    who, artist = (
        pd.Index(seen.listeners["listener_id"]).get_indexer(heard["listener_id"]),
        pd.factorize(heard["artist_id"], sort=True)[0],
    )
    gender, draw = seen.listeners["gender"].to_numpy(), np.random.default_rng(0)
    counts = [
        np.ones(len(gender)),
        *(
            np.bincount(draw.integers(len(gender), size=len(gender)), minlength=len(gender))
            for _ in range(RESAMPLES)
        ),
    ]
    found = [
        missing_artists(
            [
                np.bincount(artist, share * (gender == one)[who] * times[who])
                for one in ("male", "female")
            ]
        )
        for times in counts
    ]
    missing, people = (
        2 * found[0] - np.mean(found[1:]),
        min((gender == "male").sum(), (gender == "female").sum()),
    )
    yield (
        "men's top artists missing from women's",
        published("gender_taste_overlap"),
        *interval(missing, np.std(found[1:]) / missing, people),
        len(gender),
        f"share of either's top {TOP_ARTISTS} artists; requested is the published figure beside "
        f"gender_lean",
    )


def missing_artists(totals):
    """Share of the first list's TOP_ARTISTS that are not among the second's; missing with fewer
    than twice as many artists.
    """
    men, women = (set(np.argsort(-one, kind="stable")[:TOP_ARTISTS]) for one in totals)
    return 1 - len(men & women) / TOP_ARTISTS if len(totals[0]) >= 2 * TOP_ARTISTS else np.nan
