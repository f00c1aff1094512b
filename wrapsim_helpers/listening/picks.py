"""What is heard next: memory, taste, releases, playlists, the radio.

A listener remembers what they heard (a ring of tracks, and how often each), goes back to it by a
recency kernel, and finds new music through artists: a pool of artists by genre, then one of the
artist's releases that is already out, recent ones first. Taste tilts, it never filters: of a few
candidates the first that suits is taken, and the last where none does. Every draw is named; none
depends on how many others were made before it.
"""

from collections import namedtuple

import numpy as np

from ..compiled import compiled_loop
from ..people.behaviour import CONTEXTS, MEMORY_SIZES
from ..people.plan_rules import RULES
from ..people.survey_shares import GENRE_NAMES
from ..schema import FEMALE, MALE, code
from ..streams import decision, exp, ln, subkey, uniform

HISTORY = MEMORY_SIZES[-1]  # how many plays back a listener can return to
WARM_UP, FIRST_HEARD = (
    160,
    60,
    # plays remembered from before the window, so that nobody discovers everything in January;
    # picked, not repeated
)
TRIES = 4  # candidates looked at before one is taken that does not suit
SKIPS_KEPT = 16  # instants of skips remembered, more than any plan limits
MOST_SESSIONS = 48  # in one day
NO_TRACK = NO_STATION = np.int64(-1)  # not a plain -1: see `compiled_loop`
LIST_LENGTH = 40  # tracks in the editorial list of a genre that a listener follows (assumed)
QUARTER_DAYS = 91  # how long a side taste lasts at least

(
    CONTEXT,
    SEED,
    NEW,
    LAG,
    ARTIST,
    FAVOURITE,
    OTHER,
    SLOT,
    KEEP,
    FRESH,
    WINDOW,
    RANK,
    SUITS,
    ALBUM_TRACK,
    WEARY,
) = map(
    decision,
    (
        "pick.context",
        "pick.seed",
        "pick.new",
        "pick.lag",
        "pick.artist",
        "pick.favourite",
        "pick.other",
        "pick.slot",
        "pick.keep",
        "pick.fresh",
        "pick.window",
        "pick.rank",
        "pick.suits",
        "pick.album_track",
        "pick.weary",
    ),
)
DRIFT, SIDE, FESTIVE, FESTIVE_SLOT, DEEP, LIST = map(
    decision,
    ("taste.drift", "taste.side", "pick.festive", "pick.festive_slot", "pick.deep", "taste.list"),
)

ALBUM, ARTIST_PAGE, EDITORIAL, RADIO, CHARTS = (
    code("context", name) for name in ("album", "artist", "editorial", "radio", "charts")
)
CHART_LIST = np.int64(GENRE_NAMES.index("All"))
# How much likelier than in one's own playlists a new track is picked; 0 where the context decides
# (albums, lists, radio).
CONTEXT_NOVELTY = np.array(
    [
        {"own_playlist": 0.8, "collection": 0.5, "search": 1.5, "personalized": 2.0}.get(name, 0.0)
        for name in CONTEXTS
    ]
)

# What a listener carries from one play to the next.
MIND = np.dtype(
    [
        ("stamp", "i8"),
        ("heard", "i8"),
        ("n_plays", "i8"),
        ("n_sessions", "i8"),
        ("n_skips", "i8"),
        ("since_ad_ms", "i8"),
        ("allowed_day", "i8"),
        ("allowed_ms", "i8"),
        ("active", "i8"),
        ("free_from", "i8"),
        ("online_at", "i8"),
        ("version", "i8"),
        ("rules_until", "i8"),
        ("rule", "f8", (len(RULES),)),
        ("change", "i8"),
        ("offset_ms", "i8"),
        ("offset_until", "i8"),
        ("stream_day", "i8"),
        ("streak", "i8"),
        ("context", "i8"),
        ("seed", "i8"),
        ("pool", "i8"),
        ("position", "i8"),
        ("day", "i8"),
        ("month", "i8"),
        ("quarter", "i8"),
        ("side", "i8"),
        ("age", "i8"),
        ("festive", "f8"),
        ("pull", "f8"),
        ("noise", "i8"),
        ("n_learned", "i8"),
        ("starts", "i8", (MOST_SESSIONS,)),
        ("skips", "i8", (SKIPS_KEPT,)),
        ("history", "i4", (HISTORY,)),
    ]
)
# What is known of a track: `stamp` says whose knowledge `times` (heard) is, `window` in whose
# window it was played, and `placed` whose row `place` is among the answers. The i-th track that a
# listener got to know stands in `learned` of row i.
KNOWN = np.dtype(
    [
        ("stamp", "i4"),
        ("times", "i4"),
        ("window", "i4"),
        ("placed", "i4"),
        ("place", "i4"),
        ("learned", "i4"),
    ]
)
World = namedtuple("World", "person music b mind known")  # everything that a pick looks at


@compiled_loop
def below(u, totals):
    """Position of a uniform draw among running totals that end at 1."""
    i = 0
    while i < len(totals) - 1 and u >= totals[i]:
        i += 1
    return i


@compiled_loop
def index_of(u, shares):
    """Position of a uniform draw among shares that sum to 1."""
    total, i = 0.0, 0
    while i < len(shares) - 1:
        total += shares[i]
        if u < total:
            break
        i += 1
    return i


@compiled_loop
def step(limits, values, x):
    """Value of a step function: that of the last limit that x reaches."""
    value = values[0]
    for i in range(len(limits)):
        if x >= limits[i]:
            value = values[i]
    return value


# -- memory ----------------------------------------------------------------------------------------


@compiled_loop
def times_heard(mind, known, track):
    """How often the listener has heard a track, as far as they remember."""
    return known[track].times if known[track].stamp == mind.stamp else 0


@compiled_loop
def remember(mind, known, track):
    """Add a track to the listener's history."""
    mind.history[mind.heard % HISTORY] = track
    mind.heard += 1
    learn(mind, known, track)
    known[track].times += 1


@compiled_loop
def learn(mind, known, track):
    """Make a track known, heard not once yet, where it was not known."""
    if known[track].stamp != mind.stamp:
        known[track].stamp, known[track].times = mind.stamp, 0
        known[mind.n_learned].learned = track
        mind.n_learned += 1


@compiled_loop
def heard_before(key, counter, b, mind):
    """A track out of the history, the one of t plays ago with a chance that falls like t^-recency;
    NO_TRACK if none.
    """
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


# -- releases --------------------------------------------------------------------------------------


@compiled_loop
def drawn(key, counter, first, after, slots):
    """An item of an alias table, in proportion to its weight."""
    slot = slots[first + int(uniform(key, SLOT, counter) * (after - first))]
    return slot.own if uniform(key, KEEP, counter) < slot.keep else slot.alias


@compiled_loop
def out_by(discography, first, after, day):
    """Place after the last release that is out on a day, among places in order of release; mostly
    all of them are.
    """
    if first < after and discography[after - 1].released <= day:
        return after
    while first < after:
        middle = (first + after) // 2
        if discography[middle].released <= day:
            first = middle + 1
        else:
            after = middle
    return first


@compiled_loop
def weighted_place(discography, first, after, goal):
    """The first place whose running total exceeds a goal."""
    after -= 1
    while first < after:
        middle = (first + after) // 2
        if discography[middle].total > goal:
            after = middle
        else:
            first = middle + 1
    return first


@compiled_loop
def in_place(track, w):
    """Whether a track may come by itself: noise is for falling asleep, festive music for its
    season.
    """
    song = w.music.tracks[track]
    return song.noise == 0 and (song.festive == 0 or w.mind.festive > 0.0)


@compiled_loop
def by_artist(key, counter, artist, w):
    """A track of an artist that is out by now, by its weight: one of the latest with the chance
    fresh_share, any of them with the chance deep_share; NO_TRACK if none is in place."""
    music, b = w.music, w.b
    first = music.artists[artist].first
    after = out_by(music.discography, first, music.artists[artist].after, w.mind.day)
    if after == first:
        return NO_TRACK
    start = first
    if uniform(key, FRESH, counter) < b.fresh_share:
        start = out_by(
            music.discography,
            first,
            after,
            w.mind.day + b.fresh_days * ln(uniform(key, WINDOW, counter)),
        )
        start = first if start == after else start
    if uniform(key, DEEP, counter) < b.deep_share:
        track = music.discography[start + int(uniform(key, RANK, counter) * (after - start))].track
        return track if in_place(track, w) else NO_TRACK
    before = music.discography[start - 1].total if start > first else 0.0
    goal = before + uniform(key, RANK, counter) * (music.discography[after - 1].total - before)
    track = music.discography[weighted_place(music.discography, start, after, goal)].track
    return track if in_place(track, w) else NO_TRACK


# -- taste -----------------------------------------------------------------------------------------


@compiled_loop
def suits(track, w):
    """How well a track suits the listener here and now, 0 to 1: their youth, gender, age, country,
    and how lively it is.
    """
    person, b, song = w.person, w.b, w.music.tracks[track]
    artist = w.music.artists[song.artist]
    years = (song.released / 365.25 + 1970.0 - person.birth_year - b.youth_age) / b.youth_width
    youth = (1.0 + b.youth_pull / (1.0 + years * years)) / (1.0 + b.youth_pull)
    side = 1.0 if person.gender == MALE else -1.0 if person.gender == FEMALE else 0.0
    lean = exp(b.gender_lean * (side * artist.lean - abs(side * artist.lean)))
    young = min(max((b.mainstream_until - w.mind.age) / 20.0, 0.0), 1.0)
    known_name = 1.0 - b.mainstream * young * min(
        1.0, max(0.0, 1.0 + 0.12 * ln(1.0001 - artist.renown))
    )
    home = 1.0 if artist.country == person.home else 1.0 / (1.0 + b.home_pull)
    return youth * lean * known_name * home * lively(track, w)


@compiled_loop
def lively(track, w):
    """How well a track's intensity goes with the hour, the weekday and the listener's age, 0 to
    1.
    """
    pull = w.mind.pull
    return (1.0 + pull * (2.0 * w.music.tracks[track].intensity - 1.0)) / (1.0 + abs(pull))


@compiled_loop
def side_genre(person, b, quarter):
    """The genre that a listener hears besides the favourite in a quarter; it stays until a quarter
    in which taste drifts.
    """
    since = quarter
    while quarter - since < 12 and uniform(person.key, DRIFT, since) >= b.drift_share:
        since -= 1
    return below(uniform(person.key, SIDE, since), person.others)


@compiled_loop
def side_genres(persons, bs, first_quarter, genres):
    """Fill in each listener's side genre in each quarter from the first on. genres: int64, (L,
    quarters).
    """
    for who in range(len(persons)):
        for quarter in range(genres.shape[1]):
            genres[who, quarter] = side_genre(
                persons[who], bs[persons[who].kind], first_quarter + quarter
            )


@compiled_loop
def focus_of(b, age):
    """Share of new music that the favourite genre has at an age."""
    return min(b.favourite_share * (1.0 + b.focus_age_slope * (age - 30)), 0.95)


@compiled_loop
def taste_pool(key, counter, w):
    """The pool of the favourite genre, of the side genre, or of one that people like this listener
    hear.
    """
    focus = focus_of(w.b, w.mind.age)
    u = uniform(key, FAVOURITE, counter)
    if u < focus:
        return w.person.favourite
    return (
        w.mind.side
        if u < focus + (1.0 - focus) * w.b.side_share
        else below(uniform(key, OTHER, counter), w.person.others)
    )


@compiled_loop
def new_track(key, counter, station, w):
    """A track by an artist known already, or by one out of a pool: a station's, or by taste where
    that is NO_STATION; the first of a few that suits."""
    track = NO_TRACK
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        candidate = by_artist(key, c, artist_for(key, c, station, w), w)
        if candidate != NO_TRACK:
            track = candidate
            if uniform(key, SUITS, c) < suits(track, w):
                break
    return track if track != NO_TRACK else from_list(key, counter, CHART_LIST, w)


@compiled_loop
def artist_for(key, c, station, w):
    """An artist known already, who must be of a station's family, or one out of the pool."""
    old = heard_before(key, c, w.b, w.mind) if uniform(key, ARTIST, c) < w.b.loyalty else NO_TRACK
    if old != NO_TRACK and (
        station == NO_STATION or w.music.artists[w.music.tracks[old].artist].family_pool == station
    ):
        return w.music.tracks[old].artist
    return pool_artist(key, c, taste_pool(key, c, w) if station == NO_STATION else station, w.music)


@compiled_loop
def pool_artist(key, counter, pool, music):
    """An artist of a pool, by weight."""
    return drawn(key, counter, music.pools[pool], music.pools[pool + 1], music.slots)


@compiled_loop
def from_list(key, counter, genre, w):
    """A track of this month's editorial list of a genre that the listener follows, or of the
    charts; the first of a few that suits: lists are made for people. A genre's lists are stretches
    of one long table."""
    music, track = w.music, NO_TRACK
    month = min(
        max(w.mind.month - music.first_month, 0), (len(music.lists) - 1) // len(GENRE_NAMES) - 1
    )
    first, after = (
        music.lists[month * len(GENRE_NAMES) + genre],
        music.lists[month * len(GENRE_NAMES) + genre + 1],
    )
    if genre != CHART_LIST and after - first > LIST_LENGTH:
        first += int(uniform(w.person.key, LIST, genre) * (after - first - LIST_LENGTH))
        after = first + LIST_LENGTH
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = drawn(key, c, first, after, music.list_slots)
        if uniform(key, SUITS, c) < suits(track, w):
            break
    return track


@compiled_loop
def known_or_new(key, counter, novelty, w):
    """A new track with the chance given, otherwise one heard before that is not worn out, nor the
    last one again.
    """
    mind, b = w.mind, w.b
    if uniform(key, NEW, counter) < novelty:
        return new_track(key, counter, NO_STATION, w)
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = heard_before(key, c, b, mind)
        if track == NO_TRACK:
            break
        fresh = b.satiation / (
            b.satiation + times_heard(mind, w.known, track)
        )  # what was heard often wears out
        if (
            in_place(track, w)
            and track != mind.history[(mind.heard - 1) % HISTORY]
            and uniform(key, WEARY, c) < fresh * lively(track, w)
        ):
            return track
    return new_track(key, counter, NO_STATION, w)


@compiled_loop
def novelty_of(w):
    """Chance that the listener picks something new from their own playlists: it falls as the
    history grows.
    """
    return (
        w.person.novelty
        * w.b.novelty
        * exp(-w.b.novelty_decay * ln(1.0 + (w.mind.heard - WARM_UP) / 1000.0))
    )


# -- contexts --------------------------------------------------------------------------------------


@compiled_loop
def open_context(key, counter, novelty, w):
    """Decide where the next tracks come from: a context, a track that leads there, and the pool or
    list behind it.
    """
    mind = w.mind
    mind.context = index_of(uniform(key, CONTEXT, counter), w.b.context_shares)
    mind.seed = known_or_new(subkey(key, SEED), counter, w.b.seed_novelty, w)
    mind.position = 0
    if mind.context == RADIO:
        mind.pool = w.music.artists[w.music.tracks[mind.seed].artist].family_pool
    elif mind.context == EDITORIAL:
        mind.pool = taste_pool(key, counter, w)


@compiled_loop
def pick_track(key, i, shuffle, novelty, w):
    """The track that comes next where the listener is; in December, now and then a festive one."""
    context = w.mind.context
    if context == ALBUM:
        return from_album(key, i, shuffle, novelty, w)
    if w.mind.festive > 0.0 and uniform(key, FESTIVE, i) < w.mind.festive:
        return drawn(
            subkey(key, FESTIVE_SLOT), i, w.music.extra[0], w.music.extra[1], w.music.extra_slots
        )
    if context == ARTIST_PAGE:
        track = by_artist(key, i, w.music.tracks[w.mind.seed].artist, w)
        return track if track != NO_TRACK else w.mind.seed
    if context == RADIO:
        return new_track(key, i, w.mind.pool, w)
    if context == EDITORIAL or context == CHARTS:
        return (
            from_list(key, i, w.mind.pool, w)
            if context == EDITORIAL
            else from_list(key, i, CHART_LIST, w)
        )
    return known_or_new(key, i, min(novelty * CONTEXT_NOVELTY[context], 0.95), w)


@compiled_loop
def from_album(key, i, shuffle, novelty, w):
    """The next track of the album, or any with shuffle; when the album is over, on to another."""
    mind, tracks = w.mind, w.music.tracks
    if mind.position >= tracks[mind.seed].album_to - tracks[mind.seed].album_from:
        mind.seed = known_or_new(subkey(key, SEED), i, w.b.seed_novelty, w)
        mind.position = 0
    seed = tracks[mind.seed]
    place = (
        int(uniform(key, ALBUM_TRACK, i) * (seed.album_to - seed.album_from))
        if shuffle
        else mind.position
    )
    mind.position += 1
    return tracks[seed.album_from + place].by_album


@compiled_loop
def noise_track(key, counter, w):
    """One of the few noise tracks that this listener falls asleep to."""
    first, after = w.music.extra[1], w.music.extra[2]
    return drawn(
        w.person.key, int(uniform(key, SLOT, counter) * 3), first, after, w.music.extra_slots
    )
