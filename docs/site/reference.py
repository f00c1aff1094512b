"""The reference: public names by the notebook that uses them, commands, and the schema."""

import re
from pathlib import Path

import typer

import wrapsim_helpers as ws
from wrapsim_helpers.commands import app

SOURCE = Path(ws.__file__).read_text(encoding="utf-8")
KINDS = {type: "autoclass", dict: "autodata"}
WIDTH = 78  # characters of a line of help
TITLES = {  # page -> title
    "00": "Survey, songs and listeners",
    "01": "The record, as Avro",
    "02": "One listener",
    "03": "Runs of many listeners",
    "04": "Insights, stories and cards",
    "05": "Realism",
    "06": "Your own history",
    "every": "Helpers of the notebooks",
    "drawings": "Drawings of single cards",
}
SCHEMA = """# The Avro schema

A play as Avro is a record `SpotifyWrappedData` of three records. `ws.schema_ind` is the schema as a
dict; [Avro files](../docs/avro.md) explains how to read them.

{records}

The files: {files}.
"""


def write_reference(folder):
    """Write the pages of the reference into a folder."""
    folder.mkdir(parents=True)
    pages = {**api_pages(), "commands": commands_page(), "schema": schema_page()}
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


# -- Python ----------------------------------------------------------------------------------------


def api_pages():
    """Name of a page -> its text; the public names of the package."""
    return {f"api_{key}": api_page(TITLES[key], names) for key, names in groups().items()}


def groups():
    """Key of TITLES -> public names, as the package lists them; drawings of cards are a group."""
    found, key = {}, ""
    for line in SOURCE.split("_MODULE_OF = {")[1].split("\n}")[0].splitlines():
        if start := re.match(r"    # (\w+)", line):
            key = start[1]
        elif name := re.match(r'    "(\w+)"', line):
            drawing = ".cards." in getattr(getattr(ws, name[1]), "__module__", "") or ""
            is_drawing = drawing and name[1].startswith("draw_")
            found.setdefault("drawings" if is_drawing else key, []).append(name[1])
    return found


def api_page(title, names):
    """The page of some public names."""
    entries = "\n".join(f".. {directive_of(name)}:: wrapsim_helpers.{name}\n" for name in names)
    start = "After `import wrapsim_helpers as ws`, each name is an attribute of `ws`."
    return f"# {title}\n\n{start}\n\n```{{eval-rst}}\n{entries}\n```\n"


def directive_of(name):
    """The directive of Sphinx that shows a public name."""
    thing = getattr(ws, name)
    return next((word for kind, word in KINDS.items() if isinstance(thing, kind)), "autofunction")


# -- commands --------------------------------------------------------------------------------------


def commands_page():
    """The page of the commands: the help of each."""
    group = typer.main.get_command(app)
    texts = [help_of(name, command) for name, command in group.commands.items()]
    return "# Commands\n\n`wrapsim --help` lists them too.\n\n" + "\n".join(texts)


def help_of(name, command):
    """The help of a command, with a heading."""
    words = {"resilient_parsing": True, "terminal_width": WIDTH}
    context = command.make_context(f"wrapsim {name}", [], **words)
    return f"## wrapsim {name}\n\n```text\n{command.get_help(context)}\n```\n"


# -- the schema ------------------------------------------------------------------------------------


def schema_page():
    """The page of the Avro schema: a table for each record."""
    records = ws.schema_table().groupby("record", sort=False)
    tables = "\n".join(f"## {name}\n\n{markdown_table(rows)}" for name, rows in records)
    paths = sorted((Path(ws.__file__).parents[1] / "schemas").glob("*.avsc"))
    files = ", ".join(f"[{path.name}](../schemas/{path.name})" for path in paths)
    return SCHEMA.format(records=tables, files=files)


def markdown_table(rows):
    """Rows of the schema as Markdown."""
    lines = [
        f"| `{row.field}` | {cell(row.type)} | {cell(row.default)} | {cell(row.meaning)} |"
        for row in rows.itertuples()
    ]
    return "\n".join(["| field | type | default | meaning |", "|---|---|---|---|", *lines, ""])


def cell(value):
    """A value in a cell of a table."""
    return re.sub(r"([|*_<>\\])", r"\\\1", str(value)) or '""'
