"""Sittings: sessions that follow each other closely count as one, so a night out counts once."""

import numpy as np

from ..instants import DAY_MS, MINUTE_MS
from ..people.behaviour import WEEKDAYS
from .connection import microseconds

SITTING_GAP_MS = 20 * MINUTE_MS  # longer silence ends a sitting


def minutes_by_weekday(plays):
    """Milliseconds of each listener by the local weekday on which their sitting begins.

    A session that has to wait for the one before may begin after midnight, though it belongs to the
    evening; so sessions with at most SITTING_GAP_MS between them are one sitting. Half of the last
    play of each session is left out, since the planned end of a session lies in that play.

    plays    Ibis table as in `EffectTables`
    Returns  DataFrame: listener_id; ms_Monday, ... and ms, their sum
    """
    sessions = sessions_of(plays)
    new = sitting_begins(sessions)
    day = (sessions["local_ms"][new] // DAY_MS).to_numpy()[np.cumsum(new) - 1]
    names = np.array([f"ms_{name}" for name in WEEKDAYS])[(day + 3) % 7]  # day 0 was a Thursday
    ms = sessions.assign(name=names).pivot_table(
        index="listener_id", columns="name", values="ms", aggfunc="sum", fill_value=0
    )
    ms = ms.reindex(columns=[f"ms_{name}" for name in WEEKDAYS], fill_value=0)
    return ms.assign(ms=ms.sum(axis=1)).reset_index()


def sessions_of(plays):
    """Each session's start_ms and end_ms (UTC), local_ms of its start and ms played without half of
    its last play, in order of listener and time; a DataFrame.
    """
    ms = plays.ms_played.cast("int64")
    start = microseconds(plays.started_at) // 1000
    return (
        plays.group_by("listener_id", "session_id")
        .agg(
            start_ms=start.min(),
            end_ms=(microseconds(plays.ended_at) // 1000).max(),
            local_ms=(start + plays.utc_offset_min.cast("int64") * MINUTE_MS).min(),
            ms=ms.sum() - ms.sum(where=plays.last).fill_null(0) // 2,
        )
        .order_by("listener_id", "start_ms")
        .execute()
    )


def sitting_begins(sessions):
    """Whether each session begins a sitting, bool, (N,). sessions: as from `sessions_of`."""
    same = sessions["listener_id"] == sessions["listener_id"].shift()
    silence_ms = sessions["start_ms"] - sessions["end_ms"].shift()
    return (~same | (silence_ms > SITTING_GAP_MS)).to_numpy()
