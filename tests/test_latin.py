"""Latin forms of names and titles in other scripts."""

import pytest

from wrapsim_helpers.latin import is_latin, latin_form, readings


@pytest.mark.parametrize(
    "text, form",
    [
        ("Søren Åkesson-O'Neill", "Søren Åkesson-O'Neill"),
        ("Nguyễn Hà", "Nguyễn Hà"),
        ("", ""),
        ("42", "42"),
        ("Ольга Ильина", "Olga Ilina"),
        ("Νίκος Παπανικολάου", "Nikos Papanikolaou"),
        ("Գրիգոր Թումանյան", "Grigor Tumanyan"),
        ("მარინე", "Marine"),
        ("आदित्य चतुर्वेदी", "Aditya Chaturvedi"),
        ("प्रभु टंडन", "Prabhu Tandan"),
        ("현숙 리안", "Hyeonsuk Rian"),
        ("한결 찬솔", "Hangyeol Chansol"),
        ("벨벳 없이 강남", "Belbet Eobsi Gangnam"),
        ("박 철수", "Bak Cheolsu"),
        ("王小明", "Wang Xiao Ming"),
        ("霧島葵", "Kirishima Aoi"),
        ("夜のドライブ", "Yoru no Doraibu"),
        ("Mila (feat. 霧島葵) 雨", "Mila (feat. Kirishima Aoi) Ame"),
    ],
)
def test_a_latin_form_reads_as_a_name(text, form):
    assert latin_form(text) == form


def test_letters_of_several_languages_are_read_by_the_language():
    assert latin_form("Володимир Гресь") == "Volodimir Gres"
    assert latin_form("Володимир Гресь", "uk") == "Volodymyr Hres"
    assert latin_form("Карчо Щъркелов", "bg") == "Karcho Shtarkelov"


def test_a_reading_does_not_hold_beside_characters_without_one():
    assert latin_form("夜") == "Yoru" and latin_form("列車") == "Ressha"
    assert latin_form("夜行列車") == "Ye Xing Lie Che"


def test_every_reading_is_latin_for_a_text_that_is_not():
    assert readings()
    for text, latin in readings().items():
        assert is_latin(latin) and latin == latin.strip() and not is_latin(text), text
