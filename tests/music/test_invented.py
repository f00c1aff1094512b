"""Invented catalogues: names, careers, sound and the published concentration of listening."""

import ast
import math
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import wrapsim_helpers as ws
from wrapsim_helpers import streams
from wrapsim_helpers.music import artist_names, columns, draws, genres, song_tracks, sounds
from wrapsim_helpers.music import artists as music_artists
from wrapsim_helpers.music import catalogue as c
from wrapsim_helpers.music import invented as d
from wrapsim_helpers.music import labels as kinds
from wrapsim_helpers.music import releases as rel
from wrapsim_helpers.music import titles as tit
from wrapsim_helpers.music.loop_types import ERAS
from wrapsim_helpers.people.figures import figures
from wrapsim_helpers.people.homes import countries
from wrapsim_helpers.streams import numbered_keys

N, YEAR = 100_000, 2025
DRAWS = 400_000


@pytest.fixture(scope="module")
def large():
    """A hundred thousand tracks by ten thousand artists, the fewest for which the concentration is
    published.
    """
    return c.generate_catalogue(N, 5, YEAR)


@pytest.fixture(scope="module")
def tracks(large):
    table = large.tracks.to_pandas()
    first = (
        large.track_artists.to_pandas()
        .drop_duplicates("track_id")
        .set_index("track_id")["artist_id"]
    )
    return table.assign(
        artist_id=table["track_id"].map(first),
        year=pd.to_datetime(table["release_date"]).dt.year,
        festive=large.music.tracks["festive"] == 1,
    )


@pytest.fixture(scope="module")
def artists(large):
    return large.artists.to_pandas()


def drawn(first, slots, pool, n, seed=1):
    """n draws from an alias table, as the loop makes them."""
    rng = np.random.default_rng(seed)
    some = slots[first[pool] : first[pool + 1]][rng.integers(0, first[pool + 1] - first[pool], n)]
    return np.where(rng.random(n) < some["keep"], some["own"], some["alias"])


def drawn_artists(catalogue, n, seed=1):
    """n draws of artists from the pool of all, era by era."""
    music, n_eras = catalogue.music, 1 + len(ERAS)
    part = catalogue.pools["All"] * (1 + len(countries())) * n_eras
    weights = music.part_weights[part : part + n_eras]
    counts = np.random.default_rng(seed).multinomial(n, weights / weights.sum())
    return np.concatenate(
        [
            drawn(music.parts, music.part_slots, part + era, count, seed + era)
            for era, count in enumerate(counts)
            if count
        ]
    )


@pytest.fixture(scope="module")
def heard(large):
    """Artists as often as drawn from the pool of all."""
    return np.bincount(drawn_artists(large, DRAWS))


@pytest.fixture(scope="module")
def july(large):
    """Tracks of 20,000 plays in July of the first year: by an artist, half of them among the
    artist's latest releases.
    """
    music, day, rng, plays = (
        large.music,
        columns.month_days(12 * (YEAR - 1970) + 6) + 14,
        np.random.default_rng(2),
        [],
    )
    for artist in drawn_artists(large, 20_000, seed=3):
        own = music.discography[music.artists[artist]["first"] : music.artists[artist]["after"]]
        end = np.searchsorted(own["released"], day, side="right")
        start = (
            np.searchsorted(own["released"], day - rng.exponential(400))
            if rng.random() < 0.55
            else 0
        )
        start = start if start < end else 0
        before = own["total"][start - 1] if start else 0.0
        if end:
            wanted = before + rng.random() * (own["total"][end - 1] - before)
            plays.append(
                own["track"][start + np.searchsorted(own["total"][start:end], wanted, side="right")]
            )
    return music.tracks[np.array(plays)], day


# -- what is promised ------------------------------------------------------------------------------


def test_a_catalogue_follows_from_size_seed_and_year_alone():
    one, same, other = (c.generate_catalogue(1_000, seed, YEAR) for seed in (7, 7, 8))
    for name in ("tracks", "albums", "artists", "track_artists"):
        assert getattr(one, name).equals(getattr(same, name)) and not getattr(one, name).equals(
            getattr(other, name)
        )
    assert all(
        np.array_equal(getattr(one.music, name), getattr(same.music, name))
        for name in one.music._fields
    )


def test_nothing_is_drawn_from_numpy_and_no_value_hangs_on_its_logarithms():
    for path in (d.__file__, c.__file__):
        used = {
            node.attr
            for node in ast.walk(ast.parse(Path(path).read_text("utf-8")))
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "np"
        }
        assert not used & {
            "random",
            "exp",
            "log",
            "log2",
            "power",
            "dot",
            "linalg",
            "sum",
            "einsum",
        }, path


def test_there_are_as_many_tracks_as_asked_for_and_a_sixth_as_many_artists(large, tracks, artists):
    assert len(tracks) == N and len(artists) == N // 6
    assert tracks["track_id"].tolist() == list(range(N)) and set(tracks["artist_id"]) == set(
        range(N // 6)
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((10, 1, 2025), "n_tracks is 10; it must be a whole number from 1000 to 10,000,000."),
        (
            (1000, -1, 2025),
            "seed is -1; it must be a whole number from 0 to 9,223,372,036,854,775,807.",
        ),
        (
            (1000, 1, 1990),
            "first_year is 1990; it must be a whole number from 2000 to 2038.",
        ),
    ],
)
def test_a_size_seed_or_year_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError) as raised:
        c.generate_catalogue(*arguments)
    assert str(raised.value) == message


def test_a_songs_file_comes_first_and_its_songs_stay_as_they_are(songs):
    both, alone = c.generate_catalogue(1_000, 1, YEAR, songs=songs), c.build_catalogue(songs)
    assert both.tracks.slice(0, len(songs)).equals(alone.tracks)
    assert both.artists.slice(0, alone.artists.num_rows).equals(alone.artists)
    assert (
        both.tracks.num_rows == len(songs) + 1_000
        and both.albums.num_rows == both.tracks["album_id"].to_pandas().nunique()
    )
    assert both.artists["artist"].to_pandas().is_unique
    tracks, credits = both.tracks.to_pandas().iloc[len(songs) :], both.track_artists.to_pandas()
    assert (
        tracks["album_id"].min() == alone.albums.num_rows
        and (tracks.groupby("album_id")["album"].nunique() == 1).all()
    )
    guests = tracks["title"].str.extract(r"\(feat\. (.*)\)")[0]
    assert [list(found[1:]) for found in tracks["artists"]] == [
        [] if pd.isna(guest) else [guest] for guest in guests
    ]
    names = (
        credits["artist_id"]
        .map(both.artists.to_pandas()["artist"])
        .groupby(credits["track_id"])
        .agg(list)
    )
    assert names.tolist() == [list(found) for found in both.tracks["artists"].to_pylist()]


def test_songs_beside_many_invented_tracks_make_a_tenth_of_plays_beside_few_their_share(
    songs,
):
    own, others = song_tracks.from_songs(songs)[0], pd.DataFrame({"weight": np.ones(98_000)})
    assert c.scaled_to_share(own, others)["weight"].sum() == pytest.approx(98_000 / 9)
    assert c.scaled_to_share(own, others.head(1_000))["weight"].sum() == pytest.approx(1_000 * 2)
    scaled = c.scaled_to_share(own, others)["weight"] / own["weight"]
    assert scaled.min() == pytest.approx(scaled.max())


# -- concentration and time ------------------------------------------------------------------------


def test_plays_gather_on_few_artists_as_published(heard):
    """top1pct_artists_share and gini_artists: HetRec Last.fm 2011; the tolerances are the published
    ones.
    """
    plays = np.sort(heard[heard > 0])[::-1]
    total, n = np.cumsum(plays) / plays.sum(), len(plays)
    assert (
        abs(total[round(n * 0.01) - 1] - 0.519) < 0.1
        and abs(total[round(n * 0.1) - 1] - 0.85) < 0.06
    )
    gini = 2 * (np.arange(1, n + 1) * plays[::-1]).sum() / (n * plays.sum()) - (n + 1) / n
    assert abs(gini - 0.893) < 0.04


@pytest.mark.parametrize("low, high", [(1, 100), (10, 1000), (100, 5000)])
def test_weights_of_artists_fall_with_rank_as_their_formula_says(heard, low, high):
    """They are steeper than the published plays, since listeners like only some artists."""
    ranks = np.arange(low, high + 1)
    plays = np.sort(heard[heard > 0])[::-1][low - 1 : high]
    weights = music_artists.rank_weights(ranks.astype(float), N // 6)
    slope, expected = (
        np.polyfit(np.log(ranks[: len(values)]), np.log(values), 1)[0]
        for values in (plays, weights[: len(plays)])
    )
    assert slope == pytest.approx(expected, abs=0.3)


def test_an_artists_tracks_sum_to_the_weight_of_the_artist_and_popularity_says_the_same(
    large, tracks
):
    keys = numbered_keys(np.uint64(5), np.arange(N // 6))
    music, plain = large.music, (~tracks["festive"] & ~tracks["noise"]).to_numpy()
    weight = np.diff(music.discography["total"], prepend=0.0)
    firsts = music.artists["first"][music.artists["after"] > music.artists["first"]]
    weight[firsts] = music.discography["total"][firsts]
    of_track = np.empty(N)
    of_track[music.discography["track"]] = weight
    assert of_track[plain].max() == pytest.approx(32) and tracks["popularity"][plain].max() == 100
    assert (
        np.abs(np.clip(60 + 8 * np.log2(of_track[plain]), 0, 100) - tracks["popularity"][plain])
        <= 0.5 + 1e-6
    ).all()
    sums = np.bincount(tracks["artist_id"], np.where(plain, of_track, 0), N // 6)
    weights = music_artists.sample_artists(keys, 5, YEAR, ())["weight"].to_numpy()
    most = np.argsort(-weights)[:300]
    assert (
        np.median(np.abs(sums[most] / sums[most[0]] / (weights[most] / weights[most[0]]) - 1))
        < 0.05
    )


def test_an_active_artists_newer_music_is_heard_more(large, tracks):
    music, weight = large.music, np.empty(N)
    own = np.diff(music.discography["total"], prepend=0.0)
    first = music.artists["first"]
    own[first] = music.discography["total"][first]
    weight[music.discography["track"]] = own
    active = tracks.groupby("artist_id")["year"].transform("max") == YEAR + 4
    some = active & ~tracks["festive"] & tracks["year"].between(YEAR - 10, YEAR + 4)
    relative = np.log(weight) - pd.Series(np.log(weight)).groupby(tracks["artist_id"]).transform(
        "mean"
    )
    slope = np.polyfit(tracks["year"][some], relative[some], 1)[0]
    assert 0.08 < slope < rel.GROWTH + 0.02


def test_artists_have_hits(large):
    """Of the hundred most heard artists, the best tenth of their tracks make a third of the weight
    and more.
    """
    music = large.music
    for artist in np.argsort(-music.artists["renown"])[:100]:
        own = music.discography[music.artists[artist]["first"] : music.artists[artist]["after"]]
        weight = np.sort(np.diff(own["total"], prepend=0.0))[::-1]
        if len(weight) >= 30:
            assert weight[: len(weight) // 10].sum() > 0.2 * weight.sum() and (weight > 0).all()


def test_most_of_what_is_played_in_july_is_of_the_last_years(july):
    """release_year_mix: this year's 0.396, last year's 0.199, older than four years 0.215,
    editorial lists included.
    """
    tracks, _ = july
    age = YEAR - (
        tracks["released"].astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    )
    share = np.bincount(np.minimum(age, 5), minlength=6) / len(age)
    assert (
        0.18 < share[0] < 0.4
        and 0.15 < share[1] < 0.35
        and 0.08 < share[5] < 0.35
        and share[1] > share[2] > share[3] > share[4]
    )


def test_tracks_are_as_long_as_published_when_weighted_by_plays(july):
    """track_duration_mean: 215.9 s."""
    seconds = july[0]["duration_ms"] / 1000
    assert abs(seconds.mean() - 215.9) < 10 + 4 * seconds.std() / len(seconds) ** 0.5


def test_nearly_every_artist_drawn_has_something_out_already(july):
    assert len(july[0]) > 0.95 * (1 - music_artists.NEWCOMERS) * 20_000


def test_music_comes_out_to_the_end_of_the_fifth_year_and_not_before_1955(tracks):
    assert tracks["year"].min() >= 1955 and tracks["year"].max() == YEAR + 4
    ahead = tracks[tracks["year"] >= YEAR].groupby("year").size()
    assert ahead.min() > 0.5 * ahead.max() and (tracks["year"] < 1990).mean() > 0.015


# -- releases --------------------------------------------------------------------------------------


def test_a_release_has_one_artist_one_day_one_name_and_numbers_from_one(large, tracks):
    groups = tracks.groupby("album_id")
    assert (groups[["artist_id", "release_date", "album"]].nunique() == 1).all().all()
    assert (groups["track_number"].max() == groups.size()).all() and (
        groups["track_number"].min() == 1
    ).all()
    assert (
        large.albums.to_pandas()
        .set_index("album_id")["n_tracks"]
        .equals(groups.size().astype("int32").rename("n_tracks"))
    )


def test_releases_are_singles_eps_and_albums(large):
    sizes = large.albums.to_pandas()["n_tracks"]
    assert (
        0.6 < (sizes == 1).mean() < 0.75
        and sizes.max() == 16
        and ((sizes >= 8) * sizes).sum() > 0.3 * N
    )


def test_music_comes_out_on_fridays_from_mid_2015(tracks):
    days = pd.to_datetime(tracks["release_date"]).dt.day_of_week
    late, early = (
        pd.to_datetime(tracks["release_date"]) >= "2015-07-17",
        pd.to_datetime(tracks["release_date"]) < "2015-07-01",
    )
    assert (
        abs((days[late & ~tracks["festive"]] == 4).mean() - (rel.FRIDAY + (1 - rel.FRIDAY) / 7))
        < 0.01
    )
    assert abs((days[early] == 4).mean() - 1 / 7) < 0.03


def test_tracks_are_cut_into_releases_as_long_as_drawn_at_their_start():
    release = rel.cut_into_releases(np.array([2, 9, 1, 3, 9, 2]), np.array([0, 4, 6]))
    assert release.tolist() == [0, 0, 1, 2, 3, 3]


def test_the_most_heard_have_the_most_tracks_and_nobody_too_many(large, tracks):
    counts = tracks["artist_id"].value_counts().sort_index().to_numpy()
    renown = large.music.artists["renown"]
    assert counts.max() <= rel.MOST_TRACKS and counts.min() >= 1
    assert np.median(counts[renown > 0.99]) > 4 * np.median(counts[renown < 0.9])


def test_guests_come_ever_more_often_and_from_the_same_family(large, tracks, artists):
    guests = (
        large.track_artists.to_pandas()
        .query("role == 'featured'")
        .set_index("track_id")["artist_id"]
    )
    share = tracks["track_id"].isin(guests.index).groupby(tracks["year"] // 10 * 10).mean()
    assert share[1980] < 0.03 < share[2000] < share[2010] < share[2020] < 0.3
    families = pd.Series(kinds.label_names()[1], kinds.label_names()[0])
    genre = artists["genre"].map(families[~families.index.duplicated()])
    assert (genre[guests].to_numpy() == genre[tracks["artist_id"][guests.index]].to_numpy()).all()
    assert (guests.to_numpy() != tracks["artist_id"][guests.index].to_numpy()).all()
    assert tracks["title"][guests.index[0]].endswith(f"(feat. {artists['artist'][guests.iloc[0]]})")


def test_who_is_alone_in_a_family_has_no_guest_and_noise_has_none():
    artists = pd.DataFrame(
        {
            "weight": [9.0, 1.0, 1.0, 2.0],
            "debut": [2000.0, 2001, 2002, 2003],
            "noise": [False, False, False, True],
            "family": ["hip_hop", "pop", "pop", "pop"],
            "language": "en",
        }
    )
    tracks = pd.DataFrame(
        {
            "artist_id": np.repeat(np.arange(4), 300),
            "released": 20_000,
            "key": numbered_keys(np.uint64(1), np.arange(1200)),
            "family": np.repeat(artists["family"].to_numpy(), 300),
        }
    )
    guests = tit.with_guests(tracks, artists).groupby("artist_id")["featured_id"].agg(set)
    assert guests.tolist() == [{-1}, {-1}, {-1, 1}, {-1}]


def test_most_guests_sing_in_the_language_of_the_artist(large, artists, tracks):
    guests = large.track_artists.to_pandas().query("role == 'featured'")
    languages = tracks.groupby("artist_id")["language"].agg(lambda seen: seen.iloc[0])
    owner = tracks.set_index("track_id")["artist_id"][guests["track_id"]]
    same = languages.reindex(guests["artist_id"]).to_numpy() == languages[owner].to_numpy()
    assert 0.85 < same.mean() < 0.97


# -- names -----------------------------------------------------------------------------------------


def test_artists_have_a_name_of_their_own_and_no_title_twice(tracks, artists):
    assert (
        artists["artist"].is_unique
        and not tracks.duplicated(["artist_id", "title"]).any()
        and tracks["song_id"].is_unique
    )
    assert (
        artists["artist"].str.contains(r" [IVX]+$").mean() < 0.02
        and tracks["title"].str.len().max() < 80
    )


def test_no_artist_is_one_of_the_original_songs_file(artists, real_data):
    real = {
        name.casefold() for name in ws.load_songs(str(real_data / "spotify_2000.csv"))["artist"]
    }
    assert not {name.casefold() for name in artists["artist"]} & real


def test_songs_are_in_the_language_of_the_country_or_in_english(large, tracks, artists):
    spoken = artists["country"].map(kinds.words()["countries"])[tracks["artist_id"]].to_numpy()
    language = tracks["language"].to_numpy()
    assert ((language == spoken) | (language == "en") | (language == "")).all() and set(
        language[tracks["noise"]]
    ) == {""}
    abroad = tracks[(spoken != "en") & ~tracks["noise"]]
    assert 0.1 < (abroad["language"] == "en").mean() < 0.4 and len(set(language)) == 1 + len(
        kinds.words()["languages"]
    )
    assert set(artists["country"]) == set(
        pd.read_csv(ws.resources.resource("data", "behaviour", "places.csv"))["country"]
    )


@pytest.mark.parametrize(
    "country, letters",
    [
        ("JP", "[぀-ヿ一-鿿]"),
        ("KR", "[가-힣]"),
        ("TH", "[฀-๿]"),
        ("EG", "[؀-ۿ]"),
        ("IL", "[א-ת]"),
        ("UA", "[Ѐ-ӿ]"),
    ],
)
def test_some_names_and_titles_are_in_their_own_script(tracks, artists, country, letters):
    own = artists[artists["country"] == country]
    assert own["artist"].str.contains(letters).mean() > 0.3
    assert tracks[tracks["artist_id"].isin(own.index)]["title"].str.contains(letters).mean() > 0.3


def test_a_label_that_names_a_country_is_only_that_countrys(artists):
    nations = (
        artists["genre"]
        .map(kinds.nation)
        .where(~artists["genre"].isin([row["label"] for row in kinds.more_labels()]), "")
    )
    assert (artists["country"][nations != ""] == nations[nations != ""]).all()
    assert (
        set(artists["country"][artists["genre"] == "k-pop"]) == {"KR"}
        and kinds.nation("east coast hip hop") == "US"
    )


def test_every_label_has_a_family_and_every_country_a_language():
    labels, families = kinds.label_names()
    assert set(labels) <= set(genres.genre_map()["top_genre"]) and set(families) == set(
        figures("songs_profile")["families"]
    )
    shares = kinds.label_shares()
    assert (
        shares.shape == (len(kinds.words()["countries"]) * len(kinds.DECADES), len(labels))
        and (shares.sum(axis=1) > 0).all()
    )


@pytest.mark.parametrize("language", kinds.words()["languages"])
def test_a_language_has_kinds_of_titles_each_a_prime_number_and_enough_for_an_artist(language):
    kinds_of_titles = tit.titles_of(language)
    every = [title for _, titles in kinds_of_titles for title in titles]
    assert len(set(every)) == len(every)
    for _, titles in kinds_of_titles:
        assert len(titles) >= rel.MOST_TRACKS
        assert all(len(titles) % n for n in range(2, len(titles)))
    assert sum(share for share, _ in kinds_of_titles) == pytest.approx(1.0)


def test_a_second_bearer_of_a_name_gets_a_numeral():
    assert artist_names.with_numerals(["Ann", "Bo", "Ann", "Ann"], taken=["Bo"]) == [
        "Ann",
        "Bo II",
        "Ann II",
        "Ann III",
    ]
    assert artist_names.with_numerals(["ANN", "Noe\u0308l"], taken=["Ann ", "Noël"]) == [
        "ANN II",
        "Noe\u0308l II",
    ]
    assert [artist_names.numeral(n) for n in (1, 4, 9, 14, 40, 399, 400)] == [
        "I",
        "IV",
        "IX",
        "XIV",
        "XL",
        "CCCXCIX",
        "400",
    ]


@pytest.mark.parametrize("total", [1, 2, 3, 10, 60, 271])
def test_turns_lead_through_all_places(total):
    assert sorted(artist_names.spread(np.arange(total), 0.37, total)) == list(range(total))


# -- sound -----------------------------------------------------------------------------------------


def test_measures_have_the_published_quantiles(tracks):
    quantiles = figures("songs_profile")["quantiles"]
    for name, column in (
        ("BPM", "bpm"),
        ("Energy", "energy"),
        ("Acousticness", "acousticness"),
        ("Speechiness", "speechiness"),
    ):
        for percent, value in quantiles[name].items():
            assert abs(np.percentile(tracks[column], float(percent)) - value) <= 1, (name, percent)


def test_an_artist_sounds_alike_and_a_family_has_its_own_sound(tracks):
    own = tracks.groupby("artist_id")["energy"]
    assert own.transform("mean")[own.transform("size") > 5].var() > 0.35 * tracks["energy"].var()
    rap = tracks[tracks["genre"].isin(["hip hop", "trap"])]
    assert (
        rap["speechiness"].mean() > 1.5 * tracks["speechiness"].mean()
        and rap["explicit"].mean() > 2 * tracks["explicit"].mean()
    )
    assert not tracks["explicit"][tracks["year"] < 1984].any()


def test_a_cholesky_factor_gives_its_matrix_again():
    matrix = np.array(figures("songs_profile")["pooled_within_family_cov"])
    assert sounds.cholesky(matrix) == pytest.approx(np.linalg.cholesky(matrix))


def test_draws_of_the_measures_are_those_of_the_uncompiled_code():
    keys = np.arange(5, dtype=np.uint64) + np.uint64(99)
    arguments = (
        keys,
        keys[::-1].copy(),
        np.arange(5),
        np.arange(5),
        *sounds.family_sounds(),
    )
    with np.errstate(over="ignore"):
        assert (sounds.sounds(*arguments) == sounds.sounds.py_func(*arguments)).all()


def test_the_measures_of_a_family_vary_together_as_published():
    n, keys = 40_000, numbered_keys(np.uint64(3), np.arange(40_000))
    drawn = sounds.sounds(
        keys,
        keys,
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        *sounds.family_sounds(),
    )
    wanted = sounds.family_sounds()[1][0] @ sounds.family_sounds()[1][0].T
    error = np.sqrt((np.outer(np.diag(wanted), np.diag(wanted)) + wanted**2) / n)
    assert (np.abs(np.cov(drawn.T) - wanted) < 4 * error).all()
    assert (
        np.abs(drawn.mean(axis=0) - sounds.family_sounds()[0][0, 0])
        < 4 * np.sqrt(np.diag(wanted) / n)
    ).all()


def test_values_take_the_quantiles_of_their_ranks():
    assert sounds.to_quantiles(
        np.array([3.0, -1.0, 10.0]), {"0": 10.0, "50": 20.0, "100": 40.0}, None
    ).tolist() == [20, 10, 40]
    many = sounds.to_quantiles(np.arange(1000.0)[::-1], {"0": 0.0, "50": 50.0, "100": 100.0}, 0.1)
    assert (
        (np.diff(many) <= 0).all()
        and (many == 0).sum() in range(95, 106)
        and many[0] == 100
        and many[499:501].tolist() == [50, 50]
    )


# -- what is set apart -----------------------------------------------------------------------------


def test_some_releases_are_for_christmas_and_are_out_before_the_run(large, tracks):
    festive = tracks[tracks["festive"]]
    assert abs(len(festive) / N - rel.FESTIVE_SHARE) < 0.0005 and set(festive["genre"]) == {
        "christmas"
    }
    assert (
        set(pd.to_datetime(festive["release_date"]).dt.month) == {11}
        and festive["year"].max() < YEAR
    )
    assert (festive["popularity"] >= 75).sum() in range(2, 12) and not festive["explicit"].any()
    pool = drawn(large.music.extra, large.music.extra_slots, 0, 10_000)
    assert set(pool) <= set(festive["track_id"]) and len(set(pool)) > 0.5 * len(festive)


def test_noise_is_long_or_short_but_never_sung_and_in_no_pool(large, tracks, artists):
    noise = tracks[tracks["noise"]]
    noise_artists = artists["artist_id"].isin(noise["artist_id"])
    assert 0.001 < len(noise) / N < 0.006 and set(noise["genre"]) <= {"white noise", "rain"}
    assert noise["duration_ms"].min() < 80_000 and noise["duration_ms"].max() > 350_000
    assert not set(large.music.part_slots["own"]) & set(artists["artist_id"][noise_artists])


def test_a_day_in_november_of_the_year_before():
    days = (
        pd.to_datetime(["2001-01-01", "2000-12-31", "1955-03-01"])
        .to_numpy()
        .astype("datetime64[D]")
        .astype(np.int64)
    )
    assert [str(np.datetime64(int(day), "D"))[:7] for day in rel.november(days)] == [
        "2000-11",
        "1999-11",
        "1955-11",
    ]


# -- helpers ---------------------------------------------------------------------------------------


def test_a_choice_falls_by_the_shares_of_its_own_table():
    shares = np.array([[0.5, 0.5, 0.0], [0.2, 0.0, 0.8]])
    u, table = (
        np.array([0.0, 0.49, 0.51, 0.999999, 0.1, 0.21, 0.999999]),
        np.array([0, 0, 0, 0, 1, 1, 1]),
    )
    assert draws.chosen(u, table, shares).tolist() == [0, 0, 1, 1, 0, 2, 2]
    assert (draws.chosen(u, table, 7 * shares) == draws.chosen(u, table, shares)).all()


def test_tracks_are_shared_out_to_the_last_one():
    artists = pd.DataFrame(
        {
            "weight": [100.0, 10.0, 1.0, 0.1],
            "debut": 2000.0,
            "until": 2010.0,
            "key": np.arange(4, dtype=np.uint64),
        }
    )
    for n in (4, 5, 97, 700):
        counts = rel.track_counts(artists, n)
        assert counts.sum() == n and counts.min() >= 1 and counts.max() <= rel.MOST_TRACKS


def test_turns_count_within_a_group():
    assert columns.turns(np.array([4, 4, 7, 9, 9, 9])).tolist() == [0, 1, 0, 0, 1, 2]


def test_logarithms_are_those_of_the_library():
    values = np.array([1e-9, 0.5, 1.0, 7.0, 1e12])
    assert streams.lns(values) == pytest.approx([math.log(value) for value in values])


def test_names_of_two_parts_use_every_combination_before_one_comes_twice():
    pieces = [["Ann", "Bo", "Cy"], ["Oak", "Elm"]]
    assert set(artist_names.combined(pieces, " ", 6, 3, "test")) == {
        " ".join(parts) for parts in product(*pieces)
    }
