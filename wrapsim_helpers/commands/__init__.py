"""The `wrapsim` command. Each module has the commands of one kind."""

import sys
from typing import Annotated

import typer.core

from . import cache, cards, checkout, exports, notebooks, realism, runs, wrapped
from .errors import (
    check_utf8,
    check_working_folder,
    complain,
    errors_of_stores,
    query_errors,
    typed_names,
    warnings_of_one_line,
    without_backend,
)

# in the order of `wrapsim --help`
COMMANDS = (
    *(notebooks.run, notebooks.batch, wrapped.wrapped),
    *(runs.simulate, runs.plan, runs.again, runs.continue_),
    *(runs.effects, runs.show, runs.verify, runs.schema),
    *(cards.cards, cards.story, cards.artist, cards.party, cards.blend),
    *(exports.insights, exports.export, realism.realism, checkout.fit),
    *(notebooks.init, notebooks.lab, cache.compile_, cache.cache),
    *(checkout.lint, checkout.test, checkout.check, checkout.interop),
    *(checkout.fuzz, checkout.docs, checkout.bench),
)


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


for command in COMMANDS:
    app.command(command.__name__.strip("_"))(command)


def main():
    """Run the `wrapsim` command. Bad input prints one line on stderr and exits with 2, a failed
    notebook with 1, Ctrl-C with 130.
    """
    from ..interrupts import leaving_in_time

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
