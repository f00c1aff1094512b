"""The music released so far: an artist's discography."""

import numpy as np

from ..compiled import compiled_loop
from ..streams import decision, ln, uniform
from .memory import NO_TRACK

FRESH, WINDOW, RANK, DEEP = map(decision, ("pick.fresh", "pick.window", "pick.rank", "pick.deep"))


@compiled_loop
def released_by(artist, day, listener):
    """Position in the discography after an artist's last release up to a day.

    The search begins where the last one ended, since the day is usually a little later.
    """
    music, known = listener.music, listener.known.artists[artist]
    first, after = np.int64(music.artists[artist].first), music.artists[artist].after
    position = max(np.int64(known.released), first)
    while position < after and music.discography[position].released <= day:
        position += 1
    position = released_before(music.discography, first, position, day)
    known.released = position
    return position


@compiled_loop
def released_before(discography, first, after, day):
    """Position after the last release up to a day, in a range ordered by release.

    The search begins at the end of the range, since few tracks are so new.
    """
    while after > first and discography[after - 1].released > day:
        after -= 1
    return after


@compiled_loop
def weighted_position(discography, first, after, goal):
    """The first position whose running total exceeds `goal`."""
    after -= 1
    while first < after:
        middle = (first + after) // 2
        if discography[middle].total > goal:
            after = middle
        else:
            first = middle + 1
    return first


@compiled_loop
def may_be_picked(track, listener):
    """Whether a track may be picked now: never noise, festive music only in its season."""
    song = listener.music.tracks[track]
    return song.noise == 0 and (song.festive == 0 or listener.state.festive_share > 0.0)


@compiled_loop
def track_by_artist(key, counter, artist, listener):
    """A released track of an artist, by weight; NO_TRACK if the track may not be picked now.

    With chance fresh_share it is one of the latest releases; with chance deep_share weights are
    ignored.
    """
    music = listener.music
    first = music.artists[artist].first
    after = released_by(artist, listener.state.day, listener)
    if after == first:
        return NO_TRACK
    start = first_position(key, counter, first, after, listener)
    u = uniform(key, RANK, counter)
    if uniform(key, DEEP, counter) < listener.behaviour.deep_share:
        position = start + int(u * (after - start))
    else:
        before = music.discography[start - 1].total if start > first else 0.0
        goal = before + u * (music.discography[after - 1].total - before)
        position = weighted_position(music.discography, start, after, goal)
    track = np.int64(music.discography[position].track)
    return track if may_be_picked(track, listener) else NO_TRACK


@compiled_loop
def first_position(key, counter, first, after, listener):
    """The position from which on a track of a discography is picked.

    It is `first`, or with chance fresh_share the first of the latest releases, if there are any.
    """
    if uniform(key, FRESH, counter) >= fresh_share_at(listener.state.age, listener.behaviour):
        return first
    age_days = -listener.behaviour.fresh_days * ln(uniform(key, WINDOW, counter))
    since = listener.state.day - age_days
    start = released_before(listener.music.discography, first, after, since)
    return first if start == after else start


@compiled_loop
def fresh_share_at(age, behaviour):
    """Share of the latest releases in the picked tracks of an artist at an age, 0 to 1."""
    return behaviour.fresh_share * max(0.0, 1.0 + behaviour.fresh_age_slope * max(age - 20, 0))
