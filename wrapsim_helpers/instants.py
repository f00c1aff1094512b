"""Times: units in milliseconds, ISO 8601 texts, windows, and the clocks of time zones."""

from bisect import bisect_left
from datetime import date, datetime

import pytz

from .checking import front_door

MS = 1000
MINUTE_MS = 60 * MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
EPOCH = datetime(1970, 1, 1)
EARLIEST = datetime(2000, 1, 1)  # zone tables and plan rules are not valid before
LATEST = datetime(2038, 1, 1)  # pytz knows no daylight saving after 2037


@front_door
def whole_minutes(ms):
    """Complete minutes in milliseconds, rounded down; a number or a column.

    This is the only rule for minutes that people see, on cards, in tables and in JSON.
    """
    return ms // MINUTE_MS


def time_text(moment):
    """A time as text: a date or datetime becomes ISO 8601, text stays as it is."""
    return moment.isoformat() if isinstance(moment, date) else moment


def check_time(name, text):
    """An ISO 8601 date, or date and time, as a datetime; with a zone if the text has an offset.

    Raises ValueError for any other text.
    """
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError(
            f"{name} is {text!r}; it must be ISO 8601, such as '2025-01-01' or "
            f"'2025-01-01T08:30:00+01:00'."
        ) from None
    if not EARLIEST <= moment.replace(tzinfo=None) <= LATEST:
        raise ValueError(
            f"{name} is {text!r}; it must lie between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d}, "
            "the years for which daylight saving is known."
        )
    return moment


def check_window(start_time, end_time):
    """Both times as datetimes. Raises ValueError if the start is not before the end."""
    start, end = check_time("start_time", start_time), check_time("end_time", end_time)
    if (start.tzinfo is None) != (end.tzinfo is None):
        raise ValueError(
            f"start_time {start_time!r} and end_time {end_time!r}: give both with an offset, or "
            f"both without "
            "(then they are the listener's local time)."
        )
    if start >= end:
        raise ValueError(
            f"end_time {end_time!r} is not after start_time {start_time!r}; "
            "the window runs from start_time up to, but not including, end_time."
        )
    return start, end


# -- instants and zones ----------------------------------------------------------------------------


def instant_ms(name, moment, zone):
    """UTC milliseconds of a moment; a moment without an offset is local time in `zone`.

    Raises ValueError if that local time does not exist or occurs twice.
    """
    if moment.tzinfo is None:
        try:
            moment = pytz.timezone(zone).localize(moment, is_dst=None)
        except pytz.NonExistentTimeError:
            raise ValueError(
                f"{name} is {moment.isoformat()}, a time that the clocks of {zone} skipped; "
                "give another time, or one with an offset."
            ) from None
        except pytz.AmbiguousTimeError:
            raise ValueError(
                f"{name} is {moment.isoformat()}, a time that the clocks of {zone} showed twice; "
                "give it with an offset, such as +01:00."
            ) from None
    return utc_ms(moment)


def first_instant_ms(moment, zone):
    """UTC ms of the first valid instant at or after a local moment, and whether it was moved.

    Used for a crowd, where the moment can fall into the daylight-saving change of some listeners: a
    time that occurs twice becomes the first of the two, a skipped time becomes the end of the gap.
    """
    if moment.tzinfo is not None:
        return utc_ms(moment), False
    clock = pytz.timezone(zone)
    try:
        return utc_ms(clock.localize(moment, is_dst=None)), False
    except pytz.InvalidTimeError as error:
        first = utc_ms(clock.localize(moment, is_dst=True))  # of a skipped time: before the gap
        is_skipped = isinstance(error, pytz.NonExistentTimeError)
        return next_change_ms(clock, first) if is_skipped else first, True


def utc_ms(moment):
    """UTC milliseconds of a datetime with a zone."""
    return round((moment.astimezone(pytz.utc).replace(tzinfo=None) - EPOCH).total_seconds() * MS)


def offset_min(clock, at_ms):
    """Minutes that a clock is ahead of UTC at an instant."""
    return round(datetime.fromtimestamp(at_ms // MS, clock).utcoffset().total_seconds() / 60)


def next_change_ms(clock, after_ms):
    """UTC ms, to the minute, of the clock's first change within two days after `after_ms`."""
    before, first = offset_min(clock, after_ms), after_ms // MINUTE_MS + 1
    minutes = range(first, first + 2 * DAY_MS // MINUTE_MS)
    return MINUTE_MS * (
        first
        + bisect_left(minutes, True, key=lambda at: offset_min(clock, at * MINUTE_MS) != before)
    )


def zone_changes(zone, from_ms, to_ms):
    """Changes of a zone's clock between two instants: [(UTC ms, offset_min from then on), ...].

    The first entry is at from_ms.
    """
    clock = pytz.timezone(zone)
    changes = [
        next_change_ms(clock, day)
        for day in range(from_ms, to_ms, DAY_MS)
        if offset_min(clock, day + DAY_MS) != offset_min(clock, day)
    ]
    return [(at_ms, offset_min(clock, at_ms)) for at_ms in (from_ms, *changes)]
