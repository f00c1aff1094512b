"""Measures of personal taste: how alike listeners are, and how much their country and age matter.

All of them count streams (plays of 30 s and more) without noise.
"""

import numpy as np
import pandas as pd

from ..sample import mean_of_rows, median_of, pooled
from .volume import whole_months

LIST = 20  # artists of a listener that are compared
ENOUGH = 50  # artists that a listener needs for a list
HEARD_ARTISTS = 3_000  # artists that a run must play before number ones are compared
PAIRS, SEED = 60_000, 20110513  # random pairs of listeners, and the seed of their draw
STREAMS_A_MONTH = 10
YOUNG, OLD = (0, 20), (55, 200)  # ages

PLACED = """WITH each AS (SELECT who, artist_id, count(*) AS n, sum(ms_played) AS ms FROM p
    WHERE music_stream GROUP BY ALL),
  placed AS (SELECT who, artist_id, n, count(*) OVER (PARTITION BY who) AS n_artists,
    row_number() OVER (PARTITION BY who ORDER BY n DESC, ms DESC, artist_id) AS place FROM each)"""

PER_LISTENER = {
    "abroad": """SELECT who, count(*) AS n_located,
      count_if(artist_country <> listeners.country) AS n_abroad
        FROM p JOIN listeners USING (who) WHERE music_stream AND solo AND artist_country <> ''
        GROUP BY who""",
}

LONG_FORM = {
    "lists": f"""{PLACED} SELECT who, place, artist_id, n FROM placed
        WHERE place <= {LIST} AND n_artists >= {ENOUGH}""",
    "streamed_artists": "SELECT DISTINCT artist_id FROM p WHERE music_stream",
    "origins": f"""SELECT who, month, count(DISTINCT artist_country) AS n_countries FROM p
        WHERE music_stream AND artist_country <> ''
        GROUP BY who, month HAVING count(*) >= {STREAMS_A_MONTH}""",
    "by_age": f"""SELECT who, listeners.age >= {OLD[0]} AS old, artist_id, count(*)::INT AS n
        FROM p JOIN listeners USING (who) WHERE music_stream AND
          (listeners.age < {YOUNG[1]} OR listeners.age >= {OLD[0]}) GROUP BY ALL""",
}


# -- how alike listeners are -----------------------------------------------------------------------


def ranked_lists(s):
    """(who, artists): the listeners with a list, int64, (N,), and their most played artists, most
    first, (N, LIST).
    """
    rows = s.frames["lists"].sort_values(["who", "place"])
    return rows["who"].to_numpy()[::LIST], rows["artist_id"].to_numpy().reshape(-1, LIST)


def same_number_one(s):
    """Share of listeners whose number-one artist is the commonest number one."""
    who, artists = ranked_lists(s)
    if s.frames["streamed_artists"]["artist_id"].nunique() < HEARD_ARTISTS or not len(who):
        return {}
    number, names = pd.factorize(artists[:, 0])
    listeners = pooled(s, who, number, np.ones(len(who)), len(names))
    return listeners.max(axis=1) / listeners.sum(axis=1)


def random_pairs(n):
    """Two different listeners of n per pair, int64, (2, P): fixed draws, without pairs of a
    listener with himself or herself.
    """
    pairs = np.random.default_rng(SEED).integers(n, size=(2, PAIRS))
    return pairs[:, pairs[0] != pairs[1]]


def jaccard(lists, pairs):
    """Jaccard index of two lists of equal length, float64, (P,).

    lists  integers, (N, K), different in each row;  pairs  rows of lists, (2, P)
    """
    first, second = lists[pairs]
    common = sum((first == second[:, [place]]).sum(axis=1) for place in range(lists.shape[1]))
    return common / (2 * lists.shape[1] - common)


def taste_overlap_pairs(s):
    """Mean Jaccard index of the most played artists of two random listeners."""
    who, artists = ranked_lists(s)
    if len(who) < 2:
        return {}
    pairs = random_pairs(len(who))
    alike, both = jaccard(artists, pairs), who[pairs]
    times_drawn = (w[both].prod(axis=0) for w in s.weights)
    return np.array([n @ alike / n.sum() for n in times_drawn])


def first_to_second(s):
    """Streams of a listener's most played artist over those of the second, median."""
    rows = s.frames["lists"]
    first, second = (rows[rows["place"] == place].set_index("who")["n"] for place in (1, 2))
    return median_of(s, (first / second).reindex(s.listeners.index).to_numpy(dtype=float))


# -- country and age -------------------------------------------------------------------------------


def artist_countries(s):
    """Countries of origin of the artists in a listener's month, mean."""
    rows = whole_months(s, "origins")
    return mean_of_rows(s, rows["who"], rows["n_countries"]) if len(rows) else {}


def age_taste_overlap(s):
    """Share of the young listeners' most played artists that are among the old ones', too."""
    rows = s.frames["by_age"].sort_values("artist_id", ignore_index=True)
    if rows["old"].nunique() < 2:
        return {}
    own_share = rows["n"] / rows.groupby("who")["n"].transform("sum")
    number, names = pd.factorize(rows["artist_id"])
    lists = (
        artist_lists(pooled(s, rows["who"], number, own_share * (rows["old"] == old), len(names)))
        for old in (False, True)
    )
    return np.array([len(np.intersect1d(*both)) / LIST for both in zip(*lists)])


def artist_lists(plays):
    """The columns of the largest values of each row, (R, LIST); equal ones in order."""
    return (-plays).argsort(axis=1, kind="stable")[:, :LIST]


MEASURES = {
    "same_number_one": same_number_one,
    "taste_overlap_pairs": taste_overlap_pairs,
    "first_to_second": first_to_second,
    "artist_countries": artist_countries,
    "streams_abroad": lambda s: s["n_abroad"] / s["n_located"],
    "age_taste_overlap": age_taste_overlap,
}
