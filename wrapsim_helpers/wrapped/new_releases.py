"""The releases of the period by each listener's top artists, streamed or not (ListenBrainz Year in
Music: new releases of top artists).
"""

import ibis

from .counting import ranked, ranked_only, total
from .dates import as_dates, days_since_1970
from .insight import OF_STREAMS, Insight
from .tops import RANKED, UNRANKED, top_artists

TOP_ARTISTS, OF_ARTIST = 50, 5  # artists whose releases are told, releases of each


def new_releases(tables, most=OF_ARTIST):
    """Which releases of the period by their top artists did each listener stream, and which not?
    One row per listener and release: artist_rank, artist_id, artist, place, album_id, album,
    release_day (days since 1970), n_heard of n_tracks tracks with a ranked stream, n_streams.

    The artists are the first TOP_ARTISTS of `top_artists`, as primary artists of the release; there
    are `most` releases of each: streamed ones first, then those with more tracks, the earlier ones,
    by name and by album_id. A release counts if its date lies in the period, both ends included.
    """
    artists = top_artists(tables, TOP_ARTISTS)
    artists = artists.select("listener_id", "artist_id", "artist", artist_rank="rank")
    releases = with_plays_of_releases(tables, artists.join(releases_in(tables), "artist_id"))
    is_unplayed = releases.n_heard == 0
    order = (is_unplayed, ibis.desc("n_tracks"), "release_date", "album", "album_id")
    firsts = ranked(releases, *order, within=["artist_id"]).rename(place="rank")
    firsts = firsts.filter(firsts.place <= most)
    table = firsts.mutate(release_day=days_since_1970(firsts.release_date))
    return table.select("listener_id", *COLUMNS).order_by("listener_id", "artist_rank", "place")


def with_plays_of_releases(tables, releases):
    """Releases of listeners with n_heard and n_streams, 0 if they were not streamed."""
    joined = releases.left_join(streams_of_releases(tables), ["listener_id", "album_id"])
    counts = {name: joined[name].fill_null(0) for name in ("n_heard", "n_streams")}
    return joined.select(*releases.columns, **counts)


def releases_in(tables):
    """The releases of a period: album_id, album, artist_id, n_tracks, release_date."""
    albums = tables.albums
    dated = albums.filter(albums.release_date.between(tables.first_day, tables.last_day))
    counted = {"n_tracks": dated.n_tracks.cast("int64")}
    return dated.select("album_id", "album", "artist_id", "release_date", **counted)


def streams_of_releases(tables):
    """Listener and release of the period with a ranked stream: n_heard tracks, n_streams."""
    tracks = tables.tracks.select("track_id", "album_id").semi_join(releases_in(tables), "album_id")
    songs = ranked_only(tables.songs).join(tracks, "track_id")
    return songs.group_by("listener_id", "album_id").agg(
        n_heard=songs.count(), n_streams=total(songs.n_streams)
    )


# -- the records -----------------------------------------------------------------------------------


def with_release_dates(releases, _):
    """New releases with release_day as `released`, dates; none if no release was streamed."""
    releases = releases if releases["n_heard"].any() else releases[:0]
    return releases.assign(released=as_dates(releases["release_day"]))


COLUMNS = (
    *("artist_rank", "artist_id", "artist", "place", "album_id", "album", "release_day"),
    *("n_tracks", "n_heard", "n_streams"),
)
INSIGHTS = (
    Insight(
        "new_releases",
        "Which new releases by their top artists did each listener stream?",
        new_releases,
        reads=OF_STREAMS,
        needs=("albums",),
        columns=COLUMNS,
        shape=with_release_dates,
        counted=f"releases of the period by the {TOP_ARTISTS} top artists, {OF_ARTIST} of each, "
        f"streamed ones first, then those with more tracks; {RANKED}",
        left_out=f"{UNRANKED}, releases without a date, and releases on which the artist is a "
        "guest",
    ),
)
