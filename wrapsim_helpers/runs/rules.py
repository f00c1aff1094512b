"""What must hold of any log: physics, and the rules of the plans."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import front_door
from ..instants import HOUR_MS
from ..listening.loop import FORWARD, FREE, NEXT_START, PHONE, interaction_of


@front_door
def check_plays(plays: pa.Table, tracks: pa.Table):
    """Is this log physically possible, and does it keep the rules of the plans? From the tables
    alone.

    plays, tracks  Arrow tables as in `schema.TABLES`, the plays in order of listener and time
    Returns        DataFrame: each rule in words, and the number of plays it was checked on
    Raises ValueError naming the rule and the first play that breaks it.
    """
    p = {name: column_values(plays[name]) for name in plays.column_names}
    same = np.append(False, p["listener_id"][1:] == p["listener_id"][:-1])
    in_session = np.append(False, p["session_id"][1:] == p["session_id"][:-1])
    before = {name: np.roll(values, 1) for name, values in p.items()}
    lengths = dict(zip(tracks["track_id"].to_numpy(), tracks["duration_ms"].to_numpy()))
    duration = np.array([lengths.get(track, -1) for track in p["track_id"]])
    free, phone, skip = p["plan"] == FREE, p["device"] == PHONE, p["reason_end"] == FORWARD
    derived = np.array(
        [interaction_of(*row) for row in zip(p["reason_start"], p["reason_end"], p["paused_ms"])]
    )
    rules = {
        "plays a track that is in the catalogue": duration >= 0,
        "ends when it began plus what was heard and paused": p["ended_at"]
        == p["started_at"] + p["ms_played"] + p["paused_ms"],
        "begins when the listener's last play had ended": ~same
        | (p["started_at"] >= before["ended_at"]),
        "hears no more than the track holds": (p["ms_played"] >= 0)
        & (p["ms_played"] <= duration + p["seek_back_ms"] - p["seek_forward_ms"]),
        "begins for the reason its predecessor ended": ~in_session
        | (p["reason_start"] == NEXT_START[before["reason_end"]]),
        "has the interaction that the rest of it means": p["interaction"] == derived,
        "is offline only with premium": ~p["offline"] | ~free,
        "follows advertisements only without premium": (p["ad_ms"] == 0) | free,
        "is shuffled where a free phone may not choose": ~(free & phone)
        | p["on_demand"]
        | p["shuffle"],
        "is one of at most six skips in any hour on a free phone": within_cap(
            p["listener_id"], p["ended_at"], free & phone & skip
        ),
    }
    for words, holds in rules.items():
        if not holds.all():
            raise ValueError(
                f"every play {words}; the first that does not is play_id "
                f"{p['play_id'][~holds][0]}, "
                f"{np.count_nonzero(~holds):,} of {len(holds):,} do not."
            )
    return pd.DataFrame(
        {"every play": list(rules), "checked on": [f"{plays.num_rows:,} plays"] * len(rules)}
    )


def column_values(column):
    """Values of an Arrow column as NumPy: codes of closed sets, ms of times."""
    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        return column.indices.to_numpy()
    return (column.cast("int64") if pa.types.is_timestamp(column.type) else column).to_numpy(
        zero_copy_only=False
    )


def within_cap(listener, ended_ms, capped_skip, most=6):
    """Whether each play leaves at most `most` capped skips in the hour up to it. bool, (N,)."""
    holds, rows = np.ones(len(listener), bool), np.flatnonzero(capped_skip)
    late, early = rows[most:], rows[:-most]
    holds[late] = (listener[late] != listener[early]) | (
        ended_ms[late] - ended_ms[early] >= HOUR_MS
    )
    return holds
