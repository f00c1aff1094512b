"""The rank in a country: its edges by hand, and against plain loops."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards.country import HIGHEST, country_headline
from wrapsim_helpers.wrapped import country
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.insights import with_tallies

from ..cards.test_cards import drawn, spans, story_of
from .more_columns import results, store, tables_of_crowd
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
    [(1, "Brazil: first"), (2, "Brazil: top 20\u2009%"), (5, "Brazil: top 50\u2009%")]
    + [(7, "Brazil: ahead of 3"), (8, "Brazil: 12 minutes"), (10, "Brazil: 12 minutes")],
)
def test_the_headline_names_the_country_and_is_never_the_last_rank(rank, words):
    assert country_headline("Brazil", 10, rank, "12 minutes") == words
