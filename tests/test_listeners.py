"""Who listens: shares, homes, names, profile versions and user ids."""

import math
import uuid
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import listeners as li
from wrapsim_helpers.behaviour import published
from wrapsim_helpers.run import first_instant_ms
from wrapsim_helpers.schema import DEVICES

CROWD = ws.Run(num_users=6000, seed=3)


@pytest.fixture(scope="module")
def people(survey):
    listeners, versions = ws.sample_listeners(CROWD, ws.Behaviour(), survey, CROWD.listener_ids())
    first = versions.to_pandas().drop_duplicates("listener_id").set_index("listener_id")
    return listeners.to_pandas().set_index("listener_id").join(first[["age", "plan", "plan_kind"]])


def within(share, expected, n, errors=4.0):
    return abs(share - expected) < errors * math.sqrt(expected * (1 - expected) / n)


# -- shares -------------------------------------------------------------------------------------------

def test_a_world_crowd_has_the_published_age_gender_and_plan(people):
    for answers, shares in ((people["gender"], li.gender_shares()), (people["plan"], li.plan_shares())):
        for answer, share in shares.items():
            assert within((answers == answer).mean(), share, len(people)), answer
    bins = published("age_shares")["2015_sample"]
    for name, (low, high) in li.AGE_BINS.items():
        assert within(people["age"].between(low, high - 1).mean(), bins[name] / sum(bins.values()), len(people)), name


def test_a_survey_crowd_has_the_shares_of_the_survey(survey):
    run = replace(CROWD, population="survey")
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    assert within((listeners.to_pandas()["gender"] == "female").mean(), (survey["gender"] == "female").mean(), 6000)
    plan = versions.to_pandas().drop_duplicates("listener_id")["plan"]
    assert within((plan == "premium").mean(), (survey["plan"] == "premium").mean(), 6000)


def test_regions_have_their_share_of_users_and_of_subscribers(people):
    region = people["country"].map(li.countries().set_index("country")["region"])
    for name, share in published("region_shares")["MAU"].items():
        assert abs((region == name).mean() - share) < 0.03, name
    for name, share in published("region_shares")["subscribers"].items():
        assert abs((region[people["plan"] == "premium"] == name).mean() - share) < 0.03, name


def test_group_a_leaves_the_second_group_out(survey):
    run = replace(CROWD, num_users=200, survey_group="A")
    assert set(ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0]["listener_type"].to_pylist()) == {"A"}


def test_raking_says_how_few_rows_it_rests_on(survey):
    even, raked = (ws.survey_weights(survey, name, "all") for name in ("survey", "world"))
    assert ws.effective_sample_size(even) == pytest.approx(len(survey))
    assert 50 < ws.effective_sample_size(raked) < len(survey)
    assert raked.max() <= li.CAP / len(survey) * 1.5


def test_minutes_a_day_are_log_normal_and_premium_hears_more(people):
    log_minutes = np.log(people["minutes_per_day"])
    assert log_minutes.std() == pytest.approx(published("lognormal_sigma_volume"), abs=0.15)
    ratio = people.groupby("plan")["minutes_per_day"].mean()
    assert 1.6 < ratio["premium"] / ratio["free"] < 2.4


# -- persons ------------------------------------------------------------------------------------------

def test_a_listener_is_the_same_whoever_else_is_asked_for(survey):
    run = replace(CROWD, num_users=500)
    everybody = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    alone = ws.sample_listeners(run, ws.Behaviour(), survey, np.array([321]))
    assert everybody[0].slice(321, 1).to_pylist() == alone[0].to_pylist()
    assert [row for row in everybody[1].to_pylist() if row["listener_id"] == 321] == alone[1].to_pylist()


def test_completed_years_fit_the_day_of_birth(people):
    start = date(2025, 1, 1)
    for born, age in zip(people["birth_date"], people["age"]):
        assert age == start.year - born.year - ((start.month, start.day) < (born.month, born.day))


def test_everybody_owns_what_they_listen_on(people):
    shares = people[[f"{device}_share" for device in DEVICES]]
    assert np.allclose(shares.sum(axis=1), 1) and (shares >= 0).all().all()


def test_only_premium_has_a_kind_of_plan(people):
    assert (people.loc[people["plan"] == "free", "plan_kind"] == "none").all()
    assert not (people.loc[people["plan"] == "premium", "plan_kind"] == "none").any()
    assert (people.loc[people["plan_kind"] == "student", "age"] < 30).all()


def test_names_fit_the_country_and_are_many(people):
    assert people["name"].nunique() > 5000
    assert people.loc[people["country"] == "JP", "name"].map(lambda name: any(ord(letter) > 0x3000 for letter in name)).all()


def test_nobody_lives_at_sea(people):
    assert not people["time_zone"].str.startswith("Etc/").any()


def test_what_is_given_is_kept(survey):
    given = ws.Given("rap", 61, "male", "premium", 27.7172, 85.324)
    run = ws.Run(num_users=1, given=given)
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    person = listeners.to_pylist()[0] | versions.to_pylist()[0]
    assert {name: person[name] for name in ("favourite_genre", "age", "gender", "plan", "time_zone", "country")} == {
        "favourite_genre": "Rap", "age": 61, "gender": "male", "plan": "premium", "time_zone": "Asia/Kathmandu", "country": "NP"}


def test_coordinates_at_sea_are_refused():
    with pytest.raises(ValueError, match=r"latitude 0.0, longitude -30.0 lie at sea \(zone Etc/GMT\+2\); give a place on land."):
        li.home_of(0.0, -30.0)


def test_favourites_are_picked_from_the_genres_given(survey):
    run = replace(CROWD, num_users=300, genres=("pop", "Rock"))
    genres = pd.Series(ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0]["favourite_genre"].to_pylist())
    assert set(genres) == {"Pop", "Rock"} and within((genres == "Pop").mean(), 0.5, 300)


def test_instead_changes_what_follows_and_nothing_else(survey):
    run = ws.Run(num_users=1, first_listener=5)
    (was, _), (became, _) = (ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids(), instead=instead)
                             for instead in (ws.Given(), ws.Given(age=70)))
    one, other = was.to_pylist()[0], became.to_pylist()[0]
    assert {name for name in one if one[name] != other[name]} == {"birth_date", "minutes_per_day", "novelty"}


# -- profile versions ---------------------------------------------------------------------------------

def versions_of(birth, start, end, zone="Europe/Stockholm"):
    people = pd.DataFrame({"listener_id": [0], "birth_date": [np.datetime64(birth)], "age": [0], "time_zone": [zone],
                           "plan": ["free"], "plan_kind": ["none"]})
    return li.profile_versions(ws.Run(num_users=1, start_time=start, end_time=end), people).to_pandas()


def test_a_birthday_begins_a_new_version_at_local_midnight():
    versions = versions_of("2000-06-15", "2025-01-01", "2026-01-01")
    midnight = first_instant_ms(pd.Timestamp("2025-06-15").to_pydatetime(), "Europe/Stockholm")[0]
    assert versions["profile_version"].tolist() == [0, 1] and versions["age"].tolist()[1] == 25
    assert versions["valid_from"].dt.as_unit("ms").astype("int64").tolist()[1] == midnight


def test_a_birthday_on_the_29th_of_february_is_on_the_28th_in_a_common_year():
    assert str(versions_of("2004-02-29", "2025-01-01", "2026-01-01")["valid_from"][1]) == "2025-02-27 23:00:00+00:00"
    assert str(versions_of("2004-02-29", "2024-01-01", "2025-01-01")["valid_from"][1]) == "2024-02-28 23:00:00+00:00"


def test_every_birthday_of_a_long_window_counts():
    assert versions_of("2000-06-15", "2020-01-01", "2023-01-01")["age"].tolist()[1:] == [20, 21, 22]


# -- user ids -----------------------------------------------------------------------------------------

def test_a_user_id_is_a_uuid_that_gives_its_number_back():
    ids = np.array([0, 1, 17, 2**31 - 2])
    for text, number in zip(li.user_ids(99, ids), ids):
        assert uuid.UUID(text).version == 8 and uuid.UUID(text).variant == uuid.RFC_4122
        assert li.listener_number(text, 99) == number
        assert li.listener_number(text, 98) is None


def test_a_foreign_uuid_has_no_number():
    assert li.listener_number(str(uuid.uuid4()), 99) is None


def test_user_ids_are_unique():
    assert len(set(li.user_ids(1, np.arange(20_000)))) == 20_000
