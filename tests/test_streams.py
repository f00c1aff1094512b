"""Random streams, and our own logarithm, exponential and normal quantile."""

import hashlib
import math
from decimal import Decimal, localcontext
from itertools import islice
from statistics import NormalDist

import numpy as np
import pytest

from wrapsim_helpers import streams as st


def test_streams_are_splitmix64_by_its_published_answers():
    state = np.uint64(1234567)
    with np.errstate(over="ignore"):
        drawn = [int(st.mix(state + np.uint64(n) * st.GOLDEN)) for n in range(1, 6)]
    assert drawn == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def splitmix64(state):
    """The published generator, one output after another, in plain integers."""
    while True:
        state = (state + 0x9E3779B97F4A7C15) % 2**64
        z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
        yield z ^ (z >> 31)


def test_the_plain_generator_gives_the_published_answers():
    assert list(islice(splitmix64(1234567), 3)) == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.parametrize(
    "key, name",
    [
        (0, "session.start"),
        (1, "session.start"),
        (2**64 - 1, "pick.new"),
        (0x9E3779B97F4A7C15, "end.leave"),
    ],
)
def test_the_draws_of_a_decision_are_the_outputs_of_splitmix64_from_key_and_decision(key, name):
    what = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    assert int(st.decision(name)) == what
    expected = list(islice(splitmix64(key ^ what), 1_000))
    with np.errstate(over="ignore"):
        assert [
            int(st.bits(np.uint64(key), st.decision(name), n)) for n in range(1_000)
        ] == expected
        assert [st.uniform(np.uint64(key), st.decision(name), n) for n in range(1_000)] == [
            ((z >> 11) + 0.5) * 2.0**-53 for z in expected
        ]


def test_the_key_of_a_member_of_a_family_is_mixed_twice():
    def first(state):
        return next(splitmix64((state - 0x9E3779B97F4A7C15) % 2**64))  # the finaliser alone

    with np.errstate(over="ignore"):
        for key, number in ((5, 0), (5, 17), (2**63 + 1, 10**9)):
            assert int(st.subkey(np.uint64(key), number)) == first(
                key ^ first((number * 0x9E3779B97F4A7C15 + 1) % 2**64)
            )


def test_a_draw_depends_on_seed_listener_decision_and_counter_alone():
    keys = st.numbered_keys(np.uint64(5), np.arange(100))
    what = st.decision("some.decision")
    alone = st.uniform(st.numbered_keys(np.uint64(5), np.array([42]))[0], what, 3)
    assert alone == st.uniforms(keys, what, 3)[42]
    others = {
        st.uniform(keys[42], what, 4),
        st.uniform(keys[41], what, 3),
        st.uniform(keys[42], st.decision("another"), 3),
        st.uniform(st.numbered_keys(np.uint64(6), np.array([42]))[0], what, 3),
    }
    assert len(others | {alone}) == 5


def test_uniform_draws_are_flat_and_uncorrelated():
    n = 200_000
    u = st.uniforms(st.numbered_keys(np.uint64(1), np.arange(n)), st.decision("flat"), 0)
    assert u.min() > 0 and u.max() < 1
    assert abs(u.mean() - 0.5) < 4 * math.sqrt(1 / 12 / n)
    assert abs(np.corrcoef(u[1:], u[:-1])[0, 1]) < 4 / math.sqrt(n)
    counts = np.bincount((u * 100).astype(int), minlength=100)
    assert ((counts - n / 100) ** 2 / (n / 100)).sum() < 99 + 4 * math.sqrt(
        2 * 99
    )  # chi square, 99 degrees of freedom


def test_our_logarithm_exponential_and_quantile_agree_with_the_libraries():
    for x in np.geomspace(1e-300, 1e300, 401):
        assert st.ln(x) == pytest.approx(math.log(x), rel=4e-16, abs=4e-16)
    for x in np.linspace(-690, 690, 401):
        assert st.exp(x) == pytest.approx(math.exp(x), rel=4e-16)
    for u in (1e-12, 1e-6, 0.02, 0.3, 0.5, 0.77, 0.999, 1 - 1e-9):
        assert st.normal(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-14, abs=1e-15)


def ulps(found, exact):
    """How many units in the last place a float lies from an exact value, a Decimal."""
    return abs(Decimal(float(found)) - exact) / Decimal(math.ulp(float(exact)))


def test_the_logarithm_is_right_to_one_unit_in_the_last_place_everywhere():
    dice = np.random.default_rng(1)
    near_one = 1 + dice.uniform(-0.3, 0.5, 300)
    everywhere = np.exp2(dice.uniform(-1021.9, 1023.9, 300))
    with localcontext(prec=40):
        for x in (
            *near_one,
            *everywhere,
            0.5,
            2.0,
            1 - 2**-53,
            1 + 2**-52,
            2.2250738585072014e-308,
            1.7976931348623157e308,
            0.7071067811865476,
        ):
            assert ulps(st.ln(x), Decimal(float(x)).ln()) <= 1, x
    assert st.ln(1.0) == 0


def test_the_exponential_is_right_to_one_unit_in_the_last_place_everywhere():
    with localcontext(prec=40):
        for x in (
            *np.random.default_rng(2).uniform(-700, 700, 400),
            *np.random.default_rng(3).uniform(-1, 1, 200),
            0.34657359027997264,
            -700.0,
            700.0,
        ):
            assert ulps(st.exp(x), Decimal(float(x)).exp()) <= 1, x
    assert st.exp(0.0) == 1


def test_choose_falls_on_choices_in_proportion():
    assert st.choose(np.array([0.0, 0.24, 0.26, 0.74, 0.76, 0.999999]), [1, 2, 1]).tolist() == [
        0,
        0,
        1,
        1,
        2,
        2,
    ]
    assert st.choose(np.array([0.1, 0.9]), [0, 5, 0]).tolist() == [1, 1]
