"""Rules that every log must follow: what is physically possible, and what the plans allow.

SQL checks them from tables only: plays, tracks and profile versions.
"""

from contextlib import closing

import duckdb
import pandas as pd
import pyarrow as pa

from ..checking import front_door
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS, check_time, instant_ms
from ..schema import TABLES

SKIPS_AN_HOUR, ALLOWANCE_MS, OFFLINE_MS = 6, 30 * MINUTE_MS, 30 * DAY_MS
LISTS_FROM, ALLOWANCE_FROM = (
    instant_ms("from", check_time("from", day), "UTC") for day in ("2018-04-24", "2025-09-15")
)
FREE_PHONE = "plan = 'free' AND device = 'phone'"
COUNTED_ON = "on_demand AND NOT (context = 'personalized')"  # plays that use the daily allowance
NEXT = {"trackdone": "trackdone", "fwdbtn": "fwdbtn", "backbtn": "backbtn", "endplay": "clickrow"}
FOLLOWS = " OR ".join(
    f"(last_end = '{ended}' AND reason_start = '{started}')" for ended, started in NEXT.items()
)

# Profile versions with valid_from and valid_to in ms: a version ends when the next one begins.
VERSIONS = f"""
CREATE TEMP TABLE versions AS
SELECT listener_id, profile_version, plan::VARCHAR AS plan, epoch_ms(valid_from) AS valid_from,
  lead(epoch_ms(valid_from), 1, {2**62})
    OVER (PARTITION BY listener_id ORDER BY profile_version) AS valid_to
FROM profile_versions"""
# Plays in order, with columns of the previous play; times in ms.
IN_ORDER = """
CREATE OR REPLACE TEMP TABLE played AS
WITH timed AS (
  SELECT * REPLACE (epoch_ms(started_at) AS started_at, epoch_ms(ended_at) AS ended_at)
  FROM plays)
SELECT timed.*, duration_ms, v.plan AS own_plan, v.valid_from, v.valid_to,
  (started_at + utc_offset_min * 60000) // 86400000 AS day, lag(play_id) OVER w AS last_id,
  lag(ended_at) OVER w AS last_ended, lag(session_id) OVER w AS last_session,
  lag(reason_end) OVER w AS last_end
FROM timed LEFT JOIN tracks USING (track_id)
  LEFT JOIN versions v USING (listener_id, profile_version)
WINDOW w AS (PARTITION BY listener_id ORDER BY play_id)"""

# rule -> SQL condition of a play that breaks it
INVARIANTS = {
    "a play has a known track": "duration_ms IS NULL",
    "a play ends after the time played and paused": """
      ended_at <> started_at + ms_played + paused_ms""",
    "a play is no longer than its track": """
      ms_played < 0 OR ms_played > duration_ms + seek_back_ms - seek_forward_ms""",
    "no time is negative": "least(paused_ms, seek_forward_ms, seek_back_ms, ad_ms) < 0",
    "a play starts after the last one and its advertisement": "started_at < last_ended + ad_ms",
    "plays are numbered without a gap": "play_id <> last_id + 1",
    "plays and sessions carry the number of their listener": """
      play_id >> 32 <> listener_id OR session_id >> 32 <> listener_id""",
    "sessions are numbered without a gap": "session_id NOT IN (last_session, last_session + 1)",
    "a play starts for the reason that ended the last one": f"""
      session_id = last_session AND NOT ({FOLLOWS})""",
    "a track that is done was played to its end": """
      reason_end = 'trackdone' AND ms_played <> duration_ms + seek_back_ms - seek_forward_ms""",
    "the interaction follows from the other columns": """
      interaction <> CASE WHEN reason_end = 'fwdbtn' THEN 'skip'
        WHEN reason_start = 'backbtn' THEN 'replay' WHEN paused_ms > 0 THEN 'pause'
        ELSE 'play' END""",
    "only free phones are restricted": f"NOT ({FREE_PHONE}) AND NOT on_demand",
}
# rule -> SQL condition of a play, joined with its profile version, that breaks it
OF_PROFILES = {
    "the profile version is the one of that time": """
      own_plan IS NULL OR started_at < valid_from OR started_at >= valid_to""",
    "the plan is that of the profile version": "plan <> own_plan",
}
# rule of a plan -> (its figure in data/behaviour/targets.json, SQL FROM of plays that break it)
PLAN_RULES = {
    "advertisements are for the free plan": (
        "rule_ads",
        "FROM played WHERE plan = 'premium' AND ad_ms > 0",
    ),
    "offline listening needs premium": (
        "rule_offline",
        "FROM played WHERE plan = 'free' AND offline",
    ),
    "a device goes online every 30 days": (
        "rule_offline",
        f"""FROM (SELECT *, min(started_at) OVER (PARTITION BY listener_id) AS first,
            max(CASE WHEN NOT offline THEN ended_at END)
              OVER (PARTITION BY listener_id ORDER BY play_id) AS last_online FROM played)
          WHERE offline AND started_at - coalesce(last_online, first) > {OFFLINE_MS}""",
    ),
    "free phones shuffle unless a track may be chosen": (
        "rule_free_shuffle",
        f"""FROM played WHERE {FREE_PHONE} AND (NOT shuffle AND NOT on_demand
          OR {COUNTED_ON} AND started_at < {ALLOWANCE_FROM}
          OR on_demand AND started_at < {LISTS_FROM})""",
    ),
    "free phones choose tracks for 30 minutes a day": (
        "rule_free_shuffle",
        f"""FROM (SELECT *, sum(ms_played) OVER (PARTITION BY listener_id, day ORDER BY play_id
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS spent
            FROM played WHERE {FREE_PHONE} AND {COUNTED_ON})
          WHERE spent >= {ALLOWANCE_MS}""",
    ),
    "free phones skip at most six times an hour": (
        "rule_skip_cap",
        f"""FROM (SELECT *, lag(ended_at, {SKIPS_AN_HOUR})
              OVER (PARTITION BY listener_id ORDER BY ended_at) AS sixth
            FROM played WHERE {FREE_PHONE} AND reason_end = 'fwdbtn')
          WHERE ended_at - sixth < {HOUR_MS}""",
    ),
}


@front_door
def check_plays(plays: pa.Table, tracks: pa.Table, versions: pa.Table | None = None):
    """Is this log physically possible, and does it follow the rules of the plans?

    plays, tracks, versions  Arrow tables as in `schema.TABLES`; versions are the profile versions;
                             without them two rules are not checked
    Returns  DataFrame: each rule in words, and how many plays it was checked on
    Raises ValueError naming the rule and the first play that breaks it.
    """
    with closing(rules_of(tracks, versions)) as connection:
        by_rule = breaches(connection, plays)
    if versions is None:
        by_rule = by_rule.drop(index=[*OF_PROFILES])
    for rule, row in by_rule[by_rule["n"] > 0].iterrows():
        raise ValueError(
            f"The log breaks the rule {rule!r} in {row['n']:,} of {plays.num_rows:,} plays, first "
            f"in play_id {row['first']}."
        )
    return pd.DataFrame({"rule": by_rule.index, "checked on": f"{plays.num_rows:,} plays"})


def rules_of(tracks, versions=None):
    """An embedded DuckDB with the tables that the rules join with plays; pass it to `breaches`."""
    connection = duckdb.connect(config={"memory_limit": "600MB"})
    connection.execute("SET enable_progress_bar = false")
    connection.register("tracks", tracks.select(["track_id", "duration_ms"]))
    versions = TABLES["profile_versions"].empty_table() if versions is None else versions
    connection.register("profile_versions", versions)
    connection.execute(VERSIONS)
    return connection


def breaches(connection, plays):
    """How many plays break each rule: DataFrame by rule with n, and first: the lowest play_id, or
    None. plays: Arrow table with all plays of each listener in it
    """
    connection.register("plays", plays)
    connection.execute(IN_ORDER)
    single = {**INVARIANTS, **OF_PROFILES}
    columns = ", ".join(f"count_if({c}), min(play_id) FILTER ({c})" for c in single.values())
    row = connection.execute(f"SELECT {columns} FROM played").fetchall()[0]
    by_rule = dict(zip(single, zip(row[::2], row[1::2])))
    for rule, (_, query) in PLAN_RULES.items():
        by_rule[rule] = connection.execute(f"SELECT count(*), min(play_id) {query}").fetchall()[0]
    return pd.DataFrame.from_dict(by_rule, "index", columns=["n", "first"], dtype=object)
