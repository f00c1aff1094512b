"""Songs that each listener kept, added to playlists or saved, by month (the service's Collector
badge of 2020).
"""

from .counting import ranked, ranked_only, shared
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, track_titles

KINDS = {"n_adds": "playlist_add", "n_saves": "save"}  # actions that keep a song


def kept_songs(tables):
    """Which songs did each listener keep in each month? month (see `month_of`), n_kept (songs that
    were added to a playlist or saved for the first time in the period), n_adds and n_saves (all
    such actions of the month), track_id, title, artist, n_streams: of the kept songs the one with
    most ranked streams in the period.

    Months are in UTC, since actions have no local time. No row for a month in which no song was
    kept for the first time. Ties as for `top_songs`.
    """
    kept = keeping_actions(tables)
    counts = kept.group_by("listener_id", "month").agg(
        **{name: kept.count(where=kept.kind == kind) for name, kind in KINDS.items()}
    )
    firsts = kept.group_by("listener_id", "track_id").agg(month=kept.month.min())
    songs = with_streams(tables, firsts)
    named = songs.join(shared(tables, track_titles), "track_id")
    order = *tables.rules.best_first, "title", "track_id"
    best = ranked(named, *order, within=["month"]).filter(lambda t: t["rank"] == 1)
    joined = best.join(counts, ["listener_id", "month"])
    return joined.select("listener_id", *COLUMNS).order_by("listener_id", "month")


def keeping_actions(tables):
    """The actions of KINDS from the first to the last day, UTC: listener_id, track_id, kind,
    month.
    """
    actions = tables.actions.filter(tables.actions.kind.isin(list(KINDS.values())))
    within = actions.filter(actions["at"].date().between(tables.first_day, tables.last_day))
    years = within["at"].year() - tables.first_day.year
    month = (12 * years + within["at"].month()).cast("int64")
    return within.select("listener_id", "track_id", "kind", month=month)


def with_streams(tables, songs):
    """Kept songs with the ranked streams of each, 0 if there are none, and n_kept, the number of
    songs of the listener and month.
    """
    counts = ranked_only(tables.songs)
    counts = counts.select("listener_id", "track_id", "n_streams", "ms_played", "first_ms")
    joined = songs.left_join(counts, ["listener_id", "track_id"])
    filled = joined.select(
        *songs.columns,
        **{name: joined[name].fill_null(0) for name in ("n_streams", "ms_played", "first_ms")},
    )
    return filled.mutate(n_kept=filled.count().over(group_by=["listener_id", "month"]))


COLUMNS = ("month", "n_kept", "n_adds", "n_saves", "track_id", "title", "artist", "n_streams")
INSIGHTS = (
    Insight(
        "kept_songs",
        "Which songs did each listener keep in each month?",
        kept_songs,
        reads=OF_STREAMS,
        needs=("actions",),
        columns=COLUMNS,
        counted="songs added to playlists and saved, in the month of the first such action, UTC; "
        f"of a month, the song with most {RANKED}",
        left_out=f"of the streams: {UNRANKED}",
    ),
)
