"""Songs from genres that a listener never streamed: edges on small tables, and plain loops."""

from collections import Counter

import pytest

from wrapsim_helpers.cards import tastebreakers as card
from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.similar import FAVOURITES
from wrapsim_helpers.wrapped.tastebreakers import BREAKERS, tastebreakers

from ..cards.test_cards import drawn, spans, story_of
from .more_columns import ranked_plays, results, tables_of_crowd
from .test_insights import heard, play


def breakers(*plays):
    tables = with_tallies(heard(list(plays)), ["favourite_songs"])
    return {
        (row["listener_id"], row["genre"], row["title"], row["n_listeners"])
        for row in results(tables, tastebreakers)
    }


def test_a_song_of_a_genre_that_was_never_streamed_is_named_with_its_listeners():
    pop = [play("2025-05-01T10:00:00", 4, listener=n) for n in (1, 2)]
    pop += [play("2025-05-01T11:00:00", 0, listener=2)]
    rock = play("2025-05-01T12:00:00", 1, listener=3)
    assert breakers(*pop, rock) == {
        (1, "rock", "Slow Orbit", 1),
        (2, "rock", "Slow Orbit", 1),
        (3, "pop", "Anchor", 2),
    }


def test_a_genre_is_known_from_30_000_ms_on_and_from_the_years_before():
    pop, rock = play("2025-05-01T10:00:00", 0), play("2025-05-01T10:00:00", 1, listener=3)
    for ms, n in ((29_999, 1), (30_000, 0), (30_001, 0)):
        row = (1, "rock", "Slow Orbit", 1)
        assert (row in breakers(pop, rock, play("2025-05-02T10:00:00", 1, ms))) == bool(n)
    before = play("2024-12-31T23:59:59", 1)
    assert {row[0] for row in breakers(pop, rock, before)} == {3}


def test_a_listener_of_every_genre_and_a_listener_alone_have_no_list():
    both = [play("2025-05-01T10:00:00", 0), play("2025-05-01T11:00:00", 1)]
    other = play("2025-05-01T12:00:00", 1, listener=3)
    assert {row[0] for row in breakers(*both, other)} == {3}
    assert breakers(*both) == set()


def test_new_genres_agree_with_plain_loops(crowd):
    tables = with_tallies(tables_of_crowd(crowd), ["favourite_songs"])
    favourites = tables.tallies["favourite_songs"].execute()
    fans = Counter(favourites["track_id"])
    assert favourites.groupby("listener_id").size().max() == FAVOURITES
    genres = {r["track_id"]: r["genre"] for r in crowd.world.catalogue.tracks.to_pylist()}
    most = Counter()
    for track_id, n in fans.items():
        most[genres[track_id]] = max(most[genres[track_id]], n)
    most.pop("", None)
    found = tastebreakers(tables).execute().groupby("listener_id")
    for number, plays in list(ranked_plays(crowd).groupby("listener_id"))[::9]:
        new = sorted(
            (n for genre, n in most.items() if genre not in set(plays["genre"])), reverse=True
        )
        rows = found.get_group(number) if number in found.groups else ()
        assert len(most) <= 200 and len(rows) == min(len(new), BREAKERS)
        if len(rows):
            assert rows["n_listeners"].tolist() == new[:BREAKERS]
            assert not set(rows["genre"]) & set(plays["genre"])


def test_the_bars_of_the_card_are_the_listeners():
    n = story_of("typical").tables["tastebreakers"]["n_listeners"][:5]
    bars = spans(drawn("typical", "tastebreakers"), "fans", 0)
    assert sorted(bars / bars.max()) == pytest.approx(sorted(n / n.max()))
    assert card.capital("k-pop") == "K-pop" and card.capital("") == ""
