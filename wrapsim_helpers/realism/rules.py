"""Breaches of the rules of tables, plans and summaries, counted over a whole run."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..instants import DAY_MS, MINUTE_MS
from ..runs.opened import file_groups, play_files, read_parquet, read_plays
from ..runs.rules import PLAN_RULES, breaches, rules_of
from ..wrapped.counting import Rules, too_little
from ..wrapped.dates import day_number
from ..wrapped.editions import EDITIONS, window
from ..wrapped.periods import count_plays, open_period, period_days, show_rows
from .log import PLAYS_AT_ONCE, plays_of_files

CHECKED = 60  # listeners whose summaries are recounted
RECOUNTED = (
    "rule_stream_30s",
    "rule_wrapped_window",
    "rule_wrapped_ranks",
    "rule_wrapped_eligibility",
    "rule_wrapped_private",
)


def breaches_by_rule(run, progress=True):
    """(Series of breaches by rule, number of plays checked) of a run. The rules are in
    `runs.rules`.
    """
    connection = rules_of(read_parquet(run, "tracks"), read_parquet(run, "profile_versions"))
    counts, n_plays = [], 0
    groups = file_groups(run, PLAYS_AT_ONCE)
    for files in tqdm(groups, desc="checking the rules", unit="part", disable=not progress):
        plays = plays_of_files(run, files)
        counts.append(breaches(connection, plays)["n"])
        n_plays += plays.num_rows
    return sum(counts).astype(int), n_plays


# -- what a summary counts -------------------------------------------------------------------------


def broken_summaries(run, n=CHECKED):
    """For how many of n listeners does a recount of the summary differ? Series by rule.

    The recount uses plain pandas on the tables, one listener at a time.
    """
    period = open_period(run, *edition_of(run.parameters))
    ids = read_parquet(run, "listeners", ["listener_id"])["listener_id"].to_numpy()
    ids = ids[:: max(1, len(ids) // n)][:n]
    tracks, artists, credits = (
        read_parquet(run, name).to_pandas() for name in ("tracks", "artists", "track_artists")
    )
    credits["weight"] = np.where(credits["role"] == "primary", 1.0, 0.5)
    rows = [
        broken
        for file in play_files(run)
        for broken in recounted(period, file, ids, tracks, artists, credits)
    ]
    return pd.DataFrame(rows, columns=RECOUNTED).sum()


def recounted(period, file, ids, *catalogue):
    """The `summary_differences` of those listeners whose plays are in a file: a list of dicts."""
    plays = read_plays(period.run, file)
    plays = plays.filter(pc.is_in(plays["listener_id"], pa.array(ids)))
    show_rows(period.connection, "plays", plays)
    names = "minutes", "top_songs", "top_artists"
    statements, query = count_plays(period, names), period.connection.sql
    insights = [query(statements[name]).df() for name in names]
    plays = plays.to_pandas()
    plays["started_ms"] = plays["started_at"].astype("datetime64[ms, UTC]").astype("int64")
    local_ms = plays["started_ms"] + plays["utc_offset_min"].astype("int64") * MINUTE_MS
    days = day_number(period.first_day), day_number(period.last_day)
    inside = (local_ms // DAY_MS).between(*days)
    return [
        summary_differences(
            listener_plays[inside[listener_plays.index]],
            *(table[table["listener_id"] == listener] for table in insights),
            *catalogue,
        )
        for listener, listener_plays in plays.groupby("listener_id")
    ]


def edition_of(parameters):
    """(year, edition) to recount: the year with most days of the run, and the edition of that year
    if it counts one of these days, otherwise "all".
    """
    first, _ = period_days(parameters, -1, "all")
    edition = str(first.year)
    counts = edition in EDITIONS and window(first.year, edition)[1] >= first
    return first.year, edition if counts else "all"


def summary_differences(plays, minutes, songs, artists, tracks, names, credits):
    """Rule -> whether the recount of one listener differs.

    plays  of the period;  minutes, songs, artists  rows of the listener's insights
    tracks, names, credits  tables of the catalogue: tracks, artists, track_artists with `weight`
    """
    minutes = minutes.sum(numeric_only=True)  # zeros if there is no row
    streams = plays[plays["ms_played"] >= 30_000]
    noise = tracks.loc[tracks["noise"], "track_id"]
    is_music = (streams["content_type"] == "track") & ~streams["track_id"].isin(noise)
    ranked = streams[is_music & ~streams["private"]]
    n_artists = credits.loc[credits["track_id"].isin(streams["track_id"]), "artist_id"].nunique()
    enough = (
        streams["track_id"].nunique() >= Rules().min_tracks and n_artists >= Rules().min_artists
    )
    best_songs = ranking(ranked.assign(weight=1.0), "track_id", tracks, "title")
    best_artists = ranking(ranked.merge(credits, on="track_id"), "artist_id", names, "artist")
    return {
        "rule_stream_30s": minutes["n_streams"] != len(streams),
        "rule_wrapped_window": minutes["ms_played"] != plays["ms_played"].sum(),
        "rule_wrapped_ranks": [*songs.sort_values("rank")["track_id"]] != best_songs
        or [*artists.sort_values("rank")["artist_id"]] != best_artists,
        "rule_wrapped_eligibility": too_little(minutes) == enough,
        "rule_wrapped_private": songs["n_streams"].sum() > len(ranked)
        or minutes["n_plays"] != len(plays),
    }


def ranking(streams, key, names, name, most=100):
    """Ids in order of weighted streams, then milliseconds, then the earlier first play, then the
    name, then the id; a list.
    """
    each = streams.groupby(key, as_index=False).agg(
        n=("weight", "sum"), ms=("ms_played", "sum"), first=("started_ms", "min")
    )
    each = each.merge(names[[key, name]], on=key).sort_values(
        ["n", "ms", "first", name, key], ascending=[False, False, True, True, True]
    )
    return each[key].head(most).tolist()


def rule_values(run, sample, progress=True):
    """(values of the rules that are targets: {target: {check: float64, (R,)}}, Series of breaches
    of all other rules, number of plays).
    """
    counts, n_plays = breaches_by_rule(run, progress)
    of_plans = counts[[*PLAN_RULES]]
    by_target = of_plans.groupby([target for target, _ in PLAN_RULES.values()]).sum()
    broken = {**by_target, **broken_summaries(run)}
    values = {target: {"breaches": np.array([float(n)])} for target, n in broken.items()}
    with np.errstate(invalid="ignore"):
        values["rule_ads"]["minutes_per_hour"] = 60 * sample["ad_free"] / sample["ms_free"]
    return values, counts.drop(of_plans.index), n_plays
