"""The rules of counting: streams, windows, eligibility and ties, and the plays of a window with
their local day and hour.

Every insight is an Ibis expression over these plays for all listeners at once, one or more rows per
listener_id. A plays table needs listener_id, track_id, started_at, ms_played and utc_offset_min;
other columns that are missing, as in an imported history, get their value from `DEFAULTS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir

from ..checking import check_choice, check_count, front_door
from ..instants import HOUR_MS, MINUTE_MS
from ..listening.counts import COUNTED_PLAY_MS
from ..runs.connection import microseconds
from .dates import day_number, with_month, year_and_month

NOT_FINISHED_MS = 3_000  # a play that is shorter than its track by more was left early
DEFAULTS = {"private": False, "content_type": "track"}
EXTRA = ("context",)  # columns of plays that some insights read, if there are any
ORDERS = ("streams", "minutes")
CLOCKS = ("local", "UTC")
WEIGHTS = (0, 0.5, 1)  # of a stream for a featured artist
MOST_NEEDED = 1_000_000  # tracks or artists that a full Wrapped may require

# More than the range of offsets from UTC in minutes. Microseconds since 1970 times this number fit
# into 63 bits until 2041.
OFFSETS = 4096


@front_door
@dataclass(frozen=True)
class Rules:
    """The rules of counting in an edition of Wrapped.

    stream_ms        shortest play that is a stream, also of a track that is shorter
    featured_weight  weight of a stream for a featured artist: 0, 0.5 or 1; 1 for the primary
    min_tracks, min_artists  streamed tracks and artists that a full Wrapped requires (AP,
                     3 December 2025)
    by               "streams" or "minutes": what ranks songs, artists, albums and genres
    clock            "local" or "UTC": the clock of days and hours
    private          whether plays of private sessions are ranked
    """

    stream_ms: int = COUNTED_PLAY_MS
    featured_weight: float = 0.5
    min_tracks: int = 30
    min_artists: int = 5
    by: str = "streams"
    clock: str = "local"
    private: bool = False

    def __post_init__(self):
        check_count("stream_ms", self.stream_ms, 0, 24 * HOUR_MS)
        object.__setattr__(self, "by", check_choice("by", self.by, ORDERS))
        object.__setattr__(self, "clock", check_choice("clock", self.clock, CLOCKS))
        object.__setattr__(self, "featured_weight", check_weight(self.featured_weight))
        for name in ("min_tracks", "min_artists"):
            check_count(name, getattr(self, name), 0, MOST_NEEDED)
        if not isinstance(self.private, bool):
            raise TypeError(f"private is {self.private!r}; it must be True or False.")

    @property
    def measure(self):
        """The column that ranks songs, artists, albums and genres."""
        return "n_streams" if self.by == "streams" else "ms_played"

    @property
    def best_first(self):
        """The order of ranks: more streams, then more milliseconds (or the other way round), then
        the earlier first play.
        """
        most = [ibis.desc("n_streams"), ibis.desc("ms_played")]
        return (*(most if self.by == "streams" else reversed(most)), "first_ms")


def check_weight(weight):
    """`Rules.featured_weight` as a float. Raises ValueError if it is not one of WEIGHTS: streams
    are summed in halves.
    """
    if isinstance(weight, bool) or weight not in WEIGHTS:
        raise ValueError(
            f"featured_weight is {weight!r}; it must be 0, 0.5 or 1, since streams are summed in "
            "halves. Give 0.5 for the default."
        )
    return float(weight)


@dataclass(frozen=True)
class PeriodTables:
    """The plays of a period, their counts and the catalogue, as Ibis tables.

    plays  listener_id, track_id, started (instant and UTC offset in one number: see
           `with_times`), local_hour (hours since 1970, local time), ms_played, is_ranked (a
           stream of music that is neither private nor functional noise); the columns of EXTRA that
           the run has
    songs  one row per listener and streamed track: listener_id, track_id; n_any, the number of
           streams; n_streams and ms_played of the ranked streams; first_ms and first_offset_min,
           when the first ranked stream began
    song_days  one row per listener, track and local day with a ranked stream: listener_id,
           track_id, day (days since 1970), n_streams, ms_played, first_ms, month (see `month_of`)
    credited  one row per listener and streamed artist: listener_id, artist_id; n_streams (in
              halves: 2 for the primary artist, twice `Rules.featured_weight` for a featured one),
              n_whole (streams, whatever the artist's role), ms_played, first_ms and
              first_offset_min of the ranked streams
    artist_months  one row per listener, artist and month with a ranked stream (see `month_of`):
                   the columns of credited without first_offset_min, and month
    days   one row per listener and local day with a play: listener_id, day (days since 1970),
           ms_played, n_plays, n_streams
    earlier  one row per listener, track and year of ranked streams before the period: listener_id,
             track_id, year, first_day, last_day, n_streams, ms_played, first_ms
    earlier_years  one row per listener and year with a play before the period: listener_id, year,
                   first_day, ms_played of all plays
    albums, listeners, actions  tables of the run; None if there are none, as in an imported history
    tallies  name -> rows of the whole crowd, see `Tally`
    shared   name -> what several insights count, see `shared`
    first_day, last_day  the period, both inclusive
    rules  the rules of counting
    """

    plays: ir.Table
    songs: ir.Table
    song_days: ir.Table
    credited: ir.Table
    artist_months: ir.Table
    days: ir.Table
    earlier: ir.Table
    earlier_years: ir.Table
    tracks: ir.Table
    artists: ir.Table
    track_artists: ir.Table
    first_day: date
    last_day: date
    rules: Rules = Rules()
    albums: ir.Table | None = None
    listeners: ir.Table | None = None
    actions: ir.Table | None = None
    tallies: Mapping[str, ir.Table] = field(default_factory=dict)
    shared: Mapping[str, ir.Table] = field(default_factory=dict)

    def __repr__(self):
        return f"PeriodTables of {self.first_day} to {self.last_day}: Ibis tables"


def shared(tables, count):
    """What a function of `PeriodTables` counts: the stored table, if there is one, else its
    expression. The functions whose tables are stored are SHARED of their modules.
    """
    stored = tables.shared.get(count.__name__)
    return count(tables) if stored is None else stored


@front_door
def tables_in(
    plays,
    tracks,
    artists,
    track_artists,
    first_day,
    last_day,
    rules: Rules = Rules(),
    all_in_period=False,
    albums=None,
    listeners=None,
    actions=None,
):
    """The `PeriodTables` of the plays that start in a period of local days.

    all_in_period  True if all plays start in the period, so that no filter is needed
    albums, listeners, actions  tables of the run, if there are such
    """
    timed = with_times(with_defaults(plays), tracks, rules)
    before = timed.filter((timed.local_hour < 24 * day_number(first_day)) & (not all_in_period))
    if not all_in_period:
        timed = on_days(timed, first_day, last_day)
    songs, days = by_song(timed, rules), by_day(timed, rules)
    song_days = with_month(by_song_and_day(timed), days, first_day)
    of_artists = (
        by_artist(songs, track_artists, rules),
        by_artist_and_month(song_days, track_artists, rules),
    )
    of_days = days, by_year(before), by_earlier_year(before, rules)
    catalogue = tracks, artists, track_artists
    further = albums, listeners, actions
    return PeriodTables(
        timed,
        songs,
        song_days,
        *of_artists,
        *of_days,
        *catalogue,
        first_day,
        last_day,
        rules,
        *further,
    )


def times_in_period(plays, tracks, first_day, last_day, rules):
    """The plays of a run that start in a period of local days, as in `PeriodTables`."""
    return on_days(with_times(with_defaults(plays), tracks, rules), first_day, last_day)


def on_days(timed, first_day, last_day):
    """The plays, as from `with_times`, that start on some local days."""
    return timed.filter(
        timed.local_hour.between(24 * day_number(first_day), 24 * day_number(last_day) + 23)
    )


def with_times(plays, tracks, rules):
    """Plays with their local hour and whether they are ranked (see `PeriodTables`).

    started is OFFSETS times the microseconds since 1970, plus the UTC offset in minutes plus half
    of OFFSETS. It sorts by time, and engines move and compare one number instead of two.
    `started_ms` and `started_offset_min` split it again.
    """
    started_us = microseconds(plays.started_at)
    offset_min = plays.utc_offset_min.cast("int64") * int(rules.clock == "local")
    return plays.select(
        "listener_id",
        "track_id",
        started=started_us * OFFSETS + offset_min + OFFSETS // 2,
        local_hour=((started_us + offset_min * (MINUTE_MS * 1000)) // (HOUR_MS * 1000)).cast(
            "int32"
        ),
        ms_played=plays.ms_played.cast("int32"),
        is_ranked=is_stream(plays, rules)
        & (~plays.private | rules.private)
        & (plays.content_type == "track")
        & plays.track_id.notin(tracks.filter(tracks.noise).track_id),
        **{name: plays[name] for name in EXTRA if name in plays.columns},
    )


def is_stream(plays, rules):
    """Whether each play is a stream. Minutes count all plays."""
    return plays.ms_played >= rules.stream_ms


def by_song(plays, rules):
    """The streams of each listener by song (see `PeriodTables`)."""
    counts = (
        plays.filter(is_stream(plays, rules))
        .group_by("listener_id", "track_id")
        .agg(
            n_any=ibis._.count(),
            n_streams=total(plays.is_ranked),
            ms_played=total(plays.ms_played, plays.is_ranked),
            first=plays.started.min(where=plays.is_ranked),
        )
    )
    return counts.mutate(
        first_ms=started_ms(counts["first"]), first_offset_min=started_offset_min(counts["first"])
    ).drop("first")


def started_ms(started):
    """Milliseconds since 1970, from the column `started` of `with_times`.

    It divides a multiple, since some engines divide as float64, which is exact only then.
    """
    return (started - started % (OFFSETS * 1000)) // (OFFSETS * 1000)


def started_offset_min(started):
    """UTC offset in minutes, from the column `started` of `with_times`."""
    return started % OFFSETS - OFFSETS // 2


def by_song_and_day(plays):
    """The ranked streams of each listener by song and local day (see `PeriodTables`)."""
    ranked_plays = plays.filter(plays.is_ranked)
    counts = ranked_plays.group_by("listener_id", "track_id", day=day_of(ranked_plays)).agg(
        n_streams=ibis._.count(), ms_played=total(ibis._.ms_played), first=ibis._.started.min()
    )
    return counts.mutate(first_ms=started_ms(counts["first"])).drop("first")


def by_year(plays):
    """The ranked streams of each listener by song and year (see `PeriodTables`, earlier)."""
    days = by_song_and_day(plays)
    return days.group_by("listener_id", "track_id", year=year_and_month(days.day)[0]).agg(
        first_day=days.day.min(),
        last_day=days.day.max(),
        n_streams=total(days.n_streams),
        ms_played=total(days.ms_played),
        first_ms=days.first_ms.min(),
    )


def by_earlier_year(plays, rules):
    """The plays of each listener by year (see `PeriodTables`, earlier_years)."""
    days = by_day(plays, rules)
    return days.group_by("listener_id", year=year_and_month(days.day)[0]).agg(
        first_day=days.day.min(), ms_played=total(days.ms_played)
    )


def by_artist(songs, track_artists, rules):
    """The streams of each listener by artist (see `PeriodTables`)."""
    started = songs.first_ms * 1000 * OFFSETS + songs.first_offset_min + OFFSETS // 2
    credits = songs.select(
        "listener_id", "track_id", "n_streams", "ms_played", first_ms=started
    ).join(track_artists, "track_id")
    counts = credited_to(credits, rules)
    return counts.mutate(
        first_ms=started_ms(counts.first_ms), first_offset_min=started_offset_min(counts.first_ms)
    )


def by_artist_and_month(song_days, track_artists, rules):
    """The streams of each listener by artist and month (see `PeriodTables`)."""
    return credited_to(song_days.join(track_artists, "track_id"), rules, "month")


def credited_to(credits, rules, *within):
    """Streams by listener, artist and the columns `within` (see `PeriodTables`, credited).

    credits  streams of songs, one row per artist of the song
    """
    halves = credits.n_streams * (credits.role == "primary").ifelse(
        2, round(2 * rules.featured_weight)
    )
    return credits.group_by("listener_id", "artist_id", *within).agg(
        n_streams=total(halves),
        n_whole=total(credits.n_streams),
        ms_played=total(credits.ms_played),
        first_ms=credits.first_ms.min(),
    )


def by_day(plays, rules):
    """The plays of each listener by local day (see `PeriodTables`)."""
    return plays.group_by("listener_id", day=day_of(plays)).agg(
        ms_played=total(plays.ms_played),
        n_plays=plays.count(),
        n_streams=total(is_stream(plays, rules)),
    )


def day_of(plays):
    """The local day on which each play began, days since 1970."""
    return plays.local_hour // 24


def with_left(tables):
    """The plays of tracks of known length, with `left`: whether a play is more than 3 s shorter
    than its track (Lamere 2014).
    """
    known = tables.tracks.filter(tables.tracks.duration_ms > 0)
    plays = tables.plays.join(known.select("track_id", "duration_ms"), "track_id")
    return plays.mutate(left=plays.ms_played < plays.duration_ms - NOT_FINISHED_MS)


def ranked_only(table):
    """The rows with at least one ranked stream."""
    return table.filter(table.n_streams > 0)


def total(column, where=None):
    """Sum of integers or booleans, int64, 0 for no rows.

    float64 is exact below 2**53 and faster: DuckDB sums integers in 16 bytes, and a conditional
    count takes twice as long as a sum of booleans.
    """
    return column.cast("float64").sum(where=where).fill_null(0).cast("int64")


def total_over(column, window=None):
    """Sum of integers over an Ibis window, int64 (see `total`). window: None for all rows"""
    return column.cast("float64").sum().over(window or ibis.window()).cast("int64")


def nullable(table):
    """A table whose column types may hold nulls: tables of a union must agree in this too."""
    return table.cast({name: kind.copy(nullable=True) for name, kind in table.schema().items()})


def with_defaults(plays):
    """Plays with every column of DEFAULTS; a missing column gets its default in all rows."""
    return plays.mutate(
        **{
            name: ibis.literal(value)
            for name, value in DEFAULTS.items()
            if name not in plays.columns
        }
    )


def too_little(minutes, rules: Rules = Rules()):
    """Whether one listener streamed too few tracks or artists for a full Wrapped.

    minutes  the listener's row of the insight `minutes`
    """
    return bool(minutes["n_tracks"] < rules.min_tracks or minutes["n_artists"] < rules.min_artists)


def ranked(table, *order, within=()):
    """A table with `rank`: 1 for each listener's first row in the given order, or for the first row
    of each listener and value of the columns `within`.
    """
    in_order = ibis.window(group_by=("listener_id", *within), order_by=order)
    return table.mutate(rank=ibis.row_number().over(in_order) + 1)


def collected(table, column, keys, order):
    """The values of a column as a list in the order of another column, one row per value of keys.

    A window collects in its order in every engine; an aggregation does so in some only.
    """
    whole = ibis.window(group_by=keys, order_by=order, preceding=None, following=None)
    place = ibis.row_number().over(ibis.window(group_by=keys, order_by=order))
    lists = table.mutate(**{column: table[column].collect().over(whole)}, place=place)
    return lists.filter(lists.place == 0).select(*keys, column)


def ranked_by_streams(table, names, key, most, rules=Rules()):
    """The first `most` rows of each listener, ranked as `Rules.best_first` says, then by the name,
    then by the id.

    names  table of key and name; joined only with the rows that can be among the first
    """
    name = next(column for column in names.columns if column != key)
    best = candidates(table, most, rules.measure).join(names, key)
    named = ranked(best, *rules.best_first, name, key)
    return named.filter(named["rank"] <= most)


def leaders(table, keys, measure):
    """The rows that have the largest value of a column among those of equal keys. This is cheaper
    than a window over all rows.
    """
    most = table.group_by(keys).agg(most=table[measure].max())
    return table.join(most, keys).filter(lambda t: t[measure] == t.most).drop("most")


def candidates(table, most, measure="n_streams", keys=("listener_id",)):
    """The rows that can be among the first `most` by a column of those of equal keys. This is
    cheaper than sorting all rows.
    """
    counts = table.group_by(*keys, value=table[measure]).agg(n_rows=ibis._.count())
    most_first = ibis.window(
        group_by=keys, order_by=ibis.desc("value"), preceding=None, following=0
    )
    reached = counts.mutate(upto=counts.n_rows.sum().over(most_first)).filter(
        lambda t: t.upto - t.n_rows < most
    )
    lowest = reached.group_by(*keys).agg(lowest=reached["value"].min())
    with_lowest = table.join(lowest, list(keys))
    return with_lowest.filter(with_lowest[measure] >= with_lowest.lowest).drop("lowest")
