"""The log that the measures read: the plays of a run in order, about a million at a time, joined
with listeners and tracks.

Everything comes from the Parquet tables of a run, without using the model's internals. The measures
need statistics per listener, so they are computed for groups of whole listeners and concatenated:
memory does not grow with the run.
"""

from dataclasses import dataclass
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..instants import DAY_MS, EPOCH, HOUR_MS, MINUTE_MS, check_window, utc_ms
from ..music.genres import FESTIVE
from ..people.birthdays import exact_ages
from ..people.homes import countries
from ..runs.opened import OpenedRun, file_groups, read_parquet, read_plays
from ..runs.rules import NEXT
from ..schema import SYMBOLS, code, symbol_codes
from ..wrapped.counting import NOT_FINISHED_MS
from ..wrapped.dates import day_number

PLAYS_AT_ONCE = 1_000_000
# A sitting is a session as the Music Streaming Sessions Dataset of 2018 defines it.
SITTING_GAP_MS = 60_000  # silence that ends a sitting
SESSION_GAP_MS = 30 * MINUTE_MS  # silence that ends a session in other figures
LONG, CUT = 10, 20  # fewest tracks of a long sitting, and how many of its tracks are used
MEASURED = ("energy", "valence", "loudness", "bpm", "danceability", "acousticness")
LABELS = ("reason_start", "reason_end", "device", "context", "plan")
OF_TRACK = (
    "duration_ms",
    "artist_id",
    "artist_country",
    "solo",
    "released",
    "release_year",
    "noise",
    "holiday",
    "holiday_artist",
    "genre_code",
    *MEASURED,
)
READ = (
    "listener_id",
    "session_id",
    "track_id",
    "started_at",
    "ended_at",
    "ms_played",
    "seek_forward_ms",
    "seek_back_ms",
    *LABELS,
    "country",
    "shuffle",
    "offline",
    "ad_ms",
    "utc_offset_min",
)

# Columns that follow from one play alone. `who` is the listener's row in the table of listeners.
PLAYS = f"""
CREATE OR REPLACE TEMP TABLE p AS SELECT *,
  ms_played < duration_ms - {NOT_FINISHED_MS} AS unfinished,
  ms_played < 30000 AS brief, ms_played >= 30000 AND NOT noise AS music_stream,
  local_ms // {DAY_MS} AS day, (local_ms // {DAY_MS} + 3) % 7 AS weekday, (local_ms // {DAY_MS} +
    3) % 7 >= 5 AS weekend,
  local_ms % {DAY_MS} // {HOUR_MS} AS hour, year(epoch_ms(local_ms)) * 12 +
    month(epoch_ms(local_ms)) - 1 AS month,
  device IN ('phone', 'tablet') AS mobile, device IN ('desktop', 'web') AS computer,
  context IN ('editorial', 'personalized', 'radio', 'charts') AS programmed,
  size >= {LONG} AND place <= {CUT} AND month(epoch_ms(local_ms)) = 7 AND (local_ms // {DAY_MS} +
    3) % 7 >= 5 AS long
FROM ordered"""


@dataclass(frozen=True)
class Log:
    """A run opened for measuring.

    run        the `OpenedRun`
    listeners  DataFrame, one row per listener of the run: listener_id, age (at the start), gender,
               country, region, weeks (of membership at the start), birth_year; `who` in other
               tables is the position of the row
    tracks     DataFrame by track_id, with the primary artist_id
    versions   DataFrame: who, valid_from (UTC ms), plan
    first_ms, after_ms   the run's window on the wall clock, ms
    """

    run: OpenedRun
    listeners: pd.DataFrame
    tracks: pd.DataFrame
    versions: pd.DataFrame
    first_ms: int
    after_ms: int

    @property
    def dates(self):
        """(first date of the window, date of its end)."""
        return tuple(pd.Timestamp(ms, unit="ms").date() for ms in (self.first_ms, self.after_ms))


def open_log(run):
    """The `Log` of an `OpenedRun`."""
    start, end = (
        wall_ms(moment)
        for moment in check_window(run.parameters["start_time"], run.parameters["end_time"])
    )
    listeners = people(read_parquet(run, "listeners").to_pandas(), start)
    versions = read_parquet(
        run, "profile_versions", ["listener_id", "valid_from", "plan"]
    ).to_pandas()
    versions = pd.DataFrame(
        {
            "who": pd.Index(listeners["listener_id"]).get_indexer(versions["listener_id"]),
            "valid_from": versions["valid_from"].astype("datetime64[ms, UTC]").astype("int64"),
            "plan": versions["plan"].astype(str),
        }
    )
    return Log(run, listeners, tracks_of(run), versions, start, end)


def wall_ms(moment):
    """Milliseconds since 1970 of a datetime: of the instant if it has an offset, otherwise of the
    wall-clock time.
    """
    return utc_ms(moment) if moment.tzinfo else round((moment - EPOCH).total_seconds() * 1000)


def people(listeners, start_ms):
    """The listeners with the columns that measures need (see `Log`)."""
    born = pd.to_datetime(listeners["birth_date"]).astype("datetime64[ms]")
    joined = pd.to_datetime(listeners["joined_on"]).astype("datetime64[ms]").astype("int64")
    start = np.datetime64(start_ms // DAY_MS, "D")
    country = listeners["country"].astype(str)
    regions = countries().set_index("country")["region"]  # as in the published shares of users
    return pd.DataFrame(
        {
            "listener_id": listeners["listener_id"],
            "age": exact_ages(born.to_numpy("datetime64[D]"), start),
            "birth_year": born.dt.year,
            "gender": listeners["gender"].astype(str),
            "country": country,
            "region": country.map(regions).fillna("Rest"),
            "weeks": (start_ms - joined) / (7 * DAY_MS),
        }
    )


def tracks_of(run):
    """Tracks by track_id with their primary artist: durations in ms, release in days since 1970,
    holiday by words of the title or genre, artist_country ("" if unknown), solo (one artist is
    credited).
    """
    tracks = read_parquet(run, "tracks").to_pandas().set_index("track_id")
    credits = read_parquet(run, "track_artists").to_pandas()
    primary = credits[credits["role"] == "primary"].drop_duplicates("track_id")
    artist = primary.set_index("track_id")["artist_id"]
    artist = artist.reindex(tracks.index, fill_value=-1).astype("int32")
    n_credits = credits.groupby("track_id")["artist_id"].nunique()
    released = pd.to_datetime(tracks["release_date"])
    title, genre = (tracks[name].str.contains(FESTIVE, case=False) for name in ("title", "genre"))
    holiday = title | genre
    return tracks[["genre", "duration_ms", "noise", *MEASURED]].assign(
        artist_id=artist,
        artist_country=country_of(run, artist),
        solo=n_credits.reindex(tracks.index, fill_value=1) == 1,
        holiday=holiday,
        holiday_artist=artist.isin(artist[holiday]),
        genre_code=pd.factorize(tracks["genre"])[0],
        released=released.astype("datetime64[ms]").astype("int64") // DAY_MS,
        release_year=released.dt.year.fillna(-1).astype("int32"),
    )


def country_of(run, artist):
    """The country of each track's artist, "" if unknown: Series like artist, a Series of ids."""
    artists = read_parquet(run, "artists", ["artist_id", "country"]).to_pandas()
    return artist.map(artists.set_index("artist_id")["country"]).fillna("").astype(str)


# -- the order of plays ----------------------------------------------------------------------------


def plays_of_files(run, files, columns=None):
    """The plays in some files of a run as one Arrow table."""
    return pa.concat_tables([read_plays(run, file, columns) for file in files]).unify_dictionaries()


def ordered(log, files):
    """The plays in some files, with columns that follow from their order: a dict of columns (NumPy
    or Arrow), (N,) each.

    Adds who, number (0, 1, ... within the listener), started_ms, local_ms, gap_ms (silence before
    the play, -1 for the first), and the columns of `plays_in_order` and `of_track`.
    """
    plays = plays_of_files(log.run, files, list(READ)).combine_chunks()
    who = pd.Index(log.listeners["listener_id"]).get_indexer(plays["listener_id"].to_numpy())
    started, ended = (
        plays[name].cast(pa.timestamp("ms", "UTC")).cast(pa.int64()).to_numpy()
        for name in ("started_at", "ended_at")
    )
    number = position(changes(who))
    gap_ms = np.where(number == 0, -1, started - before(ended))
    columns = {
        name: plays[name] for name in READ if name not in ("listener_id", "started_at", "ended_at")
    }
    timed = {
        "who": who,
        "started_ms": started,
        "local_ms": started + plays["utc_offset_min"].to_numpy().astype(np.int64) * MINUTE_MS,
        "number": number,
        "gap_ms": gap_ms,
    }
    return (
        columns
        | timed
        | plays_in_order(plays, number, gap_ms)
        | of_track(log, plays["track_id"].to_numpy(), who, number)
    )


def changes(values):
    """Whether each value differs from the previous one, bool, (N,); True for the first."""
    return np.r_[True, values[1:] != values[:-1]][: len(values)]


def position(begins):
    """Position of each row in its group, from 0, int64, (N,). begins: the first rows of groups."""
    first = np.flatnonzero(begins)
    return np.arange(len(begins)) - np.repeat(first, np.diff(first, append=len(begins)))


def before(values):
    """The value of the previous row; the first row keeps its value. Same shape and dtype."""
    return np.r_[values[:1], values[:-1]]


def column_codes(column, name):
    """Position of each value among the symbols of its enum, int8, (N,)."""
    return pc.index_in(column.cast(pa.string()), pa.array(SYMBOLS[name])).to_numpy().astype(np.int8)


def plays_in_order(plays, number, gap_ms):
    """Columns that follow from the previous play: sitting (number within the listener, from 1),
    place (position in the sitting, from 1), size (of the sitting), opens (starts a session, after
    half an hour), later (not the first of its session_id), chained (reason_start follows from the
    previous reason_end), switched (another context in the same sitting), again (same track within
    ten minutes, not by the back button).

    number, gap_ms  int64, (N,), see `ordered`
    """
    new = number == 0
    begins = new | (gap_ms > SITTING_GAP_MS)
    sitting = np.cumsum(begins)
    session, track = plays["session_id"].to_numpy(), plays["track_id"].to_numpy()
    start, end, context = (
        column_codes(plays[name], name) for name in ("reason_start", "reason_end", "context")
    )
    follows = np.full(len(SYMBOLS["reason_end"]), -1)
    follows[[*symbol_codes("reason_end", *NEXT)]] = symbol_codes("reason_start", *NEXT.values())
    later = ~new & (session == before(session))
    return {
        "place": position(begins) + 1,
        "size": np.bincount(sitting)[sitting],
        "sitting": running(begins, number),
        "opens": new | (gap_ms > SESSION_GAP_MS),
        "later": later,
        "chained": later & (start == follows[before(end)]),
        "switched": ~begins & (context != before(context)),
        "again": ~new
        & (track == before(track))
        & (start != code("reason_start", "backbtn"))
        & (gap_ms < 10 * MINUTE_MS),
    }


def of_track(log, track, who, number):
    """Columns that follow from the track: nth (the listener's first, second, ... play of it), ago
    and ahead (number of plays since the last and until the next play of it, 0 if there is none),
    new_artist (first play of the artist), seen_tracks and seen_artists (distinct ones so far), and
    the columns OF_TRACK.
    """
    row = log.tracks.index.get_indexer(track)
    of_row = {name: log.tracks[name].to_numpy()[row] for name in OF_TRACK}
    nth, ago, ahead = encounters(who, track, number)
    new_artist = encounters(who, of_row["artist_id"], number)[0] == 1
    return of_row | {
        "nth": nth,
        "ago": ago,
        "ahead": ahead,
        "new_artist": new_artist,
        "seen_tracks": running(nth == 1, number),
        "seen_artists": running(new_artist, number),
    }


def running(flags, number):
    """Number of flagged plays of the listener up to each play, int64, (N,)."""
    totals = np.cumsum(flags)
    first = np.arange(len(number)) - number
    return totals - (totals - flags)[first]


def encounters(who, item, number):
    """(nth, ago, ahead) of each play of an item by a listener: number of plays of the item so far,
    and distance in plays to its previous and next play (0 if there is none). int64, (N,).

    who, item, number  integers, (N,), of plays in order
    """
    key = who.astype(np.int64) * 2**32 + item
    order = np.argsort(key, kind="stable")
    first = changes(key[order])
    step = np.where(first, 0, number[order] - before(number[order]))
    nth, ago, ahead = np.empty((3, len(order)), np.int64)
    nth[order], ago[order] = position(first) + 1, step
    ahead[order] = np.r_[step[1:], 0][: len(order)]
    return nth, ago, ahead


# -- statistics ------------------------------------------------------------------------------------


def spans(log):
    """Variables of the queries, integers by name.

    first_day, whole_weeks (days in whole weeks), ordinary_day (1 October if the run has the
    fortnight after it, otherwise the first day of its middle fortnight), quarter_ms and half_ms
    (instants after a quarter and half of the run), and every_n (every so many listeners give a
    sample of n)
    """
    first, n_days = log.first_ms // DAY_MS, (log.after_ms - log.first_ms) // DAY_MS
    october = day_number(date(log.dates[0].year, 10, 1))
    has_october = first <= october <= first + n_days - 14
    return {
        "first_day": first,
        "whole_weeks": n_days // 7 * 7,
        "ordinary_day": october if has_october else first + max(n_days - 14, 0) // 2,
        "quarter_ms": (3 * log.first_ms + log.after_ms) // 4,
        "half_ms": (log.first_ms + log.after_ms) // 2,
    } | {f"every_{n}": -(-len(log.listeners) // n) for n in (40, 400, 1000)}


def measuring_connection():
    """An embedded DuckDB without a progress bar and with a memory limit of 600 MB."""
    connection = duckdb.connect(config={"memory_limit": "600MB"})
    connection.execute("SET enable_progress_bar = false")
    return connection


def gathered(log, queries, progress=True):
    """Run SQL queries over groups of plays and concatenate the results: name -> DataFrame. The rows
    are in the order of their columns, so that later sums add them in one order.

    queries  name -> SQL over the table `p` (see PLAYS, `ordered`), `listeners` (see `Log`, with
             who) and the variables of `spans`
    """
    connection, answers = measuring_connection(), {name: [] for name in queries}
    for name, value in spans(log).items():
        connection.execute(f"SET VARIABLE {name} = {value}")
    connection.register("listeners", log.listeners.assign(who=np.arange(len(log.listeners))))
    for files in tqdm(
        file_groups(log.run, PLAYS_AT_ONCE), desc="measuring", unit="part", disable=not progress
    ):
        connection.register("ordered", pa.table(ordered(log, files)))
        connection.execute(PLAYS)
        for name, query in queries.items():
            answers[name].append(connection.execute(f"FROM ({query}) ORDER BY ALL").df())
        connection.unregister("ordered")
        connection.execute("DROP TABLE p")
    return {name: pd.concat(frames, ignore_index=True) for name, frames in answers.items()}
