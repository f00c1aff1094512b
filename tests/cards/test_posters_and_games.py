"""Cards of quiz, repeats, milestones, film and festival: the shapes are the data."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards import canvas, moments, posters
from wrapsim_helpers.wrapped import moments as of_year
from wrapsim_helpers.wrapped import posters as of_posters

from .test_cards import discs, draw, drawn, shapes, spans, story_of, with_table


def texts(ax, role):
    return [text.get_text() for text in ax.texts if text.get_gid() == role]


def test_a_quiz_has_five_equal_rows_and_does_not_give_the_answer_away():
    ax, songs = drawn("typical", "top_song_quiz"), story_of("typical").tables["top_song_quiz"]
    assert spans(ax, "answers", 0).tolist() == [912] * 5
    assert len(set(spans(ax, "answers", 1))) == 1 and texts(ax, "letter") == list("ABCDE")
    colours = {t.get_color() for t in ax.texts if t.get_gid() == "name"}
    sizes = {len(v) for v in shapes(ax, "answers")}
    assert len(colours) == len(sizes) == 1
    other = songs.assign(is_answer=~songs["is_answer"])
    again = draw("top_song_quiz", with_table(story_of("typical"), top_song_quiz=other))
    assert again.get_label() == ax.get_label()


@pytest.mark.parametrize("n_of_day", [3, 19, 36, 500])
def test_a_day_on_repeat_has_a_disc_for_each_play(n_of_day):
    table = story_of("typical").tables["on_repeat"].assign(n_streams=3, n_of_day=n_of_day)
    ax = draw("on_repeat", with_table(story_of("typical"), on_repeat=table))
    assert len(discs(ax, "of song")) == 3 and len(discs(ax, "of song", "of day")) == n_of_day
    x, y, d = discs(ax, "of song", "of day").T
    assert (x - d / 2).min() >= 84 and (x + d / 2).max() <= 996
    assert y.max() + d.max() / 2 <= moments.BOTTOM + 1


def test_milestones_stand_at_their_days_and_the_latest_is_marked():
    ax, rows = drawn("typical", "milestones"), story_of("typical").tables["milestones"]
    days = [(day - date(2025, 1, 1)).days for day in rows["date"]]
    expected = 84 + 912 * np.array(days) / 365
    found = discs(ax, "steps")[:, 0]
    assert set(found.round(6)) <= set(expected.round(6)) and expected.max() in found
    assert texts(ax, "value")[-1] == "1000"


def test_milestones_too_near_to_each_other_name_the_larger():
    rows = story_of("typical").tables["milestones"][:2]
    near = rows.assign(date=[date(2025, 5, 1), date(2025, 5, 20)])
    kept = moments.shown_steps(story_of("typical"), near)
    assert kept["number"].tolist() == [25_000]
    far = rows.assign(date=[date(2025, 1, 1), date(2025, 5, 20)])
    assert moments.shown_steps(story_of("typical"), far)["number"].tolist() == [10_000, 25_000]


def test_discs_of_scenes_have_the_area_of_the_plays():
    n = story_of("typical").tables["movie"]["n_streams"].to_numpy()
    found = discs(drawn("typical", "movie"), "scenes")
    areas = np.sort(found[:, 2] ** 2)
    assert areas / areas.max() == pytest.approx(np.sort(n) / n.max())


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7])
def test_the_scenes_of_a_film_fill_the_card_and_their_discs_do_not_meet(n):
    scenes = pd.concat([story_of("typical").tables["movie"]] * 3).head(n).assign(n_streams=9)
    ax = draw("movie", with_table(story_of("typical"), movie=scenes))
    _, y, size = discs(ax, "scenes").T
    assert (np.diff(np.sort(y)) > size.max() + 10).all() or n == 1
    assert size.max() > 100 and y.max() - y.min() + 300 > min(n * 200, 900)
    names = [text for text in ax.texts if text.get_gid() == "name"]
    assert max(text.get_position()[1] for text in names) < 1460


def test_a_festival_has_a_block_for_each_stage_and_names_that_fit():
    ax, rows = drawn("typical", "festival"), story_of("typical").tables["festival"]
    assert len(shapes(ax, "stages")) == rows["stage"].nunique() == len(texts(ax, "stage"))
    assert posters.bill(["Ada", "Bo"], 912) == ["Ada · Bo"]
    assert posters.bill(["Ada", "W" * 90, "Bo"], 912) == ["Ada · 2 more"]
    assert posters.bill(["W" * 90], 912) == ["1 more"]
    assert posters.bill(["Wolfgang Wagner"] * 6, 912) == [
        "Wolfgang Wagner · Wolfgang Wagner",
        "Wolfgang Wagner · Wolfgang Wagner · 2 more",
    ]
    assert posters.bill([], 912) == []


def test_a_stage_is_as_high_as_its_lines_of_artists_need():
    rows = story_of("typical").tables["festival"]
    alone = rows[(rows["stage"] == 1) & (rows["place"] == 1)]
    story = with_table(story_of("typical"), festival=pd.concat([alone, rows[rows["stage"] > 1]]))
    blocks = sorted(shapes(draw("festival", story), "stages"), key=lambda v: v[:, 1].min())
    heights = [np.ptp(corners[:, 1]) for corners in blocks]
    lines = [len(posters.bill(names, posters.STAGE_ROOM)) for names in ([], *names_on(rows))]
    assert np.diff(heights) == pytest.approx(54 * np.diff(lines)) and np.diff(lines).any()
    assert blocks[-1][:, 1].max() <= posters.BOTTOM + 1


def names_on(rows):
    """The names after the first one of the stages from the second on."""
    return [
        posters.names_on_stage(stage)[1:] for _, stage in rows[rows["stage"] > 1].groupby("stage")
    ]


def test_a_stage_says_the_plays_of_its_first_artist_and_no_sum_that_counts_duets_twice():
    rows = story_of("typical").tables["festival"]
    first = rows.groupby("stage")["n_whole"].first()
    ax = drawn("typical", "festival")
    assert texts(ax, "value") == [f"{n} plays" for n in first]
    sums = rows.groupby("stage")["n_whole"].sum()
    assert not any(str(n) in ax.get_label() for n in sums) and "opens" not in ax.get_label()


def test_a_day_on_repeat_names_an_artist_whole_in_smaller_letters_or_on_two_lines():
    for artist in ("Ivy", "Hattie Underbrook, Callie Marlworth, Ode & Ivy", "Ode & Ivy, " * 7):
        song = story_of("typical").tables["on_repeat"].assign(artist=artist.strip(", "))
        ax = draw("on_repeat", with_table(story_of("typical"), on_repeat=song))
        assert artist.strip(", ") in " ".join(texts(ax, "sub"))


@pytest.mark.parametrize("card", ["movie", "seasons"])
def test_a_card_of_discs_says_that_their_area_is_plays(card):
    rule = texts(drawn("typical", card), "rule")[0]
    assert "area: plays" in rule and canvas.fits_width(rule, "text", canvas.RULE)


def test_few_milestones_and_few_scenes_make_no_card():
    rows = pd.DataFrame({"day": [0, 1, 2]})
    assert len(of_year.of_several_milestones(rows, None)) == 3
    assert not len(of_year.of_several_milestones(rows[:2], None))
    assert len(of_posters.of_several_scenes(rows, None)) == 3
    assert not len(of_posters.of_several_scenes(rows[:2], None))


def test_a_line_with_artists_leaves_out_the_last_ones_rather_than_cut_a_name():
    artists = "Mina Hollowden, Broken Ladders, The Lemon Houses"
    wide = canvas.width(f"Glass, {artists}", "text", canvas.RULE)
    assert canvas.artists_that_fit(artists, wide, "Glass, ") == f"Glass, {artists}"
    said = canvas.artists_that_fit(artists, wide - 1, "Glass, ")
    assert said == "Glass, Mina Hollowden, Broken Ladders"
    assert canvas.artists_that_fit(artists, 10, "Glass, ") == "Glass, Mina Hollowden"


def test_the_song_of_the_first_genre_has_the_whole_line_and_its_fans_are_named():
    told = {"title": "Una promesa en la madrugada", "artist": "Damián Albuela"}
    table = story_of("typical").tables["tastebreakers"].assign(n_listeners=28, **told)
    ax = draw("tastebreakers", with_table(story_of("typical"), tastebreakers=table))
    lines = {role: [t.get_text() for t in ax.texts if t.get_gid() == role] for role in ROLES}
    assert set(lines["artist"]) == {"Una promesa en la madrugada, Damián Albuela"}
    assert lines["value"] == ["28 fans"] + ["28"] * (len(table) - 1)


ROLES = "artist", "value"


@pytest.mark.parametrize(("card", "role"), [("movie", "artist"), ("tastebreakers", "artist")])
def test_guests_of_long_songs_are_left_out_of_a_line_and_stay_in_the_alt_text(card, role):
    artists = ", ".join(
        ["Roscoe and the Trains", "Shallow Orchard", "Nora Morgenthau", "Mina Vale"]
    )
    table = story_of("typical").tables[card].assign(title="Glass and Steel", artist=artists)
    ax = draw(card, with_table(story_of("typical"), **{card: table}))
    lines = [t.get_text() for t in ax.texts if t.get_gid() == role]
    assert lines and not any("…" in line for line in lines)
    assert all("Roscoe and the Trains" in line for line in lines) and artists in ax.get_label()
