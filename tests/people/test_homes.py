"""Homes: a town lies in the country that it is said to lie in, under its right name."""

import numpy as np
import pytest
import pytz
from faker.providers.geo import Provider
from timezonefinder import TimezoneFinder

import wrapsim_helpers as ws
from wrapsim_helpers.people import homes

# places far from every town of Faker in their country: country, latitude, longitude
FAR_FROM_TOWNS = {
    "Apia": ("WS", -13.83, -171.77),
    "Tarawa": ("KI", 1.36, 173.04),
    "Kiritimati": ("KI", 1.87, -157.4),
    "Nuuk": ("GL", 64.18, -51.72),
    "St John's": ("CA", 47.56, -52.71),
    "South Pole": ("AQ", -90.0, 0.0),
    "Honolulu": ("US", 21.31, -157.86),
    "Kathmandu": ("NP", 27.7172, 85.324),
}
# letters of UTF-8 text that was decoded as Mac Roman or cp1252
MARKS = ("‚Ä", "√", "â€", "Ã", "Â", "�", "?")


def test_no_town_of_the_list_is_mis_decoded():
    cities = homes.land()["city"]
    assert [city for city in cities if any(mark in city for mark in MARKS)] == []
    assert {"T’aebaek", "Khairpur Mir’s", "Alatyr’", "Plzeň"} <= set(cities)


def test_decoding_again_changes_mis_decoded_towns_only():
    given = [place[2] for place in Provider.land_coords]
    changed = {town for town in given if homes.redecoded(town) != town}
    assert changed == {town for town in given if any(mark in town for mark in MARKS)}


@pytest.mark.parametrize("encoding", homes.WRONG_DECODINGS)
@pytest.mark.parametrize("town", "T’aebaek Malmö Łódź Köln Plzeň Ås".split() + ["São Paulo"])
def test_a_town_is_decoded_again_from_every_wrong_table(town, encoding):
    assert homes.redecoded(town) == town
    try:
        wrong = town.encode().decode(encoding)
    except UnicodeError:  # the table has no letter for a byte, so the mistake cannot occur
        return
    assert homes.redecoded(wrong) == town


def test_every_town_that_is_drawn_lies_in_its_country():
    for town in homes.towns().itertuples():
        assert town.time_zone in pytz.country_timezones[town.country], town


def test_every_time_zone_on_land_has_one_country():
    zones = {zone for zone in TimezoneFinder().timezone_names if not zone.startswith("Etc/")}
    for zone in zones:
        named = [country for country, known in pytz.country_timezones.items() if zone in known]
        assert named == [homes.country_of_zone(zone)]
        assert named[0] in homes.nations()


def test_a_time_zone_without_a_country_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"time zone Moon/Base has no country in pytz .* update"):
        homes.country_of_zone("Moon/Base")


@pytest.mark.parametrize("place", FAR_FROM_TOWNS)
def test_a_home_far_from_every_known_town_of_its_country_names_none(place):
    country, latitude, longitude = FAR_FROM_TOWNS[place]
    assert homes.home_of(latitude, longitude)[:2] == (country, "")


def test_a_home_beside_a_known_town_is_called_after_it():
    for place in homes.towns().iloc[::25].itertuples():
        country, city, _ = homes.home_of(place.latitude, place.longitude)
        assert (country, city) == (place.country, place.city)


def test_a_home_near_a_border_is_not_called_after_a_town_beyond_it():
    rng = np.random.default_rng(3)
    for place in homes.land().sample(60, random_state=1).itertuples():
        latitude, longitude = rng.normal((place.latitude, place.longitude), 0.3).clip(-89, 179)
        try:
            country, city, zone = homes.home_of(latitude, longitude)
        except ValueError:  # at sea
            continue
        assert zone in pytz.country_timezones[country]
        assert city == "" or city in set(homes.land()["city"][homes.land()["country"] == country])


def test_distances_cross_the_date_line_and_the_pole():
    distances = homes.kilometres(0.0, 179.5, np.array([0.0, 0.0]), np.array([-179.5, 0.5]))
    assert distances == pytest.approx([111.19, 19_903.9], rel=1e-3)
    assert homes.kilometres(89.0, 0.0, np.array([89.0]), np.array([180.0])) == pytest.approx(
        [222.39], rel=1e-3
    )


def test_a_listener_without_a_town_is_described_by_country():
    listened = ws.listen(
        ws.one_listener(2, "2025-01-01", "2025-01-08", latitude=64.18, longitude=-51.72)
    )
    assert listened.listeners["city"].to_pylist() == [""]
    assert ", lives in GL (America/Nuuk), has" in ws.describe_listener(listened)
    told = ws.describe_change(listened, ws.what_if(listened, age=50))
    assert "Unchanged: time zone America/Nuuk" in told
