"""Faulty copies of the rules of the plans, called mutants: each must fail a test of these rules.

mutmut skips compiled functions, so these mutants are written by hand: in one file of a copy of the
package, one text is replaced. The tests run with compiling switched off.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ..conftest import TOP

TESTS = (
    "tests/listening/test_session.py",
    "tests/listening/test_plan_rules.py",
    "tests/listening/test_picks.py::"
    "test_a_personalised_playlist_never_becomes_a_station_since_its_rules_are_others",
)
PASSED, FAILED = 0, 1  # exit codes of pytest
LIMITS, SESSION = "wrapsim_helpers/listening/plan_limits.py", "wrapsim_helpers/listening/session.py"
# what is wrong -> (file, text in it, text instead)
MUTANTS = {
    "a rule is valid a millisecond late": (
        LIMITS,
        "if behaviour.rule_from[rule, i] <= at_ms:",
        "if behaviour.rule_from[rule, i] < at_ms:",
    ),
    "a rule that begins later is never looked up": (
        LIMITS,
        "state.rules_until = min(state.rules_until, int(behaviour.rule_from[rule, i]))",
        "pass",
    ),
    "dates of rules are local dates of Stockholm": (
        "wrapsim_helpers/people/plan_rules.py",
        '"2008-10-07")), "UTC")',
        '"2008-10-07")), "Europe/Stockholm")',
    ),
    "seven skips an hour": (
        "data/behaviour/plan_rules.csv",
        "free,phone,skips_per_hour,6,",
        "free,phone,skips_per_hour,7,",
    ),
    "the allowance begins a day late": (
        "data/behaviour/plan_rules.csv",
        "2025-09-15,free",
        "2025-09-16,free",
    ),
    "a profile version is valid a millisecond late": (
        LIMITS,
        "versions[state.version + 1].from_ms <= at_ms",
        "versions[state.version + 1].from_ms < at_ms",
    ),
    "only one change of profile is noticed at once": (
        LIMITS,
        "while profile_changes_by(",
        "if profile_changes_by(",
    ),
    "premium hears advertisements": (
        LIMITS,
        "if plan != FREE or state.since_ad_ms",
        "if state.since_ad_ms",
    ),
    "advertisements need a millisecond more of music": (
        LIMITS,
        "state.since_ad_ms < state.rules[AD_INTERVAL]",
        "state.since_ad_ms <= state.rules[AD_INTERVAL]",
    ),
    "advertisements come before every play once they are due": (
        LIMITS,
        "    state.since_ad_ms = 0\n",
        "",
    ),
    "music since the last advertisement does not add up": (
        SESSION,
        "state.since_ad_ms += ending.ms_played",
        "state.since_ad_ms = ending.ms_played",
    ),
    "advertisements may reach into another profile": (
        LIMITS,
        "if profile_changes_by(versions, person, state, at_ms + length_ms):",
        "if profile_changes_by(versions, person, state, at_ms):",
    ),
    "personalised playlists are on demand before 2018": (
        LIMITS,
        "if state.context == PERSONALIZED and state.rules[ON_DEMAND_LISTS] > 0:",
        "if state.context == PERSONALIZED:",
    ),
    "the allowance of a day is not renewed": (
        LIMITS,
        "state.allowed_day, state.allowed_ms = local_day, 0",
        "state.allowed_day = local_day",
    ),
    "the allowance is over a millisecond late": (
        LIMITS,
        "return state.allowed_ms < state.rules[ALLOWANCE]",
        "return state.allowed_ms <= state.rules[ALLOWANCE]",
    ),
    "a seventh skip": (LIMITS, "or state.n_skips < limit", "or state.n_skips <= limit"),
    "the hour of skips is closed at its end": (
        LIMITS,
        "% SKIPS_KEPT] >= HOUR_MS",
        "% SKIPS_KEPT] > HOUR_MS",
    ),
    "one skip an hour": (
        LIMITS,
        "state.skips[(state.n_skips - limit) % SKIPS_KEPT]",
        "state.skips[(state.n_skips - 1) % SKIPS_KEPT]",
    ),
    "too few skips are remembered": (
        "wrapsim_helpers/listening/state.py",
        "SKIPS_KEPT = 16",
        "SKIPS_KEPT = 5",
    ),
    "skips are not counted": (LIMITS, "    state.n_skips += 1\n", ""),
    "a skip is counted where its play began": (
        SESSION,
        "note_skip(state, ended_at(play, ending))",
        "note_skip(state, play.started_at)",
    ),
    "a skip is judged by where its play began": (
        "wrapsim_helpers/listening/endings.py",
        "may_skip(listener.state, play.started_at + left_ms)",
        "may_skip(listener.state, play.started_at)",
    ),
    "skips are not limited": (
        "wrapsim_helpers/listening/endings.py",
        "may_forward = not play.is_free_phone or may_skip(",
        "may_forward = True or may_skip(",
    ),
    "a blocked button skips": (
        "wrapsim_helpers/listening/endings.py",
        "< behaviour.blocked_leave else DONE",
        "< behaviour.blocked_leave else FORWARD",
    ),
    "phones of premium are restricted": (
        SESSION,
        "is_free_phone = plan == FREE and session.device == PHONE",
        "is_free_phone = session.device == PHONE",
    ),
    "every device of the free plan is restricted": (
        SESSION,
        "is_free_phone = plan == FREE and session.device == PHONE",
        "is_free_phone = plan == FREE",
    ),
    "what may not be chosen is not shuffled": (
        SESSION,
        "shuffle = session.shuffle or not on_demand",
        "shuffle = session.shuffle",
    ),
    "the allowance is never used up": (
        SESSION,
        "        state.allowed_ms += ending.ms_played\n",
        "        pass\n",
    ),
    "personalised playlists use the allowance": (
        SESSION,
        "play.on_demand and state.context != PERSONALIZED:",
        "play.on_demand:",
    ),
    "the free plan plays downloads": (
        "wrapsim_helpers/listening/columns.py",
        "return session.offline and plan == PREMIUM",
        "return session.offline",
    ),
    "downloads play for 31 days": (SESSION, "OFFLINE_MS = 29 * DAY_MS", "OFFLINE_MS = 31 * DAY_MS"),
    "a session may outlast the time offline": (
        SESSION,
        "at_ms + LONGEST_SESSION_MS - state.online_at",
        "at_ms - state.online_at",
    ),
    "plays offline reset the time offline": (
        SESSION,
        "if not is_offline(session, play.plan):",
        "if True:",
    ),
    "a personalised playlist becomes a station": (
        "wrapsim_helpers/listening/picks.py",
        "if attempt == TRIES and listener.state.context != PERSONALIZED:",
        "if attempt == TRIES:",
    ),
    "rules of the end of one listener's time are valid at the beginning of the next": (
        "wrapsim_helpers/listening/loop.py",
        "state.rules_until, state.offset_until, state.online_at = -NEVER, -NEVER, person.origin_ms",
        "state.offset_until, state.online_at = -NEVER, person.origin_ms",
    ),
    "a run that goes on forgets the skips": (
        "wrapsim_helpers/listening/state.py",
        'COPIED = (*STATE_COUNTS[1:], "skips")',
        "COPIED = STATE_COUNTS[1:]",
    ),
}


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """A folder with a copy of the package, its data and its tests."""
    folder = tmp_path_factory.mktemp("mutants")
    for name in ("wrapsim_helpers", "data", "schemas", "tests"):
        shutil.copytree(TOP / name, folder / name, ignore=finished_runs)
    return folder


def finished_runs(folder, _):
    """What is not copied: the runs that somebody made in data/runs."""
    return ["runs"] if Path(folder) == TOP / "data" else []


def result(folder):
    """Exit code and output of the tests of the rules, which stop at the first failure."""
    alone = {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    words = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:warnings", *TESTS)
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=os.environ | alone, capture_output=True, text=True
    )
    return done.returncode, done.stdout[-2_000:] + done.stderr[-2_000:]


def test_the_copy_without_a_fault_passes(copied):
    code, output = result(copied)
    assert code == PASSED, output


@pytest.mark.parametrize("fault", MUTANTS)
def test_a_test_fails_if(fault, copied):
    name, old, new = MUTANTS[fault]
    path = copied / name
    source = path.read_text(encoding="utf-8")
    assert source.count(old) == 1, f"{name} no longer has this text once: {old}"
    path.write_text(source.replace(old, new), encoding="utf-8")
    try:
        code, output = result(copied)
    finally:
        path.write_text(source, encoding="utf-8")
    assert code == FAILED, f"the mutant {fault!r} survives:\n{output}"
