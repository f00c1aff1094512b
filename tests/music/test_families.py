"""Families of genres: every label has one, from one table with its reasons."""

import warnings

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.music import families, genres, labels
from wrapsim_helpers.music.catalogue import generate_catalogue
from wrapsim_helpers.names import folded
from wrapsim_helpers.people.survey_shares import GENRE_NAMES
from wrapsim_helpers.resources import resource
from wrapsim_helpers.storage.tables import read_part

TABLE = pd.read_csv(resource("data", "behaviour", "genre_families.csv"), keep_default_na=False)
WITHOUT_FAMILY = {"christmas", "rain", "white noise"}


def test_there_are_about_ten_families_with_the_favourite_genres_among_them():
    assert 9 <= len(families.FAMILIES) <= 12
    named = {families.favourite_family(genre) for genre in GENRE_NAMES}
    assert named - {""} <= set(families.FAMILIES) and len(named) > 6
    assert set(families.NO_FAMILY) <= set(GENRE_NAMES)


def test_no_family_is_called_melody_but_the_favourite_genre_melody_has_one():
    assert families.favourite_family("Melody") == "Ballads" in families.FAMILIES
    assert families.favourite_family("Rap") == "Rap" and families.favourite_family("All") == ""
    assert not [name for name in families.FAMILIES if "melody" in name.casefold()]


def test_each_row_of_the_table_has_a_label_of_its_own_a_family_and_a_reason():
    assert TABLE["genre"].is_unique and TABLE["genre"].map(folded).equals(TABLE["genre"])
    assert set(TABLE["family"]) == set(families.FAMILIES)
    assert (TABLE["reason"].str.len() > 5).all()


def test_every_label_of_the_bundled_and_of_invented_music_is_in_the_table():
    known = {*genres.genre_map()["top_genre"], *labels.label_names()[0], *ws.load_songs()["genre"]}
    assert known <= set(TABLE["genre"])
    assert {label for label in known if families.family_of(label) == families.OTHER} == (
        WITHOUT_FAMILY
    )


@pytest.fixture(scope="module")
def wide(songs):
    return generate_catalogue(6_000, 3, 2025, songs)


def test_every_track_has_the_family_of_its_genre(wide):
    tracks = wide.tracks.to_pandas()
    assert set(tracks["family"]) == set(families.FAMILIES)
    table = dict(zip(TABLE["genre"], TABLE["family"]))
    assert tracks["genre"].map(table).equals(tracks["family"])
    assert set(tracks.loc[tracks["family"] == families.OTHER, "genre"]) == WITHOUT_FAMILY


@pytest.mark.parametrize("genre", ["Rap", "Rock", "Electronic/Dance", "Classical", "K-pop"])
def test_a_label_that_stands_fully_for_a_favourite_genre_is_in_that_family(genre):
    rows = genres.genre_map().query("weight >= 0.9")
    mine = rows[rows["survey_genre"] == genre]["top_genre"]
    assert len(mine) and set(mine[mine != "boy band"].map(families.family_of)) == {genre}


@pytest.mark.parametrize(
    "label, family",
    [
        ("norwegian hip hop", "Rap"),
        ("Dutch  HIP HOP ", "Rap"),
        ("swedish death metal", "Rock"),
        ("k-pop", "K-pop"),
        ("korean pop", "Pop"),
        ("hop", "Other"),
        ("christmas instrumental", "Other"),
        ("", "Other"),
    ],
)
def test_an_unknown_label_has_the_family_of_the_longest_label_at_its_end(label, family):
    assert families.family_of(label) == family


def test_families_of_no_track_are_no_families():
    assert families.track_families([]).tolist() == []


def test_a_run_from_before_families_has_empty_ones(tiny_run, tmp_path):
    table = pq.read_table(tiny_run / "tracks.parquet")
    assert set(table["family"].to_pylist()) <= set(families.FAMILIES)
    pq.write_table(table.drop(["family"]), tmp_path / "tracks.parquet")
    old = read_part(tmp_path, "tracks.parquet", "tracks", ["genre", "family"], None)
    assert set(old["family"].to_pylist()) == {""} and old["genre"].equals(table["genre"])


def test_the_taste_for_a_favourite_genre_is_measured_by_families():
    def share(genre):
        run = ws.Run(
            num_users=12, end_time="2025-02-01", genres=(genre,), seed=5, catalogue_tracks=6_000
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            heard = ws.listen(run)
        family = np.array(heard.world.catalogue.tracks["family"].to_pylist())
        return pd.Series(family[heard.plays["track_id"]]).value_counts(normalize=True)

    rap, classical = share("Rap"), share("Classical")
    assert rap["Rap"] > 2 * classical["Rap"] and classical["Classical"] > 2 * rap["Classical"]
