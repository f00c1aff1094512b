"""One listener's year as each edition of Wrapped would tell it, and the stories of several
listeners.
"""

from contextlib import suppress
from dataclasses import replace

from ..checking import front_door
from ..runs.again import listener_named
from ..runs.opened import open_run
from .editions import EDITIONS, joined_edition
from .periods import GROUP, open_period, period_days, show_plays_of
from .story import NoPlays, rows_shown, stories_of_rows, tell_story
from .tallies import show_tallies


@front_door
def tell_editions(run_dir, user="", year=-1):
    """The year of a listener as each edition would tell it: a list of `Story`, the oldest edition
    first and "all" last.

    Editions that count the same days by the same rules share one computation. An edition is left
    out if the run has none of its days, or the listener no play in them.
    user, year  as for `tell_story`, with the same errors; "" is the median listener of the edition
                "all"
    """
    run = open_run(run_dir)
    number = tell_story(run, user, year).listener["listener_id"]
    user = user if number == GROUP else number
    shared = {}
    for edition in editions_in(run.parameters, year):
        days = period_days(run.parameters, year, edition.name)
        shared.setdefault((*days, edition.rules), []).append(edition)
    stories = {}
    for (first, last, _), editions in shared.items():
        with suppress(NoPlays):
            whole = tell_story(run, user, year, joined_edition(editions), first, last)
            stories |= {edition.name: as_told(whole, edition) for edition in editions}
    return [stories[name] for name in by_age(stories)]


@front_door
def tell_stories(run_dir, users, year=-1, edition="all"):
    """The `Story` of each of several listeners, a list in their order. All are counted at once,
    which takes less time than one by one.

    users  a list of ids, numbers or full names
    The other arguments and the errors are those of `tell_story`.
    """
    run = open_run(run_dir)
    period, numbers = open_period(run, year, edition), [listener_named(run, u) for u in users]
    show_tallies(period)
    show_plays_of(period, list(dict.fromkeys(numbers)))
    return list(stories_of_rows(period, rows_shown(period), numbers))


def editions_in(parameters, year):
    """The editions that count at least one day of a run. parameters: of the run"""
    return [edition for edition in EDITIONS.values() if counts_days(parameters, year, edition)]


def counts_days(parameters, year, edition):
    """Whether an edition counts at least one day of a run in a year."""
    try:
        return bool(period_days(parameters, year, edition.name))
    except ValueError:
        return False


def by_age(names):
    """Names of editions, the oldest first and "all" last."""
    return sorted(names, key=lambda name: (not name.isdigit(), name))


def as_told(story, edition):
    """A story of several editions, with the insights and cards of one of them."""
    tables = {name: story.tables[name] for name in edition.insights}
    return replace(story, edition=edition.name, tables=tables)
