"""Records in memory: the plays of one listener or a small crowd as lists of dicts."""

import hashlib
import uuid
from dataclasses import replace

from ..checking import check_count, front_door, int_or_text
from ..listening.listen import (
    checked_world,
    compile_model,
    count_moved_windows,
    estimate_plays,
    listen_checked,
    print_moved_windows,
    say_limits_of_music,
    world_of_run,
)
from ..parameters import SEED_LIMITS, Given, Run
from ..people import user_ids
from ..source_files import with_read_sources
from ..storage.records import records

MOST_RECORDS = 2_000_000  # more Python dicts would fill a laptop's memory


# -- records in memory -----------------------------------------------------------------------------


@front_door
def one_listener(
    user_id="",
    start_time="2025-01-01",
    end_time="2025-02-01",
    preferred_genre="",
    age=-1,
    gender="",
    plan="",
    latitude="",
    longitude="",
    seed=2025,
    population="world",
    survey_group="all",
    survey_path="",
    songs_path="",
):
    """The checked `Run` of one listener; arguments as for `generate_listening_session`. "" and -1
    mean "drawn".
    """
    number, given_id = resolve_user(user_id, check_count("seed", seed, *SEED_LIMITS))
    given = Given(preferred_genre, age, gender, plan, latitude, longitude, given_id)
    run = Run(
        1,
        start_time,
        end_time,
        seed=seed,
        first_listener=number,
        population=population,
        survey_group=survey_group,
        survey_path=survey_path,
        songs_path=songs_path,
        given=given,
    )
    checked_world(run)
    return without_own_id(run)


def without_own_id(run):
    """A run of one listener, without the given UUID if the listener has it anyway.

    So a number and the UUID of that number give the same run.
    """
    drawn = replace(run, given=replace(run.given, user_id=""))
    own_id = user_ids.run_user_ids(drawn, drawn.listener_ids())[0].as_py()
    return drawn if run.given.user_id in ("", own_id) else run


@front_door(rest=one_listener)
def generate_listening_session(
    user_id="", start_time="2025-01-01", end_time="2025-02-01", preferred_genre="", **fixed
):
    """What does one listener play between two times? A list of SpotifyWrappedData records, oldest
    first.

    user_id               a listener's number, a listener's UUID, any other UUID, or "" for
                          listener 0. A UUID is kept, also if the rest makes another person of
                          its listener
    start_time, end_time  ISO 8601; local time of the listener if they have no offset; end excluded
    preferred_genre       a genre of the survey, such as "Pop"; "" for the genre of the survey row
    fixed                 any of age (years), gender, plan, latitude and longitude (degrees),
                          otherwise drawn; seed (the same seed gives the same listener and plays),
                          population, survey_group, survey_path, songs_path. What is fixed gives
                          another person with another UUID; `what_if` changes the same person
    Returns               list of dicts, each valid under `schema_ind`
    Raises ValueError or TypeError, saying what is allowed, before anything is simulated.
    """
    return listen_as_records(one_listener(user_id, start_time, end_time, preferred_genre, **fixed))


@front_door
def generate_multiple_users_session(
    num_users,
    start_time="2025-01-01",
    end_time="2025-02-01",
    genres=(),
    *,
    age=-1,
    gender="",
    plan="",
    seed=2025,
    population="world",
    survey_group="all",
    survey_path="",
    songs_path="",
):
    """What does a crowd play between two times? A list of SpotifyWrappedData records, listener by
    listener.

    num_users  how many listeners;  genres  survey genres from which each favourite genre is drawn;
               empty for all
    age, gender, plan  the same for every listener; -1 and "" mean drawn
    The rest as for `generate_listening_session`. Raises ValueError above two million records; use
    `simulate` instead.
    """
    run = with_read_sources(
        Run(
            num_users,
            start_time,
            end_time,
            genres,
            seed=seed,
            population=population,
            survey_group=survey_group,
            survey_path=survey_path,
            songs_path=songs_path,
            given=Given("", age, gender, plan),
        )
    )
    expected = estimate_plays(run, checked_world(run))
    if expected > MOST_RECORDS:
        raise ValueError(
            f"num_users is {run.num_users:,}; from {start_time} to {end_time} these listeners play "
            f"about {expected:,} records, more than the {MOST_RECORDS:,} that fit in memory as "
            f"dicts. Use simulate(...), which writes them to files."
        )
    return listen_as_records(run)


def listen_as_records(run):
    """All records of a checked run, in memory."""
    run = with_read_sources(run)
    say_limits_of_music(run)
    compile_model(run)
    listened = listen_checked(run, world_of_run(run), run.listener_ids())
    print_moved_windows(run, count_moved_windows(listened))
    return list(records(*listened.record_tables))


def resolve_user(user_id, seed):
    """(listener number, UUID) for a user_id that a caller gave; the UUID is "" if they gave none.

    A UUID of this seed gives its number, whatever was fixed for that listener; any other UUID gives
    a number that follows from it.
    """
    user_id = int_or_text(user_id) if isinstance(user_id, str) else user_id
    if isinstance(user_id, int) and not isinstance(user_id, bool):
        return check_count("user_id", user_id, 0, 2**31 - 2), ""
    if user_id == "":
        return 0, ""
    try:
        text = str(uuid.UUID(str(user_id)))
    except ValueError:
        raise ValueError(
            f"user_id is {user_id!r}; it must be a listener's number, a UUID, or '' for listener 0."
        ) from None
    number = user_ids.listener_number(text, seed)
    if number is None:
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) >> 1
    return number, text
