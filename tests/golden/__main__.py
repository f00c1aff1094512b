"""`python -m tests.golden` writes tiny.json anew, after a change that is meant to change data
sets.
"""

import json
import tempfile
from pathlib import Path

import wrapsim_helpers as ws

from ..conftest import TINY
from ..test_golden import GOLDEN, column_hashes

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        run_dir = ws.simulate(**TINY, out_dir=Path(folder) / "run", workers=1)
        GOLDEN.write_text(json.dumps(column_hashes(run_dir), indent=1) + "\n")
    print(f"{GOLDEN.name} written. Add a line 'datasets change' to CHANGELOG.md.")
