"""The note on a songs file of few artists and genres."""

import warnings

import pyarrow as pa
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.listening import thin_songs as t
from wrapsim_helpers.listening.listen import world_of
from wrapsim_helpers.music.songs_file import SONGS

WINDOW = {"start_time": "2019-03-01", "end_time": "2019-03-02"}


@pytest.fixture(scope="module")
def path(tmp_path_factory, songs):
    """A songs file with every seventh of the bundled songs."""
    file = tmp_path_factory.mktemp("songs") / "mine.csv"
    headers = {name: header for header, (name, _, _) in SONGS.items()}
    songs[::7].rename(columns=headers).to_csv(file, index=False)
    return str(file)


@pytest.fixture
def said():
    """The warnings of a test, in a process that has given none."""
    t.warn_once.cache_clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield caught


def artists(n, country="GB"):
    """A table of n artists of a country, as far as the note reads it."""
    return pa.table({"country": [country] * n})


def tracks(*rows):
    """A table of tracks from (family, year, popularity), as far as the note reads it."""
    families, years, popularity = zip(*rows)
    dates = pa.array([f"{year}-01-01" for year in years]).cast(pa.date32())
    return pa.table(
        {"family": families, "release_date": dates, "popularity": pa.array(popularity, pa.int16())}
    )


# -- what it says ----------------------------------------------------------------------------------


def test_the_note_names_genres_artists_and_countries_and_what_to_do():
    assert t.thin_text("mine.csv", {"Rap": 35, "K-pop": 0}, artists(1_200, "")) == (
        "mine.csv makes a thin catalogue. It has few tracks of Rap (35), K-pop (0): listeners with "
        "such a favourite genre repeat the same tracks, or play other genres. It has only 1,200 "
        "artists: listeners share more favourites than people do. 1,200 artists have no known "
        "country: listeners cannot prefer these as music of their own country. Give "
        "catalogue_tracks=120000, which adds invented music around these songs, or a songs file "
        "with more artists."
    )


@pytest.mark.parametrize(
    "scarce, n, words",
    [({}, 8_999, "only 8,999 artists: "), ({"Rap": 3}, 9_000, "few tracks of Rap (3): ")],
)
def test_few_artists_or_few_tracks_of_a_genre_are_enough_for_a_note(scarce, n, words):
    text = t.thin_text("mine.csv", scarce, artists(n))
    assert words in text and text.count(": ") == 1 and "country" not in text


def test_a_wide_file_gives_no_note_even_without_countries():
    assert t.thin_text("mine.csv", {}, artists(9_000, "")) == ""


def test_a_genre_counts_by_family_and_old_and_trending_songs_by_year():
    few = tracks(*[("Rap", 1985, 50)] * 49, *[("Pop", 1986, 50)] * 50)
    scarce = t.scarce_genres(few)
    assert scarce["Rap"] == scarce["Old songs"] == 49 and scarce["K-pop"] == 0
    assert not {"Pop", "All", "Trending songs"} & scarce.keys()


# -- when it is said -------------------------------------------------------------------------------


def test_a_thin_songs_file_is_said_once_whatever_is_made_of_it(path, said, tmp_path):
    for seed in (1, 2):
        ws.listen(ws.Run(2, **WINDOW, songs_path=path, seed=seed))
    ws.generate_listening_session(**WINDOW, songs_path=path)
    ws.simulate(2, **WINDOW, songs_path=path, out_dir=tmp_path / "run", workers=1)
    (text,) = [str(given.message) for given in said]
    assert text.startswith("mine.csv makes a thin catalogue. It has few tracks of ")


def test_a_worker_that_makes_the_catalogue_again_says_nothing(path, said, tmp_path):
    job = ws.open_job(2, **WINDOW, songs_path=path, out_dir=tmp_path / "run")
    said.clear()
    world_of.cache_clear()
    ws.make_part(job, 0)
    assert not said


@pytest.mark.parametrize("catalogue_tracks", [-1, 0])
def test_the_bundled_songs_give_no_note(catalogue_tracks, said):
    ws.listen(ws.Run(2, **WINDOW, catalogue_tracks=catalogue_tracks))
    assert not said
