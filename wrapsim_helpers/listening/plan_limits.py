"""Limits of the plans: advertisements, skips, and whether the listener may choose a track.

The rules are dated, see data/behaviour/plan_rules.csv; the state holds those valid now.
"""

from ..compiled import compiled_loop
from ..instants import HOUR_MS, MINUTE_MS
from ..people.plan_rules import RULES
from ..schema import FREE, PERSONALIZED
from ..streams import decision, uniform
from .local_time import NEVER
from .memory import ZERO
from .state import SKIPS_KEPT

# Positions of the rules in the state. The rule "offline on premium only" has no date.
SKIPS_PER_HOUR, SHUFFLE_ONLY, AD_INTERVAL, AD_BREAK, ON_DEMAND_LISTS, ALLOWANCE = map(
    RULES.index,
    (
        "skips_per_hour",
        "shuffle_only",
        "ad_interval",
        "ad_break",
        "on_demand_playlists",
        "on_demand_allowance",
    ),
)
SECOND_AD_MS = 15_000  # half of the breaks are this much longer (assumed)
AD = decision("end.ad")


@compiled_loop
def follow_rules(behaviour, state, at_ms):
    """Update the rules in the state; at_ms must not decrease from call to call."""
    if at_ms < state.rules_until:
        return
    state.rules_until = NEVER
    for rule in range(behaviour.rule_from.shape[0]):
        state.rules[rule] = 0.0
        for i in range(behaviour.rule_from.shape[1]):
            if behaviour.rule_from[rule, i] <= at_ms:
                state.rules[rule] = behaviour.rule_value[rule, i]
            else:
                state.rules_until = min(state.rules_until, int(behaviour.rule_from[rule, i]))


@compiled_loop
def profile_changes_by(versions, person, state, at_ms):
    """Whether the listener's next profile version begins at or before an instant."""
    return (
        state.version + 1 < person.after_versions and versions[state.version + 1].from_ms <= at_ms
    )


@compiled_loop
def follow_profile(versions, person, state, at_ms):
    """Move to the profile version valid at an instant; returns its plan."""
    while profile_changes_by(versions, person, state, at_ms):
        state.version += 1
    state.plan = versions[state.version].plan
    return versions[state.version].plan


@compiled_loop
def advertisement_ms(key, i, plan, at_ms, versions, person, state):
    """Length of the advertisements before the i-th play of a session, ms, 0 for none.

    If the profile changes during them, they are postponed: a play has the same profile as its
    advertisements.
    """
    if plan != FREE or state.since_ad_ms < state.rules[AD_INTERVAL] * MINUTE_MS:
        return ZERO
    length_ms = int(state.rules[AD_BREAK] * 1000)
    length_ms += SECOND_AD_MS if uniform(key, AD, i) < 0.5 else 0
    if profile_changes_by(versions, person, state, at_ms + length_ms):
        return ZERO
    state.since_ad_ms = 0
    return length_ms


@compiled_loop
def may_choose(is_free_phone, local_day, state):
    """Whether the listener may choose a single track, without shuffle.

    From 15 September 2025 a free phone listener may do so for a daily allowance.
    """
    if not is_free_phone or state.rules[SHUFFLE_ONLY] <= 0:
        return True
    if state.context == PERSONALIZED and state.rules[ON_DEMAND_LISTS] > 0:
        return True
    if state.allowed_day != local_day:
        state.allowed_day, state.allowed_ms = local_day, 0
    return state.allowed_ms < state.rules[ALLOWANCE] * MINUTE_MS


@compiled_loop
def may_skip(state, at_ms):
    """Whether the plan allows another skip at an instant.

    It does if the hour before has fewer skips than the limit; a limit of 0 means no limit.
    """
    limit = int(state.rules[SKIPS_PER_HOUR])
    return (
        limit <= 0
        or state.n_skips < limit
        or at_ms - state.skips[(state.n_skips - limit) % SKIPS_KEPT] >= HOUR_MS
    )


@compiled_loop
def note_skip(state, at_ms):
    """Add a skip to those that the plan counts."""
    state.skips[state.n_skips % SKIPS_KEPT] = at_ms
    state.n_skips += 1
