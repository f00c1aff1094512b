"""Editions of Wrapped: which local days each counts."""

from datetime import date

from ..checking import check_choice, check_count, front_door

# edition -> last day of its window; "full" is what people ask for, the others end when the service
# stops counting
EDITIONS = {
    "full": (12, 31),
    "2025": (11, 15),
    "2024": (11, 15),
    "2023": (11, 19),
    "2022": (10, 31),
    "2021": (10, 31),
    "2020": (10, 31),
    "2019": (10, 31),
    "2018": (10, 31),
    "2017": (10, 31),
    "2016": (10, 31),
}


@front_door
def window(year, edition="full"):
    """First and last day of a summary, both inclusive: 1 January up to where the edition stops
    counting.
    """
    check_count("year", year, 2000, 2037)
    month, day = EDITIONS[check_choice("edition", edition, tuple(EDITIONS))]
    return date(year, 1, 1), date(year, month, day)
