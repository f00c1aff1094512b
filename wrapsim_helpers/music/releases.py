"""Releases and tracks of invented artists: how many, when, and how much each is played."""

import numpy as np
import pandas as pd

from ..compiled import compiled
from ..streams import decision, exps, listener_keys, lns, normals
from .artists import EARLIEST_YEAR, YEARS_AHEAD
from .draws import chosen, draw

MOST_TRACKS = 240  # by one artist
SIGMA_TRACK, SIGMA_RELEASE = 1.0, 0.5  # spread of ln(weight) of a track, of a release (assumed)
LEAD = 0.06  # fall of ln(weight) per track number (assumed)
# an active artist's tracks: growth of ln(weight) per year of release; years back (assumed)
GROWTH, GROWTH_YEARS = 0.18, 15.0
# time of a release in the career is its position to this power: they get more frequent (assumed)
QUICKENING = 0.75
# ln of the ratio of tracks of the most and the least played artist; spread of ln (assumed)
SIZE, SIGMA_SIZE = 4.2, 0.6
FRIDAYS_FROM = 16_626  # first day of Friday releases (10 July 2015)
FRIDAY = 0.85  # share of music released on Fridays since then (assumed)
FESTIVE_SHARE = 0.005  # of tracks (assumed)
FESTIVE_TOP = 0.4  # weight of the heaviest festive track, relative to the heaviest track (assumed)
# release -> (share for debuts before 2005, share for later debuts, fewest tracks, most tracks)
RELEASES = {"single": (0.4, 0.7, 1, 1), "ep": (0.15, 0.14, 3, 6), "album": (0.45, 0.16, 8, 16)}


def sample_tracks(artists, n_tracks, seed, first_year):
    """Tracks by artist, in order of release.

    They have all columns of `song_tracks.from_songs` except those of `titles.with_titles`.
    """
    counts = track_counts(artists, n_tracks)
    artist = np.repeat(np.arange(len(artists)), counts)
    keys = listener_keys(np.uint64(seed), np.arange(n_tracks))
    artist_columns = {
        name: artists[name].to_numpy()[artist] for name in ("family", "genre", "language", "noise")
    }
    album, number = releases(keys, artists, counts, artist)
    released = release_days(artists, artist, album, keys, first_year)
    tracks = pd.DataFrame(
        {
            "artist_id": artist,
            "album_id": album,
            "track_number": number,
            "released": released,
            **artist_columns,
            "key": keys,
        }
    )
    tracks = with_festive(
        tracks.assign(weight=track_weights(tracks, artists, first_year)), first_year
    )
    tracks["popularity"] = np.clip(
        np.round(60 + 8 * lns(tracks["weight"].to_numpy()) / 0.6931471805599453), 0, 100
    ).astype(np.int64)
    return tracks


def track_counts(artists, n_tracks):
    """Number of tracks of each artist, int64, at least one, n_tracks in all.

    It grows with the artist's weight and length of career.
    """
    log_weight = lns(artists["weight"].to_numpy())
    place = (log_weight - log_weight.min()) / max(log_weight.max() - log_weight.min(), 1e-9)
    size = exps(
        SIZE * place
        + SIGMA_SIZE * normals(artists["key"].to_numpy(), decision("catalogue.size"), 0)
    )
    size *= (artists["until"] - artists["debut"]).to_numpy() + 1
    counts, most = np.ones(len(size), np.int64), MOST_TRACKS - 1
    while counts.sum() < n_tracks:
        room = np.where(counts <= most, size, 0.0)
        exact = room / np.cumsum(room)[-1] * (n_tracks - counts.sum())
        more = np.minimum(np.floor(exact).astype(np.int64), most + 1 - counts)
        if not more.any():
            more[
                np.argsort(-(exact - np.floor(exact)), kind="stable")[: n_tracks - counts.sum()]
            ] = 1
        counts += more
    return counts


def releases(keys, artists, counts, artist):
    """Release of each track, numbered over all artists, and its number there: two int64 arrays."""
    shares = np.array([[kind[era] for kind in RELEASES.values()] for era in (0, 1)])
    kind = chosen(
        draw("release", keys), (artists["debut"].to_numpy()[artist] >= 2005).astype(int), shares
    )
    fewest, most = np.array([bounds[2:] for bounds in RELEASES.values()]).T
    sizes = fewest[kind] + (draw("tracks", keys) * (most - fewest + 1)[kind]).astype(np.int64)
    return cut_into_releases(sizes, np.cumsum([0, *counts]))


@compiled
def cut_into_releases(sizes, first):
    """Release and track number (from 1) of each track.

    Each artist's tracks are cut into releases, each of the size drawn at its first track.
    """
    release, number, current = np.empty(len(sizes), np.int64), np.empty(len(sizes), np.int64), -1
    for artist in range(len(first) - 1):
        left = 0
        for i in range(first[artist], first[artist + 1]):
            if left == 0:
                current, left = current + 1, sizes[i]
                number[i] = 1
            else:
                number[i] = number[i - 1] + 1
            release[i] = current
            left -= 1
    return release, number


def release_days(artists, artist, album, keys, first_year):
    """Day of release of each track, int64, days since 1970-01-01.

    Releases are spread in order over the artist's career.
    """
    lead = np.flatnonzero(np.diff(album, prepend=-1))  # first track of each release
    owner, of_artist = artist[lead], np.searchsorted(artist[lead], np.arange(len(artists) + 1))
    turn = np.arange(len(lead)) - of_artist[owner]  # the first release is at the debut
    place = np.where(
        turn > 0,
        (turn - 1 + draw("moment", keys[lead])) / np.maximum(np.diff(of_artist)[owner] - 1, 1),
        0,
    )
    place = exps(QUICKENING * lns(np.maximum(place, 1e-9)))
    debut, until = artists["debut"].to_numpy()[owner], artists["until"].to_numpy()[owner]
    day = np.floor((debut + (until - debut) * place - 1970) * 365.2425).astype(np.int64)
    friday = (day >= FRIDAYS_FROM) & (draw("friday", keys[lead]) < FRIDAY)
    return np.minimum(np.where(friday, day - (day - 1) % 7, day), last_day(first_year))[album]


def last_day(first_year):
    """The last day with releases, in days since 1970-01-01."""
    return (
        int(
            np.datetime64(f"{first_year + YEARS_AHEAD}-01-01")
            .astype("datetime64[D]")
            .astype(np.int64)
        )
        - 1
    )


def year_of(released):
    """Days since 1970-01-01 as years with fractions, float64."""
    return 1970 + np.asarray(released) / 365.2425


def track_weights(tracks, artists, first_year):
    """How much each track is played, float64.

    The tracks of an artist share the artist's weight; weights are then scaled so that the highest
    is 32. Few tracks of an artist are hits: more often the first ones of a release and, for active
    artists, newer ones.
    """
    leads = tracks["key"].to_numpy()[np.flatnonzero(np.diff(tracks["album_id"], prepend=-1))]
    power = SIGMA_TRACK * normals(tracks["key"].to_numpy(), decision("catalogue.hit"), 0) - LEAD * (
        tracks["track_number"].to_numpy() - 1
    )
    power += SIGMA_RELEASE * normals(leads, decision("catalogue.success"), 0)[tracks["album_id"]]
    active = (artists["until"] >= first_year + YEARS_AHEAD).to_numpy()[tracks["artist_id"]]
    power += GROWTH * active * np.maximum(year_of(tracks["released"]) - first_year, -GROWTH_YEARS)
    within = exps(power)
    weight = (
        within
        / np.bincount(tracks["artist_id"], within)[tracks["artist_id"]]
        * artists["weight"].to_numpy()[tracks["artist_id"]]
    )
    return 32 * weight / weight[~tracks["noise"].to_numpy()].max()


def with_festive(tracks, first_year):
    """Tracks of which some releases are festive: released in November and weighted by rank.

    All are released before the run begins, so that they are available in every year of it.
    """
    first = np.flatnonzero(np.diff(tracks["album_id"], prepend=-1))
    leads, released = tracks.iloc[first], tracks["released"].to_numpy()
    u = (
        draw("festive", leads["key"].to_numpy())
        + (leads["noise"] | (year_of(leads["released"]) >= first_year)).to_numpy()
    )
    order = np.argsort(u, kind="stable")
    sizes = np.cumsum(np.bincount(tracks["album_id"])[order])
    festive = np.isin(
        tracks["album_id"], order[: 1 + np.searchsorted(sizes, FESTIVE_SHARE * len(tracks))]
    )
    weight = tracks["weight"].to_numpy().copy()
    rank = np.argsort(np.argsort(-weight[festive], kind="stable"), kind="stable")
    weight[festive] = FESTIVE_TOP * weight[~tracks["noise"].to_numpy()].max() / (1 + 0.6 * rank)
    return tracks.assign(
        festive=festive,
        weight=weight,
        genre=np.where(festive, "christmas", tracks["genre"]),
        released=np.where(festive, november(released), released),
    )


def november(days):
    """A day in November of the year before each day, from 1955 on: days since 1970-01-01, int64."""
    years = np.maximum(
        days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) - 1,
        EARLIEST_YEAR - 1970,
    )
    return years.astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64) + 305 + days % 25


def turns(groups):
    """How many of the same group come before each, int64; members of a group are consecutive."""
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.arange(len(groups)) - np.repeat(first, np.diff([*first, len(groups)]))
