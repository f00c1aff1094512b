"""Cards on albums, the number-one song, artists over time, firsts and countries: the shapes are the
data, and the headlines name the thing.
"""

import dataclasses
from datetime import date

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from wrapsim_helpers.cards import albums, firsts, race
from wrapsim_helpers.cards.canvas import width
from wrapsim_helpers.cards.words import counted

from ..stories import LONG
from .test_cards import area, discs, draw, drawn, shapes, shapes_of_lines, story_of, with_table

each_story = pytest.mark.parametrize("story", ["typical", "longest", "small"])


def texts(ax, role):
    return [t.get_text() for t in ax.texts if t.get_gid() == role]


@each_story
def test_quarter_discs_have_the_area_of_the_streams_of_their_track(story):
    streams = np.array(story_of(story).tables["top_albums"]["track_streams"][0])
    ax = drawn(story, "top_albums")
    tiles, quarters = shapes(ax, "tiles"), shapes(ax, "quarters")
    assert len(tiles) == len(quarters) == (streams > 0).sum()
    assert len(shapes(ax, "open")) == (streams == 0).sum()
    found = sorted(area(corners) for corners in quarters)
    expected = np.sort(streams[streams > 0])
    np.testing.assert_allclose(np.array(found) / found[-1], expected / expected[-1], rtol=0.01)


@pytest.mark.parametrize("n", [2, 3, 4, 5, 9, 10, 16, 25, 40])
def test_an_album_of_any_size_fits_and_every_number_lies_in_its_tile(n):
    row = (
        story_of("typical").tables["top_albums"].assign(track_streams=[[100 + i for i in range(n)]])
    )
    ax = draw("top_albums", with_table(story_of("typical"), top_albums=row))
    tiles = shapes(ax, "tiles")
    assert len(tiles) == min(n, albums.MOST_TILES)
    corners = np.concatenate(tiles)
    assert corners.min(0)[0] >= 84 and corners.max(0)[0] <= 996.1
    assert corners.min(0)[1] >= 590 and corners.max(0)[1] <= 1500


@each_story
def test_the_steps_rise_with_the_streams_to_the_total(story):
    days = story_of(story).tables["number_one"]
    x, y = shapes_of_lines(drawn(story, "number_one"), "steps")[0].T
    rises = -np.diff(y)[np.diff(y) != 0]
    share = rises / rises.sum() * days["n_so_far"].iloc[-1]
    np.testing.assert_allclose(share, days["n_streams"], atol=1e-6)
    assert (np.diff(x) >= 0).all()


def test_the_hundredth_play_is_named_only_if_there_is_one():
    days = story_of("typical").tables["number_one"]
    assert any(t.startswith("100th on ") for t in texts(drawn("typical", "number_one"), "value"))
    few = draw("number_one", with_table(story_of("typical"), number_one=days[:20]))
    assert not any("100th" in t for t in texts(few, "value"))
    assert "No 100th play" in few.get_label()


@each_story
def test_the_number_one_is_one_large_number_above_the_song_and_all_its_marks_are_named(story):
    ax, days = drawn(story, "number_one"), story_of(story).tables["number_one"]
    assert texts(ax, "hero") == [f"{days['n_so_far'].iloc[-1]}"]
    assert len(texts(ax, "name")) == len(texts(ax, "artist")) == 1
    assert len(discs(ax, "named")) == len(texts(ax, "value"))
    assert not shapes_of_lines(ax, "peak")


def test_a_day_of_two_plays_is_no_peak():
    days = story_of("typical").tables["number_one"].assign(n_streams=2)
    ax = draw("number_one", with_table(story_of("typical"), number_one=days))
    assert "At most 2 plays in one day." in texts(ax, "reading")


def test_a_song_that_was_known_has_a_first_play_of_the_year():
    days = story_of("typical").tables["number_one"]
    for known, said in ((True, "First this year: 3 Feb"), (False, "First play: 3 Feb")):
        story = with_table(story_of("typical"), number_one=days.assign(known=known))
        assert said in texts(draw("number_one", story), "value")


# -- the race --------------------------------------------------------------------------------------


def race_of(ranks, n_streams=None):
    """A race. ranks: for each artist, month -> rank; n_streams: the same, else 10"""
    rows = [
        (k + 1, f"Artist {k}", month, rank, (n_streams or ranks)[k][month])
        for k, months in enumerate(ranks)
        for month, rank in months.items()
    ]
    table = pd.DataFrame(rows, columns=["year_rank", "artist", "month", "rank", "n_whole"])
    return table.assign(n_streams=table["n_whole"] * 1.0)


def test_a_curve_passes_its_ranks_and_is_thin_through_silent_months():
    story = with_table(story_of("typical"), artist_race=race_of([{1: 1, 2: 4, 5: 2}]))
    ax = draw("artist_race", story)
    pieces = shapes_of_lines(ax, "race")
    assert len(pieces) == 2
    for piece, ranks in zip(pieces, ((1, 4), (2,))):
        ends = piece[0, 1], piece[-1, 1]
        assert ends == (race.rank_y(ranks[0], 5), race.rank_y(ranks[-1], 5))
    (gap,) = shapes_of_lines(ax, "silent months")
    np.testing.assert_array_equal(gap[[0, -1]], [pieces[0][-1], pieces[1][0]])


@each_story
def test_curves_end_at_their_last_month_and_dots_lead_to_the_names(story):
    ax, table = drawn(story, "artist_race"), race.racers_of(story_of(story))
    curves = np.concatenate(shapes_of_lines(ax, "race"))
    last = race.MONTHS_LEFT + (race.MONTHS_END - race.MONTHS_LEFT) / 11 * (table["month"].max() - 1)
    assert curves[:, 0].max() == pytest.approx(last + 8)
    leaders = discs(ax, "leaders")[:, :2]
    names = {race.finish_y(place) for place in (1, 2, 3)}
    assert {y for x, y in leaders if x == race.NAMES_LEFT - 20} == names
    assert "Whole year" in texts(ax, "tick")


def test_the_names_of_a_race_are_in_the_order_of_the_ends_of_its_curves():
    table = race_of([{1: 1, 2: 3}, {1: 2, 2: 1}, {1: 3, 2: 1}]).sample(frac=1, random_state=1)
    assert race.places_of_names(table) == {1: 3, 2: 1, 3: 2}
    ax = draw("artist_race", with_table(story_of("typical"), artist_race=table))
    names = sorted((t.get_position()[1], t.get_text()) for t in ax.texts if t.get_gid() == "name")
    assert [name for _, name in names] == ["Artist 1", "Artist 2", "Artist 0"]


def test_the_race_has_the_three_first_artists_in_its_curves_and_its_alt_text():
    story = story_of("typical")
    names = story.tables["artist_race"].drop_duplicates("year_rank").sort_values("year_rank")
    assert len(names) == 5
    ax = drawn("typical", "artist_race")
    assert len(texts(ax, "value")) == len({to_hex(c) for c in colours_of(ax, "race")}) == 3
    assert [name in ax.get_label() for name in names["artist"]] == [True] * 3 + [False] * 2


def colours_of(ax, role):
    return [c.get_edgecolor()[0] for c in ax.collections if c.get_gid() == role]


def test_curves_begin_right_of_the_numbers_of_the_ranks():
    ax = drawn("typical", "artist_race")
    left = min(piece[:, 0].min() for piece in shapes_of_lines(ax, "race"))
    assert left - race.THICK > race.LEFT + width("20+", "text", race.RULE)


def test_ranks_from_twenty_on_share_the_last_line():
    assert race.rank_y(20, 20) == race.rank_y(57, 20) == race.BASE
    assert race.rank_y(1, 20) == race.TOP


@pytest.mark.parametrize(("lowest", "last"), [(1, "2"), (3, "5"), (20, "20+"), (57, "20+")])
def test_the_ranks_of_a_race_end_below_its_lowest_one(lowest, last):
    story = with_table(story_of("typical"), artist_race=race_of([{1: 1, 2: lowest}]))
    numbers = [t for t in texts(draw("artist_race", story), "tick") if t[0].isdigit()]
    assert numbers[-1] == last


def test_only_the_first_artist_has_the_accent_and_a_wider_curve():
    ax = drawn("typical", "artist_race")
    curves = [c for c in ax.collections if c.get_gid() == "race"]
    widths = [c.get_linewidths()[0] for c in curves]
    assert sorted(widths)[-1] / sorted(widths)[-2] == pytest.approx(22 / 12)
    assert len({to_hex(c.get_edgecolor()[0]) for c in curves}) == 3


@pytest.mark.parametrize(
    ("ranks", "headline", "sub", "lowest"),
    [
        ([1] * 12, "Artist 0 throughout", "First in 12 of 12 months", "Never second."),
        ([1] * 7, "Artist 0, 7 months", "First in 7 of 12 months", "No plays in 5 months."),
        ([1, 3, 2], "Artist 0, 1 month", "First in 1 of 12 months", "Lowest: rank 3 in February."),
        ([2, 2], "Artist 0 overall", "First in no single month", "Lowest: rank 2 in 2 months."),
    ],
)
def test_the_words_of_the_race_say_what_the_ranks_by_month_show(ranks, headline, sub, lowest):
    table = race_of([dict(enumerate(ranks, 1))])
    words = race.words_of_artist_race(with_table(story_of("typical"), artist_race=table))
    assert (words.headline, words.sub, words.reading[1]) == (headline, sub, lowest)


def test_the_race_names_its_first_artist_below_a_headline_without_the_name():
    table = race_of([{1: 1, 2: 1, 3: 2}]).assign(artist="Wong Tawan Tok")
    words = race.words_of_artist_race(with_table(story_of("typical"), artist_race=table))
    assert words.headline == "First for 2 months"
    assert words.sub == "Wong Tawan Tok: 2 of 12 months"


def test_the_headline_of_peak_months_names_the_month_that_is_marked_of_equal_months():
    table = story_of("typical").tables["peak_months"].assign(n_whole=7)
    row = table.index[table["is_peak"]][0]
    marked = table.index[table["year_rank"] == table["year_rank"][row]][-1]
    table.loc[table["year_rank"] == table["year_rank"][row], "is_peak"] = False
    table.loc[marked, "is_peak"] = True
    story = with_table(story_of("typical"), peak_months=table)
    assert race.highest_peak(story)["month"] == table["month"][marked]


def test_the_headline_of_peak_months_names_the_artist_of_the_row_in_the_accent():
    table = story_of("typical").tables["peak_months"].copy()
    table.loc[table["year_rank"] == 3, "n_whole"] += 500
    ax = draw("peak_months", with_table(story_of("typical"), peak_months=table))
    colours = {t.get_text(): t.get_color() for t in ax.texts if t.get_gid() == "name"}
    loud = [t.get_color() for t in ax.texts if t.get_gid() == "headline"][0]
    third = table[table["year_rank"] == 3]["artist"].iloc[0]
    assert [name for name, colour in colours.items() if colour == loud] == [third]
    assert texts(ax, "tick") == list("JFMAMJJASOND")


@each_story
def test_bars_of_peak_months_are_as_high_as_the_streams_and_a_silent_month_has_none(story):
    table = story_of(story).tables["peak_months"]
    bars = sorted(shapes(drawn(story, "peak_months"), "months"), key=lambda v: v[:, 1].max())
    assert len(bars) == len(table)
    for _, rows in table.groupby("year_rank"):
        row, bars = sorted(bars[: len(rows)], key=lambda v: v[:, 0].min()), bars[len(rows) :]
        heights = np.array([np.ptp(v[:, 1]) for v in row])
        n = rows.sort_values("month")["n_whole"]
        np.testing.assert_allclose(heights / heights.max(), n / n.max(), atol=1e-9)
        assert max(np.ptp(v[:, 0]) for v in row) <= 912 / 12


@each_story
def test_the_streak_has_a_bar_for_each_day(story):
    rows = story_of(story).tables["artist_streak"]
    bars = sorted(shapes(drawn(story, "artist_streak"), "streak days"), key=lambda v: v[:, 0].min())
    heights = np.array([np.ptp(v[:, 1]) for v in bars])
    np.testing.assert_allclose(
        heights / heights.max(), rows["n_streams"] / rows["n_streams"].max(), atol=1e-9
    )


def test_the_days_with_one_artist_are_in_a_row():
    ax = drawn("typical", "artist_streak")
    assert texts(ax, "sub") == ["in a row"] and "in a row from" in ax.get_label()


TIES = {  # card: its column of numbers, the line on the largest one, and the line on equal ones
    "kept_songs": ("n_kept", "Most kept in ", "At most 7 songs in one month."),
    "discoveries": ("n_artists", "Most in ", "At most 7 artists in one month."),
    "artist_streak": ("n_streams", "Most: ", "At most 7 plays in one day."),
    "number_one": ("n_streams", "Peak: ", "At most 7 plays in one day."),
    "top_albums": ("track_streams", "Most: track ", "At most 7 plays of one track."),
}


@pytest.mark.parametrize("card", TIES)
def test_no_month_day_or_track_is_named_as_the_first_of_equal_ones(card):
    column, alone, equal = TIES[card]
    table = story_of("typical").tables[card]
    one, ties = table.copy(), table.copy()
    if card == "top_albums":
        one[column], ties[column] = [[5, 9, 5]], [[5, 7, 7]]
    else:
        one[column], ties[column] = [9, *[7] * (len(table) - 1)], 7
    said = [
        texts(draw(card, with_table(story_of("typical"), **{card: t})), "reading")
        for t in (one, ties)
    ]
    assert any(line.startswith(alone) for line in said[0]) and equal in said[1]


# -- firsts and countries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ms", "hour", "minute"), [(0, 0, 0), (3 * 3_600_000, 90, 0), (900_000, 7.5, 90)]
)
def test_the_hands_of_the_clock_show_when_the_first_song_began(ms, hour, minute):
    song = story_of("typical").tables["first_song"].assign(first_local_ms=ms)
    hands = shapes_of_lines(
        draw("first_song", with_table(story_of("typical"), first_song=song)), "hand"
    )
    angles = []
    for hand in hands:
        dx, dy = hand[-1] - hand[0]
        angles.append(np.degrees(np.arctan2(dx, -dy)) % 360)
    assert angles == pytest.approx([hour, minute], abs=1e-6)


@pytest.mark.parametrize(
    ("card", "plays", "role"),
    [("discoveries", "n_whole", "new"), ("kept_songs", "n_streams", "kept")],
)
def test_bars_of_new_artists_and_kept_songs_are_as_long_as_the_plays_beside_them(card, plays, role):
    months, ax = story_of("typical").tables[card], drawn("typical", card)
    n = np.array(sorted(months[plays], reverse=True)[:5])
    bars = sorted(shapes(ax, role), key=lambda v: v[:, 1].min())
    lengths = np.array([np.ptp(v[:, 0]) for v in bars])
    np.testing.assert_allclose(lengths / lengths.max(), n / n[0], atol=1e-9)
    assert min(np.ptp(v[:, 1]) for v in bars) >= 36
    assert texts(ax, "value") == [counted(number, "play") for number in n]
    assert len({t.get_fontsize() for t in ax.texts if t.get_gid() == "name"}) == 1
    assert all(f", {number}" in ax.get_label() for number in texts(ax, "value"))


def test_bubbles_have_the_area_of_the_artists_and_do_not_touch():
    for n in ([1], [5, 5], [240, 120, 80, *range(40, 5, -1)], [1] * 30):
        centres, radii = firsts.packed(np.array(n))
        np.testing.assert_allclose(radii**2 / radii[0] ** 2, np.array(n) / n[0], rtol=1e-9)
        gaps = np.linalg.norm(centres[:, None] - centres, axis=2) - radii[:, None] - radii
        assert (gaps[~np.eye(len(n), dtype=bool)] > 0).all()
        low, high = (centres - radii[:, None]).min(0), (centres + radii[:, None]).max(0)
        assert (low >= (84, 580)).all() and (high <= (996, 1430)).all()


@each_story
def test_the_largest_bubble_of_the_world_is_the_country_of_the_headline(story):
    known = story_of(story).tables["world"].query("rank > 0")
    ax = drawn(story, "world")
    areas = [np.ptp(corners[:, 0]) ** 2 for corners in shapes(ax, "bubbles")]
    wanted = known["share"][: len(areas)] / known["share"].iloc[0]
    np.testing.assert_allclose(np.array(areas) / areas[0], wanted, rtol=1e-3)
    assert areas[0] == max(areas) and known["name"].iloc[0] in " ".join(texts(ax, "value"))


COUNTRIES = [f"Country {letter}" for letter in "abcdefghijklmnop"]


@pytest.mark.parametrize(
    "shares",
    [[1], [0.98, 0.02], [0.4, 0.3, 0.3], [1 / 16] * 16, [0.1, *[0.06] * 15], [0.5, *[0.05] * 10]],
)
def test_every_bubble_of_the_world_has_its_country_and_its_share(shares):
    known = pd.DataFrame({"name": COUNTRIES[: len(shares)], "share": shares})
    world = known.assign(rank=range(1, len(shares) + 1), n_artists=2, n_genres=3)
    ax = draw("world", with_table(story_of("typical"), world=world))
    n = len(shapes(ax, "bubbles"))
    said = " ".join(texts(ax, "value"))
    assert n and all(name in said for name in COUNTRIES[:n])
    assert sum(text.endswith("%") for text in texts(ax, "value")) == n + (n < len(shares))
    areas = [np.ptp(corners[:, 0]) ** 2 for corners in shapes(ax, "bubbles")]
    np.testing.assert_allclose(np.array(areas) / areas[0], np.array(shares[:n]) / shares[0], 1e-3)


def test_further_countries_of_the_world_are_a_line_of_text_and_no_bubble():
    shares = [0.6, 0.2, 0.1, 0.03, *[0.01] * 7]
    known = pd.DataFrame({"name": COUNTRIES[:11], "share": shares})
    names, _, rest = firsts.bubbles_of(known)
    assert names == COUNTRIES[: len(names)] and 2 < len(names) < 11
    percent = round(100 * sum(shares[len(names) :]))
    assert rest == f"{11 - len(names)} more countries: {percent}\u2009%"
    assert firsts.further_countries(["Japan"], np.array([0.02])) == "Japan: 2\u2009%"
    assert firsts.further_countries([], np.array([])) == ""


def test_discoveries_of_a_history_are_new_in_its_files():
    simulated = story_of("typical")
    imported = dataclasses.replace(simulated, is_imported=True)
    rules = [firsts.words_of_discoveries(story).rule for story in (simulated, imported)]
    assert rules[0].startswith("Never played before; bars: plays.")
    assert rules[1].startswith("Never played earlier in these files; bars: plays.")


def test_seasons_are_named_with_their_months_of_the_period():
    row = pd.Series({"season": "winter", "number": 0})
    assert firsts.season_name(story_of("typical"), row) == "Jan to Feb"
    assert firsts.season_name(story_of("typical"), row.replace(0, 4)) == "December"


def test_the_season_of_a_headline_is_right_in_the_south_and_the_tropics_too():
    assert firsts.words_of_seasons(seasons_story(range(3))).headline == "Ada, Jun–Aug"
    assert firsts.words_of_seasons(seasons_story(range(5))).headline == "Ada, December"
    assert "inter" not in firsts.words_of_seasons(seasons_story(range(5))).alt


@pytest.mark.parametrize(
    ("names", "headline"),
    [
        (["Sweden", "Brazil"], "Sweden, then Brazil"),
        (["United Kingdom", "United States"], "United Kingdom, 2 countries"),
        (["Sweden"], "Sweden"),
        (["Saint Vincent and the Grenadines", "Brazil"], "2 countries"),
    ],
)
def test_the_world_names_the_countries_of_most_streams(names, headline):
    assert firsts.world_headline(names) == headline


def test_a_headline_names_the_thing_if_it_has_four_words_and_fits():
    assert albums.named_headline("Salt", "All 10 songs") == "Salt"
    assert albums.named_headline("Five words are too many", "All 10 songs") == "All 10 songs"
    assert albums.named_headline(LONG.replace(" ", ""), "All 10 songs") == "All 10 songs"


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("story", ["typical", "longest"])
def test_few_months_of_discoveries_fill_the_card_with_thick_bars(story, n):
    months = story_of(story).tables["discoveries"]
    months = months[months["n_artists"] > 0][:n]
    ax = draw("discoveries", with_table(story_of(story), discoveries=months))
    bars = np.array([[*bar.min(0), *bar.max(0)] for bar in shapes(ax, "new")])
    lengths, heights = bars[:, 2] - bars[:, 0], bars[:, 3] - bars[:, 1]
    n_plays = months["n_whole"].to_numpy()
    np.testing.assert_allclose(sorted(lengths / lengths.max()), sorted(n_plays / n_plays.max()))
    assert heights.min() >= 36 and (n == 1 or bars[:, 3].max() > 1150)
    assert heights.max() <= 130
    sizes = {t.get_fontsize() for t in ax.texts}
    assert len(sizes) <= 4 and len([t for t in ax.texts if t.get_gid() == "name"]) == n


def seasons_story(numbers, first="2025-01-01", last="2025-12-31", artists=("Ada", "Bo")):
    """A story of seasons, each artist in turn; later seasons have more plays."""
    names = ("winter", "spring", "summer", "autumn")
    rows = [(k, names[k % 4], artists[i % len(artists)], 10 + i) for i, k in enumerate(numbers)]
    table = pd.DataFrame(rows, columns=["number", "season", "artist", "n_whole"])
    days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}
    return dataclasses.replace(with_table(story_of("typical"), seasons=table), **days)


def test_the_words_of_seasons_count_artists_and_no_seasons():
    words = firsts.words_of_seasons(seasons_story(range(5)))
    assert words.reading[1] == "2 different artists on top." and "5 seasons" not in words.alt
    same = firsts.words_of_seasons(seasons_story(range(5), artists=("Ada",)))
    assert same.reading[1] == "The same artist each time."
    assert same.rule == "Top artists, 1 Jan to 31 Dec; area: plays. Simulated."


def test_seasons_of_several_years_have_years_and_the_words_are_of_those_that_are_shown():
    story = seasons_story([*range(9)][::-1], "2024-01-01", "2025-12-31")
    table = story.tables["seasons"].sort_values("number")  # the first has most plays
    story = with_table(story, seasons=table)
    said = texts(draw("seasons", story), "value")
    assert [line.partition(",")[0] for line in said] == [
        "Winter 2024–25",
        "Spring 2025",
        "Summer 2025",
        "Autumn 2025",
        "Winter 2025–26",
    ]
    words = firsts.words_of_seasons(story)
    assert words.headline == "Ada in winter" and words.reading[0] == "14 plays of Ada."
    assert words.rule == "Top artists, last five seasons; area: plays. Simulated."


def test_a_period_over_new_year_has_one_winter_of_two_years():
    story = seasons_story([3, 4], "2024-11-01", "2025-02-28")
    lines = texts(draw("seasons", story), "value")
    assert lines == ["Autumn 2024, 10 plays", "Winter 2024–25, 11 plays"]


@pytest.mark.parametrize("n", [2, 3, 5])
def test_seasons_fill_the_card_and_their_discs_do_not_meet(n):
    ax = draw("seasons", seasons_story(range(n)))
    discs = [c for c in ax.collections if c.get_gid() == "discs"]
    at = sorted((c.get_offsets()[0][1], c.get_widths()[0] / 2) for c in discs)
    assert all(a + r + s < b for (a, r), (b, s) in zip(at, at[1:]))
    assert at[-1][0] > 1200 and len(at) == n


@pytest.mark.parametrize("card", ["first_song", "top_albums"])
def test_a_long_title_and_its_artist_have_two_lines_below_the_headline(card):
    title, artist = "Everything We Said Before It Rained Once", "The Very Quiet Orchestra of Lyon"
    named = {"title": title, "album": title, "artist": artist}
    rows = story_of("typical").tables[card]
    rows = rows.assign(**{name: text for name, text in named.items() if name in rows})
    ax = draw(card, with_table(story_of("typical"), **{card: rows}))
    lines = texts(ax, "sub")
    assert not any("…" in line for line in lines) and artist in lines
    assert title in (*lines, " ".join(texts(ax, "headline")))
    low = max(t.get_position()[1] for t in ax.texts if t.get_gid() == "sub")
    assert low <= 596


def test_the_most_played_kept_song_is_said_to_be_one():
    songs = story_of("typical").tables["kept_songs"]
    best = songs.loc[songs["n_streams"].idxmax(), "title"]
    assert texts(drawn("typical", "kept_songs"), "sub") == [f"Most played: {best}"]


def test_the_top_artists_name_no_number_of_artists_that_another_card_counts_otherwise():
    ax = drawn("typical", "top_artists")
    assert "among" not in ax.get_label() and ", number two " in ax.get_label()
