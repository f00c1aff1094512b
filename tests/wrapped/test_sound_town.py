"""The sound town: rules at their edges, and plain loops over a crowd."""

from collections import Counter, defaultdict
from dataclasses import replace

import pandas as pd
import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.wrapped import sound_town as st
from wrapsim_helpers.wrapped.insights import with_tallies

from .more_columns import store, tables_of_crowd
from .test_insights import heard, play

TRACKS = [(i, f"Song {i}", "pop", 200_000, False, [(i, "primary")]) for i in range(6)]


def living(*people, more=()):
    """The sound town of each listener 0, 1, ...: listener_id -> row.

    people  (town, artists): each artist is streamed once;  more: further plays
    """
    plays = [
        play(f"2025-05-01T1{artist}:00:00", artist, listener=i)
        for i, (_, artists) in enumerate(people)
        for artist in artists
    ]
    tables = heard([*plays, *more], tracks=TRACKS)
    homes = pd.DataFrame({"listener_id": range(len(people)), "country": "SE"})
    homes["city"] = [town for town, _ in people]
    return towns_of(replace(tables, listeners=store(tables, "people", homes)))


def towns_of(tables):
    connection = tables.plays._find_backend()
    keep = lambda name, table: connection.create_table(name, table, temp=True)
    table = st.sound_town(with_tallies(tables, ["town_artists"], keep)).execute()
    return {row["listener_id"]: row for row in table.to_dict("records")}


SMALL = [("Ystad", [0, 1, 2])] * 3
LARGE = [("Lund", [3, 4, 5])] * 4


def test_three_artists_that_over_index_make_a_sound_town_and_two_do_not():
    towns = living(*SMALL, *LARGE, ("Kiruna", [0, 1, 2]), ("Visby", [0, 1, 5]))
    assert towns[7]["city"] == "Ystad" and 8 not in towns
    assert (towns[7]["n_artists"], towns[7]["n_people"], towns[7]["n_fans"]) == (3, 3, 3)


def test_of_the_shares_in_the_town_and_worldwide_the_ratio_is_told():
    towns = living(*SMALL, *LARGE, ("Kiruna", [0, 1, 2]))
    assert towns[7]["times"] == pytest.approx((3 / 9) / (4 / 24))
    assert towns[7]["artist"] == "Mila Osterhaus"  # of three alike, the first by name


def test_a_town_needs_three_other_listeners():
    assert 0 not in living(*SMALL, *LARGE)  # only two others live in Ystad
    assert living(*SMALL, *LARGE)[3]["city"] == "Lund"


def test_an_equal_share_does_not_count():
    everybody = [(town, [0, 1, 2]) for town in ["Ystad"] * 3 + ["Lund"] * 3]
    assert living(*everybody, ("Kiruna", [0, 1, 2])) == {}


def test_a_listener_without_a_town_has_a_sound_town_and_counts_for_none():
    towns = living(*SMALL, *LARGE, ("", [0, 1, 2]))
    assert towns[7]["city"] == "Ystad" and towns[7]["n_people"] == 3


def test_several_listeners_counted_as_one_have_no_sound_town():
    as_group = [play(f"2025-05-01T1{i}:00:00", i, listener=-1) for i in range(3)]
    assert -1 not in living(*SMALL, *LARGE, more=as_group)


def test_without_homes_there_is_no_sound_town():
    assert towns_of(heard([play("2025-05-01T10:00:00")])) == {}


def test_the_sound_towns_of_a_crowd_agree_with_plain_loops(crowd):
    tables = tables_of_crowd(crowd)
    people = tables.listeners.mutate(city=tables.listeners.country)  # towns with enough listeners
    tables = replace(tables, listeners=people)
    homes = people.execute().set_index("listener_id")["city"].to_dict()
    favourites = defaultdict(list)
    for row in w.top_artists(tables, st.TOP_ARTISTS).execute().itertuples():
        favourites[row.listener_id].append(row.artist_id)
    towns = towns_of(tables)
    assert len(towns) > 50
    for i, mine in list(favourites.items())[::5]:
        expected = obvious_town(i, mine, favourites, homes)
        row = towns.get(i)
        assert (row and (row["city"], row["n_artists"], row["n_people"])) == expected


def obvious_town(listener, mine, favourites, homes):
    """(town, artists that over-index, other listeners), or None."""
    anywhere, here, people = Counter(), defaultdict(Counter), Counter()
    for i, artists in favourites.items():
        anywhere.update(artists)
        if i != listener:
            here[homes[i]].update(artists)
            people[homes[i]] += 1
    ranks = []
    for town, counts in here.items():
        above = [
            counts[a] / counts.total() - anywhere[a] / anywhere.total()
            for a in mine
            if counts[a] * anywhere.total() > anywhere[a] * counts.total()
        ]
        if len(above) >= st.MIN_ARTISTS and people[town] >= st.MIN_LISTENERS:
            ranks.append((-len(above), -round(sum(above), 9), town))
    if not ranks:
        return None
    n_artists, _, town = min(ranks)
    return town, -n_artists, people[town]
