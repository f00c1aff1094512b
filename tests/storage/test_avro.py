"""Avro: spliced records are fastavro's to the byte, three readers agree, bad files are named, and
plays come back.
"""

import copy
import io
import json
import re
import shutil
import struct
import uuid
from contextlib import contextmanager
from datetime import UTC, date, datetime

import avro.datafile
import avro.io
import fastavro
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from datafusion import SessionContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import wrapsim_helpers as ws
from wrapsim_helpers.schema import SYMBOLS, TABLES, schema_ind
from wrapsim_helpers.storage import avro_writing as a
from wrapsim_helpers.storage import records, row_hashes

from ..conftest import TINY

QUICK = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
MARKER = bytes(range(16))


@pytest.fixture(scope="module")
def few(crowd):
    return (
        crowd.plays.slice(0, 300),
        crowd.listeners,
        crowd.profile_versions,
        crowd.world.catalogue.tracks,
    )


# -- the canonical form: what each reader says, as numbers and text --------------------------------


def canonical(avro_type, value):
    """A value as one of the three readers gives it, in the form in which they are compared.

    uuid     text with hyphens: DataFusion gives its 16 bytes, fastavro and Apache avro a UUID
    enum     the symbol's text: DataFusion gives a dictionary, whose values are the same text
    date     days since 1970;  timestamp-millis  milliseconds since 1970
    double   its eight bytes, so that -0.0 and NaN are themselves
    array    list;  record  dict of its fields;  null, or a union's other type, as that type
    """
    if isinstance(avro_type, list):
        return (
            None
            if value is None
            else canonical(next(kind for kind in avro_type if kind != "null"), value)
        )
    kind = (
        avro_type if isinstance(avro_type, str) else avro_type.get("logicalType", avro_type["type"])
    )
    if kind == "record":
        return {
            field["name"]: canonical(field["type"], value[field["name"]])
            for field in avro_type["fields"]
        }
    if kind == "array":
        return [canonical(avro_type["items"], item) for item in value]
    if kind == "uuid":
        return str(uuid.UUID(bytes=value) if isinstance(value, bytes) else value)
    if kind == "date":
        return (value - date(1970, 1, 1)).days
    if kind == "timestamp-millis":
        since = value - datetime(1970, 1, 1, tzinfo=UTC)
        return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    return struct.pack("<d", value) if kind == "double" else value


def by_fastavro(path):
    with open(path, "rb") as file:
        return list(fastavro.reader(file))


def by_apache(path):
    with avro.datafile.DataFileReader(open(path, "rb"), avro.io.DatumReader()) as reader:
        return list(reader)


def by_datafusion(path):
    context = SessionContext()
    context.register_avro("plays", path.as_uri())
    return (
        context.sql("SELECT * FROM plays").to_arrow_table().to_pylist() if by_fastavro(path) else []
    )


READERS = {"fastavro": by_fastavro, "Apache avro": by_apache, "DataFusion": by_datafusion}


def plain_bytes(schema, records):
    """The bytes that fastavro writes for records, without a container."""
    buffer, parsed = io.BytesIO(), fastavro.parse_schema(schema)
    for record in records:
        fastavro.schemaless_writer(buffer, parsed, record)
    return buffer.getvalue()


def block_bytes(blocks):
    return b"".join(bytes(block) for _, block in blocks)


# -- tables that nobody would think of -------------------------------------------------------------

TEXT = st.one_of(
    st.just(""),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    st.sampled_from(["Motörhead", "椎名林檎", "🎧" * 70]),
)
DAYS, MOMENTS = (
    st.integers(-719_162, 2_932_896),
    st.integers(-62_135_596_800_000, 253_402_300_799_999),
)  # years 1 to 9999


def values_for(field):
    """Values of a column of one of TABLES, extremes included."""
    kind = str(field.type)
    if field.name == "user_id":
        return st.uuids().map(str)
    if pa.types.is_dictionary(field.type):
        return st.sampled_from(SYMBOLS[field.name]) if field.name in SYMBOLS else TEXT
    if pa.types.is_list(field.type):
        return (
            st.one_of(st.just([]), st.lists(TEXT, max_size=3), st.just(["x"] * 200))
            if field.type.value_type == pa.string()
            else st.just([])
        )
    return {
        "string": TEXT,
        "bool": st.booleans(),
        "double": st.floats(),
        "date32[day]": DAYS,
        "timestamp[ms, tz=UTC]": MOMENTS,
        "int32": st.one_of(
            st.integers(-(2**31), 2**31 - 1),
            st.sampled_from([-(2**31), -65, -64, -1, 0, 63, 64, 2**31 - 1]),
        ),
        "int64": st.one_of(
            st.integers(-(2**63), 2**63 - 1), st.sampled_from([-(2**63), -1, 0, 2**63 - 1])
        ),
    }[kind]


@st.composite
def table(draw, name, n_rows, **keys):
    """A table of the contract with so many rows: each column repeats a few drawn values out of step
    with the others.
    """
    arrays = []
    for i, field in enumerate(TABLES[name]):
        pool = (
            keys[field.name]
            if field.name in keys
            else draw(st.lists(values_for(field), min_size=1, max_size=3))
        )
        plain = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        arrays.append(
            pa.array(
                [
                    pool[row * (1 if field.name in keys else i + 1) % len(pool)]
                    for row in range(n_rows)
                ],
                plain,
            ).cast(field.type)
        )
    return pa.Table.from_arrays(arrays, schema=TABLES[name])


@st.composite
def runs(draw):
    """plays, listeners, profile versions and tracks that fit each other: nobody, one play, or a few
    hundred.
    """
    n_plays = draw(st.sampled_from([0, 1, 2, 60, 300]))
    people, tracks = (
        draw(st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=3, unique=True)),
        draw(st.permutations(range(4))),
    )
    versions = [(who, number) for who in people for number in range(2)]
    chosen = draw(st.lists(st.sampled_from(versions), min_size=1, max_size=4))
    plays = draw(
        table(
            "plays",
            n_plays,
            listener_id=[who for who, _ in chosen],
            profile_version=[number for _, number in chosen],
            track_id=draw(st.lists(st.sampled_from(tracks), min_size=1, max_size=5)),
        )
    )
    return (
        plays,
        draw(table("listeners", len(people), listener_id=people)),
        draw(
            table(
                "profile_versions",
                len(versions),
                listener_id=[who for who, _ in versions],
                profile_version=[number for _, number in versions],
            )
        ),
        draw(table("tracks", len(tracks), track_id=tracks)),
    )


def check_bytes(run, block_size):
    with blocks_of(block_size):
        assert block_bytes(records.spliced_records(a.pieces(schema_ind), *run, {})) == plain_bytes(
            schema_ind, records.plain_records(*run)
        )


def check_readers(folder, run, codec, block_size):
    ours, theirs = folder / "ours.avro", folder / "theirs.avro"
    with blocks_of(block_size):
        records.write_avro(*run, ours, MARKER, codec)
    with open(theirs, "wb") as file:
        fastavro.writer(file, schema_ind, records.plain_records(*run))
    expected = [canonical(schema_ind, record) for record in by_fastavro(theirs)]
    for name, read in READERS.items():
        assert [canonical(schema_ind, record) for record in read(ours)] == expected, name


@contextmanager
def blocks_of(size):
    """Blocks of so many bytes, made of seven plays at a time, so that a few plays already cross
    every border.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(a, "ROWS_AT_ONCE", 7)
        yield patch.setattr(a, "BLOCK_BYTES", size)


SIZES, CODECS = st.sampled_from([1, 700, 2**18]), st.sampled_from(sorted(a.CODECS))


@QUICK
@given(runs(), SIZES)
def test_spliced_records_are_those_of_fastavro_to_the_byte(run, block_size):
    check_bytes(run, block_size)


@QUICK
@given(runs(), CODECS, SIZES)
def test_three_readers_read_what_fastavro_would_have_written(
    tmp_path_factory, run, codec, block_size
):
    check_readers(tmp_path_factory.mktemp("avro"), run, codec, block_size)


# -- other schemas ---------------------------------------------------------------------------------

IN_OSLO = st.integers(
    -62_135_510_400_000, 253_402_214_399_999
)  # a day less at both ends: Python has no year 10000 to show a clock in
SMALL, WIDE = st.integers(-(2**31), 2**31 - 1), st.integers(-(2**63), 2**63 - 1)
COLOURS = ("UNKNOWN", "red", "blue")
COLOUR = {"type": "enum", "symbols": list(COLOURS), "default": "UNKNOWN"}
PAIR = {
    "type": "record",
    "fields": [{"name": "left", "type": "long"}, {"name": "right", "type": ["null", "string"]}],
}
# what a field of another schema may be: (Avro type, Arrow type of its column, values)
FIELDS = [
    ("int", pa.int32(), SMALL),
    ("int", pa.int64(), SMALL),
    ("long", pa.int64(), WIDE),
    ("long", pa.int8(), st.integers(-128, 127)),
    ("long", pa.uint32(), st.integers(0, 2**32 - 1)),
    ("boolean", pa.bool_(), st.booleans()),
    ("double", pa.float64(), st.floats()),
    ("double", pa.float32(), st.floats(width=32)),
    ("double", pa.int32(), SMALL),
    ("float", pa.float32(), st.floats(width=32)),
    ("string", pa.string(), TEXT),
    ("string", pa.dictionary(pa.int32(), pa.string()), TEXT),
    ("bytes", pa.binary(), st.binary(max_size=5)),
    (COLOUR, pa.string(), st.sampled_from(COLOURS)),
    (COLOUR, pa.dictionary(pa.int8(), pa.string()), st.sampled_from(COLOURS)),
    (["null", "long"], pa.int64(), st.none() | WIDE),
    (["null", "long"], pa.int64(), WIDE),
    (["long", "null"], pa.int32(), st.none() | SMALL),
    (["null", "boolean"], pa.bool_(), st.none() | st.booleans()),
    (["null", "double"], pa.float64(), st.none() | st.floats()),
    (["null", "string"], pa.dictionary(pa.int8(), pa.string()), st.none() | TEXT),
    (["null", COLOUR], pa.string(), st.none() | st.sampled_from(COLOURS)),
    (["null", "int", "string"], pa.string(), st.none() | TEXT),
    ("null", pa.null(), st.none()),
    ({"type": "array", "items": "string"}, pa.list_(pa.string()), st.lists(TEXT, max_size=4)),
    (
        {"type": "array", "items": ["null", "long"]},
        pa.list_(pa.int64()),
        st.lists(st.none() | WIDE, max_size=4),
    ),
    (
        ["null", {"type": "array", "items": "int"}],
        pa.list_(pa.int32()),
        st.none() | st.lists(SMALL, max_size=4),
    ),
    (
        PAIR,
        pa.struct({"left": pa.int64(), "right": pa.string()}),
        st.fixed_dictionaries({"left": WIDE, "right": st.none() | TEXT}),
    ),
    ({"type": "fixed", "size": 4}, pa.binary(4), st.binary(min_size=4, max_size=4)),
    ({"type": "int", "logicalType": "date"}, pa.date32(), DAYS),
    ({"type": "int", "logicalType": "date"}, pa.int32(), SMALL),
    ({"type": "long", "logicalType": "timestamp-millis"}, pa.timestamp("ms", "UTC"), MOMENTS),
    ({"type": "long", "logicalType": "timestamp-millis"}, pa.int64(), WIDE),
    ({"type": "long", "logicalType": "timestamp-micros"}, pa.timestamp("ms", "UTC"), MOMENTS),
    (
        {"type": "long", "logicalType": "timestamp-millis"},
        pa.timestamp("us", "Europe/Oslo"),
        IN_OSLO.map(lambda ms: ms * 1000),
    ),
    ({"type": "int", "logicalType": "time-millis"}, pa.time32("ms"), st.integers(0, 86_399_999)),
    ({"type": "string", "logicalType": "uuid"}, pa.string(), st.uuids().map(str)),
    ({"type": "long", "logicalType": "nobody-knows"}, pa.int64(), WIDE),
]


def named(avro_type, name):
    """A type with a name of its own where it needs one."""
    if isinstance(avro_type, list):
        return [named(kind, name) for kind in avro_type]
    return (
        avro_type | {"name": name}
        if isinstance(avro_type, dict) and avro_type["type"] in ("enum", "record", "fixed")
        else avro_type
    )


@st.composite
def others(draw):
    """Another schema of three records in sequence, and tables of rows for each: (schema, profiles,
    songs, interactions).
    """
    records, tables = [], []
    for record, n_rows in (
        ("UserProfile", 3),
        ("SongMetadata", 3),
        ("UserSongInteraction", draw(st.sampled_from([0, 1, 40]))),
    ):
        fields, columns = [], {}
        for number, (avro_type, arrow, values) in enumerate(
            draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=6))
        ):
            pool = draw(st.lists(values, min_size=1, max_size=3))
            fields.append({"name": f"F{number}", "type": named(avro_type, f"{record}{number}")})
            columns[f"f{number}"] = pa.array(
                [pool[row * (number + 1) % len(pool)] for row in range(n_rows)], plain_type(arrow)
            ).cast(arrow)
        records.append(
            {"name": record, "type": {"type": "record", "name": record, "fields": fields}}
        )
        tables.append(pa.table(columns))
    return {
        "type": "record",
        "name": "SpotifyWrappedData",
        "namespace": "other",
        "fields": records,
    }, *tables


def plain_type(arrow):
    return arrow.value_type if pa.types.is_dictionary(arrow) else arrow


def check_other(other, block_size):
    schema, *tables = other
    n_plays = tables[2].num_rows
    profile_of, song_of, pieces = (
        np.arange(n_plays) % 3,
        np.arange(n_plays) // 2 % 3,
        a.pieces(schema),
    )
    rows = [records.in_pascal_case(part) for part in tables]
    columns = [
        a.Column(a.ENCODED, numbers, a.encoded_rows(*piece, part))
        for piece, part, numbers in zip(pieces, rows, (profile_of, song_of))
    ]
    with blocks_of(block_size):
        found = block_bytes(
            a.spliced([*columns, *(a.column_of(*piece, tables[2]) for piece in pieces[2:])])
        )
    profiles, songs, plays = (part.to_pylist() for part in rows)
    assert found == plain_bytes(
        schema,
        [
            {
                "UserProfile": profiles[profile_of[i]],
                "SongMetadata": songs[song_of[i]],
                "UserSongInteraction": plays[i],
            }
            for i in range(n_plays)
        ],
    )


@QUICK
@given(others(), SIZES)
def test_any_schema_of_three_records_in_sequence_is_spliced(other, block_size):
    check_other(other, block_size)


def interaction_of(schema):
    return schema["fields"][2]["type"]["fields"]


def changed(change):
    """Our schema after a change to it."""
    schema = copy.deepcopy(schema_ind)
    change(schema)
    return schema


def check_written(few, path, schema):
    """Written under another schema, records are what fastavro makes of the same rows under it."""
    records.write_avro(*few, path, MARKER, schema=schema)
    buffer = io.BytesIO()
    fastavro.writer(buffer, schema, records.plain_records(*few, schema))
    assert by_fastavro(path) == list(fastavro.reader(io.BytesIO(buffer.getvalue())))


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: interaction_of(schema).reverse(),
        lambda schema: interaction_of(schema).pop(3),
        lambda schema: interaction_of(schema).append(
            {"name": "Mood", "type": ["null", "string"], "default": None}
        ),
        lambda schema: interaction_of(schema).append({"name": "ListenerId", "type": "long"}),
        lambda schema: interaction_of(schema).append(
            {"name": "Gender", "type": "wrapsim.Gender", "default": "other"}
        ),
        lambda schema: interaction_of(schema)[5].update(type="long"),
    ],
    ids=[
        "another order",
        "a field less",
        "a field we have no column for",
        "another column",
        "a type named before",
        "a wider type",
    ],
)
def test_a_changed_interaction_is_spliced_without_a_word(few, tmp_path, recwarn, change):
    check_written(few, tmp_path / "plays.avro", changed(change))
    assert not recwarn


@pytest.mark.parametrize(
    "change",
    [
        lambda schema: schema["fields"].reverse(),
        lambda schema: schema["fields"].pop(0),
        lambda schema: schema["fields"].append({"name": "Version", "type": "int", "default": 7}),
        lambda schema: schema["fields"][0].update(
            type=["null", schema["fields"][0]["type"]], default=None
        ),
    ],
    ids=["another order", "a record less", "a field more", "a record or nothing"],
)
def test_what_cannot_be_spliced_is_written_by_fastavro_and_says_so(few, tmp_path, change):
    few = (few[0].slice(0, 50), *few[1:])
    with pytest.warns(
        UserWarning,
        match=r"fastavro writes plays.avro record by record, .* its fields are not the "
        r"records UserProfile",
    ):
        check_written(few, tmp_path / "plays.avro", changed(change))


MICROS, MILLIS = (
    {"type": "long", "logicalType": f"timestamp-{unit}"} for unit in ("micros", "millis")
)


@pytest.mark.parametrize(
    "time", [MILLIS, MICROS, "long", ["null", "long"], ["null", MICROS], ["null", MILLIS]], ids=str
)
@pytest.mark.parametrize("fallback", [False, True], ids=["spliced", "by fastavro"])
@pytest.mark.filterwarnings("ignore:fastavro writes plays.avro")
def test_a_time_is_the_same_instant_however_the_schema_keeps_it(few, tmp_path, time, fallback):
    few = (few[0].slice(0, 50), *few[1:])
    schema = changed(
        lambda schema: field_named(interaction_of(schema), "StartedAt").update(type=time)
    )
    schema["fields"][0]["type"]["fields"].append({"name": "ValidFrom", "type": time})
    if fallback:
        schema["fields"].reverse()
    records.write_avro(*few, tmp_path / "plays.avro", MARKER, schema=schema)
    found = [
        instant(one["UserSongInteraction"]["StartedAt"])
        for one in by_fastavro(tmp_path / "plays.avro")
    ]
    assert found == few[0]["started_at"].to_pylist()
    began = {
        instant(one["UserProfile"]["ValidFrom"]) for one in by_fastavro(tmp_path / "plays.avro")
    }
    assert began and began <= set(few[2]["valid_from"].to_pylist())


def field_named(fields, name):
    return next(field for field in fields if field["name"] == name)


def instant(value):
    """A time as fastavro reads it, or milliseconds since 1970."""
    return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else value


def test_a_day_is_no_instant(few, tmp_path):
    schema = changed(
        lambda schema: field_named(schema["fields"][0]["type"]["fields"], "JoinedOn").update(
            type=MILLIS
        )
    )
    with pytest.raises(ValueError, match="field UserProfile is .*, which the Avro schema"):
        records.write_avro(*few, tmp_path / "plays.avro", MARKER, schema=schema)


def test_an_interaction_that_holds_itself_is_left_to_fastavro(few, tmp_path):
    schema = changed(
        lambda schema: interaction_of(schema).append(
            {"name": "Before", "type": ["null", "wrapsim.UserSongInteraction"], "default": None}
        )
    )
    with pytest.warns(
        UserWarning, match="UserSongInteraction refers to itself or to a type that contains it"
    ):
        check_written(few, tmp_path / "plays.avro", schema)


# -- the container ---------------------------------------------------------------------------------


def test_the_container_is_a_standard_one(few, tmp_path):
    path = tmp_path / "plays.avro"
    records.write_avro(*few, path, MARKER)
    with open(path, "rb") as file:
        reader = fastavro.reader(file)
        assert reader.metadata == {"avro.codec": "deflate", "avro.schema": json.dumps(schema_ind)}
        assert path.read_bytes().startswith(b"Obj\x01") and path.read_bytes().endswith(MARKER)
        assert sum(1 for _ in reader) == 300


def test_blocks_hold_about_as_much_as_they_should(crowd):
    run = crowd.plays, crowd.listeners, crowd.profile_versions, crowd.world.catalogue.tracks
    counts, sizes = zip(
        *(
            (n_records, len(block))
            for n_records, block in records.spliced_records(a.pieces(schema_ind), *run, {})
        )
    )
    assert sum(counts) == crowd.plays.num_rows > 2 * a.ROWS_AT_ONCE
    assert (
        len(sizes) > 3
        and all(a.BLOCK_BYTES <= size < a.BLOCK_BYTES + 2000 for size in sizes[:-1])
        and 0 < sizes[-1] < a.BLOCK_BYTES + 2000
    )


def test_chunks_and_dictionaries_of_their_own_change_no_byte(few):
    plays = few[0]
    chunked = pa.concat_tables(
        [
            pa.Table.from_pylist(plays.slice(at, 70).to_pylist(), plays.schema)
            for at in range(0, 300, 70)
        ]
    )
    assert plays["country"].chunk(0).dictionary != chunked["country"].chunk(0).dictionary
    pieces = a.pieces(schema_ind)
    assert block_bytes(records.spliced_records(pieces, chunked, *few[1:], {})) == block_bytes(
        records.spliced_records(pieces, *few, {})
    )


def test_songs_that_are_known_change_no_byte(few):
    known, pieces = {}, a.pieces(schema_ind)
    for at in (0, 50, 100):
        run = few[0].slice(at, 100), *few[1:]
        assert block_bytes(records.spliced_records(pieces, *run, known)) == block_bytes(
            records.spliced_records(pieces, *run, {})
        )


def test_no_plays_make_a_file_without_records(few, tmp_path):
    records.write_avro(few[0].slice(0, 0), *few[1:], tmp_path / "plays.avro", MARKER)
    assert by_fastavro(tmp_path / "plays.avro") == by_apache(tmp_path / "plays.avro") == []


# -- what is refused, before a file is there -------------------------------------------------------


def refused(few, path, error, words, plays=None, **options):
    with pytest.raises(error, match=words):
        records.write_avro(few[0] if plays is None else plays, *few[1:], path, MARKER, **options)
    assert not list(path.parent.iterdir())


def with_column(plays, name, values):
    at = plays.schema.get_field_index(name)
    return plays.set_column(at, name, values)


def test_a_codec_that_is_none_is_refused(few, tmp_path):
    refused(
        few,
        tmp_path / "x.avro",
        ValueError,
        "codec is 'snappy'; it must be one of 'deflate', 'zstandard', 'null'",
        codec="snappy",
    )


def test_plays_of_a_track_or_profile_that_is_not_there_are_refused(few, tmp_path):
    lost = with_column(few[0], "track_id", pa.array(np.full(300, 10**6), pa.int32()))
    refused(
        few,
        tmp_path / "x.avro",
        KeyError,
        "the plays refer to track 1000000, which is not among the",
        lost,
    )
    lost = with_column(few[0], "profile_version", pa.array(np.full(300, 99), pa.int32()))
    refused(
        few,
        tmp_path / "x.avro",
        KeyError,
        "the plays refer to profile version 99 of listener 0, which is not among the",
        lost,
    )


def test_a_number_that_the_schema_has_no_room_for_is_refused(few, tmp_path):
    large = with_column(few[0], "ms_played", pa.array(np.full(300, 2**31), pa.int64()))
    refused(
        few,
        tmp_path / "x.avro",
        ValueError,
        "column ms_played does not fit the Avro schema: Integer value 2147483648 not in range",
        large,
    )


def test_a_missing_value_where_the_schema_wants_one_is_refused(few, tmp_path):
    missing = with_column(few[0], "ms_played", pa.nulls(300, pa.int32()))
    refused(
        few,
        tmp_path / "x.avro",
        ValueError,
        "field MsPlayed is None, which the Avro schema",
        missing,
    )


def test_a_symbol_that_the_schema_does_not_know_is_refused(few, tmp_path):
    fridge = with_column(few[0], "device", pa.array(["fridge"] * 300).dictionary_encode())
    refused(
        few,
        tmp_path / "x.avro",
        ValueError,
        "field Device is 'fridge', which the Avro schema",
        fridge,
    )


# -- back to columns -------------------------------------------------------------------------------


def as_simulated(run):
    """The same tables with what a simulation sees to: play ids that hold the listener, the
    profile's plan, songs of their own.
    """
    plays, listeners, versions, tracks = run
    ids = plays["listener_id"].to_numpy() * 2**32 + np.arange(plays.num_rows)
    plans = versions["plan"].take(records.version_of(plays, versions))
    plays = with_column(with_column(plays, "play_id", pa.array(ids, pa.int64())), "plan", plans)
    return (
        plays,
        listeners,
        versions,
        with_column(tracks, "song_id", pa.array([f"{n}é" for n in range(tracks.num_rows)])),
    )


def check_round_trip(folder, run):
    run = as_simulated(run)
    records.write_avro(*run, folder / "plays.avro", MARKER)
    back = ws.read_plays_avro(folder / "plays.avro", run[3])
    back.validate(full=True)
    assert back.schema == TABLES["plays"] and back.to_pylist() == run[0].to_pylist()


@QUICK
@given(runs())
def test_plays_come_back_as_they_were(tmp_path_factory, run):
    check_round_trip(tmp_path_factory.mktemp("avro"), run)


def test_plays_of_several_files_come_back_in_order(few, tmp_path):
    paths = [tmp_path / f"odd [name] *{n}?#%20é.avro" for n in range(3)]
    for n, path in enumerate(paths):
        records.write_avro(few[0].slice(n * 100, 100), *few[1:], path, MARKER)
    assert row_hashes.row_hash(ws.read_plays_avro(paths, few[3])) == row_hashes.row_hash(few[0])
    assert row_hashes.row_hash(ws.read_plays_avro(paths[1], few[3])) == row_hashes.row_hash(
        few[0].slice(100, 100)
    )


@pytest.mark.parametrize(
    "schema_change",
    [
        lambda schema: interaction_of(schema).reverse(),
        lambda schema: interaction_of(schema)[9]["type"]["symbols"].append("sing"),
    ],
)
def test_files_of_a_neighbouring_schema_are_read_as_well(few, tmp_path, schema_change):
    records.write_avro(*few, tmp_path / "plays.avro", MARKER, schema=changed(schema_change))
    assert row_hashes.row_hash(
        ws.read_plays_avro(tmp_path / "plays.avro", few[3])
    ) == row_hashes.row_hash(few[0])


def test_a_file_that_fastavro_wrote_is_read_the_same(few, tmp_path):
    with open(tmp_path / "plays.avro", "wb") as file:
        fastavro.writer(file, schema_ind, records.records(*few), codec="deflate")
    assert row_hashes.row_hash(
        ws.read_plays_avro(tmp_path / "plays.avro", few[3])
    ) == row_hashes.row_hash(few[0])


@pytest.fixture(scope="module")
def avro_run(tmp_path_factory):
    """The tiny run with its plays as Avro alone."""
    return ws.simulate(
        **TINY, out_dir=tmp_path_factory.mktemp("avro") / "run", formats="avro", workers=1
    )


def test_a_run_of_avro_alone_keeps_the_same_plays(avro_run, tiny_run):
    assert (
        not list(avro_run.glob("plays/*.parquet"))
        and ws.read_manifest(avro_run)["plays"] == ws.read_manifest(tiny_run)["plays"]
    )
    assert row_hashes.row_hash(ws.read_table(avro_run, "plays")) == row_hashes.row_hash(
        ws.read_parquet(tiny_run, "plays")
    )
    assert row_hashes.row_hash(ws.read_table(avro_run, "tracks")) == row_hashes.row_hash(
        ws.read_table(tiny_run, "tracks")
    )
    some = {"columns": ["play_id", "device"], "listener_id": 2}
    assert row_hashes.row_hash(ws.read_table(avro_run, "plays", **some)) == row_hashes.row_hash(
        ws.read_table(tiny_run, "plays", **some)
    )


def test_the_story_is_the_same_from_avro_and_from_parquet(avro_run, tiny_run):
    one, other = (ws.tell_story(run_dir, "3") for run_dir in (avro_run, tiny_run))
    assert (one.listener, one.year, one.first_day, one.too_little) == (
        other.listener,
        other.year,
        other.first_day,
        other.too_little,
    )
    for name in other.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_dtype=True)


def test_every_codec_keeps_the_same_plays_and_is_part_of_the_identity(avro_run, tmp_path):
    for codec in ("zstandard", "null"):
        run_dir = ws.simulate(
            **TINY, out_dir=tmp_path / codec, formats=["avro", "avro"], codec=codec, workers=1
        )
        assert ws.read_manifest(run_dir)["identity"]["formats"] == {"avro": codec}
        assert row_hashes.row_hash(ws.read_table(run_dir, "plays")) == row_hashes.row_hash(
            ws.read_table(avro_run, "plays")
        )
    with pytest.raises(ValueError, match="formats.avro: 'deflate' here, 'null' there"):
        ws.simulate(**TINY, out_dir=run_dir, formats="avro", workers=1)


def test_what_a_crowd_does_is_the_same_from_avro_and_from_parquet(avro_run, tiny_run):
    for question in (ws.crowd_hours, ws.crowd_leaving):
        one, other = (
            question(ws.period_tables(run_dir)).execute() for run_dir in (avro_run, tiny_run)
        )
        pd.testing.assert_frame_equal(
            *(
                table.sort_values(list(table.columns)).reset_index(drop=True)
                for table in (one, other)
            )
        )


# -- damaged and foreign files are named -----------------------------------------------------------


def named_by_both_readers(path, tracks, words):
    """Both readers refuse a file, name it and say this of it."""
    for read in (lambda: ws.read_plays_avro(path, tracks), lambda: list(ws.read_avro(path))):
        with pytest.raises(ValueError, match=re.escape(f"{path} ") + words):
            read()


@pytest.fixture
def good(few, tmp_path):
    """A file of twelve blocks or so, and its tracks."""
    with blocks_of(8192):
        records.write_avro(*few, tmp_path / "plays.avro", MARKER)
    return tmp_path / "plays.avro", few[3]


def test_a_cut_file_is_named_wherever_it_is_cut_but_between_blocks(good):
    path, tracks = good
    whole = path.read_bytes()
    ends = [match.end() for match in re.finditer(MARKER, whole)]
    for length in [
        *range(0, len(whole), 1009),
        *(end + shift for end in ends for shift in (-17, -16, -1, 1)),
    ]:
        if 0 <= length < len(whole):
            path.write_bytes(whole[:length])
            named_by_both_readers(
                path, tracks, "is damaged: a block before byte|is not an Avro file"
            )


def test_bytes_too_many_are_named(good):
    path, tracks = good
    path.write_bytes(path.read_bytes() + b"x")
    named_by_both_readers(
        path,
        tracks,
        r"is damaged: a block before byte [\d,]+ is cut off or damaged. Restore it, or simulate "
        r"the run again",
    )


def test_a_block_that_cannot_be_decoded_is_named(good):
    path, tracks = good
    whole, first = path.read_bytes(), path.read_bytes().index(MARKER) + len(MARKER) + 3
    path.write_bytes(whole[:first] + b"\xff" * 40 + whole[first + 40 :])
    named_by_both_readers(path, tracks, "is damaged: ")


def test_what_is_no_avro_is_named(good):
    path, tracks = good
    for content in (b"", b"hello, world" * 40, b"PAR1" + b"\0" * 100):
        path.write_bytes(content)
        named_by_both_readers(path, tracks, "is not an Avro file; give an object container file")


def test_avro_of_other_records_is_named_with_what_it_lacks(good):
    path, tracks = good
    for schema, lacking in (
        (
            {"type": "record", "name": "Weather", "fields": [{"name": "t", "type": "int"}]},
            "UserSongInteraction.PlayId, UserProfile.Prof",
        ),
        (
            changed(lambda schema: interaction_of(schema).pop(5)),
            "UserSongInteraction.MsPlayed; give",
        ),
        ("int", "UserSongInteraction.PlayId"),
    ):
        with open(path, "wb") as file:
            fastavro.writer(file, schema, [])
        named_by_both_readers(
            path, tracks, f"is an Avro file of other records: it has no {lacking}"
        )


def test_songs_of_another_catalogue_are_named(good):
    path, tracks = good
    with pytest.raises(
        ValueError,
        match=r"plays.avro has a play of song \w{22}, which is not among the 1 tracks given; "
        r"give the tracks of the run",
    ):
        ws.read_plays_avro(path, tracks.slice(0, 1))


def test_a_missing_file_is_said_so(tmp_path, catalogue):
    with pytest.raises(FileNotFoundError, match="nothing.avro"):
        ws.read_plays_avro(tmp_path / "nothing.avro", catalogue.tracks)


def copied(run_dir, folder):
    """A copy of a run to damage, and its first Avro file."""
    shutil.copytree(run_dir, folder / "run")
    return folder / "run", sorted((folder / "run" / "avro").glob("*.avro"))[0]


def test_in_a_run_even_one_changed_bit_is_named(avro_run, tmp_path):
    run_dir, path = copied(avro_run, tmp_path)
    changed_bytes = bytearray(path.read_bytes())
    changed_bytes[len(changed_bytes) // 2] ^= 1
    path.write_bytes(changed_bytes)
    for read in (
        lambda run_dir: ws.tell_story(run_dir, 0),
        lambda run_dir: ws.read_table(run_dir, "plays"),
    ):
        with pytest.raises(
            ValueError,
            match="part-00000000.avro is damaged: its SHA-256 is not the one in run.json. "
            "Restore it, or",
        ):
            read(run_dir)


def test_in_a_run_a_missing_and_a_strange_file_are_named(avro_run, tmp_path):
    run_dir, path = copied(avro_run, tmp_path)
    moved = path.rename(path.with_name("foreign.avro"))
    with pytest.raises(
        ValueError, match="foreign.avro is not a file of this run; move it elsewhere."
    ):
        ws.read_table(run_dir, "plays")
    moved.unlink()
    with pytest.raises(
        FileNotFoundError, match="part-00000000.avro is missing, but run.json lists it."
    ):
        ws.read_table(run_dir, "plays")


def test_a_symbol_of_a_later_release_is_unknown_to_both_readers(tiny_run, few, tmp_path):
    later = changed(
        lambda schema: field_named(interaction_of(schema), "Device")["type"]["symbols"].append(
            "glasses"
        )
    )
    rows = [
        {**row, "UserSongInteraction": {**row["UserSongInteraction"], "Device": "glasses"}}
        for row in records.plain_records(few[0].slice(0, 3), *few[1:])
    ]
    with open(tmp_path / "plays.avro", "wb") as file:
        fastavro.writer(file, later, rows)
    assert [
        row["UserSongInteraction"]["Device"] for row in ws.read_avro(tmp_path / "plays.avro")
    ] == ["UNKNOWN"] * 3
    assert (
        ws.read_plays_avro(tmp_path / "plays.avro", few[3])["device"].to_pylist() == ["UNKNOWN"] * 3
    )
