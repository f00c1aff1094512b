"""One listener's nine insights against reading that listener's rows with pandas: at most 5 times as long."""

import tempfile
from pathlib import Path

import pandas as pd

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped import place
from wrapsim_helpers.wrapped.story import insights_of, open_book

from .timing import in_turn

LISTENER = 42


def measure():
    """[(claim, measured ratio, gate, detail)]; the place in the crowd is counted from everybody's plays each time."""
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        paths = [str(path) for path in sorted(run_dir.glob("plays/*.parquet"))]
        book = open_book(str(run_dir), "", -1, "full")
        read_s, insights_s, place_s = in_turn(
            lambda: pd.read_parquet(paths, filters=[("listener_id", "==", LISTENER)]), lambda: insights_of(book, LISTENER),
            lambda: place(book.heard).execute())
    return [("nine insights / reading the listener's rows with pandas, seconds", (insights_s + place_s) / read_s, -5,
             f"{1000 * insights_s:.0f} + {1000 * place_s:.0f} ms for the place in the crowd, against {1000 * read_s:.0f} ms")]
