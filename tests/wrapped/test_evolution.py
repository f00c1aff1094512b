"""Music evolution: its edges by hand, and against plain loops."""

from collections import Counter
from datetime import date
from math import log2

import pytest

from wrapsim_helpers.wrapped import evolution

from .more_columns import ranked_plays, results, tables_of_crowd, with_track_columns
from .test_insights import heard, play, rows

GENRES = ("pop", "rock", "jazz", "folk", "soul", "punk", "disco")
MOODS = ("happy", "raw", "calm", "tender", "sad", "angry", "bright")
TRACKS = [
    (i, f"Song {i}", genre, 200_000, False, [(i % 6, "primary")]) for i, genre in enumerate(GENRES)
]


def listened(months, n=12, first=date(2025, 1, 1), last=date(2025, 12, 31)):
    """`PeriodTables` of n plays a month. months: month -> the tracks played in turn"""
    plays = [
        play(f"2025-{month:02}-{1 + i:02}T10:00:00", tracks[i % len(tracks)])
        for month, tracks in months.items()
        for i in range(n)
    ]
    sound = {name: list(range(40, 47)) for name in evolution.DESCRIPTORS}
    sound["energy"] = [50, 90, 50, 50, 50, 50, 50]
    sound["bpm"] = [100, 100, 100, 40, 100, 100, 100]
    return with_track_columns(
        heard(plays, first, last, TRACKS), moods=[[mood] for mood in MOODS], **sound
    )


def phases_of(*args, **more):
    columns = ("first_month", "last_month", "genre", "mood", "peak_month")
    return rows(evolution.music_evolution(listened(*args, **more)), *columns, order="phase")


def test_a_flat_year_has_no_phase():
    assert phases_of({month: [0, 1] for month in range(1, 13)}) == []
    assert phases_of({month: [0] for month in range(1, 13)}) == []


def test_one_change_makes_two_phases_with_what_is_typical_of_each():
    tables = listened({month: [0] if month < 6 else [1, 0] for month in range(1, 13)})
    found = results(tables, evolution.music_evolution)
    assert [(r["phase"], r["first_month"], r["last_month"]) for r in found] == [
        (1, 1, 5),
        (2, 6, 12),
    ]
    assert [(r["genre"], r["mood"], r["peak_month"]) for r in found] == [
        ("pop", "happy", 1),
        ("rock", "raw", 6),
    ]
    assert [list(r["artists"])[0] for r in found] == ["Ode & Ivy", "Mila Osterhaus"]
    assert [r["n_streams"] for r in found] == [60, 84]


def test_the_descriptor_is_of_the_measure_that_is_furthest_from_the_year():
    tables = listened({month: [0] if month < 6 else [3] for month in range(1, 13)})
    assert rows(evolution.music_evolution(tables), "descriptor", order="phase") == [
        ["fast"],
        ["slow"],
    ]
    tables = listened({month: [0] if month < 6 else [1] for month in range(1, 13)})
    assert rows(evolution.music_evolution(tables), "descriptor", order="phase") == [
        ["quiet"],
        ["loud"],
    ]


def test_two_changes_make_three_phases():
    months = {month: [0] if month < 5 else [1] if month < 9 else [2] for month in range(1, 13)}
    assert phases_of(months) == [
        [1, 4, "pop", "happy", 1],
        [5, 8, "rock", "raw", 5],
        [9, 12, "jazz", "calm", 9],
    ]


def test_many_changes_make_three_phases_with_different_peaks():
    found = phases_of({month: [(month - 1) // 2 % 6] for month in range(1, 13)})
    assert len(found) == 3 and len({peak for *_, peak in found}) == 3
    assert [first for first, *_ in found][1:] == [last + 1 for _, last, *_ in found][:-1]


def test_the_peak_is_the_month_with_most_streams_of_the_genre():
    months = {month: [0] if month < 6 else [1, 0] for month in range(1, 13)} | {8: [1]}
    assert phases_of(months)[1][-1] == 8


@pytest.mark.parametrize(("n", "n_phases"), [(9, 0), (10, 2)])
def test_a_change_needs_thirty_streams_on_each_side(n, n_phases):
    months = {month: [0] if month < 7 else [1] for month in range(1, 13)}
    assert len(phases_of(months, n)) == n_phases


def test_a_period_of_three_months_has_no_phase_and_one_of_four_can():
    months = {month: [0] if month < 3 else [1] for month in range(1, 5)}
    assert phases_of(months, 28, last=date(2025, 3, 31)) == []
    assert [row[:2] for row in phases_of(months, 28, last=date(2025, 4, 30))] == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("earlier", "later", "genre"),
    [
        # plays a month of each genre; rock has 12 % of the second phase, or too little with 8 %
        ([25], [14, 3, 2, 2, 2, 2], "rock"),
        ([25], [15, 2, 2, 2, 2, 2], "pop"),
        # punk has 20 % of the second phase, but is the sixth genre of the year
        ([5, 5, 5, 5, 5], [9, 5, 2, 2, 2, 5], "pop"),
    ],
)
def test_a_phase_is_named_by_a_genre_that_a_reader_sees(earlier, later, genre):
    tracks = [[t for t, n in enumerate(counts) for _ in range(n)] for counts in (earlier, later)]
    found = phases_of({month: tracks[month >= 6] for month in range(1, 13)}, 25)
    assert [row[:3] for row in found][1:] == [[6, 12, genre]]


def test_a_mixture_has_five_genres_and_the_rest():
    tables = listened({1: [0, 0, 1, 2, 3, 4, 5, 6], 3: [6]}, 8)
    assert rows(
        evolution.genre_mixture(tables),
        "month",
        "rank",
        "genre",
        "n_streams",
        order=["month", "rank"],
    ) == [
        [1, 1, "disco", 1],
        [1, 2, "pop", 2],
        [1, 3, "rock", 1],
        [1, 4, "jazz", 1],
        [1, 5, "folk", 1],
        [1, 6, "", 2],
        [3, 1, "disco", 8],
    ]


# -- the slow, obvious version ---------------------------------------------------------------------


def slow_divergence(before, after):
    """Jensen-Shannon divergence of two counters, bits."""
    p = {key: n / before.total() for key, n in before.items()}
    q = {key: n / after.total() for key, n in after.items()}
    m = {key: (p.get(key, 0) + q.get(key, 0)) / 2 for key in {*p, *q}}
    sides = [sum(s * log2(s / m[key]) for key, s in side.items()) for side in (p, q)]
    return round(sum(sides) / 2, 9)


def slow_changes(months):
    """First months of later phases. months: month -> Counter of ranks"""
    found = []
    for month in range(3, 12):
        before = sum((months.get(m, Counter()) for m in range(month - 3, month)), Counter())
        after = sum((months.get(m, Counter()) for m in range(month, month + 3)), Counter())
        if min(before.total(), after.total()) >= 30:
            found.append((-slow_divergence(before, after), month))
    found = sorted(pair for pair in found if -pair[0] >= evolution.CHANGE)
    second = [month for _, month in found if abs(month - found[0][1]) >= 3][:1]
    return sorted([month for _, month in found[:1]] + second)


def slow_genre(of_phase, of_year, named):
    """Name of a phase by plain loops. Counters of streams by genre;  named: the five genres"""
    n = of_phase.total()
    seen = [g for g in named if 10 * of_phase[g] >= n] or [g for g in named if of_phase[g]]
    above = {g: round(of_phase[g] / n - of_year[g] / of_year.total(), 9) for g in seen}
    return {g for g in seen if above[g] == max(above.values())}


def test_the_genre_of_each_phase_of_a_crowd_agrees_with_plain_loops(invented):
    plays, tables = ranked_plays(invented), tables_of_crowd(invented)
    plays = plays[plays["genre"] != ""]
    named = {}
    for row in results(tables, evolution.genre_mixture):
        named.setdefault(row["listener_id"], set()).add(row["genre"])
    of_listener = dict(list(plays.groupby("listener_id")))
    found = results(tables, evolution.music_evolution)
    for row in found:
        mine = of_listener[row["listener_id"]]
        months = (
            mine["day"].map(lambda day: day.month).between(row["first_month"], row["last_month"])
        )
        of_phase, of_year = Counter(mine.loc[months, "genre"]), Counter(mine["genre"])
        assert row["genre"] in slow_genre(of_phase, of_year, named[row["listener_id"]] - {""})
    assert len(found) > 20


def test_phases_of_a_crowd_over_a_year_agree_with_plain_loops(invented):
    plays, tables = ranked_plays(invented), tables_of_crowd(invented)
    mixtures, expected = {}, {}
    for row in results(tables, evolution.genre_mixture):
        months = mixtures.setdefault(row["listener_id"], {})
        months.setdefault(row["month"], Counter())[row["rank"]] = row["n_streams"]
    for who, months in mixtures.items():
        starts = slow_changes(months)
        if starts:
            expected[who] = [1, *starts]
    found = {}
    for row in results(tables, evolution.music_evolution):
        found.setdefault(row["listener_id"], []).append(row["first_month"])
    assert found == expected and len(found) > 10
    n = sum(months.total() for some in mixtures.values() for months in some.values())
    assert n == (plays["genre"] != "").sum()
