"""Invented artists: country, genre, career and how much each is played."""

import numpy as np
import pandas as pd

from ..streams import choose, exps, lns
from .artist_names import with_names
from .draws import chosen, draw, waits
from .labels import DECADES, decade_positions, label_names, label_shares, origins, words

EARLIEST_YEAR = 1955  # of a release
YEARS_AHEAD = 5  # number of calendar years with new releases, from the first year of a run on
# Plays of the artist of rank r: (r + RANK_SHIFT)^-RANK_SLOPE / (1 + (r / (BEND + BEND_SHARE x
# artists))^BEND_POWER). Chosen so that the streams of listeners, who like only some artists, meet
# top1pct_artists_share, gini_artists and zipf_artists (HetRec Last.fm 2011).
RANK_SHIFT, RANK_SLOPE, BEND, BEND_SHARE, BEND_POWER = 10.0, 1.15, 200.0, 0.03, 2.0
ACTIVE_SHARES = 0.99, 0.93  # share of active artists among the most and least played (assumed)
ACTIVE_YEARS = 8.0  # mean years since an active artist's debut (assumed)
NEWCOMERS = 0.2  # share of active artists whose debut is in the years ahead (assumed)
FORMER_WEIGHT = 0.1  # of artists who stopped, relative to active ones of their rank (assumed)
GONE_YEARS = 14.0  # mean years since the last release of a former artist (assumed)
CAREER_YEARS = 8.0  # mean length of a career (assumed)
NOISE_SHARE = 0.003  # of artists (assumed)


def sample_artists(keys, seed, first_year, taken):
    """Invented artists, one row each: a DataFrame of name, country, genre and career.

    Columns: artist, genre, country, language, family, weight, debut and until (years), key, noise.
    keys: one per artist.
    """
    n = len(keys)
    rank = draw("rank", keys).argsort(kind="stable").argsort(kind="stable")
    weight = rank_weights(np.arange(1.0, n + 1), n)
    debut, until = careers(keys, (np.cumsum(weight) / np.cumsum(weight)[-1])[rank], first_year)
    languages = pd.Series(words()["countries"])  # by country
    country = choose(draw("country", keys), origins())
    place = country * len(DECADES) + decade_positions(debut)
    label = chosen(draw("label", keys), place, label_shares())
    labels, families = map(np.array, label_names())
    artists = pd.DataFrame(
        {
            "key": keys,
            "weight": weight[rank] * np.where(until < first_year, FORMER_WEIGHT, 1.0),
            "debut": debut,
            "until": until,
            "country": languages.index[country],
            "genre": labels[label],
            "family": families[label],
            "language": languages.iloc[country].to_numpy(),
            "noise": smallest(draw("noise", keys), NOISE_SHARE * n),
        }
    )
    english = draw("english", keys) < artists["country"].map(words()["english"]).fillna(0)
    artists.loc[english, "language"] = "en"
    kinds = np.where(draw("noise_kind", keys) < 0.5, "white noise", "rain")
    artists["genre"] = artists["genre"].mask(artists["noise"], kinds)
    artists["language"] = artists["language"].mask(artists["noise"], "")
    return with_names(artists, seed, taken)


def rank_weights(rank, n):
    """How much the artist of each rank is played, float64; see RANK_SHIFT."""
    bend = rank / (BEND + BEND_SHARE * n)
    return exps(-RANK_SLOPE * lns(rank + RANK_SHIFT)) / (1 + exps(BEND_POWER * lns(bend)))


def careers(keys, above, first_year):
    """Debut and last release of each artist, as years with fractions.

    above  share of plays that artists of the same or a higher rank have, float64, (N,)

    Nearly all of the most played artists are active throughout the years ahead; most artists of low
    rank stopped some time ago.
    """
    most, fewest = ACTIVE_SHARES
    active = draw("active", keys) < most - (most - fewest) * above**6
    since = np.where(
        draw("newcomer", keys) < NEWCOMERS,
        first_year + (YEARS_AHEAD - 0.5) * draw("begins", keys),
        first_year - ACTIVE_YEARS * waits(draw("since", keys)),
    )
    gone = first_year - 0.5 - GONE_YEARS * waits(draw("gone", keys))
    earliest = EARLIEST_YEAR + 3
    again = earliest + (first_year - EARLIEST_YEAR - 4) * draw("again", keys)
    gone = np.where(gone < earliest, again, gone)
    debut = np.where(active, since, gone - 0.2 - CAREER_YEARS * waits(draw("career", keys)))
    debut = np.maximum(debut, EARLIEST_YEAR + draw("first", keys))
    until = np.where(active, first_year + YEARS_AHEAD, gone)
    return np.round(debut, 6), np.round(until, 6)


def smallest(u, n):
    """Which of the draws are the n smallest, at least one: bool."""
    is_smallest = np.zeros(len(u), bool)
    is_smallest[np.argsort(u, kind="stable")[: max(1, round(n))]] = True
    return is_smallest
