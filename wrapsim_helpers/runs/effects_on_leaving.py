"""Effects of age, device, context, shuffle and groups on leaving a play early."""

import ibis
import numpy as np
from ibis import _

from ..instants import MINUTE_MS
from ..people.behaviour import CONTEXTS
from ..schema import DEVICES
from .effect_tables import in_memory
from .effects_on_minutes import group_levels
from .intervals import MISSING, fit_levels

LEVELS = (1, 3, 7, 15)  # from so many earlier_plays on; plays are compared within a level
# which plays are counted, see `leaving_effects`
PLACES, LONG_MS, AT_RISK_MS = 6, 30 * MINUTE_MS, 1_500


def leaving_effects(tables, b):
    """Effects of age, device, context, shuffle, weekend, position in the session, personas and
    cohorts on leaving: ratios of plays left per second.

    The mood of a session affects all of its plays, is not in the log, and gives restless sessions
    more plays. So only plays that occur in any mood are counted: the first PLACES plays of each
    session of LONG_MS and more. Of each play only the first AT_RISK_MS count, before restless
    listeners leave.
    Left out: free listeners on a phone, whose skip limit hides leaving; noise to fall asleep to;
    and tracks not played in an earlier session of the window, which the listener may have known
    before. Tracks are compared with tracks played equally often, and each listener's skip_tendency
    is divided out. Plays before the window are not in the log, which biases the factors of age and
    context by a few per cent in a short window.
    """
    levels = leaving_levels(b) + group_levels(
        tables, b, "leaving", lambda behaviour: behaviour.hazard_scale
    )
    fitted_levels = [("level", number) for number in range(1, len(LEVELS))]
    fitted_levels += [(column, value) for column, value, *_ in levels]
    columns = list(dict(fitted_levels))
    rows = leaving_cells(tables, b, columns)
    fitted = fit_levels(rows, columns, fitted_levels)
    people = tables.listeners
    for column, value, name, requested in levels:
        yield (
            name,
            requested,
            *fitted.get((column, value), MISSING),
            (people[column] == value).sum() if column in people else len(people),
            "ratio of plays left per second at the start of a play, the other effects held fixed",
        )


def leaving_levels(b):
    """The factors on the hazard of leaving: a list of `compared` levels."""
    starts = [f"{age:.0f}" for age in b.skip_age_from]
    ages = [f"age {low}-{high}" for low, high in zip(starts, starts[1:])]
    ages.append(f"age {starts[-1]} and over")
    contexts = [name.replace("_", " ") for name in CONTEXTS[1:]]
    places = [f"{name} play of a session" for name in ("1st", "2nd", "3rd", "later")]
    days, both = ("Monday to Friday", "Saturday and Sunday"), (False, True)
    return [
        *compared("age_band", range(len(ages)), ages, b.skip_age, 2),
        *compared("device", DEVICES, DEVICES, b.skip_device[1:], 0),
        *compared("context", CONTEXTS[1:], contexts, b.skip_context[1:], 0),
        *compared("place", range(4), places, b.skip_position, 3),
        *compared("shuffle", both, ("in order", "shuffled"), (1.0, b.skip_shuffle), 0),
        *compared("weekend", both, days, (1.0, b.skip_weekend), 0),
    ]


def compared(column, values, names, factors, reference):
    """(column, value, effect, requested ratio to the reference) of each other level of a factor on
    leaving. reference: position of a level
    """
    levels = [
        (column, value, f"{name} against {names[reference]}: leaving", factor / factors[reference])
        for value, name, factor in zip(values, names, factors)
    ]
    return levels[:reference] + levels[reference + 1 :]


def leaving_cells(tables, b, columns):
    """events (plays left) and exposure (seconds at risk) of the plays that `leaving_effects`
    counts, by cluster and columns; a DataFrame.
    """
    band = np.searchsorted(b.skip_age_from, tables.versions["age"], side="right") - 1
    versions = in_memory(tables.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = in_memory(
        tables.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]]
    )
    pressed = _.reason_end.isin(["fwdbtn", "backbtn"])
    left = pressed | ((_.reason_end == "endplay") & ~_.last)
    at_risk_us = ibis.least(_.ms, AT_RISK_MS) * _.skip_tendency * 1000
    rows = (
        tables.plays.filter(
            _.position < PLACES,
            _.session_ms >= LONG_MS,
            _.earlier_plays > 0,
            ~_.noise,
            (_.plan == "premium") | (_.device != "phone"),
        )
        .join(people, "listener_id")
        .join(versions, ["listener_id", "profile_version"])
        .mutate(
            ms=_.ms_played.cast("int64"),
            place=ibis.least(_.position, 3),
            weekend=(_.session_day + 3) % 7 >= 5,
            level=sum((_.earlier_plays >= n).cast("int64") for n in LEVELS[1:]),
        )
        .group_by("cluster", *columns)
        .agg(
            events=_.count(where=left & (_.ms < AT_RISK_MS)),
            # whole numbers, since a parallel sum of floats differs from call to call
            exposure_us=at_risk_us.round().cast("int64").sum(),
        )
        .filter(_.exposure_us > 0)
        .order_by("cluster", *columns)
        .execute()
    )
    return rows.assign(exposure=rows["exposure_us"] / 1e6)
