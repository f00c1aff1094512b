"""The yardstick of the insights: the same with pandas, as one would write them for a part that fits
in memory.
"""

import pandas as pd

TIES = ["listener_id", "n_streams", "ms_played", "first"]
ORDER = [True, False, False, True]


def insights_in_pandas(plays, tracks, track_artists, artists):
    """The insights of every listener: name -> DataFrame.

    All arguments DataFrames, plays of one calendar year.
    """
    local = plays["started_at"].dt.tz_localize(None) + pd.to_timedelta(
        plays["utc_offset_min"], unit="min"
    )
    plays = plays.assign(
        day=local.dt.normalize(),
        hour=local.dt.hour,
        month=local.dt.month,
        stream=plays["ms_played"] >= 30_000,
    )
    known = plays.merge(
        tracks[["track_id", "title", "genre", "family", "duration_ms", "noise"]], on="track_id"
    )
    counted = known[known["stream"] & ~known["private"] & ~known["noise"]]
    credited = counted.merge(track_artists[["track_id", "artist_id"]], on="track_id")
    return {
        "minutes": minutes(plays),
        "top_songs": top(counted, ["track_id", "title"]),
        "top_artists": top(credited, ["artist_id"]).merge(
            artists[["artist_id", "artist"]], on="artist_id"
        ),
        "top_genres": top(counted, ["genre"]),
        "top_families": top(counted, ["family"]).merge(
            top(counted, ["genre"], ["family"], 1)[["listener_id", "family", "genre"]]
        ),
        "listening_clock": plays.groupby(["listener_id", "hour"])["ms_played"].sum(),
        "calendar": plays.groupby(["listener_id", "day"]).agg(
            ms_played=("ms_played", "sum"), n_streams=("stream", "sum")
        ),
        "monthly_genres": top(counted, ["genre"], ["month"], 1),
        "monthly_families": counted.groupby(["listener_id", "month", "family"]).size(),
        "longest_streak": longest_streak(plays),
        "skip_rate": skip_rate(known),
    }


def minutes(plays):
    """Totals of each listener."""
    totals = plays.groupby("listener_id").agg(
        ms_played=("ms_played", "sum"),
        n_plays=("ms_played", "size"),
        n_streams=("stream", "sum"),
        n_days=("day", "nunique"),
    )
    return totals.join(plays[plays["stream"]].groupby("listener_id")["track_id"].nunique())


def top(counted, what, within=(), most=100):
    """The most streamed of something, ranked."""
    by = ["listener_id", *within]
    counts = counted.groupby([*by, *what], observed=True).agg(
        n_streams=("ms_played", "size"), ms_played=("ms_played", "sum"), first=("started_at", "min")
    )
    ranked = counts.reset_index().sort_values(TIES + what, ascending=ORDER + [True] * len(what))
    return ranked[ranked.groupby(by).cumcount() < most]


def longest_streak(plays):
    """The longest run of days with a stream."""
    days = (
        plays.loc[plays["stream"], ["listener_id", "day"]]
        .drop_duplicates()
        .sort_values(["listener_id", "day"])
    )
    begins = (days["day"].diff() != pd.Timedelta(days=1)) | (days["listener_id"].diff() != 0)
    runs = (
        days.groupby(["listener_id", begins.cumsum()])
        .agg(n_days=("day", "size"), first_day=("day", "min"))
        .reset_index()
    )
    return runs.sort_values(
        ["listener_id", "n_days", "first_day"], ascending=[True, False, True]
    ).drop_duplicates("listener_id")


def skip_rate(known):
    """Plays left early."""
    left = known["ms_played"] < known["duration_ms"] - 3_000
    return left.groupby(known["listener_id"]).agg(["size", "sum"])
