"""Tracks, albums, artists and the pools of the survey genres."""

import hashlib
import warnings

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers.music import catalogue as c
from wrapsim_helpers.music import columns, genres, loop_records, song_ids, song_tracks
from wrapsim_helpers.music.credits import split_credits
from wrapsim_helpers.music.loop_types import ERAS
from wrapsim_helpers.names import folded
from wrapsim_helpers.people.homes import countries
from wrapsim_helpers.people.survey_shares import GENRE_NAMES

SONGS = pd.DataFrame(
    {
        "index": [1, 2, 3, 4],
        "title": ["Salt", "Salt (feat. Ama Quaye)", "Tin Roof", "Slow Orbit"],
        "artist": ["Ode & Ivy", "Mila Osterhaus", "Ode & Ivy", "Ode & Ivy"],
        "genre": ["pop", "detroit hip hop", "pop", "pop"],
        "year": [2004, 2010, 2004, 2007],
        "bpm": 120,
        "energy": [60, 85, 30, 50],
        "danceability": 55,
        "loudness": -8,
        "liveness": 10,
        "valence": [75, 20, 40, 50],
        "duration_s": [200, 180, 240, 300],
        "acousticness": [10, 2, 80, 30],
        "speechiness": [4, 20, 4, 4],
        "popularity": [60, 70, 65, 40],
    }
)


def song_id(artist, title):
    """The song_id of one song."""
    return song_ids.song_ids(song_ids.song_keys([artist], [title]))[0].as_py()


@pytest.fixture(scope="module")
def small():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return c.build_catalogue(SONGS)


def test_songs_of_an_artist_and_year_are_an_album_named_after_the_best_known(small):
    tracks = small.tracks.to_pandas()
    assert tracks["album"].tolist() == [
        "Tin Roof",
        "Salt (feat. Ama Quaye)",
        "Tin Roof",
        "Slow Orbit",
    ]
    assert tracks["track_number"].tolist() == [1, 1, 2, 1]
    assert small.albums.to_pandas()["n_tracks"].tolist() == [2, 1, 1]


def test_a_featured_artist_is_credited_after_the_primary_one(small):
    assert small.tracks["artists"].to_pylist()[1] == ["Mila Osterhaus", "Ama Quaye"]
    credits = small.track_artists.to_pandas()
    assert credits[credits["track_id"] == 1][["artist_id", "role"]].values.tolist() == [
        [1, "primary"],
        [2, "featured"],
    ]


@pytest.fixture(scope="module")
def respelled():
    """The same songs with other spellings of the names, and more guests."""
    songs = SONGS.assign(
        title=["Salt ", "Salt (feat. Ama Quaye & Bo) [ft. ODE & IVY]", "Tin  Roof", "Slow Orbit"],
        artist=["Ode & Ivy", "Mila Osterhaus", "ode & ivy", "Ode &\u00a0Ivy "],
        genre=["Pop", "Detroit Hip Hop ", "pop", "POP"],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return c.build_catalogue(songs)


def test_spellings_of_an_artist_are_one_artist(small, respelled):
    assert respelled.artists["artist"].to_pylist() == [
        "Ode & Ivy",
        "Mila Osterhaus",
        "Ama Quaye",
        "Bo",
    ]
    assert respelled.tracks["title"].to_pylist()[:3:2] == ["Salt", "Tin Roof"]
    for place in (0, 2, 3):  # the song whose title names more guests is another song
        assert respelled.tracks["song_id"][place] == small.tracks["song_id"][place]


def test_spellings_of_a_known_genre_label_are_that_label(small, respelled):
    assert respelled.tracks["genre"].equals(small.tracks["genre"])
    assert respelled.artists["country"].to_pylist()[:3] == small.artists["country"].to_pylist()
    assert ws.pool_sizes(respelled).equals(ws.pool_sizes(small))


def test_every_guest_of_a_song_is_credited(respelled):
    assert respelled.tracks["artists"].to_pylist()[1] == [
        "Mila Osterhaus",
        "Ama Quaye",
        "Bo",
        "Ode & Ivy",
    ]
    credits = respelled.track_artists.to_pandas()
    assert credits["track_id"].tolist() == [0, 1, 1, 1, 1, 2, 3]
    assert credits["artist_id"].tolist() == [0, 1, 2, 3, 0, 0, 0]
    assert credits["role"].tolist() == ["primary"] * 2 + ["featured"] * 3 + ["primary"] * 2
    place = respelled.music.tracks["featured"][1]
    assert respelled.music.guests[place : place + 4].tolist() == [2, 3, 0, -1]


def test_guests_of_songs_and_of_invented_tracks_are_both_credited(songs):
    both = c.generate_catalogue(1_000, 5, 2025, songs)
    credits = both.track_artists.to_pandas().query("role == 'featured'")
    names = np.array(both.artists["artist"].to_pylist())[credits["artist_id"]]
    titles = np.array(both.tracks["title"].to_pylist())[credits["track_id"]]
    assert (credits["track_id"] < len(songs)).sum() == 17 and len(credits) > 100
    assert all(f"(feat. {name})" in title for name, title in zip(names, titles))


def test_the_credits_of_invented_tracks_can_be_read_from_their_titles(songs):
    both = c.generate_catalogue(5_000, 5, 2025, songs)
    known = {folded(name) for name in both.artists["artist"].to_pylist()}
    tracks = zip(both.tracks["artists"].to_pylist(), both.tracks["title"].to_pylist())
    assert all(names == split_credits(names[0], title, known) for names, title in tracks)


def test_a_song_in_two_spellings_is_refused():
    songs = pd.concat([SONGS, SONGS.assign(title=SONGS["title"].str.upper())], ignore_index=True)
    with pytest.raises(ValueError, match="the songs table, row 6: 'SALT' by 'Ode & Ivy' appears"):
        c.build_catalogue(songs)


def test_a_song_id_does_not_depend_on_blanks_or_the_encoding_of_accents():
    assert song_id(" Noe\u0308l", "Salt  II ") == song_id("Noël", "Salt II")


def test_a_song_id_follows_from_artist_and_title_alone(small):
    assert small.tracks["song_id"].to_pylist()[0] == song_id("Ode & Ivy", "Salt")
    assert len(set(small.tracks["song_id"].to_pylist())) == 4
    assert (
        song_id("a", "b") != song_id("ab", "")
        and len(song_id("a", "b")) == 22
        and song_id("a", "b")[0] in "01234567"
    )


def test_a_song_id_is_the_start_of_a_checksum_in_base_62():
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number = int.from_bytes(hashlib.sha256(b"Ode & Ivy\0Salt").digest()[:16], "big")
    assert song_id("Ode & Ivy", "Salt") == "".join(
        digits[number // 62**place % 62] for place in range(21, -1, -1)
    )


def test_moods_follow_from_the_sound(small):
    moods = small.tracks["moods"].to_pylist()
    assert (
        "happy" in moods[0]
        and {"raw", "angry", "energetic"} <= set(moods[1])
        and "calm" in moods[2]
    )


def test_a_small_pool_is_said():
    with pytest.warns(UserWarning, match=r"has few tracks of .*Rap \(1\)"):
        c.build_catalogue(SONGS)


def test_a_genre_without_any_track_falls_back_on_the_whole_catalogue(small):
    sizes = ws.pool_sizes(small).set_index("genre")["tracks"]
    assert sizes["Electronic/Dance"] == 4 and sizes["Rap"] == 1 and sizes["All"] == 4


def test_the_pools_of_the_original_songs_are_those_known(real_data):
    sizes = (
        ws.pool_sizes(c.build_catalogue(ws.load_songs(str(real_data / "spotify_2000.csv"))))
        .set_index("genre")["tracks"]
        .to_dict()
    )
    assert sizes == {
        "Melody": 292,
        "Classical": 153,
        "Pop": 341,
        "Rap": 86,
        "Electronic/Dance": 86,
        "Rock": 1033,
        "K-pop": 78,
        "All": 1994,
        "Classical & melody, dance": 464,
        "Old songs": 712,
        "Trending songs": 88,
    }


def test_every_survey_genre_has_a_pool(catalogue):
    assert list(catalogue.pools)[: len(GENRE_NAMES)] == list(GENRE_NAMES)
    assert (ws.pool_sizes(catalogue)["tracks"] > 0).all()


def test_an_alias_table_gives_each_choice_its_weight():
    weights = np.array([1.0, 5.0, 0.25, 3.75])
    keep, alias = loop_records.alias_table(weights)
    share = keep.copy()
    for choice, other in zip(range(4), alias):
        share[other] += 1 - keep[choice]
    assert share / 4 == pytest.approx(weights / weights.sum())


def test_ragged_lists_keep_their_members_in_order():
    first, members = columns.ragged(np.array([1, 0, 1, 2]), np.array([5, 0, 3, 9]))
    assert [members[a:z].tolist() for a, z in zip(first, first[1:])] == [[1], [2, 0], [3]]


def shares(first, slots, pool):
    """What one pool gives each of its items, from its alias table: item -> share."""
    found, some = {}, slots[first[pool] : first[pool + 1]]
    for slot in some:
        found[int(slot["own"])] = found.get(int(slot["own"]), 0.0) + slot["keep"] / len(some)
        found[int(slot["alias"])] = found.get(int(slot["alias"]), 0.0) + (1 - slot["keep"]) / len(
            some
        )
    return {item: share for item, share in found.items() if share > 1e-12}


def artist_shares(music, pool, country=-1):
    """What a pool gives each artist of a country (-1: all), over its eras: artist -> share."""
    n_eras, n_countries = 1 + len(ERAS), 1 + len(countries())
    part = (pool * n_countries + country + 1) * n_eras
    weights = music.part_weights[part : part + n_eras]
    return {
        artist: share * weight / weights.sum()
        for era, weight in enumerate(weights)
        for artist, share in shares(music.parts, music.part_slots, part + era).items()
    }


def test_an_album_leads_to_its_tracks_in_order(small):
    tracks = small.music.tracks
    assert tracks.by_album[tracks[0].album_from : tracks[0].album_to].tolist() == [0, 2]


def test_an_artist_leads_to_their_releases_in_order_and_to_the_weight_up_to_each(small):
    artist, releases = small.music.artists[0], small.music.discography
    own = releases[artist.first : artist.after]
    assert own["track"].tolist() == [0, 2, 3]
    assert own["released"].tolist() == [12418, 12418, 13514]  # 1 January 2004, 2004, 2007
    assert own["total"] == pytest.approx([1, 1 + 2 ** (5 / 8), 1 + 2 ** (5 / 8) + 2 ** (-20 / 8)])
    assert small.music.artists[2]["first"] == small.music.artists[2]["after"]  # only featured


def test_an_artist_weighs_in_a_pool_what_the_tracks_that_stand_for_it_weigh(small):
    weights, music, pools = (
        [1 + 2 ** (5 / 8) + 2 ** (-20 / 8), 2 ** (10 / 8)],
        small.music,
        small.pools,
    )
    found = artist_shares(music, pools["All"])
    assert found == pytest.approx({0: weights[0] / sum(weights), 1: weights[1] / sum(weights)})
    assert artist_shares(music, pools["Rap"]) == {1: 1.0}
    assert set(artist_shares(music, pools["Electronic/Dance"])) == {0, 1}  # nobody: everybody


def test_a_pool_is_parted_by_the_country_and_the_mean_year_of_its_artists(small):
    music, number = small.music, small.pools["All"]
    assert artist_shares(music, number, country=17) == {1: 1.0}  # detroit hip hop is from the US
    assert artist_shares(music, number, country=3) == {}
    assert music.artists["era"][:2] == pytest.approx([(2004 + 2004 + 2007) / 3, 2010])
    assert len(music.part_weights) == len(small.pools) * (1 + len(countries())) * (1 + len(ERAS))


def test_the_most_played_artist_has_renown_1_and_lean_is_even_over_plays(small):
    artists = small.music.artists
    assert artists["renown"].argmax() == 0 and artists["renown"].max() == 1
    far = 1 + 0.12 * np.log(1.0001 - artists["renown"])
    assert artists["obscurity"] == pytest.approx(np.maximum(far, 0))
    weights = np.array([1 + 2 ** (5 / 8) + 2 ** (-20 / 8), 2 ** (10 / 8), 0])
    assert (artists["lean"] * weights).sum() == pytest.approx(0, abs=1e-3)
    assert artists["country"].tolist() == [-1, 17, -1]  # detroit hip hop is from the US


def test_the_bits_of_a_track_are_the_genres_it_stands_for(catalogue):
    members = genres.memberships(
        genres.described_tracks(song_tracks.from_songs(ws.load_songs())[0])
    )
    for g, (genre, member) in enumerate(members.items()):
        assert ((catalogue.music.tracks["genres"] >> g & 1) == (member >= genres.MEMBER)).all(), (
            genre
        )
    assert set(np.flatnonzero(member >= genres.MEMBER)) == set(c.pool_members(catalogue, genre))


def test_what_makes_a_track_hard_to_leave_is_the_songs_own_and_one_on_average(catalogue, songs):
    again = ws.build_catalogue(songs.iloc[::-1].reset_index(drop=True))
    assert (again.music.tracks["grip"][::-1] == catalogue.music.tracks["grip"]).all()
    grip = catalogue.music.tracks["grip"].astype(float)
    assert abs(grip.mean() - 1) < 4 * grip.std() / len(grip) ** 0.5
    assert (
        abs(np.log(grip).std() - loop_records.SIGMA_GRIP)
        < 4 * loop_records.SIGMA_GRIP / (2 * len(grip)) ** 0.5
    )


def test_how_often_a_value_came_before():
    assert (
        columns.turns(np.array([5, 3, 5, 5])).tolist() == [0, 0, 1, 2]
        and columns.turns(np.array([], int)).tolist() == []
    )


def test_christmas_songs_stand_in_a_pool_of_their_own_and_in_no_other():
    merry = pd.concat(
        [
            SONGS,
            SONGS.assign(
                title=["Kerst op Zee", "Merrily", "Julia", "Noël Blanc (feat. Ama Quaye)"]
            ),
        ],
        ignore_index=True,
    )
    with pytest.warns(UserWarning):
        catalogue = c.build_catalogue(merry)
    assert catalogue.music.tracks["festive"].tolist() == [0, 0, 0, 0, 1, 0, 0, 1]
    assert set(shares(catalogue.music.extra, catalogue.music.extra_slots, 0)) == {4, 7}
    assert (
        len(catalogue.music.extra) == 3 and catalogue.music.extra[1] == catalogue.music.extra[2]
    )  # no noise here


def test_eight_bundled_songs_are_for_christmas(catalogue):
    titles = np.array(catalogue.tracks["title"].to_pylist())[catalogue.music.tracks["festive"] == 1]
    assert len(titles) == 8 and {"Kerst in Zoutkamp", "Mistletoe Money", "Merry Xmas, Joan"} <= set(
        titles
    )


@pytest.mark.parametrize(
    "title, festive",
    [
        ("Merry Christmas", True),
        ("NAVIDAD", True),
        ("Weihnachtszeit", True),
        ("雪のクリスマス", True),
        ("คืนคริสต์มาสริมคลอง", True),
        ("ليلة الكريسماس في المدينة", True),
        ("כריסמס בעיר אחרת", True),
        ("Karlı bir Noel gecesi", True),
        ("Silent Night", True),
        ("Julia", False),
        ("Natalie", False),
        ("Kerstin", False),
        ("Kerstmis", True),
        ("Noelle", False),
        ("Rainy Night", False),
        ("Snow", False),
    ],
)
def test_a_title_is_festive_by_whole_words(title, festive):
    assert genres.matches(pd.Series([title]), genres.FESTIVE).tolist() == [festive]


def test_dutch_scene_labels_weigh_less_than_their_popularity_says(catalogue, songs):
    weight = song_tracks.song_weights(songs) / 2 ** (
        songs["popularity"] / song_tracks.POPULARITY_DOUBLING
    )
    scene = songs["genre"].isin(genres.scene_labels())
    assert weight[scene].mean() == pytest.approx(genres.SCENE_WEIGHT * weight[~scene].mean())
