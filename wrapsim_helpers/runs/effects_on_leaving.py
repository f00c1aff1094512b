"""Effects of age, device, context, shuffle and groups on leaving a play early."""

import ibis
import numpy as np

from ..instants import MINUTE_MS
from ..people.behaviour import CONTEXTS
from ..schema import DEVICES
from .effect_tables import in_memory
from .effects_on_minutes import group_levels
from .intervals import fit_levels

LEVELS = (1, 3, 7, 15)  # of earlier_plays; a play is compared within its level
# which plays are counted, see `leaving_effects`
PLACES, LONG_MS, AT_RISK_MS = 6, 30 * MINUTE_MS, 1_500


def leaving_effects(tables, b):
    """Effects of age, device, context, shuffle, weekend, position in the session, personas and
    cohorts on leaving: ratios of leavings per second.

    The mood of a session affects all of its plays, is not in the log, and gives restless sessions
    more plays. So only plays that no mood selects are counted: the first PLACES of each session of
    LONG_MS and more, and of each play its first AT_RISK_MS, before restless listeners leave.
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
    fitted = fit_levels(rows, columns, fitted_levels) if len(rows) else {}
    people = tables.listeners
    for column, value, name, requested in levels:
        yield (
            name,
            requested,
            *fitted.get((column, value), (np.nan,) * 3),
            (people[column] == value).sum() if column in people else len(people),
            "ratio of leavings per second at the start of a play, the other effects held fixed",
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
    """events (leavings) and exposure (seconds at risk) of the plays that `leaving_effects` counts,
    by cluster and columns; a DataFrame.
    """
    band = np.searchsorted(b.skip_age_from, tables.versions["age"], side="right") - 1
    versions = in_memory(tables.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = in_memory(
        tables.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]]
    )
    plays = tables.plays.filter(
        (tables.plays.position < PLACES)
        & (tables.plays.session_ms >= LONG_MS)
        & (tables.plays.earlier_plays > 0)
        & ~tables.plays.noise,
        (tables.plays.plan == "premium") | (tables.plays.device != "phone"),
    )
    plays = plays.join(people, "listener_id").join(versions, ["listener_id", "profile_version"])
    ms, pressed = plays.ms_played.cast("int64"), plays.reason_end.isin(["fwdbtn", "backbtn"])
    left = pressed | ((plays.reason_end == "endplay") & ~plays.last)
    plays = plays.mutate(
        place=ibis.least(plays.position, 3),
        weekend=(plays.session_day + 3) % 7 >= 5,
        left=left & (ms < AT_RISK_MS),
        at_risk_us=(ibis.least(ms, AT_RISK_MS) * plays.skip_tendency * 1000).round(),
        level=sum((plays.earlier_plays >= n).cast("int64") for n in LEVELS[1:]),
    )
    cells = plays.group_by("cluster", *columns).agg(
        events=plays.count(where=plays.left), exposure_us=plays.at_risk_us.cast("int64").sum()
    )  # whole numbers, since a parallel sum of floats differs from call to call
    rows = cells.filter(cells.exposure_us > 0).order_by("cluster", *columns).execute()
    return rows.assign(exposure=rows["exposure_us"] / 1e6).drop(columns="exposure_us")
