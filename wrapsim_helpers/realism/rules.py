"""Breaches of the rules of tables, plans and summaries, counted over a whole run."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..instants import DAY_MS, MINUTE_MS
from ..runs.opened import open_run
from ..runs.rules import PLAN_RULES, breaches, rules_of
from ..storage.tables import play_files, read_parquet, read_plays
from ..wrapped.counting import Rules, day_number, too_little
from ..wrapped.editions import EDITIONS, window
from ..wrapped.periods import count_plays, open_period, period_days, show_rows
from .log import plays_of_files, stretches

CHECKED = 60  # listeners whose summaries are recounted
RECOUNTED = (
    "rule_stream_30s",
    "rule_wrapped_window",
    "rule_wrapped_ranks",
    "rule_wrapped_eligibility",
    "rule_wrapped_private",
)


def breaches_by_rule(run_dir, progress=True):
    """(Series of breaches by rule, number of plays checked) of a run. The rules are in
    `runs.rules`.
    """
    connection = rules_of(
        read_parquet(run_dir, "tracks"), read_parquet(run_dir, "profile_versions")
    )
    counts, n_plays = [], 0
    for files in tqdm(
        stretches(run_dir), desc="checking the rules", unit="part", disable=not progress
    ):
        plays = plays_of_files(run_dir, files)
        counts.append(breaches(connection, plays)["n"])
        n_plays += plays.num_rows
    return sum(counts).astype(int), n_plays


# -- what a summary counts -------------------------------------------------------------------------


def broken_summaries(run_dir, n=CHECKED):
    """For how many of n listeners does a recount of the summary differ? Series by rule.

    The recount uses plain pandas on the tables, one listener at a time.
    """
    run = open_run(run_dir)
    period = open_period(run, *edition_of(run.parameters))
    ids = read_parquet(run, "listeners", ["listener_id"])["listener_id"].to_numpy()
    ids = ids[:: max(1, len(ids) // n)][:n]
    music = {
        name: read_parquet(run, name).to_pandas() for name in ("tracks", "artists", "track_artists")
    }
    rows = [line for file in play_files(period.run) for line in recounted(period, file, ids, music)]
    return pd.DataFrame(rows, columns=RECOUNTED).sum()


def recounted(period, file, ids, music):
    """The `summary_differences` of those listeners whose plays are in a file: a list of dicts."""
    plays = read_plays(period.run, file)
    plays = plays.filter(pc.is_in(plays["listener_id"], pa.array(ids)))
    show_rows(period.connection, plays)
    statements, query = count_plays(period), period.connection.sql
    insights = {
        name: query(statements[name]).df().set_index("listener_id")
        for name in ("minutes", "top_songs", "top_artists")
    }
    days = day_number(period.first_day), day_number(period.last_day)
    return [
        summary_differences(listener, insights, own_plays, music, *days)
        for listener, own_plays in plays.to_pandas().groupby("listener_id")
    ]


def edition_of(parameters):
    """(year, edition) to recount: the year with most days of the run, and the edition of that year
    if it counts one of these days, otherwise "full".
    """
    first, _ = period_days(parameters, -1, "full")
    edition = str(first.year)
    return first.year, edition if edition in EDITIONS and window(first.year, edition)[
        1
    ] >= first else "full"


def summary_differences(listener, insights, plays, music, first, last):
    """Rule -> whether the recount of one listener differs."""
    local_ms = (
        plays["started_at"].astype("datetime64[ms, UTC]").astype("int64")
        + plays["utc_offset_min"].astype("int64") * MINUTE_MS
    )
    inside = plays.assign(
        started_ms=plays["started_at"].astype("datetime64[ms, UTC]").astype("int64")
    )[(local_ms // DAY_MS).between(first, last)]
    streams = inside[inside["ms_played"] >= 30_000]
    row = insights["minutes"].reindex([listener]).fillna(0).iloc[0]
    noise = music["tracks"].loc[music["tracks"]["noise"], "track_id"]
    ranked = streams[
        ~streams["private"]
        & (streams["content_type"] == "track")
        & ~streams["track_id"].isin(noise)
    ]
    credits = music["track_artists"].assign(
        weight=np.where(music["track_artists"]["role"] == "primary", 1.0, 0.5)
    )
    credited = streams.merge(credits, on="track_id")
    songs, artists = (
        insights[name].loc[[listener]].sort_values("rank")
        if listener in insights[name].index
        else insights[name].iloc[:0]
        for name in ("top_songs", "top_artists")
    )
    enough = (
        streams["track_id"].nunique() >= Rules().min_tracks
        and credited["artist_id"].nunique() >= Rules().min_artists
    )
    return {
        "rule_stream_30s": row["n_streams"] != len(streams),
        "rule_wrapped_window": row["ms_played"] != inside["ms_played"].sum(),
        "rule_wrapped_ranks": [*songs["track_id"]]
        != ranking(ranked.assign(weight=1.0), "track_id", music["tracks"], "title")
        or [*artists["artist_id"]]
        != ranking(ranked.merge(credits, on="track_id"), "artist_id", music["artists"], "artist"),
        "rule_wrapped_eligibility": too_little(row) == enough,
        "rule_wrapped_private": songs["n_streams"].sum() > len(ranked)
        or row["n_plays"] != len(inside),
    }


def ranking(streams, key, names, name, most=100):
    """Ids in order of weighted streams, then milliseconds, then the earlier first play, then the
    name, then the id; a list.
    """
    each = (
        streams.groupby(key)
        .agg(n=("weight", "sum"), ms=("ms_played", "sum"), first=("started_ms", "min"))
        .reset_index()
    )
    each = each.merge(names[[key, name]], on=key)
    return [
        *each.sort_values(
            ["n", "ms", "first", name, key], ascending=[False, False, True, True, True]
        )[key].head(most)
    ]


def rule_values(run_dir, sample, progress=True):
    """(values of the rules that are targets: {target: {check: float64, (R,)}}, Series of breaches
    of all other rules, number of plays).
    """
    counts, n_plays = breaches_by_rule(run_dir, progress)
    of_plans = counts[[*PLAN_RULES]]
    by_target = of_plans.groupby([target for target, _ in PLAN_RULES.values()]).sum()
    broken = {**by_target, **broken_summaries(run_dir)}
    values = {target: {"breaches": np.array([float(n)])} for target, n in broken.items()}
    with np.errstate(invalid="ignore"):
        values["rule_ads"]["minutes_per_hour"] = 60 * sample["ad_free"] / sample["ms_free"]
    return values, counts.drop(of_plans.index), n_plays
