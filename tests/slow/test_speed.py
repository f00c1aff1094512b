"""The claims of speed, as ratios measured in this run."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent.parent


def test_every_claim_of_speed_holds():
    done = subprocess.run([sys.executable, "-m", "benchmarks"], capture_output=True, text=True, cwd=TOP)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
