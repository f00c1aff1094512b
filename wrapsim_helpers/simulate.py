"""One listener, a crowd, or millions: the same loop, as records in memory or as a run folder.

A part is a pure function of (run, part number), so parts can be made in any order, by any worker.
"""

import functools
import hashlib
import os
import platform
import sys
import time
import uuid
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from tqdm.auto import tqdm

from . import listeners as people_of
from .avro import CODECS
from .behaviour import GENRE_NAMES, Behaviour, lowered
from .catalogue import build_catalogue
from .datasets import check_genre, load_songs, load_survey, source_path
from .files import entry, open_folder, read_manifest, records, row_hash, sync_marker, writable, write_avro, write_json, write_parquet, write_table
from .plays import sample_plays
from .run import FORMATS, Given, Run, cache_folder, check_choice, check_count, identity, identity_hash, part_path, source_hash
from .schema import DEVICES, LABEL, NAMED, TABLES, fingerprints, labelled, table_of

MOST_RECORDS = 2_000_000         # more than that as Python dicts would fill a laptop's memory
PART_TABLES = ("listeners", "profile_versions", "plays", "actions", "answers", "truth", "state")
MINUTES_PER_PLAY = 2.4           # mean length of a play in the model, for estimates


@dataclass(frozen=True)
class World:
    """What a run's listeners live in: the survey they come from, the model, the music, and songs already encoded as Avro."""

    survey: pd.DataFrame
    behaviour: Behaviour
    catalogue: object
    songs: dict = field(default_factory=dict)


@functools.lru_cache(maxsize=4)
def world_of(survey_path, songs_path):
    """The world of two source files; read once per process."""
    return World(load_survey(survey_path), Behaviour(), build_catalogue(load_songs(songs_path)))


def check_run(run):
    """The world of a run, after every name in the run has been looked up in it."""
    for genre in run.genres:
        check_genre("genres", genre)
    if run.given.genre:
        check_genre("preferred_genre", run.given.genre)
    if run.given.latitude is not None:
        people_of.home_of(run.given.latitude, run.given.longitude)
    return world_of(run.survey_path, run.songs_path)


# -- plays as columns ---------------------------------------------------------------------------------

@dataclass(frozen=True)
class Listened:
    """Some listeners of a run and everything they play in it: Arrow tables as in `schema.TABLES`."""

    run: Run
    world: World
    listeners: pa.Table
    profile_versions: pa.Table
    plays: pa.Table
    answers: pa.Table
    truth: pa.Table
    state: pa.Table
    actions: pa.Table


def listen(run, ids=None, instead=Given()):
    """What do these listeners play in the run's window? A `Listened`.

    ids      int64, (L,), numbers of listeners; None for all of the run
    instead  what is changed about them once they are drawn, see `sample_listeners`
    """
    world = check_run(run)
    ids = run.listener_ids() if ids is None else np.asarray(ids, dtype=np.int64)
    listeners, versions = people_of.sample_listeners(run, world.behaviour, world.survey, ids, instead)
    others = people_of.other_genres(world.survey, listeners, versions)
    people, countries = people_of.lower(run, listeners, versions, world.catalogue, others)
    plays, answers, state = [], [], []
    for block in sample_plays(people, world.catalogue.music, lowered(world.behaviour)):
        plays.append(plays_table(block.plays, countries))
        answers.append(table_of("answers", {name: column.copy() for name, column in block.answers._asdict().items()}))
        state.append(state_table(block))
    return Listened(run, world, listeners, versions, *map(pa.concat_tables, (plays, answers)),
                    truth_table(world, listeners, others), pa.concat_tables(state), TABLES["actions"].empty_table())


def plays_table(plays, countries):
    """Columns of the loop as the plays table; copied, so that the loop may use them again."""
    arrays = []
    for field in TABLES["plays"]:
        column = getattr(plays, field.name).copy()
        arrays.append(labelled(field.name, column) if field.type == LABEL else
                      pa.DictionaryArray.from_arrays(pa.array(column), pa.array(countries)) if field.type == NAMED else
                      pa.array(column).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=TABLES["plays"])


def state_table(block):
    """What a later run needs to go on: how far each listener came, and what they remember."""
    return table_of("state", {"listener_id": block.answers.listener_id.copy(), "n_plays": block.answers.n_plays.copy(),
                              "n_sessions": block.n_sessions.copy(), "last_ended_at": block.answers.last_ended_at.copy(),
                              "recent_tracks": pa.array([tracks.copy() for tracks in block.recent_tracks], pa.list_(pa.int32()))})


def truth_table(world, listeners, others):
    """The listeners' true tastes: shares of new tracks by genre, as the loop draws them."""
    n = listeners.num_rows
    shares = np.diff(others, axis=1, prepend=0.0).round(9)
    return table_of("truth", {
        "listener_id": listeners["listener_id"].to_numpy(), "favourite_genre": listeners["favourite_genre"].combine_chunks(),
        "favourite_share": np.full(n, world.behaviour.favourite_share),
        "other_genres": pa.array([list(GENRE_NAMES)] * n), "other_shares": pa.array(shares.tolist())})


def compile_model(run):
    """Compile the loop, or load it from the cache, with a line that says so where it takes long."""
    known = any(cache_folder().rglob("plays.play_listeners*.nbi"))
    if not known:
        tqdm.write("Compiling the listening model, once per version; about half a minute ...")
    started = time.perf_counter()
    listen(run, run.listener_ids()[:1])
    if not known:
        tqdm.write(f"... compiled in {time.perf_counter() - started:.0f} s, and kept for later runs.")


def what_if(listened, **changed):
    """The same listeners over the same time, had they another age, gender, plan or genre; a `Listened`.

    Both years use the same random streams, so what differs follows from the change alone.
    changed: age int, gender, plan or genre text, as in `Given`.
    """
    return listen(listened.run, listened.listeners["listener_id"].to_numpy(), Given(**changed))


def introduce(listened):
    """Who is this listener? Text of two sentences about the first one of a `Listened`."""
    person, profile = listened.listeners.slice(0, 1).to_pylist()[0], listened.profile_versions.slice(0, 1).to_pylist()[0]
    devices = sorted(((person[f"{device}_share"], device) for device in DEVICES if person[f"{device}_share"]), reverse=True)
    plan = profile["plan"] if profile["plan"] == "free" else f"premium ({profile['plan_kind']})"
    return (f"{person['name']}, {profile['age']}, {person['gender']}, lives in {person['city']}, {person['country']} ({person['time_zone']}), "
            f"has listened since {person['joined_on']:%B %Y} and is on the {plan} plan. "
            f"Favourite genre {person['favourite_genre']}; means to hear {person['minutes_per_day']:.0f} minutes a day, on "
            f"{', '.join(f'{device} ({share:.0%})' for share, device in devices)}; {person['chronotype'].replace('_', ' ')}.")


def one_session(listened, number=0):
    """One session of the first listener, to be read: DataFrame, one row per play, times on the listener's own clock.

    number  0 for the first session of the window; an empty table where there are fewer
    """
    plays, tracks = listened.plays.to_pandas(), listened.world.catalogue.tracks.to_pandas()
    sessions = plays["session_id"].unique()
    rows = plays[plays["session_id"] == sessions[number]] if number < len(sessions) else plays.iloc[:0]
    rows = rows.merge(tracks.assign(artist=tracks["artists"].str[0])[["track_id", "title", "artist", "genre"]], on="track_id", how="left")
    local = rows["started_at"].dt.tz_localize(None) + pd.to_timedelta(rows["utc_offset_min"], unit="min")
    return rows.assign(local_time=local.dt.strftime("%Y-%m-%d %H:%M:%S"), seconds=rows["ms_played"] // 1000)[
        ["local_time", "title", "artist", "genre", "seconds", "reason_start", "reason_end", "interaction", "context", "device"]]


def tell_change(before, after):
    """What did a change of one listener change, and what could it not? Text of three sentences.

    before, after  `Listened` of one listener, the second as from `what_if`
    """
    was, became = ({**one.profile_versions.slice(0, 1).to_pylist()[0], **one.listeners.to_pylist()[0]} for one in (before, after))
    changed = [name for name in was if was[name] != became[name] and name != "birth_date"]
    share = [one.answers["n_skips"][0].as_py() / max(one.answers["n_plays"][0].as_py(), 1) for one in (before, after)]
    hours = [one.answers["ms_played"][0].as_py() / 3.6e6 for one in (before, after)]
    kept = [name for name in ("city", "time_zone", "chronotype", "phone_platform", "favourite_genre") if name not in changed]
    return (f"Changed: {', '.join(f'{name} from {was[name]} to {became[name]}' for name in changed) or 'nothing'}. "
            f"So the same days and sessions hold {hours[1]:.0f} hours of music instead of {hours[0]:.0f}, and {share[1]:.0%} of plays are "
            f"skipped instead of {share[0]:.0%}. By construction the same: {', '.join(f'{name} {was[name]}' for name in kept)}, "
            "the devices and every random stream.")


def estimate_plays(run, world, sample=2_000):
    """About how many plays will the run have? From what its first listeners mean to hear, int."""
    ids = run.listener_ids()[:sample]
    listeners, _ = people_of.sample_listeners(run, world.behaviour, world.survey, ids)
    minutes = listeners["minutes_per_day"].to_numpy().mean() * run.days * run.num_users
    return round(minutes / MINUTES_PER_PLAY)


# -- records in memory --------------------------------------------------------------------------------

def one_listener(user_id="", start_time="2025-01-01", end_time="2025-02-01", preferred_genre="", age=-1, gender="", plan="",
                 latitude="", longitude="", seed=2025, population="world", survey_group="all", survey_path="", songs_path=""):
    """The checked `Run` of one listener; arguments as for `generate_listening_session`, "" or -1 meaning drawn."""
    number, own_id = resolve_user(user_id, seed)
    given = Given(preferred_genre, drawn_as_none(age), gender, plan, drawn_as_none(latitude, ("",)), drawn_as_none(longitude, ("",)), own_id)
    run = Run(num_users=1, start_time=start_time, end_time=end_time, seed=seed, first_listener=number, population=population,
              survey_group=survey_group, survey_path=survey_path, songs_path=songs_path, given=given)
    check_run(run)
    return run


def drawn_as_none(value, marks=("", -1)):
    """None for a value that stands for "drawn", the value otherwise."""
    return None if value is None or any(value == mark and isinstance(value, type(mark)) for mark in marks) else value


def generate_listening_session(user_id="", start_time="2025-01-01", end_time="2025-02-01", preferred_genre="", **fixed):
    """What does one listener play between two times? A list of SpotifyWrappedData records, oldest first.

    user_id               a listener's number, the UUID of one, any other UUID, or "" for listener 0
    start_time, end_time  ISO 8601; local time of the listener where without an offset; end excluded
    preferred_genre       a genre of the survey, such as "Pop"; "" for what the survey row says
    fixed                 any of age (years), gender, plan, latitude and longitude (degrees), which are drawn otherwise;
                          seed (same seed, same listener and same plays), population, survey_group, survey_path, songs_path
    Returns               list of dicts, each valid under `schema_ind`
    Raises ValueError or TypeError, saying what is allowed, before anything is simulated.
    """
    return listen_as_records(one_listener(user_id, start_time, end_time, preferred_genre, **fixed))


def generate_multiple_users_session(num_users, start_time="2025-01-01", end_time="2025-02-01", genres=(), *, seed=2025,
                                    population="world", survey_group="all", survey_path="", songs_path=""):
    """What does a crowd play between two times? A list of SpotifyWrappedData records, listener by listener.

    num_users  how many listeners;  genres  survey genres each listener's favourite is picked from, empty for all
    The rest as for `generate_listening_session`. Raises ValueError above two million records: use `simulate` then.
    """
    run = Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=tuple(genres), seed=seed,
              population=population, survey_group=survey_group, survey_path=survey_path, songs_path=songs_path)
    expected = estimate_plays(run, check_run(run))
    if expected > MOST_RECORDS:
        raise ValueError(f"{num_users:,} users from {start_time} to {end_time} make about {expected:,} records, more than the "
                         f"{MOST_RECORDS:,} that fit in memory as dicts. Use simulate(...), which writes them to files.")
    return listen_as_records(run)


def listen_as_records(run):
    """All records of a run, in memory."""
    heard = listen(run)
    say_moved(run, moved_starts(heard))
    return list(records(heard.plays, heard.listeners, heard.profile_versions, heard.world.catalogue.tracks))


def resolve_user(user_id, seed):
    """(listener number, UUID to write or "" for the listener's own) of what a caller may give as user_id."""
    if isinstance(user_id, (int, np.integer)) and not isinstance(user_id, bool):
        return check_count("user_id", user_id, 0, 2**31 - 2), ""
    if user_id == "":
        return 0, ""
    if str(user_id).isdecimal():
        return check_count("user_id", int(user_id), 0, 2**31 - 2), ""
    try:
        text = str(uuid.UUID(str(user_id)))
    except ValueError:
        raise ValueError(f"user_id is {user_id!r}; it must be a listener's number, a UUID, or '' for listener 0.") from None
    number = people_of.listener_number(text, seed)
    return (number, "") if number is not None else (int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1, text)


# -- runs on disk -------------------------------------------------------------------------------------

def simulate(num_users=100, start_time="2025-01-01", end_time="2026-01-01", genres=(), *, out_dir="", formats=("parquet", "avro"),
             codec="deflate", population="world", survey_group="all", seed=2025, listeners_per_part=0, workers=0, scheduler="",
             survey_path="", songs_path=""):
    """Simulate a crowd into a run folder, part by part, whatever its size; returns the folder's Path.

    out_dir   a new or empty folder, or one where this very run was begun; "" for a folder of its own under data/runs
    formats   "parquet", "avro" or both: how the plays are kept; all other tables are Parquet. Insights read either
    codec     of the Avro files: "deflate", "zstandard" or "null"
    workers   processes; 0: one per core, but no more than there are parts
    scheduler address of a dask scheduler whose workers make the parts instead, such as "tcp://10.0.0.1:8786"
    The rest as for `Run`. Raises ValueError or TypeError, saying what is allowed, before anything is written.
    """
    formats = check_formats([formats] if isinstance(formats, str) else formats, codec)
    check_count("workers", workers, 0, 1024)
    run = Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=tuple(genres), population=population,
              survey_group=survey_group, seed=seed, listeners_per_part=listeners_per_part, survey_path=survey_path, songs_path=songs_path)
    return simulate_run(run, Path(out_dir) if out_dir else None, formats, workers, scheduler)


def check_formats(formats, codec):
    """How the plays are to be kept, checked: {format: how it is compressed}; ValueError where no format is named."""
    compressed = {"avro": check_choice("codec", codec, CODECS), "parquet": "zstandard"}
    if not formats:
        raise ValueError(f"formats is {formats!r}; name one or both of {', '.join(map(repr, FORMATS))}.")
    return {name: compressed[name] for name in sorted(check_choice("formats", name, FORMATS) for name in formats)}


def simulate_run(run, out_dir, formats, workers, scheduler):
    """The same for a checked Run. A finished run of the same identity is left as it is."""
    started, world = time.time(), check_run(run)
    size = part_size(run, world)
    whole = replace(run, listeners_per_part=size)
    same = identity(whole, {"survey": source_path("survey", run.survey_path), "songs": source_path("songs", run.songs_path)},
                    fingerprints(), size) | {"formats": formats}
    folder = open_folder(out_dir or runs_folder() / f"run-{identity_hash(same)[:6]}{source_hash()[:4]}", same)
    if (folder / "run.json").is_file():
        tqdm.write(f"This run is already in {folder}.")
        return folder
    compile_model(run)
    shared = [write_table(folder, name, getattr(world.catalogue, name)) for name in ("tracks", "albums", "artists", "track_artists")]
    n_parts = -(-run.num_users // size)
    parts = make_parts(whole, folder, formats, identity_hash(same), n_parts, workers, scheduler)
    files = sorted([*shared, *(file for part in parts for file in part["files"])], key=lambda file: file["file"])
    moved = sum(part["moved"] for part in parts)
    say_moved(run, moved)
    write_json(folder / "run.json", {"identity": same, "identity_hash": identity_hash(same), "parts": n_parts,
                                     "plays": sum(f["rows"] for f in files if f["file"].startswith("plays/") and f["file"].endswith(next(iter(formats)))),
                                     "files": files})
    write_json(folder / "log.json", {"started": started, "seconds": round(time.time() - started, 3), "workers": workers,
                                     "moved_local_times": moved, "python": platform.python_version(), "platform": platform.platform()})
    return folder


def runs_folder():
    """Where runs go that name no folder: data/runs beside the nearest folder `notebooks`, or in the working folder."""
    here = Path.cwd()
    return next((top for top in (here, *here.parents) if (top / "notebooks").is_dir()), here) / "data" / "runs"


def output_folder(out_dir, name):
    """Path of a folder to write to, made and tried: the one named, or data/runs/`name`; PermissionError where it cannot be."""
    return writable(Path(out_dir) if out_dir else runs_folder() / name)


def write_listener(listened, out_dir):
    """Write one listener's plays to a folder as plays.avro and plays.parquet; returns both paths."""
    paths = Path(out_dir) / "plays.avro", Path(out_dir) / "plays.parquet"
    write_avro(listened.plays, listened.listeners, listened.profile_versions, listened.world.catalogue.tracks, paths[0],
               sync_marker(listened.listeners["user_id"][0].as_py(), 0))
    write_parquet(listened.plays, paths[1])
    return paths


def latest_run(run_dir=""):
    """Path of a finished run: the one named, or the one finished last under data/runs.

    Raises FileNotFoundError where there is none.
    """
    if run_dir:
        read_manifest(run_dir)
        return Path(run_dir)
    finished = sorted(runs_folder().rglob("run.json"), key=lambda path: path.stat().st_mtime)
    if not finished:
        raise FileNotFoundError(f"run_dir is empty and {runs_folder()} holds no finished run. Run notebook 03_multiple_users first, "
                                "or name the folder of a run.")
    return finished[-1].parent


def part_size(run, world):
    """Listeners per part: as given, or as many as make about a million plays."""
    return run.part_size(estimate_plays(run, world) / (run.num_users * run.days))


def make_parts(run, folder, formats, hash_, n_parts, workers, scheduler):
    """Make every part, in this process or by an executor's, with a progress bar; manifest entries in part order."""
    jobs = [(run, part, folder, formats, hash_) for part in range(n_parts)]
    bar = functools.partial(tqdm, total=n_parts, desc=f"{run.num_users:,} listeners", unit="part")
    workers = min(workers or os.cpu_count() or 1, n_parts)
    if workers == 1 and not scheduler:
        return [make_part(*job) for job in bar(jobs)]
    with executor_of(workers, scheduler) as executor:
        with main_left_alone():
            parts = executor.map(make_part, *zip(*jobs))
        return list(bar(parts))


@contextmanager
def main_left_alone():
    """Start processes without running the caller's script again in each of them.

    A spawned process imports the main module, so a script without `if __name__ == "__main__":` would start itself
    over and over. Our workers need nothing from it.
    """
    main = vars(sys.modules["__main__"])
    hidden = {name: main[name] for name in ("__file__", "__spec__") if name in main}
    main.pop("__file__", None)
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)


def executor_of(workers, scheduler):
    """Who makes the parts: spawned processes (never forked: threads would hang), or the workers of a dask scheduler."""
    if not scheduler:
        return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        from distributed import Client
    except ImportError:
        raise ValueError(f"scheduler is {scheduler!r}, but dask is not installed; pip install 'wrapsim[dask]'.") from None
    return Client(scheduler).get_executor()


def make_part(run, part, folder, formats, hash_):
    """Simulate and write one part; a pure function of (run, part).

    Returns {"files": manifest entries, "moved": listeners whose local start or end had to be moved}.
    """
    heard = listen(run, run.listener_ids()[part * run.listeners_per_part:(part + 1) * run.listeners_per_part])
    files = [write_table(folder, name, getattr(heard, name), part) for name in PART_TABLES if name != "plays" or "parquet" in formats]
    if "avro" in formats:
        path = part_path(folder, "plays", part, "avro")
        write_avro(heard.plays, heard.listeners, heard.profile_versions, heard.world.catalogue.tracks, path, sync_marker(hash_, part),
                   formats["avro"], known=heard.world.songs)
        files.append(entry(folder, path, heard.plays.num_rows, row_hash(heard.plays)))
    return {"files": files, "moved": moved_starts(heard)}


def moved_starts(heard):
    """How many listeners' windows began or ended at a local time that does not exist once."""
    return people_of.window_starts(heard.run, heard.listeners.to_pandas())[2]


def say_moved(run, moved):
    """Say, where there were any, how many windows were moved to the first valid instant."""
    if moved:
        tqdm.write(f"{run.start_time} or {run.end_time} falls into the daylight-saving night of {moved:,} of {run.num_users:,} listeners; "
                   "their windows began or ended at the first valid instant.")
