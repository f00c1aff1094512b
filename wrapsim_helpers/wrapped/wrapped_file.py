"""Wrapped<year>.json: a story in the keys that public readers of the service's export know.

Blocks for which a story has no table (podcasts, news, shares) are left out; readers expect that,
since the export leaves blocks out too. Shares run from 0 to 1, percentages from 0 to 100. URIs are
made from names, so that they are the same in all runs, and lead to nothing at the service.
"""

from ..checking import front_door
from ..instants import MINUTE_MS
from ..music.song_ids import song_ids, text_keys
from ..names import normalised
from ..storage.manifest import json_bytes
from ..storage.outputs import replaced_file, writable_output_folder
from .story import Story

MONTH_NAMES = (
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split()
)
TRAILS = (None, "VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH")
MOST = 5  # of a ranking
MOST_ARTISTS = 20
NIGHT = (22, 23, 0, 1, 2, 3, 4)
OLD_LAYOUT = "2024"  # the edition with the keys of Wrapped2024.json; all others have those of 2025


@front_door
def write_wrapped(story: Story, out_dir):
    """Write Wrapped<year>.json into a folder of cards; returns its path.

    Its keys are those of Wrapped2024.json for the edition 2024, else those of Wrapped2025.json.
    Raises the errors of `card_folder`.
    """
    path = writable_output_folder(out_dir) / f"Wrapped{story.year}.json"
    with replaced_file(path) as temporary:
        temporary.write_bytes(json_bytes(public_layout(story)))
    return path


def public_layout(story):
    """The content of Wrapped<year>.json as a dict: each block whose table has rows."""
    blocks = BLOCKS_OF_2024 if story.edition == OLD_LAYOUT else BLOCKS_OF_2025
    return {
        key: block(story)
        for key, (table, block) in blocks.items()
        if len(story.tables.get(table, ()))
    }


def uri(kind, *names):
    """The URI of something with these names: kind "artist", ("Ode",) -> "spotify:artist:<22>"."""
    key = text_keys(["\0".join(map(normalised, names))])
    return f"spotify:{kind}:{song_ids(key)[0]}"


def first_number(story, name, column):
    """A whole number from the first row of a table; 0 if the table has no row."""
    table = story.tables.get(name, ())
    return int(table[column].iloc[0]) if len(table) else 0


# -- blocks of both layouts ------------------------------------------------------------------------


def artist_uris(story, most=MOST_ARTISTS):
    """URIs of the top artists."""
    return [uri("artist", name) for name in story.tables["top_artists"]["artist"][:most]]


def track_uris(story, most=MOST):
    """URIs of the top songs."""
    return [f"spotify:track:{song_id}" for song_id in story.tables["top_songs"]["song_id"][:most]]


def fan_share(story):
    """The listener's rank among the fans of the top artist, as a share; None without a crowd."""
    fans = story.tables.get("fan_rank", ())
    return float(fans["rank"].iloc[0] / fans["n_fans"].iloc[0]) if len(fans) else None


# -- Wrapped2025.json ------------------------------------------------------------------------------


def artists_block(story):
    """Top artists, their number, and the listener among the fans of the first."""
    return {
        "topArtistUris": artist_uris(story),
        "numUniqueArtists": first_number(story, "minutes", "n_artists"),
        "topNPercentileFan": fan_share(story),
        "topArtistMsPlayed": first_number(story, "top_artists", "ms_played"),
    }


def tracks_block(story):
    """Top songs with streams and milliseconds, and the number of different songs."""
    songs = story.tables["top_songs"].head(MOST)
    rows = zip(track_uris(story), songs["n_streams"], songs["ms_played"], strict=True)
    return {
        "topTracks": [
            {"trackUri": track, "count": int(n), "msPlayed": int(ms)} for track, n, ms in rows
        ],
        "numUniqueTracks": first_number(story, "minutes", "n_tracks"),
    }


def albums_block(story):
    """Top albums, and how many of them were heard to the last track."""
    albums = story.tables["top_albums"]
    names = zip(albums["album"][:MOST], albums["artist"][:MOST], strict=True)
    return {
        "topAlbums": [uri("album", *both) for both in names],
        "numCompletedAlbums": int((albums["n_heard"] == albums["n_tracks"]).sum()),
        "topAlbumTimePlayed": first_number(story, "top_albums", "ms_played"),
    }


def genres_block(story):
    """Top genres and their number."""
    genres = story.tables["top_genres"]["genre"]
    uris = [uri("concept", name) for name in genres[:MOST]]
    return {"topGenres": uris, "totalNumGenres": len(genres)}


def metrics_block(story):
    """Milliseconds played."""
    return {"totalMsListened": first_number(story, "minutes", "ms_played")}


def race_block(story):
    """Rank and trail of the top artists in each month with a stream."""
    ranked = story.tables["artist_race"].dropna(subset=["rank"])
    return {
        "topArtists": [
            {"artistUri": uri("artist", name), "monthsStats": months_of(rows)}
            for name, rows in ranked.groupby("artist", sort=False)
        ],
        "totalNumArtists": first_number(story, "minutes", "n_artists"),
    }


def months_of(rows):
    """Months of one artist's race."""
    return [
        {
            "rank": int(row.rank),
            "month": MONTH_NAMES[int(row.month - 1) % 12],
            "trailSize": TRAILS[int(row.trail)],
        }
        for row in rows.itertuples()
    ]


def leaderboard_block(story):
    """The listener and the fans around them, by minutes with the top artist."""
    rows = story.tables["leaderboard"]
    mine = rows["is_listener"].astype(bool)
    return {
        "artistUri": artist_uris(story, 1)[0],
        "ownUserStats": public_fans(rows[mine])[0] | {"countryCode": story.listener["country"]},
        "otherUserStats": public_fans(rows[~mine]),
    }


def public_fans(rows):
    """Rows of the leaderboard."""
    return [
        {"minutesStreamed": int(row.minutes), "topXLeaderboard": int(row.rank)}
        for row in rows.itertuples()
    ]


def club_block(story):
    """The club of the listener, the share of streams in it, and the role."""
    club = story.first("club")
    return {
        "userClub": upper_snake(club["club"]),
        "percentInClub": float(club["share"]),
        "role": upper_snake(club["role"]),
        "artists": artist_uris(story, MOST),
    }


def upper_snake(name):
    """ "Club Serotonin" -> "CLUB_SEROTONIN"."""
    return name.upper().replace(" ", "_")


def age_block(story):
    """The listening age, the first year of its window, and the phase of the decade, read from the
    middle year of the window.
    """
    age = story.first("listening_age")
    middle = (age["first_year"] + age["last_year"]) // 2
    return {
        "listeningAge": int(age["age"]),
        "windowStartYear": int(age["first_year"]),
        "decadePhase": "LATE" if middle % 10 >= 5 else "EARLY",
    }


def party_block(story):
    """Totals that a party compares."""
    clock = story.tables["listening_clock"].set_index("hour")["ms_played"]
    streams, minutes = story.tables["top_artists"]["n_whole"], story.first("minutes")
    return {
        "topArtistUris": artist_uris(story),
        "topArtistUri": artist_uris(story, 1)[0],
        "percentListenedTopArtist": round(100 * streams.iloc[0] / minutes["n_streams"], 1),
        "percentListenedNight": round(100 * clock.reindex(NIGHT).sum() / clock.sum(), 1),
        "totalNumListeningMinutes": int(minutes["ms_played"]) // MINUTE_MS,
        "totalNumListeningDays": int(minutes["n_days"]),
        "streakNumListeningDays": first_number(story, "longest_streak", "n_days"),
        "trackStreams": [{"track_uri": track} for track in track_uris(story)],
    }


def archive_block(story):
    """The remarkable days."""
    return {
        "archiveReports": [
            {
                "columnQualifier": f"{row.date:%Y%m%d}",
                "title": row.title,
                "description": row.words,
                "reason": upper_snake(row.title),
                "minutesListened": int(row.ms_played) // MINUTE_MS,
            }
            for row in story.tables["archive"].itertuples()
        ]
    }


# key -> (table that must have a row, function of a Story)
BLOCKS_OF_2025 = {
    "topArtists": ("top_artists", artists_block),
    "topTracks": ("top_songs", tracks_block),
    "topAlbums": ("top_albums", albums_block),
    "topGenres": ("top_genres", genres_block),
    "yearlyMetrics": ("minutes", metrics_block),
    "topArtistRace": ("artist_race", race_block),
    "topFanLeaderboard": ("leaderboard", leaderboard_block),
    "clubs": ("club", club_block),
    "listeningAge": ("listening_age", age_block),
    "party": ("top_artists", party_block),
    "archiveReports": ("archive", archive_block),
}

# -- Wrapped2024.json ------------------------------------------------------------------------------


def metrics_of_2024(story):
    """Milliseconds, the day with most of them, and the percentage of the crowd with less."""
    days = story.tables["calendar"]
    day = days.loc[days["ms_played"].idxmax()]
    return metrics_block(story) | {
        "mostListenedDay": str(day["date"]),
        "mostListenedDayMinutes": int(day["ms_played"]) // MINUTE_MS,
        "percentGreaterThanWorldwideUsers": percent_below(story),
    }


def percent_below(story):
    """Percentage of the other listeners of the crowd with fewer minutes; None without a crowd."""
    if not len(story.tables["place"]):
        return None
    place = story.first("place")
    return int(100 * place["n_below"] // (place["n_listeners"] - 1))


def artists_of_2024(story):
    """Top artists and their number."""
    return {
        "numUniqueArtists": first_number(story, "minutes", "n_artists"),
        "topArtists": [{"artistUri": artist} for artist in artist_uris(story, MOST)],
        "topArtistMilliseconds": first_number(story, "top_artists", "ms_played"),
        "topArtistFanPercentage": fan_share(story),
    }


def tracks_of_2024(story):
    """Top songs, and streams and first play of the first."""
    first = story.first("top_songs")
    return {
        "topTracks": track_uris(story),
        "topTrackPlayCount": int(first["n_streams"]),
        "topTrackFirstPlayedDate": f"{first['first_played']:%Y-%m-%d}",
        "distinctTracksPlayed": first_number(story, "minutes", "n_tracks"),
    }


def eras_of_2024(story):
    """The phases of the listener's music; months count from 0."""
    return {
        "eras": [
            {
                "key": f"era-{row.phase}",
                "peakMonth": int(row.peak_month - 1) % 12,
                "genre": row.genre,
                "mood": row.mood,
                "descriptor": row.descriptor,
                "pivotalArtists": [uri("artist", name) for name in row.artists],
            }
            for row in story.tables["music_evolution"].itertuples()
        ]
    }


BLOCKS_OF_2024 = {
    "yearlyMetrics": ("minutes", metrics_of_2024),
    "topArtists": ("top_artists", artists_of_2024),
    "topTracks": ("top_songs", tracks_of_2024),
    "musicEvolution": ("music_evolution", eras_of_2024),
}
