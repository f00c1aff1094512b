"""Several years in numbers: each year's favourites, and the change against the year before.

They read the plays before the period, so a run of one year has no rows.
"""

from datetime import date

import ibis

from .counting import credited_to, leaders, nullable, ranked, ranked_only, shared, total
from .dates import day_number, year_and_month
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, track_titles

RECAP_YEARS = 10  # years of a recap, the last of them the year in which the period ends
KEYS = ("listener_id", "year")
SONG, ARTIST = ("track_id", "title", "artist", "n_streams"), ("artist_id", "top_artist", "n_whole")
LATE_DAYS = 28  # a listener who began later has no whole year before
COUNTS = ("n_streams", "ms_played", "first_ms")


def decade(tables, most=RECAP_YEARS):
    """What did each listener play in each of the last years? One row per listener and calendar year
    with a play: year, ms_played (of all plays), track_id, title, artist, n_streams (of the year's
    top song), artist_id, top_artist, n_whole (whole streams of the year's top artist).

    The years end with the period's last one, and a listener needs plays in two of them. A year
    without a play has no row; a year without a ranked stream has no song and no artist. Years that
    the period cuts are counted up to its last day. Ties as for `top_songs` and `top_artists`.
    """
    artists = tables.artists.select("artist_id", top_artist="artist")
    years = recent_years(tables, most)
    songs = yearly_songs(tables, years)
    credits = songs.join(tables.track_artists, "track_id")
    firsts = (
        first_of_year(tables, songs, shared(tables, track_titles), SONG),
        first_of_year(tables, credited_to(credits, tables.rules, "year"), artists, ARTIST),
    )
    for first in firsts:
        years = years.left_join(first, KEYS).drop("listener_id_right", "year_right")
    return years.select("listener_id", *RECAP).order_by(*KEYS)


def recent_years(tables, most):
    """Listener, year and ms_played of the last years of listeners with plays in two of them."""
    days = tables.days.mutate(year=year_and_month(tables.days.day)[0])
    of_both = (nullable(t.select(*KEYS, "ms_played")) for t in (days, tables.earlier_years))
    years = ibis.union(*of_both)
    years = years.filter(years.year > tables.last_day.year - most)
    years = years.group_by(*KEYS).agg(ms_played=total(years.ms_played))
    several = years.group_by("listener_id").agg(n=years.count()).filter(lambda t: t.n > 1)
    return years.semi_join(several, "listener_id")


def yearly_songs(tables, years):
    """The ranked streams of each listener by track and year: n_streams, ms_played, first_ms.

    years  the listeners and years that count
    """
    days = tables.song_days.semi_join(years, "listener_id")
    year = (tables.first_day.year + (days.month - 1) // 12).cast("int64")
    columns = "listener_id", "track_id", "year", *COUNTS
    of_both = (nullable(t.select(*columns)) for t in (days.mutate(year=year), tables.earlier))
    songs = ibis.union(*of_both).semi_join(years, KEYS)
    return songs.group_by("listener_id", "track_id", "year").agg(
        n_streams=total(songs.n_streams),
        ms_played=total(songs.ms_played),
        first_ms=songs.first_ms.min(),
    )


def first_of_year(tables, counts, names, columns):
    """The first row of each listener and year. columns: the id, the name and what else is kept"""
    key, name = columns[:2]
    named = leaders(counts, KEYS, tables.rules.measure).join(names, key)
    best = ranked(named, *tables.rules.best_first, name, key, within=["year"])
    return best.filter(best["rank"] == 1).select(*KEYS, *columns)


def year_before(tables):
    """How do each listener's numbers compare with the year before? One row per listener: year,
    ms_played (of all plays), n_songs and n_artists with a ranked stream, and the same of the year
    before as ms_before, songs_before, artists_before.

    Only of a period that is a whole calendar year, and of listeners whose first play in the run was
    at most LATE_DAYS days after 1 January of the year before, so that whole years are compared.
    """
    year = tables.first_day.year
    if (tables.first_day, tables.last_day) != (date(year, 1, 1), date(year, 12, 31)):
        return comparisons(tables, year).limit(0).order_by("listener_id")
    return comparisons(tables, year).order_by("listener_id")


def comparisons(tables, year):
    """The rows of `year_before`, whatever the period's days."""
    first_day = tables.earlier_years.first_day.min()
    since = tables.earlier_years.group_by("listener_id").agg(since=first_day)
    known = since.filter(since.since <= day_number(date(year - 1, 1, 1)) + LATE_DAYS)
    years = tables.earlier_years.filter(tables.earlier_years.year == year - 1)
    days, songs = tables.days, tables.earlier.filter(tables.earlier.year == year - 1)
    both = [
        ranked_only(table).semi_join(known, "listener_id")
        for table in (tables.songs, tables.credited)
    ]
    counts = (
        days.group_by("listener_id").agg(ms_played=total(days.ms_played)),
        number_of(both[0], "track_id", "n_songs"),
        number_of(both[1], "artist_id", "n_artists"),
        years.select("listener_id", ms_before="ms_played"),
        number_of(songs, "track_id", "songs_before"),
        number_of(songs.join(tables.track_artists, "track_id"), "artist_id", "artists_before"),
    )
    joined = known.mutate(year=ibis.literal(year))
    for count in counts:
        joined = joined.join(count, "listener_id")
    return joined.select("listener_id", *COMPARED)


def number_of(rows, column, name):
    """How many values of a column each listener has."""
    return rows.group_by("listener_id").agg(**{name: rows[column].nunique()})


# -- the records -----------------------------------------------------------------------------------

COMPARED = (
    *("year", "ms_played", "n_songs", "n_artists"),
    *("ms_before", "songs_before", "artists_before"),
)
RECAP = ("year", "ms_played", *SONG, *ARTIST)
WEIGHED = "a stream of a featured artist weighs {featured}"
INSIGHTS = (
    Insight(
        "decade",
        "What did each listener play in each of the last years?",
        decade,
        reads=OF_STREAMS,
        columns=RECAP,
        counted=f"minutes of all plays, the top song and the top artist of each year; {RANKED}; "
        f"{WEIGHED}",
        left_out=f"of songs and artists: {UNRANKED}; years without a play",
    ),
    Insight(
        "year_before",
        "How do each listener's numbers compare with the year before?",
        year_before,
        reads=OF_STREAMS,
        columns=COMPARED,
        counted="minutes of all plays, songs and artists with a stream of {seconds} s and more, in "
        "the year and in the year before",
        left_out=f"of songs and artists: {UNRANKED}",
    ),
)
