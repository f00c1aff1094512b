"""The yardstick: the loop this project began from, in plain Python.

It filters the songs by genre for each record, draws one, builds a nested record with Faker and
uuid, and steps four minutes. Everything it draws is uniform, and age, gender and plan are drawn
anew for every record.
"""

import random
import uuid
from datetime import UTC, datetime, timedelta

import fastavro
from faker import Faker

KINDS = ("play", "pause", "skip", "replay", "stop")
FIELDS = {
    "UserProfile": {
        "UserId": "string",
        "Name": "string",
        "Age": "int",
        "Gender": "string",
        "SubscriptionPlan": "string",
        "Location": "string",
    },
    "SongMetadata": {
        "SongId": "string",
        "Title": "string",
        "Artists": {"type": "array", "items": "string"},
        "Genre": "string",
        "Length": "string",
        "ReleaseDate": "string",
    },
    "UserSongInteraction": {
        "UserId": "string",
        "SongId": "string",
        "Timestamp": "string",
        "Interaction": "string",
    },
}


def listening_session(user_id, start, end, genre, songs, faker):
    """Records of one user between two times, as a list of nested dicts. songs: DataFrame as from
    `load_songs`.
    """
    records, now = [], start
    while now < end:
        song = songs[songs["genre"] == genre].sample(1).iloc[0]
        records.append(
            {
                "UserProfile": {
                    "UserId": user_id,
                    "Name": faker.name(),
                    "Age": random.randint(12, 60),
                    "Gender": random.choice(("Male", "Female")),
                    "SubscriptionPlan": random.choice(("Free", "Premium")),
                    "Location": faker.city(),
                },
                "SongMetadata": {
                    "SongId": str(uuid.uuid4()),
                    "Title": song["title"],
                    "Artists": [song["artist"]],
                    "Genre": song["genre"],
                    "Length": str(song["duration_s"]),
                    "ReleaseDate": str(song["year"]),
                },
                "UserSongInteraction": {
                    "UserId": user_id,
                    "SongId": str(uuid.uuid4()),
                    "Timestamp": now.isoformat(),
                    "Interaction": random.choice(KINDS),
                },
            }
        )
        now += timedelta(minutes=4)
    return records


def seed_records(songs, n=1500):
    """About n records of the seed's loop, as a list."""
    start = datetime(2025, 1, 1, tzinfo=UTC)
    genre = songs["genre"].value_counts().index[0]
    return listening_session(
        str(uuid.uuid4()), start, start + timedelta(minutes=4 * n), genre, songs, Faker()
    )


def write_seed_records(songs, n, path):
    """The same to an Avro file by fastavro, as its writer is used by default."""
    nested = [{"name": name, "type": record(name, fields)} for name, fields in FIELDS.items()]
    with open(path, "wb") as file:
        fastavro.writer(
            file,
            record("SpotifyWrappedData", {one["name"]: one["type"] for one in nested}),
            seed_records(songs, n),
            codec="deflate",
        )


def record(name, fields):
    """An Avro record schema."""
    return {
        "type": "record",
        "name": name,
        "fields": [{"name": field, "type": kind} for field, kind in fields.items()],
    }
