"""Insights on what is first or new: the first song, artists and genres new to the listener, each
season's top artist, and the countries of the artists.
"""

import ibis

from ..instants import DAY_MS, MINUTE_MS
from ..people.homes import countries
from .counting import leaders, ranked, ranked_only, shared, total
from .dates import as_dates, month_of
from .insight import OF_STREAMS, Insight, gap_to_second
from .tops import RANKED, UNRANKED, ranked_genres, track_titles, with_genre

KNOWN_DAYS = 28  # of a listener's history, in whose first days nothing counts as new
FEWEST_STREAMS = 5  # of the top artist of a season, and of the new artist with most streams
SEASONS = ("winter", "spring", "summer", "autumn")  # from January on, north of the equator


def first_song(tables):
    """Which song did each listener stream first? track_id, title, artist, first_ms (UTC),
    first_local_ms (local time), n_streams (of the song in the period). One row per listener.

    The first ranked stream by its start. Two songs that start in one millisecond: by title, then
    track_id.
    """
    songs = ranked_only(tables.songs)
    earliest = songs.first_ms.min().over(group_by="listener_id")
    first = songs.mutate(earliest=earliest).filter(lambda t: t.first_ms == t.earliest)
    titles = shared(tables, track_titles)
    named = ranked(first.join(titles, "track_id"), "title", "track_id")
    local = named.first_ms + named.first_offset_min * MINUTE_MS
    return (
        named.mutate(first_local_ms=local)
        .filter(named["rank"] == 1)
        .select("listener_id", *SONG_COLUMNS)
        .order_by("listener_id")
    )


# -- new to the listener ---------------------------------------------------------------------------


def discoveries(tables):
    """Which artists and genres did each listener stream for the first time, by month? month (see
    `month_of`), n_artists and n_genres (new in the month), first_artist and first_day (the first
    new artist of the month), artist, n_streams and n_whole (the new artist of the month with most
    streams in the period). No row for months without anything new; "" and 0 for a month with new
    genres alone.

    An artist or genre is new if its first ranked stream is in the period, the run has none before,
    and KNOWN_DAYS days or more have passed since the listener's first day in the run. So of a run
    without earlier plays the first weeks name nobody, since everything would be new. An artist
    counts whatever the role. Two new artists of one millisecond: by name, then artist_id.
    """
    numbers = ("n_artists", "first_day", "n_whole", "n_streams")
    nobody = {
        name: ibis.literal(0, "float64" if name == "n_streams" else "int64") for name in numbers
    }
    nobody |= {name: ibis.literal("") for name in ("first_artist", "artist")}
    genres = new_genres(tables).group_by("listener_id", "month").agg(n_genres=ibis._.count())
    months = named_months(tables, shared(tables, new_artists))
    months = months.mutate(n_genres=ibis.literal(0, "int64"))
    rows = months.union(genres.mutate(**nobody).select(*months.columns))
    whole = rows.group_by("listener_id", "month").agg(
        **{name: rows[name].max() for name in DISCOVERY_COLUMNS[1:]}
    )
    return whole.order_by("listener_id", "month")


def new_artists(tables):
    """The artists new to each listener: the columns of `PeriodTables.credited`, day and month of
    the first stream.
    """
    credits = tables.track_artists.select("track_id", "artist_id")
    known = tables.earlier.join(credits, "track_id").select("listener_id", "artist_id").distinct()
    credited = ranked_only(tables.credited)
    artists = dated(tables, credited.mutate(day=first_local_day(credited)))
    return artists.filter(~artists.is_early).anti_join(known, ["listener_id", "artist_id"])


def new_genres(tables):
    """The genres new to each listener: listener_id, number (see `genres_of`), month."""
    songs = with_genre(tables, ranked_only(tables.songs))
    days = songs.group_by("listener_id", "number").agg(day=first_local_day(songs).min())
    known = with_genre(tables, tables.earlier).select("listener_id", "number").distinct()
    firsts = dated(tables, days).anti_join(known, ["listener_id", "number"])
    return firsts.filter(~firsts.is_early).select("listener_id", "number", "month")


def first_local_day(rows):
    """The local day, since 1970, of the first stream of each row: first_ms, first_offset_min."""
    return (rows.first_ms + rows.first_offset_min * MINUTE_MS) // DAY_MS


def dated(tables, rows):
    """Rows by listener and day (local, since 1970) with its month, and is_early: whether it was in
    the listener's first KNOWN_DAYS days.
    """
    days = rows.join(first_day_of(tables), "listener_id")
    return days.mutate(
        is_early=days.day < days.since + KNOWN_DAYS, month=month_of(days.day, tables.first_day)
    ).drop("since")


def first_day_of(tables):
    """The first day with a play of each listener in the run: listener_id, since (since 1970)."""
    in_period = tables.days.select("listener_id", day=tables.days.day.cast("int64"))
    before = tables.earlier.select("listener_id", day=tables.earlier.first_day.cast("int64"))
    every = in_period.union(before)
    return every.group_by("listener_id").agg(since=every.day.min())


def named_months(tables, artists):
    """The number of new artists in each month, the first of them and the one with most streams (see
    `discoveries`): listener_id, month, n_artists, first_artist, first_day, artist, n_streams,
    n_whole.

    Only artists who can be one of the two get a name and are sorted.
    """
    in_month = {"group_by": ["listener_id", "month"]}
    by = tables.rules.measure
    counts = artists.mutate(
        n_artists=artists.count().over(**in_month),
        earliest=artists.first_ms.min().over(**in_month),
        most=artists[by].max().over(**in_month),
    )
    few = counts.filter((counts.first_ms == counts.earliest) | (counts[by] == counts.most))
    named = few.join(tables.artists.select("artist_id", "artist"), "artist_id")
    names = "artist", "artist_id"
    best = ranked(named, *tables.rules.best_first, *names, within=["month"]).rename(place="rank")
    both = ranked(best, "first_ms", *names, within=["month"])
    is_first, is_best = both["rank"] == 1, both.place == 1
    return both.group_by("listener_id", "month").agg(
        n_artists=both.n_artists.max(),
        first_artist=both.artist.max(where=is_first),
        first_day=both.day.max(where=is_first),
        artist=both.artist.max(where=is_best),
        n_streams=(both.n_streams / 2).max(where=is_best),
        n_whole=both.n_whole.max(where=is_best),
    )


SHARED = (new_artists,)

# -- seasons and countries -------------------------------------------------------------------------


def seasons(tables):
    """Which artist did each listener stream most in each season? number, season, artist_id, artist,
    n_streams, n_whole.

    Seasons are December to February, March to May, June to August and September to November, named
    as in the listener's half of the world (latitude of the home below 0: winter begins in June;
    without a home, as in the north). number counts them from 0 for January of the first year, so a
    year's January and its December are two winters. A season without a stream has no row. Ties as
    for `top_artists`.
    """
    best = ranked(
        leaders_of_seasons(tables),
        *tables.rules.best_first,
        "artist",
        "artist_id",
        within=["number"],
    )
    named = with_season(best.filter(best["rank"] == 1), tables.listeners)
    return (
        named.mutate(n_streams=named.n_streams / 2)
        .select("listener_id", *SEASON_COLUMNS)
        .order_by("listener_id", "number")
    )


def leaders_of_seasons(tables):
    """The artists with most streams of each season, with those of equal numbers: listener_id,
    number, artist_id, artist, n_streams (in halves), n_whole, ms_played, first_ms.
    """
    months = ranked_only(tables.artist_months)
    months = months.mutate(number=months.month // 3)
    keys = ["listener_id", "artist_id", "number"]
    amounts = months.group_by(keys).agg(amount=total(months[tables.rules.measure]))
    most = leaders(amounts, ["listener_id", "number"], "amount").select(keys)
    rows = months.semi_join(most, keys)  # DuckDB would aggregate all rows before a join
    counts = rows.group_by(keys).agg(
        n_streams=total(rows.n_streams),
        n_whole=total(rows.n_whole),
        ms_played=total(rows.ms_played),
        first_ms=rows.first_ms.min(),
    )
    return counts.join(tables.artists.select("artist_id", "artist"), "artist_id")


def with_season(rows, listeners):
    """Rows of a listener and number of a season with its name (see `seasons`)."""
    if listeners is None:
        rows = rows.mutate(south=ibis.literal(False))
    else:
        south = listeners.select("listener_id", south=listeners.latitude < 0)
        rows = rows.left_join(south, "listener_id").drop("listener_id_right")
    turn = (rows.number + 2 * rows.south.fill_null(False).cast("int64")) % 4
    return rows.mutate(season=turn.cases(*enumerate(SEASONS)))


def world(tables):
    """From which countries are the artists of each listener? rank, country (ISO 3166 alpha-2),
    n_artists, n_streams, share, n_genres (of the listener, all countries together).

    An artist counts in whatever role; n_streams and share are weighed as in `top_artists`. Ties as
    for `top_artists`, with the country instead of the name. Artists of unknown country have
    country "" and rank 0, and no part in share.
    """
    artists = ranked_only(tables.credited).join(
        tables.artists.select("artist_id", "country"), "artist_id"
    )
    counts = artists.group_by("listener_id", "country").agg(
        n_artists=artists.count(),
        n_streams=total(artists.n_streams),
        ms_played=total(artists.ms_played),
        first_ms=artists.first_ms.min(),
    )
    known = counts.country != ""
    order = ibis.asc(known.cast("int64")), *tables.rules.best_first, "country"
    unknown = counts.count(where=~known).over(group_by="listener_id")
    placed = ranked(counts.mutate(unknown=unknown, known=known), *order)
    sums = total(placed.n_streams, placed.known).over(group_by="listener_id")
    return (
        placed.mutate(
            rank=placed["rank"] - placed.unknown,
            share=placed.known.ifelse(placed.n_streams / sums, 0.0),
            n_streams=placed.n_streams / 2,
        )
        .left_join(n_genres(tables), "listener_id")
        .fill_null({"n_genres": 0})
        .select("listener_id", *WORLD_COLUMNS)
        .order_by("listener_id", "rank")
    )


def n_genres(tables):
    """The number of genres that each listener streamed: listener_id, n_genres."""
    genres = shared(tables, ranked_genres)
    return genres.group_by("listener_id").agg(n_genres=genres.count())


# -- the records -----------------------------------------------------------------------------------


def of_several_seasons(rows, _):
    """The rows; none if there is only one season."""
    return rows if len(rows) > 1 else rows[:0]


def seasons_played_often(rows, request):
    """The seasons whose top artist has at least FEWEST_STREAMS streams, if there are several."""
    often = rows[rows["n_whole"] >= FEWEST_STREAMS]
    return of_several_seasons(often.reset_index(drop=True), request)


def with_dates_of_firsts(months, _):
    """Discoveries with first_date, the date of first_day; no row if no new artist has at least
    FEWEST_STREAMS streams.
    """
    months = months if (months["n_whole"] >= FEWEST_STREAMS).any() else months[:0]
    return months.assign(first_date=as_dates(months["first_day"]))


def with_names_of_countries(rows, _):
    """Countries with their names, as in places.csv; the code where it has no name. No row if no
    country is known.
    """
    rows = rows if rows["rank"].any() else rows[:0]
    names = countries().set_index("country")["name"]
    return rows.assign(name=rows["country"].map(names).fillna(rows["country"]))


def gap_to_second_country(rows, by="streams"):
    """The runner-up of the known countries, and the gap, in words."""
    return gap_to_second("name", words="has {gap} as weighted")(rows[rows["rank"] > 0], by)


SONG_COLUMNS = ("track_id", "title", "artist", "first_ms", "first_local_ms", "n_streams")
DISCOVERY_COLUMNS = (
    "month",
    "n_artists",
    "n_genres",
    "first_artist",
    "first_day",
    "artist",
    "n_streams",
    "n_whole",
)
SEASON_COLUMNS = ("number", "season", "artist_id", "artist", "n_streams", "n_whole")
WORLD_COLUMNS = ("rank", "country", "n_artists", "n_streams", "share", "n_genres")
WEIGHED = "a stream of a featured artist weighs {featured}"
INSIGHTS = (
    Insight(
        "first_song",
        "Which song did each listener stream first?",
        first_song,
        reads=OF_STREAMS,
        columns=SONG_COLUMNS,
        counted="the first play of {seconds} s and more, by its start",
        left_out=UNRANKED,
    ),
    Insight(
        "discoveries",
        "Which artists and genres did each listener stream for the first time?",
        discoveries,
        reads=OF_STREAMS,
        columns=DISCOVERY_COLUMNS,
        shape=with_dates_of_firsts,
        counted="artists and genres without a play of {seconds} s and more before, in the whole "
        "run",
        left_out=f"{UNRANKED}, what the listener played in the first {KNOWN_DAYS} days of the run, "
        f"and everything if no new artist has {FEWEST_STREAMS} streams",
    ),
    Insight(
        "seasons",
        "Which artist did each listener stream most in each season?",
        seasons,
        reads=OF_STREAMS,
        columns=SEASON_COLUMNS,
        shape=seasons_played_often,
        counted=f"{RANKED}; {WEIGHED}; seasons from December, March, June and September, by the "
        "half of the world where the home is",
        left_out=f"{UNRANKED}, and seasons whose top artist has fewer than {FEWEST_STREAMS} "
        "streams",
    ),
    Insight(
        "world",
        "From which countries are the artists of each listener?",
        world,
        reads=OF_STREAMS,
        columns=WORLD_COLUMNS,
        shape=with_names_of_countries,
        counted=f"{RANKED}; {WEIGHED}",
        left_out=f"{UNRANKED}; artists of unknown country have no rank",
        runner_up=gap_to_second_country,
    ),
)
