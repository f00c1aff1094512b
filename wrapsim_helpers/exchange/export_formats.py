"""What the formats of exports look like: keys in order, file names, sizes and values, as tables.

Facts as of November 2026, read in exports that people describe and in the sources of programs that
read them.
"""

from dataclasses import dataclass

# -- rows of the extended streaming history --------------------------------------------------------

SONG_KEYS = (
    "master_metadata_track_name",
    "master_metadata_album_artist_name",
    "master_metadata_album_album_name",
    "spotify_track_uri",
)
EPISODE_KEYS = ("episode_name", "episode_show_name", "spotify_episode_uri")
CHAPTER_KEYS = (
    "audiobook_title",
    "audiobook_uri",
    "audiobook_chapter_uri",
    "audiobook_chapter_title",
)
CIRCUMSTANCE_KEYS = (
    "reason_start",
    "reason_end",
    "shuffle",
    "skipped",
    "offline",
    "offline_timestamp",
    "incognito_mode",
)
EXTENDED_KEYS = (
    *("ts", "platform", "ms_played", "conn_country", "ip_addr"),
    *SONG_KEYS,
    *EPISODE_KEYS,
    *CHAPTER_KEYS,
    *CIRCUMSTANCE_KEYS,
)
ENDSONG_KEYS = (
    *("ts", "username", "platform", "ms_played", "conn_country"),
    *("ip_addr_decrypted", "user_agent_decrypted"),
    *SONG_KEYS,
    *EPISODE_KEYS,
    *CIRCUMSTANCE_KEYS,
)

# symbol of a play's column -> text in an export, where they differ
REASONS = {"UNKNOWN": "unknown", "unexpected_exit": "unexpected-exit"}

# until VERBOSE_UNTIL (excluded): the platforms of a device; each listener has one of them
VERBOSE_UNTIL = "2023-10-20"
VERBOSE_PLATFORMS = {
    ("phone", "android"): (
        "Android OS 9 API 28 (samsung, SM-G960F)",
        "Android OS 10 API 29 (samsung, SM-A515F)",
        "Android OS 11 API 30 (Xiaomi, M2007J20CG)",
        "Android OS 12 API 31 (Google, Pixel 5)",
    ),
    ("phone", "ios"): (
        "iOS 13.4 (iPhone11,8)",
        "iOS 14.8 (iPhone12,1)",
        "iOS 15.6 (iPhone13,2)",
    ),
    ("tablet", "android"): (
        "Android OS 9 API 28 (samsung, SM-T510)",
        "Android OS 11 API 30 (LENOVO, Lenovo TB-X606F)",
    ),
    ("tablet", "ios"): ("iOS 13.4 (iPad11,3)", "iOS 15.6 (iPad13,1)"),
    ("desktop", "windows"): (
        "Windows 10 (10.0.17763; x64)",
        "Windows 10 (10.0.19042; x64)",
        "Windows 10 (10.0.22000; x64)",
    ),
    ("desktop", "macos"): ("OS X 10.13.3 [x86 8]", "OS X 11.6.0 [x86 8]", "OS X 12.4.0 [arm 2]"),
    ("desktop", "linux"): ("Linux [x86-64 0]",),
    ("web", "web_player"): (
        "web_player windows 10;chrome 95.0.4638.69;desktop",
        "web_player osx 10.15.7;chrome 95.0.4638.69;desktop",
        "WebPlayer (websocket RFC6455)",
    ),
}
SHORT_PLATFORMS = {
    "android": "android",
    "ios": "ios",
    "windows": "windows",
    "macos": "osx",
    "linux": "linux",
    "web_player": "web_player",
}
OTHER_PLATFORM = "not_applicable"

# from (included) and until (excluded): skipped is always false; offline_timestamp is milliseconds
NEVER_SKIPPED = ("2015-04-01", "2022-11-01")
OFFLINE_IN_MS = ("2016-01-01", "2023-01-01")

# the addresses that RFC 5737 reserves for documentation
TEST_NETS = ("192.0.2.", "198.51.100.", "203.0.113.")
USER_AGENT = "unknown"

# -- account data ----------------------------------------------------------------------------------

ACCOUNT_KEYS = ("endTime", "artistName", "trackName", "msPlayed")
PODCAST_KEYS = ("endTime", "podcastName", "episodeName", "msPlayed")
AUDIOBOOK_KEYS = ("endTime", "audiobookName", "authorName", "chapterName", "msPlayed")
LIBRARY_KEYS = ("tracks", "albums", "shows", "episodes", "bannedTracks", "artists")
LIBRARY_TRACK_KEYS = ("artist", "album", "track", "uri")
PLAYLIST_KEYS = (
    *("name", "lastModifiedDate", "description", "numberOfFollowers", "collaborators", "items"),
)
PLAYLIST_TRACK_KEYS = ("trackName", "artistName", "albumName", "trackUri")
ACCOUNT_DAYS = 368  # before the export: 12 months, and a margin for leap years and time zones
AUTHOR = "N. Oise"  # of every audiobook; invented
PLAYLIST = "My Playlist #1"

# -- scrobbles -------------------------------------------------------------------------------------

CLIENT = "wrapsim"
SCROBBLED_MS = 30_000  # shortest play that is a scrobble
EARLIEST_LISTEN = "2002-10-02"  # local day; ListenBrainz refuses listens before 1 October, UTC
MOST_LISTENS = 1_000  # in one request to ListenBrainz
LISTEN_KEYS = ("listened_at", "track_metadata")
LISTEN_INFO_KEYS = (
    *("duration_ms", "duration_played", "music_service", "origin_url", "submission_client"),
)
TRACK_PAGE = "https://open.spotify.com/track/"
TABLE_KEYS = (
    *("uts", "utc_time", "artist", "artist_mbid", "album", "album_mbid", "track", "track_mbid"),
)
LIBREFM_KEYS = ("time", "artist", "track", "album")
LOG_HEAD = ("#AUDIOSCROBBLER/1.1", "#TZ/UTC", f"#CLIENT/{CLIENT} 0.1")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# -- the formats -----------------------------------------------------------------------------------

ZIP = "my_spotify_data.zip"
EXTENDED_FOLDER = "Spotify Extended Streaming History"
ACCOUNT_FOLDER = "Spotify Account Data"
OLD_FOLDER = "MyData"
# of extended history, current and older, and of account data
EXTENDED_READ_ME = "ReadMeFirst_ExtendedStreamingHistory.pdf"
ACCOUNT_READ_ME = "Read_Me_First.pdf"
READ_ME = (
    "This export is invented: wrapsim simulated the listener and the plays.",
    "Names, addresses and identifiers belong to nobody, and no service made it.",
    "The keys and the values of the files are those of a music service's export,",
    "for tests of programs that read such files.",
)
PART_BYTES = 12_000_000  # of a file of the extended history
PART_ROWS = 10_000  # of a file of account data


@dataclass(frozen=True)
class Form:
    """What a format can hold of the plays of a run.

    plays   "all", or "scrobbles": at least SCROBBLED_MS long and not private
    time    whether its time is the "start" or the "end" of a play
    step_ms its step; a time in the file is the true time rounded down to it
    holds   the columns of `plays`, or of `tracks`, that can be read back from a file without a loss
    shows   what the oddities of `oddities.py` need of a format
    earliest  first day that readers of the format accept, ISO date; "" for any
    """

    plays: str
    time: str
    step_ms: int
    holds: tuple
    shows: tuple = ()
    earliest: str = ""


NAMES_HELD = ("title", "artist")
ACCOUNT_HELD = (*NAMES_HELD, "ms_played")
ALBUM_HELD = (*NAMES_HELD, "album")
LISTEN_HELD = (*ALBUM_HELD, "song_id", "duration_ms")
EXTENDED_HELD = (
    *ALBUM_HELD,
    *("song_id", "ms_played", "reason_start", "reason_end"),
    *("shuffle", "offline", "private", "country"),
)
SHOWN_NOW = (*EXTENDED_KEYS, "short_platform", "old_files")
SHOWN_BEFORE = tuple(key for key in ENDSONG_KEYS if key != "skipped")  # always null there
SHOWN_BY_ACCOUNT = ("ms_played", "episode_name", "audiobook_title")

FORMS = {
    "spotify": Form("all", "end", 1_000, EXTENDED_HELD, SHOWN_NOW),
    "endsong": Form("all", "end", 1_000, EXTENDED_HELD, SHOWN_BEFORE),
    "account": Form("all", "end", 60_000, ACCOUNT_HELD, SHOWN_BY_ACCOUNT),
    "account_old": Form("all", "end", 60_000, ACCOUNT_HELD, ("ms_played",)),
    "listenbrainz": Form("scrobbles", "start", 1_000, LISTEN_HELD, (), EARLIEST_LISTEN),
    "listenbrainz_json": Form("scrobbles", "start", 1_000, LISTEN_HELD, (), EARLIEST_LISTEN),
    "listenbrainz_submit": Form("scrobbles", "start", 1_000, LISTEN_HELD, (), EARLIEST_LISTEN),
    "lastfm": Form("scrobbles", "start", 60_000, ALBUM_HELD),
    "lastfm_table": Form("scrobbles", "start", 1_000, ALBUM_HELD),
    "librefm": Form("scrobbles", "start", 1_000, ALBUM_HELD),
    "scrobbler_log": Form("scrobbles", "start", 1_000, (*ALBUM_HELD, "track_number")),
}
