"""The true answers, counted by the loop itself as it plays: totals, and ranked streams by song and
by artist.

What an insight finds in the plays can be held against them.
"""

import numpy as np

from ..compiled import compiled_loop
from ..schema import code

COUNTED_PLAY_MS = 30_000  # heard that long, a play is a stream (rule_stream_30s)
FORWARD = code("reason_end", "fwdbtn")
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
)  # where an artist is counted, and in whose answers


@compiled_loop
def add_answers(answer, mind, started, ended, ms, reason_end, local_day):
    """Add one play to the listener's true answers: totals of all plays, and the longest run of
    local days with a stream.
    """
    if answer.n_plays == 0:
        answer.first_started_at = started
    answer.last_ended_at = ended
    answer.n_plays += 1
    answer.ms_played += ms
    answer.n_skips += 1 if reason_end == FORWARD else 0
    if ms >= COUNTED_PLAY_MS:
        answer.n_streams += 1
        if local_day != mind.stream_day:
            mind.streak = mind.streak + 1 if local_day == mind.stream_day + 1 else 1
            mind.stream_day = local_day
        answer.longest_streak_days = max(answer.longest_streak_days, mind.streak)


@compiled_loop
def count_song(songs, ends, mind, known, track, started, ms):
    """Count a ranked stream for its track."""
    if known[track].placed != mind.stamp:
        known[track].placed, known[track].place = mind.stamp, ends.songs
        open_count(songs[ends.songs], track, started)
        ends.songs += 1
    songs[known[track].place].n_streams += 1
    songs[known[track].place].ms_played += ms


@compiled_loop
def count_artists(first, who, w, out):
    """Add up a listener's songs, from row `first` of the counts on, by artist: in halves, 2 for the
    primary one, 1 for a featured one.
    """
    ends = out.ends[who]
    for row in range(first, ends.songs):
        song = w.music.tracks[out.songs[row].of]
        count_artist(out.artists, ends, w.mind, out.placed, song.artist, 2, out.songs[row])
        if song.featured >= 0:
            count_artist(out.artists, ends, w.mind, out.placed, song.featured, 1, out.songs[row])


@compiled_loop
def count_artist(artists, ends, mind, placed, artist, halves, song):
    """Add the counts of a song to one of its artists'."""
    if placed[artist].stamp != mind.stamp:
        placed[artist].stamp, placed[artist].place = mind.stamp, ends.artists
        open_count(artists[ends.artists], artist, song.first_started_at)
        ends.artists += 1
    count = artists[placed[artist].place]
    count.n_streams += halves * song.n_streams
    count.ms_played += song.ms_played
    count.first_started_at = min(count.first_started_at, song.first_started_at)


@compiled_loop
def open_count(count, item, started):
    """Begin a row of counts."""
    count.of, count.n_streams, count.ms_played, count.first_started_at = item, 0, 0, started


@compiled_loop
def forget(answer):
    """Set a listener's answers to nothing heard."""
    answer.n_plays = answer.n_streams = answer.n_skips = answer.ms_played = answer.n_tracks = (
        answer.longest_streak_days
    ) = 0
    answer.first_started_at = answer.last_ended_at = 0
