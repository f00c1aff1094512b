"""The loop's columns as the tables of a run."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ..people.survey_shares import GENRE_NAMES
from ..schema import LABEL, NAMED, TABLES, labelled, table_of
from .state import SAVED, Past, empty_records
from .taste import QUARTER_DAYS, fill_tastes


def plays_table(plays, countries):
    """The plays table from the columns of the loop, without a copy.

    plays: `columns.Plays`; countries: country code of each number in the column.
    """
    return pa.Table.from_arrays(
        [
            labelled(name, codes)
            if kind == LABEL
            else pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(countries))
            if kind == NAMED
            else pa.array(codes).cast(kind)
            for name, kind, codes in zip(TABLES["plays"].names, TABLES["plays"].types, plays)
        ],
        schema=TABLES["plays"],
    )


def past_of(state, ids):
    """The saved states of some listeners from the state table of an earlier run, a `Past`.

    Raises ValueError if the table lacks one of them.
    """
    row = pd.Series(np.arange(state.num_rows), state["listener_id"].to_numpy()).reindex(ids)
    if row.isna().any():
        raise ValueError(
            f"listener {ids[np.flatnonzero(row.isna())[0]]} is not in the state of the run to "
            f"continue; it has {state.num_rows:,} listeners. Give ids of that run."
        )
    rows = state.take(pa.array(row.to_numpy(dtype=np.int64))).combine_chunks()
    saved = empty_records(SAVED, len(ids))
    for name in SAVED.names:
        saved[name] = np.array(rows[name].to_pylist()) if name == "skips" else rows[name].to_numpy()
    recent, known, times = (
        rows[name].combine_chunks() for name in ("recent_tracks", "known_tracks", "known_times")
    )
    return Past(
        saved,
        enum_values(recent),
        starts_of(recent),
        enum_values(known),
        enum_values(times),
        starts_of(known),
    )


def enum_values(lists):
    """All values of an Arrow list array, one list after another."""
    return lists.flatten().to_numpy().astype(np.int32)


def starts_of(lists):
    """Start of each list in the values, and the total; int64, (L + 1,)."""
    return np.concatenate([[0], np.cumsum(lists.value_lengths().to_numpy())]).astype(np.int64)


def answers_table(block):
    """The answer key: totals, and ranked streams by song and by artist in order of first stream."""
    totals = {name: block.answers[name].copy() for name in block.answers.dtype.names}
    return table_of(
        "answers",
        {
            "listener_id": block.numbers,
            **totals,
            **counts_columns("song", block.songs, block.ends.songs, 1.0),
            **counts_columns("artist", block.artists, block.ends.artists, 0.5),
        },
    )


def counts_columns(kind, counts, ends, unit):
    """Ranked streams of songs or artists as list columns, one list per listener.

    unit: streams per count.
    """
    columns = {
        "ids": counts["of"],
        "streams": counts["n_streams"] * unit,
        "ms": counts["ms_played"],
        "first_started_at": counts["first_started_at"],
    }
    return {
        f"{kind}_{name}": lists_of(values, ends).cast(
            TABLES["answers"].field(f"{kind}_{name}").type
        )
        for name, values in columns.items()
    }


def lists_of(values, ends):
    """One list per listener from consecutive values. ends: int64, (L,), end of each list."""
    return pa.ListArray.from_arrays(
        pa.array(np.concatenate([[0], ends]), pa.int32()), pa.array(values.copy())
    )


def actions_table(block):
    """The actions table: saves, playlist adds, shares and follows."""
    return table_of(
        "actions", {name: block.actions[name].copy() for name in block.actions.dtype.names}
    )


def state_table(block):
    """The state that a later run needs, at the start of local day `day` (see `state.SAVED`).

    recent_tracks has the last tracks played, oldest first. known_tracks and known_times, how often
    each was played, are filled only if more was played than recent_tracks can hold.
    """
    scalars = {
        name: block.saved[name].copy() for name in block.saved.dtype.names if name != "skips"
    }
    skips = pa.FixedSizeListArray.from_arrays(
        pa.array(block.saved["skips"].ravel()), block.saved["skips"].shape[1]
    ).cast(pa.list_(pa.int64()))
    return table_of(
        "state",
        {
            "listener_id": block.numbers,
            **scalars,
            "skips": skips,
            "recent_tracks": lists_of(block.recent, block.ends.recent),
            "known_tracks": lists_of(block.known, block.ends.known),
            "known_times": lists_of(block.times, block.ends.known),
        },
    )


def truth_table(listeners, people, behaviours, other_totals, days):
    """The listeners' true tastes, by which the loop draws new music.

    A share favourite_share is of the favourite genre; of the rest, a share side_share is of the
    side genre of the quarter (91 days, counted from 1970); what remains is of other genres by their
    shares.

    days: first and last day of the run, days since 1970.
    """
    n, quarters = listeners.num_rows, range(days[0] // QUARTER_DAYS, days[1] // QUARTER_DAYS + 1)
    favourite, side = np.empty(n), np.empty((n, len(quarters)), np.int64)
    fill_tastes(people, behaviours, quarters[0], favourite, side)
    shares = np.diff(other_totals, axis=1, prepend=0.0).round(9)
    genres = pa.DictionaryArray.from_arrays(pa.array(side.ravel()), pa.array(GENRE_NAMES)).cast(
        pa.string()
    )
    return table_of(
        "truth",
        {
            "listener_id": listeners["listener_id"].to_numpy(),
            "favourite_genre": listeners["favourite_genre"].combine_chunks(),
            "favourite_share": favourite.round(6),
            "side_share": behaviours["side_share"][people.persons["kind"]],
            "side_genres": repeated(genres, len(quarters)),
            "other_genres": repeated(pa.array(GENRE_NAMES * n), len(GENRE_NAMES)),
            "other_shares": repeated(pa.array(shares.ravel()), len(GENRE_NAMES)),
        },
    )


def repeated(values, length):
    """Arrow values as consecutive lists of equal length."""
    return pa.ListArray.from_arrays(
        pa.array(np.arange(0, len(values) + 1, length), pa.int32()), values
    )
