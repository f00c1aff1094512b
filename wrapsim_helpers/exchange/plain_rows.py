"""Rows of every kind of history in the same columns, as SQL of DuckDB.

Each kind has the columns that are read from its files, all as text, and an expression for each of
the columns PLAIN. IP addresses, user agents, user names and search terms are in none of them, so
they never reach a table.
"""

from dataclasses import dataclass, field

from ..instants import DAY_MS, EARLIEST, EPOCH, HOUR_MS, LATEST, MINUTE_MS, MS
from .loose_rows import SCROBBLE

# column -> type, of the rows of all files
PLAIN = {
    "started_ms": "BIGINT",  # UTC, or local time where is_local
    "slack_ms": "BIGINT",  # how much later it may have begun: 60,000 for times of whole minutes
    "early_ms": "BIGINT",  # how much earlier it may have begun, because it was paused
    "ms_played": "BIGINT",  # NULL if the file does not say it
    "length_ms": "BIGINT",  # of the track
    "is_local": "BOOLEAN",
    "title": "VARCHAR",
    "artist": "VARCHAR",
    "artists": "VARCHAR",  # JSON list of all artists
    "album": "VARCHAR",
    "uri": "VARCHAR",
    "content_type": "VARCHAR",
    "platform": "VARCHAR",
    "country": "VARCHAR",
    "reason_start": "VARCHAR",
    "reason_end": "VARCHAR",
    "shuffle": "BOOLEAN",
    "offline": "BOOLEAN",
    "private": "BOOLEAN",
}
LONGEST_MS = DAY_MS
LONGEST_PAUSE_MS = HOUR_MS  # a device whose clock says more than that had a wrong one
EARLIEST_MS, LATEST_MS = (round((time - EPOCH).total_seconds()) * MS for time in (EARLIEST, LATEST))
NO_ROW = "it is damaged, or not a row of this file"
NO_TIME = "it has no time, or one that cannot be read"
TOO_EARLY = f"it is before {EARLIEST.year}"
TOO_LATE = f"it is after {LATEST.year - 1}"
NO_LENGTH = "it has no time played, or one that cannot be read"
NEGATIVE = "its time played is negative"
TOO_LONG = f"its time played is longer than {DAY_MS // HOUR_MS} hours"
EPISODE = "it is an episode of a podcast, or a video"
CHAPTER = "it is a chapter of an audiobook"
NO_NAME = "it has no name or no artist (removed from the service, or a local file)"
SKIPPED = "it is marked as skipped, and the file does not say how long it played"

TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?( ?UTC|Z)?"
# the platforms of the schema by the first words of the service's
PLATFORMS = (
    ("web", "web_player"),
    ("android", "android"),
    ("ios", "ios"),
    ("iphone", "ios"),
    ("ipad", "ios"),
    ("windows", "windows"),
    ("os x", "macos"),
    ("osx", "macos"),
    ("macos", "macos"),
    ("linux", "linux"),
    ("partner", "speaker_os"),
    ("sonos", "speaker_os"),
    ("watch", "watch_os"),
)


def milliseconds(text):
    """SQL: milliseconds since 1970 of a time in UTC, NULL if it is none."""
    trimmed = f"regexp_replace({text}, '( ?UTC|Z)$', '')"
    return (
        f"CASE WHEN regexp_full_match({text}, '{TIME}') "
        f"THEN epoch_ms(TRY_CAST({trimmed} AS TIMESTAMP)) END"
    )


def whole(text, most=10**13):
    """SQL: a whole number, NULL if it is none or beyond `most`."""
    number = f"TRY_CAST({text} AS BIGINT)"
    return f"CASE WHEN {number} BETWEEN -{most} AND {most} THEN {number} END"


def epoch_seconds(text):
    """SQL: milliseconds of a number of seconds since 1970; a number of 12 digits is in ms."""
    number = whole(text)
    return f"CASE WHEN abs({number}) < 100000000000 THEN {number} * 1000 ELSE {number} END"


def played(text):
    """SQL: milliseconds of a positive number of seconds, NULL for anything else."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    most = LONGEST_MS // MS
    return f"CASE WHEN {number} > 0 AND {number} <= {most} THEN ({number} * 1000)::BIGINT END"


def positive(text):
    """SQL: a positive number of milliseconds up to LONGEST_MS, NULL for anything else."""
    return f"CASE WHEN {whole(text)} BETWEEN 1 AND {LONGEST_MS} THEN {whole(text)} END"


def flag(text):
    """SQL: a boolean, NULL if it is none."""
    return f"TRY_CAST({text} AS BOOLEAN)"


def name(text):
    """SQL: a name, NULL if it is empty."""
    return f"nullif(trim({text}), '')"


def first_case(cases, other="NULL"):
    """SQL: the text of the first condition that holds. cases: (condition, text), ..."""
    whens = " ".join(f"WHEN {condition} THEN '{text}'" for condition, text in cases)
    return f"CASE {whens} ELSE {other} END"


# -- kinds -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """How the rows of a kind of history are read.

    source   what people call it
    columns  columns read from its files, as text; in SQL they are r.<column>
    plain    column of PLAIN -> SQL; a missing column is NULL
    faults   (SQL condition on a row of the file, why such a row is left out), ...; then FAULTS
             apply, which are conditions on the columns PLAIN
    """

    source: str
    columns: tuple
    plain: dict = field(repr=False)
    faults: tuple = field(default=(), repr=False)


FAULTS = (
    ("started_ms IS NULL", NO_TIME),
    (f"started_ms < {EARLIEST_MS}", TOO_EARLY),
    (f"started_ms >= {LATEST_MS}", TOO_LATE),
    ("content_type = 'episode'", EPISODE),
    ("content_type = 'chapter'", CHAPTER),
    ("title IS NULL OR artist IS NULL", NO_NAME),
)


def length_faults(length, ended):
    """Faults of a row that has its time played and its end. Both: columns of text"""
    number = whole(length)
    return (
        (f"{milliseconds(ended)} IS NULL", NO_TIME),
        (f"{number} < 0 OR regexp_full_match({length}, '-\\d+')", NEGATIVE),
        (f"{number} > {LONGEST_MS} OR regexp_full_match({length}, '\\d{{14,}}')", TOO_LONG),
        (f"{number} IS NULL", NO_LENGTH),
    )


def started(length, ended):
    """SQL: start of a play from its time played and its end, NULL if one cannot be read."""
    number = whole(length)
    start = f"{milliseconds(ended)} - {number}"
    return f"CASE WHEN {number} BETWEEN 0 AND {LONGEST_MS} THEN {start} END"


def paused(began, start):
    """SQL: milliseconds from when a play began to `start`, its end less the time played.

    began  column of text: seconds or milliseconds since 1970 by the clock of the device
    """
    pause = f"{start} - ({epoch_seconds(began)})"
    return f"CASE WHEN {pause} BETWEEN 0 AND {LONGEST_PAUSE_MS} THEN {pause} ELSE 0 END"


def content(title, episode, chapter):
    """SQL: content type of a row, from names of columns that only one of the types has."""
    some = "coalesce({}) IS NOT NULL".format
    return first_case(
        (
            (f"{title} IS NOT NULL", "track"),
            (some(", ".join(f"r.{column}" for column in episode)), "episode"),
            (some(", ".join(f"r.{column}" for column in chapter)), "chapter"),
        ),
        "'track'",
    )


def select(kind, rows):
    """SQL that selects the rows of a kind in the columns row, PLAIN and fault.

    rows  SQL of the rows of a file: row, damaged, and the columns of the kind
    """
    values = ", ".join(
        f"({kind.plain.get(column, 'NULL')})::{sql_type} AS {column}"
        for column, sql_type in PLAIN.items()
    )
    of_row = first_case((("r.damaged", NO_ROW), *kind.faults))
    return (
        f"SELECT *, coalesce(of_row, {first_case(FAULTS)}) AS fault FROM "
        f"(SELECT r.row, {values}, {of_row} AS of_row FROM ({rows}) AS r)"
    )


NAMES = {
    "title": "master_metadata_track_name",
    "artist": "master_metadata_album_artist_name",
    "album": "master_metadata_album_album_name",
}
OF_EPISODES = ("episode_name", "episode_show_name", "spotify_episode_uri")
OF_CHAPTERS = ("audiobook_title", "audiobook_uri", "audiobook_chapter_uri")
OTHERS = "platform conn_country spotify_track_uri reason_start reason_end shuffle offline".split()
OF_EXTENDED = ("incognito_mode", "offline_timestamp")
EXTENDED = Kind(
    "Spotify extended history",
    ("ts", "ms_played", *NAMES.values(), *OF_EPISODES, *OF_CHAPTERS, *OTHERS, *OF_EXTENDED),
    {
        "started_ms": started("r.ms_played", "r.ts"),
        "slack_ms": "0",
        "early_ms": paused("r.offline_timestamp", started("r.ms_played", "r.ts")),
        "ms_played": whole("r.ms_played"),
        **{column: name(f"r.{key}") for column, key in NAMES.items()},
        "uri": name("r.spotify_track_uri"),
        "content_type": content(f"r.{NAMES['title']}", OF_EPISODES, OF_CHAPTERS),
        "platform": first_case(
            [(f"starts_with(lower(r.platform), '{word}')", kind) for word, kind in PLATFORMS],
            "'UNKNOWN'",
        ),
        "country": "CASE WHEN regexp_full_match(r.conn_country, '[A-Z]{2}') "
        "AND r.conn_country <> 'ZZ' THEN r.conn_country END",
        "reason_start": "r.reason_start",
        "reason_end": "replace(r.reason_end, 'unexpected-exit', 'unexpected_exit')",
        "shuffle": flag("r.shuffle"),
        "offline": flag("r.offline"),
        "private": flag("r.incognito_mode"),
    },
    length_faults("r.ms_played", "r.ts"),
)
ACCOUNT = Kind(
    "Spotify account data",
    (
        *("endTime", "msPlayed", "artistName", "trackName"),
        *("podcastName", "episodeName", "audiobookName", "chapterName"),
    ),
    {
        "started_ms": started("r.msPlayed", "r.endTime"),
        "slack_ms": str(MINUTE_MS),
        "ms_played": whole("r.msPlayed"),
        "title": name("r.trackName"),
        "artist": name("r.artistName"),
        "content_type": content(
            "r.trackName", ("podcastName", "episodeName"), ("audiobookName", "chapterName")
        ),
    },
    length_faults("r.msPlayed", "r.endTime"),
)


def of_listen(path):
    """SQL: a text inside the track_metadata of a listen, NULL if there is none."""
    metadata = "CASE WHEN json_valid(r.track_metadata) THEN r.track_metadata END"
    return f"json_extract_string({metadata}, '$.{path}')"


def info(key):
    """SQL: a text of the additional_info of a listen."""
    return of_listen(f"additional_info.{key}")


LISTENBRAINZ = Kind(
    "ListenBrainz",
    ("listened_at", "track_metadata"),
    {
        "started_ms": epoch_seconds("r.listened_at"),
        "slack_ms": "0",
        "length_ms": f"coalesce({positive(info('duration_ms'))}, {played(info('duration'))})",
        "ms_played": played(info("duration_played")),
        "title": name(of_listen("track_name")),
        "artist": name(of_listen("artist_name")),
        "album": name(of_listen("release_name")),
        "uri": "'spotify:track:' || nullif(regexp_extract("
        f"coalesce({info('spotify_id')}, {info('origin_url')}), "
        "'spotify\\.com/track/([0-9A-Za-z]{22})', 1), '')",
        "content_type": "'track'",
    },
)


def scrobbles(source):
    """The `Kind` of scrobbles that this package reads row by row."""
    return Kind(
        source,
        SCROBBLE,
        {
            "started_ms": f"coalesce({epoch_seconds('r.at')}, {milliseconds('r.at')}, "
            "epoch_ms(try_strptime(r.at, ['%d %b %Y %H:%M', '%d %b %Y, %H:%M'])))",
            "slack_ms": f"CASE WHEN regexp_full_match(r.at, '.*[ T]\\d{{1,2}}:\\d\\d') "
            f"THEN {MINUTE_MS} ELSE 0 END",
            "length_ms": played("r.length"),
            "ms_played": played("r.played"),
            "is_local": "r.zone = 'UNKNOWN'",
            **{column: name(f"r.{column}") for column in ("title", "artist", "album", "artists")},
            "content_type": "'track'",
        },
        (("r.rating = 'S'", SKIPPED),),
    )


KINDS = {  # the most detailed first
    "spotify_extended": EXTENDED,
    "spotify_account": ACCOUNT,
    "listenbrainz": LISTENBRAINZ,
    "payload": LISTENBRAINZ,
    "maloja": scrobbles("Maloja"),
    "log": scrobbles(".scrobbler.log"),
    "csv": scrobbles("Last.fm"),
}
SOURCES = tuple(dict.fromkeys(kind.source for kind in KINDS.values()))
