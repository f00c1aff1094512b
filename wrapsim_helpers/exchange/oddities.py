"""The oddities of real exports, added to clean rows by name, each counted.

A row gets at most one oddity, so that the counts can be checked in the file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle

import numpy as np

from ..checking import check_choice, check_names
from ..instants import MINUTE_MS, MS
from ..wrapped.wrapped_file import uri
from .export_formats import CHAPTER_KEYS, EPISODE_KEYS, FORMS, SONG_KEYS
from .export_rows import draws, filled_column, n_rows, not_none, objects, picked_rows

TITLE = SONG_KEYS[0]
IN_A_HUNDRED = 2  # rows that get an oddity, of each hundred; at least one
NEAR_MS = MINUTE_MS  # longest gap before a play that is made to overlap
BEYOND_MS = 30_000  # what an over-long play exceeds its track by

# invented; (episode, show) and (book, chapter)
EPISODES = (
    ("Episode 12: Skips", "The Long Tail Podcast"),
    ("Why songs got shorter", "Bar by Bar"),
    ("Field recordings, part 2", "The Long Tail Podcast"),
)
CHAPTERS = (("A Field Guide to Noise", "Chapter 1"), ("A Field Guide to Noise", "Chapter 2"))
STRANGE_NAMES = (
    "夜行バス 🌙",
    'He said "no"',
    "Back\\slash",
    "Comma, Comma",
    "שלום עולם",
    "#hashtag",
    "Ünder ångström, naïve",
    "n" * 200,
)


# -- how rows change -------------------------------------------------------------------------------


def in_turn(values, rows):
    """Values in turn, one for each row: object, (N,)."""
    return objects([value for value, _ in zip(cycle(values), rows["play_id"])])


def repeated(rows):
    """Repeated rows."""
    return rows


def ending_at(rows, ended_ms):
    """Rows that end at other instants; they begin as much earlier or later."""
    shift = ended_ms - rows["ended_ms"]
    return rows | {"started_ms": rows["started_ms"] + shift, "ended_ms": ended_ms}


def same_ts(rows):
    """Rows that end at the same instant as the row before."""
    return ending_at(rows, rows["before_ms"])


def overlapping(rows):
    """Rows that begin up to a second before the end of the row before."""
    overlap = 1 + rows["play_id"] % MS
    return ending_at(rows, rows["before_ms"] - overlap + rows["ended_ms"] - rows["started_ms"])


def unsorted(rows):
    """Rows that stand before the row before them."""
    return rows | {"position": rows["position"] - 1.5}


def without_time(rows):
    """Rows of 0 ms that end with an error of the track, each before the play that follows."""
    return rows | {
        "ended_ms": rows["started_ms"],
        "ms_played": np.zeros_like(rows["ms_played"]),
        "reason_end": filled_column(rows, "trackerror"),
        "skipped": filled_column(rows, False),
        "position": rows["position"] - 0.5,
    }


def nameless(rows):
    """Rows of a removed track, which has only its URI, and of a local file, which has nothing."""
    is_local = np.arange(n_rows(rows)) % 2 == 1
    uris = np.where(is_local, None, rows[SONG_KEYS[3]])
    return rows | dict.fromkeys(SONG_KEYS[:3], filled_column(rows, None)) | {SONG_KEYS[3]: uris}


def with_empty_texts(rows):
    """Rows with "" where a text is unknown."""
    keys = ("platform", "conn_country", "reason_start", "reason_end")
    return rows | dict.fromkeys(keys, filled_column(rows, ""))


def with_other_offline_timestamps(rows):
    """Rows with milliseconds, 0 and null in turn as `offline_timestamp`."""
    starts = rows["started_ms"].tolist()
    values = [(start, 0, None)[number % 3] for number, start in enumerate(starts)]
    return rows | {"offline_timestamp": objects(values)}


def with_unknown_skips(rows):
    """Rows that end with the forward button although `skipped` is null or false."""
    return rows | {"skipped": in_turn((None, False), rows)}


def with_null_flags(rows):
    """Rows with null in `shuffle` and `incognito_mode`."""
    return rows | dict.fromkeys(("shuffle", "incognito_mode"), filled_column(rows, None))


def with_other_platforms(rows):
    """Rows whose platform has the style of the other years."""
    short, verbose = rows["short_platform"], rows["verbose_platform"]
    return rows | {"platform": np.where(rows["platform"] == short, verbose, short)}


def of_unknown_country(rows):
    """Rows with the country ZZ."""
    return rows | {"conn_country": filled_column(rows, "ZZ")}


def of_old_files(rows):
    """Rows that stand in a file of the older format."""
    return rows | {"is_old_file": np.ones(n_rows(rows), bool)}


def episodes(rows):
    """Episodes of podcasts after plays, in the files of audio."""
    names, shows = zip(*EPISODES)
    columns = (names, shows, uris("episode", EPISODES))
    values = {key: in_turn(column, rows) for key, column in zip(EPISODE_KEYS, columns)}
    return other_content(rows) | values


def videos(rows):
    """Episodes of video podcasts after plays, in the file of videos."""
    return episodes(rows) | {"is_video": np.ones(n_rows(rows), bool)}


def chapters(rows):
    """Chapters of audiobooks after plays."""
    books, names = zip(*CHAPTERS)
    columns = (books, uris("show", CHAPTERS[:1]), uris("episode", CHAPTERS), names)
    values = {key: in_turn(column, rows) for key, column in zip(CHAPTER_KEYS, columns)}
    return other_content(rows) | values


def uris(kind, names):
    """The URIs of things with these names, a list."""
    return [uri(kind, *pair) for pair in names]


def other_content(rows):
    """Rows without a song that begin at the end of plays and last as long."""
    later = ending_at(rows, rows["ended_ms"] + rows["ended_ms"] - rows["started_ms"])
    nothing = dict.fromkeys(SONG_KEYS, filled_column(rows, None))
    return later | nothing | {"skipped": filled_column(rows, False)}


def longer_than_tracks(rows):
    """Rows played for longer than their track, after jumps back; they begin earlier."""
    ms_played = rows["duration_ms"] + BEYOND_MS
    return rows | {"ms_played": ms_played, "started_ms": rows["ended_ms"] - ms_played}


def strangely_named(rows):
    """Rows whose title has other scripts, quotes, commas or 200 letters."""
    return rows | {TITLE: in_turn(STRANGE_NAMES, rows)}


def at_the_year_edge(rows):
    """Plays that begin in the old year and end in the new year, before the first year's plays."""
    year = np.asarray(rows["ended_ms"], "datetime64[ms]").astype("datetime64[Y]")
    midnight = year.astype("datetime64[ms]").astype(np.int64)
    return rows | {
        "started_ms": midnight - MINUTE_MS,
        "ended_ms": midnight + MINUTE_MS,
        "ms_played": np.full_like(rows["ms_played"], 2 * MINUTE_MS),
        "duration_ms": np.maximum(rows["duration_ms"], 2 * MINUTE_MS),
        "position": np.full(n_rows(rows), -1.0),
    }


# -- which rows ------------------------------------------------------------------------------------


def all_songs(rows):
    """Whether each row is free and not the first: bool, (N,)."""
    return ~rows["is_taken"] & (rows["before_ms"] >= 0)


def near_songs(rows):
    """Every other of `all_songs` that begins soon after the row before. That row stays as it is."""
    is_near = rows["started_ms"] - rows["before_ms"] <= NEAR_MS
    return all_songs(rows) & is_near & (rows["position"] % 2 == 0)


def skips(rows):
    """Those of `all_songs` that end with the forward button."""
    return all_songs(rows) & (rows["reason_end"] == "fwdbtn")


def with_two_platforms(rows):
    """Those of `all_songs` whose platform differs between the years."""
    return all_songs(rows) & (rows["short_platform"] != rows["verbose_platform"])


def first_fifth(rows):
    """The earliest fifth of the rows, without videos, and without chapters, which the older format
    cannot hold.
    """
    is_other = rows["is_video"] | not_none(rows[CHAPTER_KEYS[0]])
    return (rows["position"] < n_rows(rows) / 5) & ~is_other


def first_free_song(rows):
    """The first of `all_songs`."""
    return all_songs(rows) & (np.cumsum(all_songs(rows)) == 1)


@dataclass(frozen=True)
class Oddity:
    """One oddity of real exports.

    change  function of the chosen rows; returns them with the oddity
    needs   keys of the extended history that a format must hold to show it
    adds    whether the rows are added to the clean rows instead of replacing them
    among   function of all rows: which may be chosen, bool, (N,)
    all_of_them  whether all of these are chosen, otherwise IN_A_HUNDRED of each hundred rows
    """

    change: Callable
    needs: tuple = ()
    adds: bool = False
    among: Callable = all_songs
    all_of_them: bool = False


ODDITIES = {
    "repeated_rows": Oddity(repeated, adds=True),
    "same_ts": Oddity(same_ts, ("ts",), among=near_songs),
    "overlaps": Oddity(overlapping, ("ts",), among=near_songs),
    "unsorted_rows": Oddity(unsorted),
    "zero_ms": Oddity(without_time, ("ms_played",), adds=True),
    "null_names": Oddity(nameless, ("spotify_track_uri", "ts")),
    "empty_texts": Oddity(with_empty_texts, ("platform",)),
    "offline_timestamps": Oddity(with_other_offline_timestamps, ("offline_timestamp",)),
    "unknown_skips": Oddity(with_unknown_skips, ("skipped",), among=skips),
    "null_flags": Oddity(with_null_flags, ("shuffle",)),
    "mixed_platforms": Oddity(with_other_platforms, ("short_platform",), among=with_two_platforms),
    "unknown_countries": Oddity(of_unknown_country, ("conn_country",)),
    "podcasts": Oddity(episodes, ("episode_name",), adds=True),
    "videos": Oddity(videos, ("spotify_episode_uri",), adds=True),
    "audiobooks": Oddity(chapters, ("audiobook_title",), adds=True),
    "long_plays": Oddity(longer_than_tracks, ("ms_played",)),
    "strange_names": Oddity(strangely_named),
    "year_edge": Oddity(at_the_year_edge, adds=True, among=first_free_song, all_of_them=True),
    "old_files": Oddity(of_old_files, ("old_files",), among=first_fifth, all_of_them=True),
}


def check_dirty(dirty, form):
    """Names of oddities as a tuple, in the order in which they are added. Raises ValueError naming
    those that the format can show, TypeError for a value that is not a list of names.
    """
    shown = [name for name in ODDITIES if set(ODDITIES[name].needs) <= set(FORMS[form].shows)]
    names = {check_choice("dirty", name, tuple(ODDITIES)) for name in check_names("dirty", dirty)}
    if hidden := sorted(names - set(shown)):
        raise ValueError(
            f"dirty is {hidden[0]!r}, which the files of {form!r} cannot show; they can show "
            f"{', '.join(map(repr, shown))}."
        )
    return tuple(name for name in shown if name in names)


def with_oddities(rows, dirty, seed):
    """(rows with oddities, in order; name -> number of rows that have it).

    rows   as from `rows_of_plays`;  dirty  names, as from `check_dirty`;  seed  of the run
    """
    no = np.zeros(n_rows(rows), bool)
    before = {"before_ms": np.append(-1, rows["ended_ms"])[: n_rows(rows)]}
    rows = rows | before | dict.fromkeys(("is_taken", "is_video", "is_old_file"), no)
    rows, counts = rows | {"position": np.arange(n_rows(rows), dtype=float)}, {}
    for name in dirty:
        rows, counts[name] = with_oddity(rows, name, seed)
    return picked_rows(rows, np.argsort(rows["position"], kind="stable")), counts


def with_oddity(rows, name, seed):
    """(rows with one more oddity, how many have it)."""
    oddity, chosen = ODDITIES[name], chosen_rows(rows, name, seed)
    if not oddity.all_of_them:
        rows = rows | {"is_taken": rows["is_taken"] | chosen}
    kept = rows if oddity.adds else picked_rows(rows, ~chosen)
    changed = oddity.change(picked_rows(rows, chosen))
    return {key: np.append(kept[key], changed[key]) for key in rows}, int(chosen.sum())


def chosen_rows(rows, name, seed):
    """Which rows get an oddity: bool, (N,)."""
    oddity, chosen = ODDITIES[name], np.zeros(n_rows(rows), bool)
    allowed = np.flatnonzero(oddity.among(rows))
    n_chosen = len(allowed) if oddity.all_of_them else max(1, n_rows(rows) * IN_A_HUNDRED // 100)
    order = np.argsort(draws(seed, name, rows["play_id"][allowed]), kind="stable")
    chosen[allowed[order[:n_chosen]]] = True
    return chosen
