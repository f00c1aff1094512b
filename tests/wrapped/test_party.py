"""Party: awards, ties, the label of the group, and a line for each guest."""

import json
from math import exp, log

import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.party import (
    AWARDS,
    LABELS,
    check_guests,
    label_of,
    party_measures,
    party_tables,
)

from ..commands import command
from .more_columns import with_track_columns
from .test_blend import plays_of
from .test_insights import heard, play

USERS = ("--user", "1", "--user", "2", "--user", "3")
NO_LABEL = {"label": "Mixed Tape", "similarity": 0.1}
MOODS = [["sad"], ["happy", "sad"], [], None, ["bright", "happy"]]


def guests(n, **values):
    """Measures of n guests, 0 but for some values: {measure: one value per guest}."""
    table = pd.DataFrame({"listener_id": range(n), "name": [f"Guest {i}" for i in range(n)]})
    table["name_latin"] = table["name"]
    table["ms_played"] = 1
    return table.assign(**{award.measure: 0 for award in AWARDS} | values)


def tables_with_moods(*plays):
    tables = heard(list(plays))
    return with_track_columns(tables, moods=MOODS, popularity=[40, 60, 10, 10, 90])


def measured(*plays):
    tables = with_tallies(tables_with_moods(*plays), ["measures"])
    return party_measures(tables).execute().set_index("listener_id").loc[1]


@pytest.mark.parametrize("n", [1, 11])
def test_a_party_has_two_to_ten_guests(tiny_run, n):
    with pytest.raises(
        ValueError, match=f"users names {n} different listeners?; a party has 2 to 10"
    ):
        check_guests(list(range(n)))
    with pytest.raises(ValueError, match="users names 1 different listener; a party has 2 to 10"):
        ws.party(tiny_run, ["1", "1"])


@pytest.mark.parametrize("n", [2, 9, 10])
def test_each_guest_has_a_line(n):
    table = guests(n, minutes=range(1, n + 1), sad_share=[0.5] + [0.1] * (n - 1))
    made = party_tables(table, list(range(n)), NO_LABEL)
    assert made["party"][["award", "name"]].values.tolist() == [
        ["Onion Chopper", "Guest 0"],
        ["Most Minutes", f"Guest {n - 1}"],
    ]
    assert made["guests"]["listener_id"].tolist() == list(range(n))
    assert made["guests"]["place"].tolist()[0] == 1 and made["guests"]["place"].min() == 1


def test_nobody_wins_an_award_with_zero():
    assert len(party_tables(guests(3), [0, 1, 2], NO_LABEL)["party"]) == 0


def test_an_equal_award_goes_to_more_minutes_then_to_the_name():
    table = guests(3, sad_share=[0.2, 0.2, 0.1], ms_played=[5, 6, 7])
    assert party_tables(table, [0, 1, 2], NO_LABEL)["party"]["name"].tolist() == ["Guest 1"]
    table["ms_played"] = 5
    won = party_tables(table[::-1], [0, 1, 2], NO_LABEL)["party"].iloc[0]
    assert (won["name"], won["n_tied"], won["words"]) == ("Guest 0", 2, "20 % sad")


def test_moods_are_shares_of_streams():
    plays = [*plays_of(1, {0: 3, 1: 1}), *plays_of(1, {3: 2, 4: 1})]
    found = measured(*plays)  # track 3 has no moods
    assert found["sad_share"] == round(4 / 7, 9) and found["joyful_share"] == round(2 / 7, 9)
    assert found["rarity"] == round(100 - (3 * 40 + 60 + 2 * 10 + 90) / 7, 9)


def test_an_early_play_begins_from_five_to_nine():
    hours = "04:59:59", "05:00:00", "08:59:59", "09:00:00"
    assert measured(*(play(f"2025-05-01T{hour}") for hour in hours))["early_share"] == 0.5


def test_even_genres_of_one_and_of_two_genres():
    assert measured(*plays_of(1, {0: 4}))["even_genres"] == 1
    assert measured(*plays_of(1, {0: 2, 1: 2}))["even_genres"] == pytest.approx(2, abs=1e-8)
    assert measured(*plays_of(1, {0: 3, 1: 1}))["even_genres"] == pytest.approx(
        exp(-0.75 * log(0.75) - 0.25 * log(0.25)), abs=1e-8
    )


def test_an_artist_of_an_earlier_year_is_not_new():
    plays = [*plays_of(1, {0: 1, 4: 1}), play("2024-05-01T10:00:00", 0)]
    assert measured(*plays)["n_new_artists"] == 1


def test_a_guest_without_streams_has_no_share():
    found = measured(play("2025-05-01T10:00:00", 0, 10_000))
    assert (found["early_share"], found["sad_share"], found["top_artist_share"]) == (0, 0, 0)


def test_a_guest_whose_plays_took_no_time_has_no_early_share():
    assert measured(play("2025-05-01T06:00:00", 0, 0))["early_share"] == 0


def test_the_label_follows_the_taste_of_all_pairs():
    def label(*counts):
        plays = [one for n, years in enumerate(counts, 1) for one in plays_of(n, years)]
        return label_of(tables_with_moods(*plays))["label"]

    assert label({0: 2, 4: 1}, {0: 4, 4: 2}, {0: 2, 4: 1}) == "Copy and Paste"
    assert label({0: 2}, {4: 2}, {3: 2}) == "Chaos Crew"
    assert label({0: 2}, {0: 2}, {4: 2}) == "Good Neighbours"


def test_a_party_of_a_run_agrees_with_its_insights(tiny_run):
    users = ["3", "1", "2"]
    story = ws.party(tiny_run, users)
    minutes = ws.everybody(tiny_run)["minutes"].to_pandas().set_index("listener_id")["ms_played"]
    won = story.tables["party"].set_index("award")
    assert won["listener_id"]["Most Minutes"] == minutes[[1, 2, 3]].idxmax()
    assert won["value"]["Most Minutes"] == minutes[[1, 2, 3]].max() // 60_000
    assert story.tables["guests"]["listener_id"].tolist() == [3, 1, 2]
    assert story.first("party_label")["label"] in {text for _, text in LABELS}


def test_the_command_draws_the_cards_of_a_party_and_of_a_blend(tiny_run, tmp_path):
    for words, card in ((("party", *USERS), "party"), (("blend", *USERS[:4]), "blend")):
        done = command(words[0], tiny_run, tmp_path / card, *words[1:], "--theme", "night")
        assert done.returncode == 0, done.stderr
        index = json.loads((tmp_path / card / "cards.json").read_text(encoding="utf-8"))
        names = [entry["name"] for entry in index]
        assert card in names and done.stdout.count("\n") == len(names)


@pytest.mark.parametrize(
    "words, said",
    [
        (("blend", *USERS), "--user names 3 listeners; a blend has two. Give --user twice"),
        (("party", *USERS[:2]), "users names 1 different listener; a party has 2 to 10"),
    ],
)
def test_a_blend_of_three_and_a_party_of_one_are_refused(tiny_run, tmp_path, words, said):
    done = command(words[0], tiny_run, tmp_path / "new", *words[1:])
    assert done.returncode == 2 and said in done.stderr and not (tmp_path / "new").exists()
