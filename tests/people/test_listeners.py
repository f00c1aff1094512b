"""Who listens: shares, homes, names, profile versions and user ids."""

import math
import re
import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.instants import first_instant_ms
from wrapsim_helpers.people import clocks, homes, loop_records, profile_versions, user_ids
from wrapsim_helpers.people import listeners as li
from wrapsim_helpers.people import survey_weights as sv
from wrapsim_helpers.people.figures import published
from wrapsim_helpers.schema import DEVICES, SYMBOLS, code
from wrapsim_helpers.streams import numbered_keys, uniform

CROWD = ws.Run(num_users=6000, seed=3)


@pytest.fixture(scope="module")
def people(survey):
    listeners, versions = ws.sample_listeners(CROWD, ws.Behaviour(), survey, CROWD.listener_ids())
    first = versions.to_pandas().drop_duplicates("listener_id").set_index("listener_id")
    return listeners.to_pandas().set_index("listener_id").join(first[["age", "plan", "plan_kind"]])


def within(share, expected, n, errors=4.0):
    return abs(share - expected) < errors * math.sqrt(expected * (1 - expected) / n)


# -- shares ----------------------------------------------------------------------------------------


def test_a_world_crowd_has_the_published_age_gender_and_plan(people):
    for answers, shares in (
        (people["gender"], sv.gender_shares()),
        (people["plan"], sv.plan_shares()),
    ):
        for answer, share in shares.items():
            assert within((answers == answer).mean(), share, len(people)), answer
    bins = published("age_shares")["2015_sample"]
    for name, (low, high) in sv.AGE_BINS.items():
        assert within(
            people["age"].between(low, high - 1).mean(),
            bins[name] / sum(bins.values()),
            len(people),
        ), name


def test_a_survey_crowd_has_the_shares_of_the_survey(survey):
    run = replace(CROWD, population="survey")
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    assert within(
        (listeners.to_pandas()["gender"] == "female").mean(),
        (survey["gender"] == "female").mean(),
        6000,
    )
    plan = versions.to_pandas().drop_duplicates("listener_id")["plan"]
    assert within((plan == "premium").mean(), (survey["plan"] == "premium").mean(), 6000)


def test_regions_have_their_share_of_users_and_of_subscribers(people):
    region = people["country"].map(homes.countries().set_index("country")["region"])
    for name, share in published("region_shares")["MAU"].items():
        assert abs((region == name).mean() - share) < 0.03, name
    for name, share in published("region_shares")["subscribers"].items():
        assert abs((region[people["plan"] == "premium"] == name).mean() - share) < 0.03, name


def test_group_a_leaves_the_second_group_out(survey):
    run = replace(CROWD, num_users=200, survey_group="A")
    assert set(
        ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0][
            "listener_type"
        ].to_pylist()
    ) == {"A"}


def test_raking_says_how_few_rows_it_rests_on(survey):
    even, raked = (ws.survey_weights(survey, name, "all") for name in ("survey", "world"))
    assert ws.effective_sample_size(even) == pytest.approx(len(survey))
    assert 50 < ws.effective_sample_size(raked) < len(survey)
    assert raked.max() <= sv.CAP / len(survey) * 1.5


def test_minutes_a_day_are_log_normal_and_premium_hears_more(people):
    log_minutes, b = np.log(people["minutes_per_day"]), ws.Behaviour()
    alike = (
        log_minutes
        - np.log(b.premium_factor) * (people["plan"] == "premium")
        - b.age_slope * (people["age"] - 30)
    )
    assert (
        alike.std() == pytest.approx(b.sigma_minutes, abs=0.05)
        and abs((alike - alike.mean()).pow(3).mean()) < 0.15
    )
    ratio = people.groupby("plan", observed=True)["minutes_per_day"].mean()
    assert 1.6 < ratio["premium"] / ratio["free"] < 2.4


# -- persons ---------------------------------------------------------------------------------------


def test_a_listener_is_the_same_whoever_else_is_asked_for(survey):
    run = replace(CROWD, num_users=500)
    everybody = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    alone = ws.sample_listeners(run, ws.Behaviour(), survey, np.array([321]))
    assert everybody[0].slice(321, 1).to_pylist() == alone[0].to_pylist()
    assert [row for row in everybody[1].to_pylist() if row["listener_id"] == 321] == alone[
        1
    ].to_pylist()


def test_completed_years_fit_the_day_of_birth(people):
    start = date(2025, 1, 1)
    for born, age in zip(people["birth_date"], people["age"]):
        assert age == start.year - born.year - ((start.month, start.day) < (born.month, born.day))


def test_everybody_owns_what_they_listen_on(people):
    shares = people[[f"{device}_share" for device in DEVICES]]
    assert np.allclose(shares.sum(axis=1), 1) and (shares >= 0).all().all()


def test_a_platform_is_known_exactly_where_its_device_is_owned(people):
    assert (
        (people["phone_platform"] == "UNKNOWN")
        == (people["phone_share"] + people["tablet_share"] == 0)
    ).all()
    assert ((people["computer_platform"] == "UNKNOWN") == (people["desktop_share"] == 0)).all()
    assert set(people["phone_platform"]) <= {"android", "ios", "UNKNOWN"}
    assert set(people["computer_platform"]) <= {"windows", "macos", "linux", "UNKNOWN"}


def test_listeners_of_the_world_are_13_and_older_and_opened_their_accounts_from_13_on(people):
    assert people["age"].min() == 13
    birthdays_at_13 = pd.to_datetime(people["birth_date"]) + pd.DateOffset(years=13)
    assert (pd.to_datetime(people["joined_on"]) >= birthdays_at_13).all()
    assert (pd.to_datetime(people["joined_on"]) <= "2025-01-01").all()


def test_listeners_of_the_survey_keep_the_surveyed_ages(survey):
    run = replace(CROWD, population="survey")
    _, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    ages = versions.to_pandas().drop_duplicates("listener_id")["age"]
    assert ages.min() == sv.YOUNGEST and (ages < 13).mean() > 0.01


def test_an_age_below_13_is_refused_in_the_world_and_kept_in_the_survey(survey):
    words = (
        "age is 12; listeners of population='world' are 13 and older, since services admit nobody "
        "younger. Give an age from 13 to 100, or population='survey'."
    )
    run = ws.Run(num_users=1, given=ws.Given(age=12), end_time="2025-01-02")
    adult = replace(run, given=ws.Given())
    calls = [
        lambda: ws.sample_listeners(run, ws.Behaviour(), survey, [0]),
        lambda: ws.sample_listeners(adult, ws.Behaviour(), survey, [0], ws.Given(age=12)),
        lambda: ws.listen(run),
        lambda: ws.listen(adult, instead=ws.Given(age=12)),
        lambda: ws.one_listener(age=12),
        lambda: ws.generate_multiple_users_session(2, age=12),
    ]
    for call in calls:
        with pytest.raises(ValueError, match=re.escape(words)):
            call()
    child = replace(run, population="survey")
    assert ws.listen(child).profile_versions["age"][0].as_py() == 12


def test_two_of_three_minutes_are_heard_on_a_phone_or_tablet(people):
    mobile = (
        (people["phone_share"] + people["tablet_share"])
        @ people["minutes_per_day"]
        / people["minutes_per_day"].sum()
    )
    assert abs(mobile - published("device_mix")["2025"]["mobile"]) < 0.08


def test_accounts_are_as_old_as_published_but_for_the_scale(people):
    weeks = (pd.Timestamp("2025-01-01") - pd.to_datetime(people["joined_on"])).dt.days / 7
    wanted = published("account_age")
    for name, share in (("p10", 0.1), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9)):
        near = weeks.quantile([share - 0.02, share + 0.02]).to_numpy() / li.ACCOUNT_SCALE
        assert near[0] - 0.2 < wanted[name] < near[1] + 0.2, name
    assert weeks.mean() / li.ACCOUNT_SCALE == pytest.approx(wanted["mean"], rel=0.05)


def test_nobody_opened_an_account_before_they_could_read(people):
    opened = (
        pd.to_datetime(people["joined_on"]) - pd.to_datetime(people["birth_date"])
    ).dt.days / 365.25
    assert opened.min() > li.FIRST_ACCOUNT_AGE - 0.05


def test_only_premium_has_a_kind_of_plan(people):
    assert (people.loc[people["plan"] == "free", "plan_kind"] == "none").all()
    assert not (people.loc[people["plan"] == "premium", "plan_kind"] == "none").any()
    assert (people.loc[people["plan_kind"] == "student", "age"] < 30).all()


def test_names_fit_the_country_and_are_many(people):
    assert people["name"].nunique() > 5000
    assert (
        people.loc[people["country"] == "JP", "name"]
        .map(lambda name: any(ord(letter) > 0x3000 for letter in name))
        .all()
    )


def test_nobody_lives_at_sea(people):
    assert not people["time_zone"].str.startswith("Etc/").any()


def test_what_is_given_is_kept(survey):
    given = ws.Given("rap", 61, "male", "premium", 27.7172, 85.324)
    run = ws.Run(num_users=1, given=given)
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    person = listeners.to_pylist()[0] | versions.to_pylist()[0]
    assert {
        name: person[name]
        for name in ("favourite_genre", "age", "gender", "plan", "time_zone", "country")
    } == {
        "favourite_genre": "Rap",
        "age": 61,
        "gender": "male",
        "plan": "premium",
        "time_zone": "Asia/Kathmandu",
        "country": "NP",
    }


def test_coordinates_at_sea_are_refused():
    with pytest.raises(
        ValueError,
        match=r"latitude 0.0, longitude -30.0 are at sea \(zone Etc/GMT\+2\); give a place on "
        r"land.",
    ):
        homes.home_of(0.0, -30.0)


def test_favourites_are_picked_from_the_genres_given(survey):
    run = replace(CROWD, num_users=300, genres=("pop", "Rock"))
    genres = pd.Series(
        ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0][
            "favourite_genre"
        ].to_pylist()
    )
    assert set(genres) == {"Pop", "Rock"} and within((genres == "Pop").mean(), 0.5, 300)


def test_instead_changes_what_follows_and_nothing_else(survey):
    run = ws.Run(num_users=1, first_listener=5)
    (was, _), (became, _) = (
        ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids(), instead=instead)
        for instead in (ws.Given(), ws.Given(age=70))
    )
    one, other = was.to_pylist()[0], became.to_pylist()[0]
    assert {name for name in one if one[name] != other[name]} == {
        "birth_date",
        "minutes_per_day",
        "novelty",
    }


# -- profile versions ------------------------------------------------------------------------------


def people_with(
    n=1, birth="2000-06-15", plan="free", churn=0.0, joining=0.0, seed=1, zone="Europe/Stockholm"
):
    """n people as `profile_versions` reads them; nobody changes plan unless a chance is given."""
    same = {
        "age": 0,
        "plan": code("plan", plan),
        "wanted_plan": code("plan_kind", "student"),
        "leaving": churn,
        "joining": joining,
    }
    return {name: np.full(n, value) for name, value in same.items()} | {
        "listener_id": np.arange(n),
        "key": numbered_keys(np.uint64(seed), np.arange(n)),
        "birth_date": np.array([birth] * n, "datetime64[D]"),
        "time_zone": pd.Categorical([zone] * n),
    }


def version_table(run, people):
    """The profile_versions table of people, a DataFrame."""
    versions = profile_versions.profile_versions(run, people)
    return li.to_table("profile_versions", versions).to_pandas()


def versions_of(birth, start, end):
    return version_table(
        ws.Run(num_users=1, start_time=start, end_time=end), people_with(birth=birth)
    )


def test_a_birthday_begins_a_new_version_at_local_midnight():
    versions = versions_of("2000-06-15", "2025-01-01", "2026-01-01")
    midnight = first_instant_ms(pd.Timestamp("2025-06-15").to_pydatetime(), "Europe/Stockholm")[0]
    assert versions["profile_version"].tolist() == [0, 1] and versions["age"].tolist()[1] == 25
    assert versions["valid_from"].dt.as_unit("ms").astype("int64").tolist()[1] == midnight


def test_a_birthday_on_the_29th_of_february_is_on_the_28th_in_a_common_year():
    assert (
        str(versions_of("2004-02-29", "2025-01-01", "2026-01-01")["valid_from"][1])
        == "2025-02-27 23:00:00+00:00"
    )
    assert (
        str(versions_of("2004-02-29", "2024-01-01", "2025-01-01")["valid_from"][1])
        == "2024-02-28 23:00:00+00:00"
    )


def test_every_birthday_of_a_long_window_counts():
    assert versions_of("2000-06-15", "2020-01-01", "2023-01-01")["age"].tolist()[1:] == [20, 21, 22]


@pytest.mark.parametrize(
    "start, end, birth, zone",
    [
        # local time of the window: from 30 December 2024, 23:00
        ("2025-01-01T00:00+14:00", "2025-06-01T00:00+14:00", "1990-12-31", "Pacific/Pago_Pago"),
        # local time of the window: until 2 January 2026, 01:00
        ("2025-06-01T00:00-12:00", "2025-12-31T23:00-12:00", "1991-01-01", "Pacific/Kiritimati"),
    ],
)
def test_a_birthday_counts_in_a_year_that_only_the_local_time_reaches(start, end, birth, zone):
    run = ws.Run(num_users=1, start_time=start, end_time=end)
    versions = version_table(run, people_with(birth=birth, zone=zone))
    assert len(versions) == 2 and versions["age"].diff().tolist()[1] == 1


def test_the_first_instant_of_any_local_time_is_the_one_of_pytz():
    zones = [
        "Europe/Stockholm",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Asia/Kathmandu",
        "Australia/Lord_Howe",
        "America/Asuncion",
    ]
    run = ws.Run(num_users=2, start_time="2017-01-01", end_time="2018-12-31")
    draw = np.random.default_rng(5)
    zone = draw.integers(len(zones), size=3000)
    changes = [at + offset * 60_000 for name in zones for at, offset in zone_clock(run, name)]
    wall = np.append(
        draw.integers(1483228800000, 1546214400000, 2000),
        draw.choice(changes, 1000) + draw.integers(-4, 5, 1000) * 1_800_000,
    )
    found = clocks.first_instants(*clocks.clocks(run, zones), zone, wall)
    for z, w, at in zip(zone, wall.tolist(), found.tolist()):
        assert (
            at == first_instant_ms(datetime(1970, 1, 1) + timedelta(milliseconds=w), zones[z])[0]
        ), (zones[z], w)


def zone_clock(run, name):
    return clocks.zone_clock(name, 1483228800000 - 3 * 86_400_000, 1546214400000 + 3 * 86_400_000)[
        1:
    ]


# -- plans over time -------------------------------------------------------------------------------


def slow_changes(key, plan, churn, joining, start, end):
    """The plan's changes as told: month by month, one listener at a time, with the calendar of
    datetime.
    """
    month, found = datetime(start.year, start.month, 1), []
    while month < end:
        after = datetime(month.year + month.month // 12, month.month % 12 + 1, 1)
        number = (month.year - 1970) * 12 + month.month - 1
        at = month + (after - month) * uniform(key, profile_versions.CHANGE_AT, number)
        if (
            uniform(key, profile_versions.CHANGE_PLAN, number)
            < (churn if plan == "premium" else joining)
            and start < at < end
        ):
            plan = "free" if plan == "premium" else "premium"
            found.append((at, plan))
        month = after
    return found


@pytest.mark.parametrize(
    "window",
    [
        ("2025-01-01", "2026-01-01"),
        ("2024-02-20", "2024-03-02"),
        ("2025-11-30T12:00", "2026-01-05"),
    ],
)
def test_plans_change_as_the_slow_calendar_says(window):
    run, people = (
        ws.Run(num_users=400, start_time=window[0], end_time=window[1]),
        people_with(400, plan="premium", churn=0.2, joining=0.1, zone="UTC"),
    )
    versions = version_table(run, people)
    versions = versions[versions["plan"] != versions.groupby("listener_id")["plan"].shift()]
    found = versions.groupby("listener_id").apply(
        lambda rows: list(zip(rows["valid_from"].dt.tz_localize(None), rows["plan"]))[1:]
    )
    start, end = map(datetime.fromisoformat, window)
    for number, key in enumerate(people["key"]):
        expected = slow_changes(key, "premium", 0.2, 0.1, start, end)
        assert [plan for _, plan in found[number]] == [plan for _, plan in expected]
        assert all(
            abs(at - when) < timedelta(milliseconds=2)
            for (at, _), (when, _) in zip(found[number], expected)
        )
    assert sum(map(len, found)) > 10


def test_the_plans_of_a_quarter_are_those_of_the_year_until_then():
    people = people_with(300, plan="premium", churn=0.2, joining=0.1, zone="Asia/Tokyo")
    year, quarter = (
        version_table(ws.Run(num_users=300, start_time="2025-01-01", end_time=end), people)
        for end in ("2026-01-01", "2025-04-01")
    )
    assert len(quarter) > 350
    pd.testing.assert_frame_equal(
        year[year["valid_from"] < pd.Timestamp("2025-04-01", tz="Asia/Tokyo")].reset_index(
            drop=True
        ),
        quarter,
    )


def test_age_and_plan_each_keep_what_the_other_changes():
    run = ws.Run(num_users=50, start_time="2020-01-01", end_time="2023-01-01")
    versions = version_table(
        run, people_with(50, birth="1991-06-15", churn=0.3, joining=0.3, zone="UTC")
    )
    for _, rows in versions.groupby("listener_id"):
        assert (
            rows["profile_version"].tolist() == list(range(len(rows)))
            and rows["valid_from"].is_monotonic_increasing
        )
        changed = rows[["age", "plan"]].ne(rows[["age", "plan"]].shift()).iloc[1:]
        assert (changed.sum(axis=1) == 1).all() and changed["age"].sum() == 3
    kinds = (
        versions.groupby([versions["plan"], versions["age"] >= 30], observed=True)["plan_kind"]
        .unique()
        .map(set)
    )
    assert kinds["free", True] == kinds["free", False] == {"none"}
    assert kinds["premium", False] == {"student"} and kinds["premium", True] == {"individual"}


def test_a_year_loses_and_gains_premium_at_the_published_pace_and_keeps_its_share(survey):
    run = ws.Run(num_users=20_000, seed=8)
    versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[1].to_pandas()
    premium = (versions["plan"] == "premium").groupby(versions["listener_id"])
    assert abs(premium.first().mean() - published("premium_share_users")["2025"]) < 0.02
    assert abs(premium.last().mean() - published("premium_share_users")["2025"]) < 0.03
    before = versions.groupby("listener_id")["plan"].shift()
    left = ((before == "premium") & (versions["plan"] == "free")).sum()
    taken = ((before == "free") & (versions["plan"] == "premium")).sum()
    months = 12 * 20_000 * premium.first().mean()
    assert abs(left / months - ws.Behaviour().premium_churn) < 4 * math.sqrt(left) / months
    assert abs(left / months - published("premium_churn")["Q4_2017"]) < 0.015
    assert abs((left + taken) / 20_000 * 14 / 365 - published("plan_switch_rate")) < 0.02


def test_a_survey_crowd_keeps_its_own_share_of_premium(survey):
    run = ws.Run(num_users=20_000, population="survey")
    versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[1].to_pandas()
    premium = (versions["plan"] == "premium").groupby(versions["listener_id"])
    assert abs(premium.first().mean() - premium.last().mean()) < 0.015


def test_premium_growth_is_how_many_come_for_each_who_leaves(survey):
    run, growing = ws.Run(num_users=20_000), replace(ws.Behaviour(), premium_growth=2.0)
    versions = ws.sample_listeners(run, growing, survey, run.listener_ids())[1].to_pandas()
    premium = (versions["plan"] == "premium").groupby(versions["listener_id"])
    assert premium.last().mean() > premium.first().mean() + 0.1


@pytest.mark.parametrize(
    "given", [{"given": ws.Given(plan="premium")}, {"given": ws.Given(plan="free")}]
)
def test_a_plan_that_is_given_never_changes(survey, given):
    run = ws.Run(num_users=500, start_time="2020-01-01", end_time="2024-01-01", **given)
    assert (
        len(
            set(
                ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[1][
                    "plan"
                ].to_pylist()
            )
        )
        == 1
    )
    instead = ws.sample_listeners(
        replace(run, given=ws.Given()), ws.Behaviour(), survey, run.listener_ids(), run.given
    )
    assert len(set(instead[1]["plan"].to_pylist())) == 1


# -- user ids --------------------------------------------------------------------------------------


def test_a_user_id_is_a_uuid_that_gives_its_number_back():
    ids = np.array([0, 1, 17, 2**31 - 2])
    keys = numbered_keys(np.uint64(99), ids)
    for text, number in zip(user_ids.user_ids(keys, 99, ids).to_pylist(), ids):
        assert uuid.UUID(text).version == 8 and uuid.UUID(text).variant == uuid.RFC_4122
        assert user_ids.listener_number(text, 99) == number
        assert user_ids.listener_number(text, 98) is None


def test_a_foreign_uuid_has_no_number():
    assert user_ids.listener_number(str(uuid.uuid4()), 99) is None


def test_user_ids_are_unique():
    ids = np.arange(20_000)
    keys = numbered_keys(np.uint64(1), ids)
    assert len(set(user_ids.user_ids(keys, 1, ids).to_pylist())) == 20_000


# -- records for the loop --------------------------------------------------------------------------


def drawn_and_lowered(run, survey, ids):
    """(listeners, versions, People): two DataFrames and what the loop reads."""
    people, versions = li.sample_people(run, ws.Behaviour(), survey, ids)
    others = loop_records.other_genres(survey, people)
    tables = [table.to_pandas() for table in li.listener_tables(run, people, versions)]
    return *tables, loop_records.lower_listeners(run, people, versions, others)


@pytest.fixture(scope="module")
def lowered(survey):
    run = ws.Run(num_users=300, seed=5, start_time="2025-03-01", end_time="2025-06-01")
    return drawn_and_lowered(run, survey, run.listener_ids())


def test_the_loop_reads_what_the_tables_say(lowered, catalogue):
    listeners, versions, people = lowered
    names = homes.nations()
    pools = {number: name for name, number in catalogue.pools.items()}
    for row, person in zip(listeners.itertuples(), people.persons):
        assert (person.number, names[person.country], pools[person.favourite]) == (
            row.listener_id,
            row.country,
            row.favourite_genre,
        )
        assert (person.kind, SYMBOLS["gender"][person.gender], person.birth_year) == (
            0,
            row.gender,
            row.birth_date.year,
        )
        assert pd.Timestamp(person.joined_ms, unit="ms").date() == row.joined_on
        assert person.home_country == (
            person.country if person.country < len(homes.countries()) else -1
        )
        assert person.start_ms == first_instant_ms(datetime(2025, 3, 1), row.time_zone)[0]
        assert np.allclose(
            np.diff(person.devices, prepend=0), [getattr(row, f"{name}_share") for name in DEVICES]
        )
        mine = versions[versions["listener_id"] == row.listener_id]
        own = people.versions[person.first_version : person.after_versions]
        assert (
            list(own.age) == mine["age"].tolist()
            and [SYMBOLS["plan"][plan] for plan in own.plan] == mine["plan"].tolist()
        )
        assert list(own.from_ms) == mine["valid_from"].dt.as_unit("ms").astype("int64").tolist()


def test_codes_of_countries_do_not_depend_on_who_is_asked_for(survey):
    run = ws.Run(
        num_users=300, seed=5, given=ws.Given(latitude=4.1755, longitude=73.5093)
    )  # Male, not in places.csv
    *_, people = drawn_and_lowered(run, survey, run.listener_ids()[:2])
    names = homes.nations()
    assert names[: len(homes.countries())] == homes.countries()["country"].tolist() and len(
        set(names)
    ) == len(names)
    assert names[people.persons[0].country] == "MV" and people.persons[0].home_country == -1


def test_listeners_may_be_asked_for_in_any_order(survey):
    run = ws.Run(num_users=5, start_time="2020-01-01", end_time="2025-01-01")
    _, versions, people = drawn_and_lowered(run, survey, np.array([4, 0, 2]))
    assert people.persons.number.tolist() == [4, 0, 2]
    for person in people.persons:
        mine = versions[versions["listener_id"] == person.number]
        own = people.versions[person.first_version : person.after_versions]
        assert len(own) > 4 and own.age.tolist() == mine["age"].tolist()


def test_a_time_skipped_in_another_zone_is_no_error_for_one_listener(survey, people):
    def listener_in(zone):
        number = people.index[people["time_zone"] == zone][0]
        run = replace(CROWD, num_users=1, first_listener=number, start_time="2025-03-30T02:30")
        return ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())[0]

    assert listener_in("Asia/Tokyo").num_rows == 1
    with pytest.raises(ValueError, match="the clocks of Europe/Berlin skipped"):
        listener_in("Europe/Berlin")


def test_other_genres_are_those_of_people_alike(survey, lowered):
    listeners, versions, people = lowered
    shares, first = (
        ws.response_shares(survey, "genre"),
        versions.drop_duplicates("listener_id").set_index("listener_id"),
    )
    for row, person in list(zip(listeners.itertuples(), people.persons))[:40]:
        age, plan = first.loc[row.listener_id, ["age", "plan"]]
        group = "up to 20" if age < 20 else "20 to 35" if age < 35 else "over 35"
        assert np.allclose(
            np.diff(person.other_totals, prepend=0),
            shares.loc[(row.listener_type, group, row.gender, plan)],
        )
