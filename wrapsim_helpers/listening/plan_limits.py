"""What the plan of a listener decides: advertisements, skips, and whether they may choose a track.

The rules are dated, see data/behaviour/plan_rules.csv; the state holds those of the moment.
"""

from ..compiled import compiled_loop
from ..instants import HOUR_MS, MINUTE_MS
from ..people.plan_rules import RULES
from ..schema import FREE, PERSONALIZED
from ..streams import decision, uniform
from .local_time import NEVER
from .memory import ZERO
from .state import SKIPS_KEPT

# Places of the rules in the state. That only premium is offline holds without a date.
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
SECOND_AD_MS = 15_000  # half of the breaks are longer by that (assumed)
AD = decision("end.ad")


@compiled_loop
def follow_rules(behaviour, state, at_ms):
    """Keep the rules in the state up to date; at_ms never falls from call to call."""
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
    """Move on to the profile version that holds at an instant; returns its plan."""
    while profile_changes_by(versions, person, state, at_ms):
        state.version += 1
    return versions[state.version].plan


@compiled_loop
def advertisement_ms(key, i, plan, at_ms, versions, person, state):
    """How long the advertisements are that come before the i-th play of a session.

    They wait until after a change of profile, so that a play has the profile of its advertisements.
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
    """Whether the listener may choose this very track, rather than shuffle."""
    if not is_free_phone or state.rules[SHUFFLE_ONLY] <= 0:
        return True
    if state.context == PERSONALIZED and state.rules[ON_DEMAND_LISTS] > 0:
        return True
    return allowance_left_ms(state, local_day) > 0


@compiled_loop
def allowance_left_ms(state, local_day):
    """Milliseconds that a free listener on a phone may still choose from today (from 15 September
    2025).
    """
    if state.allowed_day != local_day:
        state.allowed_day, state.allowed_ms = local_day, 0
    return state.rules[ALLOWANCE] * MINUTE_MS - state.allowed_ms


@compiled_loop
def may_skip(state, at_ms):
    """Whether the plan allows one more skip: fewer than its most in the hour before an instant; a
    most of 0 is no limit.
    """
    most = int(state.rules[SKIPS_PER_HOUR])
    return (
        most <= 0
        or state.n_skips < most
        or at_ms - state.skips[(state.n_skips - most) % SKIPS_KEPT] >= HOUR_MS
    )


@compiled_loop
def note_skip(state, at_ms):
    """Add a skip to those that the plan counts."""
    state.skips[state.n_skips % SKIPS_KEPT] = at_ms
    state.n_skips += 1
