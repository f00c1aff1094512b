"""Dates, months and years of local days, which tables count as days since 1970."""

from datetime import date, timedelta

from ..instants import DAY_MS

EPOCH_DAY = date(1970, 1, 1)


def as_dates(days):
    """Days since 1970 as a list of dates."""
    return [EPOCH_DAY + timedelta(int(day)) for day in days]


def day_number(day):
    """Days since 1970 of a date."""
    return (day - EPOCH_DAY).days


def days_since_1970(dates):
    """A column of dates as days since 1970, int32."""
    return (dates.cast("timestamp").epoch_seconds() // (DAY_MS // 1000)).cast("int32")


def year_and_month(day):
    """Calendar year and month (1 to 12) of days since 1970, int64. day: integer column.

    The arithmetic counts in cycles of 400 years of 146,097 days, each year from 1 March: from then
    on months have 31, 30, 31, 30, 31 days, 153 in all, and repeat (Richards 2013, Explanatory
    Supplement to the Astronomical Almanac, section 15.11).
    """
    since = day.cast("int64") + 719_468  # days since 1 March of the year 0
    cycle, in_cycle = since // 146_097, since % 146_097
    year = (in_cycle - in_cycle // 1_460 + in_cycle // 36_524 - in_cycle // 146_096) // 365
    in_year = in_cycle - (365 * year + year // 4 - year // 100)
    month = (5 * in_year + 2) // 153 + 3
    late = (month > 12).cast("int64")  # January and February belong to the next year
    return 400 * cycle + year + late, month - 12 * late


def month_of(day, first_day):
    """Month of days since 1970, counted from January of the year of first_day: 1 to 12, then on."""
    year, month = year_and_month(day)
    return (12 * (year - first_day.year) + month).cast("int64")


def month_of_date(day, first_day):
    """Month of a date, counted from January of the year of first_day."""
    return 12 * (day.year - first_day.year) + day.month


def with_month(table, days, first_day):
    """A table with the month of its column day (see `month_of`). The arithmetic is done once per
    day, not once per row.

    days  a table with every day of it
    """
    days = days.select("day").distinct()
    return table.join(days.mutate(month=month_of(days.day, first_day)), "day")
