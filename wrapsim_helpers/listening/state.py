"""The state of the current listener, and the part of it that a later run needs."""

import numpy as np
from numba import literal_unroll

from ..compiled import compiled_loop
from ..music.loop_types import ERAS
from ..people.plan_rules import RULES
from ..schema import STATE_COUNTS
from .loop_types import Known, Past
from .memory import HISTORY, KNOWN_ARTIST, KNOWN_TRACK, learn, remember

SKIPS_KEPT = 16  # number of remembered skip times, above the skip limit of any plan
MEMO = 4096  # a power of two
OTHER_GENRES = 6  # of a listener, next to the favourite and the side genre (assumed)
OWN_COUNTRIES = 64  # of music, in a listener's own order; large ones come several times
MOST_SESSIONS = 48  # of a day

# What is carried over from play to play.
STATE = np.dtype(
    [
        (name, "i8")
        for name in (
            "stamp",  # marks the records of this listener, see KNOWN_TRACK
            "heard",  # remembered plays, with the warm-up
            "n_plays",
            "n_sessions",
            "n_skips",
            "since_ad_ms",  # music played since the last advertisement
            "allowed_day",  # local day of `allowed_ms`
            "allowed_ms",  # played that day from the daily allowance
            "active",  # 1 on an active day, 0 on a silent one
            "free_from",  # the next session begins at or after this time
            "online_at",  # end of the last play with a connection
            "version",  # row of the current profile version
            "plan",  # of the current profile version
            "rules_until",  # when `rules` must be looked up again
            "clock_change",  # row of the latest zone change
            "offset_ms",
            "offset_until",  # when `offset_ms` must be looked up again
            "last_stream_day",
            "streak_days",
            "context",  # where the tracks come from: a code
            "seed_track",  # track whose album, page or station is open
            "pool",  # pool of a station, or genre of a list
            "album_position",  # tracks played of the album
            "day",
            "month",  # since January 1970
            "quarter",
            "side_genre",
            "age",
            "music_day",  # local day of `music_ms`
            "music_ms",  # music played that day
            "repeats",  # plays left of "repeat one"
            "in_a_row",  # plays of the last track without another track between
            "sleeps_to_noise",  # 1 for some listeners, else 0
            "n_learned",
        )
    ]
    + [
        ("rules", "f8", (len(RULES),)),
        ("youth_pulls", "f8", (1 + len(ERAS),)),  # how much likelier artists of each era are
        ("other_genres", "i8", (OTHER_GENRES,)),
        ("own_countries", "i8", (OWN_COUNTRIES,)),
        ("love_of_fame", "f8"),  # how much less the listener likes little known artists, 0 to 1
        ("age_side", "f8"),  # -1: young, 1: old, when the run begins
        ("memo_keys", "u8", (MEMO,)),  # of results kept in `memo`, since they are drawn again
        ("memo", "i8", (MEMO,)),
        ("festive_share", "f8"),  # of today's picks
        ("intensity_pull", "f8"),  # above 0: intense music is likelier, below 0: calm music
        ("quiet_min", "f8"),  # see is_active
        ("session_starts", "i8", (MOST_SESSIONS,)),  # of today
        ("skips", "i8", (SKIPS_KEPT,)),  # ring of the times of the last skips
        ("history", "i4", (HISTORY,)),  # ring of the last tracks
    ]
)
# What a later run needs to continue a listener, at the start of local day `day`.
SAVED = np.dtype([(name, "i8") for name in STATE_COUNTS] + [("skips", "i8", (SKIPS_KEPT,))])
COPIED = (*STATE_COUNTS[1:], "skips")  # all of its fields except `day`


def empty_records(dtype, rows):
    """Records of zeros."""
    return np.zeros(rows, dtype).view(np.recarray)


def new_state():
    """An empty STATE record, reused for each listener."""
    return empty_records(STATE, 1)[0]


def new_known(music):
    """The `Known` of a catalogue that nobody has heard yet."""
    tracks = empty_records(KNOWN_TRACK, len(music.tracks))
    tracks["artist"] = music.tracks["artist"]
    return Known(tracks, empty_records(KNOWN_ARTIST, len(music.artists)))


def no_past():
    """The `Past` of listeners without an earlier run."""
    no_tracks, starts = np.zeros(0, "i4"), np.zeros(1, "i8")
    return Past(empty_records(SAVED, 0), no_tracks, starts, no_tracks, starts, no_tracks)


@compiled_loop
def resume_listener(row, past, state, known):
    """Restore the state that an earlier run saved; returns the local day to continue from."""
    saved, first, after = past.saved[row], past.known_from[row], past.known_from[row + 1]
    if saved.n_plays > HISTORY:  # all known tracks were saved, with the warm-up
        state.heard = saved.heard - HISTORY
    for i in range(first, after):
        learn(state, known, np.int64(past.known[i]))
    for i in range(past.recent_from[row], past.recent_from[row + 1]):
        remember(state, known, np.int64(past.recent[i]))
    for i in range(first, after):
        known.tracks[past.known[i]].times = past.times[i]
    copy_saved(saved, state)
    return saved.day


@compiled_loop
def save_listener(row, day, listener, out):
    """Write the state that a later run needs to continue from the start of a day."""
    state, known, ends = listener.state, listener.known, out.ends[row]
    out.saved[row].day = day
    copy_saved(state, out.saved[row])
    for i in range(state.heard - min(state.n_plays, HISTORY), state.heard):
        out.recent[ends.recent] = state.history[i % HISTORY]
        ends.recent += 1
    if state.n_plays > HISTORY:
        for i in range(state.n_learned):
            track = known.tracks[i].learned
            out.known[ends.known], out.times[ends.known] = track, known.tracks[track].times
            ends.known += 1


@compiled_loop
def copy_saved(source, target):
    """Copy the fields of SAVED, except `day`, from a state to a saved state or back."""
    for name in literal_unroll(COPIED):
        target[name] = source[name]
