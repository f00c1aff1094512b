"""The listening model: rules without exception, the same compiled and not, and the published shape of listening."""

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import listeners as li
from wrapsim_helpers import plays as pl
from wrapsim_helpers.behaviour import lag_quantiles, lowered, published
from wrapsim_helpers.catalogue import pool_members
from wrapsim_helpers.files import row_hash

from .rules import as_rows, broken_rules


def frame(crowd):
    tracks = crowd.world.catalogue.tracks.to_pandas()[["track_id", "duration_ms"]]
    return crowd.plays.to_pandas().merge(tracks, on="track_id")


def bootstrap(per_listener, statistic, rounds=300):
    """95 % interval of a statistic over listeners. per_listener: DataFrame of sums, one row per listener."""
    dice = np.random.default_rng(1)
    drawn = [statistic(per_listener.iloc[dice.integers(0, len(per_listener), len(per_listener))].sum()) for _ in range(rounds)]
    return np.quantile(drawn, [0.025, 0.975])


# -- rules --------------------------------------------------------------------------------------------

def test_an_independent_checker_finds_no_breach(crowd):
    assert broken_rules(as_rows(crowd.plays), as_rows(crowd.world.catalogue.tracks), as_rows(crowd.profile_versions)) == []


def test_the_rules_hold_where_free_phones_may_choose_for_a_while():
    autumn = ws.listen(ws.Run(num_users=40, start_time="2025-09-10", end_time="2025-09-25", given=ws.Given(plan="free")))
    rows = as_rows(autumn.plays)
    assert broken_rules(rows, as_rows(autumn.world.catalogue.tracks), as_rows(autumn.profile_versions)) == []
    chosen = [row for row in rows if row["device"] == "phone" and row["on_demand"] and row["context"] != "personalized"]
    assert chosen, "nobody used the allowance, so the test proves nothing"


@pytest.mark.parametrize("column, change, words", [
    ("ended_at", lambda v: v + 1, "ends when it began plus"), ("ms_played", lambda v: v + 10**7, "ends when it began plus"),
    ("track_id", lambda v: 10**6, "plays a track that is in the catalogue"), ("reason_start", lambda v: 5, "begins for the reason its predecessor ended"),
    ("interaction", lambda v: 4 - v, "interaction that the rest"), ("started_at", lambda v: v - 10**9, "ends when it began plus")])
def test_the_checker_of_the_package_finds_a_planted_breach(crowd, column, change, words):
    plays = crowd.plays.slice(0, 500)
    values = pl.column_values(plays[column]).copy()
    values[250] = change(values[250])
    broken = plays.set_column(plays.column_names.index(column), plays.schema.field(column), planted(plays[column], values))
    with pytest.raises(ValueError, match=words):
        ws.check_plays(broken, crowd.world.catalogue.tracks)


def planted(column, values):
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(pa.array(values, pa.int8()), column.combine_chunks().dictionary)
    return pa.array(values).cast(column.type)


def test_seven_skips_in_an_hour_are_one_too_many():
    ended = np.arange(8) * 10 * 60_000
    assert pl.within_cap(np.zeros(8), ended, np.ones(8, bool)).tolist() == [True] * 6 + [True, True]
    assert pl.within_cap(np.zeros(8), ended - np.arange(8), np.ones(8, bool)).tolist() == [True] * 6 + [False, False]
    assert pl.within_cap(np.arange(8), ended // 10, np.ones(8, bool)).all()


@pytest.mark.parametrize("reason_start, reason_end, paused, interaction", [
    ("backbtn", "fwdbtn", 5, "skip"), ("backbtn", "trackdone", 5, "replay"), ("clickrow", "endplay", 5, "pause"), ("trackdone", "endplay", 0, "play")])
def test_the_interaction_is_the_first_that_applies(reason_start, reason_end, paused, interaction):
    row = (pl.code("reason_start", reason_start), pl.code("reason_end", reason_end), paused)
    assert pl.interaction_of(*row) == pl.code("interaction", interaction)


# -- time ---------------------------------------------------------------------------------------------

def clock():
    """A zone that goes from UTC+1 to UTC+2 after ten hours and back after a hundred."""
    changes = np.array([(0, 60), (10 * 60, 120), (100 * 60, 60)], li.CHANGE).view(np.recarray)
    changes["at_ms"] *= 60_000
    changes["offset_ms"] *= 60_000
    return li.People(np.zeros(0, li.PERSON).view(np.recarray), np.zeros(0, li.VERSION).view(np.recarray), np.array([0, 3]), changes)


def test_wall_time_becomes_utc_to_the_minute_across_both_changes():
    hour = 3_600_000
    assert pl.to_utc(clock(), 0, 5 * hour) == 4 * hour                        # plain winter time
    assert pl.to_utc(clock(), 0, 11 * hour + hour // 2) == 10 * hour + hour // 2        # inside the gap: half an hour behind it
    assert pl.to_utc(clock(), 0, 12 * hour) == 10 * hour                       # summer time
    assert pl.to_utc(clock(), 0, 101 * hour + hour // 2) == 99 * hour + hour // 2       # shown twice: the first showing
    assert pl.to_utc(clock(), 0, 102 * hour) == 101 * hour                     # winter again


def test_the_stored_offset_is_the_one_pytz_gives(crowd):
    plays = crowd.plays.to_pandas().merge(crowd.listeners.to_pandas()[["listener_id", "time_zone"]], on="listener_id")
    for zone, mine in plays.groupby("time_zone", observed=True):
        local = mine["started_at"].dt.tz_convert(zone)
        offsets = local.map(lambda moment: moment.utcoffset().total_seconds() / 60)
        assert (offsets == mine["utc_offset_min"]).all(), zone


def test_plays_start_inside_the_window_of_local_time(crowd):
    plays = crowd.plays.to_pandas()
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(plays["utc_offset_min"], unit="min")
    assert local.min() >= pd.Timestamp("2025-03-20") and local.max() < pd.Timestamp("2025-04-10")


# -- what is heard again ------------------------------------------------------------------------------

def test_what_is_heard_again_lies_back_as_the_recency_kernel_says():
    b, mind, known = lowered([ws.Behaviour()])[0], pl.new_mind(), np.zeros(1000, pl.KNOWN).view(np.recarray)
    for track in range(1000):
        pl.remember(mind, known, track)
    lags = np.array([1000 - pl.heard_before(np.uint64(9), i, b, mind) for i in range(40_000)])
    weights = np.arange(1, 513) ** -b.recency                       # a history of 1,000 is drawn from by its last 512
    expected = weights / weights.sum()
    for edge in (1, 2, 5, 20, 100, 500):
        assert (lags <= edge).mean() == pytest.approx(expected[:edge].sum(), abs=0.06)
    assert lags.min() == 1 and lags.max() <= 513


def test_lag_quantiles_run_from_one_to_the_size_of_the_memory():
    quantiles = lag_quantiles(0.9, 256)
    assert quantiles[0] == 1 and quantiles[-1] == pytest.approx(257) and (np.diff(quantiles) > 0).all()
    assert lag_quantiles(1.0, 256)[128] == pytest.approx(257 ** 0.5)


# -- one truth, compiled or not -----------------------------------------------------------------------

def test_the_loop_uncompiled_equals_compiled():
    code = ("import wrapsim_helpers as ws; from wrapsim_helpers.files import row_hash; "
            "h = ws.listen(ws.Run(num_users=4, start_time='2025-03-25', end_time='2025-04-02', seed=5)); "
            "print(h.plays.num_rows, row_hash(h.plays), row_hash(h.answers), row_hash(h.state))")
    plain = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
                           capture_output=True, text=True, check=True).stdout
    heard = ws.listen(ws.Run(num_users=4, start_time="2025-03-25", end_time="2025-04-02", seed=5))
    assert plain.split() == [str(heard.plays.num_rows), row_hash(heard.plays), row_hash(heard.answers), row_hash(heard.state)]


def test_small_blocks_give_the_same_plays(crowd):
    world = crowd.world
    others = li.other_genres(world.survey, crowd.listeners, crowd.profile_versions)
    people, _ = li.lower(crowd.run, crowd.listeners, crowd.profile_versions, world.catalogue, others)
    blocks = [np.concatenate([block.plays.started_at.copy() for block in
                              pl.sample_plays(people, world.catalogue.music, lowered([world.behaviour]), rows=rows)])
              for rows in (1, 1_000_000)]
    assert len(blocks[0]) == crowd.plays.num_rows and (blocks[0] == blocks[1]).all()


# -- the loop's own count -----------------------------------------------------------------------------

def test_the_answers_are_those_of_the_plays(crowd):
    plays, answers = crowd.plays.to_pandas(), crowd.answers.to_pandas().set_index("listener_id")
    groups = plays.groupby("listener_id")
    expected = pd.DataFrame({
        "n_plays": groups.size(), "n_streams": groups["ms_played"].agg(lambda ms: (ms >= 30_000).sum()),
        "n_skips": groups["reason_end"].agg(lambda end: (end == "fwdbtn").sum()), "ms_played": groups["ms_played"].sum(),
        "n_tracks": groups["track_id"].nunique(), "longest_streak_days": groups.apply(longest_streak)})
    silent = answers["n_plays"] == 0
    assert (answers.loc[~silent, expected.columns] == expected).all().all() and len(expected) == (~silent).sum()


def longest_streak(plays):
    local = plays["started_at"].dt.as_unit("ms").astype("int64")
    days = sorted(set((local + plays["utc_offset_min"] * 60_000)[plays["ms_played"] >= 30_000] // 86_400_000))
    best = run = 0
    for i, day in enumerate(days):
        run = run + 1 if i and day == days[i - 1] + 1 else 1
        best = max(best, run)
    return best


def test_the_state_remembers_what_was_heard_last(crowd):
    state = crowd.state.to_pandas().set_index("listener_id")
    for listener_id, mine in crowd.plays.to_pandas().groupby("listener_id"):
        tail = mine["track_id"].tolist()[-50:]
        assert state.loc[listener_id, "recent_tracks"].tolist()[-len(tail):] == tail
        assert state.loc[listener_id, "n_plays"] == len(mine)


# -- the shape of listening ---------------------------------------------------------------------------

def test_plays_are_left_as_early_as_published(crowd):
    plays = frame(crowd)
    for seconds, tolerance in ((5, 0.04), (10, 0.04), (30, 0.05)):
        early = plays["ms_played"] < np.minimum(seconds * 1000, plays["duration_ms"] - 3000)
        sums = pd.DataFrame({"early": early, "all": 1, "who": plays["listener_id"]}).groupby("who").sum()
        low, high = bootstrap(sums, lambda s: s["early"] / s["all"])
        target = published(f"skip_within_{seconds}s")
        assert low < target + tolerance and high > target - tolerance and high - low < 2 * tolerance, seconds


def test_the_crowd_keeps_the_published_hours(crowd):
    plays = crowd.plays.to_pandas()
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(plays["utc_offset_min"], unit="min")
    share = np.bincount(local.dt.hour[local.dt.day_of_week < 5], minlength=24).astype(float)
    assert np.corrcoef(share, published("hour_profile_weekday")["shares_h0_23"])[0, 1] > 0.95


def test_the_young_skip_more_and_a_favourite_genre_tilts():
    def skips(age):
        heard = ws.listen(ws.Run(num_users=150, start_time="2025-02-01", end_time="2025-02-15", given=ws.Given(age=age, plan="premium")))
        answers = heard.answers.to_pandas()[["n_skips", "n_plays"]].sum()
        return answers["n_skips"] / answers["n_plays"]
    assert skips(17) > skips(35) + 0.05

    def pop_share(genre):
        heard = ws.listen(ws.Run(num_users=60, start_time="2025-02-01", end_time="2025-02-15", given=ws.Given(genre=genre)))
        return np.isin(heard.plays["track_id"].to_numpy(), pool_members(heard.world.catalogue, "Pop")).mean()
    assert pop_share("Pop") > pop_share("Rock") + 0.2
    assert pop_share("Pop") < 0.95, "a favourite genre tilts, it does not filter"
