"""The energy of the music by month: its edges by hand, and against a plain loop."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards.energy import BASE, TOP, energies, heights, mean_of_year, scale_of
from wrapsim_helpers.wrapped import energy as insight
from wrapsim_helpers.wrapped.insight import Request

from ..cards.test_cards import discs, draw, drawn, shapes, shapes_of_lines, story_of, with_table
from .more_columns import ranked_plays, results, tables_of_crowd, with_track_columns
from .test_insights import heard, play, rows


def sound(plays, bpm=(120, 90, 60, 60, 0)):
    """Rows of `energy`: the five tracks have an energy of 10, 20, 30, 40 and 50."""
    columns = {"energy": [10, 20, 30, 40, 50], "valence": [99, 1, 0, 0, 0], "bpm": list(bpm)}
    tables = with_track_columns(heard(plays), **columns)
    return rows(insight.energy(tables), "month", "n_streams", *insight.SOUND, order="month")


def test_a_month_has_the_mean_of_its_streams():
    plays = [play(f"2025-05-0{d}T12:00:00", track) for d, track in ((1, 0), (2, 0), (3, 1))]
    plays += [play("2025-06-01T12:00:00", 1)]
    mean = [5, 3, round(40 / 3, 9), round(199 / 3, 9), 110.0]
    assert sound(plays) == [mean, [6, 1, 20.0, 1.0, 90.0]]


def test_a_track_without_a_tempo_and_a_play_of_less_than_thirty_seconds_do_not_count():
    plays = [play("2025-05-01T12:00:00", 4), play("2025-05-01T13:00:00", 1, 29_999)]
    assert sound(plays) == []
    assert sound([*plays, play("2025-05-01T14:00:00", 1, 30_000)]) == [[5, 1, 20.0, 1.0, 90.0]]


def test_a_month_is_the_local_one():
    plays = [play("2025-05-31T23:30:00", 0, zone="America/Lima")]  # June in UTC
    assert [row[0] for row in sound(plays)] == [5]


def test_a_plain_loop_finds_the_same_means(crowd):
    streams = defaultdict(list)
    for row in ranked_plays(crowd).itertuples():
        if row.bpm > 0:
            streams[row.listener_id, row.day.month].append((row.energy, row.valence, row.bpm))
    found = {
        (row["listener_id"], row["month"]): (row["n_streams"], *(row[n] for n in insight.SOUND))
        for row in results(tables_of_crowd(crowd), insight.energy)
    }
    expected = {key: (len(some), *np.mean(some, 0)) for key, some in streams.items()}
    assert found.keys() == expected.keys() and len(found) > 200
    for key, numbers in found.items():
        assert numbers == pytest.approx(expected[key], abs=1e-9)


def test_the_card_shows_the_weighted_mean_and_dots_at_the_height_of_the_energy():
    story = story_of("typical")
    months, ax = story.tables["energy"], drawn("typical", "energy")
    weighted = (months["energy"] * months["n_streams"]).sum() / months["n_streams"].sum()
    assert mean_of_year(story, "energy") == pytest.approx(weighted)
    assert f": {round(weighted)} energy" in ax.get_label()
    at = discs(ax, "months", "liveliest")
    y = at[np.argsort(at[:, 0]), 1]
    assert np.corrcoef(y, months["energy"])[0, 1] == pytest.approx(-1)
    assert y == pytest.approx(heights(months["energy"], scale_of(energies(months))))
    assert y.min() > TOP and y.max() < BASE


def test_months_that_hardly_differ_lie_near_one_height():
    values = np.array([60.0, 60.6])
    y = heights(values, scale_of(values))
    assert y[0] - y[1] == pytest.approx((BASE - TOP) * 0.6 / 40)


def test_the_line_stops_before_a_month_without_a_play():
    months = story_of("typical").tables["energy"]
    assert [*months["month"][3:8]] == [4, 5, 6, 7, 8]
    with_gap = with_table(story_of("typical"), energy=months.drop([4, 6]).reset_index(drop=True))
    paths = shapes_of_lines(draw("energy", with_gap), "energy")
    assert [len(path) for path in paths] == [4, 5]  # June stands alone
    assert len(discs(draw("energy", with_gap), "months", "liveliest")) == len(months) - 2


def test_a_dash_of_each_month_is_at_the_energy_of_the_median_listener():
    months, ax = story_of("typical").tables["energy"], drawn("typical", "energy")
    dashes = [corners[:, 1].mean() for corners in shapes(ax, "crowd")]
    ends = scale_of(energies(months))
    assert sorted(dashes) == pytest.approx(sorted(heights(months["crowd_energy"], ends)), abs=2)
    assert "all listeners, median" in [text.get_text() for text in ax.texts]
    assert "All listeners, median by month: 61 to 61." in ax.get_label()
    alone = with_table(story_of("typical"), energy=months.assign(crowd_energy=np.nan))
    ax = draw("energy", alone)
    assert not shapes(ax, "crowd") and "ll listeners" not in ax.get_label()


def test_the_crowd_of_a_month_is_its_median_listener_and_no_listener_alone():
    rows = [(2, 400, 2), (2, 100, 1), (2, 555, 1), (1, 300, 1), (3, 10, 1), (3, 20, 1)]
    crowd = pd.DataFrame(rows, columns=["month", "tenths", "n_listeners"])
    assert insight.median_energies(crowd) == {2: 40.0, 3: 1.0}


def test_the_tally_of_energies_counts_each_listener_once_a_month(crowd):
    tables = tables_of_crowd(crowd)
    found = pd.DataFrame(results(tables, insight.listeners_by_energy))
    single = pd.DataFrame(results(tables, insight.energy))
    expected = single["energy"].groupby(single["month"]).quantile(interpolation="lower").round(1)
    assert insight.median_energies(found) == pytest.approx(expected.to_dict())


def test_one_month_alone_has_no_card():
    months = pd.DataFrame({"month": [5, 6], "energy": [40.0, 50.0]})
    crowd = pd.DataFrame({"month": [6], "tenths": [515], "n_listeners": [2]})
    request = Request(None, None, 1, {"energies": crowd}.__getitem__)
    assert len(insight.with_crowd(months[:1], request)) == 0
    found = insight.with_crowd(months, request)["crowd_energy"].tolist()
    assert np.isnan(found[0]) and found[1] == 51.5
