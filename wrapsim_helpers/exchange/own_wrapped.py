"""The service's own Wrapped<year>.json beside ours: each number that both have, and why they may
differ.
"""

import math

import pandas as pd

from ..checking import front_door
from ..instants import whole_minutes
from ..wrapped.story import Story
from .histories import History

COLUMNS = ("number", "service", "wrapsim", "rule")
WINDOW = "the service stops counting weeks before the end of the year, as an edition does"
STREAMS = f"wrapsim counts plays of 30 s and more, without private ones; {WINDOW}"
MINUTES = f"wrapsim counts every play, private ones too, podcasts not; {WINDOW}"
ARTISTS = "the service credits every artist of a track; its export names only the album's artist"
SONGS = "wrapsim counts versions of one title by one artist as one song, the service by their id"
DAYS = "wrapsim takes the day on which a play began, in the time zone of the report"


@front_door
def compare_wrapped(story: Story, history: History):
    """The numbers of the service's Wrapped of the story's year beside ours: a DataFrame number,
    service, wrapsim and rule, which explains a gap. No row if the files hold no such Wrapped.

    Times are in whole minutes, songs have their title. The top song is missing if the files name
    no song as the service does, by a URI, as in account data.
    """
    content = history.wrapped.get(story.year, {})
    if story.too_little:
        return pd.DataFrame(columns=COLUMNS)
    titles = titles_by_uri(history)
    rows = [
        (number, shown, ours(story), rule)
        for number, path, shape, ours, rule in SHARED_NUMBERS
        if (shown := shape(value_at(content, path), titles)) is not None
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def titles_by_uri(history):
    """URI of the service -> title of the song."""
    pairs = zip(history.tracks["uri"].to_pylist(), history.tracks["title"].to_pylist())
    return {uri: title for uri, title in pairs if uri}


def value_at(content, path):
    """The value at a path of keys and positions in a dict; None if there is none."""
    for key in path:
        try:
            content = content[key]
        except (KeyError, IndexError, TypeError):
            return None
    return content if isinstance(content, (int, float, str)) else None


# -- values of the service as people read them; titles: URI -> title -------------------------------


def as_it_is(value, titles):
    """The value."""
    return value


def as_minutes(value, titles):
    """Milliseconds as whole minutes, None for anything else."""
    is_time = isinstance(value, (int, float)) and math.isfinite(value)
    return int(whole_minutes(value)) if is_time else None


def as_title(value, titles):
    """The title of a URI, the URI itself if it is of another song; None if no title is known."""
    return titles.get(value, value) if titles and isinstance(value, str) else None


# -- our numbers -----------------------------------------------------------------------------------


def first_value(table, column):
    """Function of a story: a number in the first row of a table, None without a row."""

    def value(story):
        rows = story.tables[table]
        return rows[column].iloc[0].item() if len(rows) else None

    return value


def first_minutes(table):
    """Function of a story: whole minutes of the first row of a table, None without a row."""
    first_ms = first_value(table, "ms_played")
    return lambda story: as_minutes(first_ms(story), {})


def top_title(story):
    """The title of the top song."""
    return story.first("top_songs")["title"]


def busiest_day(story):
    """The day with most minutes, ISO text."""
    days = story.tables["calendar"]
    return str(days["date"].iloc[days["ms_played"].argmax()])


def busiest_minutes(story):
    """Whole minutes of the day with most."""
    return int(whole_minutes(story.tables["calendar"]["ms_played"].max()))


N_DAYS, N_IN_A_ROW = first_value("minutes", "n_days"), first_value("longest_streak", "n_days")
N_ARTISTS, N_TRACKS = first_value("minutes", "n_artists"), first_value("minutes", "n_tracks")
N_STREAMS = first_value("top_songs", "n_streams")
# number, where the service has it, the function that shows it, our number, why they may differ
SHARED_NUMBERS = (
    (
        "minutes",
        ("yearlyMetrics", "totalMsListened"),
        as_minutes,
        first_minutes("minutes"),
        MINUTES,
    ),
    (
        "minutes",
        ("party", "totalNumListeningMinutes"),
        as_it_is,
        first_minutes("minutes"),
        MINUTES,
    ),
    ("days", ("party", "totalNumListeningDays"), as_it_is, N_DAYS, DAYS),
    ("days in a row", ("party", "streakNumListeningDays"), as_it_is, N_IN_A_ROW, DAYS),
    ("busiest day", ("yearlyMetrics", "mostListenedDay"), as_it_is, busiest_day, DAYS),
    ("its minutes", ("yearlyMetrics", "mostListenedDayMinutes"), as_it_is, busiest_minutes, DAYS),
    ("artists", ("topArtists", "numUniqueArtists"), as_it_is, N_ARTISTS, ARTISTS),
    (
        "minutes of the top artist",
        ("topArtists", "topArtistMsPlayed"),
        as_minutes,
        first_minutes("top_artists"),
        ARTISTS,
    ),
    (
        "minutes of the top artist",
        ("topArtists", "topArtistMilliseconds"),
        as_minutes,
        first_minutes("top_artists"),
        ARTISTS,
    ),
    ("songs", ("topTracks", "numUniqueTracks"), as_it_is, N_TRACKS, SONGS),
    ("songs", ("topTracks", "distinctTracksPlayed"), as_it_is, N_TRACKS, SONGS),
    ("top song", ("topTracks", "topTracks", 0, "trackUri"), as_title, top_title, SONGS),
    ("top song", ("topTracks", "topTracks", 0), as_title, top_title, SONGS),
    ("its streams", ("topTracks", "topTracks", 0, "count"), as_it_is, N_STREAMS, STREAMS),
    ("its streams", ("topTracks", "topTrackPlayCount"), as_it_is, N_STREAMS, STREAMS),
    (
        "its minutes",
        ("topTracks", "topTracks", 0, "msPlayed"),
        as_minutes,
        first_minutes("top_songs"),
        STREAMS,
    ),
)
