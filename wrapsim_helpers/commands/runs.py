"""Commands that simulate runs, describe them and check them."""

import json
from typing import Annotated

import typer

from ..checking import check_choice
from ..notebooks import Refused
from .options import (
    Codec,
    End,
    Formats,
    Genres,
    OutDir,
    Personas,
    Population,
    RunDir,
    Seed,
    Songs,
    Start,
    Survey,
    Tracks,
    Users,
    Workers,
    integer,
)


def simulate(
    num_users: Users,
    out_dir: OutDir,
    start_time: Start = "2025-01-01",
    end_time: End = "2026-01-01",
    genres: Genres = [],
    population: Population = "world",
    seed: Seed = 2025,
    formats: Formats = ["parquet", "avro"],
    codec: Codec = "deflate",
    workers: Workers = 0,
    survey_path: Survey = "",
    songs_path: Songs = "",
    personas_path: Personas = "",
    catalogue_tracks: Tracks = -1,
    scheduler: Annotated[
        str,
        typer.Option(
            help="address of a dask scheduler whose workers simulate the parts, such as "
            "tcp://10.0.0.1:8786"
        ),
    ] = "",
    part: Annotated[
        int | None, integer(help="with --parts: which share of the parts to simulate, from 1")
    ] = None,
    parts: Annotated[
        int | None,
        integer(help="with --part: number of shares to split the parts into, one per machine"),
    ] = None,
):
    """Simulate a crowd into a run folder, without a notebook.

    After an interruption, the same command resumes the run.
    """
    from ..runs.simulate import simulate as simulate_crowd

    if (part is None) != (parts is None):
        raise Refused(
            "give both --part and --parts, or neither: --part 3 --parts 10 simulates the third "
            "tenth of the parts."
        )
    typer.echo(
        simulate_crowd(
            num_users,
            start_time,
            end_time,
            genres,
            out_dir=out_dir,
            formats=formats,
            codec=codec,
            population=population,
            seed=seed,
            workers=workers,
            scheduler=scheduler,
            **({} if part is None else {"part": part, "parts": parts}),
            survey_path=survey_path,
            songs_path=songs_path,
            personas_path=personas_path,
            catalogue_tracks=catalogue_tracks,
        )
    )


def plan(
    num_users: Users,
    out_dir: OutDir,
    start_time: Start = "2025-01-01",
    end_time: End = "2026-01-01",
    genres: Genres = [],
    population: Population = "world",
    seed: Seed = 2025,
    formats: Formats = ["parquet", "avro"],
    codec: Codec = "deflate",
    workers: Workers = 0,
    survey_path: Survey = "",
    songs_path: Songs = "",
    personas_path: Personas = "",
    catalogue_tracks: Tracks = -1,
):
    """Estimate the plays, bytes, minutes and parts of a simulation.

    It fails if the disk is too small.
    """
    from ..runs.plan import plan as plan_crowd

    typer.echo(
        plan_crowd(
            num_users,
            start_time,
            end_time,
            genres,
            out_dir=out_dir,
            formats=formats,
            codec=codec,
            population=population,
            seed=seed,
            workers=workers,
            survey_path=survey_path,
            songs_path=songs_path,
            personas_path=personas_path,
            catalogue_tracks=catalogue_tracks,
        ).text
    )


def again(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for plays.avro and plays.parquet")],
    user: Annotated[str, typer.Option(help="a listener's number, user id or full name")],
    survey_path: Survey = "",
    songs_path: Songs = "",
    personas_path: Personas = "",
):
    """Simulate one listener of a run again.

    The plays are identical; the other listeners are not simulated.
    """
    from ..runs.again import again as simulate_again
    from ..runs.again import write_listener
    from ..storage.outputs import output_folder

    for path in write_listener(
        simulate_again(run_dir, user, survey_path, songs_path, personas_path),
        output_folder(out_dir, "again"),
    ):
        typer.echo(path)


def continue_(
    run_dir: RunDir,
    out_dir: OutDir,
    end_time: Annotated[
        str, typer.Option("--end", help="ISO 8601; excluded; later than the end of the run")
    ],
    formats: Formats = [],
    codec: Codec = "",
    workers: Workers = 0,
    survey_path: Survey = "",
    songs_path: Songs = "",
    personas_path: Personas = "",
):
    """Extend a finished run to a later end time.

    The new plays go to another folder. Without --format, the formats are those of the run.
    """
    from ..runs.simulate import continue_run

    typer.echo(
        continue_run(
            run_dir,
            end_time,
            out_dir=out_dir,
            formats=formats or "",
            codec=codec,
            workers=workers,
            survey_path=survey_path,
            songs_path=songs_path,
            personas_path=personas_path,
        )
    )


def effects(run_dir: RunDir):
    """Compare each declared effect of a run with its plays.

    Column "holds" is "yes" if the interval of the observed value contains the requested value.
    The last line says how many listeners were looked at; column "n_listeners", how many by a row.
    """
    from ..runs.effects import effects_of

    table = effects_of(run_dir)
    numbers = table.drop(columns="measure")
    typer.echo(numbers.to_string(index=False, float_format="{:.3f}".format, na_rep=""))
    typer.echo(table.attrs["looked_at"])


def show(run_dir: RunDir):
    """Summarise a run folder, finished or not."""
    from ..runs.show import show as show_run

    typer.echo(show_run(run_dir))


def verify(run_dir: RunDir, workers: Workers = 0):
    """Check a finished run and name each damaged file.

    It recomputes the hashes and counts in run.json.
    """
    from ..runs.verify import verify as verify_run

    if damaged := verify_run(run_dir, workers):
        repair = (
            "To repair it, remove the damaged files and simulate the run again into the same "
            "folder."
        )
        raise RuntimeError("\n  ".join([f"{run_dir} is damaged:", *damaged, repair]))
    typer.echo(f"{run_dir} is undamaged.")


def schema(
    form: Annotated[
        str,
        typer.Argument(
            help="avro: the schema as JSON; fields: what each field means; fingerprints: hashes"
        ),
    ] = "avro",
):
    """Print the schema of a play."""
    from .. import schema as of_play

    forms = {
        "avro": lambda: json.dumps(of_play.schema_ind, indent=2, ensure_ascii=False),
        "fields": of_play.schema_text,
        "fingerprints": lambda: "\n".join(
            f"{name} {value}" for name, value in of_play.fingerprints().items()
        ),
    }
    typer.echo(forms[check_choice("form", form, tuple(forms))]())
