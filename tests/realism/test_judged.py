"""What a run is large enough to judge: agreement, certain misses, and what cannot be told."""

import math

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.realism import judged, scores

TARGET = "skip_within_5s"  # 0.2414, tolerance 0.04
NAN = math.nan


def result(observed, error, target=TARGET):
    check = scores.targets()[target]["checks"][0]
    low, high = scores.bounds(check)
    verdict = scores.verdict_of(check, observed, error)
    score = scores.score_of(check, observed)
    return scores.Result(target, check["name"], low, high, observed, error, score, verdict)


@pytest.mark.parametrize(
    "observed, error, expected",
    [
        (0.24, 0.005, judged.AGREES),
        (0.24, 0.05, judged.CANNOT_TELL),  # within the tolerance, but anything may be
        (0.30, 0.05, judged.CANNOT_TELL),  # outside, but its interval reaches inside
        (0.40, 0.05, judged.MISSES),  # 0.40 - 1.96 * 0.05 = 0.302, outside 0.2014 to 0.2814
        (0.40, NAN, judged.MISSES),  # without an interval, the number decides
    ],
)
def test_a_run_agrees_misses_or_is_too_small_to_tell(observed, error, expected):
    assert judged.reading([result(observed, error)]) == expected


def test_a_figure_that_is_not_in_the_run_has_no_reading():
    assert judged.outcome_readings([result(NAN, NAN)]).empty
    assert judged.outcome_readings([result(0.24, 0.005)])["reading"].to_dict() == {
        TARGET: judged.AGREES
    }


def test_the_run_says_how_many_outcomes_it_can_judge():
    results = [result(0.24, 0.005), result(0.6, 0.01, "skip_within_10s")]
    results.append(result(0.35, 0.2, "skip_within_30s"))
    assert ws.describe_judged(results) == (
        "This run is large enough to judge 2 of 3 published outcomes: 1 agree and 1 miss. For 1 "
        "outcome it is too small to tell."
    )
    alt = ws.finish(ws.draw_judged(results)).alt
    assert alt.endswith("Skips: 1 agree, 1 miss, 1 cannot be judged.")


def test_misses_are_told_in_words_the_farthest_first():
    results = [result(0.4, 0.01), result(0.9, 0.01, "skip_within_10s"), result(0.35, 0.2)]
    table = ws.misses_table(results)
    assert table["measured"].tolist() == ["0.9", "0.4"]
    assert table["published"].tolist() == ["0.2897 \u00b1 0.04", "0.2414 \u00b1 0.04"]
    assert all(len(source) <= judged.SOURCE_LETTERS for source in table["by"])


def test_a_score_without_a_tolerance_is_never_infinite_in_words():
    from wrapsim_helpers.realism.results_text import score_text

    assert [score_text(value) for value in (NAN, math.inf, 0.5)] == ["-", "outside", "0.50"]
