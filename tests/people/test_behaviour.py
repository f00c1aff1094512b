"""Survey answers as probabilities, published curves, and the record of parameters."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.people import behaviour as b
from wrapsim_helpers.people import figures, survey_shares


def test_the_original_survey_falls_into_the_two_known_groups(real_data):
    groups = np.asarray(
        survey_shares.listener_types(ws.load_survey(str(real_data / "spotify_data.csv")))
    )
    stretches = [
        (groups[first - 1 : last] == "B").sum()
        for first, last in ((166, 187), (274, 321), (465, 509))
    ]
    assert (groups == "A").sum() == 388 and stretches == [22, 45, 45]


def test_smoothing_draws_a_thin_cell_towards_its_prior():
    answers = pd.Series(pd.Categorical(["x", "x"], categories=["x", "y"]))
    assert survey_shares.smoothed(answers, [0.5, 0.5], 20).tolist() == [12 / 22, 10 / 22]
    assert survey_shares.smoothed(answers.iloc[:0], [0.25, 0.75], 20).tolist() == [0.25, 0.75]


def test_answer_shares_are_probabilities_for_every_cell(survey):
    shares = survey_shares.response_shares(survey, "genre")
    assert shares.shape == (2 * 3 * 3 * 2, 11)
    assert np.allclose(shares.sum(axis=1), 1) and (shares.to_numpy() >= 0).all()


def test_gender_moves_the_genre_within_group_a_as_published(survey):
    shares = survey_shares.response_shares(survey, "genre").loc["A"].loc["20 to 35"]
    assert shares.loc[("female", "free"), "Melody"] - shares.loc[("male", "free"), "Melody"] > 0.15


def test_fitted_margins_come_out():
    table = survey_shares.fit_margins([[1, 2], [3, 4]], [0.3, 0.7], [0.6, 0.4])
    assert table.sum(axis=1) == pytest.approx([0.3, 0.7]) and table.sum(axis=0) == pytest.approx(
        [0.6, 0.4]
    )


def test_the_four_chronotypes_together_make_the_published_hours():
    for curve in (b.HOURS_WEEKDAY, b.HOURS_WEEKEND):
        rows = b.chronotype_hours(curve)
        assert rows.mean(axis=0) == pytest.approx(np.array(curve) / sum(curve), abs=1e-9)
        assert [int(row.argmax()) for row in rows] == sorted(int(row.argmax()) for row in rows)


def test_sessions_start_before_the_plays_they_make():
    plays = np.zeros(24)
    plays[12:16] = 0.25
    starts = b.session_starts(plays)
    hours = np.arange(24)
    assert starts.sum() == pytest.approx(1) and (starts * hours).sum() < (plays * hours).sum() - 0.5


def test_the_hazard_is_steep_first_and_never_falls():
    model = b.Behaviour()
    slopes = np.diff(model.hazard) / np.diff(model.knots_ms)
    assert len(model.hazard) == len(model.knots_ms) and model.hazard[0] == model.knots_ms[0] == 0
    assert slopes[0] > slopes[1] > slopes[2] > model.hazard_slope > 0


def test_plan_rules_are_dated():
    rules = b.plan_rules()
    assert rules["skips_per_hour"][0][1] == 6
    assert pd.Timestamp(rules["on_demand_allowance"][0][0], unit="ms") == pd.Timestamp("2025-09-15")


def test_every_parameter_is_explained_and_lowered():
    lowered = b.lowered([b.Behaviour()])[0]
    for field in fields(b.Behaviour):
        assert field.name in b.Behaviour.__doc__, f"{field.name} is not explained"
        assert np.allclose(
            getattr(lowered, field.name), getattr(b.Behaviour(), field.name), rtol=1e-11
        )


def test_rounding_keeps_twelve_digits():
    assert b.rounded([1.2345678901234567e-7, 2.0]).tolist() == [1.23456789012e-07, 2.0]


def test_every_published_figure_names_its_source():
    for name, figure in figures.figures().items():
        assert figure["source"] and figure["what"] and figure["year"], name


def test_shares_that_a_draw_selects_from_sum_to_one():
    model = ws.Behaviour()
    for name in ("hours", "context_shares", "leave_shares"):
        assert np.sum(getattr(model, name), axis=-1) == pytest.approx(1), name
