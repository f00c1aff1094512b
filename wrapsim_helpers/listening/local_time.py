"""A listener's local time: the clock of their zone, the calendar, and the seasons."""

from ..compiled import compiled_loop
from ..streams import exp

NEVER = 2**62
JULY, DAYS_OF_YEAR = 181, 365.2425  # 1 July 1970 in days since 1970


# -- the clock of a zone ---------------------------------------------------------------------------


@compiled_loop
def change_before(people, zone, first, at_ms):
    """Row of a zone's last clock change up to an instant, searched from row `first` on."""
    i = first
    while i + 1 < people.zones[zone + 1] and people.changes[i + 1].at_ms <= at_ms:
        i += 1
    return i


@compiled_loop
def local_offset(people, zone, at_ms):
    """Milliseconds that a zone's clock is ahead of UTC at an instant."""
    return people.changes[change_before(people, zone, people.zones[zone], at_ms)].offset_ms


@compiled_loop
def follow_clock(people, zone, state, at_ms):
    """Update the zone's offset in the state; at_ms must not decrease from call to call."""
    if at_ms < state.offset_until:
        return
    i = change_before(people, zone, max(state.clock_change, people.zones[zone]), at_ms)
    state.clock_change, state.offset_ms = i, people.changes[i].offset_ms
    state.offset_until = people.changes[i + 1].at_ms if i + 1 < people.zones[zone + 1] else NEVER


@compiled_loop
def to_utc(people, zone, wall_ms):
    """UTC ms of a local wall time.

    A time that occurs twice is the first of the two. A skipped time is moved later by the length of
    the gap.
    """
    i = people.zones[zone]
    while i + 1 < people.zones[zone + 1]:
        before, change = people.changes[i], people.changes[i + 1]
        if wall_ms - max(before.offset_ms, change.offset_ms) < change.at_ms:
            break
        i += 1
    return wall_ms - people.changes[i].offset_ms


# -- the calendar and the seasons ------------------------------------------------------------------


@compiled_loop
def weekday_of(day):
    """Weekday of a day given as days since 1970: 0 is Monday. 1970-01-01 was a Thursday."""
    return (day + 3) % 7


@compiled_loop
def civil(day):
    """(year, month) of a day given as days since 1970."""
    year = (
        400 * (day - first_of_march(0)) + 591
    ) // 146_097  # days of 400 years; may be 1 too high
    year -= day < first_of_march(year)
    month = (5 * (day - first_of_march(year)) + 2) // 153  # 0 is March, 11 February
    return year + (month > 9), (month + 2) % 12 + 1


@compiled_loop
def first_of_march(year):
    """Days since 1970 of 1 March of a year. From March on, a leap day is the last day of a year."""
    return 365 * year + year // 4 - year // 100 + year // 400 - 719_468


@compiled_loop
def christmas_eve(year):
    """Days since 1970 of 24 December of a year."""
    return first_of_march(year) + 298


@compiled_loop
def festive_share(day, year, behaviour):
    """Share of festive music on a day.

    It grows exponentially up to Christmas Eve and ends within a fortnight.
    """
    ahead = christmas_eve(year) - day
    if ahead > 200:  # after New Year
        ahead = christmas_eve(year - 1) - day
    if not -14 < ahead <= 75:
        return 0.0
    return behaviour.festive_peak * exp(
        -ahead / behaviour.festive_days if ahead >= 0 else ahead / 2.0
    )


@compiled_loop
def summer_share(day, is_south):
    """Season of a day: 1 on 1 July, -1 half a year later, linear between; reversed in the south."""
    phase = (day - JULY) / DAYS_OF_YEAR % 1.0
    north = 1.0 - 4.0 * min(phase, 1.0 - phase)
    return -north if is_south else north
