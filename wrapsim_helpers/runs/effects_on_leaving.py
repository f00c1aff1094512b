"""Effects of age, device, context, shuffle and groups on leaving a play early."""

import ibis
import numpy as np

from ..instants import MINUTE_MS
from ..people.behaviour import CONTEXTS
from ..schema import DEVICES
from .effect_tables import in_memory
from .effects_on_minutes import group_factors
from .intervals import fit_levels

HEARD = (1, 3, 7, 15)  # so often or more before: tracks heard as often are compared with each other
# which plays tell of leaving, see `leaving_effects`
PLACES, LONG_MS, AT_RISK_MS = 6, 30 * MINUTE_MS, 1_500


def leaving_effects(seen, b):
    """Age, device, context, shuffle, weekend, place in the session, personas and cohorts on
    leaving: ratios of leavings per second.

    A session's mood moves all of its plays, is not in the log, and lets restless sessions have more
    plays. So only plays are counted that no mood can have chosen: the first PLACES of each session
    of LONG_MS and more, and of each its first AT_RISK_MS, in which the restless are not gone yet.
    Left out: free listeners on a phone, whose limit on skips hides leaving; noise to fall asleep
    to; and tracks not heard in an earlier session, which may have been known before the window.
    Plays of tracks heard as often are compared, and each listener's own skip_tendency is divided
    out. What was heard before the window is not in the log, which blurs the factors of age and
    context by a few per cent in a short one.
    """
    factors = leaving_factors(b) | group_factors(seen, b, "leaving", lambda one: one.hazard_scale)
    held = {"heard": ({level: ("", 1.0) for level in range(len(HEARD))}, 0)}
    told = [
        (column, value, *one)
        for column, (values, reference) in (held | factors).items()
        for value, one in values.items()
        if value != reference
    ]
    rows = leaving_cells(seen, b, ["heard", *factors])
    fitted = (
        fit_levels(rows, [*held, *factors], [(column, value) for column, value, *_ in told])
        if len(rows)
        else {}
    )
    for column, value, name, requested in told:
        if name:
            n = (
                (seen.listeners[column] == value).sum()
                if column in seen.listeners
                else len(seen.listeners)
            )
            yield (
                name,
                requested,
                *fitted.get((column, value), (np.nan,) * 3),
                n,
                "ratio of leavings per second at the start of a play, the other effects held",
            )


def leaving_factors(b):
    """What changes the hazard of leaving: column -> `levels`."""
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
    """One factor on leaving: (value -> (effect, requested ratio to the reference), reference
    value).
    """
    return {
        value: (f"{name} against {names[reference]}: leaving", factor / factors[reference])
        for value, name, factor in zip(values, names, factors)
    }, values[reference]


def leaving_cells(seen, b, columns):
    """Leavings and seconds at risk in what `leaving_effects` counts, by cluster and columns:
    events, exposure; a pandas table.
    """
    band = np.searchsorted(b.skip_age_from, seen.versions["age"], side="right") - 1
    versions = in_memory(seen.versions[["listener_id", "profile_version"]].assign(age_band=band))
    people = in_memory(
        seen.listeners[["listener_id", "cluster", "skip_tendency", "persona", "cohort"]]
    )
    plays = seen.plays.filter(
        (seen.plays.position < PLACES)
        & (seen.plays.session_ms >= LONG_MS)
        & (seen.plays.times_heard > 0)
        & ~seen.plays.noise,
        (seen.plays.plan == "premium") | (seen.plays.device != "phone"),
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
        heard=sum((plays.times_heard >= times).cast("int64") for times in HEARD[1:]),
    )
    cells = plays.group_by("cluster", *columns).agg(
        events=plays.left.cast("int64").sum(), exposure_us=plays.at_risk_us.cast("int64").sum()
    )  # whole numbers, since a parallel sum of others differs from call to call
    found = cells.filter(cells.exposure_us > 0).order_by("cluster", *columns).execute()
    return found.assign(exposure=found["exposure_us"] / 1e6).drop(columns="exposure_us")
