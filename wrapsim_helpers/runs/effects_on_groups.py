"""What personas and cohorts change, as far as the log shows it."""

import functools
from math import gamma

import numpy as np

from ..people.behaviour import CONTEXTS, WEEKDAYS
from ..people.personas import PARAMETERS, names_of
from .effects_on_plans import asked, churn_effect, plan_months
from .intervals import share_of

# -- personas and cohorts --------------------------------------------------------------------------

ELSEWHERE = ("minutes_factor", "log_minutes", "hazard_scale")  # measured with everybody's


def mean_of_kumaraswamy(alpha, beta):
    """Mean of the distribution that shuffle_shape describes."""
    return beta * gamma(1 + 1 / alpha) * gamma(beta) / gamma(1 + 1 / alpha + beta)


def group_effects(seen, b):
    """What personas and cohorts change, as far as it can be counted directly; what cannot is listed
    without a number.
    """
    counted = tallies(seen) if any(seen.personas) else None
    for column, groups in zip(("persona", "cohort"), seen.personas):
        for name, one in zip(names_of(groups), groups):
            for field in dict.fromkeys([*(one.set or {}), *(one.times or {})]):
                yield from field_effects(
                    seen,
                    b,
                    counted[counted[column] == name],
                    f"{column} {name}: {field}",
                    field,
                    named_parts(one, field),
                )


def field_effects(seen, b, mine, name, field, parts):
    """One overridden parameter of one persona or cohort: rows of `effects_of`. mine: the tallies of
    its listeners.
    """
    about = PARAMETERS[field]
    if about.counted:
        count, whole, measure = about.counted
        for part in parts if about.parts else [""]:
            own_share = functools.partial(
                share_asked, field=field, part=part, weekdays=seen.weekdays
            )
            yield (
                f"{name}, {part}" if part else name,
                asked(seen, b, mine, whole, own_share),
                *share_of(mine[count.format(part=part)], mine[whole], mine["cluster"]),
                len(mine),
                measure,
            )
    elif field == "premium_churn":
        months = plan_months(seen).query("plan == 'premium'")
        yield churn_effect(
            seen, b, name, months[months["listener_id"].isin(mine["listener_id"])], len(mine)
        )
    elif field not in ELSEWHERE:
        yield (
            name,
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            len(mine),
            "shows in nothing that can be counted directly",
        )


def named_parts(group, field):
    """The parts of a parameter that a file names; all of them where it gives a number or a list."""
    given = [change[field] for change in (group.set or {}, group.times or {}) if field in change]
    return list(
        dict.fromkeys(
            part
            for value in given
            for part in (value if isinstance(value, dict) else PARAMETERS[field].parts)
        )
    )


def share_asked(own, field, part, weekdays):
    """The share that a parameter, or one of its parts, asks for.

    Days of the week count as often as they come up in the window.
    """
    if field == "shuffle_shape":
        return mean_of_kumaraswamy(*own.shuffle_shape)
    if not part:
        return getattr(own, field)
    shares = np.array(getattr(own, field)) * (weekdays if field == "days" else 1)
    return shares[PARAMETERS[field].parts.index(part)] / shares.sum()


def tallies(seen):
    """What each listener did, counted: one row per listener with persona, cohort, cluster and the
    columns that `About.counted` names.
    """
    plays = seen.plays.filter(~seen.plays.noise)
    plays = plays.mutate(
        ms=plays.ms_played.cast("int64"),
        first=plays.position == 0,
        premium=plays.plan == "premium",
        choice=(plays.plan == "premium") | (plays.device != "phone"),
    )
    left = {
        "forward": plays.reason_end == "fwdbtn",
        "back": plays.reason_end == "backbtn",
        "another": (plays.reason_end == "endplay") & ~plays.last,
    }
    left = {part: plays.choice & went for part, went in left.items()}
    counted = {
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
        **{f"leaves_{part}": went for part, went in left.items()},
        **{f"opens_{name}": plays.first & (plays.context == name) for name in CONTEXTS},
    }
    sums = (
        {name: one.cast("int64").sum() for name, one in counted.items()}
        | {"ms": plays.ms.sum()}
        | {
            f"ms_{day}": ((plays.session_day + 3) % 7 == i).ifelse(plays.ms, 0).sum()
            for i, day in enumerate(WEEKDAYS)
        }
    )
    found = plays.group_by("listener_id").agg(**sums).order_by("listener_id").execute()
    return (
        seen.listeners[["listener_id", "persona", "cohort", "cluster"]]
        .merge(found, how="left")
        .fillna(0)
    )
