"""The rank in a country: its edges by hand, and against plain loops."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards.country import HIGHEST, country_headline
from wrapsim_helpers.wrapped import country
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.insights import with_tallies

from ..cards.test_cards import draw, drawn, spans, story_of, with_table
from .more_columns import ranked_plays, results, store, tables_of_crowd
from .test_insights import heard, play


def ranks(minutes, homes):
    """Rows of `country_place` as (listener, country, n_listeners, n_below, rank).

    minutes, homes  of the listeners 0, 1, ...
    """
    plays = [play("2025-05-01T10:00:00", 0, 60_000 * n, listener=i) for i, n in enumerate(minutes)]
    tables = heard(plays)
    people = pd.DataFrame({"listener_id": range(len(homes)), "country": homes})
    tables = replace(tables, listeners=store(tables, "people", people))
    names = "listener_id", "country", "n_listeners", "n_below", "rank"
    rows = results(with_tallies(tables, ["country_minutes"]), country.country_place)
    return [tuple(row[name] for name in names) for row in rows]


def test_equal_minutes_share_a_rank_and_listeners_of_other_countries_do_not_count():
    found = ranks([5, 3, 3, 1, 2, 9], [*["FR"] * 5, "SE"])
    assert found == [
        (0, "FR", 5, 4, 1),
        (1, "FR", 5, 2, 2),
        (2, "FR", 5, 2, 2),
        (3, "FR", 5, 0, 5),
        (4, "FR", 5, 1, 4),
    ]


def test_a_country_of_few_listeners_and_an_unknown_home_have_no_rank():
    assert len(ranks([1] * 4, ["FR"] * 4)) == 0
    assert len(ranks([1] * 6, [*["FR"] * 5, ""])) == 5


def test_plain_loops_find_the_same_ranks(crowd):
    tables = with_tallies(tables_of_crowd(crowd), ["country_minutes"])
    homes = dict(zip(*(crowd.listeners[c].to_pylist() for c in ("listener_id", "country"))))
    ms = crowd.plays.to_pandas().groupby("listener_id")["ms_played"].sum()
    rows = results(tables, country.country_place)
    assert len(rows) > 100 and {row["rank"] for row in rows} >= {1, 2, 3}
    for row in rows:
        own = ms[row["listener_id"]]
        same = [n for who, n in ms.items() if homes[who] == row["country"]]
        assert (row["n_listeners"], row["ms_played"]) == (len(same), own)
        assert row["n_below"] == sum(n < own for n in same)
        assert row["rank"] == 1 + sum(n > own for n in same)


def shaped(ms, listener):
    """The row of the card. ms: of all listeners of the country"""
    crowd = pd.DataFrame({"country": "FR", "ms_played": [*ms, 10**9]})
    crowd.loc[len(ms), "country"] = "SE"
    request = Request(None, None, 1, {"country_minutes": crowd}.__getitem__)
    row = {"country": "FR", "n_below": int((np.array(ms) < ms[listener]).sum())}
    return country.with_the_country(pd.DataFrame([row]), request).iloc[0]


def test_each_listener_of_a_small_country_has_a_bar_and_groups_of_a_large_one_have():
    row = shaped([30, 10, 20], 2)
    assert (row["name"], row["group_ms"], row["group"]) == ("France", [10, 20, 30], 1)
    row = shaped(list(range(400)), 399)
    assert len(row["group_ms"]) == country.BARS and row["group"] == country.BARS - 1
    assert row["group_ms"][:2] == [4.5, 14.5] and shaped(list(range(400)), 9)["group"] == 0
    assert shaped(list(range(400)), 10)["group"] == 1


def test_a_bar_of_the_card_is_as_high_as_the_minutes():
    row = story_of("typical").tables["country_place"].iloc[0]
    bars = spans(drawn("typical", "country_place"), "listeners", 1)
    wanted = np.array(row["group_ms"]) / max(row["group_ms"]) * HIGHEST
    assert sorted(bars) == pytest.approx(sorted(wanted), rel=1e-6)


@pytest.mark.parametrize(
    ("rank", "words"),
    [(1, "First in Brazil"), (2, "Second in Brazil"), (5, "Fifth in Brazil")]
    + [(6, "12 minutes"), (8, "12 minutes"), (10, "12 minutes")],
)
def test_the_headline_is_never_the_last_rank_and_no_minutes_of_the_country(rank, words):
    assert country_headline("Brazil", 10, rank, "12 minutes") == words


def test_the_genres_that_stand_out_are_those_of_the_listener_and_no_country():
    label = drawn("typical", "stand_out").get_label()
    assert ", you and the United Kingdom of 2025" in label


def test_only_a_large_country_has_a_share_in_the_headline():
    assert country_headline("Brazil", 49, 24, "12 minutes") == "24th in Brazil"
    assert country_headline("Brazil", 50, 24, "12 minutes") == "Brazil: top 48\u2009%"
    assert country_headline("United States", 9, 2, "12 minutes") == "United States: second"


# -- genres that stand out -------------------------------------------------------------------------


def standing_out(plays, homes):
    """Rows of `stand_out` as (listener, genre, share, others_share)."""
    tables = heard(plays)
    people = pd.DataFrame({"listener_id": range(len(homes)), "country": homes})
    tables = replace(tables, listeners=store(tables, "people", people))
    tables = with_tallies(tables, ["country_minutes", "country_genres"])
    names = "listener_id", "genre", "share", "others_share"
    return [tuple(row[name] for name in names) for row in results(tables, country.stand_out)]


def streams(listener, n_pop, n_rock):
    """Streams of a listener: so many of each genre."""
    tracks = [0] * n_pop + [1] * n_rock
    return [
        play(f"2025-05-{1 + i:02}T12:00:00", t, listener=listener) for i, t in enumerate(tracks)
    ]


def test_a_genre_stands_out_if_its_share_is_above_that_of_the_others():
    plays = [
        p for i, n in enumerate([(3, 1), (1, 3), (1, 1), (1, 1), (1, 1)]) for p in streams(i, *n)
    ]
    assert standing_out(plays, ["FR"] * 5) == [
        (0, "pop", 0.75, 0.4),
        (1, "rock", 0.75, 0.4),
    ]


def test_a_small_country_and_others_without_a_stream_have_none():
    plays = [p for i in range(5) for p in streams(i, 2 if i else 1, 0 if i else 1)]
    assert standing_out(plays, ["FR"] * 5)[0] == (0, "rock", 0.5, 0.0)
    assert standing_out(plays, ["FR"] * 4 + ["SE"]) == []
    alone = [
        *streams(0, 1, 1),
        *(play("2025-05-01T12:00:00", 0, 9, listener=i) for i in range(1, 5)),
    ]
    assert standing_out(alone, ["FR"] * 5) == []


def test_plain_loops_find_the_same_genres(crowd):
    tables = with_tallies(tables_of_crowd(crowd), ["country_minutes", "country_genres"])
    homes = dict(zip(*(crowd.listeners[c].to_pylist() for c in ("listener_id", "country"))))
    plays = ranked_plays(crowd)
    plays = plays[plays["genre"] != ""]
    plays = plays.assign(country=plays["listener_id"].map(homes))
    rows = results(tables, country.stand_out)
    assert len({row["listener_id"] for row in rows}) > 100
    by_listener = pd.DataFrame(rows).groupby("listener_id")
    for listener, table in list(by_listener)[::7]:
        near = plays[plays["country"] == homes[listener]]
        mine = near["listener_id"] == listener
        shares = [near[some]["genre"].value_counts(normalize=True) for some in (mine, ~mine)]
        above = shares[0].sub(shares[1], fill_value=0).sort_values(ascending=False)
        expected = above[above > 1e-9][: country.STAND_OUT]
        found = table["share"] - table["others_share"]
        assert found.tolist() == pytest.approx(expected.tolist(), abs=2e-9)


def test_the_bars_of_the_card_are_the_shares():
    genres = story_of("typical").tables["stand_out"]
    bars = spans(drawn("typical", "stand_out"), "genres", 0)
    both = np.r_[genres["share"], genres["others_share"]]
    wanted = np.maximum(both / both.max() * bars.max(), 4)
    assert sorted(bars) == pytest.approx(sorted(wanted), rel=1e-6)


def test_the_pairs_of_bars_are_in_the_order_of_the_shares_that_they_show():
    genres = story_of("typical").tables["stand_out"]
    turned = genres.assign(share=genres["share"].to_numpy()[::-1])
    ax = draw("stand_out", with_table(story_of("typical"), stand_out=turned))
    named = [t.get_text().lower() for t in ax.texts if t.get_gid() == "name"]
    assert named == [name.lower() for name in genres["genre"][::-1]]
    said = ax.get_label().lower()
    at = [said.rindex(f"{name} ") for name in named]
    assert at == sorted(at)
