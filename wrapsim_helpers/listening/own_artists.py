"""A listener's own artists: whom they like, and their own selection of the artists of a genre.

Two listeners of a genre share few favourites. A listener likes some artists and not others, which a
fixed draw per listener and artist decides, and selects OWN_ARTISTS of these in each genre and
country, by weight. All of it follows from draws and is computed again where it was forgotten, so
memory does not grow with listeners, and all listeners together play artists by their weights.
"""

import numpy as np
import pandas as pd

from ..compiled import compiled_loop
from ..instants import DAY_MS
from ..music.labels import words
from ..music.loop_types import ERAS
from ..people.homes import countries
from ..people.survey_shares import GENRE_NAMES
from ..schema import FEMALE, MALE
from ..streams import decision, exp, subkey, uniform
from .draws import index_in_totals, weighted_item
from .memory import ZERO, has_met
from .state import MEMO, OTHER_GENRES, OWN_COUNTRIES

N_COUNTRIES, N_ERAS = 1 + len(countries()), 1 + len(ERAS)
# number of the language of each row of places.csv; -1 at the end for an unknown country
LANGUAGES = np.append(pd.factorize(countries()["country"].map(words()["countries"]))[0], -1)
ALL, ANYWHERE = np.int64(GENRE_NAMES.index("All")), np.int64(-1)  # a pool; all countries
MEMO_MASK = np.uint64(MEMO - 1)
MIDDLE_AGE, AGE_WIDTH = 35.0, 20.0  # years; ages at which taste by age is even, and full
UNMET_TRIES = 4  # artists tried to find one whom the listener does not know
OWN_ARTISTS = 128  # of a listener in a genre and country; some come several times (assumed)
COUNTRY_TRIES = 2  # countries drawn for each place of a listener's own order (assumed)
ATTEMPTS = 32  # artists, of which the first liked one is taken

(
    DOMESTIC,
    OWN,
    SELECTION,
    ERA,
    LIKED,
    COUNTRY_OF,
    COUNTRIES,
    OTHERS,
    EXPLORED,
    ERA_OF,
    UNMET,
    NEWER,
) = map(
    decision,
    (
        "pick.domestic",
        "pick.own",
        "taste.selection",
        "taste.era",
        "taste.liked",
        "pick.own_country",
        "taste.countries",
        "taste.other",
        "pick.explored",
        "pick.era_of",
        "pick.unmet",
        "pick.newer",
    ),
)


@compiled_loop
def fill_taste(listener):
    """Fill in what stays the same about a listener's taste: eras, other genres, fame, countries."""
    person, state = listener.person, listener.state
    for era in range(N_ERAS):
        state.youth_pulls[era] = youth_pull_of(era, listener)
    for i in range(OTHER_GENRES):
        u = uniform(person.key, OTHERS, i)
        state.other_genres[i] = index_in_totals(u, person.other_totals)
    age = person.origin_ms / DAY_MS / 365.25 + 1970.0 - person.birth_year
    young = min(max((listener.behaviour.mainstream_until - age) / 20.0, 0.0), 1.0)
    state.love_of_fame = listener.behaviour.mainstream * young
    state.age_side = min(max((age - MIDDLE_AGE) / AGE_WIDTH, -1.0), 1.0)
    fill_countries(listener)


@compiled_loop
def fill_countries(listener):
    """Fill in the listener's own order of the countries of music.

    Each is the first of COUNTRY_TRIES drawn by weight that sings in the language of the listener's
    country, or the last one.
    """
    home, music = listener.person.home_country, listener.music
    part, key = part_of(ALL, ANYWHERE, music), subkey(listener.person.key, COUNTRIES)
    for rank in range(OWN_COUNTRIES):
        country = home
        for attempt in range(COUNTRY_TRIES):
            artist = artist_of_part(key, rank * COUNTRY_TRIES + attempt, part, music)
            country = np.int64(music.artists[artist].country)
            if LANGUAGES[country] == LANGUAGES[home]:
                break
        listener.state.own_countries[rank] = country


@compiled_loop
def own_artist(key, counter, pool, listener):
    """An artist of a pool of the listener's own selection, or a new one at times.

    The artist is from the listener's country, or from one by their own order of countries.
    """
    if uniform(key, EXPLORED, counter) < listener.behaviour.explored_share:
        return unmet_artist(key, counter, pool, listener)
    part = part_for(key, counter, pool, listener)
    return selected_artist(int(uniform(key, OWN, counter) * OWN_ARTISTS), part, listener)


@compiled_loop
def part_for(key, counter, pool, listener):
    """The part of a pool of the next artist's country; of all countries if it has no artist."""
    part = part_of(pool, country_for(key, counter, listener), listener.music)
    return part if part >= 0 else part_of(pool, ANYWHERE, listener.music)


@compiled_loop
def country_for(key, counter, listener):
    """The country of the next artist, a row of places.csv; -1: unknown."""
    person, behaviour = listener.person, listener.behaviour
    if uniform(key, DOMESTIC, counter) < person.home_music * behaviour.home_share:
        return np.int64(person.home_country)
    rank = country_rank(uniform(key, COUNTRY_OF, counter), behaviour.countries_width)
    return np.int64(listener.state.own_countries[rank % OWN_COUNTRIES])


@compiled_loop
def country_rank(u, width):
    """A rank in the listener's own order of countries: at least r with chance width / (width + r).

    u: uniform draw
    """
    return np.int64(min(width * (1.0 - u) / u, 1e15))


@compiled_loop
def part_of(pool, country, music):
    """The first part of a pool and a country (-1: all); -1 if it has no artist."""
    part = (pool * N_COUNTRIES + country + 1) * N_ERAS
    return part if music.parts[part] < music.parts[part + N_ERAS] else np.int64(-1)


@compiled_loop
def selected_artist(place, part, listener):
    """The artist at a place of the listener's own selection of a part, 0 to OWN_ARTISTS - 1.

    It is looked up in the listener's memo first.
    """
    state = listener.state
    draw = subkey(subkey(listener.person.key, SELECTION), part * OWN_ARTISTS + place)
    slot = np.int64(draw & MEMO_MASK)
    if state.memo_keys[slot] != draw:
        state.memo_keys[slot], state.memo[slot] = draw, liked_artist(draw, part, listener)
    return state.memo[slot]


@compiled_loop
def liked_artist(key, part, listener):
    """An artist of a part by weight and era, among those that the listener may like."""
    music = listener.music
    at = part + era_of(uniform(key, ERA, 0), part, listener)
    artist = ZERO
    for attempt in range(ATTEMPTS):
        artist = weighted_item(key, attempt, music.parts[at], music.parts[at + 1], music.part_slots)
        if is_liked(artist, listener):
            break
    return artist


@compiled_loop
def unmet_artist(key, counter, pool, listener):
    """An artist of a pool whom the listener does not know yet and may like, of a few tries.

    The last try is of the newer artists, the others are by weight; each is of another country that
    the listener may choose. If none is suitable, it is the last unknown one, or the first one.
    """
    artist = ZERO
    for attempt in range(UNMET_TRIES):
        c = counter * UNMET_TRIES + attempt
        part = part_for(subkey(key, UNMET), c, pool, listener)
        if attempt == UNMET_TRIES - 1:
            tried = newer_artist(key, c, part, listener.music)
        else:
            tried = artist_of_part(key, c, part, listener.music)
        unmet = not has_met(tried, listener)
        if unmet or attempt == 0:
            artist = tried
        if unmet and is_liked(tried, listener):
            break
    return artist


@compiled_loop
def newer_artist(key, counter, part, music):
    """The newer of two artists of a part, each of whom is as likely as any other."""
    first, n = music.parts[part], music.parts[part + N_ERAS] - music.parts[part]
    a = music.part_slots[first + int(uniform(key, UNMET, counter) * n)].own
    b = music.part_slots[first + int(uniform(key, NEWER, counter) * n)].own
    return np.int64(a if music.artists[a].era > music.artists[b].era else b)


@compiled_loop
def artist_of_part(key, counter, part, music):
    """An artist of all eras of a part, by weight."""
    total = 0.0
    for era in range(N_ERAS):
        total += music.part_weights[part + era]
    goal, at = uniform(key, ERA_OF, counter) * total, part
    for era in range(N_ERAS):
        if music.part_weights[part + era] > 0.0:
            at = part + era
        goal -= music.part_weights[part + era]
        if goal < 0.0:
            break
    return weighted_item(key, counter, music.parts[at], music.parts[at + 1], music.part_slots)


@compiled_loop
def era_of(u, part, listener):
    """The era that a uniform draw selects: by weight, and by the listener's youth."""
    weights, total = listener.music.part_weights, 0.0
    for era in range(N_ERAS):
        total += weights[part + era] * listener.state.youth_pulls[era]
    goal, era = u * total, 0
    while True:
        goal -= weights[part + era] * listener.state.youth_pulls[era]
        if goal < 0.0 or era == N_ERAS - 1:
            break
        era += 1
    while weights[part + era] == 0.0:
        era = (era + N_ERAS - 1) % N_ERAS
    return era


@compiled_loop
def youth_pull_of(era, listener):
    """How much likelier artists of an era are for the listener: 1 and more."""
    behaviour = listener.behaviour
    years = 1965.0 + 10.0 * era - listener.person.birth_year - behaviour.youth_age
    years = years / behaviour.era_width
    return 1.0 + behaviour.era_pull / (1.0 + years * years)


@compiled_loop
def liking(track, listener):
    """How likely the listener returns to a track or picks it from a list: 1 if they like it."""
    artist = np.int64(listener.music.tracks[track].artist)
    return 1.0 if is_liked(artist, listener) else listener.behaviour.disliked


@compiled_loop
def is_liked(artist, listener):
    """Whether a listener may like an artist; always the same, so it is decided once."""
    known, stamp = listener.known.artists[artist], listener.state.stamp
    if abs(known.liked) != stamp:
        known.liked = stamp if may_like(artist, listener) else -stamp
    return known.liked > 0


@compiled_loop
def may_like(artist, listener):
    """Whether a listener may like an artist: by chance, gender, age and fame."""
    u, share = uniform(listener.person.key, LIKED, artist), listener.behaviour.liked_share
    return u < share and u < share * artist_fit(listener.music.artists[artist], listener)


@compiled_loop
def artist_fit(artist, listener):
    """How well an artist fits the listener, 0 to 1: by gender, age and fame."""
    behaviour, state, gender = listener.behaviour, listener.state, listener.person.gender
    side = 1.0 if gender == MALE else -1.0 if gender == FEMALE else 0.0
    misfit = behaviour.gender_lean * lean_against(side * artist.lean)
    misfit += behaviour.age_lean * lean_against(state.age_side * artist.age_lean)
    return exp(-misfit) * (1.0 - state.love_of_fame * artist.obscurity)


@compiled_loop
def lean_against(lean):
    """Twice how much an artist leans away from the listener; 0 if towards them."""
    return abs(lean) - lean
