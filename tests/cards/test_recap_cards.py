"""Cards that compare years: their shapes are the data."""

import numpy as np
import pytest

from wrapsim_helpers.cards import new_releases
from wrapsim_helpers.cards.recaps import changed
from wrapsim_helpers.cards.themes import THEMES

from .test_cards import drawn, shapes, story_of


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
def test_a_release_has_a_tile_for_each_track_that_is_large_if_it_was_streamed(story):
    releases = story_of(story).tables["new_releases"]
    tiles = shapes(drawn(story, "new_releases"), "tracks")
    assert len(tiles) == releases["n_tracks"].sum()
    rows = [round(corners[:4, 1].mean()) for corners in tiles]
    for y, release in zip(sorted(set(rows)), releases.itertuples(), strict=True):
        sides = [np.ptp(corners[:, 0]) for corners, row in zip(tiles, rows) if row == y]
        n_large = release.n_heard or release.n_tracks  # without a streamed one, all are small
        assert sum(side > max(sides) * 0.75 for side in sides) == n_large


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_the_release_of_most_plays_is_the_only_one_marked(story):
    look = THEMES["press"]["new_releases"]
    names = [t for t in drawn(story, "new_releases").texts if t.get_gid() == "name"]
    shown = new_releases.chosen_releases(story_of(story))
    marked = [i for i, text in enumerate(names) if text.get_color() == look.loud]
    assert marked == [shown["n_streams"].to_numpy().argmax()]


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
