"""Births: every day of the year is as likely as another, and ages follow from the date of birth."""

import calendar
from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
import pytz

import wrapsim_helpers as ws
from wrapsim_helpers.people import birthdays
from wrapsim_helpers.people import listeners as li
from wrapsim_helpers.streams import numbered_keys

STARTS = ("2025-01-01", "2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01")
# in New York it is still 2024, in Auckland already 2025
WITH_OFFSET = ("2025-01-01T00:00+14:00", "2024-12-31T23:00-12:00", "2024-02-29T00:00+00:00")


def born(n=300_000, start="2025-01-01", years=30, zone="UTC"):
    """Birth dates of n listeners of one age, datetime64[D]. years: int or int64, (n,)."""
    run = ws.Run(num_users=n, start_time=start, end_time="2027-01-01")
    keys, zones = numbered_keys(np.uint64(4), np.arange(n)), pd.Categorical([zone] * n)
    return birthdays.birth_dates(run, keys, np.broadcast_to(years, n), zones)


def birthday_in(year, birth):
    """The birthday of a date in a year; 28 February for the 29th in a common year."""
    moved = (birth.month, birth.day) == (2, 29) and not calendar.isleap(year)
    return birth.replace(year=year, day=28 if moved else birth.day)


def completed_years(birth, day):
    """Age on a day, by the calendar of datetime."""
    return day.year - birth.year - (day < birthday_in(day.year, birth))


def numbers_of_days(births):
    """How often each (month, day) occurs, a dict."""
    dates = pd.DatetimeIndex(births)
    return pd.Series(list(zip(dates.month, dates.day))).value_counts().to_dict()


def test_all_days_of_a_common_year_are_equally_likely_birthdays():
    # on 31 December, people of one age are born in one year
    counts = numbers_of_days(born(start="2025-12-31", years=30))
    assert len(counts) == 365 and (2, 29) not in counts
    expected = 300_000 / 365
    assert abs(sum((n - expected) ** 2 for n in counts.values()) / expected - 364) < 4 * 728**0.5


def test_all_days_of_a_leap_year_are_equally_likely_birthdays():
    counts = numbers_of_days(born(start="2024-12-31", years=24))
    assert len(counts) == 366
    expected = 300_000 / 366
    assert abs(sum((n - expected) ** 2 for n in counts.values()) / expected - 365) < 4 * 730**0.5


def test_one_birthday_of_1461_is_the_29th_of_february_and_the_1st_of_march_is_as_others():
    years = 20 + np.arange(300_000) % 40
    counts = numbers_of_days(born(years=years))
    assert abs(counts[2, 29] - 300_000 / 1461) < 4 * (300_000 / 1461) ** 0.5
    assert abs(counts[3, 1] - 300_000 / 365.25) < 4 * (300_000 / 365.25) ** 0.5


@pytest.mark.parametrize("start", STARTS)
def test_the_age_at_the_start_follows_from_the_date_of_birth(start):
    years = 13 + np.arange(20_000) % 60
    day = date.fromisoformat(start)
    births = born(20_000, start, years).tolist()
    assert [completed_years(birth, day) for birth in births] == years.tolist()


def test_another_start_changes_the_year_of_birth_only():
    common = [(birth.month, birth.day) for birth in born(20_000, "2025-06-01").tolist()]
    leap = [(birth.month, birth.day) for birth in born(20_000, "2024-02-29").tolist()]
    same = [mine == other for mine, other in zip(common, leap)]
    assert all(same[n] or (2, 29) in (common[n], leap[n]) for n in range(20_000))


@pytest.mark.parametrize("start", [*STARTS, *WITH_OFFSET])
def test_every_profile_version_has_the_age_of_its_local_date(survey, start):
    run = ws.Run(num_users=1500, seed=6, start_time=start, end_time=end_of(start))
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    people = listeners.to_pandas().set_index("listener_id")
    rows = versions.to_pandas().join(people[["birth_date", "time_zone"]], on="listener_id")
    for row in rows.itertuples():
        day = row.valid_from.tz_convert(pytz.timezone(row.time_zone)).date()
        assert row.age == completed_years(row.birth_date, day), row
    before = versions.to_pandas().groupby("listener_id")[["age", "plan"]].shift()
    first = versions["profile_version"].to_numpy() == 0
    changed = rows[["age", "plan"]].ne(before).any(axis=1)
    assert changed[~first].all()


def end_of(start):
    """A time 26 months after the start, as text."""
    moment = datetime.fromisoformat(start)
    return moment.replace(year=moment.year + 2, month=4, day=28).isoformat()


@pytest.mark.parametrize("start", [*STARTS, *WITH_OFFSET])
def test_nobody_has_a_birthday_that_no_version_tells(survey, start):
    run = ws.Run(num_users=1500, seed=6, start_time=start, end_time=end_of(start))
    people, versions = li.sample_people(run, ws.Behaviour(), survey, run.listener_ids())
    last = np.flatnonzero(np.diff(versions["row"], append=-1))
    end = pd.Timestamp(end_of(start))
    for birth, zone, age in zip(
        people["birth_date"].tolist(), people["time_zone"], versions["age"][last]
    ):
        local = end.tz_convert(pytz.timezone(zone)) if end.tzinfo else end
        day = (local - pd.Timedelta(1, "ms")).date()
        assert age == completed_years(birth, day)


@pytest.mark.parametrize("start", STARTS)
def test_a_fixed_age_holds_at_the_start(survey, start):
    run = ws.Run(num_users=3000, start_time=start, end_time="2026-01-01", given=ws.Given(age=24))
    listeners, versions = ws.sample_listeners(run, ws.Behaviour(), survey, run.listener_ids())
    first = versions.to_pandas().drop_duplicates("listener_id")
    day = date.fromisoformat(start)
    assert set(first["age"]) == {24}
    births = listeners["birth_date"].to_pylist()
    assert {completed_years(birth, day) for birth in births} == {24}


def test_an_age_that_is_changed_holds_at_the_start(survey):
    run = ws.Run(num_users=2000, start_time="2024-02-29", end_time="2025-03-01")
    _, versions = ws.sample_listeners(
        run, ws.Behaviour(), survey, run.listener_ids(), ws.Given(age=40)
    )
    ages = versions.to_pandas().groupby("listener_id")["age"]
    assert set(ages.first()) == {40} and set(ages.last()) == {41}


def test_conditions_of_personas_use_the_same_age_as_the_versions(survey):
    run = replace(ws.Run(num_users=3000, start_time="2024-02-29"), personas_path="bundled")
    people, versions = li.sample_people(run, ws.Behaviour(), survey, run.listener_ids())
    assert (people["age"] == versions["age"][versions["profile_version"] == 0]).all()


def test_exact_ages_change_their_whole_years_on_the_birthday():
    births = np.array(["2004-02-29", "2000-06-15", "2000-06-16", "1999-12-31"], "datetime64[D]")
    for day in ("2024-02-29", "2025-02-28", "2025-06-15", "2025-01-01", "2024-12-31"):
        ages = birthdays.exact_ages(births, np.datetime64(day))
        whole = [completed_years(birth, date.fromisoformat(day)) for birth in births.tolist()]
        assert np.floor(ages).tolist() == whole
    assert birthdays.exact_ages(births, np.datetime64("2025-06-15"))[1] == 25.0
