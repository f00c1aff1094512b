"""The energy of the music by month (the energy score of YouTube Music's Recap)."""

import numpy as np

from .counting import total
from .insight import OF_STREAMS, Insight, Tally
from .shares import rounded_share
from .tops import UNRANKED


def energy(tables):
    """How energetic and how bright is the music of each listener, by month? month (see `month_of`),
    n_streams (of tracks whose sound is known), energy, valence (0 to 100) and bpm: means of these
    streams, rounded to 1e-9. No row for a month without such a stream.

    Energy and valence are those of the table tracks, each stream counts once. The sound of a track
    without a tempo (bpm 0 or less) is unknown. The score of the period is the mean of its months,
    weighted by n_streams.
    """
    songs = tables.song_days
    tracks = tables.tracks.filter(tables.tracks.bpm > 0).select("track_id", *SOUND)
    known = songs.join(tracks, "track_id")
    counts = known.group_by("listener_id", "month").agg(
        n_streams=total(known.n_streams),
        **{name: total(known.n_streams * known[name].cast("int64")) for name in SOUND},
    )
    means = {name: rounded_share(counts[name], counts.n_streams) for name in SOUND}
    return counts.select("listener_id", "month", "n_streams", **means).order_by(
        "listener_id", "month"
    )


def listeners_by_energy(tables):
    """Number of listeners by month and energy: month, tenths (of a point), n_listeners."""
    months = energy(tables)
    counts = months.mutate(tenths=(10 * months.energy).round().cast("int64"))
    return counts.group_by("month", "tenths").agg(n_listeners=counts.count())


TALLIES = (
    Tally(
        "energies",
        listeners_by_energy,
        adds=("month", "tenths"),
        order=("month", "tenths"),
        reads=OF_STREAMS,
    ),
)

# -- the record ------------------------------------------------------------------------------------


def with_crowd(months, request):
    """The rows with crowd_energy, the energy of the month's median listener (see
    `median_energies`); none if there is only one month.
    """
    crowd = median_energies(request.tally("energies"))
    rows = months.assign(crowd_energy=[crowd.get(month, np.nan) for month in months["month"]])
    return rows if len(rows) > 1 else rows[:0]


def median_energies(crowd):
    """Month -> the energy of the median listener, the lower of two; no month of one listener.

    crowd  rows of the tally `energies`
    """
    crowd = crowd.sort_values(["month", "tenths"])
    counts = crowd.groupby("month")["n_listeners"]
    n_all = counts.transform("sum")
    half = crowd[(2 * counts.cumsum() >= n_all) & (n_all > 1)].groupby("month").first()
    return (half["tenths"] / 10).to_dict()


SOUND = ("energy", "valence", "bpm")
INSIGHTS = (
    Insight(
        "energy",
        "How energetic and how bright is the music of each listener, by month?",
        energy,
        reads=OF_STREAMS,
        tallies=("energies",),
        columns=("month", "n_streams", *SOUND),
        shape=with_crowd,
        counted="the mean energy, valence and tempo of plays of {seconds} s and more",
        left_out=f"{UNRANKED}, and tracks whose sound is unknown",
    ),
)
