"""How a play ends: when the listener leaves it, for what reason, with what seeks and pauses.

The hazard of leaving is a product of factors. Every draw uses the session's key and is counted by
i, the number of the play in the session.
"""

import numpy as np

from ..compiled import compiled_loop, compiled_once
from ..instants import MINUTE_MS
from ..schema import BACKWARD, DONE, ENDPLAY, FORWARD, LOGOUT
from ..streams import decision, exp, ln, normal, uniform
from .draws import index_in_shares, step_value
from .loop_types import Ending
from .memory import ZERO, times_played
from .plan_limits import may_skip

SEEKABLE_MS, PAUSABLE_MS = 20_000, 5_000  # shorter plays have no seeks, no pause (assumed)
ASLEEP_FACTOR = 0.3  # factor on the hazard for a listener who falls asleep (assumed)

MOOD, TURN, STOP, LEAVE, WHY, BLOCKED = map(
    decision,
    ("session.mood", "session.turn", "session.stop", "end.leave", "end.why", "end.blocked"),
)
PAUSE, PAUSED, SEEK_FORWARD, SEEK_BACK, FORWARD_BY, BACK_BY = map(
    decision,
    (
        "end.pause",
        "end.paused",
        "end.seek_forward",
        "end.seek_back",
        "end.forward_by",
        "end.back_by",
    ),
)


# -- the hazard of leaving -------------------------------------------------------------------------


@compiled_loop
def session_hazard(key, device, hour, is_weekend, age, person, behaviour):
    """Factor of a session on the hazard of leaving, and `turn`.

    turn: relative change of the factor from the start (-turn) to the end (+turn) of the session.
    """
    sigma = behaviour.sigma_mood
    mood = exp(sigma * normal(uniform(key, MOOD, 0)) - 0.5 * sigma * sigma)
    turn = min(max(behaviour.sigma_turn * normal(uniform(key, TURN, 0)), -0.95), 0.95)
    factor = (
        behaviour.hazard_scale
        * person.skip
        * mood
        * step_value(behaviour.skip_age_from, behaviour.skip_age, age)
        * behaviour.skip_device[device]
        * (behaviour.skip_weekend if is_weekend else 1.0)
        * step_value(behaviour.skip_hour_from, behaviour.skip_hour, hour)
    )
    return factor, turn


@compiled_loop
def settling(i, behaviour):
    """Share of the hazard that remains at the i-th play of a session; people skip less later."""
    if i < behaviour.settle_after:
        return 1.0
    fall = exp((behaviour.settle_after - i) / behaviour.settle_plays)
    return behaviour.settled + (1.0 - behaviour.settled) * fall


@compiled_once
def play_hazard(session, play, listener):
    """Factor of all circumstances on the hazard of leaving a play."""
    behaviour, state = listener.behaviour, listener.state
    progress = min(1.0, (play.started_at - session.begin_ms) / session.length_ms)
    times = times_played(state, listener.known, play.track)
    return (
        session.hazard
        * (1.0 + session.turn * (2.0 * progress - 1.0))
        * behaviour.skip_position[min(play.number, 3)]
        * settling(play.number, behaviour)
        * behaviour.skip_context[state.context]
        * listener.music.tracks[play.track].grip
        * step_value(behaviour.liking_from, behaviour.liking, times)
        * (behaviour.skip_shuffle if play.shuffle else 1.0)
        * (ASLEEP_FACTOR if session.asleep else 1.0)
    )


@compiled_loop
def leave_after(key, i, hazard, behaviour):
    """Milliseconds after which the listener leaves an endless track.

    The hazard is piecewise constant.
    """
    budget = -ln(uniform(key, LEAVE, i)) / hazard
    knots, summed = behaviour.knots_ms, behaviour.hazard
    last = len(knots) - 1
    for j in range(1, last + 1):
        if budget < summed[j]:
            share = (budget - summed[j - 1]) / (summed[j] - summed[j - 1])
            return knots[j - 1] + share * (knots[j] - knots[j - 1])
    return knots[last] + (budget - summed[last]) / behaviour.hazard_slope


# -- the ending ------------------------------------------------------------------------------------


@compiled_loop
def ended_at(play, ending):
    """End of a play, UTC ms."""
    return play.started_at + ending.ms_played + ending.paused_ms


@compiled_once
def ending_of(session, play, listener):
    """The `Ending` of a play, as if the session continued after it."""
    behaviour, key, i = listener.behaviour, session.key, play.number
    duration_ms = np.int64(listener.music.tracks[play.track].duration_ms)
    hazard = play_hazard(session, play, listener)
    left_ms = int(min(leave_after(key, i, hazard, behaviour), 1e9))
    reason = DONE
    if left_ms < duration_ms:
        may_forward = not play.is_free_phone or may_skip(listener.state, play.started_at + left_ms)
        reason = leave_reason(key, i, may_forward, behaviour)
    ms = duration_ms if reason == DONE else left_ms
    forward_ms, back_ms = seeks(key, i, ms, duration_ms, reason, behaviour)
    if reason == DONE:
        ms = duration_ms - forward_ms + back_ms
    return Ending(reason, ms, pause_ms(key, i, ms, behaviour), forward_ms, back_ms)


@compiled_loop
def leave_reason(key, i, may_forward, behaviour):
    """Why a play ends if the listener wants to leave the track.

    If the plan blocks the forward button, some listeners choose another track, and some let the
    track play to its end.
    """
    why = index_in_shares(uniform(key, WHY, i), behaviour.leave_shares)
    if why == 1:
        return BACKWARD
    if why == 2:
        return ENDPLAY
    if may_forward:
        return FORWARD
    return ENDPLAY if uniform(key, BLOCKED, i) < behaviour.blocked_leave else DONE


@compiled_loop
def seeks(key, i, ms, duration_ms, reason, behaviour):
    """Milliseconds that the listener seeks forward, and back."""
    forward_ms = back_ms = ZERO
    if ms <= SEEKABLE_MS:
        return forward_ms, back_ms
    if uniform(key, SEEK_FORWARD, i) < behaviour.seek_forward_share:
        ahead_ms = duration_ms if reason == DONE else duration_ms - ms
        forward_ms = int(uniform(key, FORWARD_BY, i) * 0.5 * ahead_ms)
    if uniform(key, SEEK_BACK, i) < behaviour.seek_back_share:
        back_ms = int(uniform(key, BACK_BY, i) * 0.5 * ms)
    return forward_ms, back_ms


@compiled_loop
def pause_ms(key, i, ms, behaviour):
    """Milliseconds that the listener pauses a play."""
    if ms > PAUSABLE_MS and uniform(key, PAUSE, i) < behaviour.pause_share:
        return 1000 + int(-ln(uniform(key, PAUSED, i)) * behaviour.pause_min * MINUTE_MS)
    return ZERO


@compiled_once
def last_ending(key, play, ending, until, listener):
    """The ending of a session's last play. until: end of the session.

    Some listeners stop at the end of the session; some play the track to its own ending.
    """
    if uniform(key, STOP, 0) >= listener.behaviour.logout_share:
        return ending
    left_ms = until - play.started_at
    duration_ms = np.int64(listener.music.tracks[play.track].duration_ms)
    reason = LOGOUT if uniform(key, STOP, 1) < 0.5 else ENDPLAY
    if left_ms < ending.ms_played:
        ms = min(max(left_ms, 0), duration_ms)
        return stopped_ending(key, play.number, ms, duration_ms, reason, listener.behaviour)
    ms = min(ending.ms_played, duration_ms)
    return Ending(reason, ms, ending.paused_ms, ending.forward_ms, ending.back_ms)


@compiled_loop
def stopped_ending(key, i, ms, duration_ms, reason, behaviour):
    """The ending of a play that stops after `ms` milliseconds, of which it is paused for some.

    It has a pause and seeks as often as any other play of this length.
    """
    paused_ms = min(pause_ms(key, i, ms, behaviour), max(ms - PAUSABLE_MS - 1, 0))
    ms -= paused_ms
    forward_ms, back_ms = seeks(key, i, ms, duration_ms, reason, behaviour)
    return Ending(reason, ms, paused_ms, forward_ms, back_ms)
