"""Avro by splicing against fastavro on the same records, against compressing the same bytes, and
read back against fastavro.
"""

import tempfile
from pathlib import Path

import fastavro

import wrapsim_helpers as ws
from wrapsim_helpers.parameters import PLAYS_PER_PART
from wrapsim_helpers.schema import RECORDS, record_fields, schema_ind
from wrapsim_helpers.storage import avro_reading, avro_writing, places, records
from wrapsim_helpers.storage.records import spliced_records, write_avro

from .timing import in_turn

MARKER = b"0" * 16


def fewest_fields(plays, listeners, versions, tracks):
    """SpotifyWrappedData records as fastavro writes them fastest: numbers and text, no field too
    many; a list.
    """
    tables = zip(RECORDS, (records.profiles(listeners, versions), records.songs(tracks), plays))
    parts = [
        records.narrowed(record, records.as_numbers(table, record_fields(record)))
        for record, table in tables
    ]
    return [
        dict(zip(RECORDS, one)) for one in records.joined_records(plays, versions, tracks, parts)
    ]


def compress_alone(blocks, path):
    """Compress blocks of bytes and write them, as the writer does."""
    with places.whole_file(path) as beside, open(beside, "wb") as file:
        for block in blocks:
            file.write(avro_writing.CODECS["deflate"](block))


def by_fastavro(records, path):
    """The same file by fastavro alone, zlib's fastest level."""
    with places.whole_file(path) as beside, open(beside, "wb") as file:
        fastavro.writer(
            file,
            schema_ind,
            records,
            codec="deflate",
            codec_compression_level=1,
            sync_marker=MARKER,
        )


def by_splicing(run, path):
    """The same file by this package, not there before."""
    path.unlink(missing_ok=True)
    write_avro(*run, path, MARKER)


def measure():
    """[(claim, measured ratio, gate, detail)], on one part of a run, by one core"""
    heard = ws.listen(ws.Run(num_users=140))
    run = (
        heard.plays.slice(0, PLAYS_PER_PART),
        heard.listeners,
        heard.profile_versions,
        heard.world.catalogue.tracks,
    )
    records, blocks = (
        fewest_fields(*run),
        [bytes(block) for _, block in spliced_records(avro_writing.pieces(schema_ind), *run, {})],
    )
    with tempfile.TemporaryDirectory() as folder:
        ours, alone, theirs = (
            Path(folder) / name for name in ("ours.avro", "alone", "theirs.avro")
        )
        ours_s, alone_s = in_turn(
            lambda: by_splicing(run, ours), lambda: compress_alone(blocks, alone), rounds=9
        )
        ten_s, theirs_s = in_turn(
            lambda: [by_splicing(run, ours) for _ in range(10)],
            lambda: by_fastavro(records, theirs),
            rounds=3,
        )
        read_s, records_s = in_turn(
            lambda: avro_reading.read_plays_avro(ours, run[3]),
            lambda: sum(1 for _ in ws.read_avro(ours)),
            rounds=3,
        )
    size, n = sum(map(len, blocks)), run[0].num_rows
    return [
        (
            "splicing / fastavro.writer, records per second",
            10 * theirs_s / ten_s,
            30,
            f"{10 * n / ten_s:,.0f} against {n / theirs_s:,.0f} per second",
        ),
        (
            "splicing / compressing and writing the same bytes, seconds",
            ours_s / alone_s,
            -2.5,
            f"{size / ours_s / 1e6:,.0f} MB/s against {size / alone_s / 1e6:,.0f} MB/s",
        ),
        (
            "reading plays by DataFusion / fastavro.reader, records per second",
            records_s / read_s,
            8,
            f"{n / read_s:,.0f} against {n / records_s:,.0f} per second",
        ),
    ]
