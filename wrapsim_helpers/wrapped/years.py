"""Insights over several years: artists kept every year, and artists who came back (Apple Music
Replay 2025: Loyalty and Comebacks).

They compare the period with the plays before it, so a run of one year has no rows.
"""

from ..instants import DAY_MS, MINUTE_MS
from .counting import ranked, ranked_only, total
from .dates import as_dates
from .insight import OF_STREAMS, Insight, gap_to_second
from .tops import RANKED, UNRANKED

COMEBACK_DAYS = 365  # smallest gap between two plays of an artist that makes a comeback
RETURNED = 20  # artists told


def loyalty(tables, most=RETURNED):
    """Which artists did each listener stream in every year so far? rank, artist_id, artist,
    n_years, n_streams, ms_played, first_ms.

    The years are the calendar years before the period in which the listener streamed anything, and
    the period itself; there must be one year before it. Ranked by whole streams in the period, the
    artist in any role; ties as for `top_artists`.
    """
    years = before_the_period(tables)
    n_years = years.group_by("listener_id").agg(n_years=years.year.nunique() + 1)
    kept = years.group_by("listener_id", "artist_id").agg(n_kept=years.year.nunique() + 1)
    every = kept.join(n_years, "listener_id").filter(lambda t: t.n_kept == t.n_years)
    streams = whole_streams(tables).drop("first_day")
    artists = streams.join(every.drop("n_kept"), ["listener_id", "artist_id"])
    return first_artists(tables, artists, most).relocate("n_years", after="artist")


def comebacks(tables, most=RETURNED):
    """Which artists came back to each listener after COMEBACK_DAYS and more? rank, artist_id,
    artist, last_day and first_day (of the gap, days since 1970), gap_days, n_streams, ms_played,
    first_ms.

    The gap lies between the last local day with a stream before the period and the first one in it.
    Ranked by whole streams in the period; ties as for `top_artists`.
    """
    credits = tables.earlier.join(tables.track_artists, "track_id")
    last = credits.group_by("listener_id", "artist_id").agg(last_day=credits.last_day.max())
    artists = whole_streams(tables).join(last, ["listener_id", "artist_id"])
    gaps = artists.mutate(gap_days=artists.first_day - artists.last_day)
    table = first_artists(tables, gaps.filter(gaps.gap_days >= COMEBACK_DAYS), most)
    return table.relocate("last_day", "first_day", "gap_days", after="artist")


def before_the_period(tables):
    """Listener, artist and year of the streams in the calendar years before the period's first."""
    years = tables.earlier.filter(tables.earlier.year < tables.first_day.year)
    credits = years.join(tables.track_artists, "track_id")
    return credits.select("listener_id", "artist_id", "year").distinct()


def whole_streams(tables):
    """Listener with a stream before the period, and streamed artist: n_streams (whole, whatever the
    role), ms_played, first_ms, and first_day (days since 1970, local).
    """
    songs = ranked_only(tables.songs).semi_join(tables.earlier, "listener_id")
    credits = songs.join(tables.track_artists, "track_id")
    day = (credits.first_ms + credits.first_offset_min * MINUTE_MS) // DAY_MS
    return credits.group_by("listener_id", "artist_id").agg(
        n_streams=total(credits.n_streams),
        ms_played=total(credits.ms_played),
        first_ms=credits.first_ms.min(),
        first_day=day.min(),
    )


def first_artists(tables, artists, most):
    """The first artists of each listener with their names, in the order of ranks."""
    named = artists.join(tables.artists.select("artist_id", "artist"), "artist_id")
    best = ranked(named, *tables.rules.best_first, "artist", "artist_id")
    few = best.filter(best["rank"] <= most).relocate("artist", after="artist_id")
    return few.order_by("listener_id", "rank")


# -- the records -----------------------------------------------------------------------------------


def comebacks_with_dates(artists, _):
    """Comebacks with last_day and first_day as dates."""
    days = {name: as_dates(artists[name]) for name in ("last_day", "first_day")}
    return artists.assign(**days)


COUNTS = ("n_streams", "ms_played", "first_ms")
INSIGHTS = (
    Insight(
        "loyalty",
        "Which artists did each listener stream in every year so far?",
        loyalty,
        reads=OF_STREAMS,
        columns=("artist_id", "artist", "n_years", *COUNTS, "rank"),
        counted=f"artists with a stream in every year in which you listened; {RANKED}",
        left_out=f"{UNRANKED}, and years before the run",
        runner_up=gap_to_second("artist"),
    ),
    Insight(
        "comebacks",
        "Which artists came back to each listener after a year and more?",
        comebacks,
        reads=OF_STREAMS,
        columns=("artist_id", "artist", "last_day", "first_day", "gap_days", *COUNTS, "rank"),
        shape=comebacks_with_dates,
        counted=f"artists without a stream for {COMEBACK_DAYS} days and more before the first "
        f"one in the period; {RANKED}",
        left_out=f"{UNRANKED}, and years before the run",
        runner_up=gap_to_second("artist"),
    ),
)
