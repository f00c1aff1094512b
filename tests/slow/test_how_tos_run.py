"""The how-tos are executed from the first line to the last, with fewer listeners and a shorter
time.
"""

import contextlib
import shutil

import pytest
import yaml

from ..commands import command
from ..conftest import TOP
from ..how_tos import HOW_TOS, blocks

SMALLER = {"1000": "12", "500": "20", "200": "12", "2025-04-01": "2025-02-01"}
SMALLER |= {"2025-03-01": "2025-02-01"}
NOT_RUN = ("lab", "run", "batch")  # a server; notebooks, which other tests execute
WRAPPED = 1  # commands `wrapsim wrapped` of a block that are run; the others differ by an option


@pytest.mark.parametrize("path", HOW_TOS, ids=lambda path: path.stem)
def test_a_how_to_runs_to_its_end(path, tmp_path):
    shutil.copy(TOP / "data" / "history" / "my_spotify_data.zip", tmp_path)
    for language, text in blocks(path):
        if language == "bash":
            run_commands(text, tmp_path)
        elif language == "python":
            run_python(text, tmp_path)
        else:
            assert yaml.safe_load(text)
            (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")


def run_commands(text, folder):
    lines = [line.split()[1:] for line in text.splitlines() if line.strip()]
    lines = [words for words in lines if words[0] not in NOT_RUN]
    for words in lines[:WRAPPED] if lines and lines[0][0] == "wrapped" else lines:
        done = command(*(SMALLER.get(word, word) for word in words), cwd=folder)
        assert done.returncode == 0, done.stderr[-2000:]


def run_python(text, folder):
    with contextlib.chdir(folder):
        exec(compile(text, str(folder), "exec"), {"__name__": "how_to"})
