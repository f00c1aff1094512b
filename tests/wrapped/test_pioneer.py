"""Songs streamed before most of the crowd: their edges by hand, and against plain loops."""

from collections import defaultdict
from datetime import date

import pytest

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.runs.connection import connected
from wrapsim_helpers.wrapped.insights import with_tallies
from wrapsim_helpers.wrapped.pioneer import FEWEST, MOST, pioneer

from ..cards.test_cards import draw, drawn, spans, story_of, with_table
from .more_columns import ranked_plays, results, with_track_columns
from .test_insights import TRACKS, heard, play

MAY = date(2025, 5, 1)


def early(plays, released=MAY):
    """Rows of `pioneer` as (listener, n_before, n_after, n_all)."""
    tables = with_track_columns(heard(plays), release_date=[released] * len(TRACKS))
    rows = results(with_tallies(tables, ["totals", "arrivals"]), pioneer)
    return [tuple(row[c] for c in ("listener_id", "n_before", "n_after", "n_all")) for row in rows]


def arriving(*days):
    """Listeners 0, 1, ... who stream song 0 first on these days of May."""
    return [play(f"2025-05-{day:02}T12:00:00", 0, listener=i) for i, day in enumerate(days)]


def test_a_listener_comes_before_most_if_more_than_half_come_on_a_later_day():
    assert early(arriving(1, 2, 2, 3, 4, *[5] * 6)) == [
        (0, 0, 10, 11),
        (1, 1, 8, 11),
        (2, 1, 8, 11),
        (3, 3, 7, 11),
        (4, 4, 6, 11),
    ]
    assert early(arriving(*[1] * 5, *[2] * 5)) == []


def test_a_song_of_few_listeners_says_nothing():
    assert len(early(arriving(1, *[2] * (FEWEST - 1)))) == 1
    assert early(arriving(1, *[2] * (FEWEST - 2))) == []


@pytest.mark.parametrize(
    ("released", "counts"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (date(2025, 12, 31), True),
        (date(2026, 1, 1), False),
        (None, False),
    ],
)
def test_a_song_counts_if_it_came_out_in_the_period(released, counts):
    assert bool(early(arriving(1, *[2] * 10), released)) == counts


@pytest.mark.parametrize(("ms", "n_before"), [(29_999, 1), (30_000, 0), (30_001, 0)])
def test_the_first_stream_counts_and_no_shorter_play_before_it(ms, n_before):
    plays = [play("2025-05-01T10:00:00", 0, ms, listener=0), *arriving(3, 2, *[4] * 10)]
    assert {row[0]: row[1] for row in early(plays)}[0] == n_before


def test_a_day_is_the_local_one_of_each_listener():
    plays = arriving(2, *[3] * 10)
    plays.append(play("2025-05-01T23:30:00", 0, listener=99, zone="America/Lima"))  # 2 May in UTC
    assert early(plays)[0] == (0, 1, 10, 12) and early(plays)[1] == (99, 0, 11, 12)


def test_a_song_with_more_listeners_later_comes_first_and_none_is_told_of_a_group():
    plays = [*arriving(1, *[2] * 10)]
    plays += [play("2025-05-01T12:00:00", 4, listener=0)]
    plays += [play("2025-05-03T12:00:00", 4, listener=i) for i in range(20, 32)]
    assert [row[2] for row in early(plays) if row[0] == 0] == [12, 10]


def test_plain_loops_find_the_same_songs(invented):
    catalogue, connection = invented.world.catalogue, connected()
    names = ("tracks", "artists", "track_artists", "albums")
    tables = {name: connection.create_table(name, getattr(catalogue, name)) for name in names}
    tables["plays"] = connection.create_table("plays", invented.plays)
    period = w.tables_in(**tables, **dict(zip(("first_day", "last_day"), w.window(2025))))
    plays = ranked_plays(invented)
    plays = plays[[day.year == 2025 and out.year == 2025 for day, out in released(plays)]]
    first = defaultdict(dict)
    for row in plays.sort_values("started_at").itertuples():
        first[row.track_id].setdefault(row.listener_id, row.day)
    expected = {}
    for track_id, days in first.items():
        for listener, day in days.items():
            later = sum(other > day for other in days.values())
            if len(days) >= FEWEST and 2 * later > len(days):
                before = sum(other < day for other in days.values())
                expected.setdefault(listener, []).append((-later, before, track_id))
    found = defaultdict(list)
    for row in results(with_tallies(period, ["totals", "arrivals"]), pioneer):
        found[row["listener_id"]].append((-row["n_after"], row["n_before"], row["track_id"]))
    assert found.keys() == expected.keys() and len(found) > 20
    for listener, songs in found.items():
        numbers = [song[:2] for song in songs]
        assert numbers == [song[:2] for song in sorted(expected[listener])][:MOST]
        assert set(songs) <= set(expected[listener])


def released(plays):
    """(day, release date) of plays, one by one."""
    return zip(plays["day"], plays["release_date"])


def test_the_queues_of_the_card_are_as_long_as_the_numbers_of_listeners():
    songs = story_of("typical").tables["pioneer"][:5]
    ax = drawn("typical", "pioneer")
    later = spans(ax, "later", 0) + 4
    n = (songs["n_all"] - songs["n_before"]).to_numpy()
    assert sorted(later / later.max()) == pytest.approx(sorted(n / n.max()), abs=0.01)
    assert len(spans(ax, "you", 0)) == len(songs)


@pytest.mark.parametrize(
    ("n_before", "n_after", "line", "entries"),
    [
        (0, 97, "97 after you.", ["you", "after you"]),
        (0, 95, "95 after you, 2 on the same day.", ["you", "same day or later"]),
        (9, 83, "83 after you, 9 before, 5 that day.", ["you", "same day or later", "before you"]),
    ],
)
def test_the_card_tells_of_all_others_who_played_the_song(n_before, n_after, line, entries):
    songs = story_of("typical").tables["pioneer"][:1]
    songs = songs.assign(n_before=n_before, n_after=n_after, n_all=98)
    ax = draw("pioneer", with_table(story_of("typical"), pioneer=songs))
    texts = {role: [t.get_text() for t in ax.texts if t.get_gid() == role] for role in ROLES}
    assert texts["reading"][0] == line and texts["key"] == entries


ROLES = ("reading", "key")
