"""The page of single listeners, on tables small enough to check by hand."""

import pandas as pd
import pytest

from wrapsim_helpers.realism import people_page, report
from wrapsim_helpers.runs.opened import open_run
from wrapsim_helpers.storage.outputs import check_output_file

ARTISTS = pd.DataFrame(
    {"artist_id": [7, 8, 9], "artist": ["Mila", "Крига", "Ode"], "country": ["DE", "UA", ""]}
)
CREDITS = pd.DataFrame(
    [(0, 7, "primary"), (0, 9, "featured"), (1, 8, "primary"), (2, 9, "primary")],
    columns=["track_id", "artist_id", "role"],
)
TRACKS = pd.DataFrame(
    {"track_id": [0, 1, 2], "title": ["Salt", "Rain", "A|B"], "family": ["Pop", "Rap", "Rap"]}
)
NAMED = people_page.named(TRACKS, ARTISTS, CREDITS)
PEOPLE = pd.DataFrame(
    {
        "age": [30, 61, 17],
        "gender": ["female", "male", "other"],
        "country": ["DE", "UA", "US"],
        "favourite": ["Rap", "All", "Rap"],
    },
    index=pd.Index([4, 2, 5], name="listener_id"),
)


def streamed(*rows):
    counts = pd.DataFrame(rows, columns=["listener_id", "track_id", "n_streams"])
    return counts.merge(NAMED, on="track_id").drop(columns="track_id")


def cells(line):
    return line.strip("| ").split(" | ")


def test_a_track_has_the_latin_name_and_the_country_of_its_primary_artist():
    assert NAMED.to_numpy().tolist() == [
        [0, "Salt", "Mila (DE)", "Pop", "DE"],
        [1, "Rain", "Kriga (UA)", "Rap", "UA"],
        [2, "A|B", "Ode (?)", "Rap", "?"],
    ]


def test_a_row_has_the_numbers_that_one_counts_by_hand():
    lines = people_page.people_lines(PEOPLE, streamed((4, 0, 3), (4, 1, 5), (4, 2, 2), (2, 0, 1)))
    assert lines[2] == (
        "| 4 | 30 | female | DE | Rap | 10 | 70 % | Kriga (UA) 5, Mila (DE) 3, Ode (?) 2 "
        r"| Rain 5, Salt 3, A\|B 2 | Rap 70 %, Pop 30 % | UA 50 %, DE 30 %, ? 20 % |"
    )


def test_a_favourite_that_is_no_family_has_no_share_and_a_silent_listener_has_no_rankings():
    lines = people_page.people_lines(PEOPLE, streamed((2, 0, 1)))
    assert cells(lines[3])[5:8] == ["1", "-", "Mila (DE) 1"]
    assert cells(lines[4])[5:] == ["0", "-", "-", "-", "-", "-"]


def test_ties_go_to_the_first_in_alphabetical_order_and_three_entries_are_shown():
    streams = pd.DataFrame(
        {"listener_id": 1, "n_streams": [2, 2, 2, 9], "songs": ["C", "B", "D", "E"]}
    )
    totals = pd.Series({1: 15})
    assert people_page.top(streams, "songs", totals).to_dict() == {1: "E 9, B 2, C 2"}


def test_the_first_listener_of_each_persona_is_shown_in_the_order_of_the_bundled_file():
    people = pd.DataFrame(
        {"persona": ["", "digger", "commuter", "digger", "own"]},
        index=pd.Index([3, 4, 5, 6, 7], name="listener_id"),
    )
    assert people_page.first_of_each(people)["persona"].to_dict() == {5: "commuter", 4: "digger"}


def test_the_page_has_a_row_for_each_listener_of_a_run_and_is_written_again(tiny_run, tmp_path):
    for _ in range(2):
        path = people_page.write_people_page(tiny_run, tiny_run, tmp_path)
    text = path.read_text(encoding="utf-8")
    assert path == tmp_path / "people.md"
    people = people_page.listeners_of(open_run(tiny_run))
    assert all(f"\n| {i} | {row.age} | {row.gender} |" in text for i, row in people.iterrows())
    check_output_file(path)


def test_a_page_that_somebody_wrote_is_found_before_anything_is_simulated(tmp_path):
    report.check_report(tmp_path)
    (tmp_path / "people.md").write_text("mine")
    with pytest.raises(ValueError, match="which holds other files \\(people.md"):
        report.check_report(tmp_path)


def test_the_report_leads_to_the_page():
    assert f"[{people_page.PAGE}]({people_page.PAGE})" in report.HEAD
