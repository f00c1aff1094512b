"""The how-tos name only commands, options, notebooks and functions that exist; `make check`
executes them.
"""

import re

import pytest
import typer

import wrapsim_helpers as ws
from wrapsim_helpers import commands, notebooks

from .conftest import TOP
from .how_tos import HOW_TOS, blocks, commands_of

GROUP = typer.main.get_command(commands.app)
each = pytest.mark.parametrize("path", HOW_TOS, ids=lambda path: path.stem)


def parsed(words):
    """The parameters of a command that is not executed; fails for an unknown word."""
    command = GROUP.commands[words[1]]
    return command.make_context(words[1], words[2:], resilient_parsing=False).params


@each
def test_every_command_of_a_how_to_exists_with_its_options(path):
    for words in commands_of(path):
        assert words[0] == "wrapsim"
        if len(words) > 2:
            parsed(words)
        assert words[1] in GROUP.commands


def test_an_unknown_option_would_be_seen():
    with pytest.raises(Exception, match="No such option: --strat"):
        parsed("wrapsim plan 10 my_run --strat 2025-01-01".split())


@each
def test_every_notebook_of_a_how_to_exists_with_its_parameters(path):
    for words in commands_of(path):
        if words[1] == "run":
            given = parsed(words)
            notebook = notebooks.find_notebook(given["notebook"])
            notebooks.check_parameters(
                notebook, notebooks.parse_assignments(notebook, given["parameter"])
            )


@each
def test_the_python_of_a_how_to_compiles_and_names_what_exists(path):
    for language, text in blocks(path):
        if language == "python":
            compile(text, path.name, "exec")
            assert set(re.findall(r"\bws\.(\w+)", text)) <= set(ws.__all__)


@each
def test_a_how_to_is_short_and_on_the_site(path):
    assert len(path.read_text(encoding="utf-8").split()) < 500
    index = (TOP / "docs" / "site" / "index.md").read_text(encoding="utf-8")
    assert f"docs/how_to/{path.stem}\n" in index and f"(docs/how_to/{path.name})" in index
