"""Effects of age, device, context, shuffle and groups on leaving a play early."""

import ibis
import numpy as np

from ..instants import MINUTE_MS
from ..people.behaviour import CONTEXTS
from ..schema import DEVICES
from .effect_tables import in_memory
from .effects_on_minutes import group_factors
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
    factors = leaving_factors(b) | group_factors(
        tables, b, "leaving", lambda behaviour: behaviour.hazard_scale
    )
    control = {"level": ({level: ("", 1.0) for level in range(len(LEVELS))}, 0)}
    effects = [
        (column, value, *effect)
        for column, (values, reference) in (control | factors).items()
        for value, effect in values.items()
        if value != reference
    ]
    rows = leaving_cells(tables, b, ["level", *factors])
    fitted = (
        fit_levels(rows, [*control, *factors], [(column, value) for column, value, *_ in effects])
        if len(rows)
        else {}
    )
    for column, value, name, requested in effects:
        if name:
            n = (
                (tables.listeners[column] == value).sum()
                if column in tables.listeners
                else len(tables.listeners)
            )
            yield (
                name,
                requested,
                *fitted.get((column, value), (np.nan,) * 3),
                n,
                "ratio of leavings per second at the start of a play, the other effects held fixed",
            )


def leaving_factors(b):
    """The factors on the hazard of leaving: column -> `levels`."""
    ages = [
        f"age {low:.0f}-{high:.0f}" for low, high in zip(b.skip_age_from, b.skip_age_from[1:])
    ] + [f"age {b.skip_age_from[-1]:.0f} and over"]
    contexts = [name.replace("_", " ") for name in CONTEXTS[1:]]
    return {
        "age_band": levels(range(len(ages)), ages, b.skip_age, 2),
        "device": levels(DEVICES, DEVICES, b.skip_device[1:], 0),
        "context": levels(CONTEXTS[1:], contexts, b.skip_context[1:], 0),
        "place": levels(
            range(4),
            [f"{name} play of a session" for name in ("1st", "2nd", "3rd", "later")],
            b.skip_position,
            3,
        ),
        "shuffle": levels((False, True), ("in order", "shuffled"), (1.0, b.skip_shuffle), 0),
        "weekend": levels(
            (False, True), ("Monday to Friday", "Saturday and Sunday"), (1.0, b.skip_weekend), 0
        ),
    }


def levels(values, names, factors, reference):
    """(value -> (name of the effect, requested ratio to the reference), reference value) of one
    factor on leaving.
    """
    return {
        value: (f"{name} against {names[reference]}: leaving", factor / factors[reference])
        for value, name, factor in zip(values, names, factors)
    }, values[reference]


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
    ms, left = (
        plays.ms_played.cast("int64"),
        plays.reason_end.isin(["fwdbtn", "backbtn"])
        | ((plays.reason_end == "endplay") & ~plays.last),
    )
    plays = plays.mutate(
        place=ibis.least(plays.position, 3),
        weekend=(plays.session_day + 3) % 7 >= 5,
        left=left & (ms < AT_RISK_MS),
        at_risk_us=(ibis.least(ms, AT_RISK_MS) * plays.skip_tendency * 1000).round(),
        level=sum((plays.earlier_plays >= n).cast("int64") for n in LEVELS[1:]),
    )
    cells = plays.group_by("cluster", *columns).agg(
        events=plays.left.cast("int64").sum(), exposure_us=plays.at_risk_us.cast("int64").sum()
    )  # whole numbers, since a parallel sum of floats differs from call to call
    rows = cells.filter(cells.exposure_us > 0).order_by("cluster", *columns).execute()
    return rows.assign(exposure=rows["exposure_us"] / 1e6).drop(columns="exposure_us")
