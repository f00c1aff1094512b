"""Invented names and titles read like names and titles: no form shows, and few are shared."""

import re
import unicodedata

import pandas as pd
import pytest

from wrapsim_helpers.latin import is_latin, latin_form
from wrapsim_helpers.music import artist_names, genres, labels, phrases, titles
from wrapsim_helpers.music.catalogue import generate_catalogue

LANGUAGES = list(labels.words()["languages"])
SCRIPTS = {
    "uk": "CYRILLIC",
    "ko": "HANGUL",
    "th": "THAI",
    "ar": "ARABIC",
    "he": "HEBREW",
    "ja": "CJK|HIRAGANA|KATAKANA",
}
LEFTOVERS = {
    "an empty bracket": r"\(\s*\)|\[\s*\]",
    "a brace": r"[{}]",
    "a separator": r"[|_]",
    "a doubled space": r"\s\s",
    "a space at an end": r"^\s|\s$",
    "a space before a comma": r"\s[,.)]",
    "a word twice in a row": r"(?i)\b(\w+) \1\b",
    "a letter thrice": r"(?i)([^\W\d_])\1\1",
    "an unbalanced quote": r'^[^"]*"[^"]*$',
    "an unbalanced bracket": r"^[^(]*\)|\([^)]*$",
}


@pytest.fixture(scope="module")
def catalogue():
    return generate_catalogue(20_000, 8, 2025)


@pytest.fixture(scope="module")
def texts(catalogue):
    """Artists, albums and titles, without the numeral of a second bearer of a name."""
    artists = [re.sub(r" [IVXLC]+$", "", name) for name in catalogue.artists["artist"].to_pylist()]
    every = [
        *artists,
        *catalogue.albums["album"].to_pylist(),
        *catalogue.tracks["title"].to_pylist(),
    ]
    return pd.Series(every)


@pytest.mark.parametrize("what", LEFTOVERS)
def test_no_name_or_title_has_a_leftover(texts, what):
    found = texts[[re.search(LEFTOVERS[what], text) is not None for text in texts]]
    assert not len(found), found.head().tolist()


def test_a_leftover_is_found():
    bad = ["A ()", "A {x}", "a|b", "a  b", " a", "a ,", "the the", "Billly", 'say "hi', "a) b"]
    for text, pattern in zip(bad, LEFTOVERS.values()):
        assert re.search(pattern, text), text


def test_no_two_artists_share_a_name(catalogue):
    names = catalogue.artists["artist"].to_pandas()
    assert names.str.casefold().is_unique


def test_titles_are_shared_by_few_artists(catalogue):
    tracks = catalogue.tracks.to_pandas()
    tracks["artist"] = tracks["artists"].str[0]
    tracks["song"] = tracks["title"].str.replace(r" \(feat\. .*\)$", "", regex=True)
    tracks = tracks[~tracks["noise"]]
    n_artists = tracks.groupby("song")["artist"].nunique()
    assert n_artists.max() < 40 and tracks["song"].map(n_artists).median() <= 2
    assert tracks["song"].nunique() > 0.6 * len(tracks)


def test_no_word_is_in_the_names_of_many_artists(catalogue):
    names = catalogue.artists["artist"].to_pandas()
    words = names.str.casefold().str.split().explode()
    common = words[words.str.len() > 3].value_counts(normalize=False)
    assert common.iloc[0] < 0.012 * len(names), common.head()


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_bands_are_in_the_script_of_the_language(language):
    every = [
        *(title for _, some in titles.titles_of(language) for title in some),
        *artist_names.band_names(language, "band"),
        *phrases.words_by_list(language)["festive"],
    ]
    wanted = re.compile(SCRIPTS.get(language, "LATIN"))
    for text in every:
        letters = [unicodedata.name(letter) for letter in text if letter.isalpha()]
        assert letters and all(map(wanted.match, letters)), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_titles_and_bands_begin_with_a_capital_letter(language):
    for text in (
        *(title for _, some in titles.titles_of(language) for title in some),
        *artist_names.band_names(language, "band"),
    ):
        assert text[0] == text[0].upper(), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_christmas_title_is_known_as_one(language):
    some = pd.Series(phrases.words_by_list(language)["festive"])
    assert some[~genres.matches(some, genres.FESTIVE)].tolist() == []


@pytest.mark.parametrize("language", ["ja", "th"])
def test_every_word_of_a_title_in_an_asian_script_has_a_reading(language):
    for _, some in titles.titles_of(language):
        for title in some[::7]:
            form = latin_form(title)
            assert is_latin(form) and not re.search("[bcdfghjklmnpqrstvwxz]{5}", form), (
                title,
                form,
            )


def test_people_are_named_as_in_their_country_and_bands_as_they_sing():
    assert artist_names.naming("NG") == "NG" and artist_names.naming("AT") == "de"
    for country in labels.words()["countries"]:
        lists = phrases.words_by_list(artist_names.naming(country))
        assert len(lists["given"]) >= 24 and len(lists["family"]) >= 10, country


# -- how forms are filled --------------------------------------------------------------------------


def test_a_form_is_filled_with_every_word_of_its_lists():
    lists = {"noun": ["Rain", "Gold"], "tail": ["at Dawn", "in the Rain"]}
    assert list(phrases.filled("{noun} {tail}", lists)) == [
        "Rain at Dawn",  # not "Rain in the Rain"
        "Gold at Dawn",
        "Gold in the Rain",
    ]


def test_a_form_of_joined_words_leaves_out_what_stutters():
    lists = {"a": ["Mill", "Ta"], "b": ["ley", "ta", "ton"]}
    assert list(phrases.filled("{a}{b}", lists)) == ["Millta", "Millton", "Taley", "Taton"]
    assert phrases.listed(["Mill|Ash", "ley|shaw"]) == ["Millshaw", "Ashley"]


def test_a_word_of_an_asian_script_does_not_occur_in_another_word_of_the_title():
    lists = {"noun": ["夜", "海"], "adj": ["真夜中の"]}
    assert list(phrases.filled("{adj}{noun}", lists)) == ["真夜中の海"]


def test_no_text_has_a_word_twice_in_a_row():
    lists = {"say": ["Se dig inte om"], "when": ["om du vill", "i natt"]}
    assert list(phrases.filled("{say} {when}", lists)) == ["Se dig inte om i natt"]
