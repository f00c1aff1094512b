"""The parameters of a run, checked, and the identity that follows from them."""

import hashlib
import importlib.metadata
import json
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from .checking import check_choice, check_count, check_names, check_path_kind, front_door
from .instants import check_window, time_text

# plays that a part aims at, about a second of work; decides listeners_per_part if that is 0
PLAYS_PER_PART = 1_000_000
POPULATIONS = ("world", "survey")
SURVEY_GROUPS = ("all", "A")
SEED_LIMITS = (0, 2**63 - 1)
BY_SONGS = -1  # default of catalogue_tracks: see `Run.invented_tracks`
WIDE = 120_000  # invented tracks of the default world, by 20,000 artists
GENDERS = ("female", "male", "other")
PLANS = ("free", "premium")
FORMATS = ("avro", "parquet")
# genres of the survey: answer in the file -> our name
GENRES = {
    "Melody": "Melody",
    "classical": "Classical",
    "Pop": "Pop",
    "Rap": "Rap",
    "Electronic/Dance": "Electronic/Dance",
    "Rock": "Rock",
    "Kpop": "K-pop",
    "All": "All",
    "Classical & melody, dance": "Classical & melody, dance",
    "Old songs": "Old songs",
    "trending songs random": "Trending songs",
}
CODECS = ("deflate", "zstandard", "null")  # of Avro files
# name of preferred_genre in run.json: its first one, so that identities do not change
STORED_GENRE = "genre"
VALUE_LIBRARIES = (
    "numpy",
    "numba",
    "faker",
    "anyascii",
    "pytz",
    "timezonefinder",
    "timezonefinder-data",
    "fastavro",
    "pyarrow",
    "isal",
)


# -- the run ---------------------------------------------------------------------------------------


@front_door
@dataclass(frozen=True)
class Given:
    """What the user fixed about a listener. "", None, a missing value, or -1 for the age, mean
    "drawn".

    A run with something fixed has other listeners, with other user ids. user_id: a UUID to write
    instead. Listeners of population="world" are 13 and older.
    """

    preferred_genre: str = ""
    age: int | None = None
    gender: str = ""
    plan: str = ""
    latitude: float | None = None
    longitude: float | None = None
    user_id: str = ""

    def __post_init__(self):
        for name, marks in (("age", ("", -1)), ("latitude", ("",)), ("longitude", ("",))):
            object.__setattr__(self, name, drawn_as_none(getattr(self, name), marks))
        if self.age is not None:
            check_count("age", self.age, 6, 100)
        if self.preferred_genre != "":
            genre = check_genre("preferred_genre", self.preferred_genre)
            object.__setattr__(self, "preferred_genre", genre)
        for name, allowed in (("gender", GENDERS), ("plan", PLANS)):
            if getattr(self, name) != "":
                object.__setattr__(self, name, check_choice(name, getattr(self, name), allowed))
        check_uuid(self.user_id)
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError(
                f"latitude is {self.latitude!r} and longitude is {self.longitude!r}; give both or "
                f"neither."
            )
        check_coordinates(self.latitude, self.longitude)
        if self.latitude is not None:
            for name in ("latitude", "longitude"):
                object.__setattr__(self, name, float(getattr(self, name)) + 0.0)  # -0.0 is 0.0


def check_formats(formats, codec):
    """The checked file formats of the plays: {format: compression}. Raises ValueError if no format
    is named.

    formats  one name, several, or such a dict
    """
    names = [formats] if isinstance(formats, str) else formats
    if isinstance(names, bytes) or not hasattr(names, "__iter__") or not (names := [*names]):
        raise ValueError(
            f"formats is {formats!r}; name one or both of {', '.join(map(repr, FORMATS))}."
        )
    compressions = {"avro": check_choice("codec", codec, CODECS), "parquet": "zstandard"}
    if isinstance(formats, dict):
        compressions |= formats
    names = sorted(check_choice("formats", name, FORMATS) for name in names)
    return {name: compressions[name] for name in names}


def check_genre(name, genre):
    """A survey genre in our spelling; capitals do not matter.

    Raises ValueError with the nearest names for an unknown genre.
    """
    known = {raw.casefold(): ours for raw, ours in GENRES.items()}
    genre = known.get(str(genre).casefold(), genre)
    return check_choice(name, genre, tuple(GENRES.values()))


def check_genres(name, value):
    """Names of survey genres in our spelling, a tuple; see `check_names` and `check_genre`."""
    return tuple(check_genre(name, genre) for genre in check_names(name, value))


def check_uuid(user_id):
    """Raise ValueError unless a user id is "" or the text of a UUID."""
    try:
        return user_id == "" or uuid.UUID(user_id)
    except (ValueError, TypeError, AttributeError):
        raise ValueError(
            f"user_id is {user_id!r}; it must be the text of a UUID, or '' for a UUID "
            f"derived from the seed."
        ) from None


def drawn_as_none(value, marks):
    """None for a value that means "drawn", otherwise the value."""
    return None if any(value == mark and isinstance(value, type(mark)) for mark in marks) else value


def check_coordinates(latitude, longitude):
    """Raise ValueError unless each is None or a number of degrees in range."""
    for name, value, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (number and -limit <= value <= limit):
            raise ValueError(
                f"{name} is {value!r}; it must be a number of degrees from -{limit} to {limit}."
            )


@front_door
@dataclass(frozen=True)
class Output:
    """Where the files of a run go, and how the plays are stored.

    out_dir  a folder, the URL of an object store, or "" for a folder below data/runs
    formats  "parquet", "avro" or both; kept as {format: compression}
    codec    of the Avro files: "deflate", "zstandard" or "null"
    Raises ValueError for a format or codec that does not exist.
    """

    out_dir: str | Path = ""
    formats: tuple | dict = ("parquet", "avro")
    codec: str = "deflate"

    def __post_init__(self):
        object.__setattr__(self, "formats", check_formats(self.formats, self.codec))


@front_door
@dataclass(frozen=True)
class Run:
    """The checked parameters that decide every byte of a run.

    num_users           listeners, 1 to 1,000,000,000
    start_time, end_time  ISO 8601; without an offset they are each listener's local time; end
                          excluded
    genres              survey genres from which each favourite genre is drawn; empty: the genre of
                        the survey row
    population          "world": survey rows raked to published population shares, listeners of 13
                        and older; "survey": as surveyed
    survey_group        "all", or "A" to leave out the survey's second group of rows
    seed                0 to 2**63 - 1; the same seed gives the same people and the same plays
    listeners_per_part  listeners whose plays share a file; 0: about PLAYS_PER_PART plays per file.
                        Part of the identity
    first_listener      number of the first listener; the run holds first_listener .. first_listener
                        + num_users - 1
    survey_path, songs_path  source files; "" means the bundled ones
    personas_path  YAML file of personas and cohorts; "" for none, "bundled" for the bundled
                   personas
    catalogue_tracks    tracks to invent in addition to the songs file, 1,000 to 5,000,000; 0: the
                        songs file alone; -1, the default: WIDE with the bundled songs, 0 with a
                        file of your own
    origin_time         start_time of the first run in a chain of continued runs; "" for a run that
                        continues no other
    given               what is fixed for every listener of the run
    """

    num_users: int = 100
    start_time: str = "2025-01-01"
    end_time: str = "2026-01-01"
    genres: tuple[str, ...] = ()
    population: str = "world"
    survey_group: str = "all"
    seed: int = 2025
    listeners_per_part: int = 0
    first_listener: int = 0
    survey_path: str = ""
    songs_path: str = ""
    personas_path: str = ""
    catalogue_tracks: int = BY_SONGS
    origin_time: str = ""
    given: Given = field(default_factory=Given)

    def __post_init__(self):
        for name in ("start_time", "end_time", "origin_time"):
            object.__setattr__(self, name, time_text(getattr(self, name)))
        check_window(self.start_time, self.end_time)
        check_window(self.origin_time or self.start_time, self.end_time)
        for check, name, *limits in (
            (check_count, "num_users", 1, 1_000_000_000),
            (check_count, "seed", *SEED_LIMITS),
            (check_count, "listeners_per_part", 0, 10_000_000),
            (check_count, "catalogue_tracks", 1_000, 5_000_000, (BY_SONGS, 0)),
            (check_count, "first_listener", 0, 2**31 - 2),
            (check_choice, "population", POPULATIONS),
            (check_choice, "survey_group", SURVEY_GROUPS),
            (check_genres, "genres"),
            (check_path_kind, "survey_path"),
            (check_path_kind, "songs_path"),
            (check_path_kind, "personas_path"),
        ):
            object.__setattr__(self, name, check(name, getattr(self, name), *limits))
        check_count("first_listener", self.first_listener, 0, 2**31 - 1 - self.num_users)

    @property
    def window(self):
        """start_time and end_time as datetimes."""
        return check_window(self.start_time, self.end_time)

    @property
    def invented_tracks(self):
        """`catalogue_tracks`; by default WIDE, or 0 with a songs file that is named."""
        if self.catalogue_tracks != BY_SONGS:
            return self.catalogue_tracks
        return 0 if self.songs_path else WIDE

    @property
    def origin(self):
        """The run from the start of the chain of continued runs; this run if it continues none."""
        return replace(self, start_time=self.origin_time or self.start_time, origin_time="")

    @property
    def days(self):
        """Length of the window in days, float."""
        start, end = self.window
        return (end - start).total_seconds() / 86_400

    def part_size(self, plays_per_listener_day):
        """Listeners per part: as given, or as many as play about PLAYS_PER_PART plays."""
        expected = max(1.0, plays_per_listener_day * self.days)
        return self.listeners_per_part or max(1, min(100_000, round(PLAYS_PER_PART / expected)))

    def listener_ids(self, start=0, stop=None):
        """Numbers of the run's listeners, or of those at positions `start` to `stop` - 1; int64,
        shape (L,).
        """
        stop = self.num_users if stop is None else min(stop, self.num_users)
        return np.arange(self.first_listener + start, self.first_listener + stop, dtype=np.int64)


def sha256_of(path):
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(record):
    """The canonical JSON text of a value: keys sorted, no blanks."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def identity(run, inputs, schema, part_size):
    """Everything that decides the bytes of a run, as a dict. Equal identities give equal bytes.

    inputs  name -> SHA-256 of each file that was read;  schema  name -> fingerprint
    """
    parameters = {
        key: value
        for key, value in asdict(run).items()
        if key not in ("survey_path", "songs_path", "personas_path")
    }
    given = dict(parameters["given"])
    return {
        "parameters": parameters
        | {
            "listeners_per_part": part_size,
            "catalogue_tracks": run.invented_tracks,
            "genres": list(run.genres),
            "given": {STORED_GENRE: given.pop("preferred_genre"), **given},
        },
        "inputs": dict(sorted(inputs.items())),
        "schema": schema,
        "versions": {
            name: importlib.metadata.version(name) for name in (*VALUE_LIBRARIES, "wrapsim")
        },
    }


def given_in(stored):
    """The `Given` of the parameters in run.json, where the genre has its first name."""
    fields = dict(stored)
    if STORED_GENRE in fields:
        fields["preferred_genre"] = fields.pop(STORED_GENRE)
    return Given(**fields)


def identity_hash(record):
    """The hash of an identity: sixteen hexadecimal digits."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()[:16]


def differences(here, there, path=""):
    """Where two nested dicts differ: ['parameters.seed: 1 here, 2 there', ...]."""
    if isinstance(here, dict) and isinstance(there, dict):
        return [
            line
            for key in sorted(here.keys() | there.keys())
            for line in differences(here.get(key), there.get(key), f"{path}.{key}".lstrip("."))
        ]
    return [] if here == there else [f"{path}: {here!r} here, {there!r} there"]


def shown_differences(here, there):
    """The differences of two identities, for messages.

    listeners_per_part changes no row, so it is named only if nothing else differs.
    """
    lines = differences(here, there)
    return [
        line for line in lines if not line.startswith("parameters.listeners_per_part:")
    ] or lines


def part_path(folder, table, part, suffix="parquet"):
    """Path of one part of a table: RUN/plays/part-00000003.parquet."""
    return Path(folder) / table / f"part-{part:08d}.{suffix}"


def run_of(identity, survey_path="", songs_path="", personas_path=""):
    """The `Run` of an identity in run.json. ..._path: source files, if not the bundled ones."""
    parameters = identity["parameters"]
    return Run(
        **parameters
        | {"genres": tuple(parameters["genres"]), "given": given_in(parameters["given"])},
        survey_path=survey_path,
        songs_path=songs_path,
        personas_path=personas_path,
    )
