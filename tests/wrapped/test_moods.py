"""Audio aura and audio day: their edges by hand, and against plain loops."""

from collections import Counter
from datetime import date

import pytest

from wrapsim_helpers.music.genres import MOODS
from wrapsim_helpers.wrapped import moods
from wrapsim_helpers.wrapped.insight import Request

from .more_columns import ranked_plays, results, tables_of_crowd, with_track_columns
from .test_insights import TRACKS, heard, play, rows

YEAR = Request(date(2025, 1, 1), date(2025, 12, 31), 1, None)


def listened(plays, *moods_of_tracks):
    """`PeriodTables` of plays of tracks 0, 1, 3 and 4 with the given moods."""
    some = iter(moods_of_tracks)
    lists = [next(some, []) if not noise else ["calm"] for *_, noise, _ in TRACKS]
    return with_track_columns(heard(plays), moods=[list(words) for words in lists])


def plays_of(*tracks):
    """One play each, an hour apart."""
    return [play(f"2025-05-01T{10 + i}:00:00", track) for i, track in enumerate(tracks)]


def aura(tables):
    return [
        (mood, colour, n)
        for mood, colour, n in dict.fromkeys(
            map(tuple, rows(moods.audio_aura(tables), "mood", "colour", "n_mood"))
        )
    ]


def test_the_two_most_frequent_moods_give_two_colours():
    tables = listened(plays_of(0, 0, 1), ["sad"], ["driving"])
    assert aura(tables) == [("sad", "blue", 2), ("driving", "yellow", 1)]


def test_a_second_mood_of_the_same_colour_gives_no_second_colour():
    tables = listened(plays_of(0, 0, 1), ["happy", "bright"], ["sad"])
    assert aura(tables) == [("bright", "pink", 2), ("sad", "blue", 1)]
    assert aura(listened(plays_of(0, 0), ["happy", "bright"])) == [("bright", "pink", 2)]


def test_a_tie_for_the_second_colour_goes_to_more_milliseconds_then_the_earlier_play():
    plays = [*plays_of(0, 0), play("2025-05-02T10:00:00", 1), play("2025-05-02T09:00:00", 4)]
    tables = listened(plays, ["sad"], ["driving"], [], ["calm"])
    assert aura(tables)[1] == ("calm", "green", 1)
    longer = [*plays, play("2025-05-02T11:00:00", 1), play("2025-05-02T12:00:00", 4, 60_001)]
    assert aura(listened(longer, ["sad"], ["driving"], [], ["calm"]))[0][0] == "calm"


def test_music_without_a_listed_mood_has_no_aura():
    assert aura(listened(plays_of(0, 1), [], ["brooding"])) == []
    assert aura(listened(plays_of(0, 1), ["brooding"], ["sad"])) == [("sad", "blue", 1)]


def test_noise_and_plays_of_less_than_thirty_seconds_have_no_aura():
    plays = [*plays_of(2, 2), play("2025-05-03T10:00:00", 1, 29_999), *plays_of(0)]
    assert aura(listened(plays, ["sad"], ["driving"])) == [("sad", "blue", 1)]


def test_the_shape_of_an_aura_has_every_part_of_the_period():
    plays = [play("2025-01-01T00:00:00", 0), play("2025-12-31T23:59:59", 0)]
    table = moods.audio_aura(listened(plays, ["sad"])).execute()
    assert table["slice"].tolist() == [0, 23] and table["n_all"].tolist() == [2, 2]
    whole = moods.every_slice(table, YEAR)
    assert whole["n_streams"].tolist() == [1, *[0] * 22, 1] and set(whole["n_mood"]) == {2}
    assert moods.second_mood(whole) == ""


def test_a_short_period_has_one_part_per_day():
    assert moods.n_slices(date(2025, 1, 1), date(2025, 1, 5)) == 5
    assert moods.n_slices(date(2025, 1, 1), date(2025, 12, 31)) == 24


def test_every_mood_of_the_catalogue_has_one_of_six_colours():
    assert set(moods.AURA_COLOURS) == set(MOODS)
    assert len(set(moods.AURA_COLOURS.values())) == 6


# -- the day ---------------------------------------------------------------------------------------


def part_of_a_play(text, zone="UTC"):
    tables = listened([play(text, 0, zone=zone)], ["sad"])
    return moods.PARTS[moods.audio_day(tables).execute()["part"].tolist()[0]]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("04:59:59", "evening"),
        ("05:00:00", "morning"),
        ("11:59:59", "morning"),
        ("12:00:00", "midday"),
        ("17:59:59", "midday"),
        ("18:00:00", "evening"),
        ("00:00:00", "evening"),
    ],
)
def test_the_parts_of_the_day_begin_on_the_hour(text, part):
    assert part_of_a_play(f"2025-05-01T{text}") == part
    assert part_of_a_play(f"2025-05-01T{text}", "Pacific/Kiritimati") == part


def test_the_parts_of_the_day_follow_the_clock_through_daylight_saving():
    for day in ("2025-03-30", "2025-10-26"):
        for text, part in (("04:59:00", "evening"), ("05:00:00", "morning")):
            assert part_of_a_play(f"{day}T{text}", "Europe/Stockholm") == part


def test_a_part_without_a_mood_is_left_out():
    plays = [play("2025-05-01T06:00:00", 0), play("2025-05-01T13:00:00", 1)]
    assert rows(
        moods.audio_day(listened(plays, ["sad"], [])), "part", "mood", "n_part", order="part"
    ) == [[0, "sad", 1]]


def test_the_second_word_is_more_frequent_than_in_the_whole_day():
    plays = [play(f"2025-05-0{1 + i}T06:00:00", track) for i, track in enumerate((0, 0, 1))]
    plays += [play(f"2025-05-0{1 + i}T19:00:00", track) for i, track in enumerate((0, 0, 4, 4))]
    tables = listened(plays, ["sad"], ["calm"], [], ["raw", "angry"])
    assert rows(moods.audio_day(tables), "part", "rank", "mood", order=["part", "rank"]) == [
        [0, 1, "sad"],
        [0, 2, "calm"],
        [2, 1, "sad"],
        [2, 2, "angry"],
    ]


def test_a_mood_that_is_as_frequent_all_day_is_no_second_word():
    plays = [play(f"2025-05-01T{hour:02}:00:00", 0) for hour in (6, 13, 19)]
    table = moods.audio_day(listened(plays, ["sad", "calm"])).execute()
    assert table["mood"].tolist() == ["calm"] * 3
    assert moods.with_names_of_parts(table, None)["part"].tolist() == list(moods.PARTS)


# -- the slow, obvious version ---------------------------------------------------------------------


def slow_aura(mine):
    """The two moods of a listener by plain loops: [(mood, streams), ...]."""
    counts, ms, first = Counter(), Counter(), {}
    for row in mine.sort_values("started_at").itertuples():
        for mood in row.moods:
            counts[mood] += 1
            ms[mood] += row.ms_played
            first.setdefault(mood, row.started_at)
    order = sorted(counts, key=lambda mood: (-counts[mood], -ms[mood], first[mood], mood))
    second = [m for m in order if moods.AURA_COLOURS[m] != moods.AURA_COLOURS[order[0]]][:1]
    return [(mood, counts[mood]) for mood in [*order[:1], *second]]


def slow_day(mine):
    """The most frequent number of streams of a mood by part: part -> number."""
    counts = {}
    for row in mine.itertuples():
        part = 0 if 5 <= row.hour < 12 else 1 if 12 <= row.hour < 18 else 2
        counts.setdefault(part, Counter()).update(row.moods)
    return {part: max(words.values()) for part, words in counts.items() if words}


def test_auras_and_days_of_a_crowd_agree_with_plain_loops(crowd):
    plays, tables = ranked_plays(crowd), tables_of_crowd(crowd)
    auras, days = {}, {}
    for row in results(tables, moods.audio_aura):
        auras.setdefault(row["listener_id"], {})[row["mood"]] = row["n_mood"]
    for row in results(tables, moods.audio_day):
        if row["rank"] == 1:
            days.setdefault(row["listener_id"], {})[row["part"]] = row["n_streams"]
    by_listener = dict(list(plays.groupby("listener_id")))
    expected = {who: dict(slow_aura(mine)) for who, mine in by_listener.items()}
    assert auras == {who: words for who, words in expected.items() if words}
    slow = {who: slow_day(mine) for who, mine in by_listener.items()}
    assert days == {who: parts for who, parts in slow.items() if parts}
