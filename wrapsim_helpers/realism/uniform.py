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
from ..schema import SYMBOLS, TABLES, code, fingerprints, table_of
from ..storage.manifest import manifest_bytes
from ..storage.places import add
from ..storage.tables import write_table

STEP_MS = 4 * MINUTE_MS
KINDS = ("play", "pause", "skip", "replay", "stop")
ENDS = {
    "play": "trackdone",
    "pause": "trackdone",
    "replay": "trackdone",
    "skip": "fwdbtn",
    "stop": "endplay",
}
STARTS = {
    "play": "trackdone",
    "pause": "trackdone",
    "replay": "backbtn",
    "skip": "trackdone",
    "stop": "clickrow",
}
SHOWN = {"play": "play", "pause": "pause", "skip": "skip", "replay": "replay", "stop": "play"}


def write_uniform_run(out_dir, listeners, versions, start_ms, days, songs_path="", seed=20251115):
    """Write a run folder of the uniform loop, one record every four minutes for each listener;
    returns its Path.

    listeners, versions  Arrow tables as in `schema.TABLES`
    start_ms, days       start (UTC ms) and length of the window
    """
    folder, rng, catalogue = (
        Path(out_dir),
        np.random.default_rng(seed),
        build_catalogue(load_songs(songs_path)),
    )
    files = [write_table(folder, name, getattr(catalogue, name)) for name in CATALOGUE_TABLES]
    files += [
        write_table(folder, name, table, 0)
        for name, table in (("listeners", listeners), ("profile_versions", versions))
    ]
    files += [
        write_table(
            folder, "plays", uniform_plays(listener_id, catalogue.tracks, start_ms, days, rng), part
        )
        for part, listener_id in enumerate(listeners["listener_id"].to_pylist())
    ]
    first, after = (
        np.datetime64(start_ms + n * DAY_MS, "ms").astype("datetime64[D]").astype(str)
        for n in (0, days)
    )
    run = Run(listeners.num_rows, first, after)
    add(folder, "run.json", manifest_bytes(identity(run, {}, fingerprints(), 1), files))
    return folder


def uniform_plays(listener, tracks, start_ms, days, rng):
    """The plays of one listener in the uniform loop, an Arrow table as in `schema.TABLES`."""
    n = days * DAY_MS // STEP_MS
    genre = tracks["genre"].to_pandas()
    row = rng.choice(np.flatnonzero(genre == genre.value_counts().index[0]), n)
    duration = tracks["duration_ms"].to_numpy()[row]
    kind = rng.integers(len(KINDS), size=n)
    left = np.isin(kind, [KINDS.index("skip"), KINDS.index("stop")])
    ms_played = np.where(left, (rng.random(n) * duration).astype(np.int64), duration).clip(
        0, STEP_MS
    )
    started = start_ms + np.arange(n) * STEP_MS
    chosen = {"interaction": SHOWN, "reason_start": STARTS, "reason_end": ENDS}
    labels = {
        name: np.array([code(name, words[interaction]) for interaction in KINDS], np.int8)[kind]
        for name, words in chosen.items()
    }
    labels |= {
        name: rng.integers(1, len(SYMBOLS[name]), size=n).astype(np.int8)
        for name in ("device", "platform", "context", "plan")
    }
    fixed = {
        "listener_id": np.full(n, listener),
        "session_id": np.full(n, listener << 32),
        "country": pa.array(["US"] * n),
    }
    of_play = {
        "play_id": (listener << 32) + np.arange(n),
        "track_id": tracks["track_id"].to_numpy()[row],
        "started_at": started,
        "ended_at": started + ms_played,
        "ms_played": ms_played,
        "content_type": np.full(n, code("content_type", "track"), np.int8),
    }
    rest = {
        field.name: np.zeros(n, bool if pa.types.is_boolean(field.type) else np.int64)
        for field in TABLES["plays"]
    }
    return table_of("plays", rest | fixed | of_play | labels)
