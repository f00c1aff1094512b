"""The listening model: rules without exception, the same compiled and not, and the published shape
of listening.
"""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.listening import (
    columns,
    draws,
    endings,
    local_time,
    loop,
    memory,
    session,
    taste,
)
from wrapsim_helpers.music.catalogue import pool_members
from wrapsim_helpers.music.loop_types import MOST_GUESTS
from wrapsim_helpers.music.songs_file import SONGS
from wrapsim_helpers.people import clocks, loop_records, loop_types
from wrapsim_helpers.people import listeners as li
from wrapsim_helpers.people.behaviour import lowered
from wrapsim_helpers.people.figures import published
from wrapsim_helpers.runs import rules
from wrapsim_helpers.schema import DESKTOP, PHONE, code
from wrapsim_helpers.storage.row_hashes import row_hash

from ..rules import as_rows, broken_rules


def frame(crowd):
    tracks = crowd.world.catalogue.tracks.to_pandas()[["track_id", "duration_ms"]]
    return crowd.plays.to_pandas().merge(tracks, on="track_id")


def bootstrap(per_listener, statistic, rounds=300):
    """95 % interval of a statistic over listeners. per_listener: DataFrame of sums, one row per
    listener.
    """
    dice = np.random.default_rng(1)
    drawn = [
        statistic(per_listener.iloc[dice.integers(0, len(per_listener), len(per_listener))].sum())
        for _ in range(rounds)
    ]
    return np.quantile(drawn, [0.025, 0.975])


# -- rules -----------------------------------------------------------------------------------------


def test_an_independent_checker_finds_no_breach(crowd):
    assert (
        broken_rules(
            as_rows(crowd.plays),
            as_rows(crowd.world.catalogue.tracks),
            as_rows(crowd.profile_versions),
        )
        == []
    )


def test_the_rules_hold_where_free_phones_may_choose_for_a_while():
    autumn = ws.listen(
        ws.Run(
            num_users=40,
            start_time="2025-09-10",
            end_time="2025-09-25",
            given=ws.Given(plan="free"),
        )
    )
    rows = as_rows(autumn.plays)
    assert (
        broken_rules(rows, as_rows(autumn.world.catalogue.tracks), as_rows(autumn.profile_versions))
        == []
    )
    chosen = [
        row
        for row in rows
        if row["device"] == "phone" and row["on_demand"] and row["context"] != "personalized"
    ]
    assert chosen, "nobody used the allowance, so the test proves nothing"


@pytest.mark.parametrize(
    "column, change, words",
    [
        ("ended_at", lambda v: v + 1, "a play ends after the time played and paused"),
        ("ms_played", lambda v: v + 10**7, "a play ends after the time played and paused"),
        ("track_id", lambda v: 10**6, "a play has a known track"),
        ("reason_start", lambda v: 5, "a play starts for the reason that ended"),
        ("interaction", lambda v: 4 - v, "the interaction follows"),
        ("started_at", lambda v: v - 10**9, "a play ends after the time played and paused"),
    ],
)
def test_the_checker_of_the_package_finds_a_planted_breach(crowd, column, change, words):
    plays = crowd.plays.slice(0, 500)
    values, sessions = values_of(plays[column]).copy(), values_of(plays["session_id"])
    row = next(i for i in range(250, 500) if sessions[i] == sessions[i - 1])
    values[row] = change(values[row])
    broken = plays.set_column(
        plays.column_names.index(column), plays.schema.field(column), planted(plays[column], values)
    )
    with pytest.raises(ValueError, match=words):
        ws.check_plays(broken, crowd.world.catalogue.tracks, crowd.profile_versions)


def test_without_profile_versions_two_rules_are_not_checked(crowd):
    tables = crowd.plays, crowd.world.catalogue.tracks
    with_versions = ws.check_plays(*tables, crowd.profile_versions)
    without = ws.check_plays(*tables)
    assert set(with_versions["rule"]) - set(without["rule"]) == set(rules.OF_PROFILES)


def values_of(column):
    if pa.types.is_dictionary(column.type):
        return column.combine_chunks().indices.to_numpy()
    return (column.cast("int64") if pa.types.is_timestamp(column.type) else column).to_numpy()


def planted(column, values):
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(
            pa.array(values, pa.int8()), column.combine_chunks().dictionary
        )
    return pa.array(values).cast(column.type)


@pytest.mark.parametrize(
    "reason_start, reason_end, paused, interaction",
    [
        ("backbtn", "fwdbtn", 5, "skip"),
        ("backbtn", "trackdone", 5, "replay"),
        ("clickrow", "endplay", 5, "pause"),
        ("trackdone", "endplay", 0, "play"),
    ],
)
def test_the_interaction_is_the_first_that_applies(reason_start, reason_end, paused, interaction):
    row = (code("reason_start", reason_start), code("reason_end", reason_end), paused)
    assert columns.interaction_of(*row) == code("interaction", interaction)


# -- time ------------------------------------------------------------------------------------------


def clock():
    """A zone that goes from UTC+1 to UTC+2 after ten hours and back after a hundred."""
    changes = np.array([(0, 60), (10 * 60, 120), (100 * 60, 60)], clocks.CHANGE).view(np.recarray)
    changes["at_ms"] *= 60_000
    changes["offset_ms"] *= 60_000
    return loop_types.People(
        np.zeros(0, loop_types.PERSON).view(np.recarray),
        np.zeros(0, loop_types.VERSION).view(np.recarray),
        np.array([0, 3]),
        changes,
    )


def test_wall_time_becomes_utc_to_the_minute_across_both_changes():
    hour = 3_600_000
    assert local_time.to_utc(clock(), 0, 5 * hour) == 4 * hour  # plain winter time
    assert (
        local_time.to_utc(clock(), 0, 11 * hour + hour // 2) == 10 * hour + hour // 2
    )  # inside the gap: half an hour behind it
    assert local_time.to_utc(clock(), 0, 12 * hour) == 10 * hour  # summer time
    assert (
        local_time.to_utc(clock(), 0, 101 * hour + hour // 2) == 99 * hour + hour // 2
    )  # shown twice: the first showing
    assert local_time.to_utc(clock(), 0, 102 * hour) == 101 * hour  # winter again


def test_the_stored_offset_is_the_one_pytz_gives(crowd):
    plays = crowd.plays.to_pandas().merge(
        crowd.listeners.to_pandas()[["listener_id", "time_zone"]], on="listener_id"
    )
    for zone, mine in plays.groupby("time_zone", observed=True):
        local = mine["started_at"].dt.tz_convert(zone)
        offsets = local.map(lambda moment: moment.utcoffset().total_seconds() / 60)
        assert (offsets == mine["utc_offset_min"]).all(), zone


def test_plays_start_inside_the_window_of_local_time(crowd):
    plays = crowd.plays.to_pandas()
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], unit="min"
    )
    assert local.min() >= pd.Timestamp("2025-03-20") and local.max() < pd.Timestamp("2025-04-10")


# -- one truth, compiled or not --------------------------------------------------------------------


def test_the_loop_uncompiled_equals_compiled():
    code = (
        "import wrapsim_helpers as ws; from wrapsim_helpers.storage.row_hashes import row_hash; "
        "h = ws.listen(ws.Run(num_users=4, start_time='2025-03-25', end_time='2025-04-02', "
        "seed=5)); "
        "print(h.plays.num_rows, *map(row_hash, (h.plays, h.answers, h.state, h.actions)))"
    )
    plain = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    heard = ws.listen(ws.Run(num_users=4, start_time="2025-03-25", end_time="2025-04-02", seed=5))
    assert plain.split() == [
        str(heard.plays.num_rows),
        *map(row_hash, (heard.plays, heard.answers, heard.state, heard.actions)),
    ]


def test_the_plays_of_one_listener_do_not_hold_the_memory_of_a_crowd():
    run, before = (
        ws.Run(num_users=5, start_time="2025-03-01", end_time="2025-03-08"),
        pa.total_allocated_bytes(),
    )
    kept = [ws.listen(run, [number]) for number in run.listener_ids()]
    assert (
        pa.total_allocated_bytes() - before < 1_000_000
        and sum(heard.plays.num_rows for heard in kept) > 100
    )


def loop_people(listened):
    """The listeners of a `Listened` as the compiled loop reads them."""
    run, world = listened.run, listened.world
    people, versions = li.sample_people(run, world.behaviour, world.survey, run.listener_ids())
    return loop_records.lower_listeners(
        run, people, versions, loop_records.other_genres(world.survey, people)
    )


def test_small_blocks_give_the_same_plays(crowd):
    world = crowd.world
    people = loop_people(crowd)
    blocks = [
        np.concatenate(
            [
                block.plays.started_at.copy()
                for block in loop.sample_plays(
                    people, world.catalogue.music, lowered([world.behaviour]), rows=rows
                )
            ]
        )
        for rows in (1, 1_000_000)
    ]
    assert len(blocks[0]) == crowd.plays.num_rows and (blocks[0] == blocks[1]).all()


# -- the loop's own count --------------------------------------------------------------------------


def test_the_answers_are_those_of_the_plays(crowd):
    plays, answers = crowd.plays.to_pandas(), crowd.answers.to_pandas().set_index("listener_id")
    groups = plays.groupby("listener_id")
    expected = pd.DataFrame(
        {
            "n_plays": groups.size(),
            "n_streams": groups["ms_played"].agg(lambda ms: (ms >= 30_000).sum()),
            "n_skips": groups["reason_end"].agg(lambda end: (end == "fwdbtn").sum()),
            "ms_played": groups["ms_played"].sum(),
            "n_tracks": groups["track_id"].nunique(),
            "longest_streak_days": groups.apply(longest_streak),
        }
    )
    silent = answers["n_plays"] == 0
    assert (answers.loc[~silent, expected.columns] == expected).all().all() and len(expected) == (
        ~silent
    ).sum()


def longest_streak(plays):
    local = plays["started_at"].dt.as_unit("ms").astype("int64")
    days = sorted(
        set((local + plays["utc_offset_min"] * 60_000)[plays["ms_played"] >= 30_000] // 86_400_000)
    )
    best = run = 0
    for i, day in enumerate(days):
        run = run + 1 if i and day == days[i - 1] + 1 else 1
        best = max(best, run)
    return best


def ranked(heard):
    """Plays that count for ranks: streams of 30 s and more, not private, no noise."""
    tracks = heard.world.catalogue.tracks.to_pandas()[["track_id", "noise"]]
    plays = heard.plays.to_pandas().merge(tracks, on="track_id").sort_values("play_id")
    return plays[(plays["ms_played"] >= 30_000) & ~plays["private"] & ~plays["noise"]]


def counted(plays, item):
    """Streams, milliseconds and first start per listener and item. plays: with a column share, what
    a stream counts.
    """
    return plays.groupby(["listener_id", item]).agg(
        streams=("share", "sum"), ms=("ms_played", "sum"), first_started_at=("started_at", "min")
    )


def listed(answers, kind):
    """The same out of the list columns of the answers."""
    columns = [f"{kind}_{name}" for name in ("ids", "streams", "ms", "first_started_at")]
    rows = answers[["listener_id", *columns]].explode(columns).dropna(subset=columns[0])
    return rows.set_axis(
        ["listener_id", kind, "streams", "ms", "first_started_at"], axis=1
    ).set_index(["listener_id", kind])


@pytest.mark.parametrize(
    "kind, share", [("song", None), ("artist", {"primary": 1.0, "featured": 0.5})]
)
def test_ranked_streams_by_song_and_artist_are_an_independent_count_of_the_plays(
    invented, kind, share
):
    plays = ranked(invented).assign(song=lambda p: p["track_id"], share=1.0)
    if share:
        credits = invented.world.catalogue.track_artists.to_pandas().rename(
            columns={"artist_id": "artist"}
        )
        plays = plays.merge(credits, on="track_id").assign(
            share=lambda p: p["role"].map(share).astype(float)
        )
        assert (plays["share"] == 0.5).sum() > 1000
    expected, found = counted(plays, kind), listed(invented.answers.to_pandas(), kind)
    assert len(found) == len(expected) > 10_000 and found.index.is_unique
    expected = expected.reindex(found.index)
    assert (found["streams"].astype(float) == expected["streams"]).all() and (
        found["ms"].astype(int) == expected["ms"]
    ).all()
    assert (
        pd.to_datetime(found["first_started_at"], utc=True) == expected["first_started_at"]
    ).all()
    starts = pd.to_datetime(found["first_started_at"], utc=True).groupby("listener_id")
    assert all(times.is_monotonic_increasing for _, times in starts), (
        "lists are in order of the first stream"
    )


def test_every_guest_counts_half_once_and_whoever_is_their_own_guest_counts_one(tmp_path):
    names = [f"Artist {number}" for number in range(10)]
    songs = ws.load_songs().head(200).reset_index(drop=True)
    songs["artist"] = [names[number % 10] for number in range(200)]
    songs["title"] = [f"{n} (feat. {', '.join(names[n % 7 :])})" for n in range(200)]
    columns = {name: header for header, (name, _, _) in SONGS.items()}
    songs.rename(columns=columns).to_csv(tmp_path / "songs.csv", index=False)
    run = ws.Run(num_users=3, end_time="2025-02-01", songs_path=str(tmp_path / "songs.csv"), seed=4)
    listened = ws.listen(run)
    plays, found = ranked(listened), listed(listened.answers.to_pandas(), "artist")
    assert len(plays) > 300 and found.index.is_unique
    expected = {}
    for play in plays.itertuples():
        primary = names[play.track_id % 10]
        guests = [name for name in names[play.track_id % 7 :] if name != primary]
        for name in (primary, *guests[:MOST_GUESTS]):
            key = play.listener_id, names.index(name)
            expected[key] = expected.get(key, 0) + (1.0 if name == primary else 0.5)
    assert found["streams"].astype(float).to_dict() == expected


def test_a_block_has_room_for_the_counts_of_every_credit_of_every_play():
    assert len(columns.new_out(64, 1, 1).artists) == 64 * (1 + MOST_GUESTS)


def test_whoever_was_not_counted_has_empty_lists(crowd):
    counted_streams = ranked(crowd).groupby("listener_id").size()
    for row in crowd.answers.to_pylist():
        assert sum(row["song_streams"]) == counted_streams.get(row["listener_id"], 0)
        assert bool(row["artist_ids"]) == bool(row["song_ids"])


# -- what is done about tracks ---------------------------------------------------------------------


def test_actions_follow_plays_heard_to_their_end_at_the_rates_of_the_parameters(invented):
    plays, actions = invented.plays.to_pandas(), invented.actions.to_pandas()
    done = plays[plays["reason_end"] == "trackdone"]
    found = actions.merge(
        done,
        left_on=["listener_id", "at", "track_id"],
        right_on=["listener_id", "ended_at", "track_id"],
        how="left",
    )
    assert found["play_id"].notna().all() and found["play_id"].is_unique
    for kind, share in zip(("save", "playlist_add", "share", "follow"), ws.Behaviour().act_shares):
        assert (actions["kind"] == kind).sum() / len(done) == pytest.approx(
            share, abs=4 * (share / len(done)) ** 0.5
        )


def test_actions_stand_in_order_of_listener_and_time(invented):
    actions = invented.actions.to_pandas()
    assert actions["listener_id"].is_monotonic_increasing
    assert all(mine["at"].is_monotonic_increasing for _, mine in actions.groupby("listener_id"))


# -- going on --------------------------------------------------------------------------------------

HEAVY = ws.Behaviour(minutes_factor=8.0)
LONG = ws.Run(
    num_users=12, start_time="2025-01-01", end_time="2026-01-01", seed=8, catalogue_tracks=5_000
)


@pytest.fixture(scope="module")
def long_run():
    return ws.listen(LONG, behaviour=HEAVY)


def going_on(*ends):
    """The run that begins like LONG and ends at the first end, and those that go on from each
    other: list of `Listened`.
    """
    parts = [ws.listen(replace(LONG, end_time=ends[0]), behaviour=HEAVY)]
    for start, end in zip(ends, ends[1:]):
        parts.append(
            ws.listen(
                replace(LONG, start_time=start, end_time=end, origin_time=LONG.start_time),
                behaviour=HEAVY,
                past=parts[-1].state,
            )
        )
    return parts


def together(parts, name, order):
    return pa.concat_tables(getattr(part, name) for part in parts).sort_by(
        [(column, "ascending") for column in order]
    )


def clock_of(plays):
    """Start of each play on the listener's clock."""
    return plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], unit="min"
    )


@pytest.mark.parametrize(
    "ends",
    [
        ("2025-07-01",),
        ("2025-03-30T02:30", "2025-10-26T02:30"),
        ("2025-09-20T20:15", "2025-09-20T21:00", "2025-09-22"),
    ],
    ids=["half a year", "two nights of another hour", "an evening"],
)
def test_runs_that_go_on_from_each_other_hold_the_plays_of_one_long_run(long_run, ends):
    parts = going_on(*ends, LONG.end_time)
    for name, order in (("plays", ["play_id"]), ("actions", ["listener_id", "at"])):
        assert together(parts, name, order).equals(together([long_run], name, order)), name
    assert parts[-1].state.equals(long_run.state)


def test_what_the_test_of_going_on_rests_on_occurs_in_it(long_run):
    """Sessions across a window's end, listeners who forget, plans and ages that change, and
    clocks.
    """
    plays = long_run.plays.to_pandas().assign(later=lambda p: clock_of(p) >= "2025-07-01")
    assert (plays.groupby("session_id")["later"].nunique() > 1).any(), (
        "no session goes across the end of the first window"
    )
    before = plays[~plays["later"]].groupby("listener_id").size()
    assert (before > memory.HISTORY + 200).any() and (before < memory.HISTORY).any()
    changes = (
        long_run.profile_versions.to_pandas().groupby("listener_id")[["age", "plan"]].nunique()
    )
    assert (changes["age"] > 1).all() and (changes["plan"] > 1).any()
    assert plays.groupby("listener_id")["utc_offset_min"].nunique().max() == 2
    known = (
        going_on("2025-07-01")[0].state["known_tracks"].combine_chunks().value_lengths().to_numpy()
    )
    assert known.max() > 1000 and known.min() == 0, (
        "a listener's knowledge is written down only where the history is full"
    )


def test_a_run_that_goes_on_counts_the_answers_of_its_own_window(long_run):
    _, second = going_on("2025-07-01", LONG.end_time)
    plays = second.plays.to_pandas()
    assert clock_of(plays).min() >= pd.Timestamp("2025-07-01")
    sums = plays.groupby("listener_id")["ms_played"].agg(["size", "sum"])
    answers = second.answers.to_pandas().set_index("listener_id").loc[sums.index]
    assert (answers["n_plays"] == sums["size"]).all() and (
        answers["ms_played"] == sums["sum"]
    ).all()


def test_january_to_march_of_a_year_is_a_run_from_january_to_march(long_run):
    quarter, plays = (
        ws.listen(replace(LONG, end_time="2025-04-01"), behaviour=HEAVY),
        long_run.plays.to_pandas(),
    )
    first = pa.array(clock_of(plays) < "2025-04-01")
    assert long_run.plays.filter(first).combine_chunks().equals(quarter.plays.combine_chunks())
    last = plays[first.to_numpy(zero_copy_only=False)].groupby("listener_id")["ended_at"].max()
    actions = long_run.actions.to_pandas()
    actions = actions[actions["at"] <= actions["listener_id"].map(last)].reset_index(drop=True)
    assert actions.equals(quarter.actions.to_pandas())


def test_the_state_is_what_was_heard_until_two_days_before_the_end(long_run):
    state, plays = long_run.state.to_pandas().set_index("listener_id"), long_run.plays.to_pandas()
    for listener_id, mine in plays.groupby("listener_id"):
        kept, before = state.loc[listener_id], mine.iloc[: state.loc[listener_id, "n_plays"]]
        assert kept["recent_tracks"].tolist() == before["track_id"].tolist()[-memory.HISTORY :]
        assert (
            kept["heard"] == taste.WARM_UP + len(before)
            and kept["n_skips"] == (before["reason_end"] == "fwdbtn").sum()
        )
        assert (
            kept["n_sessions"] >= before["session_id"].nunique()
            and kept["free_from"] >= before["ended_at"].max().value // 10**6
        )
        assert kept["day"] == (pd.Timestamp("2025-12-30") - pd.Timestamp("1970-01-01")).days
        assert (
            len(mine) - len(before)
            == (clock_of(mine) >= "2025-12-30").sum() - (clock_of(before) >= "2025-12-30").sum()
        )


def test_a_listener_who_is_not_in_the_state_is_refused(crowd):
    run = ws.Run(
        num_users=200,
        start_time="2025-04-10",
        end_time="2025-04-20",
        seed=11,
        origin_time="2025-03-20",
    )
    with pytest.raises(
        ValueError,
        match="listener 3 is not in the state of the run to continue; it has 3 listeners. Give ids",
    ):
        ws.listen(run, [0, 3], past=crowd.state.slice(0, 3))


def test_every_number_of_a_listener_is_checked_also_in_an_array():
    with pytest.raises(ValueError, match="ids is -5; it must be a whole number from 0 to"):
        ws.listen(ws.Run(end_time="2025-01-02"), np.array([0, -5, 3]))


# -- how it ends -----------------------------------------------------------------------------------

ENDS = ws.Run(
    num_users=80, start_time="2025-03-03", end_time="2025-03-17", seed=3, catalogue_tracks=5_000
)


def ending(**parameters):
    """Plays of some listeners who live by other parameters, with their place in the session and
    whether they were left early.
    """
    plays = ws.listen(ENDS, behaviour=ws.Behaviour(**parameters)).plays.to_pandas()
    return plays.assign(
        place=plays.groupby("session_id").cumcount(),
        left=plays["reason_end"].isin(["fwdbtn", "backbtn"]),
    )


@pytest.fixture(scope="module")
def usual():
    return ending()


def test_the_place_in_the_session_acts_on_leaving(usual):
    other = ending(skip_position=(3.0, 0.82, 0.93, 1.0))
    first = usual[usual["place"] == 0]["left"].mean(), other[other["place"] == 0]["left"].mean()
    later = usual[usual["place"] >= 5]["left"].mean(), other[other["place"] >= 5]["left"].mean()
    assert first[1] > 1.5 * first[0] and later[1] == pytest.approx(later[0], abs=0.02)


def test_the_device_acts_on_leaving(usual):
    other = ending(skip_device=(1.0, 3.9, 0.9, 0.7, 0.7, 0.6, 1.1))
    left = pd.DataFrame(
        {
            "usual": usual.groupby("device", observed=True)["left"].mean(),
            "other": other.groupby("device", observed=True)["left"].mean(),
        }
    )
    assert left.loc["phone", "other"] > left.loc["phone", "usual"] + 0.1
    assert left.loc["desktop", "other"] == pytest.approx(left.loc["desktop", "usual"], abs=0.03)


def test_the_season_moves_sessions_without_a_pile_at_midnight():
    winter = ws.listen(
        replace(ENDS, num_users=150, start_time="2025-12-01", end_time="2026-02-01"),
        behaviour=ws.Behaviour(summer_shift_min=120.0),
    ).plays.to_pandas()
    begins = winter.groupby("session_id")["started_at"].min() + pd.to_timedelta(
        winter.groupby("session_id")["utc_offset_min"].first(), unit="min"
    )
    late = begins[begins.dt.hour == 0]
    assert len(late) > 100 and (late.dt.minute < 5).mean() < 0.25
    assert all(
        local_time.summer_share((date(year, 7, 1) - date(1970, 1, 1)).days, False) > 0.985
        for year in range(2000, 2038)
    )


def test_a_listener_whose_plays_have_no_end_is_refused(monkeypatch, crowd):
    monkeypatch.setattr(loop, "MOST_ROWS", 5_000)
    people = loop_people(crowd)
    endless = lowered(
        [ws.Behaviour(minutes_factor=20.0, hazard_scale=20.0, skip_position=(20.0,) * 4)]
    )
    people.persons["minutes"] = 1_000.0
    with pytest.raises(
        ValueError, match="would have more than .* plays; at most .* are allowed. Shorten the run"
    ):
        list(loop.sample_plays(people, crowd.world.catalogue.music, endless, rows=1))


def test_a_session_that_has_settled_is_left_alone():
    b = lowered([ws.Behaviour(settle_after=16.0, settle_plays=8.0, settled=0.25)])[0]
    assert [endings.settling(i, b) for i in (0, 15, 16)] == [1, 1, 1]
    assert endings.settling(24, b) == pytest.approx(0.25 + 0.75 / np.e) and endings.settling(
        400, b
    ) == pytest.approx(0.25)
    settled = ending(settle_after=3.0, settle_plays=0.5, settled=0.0)
    assert (
        settled[settled["place"] >= 10]["left"].mean()
        < 0.01
        < settled[settled["place"] < 3]["left"].mean()
    )


def test_the_mood_makes_sessions_differ():
    def spread(sigma):
        plays = ending(sigma_mood=sigma, sigma_turn=0.0, settled=1.0)
        shares = plays.groupby("session_id")["left"].agg(["mean", "size"])
        return shares[shares["size"] >= 10]["mean"].std()

    assert spread(1.5) > 1.25 * spread(0.0)


def test_the_turn_makes_a_sessions_end_unlike_its_beginning():
    def differing(sigma):
        plays = ending(sigma_turn=sigma, sigma_mood=0.0, settled=1.0)
        part = plays["place"] / plays.groupby("session_id")["place"].transform("max").clip(lower=1)
        ends = [
            plays[where].groupby("session_id")["left"].agg(["mean", "size"])
            for where in (part < 0.4, part > 0.6)
        ]
        both = ends[0].join(ends[1].add_suffix("_later"))
        both = both[(both["size"] >= 16) & (both["size_later"] >= 16)]
        return (both["mean"] - both["mean_later"]).std()

    assert differing(3.0) > 1.2 * differing(0.0)
    b = lowered([ws.Behaviour(sigma_turn=3.0)])[0]
    person = np.zeros(1, loop_types.PERSON).view(np.recarray)
    person["skip"] = 1.0
    turns = [
        endings.session_hazard(np.uint64(key), PHONE, 12, False, 30, person[0], b)[1]
        for key in range(200)
    ]
    assert min(turns) == -0.95 and max(turns) == 0.95


def test_a_sessions_hazard_is_the_product_of_its_factors():
    person = np.zeros(1, loop_types.PERSON).view(np.recarray)
    person["skip"] = 2.0
    b = lowered([ws.Behaviour(sigma_mood=0.0, sigma_turn=0.0, hazard_scale=3.0)])[0]
    plain, _ = endings.session_hazard(np.uint64(1), DESKTOP, 12, False, 30, person[0], b)
    assert plain == pytest.approx(3 * 2 * b.skip_age[2] * b.skip_device[DESKTOP])
    assert endings.session_hazard(np.uint64(1), DESKTOP, 12, True, 30, person[0], b)[
        0
    ] == pytest.approx(plain * b.skip_weekend)
    assert endings.session_hazard(np.uint64(1), DESKTOP, 12, False, 19, person[0], b)[
        0
    ] == pytest.approx(plain / b.skip_age[2] * b.skip_age[0])
    night, morning, day, evening = b.skip_hour
    for hour, factor in ((4, night), (5, morning), (9, morning), (10, day), (20, evening)):
        at_hour, _ = endings.session_hazard(np.uint64(1), DESKTOP, hour, False, 30, person[0], b)
        assert at_hour == pytest.approx(plain * factor)


def test_liking_rises_and_falls_again_with_the_times_heard():
    liked = ending(liking=(4.0, 1.0, 0.15, 1.0, 4.0), novelty=0.1, novelty_decay=0.0)
    times = liked.groupby(["listener_id", "track_id"]).cumcount()
    left = [
        liked["left"][times.between(low, high)].mean()
        for low, high in ((0, 0), (3, 6), (25, 10_000))
    ]
    assert left[1] < 0.6 * left[0] and left[1] < 0.6 * left[2]
    b = lowered([ws.Behaviour()])[0]
    hazard = [
        draws.step_value(b.liking_from, b.liking, times) for times in (0, 1, 2, 3, 6, 7, 14, 15, 99)
    ]
    assert hazard == list(np.array((1, 0.9, 0.9, 0.78, 0.78, 0.88, 0.88, 1.05, 1.05)))


def test_a_track_is_left_when_the_summed_hazard_reaches_its_draw():
    b = lowered([ws.Behaviour()])[0]
    keys = np.arange(4_000).astype(np.uint64)
    for hazard in (0.5, 1.0, 2.0):
        after = np.array([endings.leave_after(key, 0, hazard, b) for key in keys])
        for ms, summed in (
            *zip(b.knots_ms[1:], b.hazard[1:]),
            (130_000, b.hazard[-1] + 100_000 * b.hazard_slope),
        ):
            assert (after < ms).mean() == pytest.approx(1 - np.exp(-hazard * summed), abs=0.035)


# -- the way to work -------------------------------------------------------------------------------


def test_on_the_way_to_work_and_back_on_weekdays_other_sessions_move_to_the_phone():
    b, person = lowered([ws.Behaviour()])[0], np.zeros(2, loop_types.PERSON).view(np.recarray)
    person["devices"][0, :2], person["devices"][0, 2:] = 0.3, 1.0  # phone 0.3, desktop 0.7
    person["devices"][1, 2:] = 1.0  # the desktop alone
    keys = np.arange(1_200).astype(np.uint64)
    usual = np.array([session.device_of(key, 12, False, person[0], b) for key in keys])
    assert set(usual) == {PHONE, DESKTOP} and (usual == PHONE).mean() == pytest.approx(
        0.3, abs=0.05
    )
    for hour in (0, 6, 7, 8, 9, 12, 15, 16, 17, 18):
        there = np.array([session.device_of(key, hour, False, person[0], b) for key in keys])
        weekend = np.array([session.device_of(key, hour, True, person[0], b) for key in keys])
        moved = hour in (7, 8, 16, 17)
        assert (there[usual == PHONE] == PHONE).all() and (weekend == usual).all()
        assert (there != usual)[usual == DESKTOP].mean() == pytest.approx(
            b.commute_phone * moved, abs=0.07 * moved
        )
        assert {session.device_of(key, hour, False, person[1], b) for key in keys[:100]} == {
            DESKTOP
        }


def test_years_months_and_christmas_eve_are_those_of_the_calendar():
    start, after = date(1970, 1, 1), date(2038, 1, 1)
    for day in range((after - start).days):
        assert local_time.civil(day) == (
            (start + timedelta(day)).year,
            (start + timedelta(day)).month,
        )
    for year in range(1970, 2038):
        assert local_time.christmas_eve(year) == (date(year, 12, 24) - start).days


# -- the shape of listening ------------------------------------------------------------------------


def test_minutes_heard_in_a_fortnight_spread_over_listeners_as_published(crowd):
    plays = crowd.plays.to_pandas()
    minutes = (
        plays[clock_of(plays) < "2025-04-03"]
        .groupby("listener_id")["ms_played"]
        .sum()
        .clip(lower=1)
    )
    assert np.log(minutes).std() == pytest.approx(published("lognormal_sigma_volume"), abs=0.2)


def test_plays_are_left_as_early_as_published(crowd):
    plays = frame(crowd)
    for seconds, tolerance in ((5, 0.04), (10, 0.04), (30, 0.05)):
        early = plays["ms_played"] < np.minimum(seconds * 1000, plays["duration_ms"] - 3000)
        sums = (
            pd.DataFrame({"early": early, "all": 1, "who": plays["listener_id"]})
            .groupby("who")
            .sum()
        )
        low, high = bootstrap(sums, lambda s: s["early"] / s["all"])
        target = published(f"skip_within_{seconds}s")
        assert (
            low < target + tolerance and high > target - tolerance and high - low < 2 * tolerance
        ), seconds


def test_the_crowd_keeps_the_published_hours(crowd):
    plays = crowd.plays.to_pandas()
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], unit="min"
    )
    share = np.bincount(local.dt.hour[local.dt.day_of_week < 5], minlength=24).astype(float)
    assert np.corrcoef(share, published("hour_profile_weekday")["shares_h0_23"])[0, 1] > 0.95


def test_the_young_skip_more_and_a_favourite_genre_tilts():
    def skips(age):
        heard = ws.listen(
            ws.Run(
                num_users=150,
                start_time="2025-02-01",
                end_time="2025-02-15",
                given=ws.Given(age=age, plan="premium"),
            )
        )
        answers = heard.answers.to_pandas()[["n_skips", "n_plays"]].sum()
        return answers["n_skips"] / answers["n_plays"]

    assert skips(17) > skips(35) + 0.05

    def pop_share(genre):
        heard = ws.listen(
            ws.Run(
                num_users=60,
                start_time="2025-02-01",
                end_time="2025-02-15",
                given=ws.Given(preferred_genre=genre),
            )
        )
        return np.isin(
            heard.plays["track_id"].to_numpy(), pool_members(heard.world.catalogue, "Pop")
        ).mean()

    assert pop_share("Pop") > pop_share("Rock") + 0.2
    assert pop_share("Pop") < 0.95, "a favourite genre tilts, it does not filter"
