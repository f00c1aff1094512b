"""Hand-made tables with further columns, for insights that read them."""

from dataclasses import replace

import pandas as pd
import pyarrow as pa

from wrapsim_helpers import wrapped as w
from wrapsim_helpers.runs.connection import connected


def store(tables, name, frame):
    """A DataFrame as a table on the connection of some `PeriodTables`."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for i, field in enumerate(table.schema):
        if pa.types.is_null(field.type):  # nothing but None
            table = table.set_column(i, field.name, table.column(i).cast(pa.date32()))
    return tables.plays._find_backend().create_table(name, table, overwrite=True)


def with_track_columns(tables, **columns):
    """`PeriodTables` whose tracks have further columns. columns: a list of values, by track_id."""
    frame = tables.tracks.execute().sort_values("track_id").assign(**columns)
    return replace(tables, tracks=store(tables, "more_tracks", frame))


def with_births(tables, births):
    """`PeriodTables` with listeners. births: listener_id -> birth date or None"""
    frame = pd.DataFrame({"listener_id": list(births), "birth_date": list(births.values())})
    return replace(tables, listeners=store(tables, "people", frame))


def tables_of_crowd(crowd):
    """`PeriodTables` of a simulated crowd in 2025, with listeners."""
    connection, catalogue = connected(), crowd.world.catalogue
    names = ("tracks", "artists", "track_artists")
    tables = {name: getattr(catalogue, name) for name in names}
    tables |= {name: getattr(crowd, name) for name in ("plays", "listeners")}
    made = {name: connection.create_table(name, table) for name, table in tables.items()}
    return w.tables_in(**made, **dict(zip(("first_day", "last_day"), w.window(2025))))


def ranked_plays(crowd):
    """The ranked streams of a crowd as a DataFrame with day and hour, local, and the tracks."""
    plays = crowd.plays.to_pandas()
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], "min"
    )
    plays = plays.assign(day=local.dt.date, hour=local.dt.hour)
    plays = plays[(plays["ms_played"] >= 30_000) & ~plays["private"]]
    tracks = crowd.world.catalogue.tracks.to_pandas()
    tracks = tracks.drop(columns=["artists"])
    joined = plays.merge(tracks, on="track_id", suffixes=("", "_of_track"))
    return joined[~joined["noise"]]


def results(tables, query):
    """The rows of a query as a list of dicts."""
    return query(tables).execute().to_dict("records")
