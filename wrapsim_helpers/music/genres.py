"""Genres: labels of like sound, moods, and which tracks belong to which survey genre.

The family of a track in this file is that of genre_map.csv: labels of like sound, whose artists
stations play together. The column `family` of the tracks table is another one, see `families`.
"""

import functools
import warnings

import numpy as np
import pandas as pd

from ..people.figures import figures
from ..people.survey_file import GENRES
from ..people.survey_shares import GENRE_NAMES
from ..resources import resource
from .columns import calendar_years

SMALL_POOL = 50  # a smaller pool gives a warning, because its listeners repeat the same tracks
# factor on the weight of a track of a local radio scene, for listeners elsewhere
SCENE_WEIGHT = 0.25
MEMBER = 0.25  # lowest membership with which a track belongs to a genre
# the quiet tracks of these families count as neither melody nor classical
QUIET_FAMILIES = ("hiphop", "electronic")
# words of the festive season in titles and genre labels; whole words in any case
FESTIVE = (
    r"\b(?:christmas|xmas|x-mas|santa claus|father christmas|sleigh|jingle "
    r"bells?|mistletoe|reindeer|yuletide|hanukkah|winter wonderland|silent night|"
    r"no[eë]l|navidad|nochebuena|natal|natale|weihnacht\w*|kerst(?!in\b)\w*|"
    r"julen?|jula|joulu\w*|wigilia|vánoc\w*|"
    r"рождеств\w*|різдв\w*|новый год|"
    r"christmastime|pasko)\b"
    r"|クリスマス|크리스마스|圣诞"
    r"|คริสต์มาส|كريسماس|כריסמס"
)
# genre labels of noise
NOISE = r"\b(?:white noise|pink noise|brown noise|rain|nature sounds|sleep sounds)\b"
# How much more men (+) or women (-) like a family (assumed; only the signs are published)
FAMILY_LEAN = {
    "rock": 0.2,
    "hiphop": 0.15,
    "electronic": 0.2,
    "indie": 0.05,
    "pop": -0.25,
    "soft": -0.2,
    "soul": -0.1,
    "latin": -0.05,
}
# How much more the old (+) or the young (-) like a family (assumed)
FAMILY_AGE = {
    "hiphop": -0.3,
    "electronic": -0.15,
    "indie": -0.1,
    "pop": -0.1,
    "rock": 0.2,
    "soft": 0.2,
    "soul": 0.15,
    "folk": 0.2,
    "classical": 0.3,
}

# mood -> measure -> (from, below); a track has every mood whose measures are all in range
MOODS = {
    "sad": {"valence": (0, 30), "energy": (0, 60)},
    "tender": {"energy": (0, 45), "acousticness": (50, 101)},
    "romantic": {"energy": (0, 60), "valence": (35, 66), "danceability": (50, 101)},
    "happy": {"valence": (70, 101)},
    "bright": {"valence": (55, 101), "energy": (55, 101)},
    "raw": {"energy": (75, 101), "acousticness": (0, 5)},
    "angry": {"energy": (80, 101), "valence": (0, 40)},
    "calm": {"energy": (0, 35)},
    "dreamy": {"energy": (0, 50), "valence": (0, 45)},
    "energetic": {"energy": (80, 101)},
    "driving": {"energy": (65, 101), "bpm": (125, np.inf)},
    "strange": {"speechiness": (10, 101), "valence": (0, 50)},
    "spacey": {"danceability": (0, 35), "energy": (0, 60)},
}


def sounds_acoustic(tracks, most_energy, least_acousticness, most_speechiness):
    """Whether each track is calm, acoustic and without speech, bool; false for QUIET_FAMILIES."""
    return (
        (tracks.energy <= most_energy)
        & (tracks.acousticness >= least_acousticness)
        & (tracks.speechiness <= most_speechiness)
        & ~tracks.family.isin(QUIET_FAMILIES)
        & ~tracks.scene
    )


# survey genre -> (lowest weight in the map, condition on the track, sound of tracks that are added
# if the map names too few)
POOLS = {
    "Melody": (0.5, None, lambda t: sounds_acoustic(t, 55, 30, 8)),
    "Classical": (0.5, None, lambda t: sounds_acoustic(t, 35, 70, 5)),
    "Pop": (0.5, None, None),
    "Rap": (0.25, None, lambda t: (t.speechiness >= 15) & ~t.scene),
    "Electronic/Dance": (
        0.5,
        None,
        lambda t: (t.danceability >= 70) & (t.energy >= 70) & (t.family != "hiphop"),
    ),
    "Rock": (0.5, None, None),
    "K-pop": (0.4, lambda t: t.year >= 2005, None),
    "Old songs": (None, lambda t: t.year <= 1985, None),
    "Trending songs": (
        None,
        lambda t: (
            (t.year >= t.year.max() - 9) & (t.popularity >= min(75, t.popularity.quantile(0.98)))
        ),
        None,
    ),
    "All": (None, lambda t: t.year > 0, None),
}
SOUND_WEIGHT = 0.5


# -- what follows from a track alone ---------------------------------------------------------------


@functools.cache
def genre_map():
    """Genre labels, their family and weight per survey genre: a DataFrame of genre_map.csv."""
    table = pd.read_csv(resource("data", "behaviour", "genre_map.csv"), keep_default_na=False)
    return table.assign(survey_genre=table["survey_genre"].map(GENRES))


@functools.cache
def scene_labels():
    """Genre labels of the Dutch radio scene, from which the songs file was made."""
    families = figures("songs_profile")["families"].values()
    return frozenset(
        label["label"] for family in families for label in family["labels"] if label["dutch_scene"]
    )


def families_of(labels):
    """Family of like sound of each label by genre_map.csv, "other" if unknown: a Series of text."""
    return labels.map(
        genre_map().drop_duplicates("top_genre").set_index("top_genre")["family"]
    ).fillna("other")


def described_tracks(tracks):
    """Tracks with columns that follow from each track alone.

    These are family, scene, year, festive and noise.
    """
    return tracks.assign(
        family=families_of(tracks["genre"]),
        scene=tracks["genre"].isin(scene_labels()),
        year=calendar_years(tracks["released"]),
        festive=matches(tracks["title"], FESTIVE) | matches(tracks["genre"], FESTIVE),
        noise=matches(tracks["genre"], NOISE),
    )


def matches(texts, pattern):
    """Which texts match a pattern, bool; each distinct text is searched once."""
    codes, different = pd.factorize(texts)
    return (
        pd.Series(different)
        .str.contains(pattern, case=False, regex=True)
        .to_numpy(dtype=bool)[codes]
    )


def moods_of(tracks):
    """Whether each track has each mood, bool, (tracks, moods), in the order of MOODS."""
    return np.array([in_ranges(tracks, ranges) for ranges in MOODS.values()]).T


def in_ranges(tracks, ranges):
    """Which tracks have all values in range, bool. ranges: column -> (lowest, first too high)."""
    return np.logical_and.reduce(
        [(low <= tracks[name]) & (tracks[name] < below) for name, (low, below) in ranges.items()]
    )


# -- genres ----------------------------------------------------------------------------------------


def memberships(tracks):
    """Membership of each track in each survey genre, 0 to 1: name -> float64, (tracks,).

    The order is that of GENRE_NAMES.
    """
    members = {genre: membership(tracks, genre) for genre in POOLS}
    members["Classical & melody, dance"] = np.maximum.reduce(
        [members[name] for name in ("Melody", "Classical", "Electronic/Dance")]
    )
    return {genre: members[genre] for genre in GENRE_NAMES}


def membership(tracks, genre):
    """Membership of each track in a survey genre, 0 to 1, float64, (tracks,)."""
    lowest, condition, sound = POOLS[genre]
    if lowest is None:
        return condition(tracks).to_numpy(dtype=float)
    labels = genre_map()[genre_map()["survey_genre"] == genre].set_index("top_genre")["weight"]
    weight = tracks["genre"].map(labels).fillna(0.0).to_numpy(dtype=float)
    weight = np.where((weight >= lowest) & (condition(tracks) if condition else True), weight, 0.0)
    if sound and np.count_nonzero(weight) < SMALL_POOL:
        weight = np.maximum(weight, SOUND_WEIGHT * sound(tracks).to_numpy(dtype=float))
    return weight


def ones_if_all_zero(weights):
    """The same weights, or ones if all weights are 0."""
    return weights if weights.any() else np.ones(len(weights))


def say_small_pools(members):
    """Warn of every survey genre with fewer than SMALL_POOL tracks."""
    small = [
        f"{genre} ({np.count_nonzero(member)})"
        for genre, member in members.items()
        if np.count_nonzero(member) < SMALL_POOL
    ]
    if small:
        warnings.warn(
            f"this catalogue has few tracks of {', '.join(small)}; listeners with such a favourite "
            f"genre repeat the same tracks often, or draw from the whole catalogue if there is "
            f"none. Name a songs file with more of them, or a larger catalogue_tracks.",
            stacklevel=3,
        )
