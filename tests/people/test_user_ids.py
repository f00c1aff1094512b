"""User ids: another person has another id, the same person the same, whoever asks."""

from dataclasses import replace

import numpy as np
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.parameters import Given, Run, identity, identity_hash
from wrapsim_helpers.people import user_ids
from wrapsim_helpers.runs.again import listener_named
from wrapsim_helpers.runs.opened import open_run

WEEK = {"start_time": "2025-01-01", "end_time": "2025-01-04"}
# everything that makes number 17 another person
FIXED = [
    {"given": Given(age=61)},
    {"given": Given(age=62)},
    {"given": Given(plan="premium")},
    {"given": Given(plan="free")},
    {"given": Given(gender="female")},
    {"given": Given(preferred_genre="Pop")},
    {"given": Given(latitude=59.33, longitude=18.07)},
    {"given": Given(latitude=59.33, longitude=18.06)},
    {"given": Given(age=61, plan="premium")},
    {"genres": ("Rock", "Rap")},
    {"population": "survey"},
    {"survey_group": "A"},
]


def id_of(number=17, **parameters):
    return user_ids.run_user_ids(Run(**parameters), np.array([number]))[0].as_py()


def written_id(survey, run, instead=Given()):
    """The user id in the table of a run's listeners."""
    return ws.sample_listeners(run, ws.Behaviour(), survey, np.array([17]), instead)[0]["user_id"][
        0
    ].as_py()


def test_whatever_is_fixed_gives_another_id():
    ids = [id_of(), *(id_of(**fixed) for fixed in FIXED)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("fixed", FIXED, ids=str)
def test_an_id_follows_from_seed_number_and_what_is_fixed_alone(survey, fixed):
    run = Run(num_users=100, start_time="2024-02-29", end_time="2024-03-07", **fixed)
    alone = replace(run, num_users=1, first_listener=17, start_time="2023-01-01")
    assert written_id(survey, run) == written_id(survey, alone) == id_of(**fixed)
    assert id_of(seed=1, **fixed) != id_of(**fixed) != id_of(18, **fixed)


@pytest.mark.parametrize("fixed", FIXED, ids=str)
def test_the_number_is_recovered_whatever_is_fixed(fixed):
    assert user_ids.listener_number(id_of(**fixed), 2025) == 17
    assert user_ids.listener_number(id_of(**fixed), 2024) is None


def test_ids_are_unique_also_where_something_is_fixed():
    run = Run(given=Given(age=30))
    assert len(set(user_ids.run_user_ids(run, np.arange(20_000)).to_pylist())) == 20_000


def test_equal_parameters_in_another_spelling_give_the_same_id_and_identity():
    pairs = [
        ({"genres": ["pop", "KPOP"]}, {"genres": ("Pop", "K-pop")}),
        ({"given": Given("rap", 30, "Male", "Free")}, {"given": Given("Rap", 30, "male", "free")}),
        (
            {"given": Given(latitude=59, longitude=0)},
            {"given": Given(latitude=59.0, longitude=-0.0)},
        ),
        (
            {"population": "World", "survey_group": "a"},
            {"population": "world", "survey_group": "A"},
        ),
    ]
    for here, there in pairs:
        runs = Run(**here), Run(**there)
        assert runs[0] == runs[1]
        assert id_of(**here) == id_of(**there)
        hashes = {identity_hash(identity(run, {}, {}, 100)) for run in runs}
        assert len(hashes) == 1


def test_a_genre_drawn_from_a_list_gives_the_id_of_a_listener_with_that_genre(survey):
    run = Run(num_users=40, genres=["Rap", "pop"])
    people = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0].to_pylist()
    for person in people:
        given = Given(preferred_genre=person["favourite_genre"])
        assert person["user_id"] == id_of(person["listener_id"], given=given)
    assert {person["favourite_genre"] for person in people} == {"Pop", "Rap"}


def test_an_unknown_genre_is_refused_when_a_run_is_made():
    with pytest.raises(ValueError, match="genres is 'Popp'; it must be one of .* Did you mean"):
        Run(genres=("Popp",))
    with pytest.raises(ValueError, match="preferred_genre is 'Popp'; it must be one of"):
        Given(preferred_genre="Popp")


def test_what_if_keeps_the_id(survey):
    run = Run(num_users=20, **WEEK)
    assert written_id(survey, run, Given("Rap", 61, "male", "free")) == id_of()
    before = ws.listen(ws.one_listener(17, **WEEK, age=61))
    after = ws.what_if(before, age=40, plan="free")
    assert before.listeners["user_id"] == after.listeners["user_id"]
    assert before.listeners["user_id"][0].as_py() == id_of(given=Given(age=61))


# -- ids that a caller gives -----------------------------------------------------------------------


def test_the_uuid_of_a_listener_gives_the_run_of_its_number():
    assert ws.one_listener(id_of(), **WEEK) == ws.one_listener(17, **WEEK)
    fixed = id_of(given=Given(age=61))
    assert ws.one_listener(fixed, **WEEK, age=61) == ws.one_listener(17, **WEEK, age=61)


@pytest.mark.parametrize("fixed", [{"age": 61}, {"plan": "free"}, {"preferred_genre": "Rap"}])
def test_a_given_uuid_is_kept_also_if_it_is_of_another_person(fixed):
    other = "6f1c0a52-0000-4000-8000-1234567890ab"
    for user_id in (id_of(), id_of(given=Given(gender="female")), other):
        run = ws.one_listener(user_id.upper(), **WEEK, **fixed)
        assert run.given.user_id == user_id
        assert user_ids.run_user_ids(run, run.listener_ids()).to_pylist() == [user_id]
        assert (run.first_listener == 17) == (user_id != other)


def test_records_have_the_uuid_that_the_caller_gave():
    records = ws.generate_listening_session(id_of(), "2025-01-01", "2025-02-01", age=61)
    assert {str(row["UserProfile"]["UserId"]) for row in records} == {id_of()}


# -- listeners of a run by id ----------------------------------------------------------------------


RAP = {"genres": ["rap"], **WEEK}


@pytest.fixture(scope="module")
def rap_run(tmp_path_factory):
    """The folder of a run of five listeners whose favourite genre is fixed."""
    return ws.simulate(5, **RAP, out_dir=tmp_path_factory.mktemp("rap") / "run", workers=1)


def test_a_listener_of_a_run_with_a_fixed_genre_is_found_by_id(rap_run):
    listener = ws.read_parquet(rap_run, "listeners").to_pylist()[3]
    assert listener["user_id"] == id_of(3, genres=["Rap"])
    again = ws.again(rap_run, listener["user_id"].upper())
    assert again.listeners.to_pylist() == [listener]


def test_the_id_of_another_person_of_that_number_is_not_in_the_run(rap_run):
    with pytest.raises(ValueError, match="has no listener with that number, user_id or name"):
        ws.again(rap_run, id_of(3))


def test_a_genre_in_another_spelling_is_the_same_run(rap_run):
    before = ws.read_manifest(rap_run)
    ws.simulate(5, **RAP | {"genres": ["Rap"]}, out_dir=rap_run, workers=1)
    assert ws.read_manifest(rap_run) == before


def test_a_listener_of_a_run_with_ids_of_an_earlier_version_is_found_by_id(tmp_path, monkeypatch):
    with monkeypatch.context() as earlier:  # when ids followed from seed and number alone
        earlier.setattr(user_ids, "fixed_keys", lambda run, keys: np.zeros(len(keys), np.uint64))
        run = ws.simulate(5, **RAP, out_dir=tmp_path / "run", workers=1)
    assert listener_named(open_run(run), id_of(3)) == 3
