"""How long the first minute takes before anything happens: the commands that need no model, and the
import, against importing pandas."""

import subprocess
import sys
import tempfile
from pathlib import Path

import wrapsim_helpers as ws

from .timing import in_turn

IMPORTS = {"import wrapsim_helpers": -1.5}  # what is run by `python -c`: the largest ratio
COMMANDS = {"--help": -1, "--version": -1, "schema": -1, "show": -1, "simulat": -1}


def started(*words):
    """A function that starts Python with these words and waits until it has ended."""
    return lambda: subprocess.run([sys.executable, *map(str, words)], capture_output=True)


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    with tempfile.TemporaryDirectory() as folder:
        run = ws.simulate(2, "2025-01-01", "2025-01-08", out_dir=Path(folder) / "run", workers=1)
        commands = {
            name: started("-m", "wrapsim_helpers", name, *([run] if name == "show" else []))
            for name in COMMANDS
        }
        pandas_s, *seconds = in_turn(
            started("-c", "import pandas"),
            *(started("-c", name) for name in IMPORTS),
            *commands.values(),
            rounds=9,
        )
    for (name, gate), taken in zip((IMPORTS | COMMANDS).items(), seconds):
        claim = name if name in IMPORTS else f"wrapsim {name}"
        yield (
            f"{claim} / import pandas, seconds",
            taken / pandas_s,
            gate,
            f"{1000 * taken:.0f} ms against {1000 * pandas_s:.0f} ms",
        )
