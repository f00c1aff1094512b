"""Fan rank and leaderboard: rules at their edges, and plain loops over a crowd."""

from collections import defaultdict

import pandas as pd
import pytest

from wrapsim_helpers.wrapped import fans
from wrapsim_helpers.wrapped.insight import Request
from wrapsim_helpers.wrapped.insights import with_tallies

from .more_columns import ranked_plays, tables_of_crowd
from .test_insights import heard, play, rows


def fans_with(*minutes, track=0):
    """Tables of listeners 0, 1, ..., each with so many minutes of one track."""
    plays = [
        play("2025-05-01T10:00:00", track, round(60_000 * n), listener=i)
        for i, n in enumerate(minutes)
    ]
    return stored(heard(plays))


def stored(tables):
    """`PeriodTables` with the tallies that the leaderboard needs."""
    connection = tables.plays._find_backend()
    store = lambda name, table: connection.create_table(name, table, temp=True)
    return with_tallies(tables, ["totals", "fans"], store)


def ranks(tables):
    return rows(fans.fan_rank(tables), "minutes", "rank", "n_fans", order="listener_id")


def test_equal_minutes_share_a_rank_and_seconds_do_not_count():
    assert ranks(fans_with(3, 2.99, 2, 1)) == [[3, 1, 4], [2, 2, 4], [2, 2, 4], [1, 4, 4]]


def test_an_artist_s_only_fan_is_first_of_one():
    plays = [play("2025-05-01T10:00:00", 0), play("2025-05-01T10:00:00", 4, listener=2)]
    assert ranks(stored(heard(plays))) == [[1, 1, 1], [1, 1, 1]]


def test_minutes_as_a_featured_artist_count_too():
    plays = [play("2025-05-01T10:00:00", 0), play("2025-05-01T10:00:00", 1, 90_000, listener=2)]
    plays.append(play("2025-05-02T10:00:00", 1, 90_000, listener=2))
    table = fans.fan_rank(stored(heard(plays))).execute()
    assert table["artist"].tolist() == ["Ode & Ivy", "Mila Osterhaus"]
    assert table["n_fans"].tolist() == [2, 1] and table["rank"].tolist() == [2, 1]


def test_the_share_of_the_top_fan_is_never_0():
    table = fans.fan_rank(fans_with(*range(1, 301))).execute()
    assert table["share"].min() == pytest.approx(1 / 300)


def test_one_listener_alone_has_no_rank():
    crowds = {"totals": pd.DataFrame({"listener_id": [1]})}
    request = Request(None, None, 1, crowds.get)
    for insight in fans.INSIGHTS:
        assert len(insight.shape(pd.DataFrame({"rank": [1]}), request)) == 0


def board(tables, listener):
    table = fans.leaderboard(tables).execute()
    mine = table[table["listener_id"] == listener]
    return mine[["position", "rank", "minutes", "is_listener"]].values.tolist()


def test_the_leaderboard_has_three_fans_before_and_after_and_seven_rows_at_the_ends():
    tables = fans_with(*range(20, 10, -1))
    positions = {i: [row[0] for row in board(tables, i)] for i in (0, 3, 4, 9)}
    assert positions[0] == positions[3] == [1, 2, 3, 4, 5, 6, 7]
    assert positions[4] == [2, 3, 4, 5, 6, 7, 8] and positions[9] == [4, 5, 6, 7, 8, 9, 10]
    assert [row[3] for row in board(tables, 9)] == [False] * 6 + [True]


def test_fans_with_equal_minutes_have_rows_of_their_own_and_the_listener_comes_first():
    expected = [[1, 1, 9, False], [2, 2, 5, True], [3, 2, 5, False], [4, 4, 1, False]]
    tables = fans_with(5, 9, 5, 1)
    assert board(tables, 0) == board(tables, 2) == expected


def test_the_words_name_the_fan_before_and_the_gap():
    table = pd.DataFrame(board(fans_with(5, 9, 5, 1), 0))
    table.columns = ["position", "rank", "minutes", "is_listener"]
    assert fans.gap_to_next_fan(table) == "rank 1 has 4 minutes more"
    assert fans.gap_to_next_fan(table[1:]) == ""


def test_ranks_and_leaderboards_of_a_crowd_agree_with_plain_loops(crowd):
    tables = stored(tables_of_crowd(crowd))
    ms = defaultdict(lambda: defaultdict(int))
    credits = crowd.world.catalogue.track_artists.to_pandas().groupby("track_id")["artist_id"]
    artists_of = credits.agg(list).to_dict()
    for row in ranked_plays(crowd).itertuples():
        for artist_id in artists_of[row.track_id]:
            ms[artist_id][row.listener_id] += row.ms_played
    boards = fans.leaderboard(tables).execute()
    for row in fans.fan_rank(tables).execute().itertuples():
        minutes = sorted((n // 60_000 for n in ms[row.artist_id].values()), reverse=True)
        own = ms[row.artist_id][row.listener_id] // 60_000
        assert (row.minutes, row.n_fans) == (own, len(minutes))
        assert row.rank == 1 + minutes.index(own)
        board = boards[boards["listener_id"] == row.listener_id]
        begin = max(min(row.rank - 1 - 3, len(minutes) - 7), 0)
        assert board["minutes"].tolist() == minutes[begin : begin + 7]
        assert board["position"].tolist() == list(range(begin + 1, begin + 1 + len(board)))
        assert board[board["is_listener"]]["position"].tolist() == [row.rank]
