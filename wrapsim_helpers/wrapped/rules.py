"""What counts: streams, windows, eligibility and ties, and the plays of a window with their local day and hour.

Every insight is an Ibis expression over these plays for all listeners at once, one row or a few rows per
listener_id. Required of a plays table are listener_id, track_id, started_at, ms_played and utc_offset_min; a column
that an imported history lacks (`DEFAULTS`) counts as its default.
"""

from dataclasses import dataclass, replace
from datetime import date

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from ..answers import COUNTED_PLAY_MS
from ..run import DAY_MS, HOUR_MS, MINUTE_MS, check_choice, check_count

MIN_TRACKS, MIN_ARTISTS = 30, 5      # streamed, for a full Wrapped (AP, 3 December 2025)
NOT_FINISHED_MS = 3_000              # a play this much shorter than its track was left before the end (Lamere 2014)
EPOCH_DAY = date(1970, 1, 1)
DEFAULTS = {"private": False, "content_type": "track"}
# edition -> last day of its window; "full" is what people ask for, the others end when the service stops counting
EDITIONS = {"full": (12, 31), "2025": (11, 15), "2024": (11, 15), "2023": (11, 19), "2022": (10, 31), "2021": (10, 31),
            "2020": (10, 31), "2019": (10, 31), "2018": (10, 31), "2017": (10, 31), "2016": (10, 31)}
OFFSETS = 4096           # more minutes than two clocks can be apart
BEST_FIRST = (ibis.desc("n_streams"), ibis.desc("ms_played"), "first_ms")       # more streams, more milliseconds, the earlier first play
INSTANT = dt.Timestamp(timezone="UTC")


@ibis.udf.scalar.builtin(name="epoch_ms")
def duckdb_ms(at: INSTANT) -> int:
    """Milliseconds since 1970 of an instant, in DuckDB's words."""


@ibis.udf.scalar.builtin(name="unix_millis")
def spark_ms(at: INSTANT) -> int:
    """Milliseconds since 1970 of an instant, in Spark's words."""


MILLISECONDS = {"duckdb": duckdb_ms, "pyspark": spark_ms}      # no engine converts zones: it only hands out the number


@dataclass(frozen=True)
class Heard:
    """The plays of a window, what was counted of them once, and what they are joined with, as Ibis tables.

    plays  listener_id, track_id, started_ms, utc_offset_min, local_day (days since 1970), local_hour, ms_played,
           is_stream (counts as one), is_ranked (a stream of music that is neither private nor functional noise)
    songs  what was streamed: listener_id, track_id, n_any (streams of any kind), and of ranked ones n_streams, ms_played,
           first_ms and first_offset_min (of the first one)
    credited  whose songs these are: listener_id, artist_id, and of ranked streams n_streams (in halves: 2 for the primary
           artist, 1 for a featured one), ms_played, first_ms
    days   listener_id, day (local, since 1970), ms_played, n_plays, n_streams; days with a play
    first_day, last_day  the window, both inclusive
    """

    plays: ir.Table
    songs: ir.Table
    credited: ir.Table
    days: ir.Table
    tracks: ir.Table
    artists: ir.Table
    track_artists: ir.Table
    first_day: date
    last_day: date


def window(year, edition="full"):
    """First and last day of a summary, both inclusive: 1 January up to where the edition stops counting."""
    check_count("year", year, 2000, 2037)
    month, day = EDITIONS[check_choice("edition", edition, tuple(EDITIONS))]
    return date(year, 1, 1), date(year, month, day)


def heard_in(plays, tracks, artists, track_artists, first_day, last_day):
    """The plays that start in a window of local days, with what counts of them: a `Heard`."""
    everything = all_heard(plays, tracks, artists, track_artists, first_day, last_day)
    return with_plays(everything, everything.plays.filter(everything.plays.local_day.between(day_number(first_day), day_number(last_day))))


def all_heard(plays, tracks, artists, track_artists, first_day, last_day):
    """The same of plays that all start in the window, which spares looking at each."""
    timed, catalogue = with_times(with_defaults(plays), tracks), (tracks, artists, track_artists)
    return Heard(timed, *counts_of(timed, track_artists), *catalogue, first_day, last_day)


def with_times(plays, tracks):
    """Plays with their local day and hour and what they count as: (see `Heard`).

    A stream is a play of 30 s and more, whatever the length of the track; minutes count everything.
    """
    started_ms = milliseconds(plays.started_at)
    local_ms = started_ms + plays.utc_offset_min.cast("int64") * MINUTE_MS
    is_stream = plays.ms_played >= COUNTED_PLAY_MS
    return plays.select(
        "listener_id", "track_id", started_ms=started_ms, utc_offset_min=plays.utc_offset_min.cast("int16"), local_day=(local_ms // DAY_MS).cast("int32"),
        local_hour=(local_ms % DAY_MS // HOUR_MS).cast("int8"), ms_played=plays.ms_played.cast("int32"), is_stream=is_stream,
        is_ranked=is_stream & ~plays.private & (plays.content_type == "track") & plays.track_id.notin(tracks.filter(tracks.noise).track_id))


def counts_of(plays, track_artists):
    """(songs, credited, days) of plays: (see `Heard`)."""
    songs = by_song(plays)
    return songs, by_artist(songs, track_artists), by_day(plays)


def by_song(plays):
    """The streams of each listener by song: (see `Heard`)."""
    first = plays.started_ms * OFFSETS + plays.utc_offset_min + OFFSETS // 2           # both as one number
    counts = plays.filter(plays.is_stream).group_by("listener_id", "track_id").agg(
        n_any=ibis._.count(), n_streams=ibis._.count(where=ibis._.is_ranked), ms_played=total(plays.ms_played, plays.is_ranked), first=first.min(where=plays.is_ranked))
    return counts.mutate(first_ms=counts["first"] // OFFSETS, first_offset_min=counts["first"] % OFFSETS - OFFSETS // 2).drop("first")


def by_artist(songs, track_artists):
    """The streams of each listener by artist: (see `Heard`)."""
    credits = songs.join(track_artists, "track_id")
    halves = credits.n_streams * (credits.role == "primary").ifelse(2, 1)
    return credits.group_by("listener_id", "artist_id").agg(n_streams=total(halves), ms_played=total(credits.ms_played), first_ms=credits.first_ms.min())


def by_day(plays):
    """The plays of each listener by local day: (see `Heard`)."""
    return plays.group_by("listener_id", day=plays.local_day).agg(
        ms_played=total(plays.ms_played), n_plays=plays.count(), n_streams=plays.count(where=plays.is_stream))


def with_plays(heard, plays):
    """The same plays from another table, counted from there."""
    songs, credited, days = counts_of(plays, heard.track_artists)
    return replace(heard, plays=plays, songs=songs, credited=credited, days=days)


def ranked_only(table):
    """The rows of counts with a stream that rankings count."""
    return table.filter(table.n_streams > 0)


def total(column, where=None):
    """Sum of whole numbers, int64: added up as float64, exact below 2**53; DuckDB would make numbers of 16 bytes of them."""
    return column.cast("float64").sum(where=where).cast("int64")


def with_defaults(plays):
    """Plays with every column of DEFAULTS, constant where the table lacks it."""
    return plays.mutate(**{name: ibis.literal(value) for name, value in DEFAULTS.items() if name not in plays.columns})


def milliseconds(at):
    """Milliseconds since 1970 of an instant column, int64, or the column itself where it already is a number."""
    return at if at.type().is_integer() else MILLISECONDS[at._find_backend(use_default=True).name](at)


def day_number(day):
    """Days since 1970 of a date."""
    return (day - EPOCH_DAY).days


def too_little(minutes):
    """Whether one listener heard too few tracks or artists for a full Wrapped. minutes: their row of `minutes`."""
    return bool(minutes["n_tracks"] < MIN_TRACKS or minutes["n_artists"] < MIN_ARTISTS)


def month_of(day, year):
    """Month 1 to 12 of days since 1970 that lie in one year. day: integer column.

    From March on, months of 31, 30, 31, 30, 31 days repeat, 153 days in all.
    """
    march = day_number(date(year, 3, 1))
    since_january, since_march = day - day_number(date(year, 1, 1)), day - march
    return (day < march).ifelse(since_january // 31 + 1, (5 * since_march + 2) // 153 + 3).cast("int64")


def ranked(table, *order):
    """A table with `rank`, 1 for the best of each listener, by the given columns in order; ties are decided there."""
    best_first = ibis.window(group_by="listener_id", order_by=order)
    return table.mutate(rank=ibis.row_number().over(best_first) + 1)


def ranked_by_streams(table, names, key, most):
    """The first so many of each listener by more streams, then more milliseconds, then the earlier first play, then the name, then
    the id. names: table of key and name, joined with those alone who may be among the first.
    """
    name = next(column for column in names.columns if column != key)
    named = ranked(in_reach(table, most).join(names, key), *BEST_FIRST, name, key)
    return named.filter(named["rank"] <= most)


def in_reach(table, most):
    """The rows with at least as many streams as the listener's last of so many; counting is cheaper than sorting them all."""
    counts = table.group_by("listener_id", "n_streams").agg(here=ibis._.count())
    most_first = ibis.window(group_by="listener_id", order_by=ibis.desc("n_streams"), preceding=None, following=0)
    reach = counts.mutate(upto=counts.here.sum().over(most_first)).filter(lambda t: t.upto - t.here < most)
    least = reach.group_by("listener_id").agg(least=reach.n_streams.min())
    return table.join(least, "listener_id").filter(lambda t: t.n_streams >= t.least).drop("least")
