"""What the listeners of a run play, as tables in memory."""

import functools
import time
import warnings
from dataclasses import dataclass, field, replace
from datetime import timedelta, timezone

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from ..checking import check_count, front_door, python_value
from ..compiled import is_cached
from ..instants import EPOCH
from ..music.cached_catalogue import cached_catalogue
from ..music.catalogue import Catalogue, catalogue_of_songs
from ..music.songs_file import load_songs
from ..parameters import Given, Run
from ..people.behaviour import Behaviour, lowered
from ..people.clocks import window_starts
from ..people.homes import homes_of, nations
from ..people.listeners import listener_tables, sample_people
from ..people.loop_records import lower_listeners, other_genres
from ..people.personas import behaviours_of, personas_of
from ..people.survey_file import load_survey
from ..people.survey_weights import check_admitted
from ..source_files import read_source, source_of, with_read_sources
from .loop import play_listeners, sample_plays
from .state import no_past
from .tables import actions_table, answers_table, past_of, plays_table, state_table, truth_table
from .thin_songs import say_thin_songs

WESTERNMOST = timezone(timedelta(hours=-12))  # where a day begins last
YEAR_DAYS = 365
MINUTES_PER_PLAY = 2.4  # mean length of a play in the model, for estimates


@dataclass(frozen=True)
class World:
    """The survey, model and music of a run, and its songs encoded as Avro."""

    survey: pd.DataFrame
    behaviour: Behaviour
    catalogue: Catalogue
    songs: dict = field(default_factory=dict)

    def __repr__(self):
        return f"World of {len(self.survey):,} survey responses; {self.catalogue}"


@functools.lru_cache(maxsize=4)
def world_of(survey, songs, catalogue_tracks, first_year):
    """The `World` of two source files and `catalogue_tracks` invented tracks.

    Cached by the bytes of each `SourceFile`.
    """
    catalogue = (
        cached_catalogue(songs, catalogue_tracks, first_year)
        if catalogue_tracks
        else catalogue_of_songs(load_songs(songs), first_year)
    )
    return World(load_survey(survey), Behaviour(), catalogue)


def world_of_run(run):
    """The `World` of a run."""
    return world_of(
        source_of(run, "survey"),
        source_of(run, "songs"),
        run.invented_tracks,
        run.origin.window[0].year,
    )


def checked_world(run):
    """The `World` of a run. Raises ValueError if the run has an age that its population does not
    have, a home at sea, an unknown persona or no released song.

    The public functions call it once; what they call takes the world, or uses `world_of_run`.
    """
    check_admitted(run.population, run.given)
    homes_of(run.given)
    personas_of(run)
    world = world_of_run(run)
    check_released(world.catalogue.tracks, run.origin.window[0])
    return world


def check_released(tracks, start):
    """Raises ValueError if no song is released when a run begins for its first listener."""
    first = pc.min(tracks["release_date"]).as_py()
    if first > earliest_day(start):
        later = first + timedelta(days=bool(start.tzinfo))
        raise ValueError(
            f"start_time is {start:%Y-%m-%d}, but the first song of this catalogue comes out on "
            f"{first}, so there is nothing to hear before; give a start_time of {later} or later, "
            f"songs_path with older songs, or catalogue_tracks of 1,000 or more, which adds older "
            f"invented music."
        )


def earliest_day(start):
    """The local date of the first listeners at an instant; the date itself without an offset."""
    return (start.astimezone(WESTERNMOST) if start.tzinfo else start).date()


def say_limits_of_music(run):
    """Warn if the songs file that the user named for a checked run is thin, or too old for it.

    The bundled songs give no warning: alone they are thin and old, as documented.
    """
    if source_of(run, "songs") != read_source("songs"):
        catalogue = world_of_run(run).catalogue
        say_thin_songs(source_of(run, "songs").name, catalogue)
        say_late_start(run.window[0], pc.max(catalogue.tracks["release_date"]).as_py())


def say_late_start(start, last):
    """Warn if a run begins YEAR_DAYS or more after the last release of its catalogue.

    start  a datetime;  last  a date
    """
    years = (start.date() - last).days // YEAR_DAYS
    if years >= 1:
        warnings.warn(
            f"start_time is {start:%Y-%m-%d}, but the last song of this catalogue came out on "
            f"{last}, {years} year{'s' * (years > 1)} before: nothing new comes out during the "
            f"run, so listeners find next to nothing new. Give a start_time before "
            f"{last.year + 1}, songs_path with newer songs, or catalogue_tracks of 1,000 or more, "
            f"which adds invented releases of the years of the run.",
            stacklevel=3,
        )


# -- plays as columns ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Listened:
    """Some listeners of a run and all that they play: Arrow tables as in `schema.TABLES`."""

    run: Run
    world: World
    listeners: pa.Table
    profile_versions: pa.Table
    plays: pa.Table
    answers: pa.Table
    truth: pa.Table
    state: pa.Table
    actions: pa.Table

    @property
    def record_tables(self):
        """The tables that `records` and `write_avro` take: plays, listeners, versions, tracks."""
        return self.plays, self.listeners, self.profile_versions, self.world.catalogue.tracks

    def __repr__(self):
        return (
            f"Listened: {self.plays.num_rows:,} plays by {self.listeners.num_rows:,} listeners, "
            f"{self.run.start_time} to {self.run.end_time}, seed {self.run.seed}\n  {self.world}"
        )


@front_door
def listen(
    run: Run,
    ids=None,
    instead: Given = Given(),
    behaviour: Behaviour | None = None,
    past: pa.Table | None = None,
):
    """What do these listeners play in the run's window? A `Listened`.

    ids        int64, (L,), numbers of listeners; None for all of the run
    instead    changes after the listeners are drawn, see `sample_listeners`
    behaviour  parameters of the model; None for `Behaviour()`
    past       state table of the run that this run continues; required if run.origin_time is set
    """
    run = with_read_sources(run)
    world = checked_world(run)
    check_admitted(run.population, instead)
    say_limits_of_music(run)
    compile_model(run)
    ids = run.listener_ids() if ids is None else check_ids(ids)
    return listen_checked(run, world, ids, instead, behaviour, past)


def listen_checked(run, world, ids, instead=Given(), behaviour=None, past=None):
    """`listen` for a checked run, its world and a compiled model. ids: int64, (L,)."""
    world = replace(world, behaviour=behaviour or world.behaviour)
    past = past_of(past, ids) if past else no_past()
    columns, versions = sample_people(run, world.behaviour, world.survey, ids, instead)
    listeners, profile_versions = listener_tables(run, columns, versions)
    other_totals = other_genres(world.survey, columns)
    people = lower_listeners(run, columns, versions, other_totals)
    behaviours = lowered(behaviours_of(world.behaviour, personas_of(run)))
    blocks = [
        (
            plays_table(block.plays, nations()),
            answers_table(block),
            state_table(block),
            actions_table(block),
        )
        for block in sample_plays(people, world.catalogue.music, behaviours, past)
    ]
    plays, answers, state, actions = map(pa.concat_tables, zip(*blocks))
    truth = truth_table(listeners, people, behaviours, other_totals, day_range(run))
    return Listened(run, world, listeners, profile_versions, plays, answers, truth, state, actions)


def check_ids(ids):
    """Numbers of listeners as int64, (L,). Raises TypeError or ValueError for anything else."""
    if isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
        raise TypeError(
            f"ids is {ids!r}; it must be a list of listeners' numbers, such as [0, 17]."
        )
    return np.array(
        [check_count("ids", python_value(number), 0, 2**31 - 2) for number in ids], np.int64
    )


def day_range(run):
    """First and last day of a run, days since 1970, by the dates of its window."""
    return tuple(moment.toordinal() - EPOCH.toordinal() for moment in run.window)


def compile_model(run):
    """Compile the loop if it is not cached, with a line that says so and how long it took."""
    if is_cached(play_listeners):
        return
    tqdm.write(
        "Compiling the listening model, once for this version of wrapsim; about half a minute ..."
    )
    started = time.perf_counter()
    listen_checked(run, world_of_run(run), run.listener_ids(0, 1))
    tqdm.write(f"... compiled in {time.perf_counter() - started:.0f} s, and cached for later.")


def estimate_plays(run, world):
    """About how many plays will the run have? An int, from the minutes of its first listeners."""
    people, _ = sample_people(run, world.behaviour, world.survey, run.listener_ids(0, 2_000))
    minutes = people["minutes_per_day"].mean() * run.days * run.num_users
    return round(minutes / MINUTES_PER_PLAY)


def count_moved_windows(listened):
    """Number of listeners whose window was moved, see `print_moved_windows`."""
    return window_starts(listened.run, listened.listeners)[2]


def print_moved_windows(run, moved):
    """Print how many windows were moved to the first valid instant, if any."""
    if moved:
        tqdm.write(
            f"{run.start_time} or {run.end_time} does not exist, or occurs twice, on the clocks of "
            f"{moved:,} of {run.num_users:,} listeners (daylight-saving change); their windows "
            "begin or end at the first valid instant."
        )
