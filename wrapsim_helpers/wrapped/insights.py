"""All insights and tallies, from the modules of their themes."""

from dataclasses import replace

from . import (
    albums,
    archive,
    characters,
    clubs,
    country,
    days,
    energy,
    evolution,
    fans,
    firsts,
    genre_hours,
    kept_songs,
    listening_habits,
    measures,
    moments,
    moods,
    new_releases,
    number_one,
    personality,
    pioneer,
    posters,
    race,
    rare_artists,
    recaps,
    release_years,
    similar,
    sound_town,
    tastebreakers,
    top_song_quiz,
    tops,
    two_truths,
    volume,
    years,
)
from .counting import EXTRA, total

THEMES = (
    volume,
    tops,
    days,
    release_years,
    albums,
    number_one,
    race,
    firsts,
    similar,
    moods,
    evolution,
    archive,
    years,
    recaps,
    measures,
    personality,
    characters,
    clubs,
    fans,
    sound_town,
    listening_habits,
    top_song_quiz,
    moments,
    posters,
    tastebreakers,
    new_releases,
    two_truths,
    pioneer,
    rare_artists,
    country,
    genre_hours,
    energy,
    kept_songs,
)
INSIGHTS = {
    insight.name: insight for theme in THEMES for insight in vars(theme).get("INSIGHTS", ())
}
SHARED = tuple(count for theme in THEMES for count in vars(theme).get("SHARED", ()))
# what insights share that reads tallies -> names of these
SHARED_OF_CROWD = {similar.most_similar: {"favourite_artists"}}
TALLIES = {tally.name: tally for theme in THEMES for tally in vars(theme).get("TALLIES", ())}


def with_tallies(tables, names=None, store=lambda _, expression: expression):
    """`PeriodTables` with the named tallies, and what insights share that reads them; None for all
    that the tables allow.

    store  function of a name and an expression; returns a table of the expression's rows
    """
    possible = [name for name, tally in TALLIES.items() if not missing(tally, tables)]
    tallies = {}
    for name in possible if names is None else names:
        rows = store(f"rows_{name}", TALLIES[name].query(tables))
        final = TALLIES[name].finish(added_up(TALLIES[name], rows))
        tallies[name] = store(f"tally_{name}", final.order_by(*TALLIES[name].order))
    of_crowd = [count for count, needs in SHARED_OF_CROWD.items() if needs <= tallies.keys()]
    return with_shared(replace(tables, tallies=tallies), of_crowd, store)


def with_shared(tables, counts, store):
    """`PeriodTables` with tables of what several insights count (see `shared`).

    counts  functions of `PeriodTables`, each after those whose tables it reads
    store   function of a name and an expression; returns a table of the expression's rows
    """
    for count in counts:
        stored = {count.__name__: store(count.__name__, count(tables))}
        tables = replace(tables, shared=tables.shared | stored)
    return tables


def added_up(tally, rows):
    """The rows of all parts of a tally; rows of equal keys are added up (see `Tally.adds`)."""
    if not tally.adds:
        return rows
    sums = {name: total(rows[name]) for name in rows.columns if name not in tally.adds}
    return rows.group_by(*tally.adds).agg(**sums)


def missing(insight, tables):
    """Names of the columns and tables that an insight or tally needs and `PeriodTables` lack."""
    columns = [name for name in insight.reads if name in EXTRA and name not in tables.plays.columns]
    names = [*columns, *(name for name in insight.needs if getattr(tables, name) is None)]
    for name in vars(insight).get("tallies", ()):
        names += missing(TALLIES[name], tables)
    return list(dict.fromkeys(names))


def possible_queries(edition, tables):
    """Name -> query of an edition's insights for which `PeriodTables` have all that they need."""
    return {
        name: query
        for name, query in edition.queries.items()
        if not missing(INSIGHTS[name], tables)
    }
