"""The command `wrapsim wrapped`: the cards of a history, or the main job."""

from typing import Annotated

import typer

from ..checking import check_path
from ..main_job import clear_job
from ..notebooks import NOTEBOOKS, find_notebook, run_notebook
from ..resources import runs_folder
from .errors import as_typed, typed_names
from .options import integer


def wrapped(
    ctx: typer.Context,
    path: Annotated[
        list[str] | None,
        typer.Argument(
            help="your own history: zips, folders or files that a service or player exports; "
            "without it, the main job"
        ),
    ] = None,
    num_users: Annotated[int, integer("--users", help="main job: how many listeners")] = 100,
    seed: Annotated[int, integer(help="main job: same seed, same people")] = 2025,
    out_dir: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            help="folder for all results; default data/runs/wrapped, of a history "
            "data/runs/your_wrapped",
        ),
    ] = None,
    year: Annotated[
        int, integer(help="history: a year; 0 for all years, -1 for the latest with enough music")
    ] = -1,
    edition: Annotated[str, typer.Option(help="history: all, or 2013 to 2025")] = "all",
    first_day: Annotated[str, typer.Option(help="history: ISO date, instead of a year")] = "",
    last_day: Annotated[str, typer.Option(help="history: ISO date, included")] = "",
    name: Annotated[str, typer.Option(help="history: the name on the cards; default You")] = "",
    redact: Annotated[
        bool, typer.Option("--redact", help="history: no name of a person, song, artist or file")
    ] = False,
    time_zone: Annotated[
        str, typer.Option(help="history: such as Europe/Stockholm; default by the country")
    ] = "",
    songs_path: Annotated[
        str, typer.Option("--songs", help="history: songs file with genres and release years")
    ] = "",
    theme: Annotated[str, typer.Option(help="history: press, night, contrast or print")] = "press",
):
    """Draw the Wrapped of your own history, or, without a path, run the main job.

    Your history stays on this machine. The main job executes all notebooks and draws cards of a
    simulated crowd.
    """
    given = [name for name in ctx.params if is_given(ctx, name)]
    if not path:
        refuse_options(given, OF_HISTORY, "is for a history; give its PATH, or leave it out")
        main_job(num_users, seed, out_dir)
        return
    refuse_options(given, OF_CROWD, "is for the main job, which takes no PATH; leave it out")
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    choices = name, redact, time_zone, songs_path
    your_wrapped(path, out_dir, theme, period, choices, typed_names(ctx.command))


OF_CROWD = ("num_users", "seed")


OF_HISTORY = (
    *("year", "edition", "first_day", "last_day", "name", "redact", "time_zone", "songs_path"),
    "theme",
)


def is_given(ctx, name):
    """Whether the user typed a parameter of a command."""
    return ctx.get_parameter_source(name).name == "COMMANDLINE"


def refuse_options(given, refused, why):
    """Raise ValueError if an option is given that does not belong to this use of the command."""
    for name in given:
        if name in refused:
            raise ValueError(f"{name} {why}.")


def your_wrapped(paths, out_dir, theme, period, choices, typed):
    """Write the Wrapped of a history into a folder, and print what became of its rows.

    period   arguments of `tell_history`;  choices  name, redact, time_zone and songs_path
    typed    name of a parameter -> name that the user types
    """
    from ..cards.themes import check_theme
    from ..cards.whole_folder import untold_line, write_wrapped_folder
    from ..cards.words import describe_story
    from ..exchange.histories import load_history
    from ..exchange.telling import story_of_choices
    from ..storage.outputs import output_folder

    check_theme(theme)
    folder = output_folder(out_dir or "", "your_wrapped")
    name, redact, time_zone, songs_path = choices
    history = load_history(paths, time_zone)
    story, shown = story_of_choices(history, period, name, redact, songs_path)
    files = write_wrapped_folder(story, folder, theme)
    report = as_typed(str(shown.report), typed)
    result = [describe_story(story), *lines_of_tops(story), *lines_on_years(history)]
    lines = [*result, "", report, *lines_of_gaps(story, shown), untold_line(story)]
    typer.echo("\n".join(lines))
    typer.echo(
        f"\n{len(files)} files are in {folder}, which git ignores. Nothing left this machine.\n"
        f"  open {files[0]}"
    )


def lines_of_tops(story):
    """A line for the top song, and one for the top artist."""
    for table, column, called in (
        ("top_songs", "title", "song"),
        ("top_artists", "artist", "artist"),
    ):
        for name in story.tables.get(table, {}).get(column, [])[:1]:
            yield f"Top {called}: {name}"


def lines_on_years(history):
    """How to choose another year of a history: a line, or none if it has one year."""
    from ..exchange.telling import years_with_plays

    years = ", ".join(map(str, years_with_plays(history)))
    if "," in years:
        yield f"Plays in {years}: --year selects one of these years, --year 0 all of them."


def lines_of_gaps(story, history):
    """A line for each number that the service's own Wrapped has too, and why it may differ."""
    from ..charts.tables import cell_text
    from ..exchange.own_wrapped import compare_wrapped

    gaps = compare_wrapped(story, history)
    if len(gaps):
        yield f"The service's Wrapped of {story.year} beside this one:"
    for row in gaps.itertuples():
        why = "" if row.service == row.wrapsim else f" ({row.rule})"
        yield f"  {row.number}: {cell_text(row.service)}, here {cell_text(row.wrapsim)}{why}"


def main_job(num_users, seed, out_dir):
    """Execute all notebooks and draw the cards of a simulated crowd."""
    from ..listening.listen import Run, compile_model

    folder = check_path("out_dir", out_dir or runs_folder() / "wrapped").resolve()
    first_run = Run(num_users=num_users, seed=seed)
    clear_job(folder)
    compile_model(first_run)
    run_dir, cards = folder / "run", folder / "cards"
    parameters = {
        "02_single_user": {"seed": seed, "out_dir": str(folder / "one_listener")},
        "03_multiple_users": {"num_users": num_users, "seed": seed, "out_dir": str(run_dir)},
        "04_wrapped": {"run_dir": str(run_dir), "out_dir": str(cards)},
        "05_realism": {"run_dir": str(run_dir)},
        "06_your_own_history": {"out_dir": str(folder / "your_wrapped")},
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
