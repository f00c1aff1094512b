"""One session: a listener plays one track after another on one device."""

import numpy as np

from ..compiled import compiled_loop, compiled_once
from ..instants import DAY_MS, HOUR_MS
from ..schema import (
    APPLOAD,
    CLICKROW,
    DESKTOP,
    DONE,
    FORWARD,
    FREE,
    OWN_PLAYLIST,
    PERSONALIZED,
    PHONE,
    PLAYBTN,
    SPEAKER,
    START_BACK,
    START_FORWARD,
    TABLET,
    WEB,
    symbol_codes,
)
from ..streams import decision, ln, uniform
from .columns import NEXT_START, is_offline, write_action, write_play
from .counts import count_play
from .draws import index_in_totals, step_value
from .endings import ended_at, ending_of, last_ending, session_hazard
from .local_time import follow_clock
from .loop_types import Play, Session
from .memory import NO_TRACK, ONE, TWO, ZERO, remember, track_before
from .picks import noise_track, open_context, other_noise, other_than_last
from .plan_limits import advertisement_ms, follow_profile, follow_rules, may_choose, note_skip
from .taste import novelty_now

LONGEST_SESSION_MS = 10 * HOUR_MS
# Downloads can be played for 30 days without a connection (rule_offline); one day of margin.
OFFLINE_MS = 29 * DAY_MS
MOST_IN_A_ROW = 28  # plays of one track, apart from noise
MOST_MUSIC_MS = 17 * HOUR_MS  # music in a local day after which the listener stops
NIGHT_FROM, NIGHT_UNTIL = 22, 2  # hours at which listeners may fall asleep to noise (assumed)
SATURDAY = 5
NO_ROOM = -1  # returned instead of a session's end if the columns are full

# Decisions of a session use its key; decisions of a play are counted by the play's number in it.
DEVICE, COMMUTE, PRIVATE, OFFLINE, SHUFFLE, OPENING, ASLEEP, SWITCH, BACK, REPEAT, REPEATS = map(
    decision,
    (
        "session.device",
        "session.commute",
        "session.private",
        "session.offline",
        "session.shuffle",
        "session.opening",
        "session.asleep",
        "pick.switch",
        "end.back",
        "pick.repeat",
        "pick.repeats",
    ),
)
WEB_PLAYER, SPEAKER_OS, WATCH_OS = symbol_codes("platform", "web_player", "speaker_os", "watch_os")


# -- what a session decides ------------------------------------------------------------------------


@compiled_loop
def platform_of(device, person):
    """Platform of a device."""
    if device == PHONE or device == TABLET:
        return person.phone
    if device == DESKTOP:
        return person.computer
    return WEB_PLAYER if device == WEB else SPEAKER_OS if device == SPEAKER else WATCH_OS


@compiled_loop
def device_of(key, hour, is_weekend, person, behaviour):
    """The device of a session; during commutes more often the phone, if the listener has one."""
    device = 1 + index_in_totals(uniform(key, DEVICE, 0), person.devices)
    if (
        not is_weekend
        and is_commute(hour, behaviour)
        and device != PHONE
        and person.devices[0] > 0.0
        and uniform(key, COMMUTE, 0) < behaviour.commute_phone
    ):
        return PHONE
    return device


@compiled_loop
def is_commute(hour, behaviour):
    """Whether an hour of a weekday is commuting time."""
    return (
        behaviour.commute_from[0] <= hour < behaviour.commute_to[0]
        or behaviour.commute_from[1] <= hour < behaviour.commute_to[1]
    )


@compiled_loop
def goes_offline(key, at_ms, person, state):
    """Whether the listener plays downloads in a session.

    The time offline must stay below OFFLINE_MS until the session ends.
    """
    return (
        uniform(key, OFFLINE, 0) < person.offline
        and at_ms + LONGEST_SESSION_MS - state.online_at < OFFLINE_MS
    )


@compiled_loop
def falls_asleep(key, hour, behaviour, state):
    """Whether the listener falls asleep to noise in a session."""
    return (
        state.sleeps_to_noise > 0
        and (hour >= NIGHT_FROM or hour < NIGHT_UNTIL)
        and uniform(key, ASLEEP, 0) < behaviour.noise_nights
    )


@compiled_loop
def intensity_pull(hour, weekday, age, behaviour):
    """Pull of hour, weekday and age towards intense (+) or calm (-) music."""
    return behaviour.intensity_pull * (
        behaviour.intensity_hours[int(weekday >= SATURDAY), hour]
        + behaviour.intensity_days[weekday]
        + step_value(behaviour.intensity_age_from, behaviour.intensity_age, age)
    )


@compiled_loop
def opening_reason(key, behaviour):
    """reason_start of the first play of a session."""
    u, shares = uniform(key, OPENING, 0), behaviour.opening_shares
    if u < shares[0]:
        return APPLOAD
    return PLAYBTN if u < shares[0] + shares[1] else CLICKROW


@compiled_once
def begin_session(key, at_ms, length_ms, hour, weekday, versions, listener):
    """Decide what is fixed for a whole session and open its first context; returns a `Session`."""
    person, behaviour, state = listener.person, listener.behaviour, listener.state
    follow_profile(versions, person, state, at_ms)
    state.age = versions[state.version].age
    state.intensity_pull = intensity_pull(hour, weekday, state.age, behaviour)
    is_weekend = weekday >= SATURDAY
    device = device_of(key, hour, is_weekend, person, behaviour)
    hazard, turn = session_hazard(key, device, hour, is_weekend, state.age, person, behaviour)
    session = Session(
        key=key,
        number=(person.number << 32) | state.n_sessions,
        begin_ms=at_ms,
        length_ms=length_ms,
        device=device,
        platform=platform_of(device, person),
        private=uniform(key, PRIVATE, 0) < person.private,
        offline=goes_offline(key, at_ms, person, state),
        shuffle=uniform(key, SHUFFLE, 0) < person.shuffle,
        asleep=falls_asleep(key, hour, behaviour, state),
        hazard=hazard,
        turn=turn,
        novelty=novelty_now(listener),
    )
    state.n_sessions += 1
    open_context(key, ZERO, listener)
    if session.asleep:
        state.context = OWN_PLAYLIST
    return session


# -- what each play decides ------------------------------------------------------------------------


@compiled_loop
def switches_context(session, i, reason_start, behaviour):
    """Whether a track chosen by hand within a session comes from a new context."""
    return (
        reason_start == CLICKROW
        and i > 0
        and not session.asleep
        and uniform(session.key, SWITCH, i) < behaviour.switch_share
    )


@compiled_once
def next_track(session, i, track, shuffle, reason_start, listener):
    """The track that comes after `track` in a session."""
    if session.asleep:
        skipped = reason_start == START_FORWARD
        return other_noise(track, listener) if skipped else noise_track(session.key, i, listener)
    if listener.state.in_a_row < MOST_IN_A_ROW:
        if is_repeated(track, listener.state):
            return track
        if reason_start == START_BACK:
            return track_back_from(session, i, track, listener)
    return other_than_last(session.key, i, shuffle, session.novelty, listener)


@compiled_loop
def is_repeated(track, state):
    """Whether "repeat one" plays the track again; counts it."""
    if state.repeats == 0 or track == NO_TRACK:
        return False
    state.repeats -= 1
    return True


@compiled_loop
def track_back_from(session, i, track, listener):
    """The track after the back button: the same one again, or the one before it."""
    if i > 1 and uniform(session.key, BACK, i) >= listener.behaviour.replay_share:
        return track_before(listener.state, TWO)
    return track


@compiled_loop
def repeats_after(session, play, ending, listener):
    """How many more times the track is played under "repeat one" after a play."""
    behaviour, state = listener.behaviour, listener.state
    if ending.reason != DONE:
        return ZERO
    if state.repeats == 0 and uniform(session.key, REPEAT, play.number) < behaviour.repeat_share:
        u = uniform(session.key, REPEATS, play.number)
        return np.int64(min(1.0 - ln(u) * (behaviour.repeat_plays - 0.5), MOST_IN_A_ROW))
    return state.repeats


@compiled_once
def remember_play(session, play, ending, listener):
    """Update the listener's state after a play."""
    state = listener.state
    again = play.track == track_before(state, ONE)
    state.in_a_row = state.in_a_row + 1 if again else 1
    state.repeats = repeats_after(session, play, ending, listener)
    if play.local_day != state.music_day:
        state.music_day, state.music_ms = play.local_day, 0
    if not session.asleep:
        state.music_ms += ending.ms_played
    remember(state, listener.known, play.track)
    state.n_plays += 1
    state.since_ad_ms += ending.ms_played
    if ending.reason == FORWARD:
        note_skip(state, ended_at(play, ending))
    if not is_offline(session, play.plan):
        state.online_at = ended_at(play, ending)
    if play.is_free_phone and play.on_demand and state.context != PERSONALIZED:
        state.allowed_ms += ending.ms_played


@compiled_loop
def is_enough(local_day, state):
    """Whether the listener has played so much music on a local day that they stop."""
    return local_day == state.music_day and state.music_ms > MOST_MUSIC_MS


@compiled_once
def write_outcome(out, listener_row, session, play, ending, listener):
    """Write a play, count it in the answer key, and write the listener's action on the track."""
    ends = out.ends[listener_row]
    write_play(out.plays, ends, listener, session, play, ending)
    count_play(out, listener_row, session, play, ending, listener)
    if ending.reason == DONE:
        write_action(session.key, play, ending, listener, out.actions, ends)


@compiled_loop
def play_session(key, at_ms, length_ms, hour, weekday, people, listener, out, listener_row):
    """Play one session into the columns; returns its end, or NO_ROOM if the columns are full.

    key: of the session; at_ms: its start; length_ms: planned length; hour, weekday: local, of its
    start.
    """
    person, behaviour, state = listener.person, listener.behaviour, listener.state
    ends = out.ends[listener_row]
    session = begin_session(key, at_ms, length_ms, hour, weekday, people.versions, listener)
    reason_start = opening_reason(key, behaviour)
    now, i, track, is_last = at_ms, ZERO, NO_TRACK, False
    while now < person.end_ms and not is_last:
        if ends.plays >= len(out.plays.play_id) or ends.actions >= len(out.actions):
            return NO_ROOM
        plan = follow_profile(people.versions, person, state, now)
        is_free_phone = plan == FREE and session.device == PHONE

        follow_rules(behaviour, state, now)
        ad_ms = advertisement_ms(key, i, plan, now, people.versions, person, state)
        now += ad_ms
        if now >= person.end_ms:
            break
        follow_rules(behaviour, state, now)
        follow_clock(people, person.zone, state, now)
        local_day = (now + state.offset_ms) // DAY_MS

        if switches_context(session, i, reason_start, behaviour):
            open_context(key, i, listener)
        on_demand = may_choose(is_free_phone, local_day, state)
        shuffle = session.shuffle or not on_demand
        track = next_track(session, i, track, shuffle, reason_start, listener)
        play = Play(
            i, now, local_day, track, plan, is_free_phone, reason_start, ad_ms, shuffle, on_demand
        )

        ending = ending_of(session, play, listener)
        is_last = ended_at(play, ending) >= at_ms + length_ms
        is_last |= not session.asleep and is_enough(local_day, state)
        if is_last:
            ending = last_ending(key, play, ending, at_ms + length_ms, listener)

        if now >= person.start_ms:
            write_outcome(out, listener_row, session, play, ending, listener)
        remember_play(session, play, ending, listener)
        now, i, reason_start = ended_at(play, ending), i + 1, NEXT_START[ending.reason]
    return now
