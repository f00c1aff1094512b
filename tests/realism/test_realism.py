"""The benchmark itself: its targets, its scores, its statistics against slow versions, its rules
against planted breaches.
"""

import json
import math
from collections import Counter, defaultdict
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import commands, realism
from wrapsim_helpers.parameters import WIDE, identity
from wrapsim_helpers.realism import (
    ablation,
    evidence,
    log,
    measure,
    report,
    results_text,
    rules,
    sample,
    scores,
    study,
    survey_score,
    uniform,
)
from wrapsim_helpers.realism.measures import clock, popularity, repetition, sessions
from wrapsim_helpers.resources import resource
from wrapsim_helpers.runs.opened import file_groups
from wrapsim_helpers.storage.manifest import manifest_bytes
from wrapsim_helpers.storage.tables import write_table

# what even a small crowd must show
STRONGEST = (
    "skip_within_5s",
    "skip_within_10s",
    "skip_within_30s",
    "skip_before_end",
    "skips_per_hour",
    "skip_hazard_shape",
    "hour_profile_weekday",
    "hour_profile_weekend",
    "context_switch",
    "session_context_mssd",
    "recency_kernel",
)


@pytest.fixture(scope="module")
def july(tmp_path_factory):
    """The folder of a run over July: long sittings on its weekends are what many figures
    describe.
    """
    return ws.simulate(
        200,
        "2025-07-01",
        "2025-08-01",
        out_dir=tmp_path_factory.mktemp("july") / "run",
        formats=("parquet",),
        seed=5,
        listeners_per_part=50,
        workers=1,
    )


@pytest.fixture(scope="module")
def sampled(july):
    return realism.sampled(july, replicates=50, progress=False)


@pytest.fixture(scope="module")
def plays(july):
    """The plays of that run as pandas, with durations."""
    tracks = ws.read_parquet(july, "tracks", ["track_id", "duration_ms"]).to_pandas()
    table = ws.read_parquet(july, "plays").to_pandas().merge(tracks, on="track_id", how="left")
    return table.sort_values("play_id").assign(
        started=lambda t: t["started_at"].astype("datetime64[ms, UTC]").astype("int64"),
        ended=lambda t: t["ended_at"].astype("datetime64[ms, UTC]").astype("int64"),
    )


# -- the targets -----------------------------------------------------------------------------------


def test_every_figure_has_a_role_a_year_a_population_and_a_source():
    assert len(realism.targets()) == 118
    for name, one in realism.targets().items():
        assert (
            one["role"] in ("rule", "input", "outcome")
            and one["tier"] in "ABC"
            and 2000 < one["base_year"] <= 2026
        ), name
        assert (
            one["applies"] and one["source"] and one["population"] and one["how"] and one["checks"]
        ), name
        assert one["role"] == "rule" or not name.startswith("rule_"), name


def test_a_check_has_ends_in_order_and_a_tolerance_or_a_range():
    for name, one in realism.targets().items():
        for check in one["checks"]:
            low, high = scores.bounds(check)
            assert low <= high and (check["within"] is None or check["within"] >= 0), name
            assert low < high or check["within"] is not None or check["factor"] > 1, name


def test_every_figure_is_measured():
    assert set(realism.targets()) == {
        *measure.MEASURES,
        *(name for name, one in realism.targets().items() if one["role"] == "rule"),
    }


def test_a_figure_that_yields_names_the_other_and_the_reason_and_is_not_counted():
    yielding = {name: one for name, one in realism.targets().items() if "yields_to" in one}
    assert set(yielding) == {
        "premium_share_of_plays",
        "plays_per_user_day_2015",
        "catalogue_age",
        "session_context_2015",
        "skip_mobile_vs_desktop",
        "skip_premium_vs_free",
    }
    for name, one in yielding.items():
        assert (
            one["yields_to"] in realism.targets()
            and len(one["why"]) > 40
            and not scores.is_counted(one)
        ), name


def test_reasons_for_misses_name_figures():
    assert set(
        json.loads(resource("data", "behaviour", "misses.json").read_text(encoding="utf-8"))
    ) <= set(realism.targets())


# -- scores ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "check, observed, error, score, verdict",
    [
        ((0.24, 0.24, 0.04), 0.26, 0.001, 0.5, "pass"),
        ((0.24, 0.24, 0.04), 0.29, 0.001, 1.25, "fail"),
        ((0.24, 0.24, 0.04), 0.28, 0.001, 1.0, "pass"),  # at the tolerance itself
        ((0.24, 0.24, 0.04), 0.26, 0.0103, 0.5, "too small"),
        ((0.24, 0.24, 0.04), 0.26, 0.0101, 0.5, "pass"),  # interval of 0.0404 and 0.0396
        ((1.6, 3.0, None), 2.0, 0.1, 0.0, "pass"),
        ((1.6, 3.0, None), 3.1, 0.1, math.inf, "fail"),
        ((1.6, 3.0, None), 2.0, 0.4, 0.0, "too small"),
        ((0, None, None), 0.5, 0.2, 0.0, "pass"),
        ((0, None, None), 0.5, 0.3, 0.0, "too small"),
        ((0, None, None), -0.1, 0.3, math.inf, "fail"),
        ((0.5, None, 0.06), 0.47, 0.01, 0.5, "pass"),
        ((18, 19, 1), 20, 0.1, 1.0, "pass"),
        ((0, 0, 0), 0.0, math.nan, 0.0, "pass"),
        ((0, 0, 0), 1.0, math.nan, math.inf, "fail"),
        ((0, 0, 1), math.nan, math.nan, math.nan, "not here"),
    ],
)
def test_a_score_is_the_distance_in_tolerances_and_a_wide_interval_does_not_pass(
    check, observed, error, score, verdict
):
    one = dict(zip(("low", "high", "within"), check))
    assert scores.score_of(one, observed) == pytest.approx(score, nan_ok=True)
    assert scores.verdict_of(one, observed, error) == verdict


def test_the_verdict_of_a_target_is_that_of_its_worst_number():
    said = lambda *words: scores.verdict(
        [scores.Result("t", str(i), 0, 0, 0, 0, 0, word) for i, word in enumerate(words)]
    )  # noqa: E731
    assert [
        said("pass", "fail", "too small"),
        said("pass", "too small"),
        said("pass", "not here"),
        said("pass"),
    ] == ["fail", "too small", "not here", "pass"]


def test_only_outcomes_of_the_upper_tiers_are_counted():
    rows = [
        scores.Result(name, "value", 0, 0, 0, 0, 0, "pass")
        for name in (
            "skip_within_5s",
            "plays_per_hour",
            "dow_shares",
            "offline_share",
            "rule_skip_cap",
        )
    ]
    rows.append(scores.Result("mean_ms_played", "value", 0, 0, 0, 0, 2, "fail"))
    assert realism.passed(rows)[["n", "n_pass"]].values.tolist() == [[2, 1], [1, 1]]


# -- the bootstrap ---------------------------------------------------------------------------------


def test_the_first_weights_are_ones_and_the_others_count_draws():
    weights = sample.resamples(30, 20)
    assert (weights[0] == 1).all() and (weights.sum(axis=1) == 30).all() and len(weights) == 21
    assert (weights == sample.resamples(30, 20)).all()


def of_values(**columns):
    """A sample of a few listeners with 400 replicates."""
    table = pd.DataFrame(columns)
    return sample.Sample(table, {}, sample.resamples(len(table), 400), None)


def test_weighted_statistics_are_those_of_the_listeners_drawn():
    values = np.array([3.0, 1.0, 4.0, 1.5, 9.0, np.nan])
    s = of_values(x=values)
    for row, weights in enumerate(s.weights[:40]):
        drawn = np.repeat(values, weights.astype(int))
        drawn = np.sort(drawn[np.isfinite(drawn)])
        assert sample.mean_of(s, values)[row] == pytest.approx(drawn.mean()) and sample.sd_of(
            s, values
        )[row] == pytest.approx(drawn.std())
        assert sample.median_of(s, values)[row] == drawn[math.ceil(len(drawn) / 2) - 1]


def test_slopes_are_those_of_least_squares():
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=(2, 200))
    fit = sample.slopes_of(of_values(x=x), 2 + 3 * x - z, [x, z])
    assert np.allclose(fit, [2, 3, -1], atol=1e-6)


def test_the_bootstrap_error_of_a_mean_is_the_textbooks():
    values = np.random.default_rng(1).normal(size=400)
    error = sample.mean_of(of_values(x=values), values)[1:].std()
    assert error == pytest.approx(values.std() / 20, rel=0.12)


def test_sums_by_key_are_those_of_a_loop():
    s = of_values(x=np.zeros(3))
    who, key, n = [0, 0, 1, 2, 2], [1, 0, 1, 1, 2], [5, 1, 2, 3, 4]
    expected = [
        [sum(w[i] * value for i, k, value in zip(who, key, n) if k == one) for one in range(3)]
        for w in s.weights
    ]
    assert np.allclose(sample.pooled(s, who, key, n, 3), expected)


# -- the order of plays, against loops -------------------------------------------------------------


def test_plays_of_an_item_are_counted_as_in_a_loop():
    rng = np.random.default_rng(2)
    who = np.repeat(np.arange(4), 60)
    item, number = rng.integers(0, 9, 240), np.tile(np.arange(60), 4)
    nth, ago, ahead = log.encounters(who, item, number)
    heard = defaultdict(list)
    for row in range(240):
        before = heard[who[row], item[row]]
        assert nth[row] == len(before) + 1 and ago[row] == (row - before[-1] if before else 0)
        if before:
            assert ahead[before[-1]] == row - before[-1]
        before.append(row)


def test_sittings_sessions_and_repeats_are_those_of_a_loop(july, plays):
    opened = log.open_log(ws.open_run(july))
    found = log.ordered(opened, file_groups(opened.run, 1_000_000)[0])
    rows, previous, place, sitting = list(plays.itertuples()), None, 0, 0
    sizes = Counter(zip(found["who"].tolist(), found["sitting"].tolist()))
    for i, row in enumerate(rows[:4000]):
        new = previous is None or row.listener_id != previous.listener_id
        gap = -1 if new else row.started - previous.ended
        place = 1 if new or gap > 60_000 else place + 1
        sitting = 1 if new else sitting + (place == 1)
        parts = ("gap_ms", "place", "sitting", "size")
        assert tuple(found[name][i] for name in parts) == (
            gap,
            place,
            sitting,
            sizes[found["who"][i], found["sitting"][i]],
        )
        assert found["opens"][i] == (new or gap > 1_800_000) and found["switched"][i] == (
            place > 1 and row.context != previous.context
        )
        follows = (
            not new
            and row.session_id == previous.session_id
            and log.NEXT.get(previous.reason_end) == row.reason_start
        )
        assert found["chained"][i] == follows
        previous = row


def in_one_order(frame):
    return frame.sort_values(list(frame.columns), ignore_index=True)


def test_equal_calls_gather_equal_rows_however_the_files_are_grouped(july, sampled, monkeypatch):
    again = realism.sampled(july, replicates=50, progress=False)
    monkeypatch.setattr(log, "PLAYS_AT_ONCE", 1)
    one_by_one = realism.sampled(july, replicates=50, progress=False)
    assert len(file_groups(ws.open_run(july), 1)) > 1
    assert sampled.listeners.equals(again.listeners)
    for name, frame in sampled.frames.items():
        assert frame.equals(again.frames[name]), name
        if "who" in frame:  # other rows are sums over the listeners of a group of files
            assert in_one_order(frame).equals(in_one_order(one_by_one.frames[name])), name


def test_sums_of_logarithms_do_not_depend_on_the_number_of_threads():
    with duckdb.connect() as db:
        db.execute("""CREATE TABLE p AS SELECT i % 3 AS who,
          3600000 + hash(i) % 999999999 AS gap_ms,
          i % 40 AS genre_code, i % 500 AS number FROM range(600000) AS t(i)""")
        for query in (sessions.PER_LISTENER["gaps"], repetition.PER_LISTENER["entropy"]):
            answers = set()
            for threads in (1, 2, 3, 5, 8):
                db.execute(f"SET threads = {threads}")
                answers.add(tuple(db.execute(f"{query} ORDER BY who").fetchall()))
            assert len(answers) == 1


def test_file_groups_hold_every_part_once_and_not_too_many_plays(july):
    groups = file_groups(ws.open_run(july), most=1)
    kept = sorted(
        path.relative_to(july).as_posix() for path in (july / "plays").glob("part-*.parquet")
    )
    assert [name for group in groups for name in group] == kept and all(
        len(group) == 1 for group in groups
    )


# -- measures, against slow versions on a run ------------------------------------------------------


def measured(sampled, target):
    return {
        name: values[0] for name, values in measure.values_of(sampled, (target,))[target].items()
    }


def test_shares_left_early_are_those_of_the_table(sampled, plays):
    for seconds in (5, 10, 30):
        early = (
            plays["ms_played"] < np.minimum(1000 * seconds, plays["duration_ms"] - 3000)
        ).mean()
        assert measured(sampled, f"skip_within_{seconds}s")["value"] == pytest.approx(
            early, abs=1e-12
        )
    left = plays["ms_played"] < plays["duration_ms"] - 3000
    assert measured(sampled, "skip_before_end")["value"] == pytest.approx(left.mean(), abs=1e-12)
    hours = plays.groupby("listener_id")["ms_played"].sum() / 3.6e6
    each = left.groupby(plays["listener_id"]).sum() / hours
    assert measured(sampled, "skips_per_hour")["value"] == pytest.approx(each[hours >= 1].mean())


def test_figures_of_long_sittings_use_only_july_weekends(sampled, plays):
    local = plays["started"] // 60_000 + plays["utc_offset_min"]
    day, new = (
        local // 1440,
        (plays["listener_id"] != plays["listener_id"].shift())
        | (plays["started"] - plays["ended"].shift() > 60_000),
    )
    sitting = new.cumsum()
    place, size = plays.groupby(sitting).cumcount() + 1, sitting.map(sitting.value_counts())
    july = pd.to_datetime(day * 86_400_000, unit="ms").dt.month == 7
    kept = plays[(size >= 10) & (place <= 20) & july & ((day + 3) % 7 >= 5)]
    assert sampled["long_n"][0] == len(kept) > 500
    assert measured(sampled, "mssd_skip2_rate")["value"] == pytest.approx(
        (kept["ms_played"] < 30_000).mean()
    )
    share = kept["reason_end"].value_counts(normalize=True)
    published = pd.Series(realism.targets()["reason_end_mix"]["value"])
    assert measured(sampled, "reason_end_mix")["l1"] == pytest.approx(
        share.sub(published, fill_value=0).abs().sum()
    )


def test_hours_are_local_hours_of_the_listener(sampled, plays):
    local = plays["started"] // 60_000 + plays["utc_offset_min"]
    weekday = (local // 1440 + 3) % 7 < 5
    share = (
        (local[weekday] % 1440 // 60).value_counts(normalize=True).reindex(range(24), fill_value=0)
    )
    published = np.array(realism.targets()["hour_profile_weekday"]["value"]["shares_h0_23"])
    found = measured(sampled, "hour_profile_weekday")
    assert found["max_error"] == pytest.approx(np.abs(share - published / published.sum()).max())
    assert found["r"] == pytest.approx(
        np.corrcoef(
            share, realism.targets()["hour_profile_weekday"]["value"]["scaled_0_1_as_published"]
        )[0, 1]
    )


def test_a_figure_measured_alone_is_what_it_is_among_all(july, sampled):
    names = ("repeat_share_lifetime", "favourite_song_behaviour", "heaps_tracks", "recency_kernel")
    alone = realism.sampled(july, replicates=50, progress=False, names=names)
    assert len(alone.frames) < len(sampled.frames)
    assert list(map(repr, realism.measured(alone, names))) == list(
        map(repr, realism.measured(sampled, names))
    )


def test_repeats_are_those_of_each_listener(sampled, plays):
    tracks = plays.groupby("listener_id")["track_id"].nunique()
    assert (
        sampled.listeners.set_index("listener_id")["tracks"].reindex(tracks.index) == tracks
    ).all()
    top = plays.groupby(["listener_id", "track_id"]).size().groupby("listener_id").max()
    assert (
        sampled.listeners.set_index("listener_id")["top_song_n"].reindex(top.index) == top
    ).all()


def test_contexts_and_devices_are_shares_of_time(sampled, plays):
    ms = plays.groupby("context", observed=True)["ms_played"].sum() / plays["ms_played"].sum()
    assert measured(sampled, "programmed_share")["programmed"] == pytest.approx(
        ms[["editorial", "personalized", "radio", "charts"]].sum()
    )
    assert measured(sampled, "device_mix")["mobile"] == pytest.approx(
        plays.loc[plays["device"].isin(["phone", "tablet"]), "ms_played"].sum()
        / plays["ms_played"].sum()
    )


# -- measures, on data with a known result ---------------------------------------------------------


def test_a_power_law_of_waits_fits_better_than_an_exponential_only_if_it_is_one():
    t = np.arange(1, 1001)
    exposure = np.full((1, 1000), 1e6)
    for rate, exponent in ((0.02 * t**-0.8, 0.8), (0.02 * np.exp(-t / 200), 0.0)):
        power, exponential = (
            repetition.poisson_fits(rate * exposure, exposure, columns)
            for columns in ((0, 1, 2), (0, 2))
        )
        assert -power[0][0, 1] == pytest.approx(exponent, abs=1e-6)
        assert bool(2 + 2 * (exponential[1] - power[1])[0] < 0) is (exponent > 0)


def test_concentration_of_shares_known_beforehand():
    assert popularity.gini(np.full(50, 3.0)) == pytest.approx(0) and popularity.gini(
        np.r_[np.full(99, 1e-9), 1.0]
    ) == pytest.approx(0.99, abs=1e-6)
    plays = 1e6 * np.arange(1, 3001.0)[None, :] ** -0.7
    assert popularity.rank_slope(plays, 10, 1000)[0] == pytest.approx(-0.7)
    assert popularity.top_share(np.array([[6.0, 2, 1, 1, 0, 0]]), 0.25)[0] == pytest.approx(0.6)


def test_clusters_that_are_far_apart_are_found():
    points = np.repeat(np.eye(4), [10, 20, 30, 40], axis=0)
    assert sorted(Counter(clock.clusters(points, 4).tolist()).values()) == [10, 20, 30, 40]
    hours = np.repeat([[0.0], [5.0], [9.0]], [8, 10, 6], axis=0)
    assert len(np.unique(clock.ward(hours, 3))) == 3


def test_hours_near_midnight_are_near_each_other():
    assert clock.near(np.array([23, 1]), 0).tolist() == [-1, 1] and clock.near(
        np.array([3, 4]), 17
    ).tolist() == [27, 28]


def test_base_level_beats_recency_where_an_old_favourite_returns():
    item = np.array([0, 1, 0, 2, 0, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0])
    assert repetition.in_top(item, np.arange(len(item)) * 240_000, len(item) - 1, 3) == [
        True,
        False,
        True,
    ]


# -- the rules -------------------------------------------------------------------------------------


def changed(plays, row, **values):
    """The plays table with some values of one row replaced."""
    for name, value in values.items():
        column = plays[name].to_pylist()
        column[row] = value
        plays = plays.set_column(
            plays.schema.get_field_index(name),
            plays.schema.field(name),
            pa.array(column, pa.string()).cast(plays.schema.field(name).type)
            if pa.types.is_dictionary(plays.schema.field(name).type)
            else pa.array(column, plays.schema.field(name).type),
        )
    return plays


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A function that writes a small run with its plays as given and counts breaches; and those
    plays.
    """
    heard = ws.listen(ws.Run(num_users=4, start_time="2025-09-10", end_time="2025-09-24", seed=3))
    folder = tmp_path_factory.mktemp("rules")
    files = [
        write_table(folder, name, getattr(heard.world.catalogue, name))
        for name in ("tracks", "track_artists", "artists", "albums")
    ]
    files.append(write_table(folder, "profile_versions", heard.profile_versions, 0))

    def breaches(plays):
        (folder / "plays" / "part-00000000.parquet").unlink(missing_ok=True)
        listed = [*files, write_table(folder, "plays", plays, 0)]
        (folder / "run.json").write_bytes(
            manifest_bytes(identity(heard.run, {}, ws.fingerprints(), 4), listed)
        )
        counts, _ = rules.breaches_by_rule(ws.open_run(folder), progress=False)
        return {rule for rule, n in counts.items() if n}

    return breaches, heard.plays


def row_where(plays, **wanted):
    """The first row, not of a listener's first or last plays, in which columns have the values
    wanted.
    """
    table = plays.to_pandas()
    mask = (table["listener_id"] == table["listener_id"].shift()) & (
        table["session_id"] == table["session_id"].shift()
    )
    for name, value in wanted.items():
        mask &= table[name] == value
    return int(np.flatnonzero(mask)[0])


def test_no_rule_is_broken_as_simulated(small):
    breaches, plays = small
    assert breaches(plays) == set()


@pytest.mark.parametrize(
    "wanted, change, rule",
    [
        ({}, {"track_id": 999_999_999}, "a play has a known track"),
        ({}, {"paused_ms": 123_456}, "a play ends after the time played and paused"),
        (
            {"reason_end": "trackdone"},
            {"seek_forward_ms": 5_000},
            "a play is no longer than its track",
        ),
        ({}, {"seek_back_ms": -5}, "no time is negative"),
        (
            {},
            {"ad_ms": 90_000_000},
            "a play starts after the last one and its advertisement",
        ),
        ({}, {"play_id": 2**40}, "plays and sessions carry the number of their listener"),
        ({}, {"session_id": 7}, "sessions are numbered without a gap"),
        (
            {"reason_start": "trackdone"},
            {"reason_start": "clickrow"},
            "a play starts for the reason that ended the last one",
        ),
        (
            {"reason_end": "fwdbtn"},
            {"reason_end": "trackdone"},
            "a track that is done was played to its end",
        ),
        (
            {"interaction": "play"},
            {"interaction": "replay"},
            "the interaction follows from the other columns",
        ),
        ({}, {"profile_version": 77}, "the profile version is the one of that time"),
        ({"plan": "premium"}, {"plan": "free"}, "the plan is that of the profile version"),
        ({"plan": "premium"}, {"on_demand": False}, "only free phones are restricted"),
        ({"plan": "premium"}, {"ad_ms": 1}, "advertisements are for the free plan"),
        ({"plan": "free"}, {"offline": True}, "offline listening needs premium"),
        (
            {"plan": "free", "device": "phone", "on_demand": False},
            {"shuffle": False},
            "free phones shuffle unless a track may be chosen",
        ),
    ],
)
def test_a_planted_breach_is_found(small, wanted, change, rule):
    breaches, plays = small
    assert rule in breaches(changed(plays, row_where(plays, **wanted), **change))


def seven_skips(plays, last_ms):
    """The first free listener's first seven plays on a phone ended by the forward button, the
    seventh so long after the first.
    """
    table = plays.to_pandas()
    free = table[table["plan"] == "free"]
    mine = table[table["listener_id"] == free["listener_id"].iloc[0]].head(7).copy()
    mine[["device", "reason_end", "interaction"]] = "phone", "fwdbtn", "skip"
    mine["on_demand"], mine["shuffle"], mine["plan"] = False, True, "free"
    ended = mine["started_at"].iloc[0] + pd.to_timedelta(
        [0, 1000, 2000, 3000, 4000, 5000, last_ms], unit="ms"
    )
    return pa.Table.from_pandas(mine.assign(ended_at=ended), preserve_index=False).cast(
        plays.schema
    )


@pytest.mark.parametrize("last_ms, broken", [(3_599_999, True), (3_600_000, False)])
def test_the_hour_of_the_skip_cap_is_half_open(small, last_ms, broken):
    breaches, plays = small
    assert (
        "free phones skip at most six times an hour" in breaches(seven_skips(plays, last_ms))
    ) is broken


def test_the_rules_hold_in_a_run_and_its_summaries_can_be_recounted(july, sampled):
    results, invariants, n_plays = realism.checked(july, sampled, progress=False)
    assert (
        [one.target for one in results if one.verdict != "pass"] == []
        and invariants.sum() == 0
        and n_plays == sampled["n"][0]
    )
    assert {one.target for one in results} == {
        name for name, one in realism.targets().items() if one["role"] == "rule"
    }


def test_the_command_prints_the_measured_figures_of_a_run(july, capsys):
    commands.realism.realism(july)
    said = capsys.readouterr().out
    assert (
        "Rules: none broken." in said
        and "14 rules of the tables over" in said
        and said.count("\n") > 150
    )


def test_a_small_crowd_meets_the_strongest_figures(sampled):
    far = {
        (one.target, one.check): round(one.score, 2)
        for one in realism.measured(sampled, STRONGEST)
        if one.score > 1
    }
    assert not far


# -- the report ------------------------------------------------------------------------------------


def test_a_line_says_what_was_published_and_what_was_measured():
    result = scores.result_of(
        "skip_within_5s",
        realism.targets()["skip_within_5s"]["checks"][0],
        np.array([0.25, 0.24, 0.26]),
    )
    line = results_text.line_of(results_text.row_of(result))
    assert (
        line.split()
        == "skip_within_5s value outcome A 0.2414 \u00b1 0.04 0.25 0.2223 to 0.2777 0.21 "
        "too small".split()
    )


@pytest.mark.parametrize(
    "catalogue_tracks, said",
    [
        (
            WIDE,
            "3 artists and 4 tracks: the default world, as in the notebooks and in "
            "`wrapsim simulate`.",
        ),
        (
            9_000,
            "3 artists and 4 tracks: **not** the default world, but one with "
            "`catalogue_tracks=9000`.",
        ),
    ],
)
def test_the_report_says_which_world_was_scored(catalogue_tracks, said):
    run = SimpleNamespace(parameters={"catalogue_tracks": catalogue_tracks})
    log_of_run = SimpleNamespace(run=run, tracks=pd.DataFrame({"artist_id": [1, 2, 2, 3]}))
    assert report.world_text(log_of_run) == f"Its catalogue has {said}"
    assert "{world}" in report.HEAD


def test_open_ends_and_ranges_read_as_such():
    text = lambda name, i=0: results_text.published_text(
        scores.Result(
            name,
            realism.targets()[name]["checks"][i]["name"],
            *scores.bounds(  # noqa: E731
                realism.targets()[name]["checks"][i]
            ),
            0,
            0,
            0,
            "",
        )
    )
    assert [
        text("volume_age_slope"),
        text("premium_free_ratio"),
        text("skip_by_age"),
        text("rule_skip_cap"),
        text("same_number_one"),
    ] == ["under 0", "1.6 to 3", "over 0.5 \u00b1 0.06", "0", "0.052 (factor 2)"]


def test_figures_that_the_model_uses_are_known_and_others_are_not():
    assert (
        scores.known("skip_within_10s")
        and scores.known("hour_profile_weekend")
        and not scores.known("repeat_share_lifetime")
    )


def test_every_mechanism_names_parameters_and_a_check_that_exist():
    for name, (changes, target, check) in ablation.MECHANISMS.items():
        assert all(hasattr(ws.Behaviour(), field) for field in changes), name
        assert check in [one["name"] for one in realism.targets()[target]["checks"]], name
        assert any(changes[field] != getattr(ws.Behaviour(), field) for field in changes), name


@pytest.mark.parametrize(
    "before, after, error, shows",
    [
        (0.50, 0.54, 0.01, True),
        (0.50, 0.52, 0.01, False),
        (0.50, 0.59, 0.1, True),
        (0.7, 0.7, 0.0, False),
    ],
)
def test_a_mechanism_shows_if_its_figure_leaves_its_tolerance_or_moves_by_three_errors(
    before, after, error, shows
):
    check, both = (
        {"name": "value", "low": 0.5, "high": 0.5, "within": 0.08},
        np.r_[0.0, np.random.default_rng(0).normal(size=50)],
    )
    with_it, without = before + both, after + both + np.r_[0.0, error * np.tile([1, -1], 25)]
    assert ablation.moved(check, with_it, without)[1] is shows


def test_the_uniform_loop_is_measured_like_any_run_and_fails(july, tmp_path):
    listeners, versions = (
        ws.read_parquet(july, "listeners").slice(0, 3),
        ws.read_parquet(july, "profile_versions").slice(0, 3),
    )
    versions = versions.set_column(0, "listener_id", listeners["listener_id"])
    folder = uniform.write_uniform_run(
        tmp_path / "uniform", listeners, versions, 1_751_328_000_000, 31
    )
    found = {
        one.check: one
        for one in realism.measured(
            realism.sampled(folder, 0, progress=False), ("skip_within_5s", "hour_profile_weekday")
        )
    }
    assert found["value"].observed < 0.02 and found["max_error"].verdict == "fail"
    plays = ws.read_parquet(folder, "plays").to_pandas()
    assert (plays["started_at"].diff().dt.total_seconds()[1 : 31 * 360] == 240).all()


def test_a_changed_model_moves_what_it_should(tmp_path):
    run = ws.Run(num_users=30, start_time="2025-07-01", end_time="2025-07-15", seed=1)
    even = study.write_changed_run(
        tmp_path / "even", run, ws.Behaviour(**ablation.MECHANISMS["steep first seconds"][0])
    )
    assert (
        realism.measured(realism.sampled(even, 0, progress=False), ("skip_within_5s",))[0].observed
        < 0.15
    )


# -- compared with the survey ----------------------------------------------------------------------


def test_the_survey_is_split_into_halves_without_a_common_respondent(tmp_path, survey):
    survey_score.split_survey(
        resource("data", "spotify_data.csv"), tmp_path / "one.csv", tmp_path / "other.csv", seed=1
    )
    one, other = (ws.load_survey(str(tmp_path / f"{name}.csv")) for name in ("one", "other"))
    assert len(one) + len(other) == len(survey) and abs(len(one) - len(other)) <= 1

    def rows(table):
        return Counter(map(str, table.drop(columns="row").itertuples(index=False)))

    assert rows(one) + rows(other) == rows(survey)


def test_drawn_listeners_and_respondents_have_the_same_columns_and_symbols(tmp_path):
    survey_score.split_survey(
        resource("data", "spotify_data.csv"), tmp_path / "one.csv", tmp_path / "other.csv", seed=1
    )
    drawn, people = (
        survey_score.drawn_listeners(tmp_path / "one.csv", 300),
        survey_score.respondents(ws.load_survey(str(tmp_path / "one.csv"))),
    )
    assert list(drawn) == list(people) and all(
        set(drawn[name]) <= set(people[name]) for name in drawn
    )


# -- pictures --------------------------------------------------------------------------------------


def test_every_picture_has_a_text_also_for_a_run_without_plays(sampled, tmp_path):
    nothing = ws.simulate(
        1,
        "2025-01-07T03:00",
        "2025-01-07T03:01",
        seed=4,
        out_dir=tmp_path / "run",
        formats=("parquet",),
        workers=1,
    )
    empty = realism.sampled(nothing, 5, progress=False)
    assert empty["n"][0] == 0
    for crowd in (sampled, empty):
        found = {name: ws.finish(draw(crowd)) for name, draw in evidence.OF_SAMPLE.items()}
        assert all(
            len(one.alt) > 20 and one.png[:4] == b"\x89PNG" and "nan" not in one.alt
            for one in found.values()
        )
        assert ws.finish(ws.draw_scores(realism.measured(crowd))).alt


@pytest.mark.parametrize(
    "start, end, told",
    [
        ("2025-01-01", "2026-01-01", (2025, "2025")),
        ("2025-11-20", "2025-12-31", (2025, "all")),
        ("2025-10-01", "2026-10-01", (2026, "all")),
        ("2023-11-30", "2024-03-01", (2024, "2024")),
    ],
)
def test_summaries_are_recounted_for_the_year_with_most_days_of_a_run(start, end, told):
    assert rules.edition_of({"start_time": start, "end_time": end}) == told
