"""What is played next: a known or a new track, from the listener's current context.

A listener returns to remembered tracks, or finds new music through artists: first an artist is
drawn from a pool, then one of the artist's tracks. Of a few candidates the first suitable one is
taken, or the last if none is suitable. All draws come from named streams; none depends on the
number of earlier draws.
"""

import numpy as np

from ..compiled import compiled_loop
from ..people.behaviour import CONTEXTS
from ..schema import ALBUM, ARTIST_PAGE, CHARTS, EDITORIAL, RADIO
from ..streams import decision, subkey, uniform
from .draws import SLOT, index_in_shares, weighted_item
from .memory import NO_TRACK, ONE, remembered_track, times_played, track_before
from .releases import may_be_picked, track_by_artist
from .taste import (
    ALL,
    MEMO_MASK,
    N_ERAS,
    intensity_fit,
    is_liked,
    own_artist,
    part_of,
    suitability,
    taste_pool,
)

TRIES = 6  # number of candidates, of which the last is taken if none is suitable
NO_STATION = np.int64(-1)  # not a literal: see `compiled_loop`
CHARTS_POOL = np.int64(ALL)
N_LISTS = 20  # lists of a genre in a country, of which a listener follows one (assumed)
LIST_LENGTH, CHART_LENGTH = 60, 50  # tracks of a list and of the charts (assumed)
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
    ERA_SLOT,
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
        "list.era",
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
    if uniform(key, NEW, counter) >= novelty:
        track = known_track(key, counter, listener)
        if track != NO_TRACK:
            return track
    return new_track(key, counter, NO_STATION, listener)


@compiled_loop
def known_track(key, counter, listener):
    """A track played before, but neither too often nor just now; NO_TRACK if a few tries fail."""
    state, satiation = listener.state, listener.behaviour.satiation
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = remembered_track(key, c, listener.behaviour, state)
        if track == NO_TRACK:
            break
        freshness = satiation / (satiation + times_played(state, listener.known, track))
        if (
            may_be_picked(track, listener)
            and track != track_before(state, ONE)
            and uniform(key, WEARY, c) < freshness * intensity_fit(track, listener)
        ):
            return track
    return NO_TRACK


@compiled_loop
def new_track(key, counter, station, listener):
    """A track by an artist of a station, or of the listener's taste if station is NO_STATION.

    It is the first suitable one of a few candidates, or one of the charts if there is no candidate.
    """
    track = NO_TRACK
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        candidate = track_by_artist(key, c, artist_for(key, c, station, listener), listener)
        if candidate != NO_TRACK:
            track = candidate
            if uniform(key, SUITS, c) < suitability(track, listener):
                break
    return track if track != NO_TRACK else np.int64(0)


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
    if station != NO_STATION:
        return own_artist(key, c, station, listener.behaviour.station_tail, listener)
    pool = taste_pool(key, c, listener)
    return own_artist(key, c, pool, listener.behaviour.ranking_tail, listener)


@compiled_loop
def track_of_list(key, counter, pool, listener):
    """A suitable track of this month's list of a pool in the listener's country, or the charts."""
    length = CHART_LENGTH if pool == CHARTS_POOL else LIST_LENGTH
    for attempt in range(TRIES):
        c = counter * TRIES + attempt
        track = listed_track(int(uniform(key, SLOT, c) * length), pool, listener)
        if track == NO_TRACK:
            continue
        artist = np.int64(listener.music.tracks[track].artist)
        liking = 1.0 if is_liked(artist, listener.behaviour.liked_share, listener) else listener.behaviour.disliked
        if uniform(key, SUITS, c) < liking * suitability(track, listener):
            return track
    return new_track(key, counter, pool, listener)


@compiled_loop
def listed_track(position, pool, listener):
    """The track at a position of this month's list of a pool, the same for a whole country."""
    person, state, music = listener.person, listener.state, listener.music
    followed = 0 if pool == CHARTS_POOL else int(uniform(person.key, FOLLOWED, pool) * N_LISTS)
    month = subkey(subkey(subkey(LISTS, state.month), pool * N_LISTS + followed), person.country)
    draw = subkey(month, position)
    slot = np.int64(draw & MEMO_MASK)
    if state.memo_keys[slot] != draw:
        state.memo_keys[slot], state.memo[slot] = draw, listed_artist(draw, pool, listener)
    return track_by_artist(month, position, state.memo[slot], listener)


@compiled_loop
def listed_artist(key, pool, listener):
    """The artist at a position of a list of a pool in the listener's country."""
    person, music = listener.person, listener.music
    domestic = uniform(key, DOMESTIC_SLOT, 0) < listener.behaviour.home_share
    part = part_of(pool, np.int64(person.home_country) if domestic else np.int64(-1), listener)
    if part < 0:
        part = part_of(pool, np.int64(-1), listener)
    artist = artist_of_part(key, np.int64(0), part, music)
    if pool != CHARTS_POOL:
        other = artist_of_part(key, np.int64(1), part, music)
        if music.artists[other].renown < music.artists[artist].renown:
            artist = other
    return artist


@compiled_loop
def artist_of_part(key, counter, part, music):
    """An artist of all eras of a part, by weight."""
    total = 0.0
    for era in range(N_ERAS):
        total += music.part_weights[part + era]
    goal, at = uniform(key, ERA_SLOT, counter) * total, part
    for era in range(N_ERAS):
        if music.part_weights[part + era] > 0.0:
            at = part + era
        goal -= music.part_weights[part + era]
        if goal < 0.0:
            break
    return weighted_item(key, counter, music.parts[at], music.parts[at + 1], music.part_slots)


# -- contexts --------------------------------------------------------------------------------------


@compiled_loop
def open_context(key, counter, listener):
    """Set the context of the next tracks: its code, its seed track, and its pool or list."""
    state, music = listener.state, listener.music
    state.context = index_in_shares(
        uniform(key, CONTEXT, counter), listener.behaviour.context_shares
    )
    pick_seed(key, counter, listener)
    if state.context == RADIO:
        state.pool = music.artists[music.tracks[state.seed_track].artist].family_pool
    elif state.context == EDITORIAL:
        state.pool = taste_pool(key, counter, listener)
    elif state.context == CHARTS:
        state.pool = CHARTS_POOL


@compiled_loop
def pick_seed(key, counter, listener):
    """Pick the track whose album, artist page or station is opened."""
    state, novelty = listener.state, listener.behaviour.seed_novelty
    state.seed_track = known_or_new(subkey(key, SEED), counter, novelty, listener)
    state.album_position = 0


@compiled_loop
def pick_track(key, i, shuffle, novelty, listener):
    """The next track of the listener's context, or now and then in December a festive track."""
    music, state = listener.music, listener.state
    if state.context == ALBUM:
        return track_of_album(key, i, shuffle, listener)
    if state.festive_share > 0.0 and uniform(key, FESTIVE, i) < state.festive_share:
        festive = subkey(key, FESTIVE_SLOT)
        return weighted_item(festive, i, music.extra[0], music.extra[1], music.extra_slots)
    if state.context == ARTIST_PAGE:
        artist = np.int64(music.tracks[state.seed_track].artist)
        track = track_by_artist(key, i, artist, listener)
        return track if track != NO_TRACK else state.seed_track
    if state.context == RADIO:
        return new_track(key, i, state.pool, listener)
    if state.context == EDITORIAL or state.context == CHARTS:
        return track_of_list(key, i, state.pool, listener)
    return known_or_new(key, i, min(novelty * CONTEXT_NOVELTY[state.context], 0.95), listener)


@compiled_loop
def other_than_last(key, i, shuffle, novelty, listener):
    """The next track of the context, never the last one again.

    A context that offers no other track becomes a radio station.
    """
    state, last = listener.state, track_before(listener.state, ONE)
    for attempt in range(TRIES):
        stream = subkey(key, attempt) if attempt > 0 else key
        track = pick_track(stream, i, shuffle, novelty, listener)
        if track != last:
            return track
    state.context = RADIO
    state.pool = listener.music.artists[listener.music.tracks[last].artist].family_pool
    for attempt in range(TRIES):
        track = new_track(subkey(key, TRIES + attempt), i, state.pool, listener)
        if track != last:
            return track
    return (last + 1) % len(listener.music.tracks)


@compiled_loop
def track_of_album(key, i, shuffle, listener):
    """The next track of the album, or any of its tracks if shuffled.

    After the last track of the album, another album is opened.
    """
    state, tracks = listener.state, listener.music.tracks
    seed = tracks[state.seed_track]
    if state.album_position >= seed.album_to - seed.album_from:
        pick_seed(key, i, listener)
        seed = tracks[state.seed_track]
    place = state.album_position
    if shuffle:
        place = int(uniform(key, ALBUM_TRACK, i) * (seed.album_to - seed.album_from))
    state.album_position += 1
    return tracks[seed.album_from + place].by_album


@compiled_loop
def noise_track(key, counter, listener):
    """One of the few noise tracks of this listener."""
    music, choice = listener.music, int(uniform(key, SLOT, counter) * NOISE_TRACKS)
    return weighted_item(
        listener.person.key, choice, music.extra[1], music.extra[2], music.extra_slots
    )
