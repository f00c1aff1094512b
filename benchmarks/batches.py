"""What a batch costs: twenty sets of notebook 02, two side by side, against the time that one of
them takes alone, times ten.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow.parquet as pq

from .timing import seconds

# sets; side by side; how many are also executed alone, before the batch and again after it
SETS, JOBS, ALONE = 20, 2, 2
TEXT = """
defaults: {{notebook: 02_single_user}}
sets: {{"seed {{seed}}": {{matrix: {{seed: {seeds}}}}}}}
"""


def measure():
    """[(claim, measured ratio, gate, detail)]

    The batch also exports each set as HTML and writes the page and the results; that is counted.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "runs.yaml").write_text(TEXT.format(seeds=list(range(1, SETS + 1))))
        alone_s = [seconds(executed_alone(folder, seed)) for seed in range(ALONE)]
        whole = seconds(
            wrapsim(folder, "batch", "runs.yaml", "--jobs", JOBS, "--output", folder / "batch")
        )
        alone_s += [seconds(executed_alone(folder, 100 + seed)) for seed in range(ALONE)]
        peak_mb = max(pq.read_table(folder / "batch" / "results.parquet")["peak_mb"].to_pylist())
    ideal = statistics.median(alone_s) * SETS / JOBS
    return [
        (
            f"{SETS} sets of notebook 02 by {JOBS} jobs / one alone x {SETS} / {JOBS}, seconds",
            whole / ideal,
            -1.2,
            f"{whole:.0f} s against {ideal:.0f} s; at most {peak_mb} MB for a set",
        )
    ]


def executed_alone(folder, seed):
    """A function that executes notebook 02 with a seed, in a process of its own."""
    target = folder / "alone" / f"{seed}.ipynb"
    return wrapsim(
        folder,
        "run",
        "02_single_user",
        "-p",
        f"seed={seed}",
        "-p",
        "out_dir=alone_files",
        "-o",
        target,
    )


def wrapsim(folder, *words):
    """A function that runs the command in a folder, and raises an error if it fails."""
    command = [sys.executable, "-m", "wrapsim_helpers", *map(str, words)]
    return lambda: subprocess.run(command, cwd=folder, check=True, capture_output=True)
