"""The record of an insight, and the record of a tally, which counts the whole crowd once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd

from ..instants import whole_minutes

OF_STREAMS = (
    "track_id",
    "started_at",
    "utc_offset_min",
    "ms_played",
    "private",
    "content_type",
)  # columns of plays that ranks of streams read
OF_MINUTES = ("started_at", "utc_offset_min", "ms_played")


@dataclass(frozen=True)
class Request:
    """The listener and the period of an insight.

    first_day, last_day  the period, both inclusive
    listener_id          number of the listener
    tally                function of a tally's name; returns its rows of all listeners, a DataFrame
    """

    first_day: date
    last_day: date
    listener_id: int
    tally: Callable[[str], pd.DataFrame]


def same_rows(rows, _):
    """The rows of one listener, unchanged."""
    return rows


def no_runner_up(_table, _by):
    """Nothing on a runner-up, for insights that rank nothing."""
    return ""


def gap_to_second(name, measure="n_streams", words="has {gap}"):
    """The function `Insight.runner_up` of a table in ranked order.

    name     column of the names
    measure  column that the gap to the first is in; if minutes rank, ms_played instead of n_streams
    words    what is said of the second; {gap} is the gap as `gap_in_words`, {number} the number
    """

    def runner_up(table, by="streams"):
        if len(table) < 2:
            return ""
        in_minutes = (by, measure) == ("minutes", "n_streams") and "ms_played" in table
        sizes = whole_minutes(table["ms_played"][:2]) if in_minutes else table[measure][:2]
        gap = float(sizes.iloc[0] - sizes.iloc[1])
        said = words.format(gap=gap_in_words(gap, "minute" if in_minutes else "stream"), number=gap)
        return f"number two, {table[name].iloc[1]}, {said}"

    return runner_up


def gap_in_words(gap, unit="stream"):
    """How many streams or minutes the second has fewer than the first: "2.5 streams fewer". The
    second has more if something else decides.
    """
    return f"{counted_streams(abs(gap), unit)} {'fewer' if gap >= 0 else 'more'}"


def counted_streams(n, unit="stream"):
    """A number of streams, or of another unit, in words: "1 stream", "2.5 streams"."""
    number = f"{n:,.1f}".removesuffix(".0")
    return f"{number} {unit}{'s' * (number != '1')}"


def words_of_rules(rules):
    """The words for the braces in `Insight.counted` and `Insight.left_out`: what `Rules` say."""
    first, then = ("streams", "milliseconds")[:: 1 if rules.by == "streams" else -1]
    return {
        "seconds": f"{rules.stream_ms / 1000:g}",
        "featured": f"{rules.featured_weight:g}",
        "order": ", ranked by minutes" * (rules.by == "minutes"),
        "measure": first,
        "then": then,
        "private": "private plays, " * (not rules.private),
    }


@dataclass(frozen=True)
class Insight:
    """One question about a period of listening.

    name       name of the insight, of its card and of its file
    question   the question that it answers
    query      function of `PeriodTables`; returns an Ibis table of all listeners, with listener_id,
               in a stated order. None if `shape` needs only tallies
    reads      columns of plays that the query reads
    needs      tables that the query reads besides plays, tracks, artists and track_artists
    tallies    names of the tallies that the query or `shape` reads
    columns    columns of the query's result, without listener_id
    shape      function of one listener's rows and a `Request`; returns the table of the card
    counted    what is counted, and how ties are decided; words for `explain`, with braces for
               `words_of_rules`
    left_out   what is not counted; as for counted
    runner_up  function of the shaped table and of what ranks ("streams" or "minutes"); returns the
               runner-up and the gap in words, or ""
    """

    name: str
    question: str
    query: Callable | None
    reads: tuple = ()
    needs: tuple = ()
    tallies: tuple = ()
    columns: tuple = ()
    shape: Callable = same_rows
    counted: str = ""
    left_out: str = ""
    runner_up: Callable = no_runner_up


@dataclass(frozen=True)
class Tally:
    """A count of the whole crowd, made once per run and period, and cached beside the run.

    name    name of the table in `PeriodTables.tallies`
    query   function of `PeriodTables`; returns the rows of the listeners of one part
    adds    columns that identify a row, if rows of several parts are added up; () if each row
            belongs to one listener
    finish  function of the rows of all listeners, an Ibis table; returns the final rows
    order   columns that identify a final row; the cached rows are in their order
    reads, needs  as for `Insight`
    """

    name: str
    query: Callable
    adds: tuple = ()
    finish: Callable = lambda rows: rows
    order: tuple = ("listener_id",)
    reads: tuple = ()
    needs: tuple = ()
