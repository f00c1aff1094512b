"""The plays of one listener as the rows of an export: key of the extended history -> column.

A column is an array, (N,): int64, bool, or object with texts, None, and what else JSON has; pandas
would turn None into NaN. Besides these keys there are `play_id`, `started_ms` and `ended_ms` (UTC),
`duration_ms` and `track_number` of the track, `short_platform` and `verbose_platform`.
"""

import numpy as np
import pyarrow as pa

from ..instants import MS
from ..runs.opened import read_parquet
from ..streams import decision, numbered_keys
from .export_formats import (
    CHAPTER_KEYS,
    EPISODE_KEYS,
    NEVER_SKIPPED,
    OFFLINE_IN_MS,
    OTHER_PLATFORM,
    REASONS,
    SHORT_PLATFORMS,
    SONG_KEYS,
    TEST_NETS,
    VERBOSE_PLATFORMS,
    VERBOSE_UNTIL,
)

TRACK_COLUMNS = ("title", "album_id", "album", "song_id", "duration_ms", "track_number")
MOVING = ("phone", "wearable")  # devices whose address changes with the session
N_ADDRESSES = 254


def named_tracks(run):
    """The tracks of a run, Arrow, with the columns of TRACK_COLUMNS and `artist`, that of the
    album; row n is track n.
    """
    tracks = read_parquet(run, "tracks", list(TRACK_COLUMNS))
    albums = read_parquet(run, "albums", ["artist_id"])["artist_id"]
    artists = read_parquet(run, "artists", ["artist"])["artist"]
    return tracks.append_column("artist", artists.take(albums.take(tracks["album_id"])))


def draws(seed, name, numbers):
    """64 random bits for each number, a pure function of seed, name and number: uint64, (N,)."""
    return numbered_keys(np.uint64(seed) ^ decision(name), np.asarray(numbers, np.int64))


def rows_of_plays(plays, tracks, seed):
    """Plays of one listener, Arrow, as the rows of a clean export, in the order of the plays.

    tracks  as from `named_tracks`;  seed  of the run
    """
    rows = {
        "play_id": plays["play_id"].to_numpy(),
        "started_ms": plays["started_at"].cast("int64").to_numpy(),
        "ended_ms": plays["ended_at"].cast("int64").to_numpy(),
        "ms_played": plays["ms_played"].to_numpy().astype(np.int64),
        **names_of_plays(plays, tracks),
        **circumstances_of(plays, seed),
    }
    return rows | facts_of_the_time(rows) | platforms_of(plays, rows["started_ms"], seed)


# -- columns ---------------------------------------------------------------------------------------


def objects(values):
    """Values as a column that keeps texts, None and whole numbers as they are: object, (N,)."""
    column = np.empty(len(values), object)
    column[:] = values
    return column


def filled_column(rows, value):
    """A column of one value for rows: object, (N,)."""
    return objects([value] * n_rows(rows))


def n_rows(rows):
    """The number of rows."""
    return len(rows["play_id"])


def picked_rows(rows, which):
    """Some rows. which: bool, (N,), positions or a slice"""
    return {key: column[which] for key, column in rows.items()}


def not_none(column):
    """Whether each value of a column is not None: bool, (N,)."""
    return np.array([value is not None for value in column.tolist()], bool)


# -- from plays ------------------------------------------------------------------------------------


def names_of_plays(plays, tracks):
    """The columns of the songs of plays, and those of episodes and chapters, which are empty."""
    songs = tracks.take(plays["track_id"])
    uris = [f"spotify:track:{song_id}" for song_id in songs["song_id"].to_pylist()]
    names = [songs[column].to_pylist() for column in ("title", "artist", "album")]
    return {
        **{key: objects(values) for key, values in zip(SONG_KEYS, (*names, uris))},
        **{key: objects([None] * len(plays)) for key in (*EPISODE_KEYS, *CHAPTER_KEYS)},
        "duration_ms": songs["duration_ms"].to_numpy().astype(np.int64),
        "track_number": songs["track_number"].to_numpy().astype(np.int64),
    }


def circumstances_of(plays, seed):
    """The columns of plays that say how and where, as in the current format."""
    reasons = {
        name: objects([REASONS.get(reason, reason) for reason in column_texts(plays[name])])
        for name in ("reason_start", "reason_end")
    }
    return reasons | {
        "conn_country": objects(column_texts(plays["country"])),
        "ip_addr": addresses_of(plays, seed),
        "shuffle": objects(plays["shuffle"].to_pylist()),
        "offline": objects(plays["offline"].to_pylist()),
        "incognito_mode": objects(plays["private"].to_pylist()),
    }


def column_texts(column):
    """The texts of a column of plays, a list."""
    return column.cast(pa.string()).to_pylist()


def addresses_of(plays, seed):
    """An address of TEST_NETS for each play, None for a play offline: object, (N,).

    A phone or watch has an address per session; the other devices share the address of the home.
    """
    is_moving = np.isin(column_texts(plays["device"]), MOVING)
    owners = np.where(is_moving, plays["session_id"].to_numpy(), plays["listener_id"].to_numpy())
    numbers = draws(seed, "address", owners) % np.uint64(len(TEST_NETS) * N_ADDRESSES)
    nets, hosts = np.divmod(numbers.astype(int), N_ADDRESSES)
    offline = plays["offline"].to_pylist()
    return objects(
        [
            None if is_offline else f"{TEST_NETS[net]}{host + 1}"
            for net, host, is_offline in zip(nets, hosts, offline)
        ]
    )


# -- facts that changed over the years -------------------------------------------------------------


def facts_of_the_time(rows):
    """`skipped` and `offline_timestamp` of rows as exports had them at the time."""
    starts = rows["started_ms"]
    never = is_within(starts, *NEVER_SKIPPED)
    in_ms = is_within(starts, *OFFLINE_IN_MS)
    return {
        "skipped": objects((~never & (rows["reason_end"] == "fwdbtn")).tolist()),
        "offline_timestamp": objects(np.where(in_ms, starts, starts // MS).tolist()),
    }


def instant(day):
    """UTC milliseconds of the beginning of an ISO date."""
    return np.datetime64(day, "ms").astype(np.int64)


def is_within(instants, first_day, end_day):
    """Whether each instant, int64 ms, lies from the first day up to, but not including, the end
    day.
    """
    return (instant(first_day) <= instants) & (instants < instant(end_day))


def platforms_of(plays, starts, seed):
    """The verbose and the short text for the platform of each play, and that of its time."""
    devices = list(zip(column_texts(plays["device"]), column_texts(plays["platform"])))
    choices = draws(seed, "platform", plays["listener_id"].to_numpy()).tolist()
    verbose = objects([verbose_platform(*both) for both in zip(devices, choices)])
    short = objects([SHORT_PLATFORMS.get(platform, OTHER_PLATFORM) for _, platform in devices])
    now = np.where(starts < instant(VERBOSE_UNTIL), verbose, short)
    return {"verbose_platform": verbose, "short_platform": short, "platform": now}


def verbose_platform(device, choice):
    """The verbose text for a (device, platform); choice: a drawn number of the listener."""
    variants = VERBOSE_PLATFORMS.get(device, (OTHER_PLATFORM,))
    return variants[choice % len(variants)]
