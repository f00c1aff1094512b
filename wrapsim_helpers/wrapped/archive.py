"""The archive of remarkable days."""

from calendar import isleap
from dataclasses import replace
from datetime import date

import ibis

from ..instants import whole_minutes
from .counting import leaders, ranked, shared, total
from .dates import as_dates, day_number, days_since_1970
from .evolution import jensen_shannon
from .firsts import new_artists
from .insight import OF_STREAMS, Insight
from .tops import genre_days, genres_of, ranked_genres, top_artists

MOST_DAYS = 5
ENOUGH_STREAMS = 10  # of a day, for its share of old music or its mixture of genres
OLD_YEARS = 20  # music of the old catalogue came out so many calendar years before, or more
FEWEST_ARTISTS = 2  # new artists of a discovery day


def archive(tables):
    """Which days of each listener were remarkable? At most five per listener, in the order of days:
    day (since 1970), reason (number of the rule, from 1), amount, name, ms_played and n_streams of
    the day.

    Each rule finds one day; of equal days, the earlier. A day that several rules find is listed
    once, under the first rule. The rules in order, with the amount that each measures:

    1  most minutes of all plays: ms_played
    2  most artists streamed for the first time (see `new_artists`, which leaves out the first weeks
       of a log), FEWEST_ARTISTS at least: their number
    3  most minutes of the artist that was streamed most in the period: ms_played; name: the artist
    4  most minutes of the genre that was streamed most: ms_played; name: the genre
    5  highest share of streams of tracks that came out OLD_YEARS years before or earlier, of days
       with ENOUGH_STREAMS streams, half of them old or more: the number of these streams
    6  the genres that differ most from those of the period (Jensen-Shannon divergence), of days
       with ENOUGH_STREAMS streams: ms_played. None for a listener of one genre
    7  the birthday, if it has a stream: n_streams. 29 February is 28 February in common years
    8  1 January, if it has a stream: n_streams

    Rules 2 to 6 count ranked streams, the others all of them. The order of rules is the published
    one of 2025; thresholds are decisions of wrapsim. Shares are rounded to 1e-9.
    """
    every = ibis.union(*(rule(tables).mutate(reason=i) for i, rule in enumerate(RULES_OF_DAYS, 1)))
    first = ranked(every, "reason", within=["day"]).filter(ibis._.rank == 1).drop("rank")
    five = ranked(first, "reason").filter(ibis._.rank <= MOST_DAYS).drop("rank")
    days = tables.days.select("listener_id", "day", "ms_played", "n_streams")
    joined = five.join(days, ["listener_id", "day"])
    return joined.select("listener_id", *ARCHIVE_COLUMNS).order_by("listener_id", "day")


# -- the rules -------------------------------------------------------------------------------------


def chosen_day(days, *measures, amount, name=None):
    """The day of each listener with the largest value of a column, then of the next column, then
    the earlier: listener_id, day, amount, name.

    days      table of listener_id, day and further columns
    measures  names of these columns
    amount, name  columns of days; None for the name ""
    """
    for measure in measures:
        days = leaders(days, ["listener_id"], measure)
    best = ranked(days, "day")
    chosen = best.filter(best["rank"] == 1)
    return chosen.select(
        listener_id=chosen.listener_id.cast("int64"),  # some tables have it as not null
        day=chosen.day.cast("int64"),
        amount=chosen[amount].cast("int64"),
        name=chosen[name] if name else ibis.literal(""),
    )


def biggest_day(tables):
    """The day with most milliseconds."""
    return chosen_day(tables.days, "ms_played", amount="ms_played")


def discovery_day(tables):
    """The day with most artists that the listener streamed for the first time."""
    firsts = shared(tables, new_artists)
    days = firsts.group_by("listener_id", "day").agg(n_artists=firsts.count())
    enough = days.filter(days.n_artists >= FEWEST_ARTISTS)
    return chosen_day(enough, "n_artists", amount="n_artists")


def artist_day(tables):
    """The day with most milliseconds of the artist that the listener streamed most."""
    artists = top_artists(tables, 1).select("listener_id", "artist_id", "artist")
    credits = tables.track_artists.select("track_id", "artist_id")
    plays = tables.song_days.join(credits, "track_id").join(artists, ["listener_id", "artist_id"])
    days = plays.group_by("listener_id", "artist", "day").agg(ms_played=total(plays.ms_played))
    return chosen_day(days, "ms_played", amount="ms_played", name="artist")


def genre_day(tables):
    """The day with most milliseconds of the genre that the listener streamed most."""
    ranks = shared(tables, ranked_genres)
    first = ranks.filter(ranks["rank"] == 1).select("listener_id", "number")
    days = shared(tables, genre_days).join(first, ["listener_id", "number"])
    named = days.join(genres_of(tables), "number")
    return chosen_day(named, "ms_played", amount="ms_played", name="genre")


def nostalgic_day(tables):
    """The day with the highest share of streams of old tracks; of equal shares, with most."""
    year = tables.tracks.release_date.truncate("Y")
    old_from = days_since_1970(year + ibis.interval(years=OLD_YEARS))
    songs = tables.song_days.join(tables.tracks.select("track_id", old_from=old_from), "track_id")
    old = songs.day >= songs.old_from
    days = songs.group_by("listener_id", "day").agg(
        n_old=total(songs.n_streams, old), n_all=total(songs.n_streams)
    )
    enough = days.filter((days.n_all >= ENOUGH_STREAMS) & (2 * days.n_old >= days.n_all))
    shares = enough.mutate(share=(enough.n_old / enough.n_all).round(9))
    return chosen_day(shares, "share", "n_old", amount="n_old")


def unusual_day(tables):
    """The day whose genres differ most from those of the period."""
    shares = genre_shares_by_day(tables)
    enough = shares.filter(shares.n_all >= ENOUGH_STREAMS)
    # genres that the day does not have add half of their shares
    days = enough.group_by("listener_id", "day").agg(
        ms_played=total(enough.ms_played),
        divergence=(jensen_shannon(enough.p, enough.q).sum() + (1 - enough.q.sum()) / 2).round(9),
    )
    different = days.filter(days.divergence > 0)
    return chosen_day(different, "divergence", amount="ms_played")


def genre_shares_by_day(tables):
    """Streams of each listener by day and genre: ms_played, n_all (streams of the day), p and q
    (share of the genre in the day, and in the period).
    """
    counts, genres = shared(tables, genre_days).drop("first_ms"), shared(tables, ranked_genres)
    everything = genres.n_streams.sum().over(group_by="listener_id")
    shares = genres.select("listener_id", "number", q=genres.n_streams / everything)
    n_all = counts.n_streams.sum().over(group_by=("listener_id", "day"))
    of_days = counts.mutate(n_all=n_all, p=counts.n_streams / n_all)
    return of_days.join(shares, ["listener_id", "number"])


def birthday(tables):
    """The first birthday of the period with a stream; 29 February is 28 February in common
    years.
    """
    if tables.listeners is None:
        return first_of_days(tables, False)
    known = tables.listeners.filter(tables.listeners.birth_date.notnull())
    people = known.select(
        "listener_id", born_month=known.birth_date.month(), born_day=known.birth_date.day()
    )
    days = tables.days.join(people, "listener_id")
    same = [
        days.day == birthday_in(year, days.born_month, days.born_day)
        for year in years_of_period(tables)
    ]
    return first_of_days(replace(tables, days=days), ibis.or_(*same))


def birthday_in(year, month, day):
    """Days since 1970 of a birthday in a year. month, day: integer columns"""
    first = month.cases(*((m, day_number(date(year, m, 1))) for m in range(1, 13)), else_=0)
    moved = (month == 2) & (day == 29) & (not isleap(year))
    return first.cast("int64") + day - 1 - moved.cast("int64")


def years_of_period(tables):
    """The calendar years of a period."""
    return range(tables.first_day.year, tables.last_day.year + 1)


def new_years_day(tables):
    """The first 1 January of the period with a stream."""
    firsts = [day_number(date(year, 1, 1)) for year in years_of_period(tables)]
    return first_of_days(tables, tables.days.day.isin(firsts))


def first_of_days(tables, condition):
    """The first day with a stream of those that meet a condition."""
    some = tables.days.filter(condition).filter(ibis._.n_streams > 0)
    return chosen_day(some, amount="n_streams")


RULES_OF_DAYS = (
    biggest_day,
    discovery_day,
    artist_day,
    genre_day,
    nostalgic_day,
    unusual_day,
    birthday,
    new_years_day,
)

# -- the records -----------------------------------------------------------------------------------


def with_words_of_days(days, _):
    """Remarkable days with date, title and words, from fixed templates."""
    dated = days.assign(date=as_dates(days["day"]))
    rows = [(*TEMPLATES[row["reason"] - 1], amounts(row)) for _, row in dated.iterrows()]
    return dated.assign(
        title=[title for title, _, _ in rows],
        words=[words.format(**values) for _, words, values in rows],
    )[["date", "title", "words", "reason", "amount", "name", "ms_played", "n_streams"]]


def amounts(row):
    """The values that a template may contain."""
    n = int(row["amount"])
    return {
        "minutes": f"{whole_minutes(n)}",
        "n": str(n),
        "plays": "play" if n == 1 else "plays",
        "name": row["name"],
        "streams": str(row["n_streams"]),
        "year": row["date"].year - OLD_YEARS + 1,
    }


# title and words of each rule
TEMPLATES = (
    ("Biggest day", "{minutes} minutes of music"),
    ("Discovery day", "{n} artists for the first time"),
    ("Top artist day", "{minutes} minutes of {name}"),
    ("Top genre day", "{minutes} minutes of {name}"),
    ("Most nostalgic day", "{n} of {streams} plays from before {year}"),
    ("Most unusual day", "{minutes} minutes of unusual genres"),
    ("Birthday", "{n} {plays} on the day"),
    ("New Year's Day", "{n} {plays} to begin the year"),
)
ARCHIVE_COLUMNS = ("day", "reason", "amount", "name", "ms_played", "n_streams")
INSIGHTS = (
    Insight(
        "archive",
        "Which days of each listener were remarkable?",
        archive,
        reads=OF_STREAMS,
        columns=ARCHIVE_COLUMNS,
        shape=with_words_of_days,
        counted="the first five different days of these: most minutes, most new artists, most "
        "minutes of the top artist and of the top genre, highest share of old music, most unusual "
        "genres, birthday, 1 January; of equal days, the earlier",
        left_out="podcasts, which the log does not have",
    ),
)
