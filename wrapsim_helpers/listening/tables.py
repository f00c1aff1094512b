"""The loop's columns as the tables of a run."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..people.survey_shares import GENRE_NAMES
from ..schema import table_of
from .loop_types import Past
from .state import SAVED, SKIPS_KEPT, empty_records
from .taste import QUARTER_DAYS, fill_tastes


def plays_table(plays, countries):
    """The plays table from the columns of the loop, without a copy.

    plays: `columns.Plays`; countries: country code of each number in the column.
    """
    country = pa.DictionaryArray.from_arrays(pa.array(plays.country), pa.array(countries))
    return table_of("plays", plays._replace(country=country)._asdict())


def past_of(state, ids):
    """The saved states of some listeners from the state table of an earlier run, a `Past`.

    Raises ValueError if the table lacks one of them.
    """
    row = pc.index_in(pa.array(ids), state["listener_id"].combine_chunks())
    if row.null_count:
        raise ValueError(
            f"listener {ids[row.is_null().index(True).as_py()]} is not in the state of the run to "
            f"continue; it has {state.num_rows:,} listeners. Give ids of that run."
        )
    rows, saved = state.take(row), empty_records(SAVED, len(ids))
    for name in SAVED.names:
        saved[name] = rows[name].to_pylist()
    return Past(
        saved,
        *list_values(rows["recent_tracks"]),
        *list_values(rows["known_tracks"]),
        list_values(rows["known_times"])[0],
    )


def list_values(column):
    """All values of a list column, int32, (N,), and the start of each list, int64, (L + 1,).

    The last start is N.
    """
    lists = column.combine_chunks()
    starts = np.concatenate([[0], np.cumsum(lists.value_lengths())])
    return lists.flatten().to_numpy().astype(np.int32), starts.astype(np.int64)


def answers_table(block):
    """The answer key: totals, and ranked streams by song and by artist in order of first stream."""
    return table_of(
        "answers",
        {
            "listener_id": block.numbers,
            **fields_as_columns(block.answers),
            **counts_columns("song", block.songs, block.ends.songs, 1.0),
            **counts_columns("artist", block.artists, block.ends.artists, 0.5),
        },
    )


def fields_as_columns(records):
    """Each field of NumPy records as a contiguous column: name -> array."""
    return {name: records[name].copy() for name in records.dtype.names}


def counts_columns(kind, counts, ends, unit):
    """Ranked streams of songs or artists as list columns, one list per listener.

    unit: streams per count.
    """
    return {
        f"{kind}_ids": lists_of(counts["of"], ends),
        f"{kind}_streams": lists_of(counts["n_streams"] * unit, ends),
        f"{kind}_ms": lists_of(counts["ms_played"], ends),
        f"{kind}_first_started_at": lists_of(counts["first_started_at"], ends),
    }


def lists_of(values, ends):
    """One list per listener from consecutive values. ends: int64, (L,), end of each list."""
    return pa.ListArray.from_arrays(
        pa.array(np.concatenate([[0], ends]), pa.int32()), pa.array(values.copy())
    )


def actions_table(block):
    """The actions table: saves, playlist adds, shares and follows."""
    return table_of("actions", fields_as_columns(block.actions))


def state_table(block):
    """The state that a later run needs, at the start of local day `day` (see `state.SAVED`).

    recent_tracks has the last tracks played, oldest first. known_tracks and known_times, how often
    each was played, are filled only if more was played than recent_tracks can hold.
    """
    return table_of(
        "state",
        {
            "listener_id": block.numbers,
            **fields_as_columns(block.saved),
            "skips": pa.FixedSizeListArray.from_arrays(
                pa.array(block.saved["skips"].ravel()), SKIPS_KEPT
            ),
            "recent_tracks": lists_of(block.recent, block.ends.recent),
            "known_tracks": lists_of(block.known, block.ends.known),
            "known_times": lists_of(block.times, block.ends.known),
        },
    )


def truth_table(listeners, people, behaviours, other_totals, days):
    """The listeners' true tastes, by which the loop draws new music.

    Of all new music, favourite_share is of the favourite genre. Of the rest, side_share is of the
    side genre of the quarter (91 days, counted from 1970). What remains is of other genres, by
    other_shares.

    days: first and last day of the run, days since 1970.
    """
    n, quarters = listeners.num_rows, range(days[0] // QUARTER_DAYS, days[1] // QUARTER_DAYS + 1)
    favourite, side = np.empty(n), np.empty((n, len(quarters)), np.int64)
    fill_tastes(people, behaviours, quarters[0], favourite, side)
    shares, genres = np.diff(other_totals, axis=1, prepend=0.0), pa.array(GENRE_NAMES)
    return table_of(
        "truth",
        {
            "listener_id": listeners["listener_id"].to_numpy(),
            "favourite_genre": listeners["favourite_genre"].combine_chunks(),
            "favourite_share": favourite.round(6),
            "side_share": behaviours["side_share"][people.persons["kind"]],
            "side_genres": pa.FixedSizeListArray.from_arrays(
                genres.take(pa.array(side.ravel())), len(quarters)
            ),
            "other_genres": pa.FixedSizeListArray.from_arrays(
                pa.array(GENRE_NAMES * n), len(genres)
            ),
            "other_shares": pa.FixedSizeListArray.from_arrays(
                pa.array(shares.round(9).ravel()), len(genres)
            ),
        },
    )
