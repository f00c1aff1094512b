"""Random streams, checks of parameters, instants and identity."""

import hashlib
import math
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, localcontext
from itertools import islice
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from wrapsim_helpers import run as r

PACKAGE = Path(r.__file__).parent


# -- random streams -----------------------------------------------------------------------------------

def test_streams_are_splitmix64_by_its_published_answers():
    state = np.uint64(1234567)
    with np.errstate(over="ignore"):
        drawn = [int(r.mix(state + np.uint64(n) * r.GOLDEN)) for n in range(1, 6)]
    assert drawn == [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821]


def splitmix64(state):
    """The published generator, one output after another, in plain integers."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        yield z ^ (z >> 31)


def test_the_plain_generator_gives_the_published_answers():
    assert list(islice(splitmix64(1234567), 3)) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("key, name", [(0, "session.start"), (1, "session.start"), (2**64 - 1, "pick.new"), (0x9E3779B97F4A7C15, "end.leave")])
def test_the_draws_of_a_decision_are_the_outputs_of_splitmix64_from_key_and_decision(key, name):
    what = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    assert int(r.decision(name)) == what
    expected = list(islice(splitmix64(key ^ what), 1_000))
    with np.errstate(over="ignore"):
        assert [int(r.bits(np.uint64(key), r.decision(name), n)) for n in range(1_000)] == expected
        assert [r.uniform(np.uint64(key), r.decision(name), n) for n in range(1_000)] == [((z >> 11) + 0.5) * 2.0**-53 for z in expected]


def test_the_key_of_a_member_of_a_family_is_mixed_twice():
    def first(state):
        return next(splitmix64((state - 0x9E3779B97F4A7C15) % 2**64))          # the finaliser alone
    with np.errstate(over="ignore"):
        for key, number in ((5, 0), (5, 17), (2**63 + 1, 10**9)):
            assert int(r.subkey(np.uint64(key), number)) == first(key ^ first((number * 0x9E3779B97F4A7C15 + 1) % 2**64))


def test_a_draw_depends_on_seed_listener_decision_and_counter_alone():
    keys = r.listener_keys(np.uint64(5), np.arange(100))
    what = r.decision("some.decision")
    alone = r.uniform(r.listener_keys(np.uint64(5), np.array([42]))[0], what, 3)
    assert alone == r.uniforms(keys, what, 3)[42]
    others = {r.uniform(keys[42], what, 4), r.uniform(keys[41], what, 3), r.uniform(keys[42], r.decision("another"), 3),
              r.uniform(r.listener_keys(np.uint64(6), np.array([42]))[0], what, 3)}
    assert len(others | {alone}) == 5


def test_uniform_draws_are_flat_and_uncorrelated():
    n = 200_000
    u = r.uniforms(r.listener_keys(np.uint64(1), np.arange(n)), r.decision("flat"), 0)
    assert 0 < u.min() and u.max() < 1
    assert abs(u.mean() - 0.5) < 4 * math.sqrt(1 / 12 / n)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / math.sqrt(n)
    counts = np.bincount((u * 100).astype(int), minlength=100)
    assert ((counts - n / 100) ** 2 / (n / 100)).sum() < 99 + 4 * math.sqrt(2 * 99)      # chi square, 99 degrees of freedom


def test_our_logarithm_exponential_and_quantile_agree_with_the_libraries():
    for x in np.geomspace(1e-300, 1e300, 401):
        assert r.ln(x) == pytest.approx(math.log(x), rel=4e-16, abs=4e-16)
    for x in np.linspace(-690, 690, 401):
        assert r.exp(x) == pytest.approx(math.exp(x), rel=4e-16)
    for u in (1e-12, 1e-6, 0.02, 0.3, 0.5, 0.77, 0.999, 1 - 1e-9):
        assert r.normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-14, abs=1e-15)


def ulps(found, exact):
    """How many units in the last place a float lies from an exact value, a Decimal."""
    return abs(Decimal(float(found)) - exact) / Decimal(math.ulp(float(exact)))


def test_the_logarithm_is_right_to_one_unit_in_the_last_place_everywhere():
    dice = np.random.default_rng(1)
    near_one = 1 + dice.uniform(-0.3, 0.5, 300)
    everywhere = np.exp2(dice.uniform(-1021.9, 1023.9, 300))
    with localcontext(prec=40):
        for x in (*near_one, *everywhere, 0.5, 2.0, 1 - 2**-53, 1 + 2**-52, 2.2250738585072014e-308, 1.7976931348623157e308, 0.7071067811865476):
            assert ulps(r.ln(x), Decimal(float(x)).ln()) <= 1, x
    assert r.ln(1.0) == 0


def test_the_exponential_is_right_to_one_unit_in_the_last_place_everywhere():
    with localcontext(prec=40):
        for x in (*np.random.default_rng(2).uniform(-700, 700, 400), *np.random.default_rng(3).uniform(-1, 1, 200), 0.34657359027997264, -700.0, 700.0):
            assert ulps(r.exp(x), Decimal(float(x)).exp()) <= 1, x
    assert r.exp(0.0) == 1


def test_choose_falls_on_choices_in_proportion():
    assert r.choose(np.array([0.0, 0.24, 0.26, 0.74, 0.76, 0.999999]), [1, 2, 1]).tolist() == [0, 0, 1, 1, 2, 2]
    assert r.choose(np.array([0.1, 0.9]), [0, 5, 0]).tolist() == [1, 1]


def user_ids_printed(project, cache):
    code = "from wrapsim_helpers.listeners import user_ids; import numpy as np; print(user_ids(1, np.arange(2)))"
    env = os.environ | {"WRAPSIM_CACHE": str(cache), "PYTHONPATH": str(project)}
    return subprocess.run([sys.executable, "-c", code], env=env, cwd=project, capture_output=True, text=True, check=True).stdout


def code_folders(cache):
    return {path.name for path in (cache / "wrapsim").iterdir()}


def test_compiled_code_is_never_stale_when_a_callee_in_another_module_changes(tmp_path):
    project, cache = tmp_path / "project", tmp_path / "cache"
    shutil.copytree(PACKAGE.parent, project, ignore=shutil.ignore_patterns(".*", "tests", "data/runs", "*.egg-info"))
    first = user_ids_printed(project, cache)
    folders = code_folders(cache)
    assert user_ids_printed(project, cache) == first and code_folders(cache) == folders
    callee = project / "wrapsim_helpers" / "run.py"
    callee.write_text(callee.read_text().replace("MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5B9)", "MIX_A, MIX_B = np.uint64(0xBF58476D1CE4E5BB)"))
    assert user_ids_printed(project, cache) != first


def test_compiled_code_stays_when_a_module_changes_that_it_cannot_reach(tmp_path):
    project, cache = tmp_path / "project", tmp_path / "cache"
    shutil.copytree(PACKAGE.parent, project, ignore=shutil.ignore_patterns(".*", "tests", "data/runs", "*.egg-info"))
    user_ids_printed(project, cache)
    folders = code_folders(cache)
    card = project / "wrapsim_helpers" / "cards" / "card.py"
    card.write_text(card.read_text() + "# changed\n")
    user_ids_printed(project, cache)
    assert code_folders(cache) == folders


def test_the_sources_that_a_module_reaches_are_those_that_python_imports(tmp_path):
    code = ("import sys; import wrapsim_helpers.plays; from pathlib import Path; import wrapsim_helpers.compiled as c; "
            "print({Path(m.__file__) for n, m in sys.modules.items() if n.startswith('wrapsim_helpers.')} - set(c.reachable_files(Path(sys.modules['wrapsim_helpers.plays'].__file__))))")
    stub = tmp_path / "wrapsim_helpers"
    shutil.copytree(PACKAGE, stub)
    (stub / "__init__.py").write_text("")
    for name in ("data", "schemas"):
        shutil.copytree(PACKAGE.parent / name, tmp_path / name)
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(tmp_path)}, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


# -- checks -------------------------------------------------------------------------------------------

def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    assert message(ValueError, r.check_choice, "plan", "premuim", ("free", "premium")) == (
        "plan is 'premuim'; it must be one of 'free', 'premium'. Did you mean 'premium'?")
    assert r.check_choice("plan", "Premium", ("free", "premium")) == "premium"


@pytest.mark.parametrize("bad, error, words", [
    (0, ValueError, "num_users is 0; it must be a whole number from 1 to 1,000,000,000."),
    (-3, ValueError, "num_users is -3; it must be"), (2.5, TypeError, "num_users is 2.5; it must be a whole number"),
    (True, TypeError, "num_users is True"), ("7", TypeError, "num_users is '7'")])
def test_users_that_are_no_positive_whole_number_are_refused(bad, error, words):
    assert message(error, r.Run, num_users=bad).startswith(words)


@pytest.mark.parametrize("start, end, words", [
    ("2025-05-01", "2025-05-01", "end_time '2025-05-01' is not after start_time '2025-05-01'"),
    ("2025-05-02", "2025-05-01", "end_time '2025-05-01' is not after"),
    ("1 May 2025", "2025-06-01", "start_time is '1 May 2025'; it must be ISO 8601"),
    ("2025-05-01", "2039-05-01", "end_time is '2039-05-01'; it must lie between 2000-01-01 and 2038-01-01"),
    ("1999-12-31", "2000-05-01", "start_time is '1999-12-31'; it must lie between"),
    ("2025-05-01T00:00:00+02:00", "2025-06-01", "start_time '2025-05-01T00:00:00+02:00' and end_time '2025-06-01': give both")])
def test_windows_that_cannot_be_are_refused(start, end, words):
    assert message(ValueError, r.Run, start_time=start, end_time=end).startswith(words)


@pytest.mark.parametrize("given, words", [
    ({"age": 5}, "age is 5; it must be a whole number from 6 to 100."),
    ({"gender": "femal"}, "gender is 'femal'; it must be one of 'female', 'male', 'other'. Did you mean 'female' or 'male'?"),
    ({"latitude": 91.0, "longitude": 0.0}, "latitude is 91.0; it must be a number of degrees from -90 to 90."),
    ({"latitude": 1.0}, "latitude is 1.0 and longitude is None; give both or neither.")])
def test_listeners_that_cannot_be_are_refused(given, words):
    assert message(ValueError, r.Given, **given) == words


def test_genres_given_as_one_text_are_refused():
    assert message(TypeError, r.Run, genres="Pop") == "genres is 'Pop'; it must be a list of names, such as ['Pop', 'Rock']."


# -- instants -----------------------------------------------------------------------------------------

def test_a_local_time_that_does_not_exist_once_is_refused_for_one_listener():
    assert "skipped" in message(ValueError, r.instant_ms, "start_time", datetime(2025, 3, 30, 2, 30), "Europe/Stockholm")
    assert "showed twice" in message(ValueError, r.instant_ms, "start_time", datetime(2025, 10, 26, 2, 30), "Europe/Stockholm")


def test_for_a_crowd_it_becomes_the_first_valid_instant():
    stockholm = "Europe/Stockholm"
    gap_ends = r.utc_ms(datetime.fromisoformat("2025-03-30T01:00:00+00:00"))
    first_showing = r.utc_ms(datetime.fromisoformat("2025-10-26T00:30:00+00:00"))
    assert r.first_instant_ms(datetime(2025, 3, 30, 2, 30), stockholm) == (gap_ends, True)
    assert r.first_instant_ms(datetime(2025, 10, 26, 2, 30), stockholm) == (first_showing, True)
    assert r.first_instant_ms(datetime(2025, 3, 30, 3, 30), stockholm) == (gap_ends + 30 * r.MINUTE_MS, False)


def test_zone_changes_are_found_to_the_minute():
    january, next_january = (r.utc_ms(datetime.fromisoformat(f"{year}-01-01T00:00:00+00:00")) for year in (2025, 2026))
    changes = r.zone_changes("Australia/Lord_Howe", january, next_january)            # the half-hour daylight saving
    assert [offset for _, offset in changes] == [660, 630, 660]
    assert changes[1][0] == r.utc_ms(datetime.fromisoformat("2025-04-05T15:00:00+00:00"))
    assert r.zone_changes("Asia/Kathmandu", january, next_january) == [(january, 345)]


# -- identity -----------------------------------------------------------------------------------------

def test_identity_changes_with_every_parameter_and_input_but_not_with_paths(tmp_path):
    (tmp_path / "a.csv").write_text("one")
    (tmp_path / "b.csv").write_text("one")
    (tmp_path / "c.csv").write_text("two")
    run = r.Run()
    same = r.identity(run, {"songs": tmp_path / "a.csv"}, {}, 10)
    assert r.identity(replace(run, songs_path="b.csv"), {"songs": tmp_path / "b.csv"}, {}, 10) == same
    changed = [r.identity(replace(run, seed=1), {"songs": tmp_path / "a.csv"}, {}, 10), r.identity(run, {"songs": tmp_path / "c.csv"}, {}, 10),
               r.identity(run, {"songs": tmp_path / "a.csv"}, {}, 11), r.identity(run, {"songs": tmp_path / "a.csv"}, {"sha256": "x"}, 10)]
    assert len({r.identity_hash(one) for one in [same, *changed]}) == 5
    assert r.differences(same, changed[0]) == ["parameters.seed: 2025 here, 1 there"]


def test_whole_numbers_of_numpy_and_dates_are_the_same_run():
    assert r.Run(np.int64(2), date(2025, 1, 1), datetime(2025, 2, 1), seed=np.int32(3)) == r.Run(2, "2025-01-01", "2025-02-01T00:00:00", seed=3)
    assert type(r.Run(np.int64(2)).num_users) is int and r.Run(catalogue_tracks=np.int64(0)) == r.Run()


def test_a_number_of_tracks_that_is_not_whole_is_refused():
    with pytest.raises(TypeError, match="catalogue_tracks is 0.0; it must be a whole number from 1000 to 5,000,000."):
        r.Run(catalogue_tracks=0.0)
