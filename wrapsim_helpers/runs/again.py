"""Simulate one listener of a run again, by number, user id or name."""

import uuid
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from ..checking import did_you_mean, front_door, near_names
from ..listening.listen import Listened, listen_checked, world_of_run
from ..names import folded
from ..parameters import run_of
from ..people.clocks import window_starts
from ..people.user_ids import listener_number, run_user_ids
from ..resources import runs_folder
from ..storage import places
from ..storage.outputs import replaced_file, writable_output_folder
from ..storage.records import sync_marker, write_avro
from ..storage.tables import write_parquet
from .jobs import reproduced
from .opened import open_any_run, open_run, read_parquet

MOST_NAMES = 10_000  # most names that are compared with a misspelt name


# -- folders ---------------------------------------------------------------------------------------


@front_door
def write_listener(listened: Listened, out_dir):
    """Write one listener's plays to a folder as plays.avro and plays.parquet. Returns both paths.

    Earlier files of wrapsim are replaced. Raises ValueError naming any other file in the folder.
    """
    folder = writable_output_folder(out_dir)
    with replaced_file(folder / "plays.avro") as path:
        write_avro(
            *listened.record_tables,
            path,
            sync_marker(listened.listeners["user_id"][0].as_py(), 0),
        )
    with replaced_file(folder / "plays.parquet") as path:
        write_parquet(listened.plays, path)
    return folder / "plays.avro", folder / "plays.parquet"


@front_door
def latest_run(run_dir=""):
    """Path of a finished run: the given one, or the one finished last under data/runs.

    Raises FileNotFoundError if there is none.
    """
    if run_dir != "":
        place = places.place_of(run_dir)
        # absolute, so that the message of an error names the whole path
        open_run(place if places.is_store(place) else place.absolute())
        return place
    finished = sorted(runs_folder().rglob("run.json"), key=lambda path: path.stat().st_mtime)
    if not finished:
        raise FileNotFoundError(
            f"run_dir is empty and {runs_folder()} holds no finished run. Execute notebook "
            f"03_multiple_users first, or name the folder of a run."
        )
    return finished[-1].parent


@front_door
def again(run_dir, user, survey_path="", songs_path="", personas_path=""):
    """Simulate one listener of a run again, without the other listeners. Returns a `Listened` with
    the plays of the run.

    user  a listener's number, user_id or full name
    Raises ValueError for a user who is not in the run, or, with the differences, if this
    installation or these source files would not give the same plays.
    """
    opened = open_any_run(run_dir)
    run = reproduced(opened, survey_path, songs_path, personas_path)
    # a continued run is simulated from the start of its chain
    ids = np.array([listener_named(opened, user)])
    listened = listen_checked(run.origin, world_of_run(run.origin), ids)
    return since(listened, run) if run.origin_time else listened


def since(listened, run):
    """A `Listened` without the plays before the start of a run's window."""
    start, plays = window_starts(run, listened.listeners)[0][0], listened.plays
    return replace(
        listened,
        run=run,
        plays=plays.filter(pc.greater_equal(plays["started_at"].cast("int64"), start)),
    )


def listener_named(opened, user):
    """The number of a listener of an `OpenedRun`, by number, user_id or full name.

    Raises ValueError if the run has no such listener, or several.
    """
    run, text = run_of(opened.identity), str(user)
    first, last = run.first_listener, run.first_listener + run.num_users - 1
    user_id = uuid_text(text)
    number = int(text) if text.isdecimal() else number_of_id(run, user_id)
    if number is not None and first <= number <= last:
        return number
    names = names_of_listeners(opened)
    matches = names["name"].map(folded) == folded(text)
    matches |= names["user_id"].str.casefold() == user_id
    numbers = names.loc[matches, "listener_id"].tolist()
    if len(numbers) == 1:
        return numbers[0]
    raise ValueError(
        f"user is {user!r}; the run has {of_that_name(text, names, numbers)} It has the listeners "
        f"{first:,} to {last:,}: give the number, user_id or full name of one of them."
    )


def uuid_text(text):
    """The usual form of a UUID's text, or "" if the text is not of a UUID."""
    with suppress(ValueError):
        return str(uuid.UUID(text))
    return ""


def number_of_id(run, user_id):
    """The number of the listener of a run with a user id; None if the id does not follow from the
    run.
    """
    number = listener_number(user_id, run.seed) if user_id else None
    if number is None or run_user_ids(run, np.array([number]))[0].as_py() != user_id:
        return None
    return number


def of_that_name(text, names, numbers):
    """How many listeners have a name, in words, with the nearest names if no listener has it."""
    if numbers:
        return f"{len(numbers)} listeners of that name ({', '.join(map(str, numbers[:5]))})."
    known = [*names["name"][:MOST_NAMES]]
    near = [name for name in known if f" {folded(text)} " in f" {folded(name)} "]
    near = near[:3] or near_names(text, known, n=3)
    return f"no listener with that number, user_id or name.{did_you_mean(near)}"


def names_of_listeners(opened):
    """listener_id, user_id and name of a run's listeners in the parts that exist; a DataFrame."""
    columns = ["listener_id", "user_id", "name"]
    with suppress(FileNotFoundError):
        return read_parquet(opened, "listeners", columns).to_pandas()
    return pd.DataFrame(columns=columns, dtype=str)
