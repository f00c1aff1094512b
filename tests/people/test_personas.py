"""Personas and cohorts: what a file may say, whom it is for, and what it changes."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import yaml

import wrapsim_helpers as ws
from wrapsim_helpers.people import loop_records
from wrapsim_helpers.people import personas as pe
from wrapsim_helpers.people.behaviour import CONTEXTS
from wrapsim_helpers.people.habits import WAKING_MIN, within_a_day
from wrapsim_helpers.people.listeners import sample_people
from wrapsim_helpers.people.survey_shares import GENRE_NAMES
from wrapsim_helpers.schema import code

FILE = """
personas:
  commuter:
    share: 0.2
    who: {age: [18, 65]}
    set: {session_spacing_min: 45}
    times: {novelty: 0.8, minutes_factor: 2}
  teenager: {share: 0.6, who: {age: [10, 20], plan: free}, times: {hazard_scale: 1.5}}
cohorts:
  new_radio: {tag: B, share: 0.5, times: {context_shares: {radio: 2}, novelty: 0.5}}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def read(text, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return pe.load_personas(str(path))


# -- the file --------------------------------------------------------------------------------------


def test_the_bundled_file_has_a_dozen_personas_that_say_what_they_are():
    bundled = pe.load_personas()
    assert len(bundled.personas) == 12 and len(bundled.cohorts) >= 1
    assert all(one.about and (one.set or one.times) for groups in bundled for one in groups)
    assert all(one.tag for one in bundled.cohorts)


def test_personas_survive_being_written_down_as_a_record(file):
    for personas in (pe.load_personas(str(file)), pe.load_personas()):
        assert (
            pe.checked_personas(
                "again", yaml.safe_load(yaml.safe_dump(pe.as_record(personas), sort_keys=False))
            )
            == personas
        )


@pytest.mark.parametrize(
    "text, message",
    [
        (
            "personas: {a: {share: 0.1, times: {novelti: 2}}}",
            "mine.yaml, a: times is 'novelti'; it must be one of .* Did you mean 'novelty'",
        ),
        (
            "personas: {a: {share: 0.1, times: {rule_value: 2}}}",
            "mine.yaml, a: times is 'rule_value'",
        ),
        (
            "personas: {a: {share: 0.1, tims: {novelty: 2}}}",
            "mine.yaml, a: key is 'tims'; .* Did you mean 'times'",
        ),
        ("personas: {a: {share: 0.1, tag: B}}", "mine.yaml, a: key is 'tag'"),
        (
            "personas: {a: {share: 1.2}}",
            "mine.yaml, a: share is 1.2; it must be a number from 0 to 1.",
        ),
        ("personas: {a: {}}", "mine.yaml, a: share is None"),
        ("personas: {a: 0.5}", "mine.yaml, a is 0.5; it must be a map with a share"),
        (
            "people: {a: {share: 0.5}}",
            "mine.yaml must map 'personas', 'cohorts' or both to groups by name.",
        ),
        ("- 1", "mine.yaml must map 'personas'"),
        ("personas: {a: {share: 0.1", "mine.yaml is not YAML"),
        (
            "personas: {a: {share: 0.1, who: {plan: gold}}}",
            "mine.yaml, a: plan is 'gold'; it must be one of 'free', 'premium'",
        ),
        ("personas: {a: {share: 0.1, who: {country: SE}}}", "mine.yaml, a: who is 'country'"),
        (
            "personas: {a: {share: 0.1, who: {age: 30}}}",
            r"mine.yaml, a: age is 30; it must be \[from, below\] in years",
        ),
        (
            "personas: {a: {share: 0.1, times: {context_shares: {radios: 2}}}}",
            "a: context_shares is 'radios'; .* Did you mean 'radio'",
        ),
        (
            "personas: {a: {share: 0.1, times: {novelty: {radio: 2}}}}",
            "mine.yaml, a: novelty has no named parts; give a number.",
        ),
        (
            "personas: {a: {share: 0.1, set: {skip_position: [1, 2]}}}",
            r"skip_position is \[1, 2\]; it must be a number or have the shape \(4,\)",
        ),
        (
            "personas: {a: {share: 0.1, set: {novelty: much}}}",
            "mine.yaml, a: novelty is 'much'; it must be a number",
        ),
        (
            "personas: {a: {share: 0.1, times: {novelty: -1}}}",
            f"novelty becomes -{ws.Behaviour().novelty} by -1; it must be not below 0",
        ),
        (
            "personas: {a: {share: 0.1, times: {logout_share: 5}}}",
            "logout_share becomes 1.5 by 5; it must be not below 0 and at most 1",
        ),
        (
            "personas: {a: {share: 1, set: {seed_novelty: 2}}}",
            "seed_novelty becomes 2.0 by 2; it must be not below 0 and at most 1",
        ),
        (
            "personas: {a: {share: 1, set: {settle_plays: 0}}}",
            "settle_plays becomes 0.0 by 0; it must be not below 0.01",
        ),
        (
            "personas: {a: {share: 1, set: {hazard_scale: 1000000}}}",
            "it must be not below 0 and at most 20",
        ),
        ("personas: {a: {share: 1, set: {log_minutes: 800}}}", "it must be at most 7.272"),
        ("personas: {a: {share: 1, set: {days: 0}}}", "it must be not below 0 and above 0 in sum"),
        (
            "personas: {a: {share: 1, set: {act_shares: [0.9, 0.9, 0.9, 0.9]}}}",
            "it must be not below 0 and at most 1 in sum",
        ),
        (
            "personas: [a, b]",
            r"mine.yaml: personas is \['a', 'b'\]; it must be a map of names to values",
        ),
        (
            "personas: {a: {share: 1, who: [Pop]}}",
            r"mine.yaml, a: who is \['Pop'\]; it must be a map",
        ),
        (
            "personas: {a: {share: 1, set: novelty}}",
            "mine.yaml, a: set is 'novelty'; it must be a map",
        ),
        (
            "personas: {a: {share: 1, who: {gender: null}}}",
            "mine.yaml, a: gender is None; it must be one of",
        ),
        (
            "personas: {a: {share: 0.1}, a: {share: 0.2}}",
            "mine.yaml is not YAML: 'a' appears twice",
        ),
        ("cohorts: {'a:x': {share: 0.1}}", "mine.yaml, a:x: a name must not hold a colon"),
        ("personas: {a: {share: 0.1, times: {context_shares: 0}}}", "context_shares becomes"),
        (
            "personas: {a: {share: 0.6}, b: {share: 0.6, who: {age: [18, 30]}}}",
            "the shares of a, b sum to 1.2 for a female listener of 18",
        ),
    ],
)
def test_what_is_not_in_the_model_is_refused(text, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        read(text, tmp_path)


def test_a_file_that_is_not_there_is_refused_before_anything_is_simulated(tmp_path):
    with pytest.raises(
        FileNotFoundError,
        match="personas_path is '.*nobody.yaml', and there is no such file. .* 'bundled' for the "
        "bundled one",
    ):
        ws.listen(ws.Run(num_users=1, personas_path=str(tmp_path / "nobody.yaml")))


def test_shares_may_exceed_one_where_nobody_fits_both(tmp_path):
    assert (
        len(
            read(
                "personas: {a: {share: 0.9, who: {age: [0, 30]}}, b: {share: 0.9, who: {age: [30, "
                "99]}}}",
                tmp_path,
            ).personas
        )
        == 2
    )


# -- parameters ------------------------------------------------------------------------------------


def test_every_pair_of_persona_and_cohort_has_its_own_parameters(file):
    base, personas = ws.Behaviour(), pe.load_personas(str(file))
    plain, radio, commuter, both, teenager, _ = pe.behaviours_of(base, personas)
    assert plain == base and teenager == replace(base, hazard_scale=1.5 * base.hazard_scale)
    assert (commuter.session_spacing_min, commuter.novelty, commuter.minutes_factor) == (
        45,
        0.8 * base.novelty,
        2,
    )
    assert (
        both.novelty == pytest.approx(0.4 * base.novelty)
        and both.context_shares == radio.context_shares
    )
    assert list(pe.kinds(personas, [0, 0, 1, 1, 2], [0, 1, 0, 1, 0])) == [0, 1, 2, 3, 4]


def test_a_share_that_grows_takes_from_the_others():
    base = ws.Behaviour()
    for name in ("set", "times"):
        group = pe.Group("a", **{name: {"context_shares": {"radio": 0.5}}})
        before, after = (
            np.array(base.context_shares),
            np.array(pe.with_overrides("", base, group).context_shares),
        )
        radio = CONTEXTS.index("radio")
        odds = 0.5 if name == "set" else 0.5 * before[radio]
        rest = np.delete(before, radio).sum()
        assert after.sum() == pytest.approx(before.sum()) and after[radio] == pytest.approx(
            before.sum() * odds / (odds + rest)
        )
        assert np.allclose(
            np.delete(after, radio), np.delete(before, radio) * (before.sum() - after[radio]) / rest
        )


def test_lists_multiply_part_by_part_and_numbers_everything():
    base = ws.Behaviour(skip_position=(1.0, 2.0, 3.0, 4.0))
    by_part = pe.with_overrides("", base, pe.Group("a", times={"skip_position": [1, 2, 1, 2]}))
    assert by_part.skip_position == (1, 4, 3, 8)
    assert pe.with_overrides("", base, pe.Group("a", times={"skip_position": 2})).skip_position == (
        2,
        4,
        6,
        8,
    )
    assert (
        pe.with_overrides(
            "", base, pe.Group("a", set={"log_minutes": -1}, times={"age_slope": -1})
        ).log_minutes
        == -1
    )


# -- who belongs to what ---------------------------------------------------------------------------


def people_of(n):
    return pd.DataFrame(
        {
            "age": np.arange(n) % 90,
            "gender": code("gender", "male"),
            "plan": code("plan", "free"),
            "genre": GENRE_NAMES.index("Pop"),
        }
    )


def test_a_persona_takes_its_share_of_those_who_fit(file):
    u, people = (np.arange(9000) * 0.6180339887) % 1, people_of(9000)
    persona = pe.members(u, pe.load_personas(str(file)).personas, people)
    adult, child, both = (
        people["age"].between(20, 64),
        people["age"].between(10, 17),
        people["age"].between(18, 19),
    )
    assert (persona[adult] == 1).mean() == pytest.approx(0.2, abs=0.01) and not (
        persona[adult] == 2
    ).any()
    assert (persona[child] == 2).mean() == pytest.approx(0.6, abs=0.02) and not (
        persona[child] == 1
    ).any()
    assert (persona[both] > 0).mean() == pytest.approx(0.8, abs=0.05)
    assert not persona[(people["age"] >= 65) | (people["age"] < 10)].any()


def test_a_persona_added_at_the_end_leaves_the_others_alone():
    groups = [pe.Group("a", share=0.3, who={"age": [0, 40]}), pe.Group("b", share=0.4, who={})]
    u, people = np.random.default_rng(3).random(500), people_of(500)
    before, after = (
        pe.members(u, groups, people),
        pe.members(u, [*groups, pe.Group("c", share=0.3, who={})], people),
    )
    assert (after[before > 0] == before[before > 0]).all() and set(after[before == 0]) == {0, 3}


@pytest.fixture(scope="module")
def tried(survey):
    run = ws.Run(num_users=8000, personas_path="bundled", seed=4)
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    return listeners.to_pandas(), versions.to_pandas(), run


def test_cohorts_are_drawn_apart_from_personas(tried):
    listeners, _, _ = tried
    arm = listeners["cohort"] == "new_radio:B"
    assert set(listeners["cohort"]) == {"", "new_radio:B"} and abs(
        arm.mean() - 0.5
    ) < 4 * 0.5 / math.sqrt(8000)
    for persona, mine in arm.groupby(listeners["persona"]):
        assert abs(mine.mean() - 0.5) < 4.5 * 0.5 / math.sqrt(len(mine)), persona


def test_a_persona_is_another_person_only_in_what_it_names(tried, survey):
    listeners, _, run = tried
    plain = ws.sample_listeners(
        replace(run, personas_path=""), ws.Behaviour(), survey, run.listener_ids()
    )[0].to_pandas()
    assert (plain["persona"] == "").all() and (plain["cohort"] == "").all()
    louder = listeners["persona"] == "superfan"
    before = plain.loc[louder, "minutes_per_day"]
    wanted = within_a_day(1.3 * before / np.sqrt(1 - (before / WAKING_MIN) ** 2))
    assert louder.sum() > 100 and np.allclose(
        listeners.loc[louder, "minutes_per_day"], wanted, atol=0.02
    )
    assert (listeners["minutes_per_day"] != plain["minutes_per_day"]).groupby(
        listeners["persona"]
    ).mean().to_dict().items() >= {("restless", 0.0), ("", 0.0)}
    same = [name for name in listeners if name not in ("persona", "cohort", "minutes_per_day")]
    pd.testing.assert_frame_equal(listeners[same], plain[same])


def test_bargain_hunters_change_plans_four_times_as_often_and_keep_their_share(tried):
    listeners, versions, _ = tried
    changes = (versions["plan"] != versions.groupby("listener_id")["plan"].shift()).groupby(
        versions["listener_id"]
    ).sum() - 1
    by_persona = changes.groupby(listeners.set_index("listener_id")["persona"]).mean()
    assert 3 < by_persona["bargain_hunter"] / by_persona[""] < 5


def test_the_same_listener_is_of_the_same_kind_alone(tried, survey):
    listeners, _, run = tried
    alone = ws.sample_listeners(run, ws.Behaviour(), survey, np.array([17]))[0].to_pandas()
    pd.testing.assert_frame_equal(
        alone, listeners[listeners["listener_id"] == 17].reset_index(drop=True)
    )


def test_the_loop_reads_the_kind_of_each_listener(tried, survey):
    listeners, _, run = tried
    people, versions = sample_people(run, ws.Behaviour(), survey, run.listener_ids()[:200])
    others = loop_records.other_genres(survey, people)
    kind = loop_records.lower_listeners(run, people, versions, others).persons.kind
    bundled = pe.load_personas()
    own = [
        (name, arm)
        for name in ["", *pe.group_names(bundled.personas)]
        for arm in ["", *pe.group_names(bundled.cohorts)]
    ]
    assert [own[k] for k in kind] == list(
        zip(listeners["persona"][:200], listeners["cohort"][:200])
    )
