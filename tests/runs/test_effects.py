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
from wrapsim_helpers.instants import DAY_MS, HOUR_MS, MINUTE_MS
from wrapsim_helpers.people.personas import Group, Personas
from wrapsim_helpers.runs import effect_tables as tables_module
from wrapsim_helpers.runs import intervals
from wrapsim_helpers.runs.effect_tables import EffectTables, effect_tables
from wrapsim_helpers.runs.effects_on_groups import requested_share
from wrapsim_helpers.runs.effects_on_leaving import leaving_levels
from wrapsim_helpers.runs.effects_on_minutes import (
    change_of_plan,
    minutes_effects,
    without_days_of_change,
)
from wrapsim_helpers.runs.effects_on_plans import plan_effects, plan_months, requested_mean
from wrapsim_helpers.runs.effects_on_taste import taste_effects
from wrapsim_helpers.runs.sittings import minutes_by_weekday, sitting_begins

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


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.6, 1.0])
def test_a_large_share_of_private_sessions_requests_what_listeners_can_reach(share):
    uniform = (np.arange(10_000) + 0.5) / 10_000
    reachable = np.minimum(1, 2 * share * uniform).mean()
    for field in ("private_share", "offline_share"):
        requested = requested_share(ws.Behaviour(**{field: share}), field, "", None)
        assert requested == pytest.approx(reachable, abs=1e-6)


def test_equal_weights_are_as_uncertain_as_they_are_many_and_one_large_weight_as_itself():
    assert intervals.effective_number([3, 3, 3, 3]) == pytest.approx(4)
    assert intervals.effective_number([1000, 1, 1]) == pytest.approx(1, rel=0.01)
    assert intervals.effective_number([[1, 0], [1, 0]]).tolist() == [2, 0]


def test_no_listener_counts_for_more_than_twice_the_median_listener():
    sizes = pd.Series([0, 1, 10, 20, 10, 400], index=list("abcdef"))
    weighted = intervals.capped_weights(sizes) * sizes
    assert weighted.to_dict() == {"a": 0, "b": 1, "c": 10, "d": 20, "e": 10, "f": 20}
    assert (intervals.capped_weights(pd.Series([0, 0])) == 1).all()


def test_few_listeners_with_most_of_the_events_have_a_wide_interval_or_none():
    def fitted(exposures):
        rows = pd.DataFrame(
            {
                "cluster": np.arange(100),
                "cell": np.arange(100) // 50,
                "exposure": np.tile(exposures, 2),
            }
        )
        rows["events"] = rows["exposure"] * np.tile([0.1, 0.2], 50)
        return intervals.fit_rates(np.array([[1.0, 0.0], [1.0, 1.0]]), rows)[1]

    assert np.isnan(fitted([1e6] + [1.0] * 49)).all() and not np.isnan(fitted([10.0] * 50)).any()


def test_a_change_of_plan_is_compared_within_a_listener_and_each_counts_alike():
    by_plan = pd.DataFrame(
        [
            (listener, plan, usual * days * (2 if plan else 1), days, usual)
            for listener, (usual, free_days, premium_days) in enumerate(
                [(10, 30, 300), (900, 300, 30)] * 10
            )
            for plan, days in ((False, free_days), (True, premium_days))
        ],
        columns=["listener_id", "premium", "ms", "days", "minutes_per_day"],
    )
    name, requested, ratio, low, high, n, _ = change_of_plan(by_plan, ws.Behaviour())
    assert ratio == low == high == pytest.approx(2) and n == 20
    silent = by_plan["minutes_per_day"].eq(10) & by_plan["days"].eq(30)
    ratio = change_of_plan(by_plan.assign(ms=by_plan["ms"].mask(silent, 0)), ws.Behaviour())[2]
    assert ratio == pytest.approx(4), "a silent plan is an observation as well"


def test_a_session_that_waits_until_after_midnight_counts_with_the_evening():
    night = 4 * DAY_MS + 23 * HOUR_MS  # a Monday
    sessions = pd.DataFrame(
        [(1, 0, 65), (1, 80, 100), (1, 121, 150), (2, 155, 160)],
        columns=["listener_id", "start", "end"],
    )
    times = {f"{name}_ms": night + sessions[name] * MINUTE_MS for name in ("start", "end")}
    assert sitting_begins(sessions.assign(**times)).tolist() == [True, False, True, True]
    plays = sessions.assign(
        session_id=range(4),
        started_at=pd.to_datetime(times["start_ms"], unit="ms", utc=True),
        ended_at=pd.to_datetime(times["end_ms"], unit="ms", utc=True),
        ms_played=(sessions["end"] - sessions["start"]) * MINUTE_MS,
        utc_offset_min=0,
        last=[False, True, False, True],
    )
    minutes = minutes_by_weekday(tables_module.in_memory(plays)).set_index("listener_id")
    assert minutes.loc[1, ["ms_Monday", "ms_Tuesday", "ms"]].tolist() == [
        (65 + 10) * MINUTE_MS,
        29 * MINUTE_MS,
        (65 + 10 + 29) * MINUTE_MS,
    ], "half of the last play of a session is left out"
    assert minutes.loc[2, ["ms_Tuesday", "ms"]].tolist() == [2.5 * MINUTE_MS] * 2


def test_the_day_of_a_change_of_plan_belongs_to_neither_plan():
    versions = pd.DataFrame(
        [
            (1, "free", 0, 9 * DAY_MS),
            (1, "premium", 9 * DAY_MS, 20 * DAY_MS),
            (1, "premium", 20 * DAY_MS, 30 * DAY_MS),
            (1, "free", 30 * DAY_MS, 30 * DAY_MS + 5),
            (2, "premium", 7, DAY_MS),
        ],
        columns=["listener_id", "plan", "from_ms", "to_ms"],
    )
    assert without_days_of_change(versions)["from_ms"].tolist() == [
        0,
        10 * DAY_MS,
        20 * DAY_MS,
        30 * DAY_MS + 5,
        7,
    ]


def test_the_taste_of_men_and_women_requests_no_share_and_says_where_it_is_measured():
    people = pd.DataFrame({"listener_id": range(3)})
    ((name, requested, observed, *_, n, measure),) = taste_effects(
        EffectTables(None, None, people, None, None), ws.Behaviour()
    )
    assert name == "men and women: gender_lean" and np.isnan([requested, observed]).all() and n == 3
    assert measure == (
        "cannot be counted directly in the log; `wrapsim realism` measures it by "
        "gender_taste_overlap"
    )


# -- a run -----------------------------------------------------------------------------------------


def test_effects_are_found_as_they_were_declared(tried):
    found = tried[1].dropna(subset=["requested", "observed"])
    far = errors(found)
    assert len(found) > 34 and (far.abs() < 4.5).all(), found[far.abs() >= 4.5]
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
    assert np.isnan(row["observed"])
    assert row["measure"] == "cannot be counted directly in the log"


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
        and result.output.rstrip().endswith("Looked at all 8 listeners.")
    )


def test_the_effects_of_a_large_run_say_that_they_look_at_its_first_listeners(
    tiny_run, monkeypatch
):
    monkeypatch.setattr(tables_module, "MOST_PLAYS", 1)
    monkeypatch.setattr(tables_module, "FEWEST", 2)
    found = ws.effects_of(tiny_run)
    assert found.attrs["looked_at"].startswith("Looked at the first 2 of 8 listeners: about ")
    assert found["n_listeners"].max() <= 2


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="run.json"):
        ws.effects_of(tmp_path)


def test_the_measuring_shows_how_far_it_is(tiny_run, capsys):
    ws.effects_of(tiny_run)
    told = capsys.readouterr()
    assert "effects: 100%" in told.err and "5/5" in told.err and not told.out
