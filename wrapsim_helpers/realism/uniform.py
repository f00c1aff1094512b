"""The uniform loop that this project began with, as columns: a baseline for the benchmark.

That loop steps four minutes at a time from start to end without a pause. It draws each song
uniformly from one genre and each interaction uniformly from five words, and draws age, gender and
plan anew for every record. Its records have no ms_played, device or context. Here a skip or a stop
is at a uniform position in the track, all other plays last to the end of the track or for four
minutes, and devices and contexts are drawn uniformly.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa

from ..instants import DAY_MS, MINUTE_MS
from ..music.catalogue import build_catalogue
from ..music.songs_file import load_songs
from ..parameters import Run, identity
from ..runs.parts import CATALOGUE_TABLES
from ..schema import SYMBOLS, TABLES, code, fingerprints, symbol_codes, table_of
from ..storage.manifest import manifest_bytes
from ..storage.places import add
from ..storage.tables import write_table

SEED = 20251115
STEP_MS = 4 * MINUTE_MS
KINDS = ("play", "pause", "skip", "replay", "stop")
# column -> its symbol for each of KINDS
LABELS = {
    "interaction": ("play", "pause", "skip", "replay", "play"),
    "reason_start": ("trackdone", "trackdone", "trackdone", "backbtn", "clickrow"),
    "reason_end": ("trackdone", "trackdone", "fwdbtn", "trackdone", "endplay"),
}


def write_uniform_run(out_dir, listeners, versions, start_ms, days):
    """Write a run folder of the uniform loop, one record every four minutes for each listener;
    returns its Path.

    listeners, versions  Arrow tables as in `schema.TABLES`
    start_ms, days       start (UTC ms) and length of the window
    """
    folder, rng = Path(out_dir), np.random.default_rng(SEED)
    catalogue = build_catalogue(load_songs())
    files = [write_table(folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES]
    files.append(write_table(folder, "listeners", listeners, 0))
    files.append(write_table(folder, "profile_versions", versions, 0))
    for part, listener_id in enumerate(listeners["listener_id"].to_pylist()):
        plays = uniform_plays(listener_id, catalogue.tracks, start_ms, days, rng)
        files.append(write_table(folder, "plays", plays, part))
    dates = np.array([start_ms, start_ms + days * DAY_MS], "datetime64[ms]").astype("datetime64[D]")
    run = Run(listeners.num_rows, *map(str, dates))
    add(folder, "run.json", manifest_bytes(identity(run, {}, fingerprints(), 1), files))
    return folder


def uniform_plays(listener_id, tracks, start_ms, days, rng):
    """The plays of one listener in the uniform loop, an Arrow table as in `schema.TABLES`."""
    n = days * DAY_MS // STEP_MS
    genre = tracks["genre"].to_pandas()
    row = rng.choice(np.flatnonzero(genre == genre.value_counts().index[0]), n)
    duration = tracks["duration_ms"].to_numpy()[row]
    kind = rng.integers(len(KINDS), size=n)
    left = np.isin(kind, [KINDS.index("skip"), KINDS.index("stop")])
    ms_played = np.where(left, rng.random(n) * duration, duration).astype(np.int64)
    ms_played = ms_played.clip(0, STEP_MS)
    started = start_ms + np.arange(n) * STEP_MS
    columns = {
        "listener_id": np.full(n, listener_id),
        "session_id": np.full(n, listener_id << 32),
        "country": pa.array(["US"] * n),
        "play_id": (listener_id << 32) + np.arange(n),
        "track_id": tracks["track_id"].to_numpy()[row],
        "started_at": started,
        "ended_at": started + ms_played,
        "ms_played": ms_played,
        "content_type": np.full(n, code("content_type", "track")),
    }
    zeros = dict.fromkeys(TABLES["plays"].names, np.zeros(n, np.int64))
    return table_of("plays", zeros | columns | uniform_labels(kind, rng))


def uniform_labels(kind, rng):
    """Columns of symbols, as codes: those that follow from the kind of interaction, and those that
    are drawn uniformly.
    """
    following = {
        name: np.array(symbol_codes(name, *symbols))[kind] for name, symbols in LABELS.items()
    }
    return following | {
        name: rng.integers(1, len(SYMBOLS[name]), size=len(kind))
        for name in ("device", "platform", "context", "plan")
    }
