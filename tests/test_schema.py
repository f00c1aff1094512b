"""The Avro contract, and that old reads new and new reads old."""

import copy
import hashlib
import io
import itertools
import json
import re

import avro.datafile
import avro.io
import avro.schema
import fastavro
import pytest

from wrapsim_helpers import schema as s

RELEASES = {**s.released_schemas(), "current": s.schema_ind}


def leaf_fields(schema):
    return [
        (record["name"], field)
        for record in (f["type"] for f in schema["fields"])
        for field in record["fields"]
    ]


def record_of_defaults(schema):
    return {field["name"]: dict(field["default"]) for field in schema["fields"]}


def test_the_record_is_made_of_the_three_the_seed_names():
    assert s.schema_ind["name"] == "wrapsim.SpotifyWrappedData"
    assert [field["name"] for field in s.schema_ind["fields"]] == [
        "UserProfile",
        "SongMetadata",
        "UserSongInteraction",
    ]


def test_every_field_has_a_doc_and_a_default_and_a_pascal_case_name():
    for record, field in leaf_fields(s.schema_ind):
        assert field["doc"].endswith("."), (record, field["name"])
        assert "default" in field and field["name"][0].isupper() and "_" not in field["name"]


def test_every_field_of_milliseconds_says_so():
    fields = {field["name"]: field for _, field in leaf_fields(s.schema_ind)}
    named = {name for name in fields if "Ms" in name} | {"Length"}
    timed = {name for name, field in fields.items() if s.arrow_type(field["type"]) == s.TIMESTAMP}
    assert timed == {"StartedAt", "EndedAt"} and len(named) == 6
    assert not [name for name in named | timed if "milliseconds" not in fields[name]["doc"].lower()]


def test_closed_sets_are_enums_with_the_default_unknown():
    enums = [
        field["type"]
        for _, field in leaf_fields(s.schema_ind)
        if isinstance(field["type"], dict) and field["type"]["type"] == "enum"
    ]
    assert len(enums) == 11 and all(
        enum["symbols"][0] == "UNKNOWN" and enum["default"] == "UNKNOWN" for enum in enums
    )


def test_the_defaults_of_the_whole_are_those_of_its_parts():
    for field in s.schema_ind["fields"]:
        assert field["default"] == {
            inner["name"]: inner["default"] for inner in field["type"]["fields"]
        }


def test_plays_columns_are_the_fields_of_the_interaction_in_snake_case():
    names = [s.snake(field["name"]) for field in s.record_fields("UserSongInteraction")]
    assert set(names) <= set(s.TABLES["plays"].names)
    assert s.snake("UtcOffsetMin") == "utc_offset_min" and s.snake("Bpm") == "bpm"


def test_the_current_schema_is_the_last_release_until_a_new_one_is_frozen():
    assert list(s.released_schemas().values())[-1] == s.schema_ind


def test_the_schema_is_plain_json():
    assert json.loads(json.dumps(s.schema_ind)) == s.schema_ind


@pytest.mark.parametrize("written, read", list(itertools.product(RELEASES, repeat=2)))
def test_every_release_reads_every_release(written, read):
    assert_both_libraries_read(
        RELEASES[written], RELEASES[read], record_of_defaults(RELEASES[written])
    )


def assert_both_libraries_read(writer, reader, record):
    """Written and read by fastavro, and by Apache avro, under another schema; returns what fastavro
    read.
    """
    file = io.BytesIO()
    fastavro.writer(file, writer, [record])
    by_fastavro = list(fastavro.reader(io.BytesIO(file.getvalue()), reader))
    parsed = avro.schema.parse(json.dumps(reader))
    with avro.datafile.DataFileReader(
        io.BytesIO(file.getvalue()), avro.io.DatumReader(None, parsed)
    ) as rows:
        by_apache = list(rows)
    assert len(by_fastavro) == len(by_apache) == 1
    return by_fastavro[0]


def changed(change):
    other = copy.deepcopy(s.schema_ind)
    change(
        next(field["type"] for field in other["fields"] if field["name"] == "UserSongInteraction")
    )
    other["fields"][2]["default"] = {
        field["name"]: field["default"] for field in other["fields"][2]["type"]["fields"]
    }
    return other


def test_a_field_added_later_has_its_default_for_an_old_file():
    new = changed(
        lambda record: record["fields"].append(
            {"name": "Volume", "type": "int", "default": 42, "doc": "Loudness set."}
        )
    )
    assert (
        assert_both_libraries_read(s.schema_ind, new, record_of_defaults(s.schema_ind))[
            "UserSongInteraction"
        ]["Volume"]
        == 42
    )
    assert (
        "Volume"
        not in assert_both_libraries_read(new, s.schema_ind, record_of_defaults(new))[
            "UserSongInteraction"
        ]
    )


def test_a_symbol_added_later_reads_as_unknown_for_an_old_reader():
    new = changed(
        lambda record: next(f for f in record["fields"] if f["name"] == "Device")["type"][
            "symbols"
        ].append("car")
    )
    record = record_of_defaults(new)
    record["UserSongInteraction"]["Device"] = "car"
    file = io.BytesIO()
    fastavro.writer(file, new, [record])
    assert (
        next(fastavro.reader(io.BytesIO(file.getvalue()), s.schema_ind))["UserSongInteraction"][
            "Device"
        ]
        == "UNKNOWN"
    )


def test_a_changed_type_is_not_readable_so_the_test_above_can_fail():
    new = changed(lambda record: record["fields"][5].update(type="string", default=""))
    with pytest.raises(Exception, match="(?i)schema|mismatch|incompatible"):
        assert_both_libraries_read(s.schema_ind, new, record_of_defaults(s.schema_ind))


def test_the_fingerprint_is_that_of_the_parsing_canonical_form():
    form = avro.schema.parse(json.dumps(s.schema_ind)).canonical_form
    form = re.sub(
        r'\{"type":"(int|long|string)"\}', r'"\1"', form
    )  # a step of the specification that Apache's Python leaves out
    assert hashlib.sha256(form.encode()).hexdigest() == s.fingerprints()["sha256"]


def test_a_column_of_any_table_can_be_filled_for_rows_written_before_it_existed():
    for table in s.TABLES.values():
        for field in table:
            assert s.blank(field, 2).type == field.type
    assert s.blank(s.TABLES["tracks"].field("noise"), 2).to_pylist() == [False, False]


def test_a_table_with_wrong_columns_is_refused():
    with pytest.raises(
        KeyError, match="table artists needs the columns artist_id, artist, genre, country"
    ):
        s.table_of("artists", {"artist_id": [1]})
