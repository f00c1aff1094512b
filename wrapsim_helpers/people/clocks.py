"""The clocks of the time zones: when each listener's window begins and ends, and every change of a
zone's offset around it.
"""

import functools

import numpy as np

from ..compiled import compiled
from ..instants import DAY_MS, MINUTE_MS, first_instant_ms, instant_ms, zone_changes

CHANGE = np.dtype([("at_ms", "i8"), ("offset_ms", "i8")])


def window_starts(run, people):
    """When each listener's window starts and ends: (int64 UTC ms, int64 UTC ms, how many local
    times had to be moved).

    people  Arrow table with a column time_zone
    """
    zones, zone = encoded(people["time_zone"])
    starts, ends, moved = zone_windows(run, zones)
    return starts[zone], ends[zone], int(moved[zone].sum())


def zone_windows(run, zones):
    """The same for each zone: (int64, int64, whether a local time had to be moved).

    ValueError for one listener's.
    """
    if run.num_users == 1:
        limits = [
            [(instant_ms(name, moment, zone), False) for zone in zones]
            for name, moment in zip(("start_time", "end_time"), run.window)
        ]
    else:
        limits = [[first_instant(moment, zone) for zone in zones] for moment in run.window]
    starts, ends = np.array(limits)
    return starts[:, 0], ends[:, 0], (starts[:, 1] | ends[:, 1]).astype(bool)


first_instant = functools.lru_cache(maxsize=4096)(first_instant_ms)  # worked out once per process


def encoded(column):
    """(distinct texts, list; place of each row's text there, int64, (L,)) of an Arrow column."""
    words = column.combine_chunks().dictionary_encode()
    return words.dictionary.to_pylist(), words.indices.to_numpy().astype(np.int64)


def midnights(run, days, zone_names, zone):
    """UTC ms of local midnight of each day in each zone, int64, (N,); the first instant of the day
    where clocks skip it.
    """
    first_change, changes = clocks(run, zone_names)
    return first_instants(
        first_change, changes, zone, days.astype("datetime64[ms]").astype(np.int64)
    )


@compiled
def first_instants(first_change, changes, zone, wall_ms):
    """The first instant at or after each local time: the first showing of one shown twice, the end
    of a gap. UTC ms.
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
    """The changes of each zone's clock around the run's window: (where each zone's begin, and the
    total; CHANGE records).
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
    """`zone_changes`, worked out once per process."""
    return tuple(zone_changes(zone, from_ms, to_ms))
