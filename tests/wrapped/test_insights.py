"""The insights: rules at their edges on tables small enough to check in the head, and against the
slow obvious version.
"""

import gc
import shutil
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta

import duckdb
import ibis
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import pytz
from typer.testing import CliRunner

import wrapsim_helpers as ws
from wrapsim_helpers import commands
from wrapsim_helpers import wrapped as w
from wrapsim_helpers.runs import again, opened
from wrapsim_helpers.runs.connection import connected
from wrapsim_helpers.runs.opened import days_of_run, open_run
from wrapsim_helpers.storage import tables as stored
from wrapsim_helpers.storage.outputs import MARKER
from wrapsim_helpers.wrapped import by_part, periods, tallies
from wrapsim_helpers.wrapped.dates import day_number
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.insights import possible_queries, with_tallies
from wrapsim_helpers.wrapped.periods import period_days, period_tables
from wrapsim_helpers.wrapped.volume import minute_bins

TRACKS = [  # track_id, title, genre, duration_ms, noise, [(artist_id, role)]
    (0, "Salt", "pop", 200_000, False, [(0, "primary")]),
    (1, "Slow Orbit", "rock", 200_000, False, [(1, "primary"), (0, "featured")]),
    (2, "Rain", "noise", 600_000, True, [(2, "primary")]),
    (3, "Tin Roof", "rock", 25_000, False, [(1, "primary")]),
    (4, "Anchor", "pop", 200_000, False, [(3, "primary")]),
]
FAMILIES = {"pop": "Pop", "k-pop": "Pop", "rock": "Rock", "noise": "Other"}
ARTISTS = [
    "Ode & Ivy",
    "Mila Osterhaus",
    "Weather",
    "Anders",
    "The Kitchen Radios",
    "Northbound Choir",
]


def ms(text, zone="UTC"):
    """UTC ms of a local time, and its offset in minutes."""
    moment = pytz.timezone(zone).localize(datetime.fromisoformat(text))
    return round(moment.timestamp() * 1000), round(moment.utcoffset().total_seconds() / 60)


def play(text, track=0, ms_played=60_000, listener=1, zone="UTC", **more):
    at, offset = ms(text, zone)
    return {
        "listener_id": listener,
        "track_id": track,
        "started_at": pd.Timestamp(at, unit="ms", tz="UTC"),
        "ms_played": ms_played,
        "utc_offset_min": offset,
        **more,
    }


def heard(plays, first=date(2025, 1, 1), last=date(2025, 12, 31), tracks=TRACKS, rules=w.Rules()):
    plays = pd.DataFrame(
        plays,
        columns=None
        if plays
        else ["listener_id", "track_id", "started_at", "ms_played", "utc_offset_min"],
    )
    names = {i: name for i, name in enumerate(ARTISTS)}
    tables = {
        "plays": plays,
        "artists": pd.DataFrame({"artist_id": list(names), "artist": list(names.values())}),
        "tracks": pd.DataFrame(
            [
                (i, t, f"song-{i}", g, FAMILIES.get(g, ""), d, n, [names[a] for a, _ in credits])
                for i, t, g, d, n, credits in tracks
            ],
            columns=[
                "track_id",
                "title",
                "song_id",
                "genre",
                "family",
                "duration_ms",
                "noise",
                "artists",
            ],
        ),
        "track_artists": pd.DataFrame(
            [(i, a, role) for i, *_, credits in tracks for a, role in credits],
            columns=["track_id", "artist_id", "role"],
        ),
    }
    connection = connected()
    return w.tables_in(
        **{
            name: connection.create_table(name, pa.Table.from_pandas(table))
            for name, table in tables.items()
        },
        first_day=first,
        last_day=last,
        rules=rules,
    )


def rows(expression, *columns, order="rank"):
    table = expression.execute()
    return table.sort_values(order)[list(columns)].values.tolist()


# -- what counts -----------------------------------------------------------------------------------


def test_a_stream_counts_from_thirty_seconds_and_minutes_count_everything():
    plays = [
        play(f"2025-05-01T10:0{i}:00", ms_played=length)
        for i, length in enumerate((29_999, 30_000, 30_001))
    ]
    assert rows(
        w.minutes(heard(plays)), "ms_played", "n_plays", "n_streams", order="listener_id"
    ) == [[90_000, 3, 2]]


def test_a_short_track_heard_to_its_end_is_no_stream_but_minutes():
    found = (
        w.minutes(heard([play("2025-05-01T10:00:00", track=3, ms_played=25_000)])).execute().iloc[0]
    )
    assert (found["ms_played"], found["n_streams"], found["n_tracks"], found["n_artists"]) == (
        25_000,
        0,
        0,
        0,
    )


def test_the_window_takes_the_first_and_last_millisecond_and_no_other():
    edges = [
        "2024-12-31T23:59:59.999",
        "2025-01-01T00:00:00.000",
        "2025-11-15T23:59:59.999",
        "2025-11-16T00:00:00.000",
    ]
    first, last = w.window(2025, "2025")
    assert rows(w.top_songs(heard([play(edge) for edge in edges], first, last)), "n_streams") == [
        [2]
    ]


def test_a_play_belongs_to_the_day_it_began_on():
    across = [play("2024-12-31T23:57:16", ms_played=234_000)]
    assert len(w.minutes(heard(across)).execute()) == 0
    assert len(w.minutes(heard(across, date(2024, 1, 1), date(2024, 12, 31))).execute()) == 1


@pytest.mark.parametrize(
    "instant, offset, year",
    [
        ("2024-12-31T10:00:00.000", 14 * 60, 2025),
        ("2024-12-31T09:59:59.999", 14 * 60, 2024),
        ("2025-01-01T12:00:00.000", -12 * 60, 2025),
    ],
)
def test_the_year_is_the_listeners_own(instant, offset, year):
    row = play(instant) | {"utc_offset_min": offset}
    assert [
        len(w.minutes(heard([row], date(y, 1, 1), date(y, 12, 31))).execute()) for y in (2024, 2025)
    ] == [int(year == 2024), int(year == 2025)]


def test_private_plays_change_minutes_and_no_ranking():
    plays = [
        play("2025-05-01T10:00:00", 0, private=False),
        *(play(f"2025-05-01T11:0{i}:00", 1, private=True) for i in range(5)),
    ]
    assert rows(w.top_songs(heard(plays)), "title") == [["Salt"]] and rows(
        w.top_artists(heard(plays)), "artist"
    ) == [["Ode & Ivy"]]
    assert w.minutes(heard(plays)).execute()["ms_played"].tolist() == [360_000]


def test_noise_changes_minutes_and_no_ranking():
    plays = [
        play("2025-05-01T10:00:00", 0),
        *(play(f"2025-05-02T{i:02}:00:00", 2) for i in range(20)),
    ]
    assert rows(w.top_songs(heard(plays)), "title") == [["Salt"]] and rows(
        w.top_genres(heard(plays)), "genre"
    ) == [["pop"]]
    assert w.minutes(heard(plays)).execute()["n_streams"].tolist() == [21]


# -- ranks and ties --------------------------------------------------------------------------------


def test_a_tie_in_streams_goes_to_more_milliseconds():
    plays = [play("2025-05-01T10:00:00", 0, 60_000), play("2025-05-01T11:00:00", 4, 60_001)]
    assert rows(w.top_songs(heard(plays)), "title") == [["Anchor"], ["Salt"]]


def test_then_to_the_earlier_first_play_then_to_the_name():
    later = [play("2025-05-01T11:00:00", 4), play("2025-05-01T10:00:00", 0)]
    assert rows(w.top_songs(heard(later)), "title") == [["Salt"], ["Anchor"]]
    together = [play("2025-05-01T10:00:00", 0), play("2025-05-01T10:00:00", 4)]
    assert rows(w.top_songs(heard(together)), "title") == [["Anchor"], ["Salt"]]


def test_a_featured_stream_counts_half():
    plays = [play(f"2025-05-01T1{i}:00:00", 1) for i in range(3)] + [play("2025-05-02T10:00:00", 0)]
    assert rows(w.top_artists(heard(plays)), "artist", "n_streams") == [
        ["Mila Osterhaus", 3.0],
        ["Ode & Ivy", 2.5],
    ]


def test_ranks_do_not_depend_on_the_order_of_rows():
    plays = [
        play(f"2025-05-{1 + i % 28:02}T{i % 24:02}:{i % 60:02}:00", i % 5, 30_000 + i % 3)
        for i in range(200)
    ]
    forward, backward = (
        w.top_songs(heard(order)).execute().sort_values("rank")["track_id"].tolist()
        for order in (plays, plays[::-1])
    )
    assert forward == backward


def test_every_genre_has_its_share():
    plays = [play(f"2025-05-01T1{i}:00:00", track) for i, track in enumerate((0, 0, 4, 1))]
    assert rows(w.top_genres(heard(plays)), "genre", "n_streams", "share") == [
        ["pop", 3, 0.75],
        ["rock", 1, 0.25],
    ]


def test_a_family_counts_its_genres_and_names_the_first():
    tracks = [*TRACKS, (5, "Star", "k-pop", 200_000, False, [(3, "primary")])]
    plays = [
        play(f"2025-0{month}-01T{10 + i}:00:00", track)
        for month, ids in ((2, (1, 1, 1)), (4, (0, 5, 5, 3, 2)))
        for i, track in enumerate(ids)
    ]
    found = heard(plays, tracks=tracks)
    columns = "family", "n_streams", "share", "genre", "n_genres"
    assert rows(w.top_families(found), *columns) == [  # of equal ones, the earlier first stream
        ["Rock", 4, 4 / 7, "rock", 1],
        ["Pop", 3, 3 / 7, "k-pop", 2],
    ]
    assert rows(w.monthly_families(found), "month", "family", "n_streams", order="month") == [
        [2, "Rock", 3],
        [4, "Pop", 3],
        [4, "Rock", 1],
    ]


def test_equal_families_follow_the_ties_of_songs():
    plays = [play("2025-05-01T10:00:00", 1), play("2025-05-01T11:00:00", 0)]
    assert rows(w.top_families(heard(plays)), "family") == [["Rock"], ["Pop"]]


def test_a_column_that_is_called_number_hides_no_genre():
    found = heard([play("2025-05-01T10:00:00", 0)])
    found = replace(found, tracks=found.tracks.mutate(number=99))
    assert rows(w.top_genres(found), "genre") == [["pop"]] and rows(
        w.monthly_genres(found), "genre", order="month"
    ) == [["pop"]]


def test_what_nobody_can_tell_counts_nothing():
    found = heard(
        [
            play("2025-05-01T10:00:00", 0, ms_played=None),
            play("2025-05-01T11:00:00", 0, ms_played=40_000) | {"listener_id": 2},
        ]
    )
    assert rows(w.minutes(found), "n_plays", "n_streams", "ms_played", order="listener_id") == [
        [1, 0, 0],
        [1, 1, 40_000],
    ]


def test_the_leading_genre_of_each_month_and_none_for_a_silent_one():
    plays = [
        play("2025-01-05T10:00:00", 0),
        play("2025-03-05T10:00:00", 1),
        play("2025-03-06T10:00:00", 1),
        play("2025-03-07T10:00:00", 0),
    ]
    assert rows(w.monthly_genres(heard(plays)), "month", "genre", order="month") == [
        [1, "pop"],
        [3, "rock"],
    ]


# -- time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-12 * 60, 0, 14 * 60])
def test_a_song_s_first_play_is_known_to_the_millisecond_up_to_the_last_year(offset):
    instants = [
        f"{year}-07-{day:02}T12:34:56.{day:03}" for year in (2000, 2037) for day in range(1, 32)
    ]
    got = heard(
        [
            play(instant, listener=i) | {"utc_offset_min": offset}
            for i, instant in enumerate(instants)
        ],
        date(2000, 1, 1),
        date(2037, 12, 31),
    )
    assert rows(w.top_songs(got), "first_ms", "first_local_ms", order="listener_id") == [
        [ms(at)[0], ms(at)[0] + offset * 60_000] for at in instants
    ]


def test_the_clock_skips_and_doubles_the_hours_of_daylight_saving():
    night = [
        play(f"2025-03-30T{text}", zone="Europe/Stockholm") for text in ("01:59:00", "03:01:00")
    ]
    assert rows(w.listening_clock(heard(night)), "hour", order="hour") == [[1], [3]]
    first, second = (
        play("2025-10-26T00:30:00") | {"utc_offset_min": 120},
        play("2025-10-26T01:30:00") | {"utc_offset_min": 60},
    )
    assert rows(w.listening_clock(heard([first, second])), "hour", "ms_played", order="hour") == [
        [2, 120_000]
    ]


def test_a_streak_counts_days_not_hours_and_breaks_at_a_missing_one():
    texts = [
        "2025-05-01T23:59:00",
        "2025-05-02T00:01:00",
        "2025-05-03T12:00:00",
        "2025-05-05T12:00:00",
        "2025-05-06T12:00:00",
    ]
    found = w.longest_streak(heard([play(text) for text in texts])).execute().iloc[0]
    assert (found["n_days"], found["first_day"], found["last_day"]) == (
        3,
        day_number(date(2025, 5, 1)),
        day_number(date(2025, 5, 3)),
    )


def test_of_two_streaks_alike_the_earlier_counts():
    texts = ["2025-05-01", "2025-05-02", "2025-06-01", "2025-06-02"]
    assert w.longest_streak(heard([play(f"{text}T12:00:00") for text in texts])).execute()[
        "first_day"
    ].tolist() == [day_number(date(2025, 5, 1))]


def test_a_streak_is_not_broken_by_daylight_saving_or_the_leap_day():
    spring = [play(f"2025-03-{day}T00:30:00", zone="Europe/Stockholm") for day in (29, 30, 31)]
    assert w.longest_streak(heard(spring)).execute()["n_days"].tolist() == [3]
    leap = [play(f"2024-{day}T12:00:00") for day in ("02-28", "02-29", "03-01")]
    assert w.longest_streak(heard(leap, date(2024, 1, 1), date(2024, 12, 31))).execute()[
        "n_days"
    ].tolist() == [3]


def test_a_day_without_a_stream_is_no_day_of_a_streak():
    plays = [
        play("2025-05-01T12:00:00"),
        play("2025-05-02T12:00:00", ms_played=29_999),
        play("2025-05-03T12:00:00"),
    ]
    assert w.longest_streak(heard(plays)).execute()["n_days"].tolist() == [1]


def test_the_calendar_has_its_minutes_on_the_local_day():
    plays = [
        play("2025-05-01T23:50:00", zone="Asia/Tokyo"),
        play("2025-05-02T00:10:00", zone="Asia/Tokyo", ms_played=10_000),
    ]
    assert rows(w.calendar(heard(plays)), "day", "ms_played", "n_streams", order="day") == [
        [day_number(date(2025, 5, 1)), 60_000, 1],
        [day_number(date(2025, 5, 2)), 10_000, 0],
    ]


# -- the crowd -------------------------------------------------------------------------------------


def test_a_skip_is_a_play_more_than_three_seconds_short():
    plays = [play("2025-05-01T10:00:00", 0, length) for length in (196_999, 197_000, 200_000)]
    assert rows(w.skip_rate(heard(plays)), "n_plays", "n_skips", order="listener_id") == [[3, 1]]


def test_a_play_of_a_track_of_unknown_length_is_neither_counted_nor_a_skip():
    tracks = [*TRACKS, (5, "Untimed", "pop", 0, False, [(3, "primary")])]
    plays = [play("2025-05-01T10:00:00", track, 100_000) for track in (0, 5)]
    found = w.skip_rate(heard(plays, tracks=tracks))
    assert rows(found, "n_plays", "n_skips", order="listener_id") == [[1, 1]]


def test_the_place_counts_those_strictly_below():
    plays = [
        play("2025-05-01T10:00:00", listener=who, ms_played=length)
        for who, length in ((1, 100), (2, 200), (3, 200), (4, 300))
    ]
    assert rows(
        w.place(with_tallies(heard(plays), ["totals"])),
        "n_listeners",
        "n_below",
        "rank",
        order="listener_id",
    ) == [
        [4, 0, 4],
        [4, 1, 2],
        [4, 1, 2],
        [4, 3, 1],
    ]


# -- the slow, obvious version ---------------------------------------------------------------------


def obvious(plays, tracks, credits, artists, offset_day):
    """Minutes, streams of songs, artists and genres, clock and streak of one listener, by plain
    loops.
    """
    found = defaultdict(Counter)
    days = set()
    for row in plays:
        local = row["started_at"].replace(tzinfo=None) + timedelta(minutes=row["utc_offset_min"])
        if local.year != offset_day:
            continue
        found["totals"]["ms"] += row["ms_played"]
        found["clock"][local.hour] += row["ms_played"]
        if row["ms_played"] >= 30_000:
            days.add(local.date())
            if not row["private"] and not tracks[row["track_id"]]["noise"]:
                found["songs"][row["track_id"]] += 1
                found["genres"][tracks[row["track_id"]]["genre"]] += 1
                family = tracks[row["track_id"]]["family"]
                found["families"][family] += 1
                found["months"][local.month, family] += 1
                for artist_id, role in credits[row["track_id"]]:
                    found["artists"][artists[artist_id]] += 1.0 if role == "primary" else 0.5
    best = max((sum(1 for _ in iter_run(day, days)) for day in days), default=0)
    return found, best


def iter_run(day, days):
    while day in days:
        yield day
        day += timedelta(days=1)


def test_all_insights_of_a_crowd_agree_with_plain_loops(crowd):
    catalogue = crowd.world.catalogue
    tracks = {row["track_id"]: row for row in catalogue.tracks.to_pylist()}
    artists = {row["artist_id"]: row["artist"] for row in catalogue.artists.to_pylist()}
    credits = defaultdict(list)
    for row in catalogue.track_artists.to_pylist():
        credits[row["track_id"]].append((row["artist_id"], row["role"]))
    connection = connected()
    tables = {"plays": crowd.plays} | {
        name: getattr(catalogue, name) for name in ("tracks", "artists", "track_artists")
    }
    everybody = w.tables_in(
        **{name: connection.create_table(name, table) for name, table in tables.items()},
        first_day=date(2025, 1, 1),
        last_day=date(2025, 12, 31),
    )
    results = {
        name: w.EDITIONS["all"].queries[name](everybody).execute()
        for name in (
            *("minutes", "top_songs", "top_genres", "top_artists", "top_families"),
            *("monthly_families", "listening_clock", "longest_streak"),
        )
    }
    for listener_id, mine in list(crowd.plays.to_pandas().groupby("listener_id"))[::9]:
        found, streak = obvious(crowd_rows(mine), tracks, credits, artists, 2025)
        own = {name: table[table["listener_id"] == listener_id] for name, table in results.items()}
        assert own["minutes"]["ms_played"].tolist() == [found["totals"]["ms"]]
        assert (
            dict(zip(own["top_songs"]["track_id"], own["top_songs"]["n_streams"])).items()
            <= found["songs"].items()
        )
        assert (
            own["top_songs"].sort_values("rank")["n_streams"].tolist()
            == sorted(found["songs"].values(), reverse=True)[:100]
        )
        assert (
            dict(zip(own["top_genres"]["genre"], own["top_genres"]["n_streams"])) == found["genres"]
        )
        families, months = own["top_families"], own["monthly_families"]
        assert dict(zip(families["family"], families["n_streams"])) == found["families"]
        genres = {tracks[i]["genre"]: tracks[i]["family"] for i in found["songs"]}
        assert dict(zip(families["family"], families["n_genres"])) == Counter(genres.values())
        keys = zip(months["month"], months["family"])
        assert dict(zip(keys, months["n_streams"])) == found["months"]
        assert (
            dict(zip(own["top_artists"]["artist"], own["top_artists"]["n_streams"])).items()
            <= found["artists"].items()
        )
        assert (
            dict(zip(own["listening_clock"]["hour"], own["listening_clock"]["ms_played"]))
            == found["clock"]
        )
        assert own["longest_streak"]["n_days"].tolist() == ([streak] if streak else [])


def crowd_rows(frame):
    return frame.to_dict("records")


def test_every_insight_works_on_the_required_columns_alone(crowd):
    catalogue = crowd.world.catalogue
    required = crowd.plays.select(
        ["listener_id", "track_id", "started_at", "ms_played", "utc_offset_min"]
    )
    connection = connected()
    tables = {
        name: connection.create_table(name, getattr(catalogue, name))
        for name in ("tracks", "artists", "track_artists")
    }
    few, all_ = (
        w.tables_in(
            plays=connection.create_table(f"plays{i}", plays),
            **tables,
            first_day=date(2025, 1, 1),
            last_day=date(2025, 12, 31),
        )
        for i, plays in enumerate((required, crowd.plays))
    )
    few, all_ = (
        with_tallies(
            tables,
            store=lambda name, rows, i=i: connection.create_table(f"{name}{i}", rows, temp=True),
        )
        for i, tables in enumerate((few, all_))
    )
    for name, insight in possible_queries(w.EDITIONS["all"], few).items():
        n_few, n_all = (insight(tables).listener_id.nunique().execute() for tables in (few, all_))
        assert n_few >= 0.9 * n_all > 0 or name in WITHOUT_ROWS, name


# -- a story ---------------------------------------------------------------------------------------


def test_a_story_has_every_day_every_hour_and_dates(tiny_run):
    story = ws.tell_story(tiny_run)
    assert len(story.tables["calendar"]) == 21 and len(story.tables["listening_clock"]) == 24
    assert (
        story.tables["calendar"]["ms_played"].sum()
        == story.tables["minutes"]["ms_played"][0]
        == story.tables["listening_clock"]["ms_played"].sum()
    )
    assert story.tables["place"]["n_listeners"][0] == story.tables["crowd"]["n_listeners"].sum()


def test_the_first_play_of_a_song_is_told_in_local_time(tiny_run):
    story = ws.tell_story(tiny_run)
    plays = ws.read_parquet(tiny_run, "plays").to_pandas()
    people = ws.read_parquet(tiny_run, "listeners").to_pandas().set_index("user_id")
    mine = plays[plays["listener_id"] == people.loc[story.listener["user_id"], "listener_id"]]
    song = story.tables["top_songs"].iloc[0]
    ranked = mine[(mine["ms_played"] >= 30_000) & ~mine["private"]]
    first = ranked[ranked["track_id"] == song["track_id"]].iloc[0]
    assert song["first_played"] == first["started_at"].tz_localize(None) + pd.Timedelta(
        int(first["utc_offset_min"]), "min"
    )


def test_the_numbers_of_a_story_are_those_the_loop_counted(tiny_run):
    answers = ws.read_parquet(tiny_run, "answers").to_pandas()
    people = ws.read_parquet(tiny_run, "listeners").to_pandas()
    for _, answer in answers[answers["n_plays"] > 0].iterrows():
        story = ws.tell_story(tiny_run, people["user_id"][answer["listener_id"]])
        told = story.tables["minutes"].iloc[0]
        assert (told["ms_played"], told["n_plays"], told["n_streams"]) == (
            answer["ms_played"],
            answer["n_plays"],
            answer["n_streams"],
        )
        streak = story.tables["longest_streak"]["n_days"].tolist()
        assert streak == (
            [answer["longest_streak_days"]] if answer["longest_streak_days"] > 2 else []
        )


def test_the_bins_of_the_crowd_follow_each_other_without_a_gap():
    crowd = pd.DataFrame({"ms_played": [60_000 * n for n in (10, 11, 10, 40)]})
    bins = minute_bins(None, Request(None, None, 0, {"totals": crowd}.get))
    assert (
        bins["n_listeners"].tolist() == [2, 1, 0, 0, 0, 0, 0, 0, 1]
        and bins["from_ms"][0] <= 600_000 < bins["to_ms"][0]
    )
    assert (abs(bins["from_ms"][1:].to_numpy() / bins["to_ms"][:-1].to_numpy() - 1) < 1e-12).all()


# insights whose n_streams counts featured streams half
WEIGHED = {"top_artists", "artist_race", "peak_months", "discoveries", "seasons", "world"}
WEIGHED |= {"festival", "rare_artists"}


def test_counts_and_milliseconds_are_whole_numbers(tiny_run):
    for name, table in ws.tell_story(tiny_run).tables.items():
        whole = [
            column
            for column in table
            if column.startswith(("n_", "ms_", "first_ms"))
            and (name not in WEIGHED or column != "n_streams")
        ]
        assert (table[whole].dtypes == "int64").all(), f"{name}: {table[whole].dtypes.to_dict()}"


def test_a_year_that_is_no_number_is_refused(tiny_run):
    with pytest.raises(
        TypeError, match="year is '2025'; it must be a whole number from 2000 to 2037"
    ):
        ws.tell_story(tiny_run, year="2025")


def test_a_user_is_found_by_id_number_and_name(tiny_run):
    person = ws.read_parquet(tiny_run, "listeners").to_pylist()[1]
    ids = {
        ws.tell_story(tiny_run, user).listener["user_id"]
        for user in (person["user_id"], "1", person["name"].upper())
    }
    assert ids == {person["user_id"]}


def test_a_user_who_is_not_in_the_run_is_refused_with_the_nearest(tiny_run):
    name = ws.read_parquet(tiny_run, "listeners")["name"][1].as_py()
    with pytest.raises(
        ValueError,
        match=r"the run has no listener with that number, user_id or name. Did you mean .* It "
        r"has the listeners 0 to 7: give the number",
    ):
        ws.tell_story(tiny_run, name + "x")


def test_the_first_name_of_a_listener_is_refused_with_the_full_name():
    names = pd.DataFrame({"name": ["Ann Bo", "Matthew Christopherson", "Matt Hewson"]})
    said = again.of_that_name("matthew", names, [])
    assert said.endswith("or name. Did you mean 'Matthew Christopherson'?")


def plays_in_window(run):
    return ws.read_parquet(run, "plays").to_pandas().groupby("listener_id")["ms_played"].sum()


def crowd_file(run):
    return next((run / "derived").glob("totals-2025-03-20-2025-04-09-????????.parquet"))


def test_the_crowd_is_counted_once_and_kept_beside_the_run(tiny_run, tmp_path, monkeypatch):
    run = shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("derived"))
    first = ws.tell_story(run, "1").tables["place"]
    kept = pq.read_table(crowd_file(run)).to_pandas().set_index("listener_id")["ms_played"]
    assert kept.to_dict() == plays_in_window(run).to_dict()
    monkeypatch.setattr(tallies, "counted_tallies", lambda *_: pytest.fail("counted again"))
    pd.testing.assert_frame_equal(ws.tell_story(run, "1").tables["place"], first)


def of_other_code(path):
    """Keep a crowd as if an earlier version had counted it, with other rows."""
    table = pq.read_table(path)
    run = table.schema.metadata[b"wrapsim"].split()[0].decode()
    mark = {"wrapsim": stored.derived_mark(run, 16 * "0", table.slice(1))}
    pq.write_table(table.slice(1).replace_schema_metadata(mark), path)


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), of_other_code])
def test_a_crowd_that_is_missing_or_of_other_code_is_counted_and_kept_again(
    tiny_run, tmp_path, damage
):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    place = ws.tell_story(run, "1").tables["place"]
    damage(crowd_file(run))
    pd.testing.assert_frame_equal(ws.tell_story(run, "1").tables["place"], place)
    assert len(pq.read_table(crowd_file(run))) == len(plays_in_window(run))


def test_a_crowd_that_somebody_changed_stays_and_is_not_used(tiny_run, tmp_path):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    place = ws.tell_story(run, "1").tables["place"]
    pq.write_table(pq.read_table(crowd_file(run)).slice(1), crowd_file(run))
    before = crowd_file(run).read_bytes()
    pd.testing.assert_frame_equal(ws.tell_story(run, "1").tables["place"], place)
    assert crowd_file(run).read_bytes() == before


@pytest.mark.parametrize("data", [b"", b"mine"])
def test_a_file_in_the_place_of_the_crowd_that_is_not_ours_stays(tiny_run, tmp_path, data):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    place = ws.tell_story(run, "1").tables["place"]
    crowd_file(run).write_bytes(data)
    pd.testing.assert_frame_equal(ws.tell_story(run, "1").tables["place"], place)
    assert crowd_file(run).read_bytes() == data


def test_one_listener_s_story_reads_that_listener_s_part_alone(tiny_run, tmp_path):
    run = shutil.copytree(tiny_run, tmp_path / "run")
    story = ws.tell_story(run, "1")
    for path in (run / "plays").glob("part-0000000[12].parquet"):
        path.write_bytes(bytes(path.stat().st_size))
    pd.testing.assert_frame_equal(
        ws.tell_story(run, "1").tables["top_songs"], story.tables["top_songs"]
    )


def test_a_year_or_edition_without_a_day_of_the_run_is_refused(tiny_run):
    with pytest.raises(
        ValueError,
        match="year is 2019 and edition 'all', which counts 2019-01-01 to 2019-12-31; the run "
        "lasts from 2025-03-20 to 2025-04-09.",
    ):
        ws.tell_story(tiny_run, year=2019)


def test_a_listener_without_a_play_is_refused(tmp_path):
    run_dir = ws.simulate(
        num_users=6,
        start_time="2025-03-20T04:00",
        end_time="2025-03-20T05:00",
        seed=7,
        out_dir=tmp_path / "run",
        workers=1,
    )
    with pytest.raises(ValueError, match="choose another"):
        ws.tell_story(run_dir, "1")
    with pytest.raises(ValueError, match="choose another|no listener of this run has a play"):
        ws.tell_story(run_dir)


def test_only_the_days_that_were_simulated_count(tiny_run):
    story = ws.tell_story(tiny_run)
    assert (story.first_day, story.last_day) == (date(2025, 3, 20), date(2025, 4, 9)) and len(
        story.tables["calendar"]
    ) == 21
    assert (
        f"{round(story.tables['minutes']['ms_played'].iloc[0] / 60_000 / 21)} minutes a day"
        in next(card for card in ws.make_cards(story) if card.name == "minutes").alt
    )


@pytest.mark.parametrize(
    "start, end, year, days",
    [
        ("2025-07-01", "2026-07-01", -1, (date(2025, 7, 1), date(2025, 12, 31))),
        ("2025-09-01", "2026-09-01", -1, (date(2026, 1, 1), date(2026, 8, 31))),
        ("2025-07-01", "2026-07-01", 2026, (date(2026, 1, 1), date(2026, 6, 30))),
        (
            "2024-12-31T20:00:00-05:00",
            "2025-01-15T00:00:00-05:00",
            -1,
            (date(2025, 1, 1), date(2025, 1, 15)),
        ),
    ],
)
def test_the_year_with_most_days_of_the_run_is_told_unless_one_is_asked_for(start, end, year, days):
    assert period_days({"start_time": start, "end_time": end}, year, "all") == days


@pytest.mark.parametrize(
    "start, end, days",
    [
        ("2025-01-01", "2026-01-01", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2025-01-01T00:00", "2025-01-01T00:01", (date(2025, 1, 1), date(2025, 1, 1))),
        ("2025-03-01T00:00+14:00", "2025-03-02T00:00+14:00", (date(2025, 2, 27), date(2025, 3, 1))),
        ("2025-03-01T23:00-12:00", "2025-03-02T23:00-12:00", (date(2025, 3, 1), date(2025, 3, 4))),
    ],
)
def test_a_run_reaches_as_far_as_anybody_s_local_days(start, end, days):
    assert days_of_run({"start_time": start, "end_time": end}) == days


def test_a_whole_run_is_counted_as_the_same_plays_in_a_window_are(tiny_run):
    whole = period_tables(str(tiny_run))
    windowed = w.tables_in(
        **open_run(tiny_run).tables, first_day=whole.first_day, last_day=whole.last_day
    )
    assert "BETWEEN" not in str(ibis.to_sql(whole.days)) and "BETWEEN" in str(
        ibis.to_sql(windowed.days)
    )
    for name in ("songs", "credited", "days"):
        one, other = (getattr(heard, name).execute() for heard in (whole, windowed))
        order = list(one.columns[:2])
        pd.testing.assert_frame_equal(
            one.sort_values(order, ignore_index=True), other.sort_values(order, ignore_index=True)
        )


def test_insights_of_everybody_are_written_as_they_are_found(tiny_run, tmp_path):
    everybody = ws.everybody(tiny_run)
    done = CliRunner().invoke(commands.app, ["insights", str(tiny_run), str(tmp_path / "it's [1]")])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "it's [1]").iterdir()) == sorted(
        [MARKER, *(f"{name}.parquet" for name in everybody)]
    )
    for name, table in everybody.items():
        written = pq.ParquetFile(tmp_path / "it's [1]" / f"{name}.parquet").read()
        assert written.equals(table), name


# the columns besides listener_id that an insight's rows are in order of
ORDER = {
    "minutes": [],
    "top_songs": ["rank"],
    "top_artists": ["rank"],
    "top_genres": ["rank"],
    "top_families": ["rank"],
    "listening_clock": ["hour"],
    "calendar": ["day"],
    "monthly_genres": ["month"],
    "monthly_families": ["month", "family"],
    "longest_streak": [],
    "skip_rate": [],
    "place": [],
    "release_years": ["release_year"],
    "top_release_year": [],
    "oldest_song": [],
    "listening_age": [],
    "audio_aura": ["rank", "slice"],
    "audio_day": ["part", "rank"],
    "genre_mixture": ["month", "rank"],
    "music_evolution": ["phase"],
    "archive": ["day"],
    "similar_listeners": ["rank"],
    "missed_songs": ["rank"],
    "top_albums": ["rank"],
    "number_one": ["day"],
    "artist_race": ["year_rank", "month"],
    "peak_months": ["year_rank", "month"],
    "artist_streak": ["day"],
    "first_song": [],
    "discoveries": ["month"],
    "seasons": ["number"],
    "world": ["rank"],
    "loyalty": ["rank"],
    "comebacks": ["rank"],
    "personality": [],
    "character": ["rank"],
    "club": ["rank"],
    "fan_rank": [],
    "leaderboard": ["position"],
    "sound_town": [],
    "listening_habits": [],
    "top_song_quiz": ["place"],
    "on_repeat": [],
    "milestones": ["counted", "number"],
    "movie": ["number"],
    "tastebreakers": ["rank"],
    "festival": ["stage", "place"],
    "decade": ["year"],
    "new_releases": ["artist_rank", "place"],
    "two_truths": ["place"],
    "year_before": [],
    "kept_songs": ["month"],
    "stand_out": ["rank"],
    "energy": ["month"],
    "hourly_families": ["hour", "family"],
    "country_place": [],
    "rare_artists": ["rank"],
    "pioneer": ["rank"],
}


# a songs file has no albums and no new releases, in the first weeks of a run nothing is new, a run
# of one year has no earlier ones, and one of few months no phases
OF_YEARS = {"loyalty", "comebacks", "decade", "year_before"}
WITHOUT_ROWS = OF_YEARS | {
    "top_albums",
    "new_releases",
    "discoveries",
    "music_evolution",
    "pioneer",
}


@pytest.mark.parametrize("name", w.EDITIONS["all"].queries)
def test_every_insight_states_the_order_of_its_rows(crowd_with_threads, name):
    query = w.EDITIONS["all"].queries[name]
    both = [query(tables).to_pyarrow() for tables in crowd_with_threads]
    order = ["listener_id", *ORDER[name]]
    assert both[0].equals(both[1]) and both[0].equals(
        both[0].sort_by([(column, "ascending") for column in order])
    )
    assert len(both[0]) or name in WITHOUT_ROWS
    assert not both[0].select(order).to_pandas().duplicated().any()
    assert len(both[0]) or name in WITHOUT_ROWS
    assert not both[0].to_pandas().duplicated(order).any()


@pytest.fixture(scope="module")
def crowd_with_threads(crowd):
    """A crowd's `PeriodTables` with tallies, on a DuckDB with one thread and with two."""
    return [tables_with_threads(crowd, n) for n in (1, 2)]


def tables_with_threads(crowd, n):
    connection, catalogue = connected(threads=n), crowd.world.catalogue
    tables = {name: getattr(crowd, name) for name in ("plays", "listeners", "actions")} | {
        name: getattr(catalogue, name) for name in ("tracks", "artists", "track_artists", "albums")
    }
    period = w.tables_in(
        **{name: connection.create_table(name, table) for name, table in tables.items()},
        first_day=crowd.run.window[0].date(),
        last_day=crowd.run.window[1].date(),
    )
    store = lambda name, rows: connection.create_table(name, rows, temp=True)
    return with_tallies(periods.in_temporary_tables(period, store), store=store)


@pytest.mark.parametrize("threads", [1, 2])
def test_insights_of_everybody_are_the_same_rows_with_any_number_of_threads(tiny_run, threads):
    period = periods.open_period(ws.open_run(tiny_run))
    tallies.show_tallies(period)
    period.connection.execute(f"SET threads={threads}")
    for part in by_part.rows_by_part(period, w.EDITIONS["all"].queries):
        for name, table in part.items():
            order = [(column, "ascending") for column in ("listener_id", *ORDER[name])]
            assert table.equals(table.sort_by(order)), name


def test_insights_are_the_same_however_many_parts_are_counted_together(tiny_run, monkeypatch):
    together, groups = ws.everybody(tiny_run), periods.groups_of_plays(ws.open_run(tiny_run))
    monkeypatch.setattr(periods, "PLAYS_AT_ONCE", 1)
    assert len(groups) < len(periods.groups_of_plays(ws.open_run(tiny_run)))
    alone = ws.everybody(tiny_run)
    for name, table in together.items():
        assert table.equals(alone[name]), name


def test_tallies_are_the_same_however_many_parts_are_counted_together(
    tiny_run, tmp_path, monkeypatch
):
    period = periods.open_period(ws.open_run(tiny_run))
    together = tallies.counted_tallies(period, list(period.edition.tallies))
    monkeypatch.setattr(periods, "PLAYS_AT_ONCE", 1)
    alone = tallies.counted_tallies(period, list(period.edition.tallies))
    for name, table in together.items():
        pd.testing.assert_frame_equal(table.to_pandas(), alone[name].to_pandas())


def test_insights_are_the_same_whether_tallies_are_counted_on_the_way_or_cached(tiny_run, tmp_path):
    run = shutil.copytree(tiny_run, tmp_path / "run", ignore=shutil.ignore_patterns("derived"))
    counted, cached = ws.everybody(run), ws.everybody(run)
    assert list(counted) == list(cached)
    for name, table in counted.items():
        pd.testing.assert_frame_equal(table.to_pandas(), cached[name].to_pandas())


def test_parts_are_counted_alone_if_several_together_need_too_much_memory(tiny_run, monkeypatch):
    together, show = ws.everybody(tiny_run), by_part.show_plays

    def show_one_file(period, files):
        if len(files) > 1:
            raise duckdb.OutOfMemoryException("failed to allocate data")
        show(period, files)

    monkeypatch.setattr(by_part, "show_plays", show_one_file)
    alone = ws.everybody(tiny_run)
    for name, table in together.items():
        assert table.equals(alone[name]), name


def test_the_temporary_folder_of_a_connection_stays_as_long_as_duckdb_needs_it():
    connection, folder = opened.connect()
    needed = connection.con
    del connection
    gc.collect()
    assert folder.is_dir()
    del needed
    gc.collect()
    assert not folder.exists()


def test_a_file_that_cannot_be_decompressed_is_named_among_the_files_counted_with_it(
    tiny_run, tmp_path
):
    folder = shutil.copytree(tiny_run, tmp_path / "run")
    path = folder / "plays" / "part-00000001.parquet"
    data = bytearray(path.read_bytes())
    data[200 : len(data) // 2] = bytes(len(data) // 2 - 200)
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"plays/part-00000001.parquet is damaged"):
        ws.everybody(folder)


def spoilt(run, tmp_path, how):
    """A copy of a run in which something happened to the second part's plays."""
    folder = shutil.copytree(run, tmp_path / "run")
    path = folder / "plays" / "part-00000001.parquet"
    {
        "gone": path.unlink,
        "foreign": lambda: shutil.copy(path, path.with_name("part-00000009.parquet")),
        "of another part": lambda: shutil.copy(path.with_name("part-00000000.parquet"), path),
    }[how]()
    return folder


@pytest.mark.parametrize(
    "how, words",
    [
        ("gone", r"plays/part-00000001.parquet is missing, but run.json lists it"),
        ("foreign", r"plays/part-00000009.parquet is not a file of this run"),
        (
            "of another part",
            r"plays/part-00000001.parquet is damaged: it has [\d,]+ bytes instead of",
        ),
    ],
)
def test_a_run_that_lacks_plays_is_not_counted_as_if_it_were_whole(tiny_run, tmp_path, how, words):
    folder = spoilt(tiny_run, tmp_path, how)
    for action in (ws.everybody, ws.tell_story, lambda place: ws.read_parquet(place, "plays")):
        with pytest.raises((ValueError, FileNotFoundError), match=words):
            action(folder)


def test_minutes_a_day_by_plan_are_of_the_whole_run(tmp_path):
    run_dir = ws.simulate(
        num_users=8,
        start_time="2025-12-01",
        end_time="2026-02-01",
        seed=7,
        out_dir=tmp_path / "run",
        formats="parquet",
        workers=1,
    )
    heard = (
        ws.read_parquet(run_dir, "plays").to_pandas().groupby("listener_id")["ms_played"].sum()
        / 60_000
        / 62
    )
    found = ws.volume_by_plan(run_dir).set_index("listener_id")["minutes_per_day"]
    assert found.sort_index().to_numpy() == pytest.approx(heard.sort_index().to_numpy())


def test_a_folder_whose_name_is_a_pattern_is_read(tiny_run, tmp_path):
    shutil.copytree(tiny_run, tmp_path / "run [1]")
    assert ws.tell_story(tmp_path / "run [1]").listener == ws.tell_story(tiny_run).listener


def test_an_unknown_edition_is_refused(tiny_run):
    with pytest.raises(
        ValueError,
        match="edition is '2012'; it must be 'all', or a year from 2013 to 2025.$",
    ):
        ws.tell_story(tiny_run, edition="2012")


def test_a_folder_without_a_run_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no finished run"):
        ws.tell_story(tmp_path)


@pytest.mark.parametrize("n_tracks", [29, 30, 31])
@pytest.mark.parametrize("n_artists", [4, 5, 6])
def test_a_wrapped_needs_thirty_tracks_and_five_artists(n_tracks, n_artists):
    tracks = [
        (i, f"Song {i}", "pop", 200_000, False, [(i % n_artists, "primary")])
        for i in range(n_tracks)
    ]
    plays = [play(f"2025-05-{1 + i % 28:02}T10:00:00", i) for i in range(n_tracks)] + [
        play("2025-06-01T10:00:00", 0, 29_999)
    ]
    found = w.minutes(heard(plays, tracks=tracks)).execute().iloc[0]
    assert (found["n_tracks"], found["n_artists"]) == (n_tracks, n_artists)
    assert w.too_little(found) == (n_tracks < 30 or n_artists < 5)


def test_one_listener_alone_has_no_place(tmp_path):
    run_dir = ws.simulate(
        1, "2025-03-01", "2025-04-01", out_dir=tmp_path / "alone", formats="parquet"
    )
    story = ws.tell_story(run_dir)
    assert len(story.tables["place"]) == len(story.tables["crowd"]) == 0 and pd.isna(
        story.tables["skip_rate"]["crowd_share"][0]
    )
    for name in ("character", "fan_rank", "leaderboard", "sound_town"):
        assert len(story.tables[name]) == 0, name
    assert story.tables["personality"]["n_listeners"].tolist() == [1]
    columns = ["role", "role_rank", "n_members"]
    assert story.tables["club"][columns].values.tolist()[0] == ["Leader", 1, 1]
