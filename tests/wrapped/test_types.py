"""Personality, character and club: rules at their edges on measures made by hand, and plain loops
over a crowd.
"""

from dataclasses import replace
from statistics import mean, median, pstdev
from types import SimpleNamespace

import ibis
import pandas as pd
import pyarrow as pa
import pytest

from wrapsim_helpers.wrapped import characters, clubs, personality
from wrapsim_helpers.wrapped import measures as m
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.shares import GROUPS, MOODS, SHARES, with_shares

from .more_columns import tables_of_crowd
from .test_insights import heard, play

COUNTS = [name for pair in SHARES.values() for name in pair]
EVEN = {
    **dict.fromkeys([*COUNTS, "n_songs", "n_adds", "n_saves"], 0),
    **dict.fromkeys(["n_streams", "n_later", "n_dated", "n_rated", "n_labelled", "n_timed"], 100),
    "is_eligible": True,
    "median_age_days": 500,
    "entropy": 1.0,
    "popularity_sum": 5_000,
    "n_songs": 50,
    "n_familiar": 50,
    "n_top_genre": 50,
}


def crowd_of(*changes):
    """The finished measures of listeners 0, 1, ..., who differ from EVEN in some measures."""
    return m.finished(rows_of(changes)).order_by("listener_id").to_pyarrow().to_pandas()


def rows_of(changes):
    rows = [EVEN | {"listener_id": i} | change for i, change in enumerate(changes)]
    return memory(pd.DataFrame(rows))


def codes_of(*changes):
    """The personalities of listeners 0, 1, ...; see `crowd_of`."""
    typed = personality.with_type(with_shares(rows_of(changes)))
    return typed.order_by("listener_id").code.to_pyarrow().to_pylist()


def memory(frame):
    return ibis.memtable(pa.Table.from_pandas(frame, preserve_index=False))


def insight_of(query, crowd):
    """The rows of an insight for the whole crowd, from its measures."""
    measures = memory(crowd)
    tables = SimpleNamespace(days=measures, tallies={"measures": measures})
    return query(tables).to_pyarrow().to_pandas()


# -- the personality -------------------------------------------------------------------------------

FIRST = {"n_familiar": 60, "median_age_days": 400, "n_songs": 40, "popularity_sum": 6_000}
SECOND = {"n_familiar": 40, "median_age_days": 600, "n_songs": 60, "popularity_sum": 4_000}


def test_all_sixteen_codes_have_a_name():
    codes = {a + b + c + d for a in "FE" for b in "NT" for c in "LV" for d in "CU"}
    assert set(personality.names()) == codes
    assert len(set(personality.names().values())) == 16


def test_each_axis_changes_one_letter_only():
    middle = [{}, FIRST, SECOND]
    for i, name in enumerate(FIRST):
        codes = codes_of(*middle, FIRST, FIRST | {name: SECOND[name]}, SECOND)
        assert codes[3] == "FNLC" and codes[5] == "ETVU"
        assert [a == b for a, b in zip(codes[3], codes[4])] == [k != i for k in range(4)]


def test_the_median_itself_gets_the_first_letter():
    assert codes_of(FIRST, {}, SECOND) == ["FNLC", "FNLC", "ETVU"]


def test_identical_listeners_share_one_code_and_nearly_flip_the_first_axis():
    crowd = crowd_of({}, {}, {})
    assert crowd["code"].tolist() == ["FNLC"] * 3
    assert crowd["nearest_code"].tolist() == ["ENLC"] * 3


def test_the_nearest_type_differs_on_the_axis_nearest_to_its_cut():
    near = SECOND | {"n_songs": 51}
    assert crowd_of(near, FIRST, {})["nearest_code"][0] == "ETLU"


@pytest.mark.parametrize("unknown", ["n_later", "median_age_days", "n_streams", "n_rated"])
def test_an_unknown_axis_gives_no_personality_and_moves_no_median(unknown):
    without = {unknown: -1 if unknown == "median_age_days" else 0, "n_familiar": 90}
    crowd = crowd_of(FIRST, {}, SECOND, without, without)
    assert crowd["code"].tolist() == ["FNLC", "FNLC", "ETVU", "", ""]
    assert insight_of(personality.personality, crowd)["listener_id"].tolist() == [0, 1, 2]


def test_too_little_listening_gives_no_personality_character_or_club():
    crowd = crowd_of({"n_joyful": 9}, {"n_joyful": 3}, {"n_joyful": 5, "is_eligible": False})
    for query in (personality.personality, characters.character, clubs.club):
        assert set(insight_of(query, crowd)["listener_id"]) == {0, 1}, query
    assert (crowd["n_members"].tolist(), crowd["club"][2]) == ([2, 2, 0], "")


def test_a_listener_alone_gets_the_fixed_cuts():
    cuts = [axis.cut for axis in personality.AXES]
    familiar, repeats, popularity = (round(100 * cuts[i]) for i in (0, 2, 3))
    exact = {"n_familiar": familiar, "median_age_days": cuts[1], "n_songs": 100 - repeats}
    exact["popularity_sum"] = popularity
    for name, step in (
        ("n_familiar", -1),
        ("median_age_days", 1),
        ("n_songs", 1),
        ("popularity_sum", -1),
    ):
        assert codes_of(exact | {name: exact[name] + step}) != ["FNLC"], name
    assert codes_of(exact) == ["FNLC"]


def request_of(crowd):
    return Request(None, None, 0, {"measures": crowd}.get)


def test_the_card_knows_the_crowd_on_each_axis_and_how_many_share_the_type():
    crowd = crowd_of(FIRST, {}, SECOND, {"n_later": 0})
    types = insight_of(personality.personality, crowd)
    shaped = personality.with_share_of_type(types[:1], request_of(crowd))
    assert shaped[["n_same", "n_listeners"]].values.tolist() == [[2, 3]]
    axes = personality.personality_axes(None, request_of(crowd))
    assert axes[axes["axis"] == "New"][["cut", "value"]].values.tolist() == [
        [500, 400],
        [500, 500],
        [500, 600],
    ]


# -- the character ---------------------------------------------------------------------------------

STRONG = {
    "Vampire": {"n_dark": 90},
    "Alchemist": {"n_adds": 40},
    "Repeater": {"n_songs": 5},
    "Cyclops": {"n_top_genre": 100},
    "Luminary": {"n_joyful": 90},
    "Mastermind": {"entropy": 3.0},
    "Roboticist": {"n_automatic": 90},
    "Shapeshifter": {"n_changes": 90},
    "Librarian": {"n_own_playlist": 90},
    "Hypnotist": {"n_in_order": 90},
    "Fanatic": {"n_top_artist": 90},
    "Nostalgist": {"n_loved": 90},
}


def test_personalities_characters_clubs_and_roles_share_no_name():
    tables = characters.CHARACTERS, clubs.CLUBS, clubs.ROLES
    names = [*personality.names().values(), *(row.name for table in tables for row in table)]
    assert len(names) == len(set(names)) == 16 + 12 + 6 + 6


def test_every_character_is_reached_by_a_strong_habit():
    crowd = crowd_of(*STRONG.values(), *[{}] * 4)
    rows = insight_of(characters.character, crowd)
    first = rows[rows["rank"] == 1].set_index("listener_id")["character"]
    assert first[:12].tolist() == list(STRONG) == [c.name for c in characters.CHARACTERS]
    assert len(first) == 16  # exactly one for each listener


def test_replays_of_new_songs_and_of_songs_loved_before_are_told_apart():
    crowd = crowd_of({"n_songs": 5}, {"n_songs": 30, "n_loved": 80}, {}, {})
    rows = insight_of(characters.character, crowd)
    assert rows[rows["rank"] == 1]["character"].tolist()[:2] == ["Repeater", "Nostalgist"]


def test_equal_scores_go_to_the_first_of_the_table():
    rows = insight_of(characters.character, crowd_of({"n_dark": 90, "n_loved": 90}, {}, {}))
    assert rows[rows["listener_id"] == 0]["character"].tolist() == ["Vampire", "Nostalgist"]


@pytest.mark.parametrize(("n_adds", "first"), [(19, "Vampire"), (20, "Alchemist")])
def test_a_habit_of_adding_songs_needs_twenty_of_them(n_adds, first):
    few = {"n_streams": 100, "n_adds": n_adds, "n_dark": 1}
    rows = insight_of(characters.character, crowd_of(few, {"n_dark": 2}, {"n_dark": 0}, {}, {}))
    assert rows[rows["listener_id"] == 0]["character"].tolist()[0] == first


@pytest.mark.parametrize("n", [1, 3])
def test_one_listener_or_identical_ones_have_no_character(n):
    assert len(insight_of(characters.character, crowd_of(*[{}] * n))) == 0


# -- the club --------------------------------------------------------------------------------------


def club_of(crowd):
    rows = insight_of(clubs.club, crowd)
    first = rows[rows["rank"] == 1].set_index("listener_id")
    return first[["club", "role", "role_rank", "n_members"]].values.tolist()


def test_the_club_is_the_one_with_most_streams_and_a_tie_follows_the_table():
    crowd = crowd_of({"n_grit": 5, "n_soft": 4}, {"n_cosmic": 5, "n_charged": 5}, {})
    assert [row[0] for row in club_of(crowd)] == ["Grit Collective", "Full Charge Crew"]


def test_a_club_of_one_member_has_a_leader():
    crowd = crowd_of({"n_grit": 5, "n_new": 3, "n_adds": 9}, {"n_soft": 4})
    assert club_of(crowd)[0] == ["Grit Collective", "Leader", 1, 1]


ROLES = [
    {"n_joyful": 90},
    {"n_new": 90},
    {"n_old": 90},
    {"n_adds": 30},
    {"n_saves": 30},
    {"n_skips": 1},
]


def test_each_role_goes_to_the_member_who_ranks_highest_by_its_measure():
    crowd = crowd_of(*({"n_joyful": 50, "n_skips": 80} | role for role in ROLES))
    assert [row[1] for row in club_of(crowd)] == [role.name for role in clubs.ROLES]


def test_members_of_other_clubs_change_no_role():
    members = [{"n_joyful": 50, "n_skips": 80} | role for role in ROLES]
    others = [{"n_soft": 60, "n_new": 99, "n_saves": 99}] * 3
    assert club_of(crowd_of(*members, *others))[:6] == club_of(crowd_of(*members))


def test_a_measure_of_0_is_no_role():
    crowd = crowd_of({"n_joyful": 50}, {"n_joyful": 40, "n_skips": 9}, {"n_joyful": 30})
    assert [row[1:3] for row in club_of(crowd)] == [["Leader", 1], ["Leader", 2], ["Loyalist", 1]]


def test_a_listener_without_moods_has_no_club():
    assert club_of(crowd_of({}, {"n_soft": 1}))[0][0] == "Soft Hearts Club"
    assert insight_of(clubs.club, crowd_of({}, {"n_soft": 1}))["listener_id"].tolist() == [1]


def test_a_track_with_moods_of_two_clubs_counts_for_both():
    tables = heard([play("2025-05-01T10:00:00")])
    tracks = tables.tracks.mutate(moods=ibis.array(["sad", "happy"]))
    counts = m.sound_counts(replace(tables, tracks=tracks)).execute()
    assert counts[["n_soft", "n_joyful", "n_grit"]].values.tolist() == [[1, 1, 0]]


def test_every_club_and_group_has_a_measure():
    assert {"dark", *(club.key for club in clubs.CLUBS)} == set(GROUPS)
    assert set(m.GROUPS) == {*MOODS, *GROUPS}


# -- plain loops -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everybody(crowd):
    """(measures with shares, insight name -> DataFrame) of all eligible listeners of a crowd."""
    tables = tables_of_crowd(crowd)
    actions = tables.plays._find_backend().create_table("actions", crowd.actions)
    finished = m.finished(m.measures(replace(tables, actions=actions)))
    finished = finished.order_by("listener_id").to_pyarrow().to_pandas()
    results = {
        query.__name__: insight_of(query, finished)
        for query in (personality.personality, characters.character, clubs.club)
    }
    eligible = memory(finished[finished["is_eligible"]])
    return with_shares(eligible).to_pyarrow().to_pandas(), results


def test_the_types_of_a_crowd_agree_with_plain_loops(everybody):
    shares, results = everybody
    known = shares.dropna(subset=[axis.measure for axis in personality.AXES])
    codes = [""] * len(known)
    for axis in personality.AXES:
        cut = median(known[axis.measure])
        for i, value in enumerate(known[axis.measure]):
            first = value >= cut if axis.high_is_first else value <= cut
            codes[i] += (axis.first if first else axis.second)[0]
    assert len(codes) and results["personality"]["code"].tolist() == codes


def test_the_characters_of_a_crowd_agree_with_plain_loops(everybody):
    shares, results = everybody
    rows = results["character"].set_index(["listener_id", "character"])["score"]
    adds = dict(zip(shares["listener_id"], shares["n_adds"]))
    for character in characters.CHARACTERS:
        values = dict(zip(shares["listener_id"], shares[character.measure]))
        values = {i: value for i, value in values.items() if value == value}
        middle, spread = mean(values.values()), pstdev(values.values())
        for i, value in values.items():
            seldom = character.name == "Alchemist" and adds[i] < characters.FEWEST_ADDS
            if seldom and value > middle:
                assert (i, character.name) not in rows.index
            elif spread > 1e-9:
                assert rows[i, character.name] == pytest.approx((value - middle) / spread, abs=1e-6)


def test_the_clubs_of_a_crowd_agree_with_plain_loops(everybody):
    shares, results = everybody
    first = results["club"][results["club"]["rank"] == 1].set_index("listener_id")
    rows = shares.set_index("listener_id")
    members = {}
    for i, row in rows.iterrows():
        best = max(clubs.CLUBS, key=lambda club: row[f"n_{club.key}"])
        members.setdefault(best.name, []).append(
            (i, dict(row) | {"club_share": row[f"{best.key}_share"]})
        )
    without_releases = {role.name for role in clubs.ROLES} - {"Scout"}
    assert set(first["role"]) == without_releases  # the songs file ends before the year
    for name, people in members.items():
        for i, mine in people:
            ranks = {
                role.name: 1 + sum(other[role.measure] > mine[role.measure] for _, other in people)
                for role in clubs.ROLES
                if mine[role.measure] > 0
            }
            role = min(ranks, key=ranks.get)
            assert first.loc[i, ["club", "role", "role_rank", "n_members"]].tolist() == [
                name,
                role,
                ranks[role],
                len(people),
            ]
