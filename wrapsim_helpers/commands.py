"""The `wrapsim` command."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import warnings
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer.core

from .checking import NO_ROOM, check_path, int_or_text
from .notebooks import (
    NOTEBOOKS,
    Refused,
    check_parameters,
    check_target,
    chosen_sets,
    declared_parameters,
    find_notebook,
    notebook_folder,
    parse_assignments,
    run_notebook,
)
from .resources import PACKAGE, resource, runs_folder

JOB_FOLDERS = ("cards", "notebooks", "one_listener", "run")  # that the main job writes
NOT_COPIED = ("runs", ".ipynb_checkpoints")  # folders that `init` does not copy

# parameter of a command -> its name in the library, if they differ
LIBRARY_NAMES = {
    "users": "num_users",
    "start": "start_time",
    "end": "end_time",
    "genre": "genres",
    "fmt": "formats",
    "survey": "survey_path",
    "songs": "songs_path",
    "personas": "personas_path",
    "output": "out_dir",
    "folder": "out_dir",
}


# commands whose messages may name parameters of a notebook, which are not renamed
OF_NOTEBOOKS = ("run", "batch")


class Commands(typer.core.TyperGroup):
    """The commands. An error carries the argument names that the user types, for its message."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except Exception as error:
            error.typed = (
                typed_names(self.get_command(ctx, ctx.invoked_subcommand))
                if ctx.invoked_subcommand
                else {}
            )
            raise


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Simulate a year of music streaming, and draw its Wrapped cards.",
)


def print_version(wanted):
    """Print the version and exit if --version is given."""
    if wanted:
        from importlib.metadata import version

        typer.echo(f"wrapsim {version('wrapsim')}")
        raise typer.Exit()


@app.callback()
def options(
    version: bool = typer.Option(
        False, "--version", callback=print_version, is_eager=True, help="print the version and exit"
    ),
):
    """Options of the command itself, which come before the name of a subcommand."""


# -- commands --------------------------------------------------------------------------------------


@app.command()
def run(
    notebook: str = typer.Argument(help="path or name of a notebook, such as 02_single_user"),
    parameter: list[str] = typer.Option(
        [], "--parameter", "-p", metavar="NAME=VALUE", help="set a parameter; may be repeated"
    ),
    output: str = typer.Option(None, "--output", "-o", help="path of the executed notebook"),
    show: bool = typer.Option(
        False, "--parameters", help="list the notebook's parameters and exit"
    ),
):
    """Execute one notebook with parameters.

    The parameters are checked first. Relative paths in parameters (names that end in _path or _dir)
    start at the working folder, where the notebook is executed.
    """
    path = find_notebook(notebook)
    if show:
        for name, (kind, default, text) in declared_parameters(path).items():
            typer.echo(f"{name:18} {kind:10} {default!r:28} {text}")
        return
    target = output or runs_folder() / "notebooks" / path.name
    typer.echo(run_notebook(path, parse_assignments(path, parameter), target))


@app.command()
def batch(
    file: Path = typer.Argument(help="a YAML file: name -> {notebook, parameters}"),
    only: list[str] = typer.Option(
        [], "--only", help="execute only the set of this name; may be repeated"
    ),
    output: str = typer.Option(None, "--output", "-o", help="folder for the executed notebooks"),
):
    """Execute a notebook for each set of parameters in a YAML file.

    All sets are checked before the first one starts. Relative paths in the file (names that end in
    _path or _dir) start at the working folder, not at the folder of the file.
    """
    from .storage.outputs import check_marked

    sets = chosen_sets(file, only)
    jobs = [
        (name, find_notebook(values["notebook"]), values.get("parameters") or {})
        for name, values in sets.items()
    ]
    folder = check_path("output", output or runs_folder() / "batch").absolute()
    check_marked(folder)
    for name, path, parameters in jobs:
        check_parameters(path, parameters)
        check_target(folder / f"{name}.ipynb")
    for name, path, parameters in jobs:
        typer.echo(run_notebook(path, parameters, folder / f"{name}.ipynb"))


@app.command()
def wrapped(
    users: int = typer.Option(
        100, help="how many listeners", parser=int_or_text, metavar="INTEGER"
    ),
    seed: int = typer.Option(
        2025, help="same seed, same people", parser=int_or_text, metavar="INTEGER"
    ),
    output: str = typer.Option(
        None, "--output", "-o", help="folder for all results; default data/runs/wrapped"
    ),
):
    """Run the main job: execute all notebooks and draw the cards."""
    from .listening.listen import Run, compile_model

    folder = check_path("output", output or runs_folder() / "wrapped").resolve()
    check = Run(num_users=users, seed=seed)
    clear_job(folder)
    compile_model(check)
    run_dir, cards = folder / "run", folder / "cards"
    parameters = {
        "02_single_user": {"seed": seed, "out_dir": str(folder / "one_listener")},
        "03_multiple_users": {"num_users": users, "seed": seed, "out_dir": str(run_dir)},
        "04_wrapped": {"run_dir": str(run_dir), "out_dir": str(cards)},
        "05_realism": {"run_dir": str(run_dir)},
    }
    for name in NOTEBOOKS:
        run_notebook(
            find_notebook(name), parameters.get(name, {}), folder / "notebooks" / f"{name}.ipynb"
        )
    typer.echo(
        f"\nDone.\n  executed notebooks  {folder / 'notebooks'}\n"
        f"  the run             {run_dir}\n"
        f"  its plays, Parquet  {run_dir / 'plays'}\n"
        f"  its plays, Avro     {run_dir / 'avro'}\n"
        f"  the cards           {cards}"
    )


def clear_job(folder):
    """Remove the files that an earlier main job wrote into its folder. Raises ValueError, before
    it removes any, naming a file that wrapsim did not write.
    """
    from .runs.own_files import own_files
    from .storage.locks import refuse_held
    from .storage.outputs import (
        check_clear,
        claim,
        clear,
        entries,
        fault_of,
        marker_of,
        refuse_fault,
    )

    if folder.is_dir():
        for path in entries(folder):
            refuse_fault(folder, path, fault_of(path, marker_of(folder)))
        paths = [path for path in check_clear(folder, own_files) if path.parent != folder]
        refuse_held(folder / "run")
        refuse_other_run(folder / "run")
        clear(folder, paths)
    claim(folder, JOB_FOLDERS)


def refuse_other_run(run_dir):
    """Raise ValueError if a folder holds a run of other parameters than a main job uses."""
    from .parameters import Run, run_of
    from .storage.manifest import identity_of

    with suppress(FileNotFoundError):
        run = run_of(identity_of(run_dir))
        if replace(run, listeners_per_part=0) != Run(num_users=run.num_users, seed=run.seed):
            raise ValueError(
                f"{run_dir} holds a run that the main job did not make. Move it elsewhere, or name "
                f"another folder with -o."
            )


Users = Annotated[int, typer.Argument(help="how many listeners", parser=int_or_text)]
OutDir = Annotated[
    str,
    typer.Argument(help="a new or empty folder, the folder of this same run, or s3://bucket/run"),
]
RunDir = Annotated[str, typer.Argument(help="the folder or URL of a run")]
Start = Annotated[str, typer.Option(help="ISO 8601; local time if it has no offset")]
End = Annotated[str, typer.Option(help="ISO 8601; excluded")]
Genres = Annotated[
    list[str], typer.Option(help="favourite genres to draw from; may be repeated; default all")
]
Population = Annotated[str, typer.Option(help="world or survey")]
Seed = Annotated[
    int,
    typer.Option(help="same seed, same people, same plays", parser=int_or_text, metavar="INTEGER"),
]
Formats = Annotated[list[str], typer.Option("--format", help="parquet or avro; may be repeated")]
Codec = Annotated[
    str, typer.Option(help="compression of the Avro files: deflate, zstandard or null")
]
Workers = Annotated[
    int, typer.Option(help="processes; 0 for one per core", parser=int_or_text, metavar="INTEGER")
]
Survey = Annotated[str, typer.Option(help="survey file; default the bundled one")]
Songs = Annotated[str, typer.Option(help="songs file; default the bundled one")]
Personas = Annotated[
    str, typer.Option(help="YAML file of personas and cohorts, or 'bundled'; default none")
]
Tracks = Annotated[
    int,
    typer.Option(
        help="tracks to invent in addition to the songs file, 0 or at least 1,000",
        parser=int_or_text,
        metavar="INTEGER",
    ),
]


@app.command()
def simulate(
    users: Users,
    out_dir: OutDir,
    start: Start = "2025-01-01",
    end: End = "2026-01-01",
    genre: Genres = [],
    population: Population = "world",
    seed: Seed = 2025,
    fmt: Formats = ["parquet", "avro"],
    codec: Codec = "deflate",
    workers: Workers = 0,
    survey: Survey = "",
    songs: Songs = "",
    personas: Personas = "",
    catalogue_tracks: Tracks = 0,
    scheduler: Annotated[
        str,
        typer.Option(
            help="address of a dask scheduler whose workers simulate the parts, such as "
            "tcp://10.0.0.1:8786"
        ),
    ] = "",
    part: Annotated[
        int | None,
        typer.Option(
            help="with --parts: which share of the parts to simulate, from 1",
            parser=int_or_text,
            metavar="INTEGER",
        ),
    ] = None,
    parts: Annotated[
        int | None,
        typer.Option(
            help="with --part: number of shares to split the parts into, one per machine",
            parser=int_or_text,
            metavar="INTEGER",
        ),
    ] = None,
):
    """Simulate a crowd into a run folder, without a notebook.

    After an interruption, the same command resumes the run.
    """
    from .runs.simulate import simulate as simulate_crowd

    if (part is None) != (parts is None):
        raise Refused(
            "give both --part and --parts, or neither: --part 3 --parts 10 simulates the third "
            "tenth of the parts."
        )
    typer.echo(
        simulate_crowd(
            users,
            start,
            end,
            genre,
            out_dir=out_dir,
            formats=fmt,
            codec=codec,
            population=population,
            seed=seed,
            workers=workers,
            scheduler=scheduler,
            **({} if part is None else {"part": part, "parts": parts}),
            survey_path=survey,
            songs_path=songs,
            personas_path=personas,
            catalogue_tracks=catalogue_tracks,
        )
    )


@app.command()
def plan(
    users: Users,
    out_dir: OutDir,
    start: Start = "2025-01-01",
    end: End = "2026-01-01",
    genre: Genres = [],
    population: Population = "world",
    seed: Seed = 2025,
    fmt: Formats = ["parquet", "avro"],
    codec: Codec = "deflate",
    workers: Workers = 0,
    survey: Survey = "",
    songs: Songs = "",
    personas: Personas = "",
    catalogue_tracks: Tracks = 0,
):
    """Estimate the plays, bytes, minutes and parts of a simulation.

    It fails if the disk is too small.
    """
    from .runs.plan import plan as plan_crowd

    typer.echo(
        plan_crowd(
            users,
            start,
            end,
            genre,
            out_dir=out_dir,
            formats=fmt,
            codec=codec,
            population=population,
            seed=seed,
            workers=workers,
            survey_path=survey,
            songs_path=songs,
            personas_path=personas,
            catalogue_tracks=catalogue_tracks,
        ).text
    )


@app.command()
def again(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for plays.avro and plays.parquet")],
    user: Annotated[str, typer.Option(help="a listener's number, user id or full name")],
    survey: Survey = "",
    songs: Songs = "",
    personas: Personas = "",
):
    """Simulate one listener of a run again.

    The plays are identical; the other listeners are not simulated.
    """
    from .runs.again import again as simulate_again
    from .runs.again import write_listener
    from .storage.outputs import output_folder

    for path in write_listener(
        simulate_again(run_dir, user, survey, songs, personas), output_folder(out_dir, "again")
    ):
        typer.echo(path)


@app.command("continue")
def continue_(
    run_dir: RunDir,
    out_dir: OutDir,
    end: Annotated[str, typer.Option(help="ISO 8601; excluded; later than the end of the run")],
    fmt: Formats = [],
    codec: Codec = "",
    workers: Workers = 0,
    survey: Survey = "",
    songs: Songs = "",
    personas: Personas = "",
):
    """Extend a finished run to a later end time.

    The new plays go to another folder. Without --format, the formats are those of the run.
    """
    from .runs.simulate import continue_run

    typer.echo(
        continue_run(
            run_dir,
            end,
            out_dir=out_dir,
            formats=fmt or "",
            codec=codec,
            workers=workers,
            survey_path=survey,
            songs_path=songs,
            personas_path=personas,
        )
    )


@app.command()
def effects(run_dir: RunDir):
    """Compare each declared effect of a run with its plays.

    Column "holds" is "yes" if the interval of the observed value contains the requested value.
    """
    from .runs.effects import effects_of

    typer.echo(
        effects_of(run_dir)
        .drop(columns="measure")
        .to_string(index=False, float_format="{:.3f}".format, na_rep="")
    )


@app.command()
def show(run_dir: RunDir):
    """Summarise a run folder, finished or not."""
    from .runs.show import show as show_run

    typer.echo(show_run(run_dir))


@app.command()
def verify(run_dir: RunDir, workers: Workers = 0):
    """Check a finished run and name each damaged file.

    It recomputes the hashes and counts in run.json.
    """
    from .runs.verify import verify as verify_run

    damaged = verify_run(run_dir, workers)
    if damaged:
        raise RuntimeError(
            "\n  ".join(
                [
                    f"{run_dir} is damaged:",
                    *damaged,
                    "To repair it, remove the damaged files and simulate the run again into the "
                    "same folder.",
                ]
            )
        )
    typer.echo(f"{run_dir} is undamaged.")


@app.command()
def schema(
    form: Annotated[
        str,
        typer.Argument(
            help="avro: the schema as JSON; fields: what each field means; fingerprints: hashes"
        ),
    ] = "avro",
):
    """Print the schema of a play."""
    from . import schema as of_play
    from .checking import check_choice

    forms = {
        "avro": lambda: json.dumps(of_play.schema_ind, indent=2, ensure_ascii=False),
        "fields": of_play.schema_text,
        "fingerprints": lambda: "\n".join(
            f"{name} {value}" for name, value in of_play.fingerprints().items()
        ),
    }
    typer.echo(forms[check_choice("form", form, tuple(forms))]())


@app.command()
def cards(
    run_dir: RunDir,
    out_dir: str = typer.Argument(help="folder for the cards"),
    user: str = typer.Option(
        "", help="user id, number or name; default the median listener by minutes"
    ),
    year: int = typer.Option(
        -1, help="-1 for the year with most days in the run", parser=int_or_text, metavar="INTEGER"
    ),
    edition: str = typer.Option(
        "full", help="full for all days of the year, or 2016 to 2025 for the days of an edition"
    ),
    theme: str = typer.Option("press", help="press, night, contrast or print"),
):
    """Draw one listener's cards from a run."""
    from .cards import card_folder, make_cards, write_cards
    from .cards.themes import check_theme
    from .wrapped import tell_story

    check_theme(theme)
    story = tell_story(run_dir, user, year, edition)
    folder = card_folder(out_dir)
    for path in write_cards(make_cards(story, theme), folder):
        typer.echo(path)


@app.command()
def insights(
    run_dir: RunDir,
    out_dir: str = typer.Argument(help="folder for nine Parquet files"),
    year: int = typer.Option(
        -1, help="-1 for the year with most days in the run", parser=int_or_text, metavar="INTEGER"
    ),
    edition: str = typer.Option(
        "full", help="full for all days of the year, or 2016 to 2025 for the days of an edition"
    ),
):
    """Write the nine insights of every listener of a run as Parquet.

    The run may be of any size.
    """
    from .wrapped import write_everybody

    for path in write_everybody(run_dir, out_dir, year, edition):
        typer.echo(path)


@app.command()
def realism(
    run_dir: str = typer.Option(
        None, "--run", help="measure this finished run instead of the whole benchmark"
    ),
    output: str = typer.Option(
        None, "--output", "-o", help="folder for the report; default data/runs/realism"
    ),
    users: int = typer.Option(
        4_000, help="listeners of the main run", parser=int_or_text, metavar="INTEGER"
    ),
    smaller: int = typer.Option(
        300,
        help="listeners of each run with another seed or with a mechanism switched off",
        parser=int_or_text,
        metavar="INTEGER",
    ),
):
    """Compare simulated listening with published figures.

    It prints a table and writes a report with pictures.
    """
    from .realism import (
        Size,
        check_report,
        checked,
        lines_of,
        measured,
        sampled,
        study_of,
        tell_rules,
        write_report,
    )

    if run_dir:
        sample = sampled(run_dir)
        rules, invariants, n_plays = checked(run_dir, sample)
        typer.echo(
            "\n".join([*lines_of(measured(sample) + rules), *tell_rules(invariants, n_plays)])
        )
        return
    from .realism.evidence import draw_evidence

    folder = runs_folder() / "realism"
    from .checking import check_count
    from .interrupts import saying

    report_folder = check_path("output", output or folder)
    size = Size(
        check_count("users", users, 1, 1_000_000), check_count("smaller", smaller, 1, 1_000_000)
    )
    check_report(report_folder)
    with saying(
        lambda: f"Finished runs are saved in {folder}; the same command resumes from there."
    ):
        study = study_of(folder, size)
    typer.echo(
        "\n".join(
            [*lines_of(study.results + study.rules), *tell_rules(study.invariants, study.n_plays)]
        )
    )
    typer.echo(f"\nThe report is {write_report(study, draw_evidence(study), report_folder)}")


@app.command()
def fit():
    """Fit the model's free parameters again (in a checkout).

    It takes about 5 minutes and writes data/behaviour/fitted.json.
    """
    from .realism.fit import fit as fit_model

    checkout()
    fit_model()


@app.command()
def init(folder: str = typer.Argument(help="a new or empty folder")):
    """Copy the notebooks and data to a new folder.

    For an installation by pip, without a checkout.
    """
    folder = check_path("folder", folder)
    lay_out(folder)
    typer.echo(
        f"Notebooks and data are in {folder}. Next:\n  cd {quoted(folder)}\n  wrapsim wrapped     "
        f"(execute all notebooks)\n"
        "  jupyter lab         (explore)"
    )


def lay_out(folder):
    """Copy the bundled notebooks and data into a new or empty folder, or one with an interrupted
    copy. Raises Refused for any other.
    """
    from .storage.places import clear_unfinished, final_name, is_beginning_of, new_file
    from .storage.run_folder import writable

    kit = {
        path.relative_to(resource()).as_posix(): path
        for top in ("notebooks", "data")
        for path in resource(top).rglob("*")
        if is_copied(path)
    }
    if folder.exists() and not folder.is_dir():
        raise Refused(f"{folder} is a file; name a new or empty folder.")
    existing = {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or not path.is_dir() and not final_name(path.name)
    }
    foreign = [
        name
        for name, path in existing.items()
        if name not in kit or not is_beginning_of(path, kit[name])
    ]
    if foreign or len(existing) == len(kit):
        raise Refused(
            f"{folder} is not a new or empty folder: it holds {[*foreign, *existing][0]}. Name "
            f"another folder."
        )
    writable(folder)
    for name, path in kit.items():
        with new_file(folder / name) as temporary:
            shutil.copyfile(path, temporary)
    clear_unfinished(folder, kit.__contains__)


def is_copied(path):
    """Whether `init` copies a bundled file."""
    inside = path.relative_to(resource())
    return (
        path.is_file()
        and path.suffix != ".py"
        and path.name[0] != "."
        and not set(NOT_COPIED) & set(inside.parts)
    )


def quoted(folder):
    """A folder's path, quoted for the shell."""
    text = os.path.join(".", folder) if str(folder).startswith("-") else str(folder)
    return subprocess.list2cmdline([text]) if os.name == "nt" else shlex.quote(text)


@app.command()
def lab():
    """Open JupyterLab on the notebooks."""
    folder = notebook_folder()
    if folder.is_relative_to(PACKAGE):
        raise Refused(
            "there are no notebooks here, and those of the installed package must not be changed. "
            "Copy them to a folder of yours:\n"
            "  wrapsim init my_folder\n  cd my_folder\n  wrapsim lab"
        )
    raise SystemExit(subprocess.call([sys.executable, "-m", "jupyterlab", str(folder)]))


def in_checkout(*command):
    """Run a development command at the top of the checkout, then exit. Raises Refused from an
    installed wheel.
    """
    raise SystemExit(subprocess.call([sys.executable, *command], cwd=checkout()))


def checkout():
    """The top folder of the checkout. Raises Refused from an installed wheel."""
    if not (PACKAGE.parent / "tests").is_dir():
        raise Refused("this needs the project's source: git clone it and run this there.")
    return PACKAGE.parent


@app.command("compile")
def compile_():
    """Compile the model now, about half a minute.

    It is needed once for each version; later commands and notebooks then start at once.
    """
    from .compiled import cache_text
    from .runs.simulate import simulate as simulate_crowd
    from .runs.verify import verify as verify_run

    with tempfile.TemporaryDirectory(prefix="wrapsim-") as folder:
        verify_run(  # simulates and reads a small run, so that all compiled code is called
            simulate_crowd(
                1,
                "2025-01-01",
                "2025-01-08",
                out_dir=Path(folder) / "run",
                workers=1,
                catalogue_tracks=1_000,
            ),
            1,
        )
    typer.echo(cache_text().partition("\n")[0])


@app.command()
def cache(
    clear: bool = typer.Option(
        False, "--clear", help="remove the compiled code; the next use compiles it again"
    ),
):
    """Show or remove the cached compiled code."""
    from .compiled import cache_root, cache_text, clear_code

    typer.echo(
        f"Removed {clear_code() / 1e6:,.1f} MB of compiled code from {cache_root()}."
        if clear
        else cache_text()
    )


@app.command()
def lint():
    """Check the code with ruff and mypy (in a checkout)."""
    checks = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [subprocess.call([sys.executable, "-m", *words], cwd=checkout()) for words in checks]
    raise SystemExit(max(codes))


@app.command()
def test():
    """Run the test suite (in a checkout)."""
    in_checkout("-m", "pytest")


@app.command()
def check():
    """Run the slow tests (in a checkout)."""
    in_checkout("-m", "pytest", "tests/slow", "-o", "addopts=-q --strict-markers --durations=10")


@app.command()
def bench():
    """Run the benchmarks and print ratios of times (in a checkout)."""
    in_checkout("-m", "benchmarks")


def query_errors():
    """The exceptions of DuckDB, as a tuple; empty if the command did not import it."""
    return (sys.modules["duckdb"].Error,) if "duckdb" in sys.modules else ()


def errors_of_stores():
    """The exceptions of object stores, as a tuple; empty if the command did not use one."""
    from .storage.places import store_errors as errors_of_stores

    return errors_of_stores() if "obstore" in sys.modules else ()


def main():
    """Run the `wrapsim` command. Bad input prints one line on stderr and exits with 2, a failed
    notebook with 1, Ctrl-C with 130.
    """
    from .interrupts import leaving_in_time

    with (
        warnings_of_one_line(),
        without_backend(),
        leaving_in_time(lambda: "All files written so far are complete; run the command again."),
    ):
        try:
            check_working_folder()
            check_utf8(sys.argv[1:])
            app()
        except (
            ValueError,
            TypeError,
            FileNotFoundError,
            PermissionError,
            IsADirectoryError,
            NotADirectoryError,
        ) as error:
            sys.exit(complain(error, 2))
        except (RuntimeError, OSError, *query_errors(), *errors_of_stores()) as error:
            sys.exit(complain(error, 1))


def check_working_folder():
    """Raise Refused if the working folder was deleted or its name is not UTF-8."""
    try:
        here = os.getcwd()
    except FileNotFoundError:
        raise Refused(
            "the working folder no longer exists; change to another one (cd) and run the command "
            "there."
        ) from None
    check_utf8([here])


def check_utf8(texts):
    """Raise Refused if a text from the system is not UTF-8: Arrow and DuckDB cannot open such a
    file.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Refused(
                f"{os.fsencode(text)!r} is not UTF-8; rename the file or folder, or give another "
                f"text."
            ) from None


@contextmanager
def without_backend():
    """Ignore MPLBACKEND while the command runs: it draws into files and notebooks, never on a
    screen.
    """
    backend = os.environ.pop("MPLBACKEND", None)
    try:
        yield
    finally:
        os.environ.update({} if backend is None else {"MPLBACKEND": backend})


@contextmanager
def warnings_of_one_line():
    """Print each warning as one line while the command runs."""
    before, warnings.formatwarning = (
        warnings.formatwarning,
        lambda message, *_, **__: f"wrapsim: {message}\n",
    )
    try:
        yield
    finally:
        warnings.formatwarning = before


def complain(error, exit_code):
    """Print an error on stderr, with the argument names that users type. Returns the exit code."""
    text = as_typed(text_of(error), getattr(error, "typed", {}))
    print(f"wrapsim: {text}", file=sys.stderr)
    return exit_code


def text_of(error):
    """The message of an error; for errors of the system or of a store, with what to do."""
    if getattr(error, "errno", None) in NO_ROOM:
        return "the disk is full; free some space and run the same command again."
    if isinstance(error, errors_of_stores()):
        return (
            f"the object store failed ({str(error).splitlines()[0]}). Check the URL, and the "
            f"credentials and endpoint in the environment (AWS_..., GOOGLE_..., AZURE_...)."
        )
    file = getattr(error, "filename", None)
    return (
        str(error)
        if file is None
        else f"{str(file)!r} cannot be used here ({error.strerror}); name another."
    )


def typed_names(command):
    """Name of each parameter of a command in the library -> name that the user types, such as
    num_users -> USERS, start_time -> --start.
    """
    typed = {
        parameter.name: parameter.opts[0]
        if parameter.opts[0].startswith("--")
        else parameter.name.upper()
        for parameter in command.params
    }
    return (
        typed
        if command.name in OF_NOTEBOOKS
        else typed
        | {LIBRARY_NAMES[name]: word for name, word in typed.items() if name in LIBRARY_NAMES}
    )


def as_typed(text, typed):
    """A message with the argument names that the user types. Names with an underscore are replaced
    everywhere except in quotes and paths, other names only at the start, before "is".
    """
    words = [name for name in typed if "_" in name]
    anywhere = re.compile(rf"(?<![\w/.-])({'|'.join(words) or '(?!)'})(?![\w/-])")
    pieces = re.split(r"""((?<!\w)'[^']*'(?!\w)|(?<!\w)"[^"]*"(?!\w))""", text)
    renamed = "".join(
        piece if position % 2 else anywhere.sub(lambda match: typed[match[0]], piece)
        for position, piece in enumerate(pieces)
    )
    return re.sub(
        r"^\w+(?= is )|(?<= and )\w+(?= is )", lambda match: typed.get(match[0], match[0]), renamed
    )
