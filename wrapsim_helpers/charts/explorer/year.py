"""The explorer of one listener's year: what they would have played with something changed."""

import numpy as np
import pandas as pd

from ...cards.words import MONTHS, count, counted, day
from ...checking import front_door
from ...instants import DAY_MS
from ...latin import latin_form
from ...listening.listen import Listened
from ...listening.other_years import HOMES, changed_year, step_ms, year_numbers
from ...listening.what_if import person_of
from ...parameters import GENDERS, PLANS
from ..listener import draw_what_if
from ..style import finish, percent
from .page import (
    Explorer,
    answers_of,
    bundled_text,
    control,
    menu_control,
    page_data,
    still_alt,
    still_page,
    still_picture,
)

GENRES = ("Melody", "Pop", "Rap", "Rock", "Classical", "Electronic/Dance", "K-pop")
NUMBERS = {"total": count, "days": count, "skips": percent}  # that are compared, as text
# precomputed, besides the listener's own: ages, and the first genre that is another one
STILL_AGES, STILL_GENRES = (15, 25, 40, 60), ("Rap", "Pop")
YOUNGEST, OLDEST, SEEDS = 13, 80, 20  # of the sliders


@front_door
def explore_year(listened: Listened):
    """Move age, gender, plan, favourite genre, home or seed, and see the year that follows.

    listened  as from `listen`; its first listener is explored
    Returns an `Explorer`. In a notebook that a browser shows, each move asks the kernel. An
    executed notebook or its HTML export has the years of a few ages, both plans and four genres,
    and needs no kernel; where scripts are not allowed, a picture and its alt text remain. Its
    button "Save picture" saves what is shown as a PNG.
    """
    listened = first_alone(listened)
    first = year_of(listened, {})
    return Explorer(
        bundled_text("year.js"),
        year_data(listened, first, live_controls(listened)),
        lambda choice: [year_of(listened, choice, first)],
        still_years(listened, first),
    )


def first_alone(listened):
    """The same with its first listener alone."""
    if listened.listeners.num_rows == 1:
        return listened
    return changed_year(listened)


# -- a year and what is said about it --------------------------------------------------------------


def year_of(listened, choice, first=None):
    """The numbers of the year of a choice, with Latin names and sentences of what changed.

    choice  name -> value, as in `changed_year`; None or absent for unchanged
    first   the unchanged year; None if this is it
    """
    given = {name: value for name, value in choice.items() if value is not None}
    changed = changed_year(listened, **given) if given else listened
    numbers = year_numbers(changed)
    numbers["top"] = [[latin_form(name), n] for name, n in numbers["top"]]
    who = person_words(listened, changed, given)
    return numbers | {"said": said(who, numbers, first) if given else year_words(who, numbers)}


def person_words(listened, changed, given):
    """Name, age, gender, plan, favourite genre and town, in words. A person who lives elsewhere
    keeps the name; another seed gives another person.
    """
    person = person_of(changed)
    if "seed" not in given:
        person["name_latin"] = person_of(listened)["name_latin"]
    town = given.get("home") or person["city"] or person["time_zone"]
    who = "Another person: " if "seed" in given else ""
    return (
        f"{who}{person['name_latin']}, {person['age']}, {person['gender']}, {person['plan']}, "
        f"{person['favourite_genre']}, {town}"
    )


def year_words(who, year):
    """A year in words."""
    return (
        f"{who}: {counted(year['total'], 'hour')} of music on {counted(year['days'], 'day')}, "
        f"{percent(year['skips'])} of plays skipped, busiest at {busiest(year)}:00."
    )


def said(who, now, first):
    """What changed from the first year, in words."""
    known = {name for name, _ in first["top"]}
    n_new = sum(name not in known for name, _ in now["top"])
    was = {name: unless_same(text(now[name]), text(first[name])) for name, text in NUMBERS.items()}
    same = busiest(now) == busiest(first)
    return (
        f"{who}: {counted(now['total'], 'hour')} of music{was['total']}, on "
        f"{counted(now['days'], 'day')}{was['days']}. "
        f"{percent(now['skips'])} of plays are skipped{was['skips']}. "
        f"{n_new} of the top {len(now['top'])} artists are new. Busiest at {busiest(now)}:00, "
        f"{'as before' if same else f'not at {busiest(first)}:00'}."
    )


def unless_same(now, first):
    """What a number was first, in words: " instead of 358", or " as before" if it is the same."""
    return " as before" if now == first else f" instead of {first}"


def busiest(year):
    """The local hour with most plays."""
    return int(np.argmax(year["hours"]))


# -- controls --------------------------------------------------------------------------------------


def age_control(person, ages):
    """A slider of ages; the listener's own is among them."""
    ages = sorted({*ages, person["age"]})
    return control("age", "Age", "range", ages, ages.index(person["age"]))


def shared_controls(person, ages, genres):
    """The controls that the page has with and without a kernel."""
    return [
        age_control(person, ages),
        menu_control("plan", "Plan", person["plan"], PLANS),
        menu_control("genre", "Favourite genre", person["favourite_genre"], genres),
    ]


def live_controls(listened):
    """All controls, for a page with a kernel."""
    person = person_of(listened)
    seeds = range(listened.run.seed, listened.run.seed + SEEDS)
    return [
        *shared_controls(person, range(YOUNGEST, OLDEST + 1), GENRES),
        menu_control("gender", "Gender", person["gender"], GENDERS),
        menu_control("home", "Home", person["city"] or person["time_zone"], HOMES),
        control("seed", "Seed", "range", list(seeds), 0),
    ]


# -- the page --------------------------------------------------------------------------------------


def year_data(listened, first, controls):
    """What the page needs, see `page_data`."""
    step = "day" if step_ms(listened.run) == DAY_MS else "week"
    of_axis = {"marks": marks(listened.run), "step": step}
    return page_data(first, controls, "Back to the first year", **of_axis)


def marks(run):
    """[position in steps, text] of the time axis: months, or days of a short window."""
    first, after = (pd.Timestamp(moment.replace(tzinfo=None)) for moment in run.window)
    step = pd.Timedelta(step_ms(run), "ms")
    days = pd.date_range(first.normalize(), after - pd.Timedelta(1, "s"), freq="D")
    if step.days == 1:
        return [[i, day(date)] for i, date in list(enumerate(days))[:: max(1, len(days) // 6)]]
    return [
        [round((date - first) / step, 2), MONTHS[date.month - 1]] for date in days if date.day == 1
    ]


def still_years(listened, first):
    """The explorer without a kernel, see `still_page`."""
    person = person_of(listened)
    genres = [genre for genre in STILL_GENRES if genre != person["favourite_genre"]][:1]
    controls = shared_controls(person, STILL_AGES, genres)
    years = answers_of(controls, lambda choice: year_of(listened, choice, first))
    data = year_data(listened, first, controls) | {"answers": years}
    alt = still_alt(controls, years, lambda year: f"{count(year['total'])} hours")
    return still_page(bundled_text("year.js"), data, still_picture(other_age(listened), alt))


def other_age(listened):
    """The year at another age as a picture."""
    age = person_of(listened)["age"]
    other = age + 40 if age < 50 else age - 30
    return finish(draw_what_if(listened, changed_year(listened, age=other), f"At {other}"))
