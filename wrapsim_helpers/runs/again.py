"""One listener out of a run, found by number, user id or name, and simulated again."""

import contextlib
import difflib
import uuid
from dataclasses import replace

import pandas as pd
import pyarrow.compute as pc

from ..checking import front_door
from ..listening.listen import Listened, listen
from ..parameters import run_of
from ..people.clocks import window_starts
from ..people.user_ids import listener_number
from ..resources import runs_folder
from ..source_files import with_sources
from ..storage import places
from ..storage.manifest import identity_of, read_manifest
from ..storage.outputs import own_folder, written
from ..storage.records import sync_marker, write_avro
from ..storage.tables import read_parquet, write_parquet
from .simulate import before_of, job_of, refuse_changes

MOST_NAMES = 10_000  # looked through for one like a misspelt name


# -- folders ---------------------------------------------------------------------------------------


@front_door
def write_listener(listened: Listened, out_dir):
    """Write one listener's plays to a folder as plays.avro and plays.parquet; returns both paths.

    Earlier files of ours are replaced. Raises ValueError naming any other file in the folder.
    """
    folder = own_folder(out_dir)
    with written(folder / "plays.avro") as path:
        write_avro(
            listened.plays,
            listened.listeners,
            listened.profile_versions,
            listened.world.catalogue.tracks,
            path,
            sync_marker(listened.listeners["user_id"][0].as_py(), 0),
        )
    with written(folder / "plays.parquet") as path:
        write_parquet(listened.plays, path)
    return folder / "plays.avro", folder / "plays.parquet"


@front_door
def latest_run(run_dir=""):
    """Path of a finished run: the one named, or the one finished last under data/runs.

    Raises FileNotFoundError where there is none.
    """
    if run_dir != "":
        place = places.place_of(run_dir)
        read_manifest(
            place if places.is_store(place) else place.absolute()
        )  # so that a message says where it looked
        return place
    finished = sorted(runs_folder().rglob("run.json"), key=lambda path: path.stat().st_mtime)
    if not finished:
        raise FileNotFoundError(
            f"run_dir is empty and {runs_folder()} holds no finished run. Run notebook "
            f"03_multiple_users first, "
            "or name the folder of a run."
        )
    return finished[-1].parent


@front_door
def again(run_dir, user, survey_path="", songs_path="", personas_path=""):
    """One listener out of a run, simulated again and identical, whatever the size of the run; a
    `Listened`.

    user  a listener's number, user_id or full name.  Raises ValueError for a user who is not in
          the run, and where this
    installation or these source files would not give the same plays, with the differences.
    """
    place = places.place_of(run_dir)
    found = identity_of(place)
    run = with_sources(run_of(found, survey_path, songs_path, personas_path))
    refuse_changes(
        run_dir, job_of(run, place, found["formats"], before=before_of(found)).identity, found
    )
    whole = listen(
        run.origin, [listener_named(place, user)]
    )  # a run that goes on from another is made again from its beginning
    return since(whole, run) if run.origin_time else whole


def since(whole, run):
    """A `Listened` less what was played before a run's window begins."""
    start = window_starts(run, whole.listeners)[0][0]
    return replace(
        whole,
        run=run,
        plays=whole.plays.filter(pc.greater_equal(whole.plays["started_at"].cast("int64"), start)),
    )


def listener_named(run_dir, user):
    """The number of a listener of a run, by number, user_id or full name; ValueError if the run has
    no such listener, or two.
    """
    run = run_of(identity_of(places.place_of(run_dir)))
    first, last = run.first_listener, run.first_listener + run.num_users - 1
    with contextlib.suppress(ValueError):
        number = (
            int(str(user))
            if str(user).isdecimal()
            else listener_number(str(uuid.UUID(str(user))), run.seed)
        )
        if number is not None and first <= number <= last:
            return number
    names = names_of(run_dir)
    numbers = names.loc[
        names["name"].str.casefold() == str(user).casefold(), "listener_id"
    ].tolist()
    if len(numbers) == 1:
        return numbers[0]
    raise ValueError(
        f"user is {user!r}; the run has {of_that_name(user, names, numbers)} It has the listeners "
        f"{first:,} to {last:,}: give one "
        "of these numbers, or a user_id or full name of theirs."
    )


def of_that_name(user, names, numbers):
    """How many listeners of a run have a name, in words, with the nearest names where nobody has
    it.
    """
    if numbers:
        return f"{len(numbers)} listeners of that name ({', '.join(map(str, numbers[:5]))})."
    near = difflib.get_close_matches(str(user), names["name"][:MOST_NAMES], n=3)
    return "nobody of that number, user_id or name." + (
        f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    )


def names_of(run_dir):
    """listener_id and name of a run's listeners, as far as their parts are made; a DataFrame."""
    with contextlib.suppress(FileNotFoundError):
        return read_parquet(run_dir, "listeners", ["listener_id", "name"]).to_pandas()
    return pd.DataFrame({"listener_id": [], "name": pd.Series(dtype=str)})
