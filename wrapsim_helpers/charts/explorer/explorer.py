"""The explorer of one listener's year: with a kernel it asks for each year, without one it has
those that were computed in advance.
"""

import base64
import html
import itertools
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

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
from ..style import finish, percent, series_text

HERE = Path(__file__).parent
GENRES = ("Melody", "Pop", "Rap", "Rock", "Classical", "Electronic/Dance", "K-pop")
# precomputed, besides the listener's own: ages, and the first genre that is another one
STILL_AGES, STILL_GENRES = (15, 25, 40, 60), ("Rap", "Pop")
YOUNGEST, OLDEST, SEEDS = 13, 80, 20  # of the sliders
SESSION = "JPY_SESSION_NAME"  # the Jupyter server names the notebook of a kernel in it


@dataclass(frozen=True)
class YearExplorer:
    """The explorer of a year for a notebook cell, as from `explore_year`."""

    listened: Listened = field(repr=False)
    first: dict = field(repr=False)
    still: str = field(repr=False)

    def _repr_html_(self):
        return self.still

    def _ipython_display_(self):
        from IPython.display import HTML, display

        display(HTML(self.still))
        if has_page():
            from .widget import year_widget

            display(year_widget(self.listened, self.first))


@front_door
def explore_year(listened: Listened):
    """Move age, gender, plan, favourite genre, home or seed, and see the year that follows.

    listened  as from `listen`; its first listener is explored
    Returns a `YearExplorer`. In a notebook that a browser shows, each move asks the kernel. An
    executed notebook or its HTML export has the years of a few ages, both plans and four genres,
    and needs no kernel; where scripts are not allowed, a picture and its alt text remain.
    """
    listened = first_alone(listened)
    first = year_of(listened, {})
    return YearExplorer(listened, first, still_page(listened, first))


def first_alone(listened):
    """The same with its first listener alone."""
    if listened.listeners.num_rows == 1:
        return listened
    return changed_year(listened)


def has_page():
    """Whether a browser shows this notebook while it runs: JupyterLab, Colab or an editor."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    in_editor = "__vsc_ipynb_file__" in getattr(shell, "user_ns", {})
    return SESSION in os.environ or in_editor or "google.colab" in sys.modules


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
    same = busiest(now) == busiest(first)
    return (
        f"{who}: {counted(now['total'], 'hour')} of music instead of {count(first['total'])}, on "
        f"{counted(now['days'], 'day')} instead of {count(first['days'])}. "
        f"{percent(now['skips'])} of plays are skipped instead of {percent(first['skips'])}. "
        f"{n_new} of the top {len(now['top'])} artists are new. Busiest at {busiest(now)}:00, "
        f"{'as before' if same else f'not at {busiest(first)}:00'}."
    )


def busiest(year):
    """The local hour with most plays."""
    return int(np.argmax(year["hours"]))


# -- controls --------------------------------------------------------------------------------------


def control(name, label, kind, values, start, texts=None):
    """A control of the page. values: those asked for; start: the position of the unchanged one"""
    texts = [str(value) for value in values] if texts is None else texts
    asked = [None if i == start else value for i, value in enumerate(values)]
    return {
        "name": name, "label": label, "kind": kind,
        "values": asked, "texts": texts, "start": start,
    }  # fmt: skip


def age_control(person, ages):
    """A slider of ages; the listener's own is among them."""
    ages = sorted({*ages, person["age"]})
    return control("age", "Age", "range", ages, ages.index(person["age"]))


def menu_control(name, label, present, values):
    """A menu whose first entry is the listener's own."""
    others = [value for value in values if value != present]
    return control(name, label, "choice", [present, *others], 0)


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


def explorer_data(listened, first, controls):
    """What the page needs, a dict for JSON."""
    return {
        "first": first,
        "controls": controls,
        "marks": marks(listened.run),
        "step": "day" if step_ms(listened.run) == DAY_MS else "week",
        "style": bundled_text("year.css"),
    }


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


def bundled_text(name):
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")


def still_page(listened, first):
    """The explorer without a kernel: one HTML object with all its years, and a picture that shows
    where scripts do not run.
    """
    person = person_of(listened)
    genres = [genre for genre in STILL_GENRES if genre != person["favourite_genre"]][:1]
    controls = shared_controls(person, STILL_AGES, genres)
    years = still_years(listened, first, controls)
    data = explorer_data(listened, first, controls) | {"years": years}
    text = for_script(data)
    name = f"year-{crc32(text.encode()):x}"
    return (
        f'<div class="wrapsim-still" data-name="{name}">\n'
        f"{still_picture(listened, still_alt(controls, years))}</div>\n<script>(() => {{\n"
        f"{bundled_text('year.js')}\n{bundled_text('still.js')}\n"
        f'stillExplorer("{name}", {text});\n}})();</script>'
    )


def for_script(data):
    """JSON that can stand in a script of a page."""
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")


def still_years(listened, first, controls):
    """The years of all combinations of the controls: positions as text, such as "0 1 0" -> year."""
    years = {}
    for places in itertools.product(*(range(len(c["values"])) for c in controls)):
        choice = {c["name"]: c["values"][place] for c, place in zip(controls, places)}
        years[" ".join(map(str, places))] = year_of(listened, choice, first)
    return years


def still_alt(controls, years):
    """The hours of music of each choice, with all else unchanged, in words."""
    starts = [c["start"] for c in controls]
    sentences = []
    for i, c in enumerate(controls):
        places = ([*starts[:i], n, *starts[i + 1 :]] for n in range(len(c["texts"])))
        keys = (" ".join(map(str, place)) for place in places)
        hours = (f"{count(years[key]['total'])} hours" for key in keys)
        sentences.append(f"{c['label']}: {series_text(c['texts'], hours)}.")
    return " ".join(sentences)


def still_picture(listened, alt):
    """The picture for pages without scripts, as HTML. alt: more words for its alt text"""
    age = person_of(listened)["age"]
    other = age + 40 if age < 50 else age - 30
    card = finish(draw_what_if(listened, changed_year(listened, age=other), f"At {other}"))
    alt = html.escape(f"{card.alt} {alt}", quote=True)
    src = "data:image/png;base64," + base64.b64encode(card.png).decode()
    return f'<img alt="{alt}" width="{card.width}" src="{src}">'
