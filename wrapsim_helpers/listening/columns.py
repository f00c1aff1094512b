"""What the loop writes: a row per play, actions, the answer key, and the state for a later run.

Closed sets are int8 codes, countries int32 codes, times int64 ms.
"""

from collections import namedtuple

import numpy as np
import pyarrow as pa

from ..compiled import compiled_loop, compiled_once
from ..instants import MINUTE_MS
from ..music.loop_types import MOST_GUESTS
from ..schema import (
    ACTION_KINDS,
    BACKWARD,
    CLICKROW,
    DONE,
    ENDPLAY,
    FORWARD,
    NAMED,
    PREMIUM,
    START_BACK,
    START_DONE,
    START_FORWARD,
    TABLES,
    code,
    symbol_codes,
)
from ..streams import decision, uniform
from .counts import ANSWER, COUNT
from .endings import ended_at
from .loop_types import Out, Plays
from .memory import HISTORY
from .state import SAVED, empty_records

NUMPY_TYPES = {"timestamp[ms, tz=UTC]": "i8", "int64": "i8", "int32": "i4", "bool": "?"}
PLAY = np.dtype(
    [
        (field.name, NUMPY_TYPES.get(str(field.type), "i4" if field.type == NAMED else "i1"))
        for field in TABLES["plays"]
    ],
    align=True,
)
ACTION = np.dtype(
    [("listener_id", "i8"), ("at", "i8"), ("kind", "i1"), ("track_id", "i4")], align=True
)
# Where each listener's rows end, in the arrays with several rows per listener.
ENDS = np.dtype(
    [(name, "i8") for name in ("plays", "actions", "songs", "artists", "recent", "known")]
)
# The filled part of the arrays that the loop writes, for some listeners.
Block = namedtuple(
    "Block", "numbers plays actions answers songs artists saved recent known times ends"
)

TRACK = code("content_type", "track")
PLAYED, PAUSED, SKIPPED, REPLAYED = symbol_codes("interaction", "play", "pause", "skip", "replay")
# reason_end of a play -> reason_start of the next play in the session.
NEXT_START = np.zeros(16, np.int8)
NEXT_START[[DONE, FORWARD, BACKWARD, ENDPLAY]] = START_DONE, START_FORWARD, START_BACK, CLICKROW
ACT = decision("act.kind")


# -- rows ------------------------------------------------------------------------------------------


@compiled_loop
def interaction_of(reason_start, reason_end, paused_ms):
    """The interaction of a row: the first that applies of skip, replay, pause and play."""
    if reason_end == FORWARD:
        return SKIPPED
    if reason_start == START_BACK:
        return REPLAYED
    return PAUSED if paused_ms > 0 else PLAYED


@compiled_once
def is_offline(session, plan):
    """Whether a play is offline: the session must be offline and the plan premium."""
    return session.offline and plan == PREMIUM


@compiled_once
def write_play(plays, ends, listener, session, play, ending):
    """Write a row of the columns."""
    person, state, row = listener.person, listener.state, ends.plays
    plays.play_id[row] = (person.number << 32) | state.n_plays
    plays.listener_id[row] = person.number
    plays.profile_version[row] = state.version - person.first_version
    plays.session_id[row] = session.number
    plays.track_id[row] = play.track
    plays.content_type[row] = TRACK
    plays.started_at[row] = play.started_at
    plays.ended_at[row] = ended_at(play, ending)
    plays.ms_played[row] = ending.ms_played
    plays.paused_ms[row] = ending.paused_ms
    plays.seek_forward_ms[row] = ending.forward_ms
    plays.seek_back_ms[row] = ending.back_ms
    plays.interaction[row] = interaction_of(play.reason_start, ending.reason, ending.paused_ms)
    plays.reason_start[row] = play.reason_start
    plays.reason_end[row] = ending.reason
    plays.device[row] = session.device
    plays.platform[row] = session.platform
    plays.context[row] = state.context
    plays.plan[row] = play.plan
    plays.country[row] = person.country
    plays.shuffle[row] = play.shuffle
    plays.offline[row] = is_offline(session, play.plan)
    plays.private[row] = session.private
    plays.on_demand[row] = play.on_demand
    plays.ad_ms[row] = play.ad_ms
    plays.utc_offset_min[row] = state.offset_ms // MINUTE_MS
    ends.plays += 1


@compiled_loop
def action_of(u, behaviour):
    """A code of `kind`: what a listener does after a complete play; len(ACTION_KINDS): nothing."""
    kind = 0
    while kind < len(ACTION_KINDS) and u >= behaviour.act_shares[kind]:
        u -= behaviour.act_shares[kind]
        kind += 1
    return kind


@compiled_once
def write_action(key, play, ending, listener, actions, ends):
    """Write the action of the listener, if any, on a track that they played to its end."""
    kind = action_of(uniform(key, ACT, play.number), listener.behaviour)
    if kind < len(ACTION_KINDS):
        action = actions[ends.actions]
        action.listener_id, action.at = listener.person.number, ended_at(play, ending)
        action.kind, action.track_id = kind, play.track
        ends.actions += 1


# -- arrays ----------------------------------------------------------------------------------------


def new_plays(rows):
    """Columns with room for `rows` plays, a multiple of 64.

    All columns are in one Arrow buffer, whose memory Arrow reuses for the next one.
    """
    sizes = [rows * PLAY[name].itemsize for name in PLAY.names]
    pieces = np.split(
        np.frombuffer(pa.allocate_buffer(sum(sizes)), np.uint8), np.cumsum(sizes)[:-1]
    )
    return Plays(*(piece.view(PLAY[name]) for piece, name in zip(pieces, PLAY.names)))


def new_out(rows, n_listeners, n_tracks):
    """All arrays that the loop writes: room for `rows` plays, and one answer row per listener."""
    return Out(
        new_plays(rows),
        empty_records(ACTION, rows),
        empty_records(ANSWER, n_listeners),
        empty_records(COUNT, rows),
        empty_records(COUNT, (1 + MOST_GUESTS) * rows),
        empty_records(SAVED, n_listeners),
        *(np.zeros(size, np.int32) for size in (rows + HISTORY, rows + n_tracks, rows + n_tracks)),
        empty_records(ENDS, n_listeners),
    )


def block_of(out, numbers, first, after, handed_over):
    """The filled part of all arrays for listeners first .. after - 1.

    The plays are copied unless `handed_over`, so that a few plays do not keep a large buffer in
    memory.
    """
    last, rows = out.ends[after - 1], slice(first, after)
    plays = (column[: last.plays] for column in out.plays)
    return Block(
        numbers[rows],
        Plays(*(plays if handed_over else map(np.copy, plays))),
        out.actions[: last.actions],
        out.answers[rows],
        out.songs[: last.songs],
        out.artists[: last.artists],
        out.saved[rows],
        out.recent[: last.recent],
        out.known[: last.known],
        out.times[: last.known],
        out.ends[rows],
    )
