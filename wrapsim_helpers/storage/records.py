"""SpotifyWrappedData records from the tables of a run, and Avro files of them."""

import hashlib
import uuid
import warnings

import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..checking import check_choice, check_path, front_door
from ..schema import RECORDS, pascal, record_fields, schema_ind, snake, with_ordered_keys
from . import avro_reading, avro_writing
from .places import new_file
from .tables import ROWS_PER_GROUP

# -- rows ------------------------------------------------------------------------------------------


@front_door
def records(plays: pa.Table, listeners, versions, tracks):
    """SpotifyWrappedData records of a plays table, one per play, in order; a generator of dicts
    valid under schema_ind.

    Times are datetimes with time zone, days are dates, user ids are UUIDs, as fastavro reads them.
    """
    tables = profiles(listeners, versions), songs(tracks), plays
    parts = [narrowed(*part) for part in zip(RECORDS, tables)]
    for profile, song, play in joined_records(plays, versions, tracks, parts):
        yield dict(
            zip(RECORDS, (profile | {"UserId": uuid.UUID(profile["UserId"])}, dict(song), play))
        )


def plain_records(plays, listeners, versions, tracks, schema=schema_ind):
    """The records of `records` as numbers and text, with a field for every column of the tables.
    Records share their parts.

    fastavro can write them under any schema, since it ignores extra fields, and several times as
    fast.
    """
    tables = profiles(listeners, versions), songs(tracks), plays
    fields = (avro_writing.fields_in(schema, record) for record in RECORDS)
    parts = [in_pascal_case(as_numbers(*part)) for part in zip(tables, fields)]
    for values in joined_records(plays, versions, tracks, parts):
        yield dict(zip(RECORDS, values))


def joined_records(plays, versions, tracks, parts):
    """(UserProfile, SongMetadata, UserSongInteraction) of each play.

    parts  the table of each record, with a row per profile version, per track and per play
    """
    used_versions, nth_version = np.unique(version_of(plays, versions), return_inverse=True)
    used_tracks, nth_track = np.unique(track_of(plays, tracks), return_inverse=True)
    profiles_used, songs_used = (
        part.take(pa.array(rows)).to_pylist()  # a catalogue may have 100 times as many songs
        for part, rows in zip(parts, (used_versions, used_tracks))
    )
    rows = (
        row
        for batch in parts[2].to_batches(max_chunksize=ROWS_PER_GROUP)
        for row in batch.to_pylist()
    )
    for profile, song, play in zip(nth_version, nth_track, rows):
        yield profiles_used[profile], songs_used[song], play


def version_of(plays, versions):
    """Row of the profile versions table for each play, int32."""
    pairs = (
        pc.add(pc.shift_left(table["listener_id"], 32), table["profile_version"])
        for table in (versions, plays)
    )
    return positions("profile version {2} of listener {1}", *pairs)


def track_of(plays, tracks):
    """Row of the tracks table for each play, int32."""
    return positions("track {0}", tracks["track_id"], plays["track_id"])


def positions(what, keys, wanted):
    """Position of each wanted key among the keys, int32; both are Arrow columns.

    Raises KeyError if a key is missing. what: format of its name in the message.
    """
    if len(wanted) and not wanted.null_count and np.array_equal(keys, np.arange(len(keys))):
        numbers = wanted.to_numpy()  # keys that count up from 0 equal their positions
        if 0 <= numbers.min() <= numbers.max() < len(keys):
            return numbers.astype(np.int32, copy=False)
    rows = pc.index_in(wanted, value_set=keys)
    if rows.null_count:
        missing = wanted.filter(rows.is_null())[0].as_py()
        name = what.format(missing, missing >> 32, missing % 2**32)
        raise KeyError(
            f"the plays refer to {name}, which is not among the {len(keys):,} given; give the "
            f"tables of the same run."
        )
    return rows.to_numpy()


def profiles(listeners, versions):
    """The profile of each listener in each profile version: a table with the names of UserProfile
    and more, one row per version.
    """
    people = listeners.take(
        positions("listener {0}", listeners["listener_id"], versions["listener_id"])
    )
    everything = {name: table[name] for table in (people, versions) for name in table.column_names}
    return pa.table(everything | {"subscription_plan": versions["plan"]})


def songs(tracks):
    """The tracks table with two more columns under their names in SongMetadata."""
    return tracks.append_column("length", tracks["duration_ms"]).append_column(
        "is_noise", tracks["noise"]
    )


def narrowed(record, table):
    """The columns of a table that are fields of one of the three records, named as the fields."""
    fields = [field["name"] for field in record_fields(record)]
    return table.select([snake(name) for name in fields]).rename_columns(fields)


def in_pascal_case(table):
    """A table with its columns named in PascalCase, as Avro fields are."""
    return table.rename_columns([pascal(name) for name in table.column_names])


def as_numbers(table, fields):
    """A table with times as int64 milliseconds and days as int32 since 1970, if the Avro fields of
    a record store them so.

    fields  of the record, dicts with name and type. A time of another logical type stays a
            time, which fastavro can write
    """
    types = {field["name"]: field["type"] for field in fields}
    return table.cast(
        pa.schema(
            [
                field.with_type(avro_writing.plain_type(types.get(pascal(field.name)), field.type))
                for field in table.schema
            ]
        )
    )


# -- Avro ------------------------------------------------------------------------------------------


@front_door
def write_avro(
    plays: pa.Table,
    listeners: pa.Table,
    versions: pa.Table,
    tracks: pa.Table,
    path,
    marker,
    codec="deflate",
    schema=schema_ind,
    known=None,
):
    """Write a plays table as an Avro container of SpotifyWrappedData records, one per play, in
    order. Returns the file's SHA-256.

    listeners, versions, tracks  the tables that the plays refer to
    marker  16 bytes between blocks, from `sync_marker`;  codec  "deflate", "zstandard" or
            "null"
    schema  another schema of the record. If it is the three records in sequence, records are
            spliced; otherwise fastavro writes them, about thirty times slower, with a warning that
            says why
    known   a dict that caches encoded songs between files of the same tracks and schema
    Raises ValueError if `path` already holds a different file
    """
    codec, path = check_choice("codec", codec, avro_writing.CODECS), check_path("path", path)
    try:
        blocks = spliced_records(
            avro_writing.pieces(schema),
            plays,
            listeners,
            versions,
            tracks,
            {} if known is None else known,
        )
    except avro_writing.NotSpliced as reason:
        warnings.warn(
            f"fastavro writes {path.name} record by record, about thirty times slower, since the "
            f"schema cannot be spliced: {reason}.",
            stacklevel=2,
        )
        blocks = avro_writing.one_by_one(
            schema, plain_records(plays, listeners, versions, tracks, schema)
        )
    with new_file(path) as temporary, open(temporary, "wb") as file:
        return avro_writing.write_container(file, schema, blocks, codec, marker)


def spliced_records(pieces, plays, listeners, versions, tracks, known):
    """Blocks of the records of a plays table, see `avro_writing.spliced`; each profile and song
    that occurs is encoded once.
    """
    version_used, version = used(version_of(plays, versions))
    track_used, track = used(track_of(plays, tracks))

    def encoded(field, piece, rows):
        """The Avro bytes of each row of a table of profiles or songs."""
        numbers = as_numbers(rows, field["type"]["fields"])
        return avro_writing.encoded_rows(field, piece, in_pascal_case(numbers))

    people = encoded(*pieces[0], profiles(listeners, versions.take(version_used)))
    new = [row for row in track_used if row not in known]
    new_songs = songs(tracks.take(pa.array(new, pa.int64())))
    known.update(zip(new, encoded(*pieces[1], new_songs)))
    return avro_writing.spliced(
        [
            avro_writing.Column(avro_writing.ENCODED, version, people),
            avro_writing.Column(avro_writing.ENCODED, track, [known[row] for row in track_used]),
            *(avro_writing.column_of(*piece, plays) for piece in pieces[2:]),
        ]
    )


def used(numbers):
    """(the distinct numbers, sorted; the position of each number among them)."""
    from .splicing import looked_up, occurring

    distinct = np.flatnonzero(occurring(numbers, numbers.max(initial=-1) + 1))
    positions = np.zeros(len(distinct) and distinct[-1] + 1, np.int32)
    positions[distinct] = np.arange(len(distinct))
    return distinct, looked_up(positions, numbers)


@front_door
def sync_marker(identity_hash, part):
    """The 16 bytes that separate the blocks of an Avro file. Other writers draw them at random;
    here they depend on the run and the part.
    """
    return hashlib.sha256(f"{identity_hash} {part}".encode()).digest()[:16]


@front_door
def read_avro(path):
    """The records of one Avro file in the current schema, as fastavro reads them; a generator of
    dicts.

    Fields that an older release did not write have their defaults. Raises ValueError naming a file
    that is damaged or holds other records.
    """
    path = avro_reading.file_at("path", path)
    avro_reading.count_records(path)
    with open(path, "rb") as file:
        try:
            rows = fastavro.reader(file)
            if with_ordered_keys(rows.writer_schema, private=False) != schema_ind:
                file.seek(0)
                rows = fastavro.reader(file, schema_ind)
            yield from rows
        except Exception as error:  # damage inside a block can raise almost any error
            raise avro_reading.damaged_avro(path, f"{type(error).__name__}: {error}") from None
