"""Cards that compare years: their shapes are the data."""

import numpy as np
import pytest

from wrapsim_helpers.cards import new_releases
from wrapsim_helpers.cards.recaps import changed
from wrapsim_helpers.cards.themes import THEMES

from .test_cards import draw, drawn, shapes, story_of, with_table


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_bars_of_years_are_as_long_as_the_minutes_and_a_year_without_plays_is_a_gap(story):
    years, ax = story_of(story).tables["decade"], drawn(story, "decade")
    bars = sorted(shapes(ax, "years"), key=lambda corners: corners[:, 1].min())
    lengths = np.array([np.ptp(corners[:, 0]) for corners in bars])
    minutes = years["ms_played"].to_numpy()
    np.testing.assert_allclose(lengths / lengths.max(), minutes / minutes.max(), atol=0.01)
    n_years = years["year"].max() - years["year"].min() + 1
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("no plays") == n_years - len(years) == 1
    assert texts.count("no song counted") == 1


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_the_bars_of_new_releases_are_their_plays_and_the_longest_is_the_only_one_marked(story):
    shown = new_releases.chosen_releases(story_of(story))
    ax, look = drawn(story, "new_releases"), THEMES["press"]["new_releases"]
    bars = sorted(shapes(ax, "plays"), key=lambda corners: corners[:, 1].min())
    lengths = np.array([np.ptp(corners[:, 0]) for corners in bars])
    expected = np.maximum(shown["n_streams"] / shown["n_streams"].max() * lengths.max(), 4)
    np.testing.assert_allclose(lengths, expected)
    names = [t for t in ax.texts if t.get_gid() == "name"]
    assert [t.get_color() == look.loud for t in names] == [True] + [False] * (len(names) - 1)


def test_the_five_new_releases_of_most_plays_are_named_with_their_guests():
    releases = story_of("typical").tables["new_releases"].iloc[[0] * 7].reset_index(drop=True)
    names = [f"Single {k} (feat. Ivy)" for k in range(7)]
    story = releases.assign(album=names, n_streams=[1, 7, 2, 6, 3, 5, 4])
    ax = draw("new_releases", with_table(story_of("typical"), new_releases=story))
    written = [t.get_text() for t in ax.texts if t.get_gid() == "name"]
    assert written == [names[k] for k in (1, 3, 5, 6, 4)]


def test_new_releases_without_a_play_are_counted_and_not_shown():
    releases = story_of("typical").tables["new_releases"]
    releases = releases.assign(n_heard=[0, 0, 0, 1, 0], n_streams=[0, 0, 0, 7, 0])
    story = with_table(story_of("typical"), new_releases=releases)
    ax, words = draw("new_releases", story), new_releases.words_of_new_releases(story)
    assert len(shapes(ax, "plays")) == 1 and "0 plays" not in words.alt
    assert "1 of 5 releases played." in words.reading
    assert releases["album"][3] in words.alt and releases["album"][0] not in words.alt


def test_a_new_release_is_marked_as_an_album_and_has_a_date_of_release():
    table = story_of("typical").tables["new_releases"].assign(n_tracks=1)
    table.loc[table["n_streams"].idxmax(), "n_tracks"] = 12
    ax = draw("new_releases", with_table(story_of("typical"), new_releases=table))
    lines = [t.get_text() for t in ax.texts if t.get_gid() == "artist"]
    assert [line.startswith("Album by ") for line in lines] == [True] + [False] * (len(lines) - 1)
    assert ", released " in ax.get_label() and " since " not in ax.get_label()


def test_two_truths_and_a_lie_have_three_blocks_and_the_last_line_has_the_answer():
    ax = drawn("typical", "two_truths")
    assert len(shapes(ax, "statements")) == 3
    (rule,) = (text for text in ax.texts if text.get_gid() == "rule")
    lie = story_of("typical").tables["two_truths"].iloc[1]
    answer = rule.get_text()
    assert answer.startswith("Answer: B. It was") and f"{lie.true_number:,}"[-3:] in answer
    assert "Which is Ines's lie?" in ax.get_label() and "?." not in ax.get_label()


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_each_pair_of_bars_has_the_lengths_of_both_years(story):
    year, ax = story_of(story).first("year_before"), drawn(story, "year_before")
    bars = sorted(shapes(ax, "compared"), key=lambda corners: corners[:, 1].min())
    lengths = [np.ptp(corners[:, 0]) for corners in bars]
    pairs = [("ms_before", "ms_played"), ("songs_before", "n_songs")]
    pairs += [("artists_before", "n_artists")]
    for (before, now), (first, second) in zip(zip(lengths[::2], lengths[1::2]), pairs):
        assert before / now == pytest.approx(year[first] / year[second])


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(3, 1, "2 more songs"), (1, 2, "1 fewer song"), (2, 2, "as many songs")],
)
def test_a_change_says_more_fewer_or_as_many(now, before, said):
    assert changed(now, before, "song") == said
