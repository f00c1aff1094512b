"""Moments of the year: the song played most on one day, and round numbers that were reached."""

import ibis

from ..instants import DAY_MS, MINUTE_MS
from .counting import leaders, ranked, ranked_only, shared, total, total_over
from .dates import as_dates
from .insight import OF_STREAMS, Insight
from .tops import UNRANKED, track_titles

FEWEST_REPEATS = 3  # streams of a song on one day
FEWEST_MILESTONES = 3  # of a card
ROUND = {  # what is counted -> the numbers that are milestones
    "songs": (100, 500, 1_000, 2_500, 5_000, 10_000),
    "plays": (1_000, 5_000, 10_000, 25_000, 50_000),
    "minutes": (10_000, 25_000, 50_000, 100_000, 200_000),
}


def on_repeat(tables):
    """Which song did each listener stream most often on one day? track_id, title, artist, day
    (since 1970, local), n_streams (of the song on that day), n_of_day (of all songs on it).

    One row per listener; none below FEWEST_REPEATS. Of equal ones, the earlier day, then the title,
    then track_id. As the service's monthly capsule tells it ("on repeat").
    """
    most = leaders(tables.song_days, ["listener_id"], "n_streams")
    named = most.join(shared(tables, track_titles), "track_id")
    best = ranked(named, "day", "title", "track_id")
    first = best.filter((best["rank"] == 1) & (best.n_streams >= FEWEST_REPEATS))
    days = shared(tables, streams_of_days).rename(n_of_day="amount")
    same_day = first.join(days, ["listener_id", "day"])
    return same_day.select("listener_id", *REPEAT_COLUMNS).order_by("listener_id")


def streams_of_days(tables):
    """The ranked streams of each listener by local day: day, amount."""
    songs = tables.song_days
    return songs.group_by("listener_id", "day").agg(amount=total(songs.n_streams))


SHARED = (streams_of_days,)


def milestones(tables):
    """When did each listener reach round numbers? counted ("minutes", "plays" or "songs"), number,
    day (since 1970, local), title and artist ("" unless it counts songs).

    songs are different ones, by their first ranked stream, and the row names the song; plays are
    ranked streams; minutes are of all plays. The numbers are ROUND. After the milestones of Apple
    Music Replay; the numbers are a decision of wrapsim.
    """
    minutes = tables.days.select("listener_id", "day", amount="ms_played")
    by_day = (
        reached(shared(tables, streams_of_days), "plays", 1),
        reached(minutes, "minutes", MINUTE_MS),
    )
    nothing = {"title": ibis.literal(""), "artist": ibis.literal("")}
    parts = [nth_songs(tables), *(table.mutate(**nothing) for table in by_day)]
    rows = ibis.union(*(with_nulls_allowed(part) for part in parts))
    return rows.order_by("listener_id", "counted", "number")


def with_nulls_allowed(rows):
    """The columns of `milestones`, of types that may hold nulls: tables of a union must agree in
    this too.
    """
    columns = rows.select("listener_id", *MILESTONE_COLUMNS)
    return columns.cast({name: kind.copy(nullable=True) for name, kind in columns.schema().items()})


def nth_songs(tables):
    """The different songs whose number is round, see `milestones`."""
    songs = ranked_only(tables.songs)
    songs = songs.mutate(utc_day=songs.first_ms // DAY_MS)
    days = songs.group_by("listener_id", "utc_day").agg(n_new=songs.count())
    so_far = total_over(days.n_new, up_to("utc_day"))
    days = days.mutate(n_before=so_far - days.n_new)
    passed = ibis.or_(*(days.n_before.between(n - days.n_new, n - 1) for n in ROUND["songs"]))
    keys = ["listener_id", "utc_day"]
    some = songs.join(days.filter(passed).drop("n_new"), keys)  # few: sorting all takes longer
    numbered = ranked(some, "first_ms", "track_id", within=["utc_day"])
    numbered = numbered.mutate(number=numbered["rank"] + numbered.n_before)
    nth = numbered.filter(numbered.number.isin(ROUND["songs"]))
    nth = nth.join(shared(tables, track_titles), "track_id")
    return nth.select(
        "listener_id",
        counted=ibis.literal("songs"),
        number=nth.number.cast("int64"),
        day=((nth.first_ms + nth.first_offset_min * MINUTE_MS) // DAY_MS).cast("int64"),
        title=nth.title,
        artist=nth.artist,
    )


def up_to(day):
    """The window of each listener's days up to each one. day: name of the column"""
    return ibis.window(group_by="listener_id", order_by=day, preceding=None, following=0)


def reached(days, counted, unit):
    """The days on which a sum reached round numbers: listener_id, counted, number, day.

    days  listener_id, day, amount;  unit  amount of one
    """
    sums = days.mutate(so_far=days.amount.sum().over(up_to("day")).cast("int64"))
    # sums, since Spark multiplies small numbers in 32 bits
    level = ibis.array([ibis.literal(n * unit, "int64") for n in ROUND[counted]]).unnest()
    steps = sums.mutate(level=level)
    passed = steps.filter(
        (steps.so_far >= steps.level) & (steps.so_far - steps.amount < steps.level)
    )
    return passed.select(
        "listener_id",
        number=passed.level // unit,
        counted=ibis.literal(counted),
        day=passed.day.cast("int64"),
    )


# -- the records -----------------------------------------------------------------------------------


def with_date(rows, _):
    """Rows with the date of their day."""
    return rows.assign(date=as_dates(rows["day"]))


def of_several_milestones(rows, request):
    """Milestones with dates; none if there are fewer than FEWEST_MILESTONES."""
    return with_date(rows if len(rows) >= FEWEST_MILESTONES else rows[:0], request)


REPEAT_COLUMNS = ("track_id", "title", "artist", "day", "n_streams", "n_of_day")
MILESTONE_COLUMNS = ("counted", "number", "day", "title", "artist")
INSIGHTS = (
    Insight(
        "on_repeat",
        "Which song did each listener stream most often on one day?",
        on_repeat,
        reads=OF_STREAMS,
        columns=REPEAT_COLUMNS,
        shape=with_date,
        counted="plays of {seconds} s and more of one song on one local day; of equal ones, the "
        "earlier day, then the title",
        left_out=UNRANKED,
    ),
    Insight(
        "milestones",
        "When did each listener reach round numbers?",
        milestones,
        reads=OF_STREAMS,
        columns=MILESTONE_COLUMNS,
        shape=of_several_milestones,
        counted="different songs and plays of {seconds} s and more; minutes of all plays",
        left_out=f"of songs and plays: {UNRANKED}",
    ),
)
