"""The year of an artist, counted from all listeners of a run."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ..checking import did_you_mean, front_door, near_names
from ..interrupts import saying, unchanged
from ..latin import latin_form
from ..names import folded
from ..people.homes import countries as places
from ..runs.connection import Connection
from ..runs.opened import open_run, read_parquet
from .by_part import rows_by_part
from .counting import PeriodTables, Rules, day_of, total
from .dates import month_of_date
from .days import every_day, every_hour
from .editions import edition_named
from .insight import Request
from .periods import TEMPORARY, WITH_PLAYS, open_period, opened_period
from .story import Story
from .tallies import show_tallies

SUPER_RANK = 5  # a super-listener has the artist among this many first
EVERY_DAY = range(7)
WEEKEND = (5, 6)  # weekdays from Monday, 0


@dataclass(frozen=True)
class Accolade:
    """A time of the week at which an artist is streamed more than the crowd streams.

    name   on the card;  when  in words;  hours, weekdays  of the time, local
    """

    name: str
    when: str
    hours: tuple
    weekdays: tuple = tuple(EVERY_DAY)


ACCOLADES = (
    Accolade("The Early Riser", "from 5 to 9", (5, 6, 7, 8)),
    Accolade("The Morning Shift", "from 9 to 12", (9, 10, 11)),
    Accolade("The Lunch Guest", "from 12 to 14", (12, 13)),
    Accolade("The Afternoon Friend", "from 14 to 18", (14, 15, 16, 17)),
    Accolade("The Evening Act", "from 18 to 22", (18, 19, 20, 21)),
    Accolade("The Night Owl", "from 22 to 5", (22, 23, 0, 1, 2, 3, 4)),
    Accolade("The Weekender", "on Saturday and Sunday", tuple(range(24)), WEEKEND),
    Accolade("The Weekday Regular", "from Monday to Friday", tuple(range(24)), (0, 1, 2, 3, 4)),
)
FEW_STREAMS = 30  # an artist with fewer has no accolade
CLEARLY = 1.05  # smallest ratio to the crowd's share that gives an accolade


@front_door
@saying(unchanged)
def tell_artist(
    run_dir, artist, year=-1, edition="all", first_day="", last_day="", rules: Rules | None = None
):
    """The `Story` of an artist's period, from all listeners of a run; `make_cards` draws it.

    artist  a name or an artist_id of the run; their tracks count, also as a guest
    The other arguments are those of `tell_story`. `listener` has the artist's name and country.
    Tables, besides calendar, listening_clock and top_songs as in `Story`, and monthly_families and
    top_families with the artist's genre as the only family:

        artist_year       one row: n_listeners (with a ranked stream), n_streams, ms_played (of
                          ranked streams), n_songs, n_countries, n_super (listeners with the artist
                          among their first five), crowd_size (listeners with
                          a play)
        artist_countries  country, n_listeners, n_streams, name; most streams first, then most
                          listeners
        artist_months     month (1 to 12, then on), n_streams; no row for a silent month
        accolades         accolade, when, share (of the artist's streams at that time), crowd_share
                          (the same of all streams), ratio of the two; the largest ratio first;
                          at least FEW_STREAMS streams, and a ratio of CLEARLY

    The plays are counted a few parts at a time. Raises ValueError if the run has no such artist, or
    if nobody streamed them in the period.
    """
    run = open_run(run_dir)
    artist_id, name, country, genre = artist_named(run, artist)
    period = period_with_favourites(run, year, edition, first_day, last_day, rules)
    tallies = show_tallies(period)
    counts = counts_of(period, artist_id)
    if not len(counts["artist_listeners"]):
        raise ValueError(
            f"nobody streamed {name} from {period.first_day} to {period.last_day}; choose another "
            "artist, year or period."
        )
    return Story(
        {**NOBODY, "name": name, "name_latin": latin_form(name), "country": country},
        period.first_day.year,
        edition_named(edition).name,
        period.first_day,
        period.last_day,
        False,
        artist_tables(period, tallies, counts, artist_id, genre),
        period.rules,
    )


def period_with_favourites(run, *period):
    """The `Period` of an edition, with the favourite artists of the crowd as its only tally besides
    the totals. The arguments are those of `open_period`.
    """
    its_period = open_period(run, *period)
    name = f"{its_period.edition.name}-artist"
    edition = replace(its_period.edition, name=name, story=("similar_listeners",))
    days = its_period.first_day, its_period.last_day
    return opened_period(run, edition, its_period.rules, *days)


NOBODY = {
    "listener_id": -1,
    "user_id": "",
    "city": "",
    "time_zone": "",
    "birth_date": None,
}  # fields of `Story.listener` that an artist has not


def artist_named(run, artist):
    """(artist_id, name, country, genre) of an artist of a run, by name or number.

    Raises ValueError with the nearest names if the run has no such artist.
    """
    artists = read_parquet(run, "artists").to_pandas().fillna("")
    text = folded(str(artist))
    found_by_name = artists[artists["artist"].map(folded) == text]
    by_number = artists[artists["artist_id"].astype(str) == text]
    rows = found_by_name if len(found_by_name) else by_number
    if not len(rows):
        names = dict(zip(artists["artist"].map(folded), artists["artist"]))
        near = [names[name] for name in near_names(text, names, n=3)]
        raise ValueError(
            f"artist is {artist!r}; the run has no artist of that name or number."
            f"{did_you_mean(near)} The table artists of the run has all names."
        )
    return tuple(rows.iloc[0][["artist_id", "artist", "country", "genre"]])


# -- the counts of all parts -----------------------------------------------------------------------


def counts_of(period, artist_id):
    """The rows of the QUERIES, counted from all parts: name -> DataFrame."""
    tables = tables_of_period(period)
    statements = {name: sql_of(query(tables, artist_id)) for name, query in QUERIES.items()}
    counting = replace(period, statements=period.statements | statements)
    parts = list(rows_by_part(counting, list(QUERIES), "the artist"))
    return {name: added([part[name].to_pandas() for part in parts]) for name in QUERIES}


def sql_of(query):
    """An Ibis expression as SQL."""
    return str(query._find_backend().compile(query))


def added(parts):
    """The rows of all parts; rows that differ only in numbers that `n_` or `ms_` name are added."""
    rows = pd.concat(parts, ignore_index=True)
    keys = [name for name in rows.columns if not name.startswith(("n_", "ms_"))]
    return rows.groupby(keys, as_index=False, dropna=False).sum()


def tables_of_period(period):
    """`PeriodTables` that name the tables and views of a `Period`."""
    for name in TEMPORARY:  # empty until the parts are counted
        empty = f"SELECT * FROM ({period.statements[name]}) LIMIT 0"
        period.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {empty}")
    connection = Connection.from_connection(period.connection)
    catalogue = ("tracks", "artists", "track_artists", "albums")
    names = {"plays": "timed"} | {name: name for name in (*TEMPORARY[1:], *catalogue, *WITH_PLAYS)}
    tables = {name: connection.table(table) for name, table in names.items()}
    return PeriodTables(**tables, first_day=period.first_day, last_day=period.last_day)


def plays_of_artist(tables, artist_id):
    """The ranked streams of an artist's tracks, in any role."""
    credits = tables.track_artists.filter(tables.track_artists.artist_id == artist_id)
    return tables.plays.filter(tables.plays.is_ranked).semi_join(credits, "track_id")


def artist_listeners(tables, artist_id):
    """Who streamed the artist? listener_id, country, n_streams, ms_played."""
    plays = plays_of_artist(tables, artist_id)
    counts = plays.group_by("listener_id").agg(
        n_streams=plays.count(), ms_played=total(plays.ms_played)
    )
    countries = tables.listeners.select("listener_id", "country")
    return counts.left_join(countries, "listener_id").drop("listener_id_right")


def artist_songs(tables, artist_id):
    """What was streamed? track_id, n_streams, ms_played, n_listeners."""
    plays = plays_of_artist(tables, artist_id)
    return plays.group_by("track_id").agg(
        n_streams=plays.count(),
        ms_played=total(plays.ms_played),
        n_listeners=plays.listener_id.nunique(),
    )


def artist_days(tables, artist_id):
    """When, by local day? day (since 1970), n_streams, ms_played."""
    plays = plays_of_artist(tables, artist_id)
    return plays.group_by(day=day_of(plays)).agg(
        n_streams=plays.count(), ms_played=total(plays.ms_played)
    )


def artist_hours(tables, artist_id):
    """When, by weekday (Monday 0) and local hour? weekday, hour, n_streams and ms_played of the
    artist, n_all (streams of all artists).
    """
    plays = tables.plays.filter(tables.plays.is_ranked)
    credits = tables.track_artists.filter(tables.track_artists.artist_id == artist_id)
    theirs = plays.track_id.isin(credits.track_id)
    hours = plays.mutate(
        weekday=(day_of(plays) + 3) % 7, hour=plays.local_hour % 24, theirs=theirs
    )  # day 0 was a Thursday
    return hours.group_by("weekday", "hour").agg(
        n_streams=total(hours.theirs), ms_played=total(hours.ms_played, hours.theirs),
        n_all=hours.count(),
    )  # fmt: skip


QUERIES = {
    "artist_listeners": artist_listeners,
    "artist_songs": artist_songs,
    "artist_days": artist_days,
    "artist_hours": artist_hours,
}

# -- the tables of the story -----------------------------------------------------------------------


def artist_tables(period, tallies, counts, artist_id, genre):
    """The tables of an artist's story: name -> DataFrame. counts: as from `counts_of`"""
    request = Request(period.first_day, period.last_day, -1, None)
    listeners, days = counts["artist_listeners"], counts["artist_days"]
    hours = counts["artist_hours"].groupby("hour", as_index=False)["ms_played"].sum()
    calendar = every_day(days, request)
    favourites = tallies["favourite_artists"].to_pandas()
    theirs = favourites[favourites["artist_id"] == artist_id]
    row = {
        "n_listeners": len(listeners),
        "n_streams": listeners["n_streams"].sum(),
        "ms_played": listeners["ms_played"].sum(),
        "n_songs": len(counts["artist_songs"]),
        "n_countries": listeners["country"].nunique(),
        "n_super": int((theirs["rank"] <= SUPER_RANK).sum()),
        "crowd_size": len(tallies["totals"]),
    }
    months = artist_by_month(calendar, period.first_day)
    return {
        "artist_year": pd.DataFrame([row]),
        "artist_countries": by_country(listeners),
        "artist_months": months,
        "accolades": accolades_of(counts["artist_hours"]),
        "top_songs": songs_with_titles(period.run, counts["artist_songs"]),
        "calendar": calendar,
        "listening_clock": every_hour(hours, request),
        "monthly_families": months.assign(family=genre),
        "top_families": pd.DataFrame([{"rank": 1, "family": genre, "share": 1.0}]),
    }


def by_country(listeners):
    """Listeners and streams by country, most streams first, then most listeners, then the code."""
    countries = listeners.groupby("country", as_index=False).agg(
        n_listeners=("n_streams", "size"), n_streams=("n_streams", "sum")
    )
    order = ["n_streams", "n_listeners", "country"]
    names = places().set_index("country")["name"]
    countries["name"] = countries["country"].map(names).fillna(countries["country"])
    return countries.sort_values(order, ascending=[False, False, True], ignore_index=True)


def artist_by_month(calendar, first_day):
    """Streams by month, counted from January of the year of first_day; no row for a silent one."""
    months = [month_of_date(day, first_day) for day in calendar["date"]]
    counts = calendar.assign(month=months).groupby("month", as_index=False)["n_streams"].sum()
    return counts[counts["n_streams"] > 0].reset_index(drop=True)


def songs_with_titles(run, songs, most=100):
    """Top songs of an artist, ranked as `top_songs` is but for the first play, which a crowd has
    not.
    """
    tracks = read_parquet(run, "tracks", ["track_id", "title", "artists"]).to_pandas()
    titled = songs.merge(tracks, on="track_id").assign(first_played=pd.NaT)
    order = ["n_streams", "ms_played", "title", "track_id"]
    best = titled.sort_values(order, ascending=[False, False, True, True], ignore_index=True)
    best["artist"] = best.pop("artists").map(", ".join)
    best.insert(0, "rank", np.arange(1, len(best) + 1))
    return best[:most]


def accolades_of(hours):
    """The ACCOLADES of an artist: accolade, when, share, crowd_share, ratio; the largest ratio
    first, ties in the order of ACCOLADES.

    hours  as from `artist_hours`, of all parts
    """
    n, n_all = hours["n_streams"].sum(), hours["n_all"].sum()
    rows = []
    for accolade in ACCOLADES if n >= FEW_STREAMS else ():
        at = hours["hour"].isin(accolade.hours) & hours["weekday"].isin(accolade.weekdays)
        share, crowd = hours["n_streams"][at].sum() / n, hours["n_all"][at].sum() / n_all
        if crowd and round(share / crowd, 9) >= CLEARLY:
            rows.append((accolade.name, accolade.when, share, crowd, round(share / crowd, 9)))
    columns = ["accolade", "when", "share", "crowd_share", "ratio"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("ratio", ascending=False, kind="stable", ignore_index=True)
