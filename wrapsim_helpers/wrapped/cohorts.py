"""The plays of a crowd, counted once by cohort, so that any cohort is a sum of few numbers."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..instants import DAY_MS, HOUR_MS, MINUTE_MS, check_window
from ..listening.counts import COUNTED_PLAY_MS
from ..runs.connection import microseconds
from ..runs.opened import read_parquet
from .counting import NOT_FINISHED_MS

AGES = {"under 20": 20, "20 to 29": 30, "30 to 39": 40, "40 to 54": 55, "55 and older": 200}
ATTRIBUTES = ("age", "plan", "country", "persona")  # of listeners; `device` is one of plays
MINUTE_EDGES = 2.0 ** np.arange(10)  # between the classes of minutes a day: 1, 2, 4, ... 512
TOP, SECONDS = 5, 60
LISTS = ("hours", "left", "minutes", "top")  # of `cohort_numbers`


@dataclass(frozen=True)
class CohortCounts:
    """A run's plays, counted by cell (listeners with the same ATTRIBUTES) and device.

    cells    DataFrame of ATTRIBUTES, one row per cell
    devices  names
    hours    plays by local hour, int64, (C, D, 24)
    left     plays that were left in each second before SECONDS, int64, (C, D, 60)
    minutes  DataFrame cell, device, listener_id, ms_played
    streams  DataFrame cell, device, artist, n_streams; artist is a position in `artists`
    artists  names in alphabetical order
    days     length of the run
    """

    cells: pd.DataFrame
    devices: list
    hours: np.ndarray
    left: np.ndarray
    minutes: pd.DataFrame
    streams: pd.DataFrame
    artists: np.ndarray
    days: float


def listener_cohorts(run):
    """Listener id and ATTRIBUTES of each listener of an `OpenedRun`, DataFrame. Age group and plan
    are those at the start of the run.
    """
    people = read_parquet(run, "listeners", ["listener_id", "country", "persona"]).to_pandas()
    columns = ["listener_id", "profile_version", "age", "plan"]
    versions = read_parquet(run, "profile_versions", columns).to_pandas()
    first = versions[versions["profile_version"] == 0].drop(columns="profile_version")
    table = people.merge(first, on="listener_id")
    group = np.searchsorted(list(AGES.values()), table["age"], side="right")
    texts = {name: table[name].astype(str) for name in ("plan", "country", "persona")}
    return table[["listener_id"]].assign(age=np.array(list(AGES))[group], **texts)


def cohort_counts(run):
    """The `CohortCounts` of an `OpenedRun`, in one pass for each of its tables."""
    listeners = listener_cohorts(run)
    cell = listeners.groupby(list(ATTRIBUTES)).ngroup()
    cells = listeners[list(ATTRIBUTES)].assign(cell=cell).drop_duplicates().set_index("cell")
    plays = with_cells(run, listeners[["listener_id"]].assign(cell=cell))
    counted = {name: count(plays) for name, count in COUNTS.items()}
    devices = sorted(set(counted["minutes"]["device"]))
    for table in counted.values():
        table["device"] = np.searchsorted(devices, table["device"])
    artists, streams = np.unique(counted["streams"]["artist"], return_inverse=True)
    shape = len(cells), len(devices)
    start, end = check_window(run.parameters["start_time"], run.parameters["end_time"])
    return CohortCounts(
        cells.sort_index(),
        devices,
        cube(counted["hours"], "hour", (*shape, 24)),
        cube(counted["left"], "second", (*shape, SECONDS)),
        counted["minutes"],
        counted["streams"].assign(artist=streams),
        artists,
        (end - start).total_seconds() * 1000 / DAY_MS,
    )


def with_cells(run, cells):
    """The plays of a run with cell, device, local hour, the second in which a play ended, whether
    it was left in the first SECONDS (see `crowd_leaving`) and the primary artist.

    cells  DataFrame listener_id, cell
    """
    plays, tracks = run.tables["plays"], run.tables["tracks"]
    connection = plays._find_backend()
    cells = connection.create_table("cells", pa.Table.from_pandas(cells), overwrite=True)
    tracks = tracks.select("track_id", "duration_ms", artist=tracks.artists[0])
    plays = plays.join(cells, "listener_id").join(tracks, "track_id")
    offset_us = plays.utc_offset_min.cast("int64") * (MINUTE_MS * 1000)
    local_us = microseconds(plays.started_at) + offset_us
    return plays.select(
        "listener_id",
        "cell",
        "ms_played",
        "artist",
        device=plays.device.cast("string"),
        hour=local_us // (HOUR_MS * 1000) % 24,
        second=plays.ms_played // 1000,
        left=(plays.ms_played < plays.duration_ms - NOT_FINISHED_MS)
        & (plays.ms_played < SECONDS * 1000),
    )


def counted_by(*keys):
    """A function that counts plays by cell, device and some keys; returns a DataFrame with n."""
    return lambda plays: plays.group_by("cell", "device", *keys).agg(n=plays.count()).execute()


def streams_by_artist(plays):
    """Streams by cell, device and artist."""
    return counted_by("artist")(plays.filter(plays.ms_played >= COUNTED_PLAY_MS))


def minutes_of_listeners(plays):
    """ms_played by cell, device and listener."""
    ms = plays.ms_played.cast("int64").sum()
    return plays.group_by("cell", "device", "listener_id").agg(ms_played=ms).execute()


COUNTS = {
    "hours": counted_by("hour"),
    "left": lambda plays: counted_by("second")(plays.filter(plays.left)),
    "minutes": minutes_of_listeners,
    "streams": streams_by_artist,
}


def cube(table, key, shape):
    """Counts by cell, device and a key as an array of a shape."""
    counts = np.zeros(shape, np.int64)
    counts[table["cell"], table["device"], table[key]] = table["n"]
    return counts


# -- one cohort ------------------------------------------------------------------------------------


def cohort_numbers(counts, choice):
    """The numbers of a cohort: a dict for JSON.

    choice  value of each of ATTRIBUTES and of device, as in `CohortCounts`; None for all
    n       listeners of the cohort who have a play
    n_plays their plays;  hours  share of them by local hour
    left    share of plays not left before each second from 0 to SECONDS, 61 numbers
    minutes share of listeners in each class of minutes a day, see MINUTE_EDGES;  median  of them
    top     [artist, streams] of the top five primary artists, by streams, ties by name
    Lists are empty if the cohort has no listener.
    """
    chosen = in_cohort(counts, choice)
    hours, left = counts.hours[chosen].sum(axis=0), counts.left[chosen].sum(axis=0)
    n_plays, minutes = int(hours.sum()), minutes_a_day(counts, chosen)
    if not n_plays:
        return {"n": 0, "n_plays": 0, "median": 0.0, **{name: [] for name in LISTS}}
    classes = np.bincount(np.searchsorted(MINUTE_EDGES, minutes, "right"), minlength=11)
    return {
        "n": len(minutes),
        "n_plays": n_plays,
        "median": round(float(np.median(minutes)), 1),
        "hours": (hours / n_plays).round(4).tolist(),
        "left": (1 - np.append(0, left.cumsum()) / n_plays).round(4).tolist(),
        "minutes": (classes / len(minutes)).round(4).tolist(),
        "top": top_of(counts, chosen),
    }


def in_cohort(counts, choice):
    """Which cells and devices belong to a cohort: bool, (C, D)."""
    fits = np.ones(len(counts.cells), bool)
    for name in ATTRIBUTES:
        if choice.get(name) is not None:
            fits &= (counts.cells[name] == choice[name]).to_numpy()
    device = choice.get("device")
    return fits[:, None] & np.array([device in (None, name) for name in counts.devices])


def minutes_a_day(counts, chosen):
    """Minutes a day of each listener of a cohort, float64, (L,)."""
    rows = counts.minutes[chosen[counts.minutes["cell"], counts.minutes["device"]]]
    return rows.groupby("listener_id")["ms_played"].sum().to_numpy() / MINUTE_MS / counts.days


def top_of(counts, chosen):
    """[artist, streams] of the top five artists of a cohort."""
    rows = counts.streams[chosen[counts.streams["cell"], counts.streams["device"]]]
    n = np.bincount(rows["artist"], rows["n"], len(counts.artists))
    best = np.argsort(-n, kind="stable")[:TOP]
    return [[str(counts.artists[i]), int(n[i])] for i in best if n[i]]
