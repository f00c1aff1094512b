"""Commands that write the insights and the plays of a run as files for other programs."""

from typing import Annotated

import typer

from .options import Edition, RunDir, Workers, Year


def insights(
    run_dir: RunDir,
    out_dir: Annotated[str, typer.Argument(help="folder for the Parquet files, one per insight")],
    year: Year = -1,
    edition: Edition = "all",
):
    """Write the insights of every listener of a run as Parquet.

    The run may be of any size.
    """
    from ..wrapped import write_everybody

    for path in write_everybody(run_dir, out_dir, year, edition):
        typer.echo(path)


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
    from ..exchange.exports import write_exports

    if bool(users) == everybody:
        raise ValueError(
            "give either --user, such as --user 17, or --all for every listener of the run."
        )
    folders = write_exports(run_dir, out_dir, users, form, dirty, workers)
    for line in folders if users else [f"{out_dir}: {len(folders):,} exports as {form}"]:
        typer.echo(line)
