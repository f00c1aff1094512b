"""Cards of type, character, club, fans and sound town: the shapes are the data."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards import canvas, fans, types
from wrapsim_helpers.people.homes import land
from wrapsim_helpers.wrapped.characters import CHARACTERS, among_listeners
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.personality import AXES

from .test_cards import discs, draw, drawn, shapes, shapes_of_lines, spans, story_of, with_table


def with_rows(name, **columns):
    """The typical story with other values in the first row of a table."""
    story = story_of("typical")
    table = story.tables[name].copy()
    for column, value in columns.items():
        table.loc[0, column] = value
    return dataclasses.replace(story, tables={**story.tables, name: table})


def test_the_bars_of_the_leaderboard_are_the_minutes():
    bars = spans(drawn("typical", "leaderboard"), "bars", 0)
    minutes = story_of("typical").tables["leaderboard"]["minutes"]
    tops = sorted(v[:, 1].min() for v in shapes(drawn("typical", "leaderboard"), "bars"))
    assert len(bars) == len(tops) == len(minutes)
    assert sorted(bars / bars.max()) == pytest.approx(sorted(minutes / minutes.max()))


def test_the_discs_of_the_clubs_have_areas_like_their_shares():
    shares = story_of("typical").tables["club"]["share"]
    areas = discs(drawn("typical", "club"), "clubs")[:, 2] ** 2
    assert sorted(areas / areas.max()) == pytest.approx(sorted(shares / shares.max()))


@pytest.mark.parametrize(
    ("role", "rank", "line"),
    [
        ("Leader", 1, "Leader: first of 20 members by its music."),
        ("Leader", 5, "Fifth of 20 members by its music."),
        ("Scout", 10, "Scout: tenth of 20 by new releases."),
        ("Scout", 11, "One of 20 members."),  # no rank in the lower half
        ("Curator", 1, "Curator: first of 20 by added songs."),
    ],
)
def test_a_club_is_named_whole_and_only_its_first_is_called_leader(role, rank, line):
    club = story_of("typical").tables["club"]
    club = club.assign(club="Full Charge Crew", role=role, role_rank=rank, n_members=20, share=0.5)
    found = types.words_of_club(with_table(story_of("typical"), club=club))
    assert found.reading[1] in (line, line.replace(" members by", " by"))
    assert found.headline == "Full Charge Crew: 50\u2009%"
    assert found.sub == "Energetic, driving music"


def test_the_line_on_the_same_type_counts_other_listeners_who_have_a_type():
    assert types.line_on_same_type("FTLU", 19, 195) == "19 of the 195 others with a type: FTLU."
    assert types.line_on_same_type("FTLU", 1, 1) == "1 of the 1 other with a type is FTLU."
    assert types.line_on_same_type("FTLU", 0, 195) == "Nobody else is FTLU."
    assert len(types.line_on_same_type("FTLU", 12_345, 123_456)) <= 40


def test_the_reading_line_of_the_character_says_all_if_nobody_has_more():
    story = story_of("typical")
    habit = types.SHORTEST[story.tables["character"]["character"].iloc[0]]
    of_most = story.tables["character"].assign(n_below=198, n_listeners=199)
    lines = types.words_of_character(with_table(story, character=of_most)).reading
    assert lines[0] == f"{types.capital(habit)}: more than all 198 others."


def test_the_bars_of_the_character_are_the_strongest_scores_above_the_mean_at_most_five():
    story = story_of("typical")
    table = story.tables["character"]
    for scores, n in (([3, 2, 1.5, 1, 0.5, 0.4], 5), ([2, 1, 0, -1, -2, -3], 2), ([-1, -2], 1)):
        some = table[: len(scores)].assign(score=np.array(scores, float))
        ax = draw("character", with_table(story, character=some))
        bars = spans(ax, "bars", 0)
        assert len(bars) == n == len([t for t in ax.texts if t.get_gid() == "habit"])
        if scores[0] > 0:
            assert np.sort(bars)[::-1] / bars.max() == pytest.approx(
                np.array(scores[:n]) / scores[0]
            )


@pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.first)
def test_a_slider_has_the_first_word_left_and_the_cut_in_the_middle(axis):
    crowd = pd.DataFrame({"value": axis.cut + axis.spread * np.arange(-3, 4), "cut": axis.cut})
    side = -1 if axis.high_is_first else 1
    values = np.array([axis.cut, axis.cut + axis.spread, axis.cut + 99 * axis.spread])
    xs = side * (types.slider_x(axis, crowd, values) - types.MIDDLE)
    assert xs[0] == 0 < xs[1] < xs[2] == types.HALF


def test_every_listener_of_the_crowd_has_a_dot_on_a_slider():
    piled = types.piled(np.array([200.0] * 5 + [300.0] * 40), 500, 11)
    assert len(piled) == 45 and abs(piled[:, 1] - 500).max() <= types.BAND / 2
    assert len(np.unique(piled.round(3), axis=0)) == 45


@pytest.mark.parametrize(
    "rank, n, words",
    [
        (1, 1, "The only fan"),
        (1, 2, "Fan 1 of 2"),
        (41, 41, "One of 41 fans"),
        (22, 41, "One of 41 fans"),
        (20, 41, "Fan 20 of 41"),
    ],
)
def test_the_headline_of_a_fan_is_a_rank_and_never_unkind(rank, n, words):
    assert fans.fan_headline(rank, n) == words


def board(*minutes, mine=0):
    ranks = [1 + sum(other > n for other in minutes) for n in minutes]
    table = pd.DataFrame({"rank": ranks, "minutes": minutes})
    return table.assign(is_listener=np.arange(len(minutes)) == mine)


def test_the_reading_line_names_the_gap_to_the_next_fan():
    assert fans.line_on_next_fan(board(9, 5, 2, mine=1)) == "4 more minutes to rank 1."
    assert fans.line_on_next_fan(board(9, 8, 2)) == "1 minute ahead of rank 2."
    assert fans.line_on_next_fan(board(9)) == "No other fan among the listeners."


def test_a_fan_in_the_lower_half_sees_no_ranks():
    board_of_five = board(9, 8, 7, 5, 1, mine=3)
    rank = story_of("typical").tables["fan_rank"].assign(rank=4, n_fans=5)
    story = with_table(story_of("typical"), leaderboard=board_of_five, fan_rank=rank)
    words = fans.words_of_leaderboard(story)
    assert words.reading[1] == "4 minutes ahead of the next fan."
    assert "ank" not in words.alt + " ".join(words.reading)
    assert not [t for t in draw("leaderboard", story).texts if t.get_gid() == "rank"]
    last = board(9, 8, mine=1)
    assert fans.line_on_next_fan(last, is_told=False) == "The bars above are other fans."


def test_the_sound_town_is_in_front_and_the_far_side_of_the_globe_is_hidden():
    places = np.array([[10.0, 20.0], [10.0, 25.0], [15.0, 20.0], [-10.0, -160.0]])
    seen = fans.on_globe(places, (10.0, 20.0))
    assert len(seen) == 3 and seen[0] == pytest.approx(fans.GLOBE)
    assert seen[1][0] > seen[0][0] and seen[2][1] < seen[0][1]  # east is right, north is up
    assert np.hypot(*(seen - fans.GLOBE).T).max() <= fans.RADIUS


def test_the_globe_has_the_coasts_around_the_sound_town_and_no_dot_of_another_town():
    ax = draw("sound_town", with_rows("sound_town", city="Lyon", country="FR"))
    coasts = shapes(ax, "outline")
    assert sum(map(len, coasts)) > 1000 and not len(discs(ax, "towns"))
    corners = np.concatenate(coasts) - fans.GLOBE
    assert np.hypot(*corners.T).max() <= fans.RADIUS
    assert max(np.hypot(*np.diff(path, axis=0).T).max() for path in coasts) < 100
    near = np.hypot(*(corners / fans.RADIUS).T) < 0.1  # a tenth of the radius is 640 km
    assert 20 < near.sum() < len(corners) / 4


def test_a_town_that_is_not_known_has_a_place_all_the_same():
    town = land().iloc[7]
    at = fans.town_at(town["country"], town["city"])
    assert at == (town["latitude"], town["longitude"])
    assert fans.town_at("FR", "Nowhere") == pytest.approx((47, 3), abs=3)
    assert fans.town_at("", "") == (0.0, 0.0)


def test_the_home_is_drawn_if_it_is_another_town_on_this_half_of_the_globe():
    ax = draw("sound_town", with_rows("sound_town", city="Lyon", country="FR"))
    assert len(discs(ax, "home")) == 0 and len(discs(ax, "town")) == 1
    far = draw("sound_town", with_rows("sound_town", city="", country="NZ"))
    assert len(discs(far, "home")) == 0  # Lyon is not on this half
    near = draw("sound_town", with_rows("sound_town", city="Paris", country="FR"))
    assert len(discs(near, "home")) == 1
    roles = [c.get_gid() for c in near.collections]
    assert roles.index("home") > roles.index("town")  # a near home lies on the town


def test_a_sound_town_has_its_country_below_and_a_key_only_for_the_home():
    for city, entries in (("Lyon", []), ("Paris", ["your home"])):
        ax = draw("sound_town", with_rows("sound_town", city=city, country="FR"))
        texts = {role: [t.get_text() for t in ax.texts if t.get_gid() == role] for role in ROLES}
        assert texts["headline"][0].startswith(f"{city}: ") and texts["sub"] == ["France"]
        assert texts["key"] == entries


ROLES = "headline", "sub", "key"


def test_habits_are_compared_with_the_listeners_who_have_a_score():
    crowd = pd.DataFrame({"score_0": [1.0, 2.0, np.nan, 3.0], "score_2": [0.0, 0.0, 0.0, np.nan]})
    table = pd.DataFrame({"habit": ["dark_share", "repeat_share"], "score": [3.0, 0.0]})
    shaped = among_listeners(table, Request(None, None, 0, {"measures": crowd}.get))
    assert shaped[["n_below", "n_listeners"]].values.tolist() == [[2, 3], [0, 3]]


def test_what_each_character_does_fits_below_its_name():
    assert set(types.SENTENCES) == {character.name for character in CHARACTERS}
    for sentence in types.SENTENCES.values():
        assert canvas.fits_width(sentence, "text", canvas.NAME), sentence


def test_each_letter_of_a_type_says_more_or_less_than_others():
    assert set(types.LETTERS) == {word[0] for axis in AXES for word in (axis.first, axis.second)}
    for meaning in types.LETTERS.values():
        assert meaning.split(" ")[0] in {"more", "fewer", "less", "newer", "older"}, meaning


def test_what_the_two_letters_of_a_slider_mean_fits_on_one_line():
    assert types.letter_meaning("T") == "T: older songs"
    for axis in AXES:
        both = [types.letter_meaning(word[0]) for word in (axis.first, axis.second)]
        widths = [canvas.width(text, "name", canvas.READING) for text in both]
        assert sum(widths) + 48 <= canvas.MEASURE, both


def test_a_line_to_a_similar_listener_ends_at_the_dot():
    ax = drawn("typical", "similar_listeners")
    people = discs(ax, "people", "twin")
    ends = [path[-1] for role in ("rays", "twin") for path in shapes_of_lines(ax, role)]
    assert len(ends) == len(people) and not shapes_of_lines(ax, "hairline")
    assert all(np.hypot(*(people[:, :2] - end).T).min() < 1 for end in ends)


def test_a_headline_names_the_character_and_its_habit():
    assert set(types.SHORTEST) == {character.name for character in CHARACTERS}
    for name, habit in types.SHORTEST.items():
        assert len(f"{name}: {habit}".split(" ")) <= 4
    for text in types.HABITS.values():
        assert canvas.fits_width(text, "name", canvas.READING), text


def test_the_type_says_with_how_many_listeners_it_compares():
    personality = story_of("typical").tables["personality"].assign(n_listeners=293, n_same=1)
    words = types.words_of_personality(with_table(story_of("typical"), personality=personality))
    assert "Against the median of 293 listeners with a type:" in words.alt
    assert words.rule.startswith("Large dot: you.")
