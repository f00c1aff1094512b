"""Can the published figures on taste hold together in a catalogue of 12,000 artists? A small Monte
Carlo, made before anything was fitted. `python -m benchmarks.taste` writes docs/taste.md.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wrapsim_helpers.realism.measures.popularity import rank_slope, top_share
from wrapsim_helpers.realism.measures.taste import LIST, jaccard, random_pairs
from wrapsim_helpers.realism.report import markdown
from wrapsim_helpers.realism.results_text import published_text, short
from wrapsim_helpers.realism.scores import check_named, result_of

ARTISTS, LISTENERS, SEED = 12_000, 1_500, 1
FAMILIES, COUNTRIES = 10, 40
MEDIAN_PLAYS, SPREAD = 4_200, 1.1  # plays a year of a listener, log-normal
ENGAGED = 13_000  # plays in 500 hours
PAGE, MARK = Path(__file__).parent.parent / "docs" / "taste.md", "<!-- table -->\n"


@dataclass(frozen=True)
class Taste:
    """How the tastes of listeners are drawn.

    slope   exponent of an artist's popularity, (rank + 6)**-slope
    family, artist  sigma of a log-normal factor of each listener for each genre family and artist
    home    ln of the factor of artists of the listener's country
    known   share of the artists that may be favourites; 0: no list of favourites, plays are drawn
            from the popularity with its factors
    steep   exponent of the plays of favourites by their rank, (rank + 6.5)**-steep
    others  share of plays of any artists, drawn from the popularity with its factors to the power
            of 0.75
    """

    slope: float = 1.5
    family: float = 1.6
    artist: float = 0.0
    home: float = 4.0
    known: float = 0.3
    steep: float = 1.8
    others: float = 0.12


TASTES = {
    "all alike": Taste(slope=1.15, family=0, home=0, known=0),
    "factor per artist": Taste(slope=1.0, family=1.2, artist=1.75, home=2, known=0),
    "favourites only": Taste(others=0),
    "favourites and others": Taste(),
    "rarer favourites": Taste(known=0.12),
}


def play_shares(taste, weights, family, at_home, rng):
    """Each artist's share of a listener's plays, float64, (A,).

    weights, family, at_home  popularity, number of the family, and whether it is the listener's
                              country, (A,)
    """
    factors = taste.family * rng.standard_normal(FAMILIES)[family] + taste.home * at_home
    ln = np.log(weights) + factors + taste.artist * rng.standard_normal(len(weights))
    if not taste.known:
        return np.exp(ln) / np.exp(ln).sum()
    # the order in which artists are drawn by weight, one after the other (Gumbel)
    order = np.argsort(-(ln + rng.gumbel(size=len(ln))))
    order = order[rng.random(len(ln)) < taste.known]
    shares, others = np.zeros(len(ln)), np.exp(0.75 * ln)
    shares[order] = (np.arange(len(order)) + 6.5) ** -taste.steep
    return (1 - taste.others) * shares / shares.sum() + taste.others * others / others.sum()


def drawn(size, offset, n, rng):
    """n numbers below size; number k is drawn with a probability of 1 / (k + offset)."""
    shares = 1 / (np.arange(size) + offset)
    return rng.choice(size, n, p=shares / shares.sum())


def computed(taste, listeners=LISTENERS, artists=ARTISTS):
    """Draw a year of a crowd and compute its figures: (target, check) -> float."""
    rng = np.random.default_rng(SEED)
    weights = (np.arange(artists) + 6.0) ** -taste.slope
    family, country = drawn(FAMILIES, 2, artists, rng), drawn(COUNTRIES, 1.5, artists, rng)
    home = drawn(COUNTRIES, 4, listeners, rng)
    n = np.exp(rng.normal(np.log(MEDIAN_PLAYS), SPREAD, listeners)).astype(int)
    plays, week, engaged = np.zeros((listeners, artists), np.int32), [], []
    for i in range(listeners):
        p = play_shares(taste, weights, family, country == home[i], rng)
        plays[i] = rng.multinomial(n[i], p)
        week.append(np.count_nonzero(rng.multinomial(n[i] // 52, p)))
        engaged.append(np.count_nonzero(rng.multinomial(ENGAGED, p)))
    abroad = 1 - plays[country == home[:, None]].sum() / plays.sum()
    rest = {
        ("streams_abroad", "value"): abroad,
        ("distinct_per_year", "artists"): np.mean(engaged),
        ("artists_per_week", ""): np.median(week),
    }
    return of_lists(plays) | of_heads(plays) | rest


def of_lists(plays):
    """The figures on listeners' most played artists. plays: integers, (L, A)."""
    order = np.argsort(-plays, axis=1, kind="stable")[:, :50]
    lists, top = order[:, :LIST], np.take_along_axis(plays, order, axis=1)
    of_fifty = top.cumsum(axis=1) / top.sum(axis=1, keepdims=True)
    return {
        ("same_number_one", "value"): np.bincount(lists[:, 0]).max() / len(lists),
        ("taste_overlap_pairs", "value"): jaccard(lists, random_pairs(len(lists))).mean(),
        ("first_to_second", "value"): np.median(top[:, 0] / np.maximum(top[:, 1], 1)),
        ("top_artist_share_lastfm", "top1_median"): np.median(of_fifty[:, 0]),
        ("top_artist_share_lastfm", "top5_median"): np.median(of_fifty[:, 4]),
    }


def of_heads(plays):
    """The figures on all plays by artist, and on plays per listener and artist."""
    ordered, heavy = -np.sort(-plays.sum(axis=0))[None, :], plays[plays.sum(axis=1) >= 5_000]
    return {
        ("top1pct_artists_share", "top_1pct"): top_share(ordered, 0.01)[0],
        ("top1pct_artists_share", "top_10pct"): top_share(ordered, 0.1)[0],
        ("zipf_artists", "value"): rank_slope(ordered, 10, 1000)[0],
        ("artist_repeat_lifetime", "value"): heavy.sum() / np.count_nonzero(heavy),
    }


def row_of(key, values):
    """A row of the table: the figure, what was published, and each taste's number, in bold if it
    misses. values: one number per taste
    """
    target, check = key
    if not check:
        return f"`{target}`", "-", *map(short, values)
    results = [result_of(target, check_named(*key), np.array([value])) for value in values]
    cells = [short(r.observed) if r.score <= 1 else f"**{short(r.observed)}**" for r in results]
    name = f"`{target}`" + ("" if check == "value" else f" {check.replace('_', ' ')}")
    return name, published_text(results[0]), *cells


def table_of(**size):
    """The lines of the table, one column per taste. size: numbers of listeners and artists"""
    columns = [computed(taste, **size) for taste in TASTES.values()]
    rows = [row_of(key, [column[key] for column in columns]) for key in columns[0]]
    missed = ["misses", "", *(sum("**" in row[2 + i] for row in rows) for i in range(len(columns)))]
    return markdown(("figure", "published", *TASTES), [*rows, missed])


def written(page, lines):
    """The text of a page with the lines between its two marks."""
    before, _, after = page.split(MARK)
    return f"{before}{MARK}" + "".join(f"{line}\n" for line in lines) + f"{MARK}{after}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(written(text, table_of()), encoding="utf-8")
