"""Editions of Wrapped: the days that each counts, its rules, and its insights in story order."""

from dataclasses import dataclass
from datetime import date

from ..checking import check_choice, check_count, front_door
from .counting import Rules
from .insights import INSIGHTS


@dataclass(frozen=True)
class Edition:
    """One year's Wrapped.

    name      "full", or the year whose rules it has
    last_day  (month, day) on which it stops counting; it begins on 1 January
    rules     what counts
    insights  the insights, in the order of the story
    """

    name: str
    last_day: tuple
    rules: Rules = Rules()
    insights: tuple = INSIGHTS

    @property
    def queries(self):
        """Name -> query of the insights that are asked of plays."""
        return {one.name: one.query for one in self.insights if one.query}


# "full" is what people ask for, the others end when the service stops counting
EDITIONS = {
    one.name: one
    for one in (
        Edition("full", (12, 31)),
        Edition("2025", (11, 15)),
        Edition("2024", (11, 15)),
        Edition("2023", (11, 19)),
        Edition("2022", (10, 31)),
        Edition("2021", (10, 31)),
        Edition("2020", (10, 31)),
        Edition("2019", (10, 31)),
        Edition("2018", (10, 31)),
        Edition("2017", (10, 31)),
        Edition("2016", (10, 31)),
    )
}


def edition_named(name):
    """The `Edition` of a name, as text or number; ValueError naming the editions for any other."""
    return EDITIONS[check_choice("edition", name, tuple(EDITIONS))]


@front_door
def window(year, edition="full"):
    """First and last day of a summary, both inclusive: 1 January up to where the edition stops
    counting.
    """
    check_count("year", year, 2000, 2037)
    return date(year, 1, 1), date(year, *edition_named(edition).last_day)
