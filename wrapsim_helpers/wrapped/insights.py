"""The insights: each is one question about a period of listening, as one record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from ..instants import MINUTE_MS
from .counting import EPOCH_DAY, day_number
from .days import calendar, listening_clock, longest_streak
from .tops import (
    monthly_families,
    monthly_genres,
    top_artists,
    top_families,
    top_genres,
    top_songs,
)
from .volume import minutes, skip_rate

BIN_WIDTH = 1.2  # ratio of the widths of neighbouring bins of the crowd's minutes


@dataclass(frozen=True)
class Request:
    """The listener and the period of an insight.

    first_day, last_day  the period, both inclusive
    listener_id          number of the listener
    crowd                DataFrame as from `everybody.crowd_of`
    """

    first_day: date
    last_day: date
    listener_id: int
    crowd: pd.DataFrame


def same_rows(rows, _):
    """The rows of one listener, unchanged."""
    return rows


@dataclass(frozen=True)
class Insight:
    """One question about a period of listening.

    name      name of the insight, of its card and of its file
    question  the question that it answers
    query     function of `PeriodTables`; returns an Ibis table of all listeners, with listener_id,
              in a stated order. None if the insight follows from the crowd's totals
    reads     columns of plays that the query reads
    columns   columns of the query's result, without listener_id
    shape     function of one listener's rows and a `Request`; returns the table that the card draws
    """

    name: str
    question: str
    query: Callable | None
    reads: tuple = ()
    columns: tuple = ()
    shape: Callable = same_rows


# -- one listener's rows in the shape that cards draw ----------------------------------------------


def with_first_played(songs, _):
    """Top songs with first_played, datetime64 in local time."""
    return songs.assign(first_played=pd.to_datetime(songs["first_local_ms"], unit="ms"))


def every_hour(clock, _):
    """The clock with 24 rows, 0 for hours without a play."""
    return (
        clock.set_index("hour").reindex(range(24), fill_value=0).rename_axis("hour").reset_index()
    )


def every_day(days, request):
    """One row per day of the period, 0 for days without a play."""
    every = range(day_number(request.first_day), day_number(request.last_day) + 1)
    counts = days.set_index("day").reindex(every, fill_value=0).reset_index()
    return counts.assign(date=as_dates(counts["day"]))[["date", "ms_played", "n_streams"]]


def as_dates(days):
    """Days since 1970 as a list of dates."""
    return [EPOCH_DAY + timedelta(int(day)) for day in days]


def streak_with_dates(streak, _):
    """The streak with dates; no row for a single day."""
    long = streak[streak["n_days"] > 1].reset_index(drop=True)
    return long.assign(**{name: as_dates(long[name]) for name in ("first_day", "last_day")})


def skip_share(counts, request):
    """The listener's share of skipped plays and the crowd's; the crowd's is NaN if the run has one
    listener.
    """
    crowd = request.crowd
    share = crowd["n_skips"].sum() / crowd["n_plays"].sum() if len(crowd) > 1 else np.nan
    return counts.assign(share=counts["n_skips"] / counts["n_plays"], crowd_share=share)


def rank_of_listener(_, request):
    """The listener's rank in the crowd, and the crowd's least and most; no row if the run has one
    listener.
    """
    crowd = crowd_of_several(request)
    row = crowd[crowd["listener_id"] == request.listener_id].reset_index(drop=True)
    ranks, ms = row[["ms_played", "n_listeners", "n_below", "rank"]], crowd["ms_played"]
    return ranks.assign(least_ms=ms.min(), most_ms=ms.max())


def crowd_of_several(request):
    """The crowd of a request; no row if it has one listener."""
    return request.crowd if len(request.crowd) > 1 else request.crowd.iloc[:0]


def minute_bins(_, request):
    """Number of listeners by minutes: bins from_ms to to_ms, each BIN_WIDTH times as wide as the
    one before, empty ones included; no row if the run has one listener.
    """
    ms = crowd_of_several(request)["ms_played"]
    number = np.floor(np.log(ms[ms > 0] / MINUTE_MS) / np.log(BIN_WIDTH)).astype(int)
    bins = np.arange(number.min(), number.max() + 1) if len(number) else np.arange(0)
    edges = MINUTE_MS * BIN_WIDTH ** bins.astype(float)
    counts = number.value_counts().reindex(bins, fill_value=0).to_numpy()
    return pd.DataFrame({"from_ms": edges, "to_ms": edges * BIN_WIDTH, "n_listeners": counts})


# -- the records -----------------------------------------------------------------------------------

OF_STREAMS = (
    "track_id",
    "started_at",
    "utc_offset_min",
    "ms_played",
    "private",
    "content_type",
)
INSIGHTS = (
    Insight(
        "minutes",
        "How much did each listener play?",
        minutes,
        reads=("track_id", "started_at", "utc_offset_min", "ms_played"),
        columns=("ms_played", "n_plays", "n_streams", "n_tracks", "n_artists", "n_days"),
    ),
    Insight(
        "top_songs",
        "Which songs did each listener stream most?",
        top_songs,
        reads=OF_STREAMS,
        columns=(
            "track_id",
            "n_streams",
            "ms_played",
            "first_ms",
            "first_local_ms",
            "title",
            "artist",
            "rank",
        ),
        shape=with_first_played,
    ),
    Insight(
        "top_artists",
        "Which artists did each listener stream most?",
        top_artists,
        reads=OF_STREAMS,
        columns=("artist_id", "n_streams", "n_whole", "ms_played", "first_ms", "artist", "rank"),
    ),
    Insight(
        "top_genres",
        "Which genres did each listener stream most?",
        top_genres,
        reads=OF_STREAMS,
        columns=("genre", "n_streams", "ms_played", "first_ms", "rank", "share"),
    ),
    Insight(
        "top_families",
        "Which families of genres did each listener stream most?",
        top_families,
        reads=OF_STREAMS,
        columns=(
            "family",
            "n_streams",
            "ms_played",
            "first_ms",
            "genre",
            "n_genres",
            "rank",
            "share",
        ),
    ),
    Insight(
        "listening_clock",
        "At what hours does each listener listen?",
        listening_clock,
        reads=("started_at", "utc_offset_min", "ms_played"),
        columns=("hour", "ms_played"),
        shape=every_hour,
    ),
    Insight(
        "calendar",
        "How much did each listener play on which day?",
        calendar,
        reads=("started_at", "utc_offset_min", "ms_played"),
        columns=("day", "ms_played", "n_streams"),
        shape=every_day,
    ),
    Insight(
        "monthly_genres",
        "Which genre did each listener stream most in each month?",
        monthly_genres,
        reads=OF_STREAMS,
        columns=("genre", "month", "n_streams"),
    ),
    Insight(
        "monthly_families",
        "How often did each listener stream each family of genres in each month?",
        monthly_families,
        reads=OF_STREAMS,
        columns=("month", "family", "n_streams"),
    ),
    Insight(
        "longest_streak",
        "What is each listener's longest streak of days with a stream?",
        longest_streak,
        reads=("started_at", "utc_offset_min", "ms_played"),
        columns=("n_days", "first_day", "last_day"),
        shape=streak_with_dates,
    ),
    Insight(
        "skip_rate",
        "How often did each listener leave a track before its end?",
        skip_rate,
        reads=("track_id", "ms_played"),
        columns=("n_plays", "n_skips"),
        shape=skip_share,
    ),
    Insight("place", "What is the listener's rank in the crowd?", None, shape=rank_of_listener),
    Insight("crowd", "How many listeners played how much?", None, shape=minute_bins),
)
