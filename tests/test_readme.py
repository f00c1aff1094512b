"""What a reader copies from the README is run."""

import itertools
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import wrapsim_helpers as ws
from wrapsim_helpers.cards import themes
from wrapsim_helpers.listening.thin_songs import FEW_ARTISTS
from wrapsim_helpers.parameters import WIDE
from wrapsim_helpers.schema import TABLES

from .commands import command

TOP = Path(__file__).parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
PAGES = [path.relative_to(TOP) for path in (*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"))]
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```bash\n(.*?)```", README, re.S)
    for line in block.splitlines()
    if line.strip()
]


def run(*words, cwd=TOP):
    return subprocess.run(words, capture_output=True, text=True, cwd=cwd)


def test_the_first_screen_says_what_a_newcomer_needs():
    first = "\n".join(README.splitlines()[:48])
    for words in (
        "make wrapped",
        "make test",
        "docs/cards.png",
        "**The model, in plain words**",
        "**What not to use it for.**",
        "**What a seed promises.**",
    ):
        assert words in first, words


def test_every_make_target_of_the_readme_is_listed_by_make_help():
    listed = re.findall(r"^  make (\w+)", run("make", "help").stdout, re.M)
    mentioned = set(
        re.findall(r"make (\w+)", " ".join([*re.findall(r"`([^`]*)`", README), *COMMANDS]))
    )
    assert mentioned <= set(listed) and {
        "wrapped",
        "test",
        "lab",
        "check",
        "bench",
        "setup",
    } <= set(listed)


def test_every_make_target_is_one_command_without_make():
    recipes = re.findall(
        r"^(\w+): \$\(READY\).*\n\t@\$\(BIN\)/python -m wrapsim_helpers (\w+)$",
        (TOP / "Makefile").read_text(),
        re.M,
    )
    assert {target for target, _ in recipes} >= {
        "wrapped",
        "test",
        "check",
        "lab",
        "bench",
    } and all(a == b for a, b in recipes)


def test_the_python_of_the_readme_runs(tmp_path):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.S))
    done = run(
        sys.executable,
        "-c",
        code + "\nprint(len(records), len(crowd), len(list((run_dir / 'cards').glob('*.png'))))",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert all(int(number) > 0 for number in done.stdout.split()[-3:])


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("wrapsim run")])
def test_the_notebook_commands_of_the_readme_run(line, tmp_path):
    words = shlex.split(line)[1:]
    target = [] if "--parameters" in words else ["-o", str(tmp_path / "executed.ipynb")]
    done = command(*words, *target, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


def test_simulate_and_cards_of_the_readme_run_on_a_smaller_crowd(tmp_path):
    simulate, cards = (
        shlex.split(line)[1:]
        for line in COMMANDS
        if line.startswith(("wrapsim simulate", "wrapsim cards"))
    )
    smaller = [{"500": "18", "2026-01-01": "2025-02-01"}.get(word, word) for word in simulate]
    for words in (smaller, cards):
        done = command(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    "file, number",
    [
        ("README.md", WIDE),
        ("CHANGELOG.md", WIDE),
        ("data/README.md", WIDE),
        ("data/README.md", FEW_ARTISTS),
        ("docs/tables.md", WIDE),
        ("notebooks/03_multiple_users.ipynb", WIDE),
        ("wrapsim_helpers/commands/options.py", WIDE),
    ],
)
def test_every_text_states_the_size_of_the_default_world(file, number):
    assert f"{number:,}" in (TOP / file).read_text(encoding="utf-8")


def test_the_readme_states_how_many_outcomes_come_out_in_the_report():
    report = (TOP / "docs" / "realism.md").read_text(encoding="utf-8")
    a, b = re.findall(r"- Tier [AB]: (\d+) of (\d+) outcomes", report)
    words = f"{a[0]} of the {a[1]} strongest outcomes (tier A) and {b[0]} of the {b[1]} others"
    assert words in README and "- Rules: none broken." in report


def blocks_of_tables(text):
    """Each run of neighbouring lines of Markdown that begin with a bar, a list of lines."""
    groups = itertools.groupby(text.splitlines(), lambda line: line.startswith("|"))
    return [list(group) for is_table, group in groups if is_table]


@pytest.mark.parametrize("name", [*map(str, PAGES)])
def test_every_row_of_a_table_belongs_to_a_table_with_a_header(name):
    for rows in blocks_of_tables((TOP / name).read_text(encoding="utf-8")):
        assert re.fullmatch(r"\|( *:?-+:? *\|)+", rows[1] if rows[1:] else ""), rows[0]


def test_every_column_is_explained_in_the_docs():
    text = (TOP / "docs" / "tables.md").read_text(encoding="utf-8")
    for name, schema in TABLES.items():
        missing = [
            column
            for column in schema.names
            if f"`{column}`" not in text and not column.endswith("_share")
        ]
        assert not missing, f"{name}: {missing}"


def test_the_insights_are_in_the_docs_with_their_columns(tiny_run):
    text = (TOP / "docs" / "tables.md").read_text(encoding="utf-8").split("## The insights")[1]
    rows = {row.split("`")[1]: row.split("|")[3] for row in text.splitlines() if row[:3] == "| `"}
    named = {name: {*re.findall(r"`(\w+)`", columns)} for name, columns in rows.items()}
    tables = ws.everybody(tiny_run)
    assert named == {
        name: {*table.column_names} - {"listener_id"} for name, table in tables.items()
    }


def test_the_picture_of_the_readme_has_the_colours_of_the_cards():
    with Image.open(TOP / "docs" / "cards.png") as picture:
        there = {colour for _, colour in picture.convert("RGB").getcolors(1 << 16)}
    assert {
        tuple(round(255 * part) for part in to_rgb(name))
        for name in (themes.INK, themes.PAPER, themes.CORAL, themes.SUN, themes.MINT)
    } <= there


def test_after_the_first_screen_the_readme_shows_the_gallery_and_names_every_how_to():
    sections = README.split("\n## ")
    assert sections[1].startswith("Gallery and how-tos") and "docs/gallery.png" in sections[1]
    how_tos = sorted((TOP / "docs" / "how_to").glob("*.md"))
    assert [path for path in how_tos if f"(docs/how_to/{path.name})" not in sections[1]] == []


@pytest.mark.parametrize(
    "name",
    ["wrapsim artist", "--where", "--everybody", "--edition", "--rule", "ws.Rules", ".explain("],
)
def test_the_readme_names_what_chooses_and_explains_a_story(name):
    assert name in README.split("## From Python")[1].split("\n## ")[0]


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\(([^)#:]+)[^):]*\)", README):
        assert (TOP / target).exists(), target
