"""One history of the rows of several files: what occurs twice is counted once, and a scrobble gets
the time that it played.
"""

import pyarrow as pa

from ..instants import MINUTE_MS, MS
from .songs import numbered_songs

NEAR_MS = 30 * MS  # two services' plays of a song that start no further apart are one play
BIN_MS = NEAR_MS + 2 * MINUTE_MS  # plays that are near lie in the same or the next bin
ASSUMED_MS = 210 * MS  # of a scrobble of unknown length; songs last three to four minutes
SHORTEST_MS = 30 * MS  # a scrobble is of a track that played at least that long
REPEATED = "the same row occurs before"
SAME_PLAY = "another source has the same play, within 30 s"


def number_songs(connection):
    """Make the table `rows` from `plain`, with the number of each row's song, and with a fault for
    rows that occur before, in this or an earlier file of their source. Returns the songs, see
    `numbered_songs`.
    """
    names = connection.execute(
        "SELECT title, artist, artists, count(*) FROM plain WHERE fault IS NULL "
        "GROUP BY ALL ORDER BY 4 DESC, 1, 2, 3"
    ).fetchall()
    numbers, songs = numbered_songs(names)
    columns = zip("tal", zip(*names) if names else ((), (), ()))
    spellings = {name: pa.array(column, pa.string()) for name, column in columns}
    connection.register("spellings", pa.table(spellings | {"song": pa.array(numbers, pa.int32())}))
    connection.execute(
        f"""CREATE TABLE rows AS SELECT * EXCLUDE (nth) REPLACE (CASE
        WHEN fault IS NULL AND nth > 1 THEN '{REPEATED}' ELSE fault END AS fault)
        FROM (SELECT plain.*, song, row_number() OVER (
            PARTITION BY source, song, started_ms, ms_played, slack_ms, fault IS NULL
            ORDER BY file, row) AS nth
        FROM plain LEFT JOIN spellings
        ON fault IS NULL AND title = t AND artist = a AND artists IS NOT DISTINCT FROM l)"""
    )
    connection.execute("DROP TABLE plain")
    return songs


def mark_same_plays(connection):
    """Give plays that a more detailed source has too a fault; see NEAR_MS.

    Sources are compared in the order of SOURCES; within a source, times to the second come before
    times to the minute. A time of whole minutes may be up to 60 s late, and a play that was paused
    began up to an hour before its end less its time played.
    """
    groups = connection.execute(
        "SELECT DISTINCT source, slack_ms FROM rows WHERE fault IS NULL ORDER BY 1, 2"
    ).fetchall()
    for i, (source, slack) in enumerate(groups[1:], 1):
        before = " OR ".join(f"(source = {s} AND slack_ms = {k})" for s, k in groups[:i])
        connection.execute(
            f"""CREATE OR REPLACE TEMP TABLE earlier AS
            SELECT song, started_ms, slack_ms, coalesce(early_ms, 0) AS early_ms,
            unnest(range((started_ms - coalesce(early_ms, 0)) // {BIN_MS},
                         started_ms // {BIN_MS} + 1)) AS bin
            FROM rows WHERE fault IS NULL AND ({before})"""
        )
        mark_near(connection, source, slack)


def mark_near(connection, source, slack):
    """Give the rows of a source that lie near a row of `earlier` a fault."""
    connection.execute(
        f"""UPDATE rows SET fault = '{SAME_PLAY}' WHERE (file, row) IN (
        SELECT (r.file, r.row) FROM
        (SELECT *, unnest([-1, 0, 1]) + started_ms // {BIN_MS} AS bin FROM rows
         WHERE fault IS NULL AND source = {source} AND slack_ms = {slack}) AS r
        JOIN earlier AS e ON r.song = e.song AND r.bin = e.bin
        AND e.started_ms - e.early_ms <= r.started_ms + r.slack_ms + {NEAR_MS}
        AND r.started_ms <= e.started_ms + e.slack_ms + {NEAR_MS})"""
    )


def assume_lengths(connection):
    """Give scrobbles without a time played the length of their track, else ASSUMED_MS, but not more
    than up to the next play, nor less than SHORTEST_MS. Returns their number.
    """
    unknown = "fault IS NULL AND ms_played IS NULL"
    number = connection.execute(f"SELECT count(*) FROM rows WHERE {unknown}").fetchone()[0]
    if number:
        connection.execute(
            f"""CREATE OR REPLACE TABLE rows AS SELECT * EXCLUDE (next_ms) REPLACE (
            CASE WHEN {unknown} THEN greatest({SHORTEST_MS}, least(
                coalesce(length_ms, {ASSUMED_MS}), next_ms - started_ms))
            ELSE ms_played END AS ms_played)
            FROM (SELECT *, lead(started_ms) OVER (
                PARTITION BY fault IS NULL ORDER BY started_ms, file, row) AS next_ms FROM rows)"""
        )
    return number


def lengths_of(connection):
    """Length of each song in ms, {song: ms}: what a file says, else how long most of its plays
    lasted that ended by themselves. Songs of unknown length are missing.
    """
    ended = f"reason_end = 'trackdone' AND ms_played >= {SHORTEST_MS}"
    timed = most_frequent(connection, f"CASE WHEN {ended} THEN ms_played END")
    return timed | most_frequent(connection, "length_ms")


def most_frequent(connection, value):
    """The most frequent value of each song, {song: value}; of equal ones, the smallest.

    value  SQL; NULL is no value
    """
    return dict(
        connection.execute(
            f"""SELECT song, first(value ORDER BY n DESC, value) FROM (
                SELECT song, {value} AS value, count(*) AS n FROM rows
                WHERE fault IS NULL AND value IS NOT NULL GROUP BY ALL) GROUP BY song"""
        ).fetchall()
    )
