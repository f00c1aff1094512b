"""The small calculation that shows which published figures on taste can hold together."""

import numpy as np
import pytest

from benchmarks import taste
from wrapsim_helpers.realism.scores import targets


@pytest.fixture(scope="module")
def small():
    """The figures of two tastes, for a few listeners."""
    size = {"listeners": 120, "artists": 3_000}
    return {
        name: taste.computed(taste.TASTES[name], **size)
        for name in ("all alike", "favourites and others")
    }


def test_favourites_make_listeners_differ(small):
    alike, personal = small.values()
    assert alike["same_number_one", "value"] > 0.5 > 0.15 > personal["same_number_one", "value"]
    overlap = ("taste_overlap_pairs", "value")
    assert alike[overlap] > 0.5 > 0.1 > personal[overlap] > 0


def test_every_number_but_one_is_a_published_figure(small):
    for figures in small.values():
        assert all(np.isfinite(value) for value in figures.values())
        for target, check in set(figures) - {("artists_per_week", "")}:
            assert check in [each["name"] for each in targets()[target]["checks"]]


def test_plays_of_a_listener_are_shares_and_only_some_artists_are_favourites():
    weights, rng = np.arange(1, 1001.0) ** -1, np.random.default_rng(0)
    family, home = np.zeros(1000, int), np.zeros(1000, bool)
    favourites = taste.Taste(known=0.3, others=0)
    shares = taste.play_shares(favourites, weights, family, home, rng)
    assert shares.sum() == pytest.approx(1) and 230 < np.count_nonzero(shares) < 370
    ranked = -np.sort(-shares)
    assert ranked[0] / ranked[1] == pytest.approx((7.5 / 6.5) ** favourites.steep)


def test_numbers_that_miss_are_bold_and_counted():
    lines = taste.table_of(listeners=60, artists=1_500)
    assert len(lines) == 2 + 12 + 1 and lines[0].startswith("| figure | published | all alike |")
    bold = [sum("**" in cell for cell in column) for column in zip(*map(cells, lines[2:-1]))]
    assert list(map(int, cells(lines[-1])[2:])) == bold[2:]


def cells(line):
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_page_shows_the_table_and_says_that_all_figures_hold_for_one_taste():
    page = taste.PAGE.read_text(encoding="utf-8")
    _, table, _ = page.split(taste.MARK)
    names, misses = cells(table.splitlines()[0])[2:], cells(table.splitlines()[-1])[2:]
    assert names == [*taste.TASTES]
    assert dict(zip(names, misses))["favourites and others"] == "0"
    assert taste.written(page, table.splitlines()) == page
