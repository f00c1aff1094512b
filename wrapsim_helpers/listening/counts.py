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
# ranked streams of a track, or (in halves) of an artist
COUNT = np.dtype(
    [("of", "i4"), ("n_streams", "i4"), ("ms_played", "i8"), ("first_started_at", "i8")]
)


@compiled_once
def count_play(out, row, session, play, ending, listener):
    """Count one play in the totals and, if it is a ranked stream, for its track."""
    answer, track = out.answers[row], listener.known.tracks[play.track]
    add_play(answer, play, ending)
    answer.n_tracks += track.window != listener.state.stamp
    track.window = listener.state.stamp
    if ending.ms_played >= COUNTED_PLAY_MS:
        add_stream(answer, listener.state, play.local_day)
        if not session.private and listener.music.tracks[play.track].noise == 0:
            count_song(out.songs, out.ends[row], track, play, ending, listener.state.stamp)


@compiled_once
def add_play(answer, play, ending):
    """Add a play of any length to the listener's totals."""
    if answer.n_plays == 0:
        answer.first_started_at = play.started_at
    answer.last_ended_at = ended_at(play, ending)
    answer.n_plays += 1
    answer.ms_played += ending.ms_played
    answer.n_skips += ending.reason == FORWARD


@compiled_loop
def add_stream(answer, state, local_day):
    """Add a stream to the listener's totals, and its local day to the streak of days."""
    answer.n_streams += 1
    if local_day != state.last_stream_day:
        is_next = local_day == state.last_stream_day + 1
        state.streak_days = state.streak_days + 1 if is_next else 1
        state.last_stream_day = local_day
    answer.longest_streak_days = max(answer.longest_streak_days, state.streak_days)


@compiled_once
def count_song(songs, ends, track, play, ending, stamp):
    """Count a ranked stream for its track. track: a record of KNOWN_TRACK."""
    if track.placed != stamp:
        track.placed, track.place = stamp, ends.songs
        open_count(songs[ends.songs], play.track, play.started_at)
        ends.songs += 1
    songs[track.place].n_streams += 1
    songs[track.place].ms_played += ending.ms_played


@compiled_loop
def count_artists(first, row, listener, out):
    """Add up a listener's songs by artist, from row `first` of the song counts on.

    Counts are in halves: 2 per stream for the primary artist, 1 for each featured artist.
    """
    ends = out.ends[row]
    for i in range(first, ends.songs):
        song, track = out.songs[i], listener.music.tracks[out.songs[i].of]
        count_artist(out, ends, track.artist, WHOLE, song, listener)
        place = track.featured
        while place >= 0 and listener.music.guests[place] >= 0:
            count_artist(out, ends, listener.music.guests[place], HALF, song, listener)
            place += 1


@compiled_loop
def count_artist(out, ends, artist, halves, song, listener):
    """Add the counts of a song to those of one of its artists."""
    known, stamp = listener.known.artists[artist], listener.state.stamp
    if known.placed != stamp:
        known.placed, known.place = stamp, ends.artists
        open_count(out.artists[ends.artists], artist, song.first_started_at)
        ends.artists += 1
    count = out.artists[known.place]
    count.n_streams += halves * song.n_streams
    count.ms_played += song.ms_played
    count.first_started_at = min(count.first_started_at, song.first_started_at)


@compiled_loop
def open_count(count, item, started):
    """Start a row of counts at zero."""
    count.of, count.n_streams, count.ms_played, count.first_started_at = item, 0, 0, started
