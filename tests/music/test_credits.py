"""Credits: who is named on a song, once each, and the lists that the loop reads."""

import inspect
import sys

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.music import credits
from wrapsim_helpers.music.loop_types import MOST_GUESTS


@pytest.mark.parametrize(
    "title, guests",
    [
        ("Salt", []),
        ("Salt (feat. Ama Quaye)", ["Ama Quaye"]),
        ("Salt [FT Ama Quaye] - 2011 Remaster", ["Ama Quaye"]),
        ("Salt (featuring Ama Quaye)", ["Ama Quaye"]),
        ("Salt - feat. Ama Quaye", ["Ama Quaye"]),
        ("Salt – ft. Ama Quaye – Radio Edit", ["Ama Quaye"]),
        ("Salt (feat.Ama Quaye", ["Ama Quaye"]),
        ("Salt (feat. Ama & Bo, Cy)", ["Ama", "Bo", "Cy"]),
        ("Salt (feat. Ama, Bo and Cy)", ["Ama", "Bo", "Cy"]),
        ("Salt (feat. Ama, Bo, & Cy; Di)", ["Ama", "Bo", "Cy", "Di"]),
        ("Salt (feat. Ama) [ft. Bo]", ["Ama", "Bo"]),
        ("Salt (feat. Ama) - feat. Bo", ["Ama", "Bo"]),
        ("Salt (feat. Ama & Bo) [ft. BO ]", ["Ama", "Bo"]),
        ("Salt (feat. Ama & the Wires)", ["Ama & the Wires"]),
        ("Salt (feat. Ama and Her Wires)", ["Ama and Her Wires"]),
        ("Salt (feat. R&B Sue)", ["R&B Sue"]),
        ("Salt (feat. Ama,)", ["Ama"]),
        ("Salt (feat. )", []),
        ("Salt (With Love)", []),
        ("The Feature (Feather)", []),
        ("Featuring You", []),
    ],
)
def test_guests_are_read_from_the_title(title, guests):
    assert credits.split_credits("Mila", title) == ["Mila", *guests]


def test_an_artist_of_the_catalogue_is_not_divided():
    known = {"ode & ivy", "earth, wind & fire"}
    assert credits.split_credits("Mila", "Salt (feat. Ode & Ivy)", known) == ["Mila", "Ode & Ivy"]
    assert credits.split_credits("Mila", "Salt (feat. Bo, ode & IVY & Cy)", known) == [
        "Mila",
        "Bo",
        "ode & IVY",
        "Cy",
    ]
    assert credits.split_names("Bo and Earth, Wind & Fire", known) == ["Bo", "Earth, Wind & Fire"]
    assert credits.split_credits("Ode & Ivy", "Salt", set()) == ["Ode & Ivy"]


def test_who_is_their_own_guest_is_credited_once():
    assert credits.split_credits("Mila", "Salt (feat. MILA )") == ["Mila"]
    assert credits.split_credits("Mila", "Salt (feat. Bo & mila)") == ["Mila", "Bo"]


@pytest.mark.parametrize("artist", ["Mila feat. Bo", "Mila (ft. Bo)", " Mila  Featuring Bo "])
def test_guests_are_read_from_the_artist(artist):
    assert credits.split_credits(artist, "Salt (feat. Cy)") == ["Mila", "Bo", "Cy"]


@pytest.mark.parametrize("artist", ["Six Foot 9 ft. Oak", "Feat", "Lift", "feat. Bo"])
def test_an_artist_whose_name_only_looks_like_a_credit_stays_whole(artist):
    assert credits.split_credits(artist, "Salt") == [artist]


def test_more_guests_than_there_is_room_for_are_left_out():
    names = [f"Guest {number}" for number in range(MOST_GUESTS + 3)]
    title = f"Salt (feat. {', '.join(names)})"
    assert credits.split_credits("Mila", title) == ["Mila", *names[:MOST_GUESTS]]


def test_a_title_of_more_names_than_the_recursion_limit_is_read():
    most, title = sys.getrecursionlimit(), f"Salt (feat. {', '.join('ab' * 150)})"
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        assert len(credits.split_credits("Mila", title)) == 3
    finally:
        sys.setrecursionlimit(most)


def test_artists_are_numbered_in_order_with_those_that_are_only_guests_last():
    songs = pd.DataFrame(
        {
            "artist": ["Mila", "Ode & Ivy", "MILA "],
            "title": ["Salt (feat. Bo)", "Tin", "Oar (ft. ode & ivy, Cy)"],
        }
    )
    numbers, names, guests = credits.credited_songs(songs)
    assert numbers.tolist() == [0, 1, 0] and names == ["Mila", "Ode & Ivy", "Bo", "Cy"]
    assert guests.to_dict("list") == {"track": [0, 2, 2], "artist": [2, 1, 3]}


def test_the_lists_of_the_loop_give_back_the_guests():
    guests = pd.DataFrame({"track": [1, 1, 3], "artist": [7, 2, 7]})
    first, lists = credits.guest_lists(guests, 5)
    assert first.tolist() == [-1, 0, -1, 3, -1] and lists.tolist() == [7, 2, -1, 7, -1]
    assert lists.dtype == np.int32
    first, lists = credits.guest_lists(guests[:0], 2)
    assert first.tolist() == [-1, -1] and lists.tolist() == [] and lists.dtype == np.int32


def test_the_guests_of_invented_tracks_are_those_that_are_named():
    assert credits.guests_of(pd.Series([-1, 4, -1, 0])).to_dict("list") == {
        "track": [1, 3],
        "artist": [4, 0],
    }
