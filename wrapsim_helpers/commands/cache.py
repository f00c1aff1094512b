"""Commands that fill, show and remove the cache of compiled code and catalogues."""

from typing import Annotated

import typer

from ..main_job import compile_everything


def compile_():
    """Compile the model and make the default catalogue now, about half a minute.

    It is needed once for each version; later commands and notebooks then start at once.
    """
    from ..compiled import cache_text

    compile_everything()
    typer.echo(cache_text().partition("\n")[0])


def cache(
    clear: Annotated[
        bool,
        typer.Option("--clear", help="remove all of it; the next use makes it again"),
    ] = False,
):
    """Show or remove the cached compiled code and catalogues."""
    from ..compiled import cache_root, cache_text, clear_code
    from ..music.catalogue_files import cached_text, clear_catalogues

    if not clear:
        typer.echo(f"{cache_text()}\n{cached_text()}")
        return
    code, catalogues = clear_code() / 1e6, clear_catalogues() / 1e6
    typer.echo(
        f"Removed {code:,.1f} MB of compiled code and {catalogues:,.1f} MB of catalogues from "
        f"{cache_root()}."
    )
