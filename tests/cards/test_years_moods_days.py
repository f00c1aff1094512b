"""Cards on release years, moods, evolution and remarkable days: their shapes are the data."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from wrapsim_helpers.cards import archive, canvas, energy, evolution, moods, release_years, themes
from wrapsim_helpers.cards.canvas import width
from wrapsim_helpers.cards.words import LONG_MONTHS
from wrapsim_helpers.wrapped.moods import AURA_COLOURS

from .test_cards import area, discs, draw, drawn, shapes, shapes_of_lines, story_of, with_table


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_bars_of_release_years_are_as_high_as_the_shares_and_dots_mark_the_others(story):
    years, ax = release_years.years_of_age(story_of(story)), drawn(story, "listening_age")
    share = years["share"][years["share"] > 0].to_numpy()
    bars = sorted(shapes(ax, "years"), key=lambda corners: corners[:, 0].min())
    heights = np.array([np.ptp(corners[:, 1]) for corners in bars])
    np.testing.assert_allclose(
        heights, np.maximum(heights.max() / share.max() * share, 2), atol=1e-6
    )
    assert len(discs(ax, "others")) == (years["others_share"] > 0).sum()


def test_release_years_begin_with_the_decade_of_the_oldest_song_with_plays():
    years = pd.DataFrame({"release_year": range(1955, 2026), "n_streams": 0, "share": 0.0})
    years = years.assign(n_others=3, cohort=2000, others_share=1 / 71)
    years.loc[years["release_year"] >= 2007, ["n_streams", "share"]] = 2, 1 / 19
    story = with_table(story_of("typical"), release_years=years)
    assert release_years.years_of_age(story)["release_year"].iloc[0] == 2000
    assert len(discs(draw("listening_age", story), "others")) == 26


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_the_years_of_the_window_stand_above_its_bars(story):
    ax, age = drawn(story, "listening_age"), story_of(story).first("listening_age")
    (text,) = [t for t in ax.texts if t.get_gid() == "value"]
    assert text.get_text() == f"{age['first_year']} to {age['last_year']}"
    (accent,) = {c for c in ax.collections if c.get_gid() == "years" and len(c.get_paths()) == 5}
    end = max(path.vertices[:, 0].max() for path in accent.get_paths())
    left = text.get_position()[0]
    right = left + width(text.get_text(), "bold", canvas.RULE) - 1
    assert right == pytest.approx(end, abs=6)
    for bar in shapes(ax, "years"):
        if bar[:, 0].max() > left and bar[:, 0].min() < right:
            assert bar[:, 1].min() >= text.get_position()[1] + 20


def test_the_window_of_five_years_is_marked():
    accent = themes.THEMES["press"]["listening_age"].accent.face.lower()
    bars = [c for c in drawn("typical", "listening_age").collections if c.get_gid() == "years"]
    marked = [c for c in bars if to_hex(c.get_facecolor()[0]) == accent]
    assert [len(c.get_paths()) for c in marked] == [5]


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_discs_of_the_oldest_song_have_the_area_of_the_streams(story):
    years, ax = story_of(story).tables["release_years"], drawn(story, "oldest_song")
    n = years["n_streams"].to_numpy()
    found = np.sort(discs(ax, "releases")[:, 2])
    exact = found.max() * np.sqrt(np.sort(n[n > 0]) / n.max())
    np.testing.assert_allclose(found, np.maximum(exact, release_years.SMALLEST), atol=1e-6)
    (ring,) = shapes_of_lines(ax, "oldest")
    first = discs(ax, "releases")[0]
    np.testing.assert_allclose((ring.min(0) + ring.max(0)) / 2, first[:2], atol=1)


@pytest.mark.parametrize(("story", "n_shapes"), [("typical", 2), ("small", 1)])
def test_an_aura_has_a_shape_per_colour_and_the_outer_one_is_both_together(story, n_shapes):
    ax, table = drawn(story, "audio_aura"), story_of(story).tables["audio_aura"]
    areas = [area(corners) for corners in shapes(ax, "aura")]
    assert len(areas) == n_shapes == table["rank"].nunique()
    if n_shapes == 2:
        n_first, n_second = table.groupby("rank")["n_streams"].sum()
        assert areas[1] / areas[0] == pytest.approx(n_second / (n_first + n_second), abs=0.06)


@pytest.mark.parametrize("story", ["typical", "longest", "small"])
def test_an_aura_of_any_form_fills_its_room(story):
    corners = np.concatenate(shapes(drawn(story, "audio_aura"), "aura"))
    assert (np.ptp(corners, axis=0) / moods.ROOM).max() == pytest.approx(1)
    assert corners[:, 1].min() > 590 and corners[:, 1].max() < moods.KEY_Y - 50


def test_the_bars_of_an_audio_day_have_their_share():
    ax, parts = drawn("typical", "audio_day"), moods.parts_of(story_of("typical"))
    total = sum(n for _, _, n in parts)
    said = [t.get_text() for t in ax.texts if t.get_gid() == "value"]
    assert said == [f"{round(100 * n / total)}\u2009%" for _, _, n in parts]


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_bars_of_the_parts_of_the_day_are_as_long_as_their_streams(story):
    parts = story_of(story).tables["audio_day"].drop_duplicates("part")["n_part"].to_numpy()
    bars = sorted(shapes(drawn(story, "audio_day"), "parts"), key=lambda v: v[:, 1].min())
    lengths = np.array([np.ptp(v[:, 0]) for v in bars])
    np.testing.assert_allclose(lengths / lengths.max(), parts / parts.max())


def test_bands_of_genres_have_the_shares_of_the_month_and_the_width_of_its_root():
    story = story_of("typical")
    edges, names = evolution.bands(story)
    wide = np.diff(edges, axis=0)[:, :: evolution.SMOOTH]
    table = story.tables["genre_mixture"].pivot_table(
        index="rank", columns="month", values="n_streams", fill_value=0
    )
    n = table.to_numpy()
    np.testing.assert_allclose(wide / wide.sum(0), n / n.sum(0))
    total = np.sqrt(n.sum(0))
    np.testing.assert_allclose(wide.sum(0) / wide.sum(0).max(), total / total.max())
    assert names[-1] == "" and len(names) == 6


def test_every_phase_has_a_bracket_over_its_months():
    ax, table = drawn("typical", "music_evolution"), story_of("typical").tables["music_evolution"]
    brackets = [c for c in ax.collections if c.get_gid() == "brackets"]
    ends = [(path[:, 0].min(), path[:, 0].max()) for c in brackets for path in c.get_segments()]
    assert len(ends) == len(table) == 3 and all(b[0] > a[1] for a, b in zip(ends, ends[1:]))
    texts = [t.get_text() for t in ax.texts]
    assert "Energetic dance pop" in texts and "Largest: Jan to Apr, 90 plays." in texts


def test_an_evolution_says_which_genre_is_the_widest_band_and_names_a_phase_in_few_words():
    story = story_of("typical")
    mixture = story.tables["genre_mixture"]
    widest = mixture[mixture["genre"] != ""].groupby("genre")["n_streams"].sum().idxmax()
    words = evolution.words_of_music_evolution(story)
    assert words.reading[1] == f"Most played of all: {widest}."
    names = [t.get_text() for t in drawn("typical", "music_evolution").texts]
    phases = [name for name in names if name in ("Energetic dance pop", "Romantic neo mellow")]
    assert len(phases) == 2 and "Indie folk" in names


def test_a_diary_has_an_entry_for_every_day_in_order():
    ax, table = drawn("typical", "archive"), story_of("typical").tables["archive"]
    assert [t.get_text() for t in ax.texts if t.get_gid() == "title"] == table["title"].tolist()
    said = [t.get_text() for t in ax.texts if t.get_gid() == "words"]
    assert said == table["words"].tolist()


@pytest.mark.parametrize("month", range(1, 13))
def test_the_minutes_of_the_biggest_day_are_one_large_number_above_the_diary(month):
    days = story_of("typical").tables["archive"]
    days = days.assign(date=date(2025, month, 28), ms_played=days["ms_played"] // 60_000 * 60_000)
    words = archive.words_of_archive(with_table(story_of("typical"), archive=days))
    assert words.hero == str(days["ms_played"].max() // 60_000)
    assert words.headline == f"minutes on 28 {LONG_MONTHS[month - 1]}"
    assert canvas.fits_width(words.headline, "name", canvas.SUB)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
def test_a_diary_of_any_number_of_days_can_be_drawn(n):
    days = story_of("typical").tables["archive"][:n]
    ax = draw("archive", with_table(story_of("typical"), archive=days))
    rows = [t.get_position()[1] for t in ax.texts if t.get_gid() == "title"]
    assert len(rows) == n
    assert np.ptp(rows) == pytest.approx(archive.HEIGHT * (n - 1) / n)  # spread over the card
    assert min(rows) >= archive.TOP and max(rows) + 52 <= 1500


def oldest_song(title):
    """The axes of the typical listener's oldest song, with another title by Jools Barrington."""
    story = story_of("typical")
    song = story.tables["oldest_song"].assign(title=title, artist="Jools Barrington")
    return draw("oldest_song", with_table(story, oldest_song=song))


@pytest.mark.parametrize(
    "title", ["Salt", "Love Me When the Music Stops", "Ann, Bo, Cy, Di, and Ed"]
)
def test_an_oldest_song_is_named_by_its_whole_title_and_its_artist(title):
    texts = {t.get_gid(): t.get_text() for t in reversed(oldest_song(title).texts)}
    assert texts["headline"] == title and texts["reading"] == "By Jools Barrington."


def test_a_title_without_blanks_is_cut_where_the_line_ends():
    (text,) = [t for t in oldest_song("W" * 80).texts if t.get_gid() == "headline"]
    assert text.get_text().endswith("W…")
    assert width(text.get_text(), "name", canvas.READING) <= canvas.MEASURE


@pytest.mark.parametrize("story", ["typical", "longest"])
def test_every_band_of_an_evolution_is_named_once_in_the_band_or_in_the_key(story):
    names = evolution.bands(story_of(story))[1]
    texts = [t.get_text() for t in drawn(story, "music_evolution").texts if t.get_gid() in GENRE]
    assert len(texts) == len(names)
    if story == "typical":
        assert {text[0].upper() == text[0] for text in texts} == {True}
        assert sorted(map(str.lower, texts)) == sorted(name or "other genres" for name in names)
    assert len(shapes(drawn(story, "music_evolution"), "layers")) == len(names)


GENRE = ("genre", "key")
SIX_NAMES = (
    ["Neo mellow", "Singer-songwriter", "Adult standards", "Indie folk", "R&B", "Other genres"],
    ["Regional Mexican"] * 6,
    ["Deep atmospheric post-rock with choir and found sound, live"] * 6,
)


@pytest.mark.parametrize("names", SIX_NAMES)
def test_the_key_of_an_evolution_cuts_no_usual_name_and_ends_above_the_brackets(names):
    places = evolution.key_places(names)
    if len(names[0]) < 20:
        assert [text for *_, text in places] == names
    ends = [x + evolution.KEY_TEXT + width(text, "text", evolution.RULE) for x, _, text in places]
    assert max(ends) <= evolution.RIGHT and len({(x, y) for x, y, _ in places}) == 6
    assert max(y for _, y, _ in places) <= evolution.TOP - 50 - 16 - 40


@pytest.mark.parametrize("theme", themes.THEMES)
def test_a_band_in_the_colour_of_the_ground_has_an_edge(theme):
    ax = drawn("typical", "music_evolution", theme)
    for collection in ax.collections:
        if collection.get_gid() == "layers":
            fills = (*collection.get_facecolor(), *collection.get_edgecolor())
            assert {to_hex(fill) for fill in fills} != {to_hex(ax.get_facecolor())}


def test_an_evolution_names_two_genres_or_two_moods_or_two_sounds():
    phases = [("classical", "calm", "fast"), ("british soul", "raw", "slow")]
    assert evolution.evolution_headline(phases) == "Classical, then british soul"
    phases = [("indie rock", "calm", "fast"), ("hip hop", "raw", "slow")]
    assert evolution.evolution_headline(phases) == "Indie rock, hip hop"
    phases = [("pop", "calm", "fast"), ("jazz", "sad", "loud"), ("trap", "raw", "slow")]
    assert evolution.evolution_headline(phases) == "Pop, then trap"
    phases = [("pop", "calm", "fast"), ("pop", "raw", "slow")]
    assert evolution.evolution_headline(phases) == "Calm, then raw"
    phases = [("pop", "calm", "fast"), ("pop", "calm", "slow")]
    assert evolution.evolution_headline(phases) == "Fast, then slow"
    phases = [("pop", "", "fast"), ("pop", "calm", "fast")]
    assert evolution.evolution_headline(phases) == "Then pop"


def test_a_listening_age_names_its_window_or_the_year_that_leads():
    assert release_years.age_headline(2010, 2014, "15", 2025) == "years: 15\u2009% from 2010–14"
    assert release_years.age_headline(1998, 2002, "over 99", 2025) == "years: music of 1998–02"
    assert release_years.age_headline(2021, 2025, "84", 2025) == "years old: 84\u2009% new"


def test_the_rule_of_a_listening_age_agrees_with_the_highest_age():
    assert release_years.age_rule(2014, 2025) == "As if you turned 16 in 2014. Simulated."
    assert release_years.age_rule(1941, 2025) == "As if you turned 16 in 1941. Simulated."
    capped = release_years.age_rule(1934, 2025)
    assert capped == "By music of 1934 or before; 100 is the highest age."


def every_headline():
    for first in AURA_COLOURS:
        yield moods.aura_headline([first], 0.33)
        yield from (moods.aura_headline([first, second], 0.33) for second in AURA_COLOURS)
    names = ["pop", "deep funk carioca", "alternative metal", "singer-songwriter"]
    for first, last in ((a, b) for a in names for b in names):
        yield evolution.evolution_headline([(first, "calm", "fast"), (last, "romantic", "slow")])


def test_every_headline_on_moods_genres_and_days_has_at_most_four_words_and_fits():
    found = set(every_headline())
    assert len(found) > 150
    for headline in found:
        assert len(headline.split(" ")) <= 4 and not headline[0].islower(), headline
        fits = canvas.fits_width(headline, "hero", canvas.LONG_HEADLINES[1])
        assert fits or not canvas.two_lines(headline)[1][-1].endswith("…"), headline


def test_every_line_behind_the_age_fits():
    found = {release_years.age_headline(y, y + 4, "over 99", 2025) for y in range(1950, 2022)}
    found.add("is the oldest release")
    for text in found:
        assert len(text.split(" ")) <= 4 and canvas.fits_width(text, "name", 72), text


def test_a_story_of_few_release_years_has_a_tick_for_each():
    table = story_of("small").tables["release_years"]
    row = pd.DataFrame([(16, 2021, 2025, 5, 9, 2, 9, 0, 0)], columns=AGE)
    story = with_table(story_of("small"), listening_age=row)
    ticks = [t for t in draw("listening_age", story).texts if t.get_gid() == "tick"]
    assert len(ticks) == len(table) == 7


AGE = ["age", "first_year", "last_year", "n_window", "n_streams", "n_others_window", "n_others"]
AGE += ["cohort", "n_undated"]


def test_the_headline_of_an_audio_day_begins_with_the_most_frequent_mood_of_the_part():
    story = story_of("typical")
    table = story.tables["audio_day"]
    first, *second = table[table["part"] == table.loc[table["n_part"].idxmax(), "part"]]["mood"]
    headline = moods.words_of_audio_day(story).headline
    assert headline.startswith(f"{', '.join([first.capitalize(), *second])} ")


def test_the_line_of_an_audio_day_is_on_the_moods_of_the_headline():
    words = moods.words_of_audio_day(story_of("typical"))
    for mood in words.headline.lower().replace(",", "").split(" ")[:2]:
        assert f" {mood}" in words.reading[1]


def test_the_line_on_the_moods_of_a_part_has_the_share_of_each():
    assert moods.line_on_moods(["sad"], ["40"]) == "40 of 100 are sad."
    both = moods.line_on_moods(["bright", "sad"], ["40", "13"])
    assert both == "40 of 100 are bright, 13 sad."
    assert len(moods.line_on_moods(["energetic", "energetic"], ["over 99", "under 1"])) <= 40


@pytest.mark.parametrize(
    ("n_plays", "headline", "line"),
    [
        ([9, 10, 30], "energy, most in March", "March 60, February 50, of 100."),
        ([9, 9, 30], "energy, most in March", "March 60, of 100."),
        ([9, 9, 9], "energy, of 100", "January 70, February 50, of 100."),
    ],
)
def test_a_month_of_few_plays_has_not_most_energy_or_least(n_plays, headline, line):
    months = pd.DataFrame({"month": [1, 2, 3], "n_streams": n_plays, "energy": [70.0, 50.0, 60.0]})
    months = months.assign(valence=50.0, bpm=120.0, crowd_energy=np.nan)
    words = energy.words_of_energy(with_table(story_of("typical"), energy=months))
    assert (words.headline, words.reading[0]) == (headline, line)


@pytest.mark.parametrize(
    "values", [[60, 60], [62, 67], [40, 71], [3, 99], [0, 100], [0, 4], [1, 90]]
)
def test_the_scale_of_energy_is_labelled_and_small_differences_look_small(values):
    months = pd.DataFrame({"month": [1, 2], "n_streams": [9, 4], "energy": values})
    months = months.assign(
        energy=1.0 * months["energy"], valence=50.0, bpm=120.0, crowd_energy=np.nan
    )
    ax = draw("energy", with_table(story_of("typical"), energy=months))
    numbers = [
        int(t.get_text()) for t in ax.texts if t.get_gid() == "tick" and t.get_text()[0] < "A"
    ]
    assert numbers == list(range(numbers[0], numbers[-1] + 1, 10)) and numbers[0] >= 0
    assert numbers[-1] <= 100 and numbers[-1] - numbers[0] >= 40
    (path,) = shapes_of_lines(ax, "energy")
    per_point = (energy.BASE - energy.TOP) / (numbers[-1] - numbers[0])
    assert abs(np.diff(path[:, 1])[0]) == pytest.approx(per_point * np.ptp(values))
