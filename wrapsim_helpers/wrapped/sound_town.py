"""The sound town: the town whose listeners share most of the listener's top artists."""

import ibis

from .counting import leaders, ranked, shared, total_over
from .insight import OF_STREAMS, Insight, Tally
from .tops import best_artists

TOP_ARTISTS = 20  # artists of a listener that count
MIN_ARTISTS = 3  # top artists that must over-index in the town
MIN_LISTENERS = 3  # other listeners that a town must have
DIGITS = 9
NOBODY = -1  # artist_id of the rows that count the listeners of a town


def homes(tables):
    """The town of each listener who has one: listener_id, country, city. No row if the tables have
    no listeners.
    """
    if tables.listeners is None:
        nowhere = tables.days.mutate(country=ibis.literal(""), city=ibis.literal(""))
        return nowhere.select("listener_id", "country", "city").filter(ibis.literal(False))
    people = tables.listeners.select("listener_id", "country", "city")
    return people.filter(people.city != "")


def favourites(tables):
    """The top artists of each listener: listener_id, artist_id."""
    artists = shared(tables, best_artists)
    return artists.filter(artists["rank"] <= TOP_ARTISTS).select("listener_id", "artist_id")


def town_artists(tables):
    """How many listeners of each town have each artist among their top artists? country, city,
    artist_id, n_listeners; with artist_id NOBODY, the listeners who have a top artist.
    """
    at_home = favourites(tables).join(homes(tables), "listener_id")
    people = at_home.select("listener_id", "country", "city").distinct()
    id_type = at_home.artist_id.type()
    both = at_home.select("country", "city", "artist_id").union(
        people.select("country", "city", artist_id=ibis.literal(NOBODY, id_type))
    )
    return both.group_by("country", "city", "artist_id").agg(n_listeners=both.count())


def with_sums(rows):
    """Listeners by town and artist, in the towns with MIN_LISTENERS, with n_people, the listeners
    of the town; n_town, the sum over all artists of the town; n_artist and n_all, the same two
    sums over all towns; and town, a number in the order of cities and countries.
    """
    artists = rows.filter(rows.artist_id != NOBODY)
    people = rows.filter(rows.artist_id == NOBODY).drop("artist_id")
    sums = artists.mutate(
        n_town=total_over(artists.n_listeners, ibis.window(group_by=("country", "city"))),
        n_artist=total_over(artists.n_listeners, ibis.window(group_by="artist_id")),
        n_all=total_over(artists.n_listeners),
    )
    place = ibis.row_number().over(ibis.window(order_by=("city", "country")))
    towns = people.rename(n_people="n_listeners").mutate(town=place.cast("int32"))
    known = sums.join(towns, ["country", "city"])
    return known.filter(known.n_people >= MIN_LISTENERS)


TALLIES = (
    Tally(
        "town_artists",
        town_artists,
        adds=("country", "city", "artist_id"),
        finish=with_sums,
        order=("country", "city", "artist_id"),
        reads=OF_STREAMS,
        needs=("listeners",),
    ),
)


def sound_town(tables):
    """In which town do people listen like each listener? country, city, n_artists (top artists of
    the listener that over-index there), n_people (other listeners of the town), and of the artist
    that over-indexes most: artist, n_fans (other listeners of the town with it among their top
    artists), times (its share in the town / its share worldwide).

    A top artist is one of the TOP_ARTISTS most streamed. Its share is the number of listeners with
    it among their top artists, divided by all their top artists; it over-indexes where this share
    is above the one worldwide. The listener does not count for their town. A town needs
    MIN_LISTENERS others and MIN_ARTISTS such artists. The town with most of them comes first, then
    the one with the larger sum of the differences of shares, then by name and country. One row per
    listener; none if no town qualifies, and none for several listeners who are counted as one.
    """
    towns = tables.tallies["town_artists"]
    people = people_at_home(tables)
    by_town = shares_in_towns(people.join(towns.drop("country", "city"), "artist_id"))
    by_town = by_town.group_by("listener_id", "town").agg(
        n_artists=by_town.count(),
        above=(by_town.here - by_town.anywhere).sum().round(DIGITS),
    )
    enough = leaders(by_town, ["listener_id"], "n_artists").filter(ibis._.n_artists >= MIN_ARTISTS)
    chosen = ranked(enough, ibis.desc("above"), "town").filter(ibis._["rank"] == 1)
    of_chosen = people.join(chosen.drop("rank", "above"), "listener_id")
    there = of_chosen.join(towns, ["artist_id", "town"])
    return with_strongest_artist(tables, shares_in_towns(there)).order_by("listener_id")


def people_at_home(tables):
    """The favourites of each listener: listener_id, artist_id, n_own (their number), home (the
    number of the listener's town in the tally; null for a town that it does not have).
    """
    mine = favourites(tables)
    mine = mine.filter(mine.listener_id >= 0)  # not several listeners who are counted as one
    counts = mine.group_by("listener_id").agg(n_own=mine.count())
    towns = tables.tallies["town_artists"].select("country", "city", "town").distinct()
    of_listeners = homes(tables).join(towns, ["country", "city"]).select("listener_id", home="town")
    people = mine.join(counts, "listener_id").left_join(of_listeners, "listener_id")
    return people.drop("listener_id_right")


def shares_in_towns(rows):
    """Favourites of listeners in towns where they over-index: the columns of rows, n_fans and
    n_others (other listeners of the town with the artist, and all), here and anywhere (shares).

    rows  of `people_at_home`, joined with rows of the tally
    """
    at_home = (rows.home == rows.town).fill_null(False).cast("int64")
    others = rows.mutate(
        n_fans=rows.n_listeners - at_home,
        n_others=rows.n_people - at_home,
        n_slots=rows.n_town - at_home * rows.n_own,
    )
    high = others.filter(
        (others.n_others >= MIN_LISTENERS)
        & (others.n_fans * others.n_all > others.n_artist * others.n_slots)
    )
    return high.mutate(here=high.n_fans / high.n_slots, anywhere=high.n_artist / high.n_all)


def with_strongest_artist(tables, shares):
    """Towns of listeners with the artist that over-indexes there most; of equal ones, the one with
    more listeners, then by name and id.

    shares  of each listener's artists in the town
    """
    named = shares.join(tables.artists.select("artist_id", "artist"), "artist_id")
    times = named.mutate(times=(named.here / named.anywhere).round(DIGITS))
    best = ranked(times, ibis.desc("times"), ibis.desc("n_fans"), "artist", "artist_id")
    first = best.filter(best["rank"] == 1).drop("n_people").rename(n_people="n_others")
    return first.select("listener_id", *COLUMNS)


# -- the records -----------------------------------------------------------------------------------

COLUMNS = ("country", "city", "n_artists", "n_people", "artist", "n_fans", "times")
INSIGHTS = (
    Insight(
        "sound_town",
        "In which town do people listen like each listener?",
        sound_town,
        reads=OF_STREAMS,
        needs=("listeners",),
        tallies=("town_artists",),
        columns=COLUMNS,
        counted=f"towns with at least {MIN_LISTENERS} other listeners of this run; the one where "
        f"most of the {TOP_ARTISTS} top artists, and at least {MIN_ARTISTS}, have a larger share "
        "of all top artists than worldwide",
        left_out="{private}functional noise, the listener themselves, and listeners without a town",
    ),
)
