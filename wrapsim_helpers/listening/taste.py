"""A listener's taste: favourite and side genres, suitable tracks, and the share of new music.

Taste never excludes a track: an unsuitable track is only less likely.
"""

from ..compiled import compiled_loop
from ..streams import decision, exp, ln, uniform
from .draws import index_in_totals
from .state import OTHER_GENRES

QUARTER_DAYS = 91  # shortest duration of a side genre
WARM_UP = 160  # plays before the window, so that not all music of January is new

FAVOURITE, OTHER, DRIFT, SIDE = map(
    decision, ("pick.favourite", "pick.other", "taste.drift", "taste.side")
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
def novelty_now(listener):
    """Chance of a new track from the listener's own playlists; it falls as the history grows."""
    behaviour, plays = listener.behaviour, listener.state.heard - WARM_UP
    return (
        listener.person.novelty
        * behaviour.novelty
        * exp(-behaviour.novelty_decay * ln(1.0 + plays / 1000.0))
    )
