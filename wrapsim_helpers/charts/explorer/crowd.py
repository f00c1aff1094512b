"""The explorer of a crowd: a cohort of its listeners beside everybody."""

import numpy as np

from ...cards.themes import INK
from ...cards.words import capital, count, counted
from ...checking import front_door
from ...interrupts import saying, unchanged
from ...latin import latin_form
from ...runs.opened import open_run
from ...wrapped.cohorts import AGES, MINUTE_EDGES, cohort_counts, cohort_numbers
from ..crowd import FEW_LISTENERS, country_names
from ..style import ACCENT, chart, finish, frame, percent, series_text, tell, units
from .page import (
    Explorer,
    answers_of,
    bundled_text,
    control,
    page_data,
    still_alt,
    still_page,
    still_picture,
)

NO_PERSONA = "no persona"
LABELS = {  # name of a control -> its label, and its first entry
    "age": ("Age", "all ages"),
    "plan": ("Plan", "both plans"),
    "device": ("Device", "all devices"),
    "country": ("Country", "all countries"),
    "persona": ("Persona", "all personas"),
}
STILL = ("age", "plan", "device")  # controls of the form without a kernel


@front_door
@saying(unchanged)
def explore_crowd(run_dir):
    """Choose a cohort, and see its hours, minutes, leaving and top artists beside everybody's.

    run_dir  folder of a finished run
    A cohort has one or more of an age group, a plan, a country and a persona; age and plan are
    those at the start of the run. With a device, only plays on it count. Returns an `Explorer`. The
    plays are counted once, so an answer takes few milliseconds. An executed notebook or its HTML
    export has the cohorts of each age group, plan and device, and needs no kernel.
    """
    counts = cohort_counts(open_run(run_dir))
    first = cohort_of(counts, {})
    controls = cohort_controls(counts)
    return Explorer(
        bundled_text("crowd.js"),
        crowd_data(first, controls),
        lambda choice: [cohort_of(counts, choice, first)],
        still_crowd(counts, first, [c for c in controls if c["name"] in STILL]),
    )


def cohort_of(counts, choice, first=None):
    """The numbers of a cohort, and sentences of what differs. first: everybody's, None if so"""
    numbers = cohort_numbers(counts, choice)
    numbers["top"] = [[latin_form(name), n] for name, n in numbers["top"]]
    who = cohort_words(choice)
    return numbers | {
        "said": cohort_said(who, numbers, first) if first and who else everybody_words(numbers)
    }


def cohort_words(choice):
    """A cohort in words: "20 to 29, premium, on phone"; "" for everybody."""
    names = country_names()
    words = {"country": names, "device": "on {}".format, "persona": persona_words}
    return ", ".join(
        words.get(name, str)(choice[name]) for name in LABELS if choice.get(name) is not None
    )


def persona_words(persona):
    """The name of a persona in words."""
    return persona.replace("_", " ") or NO_PERSONA


def everybody_words(now):
    """All listeners in words."""
    return (
        f"Everybody: {counted(now['n'], 'listener')} with {counted(now['n_plays'], 'play')}. The "
        f"median listener plays {count(now['median'])} minutes a day. {left_early(now)} of plays "
        f"are left within five seconds. Busiest at {busiest_hour(now)}:00."
    )


def cohort_said(who, now, first):
    """What differs between a cohort and everybody, in words."""
    if not now["n"]:
        return f"{capital(who)}: no listener of this run. Choose another cohort."
    few = " With so few listeners, chance decides much." * (now["n"] < FEW_LISTENERS)
    known = {name for name, _ in first["top"]}
    n_new = sum(name not in known for name, _ in now["top"])
    return (
        f"{capital(who)}: {count(now['n'])} of {counted(first['n'], 'listener')}. The median of "
        f"them plays {count(now['median'])} minutes a day (everybody: {count(first['median'])}). "
        f"{left_early(now)} of plays are left within five seconds (everybody: {left_early(first)})."
        f" Busiest at {busiest_hour(now)}:00 (everybody: {busiest_hour(first)}:00). "
        f"{n_new} of the top {len(now['top'])} artists are new.{few}"
    )


def left_early(now):
    """The share of plays that are left within five seconds, as text; "none" without a play."""
    return percent(1 - now["left"][5]) if now["n"] else "none"


def busiest_hour(now):
    """The local hour with most plays; 0 without a play."""
    return int(np.argmax(now["hours"])) if now["n"] else 0


# -- the page --------------------------------------------------------------------------------------


def cohort_controls(counts):
    """A menu for each of LABELS that has more than one value in this run."""
    ages = counts.cells["age"].unique()
    values = {
        "age": [age for age in AGES if age in ages],
        "plan": sorted(counts.cells["plan"].unique()),
        "device": counts.devices,
        "country": sorted(counts.cells["country"].unique(), key=country_names()),
        "persona": sorted(counts.cells["persona"].unique()),
    }
    return [cohort_menu(name, some) for name, some in values.items() if len(some) > 1]


def cohort_menu(name, values):
    """The menu of one of LABELS; its first entry is everybody."""
    texts = map({"country": country_names(), "persona": persona_words}.get(name, str), values)
    label, everybody = LABELS[name]
    return control(name, label, "choice", ["", *values], 0, [everybody, *texts])


def crowd_data(first, controls):
    """What the page needs, see `page_data`."""
    classes = [[i + 1, f"{edge:g}"] for i, edge in enumerate(MINUTE_EDGES) if i % 2 == 0]
    return page_data(first, controls, "Back to everybody", classes=classes)


def still_crowd(counts, first, controls):
    """The explorer without a kernel, see `still_page`."""
    cohorts = answers_of(controls, lambda choice: cohort_of(counts, choice, first))
    data = crowd_data(first, controls) | {"answers": cohorts}
    picture = finish(draw_cohorts(first, list(cohorts_alone(controls, cohorts))))
    alt = still_alt(controls, cohorts, lambda now: f"{left_early(now)} left within five seconds")
    return still_page(bundled_text("crowd.js"), data, still_picture(picture, alt))


def cohorts_alone(controls, cohorts):
    """(words, numbers) of each choice of one control alone that has a listener.

    cohorts  as from `answers_of`
    """
    for i, c in enumerate(controls):
        for n, text in enumerate(c["texts"][1:], 1):
            key = " ".join(str(n if i == j else 0) for j in range(len(controls)))
            if cohorts[key]["n"]:
                yield (f"on {text}" if c["name"] == "device" else text), cohorts[key]


def draw_cohorts(first, alone):
    """How much do cohorts play? The median minutes a day of each, with a line at everybody's.

    first  numbers of everybody;  alone  list as from `cohorts_alone`
    """
    names, medians = [name for name, _ in alone], [now["median"] for _, now in alone]
    ax = chart(
        f"The median listener plays {count(first['median'])} minutes a day; by cohort it is from "
        f"{count(min(medians, default=0))} to {count(max(medians, default=0))}",
        "Minutes a day of the median listener with a play. Line: everybody. Age and plan at the "
        "start of the run.",
    )
    ax.set_position(frame(0.2))
    ax.axvline(first["median"], color=INK, linewidth=1)
    ax.scatter(medians, range(len(names)), s=46, color=ACCENT, linewidth=0, zorder=3)
    ax.set_yticks(range(len(names)), names)
    ax.set(xlim=(0, 1.1 * max([*medians, first["median"], 1])), ylim=(len(names) - 0.4, -0.6))
    tell(ax, f"Median minutes a day: {series_text(names, map(count, medians))}.")
    return units(ax, "minutes a day")
