"""One listener's year, told by the insights: what the cards draw."""

import difflib
import functools
import glob
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
from tqdm.auto import tqdm

from ..files import kept_as_parquet, plays_by_part, read_manifest, read_parquet, table_files, whole_file, writable, write_json
from ..run import MINUTE_MS, check_window
from ..schema import TABLES
from .days import calendar, listening_clock, longest_streak
from .rules import EPOCH_DAY, Heard, all_heard, by_artist, heard_in, too_little, window, with_plays
from .tops import monthly_genres, top_artists, top_genres, top_songs
from .volume import minutes, place, skip_rate

SPILLED = ".wrapsim-spilled"
BIN_WIDTH = 1.2          # each bin of the crowd's minutes is that much wider than the one before


@dataclass(frozen=True)
class Story:
    """Everything the cards of one listener need, as plain values and small pandas tables.

    listener   listener_id, user_id, name, city, country (ISO 3166 alpha-2), time_zone, birth_date
    year       calendar year in the listener's own zone
    edition    which rules were applied, e.g. "full" or "2025"
    first_day, last_day   the window, both inclusive, local dates
    too_little True where the listener heard fewer than 30 tracks or 5 artists: one card says how far they got
    tables     insight name -> pandas table, in ranked or time order:

        minutes         one row: ms_played, n_plays, n_streams, n_tracks, n_artists, n_days
        top_songs       rank, title, artist, n_streams, ms_played, first_played (datetime64, local time)
        top_artists     rank, artist, n_streams (featured streams count half), ms_played
        top_genres      rank, genre, n_streams, share; every genre of the window
        listening_clock hour (0-23), ms_played; 24 rows
        calendar        date (datetime.date), ms_played, n_streams; every day of the window, silent ones too
        monthly_genres  month (1-12), genre: the most streamed genre of the month; silent months are absent
        longest_streak  n_days, first_day, last_day; no row where no two days follow each other
        skip_rate       one row: n_plays, n_skips, share, crowd_share (NaN without a crowd)
        place           one row: ms_played, n_listeners, n_below, rank; no row without a crowd
        crowd           from_ms, to_ms, n_listeners: bins of minutes, each 20 % wider than the one before
    """

    listener: dict
    year: int
    edition: str
    first_day: date
    last_day: date
    too_little: bool
    tables: dict[str, pd.DataFrame]


INSIGHTS = {"minutes": minutes, "top_songs": top_songs, "top_artists": top_artists, "top_genres": top_genres,
            "listening_clock": listening_clock, "calendar": calendar, "monthly_genres": monthly_genres,
            "longest_streak": longest_streak, "skip_rate": skip_rate}


KEPT = ("timed", "songs", "days", "credited")        # what `in_tables` makes, each from those before


def open_run(run_dir):
    """The tables of a finished run for the insights: name -> Ibis table on an embedded DuckDB.

    Plays kept as Parquet stay where they are; those kept as Avro alone are read into DuckDB, part after part. Raises
    ValueError naming a damaged file, FileNotFoundError where the folder holds no finished run.
    """
    read_manifest(run_dir)
    connection = ibis.duckdb.connect()
    catalogue = {name: connection.create_table(name, read_parquet(run_dir, name)) for name in ("tracks", "artists", "track_artists")}
    if kept_as_parquet(run_dir):
        return catalogue | {"plays": connection.read_parquet([f"{glob.escape(str(run_dir))}/{file}" for file in table_files(Path(run_dir), "plays")],
                                                            table_name="plays")}
    connection.create_table("plays", TABLES["plays"].empty_table())
    for part in plays_by_part(run_dir):
        connection.insert("plays", part)
    return catalogue | {"plays": connection.table("plays")}


def heard_of(run_dir, year=-1, edition="full"):
    """The plays of a run's year and what they are joined with: a `Heard`. year: -1 for the year with most days of the run.

    Raises ValueError where the edition's window of that year and the run have no day in common.
    """
    parameters = read_manifest(run_dir)["identity"]["parameters"]
    days = days_of(parameters, year, edition)
    heard = all_heard if days == days_of_run(parameters) else heard_in
    return heard(**open_run(run_dir), first_day=days[0], last_day=days[1])


def days_of(parameters, year, edition):
    """First and last local day of a summary, both inclusive: the edition's window of a year, as far as the run lasts."""
    begin, end = days_of_run(parameters)
    year = year if year != -1 else max(range(begin.year, end.year + 1), key=lambda y: min(end, date(y, 12, 31)) - max(begin, date(y, 1, 1)))
    first, last = window(year, edition)
    if first > end or last < begin:
        raise ValueError(f"year is {year} and edition {edition!r}, which counts {first} to {last}; the run lasts from {begin} to {end}. "
                         "Choose another year or edition.")
    return max(first, begin), min(last, end)


def days_of_run(parameters):
    """First and last local day that a play of a run can begin on, both inclusive."""
    start, end = check_window(parameters["start_time"], parameters["end_time"])
    last = end - timedelta(milliseconds=1)
    if start.tzinfo:                    # one instant for everybody, from 12 hours behind UTC to 14 ahead
        return (start.astimezone(UTC) - timedelta(hours=12)).date(), (last.astimezone(UTC) + timedelta(hours=14)).date()
    return start.date(), last.date()


def everybody(run_dir, year=-1, edition="full"):
    """What was everybody's year? Insight name -> Arrow table of all listeners of a run: see each insight.

    The plays of the year are timed once, and their songs, artists and days counted once, in tables that DuckDB moves to
    disk where memory is short. The answer itself is held in memory, some 20 kB a listener; `write_everybody` writes it.
    """
    heard = heard_of(run_dir, year, edition)
    heard = in_tables(heard, functools.partial(heard.tracks._find_backend().create_table, temp=True))
    return {name: insight(heard).to_pyarrow() for name, insight in INSIGHTS.items()}


def write_everybody(run_dir, out_dir, year=-1, edition="full"):
    """The same as Parquet files, one per insight, of a run however large; returns their paths.

    out_dir  a folder, which also holds for a while what does not fit in memory.  Raises PermissionError where it cannot be written
    """
    heard, folder = heard_of(run_dir, year, edition), writable(Path(out_dir))
    connection = heard.tracks._find_backend()
    connection.raw_sql("SET temp_directory = '{}'".format(str(folder / SPILLED).replace("'", "''")))
    heard = in_tables(heard, functools.partial(connection.create_table, temp=True))
    for name, insight in tqdm(INSIGHTS.items(), desc="insights", unit="table"):
        with whole_file(folder / f"{name}.parquet") as beside:
            insight(heard).to_parquet(beside, compression="zstd")
    connection.disconnect()
    return [folder / f"{name}.parquet" for name in INSIGHTS]


def in_tables(heard, keep):
    """The same `Heard` with its plays and their counts in tables. keep: makes a table of a name from an expression."""
    heard = with_plays(heard, keep("timed", heard.plays))
    heard = replace(heard, songs=keep("songs", heard.songs), days=keep("days", heard.days))
    return replace(heard, credited=keep("credited", by_artist(heard.songs, heard.track_artists)))


def tell_story(run_dir, user="", year=-1, edition="full"):
    """What was one listener's year? A `Story` from a run folder.

    user     user_id, number or full name of a listener of the run; "" for the one in the middle by minutes
    year     -1 for the year with most days of the run
    edition  "full" for 1 January to 31 December, or a year whose window applies, such as "2025"; no day outside the run counts
    Raises ValueError for a user who is not in the run, or one without a single play in the window.
    """
    book = open_book(str(run_dir), read_manifest(run_dir)["identity_hash"], year, edition)
    person = find_listener(book.listeners, user, book.crowd)
    found = insights_of(book, person["listener_id"])
    if not len(found["minutes"]):
        raise ValueError(f"{person['name']} ({person['user_id']}) has no play from {book.heard.first_day} to {book.heard.last_day}; "
                         "choose another user, year or edition.")
    told = for_cards(found, book, person["listener_id"])
    return Story({key: person[key] for key in ("listener_id", "user_id", "name", "city", "country", "time_zone", "birth_date")}, book.heard.first_day.year,
                 edition, book.heard.first_day, book.heard.last_day, too_little(told["minutes"].iloc[0]), told)


@dataclass(frozen=True)
class Book:
    """A run opened for one year, from which stories are told: what all of them share.

    heard       the plays of the year
    listeners   DataFrame, everybody
    crowd       DataFrame: listener_id, ms_played, n_listeners, n_below, rank, n_plays, n_skips
    statements  insight -> SQL over the tables KEPT of one listener; name of such a table -> SQL that makes it of everybody
    """

    heard: Heard
    listeners: pd.DataFrame
    crowd: pd.DataFrame
    statements: dict[str, str]


@functools.lru_cache(maxsize=4, typed=True)
def open_book(run_dir, identity_hash, year, edition):
    """A run opened for a year; kept, so that the next listener's story costs a fraction of the first."""
    heard = heard_of(run_dir, year, edition)
    return Book(heard, read_parquet(run_dir, "listeners").to_pandas(), crowd_of(heard), statements_of(heard))


def statements_of(heard):
    """The tables and every insight of one listener as SQL, compiled once: (see `Book`)."""
    connection, statements = heard.tracks._find_backend(), {}

    def keep(name, expression):
        statements[name] = str(connection.compile(expression))
        return connection.create_table(name, expression.limit(0), temp=True)

    mine = in_tables(heard, keep)
    return statements | {name: str(connection.compile(insight(mine).drop("listener_id"))) for name, insight in INSIGHTS.items()}


def insights_of(book, listener_id):
    """Every insight of one listener as a pandas table, without the column listener_id."""
    connection = book.heard.tracks._find_backend().con
    for name in KEPT:
        mine = f"WHERE listener_id = {int(listener_id)}" * (name == "timed")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({book.statements[name]}) {mine}")
    return {name: connection.execute(book.statements[name]).df() for name in INSIGHTS}


def crowd_of(heard):
    """Everybody's place and how often they skip; a pandas table, see `Book`."""
    return place(heard).join(skip_rate(heard), "listener_id").execute()


def find_listener(listeners, user, crowd):
    """The row of a listener, as a dict, by user_id, number or full name; the one in the middle by minutes for ""."""
    if user == "":
        in_order = crowd.sort_values(["ms_played", "listener_id"])
        if not len(in_order):
            raise ValueError("nobody in this run has a play in this window; choose another year or edition, or make a longer run.")
        user = int(in_order["listener_id"].iloc[len(in_order) // 2])
    wanted = str(user).casefold()
    matches = listeners[(listeners["user_id"] == wanted) | (listeners["listener_id"].astype(str) == wanted)
                        | (listeners["name"].str.casefold() == wanted)]
    if len(matches) != 1:
        near = difflib.get_close_matches(str(user), [*listeners["name"], *listeners["user_id"]], n=3, cutoff=0.4)
        found = f"{len(matches)} listeners of that name; give the user_id" if len(matches) else "nobody of that name or id"
        raise ValueError(f"user is {user!r}; the run has {found}. It has {len(listeners):,} listeners, numbers "
                         f"{listeners['listener_id'].min()} to {listeners['listener_id'].max()}"
                         + (f". Did you mean {' or '.join(map(repr, near))}?" if near else "."))
    return matches.iloc[0].to_dict()


# -- tables as the cards want them --------------------------------------------------------------------

def for_cards(found, book, listener_id):
    """The insights in the shapes that `Story` promises: ranked, in order, gaps filled."""
    in_order = {name: found[name].sort_values("rank").reset_index(drop=True) for name in ("top_songs", "top_artists", "top_genres")}
    crowd, heard = book.crowd, book.heard
    return in_order | {
        "minutes": found["minutes"],
        "top_songs": in_order["top_songs"].assign(first_played=lambda songs: pd.to_datetime(songs["first_local_ms"], unit="ms")),
        "listening_clock": every_hour(found["listening_clock"]), "calendar": every_day(found["calendar"], heard.first_day, heard.last_day),
        "monthly_genres": found["monthly_genres"].sort_values("month").reset_index(drop=True),
        "longest_streak": as_dates(found["longest_streak"]), "skip_rate": skip_share(found["skip_rate"], crowd),
        "place": place_of(crowd, listener_id), "crowd": minute_bins(crowd)}


def every_hour(clock):
    """24 rows, 0 for silent hours."""
    return clock.set_index("hour").reindex(range(24), fill_value=0).rename_axis("hour").reset_index()


def every_day(days, first_day, last_day):
    """One row per day of the window, 0 for silent ones."""
    dates = [first_day + timedelta(n) for n in range((last_day - first_day).days + 1)]
    by_day = days.assign(date=[EPOCH_DAY + timedelta(int(day)) for day in days["day"]]).set_index("date")[["ms_played", "n_streams"]]
    return by_day.reindex(dates, fill_value=0).rename_axis("date").reset_index()


def as_dates(streak):
    """The streak with dates; no row for a single day."""
    long = streak[streak["n_days"] > 1].reset_index(drop=True)
    return long.assign(**{name: [EPOCH_DAY + timedelta(int(day)) for day in long[name]] for name in ("first_day", "last_day")})


def skip_share(mine, crowd):
    """Share of plays left early, beside the crowd's; NaN where there is no crowd."""
    everybody = crowd["n_skips"].sum() / crowd["n_plays"].sum() if len(crowd) > 1 else np.nan
    return mine.assign(share=mine["n_skips"] / mine["n_plays"], crowd_share=everybody)


def place_of(crowd, listener_id):
    """The listener's place in the crowd; no row where they are alone."""
    mine = crowd[crowd["listener_id"] == listener_id] if len(crowd) > 1 else crowd.iloc[:0]
    return mine[["ms_played", "n_listeners", "n_below", "rank"]].reset_index(drop=True)


def minute_bins(crowd):
    """How many listeners heard how much: bins from_ms to to_ms, each BIN_WIDTH times as wide as the one before, empty ones too."""
    heard = crowd.loc[crowd["ms_played"] > 0, "ms_played"] if len(crowd) > 1 else crowd["ms_played"].iloc[:0]
    number = np.floor(np.log(heard / MINUTE_MS) / np.log(BIN_WIDTH)).astype(int)
    bins = np.arange(number.min(), number.max() + 1) if len(number) else np.arange(0)
    edges = MINUTE_MS * BIN_WIDTH ** bins.astype(float)
    return pd.DataFrame({"from_ms": edges, "to_ms": edges * BIN_WIDTH, "n_listeners": number.value_counts().reindex(bins, fill_value=0).to_numpy()})


def write_summary(story, out_dir):
    """Write summary.json beside the cards: the numbers of the story for programs; returns its path."""
    tops = {name: json.loads(story.tables[name].head(5).drop(columns="first_played", errors="ignore").to_json(orient="records"))
            for name in ("top_songs", "top_artists", "top_genres")}
    single = {name: json.loads(story.tables[name].to_json(orient="records", date_format="iso"))
              for name in ("minutes", "longest_streak", "skip_rate", "place")}
    path = Path(out_dir) / "summary.json"
    write_json(path, {"user_id": story.listener["user_id"], "year": story.year, "edition": story.edition,
                      "first_day": str(story.first_day), "last_day": str(story.last_day), "too_little": story.too_little, **single, **tops})
    return path
