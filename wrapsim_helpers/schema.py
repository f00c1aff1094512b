"""The Avro schema files, and the tables whose columns follow from them.

`schema_ind` is the record SpotifyWrappedData as a dict; it holds UserProfile, SongMetadata and
UserSongInteraction. A field `MsPlayed` of the schema is the column `ms_played` of a table. An enum
is a dictionary column, and the compiled model writes the position of a symbol in its enum.
"""

import functools
import json
import re

import pyarrow as pa
from fastavro.schema import fingerprint, load_schema, to_parsing_canonical_form

from .checking import check_choice, front_door
from .resources import resource

NAME = "wrapsim.SpotifyWrappedData"
RECORDS = ("UserProfile", "SongMetadata", "UserSongInteraction")
TIMESTAMP = pa.timestamp("ms", tz="UTC")
LABEL = pa.dictionary(pa.int8(), pa.string())  # a closed set of at most 127 symbols
NAMED = pa.dictionary(pa.int32(), pa.string())  # an open set of texts that repeat often
FIELD_COLUMNS = ("record", "field", "type", "default", "meaning")
KEY_ORDER = (
    "type",
    "name",
    "namespace",
    "doc",
    "symbols",
    "items",
    "logicalType",
    "fields",
    "default",
)
PLAIN = {
    "string": pa.string(),
    "int": pa.int32(),
    "long": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
}
LOGICAL = {"date": pa.date32(), "timestamp-millis": TIMESTAMP, "uuid": pa.string()}


# -- the Avro schema -------------------------------------------------------------------------------


def with_ordered_keys(schema, private=True):
    """A schema with its keys in a fixed order; without fastavro's own keys (__...) if not private.

    fastavro orders keys by their hash, which differs between processes; the headers of files would
    differ too.
    """
    if isinstance(schema, list):
        return [with_ordered_keys(value, private) for value in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: schema[key]
        if key.startswith("__") or key == "default"
        else with_ordered_keys(schema[key], private)
        for key in sorted(
            schema,
            key=lambda key: (KEY_ORDER.index(key) if key in KEY_ORDER else len(KEY_ORDER), key),
        )
        if private or not key.startswith("__")
    }


def read_schema(folder):
    """SpotifyWrappedData as a dict, from a folder of .avsc files; fastavro resolves the names."""
    return with_ordered_keys(load_schema(str(folder / f"{NAME}.avsc")), private=False)


schema_ind = read_schema(resource("schemas"))


def record_fields(record):
    """The fields of one of the three records: [{'name', 'type', 'default', 'doc'}, ...]."""
    return next(field["type"] for field in schema_ind["fields"] if field["name"] == record)[
        "fields"
    ]


@front_door
def fingerprints(schema=schema_ind):
    """Fingerprints of a schema's parsing canonical form: {'CRC-64-AVRO': ..., 'sha256': ...}."""
    form = to_parsing_canonical_form(schema)
    return {algorithm: fingerprint(form, algorithm) for algorithm in ("CRC-64-AVRO", "sha256")}


def released_schemas():
    """All released schemas, oldest first, from schemas/releases: {'1': dict, ...}."""
    schemas = {
        path.stem.rpartition("-")[2]: json.loads(path.read_text(encoding="utf-8"))
        for path in resource("schemas", "releases").glob(f"{NAME}-*.avsc")
    }
    return {release: schemas[release] for release in sorted(schemas, key=int)}


# -- columns ---------------------------------------------------------------------------------------


def snake(name):
    """UtcOffsetMin -> utc_offset_min."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@functools.cache
def pascal(name):
    """utc_offset_min -> UtcOffsetMin."""
    return "".join(word.capitalize() for word in name.split("_"))


def arrow_type(avro_type):
    """The Arrow type of an Avro type of our schema."""
    if isinstance(avro_type, str):
        return PLAIN[avro_type]
    if avro_type["type"] == "enum":
        return LABEL
    if avro_type["type"] == "array":
        return pa.list_(arrow_type(avro_type["items"]))
    return LOGICAL[avro_type["logicalType"]]


# fields of all three records by their names as columns
FIELDS = {snake(field["name"]): field for record in RECORDS for field in record_fields(record)}
DEFAULTS = {name: field["default"] for name, field in FIELDS.items()}
SYMBOLS = {
    name: tuple(field["type"]["symbols"])
    for name, field in FIELDS.items()
    if arrow_type(field["type"]) == LABEL
}
CHRONOTYPES = ("early_bird", "working_hours", "evening", "night_owl")
ACTION_KINDS = ("save", "playlist_add", "share", "follow")


def code(column, symbol):
    """Position of a symbol in the enum of a column: the number that the compiled model writes."""
    return SYMBOLS[column].index(symbol)


def symbol_codes(column, *symbols):
    """The codes of several symbols of a column, in the order given; a tuple."""
    return tuple(code(column, symbol) for symbol in symbols)


def schema_columns(*names):
    """Columns of the schema's fields, in the order given: column name -> Arrow type."""
    return {name: arrow_type(FIELDS[name]["type"]) for name in names}


DEVICES = SYMBOLS["device"][1:]

# Columns of the answer key: type, and how it is counted, which the files hold as metadata of their
# fields.
ANSWERS = {
    "n_plays": ("int64", "plays that begin in the run's window, of any length"),
    "n_streams": ("int64", "plays of 30 s and more, including private plays and noise"),
    "n_skips": ("int64", "plays ended by the forward button"),
    "ms_played": ("int64", "milliseconds played, over all plays"),
    "n_tracks": ("int32", "different tracks played, for any length"),
    "longest_streak_days": (
        "int32",
        "most consecutive local days with a stream; a play counts on the local day on which it "
        "begins",
    ),
    "first_started_at": (TIMESTAMP, "start of the first play"),
    "last_ended_at": (TIMESTAMP, "end of the last play"),
    **{
        f"{kind}_{name}": (pa.list_(value_type), rule)
        for kind, credit in (
            ("song", ""),
            ("artist", ": 1 for the primary artist, 0.5 for a featured artist"),
        )
        for name, value_type, rule in (
            (
                "ids",
                pa.int32(),
                "in the order of their first ranked stream: 30 s and more, not private, not noise",
            ),
            ("streams", pa.float64(), f"ranked streams{credit}"),
            ("ms", pa.int64(), "milliseconds of these streams"),
            ("first_started_at", TIMESTAMP, "start of the first of them"),
        )
    },
}

# numbers of the table state, as the loop saves them
STATE_COUNTS = (
    "day",
    "heard",
    "n_plays",
    "n_sessions",
    "n_skips",
    "since_ad_ms",
    "allowed_day",
    "allowed_ms",
    "active",
    "free_from",
    "online_at",
    "music_day",
    "music_ms",
    "repeats",
    "in_a_row",
)

# the sound of a song, from the songs file
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

# No column holds nulls: an unknown value is UNKNOWN or empty.
TABLES = {
    name: pa.schema(
        [
            pa.field(
                column,
                kind,
                nullable=False,
                metadata={"rule": ANSWERS[column][1]}
                if name == "answers" and column in ANSWERS
                else None,
            )
            for column, kind in fields.items()
        ]
    )
    for name, fields in {
        "listeners": {
            "listener_id": "int64",
            **schema_columns("user_id", "name"),
            "name_latin": "string",
            **schema_columns(
                "birth_date",
                "gender",
                "country",
                "city",
                "latitude",
                "longitude",
                "time_zone",
                "joined_on",
                "favourite_genre",
                "listener_type",
                "persona",
                "cohort",
            ),
            "time_slot": LABEL,
            "chronotype": LABEL,
            "minutes_per_day": "float64",
            "novelty": "float64",
            "skip_tendency": "float64",
            "shuffle_share": "float64",
            "private_share": "float64",
            "offline_share": "float64",
            **{f"{device}_share": "float64" for device in DEVICES},
            "phone_platform": LABEL,
            "computer_platform": LABEL,
        },
        "profile_versions": {
            "listener_id": "int64",
            "profile_version": "int32",
            "valid_from": TIMESTAMP,
            "age": "int32",
            "plan": LABEL,
            "plan_kind": LABEL,
        },
        "tracks": {
            "track_id": "int32",
            "song_id": "string",
            "title": "string",
            "artists": pa.list_(pa.string()),
            "album_id": "int32",
            "album": "string",
            "track_number": "int32",
            "genre": "string",
            "family": "string",
            "release_date": "date32",
            "duration_ms": "int32",
            **schema_columns(
                *FEATURES,
                "popularity",
                "explicit",
                "language",
                "moods",
            ),
            "noise": "bool",
        },
        "albums": {
            "album_id": "int32",
            "album": "string",
            "artist_id": "int32",
            "n_tracks": "int32",
            "release_date": "date32",
        },
        "artists": {
            "artist_id": "int32",
            "artist": "string",
            "genre": "string",
            "country": "string",
        },
        "track_artists": {"track_id": "int32", "artist_id": "int32", "role": LABEL},
        "plays": {
            "play_id": "int64",
            "listener_id": "int64",
            "profile_version": "int32",
            "session_id": "int64",
            "track_id": "int32",
            **schema_columns(
                "content_type",
                "started_at",
                "ended_at",
                "ms_played",
                "paused_ms",
                "seek_forward_ms",
                "seek_back_ms",
                "interaction",
                "reason_start",
                "reason_end",
                "device",
                "platform",
                "context",
            ),
            "plan": LABEL,
            "country": NAMED,
            **schema_columns(
                "shuffle",
                "offline",
                "private",
                "on_demand",
                "ad_ms",
                "utc_offset_min",
            ),
        },
        "actions": {
            "listener_id": "int64",
            "at": TIMESTAMP,
            "kind": LABEL,
            "track_id": "int32",
        },
        "answers": {
            "listener_id": "int64",
            **{column: kind for column, (kind, _) in ANSWERS.items()},
        },
        "truth": {
            "listener_id": "int64",
            "favourite_genre": "string",
            "favourite_share": "float64",
            "side_share": "float64",
            "side_genres": pa.list_(pa.string()),
            "other_genres": pa.list_(pa.string()),
            "other_shares": pa.list_(pa.float64()),
        },
        "state": {
            "listener_id": "int64",
            **dict.fromkeys(STATE_COUNTS, pa.int64()),
            "skips": pa.list_(pa.int64()),
            **dict.fromkeys(("recent_tracks", "known_tracks", "known_times"), pa.list_(pa.int32())),
        },
    }.items()
}
SYMBOLS |= {
    "plan": SYMBOLS["subscription_plan"],
    "chronotype": CHRONOTYPES,
    "kind": ACTION_KINDS,
    "role": ("primary", "featured"),
    "time_slot": ("Morning", "Afternoon", "Night"),
    "phone_platform": SYMBOLS["platform"],
    "computer_platform": SYMBOLS["platform"],
}


# Codes that the model uses by name.
FREE, PREMIUM = symbol_codes("plan", "free", "premium")
MALE, FEMALE = symbol_codes("gender", "male", "female")
PHONE, TABLET, DESKTOP, WEB, SPEAKER = symbol_codes(
    "device", "phone", "tablet", "desktop", "web", "speaker"
)
OWN_PLAYLIST, PERSONALIZED, ALBUM, ARTIST_PAGE, EDITORIAL, RADIO, CHARTS, SEARCH = symbol_codes(
    "context",
    "own_playlist",
    "personalized",
    "album",
    "artist",
    "editorial",
    "radio",
    "charts",
    "search",
)
DONE, FORWARD, BACKWARD, ENDPLAY, LOGOUT = symbol_codes(
    "reason_end", "trackdone", "fwdbtn", "backbtn", "endplay", "logout"
)
START_DONE, START_FORWARD, START_BACK, CLICKROW, PLAYBTN, APPLOAD = symbol_codes(
    "reason_start", "trackdone", "fwdbtn", "backbtn", "clickrow", "playbtn", "appload"
)


def labelled(column, codes):
    """Codes of a closed set as an Arrow dictionary array.

    codes: int8, (N,); not checked, for speed.
    """
    return pa.DictionaryArray.from_arrays(
        pa.array(codes, pa.int8()), pa.array(SYMBOLS[column]), safe=False
    )


def table_of(name, values):
    """One of TABLES as an Arrow table; integer codes of closed sets become their symbols.

    values: column name -> array, for exactly the columns of the table.
    """
    schema = TABLES[name]
    missing, unknown = set(schema.names) - set(values), set(values) - set(schema.names)
    if missing or unknown:
        raise KeyError(
            f"table {name} needs the columns {', '.join(schema.names)}; "
            f"missing {sorted(missing)}, unknown {sorted(unknown)}"
        )
    return pa.table([typed_column(field, values[field.name]) for field in schema], schema)


def typed_column(field, values):
    """Values as an Arrow array of a field's type; integer codes of a closed set become symbols."""
    if field.type == LABEL and not isinstance(values, pa.Array):
        return labelled(field.name, values)
    return pa.array(values).cast(field.type)


EMPTY = {pa.string(): "", LABEL: "", NAMED: "", pa.bool_(): False}


def blank(field, n):
    """A column for rows that were written before it existed: its default, n times.

    The default is the schema's, otherwise empty, False or 0. field: Arrow field.
    """
    empty = EMPTY.get(field.type, [] if pa.types.is_list(field.type) else 0)
    return pa.array([DEFAULTS.get(field.name, empty)] * n, field.type)


def schema_rows():
    """Record, field, type, default and meaning of each field of the schema: a list of tuples."""

    def words(kind):
        if isinstance(kind, str):
            return kind
        if kind["type"] == "enum":
            return "one of " + ", ".join(kind["symbols"][1:])
        return kind.get("logicalType") or f"list of {kind['items']}"

    return [
        (record, field["name"], words(field["type"]), field["default"], field["doc"])
        for record in RECORDS
        for field in record_fields(record)
    ]


@front_door
def part_of_schema(fields: list, added: dict | None = None):
    """A reader's schema with these fields only, such as "SongMetadata.Title"; a dict for fastavro.

    added  record -> list of further fields, as in Avro; a file without them gives their defaults
    Raises ValueError for an unknown field.
    """
    known = [f"{record}.{field['name']}" for record in RECORDS for field in record_fields(record)]
    for name in fields:
        check_choice("fields", name, known)
    parts = [part_of_record(record, fields, (added or {}).get(record, ())) for record in RECORDS]
    return {**schema_ind, "fields": [part for part in parts if part["type"]["fields"]]}


def part_of_record(record, names, added):
    """The field of `schema_ind` with a record, reduced to the named fields and the added ones."""
    fields = [field for field in record_fields(record) if f"{record}.{field['name']}" in names]
    whole = next(field for field in schema_ind["fields"] if field["name"] == record)
    return {**whole, "type": {**whole["type"], "fields": [*fields, *added]}}


@front_door
def schema_table():
    """The schema as a DataFrame, one row per field: record, field, type, default, meaning."""
    import pandas as pd  # imported here, so that printing the schema does not need it

    return pd.DataFrame(schema_rows(), columns=FIELD_COLUMNS)


def schema_text():
    """The schema as text in aligned columns, one line per field."""
    rows = [FIELD_COLUMNS, *(tuple(map(str, row)) for row in schema_rows())]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)
