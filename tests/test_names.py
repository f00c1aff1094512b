"""Names: one spelling to show, one to compare."""

import unicodedata

import pytest

from wrapsim_helpers import names

DECOMPOSED = unicodedata.normalize("NFD", "Noël Blanc")


@pytest.mark.parametrize(
    "spelling",
    [
        "Noël Blanc ",
        " noël  blanc",
        "NOËL BLANC",
        DECOMPOSED,
        DECOMPOSED.upper(),
        "Noël\u00a0Blanc",
        "Noël\tBlanc\u200b",
        "\ufeffNo\u00adël Blanc",
    ],
)
def test_spellings_of_one_name_compare_equal(spelling):
    assert names.folded(spelling) == names.folded("Noël Blanc")


@pytest.mark.parametrize("other", ["Noel Blanc", "NoëlBlanc", "Noël Blanc 2", "Noël-Blanc"])
def test_other_names_compare_different(other):
    assert names.folded(other) != names.folded("Noël Blanc")


def test_a_shown_name_keeps_its_case_and_loses_only_what_cannot_be_seen():
    assert names.normalised(f"  {DECOMPOSED}\u3000II ") == "Noël Blanc II"
    assert names.normalised("AC/DC (Live)") == "AC/DC (Live)"


def test_case_without_a_single_small_letter_compares_equal():
    assert names.folded("STRASSE") == names.folded("Straße")
    assert names.folded("ΟΔΟΣ") == names.folded("οδος") == names.folded("οδοσ")


def test_the_first_spelling_of_each_name_is_kept():
    assert names.first_spellings(["Ode & Ivy ", "Mila", "ode & ivy", "MILA"]) == [
        "Ode & Ivy",
        "Mila",
        "Ode & Ivy",
        "Mila",
    ]
    assert names.first_spellings([]) == []
