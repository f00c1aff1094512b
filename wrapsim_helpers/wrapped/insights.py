"""All insights and tallies, from the modules of their themes."""

from dataclasses import replace

from . import days, release_years, tops, volume
from .counting import EXTRA, total

THEMES = (volume, tops, days, release_years)
INSIGHTS = {insight.name: insight for theme in THEMES for insight in theme.INSIGHTS}
TALLIES = {tally.name: tally for theme in THEMES for tally in vars(theme).get("TALLIES", ())}


def with_tallies(tables, names=tuple(TALLIES), store=lambda _, expression: expression):
    """`PeriodTables` with the named tallies.

    store  function of a name and an expression; returns a table of the expression's rows
    """
    tallies = {}
    for name in names:
        rows = store(f"rows_{name}", TALLIES[name].query(tables))
        tallies[name] = store(f"tally_{name}", TALLIES[name].finish(added_up(TALLIES[name], rows)))
    return replace(tables, tallies=tallies)


def added_up(tally, rows):
    """The rows of all parts of a tally; rows of equal keys are added up (see `Tally.adds`)."""
    if not tally.adds:
        return rows
    sums = {name: total(rows[name]) for name in rows.columns if name not in tally.adds}
    return rows.group_by(*tally.adds).agg(**sums)


def missing(insight, tables):
    """Names of the columns and tables that an insight or tally needs and `PeriodTables` lack."""
    columns = [name for name in insight.reads if name in EXTRA and name not in tables.plays.columns]
    return [*columns, *(name for name in insight.needs if getattr(tables, name) is None)]
