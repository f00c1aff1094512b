"""The story of the number-one song: its first play, its 100th stream, its peak day."""

import ibis

from .counting import total
from .dates import as_dates
from .insight import OF_STREAMS, Insight, counted_streams
from .tops import RANKED, UNRANKED, top_songs

MILESTONE = 100  # the stream that the card of 2020 named
FEWEST_STREAMS = 10  # of a song whose story is told
FEWEST_OF_PEAK = 3  # streams of a peak day


def number_one(tables):
    """How did the song that each listener streamed most become number one? day (since 1970),
    track_id, title, artist, n_streams, n_so_far, first_ms, known.

    One row per local day with a stream of the song. n_so_far counts the streams up to the end of
    the day; first_ms is the start of the day's first stream, UTC. known: whether the run has a
    stream of the song before the period, so that its first row is not the first play ever. The
    song is rank 1 of `top_songs`.
    """
    best = top_songs(tables, most=1).select("listener_id", "track_id", "title", "artist")
    known = tables.earlier.select("listener_id", "track_id").distinct().mutate(known=True)
    days = best.join(tables.song_days, ["listener_id", "track_id"]).left_join(
        known, ["listener_id", "track_id"]
    )
    so_far = ibis.window(group_by="listener_id", order_by="day", preceding=None, following=0)
    return (
        days.mutate(n_so_far=total(days.n_streams).over(so_far), known=days.known.fill_null(False))
        .select("listener_id", *COLUMNS)
        .order_by("listener_id", "day")
    )


# -- the records -----------------------------------------------------------------------------------


def with_dates(days, _):
    """The days of the song with dates."""
    return days.assign(date=as_dates(days["day"]))


def song_played_often(days, request):
    """The days of the song with dates; none of a song with fewer than FEWEST_STREAMS streams."""
    enough = days["n_so_far"].max() >= FEWEST_STREAMS
    return with_dates(days if enough else days[:0], request)


def milestone_day(days):
    """The date of the 100th stream; None if there are fewer. days: table of `number_one`."""
    reached = days["date"][days["n_so_far"] >= MILESTONE]
    return reached.iloc[0] if len(reached) else None


def peak_day(days):
    """The row of the day with most streams, of equal days the earliest. days: as from
    `number_one`.
    """
    return days.loc[days["n_streams"].idxmax()]


def has_peak(days):
    """Whether a day has FEWEST_OF_PEAK streams. days: as from `number_one`"""
    return days["n_streams"].max() >= FEWEST_OF_PEAK


def gap_to_second_peak(days, _by="streams"):
    """The runner-up of the peak day, and the gap, in words."""
    order = days.sort_values(["n_streams", "day"], ascending=[False, True])
    if len(order) < 2:
        return ""
    gap = order["n_streams"].iloc[0] - order["n_streams"].iloc[1]
    return f"after the peak day comes {order['date'].iloc[1]}, with {counted_streams(gap)} fewer"


COLUMNS = (
    "day",
    "track_id",
    "title",
    "artist",
    "n_streams",
    "n_so_far",
    "first_ms",
    "known",
)
INSIGHTS = (
    Insight(
        "number_one",
        "How did the song that each listener streamed most become number one?",
        number_one,
        reads=OF_STREAMS,
        columns=COLUMNS,
        shape=song_played_often,
        counted=f"{RANKED}; of equal peak days, the earlier",
        left_out=f"{UNRANKED}, and songs with fewer than {FEWEST_STREAMS} streams",
        runner_up=gap_to_second_peak,
    ),
)
