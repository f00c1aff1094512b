"""The two bundled files: invented, reproducible, odd where the originals are odd, and near the
published figures.
"""

import csv
import os
import re
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
sys.path.insert(0, str(DATA))
import make_samples  # noqa: E402 the scripts beside the files are no package
import sample_dice  # noqa: E402
import sample_songs  # noqa: E402
import sample_survey  # noqa: E402

from wrapsim_helpers.storage.outputs import MARKER  # noqa: E402

CERTAIN = 3.3  # standard errors of a share: one miss in a thousand
FILES = ["spotify_data.csv", "spotify_2000.csv"]
SEVERAL = [
    "spotify_listening_device",
    "music_Influencial_mood",
    "music_lis_frequency",
    "music_expl_method",
]
MEASURES = [
    "Beats Per Minute (BPM)",
    "Energy",
    "Danceability",
    "Loudness (dB)",
    "Liveness",
    "Valence",
    "Length (Duration)",
    "Acousticness",
    "Speechiness",
    "Popularity",
]


@pytest.fixture(scope="module")
def asked():
    """The figures of the survey."""
    return make_samples.load_json("behaviour/survey_marginals.json")


@pytest.fixture(scope="module")
def profile():
    """The figures of the songs."""
    return make_samples.load_json("behaviour/songs_profile.json")


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(DATA / "spotify_data.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def songs():
    return read_songs(DATA / "spotify_2000.csv")


@pytest.fixture(scope="module")
def group_a(asked, survey):
    """The rows of the larger group of listeners."""
    return survey[sample_survey.listener_types(asked) == "A"]


def read_songs(path):
    return pd.read_csv(
        path, encoding="utf-8-sig", thousands=",", keep_default_na=False, dtype={"Title": str}
    )


def original(name):
    """The user's own copy of a source file as a table, .csv or .xlsx, whatever the capitals of its
    name.
    """
    for path in sorted(Path(os.environ["WRAPSIM_REAL_DATA"]).iterdir()):
        if path.stem.casefold().replace("-", "_") == name and path.suffix.casefold() in (
            ".csv",
            ".xlsx",
        ):
            how = {"dtype": str, "keep_default_na": False}
            return (
                pd.read_csv(path, **how)
                if path.suffix.casefold() == ".csv"
                else pd.read_excel(path, **how)
            )
    pytest.fail(f"WRAPSIM_REAL_DATA names a folder without {name}.csv or {name}.xlsx")


def without_notes(titles):
    """Titles without what follows a hyphen or stands in brackets at the end."""
    return titles.str.replace(r" (?:- |\().*", "", regex=True)


def ticks(cells):
    """Each cell of a column with several answers as a set."""
    return [{part.strip() for part in cell.split(",")} - {""} for cell in cells]


def share_error(n_rows, share):
    """How far a count out of n_rows may stray from a share, in rows."""
    return CERTAIN * np.sqrt(n_rows * share * (1 - share))


def cramers_v(one, other):
    """Cramer's V with Bergsma's correction, 0 to 1."""
    table = pd.crosstab(one, other).to_numpy()
    n, (rows, columns) = table.sum(), table.shape
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi2 = max(
        ((table - expected) ** 2 / expected).sum() / n - (rows - 1) * (columns - 1) / (n - 1), 0
    )
    rows, columns = (k - (k - 1) ** 2 / (n - 1) for k in (rows, columns))
    return np.sqrt(phi2 / min(rows - 1, columns - 1))


# ---------------------------------------------------------------- files


def test_the_script_writes_the_bundled_files_again_byte_for_byte(tmp_path):
    make_samples.write_samples(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_another_seed_writes_other_files(tmp_path, monkeypatch):
    monkeypatch.setattr(sample_dice, "SEED", sample_dice.SEED + 1)
    monkeypatch.setattr(
        sample_survey, "QUIRKS", []
    )  # whether a cell to be made odd is there, hangs on the seed
    monkeypatch.setattr(
        sample_songs, "name_artists", lambda artists, names: [f"Artist {i}" for i in artists.index]
    )
    names = make_samples.load_json("sample_names.json") | {"voices_of_artists": {}}
    names["titles"] = {voice: [f"{voice} {i}" for i in range(700)] for voice in names["titles"]}
    songs = sample_songs.sample_songs(make_samples.load_json("behaviour/songs_profile.json"), names)
    survey = sample_survey.sample_survey(make_samples.load_json("behaviour/survey_marginals.json"))
    assert len(songs) == 2000 and not songs["Energy"].equals(
        read_songs(DATA / "spotify_2000.csv")["Energy"]
    )
    assert (
        len(survey) == 1040
        and survey["Age"].tolist() != pd.read_csv(DATA / "spotify_data.csv")["Age"].tolist()
    )


def test_the_survey_has_no_byte_order_mark_and_the_songs_have_one():
    starts = [(DATA / name).read_bytes()[:3] == b"\xef\xbb\xbf" for name in FILES]
    assert starts == [False, True]


@pytest.mark.parametrize("name", FILES)
def test_lines_end_as_on_unix_and_every_row_is_as_wide_as_the_header(name):
    assert b"\r" not in (DATA / name).read_bytes()
    with open(DATA / name, encoding="utf-8-sig", newline="") as file:
        assert len({len(row) for row in csv.reader(file)}) == 1


def test_the_headers_are_those_of_the_originals_with_their_typos(survey, songs, asked, profile):
    assert survey.columns.tolist() == asked["about"]["columns"]
    assert {"preffered_premium_plan", "music_Influencial_mood", "preffered_pod_format"} < set(
        survey.columns
    )
    assert songs.columns.tolist() == profile["about"]["columns_of_the_file"]


def test_there_are_1040_answers_and_2000_songs_numbered_without_a_gap(survey, songs):
    assert (len(survey), len(songs)) == (1040, 2000)
    assert songs["Index"].tolist() == list(range(1, 2001))


def test_the_codebook_has_a_row_for_every_column_and_every_file_of_figures(survey, songs):
    text = (DATA / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)`", text, flags=re.MULTILINE)
    assert [name for name in [*survey.columns, *songs.columns] if name not in rows] == []
    assert [
        path.name
        for path in sorted((DATA / "behaviour").iterdir())
        if path.name not in (*rows, MARKER)
    ] == []


# ---------------------------------------------------------------- the survey: quirks


def test_none_is_written_out_and_a_plain_read_would_lose_it(survey, asked):
    columns = asked["about"]["none_is_an_answer"]
    written = (survey[columns] == "None").sum()
    assert (written > 200).all() and not (survey == "").any(axis=None)
    assert pd.read_csv(DATA / "spotify_data.csv", dtype=str)[columns].isna().sum().equals(written)


QUIRKS = {  # what is odd: (column, pattern of the whole cell, how many cells)
    "a comma at the end": ("music_lis_frequency", r".*, ", 3),
    "blanks at the end of situations": ("music_lis_frequency", r".* ", 6),
    "blanks at the end of podcast genres": ("fav_pod_genre", r".* ", 5),
    "no blank after a comma in situations": (
        "music_lis_frequency",
        r"Office hours,Study Hours.*",
        1,
    ),
    "no blank after a comma in discovery": (
        "music_expl_method",
        r"recommendations,Others, Social media",
        1,
    ),
    "one answer with a comma, among several": (
        "music_lis_frequency",
        r".*Late evening, while cooking",
        1,
    ),
    "one podcast genre with commas": ("fav_pod_genre", r"[^,]+, [^,]+, [^,]+", 1),
}


@pytest.mark.parametrize("column, pattern, times", QUIRKS.values(), ids=QUIRKS)
def test_every_oddity_of_a_cell_is_there(survey, column, pattern, times):
    assert survey[column].str.fullmatch(pattern).sum() == times


def test_only_the_known_columns_have_blanks_around_an_answer(survey):
    around = (survey != survey.apply(lambda cells: cells.str.strip())).any()
    assert around[around].index.tolist() == ["music_lis_frequency", "fav_pod_genre"]


def test_there_is_one_exact_duplicate_pair(survey):
    assert survey.duplicated().sum() == 1


@pytest.mark.parametrize(
    "column, answer",
    [
        ("Age", "60+"),
        ("Age", "6-12"),
        ("Gender", "Others"),
        ("fav_music_genre", "Kpop"),
        ("fav_music_genre", "Rock"),
        ("fav_music_genre", "All"),
        ("fav_music_genre", "Classical & melody, dance"),
        ("fav_music_genre", "Old songs"),
        ("fav_music_genre", "trending songs random"),
        ("preffered_premium_plan", "Family Plan-Rs 179/month"),
    ],
)
def test_a_rare_answer_comes_at_least_three_times(survey, column, answer):
    assert (survey[column] == answer).sum() >= 3


def test_single_answers_are_those_of_the_form_but_for_podcast_genres(survey, asked):
    for column, shares in asked["classes"]["all"]["single"].items():
        unknown = sorted(set(survey[column]) - set(shares))
        assert (len(unknown) > 10) if column == "fav_pod_genre" else unknown == [], column


@pytest.mark.parametrize("column", SEVERAL)
def test_several_answers_stand_in_the_order_of_the_form(survey, column):
    form = [answer for answer in sample_survey.TICK_ORDER[column] if answer != sample_survey.FREE]
    for cell in survey[column]:
        known = [part.strip() for part in cell.split(",") if part.strip() in form]
        assert known == [answer for answer in form if answer in known], cell


# ---------------------------------------------------------------- the survey: figures


@pytest.mark.parametrize("kind", ["A", "B", "all"])
def test_every_share_of_a_group_is_within_chance_of_the_figures(survey, asked, kind):
    types = sample_survey.listener_types(asked)
    rows = survey if kind == "all" else survey[types == kind]
    found = {
        (column, answer): ((rows[column] == answer).sum(), share)
        for column, shares in asked["classes"][kind]["single"].items()
        for answer, share in shares.items()
    }
    for column, figures in asked["classes"][kind]["multi"].items():
        sets = ticks(rows[column])
        found |= {
            (column, answer): (sum(answer in ticked for ticked in sets), share)
            for answer, share in figures["tick_probability"].items()
        }
    off = {
        key: (n, len(rows) * share)
        for key, (n, share) in found.items()
        if key[1] != sample_survey.FREE
        and abs(n - len(rows) * share) > share_error(len(rows), share) + sample_survey.RARE_ROWS
    }
    assert len(found) > 80 and off == {}


def test_the_smaller_group_stands_in_three_stretches(survey, asked):
    phone = survey["spotify_listening_device"].str.contains("Smartphone").to_numpy()
    inside = np.zeros(len(survey), dtype=bool)
    for first, last in asked["about"]["file_order"]["stretches"]:
        inside[2 * (first - 1) : 2 * last] = True
    types = sample_survey.listener_types(asked)
    assert (inside.sum(), (types == "B").sum(), (types[inside] == "B").sum()) == (230, 264, 222)
    assert phone[inside].mean() < 0.25 and phone[~inside].mean() > 0.85


def test_rows_without_a_phone_come_in_far_fewer_runs_than_chance_would_make(survey):
    phone = survey["spotify_listening_device"].str.contains("Smartphone").to_numpy()
    n, k = len(phone), phone.sum()
    runs, expected = 1 + (phone[1:] != phone[:-1]).sum(), 1 + 2 * k * (n - k) / n
    assert (runs - expected) / np.sqrt((expected - 1) * (expected - 2) / (n - 1)) < -10


@pytest.mark.parametrize(
    "name",
    ["genre_given_gender", "plan_given_gender", "plan_given_usage", "willingness_given_plan"],
)
def test_what_hangs_together_in_group_a_does_so_here(group_a, asked, name):
    figure = asked["class_A_associations"][name]
    assert cramers_v(group_a[figure["given"]], group_a[figure["target"]]) == pytest.approx(
        figure["cramers_v"]["class_A_388"], abs=0.06
    )
    for group, row in figure["table"].items():
        answers = group_a.loc[group_a[figure["given"]] == group, figure["target"]]
        for answer, share in row["p"].items():
            error = share_error(len(answers), share) + 4
            assert (answers == answer).sum() == pytest.approx(len(answers) * share, abs=error), (
                group,
                answer,
            )


def test_women_of_group_a_like_melody_more_and_men_pay_more(group_a):
    women, men = (group_a[group_a["Gender"] == gender] for gender in ("Female", "Male"))
    assert (women["fav_music_genre"] == "Melody").mean() - (
        men["fav_music_genre"] == "Melody"
    ).mean() > 0.2
    premium = [
        (rows["spotify_subscription_plan"] == "Premium (paid subscription)").mean()
        for rows in (men, women)
    ]
    assert premium[0] > 1.5 * premium[1]


def test_premium_by_age_is_flat_in_group_a_and_steep_only_in_the_mixture(survey, group_a):
    for rows, expected in ((survey, True), (group_a, False)):
        young = rows["Age"].isin(["6-12", "12-20"])
        premium = rows["spotify_subscription_plan"].str.startswith("Premium")
        assert (premium[young].mean() > premium[~young].mean() + 0.08) == expected


def test_those_who_never_hear_podcasts_mostly_answer_none_four_times(group_a, asked):
    columns = sample_survey.podcast_columns(asked)
    table = asked["class_A_follow_up_structure"]["number_of_none_in_four_podcast_columns"]["table"]
    for often in ("Never", "Rarely"):
        n_none = (group_a.loc[group_a["pod_lis_frequency"] == often, columns] == "None").sum(axis=1)
        for number, share in table[often]["p"].items():
            assert (n_none == int(number)).sum() == pytest.approx(
                len(n_none) * share, abs=share_error(len(n_none), share) + 1
            ), (often, number)


def test_the_contradictions_of_real_answers_are_kept(survey):
    premium = survey["spotify_subscription_plan"].str.startswith("Premium")
    assert (premium & (survey["premium_sub_willingness"] == "No")).sum() > 20
    assert (premium & (survey["preffered_premium_plan"] == "None")).sum() > 5
    never = survey["pod_lis_frequency"] == "Never"
    assert (never & (survey["fav_pod_genre"] != "None")).sum() > 10


# ---------------------------------------------------------------- the survey: how it is drawn


def test_two_options_have_the_one_table_that_fits_their_margins():
    # ticked: first by 1/2, second by 3/4; one tick 3/4, both 1/4  ->  both 1/4, first alone 1/4,
    # second alone 1/2
    sets, shares = sample_survey.tick_sets([0.5, 0.75], {1: 0.75, 2: 0.25})
    assert sets.tolist() == [[0, 1], [1, 0], [1, 1]]
    assert shares == pytest.approx([0.5, 0.25, 0.25])


def test_a_choice_of_eight_follows_its_shares_and_leaves_out_the_impossible():
    drawn = sample_dice.choose({"a": 0.5, "b": 0.25, "c": 0.25, "d": 0.0}, 8, "test")
    assert sorted(drawn) == ["a"] * 4 + ["b"] * 2 + ["c"] * 2


def test_an_answer_rarer_than_asked_is_raised():
    drawn = sample_dice.choose({"common": 0.999, "rare": 0.001}, 100, "test", at_least=4)
    assert 3 <= (drawn == "rare").sum() <= 5


def test_the_premium_share_of_new_women_follows_from_the_intercept_alone(asked):
    shares = sample_survey.plan_tables(asked)["Female/Less than 6 months"]
    assert shares["Premium (paid subscription)"] == pytest.approx(1 / (1 + np.exp(3.25)))


def test_an_accidental_copy_of_a_row_gets_another_rating():
    rows = pd.DataFrame({"Age": ["20-35"] * 3, "music_recc_rating": ["4", "4", "2"]})
    assert sample_survey.break_twins(rows)["music_recc_rating"].tolist() == ["4", "5", "2"]


def test_too_few_cells_for_a_quirk_is_an_error_that_says_which():
    rows = pd.DataFrame({column: ["x"] for column in SEVERAL})
    with pytest.raises(
        ValueError, match="music_lis_frequency has 0 cells 'Office hours, While Traveling', not 2"
    ):
        sample_survey.with_quirks(rows)


# ---------------------------------------------------------------- the songs: figures


def test_rank_correlations_are_near_the_published_ones(songs, profile):
    found = songs[[*MEASURES, "Year"]].corr("spearman").to_numpy()
    off = np.abs(found - profile["spearman"]["matrix"])[np.triu_indices(11, 1)]
    assert off.max() < 0.08 and off.mean() < 0.02


@pytest.mark.parametrize("header", [*MEASURES, "Year"])
def test_quantiles_are_the_published_ones_to_one_unit_or_one_percent(songs, profile, header):
    name = {"Beats Per Minute (BPM)": "BPM"}.get(header, header.split(" (")[0])
    wanted = profile["quantiles"][name]
    found = np.percentile(songs[header], [float(percent) for percent in wanted])
    assert found == pytest.approx(list(wanted.values()), abs=1.01, rel=0.01)


def test_as_many_songs_as_published_have_no_acoustic_sound_at_all(songs, profile):
    assert (songs["Acousticness"] == 0).mean() == pytest.approx(
        profile["share_zero"]["Acousticness"], abs=0.002
    )


def test_decades_have_their_number_of_songs_and_their_sound(songs, profile):
    decade = songs["Year"] // 10 * 10
    for name, figures in profile["decades"].items():
        rows = songs[decade == int(name[:4])]
        assert len(rows) == pytest.approx(figures["songs"], abs=5), name
        error = CERTAIN * songs[MEASURES].std() / np.sqrt(len(rows))
        assert ((rows[MEASURES].mean() - list(figures["mean"].values())).abs() < error).all(), name


def test_families_keep_their_own_sound(songs, profile):
    artists = sample_songs.sample_artists(profile, make_samples.load_json("sample_names.json"))
    family = songs["Artist"].map(dict(zip(artists["Artist"], artists["family"])))
    found = songs.groupby(family)[MEASURES].mean()
    wanted = pd.DataFrame(
        {name: entry["mean"] for name, entry in profile["families"].items()}, index=MEASURES
    ).T
    spread = wanted.std() / songs[MEASURES].std()
    told = [
        measure for measure in MEASURES if spread[measure] > 0.2
    ]  # where families differ at all
    assert len(told) >= 6 and all(found[name].corr(wanted[name]) > 0.85 for name in told)
    assert (
        found.loc["hip_hop", "Speechiness"] > 2 * found.loc["irish_and_celtic_rock", "Speechiness"]
    )
    assert found.loc["metal", "Energy"] > 25 + found.loc["folk_and_country", "Energy"]


def test_every_label_is_there_with_its_songs_and_belongs_to_whole_artists(songs, profile):
    wanted = {
        entry["label"]: entry["songs"]
        for family in profile["families"].values()
        for entry in family["labels"]
    }
    found = songs["Top Genre"].value_counts()
    assert len(wanted) == 149 and sorted(found.index) == sorted(wanted)
    assert max(abs(found[label] - n) for label, n in wanted.items()) <= 1
    assert (songs.groupby("Artist")["Top Genre"].nunique() == 1).all()


def test_artists_have_as_many_songs_as_published(songs, profile):
    found = songs["Artist"].value_counts().value_counts().to_dict()
    wanted = {
        int(n): times
        for n, times in profile["songs_per_artist"]["artists_by_number_of_songs"].items()
    }
    assert found.pop(1) == wanted.pop(1) + 6  # 2,000 songs and not 1,994
    assert found == wanted


def test_titles_with_a_note_or_a_sign_come_as_often_as_published(songs, profile):
    patterns = {
        "share_with_remaster": "(?i)remaster",
        "share_with_live": r"(?i)\blive\b",
        "share_with_feat": "feat",
        "share_with_double_quote": '"',
        "share_with_comma": ",",
        "share_with_non_ascii": r"[^\x00-\x7f]",
    }
    for name, pattern in patterns.items():
        share = profile["titles"][name]
        assert songs["Title"].str.contains(pattern).sum() == pytest.approx(
            2000 * share, abs=share_error(2000, share)
        ), name


def test_titles_are_as_long_as_published(songs, profile):
    found = np.percentile(songs["Title"].str.len(), [5, 50, 95])
    assert found == pytest.approx(profile["titles"]["length_characters_5_50_95"], abs=4)


# ---------------------------------------------------------------- the songs: quirks


def test_decades_stand_in_the_order_of_the_file_and_only_the_first_is_mixed(songs):
    decades = (songs["Year"] // 10 * 10).astype(str) + "s"
    assert decades[decades != decades.shift()].tolist() == sample_songs.DECADES
    sorted_inside = songs.groupby(decades)["Year"].apply(
        lambda years: years.is_monotonic_increasing
    )
    assert sorted_inside[~sorted_inside].index.tolist() == ["2000s"]


def test_four_lengths_have_a_quoted_thousands_comma_and_none_is_under_a_minute(songs):
    assert (
        len(re.findall(r',"1,\d{3}",', (DATA / "spotify_2000.csv").read_text(encoding="utf-8-sig")))
        == 4
    )
    assert (songs["Length (Duration)"] >= 60).all() and (
        songs["Length (Duration)"] > 999
    ).sum() == 4


def test_all_measures_are_whole_numbers(songs):
    assert (songs[["Year", *MEASURES]].dtypes == "int64").all()


def test_title_and_artist_are_a_key_and_titles_alone_are_not(songs, profile):
    assert not songs.duplicated(["Title", "Artist"]).any()
    times = songs["Title"].value_counts()
    figures = profile["titles"]
    assert (times > 1).sum() == figures["titles_used_by_several_artists"]
    assert times[times > 1].sum() == figures["rows_with_such_titles"]


def test_one_title_is_a_number_and_one_artist_a_letter(songs):
    assert songs["Title"].str.fullmatch(r"\d+").sum() == 1
    assert songs.loc[songs["Artist"].str.len() == 1, "Artist"].nunique() == 1


def test_cards_meet_other_scripts_and_long_titles(songs):
    for script in ("HANGUL", "CYRILLIC", "ARABIC", "HIRAGANA"):
        for column in ("Title", "Artist"):
            names = songs[column].map(
                lambda text: {unicodedata.name(letter, "").split()[0] for letter in text}
            )
            assert names.map(
                lambda scripts: script in scripts or script == "HIRAGANA" and "KATAKANA" in scripts
            ).any()
    assert songs["Title"].str.len().between(55, 80).sum() >= 2


# ---------------------------------------------------------------- the songs: names


def test_titles_do_not_look_made_from_a_pattern(songs):
    words = without_notes(songs["Title"]).str.casefold().str.split()
    beginnings = words[words.str.len() > 2].map(lambda title: " ".join(title[:2])).value_counts()
    content = words.explode().value_counts()
    content = content[content.index.str.len() > 5]
    assert beginnings.iloc[0] <= 12 and content.iloc[0] <= 24 and len(content) > 1200
    assert without_notes(songs["Title"]).str.contains(r"\D\d+$").mean() < 0.005  # no "Word Word 17"


def test_names_that_the_lists_give_are_used_once():
    names = make_samples.load_json("sample_names.json")
    for kind in ("titles", "artists"):
        listed = [name.casefold() for some in names[kind].values() for name in some]
        assert len(listed) == len(set(listed)), kind


def test_titles_follow_the_language_of_the_artist(songs):
    chanson = songs[songs["Top Genre"] == "chanson"]
    assert set(chanson["Title"]).isdisjoint(songs.loc[songs["Top Genre"] == "album rock", "Title"])
    dutch = songs.loc[songs["Top Genre"].isin(["dutch pop", "dutch cabaret"]), "Title"]
    common = (
        r"(?i)\b(?:de|het|een|en|ik|je|jij|van|naar|niet|nog|op|aan|als|voor|zonder|wat|wie"
        r"|mijn|in|te|tot)\b"
    )
    english = r"(?i)\b(?:the|and|you|my|with|for|your|love|when)\b"
    assert dutch.str.contains(common).mean() > 0.5
    assert without_notes(dutch).str.contains(english).mean() < 0.02


NEEDS_ORIGINALS = pytest.mark.skipif(
    "WRAPSIM_REAL_DATA" not in os.environ,
    reason="the original files are not bundled; WRAPSIM_REAL_DATA may name their folder",
)


@NEEDS_ORIGINALS
def test_no_artist_and_no_longer_title_is_that_of_a_song_in_the_original(songs):
    real = original("spotify_2000")
    assert set(songs["Artist"].str.casefold()).isdisjoint(real["Artist"].str.casefold())
    ours, theirs = (
        set(titles.str.casefold()) | set(without_notes(titles).str.casefold())
        for titles in (songs["Title"], real["Title"])
    )
    assert [title for title in ours & theirs if len(title.split()) > 2] == []


@NEEDS_ORIGINALS
def test_rows_of_the_survey_meet_rows_of_the_original_only_where_everybody_answers_alike(survey):
    real = original("spotify_data").drop_duplicates()
    assert len(survey.drop_duplicates().merge(real[survey.columns])) <= 5
