"""Genre labels of invented artists: family, country, and how common each is in a decade."""

import csv
import functools

import numpy as np

from ..people.figures import figures
from ..people.homes import countries
from ..resources import resource

DECADES = range(1950, 2030, 10)


def decade_positions(years):
    """Position in DECADES of the nearest decade of each year, int64."""
    return ((np.clip(years, DECADES[0], DECADES[-1]) - DECADES[0]) // 10).astype(np.int64)


# First words of labels that name a country
NATIONS = {
    "dutch": "NL",
    "nederpop": "NL",
    "levenslied": "NL",
    "streektaal": "NL",
    "carnaval": "NL",
    "christelijk": "NL",
    "british": "GB",
    "uk": "GB",
    "britpop": "GB",
    "classic uk": "GB",
    "scottish": "GB",
    "irish": "IE",
    "german": "DE",
    "belgian": "BE",
    "austropop": "AT",
    "australian": "AU",
    "canadian": "CA",
    "classic canadian": "CA",
    "detroit": "US",
    "atl": "US",
    "east coast": "US",
    "chicago": "US",
    "la": "US",
    "alaska": "US",
    "arkansas": "US",
    "motown": "US",
    "g": "US",
    "gangster": "US",
    "danish": "DK",
    "finnish": "FI",
    "italian": "IT",
    "classic italian": "IT",
    "chanson": "FR",
    "j-core": "JP",
}


def nation(label):
    """Country code of a genre label that names a country, otherwise ""."""
    words = label.split()
    return NATIONS.get(" ".join(words[:2]), NATIONS.get(words[0], "")) if words else ""


@functools.cache
def words():
    """words.json as a dict."""
    return figures("words")


@functools.cache
def origins():
    """Share of artists from each country of words.json, float64, (C,).

    It is the country's share of listeners times its exports of music.
    """
    listeners = countries().set_index("country")["weight"]
    exports = words()["origin"]
    return np.array([listeners[name] * exports.get(name, 1.0) for name in words()["countries"]])


def more_labels():
    """Labels of labels.csv, which the songs file does not have: a list of dicts."""
    with open(resource("data", "behaviour", "labels.csv"), encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def known_labels():
    """Labels of songs_profile.json: [(label, family, weight in the family), ...]."""
    return [
        (label["label"], family, label["weight"])
        for family, entry in figures("songs_profile")["families"].items()
        for label in entry["labels"]
    ]


@functools.cache
def label_names():
    """All labels, and the family of songs_profile.json whose sound each label has: two tuples."""
    known = [(label, family) for label, family, _ in known_labels()]
    return tuple(zip(*known, *((row["label"], row["family"]) for row in more_labels())))


@functools.cache
def label_shares():
    """Share of each label among artists by country and decade of debut.

    float64, (countries x decades, labels). A label that names a country occurs in that country
    only. A label of labels.csv has the share stated there; the other labels divide the rest as in
    the songs file in that decade.
    """
    return np.array(
        [shares_of(country, decade) for country in words()["countries"] for decade in DECADES]
    )


def shares_of(country, decade):
    """Share of each label among a country's artists by debut decade, float64, (labels,)."""
    old = np.array(
        [
            family_share(family, decade) * weight * (nation(label) in ("", country))
            for label, family, weight in known_labels()
        ]
    )
    new = np.array(
        [
            float(row["share"])
            * (
                int(row["from_decade"]) <= decade
                and country in (row["countries"].split() or [country])
            )
            for row in more_labels()
        ]
    )
    return np.concatenate([old / old.sum() * max(0.15, 1 - new.sum()), new])


def family_share(family, decade):
    """Share of a family among the songs of a decade; later decades equal the 2010s."""
    decade = f"{min(decade, 2010)}s"
    profile = figures("songs_profile")
    entry = profile["families"][family]
    share = entry["share"] * entry["decade_share"].get(decade, 0.0)
    return share / profile["decades"][decade]["share"]
