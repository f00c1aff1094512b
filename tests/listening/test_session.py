"""The pieces of a session, by hand: advertisements, what may be chosen, endings and actions."""

from collections import Counter

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.instants import HOUR_MS, MINUTE_MS
from wrapsim_helpers.listening import columns, endings, plan_limits, session
from wrapsim_helpers.listening.loop_types import Ending, Listener, Play
from wrapsim_helpers.listening.state import empty_records, new_state
from wrapsim_helpers.music.loop_types import TRACK, Music
from wrapsim_helpers.people.behaviour import lowered
from wrapsim_helpers.people.loop_types import PERSON, VERSION
from wrapsim_helpers.schema import (
    BACKWARD,
    CLICKROW,
    DONE,
    ENDPLAY,
    FORWARD,
    FREE,
    LOGOUT,
    OWN_PLAYLIST,
    PERSONALIZED,
    PREMIUM,
    START_BACK,
)

KEYS = np.arange(2_000).astype(np.uint64)


def behaviour(**parameters):
    return lowered([ws.Behaviour(**parameters)])[0]


def state_with(**fields):
    """A listener's state; rules by their names in `plan_limits`."""
    state = new_state()
    for name, value in fields.items():
        if name.isupper():
            state.rules[getattr(plan_limits, name)] = value
        else:
            state[name] = value
    return state


def plain(function):
    """The Python of a compiled function, whether or not compiling is switched off."""
    return getattr(function, "py_func", function)


def shares(values):
    return {value: count / len(values) for value, count in Counter(values).items()}


# -- advertisements --------------------------------------------------------------------------------


def break_ms(key=KEYS[0], plan=FREE, since_min=15, change_ms=10**9):
    """Milliseconds of advertisements at time 0, by the rule of 30 s every 15 minutes, and the music
    since the last ones after that."""
    state = state_with(AD_INTERVAL=15, AD_BREAK=30, since_ad_ms=since_min * MINUTE_MS)
    person, versions = empty_records(PERSON, 1), empty_records(VERSION, 2)
    person["after_versions"], versions["from_ms"] = 2, (-1, change_ms)
    ms = plan_limits.advertisement_ms(key, 0, plan, 0, versions, person[0], state)
    return ms, state.since_ad_ms


def test_advertisements_come_after_so_much_music_and_half_of_them_are_longer():
    lengths = shares([break_ms(key) for key in KEYS])
    assert lengths == pytest.approx({(30_000, 0): 0.5, (45_000, 0): 0.5}, abs=0.05)


def test_premium_and_too_little_music_have_no_advertisements():
    assert break_ms(plan=PREMIUM) == (0, 15 * MINUTE_MS)
    assert break_ms(since_min=14) == (0, 14 * MINUTE_MS)


def test_advertisements_wait_for_a_change_of_profile_that_they_would_reach():
    assert {break_ms(key, change_ms=30_000)[0] for key in KEYS} == {0}
    assert {break_ms(key, change_ms=30_001)[0] for key in KEYS} == {0, 30_000}


# -- what may be chosen ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "is_free_phone, fields, may",
    [
        (False, {"SHUFFLE_ONLY": 1}, True),
        (True, {"SHUFFLE_ONLY": 0}, True),
        (True, {"SHUFFLE_ONLY": 1}, False),
        (True, {"SHUFFLE_ONLY": 1, "ON_DEMAND_LISTS": 1, "context": PERSONALIZED}, True),
        (True, {"SHUFFLE_ONLY": 1, "ON_DEMAND_LISTS": 0, "context": PERSONALIZED}, False),
        (True, {"SHUFFLE_ONLY": 1, "ON_DEMAND_LISTS": 1, "context": OWN_PLAYLIST}, False),
        (True, {"SHUFFLE_ONLY": 1, "ALLOWANCE": 1, "allowed_day": 3, "allowed_ms": 59_999}, True),
        (True, {"SHUFFLE_ONLY": 1, "ALLOWANCE": 1, "allowed_day": 3, "allowed_ms": 60_000}, False),
        (True, {"SHUFFLE_ONLY": 1, "ALLOWANCE": 1, "allowed_day": 2, "allowed_ms": 60_000}, True),
    ],
)
def test_a_track_may_be_chosen_as_the_plan_says(is_free_phone, fields, may):
    assert plan_limits.may_choose(is_free_phone, 3, state_with(**fields)) == may


def test_a_skip_is_allowed_when_fewer_than_the_most_lie_in_the_hour_before():
    state = state_with(SKIPS_PER_HOUR=2)
    for at_ms in (0, 1_000):
        assert plan_limits.may_skip(state, at_ms)
        plan_limits.note_skip(state, at_ms)
    assert not plan_limits.may_skip(state, HOUR_MS - 1) and plan_limits.may_skip(state, HOUR_MS)
    state.rules[plan_limits.SKIPS_PER_HOUR] = 0
    assert plan_limits.may_skip(state, 1_000)


# -- endings ---------------------------------------------------------------------------------------


def test_a_blocked_forward_button_leads_to_another_choice_or_to_the_end_of_the_track():
    b = behaviour(leave_shares=(0.5, 0.3, 0.2), blocked_leave=0.4)
    free, blocked = (
        shares([endings.leave_reason(key, 0, may_forward, b) for key in KEYS])
        for may_forward in (True, False)
    )
    assert free == pytest.approx({FORWARD: 0.5, BACKWARD: 0.3, ENDPLAY: 0.2}, abs=0.04)
    assert blocked == pytest.approx({BACKWARD: 0.3, ENDPLAY: 0.2 + 0.2, DONE: 0.3}, abs=0.04)


def test_a_seek_goes_over_half_of_what_lies_ahead_or_behind_at_most():
    b = behaviour(seek_forward_share=1.0, seek_back_share=1.0)
    left = np.array([endings.seeks(key, 0, 50_000, 200_000, FORWARD, b) for key in KEYS])
    done = np.array([endings.seeks(key, 0, 200_000, 200_000, DONE, b) for key in KEYS])
    for ms, most in ((left[:, 0], 75_000), (left[:, 1], 25_000), (done[:, 0], 100_000)):
        assert ms.min() >= 0 and 0.98 * most < ms.max() <= most
    assert endings.seeks(KEYS[0], 0, 20_000, 200_000, FORWARD, b) == (0, 0)


def test_a_pause_is_a_second_and_an_exponential_time():
    b = behaviour(pause_share=1.0, pause_min=2.0)
    pauses = np.array([endings.pause_ms(key, 0, 5_001, b) for key in KEYS])
    assert 1_000 <= pauses.min() < 1_500
    assert pauses.mean() == pytest.approx(1_000 + 2 * MINUTE_MS, rel=0.08)
    assert endings.pause_ms(KEYS[0], 0, 5_000, b) == 0


def test_a_session_ends_in_the_middle_of_a_track_or_with_it():
    tracks = empty_records(TRACK, 1)
    tracks["duration_ms"] = 180_000
    music = Music(tracks, *[None] * (len(Music._fields) - 1))
    play = Play(0, 1_000, 0, 0, FREE, False, CLICKROW, 0, False, True)
    usual = Ending(DONE, 200_000, 7_000, 0, 20_000)  # the listener sought back and paused

    def last(logout_share, until):
        never = behaviour(
            logout_share=logout_share, pause_share=0, seek_forward_share=0, seek_back_share=0
        )
        listener = Listener(None, music, never, None, None)
        return [plain(endings.last_ending)(key, play, usual, until, listener) for key in KEYS[:50]]

    assert set(last(0.0, 31_000)) == {usual}
    assert set(last(1.0, 31_000)) == {Ending(why, 30_000, 0, 0, 0) for why in (LOGOUT, ENDPLAY)}
    assert set(last(1.0, 500)) == {Ending(why, 0, 0, 0, 0) for why in (LOGOUT, ENDPLAY)}
    assert set(last(1.0, 204_000)) == {
        Ending(why, 180_000, 7_000, 0, 20_000) for why in (LOGOUT, ENDPLAY)
    }


def test_a_play_that_a_session_cuts_off_has_pauses_and_seeks_like_any_other():
    b = behaviour(pause_share=0.5, pause_min=1.0, seek_forward_share=0.2, seek_back_share=0.4)
    cut = [endings.stopped_ending(key, 0, 90_000, 180_000, LOGOUT, b) for key in KEYS]
    _, ms, paused, forward, back = np.array(cut).T
    assert (ms + paused == 90_000).all() and (ms > endings.PAUSABLE_MS).all()
    assert (ms + forward <= 180_000).all() and (back <= ms / 2).all()
    long = ms > endings.SEEKABLE_MS
    found = [(paused > 0).mean(), (forward[long] > 0).mean(), (back[long] > 0).mean()]
    assert found == pytest.approx([0.5, 0.2, 0.4], abs=0.04)
    assert endings.stopped_ending(KEYS[0], 0, 5_000, 180_000, LOGOUT, b) == (LOGOUT, 5_000, 0, 0, 0)


# -- tracks and actions ----------------------------------------------------------------------------


def test_the_back_button_repeats_the_track_or_the_one_before_it():
    state = new_state()
    state.heard, state.history[:3] = 3, (7, 8, 9)
    listener = Listener(None, None, behaviour(replay_share=0.6), state, None)

    def following(number):
        sessions = [session.Session(key, *[False] * 12) for key in KEYS]
        return shares(
            [
                int(plain(session.next_track)(s, number, 9, False, START_BACK, listener))
                for s in sessions
            ]
        )

    assert following(2) == pytest.approx({9: 0.6, 8: 0.4}, abs=0.04)
    assert following(1) == {9: 1.0}, "the track before is of another session"


def test_what_is_done_about_a_track_is_the_share_that_the_draw_falls_on():
    b = behaviour(act_shares=(0.1, 0.2, 0.3, 0.1))
    assert [columns.action_of(u, b) for u in (0.05, 0.15, 0.35, 0.65, 0.75)] == [0, 1, 2, 3, 4]
