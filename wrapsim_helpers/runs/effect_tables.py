"""The tables in which the effects of a run are measured."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa
from ibis import _

from ..instants import DAY_MS, HOUR_MS, MINUTE_MS
from ..parameters import run_of
from ..people.clocks import window_starts
from ..people.personas import Personas, checked_personas, group_names
from .connection import microseconds
from .intervals import FEWEST
from .opened import read_parquet

MOST_PLAYS = 5_000_000  # about as many are used; of a larger run, the first listeners
CLUSTERS = 500


@dataclass(frozen=True)
class EffectTables:
    """The tables in which effects are measured, for the first listeners of a run.

    personas   its `Personas`
    weekdays   int64, (7,): how many Mondays, Tuesdays, ... its window has
    listeners  DataFrame of the listeners, with cluster, and start_ms and end_ms of their windows
    versions   DataFrame: listener_id, profile_version, age, plan, from_ms, to_ms
    plays      Ibis table of their plays: position (0, 1, ...) in the session, last: whether it is
               the last of the session, session_day (local, days since 1970), session_hour (0 to
               23), session_ms: length of the session; artist_id and noise of the track,
               earlier_plays: plays of the track in earlier sessions of the window
    """

    personas: Personas
    weekdays: np.ndarray
    listeners: pd.DataFrame
    versions: pd.DataFrame
    plays: ir.Table

    @property
    def groups(self):
        """(column, name, `Group`) of each persona and cohort; column: "persona" or "cohort"."""
        return [
            (column, name, group)
            for column, groups in zip(("persona", "cohort"), self.personas)
            for name, group in zip(group_names(groups), groups)
        ]


def effect_tables(opened):
    """The `EffectTables` of an `OpenedRun`."""
    manifest, run = opened.manifest, run_of(opened.manifest["identity"])
    count = max(FEWEST, int(run.num_users * min(1.0, MOST_PLAYS / max(manifest["plays"], 1))))
    listeners = read_parquet(opened, "listeners").slice(0, count)
    starts, ends, _ = window_starts(run, listeners)
    listeners = listeners.to_pandas().assign(
        start_ms=starts, end_ms=ends, cluster=np.arange(listeners.num_rows) % CLUSTERS
    )
    weekdays = np.bincount(pd.date_range(*run.window, inclusive="left").day_of_week, minlength=7)
    return EffectTables(
        checked_personas("run.json", manifest.get("personas") or {}),
        weekdays,
        listeners,
        version_windows(read_parquet(opened, "profile_versions").to_pandas(), listeners),
        plays_in_sessions(opened, int(listeners["listener_id"].max())),
    )


def version_windows(versions, listeners):
    """Profile versions of the listeners with from_ms and to_ms: a version ends when the next one
    begins, or with the window.
    """
    versions = versions.merge(listeners[["listener_id", "start_ms", "end_ms"]], on="listener_id")
    from_ms = versions["valid_from"].dt.as_unit("ms").astype("int64")
    next_ms = from_ms.groupby(versions["listener_id"]).shift(-1).fillna(versions["end_ms"])
    return (
        versions.assign(
            to_ms=next_ms.astype("int64"), from_ms=from_ms.clip(lower=versions["start_ms"])
        )
        .query("from_ms < to_ms")
        .drop(columns=["valid_from", "start_ms", "end_ms"])
    )


def plays_in_sessions(run, last_listener):
    """The plays of the listeners up to `last_listener` with their position in the session, an Ibis
    table, see `EffectTables`.
    """
    tables = run.tables
    primary = tables["track_artists"].filter(_.role == "primary")
    plays = (
        tables["plays"]
        .filter(_.listener_id <= last_listener)
        .join(tables["tracks"].select("track_id", "noise"), "track_id")
        .join(primary.select("track_id", "artist_id"), "track_id")
    )
    session = ibis.window(group_by="session_id")
    start_us, end_us = microseconds(plays.started_at), microseconds(plays.ended_at)
    local_us = start_us + plays.utc_offset_min.cast("int64") * (MINUTE_MS * 1000)

    def earlier_in(group):
        """Earlier plays of the same track in the same group of plays."""
        return ibis.row_number().over(ibis.window(group_by=[group, "track_id"], order_by="play_id"))

    return plays.mutate(
        position=plays.play_id - plays.play_id.min().over(session),
        last=plays.play_id == plays.play_id.max().over(session),
        session_day=local_us.min().over(session) // (DAY_MS * 1000),
        session_hour=local_us.min().over(session) // (HOUR_MS * 1000) % 24,
        session_ms=(end_us.max().over(session) - start_us.min().over(session)) // 1000,
        earlier_plays=earlier_in("listener_id") - earlier_in("session_id"),
    )


def in_memory(frame):
    """A pandas table as an Ibis table, through Arrow: for pandas types, Ibis 12 reads an option
    that pandas has deprecated.
    """
    return ibis.memtable(pa.Table.from_pandas(frame, preserve_index=False))
