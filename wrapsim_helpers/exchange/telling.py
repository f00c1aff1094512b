"""The story of a history: its insights, computed as those of a run, but without a crowd."""

import functools
from datetime import timedelta

import pandas as pd

from ..checking import check_count, front_door
from ..instants import DAY_MS, MINUTE_MS
from ..runs.opened import connect
from ..wrapped.counting import Rules, tables_in, too_little
from ..wrapped.dates import as_dates, day_number
from ..wrapped.editions import edition_named, window
from ..wrapped.insight import Request
from ..wrapped.insights import missing
from ..wrapped.periods import period_days, statements_of
from ..wrapped.story import LISTENER_FIELDS, Story
from .enriching import enriched
from .histories import LISTENER, PLAYS, History
from .redaction import LISTENER_NAME as REDACTED_NAME
from .redaction import redacted
from .songs import song_tables

ALL_YEARS = 0  # value of `year` for a whole history
NAME = "You"
TALLIES = ("totals", "cohorts")  # counts of a crowd that have a meaning for one listener too
MUSIC = ("tracks", "artists", "track_artists")  # tables of a history besides plays
# insights that need a crowd even though their queries do not
OF_CROWD = ("place", "crowd", "listening_age")
# insight -> what music data it needs: (table, column); it has no row if no value is known
OF_MUSIC = {"world": ("artists", "country")}
OF_LENGTHS = ("skip_rate",)  # insights that need the time that each play really lasted
MOST_ASSUMED = 0.1  # of the plays may have an assumed time for these insights


@front_door
def tell_history(
    history: History,
    year=-1,
    edition="all",
    first_day="",
    last_day="",
    name=NAME,
    rules: Rules | None = None,
):
    """The `Story` of a period of a history, for `make_cards`, `write_story` and `write_wrapped`.

    year     -1 for the latest year with enough music for a full Wrapped, else the latest year with
             a stream; 0 for the whole history
    edition, first_day, last_day, rules  as for `tell_story`
    name     shown on the cards
    Insights that need what a history does not hold have no rows: a crowd, the number of tracks of
    an album, genres, release dates, countries of artists. Raises ValueError for a period without a
    play.
    """
    edition = edition_named(edition)
    rules = rules or edition.rules
    days = days_of_period(history, year, edition, first_day, last_day)
    results = insight_tables(history, days, edition, rules)
    if not len(results["minutes"]):
        raise ValueError(
            f"the history has no play from {days[0]} to {days[1]}; choose another year, edition or "
            f"period. It has plays in {', '.join(map(str, years_with_plays(history)))}."
        )
    is_short = too_little(results["minutes"].iloc[0], rules)
    listener = listener_of(history, name)
    year, (first, last) = days[0].year, days
    return Story(listener, year, edition.name, first, last, is_short, results, rules, True)


def listener_of(history, name):
    """The person of a history as the listener of a `Story`."""
    known = {"name": name, "country": history.country, "time_zone": history.time_zone}
    return LISTENER_FIELDS | known | {"listener_id": LISTENER}


# -- the period ------------------------------------------------------------------------------------


def days_of_period(history, year, edition, first_day, last_day):
    """First and last day of a period, see `tell_history`, cut to the days of the history."""
    days = local_days(history)
    first, last = as_dates((days.min(), days.max()))
    if year == ALL_YEARS and not (first_day or last_day):
        return first, last
    if year == -1 and not (first_day or last_day):
        year = latest_full_year(history, edition)
    year = year if year == -1 else check_count("year", year, 2000, 2037, also=(ALL_YEARS,))
    parameters = {"start_time": str(first), "end_time": str(last + timedelta(1))}
    return period_days(parameters, year, edition.name, first_day, last_day, of="history")


def local_days(history):
    """Local day of each play, days since 1970, int64, (P,)."""
    started_ms = history.plays["started_at"].cast("int64").to_numpy()
    offset_ms = history.plays["utc_offset_min"].to_numpy().astype("int64") * MINUTE_MS
    return (started_ms + offset_ms) // DAY_MS


def years_with_plays(history):
    """The years with a play, in order."""
    return sorted({day.year for day in as_dates(set(local_days(history)))})


def latest_full_year(history, edition):
    """The latest year in whose window enough tracks and artists were streamed, else the latest year
    with a play in it.
    """
    streams = streamed_tracks(history, edition.rules)
    windows = {year: window(year, edition.name) for year in reversed(years_with_plays(history))}
    for year, (first, last) in windows.items():
        within = streams[streams["day"].between(day_number(first), day_number(last))]
        if is_full(within, edition.rules):
            return year
    return max(windows)


def streamed_tracks(history, rules):
    """The streams of a history: a DataFrame of day, track_id and artist_id (the primary artist)."""
    plays = history.plays.select(["track_id", "ms_played"]).to_pandas()
    streams = plays.assign(day=local_days(history))[plays["ms_played"] >= rules.stream_ms]
    artists = history.track_artists.to_pandas().drop_duplicates("track_id")
    return streams.merge(artists, on="track_id")


def is_full(streams, rules):
    """Whether streams are enough for a full Wrapped."""
    enough = streams["track_id"].nunique() >= rules.min_tracks
    return enough and streams["artist_id"].nunique() >= rules.min_artists


# -- the insights ----------------------------------------------------------------------------------


def insight_tables(history, days, edition, rules):
    """Name -> table of each insight of an edition; without rows if the history does not hold what
    it needs. days: first and last
    """
    execute, statements = loaded(history), statements_of_history(edition.name, rules, days)
    for name, sql in statements.items():
        if name not in edition.insights:
            execute(f"CREATE TEMP TABLE {name} AS {sql}")
    tally = functools.cache(lambda name: execute(f"SELECT * FROM tally_{name}").df())
    request = Request(*days, LISTENER, tally)
    return {
        insight.name: insight.shape(
            execute(statements[insight.name]).df().drop(columns="listener_id"), request
        )
        if insight.name in statements and is_known(history, insight.name)
        else pd.DataFrame(columns=insight.columns)
        for insight in edition.records
    }


def loaded(history):
    """The function that executes SQL on the tables of a history."""
    connection, _ = connect()
    for name in ("plays", *MUSIC):
        connection.create_table(name, getattr(history, name))
    return connection.con.execute


def is_known(history, name):
    """Whether a history knows what an insight needs of the music and of the time played."""
    table, column = OF_MUSIC.get(name, ("artists", "artist"))
    report = history.report
    is_measured = report.n_assumed <= MOST_ASSUMED * report.n_kept or name not in OF_LENGTHS
    return is_measured and any(getattr(history, table)[column].to_pylist())


@functools.lru_cache(maxsize=16)
def statements_of_history(edition_name, rules, days):
    """Name -> SQL of the tables, tallies and insights of any history, see `statements_of`. Making
    them takes seconds.
    """
    connection, _ = connect()
    empty = {"plays": PLAYS.empty_table()} | song_tables([], {}, {}, {})
    tables = {name: connection.create_table(name, table) for name, table in empty.items()}
    counted = tables_in(**tables, first_day=days[0], last_day=days[1], rules=rules)
    records = edition_named(edition_name).records
    alone = {
        record.name: record.query
        for record in records
        if record.query and is_alone(record, counted)
    }
    return statements_of(counted, TALLIES, alone)


def is_alone(insight, tables):
    """Whether an insight has a meaning for one listener, and the tables have what it needs."""
    of_crowd = insight.name in OF_CROWD or not set(insight.tallies) <= set(TALLIES)
    return not of_crowd and not missing(insight, tables)


@front_door
def story_of_choices(history: History, period, name="", redact=False, songs_path=""):
    """(`Story`, `History`) of what a listener chose.

    period  dict of the arguments year, edition, first_day and last_day of `tell_history`
    name    shown on the cards; "" for "You"
    redact  True hides all names; then a name is refused
    songs_path  see `enriched`; "" for none
    """
    if redact and name:
        raise ValueError(f"name is {name!r}, but redact hides all names; give either.")
    known = enriched(history, songs_path) if songs_path else history
    shown = redacted(known) if redact else known
    name = REDACTED_NAME if redact else name or NAME
    return tell_history(shown, **period, name=name), shown
