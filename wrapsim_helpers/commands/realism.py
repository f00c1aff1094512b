"""The command `wrapsim realism`."""

from pathlib import Path
from typing import Annotated

import typer

from ..checking import check_count, check_path
from ..resources import runs_folder
from .options import integer


def realism(
    run_dir: Annotated[
        str | None,
        typer.Option("--run", help="measure this finished run instead of the whole benchmark"),
    ] = None,
    out_dir: Annotated[
        str | None,
        typer.Option("--output", "-o", help="folder for the report; default that of its runs"),
    ] = None,
    users: Annotated[int, integer(help="listeners of the main run")] = 4_000,
    smaller: Annotated[
        int,
        integer(help="listeners of each run with another seed or with a mechanism switched off"),
    ] = 300,
):
    """Compare simulated listening with published figures.

    It prints a table and writes a report with pictures.
    """
    from ..interrupts import saying
    from ..realism import (
        Size,
        check_report,
        checked,
        measured,
        run_text,
        sampled,
        study_of,
        write_report,
    )

    if run_dir:
        sample = sampled(run_dir)
        rules, invariants, n_plays = checked(run_dir, sample)
        typer.echo(run_text(measured(sample) + rules, invariants, n_plays))
        return
    from ..compiled import source_hash
    from ..realism import study as benchmark
    from ..realism.evidence import draw_evidence

    # by the model, so that a finished run of another model is not taken for one of this model
    folder = runs_folder() / f"realism-{source_hash(Path(benchmark.__file__))[:8]}"
    report_folder = check_path("out_dir", out_dir or folder)
    size = Size(
        check_count("users", users, 1, 1_000_000), check_count("smaller", smaller, 1, 1_000_000)
    )
    check_report(report_folder)
    with saying(
        lambda: f"Finished runs are saved in {folder}; the same command resumes from there."
    ):
        study = study_of(folder, size)
    typer.echo(run_text(study.results + study.rules, study.invariants, study.n_plays))
    typer.echo(f"\nThe report is {write_report(study, draw_evidence(study), report_folder)}")
