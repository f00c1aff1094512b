"""The clocks of time zones: each listener's window in UTC, and changes of a zone's offset."""

import functools

import numpy as np
import pandas as pd

from ..compiled import compiled
from ..instants import DAY_MS, MINUTE_MS, first_instant_ms, instant_ms, zone_changes

CHANGE = np.dtype([("at_ms", "i8"), ("offset_ms", "i8")])


def window_starts(run, people):
    """Start and end of each listener's window, int64 UTC ms, and how many windows were moved.

    people: Arrow table with a column time_zone. A local time that does not exist exactly once is
    moved to the first valid instant.
    """
    zone, zones = pd.factorize(people["time_zone"].to_pandas())
    starts, ends, moved = zone_windows(run, zones)
    return starts[zone], ends[zone], int(moved[zone].sum())


def zone_windows(run, zones):
    """Start and end of the window in each zone, int64 UTC ms, and whether a local time was moved.

    For a run of one listener, raises ValueError instead of moving a time.
    """
    if run.num_users == 1:
        limits = [
            [(instant_ms(name, moment, zone), False) for zone in zones]
            for name, moment in zip(("start_time", "end_time"), run.window)
        ]
    else:
        limits = [[first_instant(moment, zone) for zone in zones] for moment in run.window]
    at, moved = np.array(limits).transpose(2, 0, 1)
    return *at, moved.any(axis=0)


first_instant = functools.lru_cache(maxsize=4096)(first_instant_ms)  # cached per process


@compiled
def first_instants(first_change, changes, zone, wall_ms):
    """UTC ms of the first instant at or after each local time.

    A time that occurs twice is the first of the two; a skipped time is the end of the gap.
    """
    result = np.empty(len(zone), np.int64)
    for n in range(len(zone)):
        i = first_change[zone[n]]
        while (
            i + 1 < first_change[zone[n] + 1]
            and wall_ms[n] >= changes[i + 1].at_ms + changes[i].offset_ms
        ):
            i += 1
        result[n] = max(wall_ms[n] - changes[i].offset_ms, changes[i].at_ms)
    return result


def clocks(run, zones):
    """Changes of each zone's clock around the run's window.

    Returns (first change of each zone, then the number of changes, int64; CHANGE records).
    """
    from_ms, to_ms = (
        int(np.datetime64(moment.date(), "ms").astype(np.int64)) for moment in run.window
    )
    changes = [zone_clock(zone, from_ms - 4 * DAY_MS, to_ms + 5 * DAY_MS) for zone in zones]
    records = [(at, offset * MINUTE_MS) for of_zone in changes for at, offset in of_zone]
    return np.cumsum([0, *map(len, changes)], dtype=np.int64), np.array(records, CHANGE).view(
        np.recarray
    )


@functools.lru_cache(maxsize=4096)
def zone_clock(zone, from_ms, to_ms):
    """`zone_changes` as a tuple, cached per process."""
    return tuple(zone_changes(zone, from_ms, to_ms))
