"""Artists whom few others play: their edges by hand, and against plain loops."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from wrapsim_helpers.cards import rare_artists as card
from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.rare_artists import (
    FEWEST_STREAMS,
    MOST,
    RARE_PERCENT,
    rare_artists,
)

from ..cards.test_cards import area, draw, drawn, shapes, story_of, with_table
from .more_columns import ranked_plays, results, tables_of_crowd
from .test_insights import heard, play


def rare(plays, times=FEWEST_STREAMS):
    """Rows of `rare_artists` as (listener, artist, n_others, n_rare, n_artists); each play counts
    so many times.
    """
    names = "listener_id", "artist", "n_others", "n_rare", "n_artists"
    tables = with_tallies(heard(times * plays), ["totals", "fans"])
    return [tuple(row[name] for name in names) for row in results(tables, rare_artists)]


def listeners(n, track):
    """Listeners 100, 101, ... with one stream of a track each."""
    return [play("2025-05-01T12:00:00", track, listener=100 + i) for i in range(n)]


def test_an_artist_is_rare_if_two_of_a_hundred_others_stream_them_and_not_if_three_do():
    mine = [play("2025-05-02T12:00:00", track, listener=1) for track in (0, 4)]
    others = listeners(100, 0)
    for n in (0, 1, 2):
        found = rare([*mine, *others, *listeners(n, 4)])
        assert [row for row in found if row[0] == 1] == [(1, "Anders", n, 1, 2)]
    assert [row for row in rare([*mine, *others, *listeners(3, 4)]) if row[0] == 1] == []


def test_featured_artists_are_artists_and_plays_below_thirty_seconds_are_none():
    plays = [*listeners(100, 0), play("2025-05-02T12:00:00", 1, listener=1)]
    plays.append(play("2025-05-02T13:00:00", 4, 29_999, listener=1))
    assert [row for row in rare(plays) if row[0] == 1] == [(1, "Mila Osterhaus", 0, 1, 2)]


def test_rare_artists_of_as_many_listeners_are_in_order_of_streams():
    plays = [*listeners(100, 0), *(play(f"2025-05-0{d}T12:00:00", 4, listener=1) for d in (1, 2))]
    plays.append(play("2025-05-03T12:00:00", 1, listener=1))
    assert [row[1] for row in rare(plays) if row[0] == 1] == ["Anders", "Mila Osterhaus"]


def test_artists_with_fewer_than_three_streams_are_not_told_as_rare():
    mine = [play(f"2025-05-0{d}T12:00:00", 4, listener=1) for d in (1, 2, 3)]
    mine += [play(f"2025-05-0{d}T12:00:00", 1, listener=1) for d in (4, 5)]
    found = rare([*mine, *listeners(100, 0)], times=1)
    assert [row for row in found if row[0] == 1] == [(1, "Anders", 0, 2, 3)]


def test_the_artist_of_fewest_listeners_comes_first_though_another_has_more_streams():
    plays = [*listeners(100, 0), *(play(f"2025-05-0{d}T12:00:00", 4, listener=1) for d in (1, 2))]
    plays += [play("2025-05-03T12:00:00", 1, listener=1), *listeners(1, 4)]
    found = [row[1:3] for row in rare(plays) if row[0] == 1]
    assert found == [("Mila Osterhaus", 0), ("Anders", 1)]
    rule = card.words_of_rare_artists(story_of("typical")).rule
    assert rule == "Rarest first. At most 2 of 100 others stream each."


def test_plain_loops_find_the_same_rare_artists(crowd):
    tables = with_tallies(tables_of_crowd(crowd), ["totals", "fans"])
    credits = defaultdict(set)
    for row in crowd.world.catalogue.track_artists.to_pylist():
        credits[row["track_id"]].add(row["artist_id"])
    streams = defaultdict(Counter)
    for listener, track in ranked_plays(crowd)[["listener_id", "track_id"]].itertuples(False):
        streams[listener].update(credits[track])
    mine = {listener: set(counts) for listener, counts in streams.items()}
    fans = Counter(artist for artists in mine.values() for artist in artists)
    n = crowd.plays["listener_id"].unique()
    most = RARE_PERCENT * (len(n) - 1) / 100
    few = {who: {a for a in artists if fans[a] - 1 <= most} for who, artists in mine.items()}
    told = {w: {a for a in few[w] if streams[w][a] >= FEWEST_STREAMS} for w in few}
    found = defaultdict(set)
    for row in results(tables, rare_artists):
        who = row["listener_id"]
        found[who].add(row["artist_id"])
        assert row["n_rare"] == len(few[who]) and row["n_artists"] == len(mine[who])
        assert row["n_others"] == fans[row["artist_id"]] - 1
        rarest = sorted(fans[artist] - 1 for artist in told[who])
        assert row["n_others"] == rarest[row["rank"] - 1]
    assert {who: len(artists) for who, artists in found.items()} == {
        who: min(len(artists), MOST) for who, artists in told.items() if artists
    }
    assert all(artists <= told[who] for who, artists in found.items()) and len(found) > 20


def test_the_discs_of_the_card_have_the_areas_of_the_numbers():
    first, ax = story_of("typical").tables["rare_artists"].iloc[0], drawn("typical", "rare_artists")
    (everyone,), (rare_ones,) = shapes(ax, "all artists"), shapes(ax, "rare")
    assert area(rare_ones) / area(everyone) == pytest.approx(
        first["n_rare"] / first["n_artists"], rel=1e-6
    )
    assert np.ptp(everyone[:, 0]) == pytest.approx(card.LARGEST, rel=0.01)


@pytest.mark.parametrize(
    ("n", "words"), [(0, "only you"), (1, "you and 1 other"), (2, "you and 2 others")]
)
def test_who_else_streams_an_artist_is_said_in_words(n, words):
    assert card.others_in_words(n) == words


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_fewer_rare_artists_have_larger_discs_that_keep_off_the_names(n):
    rows = story_of("typical").tables["rare_artists"][:n].assign(n_rare=n, n_artists=104)
    ax = draw("rare_artists", with_table(story_of("typical"), rare_artists=rows))
    (corners,) = shapes(ax, "all artists")
    assert np.ptp(corners[:, 0]) >= min(360 + 60 * (5 - n), 480)
    names = [text.get_position()[1] for text in ax.texts if text.get_gid() == "name"]
    assert min(names) - 54 > corners[:, 1].max() + 10 and max(names) == card.LAST_ROW
    (rare_disc,) = shapes(ax, "rare")
    assert area(rare_disc) / area(corners) == pytest.approx(n / 104, rel=0.01)
