"""Insights on release years of the streamed tracks: streams by year, oldest song, listening age."""

import ibis

from .counting import ranked, ranked_only, shared, total
from .insight import OF_STREAMS, Insight, Tally, counted_streams
from .tops import RANKED, UNRANKED, track_titles

COHORT_YEARS = 5  # birth years of a cohort: 2000 to 2004, for instance
EVERYBODY = 0  # the cohort of all listeners
WINDOW_YEARS = 5  # release years of the window that gives the listening age
# The age at which a listener is assumed to hear the last year of the window; the published outline
# of 2025 says 16 to 21.
LISTENING_AGE_ANCHOR = 16
OLDEST = 100  # the highest listening age
LEAST_PERCENT = 10  # of a listener's streams, that the window of the listening age needs

# -- release years ---------------------------------------------------------------------------------


def dated_songs(tables):
    """The songs that each listener streamed, with release_year, int64; tracks without a release
    date are dropped.
    """
    dated = tables.tracks.filter(tables.tracks.release_date.notnull())
    years = dated.select("track_id", release_year=dated.release_date.year().cast("int64"))
    return ranked_only(tables.songs).join(years, "track_id")


def streams_by_year(tables):
    """Streams of each listener by release year: n_streams, ms_played, first_ms."""
    songs = dated_songs(tables)
    return songs.group_by("listener_id", "release_year").agg(
        n_streams=total(songs.n_streams),
        ms_played=total(songs.ms_played),
        first_ms=songs.first_ms.min(),
    )


SHARED = (streams_by_year,)


def top_release_year(tables):
    """From which release year did each listener stream most? One row per listener: release_year,
    n_streams, ms_played, first_ms.

    ListenBrainz's "most listened year". Ties as for songs, with the year instead of the title.
    """
    best = ranked(shared(tables, streams_by_year), *tables.rules.best_first, "release_year")
    return best.filter(best["rank"] == 1).drop("rank").order_by("listener_id")


def oldest_song(tables):
    """Which streamed song of each listener was released first? One row per listener: track_id,
    n_streams, ms_played, first_ms, title, artist, release_year.

    The lowest release date with one ranked stream; tracks without a release date are ignored. Of
    equal dates, ties as for songs.
    """
    songs = dated_songs(tables).drop("n_any", "first_offset_min")
    dates = tables.tracks.select("track_id", "release_date")
    dated = songs.join(dates, "track_id")
    first = dated.group_by("listener_id").agg(release_date=dated.release_date.min())
    oldest = dated.semi_join(first, ["listener_id", "release_date"]).drop("release_date")
    named = oldest.join(shared(tables, track_titles), "track_id")
    order = ranked(named, *tables.rules.best_first, "title", "track_id")
    only = order.filter(order["rank"] == 1).drop("rank")
    return only.relocate("release_year", after="artist").order_by("listener_id")


# -- the cohort ------------------------------------------------------------------------------------


def cohorts_of(tables):
    """Cohort of each listener with a known birth date: listener_id, cohort (its first birth year).
    None if the tables have no listeners.
    """
    if tables.listeners is None:
        return None
    known = tables.listeners.filter(tables.listeners.birth_date.notnull())
    year = known.birth_date.year().cast("int64")
    return known.select("listener_id", cohort=year - year % COHORT_YEARS)


def with_cohort(tables, table):
    """A table by listener with the column cohort; EVERYBODY for an unknown birth date."""
    cohorts = cohorts_of(tables)
    if cohorts is None:
        return table.mutate(cohort=ibis.literal(EVERYBODY, "int8").cast("int64"))
    return (
        table.left_join(cohorts, "listener_id")
        .drop("listener_id_right")
        .fill_null({"cohort": EVERYBODY})
    )


def streams_of_cohorts(tables):
    """Streams by cohort and release year: cohort, release_year, n_streams."""
    streams = with_cohort(tables, shared(tables, streams_by_year))
    return streams.group_by("cohort", "release_year").agg(n_streams=total(streams.n_streams))


def with_everybody(cohorts):
    """Streams by cohort and release year, and those of all listeners as the cohort EVERYBODY."""
    everybody = cohorts.group_by("release_year").agg(n_streams=total(cohorts.n_streams))
    everybody = everybody.mutate(cohort=ibis.literal(EVERYBODY, "int64"))
    known = cohorts.filter(cohorts.cohort != EVERYBODY)
    return known.union(everybody.select(*known.columns))


def reference_cohorts(tables):
    """The cohort with which each listener is compared: listener_id, cohort.

    It is the one of the birth year if another of its listeners has a stream, else EVERYBODY.
    """
    streams, cohorts = shared(tables, streams_by_year), tables.tallies["cohorts"]
    totals = streams.group_by("listener_id").agg(n_streams=total(streams.n_streams))
    sums = cohorts.group_by("cohort").agg(n_all=total(cohorts.n_streams))
    with_sums = with_cohort(tables, totals).left_join(sums, "cohort")
    has_others = with_sums.n_all > with_sums.n_streams
    compared = with_sums.mutate(cohort=has_others.ifelse(with_sums.cohort, EVERYBODY))
    return compared.select("listener_id", "cohort")


def release_years(tables):
    """From which years is the music of each listener? release_year, n_streams, n_others, cohort;
    one row per year from which the listener or their cohort streamed.

    cohort    first birth year of the five with which the listener is compared; 0 for all listeners,
              if the birth date is unknown or no other listener was born in those years
    n_others  streams of the other listeners of the cohort
    """
    mine = shared(tables, streams_by_year).select("listener_id", "release_year", mine="n_streams")
    both = reference_cohorts(tables).join(tables.tallies["cohorts"], "cohort")
    joined = both.left_join(mine, ["listener_id", "release_year"]).fill_null({"mine": 0})
    years = joined.select(
        "listener_id",
        "release_year",
        n_streams=joined.mine,
        n_others=joined.n_streams - joined.mine,
        cohort=joined.cohort,
    )
    some = years.filter((years.n_streams > 0) | (years.n_others > 0))
    return some.order_by("listener_id", "release_year")


# -- the listening age -----------------------------------------------------------------------------


def listening_age(tables):
    """How old would the release years make each listener? One row per listener: age, first_year and
    last_year of the window, n_window and n_streams (the listener's streams in it and in all years),
    n_others_window and n_others (those of the cohort), cohort, n_undated (streams of tracks without
    a release date, which are ignored).

    The window is the five release years with the largest share of the listener's streams minus
    their share of the streams of the others in the cohort (see `release_years`); shares are rounded
    to 1e-9; of equal windows, the later. It has at least LEAST_PERCENT of the listener's streams,
    and ends in the last year of the period at the latest. The age is that of somebody who was
    LISTENING_AGE_ANCHOR in its last year, 16 to 100. No row if no such window has a larger share
    than among the others, or if there are no others: a listener alone is compared with nobody. The
    outline was published in 2025; anchor, cohorts and the least share are decisions of wrapsim.
    """
    windows = windows_of_years(release_years(tables), tables.last_day.year)
    above = windows.n_window / windows.n_streams - windows.n_others_window / windows.n_others
    scored = windows.mutate(above=above.round(9))
    best = ranked(scored, ibis.desc("above"), ibis.desc("last_year"))
    chosen = best.filter((best["rank"] == 1) & (best.above > 0)).drop("rank", "above")
    age = tables.last_day.year - chosen.last_year + LISTENING_AGE_ANCHOR
    with_age = chosen.mutate(
        age=age.clip(LISTENING_AGE_ANCHOR, OLDEST), first_year=chosen.last_year - WINDOW_YEARS + 1
    )
    return (
        with_undated(tables, with_age).select("listener_id", *AGE_COLUMNS).order_by("listener_id")
    )


def windows_of_years(years, last_year):
    """Streams in every window of release years that has enough of the listener's, by last year of
    the window: n_window, n_others_window; n_streams and n_others of all years; cohort.
    """
    everything = years.group_by("listener_id", "cohort").agg(
        n_streams=total(years.n_streams), n_others=total(years.n_others)
    )
    steps = years.select(
        "listener_id",
        "release_year",
        mine=years.n_streams,
        others=years.n_others,
        step=ibis.range(WINDOW_YEARS).unnest(),  # by itself, as Spark requires
    )
    ends = steps.mutate(last_year=steps.release_year + steps.step)
    ends = ends.filter(ends.last_year <= last_year)
    windows = ends.group_by("listener_id", "last_year").agg(
        n_window=total(ends.mine), n_others_window=total(ends.others)
    )
    both = windows.filter(windows.n_window > 0).join(everything, "listener_id")
    is_large = 100 * both.n_window >= LEAST_PERCENT * both.n_streams
    return both.filter(is_large & (both.n_others > 0))


def with_undated(tables, table):
    """A table by listener with n_undated, the streams of tracks without a release date."""
    undated = tables.tracks.filter(tables.tracks.release_date.isnull())
    songs = ranked_only(tables.songs).semi_join(undated, "track_id")
    undated = songs.group_by("listener_id").agg(n_undated=total(songs.n_streams))
    joined = table.left_join(undated, "listener_id").drop("listener_id_right")
    return joined.fill_null({"n_undated": 0})


TALLIES = (
    Tally(
        "cohorts",
        streams_of_cohorts,
        adds=("cohort", "release_year"),
        finish=with_everybody,
        order=("cohort", "release_year"),
        reads=OF_STREAMS,
    ),
)

# -- the records -----------------------------------------------------------------------------------


def every_release_year(years, _):
    """One row per release year from the first to the last, 0 for years without a stream; shares of
    the listener and of the others, NaN if there are no others.
    """
    if not len(years):
        return years.assign(share=[], others_share=[])
    every = range(years["release_year"].min(), years["release_year"].max() + 1)
    counts = years.set_index("release_year")[["n_streams", "n_others"]]
    counts = counts.reindex(every, fill_value=0).rename_axis("release_year").reset_index()
    shares = {
        "share": counts["n_streams"] / counts["n_streams"].sum(),
        "others_share": counts["n_others"] / max(counts["n_others"].sum(), 1),
    }
    return counts.assign(cohort=years["cohort"].iloc[0], **shares)


def gap_to_second_year(years, _by="streams"):
    """The runner-up of the release year with most streams, and the gap, in words."""
    best = years.sort_values(["n_streams", "release_year"], ascending=False)
    if len(best) < 2:
        return ""
    first, second = best.iloc[0], best.iloc[1]
    gap = counted_streams(first["n_streams"] - second["n_streams"])
    return f"after {first['release_year']:.0f}, {second['release_year']:.0f} has {gap} fewer"


AGE_COLUMNS = (
    "age",
    "first_year",
    "last_year",
    "n_window",
    "n_streams",
    "n_others_window",
    "n_others",
    "cohort",
    "n_undated",
)
UNDATED = f"{UNRANKED}, and tracks without a release date"
INSIGHTS = (
    Insight(
        "release_years",
        "From which years is each listener's music?",
        release_years,
        reads=OF_STREAMS,
        tallies=("cohorts",),
        columns=("release_year", "n_streams", "n_others", "cohort"),
        shape=every_release_year,
        counted="plays of {seconds} s and more by the release year of the track",
        left_out=UNDATED,
        runner_up=gap_to_second_year,
    ),
    Insight(
        "top_release_year",
        "From which release year did each listener stream most?",
        top_release_year,
        reads=OF_STREAMS,
        columns=("release_year", "n_streams", "ms_played", "first_ms"),
        counted=RANKED.replace("the name", "the earlier year"),
        left_out=UNDATED,
    ),
    Insight(
        "oldest_song",
        "Which streamed song of each listener was released first?",
        oldest_song,
        reads=OF_STREAMS,
        columns=(
            "track_id",
            "n_streams",
            "ms_played",
            "first_ms",
            "title",
            "artist",
            "release_year",
        ),
        counted=f"the earliest release date; of equal dates, {RANKED}",
        left_out=UNDATED,
    ),
    Insight(
        "listening_age",
        "How old would the release years make each listener?",
        listening_age,
        reads=OF_STREAMS,
        tallies=("cohorts",),
        columns=AGE_COLUMNS,
        counted="the five release years whose share of the plays of {seconds} s and more is "
        "furthest above the share among other listeners of the same birth years, with at least "
        f"{LEAST_PERCENT} of 100 of these plays; of equal "
        f"windows, the later; the age of somebody who was {LISTENING_AGE_ANCHOR} in its last "
        f"year, from {LISTENING_AGE_ANCHOR} to {OLDEST}",
        left_out=UNDATED,
    ),
)
