"""Families of genres by hour: their edges by hand, and against a plain loop."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from wrapsim_helpers.cards import genre_hours as card
from wrapsim_helpers.wrapped.genre_hours import hourly_families, with_enough_hours

from ..cards.test_cards import draw, drawn, shapes, story_of, with_table
from .more_columns import ranked_plays, results, tables_of_crowd
from .test_insights import heard, play, rows


def by_hour(*plays):
    return rows(hourly_families(heard(plays)), "hour", "family", "n_streams", order="hour")


def test_a_stream_counts_for_its_family_in_the_local_hour_in_which_it_began():
    assert by_hour(
        play("2025-05-01T06:59:59", 0),
        play("2025-05-02T06:00:00", 4),
        play("2025-05-01T07:00:00", 1),
        play("2025-05-01T23:30:00", 1, zone="America/Lima"),
    ) == [[6, "Pop", 2], [7, "Rock", 1], [23, "Rock", 1]]


@pytest.mark.parametrize(("ms", "n"), [(29_999, 0), (30_000, 1), (30_001, 1)])
def test_plays_of_less_than_thirty_seconds_and_noise_do_not_count(ms, n):
    found = by_hour(play("2025-05-01T06:00:00", 0, ms), play("2025-05-01T06:30:00", 2))
    assert found == [[6, "Pop", 1]] * n


def test_a_plain_loop_counts_the_same(crowd):
    plays = ranked_plays(crowd)
    plays = plays[plays["genre"] != ""]
    expected = Counter(zip(plays["listener_id"], plays["hour"], plays["family"]))
    table = results(tables_of_crowd(crowd), hourly_families)
    names = "listener_id", "hour", "family"
    assert {tuple(r[n] for n in names): r["n_streams"] for r in table} == expected


def test_the_card_names_the_highest_hour_of_the_family_furthest_above_its_share_of_the_day():
    story = story_of("typical")
    family, hour, share, all_day = card.strongest_hours(story)
    table = story.tables["hourly_families"]
    whole, best = table["n_streams"].sum(), []
    for name in set(table["family"]) - {card.OTHER}:
        mine, highest = table["family"] == name, (0, 0, 0)
        for h in range(24):
            near = table["hour"].isin([(h + k) % 24 for k in card.NEAR])
            n, n_all = table[near & mine]["n_streams"].sum(), table[near]["n_streams"].sum()
            if n_all >= max(card.FEWEST, card.QUIET * whole):
                highest = max(highest, (n / n_all, -h, n_all))
        above = highest[0] - table[mine]["n_streams"].sum() / whole
        best.append((above * highest[2] ** 0.5, name, -highest[1]))
    assert (family, hour) == max(best)[1:] and share > all_day


@pytest.mark.parametrize("name", ["typical", "longest", "small"])
def test_the_marked_hours_are_those_of_the_headline_around_the_highest_of_its_row(name):
    family, hour, share, _ = card.strongest_hours(story_of(name))
    names, shares = card.hourly_shares(story_of(name))
    assert shares[names.index(family)].max() == share
    ax = drawn(name, "hourly_families")
    marked = [p for c in ax.collections if c.get_gid() == "named hours" for p in c.get_paths()]
    left = [round((p.vertices[:, 0].min() - 84) / card.STEP) for p in marked]
    assert sorted(left) == sorted((hour + k) % 24 for k in card.NEAR)


@pytest.mark.parametrize("last", [2, 3, 4, 5])
def test_no_hour_of_the_headline_has_too_few_streams(last):
    table = folk_at_four()
    few = table.assign(n_streams=table["n_streams"].where(table["hour"] > last, 1))
    boxes, _ = boxes_and_key(few)
    _, hour, *_ = card.strongest_hours(with_table(story_of("typical"), hourly_families=few))
    assert boxes and not boxes & {hour - 1, hour, hour + 1}


def test_a_listener_with_few_streams_at_most_hours_has_no_card():
    hours = [(hour, "Pop", 10) for hour in range(8, 16)]
    table = pd.DataFrame(hours, columns=["hour", "family", "n_streams"])
    assert len(with_enough_hours(table, None)) == 8
    assert len(with_enough_hours(table[:-1], None)) == 0
    assert len(with_enough_hours(table.assign(n_streams=9), None)) == 0


def test_hours_with_few_streams_have_no_ridge():
    story = story_of("small")
    _, shares = card.hourly_shares(story)
    heard_hours = story.tables["listening_clock"].query("ms_played > 0")["hour"]
    near = {(h + k) % 24 for h in heard_hours for k in card.NEAR}
    assert set(np.flatnonzero(shares.max(0))) <= near and shares.max() <= 1


@pytest.mark.parametrize("name", ["typical", "longest", "small"])
def test_the_row_of_the_headline_tells_the_share_of_the_marked_hours(name):
    family, hour, share, _ = card.strongest_hours(story_of(name))
    ax = drawn(name, "hourly_families")
    values = [text.get_text() for text in ax.texts if text.get_gid() == "value"]
    row = card.hourly_shares(story_of(name))[0].index(family)
    assert values[row] == f"{card.of_100(share)} of 100, {card.three_hours(hour)}"


def test_an_hour_with_hardly_any_streams_has_no_share():
    whole = np.array([40] + [600] * 23)
    assert card.enough_streams(whole).tolist() == [False] + [True] * 23
    assert card.enough_streams(np.array([600] * 24)).all()


@pytest.mark.parametrize(("hour", "window"), [(0, "23 to 2"), (4, "3 to 6"), (22, "21 to 0")])
def test_the_window_of_an_hour_begins_an_hour_before_it(hour, window):
    assert card.three_hours(hour) == window


@pytest.mark.parametrize("name", ["typical", "longest", "small"])
def test_the_headline_names_the_three_hours(name):
    _, hour, *_ = card.strongest_hours(story_of(name))
    headline = card.words_of_hourly_families(story_of(name)).headline
    windows = [card.three_hours(hour), card.three_hours(hour, "–")]
    assert any(headline.endswith(f", {window}") for window in windows)


def test_a_family_of_several_words_keeps_its_hours_in_the_headline():
    story = with_table(story_of("typical"), hourly_families=folk_at_four())
    assert card.words_of_hourly_families(story).headline == "Folk & country, 3–6"


def folk_at_four():
    """A hundred streams of pop at each hour, and folk from three to six."""
    folk = [(hour, "Folk & country", n) for hour, n in ((3, 50), (4, 90), (5, 50))]
    rows = [(hour, "Pop", 100) for hour in range(24)] + folk
    return pd.DataFrame(rows, columns=["hour", "family", "n_streams"])


def boxes_and_key(table):
    ax = draw("hourly_families", with_table(story_of("typical"), hourly_families=table))
    boxes = {round((c[:, 0].min() - 84) / card.STEP) for c in shapes(ax, "ghosts")}
    return boxes, [text.get_text() for text in ax.texts if text.get_gid() == "key"]


def test_hours_with_too_few_streams_have_an_open_box_and_a_key():
    table = folk_at_four()
    assert boxes_and_key(table) == (set(), [])
    few = table.assign(n_streams=table["n_streams"].where(table["hour"] < 12, 1))
    assert boxes_and_key(few) == (set(range(13, 23)), ["too few plays"])


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_ridges_of_any_number_of_families_fill_the_card(n):
    table = story_of("typical").tables["hourly_families"]
    some = table[table["family"].isin(table["family"].unique()[:n])]
    ax = draw("hourly_families", with_table(story_of("typical"), hourly_families=some))
    heights = [np.ptp(corners[:, 1]) for corners in shapes(ax, "ridges")]
    assert len(heights) == n and sum(heights) == pytest.approx(card.BOTTOM - card.TOP - 96 * n)
