"""The charts of the notebooks: what they draw is what they say."""

import numpy as np
import pandas as pd

import wrapsim_helpers as ws
from wrapsim_helpers.charts import exploring, style


def title(ax):
    return " ".join(text.get_text() for text in ax.figure.texts if text.get_gid() == "title")


def test_a_play_is_still_on_until_the_second_it_was_left_in():
    leaving = pd.DataFrame({"second": [0, 5, 240], "n_left": [1, 1, 0], "n_plays": 4})
    ax = exploring.draw_leaving(leaving)
    seconds, on = ax.lines[0].get_data()
    assert dict(zip(seconds, on)) | {0: 1.0, 1: 0.75, 5: 0.75, 6: 0.5, 239: 0.5} == dict(
        zip(seconds, on)
    )
    assert title(ax) == "25\u2009% of plays are left within five seconds, 50\u2009% within thirty"


def test_the_medians_of_the_plans_that_there_are_stand_in_the_title():
    minutes = pd.DataFrame({"plan": ["free", "free", "premium"], "minutes_per_day": [10, 20, 40]})
    assert title(exploring.draw_volume(minutes)) == (
        "The median listener plays 40 minutes a day on premium, 15 minutes a day on free"
    )
    assert title(exploring.draw_volume(minutes[:2])) == (
        "The median listener plays 15 minutes a day on free"
    )


def test_a_changed_year_is_drawn_with_the_days_that_both_have():
    before = ws.listen(ws.one_listener(0, "2025-01-01", "2025-03-01"))
    ax = exploring.draw_what_if(before, ws.what_if(before, age=61), "At 61")
    days = [exploring.daily_minutes(one) > 0 for one in (before, ws.what_if(before, age=61))]
    told = " ".join(" ".join(text.get_text() for text in ax.figure.texts).split())
    assert f"Music on {days[1].sum()} days instead of {days[0].sum()}, " in told
    assert f"{(days[0] & days[1]).sum()} of them the same." in told


def test_ticks_stand_at_round_percentages():
    ax = style.chart("A title", "a source")
    ax.set_ylim(0, 0.18)
    exploring.percent_axis(ax.yaxis)
    ax.figure.canvas.draw()
    assert [label.get_text() for label in ax.get_yticklabels()][:4] == [
        f"{n}\u2009%" for n in (0, 5, 10, 15)
    ]


def test_no_hairline_goes_through_the_numbers_of_the_pools():
    ax = exploring.draw_pool_sizes(ws.build_catalogue(ws.load_songs()))
    ws.finish(ax)
    assert not any(line.get_visible() for line in ax.yaxis.get_gridlines())


def test_the_crowds_hours_name_the_busiest_and_the_published_ones():
    hours = pd.DataFrame(
        {"weekend": [False, False, True], "hour": [9, 20, 11], "n_plays": [1, 2, 3]}
    )
    assert (
        title(exploring.draw_crowd_hours(hours))
        == "Busiest at 20 from Monday to Friday and at 11 at weekends; published: 17 and 12"
    )


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
        title(exploring.draw_homes(homes))
        == "2 countries and 3 time zones; 2 of 3 listeners live in US"
    )
