"""One listener's insights take at most 5 times as long as reading the same rows with pandas."""

import tempfile
from pathlib import Path

import pandas as pd

import wrapsim_helpers as ws
from wrapsim_helpers.wrapped.everybody import crowd_of, insights_by_part
from wrapsim_helpers.wrapped.insights import Request, rank_of_listener
from wrapsim_helpers.wrapped.periods import open_period
from wrapsim_helpers.wrapped.story import insights_of

from .timing import in_turn

LISTENER = 42


def measure():
    """[(claim, measured ratio, gate, detail)]

    The insight `place` looks the listener up in the crowd's totals, which are counted once per run
    and year; the second row counts them anew each time.
    """
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(100, out_dir=Path(folder) / "run", formats="parquet")
        paths = [str(path) for path in sorted(run_dir.glob("plays/*.parquet"))]
        period = open_period(ws.open_run(run_dir))
        crowd = crowd_of(period).to_pandas()
        request = Request(period.first_day, period.last_day, LISTENER, crowd)

        def all_insights():
            insights_of(period, LISTENER)
            rank_of_listener(None, request)

        read_s, insights_s, crowd_s = in_turn(
            lambda: pd.read_parquet(paths, filters=[("listener_id", "==", LISTENER)]),
            all_insights,
            lambda: list(insights_by_part(period, ["totals"])),
            rounds=9,
        )
    return [
        (
            "all insights / reading the listener's rows with pandas, seconds",
            insights_s / read_s,
            -5,
            f"{1000 * insights_s:.0f} ms against {1000 * read_s:.0f} ms",
        ),
        (
            "the same, and the whole crowd's totals counted anew",
            (insights_s + crowd_s) / read_s,
            None,
            f"{1000 * (insights_s + crowd_s):.0f} ms",
        ),
    ]
