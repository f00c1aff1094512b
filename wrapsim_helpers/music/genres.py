"""Genres: families of labels, moods and sounds, and which tracks stand for which survey genre."""

import functools
import warnings

import numpy as np
import pandas as pd

from ..people.figures import figures
from ..people.survey_file import GENRES
from ..people.survey_shares import GENRE_NAMES
from ..resources import resource

SMALL_POOL = 50  # a pool of fewer tracks is named in a warning: a year of it repeats by necessity
SCENE_WEIGHT = (
    0.25  # how much likelier than by popularity a track of a local radio scene is heard elsewhere
)
MEMBER = 0.25  # a track stands for a genre from this membership on
FEATURES = (
    "bpm",
    "energy",
    "danceability",
    "loudness",
    "liveness",
    "valence",
    "acousticness",
    "speechiness",
)
QUIET_FAMILIES = ("hiphop", "electronic")  # outside these, quiet and acoustic means melodic
# words of the festive season, in a title or a genre label; whole words, capitals do not matter
FESTIVE = (
    r"\b(?:christmas|xmas|x-mas|santa claus|father christmas|sleigh|jingle "
    r"bells?|mistletoe|reindeer|yuletide|hanukkah|"
    r"winter wonderland|silent "
    r"night|no[eë]l|navidad|nochebuena|natal|natale|weihnacht\w*|kerst\w*|julen?|jula|joulu\w*|"
    r"wigilia|vánoc\w*|рождеств\w*|різдв\w*|новый год|christmastime|pasko)\b"
    r"|クリスマス|크리스마스|圣诞"
)
# genre labels of noise
NOISE = r"\b(?:white noise|pink noise|brown noise|rain|nature sounds|sleep sounds)\b"
# How much more men (+) or women (-) like a family (assumed; only the signs are told anywhere)
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

# mood -> condition on energy and valence; a track has every mood that applies
MOODS = {
    "sad": lambda t: (t.valence < 30) & (t.energy < 60),
    "tender": lambda t: (t.energy < 45) & (t.acousticness >= 50),
    "romantic": lambda t: (t.energy < 60) & t.valence.between(35, 65) & (t.danceability >= 50),
    "happy": lambda t: t.valence >= 70,
    "bright": lambda t: (t.valence >= 55) & (t.energy >= 55),
    "raw": lambda t: (t.energy >= 75) & (t.acousticness < 5),
    "angry": lambda t: (t.energy >= 80) & (t.valence < 40),
    "calm": lambda t: t.energy < 35,
    "dreamy": lambda t: (t.energy < 50) & (t.valence < 45),
    "energetic": lambda t: t.energy >= 80,
    "driving": lambda t: (t.energy >= 65) & (t.bpm >= 125),
    "strange": lambda t: (t.speechiness >= 10) & (t.valence < 50),
    "spacey": lambda t: (t.danceability < 35) & (t.energy < 60),
}

# survey genre -> (least map weight, condition on the track, what it sounds like where the map names
# too few)
POOLS = {
    "Melody": (
        0.5,
        None,
        lambda t: (
            (t.energy <= 55)
            & (t.acousticness >= 30)
            & (t.speechiness <= 8)
            & ~t.family.isin(QUIET_FAMILIES)
            & ~t.scene
        ),
    ),
    "Classical": (
        0.5,
        None,
        lambda t: (
            (t.acousticness >= 70)
            & (t.energy <= 35)
            & (t.speechiness <= 5)
            & ~t.family.isin(QUIET_FAMILIES)
            & ~t.scene
        ),
    ),
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
SOUND_ALWAYS = (
    "Melody",
    "Classical",
)  # genres that the labels of the songs file do not know as such
SOUND_WEIGHT = 0.5


# -- what follows from a track alone ---------------------------------------------------------------


@functools.cache
def genre_map():
    """Genre label -> its family and how far it stands for each survey genre: DataFrame of
    genre_map.csv.
    """
    table = pd.read_csv(resource("data", "behaviour", "genre_map.csv"), keep_default_na=False)
    return table.assign(survey_genre=table["survey_genre"].map(GENRES))


@functools.cache
def scene_labels():
    """Genre labels of the Dutch radio scene that the songs file was made from."""
    families = figures("songs_profile")["families"].values()
    return frozenset(
        label["label"] for family in families for label in family["labels"] if label["dutch_scene"]
    )


def families_of(labels):
    """Family of each genre label, as in genre_map.csv; "other" for unknown ones.

    A Series of text.
    """
    return labels.map(
        genre_map().drop_duplicates("top_genre").set_index("top_genre")["family"]
    ).fillna("other")


def described(tracks):
    """Tracks with what follows from each one alone: family, scene, year, festive, noise."""
    return tracks.assign(
        family=families_of(tracks["genre"]),
        scene=tracks["genre"].isin(scene_labels()),
        year=tracks["released"]
        .to_numpy()
        .astype("datetime64[D]")
        .astype("datetime64[Y]")
        .astype(int)
        + 1970,
        festive=named(tracks["title"], FESTIVE) | named(tracks["genre"], FESTIVE),
        noise=named(tracks["genre"], NOISE),
    )


def named(texts, pattern):
    """Which texts hold one of the words of a pattern, bool; each different text is looked at
    once.
    """
    codes, different = pd.factorize(texts)
    return (
        pd.Series(different)
        .str.contains(pattern, case=False, regex=True)
        .to_numpy(dtype=bool)[codes]
    )


# -- genres ----------------------------------------------------------------------------------------


def memberships(tracks):
    """How far each track stands for each survey genre, 0 to 1: name -> float64, (tracks,), in the
    order of GENRE_NAMES.

    A genre that no track stands for is stood for by all of them.
    """
    members = {genre: membership(tracks, genre) for genre in POOLS}
    members["Classical & melody, dance"] = np.maximum.reduce(
        [members[name] for name in ("Melody", "Classical", "Electronic/Dance")]
    )
    return {genre: members[genre] for genre in GENRE_NAMES}


def membership(tracks, genre):
    """How far each track stands for a survey genre, 0 to 1, float64, (tracks,)."""
    least, condition, sound = POOLS[genre]
    if least is None:
        return condition(tracks).to_numpy(dtype=float)
    named = genre_map()[genre_map()["survey_genre"] == genre].set_index("top_genre")["weight"]
    weight = tracks["genre"].map(named).fillna(0.0).to_numpy(dtype=float)
    weight = np.where((weight >= least) & (condition(tracks) if condition else True), weight, 0.0)
    if sound and (genre in SOUND_ALWAYS or np.count_nonzero(weight) < SMALL_POOL):
        weight = np.maximum(weight, SOUND_WEIGHT * sound(tracks).to_numpy(dtype=float))
    return weight


def somebody(weights):
    """The same weights, or ones where all are 0: an empty pool is stood in for by everything."""
    return weights if weights.any() else np.ones(len(weights))


def say_small_pools(members):
    """Warn of every survey genre with so few tracks that a year of it repeats by necessity."""
    small = [
        f"{genre} ({np.count_nonzero(member)})"
        for genre, member in members.items()
        if np.count_nonzero(member) < SMALL_POOL
    ]
    if small:
        warnings.warn(
            f"few tracks stand for {', '.join(small)} in this catalogue; listeners who favour "
            f"these "
            f"hear the same "
            "ones often, and where there is none the whole catalogue stands in",
            stacklevel=3,
        )
