"""Effects of personas and cohorts that the log shows."""

import functools
from math import gamma

import numpy as np

from ..people.behaviour import CONTEXTS
from ..people.personas import PARAMETERS
from .effects_on_plans import churn_effect, plan_months, requested_mean
from .effects_on_taste import uncounted
from .intervals import capped_weights, share_of
from .sittings import minutes_by_weekday

# -- personas and cohorts --------------------------------------------------------------------------

ELSEWHERE = (
    "minutes_factor",
    "log_minutes",
    "hazard_scale",
)  # other modules measure these


def mean_of_kumaraswamy(alpha, beta):
    """Mean of a Kumaraswamy distribution, that of shuffle_shape."""
    return beta * gamma(1 + 1 / alpha) * gamma(beta) / gamma(1 + 1 / alpha + beta)


def mean_of_capped_share(mean):
    """Mean of min(1, 2 * mean * u) for u uniform from 0 to 1, that of private and offline sessions
    over listeners.
    """
    return mean if mean <= 0.5 else 1 - 1 / (4 * mean)


def group_effects(tables, b):
    """Effects of personas and cohorts. Observed is missing if it cannot be counted directly."""
    counts = listener_counts(tables) if any(tables.personas) else None
    for column, name, group in tables.groups:
        for field in dict.fromkeys([*(group.set or {}), *(group.times or {})]):
            yield from field_effects(
                tables,
                b,
                counts[counts[column] == name],
                f"{column} {name}: {field}",
                field,
                named_parts(group, field),
            )


def field_effects(tables, b, counts, name, field, parts):
    """Effects of one overridden parameter of a persona or cohort: rows of `effects_of`.

    counts  the `listener_counts` of its listeners
    """
    about = PARAMETERS[field]
    if about.counted:
        count, whole, measure = about.counted
        for part in parts or [""]:
            share = functools.partial(
                requested_share, field=field, part=part, weekdays=tables.weekdays
            )
            part_of, weight = counts[count.format(part=part)], capped_weights(counts[whole])
            rows = counts.assign(weighted=weight * counts[whole])
            yield (
                f"{name}, {part}" if part else name,
                requested_mean(tables, b, rows, "weighted", share),
                *share_of(weight * part_of, rows["weighted"], counts["cluster"]),
                np.count_nonzero(counts[whole]),
                measure,
            )
    elif field == "premium_churn":
        months = plan_months(tables).query("plan == 'premium'")
        yield churn_effect(
            tables, b, name, months[months["listener_id"].isin(counts["listener_id"])], len(counts)
        )
    elif field not in ELSEWHERE:
        yield uncounted(name, field, len(counts))


def named_parts(group, field):
    """The parts of a parameter that a group changes; all if it gives a number or a list."""
    given = [change[field] for change in (group.set or {}, group.times or {}) if field in change]
    return list(
        dict.fromkeys(
            part
            for value in given
            for part in (value if isinstance(value, dict) else PARAMETERS[field].parts)
        )
    )


def requested_share(behaviour, field, part, weekdays):
    """The share that a parameter, or one of its parts, requests.

    Each day of the week counts as often as it occurs in the window.
    """
    if field == "shuffle_shape":
        return mean_of_kumaraswamy(*behaviour.shuffle_shape)
    if field in ("private_share", "offline_share"):
        return mean_of_capped_share(getattr(behaviour, field))
    if not part:
        return getattr(behaviour, field)
    shares = np.array(getattr(behaviour, field)) * (weekdays if field == "days" else 1)
    return shares[PARAMETERS[field].parts.index(part)] / shares.sum()


def listener_counts(tables):
    """Counts of what each listener did: a row per listener with persona, cohort, cluster and the
    columns that `About.counted` names.

    Leaves at the end of a session are not counted, since the session may end instead. Minutes are
    divided by minutes_per_day, so that listeners count alike: the days of heavy listeners are full.
    """
    plays = tables.plays.filter(~tables.plays.noise)
    plays = plays.mutate(
        ms=plays.ms_played.cast("int64"),
        first=plays.position == 0,
        premium=plays.plan == "premium",
        choice=(plays.plan == "premium") | (plays.device != "phone"),
    )
    counts = (
        plays.group_by("listener_id")
        .agg(**{name: plays.count(where=test) for name, test in conditions_of(plays).items()})
        .order_by("listener_id")
        .execute()
    )
    people = tables.listeners[["listener_id", "persona", "cohort", "cluster"]]
    minutes = minutes_by_weekday(plays).set_index("listener_id")
    usual = tables.listeners.set_index("listener_id")["minutes_per_day"]
    minutes = minutes.div(usual, axis=0).rename_axis("listener_id").reset_index()
    return people.merge(counts, how="left").merge(minutes, how="left").fillna(0)


def conditions_of(plays):
    """What `About.counted` counts: name -> condition on plays, Ibis booleans."""
    left = {
        "forward": plays.reason_end == "fwdbtn",
        "back": plays.reason_end == "backbtn",
        "another": plays.reason_end == "endplay",
    }
    left = {part: plays.choice & ~plays.last & condition for part, condition in left.items()}
    return {
        "sessions": plays.first,
        "premium_sessions": plays.first & plays.premium,
        "free_choices": plays.first & plays.choice,
        "private": plays.first & plays.private,
        "offline": plays.first & plays.offline,
        "shuffle": plays.first & plays.choice & plays.shuffle,
        "over_5s": plays.ms > 5_000,
        "paused": (plays.ms > 5_000) & (plays.paused_ms > 0),
        "over_20s": plays.ms > 20_000,
        "sought_forward": (plays.ms > 20_000) & (plays.seek_forward_ms > 0),
        "sought_back": (plays.ms > 20_000) & (plays.seek_back_ms > 0),
        "leaves": left["forward"] | left["back"] | left["another"],
        **{f"leaves_{part}": condition for part, condition in left.items()},
        **{f"opens_{name}": plays.first & (plays.context == name) for name in CONTEXTS},
    }
