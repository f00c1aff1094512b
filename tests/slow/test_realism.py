"""The benchmark at a size where most intervals are narrow enough to judge by."""

import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import realism
from wrapsim_helpers.realism import study, survey_score
from wrapsim_helpers.realism.scores import FAIL, LEFT_OUT, NEEDED

MOST_PLAYS = 5_000_000


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory):
    return ws.simulate(
        1_200,
        **study.SETTING,
        out_dir=tmp_path_factory.mktemp("realism") / "run",
        formats=("parquet",),
        seed=study.SEED,
    )


@pytest.fixture(scope="module")
def sample(run_dir):
    return realism.sampled(run_dir, progress=False)


def test_every_rule_holds_over_five_million_plays(run_dir, sample):
    results, invariants, n_plays = realism.checked(run_dir, sample, progress=False)
    assert n_plays >= MOST_PLAYS and not invariants.sum()
    assert not [one.target for one in results if one.verdict == FAIL]


@pytest.mark.parametrize("tier", NEEDED)
def test_enough_outcomes_lie_within_their_tolerance(sample, tier):
    table = realism.verdicts(realism.measured(sample))
    judged = table[table["counted"] & (table["tier"] == tier) & (table["verdict"] != LEFT_OUT)]
    missed = judged.index[
        judged["verdict"] == FAIL
    ]  # too small to say is no miss here; make realism is larger
    assert len(missed) <= (1 - NEEDED[tier]) * len(judged), list(missed)


def test_listeners_are_like_people_of_the_survey_whom_they_were_not_drawn_from(tmp_path):
    found = survey_score.survey_score(tmp_path)
    assert found["overall"] >= survey_score.ASKED
