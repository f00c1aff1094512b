"""Checks of parameters, instants and identity."""

from dataclasses import replace
from datetime import date, datetime

import numpy as np
import pytest

from wrapsim_helpers import checking, instants
from wrapsim_helpers import parameters as r

# -- checks ----------------------------------------------------------------------------------------


def message(error, call, *args, **kwargs):
    with pytest.raises(error) as caught:
        call(*args, **kwargs)
    return str(caught.value)


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    assert message(ValueError, checking.check_choice, "plan", "premuim", ("free", "premium")) == (
        "plan is 'premuim'; it must be one of 'free', 'premium'. Did you mean 'premium'?"
    )
    assert checking.check_choice("plan", "Premium", ("free", "premium")) == "premium"


@pytest.mark.parametrize(
    "bad, error, words",
    [
        (0, ValueError, "num_users is 0; it must be a whole number from 1 to 1,000,000,000."),
        (-3, ValueError, "num_users is -3; it must be"),
        (2.5, TypeError, "num_users is 2.5; it must be a whole number"),
        (True, TypeError, "num_users is True"),
        ("7", TypeError, "num_users is '7'"),
    ],
)
def test_users_that_are_no_positive_whole_number_are_refused(bad, error, words):
    assert message(error, r.Run, num_users=bad).startswith(words)


@pytest.mark.parametrize(
    "start, end, words",
    [
        ("2025-05-01", "2025-05-01", "end_time '2025-05-01' is not after start_time '2025-05-01'"),
        ("2025-05-02", "2025-05-01", "end_time '2025-05-01' is not after"),
        ("1 May 2025", "2025-06-01", "start_time is '1 May 2025'; it must be ISO 8601"),
        (
            "2025-05-01",
            "2039-05-01",
            "end_time is '2039-05-01'; it must lie between 2000-01-01 and 2038-01-01",
        ),
        ("1999-12-31", "2000-05-01", "start_time is '1999-12-31'; it must lie between"),
        (
            "2025-05-01T00:00:00+02:00",
            "2025-06-01",
            "start_time '2025-05-01T00:00:00+02:00' and end_time '2025-06-01': give both",
        ),
    ],
)
def test_windows_that_cannot_be_are_refused(start, end, words):
    assert message(ValueError, r.Run, start_time=start, end_time=end).startswith(words)


@pytest.mark.parametrize(
    "given, words",
    [
        ({"age": 5}, "age is 5; it must be a whole number from 6 to 100."),
        (
            {"gender": "femal"},
            "gender is 'femal'; it must be one of 'female', 'male', 'other'. Did you mean 'female' "
            "or 'male'?",
        ),
        (
            {"latitude": 91.0, "longitude": 0.0},
            "latitude is 91.0; it must be a number of degrees from -90 to 90.",
        ),
        ({"latitude": 1.0}, "latitude is 1.0 and longitude is None; give both or neither."),
    ],
)
def test_listeners_that_cannot_be_are_refused(given, words):
    assert message(ValueError, r.Given, **given) == words


def test_genres_given_as_one_text_are_refused():
    assert (
        message(TypeError, r.Run, genres="Pop")
        == "genres is 'Pop'; it must be a list of names, such as ['Pop', 'Rock']."
    )


# -- instants --------------------------------------------------------------------------------------


def test_a_local_time_that_does_not_exist_once_is_refused_for_one_listener():
    assert "skipped" in message(
        ValueError,
        instants.instant_ms,
        "start_time",
        datetime(2025, 3, 30, 2, 30),
        "Europe/Stockholm",
    )
    assert "showed twice" in message(
        ValueError,
        instants.instant_ms,
        "start_time",
        datetime(2025, 10, 26, 2, 30),
        "Europe/Stockholm",
    )


def test_for_a_crowd_it_becomes_the_first_valid_instant():
    stockholm = "Europe/Stockholm"
    gap_ends = instants.utc_ms(datetime.fromisoformat("2025-03-30T01:00:00+00:00"))
    first_showing = instants.utc_ms(datetime.fromisoformat("2025-10-26T00:30:00+00:00"))
    assert instants.first_instant_ms(datetime(2025, 3, 30, 2, 30), stockholm) == (gap_ends, True)
    assert instants.first_instant_ms(datetime(2025, 10, 26, 2, 30), stockholm) == (
        first_showing,
        True,
    )
    assert instants.first_instant_ms(datetime(2025, 3, 30, 3, 30), stockholm) == (
        gap_ends + 30 * instants.MINUTE_MS,
        False,
    )


def test_zone_changes_are_found_to_the_minute():
    january, next_january = (
        instants.utc_ms(datetime.fromisoformat(f"{year}-01-01T00:00:00+00:00"))
        for year in (2025, 2026)
    )
    changes = instants.zone_changes(
        "Australia/Lord_Howe", january, next_january
    )  # the half-hour daylight saving
    assert [offset for _, offset in changes] == [660, 630, 660]
    assert changes[1][0] == instants.utc_ms(datetime.fromisoformat("2025-04-05T15:00:00+00:00"))
    assert instants.zone_changes("Asia/Kathmandu", january, next_january) == [(january, 345)]


# -- identity --------------------------------------------------------------------------------------


def test_identity_changes_with_every_parameter_and_input_but_not_with_paths():
    run = r.Run(catalogue_tracks=0)
    same = r.identity(run, {"songs": "aa"}, {}, 10)
    assert r.identity(replace(run, songs_path="b.csv"), {"songs": "aa"}, {}, 10) == same
    changed = [
        r.identity(replace(run, seed=1), {"songs": "aa"}, {}, 10),
        r.identity(run, {"songs": "cc"}, {}, 10),
        r.identity(run, {"songs": "aa"}, {}, 11),
        r.identity(run, {"songs": "aa"}, {"sha256": "x"}, 10),
    ]
    assert len({r.identity_hash(one) for one in [same, *changed]}) == 5
    assert r.differences(same, changed[0]) == ["parameters.seed: 2025 here, 1 there"]


def test_the_genre_keeps_its_first_name_in_identities_and_both_are_read():
    given = r.Given("Pop", 30)
    found = r.identity(r.Run(given=given), {}, {}, 10)["parameters"]["given"]
    assert found == {
        "genre": "Pop",
        "age": 30,
        "gender": "",
        "plan": "",
        "latitude": None,
        "longitude": None,
        "user_id": "",
    }
    assert r.given_in(found) == given == r.given_in({"preferred_genre": "Pop", "age": 30})


@pytest.mark.parametrize(
    "number, text",
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.00 KB"),
        (244_321, "244 KB"),
        (999_499, "999 KB"),
        (999_500, "1.00 MB"),
        (12_345_678, "12.3 MB"),
        (3.449e9, "3.45 GB"),
        (99_960_000_000, "100 GB"),
        (4.56e15, "4,560 TB"),
    ],
)
def test_sizes_are_told_in_three_digits(number, text):
    assert checking.in_bytes(number) == checking.in_bytes(np.float64(number)) == text


def test_whole_numbers_of_numpy_and_dates_are_the_same_run():
    assert r.Run(np.int64(2), date(2025, 1, 1), datetime(2025, 2, 1), seed=np.int32(3)) == r.Run(
        2, "2025-01-01", "2025-02-01T00:00:00", seed=3
    )
    assert (
        type(r.Run(np.int64(2)).num_users) is int
        and r.Run(catalogue_tracks=np.int64(-1)) == r.Run()
    )


@pytest.mark.parametrize("number", [0.0, -1.0])
def test_a_number_of_tracks_that_is_not_whole_is_refused(number):
    with pytest.raises(
        TypeError,
        match=f"catalogue_tracks is {number}; it must be -1, 0 or a whole number from 1000 to "
        "5,000,000.",
    ):
        r.Run(catalogue_tracks=number)


# -- what differs between two runs -----------------------------------------------------------------


def test_the_size_of_parts_is_a_difference_only_where_nothing_else_is():
    one, other = (
        {"parameters": {"seed": seed, "listeners_per_part": size}}
        for seed, size in ((1, 10), (2, 20))
    )
    assert r.shown_differences(one, other) == ["parameters.seed: 1 here, 2 there"]
    other["parameters"]["seed"] = 1
    assert r.shown_differences(one, other) == ["parameters.listeners_per_part: 10 here, 20 there"]
