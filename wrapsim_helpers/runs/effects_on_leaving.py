"""Effects of age, device, context, shuffle and groups on leaving a play early."""

import ibis
import numpy as np
from ibis import _

from ..instants import MINUTE_MS
from ..people.behaviour import CONTEXTS
from ..schema import DEVICES
from .effect_tables import in_memory
from .effects_on_minutes import group_levels
from .intervals import MISSING, capped_weights, fit_levels

LEVELS = (1, 3, 7, 15)  # from so many earlier_plays on; plays are compared within a level
# which plays are counted, see `leaving_effects`
PLACES, LONG_MS = 5, 30 * MINUTE_MS
# times at risk; the first in which so many plays are left, else the last
AT_RISK_MS, ENOUGH_LEFT = (500, 1_000, 1_500), 4_000


def leaving_effects(tables, b):
    """Effects of age, device, context, shuffle, weekend, hour, position in the session, personas
    and cohorts on leaving: ratios of plays left per second.

    The mood of a session affects all of its plays, is not in the log, and gives restless sessions
    more plays. So only plays that occur in any mood are counted: the first PLACES plays of each
    session of LONG_MS and more. Of each play only the first of AT_RISK_MS count: after them, many
    of the restless have left in the groups that leave fast, so that all groups look alike. That
    makes the largest ratios 2 % too small at 500 ms, 4 % at 1,500 ms, which a small run needs.
    Left out: free listeners on a phone, whose skip limit hides leaving; noise to fall asleep to;
    and tracks not played in an earlier session of the window, which the listener may have known
    before. Tracks are compared with tracks played equally often, each listener's skip_tendency is
    divided out, and heavy listeners have less weight (`capped_weights`). Plays before the window
    are not in the log, which biases the factors of age and context by a few per cent in a short
    window.
    """
    levels = leaving_levels(b) + group_levels(
        tables, b, "leaving", lambda behaviour: behaviour.hazard_scale
    )
    fitted_levels = [("level", number) for number in range(1, len(LEVELS))]
    fitted_levels += [(column, value) for column, value, *_ in levels]
    columns = list(dict(fitted_levels))
    rows = leaving_cells(tables, b, columns)
    fitted = fit_levels(rows, columns, fitted_levels)
    for column, value, name, requested in levels:
        yield (
            name,
            requested,
            *fitted.get((column, value), MISSING),
            rows.loc[rows[column] == value, "listener_id"].nunique(),
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
    begins = [f"{hour:.0f}:00" for hour in b.skip_hour_from]
    hours = [f"sessions begun from {a} to {z}" for a, z in zip(begins, begins[1:] + ["24:00"])]
    return [
        *compared("age_band", range(len(ages)), ages, b.skip_age, 2),
        *compared("device", DEVICES, DEVICES, b.skip_device[1:], 0),
        *compared("context", CONTEXTS[1:], contexts, b.skip_context[1:], 0),
        *compared("place", range(4), places, b.skip_position, 3),
        *compared("shuffle", both, ("in order", "shuffled"), (1.0, b.skip_shuffle), 0),
        *compared("weekend", both, days, (1.0, b.skip_weekend), 0),
        *compared("day_part", range(len(hours)), hours, b.skip_hour, 2),
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
    counts, by cluster, listener_id and columns; a DataFrame.
    """
    band = np.searchsorted(b.skip_age_from, tables.versions["age"], side="right") - 1
    versions = in_memory(tables.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = in_memory(
        tables.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]]
    )
    pressed = _.reason_end.isin(["fwdbtn", "backbtn"])
    left = pressed | ((_.reason_end == "endplay") & ~_.last)
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
            day_part=sum((_.session_hour >= at).cast("int64") for at in b.skip_hour_from[1:]),
            level=sum((_.earlier_plays >= n).cast("int64") for n in LEVELS[1:]),
        )
        .group_by("cluster", "listener_id", *columns)
        .agg(
            **{f"events_{ms}": _.count(where=left & (_.ms < ms)) for ms in AT_RISK_MS},
            **{f"exposure_us_{ms}": exposure_us(_.ms, ms) for ms in AT_RISK_MS},
        )
        .order_by("cluster", "listener_id", *columns)
        .execute()
    )
    return balanced(rows, time_at_risk_ms(rows))


def exposure_us(ms, at_risk_ms):
    """Microseconds at risk of plays of `ms`, in units of a listener with a skip_tendency of 1.

    A whole number, since a parallel sum of floats differs from call to call.
    """
    return (ibis.least(ms, at_risk_ms) * _.skip_tendency * 1000).round().cast("int64").sum()


def time_at_risk_ms(rows):
    """The first of AT_RISK_MS in which ENOUGH_LEFT plays are left; the last if none is enough."""
    enough = [ms for ms in AT_RISK_MS if rows[f"events_{ms}"].sum() >= ENOUGH_LEFT]
    return enough[0] if enough else AT_RISK_MS[-1]


def balanced(rows, at_risk_ms):
    """Rows with events and exposure within a time at risk, by `capped_weights` of listeners."""
    exposure = rows[f"exposure_us_{at_risk_ms}"] / 1e6
    weights = capped_weights(exposure.groupby(rows["listener_id"]).sum())
    weight = weights[rows["listener_id"]].to_numpy()
    rows = rows.assign(events=rows[f"events_{at_risk_ms}"] * weight, exposure=exposure * weight)
    return rows[rows["exposure"] > 0]
