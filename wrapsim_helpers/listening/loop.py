"""The listening model: one compiled loop over one listener's time.

A listener's days are active or silent. An active day has sessions, placed in the listener's own
local week. A session plays one track after another: a track is picked from where the listener is
(`picks`), it is heard until it ends or until the listener leaves it, and the next one starts there
and then. Everything is drawn from streams named below, so no draw depends on how many others were
made before it, and nothing depends on where the window ends: a longer window begins with the plays
of a shorter one.
"""

from collections import namedtuple

import numpy as np
import pyarrow as pa

from ..compiled import compiled_loop, compiled_once
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..people.plan_rules import RULES
from ..schema import FREE, NAMED, PREMIUM, TABLES, code
from ..streams import decision, exp, ln, normal, subkey, uniform
from .counts import (
    ANSWER,
    COUNT,
    COUNTED_PLAY_MS,
    PLACED,
    add_answers,
    count_artists,
    count_song,
    forget,
)
from .picks import (
    FIRST_HEARD,
    HISTORY,
    KNOWN,
    MIND,
    MOST_SESSIONS,
    NO_TRACK,
    QUARTER_DAYS,
    SKIPS_KEPT,
    WARM_UP,
    World,
    below,
    index_of,
    known_or_new,
    learn,
    noise_track,
    novelty_of,
    open_context,
    pick_track,
    remember,
    side_genre,
    step,
    times_heard,
)

LONGEST_SESSION_MS = 10 * HOUR_MS
OFFLINE_MS = (
    29 * DAY_MS
)  # downloads play on for 30 days without a connection (rule_offline); a day is kept in hand
LATEST_START_MS = (
    30 * HOUR_MS
)  # a session that could not begin by then, counted from the start of its day, is not held
LOOK_BACK_DAYS = (
    2  # so a session of an earlier day than this before the end has ended by the end (see `state`)
)
NEVER = 2**62
ZERO = np.int64(
    0
)  # for functions of the loop, which a plain 0 would compile once more (see `compiled_loop`)
ROWS_PER_LISTENER = 30_000  # room enough for a year of almost anybody
MOST_ROWS = 2**24  # of one listener: nine years of 5 s plays without a pause
JULY, DAYS_OF_YEAR = 181, 365.2425  # days since 1970 of 1 July 1970
FULL_SHIFT_MS = (
    3 * HOUR_MS
)  # sessions from this time of day on begin by the whole of the summer's shift later

# Decisions of a listener (drawn under the listener's key, counted by day or by remembered play) ...
FIRST_DAY, DAY, SESSIONS, START, MINUTE, SLEEPER, FESTIVE_TASTE = map(
    decision,
    (
        "day.first",
        "day.active",
        "day.sessions",
        "session.start",
        "session.minute",
        "listener.sleeper",
        "listener.festive",
    ),
)
# ... and of a session (under the session's own key, counted by the play's place in it).
LENGTH, GAP, DEVICE, COMMUTE, PRIVATE, OFFLINE, SHUFFLE, OPENING, STOP, MOOD, TURN, ASLEEP = map(
    decision,
    (
        "session.length",
        "session.gap",
        "session.device",
        "session.commute",
        "session.private",
        "session.offline",
        "session.shuffle",
        "session.opening",
        "session.stop",
        "session.mood",
        "session.turn",
        "session.asleep",
    ),
)
(
    SWITCH,
    LEAVE,
    WHY,
    BACK,
    PAUSE,
    PAUSED,
    SEEK_FORWARD,
    SEEK_BACK,
    FORWARD_BY,
    BACK_BY,
    AD,
    ACT,
    BLOCKED,
) = map(
    decision,
    (
        "pick.switch",
        "end.leave",
        "end.why",
        "end.back",
        "end.pause",
        "end.paused",
        "end.seek_forward",
        "end.seek_back",
        "end.forward_by",
        "end.back_by",
        "end.ad",
        "act.kind",
        "end.blocked",
    ),
)

PHONE, TABLET, DESKTOP, WEB, SPEAKER, WEARABLE = (
    code("device", name) for name in ("phone", "tablet", "desktop", "web", "speaker", "wearable")
)
WEB_PLAYER, SPEAKER_OS, WATCH_OS = (
    code("platform", name) for name in ("web_player", "speaker_os", "watch_os")
)
OWN_PLAYLIST, PERSONALIZED = code("context", "own_playlist"), code("context", "personalized")
TRACK = code("content_type", "track")
PLAY_, PAUSE_, SKIP_, REPLAY_ = (
    code("interaction", name) for name in ("play", "pause", "skip", "replay")
)
DONE, FORWARD, BACKWARD, ENDPLAY, LOGOUT = (
    code("reason_end", name) for name in ("trackdone", "fwdbtn", "backbtn", "endplay", "logout")
)
START_DONE, START_FORWARD, START_BACK, CLICKROW, PLAYBTN, APPLOAD = (
    code("reason_start", name)
    for name in ("trackdone", "fwdbtn", "backbtn", "clickrow", "playbtn", "appload")
)
# Every pair of reason_end and the next reason_start inside a session: reason_end -> reason_start.
NEXT_START = np.zeros(16, np.int8)
NEXT_START[[DONE, FORWARD, BACKWARD, ENDPLAY]] = START_DONE, START_FORWARD, START_BACK, CLICKROW
SKIPS_PER_HOUR, SHUFFLE_ONLY, AD_INTERVAL, AD_BREAK, ON_DEMAND_LISTS, ALLOWANCE, _ = range(
    len(RULES)
)
N_ACTIONS = 4  # save, playlist_add, share, follow: codes 0 to 3 of `kind`

# What the loop writes, a row per play: closed sets as int8 codes, countries as int32 codes, times
# as int64 ms.
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
# What a later run needs of a listener to go on, as it stood at the start of local day `day`.
SELF = np.dtype(
    [
        (name, "i8")
        for name in (
            "day",
            "heard",
            "n_plays",
            "n_sessions",
            "n_skips",
            "since_ad_ms",
            "allowed_day",
            "allowed_ms",
            "active",
            "free_from",
            "online_at",
        )
    ]
    + [("skips", "i8", (SKIPS_KEPT,))]
)
Past = namedtuple(
    "Past", "selves recent recent_from known times known_from"
)  # of earlier runs; empty arrays where there is none
# How far each listener's rows reach in the arrays that hold several per listener.
ENDS = np.dtype([(name, "i8") for name in ("actions", "songs", "artists", "recent", "known")])
# the columns of the plays table, an array each
Plays = namedtuple("Plays", PLAY.names)  # type: ignore[misc, arg-type]
Out = namedtuple("Out", "plays actions answers songs artists selves recent known times ends placed")
Block = namedtuple(
    "Block", "numbers plays actions answers songs artists selves recent known times ends"
)


# -- small rules -----------------------------------------------------------------------------------


@compiled_loop
def interaction_of(reason_start, reason_end, paused_ms):
    """What the listener did, from the rest of the row; the first that applies of skip, replay,
    pause, play.
    """
    if reason_end == FORWARD:
        return SKIP_
    if reason_start == START_BACK:
        return REPLAY_
    return PAUSE_ if paused_ms > 0 else PLAY_


@compiled_loop
def read_rules(b, mind, at_ms):
    """Look up the plan rules that hold at an instant, and until when they do."""
    mind.rules_until = NEVER
    for which in range(b.rule_from.shape[0]):
        mind.rule[which] = 0.0
        for i in range(b.rule_from.shape[1]):
            if b.rule_from[which, i] <= at_ms:
                mind.rule[which] = b.rule_value[which, i]
            else:
                mind.rules_until = min(mind.rules_until, np.int64(b.rule_from[which, i]))


@compiled_loop
def local_offset(people, zone, at_ms):
    """Milliseconds that a zone's clock stands ahead of UTC at an instant."""
    i = people.zones[zone]
    while i + 1 < people.zones[zone + 1] and people.changes[i + 1].at_ms <= at_ms:
        i += 1
    return people.changes[i].offset_ms


@compiled_loop
def read_clock(people, zone, mind, at_ms):
    """Look up the zone's offset at an instant that is no earlier than the last one asked for, and
    until when it holds.
    """
    i = max(mind.change, people.zones[zone])
    while i + 1 < people.zones[zone + 1] and people.changes[i + 1].at_ms <= at_ms:
        i += 1
    mind.change, mind.offset_ms = i, people.changes[i].offset_ms
    mind.offset_until = people.changes[i + 1].at_ms if i + 1 < people.zones[zone + 1] else NEVER


@compiled_loop
def to_utc(people, zone, wall_ms):
    """UTC ms of a local wall time: its first showing where shown twice, as far behind the gap where
    skipped.
    """
    i = people.zones[zone]
    while (
        i + 1 < people.zones[zone + 1]
        and wall_ms - people.changes[i].offset_ms >= people.changes[i + 1].at_ms
    ):
        if wall_ms - people.changes[i + 1].offset_ms < people.changes[i + 1].at_ms:
            break
        i += 1
    return wall_ms - people.changes[i].offset_ms


@compiled_loop
def poisson(key, what, counter, mean):
    """A Poisson draw by inversion; mean at most 600."""
    u, p, count = uniform(key, what, counter), exp(-mean), 0
    total = p
    while u > total and count < 1000:
        count += 1
        p *= mean / count
        total += p
    return count


@compiled_loop
def civil(day):
    """(year, month) of days since 1970 (H.

    Hinnant, chrono-compatible low-level date algorithms).
    """
    z = day + 719_468
    era = z // 146_097
    of_era = z - era * 146_097
    year = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year + year // 4 - year // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    return year + era * 400 + (1 if month <= 2 else 0), month


@compiled_loop
def christmas_eve(year):
    """Days since 1970 of 24 December of a year."""
    return (
        365 * (year - 1970)
        + (year - 1969) // 4
        - (year - 1901) // 100
        + (year - 1601) // 400
        + 357
        + (1 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 0)
    )


@compiled_loop
def festive_share(day, year, b):
    """Chance that a pick is festive music: it grows by the exponential of days up to Christmas,
    then ends within a fortnight.
    """
    ahead = christmas_eve(year) - day
    if ahead >= 0:
        return b.festive_peak * exp(-ahead / b.festive_days) if ahead <= 75 else 0.0
    return b.festive_peak * exp(ahead / 2.0) if ahead > -14 else 0.0


# -- how it ends -----------------------------------------------------------------------------------


@compiled_loop
def leave_after(key, i, hazard, b):
    """Milliseconds after which the listener would leave the track, were it endless: a piecewise
    constant hazard.
    """
    budget = -ln(uniform(key, LEAVE, i)) / hazard
    knots = len(b.knots_ms)
    for j in range(1, knots):
        if budget < b.hazard[j]:
            share = (budget - b.hazard[j - 1]) / (b.hazard[j] - b.hazard[j - 1])
            return b.knots_ms[j - 1] + share * (b.knots_ms[j] - b.knots_ms[j - 1])
    return b.knots_ms[knots - 1] + (budget - b.hazard[knots - 1]) / b.hazard_slope


@compiled_loop
def may_skip(mind, at_ms, most):
    """Whether fewer than `most` plays were ended by the forward button in the hour before an
    instant; 0 is no limit.
    """
    return (
        most <= 0
        or mind.n_skips < most
        or at_ms - mind.skips[(mind.n_skips - most) % SKIPS_KEPT] >= HOUR_MS
    )


@compiled_loop
def settling(i, b):
    """What is left of the hazard at the i-th play of a session: after a while people leave the
    music alone.
    """
    return (
        1.0
        if i < b.settle_after
        else b.settled + (1.0 - b.settled) * exp((b.settle_after - i) / b.settle_plays)
    )


@compiled_loop
def session_hazard(key, device, weekend, age, person, b):
    """What a session's circumstances make of the hazard of leaving, before the single play:
    (factor, turn).

    turn: how much the factor grows (+) or falls (-) from the session's first to its last play, as a
    share of it.
    """
    mood = exp(b.sigma_mood * normal(uniform(key, MOOD, 0)) - 0.5 * b.sigma_mood * b.sigma_mood)
    turn = min(max(b.sigma_turn * normal(uniform(key, TURN, 0)), -0.95), 0.95)
    factor = (
        b.hazard_scale
        * person.skip
        * mood
        * step(b.skip_age_from, b.skip_age, age)
        * b.skip_device[device]
        * (b.skip_weekend if weekend else 1.0)
    )
    return factor, turn


# -- one session -----------------------------------------------------------------------------------


@compiled_loop
def platform_of(device, person):
    """What runs on the device."""
    if device == PHONE or device == TABLET:
        return person.phone
    if device == DESKTOP:
        return person.computer
    return WEB_PLAYER if device == WEB else SPEAKER_OS if device == SPEAKER else WATCH_OS


@compiled_loop
def device_of(key, hour, weekend, person, b):
    """The device of a session; on the way to work and back it is more often the phone, where there
    is one.
    """
    device = 1 + below(uniform(key, DEVICE, 0), person.devices)
    on_the_way = (
        not weekend
        and b.commute_from[0] <= hour < b.commute_to[0]
        or not weekend
        and b.commute_from[1] <= hour < b.commute_to[1]
    )
    if (
        on_the_way
        and device != PHONE
        and person.devices[0] > 0.0
        and uniform(key, COMMUTE, 0) < b.commute_phone
    ):
        return PHONE
    return device


@compiled_loop
def allowance_left(mind, local_day):
    """Milliseconds that a free listener on a phone may still pick freely today (from 15 September
    2025).
    """
    if mind.allowed_day != local_day:
        mind.allowed_day, mind.allowed_ms = local_day, 0
    return mind.rule[ALLOWANCE] * MINUTE_MS - mind.allowed_ms


@compiled_loop
def play_session(key, at_ms, length_ms, hour, weekday, people, w, out, who, n):
    """Play one session into the columns from row n on: (the next free row, when the session ended).

    The row is -1 where the columns are full. key: the session's; at_ms: its start; length_ms: how
    long the listener means to stay; hour, weekday: of its start, local; who: row of the listener in
    the answers.
    """
    person, music, b, mind, known = w.person, w.music, w.b, w.mind, w.known
    ends = out.ends
    weekend = weekday >= 5
    device = device_of(key, hour, weekend, person, b)
    private = uniform(key, PRIVATE, 0) < person.private
    wants_offline = (
        uniform(key, OFFLINE, 0) < person.offline
        and at_ms + LONGEST_SESSION_MS - mind.online_at < OFFLINE_MS
    )
    wants_shuffle = uniform(key, SHUFFLE, 0) < person.shuffle
    while (
        mind.version + 1 < person.after_versions
        and people.versions[mind.version + 1].from_ms <= at_ms
    ):
        mind.version += 1
    mind.age = people.versions[mind.version].age
    mind.pull = b.intensity_pull * (
        b.intensity_hours[1 if weekend else 0, hour]
        + b.intensity_days[weekday]
        + step(b.intensity_age_from, b.intensity_age, mind.age)
    )
    session_factor, turn = session_hazard(key, device, weekend, mind.age, person, b)
    asleep = (
        mind.noise > 0 and (hour >= 22 or hour < 2) and uniform(key, ASLEEP, 0) < b.noise_nights
    )
    novelty = novelty_of(w)
    opening = uniform(key, OPENING, 0)
    reason_start = (
        APPLOAD
        if opening < b.opening_shares[0]
        else PLAYBTN
        if opening < b.opening_shares[0] + b.opening_shares[1]
        else CLICKROW
    )
    open_context(key, ZERO, novelty, w)
    if asleep:
        mind.context = OWN_PLAYLIST
    session = (person.number << 32) | mind.n_sessions
    mind.n_sessions += 1
    until, now, i, track = at_ms + length_ms, at_ms, ZERO, NO_TRACK
    while now < person.end_ms:
        if n >= len(out.plays.play_id) or ends[who].actions >= len(out.actions):
            return -1, now
        while (
            mind.version + 1 < person.after_versions
            and people.versions[mind.version + 1].from_ms <= now
        ):
            mind.version += 1
        plan = people.versions[mind.version].plan
        free_phone = plan == FREE and device == PHONE
        if now >= mind.rules_until:
            read_rules(b, mind, now)

        # advertisements come first; the play starts when they are over, with the profile that it
        # started with
        ad_ms = 0
        if plan == FREE and mind.since_ad_ms >= mind.rule[AD_INTERVAL] * MINUTE_MS:
            ad_ms = int(mind.rule[AD_BREAK] * 1000) + (15_000 if uniform(key, AD, i) < 0.5 else 0)
            if (
                mind.version + 1 < person.after_versions
                and people.versions[mind.version + 1].from_ms <= now + ad_ms
            ):
                ad_ms = 0
            else:
                mind.since_ad_ms = 0
            now += ad_ms
            if now >= person.end_ms:
                break
            if now >= mind.rules_until:
                read_rules(b, mind, now)
        if now >= mind.offset_until:
            read_clock(people, person.zone, mind, now)
        offset = mind.offset_ms
        local_day = (now + offset) // DAY_MS

        # what: from where the listener is; the rules of the plan decide whether it may be this very
        # track
        if (
            reason_start == CLICKROW
            and i > 0
            and not asleep
            and uniform(key, SWITCH, i) < b.switch_share
        ):
            open_context(key, i, novelty, w)
        on_demand = True
        if free_phone and mind.rule[SHUFFLE_ONLY] > 0:
            on_demand = (
                mind.context == PERSONALIZED and mind.rule[ON_DEMAND_LISTS] > 0
            ) or allowance_left(mind, local_day) > 0
        shuffle = wants_shuffle or not on_demand
        if asleep:
            track = noise_track(key, i, w)
        elif reason_start != START_BACK:
            track = pick_track(key, i, shuffle, novelty, w)
        elif i > 1 and uniform(key, BACK, i) >= b.replay_share:
            track = mind.history[(mind.heard - 2) % HISTORY]

        # how it ends
        song = music.tracks[track]
        duration = song.duration_ms
        progress = min(1.0, (now - at_ms) / length_ms)
        hazard = (
            session_factor
            * (1.0 + turn * (2.0 * progress - 1.0))
            * b.skip_position[min(i, 3)]
            * settling(i, b)
            * b.skip_context[mind.context]
            * song.grip
            * step(b.liking_from, b.liking, times_heard(mind, known, track))
            * (b.skip_shuffle if shuffle else 1.0)
            * (0.3 if asleep else 1.0)
        )
        ms = int(min(leave_after(key, i, hazard, b), 1e9))
        reason_end = DONE
        if ms < duration:
            why = index_of(uniform(key, WHY, i), b.leave_shares)
            reason_end = FORWARD if why == 0 else BACKWARD if why == 1 else ENDPLAY
            if (
                reason_end == FORWARD
                and free_phone
                and not may_skip(mind, now + ms, int(mind.rule[SKIPS_PER_HOUR]))
            ):
                # the button does nothing: some choose something else, for the others the track
                # plays on
                reason_end = ENDPLAY if uniform(key, BLOCKED, i) < b.blocked_leave else DONE
        if reason_end == DONE:
            ms = duration

        # seeking and pausing
        forward_ms, back_ms, paused_ms = 0, 0, 0
        if ms > 20_000 and uniform(key, SEEK_FORWARD, i) < b.seek_forward_share:
            forward_ms = int(
                uniform(key, FORWARD_BY, i)
                * 0.5
                * (duration if reason_end == DONE else duration - ms)
            )
        if ms > 20_000 and uniform(key, SEEK_BACK, i) < b.seek_back_share:
            back_ms = int(uniform(key, BACK_BY, i) * 0.5 * ms)
        if reason_end == DONE:
            ms = duration - forward_ms + back_ms
        if ms > 5_000 and uniform(key, PAUSE, i) < b.pause_share:
            paused_ms = 1000 + int(-ln(uniform(key, PAUSED, i)) * b.pause_min * MINUTE_MS)

        # the end of the session: some stop in the middle, the others when the track is over
        last = now + ms + paused_ms >= until
        if last and uniform(key, STOP, 0) < b.logout_share:
            if until - now < ms:
                ms, paused_ms, forward_ms, back_ms = max(until - now, 0), 0, 0, 0
            ms, reason_end = min(ms, duration), LOGOUT if uniform(key, STOP, 1) < 0.5 else ENDPLAY
        ended = now + ms + paused_ms
        if reason_end == FORWARD:
            mind.skips[mind.n_skips % SKIPS_KEPT] = ended
            mind.n_skips += 1

        if now >= person.start_ms:
            plays = out.plays
            plays.play_id[n] = (person.number << 32) | mind.n_plays
            plays.listener_id[n] = person.number
            plays.profile_version[n] = mind.version - person.first_version
            plays.session_id[n] = session
            plays.track_id[n] = track
            plays.content_type[n] = TRACK
            plays.started_at[n] = now
            plays.ended_at[n] = ended
            plays.ms_played[n] = ms
            plays.paused_ms[n] = paused_ms
            plays.seek_forward_ms[n] = forward_ms
            plays.seek_back_ms[n] = back_ms
            plays.interaction[n] = interaction_of(reason_start, reason_end, paused_ms)
            plays.reason_start[n] = reason_start
            plays.reason_end[n] = reason_end
            plays.device[n] = device
            plays.platform[n] = platform_of(device, person)
            plays.context[n] = mind.context
            plays.plan[n] = plan
            plays.country[n] = person.country
            plays.shuffle[n] = shuffle
            plays.offline[n] = wants_offline and plan == PREMIUM
            plays.private[n] = private
            plays.on_demand[n] = on_demand
            plays.ad_ms[n] = ad_ms
            plays.utc_offset_min[n] = offset // MINUTE_MS
            n += 1
            add_answers(out.answers[who], mind, now, ended, ms, reason_end, local_day)
            out.answers[who].n_tracks += known[track].window != mind.stamp
            known[track].window = mind.stamp
            if ms >= COUNTED_PLAY_MS and not private and song.noise == 0:
                count_song(out.songs, ends[who], mind, known, track, now, ms)
            if reason_end == DONE:
                kind = action_of(uniform(key, ACT, i), b)
                if kind < N_ACTIONS:
                    action = out.actions[ends[who].actions]
                    action.listener_id, action.at, action.kind, action.track_id = (
                        person.number,
                        ended,
                        kind,
                        track,
                    )
                    ends[who].actions += 1

        remember(mind, known, track)
        mind.n_plays += 1
        mind.since_ad_ms += ms
        if not (wants_offline and plan == PREMIUM):
            mind.online_at = ended
        if free_phone and on_demand and mind.context != PERSONALIZED:
            mind.allowed_ms += ms
        now, i = ended, i + 1
        if last:
            break
        reason_start = NEXT_START[reason_end]
    return n, now


@compiled_loop
def action_of(u, b):
    """What a listener does about a track heard to its end: 0 save it, 1 add it to a playlist, 2
    share it, 3 follow its artist, 4 nothing.
    """
    kind = 0
    while kind < N_ACTIONS and u >= b.act_shares[kind]:
        u -= b.act_shares[kind]
        kind += 1
    return kind


# -- one listener ----------------------------------------------------------------------------------


@compiled_loop
def begin(first_day, people, w):
    """Forget the listener before, and remember what this one heard before the window."""
    mind, person = w.mind, w.person
    mind.stamp += 1  # what was played under another stamp was another life
    mind.heard = mind.n_plays = mind.n_sessions = mind.n_skips = mind.since_ad_ms = (
        mind.allowed_ms
    ) = mind.streak = mind.free_from = mind.n_learned = 0
    mind.version, mind.allowed_day, mind.stream_day, mind.quarter, mind.change = (
        person.first_version,
        -1,
        -10,
        -1,
        0,
    )
    mind.rules_until, mind.offset_until, mind.online_at = -NEVER, -NEVER, person.origin_ms
    mind.noise = (
        1
        if w.music.extra[2] > w.music.extra[1] and uniform(person.key, SLEEPER, 0) < w.b.noise_share
        else 0
    )
    mind.age, mind.pull = people.versions[person.first_version].age, 0.0
    new_day(first_day, w)
    mind.festive = 0.0
    for i in range(WARM_UP):  # after the first ones, those again in another order
        remember(
            mind,
            w.known,
            known_or_new(person.key, i, 0.8, w)
            if i < FIRST_HEARD
            else mind.history[37 * i % FIRST_HEARD],
        )


@compiled_loop
def new_day(day, w):
    """What a day decides: how much of its music is festive, which month's lists are out, what the
    side taste is.
    """
    mind = w.mind
    year, month = civil(day)
    mind.day, mind.month = day, (year - 1970) * 12 + month - 1
    mind.festive = (
        2.0 * uniform(w.person.key, FESTIVE_TASTE, 0) * festive_share(day, year, w.b)
        if w.music.extra[1] > w.music.extra[0]
        else 0.0
    )
    if day // QUARTER_DAYS != mind.quarter:
        mind.quarter = day // QUARTER_DAYS
        mind.side = side_genre(w.person, w.b, mind.quarter)


@compiled_loop
def resume(who, past, w):
    """Remember what the listener did in earlier runs; returns the local day to go on from."""
    mind, known, self = w.mind, w.known, past.selves[who]
    if self.n_plays > HISTORY:  # then what is known was written down, warm-up and all
        mind.heard = self.heard - HISTORY
    for place in range(past.known_from[who], past.known_from[who + 1]):
        learn(mind, known, past.known[place])
    for place in range(past.recent_from[who], past.recent_from[who + 1]):
        remember(mind, known, past.recent[place])
    for place in range(past.known_from[who], past.known_from[who + 1]):
        known[past.known[place]].times = past.times[place]
    mind.heard, mind.n_plays, mind.n_sessions, mind.n_skips = (
        self.heard,
        self.n_plays,
        self.n_sessions,
        self.n_skips,
    )
    mind.since_ad_ms, mind.allowed_day, mind.allowed_ms = (
        self.since_ad_ms,
        self.allowed_day,
        self.allowed_ms,
    )
    mind.active, mind.free_from, mind.online_at = self.active, self.free_from, self.online_at
    for i in range(SKIPS_KEPT):
        mind.skips[i] = self.skips[i]
    return self.day


@compiled_loop
def keep_self(who, day, w, out):
    """Write down what a later run needs to go on from the start of a day."""
    mind, self = w.mind, out.selves[who]
    self.day, self.heard, self.n_plays, self.n_sessions, self.n_skips = (
        day,
        mind.heard,
        mind.n_plays,
        mind.n_sessions,
        mind.n_skips,
    )
    self.since_ad_ms, self.allowed_day, self.allowed_ms = (
        mind.since_ad_ms,
        mind.allowed_day,
        mind.allowed_ms,
    )
    self.active, self.free_from, self.online_at = mind.active, mind.free_from, mind.online_at
    for i in range(SKIPS_KEPT):
        self.skips[i] = mind.skips[i]
    for place in range(mind.heard - min(mind.n_plays, HISTORY), mind.heard):
        out.recent[out.ends[who].recent] = mind.history[place % HISTORY]
        out.ends[who].recent += 1
    if mind.n_plays > HISTORY:
        for i in range(mind.n_learned):
            track = w.known[i].learned
            out.known[out.ends[who].known], out.times[out.ends[who].known] = (
                track,
                w.known[track].times,
            )
            out.ends[who].known += 1


@compiled_loop
def starts_of_day(key, day, minutes, hours, mind):
    """How many sessions a day has; their local start times in ms of the day, in order, are left in
    mind.starts.
    """
    count = min(1 + poisson(key, SESSIONS, day, minutes), MOST_SESSIONS)
    for s in range(count):
        draw = day * MOST_SESSIONS + s
        start = index_of(uniform(key, START, draw), hours) * HOUR_MS + int(
            uniform(key, MINUTE, draw) * HOUR_MS
        )
        place = s
        while place > 0 and mind.starts[place - 1] > start:
            mind.starts[place] = mind.starts[place - 1]
            place -= 1
        mind.starts[place] = start
    return count


@compiled_loop
def summer(day, south):
    """How much of a summer a day is: 1 on the first of July, -1 half a year from it, evenly
    between; the other way round in the south.
    """
    phase = (day - JULY) / DAYS_OF_YEAR % 1.0
    north = 1.0 - 4.0 * min(phase, 1.0 - phase)
    return -north if south else north


@compiled_loop
def plan_factor(b, plan):
    """How many times as long somebody listens with a plan as without."""
    return b.premium_factor if plan == PREMIUM else 1.0


@compiled_loop
def minutes_of(day, people, w):
    """Minutes that the listener means to hear on an ordinary day, with the plan that they have at
    its beginning.
    """
    person, mind = w.person, w.mind
    begin = to_utc(people, person.zone, day * DAY_MS)
    while (
        mind.version + 1 < person.after_versions
        and people.versions[mind.version + 1].from_ms <= begin
    ):
        mind.version += 1
    return (
        person.minutes
        * plan_factor(w.b, people.versions[mind.version].plan)
        / plan_factor(w.b, people.versions[person.first_version].plan)
    )


@compiled_once
def play_day(day, minutes, people, w, out, who, n):
    """Play an active day's sessions into the columns from row n on; returns the next free row, -1
    where they are full.
    """
    person, b, mind = w.person, w.b, w.mind
    weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
    today = (minutes + b.quiet_min) * b.days[weekday]
    count = starts_of_day(
        person.key,
        day,
        today / b.session_spacing_min,
        b.hours[1 if weekday >= 5 else 0, person.chronotype],
        mind,
    )
    mean = today / (1.0 + today / b.session_spacing_min) * MINUTE_MS
    later = b.summer_shift_min * summer(day, person.south == 1) * MINUTE_MS
    for s in range(count):
        key = subkey(person.key, day * MOST_SESSIONS + s)
        start = mind.starts[s] + int(
            later * min(mind.starts[s] / FULL_SHIFT_MS, 1.0)
        )  # none at midnight, so that none gathers there
        at = max(to_utc(people, person.zone, day * DAY_MS + start), mind.free_from)
        if (
            at < person.origin_ms
            or at - to_utc(people, person.zone, day * DAY_MS) > LATEST_START_MS
        ):
            continue
        if at >= person.end_ms:
            return n
        z = normal(uniform(key, LENGTH, 0))
        length = int(
            min(
                exp(ln(mean) - 0.5 * b.sigma_session * b.sigma_session + b.sigma_session * z),
                LONGEST_SESSION_MS,
            )
        )
        local = at + local_offset(
            people, person.zone, at
        )  # a session that had to wait begins later than it was meant to
        n, ended = play_session(
            key,
            at,
            max(length, 1000),
            local // HOUR_MS % 24,
            (local // DAY_MS + 3) % 7,
            people,
            w,
            out,
            who,
            n,
        )
        if n < 0:
            return n
        mind.free_from = ended + int(b.session_gap_ms * (1.0 - ln(uniform(key, GAP, 0))))
    return n


@compiled_once
def play_listener(who, people, music, bs, past, mind, known, out, n):
    """Play one listener's window into the columns from row n on; returns the next free row, -1
    where they are full.
    """
    person = people.persons[who]
    b = bs[person.kind]
    w = World(person, music, b, mind, known)
    forget(out.answers[who])
    day = (person.origin_ms + local_offset(people, person.zone, person.origin_ms)) // DAY_MS
    last_day = (person.end_ms + local_offset(people, person.zone, person.end_ms)) // DAY_MS
    begin(day, people, w)
    mind.active = (
        1
        if uniform(person.key, FIRST_DAY, 0) < person.minutes / (person.minutes + b.quiet_min)
        else 0
    )
    if len(past.selves) > 0:
        day = resume(who, past, w)
    kept, first_song = max(day, last_day - LOOK_BACK_DAYS), out.ends[who].songs
    while day <= last_day:
        if day == kept:
            keep_self(who, day, w, out)
        minutes = minutes_of(day, people, w)
        share = minutes / (minutes + b.quiet_min)
        mind.active = (
            1
            if uniform(person.key, DAY, day) < share + b.day_persistence * (mind.active - share)
            else 0
        )
        if mind.active:
            new_day(day, w)
            n = play_day(day, minutes, people, w, out, who, n)
            if n < 0:
                return n
        day += 1
    count_artists(first_song, who, w, out)
    return n


@compiled_loop
def play_listeners(first, people, music, bs, past, mind, known, out):
    """Play listeners from row `first` of the table on, as many as fit: (rows filled, first listener
    not played).
    """
    n = ZERO
    for who in range(first, len(people.persons)):
        ends = out.ends[who]
        if who > first:
            ends.actions, ends.songs, ends.artists, ends.recent, ends.known = (
                out.ends[who - 1].actions,
                out.ends[who - 1].songs,
                out.ends[who - 1].artists,
                out.ends[who - 1].recent,
                out.ends[who - 1].known,
            )
        else:
            ends.actions = ends.songs = ends.artists = ends.recent = ends.known = 0
        if ends.recent + HISTORY > len(out.recent) or ends.known + len(known) > len(out.known):
            return n, who
        after = play_listener(who, people, music, bs, past, mind, known, out, n)
        if after < 0:
            return n, who
        n = after
    return n, len(people.persons)


# -- columns ---------------------------------------------------------------------------------------


def new_mind():
    """An empty MIND record, used for one listener after another."""
    return records(MIND, 1)[0]


def new_known(n_tracks):
    """Knowledge of nothing, KNOWN records, one per track."""
    return records(KNOWN, n_tracks)


def no_past():
    """What listeners bring along who begin with this run."""
    return Past(
        records(SELF, 0),
        *(
            np.zeros(size, dtype)
            for size, dtype in ((0, "i4"), (1, "i8"), (0, "i4"), (0, "i4"), (1, "i8"))
        ),
    )


def records(dtype, rows):
    """Empty records."""
    return np.zeros(rows, dtype).view(np.recarray)


def new_plays(rows):
    """Columns with room for so many plays, a multiple of 64, all in one piece of memory, from
    Arrow, which keeps it for the next one.
    """
    sizes = [rows * PLAY[name].itemsize for name in PLAY.names]
    pieces = np.split(
        np.frombuffer(pa.allocate_buffer(sum(sizes)), np.uint8), np.cumsum(sizes)[:-1]
    )
    return Plays(*(piece.view(PLAY[name]) for piece, name in zip(pieces, PLAY.names)))


def new_out(rows, n_listeners, n_tracks, n_artists):
    """Everything the loop writes: room for so many plays, and one row of answers per listener."""
    several = (
        np.zeros(size, np.int32) for size in (rows + HISTORY, rows + n_tracks, rows + n_tracks)
    )
    return Out(
        new_plays(rows),
        records(ACTION, rows),
        records(ANSWER, n_listeners),
        records(COUNT, rows),
        records(COUNT, 2 * rows),
        records(SELF, n_listeners),
        *several,
        records(ENDS, n_listeners),
        records(PLACED, n_artists),
    )


def sample_plays(people, music, behaviours, past=no_past(), rows=1_500_000):
    """All plays of some listeners, a block of columns at a time.

    people      as from `listeners.lower`;  music  `Catalogue.music`
    behaviours  records as from `behaviour.lowered`, one per kind of listener
    past        what the listeners remember of earlier runs, a `Past`
    rows        rows in a block; fewer for few listeners, more where one needs more
    Yields      Block: the plays of some listeners in order of listener and time, what they did
                about tracks, their answers, and what a later run needs. All but the plays are
                written over by the next block: copy what you keep.
    """
    numbers = np.array(people.persons["number"])
    size = (len(numbers), len(music.tracks), len(music.artists))
    mind, known, first, rows = (
        new_mind(),
        new_known(size[1]),
        0,
        max(min(rows, ROWS_PER_LISTENER * len(numbers)), 2 * HISTORY),
    )
    rows += -rows % 64  # so that every column begins where a number of its size may
    out = new_out(rows, *size)
    while first < len(numbers):
        n, after = play_listeners(first, people, music, behaviours, past, mind, known, out)
        if after == first:
            if rows > MOST_ROWS:
                raise ValueError(
                    f"listener {numbers[first]} would make more than {rows:,} plays; no parameters "
                    f"of a listener should. Look at how long "
                    "the plays and the silence between sessions can be with the personas given, or "
                    "make a shorter run."
                )
            rows *= 2
            out = new_out(rows, *size)
            continue
        handed_over = 2 * n > rows
        yield block_of(out, numbers, n, first, after, handed_over)
        first, out = (
            after,
            out._replace(plays=new_plays(rows)) if handed_over and after < len(numbers) else out,
        )


def block_of(out, numbers, n, first, after, handed_over):
    """The filled part of everything the loop wrote about listeners first .. after - 1; a copy of
    the plays unless they are handed over, so that a few do not hold the memory of many."""
    last = out.ends[after - 1]
    plays = Plays(*(column[:n] if handed_over else column[:n].copy() for column in out.plays))
    return Block(
        numbers[first:after],
        plays,
        out.actions[: last.actions],
        out.answers[first:after],
        out.songs[: last.songs],
        out.artists[: last.artists],
        out.selves[first:after],
        out.recent[: last.recent],
        out.known[: last.known],
        out.times[: last.known],
        out.ends[first:after],
    )
