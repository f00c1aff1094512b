"""Homes of listeners, from Faker's towns in the countries of places.csv."""

import functools
import json
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import pytz
from faker.providers.geo import Provider as Places
from timezonefinder import TimezoneFinder

from ..resources import resource
from ..streams import choose, decision, uniforms
from .figures import published
from .survey_weights import plan_shares

REGION, COUNTRY, PLACE = (decision(f"listener.{name}") for name in ("region", "country", "place"))
NEAR_KM = 30  # a home given by coordinates is called after a town of its country up to so far away
EARTH_KM = 6371.0  # mean radius
WRONG_DECODINGS = "cp1252", "mac_roman"  # by which UTF-8 is often decoded by mistake


@functools.cache
def countries():
    """data/behaviour/places.csv: a DataFrame country, name, region, weight, locale, phone_ios."""
    return pd.read_csv(resource("data", "behaviour", "places.csv"), keep_default_na=False)


@functools.cache
def land():
    """Faker's places on land: a DataFrame latitude, longitude, city, country."""
    columns = ["latitude", "longitude", "city", "country", "time_zone"]
    table = pd.DataFrame(Places.land_coords, columns=columns).drop(columns="time_zone")
    table["city"] = table["city"].map(redecoded)
    return table.astype({"latitude": float, "longitude": float})


@functools.cache
def land_outlines():
    """The outlines of the land, a list of float64 (N, 2): degrees east and north.

    Natural Earth's 1:110m land, public domain, without Antarctica, rounded to 0.1 degrees.
    """
    text = (Path(__file__).parent / "land.json").read_text(encoding="utf-8")
    return [np.array(ring, float).reshape(-1, 2) for ring in json.loads(text)]


def redecoded(text):
    """A text that was decoded by the wrong table, decoded as UTF-8; any other text unchanged."""
    for encoding in WRONG_DECODINGS:
        with suppress(UnicodeError):
            return text.encode(encoding).decode()
    return text


@functools.cache
def towns():
    """Faker's towns in the countries of places.csv, with the time zone from timezonefinder.

    A DataFrame: country, city, latitude, longitude, time_zone, sorted by country and name.
    """
    known = land()[land()["country"].isin(countries()["country"])]
    finder = TimezoneFinder()
    zones = [
        finder.timezone_at(lat=latitude, lng=longitude)
        for latitude, longitude in zip(known["latitude"], known["longitude"])
    ]
    columns = ["country", "city", "latitude", "longitude"]
    table = known[columns].assign(time_zone=zones).round(5)
    return table.sort_values(columns, ignore_index=True)


def home_of(latitude, longitude):
    """(country, city, zone) at given coordinates.

    The country is that of the time zone. The city is the nearest of Faker's towns in that country,
    or "" if there is none within NEAR_KM. Raises ValueError for coordinates at sea.
    """
    zone = TimezoneFinder().timezone_at(lat=latitude, lng=longitude)
    if zone is None or zone.startswith("Etc/"):
        raise ValueError(
            f"latitude {latitude}, longitude {longitude} are at sea (zone {zone}); give a place on "
            f"land."
        )
    country = country_of_zone(zone)
    towns_there = land()[land()["country"] == country]
    distance = kilometres(latitude, longitude, towns_there["latitude"], towns_there["longitude"])
    near = distance[distance <= NEAR_KM]
    return country, "" if near.empty else towns_there["city"][near.idxmin()], zone


def country_of_zone(zone):
    """The country of a time zone, ISO 3166-1 alpha-2.

    Raises ValueError if pytz knows none.
    """
    for country, zones in pytz.country_timezones.items():
        if zone in zones:
            return country
    raise ValueError(
        f"time zone {zone} has no country in pytz {pytz.__version__}; update pytz "
        f"(pip install -U pytz), or give another latitude and longitude."
    )


def kilometres(latitude, longitude, latitudes, longitudes):
    """Distance of each place from one place on the surface of the earth, km, (N,).

    All four are in degrees; the haversine formula on a sphere.
    """
    north, norths = np.radians(latitude), np.radians(latitudes)
    east = np.radians(longitudes - longitude)
    chord = np.sin((norths - north) / 2) ** 2 + (
        np.cos(north) * np.cos(norths) * np.sin(east / 2) ** 2
    )
    return 2 * EARTH_KM * np.arcsin(np.sqrt(chord.clip(0, 1)))


@functools.cache
def nations():
    """Codes of all countries a listener can live in, list of text.

    Those of places.csv come first, in its order.
    """
    known = list(countries()["country"])
    return known + sorted({*pytz.country_timezones, *land()["country"]} - set(known))


@functools.lru_cache(maxsize=4)
def homes_of(given):
    """Where listeners can live: DataFrame country, city, latitude, longitude, time_zone.

    It has one row if the coordinates are given; its city may be "" (see `home_of`). Raises
    ValueError for coordinates at sea. Do not change it.
    """
    if given.latitude is None:
        return towns()
    country, city, zone = home_of(given.latitude, given.longitude)
    home = (country, city, round(float(given.latitude), 5), round(float(given.longitude), 5), zone)
    return pd.DataFrame([home], columns=towns().columns)


def sample_homes(keys, premium):
    """Row of `towns` in which each listener lives, int64, (L,).

    Regions have their published shares of users and of subscribers (region_shares), so the region
    depends on the plan. Within a region, countries have the weights of places.csv; within a
    country, all towns are equally likely.
    """
    weights = region_weights()
    u = uniforms(keys, REGION, 0)
    totals = np.cumsum(np.where(premium[:, None], weights["premium"], weights["free"]), axis=1)
    region = (u[:, None] * totals[:, -1:] >= totals).sum(axis=1)
    row = np.empty(len(keys), np.int64)
    u = uniforms(keys, COUNTRY, 0)
    for number, rows in enumerate(rows_of_regions()):
        here = region == number
        row[here] = rows[choose(u[here], countries()["weight"].iloc[rows])]
    first, after = town_limits()
    return first[row] + (uniforms(keys, PLACE, 0) * (after - first)[row]).astype(int)


@functools.cache
def rows_of_regions():
    """Rows of places.csv of each region in alphabetical order, a list of int64 arrays."""
    return list(countries().groupby("region").indices.values())


@functools.cache
def town_limits():
    """First row of `towns` of each row of places.csv, and the row after the last: two arrays."""
    known = towns()["country"]
    wanted = countries()["country"]
    return np.searchsorted(known, wanted), np.searchsorted(known, wanted, side="right")


@functools.cache
def region_weights():
    """Share of each region among free and among premium listeners: plan -> float64, (R,).

    Regions are in alphabetical order.
    """
    shares = pd.DataFrame(published("region_shares"))
    premium = plan_shares()["premium"]
    shares = shares.loc[sorted(set(countries()["region"]))]
    free = (shares["MAU"] - premium * shares["subscribers"]).clip(lower=0.0)
    return {"premium": shares["subscribers"].to_numpy(), "free": free.to_numpy()}
