"""The listening model: one compiled loop over the time of one listener.

A listener's days are active or silent. An active day has sessions, placed in the listener's local
week. A session plays one track after another (`session`): a track is picked from the listener's
current context (`picks`), it plays until it ends or the listener leaves it (`endings`), and then
the next track starts. All draws come from named streams, so no draw depends on the number of
earlier draws. No play depends on the end of the window, so a run with a later end begins with the
same plays.
"""

import numpy as np
from numba import literal_unroll

from ..compiled import compiled_loop, compiled_once
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..schema import PREMIUM, STATE_COUNTS
from ..streams import decision, exp, ln, normal, subkey, uniform
from .columns import block_of, new_out, new_plays
from .counts import count_artists
from .draws import index_in_shares, poisson
from .local_time import (
    NEVER,
    civil,
    festive_share,
    local_offset,
    summer_share,
    to_utc,
    weekday_of,
)
from .loop_types import Listener
from .memory import HISTORY, remember
from .own_artists import fill_taste
from .picks import known_or_new
from .plan_limits import follow_profile
from .session import LONGEST_SESSION_MS, NO_ROOM, SATURDAY, is_enough, play_session
from .state import (
    MOST_SESSIONS,
    new_known,
    new_state,
    no_past,
    resume_listener,
    save_listener,
)
from .taste import QUARTER_DAYS, WARM_UP, side_genre

# The first tracks of the warm-up are picked, the rest repeats them; chance of a new track.
WARM_UP_PICKED, WARM_UP_NOVELTY = 60, 0.8
SHORTEST_SESSION_MS = 1_000
# Latest start of a session, from the start of its day; a session that would start later is dropped.
LATEST_START_MS = 30 * HOUR_MS
# Sessions that begin more than this before the last day have ended by then, see `save_listener`.
LOOK_BACK_DAYS = 2
# Sessions from this time of day on are moved by the full summer shift.
FULL_SHIFT_MS = 3 * HOUR_MS
ROWS_PER_LISTENER = 30_000  # enough for a year of nearly every listener
MOST_ROWS = 2**24  # of one listener: nine years of 5 s plays without a pause

# Decisions of a listener use the listener's key and are counted by day or by session. The last two
# are decisions of a session and use the session's key.
FIRST_DAY, DAY, SESSIONS, START, MINUTE, SLEEPER, FESTIVE_TASTE, QUIET, LENGTH, GAP = map(
    decision,
    (
        "day.first",
        "day.active",
        "day.sessions",
        "session.start",
        "session.minute",
        "listener.sleeper",
        "listener.festive",
        "listener.quiet",
        "session.length",
        "session.gap",
    ),
)


# -- the beginning of a listener, and of a day -----------------------------------------------------


@compiled_loop
def begin_listener(first_day, people, listener):
    """Reset the state, then replay the warm-up: what the listener played before the window."""
    person, behaviour, state = listener.person, listener.behaviour, listener.state
    reset_state(people.versions, person, state)
    quiet = behaviour.sigma_quiet * normal(uniform(person.key, QUIET, 0))
    state.quiet_min = behaviour.quiet_min * exp(quiet)
    fill_taste(listener)
    state.sleeps_to_noise = sleeps_to_noise(listener)
    begin_day(first_day, listener)
    state.festive_share = 0.0
    for i in range(WARM_UP):
        track = (
            known_or_new(listener.person.key, i, WARM_UP_NOVELTY, listener)
            if i < WARM_UP_PICKED
            else np.int64(state.history[37 * i % WARM_UP_PICKED])
        )
        remember(state, listener.known, track)


@compiled_loop
def reset_state(versions, person, state):
    """Set the state to that of a listener who has played nothing."""
    state.stamp += 1  # records with another stamp belong to another listener
    for name in literal_unroll(STATE_COUNTS):
        state[name] = 0
    state.n_learned = state.streak_days = state.clock_change = 0
    state.version, state.age = person.first_version, versions[person.first_version].age
    state.allowed_day, state.last_stream_day, state.quarter = -1, -10, -1
    state.rules_until, state.offset_until, state.online_at = -NEVER, -NEVER, person.origin_ms
    state.intensity_pull = 0.0
    for i in range(len(state.skips)):
        state.skips[i] = 0


@compiled_loop
def sleeps_to_noise(listener):
    """Whether the listener falls asleep to noise; never if the catalogue has no noise."""
    extra = listener.music.extra
    return (
        extra[2] > extra[1]
        and uniform(listener.person.key, SLEEPER, 0) < listener.behaviour.noise_share
    )


@compiled_loop
def begin_day(day, listener):
    """Set what holds for a day: the share of festive music, the month's lists, the side genre."""
    person, behaviour, state = listener.person, listener.behaviour, listener.state
    year, month = civil(day)
    state.day, state.month, state.festive_share = day, (year - 1970) * 12 + month - 1, 0.0
    if listener.music.extra[1] > listener.music.extra[0]:
        state.festive_share = 2.0 * uniform(person.key, FESTIVE_TASTE, 0)
        state.festive_share *= festive_share(day, year, behaviour)
    if day // QUARTER_DAYS != state.quarter:
        state.quarter = day // QUARTER_DAYS
        state.side_genre = side_genre(person, behaviour, state.quarter)


# -- one day ---------------------------------------------------------------------------------------


@compiled_loop
def place_sessions(key, day, mean_further, hours, starts):
    """Fill in the start times of a day's sessions, in order, ms of the day; returns their number.

    There is one session, plus a Poisson number of further ones.
    """
    count = min(1 + poisson(key, SESSIONS, day, mean_further), MOST_SESSIONS)
    for session in range(count):
        draw = day * MOST_SESSIONS + session
        hour = index_in_shares(uniform(key, START, draw), hours)
        start = hour * HOUR_MS + int(uniform(key, MINUTE, draw) * HOUR_MS)
        place = session
        while place > 0 and starts[place - 1] > start:
            starts[place] = starts[place - 1]
            place -= 1
        starts[place] = start
    return count


@compiled_loop
def plan_factor(behaviour, plan):
    """Factor of a plan on how long a listener listens, 1 for free."""
    return behaviour.premium_factor if plan == PREMIUM else 1.0


@compiled_loop
def minutes_of(day, people, listener):
    """Planned minutes of an average day, with the plan that is valid when the day begins."""
    person, behaviour = listener.person, listener.behaviour
    begin_ms = to_utc(people, person.zone, day * DAY_MS)
    plan = follow_profile(people.versions, person, listener.state, begin_ms)
    first_plan = people.versions[person.first_version].plan
    return person.minutes * plan_factor(behaviour, plan) / plan_factor(behaviour, first_plan)


@compiled_loop
def session_length(key, mean_ms, behaviour):
    """How long the listener plans to listen in a session, ms: log-normal."""
    sigma = behaviour.sigma_session
    z = normal(uniform(key, LENGTH, 0))
    length_ms = exp(ln(mean_ms) - 0.5 * sigma * sigma + sigma * z)
    return max(int(min(length_ms, LONGEST_SESSION_MS)), SHORTEST_SESSION_MS)


@compiled_once
def play_day(day, minutes, people, listener, out, listener_row):
    """Play an active day's sessions into the columns; returns False if the columns are full."""
    person, behaviour, state = listener.person, listener.behaviour, listener.state
    weekday, begin_ms = weekday_of(day), to_utc(people, person.zone, day * DAY_MS)
    today = (minutes + state.quiet_min) * behaviour.days[weekday]
    further = today / behaviour.session_spacing_min
    hours = behaviour.hours[int(weekday >= SATURDAY), person.chronotype]
    n_sessions = place_sessions(person.key, day, further, hours, state.session_starts)
    mean_ms = today / (1.0 + further) * MINUTE_MS
    shift_ms = behaviour.summer_shift_min * summer_share(day, person.south == 1) * MINUTE_MS
    for session in range(n_sessions):
        key = subkey(person.key, day * MOST_SESSIONS + session)
        start = state.session_starts[session]
        # no shift at midnight, so that sessions do not pile up there
        start += int(shift_ms * min(start / FULL_SHIFT_MS, 1.0))
        at_ms = max(to_utc(people, person.zone, day * DAY_MS + start), state.free_from)
        if at_ms < person.origin_ms or at_ms - begin_ms > LATEST_START_MS:
            continue
        if at_ms >= person.end_ms:
            break
        # local time of the actual start, since a session waits for the previous one to end
        local_ms = at_ms + local_offset(people, person.zone, at_ms)
        if is_enough(local_ms // DAY_MS, state):
            continue
        hour, local_weekday = local_ms // HOUR_MS % 24, weekday_of(local_ms // DAY_MS)
        length_ms = session_length(key, mean_ms, behaviour)
        ended_at = play_session(
            key, at_ms, length_ms, hour, local_weekday, people, listener, out, listener_row
        )
        if ended_at == NO_ROOM:
            return False
        state.free_from = ended_at + int(
            behaviour.session_gap_ms * (1.0 - ln(uniform(key, GAP, 0)))
        )
    return True


# -- one listener, and many ------------------------------------------------------------------------


@compiled_loop
def local_day_of(people, zone, at_ms):
    """The local day of an instant in a zone, days since 1970."""
    return (at_ms + local_offset(people, zone, at_ms)) // DAY_MS


@compiled_loop
def is_active(day, minutes, person, behaviour, state):
    """Whether a day is active; more likely if the day before was."""
    share = minutes / (minutes + state.quiet_min)
    share += behaviour.day_persistence * (state.active - share)
    return uniform(person.key, DAY, day) < share


@compiled_once
def play_listener(listener_row, people, music, behaviours, past, state, known, out):
    """Play one listener's window into the columns; returns False if the columns are full."""
    person = people.persons[listener_row]
    behaviour = behaviours[person.kind]
    listener = Listener(person, music, behaviour, state, known)
    first_day = local_day_of(people, person.zone, person.origin_ms)
    last_day = local_day_of(people, person.zone, person.end_ms)
    begin_listener(first_day, people, listener)
    usual_share = person.minutes / (person.minutes + state.quiet_min)
    state.active = uniform(person.key, FIRST_DAY, 0) < usual_share
    if len(past.saved) > 0:
        first_day = resume_listener(listener_row, past, state, known)
    saved_day, first_song = max(first_day, last_day - LOOK_BACK_DAYS), out.ends[listener_row].songs
    for day in range(first_day, last_day + 1):
        if day == saved_day:
            save_listener(listener_row, day, listener, out)
        minutes = minutes_of(day, people, listener)
        state.active = is_active(day, minutes, person, behaviour, state)
        if state.active:
            begin_day(day, listener)
            if not play_day(day, minutes, people, listener, out, listener_row):
                return False
    count_artists(first_song, listener_row, listener, out)
    return True


@compiled_loop
def play_listeners(first, people, music, behaviours, past, state, known, out):
    """Play as many listeners as fit; returns the position of the first listener not played.

    first: position of the first listener to play; the rows of `out.answers` and `out.ends` from
    there on must be 0.
    """
    for row in range(first, len(people.persons)):
        ends = out.ends[row]
        if row > first:  # a listener's rows begin where those of the previous one end
            out.ends[row] = out.ends[row - 1]
        if (
            ends.recent + HISTORY > len(out.recent)
            or ends.known + len(known.tracks) > len(out.known)
            or not play_listener(row, people, music, behaviours, past, state, known, out)
        ):
            return row
    return len(people.persons)


# -- blocks of columns -----------------------------------------------------------------------------


def sample_plays(people, music, behaviours, past=no_past(), rows=1_500_000):
    """All plays of some listeners, one block of columns at a time.

    people      as from `loop_records.lower_listeners`;  music  `Catalogue.music`
    behaviours  records as from `behaviour.lowered`, one per kind of listener
    past        what the listeners remember of earlier runs, a `Past`
    rows        rows in a block; fewer for few listeners, more if one listener needs more
    Yields      Block: the plays of some listeners in order of listener and time, their actions and
                answers, and the state for a later run. The next block overwrites all arrays except
                the plays: copy what you need.
    """
    numbers = np.array(people.persons["number"])
    state, known, first = new_state(), new_known(music), 0
    size = (len(numbers), len(known.tracks))
    rows = max(min(rows, ROWS_PER_LISTENER * len(numbers)), 2 * HISTORY)
    rows += -rows % 64  # so that every column begins at a multiple of 64 bytes
    out = new_out(rows, *size)
    while first < len(numbers):
        out.answers[first:] = out.ends[first:] = 0
        after = play_listeners(first, people, music, behaviours, past, state, known, out)
        if after == first:
            check_rows(rows, numbers[first])
            rows *= 2
            out = new_out(rows, *size)
            continue
        handed_over = 2 * out.ends[after - 1].plays > rows
        yield block_of(out, numbers, first, after, handed_over)
        first = after
        if handed_over and after < len(numbers):
            out = out._replace(plays=new_plays(rows))


def check_rows(rows, number):
    """Raises ValueError if a listener needs more than MOST_ROWS rows."""
    if rows > MOST_ROWS:
        raise ValueError(
            f"listener {number} would have more than {rows:,} plays; at most {MOST_ROWS:,} are "
            f"allowed. Shorten the run, or change the personas so that plays, or the gaps between "
            f"sessions, are longer."
        )
