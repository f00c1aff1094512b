"""What changed over the years, on plays written by hand."""

import math
import re

import pytest

from tests.exchange.samples import extended, listen, write
from wrapsim_helpers.charts import history as charts
from wrapsim_helpers.exchange.histories import load_history
from wrapsim_helpers.exchange.over_years import hours_table, years_table

ANN, BO, CY = (("Song", name, "") for name in ("Ann", "Bo", "Cy"))
PLAYS = [  # end, ms played, song: Stockholm is one hour ahead of UTC
    ("2021-01-05T12:00:00Z", 120_000, ANN),
    ("2021-01-06T12:00:00Z", 60_000, BO),
    ("2022-01-05T12:00:00Z", 120_000, BO),
    ("2022-12-31T23:30:00Z", 120_000, CY),  # 0:28 on 1 January 2023 in Stockholm
    ("2023-01-05T12:00:00Z", 120_000, ANN),
    ("2023-01-06T12:00:00Z", 29_999, BO),  # no stream
]


@pytest.fixture
def history(tmp_path):
    rows = [extended(end, ms_played, names) for end, ms_played, names in PLAYS]
    return load_history(write(tmp_path / "a.json", rows))


def title(ax):
    return " ".join(text.get_text() for text in ax.figure.texts if text.get_gid() == "title")


def test_artists_are_new_kept_or_back(history):
    table = years_table(history).set_index("year")
    columns = ["minutes", "n_streams", "n_artists", "n_new", "n_kept", "n_back"]
    assert table[columns].values.tolist() == [
        [3, 2, 2, 2, 0, 0],
        [2, 1, 1, 0, 1, 0],
        [4, 2, 2, 1, 0, 1],
    ]


def test_the_share_of_skips_is_of_tracks_of_known_length(history):
    shares = years_table(history)["skip_share"].tolist()
    # Bo's song lasts 60 s or 120 s, each once: the shorter counts, and 29,999 ms end it early
    assert shares == pytest.approx([0, 0, 1 / 3])


def test_without_lengths_no_year_has_a_share_of_skips(tmp_path):
    history = load_history(write(tmp_path / "a.json", [listen(1_735_718_400)]))
    assert math.isnan(years_table(history)["skip_share"][0])
    assert title(charts.draw_skips_by_year(years_table(history))) == (
        "No year says how long its tracks are"
    )


def test_every_hour_of_every_year_has_a_share(history):
    hours = hours_table(history)
    assert len(hours) == 3 * 24 and hours.groupby("year")["share"].sum().tolist() == [1, 1, 1]
    last = hours[hours["year"] == 2023].set_index("hour")["share"]
    assert last[0] == pytest.approx(120_000 / 269_999)


def test_the_charts_say_what_they_draw(history):
    years, hours = years_table(history), hours_table(history)
    assert title(charts.draw_minutes_by_year(years)) == "Most music in 2023: 4 minutes"
    assert title(charts.draw_artists_by_year(years)) == "50\u2009% of the artists of 2023 were new"
    assert title(charts.draw_hours_by_year(hours)).startswith("In 2023, the hour from 12:00 had")
    assert title(charts.draw_skips_by_year(years)) == "33\u2009% of the plays of 2023 ended early"


def test_the_first_plays_are_shown_in_words_in_local_time(tmp_path):
    rows = [extended(f"2025-07-{day:02}T08:03:20Z") for day in range(1, 13)]
    rows[0] |= {"reason_end": None, "platform": ""}
    shown = charts.first_plays(load_history(write(tmp_path / "a.json", rows))).to_html()
    assert shown.count("<tr>") == 11  # the names, and ten plays
    cells = [re.sub("<.*?>", "", cell) for cell in re.findall("<td.*?</td>", shown)]
    assert cells[:5] == ["1 Jul 2025, 10:00", "200", "Copper Rain", "Ode to Ivy", "–"]
    assert cells[5:7] == ["–", "Spotify extended history"]
    assert cells[11] == "trackdone"


def test_the_bundled_sample_has_three_years_of_one_listener():
    history = load_history()
    assert years_table(history)["year"].tolist() == [2023, 2024, 2025]
    assert history.report.n_kept == history.report.n_rows > 5_000
