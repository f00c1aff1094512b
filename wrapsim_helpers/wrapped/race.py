"""Insights on artists over time: the race of the five top artists, their peak months, and the
longest streak of days with one artist.
"""

import ibis

from .counting import leaders, ranked, ranked_only, total
from .dates import as_dates
from .days import FEWEST_DAYS
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, top_artists

FIVE = 5
RACERS, FEWEST_MONTHS = 3, 4  # artists whose curves a card draws, and months with streams of theirs
DAYS = 2**17  # more than the days since 1970 of any period
TRAILS = ("VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH")  # as public readers name trails 1 to 5


def artist_race(tables):
    """How did the five top artists of the year rank in each month? year_rank, artist_id, artist,
    month (see `month_of`), rank, n_streams, n_whole, ms_played, trail.

    rank compares all artists that the listener streamed in the month, by the rule of `top_artists`
    with the same ties. A month without a stream of the artist has no row, so a silent month has no
    rank. trail is the quintile of n_streams among the artist's and month's rows of the listener's
    race, 1 to 5: 1 + 5 x (rows strictly below + half of the equal ones, itself included) / rows,
    floored. So rows that are all equal have 3.
    """
    months = with_trail(with_month_rank(tables, months_of_five(tables)))
    return (
        months.mutate(n_streams=months.n_streams / 2)
        .select("listener_id", *RACE_COLUMNS)
        .order_by("listener_id", "year_rank", "month")
    )


def months_of_five(tables):
    """The months of the five top artists of each listener: the columns of
    `PeriodTables.artist_months`, artist and year_rank.
    """
    best = top_artists(tables, most=FIVE)
    five = best.select("listener_id", "artist_id", "artist", year_rank=best["rank"])
    return ranked_only(tables.artist_months).join(five, ["listener_id", "artist_id"])


def with_month_rank(tables, months):
    """Months of artists with rank, the artist's rank among all artists of the listener and month.

    The artists are compared with few others: only those with as many streams or more can be before
    them.
    """
    by, names = tables.rules.measure, tables.artists.select("artist_id", "artist")
    others = tables.artist_months.rename(lambda name: f"other_{name}")
    pairs = months.join(
        others,
        [
            months.listener_id == others.other_listener_id,
            months.month == others.other_month,
            months[by] <= others[f"other_{by}"],
        ],
    ).join(names.rename(other_artist_id="artist_id", other_artist="artist"), "other_artist_id")
    keys = list(months.columns)
    counts = pairs.group_by(*keys).agg(rank=1 + total(is_before(pairs, tables.rules)))
    return counts


def is_before(pairs, rules):
    """Whether the other artist of each pair comes before the first one, by the order of ranks."""
    before = pairs.other_artist_id < pairs.artist_id
    for column in ("artist", "first_ms"):
        other, value = pairs[f"other_{column}"], pairs[column]
        before = (other < value) | ((other == value) & before)
    for column in (
        ("ms_played", "n_streams") if rules.by == "streams" else ("n_streams", "ms_played")
    ):
        other, value = pairs[f"other_{column}"], pairs[column]
        before = (other > value) | ((other == value) & before)
    return before


def with_trail(months):
    """The months of a race with trail (see `artist_race`)."""
    window = {"group_by": "listener_id", "order_by": "n_streams"}
    below = ibis.rank().over(ibis.window(**window))
    all_rows = ibis.window(group_by="listener_id")
    equal = ibis.window(group_by=["listener_id", "n_streams"])
    counts = months.mutate(
        below=below, n_equal=months.count().over(equal), n_rows=months.count().over(all_rows)
    )
    trail = 1 + 5 * (2 * counts.below + counts.n_equal) // (2 * counts.n_rows)
    return counts.mutate(trail=trail.cast("int64"))


def peak_months(tables):
    """In which month did each listener stream each of their five top artists most? year_rank,
    artist_id, artist, month, n_streams, n_whole, is_peak; one row per artist and month with a
    stream.

    Of equal months, the earlier is the peak. With rules that rank by minutes, the peak has most
    milliseconds.
    """
    order = ibis.desc(tables.rules.measure), "month"
    ordered = ranked(months_of_five(tables), *order, within=["artist_id"])
    return (
        ordered.mutate(n_streams=ordered.n_streams / 2, is_peak=ordered["rank"] == 1)
        .select("listener_id", *PEAK_COLUMNS)
        .order_by("listener_id", "year_rank", "month")
    )


def artist_streak(tables):
    """Which artist did each listener stream on most local days in a row? artist_id, artist, n_days,
    first_day, last_day (days since 1970), day, n_streams; one row per day of the streak. No row if
    the longest streak is one day.

    A day counts if it has one ranked stream on which the artist is credited, in whatever role; one
    day without ends the streak. Of equally long streaks, the earlier, then the one with more
    streams, then the name, then artist_id. n_streams counts the artist's streams of the day.
    """
    credits = tables.track_artists.select("track_id", "artist_id")
    days = tables.song_days.select("listener_id", "track_id", "day").join(credits, "track_id")
    streaks = longest_streaks(days.drop("track_id"))
    earliest = leaders(streaks.mutate(early=-streaks.first_day), ["listener_id"], "early")
    songs = tables.song_days.join(earliest.drop("early"), "listener_id")
    inside = songs.filter(songs.day.between(songs.first_day, songs.last_day))
    streams = inside.join(credits, ["track_id", "artist_id"])
    by_day = streams.group_by(*streaks.columns, "day").agg(n_streams=total(streams.n_streams))
    return first_of_equals(by_day, tables.artists).order_by("listener_id", "day")


def longest_streaks(days):
    """The longest streaks of each listener with one artist, of two days and more: listener_id,
    artist_id, n_days, first_day, last_day.

    days  listener_id, artist_id, day; rows may be equal

    Most artists are streamed on single days. So only days after a day with the same artist are
    sorted: a streak of n days has n - 1 of them. Artist and day are one number, which engines
    compare faster; days of different artists are never one apart.
    """
    artist_day = days.artist_id.cast("int64") * DAYS + days.day
    each = days.select("listener_id", artist_day=artist_day)
    next_days = each.mutate(artist_day=each.artist_day + 1)
    later = each.semi_join(next_days, ["listener_id", "artist_day"]).distinct()
    later = ranked(later, "artist_day")
    streaks = later.group_by("listener_id", streak=later.artist_day - later["rank"]).agg(
        n_days=later.count() + 1, last=later.artist_day.max()
    )
    longest = leaders(streaks, ["listener_id"], "n_days")
    last_day = (longest["last"] % DAYS).cast("int32")
    return longest.select(
        "listener_id",
        "n_days",
        artist_id=(longest["last"] // DAYS).cast(days.artist_id.type()),
        first_day=(last_day - longest.n_days + 1).cast("int32"),
        last_day=last_day,
    )


def first_of_equals(days, artists):
    """The days of the streak that comes first among those that are equally long and begin on one
    day (see `artist_streak`).
    """
    keys = ["listener_id", "artist_id"]
    totals = days.group_by(*keys).agg(n=total(days.n_streams))
    named = totals.join(artists.select("artist_id", "artist"), "artist_id")
    best = ranked(named, ibis.desc("n"), "artist", "artist_id")
    first = best.filter(best["rank"] == 1).select(*keys, "artist")
    return days.join(first, keys).select("listener_id", *STREAK_COLUMNS)


# -- the records -----------------------------------------------------------------------------------


def of_a_race(rows, _):
    """The race; no row if its first RACERS have streams in fewer than FEWEST_MONTHS months."""
    months = rows[rows["year_rank"] <= RACERS]["month"].nunique()
    return rows if months >= FEWEST_MONTHS else rows[:0]


def of_several_months(rows, _):
    """The rows; none if all are of one month, which has no peak."""
    return rows if rows["month"].nunique() > 1 else rows[:0]


def streak_of_days(streak, _):
    """The days of the streak with dates; no row for one of fewer than FEWEST_DAYS."""
    streak = streak[streak["n_days"] >= FEWEST_DAYS].reset_index(drop=True)
    dates = {name: as_dates(streak[name]) for name in ("first_day", "last_day")}
    return streak.assign(date=as_dates(streak["day"]), **dates)


RACE_COLUMNS = (
    "year_rank",
    "artist_id",
    "artist",
    "month",
    "rank",
    "n_streams",
    "n_whole",
    "ms_played",
    "trail",
)
PEAK_COLUMNS = (
    "year_rank",
    "artist_id",
    "artist",
    "month",
    "n_streams",
    "n_whole",
    "is_peak",
)
STREAK_COLUMNS = (
    "artist_id",
    "artist",
    "n_days",
    "first_day",
    "last_day",
    "day",
    "n_streams",
)
WEIGHED = "a stream of a featured artist weighs {featured}"
INSIGHTS = (
    Insight(
        "artist_race",
        "How did the five top artists of the year rank in each month?",
        artist_race,
        reads=OF_STREAMS,
        columns=RACE_COLUMNS,
        shape=of_a_race,
        counted=f"{RANKED}; {WEIGHED}; the rank of a month is among all artists of the month",
        left_out=UNRANKED,
    ),
    Insight(
        "peak_months",
        "In which month did each listener stream each of their five top artists most?",
        peak_months,
        reads=OF_STREAMS,
        columns=PEAK_COLUMNS,
        shape=of_several_months,
        counted="plays of {seconds} s and more{order}; "
        + WEIGHED
        + "; of equal months, the earlier",
        left_out=UNRANKED,
    ),
    Insight(
        "artist_streak",
        "Which artist did each listener stream on most days in a row?",
        artist_streak,
        reads=OF_STREAMS,
        columns=STREAK_COLUMNS,
        shape=streak_of_days,
        counted="days with a play of {seconds} s and more by the artist, also as a guest; of equal "
        "streaks, the earlier",
        left_out=UNRANKED,
    ),
)
