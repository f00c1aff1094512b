"""The measures of personal taste, on tables small enough to check by hand."""

from datetime import date
from types import SimpleNamespace

import duckdb
import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.realism import evidence, log, measure, pairs, sample, scores, study
from wrapsim_helpers.realism.measures import repetition, sessions, skips, taste, volume

JANUARY = 2025 * 12  # months from year 0
DEFAULTS = {
    "who": 0,
    "artist_id": 0,
    "artist_country": "US",
    "solo": True,
    "music_stream": True,
    "ms_played": 200_000,
    "month": JANUARY,
    "day": 0,
    "hour": 0,
    "plan": "premium",
    "context": "search",
    "long": True,
    "brief": False,
    "mobile": True,
    "computer": False,
}


def sampled(rows, names, listeners=None, start="2025-01-01", end="2026-01-01"):
    """The `Sample` of a table of plays, for some queries.

    rows       a dict of columns per play, the others from DEFAULTS; `times` repeats the play
    names      the queries that are needed
    listeners  a dict of columns of the listeners
    """
    rows = [{"times": 1, **DEFAULTS, **row} for row in rows]
    p = pd.DataFrame([row for row in rows for _ in range(row["times"])])
    people = pd.DataFrame(listeners or {"country": ["US"] * (p["who"].max() + 1)})
    people["who"] = range(len(people))
    kinds = [(k, q) for d in measure.DOMAINS for k in ("PER_LISTENER", "LONG_FORM") for q in [d]]
    queries = {
        name: getattr(d, k)[name] for k, d in kinds for name in names if name in getattr(d, k)
    }
    with duckdb.connect() as connection:
        connection.register("p", p)
        connection.register("listeners", people)
        frames = {name: connection.execute(query).df() for name, query in queries.items()}
    per_listener = {n for d in measure.DOMAINS for n in d.PER_LISTENER}
    columns = [frames.pop(name).set_index("who") for name in names if name in per_listener]
    first, after = (int(pd.Timestamp(day).timestamp() * 1000) for day in (start, end))
    dates = date.fromisoformat(start), date.fromisoformat(end)
    table = pd.concat([people, *(c.reindex(range(len(people))).fillna(0) for c in columns)], axis=1)
    opened = SimpleNamespace(first_ms=first, after_ms=after, dates=dates, listeners=people)
    return sample.Sample(table, frames, sample.resamples(len(table), 3), opened)


def fifty(who, *firsts):
    """Plays of 50 artists: the first ones as often as given (artist_id: plays), others once; their
    numbers are 1000 * (who + 1) and following.
    """
    others = range(1000 * (who + 1), 1000 * (who + 1) + 50 - len(firsts))
    return [{"who": who, "artist_id": a, "times": n} for a, n in firsts] + [
        {"who": who, "artist_id": a} for a in others
    ]


def first(values):
    return np.atleast_1d(values)[0]


# -- how alike listeners are -----------------------------------------------------------------------

LISTS = ("lists", "streamed_artists")


@pytest.fixture
def three():
    """Three listeners with 50 artists, two of whom play artist 7 most; a fourth has 49 artists."""
    return [
        *fifty(0, (7, 6), (8, 4)),
        *fifty(1, (7, 5), (9, 2)),
        *fifty(2, (9, 9), (7, 3)),
        *fifty(3, (9, 30))[:-1],
    ]


def test_the_commonest_number_one_is_counted_among_listeners_with_fifty_artists(three, monkeypatch):
    monkeypatch.setattr(taste, "HEARD_ARTISTS", 100)
    assert first(taste.same_number_one(sampled(three, LISTS))) == pytest.approx(2 / 3)


def test_number_ones_are_not_compared_in_a_run_that_plays_few_artists(three):
    assert taste.same_number_one(sampled(three, LISTS)) == {}


def test_of_artists_with_equal_counts_the_one_played_longer_is_first():
    rows = fifty(0, (8, 3)) + [{"artist_id": 5, "times": 3, "ms_played": 30_000}]
    _, artists = taste.ranked_lists(sampled(rows, LISTS))
    assert artists[0, :2].tolist() == [8, 5]


def test_short_plays_and_noise_do_not_count_as_taste(three, monkeypatch):
    monkeypatch.setattr(taste, "HEARD_ARTISTS", 100)
    ignored = [{"who": w, "artist_id": 1, "times": 90, "music_stream": False} for w in range(3)]
    _, artists = taste.ranked_lists(sampled(three + ignored, LISTS))
    assert artists[:, 0].tolist() == [7, 7, 9]


def test_a_stream_of_music_has_thirty_seconds_and_is_not_noise():
    columns = {"device": "phone", "context": "album", "duration_ms": 200_000, "local_ms": 0}
    ordered = pd.DataFrame(
        {"ms_played": [29_999, 30_000, 90_000], "noise": [False, False, True], **columns}
    ).assign(size=1, place=1)
    with duckdb.connect() as connection:
        connection.register("ordered", ordered)
        connection.execute(log.PLAYS)
        rows = connection.execute("SELECT music_stream FROM p ORDER BY ms_played").fetchall()
    assert rows == [(False,), (True,), (False,)]


def test_the_country_of_a_track_is_that_of_its_primary_artist(tmp_path):
    run = ws.Run(
        num_users=2, start_time="2025-03-03", end_time="2025-03-05", catalogue_tracks=1_000
    )
    folder = study.write_changed_run(tmp_path, run, ws.Behaviour())
    tracks = log.open_log(ws.open_run(folder)).tracks
    credits = ws.read_parquet(folder, "track_artists").to_pandas()
    country = ws.read_parquet(folder, "artists").to_pandas().set_index("artist_id")["country"]
    primary = credits[credits["role"] == "primary"].set_index("track_id")["artist_id"]
    assert (tracks["artist_country"] == country.loc[primary[tracks.index]].to_numpy()).all()
    assert tracks["artist_country"].nunique() > 5
    n = credits.groupby("track_id").size().reindex(tracks.index)
    assert (tracks["solo"] == (n == 1)).all() and not tracks["solo"].all()


def test_two_lists_with_half_of_their_artists_in_common_have_an_index_of_a_third():
    lists = np.array([[1, 2, 3, 4], [3, 4, 5, 6], [9, 8, 7, 0]])
    assert taste.jaccard(lists, np.array([[0, 0, 1], [1, 2, 1]])) == pytest.approx([1 / 3, 0, 1])


def test_the_overlap_is_the_mean_over_pairs_of_different_listeners():
    shared = [(artist, 2) for artist in range(10)]  # half of the lists of 0 and 1
    rows = fifty(0, *shared) + fifty(1, *shared) + fifty(2)
    alike = first(taste.taste_overlap_pairs(sampled(rows, LISTS)))
    assert alike == pytest.approx(1 / 3 * 1 / 3, rel=0.02)  # one pair of three; 10 / 30 in common


def test_pairs_are_drawn_alike_each_time_and_never_join_a_listener_with_themselves():
    pairs = taste.random_pairs(40)
    assert (pairs == taste.random_pairs(40)).all() and (pairs[0] != pairs[1]).all()
    assert 0.95 * taste.PAIRS < pairs.shape[1] < taste.PAIRS


def test_the_first_artist_over_the_second_is_a_median_over_listeners(three):
    # 6 / 4, 5 / 2 and 9 / 3
    assert first(taste.first_to_second(sampled(three, LISTS))) == pytest.approx(2.5)


def test_the_picture_shows_pairs_by_artists_in_common_and_the_commonest_number_ones(three):
    s = sampled(three, LISTS)
    common, firsts = pairs.common_artists(s), pairs.number_ones(s)
    assert common["measured"].sum() == pytest.approx(1) and common.index.tolist() == [*range(21)]
    assert common["measured"][:2].sum() == pytest.approx(
        2 / 3, rel=0.02
    )  # one in common in two of three pairs
    assert firsts["measured"].tolist() == pytest.approx([2 / 3, 1 / 3])
    left, right = evidence.draw_taste_overlap(s).figure.axes
    assert len(right.patches) == 2 and len(left.patches) == 7
    assert [text.get_text() for text in left.texts] == ["published mean 0.7", "this run 1.3"]


def test_two_lists_of_twenty_with_an_index_of_a_third_have_ten_artists_in_common():
    assert pairs.in_common(1 / 3) == pytest.approx(10)


# -- country and age -------------------------------------------------------------------------------


def test_countries_are_counted_by_month_with_ten_streams_of_known_artists():
    rows = [
        {"artist_country": "US", "times": 9},
        {"artist_country": "BR"},
        {"artist_country": "", "times": 5},
        {"artist_country": "JP", "music_stream": False},
        {"month": JANUARY + 1, "artist_country": "US", "times": 12},
        {"month": JANUARY + 2, "artist_country": "FR", "times": 9},  # nine streams are too few
        {"month": JANUARY - 1, "artist_country": "FR", "times": 30},  # before the run
    ]
    assert first(taste.artist_countries(sampled(rows, ("origins",)))) == pytest.approx(1.5)


def test_streams_abroad_are_of_solo_tracks_by_artists_of_another_country():
    rows = [
        {"artist_country": "US", "times": 3},
        {"artist_country": "BR"},
        {"artist_country": "BR", "solo": False, "times": 7},
        {"artist_country": "", "times": 7},
        {"artist_country": "BR", "music_stream": False, "times": 7},
        {"who": 1, "artist_country": "US", "times": 4},
    ]
    s = sampled(rows, ("abroad",), {"country": ["US", "BR"]})
    assert first(taste.MEASURES["streams_abroad"](s)) == pytest.approx(5 / 8)


def test_the_young_and_the_old_share_the_artists_that_are_in_both_lists():
    ages = {"age": [15.0, 19.9, 55.0, 30.0], "country": ["US"] * 4}
    rows = [{"who": 0, "artist_id": a, "times": 2} for a in range(20)]
    rows += [{"who": 2, "artist_id": a, "times": 2} for a in range(15, 35)]
    rows += [{"who": 3, "artist_id": a} for a in range(100, 105)]  # of neither age
    s = sampled(rows, ("by_age",), ages)
    assert first(taste.age_taste_overlap(s)) == pytest.approx(5 / 20)


def test_each_listener_weighs_the_same_in_the_taste_of_an_age():
    ages = {"age": [15.0, 16.0, 60.0], "country": ["US"] * 3}
    rows = [{"who": 0, "artist_id": a, "times": 500} for a in range(40)]  # 1 / 40 each
    rows += [{"who": 1, "artist_id": a} for a in range(50, 70)]  # 1 / 20 each
    rows += [{"who": 2, "artist_id": a} for a in range(50, 70)]
    assert first(taste.age_taste_overlap(sampled(rows, ("by_age",), ages))) == 1.0


# -- days, discovery, plans, hours -----------------------------------------------------------------


def test_active_days_are_the_lower_quartile_of_premium_months_of_31_days():
    days = [(0, JANUARY, 4), (0, JANUARY + 2, 20), (1, JANUARY, 9), (1, JANUARY + 4, 31)]
    rows = [{"who": w, "month": m, "day": d} for w, m, n in days for d in range(n)]
    rows += [{"who": w, "month": JANUARY + m} for w in (0, 1) for m in (1, 3, 5)]  # short months
    for month in (JANUARY + 6, JANUARY + 7):  # half of the plays are free
        rows += [{"month": month, "plan": "free", "times": 3}, {"month": month, "times": 3}]
    found = volume.active_days_month(sampled(rows, ("months",)))
    assert first(found["lower_quartile"]) == 4.0  # of 4, 9, 20 and 31


def test_new_artists_are_those_whose_first_stream_is_in_the_month():
    september = JANUARY + 8
    rows = [
        {"artist_id": 1, "month": JANUARY, "plan": "free"},
        {"artist_id": 1, "month": september},
        {"artist_id": 2, "month": september},
        {"artist_id": 3, "month": september, "plan": "free"},  # not in a subscriber's month
        {"artist_id": 4, "month": september, "ms_played": 29_999},  # no stream
        {"artist_id": 2, "month": september + 1},
        {"artist_id": 4, "month": september + 1},
        {"artist_id": 5, "month": september + 1},
        {"artist_id": 6, "month": september + 3},  # December
    ]
    s = sampled(rows, ("monthly_artists",))
    assert first(repetition.artists_per_subscriber_month(s)) == pytest.approx((1 / 2 + 2 / 3) / 2)


@pytest.mark.parametrize("start, end", [("2025-02-01", "2026-01-01"), ("2025-01-01", "2025-11-30")])
def test_new_artists_need_a_run_from_january_to_november(start, end):
    s = sampled([{"month": JANUARY + 8}], ("monthly_artists",), start=start, end=end)
    assert repetition.artists_per_subscriber_month(s) == {}


def test_search_is_compared_between_the_plans():
    plans = [("premium", "search", 3), ("premium", "album", 7), ("free", "search", 2)]
    rows = [{"plan": plan, "context": c, "times": n} for plan, c, n in plans]
    rows += [{"plan": "free", "context": "radio", "times": 8}]
    s = sampled([{**row, "offline": False, "ad_ms": 0} for row in rows], ("contexts",))
    s.listeners["n_premium"] = 10
    assert first(sessions.MEASURES["context_by_plan"](s)) == pytest.approx(0.3 / 0.2)


def test_skips_by_hour_give_the_lowest_hour_and_the_morning_over_the_evening():
    brief = {h: 2 for h in range(24)} | {6: 1} | {h: 3 for h in range(20, 24)}  # of 4 plays
    rows = [{"hour": h, "brief": i < n} for h, n in brief.items() for i in range(4)]
    rows += [{"hour": 6, "brief": True, "long": False, "times": 50}]
    found = skips.skip_by_hour(sampled(rows, ("long_hours",)))
    assert first(found["min_hour"]) == 6
    assert first(found["morning_to_late_evening"]) == pytest.approx(((4 * 2 + 1) / 20) / (3 / 4))


def test_an_hour_before_midnight_is_eight_hours_from_six():
    rows = [{"hour": h, "brief": h != 22} for h in range(24)]
    assert first(skips.skip_by_hour(sampled(rows, ("long_hours",)))["min_hour"]) == -2


# -- a tolerance that is a factor ------------------------------------------------------------------


@pytest.mark.parametrize(
    "observed, error, score, verdict",
    [
        (0.05, 0.001, 0.0, "pass"),
        (0.1, 0.001, 1.0, "pass"),  # twice
        (0.025, 0.001, 1.0, "pass"),  # half
        (0.2, 0.001, 2.0, "fail"),
        (0.0, 0.0, np.inf, "fail"),
        (0.05, 0.01, 0.0, "too small"),  # the interval of 0.05 is 39 % to both sides
        (0.05, 0.008, 0.0, "pass"),
        (np.nan, np.nan, np.nan, "not here"),
    ],
)
def test_a_factor_of_two_allows_half_and_twice_the_published_value(observed, error, score, verdict):
    check = {"low": 0.05, "high": 0.05, "within": None, "factor": 2}
    assert scores.score_of(check, observed) == pytest.approx(score, nan_ok=True)
    assert scores.verdict_of(check, observed, error) == verdict


def test_the_ten_figures_of_taste_are_counted_outcomes_and_the_model_says_which_it_knew():
    names = {*taste.MEASURES, "active_days_month", "artists_per_subscriber_month"}
    names |= {"context_by_plan", "skip_by_hour"}
    assert len(names) == 10
    assert all(scores.is_counted(scores.targets()[name]) for name in names)
    assert {name for name in names if not scores.known(name)} == {"first_to_second"}
