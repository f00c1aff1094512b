"""The answer key, counted by the loop: totals, and ranked streams by song and by artist.

Insights computed from the plays must give the same numbers.
"""

import numpy as np

from ..compiled import compiled_loop, compiled_once
from ..schema import FORWARD
from .endings import ended_at

COUNTED_PLAY_MS = 30_000  # shortest play that is a stream (rule_stream_30s)
# Streams of artists are counted in halves: 2 for the primary artist, 1 for a featured artist. These
# are np.int64 and not literals, see `compiled_loop`.
WHOLE, HALF = np.int64(2), np.int64(1)
ANSWER = np.dtype(
    [
        (name, "i8")
        for name in (
            "n_plays",
            "n_streams",
            "n_skips",
            "ms_played",
            "n_tracks",
            "longest_streak_days",
            "first_started_at",
            "last_ended_at",
        )
    ]
)
COUNT = np.dtype(
    [("of", "i4"), ("n_streams", "i4"), ("ms_played", "i8"), ("first_started_at", "i8")]
)  # ranked streams by track, or (in halves) by artist
PLACED = np.dtype(
    [("stamp", "i4"), ("place", "i4")]
)  # row of an artist's count, and the stamp of its listener


@compiled_once
def count_play(out, row, session, play, ending, listener):
    """Count one play in the totals and, if it is a ranked stream, for its track."""
    state, known, track, ms = listener.state, listener.known, play.track, ending.ms_played
    answer, ends = out.answers[row], out.ends[row]
    add_play(answer, play.started_at, ended_at(play, ending), ms, ending.reason)
    answer.n_tracks += known[track].window != state.stamp
    known[track].window = state.stamp
    if ms >= COUNTED_PLAY_MS:
        add_stream(answer, state, play.local_day)
        if not session.private and listener.music.tracks[track].noise == 0:
            count_song(out.songs, ends, state, known, track, play.started_at, ms)


@compiled_loop
def add_play(answer, started_at, ended_at, ms, reason_end):
    """Add a play of any length to the listener's totals."""
    if answer.n_plays == 0:
        answer.first_started_at = started_at
    answer.last_ended_at = ended_at
    answer.n_plays += 1
    answer.ms_played += ms
    answer.n_skips += reason_end == FORWARD


@compiled_loop
def add_stream(answer, state, local_day):
    """Add a stream to the listener's totals, and its local day to the streak of days."""
    answer.n_streams += 1
    if local_day != state.last_stream_day:
        is_next = local_day == state.last_stream_day + 1
        state.streak_days = state.streak_days + 1 if is_next else 1
        state.last_stream_day = local_day
    answer.longest_streak_days = max(answer.longest_streak_days, state.streak_days)


@compiled_loop
def count_song(songs, ends, state, known, track, started, ms):
    """Count a ranked stream for its track."""
    if known[track].placed != state.stamp:
        known[track].placed, known[track].place = state.stamp, ends.songs
        open_count(songs[ends.songs], track, started)
        ends.songs += 1
    songs[known[track].place].n_streams += 1
    songs[known[track].place].ms_played += ms


@compiled_loop
def count_artists(first, row, listener, out):
    """Add up a listener's songs by artist, from row `first` of the song counts on.

    Counts are in halves: 2 per stream for the primary artist, 1 for a featured artist.
    """
    ends, artists, state, placed = out.ends[row], out.artists, listener.state, out.placed
    for i in range(first, ends.songs):
        song, track = out.songs[i], listener.music.tracks[out.songs[i].of]
        count_artist(artists, ends, state, placed, track.artist, WHOLE, song)
        if track.featured >= 0:
            count_artist(artists, ends, state, placed, track.featured, HALF, song)


@compiled_loop
def count_artist(artists, ends, state, placed, artist, halves, song):
    """Add the counts of a song to those of one of its artists."""
    if placed[artist].stamp != state.stamp:
        placed[artist].stamp, placed[artist].place = state.stamp, ends.artists
        open_count(artists[ends.artists], artist, song.first_started_at)
        ends.artists += 1
    count = artists[placed[artist].place]
    count.n_streams += halves * song.n_streams
    count.ms_played += song.ms_played
    count.first_started_at = min(count.first_started_at, song.first_started_at)


@compiled_loop
def open_count(count, item, started):
    """Start a row of counts at zero."""
    count.of, count.n_streams, count.ms_played, count.first_started_at = item, 0, 0, started
