"""A listener's taste: favourite and side genres, suitable tracks, and the share of new music.

Taste never excludes a track: an unsuitable track is only less likely.
"""

import numpy as np

from ..compiled import compiled_loop
from ..music.loop_types import ERAS
from ..people.homes import countries
from ..people.survey_shares import GENRE_NAMES
from ..schema import FEMALE, MALE
from ..streams import decision, exp, ln, subkey, uniform
from .draws import index_in_totals, weighted_item
from .memory import ZERO
from .state import MEMO

QUARTER_DAYS = 91  # shortest duration of a side genre
WARM_UP = 160  # plays before the window, so that not all music of January is new

N_COUNTRIES, N_ERAS = 1 + len(countries()), 1 + len(ERAS)
ALL = GENRE_NAMES.index("All")
MEMO_MASK = np.uint64(MEMO - 1)
LIKED_ARTISTS = 150.0  # artists of a part that a listener may like, at least
ATTEMPTS = 32  # artists of a rank, of which the first liked one is taken
OTHER_GENRES = 6  # of a listener, next to the favourite and the side genre

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
    ),
)


@compiled_loop
def suitability(track, listener):
    """Suitability of a track for the listener now, 0 to 1.

    It depends on the listener's youth, gender, age and country, and on the intensity for the hour.
    """
    person, behaviour = listener.person, listener.behaviour
    song = listener.music.tracks[track]
    artist = listener.music.artists[song.artist]
    age_at_release = song.released / 365.25 + 1970.0 - person.birth_year
    years = (age_at_release - behaviour.youth_age) / behaviour.youth_width
    youth = (1.0 + behaviour.youth_pull / (1.0 + years * years)) / (1.0 + behaviour.youth_pull)
    side = 1.0 if person.gender == MALE else -1.0 if person.gender == FEMALE else 0.0
    lean = exp(behaviour.gender_lean * (side * artist.lean - abs(side * artist.lean)))
    young = min(max((behaviour.mainstream_until - listener.state.age) / 20.0, 0.0), 1.0)
    known_name = 1.0 - behaviour.mainstream * young * min(
        1.0, max(0.0, 1.0 + 0.12 * ln(1.0001 - artist.renown))
    )
    home = 1.0 if artist.country == person.home_country else 1.0 / (1.0 + behaviour.home_pull)
    return youth * lean * known_name * home * intensity_fit(track, listener)


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
    """The pool of the favourite genre, the side genre, or a genre that similar listeners play."""
    share = favourite_share_at(listener.state.age, listener.behaviour)
    u = uniform(key, FAVOURITE, counter)
    if u < share:
        return listener.person.favourite
    if u < share + (1.0 - share) * listener.behaviour.side_share:
        return listener.state.side_genre
    other = int(uniform(key, OTHER, counter) * OTHER_GENRES)
    return index_in_totals(
        uniform(listener.person.key, OTHERS, other), listener.person.other_totals
    )


@compiled_loop
def own_artist(key, counter, pool, tail, listener):
    """An artist of a pool by the listener's own ranking of it, or of the part from their country.

    Each rank is an artist of the pool, drawn by weight among those that the listener may like, so
    all listeners together play the artists of a pool by weight, but each one has other favourites.
    """
    person, behaviour, music = listener.person, listener.behaviour, listener.music
    domestic = person.home_country >= 0 and uniform(key, DOMESTIC, counter) < behaviour.home_share
    country = np.int64(person.home_country) if domestic else own_country(key, counter, listener)
    part = part_of(pool, country, listener)
    if part < 0:
        country, part = np.int64(-1), part_of(pool, np.int64(-1), listener)
    ranking = subkey(subkey(person.key, RANKING), pool * N_COUNTRIES + country + 1)
    rank = own_rank(key, RANK_OF, counter, behaviour.ranking_width, tail)
    draw = subkey(ranking, rank % (4 * (music.parts[part + N_ERAS] - music.parts[part])))
    slot = np.int64(draw & MEMO_MASK)
    if listener.state.memo_keys[slot] != draw:
        listener.state.memo_keys[slot] = draw
        listener.state.memo[slot] = ranked_artist(draw, part, listener)
    return listener.state.memo[slot]


@compiled_loop
def ranked_artist(key, part, listener):
    """The artist of one rank of a listener's own ranking of a part. key: of the rank"""
    music = listener.music
    at = part + era_of(uniform(key, ERA, 0), part, listener)
    n_artists = music.parts[part + N_ERAS] - music.parts[part]
    share = max(listener.behaviour.liked_share, LIKED_ARTISTS / n_artists)
    artist = ZERO
    for attempt in range(ATTEMPTS):
        artist = weighted_item(
            key, attempt, music.parts[at], music.parts[at + 1], music.part_slots
        )
        if is_liked(artist, share, listener):
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
def own_country(key, counter, listener):
    """A country by the listener's own ranking of countries, each drawn by weight; -1: unknown."""
    rank = own_rank(key, COUNTRY_OF, counter, listener.behaviour.countries_width, 1.0)
    part = part_of(np.int64(ALL), np.int64(-1), listener) + N_ERAS - 1
    music, countries = listener.music, subkey(listener.person.key, COUNTRIES)
    artist = weighted_item(
        countries, rank, music.parts[part], music.parts[part + 1], music.part_slots
    )
    return np.int64(music.artists[artist].country)


@compiled_loop
def own_rank(key, what, counter, width, tail):
    """A rank of a listener's own ranking, from 0: Lomax distributed, rounded down."""
    power = ln(uniform(key, what, counter)) / -tail
    return np.int64(min(width * (exp(min(power, 30.0)) - 1.0), 1e9))


@compiled_loop
def is_liked(artist, share, listener):
    """Whether a listener may like an artist: by chance, era, lean and country; always the same."""
    person, behaviour = listener.person, listener.behaviour
    music = listener.music.artists[artist]
    u = uniform(person.key, LIKED, artist)
    if u >= share:
        return False
    side = 1.0 if person.gender == MALE else -1.0 if person.gender == FEMALE else 0.0
    lean = exp(behaviour.gender_lean * (side * music.lean - abs(side * music.lean)))
    return u < share * lean


@compiled_loop
def novelty_now(listener):
    """Chance of a new track from the listener's own playlists; it falls as the history grows."""
    behaviour, plays = listener.behaviour, listener.state.heard - WARM_UP
    return (
        listener.person.novelty
        * behaviour.novelty
        * exp(-behaviour.novelty_decay * ln(1.0 + plays / 1000.0))
    )
