"""The rules of the plans: each limit by hand, and plays of restless listeners who reach them all.

`tests/slow/test_mutants.py` runs these tests uncompiled on faulty copies of the package.
"""

from collections import Counter
from datetime import datetime

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.instants import DAY_MS, HOUR_MS, MINUTE_MS
from wrapsim_helpers.listening import columns, endings, plan_limits, session, state
from wrapsim_helpers.listening.loop_types import Ending, Listener, Play
from wrapsim_helpers.music.loop_types import TRACK, Music
from wrapsim_helpers.people.loop_types import PERSON, VERSION
from wrapsim_helpers.schema import (
    BACKWARD,
    CLICKROW,
    DONE,
    ENDPLAY,
    FORWARD,
    FREE,
    OWN_PLAYLIST,
    PERSONALIZED,
    PREMIUM,
)

from ..rules import ALLOWANCE_FROM, as_rows, broken_rules
from .test_session import behaviour, plain, state_with

KEYS = np.arange(400).astype(np.uint64)
BEHAVIOUR = behaviour()
ALLOWANCE_MS, AD_INTERVAL_MS = 30 * MINUTE_MS, 15 * MINUTE_MS
RULES = (
    "SKIPS_PER_HOUR",
    "SHUFFLE_ONLY",
    "AD_INTERVAL",
    "AD_BREAK",
    "ON_DEMAND_LISTS",
    "ALLOWANCE",
)


def utc(date):
    return int(datetime.fromisoformat(f"{date}T00:00Z").timestamp() * 1000)


def session_of(**fields):
    return session.Session(**(dict.fromkeys(session.Session._fields, 0) | fields))


# -- by hand ---------------------------------------------------------------------------------------


def test_each_rule_is_valid_from_the_millisecond_of_its_date():
    listener = state.new_state()

    def values(at_ms):
        plan_limits.follow_rules(BEHAVIOUR, listener, at_ms)
        return [listener.rules[getattr(plan_limits, name)] for name in RULES]

    for date, before, after in (
        ("2008-10-07", [0, 0, 0, 0, 0, 0], [6, 1, 15, 30, 0, 0]),
        ("2018-04-24", [6, 1, 15, 30, 0, 0], [6, 1, 15, 30, 15, 0]),
        ("2025-09-15", [6, 1, 15, 30, 15, 0], [6, 1, 15, 30, 15, 30]),
    ):
        assert (values(utc(date) - 1), values(utc(date))) == (before, after), date


def test_a_profile_version_is_valid_from_its_first_millisecond_also_if_several_began():
    person, versions = state.empty_records(PERSON, 1), state.empty_records(VERSION, 4)
    person["after_versions"], versions["from_ms"] = 3, (0, 1_000, 2_000, 3_000)  # the last: others'
    versions["plan"] = FREE, PREMIUM, FREE, PREMIUM

    def plan_at(*instants):
        listener = state.new_state()
        for at_ms in instants:
            plan = plan_limits.follow_profile(versions, person[0], listener, at_ms)
        assert listener.plan == plan
        return plan, listener.version

    assert plan_at(999) == (FREE, 0) and plan_at(999, 1_000) == (PREMIUM, 1)
    assert plan_at(2_000) == plan_at(9_000) == (FREE, 2)


def test_of_skips_tried_every_minute_the_first_six_of_each_hour_are_allowed():
    listener = state_with(SKIPS_PER_HOUR=6)
    allowed = []
    for minute in range(240):
        if plan_limits.may_skip(listener, minute * MINUTE_MS):
            plan_limits.note_skip(listener, minute * MINUTE_MS)
            allowed.append(minute)
    assert allowed == [60 * hour + minute for hour in range(4) for minute in range(6)]


def test_only_free_phones_are_refused_a_skip_and_by_the_moment_of_the_button(monkeypatch):
    """After six skips at 0, free phones skip from one hour on, whenever the play began."""
    b = behaviour(leave_shares=(1.0, 0.0, 0.0), blocked_leave=1.0)
    monkeypatch.setattr(endings, "play_hazard", lambda *_: 1.0)
    tracks = state.empty_records(TRACK, 1)
    tracks["duration_ms"] = 10**9
    music = Music(tracks, *[None] * (len(Music._fields) - 1))

    def ends(key, is_free_phone):
        listener = state_with(SKIPS_PER_HOUR=6, n_skips=6)
        this = session_of(key=key)
        play = Play(0, HOUR_MS - 5_000, 0, 0, FREE, is_free_phone, CLICKROW, 0, True, False)
        return plain(endings.ending_of)(this, play, Listener(None, music, b, listener, None))

    early = {ending.reason for key in KEYS if (ending := ends(key, True)).ms_played < 5_000}
    late = {ending.reason for key in KEYS if (ending := ends(key, True)).ms_played >= 5_000}
    assert early == {ENDPLAY} and late == {FORWARD}
    assert {ends(key, False).reason for key in KEYS} == {FORWARD}


@pytest.fixture
def after_play(monkeypatch):
    """A function: the state after a play of 10 s, paused for 1 s, from instant 0 on."""
    for module, name in ((session, "is_offline"), (session, "repeats_after")):
        monkeypatch.setattr(module, name, plain(getattr(module, name)))
    monkeypatch.setattr(session, "remember", lambda *_: None)

    def remembered(reason=DONE, plan=FREE, free_phone=True, on_demand=True, offline=False, **given):
        listener = state_with(**given)
        this = session_of(offline=offline)
        play = Play(0, 0, 0, 0, plan, free_phone, CLICKROW, 0, False, on_demand)
        ending = Ending(reason, 10_000, 1_000, 0, 0)
        everything = Listener(None, None, BEHAVIOUR, listener, None)
        plain(session.remember_play)(this, play, ending, everything)
        return listener

    return remembered


def test_a_skip_is_noted_when_the_button_is_pressed_and_no_other_ending_is(after_play):
    noted = after_play(reason=FORWARD)
    assert (noted.n_skips, noted.skips[0]) == (1, 11_000)
    assert [after_play(reason=why).n_skips for why in (DONE, BACKWARD, ENDPLAY)] == [0, 0, 0]


def test_what_a_free_phone_chooses_outside_personalised_playlists_uses_the_allowance(after_play):
    def spent(**play):
        return int(after_play(allowed_ms=5, **{"context": OWN_PLAYLIST} | play).allowed_ms)

    assert spent() == 10_005
    assert spent(context=PERSONALIZED) == spent(on_demand=False) == spent(free_phone=False) == 5


def test_music_since_the_last_advertisement_adds_up(after_play):
    assert after_play(since_ad_ms=5).since_ad_ms == 10_005


def test_a_play_with_a_connection_resets_the_time_offline(after_play):
    assert after_play(plan=PREMIUM).online_at == 11_000
    assert after_play(plan=PREMIUM, offline=True).online_at == 0
    assert after_play(plan=FREE, offline=True).online_at == 11_000


def test_only_premium_plays_downloads():
    offline, online = session_of(offline=True), session_of(offline=False)
    is_offline = plain(columns.is_offline)
    assert is_offline(offline, PREMIUM)
    assert not is_offline(offline, FREE) and not is_offline(online, PREMIUM)


def test_a_session_goes_offline_only_if_it_ends_within_29_days_of_the_last_connection():
    person, listener = state.empty_records(PERSON, 1), state.new_state()
    person["offline"] = 1.0
    latest = 29 * DAY_MS - 10 * HOUR_MS  # a session is no longer than ten hours
    assert session.goes_offline(KEYS[0], latest - 1, person[0], listener)
    assert not session.goes_offline(KEYS[0], latest, person[0], listener)
    person["offline"] = 0.0
    assert not session.goes_offline(KEYS[0], 0, person[0], listener)


def test_a_later_run_knows_the_skips_the_allowance_and_the_advertisements_of_the_earlier_one():
    known = {"n_skips": 3, "allowed_day": 4, "allowed_ms": 5, "since_ad_ms": 6, "online_at": 7}
    before, after = state_with(**known), state.new_state()
    saved = state.empty_records(state.SAVED, 1)[0]
    before.skips[:3] = 1, 2, 3
    state.copy_saved(before, saved)
    state.copy_saved(saved, after)
    assert {name: after[name] for name in known} == known and (after.skips == before.skips).all()


# -- restless listeners ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def restless():
    """A `Listened` of four listeners who skip, choose and listen a lot, around 15 September 2025:
    three on free phones, one on premium who plays downloads.
    """
    habits = {
        "hazard_scale": 3.0,
        "minutes_factor": 9.0,
        "sigma_minutes": 0.0,
        "offline_share": 1.0,
    }
    every_day = {"quiet_min": 0.01, "sigma_quiet": 0.0}
    run = ws.Run(
        num_users=4, start_time="2025-09-14", end_time="2025-09-16", catalogue_tracks=0, seed=4
    )
    return ws.listen(run, behaviour=ws.Behaviour(**habits, **every_day))


@pytest.fixture(scope="module")
def rows(restless):
    """The plays of each listener as dicts, with the local day: list of lists."""
    rows = as_rows(restless.plays)
    for row in rows:
        row["local_day"] = (row["started_at"] + row["utc_offset_min"] * MINUTE_MS) // DAY_MS
    return [[row for row in rows if row["listener_id"] == number] for number in range(4)]


def on_free_phones(mine):
    return [row for row in mine if (row["plan"], row["device"]) == ("free", "phone")]


def test_restless_listeners_break_no_rule(restless):
    tables = restless.plays, restless.world.catalogue.tracks, restless.profile_versions
    assert broken_rules(*map(as_rows, tables)) == []
    ws.check_plays(*tables)


def test_restless_listeners_on_free_phones_skip_six_times_in_an_hour_and_not_seven_times(rows):
    most = 0
    for mine in rows:
        at = [row["ended_at"] for row in on_free_phones(mine) if row["reason_end"] == "fwdbtn"]
        most = max([most, *(sum(t - HOUR_MS < other <= t for other in at) for t in at)])
    assert most == 6


def test_free_phones_choose_while_half_an_hour_of_the_day_is_left_and_shuffle_otherwise(rows):
    in_time = Counter()
    for mine in rows:
        spent = Counter()
        for row in on_free_phones(mine):
            is_list, day = row["context"] == "personalized", row["local_day"]
            is_left = row["started_at"] >= ALLOWANCE_FROM and spent[day] < ALLOWANCE_MS
            assert row["on_demand"] == (is_left or is_list)
            spent[day] += row["ms_played"] * (is_left and not is_list)
            in_time[row["started_at"] >= ALLOWANCE_FROM, is_left] += 1
    assert min(in_time[True, True], in_time[True, False], in_time[False, False]) > 20
    assert not in_time[False, True]


def test_free_listeners_hear_advertisements_after_fifteen_minutes_of_music_and_never_before(rows):
    for mine in rows:
        since_ms = 0
        for row in mine:
            is_due = row["plan"] == "free" and since_ms >= AD_INTERVAL_MS
            assert row["ad_ms"] in ((30_000, 45_000) if is_due else (0,))
            since_ms = since_ms * (not is_due) + row["ms_played"]
