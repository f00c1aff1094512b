"""Arguments and options of several commands, with their names in the library."""

from functools import partial
from typing import Annotated

import typer

from ..checking import int_or_text

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
