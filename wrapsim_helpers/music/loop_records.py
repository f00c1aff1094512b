"""A catalogue as the NumPy records that the compiled loop reads."""

import numpy as np
import pandas as pd

from ..compiled import compiled
from ..people.homes import countries
from ..people.survey_shares import GENRE_NAMES
from ..streams import exps, lns
from .columns import ragged, starts, year_days
from .draws import normal_draw
from .genres import FAMILY_AGE, FAMILY_LEAN, MEMBER, families_of, ones_if_all_zero
from .loop_types import ARTIST, ERAS, NO_RELEASE, RELEASE, SLOT, TRACK, Music
from .song_ids import text_keys

ASIDE = 1e-6  # factor on the weight of festive and noise tracks in a discography
SIGMA_GRIP, SIGMA_LEAN = 0.3, 0.4  # spread of ln(grip); spread of lean within a family (assumed)
# field of ARTIST, its draw, its means by family: men and women, the old and the young
LEANS = (("lean", "lean", FAMILY_LEAN), ("age_lean", "age_lean", FAMILY_AGE))


def lower_catalogue(tracks, artists, guests, members, pools, keys, first_year):
    """The catalogue as the compiled loop reads it: `Music`. guests: as from `guest_lists`."""
    records = track_records(tracks, members, keys)
    weights = np.where(tracks["festive"] | tracks["noise"], 0.0, tracks["weight"])
    by_pool = artist_weights(tracks, artists, members, pools, weights)
    known = records["released"] < year_days(first_year)
    extra = [np.flatnonzero(tracks[kind] & known) for kind in ("festive", "noise")]
    artist = artist_records(tracks, artists, pools, by_pool[GENRE_NAMES.index("All")], first_year)
    return Music(
        records,
        artist,
        discography(tracks, len(artists)),
        guests,
        *parts_of_pools(by_pool, artist),
        *alias_tables(extra, [tracks["weight"].to_numpy()[pool] for pool in extra]),
    )


def parts_of_pools(pools, artists):
    """Alias tables of the artists of each pool, country and era.

    pools: float64, (pools, artists), weights. Parts are in order of pool, of country (first all
    countries, then each row of places.csv) and of era (see ERAS).
    Returns (first slot of each part and the total, int64; weight of each part; SLOT records)
    """
    era = np.searchsorted(ERAS, artists["era"], side="right")
    members, weights = [], []
    for pool in pools:
        for country in range(-1, len(countries())):
            at = np.flatnonzero((pool > 0) & ((country < 0) | (artists["country"] == country)))
            for number in range(len(ERAS) + 1):
                members.append(at[era[at] == number])
                weights.append(pool[members[-1]])
    first, slots = alias_tables(members, weights)
    return first, np.array([weight.sum() for weight in weights]), slots


def track_records(tracks, members, keys):
    """TRACK records, by track_id."""
    records = np.zeros(len(tracks), TRACK).view(np.recarray)
    for name in ("duration_ms", "released", "festive", "noise"):
        records[name] = tracks[name]
    records["artist"], records["featured"] = tracks["artist_id"], tracks["featured_id"]
    for g, member in enumerate(members.values()):
        records["genres"] |= (ones_if_all_zero(member) >= MEMBER).astype(np.int32) << g
    album = tracks["album_id"].to_numpy()
    first, records["by_album"] = ragged(album, tracks["track_number"])
    records["album_from"], records["album_to"] = first[album], first[album + 1]
    records["intensity"] = intensity(tracks)
    spread = SIGMA_GRIP * normal_draw("grip", keys[:, 1]) - SIGMA_GRIP**2 / 2
    records["grip"] = np.round(exps(spread), 4)
    return records


def intensity(tracks):
    """Intensity of each track, 0 to 1, float64.

    Half is energy, a quarter loudness (-30 to 0 dB), a quarter valence and danceability.
    """
    loudness = (tracks["loudness"] + 30.0) / 30.0
    joy = (tracks["valence"] + tracks["danceability"]) / 200.0
    return np.clip(np.round(tracks["energy"] / 200.0 + loudness / 4.0 + joy / 4.0, 4), 0.0, 1.0)


def artist_records(tracks, artists, pools, weights, first_year):
    """ARTIST records, by artist_id. weights: float64, (artists,), weight of each among all."""
    records = np.zeros(len(artists), ARTIST).view(np.recarray)
    n = len(artists)
    first = starts(np.bincount(tracks["artist_id"], minlength=n))
    records["first"], records["after"], records["last"] = first[:-1], first[1:], NO_RELEASE
    np.maximum.at(records["last"], tracks["artist_id"], tracks["released"])
    families = families_of(artists["genre"])
    records["family_pool"] = families.map(pools).fillna(pools["All"])
    records["country"] = pd.Index(countries()["country"]).get_indexer(artists["country"])
    records["era"] = np.round(mean_years(tracks, n, first_year), 2)
    for field, what, by_family in LEANS:
        records[field] = leans(what, artists["artist"], families.map(by_family), weights)
    by_weight = np.argsort(weights, kind="stable")
    records["renown"][by_weight] = np.round(np.arange(1, n + 1) / n, 6)
    behind = lns(1.0001 - records["renown"].astype(np.float64))
    records["obscurity"] = np.clip(1.0 + 0.12 * behind, 0.0, 1.0)
    return records


def mean_years(tracks, n_artists, first_year):
    """Mean year of each artist's releases before the run, float64; of all if there are none."""
    before = np.where(tracks["year"] < first_year, 1.0, 1e-9)
    artist = tracks["artist_id"]
    total = np.bincount(artist, before * tracks["year"], n_artists)
    return total / np.maximum(np.bincount(artist, before, n_artists), 1e-300)


def leans(what, names, by_family, weights):
    """How much more one group of listeners likes each artist than another group, -1 to 1, (A,).

    It depends on family and name. what: of the draw; by_family: Series, mean lean of the family.
    The mean over plays is 0.
    """
    drawn = normal_draw(what, text_keys(names)[:, 0])
    lean = by_family.fillna(0.0).to_numpy() + SIGMA_LEAN * drawn
    mean = np.cumsum(lean * weights)[-1] / np.cumsum(weights)[-1]
    return np.clip(np.round(lean - mean, 4), -1.0, 1.0)


def discography(tracks, n_artists):
    """RELEASE records by artist, each in order of release and track_id."""
    weights = np.where(tracks["festive"] | tracks["noise"], ASIDE, 1.0) * tracks["weight"]
    first, order = ragged(tracks["artist_id"], tracks["released"], n_artists)
    records = np.zeros(len(tracks), RELEASE).view(np.recarray)
    records["released"], records["track"] = tracks["released"].iloc[order], order
    records["total"] = running_totals(weights.to_numpy()[order], first)
    return records


@compiled
def running_totals(values, first):
    """Running sums within each group, float64, (N,).

    values: float64, (N,); first: int64, (groups + 1,), where each group begins, and the total.
    """
    totals = np.empty(len(values))
    for group in range(len(first) - 1):
        total = 0.0
        for i in range(first[group], first[group + 1]):
            total += values[i]
            totals[i] = total
    return totals


def artist_weights(tracks, artists, members, pools, weights):
    """Weight of each artist in each pool, float64, (pools, artists).

    It is the sum of the weights of the artist's tracks in the pool; an empty pool has all artists.
    """
    families = list(pools)[len(members) :]
    in_pool = [*map(ones_if_all_zero, members.values())]
    in_pool += [tracks["family"] == family for family in families]
    sums = [np.bincount(tracks["artist_id"], pool * weights, len(artists)) for pool in in_pool]
    everyone = ones_if_all_zero(np.bincount(tracks["artist_id"], weights, len(artists)))
    return np.array([pool if pool.any() else everyone for pool in sums])


# -- alias tables ----------------------------------------------------------------------------------


def alias_tables(items, weights):
    """Walker's alias tables of several pools: one weighted draw costs two uniforms (Vose 1991).

    items    list of int arrays, what can be drawn;  weights  list of float64 arrays, positive,
             the same lengths
    Returns  (first slot of each pool and the total, int64; SLOT records)
    """
    first = starts([len(pool) for pool in weights])
    slots = np.zeros(first[-1], SLOT).view(np.recarray)
    for start, end, pool, weight in zip(first, first[1:], items, weights):
        slots["keep"][start:end], alias = alias_table(weight)
        slots["own"][start:end], slots["alias"][start:end] = pool, pool[alias]
    return first, slots


@compiled
def alias_table(weights):
    """The alias table of some weights: (chance to keep, float64; alternative, int64).

    weights: float64, (K,), positive.
    """
    n = len(weights)
    total = 0.0
    n_small = 0
    n_large = 0
    for weight in weights:
        total += weight
    scaled = weights * (n / max(total, 1e-300))
    keep = np.ones(n)
    alias = np.arange(n)
    small = np.empty(n, np.int64)
    large = np.empty(n, np.int64)
    for i in range(n):
        if scaled[i] < 1:
            small[n_small] = i
            n_small += 1
        else:
            large[n_large] = i
            n_large += 1
    while n_small and n_large:
        low = small[n_small - 1]
        high = large[n_large - 1]
        keep[low] = scaled[low]
        alias[low] = high
        scaled[high] -= 1 - scaled[low]
        n_small -= 1
        if scaled[high] < 1:
            small[n_small] = high
            n_small += 1
            n_large -= 1
    return keep, alias
