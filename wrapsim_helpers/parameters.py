"""The parameters of a run, checked, and the identity that follows from them."""

import hashlib
import importlib.metadata
import json
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from .checking import check_choice, check_count, check_names, check_path_kind, front_door
from .instants import as_text, check_window

# what a part is meant to hold, about a second of work; decides listeners_per_part where it is 0
PLAYS_PER_PART = 1_000_000
POPULATIONS = ("world", "survey")
SURVEY_GROUPS = ("all", "A")
SEEDS = (0, 2**63 - 1)
GENDERS = ("female", "male", "other")
PLANS = ("free", "premium")
FORMATS = ("avro", "parquet")
VALUE_LIBRARIES = (
    "numpy",
    "numba",
    "faker",
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
    """What the user fixed about a listener; "", None, a missing value, or -1 for the age, means:
    drawn.
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


def check_uuid(user_id):
    """Nothing where a user id is "" or the text of a UUID; ValueError otherwise."""
    try:
        return user_id == "" or uuid.UUID(user_id)
    except (ValueError, TypeError, AttributeError):
        raise ValueError(
            f"user_id is {user_id!r}; it must be the text of a UUID, or '' for the listener's own."
        ) from None


def drawn_as_none(value, marks):
    """None for a value that stands for "drawn", the value otherwise."""
    return None if any(value == mark and isinstance(value, type(mark)) for mark in marks) else value


def check_coordinates(latitude, longitude):
    """Nothing where both are degrees in range or both None; ValueError otherwise."""
    for name, value, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (number and -limit <= value <= limit):
            raise ValueError(
                f"{name} is {value!r}; it must be a number of degrees from -{limit} to {limit}."
            )


@front_door
@dataclass(frozen=True)
class Run:
    """The parameters that decide every byte of a run, checked.

    num_users           listeners, 1 to 1,000,000,000
    start_time, end_time  ISO 8601; without an offset they are each listener's local time; end
                          excluded
    genres              survey genres a listener's favourite is picked from; empty: as the survey
                        row says
    population          "world": survey rows raked to published population shares; "survey": as
                        surveyed
    survey_group        "all", or "A" to leave out the survey's second group of rows
    seed                0 to 2**63 - 1; same seed, same people and same plays
    listeners_per_part  listeners whose plays share a file; 0: about PLAYS_PER_PART plays a file.
                        Part of the identity
    first_listener      number of the first listener; the run holds first_listener .. first_listener
                        + num_users - 1
    survey_path, songs_path  source files; "" means the bundled ones
    personas_path  YAML file of personas and cohorts; "" for none, "bundled" for the bundled
                   personas
    catalogue_tracks    tracks to invent beside those of the songs file; 0, or 1,000 to 5,000,000
    origin_time         where the chain of runs began that this one goes on; "" for a run that
                        begins at start_time
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
    catalogue_tracks: int = 0
    origin_time: str = ""
    given: Given = field(default_factory=Given)

    def __post_init__(self):
        for name in ("start_time", "end_time", "origin_time"):
            object.__setattr__(self, name, as_text(getattr(self, name)))
        check_window(self.start_time, self.end_time)
        check_window(self.origin_time or self.start_time, self.end_time)
        for name, *limits in (
            ("num_users", 1, 1_000_000_000),
            ("seed", *SEEDS),
            ("listeners_per_part", 0, 10_000_000),
            ("catalogue_tracks", 1_000, 5_000_000, 0),
            ("first_listener", 0, 2**31 - 2),
        ):
            object.__setattr__(self, name, check_count(name, getattr(self, name), *limits))
        check_count("first_listener", self.first_listener, 0, 2**31 - 1 - self.num_users)
        for name, allowed in (("population", POPULATIONS), ("survey_group", SURVEY_GROUPS)):
            object.__setattr__(self, name, check_choice(name, getattr(self, name), allowed))
        object.__setattr__(self, "genres", check_names("genres", self.genres))
        for name in ("survey_path", "songs_path", "personas_path"):
            check_path_kind(name, getattr(self, name))

    @property
    def window(self):
        """start_time and end_time as datetimes."""
        return check_window(self.start_time, self.end_time)

    @property
    def origin(self):
        """The run whose window begins where the chain began: this one, where it goes on from
        nothing.
        """
        return replace(self, start_time=self.origin_time or self.start_time, origin_time="")

    @property
    def days(self):
        """Length of the window in days, float."""
        start, end = self.window
        return (end - start).total_seconds() / 86_400

    def part_size(self, plays_per_listener_day):
        """Listeners per part: as given, or as many as make about PLAYS_PER_PART plays."""
        expected = max(1.0, plays_per_listener_day * self.days)
        return self.listeners_per_part or max(1, min(100_000, round(PLAYS_PER_PART / expected)))

    def listener_ids(self, start=0, stop=None):
        """Numbers of the run's listeners, or of those from place `start` up to `stop`, int64, shape
        (L,).
        """
        stop = self.num_users if stop is None else min(stop, self.num_users)
        return np.arange(self.first_listener + start, self.first_listener + stop, dtype=np.int64)


def sha256_of(path):
    """SHA-256 of a file's bytes, as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical(record):
    """A JSON-ready value as text that is the same for the same value: keys sorted, no blanks."""
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def identity(run, inputs, schema, part_size):
    """Everything that decides the bytes of a run, as a dict; equal identities, equal bytes.

    inputs  name -> SHA-256 of each file that was read;  schema  name -> fingerprint
    """
    parameters = {
        key: value
        for key, value in asdict(run).items()
        if key not in ("survey_path", "songs_path", "personas_path")
    }
    parameters["given"] = stored(parameters["given"])
    versions = {name: importlib.metadata.version(name) for name in VALUE_LIBRARIES}
    return {
        "parameters": parameters | {"listeners_per_part": part_size, "genres": list(run.genres)},
        "inputs": dict(sorted(inputs.items())),
        "schema": schema,
        "versions": versions | {"wrapsim": importlib.metadata.version("wrapsim")},
    }


def stored(given):
    """The fields of a `Given` as run.json names them: the genre under the name that it had first,
    so that identities stay.
    """
    return {"genre" if name == "preferred_genre" else name: value for name, value in given.items()}


def given_in(stored_fields):
    """The `Given` behind the fields that `stored` wrote."""
    return Given(
        **{
            "preferred_genre" if name == "genre" else name: value
            for name, value in stored_fields.items()
        }
    )


def identity_hash(record):
    """Sixteen hexadecimal digits that stand for an identity."""
    return hashlib.sha256(canonical(record).encode()).hexdigest()[:16]


def differences(one, other, path=""):
    """Where two nested dicts differ: ['parameters.seed: 1 here, 2 there', ...]."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = sorted(one.keys() | other.keys())
        return [
            line
            for key in keys
            for line in differences(one.get(key), other.get(key), f"{path}.{key}".lstrip("."))
        ]
    return [] if one == other else [f"{path}: {one!r} here, {other!r} there"]


def shown_differences(one, other):
    """The differences of two identities for people: without listeners_per_part, which follows from
    the others and changes no row, unless it alone differs.
    """
    lines = differences(one, other)
    return [
        line for line in lines if not line.startswith("parameters.listeners_per_part:")
    ] or lines


def part_path(run_dir, table, part, suffix="parquet"):
    """Path of one part of a table: RUN/plays/part-00000003.parquet."""
    return Path(run_dir) / table / f"part-{part:08d}.{suffix}"


def run_of(identity, survey_path="", songs_path="", personas_path=""):
    """The `Run` behind an identity, as in run.json. ..._path: source files, where they were not the
    bundled ones.
    """
    parameters = identity["parameters"]
    return Run(
        **parameters
        | {"genres": tuple(parameters["genres"]), "given": given_in(parameters["given"])},
        survey_path=survey_path,
        songs_path=songs_path,
        personas_path=personas_path,
    )


def with_given(run, **changes):
    """The same run with other fixed properties of its listeners."""
    return replace(run, given=replace(run.given, **changes))
