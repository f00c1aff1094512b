"""The `wrapsim` command."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer.core

from .checking import check_choice, check_count, check_path, int_or_text
from .command_errors import (
    as_typed,
    check_utf8,
    check_working_folder,
    complain,
    errors_of_stores,
    query_errors,
    typed_names,
    warnings_of_one_line,
    without_backend,
)
from .kit import lay_out, quoted
from .main_job import clear_job, compile_everything
from .notebooks import (
    NOTEBOOKS,
    Refused,
    declared_parameters,
    find_notebook,
    notebook_folder,
    parse_assignments,
    run_notebook,
)
from .resources import PACKAGE, runs_folder


class Commands(typer.core.TyperGroup):
    """The commands. Each error gets the argument names that the user types, for its message."""

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except Exception as error:
            if ctx.invoked_subcommand:
                error.typed = typed_names(self.get_command(ctx, ctx.invoked_subcommand))
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
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=print_version, is_eager=True, help="print the version and exit"
        ),
    ] = False,
):
    """Options of the command itself, which come before the name of a subcommand."""


# -- parameters of several commands, with their names in the library -------------------------------

integer = partial(typer.Option, parser=int_or_text, metavar="INTEGER")
Users = Annotated[
    int, typer.Argument(metavar="users", help="how many listeners", parser=int_or_text)
]
OutDir = Annotated[
    str,
    typer.Argument(help="a new or empty folder, the folder of this same run, or s3://bucket/run"),
]
RunDir = Annotated[str, typer.Argument(help="the folder or URL of a run")]
Start = Annotated[str, typer.Option("--start", help="ISO 8601; local time if it has no offset")]
End = Annotated[str, typer.Option("--end", help="ISO 8601; excluded")]
Genres = Annotated[
    list[str],
    typer.Option("--genre", help="favourite genres to draw from; may be repeated; default all"),
]
Population = Annotated[str, typer.Option(help="world or survey")]
Seed = Annotated[int, integer(help="same seed, same people, same plays")]
Formats = Annotated[list[str], typer.Option("--format", help="parquet or avro; may be repeated")]
Codec = Annotated[
    str, typer.Option(help="compression of the Avro files: deflate, zstandard or null")
]
Workers = Annotated[int, integer(help="processes; 0 for one per core")]
Survey = Annotated[str, typer.Option("--survey", help="survey file; default the bundled one")]
Songs = Annotated[str, typer.Option("--songs", help="songs file; default the bundled one")]
Personas = Annotated[
    str,
    typer.Option(
        "--personas", help="YAML file of personas and cohorts, or 'bundled'; default none"
    ),
]
Tracks = Annotated[
    int,
    integer(
        help="tracks to invent in addition to the songs file, at least 1,000; 0 for none; "
        "-1 for 120,000 with the bundled file, and none with --songs"
    ),
]
Year = Annotated[int, integer(help="-1 for the year with most days in the run")]
Edition = Annotated[
    str,
    typer.Option(help="all for the whole year and every insight, or 2013 to 2025 for an edition"),
]
FirstDay = Annotated[str, typer.Option(help="ISO date; with --last-day, any period of the run")]
LastDay = Annotated[str, typer.Option(help="ISO date, included; default the run's last day")]
Who = Annotated[
    list[str],
    typer.Option(
        "--user",
        help="user id, number or name; default the median listener by minutes; "
        "several are counted as one",
    ),
]
Where = Annotated[
    list[str],
    typer.Option(
        metavar="COLUMN=VALUE",
        help="instead of --user: all listeners with this value, such as country=SE, counted as "
        "one; may be repeated",
    ),
]
Theme = Annotated[str, typer.Option(help="press, night, contrast or print")]
RuleTexts = Annotated[
    list[str],
    typer.Option(
        "--rule",
        metavar="NAME=VALUE",
        help="another rule of counting, such as by=minutes, clock=UTC, private=true or "
        "stream_ms=60000; may be repeated",
    ),
]


def story_named(run_dir, user, where, rule, **period):
    """The `Story` that the options of a command name."""
    from .notebooks import pairs_of
    from .wrapped import tell_story

    users = pairs_of(where) if where else user if len(user) > 1 else "".join(user)
    return tell_story(run_dir, users, rules=rules_named(period["edition"], rule), **period)


def rules_named(edition, rule):
    """The `Rules` of an edition with other values, texts such as "by=minutes"."""
    from dataclasses import replace

    from .notebooks import pairs_of, yaml_value
    from .wrapped.editions import edition_named

    values = {name: yaml_value(value) for name, value in pairs_of(rule).items()}
    return replace(edition_named(edition).rules, **values)


def write_pictures(story, out_dir, theme):
    """Write the cards and squares of a story into a folder, and print their paths."""
    from .cards import card_folder, make_cards, make_squares, write_cards

    folder = card_folder(out_dir)
    for path in write_cards([*make_cards(story, theme), *make_squares(story, theme)], folder):
        typer.echo(path)


def check_pair(users):
    """Raise ValueError unless two listeners are named."""
    if len(users) != 2:
        n = len(users)
        raise ValueError(
            f"--user names {n} listener{'s' * (n != 1)}; a blend has two. Give --user twice, such "
            "as --user 0 --user 1; for up to ten listeners, use wrapsim party."
        )


# -- commands --------------------------------------------------------------------------------------


@app.command()
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


@app.command()
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
    from .batches.batch import run_batch
    from .batches.side_by_side import Limits

    limits = Limits(check_count("jobs", jobs, 0, 1_000), timeout, fail_fast, force)
    folder = check_path("output", output or runs_folder() / "batch").absolute()
    run_batch(file, only, folder, limits)


@app.command()
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
    from .cards.themes import check_theme
    from .cards.whole_folder import untold_line, write_wrapped_folder
    from .cards.words import describe_story
    from .exchange.histories import load_history
    from .exchange.telling import story_of_choices
    from .storage.outputs import output_folder

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
    from .exchange.telling import years_with_plays

    years = ", ".join(map(str, years_with_plays(history)))
    if "," in years:
        yield f"Plays in {years}: --year selects one of these years, --year 0 all of them."


def lines_of_gaps(story, history):
    """A line for each number that the service's own Wrapped has too, and why it may differ."""
    from .charts.tables import cell_text
    from .exchange.own_wrapped import compare_wrapped

    gaps = compare_wrapped(story, history)
    if len(gaps):
        yield f"The service's Wrapped of {story.year} beside this one:"
    for row in gaps.itertuples():
        why = "" if row.service == row.wrapsim else f" ({row.rule})"
        yield f"  {row.number}: {cell_text(row.service)}, here {cell_text(row.wrapsim)}{why}"


def main_job(num_users, seed, out_dir):
    """Execute all notebooks and draw the cards of a simulated crowd."""
    from .listening.listen import Run, compile_model

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


@app.command()
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
    from .runs.simulate import simulate as simulate_crowd

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


@app.command()
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
    from .runs.plan import plan as plan_crowd

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


@app.command()
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
    from .runs.again import again as simulate_again
    from .runs.again import write_listener
    from .storage.outputs import output_folder

    for path in write_listener(
        simulate_again(run_dir, user, survey_path, songs_path, personas_path),
        output_folder(out_dir, "again"),
    ):
        typer.echo(path)


@app.command("continue")
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
    from .runs.simulate import continue_run

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


@app.command()
def effects(run_dir: RunDir):
    """Compare each declared effect of a run with its plays.

    Column "holds" is "yes" if the interval of the observed value contains the requested value.
    The last line says how many listeners were looked at; column "n_listeners", how many by a row.
    """
    from .runs.effects import effects_of

    table = effects_of(run_dir)
    numbers = table.drop(columns="measure")
    typer.echo(numbers.to_string(index=False, float_format="{:.3f}".format, na_rep=""))
    typer.echo(table.attrs["looked_at"])


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

    if damaged := verify_run(run_dir, workers):
        repair = (
            "To repair it, remove the damaged files and simulate the run again into the same "
            "folder."
        )
        raise RuntimeError("\n  ".join([f"{run_dir} is damaged:", *damaged, repair]))
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
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Who = [],
    where: Where = [],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
    everybody: Annotated[
        bool, typer.Option("--everybody", help="the cards of every listener, in a folder for each")
    ] = False,
):
    """Draw the cards of a listener, of several as one, or of everybody."""
    from .cards import write_all_cards
    from .cards.themes import check_theme

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    if everybody:
        check_nobody_named([*user, *where])
        rules = rules_named(edition, rule)
        folders = write_all_cards(run_dir, out_dir, theme=theme, rules=rules, **period)
        typer.echo(f"{out_dir}: {len(folders):,} folders of cards")
        return
    write_pictures(story_named(run_dir, user, where, rule, **period), out_dir, theme)


def check_nobody_named(users):
    """Raise ValueError if listeners are named for the cards of everybody."""
    if users:
        raise ValueError(
            f"--everybody draws the cards of all listeners, and {users[0]!r} is named; give either."
        )


@app.command()
def story(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for story.html, the cards and the JSON")],
    user: Who = [],
    where: Where = [],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Write the story of a listener, or of several as one: a page that plays the cards, the cards,
    and the numbers as JSON.

    The page is one file that needs no network. Open story.html in a browser.
    """
    from .cards import card_folder, make_cards, make_squares, write_cards
    from .cards.story import write_story
    from .cards.themes import check_theme
    from .wrapped import write_summary, write_wrapped

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = story_named(run_dir, user, where, rule, **period)
    folder = card_folder(out_dir)
    pictures = [*make_cards(story, theme), *make_squares(story, theme)]
    for path in write_cards(pictures, folder):
        typer.echo(path)
    for write in (write_summary, write_wrapped):
        typer.echo(write(story, folder))
    typer.echo(write_story(story, folder, theme))


@app.command()
def artist(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    artist: Annotated[str, typer.Option(help="name or number of an artist of the run")],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    theme: Theme = "press",
):
    """Draw an artist's cards, counted from all listeners of a run."""
    from .cards import card_folder, make_cards, write_cards
    from .cards.themes import check_theme
    from .wrapped import tell_artist

    check_theme(theme)
    folder = card_folder(out_dir)
    story_of_artist = tell_artist(run_dir, artist, year, edition, first_day, last_day)
    for path in write_cards(make_cards(story_of_artist, theme), folder):
        typer.echo(path)


@app.command()
def party(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Annotated[
        list[str],
        typer.Option(
            "--user", help="user id, number or name, the host first; 2 to 10, one option each"
        ),
    ],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Draw the cards of a party: awards for two to ten listeners, and their music as one."""
    from .cards.themes import check_theme
    from .wrapped import party as party_of

    check_theme(theme)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = party_of(run_dir, user, rules=rules_named(edition, rule), **period)
    write_pictures(story, out_dir, theme)


@app.command()
def blend(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the cards")],
    user: Annotated[
        list[str],
        typer.Option("--user", help="user id, number or name; two listeners, one option each"),
    ],
    year: Year = -1,
    edition: Edition = "all",
    first_day: FirstDay = "",
    last_day: LastDay = "",
    rule: RuleTexts = [],
    theme: Theme = "press",
):
    """Draw the cards of a blend: what two listeners share, and songs for each other."""
    from .cards.themes import check_theme
    from .wrapped import blend as blend_of

    check_theme(theme)
    check_pair(user)
    period = dict(year=year, edition=edition, first_day=first_day, last_day=last_day)
    story = blend_of(run_dir, *user, rules=rules_named(edition, rule), **period)
    write_pictures(story, out_dir, theme)


@app.command()
def insights(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the Parquet files, one per insight")],
    year: Year = -1,
    edition: Edition = "all",
):
    """Write the insights of every listener of a run as Parquet.

    The run may be of any size.
    """
    from .wrapped import write_everybody

    for path in write_everybody(run_dir, out_dir, year, edition):
        typer.echo(path)


@app.command()
def export(
    run_dir: RunDir,
    out_dir: Annotated[
        str, typer.Argument(help="folder for the exports: a folder per format and listener in it")
    ],
    users: Annotated[
        list[str],
        typer.Option("--user", help="user id, number or name; may be repeated, one export each"),
    ] = [],
    everybody: Annotated[
        bool, typer.Option("--all", help="the exports of every listener with a play")
    ] = False,
    form: Annotated[
        str,
        typer.Option(
            "--as",
            help="spotify (extended history), endsong (as before 2023), account, account_old, "
            "listenbrainz (zip), listenbrainz_json, listenbrainz_submit, lastfm, lastfm_table "
            "(with header), librefm or scrobbler_log",
        ),
    ] = "spotify",
    dirty: Annotated[
        list[str],
        typer.Option(
            help="an oddity of real exports to add, such as overlaps or zero_ms; may be repeated"
        ),
    ] = [],
    workers: Workers = 0,
):
    """Write listeners' plays as the files that music services and scrobblers export.

    For tests of programs that read such files: people, music and addresses are invented.
    """
    from .exchange.exports import write_exports

    if bool(users) == everybody:
        raise ValueError(
            "give either --user, such as --user 17, or --all for every listener of the run."
        )
    folders = write_exports(run_dir, out_dir, users, form, dirty, workers)
    for line in folders if users else [f"{out_dir}: {len(folders):,} exports as {form}"]:
        typer.echo(line)


@app.command()
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
    from .interrupts import saying
    from .realism import (
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
    from .compiled import source_hash
    from .realism import study as benchmark
    from .realism.evidence import draw_evidence

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


@app.command()
def fit():
    """Fit the model's free parameters again (in a checkout).

    It takes about 5 minutes and writes data/behaviour/fitted.json.
    """
    from .realism.fit import fit as fit_model

    checkout()
    fit_model()


@app.command()
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
    """Compile the model and make the default catalogue now, about half a minute.

    It is needed once for each version; later commands and notebooks then start at once.
    """
    from .compiled import cache_text

    compile_everything()
    typer.echo(cache_text().partition("\n")[0])


@app.command()
def cache(
    clear: Annotated[
        bool,
        typer.Option("--clear", help="remove all of it; the next use makes it again"),
    ] = False,
):
    """Show or remove the cached compiled code and catalogues."""
    from .compiled import cache_root, cache_text, clear_code
    from .music.catalogue_files import cached_text, clear_catalogues

    if not clear:
        typer.echo(f"{cache_text()}\n{cached_text()}")
        return
    code, catalogues = clear_code() / 1e6, clear_catalogues() / 1e6
    typer.echo(
        f"Removed {code:,.1f} MB of compiled code and {catalogues:,.1f} MB of catalogues from "
        f"{cache_root()}."
    )


@app.command()
def lint():
    """Check the code with ruff and mypy (in a checkout)."""
    checks = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    codes = [subprocess.call([sys.executable, "-m", *words], cwd=checkout()) for words in checks]
    raise SystemExit(max(codes))


@app.command()
def test():
    """Run the test suite by two processes (in a checkout)."""
    in_checkout("-m", "pytest", "-n", "2", "--dist", "loadfile")


@app.command()
def check():
    """Run the slow tests by two processes (in a checkout)."""
    words = "-q --strict-markers --durations=10 -n 2 --dist loadgroup"
    in_checkout("-m", "pytest", "tests/slow", "-o", f"addopts={words}")


@app.command()
def interop():
    """Let another program import exports and compare its charts with ours (in a checkout)."""
    in_checkout("-m", "pytest", "tests/slow/test_interop.py", "-o", "addopts=-q --strict-markers")


@app.command()
def fuzz(
    cases: Annotated[int, integer(help="how many random files")] = 100_000,
):
    """Read random and damaged histories (in a checkout), about half an hour."""
    number = check_count("cases", cases, 100, 10_000_000)
    in_checkout("-m", "tests.exchange.fuzz", str(number))


@app.command()
def docs(
    output: Annotated[
        str, typer.Option("--output", "-o", help="folder of the site; default build/site")
    ] = "",
    job: Annotated[
        str, typer.Option(help="folder of a finished `wrapsim wrapped` to show; default a new one")
    ] = "",
):
    """Build the documentation site (in a checkout), about five minutes.

    It executes all notebooks first, unless --job names the folder of an earlier main job.
    """
    folders = {"--output": output, "--job": job}
    words = [
        (name, check_path(name, folder).absolute()) for name, folder in folders.items() if folder
    ]
    in_checkout("docs/site", *[str(word) for pair in words for word in pair])


@app.command()
def bench():
    """Run the benchmarks and print ratios of times (in a checkout)."""
    in_checkout("-m", "benchmarks")


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
