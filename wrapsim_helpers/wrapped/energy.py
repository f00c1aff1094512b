"""The energy of the music by month (the energy score of YouTube Music's Recap)."""

from .counting import total
from .insight import OF_STREAMS, Insight
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


# -- the record ------------------------------------------------------------------------------------


def of_two_months(months, _):
    """The rows; none if there is only one month."""
    return months if len(months) > 1 else months[:0]


SOUND = ("energy", "valence", "bpm")
INSIGHTS = (
    Insight(
        "energy",
        "How energetic and how bright is the music of each listener, by month?",
        energy,
        reads=OF_STREAMS,
        columns=("month", "n_streams", *SOUND),
        shape=of_two_months,
        counted="the mean energy, valence and tempo of plays of {seconds} s and more",
        left_out=f"{UNRANKED}, and tracks whose sound is unknown",
    ),
)
