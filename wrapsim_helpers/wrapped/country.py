"""The listener among the listeners of their own country: by minutes (the service's "more minutes
than X % of listeners in your country" of 2021), and by the genres that stand out there (the Sound
Capsule's "you stand out").
"""

import ibis
import numpy as np

from ..people.homes import countries
from .counting import ranked, shared, total, total_over
from .insight import OF_MINUTES, OF_STREAMS, Insight, Tally
from .shares import DIGITS, rounded_share
from .tops import UNRANKED, genres_of, ranked_genres

FEWEST = 5  # listeners of a country; with fewer, a rank says little
STAND_OUT = 5  # genres told
BARS = 40  # groups of equal size into which the listeners of a country are cut at most


def home_countries(tables):
    """The country of each listener's home: listener_id, country; none if it is unknown."""
    people = tables.listeners.select("listener_id", "country")
    return people.filter(people.country != "")


# -- minutes ---------------------------------------------------------------------------------------


def country_minutes(tables):
    """The country and the minutes of each listener: country, ms_played (of all plays)."""
    days = tables.days
    totals = days.group_by("listener_id").agg(ms_played=total(days.ms_played))
    return totals.join(home_countries(tables), "listener_id").select(
        "listener_id", "country", "ms_played"
    )


def with_ranks_at_home(rows):
    """The minutes of each listener with n_listeners of the country, n_below and rank."""
    fewest_first = ibis.window(group_by="country", order_by="ms_played", rows=None)
    most_first = ibis.window(group_by="country", order_by=ibis.desc("ms_played"))
    return rows.mutate(
        n_listeners=rows.count().over(group_by="country"),
        n_below=ibis.rank().over(fewest_first),
        rank=ibis.rank().over(most_first) + 1,
    )


# -- genres ----------------------------------------------------------------------------------------


def country_genres(tables):
    """How many streams do the listeners of each country have of each genre? country, genre,
    n_streams.
    """
    streams = genre_streams(tables).join(home_countries(tables), "listener_id")
    return streams.group_by("country", "genre").agg(n_streams=total(streams.n_streams))


def genre_streams(tables):
    """The streams of each listener by genre: genre, n_streams."""
    best = shared(tables, ranked_genres).join(genres_of(tables), "number")
    return best.select("listener_id", "genre", "n_streams")


def with_streams_of_country(rows):
    """Streams by country and genre with n_country, those of all genres."""
    return rows.mutate(n_country=total_over(rows.n_streams, ibis.window(group_by="country")))


TALLIES = (
    Tally(
        "country_genres",
        country_genres,
        adds=("country", "genre"),
        finish=with_streams_of_country,
        order=("country", "genre"),
        reads=OF_STREAMS,
        needs=("listeners",),
    ),
    Tally(
        "country_minutes",
        country_minutes,
        finish=with_ranks_at_home,
        reads=OF_MINUTES,
        needs=("listeners",),
    ),
)


def country_place(tables):
    """What is each listener's rank by minutes in their country? country, ms_played, n_listeners,
    n_below, rank. One row per listener.

    As `place`, among the listeners of this run whose home is in the same country. No row in a
    country of fewer than FEWEST listeners, without a home, or for several listeners who are counted
    as one.
    """
    ranks = tables.tallies["country_minutes"]
    ranks = ranks.filter(ranks.n_listeners >= FEWEST).select("listener_id", *PLACE_COLUMNS)
    return ranks.semi_join(tables.days, "listener_id").order_by("listener_id")


def stand_out(tables, most=STAND_OUT):
    """Which genres does each listener stream more than the others in their country? rank, genre,
    n_streams, share (of the listener's streams with a genre), others_share (of those of the other
    listeners of the country), country, n_listeners of it.

    Ranked by the difference of the shares, which is above 0, rounded to 1e-9; of equal ones, by
    more streams, then by name. No row where `country_place` has none, or if the others have no
    stream.
    """
    homes = tables.tallies["country_minutes"].select("listener_id", "country", "n_listeners")
    mine = genre_streams(tables).join(homes.filter(homes.n_listeners >= FEWEST), "listener_id")
    mine = mine.mutate(n_own=mine.n_streams.sum().over(group_by="listener_id"))
    crowd = tables.tallies["country_genres"].rename(n_of_genre="n_streams")
    both = mine.join(crowd, ["country", "genre"])
    both = both.filter(both.n_country > both.n_own)
    shares = both.mutate(
        share=rounded_share(both.n_streams, both.n_own),
        others_share=rounded_share(both.n_of_genre - both.n_streams, both.n_country - both.n_own),
    )
    above = shares.mutate(above=(shares.share - shares.others_share).round(DIGITS))
    above = above.filter(above.above > 0)
    best = ranked(above, ibis.desc("above"), ibis.desc("n_streams"), "genre")
    few = best.filter(best["rank"] <= most)
    return few.select("listener_id", *GENRE_COLUMNS).order_by("listener_id", "rank")


# -- the records -----------------------------------------------------------------------------------


def with_the_country(rows, request):
    """The rank with name (of the country), group_ms (a list: mean milliseconds of groups of equal
    size, fewest first; each listener is a group if there are at most BARS) and group, the number,
    from 0, of the listener's own group.
    """
    if not len(rows):
        return rows.assign(name=[], group_ms=[], group=[])
    row, crowd = rows.iloc[0], request.tally("country_minutes")
    ms = np.sort(crowd.loc[crowd["country"] == row["country"], "ms_played"].to_numpy())
    groups = np.array_split(ms, min(len(ms), BARS))
    ends = np.cumsum([len(group) for group in groups])
    name = name_of_country(row["country"])
    means = [float(group.mean()) for group in groups]
    group = int(np.searchsorted(ends, row["n_below"], side="right"))
    return rows.assign(name=name, group_ms=[means], group=group)


def with_name_of_country(rows, _):
    """The rows with name, that of the country."""
    return rows.assign(name=[name_of_country(code) for code in rows["country"]])


def name_of_country(code):
    """The name of a country, as in places.csv; its code if it has none."""
    return countries().set_index("country")["name"].get(code, code)


GENRE_COLUMNS = ("rank", "genre", "n_streams", "share", "others_share", "country", "n_listeners")
PLACE_COLUMNS = ("country", "ms_played", "n_listeners", "n_below", "rank")
INSIGHTS = (
    Insight(
        "country_place",
        "What is each listener's rank by minutes in their country?",
        country_place,
        reads=OF_MINUTES,
        needs=("listeners",),
        tallies=("country_minutes",),
        columns=PLACE_COLUMNS,
        shape=with_the_country,
        counted="listeners of this run with a home in the same country, by milliseconds of all "
        f"plays; equal ones share a rank; countries of {FEWEST} listeners and more",
    ),
    Insight(
        "stand_out",
        "Which genres does each listener stream more than the others in their country?",
        stand_out,
        reads=OF_STREAMS,
        needs=("listeners",),
        tallies=("country_minutes", "country_genres"),
        columns=GENRE_COLUMNS,
        shape=with_name_of_country,
        counted="the share of each genre in the plays of {seconds} s and more, above that of the "
        "other listeners of this run with a home in the same country; countries of "
        f"{FEWEST} listeners and more",
        left_out=f"{UNRANKED}, and tracks without a genre",
    ),
)
