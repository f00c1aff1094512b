"""A listener's taste: favourite and side genres, suitable tracks, and the share of new music.

Taste never excludes a track: an unsuitable track is only less likely.
"""

import numpy as np

from ..compiled import compiled_loop
from ..instants import DAY_MS
from ..music.loop_types import ERAS
from ..people.homes import countries
from ..people.survey_shares import GENRE_NAMES
from ..schema import FEMALE, MALE
from ..streams import decision, exp, ln, subkey, uniform
from .draws import index_in_totals, weighted_item
from .memory import ZERO, has_met
from .state import MEMO, OTHER_GENRES, OWN_COUNTRIES

QUARTER_DAYS = 91  # shortest duration of a side genre
WARM_UP = 160  # plays before the window, so that not all music of January is new

N_COUNTRIES, N_ERAS = 1 + len(countries()), 1 + len(ERAS)
ALL = GENRE_NAMES.index("All")
MEMO_MASK = np.uint64(MEMO - 1)
UNMET_TRIES = 3  # further artists drawn in place of one whom the listener knows
RANKS = 4  # ranks of a listener's own ranking, per artist
ATTEMPTS = 32  # artists of a rank, of which the first liked one is taken

(
    FAVOURITE,
    OTHER,
    DRIFT,
    SIDE,
    DOMESTIC,
    RANK_OF,
    RANKING,
    ERA,
    LIKED,
    COUNTRY_OF,
    COUNTRIES,
    OTHERS,
    EXPLORED,
    ERA_OF,
    UNMET,
) = map(
    decision,
    (
        "pick.favourite",
        "pick.other",
        "taste.drift",
        "taste.side",
        "pick.domestic",
        "pick.own_rank",
        "taste.ranking",
        "taste.era",
        "taste.liked",
        "pick.own_country",
        "taste.countries",
        "taste.other",
        "pick.explored",
        "pick.era_of",
        "pick.unmet",
    ),
)


@compiled_loop
def suitability(track, listener):
    """Suitability of a track for the listener now, 0 to 1: by their youth, and for the hour."""
    person, behaviour = listener.person, listener.behaviour
    released = listener.music.tracks[track].released
    years = released / 365.25 + 1970.0 - person.birth_year - behaviour.youth_age
    years = years / behaviour.youth_width
    youth = (1.0 + behaviour.youth_pull / (1.0 + years * years)) / (1.0 + behaviour.youth_pull)
    return youth * intensity_fit(track, listener)


@compiled_loop
def intensity_fit(track, listener):
    """Fit of a track's intensity to the hour, the weekday and the listener's age, 0 to 1."""
    pull = listener.state.intensity_pull
    intensity = listener.music.tracks[track].intensity
    return (1.0 + pull * (2.0 * intensity - 1.0)) / (1.0 + abs(pull))


@compiled_loop
def side_genre(person, behaviour, quarter):
    """The genre that a listener plays next to the favourite one in a quarter.

    It stays the same until a quarter in which taste drifts.
    """
    since = quarter
    while quarter - since < 12 and uniform(person.key, DRIFT, since) >= behaviour.drift_share:
        since -= 1
    return index_in_totals(uniform(person.key, SIDE, since), person.other_totals)


@compiled_loop
def favourite_share_at(age, behaviour):
    """Share of the favourite genre in new music at an age."""
    return min(behaviour.favourite_share * (1.0 + behaviour.focus_age_slope * (age - 30)), 0.95)


@compiled_loop
def fill_tastes(people, behaviours, first_quarter, shares, genres):
    """Fill in each listener's first share of the favourite genre, and side genre of each quarter.

    shares: float64, (L,); genres: int64, (L, quarters), from `first_quarter` on.
    """
    for row in range(len(people.persons)):
        person = people.persons[row]
        behaviour = behaviours[person.kind]
        shares[row] = favourite_share_at(people.versions[person.first_version].age, behaviour)
        for quarter in range(genres.shape[1]):
            genres[row, quarter] = side_genre(person, behaviour, first_quarter + quarter)


@compiled_loop
def taste_pool(key, counter, listener):
    """The pool of the favourite genre, the side genre, or one of the listener's other genres."""
    share = favourite_share_at(listener.state.age, listener.behaviour)
    u = uniform(key, FAVOURITE, counter)
    if u < share:
        return listener.person.favourite
    if u < share + (1.0 - share) * listener.behaviour.side_share:
        return listener.state.side_genre
    return listener.state.other_genres[int(uniform(key, OTHER, counter) * OTHER_GENRES)]


@compiled_loop
def fill_taste(listener):
    """Fill in what stays the same about a listener's taste: eras, other genres, countries."""
    person, state, music = listener.person, listener.state, listener.music
    for era in range(N_ERAS):
        state.youth_pulls[era] = youth_pull_of(era, listener)
    for i in range(OTHER_GENRES):
        u = uniform(person.key, OTHERS, i)
        state.other_genres[i] = index_in_totals(u, person.other_totals)
    age = person.origin_ms / DAY_MS / 365.25 + 1970.0 - person.birth_year
    young = min(max((listener.behaviour.mainstream_until - age) / 20.0, 0.0), 1.0)
    state.love_of_fame = listener.behaviour.mainstream * young
    last = part_of(np.int64(ALL), np.int64(-1), listener) + N_ERAS - 1
    first, after = music.parts[last], music.parts[last + 1]
    for rank in range(OWN_COUNTRIES):
        artist = weighted_item(
            subkey(person.key, COUNTRIES), rank, first, after, music.part_slots
        )
        state.own_countries[rank] = music.artists[artist].country


@compiled_loop
def own_artist(key, counter, pool, listener):
    """An artist of a pool by the listener's own ranking of it, or with chance explored_share any.

    The pool's artists are parted by country: the listener's own, or others in their own order.
    """
    behaviour, country = listener.behaviour, np.int64(-1)
    explored = uniform(key, EXPLORED, counter) < behaviour.explored_share
    if uniform(key, DOMESTIC, counter) < listener.person.home_music * behaviour.home_share:
        country = np.int64(listener.person.home_country)
    else:
        place = own_rank(key, COUNTRY_OF, counter, behaviour.countries_width)
        country = np.int64(listener.state.own_countries[place % OWN_COUNTRIES])
    part = part_of(pool, country, listener)
    if part < 0:
        country, part = np.int64(-1), part_of(pool, np.int64(-1), listener)
    if explored:
        return unmet_artist(key, counter, part, listener)
    rank = own_rank(key, RANK_OF, counter, behaviour.ranking_width)
    return ranked_artist(rank, pool * N_COUNTRIES + country + 1, part, listener)


@compiled_loop
def unmet_artist(key, counter, part, listener):
    """An artist of a part whom the listener does not know yet; any if a few tries fail.

    The first try is by weight; in the further ones each artist is as likely as another.
    """
    music, first = listener.music, listener.music.parts[part]
    n_artists = music.parts[part + N_ERAS] - first
    artist = artist_of_part(key, counter, part, music)
    for attempt in range(UNMET_TRIES):
        if not has_met(artist, listener):
            break
        place = int(uniform(key, UNMET, counter * UNMET_TRIES + attempt) * n_artists)
        artist = np.int64(music.part_slots[first + place].own)
    return artist


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
def own_rank(key, what, counter, width):
    """A rank of a listener's own ranking, from 0: at least r with chance width / (width + r)."""
    u = uniform(key, what, counter)
    return np.int64(width * (1.0 - u) / u)


@compiled_loop
def ranked_artist(rank, number, part, listener):
    """The artist at a rank of the listener's own ranking of a part; number: of its pool and country

    Each rank is an artist of the part, drawn by weight among those that the listener may like, so
    all listeners together play the artists of a pool by weight, but each one has other favourites.
    """
    state, music = listener.state, listener.music
    n_artists = music.parts[part + N_ERAS] - music.parts[part]
    draw = subkey(subkey(listener.person.key, RANKING), number)
    draw = subkey(draw, rank % (RANKS * n_artists))
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
        artist = weighted_item(
            key, attempt, music.parts[at], music.parts[at + 1], music.part_slots
        )
        if is_liked(artist, listener):
            break
    return artist


@compiled_loop
def part_of(pool, country, listener):
    """The first part of a pool and a country (-1: all); -1 if it has no artist."""
    music = listener.music
    part = (pool * N_COUNTRIES + country + 1) * N_ERAS
    return part if music.parts[part] < music.parts[part + N_ERAS] else np.int64(-1)


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
    """Whether a listener may like an artist: by chance, gender and fame; always the same."""
    u, share = uniform(listener.person.key, LIKED, artist), listener.behaviour.liked_share
    return u < share and u < share * artist_fit(listener.music.artists[artist], listener)


@compiled_loop
def artist_fit(artist, listener):
    """How well an artist fits the listener, 0 to 1: men and women, the young and the famous."""
    behaviour, gender = listener.behaviour, listener.person.gender
    side = 1.0 if gender == MALE else -1.0 if gender == FEMALE else 0.0
    lean = exp(behaviour.gender_lean * (side * artist.lean - abs(side * artist.lean)))
    fame = min(1.0, max(0.0, 1.0 + 0.12 * ln(1.0001 - artist.renown)))
    return lean * (1.0 - listener.state.love_of_fame * fame)


@compiled_loop
def novelty_now(listener):
    """Chance of a new track from the listener's own playlists; it falls as the history grows."""
    behaviour, plays = listener.behaviour, listener.state.heard - WARM_UP
    return (
        listener.person.novelty
        * behaviour.novelty
        * exp(-behaviour.novelty_decay * ln(1.0 + plays / 1000.0))
    )
