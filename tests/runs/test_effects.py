"""Requested against observed: the arithmetic by hand, and a run whose effects are found as they
were declared.
"""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import commands
from wrapsim_helpers.people.personas import Group, Personas
from wrapsim_helpers.runs import intervals
from wrapsim_helpers.runs.effect_tables import EffectTables, effect_tables
from wrapsim_helpers.runs.effects_on_leaving import leaving_levels
from wrapsim_helpers.runs.effects_on_minutes import minutes_effects
from wrapsim_helpers.runs.effects_on_plans import plan_effects, plan_months, requested_mean
from wrapsim_helpers.runs.effects_on_taste import TOP_ARTISTS, missing_artists

FILE = """
personas:
  restless: {share: 0.3, times: {hazard_scale: 2, pause_share: 3, novelty: 0.5}}
  payer: {share: 0.3, times: {premium_churn: 8, minutes_factor: 1.5}, set: {private_share: 0.2}}
cohorts:
  new_radio:
    tag: B
    share: 0.5
    times: {context_shares: {radio: 2}, days: {Sunday: 2}, leave_shares: {back: 3}}
"""


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """The folder of a run with strong personas and a cohort, and its effects."""
    folder = tmp_path_factory.mktemp("tried")
    (folder / "mine.yaml").write_text(FILE, encoding="utf-8")
    run_dir = ws.simulate(
        400,
        "2025-01-06",
        "2025-03-03",
        seed=3,
        out_dir=folder / "run",
        formats=["parquet"],
        workers=1,
        personas_path=str(folder / "mine.yaml"),
    )
    return run_dir, ws.effects_of(run_dir)


def errors(found):
    """How many standard errors each observed value lies from what was requested."""
    half = (np.log(found["high"]) - np.log(found["low"])) / 2 / intervals.Z95
    return (np.log(found["observed"]) - np.log(found["requested"])) / half


# -- arithmetic ------------------------------------------------------------------------------------


def test_a_rate_ratio_is_that_of_two_rates():
    rows = pd.DataFrame(
        {
            "cluster": np.arange(60) % 30,
            "cell": np.arange(60) // 30,
            "events": [2.0] * 30 + [6.0] * 30,
            "exposure": 10.0,
        }
    )
    (base, *_), (ratio, low, high) = intervals.fit_rates(np.array([[1.0, 0.0], [1.0, 1.0]]), rows)
    assert base == pytest.approx(0.2) and ratio == pytest.approx(3.0)
    assert low == pytest.approx(3) == high  # every cluster has the same rates: nothing is uncertain


def test_two_factors_are_told_apart_though_they_come_together():
    rows = pd.DataFrame(
        [
            (
                cluster,
                a,
                b,
                40.0 * (1 + a) * 0.5**b * (1 + 9 * (a == b)) / 10,
                10 * (1 + 9 * (a == b)) / 10,
            )
            for cluster in range(25)
            for a in (0, 1)
            for b in (0, 1)
        ],
        columns=["cluster", "a", "b", "events", "exposure"],
    )
    found = intervals.fit_levels(rows, ["a", "b"], [("a", 1), ("b", 1)])
    assert found["a", 1][0] == pytest.approx(2) and found["b", 1][0] == pytest.approx(0.5)


def test_a_level_with_hardly_an_event_has_no_number():
    rows = pd.DataFrame(
        {
            "cluster": np.arange(60) % 30,
            "a": np.arange(60) // 30,
            "events": [3.0] * 30 + [0.1] * 30,
            "exposure": 10.0,
        }
    )
    assert intervals.fit_levels(rows, ["a"], [("a", 1)]) == {}


def test_a_share_is_a_sum_over_a_sum():
    share, low, high = intervals.share_of([1, 2, 3, 4] * 5, [10, 10, 10, 10] * 5, range(20))
    assert share == pytest.approx(0.25)
    error = math.sqrt(sum((x - 2.5) ** 2 for x in [1, 2, 3, 4] * 5) * 20 / 19) / 50
    assert math.log(high / share) == pytest.approx(
        intervals.quantile_95(20) * error
    ) and low * high == pytest.approx(share**2)


def test_a_number_behind_which_few_stand_is_missing():
    assert np.isnan(intervals.share_of([1] * 7, [2] * 7, range(7))).all()
    assert np.isnan(
        intervals.share_of([1] + [0] * 50, [1000] + [1] * 50, range(51))
    ).all()  # one of them is nearly all
    assert np.isnan(intervals.share_of([], [], [])).all()


@pytest.mark.parametrize("n, t", [(8, 2.365), (12, 2.201), (30, 2.045), (1000, 1.962)])
def test_the_reach_of_an_interval_is_students(n, t):
    assert intervals.quantile_95(n) == pytest.approx(t, rel=0.03)


def test_intervals_hold_the_truth_nineteen_times_of_twenty():
    draw, hits = np.random.default_rng(1), []
    for _ in range(400):
        size = np.exp(draw.normal(size=60))
        share, low, high = intervals.share_of(draw.poisson(5 * size), 20 * size, range(60))
        hits.append(low <= 0.25 <= high)
    for _ in range(300):
        premium = draw.random(80) < 0.4
        ratio = intervals.fit_logs(
            np.column_stack([np.ones(80), premium]), draw.normal(size=80) + np.log(2) * premium
        )[1]
        hits.append(ratio[1] <= 2 <= ratio[2])
    assert 0.92 < np.mean(hits) < 0.98


def test_a_mixture_is_asked_of_those_with_a_persona_and_a_cohort():
    groups = Personas(
        (Group("a", set={"pause_share": 0.5}, who={}),),
        (Group("c", times={"pause_share": 0.5}, who={}),),
    )
    seen = EffectTables(groups, None, None, None, None)
    rows = pd.DataFrame(
        {"persona": ["a", "a", "", "a"], "cohort": ["", "c", "c", "c"], "n": [2, 1, 1, 0]}
    )
    asked = requested_mean(
        seen, ws.Behaviour(pause_share=0.1), rows, "n", lambda own: own.pause_share
    )
    assert asked == pytest.approx((2 * 0.5 + 1 * 0.25 + 1 * 0.05) / 4)


def test_months_know_their_plan_and_how_much_of_them_is_seen():
    ms = lambda text: int(pd.Timestamp(text).timestamp() * 1000)
    listeners = pd.DataFrame(
        {
            "listener_id": [1, 2],
            "cluster": 0,
            "persona": "",
            "cohort": "",
            "start_ms": ms("2025-01-16 12:00"),
            "end_ms": ms("2025-03-01"),
        }
    )
    versions = pd.DataFrame(
        [
            (1, 0, "premium", ms("2025-01-16 12:00"), ms("2025-02-10")),
            (1, 1, "free", ms("2025-02-10"), ms("2025-03-01")),
            (2, 0, "free", ms("2025-01-16 12:00"), ms("2025-01-20")),
            (2, 1, "premium", ms("2025-01-20"), ms("2025-03-01")),
        ],
        columns=["listener_id", "profile_version", "plan", "from_ms", "to_ms"],
    )
    months = plan_months(EffectTables(None, None, listeners, versions, None)).sort_values(
        ["listener_id", "covered"]
    )
    assert months["covered"].tolist() == [0.5, 1.0, 0.5, 1.0]
    assert list(zip(months["plan"], months["changed"])) == [
        ("premium", False),
        ("premium", True),
        ("free", True),
        ("premium", False),
    ]


def test_lists_of_few_artists_cannot_be_compared():
    assert np.isnan(missing_artists([np.ones(399), np.ones(399)]))


def test_the_share_missing_is_that_of_two_lists():
    men, women = np.arange(500.0), np.arange(500.0)
    women[[480, 490, 499]] = -1
    assert missing_artists([men, men]) == 0 and missing_artists([men, women]) == pytest.approx(
        3 / TOP_ARTISTS
    )


# -- a run -----------------------------------------------------------------------------------------


def test_effects_are_found_as_they_were_declared(tried):
    found = tried[1].dropna(subset=["requested", "observed"])
    far = errors(
        found[~found["measure"].str.contains("published")]
    )  # a published figure is a wish, not a parameter
    assert len(found) > 35 and (far.abs() < 4.5).all(), found[far.abs() >= 4.5]
    assert (far.abs() < 2.2).mean() > 0.8


def test_equal_calls_give_equal_effects_to_the_last_digit(tried):
    run_dir, found = tried
    for _ in range(3):
        pd.testing.assert_frame_equal(ws.effects_of(run_dir), found, check_exact=True)


def test_every_kind_of_effect_is_there_and_sharp_enough_to_see(tried):
    found = tried[1].set_index("effect")
    wanted = [
        "premium against free: minutes",
        "age 20-30 against age 30-40: leaving",
        "desktop against phone: leaving",
        "1st play of a session against later play of a session: leaving",
        "radio against own playlist: leaving",
        "Saturday and Sunday against Monday to Friday: leaving",
        "persona restless: leaving",
        "persona restless: pause_share",
        "persona payer: minutes",
        "persona payer: premium_churn",
        "persona payer: private_share",
        "cohort new_radio:B: context_shares, radio",
        "cohort new_radio:B: days, Sunday",
        "cohort new_radio:B: leave_shares, back",
        "premium: left in a month",
    ]
    width = found.loc[wanted, "high"] / found.loc[wanted, "low"]
    assert width.notna().all() and (width < 3).all() and width["persona restless: leaving"] < 1.6
    assert (
        found.loc["persona restless: leaving", "low"] > 1.4
        and found.loc["desktop against phone: leaving", "high"] < 0.8
    )


def test_a_parameter_without_a_direct_trace_is_listed_as_such(tried):
    row = tried[1].set_index("effect").loc["persona restless: novelty"]
    assert np.isnan(row["observed"]) and row["measure"] == "cannot be counted directly in the log"


def test_an_effect_that_was_not_in_the_run_is_not_found(tried):
    """The same log, compared with other parameters than those it was simulated with."""
    b = ws.Behaviour()
    other = replace(
        b,
        premium_factor=6.0,
        skip_weekend=1.6,
        skip_device=tuple(b.skip_device[:3]) + (2.0,) + tuple(b.skip_device[4:]),
        premium_churn=0.12,
    )
    seen, found = effect_tables(ws.open_run(tried[0])), tried[1].set_index("effect")
    asked = {name: ratio for _, _, name, ratio in leaving_levels(other)}
    asked |= {
        name: requested
        for name, requested, *_ in (
            *minutes_effects(seen, other),
            *plan_effects(seen, other),
        )
    }
    for name in (
        "premium against free: minutes",
        "Saturday and Sunday against Monday to Friday: leaving",
        "desktop against phone: leaving",
        "premium: left in a month",
    ):
        assert abs(errors(found.loc[[name]].assign(requested=asked[name])).iloc[0]) > 3, name


def test_what_holds_is_what_lies_in_the_interval(tried):
    _, found = tried
    seen = found[found["holds"] != "not seen"]
    inside = [row.low <= row.requested <= row.high for row in seen.itertuples()]
    assert (seen["holds"] == np.where(inside, "yes", "no")).all() and not {"yes", "not seen"} - set(
        found["holds"]
    )
    assert (
        found.loc[found["holds"] == "not seen", ["requested", "observed"]].isna().any(axis=1).all()
    )


def test_a_tiny_run_says_that_it_is_too_small(tiny_run):
    found = ws.effects_of(tiny_run)
    assert (
        len(found) > 25
        and found["observed"].isna().all()
        and (found["n_listeners"] <= 8).all()
        and (found["holds"] == "not seen").all()
    )


def test_the_command_prints_the_table(tiny_run):
    result = CliRunner().invoke(commands.app, ["effects", str(tiny_run)])
    assert (
        result.exit_code == 0
        and "premium against free: minutes" in result.output
        and "NaN" not in result.output
    )


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="run.json"):
        ws.effects_of(tmp_path)


def test_the_measuring_shows_how_far_it_is(tiny_run, capsys):
    ws.effects_of(tiny_run)
    told = capsys.readouterr()
    assert "effects: 100%" in told.err and "5/5" in told.err and not told.out
