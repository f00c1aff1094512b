"""The properties of Avro files on some hundreds of generated runs and schemas; the quick tests try
the first few of them.
"""

from hypothesis import given, settings

from ..storage.test_avro import (
    CODECS,
    QUICK,
    SIZES,
    check_bytes,
    check_other,
    check_readers,
    check_round_trip,
    others,
    runs,
)

MANY, SOME = settings(QUICK, max_examples=600), settings(QUICK, max_examples=200)


@MANY
@given(runs(), SIZES)
def test_spliced_records_are_those_of_fastavro_to_the_byte(run, block_size):
    check_bytes(run, block_size)


@MANY
@given(others(), SIZES)
def test_any_schema_of_three_records_in_sequence_is_spliced(other, block_size):
    check_other(other, block_size)


@SOME
@given(runs(), CODECS, SIZES)
def test_three_readers_read_what_fastavro_would_have_written(
    tmp_path_factory, run, codec, block_size
):
    check_readers(tmp_path_factory.mktemp("avro"), run, codec, block_size)


@SOME
@given(runs())
def test_plays_come_back_as_they_were(tmp_path_factory, run):
    check_round_trip(tmp_path_factory.mktemp("avro"), run)
