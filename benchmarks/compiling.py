"""The second process finds the compiled loop in the cache: a fraction of the first one's time."""

import os
import subprocess
import sys
import tempfile

from .timing import seconds

CODE = "import wrapsim_helpers as ws; ws.listen(ws.Run(num_users=1, end_time='2025-01-02'))"


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {"WRAPSIM_CACHE": folder}
        first, second = (
            seconds(lambda: subprocess.run([sys.executable, "-c", CODE], env=env, check=True))
            for _ in range(2)
        )
    return [
        (
            "first process / second process, seconds, the loop compiled and then cached",
            first / second,
            3,
            f"{first:.0f} s, then {second:.1f} s",
        )
    ]
