"""Invented names of listeners, from Faker and names.json, and their Latin forms."""

import functools
from importlib import import_module

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from faker import Faker

from ..latin import latin_form
from ..schema import FEMALE, MALE
from ..streams import decision, uniforms
from .figures import figures
from .homes import countries, nations

FIRST, LAST, LOCALE, FORM = (
    decision(f"listener.{name}") for name in ("first_name", "last_name", "locale", "name_gender")
)
NAMES_PER_POOL = 150
PARTS = {MALE: "male", FEMALE: "female"}  # gender -> word in Faker and names.json
# locales whose local order is family name first -> what stands between the two names
FAMILY_NAME_FIRST = {"ja_JP": "", "ko_KR": "", "zh_CN": "", "zh_TW": "", "hu_HU": " ", "vi_VN": " "}


def listener_names(people, seed):
    """Invented full names that fit gender and country, and their Latin forms: Arrow texts, (L,).

    people  columns as from `sample_people`; used are key, country and first_gender
    The family name comes first where that is the local order. Listeners of another gender have a
    name of either form, so that given and family name agree. See `latin.latin_form`.
    """
    pool, pools = pd.factorize(locale_rows(people) * 256 + gender_forms(people))
    wanted = [(locales()[number // 256], PARTS[number % 256], seed) for number in pools]
    drawn = [
        pool * NAMES_PER_POOL + (NAMES_PER_POOL * uniforms(people["key"], what, 0)).astype(int)
        for what in (FIRST, LAST)
    ]
    columns = zip(*(name_pool(*pool) for pool in wanted))
    given, family, given_latin, family_latin = (
        pa.concat_arrays(names).take(pa.array(rows)) for names, rows in zip(columns, drawn * 2)
    )
    family_first = pa.array([locale in FAMILY_NAME_FIRST for locale, *_ in wanted]).take(pool)
    between = pa.array([FAMILY_NAME_FIRST.get(locale, " ") for locale, *_ in wanted]).take(pool)
    return (
        full_names(given, family, family_first, between),
        full_names(given_latin, family_latin, family_first, " "),
    )


def full_names(given, family, family_first, between):
    """Full names, Arrow text. family_first: bool; between: text between the two names."""
    first = pc.if_else(family_first, family, given)
    return pc.binary_join_element_wise(first, pc.if_else(family_first, given, family), between)


def gender_forms(people):
    """Code of the gender whose names each listener has, MALE or FEMALE, int64, (L,)."""
    known = np.isin(people["first_gender"], list(PARTS))
    either = np.where(uniforms(people["key"], FORM, 0) < 0.5, FEMALE, MALE)
    return np.where(known, people["first_gender"], either)


# -- locales ---------------------------------------------------------------------------------------


@functools.cache
def country_locales():
    """Locales of each of `nations`, a list of lists; one that occurs twice is twice as likely."""
    by_country = {
        country: [locale]
        for locale, codes in figures("names")["countries"].items()
        for country in codes.split()
    } | dict(zip(countries()["country"], countries()["locale"].str.split()))
    return [by_country[country] for country in nations()]


@functools.cache
def locales():
    """All locales of `country_locales`, in alphabetical order: a list of text."""
    return sorted({locale for some in country_locales() for locale in some})


def locale_rows(people):
    """Position in `locales` of the locale of each listener's name, int64, (L,)."""
    sizes = np.array([len(some) for some in country_locales()])
    rows = np.array([locales().index(locale) for some in country_locales() for locale in some])
    place = (uniforms(people["key"], LOCALE, 0) * sizes[people["country"]]).astype(int)
    return rows[(np.cumsum(sizes) - sizes)[people["country"]] + place]


# -- pools -----------------------------------------------------------------------------------------


@functools.cache
def name_pool(locale, gender, seed):
    """Names of a locale: given names, family names, and the Latin forms of both; four Arrow texts.

    gender  "female" or "male"
    Each has NAMES_PER_POOL names: those of names.json again and again, or as Faker draws them.
    """
    names = [names_of(locale, part, gender, seed) for part in ("first", "last")]
    latin = [
        [latin_part(name, locale, part) for name in some]
        for part, some in zip(("first", "last"), names)
    ]
    return tuple(pa.array(some, pa.string()) for some in names + latin)


def names_of(locale, part, gender, seed):
    """NAMES_PER_POOL names of a locale, a list of text. part: "first" or "last"."""
    listed = figures("names")["lists"].get(locale)
    if listed:
        some = list(listed[gender if part == "first" else "family"])
        return [some[i % len(some)] for i in range(NAMES_PER_POOL)]
    faker = Faker(locale, providers=["faker.providers.person"], use_weighting=False)
    faker.seed_instance(f"{seed} {locale} {gender} {part}")
    make = getattr(faker, f"{part}_name_{gender}")
    return [make() for _ in range(NAMES_PER_POOL)]


def latin_part(name, locale, part):
    """Latin form of a given or family name of a locale. part: "first" or "last"."""
    known = latin_names(locale).get(name)
    if known is None and part == "last" and locale == "ko_KR":
        known = figures("names")["spelling"].get(name)
    form = known or latin_form(name, locale[:2])
    return form.replace(" ", "").capitalize() if locale in ("zh_CN", "zh_TW") else form


@functools.cache
def latin_names(locale):
    """Latin forms of names that are known for a locale, text -> text.

    They come from names.json, and for Japan from Faker's pairs.
    """
    if locale == "ja_JP":
        pairs = import_module("faker.providers.person.ja_JP").Provider
        return {name: latin for name, _, latin in (*pairs.first_name_pairs, *pairs.last_name_pairs)}
    some = figures("names")["lists"].get(locale, {}).values()
    return {
        name: latin for names in some if isinstance(names, dict) for name, latin in names.items()
    }
