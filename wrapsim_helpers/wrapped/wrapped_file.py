"""Wrapped<year>.json: a story in the keys that public readers of the service's export know.

Blocks for which a story has no table (podcasts) and keys without data (minutes of news) are left
out; readers expect that, since the export leaves blocks out too. percentInClub and
topNPercentileFan run from 0 to 1, other percentages from 0 to 100. URIs are made from names, so
that they are the same in all runs, and lead to nothing at the service.
"""

from ..checking import front_door
from ..instants import MINUTE_MS
from ..music.song_ids import song_ids, text_keys
from ..names import normalised
from ..storage.manifest import json_bytes
from ..storage.outputs import replaced_file, writable_output_folder
from .moods import AURA_COLOURS, HEX
from .story import Story

MONTH_NAMES = (
    "JANUARY FEBRUARY MARCH APRIL MAY JUNE JULY AUGUST SEPTEMBER OCTOBER NOVEMBER DECEMBER".split()
)
TRAILS = (None, "VERY_LOW", "LOW", "MEDIUM", "HIGH", "VERY_HIGH")
MOST = 5  # of a ranking
MOST_ARTISTS = 20
NIGHT = (22, 23, 0, 1, 2, 3, 4)
DAYS = (  # of the archive, in the order of its rules: reason, tag
    ("BIGGEST_MUSIC_DAY", "volume"),
    ("BIGGEST_DISCOVERY_DAY", "discovery"),
    ("BIGGEST_TOP_ARTIST_DAY", "artist"),
    ("BIGGEST_TOP_GENRE_DAY", "genre"),
    ("MOST_NOSTALGIC_DAY", "nostalgia"),
    ("MOST_UNUSUAL_DAY", "genre"),
    ("BIRTHDAY", "date"),
    ("NEW_YEARS_DAY", "date"),
)
# key of the party block -> column of the insight listening_habits, factor, decimals
HABITS = {
    "avgTrackPopularityScore": ("popularity", 0.01, 3),
    "numSharesAllContent": ("n_shares", 1, None),
    "numListenedAlbums": ("n_albums", 1, None),
    "numArtistsDiscovered": ("n_new_artists", 1, None),
    "multilinguistRankingScore": ("n_languages", 1, 1),
    "absoluteChaosRankingScore": ("even_genres", 1, 1),
    "percentListenedExplicit": ("explicit_share", 100, 1),
    "percentChillTracks": ("calm_share", 100, 1),
    "percentSadTracks": ("sad_share", 100, 1),
    "percentHappyTracks": ("happy_share", 100, 1),
    "percentLoveTracks": ("romantic_share", 100, 1),
    "percentPartyTracks": ("energetic_share", 100, 1),
}
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
        "insights": [best_month(rows) for _, rows in ranked.groupby("artist", sort=False)],
    }


def best_month(rows):
    """The month with most streams of an artist of the race; of equal months, the earlier."""
    best = rows.loc[rows["n_whole"].idxmax()]
    artist = uri("artist", best["artist"])
    return {
        "month": MONTH_NAMES[int(best["month"] - 1) % 12],
        "artistUri": artist,
        "uri": artist,
        "insightMetric": {"insightType": "ARTIST_X_STREAMS", "value": int(best["n_whole"])},
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
    """The club of the listener, the share of all listeners with a club who are in it, the role."""
    club = story.first("club")
    return {
        "userClub": upper_snake(club["club"]),
        "percentInClub": float(club["n_members"] / club["n_listeners"]),
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
    """What a party compares, as far as one listener's story tells it."""
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
        **new_artists_of(story),
        **habits_of(story),
    }


def new_artists_of(story):
    """URIs of the new artists that `discoveries` names; {} without this insight."""
    months = story.tables.get("discoveries", ())
    if not len(months):
        return {}
    names = dict.fromkeys([*months["artist"], *months["first_artist"]])
    return {"artistsDiscovered": [uri("artist", name) for name in names if name]}


def habits_of(story):
    """Keys of HABITS with a known value; {} for several listeners."""
    habits = story.tables.get("listening_habits", ())
    if not len(habits):
        return {}
    values = habits.iloc[0]
    return {
        key: round(factor * values[column].item(), decimals)
        for key, (column, factor, decimals) in HABITS.items()
        if values[column] == values[column]
    }


def archive_block(story):
    """The remarkable days."""
    return {
        "archiveReports": [
            {
                "columnQualifier": f"{row.date:%Y%m%d}",
                "title": row.title,
                "description": row.words,
                "reason": DAYS[row.reason - 1][0],
                "minutesListened": int(row.ms_played) // MINUTE_MS,
                "filedUnderTags": [DAYS[row.reason - 1][1]],
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
        "topArtistFanPercentage": fan_percentage(story),
    }


def fan_percentage(story):
    """`fan_share` as a percentage, one decimal; None without a crowd."""
    share = fan_share(story)
    return share if share is None else round(100 * share, 1)


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
                **colour_of(row.mood),
                "genre": row.genre,
                "mood": row.mood,
                "descriptor": row.descriptor,
                "pivotalArtists": [uri("artist", name) for name in row.artists],
            }
            for row in story.tables["music_evolution"].itertuples()
        ]
    }


def colour_of(mood):
    """The colour of a mood as in the audio aura; {} for a mood without one."""
    return {"color": HEX[AURA_COLOURS[mood]]} if mood in AURA_COLOURS else {}


BLOCKS_OF_2024 = {
    "yearlyMetrics": ("minutes", metrics_of_2024),
    "topArtists": ("top_artists", artists_of_2024),
    "topTracks": ("top_songs", tracks_of_2024),
    "musicEvolution": ("music_evolution", eras_of_2024),
}
