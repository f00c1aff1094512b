"""The two source files: read with their quirks, refused where they cannot be trusted."""

import openpyxl
import pandas as pd
import pytest

from wrapsim_helpers.music.songs_file import SONGS as SONG_COLUMNS
from wrapsim_helpers.music.songs_file import load_songs
from wrapsim_helpers.people import survey_file as d
from wrapsim_helpers.resources import resource

SURVEY, SONGS = resource("data", "spotify_data.csv"), resource("data", "spotify_2000.csv")
SONG_HEADER = ",".join(SONG_COLUMNS)
SONG = "1,Salt,Ode & Ivy,pop,2004,120,60,50,-9,12,40,{length},10,4,{popularity}"


def refused(load, path, error=ValueError):
    with pytest.raises(error) as caught:
        load(str(path))
    return str(caught.value)


def write(tmp_path, text, name="songs.csv", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def songs_file(tmp_path, *rows, header=SONG_HEADER):
    return write(tmp_path, "\n".join([header, *rows]) + "\n")


# -- what comes out --------------------------------------------------------------------------------


def test_the_bundled_files_read_clean():
    survey, songs = d.load_survey(), load_songs()
    assert len(survey) >= 1000 and len(songs) == 2000
    assert not survey.isna().any().any() and not songs.isna().any().any()
    assert list(songs.columns) == [name for name, _, _ in SONG_COLUMNS.values()]
    assert all(
        pd.api.types.is_integer_dtype(songs[name])
        for name, low, _ in SONG_COLUMNS.values()
        if low is not None
    )


def test_none_is_an_answer_and_not_a_gap():
    assert (d.load_survey()["wanted_plan"] == "none").sum() > 100


def test_several_answers_are_split_and_free_text_keeps_its_commas():
    situations = d.SURVEY["music_lis_frequency"][2]
    assert d.ticked("Office hours,Study Hours, ", situations) == ("Office hours", "Study Hours")
    assert d.ticked("leisure time, Night time, when cooking", situations) == (
        "leisure time",
        "Night time, when cooking",
    )


def test_single_answers_with_commas_stay_whole():
    assert "Classical & melody, dance" in set(d.load_survey()["genre"])


def test_thousands_commas_and_the_byte_order_mark_are_read(tmp_path):
    path = write(
        tmp_path,
        "\ufeff" + SONG_HEADER + "\n" + SONG.format(length='"1,412"', popularity=50) + "\n",
    )
    assert load_songs(str(path))["duration_s"].tolist() == [1412]


def test_a_title_that_is_a_number_stays_text(tmp_path):
    path = songs_file(tmp_path, SONG.format(length=200, popularity=50).replace("Salt", "1999"))
    assert load_songs(str(path))["title"].tolist() == ["1999"]


def test_the_same_survey_as_xlsx_reads_the_same(tmp_path):
    book = openpyxl.Workbook()
    for row in pd.read_csv(SURVEY, dtype=str, keep_default_na=False, header=None).itertuples(
        index=False
    ):
        book.active.append([int(cell) if cell.isdecimal() else cell for cell in row])
    book.save(tmp_path / "Spotify_data.xlsx")
    pd.testing.assert_frame_equal(
        d.load_survey(str(tmp_path / "Spotify_data.xlsx")), d.load_survey()
    )


def test_any_capitalisation_of_a_file_name_is_found(tmp_path):
    (tmp_path / "Spotify-2000.csv").write_bytes(SONGS.read_bytes())
    assert len(load_songs(str(tmp_path / "spotify-2000.CSV"))) == 2000


def test_columns_that_are_not_ours_are_ignored(tmp_path):
    path = songs_file(
        tmp_path,
        SONG.format(length=200, popularity=50) + ",9",
        header=SONG_HEADER + ",churn_reason",
    )
    assert "churn_reason" not in load_songs(str(path)).columns


# -- what is refused -------------------------------------------------------------------------------


def test_a_missing_file_says_what_to_do(tmp_path):
    words = refused(d.load_survey, tmp_path / "nowhere.csv", FileNotFoundError)
    assert words.startswith("survey_path is ") and words.endswith(
        "or leave survey_path empty for the bundled one."
    )


def test_an_empty_file_is_refused(tmp_path):
    assert refused(load_songs, write(tmp_path, "")) == "songs.csv is empty; download it again."


def test_a_header_without_rows_is_refused(tmp_path):
    assert (
        refused(load_songs, songs_file(tmp_path))
        == "songs.csv has a header but no rows; download it again."
    )


@pytest.mark.parametrize("source, load", [(SURVEY, d.load_survey), (SONGS, load_songs)])
def test_a_truncated_file_is_refused_with_its_line(tmp_path, source, load):
    data = source.read_bytes()
    (tmp_path / "cut.csv").write_bytes(data[: len(data) // 2])
    assert "The file is cut off or damaged; download it again." in refused(
        load, tmp_path / "cut.csv"
    )


@pytest.mark.parametrize("source, load", [(SURVEY, d.load_survey), (SONGS, load_songs)])
def test_a_file_cut_inside_its_last_cell_is_refused(tmp_path, source, load):
    (tmp_path / "cut.csv").write_bytes(source.read_bytes()[:-2])
    assert refused(load, tmp_path / "cut.csv").startswith(
        "cut.csv does not end with a line break, so its last row may be cut off"
    )


def test_a_file_cut_inside_a_quoted_cell_is_refused(tmp_path):
    path = write(tmp_path, SONG_HEADER + '\n1,"Salt and')
    assert "cut off or damaged" in refused(load_songs, path)


@pytest.mark.parametrize("source, load", [(SURVEY, d.load_survey), (SONGS, load_songs)])
def test_a_file_separated_by_semicolons_or_tabs_is_refused(tmp_path, source, load):
    table = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        path = write(tmp_path, table.to_csv(index=False, sep=mark))
        assert f"is separated by {name}; it must be separated by commas" in refused(load, path)


def test_a_file_saved_as_cp1252_is_refused_with_its_line(tmp_path):
    path = write(
        tmp_path,
        "\n".join([SONG_HEADER, SONG.format(length=200, popularity=1).replace("Salt", "Señal")]),
        encoding="cp1252",
    )
    assert refused(load_songs, path).startswith("songs.csv, line 2: byte 0xF1 is not UTF-8.")


def test_letters_once_read_as_cp1252_are_refused(tmp_path):
    broken = "Señal".encode().decode("cp1252")
    path = songs_file(tmp_path, SONG.format(length=200, popularity=1).replace("Salt", broken))
    assert "was decoded as cp1252 and saved again" in refused(load_songs, path)


def test_a_missing_column_is_named_with_the_nearest_there_is(tmp_path):
    path = songs_file(
        tmp_path,
        SONG.format(length=200, popularity=1),
        header=SONG_HEADER.replace("Top Genre", "Genre"),
    )
    assert refused(load_songs, path).startswith(
        "songs.csv has no column 'Top Genre' (1 of 15 expected columns are missing). The nearest "
        "is "
        "'Genre'."
    )


def test_a_column_that_is_wanted_itself_is_never_offered_for_another(tmp_path):
    text = SURVEY.read_text(encoding="utf-8").replace("fav_music_genre", "favorite_genre", 1)
    assert (
        "no column 'fav_music_genre' (1 of 20 expected columns are missing). The nearest is "
        "'favorite_genre'." in refused(d.load_survey, write(tmp_path, text))
    )


def test_another_csv_altogether_is_refused(tmp_path):
    assert "(20 of 20 expected columns are missing)" in refused(
        d.load_survey, write(tmp_path, "a,b\n1,2\n")
    )


@pytest.mark.parametrize("length", ["1", "59", "7201", "two", "2OO"])
def test_a_length_that_cannot_be_is_refused(tmp_path, length):
    words = refused(load_songs, songs_file(tmp_path, SONG.format(length=length, popularity=1)))
    assert (
        words.startswith("songs.csv, row 2: Length (Duration) is ")
        and "it must be a whole number from 60 to 7200." in words
    )


def test_a_song_that_stands_twice_is_refused(tmp_path):
    row = SONG.format(length=200, popularity=1)
    assert "'Salt' by 'Ode & Ivy' appears twice" in refused(
        load_songs, songs_file(tmp_path, row, row)
    )


@pytest.mark.parametrize(
    "artist", ["ode & ivy", "Ode & Ivy ", "Ode\u00a0& Ivy", "ODE &  IVY", "Ode & Ivy feat. Bo"]
)
@pytest.mark.parametrize("title", ["Noël", "NOËL", " Noe\u0308l"])
def test_a_song_that_appears_twice_in_two_spellings_is_refused(tmp_path, title, artist):
    first = SONG.format(length=200, popularity=1).replace("Salt", "Noël")
    second = first.replace("Noël", title).replace("Ode & Ivy", artist)
    assert refused(load_songs, songs_file(tmp_path, first, second)) == (
        f"songs.csv, row 3: {title!r} by {artist!r} appears twice, first in row 2 as 'Noël' by "
        "'Ode & Ivy'; title and artist together must be unique, whatever their case, blanks and "
        "encoding of accents. Remove one, or download the file again."
    )


def test_names_are_read_in_their_first_spelling(tmp_path):
    row = SONG.format(length=200, popularity=1)
    other = row.replace("Salt", " Noe\u0308l ").replace("Ode & Ivy", "ODE &  IVY")
    songs = load_songs(songs_file(tmp_path, row, other.replace(",pop,", ",Pop ,")))
    assert songs["title"].tolist() == ["Salt", "Noël"]
    assert songs["artist"].tolist() == ["Ode & Ivy"] * 2 and songs["genre"].tolist() == ["pop"] * 2


def test_a_name_of_blanks_is_refused(tmp_path):
    row = SONG.format(length=200, popularity=1).replace("Salt", " \u00a0\u200b")
    assert "row 2: title is empty" in refused(load_songs, songs_file(tmp_path, row))


def test_an_age_band_turned_into_a_date_says_why(tmp_path):
    text = SURVEY.read_text(encoding="utf-8").replace("\n12-20,", "\nDec-20,", 1)
    assert "a spreadsheet turned the age band into a date" in refused(
        d.load_survey, write(tmp_path, text)
    )


def test_an_unknown_answer_is_refused_with_the_row(tmp_path):
    text = SURVEY.read_text(encoding="utf-8").replace(",Female,", ",Femal,", 1)
    words = refused(d.load_survey, write(tmp_path, text))
    assert "Gender is 'Femal'; it must be one of 'Female', 'Male', 'Others'." in words


def test_a_file_of_another_kind_is_refused(tmp_path):
    assert (
        refused(load_songs, write(tmp_path, "x", "songs.ods"))
        == "songs.ods ends in '.ods'; the file must be .csv or .xlsx."
    )
    assert "is not an .xlsx workbook" in refused(load_songs, write(tmp_path, "x", "songs.xlsx"))


def test_genres_are_found_whatever_their_capitals():
    assert d.check_genre("genre", "kpop") == d.check_genre("genre", "K-Pop") == "K-pop"
    with pytest.raises(
        ValueError, match="preferred_genre is 'Popp'; it must be one of .* Did you mean 'Pop'"
    ):
        d.check_genre("preferred_genre", "Popp")


# -- the originals ---------------------------------------------------------------------------------


def test_the_original_files_read_as_downloaded(real_data):
    survey, songs = (
        d.load_survey(str(real_data / "spotify_data.csv")),
        load_songs(str(real_data / "spotify_2000.csv")),
    )
    assert survey.shape == (520, 21) and songs.shape == (1994, 15)
    assert (survey["wanted_plan"] == "none").sum() == 208 and survey["devices"].map(
        len
    ).mean() == pytest.approx(1.29, abs=0.005)
    assert songs["duration_s"].max() == 1412 and not songs.duplicated(["title", "artist"]).any()
