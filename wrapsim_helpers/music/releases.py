"""Releases and tracks of invented artists: how many, when, and how much each is played."""

import math

import numpy as np

from ..compiled import compiled
from ..streams import exps, lns
from .artists import EARLIEST_YEAR, YEARS_AHEAD
from .columns import calendar_years, decimal_years, first_rows, starts, turns, year_days
from .draws import chosen, draw, normal_draw

MOST_TRACKS = 240  # by one artist
SIGMA_TRACK, SIGMA_RELEASE = 1.0, 0.5  # spread of ln(weight) of a track, of a release (assumed)
LEAD = 0.06  # fall of ln(weight) per track number (assumed)
# an active artist's tracks: growth of ln(weight) per year of release; years back (assumed)
GROWTH, GROWTH_YEARS = 0.35, 15.0
# a release's time in the career is its position to this power: releases get more frequent (assumed)
QUICKENING = 0.75
# ln(tracks of the most played artist / tracks of the least played); spread of ln(tracks) (assumed)
SIZE, SIGMA_SIZE = 4.6, 0.6
FRIDAYS_FROM = 16_626  # first day of Friday releases (10 July 2015)
FRIDAY = 0.85  # share of music released on Fridays since then (assumed)
FESTIVE_SHARE = 0.005  # of tracks (assumed)
FESTIVE_TOP = 0.4  # weight of the heaviest festive track, relative to the heaviest track (assumed)
# release -> (share for debuts before 2005, share for later debuts, fewest tracks, most tracks)
RELEASES = {"single": (0.4, 0.7, 1, 1), "ep": (0.15, 0.14, 3, 6), "album": (0.45, 0.16, 8, 16)}


def sample_tracks(artists, keys, first_year):
    """Tracks in order of artist and release: a DataFrame.

    They have all columns of `song_tracks.from_songs` except those of `titles.with_titles`.
    keys: one per track.
    """
    counts = track_counts(artists, len(keys))
    artist = np.repeat(np.arange(len(artists)), counts)
    debut = artists["debut"].to_numpy()[artist]
    album = cut_into_releases(release_sizes(keys, debut), starts(counts))
    tracks = artists[["family", "genre", "language", "noise"]].iloc[artist].reset_index(drop=True)
    tracks = tracks.assign(
        artist_id=artist,
        album_id=album,
        track_number=turns(album) + 1,
        released=release_days(artists, artist, album, keys, first_year),
        key=keys,
    )
    tracks["weight"] = track_weights(tracks, artists, first_year)
    tracks = with_festive(tracks, first_year)
    popularity = np.round(60 + 8 * lns(tracks["weight"].to_numpy()) / math.log(2))
    return tracks.assign(popularity=np.clip(popularity, 0, 100).astype(np.int64))


def track_counts(artists, n_tracks):
    """Number of tracks of each artist, int64, at least one, n_tracks in all.

    It grows with the artist's weight and length of career.
    """
    log_weight = lns(artists["weight"].to_numpy())
    place = (log_weight - log_weight.min()) / max(log_weight.max() - log_weight.min(), 1e-9)
    size = exps(SIZE * place + SIGMA_SIZE * normal_draw("size", artists["key"]))
    size *= artists["until"] - artists["debut"] + 1
    counts = np.ones(len(size), np.int64)
    while left := n_tracks - counts.sum():
        room = np.where(counts < MOST_TRACKS, size, 0.0)
        exact = room / np.cumsum(room)[-1] * left
        more = np.minimum(np.floor(exact).astype(np.int64), MOST_TRACKS - counts)
        if not more.any():
            more[np.argsort(-(exact % 1), kind="stable")[:left]] = 1
        counts += more
    return counts


def release_sizes(keys, debut):
    """Number of tracks that a release has if it begins at this track, int64, one per track."""
    early, late, fewest, most = np.array(list(RELEASES.values())).T
    kind = chosen(draw("release", keys), (debut >= 2005).astype(int), np.array([early, late]))
    return (fewest[kind] + np.floor(draw("tracks", keys) * (most - fewest + 1)[kind])).astype(int)


@compiled
def cut_into_releases(sizes, first):
    """Release of each track, numbered over all artists, int64.

    Each artist's tracks are cut into releases, each of the size drawn at its first track.
    """
    release = np.empty(len(sizes), np.int64)
    current = -1
    for artist in range(len(first) - 1):
        left = 0
        for i in range(first[artist], first[artist + 1]):
            if left == 0:
                current += 1
                left = sizes[i]
            release[i] = current
            left -= 1
    return release


def release_days(artists, artist, album, keys, first_year):
    """Day of release of each track, int64, days since 1970-01-01.

    Releases are spread in order over the artist's career.
    """
    lead = first_rows(album)
    owner = artist[lead]
    turn = turns(owner)
    n_releases = np.bincount(owner)[owner]
    place = (turn - 1 + draw("moment", keys[lead])) / np.maximum(n_releases - 1, 1)
    place = np.where(turn > 0, place, 0)  # the first release is at the debut
    place = exps(QUICKENING * lns(np.maximum(place, 1e-9)))
    debut = artists["debut"].to_numpy()[owner]
    until = artists["until"].to_numpy()[owner]
    day = np.floor((debut + (until - debut) * place - 1970) * 365.2425).astype(np.int64)
    friday = (day >= FRIDAYS_FROM) & (draw("friday", keys[lead]) < FRIDAY)
    day -= friday * ((day - 1) % 7)
    return np.minimum(day, year_days(first_year + YEARS_AHEAD) - 1)[album]


def track_weights(tracks, artists, first_year):
    """How much each track is played, float64.

    The tracks of an artist share the artist's weight; weights are then scaled so that the highest
    is 32. Few tracks of an artist are hits: more often the first ones of a release and, for active
    artists, newer ones.
    """
    artist = tracks["artist_id"]
    keys = tracks["key"]
    release_keys = keys.iloc[first_rows(tracks["album_id"])]
    active = (artists["until"] >= first_year + YEARS_AHEAD).to_numpy()[artist]
    power = SIGMA_TRACK * normal_draw("hit", keys) - LEAD * (tracks["track_number"] - 1)
    power += SIGMA_RELEASE * normal_draw("success", release_keys)[tracks["album_id"]]
    power += (
        GROWTH * active * np.maximum(decimal_years(tracks["released"]) - first_year, -GROWTH_YEARS)
    )
    within = exps(power.to_numpy())
    weight = within / np.bincount(artist, within)[artist] * artists["weight"].to_numpy()[artist]
    return 32 * weight / weight[~tracks["noise"]].max()


def with_festive(tracks, first_year):
    """Tracks, with some releases made festive: released in November and weighted by rank.

    Festive tracks are released before the run begins, so that every year of it has them.
    """
    leads = tracks.iloc[first_rows(tracks["album_id"])]
    unsuitable = leads["noise"] | (decimal_years(leads["released"]) >= first_year)
    order = np.argsort(draw("festive", leads["key"]) + unsuitable.to_numpy(), kind="stable")
    sizes = np.cumsum(np.bincount(tracks["album_id"])[order])
    n_festive = 1 + np.searchsorted(sizes, FESTIVE_SHARE * len(tracks))
    festive = np.isin(tracks["album_id"], order[:n_festive])
    weight = tracks["weight"].to_numpy().copy()
    released = tracks["released"].to_numpy()
    rank = np.argsort(np.argsort(-weight[festive], kind="stable"), kind="stable")
    weight[festive] = FESTIVE_TOP * weight[~tracks["noise"]].max() / (1 + 0.6 * rank)
    return tracks.assign(
        festive=festive,
        weight=weight,
        genre=np.where(festive, "christmas", tracks["genre"]),
        released=np.where(festive, november(released), released),
    )


def november(days):
    """A day in the November before each day's year, not before 1955: days since 1970, int64."""
    years = np.maximum(calendar_years(days) - 1, EARLIEST_YEAR)
    return year_days(years) + 305 + days % 25
