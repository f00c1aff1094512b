"""What listeners play: one listener or a crowd, as columns or as records in memory. Files come later, in runs.py."""

import functools
import hashlib
import time
import uuid
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from tqdm.auto import tqdm

from . import listeners as people_of
from .arguments import front_door, python_value, whole
from .behaviour import GENRE_NAMES, Behaviour, lowered
from .catalogue import build_catalogue, generate_catalogue
from .clocks import window_starts
from .compiled import is_cached
from .datasets import check_genre, load_songs, load_survey
from .files import records
from .homes import home_of
from .personas import behaviours_of, personas_of
from .picks import QUARTER_DAYS, side_genres
from .plays import SELF, Past, no_past, play_listeners, sample_plays
from .run import SEEDS, Given, Run, check_count
from .schema import DEVICES, LABEL, NAMED, TABLES, labelled, table_of

MOST_RECORDS = 2_000_000         # more than that as Python dicts would fill a laptop's memory
MINUTES_PER_PLAY = 2.4           # mean length of a play in the model, for estimates


@dataclass(frozen=True)
class World:
    """What a run's listeners live in: the survey they come from, the model, the music, and songs already encoded as Avro."""

    survey: pd.DataFrame
    behaviour: Behaviour
    catalogue: object
    songs: dict = field(default_factory=dict)

    def __repr__(self):
        return f"World of {len(self.survey):,} survey responses; {self.catalogue}"


@functools.lru_cache(maxsize=4)
def world_of(survey_path, songs_path, catalogue_tracks, seed, first_year):
    """The world of two source files and so many invented tracks; made once per process."""
    songs = load_songs(songs_path)
    catalogue = generate_catalogue(catalogue_tracks, seed, first_year, songs) if catalogue_tracks else build_catalogue(songs, first_year)
    return World(load_survey(survey_path), Behaviour(), catalogue)


def check_run(run):
    """The world of a run, after every name in the run has been looked up in it."""
    for genre in run.genres:
        check_genre("genres", genre)
    if run.given.preferred_genre != "":
        check_genre("preferred_genre", run.given.preferred_genre)
    if run.given.latitude is not None:
        home_of(run.given.latitude, run.given.longitude)
    personas_of(run)
    start = run.origin.window[0]
    world = world_of(run.survey_path, run.songs_path, run.catalogue_tracks, run.seed if run.catalogue_tracks else 0, start.year)
    check_released(world.catalogue.tracks, start)
    return world


def check_released(tracks, start):
    """Nothing where there is something to hear when a run begins; ValueError otherwise."""
    first = pc.min(tracks["release_date"]).as_py()
    if first > start.date():
        raise ValueError(f"start_time is {start:%Y-%m-%d}, but the first song of this catalogue came out on {first}; begin later, or name another songs file.")


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

    def __repr__(self):
        return (f"Listened: {self.plays.num_rows:,} plays by {self.listeners.num_rows:,} listeners, "
                f"{self.run.start_time} to {self.run.end_time}, seed {self.run.seed}\n  {self.world}")


@front_door
def listen(run: Run, ids=None, instead: Given = Given(), behaviour: Behaviour = None, past: pa.Table = None):
    """What do these listeners play in the run's window? A `Listened`.

    ids      int64, (L,), numbers of listeners; None for all of the run
    instead  what is changed about them once they are drawn, see `sample_listeners`
    behaviour  other parameters of the model than `Behaviour()`
    past     state table of the run that this one goes on from; needed where run.origin_time says that there was one
    """
    check_run(run)
    compile_model(run)
    return heard_by(run, run.listener_ids() if ids is None else check_ids(ids), instead, behaviour, past)


def heard_by(run, ids, instead=Given(), behaviour=None, past=None):
    """The same, once the model is compiled and the run is checked. ids: int64, (L,)."""
    world = check_run(run)
    world = replace(world, behaviour=behaviour or world.behaviour)
    listeners, versions = people_of.sample_listeners(run, world.behaviour, world.survey, ids, instead)
    others = people_of.other_genres(world.survey, listeners, versions)
    people, countries = people_of.lower(run, listeners, versions, world.catalogue, others)
    behaviours = lowered(behaviours_of(world.behaviour, personas_of(run)))
    blocks = [(plays_table(block.plays, countries), answers_table(block), state_table(block), actions_table(block))
              for block in sample_plays(people, world.catalogue.music, behaviours, past_of(past, ids) if past else no_past())]
    plays, answers, state, actions = map(pa.concat_tables, zip(*blocks))
    return Listened(run, world, listeners, versions, plays, answers, truth_table(listeners, people, behaviours, others, day_range(run)), state, actions)


def check_ids(ids):
    """Numbers of listeners as int64, (L,); TypeError or ValueError for what is none."""
    if isinstance(ids, (str, bytes)) or not hasattr(ids, "__iter__"):
        raise TypeError(f"ids is {ids!r}; it must be a list of listeners' numbers, such as [0, 17].")
    numbers = ids if isinstance(ids, np.ndarray) and ids.dtype.kind in "iu" else [python_value(number) for number in ids]
    for number in (*numbers[:1], *numbers[-1:]) if isinstance(numbers, np.ndarray) else numbers:
        check_count("ids", python_value(number), 0, 2**31 - 2)
    return np.asarray(numbers, dtype=np.int64)


def day_range(run):
    """First and last day of a run, days since 1970, by the dates of its window."""
    return tuple((moment.date() - date(1970, 1, 1)).days for moment in run.window)


def plays_table(plays, countries):
    """Columns of the loop as the plays table, without a copy. plays: `plays.Plays`; countries: the texts of their codes."""
    return pa.Table.from_arrays([labelled(name, codes) if kind == LABEL else
                                 pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(countries)) if kind == NAMED else
                                 pa.array(codes).cast(kind) for name, kind, codes in zip(TABLES["plays"].names, TABLES["plays"].types, plays)],
                                schema=TABLES["plays"])


def past_of(state, ids):
    """What these listeners bring along from an earlier run, a `plays.Past`; ValueError where its state lacks one of them."""
    row = pd.Series(np.arange(state.num_rows), state["listener_id"].to_numpy()).reindex(ids)
    if row.isna().any():
        raise ValueError(f"listener {ids[np.flatnonzero(row.isna())[0]]} is not in the state of the run to go on from; it holds {state.num_rows:,} listeners.")
    mine = state.take(pa.array(row.to_numpy(dtype=np.int64))).combine_chunks()
    selves = np.zeros(len(ids), SELF).view(np.recarray)
    for name in SELF.names:
        selves[name] = np.array(mine[name].to_pylist()) if name == "skips" else mine[name].to_numpy()
    recent, known, times = (mine[name].combine_chunks() for name in ("recent_tracks", "known_tracks", "known_times"))
    return Past(selves, values_of(recent), starts_of(recent), values_of(known), values_of(times), starts_of(known))


def values_of(lists):
    """All values of an Arrow list array, one after another."""
    return lists.flatten().to_numpy().astype(np.int32)


def starts_of(lists):
    """Where each list begins among the values, and the total; int64, (L + 1,)."""
    return np.concatenate([[0], np.cumsum(lists.value_lengths().to_numpy())]).astype(np.int64)


def answers_table(block):
    """The loop's own answers: totals, and ranked streams by song and by artist in the order they were first streamed."""
    totals = {name: block.answers[name].copy() for name in block.answers.dtype.names}
    return table_of("answers", {"listener_id": block.numbers, **totals, **counts_columns("song", block.songs, block.ends.songs, 1.0),
                                **counts_columns("artist", block.artists, block.ends.artists, 0.5)})


def counts_columns(kind, counts, ends, unit):
    """Ranked streams of one kind as list columns, one list per listener. unit: what a count of one stands for."""
    columns = {"ids": counts["of"], "streams": counts["n_streams"] * unit, "ms": counts["ms_played"], "first_started_at": counts["first_started_at"]}
    return {f"{kind}_{name}": lists_of(values, ends).cast(TABLES["answers"].field(f"{kind}_{name}").type) for name, values in columns.items()}


def lists_of(values, ends):
    """One list per listener from values that follow each other. ends: int64, (L,), where each listener's end."""
    return pa.ListArray.from_arrays(pa.array(np.concatenate([[0], ends]), pa.int32()), pa.array(values.copy()))


def actions_table(block):
    """What listeners did about tracks besides playing them."""
    return table_of("actions", {name: block.actions[name].copy() for name in block.actions.dtype.names})


def state_table(block):
    """What a later run needs to go on, as it stood at the start of local day `day`, see `plays.SELF`.

    recent_tracks holds the last tracks played, oldest first; known_tracks and known_times, how often each was heard, only
    where more was played than recent_tracks can hold.
    """
    scalars = {name: block.selves[name].copy() for name in block.selves.dtype.names if name != "skips"}
    skips = pa.FixedSizeListArray.from_arrays(pa.array(block.selves["skips"].ravel()), block.selves["skips"].shape[1]).cast(pa.list_(pa.int64()))
    return table_of("state", {"listener_id": block.numbers, **scalars, "skips": skips, "recent_tracks": lists_of(block.recent, block.ends.recent),
                              "known_tracks": lists_of(block.known, block.ends.known), "known_times": lists_of(block.times, block.ends.known)})


def truth_table(listeners, people, behaviours, others, days):
    """The listeners' true tastes, as the loop draws new music: with favourite_share the favourite genre, with side_share of the
    rest the side genre of the quarter (91 days, counted from 1970), otherwise one of the other genres by their shares.

    days  first and last day of the run, days since 1970
    """
    n, quarters = listeners.num_rows, range(days[0] // QUARTER_DAYS, days[1] // QUARTER_DAYS + 1)
    kind, ages = people.persons["kind"], people.versions["age"][people.persons["first_version"]]
    side = np.empty((n, len(quarters)), np.int64)
    side_genres(people.persons, behaviours, quarters[0], side)
    shares = np.diff(others, axis=1, prepend=0.0).round(9)
    genres = pa.DictionaryArray.from_arrays(pa.array(side.ravel()), pa.array(GENRE_NAMES)).cast(pa.string())
    return table_of("truth", {
        "listener_id": listeners["listener_id"].to_numpy(), "favourite_genre": listeners["favourite_genre"].combine_chunks(),
        "favourite_share": np.minimum(behaviours["favourite_share"][kind] * (1.0 + behaviours["focus_age_slope"][kind] * (ages - 30)), 0.95).round(6),
        "side_share": behaviours["side_share"][kind],
        "side_genres": repeated(genres, len(quarters)), "other_genres": repeated(pa.array(GENRE_NAMES * n), len(GENRE_NAMES)),
        "other_shares": repeated(pa.array(shares.ravel()), len(GENRE_NAMES))})


def repeated(values, length):
    """Arrow values cut into lists of one length."""
    return pa.ListArray.from_arrays(pa.array(np.arange(0, len(values) + 1, length), pa.int32()), values)


def compile_model(run):
    """Compile the loop where it is not cached, with a line that says so and for how long."""
    if is_cached(play_listeners):
        return
    tqdm.write("Compiling the listening model, once for this version of wrapsim; about half a minute ...")
    started = time.perf_counter()
    heard_by(run, run.listener_ids(0, 1))
    tqdm.write(f"... compiled in {time.perf_counter() - started:.0f} s, and cached for later.")


@front_door
def what_if(listened: Listened, *, age=-1, gender="", plan="", preferred_genre=""):
    """The same listeners over the same time, had they another age, gender, plan or favourite genre; a `Listened`.

    Both years use the same random streams, so what differs follows from the change alone. Nothing else can be changed: home,
    name and survey response stay. age int, gender, plan and preferred_genre text, as in `Given`; -1 and "" change nothing.
    """
    if preferred_genre != "":
        check_genre("preferred_genre", preferred_genre)
    return listen(listened.run, listened.listeners["listener_id"].to_numpy(), Given(preferred_genre, age, gender, plan))


@front_door
def introduce(listened: Listened):
    """Who is this listener? Text of two sentences about the first one of a `Listened`."""
    person, profile = listened.listeners.slice(0, 1).to_pylist()[0], listened.profile_versions.slice(0, 1).to_pylist()[0]
    devices = sorted(((person[f"{device}_share"], device) for device in DEVICES if person[f"{device}_share"]), reverse=True)
    plan = profile["plan"] if profile["plan"] == "free" else f"premium ({profile['plan_kind']})"
    return (f"{person['name']}, {profile['age']}, {person['gender']}, lives in {person['city']}, {person['country']} ({person['time_zone']}), "
            f"has listened since {person['joined_on']:%B %Y} and is on the {plan} plan. "
            f"Favourite genre {person['favourite_genre']}; means to hear {person['minutes_per_day']:.0f} minutes a day, on "
            f"{', '.join(f'{device} ({share:.0%})' for share, device in devices)}; {person['chronotype'].replace('_', ' ')}.")


@front_door
def one_session(listened: Listened, number=0):
    """One session of the first listener, to be read: DataFrame, one row per play, times on the listener's own clock.

    number  0 for the first session of the window; an empty table where there are fewer
    """
    check_count("number", number, 0, 2**31 - 1)
    plays, tracks = listened.plays.to_pandas(), listened.world.catalogue.tracks.to_pandas()
    sessions = plays["session_id"].unique()
    rows = plays[plays["session_id"] == sessions[number]] if number < len(sessions) else plays.iloc[:0]
    rows = rows.merge(tracks.assign(artist=tracks["artists"].str[0])[["track_id", "title", "artist", "genre"]], on="track_id", how="left")
    local = rows["started_at"].dt.tz_localize(None) + pd.to_timedelta(rows["utc_offset_min"], unit="min")
    return rows.assign(local_time=local.dt.strftime("%Y-%m-%d %H:%M:%S"), seconds=rows["ms_played"] // 1000)[
        ["local_time", "title", "artist", "genre", "seconds", "reason_start", "reason_end", "interaction", "context", "device"]]


@front_door
def tell_change(before: Listened, after: Listened):
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
    ids = run.listener_ids(0, sample)
    listeners, _ = people_of.sample_listeners(run, world.behaviour, world.survey, ids)
    minutes = listeners["minutes_per_day"].to_numpy().mean() * run.days * run.num_users
    return round(minutes / MINUTES_PER_PLAY)


# -- records in memory --------------------------------------------------------------------------------

@front_door
def one_listener(user_id="", start_time="2025-01-01", end_time="2025-02-01", preferred_genre="", age=-1, gender="", plan="",
                 latitude="", longitude="", seed=2025, population="world", survey_group="all", survey_path="", songs_path=""):
    """The checked `Run` of one listener; arguments as for `generate_listening_session`, "" or -1 meaning drawn."""
    number, own_id = resolve_user(user_id, check_count("seed", seed, *SEEDS))
    given = Given(preferred_genre, age, gender, plan, latitude, longitude, own_id)
    run = Run(num_users=1, start_time=start_time, end_time=end_time, seed=seed, first_listener=number, population=population,
              survey_group=survey_group, survey_path=survey_path, songs_path=songs_path, given=given)
    check_run(run)
    return run


@front_door(rest=one_listener)
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


@front_door
def generate_multiple_users_session(num_users, start_time="2025-01-01", end_time="2025-02-01", genres=(), *, age=-1, gender="",
                                    plan="", seed=2025, population="world", survey_group="all", survey_path="", songs_path=""):
    """What does a crowd play between two times? A list of SpotifyWrappedData records, listener by listener.

    num_users  how many listeners;  genres  survey genres each listener's favourite is picked from, empty for all
    age, gender, plan  the same for every listener; -1 and "" are drawn
    The rest as for `generate_listening_session`. Raises ValueError above two million records: use `simulate` then.
    """
    run = Run(num_users=num_users, start_time=start_time, end_time=end_time, genres=genres, seed=seed, population=population,
              survey_group=survey_group, survey_path=survey_path, songs_path=songs_path, given=Given("", age, gender, plan))
    expected = estimate_plays(run, check_run(run))
    if expected > MOST_RECORDS:
        raise ValueError(f"num_users is {run.num_users:,}; from {start_time} to {end_time} they make about {expected:,} records, "
                         f"more than the {MOST_RECORDS:,} that fit in memory as dicts. Use simulate(...), which writes them to files.")
    return listen_as_records(run)


def listen_as_records(run):
    """All records of a run, in memory."""
    heard = listen(run)
    say_moved(run, moved_starts(heard))
    return list(records(heard.plays, heard.listeners, heard.profile_versions, heard.world.catalogue.tracks))


def resolve_user(user_id, seed):
    """(listener number, UUID to write or "" for the listener's own) of what a caller may give as user_id."""
    user_id = whole(user_id) if isinstance(user_id, str) else user_id
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        return check_count("user_id", user_id, 0, 2**31 - 2), ""
    if user_id == "":
        return 0, ""
    try:
        text = str(uuid.UUID(str(user_id)))
    except ValueError:
        raise ValueError(f"user_id is {user_id!r}; it must be a listener's number, a UUID, or '' for listener 0.") from None
    number = people_of.listener_number(text, seed)
    return (number, "") if number is not None else (int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1, text)


def moved_starts(heard):
    """How many listeners' windows began or ended at a local time that does not exist once."""
    return window_starts(heard.run, heard.listeners)[2]


def say_moved(run, moved):
    """Say, where there were any, how many windows were moved to the first valid instant."""
    if moved:
        tqdm.write(f"{run.start_time} or {run.end_time} falls into the daylight-saving night of {moved:,} of {run.num_users:,} listeners; "
                   "their windows began or ended at the first valid instant.")
