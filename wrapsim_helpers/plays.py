"""The listening model: one compiled loop over one listener's time.

A listener's days are active or silent. An active day has sessions, placed in the listener's own local week. A session
plays one track after another: a track is picked from where the listener is (a playlist, an album, the radio ...),
it is heard until it ends or until the listener leaves it, and the next one starts there and then. Everything
is drawn from streams named below, so no draw depends on how many others were made before it.
"""

from collections import namedtuple

import numpy as np
import pandas as pd
import pyarrow as pa

from .behaviour import CONTEXTS, GENRE_NAMES, MEMORY_SIZES, RULES
from .run import DAY_MS, HOUR_MS, MINUTE_MS, compiled, decision, exp, ln, normal, subkey, uniform
from .schema import NAMED, TABLES, code

HISTORY = MEMORY_SIZES[-1]   # how many plays back a listener can return to
SKIPS_KEPT = 64              # instants of skips remembered, more than any plan limits
WARM_UP = 240                # plays remembered from before the window, so that nobody discovers everything in January
MOST_SESSIONS = 48           # in one day
TRIES = 3                    # candidates looked at before a new track is taken
COUNTED_PLAY_MS = 30_000     # heard that long, a play is a stream (rule_stream_30s)
NO_TRACK = -1

# Decisions of a listener (drawn under the listener's key, counted by day or by remembered play) ...
FIRST_DAY, DAY, SESSIONS, START, MINUTE = map(decision, (
    "day.first", "day.active", "day.sessions", "session.start", "session.minute"))
# ... and of a session (under the session's own key, counted by the play's place in it).
LENGTH, GAP, DEVICE, PRIVATE, OFFLINE, SHUFFLE, OPENING, STOP = map(decision, (
    "session.length", "session.gap", "session.device", "session.private", "session.offline", "session.shuffle",
    "session.opening", "session.stop"))
CONTEXT, SEED, SWITCH, NEW, LAG, ARTIST, FAVOURITE, OTHER, SLOT, KEEP, RANK, YOUTH, ALBUM_TRACK, WEARY = map(decision, (
    "pick.context", "pick.seed", "pick.switch", "pick.new", "pick.lag", "pick.artist", "pick.favourite", "pick.other",
    "pick.slot", "pick.keep", "pick.rank", "pick.youth", "pick.album_track", "pick.weary"))
LEAVE, WHY, BACK, PAUSE, PAUSED, SEEK_FORWARD, SEEK_BACK, FORWARD_BY, BACK_BY, AD = map(decision, (
    "end.leave", "end.why", "end.back", "end.pause", "end.paused", "end.seek_forward", "end.seek_back",
    "end.forward_by", "end.back_by", "end.ad"))

FREE, PREMIUM = code("plan", "free"), code("plan", "premium")
PHONE, TABLET, DESKTOP, WEB, SPEAKER, WEARABLE = (code("device", name) for name in
                                                 ("phone", "tablet", "desktop", "web", "speaker", "wearable"))
WEB_PLAYER, SPEAKER_OS, WATCH_OS = (code("platform", name) for name in ("web_player", "speaker_os", "watch_os"))
ALBUM, ARTIST_PAGE, SEARCH, EDITORIAL, PERSONALIZED, RADIO, CHARTS = (code("context", name) for name in (
    "album", "artist", "search", "editorial", "personalized", "radio", "charts"))
CHART_POOL = GENRE_NAMES.index("All")
TRACK = code("content_type", "track")
PLAY_, PAUSE_, SKIP_, REPLAY_ = (code("interaction", name) for name in ("play", "pause", "skip", "replay"))
DONE, FORWARD, BACKWARD, ENDPLAY, LOGOUT = (code("reason_end", name) for name in (
    "trackdone", "fwdbtn", "backbtn", "endplay", "logout"))
START_DONE, START_FORWARD, START_BACK, CLICKROW, PLAYBTN, APPLOAD = (code("reason_start", name) for name in (
    "trackdone", "fwdbtn", "backbtn", "clickrow", "playbtn", "appload"))
# Every pair of reason_end and the next reason_start inside a session: reason_end -> reason_start.
NEXT_START = np.zeros(16, np.int8)
NEXT_START[[DONE, FORWARD, BACKWARD, ENDPLAY]] = START_DONE, START_FORWARD, START_BACK, CLICKROW
# How much likelier than in one's own playlists a new track is picked; 0 where the context decides (albums, pools).
CONTEXT_NOVELTY = np.array([{"own_playlist": 0.8, "collection": 0.5, "search": 1.5, "personalized": 2.0}.get(name, 0.0)
                            for name in CONTEXTS])
SKIPS_PER_HOUR, SHUFFLE_ONLY, AD_INTERVAL, AD_BREAK, ON_DEMAND_LISTS, ALLOWANCE, _ = range(len(RULES))

# What a listener carries from one play to the next.
MIND = np.dtype([
    ("stamp", "i8"), ("heard", "i8"), ("n_plays", "i8"), ("n_sessions", "i8"), ("n_skips", "i8"), ("version", "i8"), ("since_ad_ms", "i8"),
    ("context", "i8"), ("seed", "i8"), ("pool", "i8"), ("position", "i8"), ("allowed_day", "i8"), ("allowed_ms", "i8"),
    ("stream_day", "i8"), ("streak", "i8"), ("starts", "i8", (MOST_SESSIONS,)), ("skips", "i8", (SKIPS_KEPT,)), ("history", "i4", (HISTORY,))])
# What a listener knows of a track: whose knowledge it is (a stamp), how often they heard it, and the
# stamp of the window it was played in.
KNOWN = np.dtype([("stamp", "i8"), ("times", "i8"), ("counted", "i8")])
Plays = namedtuple("Plays", TABLES["plays"].names)
Answers = namedtuple("Answers", TABLES["answers"].names)
Out = namedtuple("Out", "plays answers recent_from recent_to sessions recent")
Block = namedtuple("Block", "plays answers n_sessions recent_tracks")


# -- small rules --------------------------------------------------------------------------------------

@compiled
def interaction_of(reason_start, reason_end, paused_ms):
    """What the listener did, from the rest of the row; the first that applies of skip, replay, pause, play."""
    if reason_end == FORWARD:
        return SKIP_
    if reason_start == START_BACK:
        return REPLAY_
    return PAUSE_ if paused_ms > 0 else PLAY_


@compiled
def rule(b, which, at_ms):
    """Value of a plan rule at an instant; 0 before it held."""
    value = 0.0
    for i in range(b.rule_from.shape[1]):
        if b.rule_from[which, i] <= at_ms:
            value = b.rule_value[which, i]
    return value


@compiled
def local_offset(people, zone, at_ms):
    """Milliseconds that a zone's clock stands ahead of UTC at an instant."""
    i = people.zones[zone]
    while i + 1 < people.zones[zone + 1] and people.changes[i + 1].at_ms <= at_ms:
        i += 1
    return people.changes[i].offset_ms


@compiled
def to_utc(people, zone, wall_ms):
    """UTC ms of a local wall time: its first showing where shown twice, as far behind the gap where skipped."""
    i = people.zones[zone]
    while i + 1 < people.zones[zone + 1] and wall_ms - people.changes[i].offset_ms >= people.changes[i + 1].at_ms:
        if wall_ms - people.changes[i + 1].offset_ms < people.changes[i + 1].at_ms:
            break
        i += 1
    return wall_ms - people.changes[i].offset_ms


@compiled
def poisson(key, what, counter, mean):
    """A Poisson draw by inversion; mean at most 600."""
    u, p, count = uniform(key, what, counter), exp(-mean), 0
    total = p
    while u > total and count < 1000:
        count += 1
        p *= mean / count
        total += p
    return count


@compiled
def index_of(u, shares):
    """Position of a uniform draw among shares that sum to 1."""
    total, i = 0.0, 0
    while i < len(shares) - 1:
        total += shares[i]
        if u < total:
            break
        i += 1
    return i


@compiled
def below(u, totals):
    """Position of a uniform draw among running totals that end at 1."""
    i = 0
    while i < len(totals) - 1 and u >= totals[i]:
        i += 1
    return i


# -- what is heard ------------------------------------------------------------------------------------

@compiled
def times_heard(mind, known, track):
    """How often the listener has heard a track, as far as they remember."""
    return known[track].times if known[track].stamp == mind.stamp else 0


@compiled
def remember(mind, known, track):
    """Add a track to the listener's history."""
    mind.history[mind.heard % HISTORY] = track
    mind.heard += 1
    known[track].times = times_heard(mind, known, track) + 1
    known[track].stamp = mind.stamp


@compiled
def heard_before(key, counter, b, mind):
    """A track out of the history, the one of t plays ago with a chance that falls like t^-recency; NO_TRACK if none."""
    n = min(mind.heard, HISTORY)
    if n == 0:
        return NO_TRACK
    level = 0
    while level + 1 < len(MEMORY_SIZES) and n >= MEMORY_SIZES[level + 1]:
        level += 1
    place = uniform(key, LAG, counter) * (b.lags.shape[1] - 1)
    low = b.lags[level, int(place)]
    lag = int(low + (place - int(place)) * (b.lags[level, int(place) + 1] - low))
    if n < MEMORY_SIZES[0]:
        lag = 1 + (lag - 1) * n // MEMORY_SIZES[0]
    return mind.history[(mind.heard - min(lag, n)) % HISTORY]


@compiled
def from_pool(key, counter, pool, music):
    """A track of a pool, in proportion to its weight there."""
    n = music.pools[pool + 1] - music.pools[pool]
    slot = music.slots[music.pools[pool] + int(uniform(key, SLOT, counter) * n)]
    return slot.track if uniform(key, KEEP, counter) < slot.keep else slot.alias


@compiled
def by_artist(key, counter, track, music):
    """A track of another's artist; the chance falls with its rank by popularity."""
    seed, u = music.tracks[track], uniform(key, RANK, counter)
    return music.tracks[seed.artist_from + int(u * u * (seed.artist_to - seed.artist_from))].by_artist


@compiled
def taste_pool(key, counter, person, b):
    """The pool of the favourite genre, or of one that people like this listener hear besides."""
    if uniform(key, FAVOURITE, counter) < b.favourite_share:
        return person.favourite
    return below(uniform(key, OTHER, counter), person.others)


@compiled
def new_track(key, counter, person, music, b, mind):
    """A track by taste: out of a pool, or by an artist already known; likelier where it is of the listener's youth."""
    track = NO_TRACK
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        old = heard_before(key, c, b, mind) if uniform(key, ARTIST, c) < b.loyalty else NO_TRACK
        if old != NO_TRACK:
            track = by_artist(key, c, old, music)
        else:
            track = from_pool(key, c, taste_pool(key, c, person, b), music)
        years = (music.tracks[track].year - person.birth_year - b.youth_age) / b.youth_width
        if uniform(key, YOUTH, c) * (1.0 + b.youth_pull) < 1.0 + b.youth_pull / (1.0 + years * years):
            break
    return track


@compiled
def known_or_new(key, counter, novelty, person, music, b, mind, known):
    """A new track with the chance given, otherwise one heard before that is not worn out, nor the last one again."""
    if uniform(key, NEW, counter) < novelty:
        return new_track(key, counter, person, music, b, mind)
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = heard_before(key, c, b, mind)
        if track == NO_TRACK:
            break
        fresh = b.satiation / (b.satiation + times_heard(mind, known, track))       # what was heard often wears out
        if track != mind.history[(mind.heard - 1) % HISTORY] and uniform(key, WEARY, c) < fresh:
            return track
    return new_track(key, counter, person, music, b, mind)


@compiled
def novelty_of(person, b, mind):
    """Chance that the listener picks something new from their own playlists: it falls as the history grows."""
    return person.novelty * b.novelty * exp(-b.novelty_decay * ln(1.0 + (mind.heard - WARM_UP) / 1000.0))


@compiled
def open_context(key, counter, novelty, person, music, b, mind, known):
    """Decide where the next tracks come from: a context, a track that leads there, and the pool behind it."""
    mind.context = index_of(uniform(key, CONTEXT, counter), b.context_shares)
    mind.seed = known_or_new(subkey(key, SEED), counter, 0.4 + novelty, person, music, b, mind, known)
    mind.position = 0
    mind.pool = CHART_POOL
    if mind.context == EDITORIAL:
        mind.pool = taste_pool(key, counter, person, b)
    elif mind.context == RADIO:
        mind.pool = music.tracks[mind.seed].family_pool


@compiled
def pick_track(key, i, shuffle, novelty, person, music, b, mind, known):
    """The track that comes next where the listener is."""
    if mind.context == ALBUM:
        return from_album(key, i, shuffle, novelty, person, music, b, mind, known)
    if mind.context == ARTIST_PAGE:
        return by_artist(key, i, mind.seed, music)
    if mind.context == EDITORIAL or mind.context == RADIO or mind.context == CHARTS:
        return from_pool(key, i, mind.pool, music)
    return known_or_new(key, i, min(novelty * CONTEXT_NOVELTY[mind.context], 0.95), person, music, b, mind, known)


@compiled
def from_album(key, i, shuffle, novelty, person, music, b, mind, known):
    """The next track of the album, or any with shuffle; when the album is over, on to another."""
    if mind.position >= music.tracks[mind.seed].album_to - music.tracks[mind.seed].album_from:
        mind.seed = known_or_new(subkey(key, SEED), i, 0.4 + novelty, person, music, b, mind, known)
        mind.position = 0
    seed = music.tracks[mind.seed]
    place = int(uniform(key, ALBUM_TRACK, i) * (seed.album_to - seed.album_from)) if shuffle else mind.position
    mind.position += 1
    return music.tracks[seed.album_from + place].by_album


# -- how it ends --------------------------------------------------------------------------------------

@compiled
def step(b_from, b_factor, x):
    """Value of a step function: the factor of the last limit that x reaches."""
    factor = b_factor[0]
    for i in range(len(b_from)):
        if x >= b_from[i]:
            factor = b_factor[i]
    return factor


@compiled
def leave_after(key, i, hazard, b):
    """Milliseconds after which the listener would leave the track, were it endless: a piecewise constant hazard."""
    budget = -ln(uniform(key, LEAVE, i)) / hazard
    knots = len(b.knots_ms)
    for j in range(1, knots):
        if budget < b.hazard[j]:
            share = (budget - b.hazard[j - 1]) / (b.hazard[j] - b.hazard[j - 1])
            return b.knots_ms[j - 1] + share * (b.knots_ms[j] - b.knots_ms[j - 1])
    return b.knots_ms[knots - 1] + (budget - b.hazard[knots - 1]) / b.hazard_slope


@compiled
def may_skip(mind, at_ms, most):
    """Whether fewer than `most` plays were ended by the forward button in the hour before an instant; 0 is no limit."""
    return most <= 0 or mind.n_skips < most or at_ms - mind.skips[(mind.n_skips - most) % SKIPS_KEPT] >= HOUR_MS


# -- one session --------------------------------------------------------------------------------------

@compiled
def platform_of(device, person):
    """What runs on the device."""
    if device == PHONE or device == TABLET:
        return person.phone
    if device == DESKTOP:
        return person.computer
    return WEB_PLAYER if device == WEB else SPEAKER_OS if device == SPEAKER else WATCH_OS


@compiled
def allowance_left(mind, b, at_ms, local_day):
    """Milliseconds that a free listener on a phone may still pick freely today (from 15 September 2025)."""
    if mind.allowed_day != local_day:
        mind.allowed_day, mind.allowed_ms = local_day, 0
    return rule(b, ALLOWANCE, at_ms) * MINUTE_MS - mind.allowed_ms


@compiled
def play_session(key, at_ms, length_ms, weekend, person, people, music, b, mind, known, out, who, n):
    """Play one session into the columns from row n on: (the next free row, when the session ended).

    The row is -1 where the columns are full. key: the session's; at_ms: its start; length_ms: how long the listener
    means to stay; who: row of the listener in the answers.
    """
    plays = out.plays
    device = 1 + below(uniform(key, DEVICE, 0), person.devices)
    private = uniform(key, PRIVATE, 0) < person.private
    wants_offline = uniform(key, OFFLINE, 0) < person.offline
    wants_shuffle = uniform(key, SHUFFLE, 0) < person.shuffle
    novelty = novelty_of(person, b, mind)
    opening = uniform(key, OPENING, 0)
    reason_start = APPLOAD if opening < 0.1 else PLAYBTN if opening < 0.2 else CLICKROW
    open_context(key, 0, novelty, person, music, b, mind, known)
    session = (person.number << 32) | mind.n_sessions
    mind.n_sessions += 1
    until, now, i, track = at_ms + length_ms, at_ms, 0, NO_TRACK
    while now < person.end_ms:
        if n >= len(plays.play_id):
            return -1, now
        while mind.version + 1 < person.after_versions and people.versions[mind.version + 1].from_ms <= now:
            mind.version += 1
        version = people.versions[mind.version]
        plan = version.plan
        free_phone = plan == FREE and device == PHONE

        # advertisements come first; the play starts when they are over
        ad_ms = 0
        if plan == FREE and mind.since_ad_ms >= rule(b, AD_INTERVAL, now) * MINUTE_MS:
            ad_ms = int(rule(b, AD_BREAK, now) * 1000) + (15_000 if uniform(key, AD, i) < 0.5 else 0)
            mind.since_ad_ms = 0
            if now + ad_ms >= person.end_ms:
                break
            now += ad_ms
        offset = local_offset(people, person.zone, now)

        # what: from where the listener is; the rules of the plan decide whether it may be this very track
        if reason_start == CLICKROW and i > 0 and uniform(key, SWITCH, i) < b.switch_share:
            open_context(key, i, novelty, person, music, b, mind, known)
        on_demand = True
        if free_phone and rule(b, SHUFFLE_ONLY, now) > 0:
            on_demand = ((mind.context == PERSONALIZED and rule(b, ON_DEMAND_LISTS, now) > 0)
                         or allowance_left(mind, b, now, (now + offset) // DAY_MS) > 0)
        shuffle = wants_shuffle or not on_demand
        if reason_start != START_BACK:
            track = pick_track(key, i, shuffle, novelty, person, music, b, mind, known)
        elif i > 1 and uniform(key, BACK, i) >= b.replay_share:
            track = mind.history[(mind.heard - 2) % HISTORY]

        # how it ends
        heard_yet = times_heard(mind, known, track) > 0
        hazard = (b.hazard_scale * person.skip * step(b.skip_age_from, b.skip_age, version.age) * b.skip_device[device]
                  * b.skip_position[min(i, 3)] * b.skip_context[mind.context] * (b.skip_weekend if weekend else 1.0)
                  * (b.skip_known if heard_yet else 1.0))
        duration = music.tracks[track].duration_ms
        ms = int(min(leave_after(key, i, hazard, b), 1e9))
        reason_end = DONE
        if ms < duration:
            why = index_of(uniform(key, WHY, i), b.leave_shares)
            reason_end = FORWARD if why == 0 else BACKWARD if why == 1 else ENDPLAY
            if reason_end == FORWARD and free_phone and not may_skip(mind, now + ms, int(rule(b, SKIPS_PER_HOUR, now))):
                reason_end = DONE                  # the button does nothing: the track plays on
        if reason_end == DONE:
            ms = duration

        # seeking and pausing
        forward_ms, back_ms, paused_ms = 0, 0, 0
        if ms > 20_000 and uniform(key, SEEK_FORWARD, i) < b.seek_forward_share:
            forward_ms = int(uniform(key, FORWARD_BY, i) * 0.5 * (duration if reason_end == DONE else duration - ms))
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

        add_answers(out.answers, who, mind, now, ended, ms, reason_end, (now + offset) // DAY_MS)
        out.answers.n_tracks[who] += known[track].counted != mind.stamp
        known[track].counted = mind.stamp
        remember(mind, known, track)
        mind.n_plays += 1
        mind.since_ad_ms += ms
        if free_phone and on_demand and mind.context != PERSONALIZED:
            mind.allowed_ms += ms
        now, i = ended, i + 1
        if last:
            break
        reason_start = NEXT_START[reason_end]
    return n, now


@compiled
def add_answers(answers, who, mind, started, ended, ms, reason_end, local_day):
    """Add one play to the listener's true answers: totals of all plays, and the longest run of local days with a stream."""
    if answers.n_plays[who] == 0:
        answers.first_started_at[who] = started
    answers.last_ended_at[who] = ended
    answers.n_plays[who] += 1
    answers.ms_played[who] += ms
    answers.n_skips[who] += 1 if reason_end == FORWARD else 0
    if ms >= COUNTED_PLAY_MS:
        answers.n_streams[who] += 1
        if local_day != mind.stream_day:
            mind.streak = mind.streak + 1 if local_day == mind.stream_day + 1 else 1
            mind.stream_day = local_day
        answers.longest_streak_days[who] = max(answers.longest_streak_days[who], mind.streak)


# -- one listener -------------------------------------------------------------------------------------

@compiled
def warm_up(person, music, b, mind, known):
    """Forget the listener before, and remember what this one heard before the window."""
    mind.stamp += 1                        # what was played under another stamp was another life
    mind.heard = mind.n_plays = mind.n_sessions = mind.n_skips = mind.since_ad_ms = mind.allowed_ms = mind.streak = 0
    mind.version, mind.allowed_day, mind.stream_day = person.first_version, -1, -10
    for i in range(WARM_UP):
        remember(mind, known, known_or_new(person.key, i, 0.5, person, music, b, mind, known))


@compiled
def forget_answers(answers, who):
    """Set a listener's answers to nothing heard."""
    answers.n_plays[who] = answers.n_streams[who] = answers.n_skips[who] = answers.ms_played[who] = 0
    answers.n_tracks[who] = answers.longest_streak_days[who] = 0
    answers.first_started_at[who] = answers.last_ended_at[who] = 0


@compiled
def starts_of_day(key, day, minutes, hours, mind):
    """How many sessions a day has; their local start times in ms of the day, in order, are left in mind.starts."""
    count = min(1 + poisson(key, SESSIONS, day, minutes), MOST_SESSIONS)
    for s in range(count):
        draw = day * MOST_SESSIONS + s
        start = index_of(uniform(key, START, draw), hours) * HOUR_MS + int(uniform(key, MINUTE, draw) * HOUR_MS)
        place = s
        while place > 0 and mind.starts[place - 1] > start:
            mind.starts[place] = mind.starts[place - 1]
            place -= 1
        mind.starts[place] = start
    return count


@compiled
def plan_factor(b, plan):
    """How many times as long somebody listens with a plan as without."""
    return b.premium_factor if plan == PREMIUM else 1.0


@compiled
def play_listener(who, people, music, b, mind, known, out, n):
    """Play one listener's window into the columns from row n on; returns the next free row, -1 where they are full."""
    person = people.persons[who]
    key, first, version = person.key, people.versions[person.first_version].plan, person.first_version
    forget_answers(out.answers, who)
    warm_up(person, music, b, mind, known)
    day = (person.start_ms + local_offset(people, person.zone, person.start_ms)) // DAY_MS
    last_day = (person.end_ms + local_offset(people, person.zone, person.end_ms)) // DAY_MS
    active = uniform(key, FIRST_DAY, 0) < person.minutes / (person.minutes + b.quiet_min)
    free_from = person.start_ms
    while day <= last_day:
        while version + 1 < person.after_versions and to_utc(people, person.zone, day * DAY_MS) >= people.versions[version + 1].from_ms:
            version += 1
        minutes = person.minutes * plan_factor(b, people.versions[version].plan) / plan_factor(b, first)
        share = minutes / (minutes + b.quiet_min)
        active = uniform(key, DAY, day) < share + b.day_persistence * ((1.0 if active else 0.0) - share)
        if active:
            weekday = (day + 3) % 7                            # 1970-01-01 was a Thursday
            weekend = 1 if weekday >= 5 else 0
            today = (minutes + b.quiet_min) * b.days[weekday]
            count = starts_of_day(key, day, today / b.session_spacing_min, b.hours[weekend, person.chronotype], mind)
            mean = today / (1.0 + today / b.session_spacing_min) * MINUTE_MS
            for s in range(count):
                own = subkey(key, day * MOST_SESSIONS + s)
                at = to_utc(people, person.zone, day * DAY_MS + mind.starts[s])
                if at < person.start_ms:
                    continue
                at = max(at, free_from)
                if at >= person.end_ms:
                    return n
                z = normal(uniform(own, LENGTH, 0))
                length = int(exp(ln(mean) - 0.5 * b.sigma_session * b.sigma_session + b.sigma_session * z))
                n, free_from = play_session(own, at, length, weekend == 1, person, people, music, b, mind, known, out, who, n)
                if n < 0:
                    return n
                free_from += int(b.session_gap_ms * (1.0 - ln(uniform(own, GAP, 0))))
        day += 1
    return n


@compiled
def play_listeners(first, people, music, b, mind, known, out):
    """Play listeners from row `first` of the table on, as many as fit: (rows filled, first listener not played)."""
    n, kept = 0, 0
    for who in range(first, len(people.persons)):
        if kept + HISTORY > len(out.recent):
            return n, who
        after = play_listener(who, people, music, b[people.persons[who].kind], mind, known, out, n)
        if after < 0:
            return n, who
        n = after
        out.recent_from[who] = kept
        kept = keep_history(mind, out.recent, kept)
        out.recent_to[who] = kept
        out.sessions[who] = mind.n_sessions
    return n, len(people.persons)


@compiled
def keep_history(mind, recent, kept):
    """Append what the listener remembers, oldest first; returns the next free place."""
    for i in range(max(0, mind.heard - HISTORY), mind.heard):
        recent[kept] = mind.history[i % HISTORY]
        kept += 1
    return kept


# -- columns ------------------------------------------------------------------------------------------

def new_mind():
    """An empty MIND record, used for one listener after another."""
    return np.zeros(1, MIND).view(np.recarray)[0]


def new_columns(kind, rows):
    """Empty columns of a table, Plays or Answers, for so many rows: closed sets as int8 codes, times as int64."""
    numpy_types = {"timestamp[ms, tz=UTC]": np.int64, "int64": np.int64, "int32": np.int32, "bool": np.bool_}
    table = TABLES["plays" if kind is Plays else "answers"]
    return kind(*(np.zeros(rows, numpy_types.get(str(field.type), np.int32 if field.type == NAMED else np.int8)) for field in table))


def new_out(rows, listeners):
    """Everything the loop writes: room for so many plays, and one row of answers per listener."""
    per_listener = (np.zeros(listeners, np.int64) for _ in range(3))
    return Out(new_columns(Plays, rows), new_columns(Answers, listeners), *per_listener, np.zeros(2 * rows, np.int32))


def sample_plays(people, music, b, rows=200_000):
    """All plays of some listeners, a block of columns at a time.

    people  as from `listeners.lower`;  music  `Catalogue.music`;  b  one record per kind of listener, as from `behaviour.lowered`
    rows    rows in a block; more where one listener needs more
    Yields  Block: the plays of some listeners in order of listener and time, their answers and what each remembers
            at the end. The arrays are used again for the next block: copy what you keep.
    """
    mind, known, first = new_mind(), np.zeros(len(music.tracks), KNOWN).view(np.recarray), 0
    numbers = np.array(people.persons["number"])
    rows = max(rows, 2 * HISTORY)
    out = new_out(rows, len(numbers))
    while first < len(numbers):
        n, after = play_listeners(first, people, music, b, mind, known, out)
        if after == first:
            rows *= 2
            out = new_out(rows, len(numbers))
            continue
        yield Block(Plays(*(column[:n] for column in out.plays)), Answers(numbers[first:after], *(column[first:after] for column in out.answers[1:])),
                    out.sessions[first:after], [out.recent[a:z] for a, z in zip(out.recent_from[first:after], out.recent_to[first:after])])
        first = after


# -- what must hold of any log ------------------------------------------------------------------------

def check_plays(plays, tracks):
    """Is this log physically possible, and does it keep the rules of the plans? From the tables alone.

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
    derived = np.array([interaction_of(*row) for row in zip(p["reason_start"], p["reason_end"], p["paused_ms"])])
    rules = {
        "plays a track that is in the catalogue": duration >= 0,
        "ends when it began plus what was heard and paused": p["ended_at"] == p["started_at"] + p["ms_played"] + p["paused_ms"],
        "begins when the listener's last play had ended": ~same | (p["started_at"] >= before["ended_at"]),
        "hears no more than the track holds": (p["ms_played"] >= 0) & (p["ms_played"] <= duration + p["seek_back_ms"] - p["seek_forward_ms"]),
        "begins for the reason its predecessor ended": ~in_session | (p["reason_start"] == NEXT_START[before["reason_end"]]),
        "has the interaction that the rest of it means": p["interaction"] == derived,
        "is offline only with premium": ~p["offline"] | ~free,
        "follows advertisements only without premium": (p["ad_ms"] == 0) | free,
        "is shuffled where a free phone may not choose": ~(free & phone) | p["on_demand"] | p["shuffle"],
        "is one of at most six skips in any hour on a free phone": within_cap(p["listener_id"], p["ended_at"], free & phone & skip),
    }
    for words, holds in rules.items():
        if not holds.all():
            raise ValueError(f"every play {words}; the first that does not is play_id {p['play_id'][~holds][0]}, "
                             f"{np.count_nonzero(~holds):,} of {len(holds):,} do not.")
    return pd.DataFrame({"every play": list(rules), "checked on": [f"{plays.num_rows:,} plays"] * len(rules)})


def column_values(column):
    """Values of an Arrow column as NumPy: codes of closed sets, ms of times."""
    column = column.combine_chunks()
    if pa.types.is_dictionary(column.type):
        return column.indices.to_numpy()
    return (column.cast("int64") if pa.types.is_timestamp(column.type) else column).to_numpy(zero_copy_only=False)


def within_cap(listener, ended_ms, capped_skip, most=6):
    """Whether each play leaves at most `most` capped skips in the hour up to it. bool, (N,)."""
    holds, rows = np.ones(len(listener), bool), np.flatnonzero(capped_skip)
    late, early = rows[most:], rows[:-most]
    holds[late] = (listener[late] != listener[early]) | (ended_ms[late] - ended_ms[early] >= HOUR_MS)
    return holds
