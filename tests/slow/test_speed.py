"""The claims of speed, as ratios measured in this run; seven tenths of a gate are enough, since the machine may not be ours alone."""

import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parent.parent.parent


def test_every_claim_of_speed_holds():
    done = subprocess.run([sys.executable, "-m", "benchmarks", "0.7"], capture_output=True, text=True, cwd=TOP)
    print(done.stdout)
    assert done.returncode == 0, done.stdout
