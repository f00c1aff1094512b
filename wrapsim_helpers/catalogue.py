"""What there is to hear: tracks, albums and artists from a songs file, and pools of tracks to draw from.

A favourite genre tilts what is played through a pool: tracks whose genre label stands for that genre
(data/behaviour/genre_map.csv), and where labels are missing, tracks that sound like it.
"""

import csv
import functools
import hashlib
import warnings
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from .behaviour import GENRE_NAMES, figures, rounded
from .datasets import GENRES
from .run import exps, resource
from .schema import TABLES, table_of

SMALL_POOL = 50              # a pool of fewer tracks is named in a warning: a year of it repeats by necessity
SCENE_WEIGHT = 0.25          # how much likelier than by popularity a track of a local radio scene is heard elsewhere
POPULARITY_DOUBLING = 8      # points of popularity that double the weight of a track (assumed)
BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
FEATURES = ("bpm", "energy", "danceability", "loudness", "liveness", "valence", "acousticness", "speechiness")
QUIET_FAMILIES = ("hiphop", "electronic")      # outside these, quiet and acoustic means melodic

# mood -> condition on energy and valence; a track has every mood that applies
MOODS = {
    "sad": lambda t: (t.valence < 30) & (t.energy < 60), "tender": lambda t: (t.energy < 45) & (t.acousticness >= 50),
    "romantic": lambda t: (t.energy < 60) & t.valence.between(35, 65) & (t.danceability >= 50),
    "happy": lambda t: t.valence >= 70, "bright": lambda t: (t.valence >= 55) & (t.energy >= 55),
    "raw": lambda t: (t.energy >= 75) & (t.acousticness < 5), "angry": lambda t: (t.energy >= 80) & (t.valence < 40),
    "calm": lambda t: t.energy < 35, "dreamy": lambda t: (t.energy < 50) & (t.valence < 45),
    "energetic": lambda t: t.energy >= 80, "driving": lambda t: (t.energy >= 65) & (t.bpm >= 125),
    "strange": lambda t: (t.speechiness >= 10) & (t.valence < 50), "spacey": lambda t: (t.danceability < 35) & (t.energy < 60),
}

# survey genre -> (least map weight, condition on the track, what it sounds like where the map names too few)
POOLS = {
    "Melody": (0.5, None, lambda t: (t.energy <= 55) & (t.acousticness >= 30) & (t.speechiness <= 8)
               & ~t.family.isin(QUIET_FAMILIES) & ~t.scene),
    "Classical": (0.5, None, lambda t: (t.acousticness >= 70) & (t.energy <= 35) & (t.speechiness <= 5)
                  & ~t.family.isin(QUIET_FAMILIES) & ~t.scene),
    "Pop": (0.5, None, None),
    "Rap": (0.25, None, lambda t: (t.speechiness >= 15) & ~t.scene),
    "Electronic/Dance": (0.5, None, lambda t: (t.danceability >= 70) & (t.energy >= 70) & (t.family != "hiphop")),
    "Rock": (0.5, None, None),
    "K-pop": (0.4, lambda t: t.year >= 2005, None),
    "Old songs": (None, lambda t: t.year <= 1985, None),
    "Trending songs": (None, lambda t: (t.year >= 2010) & (t.popularity >= 75), None),
    "All": (None, lambda t: t.year > 0, None),
}
SOUND_ALWAYS = ("Melody", "Classical")       # genres that the labels of the songs file do not know as such
SOUND_WEIGHT = 0.5

# One record per track. by_artist and by_album hold all tracks in two other orders: an artist's by popularity, an
# album's by track number; a track's own artist and album have the places .._from to .._to there.
TRACK = np.dtype([("duration_ms", "i4"), ("year", "i4"), ("family_pool", "i4"), ("artist_from", "i4"), ("artist_to", "i4"),
                  ("album_from", "i4"), ("album_to", "i4"), ("by_artist", "i4"), ("by_album", "i4")])
SLOT = np.dtype([("keep", "f8"), ("track", "i4"), ("alias", "i4")])          # one column of an alias table
Music = namedtuple("Music", "tracks pools slots")


@dataclass(frozen=True)
class Catalogue:
    """The music of a run.

    tracks, albums, artists, track_artists  Arrow tables as in `schema.TABLES`
    pools   name -> number of its pool; survey genres first, then the families of genre_map.csv
    music   the same for the compiled loop: TRACK records; where each pool's slots begin, and the total; SLOT records
    """

    tracks: pa.Table
    albums: pa.Table
    artists: pa.Table
    track_artists: pa.Table
    pools: dict
    music: Music


def build_catalogue(songs):
    """The catalogue of a songs table as from `load_songs`; warns where a genre's pool is small."""
    tracks = described(songs)
    artists = pd.DataFrame({"artist": list(dict.fromkeys([*tracks["artist"], *tracks["featured"].dropna()]))})
    artists["artist_id"] = np.arange(len(artists))
    tracks["artist_id"] = tracks["artist"].map(artists.set_index("artist")["artist_id"]).astype(int)
    tracks = with_albums(tracks)
    weights = pool_weights(tracks)
    return Catalogue(track_table(tracks), album_table(tracks), artist_table(tracks, artists),
                     credit_table(tracks, artists), {name: i for i, name in enumerate(weights)}, lower(tracks, weights))


# -- tracks, albums, artists --------------------------------------------------------------------------

@functools.cache
def genre_map():
    """Genre label -> its family and how far it stands for each survey genre: DataFrame of genre_map.csv."""
    table = pd.read_csv(resource("data", "behaviour", "genre_map.csv"), keep_default_na=False)
    return table.assign(survey_genre=table["survey_genre"].map(GENRES))


def scene_labels():
    """Genre labels of the Dutch radio scene that the songs file was made from."""
    families = figures("songs_profile")["families"].values()
    return {label["label"] for family in families for label in family["labels"] if label["dutch_scene"]}


def described(songs):
    """Songs with what follows from each one alone: track_id, family, scene, featured artist, song_id, moods."""
    families = genre_map().drop_duplicates("top_genre").set_index("top_genre")["family"]
    tracks = songs.assign(track_id=np.arange(len(songs)), family=songs["genre"].map(families).fillna("other"),
                          scene=songs["genre"].isin(scene_labels()))
    tracks["featured"] = songs["title"].str.extract(r"[(\[](?:feat\.?|ft\.?|featuring) ([^)\]]+)[)\]]", flags=2)[0]
    tracks["song_id"] = [song_id(artist, title) for artist, title in zip(songs["artist"], songs["title"])]
    moods = {mood: applies(tracks).to_numpy(dtype=bool) for mood, applies in MOODS.items()}
    tracks["moods"] = [[mood for mood in MOODS if moods[mood][i]] for i in range(len(tracks))]
    return tracks


def song_id(artist, title):
    """22 base-62 characters made from artist and title, so that the same song joins across runs and catalogues."""
    number = int.from_bytes(hashlib.sha256(f"{artist}\0{title}".encode()).digest()[:16], "big")
    digits = []
    for _ in range(22):
        number, digit = divmod(number, 62)
        digits.append(BASE62[digit])
    return "".join(reversed(digits))


def with_albums(tracks):
    """Tracks with album_id, album and track_number: the songs of an artist in a year are an album, in file order.

    The songs file knows no albums. An album is called after its most popular song.
    """
    groups = tracks.groupby(["artist_id", "year"], sort=False)
    best = tracks.loc[groups["popularity"].idxmax()].assign(album_id=lambda t: np.arange(len(t)))
    names = best.set_index(["artist_id", "year"])[["album_id", "title"]].rename(columns={"title": "album"})
    return tracks.join(names, on=["artist_id", "year"]).assign(track_number=groups.cumcount() + 1)


def track_table(tracks):
    """tracks.parquet."""
    n = len(tracks)
    return table_of("tracks", {
        **{name: tracks[name].to_numpy() for name in ("track_id", "album_id", "track_number", "popularity", *FEATURES)},
        **{name: pa.array(tracks[name].tolist()) for name in ("song_id", "title", "album", "genre")},
        "artists": pa.array([[a] if pd.isna(f) else [a, f] for a, f in zip(tracks["artist"], tracks["featured"])]),
        "release_date": new_year(tracks["year"]), "duration_ms": (tracks["duration_s"] * 1000).to_numpy(),
        "explicit": np.zeros(n, bool), "language": pa.array([""] * n), "noise": np.zeros(n, bool),
        "moods": pa.array(tracks["moods"].tolist(), TABLES["tracks"].field("moods").type)})


def new_year(years):
    """1 January of each year, datetime64[D]: the songs file knows no day."""
    return years.astype(str).to_numpy(dtype="datetime64[Y]").astype("datetime64[D]")


def album_table(tracks):
    """albums.parquet."""
    albums = tracks.groupby("album_id").agg(album=("album", "first"), artist_id=("artist_id", "first"),
                                            n_tracks=("track_id", "size"), year=("year", "first")).reset_index()
    return table_of("albums", {**{name: albums[name].to_numpy() for name in ("album_id", "artist_id", "n_tracks")},
                               "album": pa.array(albums["album"].tolist()), "release_date": new_year(albums["year"])})


def artist_table(tracks, artists):
    """artists.parquet; an artist's genre is the label of their songs, empty for somebody only featured."""
    labels = tracks.drop_duplicates("artist").set_index("artist")["genre"]
    return table_of("artists", {
        "artist_id": artists["artist_id"].to_numpy(), "artist": pa.array(artists["artist"].tolist()),
        "genre": pa.array(artists["artist"].map(labels).fillna("").tolist()), "country": pa.array([""] * len(artists))})


def credit_table(tracks, artists):
    """track_artists.parquet: one row per track and credited artist, the primary one first."""
    numbers = artists.set_index("artist")["artist_id"]
    primary = pd.DataFrame({"track_id": tracks["track_id"], "artist_id": tracks["artist_id"], "role": 0})
    with_guest = tracks[tracks["featured"].notna()]
    featured = pd.DataFrame({"track_id": with_guest["track_id"], "artist_id": with_guest["featured"].map(numbers), "role": 1})
    credits = pd.concat([primary, featured]).sort_values(["track_id", "role"], kind="stable").astype(int)
    return table_of("track_artists", {name: credits[name].to_numpy() for name in credits})


# -- pools --------------------------------------------------------------------------------------------

def pool_weights(tracks):
    """How strongly each track belongs to each pool: name -> float64, (tracks,); survey genres, then families."""
    popularity = exps((tracks["popularity"] - 60).to_numpy(dtype=float) * (0.6931471805599453 / POPULARITY_DOUBLING))
    popularity *= np.where(tracks["scene"], SCENE_WEIGHT, 1.0)
    members = {genre: membership(tracks, genre) for genre in POOLS}
    union = np.maximum.reduce([members[name] for name in ("Melody", "Classical", "Electronic/Dance")])
    genres = {genre: union if genre == "Classical & melody, dance" else members[genre] for genre in GENRE_NAMES}
    say_small_pools(genres)
    families = {family: (tracks["family"] == family).to_numpy(dtype=float) for family in sorted(set(tracks["family"]))}
    return {name: rounded((member if member.any() else np.ones(len(tracks))) * popularity)
            for name, member in {**genres, **families}.items()}


def membership(tracks, genre):
    """How far each track stands for a survey genre, 0 to 1, float64, (tracks,), before popularity."""
    least, condition, sound = POOLS[genre]
    if least is None:
        return condition(tracks).to_numpy(dtype=float)
    named = genre_map()[genre_map()["survey_genre"] == genre].set_index("top_genre")["weight"]
    weight = tracks["genre"].map(named).fillna(0.0).to_numpy(dtype=float)
    weight = np.where((weight >= least) & (condition(tracks) if condition else True), weight, 0.0)
    if sound and (genre in SOUND_ALWAYS or np.count_nonzero(weight) < SMALL_POOL):
        weight = np.maximum(weight, SOUND_WEIGHT * sound(tracks).to_numpy(dtype=float))
    return weight


def pool_members(catalogue, pool):
    """Numbers of the tracks in a pool, given by its name, int32."""
    number = catalogue.pools[pool]
    return catalogue.music.slots["track"][catalogue.music.pools[number]:catalogue.music.pools[number + 1]]


def pool_sizes(catalogue):
    """How many tracks, artists and hours has the pool of each survey genre? DataFrame, one row per genre."""
    tracks, rows = catalogue.music.tracks, []
    for genre in GENRE_NAMES:
        members = tracks[pool_members(catalogue, genre)]
        rows.append((genre, len(members), len(np.unique(members["artist_from"])), members["duration_ms"].sum() / 3.6e6))
    return pd.DataFrame(rows, columns=["genre", "tracks", "artists", "hours"])


def say_small_pools(members):
    """Warn of every survey genre with so few tracks that a year of it repeats by necessity."""
    small = [f"{genre} ({np.count_nonzero(member)})" for genre, member in members.items() if np.count_nonzero(member) < SMALL_POOL]
    if small:
        warnings.warn(f"few tracks stand for {', '.join(small)} in this songs file; listeners who favour these hear the same "
                      "ones often, and where there is none the whole catalogue stands in", stacklevel=2)


# -- records for the compiled loop --------------------------------------------------------------------

def lower(tracks, weights):
    """The catalogue as the compiled loop reads it: `Music`."""
    records = np.zeros(len(tracks), TRACK).view(np.recarray)
    records["duration_ms"], records["year"] = tracks["duration_s"] * 1000, tracks["year"]
    records["family_pool"] = tracks["family"].map({name: i for i, name in enumerate(weights)})
    for kind, order in (("artist", -tracks["popularity"]), ("album", tracks["track_number"])):
        first, members = ragged(tracks[f"{kind}_id"].to_numpy(), order.to_numpy())
        records[f"by_{kind}"] = members
        records[f"{kind}_from"], records[f"{kind}_to"] = first[tracks[f"{kind}_id"]], first[tracks[f"{kind}_id"] + 1]
    return Music(records, *alias_tables(list(weights.values())))


def ragged(groups, order):
    """Members of each group, in order: (first index of each group and the total, int64; members, int64).

    groups  int, (N,), from 0 without gaps;  order  number to sort by within a group
    """
    return np.cumsum([0, *np.bincount(groups)]), np.lexsort((order, groups))


def alias_tables(weights):
    """Walker's alias tables of several pools: a weighted draw from any of them costs two uniforms (Vose 1991).

    weights  list of float64 arrays, one weight per track
    Returns  (first slot of each pool and the total, int64; SLOT records)
    """
    slots = []
    for pool in weights:
        members = np.flatnonzero(pool > 0)
        keep, alias = alias_table(pool[members])
        slots.append(np.zeros(len(members), SLOT))
        slots[-1]["keep"], slots[-1]["track"], slots[-1]["alias"] = keep, members, members[alias]
    return np.cumsum([0, *map(len, slots)], dtype=np.int64), np.concatenate(slots).view(np.recarray)


def alias_table(weights):
    """One alias table. weights float64, (K,), positive. Returns (chance to keep, float64; other choice, int64)."""
    scaled = weights * (len(weights) / np.cumsum(weights)[-1])
    keep, alias = np.ones(len(weights)), np.arange(len(weights))
    small, large = [i for i, w in enumerate(scaled) if w < 1], [i for i, w in enumerate(scaled) if w >= 1]
    while small and large:
        low, high = small.pop(), large.pop()
        keep[low], alias[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        (small if scaled[high] < 1 else large).append(high)
    return keep, alias
