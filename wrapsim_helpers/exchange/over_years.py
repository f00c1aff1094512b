"""What changed over the years of a history: amounts, artists found, kept and come back, hours."""

import numpy as np
import pandas as pd

from ..checking import front_door
from ..instants import DAY_MS, HOUR_MS, MINUTE_MS, whole_minutes
from ..wrapped.counting import NOT_FINISHED_MS, Rules
from .histories import History


@front_door
def years_table(history: History):
    """How did listening change from year to year? A DataFrame, one row per year with a play.

    year         by the local day on which a play began
    minutes      whole minutes of all plays
    n_streams    plays of 30 s and more, private ones too
    n_artists    primary artists with a stream
    n_new        of these, without a stream in an earlier year of the history
    n_kept       with a stream in the year before too
    n_back       known before, but without a stream in the year before
    skip_share   plays more than 3 s shorter than their track, of those of known length; NaN if no
                 length is known
    """
    plays = plays_with_names(history)
    streams = plays[plays["ms_played"] >= Rules().stream_ms]
    rows = plays.groupby("year").agg(ms_played=("ms_played", "sum"), skip_share=("left", "mean"))
    counts = pd.DataFrame({"n_streams": streams.groupby("year").size()})
    artists = artists_by_year(streams)
    table = rows.join(counts).join(artists).reset_index()
    table.insert(1, "minutes", whole_minutes(table.pop("ms_played")))
    whole = ["n_streams", "n_artists", "n_new", "n_kept", "n_back"]
    table[whole] = table[whole].fillna(0).astype("int64")
    return table[["year", "minutes", *whole, "skip_share"]]


def plays_with_names(history):
    """The plays of a history: a DataFrame year, hour, ms_played, artist_id, and left, NaN if the
    length of the track is not known.
    """
    plays = history.plays.select(["track_id", "ms_played"]).to_pandas()
    started_ms = history.plays["started_at"].cast("int64").to_numpy()
    local_ms = started_ms + history.plays["utc_offset_min"].to_numpy().astype("int64") * MINUTE_MS
    lengths = history.tracks["duration_ms"].to_numpy()[plays["track_id"]]
    left = plays["ms_played"].to_numpy() < lengths - NOT_FINISHED_MS
    artists = history.track_artists.to_pandas().drop_duplicates("track_id").set_index("track_id")
    return plays.assign(
        year=pd.to_datetime(local_ms, unit="ms").year,
        hour=local_ms % DAY_MS // HOUR_MS,
        artist_id=artists["artist_id"].reindex(plays["track_id"]).to_numpy(),
        left=np.where(lengths > 0, left, np.nan),
    )


def artists_by_year(streams):
    """Artists of each year: n_artists, n_new, n_kept and n_back, see `years_table`."""
    pairs = streams[["year", "artist_id"]].drop_duplicates().sort_values("year")
    before = pairs.groupby("artist_id")["year"].shift()
    kind = np.where(
        before.isna(), "n_new", np.where(before == pairs["year"] - 1, "n_kept", "n_back")
    )
    counts = pd.crosstab(pairs["year"], kind).reindex(
        columns=["n_new", "n_kept", "n_back"], fill_value=0
    )
    return counts.assign(n_artists=counts.sum(axis=1))


@front_door
def hours_table(history: History):
    """At what hours of the local day was each year's music played? A DataFrame year, hour (0 to
    23), share of the year's milliseconds; every hour of every year with a play.
    """
    plays = plays_with_names(history)
    ms = plays.pivot_table(index="year", columns="hour", values="ms_played", aggfunc="sum")
    shares = ms.reindex(columns=range(24)).fillna(0)
    shares = shares.div(shares.sum(axis=1).clip(lower=1), axis=0)
    return shares.stack().rename("share").reset_index()
