"""What a listener remembers: the last tracks in order, and how often each track was played."""

import numpy as np

from ..compiled import compiled_loop
from ..people.behaviour import MEMORY_SIZES
from ..streams import decision, uniform

HISTORY = MEMORY_SIZES[-1]  # how many plays back a listener can return to
NO_TRACK, ZERO, ONE, TWO = map(np.int64, (-1, 0, 1, 2))  # not literals: see `compiled_loop`
LAG = decision("pick.lag")

# What the loop knows about a track. `stamp` marks the last listener who knows it, `times` is how
# often they played it. `window` marks the last listener who played it in the window. `placed` marks
# the last listener with a song count of it, `place` is the row of that count. `learned` of row i is
# the i-th track that the current listener got to know. `artist` is the track's artist.
KNOWN_TRACK = np.dtype(
    [(name, "i4") for name in ("stamp", "times", "window", "placed", "place", "learned", "artist")]
)
# What it knows about an artist. `met` marks the last listener who knows a track of the artist.
# `liked` is the stamp of the last listener of whom it was decided whether they like the artist,
# negative if they do not. `placed` and `place` are those of an artist count. `released` is where
# the last search in the artist's discography ended, see `released_by`.
KNOWN_ARTIST = np.dtype([(name, "i4") for name in ("met", "liked", "placed", "place", "released")])


@compiled_loop
def times_played(state, known, track):
    """How often the listener has played a track, as far as they remember."""
    record = known.tracks[track]
    return record.times if record.stamp == state.stamp else 0


@compiled_loop
def has_met(artist, listener):
    """Whether the listener has played a track of an artist, as far as they remember."""
    return listener.known.artists[artist].met == listener.state.stamp


@compiled_loop
def track_before(state, plays_ago):
    """The track played `plays_ago` plays ago (1 is the last), int64."""
    return np.int64(state.history[(state.heard - plays_ago) % HISTORY])


@compiled_loop
def remember(state, known, track):
    """Add a track to the listener's history."""
    state.history[state.heard % HISTORY] = track
    state.heard += 1
    learn(state, known, track)
    known.tracks[track].times += 1


@compiled_loop
def learn(state, known, track):
    """Make a track known, with no play yet, if it is not."""
    record = known.tracks[track]
    if record.stamp != state.stamp:
        record.stamp, record.times = state.stamp, 0
        known.artists[record.artist].met = state.stamp
        known.tracks[state.n_learned].learned = track
        state.n_learned += 1


@compiled_loop
def remembered_track(key, counter, behaviour, state):
    """A track of the history: t plays ago with a chance proportional to t^-recency.

    NO_TRACK if the history is empty.
    """
    size = min(state.heard, HISTORY)
    if size == 0:
        return NO_TRACK
    level = 0
    while level + 1 < len(MEMORY_SIZES) and size >= MEMORY_SIZES[level + 1]:
        level += 1
    point = uniform(key, LAG, counter) * (behaviour.lags.shape[1] - 1)
    low, high = behaviour.lags[level, int(point)], behaviour.lags[level, int(point) + 1]
    lag = int(low + (point - int(point)) * (high - low))
    if size < MEMORY_SIZES[0]:
        lag = 1 + (lag - 1) * size // MEMORY_SIZES[0]
    return track_before(state, min(lag, size))
