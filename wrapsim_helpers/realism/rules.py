"""The rules, checked play by play in SQL that sees nothing but the tables of a run."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..instants import DAY_MS, HOUR_MS, MINUTE_MS, check_time, instant_ms
from ..storage.manifest import read_manifest
from ..storage.tables import play_files, read_parquet, read_plays
from ..wrapped.counting import MIN_ARTISTS, MIN_TRACKS, day_number, too_little
from ..wrapped.editions import EDITIONS, window
from ..wrapped.everybody import answers_of, days_of, open_period, show_rows
from .log import NEXT, connect, plays_in, stretches

SKIPS_AN_HOUR, ALLOWANCE_MS, OFFLINE_MS = 6, 30 * MINUTE_MS, 30 * DAY_MS
LISTS_FROM, ALLOWANCE_FROM = (
    instant_ms("from", check_time("from", day), "UTC") for day in ("2018-04-24", "2025-09-15")
)
FREE_PHONE = "plan = 'free' AND device = 'phone'"
COUNTED_ON = "on_demand AND NOT (context = 'personalized')"  # what the daily allowance is spent on
FOLLOWS = " OR ".join(
    f"(last_end = '{ended}' AND reason_start = '{started}')" for ended, started in NEXT.items()
)
CHECKED = 60  # listeners whose summaries are recounted
RECOUNTED = (
    "rule_stream_30s",
    "rule_wrapped_window",
    "rule_wrapped_ranks",
    "rule_wrapped_eligibility",
    "rule_wrapped_private",
)

# Plays in order, with the one before; times in ms.
IN_ORDER = """
CREATE OR REPLACE TEMP TABLE played AS
WITH timed AS (SELECT * REPLACE (epoch_ms(started_at) AS started_at, epoch_ms(ended_at) AS
  ended_at) FROM at_hand)
SELECT timed.*, duration_ms, v.plan AS own_plan, v.valid_from, v.valid_to,
  (started_at + utc_offset_min * 60000) // 86400000 AS day, lag(play_id) OVER w AS last_id,
    lag(ended_at) OVER w AS last_ended,
  lag(session_id) OVER w AS last_session, lag(reason_end) OVER w AS last_end
FROM timed LEFT JOIN tracks USING (track_id) LEFT JOIN versions v USING (listener_id,
  profile_version)
WINDOW w AS (PARTITION BY listener_id ORDER BY play_id)"""

# rule -> what a play that breaks it looks like
INVARIANTS = {
    "a play has a known track": "duration_ms IS NULL",
    "a play ends when it was heard and paused": "ended_at <> started_at + ms_played + paused_ms",
    "no more is heard than there is": "ms_played < 0 OR ms_played > duration_ms + seek_back_ms - "
    "seek_forward_ms",
    "no time is negative": "least(paused_ms, seek_forward_ms, seek_back_ms, ad_ms) < 0",
    "the next play starts after the last one and its advertisement": "started_at < last_ended + "
    "ad_ms",
    "plays are numbered without a gap": "play_id <> last_id + 1",
    "plays and sessions carry their listener's number": "play_id >> 32 <> listener_id OR "
    "session_id >> 32 <> listener_id",
    "sessions are numbered without a gap": "session_id NOT IN (last_session, last_session + 1)",
    "a play starts for the reason the last one ended": f"session_id = last_session AND NOT "
    f"({FOLLOWS})",
    "a track that is done was heard to its end": "reason_end = 'trackdone' AND ms_played <> "
    "duration_ms + seek_back_ms - seek_forward_ms",
    "the interaction follows from the rest": """interaction <> CASE WHEN reason_end = 'fwdbtn'
      THEN 'skip'
        WHEN reason_start = 'backbtn' THEN 'replay' WHEN paused_ms > 0
        THEN 'pause' ELSE 'play' END""",
    "the profile is the one of that time": "own_plan IS NULL OR started_at < valid_from OR "
    "started_at >= valid_to",
    "the plan is the profile's": "plan <> own_plan",
    "only a free phone is bound": f"NOT ({FREE_PHONE}) AND NOT on_demand",
}
PLAN_RULES = {
    "rule_ads": "plan = 'premium' AND ad_ms > 0",
    "rule_offline": "plan = 'free' AND offline",
    "rule_free_shuffle": f"""{FREE_PHONE} AND (NOT shuffle AND NOT on_demand OR {COUNTED_ON} AND
      started_at < {ALLOWANCE_FROM}
        OR on_demand AND started_at < {LISTS_FROM})""",
}
# Rules over several plays: rule -> SQL that counts breaches in `played`.
OVER_TIME = {
    "rule_skip_cap": f"""WITH skips AS (SELECT ended_at, lag(ended_at, {SKIPS_AN_HOUR}) OVER
      (PARTITION BY listener_id ORDER BY ended_at) AS sixth
          FROM played WHERE {FREE_PHONE} AND reason_end = 'fwdbtn')
        SELECT count_if(ended_at - sixth < {HOUR_MS}) FROM skips""",
    "rule_free_shuffle": f"""WITH spent AS (SELECT sum(ms_played) OVER (PARTITION BY listener_id,
      day ORDER BY play_id
          ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM played WHERE
            {FREE_PHONE} AND {COUNTED_ON})
        SELECT count_if(before >= {ALLOWANCE_MS}) FROM spent""",
    "rule_offline": f"""WITH online AS (SELECT offline, started_at, max(CASE WHEN NOT offline THEN
      ended_at END)
          OVER (PARTITION BY listener_id ORDER BY play_id) AS seen, min(started_at) OVER
            (PARTITION BY listener_id) AS first FROM played)
        SELECT count_if(offline AND started_at - coalesce(seen, first) > {OFFLINE_MS})
        FROM online""",
}


def broken_rules(run_dir, progress=True):
    """How often is each rule broken in a run? (Series of counts by rule, number of plays looked
    at).

    Rules are those of INVARIANTS, by name, and the plans' rules, by target.
    """
    connection = connect()
    connection.register("tracks", read_parquet(run_dir, "tracks", ["track_id", "duration_ms"]))
    connection.register("versions", versions_of(run_dir))
    counts, n_plays = [], 0
    for files in tqdm(
        stretches(run_dir), desc="checking the rules", unit="part", disable=not progress
    ):
        connection.register("at_hand", plays_in(run_dir, files))
        connection.execute(IN_ORDER)
        counts.append(counted(connection))
        n_plays += connection.execute("SELECT count(*) FROM played").fetchall()[0][0]
    return pd.concat(counts).groupby(level=0, sort=False).sum().astype(int), n_plays


def counted(connection):
    """Breaches in the plays at hand, a Series by rule; rules of the plans twice, once per play and
    once over time.
    """
    single = {**INVARIANTS, **PLAN_RULES}
    row = connection.execute(
        "SELECT " + ", ".join(f"count_if({broken})" for broken in single.values()) + " FROM played"
    ).fetchall()[0]
    over = {name: connection.execute(query).fetchall()[0][0] for name, query in OVER_TIME.items()}
    return pd.concat([pd.Series(dict(zip(single, row))), pd.Series(over)])


def versions_of(run_dir):
    """Profile versions with the ms from which and up to which each holds."""
    versions = read_parquet(
        run_dir, "profile_versions", ["listener_id", "profile_version", "valid_from", "plan"]
    ).to_pandas()
    versions = versions.assign(
        valid_from=versions["valid_from"].astype("datetime64[ms, UTC]").astype("int64"),
        plan=versions["plan"].astype(str),
    )
    versions = versions.sort_values(["listener_id", "profile_version"], ignore_index=True)
    last = versions["listener_id"] != versions["listener_id"].shift(-1)
    return versions.assign(
        valid_to=versions["valid_from"].shift(-1).where(~last, 2**62).astype("int64")
    )


# -- what a summary counts -------------------------------------------------------------------------


def broken_summaries(run_dir, n=CHECKED):
    """In how many listeners does a recount of the summary differ? Series by rule, over some
    listeners of a run.

    The recount is plain pandas over the tables, one listener after another.
    """
    period = open_period(run_dir, *edition_of(read_manifest(run_dir)["identity"]["parameters"]))
    ids = read_parquet(run_dir, "listeners", ["listener_id"])["listener_id"].to_numpy()
    ids = ids[:: max(1, len(ids) // n)][:n]
    music = {
        name: read_parquet(run_dir, name).to_pandas()
        for name in ("tracks", "artists", "track_artists")
    }
    found = [
        line for file in play_files(period.place) for line in recounted(period, file, ids, music)
    ]
    return pd.DataFrame(found, columns=RECOUNTED).sum()


def recounted(period, file, ids, music):
    """Whether the recount of each of some listeners whose plays are in a file differs: a list of
    dicts, see `differences`.
    """
    plays = read_plays(period.place, file)
    plays = plays.filter(pc.is_in(plays["listener_id"], pa.array(ids)))
    show_rows(period.connection, plays)
    told = {
        name: relation.df().set_index("listener_id")
        for name, relation in answers_of(period, ("minutes", "top_songs", "top_artists"))
    }
    days = day_number(period.first_day), day_number(period.last_day)
    return [
        differences(one, told, mine, music, *days)
        for one, mine in plays.to_pandas().groupby("listener_id")
    ]


def edition_of(parameters):
    """The year with most days of a run, and its own edition where that counts one of those days,
    "full" otherwise.
    """
    first, _ = days_of(parameters, -1, "full")
    edition = str(first.year)
    return first.year, edition if edition in EDITIONS and window(first.year, edition)[
        1
    ] >= first else "full"


def differences(listener, told, plays, music, first, last):
    """Whether the recount of one listener differs, by rule."""
    local_ms = (
        plays["started_at"].astype("datetime64[ms, UTC]").astype("int64")
        + plays["utc_offset_min"].astype("int64") * MINUTE_MS
    )
    inside = plays.assign(
        started_ms=plays["started_at"].astype("datetime64[ms, UTC]").astype("int64")
    )[(local_ms // DAY_MS).between(first, last)]
    streams = inside[inside["ms_played"] >= 30_000]
    row = told["minutes"].reindex([listener]).fillna(0).iloc[0]
    noise = music["tracks"].loc[music["tracks"]["noise"], "track_id"]
    ranked = streams[
        ~streams["private"]
        & (streams["content_type"] == "track")
        & ~streams["track_id"].isin(noise)
    ]
    credits = music["track_artists"].assign(
        weight=np.where(music["track_artists"]["role"] == "primary", 1.0, 0.5)
    )
    heard = streams.merge(credits, on="track_id")
    songs, artists = (
        told[name].loc[[listener]].sort_values("rank")
        if listener in told[name].index
        else told[name].iloc[:0]
        for name in ("top_songs", "top_artists")
    )
    enough = (
        streams["track_id"].nunique() >= MIN_TRACKS and heard["artist_id"].nunique() >= MIN_ARTISTS
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
    """The rules as measured numbers: ({target: {check: float64, (R,)}}, counts of INVARIANTS,
    number of plays).
    """
    counts, n_plays = broken_rules(run_dir, progress)
    broken = {**counts[counts.index.str.startswith("rule_")], **broken_summaries(run_dir)}
    values = {target: {"breaches": np.array([float(n)])} for target, n in broken.items()}
    with np.errstate(invalid="ignore"):
        values["rule_ads"]["minutes_per_hour"] = 60 * sample["ad_free"] / sample["ms_free"]
    return values, counts[[*INVARIANTS]], n_plays
