"""An independent checker of the rules: it sees only the tables, row by row, and shares no code with
the model.
"""

from collections import deque
from datetime import UTC, datetime

HOUR = 3_600_000
ALLOWANCE_FROM = int(datetime(2025, 9, 15, tzinfo=UTC).timestamp() * 1000)
NEXT = {"trackdone": "trackdone", "fwdbtn": "fwdbtn", "backbtn": "backbtn", "endplay": "clickrow"}


def broken_rules(plays, tracks, versions):
    """Every breach of a rule in a log, as texts; plays, tracks and versions as lists of dicts
    (times as int ms).
    """
    found = []
    duration = {row["track_id"]: row["duration_ms"] for row in tracks}
    profiles = {(row["listener_id"], row["profile_version"]): row for row in versions}
    starts = {}
    for row in versions:
        starts.setdefault(row["listener_id"], []).append(row["valid_from"])
    previous, skips, seen = None, deque(), set()
    for row in plays:
        if previous is None or row["listener_id"] != previous["listener_id"]:
            previous, skips = None, deque()
        found += [
            f"play {row['play_id']}: {text}"
            for text in breaches(row, previous, duration, profiles, starts, skips)
        ]
        if row["play_id"] in seen:
            found.append(f"play {row['play_id']}: twice")
        seen.add(row["play_id"])
        previous = row
    return found


def breaches(row, previous, duration, profiles, starts, skips):
    if row["track_id"] not in duration:
        yield "unknown track"
        return
    if row["ended_at"] != row["started_at"] + row["ms_played"] + row["paused_ms"]:
        yield "does not end when it should"
    if (
        not 0
        <= row["ms_played"]
        <= duration[row["track_id"]] + row["seek_back_ms"] - row["seek_forward_ms"]
    ):
        yield "heard more than there is"
    if min(row["paused_ms"], row["seek_forward_ms"], row["seek_back_ms"], row["ad_ms"]) < 0:
        yield "a negative time"
    if previous and row["started_at"] < previous["ended_at"] + row["ad_ms"]:
        yield "begins before the last one ended"
    if previous and row["play_id"] != previous["play_id"] + 1:
        yield "not the next number"
    if row["play_id"] >> 32 != row["listener_id"] or row["session_id"] >> 32 != row["listener_id"]:
        yield "a number of somebody else"
    if (
        previous
        and row["session_id"] == previous["session_id"]
        and row["reason_start"] != NEXT.get(previous["reason_end"])
    ):
        yield f"{row['reason_start']} after {previous['reason_end']}"
    if (
        previous
        and row["session_id"] != previous["session_id"]
        and row["session_id"] != previous["session_id"] + 1
    ):
        yield "a session is missing"
    if (
        row["reason_end"] == "trackdone"
        and row["ms_played"]
        != duration[row["track_id"]] + row["seek_back_ms"] - row["seek_forward_ms"]
    ):
        yield "done, but not heard to the end"
    wanted = (
        "skip"
        if row["reason_end"] == "fwdbtn"
        else "replay"
        if row["reason_start"] == "backbtn"
        else "pause"
        if row["paused_ms"]
        else "play"
    )
    if row["interaction"] != wanted:
        yield f"{row['interaction']} instead of {wanted}"
    yield from plan_breaches(row, profiles, starts, skips)


def plan_breaches(row, profiles, starts, skips):
    profile = profiles.get((row["listener_id"], row["profile_version"]))
    valid = [at for at in starts[row["listener_id"]] if at <= row["started_at"]]
    if profile is None or len(valid) - 1 != row["profile_version"]:
        yield "another profile than the one of that time"
        return
    if profile["plan"] != row["plan"]:
        yield "another plan than the profile's"
    if row["plan"] == "premium" and row["ad_ms"]:
        yield "advertisement with premium"
    if row["plan"] == "free" and row["offline"]:
        yield "offline without premium"
    if row["plan"] == "free" and row["device"] == "phone":
        if not row["shuffle"] and not row["on_demand"]:
            yield "a free phone that chooses"
        if (
            row["on_demand"]
            and row["context"] != "personalized"
            and row["started_at"] < ALLOWANCE_FROM
        ):
            yield "on demand before there was an allowance"
        if row["reason_end"] == "fwdbtn":
            skips.append(row["ended_at"])
            while skips[0] <= row["ended_at"] - HOUR:
                skips.popleft()
            if len(skips) > 6:
                yield f"{len(skips)} skips in an hour"
    elif not row["on_demand"]:
        yield "not on demand though the plan or device allows it"


def as_rows(table):
    """An Arrow table as dicts with times as int ms."""
    import pyarrow as pa

    fields = [
        field.with_type(pa.int64()) if pa.types.is_timestamp(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields)).to_pylist()
