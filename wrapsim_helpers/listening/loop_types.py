"""The named tuples that compiled functions of the loop take.

Compiled code depends on them, so the cache of every module follows this file (`source_hash`).
"""

from collections import namedtuple

from ..schema import TABLES

# Saved states of an earlier run, with history and known tracks; empty arrays if there is none.
Past = namedtuple("Past", "saved recent recent_from known known_from times")
# What is known about tracks and artists: KNOWN_TRACK and KNOWN_ARTIST records.
Known = namedtuple("Known", "tracks artists")
# All that a draw for a listener may use.
Listener = namedtuple("Listener", "person music behaviour state known")
# The columns of the plays table, one array each.
Plays = namedtuple("Plays", TABLES["plays"].names)  # type: ignore[misc]
# All arrays that the loop writes, see `new_out`.
Out = namedtuple("Out", "plays actions answers songs artists saved recent known times ends")
# What is fixed for all plays of a session; the plan can overrule shuffle and offline.
Session = namedtuple(
    "Session",
    "key number begin_ms length_ms device platform private offline shuffle asleep hazard turn "
    "novelty",
)
# What is decided about a play before it starts; number: its position in the session, from 0.
Play = namedtuple(
    "Play",
    "number started_at local_day track plan is_free_phone reason_start ad_ms shuffle on_demand",
)
# How a play ends, as if the session continued after it.
Ending = namedtuple("Ending", "reason ms_played paused_ms forward_ms back_ms")
