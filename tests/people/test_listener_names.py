"""Names of listeners: whose they are, in which script and order, and their Latin forms."""

import re
from importlib.util import find_spec

import numpy as np
import pytest

from wrapsim_helpers.latin import is_latin
from wrapsim_helpers.people import homes, listener_names
from wrapsim_helpers.people.figures import figures
from wrapsim_helpers.schema import FEMALE, MALE, TABLES, blank, code
from wrapsim_helpers.streams import numbered_keys

SCRIPTS = {  # country -> pattern of a name, of its Latin form; all others are in Latin letters
    "UA": (r"[Ѐ-ӿʼ'-]+ [Ѐ-ӿʼ-]+", r"[A-Z][A-Za-z-]+ [A-Z][A-Za-z-]+"),
    "JP": (r"[一-鿿々ぁ-ヿ]+", r"[A-Z][a-z]+ [A-Z][a-z]+"),
    "KR": (r"[가-힣]+", r"[A-Z][a-z]+ [A-Z][a-z]+"),
    "TH": (r"[฀-๿]+ [฀-๿]+", r"[A-Z][a-z]+ [A-Z][a-z]+"),
    "EG": (r"[؀-ۿ]+( [؀-ۿ]+)+", r"[A-Z][a-z]+( [A-Z][a-z]+)+"),
    "IL": (r"[א-ת]+( [א-ת]+)+", r"[A-Z][a-z]+( [A-Z][a-z]+)+"),
}
LATIN = r"[^\W\d_a-z].*[^\W\d_]+.* .*[^\W\d_]+\.?"
IN_PLACES = homes.countries()["country"].tolist()


def names_in(country, gender=None, n=200, seed=2025):
    """Names and Latin forms of n listeners of a country: two lists."""
    genders = np.where(np.arange(n) % 2, FEMALE, MALE) if gender is None else np.full(n, gender)
    people = {
        "key": numbered_keys(np.uint64(seed), np.arange(n)),
        "country": np.full(n, homes.nations().index(country)),
        "first_gender": genders,
    }
    return [column.to_pylist() for column in listener_names.listener_names(people, seed)]


@pytest.mark.parametrize("country", IN_PLACES)
def test_a_name_is_in_the_script_of_the_country_and_has_a_latin_form(country):
    name, latin = SCRIPTS.get(country, (LATIN, LATIN))
    for given, form in zip(*names_in(country)):
        assert re.fullmatch(name, given), given
        assert re.fullmatch(latin, form), (given, form)
        assert country in SCRIPTS or form == given


def test_every_country_has_names_of_its_own_language_and_latin_forms():
    for country in homes.nations():
        names, latin = names_in(country, n=20)
        assert all(" " in form.strip() and form == form.strip() for form in latin), latin
        assert all(map(is_latin, latin)) and len(set(names)) > 4, country
    assert names_in("CN", n=1) != names_in("US", n=1)


def test_every_locale_has_a_list_of_its_own():
    for locale in listener_names.locales():
        in_faker = find_spec(f"faker.providers.person.{locale}") is not None
        assert in_faker or locale in figures("names")["lists"], locale


def test_a_family_name_comes_first_where_it_does_so_locally():
    assert names_in("JP", FEMALE, 1) == [["木村真綾"], ["Kimura Maaya"]]
    families = figures("names")["spelling"].values()
    assert sum(form.split()[0] in families for form in names_in("KR")[1]) > 100
    assert names_in("HU", FEMALE, 1)[0][0].split()[0] in {
        name.as_py() for name in listener_names.name_pool("hu_HU", "female", 2025)[1]
    }


def test_a_listener_of_another_gender_has_a_given_and_a_family_name_of_one_form():
    names, _ = names_in("CZ", code("gender", "other"))
    women = {name.as_py() for name in listener_names.name_pool("cs_CZ", "female", 2025)[0]}
    men = {name.as_py() for name in listener_names.name_pool("cs_CZ", "male", 2025)[0]}
    for name in names:
        given, _, family = name.partition(" ")
        assert family.endswith("á") == (given in women) or given in women & men, name
    assert 40 < sum(name.endswith("á") for name in names) < 160


def test_women_and_men_of_pakistan_and_south_africa_have_names_of_their_own():
    for country in ("PK", "ZA", "PH"):
        women, men = (
            {name.split()[0] for name in names_in(country, gender)[0]} for gender in (FEMALE, MALE)
        )
        assert len(women & men) <= 2, (country, women & men)


def test_countries_of_several_languages_have_names_of_each():
    names = names_in("BE", n=400)[0]
    pools = [
        {name.as_py() for gender in ("female", "male") for name in pool(locale, gender, 2025)[1]}
        for locale in ("nl_BE", "fr_BE")
        for pool in [listener_names.name_pool]
    ]
    shares = [sum(name.partition(" ")[2] in some for name in names) / 400 for some in pools]
    assert shares[0] > 0.45 and shares[1] > 0.25


def test_a_run_of_an_earlier_version_has_no_latin_form():
    assert blank(TABLES["listeners"].field("name_latin"), 2).to_pylist() == ["", ""]


def test_a_name_depends_on_the_listener_alone():
    names, latin = names_in("US", n=50)
    assert (names[:9], latin[:9]) == tuple(names_in("US", n=9))
