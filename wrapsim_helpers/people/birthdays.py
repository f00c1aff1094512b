"""Birthdays: dates of birth that give an age at the start of a run, and the instants of birthdays.

An age is always the number of completed years on the listener's local date. Someone who was born on
29 February grows older on 28 February of a common year.
"""

import numpy as np

from ..streams import decision, uniforms
from .clocks import clocks, first_instants, zone_windows

BIRTHDAY = decision("listener.birthday")
# A leap year, which has every birthday. 29 February is day 59 of it.
ALL_BIRTHDAYS = np.datetime64("2000-01-01")
LEAP_DAY = 59


def birth_dates(run, keys, years, time_zone):
    """Dates of birth that give each listener this age at the start of a run, datetime64[D], (L,).

    The birthday is drawn from the 366 days of a leap year, whatever the start. If it is 29 February
    and the year of birth is a common year, another of the 365 days is drawn. So all days of a year
    of birth are equally likely.

    years      int64, (L,), completed years on the local date of the start
    time_zone  pandas Categorical, (L,)
    """
    day = (uniforms(keys, BIRTHDAY, 0) * 366).astype(int)
    births = births_on(run, day, years, time_zone)
    moved = (day == LEAP_DAY) & ~is_leap_day(births)
    other = (uniforms(keys[moved], BIRTHDAY, 1) * 365).astype(int)
    other += other >= LEAP_DAY
    births[moved] = births_on(run, other, years[moved], time_zone[moved])
    return births


def births_on(run, day, years, time_zone):
    """Dates of birth that give an age at the start of a run on a day of a leap year, 0 to 365.

    29 February becomes 28 February in common years of birth. Returns datetime64[D], (L,).
    """
    birthday = ALL_BIRTHDAYS + day
    return anniversaries(birthday, last_birthday_years(run, birthday, time_zone) - years)


def is_leap_day(dates):
    """Whether each date is a 29 February, bool, (L,)."""
    month = dates.astype("datetime64[M]")
    return (month.astype(int) % 12 == 1) & ((dates - month).astype(int) == 28)


def last_birthday_years(run, birthdays, time_zone):
    """Year of each listener's last birthday on or before the local date of a run's start.

    birthdays: datetime64[D], (L,), of any year; time_zone: pandas Categorical. Returns int64, (L,).
    """
    zones, zone = time_zone.categories, time_zone.codes.astype(np.int64)
    clock = clocks(run, zones)
    starts = zone_windows(run, zones)[0][zone]
    year = years_of(starts.astype("datetime64[ms]"))
    passed = (birthday_instants(clock, zone, birthdays, year + k) <= starts for k in (0, 1))
    return year - 1 + sum(passed)


def birthday_instants(clock, zone, births, year):
    """UTC ms at which each listener's birthday in a year begins, int64, (L,).

    clock: as from `clocks`; zone: position of each listener's zone in it; year: int or int64, (L,).
    """
    day = anniversaries(births, year).astype("datetime64[ms]")
    return first_instants(*clock, zone, day.astype(np.int64))


def anniversaries(births, year):
    """Birthdays in a year, datetime64[D]; 29 February becomes 28 February in common years.

    births: datetime64[D], (L,); year: int or int64, (L,).
    """
    born_in = births.astype("datetime64[M]")
    month = (12 * (year - 1970) + born_in.astype(int) % 12).astype("datetime64[M]")
    first = month.astype("datetime64[D]")
    after = (month + 1).astype("datetime64[D]")
    return np.minimum(first + (births - born_in), after - 1)


def exact_ages(births, day):
    """Ages in years on a day, float64, (L,): completed years and the part of the current year.

    births: datetime64[D], (L,); day: datetime64[D].
    """
    last_year = years_of(day) - (anniversaries(births, years_of(day)) > day)
    days = (day - anniversaries(births, last_year)).astype(int)
    return last_year - years_of(births) + days / 366


def years_of(times):
    """Calendar year of each datetime64, int64."""
    return times.astype("datetime64[Y]").astype(int) + 1970
