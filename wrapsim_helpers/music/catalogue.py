"""What there is to hear: tracks, albums and artists, and what the compiled loop draws from.

They come from a songs file, are invented (`discography.py`), or both. A favourite genre tilts what
is played: artists are drawn from the genre's pool in proportion to their tracks whose label stands
for it (data/behaviour/genre_map.csv), or that sound like it where labels are missing; an editorial
list per month and genre holds what is heavy and new.
"""

import functools
import hashlib
import warnings
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..checking import check_count, front_door
from ..compiled import compiled
from ..people.figures import figures
from ..people.survey_file import GENRES
from ..people.survey_shares import GENRE_NAMES
from ..resources import resource
from ..schema import table_of
from ..streams import decision, exps, normals
from .invented import YEARS_AHEAD, nation, sample_discographies

SMALL_POOL = 50  # a pool of fewer tracks is named in a warning: a year of it repeats by necessity
SCENE_WEIGHT = (
    0.25  # how much likelier than by popularity a track of a local radio scene is heard elsewhere
)
POPULARITY_DOUBLING = 8  # points of popularity that double the weight of a track (assumed)
# share of plays of a songs file's songs in a generated catalogue, as they are all old (assumed)
SONGS_SHARE = 0.1
MEMBER = 0.25  # a track stands for a genre from this membership on
LIST_SIZE, CHART_SIZE, PER_ARTIST = (
    2000,
    200,
    5,
)  # tracks of a genre's editorial lists, of the charts, and by one artist there
FRESH_DAYS, OLD_SHARE = (
    120,
    0.015,
)  # how fast a list turns to newer tracks; what of its pull a track keeps (assumed)
LOOKED_AT = 4_000  # how many of a genre's heaviest tracks are looked at first for a list
ASIDE = 1e-6  # weight left to festive and noise tracks where an artist's other tracks can be played
SIGMA_GRIP, SIGMA_LEAN = 0.3, 0.4  # spread of ln(grip); spread of lean within a family (assumed)
BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
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
TRACK_COLUMNS = [
    "artist_id",
    "featured_id",
    "album_id",
    "track_number",
    "title",
    "album",
    "genre",
    "language",
    "released",
    "duration_ms",
    "popularity",
    *FEATURES,
    "weight",
    "explicit",
]
QUIET_FAMILIES = ("hiphop", "electronic")  # outside these, quiet and acoustic means melodic
GRIP, LEAN = decision("catalogue.grip"), decision("catalogue.lean")
FEATURED = r"[(\[](?:feat\.?|ft\.?|featuring) ([^)\]]+)[)\]]"
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

# What the compiled loop reads. `by_album` holds all tracks in album order; a track's own album has
# the places album_from to album_to there, by track number.
TRACK = np.dtype(
    [
        ("duration_ms", "i4"),
        ("released", "i4"),  # day since 1970-01-01 on which it came out
        ("artist", "i4"),
        ("featured", "i4"),  # the featured artist, -1: nobody
        ("album_from", "i4"),
        ("album_to", "i4"),
        ("by_album", "i4"),
        ("genres", "i4"),  # bit g is set where it stands for GENRE_NAMES[g]
        ("intensity", "f4"),  # 0 to 1, from energy, loudness, valence and danceability
        ("grip", "f4"),  # factor on the hazard of leaving it; log-normal, mean 1, from song_id
        ("festive", "i1"),
        ("noise", "i1"),
    ],
    align=True,
)
ARTIST = np.dtype(
    [
        ("first", "i4"),
        ("after", "i4"),  # places in `discography`; the same for somebody only featured
        ("family_pool", "i4"),  # number of the pool of its family
        ("country", "i4"),  # row of data/behaviour/places.csv, -1 where unknown
        ("lean", "f4"),  # -1 to 1: how much more men (+) or women (-) like it
        ("renown", "f4"),
    ]
)  # 0 to 1: rank by weight, the heaviest is 1
RELEASE = np.dtype(
    [("released", "i4"), ("track", "i4"), ("total", "f8")]
)  # total: running sum of weight within the artist
SLOT = np.dtype([("keep", "f8"), ("own", "i4"), ("alias", "i4")])  # one column of an alias table
Music = namedtuple(
    "Music", "tracks artists discography pools slots first_month lists list_slots extra extra_slots"
)


@dataclass(frozen=True)
class Catalogue:
    """The music of a run.

    tracks, albums, artists, track_artists  Arrow tables as in `schema.TABLES`
    pools   name -> number of its pool of artists; survey genres first, then the families of
            genre_map.csv
    music   the same for the compiled loop:
            tracks, artists   TRACK and ARTIST records, by track_id and artist_id
            discography       RELEASE records: every artist's tracks in order of release
            pools, slots      where each pool of artists begins in the slots, and the total, int64;
                              SLOT records
            first_month       months from 1970-01 to the first editorial lists
            lists, list_slots the same for lists of tracks: one per month and survey genre, in that
            order
            extra, extra_slots  the same for two more pools of tracks: the festive ones and the
                                noise; either may be empty
    """

    tracks: pa.Table
    albums: pa.Table
    artists: pa.Table
    track_artists: pa.Table
    pools: dict
    music: Music

    def __repr__(self):
        return (
            f"Catalogue of {self.tracks.num_rows:,} tracks on {self.albums.num_rows:,} albums by "
            f"{self.artists.num_rows:,} artists"
        )


@front_door
def build_catalogue(songs: pd.DataFrame, first_year=2025):
    """The catalogue of a songs table as from `load_songs`; warns where a genre's pool is small.

    first_year  calendar year in which a run begins; editorial lists run from then for YEARS_AHEAD
                years
    """
    tracks, artists = from_songs(songs)
    return assembled(tracks, artists, check_count("first_year", first_year, 2000, 2038))


def generate_catalogue(n_tracks, seed, first_year, songs=None):
    """A catalogue of n_tracks invented tracks by about a tenth as many artists, after those of a
    songs table where one is given.

    n_tracks    1,000 to 10,000,000;  seed  0 to 2**63 - 1
    first_year  calendar year in which a run begins: music comes out until the end of the fifth
                year from then on
    songs       a songs table as from `load_songs`; its songs are tracks 0, 1, ...

    It follows from these four alone. See `discography.py` for what it is drawn from.
    """
    check_count("n_tracks", n_tracks, 1_000, 10_000_000)
    check_count("seed", seed, 0, 2**63 - 1)
    check_count("first_year", first_year, 2000, 2038)  # the years a run can begin in
    if songs is None:
        return assembled(*joined([sample_discographies(n_tracks, seed, first_year)]), first_year)
    tracks, artists = from_songs(songs)
    invented = sample_discographies(n_tracks, seed, first_year, tuple(artists["artist"]))
    return assembled(*joined([(beside(tracks, invented[0]), artists), invented]), first_year)


def beside(tracks, others):
    """Tracks with their weights scaled to SONGS_SHARE of all, or to their share of the tracks where
    that is more.
    """
    share = max(SONGS_SHARE, len(tracks) / (len(tracks) + len(others)))
    own, rest = (np.cumsum(table["weight"])[len(table) - 1] for table in (tracks, others))
    return tracks.assign(weight=tracks["weight"] * (share / (1 - share) * rest / own))


def joined(catalogues):
    """Several pairs of tracks and artists as one: numbers of artists and albums of a later one go
    on after the earlier.
    """
    tracks, artists, n_artists, n_albums = [], [], 0, 0
    for some, people in catalogues:
        featured = some["featured_id"] + n_artists * (some["featured_id"] >= 0)
        tracks.append(
            some[TRACK_COLUMNS].assign(
                artist_id=some["artist_id"] + n_artists,
                featured_id=featured,
                album_id=some["album_id"] + n_albums,
            )
        )
        artists.append(people[["artist", "genre", "country"]])
        n_artists, n_albums = n_artists + len(people), n_albums + some["album_id"].max() + 1
    return pd.concat(tracks, ignore_index=True), pd.concat(artists, ignore_index=True)


def assembled(tracks, artists, first_year):
    """A Catalogue from its tracks and artists as from `from_songs`."""
    tracks = described(tracks)
    members = memberships(tracks)
    say_small_pools(members)
    families = sorted(set(tracks["family"]))
    pools = {name: i for i, name in enumerate([*GENRE_NAMES, *families])}
    keys = song_keys(artists["artist"].to_numpy()[tracks["artist_id"]], tracks["title"])
    return Catalogue(
        track_table(tracks, artists, keys),
        album_table(tracks),
        artist_table(artists),
        credit_table(tracks),
        pools,
        lower(tracks, artists, members, pools, keys, first_year),
    )


# -- the songs file as tracks and artists ----------------------------------------------------------


def from_songs(songs):
    """Tracks and artists of a songs table: two DataFrames, in file order.

    tracks   artist_id, featured_id (-1: nobody), album_id, track_number int; title, album, genre,
             language text; released int, days since 1970-01-01; duration_ms, popularity int and
             FEATURES; weight float; explicit bool
    artists  artist, genre, country text; both empty where unknown; in order of artist_id

    The songs file knows no language, no explicit words and no day: everything is released on 1
    January.
    """
    guests = songs["title"].str.extract(FEATURED, flags=2)[0]
    artists = pd.DataFrame({"artist": list(dict.fromkeys([*songs["artist"], *guests.dropna()]))})
    numbers = pd.Series(artists.index, artists["artist"])
    tracks = songs.assign(
        artist_id=songs["artist"].map(numbers).astype(int),
        featured_id=guests.map(numbers).fillna(-1).astype(int),
        released=new_year(songs["year"]),
        duration_ms=songs["duration_s"] * 1000,
        weight=song_weights(songs),
        explicit=False,
        language="",
    )
    labels = songs.drop_duplicates("artist").set_index("artist")["genre"]
    artists["genre"] = artists["artist"].map(labels).fillna("")
    return with_albums(tracks), artists.assign(country=artists["genre"].map(nation))


def new_year(years):
    """1 January of each year as days since 1970-01-01, int64."""
    return (
        years.astype(str).to_numpy(dtype="datetime64[Y]").astype("datetime64[D]").astype(np.int64)
    )


def song_weights(songs):
    """How likely each song is to be heard, from its popularity; less for labels of the Dutch radio
    scene. float64.
    """
    weights = exps(
        (songs["popularity"] - 60).to_numpy(dtype=float)
        * (0.6931471805599453 / POPULARITY_DOUBLING)
    )
    return weights * np.where(songs["genre"].isin(scene_labels()), SCENE_WEIGHT, 1.0)


def with_albums(tracks):
    """Tracks with album_id, album and track_number: the songs of an artist in a year are an album,
    in file order.

    The songs file knows no albums. An album is called after its most popular song.
    """
    groups = tracks.groupby(["artist_id", "year"], sort=False)
    best = tracks.loc[groups["popularity"].idxmax()].assign(album_id=lambda t: np.arange(len(t)))
    names = best.set_index(["artist_id", "year"])[["album_id", "title"]].rename(
        columns={"title": "album"}
    )
    return tracks.join(names, on=["artist_id", "year"]).assign(track_number=groups.cumcount() + 1)


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


def song_keys(artists, titles):
    """128 bits per song made from artist and title alone: uint64, (N, 2), the higher half first."""
    digests = b"".join(
        hashlib.sha256(f"{artist}\0{title}".encode()).digest()[:16]
        for artist, title in zip(artists, titles)
    )
    return np.frombuffer(digests, ">u8").reshape(-1, 2).astype(np.uint64)


def song_ids(keys):
    """22 base-62 characters per song, so that the same song joins across runs and catalogues: Arrow
    strings.

    keys  as from `song_keys`
    """
    limbs, low = np.empty((4, len(keys)), np.uint64), np.uint64(0xFFFFFFFF)
    limbs[0::2], limbs[1::2] = keys.T >> np.uint64(32), keys.T & low
    text = np.empty((len(keys), 22), np.uint8)
    for place in range(21, -1, -1):  # long division by 62, four digits of 32 bits
        rest = np.zeros(len(keys), np.uint64)
        for limb in limbs:
            rest = (rest << np.uint64(32)) | limb
            limb[:], rest = rest // np.uint64(62), rest % np.uint64(62)
        text[:, place] = BASE62[rest]
    return pa.StringArray.from_buffers(
        len(text),
        pa.py_buffer(np.arange(0, 22 * len(text) + 1, 22, dtype=np.int32)),
        pa.py_buffer(text),
    )


def song_id(artist, title):
    """The song_id of one song: 22 base-62 characters."""
    return song_ids(song_keys([artist], [title]))[0].as_py()


# -- tables ----------------------------------------------------------------------------------------


def texts(values):
    """A column of text as one Arrow array."""
    return pa.array(np.asarray(values, dtype=object), pa.string())


def track_table(tracks, artists, keys):
    """tracks.parquet."""
    same = ("album_id", "track_number", "popularity", "duration_ms", "explicit", "noise", *FEATURES)
    return table_of(
        "tracks",
        {
            **{name: tracks[name].to_numpy() for name in same},
            "track_id": np.arange(len(tracks)),
            "song_id": song_ids(keys),
            **{name: texts(tracks[name]) for name in ("title", "album", "genre", "language")},
            "artists": credited(tracks, artists),
            "release_date": tracks["released"].to_numpy().astype("datetime64[D]"),
            "moods": listed(
                np.array([applies(tracks).to_numpy(dtype=bool) for applies in MOODS.values()]).T,
                list(MOODS),
            ),
        },
    )


def credited(tracks, artists):
    """Names of each track's artists, the primary one first: Arrow lists of strings."""
    both = tracks[["artist_id", "featured_id"]].to_numpy()
    offsets = np.cumsum([0, *(both >= 0).sum(axis=1)])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), texts(artists["artist"]).take(pa.array(both[both >= 0]))
    )


def listed(applies, names):
    """The names that apply to each row: Arrow lists of strings. applies bool, (N, K); names K
    texts.
    """
    offsets = np.cumsum([0, *applies.sum(axis=1)])
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), pa.array(names).take(pa.array(np.nonzero(applies)[1]))
    )


def album_table(tracks):
    """albums.parquet."""
    albums = (
        tracks.groupby("album_id")
        .agg(
            album=("album", "first"),
            artist_id=("artist_id", "first"),
            n_tracks=("album_id", "size"),
            released=("released", "first"),
        )
        .reset_index()
    )
    return table_of(
        "albums",
        {
            **{name: albums[name].to_numpy() for name in ("album_id", "artist_id", "n_tracks")},
            "album": texts(albums["album"]),
            "release_date": albums["released"].to_numpy().astype("datetime64[D]"),
        },
    )


def artist_table(artists):
    """artists.parquet; genre and country are empty where nothing is known."""
    return table_of(
        "artists",
        {
            "artist_id": np.arange(len(artists)),
            **{name: texts(artists[name]) for name in ("artist", "genre", "country")},
        },
    )


def credit_table(tracks):
    """track_artists.parquet: one row per track and credited artist, the primary one first."""
    both = tracks[["artist_id", "featured_id"]].to_numpy()
    track, role = np.nonzero(both >= 0)
    return table_of(
        "track_artists", {"track_id": track, "artist_id": both[both >= 0], "role": role}
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


def pool_members(catalogue, genre):
    """Numbers of the tracks that stand for a survey genre, int64."""
    return np.flatnonzero(catalogue.music.tracks["genres"] >> GENRE_NAMES.index(genre) & 1)


@front_door
def pool_sizes(catalogue: Catalogue):
    """How many tracks, artists and hours stand for each survey genre?

    DataFrame, one row per genre.
    """
    tracks, rows = catalogue.music.tracks, []
    for genre in GENRE_NAMES:
        members = tracks[pool_members(catalogue, genre)]
        rows.append(
            (
                genre,
                len(members),
                len(np.unique(members["artist"])),
                members["duration_ms"].sum() / 3.6e6,
            )
        )
    return pd.DataFrame(rows, columns=["genre", "tracks", "artists", "hours"])


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


# -- records for the compiled loop -----------------------------------------------------------------


def lower(tracks, artists, members, pools, keys, first_year):
    """The catalogue as the compiled loop reads it: `Music`."""
    records = track_records(tracks, members, keys)
    weights = np.where(tracks["festive"] | tracks["noise"], 0.0, tracks["weight"])
    by_pool = artist_weights(tracks, artists, members, pools, weights)
    lists, list_slots = alias_tables(*editorial_lists(records, members, weights, first_year))
    known = records["released"] < month_day(12 * (first_year - 1970))
    extra = [np.flatnonzero(tracks[kind].to_numpy() & known) for kind in ("festive", "noise")]
    return Music(
        records,
        artist_records(tracks, artists, pools, by_pool[GENRE_NAMES.index("All")]),
        discography(tracks, len(artists)),
        *alias_tables(
            [np.flatnonzero(pool) for pool in by_pool], [pool[pool > 0] for pool in by_pool]
        ),
        12 * (first_year - 1970),
        lists,
        list_slots,
        *alias_tables(extra, [tracks["weight"].to_numpy()[some] for some in extra]),
    )


def track_records(tracks, members, keys):
    """TRACK records, by track_id."""
    records = np.zeros(len(tracks), TRACK).view(np.recarray)
    for name, column in (
        ("duration_ms", "duration_ms"),
        ("released", "released"),
        ("artist", "artist_id"),
        ("featured", "featured_id"),
        ("festive", "festive"),
        ("noise", "noise"),
    ):
        records[name] = tracks[column]
    for g, member in enumerate(members.values()):
        records["genres"] |= (somebody(member) >= MEMBER).astype(np.int32) << g
    first, records["by_album"] = ragged(
        tracks["album_id"].to_numpy(), tracks["track_number"].to_numpy()
    )
    records["album_from"], records["album_to"] = (
        first[tracks["album_id"]],
        first[tracks["album_id"] + 1],
    )
    records["intensity"] = intensity(tracks)
    records["grip"] = np.round(
        exps(SIGMA_GRIP * normals(keys[:, 1].copy(), GRIP, 0) - SIGMA_GRIP**2 / 2), 4
    )
    return records


def intensity(tracks):
    """How strong music is, 0 to 1: half energy, a quarter loudness (-30 to 0 dB), a quarter valence
    and danceability. float64.
    """
    loudness = (tracks["loudness"].to_numpy() + 30.0) / 30.0
    joy = (tracks["valence"].to_numpy() + tracks["danceability"].to_numpy()) / 200.0
    return np.clip(
        np.round(tracks["energy"].to_numpy() / 200.0 + loudness / 4.0 + joy / 4.0, 4), 0.0, 1.0
    )


def artist_records(tracks, artists, pools, weights):
    """ARTIST records, by artist_id. weights float64, (artists,): each one's weight among all."""
    records = np.zeros(len(artists), ARTIST).view(np.recarray)
    first = np.cumsum([0, *np.bincount(tracks["artist_id"], minlength=len(artists))])
    records["first"], records["after"] = first[:-1], first[1:]
    families = families_of(artists["genre"])
    records["family_pool"] = families.map(pools).fillna(pools["All"])
    places = pd.read_csv(resource("data", "behaviour", "places.csv"), keep_default_na=False)[
        "country"
    ]
    records["country"] = (
        artists["country"].map({code: row for row, code in enumerate(places)}).fillna(-1)
    )
    records["lean"] = leans(artists["artist"], families, weights)
    records["renown"][np.argsort(weights, kind="stable")] = np.round(
        np.arange(1, len(artists) + 1) / len(artists), 6
    )
    return records


def leans(names, families, weights):
    """How much more men (+) or women (-) like each artist, -1 to 1, from name and family; weighted
    by plays it is 0 overall.
    """
    digests = b"".join(hashlib.sha256(name.encode()).digest()[:8] for name in names)
    drawn = normals(np.frombuffer(digests, ">u8").astype(np.uint64), LEAN, 0)
    lean = families.map(FAMILY_LEAN).fillna(0.0).to_numpy() + SIGMA_LEAN * drawn
    return np.clip(
        np.round(lean - np.cumsum(lean * weights)[-1] / np.cumsum(weights)[-1], 4), -1.0, 1.0
    )


def discography(tracks, n_artists):
    """RELEASE records: artist by artist, in order of release, then of track_id."""
    weights = (
        np.where(tracks["festive"] | tracks["noise"], ASIDE, 1.0) * tracks["weight"].to_numpy()
    )
    first, order = ragged(tracks["artist_id"].to_numpy(), tracks["released"].to_numpy(), n_artists)
    records = np.zeros(len(tracks), RELEASE).view(np.recarray)
    records["released"], records["track"] = tracks["released"].to_numpy()[order], order
    records["total"] = running_totals(weights[order], first)
    return records


@compiled
def running_totals(values, first):
    """Running sums that begin anew at each group. values float64, (N,); first int64, (groups + 1,).

    Returns float64, (N,).
    """
    totals = np.empty(len(values))
    for group in range(len(first) - 1):
        total = 0.0
        for i in range(first[group], first[group + 1]):
            total += values[i]
            totals[i] = total
    return totals


def artist_weights(tracks, artists, members, pools, weights):
    """How strongly each artist belongs to each pool, float64, (pools, artists): the sum over the
    tracks that stand for it.
    """
    by_family = {
        family: (tracks["family"] == family).to_numpy(dtype=float)
        for family in list(pools)[len(members) :]
    }
    sums = [
        np.bincount(tracks["artist_id"], somebody(member) * weights, len(artists))
        for member in (members | by_family).values()
    ]
    everyone = somebody(np.bincount(tracks["artist_id"], weights, len(artists)))
    return np.array([pool if pool.any() else everyone for pool in sums])


def ragged(groups, order, n_groups=0):
    """Members of each group, in order: (first index of each group and the total, int64; members,
    int64).

    groups  int, (N,), from 0;  order  number to sort by within a group;  n_groups  how many
            groups there are at least
    """
    return np.cumsum([0, *np.bincount(groups, minlength=n_groups)]), np.lexsort((order, groups))


# -- editorial lists -------------------------------------------------------------------------------


def month_day(month):
    """The first day of a month as days since 1970-01-01. month int, months since 1970-01."""
    return np.datetime64(month, "M").astype("datetime64[D]").astype(np.int64)


def editorial_lists(records, members, weights, first_year):
    """The tracks of every month's list of every survey genre and their weights there: two lists of
    arrays.

    A list holds, of the genre's tracks that are out by the first of the month, those heaviest by
    weight and freshness. "All" is the charts. Within a list the differences are evened out: a
    weight is the root of what put the track there.
    """
    shelves = [shelf((member >= MEMBER) * weights) for member in members.values()]
    sizes = [CHART_SIZE if genre == "All" else LIST_SIZE for genre in members]
    found = [
        heavy_and_new(shelf, records, weights, month_day(12 * (first_year - 1970) + month), size)
        for month in range(12 * YEARS_AHEAD)
        for shelf, size in zip(shelves, sizes)
    ]
    return [chosen for chosen, _ in found], [np.sqrt(scores) for _, scores in found]


def shelf(weights):
    """Tracks with a weight, heaviest first; all of them where none has. int64."""
    weights = somebody(weights)
    order = np.argsort(-weights, kind="stable")
    return order[: np.count_nonzero(weights)]


def heavy_and_new(shelf, records, weights, day, size):
    """Up to `size` tracks of a shelf for a list of one day, and their scores; see
    `editorial_lists`.

    Looks at the heaviest first and further only where a lighter, newer one could still come in.
    """
    look = LOOKED_AT
    while True:
        some = shelf[:look]
        out = some[records["released"][some] <= day]
        out = out if len(out) or look < len(shelf) else shelf[:size]
        age = np.maximum(day - records["released"][out], 0)
        scores = weights[out] * (OLD_SHARE + exps(-np.minimum(age / FRESH_DAYS, 600.0)))
        order = np.argsort(-scores, kind="stable")
        order = order[turn_of(records["artist"][out[order]]) < PER_ARTIST][:size]
        if look >= len(shelf) or (
            len(order) == size and scores[order[-1]] > weights[shelf[look]] * (1 + OLD_SHARE)
        ):
            return out[order], scores[order]
        look *= 2


def turn_of(values):
    """How many equal values came before each, int64. [5, 3, 5, 5] -> [0, 0, 1, 2]."""
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    first = np.maximum.accumulate(
        np.where(np.diff(ranked, prepend=-1) != 0, np.arange(len(values)), 0)
    )
    turns = np.empty(len(values), np.int64)
    turns[order] = np.arange(len(values)) - first
    return turns


# -- alias tables ----------------------------------------------------------------------------------


def alias_tables(items, weights):
    """Walker's alias tables of several pools: a weighted draw from any of them costs two uniforms
    (Vose 1991).

    items    list of int arrays, what can be drawn;  weights  list of float64 arrays, positive,
             the same lengths
    Returns  (first slot of each pool and the total, int64; SLOT records)
    """
    first = np.cumsum([0, *map(len, items)], dtype=np.int64)
    slots = np.zeros(first[-1], SLOT).view(np.recarray)
    for start, end, pool, weight in zip(first, first[1:], items, weights):
        slots["keep"][start:end], alias = alias_table(weight)
        slots["own"][start:end], slots["alias"][start:end] = pool, pool[alias]
    return first, slots


@compiled
def alias_table(weights):
    """One alias table. weights float64, (K,), positive.

    Returns (chance to keep, float64; other choice, int64).
    """
    n, total, n_small, n_large = len(weights), 0.0, 0, 0
    for weight in weights:
        total += weight
    scaled, keep, alias = weights * (n / max(total, 1e-300)), np.ones(n), np.arange(n)
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    for i in range(n):
        if scaled[i] < 1:
            small[n_small], n_small = i, n_small + 1
        else:
            large[n_large], n_large = i, n_large + 1
    while n_small and n_large:
        low, high = small[n_small - 1], large[n_large - 1]
        n_small -= 1
        keep[low], alias[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        if scaled[high] < 1:
            small[n_small], n_small, n_large = high, n_small + 1, n_large - 1
    return keep, alias
