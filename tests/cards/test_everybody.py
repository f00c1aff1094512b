"""The cards of all listeners of a run."""

import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import cards, commands
from wrapsim_helpers.cards import everybody
from wrapsim_helpers.storage.outputs import claim

from ..commands import command


@pytest.fixture
def few_cards(monkeypatch):
    """Only the first card of each listener, so that the test is quick."""
    monkeypatch.setattr(
        everybody, "make_cards", lambda story, theme: cards.make_cards(story, theme)[:1]
    )
    monkeypatch.setattr(everybody, "make_squares", lambda story, theme: [])


def test_everybody_with_a_play_has_a_folder_of_their_own_cards(tiny_run, tmp_path, few_cards):
    arguments = {"edition": "2016", "theme": "Night", "workers": 1}
    folders = ws.write_all_cards(tiny_run, tmp_path / "cards", **arguments)
    totals = ws.everybody(tiny_run, edition="2016")["minutes"]["listener_id"].to_pylist()
    assert [folder.name for folder in folders] == [f"{number:08}" for number in sorted(totals)]
    names = ws.read_parquet(tiny_run, "listeners").to_pandas().set_index("listener_id")["name"]
    for folder in folders:
        (entry,) = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
        assert entry["alt"].startswith(names[int(folder.name)])
        assert (folder / entry["file"]).is_file()
    ws.write_all_cards(tiny_run, tmp_path / "cards", **arguments)  # it replaces its own folders


def test_a_run_that_replaces_another_has_its_own_cards(tmp_path, few_cards):
    for seed in (9, 4):
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        window = {"start_time": "2025-03-01", "end_time": "2025-04-01", "seed": seed}
        run = ws.simulate(1, **window, catalogue_tracks=0, out_dir=tmp_path / "run")
        (folder,) = ws.write_all_cards(run, tmp_path / "cards", edition="2016", workers=1)
        (entry,) = json.loads((folder / "cards.json").read_text(encoding="utf-8"))
        (name,) = ws.read_parquet(run, "listeners")["name"].to_pylist()
        assert entry["alt"].startswith(name)


def test_a_folder_with_other_files_is_refused(tiny_run, tmp_path, few_cards):
    (tmp_path / "00000000").mkdir()
    with pytest.raises(ValueError, match="which holds other files \\(00000000"):
        ws.write_all_cards(tiny_run, tmp_path, workers=1)


def test_a_file_in_the_folder_of_any_listener_is_refused_before_the_first_card(
    tiny_run, tmp_path, few_cards
):
    (tmp_path / "cards" / "00000005").mkdir(parents=True)
    claim(tmp_path / "cards", ["00000005"])
    (tmp_path / "cards" / "00000005" / "mine.txt").write_text("mine")
    with pytest.raises(ValueError, match="00000005', which holds other files \\(mine.txt"):
        ws.write_all_cards(tiny_run, tmp_path / "cards", workers=1)
    assert not [*tmp_path.rglob("*.png")]


def test_a_listener_without_a_play_is_counted_and_all_others_are_in_the_index(
    tiny_run, tmp_path, few_cards
):
    days = ["--edition", "2016", "--first-day", "2025-03-20", "--last-day", "2025-03-20"]
    done = command("cards", tiny_run, tmp_path / "all", "--everybody", *days)
    index = pd.read_csv(tmp_path / "all" / "listeners.csv", dtype=str)
    people = ws.read_parquet(tiny_run, "listeners").to_pandas().set_index("listener_id")
    n_silent = len(people) - len(index)
    words = "1 listener has" if n_silent == 1 else f"{n_silent} listeners have"
    assert n_silent and f"; {words} no play in the period" in done.stdout
    for folder, user_id, name in index.itertuples(index=False):
        assert (tmp_path / "all" / folder / "cards.json").is_file()
        assert [user_id, name] == people.loc[int(folder), ["user_id", "name"]].tolist()


def test_the_command_draws_everybody_on_all_cores(tiny_run, tmp_path):
    folder, edition = tmp_path / "all", "2016"  # of few cards
    arguments = ["cards", str(tiny_run), str(folder), "--everybody", "--edition", edition]
    done = CliRunner().invoke(commands.app, arguments)
    assert done.exit_code == 0, done.output
    folders = sorted(path for path in folder.iterdir() if path.is_dir())
    assert f"{len(folders)} folders of cards" in done.output
    story = ws.tell_story(tiny_run, str(int(folders[0].name)), edition=edition)
    expected = [*cards.make_cards(story), *cards.make_squares(story)]
    index = json.loads((folders[0] / "cards.json").read_text(encoding="utf-8"))
    assert [entry["alt"] for entry in index] == [card.alt for card in expected]
    assert [(folders[0] / entry["file"]).read_bytes() for entry in index] == [
        card.png for card in expected
    ]


def test_one_listener_and_everybody_cannot_both_be_asked_for(tiny_run, tmp_path):
    arguments = ["cards", str(tiny_run), str(tmp_path), "--everybody", "--user", "1"]
    done = CliRunner().invoke(commands.app, arguments)
    assert done.exit_code != 0
