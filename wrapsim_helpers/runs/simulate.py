"""Simulate runs on disk: any number of listeners, part by part, by any workers; safe to kill and
resume.

A part is a pure function of (job, part number). Its receipt lists its files; a part with a receipt
and all of its files is not simulated again. run.json is written last; then the receipts are
removed.
"""

from dataclasses import replace

from ..checking import check_count, front_door
from ..instants import check_time, time_text
from ..parameters import Output, Run
from .carrying_out import carry_out
from .jobs import begun_job, reproduced
from .workers import check_scheduler

# -- the whole run ---------------------------------------------------------------------------------


@front_door
def simulate(
    num_users=100,
    start_time="2025-01-01",
    end_time="2026-01-01",
    genres=(),
    *,
    out_dir="",
    formats=("parquet", "avro"),
    codec="deflate",
    population="world",
    survey_group="all",
    seed=2025,
    listeners_per_part=0,
    workers=0,
    scheduler="",
    part=None,
    parts=None,
    survey_path="",
    songs_path="",
    personas_path="",
    catalogue_tracks=-1,
):
    """Simulate a crowd of any size into a run folder, part by part. Returns the folder's Path, or
    the store's URL.

    out_dir   a new or empty folder, or the folder of this same run; "" for a new folder under
              data/runs; or a URL in an object store, such as "s3://bucket/run"
    formats   "parquet", "avro" or both, for the plays; all other tables are Parquet. Insights read
              either
    codec     of the Avro files: "deflate", "zstandard" or "null"
    workers   processes; 0: one per core, but no more than there are parts
    scheduler address of a dask scheduler whose workers simulate the parts instead, such as
              "tcp://10.0.0.1:8786"
    part, parts  3, 10 simulates only the third tenth of the parts; the call that completes the last
                 missing part finishes the run
    The rest as for `Run`. Raises ValueError or TypeError, saying what is allowed, before anything
    is written. Raises RuntimeError, saying what is saved, if a worker dies or the disk is full. The
    same call then resumes the run, also after KeyboardInterrupt.
    """
    check_count("workers", workers, 0, 1024)
    share = check_share(part, parts)
    check_scheduler(scheduler)
    run = Run(
        num_users,
        start_time,
        end_time,
        genres,
        population=population,
        survey_group=survey_group,
        seed=seed,
        listeners_per_part=listeners_per_part,
        survey_path=survey_path,
        songs_path=songs_path,
        personas_path=personas_path,
        catalogue_tracks=catalogue_tracks,
    )
    job = begun_job(run, Output(out_dir, formats, codec))
    return carry_out(job, *share, workers, scheduler)


def check_share(part, parts):
    """The given (part, parts), or (1, 1) if neither is given. Raises ValueError if only one is
    given or there is no such share.
    """
    if (part is None) != (parts is None):
        raise ValueError(
            f"part is {part!r} and parts is {parts!r}; give both or neither. part=3, parts=10 is "
            f"the third tenth of the run."
        )
    return (
        (1, 1)
        if parts is None
        else (check_count("part", part, 1, check_count("parts", parts, 1, 1_000_000)), parts)
    )


@front_door
def continue_run(
    run_dir,
    end_time,
    *,
    out_dir="",
    formats="",
    codec="",
    workers=0,
    survey_path="",
    songs_path="",
    personas_path="",
):
    """Extend a finished run to a later end time, in another folder. Returns the new place.

    formats, codec  as for `simulate`; "" for those of the earlier run

    Both runs together hold the same plays as one run over the whole time, since listeners remember
    the earlier plays. Source files and personas must be those of the earlier run. Raises as
    `simulate` does.
    """
    from .opened import open_run  # imports the database, which `simulate` does not need

    check_count("workers", workers, 0, 1024)
    opened = open_run(run_dir)
    earlier = reproduced(opened, survey_path, songs_path, personas_path)
    check_later(end_time, earlier)
    run = replace(
        earlier,
        start_time=earlier.end_time,
        end_time=end_time,
        origin_time=earlier.origin_time or earlier.start_time,
    )
    stored = opened.identity["formats"]
    formats = tuple(stored) if formats == "" else formats
    codec = stored.get("avro", "deflate") if codec == "" else codec
    before = opened.place, opened.identity_hash
    return carry_out(begun_job(run, Output(out_dir, formats, codec), before), workers=workers)


def check_later(end_time, earlier):
    """Raise ValueError unless a time is later than the end of a run."""
    end, ended = check_time("end_time", time_text(end_time)), check_time("", earlier.end_time)
    if (end.tzinfo is None) == (ended.tzinfo is None) and end <= ended:
        raise ValueError(
            f"end_time is {end_time!r}, but the run ends at {earlier.end_time}; give a later time."
        )


@front_door(rest=Run)
def open_job(
    num_users=100,
    start_time="2025-01-01",
    end_time="2026-01-01",
    genres=(),
    *,
    out_dir="",
    formats=("parquet", "avro"),
    codec="deflate",
    **rest,
):
    """Check a run and prepare its folder for another engine. Returns a `Job`; call `make_part` for
    each of its parts.

    Arguments as for `simulate`. When every part is made, the same call of `simulate` finishes the
    run.
    """
    run = Run(num_users, start_time, end_time, genres, **rest)
    return begun_job(run, Output(out_dir, formats, codec))
