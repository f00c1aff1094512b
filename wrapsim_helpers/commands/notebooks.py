"""Commands that execute notebooks, copy them or open them."""

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..checking import check_count, check_path
from ..kit import lay_out, quoted
from ..notebooks import (
    Refused,
    declared_parameters,
    find_notebook,
    notebook_folder,
    parse_assignments,
    run_notebook,
)
from ..resources import PACKAGE, runs_folder
from .options import integer


def run(
    notebook: Annotated[
        str, typer.Argument(help="path or name of a notebook, such as 02_single_user")
    ],
    parameter: Annotated[
        list[str],
        typer.Option(
            "--parameter", "-p", metavar="NAME=VALUE", help="set a parameter; may be repeated"
        ),
    ] = [],
    output: Annotated[
        str | None, typer.Option("--output", "-o", help="path of the executed notebook")
    ] = None,
    show: Annotated[
        bool, typer.Option("--parameters", help="list the notebook's parameters and exit")
    ] = False,
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


def batch(
    file: Annotated[
        Path, typer.Argument(help="a YAML file of sets: name -> {notebook, parameters, matrix}")
    ],
    only: Annotated[
        list[str], typer.Option(help="execute only the set of this name; may be repeated")
    ] = [],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", help="folder for all results; default data/runs/batch"),
    ] = None,
    jobs: Annotated[int, integer("--jobs", "-j", help="sets side by side; 0 for one per core")] = 0,
    timeout: Annotated[
        float, typer.Option(help="seconds after which a set is stopped; 0 for no limit")
    ] = 0.0,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="start no further set after the first failure")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="execute unchanged sets too")] = False,
):
    """Execute a notebook for each set of parameters in a YAML file, side by side.

    All sets are checked before the first one starts. A failed set does not stop the others; the
    command then exits with 1. The same command executes again only what failed, is missing or has
    changed: notebook, parameters, wrapsim, files that are read, files that were written.

    The folder gets each executed notebook, its HTML export, index.html with all sets, and
    results.parquet and results.csv with what the notebooks recorded by ws.record(name, value). A
    notebook with an out_dir writes to files/NAME in that folder, unless its set gives an out_dir.

    \b
    defaults: {notebook: 02_single_user, parameters: {end_time: "2025-03-01"}}
    sets:
      "{plan}_{age}": {matrix: {plan: [free, premium], age: [20, 40, 60]}}
      in_auckland: {parameters: {latitude: -36.85, longitude: 174.76}}

    Relative paths in parameters (names that end in _path or _dir) start at the working folder;
    notebooks are looked for there, beside the file, and among those of the project.
    """
    from ..batches.batch import run_batch
    from ..batches.side_by_side import Limits

    limits = Limits(check_count("jobs", jobs, 0, 1_000), timeout, fail_fast, force)
    folder = check_path("output", output or runs_folder() / "batch").absolute()
    run_batch(file, only, folder, limits)


def init(
    out_dir: Annotated[str, typer.Argument(metavar="folder", help="a new or empty folder")],
):
    """Copy the notebooks and data to a new folder.

    For an installation by pip, without a checkout.
    """
    folder = check_path("out_dir", out_dir)
    lay_out(folder)
    typer.echo(
        f"Notebooks and data are in {folder}. Next:\n  cd {quoted(folder)}\n  wrapsim wrapped     "
        f"(execute all notebooks)\n"
        "  jupyter lab         (explore)"
    )


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
