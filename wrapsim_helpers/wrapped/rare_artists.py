"""Artists of a listener whom few others play: unique taste (the service's note of 2018)."""

from .counting import candidates, ranked, ranked_only, total
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED

RARE_PERCENT = 2  # of the other listeners at most have streamed a rare artist
MOST = 10  # artists told
FEWEST_STREAMS = 3  # of an artist who is told


def rare_artists(tables):
    """Which artists of each listener do few others play? rank, artist_id, artist, n_others,
    n_streams, n_whole; and, the same in each row, n_rare of n_artists, n_listeners of the run.
    At most MOST artists, each with at least FEWEST_STREAMS streams.

    An artist is rare if at most RARE_PERCENT of the other listeners (n_others of them) have a
    ranked stream of the artist, in whatever role; n_artists counts the listener's artists with one.
    The artists of fewest listeners come first; ties as for `top_artists`. None for several
    listeners who are counted as one, and no row for a listener without a rare artist. The
    percentage is a decision of wrapsim.
    """
    crowd = tables.tallies["totals"].select("listener_id", "n_listeners")
    fans = tables.tallies["fans"].select("artist_id", "n_fans").distinct()
    artists = ranked_only(tables.credited).join(crowd, "listener_id").join(fans, "artist_id")
    artists = artists.mutate(n_others=artists.n_fans - 1)
    is_rare = 100 * artists.n_others <= RARE_PERCENT * (artists.n_listeners - 1)
    counts = artists.group_by("listener_id").agg(n_rare=total(is_rare), n_artists=artists.count())
    names = tables.artists.select("artist_id", "artist")
    rare = artists.filter(is_rare, artists.n_whole >= FEWEST_STREAMS)
    rare = rare.mutate(rarity=-rare.n_others)
    named = candidates(rare, MOST, "rarity").join(names, "artist_id")
    best = ranked(named, "n_others", *tables.rules.best_first, "artist", "artist_id")
    few = best.filter(best["rank"] <= MOST).mutate(n_streams=best.n_streams / 2)
    few = few.join(counts, "listener_id")
    return few.select("listener_id", *COLUMNS).order_by("listener_id", "rank")


# -- the record ------------------------------------------------------------------------------------


def rare_in_a_crowd(artists, _):
    """The ranked artists; none if the run has one listener."""
    return artists[artists["n_listeners"] > 1]


COLUMNS = (
    *("rank", "artist_id", "artist", "n_others", "n_streams", "n_whole"),
    *("n_rare", "n_artists", "n_listeners"),
)
INSIGHTS = (
    Insight(
        "rare_artists",
        "Which artists of each listener do few others play?",
        rare_artists,
        reads=OF_STREAMS,
        tallies=("totals", "fans"),
        columns=COLUMNS,
        shape=rare_in_a_crowd,
        counted=f"artists whom at most {RARE_PERCENT} % of the other listeners of this run have "
        f"streamed; those of fewest listeners first, then {RANKED}; a stream of a featured artist "
        "weighs {featured}",
        left_out=f"{UNRANKED}, and artists with fewer than {FEWEST_STREAMS} streams",
    ),
)
