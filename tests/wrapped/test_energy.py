"""The energy of the music by month: its edges by hand, and against a plain loop."""

from collections import defaultdict

import numpy as np
import pytest

from wrapsim_helpers.cards.energy import BASE, TOP, heights, mean_of_year, scale_of
from wrapsim_helpers.wrapped import energy as insight

from ..cards.test_cards import discs, drawn, story_of
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
    assert y == pytest.approx(heights(months["energy"], scale_of(months["energy"])))
    assert y.min() > TOP and y.max() < BASE


def test_months_that_hardly_differ_lie_near_one_height():
    values = np.array([60.0, 60.6])
    y = heights(values, scale_of(values))
    assert y[0] - y[1] == pytest.approx((BASE - TOP) * 0.6 / 40)


def test_one_month_alone_has_no_card():
    months = story_of("typical").tables["energy"]
    assert len(insight.of_two_months(months[:1], None)) == 0
    assert len(insight.of_two_months(months[:2], None)) == 2
