"""The local time of a history: a zone that is given, or one guessed from the country."""

from collections import Counter

import numpy as np
import pytz
from faker.providers.geo import Provider as Places

from ..checking import did_you_mean, near_names
from ..instants import DAY_MS, MINUTE_MS, zone_changes

EXAMPLE = "Europe/Stockholm"
ANOTHER = "time_zone sets another"


def zone_of(time_zone, countries, home=""):
    """(zone, where it is from in words).

    time_zone  IANA name, "" to guess
    countries  rows (country, number of plays), the most frequent first
    home       country of the account, which counts if no play has one; "" if it is not known
    Raises ValueError for an unknown zone.
    """
    if time_zone:
        return check_zone(time_zone), "as given"
    for country, n in countries:
        if country in pytz.country_timezones:
            share = round(100 * n / sum(count for _, count in countries))
            guess = f"guessed from the country {country} of {share} % of the plays"
            return zone_of_country(country), f"{guess}; {ANOTHER}"
    if home in pytz.country_timezones:
        return zone_of_country(home), f"guessed from the country {home} of the account; {ANOTHER}"
    return "UTC", f"since the files name no country; set yours by time_zone, such as {EXAMPLE}"


def check_zone(zone):
    """A time zone as IANA spells it, whatever its case. Raises ValueError with similar zones."""
    known = {name.casefold(): name for name in pytz.all_timezones}
    town = {name.rpartition("/")[2]: known[name] for name in known}
    given = zone.strip().replace(" ", "_").casefold()
    if given not in known:
        near = near_names(given.rpartition("/")[2], town, n=3, cutoff=0.75)
        raise ValueError(
            f"time_zone is {zone!r}; it must be an IANA name, such as {EXAMPLE}."
            f"{did_you_mean([town[name] for name in near])}"
        )
    return known[given]


def zone_of_country(country):
    """The zone of a country, of several the one with most of Faker's towns."""
    zones = pytz.country_timezones[country]
    towns = Counter(zone for *_, code, zone in Places.land_coords if code == country)
    return max(zones, key=lambda zone: (towns[zone], -zones.index(zone)))


def offsets_min(zone, started_ms):
    """UTC offset in minutes of instants in a zone: int32, (N,). started_ms: int64, UTC"""
    if not len(started_ms):
        return np.zeros(0, np.int32)
    first, last = int(started_ms.min()) - DAY_MS, int(started_ms.max()) + 2 * DAY_MS
    at, offsets = map(np.array, zip(*zone_changes(zone, first, last)))
    return offsets[np.searchsorted(at, started_ms, side="right") - 1].astype(np.int32)


def from_local(zone, local_ms):
    """UTC ms of local times in a zone: int64, (N,). Of a time that occurs twice, the first; a time
    that the clocks skipped is taken as if they had not.
    """
    guess = local_ms - offsets_min(zone, local_ms).astype(np.int64) * MINUTE_MS
    return local_ms - offsets_min(zone, guess).astype(np.int64) * MINUTE_MS
