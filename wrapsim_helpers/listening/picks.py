"""What is played next: a known or a new track, from the listener's current context.

A listener returns to remembered tracks, or finds new music through artists: first an artist is
drawn from a pool, then one of the artist's tracks. Of a few candidates the first suitable one is
taken, or the last if none is suitable. All draws come from named streams; none depends on the
number of earlier draws.
"""

import numpy as np

from ..compiled import compiled_loop, compiled_once
from ..people.behaviour import CONTEXTS
from ..schema import (
    ALBUM,
    ARTIST_PAGE,
    CHARTS,
    EDITORIAL,
    FREE,
    OWN_PLAYLIST,
    PERSONALIZED,
    RADIO,
    SEARCH,
)
from ..streams import decision, subkey, uniform
from .draws import SLOT, index_in_shares, weighted_item
from .memory import NO_TRACK, ONE, ZERO, remembered_track, times_played, track_before
from .own_artists import (
    ALL,
    ANYWHERE,
    MEMO_MASK,
    artist_of_part,
    is_liked,
    liking,
    own_artist,
    part_of,
)
from .releases import may_be_picked, released_by, track_by_artist
from .taste import intensity_fit, suitability, taste_pool

TRIES = 6  # number of candidates, of which the last is taken if none is suitable
NO_STATION = np.int64(-1)  # not a literal: see `compiled_loop`
N_LISTS = 50  # lists of a genre in a country, of which a listener follows one (assumed)
LIST_LENGTH, CHART_LENGTH = 60, 50  # tracks of a list and of the charts (assumed)
RECENT_DAYS, DAYS_OF_MONTH = 120.0, 365.25 / 12  # lists have artists with recent releases
ATTEMPTS_AT_RECENT = 8
NOISE_TRACKS = 3  # noise tracks per listener

(
    CONTEXT,
    SEED,
    NEW,
    ARTIST,
    SUITS,
    ALBUM_TRACK,
    WEARY,
    FESTIVE,
    FESTIVE_SLOT,
    LISTS,
    FOLLOWED,
    DOMESTIC_SLOT,
    OTHER_SLOT,
    ANY,
    SEARCHES,
) = map(
    decision,
    (
        "pick.context",
        "pick.seed",
        "pick.new",
        "pick.artist",
        "pick.suits",
        "pick.album_track",
        "pick.weary",
        "pick.festive",
        "pick.festive_slot",
        "list.month",
        "list.followed",
        "list.domestic",
        "list.other",
        "pick.any",
        "pick.searches",
    ),
)

# Factor of each context on the chance of a new track; 0 for contexts that determine their tracks
# (albums, lists, radio).
CONTEXT_NOVELTY = np.array(
    [
        {"own_playlist": 0.8, "collection": 0.5, "search": 1.5, "personalized": 2.0}.get(name, 0.0)
        for name in CONTEXTS
    ]
)


# -- known and new tracks --------------------------------------------------------------------------


@compiled_loop
def known_or_new(key, counter, novelty, listener):
    """A new track with chance `novelty`, otherwise a known one.

    It is also new if a few tries give no known track.
    """
    track = known_or_none(key, counter, novelty, listener)
    return track if track != NO_TRACK else new_track(key, counter, NO_STATION, listener)


@compiled_loop
def known_or_none(key, counter, novelty, listener):
    """A known track; NO_TRACK with chance `novelty`, or if a few tries give none."""
    if uniform(key, NEW, counter) < novelty:
        return NO_TRACK
    return known_track(key, counter, listener)


@compiled_loop
def known_track(key, counter, listener):
    """A track played before, but neither too often nor just now; NO_TRACK if a few tries fail."""
    state, satiation = listener.state, listener.behaviour.satiation
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = remembered_track(key, c, listener.behaviour, state)
        if track == NO_TRACK:
            break
        wanted = satiation / (satiation + times_played(state, listener.known, track))
        u = uniform(key, WEARY, c)
        if (
            u < wanted
            and track != track_before(state, ONE)
            and u < wanted * (liking(track, listener) * intensity_fit(track, listener))
            and may_be_picked(track, listener)
        ):
            return track
    return NO_TRACK


@compiled_loop
def new_track(key, counter, station, listener):
    """A track by an artist of a station, or of the listener's taste if station is NO_STATION.

    It is the first suitable one of a few tracks of the artist. An artist without a track that may
    be picked is replaced by another one; after a few of these it is any track.
    """
    track, artist = NO_TRACK, NO_TRACK
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        if track == NO_TRACK:
            artist = artist_for(key, c, station, listener)
        candidate = track_by_artist(key, c, artist, listener)
        if candidate != NO_TRACK:
            track = candidate
            if uniform(key, SUITS, c) < suitability(track, listener):
                break
    if track != NO_TRACK:
        return track
    n_tracks = len(listener.music.tracks)
    return track_after(np.int64(uniform(key, ANY, counter) * n_tracks), listener)


@compiled_loop
def track_after(track, listener):
    """The next track by number that is released and may be picked; itself if there is none."""
    tracks, other = listener.music.tracks, track
    for ahead in range(1, len(tracks) + 1):
        other = (track + ahead) % len(tracks)
        if tracks[other].released <= listener.state.day and may_be_picked(other, listener):
            break
    return other


@compiled_loop
def artist_for(key, c, station, listener):
    """An artist for a new track: a known one, or one of the pool of the station or the taste.

    With a station, a known artist must be of the station's family.
    """
    music, track = listener.music, NO_TRACK
    if uniform(key, ARTIST, c) < listener.behaviour.loyalty:
        track = remembered_track(key, c, listener.behaviour, listener.state)
    if track != NO_TRACK:
        artist = np.int64(music.tracks[track].artist)
        if station == NO_STATION or music.artists[artist].family_pool == station:
            return artist
    pool = station if station != NO_STATION else taste_pool(key, c, listener)
    return own_artist(key, c, pool, listener)


@compiled_loop
def track_of_list(key, counter, pool, listener):
    """A suitable track of this month's list of a pool in the listener's country, or NO_TRACK."""
    length = CHART_LENGTH if pool == ALL else LIST_LENGTH
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        u = uniform(key, SLOT, c)
        position = int(u * u * length)
        month, artist = listed_artist(position, pool, listener)
        u = uniform(key, SUITS, c)
        if not is_liked(artist, listener):
            u /= listener.behaviour.disliked
        if u >= 1.0:
            continue
        track = track_by_artist(month, position, artist, listener)
        if track != NO_TRACK and u < suitability(track, listener):
            return track
    return NO_TRACK


@compiled_loop
def listed_artist(position, pool, listener):
    """Key of this month's list of a pool, and the artist at a position of it.

    A country has N_LISTS lists of each pool, of which each listener follows one.
    """
    person, state = listener.person, listener.state
    followed = 0 if pool == ALL else int(uniform(person.key, FOLLOWED, pool) * N_LISTS)
    month = subkey(subkey(subkey(LISTS, state.month), pool * N_LISTS + followed), person.country)
    draw = subkey(month, position)
    slot = np.int64(draw & MEMO_MASK)
    if state.memo_keys[slot] != draw:
        state.memo_keys[slot], state.memo[slot] = draw, artist_of_slot(draw, pool, listener)
    return month, state.memo[slot]


@compiled_loop
def artist_of_slot(key, pool, listener):
    """The artist at a position of a list: drawn by weight, among those with a recent release.

    Except in charts it is the less known one of two such artists.
    """
    person, music, country = listener.person, listener.music, ANYWHERE
    if uniform(key, DOMESTIC_SLOT, 0) < person.home_music:
        country = np.int64(person.home_country)
    part = part_of(pool, country, music)
    if part < 0:
        part = part_of(pool, ANYWHERE, music)
    artist = recent_artist(key, part, listener)
    if pool == ALL:
        return artist
    other = recent_artist(subkey(key, OTHER_SLOT), part, listener)
    return other if music.artists[other].renown < music.artists[artist].renown else artist


@compiled_loop
def recent_artist(key, part, listener):
    """An artist of a part, by weight, with a release in the months before; any if tries fail."""
    music, until = listener.music, listener.state.month * DAYS_OF_MONTH
    artist = ZERO
    for attempt in range(ATTEMPTS_AT_RECENT):
        artist = artist_of_part(key, attempt, part, music)
        if has_recent_release(artist, until, listener):
            break
    return artist


@compiled_loop
def has_recent_release(artist, until, listener):
    """Whether an artist has a release in the RECENT_DAYS up to a day."""
    music, since = listener.music, until - RECENT_DAYS
    if music.artists[artist].last <= since:
        return False
    after = released_by(artist, until, listener)
    return after > music.artists[artist].first and music.discography[after - 1].released > since


# -- contexts --------------------------------------------------------------------------------------


@compiled_loop
def open_context(key, counter, listener):
    """Set the context of the next tracks: its code, its seed track, and its pool or list."""
    state = listener.state
    state.context = index_in_shares(
        uniform(key, CONTEXT, counter), listener.behaviour.context_shares
    )
    searches = state.context == SEARCH and state.plan == FREE
    if searches and uniform(key, SEARCHES, counter) >= listener.behaviour.free_search:
        state.context = OWN_PLAYLIST
    pick_seed(key, counter, listener)
    if state.context == RADIO:
        open_station(state.seed_track, listener)
    elif state.context == EDITORIAL:
        state.pool = taste_pool(key, counter, listener)
    elif state.context == CHARTS:
        state.pool = ALL


@compiled_loop
def pick_seed(key, counter, listener):
    """Pick the track whose album, artist page or station is opened."""
    state, novelty = listener.state, listener.behaviour.seed_novelty
    state.seed_track = known_or_new(subkey(key, SEED), counter, novelty, listener)
    state.album_position = 0


@compiled_loop
def pick_track(key, i, shuffle, novelty, listener):
    """The next track of the listener's context, or now and then in December a festive track."""
    music, state, station = listener.music, listener.state, NO_STATION
    if state.context == ALBUM and is_left(state, music):
        return track_of_album(key, i, shuffle, listener)
    if state.festive_share > 0.0 and uniform(key, FESTIVE, i) < state.festive_share:
        festive = subkey(key, FESTIVE_SLOT)
        return weighted_item(festive, i, music.extra[0], music.extra[1], music.extra_slots)
    if state.context == ALBUM:
        open_station(state.seed_track, listener)
    if state.context == ARTIST_PAGE:
        artist = np.int64(music.tracks[state.seed_track].artist)
        track = track_by_artist(key, i, artist, listener)
        return track if track != NO_TRACK else state.seed_track
    if state.context == EDITORIAL or state.context == CHARTS:
        station, track = state.pool, track_of_list(key, i, state.pool, listener)
    elif state.context == RADIO:
        station, track = state.pool, NO_TRACK
    else:
        share = min(novelty * CONTEXT_NOVELTY[state.context], 0.95)
        track = known_or_none(key, i, share, listener)
    return track if track != NO_TRACK else new_track(key, i, station, listener)


@compiled_loop
def open_station(track, listener):
    """Go on as a radio station of the family of a track's artist."""
    music, state = listener.music, listener.state
    state.context = RADIO
    state.pool = music.artists[music.tracks[track].artist].family_pool


@compiled_once
def other_than_last(key, i, shuffle, novelty, listener):
    """The next track of the context, never the last one again except in a new session.

    A context that offers no other track becomes a radio station, except personalised playlists,
    to which other rules apply.
    """
    last, begins = track_before(listener.state, ONE), i == 0 and listener.state.in_a_row < 2
    for attempt in range(2 * TRIES):
        if attempt == TRIES and listener.state.context != PERSONALIZED:
            open_station(last, listener)
        stream = subkey(key, attempt) if attempt > 0 else key
        track = pick_track(stream, i, shuffle, novelty, listener)
        if track != last or begins:
            return track
    return track_after(last, listener)


@compiled_loop
def is_left(state, music):
    """Whether the open album has tracks left."""
    seed = music.tracks[state.seed_track]
    return state.album_position < seed.album_to - seed.album_from


@compiled_loop
def track_of_album(key, i, shuffle, listener):
    """The next track of the album, or any of its tracks if shuffled."""
    state, tracks = listener.state, listener.music.tracks
    seed, place = tracks[state.seed_track], state.album_position
    if shuffle:
        place = int(uniform(key, ALBUM_TRACK, i) * (seed.album_to - seed.album_from))
    state.album_position += 1
    return np.int64(tracks[seed.album_from + place].by_album)


@compiled_loop
def noise_track(key, counter, listener):
    """One of the few noise tracks of this listener."""
    return own_noise(int(uniform(key, SLOT, counter) * NOISE_TRACKS), listener)


@compiled_loop
def other_noise(track, listener):
    """A noise track of the listener that is not `track`; `track` if there is no other."""
    noise = track
    for number in range(8 * NOISE_TRACKS):
        noise = own_noise(number, listener)
        if noise != track:
            break
    return noise


@compiled_loop
def own_noise(number, listener):
    """A noise track of the listener; number: 0 to NOISE_TRACKS - 1."""
    music, key = listener.music, listener.person.key
    return weighted_item(key, number, music.extra[1], music.extra[2], music.extra_slots)
