"""The charts of the notebooks: what they draw is what they say."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from matplotlib.path import Path

import wrapsim_helpers as ws
from wrapsim_helpers.charts import crowd, listener, record, sources, style, tables
from wrapsim_helpers.people.homes import land_outlines


def title(ax):
    return " ".join(text.get_text() for text in ax.figure.texts if text.get_gid() == "title")


def test_a_play_is_still_on_until_the_second_it_was_left_in():
    leaving = pd.DataFrame({"second": [0, 5, 240], "n_left": [1, 1, 0], "n_plays": 4})
    ax = crowd.draw_leaving(leaving)
    seconds, on = ax.lines[0].get_data()
    assert dict(zip(seconds, on)) | {0: 1.0, 1: 0.75, 5: 0.75, 6: 0.5, 239: 0.5} == dict(
        zip(seconds, on)
    )
    assert title(ax) == "25\u2009% of plays are left within five seconds, 50\u2009% within thirty"


def test_the_medians_of_the_plans_that_there_are_stand_in_the_title():
    minutes = pd.DataFrame({"plan": ["free", "free", "premium"], "minutes_per_day": [10, 20, 40]})
    assert title(crowd.draw_volume(minutes)) == (
        "The median listener plays 40 minutes a day on premium and 15 minutes a day on free; 3 "
        "listeners are too few to tell the plans apart"
    )
    assert title(crowd.draw_volume(minutes[:2])) == (
        "The median listener plays 15 minutes a day on free"
    )


def test_a_changed_year_is_drawn_with_the_days_that_both_have():
    before = ws.listen(ws.one_listener(0, "2025-01-01", "2025-03-01"))
    ax = listener.draw_what_if(before, ws.what_if(before, age=61), "At 61")
    days = [listener.daily_minutes(one) > 0 for one in (before, ws.what_if(before, age=61))]
    told = " ".join(" ".join(text.get_text() for text in ax.figure.texts).split())
    assert f"Music on {days[1].sum()} days instead of {days[0].sum()}, " in told
    assert f"{(days[0] & days[1]).sum()} of them the same." in told


def test_ticks_stand_at_round_percentages():
    ax = style.chart("A title", "a source")
    ax.set_ylim(0, 0.18)
    style.percent_axis(ax.yaxis)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()][:4] == [
        f"{n}\u2009%" for n in (0, 5, 10, 15)
    ]


def test_no_hairline_goes_through_the_numbers_of_the_pools():
    ax = sources.draw_pool_sizes(ws.build_catalogue(ws.load_songs()))
    ws.finish(ax)
    assert not any(line.get_visible() for line in ax.yaxis.get_gridlines())


def hours_of(n_plays):
    """Rows of `listener_hours`: hour -> plays of each listener, on weekdays and at weekends."""
    return pd.DataFrame(
        [
            (number, weekend, hour, n)
            for weekend in (False, True)
            for hour, counts in n_plays.items()
            for number, n in enumerate(counts)
        ],
        columns=["listener_id", "weekend", "hour", "n_plays"],
    )


def test_the_crowds_hours_name_the_busiest_ones():
    ax = crowd.draw_crowd_hours(hours_of({9: [1], 20: [3]}))
    assert title(ax) == (
        "Busiest at 20 from Monday to Friday and at 20 at weekends; too few listeners to say what "
        "is chance"
    )


def test_an_hour_that_every_listener_prefers_is_outside_the_range_of_chance():
    plays = {hour: [10] * 20 for hour in range(24)} | {3: [40] * 10 + [44] * 10}
    ax = crowd.draw_crowd_hours(hours_of(plays))
    colours = [bar.get_facecolor() for bar in ax.patches]
    assert colours[3] == to_rgba(style.ACCENT) and "of 48 hours are within chance" in title(ax)


def test_the_error_of_a_share_follows_from_the_differences_of_listeners():
    alike, apart = np.zeros((2, 24), int), np.zeros((2, 24), int)
    alike[:, :2] = [[5, 5], [5, 5]]
    apart[:, :2] = [[10, 0], [0, 10]]
    assert crowd.shares_and_errors(alike)[1].tolist() == [0.0] * 24
    share, error = crowd.shares_and_errors(apart)
    assert share[:2].tolist() == [0.5, 0.5] and np.allclose(error[:2], np.sqrt(50) / 20)


def test_plans_differ_where_the_interval_of_their_ratio_leaves_out_one():
    values = np.exp(np.linspace(-1, 1, 41))
    assert crowd.differ(values, 3 * values) and not crowd.differ(values, 1.1 * values)
    assert not crowd.differ(values, values[:1])


def test_homes_say_how_many_live_where_most_do():
    homes = pd.DataFrame(
        {
            "country": ["US", "US", "NL"],
            "time_zone": ["a", "b", "c"],
            "longitude": 0.0,
            "latitude": np.arange(3.0),
        }
    )
    assert (
        title(crowd.draw_homes(homes))
        == "3 listeners in 2 countries and 3 time zones; United States has most, 2"
    )


def test_the_land_lies_under_its_cities_and_the_sea_does_not():
    outlines = [Path(ring) for ring in land_outlines()]
    cities = {"Paris": (2.3, 48.9), "Nairobi": (36.8, -1.3), "Anadyr": (177.0, 64.9)}
    assert all(any(ring.contains_point(place) for ring in outlines) for place in cities.values())
    assert not any(ring.contains_point((-30.0, 30.0)) for ring in outlines)


def effects_of(rows):
    columns = ["effect", "requested", "observed", "low", "high", "holds"]
    table = pd.DataFrame(rows, columns=columns)
    table.attrs["looked_at"] = "Looked at all 3 listeners."
    return table


def test_effects_are_drawn_as_ratios_to_what_was_requested():
    table = effects_of(
        [
            ("a", 2.0, 3.0, 2.5, 3.5, "no"),
            ("b", 0.5, 0.5, 0.4, 0.6, "yes"),
            ("c", 1.0, np.nan, np.nan, np.nan, "not seen"),
        ]
    )
    ax = crowd.draw_effects(table)
    edge, draw = ax.figure.bbox.x1, ax.figure.canvas.get_renderer()
    assert all(text.get_window_extent(draw).x1 <= edge for text in ax.texts)
    assert title(ax).startswith("1 of 2 effects are measured as requested")
    dots = [dot.get_offsets()[0].tolist() for dot in ax.collections]
    assert dots == [[1.5, 0.0], [1.0, 1.0]]
    assert ax.collections[0].get_facecolor()[0].tolist() == list(to_rgba(style.ACCENT))


def test_effects_are_told_with_those_outside_and_those_not_seen():
    table = effects_of(
        [("a", 2.0, 3.0, 2.5, 3.5, "no"), ("c", 1.0, np.nan, np.nan, np.nan, "not seen")]
    )
    assert ws.describe_effects(table) == (
        "0 of 1 requested values lie within the interval of the measured one. Outside: a is 3.00, "
        "requested 2.00. This log cannot show 1 effect, such as c. Looked at all 3 listeners."
    )


def test_blocks_are_runs_of_true_values():
    assert sources.blocks_of(np.array([True, False, True, True])) == [(0, 0), (2, 3)]
    assert sources.blocks_of(np.array([False, False])) == []


def test_the_first_chart_names_the_group_that_it_shows(survey):
    ax = sources.draw_two_groups(survey)
    assert title(ax).startswith("Group B is 26")
    assert "Rows mostly of group B: " in ws.finish(ax).alt


# -- one listener ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spring():
    """Listener 2 from January to March 2025, with the bundled songs alone."""
    run = ws.Run(1, "2025-01-01", "2025-03-15", first_listener=2, seed=5, catalogue_tracks=0)
    return ws.listen(run)


def test_the_year_says_its_minutes_by_month_in_the_alt_text(spring):
    days = listener.daily_minutes(spring)
    alt = ws.finish(listener.draw_year(spring)).alt
    assert f"Minutes: January {round(days[:'2025-01-31'].sum())}, February " in alt


def test_the_days_of_a_named_listener_have_the_name_in_the_title(spring):
    days = listener.daily_minutes(spring)
    finding = title(listener.draw_days(days))
    assert finding.startswith("Music on ")
    named = title(listener.draw_days(days.rename("Ann Berg")))
    assert named == f"Ann Berg: m{finding[1:]}"
    silent = title(listener.draw_days((0 * days).rename("Ann Berg")))
    assert silent == f"Ann Berg: no music in these {len(days)} days"


def test_hours_outside_the_band_are_red_and_named(spring):
    ax = listener.draw_clock_against_plan(spring)
    red = [bar.get_facecolor() == to_rgba(style.ACCENT) for bar in ax.patches]
    assert title(ax).startswith(f"{24 - sum(red)} of 24 hours") or not any(red)
    assert all(f"{hour}:00" in title(ax) for hour in np.flatnonzero(red)[:4])


def test_the_longest_silence_is_labelled():
    days = pd.Series([5.0, 0, 0, 0, 7, 0, 9], pd.date_range("2025-01-01", periods=7))
    ax = style.chart("t", "s")
    listener.label_silence(ax, days)
    assert [text.get_text() for text in ax.texts] == ["3 silent days"]


def test_a_profile_history_is_on_the_listeners_own_clock():
    run = ws.one_listener(4, "2025-01-01", "2025-01-10", latitude=22.57, longitude=88.36)
    history = ws.profile_history(ws.listen(run))
    assert history["valid_from"].iloc[0] == pd.Timestamp("2025-01-01")
    assert list(history) == ["valid_from", "age", "plan", "plan_kind"]


# -- the record and tables -------------------------------------------------------------------------


def test_the_record_has_every_field_with_its_value():
    play = ws.generate_listening_session(3, "2025-01-01", "2025-01-08")[0]
    alt = ws.finish(record.draw_record(play)).alt
    assert all(f"{name} " in alt for part in play.values() for name in part)


def test_a_reader_of_a_part_of_the_schema_gets_that_part():
    two = ws.part_of_schema(["SongMetadata.Title", "UserSongInteraction.MsPlayed"])
    assert [field["name"] for field in two["fields"]] == ["SongMetadata", "UserSongInteraction"]
    with pytest.raises(ValueError, match="Did you mean 'SongMetadata.Title'"):
        ws.part_of_schema(["SongMetadata.Titel"])


def test_a_table_has_at_most_ten_rows_and_says_how_many_there_are():
    text = ws.in_words(pd.DataFrame({"n_plays": range(12_345)})).to_html()
    assert text.count("<tr>") == 11 and "10 of 12\u2009345 rows" in text and "n plays" in text


@pytest.mark.parametrize(
    "value, text",
    [
        (0.182692, "0.183"),
        (12_345, "12\u2009345"),
        (-3, "\u22123"),
        (("a", "None"), "a, none"),
        (None, "\u2013"),
        (float("nan"), "\u2013"),
        (True, "yes"),
        (pd.Timestamp("2025-05-25 09:30"), "25 May 2025, 09:30"),
        ("\ud604\uc8fc", "Hyeonju"),
    ],
)
def test_a_value_is_shown_as_people_read_it(value, text):
    assert tables.cell_text(value) == text


def test_a_share_is_shown_in_per_cent_where_the_column_says_so():
    text = ws.in_words(pd.DataFrame({"share": [0.182692]}), {"share": "premium, %"}).to_html()
    assert "18\u2009%" in text
