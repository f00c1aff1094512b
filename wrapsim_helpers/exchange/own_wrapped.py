"""The service's own Wrapped<year>.json beside ours: each number that both have, and why they may
differ.
"""

import pandas as pd

from ..checking import front_door
from ..instants import whole_minutes
from ..wrapped.story import Story
from .histories import History

COLUMNS = ("number", "service", "wrapsim", "rule")
WINDOW = "the service stops counting weeks before the end of the year; choose its edition"
STREAMS = f"wrapsim counts plays of 30 s and more, without private ones; {WINDOW}"
MINUTES = f"wrapsim counts every play, private ones too, podcasts not; {WINDOW}"
ARTISTS = "the service credits every artist of a track; its export names only the album's artist"
SONGS = "wrapsim counts versions of one title by one artist as one song, the service by their id"
DAYS = "wrapsim takes the day on which a play began, in the time zone of the report"


@front_door
def compare_wrapped(story: Story, history: History):
    """The numbers of the service's Wrapped of the story's year beside ours: a DataFrame number,
    service, wrapsim and rule, which explains a gap. No row if the files hold no such Wrapped.
    """
    content = history.wrapped.get(story.year, {})
    if story.too_little:
        return pd.DataFrame(columns=COLUMNS)
    uris = dict(zip(history.tracks["song_id"].to_pylist(), history.tracks["uri"].to_pylist()))
    rows = [
        (number, theirs, ours(story, uris), rule)
        for number, path, ours, rule in SHARED_NUMBERS
        if (theirs := value_at(content, path)) is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def value_at(content, path):
    """The value at a path of keys and positions in a dict; None if there is none."""
    for key in path:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return None
    return content if isinstance(content, (int, float, str)) else None


def first_value(table, column):
    """Function of a story: a number in the first row of a table, None without a row."""

    def value(story, _):
        rows = story.tables[table]
        return rows[column].iloc[0].item() if len(rows) else None

    return value


def top_uri(story, uris):
    """The service's URI of the top song, "" if the history has none."""
    return uris[story.first("top_songs")["song_id"]]


def whole_minutes_of(story, _):
    """Whole minutes of the story."""
    return int(whole_minutes(story.first("minutes")["ms_played"]))


def busiest_day(story, _):
    """The day with most minutes, ISO text."""
    days = story.tables["calendar"]
    return str(days["date"].iloc[days["ms_played"].argmax()])


def busiest_minutes(story, _):
    """Whole minutes of the day with most."""
    return int(whole_minutes(story.tables["calendar"]["ms_played"].max()))


# number, where the service has it, our number, why they may differ
SHARED_NUMBERS = (
    (
        "ms played",
        ("yearlyMetrics", "totalMsListened"),
        first_value("minutes", "ms_played"),
        MINUTES,
    ),
    ("minutes", ("party", "totalNumListeningMinutes"), whole_minutes_of, MINUTES),
    ("days", ("party", "totalNumListeningDays"), first_value("minutes", "n_days"), DAYS),
    (
        "days in a row",
        ("party", "streakNumListeningDays"),
        first_value("longest_streak", "n_days"),
        DAYS,
    ),
    ("busiest day", ("yearlyMetrics", "mostListenedDay"), busiest_day, DAYS),
    ("its minutes", ("yearlyMetrics", "mostListenedDayMinutes"), busiest_minutes, DAYS),
    ("artists", ("topArtists", "numUniqueArtists"), first_value("minutes", "n_artists"), ARTISTS),
    (
        "ms of the top artist",
        ("topArtists", "topArtistMsPlayed"),
        first_value("top_artists", "ms_played"),
        ARTISTS,
    ),
    (
        "ms of the top artist",
        ("topArtists", "topArtistMilliseconds"),
        first_value("top_artists", "ms_played"),
        ARTISTS,
    ),
    ("songs", ("topTracks", "numUniqueTracks"), first_value("minutes", "n_tracks"), SONGS),
    ("songs", ("topTracks", "distinctTracksPlayed"), first_value("minutes", "n_tracks"), SONGS),
    ("top song", ("topTracks", "topTracks", 0, "trackUri"), top_uri, SONGS),
    ("top song", ("topTracks", "topTracks", 0), top_uri, SONGS),
    (
        "its streams",
        ("topTracks", "topTracks", 0, "count"),
        first_value("top_songs", "n_streams"),
        STREAMS,
    ),
    (
        "its streams",
        ("topTracks", "topTrackPlayCount"),
        first_value("top_songs", "n_streams"),
        STREAMS,
    ),
    (
        "its ms played",
        ("topTracks", "topTracks", 0, "msPlayed"),
        first_value("top_songs", "ms_played"),
        STREAMS,
    ),
)
